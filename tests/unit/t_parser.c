#include "zvon/parser.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "heap.h"
#include "helper.h"
#include "zvon/error.h"

struct vector {
	const char *name;
	struct zv_str bytes;
	const char *wanted;
};

static void
check_vectors(const struct vector *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_splits(&parser_codec, NULL, rows[i].name, rows[i].bytes,
			     rows[i].wanted, ALL_CUTS);
}

/* ---- framing ------------------------------------------------------------------ */

static void
test_packets_and_empty_lines(void **state)
{
	static const struct vector rows[] = {
		{ "nothing", VIEW(""), "" },
		{ "one event", VIEW("Event: A\r\nX: 1\r\n\r\n"), "event(Event=A|X=1)" },
		{ "three at once",
		  VIEW("Event: A\r\n\r\nResponse: Success\r\n\r\nEvent: B\r\n\r\n"),
		  "event(Event=A) response(Response=Success) event(Event=B)" },
		{ "stray empty lines",
		  VIEW("\r\n\r\nEvent: A\r\n\r\n\r\n\r\nEvent: B\r\n\r\n\r\n"),
		  "event(Event=A) event(Event=B)" },
		{ "cut in the last line end", VIEW("Event: A\r\n\r"), "+11" },
		{ "cut in a line", VIEW("Event: A\r\n\r\nEvent: B\r\nChan"),
		  "event(Event=A) +14" },
		{ "cut in a stray empty line", VIEW("Event: A\r\n\r\n\r"),
		  "event(Event=A) +1" },
		{ "any case", VIEW("eVENT: A\r\n\r\nRESPONSE: Success\r\n\r\n"),
		  "event(eVENT=A) response(RESPONSE=Success)" },
		{ "an action", VIEW("Action: Ping\r\nActionID: 1\r\n\r\n"),
		  "other(Action=Ping|ActionID=1)" },
		{ "an event inside", VIEW("Action: X\r\nEvent: A\r\n\r\n"),
		  "other(Action=X|Event=A)" },
		{ "Response is a field of OriginateResponse",
		  VIEW("Event: OriginateResponse\r\nActionID: 7\r\n"
		       "Response: Failure\r\nReason: 3\r\n\r\n"),
		  "event(Event=OriginateResponse|ActionID=7|Response=Failure|"
		  "Reason=3)" },
		{ "no name", VIEW("Event:\r\n\r\nEvent: \r\n\r\n"),
		  "event(Event=) event(Event=)" },
	};

	check_vectors(rows, N_OF(rows));
}

static void
test_banner(void **state)
{
	static const struct vector rows[] = {
		{ "first", VIEW("Asterisk Call Manager/5.0.4\r\nEvent: A\r\n\r\n"),
		  "banner(Asterisk Call Manager/5.0.4) event(Event=A)" },
		{ "alone", VIEW("Asterisk Call Manager/1.1\r\n"),
		  "banner(Asterisk Call Manager/1.1)" },
		{ "unfinished", VIEW("Asterisk Call Manager/1.1\r"), "+26" },
		{ "no version", VIEW("Asterisk Call Manager/\r\n"),
		  "banner(Asterisk Call Manager/)" },
		{ "of the next connection in the same file",
		  VIEW("Event: A\r\n\r\nAsterisk Call Manager/1.3\r\nEvent: B\r\n\r\n"),
		  "event(Event=A) banner(Asterisk Call Manager/1.3) event(Event=B)" },
		{ "inside a packet it is a line",
		  VIEW("Event: A\r\nAsterisk Call Manager/9\r\nX: 1\r\n\r\n"),
		  "event(Event=A|Asterisk Call Manager/9=|X=1)" },
		{ "something like it", VIEW("Asterisk Call Mangler/1.1\r\n\r\n"),
		  "other(Asterisk Call Mangler/1.1=)" },
	};

	check_vectors(rows, N_OF(rows));
}

static void
test_values_with_line_feeds(void **state)
{
	static const struct vector rows[] = {
		{ "at the end (PJSIPShowContacts, Park)",
		  VIEW("Response: Error\r\nMessage: No Contacts found\n\r\n\r\n"),
		  "response(Response=Error|Message=No Contacts found\\x0a)" },
		{ "inside: one packet stays one packet",
		  VIEW("Event: VarSet\r\nValue: a\n\nEvent: Hangup\nX: y\r\nZ: "
		       "1\r\n\r\n"),
		  "event(Event=VarSet|Value=a\\x0a\\x0aEvent: Hangup\\x0aX: y|Z=1)" },
		{ "in front of a key", VIEW("Event: A\r\n\nX: 1\r\n\r\n"),
		  "event(Event=A|\\x0aX=1)" },
	};

	check_vectors(rows, N_OF(rows));
}

