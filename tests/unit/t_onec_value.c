#include "onec/value.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>

#include "helper.h"
#include "zvon/error.h"

static struct zv_value
text(const char *s)
{
	struct zv_value v = { 0 };

	assert_int_equal(zv_value_set_text(&v, zvon_str(s)), 0);
	return v;
}

static struct zv_value
real(double number)
{
	return (struct zv_value){ .kind = ZV_VALUE_REAL, .real = number };
}

static struct zv_value
of_kind(enum zv_value_kind kind)
{
	return (struct zv_value){ .kind = kind };
}

/* ---- whole numbers ------------------------------------------------------------------------- */

/* wanted NULL: it is none. Takes v. */
static void
check_int(const char *name, struct zv_value v, const char *wanted)
{
	long long got = -77;
	char shown[32] = "none";

	if (zv_value_as_int(&v, &got))
		snprintf(shown, sizeof shown, "%lld", got);
	else
		assert_int_equal(got, -77);
	check_text(name, zvon_str(shown), zvon_str(wanted ? wanted : "none"));
	zv_value_deinit(&v);
}

static void
test_int_of_text(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "5038", "5038" },
		{ "-1", "-1" },
		{ "9223372036854775807", "9223372036854775807" },
		{ "-9223372036854775808", "-9223372036854775808" },
		{ "9223372036854775808", NULL },
		{ "5 038", "5038" },
		{ "5\xc2\xa0"
		  "038",
		  "5038" },
		{ "1\xe2\x80\xaf"
		  "000\xe2\x80\xaf"
		  "000",
		  "1000000" },
		{ " 7 ", "7" },
		{ "", NULL },
		{ " ", NULL },
		{ "\xc2\xa0", NULL },
		{ "\xc2", NULL },
		{ "12a", NULL },
		{ "1.5", NULL },
		{ "1e3", NULL },
		{ "пять", NULL },
		{ "00000000000000000000000000000001", "1" },
		{ "000000000000000000000000000000001", NULL }, /* 33 digits */
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_int(rows[i].text, text(rows[i].text), rows[i].wanted);
}

static void
test_int_of_others(void **state)
{
	struct zv_value v = { 0 };

	check_int("real", real(5038.0), "5038");
	check_int("negative", real(-3.0), "-3");
	check_int("fraction", real(0.5), NULL);
	check_int("the last exact one", real(9007199254740992.0), "9007199254740992");
	check_int("beyond", real(9007199254740994.0), NULL);
	check_int("huge", real(1e300), NULL);
	check_int("infinite", real(INFINITY), NULL);
	check_int("no number", real(NAN), NULL);
	check_int("empty", of_kind(ZV_VALUE_EMPTY), NULL);
	check_int("null", of_kind(ZV_VALUE_NULL), NULL);
	check_int("blob", of_kind(ZV_VALUE_BLOB), NULL);
	check_int("date", of_kind(ZV_VALUE_DATE), NULL);
	check_int("other", of_kind(ZV_VALUE_OTHER), NULL);
	zv_value_set_bool(&v, true);
	check_int("true", v, "1");
	zv_value_set_int(&v, INT64_MIN);
	check_int("int", v, "-9223372036854775808");
}

/* ---- booleans ------------------------------------------------------------------------------- */

/* wanted: "yes", "no", "none". Takes v. */
static void
check_bool(const char *name, struct zv_value v, const char *wanted)
{
	bool got = false, other = true;
	bool first = zv_value_as_bool(&v, &got), second = zv_value_as_bool(&v, &other);

	assert_int_equal(first, second);
	if (first)
		assert_int_equal(got, other);
	else
		assert_true(!got && other); /* both stay */
	check_text(name, zvon_str(first ? got ? "yes" : "no" : "none"),
		   zvon_str(wanted));
	zv_value_deinit(&v);
}

