/* agent.state, agent.wrap_up: what a user says of himself; his queues follow. */
#include "hub/agents.h"
#include "hub/cmd.h"
#include "hub/job_impl.h"

static void
run_state(struct zv_job *job)
{
	struct zv_hub *h = job->jobs->h;
	const struct zv_user *user = zv_job_user(job);
	struct zv_str state = zv_job_text(job, "state"),
		      reason = zv_job_text(job, "reason");
	char key[ZV_AGENT_KEY];
	struct zv_agent *agent;
	bool pauses = zv_agent_state_pauses(state);

	if (zv_hub_set_agent(h, zv_agent_key_of(user, key), state, reason) < 0) {
		zv_job_refuse(job, ZV_REFUSED_BUSY, "out of memory");
		return;
	}
	agent = zv_hub_agent(h, zv_agent_key_of(user, key));
	if (pauses || (agent && agent->paused_by_us))
		zv_agent_pause(h, user, pauses,
			       !pauses	  ? (struct zv_str){ 0 }
			       : reason.n ? reason
					  : state,
			       job->now_ms);
	zv_hub_user_changed(h, zv_agent_key_of(user, key), job->now_ms);
	zv_json_member(zv_job_answer(job), "state", state);
	zv_job_done(job);
}

static void
run_wrap_up(struct zv_job *job)
{
	zv_agent_wrap_up(job->jobs->h, zv_job_user(job), zv_job_bool(job, "on"),
			 job->now_ms);
	zv_job_done(job);
}

static const struct zv_argument state_arguments[] = {
	{ .name = "state",
	  .kind = ZV_ARG_TEXT,
	  .required = true,
	  .most = 80,
	  .help = "a code: ready, break…" },
	{ .name = "reason",
	  .kind = ZV_ARG_TEXT,
	  .most = 80,
	  .help = "shown to others" },
	ZV_ROW_END,
};

static const struct zv_argument wrap_up_arguments[] = {
	{ .name = "on",
	  .kind = ZV_ARG_BOOL,
	  .required = true,
	  .help = "true or false" },
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_agent_state, ZV_RIGHT_AGENT, .name = "agent.state",
	   .target = ZV_TARGET_NOTHING, .arguments = state_arguments,
	   .help = "Says how you are: ready, break…", .run = run_state);

ZV_COMMAND(zv_cmd_agent_wrap_up, ZV_RIGHT_AGENT, .name = "agent.wrap_up",
	   .target = ZV_TARGET_NOTHING, .arguments = wrap_up_arguments,
	   .help = "No calls of queues: there is work to do after one.",
	   .run = run_wrap_up);
