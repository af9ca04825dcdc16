#include "hub/agents.h"

#include <jansson.h>

#include "base/map.h"
#include "base/mem.h"
#include "hub/job_impl.h"

/* One agent; kept until the daemon ends, also while he is away. */
struct entry {
	struct zv_agent agent;
	char *key, *state, *reason;
	int64_t wrap_until; /* INT64_MAX: until he says */
};

/* Whose queues are paused when that line is in a call. */
struct pausing {
	struct zv_node node; /* in zv_agents.pausing, to be freed */
	char *line;	     /* without its server */
	char *user;
	struct pausing *same; /* line, another user */
};

struct zv_agents {
	struct zv_hub *h;
	struct zv_map entries; /* by key */
	struct zv_map lines;   /* to the first pausing */
	struct zv_node pausing;
	size_t wrapping; /* entries whose wrap-up has an end */
};

static const char *const pausing_states[] = {
	"break",   "away",  "busy",   "dnd",	     "lunch",	 "meeting", "not_ready",
	"offline", "pause", "paused", "unavailable", "training", NULL,
};

bool
zv_agent_state_pauses(struct zv_str state)
{
	for (const char *const *s = pausing_states; *s; s++)
		if (zvon_str_equal_nocase(state, zvon_str(*s)))
			return true;
	return false;
}

struct zv_str
zv_agent_key_of(const struct zv_user *user, char out[ZV_AGENT_KEY])
{
	struct zv_str line = user->n_lines ? user->lines[0] : (struct zv_str){ 0 };

	if (user->shared)
		snprintf(out, ZV_AGENT_KEY, "%.*s/%.*s", ZV_ARG(user->name),
			 ZV_ARG(line));
	else
		snprintf(out, ZV_AGENT_KEY, "%.*s", ZV_ARG(user->name));
	return zvon_str(out);
}

/* ---- life ------------------------------------------------------------------------------ */

static void
free_pausing(struct zv_node *list, struct zv_map *lines)
{
	struct zv_node *node, *next;

	ZV_EACH(list, node, next)
	{
		struct pausing *p = ZV_OWNER(node, struct pausing, node);

		zv_list_remove(node);
		zv_free(p->line);
		zv_free(p->user);
		zv_free(p);
	}
	zv_map_deinit(lines);
}

struct zv_agents *
zv_agents_new(struct zv_hub *h)
{
	struct zv_agents *a = zv_calloc(1, sizeof *a);

	if (a) {
		a->h = h;
		zv_list_init(&a->pausing);
	}
	return a;
}

static void
free_entry(struct entry *e)
{
	zv_free(e->key);
	zv_free(e->state);
	zv_free(e->reason);
	zv_free(e);
}

void
zv_agents_free(struct zv_agents *a)
{
	struct entry *e;
	size_t cursor = 0;

	if (!a)
		return;
	while ((e = zv_map_next(&a->entries, &cursor)))
		free_entry(e);
	zv_map_deinit(&a->entries);
	free_pausing(&a->pausing, &a->lines);
	zv_free(a);
}

static struct entry *
get(struct zv_agents *a, struct zv_str key)
{
	struct entry *e = zv_map_find(&a->entries, key);

	if (e)
		return e;
	e = zv_calloc(1, sizeof *e);
	if (!e)
		return NULL;
	e->key = zv_memdup(key.p ? key.p : "", key.n);
	e->wrap_until = INT64_MAX;
	if (!e->key ||
	    zv_map_add(&a->entries, (struct zv_str){ e->key, key.n }, e) < 0) {
		free_entry(e);
		return NULL;
	}
	return e;
}

const struct zv_agent *
zv_hub_find_agent(struct zv_hub *h, struct zv_str user)
{
	struct entry *e = zv_map_find(&zv_hub_jobs(h)->agents->entries, user);

	return e ? &e->agent : NULL;
}

struct zv_agent *
zv_hub_agent(struct zv_hub *h, struct zv_str user)
{
	struct entry *e = get(zv_hub_jobs(h)->agents, user);

	return e ? &e->agent : NULL;
}

int
zv_hub_set_agent(struct zv_hub *h, struct zv_str user, struct zv_str state,
		 struct zv_str reason)
{
	struct entry *e = get(zv_hub_jobs(h)->agents, user);
	char *s = zv_memdup(state.p ? state.p : "", state.n);
	char *r = zv_memdup(reason.p ? reason.p : "", reason.n);

	if (!e || !s || !r) {
		zv_free(s);
		zv_free(r);
		return ZV_ENOMEM;
	}
	zv_free(e->state);
	zv_free(e->reason);
	e->state = s;
	e->reason = r;
	e->agent.state = (struct zv_str){ s, state.n };
	e->agent.reason = (struct zv_str){ r, reason.n };
	return 0;
}

