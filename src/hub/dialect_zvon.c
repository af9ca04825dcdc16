/* dialect_zvon.c - zvon.v1 as docs/protocol/zvon-v1.md tells it. */
#include <jansson.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/str.h"
#include "hub/agents.h"
#include "hub/hub_impl.h"
#include "hub/job.h"
#include "hub/watch.h"
#include "json/reader.h"
#include "json/writer.h"
#include "zvon/error.h"

#define PINGS_A_SECOND 10
#define MOST_ID	       128 /* bytes of an id of a client's */

struct room {
	struct zv_node asked; /* commands without outcome */
	int64_t second;	      /* of the pings counted */
	unsigned pings;
};

struct asked {
	struct zv_node node;
	struct zv_session *session;
	json_t *id;
};

/* ---- saying ------------------------------------------------------------------------------ */

/* Not the hub's scratch: while one event goes its way, that is in use. */
struct reply {
	struct zv_buf text;
	struct zv_json j;
};

static struct zv_json *
begin(struct reply *r, const char *type)
{
	*r = (struct reply){ 0 };
	r->j.out = &r->text;
	zv_json_begin_object(&r->j);
	zv_json_member(&r->j, "type", zvon_str(type));
	return &r->j;
}

static void
finish(struct reply *r, struct zv_session *s,
       void (*say)(struct zv_session *s, struct zv_str text))
{
	zv_json_end_object(&r->j);
	if (zv_buf_failed(&r->text))
		zv_session_end(s, 1013, zv_reason_memory);
	else
		say(s, zv_buf_str(&r->text));
	zv_buf_deinit(&r->text);
}

static void
send(struct reply *r, struct zv_session *s)
{
	finish(r, s, zv_session_say);
}

/* The id as it came: a text or a number. */
static void
add_id(struct zv_json *j, const char *key, const json_t *id)
{
	if (!id)
		return;
	zv_json_key(j, key);
	if (json_is_integer(id))
		zv_json_int(j, json_integer_value(id));
	else
		zv_json_string(j, (struct zv_str){ json_string_value(id),
						   json_string_length(id) });
}

static bool
is_id(const json_t *id)
{
	return json_is_integer(id) ||
	       (json_is_string(id) && json_string_length(id) <= MOST_ID);
}

/* What was sent was nothing. key, id: what of it is known; may be NULL. */
static void
complain(struct zv_session *s, const char *code, const char *message, const char *key,
	 const json_t *id)
{
	struct reply r;
	struct zv_json *j = begin(&r, "error");

	s->hub->counters.bad_inputs++;
	zv_json_member(j, "code", zvon_str(code));
	zv_json_member(j, "message", zvon_str(message));
	if (key)
		add_id(j, key, id);
	send(&r, s);
}

/* "bad JSON, byte 17, line 1: …" */
static void
complain_of_json(struct zv_session *s, const struct zv_error *why)
{
	const char *at = strstr(why->text, "byte ");
	struct reply r;
	struct zv_json *j = begin(&r, "error");

	s->hub->counters.bad_inputs++;
	zv_json_member(j, "code", ZV_STR("bad_json"));
	zv_json_member(j, "message", zvon_str(why->text));
	if (at) {
		zv_json_key(j, "at");
		zv_json_int(j, strtol(at + 5, NULL, 10));
	}
	send(&r, s);
}

static void
add_seq(struct zv_json *j, struct zv_session *s)
{
	zv_json_key(j, "seq");
	zv_json_int(j, (long long)zv_hub_last_seq(s->hub));
}

static void
say_hello(struct zv_session *s)
{
	const struct zv_who who = zv_who_of_session(s);
	struct reply r;
	struct zv_json *j = begin(&r, "hello");

	zv_json_member(j, "protocol", ZV_STR("zvon.v1"));
	zv_json_member(j, "version", s->hub->version);
	zv_json_member(j, "stream", s->hub->stream);
	add_seq(j, s);
	zv_me_write(&who, j);
	zv_servers_write(s->hub, j, s->hub->now_ms);
	send(&r, s);
}

