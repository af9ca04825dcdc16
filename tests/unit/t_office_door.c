/* The office's manager port: requests as Asterisk reads them, and the login. The
 * oddities are proved with what a real server (22.10.1) was sent and has answered. */
#include <stdio.h>
#include <stdlib.h>

#include "base/md5.h"
#include "base/str.h"
#include "desk.h"
#include "office/door.h"
#include "office/reader.h"

/* ---- reading --------------------------------------------------------------- */

static void *
reading_begin(const void *options)
{
	return calloc(1, sizeof(struct zv_reader) + sizeof(struct zv_buf));
}

static struct zv_buf *
shown(void *state)
{
	return (struct zv_buf *)(void *)((struct zv_reader *)state + 1);
}

static void
reading_piece(void *state, char *bytes, size_t n)
{
	static const char *const faults[] = { "", "!long", "!many" };
	const struct zv_asked *a;

	assert_int_equal(zv_reader_feed(state, (struct zv_str){ bytes, n }), 0);
	while ((a = zv_reader_next(state))) {
		zv_buf_printf(shown(state), "%s(", faults[a->fault]);
		for (size_t i = 0; i < a->n; i++) {
			zv_buf_add(shown(state), i ? ZV_STR("|") : ZV_STR(""));
			add_shown(shown(state), a->fields[i].key);
			zv_buf_add(shown(state), ZV_STR("="));
			add_shown(shown(state), a->fields[i].value);
		}
		zv_buf_add(shown(state), ZV_STR(")"));
	}
}

static void
reading_end(void *state, struct zv_buf *out)
{
	zv_buf_add(out, zv_buf_str(shown(state)));
	zv_buf_deinit(shown(state));
	zv_reader_deinit(state);
	free(state);
}

static const struct codec reader_codec = { reading_begin, reading_piece, reading_end };

static void
test_requests(void **state)
{
	static const struct {
		struct zv_str bytes;
		const char *wanted;
	} rows[] = {
		{ VIEW("Action: Ping\r\n\r\n"), "(Action=Ping)" },
		{ VIEW("Action: Ping\n\n"), "(Action=Ping)" },
		{ VIEW("a:1\nB:   2  \r\n\r\n"), "(a=1|B=2  )" },
		{ VIEW("\r\n"), "()" },
		{ VIEW("\r\n\r\n\n"), "()()()" },
		{ VIEW("Action: Ping\r\n"), "" },
		{ VIEW("NoColon\r\nEmpty:\r\n\r\n"), "(NoColon=|Empty=)" },
		{ VIEW("a: b: c\r\n:d\r\n\r\n"), "(a=b: c|=d)" },
		{ VIEW(" Action: Ping\r\n\r\n"), "( Action=Ping)" },
		{ VIEW("a: x\ry\r\n\r\n"), "(a=x\\x0dy)" },
		{ VIEW("a: x\0y\r\nb\0: 1\r\n\r\n"), "(a=x|b=)" },
		{ VIEW("\0rest\r\n"), "()" },
		{ VIEW("a: \xd0\xbf\xff\r\n\r\n"), "(a=\\xd0\\xbf\\xff)" },
	};

	for (size_t i = 0; i < N_OF(rows); i++)
		check_splits(&reader_codec, NULL, rows[i].wanted, rows[i].bytes,
			     rows[i].wanted, ALL_CUTS);
}

/* A line of n bytes with its CRLF, in a packet of three. */
static void
long_line(struct zv_buf *out, size_t n)
{
	zv_buf_clear(out);
	zv_buf_add(out, ZV_STR("A: 1\r\nX:"));
	while (out->n < n + 6 - 2)
		zv_buf_add_char(out, 'x');
	zv_buf_add(out, ZV_STR("\r\nB: 2\r\n\r\nP: 3\r\n\r\n"));
}

static void
test_line_limit(void **state)
{
	static const struct {
		size_t bytes;
		enum zv_asked_fault fault;
		int packets;
	} rows[] = {
		{ ZV_READER_MAX_LINE - 1, ZV_ASKED_WELL, 2 },
		{ ZV_READER_MAX_LINE, ZV_ASKED_WELL, 2 },
		{ ZV_READER_MAX_LINE + 1, ZV_ASKED_LONG_LINE, 3 }, /* LF left over */
		{ ZV_READER_MAX_LINE + 2, ZV_ASKED_LONG_LINE, 2 },
		{ ZV_READER_MAX_LINE + 3, ZV_ASKED_LONG_LINE, 2 },
		{ 5000, ZV_ASKED_LONG_LINE, 2 },
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		struct zv_reader r = { 0 };
		struct zv_buf bytes = { 0 };
		const struct zv_asked *a;
		int packets = 0;

		long_line(&bytes, rows[i].bytes);
		zv_reader_feed(&r, zv_buf_str(&bytes));
		while ((a = zv_reader_next(&r))) {
			if (packets++ == 0)
				assert_int_equal(a->fault, rows[i].fault);
			else
				assert_int_equal(a->fault, ZV_ASKED_WELL);
		}
		assert_int_equal(packets, rows[i].packets);
		check_splits(&reader_codec, NULL, "long line", zv_buf_str(&bytes), NULL,
			     64);
		zv_buf_deinit(&bytes);
		zv_reader_deinit(&r);
	}
}

