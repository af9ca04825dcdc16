/* GET /v1/events without a WebSocket: Server-Sent Events, or a long poll. */
#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "io/clock.h"
#include "json/writer.h"
#include "zvond/polls.h"
#include "zvond/routes.h"
#include "zvond/stream.h"

#define WAIT_MOST_S    60
#define EVENTS_AT_ONCE 1000
#define SEQ_MOST       (1LL << 53) /* what JSON carries exactly */

/* One long poll. */
struct poll {
	struct zv_node node; /* in daemon->waiting */
	struct zv_exchange *exchange;
	struct zv_timer *timer;
	struct zv_buf user;
	uint64_t after, looked; /* events up to there were looked at */
};

/* ---- where the client stands ------------------------------------------------------------------------------ */

struct place {
	bool given;
	uint64_t after;
	struct zv_buf stream; /* empty: he did not say */
};

/* "123@STREAM" of our stream's ids, or "123". */
static int
read_event_id(struct zv_str id, struct place *place)
{
	struct zv_str number;
	long long after;

	zv_str_split(&id, '@', &number);
	if (zv_num_parse(zv_str_trim(number), 0, SEQ_MOST, &after) < 0)
		return ZV_EINVAL;
	place->given = true;
	place->after = (uint64_t)after;
	return zv_buf_add(&place->stream, id);
}

/* false: it was bad, and that has been answered. */
static bool
read_place(struct zv_exchange *x, struct place *place)
{
	struct zv_str id = zv_http_field_of(x->request, "Last-Event-ID");
	long long after;

	if (id.n) {
		if (read_event_id(id, place) == 0)
			return true;
		zv_exchange_refuse(x, 400, "bad_argument",
				   "Last-Event-ID is not the id of an event");
		return false;
	}
	if (!zv_query_number(x, "after", 0, SEQ_MOST, -1, &after))
		return false;
	place->given = after >= 0;
	place->after = after >= 0 ? (uint64_t)after : 0;
	if (zv_http_query_value(x->request->query, "stream", &place->stream) >= 0)
		return true;
	zv_exchange_refuse(x, 400, "bad_argument", "stream is not a text");
	return false;
}

/* ---- Server-Sent Events --------------------------------------------------------------------------------------- */

static void
begin_stream(struct zv_exchange *x, const struct place *place)
{
	struct zv_buf first = { 0 };
	struct zv_json j = { .out = &first };
	struct zv_str stream = place->stream.n
				       ? zv_buf_str(&place->stream)
				       : zv_hub_stream(zv_exchange_daemon(x)->hub);

	zv_json_begin_object(&j);
	zv_json_member(&j, "type", place->given ? ZV_STR("resume") : ZV_STR("start"));
	if (place->given) {
		zv_json_key(&j, "seq");
		zv_json_int(&j, (long long)place->after);
		zv_json_member(&j, "stream", stream);
	}
	zv_json_end_object(&j);
	if (zv_buf_failed(&first))
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
	else
		zv_stream_begin(x, zv_buf_str(&first));
	zv_buf_deinit(&first);
}

/* ---- long poll -------------------------------------------------------------------------------------------------- */

static void
answer_resync(struct zv_exchange *x, const struct zv_user *user)
{
	struct zv_buf body = { 0 };

	zv_buf_add(&body, ZV_STR("{\"resync\":"));
	if (zv_hub_write_state(zv_exchange_daemon(x)->hub, user, ZV_PART_ALL, &body,
			       zv_clock_ms()) < 0)
		body.failed = true;
	zv_buf_add_char(&body, '}');
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}

