/* What must hold before a command runs: the one place where rights are checked, for all
 * faces. docs/protocol/commands.md has the table. */
#include "hub/job_impl.h"

#include <stdio.h>
#include <string.h>

#include "base/utf.h"

/* ---- the user and the arguments ----------------------------------------------------- */

static bool
check_right(struct zv_job *job)
{
	if (job->as_ourselves || zv_role_has(job->user.role, job->command->right))
		return true;
	zv_job_refuse(
		job, ZV_REFUSED_DENIED,
		"the role %.*s has not the right \"%s\", which %s needs (zvond.conf, "
		"[role], may =)",
		ZV_ARG(job->user.role->name), zv_right_name(job->command->right),
		job->command->name);
	return false;
}

static bool
check_arguments(struct zv_job *job)
{
	struct zv_str culprit;
	struct zv_error err = { 0 };
	char name[sizeof job->argument];

	if (zv_arguments_read(&job->arguments, job->command->arguments, job->json,
			      zv_hub_letters_in_numbers(job->jobs->h), &culprit,
			      &err) == 0)
		return true;
	snprintf(name, sizeof name, "%.*s", ZV_ARG(culprit));
	zv_utf8_make_line(name);
	zv_job_refuse_argument(job, name, "%s", err.text);
	return false;
}

/* ---- numbers and limits ------------------------------------------------------------- */

static bool
check_number(struct zv_job *job)
{
	const struct zv_value *v = zv_arguments_of_kind(&job->arguments, ZV_ARG_NUMBER);
	const struct zv_dial_rule *rule = NULL;

	if (!v || zv_role_may_dial(job->user.role, v->text, &rule))
		return true;
	job->jobs->denied_dials++;
	zv_job_refuse(job, ZV_REFUSED_DENIED, "number %.*s may not be dialled: %s%.*s",
		      ZV_ARG(v->text), rule ? "deny " : "no rule of the role allows it",
		      rule ? (int)rule->pattern.n : 0, rule ? rule->pattern.p : "");
	return false;
}

/* Consultations are calls, too; a transfer moves one that was counted. */
static bool
makes_call(const struct zv_job *job, bool *at_once)
{
	*at_once = job->command->right == ZV_RIGHT_DIAL;
	return *at_once || strcmp(job->command->name, "call.consult") == 0;
}

/* Panels that nobody signed in share a user: each of their lines has limits of its own. */
static struct zv_str
caller_of(const struct zv_job *job)
{
	return job->user.shared ? zvon_str(job->interface) : job->user.name;
}

static bool
check_limits(struct zv_job *job)
{
	const char *what;
	bool at_once;
	int wait;

	if (!makes_call(job, &at_once))
		return true;
	wait = zv_call_limits_wait(&job->jobs->limits, caller_of(job), job->user.role,
				   at_once, job->now_ms, &what);
	if (wait == 0)
		return true;
	job->retry_ms = wait;
	if (wait < 0)
		zv_job_refuse(job, ZV_REFUSED_LIMIT, "%s", what);
	else
		zv_job_refuse(job, ZV_REFUSED_LIMIT,
			      "the limit %s is reached: again in %d s", what,
			      (wait + 999) / 1000);
	return false;
}

/* Last of all: what was refused for another reason does not count. */
static bool
take_limit(struct zv_job *job)
{
	bool at_once;

	if (!makes_call(job, &at_once))
		return true;
	job->made = zv_call_limits_take(&job->jobs->limits, caller_of(job), at_once,
					job->now_ms);
	if (!job->made)
		zv_job_refuse(job, ZV_REFUSED_BUSY, "out of memory");
	return job->made != NULL;
}

/* ---- the server and the call --------------------------------------------------------- */

static bool
check_server(struct zv_job *job)
{
	if (zv_hub_server_is_up(job->jobs->h, job->server))
		return true;
	zv_job_refuse(job, ZV_REFUSED_PBX_DOWN,
		      "there is no connection to server %.*s at the moment",
		      ZV_ARG(zv_job_server(job)->name));
	return false;
}

static bool
check_possible(struct zv_job *job)
{
	const char *why = "this call cannot do that now";

	if (!job->command->can || job->command->can(job, &why))
		return true;
	zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE, "%s", why);
	return false;
}

static bool (*const checks[])(struct zv_job *) = {
	check_right,  check_arguments, zv_job_check_target, check_number,
	check_limits, check_server,    check_possible,	    take_limit,
};

bool
zv_job_check(struct zv_job *job)
{
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (job->over || !checks[i](job))
			return false;
	return !job->over;
}
