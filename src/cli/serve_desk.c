#include "cli/serve_desk.h"

#include <stdio.h>

#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "term/say.h"
#include "cli/stop.h"
#include "io/clock.h"
#include "io/listen.h"
#include "office/far_end.h"

#define MAX_CONNECTIONS	 1000
#define MAX_QUEUE_BYTES	 (16u * 1024 * 1024)
#define WRITE_TIMEOUT_MS 5000

struct zv_serve_desk {
	struct zv_serve_options options;
	struct zv_loop *loop;
	struct zv_timer *timer;
	struct zv_wake *wake;
	struct zv_listener *listener;
	struct zv_office *office;
	struct zv_node visits;
	size_t next_recording;
	int result;
};

/* One connection. */
struct visit {
	struct zv_node node;
	struct zv_serve_desk *desk;
	struct zv_conn *conn;
	struct zv_far_end far;
	bool logged_in;
	bool had_all; /* of the recording */
	char remote[ZV_REMOTE_TEXT];
};

static void
stop(struct zv_serve_desk *d, int result)
{
	d->result = result;
	zv_loop_stop(d->loop);
}

static void
say_debug(const struct visit *v, const char *what)
{
	char text[ZV_REMOTE_TEXT + 80];

	if (zv_say_log_level() < ZV_LOG_INFO)
		return;
	snprintf(text, sizeof text, "%s remote=%s", what, v->remote);
	zv_say_log(NULL, ZV_LOG_INFO, "serve", text);
}

/* ---- the machines ---------------------------------------------------------- */

static void
deliver(struct visit *v)
{
	struct zv_buf *out = zv_far_end_output(&v->far);

	if (!out->n || !zv_far_end_has_room(&v->far, zv_conn_queued(v->conn)))
		return;
	zv_conn_send(v->conn, zv_buf_str(out));
	zv_buf_consume(out, out->n);
}

/* With --once the first client that has had everything ends the program. */
static void
check_once(struct visit *v)
{
	v->logged_in |= zv_far_end_is_logged_in(&v->far);
	if (!v->far.replay || !v->desk->options.once ||
	    !zv_replay_is_done(v->far.replay))
		return;
	if (zv_far_end_output(&v->far)->n || v->had_all)
		return;
	v->had_all = true;
	zv_conn_close(v->conn, true);
}

static void
settle_visit(struct visit *v)
{
	deliver(v);
	check_once(v);
	if (zv_far_end_is_over(&v->far) && !zv_far_end_output(&v->far)->n)
		zv_conn_close(v->conn, true);
}

static int64_t
deadline(struct zv_serve_desk *d)
{
	int64_t at = d->office ? zv_office_deadline(d->office) : INT64_MAX;
	struct zv_node *node, *next;

	ZV_EACH(&d->visits, node, next)
	{
		struct visit *v = ZV_OWNER(node, struct visit, node);
		int64_t his = zv_far_end_deadline(&v->far, zv_conn_queued(v->conn));

		if (his < at)
			at = his;
	}
	return at;
}

/* What the machines have to say goes out; when they want to be woken is set. */
static void
settle(struct zv_serve_desk *d)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->visits, node, next)
	settle_visit(ZV_OWNER(node, struct visit, node));
	zv_timer_set(d->timer, deadline(d));
}

static void
on_timer(void *user)
{
	struct zv_serve_desk *d = user;
	int64_t now = zv_clock_ms();
	struct zv_node *node, *next;
	int rc = d->office ? zv_office_tick(d->office, now) : 0;

	ZV_EACH(&d->visits, node, next)
	{
		struct visit *v = ZV_OWNER(node, struct visit, node);

		if (zv_far_end_tick(&v->far, zv_conn_queued(v->conn), now) < 0)
			rc = ZV_ENOMEM;
	}
	if (rc < 0)
		stop(d, rc);
	else
		settle(d);
}

static void
on_wake(void *user)
{
	struct zv_serve_desk *d = user;

	if (zv_stop_asked())
		stop(d, 0);
}

/* ---- connections ----------------------------------------------------------- */

static bool
begin_machine(struct visit *v)
{
	struct zv_serve_desk *d = v->desk;
	int64_t now = zv_clock_ms();
	struct zv_replay_options options = d->options.replay;
	const struct zv_recording *recording;

	if (d->office) {
		v->far.session = zv_office_session_new(d->office, v->remote, now);
		return v->far.session != NULL;
	}
	recording = d->options.recordings[d->next_recording];
	d->next_recording = (d->next_recording + 1) % d->options.n_recordings;
	options.seed = zv_random();
	v->far.replay = zv_replay_new(recording, &options, now);
	return v->far.replay != NULL;
}

