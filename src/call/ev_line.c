/* Lines that come and go, members of queues. */
#include "call/events.h"

/* Device states as QueueMemberStatus numbers them. */
static const enum zv_member_state by_number[] = {
	ZV_MEMBER_UNKNOWN, ZV_MEMBER_IDLE,	  ZV_MEMBER_IN_USE,
	ZV_MEMBER_IN_USE,  ZV_MEMBER_UNAVAILABLE, ZV_MEMBER_UNAVAILABLE,
	ZV_MEMBER_RINGING, ZV_MEMBER_RINGING,	  ZV_MEMBER_IN_USE,
};

enum zv_member_state
zv_member_state(int device_state)
{
	if (device_state < 0 ||
	    device_state >= (int)(sizeof by_number / sizeof *by_number))
		return ZV_MEMBER_UNKNOWN;
	return by_number[device_state];
}

static bool
is_gone(const struct zv_in *in, enum zv_key key)
{
	static const char *const words[] = { "UNAVAILABLE",  "INVALID",
					     "Unregistered", "Rejected",
					     "Unreachable",  "Removed",
					     "NonQualified", "Unmonitored" };

	for (size_t i = 0; i < 6; i++)
		if (zv_in_is(in, key, words[i]))
			return true;
	return false;
}

static void
on_device(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_device(t, zv_in_get(in, ZV_KEY_DEVICE), !is_gone(in, ZV_KEY_STATE));
}

static void
on_peer(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_device(t, zv_in_get(in, ZV_KEY_PEER), !is_gone(in, ZV_KEY_PEER_STATUS));
}

static void
member(struct zv_calls *t, const struct zv_in *in, bool removed)
{
	struct zv_queue_member m = {
		.queue = zv_in_get(in, ZV_KEY_QUEUE),
		.interface = zv_in_get(in, ZV_KEY_INTERFACE),
		.name = zv_in_get(in, ZV_KEY_MEMBER_NAME),
		.state = zv_member_state(zv_in_int(in, ZV_KEY_STATUS, -1)),
		.paused = zv_in_is(in, ZV_KEY_PAUSED, "1"),
		.pause_reason = zv_in_get(in, ZV_KEY_PAUSED_REASON),
		.penalty = zv_in_int(in, ZV_KEY_PENALTY, 0),
	};

	if (removed)
		m.state = ZV_MEMBER_REMOVED;
	zv_fact_member(t, &m);
}

static void
on_member(struct zv_calls *t, const struct zv_in *in)
{
	member(t, in, false);
}

static void
on_member_removed(struct zv_calls *t, const struct zv_in *in)
{
	member(t, in, true);
}

#define MEMBER                                                                         \
 ZV_KEY_QUEUE, ZV_KEY_INTERFACE, ZV_KEY_MEMBER_NAME, ZV_KEY_STATUS, ZV_KEY_PAUSED,     \
	 ZV_KEY_PAUSED_REASON, ZV_KEY_PENALTY

const struct zv_rule zv_rules_line[] = {
	{ "DeviceStateChange", ZV_BOTH, on_device, { ZV_KEY_DEVICE, ZV_KEY_STATE } },
	{ "PeerStatus", ZV_BOTH, on_peer, { ZV_KEY_PEER, ZV_KEY_PEER_STATUS } },
	{ "QueueMemberStatus", ZV_NEW, on_member, { MEMBER } },
	{ "QueueMemberAdded", ZV_NEW, on_member, { MEMBER } },
	{ "QueueMemberPause", ZV_NEW, on_member, { MEMBER } },
	{ "QueueMemberPenalty", ZV_NEW, on_member, { MEMBER } },
	{ "QueueMemberRinginuse", ZV_NEW, on_member, { MEMBER } },
	{ "QueueMemberRemoved", ZV_NEW, on_member_removed, { MEMBER } },
	{ .event = NULL },
};
