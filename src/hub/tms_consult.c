/* A consultation on the same channel (Atxfer): a second call of the panel, though the line
 * has one leg only. */
#include "hub/tms.h"

/* While the own leg holds, the last of several others is whom it consults. */
static const struct zv_leg *
consulted_leg(const struct zv_tms_call *c, const struct zv_call *call)
{
	const struct zv_leg *last = NULL;

	if (!c->held_by_us || zv_tms_count_others(call, zvon_str(c->line)) < 2)
		return NULL;
	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next)
		if (zv_tms_is_live(leg) && !zv_tms_is_line(leg, c->line))
			last = leg;
	return last && last->role == ZV_ROLE_CALLEE ? last : NULL;
}

static void
begin_consult(struct zv_session *s, struct zv_tms_call *c, const struct zv_call *call)
{
	const struct zv_leg *far = consulted_leg(c, call);
	struct zv_tms_call *consult;

	if (!far || zv_tms_find_consult(zv_tms_of(s), c))
		return;
	consult = zv_tms_call_new(s, c->server, call, far, far->unique_id);
	if (!consult) {
		zv_tms_no_memory(s);
		return;
	}
	consult->leg = c->leg;
	consult->consulted = far;
	consult->direction = ZV_TMS_OUT;
	zv_tms_copy(consult->line, sizeof consult->line, zvon_str(c->line));
	zv_tms_copy(consult->other, sizeof consult->other, zv_tms_who(far));
	zv_tms_ring(s, consult);
}

void
zv_tms_follow_consult(struct zv_session *s, struct zv_tms_call *c,
		      const struct zv_call *call, const struct zv_call_event *event)
{
	struct zv_tms_call *consult;
	const struct zv_leg *far;

	begin_consult(s, c, call);
	consult = zv_tms_find_consult(zv_tms_of(s), c);
	if (!consult)
		return;
	far = zv_tms_leg_in(call, consult->consulted);
	zv_tms_copy(consult->call_id, sizeof consult->call_id, call->id);
	if (far && far->result == ZV_RESULT_BUSY)
		zv_tms_busy(s, consult);
	if (!far || zv_tms_has_ended(far, event)) {
		zv_tms_finish(
			s, consult,
			zvon_call_result_name(far ? far->result : ZV_RESULT_NONE));
		return;
	}
	if (zv_tms_is_up(far) && consult->state == ZV_TMS_STATE_ALERTING)
		zv_tms_connect(s, consult, far->answered_ms);
	zv_tms_tell_features(s, consult, false);
}
