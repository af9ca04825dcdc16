#include "zvon/filter.h"

#include <stdlib.h>

#include "base/mem.h"
#include "captures.h"

#define HANGUP                                                                         \
 "Event: Hangup\r\nPrivilege: call,all\r\nChannel: PJSIP/200-0000019d\r\n"             \
 "CallerIDNum: 200\r\nCallerIDName: \r\nConnectedLineNum: 8926\r\nchannel: late\r\n"   \
 "Cause: 16\r\n\r\n"

struct row {
	const char *event, *text, *field, *regex;
	enum zv_filter_newlines newlines;
	enum zv_filter_verdict verdict;
};

static struct zv_filter *
filter_of(const struct row *row, bool no_jit, struct zv_error *err)
{
	struct zv_filter_options o = {
		.events = &row->event,
		.n_events = row->event != NULL,
		.texts = &row->text,
		.n_texts = row->text != NULL,
		.fields = &row->field,
		.n_fields = row->field != NULL,
		.regex = row->regex,
		.newlines = row->newlines,
		.no_jit = no_jit,
	};

	return zvon_filter_new(&o, err);
}

static void
check_row(const struct row *row, const struct zv_packet *packet, bool no_jit)
{
	struct zv_error err = { 0 };
	struct zv_filter *f = filter_of(row, no_jit, &err);
	enum zv_filter_verdict verdict;

	if (!f)
		fail_msg("%s", err.text);
	verdict = zvon_filter_judge(f, packet, 0);
	if (verdict != row->verdict)
		fail_msg("event %s text %s field %s regex %s: %s",
			 row->event ? row->event : "-", row->text ? row->text : "-",
			 row->field ? row->field : "-", row->regex ? row->regex : "-",
			 zvon_filter_verdict_name(verdict));
	zvon_filter_free(f);
}

static void
check_rows(const struct row *rows, size_t n, struct zv_str text)
{
	struct zv_packet *packet = packet_of(text);

	for (size_t i = 0; i < 2 * n; i++)
		check_row(&rows[i / 2], packet, i % 2);
	zvon_packet_free(packet);
}

/* ---- verdicts ------------------------------------------------------------------------ */

static void
test_conditions(void **state)
{
	enum zv_filter_newlines kept = ZV_NEWLINES_KEPT;
	const struct row rows[] = {
		{ NULL, NULL, NULL, NULL, kept, ZV_FILTER_PASSES },
		{ "Hangup", NULL, NULL, NULL, kept, ZV_FILTER_PASSES },
		{ "hANGUP", NULL, NULL, NULL, kept, ZV_FILTER_PASSES },
		{ "Newstate , ,hangup", NULL, NULL, NULL, kept, ZV_FILTER_PASSES },
		{ "Newstate", NULL, NULL, NULL, kept, ZV_FILTER_EVENT },
		{ "HangupRequest", NULL, NULL, NULL, kept, ZV_FILTER_EVENT },
		{ "Hang", NULL, NULL, NULL, kept, ZV_FILTER_EVENT },
		{ NULL, "PJSIP/200", NULL, NULL, kept, ZV_FILTER_PASSES },
		{ NULL, "pjsip/200", NULL, NULL, kept, ZV_FILTER_TEXT },
		{ NULL, "Hangup\r\nPriv", NULL, NULL, kept, ZV_FILTER_PASSES },
		{ NULL, "", NULL, NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "CallerIDNum=200", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, " calleridnum =200", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "CallerIDNum=20", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "CallerIDNum= 200", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "CallerIDNum!=200", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "CallerIDNum!=201", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "CallerIDName=", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "NoSuchKey=", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "NoSuchKey!=", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "NoSuchKey~.", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "NoSuchKey!~.", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "Channel~^PJSIP/200-", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "Channel~^SIP", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "Channel~late", NULL, kept, ZV_FILTER_FIELD },
		{ NULL, NULL, "Channel!~^SIP", NULL, kept, ZV_FILTER_PASSES },
		{ NULL, NULL, "Cause=1=6", NULL, kept, ZV_FILTER_FIELD },
		/* the cheap ones are asked first, and all must hold */
		{ "Hangup", "PJSIP", "Cause=16", "Hangup", kept, ZV_FILTER_PASSES },
		{ "Newstate", "no", "Cause=1", "no", kept, ZV_FILTER_EVENT },
		{ "Hangup", "no", "Cause=1", "no", kept, ZV_FILTER_TEXT },
		{ "Hangup", "PJSIP", "Cause=1", "no", kept, ZV_FILTER_FIELD },
		{ "Hangup", "PJSIP", "Cause=16", "no", kept, ZV_FILTER_REGEX },
	};

	check_rows(rows, N_OF(rows), ZV_STR(HANGUP));
}

