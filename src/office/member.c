/* The queue's members: who may be rung, and what is told about them. */
#include "base/mem.h"
#include "office/lines.h"
#include "office/queue.h"
#include "office/write.h"
#include "zvon/error.h"

enum zv_device
zv_member_device(const struct zv_member *m)
{
	return m->line ? m->line->device : ZV_DEVICE_INVALID;
}

bool
zv_member_is_available(const struct zv_member *m)
{
	return zv_member_device(m) == ZV_DEVICE_NOT_INUSE && !m->paused && !m->rung;
}

struct zv_member *
zv_member_find(struct zv_office *o, struct zv_str interface)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->queue.members, node, next)
	{
		struct zv_member *m = ZV_OWNER(node, struct zv_member, node);

		if (zvon_str_equal_nocase(zvon_str(m->interface), interface))
			return m;
	}
	return NULL;
}

void
zv_member_put(struct zv_buf *out, const struct zv_member *m)
{
	zv_put_text(out, "StateInterface", m->interface);
	zv_put_text(out, "Membership", m->dynamic ? "dynamic" : "static");
	zv_put_int(out, "Penalty", m->penalty);
	zv_put_int(out, "CallsTaken", m->taken);
	zv_put_int(out, "LastCall", m->last_call_s);
	zv_put_int(out, "LastPause", m->last_pause_s);
	zv_put_int(out, "LoginTime", m->login_s);
	zv_put_int(out, "InCall", m->in_call);
	zv_put_int(out, "Status", zv_member_device(m));
	zv_put_int(out, "Paused", m->paused);
	zv_put_text(out, "PausedReason", m->reason);
}

void
zv_member_event(struct zv_office *o, const struct zv_member *m, const char *name)
{
	struct zv_buf *e = zv_event(o, name, ZV_CLASS_AGENT);

	zv_put_text(e, "Queue", ZV_QUEUE_NAME);
	zv_put_text(e, "MemberName", m->name);
	zv_put_text(e, "Interface", m->interface);
	zv_member_put(e, m);
	zv_put_int(e, "Ringinuse", m->ring_in_use);
	zv_put_int(e, "Wrapuptime", 0);
	zv_event_send(o);
}

/* `Queue:sales_avail` is in use while no member could take a call. */
void
zv_queue_members_changed(struct zv_office *o)
{
	enum zv_device now = ZV_DEVICE_INUSE;
	struct zv_node *node, *next;

	ZV_EACH(&o->queue.members, node, next)
	if (zv_member_is_available(ZV_OWNER(node, struct zv_member, node)))
		now = ZV_DEVICE_NOT_INUSE;
	if (now == o->queue.available)
		return;
	o->queue.available = now;
	zv_device_event(o, "Queue:" ZV_QUEUE_NAME "_avail", now);
}

void
zv_queue_device_changed(struct zv_office *o, const struct zv_line *l)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->queue.members, node, next)
	{
		struct zv_member *m = ZV_OWNER(node, struct zv_member, node);

		if (m->line == l)
			zv_member_event(o, m, "QueueMemberStatus");
	}
	zv_queue_members_changed(o);
}

static size_t
count_members(struct zv_office *o)
{
	struct zv_node *node, *next;
	size_t n = 0;

	ZV_EACH(&o->queue.members, node, next)
	n++;
	return n;
}

int
zv_member_add(struct zv_office *o, struct zv_str interface, struct zv_str name,
	      int penalty, bool paused, struct zv_member **out)
{
	struct zv_member *m;

	if (zv_member_find(o, interface) || count_members(o) >= ZV_QUEUE_MAX_MEMBERS)
		return ZV_EBUSY;
	m = zv_calloc(1, sizeof *m);
	if (!m)
		return ZV_ENOMEM;
	m->line = zv_line_of_device(o, interface);
	m->dynamic = true;
	m->penalty = penalty;
	m->paused = paused;
	m->login_s = zv_office_epoch_s(o);
	ZV_COPY(m->interface, interface);
	ZV_COPY(m->name, name.n ? name : interface);
	zv_list_append(&o->queue.members, &m->node);
	*out = m;
	return 0;
}

/* A conversation or ringing that it has goes on without the queue. */
static void
forget_member(struct zv_office *o, const struct zv_member *m)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->channels, node, next)
	{
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		if (c->waiting && c->waiting->member == m)
			c->waiting->member = NULL;
	}
}

void
zv_member_remove(struct zv_office *o, struct zv_member *m)
{
	if (o->queue.last == m)
		o->queue.last = NULL;
	forget_member(o, m);
	zv_list_remove(&m->node);
	zv_free(m);
}

void
zv_queue_init(struct zv_office *o)
{
	static const char *const first[] = { "200", "201", "202" };

	zv_list_init(&o->queue.members);
	zv_list_init(&o->queue.callers);
	o->queue.device = o->queue.available = ZV_DEVICE_NOT_INUSE;
	for (size_t i = 0; i < sizeof first / sizeof *first; i++) {
		struct zv_line *l = zv_line_find(o, zvon_str(first[i]));
		char interface[ZV_NAME_MAX] = "PJSIP/";
		struct zv_member *m;

		zv_copy(interface + 6, sizeof interface - 6, zvon_str(l->number));
		if (zv_member_add(o, zvon_str(interface), zvon_str(l->name), 0, false,
				  &m) < 0)
			o->failed = true;
		else
			m->dynamic = false;
	}
}

void
zv_queue_deinit(struct zv_office *o)
{
	struct zv_node *node;

	while ((node = zv_list_first(&o->queue.members)))
		zv_member_remove(o, ZV_OWNER(node, struct zv_member, node));
}
