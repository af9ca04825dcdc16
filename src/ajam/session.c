#include "ajam/session.h"

#include "ajam/session_impl.h"
#include "ami/pending.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

/* ---- life ------------------------------------------------------------------------- */

static struct zv_str
own_copy(char **out, struct zv_str s)
{
	*out = zv_memdup(s.p, s.n);
	return (struct zv_str){ *out, s.n };
}

static int
copy_options(struct zv_ajam_session *s, const struct zv_ajam_session_options *o)
{
	s->options = *o;
	s->options.ami.user = own_copy(&s->user, o->ami.user);
	s->options.ami.secret = own_copy(&s->secret, o->ami.secret);
	s->options.ami.events = own_copy(&s->events, o->ami.events);
	s->options.path = own_copy(&s->path, o->path);
	if (!s->user || !s->secret || !s->events || !s->path)
		return ZV_ENOMEM;
	s->wants_events = !zvon_str_equal_nocase(o->ami.events, ZV_STR("off"));
	s->place = (struct zv_ajam_place){
		.path = s->path,
		.encoding = o->encoding,
		.tls = o->tls,
		.uses_digest = o->digest,
		.user = s->options.ami.user,
		.secret = s->options.ami.secret,
		.chance = o->ami.seed | 1,
	};
	return 0;
}

struct zv_ajam_session *
zv_ajam_session_new(const struct zv_ajam_session_options *options,
		    const struct zv_ajam_session_handlers *handlers, void *user,
		    const struct zv_log *log)
{
	struct zv_ajam_session *s = zv_calloc(1, sizeof *s);
	int rc;

	if (!s)
		return NULL;
	s->handlers = *handlers;
	s->handler_user = user;
	s->log = log;
	s->text.secret = true;
	zv_pending_init(&s->pending, options->ami.seed, options->ami.max_pending);
	rc = copy_options(s, options);
	for (int i = 0; rc == 0 && i < ZV_AJAM_N_EXCHANGES; i++)
		rc = zv_exchange_init(&s->errands[i].exchange, &s->place,
				      &options->ami.limits);
	if (rc < 0) {
		zv_ajam_session_free(s);
		return NULL;
	}
	return s;
}

void
zv_ajam_session_free(struct zv_ajam_session *s)
{
	if (!s)
		return;
	zv_ajam_session_stop(s, true);
	zv_pending_deinit(&s->pending);
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		zv_exchange_deinit(&s->errands[i].exchange);
	zv_buf_deinit(&s->text);
	zv_wipe(&s->place.cookie,
		sizeof s->place.cookie); /* who has it, is logged in */
	if (s->secret)
		zv_wipe(s->secret, s->options.ami.secret.n);
	zv_free(s->secret);
	zv_free(s->user);
	zv_free(s->events);
	zv_free(s->path);
	zv_free(s);
}

void
zv_ajam_enter(struct zv_ajam_session *s, enum zv_client_state state)
{
	s->state = state;
	if (s->handlers.ami.on_state)
		s->handlers.ami.on_state(s->handler_user, state);
}

int
zv_ajam_fail(struct zv_ajam_session *s, int code)
{
	if (!s->failed)
		s->failed = code;
	return code;
}

int
zv_ajam_fail_expired(struct zv_ajam_session *s)
{
	return zv_ajam_fail(
		s, zv_fail(s->err, ZV_ECLOSED,
			   "the server has forgotten the session: it was restarted, or "
			   "nothing was asked for longer than httptimeout of "
			   "manager.conf"));
}

static enum zv_ajam_purpose
first_step(const struct zv_ajam_session *s)
{
	if (s->options.digest)
		return ZV_AJAM_FOR_MASK;
	return s->options.ami.plain_login ? ZV_AJAM_FOR_LOGIN : ZV_AJAM_FOR_CHALLENGE;
}

static int
login_patience_ms(const struct zv_ajam_session *s)
{
	return zv_ami_login_patience_ms(&s->options.ami, s->known);
}

void
zv_ajam_session_start(struct zv_ajam_session *s, int64_t now_ms)
{
	s->now_ms = s->received_ms = s->asked_ms = s->next_wait_ms = now_ms;
	s->login_by_ms = now_ms + login_patience_ms(s);
	s->failed = 0;
	s->booted = s->ping_now = false;
	s->may_wait = !s->holds_events;
	s->suspect = NULL;
	s->ami_major = 0;
	s->version[0] = '\0';
	s->n_orders = 0;
	s->place.cookie = (struct zv_cookie){ .max_age_s = -1 };
	s->place.digest = (struct zv_digest){ 0 };
	s->step = first_step(s);
	zv_ajam_enter(s, ZV_STATE_LOGIN);
}

