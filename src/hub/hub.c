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
set_limits(struct zv_hub_limits *l)
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

/* Names come from outside; who sends them cannot know these. */
static void
seed_maps(struct zv_hub *h)
{
	h->topics.map.seed = zv_hub_random(h);
	h->users_by_name.seed = zv_hub_random(h);
	h->map_seed = zv_hub_random(h);
}

static int
copy_text(struct zv_str *text, struct zv_str from)
{
	char *copy = zv_memdup(from.p, from.n);

	*text = (struct zv_str){ copy, copy ? from.n : 0 };
	return copy ? 0 : ZV_ENOMEM;
}

static void
free_text(struct zv_str *text)
{
	zv_free((char *)(uintptr_t)text->p);
	*text = (struct zv_str){ NULL, 0 };
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
	h->limits = o->limits;
	set_limits(&h->limits);
	h->hooks = o->hooks;
	h->context = o->context;
	h->log = o->log ? o->log : &silence;
	h->letters_in_numbers = o->letters_in_numbers;
	begin_numbers(h, o->first_seq ? o->first_seq : 1);
	h->ring.most = h->limits.ring_events;
	h->ring.most_ms = h->limits.ring_ms;
	h->timed_ms = INT64_MAX;
	zv_list_init(&h->sessions);
	zv_list_init(&h->open_ears);
	zv_list_init(&h->timed);
	zv_list_init(&h->restored);
	zv_list_init(&h->gone.sessions);
	seed_maps(h);
	if (copy_text(&h->stream, o->stream) < 0 ||
	    copy_text(&h->version, o->version) < 0 || !(h->jobs = zv_jobs_new(h))) {
		zv_hub_free(h);
		return NULL;
	}
	return h;
}

/* ---- servers -------------------------------------------------------------------------- */

struct zv_server *
zv_hub_server_at(const struct zv_hub *h, size_t server)
{
	return server < h->n_servers ? h->servers[server] : NULL;
}

size_t
zv_hub_n_servers(const struct zv_hub *h)
{
	return h->n_servers;
}

const struct zv_hub_server *
zv_hub_find_server(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at ? &at->pub : NULL;
}

int64_t
zv_hub_wall_us(const struct zv_hub *h)
{
	return h->wall_us;
}

bool
zv_hub_server_is_up(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at && at->up;
}

int
zv_hub_server_ami_major(const struct zv_hub *h, size_t server)
{
	const struct zv_server *at = zv_hub_server_at(h, server);

	return at ? at->ami_major : 0;
}

/* Where the texts of a server are. */
static const size_t texts[] = {
	offsetof(struct zv_hub_server, name),
	offsetof(struct zv_hub_server, technology),
	offsetof(struct zv_hub_server, context),
	offsetof(struct zv_hub_server, transfer_context),
	offsetof(struct zv_hub_server, parking),
	offsetof(struct zv_hub_server, conference_context),
	offsetof(struct zv_hub_server, recordings),
	offsetof(struct zv_hub_server, queue_interface),
	offsetof(struct zv_hub_server, caller_id),
	offsetof(struct zv_hub_server, dnd),
	offsetof(struct zv_hub_server, auto_answer),
};

#define N_TEXTS (sizeof texts / sizeof *texts)

static struct zv_str *
text_at(struct zv_hub_server *server, size_t i)
{
	return (struct zv_str *)(void *)((char *)server + texts[i]);
}

static void
free_pub(struct zv_hub_server *pub)
{
	for (size_t i = 0; i < N_TEXTS; i++)
		free_text(text_at(pub, i));
}

static int
copy_pub(struct zv_hub_server *to, const struct zv_hub_server *from)
{
	struct zv_hub_server copy = *from;
	int rc = 0;

	for (size_t i = 0; i < N_TEXTS; i++)
		rc |= copy_text(text_at(&copy, i), *text_at(&copy, i));
	if (rc)
		free_pub(&copy);
	else
		*to = copy;
	return rc ? ZV_ENOMEM : 0;
}

static bool
name_is_taken(const struct zv_hub *h, struct zv_str name, size_t by_other_than)
{
	for (size_t i = 0; i < h->n_servers; i++)
		if (i != by_other_than && h->servers[i] &&
		    zvon_str_equal(h->servers[i]->pub.name, name))
			return true;
	return false;
}

static void
free_server(struct zv_hub *h, struct zv_server *server)
{
	zv_trails_free(h, &server->trails);
	zv_seats_free(h, server);
	zv_topic_unref(&h->topics, server->topic);
	free_pub(&server->pub);
	zv_free(server);
}

/* What the text that was loaded says of its calls. */
static void
take_restored(struct zv_hub *h, struct zv_server *server)
{
	struct zv_node *node, *following;

	server->restored = h->restoring;
	ZV_EACH(&h->restored, node, following)
	{
		struct zv_restored *r = ZV_OWNER(node, struct zv_restored, node);

		if (r->server != server->topic)
			continue;
		server->trails = r->trails;
		r->trails = (struct zv_map){ 0 };
		zv_list_remove(node);
		zv_restored_free(h, r);
	}
}

