#include "onec/component.h"

#include <limits.h>
#include <stdlib.h>

#include "base/err.h"
#include "base/mem.h"
#include "helper.h"
#include "onechost.h"

/* ---- a class with a method of each kind of argument ---------------------------------------- */

static int
fail_if_asked(const struct zv_value *v, struct zv_error *err)
{
	if (zvon_str_equal(zv_buf_str(&v->bytes), ZV_STR("fail")))
		return zv_fail(err, ZV_EIO, "it failed: try again");
	return zvon_str_equal(zv_buf_str(&v->bytes), ZV_STR("silent")) ? ZV_EBUSY : 0;
}

static void
show(struct zv_buf *out, const struct zv_value *v)
{
	switch (v->kind) {
	case ZV_VALUE_EMPTY:
		zv_buf_printf(out, "u:");
		break;
	case ZV_VALUE_NULL:
		zv_buf_printf(out, "n:");
		break;
	case ZV_VALUE_INT:
		zv_buf_printf(out, "i:%lld", v->integer);
		break;
	case ZV_VALUE_REAL:
		zv_buf_printf(out, "r:%g", v->real);
		break;
	case ZV_VALUE_BOOL:
		zv_buf_printf(out, "b:%d", v->boolean);
		break;
	case ZV_VALUE_TEXT:
		zv_buf_printf(out, "s:%.*s", ZV_ARG(zv_buf_str(&v->bytes)));
		break;
	case ZV_VALUE_BLOB:
		zv_buf_printf(out, "x:%.*s", ZV_ARG(zv_buf_str(&v->bytes)));
		break;
	default:
		zv_buf_printf(out, "?:%d", v->kind);
	}
}

/* Its result: all its arguments as it got them. */
static int
call_show(struct zv_component *c, const struct zv_method *m, struct zv_value *arguments,
	  struct zv_value *result, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	int rc = 0;

	for (size_t i = 0; i < m->n_arguments && rc == 0; i++) {
		if (i)
			zv_buf_add_char(&text, ' ');
		show(&text, &arguments[i]);
		rc = fail_if_asked(&arguments[i], err);
	}
	if (rc == 0)
		rc = zv_buf_failed(&text) ? ZV_ENOMEM : 0;
	if (rc == 0)
		rc = zv_value_set_text(result, zv_buf_str(&text));
	zv_buf_deinit(&text);
	return rc;
}

/* A length instead of a text. */
static int
call_length(struct zv_component *c, const struct zv_method *m,
	    struct zv_value *arguments, struct zv_value *result, struct zv_error *err)
{
	zv_value_set_int(result, (long long)arguments[0].bytes.n);
	return 0;
}

/* Fills what it can even when it fails. */
static int
call_fill(struct zv_component *c, const struct zv_method *m, struct zv_value *arguments,
	  struct zv_value *result, struct zv_error *err)
{
	int rc = zv_value_set_text(&arguments[1], ZV_STR("written"));

	zv_value_set_int(&arguments[2], 42);
	zv_value_set_bool(result, true);
	return rc < 0 ? rc : fail_if_asked(&arguments[0], err);
}

