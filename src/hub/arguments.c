#include "hub/arguments.h"

#include <stdint.h>

#include "base/err.h"
#include "base/str.h"
#include "base/utf.h"

#define DIGITS	"0123456789"
#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define WORD	DIGITS LETTERS "_-."

/* ---- characters ------------------------------------------------------------------ */

static int
check_set(struct zv_str text, const char *set, struct zv_error *err)
{
	for (size_t i = 0; i < text.n; i++)
		if (!text.p[i] || !strchr(set, text.p[i]))
			return zv_fail(err, ZV_EINVAL,
				       "character %zu is not allowed; allowed are %s",
				       i + 1, set);
	return 0;
}

/* U+2028 and U+2029 end a line for whoever shows the text. */
static bool
ends_line(struct zv_str s)
{
	return s.n >= 3 && memcmp(s.p, "\xe2\x80", 2) == 0 &&
	       ((unsigned char)s.p[2] == 0xa8 || (unsigned char)s.p[2] == 0xa9);
}

static int
check_text(struct zv_str text, struct zv_error *err)
{
	if (zv_utf8_valid(text) != text.n)
		return zv_fail(err, ZV_EINVAL, "is not UTF-8");
	for (size_t i = 0; i < text.n; i++)
		if ((unsigned char)text.p[i] < 0x20 || text.p[i] == 0x7f ||
		    ends_line(zv_str_from(text, i)))
			return zv_fail(
				err, ZV_EINVAL,
				"byte %zu ends a line or controls: one line of plain "
				"text is allowed",
				i + 1);
	return 0;
}

/* ---- one kind each ------------------------------------------------------------------ */

struct reading {
	const struct zv_argument *row;
	struct zv_arguments *all;
	struct zv_value *value;
	const json_t *json;
	bool letters;
	struct zv_error *err;
};

static int
take_text(struct reading *r, const char *set, size_t most)
{
	struct zv_str text;

	if (!json_is_string(r->json))
		return zv_fail(r->err, ZV_EINVAL, "must be a text");
	text.p = json_string_value(r->json);
	text.n = json_string_length(r->json);
	if (r->row->most)
		most = (size_t)r->row->most;
	if (text.n > most)
		return zv_fail(r->err, ZV_EINVAL, "is longer than %zu bytes", most);
	if (text.n < (size_t)r->row->least)
		return zv_fail(r->err, ZV_EINVAL, "is shorter than %lld bytes",
			       r->row->least);
	r->value->text = text;
	r->value->given = text.n > 0;
	return set ? check_set(text, set, r->err) : check_text(text, r->err);
}

static int
read_call(struct reading *r)
{
	return take_text(r, WORD ":;@/", ZV_ARGUMENT_CALL);
}

static int
read_line(struct reading *r)
{
	return take_text(r, WORD "/+@", ZV_ARGUMENT_LINE);
}

static int
read_name(struct reading *r)
{
	return take_text(r, WORD, ZV_ARGUMENT_LINE);
}

static int
read_digits(struct reading *r)
{
	return take_text(r, DIGITS "*#ABCD", ZV_ARGUMENT_DIGITS);
}

static int
read_text(struct reading *r)
{
	return take_text(r, NULL, ZV_ARGUMENT_BYTES);
}

static int
read_number(struct reading *r)
{
	int rc = take_text(r, NULL, ZV_ARGUMENT_BYTES);

	if (rc == 0)
		rc = zv_number_clean(r->value->text, r->letters, r->all->number,
				     r->err);
	if (rc < 0)
		return ZV_EINVAL;
	r->value->text = zvon_str(r->all->number);
	r->value->given = r->value->text.n > 0;
	return 0;
}

static int
read_word(struct reading *r)
{
	const char *const *words = r->row->words;
	int rc = take_text(r, WORD, ZV_ARGUMENT_BYTES);

	if (rc < 0 || !words || !r->value->given)
		return rc;
	for (; *words; words++)
		if (zvon_str_equal(r->value->text, zvon_str(*words)))
			return 0;
	return zv_fail(r->err, ZV_EINVAL, "is none of those that there are: %s",
		       r->row->help ? r->row->help : "see the manual");
}

static int
read_bool(struct reading *r)
{
	if (!json_is_boolean(r->json))
		return zv_fail(r->err, ZV_EINVAL, "must be true or false");
	r->value->truth = json_is_true(r->json);
	r->value->given = true;
	return 0;
}

