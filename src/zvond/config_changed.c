/* config_changed.c - which changes of [general] and [history] a reload cannot take over: what
 * the hub, the state and the store were made with. */
#include "base/str.h"
#include "zvond/options.h"

/* The store stays open, and the keys of numbers in it are those of the rules. */
static bool
is_of_the_store(const struct zv_option *o)
{
	static const size_t taken_over[] = {
		offsetof(struct zv_config_history, keep_days),
		offsetof(struct zv_config_history, anonymise_days),
		offsetof(struct zv_config_history, clean_at),
	};

	for (size_t i = 0; i < sizeof taken_over / sizeof *taken_over; i++)
		if (o->at == taken_over[i])
			return false;
	return true;
}

/* Limits are the hub's from its beginning; so is the rest of these. */
static bool
is_of_the_start(const struct zv_option *o)
{
	const size_t limits = offsetof(struct zv_config, limits);

	if (o->section == ZV_SECTION_HISTORY)
		return is_of_the_store(o);
	if (o->section != ZV_SECTION_GENERAL)
		return false;
	return (o->at >= limits && o->at < limits + sizeof(struct zv_hub_limits)) ||
	       o->at == offsetof(struct zv_config, state) ||
	       o->at == offsetof(struct zv_config, letters_in_numbers);
}

static size_t
size_of(enum zv_option_type type)
{
	return type == ZV_OPTION_SIZE  ? sizeof(size_t)
	       : type == ZV_OPTION_YES ? sizeof(bool)
				       : sizeof(int);
}

static struct zv_str
text_at(enum zv_option_type type, const char *at)
{
	struct zv_str view;
	const char *text;

	if (type == ZV_OPTION_TEXT) {
		memcpy(&text, at, sizeof text);
		return zvon_str(text);
	}
	memcpy(&view, at, sizeof view);
	return view;
}

static const char *
place(const struct zv_option *o, const struct zv_config *c)
{
	const void *section =
		o->section == ZV_SECTION_HISTORY ? (const void *)&c->history : c;

	return (const char *)section + o->at;
}

static bool
differs(const struct zv_option *o, const struct zv_config *a, const struct zv_config *b)
{
	const char *left = place(o, a), *right = place(o, b);

	if (o->type == ZV_OPTION_TEXT || o->type == ZV_OPTION_NAME)
		return !zvon_str_equal(text_at(o->type, left), text_at(o->type, right));
	return memcmp(left, right, size_of(o->type)) != 0;
}

void
zv_config_add_changed(const struct zv_config *old, const struct zv_config *now,
		      struct zv_buf *out)
{
	for (size_t i = 0; i < zv_n_config_options; i++) {
		const struct zv_option *o = &zv_config_options[i];

		if (is_of_the_start(o) && differs(o, old, now))
			zv_buf_printf(out, "%s%s", out->n ? ", " : "", o->key);
	}
}
