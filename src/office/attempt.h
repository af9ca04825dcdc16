/* attempt.h - Originate: first the own phone rings, then the dialplan runs. */
#ifndef ZV_OFFICE_ATTEMPT_H
#define ZV_OFFICE_ATTEMPT_H

#include "office/model.h"

struct zv_office_session;

/* What the action said. Views are borrowed for the call. */
struct zv_attempt_wish {
	struct zv_str action_id, channel, context, exten, app, data, account,
		channel_id;
	struct zv_party caller;
	int priority;
	int timeout_ms;
	const struct zv_field *variables; /* name and value each */
	size_t n_variables;
};

/* Begins. session: it waits for the result (zv_session_originated), else (NULL)
 * OriginateResponse tells it. 0, or ZV_ENOMEM. */
int zv_attempt_start(struct zv_office *o, const struct zv_attempt_wish *wish,
		     struct zv_office_session *session);

/* The session goes; its attempts go on without it. */
void zv_attempt_forget(struct zv_office *o, const struct zv_office_session *session);

/* Frees the attempt of a channel that is freed without an end. */
void zv_attempt_free(struct zv_channel *c);

#endif
