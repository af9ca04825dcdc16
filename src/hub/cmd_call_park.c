/* call.park: the other side waits in a parking lot. */
#include "hub/cmd.h"

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->kind != ZV_CALL_PARKED || !zv_cmd_is_mine(job, event))
		return false;
	zv_json_member(zv_job_answer(job), "space", event->space);
	zv_job_done(job);
	return false;
}

static void
late(struct zv_job *job)
{
	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "Asterisk took it, but nobody was parked: is the lot full?");
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job), *far = zv_job_far_leg(job);
	struct zv_str lot = zv_job_text(job, "lot");
	bool old = zv_job_ami_major(job) < 2;

	if (!lot.n)
		lot = zv_job_server(job)->parking;
	zv_job_await(job, on_event, ZV_CMD_EVENT_MS, late);
	zv_job_send(
		job,
		zv_cmd_request(
			"Park",
			ZV_FIELDS({ "Channel", far->channel },
				  { old ? "Channel2" : "TimeoutChannel", own->channel },
				  { "AnnounceChannel",
				    old ? (struct zv_str){ 0 } : own->channel },
				  { "Parkinglot", lot })),
		NULL);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	ZV_ROW_LINE,
	{ .name = "lot",
	  .kind = ZV_ARG_WORD,
	  .most = 40,
	  .help = "parking lot; left out: that of the configuration" },
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_park, ZV_RIGHT_TRANSFER, .name = "call.park",
	   .target = ZV_TARGET_CALL, .arguments = arguments,
	   .help = "Parks the other side; anybody may fetch it.", .run = run,
	   .can = zv_cmd_can_talk);
