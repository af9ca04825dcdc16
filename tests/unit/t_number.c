/* Fault 066: what people and thieves dial, under three plans: first as it is written, then by
 * the rules. Fault 034: characters that mean something to a dialplan. Texts that are not
 * ASCII are written as bytes: digits of other scripts, blanks and hyphens that look alike. */
#include "helper.h"
#include "hub/role.h"

enum verdict {
	ALLOWED,
	DENIED,	 /* by the rules */
	REFUSED, /* it is no number */
};

/* ---- plans --------------------------------------------------------------------------- */

#define ALLOW(text)                                                                    \
 {                                                                                     \
  true, VIEW(text)                                                                     \
 }
#define DENY(text)                                                                     \
 {                                                                                     \
  false, VIEW(text)                                                                    \
 }

struct plan {
	const char *name;
	struct zv_dial_rule rules[40];
	size_t n;
};

static struct plan own = { .name = "own numbers", .n = 0 };

/* 8 and ten digits at home, 8 10 abroad; 803 and 809 are paid services; 6 and 7 behind +7
 * are Kazakhstan. */
static struct plan russian = {
	.name = "Russian",
	.rules = {
		DENY("880[1-9]XXXXXXX"),
		ALLOW("8[3489]XXXXXXXXX"),
		DENY("+780[1-9]XXXXXXX"),
		ALLOW("_+7[3489]XXXXXXXXX"),
	},
	.n = 4,
};

/* 0 and the area at home, 00 abroad; 0900, 0137, 0180, 118 are paid services. */
static struct plan generic = {
	.name = "generic",
	.rules = {
		DENY("0900!"),
		DENY("0137!"),
		DENY("0180!"),
		DENY("118!"),
		DENY("00!"),
		ALLOW("0[2-9]XXXXXXX."),
		ALLOW("01[5-7]XXXXXXX."),
		ALLOW("0[2-9]XXXXXXXX"),
	},
	.n = 8,
};

static void
add_defaults(struct plan *plan)
{
	for (size_t i = 0; i < zv_n_default_dial_rules; i++)
		plan->rules[plan->n++] = zv_default_dial_rules[i];
}

/* ---- numbers --------------------------------------------------------------------------- */