static const struct zv_argument_row any[] = { { "Value", ZV_WANT_ANY, NULL } };
static const struct zv_argument_row any_or[] = { { "Value", ZV_WANT_ANY, "else" } };
static const struct zv_argument_row texts[] = {
	{ "Text", ZV_WANT_TEXT, NULL },
	{ "Other", ZV_WANT_TEXT, "def" },
};
static const struct zv_argument_row numbers[] = {
	{ "Port", ZV_WANT_INT, NULL },
	{ "Seven", ZV_WANT_INT, "7" },
	{ "Zero", ZV_WANT_INT, "" },
};
static const struct zv_argument_row flags[] = {
	{ "Flag", ZV_WANT_BOOL, NULL },
	{ "Other", ZV_WANT_BOOL, "Истина" },
};
static const struct zv_argument_row outs[] = {
	{ "Text", ZV_WANT_TEXT, "" },
	{ "First", ZV_WANT_OUT, NULL },
	{ "Second", ZV_WANT_OUT, NULL },
};
static const struct zv_argument_row many[ZV_METHOD_ARGUMENTS] = {
	{ "A", ZV_WANT_TEXT, "a" }, { "B", ZV_WANT_TEXT, "b" },
	{ "C", ZV_WANT_TEXT, "c" }, { "D", ZV_WANT_TEXT, "d" },
	{ "E", ZV_WANT_TEXT, "e" }, { "F", ZV_WANT_TEXT, "f" },
	{ "G", ZV_WANT_TEXT, "g" }, { "H", ZV_WANT_TEXT, "h" },
	{ "I", ZV_WANT_TEXT, "i" }, { "J", ZV_WANT_TEXT, "j" },
	{ "K", ZV_WANT_TEXT, "k" }, { "L", ZV_WANT_TEXT, "l" },
	{ "M", ZV_WANT_TEXT, "m" }, { "N", ZV_WANT_TEXT, "n" },
	{ "O", ZV_WANT_TEXT, "o" }, { "P", ZV_WANT_TEXT, "p" },
	{ "Q", ZV_WANT_TEXT, "q" }, { "R", ZV_WANT_TEXT, "r" },
	{ "S", ZV_WANT_TEXT, "s" }, { "T", ZV_WANT_TEXT, "t" },
	{ "U", ZV_WANT_TEXT, "u" }, { "V", ZV_WANT_TEXT, "v" },
	{ "W", ZV_WANT_TEXT, "w" }, { "X", ZV_WANT_TEXT, "x" },
};

#define METHOD(name, russian, rows, fn)                                                \
 {                                                                                     \
  name, russian, NULL, rows, N_OF(rows), false, fn, NULL                               \
 }

static const struct zv_method methods[] = {
	METHOD("Any", "Любое", any, call_show),
	METHOD("AnyOr", NULL, any_or, call_show),
	METHOD("Texts", "Строки", texts, call_show),
	METHOD("Numbers", "Числа", numbers, call_show),
	METHOD("Flags", "Флаги", flags, call_show),
	METHOD("Fill", "Заполнить", outs, call_fill),
	METHOD("Many", "Много", many, call_show),
	METHOD("Length", "Длина", any, call_length),
	{ "Nothing", "Ничего", NULL, NULL, 0, true, call_show, NULL },
};

/* ---- its properties ------------------------------------------------------------------------- */

struct own {
	struct zv_buf name;
};

static void *
open_own(struct zv_component *c)
{
	return zv_calloc(1, sizeof(struct own));
}

static void
free_own(void *own)
{
	zv_buf_deinit(&((struct own *)own)->name);
	zv_free(own);
}

static int
get_name(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	struct own *own = zv_component_own(c);

	return zv_value_set_text(out, zv_buf_str(&own->name));
}

static int
set_name(struct zv_component *c, const struct zv_value *in, struct zv_error *err)
{
	struct own *own = zv_component_own(c);

	zv_buf_clear(&own->name);
	return zv_value_as_text(in, &own->name);
}

static int
get_broken(struct zv_component *c, struct zv_value *out, struct zv_error *err)
{
	zv_value_set_int(out, 1);
	return zv_fail(err, ZV_EIO, "it is broken");
}

static const struct zv_property properties[] = {
	{ "Name", "Имя", NULL, get_name, set_name },
	{ "Broken", "Сломано", NULL, get_broken, NULL },
	{ "Secret", "Пароль", NULL, NULL, set_name },
};

#define CLASS(how)                                                                     \
 {                                                                                     \
  "Test", "Test", how, properties, N_OF(properties), methods, N_OF(methods), open_own, \
	  free_own                                                                     \
 }

static const struct zv_class raising = CLASS(ZV_ERRORS_RAISE);
static const struct zv_class returning = CLASS(ZV_ERRORS_FALSE);

/* ---- a script --------------------------------------------------------------------------------- */