/* ---- who is paused when he talks ----------------------------------------------------------- */

static int
add_pausing(struct zv_node *list, struct zv_map *lines, struct zv_str line,
	    struct zv_str user)
{
	struct pausing *p = zv_calloc(1, sizeof *p), *first;

	if (!p)
		return ZV_ENOMEM;
	zv_list_append(list, &p->node);
	p->line = zv_memdup(line.p, line.n);
	p->user = zv_memdup(user.p ? user.p : "", user.n);
	if (!p->line || !p->user)
		return ZV_ENOMEM;
	first = zv_map_find(lines, line);
	if (!first)
		return zv_map_add(lines, zvon_str(p->line), p);
	p->same = first->same;
	first->same = p;
	return 0;
}

/* "office/101" is found by 101; zv_line_on tells later whether it is that server's. */
static struct zv_str
plain_line(struct zv_str line)
{
	size_t at = zv_str_find(line, ZV_STR("/"));

	return at == line.n ? line : zv_str_from(line, at + 1);
}

int
zv_agents_on_users(struct zv_agents *a)
{
	struct zv_node list;
	struct zv_map lines = { .seed = a->lines.seed };
	const struct zv_user *user = NULL;
	int rc = 0;

	zv_list_init(&list);
	while (rc == 0 && (user = zv_hub_next_user(a->h, user)))
		for (size_t i = 0; user->auto_pause && i < user->n_lines && rc == 0;
		     i++)
			rc = add_pausing(&list, &lines, plain_line(user->lines[i]),
					 user->name);
	if (rc < 0) {
		free_pausing(&list, &lines);
		return rc;
	}
	free_pausing(&a->pausing, &a->lines);
	while (!zv_list_is_empty(&list)) {
		struct zv_node *node = list.next;

		zv_list_remove(node);
		zv_list_append(&a->pausing, node);
	}
	a->lines = lines;
	return 0;
}

/* ---- pauses ------------------------------------------------------------------------------------- */

static void
pause_line(struct zv_hub *h, const struct zv_user *user, struct zv_str server,
	   struct zv_str line, bool on, struct zv_str reason, int64_t now_ms)
{
	json_t *args = json_pack("{s:b,s:s%,s:s%,s:s%}", "on", on, "line", line.p,
				 line.n, "server", server.p, server.n, "reason",
				 reason.p ? reason.p : "", reason.n);

	if (!args)
		return;
	zv_job_start_ourselves(h, user, ZV_STR("queue.pause"), args, now_ms);
	json_decref(args);
}

void
zv_agent_pause(struct zv_hub *h, const struct zv_user *user, bool on,
	       struct zv_str reason, int64_t now_ms)
{
	char key[ZV_AGENT_KEY];
	struct zv_agent *agent = zv_hub_agent(h, zv_agent_key_of(user, key));

	if (agent)
		agent->paused_by_us = on;
	for (size_t s = 0; s < zv_hub_n_servers(h); s++) {
		const struct zv_hub_server *server = zv_hub_find_server(h, s);

		for (size_t i = 0; server && i < user->n_lines; i++) {
			struct zv_str line = zv_line_on(user->lines[i], server->name);

			if (line.n && zv_hub_server_is_up(h, s))
				pause_line(h, user, server->name, line, on, reason,
					   now_ms);
		}
	}
}

static void
set_wrap_up(struct zv_hub *h, const struct zv_user *user, bool on, int64_t until,
	    int64_t now_ms)
{
	struct zv_agents *a = zv_hub_jobs(h)->agents;
	char room[ZV_AGENT_KEY];
	struct zv_str key = zv_agent_key_of(user, room);
	struct entry *e = get(a, key);

	if (!e)
		return;
	a->wrapping -= e->wrap_until != INT64_MAX;
	e->wrap_until = on ? until : INT64_MAX;
	a->wrapping += e->wrap_until != INT64_MAX;
	e->agent.wrap_up = on;
	if (on != e->agent.paused_by_us)
		zv_agent_pause(h, user, on, on ? ZV_STR("wrap-up") : ZV_STR(""),
			       now_ms);
	zv_hub_user_changed(h, key, now_ms);
}

void
zv_agent_wrap_up(struct zv_hub *h, const struct zv_user *user, bool on, int64_t now_ms)
{
	set_wrap_up(h, user, on, INT64_MAX, now_ms);
}

/* ---- calls ----------------------------------------------------------------------------------------- */