static const struct {
	const struct plan *plan;
	enum verdict verdict;
	struct zv_str text;
} cases[] = {
	{ &own, ALLOWED, VIEW("10") },
	{ &own, ALLOWED, VIEW("99") },
	{ &own, ALLOWED, VIEW("101") },
	{ &own, ALLOWED, VIEW("200") },
	{ &own, ALLOWED, VIEW("200 ") },
	{ &own, ALLOWED, VIEW("1-0-1") },
	{ &own, ALLOWED, VIEW("(101)") },
	{ &own, ALLOWED, VIEW("1.0.1") },
	{ &own, ALLOWED, VIEW("[101]") },
	{ &own, ALLOWED, VIEW("\t101") },
	{ &own, ALLOWED, VIEW("999") },
	{ &own, ALLOWED, VIEW("1001") },
	{ &own, ALLOWED, VIEW("2345") },
	{ &own, ALLOWED, VIEW("12345") },
	{ &own, ALLOWED, VIEW("123456") },
	{ &own, ALLOWED, VIEW("654321") },
	{ &own, ALLOWED, VIEW("119") },
	{ &own, ALLOWED, VIEW("113") },
	{ &own, ALLOWED, VIEW("910") },
	{ &own, ALLOWED, VIEW("912") },
	{ &own, ALLOWED, VIEW("117") },
	{ &own, ALLOWED, VIEW("811") },
	{ &own, ALLOWED, VIEW("8111") },
	{ &own, ALLOWED, VIEW("812345") },
	{ &own, ALLOWED, VIEW("119123") },
	{ &own, ALLOWED, VIEW("800") },
	{ &own, ALLOWED, VIEW("8800") },
	{ &own, ALLOWED, VIEW("555") },
	{ &own, ALLOWED, VIEW("100") },
	{ &own, ALLOWED, VIEW("81") },
	{ &own, ALLOWED, VIEW("80") },
	{ &own, ALLOWED, VIEW("11") },
	{ &own, ALLOWED, VIEW("911911") },
	{ &own, ALLOWED, VIEW("112112") },
	{ &own, DENIED, VIEW("1") },
	{ &own, DENIED, VIEW("9") },
	{ &own, DENIED, VIEW("0") },
	{ &own, DENIED, VIEW("00") },
	{ &own, DENIED, VIEW("01") },
	{ &own, DENIED, VIEW("02") },
	{ &own, DENIED, VIEW("03") },
	{ &own, DENIED, VIEW("04") },
	{ &own, DENIED, VIEW("112") },
	{ &own, DENIED, VIEW("911") },
	{ &own, DENIED, VIEW("11833") },
	{ &own, DENIED, VIEW("11880") },
	{ &own, DENIED, VIEW("118118") },
	{ &own, DENIED, VIEW("118000") },
	{ &own, DENIED, VIEW("1234567") },
	{ &own, DENIED, VIEW("1 2 3 4 5 6 7") },
	{ &own, DENIED, VIEW("9261234567") },
	{ &own, DENIED, VIEW("89261234567") },
	{ &own, DENIED, VIEW("8 926 123-45-67") },
	{ &own, DENIED, VIEW("+79261234567") },
	{ &own, DENIED, VIEW("+7 (926) 123-45-67") },
	{ &own, DENIED, VIEW("+1") },
	{ &own, DENIED, VIEW("+") },
	{ &own, DENIED, VIEW("+101") },
	{ &own, DENIED, VIEW("007") },
	{ &own, DENIED, VIEW("0049") },
	{ &own, DENIED, VIEW("00 49 30") },
	{ &own, DENIED, VIEW("011441234") },
	{ &own, DENIED, VIEW("810") },
	{ &own, DENIED, VIEW("810 1") },
	{ &own, DENIED, VIEW("8 10") },
	{ &own, DENIED, VIEW("8-10") },
	{ &own, DENIED, VIEW("(8)(10)") },
	{ &own, DENIED, VIEW("8 10 49") },
	{ &own, DENIED, VIEW("810441") },
	{ &own, DENIED, VIEW("81012") },
	{ &own, DENIED, VIEW("8102") },
	{ &own, DENIED, VIEW("810234") },
	{ &own, DENIED, VIEW("*") },
	{ &own, DENIED, VIEW("#") },
	{ &own, DENIED, VIEW("*8") },
	{ &own, DENIED, VIEW("*97") },
	{ &own, DENIED, VIEW("*21*89261234567#") },
	{ &own, DENIED, VIEW("##") },
	{ &own, DENIED, VIEW("#31#101") },
	{ &own, DENIED, VIEW("*#06#") },
	{ &own, DENIED, VIEW("101#") },
	{ &own, DENIED, VIEW("101*") },
	{ &own, DENIED, VIEW("10#1") },
	{ &own, DENIED, VIEW("0101") },
	{ &own, DENIED, VIEW("0890") },
	{ &own, DENIED, VIEW("0611") },
	{ &own, DENIED, VIEW("88005553535") },
	{ &own, DENIED, VIEW("88091234567") },
	{ &own, ALLOWED, VIEW("8809") },
	{ &own, REFUSED, VIEW("") },
	{ &own, REFUSED, VIEW("   ") },
	{ &own, REFUSED, VIEW("()") },
	{ &own, REFUSED, VIEW("-") },
	{ &own, REFUSED, VIEW("abc") },
	{ &own, REFUSED, VIEW("101a") },
	{ &own, REFUSED, VIEW("a101") },
	{ &own, REFUSED, VIEW("10\331\241") },
	{ &own, REFUSED, VIEW("\357\274\221\357\274\220\357\274\221") },
	{ &own, REFUSED, VIEW("\331\242\331\240\331\240") },
	{ &own, REFUSED, VIEW("\340\245\247\340\245\246\340\245\247") },
	{ &own, REFUSED, VIEW("10\302\2401") },
	{ &own, REFUSED, VIEW("10\342\200\2211") },
	{ &own, REFUSED, VIEW("+7+9") },
	{ &own, REFUSED, VIEW("1+1") },
	{ &own, REFUSED, VIEW("8~10") },
	{ &own, REFUSED, VIEW("8~10441") },
	{ &own, REFUSED, VIEW("101,102") },
	{ &own, REFUSED, VIEW("101;1") },
	{ &own, REFUSED, VIEW("101&102") },
	{ &own, REFUSED, VIEW("101|102") },
	{ &own, REFUSED, VIEW("200&DAHDI/g1/8810") },
	{ &own, REFUSED, VIEW("${EXTEN}") },
	{ &own, REFUSED, VIEW("{101}") },
	{ &own, REFUSED, VIEW("$(101)") },
	{ &own, REFUSED, VIEW("101/102") },
	{ &own, REFUSED, VIEW("SIP/101") },
	{ &own, REFUSED, VIEW("101@evil") },
	{ &own, REFUSED, VIEW("101\n") },
	{ &own, REFUSED, VIEW("101\r\n") },
	{ &own, REFUSED, VIEW("101\000102") },
	{ &own, REFUSED, VIEW("\"101\"") },
	{ &own, REFUSED, VIEW("'101'") },
	{ &own, REFUSED, VIEW("=101") },
	{ &own, REFUSED, VIEW("%31") },
	{ &own, REFUSED, VIEW("10 1w2") },
	{ &own, REFUSED, VIEW("101p2") },
	{ &own, REFUSED, VIEW("!101") },
	{ &own, REFUSED, VIEW("_X.") },
	{ &own, REFUSED, VIEW("X") },
	{ &own, REFUSED, VIEW("N") },
	{ &own, REFUSED, VIEW("101?") },
	{ &own, REFUSED, VIEW("<101>") },
	{ &own, REFUSED, VIEW("101:5060") },
	{ &own, REFUSED, VIEW("tel:101") },
	{ &own, REFUSED, VIEW("\377101") },
	{ &own, REFUSED, VIEW("10\331") },
	{ &own, REFUSED, VIEW("\342\200\256101") },
	{ &own, REFUSED, VIEW("101\342\200\213") },
	{ &own, REFUSED, VIEW("\357\274\221\357\274\221\357\274\222") },
	{ &own, REFUSED, VIEW("\340\245\247\340\245\247") },
	{ &russian, ALLOWED, VIEW("101") },
	{ &russian, ALLOWED, VIEW("2345") },
	{ &russian, ALLOWED, VIEW("89261234567") },
	{ &russian, ALLOWED, VIEW("8 926 123-45-67") },
	{ &russian, ALLOWED, VIEW("8(926)1234567") },
	{ &russian, ALLOWED, VIEW("8-926-123-45-67") },
	{ &russian, ALLOWED, VIEW("8.926.123.45.67") },
	{ &russian, ALLOWED, VIEW("84951234567") },
	{ &russian, ALLOWED, VIEW("8 (495) 123-45-67") },
	{ &russian, ALLOWED, VIEW("83431234567") },
	{ &russian, ALLOWED, VIEW("8 (343) 1234567") },
	{ &russian, ALLOWED, VIEW("88001234567") },
	{ &russian, ALLOWED, VIEW("8 800 555-35-35") },
	{ &russian, ALLOWED, VIEW("88121234567") },
	{ &russian, ALLOWED, VIEW("+79261234567") },
	{ &russian, ALLOWED, VIEW("+7 (926) 123-45-67") },
	{ &russian, ALLOWED, VIEW("+7 495 123 45 67") },
	{ &russian, ALLOWED, VIEW("+78121234567") },
	{ &russian, ALLOWED, VIEW("+73431234567") },
	{ &russian, ALLOWED, VIEW("+78005553535") },
	{ &russian, ALLOWED, VIEW("88421234567") },
	{ &russian, DENIED, VIEW("88031234567") },
	{ &russian, DENIED, VIEW("88091234567") },
	{ &russian, DENIED, VIEW("8 809 123-45-67") },
	{ &russian, DENIED, VIEW("8-803-123-45-67") },
	{ &russian, DENIED, VIEW("88061234567") },
	{ &russian, DENIED, VIEW("88011234567") },
	{ &russian, DENIED, VIEW("+78091234567") },
	{ &russian, DENIED, VIEW("+7 809 123-45-67") },
	{ &russian, DENIED, VIEW("+78031234567") },
	{ &russian, DENIED, VIEW("87011234567") },
	{ &russian, DENIED, VIEW("8 701 123-45-67") },
	{ &russian, DENIED, VIEW("87771234567") },
	{ &russian, DENIED, VIEW("+77011234567") },
	{ &russian, DENIED, VIEW("+77771234567") },
	{ &russian, DENIED, VIEW("+7 727 123 45 67") },
	{ &russian, DENIED, VIEW("+49301234567") },
	{ &russian, DENIED, VIEW("+380441234567") },
	{ &russian, DENIED, VIEW("+375291234567") },
	{ &russian, DENIED, VIEW("+12025550123") },
	{ &russian, DENIED, VIEW("+19001234567") },
	{ &russian, DENIED, VIEW("+44 20 7946 0958") },
	{ &russian, DENIED, VIEW("+442079460958") },
	{ &russian, DENIED, VIEW("810") },
	{ &russian, DENIED, VIEW("81049301234567") },
	{ &russian, DENIED, VIEW("8 10 49 30 1234567") },
	{ &russian, DENIED, VIEW("8-10-49") },
	{ &russian, DENIED, VIEW("810 44 20 7946 0958") },
	{ &russian, DENIED, VIEW("8104930") },
	{ &russian, DENIED, VIEW("8 10") },
	{ &russian, DENIED, VIEW("(8)(10)(49)301234567") },
	{ &russian, DENIED, VIEW("00493012345") },
	{ &russian, DENIED, VIEW("0049 30 12345") },
	{ &russian, DENIED, VIEW("007 926 1234567") },
	{ &russian, DENIED, VIEW("0114420794609") },
	{ &russian, DENIED, VIEW("89261234567890") },
	{ &russian, DENIED, VIEW("892612345678") },
	{ &russian, DENIED, VIEW("8926123456") },
	{ &russian, DENIED, VIEW("8926123456789012345") },
	{ &russian, DENIED, VIEW("9261234567") },
	{ &russian, DENIED, VIEW("79261234567") },
	{ &russian, DENIED, VIEW("7 926 123 45 67") },
	{ &russian, DENIED, VIEW("+89261234567") },
	{ &russian, DENIED, VIEW("+7926123456") },
	{ &russian, DENIED, VIEW("+792612345678") },
	{ &russian, DENIED, VIEW("+7") },
	{ &russian, DENIED, VIEW("8") },
	{ &russian, DENIED, VIEW("98926123456") },
	{ &russian, DENIED, VIEW("989261234567") },
	{ &russian, DENIED, VIEW("9 8 926 123 45 67") },
	{ &russian, DENIED, VIEW("9810493012345") },
	{ &russian, DENIED, VIEW("9 810 493") },
	{ &russian, DENIED, VIEW("0 8926 1234567") },
	{ &russian, DENIED, VIEW("*8926") },
	{ &russian, DENIED, VIEW("*21*89261234567#") },
	{ &russian, DENIED, VIEW("89261234567#") },
	{ &russian, DENIED, VIEW("89261234567*") },
	{ &russian, DENIED, VIEW("#89261234567") },
	{ &russian, DENIED, VIEW("89261234567#1") },
	{ &russian, DENIED, VIEW("112") },
	{ &russian, DENIED, VIEW("911") },
	{ &russian, DENIED, VIEW("01") },
	{ &russian, DENIED, VIEW("02") },
	{ &russian, DENIED, VIEW("03") },
	{ &russian, DENIED, VIEW("04") },
	{ &russian, DENIED, VIEW("0890") },
	{ &russian, DENIED, VIEW("0611") },
	{ &russian, DENIED, VIEW("86261234567") },
	{ &russian, DENIED, VIEW("85261234567") },
	{ &russian, DENIED, VIEW("82261234567") },
	{ &russian, DENIED, VIEW("81261234567") },
	{ &russian, DENIED, VIEW("80261234567") },
	{ &russian, DENIED, VIEW("8 8 10 49 30 12") },
	{ &russian, DENIED, VIEW("118118") },
	{ &russian, REFUSED, VIEW("8926123456O") },
	{ &russian, REFUSED, VIEW("8926123456l") },
	{ &russian, REFUSED,
	  VIEW("\357\274\230\357\274\231\357\274\222\357\274\226\357\274\221\357\274"
	       "\222\357\274\223\357\274\224\357\274\225\357\274\226\357\274\227") },
	{ &russian, REFUSED,
	  VIEW("\331\250\331\251\331\242\331\246\331\241\331\242\331\243\331\244\331"
	       "\245\331\246\331\247") },
	{ &russian, REFUSED, VIEW("8926123456\331\247") },
	{ &russian, REFUSED, VIEW("8~1049301234567") },
	{ &russian, REFUSED, VIEW("8\302\240926") },
	{ &russian, REFUSED, VIEW("8926,,1") },
	{ &russian, REFUSED, VIEW("8926;ext=1") },
	{ &russian, REFUSED, VIEW("89261234567&81049") },
	{ &russian, REFUSED, VIEW("${SHELL(id)}") },
	{ &russian, REFUSED, VIEW("8926w1") },
	{ &russian, REFUSED, VIEW("+7+49") },
	{ &russian, REFUSED, VIEW("8+10") },
	{ &russian, REFUSED, VIEW("++7926") },
	{ &russian, REFUSED, VIEW("89261234567\r\nAction: Command") },
	{ &generic, ALLOWED, VIEW("101") },
	{ &generic, ALLOWED, VIEW("030 12345678") },
	{ &generic, ALLOWED, VIEW("03012345678") },
	{ &generic, ALLOWED, VIEW("0171-1234567") },
	{ &generic, ALLOWED, VIEW("01711234567") },
	{ &generic, ALLOWED, VIEW("0 89 1234567") },
	{ &generic, ALLOWED, VIEW("(0171) 1234567") },
	{ &generic, ALLOWED, VIEW("08912345678") },
	{ &generic, ALLOWED, VIEW("0221 1234567") },
	{ &generic, DENIED, VIEW("0900 1234567") },
	{ &generic, DENIED, VIEW("09001234567") },
	{ &generic, DENIED, VIEW("0 900 123") },
	{ &generic, DENIED, VIEW("0137 123456") },
	{ &generic, DENIED, VIEW("01371234567") },
	{ &generic, DENIED, VIEW("0180 5 123456") },
	{ &generic, DENIED, VIEW("01805123456") },
	{ &generic, DENIED, VIEW("0900") },
	{ &generic, DENIED, VIEW("00493012345678") },
	{ &generic, DENIED, VIEW("00 44 20") },
	{ &generic, DENIED, VIEW("000") },
	{ &generic, DENIED, VIEW("0049") },
	{ &generic, DENIED, VIEW("+4930123456") },
	{ &generic, DENIED, VIEW("+49 900 1234567") },
	{ &generic, DENIED, VIEW("11833") },
	{ &generic, DENIED, VIEW("118 33") },
	{ &generic, DENIED, VIEW("118000") },
	{ &generic, DENIED, VIEW("1188") },
	{ &generic, DENIED, VIEW("110110110") },
	{ &generic, DENIED, VIEW("0") },
	{ &generic, DENIED, VIEW("01") },
	{ &generic, DENIED, VIEW("0300") },
	{ &generic, DENIED, VIEW("*310301234567") },
	{ &generic, DENIED, VIEW("#31#0301234567") },
	{ &generic, DENIED, VIEW("0301*23456789") },
	{ &generic, DENIED, VIEW("112") },
	{ &generic, DENIED, VIEW("010491") },
	{ &generic, DENIED, VIEW("0 10 49 301 234") },
	{ &generic, DENIED, VIEW("0101234") },
	{ &generic, DENIED, VIEW("0191011") },
	{ &generic, DENIED, VIEW("9 0 900 1234567") },
	{ &generic, DENIED, VIEW("9 0049 1234") },
	{ &generic, DENIED, VIEW("1171234567") },
	{ &generic, REFUSED, VIEW("030 1234567x5") },
	{ &generic, REFUSED, VIEW("030/12345678") },
	{ &generic, REFUSED, VIEW("0\331\2430 12345678") },
	{ &generic, REFUSED,
	  VIEW("\357\274\220\357\274\223\357\274\220\357\274\221\357\274\222\357\274"
	       "\223\357\274\224\357\274\225\357\274\226\357\274\227\357\274\230") },
	{ &generic, REFUSED, VIEW("030,12345678") },
	{ &generic, REFUSED, VIEW("0171p1234567") },
};

