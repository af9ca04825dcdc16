/* What can happen to a call of the panel, and how it is told: it rings, the other side is
 * busy, they talk, hold, end. When it happens is told by tms_follow.c. */
#include "hub/tms.h"

/* What of it the panel needs to go on: the CRM's record is named by us as long as no CRM
 * is asked. */
void
zv_tms_ring(struct zv_session *s, struct zv_tms_call *c)
{
	zv_tms_call_state(zv_tms_of(s), c, ZV_TMS_STATE_ALERTING, "");
	zv_tms_tell(s, ZV_TMS_RING_STARTED, c);
	zv_tms_tell(s, ZV_TMS_CALL_SAVED_IN_DB, c);
}

void
zv_tms_busy(struct zv_session *s, struct zv_tms_call *c)
{
	if (c->busy_told || c->direction != ZV_TMS_OUT ||
	    c->state != ZV_TMS_STATE_ALERTING)
		return;
	c->busy_told = true;
	zv_tms_call_state(zv_tms_of(s), c, ZV_TMS_STATE_BUSY, "busy");
	zv_tms_tell(s, ZV_TMS_ABONENT_BUSY, c);
}

void
zv_tms_connect(struct zv_session *s, struct zv_tms_call *c, int64_t since_ms)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_tms_call_state(t, c, ZV_TMS_STATE_CONNECTED, "");
	c->connected_us = c->talking_us = zv_tms_wall(t, since_ms);
	zv_tms_tell(s, ZV_TMS_COMMUTATION_STARTED, c);
	zv_tms_agent_talks(s);
}

void
zv_tms_hold(struct zv_session *s, struct zv_tms_call *c, bool held)
{
	const char *cause = c->held_by_us ? "held" : "held_by_other_side";

	zv_tms_call_state(zv_tms_of(s), c,
			  held ? ZV_TMS_STATE_HOLDED : ZV_TMS_STATE_CONNECTED,
			  held ? cause : "");
	zv_tms_tell(s, held ? ZV_TMS_PUT_HOLD_ACTION : ZV_TMS_END_HOLD_ACTION, c);
}

/* RING_FINISHED once for each id: the call is forgotten with it. */
void
zv_tms_finish(struct zv_session *s, struct zv_tms_call *c, const char *cause)
{
	bool has_talked = !c->consulted && (c->state == ZV_TMS_STATE_CONNECTED ||
					    c->state == ZV_TMS_STATE_HOLDED);
	const struct zv_leg *leg = c->leg;

	zv_tms_call_state(zv_tms_of(s), c, ZV_TMS_STATE_NONE, cause);
	zv_tms_tell(s, ZV_TMS_RING_FINISHED, c);
	zv_tms_call_free(c);
	if (has_talked)
		zv_tms_agent_has_talked(s, leg);
}
