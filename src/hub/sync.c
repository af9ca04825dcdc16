/* sync.c - when it is known what is going on at a server.
 *
 * After the first login there the lists of Asterisk are read, and the tracker finds calls
 * that everybody may have known before a restart. They are no news, so until the lists were
 * read the server is silent: its events (but server.state) change what is remembered here,
 * and are neither numbered nor told. Then everybody who listens gets one resync. Servers
 * whose lists are being read at the same time become known at the same time. A later login
 * there changes nothing of this: what is different then is told by events. */
#include "hub/hub_impl.h"

static bool
is_awaited(const struct zv_server *server)
{
	return server && server->silent && server->up && !server->listed;
}

/* A number is used up that no event has, where somebody may have the last one: whoever has
 * a smaller one knows less than there is, and gets a resync when he resumes. */
static void
cut_numbers(struct zv_hub *h)
{
	if (h->last_is_known || zv_hub_last_seq(h) > h->restart_seq)
		h->restart_seq = h->next_seq++;
	h->last_is_known = h->n_sessions > 0;
	zv_ring_cut(&h->ring, &h->topics, h->restart_seq);
}

static void
resync(struct zv_hub *h, struct zv_session *s, int64_t now_ms)
{
	h->resync_reason = s->resumed ? "restart" : "server";
	s->resumed = s->owed = s->replaying = false;
	zv_session_synced(s, SIZE_MAX, now_ms);
}

void
zv_hub_begin_anew(struct zv_hub *h, int64_t now_ms)
{
	struct zv_node *node, *following;

	cut_numbers(h);
	h->owed_ms = INT64_MAX;
	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		if (s->listens)
			resync(h, s, now_ms);
	}
}

/* ---- from silence to knowing ------------------------------------------------------------ */

void
zv_sync_begin(struct zv_hub *h, struct zv_server *server)
{
	server->silent = true;
	server->sync_ms = INT64_MAX;
	h->n_silent++;
}

static void
speak(struct zv_hub *h, struct zv_server *server)
{
	server->silent = false;
	h->n_silent--;
	zv_log(h->log, ZV_LOG_INFO, "hub",
	       "what is going on is known server=%.*s calls=%zu",
	       ZV_ARG(server->pub.name), server->trails.n);
}

/* All whose lists were read, unless those of another one are just being read. true: there
 * was such a one. */
static bool
let_speak(struct zv_hub *h)
{
	bool any = false;

	for (size_t i = 0; i < h->n_servers; i++)
		if (is_awaited(h->servers[i]))
			return false;
	for (size_t i = 0; i < h->n_servers; i++) {
		struct zv_server *server = h->servers[i];

		if (!server || !server->silent || !server->listed)
			continue;
		speak(h, server);
		any = true;
	}
	return any;
}

static void
go_on(struct zv_hub *h, int64_t now_ms)
{
	if (let_speak(h))
		zv_hub_begin_anew(h, now_ms);
}

/* What waited for its lists need not any more. */
void
zv_sync_removed(struct zv_hub *h, bool was_silent, int64_t now_ms)
{
	h->n_silent -= was_silent;
	let_speak(h);
	zv_hub_begin_anew(h, now_ms);
}

void
zv_sync_on_state(struct zv_hub *h, struct zv_server *server)
{
	if (!server->silent)
		return;
	if (!server->up)
		server->listed = false;
	if (!is_awaited(server))
		server->sync_ms = INT64_MAX;
	else if (server->sync_ms == INT64_MAX)
		server->sync_ms = h->now_ms + ZV_HUB_SYNC_MS;
	go_on(h, h->now_ms);
}

/* Panels compare what they show with what is going on after each login; sessions of zvon.v1
 * are told the difference by events. */
static void
tell_panels(struct zv_hub *h, size_t number, int64_t now_ms)
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

	h->now_ms = now_ms;
	if (!server)
		return;
	zv_trails_drop_gone(h, server);
	if (server->silent) {
		server->listed = true;
		go_on(h, now_ms);
	} else {
		tell_panels(h, number, now_ms);
	}
}

/* ---- not for ever ------------------------------------------------------------------------- */

static bool
is_nothing_known(const struct zv_hub *h)
{
	for (size_t i = 0; i < h->n_servers; i++)
		if (h->servers[i] && !h->servers[i]->silent)
			return false;
	return h->n_silent > 0;
}

bool
zv_session_put_off(struct zv_session *s)
{
	struct zv_hub *h = s->hub;

	if (!is_nothing_known(h))
		return false;
	if (h->owed_ms == INT64_MAX)
		h->owed_ms = h->now_ms + ZV_HUB_SYNC_MS;
	s->resumed = s->owed = true;
	s->replaying = false;
	zv_session_listen(s, true);
	return true;
}

static void
pay_owed(struct zv_hub *h, int64_t now_ms)
{
	struct zv_node *node, *following;

	h->owed_ms = INT64_MAX;
	ZV_EACH(&h->sessions, node, following)
	{
		struct zv_session *s = ZV_OWNER(node, struct zv_session, all);

		if (s->listens && s->owed)
			resync(h, s, now_ms);
	}
}

int64_t
zv_sync_deadline(const struct zv_hub *h)
{
	int64_t first = h->owed_ms;

	for (size_t i = 0; h->n_silent && i < h->n_servers; i++)
		if (is_awaited(h->servers[i]) && h->servers[i]->sync_ms < first)
			first = h->servers[i]->sync_ms;
	return first;
}

void
zv_sync_tick(struct zv_hub *h, int64_t now_ms)
{
	if (zv_sync_deadline(h) > now_ms)
		return;
	for (size_t i = 0; i < h->n_servers; i++) {
		struct zv_server *server = h->servers[i];

		if (!is_awaited(server) || server->sync_ms > now_ms)
			continue;
		server->listed = true;
		zv_log(h->log, ZV_LOG_WARN, "hub",
		       "the lists take too long: what is known is told server=%.*s",
		       ZV_ARG(server->pub.name));
	}
	go_on(h, now_ms);
	if (h->owed_ms <= now_ms)
		pay_owed(h, now_ms);
}
