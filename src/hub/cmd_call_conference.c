/* call.conference: both sides go into a room of the dialplan. */
#include "hub/cmd.h"

struct room {
	unsigned wanted, came;
};

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	struct room *r = zv_job_room(job);

	if (event->kind != ZV_CALL_CONFERENCED || !zv_cmd_is_mine(job, event))
		return false;
	if (++r->came >= r->wanted)
		zv_job_done(job);
	return false;
}

static void
late(struct zv_job *job)
{
	const struct room *r = zv_job_room(job);

	zv_job_refuse(job, ZV_REFUSED_FAILED,
		      "%u of %u came into the room: is that number one of "
		      "conference_context?",
		      r->came, r->wanted);
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job), *far = zv_job_far_leg(job);
	struct zv_str context = zv_job_server(job)->conference_context;
	struct zv_str room = zv_job_text(job, "room"), one = ZV_STR("1");
	struct room *r = zv_job_room(job);

	if (!context.n) {
		zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE,
			      "conference_context = is not set in [server] of "
			      "zvond.conf");
		return;
	}
	r->wanted = 2;
	zv_json_member(zv_job_answer(job), "room", room);
	zv_job_await(job, on_event, ZV_CMD_EVENT_MS, late);
	zv_job_send(job,
		    zv_cmd_request("Redirect",
				   ZV_FIELDS({ "Channel", far->channel },
					     { "ExtraChannel", own->channel },
					     { "Context", context }, { "Exten", room },
					     { "Priority", one },
					     { "ExtraContext", context },
					     { "ExtraExten", room },
					     { "ExtraPriority", one })),
		    NULL);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	{ .name = "room",
	  .kind = ZV_ARG_WORD,
	  .required = true,
	  .most = 40,
	  .help = "number of the room in conference_context" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_conference, ZV_RIGHT_CONFERENCE, .name = "call.conference",
	   .target = ZV_TARGET_CALL, .arguments = arguments,
	   .help = "Takes both sides into a conference room.", .run = run,
	   .can = zv_cmd_can_talk);
