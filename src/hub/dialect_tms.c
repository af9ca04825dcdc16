/* The protocol of the telephony panel of Creatio, bpm'online and BPMSoft, as their
 * Messaging Service speaks it: docs/protocol/tms.md. */
#include "hub/tms.h"

static int
open(struct zv_session *s, int64_t now_ms)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_list_init(&t->calls);
	zv_list_init(&t->requests);
	zv_tms_at(s, now_ms);
	return 0;
}

static void
on_dialled(struct zv_session *s, size_t server, int64_t now_ms)
{
	const struct zv_tms *t = zv_tms_of(s);

	zv_tms_at(s, now_ms);
	if (t->is_open && !t->is_lost)
		zv_tms_look_anew(s, server);
}

static void
on_synced(struct zv_session *s, size_t server, int64_t now_ms)
{
	zv_tms_at(s, now_ms);
	zv_tms_server_synced(s, server);
}

/* The agent's state, or do not disturb, which changes what is possible. */
static void
on_user(struct zv_session *s, int64_t now_ms)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_tms_at(s, now_ms);
	zv_tms_tell_agent(s, false);
	if (t->is_open && !t->is_lost)
		zv_tms_tell_line(s, false);
}

/* What the line may do may be something else now. */
static void
on_rights(struct zv_session *s, int64_t now_ms)
{
	on_user(s, now_ms);
}

static void
close(struct zv_session *s)
{
	struct zv_tms *t = zv_tms_of(s);

	zv_tms_requests_free(t);
	zv_tms_calls_free(t);
}

const struct zv_dialect zv_dialect_tms = {
	.name = "tms",
	.room = sizeof(struct zv_tms),
	.open = open,
	.input = zv_tms_input,
	.on_event = zv_tms_on_event,
	.on_dialled = on_dialled,
	.on_synced = on_synced,
	.on_user = on_user,
	.on_rights = on_rights,
	.close = close,
};
