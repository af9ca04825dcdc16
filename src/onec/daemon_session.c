#include "onec/daemon_session.h"

#include "base/err.h"
#include "base/str.h"
#include "base/utf.h"
#include "onec/daemon_session_impl.h"

const struct zv_daemon_url *
zv_daemon_session_url(const struct zv_daemon_session *s)
{
	return &s->url;
}

struct zv_buf *
zv_daemon_session_output(struct zv_daemon_session *s)
{
	return &s->out;
}

void
zv_daemon_session_wrote(struct zv_daemon_session *s, size_t n)
{
	zv_buf_consume(&s->out, n);
	s->counters.bytes_out += n;
}

const struct zv_daemon_counters *
zv_daemon_session_counters(const struct zv_daemon_session *s)
{
	return &s->counters;
}

struct zv_str
zv_daemon_session_token(const struct zv_daemon_session *s)
{
	return zv_buf_str(&s->token);
}

bool
zv_daemon_session_has_password(const struct zv_daemon_session *s)
{
	return s->user.n > 0;
}

int
zv_daemon_session_fail_closed(const struct zv_daemon_session *s, struct zv_error *err)
{
	return zv_daemon_say(err, ZV_ECLOSED, s->russian, ZV_SAY_NOT_READY);
}

bool
zv_daemon_session_wants_link(const struct zv_daemon_session *s)
{
	return s->phase >= ZV_PHASE_LINKING && s->phase <= ZV_PHASE_READY;
}

enum zv_desk_state
zv_daemon_session_state(const struct zv_daemon_session *s)
{
	static const enum zv_desk_state states[] = {
		[ZV_PHASE_IDLE] = ZV_DESK_DOWN,
		[ZV_PHASE_WAITING] = ZV_DESK_DOWN,
		[ZV_PHASE_LINKING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_SIGNING_IN] = ZV_DESK_CONNECTING,
		[ZV_PHASE_UPGRADING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_GREETING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_STARTING] = ZV_DESK_CONNECTING,
		[ZV_PHASE_READY] = ZV_DESK_READY,
		[ZV_PHASE_CLOSED] = ZV_DESK_CLOSED,
	};

	return states[s->phase];
}

void
zv_daemon_tell_state(struct zv_daemon_session *s, enum zv_desk_state state,
		     const struct zv_error *why, int retry_ms)
{
	if (s->handlers.on_state)
		s->handlers.on_state(s->context, state, why, retry_ms);
}

void
zv_daemon_session_start(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->phase != ZV_PHASE_IDLE)
		return;
	s->phase = ZV_PHASE_LINKING;
	zv_daemon_tell_state(s, ZV_DESK_CONNECTING, NULL, 0);
}

void
zv_daemon_session_stop(struct zv_daemon_session *s)
{
	if (s->phase >= ZV_PHASE_GREETING && s->phase <= ZV_PHASE_READY)
		zv_daemon_session_say_close(s, 1000, ZV_STR(""));
	if (s->phase == ZV_PHASE_CLOSED)
		return;
	s->phase = ZV_PHASE_CLOSED;
	if (s->handlers.on_gone)
		s->handlers.on_gone(s->context);
}

/* ---- bytes ------------------------------------------------------------------------------- */

void
zv_daemon_session_input(struct zv_daemon_session *s, struct zv_str bytes,
			int64_t now_ms)
{
	s->now_ms = now_ms;
	s->heard_ms = now_ms;
	s->pinged = false;
	s->counters.bytes_in += bytes.n;
	while (bytes.n && zv_daemon_session_wants_link(s)) {
		if (s->phase == ZV_PHASE_LINKING)
			return; /* nobody asked yet */
		if (s->phase >= ZV_PHASE_GREETING)
			zv_daemon_take_frames(s, &bytes);
		else
			zv_daemon_take_answer(s, &bytes);
	}
}

