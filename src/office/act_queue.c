/* Actions on the queue and its members. */
#include "office/actions.h"
#include "office/lines.h"
#include "office/queue.h"
#include "office/write.h"
#include "zvon/error.h"

/* An empty name means all queues. */
static bool
is_ours(struct zv_str queue)
{
	return !queue.n || zvon_str_equal_nocase(queue, ZV_STR(ZV_QUEUE_NAME));
}

/* ---- what there is --------------------------------------------------------- */

static void
params_item(struct zv_office_session *s, const struct zv_asked *asked)
{
	const struct zv_queue *q = &s->office->queue;
	struct zv_buf *out = zv_item(s, "QueueParams");
	double share = q->completed ? 100.0 * q->completed_in_time / q->completed : 0;
	int all = q->completed + q->abandoned;

	zv_put_text(out, "Queue", ZV_QUEUE_NAME);
	zv_put_int(out, "Max", 0);
	zv_put_text(out, "Strategy", "rrmemory");
	zv_put_int(out, "Calls", (long long)zv_queue_waiting(s->office));
	zv_put_int(out, "Holdtime", q->hold_s);
	zv_put_int(out, "TalkTime", q->talk_s);
	zv_put_int(out, "Completed", q->completed);
	zv_put_int(out, "Abandoned", q->abandoned);
	zv_put_int(out, "ServiceLevel", 10);
	zv_buf_printf(out, "ServicelevelPerf: %.1f\r\nServicelevelPerf2: %.1f\r\n",
		      share, all ? 100.0 * q->completed_in_time / all : 0);
	zv_put_int(out, "Weight", 0);
	zv_put_action_id(out, asked);
	zv_door_end(&s->door);
}

static void
member_item(struct zv_office_session *s, const struct zv_asked *asked,
	    const struct zv_member *m)
{
	struct zv_buf *out = zv_item(s, "QueueMember");

	zv_put_text(out, "Queue", ZV_QUEUE_NAME);
	zv_put_text(out, "Name", m->name);
	zv_put_text(out, "Location", m->interface);
	zv_member_put(out, m);
	zv_put_int(out, "Wrapuptime", 0);
	zv_put_action_id(out, asked);
	zv_door_end(&s->door);
}

static void
entry_item(struct zv_office_session *s, const struct zv_asked *asked,
	   const struct zv_waiting *w, int position)
{
	struct zv_buf *out = zv_item(s, "QueueEntry");
	const struct zv_channel *c = w->channel;
	const char *const parties[] = { c->caller.number, c->caller.name,
					c->connected.number, c->connected.name };
	static const char *const keys[] = { "CallerIDNum", "CallerIDName",
					    "ConnectedLineNum", "ConnectedLineName" };

	zv_put_text(out, "Queue", ZV_QUEUE_NAME);
	zv_put_int(out, "Position", position);
	zv_put_text(out, "Channel", c->name);
	zv_put_text(out, "Uniqueid", c->id);
	for (int i = 0; i < 4; i++)
		zv_put_text(out, keys[i], parties[i][0] ? parties[i] : "unknown");
	zv_put_int(out, "Wait", (s->office->now_ms - w->since_ms) / 1000);
	zv_put_int(out, "Priority", 0);
	zv_put_action_id(out, asked);
	zv_door_end(&s->door);
}

static int
queue_items(struct zv_office_session *s, const struct zv_asked *asked)
{
	struct zv_str only = zv_asked_get(asked, "Member");
	struct zv_node *node, *next;
	int n = 1, position = 0;

	params_item(s, asked);
	ZV_EACH(&s->office->queue.members, node, next)
	{
		struct zv_member *m = ZV_OWNER(node, struct zv_member, node);

		if (only.n && !zvon_str_equal_nocase(only, zvon_str(m->interface)) &&
		    !zvon_str_equal(only, zvon_str(m->name)))
			continue;
		member_item(s, asked, m);
		n++;
	}
	ZV_EACH(&s->office->queue.callers, node, next)
	{
		entry_item(s, asked, ZV_OWNER(node, struct zv_waiting, node),
			   ++position);
		n++;
	}
	return n;
}

ZV_ACTION(queue_status)
{
	int n = 0;

	zv_list_start(s, asked, "Queue status will follow");
	if (is_ours(zv_asked_get(asked, "Queue")))
		n = queue_items(s, asked);
	zv_list_complete(s, asked, "QueueStatusComplete", n);
	zv_door_end(&s->door);
}

static void
count_members(const struct zv_office *o, int *logged_in, int *available)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->queue.members, node, next)
	{
		const struct zv_member *m = ZV_OWNER(node, struct zv_member, node);
		enum zv_device d = zv_member_device(m);

		*logged_in += d != ZV_DEVICE_UNAVAILABLE && d != ZV_DEVICE_INVALID;
		*available += zv_member_is_available(m);
	}
}

static long long
longest_wait_s(const struct zv_office *o)
{
	struct zv_node *node = zv_list_first(&o->queue.callers);

	if (!node)
		return 0;
	return (o->now_ms - ZV_OWNER(node, struct zv_waiting, node)->since_ms) / 1000;
}

