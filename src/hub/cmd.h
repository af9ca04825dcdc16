/* cmd.h - what the commands (cmd_*.c) share. */
#ifndef ZV_HUB_CMD_H
#define ZV_HUB_CMD_H

#include "hub/job.h"
#include "json/writer.h"
#include "zvon/request.h"

#define ZV_CMD_EVENT_MS	  10000 /* so long an outcome may take that needs no person */
#define ZV_CMD_RINGING_MS 30000 /* … that needs somebody to be called */
#define ZV_CMD_ECHO_MS	  3000	/* an event after an answer that says it is done */

struct zv_cmd_field {
	const char *key;
	struct zv_str value; /* empty: left out */
};

/* zv_cmd_request("Hangup", FIELDS({ "Channel", leg->channel })); NULL: no memory, or
 * bytes that no line of AMI may hold. */
struct zv_request *zv_cmd_request(const char *action,
				  const struct zv_cmd_field *fields);
#define ZV_FIELDS(...)                                                                 \
 ((const struct zv_cmd_field[]){ __VA_ARGS__, { NULL, { NULL, 0 } } })

/* Is the answer an Error; and one because the account has not the write class of the
 * action, so that one of another class may do? */
bool zv_cmd_is_error(const struct zv_packet *response);
bool zv_cmd_is_denied(const struct zv_packet *response);

/* Setvar (class call) of a variable or function; channel empty: of none. */
void zv_cmd_set(struct zv_job *job, struct zv_str channel, const char *variable,
		const char *value, zv_job_reply_fn on_response);

/* Arguments that many commands have. */
#define ZV_ROW_CALL                                                                    \
 {                                                                                     \
  .name = "call", .kind = ZV_ARG_CALL, .required = true, .help = "id of the call"      \
 }
#define ZV_ROW_LINE                                                                    \
 {                                                                                     \
  .name = "line", .kind = ZV_ARG_LINE,                                                 \
  .help = "one of your lines; left out: the one that takes part, else your first"      \
 }
#define ZV_ROW_SERVER                                                                  \
 {                                                                                     \
  .name = "server", .kind = ZV_ARG_SERVER, .help = "where there are several"           \
 }
#define ZV_ROW_END                                                                     \
 {                                                                                     \
  .name = NULL                                                                         \
 }

/* Is the event about the call of the job; and about the own leg in it? */
bool zv_cmd_is_mine(const struct zv_job *job, const struct zv_call_event *event);
bool zv_cmd_is_own_leg(const struct zv_job *job, const struct zv_call_event *event);

/* Legs that live; and the place of a leg among all: legs keep their order. */
size_t zv_cmd_living(const struct zv_call *call);
size_t zv_cmd_legs(const struct zv_call *call);
bool zv_cmd_is_new(const struct zv_call_event *event, size_t legs_before);

/* The last leg that joined and lives, but the own one: whom a consultation is with. */
const struct zv_leg *zv_cmd_consulted(const struct zv_job *job);

/* can: the own leg is up, and somebody else is there. */
bool zv_cmd_can_talk(const struct zv_job *job, const char **why);
/* can: the own leg waits in a consultation. */
bool zv_cmd_can_consulted(const struct zv_job *job, const char **why);

/* NOTIFY with that Event to the own phone, in the dialogue of its leg where Asterisk can. */
void zv_cmd_notify(struct zv_job *job, const char *event);

/* Context in which calls are dialled: the user's, else the server's. Refused when there is
 * none. */
bool zv_cmd_context(struct zv_job *job, struct zv_str *out);
bool zv_cmd_transfer_context(struct zv_job *job, struct zv_str *out);

/* The line as a member of queues: queue_interface with the line for {0}. Borrowed from
 * out. */
struct zv_str zv_cmd_queue_interface(const struct zv_job *job, char *out, size_t room);

/* late: the answer said that it is done; that no event tells it changes nothing. */
void zv_cmd_late_is_done(struct zv_job *job);

#endif
