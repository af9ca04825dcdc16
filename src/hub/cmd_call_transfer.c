/* call.transfer: the other side is sent to a number, the own phone is free. */
#include "hub/cmd.h"

#include "base/str.h"

#define MOVED_MS 8000 /* a voice menu rings nobody */

struct transfer {
	size_t legs; /* that were there before */
};

static void
done(struct zv_job *job, const char *seen)
{
	zv_json_member(zv_job_answer(job), "seen", zvon_str(seen));
	zv_job_done(job);
}

static bool
on_event(struct zv_job *job, const struct zv_call_event *event)
{
	const struct transfer *t = zv_job_room(job);

	if (!zv_cmd_is_mine(job, event))
		return false;
	if (event->kind == ZV_CALL_QUEUED)
		done(job, "queued");
	else if (!zv_cmd_is_new(event, t->legs))
		return false;
	else if (event->kind == ZV_LEG_RINGING)
		done(job, "ringing");
	else if (event->kind == ZV_LEG_ANSWERED)
		done(job, "answered");
	else if (event->kind == ZV_LEG_ENDED)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "the target was called: %s",
			      zvon_call_result_name(event->leg->result));
	return false;
}

static void
late(struct zv_job *job)
{
	if (zv_job_own_leg(job))
		zv_job_refuse(job, ZV_REFUSED_FAILED,
			      "Asterisk took the transfer, but your phone is still in "
			      "the call");
	else
		done(job, "moved");
}

/* Asterisk 1.4 to 11, and those without the action BlindTransfer. */
static void
redirect(struct zv_job *job)
{
	const struct zv_leg *far = zv_job_far_leg(job);
	struct zv_str context;

	if (!far)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "the other side has hung up");
	else if (zv_cmd_transfer_context(job, &context))
		zv_job_send(
			job,
			zv_cmd_request("Redirect",
				       ZV_FIELDS({ "Channel", far->channel },
						 { "Context", context },
						 { "Exten", zv_job_text(job, "to") },
						 { "Priority", ZV_STR("1") })),
			NULL);
}

static void
on_blind(struct zv_job *job, const struct zv_packet *response)
{
	struct zv_str words = zv_str_trim(zvon_packet_get(response, ZV_STR("Message")));

	if (!zv_cmd_is_error(response))
		return;
	if (zv_str_starts(words, ZV_STR("Invalid/unknown command")))
		redirect(job);
	else
		zv_job_refuse_error(job, response);
}

static void
run(struct zv_job *job)
{
	const struct zv_leg *own = zv_job_own_leg(job);
	struct transfer *t = zv_job_room(job);
	struct zv_str context;

	t->legs = zv_cmd_legs(zv_job_call(job));
	if (!zv_cmd_transfer_context(job, &context))
		return;
	zv_job_await(job, on_event, MOVED_MS, late);
	if (zv_job_ami_major(job) < 2) {
		redirect(job);
		return;
	}
	zv_job_send_any(job,
			zv_cmd_request("BlindTransfer",
				       ZV_FIELDS({ "Channel", own->channel },
						 { "Context", context },
						 { "Exten", zv_job_text(job, "to") })),
			on_blind);
}

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	{ .name = "to", .kind = ZV_ARG_NUMBER, .required = true, .help = "where to" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_transfer, ZV_RIGHT_TRANSFER, .name = "call.transfer",
	   .target = ZV_TARGET_CALL, .feature = 0x100, .arguments = arguments,
	   .help = "Sends the other side to a number without asking there.", .run = run,
	   .can = zv_cmd_can_talk);
