/* The agent at the panel: his state, and the pause in queues while he talks. */
#include "hub/tms.h"

#include "hub/agents.h"

struct zv_user
zv_tms_user(const struct zv_session *s, struct zv_str *line)
{
	struct zv_user user = *zv_session_user(s);

	*line = zvon_str(zv_tms_of(s)->line);
	user.lines = line;
	user.n_lines = 1;
	return user;
}

/* ---- his state ------------------------------------------------------------------------ */

const struct zv_agent *
zv_tms_agent(const struct zv_session *s)
{
	struct zv_str line;
	struct zv_user user = zv_tms_user(s, &line);
	char key[ZV_AGENT_KEY];

	return zv_hub_find_agent(zv_session_hub(s), zv_agent_key_of(&user, key));
}

/* Nothing before a state was set: the CRM's codes are the CRM's. */
void
zv_tms_tell_agent(struct zv_session *s, bool again)
{
	struct zv_tms *t = zv_tms_of(s);
	const struct zv_agent *agent = zv_tms_agent(s);
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	if (!t->is_open || t->no_call_centre || !agent || !agent->state.n)
		return;
	if (!zv_tms_copy(t->agent_state, sizeof t->agent_state, agent->state) && !again)
		return;
	zv_json_string(&j, agent->state);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_AGENT_STATE_CHANGED, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

/* ---- autoPauseOnCommutationStart --------------------------------------------------------- */

/* Users with a section of their own are paused whether a panel is there or not. */
static bool
is_paused_here(const struct zv_session *s)
{
	return zv_session_user(s)->shared && zv_session_user(s)->auto_pause &&
	       !zv_tms_of(s)->no_call_centre;
}

void
zv_tms_agent_talks(struct zv_session *s)
{
	struct zv_str line;
	struct zv_user user = zv_tms_user(s, &line);

	if (is_paused_here(s))
		zv_agent_talks(zv_session_hub(s), &user, zv_tms_of(s)->now_ms);
}

void
zv_tms_agent_has_talked(struct zv_session *s, const struct zv_leg *ended)
{
	struct zv_str line;
	struct zv_user user = zv_tms_user(s, &line);

	if (is_paused_here(s))
		zv_agent_has_talked(zv_session_hub(s), &user, ended,
				    zv_tms_of(s)->now_ms);
}

/* His call may have ended while no panel was there to tell it. */
void
zv_tms_agent_is_back(struct zv_session *s)
{
	zv_tms_agent_has_talked(s, NULL);
}