static enum verdict
judge(const struct plan *plan, struct zv_str text)
{
	const struct zv_role role = { .dial = plan->rules, .n_dial = plan->n };
	const struct zv_dial_rule *rule;
	struct zv_error err = { 0 };
	char number[ZV_NUMBER_MAX + 1];
	bool may;

	if (zv_number_clean(text, false, number, &err) < 0) {
		assert_int_equal(err.code, ZV_EINVAL);
		assert_string_equal(number, "");
		return REFUSED;
	}
	may = zv_role_may_dial(&role, zvon_str(number), &rule);
	assert_non_null(rule); /* a row that decided, for the log */
	assert_int_equal(rule->allow, may);
	return may ? ALLOWED : DENIED;
}

static void
fault_066_toll_fraud(void **state)
{
	static const char *const words[] = { "allowed", "denied", "refused" };
	size_t of[3] = { 0 };

	assert_true(N_OF(cases) >= 200);
	for (size_t i = 0; i < N_OF(cases); i++) {
		enum verdict verdict = judge(cases[i].plan, cases[i].text);

		of[verdict]++;
		if (verdict != cases[i].verdict)
			fail_msg("case %zu, %s: \"%.*s\" is %s", i, cases[i].plan->name,
				 ZV_ARG(cases[i].text), words[verdict]);
	}
	assert_true(of[ALLOWED] > 50 && of[DENIED] > 100 && of[REFUSED] > 40);
}

