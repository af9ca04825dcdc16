/* Whom a click meant. Until the own phone answers only OriginateResponse tells it, and
 * that may come before or after the Hangup of a phone that did not answer: such a call
 * waits for it. Of a failure it names what was dialled ("SIP/101"), no channel. */
#include "call/model.h"

#include "call/originate_impl.h"

#define NOTHING ((struct zv_str){ NULL, 0 })

/* "PJSIP/101-" of "PJSIP/101-0000000c". */
static struct zv_str
beginning_of(struct zv_str channel)
{
	while (channel.n && channel.p[channel.n - 1] != '-')
		channel.n--;
	return channel;
}

void
zv_click_begin(struct zv_calls *t, struct zv_chan *c)
{
	struct zv_live_call *call = c->call;

	if (!call || call->clicked.n || call->dialled.n)
		return;
	zv_text_set(t, &call->clicked, beginning_of(c->name));
	if (call->clicked.n)
		zv_list_append(&t->clicks, &call->click);
}

static void
be_told(struct zv_live_call *call)
{
	if (zv_list_is_linked(&call->click))
		zv_list_remove(&call->click);
}

/* Not for a phone that answered: then there is a dialplan to tell. */
bool
zv_click_waits(struct zv_calls *t, struct zv_live_call *call)
{
	struct zv_live_leg *caller = zv_call_caller(call);

	if (!zv_list_is_linked(&call->click) || !caller || !caller->own ||
	    caller->pub.answered || call->conversed)
		return false;
	zv_result_settle(t, call, true);
	call->settle_ms = t->now_ms + ZV_CALLS_CLICK_MS;
	be_told(call);
	zv_list_append(&t->lingering, &call->click);
	return true;
}

void
zv_click_goes_on(struct zv_live_call *call)
{
	if (call->settle_ms)
		be_told(call);
}

/* The oldest of those that were clicked so; the ones that are over wait longest. */
static struct zv_live_call *
find_clicked(struct zv_node *list, struct zv_str begins)
{
	struct zv_node *node, *next;

	ZV_EACH(list, node, next)
	{
		struct zv_live_call *call = ZV_OWNER(node, struct zv_live_call, click);

		if (zvon_str_equal_nocase(call->clicked, begins))
			return call;
	}
	return NULL;
}

static struct zv_live_call *
find_failed(struct zv_calls *t, struct zv_str dialled)
{
	struct zv_live_call *call;
	struct zv_name begins;

	zv_originate_peer_name(dialled, &begins);
	call = find_clicked(&t->lingering, zv_name_str(&begins));
	return call ? call : find_clicked(&t->clicks, zv_name_str(&begins));
}

void
zv_fact_click_over(struct zv_calls *t, struct zv_str unique_id, struct zv_str dialled,
		   bool failed, struct zv_str exten)
{
	struct zv_live_call *call = zv_call_find_link(t, unique_id);
	bool is_over;

	if (!call && failed)
		call = find_failed(t, dialled);
	else if (call && zv_call_caller(call))
		zv_call_caller(call)->guessed = false;
	if (!call || !zv_list_is_linked(&call->click))
		return;
	is_over = zv_list_is_empty(&call->channels);
	be_told(call);
	if (!call->dialled.n && zv_name_is_exten(exten))
		zv_text_set(t, &call->dialled, exten);
	if (is_over)
		zv_call_end(t, call, NOTHING);
}

void
zv_clicks_end(struct zv_calls *t, int64_t until_ms)
{
	struct zv_node *first;

	while ((first = zv_list_first(&t->lingering))) {
		struct zv_live_call *call = ZV_OWNER(first, struct zv_live_call, click);

		if (call->settle_ms > until_ms)
			break;
		zv_call_end(t, call, NOTHING);
	}
}

int64_t
zv_clicks_deadline(const struct zv_calls *t)
{
	struct zv_node *first = zv_list_first(&t->lingering);

	return first ? ZV_OWNER(first, struct zv_live_call, click)->settle_ms
		     : INT64_MAX;
}
