#include "hub/hub_impl.h"

#include "base/mem.h"
#include "hub/agents.h"
#include "hub/call_json.h"
#include "hub/command.h"
#include "zvon/error.h"

/* ---- parts ------------------------------------------------------------------------------- */

typedef void (*write_fn)(const struct zv_view *v, const struct zv_server *server,
			 struct zv_json *j, int64_t now_ms);

/* What the phones of the server do when they are told to. */
static void
write_phones(struct zv_json *j, bool answer, bool hold)
{
	if (!answer && !hold)
		return;
	zv_json_key(j, "phones");
	zv_json_begin_array(j);
	if (answer)
		zv_json_string(j, ZV_STR("answer"));
	if (hold)
		zv_json_string(j, ZV_STR("hold"));
	zv_json_end_array(j);
}

static void
write_server(const struct zv_view *v, const struct zv_server *server, struct zv_json *j,
	     int64_t now_ms)
{
	zv_json_begin_object(j);
	zv_json_member(j, "server", server->pub.name);
	zv_json_member(j, "state", server->up ? ZV_STR("up") : ZV_STR("down"));
	if (server->ami_major) {
		zv_json_key(j, "ami_major");
		zv_json_int(j, server->ami_major);
	}
	write_phones(j, server->pub.notify_answer, server->pub.notify_hold);
	zv_json_end_object(j);
}

static void
write_calls(const struct zv_view *v, const struct zv_server *server, struct zv_json *j,
	    int64_t now_ms)
{
	const struct zv_call *call = NULL;

	while ((call = zvon_calls_next(server->pub.calls, call)))
		if (zv_view_sees_call(v, server, call))
			zv_call_json(j, server->pub.name, call, now_ms);
}

static void
write_few_lines(const struct zv_view *v, const struct zv_server *server,
		struct zv_json *j)
{
	for (size_t i = 0; i < v->rights->n; i++) {
		const struct zv_listener *l = &v->rights->list[i];
		const struct zv_line *line;

		if (l->server && l->server != server->topic)
			continue;
		line = zvon_calls_find_line(server->pub.calls, l->topic->name);
		if (line && zv_view_sees_line(v, server, line->name))
			zv_line_json(j, server->pub.name, line);
	}
}

static void
write_lines(const struct zv_view *v, const struct zv_server *server, struct zv_json *j,
	    int64_t now_ms)
{
	const struct zv_line *line;
	size_t cursor = 0;

	if (zv_view_sees_few_lines(v)) {
		write_few_lines(v, server, j);
		return;
	}
	while ((line = zvon_calls_next_line(server->pub.calls, &cursor)))
		if (zv_view_sees_line(v, server, line->name))
			zv_line_json(j, server->pub.name, line);
}

static void
write_members(const struct zv_view *v, const struct zv_server *server,
	      struct zv_json *j, struct zv_str queue)
{
	const struct zv_queue_member *m;
	size_t cursor = 0;

	zv_json_key(j, "members");
	zv_json_begin_array(j);
	while ((m = zvon_calls_next_member(server->pub.calls, &cursor)))
		if (zvon_str_equal(m->queue, queue) &&
		    zv_view_sees_queue(v, server, queue, m->line))
			zv_member_json(j, m);
	zv_json_end_array(j);
}

/* Who sees only himself in a queue does not see how many wait. */
static void
write_queue(const struct zv_view *v, const struct zv_server *server, struct zv_json *j,
	    const struct zv_queue_now *queue)
{
	zv_json_begin_object(j);
	zv_json_member(j, "server", server->pub.name);
	zv_json_member(j, "queue", queue->name);
	zv_json_key(j, "waiting");
	if (zv_view_sees_queue(v, server, queue->name, ZV_STR("")))
		zv_json_int(j, queue->waiting);
	else
		zv_json_null(j);
	write_members(v, server, j, queue->name);
	zv_json_end_object(j);
}

static void
write_queues(const struct zv_view *v, const struct zv_server *server, struct zv_json *j,
	     int64_t now_ms)
{
	const struct zv_queue_now *queue;
	size_t cursor = 0;

	while ((queue = zvon_calls_next_queue(server->pub.calls, &cursor)))
		if (zv_view_sees_queue(v, server, queue->name, ZV_STR("")) ||
		    zv_view_sees_member_of(v, server, queue->name))
			write_queue(v, server, j, queue);
}

/* Of a server whose lists are still being read nothing is known but its state. */
static void
write_part(const struct zv_view *v, struct zv_json *j, write_fn write, int64_t now_ms)
{
	zv_json_begin_array(j);
	for (size_t i = 0; i < v->hub->n_servers; i++) {
		const struct zv_server *server = v->hub->servers[i];

		if (server && (!server->silent || write == write_server))
			write(v, server, j, now_ms);
	}
	zv_json_end_array(j);
}

static const struct {
	const char *name;
	write_fn write;
} parts[] = {
	[ZV_PART_ALL] = { NULL, NULL },
	[ZV_PART_CALLS] = { "calls", write_calls },
	[ZV_PART_LINES] = { "lines", write_lines },
	[ZV_PART_QUEUES] = { "queues", write_queues },
	[ZV_PART_SERVERS] = { "servers", write_server },
};

void
zv_view_write(const struct zv_view *v, struct zv_json *j, int64_t now_ms)
{
	zv_json_key(j, "seq");
	zv_json_int(j, (long long)zv_hub_last_seq(v->hub));
	for (size_t i = ZV_PART_SERVERS; i > ZV_PART_ALL; i--) {
		zv_json_key(j, parts[i].name);
		write_part(v, j, parts[i].write, now_ms);
	}
}

