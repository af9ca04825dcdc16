/* call.spy: the own phone is called and listens in. */
#include "hub/cmd.h"
#include "hub/job_impl.h"

/* q: no beep; E: it ends when the channel hangs up; w: whisper; B: barge in. */
static const struct mode {
	const char *name, *options;
} modes[] = {
	{ "listen", "qE" },
	{ "whisper", "qEw" },
	{ "barge", "qEB" },
};

static const struct zv_leg *
spied_leg(const struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);
	const struct zv_leg *found = NULL;

	for (const struct zv_leg *leg = call ? call->legs : NULL; leg; leg = leg->next)
		if (leg->state >= ZV_LEG_STATE_UP && leg->state != ZV_LEG_STATE_ENDED &&
		    (!found || (found->is_trunk && !leg->is_trunk)))
			found = leg;
	return found;
}

static bool
can(const struct zv_job *job, const char **why)
{
	*why = "nobody talks in that call";
	return spied_leg(job) != NULL;
}

static bool
on_step(struct zv_job *job, const struct zv_originate_step *step)
{
	if (step->state == ZV_ORIGINATE_ANSWERED_OWN)
		zv_job_done(job);
	else if (step->state == ZV_ORIGINATE_REFUSED)
		zv_job_refuse(job, ZV_REFUSED_PBX_REFUSED, "Originate: %.*s",
			      ZV_ARG(step->reason));
	else if (step->state == ZV_ORIGINATE_DONE && step->result == ZV_RESULT_ANSWERED)
		zv_job_done(job);
	else if (step->state == ZV_ORIGINATE_DONE)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "your phone: %s",
			      zvon_call_result_name(step->result));
	return false;
}

static void
run(struct zv_job *job)
{
	struct zv_str mode = zv_job_text(job, "mode");
	const char *options = modes[0].options;
	struct zv_dialing d = {
		.application = "ChanSpy",
		.auto_answer = zv_job_server(job)->auto_answer.n > 0,
	};
	char data[220];

	for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
		if (zvon_str_equal(mode, zvon_str(modes[i].name)))
			options = modes[i].options;
	snprintf(data, sizeof data, "%.*s,%s", ZV_ARG(spied_leg(job)->channel),
		 options);
	d.data = zvon_str(data);
	zv_job_originate(job, &d, on_step);
}

static const char *const mode_names[] = { "listen", "whisper", "barge", NULL };

static const struct zv_argument arguments[] = {
	ZV_ROW_CALL,
	{ .name = "mode",
	  .kind = ZV_ARG_WORD,
	  .words = mode_names,
	  .help = "listen (default), whisper (only the line hears you), barge (all "
		  "do)" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_call_spy, ZV_RIGHT_SPY, .name = "call.spy", .target = ZV_TARGET_ANY,
	   .arguments = arguments, .help = "Your phone listens in to a call.",
	   .run = run, .can = can);
