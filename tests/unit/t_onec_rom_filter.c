/* What passes in each generation of ROM-Asterisk, and where it connects to. */
#include "helper.h"
#include "onec/rom.h"

#define DIAL                                                                           \
 "Event: Dial\r\nPrivilege: call,all\r\nSubEvent: Begin\r\n"                           \
 "Channel: SIP/202-0000019c\r\nDestination: SIP/200-0000019d\r\nCallerIDNum: 202\r\n"  \
 "CallerIDName: Operator202\r\nConnectedLineNum: 200\r\n"                              \
 "ConnectedLineName: Operator200\r\nUniqueID: 1335616897.790\r\n"                      \
 "DestUniqueID: 1335616897.791\r\nDialstring: 200\r\n\r\n"
#define HANGUP                                                                         \
 "Event: Hangup\r\nPrivilege: call,all\r\nChannel: SIP/305-1\r\nCause: 16\r\n\r\n"
#define NEWCHANNEL                                                                     \
 "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: SIP/305-1\r\n\r\n"
#define ENTER                                                                          \
 "Event: BridgeEnter\r\nPrivilege: call,all\r\nBridgeType: basic\r\n"                  \
 "BridgeNumChannels: 1\r\nChannel: PJSIP/200-00000001\r\nCallerIDNum: 200\r\n\r\n"
#define ENTER_OTHER                                                                    \
 "Event: BridgeEnter\r\nPrivilege: call,all\r\nBridgeType: basic\r\n"                  \
 "BridgeUniqueid: 1.5\r\nChannel: PJSIP/201-00000001\r\nCallerIDNum: 200\r\n\r\n"
#define RECORDING                                                                      \
 "Event: VarSet\r\nPrivilege: dialplan,all\r\nVariable: MIXMONITOR_FILENAME\r\n"       \
 "Value: /a.wav\r\n\r\n"
#define LOGIN "Response: Success\r\nMessage: Authentication accepted\r\n\r\n"

#define SEED "Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?200"
#define MODULE                                                                         \
 "BridgeEnter([^.]*)CallerIDNum: 200|BridgeLeave([^.]*)CallerIDNum: "                  \
 "200|MIXMONITOR_FILENAME|Disconnected"

static const struct zv_rom_kind *
kind_of(const struct zv_class *class)
{
	for (size_t i = 0; i < zv_rom_n_kinds; i++)
		if (zv_rom_kinds[i].class == class)
			return &zv_rom_kinds[i];
	return NULL;
}

#define V1 &zv_class_rom
#define C1 &zv_class_brom
#define C2 &zv_class_rom_native

