/* section.c - "[NAME](!,TEMPLATE)" and "KEY = VALUE". */
#include "base/str.h"
#include "conf/conf_impl.h"

#define NONE ((struct zv_str){ NULL, 0 })

/* ---- settings ------------------------------------------------------------------ */

static struct zv_conf_setting *
add_setting(struct zv_conf_reader *r, const struct zv_conf_setting *like)
{
	struct zv_conf_setting *s;

	if (r->conf->settings >= ZV_CONF_MAX_SETTINGS) {
		zv_conf_fail_number(r, ZV_CONF_TOO_MANY_SETTINGS, ZV_CONF_MAX_SETTINGS);
		return NULL;
	}
	s = zv_conf_take(r->conf, sizeof *s);
	if (!s) {
		zv_conf_fail_nomem(r);
		return NULL;
	}
	*s = *like;
	s->next = NULL;
	r->conf->settings++;
	*r->current->end = s;
	/* next points to const for the readers of the list; here it grows */
	r->current->end = (struct zv_conf_setting **)&s->next;
	r->current->section.settings = r->current->settings;
	return s;
}

static const struct zv_conf_setting *
last_of_key(const struct zv_conf_growing *g, struct zv_str key)
{
	const struct zv_conf_setting *found = NULL;

	for (const struct zv_conf_setting *s = g->settings; s; s = s->next)
		if (zvon_str_equal_nocase(s->key, key))
			found = s;
	return found;
}

/* `KEY += MORE`: the value so far, and what is behind it, without anything between. */
static int
append(struct zv_conf_reader *r, struct zv_str key, struct zv_str *value)
{
	const struct zv_conf_setting *old = last_of_key(r->current, key);
	char *both;

	if (!old)
		return zv_conf_fail(r, ZV_CONF_APPEND_NOTHING, key, NONE);
	if (old->value.n + value->n > ZV_CONF_MAX_LINE)
		return zv_conf_fail_number(r, ZV_CONF_LONG_LINE, ZV_CONF_MAX_LINE);
	both = zv_conf_take(r->conf, old->value.n + value->n + 1);
	if (!both)
		return zv_conf_fail_nomem(r);
	memcpy(both, old->value.p, old->value.n);
	memcpy(both + old->value.n, value->p, value->n);
	value->p = both;
	value->n += old->value.n;
	return 0;
}

int
zv_conf_read_setting(struct zv_conf_reader *r, struct zv_str line)
{
	struct zv_conf_setting s = { .file = r->place->file, .line = r->place->line };
	struct zv_str rest = line, key;
	bool more;

	if (zv_str_find(line, ZV_STR("=")) == line.n)
		return zv_conf_fail(r, ZV_CONF_NO_EQUAL, line, NONE);
	zv_str_split(&rest, '=', &key);
	more = zv_str_ends(key, ZV_STR("+"));
	key.n -= more;
	key = zv_str_trim(key);
	if (rest.n && rest.p[0] == '>')
		rest = zv_str_from(rest, 1);
	if (key.n == 0)
		return zv_conf_fail(r, ZV_CONF_NO_KEY, NONE, NONE);
	if (!r->current)
		return zv_conf_fail(r, ZV_CONF_NO_SECTION_YET, key, NONE);
	s.key = zv_conf_keep(r->conf, key);
	s.value = zv_conf_keep(r->conf, zv_str_trim(rest));
	if (!s.key.p || !s.value.p)
		return zv_conf_fail_nomem(r);
	if (more && append(r, key, &s.value) < 0)
		return ZV_EINVAL;
	return add_setting(r, &s) ? 0 : ZV_EINVAL;
}

/* ---- sections -------------------------------------------------------------------- */

/* What stands in the brackets behind the name. */
struct marks {
	bool is_template, goes_on;
	struct zv_str templates; /* the whole list; words that are no marks */
};

/* The name among all there are that was perhaps meant, or an empty text. */
static struct zv_str
nearest(const struct zv_conf *c, struct zv_str wrong)
{
	const struct zv_conf_growing *g;
	struct zv_str best = NONE;
	size_t cursor = 0;

	while ((g = zv_map_next(&c->names, &cursor))) {
		const char *one[] = { g->section.name.p, NULL };

		if (zv_conf_suggest(wrong, one) &&
		    (!best.n ||
		     memcmp(g->section.name.p, best.p,
			    best.n < g->section.name.n ? best.n : g->section.name.n) <
			     0))
			best = g->section.name;
	}
	return best;
}

static int
fail_unknown(struct zv_conf_reader *r, enum zv_conf_word word, struct zv_str name)
{
	struct zv_str meant = nearest(r->conf, name);

	/* each text is followed by the one that knows what was meant */
	return zv_conf_fail(r, meant.n ? word + 1 : word, name, meant);
}

