#include "daemonrig.h"

#include <stdlib.h>

#include "base/str.h"
#include "helper.h"
#include "http/request.h"
#include "ws/handshake.h"

static struct daemonrig *the_rig; /* random has no context */

static uint64_t
on_random(void)
{
	the_rig->chance ^= the_rig->chance << 13;
	the_rig->chance ^= the_rig->chance >> 7;
	the_rig->chance ^= the_rig->chance << 17;
	return the_rig->chance;
}

static void
blank(struct zv_buf *out)
{
	if (out->n)
		zv_buf_add_char(out, ' ');
}

static void
on_message(void *user, struct zv_str json)
{
	struct daemonrig *r = user;

	blank(&r->told);
	zv_buf_add(&r->told, json);
	r->failed |= zv_buf_failed(&r->told);
	if (r->stops)
		zv_daemon_session_stop(r->s);
}

static void
on_state(void *user, enum zv_desk_state state, const struct zv_error *why, int retry_ms)
{
	static const char *const names[] = {
		[ZV_DESK_DOWN] = "down:",
		[ZV_DESK_CONNECTING] = "connecting",
		[ZV_DESK_READY] = "ready",
		[ZV_DESK_CLOSED] = "closed",
	};
	struct daemonrig *r = user;

	blank(&r->told);
	zv_buf_printf(&r->told, "%s%s", names[state],
		      why ? zvon_err_name(why->code) : "");
	assert_int_equal(zv_daemon_session_state(r->s), state);
	if (!why)
		return;
	r->why = *why;
	r->retry_ms = retry_ms;
}

static void
on_gone(void *user)
{
	struct daemonrig *r = user;

	blank(&r->told);
	zv_buf_add(&r->told, ZV_STR("gone"));
}

/* ---- life ------------------------------------------------------------------------------ */

struct daemonrig *
rig_new(const struct zv_daemon_session_options *options, struct zv_error *err)
{
	const struct zv_desk_handlers handlers = { .on_message = on_message,
						   .on_state = on_state,
						   .on_gone = on_gone };
	struct zv_daemon_session_options o = *options;
	struct daemonrig *r = calloc(1, sizeof *r);

	assert_non_null(r);
	the_rig = r;
	r->chance = 88172645463325252u;
	r->now_ms = 1000000;
	o.random = on_random;
	zv_ws_reader_init(&r->reader, ZV_WS_SERVER, NULL, NULL);
	r->s = zv_daemon_session_new(&o, &handlers, r, err);
	if (r->s)
		return r;
	rig_free(r);
	return NULL;
}

struct daemonrig *
rig_with_token(void)
{
	const struct zv_daemon_session_options o = { .url = RIG_URL,
						     .secret = "secret-token" };
	struct zv_error err = { 0 };
	struct daemonrig *r = rig_new(&o, &err);

	if (!r)
		fail_msg("%s", err.text);
	return r;
}

void
rig_free(struct daemonrig *r)
{
	zv_daemon_session_free(r->s);
	zv_ws_reader_deinit(&r->reader);
	zv_buf_deinit(&r->told);
	zv_buf_deinit(&r->request);
	zv_buf_deinit(&r->frames);
	free(r);
}

/* ---- time and the link -------------------------------------------------------------------- */

void
rig_pass(struct daemonrig *r, int64_t ms)
{
	r->now_ms += ms;
	zv_daemon_session_tick(r->s, r->now_ms);
}

void
rig_link(struct daemonrig *r)
{
	int64_t at = zv_daemon_session_deadline(r->s);

	zv_daemon_session_start(r->s, r->now_ms);
	if (!zv_daemon_session_wants_link(r->s))
		rig_pass(r, at > r->now_ms ? at - r->now_ms : 0);
	assert_true(zv_daemon_session_wants_link(r->s));
	zv_ws_reader_deinit(&r->reader);
	zv_ws_reader_init(&r->reader, ZV_WS_SERVER, NULL, NULL);
	zv_daemon_session_link_up(r->s, r->now_ms);
}

void
rig_lose(struct daemonrig *r, const char *why)
{
	struct zv_error err = { 0 };

	err.code = ZV_ECLOSED;
	strncpy(err.text, why, sizeof err.text - 1);
	zv_daemon_session_link_down(r->s, &err, r->now_ms);
}

