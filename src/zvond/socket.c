#include "zvond/socket.h"

#include "base/mem.h"
#include "io/clock.h"
#include "ws/deflate.h"
#include "ws/frame.h"
#include "zvond/auth.h"
#include "zvond/hello.h"

/* Frames of one client are put together up to here before they are sent. */
#define GATHER_BYTES ((size_t)64 * 1024)

struct zv_socket {
	struct zv_front *front;
	struct zv_ws_reader reader;
	struct zv_hello *hello; /* it has not said who it is yet */
	int64_t pinged_ms;	/* when it was asked last */
	int64_t second_ms;	/* pings of the client in this second */
	unsigned char pings;
	unsigned char dialect;
	bool deflate, awaits_pong, closing;
};

/* ---- the beginning ------------------------------------------------------------------------ */

static int
begin_session(struct zv_socket *s, const struct zv_user *user)
{
	struct zv_front *f = s->front;
	struct zv_daemon *d = zv_front_daemon(f);
	struct zv_error err = { 0 };

	f->session = zv_session_new(d->hub, s->dialect, user,
				    zvon_str(zv_conn_remote(f->conn)), f, zv_clock_ms(),
				    &err);
	if (!f->session) {
		zv_socket_close(s, 1008, zvon_str(err.text));
		return err.code;
	}
	zv_conn_prove(f->conn);
	s->pinged_ms = zv_clock_ms();
	zv_conn_set_deadline(f->conn, s->pinged_ms + f->gate->config->ping_ms);
	zv_log(d->log, ZV_LOG_INFO, "front", "signed in user=%.*s remote=%s",
	       ZV_ARG(user->name), zv_conn_remote(f->conn));
	return 0;
}

/* Of zv_hello: it is known now, or was refused. */
static void
on_known(void *owner, const struct zv_user *user, const char *why)
{
	struct zv_socket *s = owner;

	zv_hello_free(s->hello);
	s->hello = NULL;
	if (s->closing)
		return;
	if (user)
		begin_session(s, user);
	else
		zv_socket_close(s, 1008, zvon_str(why));
}

int
zv_socket_begin(struct zv_front *f, const struct zv_socket_options *options)
{
	struct zv_socket *s = zv_calloc(1, sizeof *s);
	struct zv_daemon *d = zv_front_daemon(f);
	const struct zv_ws_limits limits = {
		.message_bytes = zv_daemon_config(d)->limits.input_bytes,
	};

	if (s && !options->user && !options->refuse_code) {
		s->hello = zv_hello_new(f, on_known, s);
		if (!s->hello) {
			zv_free(s);
			s = NULL;
		}
	}
	if (!s) {
		zv_front_close(f, false);
		return ZV_ENOMEM;
	}
	s->front = f;
	s->dialect = (unsigned char)options->dialect;
	s->deflate = options->deflate;
	zv_ws_reader_init(&s->reader, ZV_WS_SERVER, &limits,
			  options->deflate ? zv_ws_inflate : NULL);
	f->socket = s;
	d->metrics.websockets++;
	zv_conn_set_deadline(f->conn,
			     zv_clock_ms() + f->gate->config->login_timeout_ms);
	if (options->refuse_code)
		zv_socket_close(s, options->refuse_code, zvon_str(options->refuse_why));
	else if (options->user)
		begin_session(s, options->user);
	return 0;
}

void
zv_socket_free(struct zv_socket *s)
{
	if (!s)
		return;
	zv_front_daemon(s->front)->metrics.websockets--;
	zv_hello_free(s->hello);
	zv_ws_reader_deinit(&s->reader);
	zv_free(s);
}

/* ---- the end -------------------------------------------------------------------------------- */

static void
forget_session(struct zv_socket *s)
{
	zv_session_free(s->front->session);
	s->front->session = NULL;
}

