/* load.c - reads what save.c wrote: everything, or nothing of it. */
#include <jansson.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "hub/agents.h"
#include "hub/call_json.h"
#include "hub/hub_impl.h"
#include "json/reader.h"

#define MOST_SEQ ((json_int_t)1 << 53) /* what JavaScript counts to */

/* What was read so far. */
struct load {
	struct zv_hub *h;
	int64_t now_ms;
	struct zv_ring ring;
	struct zv_node servers; /* zv_restored */
	json_t *agents;
	struct zv_str stream; /* of `head` */
	json_t *head;
	uint64_t seq;
	size_t lines;
	bool ended;
};

static bool
get_number(const json_t *line, const char *key, json_int_t least, json_int_t most,
	   uint64_t *out)
{
	const json_t *value = json_object_get(line, key);

	if (!json_is_integer(value) || json_integer_value(value) < least ||
	    json_integer_value(value) > most)
		return false;
	*out = (uint64_t)json_integer_value(value);
	return true;
}

static json_t *
read_json(struct zv_str text, int *rc)
{
	struct zv_error why = { 0 };
	json_t *value = zv_json_read_own(text, &why);

	*rc = json_is_object(value) ? 0 : why.code == ZV_ENOMEM ? ZV_ENOMEM : ZV_EPROTO;
	return value;
}

/* ---- kinds of lines ---------------------------------------------------------------------- */

static int
load_head(struct load *l, json_t *line)
{
	uint64_t version, floor;

	if (!zvon_str_equal(zv_json_text(line, "zvon"), ZV_STR("hub")) ||
	    !get_number(line, "version", 1, 1, &version) ||
	    !get_number(line, "seq", 0, MOST_SEQ, &l->seq) ||
	    !get_number(line, "floor", 0, (json_int_t)l->seq, &floor) ||
	    !zv_json_text(line, "stream").p)
		return ZV_EPROTO;
	l->ring.floor = floor;
	l->head = json_incref(line);
	l->stream = zv_json_text(line, "stream");
	return 0;
}

static int
load_agent(struct load *l, json_t *line)
{
	if (!zv_json_text(line, "agent").p || !zv_json_text(line, "state").p ||
	    !zv_json_text(line, "reason").p)
		return ZV_EPROTO;
	return json_array_append(l->agents, line) < 0 ? ZV_ENOMEM : 0;
}

/* "l101" */
static int
load_tag(struct load *l, const json_t *value, struct zv_tags *tags)
{
	static const char letters[] = "lqn";
	struct zv_str text = { json_string_value(value), json_string_length(value) };
	const char *letter = text.n > 1 ? strchr(letters, text.p[0]) : NULL;

	if (!letter || !*letter)
		return ZV_EPROTO;
	return zv_tags_add(tags, &l->h->topics, (enum zv_topic_kind)(letter - letters),
			   zv_str_from(text, 1));
}

static int
load_tags(struct load *l, const json_t *line, struct zv_tags *tags)
{
	const json_t *list = json_object_get(line, "tags");
	int rc = json_is_array(list) ? 0 : ZV_EPROTO;

	for (size_t i = 0; rc == 0 && i < json_array_size(list); i++)
		rc = load_tag(l, json_array_get(list, i), tags);
	return rc;
}

static struct zv_restored *
find_server(struct load *l, struct zv_str name)
{
	struct zv_node *node, *following;

	ZV_EACH(&l->servers, node, following)
	{
		struct zv_restored *r = ZV_OWNER(node, struct zv_restored, node);

		if (zvon_str_equal(r->server->name, name))
			return r;
	}
	return NULL;
}

static struct zv_restored *
get_server(struct load *l, struct zv_str name)
{
	struct zv_restored *r = find_server(l, name);

	if (r)
		return r;
	r = zv_calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->server = zv_topic_get(&l->h->topics, ZV_TOPIC_SERVER, name);
	if (!r->server) {
		zv_free(r);
		return NULL;
	}
	r->trails.seed = l->h->map_seed;
	zv_list_append(&l->servers, &r->node);
	return r;
}

static int
load_call(struct load *l, json_t *line)
{
	struct zv_str server = zv_json_text(line, "server");
	struct zv_str call = zv_json_text(line, "call");
	struct zv_restored *r;
	struct zv_trail *trail;

	if (!server.p || !call.p)
		return ZV_EPROTO;
	r = get_server(l, server);
	trail = r ? zv_trail_make(l->h, &r->trails, call) : NULL;
	return trail ? load_tags(l, line, &trail->tags) : ZV_ENOMEM;
}

/* 0: it is a message that could have been sent under that number. */
static int
check_event(struct zv_str text, uint64_t seq)
{
	uint64_t its_seq = 0;
	int rc;
	json_t *event = read_json(text, &rc);

	if (rc == 0 &&
	    (!zvon_str_equal(zv_json_text(event, "type"), ZV_STR("event")) ||
	     !get_number(event, "seq", 1, MOST_SEQ, &its_seq) || its_seq != seq))
		rc = ZV_EPROTO;
	json_decref(event);
	return rc;
}

static int
add_event(struct load *l, const json_t *line, enum zv_call_event_kind kind,
	  int64_t told_ms, const struct zv_tags *tags)
{
	struct zv_topics *t = &l->h->topics;
	struct zv_topic *server =
		zv_topic_get(t, ZV_TOPIC_SERVER, zv_json_text(line, "server"));
	struct zv_message *m =
		zv_message_new(zv_json_text(line, "text"), zv_ring_last(&l->ring) + 1);
	int rc = ZV_ENOMEM;

	if (server && m)
		rc = zv_ring_add(&l->ring, t, m, told_ms, kind, server, tags);
	zv_message_unref(m);
	zv_topic_unref(t, server);
	return rc;
}