static struct zv_str
agent_key(const struct zv_session *s, char out[ZV_AGENT_KEY])
{
	const struct zv_who who = zv_who_of_session(s);
	struct zv_user user = *who.user;

	user.lines = who.lines;
	user.n_lines = who.n_lines;
	return zv_agent_key_of(&user, out);
}

/* All that is going on: a snapshot, or with a reason a resync. */
static void
say_all(struct zv_session *s, const char *reason, int64_t now_ms)
{
	const struct zv_view view = zv_view_of_session(s);
	char key[ZV_AGENT_KEY];
	struct reply r;
	struct zv_json *j = begin(&r, reason ? "resync" : "snapshot");

	if (reason) {
		zv_json_member(j, "reason", zvon_str(reason));
		zv_json_member(j, "stream", s->hub->stream);
		s->hub->counters.resyncs++;
	}
	zv_view_write(&view, j, now_ms);
	zv_json_key(j, "agent");
	zv_json_begin_object(j);
	zv_agent_write(s->hub, agent_key(s, key), j);
	zv_json_end_object(j);
	finish(&r, s, zv_session_say_all);
}

/* Live from now on: what is in the ring is told by the snapshot. */
static void
begin_anew(struct zv_session *s, const char *reason, int64_t now_ms)
{
	s->replaying = s->owed = false;
	zv_session_listen(s, true);
	say_all(s, reason, now_ms);
}

/* ---- start, resume, snapshot ---------------------------------------------------------------- */

/* The lists of one message: texts of its values, which live as long as it does. */
struct lists {
	struct zv_narrow narrow;
	struct zv_str *texts; /* all of them */
	const char *wrong;
};

static bool
find_kind(struct zv_str name, enum zv_call_event_kind *kind)
{
	for (int i = 0; i <= ZV_SERVER_STATE; i++) {
		*kind = (enum zv_call_event_kind)i;
		if (zvon_str_equal(zvon_str(zvon_call_event_name(*kind)), name))
			return true;
	}
	return false;
}

static void
read_events(const json_t *message, struct lists *l)
{
	const json_t *list = json_object_get(message, "events");
	enum zv_call_event_kind kind;

	if (!list)
		return;
	if (!json_is_array(list) || json_array_size(list) == 0)
		l->wrong = "\"events\" must be a list of names of events";
	for (size_t i = 0; i < json_array_size(list) && !l->wrong; i++) {
		const json_t *name = json_array_get(list, i);

		if (json_is_string(name) &&
		    find_kind(zvon_str(json_string_value(name)), &kind))
			l->narrow.events |= 1u << kind;
		else
			l->wrong = "\"events\" names an event that there is not";
	}
}

/* An empty list is a list: nothing of that kind. */
static void
read_list(const json_t *message, const char *key, struct lists *l, size_t *used,
	  const struct zv_str **texts, size_t *n)
{
	const json_t *list = json_object_get(message, key);

	if (!list || l->wrong)
		return;
	*texts = l->texts + *used;
	if (!json_is_array(list))
		l->wrong = "\"lines\", \"queues\", \"numbers\" must be lists of texts";
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *text = json_array_get(list, i);

		if (!json_is_string(text) || json_string_length(text) == 0)
			l->wrong = "a list must have texts that are not empty";
		l->texts[(*used)++] = (struct zv_str){ json_string_value(text),
						       json_string_length(text) };
	}
	*n = json_array_size(list);
}

static size_t
list_size(const json_t *message, const char *key)
{
	return json_array_size(json_object_get(message, key));
}

