/* The component's session with zvond: whatever a server says, in whatever pieces and at
 * whatever time, what we write is HTTP or masked frames as they should be, no event is told
 * twice, states follow one another as they may, and all memory is given back.
 *
 * Input: the first byte chooses (bit 0: a password instead of a token; bit 1: Russian; bits
 * 2…7: the size of pieces, 0: whole), then letters, each with what follows:
 *   a          zvond accepts what was asked: a token, or 101 for our key
 *   r text\0   bytes as they are, `\n` written as two characters and `~` for NUL
 *   f text\0   a text frame
 *   h          hello       e n   event number n       y n  resync to n, stream of n
 *   p          ping        c     close 1013
 *   t n        n * 500 ms  l     the line is lost     u    the port is open, if wanted
 *   s text\0   a command   m n   the n-th allocation from now on fails */
#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "fuzz.h"
#include "http/request.h"
#include "onec/daemon_session.h"
#include "ws/frame.h"
#include "ws/handshake.h"

struct stage {
	struct zv_daemon_session *s;
	int64_t now_ms;
	size_t piece;
	struct zv_ws_reader reader; /* of what the client writes */
	struct zv_buf wrote;	    /* not read yet */
	bool is_socket;		    /* 101 was said */
	bool is_linked;
	enum zv_desk_state state;
	long long last; /* number of the last event told; -1: none of this stream */
	bool no_memory;
};

static uint64_t
on_random(void)
{
	return 0x0123456789abcdefu;
}

/* ---- what is told ------------------------------------------------------------------------ */

static void
on_message(void *user, struct zv_str json)
{
	struct stage *st = user;
	const char *at;

	fuzz_tell("message %.*s\n", ZV_ARG(json));
	CHECK(st->state != ZV_DESK_DOWN);
	/* ours, whose form is known */
	if (zv_str_starts(json, ZV_STR("{\"type\":\"event\",\"seq\":"))) {
		long long number = 0;

		for (at = json.p + 22; *at >= '0' && *at <= '9'; at++)
			number = number * 10 + (*at - '0');
		CHECK(number > st->last || number > 100000);
		st->last = number > 100000 ? st->last : number;
	} else {
		st->last = -1; /* resync, snapshot, or another text: anew */
	}
}

static void
on_state(void *user, enum zv_desk_state state, const struct zv_error *why, int retry_ms)
{
	struct stage *st = user;

	fuzz_tell("state %d %s %d\n", (int)state, why ? why->text : "", retry_ms);
	CHECK(zv_daemon_session_state(st->s) == state);
	CHECK(state != ZV_DESK_CLOSED);
	CHECK((state == ZV_DESK_DOWN) == (why != NULL));
	CHECK(state != ZV_DESK_READY || st->state == ZV_DESK_CONNECTING);
	CHECK(state != ZV_DESK_CONNECTING || st->state == ZV_DESK_DOWN);
	CHECK(!why || (why->code < 0 && why->text[0] && retry_ms >= 1000));
	CHECK(!why || !strstr(why->text, "hidden"));
	st->state = state;
}

/* ---- what is written ----------------------------------------------------------------------- */

static void
read_frames(struct stage *st)
{
	struct zv_str bytes = zv_buf_str(&st->wrote);
	struct zv_ws_message m;
	const char *why = "";
	int code = 0, rc;

	while ((rc = zv_ws_reader_next(&st->reader, &bytes, &m, &code, &why)) > 0)
		fuzz_tell("client %d %.*s\n", (int)m.op, ZV_ARG(m.payload));
	CHECK(rc == 0 || st->no_memory);
	zv_buf_clear(&st->wrote);
}

/* The answer to what it asks: 0: nothing whole was asked. */
static bool
answer(struct stage *st, struct zv_buf *out)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	struct zv_str bytes = zv_buf_str(&st->wrote);
	const struct zv_http_request *q = NULL;
	static struct zv_ws_wish wish;
	int status = 0, rc;

	rc = reader ? zv_http_reader_next(reader, &bytes, &q, &status, NULL) : 0;
	CHECK(rc >= 0 || st->no_memory);
	if (rc > 0 && zvon_str_equal(q->method, ZV_STR("POST"))) {
		CHECK(zvon_str_equal(q->path, ZV_STR("/v1/login")));
		zv_buf_add(out, ZV_STR("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n"
				       "{\"token\":\"zvs\"}"));
	} else if (rc > 0) {
		CHECK(zv_ws_wish(q, &wish, NULL) == 0 || st->no_memory);
		CHECK(zv_http_field_of(q, "Authorization").n > 7);
		zv_ws_accept(out, &wish, ZV_STR("zvon.v1"), false);
		st->is_socket = true;
	}
	if (rc > 0)
		zv_buf_clear(&st->wrote);
	zv_http_reader_free(reader);
	return rc > 0;
}

static void
take_output(struct stage *st)
{
	struct zv_buf *out = zv_daemon_session_output(st->s);

	zv_buf_add(&st->wrote, zv_buf_str(out));
	if (zv_buf_failed(&st->wrote))
		zv_buf_clear(&st->wrote);
	zv_daemon_session_wrote(st->s, out->n);
	if (st->is_socket)
		read_frames(st);
}

/* ---- doing ------------------------------------------------------------------------------------ */

