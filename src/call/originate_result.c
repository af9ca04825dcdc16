#include "call/originate_impl.h"

#include <stdio.h>

#include "base/buf.h"
#include "zvon/error.h"

/* Reason of OriginateResponse: a control frame of Asterisk. 16 and later send 0 for
 * everything but an answer and a time-out. */
static const struct {
	int reason;
	enum zv_call_result result;
	const char *text;
} reasons[] = {
	{ 1, ZV_RESULT_CANCELLED, "hung up while it rang" },
	{ 3, ZV_RESULT_NO_ANSWER, "nobody picked up in time" },
	{ 5, ZV_RESULT_BUSY, "busy" },
	{ 8, ZV_RESULT_CONGESTION, "congestion" },
};

/* When several were dialled at once: which failure tells the caller most. Somebody
 * who rings on when the caller hangs up makes it `cancelled`. */
static const enum zv_call_result ranking[] = {
	ZV_RESULT_CANCELLED, ZV_RESULT_BUSY,	   ZV_RESULT_REJECTED,
	ZV_RESULT_NO_ANSWER, ZV_RESULT_CONGESTION, ZV_RESULT_FAILED,
};

/* ---- saying it ------------------------------------------------------------ */

static const char *
tech_name(const struct zv_party *who)
{
	struct zv_str channel = zv_name_str(&who->channel);

	return zv_str_starts_nocase(channel, ZV_STR("PJSIP/")) ||
			       zv_str_starts_nocase(channel, ZV_STR("SIP/"))
		       ? "SIP "
		       : "";
}

/* " (cause 17 User busy, SIP 486)" */
static void
add_cause(struct zv_buf *text, const struct zv_party *who)
{
	const char *name = zv_cause_text(who->cause);

	if (!who->cause && !who->tech_cause.n)
		return;
	zv_buf_printf(text, " (");
	if (who->cause)
		zv_buf_printf(text, "cause %d%s%s%s", who->cause, *name ? " " : "",
			      name, who->tech_cause.n ? ", " : "");
	if (who->tech_cause.n)
		zv_buf_printf(text, "%s%.*s", tech_name(who),
			      ZV_ARG(zv_name_str(&who->tech_cause)));
	zv_buf_add_char(text, ')');
}

void
zv_originate_conclude(struct zv_originate *o, enum zv_call_result result,
		      enum zv_originate_side side, const struct zv_party *who,
		      const char *format, ...)
{
	struct zv_originate_step step = {
		.state = ZV_ORIGINATE_DONE,
		.side = side,
		.channel = zv_name_str(&o->own.channel),
		.unique_id = zv_name_str(&o->own.unique_id),
		.result = result,
		.cause = who ? who->cause : o->own.cause,
		.dial_status = who ? zv_name_str(&who->status) : ZV_STR(""),
		.tech_cause = who ? zv_name_str(&who->tech_cause) : ZV_STR(""),
	};
	struct zv_buf text = { 0 };
	va_list args;

	if (o->result)
		return;
	if (o->cancelled)
		step.result = ZV_RESULT_CANCELLED;
	o->result = step.result;
	va_start(args, format);
	zv_buf_vprintf(&text, format, args);
	va_end(args);
	if (who)
		add_cause(&text, who);
	if (zv_buf_failed(&text))
		o->failed = ZV_ENOMEM;
	step.reason = zv_buf_str(&text);
	zv_originate_push(o, &step);
	zv_buf_deinit(&text);
	o->over = o->result != ZV_RESULT_ANSWERED || !o->to_the_end || o->own.gone;
}

/* ---- the own phone was not picked up -------------------------------------- */

static bool
is_plain(enum zv_call_result result)
{
	return result == ZV_RESULT_BUSY || result == ZV_RESULT_REJECTED ||
	       result == ZV_RESULT_CONGESTION;
}

/* The order is measured on 1.8 to 22: some causes say all; then Reason, where it
 * says anything; then the other causes (19 alone would hide that somebody hung the
 * ringing channel up, Reason 1); then the dial's own word. */