/* Whatever byte stands in a number: what is not of the alphabet never comes out. */
static void
fault_034_characters(void **state)
{
	for (int c = 0; c < 256; c++) {
		char text[] = { '2', (char)c, '0' }, number[ZV_NUMBER_MAX + 1];
		int rc = zv_number_clean((struct zv_str){ text, 3 }, false, number,
					 NULL);
		bool is_digit = c >= '0' && c <= '9';

		if (c && strchr(" \t()[]-.", c))
			assert_string_equal(number, "20");
		else if (is_digit || c == '*' || c == '#')
			assert_int_equal(strlen(number), 3);
		else
			assert_int_equal(rc, ZV_EINVAL);
		assert_int_equal(strspn(number, "0123456789*#+"), strlen(number));
	}
}

/* A rule never sees more than a number, also where nobody cleaned it. */
static void
test_rules_judge_numbers_only(void **state)
{
	static const struct zv_dial_rule all[] = { ALLOW("!") };
	const struct zv_role role = { .dial = all, .n_dial = 1 };
	static const struct zv_str bad[] = {
		VIEW(""), VIEW("2&3"), VIEW("1+2"), VIEW("\331\241"), VIEW("1 2"),
	};
	char longest[ZV_NUMBER_MAX + 2];

	memset(longest, '1', sizeof longest);
	assert_true(zv_role_may_dial(&role, (struct zv_str){ longest, ZV_NUMBER_MAX },
				     NULL));
	assert_false(zv_role_may_dial(
		&role, (struct zv_str){ longest, ZV_NUMBER_MAX + 1 }, NULL));
	for (size_t i = 0; i < N_OF(bad); i++)
		assert_false(zv_role_may_dial(&role, bad[i], NULL));
}