static int
inherit(struct zv_conf_reader *r, struct zv_str name)
{
	const struct zv_conf_growing *from = zv_map_find(&r->conf->names, name);
	struct zv_conf_setting *const *end;

	if (!from)
		return fail_unknown(r, ZV_CONF_NO_TEMPLATE, name);
	end = from->end; /* of now: [a](+,a) would go on for ever */
	for (const struct zv_conf_setting *s = from->settings; s; s = s->next) {
		struct zv_conf_setting *copy = add_setting(r, s);

		if (!copy)
			return ZV_EINVAL;
		copy->inherited = true;
		if ((struct zv_conf_setting *const *)&s->next == end)
			break;
	}
	return 0;
}

static int
inherit_all(struct zv_conf_reader *r, struct zv_str templates)
{
	struct zv_str word;

	while (zv_str_split(&templates, ',', &word)) {
		int rc;

		word = zv_str_trim(word);
		if (!word.n || zvon_str_equal(word, ZV_STR("!")) ||
		    zvon_str_equal(word, ZV_STR("+")))
			continue;
		rc = inherit(r, word);
		if (rc < 0)
			return rc;
	}
	return 0;
}

static void
read_marks(struct zv_str list, struct marks *m)
{
	struct zv_str word;

	m->templates = list;
	while (zv_str_split(&list, ',', &word)) {
		word = zv_str_trim(word);
		m->is_template |= zvon_str_equal(word, ZV_STR("!"));
		m->goes_on |= zvon_str_equal(word, ZV_STR("+"));
	}
}

static struct zv_conf_growing *
new_section(struct zv_conf_reader *r, struct zv_str name, bool is_template)
{
	struct zv_conf *c = r->conf;
	struct zv_conf_growing *g = zv_conf_take(c, sizeof *g);

	if (!g)
		return NULL;
	g->section.name = zv_conf_keep(c, name);
	g->section.file = r->place->file;
	g->section.line = r->place->line;
	g->is_template = is_template;
	g->end = &g->settings;
	return g->section.name.p ? g : NULL;
}

/* From now on it is found by its name, and it is in the list unless it is a template. */
static int
publish(struct zv_conf_reader *r, struct zv_conf_growing *g)
{
	struct zv_conf *c = r->conf;

	zv_map_remove(&c->names, g->section.name);
	if (zv_map_add(&c->names, g->section.name, g) < 0)
		return zv_conf_fail_nomem(r);
	if (!g->is_template) {
		*c->end = &g->section;
		c->end = (struct zv_conf_section **)&g->section.next;
	}
	return 0;
}

static int
begin(struct zv_conf_reader *r, struct zv_str name, const struct marks *m)
{
	int rc;

	r->current = new_section(r, name, m->is_template);
	if (!r->current)
		return zv_conf_fail_nomem(r);
	rc = inherit_all(r, m->templates);
	return rc < 0 ? rc : publish(r, r->current);
}

static int
go_on(struct zv_conf_reader *r, struct zv_str name, const struct marks *m)
{
	struct zv_conf_growing *g = zv_map_find(&r->conf->names, name);

	if (!g)
		return fail_unknown(r, ZV_CONF_NO_SECTION, name);
	for (struct zv_conf_setting *s = g->settings; s;
	     s = (struct zv_conf_setting *)s->next)
		s->inherited = true;
	r->current = g;
	return inherit_all(r, m->templates);
}

int
zv_conf_read_section(struct zv_conf_reader *r, struct zv_str line)
{
	struct zv_str name = zv_str_from(line, 1), rest;
	struct marks m = { 0 };
	size_t end = zv_str_find(name, ZV_STR("]"));

	if (end == name.n)
		return zv_conf_fail(r, ZV_CONF_NO_BRACKET, line, NONE);
	rest = zv_str_trim(zv_str_from(name, end + 1));
	name.n = end;
	name = zv_str_trim(name);
	if (name.n == 0)
		return zv_conf_fail(r, ZV_CONF_NO_NAME, NONE, NONE);
	if (rest.n && rest.p[0] != '(')
		return zv_conf_fail(r, ZV_CONF_BEHIND_SECTION, rest, NONE);
	if (rest.n) {
		size_t close = zv_str_find(rest, ZV_STR(")"));
		struct zv_str behind = zv_str_trim(zv_str_from(rest, close + 1));

		if (close == rest.n)
			return zv_conf_fail(r, ZV_CONF_NO_BRACKET, line, NONE);
		if (behind.n)
			return zv_conf_fail(r, ZV_CONF_BEHIND_SECTION, behind, NONE);
		read_marks((struct zv_str){ rest.p + 1, close - 1 }, &m);
	}
	return m.goes_on ? go_on(r, name, &m) : begin(r, name, &m);
}