static void
test_expressions(void **state)
{
	static const struct {
		const char *regex;
		bool kept, dashed;
	} table[] = {
		{ "Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?200", true, true },
		{ "Dial.{1,}?200|Bridge.{1,}?200|Hangup.{1,}?201", false, false },
		{ "Hangup.*8926.*Cause: 16$", true, false },
		{ "Hangup([^.]*)CallerIDNum: 200|MIXMONITOR_FILENAME", true, true },
		{ "Hangup.*8926.*Cause: 16--$", false, true },
		{ "^Event: Hangup", true, true },
		{ "^Channel", false, false },
		{ "(?m)^Channel: PJSIP.{13}$", true, false },
		{ "Hangup--Privilege", false, true },
		{ "Hangup\\r\\nPrivilege", true, false },
		{ "Hangup\\R", true, false },
		{ "hangup", false, false },
		{ "(?i)hangup", true, true },
		{ "", true, true },
		{ "\\QPJSIP/2\\E", true, true },
	};
	struct row rows[2 * N_OF(table)];

	for (size_t i = 0; i < N_OF(table); i++) {
		rows[2 * i] = rows[2 * i + 1] = (struct row){ .regex = table[i].regex };
		rows[2 * i + 1].newlines = ZV_NEWLINES_DASHED;
		rows[2 * i].verdict =
			table[i].kept ? ZV_FILTER_PASSES : ZV_FILTER_REGEX;
		rows[2 * i + 1].verdict =
			table[i].dashed ? ZV_FILTER_PASSES : ZV_FILTER_REGEX;
	}
	check_rows(rows, N_OF(rows), ZV_STR(HANGUP));
}

/* Expressions with letters beyond ASCII are of characters, the others of bytes: a name
 * in an old code page does not hide what stands behind it. */
static void
test_letters_beyond_ascii(void **state)
{
	static const char utf8[] = "Event: Newchannel\r\nCallerIDName: Анна\r\n"
				   "CallerIDNum: 200\r\n\r\n";
	static const char cp1251[] =
		"Event: Newchannel\r\nCallerIDName: \xc0\xed\xed\xe0"
		"\r\nCallerIDNum: 200\r\n\r\n";
	const struct row in_utf8[] = {
		{ .regex = "Анна", .verdict = ZV_FILTER_PASSES },
		{ .regex = "(?i)аННА", .verdict = ZV_FILTER_PASSES },
		{ .regex = "Name: [А-Я][а-я]{3}\r", .verdict = ZV_FILTER_PASSES },
		{ .regex = "(*UTF)Name: \\w{4}\r", .verdict = ZV_FILTER_PASSES },
		{ .regex = "Name: .{8}\r", .verdict = ZV_FILTER_PASSES },
		{ .regex = "(*UTF)Name: .{8}\r", .verdict = ZV_FILTER_REGEX },
		{ .field = "CallerIDName~^А", .verdict = ZV_FILTER_PASSES },
	};
	const struct row in_cp1251[] = {
		{ .regex = "Newchannel.{1,}?200", .verdict = ZV_FILTER_PASSES },
		{ .regex = "Newchannel[^.]*200", .verdict = ZV_FILTER_PASSES },
		{ .regex = "\xc0\xed+\xe0", .verdict = ZV_FILTER_PASSES },
		{ .regex = "(*UTF)Newchannel.*200", .verdict = ZV_FILTER_REGEX },
		{ .regex = "Num: 200|Анна", .verdict = ZV_FILTER_PASSES },
	};

	check_rows(in_utf8, N_OF(in_utf8), zvon_str(utf8));
	check_rows(in_cp1251, N_OF(in_cp1251), zvon_str(cp1251));
}

static void
test_events_are_events(void **state)
{
	const struct row rows[] = {
		{ .event = "Success", .verdict = ZV_FILTER_EVENT },
		{ .text = "Pong", .verdict = ZV_FILTER_PASSES },
		{ .regex = "Ping: Pong", .verdict = ZV_FILTER_PASSES },
	};

	check_rows(rows, N_OF(rows), ZV_STR("Response: Success\r\nPing: Pong\r\n\r\n"));
}

