/* Frames of the panel. Whatever is no such frame is passed over in silence, as the
 * original does: base channels of the browser send pings of their own. */
#include "hub/tms_command.h"

#include "base/str.h"
#include "json/reader.h"

static void
refuse(struct zv_session *s, enum zv_tms_error type, const char *code,
       const char *command, const char *text)
{
	struct zv_buf data = { 0 };

	zv_buf_printf(&data, "%s: %s", command, text);
	if (zv_buf_failed(&data))
		zv_tms_no_memory(s);
	else
		zv_tms_say_error(s, type, code, zv_buf_str(&data));
	zv_buf_deinit(&data);
}

void
zv_tms_refuse_frame(const struct zv_tms_frame *f, const char *code, const char *text)
{
	refuse(f->s, ZV_TMS_ERROR_COMMAND, code, f->row->name, text);
}

/* ---- the call in a frame ------------------------------------------------------------- */

struct zv_tms_call *
zv_tms_call_in(const struct zv_tms_frame *f, const json_t *object, const char *key)
{
	struct zv_str text = zv_json_text(object, key);
	json_t *read = text.n ? zv_json_read(text, NULL) : NULL;
	struct zv_str id =
		zv_json_text(read ? read : json_object_get(object, key), "id");
	struct zv_tms_call *c = id.n ? zv_tms_find_id(f->t, id) : NULL;

	json_decref(read);
	return c;
}

static struct zv_tms_call *
executor(const struct zv_tms_frame *f)
{
	struct zv_str id = zv_json_text(f->frame, "commandExecutorId");

	return id.n ? zv_tms_find_id(f->t, id)
		    : zv_tms_call_in(f, f->frame, "commandExecutor");
}

/* ---- what is allowed when ------------------------------------------------------------- */

static bool
is_allowed(struct zv_tms_frame *f)
{
	enum zv_tms_when when = f->row->when;

	if (when == ZV_TMS_NEVER) {
		refuse(f->s, ZV_TMS_ERROR_NOT_IMPLEMENTED, "not_implemented",
		       f->row->name, "this server has no such command");
		return false;
	}
	if (when == ZV_TMS_ALWAYS)
		return true;
	if (!f->t->is_open || f->t->is_lost) {
		zv_tms_refuse_frame(f, f->t->is_open ? "pbx_down" : "not_connected",
				    f->t->is_open ? "there is no connection to Asterisk"
						  : "OpenConnection comes first");
		return false;
	}
	f->call = executor(f);
	if (when == ZV_TMS_WITH_CALL && !f->call) {
		zv_tms_refuse_frame(f, "not_found", "no such call is going on");
		return false;
	}
	if (when == ZV_TMS_CALL_CENTRE && f->t->no_call_centre) {
		zv_tms_refuse_frame(
			f, "call_centre_disabled",
			"disableCallCentre is set in the user's telephony settings");
		return false;
	}
	return true;
}

static void
run(struct zv_tms_frame *f, struct zv_str name)
{
	char shown[ZV_TMS_PARTY_MAX] = "";

	f->row = zv_tms_find_row(name);
	if (!f->row) {
		zv_tms_copy(shown, sizeof shown, name);
		refuse(f->s, ZV_TMS_ERROR_NOT_IMPLEMENTED, "unknown_command", shown,
		       "there is no such command");
	} else if (is_allowed(f)) {
		f->row->run(f);
	}
}

void
zv_tms_input(struct zv_session *s, struct zv_str text, int64_t now_ms)
{
	struct zv_error err = { 0 };
	json_t *frame = zv_json_read(text, &err);
	struct zv_str command = zv_json_text(frame, "command");
	struct zv_tms_frame f = {
		.s = s,
		.t = zv_tms_of(s),
		.frame = frame,
		.parameters = json_object_get(frame, "parameters"),
	};

	zv_tms_at(s, now_ms);
	f.t->command_uid = zv_json_text(frame, "commandUId");
	if (command.n)
		run(&f, command);
	else if (err.code == ZV_ENOMEM)
		zv_tms_no_memory(s);
	f.t->command_uid = ZV_STR("");
	json_decref(frame);
}
