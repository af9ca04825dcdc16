/* call.answer: AMI cannot pick up a phone; phones that obey NOTIFY "talk" can be asked. */
#include "hub/cmd.h"

static bool
can(const struct zv_job *job, const char **why)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	*why = "Asterisk cannot pick up a phone; where the phones obey NOTIFY \"talk\" "
	       "set "
	       "notify_answer = yes in [server] of zvond.conf";
	if (!zv_job_server(job)->notify_answer)
		return false;
	*why = "your phone does not ring";
	return own && own->role == ZV_ROLE_CALLEE &&
	       (own->state == ZV_LEG_STATE_RINGING ||
		own->state == ZV_LEG_STATE_DIALING);
}

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_LEG_ANSWERED && zv_cmd_is_own_leg(job, event))
		zv_job_done(job);
	else if (event->kind == ZV_LEG_ENDED && zv_cmd_is_own_leg(job, event))
		zv_job_refuse(job, ZV_REFUSED_FAILED,
			      "your phone does not ring any more");
	return false;
}

static void
late(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "the phone did not obey the NOTIFY \"talk\" that was sent to it");
}

static void
run(struct zv_job *job)
{
	zv_job_await(job, on_event, ZV_CMD_EVENT_MS, late);
	zv_cmd_notify(job, "talk");
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_answer, ZV_RIGHT_CONTROL, .name = "call.answer",
	   .target = ZV_TARGET_CALL, .feature = 0x4, .arguments = arguments,
	   .help = "Picks up your phone that rings, if it obeys NOTIFY.", .run = run,
	   .can = can);
