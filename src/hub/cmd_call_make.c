/* call.make: the own phone rings, then the number is dialled in its name. */
#include "hub/cmd.h"
#include "hub/job_impl.h"

#define RESULT_MS 600000 /* of far phones that ring for ever */

static void
tell_call(struct zv_job *job, const struct zv_originate_step *step)
{
	const struct zv_call *call = zv_job_call_of(job, step->call, step->unique_id);
	bool *told = zv_job_room(job);

	if (*told || !call)
		return;
	*told = true;
	zv_job_follow(job, call->id);
	zv_json_member(zv_job_answer(job), "call", call->id);
	zv_job_progress(job);
}

static void
tell_result(struct zv_job *job, const struct zv_originate_step *step)
{
	struct zv_json *j = zv_job_answer(job);

	zv_json_member(j, "result", zvon_str(zvon_call_result_name(step->result)));
	if (step->side != ZV_SIDE_NONE)
		zv_json_member(j, "side", zvon_str(zv_originate_side_name(step->side)));
	if (step->cause) {
		zv_json_key(j, "cause");
		zv_json_int(j, step->cause);
	}
	zv_json_member(j, "reason", step->reason);
	zv_job_done(job);
}

static bool
on_step(struct zv_job *job, const struct zv_originate_step *step)
{
	tell_call(job, step);
	if (step->state == ZV_ORIGINATE_DONE)
		tell_result(job, step);
	else if (step->state == ZV_ORIGINATE_REFUSED)
		zv_job_refuse(job, ZV_REFUSED_PBX_REFUSED, "Originate: %.*s",
			      ZV_ARG(step->reason));
	else if (step->state == ZV_ORIGINATE_TIMED_OUT)
		zv_job_refuse(job, ZV_REFUSED_TIMEOUT, "%.*s", ZV_ARG(step->reason));
	return false;
}

static void
run(struct zv_job *job)
{
	struct zv_dialing d = {
		.exten = zv_job_text(job, "to"),
		.auto_answer = zv_job_bool(job, "auto_answer"),
		.timeout_ms = RESULT_MS,
	};
	struct zv_str context;

	if (d.auto_answer && !zv_job_server(job)->auto_answer.n)
		zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE,
			      "auto_answer = (a SIP header) is not set in [server] of "
			      "zvond.conf");
	else if (zv_cmd_context(job, &context))
		zv_job_originate(job, &d, on_step);
}

static const struct zv_argument arguments[] = {
	{ .name = "to",
	  .kind = ZV_ARG_NUMBER,
	  .required = true,
	  .help = "whom to call" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	{ .name = "auto_answer",
	  .kind = ZV_ARG_BOOL,
	  .help = "the own phone picks up by itself, where it is configured" },
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_make, ZV_RIGHT_DIAL, .name = "call.make",
	   .target = ZV_TARGET_LINE, .feature = 0x2, .arguments = arguments,
	   .help = "Rings your phone, then calls the number.", .run = run);