/* As tests/onec/host writes them: "i:42". */
static struct zv_value
value_of(const char *spec)
{
	struct zv_value v = { 0 };

	switch (*spec) {
	case 'u':
		break;
	case 'n':
		v.kind = ZV_VALUE_NULL;
		break;
	case 'i':
		zv_value_set_int(&v, atoll(spec + 2));
		break;
	case 'r':
		v.kind = ZV_VALUE_REAL;
		v.real = atof(spec + 2);
		break;
	case 'b':
		zv_value_set_bool(&v, spec[2] == '1');
		break;
	case 's':
		assert_int_equal(zv_value_set_text(&v, zvon_str(spec + 2)), 0);
		break;
	case 'x':
		assert_int_equal(zv_value_set_text(&v, zvon_str(spec + 2)), 0);
		v.kind = ZV_VALUE_BLOB;
		break;
	case 'd':
		v.kind = ZV_VALUE_DATE;
		break;
	default:
		v.kind = ZV_VALUE_OTHER;
	}
	return v;
}

struct script {
	struct onechost host;
	struct zv_component *c;
};

static void
script_init(struct script *s, const struct zv_class *class, const char *locale)
{
	onechost_init(&s->host);
	s->c = zv_component_new(class);
	assert_non_null(s->c);
	zv_component_attach(s->c, &onechost_calls, &s->host);
	zv_component_set_locale(s->c, zvon_str(locale));
}

static void
script_deinit(struct script *s)
{
	zv_component_free(s->c);
	onechost_deinit(&s->host);
}

#define MOST_GIVEN (ZV_METHOD_ARGUMENTS + 1)

/* Adds the result, and the arguments behind it; or `!` and the exception. */
static void
call(struct script *s, const char *method, const char *const *given,
     struct zv_buf *shown)
{
	long number = zv_component_find_method(s->c, zvon_str(method));
	struct zv_value arguments[MOST_GIVEN] = { 0 }, result = { 0 };
	size_t n = 0;

	assert_true(number >= 0);
	for (; n < MOST_GIVEN && given[n]; n++)
		arguments[n] = value_of(given[n]);
	if (zv_component_call(s->c, number, arguments, n, &result)) {
		show(shown, &result);
		assert_int_equal(s->host.raised.n, 0);
	} else {
		zv_buf_printf(shown, "!%.*s", ZV_ARG(zv_buf_str(&s->host.raised)));
		zv_buf_clear(&s->host.raised);
	}
	zv_value_deinit(&result);
	for (size_t i = 0; i < n; i++) {
		zv_buf_printf(shown, " %c", i ? ',' : ';');
		show(shown, &arguments[i]);
		zv_value_deinit(&arguments[i]);
	}
}

static void
check_call(struct script *s, const char *method, const char *const *given,
	   const char *wanted)
{
	struct zv_buf shown = { 0 };

	call(s, method, given, &shown);
	check_text(method, zv_buf_str(&shown), zvon_str(wanted));
	zv_buf_deinit(&shown);
}

static void
check_last_error(struct script *s, const char *wanted)
{
	struct zv_buf text = { 0 };

	assert_int_equal(zv_component_last_error(s->c, &text), 0);
	check_text("last error", zv_buf_str(&text), zvon_str(wanted));
	zv_buf_deinit(&text);
}

struct call_row {
	const char *method;
	const char *given[4];
	const char *wanted;
};

static void
check_calls(const struct zv_class *class, const char *locale,
	    const struct call_row *rows, size_t n)
{
	struct script s;

	script_init(&s, class, locale);
	for (size_t i = 0; i < n; i++)
		check_call(&s, rows[i].method, rows[i].given, rows[i].wanted);
	script_deinit(&s);
}

/* ---- arguments of all kinds ---------------------------------------------------------------- */