void
zv_socket_close(struct zv_socket *s, int code, struct zv_str reason)
{
	struct zv_buf *out = &zv_front_daemon(s->front)->scratch;

	if (s->closing)
		return;
	s->closing = true;
	zv_buf_clear(out);
	zv_ws_write_close(out, code, reason, NULL);
	if (zv_front_send(s->front, zv_buf_str(out)) == 0)
		zv_conn_set_deadline(s->front->conn, zv_clock_ms() + ZV_CLOSE_WAIT_MS);
	zv_log(zv_front_daemon(s->front)->log, ZV_LOG_INFO, "front",
	       "closed code=%d remote=%s %.*s", code, zv_conn_remote(s->front->conn),
	       ZV_ARG(reason));
	forget_session(s); /* the reason was its own */
}

/* The session has ended by itself, or was ended. */
static void
check_over(struct zv_socket *s)
{
	struct zv_session *session = s->front->session;
	struct zv_str reason;
	int code;

	if (!session || !zv_session_is_over(session, &code, &reason))
		return;
	if (code != 1013 && zv_session_has_messages(session))
		return;
	zv_socket_close(s, code, reason);
	if (code == 1013) /* it does not read: do not wait for it */
		zv_front_close(s->front, true);
}

/* ---- frames out ------------------------------------------------------------------------------ */

_Static_assert(ZV_MESSAGE_HEAD >= ZV_WS_MAX_HEAD_BEFORE, "room for a frame's head");

/* Its head stands right before its text: nothing is copied for anybody. */
static struct zv_str
plain_frame(struct zv_message *m)
{
	size_t head = zv_ws_write_before(zv_message_bytes(m), ZV_WS_TEXT, m->text.n);

	return (struct zv_str){ m->text.p - head, head + m->text.n };
}

/* Deflated once for all who agreed; what would not be shorter goes out as it is. */
static struct zv_str
deflated_frame(struct zv_message *m)
{
	struct zv_buf payload = { 0 }, frame = { 0 };

	if (m->text.n < ZV_WS_DEFLATE_FROM)
		return plain_frame(m);
	if (m->form[ZV_FORM_DEFLATED].p)
		return m->form[ZV_FORM_DEFLATED];
	if (zv_ws_deflate(m->text, &payload) == 0)
		zv_ws_write(&frame, ZV_WS_TEXT, zv_buf_str(&payload), true, NULL);
	else
		zv_ws_write(&frame, ZV_WS_TEXT, m->text, false, NULL);
	zv_buf_deinit(&payload);
	if (zv_buf_failed(&frame)) {
		zv_buf_deinit(&frame);
		return plain_frame(m);
	}
	m->form[ZV_FORM_DEFLATED] = zv_buf_str(&frame);
	return m->form[ZV_FORM_DEFLATED];
}

static struct zv_str
frame_of(const struct zv_socket *s, struct zv_message *m)
{
	return s->deflate ? deflated_frame(m) : plain_frame(m);
}

/* One message goes as it is; more are put together, so that it is one send. Takes until
 * there is none: then the hub tells of the next. 1: there may be more; 0; ZV_ENOMEM. */
static int
send_batch(struct zv_socket *s)
{
	struct zv_front *f = s->front;
	struct zv_buf *out = &zv_front_daemon(f)->scratch;
	struct zv_message *m = zv_session_take(f->session), *next;
	struct zv_str frame;

	if (!m)
		return 0;
	zv_buf_clear(out);
	for (;; m = next) {
		frame = frame_of(s, m);
		next = out->n < GATHER_BYTES ? zv_session_take(f->session) : NULL;
		if (frame.n == 0 || (!next && out->n == 0))
			break;
		zv_buf_add(out, frame);
		if (!next)
			break;
		zv_message_unref(m);
	}
	if (frame.n && !zv_buf_failed(out))
		zv_front_send(f, out->n ? zv_buf_str(out) : frame);
	zv_message_unref(m);
	return frame.n && !zv_buf_failed(out) ? 1 : ZV_ENOMEM;
}

void
zv_socket_flush(struct zv_socket *s)
{
	struct zv_front *f = s->front;
	int rc = 1;

	/* What the client does not read stays in the session, where it is shared. */
	while (rc > 0 && !f->closing && zv_conn_queued(f->conn) == 0)
		rc = send_batch(s);
	if (rc < 0) {
		zv_socket_close(s, 1013, ZV_STR("out of memory"));
		zv_front_close(f, true);
		return;
	}
	zv_session_held(f->session, zv_conn_queued(f->conn));
	check_over(s);
}

