/* call.consult, call.complete, call.cancel: an attended transfer. Asterisk has one action
 * to begin it; it is completed when the one who transfers hangs up. */
#include "hub/cmd.h"

#include "base/str.h"

struct consult {
	size_t legs; /* that were there before */
};

/* ---- begin ------------------------------------------------------------------------------ */

static bool
can_consult(const struct zv_job *job, const char **why)
{
	const struct zv_call *call = zv_job_call(job);

	if (!zv_cmd_can_talk(job, why))
		return false;
	*why = "a consultation is going on";
	return call && zv_cmd_living(call) < 3;
}

static void
seen(struct zv_job *job, const char *what)
{
	zv_json_member(zv_job_answer(job), "seen", zvon_str(what));
	zv_job_done(job);
}

static bool
on_consult(struct zv_job *job, const struct zv_call_event *event)
{
	const struct consult *c = zv_job_room(job);

	if (event->kind == ZV_LEG_RESUMED && zv_cmd_is_own_leg(job, event))
		zv_job_refuse(job, ZV_REFUSED_FAILED,
			      "the number could not be called; you talk to the first "
			      "side again");
	if (!zv_cmd_is_mine(job, event) || !zv_cmd_is_new(event, c->legs))
		return false;
	if (event->kind == ZV_LEG_RINGING)
		seen(job, "ringing");
	else if (event->kind == ZV_LEG_ANSWERED)
		seen(job, "answered");
	else if (event->kind == ZV_LEG_ENDED)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "who was to be asked: %s",
			      zvon_call_result_name(event->leg->result));
	return false;
}

static void
late_consult(struct zv_job *job)
{
	zv_job_refuse(
		job, ZV_REFUSED_FAILED,
		"nobody was called: the dialplan must allow it (Dial with option t "
		"or T, atxfer in features.conf), and the number must exist");
}

static void
run_consult(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	struct consult *c = zv_job_room(job);
	struct zv_str context;

	c->legs = zv_cmd_legs(zv_job_call(job));
	if (!zv_cmd_transfer_context(job, &context))
		return;
	zv_job_await(job, on_consult, ZV_CMD_RINGING_MS, late_consult);
	zv_job_send(job,
		    zv_cmd_request("Atxfer",
				   ZV_FIELDS({ "Channel", own->channel },
					     { "Context", context },
					     { "Exten", zv_job_text(job, "to") })),
		    NULL);
}

/* ---- complete ------------------------------------------------------------------------------ */

static bool
on_complete(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind != ZV_CALL_TRANSFERRED || !zv_cmd_is_mine(job, event) ||
	    event->transfer != ZV_TRANSFER_ATTENDED)
		return false;
	zv_json_member(zv_job_answer(job), "by", event->by);
	zv_json_member(zv_job_answer(job), "to", event->to);
	zv_job_done(job);
	return false;
}

static void
late_complete(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "your phone was hung up, but no transfer was seen");
}

static void
run_complete(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	zv_job_await(job, on_complete, ZV_CMD_EVENT_MS, late_complete);
	zv_job_send(job,
		    zv_cmd_request("Hangup", ZV_FIELDS({ "Channel", own->channel })),
		    NULL);
}

/* ---- cancel ---------------------------------------------------------------------------------- */

/* The first call talks again: the own leg came back to it, or nobody but the two is left. */
static bool
on_cancel(struct zv_job *job, const struct zv_call_event *event)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	if (zv_cmd_is_mine(job, event) && own && own->state == ZV_LEG_STATE_UP &&
	    (event->kind == ZV_LEG_RESUMED || zv_cmd_living(event->call) <= 2))
		zv_job_done(job);
	return false;
}

static void
late_cancel(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED, "the consultation did not end");
}

/* Asterisk before 13.18, and where features.conf has no atxferabort: who was asked is hung
 * up, and Asterisk gives the first side back. */
static void
hang_up_consulted(struct zv_job *job)
{
	const struct zv_leg *leg = zv_cmd_consulted(job);

	if (leg)
		zv_job_send(job,
			    zv_cmd_request("Hangup",
					   ZV_FIELDS({ "Channel", leg->channel })),
			    NULL);
}

static void
on_cancelled(struct zv_job *job, const struct zv_packet *response)
{
	if (!zv_cmd_is_error(response))
		return;
	if (zv_cmd_is_denied(response))
		zv_job_refuse_error(job, response);
	else
		hang_up_consulted(job);
}

static void
run_cancel(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	zv_job_await(job, on_cancel, ZV_CMD_EVENT_MS, late_cancel);
	if (zv_job_ami_major(job) < 2)
		hang_up_consulted(job);
	else
		zv_job_send_any(job,
				zv_cmd_request("CancelAtxfer",
					       ZV_FIELDS({ "Channel", own->channel })),
				on_cancelled);
}

/* ---- rows --------------------------------------------------------------------------------------- */

static const struct zv_argument consult_arguments[] = {
	ZV_ROW_CALL,
	{ .name = "to",
	  .kind = ZV_ARG_NUMBER,
	  .required = true,
	  .help = "whom to ask" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_consult, ZV_RIGHT_TRANSFER, .name = "call.consult",
	   .target = ZV_TARGET_CALL, .feature = 0x200, .arguments = consult_arguments,
	   .help = "Asks somebody else while the other side waits.", .run = run_consult,
	   .can = can_consult);

ZV_COMMAND(zv_cmd_call_complete, ZV_RIGHT_TRANSFER, .name = "call.complete",
	   .target = ZV_TARGET_CALL, .feature = 0x80, .arguments = arguments,
	   .help = "Connects the two you talked to.", .run = run_complete,
	   .can = zv_cmd_can_consulted);

ZV_COMMAND(zv_cmd_call_cancel, ZV_RIGHT_TRANSFER, .name = "call.cancel",
	   .target = ZV_TARGET_CALL, .feature = 0x2000, .arguments = arguments,
	   .help = "Ends the consultation, back to who waits.", .run = run_cancel,
	   .can = zv_cmd_can_consulted);
