#include "hub/hub_impl.h"

#include "base/mem.h"
#include "hub/jobs.h"
#include "zvon/error.h"

static const struct zv_hub_limits defaults = {
	.ring_events = 10000,
	.ring_ms = 60000,
	.session_bytes = 256 * 1024,
	.session_messages = 1000,
	.input_bytes = 64 * 1024,
	.sessions_of_a_user = 20,
	.sessions = 10000,
	.jobs_of_a_session = 32,
	.watches_of_a_session = 64,
};

static const struct zv_log silence = { 0 };

static void
or_default(size_t *limit, size_t otherwise)
{
	if (!*limit)
		*limit = otherwise;
}

static void
fill_limits(struct zv_hub_limits *l)
{
	or_default(&l->ring_events, defaults.ring_events);
	or_default(&l->session_bytes, defaults.session_bytes);
	or_default(&l->session_messages, defaults.session_messages);
	or_default(&l->input_bytes, defaults.input_bytes);
	or_default(&l->sessions_of_a_user, defaults.sessions_of_a_user);
	or_default(&l->sessions, defaults.sessions);
	or_default(&l->jobs_of_a_session, defaults.jobs_of_a_session);
	or_default(&l->watches_of_a_session, defaults.watches_of_a_session);
	if (l->ring_ms <= 0)
		l->ring_ms = defaults.ring_ms;
}

void
zv_hub_set_limits(struct zv_hub *h, const struct zv_hub_limits *limits,
		  bool letters_in_numbers)
{
	h->limits = *limits;
	fill_limits(&h->limits);
	h->letters_in_numbers = letters_in_numbers;
	h->ring.most = h->limits.ring_events;
	h->ring.most_ms = h->limits.ring_ms;
}

/* Names come from outside; who sends them cannot know these. */
static void
seed_maps(struct zv_hub *h)
{
	h->topics.map.seed = zv_hub_random(h);
	h->users_by_name.seed = zv_hub_random(h);
	h->map_seed = zv_hub_random(h);
}

/* After a restart of which nothing is kept one number is used up: whoever has the one before
 * it does not know what happened meanwhile. */
static void
begin_numbers(struct zv_hub *h, uint64_t first_seq)
{
	h->first_seq = first_seq;
	h->next_seq = first_seq > 1 ? first_seq + 1 : 1;
	h->restart_seq = h->ring.floor = h->next_seq - 1;
}

struct zv_hub *
zv_hub_new(const struct zv_hub_options *o)
{
	struct zv_hub *h = zv_calloc(1, sizeof *h);

	if (!h)
		return NULL;
	zv_hub_set_limits(h, &o->limits, o->letters_in_numbers);
	h->hooks = o->hooks;
	h->context = o->context;
	h->log = o->log ? o->log : &silence;
	begin_numbers(h, o->first_seq ? o->first_seq : 1);
	h->timed_ms = h->owed_ms = INT64_MAX;
	zv_list_init(&h->sessions);
	zv_list_init(&h->open_ears);
	zv_list_init(&h->timed);
	zv_list_init(&h->restored);
	zv_list_init(&h->gone.sessions);
	seed_maps(h);
	if (zv_hub_copy_text(&h->stream, o->stream) < 0 ||
	    zv_hub_copy_text(&h->version, o->version) < 0 ||
	    !(h->jobs = zv_jobs_new(h))) {
		zv_hub_free(h);
		return NULL;
	}
	return h;
}

/* ---- from the servers ---------------------------------------------------------------- */

void
zv_hub_on_packet(struct zv_hub *h, size_t server, const struct zv_packet *packet,
		 int64_t now_ms)
{
	h->now_ms = now_ms;
	if (h->n_watches)
		zv_watches_on_packet(h, server, packet, now_ms);
	zv_hub_note_dial(h, server, packet);
	if (zv_jobs_want_packets(h->jobs, server))
		zv_jobs_on_packet(h->jobs, server, packet, now_ms);
}

void
zv_hub_on_reply(struct zv_hub *h, uint64_t ticket, enum zv_reply_part part, int status,
		const struct zv_packet *packet, int64_t now_ms)
{
	h->now_ms = now_ms;
	zv_jobs_on_reply(h->jobs, ticket, part, status, packet, now_ms);
}

/* ---- what jobs need ----------------------------------------------------------------------- */

struct zv_jobs *
zv_hub_jobs(struct zv_hub *h)
{
	return h->jobs;
}

const struct zv_log *
zv_hub_log(const struct zv_hub *h)
{
	return h->log;
}

uint64_t
zv_hub_random(struct zv_hub *h)
{
	return h->hooks.random ? h->hooks.random(h->context) : 0;
}

