/* ? becomes $1, where it is a parameter. */
#include "db/pgsql.h"

#include "helper.h"

static const struct {
	const char *sql, *wanted;
} rows[] = {
	{ "SELECT ?", "SELECT $1" },
	{ "a=? AND b IN (?,?)", "a=$1 AND b IN ($2,$3)" },
	{ "'?' || ?", "'?' || $1" },
	{ "'it''s ?' ?", "'it''s ?' $1" },
	{ "'\\' ?", "'\\' $1" },
	{ "E'\\' ?' ?", "E'\\' ?' $1" },
	{ "code'x?' ?", "code'x?' $1" },
	{ "\"a?\"\"?\" ?", "\"a?\"\"?\" $1" },
	{ "-- ? '\n?", "-- ? '\n$1" },
	{ "/* ? /* ' */ ? */ ?", "/* ? /* ' */ ? */ $1" },
	{ "$$ ? $$ ?", "$$ ? $$ $1" },
	{ "$a$ ? $$ ? $a$ ?", "$a$ ? $$ ? $a$ $1" },
	{ "a$b ?", "a$b $1" },
	{ "'?", "'?" },
	{ "/* ?", "/* ?" },
	{ "$x ?", "$x $1" },
	{ "", "" },
};

static void
test_parameters(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf out = { 0 };
		size_t n;

		assert_int_equal(pg_number_parameters(rows[i].sql, &out, &n), 0);
		check_text(rows[i].sql, zv_buf_str(&out), zvon_str(rows[i].wanted));
		assert_int_equal(n > 0, strchr(rows[i].wanted, '1') != NULL);
		zv_buf_deinit(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_parameters) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