/* false: told already. */
static bool
narrow(struct zv_session *s, const json_t *message)
{
	size_t used = 0, most = 1 + list_size(message, "lines") +
				list_size(message, "queues") +
				list_size(message, "numbers");
	struct lists l = { .texts = zv_calloc(most, sizeof *l.texts) };
	struct zv_narrow *n = &l.narrow;
	int rc = ZV_ENOMEM;

	if (l.texts) {
		read_events(message, &l);
		read_list(message, "lines", &l, &used, &n->lines, &n->n_lines);
		read_list(message, "queues", &l, &used, &n->queues, &n->n_queues);
		read_list(message, "numbers", &l, &used, &n->numbers, &n->n_numbers);
		rc = l.wrong ? ZV_EINVAL : zv_session_narrow(s, n);
	}
	if (l.wrong)
		complain(s, "bad_argument", l.wrong, NULL, NULL);
	else if (rc < 0)
		zv_session_end(s, 1013, zv_reason_memory);
	zv_free(l.texts);
	return rc == 0;
}

/* One snapshot at a time: who does not read the last gets no other. */
static bool
owes(struct zv_session *s)
{
	if (zv_session_owes_all(s))
		complain(s, "busy", "read the last snapshot first", NULL, NULL);
	return zv_session_owes_all(s);
}

static void
on_start(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	if (!owes(s) && narrow(s, message))
		begin_anew(s, NULL, now_ms);
}

static void
on_snapshot(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	if (!owes(s))
		say_all(s, NULL, now_ms);
}

static void
say_resumed(struct zv_session *s, size_t n)
{
	struct reply r;
	struct zv_json *j = begin(&r, "resumed");

	add_seq(j, s);
	zv_json_key(j, "events");
	zv_json_int(j, (long long)n);
	send(&r, s);
}

/* NULL: it resumed. */
static const char *
resume_from(struct zv_session *s, const json_t *message, uint64_t seq, size_t *n)
{
	struct zv_str stream = zv_json_text(message, "stream");

	if (stream.p && !zvon_str_equal(stream, s->hub->stream))
		return "stream";
	if (seq > zv_hub_last_seq(s->hub))
		return "stream";
	if (zv_session_replay(s, seq, n) == 0 || zv_session_put_off(s))
		return NULL;
	return seq < s->hub->restart_seq ? "restart" : "too_old";
}

static void
on_resume(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const json_t *seq = json_object_get(message, "seq");
	const char *reason;
	size_t n = 0;

	if (!json_is_integer(seq) || json_integer_value(seq) < 0) {
		complain(s, "bad_argument", "\"seq\" must be the last number you had",
			 NULL, NULL);
		return;
	}
	if (owes(s) || !narrow(s, message))
		return;
	reason = resume_from(s, message, (uint64_t)json_integer_value(seq), &n);
	if (reason)
		begin_anew(s, reason, now_ms);
	else
		say_resumed(s, n);
}

/* ---- commands ------------------------------------------------------------------------------- */

static void
forget(struct asked *a)
{
	zv_list_remove(&a->node);
	json_decref(a->id);
	zv_free(a);
}

/* members: as text, without braces. */
static void
say_members(struct zv_session *s, const char *type, const json_t *id, const bool *ok,
	    struct zv_str members)
{
	struct reply r;
	struct zv_json *j = begin(&r, type);

	add_id(j, "id", id);
	if (ok) {
		zv_json_key(j, "ok");
		zv_json_bool(j, *ok);
	}
	if (members.n) {
		zv_buf_add_char(&r.text, ',');
		zv_buf_add(&r.text, members);
	}
	send(&r, s);
}

static void
on_progress(void *owner, struct zv_job *job, struct zv_str members)
{
	struct asked *a = owner;

	say_members(a->session, "progress", a->id, NULL, members);
}

static void
on_done(void *owner, struct zv_job *job, int http_status, bool ok,
	struct zv_str members)
{
	struct asked *a = owner;

	say_members(a->session, "result", a->id, &ok, members);
	forget(a);
}