/* true: answered. wait: not if there is nothing. */
static bool
answer_events(struct zv_exchange *x, const struct zv_user *user, uint64_t *after,
	      bool wait)
{
	struct zv_hub *h = zv_exchange_daemon(x)->hub;
	struct zv_buf events = { 0 }, body = { 0 };
	uint64_t last = *after;
	int rc = zv_hub_write_events(h, user, *after, EVENTS_AT_ONCE, &events, &last);

	if (rc == ZV_ENOTFOUND) {
		answer_resync(x, user);
	} else if (rc == 0 && wait && events.n <= strlen("[]")) {
		*after = last;
		zv_buf_deinit(&events);
		return false;
	} else {
		zv_buf_printf(&body, "{\"seq\":%llu,\"stream\":\"%.*s\",\"events\":",
			      (unsigned long long)last, ZV_ARG(zv_hub_stream(h)));
		zv_buf_add(&body, zv_buf_str(&events));
		zv_buf_add_char(&body, '}');
		body.failed |= rc < 0 || zv_buf_failed(&events);
		zv_exchange_json(x, 200, &body);
	}
	zv_buf_deinit(&events);
	zv_buf_deinit(&body);
	return true;
}

static void
free_poll(struct poll *p)
{
	if (p->node.next)
		zv_list_remove(&p->node);
	zv_timer_free(p->timer);
	zv_buf_deinit(&p->user);
	zv_free(p);
}

static void
forget(struct zv_exchange *x)
{
	free_poll(x->waiting);
}

/* Looks again; at the latest (`wait` false) whatever there is is the answer. */
static void
look(struct poll *p, bool wait)
{
	struct zv_exchange *x = p->exchange;
	struct zv_hub *h = zv_exchange_daemon(x)->hub;
	const struct zv_user *user = zv_hub_find_user(h, zv_buf_str(&p->user));

	p->looked = zv_hub_last_seq(h);
	if (user && !answer_events(x, user, &p->after, wait))
		return;
	if (!user)
		zv_exchange_refuse(x, 401, "unauthorized", "this user is no more");
	free_poll(p);
}

static void
on_time(void *owner)
{
	look(owner, false);
}

static void
begin_wait(struct zv_exchange *x, uint64_t after, int wait_s)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct poll *p = zv_calloc(1, sizeof *p);

	if (p)
		p->timer = zv_timer_new(d->loop, on_time, p);
	if (!p || !p->timer || zv_buf_add(&p->user, x->user->name) < 0) {
		if (p)
			free_poll(p);
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
		return;
	}
	p->exchange = x;
	p->after = after;
	p->looked = zv_hub_last_seq(d->hub);
	x->waiting = p;
	x->cancel = forget;
	zv_list_append(&d->waiting, &p->node);
	zv_timer_set(p->timer, zv_clock_ms() + (int64_t)wait_s * 1000);
}

static bool
is_other_stream(struct zv_exchange *x, const struct place *place)
{
	struct zv_str ours = zv_hub_stream(zv_exchange_daemon(x)->hub);

	return place->stream.n && !zvon_str_equal(zv_buf_str(&place->stream), ours);
}

static void
poll_events(struct zv_exchange *x, const struct place *place)
{
	uint64_t after = place->after;
	long long wait_s;

	if (!zv_query_number(x, "wait", 0, WAIT_MOST_S, 0, &wait_s))
		return;
	if (!place->given || is_other_stream(x, place))
		answer_resync(x, x->user);
	else if (!answer_events(x, x->user, &after, wait_s > 0))
		begin_wait(x, after, (int)wait_s);
}

void
zv_route_events(struct zv_exchange *x)
{
	struct place place = { 0 };

	if (read_place(x, &place)) {
		if (zv_http_has_word(x->request, "Accept", "text/event-stream"))
			begin_stream(x, &place);
		else
			poll_events(x, &place);
	}
	zv_buf_deinit(&place.stream);
}

void
zv_polls_look(struct zv_daemon *d)
{
	uint64_t last = zv_list_is_empty(&d->waiting) ? 0 : zv_hub_last_seq(d->hub);
	struct zv_node *node, *next;

	ZV_EACH(&d->waiting, node, next)
	{
		struct poll *p = ZV_OWNER(node, struct poll, node);

		if (p->looked != last)
			look(p, true);
	}
}

void
zv_polls_end(struct zv_daemon *d)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->waiting, node, next)
	look(ZV_OWNER(node, struct poll, node), false);
}
