#include "office/attempt.h"

#include "base/mem.h"
#include "office/call.h"
#include "office/cdr.h"
#include "office/channel.h"
#include "office/plan.h"
#include "office/session.h"
#include "office/write.h"
#include "zvon/error.h"

/* Numbers of Asterisk's frame types: what Reason says. */
enum reason {
	REASON_FAILED = 0,
	REASON_RINGING = 3, /* nobody picked up in time */
	REASON_ANSWERED = 4,
};

struct zv_attempt {
	struct zv_office_session *session; /* waits, or NULL */
	char *action_id, *channel, *context, *exten, *app, *data, *channel_id;
	int priority;
	struct zv_party caller;
};

static void
free_attempt(struct zv_attempt *a)
{
	if (!a)
		return;
	zv_free(a->action_id);
	zv_free(a->channel);
	zv_free(a->context);
	zv_free(a->exten);
	zv_free(a->app);
	zv_free(a->data);
	zv_free(a->channel_id);
	zv_free(a);
}

void
zv_attempt_free(struct zv_channel *c)
{
	free_attempt(c->attempt);
	c->attempt = NULL;
}

static char *
copy(struct zv_str s)
{
	return zv_memdup(s.p, s.n);
}

static struct zv_attempt *
make_attempt(const struct zv_attempt_wish *w, struct zv_office_session *session)
{
	struct zv_attempt *a = zv_calloc(1, sizeof *a);

	if (!a)
		return NULL;
	a->session = session;
	a->priority = w->priority;
	a->caller = w->caller;
	a->action_id = copy(w->action_id);
	a->channel = copy(w->channel);
	a->context = copy(w->context);
	a->exten = copy(w->exten);
	a->app = copy(w->app);
	a->data = copy(w->data);
	a->channel_id = copy(w->channel_id);
	if (a->action_id && a->channel && a->context && a->exten && a->app && a->data &&
	    a->channel_id)
		return a;
	free_attempt(a);
	return NULL;
}

/* ---- the result ------------------------------------------------------------ */

static const char *
or_unknown(const char *s)
{
	return s[0] ? s : "<unknown>";
}

/* c NULL: it failed. */
static void
response_event(struct zv_office *o, const struct zv_attempt *a,
	       const struct zv_channel *c, enum reason reason)
{
	struct zv_buf *e = zv_event(o, "OriginateResponse", ZV_CLASS_CALL);

	if (a->action_id[0])
		zv_put_text(e, "ActionID", a->action_id);
	zv_put_text(e, "Response", c ? "Success" : "Failure");
	zv_put_text(e, "Channel", c ? c->name : a->channel);
	if (a->app[0]) {
		zv_put_text(e, "Application", a->app);
		zv_put_text(e, "Data", a->data);
	} else {
		zv_put_text(e, "Context", a->context);
		zv_put_text(e, "Exten", a->exten);
	}
	zv_put_int(e, "Reason", reason);
	zv_put_text(e, "Uniqueid", c ? c->id : or_unknown(a->channel_id));
	zv_put_text(e, "CallerIDNum", or_unknown(a->caller.number));
	zv_put_text(e, "CallerIDName", or_unknown(a->caller.name));
	zv_event_send(o);
}

static void
tell(struct zv_office *o, const struct zv_attempt *a, const struct zv_channel *c,
     enum reason reason)
{
	if (a->session)
		zv_session_originated(a->session, zvon_str(a->action_id), c != NULL);
	else
		response_event(o, a, c, reason);
}

static void
fail(struct zv_channel *c, enum reason reason)
{
	tell(c->office, c->attempt, NULL, reason);
	zv_attempt_free(c);
}

/* ---- the own phone --------------------------------------------------------- */

static void
dial_end(struct zv_channel *c, const char *status)
{
	zv_event_dial(NULL, c, "DialEnd", "DialStatus", status);
}

static void
on_ringing(struct zv_channel *c)
{
	zv_event_dial(NULL, c, "DialState", "DialStatus", "RINGING");
}

static void
on_answered(struct zv_channel *c)
{
	struct zv_attempt *a = c->attempt;

	c->attempt = NULL;
	zv_office_timer_stop(&c->patience);
	zv_cdr_answered(c);
	dial_end(c, "ANSWER");
	tell(c->office, a, c, REASON_ANSWERED);
	if (a->app[0])
		zv_plan_start_app(c, a->app, a->data);
	else
		zv_plan_start(c, a->context, a->exten, a->priority);
	free_attempt(a);
}