static void
test_fault_124_right_types(void **state)
{
	static const struct call_row rows[] = {
		{ "Any", { "i:5" }, "s:i:5 ;i:5" },
		{ "ЛЮБОЕ", { "s:да" }, "s:s:да ;s:да" },
		{ "Any", { "x:ab" }, "s:x:ab ;x:ab" },
		{ "Any", { "d:" }, "s:?:7 ;?:7" },
		{ "Any", { "s:" }, "s:s: ;s:" },
		{ "AnyOr", { NULL }, "s:s:else" },
		{ "Texts", { "s:a", "s:b" }, "s:s:a s:b ;s:a ,s:b" },
		{ "Texts", { "s:" }, "s:s: s:def ;s:" },
		{ "Texts", { "i:5038", "r:0.5" }, "s:s:5038 s:0.5 ;i:5038 ,r:0.5" },
		{ "Texts", { "b:1", "u:" }, "s:s:true s:def ;b:1 ,u:" },
		{ "Texts", { "r:200", "n:" }, "s:s:200 s:def ;r:200 ,n:" },
		{ "Numbers", { "i:1" }, "s:i:1 i:7 i:0 ;i:1" },
		{ "Numbers",
		  { "s:5 038", "r:8", "b:1" },
		  "s:i:5038 i:8 i:1 ;s:5 038 ,r:8 ,b:1" },
		{ "Numbers", { "i:1", "u:", "u:" }, "s:i:1 i:7 i:0 ;i:1 ,u: ,u:" },
		{ "Flags", { "b:0" }, "s:b:0 b:1 ;b:0" },
		{ "Flags", { "i:1", "s:ложь" }, "s:b:1 b:0 ;i:1 ,s:ложь" },
		{ "Flags", { "s:", "r:0" }, "s:b:0 b:0 ;s: ,r:0" },
		{ "Fill", { "s:", "u:", "u:" }, "b:1 ;s: ,s:written ,i:42" },
		{ "Fill", { "s:", "s:was long", "x:ab" }, "b:1 ;s: ,s:written ,i:42" },
		{ "Fill", { "s:", "s:only one" }, "b:1 ;s: ,s:written" },
		{ "Fill", { NULL }, "b:1" },
		{ "Nothing", { NULL }, "s:" },
		{ "Many",
		  { "s:1", "u:", "i:3" },
		  "s:s:1 s:b s:3 s:d s:e s:f s:g s:h s:i s:j s:k s:l s:m s:n s:o s:p "
		  "s:q s:r s:s s:t s:u s:v s:w s:x ;s:1 ,u: ,i:3" },
	};

	check_calls(&raising, "ru_RU", rows, N_OF(rows));
	check_calls(&returning, "en_US", rows, N_OF(rows));
}

/* The script's own errors are raised whatever the class does with its own. */
static void
test_fault_124_wrong_types_in_russian(void **state)
{
	static const struct call_row rows[] = {
		{ "Texts",
		  { "x:ab" },
		  "!Test: Строки: параметр 1 (Text): ожидается строка, передано: "
		  "двоичные "
		  "данные ;x:ab" },
		{ "Texts",
		  { "s:a", "d:" },
		  "!Test: Строки: параметр 2 (Other): ожидается строка, передано: дата "
		  ";s:a ,?:7" },
		{ "Texts",
		  { "?" },
		  "!Test: Строки: параметр 1 (Text): ожидается строка, передано: "
		  "значение "
		  "другого типа ;?:8" },
		{ "Numbers",
		  { "s:abc" },
		  "!Test: Числа: параметр 1 (Port): ожидается целое число, передано: "
		  "строка "
		  ";s:abc" },
		{ "Numbers",
		  { "r:0.5" },
		  "!Test: Числа: параметр 1 (Port): ожидается целое число, передано: "
		  "дробное "
		  "число ;r:0.5" },
		{ "Flags",
		  { "s:maybe" },
		  "!Test: Флаги: параметр 1 (Flag): ожидается Булево, передано: строка "
		  ";s:maybe" },
		{ "Any", { NULL }, "!Test: Любое: параметр 1 (Value) не указан" },
		{ "Any", { "u:" }, "!Test: Любое: параметр 1 (Value) не указан ;u:" },
		{ "Texts", { "n:" }, "!Test: Строки: параметр 1 (Text) не указан ;n:" },
		{ "Texts",
		  { "s:a", "s:b", "s:c" },
		  "!Test: Строки: передано параметров 3, метод принимает 2 ;s:a ,s:b "
		  ",s:c" },
		{ "Nothing",
		  { "s:a" },
		  "!Test: Ничего: передано параметров 1, метод принимает 0 ;s:a" },
	};

	check_calls(&raising, "ru_RU", rows, N_OF(rows));
	check_calls(&returning, "rus_RUS", rows, N_OF(rows));
}

