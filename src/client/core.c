#include "client/core.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"

struct zv_core {
	struct zv_core_options options;
	struct zv_core_handlers handlers;
	void *user;
	const struct zv_log *log;
	struct zv_follow *follow; /* NULL: nobody follows the calls. Borrowed */
	struct zv_client_session session;
	struct zv_buf no_bytes; /* AJAM has no stream */

	enum zv_client_state state;
	bool wants_link;
	bool link_up;
	int64_t now_ms;
	int64_t retry_at_ms; /* DOWN */
	int next_backoff_ms;
	uint64_t jitter;
	int64_t ready_ms;  /* since when; READY */
	bool is_pushing;   /* events are held back until the server has the filter */
	bool ready_waits;  /* READY is told when that is over */
	bool push_failed;  /* the session must end, and begin again without it */
	bool filter_told;  /* that it is off */
	uint64_t filtered; /* events that did not pass */
	bool session_lost; /* in `lose`: not the link, the session ended it */
	uint64_t connects, losses;
};

static void
tell(struct zv_core *c, enum zv_client_state state, int reason, const char *text,
     int retry_ms)
{
	struct zv_client_status status = {
		.state = state,
		.booted = zv_client_session_is_booted(&c->session),
		.reason = reason,
		.text = text,
		.retry_ms = retry_ms,
	};

	c->state = state;
	status.ami_version = zv_client_session_version(&c->session, &status.ami_major);
	if (c->handlers.on_state)
		c->handlers.on_state(c->user, &status);
}

static bool
passes(struct zv_core *c, const struct zv_packet *event)
{
	if (!c->options.filter ||
	    zvon_filter_judge(c->options.filter, event, c->now_ms) == ZV_FILTER_PASSES)
		return true;
	c->filtered++;
	if (zvon_filter_is_off(c->options.filter) && !c->filter_told) {
		c->filter_told = true;
		zv_log(c->log, ZV_LOG_WARN, "client",
		       "the filter's expression takes too long, again and again: it is "
		       "off, and no event passes any more");
		if (c->handlers.on_filter_off)
			c->handlers.on_filter_off(c->user);
	}
	return false;
}

static void
deliver(struct zv_core *c, const struct zv_packet *event)
{
	if (passes(c, event) && c->handlers.on_event)
		c->handlers.on_event(c->user, event);
}

/* Through the legacy view. false: out of memory. */
static bool
view(struct zv_core *c, const struct zv_packet *packet)
{
	if (zvon_legacy_feed(c->options.legacy, packet) == 0)
		return true;
	zv_log(c->log, ZV_LOG_ERROR, "client",
	       "out of memory: an event is lost in the legacy view name=%.*s",
	       ZV_ARG(packet->name));
	return false;
}

static void
on_session_event(void *user, const struct zv_packet *event)
{
	struct zv_core *c = user;

	if (c->follow)
		zv_follow_event(c->follow, event, c->now_ms);
	if (!c->options.legacy)
		deliver(c, event);
	else if (view(c, event))
		while (zvon_legacy_next(c->options.legacy, &event))
			deliver(c, event);
}

static void on_session_state(void *user, enum zv_client_state state);

static void
on_push_end(void *user, enum zv_push_end end)
{
	struct zv_core *c = user;

	c->push_failed = end == ZV_PUSH_FAILED;
	if (c->push_failed)
		return; /* the call from outside that we are in ends the session */
	c->is_pushing = false;
	if (c->session.ajam)
		zv_ajam_session_let_events(c->session.ajam);
	if (c->ready_waits)
		on_session_state(c, ZV_STATE_READY);
}

static void
begin_view(struct zv_core *c)
{
	int major;

	zv_client_session_version(&c->session, &major);
	if (c->options.legacy)
		zvon_legacy_begin(c->options.legacy, major);
}