ZV_ACTION(queue_summary)
{
	const struct zv_office *o = s->office;
	bool ours = is_ours(zv_asked_get(asked, "Queue"));
	int logged_in = 0, available = 0;

	zv_list_start(s, asked, "Queue summary will follow");
	if (ours) {
		struct zv_buf *out = zv_item(s, "QueueSummary");

		count_members(o, &logged_in, &available);
		zv_put_text(out, "Queue", ZV_QUEUE_NAME);
		zv_put_int(out, "LoggedIn", logged_in);
		zv_put_int(out, "Available", available);
		zv_put_int(out, "Callers", (long long)zv_queue_waiting(o));
		zv_put_int(out, "HoldTime", o->queue.hold_s);
		zv_put_int(out, "TalkTime", o->queue.talk_s);
		zv_put_int(out, "LongestHoldTime", longest_wait_s(o));
		zv_put_action_id(out, asked);
		zv_door_end(&s->door);
	}
	zv_list_complete(s, asked, "QueueSummaryComplete", ours);
	zv_door_end(&s->door);
}

/* ---- members --------------------------------------------------------------- */

/* true: both fields are there; else the error was answered. */
static bool
has_both(struct zv_office_session *s, const struct zv_asked *asked, const char *a,
	 const char *b)
{
	if (zv_asked_get(asked, a).n && zv_asked_get(asked, b).n)
		return true;
	zv_door_error(&s->door, asked, "Need '%s' and '%s' parameters.", a, b);
	return false;
}

ZV_ACTION(queue_add)
{
	struct zv_str queue = zv_asked_get(asked, "Queue");
	struct zv_str interface = zv_asked_get(asked, "Interface");
	struct zv_member *m;
	int penalty = 0, rc;

	if (!queue.n || !interface.n) {
		zv_door_error(&s->door, asked, "'%s' not specified.",
			      queue.n ? "Interface" : "Queue");
		return;
	}
	if (!is_ours(queue)) {
		zv_door_error(&s->door, asked,
			      "Unable to add interface to queue: No such queue");
		return;
	}
	if (!zv_asked_int(asked, "Penalty", &penalty) || penalty < 0)
		penalty = 0;
	rc = zv_member_add(s->office, interface, zv_asked_get(asked, "MemberName"),
			   penalty, zv_asked_bool(asked, "Paused"), &m);
	if (rc == ZV_EBUSY) {
		zv_door_error(&s->door, asked,
			      "Unable to add interface: Already there");
	} else if (rc < 0) {
		s->office->failed = true;
	} else {
		zv_door_success(&s->door, asked, "Added interface to queue");
		zv_member_event(s->office, m, "QueueMemberAdded");
		zv_queue_members_changed(s->office);
	}
}

ZV_ACTION(queue_remove)
{
	struct zv_member *m =
		zv_member_find(s->office, zv_asked_get(asked, "Interface"));

	if (!has_both(s, asked, "Queue", "Interface"))
		return;
	if (!is_ours(zv_asked_get(asked, "Queue"))) {
		zv_door_error(&s->door, asked,
			      "Unable to remove interface from queue: No such queue");
	} else if (!m) {
		zv_door_error(&s->door, asked, "Unable to remove interface: Not there");
	} else if (!m->dynamic) {
		zv_door_error(&s->door, asked, "Member not dynamic");
	} else {
		zv_door_success(&s->door, asked, "Removed interface from queue");
		zv_member_event(s->office, m, "QueueMemberRemoved");
		zv_member_remove(s->office, m);
		zv_queue_members_changed(s->office);
	}
}

/* The member that an action is about, or NULL: the error was answered. */
static struct zv_member *
member_in(struct zv_office_session *s, const struct zv_asked *asked, const char *error)
{
	struct zv_member *m =
		zv_member_find(s->office, zv_asked_get(asked, "Interface"));

	if (m && is_ours(zv_asked_get(asked, "Queue")))
		return m;
	zv_door_error(&s->door, asked, "%s", error);
	return NULL;
}

ZV_ACTION(queue_pause)
{
	struct zv_member *m;

	if (!has_both(s, asked, "Interface", "Paused"))
		return;
	m = member_in(s, asked, "Interface not found");
	if (!m)
		return;
	m->paused = zv_asked_bool(asked, "Paused");
	if (m->paused) {
		ZV_COPY(m->reason, zv_asked_get(asked, "Reason"));
		m->last_pause_s = zv_office_epoch_s(s->office);
	} else {
		m->reason[0] = '\0';
	}
	zv_door_success(&s->door, asked,
			m->paused ? "Interface paused successfully"
				  : "Interface unpaused successfully");
	zv_member_event(s->office, m, "QueueMemberPause");
	zv_queue_members_changed(s->office);
}

ZV_ACTION(queue_penalty)
{
	static const char bad[] = "Invalid interface, queuename or penalty";
	struct zv_member *m;
	int penalty = -1;

	if (!has_both(s, asked, "Interface", "Penalty"))
		return;
	m = member_in(s, asked, bad);
	if (!m)
		return;
	if (!zv_asked_int(asked, "Penalty", &penalty) || penalty < 0) {
		zv_door_error(&s->door, asked, "%s", bad);
		return;
	}
	m->penalty = penalty;
	zv_door_success(&s->door, asked, "Interface penalty set successfully");
	zv_member_event(s->office, m, "QueueMemberPenalty");
}

ZV_ACTION(queue_ring_in_use)
{
	struct zv_member *m;

	if (!has_both(s, asked, "Interface", "RingInUse"))
		return;
	m = member_in(s, asked, "Invalid interface, queuename or ringinuse value");
	if (!m)
		return;
	m->ring_in_use = zv_asked_bool(asked, "RingInUse");
	zv_door_success(&s->door, asked, "Interface ringinuse set successfully");
	zv_member_event(s->office, m, "QueueMemberRinginuse");
}
