/* config_changed.c - which changes of [general] a reload cannot take over: what the hub and
 * the state were made with. */
#include "base/str.h"
#include "zvond/options.h"

/* Limits are the hub's from its beginning; so is the rest of these. */
static bool
is_of_the_start(const struct zv_option *o)
{
	const size_t limits = offsetof(struct zv_config, limits);

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

static bool
differs(const struct zv_option *o, const struct zv_config *a, const struct zv_config *b)
{
	const char *left = (const char *)a + o->at, *right = (const char *)b + o->at;
	const char *one, *other;

	if (o->type != ZV_OPTION_TEXT)
		return memcmp(left, right, size_of(o->type)) != 0;
	memcpy(&one, left, sizeof one);
	memcpy(&other, right, sizeof other);
	return !zvon_str_equal(zvon_str(one), zvon_str(other));
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