/* ---- zvond -------------------------------------------------------------------------------- */

void
rig_say(struct daemonrig *r, struct zv_str bytes)
{
	size_t most = r->piece ? r->piece : bytes.n;

	while (bytes.n) {
		size_t n = bytes.n < most ? bytes.n : most;
		char *copy = exact_copy((struct zv_str){ bytes.p, n });

		zv_daemon_session_input(r->s, (struct zv_str){ copy, n }, r->now_ms);
		free(copy);
		bytes = zv_str_from(bytes, n);
	}
}

void
rig_text(struct daemonrig *r, const char *json)
{
	struct zv_buf frame = { 0 };

	zv_ws_write(&frame, ZV_WS_TEXT, zvon_str(json), false, NULL);
	r->failed |= zv_buf_failed(&frame);
	if (!zv_buf_failed(&frame))
		rig_say(r, zv_buf_str(&frame));
	zv_buf_deinit(&frame);
}

void
rig_accept(struct daemonrig *r)
{
	struct zv_http_reader *reader = zv_http_reader_new(NULL);
	struct zv_buf answer = { 0 };
	const struct zv_http_request *q;
	struct zv_str bytes;
	struct zv_ws_wish wish;
	int status = 0;

	rig_request(r);
	bytes = zv_buf_str(&r->request);
	if (reader && zv_http_reader_next(reader, &bytes, &q, &status, NULL) == 1 &&
	    zv_ws_wish(q, &wish, NULL) == 0) {
		zv_ws_accept(&answer, &wish, ZV_STR("zvon.v1"), false);
		if (!zv_buf_failed(&answer))
			rig_say(r, zv_buf_str(&answer));
	}
	zv_buf_deinit(&answer);
	zv_http_reader_free(reader);
}

void
rig_greet(struct daemonrig *r)
{
	rig_accept(r);
	rig_text(r, "{\"type\":\"hello\",\"protocol\":\"zvon.v1\",\"stream\":\"aa\","
		    "\"seq\":10}");
}

void
rig_ready(struct daemonrig *r)
{
	rig_link(r);
	rig_greet(r);
	rig_text(r, "{\"type\":\"snapshot\",\"seq\":10}");
}

/* ---- what was said ---------------------------------------------------------------------------- */

const char *
rig_request(struct daemonrig *r)
{
	struct zv_buf *out = zv_daemon_session_output(r->s);

	zv_buf_clear(&r->request);
	zv_buf_add(&r->request, zv_buf_str(out));
	r->failed |= zv_buf_failed(&r->request);
	zv_daemon_session_wrote(r->s, out->n);
	return zv_buf_cstr(&r->request);
}

static void
add_frame(struct zv_buf *out, const struct zv_ws_message *m)
{
	static const char *const names[] = {
		[ZV_WS_TEXT] = "text",	 [ZV_WS_BINARY] = "binary",
		[ZV_WS_CLOSE] = "close", [ZV_WS_PING] = "ping",
		[ZV_WS_PONG] = "pong",
	};

	blank(out);
	zv_buf_printf(out, "%s:", names[m->op]);
	if (m->op == ZV_WS_CLOSE)
		zv_buf_printf(out, "%d:", m->close_code);
	zv_buf_add(out, m->payload);
}

const char *
rig_frames(struct daemonrig *r)
{
	struct zv_buf *out = zv_daemon_session_output(r->s);
	struct zv_str bytes = zv_buf_str(out);
	struct zv_ws_message m;
	const char *why = "";
	int code = 0, rc;

	zv_buf_clear(&r->frames);
	while ((rc = zv_ws_reader_next(&r->reader, &bytes, &m, &code, &why)) > 0)
		add_frame(&r->frames, &m);
	r->failed |= zv_buf_failed(&r->frames) || rc == ZV_ENOMEM;
	if (rc < 0 && rc != ZV_ENOMEM)
		fail_msg("the client's frames are broken: %d %s", code, why);
	zv_daemon_session_wrote(r->s, out->n);
	return zv_buf_cstr(&r->frames);
}

const char *
rig_told(struct daemonrig *r)
{
	zv_buf_clear(&r->frames);
	zv_buf_add(&r->frames, zv_buf_str(&r->told));
	zv_buf_clear(&r->told);
	return zv_buf_cstr(&r->frames);
}
