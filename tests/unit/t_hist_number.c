/* One number, however it is written. */
#include "helper.h"
#include "hist/number.h"

struct row {
	const char *text, *key;
};

static void
check_rows(const struct zv_number_rules *rules, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char key[ZV_NUMBER_KEY];
		size_t length = zv_number_key(rules, zvon_str(rows[i].text), key);

		check_text(rows[i].text, (struct zv_str){ key, length },
			   zvon_str(rows[i].key));
		assert_int_equal(key[length], 0);
	}
}

static void
test_russia(void **state)
{
	static const struct row rows[] = {
		{ "+7 (916) 555-00-01", "79165550001" },
		{ "8 916 555 00 01", "79165550001" },
		{ "8(916)555-0001", "79165550001" },
		{ "007 916 5550001", "79165550001" },
		{ "810 7 916 5550001", "79165550001" },
		{ "79165550001", "79165550001" },
		{ "9165550001", "79165550001" },
		{ "+79165550001", "79165550001" },
		{ "\xc2\xa0"
		  "8\xe2\x80\x91"
		  "916\xe2\x80\x93"
		  "5550001",
		  "79165550001" },
		{ "810 49 30 1234567", "49301234567" },
		{ "00 49 30 1234567", "49301234567" },
		{ "+49 30 1234567", "49301234567" },
		{ "8-800-555-35-35", "78005553535" },
		{ "101", "101" },
		{ "000101", "000101" },
		{ "112", "112" },
		{ "5550001", "5550001" },
		{ "", "" },
		{ "  ", "" },
		{ "+", "" },
		{ "()", "" },
		{ "*8", "*8" },
		{ "Ivanov", "ivanov" },
		{ "anonymous", "anonymous" },
		{ "sales-101", "sales-101" },
		{ "8916555000", "78916555000" },
		{ "' OR 1=1 --", "' or 1=1 --" },
		{ "100%", "100%" },
	};

	(void)state;
	check_rows(NULL, rows, N_OF(rows));
	check_rows(&(struct zv_number_rules){ .country = { NULL, 0 } }, rows,
		   N_OF(rows));
}

static void
test_other_countries(void **state)
{
	static const struct zv_number_rules germany = {
		.country = { "49", 2 },
		.trunk = { "0", 1 },
		.international = { "00", 2 },
		.national_digits = 10,
	};
	static const struct row german[] = {
		{ "0301234567 8", "49301234567"
				  "8" },
		{ "+49 30 12345678", "493012345678" },
		{ "0049 30 12345678", "493012345678" },
		{ "3012345678", "493012345678" },
		{ "22", "22" },
	};
	static const struct zv_number_rules moscow = { .area = { "495", 3 } };
	static const struct row local[] = {
		{ "123-45-67", "74951234567" },
		{ "8 495 123-45-67", "74951234567" },
		{ "101", "101" },
	};

	(void)state;
	check_rows(&germany, german, N_OF(german));
	check_rows(&moscow, local, N_OF(local));
}

static void
test_long_texts_are_cut(void **state)
{
	char text[300], key[ZV_NUMBER_KEY];

	(void)state;
	memset(text, '9', sizeof text);
	assert_int_equal(zv_number_key(NULL, (struct zv_str){ text, sizeof text }, key),
			 ZV_NUMBER_KEY - 1);
	memset(text, 'A', sizeof text);
	assert_int_equal(zv_number_key(NULL, (struct zv_str){ text, sizeof text }, key),
			 ZV_NUMBER_KEY - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_russia),
		cmocka_unit_test(test_other_countries),
		cmocka_unit_test(test_long_texts_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
