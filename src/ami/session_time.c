/* Deadlines: the login, the boot, actions without an answer, a connection that is silent. */
#include "ami/session_impl.h"

#include "base/err.h"

/* An action that may block holds up the Ping behind it (measured: a Ping behind a
 * synchronous Originate of 2 s was answered after 2 s): silence means nothing then. */
static int64_t
blocked_until(const struct zv_ami_session *s)
{
	int64_t until = 0;
	struct zv_node *node, *next;

	ZV_EACH(&s->pending.all, node, next)
	{
		struct zv_pending *p = ZV_OWNER(node, struct zv_pending, node);

		if (p->may_block && !p->request && !p->is_late &&
		    p->deadline_ms > until)
			until = p->deadline_ms;
	}
	return until;
}

/* When the connection counts as dead. */
static int64_t
dead_at(const struct zv_ami_session *s)
{
	int64_t blocked = blocked_until(s);
	int64_t silent = s->pinged_ms > blocked ? s->pinged_ms : blocked;

	return silent + s->options.ping_timeout_ms;
}

static int64_t
ping_deadline(const struct zv_ami_session *s)
{
	return s->pinged_ms < 0 ? s->received_ms + s->options.ping_after_ms
				: dead_at(s);
}

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t
zv_ami_session_deadline(const struct zv_ami_session *s)
{
	int64_t at = zv_pending_deadline(&s->pending);

	if (s->state == ZV_STATE_LOGIN)
		at = earlier(at, s->login_by_ms);
	if (s->state == ZV_STATE_BOOTING)
		at = earlier(at, s->booted_by_ms);
	if (zv_ami_session_is_logged_in(s))
		at = earlier(at, ping_deadline(s));
	return at;
}

static void
expire_actions(struct zv_ami_session *s)
{
	struct zv_pending *p;

	while ((p = zv_pending_first(&s->pending)) && p->deadline_ms <= s->now_ms) {
		s->counters.timeouts++;
		zv_log(s->log, ZV_LOG_DEBUG, "ami", "no answer in time actionid=%s",
		       p->action_id);
		/* it held up the Ping until now: the silence counts from here */
		if (p->may_block && !p->request && s->pinged_ms >= 0 &&
		    s->pinged_ms < p->deadline_ms)
			s->pinged_ms = p->deadline_ms;
		zv_pending_expire(&s->pending, p);
	}
}

static void
check_login_time(struct zv_ami_session *s)
{
	double seconds = zv_ami_session_patience_ms(s) / 1000.0;

	if (s->now_ms < s->login_by_ms)
		return;
	if (s->greeted || s->known)
		zv_ami_session_fail(s, zv_fail(s->err, ZV_ETIMEOUT,
					       "no answer to the login within %.1f s: "
					       "the server hangs "
					       "or is overloaded",
					       seconds));
	else
		zv_ami_session_fail(
			s,
			zv_fail(s->err, ZV_EPROTO,
				"no greeting within %.1f s: not Asterisk's manager "
				"port; a TLS port wants amis://, an HTTP port http://; "
				"see port and tlsbindaddr in manager.conf",
				seconds));
}

static void
check_ping(struct zv_ami_session *s)
{
	struct zv_request *ping;

	if (s->now_ms < ping_deadline(s))
		return;
	if (s->pinged_ms >= 0) {
		zv_ami_session_fail(
			s,
			zv_fail(s->err, ZV_ETIMEOUT,
				"nothing received for %.1f s, a Ping was not answered: "
				"the "
				"connection is dead or the server is frozen",
				(double)(s->now_ms - s->received_ms) / 1000.0));
		return;
	}
	s->pinged_ms = s->now_ms;
	ping = zvon_request_new(ZV_STR("Ping"), s->err);
	zv_ami_session_send_own(s, ping, s->options.action_timeout_ms, NULL);
}

int
zv_ami_session_tick(struct zv_ami_session *s, int64_t now_ms, struct zv_error *err)
{
	struct zv_error unwanted = { 0 };

	s->now_ms = now_ms;
	s->err = err ? err : &unwanted;
	if (s->state == ZV_STATE_LOGIN)
		check_login_time(s);
	if (s->state == ZV_STATE_BOOTING && now_ms >= s->booted_by_ms)
		zv_ami_session_enter(s, ZV_STATE_READY);
	if (zv_ami_session_is_logged_in(s))
		check_ping(s);
	expire_actions(s);
	s->err = NULL;
	return s->failed;
}