static void
test_lines_limit(void **state)
{
	for (int lines = ZV_READER_MAX_LINES - 1; lines < ZV_READER_MAX_LINES + 2;
	     lines++) {
		struct zv_reader r = { 0 };
		const struct zv_asked *a;

		for (int i = 0; i < lines; i++)
			zv_reader_feed(&r, ZV_STR("k: v\r\n"));
		assert_null(zv_reader_next(&r));
		zv_reader_feed(&r, ZV_STR("\r\nnext: 1\r\n\r\n"));
		a = zv_reader_next(&r);
		assert_int_equal(a->fault, lines > ZV_READER_MAX_LINES
						   ? ZV_ASKED_MANY_LINES
						   : ZV_ASKED_WELL);
		a = zv_reader_next(&r);
		assert_int_equal(a->fault, ZV_ASKED_WELL);
		assert_int_equal(a->n, 1);
		zv_reader_deinit(&r);
	}
}

/* ---- against a real server ------------------------------------------------- */

static struct zv_str
capture(const char *name, const char *kind)
{
	const char *root = getenv("ZVON_CAPTURES_DIR");
	char path[500];

	assert_non_null(root);
	snprintf(path, sizeof path, "%s/22.10.1/%s.%s", root, name, kind);
	return read_file(path);
}

/* The responses of a stream: kind, ActionID, text; values that cannot be alike (the
 * time, this office's variables) are left out. */
static void
list_responses(struct zv_str bytes, struct zv_buf *out)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *p;

	zvon_parser_feed(parser, bytes);
	while (zvon_parser_next(parser, &p) == 1) {
		if (p->kind != ZV_PACKET_RESPONSE)
			continue;
		zv_buf_printf(out, "%.*s ", ZV_ARG(p->name));
		add_shown(out, zvon_packet_get(p, ZV_STR("ActionID")));
		zv_buf_add_char(out, ' ');
		add_shown(out, zvon_packet_get(p, ZV_STR("Message")));
		zv_buf_add_char(out, '\n');
	}
	zvon_parser_free(parser);
}

/* In place of the recorded account. */
static void
send_as_demo(struct desk *d, struct zv_str sent)
{
	size_t end = zv_str_find(sent, ZV_STR("\r\n\r\n")) + 4;

	desk_ask(d, "Action: Login\nActionID: lab-1\nUsername: demo\nSecret: s3cret\n"
		    "Events: off");
	desk_send(d, zv_str_from(sent, end));
}

static void
test_odd_input_is_answered_as_by_asterisk(void **state)
{
	static const char *const names[] = { "malformed-input", "long-lines",
					     "many-headers" };

	for (size_t i = 0; i < N_OF(names); i++) {
		struct zv_str sent = capture(names[i], "sent");
		struct zv_str ami = capture(names[i], "ami");
		struct zv_buf wanted = { 0 }, got = { 0 };
		struct desk d;

		desk_new(&d, 1, 0, 1);
		desk_connect(&d);
		send_as_demo(&d, sent);
		list_responses(ami, &wanted);
		list_responses(zv_buf_str(&d.raw), &got);
		check_text(names[i], zv_buf_str(&got), zv_buf_str(&wanted));
		assert_true(zv_office_session_is_over(d.session));
		zv_buf_deinit(&wanted);
		zv_buf_deinit(&got);
		free((char *)sent.p);
		free((char *)ami.p);
		desk_free(&d);
	}
}

/* ---- login ----------------------------------------------------------------- */

static void
test_plain_login(void **state)
{
	struct desk d;

	desk_new(&d, 1, 0, 1);
	desk_connect(&d);
	desk_expect(&d, "Asterisk Call Manager/11.0.0\n");
	desk_answer(&d, "Action: Login\nActionID: 7\nUsername: demo\nSecret: s3cret",
		    "Response: Success\nActionID: 7\nMessage: Authentication accepted\n"
		    "\nEvent: FullyBooted\nPrivilege: system,all\nUptime: 0\n"
		    "LastReload: 0\nStatus: Fully Booted\n\n"
		    "Event: SuccessfulAuth\nPrivilege: security,all\n"
		    "EventTV: 2026-11-21T01:40:51.000+0000\n");
	desk_answer(&d, "Action: Login\nUsername: x",
		    "Response: Success\nMessage: Already authenticated\n\n");
	desk_answer(&d, "Action: logoff\nActionID: 9",
		    "Response: Goodbye\nActionID: 9\n"
		    "Message: Thanks for all the fish.\n\n");
	assert_true(zv_office_session_is_over(d.session));
	desk_free(&d);
}