static struct asked *
ask(struct zv_session *s, json_t *id)
{
	struct room *room = zv_session_room(s);
	struct asked *a = zv_calloc(1, sizeof *a);

	if (!a) {
		zv_session_end(s, 1013, zv_reason_memory);
		return NULL;
	}
	a->session = s;
	a->id = json_incref(id);
	zv_list_append(&room->asked, &a->node);
	return a;
}

static void
on_command(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	json_t *id = json_object_get(message, "id");
	const json_t *args = json_object_get(message, "args");
	struct zv_str name = zv_json_text(message, "name");
	struct zv_job_owner owner = { .progress = on_progress, .done = on_done };

	if (!is_id(id)) {
		complain(s, "bad_argument",
			 "a command needs an \"id\": a text of at most 128 bytes", NULL,
			 NULL);
	} else if (!name.p) {
		complain(s, "bad_argument", "a command needs a \"name\"", "id", id);
	} else if (args && !json_is_object(args)) {
		complain(s, "bad_argument", "\"args\" must be an object", "id", id);
	} else {
		owner.owner = ask(s, id);
		if (owner.owner)
			zv_session_command(s, name, args, &owner, now_ms);
	}
}

/* ---- watches ---------------------------------------------------------------------------------- */

#define MOST_TEXTS 64

/* "Hangup", or ["Hangup","Newstate"]. false: neither. */
static bool
read_texts(const json_t *value, const char *texts[MOST_TEXTS], size_t *n)
{
	if (json_is_string(value))
		texts[(*n)++] = json_string_value(value);
	if (!value || json_is_string(value))
		return true;
	if (!json_is_array(value) || json_array_size(value) > MOST_TEXTS)
		return false;
	for (size_t i = 0; i < json_array_size(value); i++) {
		const json_t *text = json_array_get(value, i);

		if (!json_is_string(text))
			return false;
		texts[(*n)++] = json_string_value(text);
	}
	return true;
}

static const char *
read_watch(const json_t *message, struct zv_watch_wish *w,
	   const char *events[MOST_TEXTS], const char *texts[MOST_TEXTS])
{
	struct zv_str view = zv_json_text(message, "view");
	const json_t *regex = json_object_get(message, "regex");

	w->id = zv_json_text(message, "id");
	w->server = zv_json_text(message, "server");
	if (!w->id.n || w->id.n > MOST_ID)
		return "a watch needs an \"id\": a text of at most 128 bytes";
	if (view.p && !zvon_str_equal(view, ZV_STR("native")))
		return "\"view\" can only be \"native\"";
	if (!read_texts(json_object_get(message, "events"), events,
			&w->filter.n_events))
		return "\"events\" must be at most 64 names of events";
	if (!read_texts(json_object_get(message, "contains"), texts,
			&w->filter.n_texts))
		return "\"contains\" must be a text, or at most 64";
	if (regex && !json_is_string(regex))
		return "\"regex\" must be a text";
	w->filter.events = events;
	w->filter.texts = texts;
	w->filter.regex = json_string_value(regex);
	return NULL;
}

static void
add_watch(struct zv_session *s, const struct zv_watch_wish *w, const json_t *id)
{
	struct zv_error err = { 0 };

	if (zv_watch_add(s, w, &err) < 0)
		complain(s, err.code == ZV_EBUSY ? "limit" : "bad_argument", err.text,
			 "watch", id);
}

static void
on_watch(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const char *events[MOST_TEXTS], *texts[MOST_TEXTS], *wrong;
	const json_t *id = json_object_get(message, "id");
	struct zv_watch_wish w = { .id = { NULL, 0 } };

	if (!zv_role_has(zv_session_user(s)->role, ZV_RIGHT_RAW)) {
		complain(s, "denied", "raw packets need the right \"raw\" of the role",
			 "watch", is_id(id) ? id : NULL);
		return;
	}
	wrong = read_watch(message, &w, events, texts);
	if (wrong)
		complain(s, "bad_argument", wrong, "watch", is_id(id) ? id : NULL);
	else
		add_watch(s, &w, id);
}