bool
zv_hub_letters_in_numbers(const struct zv_hub *h)
{
	return h->letters_in_numbers;
}

int
zv_hub_send(struct zv_hub *h, size_t server, const struct zv_request *request,
	    int timeout_ms, uint64_t ticket, struct zv_error *err)
{
	return h->hooks.send(h->context, server, request, timeout_ms, ticket, err);
}

uint64_t
zv_hub_last_seq(const struct zv_hub *h)
{
	return h->next_seq - 1;
}

struct zv_str
zv_hub_stream(const struct zv_hub *h)
{
	return h->stream;
}

int
zv_hub_set_stream(struct zv_hub *h, struct zv_str stream)
{
	struct zv_str copy;

	if (zv_hub_copy_text(&copy, stream) < 0)
		return ZV_ENOMEM;
	zv_hub_free_text(&h->stream);
	h->stream = copy;
	return 0;
}

/* ---- time ----------------------------------------------------------------------------------- */

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Old events may stay a second longer: nobody gets them. */
#define AGE_STEP_MS 1000

int64_t
zv_hub_deadline(const struct zv_hub *h)
{
	int64_t age = zv_ring_deadline(&h->ring);

	if (age < INT64_MAX - AGE_STEP_MS)
		age += AGE_STEP_MS;
	return earlier(earlier(age, h->timed_ms),
		       earlier(zv_jobs_deadline(h->jobs), zv_sync_deadline(h)));
}

static void
tick_sessions(struct zv_hub *h, int64_t now_ms)
{
	struct zv_node *node, *following;
	int64_t next = INT64_MAX;

	if (now_ms < h->timed_ms)
		return;
	ZV_EACH(&h->timed, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, timed);

		if (s->wake_ms <= now_ms) {
			s->dialect->tick(s, now_ms);
			zv_session_touch(s);
		}
	}
	ZV_EACH(&h->timed, node, following)
	next = earlier(next, ZV_OWNER(node, struct zv_session, timed)->wake_ms);
	h->timed_ms = next;
}

void
zv_hub_tick(struct zv_hub *h, int64_t now_ms)
{
	h->now_ms = now_ms;
	zv_ring_age(&h->ring, &h->topics, now_ms);
	zv_sync_tick(h, now_ms);
	tick_sessions(h, now_ms);
	if (zv_jobs_deadline(h->jobs) <= now_ms)
		zv_jobs_tick(h->jobs, now_ms);
}

/* ---- counters, the end ------------------------------------------------------------------------ */

static size_t
users_online(const struct zv_hub *h)
{
	const struct zv_person *p;
	size_t cursor = 0, n = 0;

	while ((p = zv_map_next(&h->users_by_name, &cursor)))
		n += p->n_sessions > 0;
	return n;
}

void
zv_hub_counters(const struct zv_hub *h, struct zv_hub_counters *out)
{
	*out = h->counters;
	out->sessions = h->n_sessions;
	out->users_online = users_online(h);
	out->ring = h->ring.n;
	for (size_t i = 0; i < h->n_servers; i++)
		if (h->servers[i])
			out->calls += h->servers[i]->trails.n;
	zv_jobs_counters(h->jobs, out);
}

static void
free_restored(struct zv_hub *h)
{
	struct zv_node *node;

	while ((node = zv_list_first(&h->restored))) {
		zv_list_remove(node);
		zv_restored_free(h, ZV_OWNER(node, struct zv_restored, node));
	}
}

void
zv_restored_free(struct zv_hub *h, struct zv_restored *r)
{
	zv_trails_free(h, &r->trails);
	zv_topic_unref(&h->topics, r->server);
	zv_free(r);
}

void
zv_hub_free(struct zv_hub *h)
{
	struct zv_node *node;

	if (!h)
		return;
	while ((node = zv_list_first(&h->sessions)))
		zv_session_free(ZV_OWNER(node, struct zv_session, all));
	zv_jobs_free(h->jobs);
	for (size_t i = 0; i < h->n_servers; i++)
		if (h->servers[i])
			zv_hub_free_server(h, h->servers[i]);
	zv_free(h->servers);
	free_restored(h);
	zv_ring_deinit(&h->ring, &h->topics);
	zv_tags_deinit(&h->tags, &h->topics);
	zv_filter_set_free(h->watches);
	zv_persons_deinit(h);
	zv_topics_deinit(&h->topics);
	zv_buf_deinit(&h->scratch);
	zv_free(h->found);
	zv_hub_free_text(&h->stream);
	zv_hub_free_text(&h->version);
	zv_free(h);
}