static void
test_culprit_and_counters(void **state)
{
	static const char *const texts[] = { "Hangup", "PJSIP", "nowhere" };
	static const char *const fields[] = { "Cause=16", "Cause=17" };
	struct zv_filter_options o = { .texts = texts, .n_texts = 3 };
	struct zv_packet *packet = packet_of(ZV_STR(HANGUP));
	struct zv_filter *f = zvon_filter_new(&o, NULL);
	struct zv_filter_counters n;

	assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_TEXT);
	assert_int_equal(zvon_filter_culprit(f), 2);
	zvon_filter_free(f);

	o = (struct zv_filter_options){ .fields = fields, .n_fields = 2 };
	f = zvon_filter_new(&o, NULL);
	assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_FIELD);
	assert_int_equal(zvon_filter_culprit(f), 1);
	zvon_filter_free(f);

	o = (struct zv_filter_options){ .regex = "Cause: 16" };
	f = zvon_filter_new(&o, NULL);
	for (int i = 0; i < 5; i++)
		assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_PASSES);
	zvon_packet_free(packet);
	packet = packet_of(ZV_STR("Event: A\r\n\r\n"));
	assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_REGEX);
	zvon_filter_count(f, &n);
	assert_int_equal(n.received, 6);
	assert_int_equal(n.passed, 5);
	assert_int_equal(n.dropped, 1);
	assert_int_equal(n.limit_hits, 0);
	zvon_filter_free(f);
	zvon_packet_free(packet);
	zvon_filter_free(NULL);
}

static void
test_verdict_names(void **state)
{
	static const char *const names[] = { "passes", "event", "text", "field",
					     "regex",  "limit", "off" };

	for (size_t i = 0; i < N_OF(names); i++)
		assert_string_equal(zvon_filter_verdict_name((enum zv_filter_verdict)i),
				    names[i]);
	assert_string_equal(zvon_filter_verdict_name((enum zv_filter_verdict)99),
			    "unknown");
}

/* ---- limits ------------------------------------------------------------------------ */

static void
test_bad_options(void **state)
{
	static const struct {
		struct row row;
		int code;
		const char *words[3];
	} rows[] = {
		{ { .event = " , " }, ZV_EINVAL, { "events", "Hangup,Newstate" } },
		{ { .field = "Cause" }, ZV_EINVAL, { "\"Cause\"", "Key!~regex" } },
		{ { .field = "=16" }, ZV_EINVAL, { "\"=16\"", "Key=value" } },
		{ { .field = "!=16" }, ZV_EINVAL, { "\"!=16\"" } },
		{ { .field = "Cause~(" }, ZV_EINVAL, { "Cause~(", "byte 1", "\\(" } },
		{ { .regex = "Dial(" }, ZV_EINVAL, { "regex", "byte 5", "\"Dial(\"" } },
		{ { .regex = "Dial)" }, ZV_EINVAL, { "byte 4", "\\)" } },
		{ { .regex = "*200" }, ZV_EINVAL, { "byte 0", "write \\ before" } },
		{ { .regex = "[200" }, ZV_EINVAL, { "byte 4", "]" } },
		{ { .regex = "200\\" }, ZV_EINVAL, { "byte 4", "\\\\" } },
		{ { .regex = "\\C" }, ZV_EINVAL, { "byte 2", "write ." } },
		{ { .regex = "a{9,1}" }, ZV_EINVAL, { "byte 5", "{least,most}" } },
		{ { .regex = "a{99999}" }, ZV_EINVAL, { "smaller" } },
		{ { .regex = "((a{1,1000}){1,1000})" }, ZV_ETOOBIG, { "repeat less" } },
		{ { .regex = "(((a{1,99}){1,99}){1,99})" }, ZV_ETOOBIG, { "repeat" } },
		{ { .newlines = (enum zv_filter_newlines)7, .regex = "a" },
		  ZV_EINVAL,
		  { "newlines" } },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		assert_null(filter_of(&rows[i].row, false, &err));
		assert_null(filter_of(&rows[i].row, false, NULL));
		assert_int_equal(err.code, rows[i].code);
		for (size_t k = 0; k < 3 && rows[i].words[k]; k++)
			if (!strstr(err.text, rows[i].words[k]))
				fail_msg("row %zu: %s", i, err.text);
	}
}

/* `n` times `text`, between `head` and `tail`. */
static char *
repeated(const char *head, const char *text, size_t n, const char *tail)
{
	struct zv_buf b = { 0 };

	zv_buf_add(&b, zvon_str(head));
	for (size_t i = 0; i < n; i++)
		zv_buf_add(&b, zvon_str(text));
	zv_buf_add(&b, zvon_str(tail));
	zv_buf_add_char(&b, '\0');
	return b.p;
}

