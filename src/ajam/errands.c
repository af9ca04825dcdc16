/* What each request of a session is for, when it is made, and what its answer means. */
#include <stdio.h>

#include "ajam/session_impl.h"
#include "ami/login.h"
#include "base/err.h"
#include "base/str.h"

static bool
is_success(const struct zv_packet *packet)
{
	return zvon_str_equal_nocase(packet->name, ZV_STR("Success"));
}

/* No right, or no session any more: the words are the same. */
static bool
is_denied(const struct zv_packet *packet)
{
	return packet->kind == ZV_PACKET_RESPONSE && !is_success(packet) &&
	       zvon_str_equal_nocase(zvon_packet_get(packet, ZV_STR("Message")),
				     ZV_STR("Permission denied"));
}

/* ---- login -------------------------------------------------------------------------- */

static void
on_challenge(struct zv_ajam_session *s, struct zv_errand *e,
	     const struct zv_packet *packet)
{
	struct zv_str challenge;

	if (packet->kind != ZV_PACKET_RESPONSE)
		return;
	if (zv_login_read_challenge(packet, &challenge, s->err) < 0) {
		zv_ajam_fail(s, ZV_EAUTH);
		return;
	}
	snprintf(s->challenge, sizeof s->challenge, "%.*s", ZV_ARG(challenge));
	s->step = ZV_AJAM_FOR_LOGIN;
}

static void
on_login(struct zv_ajam_session *s, struct zv_errand *e, const struct zv_packet *packet)
{
	if (packet->kind != ZV_PACKET_RESPONSE)
		return;
	if (is_success(packet))
		s->step = ZV_AJAM_FOR_SETTINGS;
	else
		zv_ajam_fail(s, zv_login_refused(s->options.ami.user, packet, s->err));
}

static void
on_mask(struct zv_ajam_session *s, struct zv_errand *e, const struct zv_packet *packet)
{
	s->step = ZV_AJAM_FOR_SETTINGS;
}

static void
on_settings(struct zv_ajam_session *s, struct zv_errand *e,
	    const struct zv_packet *packet)
{
	struct zv_str version = zvon_packet_get(packet, ZV_STR("AMIversion"));
	char banner[64];

	s->step = ZV_AJAM_FOR_NOTHING;
	if (packet->kind != ZV_PACKET_RESPONSE || !version.n)
		return; /* no right to ask, in all versions `system` or `reporting` */
	snprintf(banner, sizeof banner, ZV_BANNER_START "%.*s", ZV_ARG(version));
	version = zv_login_version(zvon_str(banner), &s->ami_major);
	snprintf(s->version, sizeof s->version, "%.*s", ZV_ARG(version));
}

/* The Server field of 1.8 and 11 tells the version of Asterisk to those who may not ask;
 * 12 was the first with the events of AMI 2. */
static void
guess_version(struct zv_ajam_session *s)
{
	int asterisk = s->place.asterisk_major;

	if (s->ami_major == 0)
		s->ami_major = asterisk && asterisk < 12 ? 1 : 2;
}

/* AJAM never says FullyBooted at a login (measured on 1.8 to 22): ready at once. */
static void
become_ready(struct zv_ajam_session *s)
{
	guess_version(s);
	zv_log(s->log, ZV_LOG_INFO, "ajam", "logged in user=%s ami=%s", s->user,
	       s->version);
	s->known = true;
	s->next_wait_ms = s->now_ms;
	zv_ajam_enter(s, ZV_STATE_BOOTING);
	zv_ajam_tell_banner(s);
	if (s->state == ZV_STATE_BOOTING)
		zv_ajam_enter(s, ZV_STATE_READY);
}

static void
on_login_end(struct zv_ajam_session *s, struct zv_errand *e)
{
	if (s->step == e->purpose)
		zv_ajam_fail(s, zv_fail(s->err, ZV_EPROTO,
					"the answer to the login is empty: a proxy in "
					"between, or not Asterisk"));
	else if (!s->options.digest && !s->place.cookie.value[0])
		zv_ajam_fail(s, zv_fail(s->err, ZV_EPROTO,
					"the answer to the login brings no cookie "
					"mansession_id: a proxy in between takes it "
					"away; let Set-Cookie and Cookie through for "
					"this path"));
	else if (s->step == ZV_AJAM_FOR_NOTHING)
		become_ready(s);
}

/* An empty answer is as good as a refusal: the version stays unknown. */
static void
on_settings_end(struct zv_ajam_session *s, struct zv_errand *e)
{
	s->step = ZV_AJAM_FOR_NOTHING;
	become_ready(s);
}