void
zv_servers_write(struct zv_hub *h, struct zv_json *j, int64_t now_ms)
{
	const struct zv_view all = { .hub = h, .sees_all = true };

	zv_json_key(j, "servers");
	write_part(&all, j, write_server, now_ms);
}

/* ---- the user himself -------------------------------------------------------------------- */

static void
write_rights(struct zv_json *j, const struct zv_role *role)
{
	zv_json_key(j, "rights");
	zv_json_begin_array(j);
	for (int right = ZV_RIGHT_MISSING + 1; right < ZV_RIGHTS; right++)
		if (zv_role_has(role, (enum zv_right)right))
			zv_json_string(j,
				       zvon_str(zv_right_name((enum zv_right)right)));
	zv_json_end_array(j);
}

void
zv_me_write(const struct zv_who *who, struct zv_json *j)
{
	zv_json_member(j, "user", who->user->name);
	zv_json_member(j, "full_name", who->user->full_name);
	zv_json_strings(j, "lines", who->lines, who->n_lines);
	zv_json_strings(j, "queues", who->user->queues, who->user->n_queues);
	zv_json_member(j, "role", who->user->role->name);
	write_rights(j, who->user->role);
}

static void
write_commands(struct zv_json *j, const struct zv_role *role)
{
	zv_json_key(j, "commands");
	zv_json_begin_array(j);
	for (size_t i = 0; zv_commands[i]; i++)
		if (zv_role_has(role, zv_commands[i]->right))
			zv_json_string(j, zvon_str(zv_commands[i]->name));
	zv_json_end_array(j);
}

void
zv_agent_write(struct zv_hub *h, struct zv_str key, struct zv_json *j)
{
	const struct zv_agent *agent = zv_hub_agent(h, key);
	static const struct zv_agent unknown;

	if (!agent)
		agent = &unknown;
	zv_json_member(j, "state", agent->state);
	zv_json_member(j, "reason", agent->reason);
	zv_json_key(j, "wrap_up");
	zv_json_bool(j, agent->wrap_up);
	zv_json_key(j, "dnd");
	zv_json_bool(j, agent->dnd);
}

static void
write_me(struct zv_hub *h, const struct zv_who *who, struct zv_json *j)
{
	char key[ZV_AGENT_KEY];

	zv_json_begin_object(j);
	zv_me_write(who, j);
	write_commands(j, who->user->role);
	zv_json_key(j, "agent");
	zv_json_begin_object(j);
	zv_agent_write(h, zv_agent_key_of(who->user, key), j);
	zv_json_end_object(j);
	zv_json_end_object(j);
}

/* ---- for a user without a session ----------------------------------------------------------- */

static void
write_view(const struct zv_view *v, enum zv_state_part part, struct zv_json *j,
	   int64_t now_ms)
{
	if (part != ZV_PART_ALL) {
		write_part(v, j, parts[part].write, now_ms);
		return;
	}
	zv_json_begin_object(j);
	zv_json_member(j, "stream", zv_hub_stream(v->hub));
	zv_view_write(v, j, now_ms);
	zv_json_end_object(j);
}

int
zv_hub_write_state(struct zv_hub *h, const struct zv_user *user,
		   enum zv_state_part part, struct zv_buf *out, int64_t now_ms)
{
	const struct zv_who who = zv_who_of_user(user);
	struct zv_view v = { .hub = h };
	struct zv_json j = { .out = out };
	struct zv_ears *rights;

	h->now_ms = now_ms;
	h->last_is_known = true;
	if (part == ZV_PART_ME) {
		write_me(h, &who, &j);
		return zv_buf_failed(out) ? ZV_ENOMEM : 0;
	}
	rights = zv_view_make_rights(h, &who, NULL);
	if (!rights)
		return ZV_ENOMEM;
	v.rights = rights;
	v.sees_all = zv_who_sees(&who) == ZV_SCOPE_ALL;
	write_view(&v, part, &j, now_ms);
	zv_ears_free(rights, &h->topics);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

static bool
sees_entry(const struct zv_view *v, const struct zv_ring_entry *e)
{
	return v->sees_all || e->kind == ZV_SERVER_STATE ||
	       zv_ears_hear(v->rights, e->server, e->tags, e->n_tags);
}

/* A text as it was sent is a value. */
static void
write_entry(struct zv_buf *out, const struct zv_ring_entry *e, bool comma)
{
	if (comma)
		zv_buf_add_char(out, ',');
	zv_buf_add(out, e->message->text);
}

int
zv_hub_write_events(struct zv_hub *h, const struct zv_user *user, uint64_t seq,
		    size_t most, struct zv_buf *out, uint64_t *last)
{
	const struct zv_who who = zv_who_of_user(user);
	struct zv_view v = { .hub = h };
	const struct zv_ring_entry *e;
	struct zv_ears *rights;
	size_t n = 0;

	h->last_is_known = true;
	zv_ring_age(&h->ring, &h->topics, h->now_ms);
	if (!zv_ring_reaches(&h->ring, seq))
		return ZV_ENOTFOUND;
	rights = zv_view_make_rights(h, &who, NULL);
	if (!rights)
		return ZV_ENOMEM;
	v.rights = rights;
	v.sees_all = zv_who_sees(&who) == ZV_SCOPE_ALL;
	zv_buf_add_char(out, '[');
	for (*last = seq; (e = zv_ring_find(&h->ring, *last + 1)); ++*last) {
		if (!sees_entry(&v, e))
			continue;
		if (n == most)
			break;
		write_entry(out, e, n++ > 0);
	}
	zv_buf_add_char(out, ']');
	zv_ears_free(rights, &h->topics);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}