/* "((a))" for 2 */
static char *
nested(size_t n)
{
	char *end = repeated("a", ")", n, ""), *text = repeated("", "(", n, end);

	zv_free(end);
	return text;
}

static bool
takes(const struct zv_filter_options *o, const char *word)
{
	struct zv_error err = { 0 };
	struct zv_filter *f = zvon_filter_new(o, &err);

	if (!f && !strstr(err.text, word))
		fail_msg("%s", err.text);
	zvon_filter_free(f);
	return f != NULL;
}

static void
test_edges(void **state)
{
	const char *many[ZV_FILTER_MAX_TEXTS + 1];
	struct zv_filter_options o = { .regex = NULL };
	char *text;

	text = repeated("", "a", ZV_FILTER_MAX_PATTERN, "");
	o.regex = text;
	assert_true(takes(&o, ""));
	zv_free(text);
	text = repeated("", "a", ZV_FILTER_MAX_PATTERN + 1, "");
	o.regex = text;
	assert_false(takes(&o, "4097 bytes, at most 4096"));
	zv_free(text);

	for (size_t i = 0; i < N_OF(many); i++)
		many[i] = "A=b";
	o = (struct zv_filter_options){ .texts = many, .n_texts = N_OF(many) - 1 };
	assert_true(takes(&o, ""));
	o.n_texts++;
	assert_false(takes(&o, "65 texts in one filter, at most 64"));
	o = (struct zv_filter_options){ .fields = many, .n_fields = N_OF(many) - 1 };
	assert_true(takes(&o, ""));
	o.n_fields++;
	assert_false(takes(&o, "65 field conditions in one filter, at most 64"));

	text = repeated("", "A,", ZV_FILTER_MAX_EVENTS, "");
	o = (struct zv_filter_options){ .events = (const char *const[]){ text },
					.n_events = 1 };
	assert_true(takes(&o, ""));
	zv_free(text);
	text = repeated("", "A,", ZV_FILTER_MAX_EVENTS + 1, "");
	o = (struct zv_filter_options){ .events = (const char *const[]){ text },
					.n_events = 1 };
	assert_false(takes(&o, "1025 names, at most 1024"));
	zv_free(text);

	text = nested(100);
	o = (struct zv_filter_options){ .regex = text };
	assert_true(takes(&o, ""));
	zv_free(text);
	text = nested(101);
	o = (struct zv_filter_options){ .regex = text };
	assert_false(takes(&o, "fewer groups within groups"));
	zv_free(text);
}

/* What makes a backtracking matcher slow, in some of its forms. */
static const char *const evil[] = {
	"(a+)+$",
	"(a|aa)+$",
	"(a*)*[\\x01\\x02]",
	".{0,90}.{0,90}[\\x01\\x02]", /* below PCRE2's match limit at each place */
	"[^\\x01]*[^\\x02]*[^\\x03]*[\\x01\\x02]",
	"(?:(?:(?:a{1,20}){1,20}){1,20})[\\x01\\x02]",
	"(.*?)(.*?)(.*?)\\1\\2\\3[\\x01\\x02]",
	"(?=(a+))*(a+)+[\\x01\\x02]",
	"((a|b)|(a|b))*[\\x01\\x02]",
	"(?:a?){90}a{90}[\\x01\\x02]",
	"(a(?1)?)*[\\x01\\x02]",
	"(*UTF)(.+)+[\\x01\\x02]",
};

static void
test_evil_expressions(void **state)
{
	char *text = repeated("Event: A\r\nX: ", "a", 3000, "!\r\n\r\n");
	struct zv_packet *packet = packet_of(zvon_str(text));

	for (size_t i = 0; i < 2 * N_OF(evil); i++) {
		struct row row = { .regex = evil[i / 2] };
		struct zv_error err = { 0 };
		struct zv_filter *f = filter_of(&row, i % 2, &err);

		if (!f)
			fail_msg("%s", err.text);
		if (zvon_filter_judge(f, packet, 0) != ZV_FILTER_LIMIT)
			fail_msg("%s: not given up", evil[i / 2]);
		zvon_filter_free(f);
	}
	zvon_packet_free(packet);
	zv_free(text);
}

