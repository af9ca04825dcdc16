/* call.hold, call.resume: AMI has no hold; phones that obey NOTIFY can be asked. */
#include "hub/cmd.h"

static bool
can_hold(const struct zv_job *job, const char **why, bool held)
{
	const struct zv_leg *own = zv_job_own_leg(job);

	*why = "Asterisk cannot put a phone on hold, only the phone can; where the "
	       "phones "
	       "obey NOTIFY \"hold\" set notify_hold = yes in [server] of zvond.conf";
	if (!zv_job_server(job)->notify_hold)
		return false;
	*why = held ? "your phone has nobody on hold"
		    : "your phone is not in conversation";
	return own && own->state == (held ? ZV_LEG_STATE_HELD : ZV_LEG_STATE_UP);
}

static bool
can_put(const struct zv_job *job, const char **why)
{
	return can_hold(job, why, false);
}

static bool
can_resume(const struct zv_job *job, const char **why)
{
	return can_hold(job, why, true);
}

static bool
on_held(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_LEG_HELD && zv_cmd_is_own_leg(job, event))
		zv_job_done(job);
	return false;
}

static bool
on_resumed(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind == ZV_LEG_RESUMED && zv_cmd_is_own_leg(job, event))
		zv_job_done(job);
	return false;
}

static void
late(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "the phone did not obey the NOTIFY that was sent to it");
}

static void
run_hold(struct zv_job *job)
{
	zv_job_await(job, on_held, ZV_CMD_EVENT_MS, late);
	zv_cmd_notify(job, "hold");
}

static void
run_resume(struct zv_job *job)
{
	zv_job_await(job, on_resumed, ZV_CMD_EVENT_MS, late);
	zv_cmd_notify(job, "talk");
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_hold, ZV_RIGHT_CONTROL, .name = "call.hold",
	   .target = ZV_TARGET_CALL, .feature = 0x10, .arguments = arguments,
	   .help = "Puts the other side on hold, if your phone obeys NOTIFY.",
	   .run = run_hold, .can = can_put);

ZV_COMMAND(zv_cmd_call_resume, ZV_RIGHT_CONTROL, .name = "call.resume",
	   .target = ZV_TARGET_CALL, .feature = 0x20, .arguments = arguments,
	   .help = "Talks again to who is on hold, if your phone obeys NOTIFY.",
	   .run = run_resume, .can = can_resume);
