/* On which server, and which call: the first half of what a command is about. */
#include "hub/job_impl.h"

#include "base/str.h"

/* ---- servers ----------------------------------------------------------------------- */

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

/* ---- calls ------------------------------------------------------------------------- */

const struct zv_call *
zv_job_find_call(const struct zv_hub *h, size_t server, struct zv_str id)
{
	const struct zv_hub_server *s = zv_hub_find_server(h, server);

	return s && s->calls ? zvon_calls_find(s->calls, id) : NULL;
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

/* ---- lines name servers, too ------------------------------------------------------- */

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

bool
zv_job_find(struct zv_job *job)
{
	const struct zv_value *call =
		zv_arguments_of_kind(&job->arguments, ZV_ARG_CALL);
	const struct zv_value *line =
		zv_arguments_of_kind(&job->arguments, ZV_ARG_LINE);
	struct zv_str first =
		job->user.n_lines ? job->user.lines[0] : (struct zv_str){ 0 };

	if (!read_server(job))
		return false;
	return call ? find_call(job, call->text)
		    : choose_server(job, line ? line->text : first);
}
