/* job.h - one command on its way: begun by a user, sent to a server as actions, followed
 * until its outcome has been seen, and reported. What run functions work with. */
#ifndef ZV_HUB_JOB_H
#define ZV_HUB_JOB_H

#include "base/printf.h"
#include "hub/command.h"
#include "hub/hub.h"

/* The words of {"error":{"code":…}}; each has an HTTP status. */
enum zv_refusal {
	ZV_REFUSED_UNKNOWN_COMMAND, /* 404 */
	ZV_REFUSED_BAD_ARGUMENT,    /* 400, with "argument" */
	ZV_REFUSED_DENIED,	 /* 403: no right, not his call, number not allowed */
	ZV_REFUSED_LIMIT,	 /* 429, with "retry_ms" */
	ZV_REFUSED_NOT_FOUND,	 /* 404: no such call, line, queue, server */
	ZV_REFUSED_NOT_POSSIBLE, /* 409: this call, this phone, this Asterisk cannot */
	ZV_REFUSED_PBX_REFUSED,	 /* 502: Asterisk said Error, its text in message */
	ZV_REFUSED_PBX_DOWN,	 /* 503 */
	ZV_REFUSED_FAILED,	 /* 502: accepted, but did not come to pass */
	ZV_REFUSED_TIMEOUT,	 /* 504 */
	ZV_REFUSED_BUSY,	 /* 503: too many commands at once */
};
const char *zv_refusal_name(enum zv_refusal refusal); /* "denied" */

struct zv_job;

/* Who gets to know. progress may be NULL; done exactly once, unless forgotten. Both
 * texts are the members of an object, without braces. */
struct zv_job_owner {
	void *owner;
	void (*progress)(void *owner, struct zv_job *job, struct zv_str members);
	void (*done)(void *owner, struct zv_job *job, int http_status, bool ok,
		     struct zv_str members);
};

/* The one place where rights are checked, for all faces: command known? right? arguments?
 * target his? number allowed? limits? server there? Then run. NULL: it ended already
 * (owner->done was called). args: a JSON object, borrowed; NULL: none. */
struct json_t;
struct zv_job *zv_job_start(struct zv_hub *h, const struct zv_user *user,
			    struct zv_str name, const struct json_t *args,
			    const struct zv_job_owner *owner, int64_t now_ms);
void zv_job_forget(struct zv_job *job); /* its owner is gone; it goes on */

/* ---- what a run function asks ------------------------------------------------------ */

const struct zv_user *zv_job_user(const struct zv_job *job);
const struct zv_hub_server *zv_job_server(const struct zv_job *job);
int zv_job_ami_major(const struct zv_job *job); /* 1: Asterisk 1.4 to 11 */
int64_t zv_job_now(const struct zv_job *job);

/* Arguments, checked; empty, 0, false when left out. A number is clean. */
struct zv_str zv_job_text(const struct zv_job *job, const char *name);
long long zv_job_int(const struct zv_job *job, const char *name, long long or_else);
bool zv_job_bool(const struct zv_job *job, const char *name);
bool zv_job_has(const struct zv_job *job, const char *name);
const struct json_t *zv_job_object(const struct zv_job *job, const char *name);

/* The user's line in this command, and its channel technology: "PJSIP/101". */
struct zv_str zv_job_line(const struct zv_job *job);
struct zv_str zv_job_interface(const struct zv_job *job);

/* The call as it is now; NULL: not about a call, or it has ended. Legs that live: the own
 * one (of the line), and whom it talks to (or rings): both may be NULL. */
const struct zv_call *zv_job_call(const struct zv_job *job);
const struct zv_leg *zv_job_own_leg(const struct zv_job *job);
const struct zv_leg *zv_job_far_leg(const struct zv_job *job);

/* ---- what it does --------------------------------------------------------------------- */

/* part and packet as zvon_reply_fn; on ZV_REPLY_DONE with status < 0 the job has been
 * refused already (pbx_down, timeout) unless `raw`. */
typedef void (*zv_job_reply_fn)(struct zv_job *job, const struct zv_packet *response);
/* true: this was what it waited for; it is then not asked any more. */
typedef bool (*zv_job_event_fn)(struct zv_job *job, const struct zv_call_event *event);
typedef bool (*zv_job_packet_fn)(struct zv_job *job, const struct zv_packet *packet);
typedef void (*zv_job_time_fn)(struct zv_job *job);

/* Takes the request (NULL: out of memory or a bad field, refused). A response "Error" ends
 * the job with pbx_refused and the server's words before on_response is called, unless
 * with zv_job_send_any. on_response NULL: nothing more is needed. */
void zv_job_send(struct zv_job *job, struct zv_request *request,
		 zv_job_reply_fn on_response);
void zv_job_send_any(struct zv_job *job, struct zv_request *request,
		     zv_job_reply_fn on_response);

/* For lists: on_item for each item, on_end when the answer is complete (also of one that
 * was no list). To be called before zv_job_send. */
void zv_job_list(struct zv_job *job, zv_job_reply_fn on_item, zv_job_time_fn on_end);

/* Call events of its server from now on; packets likewise (only from servers that tell
 * an outcome no call event has). on_late at the latest after timeout_ms; NULL: refused with
 * timeout. Each replaces the one before. */
void zv_job_await(struct zv_job *job, zv_job_event_fn on_event, int timeout_ms,
		  zv_job_time_fn on_late);
void zv_job_await_packet(struct zv_job *job, zv_job_packet_fn on_packet);

/* It was the call with that id that it is about from now on (originate). */
void zv_job_follow(struct zv_job *job, struct zv_str call_id);

/* Members for the answer: written before done or with progress. */
struct zv_json *zv_job_answer(struct zv_job *job);
void zv_job_progress(struct zv_job *job); /* tells what the answer holds so far */

void zv_job_done(struct zv_job *job);
void zv_job_refuse(struct zv_job *job, enum zv_refusal why, const char *format, ...)
	ZV_PRINTF(3, 4);
void zv_job_refuse_argument(struct zv_job *job, const char *argument,
			    const char *format, ...) ZV_PRINTF(3, 4);

/* After zv_job_send_any: with the words of the server's Error. */
void zv_job_refuse_error(struct zv_job *job, const struct zv_packet *response);

/* Room for what a run function must remember, zeroed: at most ZV_JOB_ROOM bytes. */
#define ZV_JOB_ROOM 256
void *zv_job_room(struct zv_job *job);

#endif