static void
on_session_state(void *user, enum zv_client_state state)
{
	struct zv_core *c = user;

	c->ready_waits = state == ZV_STATE_READY && c->is_pushing;
	if (c->ready_waits)
		return;
	if (state == ZV_STATE_BOOTING) {
		c->connects++;
		if (c->follow)
			zv_follow_login(c->follow, &c->session, c->now_ms);
		begin_view(c);
	}
	if (state == ZV_STATE_READY) {
		c->next_backoff_ms = c->options.backoff_first_ms;
		c->ready_ms = c->now_ms;
		if (c->follow)
			zv_follow_ready(c->follow, c->now_ms);
	}
	c->is_pushing = state == ZV_STATE_BOOTING && zv_push_is_wanted(c->options.push);
	if (c->is_pushing) /* before the user sends anything */
		zv_push_start(c->options.push, &c->session, c->now_ms, on_push_end, c);
	tell(c, state, 0, "", -1);
}

static void
on_session_text(void *user, enum zv_direction direction, struct zv_str text)
{
	struct zv_core *c = user;

	c->handlers.on_text(c->user, direction, text);
}

struct zv_core *
zv_core_new(const struct zv_core_options *options,
	    const struct zv_core_handlers *handlers, void *user,
	    const struct zv_log *log)
{
	const struct zv_ajam_session_handlers session_handlers = {
		.ami = { on_session_event, on_session_state },
		.on_text = handlers->on_text ? on_session_text : NULL,
	};
	struct zv_core *c = zv_calloc(1, sizeof *c);

	if (!c)
		return NULL;
	c->options = *options;
	c->handlers = *handlers;
	c->user = user;
	c->log = log;
	c->jitter = options->session.ami.seed | 1;
	c->next_backoff_ms = options->backoff_first_ms;
	if (zv_client_session_init(&c->session, &options->session.ami,
				   options->is_ajam ? &options->session : NULL,
				   &session_handlers, c, log) < 0) {
		zv_free(c);
		return NULL;
	}
	return c;
}

void
zv_core_free(struct zv_core *c)
{
	if (!c)
		return;
	zv_push_stop(c->options.push);
	zv_client_session_deinit(&c->session);
	zv_free(c);
}

void
zv_core_follow(struct zv_core *c, struct zv_follow *follow)
{
	c->follow = follow;
	c->options.push = NULL; /* it would keep events from the tracker */
}

/* ---- up and down -------------------------------------------------------------- */

static void
stop_session(struct zv_core *c, bool for_good)
{
	zv_push_stop(c->options.push);
	if (c->follow)
		zv_follow_lost(c->follow, c->now_ms);
	zv_client_session_stop(&c->session, for_good);
}

void
zv_core_start(struct zv_core *c, int64_t now_ms)
{
	c->now_ms = now_ms;
	c->wants_link = true;
	tell(c, ZV_STATE_CONNECTING, 0, "", -1);
}

void
zv_core_stop(struct zv_core *c, int reason, const char *text)
{
	if (c->state == ZV_STATE_CLOSED)
		return;
	c->wants_link = c->link_up = false;
	c->state = ZV_STATE_CLOSED; /* an action asked for from now on is refused */
	stop_session(c, true);
	tell(c, ZV_STATE_CLOSED, reason, text, -1);
}

/* ±50 %, so that a hundred clients of one server do not come back as one. */
static int
with_jitter(struct zv_core *c, int ms)
{
	c->jitter ^= c->jitter << 13;
	c->jitter ^= c->jitter >> 7;
	c->jitter ^= c->jitter << 17;
	return ms / 2 + (int)(c->jitter % (uint64_t)(ms ? ms : 1));
}

/* The server is well, it only forgot us: no reason to wait, unless it does so always. */
static bool
is_expired(const struct zv_core *c, int reason)
{
	return reason == ZV_ECLOSED && c->session_lost && c->state == ZV_STATE_READY &&
	       c->now_ms - c->ready_ms >= c->options.backoff_first_ms;
}

static int
next_wait(struct zv_core *c, int reason)
{
	int wait = with_jitter(c, c->next_backoff_ms);
	int least = c->options.refused_wait_ms;

	if (c->push_failed || is_expired(c, reason))
		return 1;
	c->next_backoff_ms = c->next_backoff_ms < c->options.backoff_most_ms / 2
				     ? c->next_backoff_ms * 2
				     : c->options.backoff_most_ms;
	/* never at once: the driver must see that the link is not wanted */
	if (wait < 1)
		wait = 1;
	/* a refusal is not cured by haste, and locks accounts (fail2ban) */
	if (reason == ZV_EAUTH && wait < least)
		wait = least;
	return wait;
}