static void
test_fault_124_wrong_types_in_english(void **state)
{
	static const struct call_row rows[] = {
		{ "Texts",
		  { "x:ab" },
		  "!Test: Texts: parameter 1 (Text): a string is wanted, binary data "
		  "was given ;x:ab" },
		{ "Numbers",
		  { "s:abc" },
		  "!Test: Numbers: parameter 1 (Port): a whole number is wanted, a "
		  "string was given ;s:abc" },
		{ "Any", { NULL }, "!Test: Any: parameter 1 (Value) is missing" },
		{ "Texts",
		  { "s:a", "s:b", "s:c" },
		  "!Test: Texts: 3 parameters were given, the method takes 2 ;s:a ,s:b "
		  ",s:c" },
	};

	check_calls(&raising, "en_US", rows, N_OF(rows));
}

static char *
long_text(size_t n)
{
	char *text = malloc(n + 3);

	assert_non_null(text);
	memset(text, 'x', n + 2);
	memcpy(text, "s:", 2);
	text[n + 2] = '\0';
	return text;
}

static void
check_long(struct script *s, size_t n, const char *wanted)
{
	long number = zv_component_find_method(s->c, ZV_STR("Length"));
	char *text = long_text(n);
	struct zv_value argument = value_of(text), result = { 0 };
	struct zv_buf shown = { 0 };

	if (zv_component_call(s->c, number, &argument, 1, &result))
		show(&shown, &result);
	else
		zv_buf_add(&shown, zv_buf_str(&s->host.raised));
	check_text("long", zv_buf_str(&shown), zvon_str(wanted));
	zv_buf_clear(&s->host.raised);
	zv_buf_deinit(&shown);
	zv_value_deinit(&result);
	zv_value_deinit(&argument);
	free(text);
}

static void
test_fault_124_long_texts(void **state)
{
	struct script s;

	script_init(&s, &raising, "ru_RU");
	check_long(&s, 1024 * 1024, "i:1048576");
	check_long(&s, ZV_VALUE_TEXT_MAX, "i:16777216");
	check_long(&s, ZV_VALUE_TEXT_MAX + 1,
		   "Test: Длина: параметр 1 (Value) длиннее 16777216 байт");
	script_deinit(&s);
}

static void
test_fault_124_numbers_of_nothing(void **state)
{
	static const long wrong[] = { -1, N_OF(methods), LONG_MAX, LONG_MIN };
	struct zv_value value = { 0 };
	struct script s;

	script_init(&s, &raising, "en");
	for (size_t i = 0; i < N_OF(wrong); i++) {
		assert_null(zv_component_method(s.c, wrong[i]));
		assert_false(zv_component_call(s.c, wrong[i], NULL, 0, &value));
		assert_true(s.host.raised.n > 0);
		assert_false(zv_component_get(s.c, wrong[i], &value));
		assert_false(zv_component_set(s.c, wrong[i], &value));
	}
	onechost_check_raised(&s.host, "Test: there is no method or property number "
				       "-9223372036854775808");
	script_deinit(&s);
}

/* ---- errors of a function -------------------------------------------------------------------- */

static void
test_errors_that_raise(void **state)
{
	static const struct call_row rows[] = {
		{ "Texts", { "s:fail" }, "!Test: it failed: try again ;s:fail" },
		{ "Texts", { "s:silent" }, "!Test: не удалось (EBUSY) ;s:silent" },
		{ "Fill",
		  { "s:fail", "s:old", "s:old" },
		  "!Test: it failed: try again ;s:fail ,s:old ,s:old" },
	};

	check_calls(&raising, "", rows, N_OF(rows));
}