static enum zv_call_result
own_result(const struct zv_originate *o, const char **text)
{
	enum zv_call_result by_cause = zv_cause_result(o->own.cause);
	enum zv_call_result by_dial =
		zv_dial_status_result(zv_name_str(&o->own.status));

	*text = "";
	if (is_plain(by_cause))
		return by_cause;
	for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		if (reasons[i].reason == o->reason) {
			*text = reasons[i].text;
			return reasons[i].result;
		}
	}
	if (by_cause)
		return by_cause;
	if (by_dial == ZV_RESULT_NO_ANSWER) {
		*text = "hung up while it rang";
		return ZV_RESULT_CANCELLED;
	}
	if (by_dial && by_dial != ZV_RESULT_ANSWERED)
		return by_dial;
	*text = o->own.unique_id.n
			? "the server gave no reason"
			: "could not be called: not registered, or unknown to the "
			  "server";
	return ZV_RESULT_FAILED;
}

static void
decide_own(struct zv_originate *o)
{
	const char *text;
	enum zv_call_result result = own_result(o, &text);

	zv_originate_conclude(o, result, ZV_SIDE_OWN, &o->own, "own phone %.*s: %s",
			      ZV_ARG(zv_name_str(&o->dialled)),
			      *text ? text : zvon_call_result_name(result));
}

/* ---- the far side --------------------------------------------------------- */

static enum zv_call_result
far_result(const struct zv_originate *o, const struct zv_party *far)
{
	enum zv_call_result by_dial = zv_dial_status_result(zv_name_str(&far->status));
	enum zv_call_result by_cause = zv_cause_result(far->cause);

	/* Asterisk hands the cause of the only party on to the caller's channel. */
	if (!by_cause && o->n_far == 1)
		by_cause = zv_cause_result(o->own.cause);
	if (by_dial == ZV_RESULT_CANCELLED)
		return by_dial;
	if (is_plain(by_cause))
		return by_cause;
	if (by_dial)
		return by_dial;
	if (far->gone && by_cause)
		return by_cause;
	return far->gone && !o->own.gone ? ZV_RESULT_FAILED : ZV_RESULT_CANCELLED;
}

static const struct zv_party *
find_far_with(const struct zv_originate *o, enum zv_call_result result)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		struct zv_party *far = ZV_OWNER(node, struct zv_party, node);

		if (!far->forwarded && far_result(o, far) == result)
			return far;
	}
	return NULL;
}

/* The best failure of the round; its party in *who, NULL when all sent the call on. */
static enum zv_call_result
round_result(const struct zv_originate *o, const struct zv_party **who)
{
	for (size_t i = 0; i < sizeof ranking / sizeof *ranking; i++) {
		*who = find_far_with(o, ranking[i]);
		if (*who)
			return ranking[i];
	}
	return ZV_RESULT_CANCELLED;
}

static void
decide_round(struct zv_originate *o)
{
	const struct zv_party *who;
	enum zv_call_result result = round_result(o, &who);

	if (result == ZV_RESULT_CANCELLED)
		zv_originate_conclude(o, result, ZV_SIDE_OWN, who,
				      "the caller hung up before anybody answered");
	else if (o->n_far > 1)
		zv_originate_conclude(
			o, result, ZV_SIDE_FAR, who,
			"none of the %zu that were called answered; %.*s: %s", o->n_far,
			ZV_ARG(zv_name_str(&who->channel)),
			zvon_call_result_name(result));
	else
		zv_originate_conclude(o, result, ZV_SIDE_FAR, who, "%.*s: %s",
				      ZV_ARG(zv_name_str(&who->channel)),
				      zvon_call_result_name(result));
}

/* ---- nobody was dialled --------------------------------------------------- */

