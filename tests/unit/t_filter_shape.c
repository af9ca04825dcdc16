#include "ami/filter_shape.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdio.h>

#include "captures.h"

/* Random patterns, each asked for each recorded packet. */
#define ROUNDS 4000

/* "[0]Dial[1]200|Hangup~": gaps in brackets, choices behind bars, '~' what is known is
 * not all; "?" nothing is known. */
static void
add_shape(struct zv_buf *out, const struct zv_shape *s)
{
	if (!s) {
		zv_buf_add_char(out, '?');
		return;
	}
	for (size_t i = 0; i < s->n_choices; i++) {
		const struct zv_shape_choice *c = &s->choices[i];

		if (i)
			zv_buf_add_char(out, '|');
		for (size_t k = 0; k < c->n_parts; k++) {
			zv_buf_printf(out, "[%zu]", c->parts[k].gap);
			add_shown(out, c->parts[k].literal);
		}
		if (c->tail)
			zv_buf_printf(out, "[%zu]", c->tail);
	}
	if (!s->exact)
		zv_buf_add_char(out, '~');
}

static void
test_reading(void **state)
{
	static const struct {
		const char *pattern, *shape;
	} rows[] = {
		{ "Dial.{1,}?200|Bridge.+200|Hangup.*200",
		  "[0]Dial[1]200|[0]Bridge[1]200|[0]Hangup[0]200" },
		{ "200", "[0]200" },
		{ "", "" },
		{ "|a", "|[0]a" },
		{ ".*Hangup.+", "[0]Hangup[1]" },
		{ "a.+.{3,}b", "[0]a[4]b" },
		{ "a(.*)b(?:.+?)c", "[0]a[0]b[1]c" },
		{ "(a|b.*c)", "[0]a|[0]b[0]c" },
		{ "(?:(a|b))", "[0]a|[0]b" },
		{ "a\\.b\\-\\|\\\\c", "[0]a.b-\\x7c\\x5cc" },
		{ "a\\r\\nb", "[0]a\\x0d\\x0ab" },
		{ "a}]b", "[0]a}]b" },
		{ "BridgeEnter([^.]*)CallerIDNum: 200|X",
		  "[0]BridgeEnter[0]CallerIDNum: 200|[0]X~" },
		{ "ab?c", "[0]a[0]c~" },
		{ "ab*c", "[0]a[0]c~" },
		{ "ab+c", "[0]ab[0]c~" },
		{ "ab{2,3}c", "[0]ab[0]c~" },
		{ "a(bc)+d", "[0]a[0]bc[0]d~" },
		{ "a(bc)?d", "[0]a[0]d~" },
		{ "a(b|c)d", "[0]a[0]d~" },
		{ "(Dial|Hangup).*200", "[0]200~" },
		{ "a.b", "[0]a[0]b~" },
		{ "a.{1,9}b", "[0]a[0]b~" },
		{ "a.*+b", "[0]a[0]b~" },
		{ "^a$", "[0]a~" },
		{ "a\\d+b", "[0]a[0]b~" },
		{ "a[]x]b[^]x]c[\\]]d", "[0]a[0]b[0]c[0]d~" },
		{ "Имя?200", "[0]\\xd0\\x98\\xd0\\xbc[0]200~" },
		/* not surely understood */
		{ "(?i)a", "?" },
		{ "a(?=b)", "?" },
		{ "(a|(?#))b)c", "?" },
		{ "(a(?i)|b)c", "?" },
		{ "a\\1", "?" },
		{ "\\Qa.b\\E", "?" },
		{ "[[:alpha:]]a", "?" },
		{ "(*UTF)a", "?" },
		{ "a{,3}b", "?" },
		{ "a{b", "?" },
		{ "\\x41", "?" },
		{ "\\N{U+41}", "?" },
		{ "a\\Kb", "?" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf got = { 0 };
		struct zv_shape *s;

		assert_int_equal(zv_shape_read(zvon_str(rows[i].pattern), &s), 0);
		add_shape(&got, s);
		check_text(rows[i].pattern, zv_buf_str(&got), zvon_str(rows[i].shape));
		zv_buf_deinit(&got);
		zv_shape_free(s);
	}
}

/* Groups in groups: looked into so far, then passed over. */
static void
test_depth(void **state)
{
	struct zv_buf pattern = { 0 };
	struct zv_shape *s;

	for (int depth = 1; depth < 2000; depth += depth < 40 ? 1 : 500) {
		zv_buf_clear(&pattern);
		zv_buf_add(&pattern, ZV_STR("x"));
		for (int i = 0; i < depth; i++)
			zv_buf_add_char(&pattern, '(');
		zv_buf_add_char(&pattern, 'a');
		for (int i = 0; i < depth; i++)
			zv_buf_add_char(&pattern, ')');
		assert_int_equal(zv_shape_read(zv_buf_str(&pattern), &s), 0);
		assert_non_null(s);
		assert_int_equal(s->exact, depth <= 16);
		zv_shape_free(s);
	}
	zv_buf_deinit(&pattern);
}

/* ---- beside PCRE2 -------------------------------------------------------------------- */

static const char *const pieces[] = {
	"Dial", "Hangup", "Channel", "200",    "101",	"1",	"PJSIP",  "/",
	": ",	".*",	  ".+?",     ".{1,}?", ".{2,}", ".",	".{0,5}", "|",
	"|",	"(",	  ")",	     "(?:",    "?",	"*",	"+",	  "{2}",
	"{1,}", "[^.]",	  "[0-9]",   "\\d",    "\\.",	"\\r",	"\\R",	  "^",
	"$",	"(?i)",	  "\\b",     "a",      "e",	"n",	"(?=",	  "\\1",
	"(?#)", "Num",	  ".*+",     "\\Q",    "\\E",	"[]a]", "(.*)",	  "{",
	"}",	"??",
};

static void
add_pattern(struct zv_buf *out)
{
	size_t n = 1 + chance_below(9);

	zv_buf_clear(out);
	for (size_t i = 0; i < n; i++)
		zv_buf_add(out, zvon_str(pieces[chance_below(N_OF(pieces))]));
}

/* 1, 0, or -1 when PCRE2 gave up: some random patterns would go on for seconds. */
static int
pcre2_says(const pcre2_code *code, pcre2_match_data *data, struct zv_str text)
{
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	int rc;

	pcre2_set_match_limit(limits, 100000);
	rc = pcre2_match(code, (PCRE2_SPTR)text.p, text.n, 0, 0, data, limits);
	pcre2_match_context_free(limits);
	return rc >= 0 ? 1 : rc == PCRE2_ERROR_NOMATCH ? 0 : -1;
}

struct tally {
	unsigned exact, inexact, unknown, matched;
};

static void
check_pattern(struct zv_str pattern, const struct captured *c, struct tally *tally)
{
	int error;
	size_t at;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)pattern.p, pattern.n, PCRE2_DOTALL,
					 &error, &at, NULL);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	struct zv_shape *s = NULL;

	assert_int_equal(zv_shape_read(pattern, &s), 0); /* also of bad ones */
	if (code) {
		tally->exact += s && s->exact;
		tally->inexact += s && !s->exact;
		tally->unknown += !s;
	}
	for (int i = 0; code && s && i < 20; i++) {
		struct zv_str text = c->packets[chance_below(c->n)]->text;
		int truth = pcre2_says(code, data, text);
		bool holds = zv_shape_holds(s, text);

		if (truth < 0)
			continue;
		tally->matched += (unsigned)truth;
		if ((truth && !holds) || (s->exact && truth != holds))
			fail_msg("%.*s: PCRE2 %d, shape %d\n%.*s", ZV_ARG(pattern),
				 truth, holds, ZV_ARG(text));
	}
	zv_shape_free(s);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
}

static void
test_beside_pcre2(void **state)
{
	struct captured c = captured_read();
	struct zv_buf pattern = { 0 };
	struct tally tally = { 0 };

	chance_begin();
	for (int i = 0; i < ROUNDS; i++) {
		add_pattern(&pattern);
		check_pattern(zv_buf_str(&pattern), &c, &tally);
	}
	printf("# exact %u, necessary %u, unknown %u; matches %u\n", tally.exact,
	       tally.inexact, tally.unknown, tally.matched);
	assert_true(tally.exact > 100 && tally.inexact > 100 && tally.matched > 1000);
	zv_buf_deinit(&pattern);
	captured_free(&c);
}

static int
read_one(void *user)
{
	struct zv_shape *s;
	int rc = zv_shape_read(zvon_str(user), &s);

	zv_shape_free(s);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(read_one, "Dial.*200|Hangup");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reading),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_beside_pcre2),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