/* ---- frames in -------------------------------------------------------------------------------- */

static void
on_text(struct zv_socket *s, struct zv_str text)
{
	if (s->front->session)
		zv_session_input(s->front->session, text, zv_clock_ms());
	else if (s->hello)
		zv_hello_input(s->hello, text);
}

static void
on_ping(struct zv_socket *s, struct zv_str payload)
{
	struct zv_buf *out = &zv_front_daemon(s->front)->scratch;
	int64_t now = zv_clock_ms();

	if (now - s->second_ms >= 1000) {
		s->second_ms = now;
		s->pings = 0;
	}
	if (++s->pings > ZV_PINGS_A_SECOND) {
		zv_front_daemon(s->front)->metrics.frames_bad++;
		zv_socket_close(s, 1008, ZV_STR("more than 10 pings a second"));
		return;
	}
	zv_buf_clear(out);
	zv_ws_write(out, ZV_WS_PONG, payload, false, NULL);
	zv_front_send(s->front, zv_buf_str(out));
}

static void
on_pong(struct zv_socket *s)
{
	struct zv_metrics *m = &zv_front_daemon(s->front)->metrics;

	if (!s->awaits_pong)
		return;
	s->awaits_pong = false;
	m->pongs++;
	m->pong_us += (uint64_t)(zv_clock_ms() - s->pinged_ms) * 1000;
	zv_conn_set_deadline(s->front->conn,
			     s->pinged_ms + s->front->gate->config->ping_ms);
}

static void
on_peer_close(struct zv_socket *s, int code)
{
	if (!s->closing)
		zv_socket_close(s, code == 1005 ? 1005 : code, ZV_STR(""));
	zv_front_close(s->front, true);
}

static void
on_message(struct zv_socket *s, const struct zv_ws_message *m)
{
	switch (m->op) {
	case ZV_WS_TEXT:
		on_text(s, m->payload);
		break;
	case ZV_WS_BINARY:
		zv_socket_close(s, 1003, ZV_STR("binary messages are not understood"));
		break;
	case ZV_WS_PING:
		on_ping(s, m->payload);
		break;
	case ZV_WS_PONG:
		on_pong(s);
		break;
	case ZV_WS_CLOSE:
		on_peer_close(s, m->close_code);
		break;
	}
}

void
zv_socket_input(struct zv_socket *s, struct zv_str bytes)
{
	struct zv_front *f = s->front;
	struct zv_ws_message m;
	const char *why = "";
	int code = 1002, rc = 1;

	while (!f->closing) {
		rc = zv_ws_reader_next(&s->reader, &bytes, &m, &code, &why);
		if (rc <= 0)
			break;
		zv_front_daemon(f)->metrics.frames_in++;
		if (!s->closing || m.op == ZV_WS_CLOSE)
			on_message(s, &m);
	}
	if (rc < 0 && !f->closing) {
		zv_front_daemon(f)->metrics.frames_bad++;
		zv_socket_close(s, code, zvon_str(why));
		zv_front_close(f, true);
	}
}

/* ---- time --------------------------------------------------------------------------------------- */

static void
ping(struct zv_socket *s)
{
	static const char frame[] = { (char)(0x80 | ZV_WS_PING), 0 };

	s->awaits_pong = true;
	s->pinged_ms = zv_clock_ms();
	zv_conn_set_deadline(s->front->conn,
			     s->pinged_ms + s->front->gate->config->pong_ms);
	zv_front_send(s->front, (struct zv_str){ frame, sizeof frame });
}

void
zv_socket_on_deadline(struct zv_socket *s)
{
	if (s->closing) {
		zv_front_close(s->front, false);
	} else if (!s->front->session) {
		zv_socket_close(s, 1008, ZV_STR("no login in time"));
		zv_front_close(s->front, true);
	} else if (s->awaits_pong) {
		zv_front_daemon(s->front)->metrics.pings_lost++;
		zv_front_close(s->front, false);
	} else {
		ping(s);
	}
}
