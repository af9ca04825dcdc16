/* All commands that are on their way. */
#include "hub/job_impl.h"

#include "base/mem.h"

#define JOB(node) ZV_OWNER(node, struct zv_job, node)

struct zv_jobs *
zv_jobs_new(struct zv_hub *h)
{
	struct zv_jobs *jobs = zv_calloc(1, sizeof *jobs);

	if (jobs)
		jobs->agents = zv_agents_new(h);
	if (!jobs || !jobs->agents) {
		zv_free(jobs);
		return NULL;
	}
	jobs->h = h;
	zv_list_init(&jobs->list);
	zv_call_limits_init(&jobs->limits);
	return jobs;
}

void
zv_jobs_free(struct zv_jobs *jobs)
{
	struct zv_node *node, *next;

	if (!jobs)
		return;
	ZV_EACH(&jobs->list, node, next)
	{
		zv_job_forget_outside(JOB(node));
		JOB(node)->over = true;
		JOB(node)->inside = 1;
		zv_job_leave(JOB(node));
	}
	zv_call_limits_deinit(&jobs->limits);
	zv_agents_free(jobs->agents);
	zv_free(jobs);
}

int
zv_jobs_on_users(struct zv_jobs *jobs, int64_t now_ms)
{
	(void)now_ms;
	return zv_agents_on_users(jobs->agents);
}

size_t
zv_jobs_count(const struct zv_jobs *jobs)
{
	return jobs->n;
}

void
zv_jobs_counters(const struct zv_jobs *jobs, struct zv_hub_counters *out)
{
	out->commands = jobs->commands;
	out->refused = jobs->refused;
	out->failed = jobs->failed;
	out->denied_dials = jobs->denied_dials;
	out->jobs = jobs->n;
}

/* ---- call events ------------------------------------------------------------------------- */

static bool
is_about(const struct zv_job *job, const struct zv_call_event *event)
{
	return event->call && job->call[0] &&
	       zvon_str_equal(event->call->id, zvon_str(job->call));
}

/* A command to a call that has ended can come to nothing any more. */
static void
on_call_end(struct zv_job *job, const struct zv_call_event *event)
{
	if (event->into.n)
		zv_job_name(job->call, event->into);
	else if (job->command->target >= ZV_TARGET_CALL)
		zv_job_refuse(job, ZV_REFUSED_FAILED, "the call has ended meanwhile");
}

static void
give_event(struct zv_job *job, const struct zv_call_event *event)
{
	zv_job_event_fn on_event = job->on_event;

	zv_job_enter(job, event->now_ms);
	if (on_event && on_event(job, event) && job->on_event == on_event)
		job->on_event = NULL;
	if (!job->over && event->kind == ZV_CALL_ENDED && is_about(job, event))
		on_call_end(job, event);
	zv_job_leave(job);
}

void
zv_jobs_on_event(struct zv_jobs *jobs, size_t server, const struct zv_call_event *event)
{
	struct zv_node *node, *next;

	ZV_EACH(&jobs->list, node, next)
	{
		if (JOB(node)->has_server && JOB(node)->server == server)
			give_event(JOB(node), event);
	}
	zv_call_limits_on_event(&jobs->limits, server, event);
	zv_agents_on_event(jobs->agents, server, event);
}

/* ---- packets ------------------------------------------------------------------------------- */

static bool
wants_packets(const struct zv_job *job)
{
	return (job->on_packet || job->originate) && !job->over;
}

bool
zv_jobs_want_packets(const struct zv_jobs *jobs, size_t server)
{
	for (const struct zv_node *node = jobs->list.next; node != &jobs->list;
	     node = node->next)
		if (JOB(node)->server == server && wants_packets(JOB(node)))
			return true;
	return false;
}

static void
give_packet(struct zv_job *job, const struct zv_packet *packet, int64_t now_ms)
{
	zv_job_packet_fn on_packet = job->on_packet;

	zv_job_enter(job, now_ms);
	if (on_packet && on_packet(job, packet) && job->on_packet == on_packet)
		job->on_packet = NULL;
	if (job->originate && !job->over)
		zv_job_originate_packet(job, packet);
	zv_job_leave(job);
}

void
zv_jobs_on_packet(struct zv_jobs *jobs, size_t server, const struct zv_packet *packet,
		  int64_t now_ms)
{
	struct zv_node *node, *next;

	ZV_EACH(&jobs->list, node, next)
	{
		if (JOB(node)->server == server && wants_packets(JOB(node)))
			give_packet(JOB(node), packet, now_ms);
	}
}

/* ---- answers -------------------------------------------------------------------------------- */

/* "Park successful\n\r\n": Asterisk 13 and later. */
static struct zv_str
words_of(const struct zv_packet *response)
{
	struct zv_str words = zv_str_trim(zvon_packet_get(response, ZV_STR("Message")));

	return words.n ? words : ZV_STR("no reason was given");
}

void
zv_job_refuse_error(struct zv_job *job, const struct zv_packet *response)
{
	struct zv_str words = words_of(response);

	if (zv_str_starts(words, ZV_STR("Invalid/unknown command")))
		zv_job_refuse(job, ZV_REFUSED_NOT_POSSIBLE,
			      "this Asterisk has no action %s (or its module is not "
			      "loaded)",
			      job->action);
	else if (zv_str_starts(words, ZV_STR("Permission denied")))
		zv_job_refuse(
			job, ZV_REFUSED_PBX_REFUSED,
			"%s: Permission denied (manager.conf: the account's write = "
			"lacks its class)",
			job->action);
	else
		zv_job_refuse(job, ZV_REFUSED_PBX_REFUSED, "%s: %.*s", job->action,
			      ZV_ARG(words));
}

