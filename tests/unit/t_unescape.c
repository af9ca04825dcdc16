#include <stdlib.h>

#include "helper.h"

static void
test_escapes(void **state)
{
	static const struct {
		struct zv_str escaped, plain;
	} rows[] = {
		{ VIEW(""), VIEW("") },
		{ { NULL, 0 }, VIEW("") },
		{ VIEW("plain"), VIEW("plain") },
		{ VIEW("ООО \\'Ромашка\\'"), VIEW("ООО 'Ромашка'") },
		{ VIEW("a\\\"b\\\"c"), VIEW("a\"b\"c") },
		{ VIEW("line1\\r\\nEvent: Fake\\r\\n"),
		  VIEW("line1\r\nEvent: Fake\r\n") },
		{ VIEW("\\a\\b\\f\\n\\r\\t\\v\\?"), VIEW("\a\b\f\n\r\t\v?") },
		{ VIEW("\\\\n"), VIEW("\\n") },
		{ VIEW("\\\\\\n"), VIEW("\\\n") },
		{ VIEW("\\\\\\\\"), VIEW("\\\\") },
		{ VIEW("unknown \\x \\0 \\1 \\N"), VIEW("unknown \\x \\0 \\1 \\N") },
		{ VIEW("at the end \\"), VIEW("at the end \\") },
		{ VIEW("\\"), VIEW("\\") },
		{ VIEW("\\\0n"), VIEW("\\\0n") },
		{ VIEW("\\\xff"), VIEW("\\\xff") },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char *out = malloc(rows[i].escaped.n + 1), *in_place;
		size_t n = zvon_unescape(rows[i].escaped, out);

		check_text("copy", (struct zv_str){ out, n }, rows[i].plain);
		in_place = exact_copy(rows[i].escaped);
		n = zvon_unescape((struct zv_str){ in_place, rows[i].escaped.n },
				  in_place);
		check_text("in place", (struct zv_str){ in_place, n }, rows[i].plain);
		free(in_place);
		free(out);
	}
}

/* Seen on 16.28.0 and 22.10.1: caller names of every snapshot and VarSet's Value are
 * escaped, `CallerIDname` of CEL, the numbers, AppData and UserEvents are not. */
static void
test_which_keys(void **state)
{
	static const struct {
		const char *key;
		bool escaped;
	} rows[] = {
		{ "CallerIDName", true },
		{ "ConnectedLineName", true },
		{ "DestCallerIDName", true },
		{ "DestConnectedLineName", true },
		{ "OrigTransfererConnectedLineName", true },
		{ "LocalOneCallerIDName", true },
		{ "Value", true },
		{ "ChanVariable", true },
		{ "DestChanVariable", true },
		{ "CallerIDname", false },
		{ "CallerIDNum", false },
		{ "ConnectedLineNum", false },
		{ "CallerIDNam", false },
		{ "XValue", false },
		{ "AppData", false },
		{ "Exten", false },
		{ "Channel", false },
		{ "ChanVariable(SIP/101-00000003)", false },
		{ "", false },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_str key = zvon_str(rows[i].key);

		if (zvon_key_is_escaped(key, 5) != rows[i].escaped)
			fail_msg("%s", rows[i].key);
		assert_int_equal(zvon_key_is_escaped(key, 2), rows[i].escaped);
		assert_false(zvon_key_is_escaped(key, 1)); /* Asterisk 1.4 to 11 */
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escapes),
		cmocka_unit_test(test_which_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