static void
test_repeated_keys_stay_in_order(void **state)
{
	static const struct vector rows[] = {
		{ "ChanVariable",
		  VIEW("Event: Hangup\r\nUniqueid: 1\r\nChanVariable: A=1\r\n"
		       "ChanVariable: B=2\r\nUniqueID: 2\r\nChanVariable: A=3\r\n\r\n"),
		  "event(Event=Hangup|Uniqueid=1|ChanVariable=A=1|ChanVariable=B=2|"
		  "UniqueID=2|ChanVariable=A=3)" },
		{ "Event twice: the first one names it",
		  VIEW("Event: A\r\nEvent: B\r\n\r\n"), "event(Event=A|Event=B)" },
	};

	check_vectors(rows, N_OF(rows));
}

/* A log whose CRs were lost; the first line decides. */
static void
test_lf_only_logs(void **state)
{
	static const struct vector rows[] = {
		{ "events", VIEW("Event: A\nX: 1\n\n\nEvent: B\n\n"),
		  "event(Event=A|X=1) event(Event=B)" },
		{ "banner", VIEW("Asterisk Call Manager/1.1\nEvent: A\n\n"),
		  "banner(Asterisk Call Manager/1.1) event(Event=A)" },
		{ "some CRs are left", VIEW("Event: A\nX: 1\r\n\r\nEvent: B\n\n"),
		  "event(Event=A|X=1) event(Event=B)" },
		{ "command, old style",
		  VIEW("Response: Follows\nPrivilege: Command\nActionID: 1\n"
		       "line 1\n\nline 2\n--END COMMAND--\n\nEvent: A\n\n"),
		  "response(Response=Follows|Privilege=Command|ActionID=1)"
		  "{line 1\\x0a\\x0aline 2\\x0a} event(Event=A)" },
	};

	check_vectors(rows, N_OF(rows));
}

/* Law C1 010: what nobody expects is passed on, and the next packet is not lost. */
static void
test_fault_010_odd_lines(void **state)
{
	static const struct vector rows[] = {
		{ "no colon (UserEvent)", VIEW("Event: A\r\nNoColon\r\nX: 1\r\n\r\n"),
		  "event(Event=A|NoColon=|X=1)" },
		{ "no value", VIEW("Event: A\r\nEmpty:\r\nEmpty2: \r\n\r\n"),
		  "event(Event=A|Empty=|Empty2=)" },
		{ "colon in the key", VIEW("Event: A\r\na:b: c\r\n\r\n"),
		  "event(Event=A|a:b=c)" },
		{ "no space", VIEW("Event: A\r\nFoo:bar\r\n\r\n"),
		  "event(Event=A|Foo=bar)" },
		{ "two spaces", VIEW("Event: A\r\nFoo:  bar \r\n\r\n"),
		  "event(Event=A|Foo= bar )" },
		{ "colons in the value", VIEW("Event: A\r\nT: 1:2: 3:\r\n\r\n"),
		  "event(Event=A|T=1:2: 3:)" },
		{ "no key", VIEW("Event: A\r\n: x\r\n:\r\n: \r\n\r\n"),
		  "event(Event=A|=x|=|=)" },
		{ "blank lines that are not empty",
		  VIEW("Event: A\r\n \r\n\t\r\nX: 1\r\n\r\n"),
		  "event(Event=A| =|\\x09=|X=1)" },
		{ "ReportBlock of RTCP, 1.8 and 11",
		  VIEW("Event: RTCPSent\r\nReportBlock:\r\nFractionLost: 0\r\n\r\n"),
		  "event(Event=RTCPSent|ReportBlock=|FractionLost=0)" },
		{ "the channel in the key, 1.8 and 11",
		  VIEW("Event: A\r\nChanVariable(SIP/101-0003): N=v\r\n\r\n"),
		  "event(Event=A|ChanVariable(SIP/101-0003)=N=v)" },
		{ "no event at all", VIEW("hello\r\n\r\nEvent: A\r\n\r\n"),
		  "other(hello=) event(Event=A)" },
	};

	check_vectors(rows, N_OF(rows));
}

static void
test_fault_010_300_headers(void **state)
{
	struct zv_buf bytes = { 0 }, wanted = { 0 };

	zv_buf_printf(&bytes, "Event: Long\r\n");
	zv_buf_printf(&wanted, "event(Event=Long");
	for (int i = 0; i < 299; i++) {
		zv_buf_printf(&bytes, "Header-%d: %d\r\n", i, i * i);
		zv_buf_printf(&wanted, "|Header-%d=%d", i, i * i);
	}
	zv_buf_printf(&bytes, "\r\nEvent: Next\r\n\r\n");
	zv_buf_printf(&wanted, ") event(Event=Next)");
	check_splits(&parser_codec, NULL, "300 headers", zv_buf_str(&bytes),
		     zv_buf_cstr(&wanted), 600);
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&wanted);
}

static void
add_times(struct zv_buf *out, char c, size_t n)
{
	for (size_t i = 0; i < n; i++)
		zv_buf_add_char(out, c);
}