/* Out-arguments come back, too: MIKO's Result tells what was wrong. */
static void
test_errors_that_return_false(void **state)
{
	static const struct call_row rows[] = {
		{ "Texts", { "s:fail" }, "b:0 ;s:fail" },
		{ "Texts", { "s:silent" }, "b:0 ;s:silent" },
		{ "Fill",
		  { "s:fail", "s:old", "s:old" },
		  "b:0 ;s:fail ,s:written ,i:42" },
	};
	struct script s;

	check_calls(&returning, "ru", rows, N_OF(rows));
	script_init(&s, &returning, "ru");
	check_last_error(&s, "");
	check_call(&s, "Texts", rows[0].given, rows[0].wanted);
	check_last_error(&s, "it failed: try again");
	check_call(&s, "Texts", rows[1].given, rows[1].wanted);
	check_last_error(&s, "не удалось (EBUSY)");
	zv_component_set_error(s.c, NULL);
	check_last_error(&s, "");
	script_deinit(&s);
}

/* ---- properties -------------------------------------------------------------------------------- */

static void
check_property(struct script *s, long number, const char *wanted)
{
	struct zv_value v = { 0 };
	struct zv_buf shown = { 0 };

	if (zv_component_get(s->c, number, &v))
		show(&shown, &v);
	else
		zv_buf_add(&shown, zv_buf_str(&s->host.raised));
	check_text("property", zv_buf_str(&shown), zvon_str(wanted));
	assert_true(shown.p[0] == 's' || v.kind == ZV_VALUE_EMPTY);
	zv_buf_clear(&s->host.raised);
	zv_buf_deinit(&shown);
	zv_value_deinit(&v);
}

static bool
set(struct script *s, long number, const char *spec)
{
	struct zv_value v = value_of(spec);
	bool ok = zv_component_set(s->c, number, &v);

	zv_value_deinit(&v);
	return ok;
}

static void
test_properties(void **state)
{
	struct script s;

	script_init(&s, &returning, "ru");
	check_property(&s, 0, "s:");
	assert_true(set(&s, 0, "s:Анна"));
	check_property(&s, 0, "s:Анна");
	assert_true(set(&s, 0, "i:7"));
	check_property(&s, 0, "s:7");
	assert_false(set(&s, 0, "d:"));
	onechost_check_raised(&s.host, "Test: не удалось (EINVAL)");
	check_property(&s, 1, "Test: it is broken");
	assert_false(set(&s, 1, "s:x"));
	onechost_check_raised(&s.host, "Test: Сломано: свойство только для чтения");
	assert_true(set(&s, 2, "s:x"));
	check_property(&s, 2, "Test: Пароль: свойство нельзя прочитать");
	zv_component_set_locale(s.c, ZV_STR("en_GB"));
	check_property(&s, 2, "Test: Secret: the property cannot be read");
	script_deinit(&s);
}

static void
test_fault_124_long_properties(void **state)
{
	char *longest = long_text(ZV_VALUE_TEXT_MAX);
	char *longer = long_text(ZV_VALUE_TEXT_MAX + 1);
	struct script s;

	script_init(&s, &returning, "en");
	assert_true(set(&s, 0, longest));
	assert_false(set(&s, 0, longer));
	onechost_check_raised(&s.host,
			      "Test: Name: the value is longer than 16777216 bytes");
	script_deinit(&s);
	free(longest);
	free(longer);
}

/* ---- without a host, and after it ----------------------------------------------------------------- */