static void
lose(struct zv_core *c, int reason, const char *text)
{
	int wait;

	/* a hung server is waited for long enough; then come again at once */
	if (reason == ZV_ETIMEOUT && c->state == ZV_STATE_LOGIN && c->connects)
		c->next_backoff_ms = c->options.backoff_first_ms;
	c->losses += zv_core_is_logged_in(c);
	c->wants_link = c->link_up = false;
	wait = next_wait(c, reason);
	if (c->options.no_reconnect && !c->push_failed) {
		zv_log(c->log, ZV_LOG_INFO, "client", "closed reason=%s %s",
		       zvon_err_name(reason), text);
		zv_core_stop(c, reason, text);
		return;
	}
	c->state = ZV_STATE_DOWN;
	stop_session(c, false);
	c->retry_at_ms = c->now_ms + wait;
	zv_log(c->log, ZV_LOG_WARN, "client", "down reason=%s retry_ms=%d %s",
	       zvon_err_name(reason), wait, text);
	tell(c, ZV_STATE_DOWN, reason, text, wait);
}

bool
zv_core_wants_link(const struct zv_core *c)
{
	return c->wants_link;
}

void
zv_core_link_up(struct zv_core *c, int64_t now_ms)
{
	if (!c->wants_link)
		return;
	c->now_ms = now_ms;
	c->link_up = true;
	c->is_pushing = c->ready_waits = c->push_failed = false;
	zv_client_session_hold_events(&c->session, zv_push_is_wanted(c->options.push));
	zv_client_session_start(&c->session, now_ms);
}

/* While it logs in a server closes without a word: that has reasons of its own. */
static void
explain_early_close(struct zv_error *out, const char *where)
{
	zv_fail(out, ZV_EPROTO,
		"%s: closed during login: too many connections that are not logged in "
		"(authlimit in manager.conf), a proxy, or not Asterisk's manager port",
		where);
}

void
zv_core_link_down(struct zv_core *c, const struct zv_error *why, int64_t now_ms)
{
	struct zv_error early = { 0 };

	if (!c->wants_link)
		return;
	c->now_ms = now_ms;
	if (!c->options.is_ajam && c->state == ZV_STATE_LOGIN &&
	    why->code == ZV_ECLOSED) {
		explain_early_close(&early, c->options.where);
		why = &early;
	}
	lose(c, why->code, why->text);
}

static void
lose_session(struct zv_core *c, const struct zv_error *why)
{
	struct zv_error named = { 0 };

	if (strncmp(why->text, c->options.where, strlen(c->options.where)) == 0)
		named = *why; /* the transport's own words */
	else
		zv_fail(&named, why->code, "%s: %s", c->options.where, why->text);
	c->session_lost = true;
	lose(c, named.code, named.text);
	c->session_lost = false;
}

/* rc: of a call on the session. */
static void
check_session(struct zv_core *c, int rc, struct zv_error *err)
{
	c->push_failed &= rc >= 0; /* a loss has reasons of its own */
	if (c->push_failed)
		rc = zv_fail(err, zv_push_why(c->options.push)->code,
			     "%s; once more, without a filter at the server",
			     zv_push_why(c->options.push)->text);
	if (rc < 0 && c->link_up)
		lose_session(c, err);
	c->push_failed = false;
}

void
zv_core_input(struct zv_core *c, struct zv_str bytes, int64_t now_ms)
{
	struct zv_error err = { 0 };

	if (!c->link_up)
		return;
	c->now_ms = now_ms;
	check_session(c, zv_ami_session_input(c->session.ami, bytes, now_ms, &err),
		      &err);
}