static void
test_clean(void **state)
{
	char text[ZV_NUMBER_MAX + 2], number[ZV_NUMBER_MAX + 1];
	struct zv_error err = { 0 };

	assert_int_equal(
		zv_number_clean(ZV_STR("+7 (926) 123-45-67"), false, number, &err), 0);
	assert_string_equal(number, "+79261234567");
	assert_int_equal(zv_number_clean(ZV_STR("*8#"), false, number, &err), 0);
	assert_string_equal(number, "*8#");
	assert_int_equal(zv_number_clean(ZV_STR("Anna-1"), true, number, &err), 0);
	assert_string_equal(number, "Anna1");
	memset(text, '1', sizeof text);
	assert_int_equal(zv_number_clean((struct zv_str){ text, ZV_NUMBER_MAX }, false,
					 number, &err),
			 0);
	assert_int_equal(zv_number_clean((struct zv_str){ text, ZV_NUMBER_MAX + 1 },
					 false, number, &err),
			 ZV_ETOOBIG);
	err.code = 0;
	assert_int_equal(zv_number_clean(ZV_STR("10 \331\241"), false, number, &err),
			 ZV_EINVAL);
	assert_non_null(strstr(err.text, "\331\241"));
	assert_non_null(strstr(err.text, "character 4"));
}

