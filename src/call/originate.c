#include "call/originate_impl.h"

#include "base/mem.h"
#include "zvon/error.h"

/* A step and, behind it, the bytes of its texts. */
struct queued_step {
	struct zv_node node;
	struct zv_originate_step step;
	char text[];
};

static const char *const state_names[] = {
	[ZV_ORIGINATE_INITIATED] = "initiated",
	[ZV_ORIGINATE_RINGING] = "ringing",
	[ZV_ORIGINATE_ANSWERED_OWN] = "answered_own",
	[ZV_ORIGINATE_DIALING] = "dialing",
	[ZV_ORIGINATE_QUEUED] = "queued",
	[ZV_ORIGINATE_DONE] = "done",
	[ZV_ORIGINATE_ENDED] = "ended",
	[ZV_ORIGINATE_REFUSED] = "refused",
	[ZV_ORIGINATE_TIMED_OUT] = "timed_out",
};

static const char *const side_names[] = {
	[ZV_SIDE_NONE] = "",
	[ZV_SIDE_OWN] = "own",
	[ZV_SIDE_FAR] = "far",
};

const char *
zv_originate_state_name(enum zv_originate_state state)
{
	return state_names[state];
}

const char *
zv_originate_side_name(enum zv_originate_side side)
{
	return side_names[side];
}

void
zv_name_set(struct zv_name *name, struct zv_str s)
{
	name->n = s.n < sizeof name->p ? s.n : sizeof name->p;
	if (name->n)
		memcpy(name->p, s.p, name->n);
}

/* ---- life ----------------------------------------------------------------- */

struct zv_originate *
zv_originate_new(const struct zv_originate_options *options, int64_t now_ms)
{
	struct zv_originate *o = zv_calloc(1, sizeof *o);

	if (!o)
		return NULL;
	zv_list_init(&o->steps);
	zv_list_init(&o->given);
	zv_list_init(&o->far);
	zv_name_set(&o->action_id, options->action_id);
	zv_name_set(&o->dialled, options->channel);
	zv_name_set(&o->wanted_id, options->unique_id);
	zv_name_set(&o->call, options->unique_id);
	zv_name_set(&o->mark, options->mark);
	zv_originate_peer_name(options->channel, &o->peer);
	o->start_ms = o->now_ms = now_ms;
	o->timeout_at = options->timeout_ms ? now_ms + options->timeout_ms : INT64_MAX;
	o->settle_at = o->quiet_at = INT64_MAX;
	o->to_the_end = options->to_the_end;
	o->served = options->application;
	o->reason = -1;
	return o;
}

static void
free_steps(struct zv_node *list)
{
	struct zv_node *node, *next;

	ZV_EACH(list, node, next)
	{
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct queued_step, node));
	}
}

void
zv_originate_free(struct zv_originate *o)
{
	struct zv_node *node, *next;

	if (!o)
		return;
	free_steps(&o->steps);
	free_steps(&o->given);
	ZV_EACH(&o->far, node, next)
	{
		zv_list_remove(node);
		zv_free(ZV_OWNER(node, struct zv_party, node));
	}
	zv_free(o);
}

/* ---- steps ---------------------------------------------------------------- */

/* Copies the bytes of *s to *at and lets *s point there. */
static void
keep(struct zv_str *s, char **at)
{
	if (s->n)
		memcpy(*at, s->p, s->n);
	s->p = *at;
	*at += s->n;
}

void
zv_originate_push(struct zv_originate *o, const struct zv_originate_step *step)
{
	bool is_known = o->own_is_sure || o->wanted_id.n;
	struct zv_str call = is_known ? zv_name_str(&o->call) : ZV_STR("");
	size_t n = step->channel.n + step->unique_id.n + call.n + step->number.n +
		   step->dial_status.n + step->tech_cause.n + step->reason.n;
	struct queued_step *q;
	char *at;

	if (o->result && step->state < ZV_ORIGINATE_DONE)
		return;
	q = zv_malloc(sizeof *q + n);
	if (!q) {
		o->failed = ZV_ENOMEM;
		return;
	}
	at = q->text;
	q->step = *step;
	q->step.at_ms = o->now_ms - o->start_ms;
	q->step.call = call;
	keep(&q->step.channel, &at);
	keep(&q->step.unique_id, &at);
	keep(&q->step.call, &at);
	keep(&q->step.number, &at);
	keep(&q->step.dial_status, &at);
	keep(&q->step.tech_cause, &at);
	keep(&q->step.reason, &at);
	zv_list_append(&o->steps, &q->node);
}

void
zv_originate_tell(struct zv_originate *o, enum zv_originate_state state,
		  enum zv_originate_side side, const struct zv_party *who,
		  struct zv_str number)
{
	struct zv_originate_step step = {
		.state = state,
		.side = side,
		.channel = zv_name_str(&who->channel),
		.unique_id = zv_name_str(&who->unique_id),
		.number = number,
	};

	zv_originate_push(o, &step);
}