/* ---- events -------------------------------------------------------------------------- */

static void
on_event(struct zv_ajam_session *s, const struct zv_packet *packet)
{
	if (!s->wants_events)
		return; /* with the mask off Asterisk delivers everything (section 9.3) */
	if (s->handlers.ami.on_event)
		s->handlers.ami.on_event(s->handler_user, packet);
	if (!s->booted && zvon_str_equal(packet->name, ZV_STR("FullyBooted"))) {
		s->booted = true;
		zv_ajam_enter(s, ZV_STATE_READY);
	}
}

static void
on_wait(struct zv_ajam_session *s, struct zv_errand *e, const struct zv_packet *packet)
{
	if (is_denied(packet)) {
		zv_ajam_fail_expired(s);
	} else if (packet->kind == ZV_PACKET_RESPONSE) {
		if (!is_success(packet))
			zv_ajam_fail(s, zv_fail(s->err, ZV_EPROTO,
						"WaitEvent was refused: %.*s",
						ZV_ARG(zvon_packet_get(
							packet, ZV_STR("Message")))));
	} else if (zvon_str_equal_nocase(packet->name, ZV_STR("WaitEventComplete"))) {
		e->is_complete = true;
	} else if (packet->kind == ZV_PACKET_EVENT) {
		e->n_events++;
		if (s->wants_events)
			zv_ajam_tell_packet(s, packet);
		on_event(s, packet);
	} else {
		s->counters.orphans++;
	}
}

static void
on_wait_end(struct zv_ajam_session *s, struct zv_errand *e)
{
	int pause_ms = e->n_events ? ZV_AJAM_POLL_MS : ZV_AJAM_EMPTY_POLL_MS;

	if (!e->is_complete && !e->exchange.is_empty) {
		zv_ajam_fail(s, zv_fail(s->err, ZV_EPROTO,
					"an answer was cut: a proxy in between, or the "
					"server was stopped"));
		return;
	}
	s->next_wait_ms = e->started_ms + pause_ms;
}

static int
wait_seconds(const struct zv_ajam_session *s)
{
	int most = s->place.cookie.max_age_s - ZV_AJAM_WAIT_MARGIN_S -
		   (int)((s->now_ms - s->asked_ms) / 1000) - 1;

	if (s->options.digest)
		return ZV_AJAM_DIGEST_WAIT_S;
	if (s->place.cookie.max_age_s <= 0 || most > ZV_AJAM_WAIT_S)
		return ZV_AJAM_WAIT_S;
	return most < 1 ? 1 : most;
}

static void
start_wait(struct zv_ajam_session *s, int exchange, int seconds)
{
	struct zv_request *r = zvon_request_new(ZV_STR("WaitEvent"), NULL);
	char text[16];

	snprintf(text, sizeof text, "%d", seconds);
	if (r && zvon_request_set(r, "Timeout", text, NULL) < 0) {
		zvon_request_free(r);
		r = NULL;
	}
	zv_ajam_ask_own(s, exchange, ZV_AJAM_FOR_WAIT, r,
			seconds * 1000 + ZV_AJAM_WAIT_GRACE_MS);
}

/* ---- actions ------------------------------------------------------------------------- */

/* The first refusal proves nothing: see `suspect`. */
static void
on_action_denied(struct zv_ajam_session *s)
{
	s->suspect = s->current;
	s->current = NULL;
	s->ping_now = true;
}

static void
on_response(struct zv_ajam_session *s, struct zv_errand *e,
	    const struct zv_packet *packet)
{
	struct zv_pending *p = s->current;

	if (is_denied(packet) && p != s->suspect && !s->options.digest) {
		on_action_denied(s);
		return;
	}
	e->is_complete = true;
	zv_pending_sent(p);
	if (p->fn)
		p->fn(p->user, ZV_REPLY_RESPONSE, 0, packet);
}

static bool
is_ours(const struct zv_ajam_session *s, const struct zv_packet *packet)
{
	return zvon_str_equal(zvon_packet_get(packet, ZV_STR("ActionID")),
			      zvon_str(s->current->action_id));
}

/* A list comes whole in the one answer, its items between the response and the end. */
static void
on_action(struct zv_ajam_session *s, struct zv_errand *e,
	  const struct zv_packet *packet)
{
	struct zv_pending *p = s->current;

	if (!p) {
		s->counters.orphans++;
	} else if (packet->kind == ZV_PACKET_RESPONSE && !e->is_complete) {
		on_response(s, e, packet);
	} else if (packet->kind == ZV_PACKET_EVENT && is_ours(s, packet)) {
		if (p->fn)
			p->fn(p->user, ZV_REPLY_ITEM, 0, packet);
	} else if (packet->kind == ZV_PACKET_EVENT) {
		on_event(s, packet);
	} else {
		s->counters.orphans++;
	}
}

