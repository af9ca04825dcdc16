#include "zvond/front.h"

#include "base/mem.h"
#include "io/clock.h"
#include "zvond/gate.h"
#include "zvond/socket.h"
#include "zvond/stream.h"
#include "zvond/talk.h"

#define FLUSH_MS 5000 /* for the last bytes of a connection that is closed */

/* ---- connections ------------------------------------------------------------------------- */

static void *
on_accept(void *user, struct zv_conn *conn, const char *remote)
{
	struct zv_gate *gate = user;
	struct zv_front *f = zv_calloc(1, sizeof *f);

	if (!f)
		return NULL;
	f->gate = gate;
	f->conn = conn;
	f->talk = zv_talk_new(f);
	if (!f->talk) {
		zv_free(f);
		return NULL;
	}
	zv_list_append(&gate->fronts, &f->node);
	zv_log(gate->daemon->log, ZV_LOG_DEBUG, "front", "connected remote=%s", remote);
	return f;
}

static void
on_bytes(void *owner, struct zv_str bytes)
{
	struct zv_front *f = owner;

	zv_front_daemon(f)->metrics.bytes_in += bytes.n;
	if (f->closing)
		return;
	if (f->talk)
		zv_talk_input(f->talk, bytes);
	else if (f->socket)
		zv_socket_input(f->socket, bytes);
	zv_daemon_touch(zv_front_daemon(f));
}

static void
on_sent(void *owner)
{
	struct zv_front *f = owner;

	if (f->session || f->talk)
		zv_front_soon(f);
}

static void
on_deadline(void *owner)
{
	struct zv_front *f = owner;

	if (f->closing) /* what is left does not leave */
		zv_conn_close(f->conn, false);
	else if (f->socket)
		zv_socket_on_deadline(f->socket);
	else if (f->session)
		zv_stream_on_deadline(f);
	else if (f->talk)
		zv_talk_on_deadline(f->talk);
	zv_daemon_touch(zv_front_daemon(f));
}

static const char *
why_closed(int reason)
{
	static const struct {
		int reason;
		const char *text;
	} texts[] = {
		{ 0, "closed" },
		{ ZV_ECLOSED, "closed by the client" },
		{ ZV_ETIMEOUT, "closed: it does not read" },
		{ ZV_ETOOBIG, "closed: too much waits for it to read" },
		{ ZV_EBUSY, "closed: it had not said who it is, and others came" },
		{ ZV_ETLS, "closed: TLS" },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].reason == reason)
			return texts[i].text;
	return zvon_err_name(reason);
}

static void
on_close(void *owner, int reason)
{
	struct zv_front *f = owner;
	struct zv_gate *gate = f->gate;
	struct zv_daemon *d = gate->daemon;

	zv_log(d->log, ZV_LOG_DEBUG, "front", "%s remote=%s", why_closed(reason),
	       zv_conn_remote(f->conn));
	f->closing = true;
	d->gone++;
	if (f->ready.next)
		zv_list_remove(&f->ready);
	zv_stream_end(f);
	zv_socket_free(f->socket);
	zv_talk_free(f->talk);
	zv_session_free(f->session);
	zv_list_remove(&f->node);
	zv_free(f);
	zv_gate_check_empty(gate);
	zv_daemon_touch(d);
	zv_daemon_check_stopped(d);
}

const struct zv_listen_handlers zv_front_handlers = {
	.on_accept = on_accept,
	.on_bytes = on_bytes,
	.on_sent = on_sent,
	.on_deadline = on_deadline,
	.on_close = on_close,
};

/* ---- what its phases do ------------------------------------------------------------------- */

int
zv_front_send(struct zv_front *f, struct zv_str bytes)
{
	struct zv_metrics *m = &zv_front_daemon(f)->metrics;

	m->sends++;
	m->bytes_out += bytes.n;
	return zv_conn_send(f->conn, bytes);
}

void
zv_front_close(struct zv_front *f, bool flush)
{
	if (f->closing)
		return;
	f->closing = true;
	if (flush)
		zv_conn_set_deadline(f->conn, zv_clock_ms() + FLUSH_MS);
	zv_conn_close(f->conn, flush);
}

void
zv_front_soon(struct zv_front *f)
{
	struct zv_daemon *d = zv_front_daemon(f);

	if (!f->ready.next)
		zv_list_append(&d->ready, &f->ready);
	zv_daemon_touch(d);
}

void
zv_front_on_ready(void *daemon, struct zv_session *session)
{
	zv_front_soon(zv_session_owner(session));
}

void
zv_front_work(struct zv_front *f)
{
	if (f->closing)
		return;
	if (f->talk)
		zv_talk_work(f->talk);
	if (f->closing || !f->session)
		return;
	if (f->socket)
		zv_socket_flush(f->socket);
	else
		zv_stream_flush(f);
}

void
zv_front_stop(struct zv_front *f)
{
	if (f->socket || f->closing)
		return;
	if (f->session || !zv_talk_is_busy(f->talk))
		zv_front_close(f, true);
}