void
zv_core_news(struct zv_core *c, unsigned long ticket, const struct zv_fetch_news *news,
	     int64_t now_ms)
{
	struct zv_ajam_session *s = c->session.ajam;
	struct zv_error err = { 0 };
	int rc = 0;

	if (!c->link_up)
		return;
	c->now_ms = now_ms;
	switch (news->kind) {
	case ZV_FETCH_HEAD:
		rc = zv_ajam_session_head(s, ticket, news->bytes, now_ms, &err);
		break;
	case ZV_FETCH_BODY:
		rc = zv_ajam_session_body(s, ticket, news->bytes, now_ms, &err);
		break;
	case ZV_FETCH_END:
		rc = zv_ajam_session_end(s, ticket, &news->err, now_ms, &err);
		break;
	}
	check_session(c, rc, &err);
}

bool
zv_core_next_order(struct zv_core *c, struct zv_ajam_order *out)
{
	return c->link_up && zv_ajam_session_next_order(c->session.ajam, out);
}

bool
zv_core_farewell(struct zv_core *c, struct zv_ajam_order *out)
{
	return c->link_up && zv_ajam_session_farewell(c->session.ajam, out);
}

struct zv_buf *
zv_core_output(struct zv_core *c)
{
	return c->session.ami ? zv_ami_session_output(c->session.ami) : &c->no_bytes;
}

int64_t
zv_core_deadline(const struct zv_core *c)
{
	int64_t at = zv_client_session_deadline(&c->session);

	if (c->state == ZV_STATE_DOWN && !c->wants_link && c->retry_at_ms < at)
		at = c->retry_at_ms;
	if (c->follow && zv_follow_deadline(c->follow) < at)
		at = zv_follow_deadline(c->follow);
	return at;
}

void
zv_core_tick(struct zv_core *c, int64_t now_ms)
{
	struct zv_error err = { 0 };

	if (c->state == ZV_STATE_CLOSED)
		return;
	c->now_ms = now_ms;
	check_session(c, zv_client_session_tick(&c->session, now_ms, &err), &err);
	if (c->follow)
		zv_follow_tick(c->follow, now_ms);
	if (c->state == ZV_STATE_DOWN && !c->wants_link && now_ms >= c->retry_at_ms)
		zv_core_start(c, now_ms);
}

/* An action whose items go through the legacy view. */
struct viewed {
	struct zv_core *core;
	zvon_reply_fn fn;
	void *user;
};

static void
on_viewed_reply(void *user, enum zv_reply_part part, int status,
		const struct zv_packet *packet)
{
	struct viewed v = *(struct viewed *)user;

	if (part == ZV_REPLY_ITEM) {
		if (view(v.core, packet))
			while (zvon_legacy_next(v.core->options.legacy, &packet))
				v.fn(v.user, part, status, packet);
		return;
	}
	if (part == ZV_REPLY_DONE)
		zv_free(user);
	v.fn(v.user, part, status, packet);
}

int
zv_core_send(struct zv_core *c, const struct zv_request *request, int timeout_ms,
	     zvon_reply_fn fn, void *user, int64_t now_ms, struct zv_error *err)
{
	struct viewed *v;
	int rc;

	if (c->state == ZV_STATE_CLOSED)
		return zv_fail(err, ZV_ECLOSED, "the client is closed");
	if (!c->options.legacy || !fn)
		return zv_client_session_send(&c->session, request, timeout_ms, fn,
					      user, now_ms, err);
	v = zv_malloc(sizeof *v);
	if (!v)
		return zv_fail_nomem(err);
	*v = (struct viewed){ c, fn, user };
	rc = zv_client_session_send(&c->session, request, timeout_ms, on_viewed_reply,
				    v, now_ms, err);
	if (rc < 0)
		zv_free(v);
	return rc;
}

enum zv_client_state
zv_core_state(const struct zv_core *c)
{
	return c->state;
}

bool
zv_core_is_logged_in(const struct zv_core *c)
{
	return c->state == ZV_STATE_BOOTING || c->state == ZV_STATE_READY;
}

void
zv_core_count(const struct zv_core *c, struct zv_client_counters *out)
{
	zv_client_session_count(&c->session, out);
	out->filtered += c->filtered;
	out->connects += c->connects;
	out->losses += c->losses;
}