void
zv_agent_talks(struct zv_hub *h, const struct zv_user *user, int64_t now_ms)
{
	struct zv_agents *a = zv_hub_jobs(h)->agents;
	char room[ZV_AGENT_KEY];
	struct entry *e = get(a, zv_agent_key_of(user, room));

	if (!e || (e->agent.paused_by_us && !e->agent.wrap_up))
		return;
	a->wrapping -= e->wrap_until != INT64_MAX;
	e->wrap_until = INT64_MAX;
	e->agent.wrap_up = false;
	if (!e->agent.paused_by_us)
		zv_agent_pause(a->h, user, true, ZV_STR("call"), now_ms);
	zv_hub_user_changed(a->h, zv_agent_key_of(user, room), now_ms);
}

/* Does he talk in another call still? */
static bool
still_talks(struct zv_agents *a, const struct zv_user *user, const struct zv_leg *ended)
{
	for (size_t s = 0; s < zv_hub_n_servers(a->h); s++) {
		const struct zv_hub_server *server = zv_hub_find_server(a->h, s);
		const struct zv_call *call = NULL;
		const struct zv_leg *leg;

		while (server && server->calls &&
		       (call = zvon_calls_next(server->calls, call))) {
			leg = zv_user_leg(user, server->name, call);
			if (leg && leg != ended && leg->state >= ZV_LEG_STATE_UP)
				return true;
		}
	}
	return false;
}

/* A panel that nobody signed in has no wrap_up_s: unless its user has said that there is
 * work to do, the end of the talk is the end of the pause. */
void
zv_agent_has_talked(struct zv_hub *h, const struct zv_user *user,
		    const struct zv_leg *ended, int64_t now_ms)
{
	struct zv_agents *a = zv_hub_jobs(h)->agents;
	char room[ZV_AGENT_KEY];
	struct entry *e = zv_map_find(&a->entries, zv_agent_key_of(user, room));
	int64_t until = user->wrap_up_s > 0 ? now_ms + user->wrap_up_s * INT64_C(1000)
					    : INT64_MAX;

	if (!e || !e->agent.paused_by_us || e->agent.wrap_up ||
	    zv_agent_state_pauses(e->agent.state) || still_talks(a, user, ended))
		return;
	if (user->shared)
		zv_agent_pause(h, user, false, ZV_STR(""), now_ms);
	else
		set_wrap_up(h, user, true, until, now_ms);
}

static bool
is_his(const struct zv_user *user, struct zv_str server, struct zv_str line)
{
	for (size_t i = 0; i < user->n_lines; i++)
		if (zvon_str_equal(zv_line_on(user->lines[i], server), line))
			return true;
	return false;
}

static void
on_leg(struct zv_agents *a, size_t server, const struct zv_leg *leg, bool ended,
       int64_t now_ms)
{
	const struct zv_hub_server *s = zv_hub_find_server(a->h, server);

	for (struct pausing *p = zv_map_find(&a->lines, leg->line); p && s;
	     p = p->same) {
		const struct zv_user *user = zv_hub_find_user(a->h, zvon_str(p->user));

		if (!user || !is_his(user, s->name, leg->line))
			continue;
		if (!ended)
			zv_agent_talks(a->h, user, now_ms);
		else if (leg->answered)
			zv_agent_has_talked(a->h, user, leg, now_ms);
	}
}

void
zv_agents_on_event(struct zv_agents *a, size_t server,
		   const struct zv_call_event *event)
{
	if (!a->lines.n || !event->call)
		return;
	if (event->kind == ZV_LEG_ENDED && event->leg) {
		on_leg(a, server, event->leg, true, event->now_ms);
		return;
	}
	if (event->kind != ZV_CALL_ANSWERED && event->kind != ZV_LEG_ANSWERED)
		return;
	for (const struct zv_leg *leg = event->call->legs; leg; leg = leg->next)
		if (event->call->answered_ms && leg->state == ZV_LEG_STATE_UP)
			on_leg(a, server, leg, false, event->now_ms);
}

/* ---- time ----------------------------------------------------------------------------------------------- */

int64_t
zv_agents_deadline(const struct zv_agents *a)
{
	int64_t at = INT64_MAX;
	struct entry *e;
	size_t cursor = 0;

	while (a->wrapping && (e = zv_map_next(&a->entries, &cursor)))
		if (e->wrap_until < at)
			at = e->wrap_until;
	return at;
}

void
zv_agents_tick(struct zv_agents *a, int64_t now_ms)
{
	struct entry *e;
	size_t cursor = 0;

	while (a->wrapping && (e = zv_map_next(&a->entries, &cursor))) {
		const struct zv_user *user;

		if (e->wrap_until > now_ms)
			continue;
		user = zv_hub_find_user(a->h, zvon_str(e->key));
		if (user) {
			set_wrap_up(a->h, user, false, INT64_MAX, now_ms);
		} else {
			e->wrap_until = INT64_MAX;
			a->wrapping--;
		}
	}
}