void
zv_ajam_session_stop(struct zv_ajam_session *s, bool for_good)
{
	s->state = ZV_STATE_DOWN;
	s->n_orders = 0;
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES; i++)
		zv_exchange_stop(&s->errands[i].exchange);
	if (s->current && s->current->request)
		zv_pending_sent(s->current); /* it may have been carried out */
	s->current = s->suspect = NULL;
	zv_pending_end(&s->pending, for_good);
}

/* ---- sending ------------------------------------------------------------------------ */

int
zv_ajam_session_send(struct zv_ajam_session *s, const struct zv_request *request,
		     int timeout_ms, zvon_reply_fn fn, void *user, int64_t now_ms,
		     struct zv_error *err)
{
	struct zv_pending *p;

	s->now_ms = now_ms;
	if (timeout_ms <= 0)
		timeout_ms = s->options.ami.action_timeout_ms;
	return zv_pending_ask(&s->pending, request, now_ms + timeout_ms, fn, user, &p,
			      err);
}

int
zv_ajam_session_send_first(struct zv_ajam_session *s, const struct zv_request *request,
			   zvon_reply_fn fn, void *user, int64_t now_ms,
			   struct zv_error *err)
{
	struct zv_pending *p;

	s->now_ms = now_ms;
	if (zv_pending_add_own(&s->pending, request,
			       now_ms + s->options.ami.action_timeout_ms, fn, user,
			       &p) < 0)
		return zv_fail_nomem(err);
	zv_pending_put_first(&s->pending, p);
	return 0;
}

size_t
zv_ajam_session_recall(struct zv_ajam_session *s)
{
	return zv_pending_recall(&s->pending);
}

void
zv_ajam_session_hold_events(struct zv_ajam_session *s, bool hold)
{
	s->holds_events = hold;
}

void
zv_ajam_session_let_events(struct zv_ajam_session *s)
{
	s->may_wait = true;
}

/* ---- receiving ---------------------------------------------------------------------- */

/* Asterisk 13 and later read a form only with its type; others say so too when a proxy
 * has taken the body away. */
static bool
is_missing_action(const struct zv_packet *packet)
{
	return zvon_str_equal_nocase(zvon_packet_get(packet, ZV_STR("Message")),
				     ZV_STR("Missing action in request"));
}

static bool
is_wait_end(const struct zv_packet *packet)
{
	return zvon_str_equal_nocase(packet->name, ZV_STR("WaitEventComplete"));
}

static void
on_packet(struct zv_ajam_session *s, struct zv_errand *e,
	  const struct zv_packet *packet)
{
	s->counters.packets++;
	if (packet->kind == ZV_PACKET_RESPONSE) {
		s->counters.responses++;
		e->is_refused = !e->exchange.as_get && is_missing_action(packet);
	} else if (packet->kind == ZV_PACKET_EVENT && !is_wait_end(packet)) {
		s->counters.events++;
	}
	zv_ajam_tell_answer(s, e, packet);
	if (!e->is_refused)
		zv_ajam_on_packet(s, e, packet);
}

static void
read_packets(struct zv_ajam_session *s, struct zv_errand *e)
{
	const struct zv_packet *packet;
	struct zv_error err = { 0 };
	int rc = 0;

	while (!s->failed && e->exchange.running &&
	       (rc = zv_exchange_next(&e->exchange, &packet, &err)) == 1)
		on_packet(s, e, packet);
	if (rc < 0)
		zv_ajam_on_failure(s, e, &err);
}

/* The call we are in returns the first failure; what became due meanwhile starts. */
static int
leave(struct zv_ajam_session *s)
{
	if (!s->failed && s->state != ZV_STATE_DOWN)
		zv_ajam_start_due(s);
	s->err = NULL;
	return s->failed;
}

/* A digest session that expired is told by nobody: Asterisk takes the old nonce and begins
 * a new session under it, without the events between. Only time tells. */
static void
check_silence(struct zv_ajam_session *s)
{
	int64_t last_ms = s->asked_ms > s->received_ms ? s->asked_ms : s->received_ms;

	if (s->options.digest && s->wants_events && zv_ajam_is_logged_in(s) &&
	    s->now_ms - last_ms > ZV_AJAM_DIGEST_SILENCE_MS)
		zv_ajam_fail_expired(s);
}

/* The errand that the news are of; NULL: of one that is over. */
static struct zv_errand *
enter_call(struct zv_ajam_session *s, unsigned long ticket, int64_t now_ms,
	   struct zv_error *err)
{
	s->now_ms = now_ms;
	for (int i = 0; i < ZV_AJAM_N_EXCHANGES && s->state != ZV_STATE_DOWN; i++) {
		struct zv_errand *e = &s->errands[i];

		if (e->ticket != ticket || !e->exchange.running)
			continue;
		s->err = err;
		check_silence(s);
		return e;
	}
	return NULL;
}

