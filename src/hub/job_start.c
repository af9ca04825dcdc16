/* The one place where rights are checked, for all faces. */
#include "hub/job_impl.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf.h"

static const struct zv_role no_role = { .rights = 0 };

/* ---- lines ------------------------------------------------------------------------- */

struct zv_str
zv_line_on(struct zv_str line, struct zv_str server)
{
	struct zv_str rest = line, first = { 0 };

	if (zv_str_find(line, ZV_STR("/")) == line.n)
		return line;
	zv_str_split(&rest, '/', &first);
	return zvon_str_equal(first, server) ? rest : (struct zv_str){ 0 };
}

static const struct zv_leg *
find_leg(const struct zv_call *call, struct zv_str line)
{
	const struct zv_leg *found = NULL;

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		if (line.n && leg->state != ZV_LEG_STATE_ENDED &&
		    zvon_str_equal(leg->line, line))
			found = leg;
	return found;
}

const struct zv_leg *
zv_user_leg(const struct zv_user *user, struct zv_str server,
	    const struct zv_call *call)
{
	for (size_t i = 0; i < user->n_lines; i++) {
		struct zv_str line = zv_line_on(user->lines[i], server);
		const struct zv_leg *leg = find_leg(call, line);

		if (leg)
			return leg;
	}
	return NULL;
}

/* Of calls that were his only what goes on with him is his to control. */
static bool
controls(const struct zv_job *job, const struct zv_call *call)
{
	enum zv_scope scope = job->user.role->controls;
	struct zv_who who = zv_who_of_user(&job->user);

	if (zv_user_leg(&job->user, zv_job_server(job)->name, call))
		return true;
	return scope != ZV_SCOPE_OWN &&
	       zv_sight_call(job->jobs->h, &who, scope, job->server, call);
}

static bool
sees(const struct zv_job *job, const struct zv_call *call)
{
	struct zv_who who = zv_who_of_user(&job->user);

	return zv_sight_call(job->jobs->h, &who, zv_who_sees(&who), job->server, call);
}

/* ---- what the user may --------------------------------------------------------------- */

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

/* ---- which server, which call ------------------------------------------------------- */

static bool
set_server(struct zv_job *job, size_t server)
{
	job->server = server;
	job->has_server = true;
	return true;
}

static int
find_server(const struct zv_hub *h, struct zv_str name)
{
	for (size_t i = 0; i < zv_hub_n_servers(h); i++) {
		const struct zv_hub_server *s = zv_hub_find_server(h, i);

		if (s && zvon_str_equal(s->name, name))
			return (int)i;
	}
	return -1;
}

/* true: there is no argument `server`, or it names one. */
static bool
read_server(struct zv_job *job)
{
	const struct zv_value *v = zv_arguments_of_kind(&job->arguments, ZV_ARG_SERVER);
	int server = v ? find_server(job->jobs->h, v->text) : -1;

	if (!v)
		return true;
	if (server >= 0)
		return set_server(job, (size_t)server);
	zv_job_refuse(job, ZV_REFUSED_NOT_FOUND, "there is no server %.*s",
		      ZV_ARG(v->text));
	return false;
}

const struct zv_call *
zv_job_find_call(const struct zv_hub *h, size_t server, struct zv_str id)
{
	const struct zv_hub_server *s = zv_hub_find_server(h, server);
	const struct zv_call *call = NULL;

	while (s && s->calls && (call = zvon_calls_next(s->calls, call)))
		if (zvon_str_equal(call->id, id))
			return call;
	return NULL;
}

