/* Commands of a client of zvon.v1, on their way to their outcome. */
#include "hub/zvon.h"

#include "base/mem.h"
#include "hub/hub_impl.h"
#include "json/reader.h"

struct asked {
	struct zv_node node;
	struct zv_session *session;
	json_t *id;
};

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
	struct zv_zvon_reply r;
	struct zv_json *j = zv_zvon_reply(&r, type);

	zv_zvon_add_id(j, "id", id);
	if (ok) {
		zv_json_key(j, "ok");
		zv_json_bool(j, *ok);
	}
	if (members.n) {
		zv_buf_add_char(&r.text, ',');
		zv_buf_add(&r.text, members);
	}
	zv_zvon_send(&r, s);
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
	struct zv_zvon_room *room = zv_session_room(s);
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

void
zv_zvon_on_command(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	json_t *id = json_object_get(message, "id");
	const json_t *args = json_object_get(message, "args");
	struct zv_str name = zv_json_text(message, "name");
	struct zv_job_owner owner = { .progress = on_progress, .done = on_done };

	if (!zv_zvon_is_id(id)) {
		zv_zvon_complain(
			s, "bad_argument",
			"a command needs an \"id\": a text of at most 128 bytes", NULL,
			NULL);
	} else if (!name.p) {
		zv_zvon_complain(s, "bad_argument", "a command needs a \"name\"", "id",
				 id);
	} else if (args && !json_is_object(args)) {
		zv_zvon_complain(s, "bad_argument", "\"args\" must be an object", "id",
				 id);
	} else {
		owner.owner = ask(s, id);
		if (owner.owner)
			zv_session_command(s, name, args, &owner, now_ms);
	}
}

void
zv_zvon_forget_commands(struct zv_zvon_room *room)
{
	struct zv_node *node;

	while ((node = zv_list_first(&room->asked)))
		forget(ZV_OWNER(node, struct asked, node));
}
