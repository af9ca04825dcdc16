/* config_list.c - values of which there may be many: they add up. */
#include "base/str.h"
#include "term/reason.h"
#include "zvond/config_value.h"

/* Room for one more element of that size at the end of the list; the old elements are
 * copied (lists are short). */
static void *
grow(struct zv_config_reader *r, struct zv_config_object *o,
     const struct zv_option *option, size_t size)
{
	char *base = o->at;
	size_t n;
	void *old;
	char *list;

	memcpy(&n, base + option->n_at, sizeof n);
	memcpy(&old, base + option->at, sizeof old);
	list = old;
	if ((n & (n - 1)) == 0) { /* full: 0, 1, 2, 4, 8 … */
		list = zv_config_take(r, (n ? 2 * n : 1) * size);
		if (!list)
			return NULL;
		if (n)
			memcpy(list, old, n * size);
	}
	n++;
	memcpy(base + option->n_at, &n, sizeof n);
	memcpy(base + option->at, &list, sizeof list);
	return list + (n - 1) * size;
}

static size_t
length_of(const struct zv_config_object *o, const struct zv_option *option)
{
	size_t n;

	memcpy(&n, (const char *)o->at + option->n_at, sizeof n);
	return n;
}

bool
zv_config_is_list(enum zv_option_type type)
{
	return type == ZV_OPTION_TEXTS || type == ZV_OPTION_NETWORKS ||
	       type == ZV_OPTION_DIAL || type == ZV_OPTION_SECRETS;
}

static bool
add_text(const struct zv_config_value *v, struct zv_str word)
{
	struct zv_str *to;

	if (v->option->most && length_of(v->o, v->option) >= (size_t)v->option->most) {
		zv_config_wrong(v->r, ZV_AT(v->s), "%s: more than %lld",
				"%s: больше %lld", v->option->key, v->option->most);
		return false;
	}
	to = grow(v->r, v->o, v->option, sizeof *to);
	if (to)
		*to = zvon_str(zv_config_text(v->r, "%.*s", ZV_ARG(word)));
	return to;
}

static bool
add_network(const struct zv_config_value *v, struct zv_str word)
{
	struct zv_config_network network, *to;

	if (!zv_config_network_parse(word, &network)) {
		zv_config_wrong(
			v->r, ZV_AT(v->s),
			"%s: '%.*s' is no network; write it as 10.0.0.0/8 or ::1/128",
			"%s: '%.*s' не сеть; пишите как 10.0.0.0/8 или ::1/128",
			v->option->key, ZV_ARG(word));
		return false;
	}
	to = grow(v->r, v->o, v->option, sizeof *to);
	if (to)
		*to = network;
	return to;
}

static bool
add_each(const struct zv_config_value *v,
	 bool (*add)(const struct zv_config_value *v, struct zv_str word))
{
	struct zv_str rest = v->s->value, word;

	while (zv_str_split(&rest, ',', &word)) {
		word = zv_str_trim(word);
		if (word.n && !add(v, word))
			return false;
	}
	return true;
}

bool
zv_config_store_texts(const struct zv_config_value *v)
{
	return add_each(v, add_text);
}

bool
zv_config_store_networks(const struct zv_config_value *v)
{
	return add_each(v, add_network);
}

/* "allow PATTERN[,PATTERN]". */
bool
zv_config_store_dial(const struct zv_config_value *v)
{
	struct zv_str text = v->s->value, word, list;
	bool allow;

	zv_str_split(&text, ' ', &word);
	allow = zvon_str_equal_nocase(word, ZV_STR("allow"));
	if (!allow && !zvon_str_equal_nocase(word, ZV_STR("deny"))) {
		zv_config_wrong(v->r, ZV_AT(v->s),
				"dial = %s: write allow PATTERN or deny PATTERN",
				"dial = %s: пишите allow ШАБЛОН или deny ШАБЛОН",
				v->s->value.p);
		return false;
	}
	while (zv_str_split(&text, ',', &list)) {
		struct zv_error why = { 0 };
		char reason[ZV_REASON_MAX];
		struct zv_dial_rule *rule;

		list = zv_str_trim(list);
		if (zv_dial_pattern_check(list, &why) < 0) {
			zv_config_wrong(v->r, ZV_AT(v->s), "dial = %s: %s",
					"dial = %s: %s", v->s->value.p,
					zv_reason(why.text, reason));
			return false;
		}
		if (length_of(v->o, v->option) >= ZV_DIAL_RULES_MAX) {
			zv_config_wrong(v->r, ZV_AT(v->s),
					"more than %d rules for dial",
					"больше %d правил dial", ZV_DIAL_RULES_MAX);
			return false;
		}
		rule = grow(v->r, v->o, v->option, sizeof *rule);
		if (!rule)
			return false;
		rule->allow = allow;
		rule->pattern = zvon_str(zv_config_text(v->r, "%.*s", ZV_ARG(list)));
	}
	return true;
}