static const struct {
	const struct zv_class *class;
	const char *text, *regex, *shown;
	bool passes;
} rows[] = {
	/* both empty: everything */
	{ V1, "", "", HANGUP, true },
	{ C2, "", "", LOGIN, true },
	/* the article's: across lines */
	{ V1, "", SEED, DIAL, true },
	{ C1, "", SEED, DIAL, true },
	{ C2, "", SEED, DIAL, true },
	{ V1, "", SEED, HANGUP, false },
	/* which hides the answer of the login */
	{ V1, "", SEED, LOGIN, false },
	{ V1, "", SEED "|Response", LOGIN, true },
	/* clone issue 3 */
	{ C1, "", "Newchannel.{1,}|Bridge.{1,}", NEWCHANNEL, true },
	{ C1, "", "Newchannel.{1,}|Bridge.{1,}", ENTER, true },
	{ C1, "", "Newchannel.{1,}|Bridge.{1,}", HANGUP, false },
	{ V1, "", "Newchannel.{1,}|Bridge.{1,}", NEWCHANNEL, true },
	/* the published module's: [^.]* reaches to the first point */
	{ C2, "", MODULE, ENTER, true },
	{ C2, "", MODULE, ENTER_OTHER, false },
	{ C2, "", MODULE, RECORDING, true },
	{ C2, "", MODULE, HANGUP, false },
	/* what C2 saw of line ends, up to the last ones */
	{ C2, "", "Cause: 16----$", HANGUP, true },
	{ C2, "", "Cause: 16\r\n", HANGUP, false },
	{ V1, "", "Cause: 16\r\n\r\n$", HANGUP, true },
	/* the text, and both */
	{ V1, "SIP/305", "", HANGUP, true },
	{ V1, "SIP/30[5]", "", HANGUP, false },
	{ V1, "SIP/305", "Newchannel", HANGUP, false },
	{ V1, "SIP/305", "Newchannel", NEWCHANNEL, true },
	/* C1's expression was a text: what contained it passed, whatever is in it */
	{ C1, "", "CallerIDNum: 202", DIAL, true },
	{ C1, "", "SIP/[305", HANGUP, false },
	{ C1, "", "*16", HANGUP, false },
	{ C1, "", "(call,all", "Privilege: (call,all\r\n\r\n", true },
	{ C1, "", "a+b", "Data: a+b\r\n\r\n", true },
	{ C1, "", "a+b", "Data: aab\r\n\r\n", true },
	{ V1, "", "a+b", "Data: a+b\r\n\r\n", false },
	{ C1, "Cause", "(", HANGUP, false },
	{ C1, "Cause", "(", "Cause: (\r\n\r\n", true },
	{ C1, "Else", "(", "Cause: (\r\n\r\n", false },
	/* Cyrillic, in any case with (?i) */
	{ V1, "", "(?i)иванов", "CallerIDName: ИВАНОВ\r\n\r\n", true },
	{ V1, "Иванов", "", "CallerIDName: Иванов\r\n\r\n", true },
};

static void
test_filters(void **state)
{
	for (size_t i = 0; i < N_OF(rows); i++) {
		const struct zv_rom_kind *kind = kind_of(rows[i].class);
		struct zv_rom_filter f = { 0 };
		struct zv_error err = { 0 };
		enum zv_filter_verdict verdict;

		if (zv_rom_filter_set(&f, kind, false, zvon_str(rows[i].text), &err) ||
		    zv_rom_filter_set(&f, kind, true, zvon_str(rows[i].regex), &err))
			fail_msg("row %zu: %s", i, err.text);
		verdict = zv_rom_filter_judge(&f, kind, zvon_str(rows[i].shown), 0);
		if ((verdict == ZV_FILTER_PASSES) != rows[i].passes)
			fail_msg("row %zu: %s", i, zvon_filter_verdict_name(verdict));
		zv_rom_filter_deinit(&f);
	}
}

/* Named as std::regex named them, which C2 told in an event. */
static const struct {
	const char *regex, *name;
} bad[] = {
	{ "Dial[", "error_brack" },	{ "Dial(", "error_paren" },
	{ "Dial)", "error_paren" },	{ "*Dial", "error_badrepeat" },
	{ "a{3,1}", "error_badbrace" }, { "[z-a]", "error_range" },
	{ "Dial\\", "error_escape" },	{ "(a)\\2", "error_backref" },
	{ "[[:x:]]", "error_ctype" },	{ "[[.x.]]", "error_collate" },
};

static void
test_bad_expressions(void **state)
{
	static const struct zv_class *const strict[] = { V1, C2 };

	for (size_t i = 0; i < N_OF(bad); i++) {
		for (size_t k = 0; k < N_OF(strict); k++) {
			const struct zv_rom_kind *kind = kind_of(strict[k]);
			struct zv_rom_filter f = { 0 };
			struct zv_error err = { 0 };

			assert_int_equal(0, zv_rom_filter_set(&f, kind, true,
							      ZV_STR("Hangup"), NULL));
			assert_int_equal(ZV_EINVAL,
					 zv_rom_filter_set(&f, kind, true,
							   zvon_str(bad[i].regex),
							   &err));
			assert_string_equal(bad[i].name,
					    zv_rom_regex_error(err.system));
			/* the one before stays */
			assert_int_equal(
				ZV_FILTER_PASSES,
				zv_rom_filter_judge(&f, kind, ZV_STR(HANGUP), 0));
			assert_int_equal(
				ZV_FILTER_REGEX,
				zv_rom_filter_judge(&f, kind, ZV_STR(LOGIN), 0));
			zv_rom_filter_deinit(&f);
		}
	}
	assert_string_equal("error_complexity", zv_rom_regex_error(0));
}