static void
on_response(struct zv_job *job, const struct zv_packet *response)
{
	zv_job_reply_fn f = job->on_response;
	bool error = zvon_str_equal_nocase(response->name, ZV_STR("Error"));

	job->on_response = NULL;
	if (error && !job->any)
		zv_job_refuse_error(job, response);
	else if (f)
		f(job, response);
	else if (!job->on_event && !job->on_packet && !job->originate)
		zv_job_done(job);
}

static void
on_no_response(struct zv_job *job, int status)
{
	if (status == ZV_ETIMEOUT)
		zv_job_refuse(job, ZV_REFUSED_TIMEOUT,
			      "Asterisk did not answer %s in time; it may have been "
			      "carried out",
			      job->action);
	else
		zv_job_refuse(job, ZV_REFUSED_PBX_DOWN,
			      "the connection was lost after %s (%s); it may have been "
			      "carried out",
			      job->action, zvon_err_name(status));
}

static void
give_reply(struct zv_job *job, enum zv_reply_part part, int status,
	   const struct zv_packet *packet)
{
	uint64_t ticket = job->ticket;

	if (part == ZV_REPLY_RESPONSE && packet) {
		job->answered = true;
		on_response(job, packet);
	}
	if (part == ZV_REPLY_ITEM && packet && job->on_item)
		job->on_item(job, packet);
	if (part != ZV_REPLY_DONE || job->ticket != ticket)
		return;
	job->ticket = 0;
	if (!job->over && (status < 0 || !job->answered))
		on_no_response(job, status < 0 ? status : ZV_EPROTO);
	else if (!job->over && job->on_list_end)
		job->on_list_end(job);
}

void
zv_jobs_on_reply(struct zv_jobs *jobs, uint64_t ticket, enum zv_reply_part part,
		 int status, const struct zv_packet *packet, int64_t now_ms)
{
	struct zv_node *node, *next;

	if (!ticket)
		return;
	ZV_EACH(&jobs->list, node, next)
	{
		struct zv_job *job = JOB(node);

		if (job->ticket != ticket)
			continue;
		zv_job_enter(job, now_ms);
		give_reply(job, part, status, packet);
		zv_job_leave(job);
		return;
	}
}

/* ---- servers, time ----------------------------------------------------------------------------- */

static void
refuse_all(struct zv_jobs *jobs, size_t server, const char *why, int64_t now_ms)
{
	struct zv_node *node, *next;

	ZV_EACH(&jobs->list, node, next)
	{
		struct zv_job *job = JOB(node);

		if (!job->has_server || job->server != server)
			continue;
		zv_job_enter(job, now_ms);
		zv_job_refuse(job, ZV_REFUSED_PBX_DOWN, "%s", why);
		zv_job_leave(job);
	}
}

void
zv_jobs_on_state(struct zv_jobs *jobs, size_t server, bool up, int64_t now_ms)
{
	if (!up)
		refuse_all(jobs, server,
			   "the connection to the server was lost; whether it came to "
			   "pass is not known",
			   now_ms);
}

void
zv_jobs_on_server_removed(struct zv_jobs *jobs, size_t server, int64_t now_ms)
{
	refuse_all(jobs, server, "the server was taken out of the configuration",
		   now_ms);
	zv_call_limits_forget_server(&jobs->limits, server);
}

static int64_t
deadline_of(const struct zv_job *job)
{
	int64_t at = job->originate ? zv_originate_deadline(job->originate) : INT64_MAX;

	return job->late_at < at ? job->late_at : at;
}

int64_t
zv_jobs_deadline(const struct zv_jobs *jobs)
{
	int64_t at = zv_agents_deadline(jobs->agents);

	for (const struct zv_node *node = jobs->list.next; node != &jobs->list;
	     node = node->next)
		if (deadline_of(JOB(node)) < at)
			at = deadline_of(JOB(node));
	return at;
}

static void
tick_job(struct zv_job *job, int64_t now_ms)
{
	zv_job_time_fn late = job->on_late;

	zv_job_enter(job, now_ms);
	if (job->originate && zv_originate_deadline(job->originate) <= now_ms)
		zv_job_originate_tick(job);
	if (!job->over && job->late_at <= now_ms) {
		job->late_at = INT64_MAX;
		job->on_late = NULL;
		if (late)
			late(job);
		else
			zv_job_refuse(
				job, ZV_REFUSED_TIMEOUT,
				"Asterisk took it, but its outcome was not seen in "
				"time");
	}
	zv_job_leave(job);
}

void
zv_jobs_tick(struct zv_jobs *jobs, int64_t now_ms)
{
	struct zv_node *node, *next;

	ZV_EACH(&jobs->list, node, next)
	{
		if (deadline_of(JOB(node)) <= now_ms)
			tick_job(JOB(node), now_ms);
	}
	zv_agents_tick(jobs->agents, now_ms);
}

/* ---- sessions, and commands from elsewhere ------------------------------------------------- */

struct zv_session *
zv_job_session(const struct zv_job *job)
{
	return job->session;
}

size_t
zv_jobs_of_session(const struct zv_jobs *jobs, const struct zv_session *s)
{
	size_t n = 0;

	for (const struct zv_node *node = jobs->list.next; node != &jobs->list;
	     node = node->next)
		n += JOB(node)->session == s && s != NULL;
	return n;
}

void
zv_jobs_forget_session(struct zv_jobs *jobs, const struct zv_session *s)
{
	for (struct zv_node *node = jobs->list.next; node != &jobs->list;
	     node = node->next)
		if (JOB(node)->session == s) {
			JOB(node)->session = NULL;
			zv_job_forget(JOB(node));
		}
}
