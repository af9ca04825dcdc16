#include "onec/zvon_past.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "json/reader.h"

const char *const zv_past_members[] = {
	"call",	 "server", "direction", "from",	 "to",	   "did",
	"queue", "result", "legs",	"cause", "reason", NULL,
};

static const char *const times[] = { "started", "answered", "ended", NULL };

/* ---- of a call ----------------------------------------------------------------------------- */

void
zv_past_write_member(struct zv_json *j, const char *key, const json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;

	zv_json_key(j, key);
	zv_buf_add(j->out, text ? zvon_str(text) : ZV_STR("null"));
	j->comma = true;
	free(text); /* jansson's */
}

static void
write_all(struct zv_json *j, const char *const *keys, const json_t *call)
{
	for (; *keys; keys++)
		zv_past_write_member(j, *keys, json_object_get(call, *keys));
}

/* A call that goes on has no ids yet, only files. */
static struct zv_str
text_of(const json_t *recording, const char *key)
{
	const char *file = json_string_value(recording);

	if (file && strcmp(key, "file") == 0)
		return (struct zv_str){ file, json_string_length(recording) };
	return zv_json_text(recording, key);
}

/* One text of each recording. */
static size_t
write_recordings(struct zv_json *j, const json_t *call, const char *key)
{
	const json_t *list = json_object_get(call, "recordings");

	zv_json_begin_array(j);
	for (size_t i = 0; i < json_array_size(list); i++)
		zv_json_string(j, text_of(json_array_get(list, i), key));
	zv_json_end_array(j);
	return json_array_size(list);
}

size_t
zv_past_write_files(struct zv_json *j, const json_t *call)
{
	return write_recordings(j, call, "file");
}

static bool
is_one_of(const char *const *keys, const char *key)
{
	while (*keys && strcmp(*keys, key) != 0)
		keys++;
	return *keys != NULL;
}

void
zv_past_write_call(struct zv_json *j, const json_t *call)
{
	const char *key;
	json_t *value;

	zv_json_begin_object(j);
	write_all(j, zv_past_members, call);
	write_all(j, times, call);
	zv_json_key(j, "recordings");
	zv_past_write_files(j, call);
	zv_json_key(j, "recording_ids");
	write_recordings(j, call, "id");
	json_object_foreach((json_t *)(uintptr_t)call, key, value)
	{
		if (!is_one_of(zv_past_members, key) && !is_one_of(times, key) &&
		    strcmp(key, "recordings") != 0)
			zv_past_write_member(j, key, value);
	}
	zv_json_end_object(j);
}

bool
zv_past_is_told(const json_t *calls, struct zv_str call, struct zv_str server)
{
	for (size_t i = 0; i < json_array_size(calls); i++) {
		const json_t *one = json_array_get(calls, i);

		if (zvon_str_equal(zv_json_text(one, "call"), call) &&
		    zvon_str_equal(zv_json_text(one, "server"), server))
			return true;
	}
	return false;
}

/* ---- of a question --------------------------------------------------------------------------- */

static bool
is_plain(unsigned char c)
{
	unsigned char low = zv_lower(c);

	return (low >= 'a' && low <= 'z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._~", c));
}

void
zv_past_write_escaped(struct zv_buf *out, struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if (is_plain(c))
			zv_buf_add_char(out, (char)c);
		else
			zv_buf_printf(out, "%%%02X", c);
	}
}

void
zv_past_write_query(struct zv_buf *out, const struct zv_past_question *q, size_t most)
{
	zv_buf_printf(out, "history?limit=%zu", most);
	if (q->number.n) {
		zv_buf_add(out, ZV_STR("&number="));
		zv_past_write_escaped(out, q->number);
	}
	if (q->from_s != INT64_MIN)
		zv_buf_printf(out, "&from=%lld", (long long)q->from_s);
	if (q->to_s < INT64_MAX - 1) /* the store's `to` is not included */
		zv_buf_printf(out, "&to=%lld", (long long)q->to_s + 1);
}
