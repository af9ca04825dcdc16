/* What is asked, and what the driver is to do. */
#include "call/resync_impl.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/mem.h"

/* ---- the questions ------------------------------------------------------------------- */

/* Classes: the write classes of manager.conf of which one is needed, from the
 * ListCommands of 1.8 to 22. BridgeInfo is not asked: the channels name their bridge
 * themselves (BridgeId, since 12), and a server has as many bridges as calls. */
const struct zv_resync_row zv_resync_rows[ZV_N_ASK] = {
	[ZV_ASK_CORE] = { "CoreStatus", NULL, "system, reporting", 1, true },
	[ZV_ASK_RIGHTS] = { "Command", "Command", "command", 1, true },
	[ZV_ASK_STATUS] = { "Status", NULL, "system, call, reporting", 1, false },
	[ZV_ASK_CHANNELS] = { "CoreShowChannels", NULL, "system, reporting", 1, false },
	[ZV_ASK_BRIDGES] = { "BridgeList", NULL, "", 2, false },
	[ZV_ASK_QUEUES] = { "QueueStatus", NULL, "", 1, false },
	[ZV_ASK_PARKED] = { "ParkedCalls", NULL, "", 1, false },
	[ZV_ASK_DEVICES] = { "DeviceStateList", NULL, "call, reporting", 2, false },
	[ZV_ASK_ROOMS] = { "ConfbridgeListRooms", NULL, "reporting", 1, false },
	[ZV_ASK_ROOM] = { "ConfbridgeList", "Conference", "reporting", 1, true },
};

void
zv_resync_forget(struct zv_resync *r, struct zv_resync_asked *a)
{
	if (zv_list_is_linked(&a->unsent))
		zv_list_remove(&a->unsent);
	zv_list_remove(&a->node);
	r->n_open--;
	zv_free(a);
}

void
zv_resync_forget_all(struct zv_resync *r)
{
	struct zv_node *node, *next;

	ZV_EACH(&r->open, node, next)
	zv_resync_forget(r, ZV_OWNER(node, struct zv_resync_asked, node));
}

/* ---- steps --------------------------------------------------------------------------- */

static struct zv_resync_kept *
new_step(struct zv_resync *r, enum zv_resync_step_kind kind)
{
	struct zv_resync_kept *s =
		&r->steps[(r->first_step + r->n_steps) % ZV_RESYNC_STEPS];

	if (r->n_steps == ZV_RESYNC_STEPS) /* a driver that does not take them */
		return &r->lost_step;
	r->n_steps++;
	s->step = (struct zv_resync_step){ .kind = kind };
	return s;
}

void
zv_resync_do(struct zv_resync *r, enum zv_resync_step_kind kind)
{
	new_step(r, kind);
}

void
zv_resync_end_snapshot(struct zv_resync *r, bool complete, bool restarted)
{
	struct zv_resync_kept *s = new_step(r, ZV_RESYNC_END);

	s->step.complete = complete;
	s->step.restarted = restarted;
}

void
zv_resync_say(struct zv_resync *r, bool is_warning, const char *format, ...)
{
	struct zv_resync_kept *s = new_step(r, ZV_RESYNC_TELL);
	va_list args;

	va_start(args, format);
	vsnprintf(s->text, sizeof s->text, format, args);
	va_end(args);
	s->step.is_warning = is_warning;
	s->step.text = zvon_str(s->text);
}

void
zv_resync_ask(struct zv_resync *r, enum zv_resync_list row, struct zv_str value)
{
	struct zv_resync_asked *a;

	if (r->n_open >= ZV_RESYNC_MAX_ASKED)
		return;
	a = zv_calloc(1, sizeof *a + value.n);
	if (!a) { /* another time */
		r->no_memory = true;
		return;
	}
	a->row = row;
	a->id = ++r->last_id;
	a->deadline_ms = r->now_ms + ZV_RESYNC_LIST_MS;
	a->n = value.n;
	if (value.n)
		memcpy(a->value, value.p, value.n);
	zv_list_append(&r->open, &a->node);
	zv_list_append(&r->unsent, &a->unsent);
	r->n_open++;
}

bool
zv_resync_next(struct zv_resync *r, struct zv_resync_step *out)
{
	struct zv_node *node = zv_list_first(&r->unsent);
	struct zv_resync_asked *a;

	if (r->n_steps) {
		*out = r->steps[r->first_step].step;
		r->first_step = (r->first_step + 1) % ZV_RESYNC_STEPS;
		r->n_steps--;
		return true;
	}
	if (!node)
		return false;
	zv_list_remove(node);
	a = ZV_OWNER(node, struct zv_resync_asked, unsent);
	*out = (struct zv_resync_step){
		.kind = ZV_RESYNC_ASK,
		.id = a->id,
		.action = zv_resync_rows[a->row].action,
		.key = zv_resync_rows[a->row].key,
		.value = { a->value, a->n },
	};
	return true;
}
