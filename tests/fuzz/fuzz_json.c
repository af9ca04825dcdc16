/* JSON from outside: what is taken is written and read again as the same; a refusal
 * tells a place within the text, in one clean line. */
#include "base/utf.h"
#include "fuzz.h"
#include "json/reader.h"

static int
depth_of(const json_t *value)
{
	const char *key;
	size_t index;
	json_t *inner;
	int deepest = 0, depth;

	json_object_foreach((json_t *)value, key, inner)
	{
		depth = depth_of(inner);
		deepest = depth > deepest ? depth : deepest;
	}
	json_array_foreach(value, index, inner)
	{
		depth = depth_of(inner);
		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + (json_is_object(value) || json_is_array(value));
}

static void
check_taken(json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_t *again;

	CHECK(text);
	again = zv_json_read(zvon_str(text), NULL);
	CHECK(again && json_equal(value, again));
	CHECK(depth_of(value) <= ZV_JSON_MAX_DEPTH);
	json_decref(again);
	free(text);
}

static void
check_refused(const struct zv_error *err, size_t n)
{
	unsigned long at, line;

	CHECK(err->code == ZV_EPROTO || err->code == ZV_ETOOBIG);
	CHECK(sscanf(err->text, "bad JSON, byte %lu, line %lu", &at, &line) == 2);
	CHECK(at <= n && line >= 1 && line <= n + 1);
	CHECK(zv_utf8_valid(zvon_str(err->text)) == strlen(err->text));
	CHECK(!strpbrk(err->text, "\r\n\x1b"));
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct zv_str text = { (const char *)bytes, n };
	char *copy = fuzz_copy(text);
	struct zv_error err = { 0 };
	json_t *value = zv_json_read((struct zv_str){ copy, n }, &err);

	free(copy);
	CHECK((value != NULL) == (err.code == 0));
	if (value)
		check_taken(value);
	else
		check_refused(&err, n);
	json_decref(value);
	return 0;
}
