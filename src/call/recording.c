#include "call/model.h"

static void
tell(struct zv_calls *t, enum zv_call_event_kind kind, struct zv_chan *c)
{
	struct zv_call_event event = { .kind = kind };

	if (!c->call || !c->call->order)
		return;
	event.call = &c->call->pub;
	event.leg = c->leg ? &c->leg->pub : NULL;
	event.file = c->recording_file;
	zv_tell(t, &event);
}

static void
begin(struct zv_calls *t, struct zv_chan *c, struct zv_str file)
{
	if (!zv_call_of(t, c))
		return;
	zv_text_set(t, &c->recording_file, file);
	zv_call_note(t, &c->call->pub.recordings, &c->call->n_recordings, file);
	c->recording++;
	tell(t, ZV_RECORDING_STARTED, c);
}

/* The variable is set before the recording starts; only 16 and later tell the start, and
 * without the read class dialplan only the start is seen. */
void
zv_fact_recording_file(struct zv_calls *t, struct zv_chan *c, struct zv_str file)
{
	if (!file.n || (c->recording && zvon_str_equal(file, c->recording_file)))
		return;
	begin(t, c, file);
	c->recording_named = true;
}

void
zv_fact_recording_started(struct zv_calls *t, struct zv_chan *c)
{
	if (!c->recording_named)
		begin(t, c, (struct zv_str){ NULL, 0 });
	c->recording_named = false;
}

void
zv_fact_recording_stopped(struct zv_calls *t, struct zv_chan *c)
{
	if (!c->recording)
		return;
	c->recording--;
	c->recording_named = false;
	tell(t, ZV_RECORDING_STOPPED, c);
}

void
zv_recording_end(struct zv_calls *t, struct zv_chan *c)
{
	while (c->recording)
		zv_fact_recording_stopped(t, c);
}