/* ---- patterns ---------------------------------------------------------------------------- */

static const struct {
	const char *pattern, *number;
	bool matches;
} patterns[] = {
	{ "X", "0", true },	      { "X", "a", false },
	{ "Z", "0", false },	      { "Z", "1", true },
	{ "N", "1", false },	      { "N", "2", true },
	{ "_XX", "12", true },	      { "XX", "123", false },
	{ "XX", "1", false },	      { "[15-7]", "1", true },
	{ "[15-7]", "5", true },      { "[15-7]", "6", true },
	{ "[15-7]", "7", true },      { "[15-7]", "2", false },
	{ "[15-7]", "8", false },     { "[*#+]", "*", true },
	{ "[*#+]", "1", false },      { "9.", "9", false },
	{ "9.", "91", true },	      { "9.", "9111*#", true },
	{ "9!", "9", true },	      { "9!", "92", true },
	{ "9!", "8", false },	      { "!", "1", true },
	{ ".", "1", true },	      { "_.", "55", true },
	{ "+7.", "+71", true },	      { "+7.", "71", false },
	{ "*8X", "*81", true },	      { "*8X", "*8*", false },
	{ "[2-4]X[0]", "390", true }, { "[2-4]X[0]", "391", false },
};

static void
test_patterns(void **state)
{
	for (size_t i = 0; i < N_OF(patterns); i++) {
		const struct zv_dial_rule rule = { true,
						   zvon_str(patterns[i].pattern) };
		const struct zv_role role = { .dial = &rule, .n_dial = 1 };

		assert_int_equal(zv_dial_pattern_check(rule.pattern, NULL), 0);
		if (zv_role_may_dial(&role, zvon_str(patterns[i].number), NULL) !=
		    patterns[i].matches)
			fail_msg("%s %s", patterns[i].pattern, patterns[i].number);
	}
}