static void
test_longest_expression(void **state)
{
	const struct zv_rom_kind *kind = kind_of(V1);
	struct zv_rom_filter f = { 0 };
	struct zv_buf regex = { 0 };
	struct zv_error err = { 0 };

	while (regex.n < ZV_FILTER_MAX_PATTERN)
		zv_buf_add_char(&regex, 'x');
	assert_int_equal(0,
			 zv_rom_filter_set(&f, kind, true, zv_buf_str(&regex), &err));
	zv_buf_add_char(&regex, 'x');
	assert_int_equal(ZV_ETOOBIG,
			 zv_rom_filter_set(&f, kind, true, zv_buf_str(&regex), &err));
	assert_int_equal(ZV_EINVAL,
			 zv_rom_filter_set(&f, kind, true, ZV_STR("a\0b"), NULL));
	zv_buf_deinit(&regex);
	zv_rom_filter_deinit(&f);
}

static int
set_filters(void *user)
{
	struct zv_rom_filter f = { 0 };
	int rc = zv_rom_filter_set(&f, kind_of(C1), false, ZV_STR("Cause"), NULL);

	if (rc == 0)
		rc = zv_rom_filter_set(&f, kind_of(C1), true, ZV_STR("(a"), NULL);
	zv_rom_filter_deinit(&f);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(set_filters, NULL);
}

/* ---- addresses -------------------------------------------------------------------------------- */

static const struct {
	const char *text, *host; /* NULL: refused */
	bool tls;
} addresses[] = {
	{ "10.0.0.5", "10.0.0.5", false },
	{ " pbx.local ", "pbx.local", false },
	{ "[::1]", "::1", false },
	{ "::1", "::1", false },
	{ "атс.рф", "атс.рф", false },
	{ "ami://pbx", "pbx", false },
	{ "AMIS://pbx/", "pbx", true },
	{ "tls:pbx", "pbx", true },
	{ "http://pbx/", "pbx", false },
	{ "https://[fe80::1]", "fe80::1", true },
	{ "", NULL, false },
	{ "amis://", NULL, false },
	{ "a b", NULL, false },
	{ "user@pbx", NULL, false },
	{ "pbx/path", NULL, false },
	{ "pbx\r\nX: y", NULL, false },
	{ "[]", NULL, false },
};

static void
test_addresses(void **state)
{
	for (size_t i = 0; i < N_OF(addresses); i++) {
		struct zv_rom_target t = { 0 };
		int rc = zv_rom_read_address(zvon_str(addresses[i].text), true, &t,
					     NULL);

		if (!addresses[i].host) {
			assert_int_equal(ZV_EINVAL, rc);
			continue;
		}
		assert_int_equal(0, rc);
		assert_string_equal(addresses[i].host, t.host);
		assert_int_equal(addresses[i].tls, t.tls);
	}
}

static void
test_longest_host(void **state)
{
	struct zv_rom_target t = { 0 };
	char host[ZV_ROM_HOST_MAX + 2];

	memset(host, 'a', sizeof host);
	assert_int_equal(0,
			 zv_rom_read_address((struct zv_str){ host, ZV_ROM_HOST_MAX },
					     true, &t, NULL));
	assert_int_equal(ZV_ROM_HOST_MAX, strlen(t.host));
	assert_int_equal(
		ZV_EINVAL,
		zv_rom_read_address((struct zv_str){ host, ZV_ROM_HOST_MAX + 1 }, true,
				    &t, NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_filters),
		cmocka_unit_test(test_bad_expressions),
		cmocka_unit_test(test_longest_expression),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_longest_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