/* Judges n times, a hit each `step_ms`; the number of the first packet that was OFF. */
static int
off_after(const struct row *row, int n, int64_t step_ms)
{
	struct zv_packet *packet = packet_of(ZV_STR(
		"Event: A\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\r\n\r\n"));
	struct zv_filter *f = filter_of(row, false, NULL);
	struct zv_filter_counters count;
	int off = 0;

	for (int i = 0; i < n; i++) {
		enum zv_filter_verdict v = zvon_filter_judge(f, packet, i * step_ms);

		if (v == ZV_FILTER_OFF && !off)
			off = i;
		assert_int_equal(v, off ? ZV_FILTER_OFF : ZV_FILTER_LIMIT);
	}
	assert_int_equal(zvon_filter_is_off(f), off != 0);
	zvon_filter_count(f, &count);
	assert_int_equal(count.received, n);
	assert_int_equal(count.dropped, n);
	assert_int_equal(count.limit_hits, off ? off : n);
	zvon_filter_free(f);
	zvon_packet_free(packet);
	return off;
}

static void
test_off_after_too_many_hits(void **state)
{
	const struct row regex = { .regex = "(a+)+$" }, field = { .field = "X~(a+)+$" };

	assert_int_equal(off_after(&regex, 300, 0), ZV_FILTER_MAX_HITS);
	assert_int_equal(off_after(&field, 300, 0), ZV_FILTER_MAX_HITS);
	/* the first and the hundredth: 99 steps apart */
	assert_int_equal(off_after(&regex, 300, 60000 / 99), ZV_FILTER_MAX_HITS);
	assert_int_equal(off_after(&regex, 300, 60000 / 99 + 1), 0);
}

/* A long text may take longer: what is linear is not given up. */
static void
test_long_texts(void **state)
{
	char *text = repeated("Event: A\r\nX: ", "abc ", 30000, "200\r\n\r\n");
	struct zv_packet *packet = packet_of(zvon_str(text));
	const struct row rows[] = {
		{ .regex = "[a-z]+: \\d{5}x", .verdict = ZV_FILTER_REGEX },
		{ .regex = "Event(.|\\n)+200", .verdict = ZV_FILTER_LIMIT },
		{ .regex = "Event[^.]+?200", .verdict = ZV_FILTER_PASSES },
		{ .regex = "Event.{1,}?200", .verdict = ZV_FILTER_PASSES },
	};

	for (size_t i = 0; i < 2 * N_OF(rows); i++)
		check_row(&rows[i / 2], packet, i % 2);
	zvon_packet_free(packet);
	zv_free(text);
}

/* ---- memory ------------------------------------------------------------------------- */

static int
make_one(void *user)
{
	static const char *const texts[] = { "a", "b" };
	static const char *const events[] = { "A,B", "C" };
	static const char *const fields[] = { "A=1", "B~[0-9]+x" };
	struct zv_filter_options o = {
		.events = events,
		.n_events = 2,
		.texts = texts,
		.n_texts = 2,
		.fields = fields,
		.n_fields = 2,
		.regex = user,
	};
	struct zv_error err = { 0 };
	struct zv_filter *f = zvon_filter_new(&o, &err);

	zvon_filter_free(f);
	return f ? 0 : err.code;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(make_one, "Dial.{1,}?200|Hangup");
	check_out_of_memory(make_one, "Dial[^.]+(200|300)");
	check_out_of_memory(make_one, "Анна");
}

/* A packet that cannot be shown with dashes is dropped and counted, the next one is
 * judged; and once the room has its size nothing is allocated. */
static void
test_memory_while_judging(void **state)
{
	struct row row = { .regex = "Cause[^.]+6", .newlines = ZV_NEWLINES_DASHED };
	struct zv_packet *packet = packet_of(ZV_STR(HANGUP));

	for (int no_jit = 0; no_jit < 2; no_jit++) {
		struct zv_filter *f = filter_of(&row, no_jit, NULL);
		unsigned long before;

		zv_mem_fail_at(1);
		assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_LIMIT);
		zv_mem_fail_at(0);
		assert_int_equal(zvon_filter_judge(f, packet, 0), ZV_FILTER_PASSES);
		before = zv_mem_count();
		for (int i = 0; i < 100; i++)
			zvon_filter_judge(f, packet, 0);
		assert_int_equal(zv_mem_count(), before);
		zvon_filter_free(f);
	}
	zvon_packet_free(packet);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_expressions),
		cmocka_unit_test(test_letters_beyond_ascii),
		cmocka_unit_test(test_events_are_events),
		cmocka_unit_test(test_culprit_and_counters),
		cmocka_unit_test(test_verdict_names),
		cmocka_unit_test(test_bad_options),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_evil_expressions),
		cmocka_unit_test(test_off_after_too_many_hits),
		cmocka_unit_test(test_long_texts),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_memory_while_judging),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
