/* A rule's packet, line by line of its table. */
#include "base/str.h"
#include "legacy/impl.h"

/* Letter case aside: AJAM's mxml makes all keys small, and cause_txt of Cause-txt. */
static bool
is_same(struct zv_str key, struct zv_str wanted)
{
	for (size_t i = 0; i < wanted.n; i++) {
		unsigned char k = zv_lower((unsigned char)key.p[i]);
		unsigned char w = zv_lower((unsigned char)wanted.p[i]);

		if (k != w && !(k == '_' && w == '-'))
			return false;
	}
	return true;
}

/* prefix + key */
static bool
is_key(struct zv_str key, struct zv_str prefix, struct zv_str wanted)
{
	return key.n == prefix.n + wanted.n &&
	       zv_lower((unsigned char)key.p[key.n - 1]) ==
		       zv_lower((unsigned char)wanted.p[wanted.n - 1]) &&
	       zv_str_starts_nocase(key, prefix) &&
	       is_same(zv_str_from(key, prefix.n), wanted);
}

static const struct zv_field *
find(const struct zv_packet *p, struct zv_str prefix, struct zv_str key)
{
	for (size_t i = 0; i < p->n_fields; i++)
		if (is_key(p->fields[i].key, prefix, key))
			return &p->fields[i];
	return NULL;
}

struct zv_str
zv_old_get(const struct zv_packet *p, const char *prefix, const char *key)
{
	const struct zv_field *f = find(p, zvon_str(prefix), zvon_str(key));

	return f ? f->value : ZV_STR("");
}

static bool
is_unknown(struct zv_str value)
{
	return value.n == 0 || zvon_str_equal(value, ZV_STR("<unknown>"));
}

/* What `value` of 12+ was in 1.x. */
static struct zv_str
in_form(enum zv_old_form form, struct zv_str value)
{
	if (!is_unknown(value))
		return value;
	switch (form) {
	case ZV_OLD_EMPTY:
		return ZV_STR("");
	case ZV_OLD_UNKNOWN:
		return ZV_STR("unknown");
	case ZV_OLD_BRACKETS:
		return ZV_STR("<unknown>");
	case ZV_OLD_SAME:
	case ZV_OLD_OPTIONAL:
	case ZV_OLD_IF_ANY:
	case ZV_OLD_TEXT:
		break;
	}
	return value;
}

static bool
is_left_out(enum zv_old_form form, const struct zv_field *f)
{
	if (form == ZV_OLD_IF_ANY)
		return !f || f->value.n == 0;
	return form == ZV_OLD_OPTIONAL && !f;
}

void
zv_old_lines(struct zv_legacy *l, const struct zv_old_line *line,
	     const struct zv_packet *p)
{
	for (; line->key; line++) {
		struct zv_str from = zvon_str(line->from ? line->from : line->key);
		const struct zv_field *f;
		struct zv_str value;

		if (line->form == ZV_OLD_TEXT) {
			zv_old_add(l, zvon_str(line->key), from);
			continue;
		}
		f = find(p, ZV_STR(""), from);
		if (is_left_out(line->form, f))
			continue;
		value = in_form(line->form, f ? f->value : ZV_STR(""));
		if (zvon_key_is_escaped(from, 2))
			zv_old_add_escaped(l, zvon_str(line->key), value);
		else
			zv_old_add(l, zvon_str(line->key), value);
	}
}

/* ---- channel variables ------------------------------------------------------------------ */

static void
add_var(struct zv_legacy *l, struct zv_str channel, struct zv_str value)
{
	struct zv_buf *key = &l->key;

	if (is_unknown(channel))
		return;
	zv_buf_clear(key);
	if (l->options.sip_names && zv_str_starts(channel, ZV_STR("PJSIP/")))
		channel = zv_str_from(channel, 2);
	zv_buf_add(key, ZV_STR("ChanVariable("));
	zv_buf_add(key, channel);
	if (zv_buf_add(key, ZV_STR(")")) < 0)
		l->failed = true;
	zv_old_make_key(key);
	zv_old_add_escaped(l, zv_buf_str(key), value);
}

void
zv_old_add_vars(struct zv_legacy *l, const struct zv_packet *p, const char *prefix)
{
	struct zv_str channel = zv_old_get(p, prefix, "Channel");

	for (size_t i = 0; i < p->n_fields; i++)
		if (is_key(p->fields[i].key, zvon_str(prefix), ZV_STR("ChanVariable")))
			add_var(l, channel, p->fields[i].value);
}

void
zv_old_add_kept_vars(struct zv_legacy *l, const struct zv_old_channel *c)
{
	struct zv_str rest = zv_buf_str(&c->vars), one;

	while (rest.n && zv_str_split(&rest, '\0', &one))
		add_var(l, c->name, one);
}

void
zv_old_row(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	   const struct zv_packet *p)
{
	zv_old_begin(l, rule->old ? rule->old : rule->name, rule->privilege, p);
	zv_old_lines(l, rule->lines, p);
	for (size_t i = 0; i < 2 && rule->vars[i]; i++)
		zv_old_add_vars(l, p, rule->vars[i]);
}