/* Some hosts never call Init. */
static void
test_no_host(void **state)
{
	struct zv_component *c = zv_component_new(&raising);
	struct zv_value v = value_of("s:a"), result = { 0 };
	struct zv_component_counters counters;

	assert_true(zv_component_call(c, 2, &v, 1, &result));
	assert_true(zv_component_get(c, 0, &result));
	assert_false(zv_component_get(c, 1, &result));
	assert_int_equal(zv_component_event_depth(c), -1);
	assert_int_equal(zv_component_app(c), ZV_APP_UNKNOWN);
	zv_component_event(c, ZV_STR("a"), ZV_STR("b"), ZV_STR("c"));
	zv_component_forget_events(c);
	zv_component_count(c, &counters);
	assert_int_equal(counters.waiting, 0);
	zv_value_deinit(&v);
	zv_value_deinit(&result);
	zv_component_free(c);
}

static void
test_calls_after_the_stop(void **state)
{
	struct zv_value v = value_of("s:a"), result = { 0 };
	struct zv_error err = { 0 };
	struct script s;

	script_init(&s, &returning, "ru");
	zv_component_stop(s.c);
	assert_false(zv_component_call(s.c, 2, &v, 1, &result));
	assert_int_equal(result.kind, ZV_VALUE_EMPTY);
	check_last_error(&s, "компонента остановлена: создайте новый объект");
	assert_int_equal(s.host.raised.n, 0); /* the host is gone */
	assert_int_equal(zv_component_event_depth(s.c), -1);
	assert_int_equal(zv_component_set_event_depth(s.c, 10, &err), ZV_EIO);
	zv_component_forget_events(s.c);
	assert_int_equal(s.host.n_forgotten, 0);
	zv_component_stop(s.c);
	zv_value_deinit(&v);
	script_deinit(&s);
}

static void
test_free_nothing(void **state)
{
	zv_component_free(NULL);
}

/* ---- settings ----------------------------------------------------------------------------------------- */

static void
test_limits(void **state)
{
	struct zv_error err = { 0 };
	struct script s;

	script_init(&s, &raising, "ru");
	assert_int_equal(zv_component_answer_ms(s.c), ZV_ANSWER_MS);
	assert_int_equal(zv_component_set_answer_ms(s.c, ZV_ANSWER_LEAST_MS, &err), 0);
	assert_int_equal(zv_component_answer_ms(s.c), ZV_ANSWER_LEAST_MS);
	assert_int_equal(zv_component_set_answer_ms(s.c, ZV_ANSWER_MOST_MS, &err), 0);
	assert_int_equal(zv_component_set_answer_ms(s.c, ZV_ANSWER_MOST_MS + 1, &err),
			 ZV_EINVAL);
	assert_string_equal(err.text, "60001 вне допустимого: от 100 до 60000");
	assert_int_equal(zv_component_set_answer_ms(s.c, ZV_ANSWER_LEAST_MS - 1, NULL),
			 ZV_EINVAL);
	assert_int_equal(zv_component_answer_ms(s.c), ZV_ANSWER_MOST_MS);
	assert_int_equal(
		zv_component_set_events_waiting(s.c, ZV_EVENTS_LEAST - 1, NULL),
		ZV_EINVAL);
	assert_int_equal(zv_component_set_events_waiting(s.c, ZV_EVENTS_LEAST, NULL),
			 0);
	assert_int_equal(zv_component_set_events_waiting(s.c, ZV_EVENTS_MOST, NULL), 0);
	assert_int_equal(zv_component_set_events_waiting(s.c, LLONG_MAX, NULL),
			 ZV_EINVAL);
	script_deinit(&s);
}

static void
test_event_depth(void **state)
{
	struct zv_error err = { 0 };
	struct script s;

	script_init(&s, &raising, "ru");
	assert_int_equal(zv_component_event_depth(s.c), ZV_EVENT_DEPTH);
	assert_int_equal(zv_component_set_event_depth(s.c, 5, &err), 0);
	assert_int_equal(s.host.depth, 5);
	assert_int_equal(zv_component_set_event_depth(s.c, 0, &err), ZV_EINVAL);
	err = (struct zv_error){ 0 };
	s.host.depth_most = 100;
	assert_int_equal(zv_component_set_event_depth(s.c, 101, &err), ZV_EIO);
	assert_string_equal(err.text, "1С не приняла глубину очереди событий 101");
	assert_int_equal(zv_component_event_depth(s.c), 5);
	script_deinit(&s);
}