static int
read_int(struct reading *r)
{
	if (!json_is_integer(r->json))
		return zv_fail(r->err, ZV_EINVAL, "must be a whole number");
	r->value->number_value = json_integer_value(r->json);
	r->value->given = true;
	if (r->value->number_value < r->row->least ||
	    r->value->number_value > r->row->most)
		return zv_fail(r->err, ZV_EINVAL, "must be from %lld to %lld",
			       r->row->least, r->row->most);
	return 0;
}

static int
check_member(const char *key, const json_t *value, struct zv_error *err)
{
	struct zv_str text = { json_string_value(value), json_string_length(value) };

	if (!*key || check_set(zvon_str(key), WORD, NULL) < 0)
		return zv_fail(err, ZV_EINVAL, "'%.40s' is no name of a field", key);
	if (!json_is_string(value))
		return zv_fail(err, ZV_EINVAL, "field %.40s must be a text", key);
	if (check_text(text, NULL) < 0)
		return zv_fail(err, ZV_EINVAL, "field %.40s is not one line of text",
			       key);
	return 0;
}

static int
read_object(struct reading *r)
{
	const char *key;
	json_t *value;

	if (!json_is_object(r->json))
		return zv_fail(r->err, ZV_EINVAL, "must be an object of texts");
	if (json_object_size(r->json) > ZV_OBJECT_MEMBERS)
		return zv_fail(r->err, ZV_EINVAL, "has more than %d members",
			       ZV_OBJECT_MEMBERS);
	json_object_foreach((json_t *)(uintptr_t)r->json, key, value)
	{
		if (check_member(key, value, r->err) < 0)
			return ZV_EINVAL;
	}
	r->value->object = r->json;
	r->value->given = true;
	return 0;
}

static int (*const readers[])(struct reading *r) = {
	[ZV_ARG_CALL] = read_call,     [ZV_ARG_LINE] = read_line,
	[ZV_ARG_NUMBER] = read_number, [ZV_ARG_QUEUE] = read_name,
	[ZV_ARG_SERVER] = read_name,   [ZV_ARG_DIGITS] = read_digits,
	[ZV_ARG_WORD] = read_word,     [ZV_ARG_TEXT] = read_text,
	[ZV_ARG_BOOL] = read_bool,     [ZV_ARG_INT] = read_int,
	[ZV_ARG_OBJECT] = read_object,
};

/* ---- the table ------------------------------------------------------------------------ */

static int
read_row(struct zv_arguments *out, size_t i, const json_t *json, bool letters,
	 struct zv_error *err)
{
	struct reading r = { &out->table[i], out, &out->values[i], json, letters, err };
	int rc = 0;

	if (json && !json_is_null(json))
		rc = readers[r.row->kind](&r);
	if (rc == 0 && r.row->required && !r.value->given)
		rc = zv_fail(err, ZV_EINVAL, "is missing: %s",
			     r.row->help ? r.row->help : "it must be given");
	return rc;
}

static bool
is_known(const struct zv_argument *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return true;
	return false;
}

static const char *
find_unknown(const struct zv_argument *table, const json_t *args)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)args, key, value)
	{
		if (!is_known(table, key))
			return key;
	}
	return NULL;
}

int
zv_arguments_read(struct zv_arguments *out, const struct zv_argument *table,
		  const json_t *args, bool letters, struct zv_str *culprit,
		  struct zv_error *err)
{
	const char *unknown;

	*out = (struct zv_arguments){ .table = table };
	*culprit = ZV_STR("args");
	if (args && !json_is_object(args))
		return zv_fail(err, ZV_EINVAL, "must be an object");
	unknown = args ? find_unknown(table, args) : NULL;
	if (unknown) {
		*culprit = zvon_str(unknown);
		return zv_fail(err, ZV_EINVAL, "is no argument of this command");
	}
	for (size_t i = 0; i < ZV_ARGUMENTS_MAX && table[i].name; i++) {
		*culprit = zvon_str(table[i].name);
		if (read_row(out, i, args ? json_object_get(args, table[i].name) : NULL,
			     letters, err) < 0)
			return ZV_EINVAL;
	}
	return 0;
}

const struct zv_value *
zv_arguments_find(const struct zv_arguments *a, const char *name)
{
	static const struct zv_value none;

	for (size_t i = 0; i < ZV_ARGUMENTS_MAX && a->table[i].name; i++)
		if (strcmp(a->table[i].name, name) == 0)
			return &a->values[i];
	return &none;
}

const struct zv_value *
zv_arguments_of_kind(const struct zv_arguments *a, enum zv_argument_kind kind)
{
	for (size_t i = 0; i < ZV_ARGUMENTS_MAX && a->table[i].name; i++)
		if (a->table[i].kind == kind && a->values[i].given)
			return &a->values[i];
	return NULL;
}