static int
load_event(struct load *l, json_t *line)
{
	struct zv_tags tags = { 0 };
	enum zv_call_event_kind kind;
	uint64_t age;
	int rc;

	if (!zv_call_event_kind_of(zv_json_text(line, "event"), &kind) ||
	    !zv_json_text(line, "server").p ||
	    !get_number(line, "age_ms", 0, INT32_MAX, &age))
		return ZV_EPROTO;
	rc = check_event(zv_json_text(line, "text"), zv_ring_last(&l->ring) + 1);
	if (rc == 0)
		rc = load_tags(l, line, &tags);
	if (rc == 0)
		rc = add_event(l, line, kind, l->now_ms - (int64_t)age, &tags);
	zv_tags_deinit(&tags, &l->h->topics);
	return rc;
}

static int
load_end(struct load *l, json_t *line)
{
	uint64_t lines;

	l->ended = true;
	return get_number(line, "end", 1, MOST_SEQ, &lines) && lines == l->lines
		       ? 0
		       : ZV_EPROTO;
}

/* The first key that is there tells. */
static const struct {
	const char *key;
	int (*load)(struct load *l, json_t *line);
} kinds[] = {
	{ "end", load_end },
	{ "event", load_event },
	{ "agent", load_agent },
	{ "call", load_call },
};

static int
load_line(struct load *l, json_t *line)
{
	l->lines++;
	if (l->lines == 1)
		return load_head(l, line);
	for (size_t i = 0; !l->ended && i < sizeof kinds / sizeof *kinds; i++)
		if (json_object_get(line, kinds[i].key))
			return kinds[i].load(l, line);
	return ZV_EPROTO;
}

/* ---- the text ------------------------------------------------------------------------------- */

static int
load_lines(struct load *l, struct zv_str text, struct zv_error *err)
{
	struct zv_str part;
	int rc = 0;

	if (!zv_str_ends(text, ZV_STR("\n")))
		return zv_fail(err, ZV_EPROTO, "the text is cut");
	text.n--;
	while (rc == 0 && zv_str_split(&text, '\n', &part)) {
		json_t *line = read_json(part, &rc);

		if (rc == 0)
			rc = load_line(l, line);
		json_decref(line);
	}
	if (rc == 0 && !l->ended)
		rc = ZV_EPROTO;
	if (rc == 0 && zv_ring_last(&l->ring) != l->seq)
		rc = ZV_EPROTO;
	if (rc == ZV_EPROTO)
		zv_fail(err, rc, "line %zu is not what this program wrote", l->lines);
	return rc;
}

/* ---- taking it over ---------------------------------------------------------------------------- */

static void
take_calls(struct load *l)
{
	struct zv_node *node;

	while ((node = zv_list_first(&l->servers))) {
		zv_list_remove(node);
		zv_list_append(&l->h->restored, node);
	}
}

static void
take_agents(struct load *l)
{
	for (size_t i = 0; i < json_array_size(l->agents); i++) {
		const json_t *line = json_array_get(l->agents, i);

		zv_hub_set_agent(l->h, zv_json_text(line, "agent"),
				 zv_json_text(line, "state"),
				 zv_json_text(line, "reason"));
	}
}

/* Numbers were used after it was saved, or it is another counting: then what it has is not
 * all there was. */
static bool
is_up_to_date(const struct load *l)
{
	return l->h->first_seq <= l->seq + 1 &&
	       (!l->h->stream.n || zvon_str_equal(l->h->stream, l->stream));
}

static int
take_over(struct load *l)
{
	struct zv_hub *h = l->h;
	struct zv_ring old = h->ring;

	if (is_up_to_date(l)) {
		if (!h->stream.n && zv_hub_set_stream(h, l->stream) < 0)
			return ZV_ENOMEM;
		h->ring = l->ring;
		l->ring = old;
		zv_ring_age(&h->ring, &h->topics, l->now_ms);
		h->next_seq = l->seq + 1;
		h->restart_seq = l->seq;
		h->last_is_known = true;
	}
	take_calls(l);
	take_agents(l);
	return 0;
}

static void
deinit(struct load *l)
{
	struct zv_node *node;

	while ((node = zv_list_first(&l->servers))) {
		zv_list_remove(node);
		zv_restored_free(l->h, ZV_OWNER(node, struct zv_restored, node));
	}
	zv_ring_deinit(&l->ring, &l->h->topics);
	json_decref(l->agents);
	json_decref(l->head);
}

int
zv_hub_load(struct zv_hub *h, struct zv_str text, int64_t now_ms, struct zv_error *err)
{
	struct load l = { .h = h, .now_ms = now_ms, .agents = json_array() };
	int rc;

	l.ring.most = h->ring.most;
	l.ring.most_ms = h->ring.most_ms;
	zv_list_init(&l.servers);
	if (h->n_servers || h->n_sessions || zv_hub_last_seq(h) != h->ring.floor) {
		deinit(&l);
		return zv_fail(err, ZV_EBUSY, "load comes first");
	}
	rc = l.agents ? load_lines(&l, text, err) : ZV_ENOMEM;
	if (rc == 0)
		rc = take_over(&l);
	deinit(&l);
	return rc == ZV_ENOMEM ? zv_fail_nomem(err) : rc;
}
