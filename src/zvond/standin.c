#include "zvond/standin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/file_error.h"
#include "base/list.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/listen.h"
#include "io/whole_file.h"
#include "office/far_end.h"

#define MAX_QUEUE_BYTES	 (16u * 1024 * 1024)
#define WRITE_TIMEOUT_MS 30000

struct zv_standin {
	struct zv_loop *loop;
	struct zv_listener *listener;
	struct zv_timer *timer;
	struct zv_office *office;
	struct zv_recording *recording;
	struct zv_replay_options replay;
	struct zv_node visits;
	char url[64], secret[40];
	bool closed; /* freed with its last visit */
};

/* One connection. */
struct visit {
	struct zv_node node;
	struct zv_standin *standin;
	struct zv_conn *conn;
	struct zv_far_end far;
};

/* ---- the machines ---------------------------------------------------------------- */

static void
settle_visit(struct visit *v)
{
	struct zv_buf *out = zv_far_end_output(&v->far);

	if (out->n && zv_far_end_has_room(&v->far, zv_conn_queued(v->conn))) {
		zv_conn_send(v->conn, zv_buf_str(out));
		zv_buf_consume(out, out->n);
	}
	if (zv_far_end_is_over(&v->far) && !out->n)
		zv_conn_close(v->conn, true);
}

static int64_t
deadline(struct zv_standin *s)
{
	int64_t at = s->office ? zv_office_deadline(s->office) : INT64_MAX;
	struct zv_node *node, *next;

	ZV_EACH(&s->visits, node, next)
	{
		struct visit *v = ZV_OWNER(node, struct visit, node);
		int64_t his = zv_far_end_deadline(&v->far, zv_conn_queued(v->conn));

		if (his < at)
			at = his;
	}
	return at;
}

static void
settle(struct zv_standin *s)
{
	struct zv_node *node, *next;

	if (s->closed)
		return;
	ZV_EACH(&s->visits, node, next)
	settle_visit(ZV_OWNER(node, struct visit, node));
	zv_timer_set(s->timer, deadline(s));
}

static void
drop_all(struct zv_standin *s)
{
	struct zv_node *node, *next;

	ZV_EACH(&s->visits, node, next)
	zv_conn_close(ZV_OWNER(node, struct visit, node)->conn, false);
}

static void
on_timer(void *owner)
{
	struct zv_standin *s = owner;
	int64_t now = zv_clock_ms();
	struct zv_node *node, *next;
	int rc = s->office ? zv_office_tick(s->office, now) : 0;

	ZV_EACH(&s->visits, node, next)
	{
		struct visit *v = ZV_OWNER(node, struct visit, node);

		if (zv_far_end_tick(&v->far, zv_conn_queued(v->conn), now) < 0)
			rc = ZV_ENOMEM;
	}
	if (rc < 0)
		drop_all(s);
	else
		settle(s);
}

/* ---- connections ------------------------------------------------------------------- */

static void
free_closed(struct zv_standin *s)
{
	if (!s->closed || !zv_list_is_empty(&s->visits))
		return;
	zv_office_free(s->office);
	zv_recording_free(s->recording);
	zv_wipe(s->secret, sizeof s->secret);
	zv_free(s);
}

static void *
on_accept(void *user, struct zv_conn *conn, const char *remote)
{
	struct zv_standin *s = user;
	struct visit *v = zv_calloc(1, sizeof *v);
	int64_t now = zv_clock_ms();

	if (!v)
		return NULL;
	v->standin = s;
	v->conn = conn;
	if (s->office)
		v->far.session = zv_office_session_new(s->office, remote, now);
	else
		v->far.replay = zv_replay_new(s->recording, &s->replay, now);
	if (!v->far.session && !v->far.replay) {
		zv_free(v);
		return NULL;
	}
	zv_list_append(&s->visits, &v->node);
	settle(s);
	return v;
}

static void
on_bytes(void *owner, struct zv_str bytes)
{
	struct visit *v = owner;
	int64_t now = zv_clock_ms();
	int rc;

	if (v->standin->closed)
		return;
	rc = zv_far_end_input(&v->far, bytes, now);

	if (rc < 0)
		zv_conn_close(v->conn, false);
	else
		settle(v->standin);
}

static void
on_sent(void *owner)
{
	settle(((struct visit *)owner)->standin);
}

static void
on_close(void *owner, int reason)
{
	struct visit *v = owner;
	struct zv_standin *s = v->standin;

	zv_list_remove(&v->node);
	zv_far_end_deinit(&v->far);
	zv_free(v);
	free_closed(s);
}