static void
decide_by_dialplan(struct zv_originate *o)
{
	enum zv_call_result by_cause = zv_cause_result(o->own.cause);

	if (by_cause)
		zv_originate_conclude(o, by_cause, ZV_SIDE_FAR, &o->own,
				      "the dialplan ended it: %s",
				      zvon_call_result_name(by_cause));
	else if (o->served)
		zv_originate_conclude(o, ZV_RESULT_ANSWERED, ZV_SIDE_FAR, NULL,
				      "by the dialplan itself");
	else if (o->own.hung_up)
		zv_originate_conclude(
			o, ZV_RESULT_CANCELLED, ZV_SIDE_OWN, &o->own,
			"the own phone hung up before anybody was called");
	else
		zv_originate_conclude(
			o, ZV_RESULT_FAILED, ZV_SIDE_FAR, &o->own,
			"the dialplan ended without calling anybody%s",
			o->application.n ? ""
					 : " (what it did is not seen without the read "
					   "class dialplan)");
}

/* QueueCallerAbandon alone does not tell who left whom: see on_queue_abandon. */
static bool
caller_left_queue(const struct zv_originate *o)
{
	if (!o->own.gone && !o->own.hung_up)
		return false;
	if (!o->in_queue && !o->abandoned)
		return false;
	return o->own.hung_up || (!o->tells_requests && !o->queue_gave_up);
}

static void
decide_queue(struct zv_originate *o)
{
	if (caller_left_queue(o))
		zv_originate_conclude(
			o, ZV_RESULT_ABANDONED, ZV_SIDE_OWN, NULL,
			"the caller left queue %.*s before an agent answered",
			ZV_ARG(zv_name_str(&o->queue)));
	else
		zv_originate_conclude(o, ZV_RESULT_NO_ANSWER, ZV_SIDE_FAR, NULL,
				      "no agent of queue %.*s answered",
				      ZV_ARG(zv_name_str(&o->queue)));
}

/* ---- the doors ------------------------------------------------------------ */

void
zv_originate_decide(struct zv_originate *o)
{
	o->settle_at = INT64_MAX;
	if (o->cancelled)
		zv_originate_conclude(o, ZV_RESULT_CANCELLED, ZV_SIDE_OWN, NULL,
				      "cancelled by the user%s",
				      o->own.gone ? "" : "; the phone may still ring");
	else if (!o->own.up)
		decide_own(o);
	else if (o->in_queue || o->left_queue || o->abandoned)
		decide_queue(o);
	else if (o->n_far)
		decide_round(o);
	else
		decide_by_dialplan(o);
}

void
zv_originate_decide_quiet(struct zv_originate *o)
{
	o->quiet_at = INT64_MAX;
	if (o->n_far || o->left_queue)
		zv_originate_decide(o);
	else
		zv_originate_conclude(o, ZV_RESULT_ANSWERED, ZV_SIDE_FAR, NULL,
				      "by the dialplan itself%s%.*s",
				      o->application.n ? ": " : "",
				      ZV_ARG(zv_name_str(&o->application)));
}

bool
zv_originate_round_over(const struct zv_originate *o)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		struct zv_party *far = ZV_OWNER(node, struct zv_party, node);

		if (!far->ended && !far->gone)
			return false;
	}
	return true;
}

/* A refusal (603) ends the dial as NOANSWER: only the cause tells it. */
static bool
is_far_clear(const struct zv_party *far)
{
	enum zv_call_result by_dial = zv_dial_status_result(zv_name_str(&far->status));

	if (far->forwarded || is_plain(zv_cause_result(far->cause)))
		return true;
	return by_dial && (by_dial != ZV_RESULT_NO_ANSWER || far->gone);
}

bool
zv_originate_is_clear(const struct zv_originate *o)
{
	struct zv_node *node, *next;

	if (!o->own.gone)
		return false;
	if (o->cancelled || o->in_queue)
		return true;
	if (!o->own.up)
		return o->response_failed;
	ZV_EACH(&o->far, node, next)
	if (!is_far_clear(ZV_OWNER(node, struct zv_party, node)))
		return false;
	return o->n_far || o->left_queue || zv_cause_result(o->own.cause);
}

const char *
zv_originate_standing(const struct zv_originate *o)
{
	if (!o->seen)
		return "nothing was seen of the call: the account needs the read "
		       "class call in manager.conf";
	if (!o->own.up)
		return "the own phone was not picked up";
	if (o->in_queue)
		return "the caller still waits in the queue";
	return "the far side has not answered";
}
