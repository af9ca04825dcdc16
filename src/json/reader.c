#include "json/reader.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* jansson asks for memory in places where it does not look whether it got some, and would
 * go on with half a text: so it is noted here. Several threads may read, each its own text:
 * in the component for 1C every object has one. */
static _Thread_local bool lacked;

static void *
take_memory(size_t n)
{
	void *p = zv_malloc(n);

	if (!p)
		lacked = true;
	return p;
}

static void
use_our_memory(void)
{
	static bool done;

	if (__atomic_load_n(&done, __ATOMIC_ACQUIRE))
		return;
	json_set_alloc_funcs(take_memory, zv_free);
	__atomic_store_n(&done, true, __ATOMIC_RELEASE);
}

/* ---- depth --------------------------------------------------------------------------- */

/* Behind the text that begins at i with its quote. */
static size_t
skip_text(struct zv_str s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		if (s.p[i] == '\\')
			i++;
	return i + 1;
}

/* Where the nesting becomes deeper than it may be, or s.n. */
static size_t
find_depth(struct zv_str s)
{
	int depth = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == '"')
			i = skip_text(s, i) - 1;
		else if (c == '[' || c == '{')
			depth++;
		else if (c == ']' || c == '}')
			depth--;
		if (depth > ZV_JSON_MAX_DEPTH)
			return i;
	}
	return s.n;
}

static int
line_of(struct zv_str s, size_t at)
{
	int line = 1;

	for (size_t i = 0; i < at && i < s.n; i++)
		line += s.p[i] == '\n';
	return line;
}

/* ---- reading -------------------------------------------------------------------------- */

/* Without what jansson quotes of the input: it may be a password. */
static int
explain(struct zv_error *err, const json_error_t *wrong)
{
	struct zv_str text = zvon_str(wrong->text);

	text.n = zv_str_find(text, ZV_STR(" near '"));
	return zv_fail(err, ZV_EPROTO, "bad JSON, byte %d, line %d: %.*s",
		       wrong->position, wrong->line, ZV_ARG(text));
}

static json_t *
read_with(struct zv_str text, size_t flags, struct zv_error *err)
{
	size_t deep = find_depth(text);
	json_error_t wrong = { .text = "" };
	json_t *value;

	if (deep < text.n) {
		zv_fail(err, ZV_ETOOBIG,
			"bad JSON, byte %zu, line %d: nested deeper than %d", deep + 1,
			line_of(text, deep), ZV_JSON_MAX_DEPTH);
		return NULL;
	}
	use_our_memory();
	lacked = false;
	value = json_loadb(text.n ? text.p : "", text.n,
			   JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | flags, &wrong);
	if (lacked) {
		json_decref(value);
		value = NULL;
		zv_fail_nomem(err);
	} else if (!value) {
		explain(err, &wrong);
	}
	return value;
}

json_t *
zv_json_read(struct zv_str text, struct zv_error *err)
{
	return read_with(text, 0, err);
}

json_t *
zv_json_read_own(struct zv_str text, struct zv_error *err)
{
	return read_with(text, JSON_ALLOW_NUL, err);
}

struct zv_str
zv_json_text(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (!json_is_string(value))
		return (struct zv_str){ NULL, 0 };
	return (struct zv_str){ json_string_value(value), json_string_length(value) };
}
