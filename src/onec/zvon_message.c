/* What comes from the desk: each message of zvon.v1 to those who want it. */
#include "onec/zvon_script.h"

#include "base/err.h"
#include "base/str.h"
#include "json/reader.h"
#include "json/writer.h"

/* ---- events that a script wants ------------------------------------------------------------ */

/* Of ours, beside those of calls. */
static const char *const other_events[] = { "connection.state", "resync", "agent" };

/* "call.*" means all that begin so, "*" all. */
static bool
is_meant(struct zv_str pattern, struct zv_str name)
{
	if (pattern.n && pattern.p[pattern.n - 1] == '*')
		return zv_str_starts_nocase(
			name, (struct zv_str){ pattern.p, pattern.n - 1 });
	return zvon_str_equal_nocase(pattern, name);
}

static bool
is_any_meant(struct zv_str pattern)
{
	for (int i = ZV_CALL_STARTED; i <= ZV_SERVER_STATE; i++)
		if (is_meant(pattern, zvon_str(zvon_call_event_name(i))))
			return true;
	for (size_t i = 0; i < sizeof other_events / sizeof *other_events; i++)
		if (is_meant(pattern, zvon_str(other_events[i])))
			return true;
	return false;
}

int
zv_script_check_events(struct zv_component *c, struct zv_str list, struct zv_error *err)
{
	struct zv_str pattern;

	while (zv_str_split(&list, ',', &pattern)) {
		pattern = zv_str_trim(pattern);
		if (!pattern.n || is_any_meant(pattern))
			continue;
		if (pattern.n > 80)
			pattern.n = 80;
		return zv_fail(
			err, ZV_EINVAL,
			ZV_SCRIPT_SAY(
				c,
				"нет события \"%.*s\": имена — как call.answered, или "
				"начало и звёздочка: call.*",
				"there is no event \"%.*s\": names are like "
				"call.answered, or a beginning and a star: call.*"),
			ZV_ARG(pattern));
	}
	return 0;
}

/* Under the component's lock. */
static bool
is_listed(struct zv_str list, struct zv_str name)
{
	struct zv_str pattern;

	while (zv_str_split(&list, ',', &pattern))
		if (is_meant(zv_str_trim(pattern), name))
			return true;
	return false;
}

bool
zv_script_wants(struct zv_script *s, struct zv_str name)
{
	bool wants;

	zv_component_lock(s->component);
	wants = is_listed(zv_buf_str(&s->shared.events), name);
	zv_component_unlock(s->component);
	return wants;
}

ZV_SCRIPT_METHOD(set_events)
{
	struct zv_script *s = zv_script_of(c);
	struct zv_buf list = { 0 };
	int rc = zv_script_set_text(c, &list, &arguments[0], ZV_SCRIPT_TEXT, err);

	if (rc == 0)
		rc = zv_script_check_events(c, zv_buf_str(&list), err);
	if (rc == 0) {
		struct zv_buf before;

		zv_component_lock(c);
		before = s->shared.events;
		s->shared.events = list;
		zv_component_unlock(c);
		list = before;
	}
	zv_buf_deinit(&list);
	return rc;
}

void
zv_script_tell(struct zv_script *s, const char *name, struct zv_str data)
{
	zv_component_event(s->component, ZV_STR("Zvon"), zvon_str(name), data);
}

/* ---- each type of message -------------------------------------------------------------------- */

static void
on_event(struct zv_script *s, json_t *message, struct zv_str text)
{
	struct zv_str name = zv_json_text(message, "event");

	zv_script_remember(s, message);
	if (name.p && zv_script_wants(s, name))
		zv_component_event(s->component, ZV_STR("Zvon"), name, text);
}

/* Its lists are long, and an event is cut where it is too long: what is going on is asked
 * for by Calls(), Lines(), Queues(). */
static void
on_resync(struct zv_script *s, json_t *message, struct zv_str text)
{
	struct zv_buf data = { 0 };
	struct zv_json j = { .out = &data };

	zv_script_on_snapshot(s, message);
	if (!s->net.was_ready)
		return;
	zv_json_begin_object(&j);
	zv_json_member(&j, "type", ZV_STR("resync"));
	zv_json_key(&j, "seq");
	zv_json_int(&j, json_integer_value(json_object_get(message, "seq")));
	zv_json_member(&j, "reason", zv_json_text(message, "reason"));
	zv_json_end_object(&j);
	if (!zv_buf_failed(&data) && zv_script_wants(s, ZV_STR("resync")))
		zv_script_tell(s, "resync", zv_buf_str(&data));
	zv_buf_deinit(&data);
}

static void
on_snapshot(struct zv_script *s, json_t *message, struct zv_str text)
{
	zv_script_on_snapshot(s, message);
}

static void
on_agent(struct zv_script *s, json_t *message, struct zv_str text)
{
	if (zv_script_wants(s, ZV_STR("agent")))
		zv_script_tell(s, "agent", text);
}

static void
on_packet(struct zv_script *s, json_t *message, struct zv_str text)
{
	zv_script_on_watched(s, message);
}

/* Something of ours was not taken; of a command: its outcome. */
static void
on_error(struct zv_script *s, json_t *message, struct zv_str text)
{
	struct zv_error err = { 0 };
	struct zv_str what = zv_json_text(message, "message");

	zv_fail(&err, ZV_EPROTO, "%.*s", ZV_ARG(what));
	zv_component_set_error(s->component, &err);
	if (zv_script_id(message))
		zv_script_on_result(s, message, text);
	else
		zv_script_tell(s, "error", text);
}

static const struct {
	const char *type;
	void (*on)(struct zv_script *s, json_t *message, struct zv_str text);
} types[] = {
	{ "event", on_event },
	{ "result", zv_script_on_result },
	{ "progress", zv_script_on_progress },
	{ "snapshot", on_snapshot },
	{ "resync", on_resync },
	{ "agent", on_agent },
	{ "packet", on_packet },
	{ "error", on_error },
};

static void
on_message(void *user, struct zv_str text)
{
	struct zv_script *s = user;
	json_t *message;
	struct zv_str type;

	if (!s->net.desk)
		return;
	message = zv_json_read_own(text, NULL);
	type = zv_json_text(message, "type");
	zv_component_lock(s->component);
	s->shared.messages++;
	zv_component_unlock(s->component);
	for (size_t i = 0; message && i < sizeof types / sizeof *types; i++)
		if (zvon_str_equal(type, zvon_str(types[i].type)))
			types[i].on(s, message, text);
	json_decref(message);
}

const struct zv_desk_handlers zv_script_handlers = {
	.on_message = on_message,
	.on_state = zv_script_on_state,
	.on_packet = zv_script_on_packet,
	.on_gone = zv_script_on_gone,
};