static void *
on_accept(void *user, struct zv_conn *conn, const char *remote)
{
	struct zv_serve_desk *d = user;
	struct visit *v = zv_calloc(1, sizeof *v);

	if (!v)
		return NULL;
	v->desk = d;
	v->conn = conn;
	snprintf(v->remote, sizeof v->remote, "%s", remote);
	if (!begin_machine(v)) {
		zv_free(v);
		return NULL;
	}
	zv_list_append(&d->visits, &v->node);
	say_debug(v, "connected");
	settle(d);
	return v;
}

static void
on_bytes(void *owner, struct zv_str bytes)
{
	struct visit *v = owner;
	int64_t now = zv_clock_ms();
	int rc = zv_far_end_input(&v->far, bytes, now);

	if (rc < 0)
		stop(v->desk, rc);
	else
		settle(v->desk);
}

static void
on_sent(void *owner)
{
	struct visit *v = owner;

	settle(v->desk);
}

static const char *
why_closed(int reason)
{
	switch (reason) {
	case 0:
		return "closed";
	case ZV_ETIMEOUT:
		return "closed: it did not read for 5 s";
	case ZV_ETOOBIG:
		return "closed: 16 MiB waited for it to read";
	default:
		return "closed by the client";
	}
}

static void
on_close(void *owner, int reason)
{
	struct visit *v = owner;
	struct zv_serve_desk *d = v->desk;

	say_debug(v, why_closed(reason));
	zv_list_remove(&v->node);
	if (d->options.once && v->logged_in)
		stop(d, !v->far.replay || v->had_all ? 0 : ZV_ECLOSED);
	zv_far_end_deinit(&v->far);
	zv_free(v);
}

/* ---- life ------------------------------------------------------------------ */

static int
open_loop(struct zv_serve_desk *d, struct zv_error *err)
{
	d->loop = zv_loop_new(err);
	if (!d->loop)
		return ZV_EIO;
	d->timer = zv_timer_new(d->loop, on_timer, d);
	d->wake = zv_wake_new(d->loop, on_wake, d);
	return d->timer && d->wake ? 0 : zv_fail_nomem(err);
}

/* Whoever connects may stay without saying who it is: it is a test's server. */
static struct zv_listener *
open_listener(struct zv_serve_desk *d, struct zv_error *err)
{
	static const struct zv_listen_handlers handlers = {
		.on_accept = on_accept,
		.on_bytes = on_bytes,
		.on_sent = on_sent,
		.on_close = on_close,
	};
	const struct zv_listen_options listen = {
		.address = d->options.address,
		.port = d->options.port,
		.max_connections = MAX_CONNECTIONS,
		.max_unproved = MAX_CONNECTIONS,
		.max_queue_bytes = MAX_QUEUE_BYTES,
		.write_timeout_ms = WRITE_TIMEOUT_MS,
	};

	return zv_listen_open(d->loop, &listen, &handlers, d, err);
}

struct zv_serve_desk *
zv_serve_desk_open(const struct zv_serve_options *options, struct zv_error *err)
{
	struct zv_serve_desk *d = zv_calloc(1, sizeof *d);

	if (!d) {
		zv_fail_nomem(err);
		return NULL;
	}
	d->options = *options;
	zv_list_init(&d->visits);
	if (options->office) {
		d->office = zv_office_new(options->office, zv_clock_ms());
		if (!d->office)
			zv_fail_nomem(err);
	}
	if ((d->office || !options->office) && open_loop(d, err) == 0)
		d->listener = open_listener(d, err);
	if (d->listener)
		return d;
	zv_serve_desk_close(d);
	return NULL;
}

void
zv_serve_desk_close(struct zv_serve_desk *d)
{
	if (!d)
		return;
	d->options.once = false;
	zv_loop_free(d->loop);
	zv_office_free(d->office);
	zv_free(d);
}

int
zv_serve_desk_port(const struct zv_serve_desk *d)
{
	return zv_listen_port(d->listener);
}

int
zv_serve_desk_run(struct zv_serve_desk *d)
{
	settle(d);
	if (!zv_stop_asked())
		zv_loop_run(d->loop);
	return d->result;
}

void
zv_serve_desk_wake(void *desk)
{
	struct zv_serve_desk *d = desk;

	zv_wake_up(d->wake);
}