/* An id is one server's: of two that have it the one that is his counts. */
static bool
find_call(struct zv_job *job, struct zv_str id)
{
	struct zv_hub *h = job->jobs->h;
	bool found = false;

	for (size_t i = 0; i < zv_hub_n_servers(h); i++) {
		const struct zv_call *call;

		if (job->has_server && !found && i != job->server)
			continue;
		call = zv_job_find_call(h, i, id);
		if (!call)
			continue;
		if (!found ||
		    zv_user_leg(&job->user, zv_hub_find_server(h, i)->name, call))
			set_server(job, i);
		found = true;
	}
	if (found)
		zv_job_name(job->call, id);
	else
		zv_job_refuse(job, ZV_REFUSED_NOT_FOUND,
			      "there is no call %.*s that is going on", ZV_ARG(id));
	return found;
}

static size_t
count_servers(const struct zv_hub *h, size_t *only)
{
	size_t n = 0;

	for (size_t i = 0; i < zv_hub_n_servers(h); i++)
		if (zv_hub_find_server(h, i)) {
			*only = i;
			n++;
		}
	return n;
}

/* "office/101" names its server itself. */
static bool
server_of_line(struct zv_job *job, struct zv_str line)
{
	struct zv_str rest = line, first = { 0 };
	int server;

	if (job->has_server || zv_str_find(line, ZV_STR("/")) == line.n)
		return job->has_server;
	zv_str_split(&rest, '/', &first);
	server = find_server(job->jobs->h, first);
	return server >= 0 && set_server(job, (size_t)server);
}

static bool
choose_server(struct zv_job *job, struct zv_str line)
{
	size_t only = 0, n;

	if (server_of_line(job, line))
		return true;
	n = count_servers(job->jobs->h, &only);
	if (n == 1)
		return set_server(job, only);
	if (n == 0)
		zv_job_refuse(job, ZV_REFUSED_PBX_DOWN, "there is no server");
	else
		zv_job_refuse_argument(job, "server",
				       "is missing: there are %zu servers", n);
	return false;
}

/* ---- whose line, whose call --------------------------------------------------------------- */

static bool
is_his_line(const struct zv_user *user, struct zv_str server, struct zv_str line)
{
	for (size_t i = 0; i < user->n_lines; i++)
		if (zvon_str_equal(zv_line_on(user->lines[i], server), line))
			return true;
	return false;
}

/* On its server: the line of the argument, or his first there. */
static struct zv_str
pick_line(const struct zv_job *job, struct zv_str server)
{
	const struct zv_value *v = zv_arguments_of_kind(&job->arguments, ZV_ARG_LINE);

	if (v)
		return zv_line_on(v->text, server);
	for (size_t i = 0; i < job->user.n_lines; i++) {
		struct zv_str line = zv_line_on(job->user.lines[i], server);

		if (line.n)
			return line;
	}
	return (struct zv_str){ 0 };
}

/* A Local channel leads through the dialplan, so it needs a context. */
static void
set_interface(struct zv_job *job, struct zv_str technology, struct zv_str line)
{
	const struct zv_hub_server *s = zv_job_server(job);
	bool is_local = zvon_str_equal_nocase(technology, ZV_STR("Local"));

	snprintf(job->interface, sizeof job->interface, "%.*s/%.*s%s%.*s",
		 ZV_ARG(technology), ZV_ARG(line), is_local ? "@" : "",
		 is_local ? (int)s->context.n : 0, s->context.p ? s->context.p : "");
}

static void
set_line(struct zv_job *job, struct zv_str line)
{
	const struct zv_hub_server *s = zv_job_server(job);
	struct zv_str technology = s->technology;

	zv_job_name(job->line, line);
	if (!technology.n)
		technology =
			zv_job_ami_major(job) > 1 ? ZV_STR("PJSIP") : ZV_STR("SIP");
	if (job->user.interface.n && job->user.n_lines &&
	    zvon_str_equal(zv_line_on(job->user.lines[0], s->name), line))
		zv_job_name(job->interface, job->user.interface);
	else
		set_interface(job, technology, line);
}

