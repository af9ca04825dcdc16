/* call.drop: the own leg is hung up; of a phone that rings it is refused. */
#include "hub/cmd.h"

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_LEG_ENDED && zv_cmd_is_own_leg(job, event))
		zv_job_done(job);
	return false;
}

static void
late(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "Asterisk took the Hangup, but the leg did not end");
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	zv_job_await(job, on_event, ZV_CMD_EVENT_MS, late);
	zv_job_send(job,
		    zv_cmd_request("Hangup", ZV_FIELDS({ "Channel", own->channel })),
		    NULL);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_drop, ZV_RIGHT_CONTROL, .name = "call.drop",
	   .target = ZV_TARGET_CALL, .feature = 0x8, .arguments = arguments,
	   .help = "Hangs your phone up.", .run = run);