static void
finish_action(struct zv_ajam_session *s, int status)
{
	struct zv_pending *p = s->current;

	s->current = NULL;
	if (!p)
		return;
	if (p == s->suspect)
		s->suspect = NULL;
	zv_pending_finish(&s->pending, p, status);
}

static void
on_action_end(struct zv_ajam_session *s, struct zv_errand *e)
{
	finish_action(s, e->is_complete ? 0 : ZV_EPROTO);
}

static void
start_action(struct zv_ajam_session *s)
{
	struct zv_node *node = zv_list_first(&s->pending.unsent);
	struct zv_error err = { 0 };
	struct zv_pending *p;

	if (!node)
		return;
	p = ZV_OWNER(node, struct zv_pending, unsent);
	s->current = p;
	if (zv_ajam_ask(s, ZV_AJAM_COMMAND, ZV_AJAM_FOR_ACTION, p->request,
			zvon_str(p->action_id), 0, &err) == 0)
		return;
	zv_log(s->log, ZV_LOG_WARN, "ajam", "not sent actionid=%s %s", p->action_id,
	       err.text);
	finish_action(s, err.code);
}

/* ---- Ping ---------------------------------------------------------------------------- */

static void
on_ping(struct zv_ajam_session *s, struct zv_errand *e, const struct zv_packet *packet)
{
	if (is_denied(packet))
		zv_ajam_fail_expired(s);
}

static void
ignore_packet(struct zv_ajam_session *s, struct zv_errand *e,
	      const struct zv_packet *packet)
{
}

static void
ignore_end(struct zv_ajam_session *s, struct zv_errand *e)
{
}

/* Silent for long: is it still there? Also keeps the session from expiring when nobody
 * waits for events. */
static int64_t
ping_due_ms(const struct zv_ajam_session *s)
{
	int64_t after = s->options.ami.ping_after_ms;
	int64_t half_life = s->place.cookie.max_age_s * (int64_t)500;

	if (half_life > 0 && half_life < after)
		after = half_life;
	return s->ping_now ? s->now_ms : s->received_ms + after;
}

/* Who asks for no events must take them all the same, now and then: the server keeps them
 * for the session. */
static void
start_ping(struct zv_ajam_session *s)
{
	s->ping_now = false;
	if (s->wants_events || s->suspect)
		zv_ajam_ask_own(s, ZV_AJAM_COMMAND, ZV_AJAM_FOR_PING,
				zvon_request_new(ZV_STR("Ping"), NULL),
				s->options.ami.ping_timeout_ms);
	else
		start_wait(s, ZV_AJAM_COMMAND, 0);
}

/* ---- what an answer means -------------------------------------------------------------- */

/* By purpose. `fails`: the session cannot go on without that answer. */
static const struct {
	void (*on_packet)(struct zv_ajam_session *, struct zv_errand *,
			  const struct zv_packet *);
	void (*on_end)(struct zv_ajam_session *, struct zv_errand *);
	bool fails;
} purposes[] = {
	[ZV_AJAM_FOR_NOTHING] = { ignore_packet, ignore_end, false },
	[ZV_AJAM_FOR_CHALLENGE] = { on_challenge, on_login_end, true },
	[ZV_AJAM_FOR_LOGIN] = { on_login, on_login_end, true },
	[ZV_AJAM_FOR_MASK] = { on_mask, on_login_end, true },
	[ZV_AJAM_FOR_SETTINGS] = { on_settings, on_settings_end, true },
	[ZV_AJAM_FOR_WAIT] = { on_wait, on_wait_end, true },
	[ZV_AJAM_FOR_ACTION] = { on_action, on_action_end, false },
	[ZV_AJAM_FOR_PING] = { on_ping, ignore_end, true },
	[ZV_AJAM_FOR_LOGOFF] = { ignore_packet, ignore_end, false },
};

void
zv_ajam_on_packet(struct zv_ajam_session *s, struct zv_errand *e,
		  const struct zv_packet *packet)
{
	purposes[e->purpose].on_packet(s, e, packet);
}

void
zv_ajam_on_end(struct zv_ajam_session *s, struct zv_errand *e)
{
	purposes[e->purpose].on_end(s, e);
}

static void
fail_with(struct zv_ajam_session *s, const struct zv_error *why)
{
	zv_ajam_fail(s, zv_fail(s->err, why->code, "%s", why->text));
}