static bool
check_line(struct zv_job *job)
{
	struct zv_str server = zv_job_server(job)->name, line = pick_line(job, server);

	if (!line.n) {
		zv_job_refuse_argument(job, "line",
				       "is missing: you have no line on server %.*s",
				       ZV_ARG(server));
		return false;
	}
	if (is_his_line(&job->user, server, line) ||
	    job->user.role->controls == ZV_SCOPE_ALL) {
		set_line(job, line);
		return true;
	}
	zv_job_refuse(job, ZV_REFUSED_DENIED, "line %.*s is not yours", ZV_ARG(line));
	return false;
}

/* The leg on whose side the user stands: of the line that he names, or his own, or, of
 * others' calls, that of the first line. */
static const struct zv_leg *
pick_leg(const struct zv_job *job, const struct zv_call *call)
{
	struct zv_str server = zv_job_server(job)->name;
	const struct zv_leg *own = zv_user_leg(&job->user, server, call);

	if (zv_arguments_of_kind(&job->arguments, ZV_ARG_LINE))
		return find_leg(call, pick_line(job, server));
	for (const struct zv_leg *leg = call->legs; leg && !own; leg = leg->next)
		if (!leg->is_trunk && leg->state != ZV_LEG_STATE_ENDED)
			own = leg;
	return own;
}

static bool
check_own_call(struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);
	struct zv_str server = zv_job_server(job)->name;
	const struct zv_leg *leg = call ? pick_leg(job, call) : NULL;

	if (!call || !controls(job, call)) {
		zv_job_refuse(job, ZV_REFUSED_DENIED,
			      "in call %s no line of yours takes part", job->call);
		return false;
	}
	if (!leg) {
		zv_job_refuse(job, ZV_REFUSED_NOT_FOUND,
			      "that line has no part in call %s", job->call);
		return false;
	}
	if (job->user.role->controls == ZV_SCOPE_OWN &&
	    !is_his_line(&job->user, server, leg->line)) {
		zv_job_refuse(job, ZV_REFUSED_DENIED, "line %.*s is not yours",
			      ZV_ARG(leg->line));
		return false;
	}
	set_line(job, leg->line);
	return true;
}

static bool
check_any_call(struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);

	if (call && sees(job, call))
		return check_line(job);
	zv_job_refuse(job, ZV_REFUSED_DENIED,
		      "call %s is none that you may see (zvond.conf, [role], sees =)",
		      job->call);
	return false;
}

static bool
check_nothing(struct zv_job *job)
{
	struct zv_str line = pick_line(job, zv_job_server(job)->name);

	if (line.n && is_his_line(&job->user, zv_job_server(job)->name, line))
		set_line(job, line);
	return true;
}

static bool
check_target(struct zv_job *job)
{
	static bool (*const checks[])(struct zv_job *) = {
		[ZV_TARGET_NOTHING] = check_nothing,
		[ZV_TARGET_LINE] = check_line,
		[ZV_TARGET_CALL] = check_own_call,
		[ZV_TARGET_ANY] = check_any_call,
	};
	const struct zv_value *call =
		zv_arguments_of_kind(&job->arguments, ZV_ARG_CALL);
	const struct zv_value *line =
		zv_arguments_of_kind(&job->arguments, ZV_ARG_LINE);
	struct zv_str first =
		job->user.n_lines ? job->user.lines[0] : (struct zv_str){ 0 };

	if (!read_server(job))
		return false;
	if (call ? !find_call(job, call->text)
		 : !choose_server(job, line ? line->text : first))
		return false;
	return checks[job->command->target](job);
}

/* ---- numbers and limits ------------------------------------------------------------------ */

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

static bool (*const checks[])(struct zv_job *) = {
	check_right,  check_arguments, check_target,   check_number,
	check_limits, check_server,    check_possible, take_limit,
};

/* ---- life -------------------------------------------------------------------------------- */

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
	for (size_t i = 0; i < sizeof checks / sizeof *checks && !job->over; i++)
		if (!checks[i](job))
			break;
	if (!job->over)
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
		set_line(&job, leg->line);
	return !command->can || command->can(&job, why);
}
