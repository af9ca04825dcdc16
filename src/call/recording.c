#include "call/model.h"

#include "base/mem.h"
#include "zvon/error.h"

static void
tell(struct zv_calls *t, enum zv_call_event_kind kind, struct zv_chan *c,
     struct zv_str file)
{
	struct zv_call_event event = { .kind = kind, .file = file };

	if (!c->call || !c->call->order)
		return;
	event.call = &c->call->pub;
	event.leg = c->leg ? &c->leg->pub : NULL;
	zv_tell(t, &event);
}

static size_t
count(const struct zv_recording *list)
{
	size_t n = 0;

	for (; list; list = list->next)
		n++;
	return n;
}

static void
begin(struct zv_calls *t, struct zv_chan *c, struct zv_str file)
{
	struct zv_recording *r;

	if (!zv_call_of(t, c) || count(c->recordings) >= ZV_CALLS_MAX_NOTES)
		return;
	r = zv_calloc(1, sizeof *r);
	if (!r) {
		t->failed = ZV_ENOMEM;
		return;
	}
	zv_text_set(t, &r->file, file);
	r->next = c->recordings;
	c->recordings = r;
	zv_call_note(t, &c->call->pub.recordings, &c->call->n_recordings, r->file);
	tell(t, ZV_RECORDING_STARTED, c, r->file);
}

/* The variable is set before the recording starts; only 16 and later tell the start, and
 * without the read class dialplan only the start is seen. With it, a start without a name
 * is one that is told twice. */
void
zv_fact_recording_file(struct zv_calls *t, struct zv_chan *c, struct zv_str file)
{
	if (!file.n || (c->recordings && zvon_str_equal(file, c->recordings->file)))
		return;
	begin(t, c, file);
}

void
zv_fact_recording_started(struct zv_calls *t, struct zv_chan *c)
{
	if (!t->tells_variables)
		begin(t, c, ZV_STR(""));
}

static void
stop(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_recording *r = c->recordings;

	c->recordings = r->next;
	tell(t, ZV_RECORDING_STOPPED, c, r->file);
	zv_text_free(&r->file);
	zv_free(r);
}

/* StopMixMonitor without an id stops the last one. */
void
zv_fact_recording_stopped(struct zv_calls *t, struct zv_chan *c)
{
	if (c->recordings)
		stop(t, c);
}

void
zv_recording_end(struct zv_calls *t, struct zv_chan *c)
{
	while (c->recordings)
		stop(t, c);
}

/* Told in the call of who is in the room; they are one call. */
void
zv_fact_room_recording(struct zv_calls *t, struct zv_bridge *b, bool on)
{
	struct zv_node *first = zv_list_first(&b->channels);
	struct zv_chan *c = first ? ZV_OWNER(first, struct zv_chan, in_bridge) : NULL;
	struct zv_call_event event = { .kind = on ? ZV_RECORDING_STARTED
						  : ZV_RECORDING_STOPPED };

	if (!c || !c->call || !c->call->order || b->recorded == on)
		return;
	b->recorded = on;
	event.call = &c->call->pub;
	zv_tell(t, &event);
}
