/* line.dnd: Asterisk has no such thing; dialplans look it up in its database (FreePBX: family
 * DND, key the line, value YES). */
#include "hub/agents.h"
#include "hub/cmd.h"
#include "hub/job_impl.h"

static void
done(struct zv_job *job)
{
	struct zv_hub *h = job->jobs->h;
	struct zv_str key = zvon_str(zv_job_room(job));
	struct zv_agent *agent = zv_hub_agent(h, key);

	if (agent) {
		agent->dnd = zv_job_bool(job, "on");
		zv_hub_user_changed(h, key, job->now_ms);
	}
	zv_job_done(job);
}

/* DBDel of what is not there: it is off already. 1.8 says so, 16 and 22 do not say why the
 * entry could not be deleted. */
static void
on_looked_up(struct zv_job *job, const struct zv_packet *response)
{
	struct zv_str words = zvon_packet_get(response, ZV_STR("Message"));

	if (zv_cmd_is_error(response) &&
	    zv_str_find(words, ZV_STR("not found")) < words.n)
		done(job);
	else
		zv_job_refuse(job, ZV_REFUSED_PBX_REFUSED,
			      "DBDel: the entry could not be deleted");
}

static void
on_response(struct zv_job *job, const struct zv_packet *response)
{
	if (!zv_cmd_is_error(response))
		done(job);
	else if (zv_job_bool(job, "on") || zv_cmd_is_denied(response))
		zv_job_refuse_error(job, response);
	else
		zv_job_send_any(
			job,
			zv_cmd_request("DBGet",
				       ZV_FIELDS({ "Family", zv_job_server(job)->dnd },
						 { "Key", zv_job_line(job) })),
			on_looked_up);
}

static void
run(struct zv_job *job)
{
	struct zv_str family = zv_job_server(job)->dnd;
	bool on = zv_job_bool(job, "on");
	char key[ZV_AGENT_KEY];

	if (!family.n) {
		zv_job_refuse(
			job, ZV_REFUSED_NOT_POSSIBLE,
			"Asterisk has no such state; where the dialplan looks it up "
			"in the database set dnd = FAMILY in [server] of zvond.conf");
		return;
	}
	snprintf(zv_job_room(job), ZV_JOB_ROOM, "%.*s",
		 ZV_ARG(zv_agent_key_of(zv_job_user(job), key)));
	zv_job_send_any(job,
			zv_cmd_request(on ? "DBPut" : "DBDel",
				       ZV_FIELDS({ "Family", family },
						 { "Key", zv_job_line(job) },
						 { "Val", on ? ZV_STR("YES")
							     : (struct zv_str){ 0 } })),
			on_response);
}

static const struct zv_argument arguments[] = {
	{ .name = "on",
	  .kind = ZV_ARG_BOOL,
	  .required = true,
	  .help = "true or false" },
	ZV_ROW_LINE,
	ZV_ROW_SERVER,
	ZV_ROW_END,
};

ZV_COMMAND(zv_cmd_line_dnd, ZV_RIGHT_AGENT, .name = "line.dnd",
	   .target = ZV_TARGET_LINE, .arguments = arguments,
	   .help = "Do not disturb, where the dialplan knows it.", .run = run);
