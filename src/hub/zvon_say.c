/* What zvon.v1 says. */
#include "hub/zvon.h"

#include <stdlib.h>

#include "base/str.h"
#include "hub/agents.h"
#include "hub/hub_impl.h"

struct zv_json *
zv_zvon_reply(struct zv_zvon_reply *r, const char *type)
{
	*r = (struct zv_zvon_reply){ 0 };
	r->j.out = &r->text;
	zv_json_begin_object(&r->j);
	zv_json_member(&r->j, "type", zvon_str(type));
	return &r->j;
}

static void
finish(struct zv_zvon_reply *r, struct zv_session *s,
       void (*say)(struct zv_session *s, struct zv_str text))
{
	zv_json_end_object(&r->j);
	if (zv_buf_failed(&r->text))
		zv_session_end(s, 1013, zv_reason_memory);
	else
		say(s, zv_buf_str(&r->text));
	zv_buf_deinit(&r->text);
}

void
zv_zvon_send(struct zv_zvon_reply *r, struct zv_session *s)
{
	finish(r, s, zv_session_say);
}

void
zv_zvon_add_id(struct zv_json *j, const char *key, const json_t *id)
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

bool
zv_zvon_is_id(const json_t *id)
{
	return json_is_integer(id) ||
	       (json_is_string(id) && json_string_length(id) <= ZV_ZVON_ID_MAX);
}

void
zv_zvon_complain(struct zv_session *s, const char *code, const char *message,
		 const char *key, const json_t *id)
{
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, "error");

	s->hub->counters.bad_inputs++;
	zv_json_member(j, "code", zvon_str(code));
	zv_json_member(j, "message", zvon_str(message));
	if (key)
		zv_zvon_add_id(j, key, id);
	zv_zvon_send(&r, s);
}

void
zv_zvon_complain_of_json(struct zv_session *s, const struct zv_error *why)
{
	const char *at = strstr(why->text, "byte ");
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, "error");

	s->hub->counters.bad_inputs++;
	zv_json_member(j, "code", ZV_STR("bad_json"));
	zv_json_member(j, "message", zvon_str(why->text));
	if (at) {
		zv_json_key(j, "at");
		zv_json_int(j, strtol(at + 5, NULL, 10));
	}
	zv_zvon_send(&r, s);
}

void
zv_zvon_add_seq(struct zv_json *j, struct zv_session *s)
{
	zv_json_key(j, "seq");
	zv_json_int(j, (long long)zv_hub_last_seq(s->hub));
}

void
zv_zvon_say_hello(struct zv_session *s)
{
	const struct zv_who who = zv_who_of_session(s);
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, "hello");

	zv_json_member(j, "protocol", ZV_STR("zvon.v1"));
	zv_json_member(j, "version", s->hub->version);
	zv_json_member(j, "stream", s->hub->stream);
	zv_zvon_add_seq(j, s);
	zv_me_write(&who, j);
	zv_servers_write(s->hub, j, s->hub->now_ms);
	zv_zvon_send(&r, s);
}

void
zv_zvon_add_agent(struct zv_session *s, struct zv_json *j)
{
	const struct zv_who who = zv_who_of_session(s);
	struct zv_user user = *who.user;
	char key[ZV_AGENT_KEY];

	user.lines = who.lines;
	user.n_lines = who.n_lines;
	zv_agent_write(s->hub, zv_agent_key_of(&user, key), j);
}

void
zv_zvon_say_all(struct zv_session *s, const char *reason, int64_t now_ms)
{
	const struct zv_view view = zv_view_of_session(s);
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, reason ? "resync" : "snapshot");

	if (reason) {
		zv_json_member(j, "reason", zvon_str(reason));
		zv_json_member(j, "stream", s->hub->stream);
		s->hub->counters.resyncs++;
	}
	zv_view_write(&view, j, now_ms);
	zv_json_key(j, "agent");
	zv_json_begin_object(j);
	zv_zvon_add_agent(s, j);
	zv_json_end_object(j);
	finish(&r, s, zv_session_say_all);
}

void
zv_zvon_begin_anew(struct zv_session *s, const char *reason, int64_t now_ms)
{
	s->replaying = s->owed = false;
	zv_session_listen(s, true);
	zv_zvon_say_all(s, reason, now_ms);
}
