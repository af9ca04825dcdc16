/* call.pickup: the own phone is called, and takes over a phone that rings. */
#include "hub/cmd.h"
#include "hub/job_impl.h"

static const struct zv_leg *
ringing_leg(const struct zv_call *call)
{
	for (const struct zv_leg *leg = call ? call->legs : NULL; leg; leg = leg->next)
		if (leg->role == ZV_ROLE_CALLEE && leg->state == ZV_LEG_STATE_RINGING)
			return leg;
	return NULL;
}

static bool
can(const struct zv_job *job, const char **why)
{
	*why = "no phone rings in that call";
	return ringing_leg(zv_job_call(job)) != NULL;
}

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind != ZV_CALL_PICKED_UP || !zv_cmd_is_mine(job, event))
		return false;
	if (zvon_str_equal(event->by, zv_job_line(job)))
		zv_job_done(job);
	else
		zv_job_refuse(job, ZV_REFUSED_FAILED, "%.*s was faster",
			      ZV_ARG(event->by));
	return false;
}

static void
late(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "your phone answered, but could not take the call over (it must "
		      "be in the same pickup group, or the module is not loaded)");
}

static bool
on_step(struct zv_job *job, const struct zv_originate_step *step)
{
	if (step->state == ZV_ORIGINATE_REFUSED)
		zv_job_refuse(job, ZV_REFUSED_PBX_REFUSED, "Originate: %.*s",
			      ZV_ARG(step->reason));
	else if (step->state == ZV_ORIGINATE_ANSWERED_OWN)
		zv_job_await(job, on_event, ZV_CMD_ECHO_MS, late);
	else if (step->state == ZV_ORIGINATE_DONE && step->result != ZV_RESULT_ANSWERED)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "your phone: %s",
			      zvon_call_result_name(step->result));
	return false;
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *leg = ringing_leg(zv_job_call(job));
	struct zv_dialing d = {
		.application = "PickupChan",
		.data = leg->channel,
		.auto_answer = zv_job_server(job)->auto_answer.n > 0,
	};

	zv_job_await(job, on_event, zv_job_server(job)->ring_ms + ZV_CMD_EVENT_MS,
		     late);
	zv_job_originate(job, &d, on_step);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_pickup, ZV_RIGHT_PICKUP, .name = "call.pickup",
	   .target = ZV_TARGET_ANY, .arguments = arguments,
	   .help = "Your phone takes a call that rings elsewhere.", .run = run,
	   .can = can);