typedef int (*take_fn)(struct zv_exchange *x, struct zv_str bytes,
		       struct zv_error *err);

/* Bytes of an answer. A head has no packets in it, and then there is none to read. */
static int
take_bytes(struct zv_ajam_session *s, unsigned long ticket, take_fn take,
	   struct zv_str bytes, int64_t now_ms, struct zv_error *err)
{
	struct zv_errand *e = enter_call(s, ticket, now_ms, err);
	struct zv_error why = { 0 };

	if (!e)
		return 0;
	s->received_ms = now_ms;
	s->counters.bytes_in += bytes.n;
	if (take(&e->exchange, bytes, &why) < 0)
		zv_ajam_on_failure(s, e, &why);
	else
		read_packets(s, e);
	return leave(s);
}

int
zv_ajam_session_head(struct zv_ajam_session *s, unsigned long ticket,
		     struct zv_str bytes, int64_t now_ms, struct zv_error *err)
{
	return take_bytes(s, ticket, zv_exchange_head, bytes, now_ms, err);
}

int
zv_ajam_session_body(struct zv_ajam_session *s, unsigned long ticket,
		     struct zv_str bytes, int64_t now_ms, struct zv_error *err)
{
	return take_bytes(s, ticket, zv_exchange_body, bytes, now_ms, err);
}

static void
end_exchange(struct zv_ajam_session *s, struct zv_errand *e)
{
	struct zv_ajam_asked again;
	struct zv_error why = { 0 };
	int rc;

	if (e->is_refused) {
		s->place.post_refused = true;
		e->is_refused = false;
		rc = zv_exchange_as_get(&e->exchange, &again, &why);
	} else {
		rc = zv_exchange_end(&e->exchange, &again, &why);
	}
	if (rc == ZV_EXCHANGE_AGAIN) {
		zv_ajam_order_start(s, (int)(e - s->errands), &again, e->timeout_ms);
		return;
	}
	zv_exchange_stop(&e->exchange);
	if (rc < 0)
		zv_ajam_on_failure(s, e, &why);
	else
		zv_ajam_on_end(s, e);
}

int
zv_ajam_session_end(struct zv_ajam_session *s, unsigned long ticket,
		    const struct zv_error *why, int64_t now_ms, struct zv_error *err)
{
	struct zv_errand *e = enter_call(s, ticket, now_ms, err);

	if (!e)
		return 0;
	if (why->code) {
		zv_exchange_stop(&e->exchange);
		zv_ajam_on_lost(s, e, why);
	} else {
		s->received_ms = now_ms;
		end_exchange(s, e);
	}
	return leave(s);
}

/* ---- time --------------------------------------------------------------------------- */

int64_t
zv_ajam_session_deadline(const struct zv_ajam_session *s)
{
	int64_t at = zv_pending_deadline(&s->pending), due = zv_ajam_due_ms(s);

	if (s->state == ZV_STATE_LOGIN && s->login_by_ms < at)
		at = s->login_by_ms;
	return due < at ? due : at;
}

static void
expire_actions(struct zv_ajam_session *s)
{
	struct zv_pending *p;

	while ((p = zv_pending_first(&s->pending)) && p->deadline_ms <= s->now_ms) {
		s->counters.timeouts++;
		zv_log(s->log, ZV_LOG_DEBUG, "ajam", "no answer in time actionid=%s",
		       p->action_id);
		if (p == s->current) {
			s->current = NULL;
			zv_ajam_break_off(s, &s->errands[ZV_AJAM_COMMAND]);
		}
		if (p == s->suspect)
			s->suspect = NULL;
		zv_pending_finish(&s->pending, p, ZV_ETIMEOUT);
	}
}

int
zv_ajam_session_tick(struct zv_ajam_session *s, int64_t now_ms, struct zv_error *err)
{
	s->now_ms = now_ms;
	s->err = err;
	check_silence(s);
	expire_actions(s);
	if (s->state == ZV_STATE_LOGIN && now_ms >= s->login_by_ms)
		zv_ajam_fail(s, zv_fail(s->err, ZV_ETIMEOUT,
					"no answer to the login within %.1f s: the "
					"server hangs or is overloaded",
					login_patience_ms(s) / 1000.0));
	return leave(s);
}

/* ---- what it knows ------------------------------------------------------------------ */

bool
zv_ajam_session_is_booted(const struct zv_ajam_session *s)
{
	return s->booted;
}

struct zv_str
zv_ajam_session_version(const struct zv_ajam_session *s, int *major)
{
	*major = s->ami_major;
	return zvon_str(s->version);
}

void
zv_ajam_session_count(const struct zv_ajam_session *s, struct zv_client_counters *out)
{
	*out = s->counters;
}
