/* The panel's dialect: its words. What it says is told in tests/panel. */
#include "hub/tms_words.h"

#include "helper.h"

/* ---- words ---------------------------------------------------------------------------- */

static void
libraries(void **state)
{
	static const struct {
		const char *name;
		bool ours;
		enum zv_tms_family family;
	} rows[] = {
		{ "Terrasoft.Messaging.Asterisk", true, ZV_TMS_TERRASOFT },
		{ "Terrasoft.Messaging.Asterisk, Terrasoft.Messaging.Asterisk", true,
		  ZV_TMS_TERRASOFT },
		{ " terrasoft.messaging.asterisk ", true, ZV_TMS_TERRASOFT },
		{ "BPMSoft.Messaging.Asterisk", true, ZV_TMS_BPMSOFT },
		{ "Terrasoft.Messaging.Avaya", false, ZV_TMS_TERRASOFT },
		{ "Asterisk", false, ZV_TMS_TERRASOFT },
		{ "", false, ZV_TMS_TERRASOFT },
	};

	(void)state;
	for (size_t i = 0; i < N_OF(rows); i++) {
		enum zv_tms_family family = ZV_TMS_TERRASOFT;

		assert_int_equal(zv_tms_is_our_library(zvon_str(rows[i].name), &family),
				 rows[i].ours);
		assert_int_equal(family, rows[i].family);
	}
}

/* The same of the same texts, with the version and variant of RFC 4122. */
static void
guids(void **state)
{
	const struct zv_str one[] = { ZV_STR("pbx"), ZV_STR("/"), ZV_STR("1.1") };
	const struct zv_str two[] = { ZV_STR("pbx"), ZV_STR("/"), ZV_STR("1.2") };
	char a[ZV_TMS_GUID], b[ZV_TMS_GUID], c[ZV_TMS_GUID];

	(void)state;
	zv_tms_guid_of(one, 3, a);
	zv_tms_guid_of(one, 3, b);
	zv_tms_guid_of(two, 3, c);
	assert_string_equal(a, b);
	assert_string_not_equal(a, c);
	assert_int_equal(strlen(a), 36);
	assert_int_equal(a[14], '3');
	assert_non_null(strchr("89ab", a[19]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(libraries),
		cmocka_unit_test(guids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