static void
test_fault_010_value_of_64_kib(void **state)
{
	struct zv_buf bytes = { 0 }, wanted = { 0 };

	zv_buf_printf(&bytes, "Event: Long\r\nValue: ");
	zv_buf_printf(&wanted, "event(Event=Long|Value=");
	add_times(&bytes, 'v', 65536);
	add_times(&wanted, 'v', 65536);
	zv_buf_printf(&bytes, "\r\n\r\nEvent: Next\r\n\r\n");
	zv_buf_printf(&wanted, ") event(Event=Next)");
	check_splits(&parser_codec, NULL, "64 KiB", zv_buf_str(&bytes),
		     zv_buf_cstr(&wanted), 50);
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&wanted);
}

/* ---- 011: limits --------------------------------------------------------------- */

/* An event or response whose text, line ends included, has exactly n bytes, with a
 * last line of at most `line` bytes. */
static void
add_packet_of(struct zv_buf *out, const char *first, size_t n, size_t line)
{
	size_t end = out->n + n;

	zv_buf_printf(out, "%s\r\n", first);
	while (end - out->n > line + 2) {
		size_t most = end - out->n - (line + 2);
		size_t now = most < line + 2 ? most : line + 2;

		if (now < 6) /* too little for a line of its own: both get half */
			now = 6;
		zv_buf_printf(out, "X: ");
		add_times(out, 'x', now - 5);
		zv_buf_printf(out, "\r\n");
	}
	zv_buf_printf(out, "Y: ");
	add_times(out, 'y', end - out->n - 2);
	zv_buf_printf(out, "\r\n");
	assert_int_equal(out->n, end);
	zv_buf_printf(out, "\r\n");
}

static void
expect_limit(const struct zv_parser_limits *limits, const char *row,
	     struct zv_str bytes, bool passes)
{
	struct zv_str mark = ZV_STR("!ETOOBIG");
	struct zv_buf text = { 0 };
	char *exact = exact_copy(bytes);
	void *reading = parser_codec.begin(limits);

	parser_codec.piece(reading, exact, bytes.n);
	parser_codec.end(reading, &text);
	free(exact);
	if (zv_str_ends(zv_buf_str(&text), mark) == passes)
		fail_msg("%s: %s", row, zv_buf_cstr(&text));
	check_splits(&parser_codec, limits, row, bytes, zv_buf_cstr(&text), ALL_CUTS);
	zv_buf_deinit(&text);
}

/* The limits count text without the empty line at the end; one byte more is too much,
 * whole and in any pieces. */