int
zv_daemon_session_send(struct zv_daemon_session *s, struct zv_str json,
		       struct zv_error *err)
{
	if (s->phase != ZV_PHASE_READY)
		return zv_daemon_session_fail_closed(s, err);
	if (json.n > ZV_DAEMON_SEND_BYTES)
		return zv_daemon_say(err, ZV_ETOOBIG, s->russian, ZV_SAY_LONG_COMMAND);
	if (s->out.n > ZV_DAEMON_UNREAD_BYTES)
		return zv_daemon_say(err, ZV_ETOOBIG, s->russian, ZV_SAY_UNREAD);
	if (zv_utf8_valid(json) < json.n)
		return zv_daemon_say(err, ZV_EINVAL, s->russian, ZV_SAY_NOT_TEXT);
	if (zv_daemon_session_frame(s, ZV_WS_TEXT, json) < 0)
		return zv_fail_nomem(err);
	return 0;
}

/* ---- the link, and time -------------------------------------------------------------------- */

void
zv_daemon_session_link_up(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (s->phase != ZV_PHASE_LINKING)
		return;
	s->heard_ms = now_ms;
	s->until_ms = now_ms + s->answer_ms;
	s->token_is_fresh = false;
	zv_buf_clear(&s->out);
	zv_daemon_enter(s);
}

void
zv_daemon_session_link_down(struct zv_daemon_session *s, const struct zv_error *why,
			    int64_t now_ms)
{
	struct zv_error told = { 0 };
	struct zv_str text = zvon_str(why->text), place = zvon_str(s->url.place);

	s->now_ms = now_ms;
	/* refused, and it did not wait until all was said */
	if (s->answer.has_head && !s->answer.is_whole && s->answer.head.status >= 300) {
		zv_daemon_be_refused(s);
		return;
	}
	if (!s->russian) {
		zv_daemon_lose(s, why, false, 0);
		return;
	}
	/* the driver's words begin with the place, too */
	if (zv_str_starts(text, place))
		text = zv_str_from(text, place.n + 2);
	zv_fail(&told, why->code, "%s: %s (%.*s)", s->url.place,
		zv_daemon_text(why->code == ZV_ETLS ? ZV_SAY_NO_TLS : ZV_SAY_NO_LINK,
			       true),
		ZV_ARG(text));
	told.system = why->system;
	zv_daemon_lose(s, &told, false, 0);
}

int64_t
zv_daemon_session_deadline(const struct zv_daemon_session *s)
{
	switch (s->phase) {
	case ZV_PHASE_WAITING:
		return s->retry_at_ms;
	case ZV_PHASE_SIGNING_IN:
	case ZV_PHASE_UPGRADING:
	case ZV_PHASE_GREETING:
		return s->until_ms;
	case ZV_PHASE_STARTING: /* a snapshot may be long */
		return s->heard_ms + s->answer_ms;
	case ZV_PHASE_READY:
		return s->pinged ? s->pinged_ms + s->pong_ms : s->heard_ms + s->ping_ms;
	default:
		return INT64_MAX;
	}
}

static void
ask_whether_alive(struct zv_daemon_session *s)
{
	s->pinged = true;
	s->pinged_ms = s->now_ms;
	if (zv_daemon_session_frame(s, ZV_WS_PING, ZV_STR("")) < 0)
		zv_daemon_lack_memory(s);
}

void
zv_daemon_session_tick(struct zv_daemon_session *s, int64_t now_ms)
{
	s->now_ms = now_ms;
	if (now_ms < zv_daemon_session_deadline(s))
		return;
	if (s->phase == ZV_PHASE_WAITING) {
		s->phase = ZV_PHASE_LINKING;
		if (!s->retries_silently)
			zv_daemon_tell_state(s, ZV_DESK_CONNECTING, NULL, 0);
	} else if (s->phase != ZV_PHASE_READY) {
		zv_daemon_lose_with(s, ZV_ETIMEOUT, ZV_SAY_SILENT_PORT, ZV_STR(""),
				    false, 0);
	} else if (s->pinged) {
		zv_daemon_lose_with(s, ZV_ETIMEOUT, ZV_SAY_SILENT, ZV_STR(""), false,
				    0);
	} else {
		ask_whether_alive(s);
	}
}