void
zv_ajam_on_failure(struct zv_ajam_session *s, struct zv_errand *e,
		   const struct zv_error *why)
{
	if (e->exchange.running)
		zv_ajam_break_off(s, e);
	if (purposes[e->purpose].fails) {
		fail_with(s, why);
		return;
	}
	zv_log(s->log, ZV_LOG_WARN, "ajam", "an answer is of no use: %s", why->text);
	finish_action(s, why->code);
}

/* The transport could not even connect. */
static bool
was_not_sent(const struct zv_error *why)
{
	return why->code == ZV_EIO || why->code == ZV_ETLS;
}

/* One action that got no answer is no proof that the session is gone: a Ping tells. */
void
zv_ajam_on_lost(struct zv_ajam_session *s, struct zv_errand *e,
		const struct zv_error *why)
{
	if (purposes[e->purpose].fails) {
		fail_with(s, why);
		return;
	}
	zv_log(s->log, ZV_LOG_WARN, "ajam", "no answer: %s", why->text);
	s->ping_now = true;
	if (was_not_sent(why))
		s->current = NULL; /* it waits in its place */
	else
		finish_action(s, ZV_ECLOSED);
}

/* ---- what is to be asked ----------------------------------------------------------------- */

static struct zv_request *
mask_request(const struct zv_ajam_session *s)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Events"), s->err);
	int rc = r ? zvon_request_set(r, "EventMask", s->events, s->err) : ZV_ENOMEM;

	if (rc == 0)
		return r;
	zvon_request_free(r);
	return NULL;
}

static struct zv_request *
login_request(const struct zv_ajam_session *s)
{
	const struct zv_ami_session_options *o = &s->options.ami;

	if (s->step == ZV_AJAM_FOR_CHALLENGE)
		return zv_login_challenge(s->err);
	if (s->step == ZV_AJAM_FOR_MASK)
		return mask_request(s);
	if (s->step == ZV_AJAM_FOR_SETTINGS)
		return zvon_request_new(ZV_STR("CoreSettings"), s->err);
	if (o->plain_login)
		return zv_login_plain(o->user, o->secret, o->events, s->err);
	return zv_login_md5(o->user, o->secret, zvon_str(s->challenge), o->events,
			    s->err);
}

/* Two requests of one nonce may overtake each other on their two connections. */
static int64_t
digest_free_ms(const struct zv_ajam_session *s)
{
	const struct zv_errand *a = &s->errands[ZV_AJAM_WAIT],
			       *b = &s->errands[ZV_AJAM_COMMAND];

	if (!s->options.digest || !(a->exchange.running || b->exchange.running))
		return 0;
	return s->asked_ms + ZV_AJAM_DIGEST_GAP_MS;
}

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t
wait_due_ms(const struct zv_ajam_session *s)
{
	if (!s->wants_events || !s->may_wait ||
	    s->errands[ZV_AJAM_WAIT].exchange.running)
		return INT64_MAX;
	return later(s->next_wait_ms, digest_free_ms(s));
}

static bool
has_unsent(const struct zv_ajam_session *s)
{
	return !zv_list_is_empty(&s->pending.unsent);
}

static int64_t
command_due_ms(const struct zv_ajam_session *s)
{
	if (s->errands[ZV_AJAM_COMMAND].exchange.running)
		return INT64_MAX;
	return later(has_unsent(s) ? 0 : ping_due_ms(s), digest_free_ms(s));
}

static bool
is_login_due(const struct zv_ajam_session *s)
{
	return s->state == ZV_STATE_LOGIN && s->step != ZV_AJAM_FOR_NOTHING &&
	       !s->errands[ZV_AJAM_COMMAND].exchange.running;
}

int64_t
zv_ajam_due_ms(const struct zv_ajam_session *s)
{
	int64_t wait, command;

	if (is_login_due(s))
		return s->now_ms;
	if (!zv_ajam_is_logged_in(s))
		return INT64_MAX;
	wait = wait_due_ms(s);
	command = command_due_ms(s);
	return wait < command ? wait : command;
}

void
zv_ajam_start_due(struct zv_ajam_session *s)
{
	if (is_login_due(s))
		zv_ajam_ask_own(s, ZV_AJAM_COMMAND, s->step, login_request(s), 0);
	if (!zv_ajam_is_logged_in(s))
		return;
	if (s->now_ms >= wait_due_ms(s))
		start_wait(s, ZV_AJAM_WAIT, wait_seconds(s));
	if (s->now_ms < command_due_ms(s))
		return;
	if (s->ping_now || !has_unsent(s))
		start_ping(s);
	else
		start_action(s);
}