static void
test_first_match_decides(void **state)
{
	static const struct zv_dial_rule rules[] = { DENY("200"), ALLOW("2XX"),
						     DENY("2!") };
	const struct zv_role role = { .dial = rules, .n_dial = 3 };
	const struct zv_dial_rule *rule;

	assert_false(zv_role_may_dial(&role, ZV_STR("200"), &rule));
	assert_ptr_equal(rule, &rules[0]);
	assert_true(zv_role_may_dial(&role, ZV_STR("201"), &rule));
	assert_ptr_equal(rule, &rules[1]);
	assert_false(zv_role_may_dial(&role, ZV_STR("2011"), &rule));
	assert_ptr_equal(rule, &rules[2]);
	assert_false(zv_role_may_dial(&role, ZV_STR("300"), &rule));
	assert_null(rule); /* none: denied */
}

static const struct {
	const char *pattern, *why;
} wrong[] = {
	{ "", "empty pattern" },      { "_", "empty pattern" },
	{ "[", "not closed" },	      { "1[23", "not closed" },
	{ "[]", "empty set" },	      { "[5-2]", "backwards" },
	{ "[a/b]", "in a set" },      { ".X", "only be the last" },
	{ "!1", "only be the last" }, { "8~10", "character 2" },
	{ "8 10", "character 2" },    { "]", "character 1" },
	{ "8,10", "character 2" },    { "..", "only be the last" },
};

static void
test_wrong_patterns(void **state)
{
	char longest[300];

	for (size_t i = 0; i < N_OF(wrong); i++) {
		struct zv_error err = { 0 };

		assert_int_equal(
			zv_dial_pattern_check(zvon_str(wrong[i].pattern), &err),
			ZV_EINVAL);
		if (!strstr(err.text, wrong[i].why))
			fail_msg("%s: %s", wrong[i].pattern, err.text);
	}
	memset(longest, 'X', sizeof longest);
	assert_int_equal(zv_dial_pattern_check((struct zv_str){ longest, 256 }, NULL),
			 0);
	assert_int_equal(zv_dial_pattern_check((struct zv_str){ longest, 257 }, NULL),
			 ZV_EINVAL);
}

static void
test_default_rules_are_patterns(void **state)
{
	for (size_t i = 0; i < zv_n_default_dial_rules; i++)
		assert_int_equal(
			zv_dial_pattern_check(zv_default_dial_rules[i].pattern, NULL),
			0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fault_066_toll_fraud),
		cmocka_unit_test(fault_034_characters),
		cmocka_unit_test(test_rules_judge_numbers_only),
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_patterns),
		cmocka_unit_test(test_first_match_decides),
		cmocka_unit_test(test_wrong_patterns),
		cmocka_unit_test(test_default_rules_are_patterns),
	};

	add_defaults(&own);
	add_defaults(&russian);
	add_defaults(&generic);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