/* ---- life ---------------------------------------------------------------------------- */

static int
load(const char *path, struct zv_buf *out, struct zv_error *err)
{
	int error = zv_whole_file_read(path, out);

	if (!error)
		return 0;
	return zv_fail(err, error == ENOENT ? ZV_ENOTFOUND : ZV_EIO,
		       "cannot read %s: %s", path, zv_file_error_text(error));
}

/* A file that is not there is an empty one. */
static int
load_beside(const char *path, const char *suffix, struct zv_buf *out,
	    struct zv_error *err)
{
	char beside[ZV_WHOLE_FILE_NAME];
	struct zv_error why = { 0 };
	int rc;

	zv_whole_file_beside(path, suffix, beside);
	rc = load(beside, out, &why);
	return rc == 0 || rc == ZV_ENOTFOUND ? 0 : zv_fail(err, rc, "%s", why.text);
}

static int
load_capture(struct zv_standin *s, const char *path, struct zv_error *err)
{
	struct zv_buf ami = { 0 }, sent = { 0 }, idx = { 0 };
	int rc = load(path, &ami, err);

	if (rc == 0)
		rc = load_beside(path, ".sent", &sent, err);
	if (rc == 0)
		rc = load_beside(path, ".idx", &idx, err);
	if (rc == 0) {
		s->recording = zv_recording_new(zv_buf_str(&ami), zv_buf_str(&sent),
						zv_buf_str(&idx), err);
		rc = s->recording ? 0 : ZV_EINVAL;
	}
	zv_buf_deinit(&ami);
	zv_buf_deinit(&sent);
	zv_buf_deinit(&idx);
	return rc;
}

static int
make_machine(struct zv_standin *s, const struct zv_config_server *config,
	     struct zv_error *err)
{
	const struct zv_office_options office = {
		.seed = zv_random(),
		.start_ms = zv_clock_unix_us() / 1000,
		.calls_per_minute = config->demo_rate,
		.speed = config->replay_speed > 0 ? config->replay_speed : 1,
		.secret = s->secret,
	};

	snprintf(s->secret, sizeof s->secret, "%016llx%016llx",
		 (unsigned long long)zv_random(), (unsigned long long)zv_random());
	if (config->replay) {
		s->replay = (struct zv_replay_options){
			.speed = office.speed,
			.loop = config->replay_loop,
			.renumber = true,
			.epoch_ms = office.start_ms,
			.seed = office.seed,
		};
		return load_capture(s, config->replay, err);
	}
	s->office = zv_office_new(&office, zv_clock_ms());
	return s->office ? 0 : zv_fail_nomem(err);
}

static int
listen_on_loopback(struct zv_standin *s, struct zv_error *err)
{
	static const struct zv_listen_handlers handlers = {
		.on_accept = on_accept,
		.on_bytes = on_bytes,
		.on_sent = on_sent,
		.on_close = on_close,
	};
	const struct zv_listen_options options = {
		.address = "127.0.0.1",
		.max_connections = 4,
		.max_queue_bytes = MAX_QUEUE_BYTES,
		.write_timeout_ms = WRITE_TIMEOUT_MS,
	};

	s->listener = zv_listen_open(s->loop, &options, &handlers, s, err);
	if (!s->listener)
		return ZV_EIO;
	snprintf(s->url, sizeof s->url, "ami://%s@127.0.0.1:%d", ZV_OFFICE_USER,
		 zv_listen_port(s->listener));
	return 0;
}

struct zv_standin *
zv_standin_open(struct zv_loop *loop, const struct zv_config_server *config,
		struct zv_error *err)
{
	struct zv_standin *s = zv_calloc(1, sizeof *s);

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	s->loop = loop;
	zv_list_init(&s->visits);
	s->timer = zv_timer_new(loop, on_timer, s);
	if (!s->timer)
		zv_fail_nomem(err);
	if (s->timer && make_machine(s, config, err) == 0 &&
	    listen_on_loopback(s, err) == 0) {
		settle(s);
		return s;
	}
	zv_standin_close(s);
	return NULL;
}

void
zv_standin_close(struct zv_standin *s)
{
	if (!s)
		return;
	s->closed = true;
	zv_timer_free(s->timer);
	s->timer = NULL;
	if (s->listener)
		zv_listen_stop(s->listener);
	drop_all(s);
	free_closed(s);
}

const char *
zv_standin_url(const struct zv_standin *s)
{
	return s->url;
}

const char *
zv_standin_secret(const struct zv_standin *s)
{
	return s->secret;
}
