/* dialect_zvon.c - zvon.v1 as docs/protocol/zvon-v1.md tells it. */
#include "hub/hub_impl.h"
#include "hub/watch.h"
#include "hub/zvon.h"
#include "json/reader.h"
#include "zvon/error.h"

#define PINGS_A_SECOND 10

/* ---- pings ------------------------------------------------------------------------------------- */

static bool
pings_too_often(struct zv_zvon_room *room, int64_t now_ms)
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
	struct zv_zvon_reply r;

	if (pings_too_often(zv_session_room(s), now_ms)) {
		zv_session_end(s, 1008, "more than 10 pings a second");
		return;
	}
	zv_zvon_add_id(zv_zvon_reply(&r, "pong"), "id", zv_zvon_is_id(id) ? id : NULL);
	zv_zvon_send(&r, s);
}

/* ---- the dialect ---------------------------------------------------------------------------------- */

static const struct {
	const char *type;
	zv_zvon_input_fn on;
} inputs[] = {
	{ "start", zv_zvon_on_start },
	{ "resume", zv_zvon_on_resume },
	{ "snapshot", zv_zvon_on_snapshot },
	{ "command", zv_zvon_on_command },
	{ "watch", zv_zvon_on_watch },
	{ "unwatch", zv_zvon_on_unwatch },
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
	zv_zvon_complain(
		s, "bad_type",
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
		zv_zvon_complain_of_json(s, &err);
	else if (!json_is_object(message))
		zv_zvon_complain(s, "bad_json", "a message is an object", NULL, NULL);
	else
		on_message(s, message, now_ms);
	json_decref(message);
}

static int
zvon_open(struct zv_session *s, int64_t now_ms)
{
	struct zv_zvon_room *room = zv_session_room(s);

	zv_list_init(&room->asked);
	zv_zvon_say_hello(s);
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
	zv_zvon_begin_anew(s, s->hub->resync_reason, now_ms);
}

static void
zvon_user(struct zv_session *s, int64_t now_ms)
{
	struct zv_zvon_reply r;

	zv_zvon_add_agent(s, zv_zvon_reply(&r, "agent"));
	zv_zvon_send(&r, s);
}

/* Who lost the right `raw` gets no packets any more, and is told so by his rights. */
static void
zvon_rights(struct zv_session *s, int64_t now_ms)
{
	if (!zv_role_has(zv_session_user(s)->role, ZV_RIGHT_RAW))
		zv_watches_end(s);
	zv_zvon_say_hello(s);
	if (s->listens)
		zv_zvon_begin_anew(s, "rights", now_ms);
}

static void
zvon_close(struct zv_session *s)
{
	zv_zvon_forget_commands(zv_session_room(s));
}

const struct zv_dialect zv_dialect_zvon = {
	.name = "zvon.v1",
	.room = sizeof(struct zv_zvon_room),
	.open = zvon_open,
	.input = zvon_input,
	.on_event = zvon_event,
	.on_synced = zvon_synced,
	.on_user = zvon_user,
	.on_rights = zvon_rights,
	.close = zvon_close,
};