static void
test_fault_011_limits_at_the_edge(void **state)
{
	static const struct {
		const char *name, *first;
		struct zv_parser_limits limits;
		size_t edge, line;
	} rows[] = {
		{ "event", "Event: A", { 200, 400, 50 }, 200, 60 },
		{ "other", "Action: A", { 200, 400, 50 }, 200, 60 },
		{ "response", "Response: Success", { 200, 400, 50 }, 400, 60 },
		{ "a small response", "Response: S", { 400, 200, 50 }, 200, 60 },
		{ "one line", "Event: A", { 100, 400, 50 }, 100, 90 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		for (size_t n = rows[i].edge - 4; n <= rows[i].edge + 6; n++) {
			struct zv_buf bytes = { 0 };
			char name[80];

			snprintf(name, sizeof name, "%s of %zu", rows[i].name, n);
			add_packet_of(&bytes, rows[i].first, n, rows[i].line);
			expect_limit(&rows[i].limits, name, zv_buf_str(&bytes),
				     n <= rows[i].edge);
			zv_buf_deinit(&bytes);
		}
	}
}

static void
test_fault_011_lines_at_the_edge(void **state)
{
	static const struct zv_parser_limits limits = { 100, 1000, 50 };
	static const char *const ends[] = { "\r\n\r\n", "\n\n", "\r\n\r\r\n",
					    "\r\n",	"\r",	"" };

	/* `Value: ` and n bytes; the line stands within a long response */
	for (size_t n = 85; n <= 100; n++) {
		for (size_t e = 0; e < N_OF(ends); e++) {
			bool lf = ends[e][0] == '\n';
			struct zv_buf bytes = { 0 };
			char name[80];

			zv_buf_printf(&bytes, "Response: Success%s",
				      lf ? "\n" : "\r\n");
			zv_buf_printf(&bytes, "Value: ");
			add_times(&bytes, 'v', n);
			zv_buf_add(&bytes, zvon_str(ends[e]));
			snprintf(name, sizeof name, "line of %zu, end %zu", 7 + n, e);
			if (strchr(ends[e], '\n'))
				expect_limit(&limits, name, zv_buf_str(&bytes),
					     7 + n <= 100);
			else
				check_splits(&parser_codec, &limits, name,
					     zv_buf_str(&bytes), NULL, ALL_CUTS);
			zv_buf_deinit(&bytes);
		}
	}
}

static void
test_fault_011_fields_at_the_edge(void **state)
{
	static const size_t edges[] = { 1, 5, 64, 65, 128, 200 };

	for (size_t e = 0; e < N_OF(edges); e++) {
		struct zv_parser_limits limits = { 0, 0, edges[e] };

		for (size_t n = edges[e] > 1 ? edges[e] - 1 : 1; n <= edges[e] + 1;
		     n++) {
			struct zv_buf bytes = { 0 };
			char name[80];

			snprintf(name, sizeof name, "%zu of %zu fields", n, edges[e]);
			for (size_t i = 0; i < n; i++)
				zv_buf_printf(&bytes, "Event: %zu\r\n", i);
			zv_buf_printf(&bytes, "\r\n");
			expect_limit(&limits, name, zv_buf_str(&bytes), n <= edges[e]);
			zv_buf_deinit(&bytes);
		}
	}
}

/* The text of an old command answer: long lines are fine, the whole is limited. */
static void
test_fault_011_command_text_at_the_edge(void **state)
{
	static const struct zv_parser_limits limits = { 60, 300, 10 };
	static const char head[] = "Response: Follows\r\nActionID: 1\r\n";
	static const char mark[] = "--END COMMAND--\r\n";
	const size_t frame = strlen(head) + strlen(mark);

	for (size_t n = 300 - 4; n <= 300 + 6; n++) {
		struct zv_buf bytes = { 0 };
		char name[80];

		zv_buf_printf(&bytes, "%s", head);
		add_times(&bytes, 't', n - frame);
		zv_buf_printf(&bytes, "%s\r\n", mark);
		snprintf(name, sizeof name, "command text, %zu in all", n);
		expect_limit(&limits, name, zv_buf_str(&bytes), n <= 300);
		zv_buf_deinit(&bytes);
	}
}

static void
test_fault_011_the_defaults(void **state)
{
	static const struct {
		const char *first;
		size_t edge;
	} rows[] = {
		{ "Event: A", ZV_MAX_PACKET_BYTES },
		{ "Response: Success", ZV_MAX_RESPONSE_BYTES },
	};

	for (size_t i = 0; i < N_OF(rows) * 2; i++) {
		size_t n = rows[i / 2].edge + i % 2;
		struct zv_parser *p = zvon_parser_new(NULL);
		const struct zv_packet *packet;
		struct zv_buf bytes = { 0 };

		add_packet_of(&bytes, rows[i / 2].first, n, 1000);
		assert_int_equal(zvon_parser_feed(p, zv_buf_str(&bytes)), 0);
		assert_int_equal(zvon_parser_next(p, &packet), i % 2 ? ZV_ETOOBIG : 1);
		zv_buf_deinit(&bytes);
		zvon_parser_free(p);
	}
}

/* Which limit holds is known when the first line is complete, and then it holds at
 * once (found by fuzzing). */
static void
test_fault_011_a_small_limit_of_responses(void **state)
{
	static const struct zv_parser_limits limits = { 100, 30, 3 };
	static const char *const rows[][2] = {
		{ "Response: 90123456789012345678\r\n", "+32" },
		{ "Response: 9012345678901234567890\r\n", "!ETOOBIG" },
		{ "Response: 9012345678901234567890123\n", "!ETOOBIG" },
		{ "Event: 789012345678901234567890123456\r\n", "+39" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_splits(&parser_codec, &limits, rows[i][0], zvon_str(rows[i][0]),
			     rows[i][1], ALL_CUTS);
}

/* Feeds that many bytes of one line in pieces; the error, and the most memory taken. */
static int
feed_endless_line(const char *start, size_t total, size_t piece, size_t *most)
{
	size_t before = heap_bytes();
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	char *bytes = calloc(1, piece);
	int rc = zvon_parser_feed(p, zvon_str(start));

	assert_int_equal(rc, 0);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	memset(bytes, 'x', piece);
	heap_forget_peak();
	for (size_t fed = 0; rc >= 0 && fed < total; fed += piece) {
		rc = zvon_parser_feed(p, (struct zv_str){ bytes, piece });
		if (rc == 0)
			rc = zvon_parser_next(p, &packet);
	}
	*most = heap_peak() - before - piece;
	free(bytes);
	zvon_parser_free(p);
	assert_int_equal(heap_bytes(), before);
	return rc;
}

static void
test_fault_011_line_of_10_mb(void **state)
{
	static const char *const starts[] = { "", "Event: A\r\nX: ",
					      "Response: Success\r\nMessage: " };
	static const size_t pieces[] = { 1000, 4096, 65536, 10000000 };
	size_t most;

	for (size_t i = 0; i < N_OF(starts); i++) {
		for (size_t k = 0; k < N_OF(pieces); k++) {
			assert_int_equal(feed_endless_line(starts[i], 10000000,
							   pieces[k], &most),
					 ZV_ETOOBIG);
			assert_in_range(most, 0, ZV_MAX_PACKET_BYTES + 64 * 1024);
		}
	}
}

static void
test_fault_011_the_reason_names_the_limit(void **state)
{
	static const struct {
		struct zv_parser_limits limits;
		const char *bytes, *reason;
	} rows[] = {
		{ { 20, 0, 0 },
		  "Event: A\r\nX: 345678901234567890\r\n\r\n",
		  "line, bytes (max_packet_bytes): longer than the limit of 20" },
		{ { 20, 0, 0 },
		  "Event: A\r\nX: 3456\r\nY: 34567\r\n\r\n",
		  "packet, bytes (max_packet_bytes): longer than the limit of 20" },
		{ { 0, 20, 0 },
		  "Response: S\r\nX: 34567890\r\n\r\n",
		  "response, bytes (max_response_bytes): longer than the limit of 20" },
		{ { 0, 0, 2 },
		  "Event: A\r\nX: 1\r\nY: 1\r\n\r\n",
		  "packet, lines (max_fields): longer than the limit of 2" },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_parser *p = zvon_parser_new(&rows[i].limits);
		const struct zv_packet *packet;

		assert_string_equal(zvon_parser_error(p), "");
		zvon_parser_feed(p, zvon_str(rows[i].bytes));
		assert_int_equal(zvon_parser_next(p, &packet), ZV_ETOOBIG);
		assert_string_equal(zvon_parser_error(p), rows[i].reason);
		/* the same answer from now on */
		assert_int_equal(zvon_parser_next(p, &packet), ZV_ETOOBIG);
		assert_int_equal(zvon_parser_feed(p, ZV_STR("x")), ZV_ETOOBIG);
		assert_string_equal(zvon_parser_error(p), rows[i].reason);
		zvon_parser_free(p);
	}
}

static void
test_no_limit_at_all(void **state)
{
	struct zv_parser_limits limits = { SIZE_MAX, SIZE_MAX, SIZE_MAX };

	check_splits(&parser_codec, &limits, "huge limits",
		     ZV_STR("Event: A\r\nX: 1\r\n\r\n"), "event(Event=A|X=1)",
		     ALL_CUTS);
}

/* ---- 012, 013 ------------------------------------------------------------------ */

static void
test_fault_012_a_thousand_packets_in_one_piece(void **state)
{
	struct zv_buf bytes = { 0 }, wanted = { 0 };

	for (int i = 0; i < 1000; i++) {
		zv_buf_printf(&bytes, "Event: E%d\r\nName: Оператор\r\n\r\n", i);
		zv_buf_printf(&wanted, "%sevent(Event=E%d|Name=", i ? " " : "", i);
		add_shown(&wanted, ZV_STR("Оператор"));
		zv_buf_printf(&wanted, ")");
	}
	/* the first cuts meet CR LF, keys, values and the inside of characters */
	check_splits(&parser_codec, NULL, "1000 packets", zv_buf_str(&bytes),
		     zv_buf_cstr(&wanted), 100);
	zv_buf_deinit(&bytes);
	zv_buf_deinit(&wanted);
}

static void
test_fault_013_bytes_of_all_kinds(void **state)
{
	static const struct vector rows[] = {
		{ "NUL", VIEW("Event: A\0B\r\nX\0Y: 1\0\r\n\r\n"),
		  "event(Event=A\\x00B|X\\x00Y=1\\x00)" },
		{ "tabs", VIEW("Event: A\r\nX:\t1\r\nY: \t2\t\r\n\r\n"),
		  "event(Event=A|X=\\x091|Y=\\x092\\x09)" },
		{ "80 to FF", VIEW("Event: A\r\nX: \x80\xbf\xc0\xfe\xff\r\n\r\n"),
		  "event(Event=A|X=\\x80\\xbf\\xc0\\xfe\\xff)" },
		{ "lone surrogate, overlong",
		  VIEW("Event: A\r\nX: \xed\xa0\x80\xc0\x80\r\n\r\n"),
		  "event(Event=A|X=\\xed\\xa0\\x80\\xc0\\x80)" },
		{ "CR inside", VIEW("Event: A\rB\r\nX: 1\r2\r\n\r\n"),
		  "event(Event=A\\x0dB|X=1\\x0d2)" },
		{ "CR CR LF behind a value", VIEW("Event: A\r\r\nX: 1\r\n\r\n"),
		  "event(Event=A\\x0d|X=1)" },
		{ "CR CR LF as the empty line",
		  VIEW("Event: A\r\n\r\r\nEvent: B\r\n\r\n"),
		  "event(Event=A) event(Event=B)" },
		{ "CR CR LF everywhere",
		  VIEW("Event: A\r\r\nX: 1\r\r\n\r\r\nEvent: B\r\r\n\r\r\n"),
		  "event(Event=A\\x0d|X=1\\x0d) event(Event=B\\x0d)" },
		{ "CR CR CR LF is no empty line",
		  VIEW("Event: A\r\n\r\r\r\nX: 1\r\n\r\n"),
		  "event(Event=A|\\x0d\\x0d=|X=1)" },
	};

	check_vectors(rows, N_OF(rows));
}

/* ---- 017: command output ---------------------------------------------------------- */

#define HEAD  "Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n"
#define SHOWN "response(Response=Follows|Privilege=Command|ActionID=1)"
#define END   "--END COMMAND--\r\n\r\n"
#define NEXT  "Event: Next\r\n\r\n"

static void
test_fault_017_old_command_output(void **state)
{
	static const struct vector rows[] = {
		{ "text", VIEW(HEAD "a\nb\n" END NEXT),
		  SHOWN "{a\\x0ab\\x0a} event(Event=Next)" },
		{ "no text", VIEW(HEAD END NEXT), SHOWN "{} event(Event=Next)" },
		{ "no line feed at its end", VIEW(HEAD "a\nb" END NEXT),
		  SHOWN "{a\\x0ab} event(Event=Next)" },
		{ "empty lines", VIEW(HEAD "\na\n\n\nb\n\n" END NEXT),
		  SHOWN "{\\x0aa\\x0a\\x0a\\x0ab\\x0a\\x0a} event(Event=Next)" },
		{ "empty lines with CR", VIEW(HEAD "a\r\n\r\nb\r\n" END NEXT),
		  SHOWN "{a\\x0d\\x0a\\x0d\\x0ab\\x0d\\x0a} event(Event=Next)" },
		{ "a forged event",
		  VIEW(HEAD "a\r\n\r\nEvent: Hangup\r\n\r\nb\n" END NEXT),
		  SHOWN
		  "{a\\x0d\\x0a\\x0d\\x0aEvent: Hangup\\x0d\\x0a\\x0d\\x0ab\\x0a} "
		  "event(Event=Next)" },
		{ "the mark inside a line", VIEW(HEAD "x --END COMMAND-- y\n" END NEXT),
		  SHOWN "{x --END COMMAND-- y\\x0a} event(Event=Next)" },
		{ "the mark as a line", VIEW(HEAD "--END COMMAND--\ny\n" END NEXT),
		  SHOWN "{--END COMMAND--\\x0ay\\x0a} event(Event=Next)" },
		{ "the mark with CR LF and one more line",
		  VIEW(HEAD "--END COMMAND--\r\ny\n" END NEXT),
		  SHOWN "{--END COMMAND--\\x0d\\x0ay\\x0a} event(Event=Next)" },
		{ "half a mark", VIEW(HEAD "--END\n" END NEXT),
		  SHOWN "{--END\\x0a} event(Event=Next)" },
		{ "lines that look like fields",
		  VIEW(HEAD "ActionID: 2\nResponse: Error\nOutput: x\n" END NEXT),
		  SHOWN "{ActionID: 2\\x0aResponse: Error\\x0aOutput: x\\x0a} "
			"event(Event=Next)" },
		{ "a second ActionID with CR LF",
		  VIEW(HEAD "ActionID: 2\r\nx\n" END NEXT),
		  SHOWN "{ActionID: 2\\x0d\\x0ax\\x0a} event(Event=Next)" },
		{ "no ActionID",
		  VIEW("Response: Follows\r\nPrivilege: Command\r\nx: y\n" END NEXT),
		  "response(Response=Follows|Privilege=Command){x: y\\x0a} "
		  "event(Event=Next)" },
		{ "no ActionID, no text",
		  VIEW("Response: Follows\r\nPrivilege: Command\r\n" END NEXT),
		  "response(Response=Follows|Privilege=Command){} event(Event=Next)" },
		{ "nothing but the text", VIEW("response: FOLLOWS\r\nx\n" END NEXT),
		  "response(response=FOLLOWS){x\\x0a} event(Event=Next)" },
		{ "ActionID first",
		  VIEW("Response: Follows\r\nActionID: 1\r\nPrivilege: "
		       "Command\r\nx\n" END),
		  "response(Response=Follows|ActionID=1|Privilege=Command){x\\x0a}" },
		{ "two in a row", VIEW(HEAD "a\n" END HEAD "b\n" END),
		  SHOWN "{a\\x0a} " SHOWN "{b\\x0a}" },
		{ "cut", VIEW(HEAD "a\n--END COMMAND--\r\n"), "+71" },
		{ "an event called Follows is an event",
		  VIEW("Event: Follows\r\n\r\nResponse: Follower\r\n\r\n"),
		  "event(Event=Follows) response(Response=Follower)" },
	};

	check_vectors(rows, N_OF(rows));
}

static void
test_fault_017_new_command_output(void **state)
{
	static const struct vector rows[] = {
		{ "Output lines",
		  VIEW("Response: Success\r\nActionID: 1\r\n"
		       "Message: Command output follows\r\nOutput: a\r\nOutput: \r\n"
		       "Output: Event: Hangup\r\nOutput: --END COMMAND--\r\n\r\n" NEXT),
		  "response(Response=Success|ActionID=1|"
		  "Message=Command output follows|Output=a|Output=|"
		  "Output=Event: Hangup|Output=--END COMMAND--) event(Event=Next)" },
	};

	check_vectors(rows, N_OF(rows));
}

/* ---- the rest of the contract ------------------------------------------------------ */

static void
test_text_is_what_was_sent(void **state)
{
	static const struct {
		struct zv_str bytes, text;
	} rows[] = {
		{ VIEW("Event: A\r\nX: 1\r\n\r\n"), VIEW("Event: A\r\nX: 1\r\n") },
		{ VIEW("\r\nEvent: A\r\n\r\n"), VIEW("Event: A\r\n") },
		{ VIEW("Event: A\n\n"), VIEW("Event: A\n") },
		{ VIEW("Event: A\r\n\r\r\n"), VIEW("Event: A\r\n") },
		{ VIEW("Asterisk Call Manager/1.1\r\n"),
		  VIEW("Asterisk Call Manager/1.1") },
		{ VIEW(HEAD "x\n" END), VIEW(HEAD "x\n--END COMMAND--\r\n") },
		{ VIEW("Response: Follows\nx\n--END COMMAND--\n\n"),
		  VIEW("Response: Follows\nx\n--END COMMAND--\n") },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		for (size_t cut = 0; cut < rows[i].bytes.n; cut++) {
			struct zv_parser *p = zvon_parser_new(NULL);
			const struct zv_packet *packet = NULL;

			zvon_parser_feed(p, (struct zv_str){ rows[i].bytes.p, cut });
			assert_int_equal(zvon_parser_next(p, &packet), 0);
			assert_null(packet);
			zvon_parser_feed(p, zv_str_from(rows[i].bytes, cut));
			assert_int_equal(zvon_parser_next(p, &packet), 1);
			check_text("text", packet->text, rows[i].text);
			zvon_parser_free(p);
		}
	}
}

static void
test_feed_wants_its_bytes_used_up(void **state)
{
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	zvon_parser_free(NULL);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	assert_int_equal(zvon_parser_feed(p, ZV_STR("Event: A\r\n\r\nEv")), 0);
	assert_int_equal(zvon_parser_feed(p, ZV_STR("x")), ZV_EINVAL);
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	assert_int_equal(zvon_parser_feed(p, ZV_STR("x")), ZV_EINVAL);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	assert_int_equal(zvon_parser_feed(p, ZV_STR("ent: B\r\n\r\n")), 0);
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	check_text("name", packet->name, ZV_STR("B"));
	zvon_parser_free(p);
}

static void
test_pending_counts_the_unfinished_packet(void **state)
{
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_pending(p), 0);
	zvon_parser_feed(p, ZV_STR("Event: A\r\n"));
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	assert_int_equal(zvon_parser_pending(p), 10);
	zvon_parser_feed(p, ZV_STR("\r\n"));
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	assert_int_equal(zvon_parser_pending(p), 0);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	assert_int_equal(zvon_parser_pending(p), 0);
	zvon_parser_feed(p, ZV_STR("\r\n\r\n"));
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	assert_int_equal(zvon_parser_pending(p), 0);
	zvon_parser_free(p);
}

static void
expect_fresh(struct zv_parser *p)
{
	const struct zv_packet *packet;

	zvon_parser_reset(p);
	assert_int_equal(zvon_parser_pending(p), 0);
	assert_string_equal(zvon_parser_error(p), "");
	assert_int_equal(zvon_parser_feed(p, ZV_STR("Event: Z\n\n")), 0);
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	check_text("name", packet->name, ZV_STR("Z"));
	assert_int_equal(packet->n_fields, 1);
	assert_false(packet->has_body);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
}

/* In whatever state it is; the lines that end in LF show that this is forgotten too. */
static void
test_reset_forgets_everything(void **state)
{
	static const char *const rows[] = {
		"",
		"Event: A\r\nX: 1\r\nY",
		"Event: A\r\n\r\n",
		"Event: A\r\n\r\nEvent: B\r\n\r\n",
		"Event: A\n",
		HEAD "half a text\n",
		"Response: Follows\r\nPrivi",
		"Event: A\r\nThis line is much longer than the limit\r\n",
	};
	static const struct zv_parser_limits limits = { 30, 100, 0 };

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_parser *p = zvon_parser_new(&limits);
		const struct zv_packet *packet;

		zvon_parser_feed(p, zvon_str(rows[i]));
		expect_fresh(p); /* bytes fed, nothing asked for */
		zvon_parser_feed(p, zvon_str(rows[i]));
		zvon_parser_next(p, &packet);
		expect_fresh(p);
		zvon_parser_free(p);
	}
}

static int
read_in_pieces(void *user)
{
	static const char stream[] =
		"Asterisk Call Manager/1.1\r\nEvent: A\r\nX: 1\r\n\r\n" HEAD
		"text\nmore text\n" END "Event: B\r\nK: 1\r\nK: 2\r\nK: 3\r\n\r\n";
	size_t piece = *(const size_t *)user;
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	int rc = p ? 0 : ZV_ENOMEM;

	for (size_t i = 0; rc >= 0 && i < strlen(stream); i += piece) {
		struct zv_str part = zv_str_from(zvon_str(stream), i);

		part.n = part.n < piece ? part.n : piece;
		rc = zvon_parser_feed(p, part);
		while (rc >= 0 && (rc = zvon_parser_next(p, &packet)) == 1)
			;
		if (rc < 0)
			assert_string_equal(zvon_parser_error(p), "out of memory");
	}
	zvon_parser_free(p);
	return rc;
}

static void
test_out_of_memory(void **state)
{
	for (size_t piece = 1; piece < 200; piece += 7)
		check_out_of_memory(read_in_pieces, &piece);
}

/* At steady state no packet costs an allocation, and what one long response needed is
 * given back. */
static void
test_memory_at_steady_state(void **state)
{
	static const char event[] = "Event: Newexten\r\nChannel: SIP/1\r\nX: 1\r\n\r\n";
	size_t before = heap_bytes();
	struct zv_parser *p = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf response = { 0 };
	unsigned long allocations = 0;

	for (size_t i = 0; i < 1000; i++) {
		struct zv_str all = zvon_str(event);
		size_t cut = i % all.n;

		if (i == all.n)
			allocations = zv_mem_count();
		zvon_parser_feed(p, (struct zv_str){ all.p, cut });
		assert_int_equal(zvon_parser_next(p, &packet), 0);
		zvon_parser_feed(p, zv_str_from(all, cut));
		assert_int_equal(zvon_parser_next(p, &packet), 1);
		assert_int_equal(zvon_parser_next(p, &packet), 0);
	}
	assert_int_equal(zv_mem_count(), allocations);

	add_packet_of(&response, "Response: Success", 4000000, 100);
	zvon_parser_feed(p, (struct zv_str){ response.p, response.n - 1 });
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	zvon_parser_feed(p, (struct zv_str){ response.p + response.n - 1, 1 });
	assert_int_equal(zvon_parser_next(p, &packet), 1);
	assert_int_equal(zvon_parser_next(p, &packet), 0);
	zv_buf_deinit(&response);
	assert_true(heap_bytes() - before < 2 * ZV_MAX_PACKET_BYTES);
	zvon_parser_free(p);
}

/* Streams made of the words that matter, with limits that are easily met. */
static void
test_streams_of_chance(void **state)
{
	static const char *const words[] = {
		"Event: A\r\n",
		"Response: Success\r\n",
		"Response: Follows\r\n",
		"Privilege: Command\r\n",
		"ActionID: 1\r\n",
		"\r\n",
		"\r\n",
		"\r\n\r\n",
		"\n",
		"\r",
		"\r\r\n",
		":",
		": ",
		"Output: x\r\n",
		"Key",
		"value",
		"--END COMMAND--",
		"--END COMMAND--\r\n\r\n",
		"Asterisk Call Manager/1.1\r\n",
		"a long line that meets a limit\r\n",
	};
	static const struct zv_parser_limits limits[] = {
		{ 0, 0, 0 },
		{ 50, 80, 4 },
		{ 20, 200, 64 },
		{ 100, 30, 3 },
	};

	chance_begin();
	for (int round = 0; round < 400; round++) {
		struct zv_buf stream = { 0 };
		size_t n = chance_below(30);
		char name[40];

		for (size_t i = 0; i < n; i++)
			zv_buf_add(&stream, zvon_str(words[chance_below(N_OF(words))]));
		snprintf(name, sizeof name, "round %d", round);
		check_splits(&parser_codec, &limits[chance_below(N_OF(limits))], name,
			     zv_buf_str(&stream), NULL, ALL_CUTS);
		zv_buf_deinit(&stream);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_packets_and_empty_lines),
		cmocka_unit_test(test_banner),
		cmocka_unit_test(test_values_with_line_feeds),
		cmocka_unit_test(test_repeated_keys_stay_in_order),
		cmocka_unit_test(test_lf_only_logs),
		cmocka_unit_test(test_fault_010_odd_lines),
		cmocka_unit_test(test_fault_010_300_headers),
		cmocka_unit_test(test_fault_010_value_of_64_kib),
		cmocka_unit_test(test_fault_011_limits_at_the_edge),
		cmocka_unit_test(test_fault_011_lines_at_the_edge),
		cmocka_unit_test(test_fault_011_fields_at_the_edge),
		cmocka_unit_test(test_fault_011_command_text_at_the_edge),
		cmocka_unit_test(test_fault_011_the_defaults),
		cmocka_unit_test(test_fault_011_a_small_limit_of_responses),
		cmocka_unit_test(test_fault_011_line_of_10_mb),
		cmocka_unit_test(test_fault_011_the_reason_names_the_limit),
		cmocka_unit_test(test_no_limit_at_all),
		cmocka_unit_test(test_fault_012_a_thousand_packets_in_one_piece),
		cmocka_unit_test(test_fault_013_bytes_of_all_kinds),
		cmocka_unit_test(test_fault_017_old_command_output),
		cmocka_unit_test(test_fault_017_new_command_output),
		cmocka_unit_test(test_text_is_what_was_sent),
		cmocka_unit_test(test_feed_wants_its_bytes_used_up),
		cmocka_unit_test(test_pending_counts_the_unfinished_packet),
		cmocka_unit_test(test_reset_forgets_everything),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_memory_at_steady_state),
		cmocka_unit_test(test_streams_of_chance),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
