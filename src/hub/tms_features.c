/* What the panel may show as possible: what the command that is behind it says now, of
 * this call, this phone and this Asterisk. */
#include "hub/tms.h"

#include "hub/jobs.h"

#define IN_STATE(state) (1u << ZV_TMS_STATE_##state)

enum need {
	NEED_NOTHING,
	NEED_INCOMING,
	NEED_OUR_HOLD,
	NEED_CONSULTATION, /* a second call of the line */
};

static const struct row {
	unsigned bit, states;
	enum need need;
} rows[] = {
	{ ZV_TMS_CAN_ANSWER, IN_STATE(ALERTING), NEED_INCOMING },
	{ ZV_TMS_CAN_DROP,
	  IN_STATE(ALERTING) | IN_STATE(CONNECTED) | IN_STATE(HOLDED) | IN_STATE(BUSY),
	  NEED_NOTHING },
	{ ZV_TMS_CAN_HOLD, IN_STATE(CONNECTED), NEED_NOTHING },
	{ ZV_TMS_CAN_UNHOLD, IN_STATE(HOLDED), NEED_OUR_HOLD },
	{ ZV_TMS_CAN_BLIND_TRANSFER, IN_STATE(CONNECTED) | IN_STATE(HOLDED),
	  NEED_NOTHING },
	{ ZV_TMS_CAN_CONSULT, IN_STATE(CONNECTED) | IN_STATE(HOLDED), NEED_NOTHING },
	{ ZV_TMS_CAN_COMPLETE, IN_STATE(CONNECTED) | IN_STATE(HOLDED),
	  NEED_CONSULTATION },
	{ ZV_TMS_CAN_CANCEL_COMPLETE, IN_STATE(CONNECTED) | IN_STATE(HOLDED),
	  NEED_CONSULTATION },
	{ ZV_TMS_CAN_DTMF, IN_STATE(CONNECTED), NEED_NOTHING },
};

static bool
has_second(const struct zv_tms *t, const struct zv_tms_call *c)
{
	const struct zv_node *node = t->calls.next;

	for (; node != &t->calls; node = node->next) {
		const struct zv_tms_call *other =
			ZV_OWNER(node, struct zv_tms_call, node);

		if (other != c && other->server == c->server)
			return true;
	}
	return false;
}

static bool
is_met(const struct zv_tms *t, const struct zv_tms_call *c, enum need need)
{
	switch (need) {
	case NEED_INCOMING:
		return c->direction == ZV_TMS_IN;
	case NEED_OUR_HOLD:
		return c->held_by_us;
	case NEED_CONSULTATION:
		return has_second(t, c);
	case NEED_NOTHING:
		break;
	}
	return true;
}

/* What states and second calls leave open, before the commands are asked. */
static unsigned
fitting(const struct zv_tms *t, const struct zv_tms_call *c)
{
	unsigned bits = 0;

	if (c->consulted) /* on the channel of the first call: only as a whole */
		return ZV_TMS_CAN_CANCEL_COMPLETE | ZV_TMS_CAN_COMPLETE;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].states & 1u << c->state && is_met(t, c, rows[i].need))
			bits |= rows[i].bit;
	return bits;
}

unsigned
zv_tms_features(struct zv_session *s, const struct zv_tms_call *c)
{
	struct zv_hub *h = zv_session_hub(s);
	const struct zv_hub_server *on = zv_hub_find_server(h, c->server);
	const struct zv_call *call =
		on && on->calls ? zvon_calls_find(on->calls, zvon_str(c->call_id))
				: NULL;
	unsigned maybe = fitting(zv_tms_of(s), c), bits = 0;
	struct zv_str line;
	struct zv_user user = zv_tms_user(s, &line);
	const char *why;

	for (size_t i = 0; call && zv_commands[i]; i++)
		if (zv_commands[i]->feature & maybe &&
		    zv_command_can(h, &user, zv_commands[i], c->server, call, &why))
			bits |= zv_commands[i]->feature;
	/* To drop a consultation is to cancel it. */
	if (c->consulted && bits & ZV_TMS_CAN_CANCEL_COMPLETE)
		bits |= ZV_TMS_CAN_DROP;
	return bits;
}

/* ---- telling ----------------------------------------------------------------------- */

static void
tell(struct zv_session *s, unsigned features, const char *call_id)
{
	struct zv_buf out = { 0 };
	struct zv_json j = { .out = &out };

	zv_json_begin_object(&j);
	zv_json_key(&j, "callFeaturesSet");
	zv_json_int(&j, features);
	if (call_id)
		zv_json_member(&j, "callId", zvon_str(call_id));
	zv_json_end_object(&j);
	if (zv_buf_failed(&out))
		zv_tms_no_memory(s);
	else
		zv_tms_say(s, ZV_TMS_LINE_STATE_CHANGED, zv_buf_str(&out));
	zv_buf_deinit(&out);
}

void
zv_tms_tell_features(struct zv_session *s, struct zv_tms_call *c, bool again)
{
	unsigned now = zv_tms_features(s, c);

	c->features = now;
	if (!again && c->features_told && now == c->told_features)
		return;
	c->told_features = now;
	c->features_told = true;
	tell(s, now, c->id);
}

/* Can the line dial? Asked of each server that is up: one is enough. */
static unsigned
line_features(struct zv_session *s)
{
	struct zv_hub *h = zv_session_hub(s);
	const struct zv_command *make = zv_command_find(ZV_STR("call.make"));
	struct zv_str line;
	struct zv_user user = zv_tms_user(s, &line);
	const char *why;

	for (size_t i = 0; make && i < zv_hub_n_servers(h); i++)
		if (zv_hub_find_server(h, i) && zv_hub_server_is_up(h, i) &&
		    zv_command_can(h, &user, make, i, NULL, &why))
			return ZV_TMS_CAN_DIAL;
	return 0;
}

void
zv_tms_tell_line(struct zv_session *s, bool again)
{
	struct zv_tms *t = zv_tms_of(s);
	unsigned now = line_features(s);

	if (!again && t->line_told && now == t->line_features)
		return;
	t->line_features = now;
	t->line_told = true;
	tell(s, now, NULL);
}
