/* A command begins: whose it is, whether it may run; what the panel may offer. */
#include "hub/job_impl.h"

#include "base/err.h"
#include "base/mem.h"

static const struct zv_role no_role = { .rights = 0 };

/* ---- life -------------------------------------------------------------------------- */

static void
refuse_early(struct zv_jobs *jobs, const struct zv_user *user, struct zv_str name,
	     const struct zv_job_owner *owner, enum zv_refusal why, const char *message,
	     int64_t now_ms)
{
	char members[200];

	snprintf(members, sizeof members,
		 "\"error\":{\"code\":\"%s\",\"message\":\"%s\"}", zv_refusal_name(why),
		 message);
	jobs->refused++;
	zv_job_log_refusal(jobs, user ? user->name : ZV_STR(""), name,
			   zv_refusal_name(why), message, now_ms);
	if (owner && owner->done)
		owner->done(owner->owner, NULL, zv_refusal_status(why), false,
			    zvon_str(members));
}

/* A panel stands for a line of its own. */
static void
take_lines(struct zv_job *job, struct zv_session *s)
{
	struct zv_who who = zv_who_of_session(s);

	job->session = s;
	job->user.lines = who.lines;
	job->user.n_lines = who.n_lines;
}

static struct zv_job *
new_job(struct zv_jobs *jobs, struct zv_session *s, const struct zv_command *command,
	const struct zv_user *user, const json_t *args,
	const struct zv_job_owner *owner, int64_t now_ms)
{
	struct zv_job *job = zv_calloc(1, sizeof *job);

	if (!job)
		return NULL;
	job->jobs = jobs;
	job->command = command;
	job->arguments.table = command->arguments;
	if (owner)
		job->owner = *owner;
	job->user = *user;
	if (s)
		take_lines(job, s);
	if (!job->user.role)
		job->user.role = &no_role;
	job->json = json_incref((json_t *)(uintptr_t)args);
	job->writer.out = &job->answer;
	job->late_at = INT64_MAX;
	zv_job_enter(job, now_ms);
	zv_list_append(&jobs->list, &job->node);
	jobs->n++;
	return job;
}

/* What a reload or the end of a session may take away is let go or copied. */
static void
keep_user(struct zv_job *job)
{
	zv_job_name(job->user_name, job->user.name);
	zv_job_name(job->context, job->user.context);
	job->user = (struct zv_user){
		.name = zvon_str(job->user_name),
		.context = zvon_str(job->context),
		.role = &no_role,
		.auto_pause = job->user.auto_pause,
		.wrap_up_s = job->user.wrap_up_s,
		.shared = job->user.shared,
	};
}

static struct zv_job *
start(struct zv_jobs *jobs, struct zv_session *s, const struct zv_user *user,
      struct zv_str name, const json_t *args, const struct zv_job_owner *owner,
      bool as_ourselves, int64_t now_ms)
{
	const struct zv_command *command = zv_command_find(name);
	struct zv_job *job = NULL;

	jobs->commands++;
	if (!user)
		refuse_early(jobs, user, name, owner, ZV_REFUSED_DENIED,
			     "nobody is signed in", now_ms);
	else if (!command)
		refuse_early(jobs, user, name, owner, ZV_REFUSED_UNKNOWN_COMMAND,
			     "there is no such command; GET /v1/commands lists them",
			     now_ms);
	else if (jobs->n >= ZV_JOBS_MAX ||
		 !(job = new_job(jobs, s, command, user, args, owner, now_ms)))
		refuse_early(jobs, user, name, owner, ZV_REFUSED_BUSY,
			     "too many commands are going on", now_ms);
	if (!job)
		return NULL;
	job->as_ourselves = as_ourselves;
	if (zv_job_check(job))
		command->run(job);
	keep_user(job);
	return zv_job_leave(job) ? job : NULL;
}

struct zv_job *
zv_job_start(struct zv_hub *h, const struct zv_user *user, struct zv_str name,
	     const json_t *args, const struct zv_job_owner *owner, int64_t now_ms)
{
	return start(zv_hub_jobs(h), NULL, user, name, args, owner, false, now_ms);
}

struct zv_job *
zv_jobs_start(struct zv_jobs *jobs, struct zv_session *s, const struct zv_user *user,
	      struct zv_str name, const json_t *args, const struct zv_job_owner *owner,
	      int64_t now_ms)
{
	return start(jobs, s, user, name, args, owner, false, now_ms);
}

struct zv_job *
zv_job_start_ourselves(struct zv_hub *h, const struct zv_user *user, struct zv_str name,
		       const json_t *args, int64_t now_ms)
{
	return start(zv_hub_jobs(h), NULL, user, name, args, NULL, true, now_ms);
}

/* ---- features of the panel ------------------------------------------------------------------ */

bool
zv_command_can(struct zv_hub *h, const struct zv_user *user,
	       const struct zv_command *command, size_t server,
	       const struct zv_call *call, const char **why)
{
	const struct zv_hub_server *s = zv_hub_find_server(h, server);
	const struct zv_leg *leg = call && s ? zv_user_leg(user, s->name, call) : NULL;
	struct zv_job job = {
		.jobs = zv_hub_jobs(h),
		.command = command,
		.user = *user,
		.server = server,
		.arguments = { .table = command->arguments },
	};

	*why = "the role has not that right";
	if (!zv_role_has(user->role, command->right))
		return false;
	*why = "there is no connection to the server";
	if (!s || !zv_hub_server_is_up(h, server))
		return false;
	*why = "no line of yours takes part in it";
	if (command->target == ZV_TARGET_CALL && !leg)
		return false;
	if (call)
		zv_job_name(job.call, call->id);
	if (leg)
		zv_job_set_line(&job, leg->line);
	return !command->can || command->can(&job, why);
}