static void
on_refused(struct zv_channel *c, int cause)
{
	dial_end(c, cause == 17 ? "BUSY" : cause == 34 ? "CONGESTION" : "NOANSWER");
	fail(c, REASON_FAILED);
}

static void
on_gone(struct zv_channel *c)
{
	dial_end(c, "NOANSWER");
	fail(c, REASON_FAILED);
}

static const struct zv_tie tie = {
	.ringing = on_ringing,
	.answered = on_answered,
	.refused = on_refused,
	.gone = on_gone,
	.cancelled = on_gone,
};

/* No DialEnd: Asterisk 16 and 22 send none here. */
static void
on_time_up(struct zv_office_timer *timer)
{
	struct zv_channel *c = ZV_OWNER(timer, struct zv_channel, patience);

	c->tie = NULL;
	fail(c, REASON_RINGING);
	zv_hangup(c, 19, 480);
}

/* ---- the beginning --------------------------------------------------------- */

static void
account_event(struct zv_channel *c, struct zv_str account)
{
	struct zv_buf *e;

	if (!account.n)
		return;
	ZV_COPY(c->account, account);
	e = zv_event_of(c, "NewAccountCode", ZV_CLASS_CALL);
	zv_put_text(e, "OldAccountCode", "");
	zv_event_send(c->office);
}

/* The phone shows whom it will be connected with. */
static void
caller_events(struct zv_channel *c, const struct zv_party *caller)
{
	struct zv_buf *e;

	if (!caller->number[0] && !caller->name[0])
		return;
	c->caller = *caller;
	e = zv_event_of(c, "NewCallerid", ZV_CLASS_CALL);
	zv_put_text(e, "CID-CallingPres", "0 (Presentation Allowed, Not Screened)");
	zv_event_send(c->office);
	c->connected = *caller;
	zv_event_plain(c, "NewConnectedLine");
}

static void
set_variable(struct zv_channel *c, struct zv_str name, struct zv_str value)
{
	char *n = zv_memdup(name.p, name.n), *v = zv_memdup(value.p, value.n);

	if (n && v)
		zv_channel_set(c->office, c, n, v);
	else
		c->office->failed = true;
	zv_free(n);
	zv_free(v);
}

static void
dress(struct zv_channel *c, const struct zv_attempt_wish *w,
      const struct zv_target *target)
{
	zv_channel_set_app(c, "AppDial2", "(Outgoing Line)");
	zv_event_newexten(c);
	for (size_t i = 0; i < w->n_variables; i++)
		set_variable(c, w->variables[i].key, w->variables[i].value);
	account_event(c, w->account);
	caller_events(c, &w->caller);
	zv_event_dial(NULL, c, "DialBegin", "DialString", target->number);
	zv_cdr_begin(c);
}

int
zv_attempt_start(struct zv_office *o, const struct zv_attempt_wish *wish,
		 struct zv_office_session *session)
{
	struct zv_attempt *a = make_attempt(wish, session);
	struct zv_party party = { 0 };
	struct zv_target target;
	struct zv_channel *c;
	struct zv_fate fate;

	if (!a)
		return ZV_ENOMEM;
	/* an id that is in use makes the channel impossible */
	if (!zv_target_parse(o, wish->channel, &target) ||
	    (wish->channel_id.n && zv_channel_find(o, wish->channel_id))) {
		tell(o, a, NULL, REASON_FAILED);
		free_attempt(a);
		return 0;
	}
	if (!target.line->is_trunk) {
		ZV_COPY(party.number, zvon_str(target.line->number));
		ZV_COPY(party.name, zvon_str(target.line->name));
	}
	fate = zv_target_fate(o, &target);
	c = zv_channel_new(o, target.line, ZV_CHANNEL_DOWN, &party, "s", NULL,
			   wish->channel_id);
	if (!c) {
		free_attempt(a);
		return ZV_ENOMEM;
	}
	c->attempt = a;
	dress(c, wish, &target);
	zv_ring(c, &tie, fate);
	zv_office_timer_set(&o->timers, &c->patience, o->now_ms + wish->timeout_ms,
			    on_time_up);
	return 0;
}

void
zv_attempt_forget(struct zv_office *o, const struct zv_office_session *session)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		if (c->attempt && c->attempt->session == session)
			c->attempt->session = NULL;
	}
}