static struct zv_server *
new_server(struct zv_hub *h, const struct zv_hub_server *pub)
{
	struct zv_server *server = zv_calloc(1, sizeof *server);

	if (!server)
		return NULL;
	zv_list_init(&server->seats);
	server->trails.seed = h->map_seed;
	server->topic = zv_topic_get(&h->topics, ZV_TOPIC_SERVER, pub->name);
	if (!server->topic || copy_pub(&server->pub, pub) < 0) {
		free_server(h, server);
		return NULL;
	}
	return server;
}

int
zv_hub_add_server(struct zv_hub *h, const struct zv_hub_server *pub)
{
	struct zv_server **servers, *server;

	if (name_is_taken(h, pub->name, SIZE_MAX))
		return ZV_EBUSY;
	servers = zv_realloc(h->servers, (h->n_servers + 1) * sizeof *servers);
	if (!servers)
		return ZV_ENOMEM;
	h->servers = servers;
	server = new_server(h, pub);
	if (!server)
		return ZV_ENOMEM;
	take_restored(h, server);
	h->servers[h->n_servers] = server;
	return (int)h->n_servers++;
}

/* Another name is another server for all that is said by name. */
int
zv_hub_change_server(struct zv_hub *h, size_t number, const struct zv_hub_server *now)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	struct zv_hub_server copy;

	if (!server)
		return ZV_ENOTFOUND;
	if (!zvon_str_equal(server->pub.name, now->name))
		return ZV_EINVAL;
	if (copy_pub(&copy, now) < 0)
		return ZV_ENOMEM;
	free_pub(&server->pub);
	server->pub = copy;
	return 0;
}

void
zv_hub_remove_server(struct zv_hub *h, size_t number, int64_t now_ms)
{
	struct zv_server *server = zv_hub_server_at(h, number);

	h->now_ms = now_ms;
	if (!server)
		return;
	zv_jobs_on_server_removed(h->jobs, number, now_ms);
	h->servers[number] = NULL;
	free_server(h, server);
	zv_hub_begin_anew(h, now_ms, true);
}

void
zv_hub_on_state(struct zv_hub *h, size_t number, const struct zv_client_status *status,
		int64_t now_ms)
{
	struct zv_server *server = zv_hub_server_at(h, number);

	h->now_ms = now_ms;
	if (!server)
		return;
	server->up = status->state == ZV_STATE_READY;
	if (status->ami_major)
		server->ami_major = status->ami_major;
	zv_jobs_on_state(h->jobs, number, server->up, now_ms);
}

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

/* ---- after a restart -------------------------------------------------------------------- */

/* A number is used up that no event has: whoever has a smaller one knows less than there
 * is, and gets a resync when he resumes. */
void
zv_hub_begin_anew(struct zv_hub *h, int64_t now_ms, bool everybody)
{
	struct zv_node *node, *following;

	h->resync_reason = everybody ? "server" : "restart";
	h->restart_seq = h->next_seq++;
	zv_ring_cut(&h->ring, &h->topics, h->restart_seq);
	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		if (!s->listens || !(s->resumed || s->replaying || everybody))
			continue;
		s->replaying = false;
		zv_session_synced(s, SIZE_MAX, now_ms);
	}
}

static bool
is_all_compared(const struct zv_hub *h)
{
	for (size_t i = 0; i < h->n_servers; i++)
		if (h->servers[i] && h->servers[i]->restored)
			return false;
	return true;
}

static void
forget_resumed(struct zv_hub *h)
{
	struct zv_node *node, *following;

	ZV_EACH(&h->sessions, node, following)
	ZV_OWNER(node, struct zv_session, all)->resumed = false;
}

/* Panels speak of their calls anew after each; sessions of zvon.v1 were told all by
 * events, but what had happened before a restart. */
static void
tell_synced(struct zv_hub *h, size_t number, int64_t now_ms)
{
	struct zv_node *node, *following;

	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		if (s->dialect != &zv_dialect_zvon)
			zv_session_synced(s, number, now_ms);
	}
}

void
zv_hub_on_synced(struct zv_hub *h, size_t number, int64_t now_ms)
{
	struct zv_server *server = zv_hub_server_at(h, number);
	size_t gone;

	h->now_ms = now_ms;
	if (!server)
		return;
	gone = zv_trails_drop_gone(h, server);
	if (server->restored) {
		server->restored = false;
		zv_log(h->log, ZV_LOG_INFO, "hub",
		       "compared with before the restart server=%.*s calls=%zu "
		       "gone=%zu",
		       ZV_ARG(server->pub.name), server->trails.n, gone);
		zv_hub_begin_anew(h, now_ms, false);
		if (is_all_compared(h)) {
			h->restoring = false;
			forget_resumed(h);
		}
	}
	tell_synced(h, number, now_ms);
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

	if (copy_text(&copy, stream) < 0)
		return ZV_ENOMEM;
	free_text(&h->stream);
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
	return earlier(earlier(age, h->timed_ms), zv_jobs_deadline(h->jobs));
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
			free_server(h, h->servers[i]);
	zv_free(h->servers);
	free_restored(h);
	zv_ring_deinit(&h->ring, &h->topics);
	zv_tags_deinit(&h->tags, &h->topics);
	zv_filter_set_free(h->watches);
	zv_persons_deinit(h);
	zv_topics_deinit(&h->topics);
	zv_buf_deinit(&h->scratch);
	zv_free(h->found);
	free_text(&h->stream);
	free_text(&h->version);
	zv_free(h);
}
