#include "ami/filter_field.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

static int
refuse(const char *condition, struct zv_error *err)
{
	return zv_fail(
		err, ZV_EINVAL,
		"field condition \"%s\": write Key=value, Key!=value, Key~regex or "
		"Key!~regex",
		condition);
}

/* The first '=' or '~' divides, with a '!' right before it. */
static int
split(struct zv_filter_field *f, bool *is_regex)
{
	size_t at = strcspn(f->text, "=~");
	size_t key_end = at;

	if (f->text[at] == '\0')
		return ZV_EINVAL;
	*is_regex = f->text[at] == '~';
	f->is_not = at > 0 && f->text[at - 1] == '!';
	if (f->is_not)
		key_end--;
	f->key = zv_str_trim((struct zv_str){ f->text, key_end });
	f->value = zvon_str(f->text + at + 1);
	return f->key.n ? 0 : ZV_EINVAL;
}

int
zv_filter_field_init(struct zv_filter_field *f, struct zv_regex_room *room,
		     const char *condition, struct zv_error *err)
{
	bool is_regex;

	*f = (struct zv_filter_field){ .text = zv_strdup(condition) };
	if (!f->text)
		return zv_fail_nomem(err);
	if (split(f, &is_regex) < 0)
		return refuse(condition, err);
	if (!is_regex)
		return 0;
	f->regex = zv_regex_new(room, condition, f->value, err);
	return f->regex ? 0 : ZV_EINVAL;
}

void
zv_filter_field_deinit(struct zv_filter_field *f)
{
	zv_regex_free(f->regex);
	zv_free(f->text);
}

int
zv_filter_field_holds(const struct zv_filter_field *f, const struct zv_packet *packet)
{
	struct zv_str value = zvon_packet_get(packet, f->key);
	int rc;

	if (!f->regex)
		return zvon_str_equal(value, f->value) != f->is_not;
	rc = zv_regex_search(f->regex, value);
	return rc < 0 ? rc : (rc == 1) != f->is_not;
}