static void
say(struct stage *st, struct zv_str bytes)
{
	while (bytes.n) {
		size_t n = st->piece && st->piece < bytes.n ? st->piece : bytes.n;
		char *copy = fuzz_copy((struct zv_str){ bytes.p, n });

		zv_daemon_session_input(st->s, (struct zv_str){ copy, n }, st->now_ms);
		free(copy);
		bytes = zv_str_from(bytes, n);
	}
}

static void
frame(struct stage *st, enum zv_ws_op op, struct zv_str text)
{
	struct zv_buf out = { 0 };

	zv_ws_write(&out, op, text, false, NULL);
	if (!zv_buf_failed(&out))
		say(st, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

static void
message(struct stage *st, const char *format, unsigned n)
{
	struct zv_buf text = { 0 };

	for (const char *p = format; *p; p++)
		if (*p == '#')
			zv_buf_printf(&text, "%u", n);
		else
			zv_buf_add_char(&text, *p);
	if (!zv_buf_failed(&text))
		frame(st, ZV_WS_TEXT, zv_buf_str(&text));
	zv_buf_deinit(&text);
}

static void
say_raw(struct stage *st, struct zv_str text)
{
	struct zv_buf out = { 0 };

	for (size_t i = 0; i < text.n; i++) {
		bool is_line =
			text.p[i] == '\\' && i + 1 < text.n && text.p[i + 1] == 'n';

		zv_buf_add(&out, is_line	    ? ZV_STR("\r\n")
				 : text.p[i] == '~' ? (struct zv_str){ "\0", 1 }
						    : (struct zv_str){ text.p + i, 1 });
		i += is_line;
	}
	if (!zv_buf_failed(&out))
		say(st, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

static void
accept_it(struct stage *st)
{
	struct zv_buf out = { 0 };

	if (!st->is_socket && answer(st, &out) && !zv_buf_failed(&out))
		say(st, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

static void
link_up(struct stage *st)
{
	if (st->is_linked || !zv_daemon_session_wants_link(st->s))
		return; /* no driver does that */
	st->is_linked = true;
	zv_ws_reader_deinit(&st->reader);
	zv_ws_reader_init(&st->reader, ZV_WS_SERVER, NULL, NULL);
	zv_buf_clear(&st->wrote);
	st->is_socket = false;
	zv_daemon_session_link_up(st->s, st->now_ms);
}

static void
step(struct stage *st, unsigned what, struct fuzz_input *in)
{
	const struct zv_error lost = { .code = ZV_EIO, .text = "pbx:2013: lost" };

	switch (what) {
	case 'a':
		accept_it(st);
		break;
	case 'r':
		say_raw(st, fuzz_until(in, 0));
		break;
	case 'f':
		frame(st, ZV_WS_TEXT, fuzz_until(in, 0));
		break;
	case 'h':
		message(st,
			"{\"type\":\"hello\",\"protocol\":\"zvon.v1\",\"stream\":"
			"\"a\"}",
			0);
		break;
	case 'e':
		message(st, "{\"type\":\"event\",\"seq\":#}", fuzz_byte(in));
		break;
	case 'y':
		message(st, "{\"type\":\"resync\",\"seq\":#,\"stream\":\"b#\"}",
			fuzz_byte(in));
		break;
	case 'p':
		frame(st, ZV_WS_PING, ZV_STR("x"));
		break;
	case 'c':
		say(st, ZV_STR("\x88\x02\x03\xf5"));
		break;
	case 't':
		st->now_ms += 500 * (int64_t)fuzz_byte(in);
		zv_daemon_session_tick(st->s, st->now_ms);
		break;
	case 'l':
		if (st->is_linked)
			zv_daemon_session_link_down(st->s, &lost, st->now_ms);
		break;
	case 'u':
		link_up(st);
		break;
	case 's':
		zv_daemon_session_send(st->s, fuzz_until(in, 0), NULL);
		break;
	case 'm':
		st->no_memory = true;
		zv_mem_fail_at(fuzz_byte(in) + 1);
		break;
	default:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	const struct zv_desk_handlers handlers = { .on_message = on_message,
						   .on_state = on_state };
	struct fuzz_input in = { bytes, n };
	unsigned how = fuzz_byte(&in);
	const struct zv_daemon_session_options o = {
		.url = "ws://pbx",
		.user = how & 1 ? "u" : NULL,
		.secret = "hidden",
		.russian = how & 2,
		.random = on_random,
		.max_message_bytes = 2000,
	};
	struct stage st = { .now_ms = 1000, .piece = how >> 2, .last = -1 };

	st.s = zv_daemon_session_new(&o, &handlers, &st, NULL);
	CHECK(st.s);
	zv_ws_reader_init(&st.reader, ZV_WS_SERVER, NULL, NULL);
	zv_daemon_session_start(st.s, st.now_ms);
	while (in.n) {
		step(&st, fuzz_byte(&in), &in);
		take_output(&st);
		st.is_linked &= zv_daemon_session_wants_link(st.s);
		CHECK(zv_daemon_session_wants_link(st.s) ==
			      (st.state != ZV_DESK_DOWN) ||
		      st.state == ZV_DESK_CONNECTING);
		CHECK(zv_daemon_session_deadline(st.s) > 0);
	}
	zv_mem_fail_at(0);
	zv_daemon_session_stop(st.s);
	CHECK(!zv_daemon_session_wants_link(st.s));
	take_output(&st);
	zv_daemon_session_free(st.s);
	zv_ws_reader_deinit(&st.reader);
	zv_buf_deinit(&st.wrote);
	return 0;
}
