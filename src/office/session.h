/* session.h - a manager that is connected to the office. */
#ifndef ZV_OFFICE_SESSION_H
#define ZV_OFFICE_SESSION_H

#include "office/model.h"
#include "office/office.h"

struct zv_office_session {
	struct zv_node node; /* in office->sessions */
	struct zv_office *office;
	struct zv_door door;
	char remote[ZV_NAME_MAX];
	char id[24]; /* as the security events name it */

	/* WaitEvent: the answer comes with the first event, or when time is up */
	bool waiting, woken;
	int64_t wait_until_ms; /* of the driver's clock */
	struct zv_buf wait_id; /* its ActionID */
};

/* An event for all who want it. */
void zv_sessions_event(struct zv_office *o, unsigned class, struct zv_str packet);

/* The Originate that the session waits for is decided. */
void zv_session_originated(struct zv_office_session *s, struct zv_str action_id,
			   bool answered);

/* See zv_office_deadline, zv_office_tick. */
int64_t zv_session_deadline(const struct zv_office_session *s);
int zv_session_tick(struct zv_office_session *s, int64_t now_ms);

/* Begins to wait for an event; timeout_ms < 0: for ever. */
void zv_session_wait_event(struct zv_office_session *s, const struct zv_asked *asked,
			   int64_t timeout_ms);

#endif