bool
zv_originate_next(struct zv_originate *o, struct zv_originate_step *out)
{
	struct zv_node *first = zv_list_first(&o->steps);

	free_steps(&o->given);
	if (!first)
		return false;
	zv_list_remove(first);
	zv_list_append(&o->given, first);
	*out = ZV_OWNER(first, struct queued_step, node)->step;
	return true;
}

bool
zv_originate_is_over(const struct zv_originate *o)
{
	return o->over && zv_list_is_empty(&o->steps);
}

/* ---- what moves it -------------------------------------------------------- */

/* Memory failures are told once, by the call in which they happened. */
static int
outcome(struct zv_originate *o)
{
	int rc = o->failed;

	o->failed = 0;
	return rc;
}

static void
enter(struct zv_originate *o, int64_t now_ms)
{
	if (now_ms > o->now_ms)
		o->now_ms = now_ms;
}

static void
finish(struct zv_originate *o, enum zv_originate_state state, struct zv_str reason)
{
	struct zv_originate_step step = {
		.state = state,
		.side = ZV_SIDE_OWN,
		.channel = zv_name_str(&o->own.channel),
		.unique_id = zv_name_str(&o->own.unique_id),
		.cause = o->own.cause,
		.reason = reason,
	};

	o->over = true;
	zv_originate_push(o, &step);
}

static void
initiated(struct zv_originate *o)
{
	struct zv_originate_step step = {
		.state = ZV_ORIGINATE_INITIATED,
		.side = ZV_SIDE_OWN,
		.channel = zv_name_str(&o->dialled),
		.unique_id = zv_name_str(&o->wanted_id),
	};

	zv_originate_push(o, &step);
}

int
zv_originate_response(struct zv_originate *o, const struct zv_packet *response,
		      int64_t now_ms)
{
	enter(o, now_ms);
	if (o->over)
		return 0;
	if (zvon_str_equal_nocase(response->name, ZV_STR("Success")))
		initiated(o);
	else
		finish(o, ZV_ORIGINATE_REFUSED,
		       zv_str_trim(zvon_packet_get(response, ZV_STR("Message"))));
	return outcome(o);
}

int
zv_originate_event(struct zv_originate *o, const struct zv_packet *event,
		   int64_t now_ms)
{
	enter(o, now_ms);
	if (!o->over)
		zv_originate_dispatch(o, event);
	return outcome(o);
}

int
zv_originate_cancel(struct zv_originate *o, int64_t now_ms)
{
	enter(o, now_ms);
	if (o->over || o->cancelled)
		return 0;
	o->cancelled = true;
	o->settle_at = o->now_ms + ZV_ORIGINATE_CANCEL_MS;
	return outcome(o);
}

struct zv_str
zv_originate_target(const struct zv_originate *o)
{
	return o->own.channel.n ? zv_name_str(&o->own.channel)
				: zv_name_str(&o->wanted_id);
}

void
zv_originate_own_up(struct zv_originate *o)
{
	if (o->own.up)
		return;
	o->own.up = true;
	zv_originate_tell(o, ZV_ORIGINATE_ANSWERED_OWN, ZV_SIDE_OWN, &o->own,
			  ZV_STR(""));
	zv_originate_be_quiet(o);
}

void
zv_originate_own_gone(struct zv_originate *o)
{
	if (o->own.gone)
		return;
	o->own.gone = true;
	o->quiet_at = INT64_MAX;
	if (o->result)
		finish(o, ZV_ORIGINATE_ENDED, zvon_str(zv_cause_text(o->own.cause)));
	else if (!o->own.forwarded)
		zv_originate_settle(o);
}

void
zv_originate_settle(struct zv_originate *o)
{
	int64_t at = o->now_ms + ZV_ORIGINATE_SETTLE_MS;

	if (o->result)
		return;
	if (zv_originate_is_clear(o))
		zv_originate_decide(o);
	else if (at < o->settle_at)
		o->settle_at = at;
}

void
zv_originate_be_quiet(struct zv_originate *o)
{
	if (o->own.up && !o->own.gone && !o->in_queue && !o->result &&
	    zv_originate_round_over(o))
		o->quiet_at = o->now_ms + ZV_ORIGINATE_QUIET_MS;
}

/* ---- time ----------------------------------------------------------------- */

int64_t
zv_originate_deadline(const struct zv_originate *o)
{
	int64_t at = o->settle_at < o->quiet_at ? o->settle_at : o->quiet_at;

	if (o->over || o->result)
		return INT64_MAX;
	return at < o->timeout_at ? at : o->timeout_at;
}

int
zv_originate_tick(struct zv_originate *o, int64_t now_ms)
{
	enter(o, now_ms);
	if (o->now_ms < zv_originate_deadline(o))
		return 0;
	if (o->now_ms >= o->settle_at)
		zv_originate_decide(o);
	else if (o->now_ms >= o->quiet_at)
		zv_originate_decide_quiet(o);
	else
		finish(o, ZV_ORIGINATE_TIMED_OUT, zvon_str(zv_originate_standing(o)));
	return outcome(o);
}
