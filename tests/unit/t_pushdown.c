#include "ami/pushdown.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "captures.h"
#include "zvon/request.h"

#define LIST(...)                                                                      \
 (const char *const[])                                                                 \
 {                                                                                     \
  __VA_ARGS__                                                                          \
 }

static const struct zv_pushdown_server able = { 5, { "5.0.4", 5 }, true };

/* ---- what is said -------------------------------------------------------------------- */

static struct zv_pushdown
pushdown_of(const struct zv_filter_options *o)
{
	struct zv_pushdown p;

	assert_int_equal(zv_pushdown_init(&p, o, &able), 0);
	return p;
}

/* All but the last four, which are always there. */
static void
check_values(const struct zv_filter_options *o, const char *wanted)
{
	struct zv_pushdown p = pushdown_of(o);
	struct zv_buf got = { 0 };

	for (size_t i = 0; i + 4 < p.n_filters; i++)
		zv_buf_printf(&got, "%s%.*s", i ? " | " : "",
			      ZV_ARG(zv_buf_str(&p.filters[i])));
	check_text(wanted, zv_buf_str(&got), zvon_str(wanted));
	assert_int_equal(p.n_filters > 0, wanted[0] != '\0');
	assert_int_equal(p.why_not[0] == '\0', wanted[0] != '\0');
	zv_buf_deinit(&got);
	zv_pushdown_deinit(&p);
}

