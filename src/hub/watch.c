/* watch.c - raw packets for those who may see them: each watch is a free filter, all of them
 * asked together. */
#include "base/err.h"
#include "base/mem.h"
#include "hub/hub_impl.h"
#include "hub/jobs.h"
#include "hub/watch.h"
#include "json/writer.h"
#include "zvon/error.h"

struct zv_watch {
	struct zv_watch *next;
	struct zv_session *session;
	struct zv_subscription *subscription;
	struct zv_topic *server; /* only of that one; or NULL */
	struct zv_str id;	 /* in the same block */
	bool off;		 /* told that it is */
};

/* ---- to have one ----------------------------------------------------------------------- */

static struct zv_watch **
place_of(struct zv_session *s, struct zv_str id)
{
	struct zv_watch **at = &s->watches;

	while (*at && !zvon_str_equal((*at)->id, id))
		at = &(*at)->next;
	return at;
}

static void
free_watch(struct zv_watch *w)
{
	struct zv_hub *h = w->session->hub;

	if (w->subscription) {
		zv_filter_set_remove(h->watches, w->subscription);
		h->n_watches--;
	}
	zv_topic_unref(&h->topics, w->server);
	zv_free(w);
}

static struct zv_watch *
new_watch(struct zv_session *s, const struct zv_watch_wish *wish)
{
	struct zv_watch *w = zv_calloc(1, sizeof *w + wish->id.n);
	char *text;

	if (!w)
		return NULL;
	text = (char *)(w + 1);
	if (wish->id.n)
		memcpy(text, wish->id.p, wish->id.n);
	w->id = (struct zv_str){ text, wish->id.n };
	w->session = s;
	if (!wish->server.n)
		return w;
	w->server = zv_topic_get(&s->hub->topics, ZV_TOPIC_SERVER, wish->server);
	if (!w->server) {
		zv_free(w);
		return NULL;
	}
	return w;
}

static int
subscribe(struct zv_watch *w, const struct zv_filter_options *filter,
	  struct zv_error *err)
{
	struct zv_hub *h = w->session->hub;

	if (!h->watches)
		h->watches = zv_filter_set_new(zv_hub_random(h), false);
	if (!h->watches)
		return zv_fail_nomem(err);
	w->subscription = zv_filter_set_add_filter(h->watches, filter, w, err);
	if (!w->subscription)
		return err->code;
	h->n_watches++;
	return 0;
}

int
zv_watch_add(struct zv_session *s, const struct zv_watch_wish *wish,
	     struct zv_error *err)
{
	struct zv_watch **at = place_of(s, wish->id), *w;

	if (*at)
		return zv_fail(err, ZV_EINVAL,
			       "there is a watch of that id: unwatch it first");
	if (s->n_watches >= s->hub->limits.watches_of_a_session)
		return zv_fail(err, ZV_EBUSY, "more than %zu watches: unwatch one",
			       s->hub->limits.watches_of_a_session);
	w = new_watch(s, wish);
	if (!w)
		return zv_fail_nomem(err);
	if (subscribe(w, &wish->filter, err) < 0) {
		free_watch(w);
		return err->code;
	}
	*at = w;
	s->n_watches++;
	return 0;
}

bool
zv_watch_remove(struct zv_session *s, struct zv_str id)
{
	struct zv_watch **at = place_of(s, id), *w = *at;

	if (!w)
		return false;
	*at = w->next;
	s->n_watches--;
	free_watch(w);
	return true;
}

void
zv_watches_end(struct zv_session *s)
{
	while (s->watches)
		zv_watch_remove(s, s->watches->id);
}

/* ---- packets ------------------------------------------------------------------------------- */

struct find {
	const struct zv_server *server;
	const struct zv_packet *packet;
};

static void
write_packet(struct zv_json *j, const struct zv_watch *w, const struct find *f)
{
	zv_json_begin_object(j);
	zv_json_member(j, "type", ZV_STR("packet"));
	zv_json_member(j, "watch", w->id);
	zv_json_member(j, "server", f->server->pub.name);
	zv_json_key(j, "fields");
	zv_json_begin_array(j);
	for (size_t i = 0; i < f->packet->n_fields; i++) {
		zv_json_begin_array(j);
		zv_json_string(j, f->packet->fields[i].key);
		zv_json_string(j, f->packet->fields[i].value);
		zv_json_end_array(j);
	}
	zv_json_end_array(j);
	zv_json_end_object(j);
}

static void
say(struct zv_session *s)
{
	if (zv_buf_failed(&s->hub->scratch))
		zv_session_end(s, 1013, zv_reason_memory);
	else
		zv_session_say(s, zv_buf_str(&s->hub->scratch));
}

static void
on_match(void *user, void *subscriber)
{
	const struct find *f = user;
	struct zv_watch *w = subscriber;
	struct zv_json j = { .out = &w->session->hub->scratch };

	if (w->session->over_code || (w->server && w->server != f->server->topic))
		return;
	zv_buf_clear(j.out);
	write_packet(&j, w, f);
	say(w->session);
}

static void
tell_off(struct zv_watch *w)
{
	struct zv_json j = { .out = &w->session->hub->scratch };

	w->off = true;
	zv_buf_clear(j.out);
	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("error"));
	zv_json_member(&j, "code", ZV_STR("watch_off"));
	zv_json_member(&j, "watch", w->id);
	zv_json_member(&j, "message",
		       ZV_STR("its regular expression took too long too often and is "
			      "off: unwatch it, write a simpler one"));
	zv_json_end_object(&j);
	say(w->session);
}

static void
tell_those_off(struct zv_session *s)
{
	for (struct zv_watch *w = s->watches; w; w = w->next)
		if (!w->off && zv_subscription_is_off(w->subscription))
			tell_off(w);
}

/* Looked for when a limit was hit since the last time. */
static void
look_for_off(struct zv_hub *h)
{
	struct zv_filter_set_counters counters;
	struct zv_node *node, *following;

	zv_filter_set_count(h->watches, &counters);
	if (counters.limit_hits == h->watch_limit_hits)
		return;
	h->watch_limit_hits = counters.limit_hits;
	ZV_EACH(&h->sessions, node, following)
	tell_those_off(ZV_OWNER(node, struct zv_session, all));
}

void
zv_watches_on_packet(struct zv_hub *h, size_t server, const struct zv_packet *packet,
		     int64_t now_ms)
{
	struct find f = { zv_hub_server_at(h, server), packet };

	if (!f.server)
		return;
	zv_filter_set_match(h->watches, packet, now_ms, on_match, &f);
	look_for_off(h);
}