static void
on_unwatch(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const json_t *id = json_object_get(message, "id");

	if (!zv_watch_remove(s, zv_json_text(message, "id")))
		complain(s, "not_found", "there is no watch of that id", "watch",
			 is_id(id) ? id : NULL);
}

/* ---- pings ------------------------------------------------------------------------------------- */

static bool
pings_too_often(struct room *room, int64_t now_ms)
{
	int64_t second = now_ms / 1000;

	if (second != room->second) {
		room->second = second;
		room->pings = 0;
	}
	return ++room->pings > PINGS_A_SECOND;
}

static void
on_ping(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const json_t *id = json_object_get(message, "id");
	struct reply r;

	if (pings_too_often(zv_session_room(s), now_ms)) {
		zv_session_end(s, 1008, "more than 10 pings a second");
		return;
	}
	add_id(begin(&r, "pong"), "id", is_id(id) ? id : NULL);
	send(&r, s);
}

/* ---- the dialect ---------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	void (*on)(struct zv_session *s, const json_t *message, int64_t now_ms);
} inputs[] = {
	{ "start", on_start },	   { "resume", on_resume }, { "snapshot", on_snapshot },
	{ "command", on_command }, { "watch", on_watch },   { "unwatch", on_unwatch },
	{ "ping", on_ping },
};

static void
on_message(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	struct zv_str type = zv_json_text(message, "type");

	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		if (zvon_str_equal(type, zvon_str(inputs[i].type))) {
			inputs[i].on(s, message, now_ms);
			return;
		}
	}
	complain(s, "bad_type",
		 "\"type\" must be start, resume, snapshot, command, watch, unwatch or "
		 "ping",
		 NULL, NULL);
}

static void
zvon_input(struct zv_session *s, struct zv_str text, int64_t now_ms)
{
	struct zv_error err = { 0 };
	json_t *message = zv_json_read(text, &err);

	if (!message)
		complain_of_json(s, &err);
	else if (!json_is_object(message))
		complain(s, "bad_json", "a message is an object", NULL, NULL);
	else
		on_message(s, message, now_ms);
	json_decref(message);
}

static int
zvon_open(struct zv_session *s, int64_t now_ms)
{
	struct room *room = zv_session_room(s);

	zv_list_init(&room->asked);
	say_hello(s);
	return 0;
}

static void
zvon_event(struct zv_session *s, size_t server, const struct zv_call_event *event,
	   struct zv_message *shared)
{
	zv_session_put(s, shared);
}

static void
zvon_synced(struct zv_session *s, size_t server, int64_t now_ms)
{
	begin_anew(s, s->hub->resync_reason, now_ms);
}

static void
zvon_user(struct zv_session *s, int64_t now_ms)
{
	char key[ZV_AGENT_KEY];
	struct reply r;

	zv_agent_write(s->hub, agent_key(s, key), begin(&r, "agent"));
	send(&r, s);
}

/* Who lost the right `raw` gets no packets any more, and is told so by his rights. */
static void
zvon_rights(struct zv_session *s, int64_t now_ms)
{
	if (!zv_role_has(zv_session_user(s)->role, ZV_RIGHT_RAW))
		zv_watches_end(s);
	say_hello(s);
	if (s->listens)
		begin_anew(s, "rights", now_ms);
}

static void
zvon_close(struct zv_session *s)
{
	struct room *room = zv_session_room(s);
	struct zv_node *node;

	while ((node = zv_list_first(&room->asked)))
		forget(ZV_OWNER(node, struct asked, node));
}

const struct zv_dialect zv_dialect_zvon = {
	.name = "zvon.v1",
	.room = sizeof(struct room),
	.open = zvon_open,
	.input = zvon_input,
	.on_event = zvon_event,
	.on_synced = zvon_synced,
	.on_user = zvon_user,
	.on_rights = zvon_rights,
	.close = zvon_close,
};