static void
md5_login(struct desk *d, const char *secret)
{
	struct zv_str parts[2];
	char hex[ZV_MD5_HEX + 1], lines[300];
	struct zv_buf text = { 0 };

	desk_forget(d);
	desk_ask(d, "Action: Challenge\nAuthType: md5");
	zv_buf_add(&text, zvon_str(strstr(desk_text(d), "Challenge: ") + 11));
	parts[0] = zv_str_trim(zv_buf_str(&text));
	assert_in_range(parts[0].n, 9, 9);
	parts[1] = zvon_str(secret);
	zv_md5_hex(parts, 2, hex);
	zv_buf_deinit(&text);
	snprintf(lines, sizeof lines,
		 "Action: Login\nAuthType: MD5\nUsername: demo\nKey: %s\nEvents: off",
		 hex);
	desk_ask(d, lines);
}

static void
test_md5_login(void **state)
{
	struct desk d;

	desk_new(&d, 1, 0, 1);
	desk_connect(&d);
	md5_login(&d, "s3cret");
	desk_expect(&d, "Message: Authentication accepted");
	desk_free(&d);

	desk_new(&d, 1, 0, 1);
	desk_connect(&d);
	md5_login(&d, "wrong");
	desk_pass(&d, ZV_DOOR_REFUSAL_MS);
	desk_expect(&d, "Message: Authentication failed");
	desk_free(&d);
}

/* No answer for a second, whatever else is asked; then the door is closed. */
static void
test_refusals(void **state)
{
	static const char *const rows[] = {
		"Username: demo\nSecret: wrong",
		"Username: demo",
		"Username: nobody\nSecret: s3cret",
		"Secret: s3cret",
		"AuthType: MD5\nUsername: demo\nKey: d41d8cd98f00b204e9800998ecf8427e",
	};

	for (size_t i = 0; i < N_OF(rows); i++) {
		char lines[300];
		struct desk d;

		desk_new(&d, 1, 0, 1);
		desk_connect(&d);
		desk_forget(&d);
		snprintf(lines, sizeof lines, "Action: Login\nActionID: n\n%s",
			 rows[i]);
		desk_ask(&d, lines);
		desk_ask(&d, "Action: Ping");
		desk_pass(&d, ZV_DOOR_REFUSAL_MS - 1);
		assert_int_equal(d.raw.n, 0);
		desk_pass(&d, 1);
		assert_string_equal(desk_text(&d),
				    "Response: Error\nActionID: n\n"
				    "Message: Authentication failed\n\n");
		assert_true(zv_office_session_is_over(d.session));
		desk_free(&d);
	}
}

static void
test_before_login(void **state)
{
	static const char *const actions[] = { "Ping", "Originate", "ListCommands",
					       "Nonsense" };
	struct desk d;

	desk_new(&d, 1, 60, 1);
	desk_connect(&d);
	desk_pass(&d, 20000);
	assert_string_equal(desk_text(&d), "Asterisk Call Manager/11.0.0\n");
	for (size_t i = 0; i < N_OF(actions); i++) {
		char lines[80];

		snprintf(lines, sizeof lines, "Action: %s\nActionID: 3", actions[i]);
		desk_ask(&d, lines);
		assert_string_equal(desk_text(&d), "Response: Error\nActionID: 3\n"
						   "Message: Permission denied\n\n");
	}
	desk_answer(&d, "Action: Challenge", "Message: Must specify AuthType");
	desk_pass(&d, ZV_DOOR_AUTH_MS - 20002);
	assert_false(zv_office_session_is_over(d.session));
	desk_pass(&d, 1);
	assert_true(zv_office_session_is_over(d.session));
	assert_int_equal(d.raw.n, 0);
	desk_free(&d);
}

/* Requests that wait behind a blocked one are bounded. */
static void
test_waiting_requests_are_bounded(void **state)
{
	char *flood = malloc(ZV_DOOR_MAX_WAITING);
	struct desk d;

	assert_non_null(flood);
	memset(flood, '\n', ZV_DOOR_MAX_WAITING);
	desk_new(&d, 1, 0, 1);
	desk_login(&d, "demo", "off");
	desk_ask(&d, "Action: WaitEvent");
	desk_send(&d, (struct zv_str){ flood, 1000 });
	assert_false(zv_office_session_is_over(d.session));
	desk_pass(&d, 10);
	desk_ask(&d, "Action: Originate\nChannel: PJSIP/208\nApplication: Wait");
	desk_send(&d, (struct zv_str){ flood, ZV_DOOR_MAX_WAITING });
	assert_false(zv_office_session_is_over(d.session));
	desk_send(&d, (struct zv_str){ flood, 1 });
	assert_true(zv_office_session_is_over(d.session));
	desk_free(&d);
	free(flood);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_line_limit),
		cmocka_unit_test(test_lines_limit),
		cmocka_unit_test(test_odd_input_is_answered_as_by_asterisk),
		cmocka_unit_test(test_plain_login),
		cmocka_unit_test(test_md5_login),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_before_login),
		cmocka_unit_test(test_waiting_requests_are_bounded),
	};

	chance_begin();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