static void
test_values(void **state)
{
	const struct {
		struct zv_filter_options options;
		const char *values;
	} rows[] = {
		{ { .events = LIST("Up, C3po"), .n_events = 1 },
		  "^Event: *[Uu][Pp][[:space:]] | ^Event: *[Cc]3[Pp][Oo][[:space:]]" },
		{ { .texts = LIST("A", "CallerIDNum: 200"), .n_texts = 2 },
		  "CallerIDNum: 200" },
		{ { .texts = LIST("a.b[c]*^$\\(|){}+?%"), .n_texts = 1 },
		  "a[.]b[[]c][*]\\^[$]\\\\[(][|][)][{][}][+][?][%]" },
		{ { .regex = "Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?200" },
		  "Dial | Bridge | Hangup" },
		{ { .regex = "Dial.*89261234567|Hangup.*89261234567" }, "89261234567" },
		{ { .regex = "BridgeEnter([^.]*)CallerIDNum: 200|Disconnected" },
		  "CallerIDNum: 200 | Disconnected" },
		{ { .regex = "x--Channel.*Up", .newlines = ZV_NEWLINES_DASHED }, "Up" },
		/* one kind only */
		{ { .events = LIST("Up"),
		    .n_events = 1,
		    .texts = LIST("abc"),
		    .n_texts = 1 },
		  "^Event: *[Uu][Pp][[:space:]]" },
		{ { .texts = LIST("abc"), .n_texts = 1, .regex = "defghi" }, "abc" },
		/* the first kind cannot be said, the next can */
		{ { .texts = LIST("\xd0\x90"), .n_texts = 1, .regex = "def" }, "def" },
		{ { .texts = LIST(" a"), .n_texts = 1, .regex = "def" }, "def" },
		/* nothing */
		{ { 0 }, "" },
		{ { .texts = LIST("", "\r\n"), .n_texts = 2 }, "" },
		{ { .texts = LIST("!abc"), .n_texts = 1 }, "" },
		{ { .texts = LIST("abc "), .n_texts = 1 }, "" },
		{ { .regex = "(?i)abc" }, "" },
		{ { .regex = "abc|.*" }, "" },
		{ { .regex = "abc|\\r\\n" }, "" },
		{ { .regex = "x--y", .newlines = ZV_NEWLINES_DASHED }, "" },
		{ { .fields = LIST("A=b"), .n_fields = 1 }, "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_values(&rows[i].options, rows[i].values);
}

static void
test_servers(void **state)
{
	const struct {
		struct zv_pushdown_server server;
		const char *why_not;
	} rows[] = {
		{ { 1, ZV_STR("1.1"), true }, "no Filter action" }, /* 1.8 */
		{ { 1, ZV_STR("1.0"), true }, "no Filter action" },
		{ { 1, ZV_STR("1.2"), true }, "" }, /* 10 */
		{ { 1, ZV_STR("1.3"), true }, "" },
		{ { 2, ZV_STR("2.5.0"), true }, "" },
		{ { 11, ZV_STR("11.0.0"), true }, "" },
		{ { 11, ZV_STR("11.0.0"), false }, "write class system" },
		{ { 0, ZV_STR(""), true }, "not known" },
		{ { 5, ZV_STR("x"), true }, "no Filter action" },
		{ { 5, ZV_STR("6.0"), true }, "no Filter action" },
		{ { 1, ZV_STR("1"), true }, "no Filter action" },
	};
	struct zv_filter_options o = { .regex = "abc" };

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_pushdown p;

		assert_int_equal(zv_pushdown_init(&p, &o, &rows[i].server), 0);
		assert_int_equal(p.n_filters > 0, rows[i].why_not[0] == '\0');
		if (!strstr(p.why_not, rows[i].why_not))
			fail_msg("row %zu: %s", i, p.why_not);
		zv_pushdown_deinit(&p);
	}
}

static bool
can_push(const struct zv_filter_options *o)
{
	struct zv_pushdown p = pushdown_of(o);
	bool can = p.n_filters > 0;

	for (size_t i = 0; i < p.n_filters; i++) {
		struct zv_request *r = zvon_request_new(ZV_STR("Filter"), NULL);

		assert_int_equal(zvon_request_add(r, ZV_STR("Filter"),
						  zv_buf_str(&p.filters[i]), NULL),
				 0);
		zvon_request_free(r);
	}
	zv_pushdown_deinit(&p);
	return can;
}

/* A value fills a line of an action at most; 64 actions with the four of our own. */
static void
test_edges(void **state)
{
	static char text[2000], names[2000];
	struct zv_filter_options o = { .texts = LIST(text), .n_texts = 1 };

	memset(text, 'a', ZV_REQUEST_MAX_LINE - 8);
	assert_true(can_push(&o));
	text[strlen(text)] = 'a';
	assert_false(can_push(&o));

	o = (struct zv_filter_options){ .events = LIST(names), .n_events = 1 };
	for (int i = 0; i < ZV_PUSHDOWN_MAX_ACTIONS - 4; i++)
		sprintf(names + strlen(names), "Name%d,", i);
	assert_true(can_push(&o));
	strcat(names, "One");
	assert_false(can_push(&o));
}

/* ---- nothing is lost ----------------------------------------------------------------- */

/* As Asterisk does it: any of them, searched for in the text of the event. */
static bool
server_passes(const regex_t *compiled, size_t n, struct zv_str text)
{
	char *copy = zv_memdup(text.p, text.n); /* with a NUL behind */
	bool passes = n == 0;

	assert_non_null(copy);
	for (size_t i = 0; i < n && !passes; i++)
		passes = regexec(&compiled[i], copy, 0, NULL, 0) == 0;
	zv_free(copy);
	return passes;
}

static bool
is_needed(const struct zv_packet *packet)
{
	static const char *const names[] = { "FullyBooted", "Shutdown", "Reload",
					     "OriginateResponse" };

	for (size_t i = 0; i < N_OF(names); i++)
		if (zvon_str_equal(packet->name, zvon_str(names[i])))
			return true;
	return false;
}

struct tally {
	size_t pushed, asked, dropped, passed;
};

static void
check_filter(const struct zv_filter_options *o, const struct captured *c,
	     struct tally *tally)
{
	struct zv_filter *f = zvon_filter_new(o, NULL);
	struct zv_pushdown p;
	regex_t compiled[ZV_PUSHDOWN_MAX_ACTIONS];

	if (!f)
		return;
	p = pushdown_of(o);
	tally->pushed += p.n_filters > 0;
	for (int flags = 0; flags <= REG_EXTENDED; flags += REG_EXTENDED) {
		for (size_t i = 0; i < p.n_filters; i++)
			assert_int_equal(regcomp(&compiled[i],
						 zv_buf_cstr(&p.filters[i]),
						 flags | REG_NOSUB),
					 0);
		for (int i = 0; p.n_filters && i < 25; i++) {
			const struct zv_packet *packet = c->packets[chance_below(c->n)];
			bool here = zvon_filter_judge(f, packet, 0) == 0;
			bool there = server_passes(compiled, p.n_filters, packet->text);

			if (packet->kind != ZV_PACKET_EVENT)
				continue;
			if (!there && (here || is_needed(packet)))
				fail_msg("lost, filter %s:\n%.*s",
					 zv_buf_cstr(&p.filters[0]),
					 ZV_ARG(packet->text));
			tally->asked++;
			tally->dropped += !there;
			tally->passed += here;
		}
		for (size_t i = 0; i < p.n_filters; i++)
			regfree(&compiled[i]);
	}
	zv_pushdown_deinit(&p);
	zvon_filter_free(f);
}

/* A part of a packet, so that it occurs. */
static void
random_text(char *out, size_t size, const struct captured *c)
{
	struct zv_str text = c->packets[chance_below(c->n)]->text;
	size_t at = text.n ? chance_below(text.n) : 0;
	size_t n = 1 + chance_below(size - 1);

	n = n < text.n - at ? n : text.n - at;
	memcpy(out, text.p + at, n);
	out[n] = '\0';
	for (char *p = out; *p; p++)
		if ((*p == '\r' || *p == '\n') && chance_below(4))
			*p = 'x';
}

static void
random_regex(char *out, size_t size, const struct captured *c)
{
	static const char *const joints[] = {
		".{1,}?", ".*", "|", "[^.]*", "?", "(", ")", "+", "\\.", ".+", "|", "--"
	};

	out[0] = '\0';
	for (size_t n = 1 + chance_below(6); n > 0; n--) {
		char word[12];

		if (chance_below(2))
			random_text(word, sizeof word, c);
		else
			strcpy(word, joints[chance_below(N_OF(joints))]);
		strncat(out, word, size - strlen(out) - 1);
	}
}

static void
test_nothing_is_lost(void **state)
{
	static const char *const events[] = { "hangup,NEWSTATE", "VarSet", "CEL,Cdr",
					      "Hang", "Newexten,DialBegin,DialEnd" };
	struct captured c = captured_read();
	struct tally tally = { 0 };

	chance_begin();
	for (int i = 0; i < 4000; i++) {
		char text[20], regex[100];
		const char *texts[] = { text };
		const char *event[] = { events[chance_below(N_OF(events))] };
		struct zv_filter_options o = {
			.events = event,
			.n_events = chance_below(3) == 0,
			.texts = texts,
			.n_texts = chance_below(3) == 0,
			.regex = chance_below(2) ? regex : NULL,
			.newlines =
				chance_below(3) ? ZV_NEWLINES_KEPT : ZV_NEWLINES_DASHED,
			.no_jit = true,
		};

		random_text(text, sizeof text, &c);
		random_regex(regex, sizeof regex, &c);
		check_filter(&o, &c, &tally);
	}
	printf("# %zu filters pushed down; of %zu events %zu dropped there, %zu passed "
	       "here\n",
	       tally.pushed, tally.asked, tally.dropped, tally.passed);
	assert_true(tally.pushed > 800 && tally.passed > 300);
	assert_true(tally.dropped > tally.asked / 4);
	captured_free(&c);
}

/* ---- memory -------------------------------------------------------------------------- */

static int
make_one(void *user)
{
	struct zv_pushdown p;
	int rc = zv_pushdown_init(&p, user, &able);

	zv_pushdown_deinit(&p);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(make_one, &(struct zv_filter_options){
					      .events = LIST("A,B"), .n_events = 1 });
	check_out_of_memory(make_one,
			    &(struct zv_filter_options){ .regex = "abc|def.*ghij" });
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_nothing_is_lost),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