static void
test_bool(void **state)
{
	static const struct {
		const char *text, *wanted;
	} rows[] = {
		{ "true", "yes" },   { "TRUE", "yes" },	   { "Истина", "yes" },
		{ "ИСТИНА", "yes" }, { "да", "yes" },	   { "yes", "yes" },
		{ "1", "yes" },	     { "-1", "yes" },	   { "false", "no" },
		{ "Ложь", "no" },    { "ЛОЖЬ", "no" },	   { "нет", "no" },
		{ "no", "no" },	     { "0", "no" },	   { "", "no" },
		{ "on", "none" },    { "правда", "none" }, { "1.5", "none" },
	};
	struct zv_value v = { 0 };

	for (size_t i = 0; i < N_OF(rows); i++)
		check_bool(rows[i].text, text(rows[i].text), rows[i].wanted);
	check_bool("0.0", real(0), "no");
	check_bool("0.1", real(0.1), "yes");
	check_bool("no number", real(NAN), "none");
	zv_value_set_int(&v, 0);
	check_bool("0", v, "no");
	zv_value_set_int(&v, 2);
	check_bool("2", v, "yes");
	zv_value_set_bool(&v, true);
	check_bool("true", v, "yes");
	check_bool("empty", of_kind(ZV_VALUE_EMPTY), "none");
	check_bool("null", of_kind(ZV_VALUE_NULL), "none");
	check_bool("blob", of_kind(ZV_VALUE_BLOB), "none");
	check_bool("date", of_kind(ZV_VALUE_DATE), "none");
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* Takes v. */
static void
check_as_text(struct zv_value v, const char *wanted)
{
	struct zv_buf got = { 0 };
	int rc = zv_value_as_text(&v, &got);

	if (rc < 0)
		zv_buf_printf(&got, "!%s", zvon_err_name(rc));
	check_text(wanted, zv_buf_str(&got), zvon_str(wanted));
	zv_buf_deinit(&got);
	zv_value_deinit(&v);
}

static void
test_text(void **state)
{
	struct zv_value v = { 0 };

	check_as_text(of_kind(ZV_VALUE_EMPTY), "");
	check_as_text(of_kind(ZV_VALUE_NULL), "");
	check_as_text(text("Привет"), "Привет");
	check_as_text(of_kind(ZV_VALUE_BLOB), "!EINVAL");
	check_as_text(of_kind(ZV_VALUE_DATE), "!EINVAL");
	check_as_text(of_kind(ZV_VALUE_OTHER), "!EINVAL");
	zv_value_set_int(&v, -9);
	check_as_text(v, "-9");
	zv_value_set_bool(&v, true);
	check_as_text(v, "true");
	zv_value_set_bool(&v, false);
	check_as_text(v, "false");
}

static void
check_reals(void)
{
	check_as_text(real(5038), "5038");
	check_as_text(real(79161234567.0), "79161234567");
	check_as_text(real(-0.0), "0");
	check_as_text(real(0.5), "0.5");
	check_as_text(real(0.1), "0.1");
	check_as_text(real(-2.25), "-2.25");
	check_as_text(real(1.0 / 3), "0.3333333333333333");
	check_as_text(real(1e300), "1e+300");
	check_as_text(real(5e-324), "4.94065645841247e-324");
	check_as_text(real(INFINITY), "!EINVAL");
	check_as_text(real(-INFINITY), "!EINVAL");
	check_as_text(real(NAN), "!EINVAL");
}

static void
test_text_of_fractions(void **state)
{
	check_reals();
}

/* The process is somebody else's: so is its locale. */
static void
test_text_in_another_locale(void **state)
{
	static const char *const names[] = { "ru_RU.UTF-8", "de_DE.UTF-8",
					     "fa_IR.UTF-8", "ps_AF.UTF-8" };
	int found = 0;

	for (size_t i = 0; i < N_OF(names); i++) {
		found += setlocale(LC_ALL, names[i]) != NULL;
		check_reals();
	}
	setlocale(LC_ALL, "C");
	if (!found)
		print_message("# none of these locales is installed here\n");
}

static int
make_texts(void *user)
{
	struct zv_value v = { 0 };
	struct zv_buf out = { 0 };
	int rc = zv_value_set_text(&v, ZV_STR("text"));

	if (rc == 0)
		rc = zv_value_as_text(&v, &out);
	zv_value_deinit(&v);
	assert_int_equal(v.kind, ZV_VALUE_EMPTY);
	zv_buf_deinit(&out);
	return rc;
}

static int
make_real(void *user)
{
	struct zv_value v = real(*(double *)user);
	struct zv_buf out = { 0 };
	int rc = zv_value_as_text(&v, &out);

	zv_buf_deinit(&out);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	double fraction = 0.5, whole = 7;

	check_out_of_memory(make_texts, NULL);
	check_out_of_memory(make_real, &fraction);
	check_out_of_memory(make_real, &whole);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_int_of_text),
		cmocka_unit_test(test_int_of_others),
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_text_of_fractions),
		cmocka_unit_test(test_text_in_another_locale),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