static void
test_locales(void **state)
{
	static const struct {
		const char *name;
		bool is_russian;
	} rows[] = {
		{ "ru_RU", true },    { "rus_RUS", true }, { "ru", true },
		{ "RU", true },	      { "", true },	   { "r", true },
		{ "en_US", false },   { "en", false },	   { "", false },
		{ "eng_USA", false }, { "rus", true },
	};
	struct script s;

	script_init(&s, &raising, "");
	for (size_t i = 0; i < N_OF(rows); i++) {
		zv_component_set_locale(s.c, zvon_str(rows[i].name));
		assert_int_equal(zv_component_is_russian(s.c), rows[i].is_russian);
	}
	script_deinit(&s);
}

static void
test_methods_of_its_own(void **state)
{
	struct zv_method more[N_OF(methods) + 1];
	struct script s;

	memcpy(more, methods, sizeof methods);
	more[N_OF(methods)] = methods[0];
	more[N_OF(methods)].name = "FromFile";
	more[N_OF(methods)].russian = "ИзФайла";
	script_init(&s, &raising, "");
	assert_int_equal(zv_component_find_method(s.c, ZV_STR("FromFile")), -1);
	zv_component_use_methods(s.c, more, N_OF(more));
	assert_int_equal(zv_component_n_methods(s.c), N_OF(more));
	check_call(&s, "изфайла", (const char *const[]){ "i:1", NULL }, "s:i:1 ;i:1");
	assert_ptr_equal(zv_component_class(s.c), &raising);
	script_deinit(&s);
}

/* ---- memory ------------------------------------------------------------------------------------------- */

struct memory_row {
	const char *method;
	const char *given[4];
};

static int
call_in_need(void *user)
{
	const struct memory_row *row = user;
	struct zv_value arguments[4] = { 0 }, result = { 0 };
	struct zv_component *c = zv_component_new(&raising);
	int rc = 0;
	size_t n = 0;

	if (!c)
		return ZV_ENOMEM;
	for (; row->given[n]; n++) {
		arguments[n] = (struct zv_value){ .kind = ZV_VALUE_TEXT };
		if (zv_buf_add(&arguments[n].bytes, zvon_str(row->given[n])) < 0)
			rc = ZV_ENOMEM;
	}
	if (rc == 0 &&
	    !zv_component_call(c, zv_component_find_method(c, zvon_str(row->method)),
			       arguments, n, &result))
		rc = ZV_ENOMEM;
	for (size_t i = 0; i < n; i++)
		zv_value_deinit(&arguments[i]);
	zv_value_deinit(&result);
	zv_component_free(c);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	struct memory_row rows[] = {
		{ "Any", { "abc" } },	       { "AnyOr", { NULL } },
		{ "Texts", { "a", "b" } },     { "Texts", { "a" } },
		{ "Numbers", { "1" } },	       { "Flags", { "да" } },
		{ "Fill", { "a", "b", "c" } }, { "Fill", { NULL } },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_out_of_memory(call_in_need, &rows[i]);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_124_right_types),
		cmocka_unit_test(test_fault_124_wrong_types_in_russian),
		cmocka_unit_test(test_fault_124_wrong_types_in_english),
		cmocka_unit_test(test_fault_124_long_texts),
		cmocka_unit_test(test_fault_124_numbers_of_nothing),
		cmocka_unit_test(test_errors_that_raise),
		cmocka_unit_test(test_errors_that_return_false),
		cmocka_unit_test(test_properties),
		cmocka_unit_test(test_fault_124_long_properties),
		cmocka_unit_test(test_no_host),
		cmocka_unit_test(test_calls_after_the_stop),
		cmocka_unit_test(test_free_nothing),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_event_depth),
		cmocka_unit_test(test_locales),
		cmocka_unit_test(test_methods_of_its_own),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
