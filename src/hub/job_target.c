/* Whose line and whose call it is: what a user may command. */
#include "hub/job_impl.h"

#include "base/str.h"

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

void
zv_job_set_line(struct zv_job *job, struct zv_str line)
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

/* ---- legs -------------------------------------------------------------------------- */

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

/* ---- may he ------------------------------------------------------------------------ */

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
		zv_job_set_line(job, line);
		return true;
	}
	zv_job_refuse(job, ZV_REFUSED_DENIED, "line %.*s is not yours", ZV_ARG(line));
	return false;
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
	zv_job_set_line(job, leg->line);
	return true;
}

static bool
check_any_call(struct zv_job *job)
{
	const struct zv_call *call = zv_job_call(job);

	if (call && sees(job, call))
		return check_line(job);
	zv_job_refuse(job, ZV_REFUSED_DENIED,
		      "call %s is none that you may see (zvond.conf, [role], see =)",
		      job->call);
	return false;
}

static bool
check_nothing(struct zv_job *job)
{
	struct zv_str line = pick_line(job, zv_job_server(job)->name);

	if (line.n && is_his_line(&job->user, zv_job_server(job)->name, line))
		zv_job_set_line(job, line);
	return true;
}

bool
zv_job_check_target(struct zv_job *job)
{
	static bool (*const checks[])(struct zv_job *) = {
		[ZV_TARGET_NOTHING] = check_nothing,
		[ZV_TARGET_LINE] = check_line,
		[ZV_TARGET_CALL] = check_own_call,
		[ZV_TARGET_ANY] = check_any_call,
	};

	return zv_job_find(job) && checks[job->command->target](job);
}
