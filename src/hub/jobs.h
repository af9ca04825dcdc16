/* jobs.h - inside the hub: all commands that are on their way, and what the hub's core
 * must tell them. job.h is what a single command sees. */
#ifndef ZV_HUB_JOBS_H
#define ZV_HUB_JOBS_H

#include "hub/hub.h"
#include "hub/job.h"

struct zv_jobs;

#define ZV_JOBS_MAX 2000 /* of all users at once; more are refused with busy */

struct zv_jobs *zv_jobs_new(struct zv_hub *h); /* NULL: no memory */
/* Nobody is told of those that have not ended. NULL is fine. */
void zv_jobs_free(struct zv_jobs *jobs);

void zv_jobs_on_event(struct zv_jobs *jobs, size_t server,
		      const struct zv_call_event *event);
bool zv_jobs_want_packets(const struct zv_jobs *jobs, size_t server);
void zv_jobs_on_packet(struct zv_jobs *jobs, size_t server,
		       const struct zv_packet *packet, int64_t now_ms);
void zv_jobs_on_reply(struct zv_jobs *jobs, uint64_t ticket, enum zv_reply_part part,
		      int status, const struct zv_packet *packet, int64_t now_ms);
void zv_jobs_on_state(struct zv_jobs *jobs, size_t server, bool up, int64_t now_ms);
void zv_jobs_on_server_removed(struct zv_jobs *jobs, size_t server, int64_t now_ms);
/* There are other users now. 0 or ZV_ENOMEM: auto pause is as it was. */
int zv_jobs_on_users(struct zv_jobs *jobs, int64_t now_ms);

int64_t zv_jobs_deadline(const struct zv_jobs *jobs); /* INT64_MAX: never */
void zv_jobs_tick(struct zv_jobs *jobs, int64_t now_ms);

/* As zv_job_start, for a session: with its lines. s NULL: with the user's. */
struct zv_job *zv_jobs_start(struct zv_jobs *jobs, struct zv_session *s,
			     const struct zv_user *user, struct zv_str name,
			     const struct json_t *args,
			     const struct zv_job_owner *owner, int64_t now_ms);
size_t zv_jobs_of_session(const struct zv_jobs *jobs, const struct zv_session *s);
void zv_jobs_forget_session(struct zv_jobs *jobs, const struct zv_session *s);
struct zv_session *zv_job_session(const struct zv_job *job); /* or NULL */

size_t zv_jobs_count(const struct zv_jobs *jobs);
/* commands, refused, failed, denied_dials, jobs */
void zv_jobs_counters(const struct zv_jobs *jobs, struct zv_hub_counters *out);

/* May that user do that to that call now, as far as can be told without trying? false:
 * *why says why not, in English. For the feature bits of the panel. */
bool zv_command_can(struct zv_hub *h, const struct zv_user *user,
		    const struct zv_command *command, size_t server,
		    const struct zv_call *call, const char **why);

/* ---- what the core gives -------------------------------------------------------- */

struct zv_jobs *zv_hub_jobs(struct zv_hub *h);
const struct zv_log *zv_hub_log(const struct zv_hub *h);
uint64_t zv_hub_random(struct zv_hub *h);
/* Wall clock at now_ms == 0, in microseconds; 0: not known yet. */
int64_t zv_hub_wall_us(const struct zv_hub *h);
bool zv_hub_letters_in_numbers(const struct zv_hub *h);
int zv_hub_send(struct zv_hub *h, size_t server, const struct zv_request *request,
		int timeout_ms, uint64_t ticket, struct zv_error *err);
/* NULL gives the first, NULL ends. */
const struct zv_user *zv_hub_next_user(const struct zv_hub *h,
				       const struct zv_user *after);
/* His agent's state is another: each of his sessions is told (dialect.on_user). */
void zv_hub_user_changed(struct zv_hub *h, struct zv_str user, int64_t now_ms);

#endif
