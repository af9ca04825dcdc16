#include "ami/filter_set.h"

#include <stdio.h>
#include <stdlib.h>

#include "ami/filter_index.h"
#include "ami/filter_keys.h"
#include "base/mem.h"
#include "captures.h"

/* ---- keys of packets ----------------------------------------------------------------- */

static void
test_lines_of_channels(void **state)
{
	static const struct {
		const char *channel, *line;
	} rows[] = {
		{ "SIP/200-0000019d", "200" },
		{ "PJSIP/200-00000001", "200" },
		{ "PJSIP/200", "200" },
		{ "SIP/my-trunk-0000001a", "my-trunk" },
		{ "SIP/my-trunk", "my-trunk" },
		{ "Local/200@from-internal-00000001;2", "200" },
		{ "Local/200@office", "200" },
		{ "SIP/200-0000019d;1", "200" },
		{ "SIP/200-", "200-" },
		{ "IAX2/trunk-1234", "trunk" },
		{ "DAHDI/i1/89261234567-1", "i1/89261234567" },
		{ "200", "" },
		{ "", "" },
		{ "SIP/", "" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_text(rows[i].channel, zv_channel_line(zvon_str(rows[i].channel)),
			   zvon_str(rows[i].line));
}

static void
add_keys(struct zv_buf *out, const char *text)
{
	static const char *const kinds[] = { "lines", "channels", "numbers", "queues" };
	struct zv_packet *packet = packet_of(zvon_str(text));
	struct zv_packet_keys keys;

	zv_packet_keys_read(&keys, packet);
	for (int kind = 0; kind < ZV_KEY_KINDS; kind++) {
		zv_buf_printf(out, "%s%s", kind ? " " : "", kinds[kind]);
		for (size_t i = 0; i < keys.n[kind]; i++)
			zv_buf_printf(out, ",%.*s", ZV_ARG(keys.values[kind][i]));
	}
	zvon_packet_free(packet);
}

static void
test_keys_of_packets(void **state)
{
	static const struct {
		const char *text, *keys;
	} rows[] = {
		{ "Event: DialBegin\r\nChannel: PJSIP/101-00000001\r\nCallerIDNum: "
		  "101\r\n"
		  "ConnectedLineNum: <unknown>\r\nExten: 600\r\n"
		  "DestChannel: PJSIP/102-00000002\r\nDestCallerIDNum: 102\r\n"
		  "DestExten: \r\nDialString: 102\r\n\r\n",
		  "lines,101,102 channels,PJSIP/101-00000001,PJSIP/102-00000002 "
		  "numbers,101,600,102 queues" },
		{ "Event: Bridge\r\nChannel1: SIP/101-0001\r\nChannel2: "
		  "SIP/102-0002\r\n"
		  "CallerID1: 101\r\nCallerID2: 102\r\n\r\n",
		  "lines,101,102 channels,SIP/101-0001,SIP/102-0002 numbers,101,102 "
		  "queues" },
		{ "Event: Dial\r\nSubEvent: Begin\r\nChannel: SIP/101-0001\r\n"
		  "Destination: SIP/102-0002\r\n\r\n",
		  "lines,101,102 channels,SIP/101-0001,SIP/102-0002 numbers queues" },
		{ "Event: Cdr\r\nSource: 101\r\nDestination: 600\r\n\r\n",
		  "lines channels numbers,101,600 queues" },
		{ "Event: AgentCalled\r\nQueue: sales\r\nInterface: PJSIP/102\r\n"
		  "MemberName: x\r\n\r\n",
		  "lines,102 channels,PJSIP/102 numbers queues,sales" },
		{ "Event: AttendedTransfer\r\nOrigTransfererChannel: PJSIP/1-02\r\n"
		  "TransfereeConnectedLineNum: 5\r\n\r\n",
		  "lines,1 channels,PJSIP/1-02 numbers,5 queues" },
		{ "Event: A\r\nchannel: SIP/1-2\r\nCHANNEL: SIP/1-2\r\n\r\n",
		  "lines,1 channels,SIP/1-2 numbers queues" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_buf got = { 0 };

		add_keys(&got, rows[i].text);
		check_text(rows[i].text, zv_buf_str(&got), zvon_str(rows[i].keys));
		zv_buf_deinit(&got);
	}
}

static void
test_too_many_keys(void **state)
{
	struct zv_buf text = { 0 };
	struct zv_packet_keys keys;
	struct zv_packet *packet;

	zv_buf_printf(&text, "Event: A\r\n");
	for (int i = 0; i < ZV_KEYS_MAX + 5; i++)
		zv_buf_printf(&text, "Exten: %d\r\n", i);
	zv_buf_printf(&text, "\r\n");
	packet = packet_of(zv_buf_str(&text));
	zv_packet_keys_read(&keys, packet);
	assert_int_equal(keys.n[ZV_KEY_NUMBER], ZV_KEYS_MAX);
	zvon_packet_free(packet);
	zv_buf_deinit(&text);
}

/* ---- interests ----------------------------------------------------------------------- */

static void
count_call(void *user, void *subscriber)
{
	(void)user;
	++*(int *)subscriber;
}

static int
calls_of(const struct zv_interest *interest, struct zv_str text)
{
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_packet *packet = packet_of(text);
	int calls = 0, matches;

	assert_non_null(zv_filter_set_add(set, interest, &calls, NULL));
	matches = (int)zv_filter_set_match(set, packet, 0, count_call, NULL);
	assert_int_equal(matches, calls);
	zv_filter_set_free(set);
	zvon_packet_free(packet);
	return calls;
}

#define LIST(...)                                                                      \
 (const char *const[])                                                                 \
 {                                                                                     \
  __VA_ARGS__                                                                          \
 }

static void
test_interests(void **state)
{
	static const char text[] =
		"Event: AgentCalled\r\nQueue: sales\r\nDestChannel: PJSIP/200-01\r\n"
		"Interface: PJSIP/200\r\nCallerIDNum: 89261234567\r\n\r\n";
	const struct {
		struct zv_interest interest;
		int calls;
	} rows[] = {
		{ { 0 }, 1 },
		{ { .lines = LIST("200"), .n_lines = 1 }, 1 },
		{ { .lines = LIST("20"), .n_lines = 1 }, 0 },
		{ { .lines = LIST("100", "200", "200"), .n_lines = 3 }, 1 },
		{ { .numbers = LIST("89261234567"), .n_numbers = 1 }, 1 },
		{ { .numbers = LIST("200"), .n_numbers = 1 }, 0 },
		{ { .channels = LIST("PJSIP/200-01"), .n_channels = 1 }, 1 },
		{ { .queues = LIST("sales"), .n_queues = 1 }, 1 },
		{ { .queues = LIST("Sales"), .n_queues = 1 }, 0 },
		{ { .events = LIST("agentcalled"), .n_events = 1 }, 1 },
		{ { .events = LIST("Agent"), .n_events = 1 }, 0 },
		{ { .lines = LIST("200"),
		    .n_lines = 1,
		    .events = LIST("AgentCALLED"),
		    .n_events = 1 },
		  1 },
		{ { .lines = LIST("200"),
		    .n_lines = 1,
		    .events = LIST("Hangup"),
		    .n_events = 1 },
		  0 },
		{ { .lines = LIST("200"),
		    .n_lines = 1,
		    .queues = LIST("support"),
		    .n_queues = 1 },
		  0 },
		{ { .numbers = LIST("89261234567"),
		    .n_numbers = 1,
		    .queues = LIST("support", "sales"),
		    .n_queues = 2 },
		  1 },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		if (calls_of(&rows[i].interest, zvon_str(text)) != rows[i].calls)
			fail_msg("row %zu", i);
}

static void
test_interest_limit(void **state)
{
	const char *many[ZV_INTEREST_MAX + 1];
	struct zv_interest i = { .lines = many, .n_lines = ZV_INTEREST_MAX };
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_error err = { 0 };

	for (size_t k = 0; k < N_OF(many); k++)
		many[k] = "200";
	assert_non_null(zv_filter_set_add(set, &i, NULL, &err));
	i.n_lines++;
	assert_null(zv_filter_set_add(set, &i, NULL, &err));
	assert_int_equal(err.code, ZV_ETOOBIG);
	assert_non_null(
		strstr(err.text, "1025 lines in one subscription, at most 1024"));
	zv_filter_set_free(set);
}

static void
test_bad_filters(void **state)
{
	const struct zv_filter_options rows[] = {
		{ .regex = "a(" },
		{ .regex = "a", .newlines = (enum zv_filter_newlines)5 },
		{ .fields = LIST("nothing"), .n_fields = 1 },
		{ .events = LIST(","), .n_events = 1 },
		{ .regex = "a", .fields = LIST("=b"), .n_fields = 1 },
	};
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_filter_set_counters n;

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_error err = { 0 };

		assert_null(zv_filter_set_add_filter(set, &rows[i], NULL, &err));
		assert_int_equal(err.code, ZV_EINVAL);
	}
	zv_filter_set_count(set, &n);
	assert_int_equal(n.subscriptions, 0);
	assert_int_equal(n.expressions, 0);
	zv_filter_set_free(set);
}

/* ---- the same as asking each --------------------------------------------------------- */

/* Made of pieces, so that numbers and words of the captures come up, in all the ways an
 * expression can be kept: under a number, a word, always, decided by shape or by PCRE2. */
static const char *const pieces[] = {
	"Dial",	 "Bridge", "Hangup", "Channel: ", "PJSIP/", "101",     "102",
	"200",	 "600",	   "1795",   "00000",	  ".{1,}?", ".*",      ".+",
	"|",	 "|",	   "[^.]*",  "Exten",	  "\\d+",   "(",       ")",
	"Cause", ": ",	   "16",     "-",	  "--",	    "Event",   "call,all",
	".{5,}", "?",	   "$",	     "^",	  "\\r\\n", "Num",     "SIP",
	"(?i)",	 "Name",   "1",	     "e",	  ".{2}",   "8926123", "10",
};

#define N_FILTERS 400

struct crowd {
	struct zv_filter_set *set;
	struct zv_filter *each[N_FILTERS];
	struct zv_subscription *subscriptions[N_FILTERS];
	int calls[N_FILTERS];
};

static const char *
random_regex(char *out, size_t size)
{
	size_t n = 1 + chance_below(7);

	out[0] = '\0';
	for (size_t i = 0; i < n; i++)
		strncat(out, pieces[chance_below(N_OF(pieces))],
			size - strlen(out) - 1);
	return out;
}

static void
add_random(struct crowd *c, size_t i)
{
	static const char *const texts[] = { "Hangup", "101", "PJSIP/102", "Up", "" };
	static const char *const events[] = { "Hangup,Newstate", "VarSet",
					      "DialBegin" };
	static const char *const fields[] = { "Channel~^PJSIP/101", "Exten=600",
					      "Privilege!~call" };
	char regex[200];
	const char *text = texts[chance_below(N_OF(texts))];
	const char *event = events[chance_below(N_OF(events))];
	const char *field = fields[chance_below(N_OF(fields))];

	do {
		struct zv_filter_options o = {
			.regex = chance_below(8) ? random_regex(regex, sizeof regex)
						 : NULL,
			.newlines =
				chance_below(4) ? ZV_NEWLINES_KEPT : ZV_NEWLINES_DASHED,
			.texts = &text,
			.n_texts = chance_below(5) == 0,
			.events = &event,
			.n_events = chance_below(5) == 0,
			.fields = &field,
			.n_fields = chance_below(5) == 0,
		};

		c->each[i] = zvon_filter_new(&o, NULL);
		c->subscriptions[i] =
			zv_filter_set_add_filter(c->set, &o, &c->calls[i], NULL);
		assert_int_equal(c->each[i] != NULL, c->subscriptions[i] != NULL);
	} while (!c->each[i]);
}

static void
remove_one(struct crowd *c, size_t i)
{
	zv_filter_set_remove(c->set, c->subscriptions[i]);
	zvon_filter_free(c->each[i]);
}

/* now_ms: so far apart that no limit hits add up. */
static size_t
check_packet(struct crowd *c, const struct zv_packet *packet, int64_t now_ms)
{
	size_t matches;

	memset(c->calls, 0, sizeof c->calls);
	matches = zv_filter_set_match(c->set, packet, now_ms, count_call, NULL);
	for (size_t i = 0; i < N_FILTERS; i++) {
		int passes = zvon_filter_judge(c->each[i], packet, now_ms) == 0;

		if (c->calls[i] != passes)
			fail_msg("filter %zu: %d calls, passes %d\n%.*s", i,
				 c->calls[i], passes, ZV_ARG(packet->text));
	}
	return matches;
}

static void
test_same_as_each(void **state)
{
	struct captured packets = captured_read();
	struct crowd *c = calloc(1, sizeof *c);
	struct zv_filter_set_counters n;
	size_t matches = 0;
	int64_t now_ms = 0;

	assert_non_null(c);
	chance_begin();
	c->set = zv_filter_set_new(chance(), false);
	for (size_t i = 0; i < N_FILTERS; i++)
		add_random(c, i);
	for (int round = 0; round < 1500; round++) {
		size_t i = chance_below(N_FILTERS);

		matches += check_packet(c, packets.packets[chance_below(packets.n)],
					now_ms += 1000);
		remove_one(c, i);
		add_random(c, i);
	}
	zv_filter_set_count(c->set, &n);
	printf("# %zu matches, %zu expressions, %zu of them always, %llu searches\n",
	       matches, n.expressions, n.always, (unsigned long long)n.searches);
	assert_int_equal(n.subscriptions, N_FILTERS);
	assert_int_equal(n.matches, matches);
	assert_true(matches > 5000);
	for (size_t i = 0; i < N_FILTERS; i++)
		remove_one(c, i);
	zv_filter_set_count(c->set, &n);
	assert_int_equal(n.subscriptions, 0);
	assert_int_equal(n.expressions, 0);
	zv_filter_set_free(c->set);
	free(c);
	captured_free(&packets);
}

/* The filters of 1C, each for a number; on all packets. */
static void
test_numbers(void **state)
{
	struct captured packets = captured_read();
	struct crowd *c = calloc(1, sizeof *c);
	static const char *const forms[] = {
		"Dial.{1,}?%u|Bridge.{1,}?%u|Hangup.{1,}?%u",
		"Newchannel([^.]*)CallerIDNum: %u|Hangup([^.]*)%u",
		"%u.*Up|.{9,}Channel.{1,}?%u.{3,}",
		"%u",
	};
	size_t matches = 0;

	assert_non_null(c);
	c->set = zv_filter_set_new(1, true);
	for (size_t i = 0; i < N_FILTERS; i++) {
		char regex[200];
		struct zv_filter_options o = { .regex = regex, .no_jit = true };
		unsigned number = 100 + (unsigned)i / 4 * (i % 8 ? 1 : 1000);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(regex, sizeof regex, forms[i % 4], number, number, number);
#pragma GCC diagnostic pop
		c->each[i] = zvon_filter_new(&o, NULL);
		c->subscriptions[i] =
			zv_filter_set_add_filter(c->set, &o, &c->calls[i], NULL);
		assert_non_null(c->subscriptions[i]);
	}
	for (size_t i = 0; i < packets.n; i++)
		matches += check_packet(c, packets.packets[i], 0);
	assert_true(matches > 1000);
	for (size_t i = 0; i < N_FILTERS; i++)
		remove_one(c, i);
	zv_filter_set_free(c->set);
	free(c);
	captured_free(&packets);
}

/* What must be between, before and behind: at its edges, in short texts. */
static void
test_gaps(void **state)
{
	static const char *const patterns[] = {
		"ab.{3,}200", "ab.+200",      "ab.*200",	".{4,}200.{2,}",
		"200.{3,}",   ".{3,}ab.+200", "x.*200|ab.+201", "ab.*x.*200",
		"200.*ab",    ".{9,}",
	};
	static const char *const words[] = { "ab", "200", "201", "x", "-", "1", "a" };
	size_t n_patterns = N_OF(patterns), matches = 0;
	struct zv_filter_set *set = zv_filter_set_new(3, true);
	struct zv_filter *each[N_OF(patterns)];
	int calls[N_OF(patterns)];

	chance_begin();
	for (size_t i = 0; i < n_patterns; i++) {
		struct zv_filter_options o = { .regex = patterns[i], .no_jit = true };

		each[i] = zvon_filter_new(&o, NULL);
		assert_non_null(zv_filter_set_add_filter(set, &o, &calls[i], NULL));
	}
	for (int round = 0; round < 20000; round++) {
		char text[40] = "";
		struct zv_packet packet = { .kind = ZV_PACKET_OTHER };

		for (size_t n = chance_below(9); n > 0; n--)
			strcat(text, words[chance_below(N_OF(words))]);
		packet.text = zvon_str(text);
		memset(calls, 0, sizeof calls);
		matches += zv_filter_set_match(set, &packet, 0, count_call, NULL);
		for (size_t i = 0; i < n_patterns; i++)
			if (calls[i] != (zvon_filter_judge(each[i], &packet, 0) == 0))
				fail_msg("%s in %s: %d", patterns[i], text, calls[i]);
	}
	assert_true(matches > 1000);
	for (size_t i = 0; i < n_patterns; i++)
		zvon_filter_free(each[i]);
	zv_filter_set_free(set);
}

/* ---- sharing ------------------------------------------------------------------------- */

static void
test_once_per_expression(void **state)
{
	struct zv_filter_options o = { .regex = "(?i)hangup" };
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_packet *packet = packet_of(ZV_STR("Event: Hangup\r\n\r\n"));
	struct zv_filter_set_counters n;
	int calls = 0;

	for (int i = 0; i < 50; i++)
		assert_non_null(zv_filter_set_add_filter(set, &o, &calls, NULL));
	o.newlines = ZV_NEWLINES_DASHED;
	assert_non_null(zv_filter_set_add_filter(set, &o, &calls, NULL));
	assert_int_equal(zv_filter_set_match(set, packet, 0, count_call, NULL), 51);
	assert_int_equal(calls, 51);
	zv_filter_set_count(set, &n);
	assert_int_equal(n.expressions, 2);
	assert_int_equal(n.searches, 2);
	zv_filter_set_free(set);
	zvon_packet_free(packet);
}

static void
test_off_for_all_who_share(void **state)
{
	struct zv_filter_options evil = { .regex = "(a+)+$" }, good = { .regex = "X" };
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_packet *packet = packet_of(ZV_STR(
		"Event: A\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\r\n\r\n"));
	struct zv_subscription *a = zv_filter_set_add_filter(set, &evil, NULL, NULL);
	struct zv_subscription *b = zv_filter_set_add_filter(set, &evil, NULL, NULL);
	struct zv_subscription *c = zv_filter_set_add_filter(set, &good, NULL, NULL);
	struct zv_filter_set_counters n;

	for (int i = 0; i < ZV_FILTER_MAX_HITS; i++) {
		assert_false(zv_subscription_is_off(a));
		assert_int_equal(zv_filter_set_match(set, packet, i, NULL, NULL), 1);
	}
	assert_true(zv_subscription_is_off(a));
	assert_true(zv_subscription_is_off(b));
	assert_false(zv_subscription_is_off(c));
	assert_int_equal(zv_filter_set_match(set, packet, 200, NULL, NULL), 1);
	zv_filter_set_count(set, &n);
	assert_int_equal(n.limit_hits, ZV_FILTER_MAX_HITS);
	zv_filter_set_free(set);
	zvon_packet_free(packet);
}

/* A thousand of the worst: each is given up, and a good one among them works. */
static void
test_a_thousand_evil_ones(void **state)
{
	struct zv_filter_set *set = zv_filter_set_new(7, false);
	struct zv_packet *packet = packet_of(ZV_STR(
		"Event: A\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\r\n\r\n"));
	struct zv_filter_options good = { .regex = "Event" };
	struct zv_filter_set_counters n;
	char regex[40];

	for (int i = 0; i < 1000; i++) {
		struct zv_filter_options o = { .regex = regex };

		snprintf(regex, sizeof regex, "(a+)+[%dxy]{9}$", i);
		assert_non_null(zv_filter_set_add_filter(set, &o, NULL, NULL));
	}
	assert_non_null(zv_filter_set_add_filter(set, &good, NULL, NULL));
	for (int i = 0; i < 3; i++)
		assert_int_equal(zv_filter_set_match(set, packet, i, NULL, NULL), 1);
	zv_filter_set_count(set, &n);
	assert_int_equal(n.limit_hits, 3000);
	zv_filter_set_free(set);
	zvon_packet_free(packet);
}

/* ---- numbers and words --------------------------------------------------------------- */

struct found {
	char text[200];
};

static void
on_number(void *user, const struct zv_number *number, size_t at, size_t length)
{
	struct found *f = user;

	snprintf(f->text + strlen(f->text), sizeof f->text - strlen(f->text),
		 " %zu+%zu", at, length);
	(void)number;
}

static void
test_number_table(void **state)
{
	static const struct {
		const char *text, *found;
	} rows[] = {
		{ "", "" },
		{ "20", "" },
		{ "200", " 0+3" },
		{ "x200y2001", " 1+3 5+3 5+4" },
		{ "1200", " 1+3" },
		{ "-1-200", " 3+3" },
		{ "200-200-200", " 0+3 4+3 8+3" },
		{ "12345678901234567", " 0+17" },
		{ "0012345678901234567890", " 2+17" },
		{ "1234567890123456", "" },
	};
	static const char *const numbers[] = { "200", "2001", "12345678901234567" };
	struct zv_number_table t = { .seed = 3 };
	struct zv_number *taken[N_OF(numbers)];

	for (size_t i = 0; i < N_OF(numbers); i++) {
		taken[i] = zv_numbers_take(&t, zvon_str(numbers[i]));
		assert_ptr_equal(taken[i], zv_numbers_take(&t, zvon_str(numbers[i])));
	}
	for (size_t i = 0; i < N_OF(rows); i++) {
		struct found f = { "" };

		zv_numbers_find(&t, zvon_str(rows[i].text), on_number, &f);
		assert_string_equal(f.text, rows[i].found);
	}
	for (size_t i = 0; i < N_OF(numbers); i++)
		zv_numbers_give(&t, taken[i]);
	assert_int_equal(t.n, 0);
	zv_numbers_deinit(&t);
}

/* Many are put in and taken out; those that are in are found, the others not. */
static void
test_number_table_grows_and_shrinks(void **state)
{
	struct zv_number_table t = { .seed = 3 };
	static struct zv_number *taken[2000];
	char text[20];

	chance_begin();
	for (int round = 0; round < 20000; round++) {
		size_t i = chance_below(N_OF(taken));
		struct found f = { "" };

		snprintf(text, sizeof text, "%zu", 1000 + i);
		zv_numbers_find(&t, zvon_str(text), on_number, &f);
		assert_string_equal(f.text, taken[i] ? " 0+4" : "");
		if (taken[i])
			zv_numbers_give(&t, taken[i]);
		taken[i] = taken[i] ? NULL : zv_numbers_take(&t, zvon_str(text));
	}
	zv_numbers_deinit(&t);
}

/* ---- memory -------------------------------------------------------------------------- */

static int
fill_set(void *user)
{
	const struct zv_interest interests[] = {
		{ .lines = LIST("200", "201"),
		  .n_lines = 2,
		  .events = LIST("A"),
		  .n_events = 1 },
		{ .events = LIST("B"), .n_events = 1 },
		{ 0 },
	};
	const struct zv_filter_options filters[] = {
		{ .regex = "Dial.{1,}?200|Bridge.{1,}?200|Hangup" },
		{ .regex = "(?i)x", .newlines = ZV_NEWLINES_DASHED },
		{ .texts = LIST("a", "abc"), .n_texts = 2 },
		{ .events = LIST("A,B"),
		  .n_events = 1,
		  .fields = LIST("C=d"),
		  .n_fields = 1 },
	};
	struct zv_filter_set *set = zv_filter_set_new(1, false);
	struct zv_error err = { 0 };
	bool good = set != NULL;

	(void)user;
	for (size_t i = 0; good && i < N_OF(interests); i++)
		good = zv_filter_set_add(set, &interests[i], NULL, &err);
	for (size_t i = 0; good && i < N_OF(filters); i++)
		good = zv_filter_set_add_filter(set, &filters[i], NULL, &err);
	zv_filter_set_free(set);
	return good ? 0 : set ? err.code : ZV_ENOMEM;
}

static void
test_out_of_memory(void **state)
{
	check_out_of_memory(fill_set, NULL);
	zv_filter_set_free(NULL);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_channels),
		cmocka_unit_test(test_keys_of_packets),
		cmocka_unit_test(test_too_many_keys),
		cmocka_unit_test(test_interests),
		cmocka_unit_test(test_interest_limit),
		cmocka_unit_test(test_bad_filters),
		cmocka_unit_test(test_same_as_each),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_once_per_expression),
		cmocka_unit_test(test_off_for_all_who_share),
		cmocka_unit_test(test_a_thousand_evil_ones),
		cmocka_unit_test(test_number_table),
		cmocka_unit_test(test_number_table_grows_and_shrinks),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
