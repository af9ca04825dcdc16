/* Lines that come and go, members of queues: AMI 1.x. QueueMemberStatus comes with
 * eventmemberstatus only, and names what later versions call Interface Location. */
#include "base/str.h"
#include "call/events.h"

enum { UNAVAILABLE = 4 }; /* Status of ExtensionStatus */

/* One of several devices that a hint watches may be there while others are not. Until
 * 1.6 the hint is not told. */
static void
on_extension(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_str hint = zv_in_get(in, ZV_KEY_HINT);
	int status = zv_in_int(in, ZV_KEY_STATUS, -1);

	if (status >= 0 && hint.n && !memchr(hint.p, '&', hint.n))
		zv_fact_device(t, hint, status != UNAVAILABLE);
}

/* ---- members ------------------------------------------------------------------- */

enum { MEMBER_REMOVED = -1, MEMBER_SAME = -2 };

/* What an event does not tell stays as it was. */
static void
member(struct zv_calls *t, const struct zv_in *in, int status)
{
	struct zv_str queue = zv_in_get(in, ZV_KEY_QUEUE);
	struct zv_str interface = zv_in_get(in, ZV_KEY_LOCATION);
	const struct zv_queue_member *known = zv_queue_find_member(t, queue, interface);
	struct zv_queue_member m = { .state = ZV_MEMBER_UNKNOWN };

	if (known)
		m = *known;
	m.queue = queue;
	m.interface = interface;
	if (zv_in_has(in, ZV_KEY_MEMBER_NAME))
		m.name = zv_in_get(in, ZV_KEY_MEMBER_NAME);
	if (zv_in_has(in, ZV_KEY_PAUSED))
		m.paused = zv_in_is(in, ZV_KEY_PAUSED, "1");
	if (!m.paused || zv_in_has(in, ZV_KEY_REASON))
		m.pause_reason = zv_in_get(in, ZV_KEY_REASON);
	m.penalty = zv_in_int(in, ZV_KEY_PENALTY, m.penalty);
	if (status == MEMBER_REMOVED)
		m.state = ZV_MEMBER_REMOVED;
	else if (status != MEMBER_SAME)
		m.state = zv_member_state(status);
	zv_fact_member(t, &m);
}

static void
on_member(struct zv_calls *t, const struct zv_in *in)
{
	member(t, in, zv_in_int(in, ZV_KEY_STATUS, MEMBER_SAME));
}

static void
on_member_removed(struct zv_calls *t, const struct zv_in *in)
{
	member(t, in, MEMBER_REMOVED);
}

#define MEMBER                                                                         \
 ZV_KEY_QUEUE, ZV_KEY_LOCATION, ZV_KEY_MEMBER_NAME, ZV_KEY_STATUS, ZV_KEY_PAUSED,      \
	 ZV_KEY_REASON, ZV_KEY_PENALTY

const struct zv_rule zv_rules_old_line[] = {
	{ "ExtensionStatus", ZV_OLD, on_extension, { ZV_KEY_HINT, ZV_KEY_STATUS } },
	{ "QueueMemberStatus", ZV_OLD, on_member, { MEMBER } },
	{ "QueueMemberAdded", ZV_OLD, on_member, { MEMBER } },
	{ "QueueMemberPaused", ZV_OLD, on_member, { MEMBER } },
	{ "QueueMemberPenalty", ZV_OLD, on_member, { MEMBER } },
	{ "QueueMemberRemoved", ZV_OLD, on_member_removed, { MEMBER } },
	{ .event = NULL },
};
