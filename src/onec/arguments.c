#include "onec/arguments.h"

#include "base/err.h"

/* ---- errors in words --------------------------------------------------------------------- */

static const char *
name_of(const struct zv_method *m, enum zv_language language)
{
	return language == ZV_RUSSIAN && m->russian ? m->russian : m->name;
}

static const char *
kind_name(enum zv_value_kind kind, enum zv_language language)
{
	static const char *const names[][2] = {
		[ZV_VALUE_EMPTY] = { "Неопределено", "Undefined" },
		[ZV_VALUE_NULL] = { "Null", "Null" },
		[ZV_VALUE_INT] = { "число", "a number" },
		[ZV_VALUE_REAL] = { "дробное число", "a fraction" },
		[ZV_VALUE_BOOL] = { "Булево", "a Boolean" },
		[ZV_VALUE_TEXT] = { "строка", "a string" },
		[ZV_VALUE_BLOB] = { "двоичные данные", "binary data" },
		[ZV_VALUE_DATE] = { "дата", "a date" },
		[ZV_VALUE_OTHER] = { "значение другого типа",
				     "a value of another type" },
	};

	return names[kind][language];
}

static const char *
want_name(enum zv_value_want want, enum zv_language language)
{
	static const char *const names[][2] = {
		[ZV_WANT_ANY] = { "значение", "a value" },
		[ZV_WANT_TEXT] = { "строка", "a string" },
		[ZV_WANT_INT] = { "целое число", "a whole number" },
		[ZV_WANT_BOOL] = { "Булево", "a Boolean" },
		[ZV_WANT_OUT] = { "переменная", "a variable" },
	};

	return names[want][language];
}

static int
fail_wrong(const struct zv_method *m, size_t i, const struct zv_value *given,
	   enum zv_language language, struct zv_error *err)
{
	const struct zv_argument_row *row = &m->arguments[i];

	return zv_fail(err, ZV_EINVAL,
		       language == ZV_RUSSIAN
			       ? "%s: параметр %zu (%s): ожидается %s, передано: %s"
			       : "%s: parameter %zu (%s): %s is wanted, %s was given",
		       name_of(m, language), i + 1, row->name,
		       want_name(row->want, language),
		       kind_name(given->kind, language));
}

static int
fail_missing(const struct zv_method *m, size_t i, enum zv_language language,
	     struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL,
		       language == ZV_RUSSIAN ? "%s: параметр %zu (%s) не указан"
					      : "%s: parameter %zu (%s) is missing",
		       name_of(m, language), i + 1, m->arguments[i].name);
}

static int
fail_extra(const struct zv_method *m, size_t n, enum zv_language language,
	   struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL,
		       language == ZV_RUSSIAN
			       ? "%s: передано параметров %zu, метод принимает %zu"
			       : "%s: %zu parameters were given, the method takes %zu",
		       name_of(m, language), n, m->n_arguments);
}

static int
fail_long(const struct zv_method *m, size_t i, enum zv_language language,
	  struct zv_error *err)
{
	return zv_fail(err, ZV_ETOOBIG,
		       language == ZV_RUSSIAN
			       ? "%s: параметр %zu (%s) длиннее %zu байт"
			       : "%s: parameter %zu (%s) is longer than %zu bytes",
		       name_of(m, language), i + 1, m->arguments[i].name,
		       ZV_VALUE_TEXT_MAX);
}

static int
fail_memory(enum zv_language language, struct zv_error *err)
{
	return zv_fail(err, ZV_ENOMEM,
		       language == ZV_RUSSIAN ? "не хватает памяти" : "out of memory");
}

/* ---- one argument ------------------------------------------------------------------------- */

static int
copy_any(const struct zv_value *in, struct zv_value *out)
{
	*out = *in;
	out->bytes = (struct zv_buf){ 0 };
	return zv_buf_add(&out->bytes, zv_buf_str(&in->bytes));
}

static int
read_text(const struct zv_value *in, struct zv_value *out)
{
	out->kind = ZV_VALUE_TEXT;
	return zv_value_as_text(in, &out->bytes);
}

static int
read_int(const struct zv_value *in, struct zv_value *out)
{
	out->kind = ZV_VALUE_INT;
	return zv_value_as_int(in, &out->integer) ? 0 : ZV_EINVAL;
}

static int
read_bool(const struct zv_value *in, struct zv_value *out)
{
	out->kind = ZV_VALUE_BOOL;
	return zv_value_as_bool(in, &out->boolean) ? 0 : ZV_EINVAL;
}

static int
read_nothing(const struct zv_value *in, struct zv_value *out)
{
	(void)in;
	(void)out;
	return 0;
}

static int (*const readers[])(const struct zv_value *in, struct zv_value *out) = {
	[ZV_WANT_ANY] = copy_any,     [ZV_WANT_TEXT] = read_text,
	[ZV_WANT_INT] = read_int,     [ZV_WANT_BOOL] = read_bool,
	[ZV_WANT_OUT] = read_nothing,
};

/* 0 stands for a number that was left out and has "" as fallback. */
static int
read_fallback(const struct zv_argument_row *row, struct zv_value *out)
{
	struct zv_value text = { 0 };
	int rc = zv_value_set_text(&text, zvon_str(row->fallback));

	if (rc == 0 && row->want == ZV_WANT_INT && !*row->fallback)
		zv_value_set_int(out, 0);
	else if (rc == 0)
		rc = readers[row->want](&text, out);
	zv_value_deinit(&text);
	return rc;
}

static bool
is_left_out(const struct zv_value *given)
{
	return !given || given->kind == ZV_VALUE_EMPTY || given->kind == ZV_VALUE_NULL;
}

/* given: NULL: there is none. */
static int
read_one(const struct zv_method *m, size_t i, const struct zv_value *given,
	 struct zv_value *out, enum zv_language language, struct zv_error *err)
{
	const struct zv_argument_row *row = &m->arguments[i];
	int rc;

	if (row->want == ZV_WANT_OUT)
		return 0;
	if (is_left_out(given) && !row->fallback)
		return fail_missing(m, i, language, err);
	if (!is_left_out(given) && given->bytes.n > ZV_VALUE_TEXT_MAX)
		return fail_long(m, i, language, err);
	rc = is_left_out(given) ? read_fallback(row, out)
				: readers[row->want](given, out);
	if (rc == ZV_ENOMEM)
		return fail_memory(language, err);
	return rc < 0 ? fail_wrong(m, i, given, language, err) : 0;
}

/* ---- all of them -------------------------------------------------------------------------- */

int
zv_call_read_arguments(const struct zv_method *method, const struct zv_value *given,
		       size_t n_given, struct zv_value *out, enum zv_language language,
		       struct zv_error *err)
{
	if (n_given > method->n_arguments)
		return fail_extra(method, n_given, language, err);
	for (size_t i = 0; i < method->n_arguments; i++) {
		int rc = read_one(method, i, i < n_given ? &given[i] : NULL, &out[i],
				  language, err);

		if (rc < 0)
			return rc;
	}
	return 0;
}

void
zv_call_give_back(const struct zv_method *method, struct zv_value *read,
		  struct zv_value *given, size_t n_given)
{
	for (size_t i = 0; i < method->n_arguments && i < n_given; i++) {
		if (method->arguments[i].want != ZV_WANT_OUT)
			continue;
		zv_value_deinit(&given[i]);
		given[i] = read[i];
		read[i] = (struct zv_value){ 0 };
	}
}
