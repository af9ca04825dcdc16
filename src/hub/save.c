/* save.c - what is worth keeping over a restart, as lines of JSON:
 *
 *   {"zvon":"hub","version":1,"stream":"…","seq":900,"floor":12}
 *   {"agent":"ivanov","state":"break","reason":"lunch"}
 *   {"server":"office","call":"1795.7","tags":["l101","n79261234567","q5"]}
 *   {"event":"leg.ringing","server":"office","age_ms":40,"tags":[…],"text":"{…}"}
 *   {"end":5}
 *
 * load.c reads it. */
#include "hub/agents.h"
#include "hub/hub_impl.h"
#include "json/writer.h"
#include "zvon/error.h"

static void
end_line(struct zv_json *j)
{
	zv_json_end_object(j);
	zv_buf_add_char(j->out, '\n');
	j->comma = false;
}

static void
add_number(struct zv_json *j, const char *key, uint64_t value)
{
	zv_json_key(j, key);
	zv_json_int(j, (long long)value);
}

static void
save_head(const struct zv_hub *h, struct zv_json *j)
{
	zv_json_begin_object(j);
	zv_json_member(j, "zvon", ZV_STR("hub"));
	add_number(j, "version", 1);
	zv_json_member(j, "stream", h->stream);
	add_number(j, "seq", zv_hub_last_seq(h));
	add_number(j, "floor", h->ring.floor);
	end_line(j);
}

/* Those of panels that nobody signed in begin anew. */
static size_t
save_agents(const struct zv_hub *h, struct zv_json *j)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_users; i++) {
		const struct zv_agent *agent;

		if (h->users[i].shared)
			continue;
		agent = zv_hub_agent((struct zv_hub *)(uintptr_t)h, h->users[i].name);
		if (!agent || !agent->state.n)
			continue;
		zv_json_begin_object(j);
		zv_json_member(j, "agent", h->users[i].name);
		zv_json_member(j, "state", agent->state);
		zv_json_member(j, "reason", agent->reason);
		end_line(j);
		n++;
	}
	return n;
}

static void
add_tags(struct zv_json *j, struct zv_topic *const *tags, size_t n)
{
	zv_json_key(j, "tags");
	zv_json_begin_array(j);
	for (size_t i = 0; i < n; i++)
		zv_json_string(j, tags[i]->key);
	zv_json_end_array(j);
}

static size_t
save_trails(const struct zv_map *trails, struct zv_str server, struct zv_json *j)
{
	const struct zv_trail *trail;
	size_t cursor = 0;

	while ((trail = zv_map_next(trails, &cursor))) {
		zv_json_begin_object(j);
		zv_json_member(j, "server", server);
		zv_json_member(j, "call", trail->call);
		add_tags(j, trail->tags.list, trail->tags.n);
		end_line(j);
	}
	return trails->n;
}

static size_t
save_calls(const struct zv_hub *h, struct zv_json *j)
{
	size_t n = 0;

	for (size_t i = 0; i < h->n_servers; i++)
		if (h->servers[i])
			n += save_trails(&h->servers[i]->trails,
					 h->servers[i]->pub.name, j);
	return n;
}

static size_t
save_ring(const struct zv_hub *h, struct zv_json *j, int64_t now_ms)
{
	const struct zv_ring_entry *e;
	size_t n = 0;

	for (; (e = zv_ring_find(&h->ring, h->ring.floor + 1 + n)); n++) {
		int64_t age = now_ms - e->told_ms;

		age = age < 0 ? 0 : age > INT32_MAX ? INT32_MAX : age;
		zv_json_begin_object(j);
		zv_json_member(j, "event", zvon_str(zvon_call_event_name(e->kind)));
		zv_json_member(j, "server", e->server->name);
		add_number(j, "age_ms", (uint64_t)age);
		add_tags(j, e->tags, e->n_tags);
		zv_json_member(j, "text", e->message->text);
		end_line(j);
	}
	return n;
}

int
zv_hub_save(const struct zv_hub *h, struct zv_buf *out, int64_t now_ms)
{
	struct zv_json j = { .out = out };
	size_t n = 1;

	save_head(h, &j);
	n += save_agents(h, &j);
	n += save_calls(h, &j);
	n += save_ring(h, &j, now_ms);
	zv_json_begin_object(&j);
	add_number(&j, "end", n + 1);
	end_line(&j);
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}
