/* watch, unwatch: raw packets for a client of zvon.v1. */
#include "hub/zvon.h"

#include "base/str.h"
#include "hub/role.h"
#include "hub/watch.h"
#include "json/reader.h"
#include "zvon/error.h"

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
	if (!w->id.n || w->id.n > ZV_ZVON_ID_MAX)
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
		zv_zvon_complain(s, err.code == ZV_EBUSY ? "limit" : "bad_argument",
				 err.text, "watch", id);
}

void
zv_zvon_on_watch(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const char *events[MOST_TEXTS], *texts[MOST_TEXTS], *wrong;
	const json_t *id = json_object_get(message, "id");
	struct zv_watch_wish w = { .id = { NULL, 0 } };

	if (!zv_role_has(zv_session_user(s)->role, ZV_RIGHT_RAW)) {
		zv_zvon_complain(s, "denied",
				 "raw packets need the right \"raw\" of the role",
				 "watch", zv_zvon_is_id(id) ? id : NULL);
		return;
	}
	wrong = read_watch(message, &w, events, texts);
	if (wrong)
		zv_zvon_complain(s, "bad_argument", wrong, "watch",
				 zv_zvon_is_id(id) ? id : NULL);
	else
		add_watch(s, &w, id);
}

void
zv_zvon_on_unwatch(struct zv_session *s, const json_t *message, int64_t now_ms)
{
	const json_t *id = json_object_get(message, "id");

	if (!zv_watch_remove(s, zv_json_text(message, "id")))
		zv_zvon_complain(s, "not_found", "there is no watch of that id",
				 "watch", zv_zvon_is_id(id) ? id : NULL);
}
