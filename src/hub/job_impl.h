/* job_impl.h - the inside of a command on its way, shared by job_find.c and job_target.c
 * (what it is about, and whose that is), job_check.c (what must hold before it runs),
 * job_start.c (how it begins), job.c (what it asks and does), jobs.c (all of them) and
 * dialing.c. */
#ifndef ZV_HUB_JOB_IMPL_H
#define ZV_HUB_JOB_IMPL_H

#include <stdalign.h>

#include "base/list.h"
#include "call/originate.h"
#include "hub/agents.h"
#include "hub/arguments.h"
#include "hub/call_limits.h"
#include "hub/jobs.h"
#include "hub/sight.h"
#include "json/writer.h"

#define ZV_JOB_NAME	 200   /* user, line, interface, context, a call's id */
#define ZV_JOB_ANSWER_MS 10000 /* so long Asterisk may take for a response */
#define ZV_JOB_LOG_LINES 20    /* refusals in the log … */
#define ZV_JOB_LOG_MS	 10000 /* … in so long; more are counted */

struct zv_jobs {
	struct zv_hub *h;
	struct zv_node list; /* of struct zv_job */
	size_t n;
	uint64_t last_ticket, last_outside;
	struct zv_call_limits limits;
	struct zv_agents *agents;
	uint64_t commands, refused, failed, denied_dials;
	int64_t log_from_ms;
	unsigned log_lines, log_silent;
};

typedef bool (*zv_job_step_fn)(struct zv_job *job,
			       const struct zv_originate_step *step);

struct zv_job {
	struct zv_node node;
	struct zv_jobs *jobs;
	const struct zv_command *command;
	struct zv_job_owner owner;  /* done NULL: nobody listens */
	struct zv_session *session; /* whose command it is, or NULL */
	int64_t now_ms;
	bool as_ourselves; /* begun by the daemon: the right is not asked */
	int inside;	   /* functions of the job that are running */
	bool over;

	/* who, where; role is there only until run has returned */
	struct zv_user user;
	char user_name[ZV_JOB_NAME], context[ZV_JOB_NAME];
	char line[ZV_JOB_NAME], interface[ZV_JOB_NAME];
	size_t server;
	bool has_server;
	char call[ZV_JOB_NAME]; /* its id, "": not about one */
	json_t *json;
	struct zv_arguments arguments;

	/* what it waits for */
	uint64_t ticket; /* 0: no response */
	zv_job_reply_fn on_response;
	bool any;		 /* errors too */
	bool answered;		 /* the response was there */
	zv_job_reply_fn on_item; /* of a list */
	zv_job_time_fn on_list_end;
	char action[40]; /* that was sent last */
	zv_job_event_fn on_event;
	zv_job_packet_fn on_packet;
	zv_job_time_fn on_late;
	int64_t late_at; /* INT64_MAX: never */
	struct zv_originate *originate;
	zv_job_step_fn on_step;
	struct zv_made_call *made;

	struct zv_buf answer;
	struct zv_json writer;
	int retry_ms;
	uint64_t outside; /* ticket of zv_hub_command; 0: a session's */
	char argument[64];
	alignas(max_align_t) char room[ZV_JOB_ROOM];
};

/* Around everything that may end the job: it is freed when the last one leaves. */
static inline void
zv_job_enter(struct zv_job *job, int64_t now_ms)
{
	job->inside++;
	job->now_ms = now_ms;
}
bool zv_job_leave(struct zv_job *job); /* false: it was over, and is gone */

/* Copies, cut at the room there is. */
void zv_job_name(char out[ZV_JOB_NAME], struct zv_str s);

/* ---- job_find.c ---- */

/* That call among those that are going on, or NULL. */
const struct zv_call *zv_job_find_call(const struct zv_hub *h, size_t server,
				       struct zv_str id);

/* Finds the server, and the call if it is about one. false: refused. */
bool zv_job_find(struct zv_job *job);

/* ---- job_target.c ---- */

/* Finds what it is about, which the user may control. false: refused. */
bool zv_job_check_target(struct zv_job *job);

/* That line is its own from now on, by the technology of its server. */
void zv_job_set_line(struct zv_job *job, struct zv_str line);

/* The leg of one of his lines that takes part in it now, or NULL. */
const struct zv_leg *zv_user_leg(const struct zv_user *user, struct zv_str server,
				 const struct zv_call *call);

/* "101" of "office/101" on server "office"; empty: not on that server. */
struct zv_str zv_line_on(struct zv_str line, struct zv_str server);

/* ---- job_check.c ---- */

/* May it run? false: refused. */
bool zv_job_check(struct zv_job *job);

/* ---- job_start.c ---- */

/* As zv_job_start, for what the configuration asks of us in the user's name. */
struct zv_job *zv_job_start_ourselves(struct zv_hub *h, const struct zv_user *user,
				      struct zv_str name, const json_t *args,
				      int64_t now_ms);

/* ---- job.c ---- */

void zv_job_log_refusal(struct zv_jobs *jobs, struct zv_str user, struct zv_str command,
			const char *code, const char *why, int64_t now_ms);
const char *zv_refusal_name(enum zv_refusal refusal);
int zv_refusal_status(enum zv_refusal refusal);

/* ---- dialing.c: an Originate of the own phone, followed to its end ---- */

struct zv_dialing {
	struct zv_str exten; /* or application and data */
	const char *application;
	struct zv_str data;
	struct zv_str caller_id; /* empty: the server's, else the line */
	bool auto_answer;
	int timeout_ms; /* until a result */
};
/* on_step: true: nothing more is of interest. */
void zv_job_originate(struct zv_job *job, const struct zv_dialing *d,
		      zv_job_step_fn on_step);
/* The model's call of that channel, or NULL when it is not known yet. */
const struct zv_call *zv_job_call_of(const struct zv_job *job, struct zv_str call,
				     struct zv_str unique_id);
/* Machine in: */
void zv_job_originate_response(struct zv_job *job, const struct zv_packet *response);
void zv_job_originate_packet(struct zv_job *job, const struct zv_packet *packet);
void zv_job_originate_tick(struct zv_job *job);

/* ---- outside.c ---- */

/* zv_job_forget; what zv_hub_command keeps of it is freed. */
void zv_job_forget_outside(struct zv_job *job);

#endif
