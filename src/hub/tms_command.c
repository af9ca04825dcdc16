/* Frames of the panel: one row for each of its 25 commands. Whatever is no such frame is
 * passed over in silence, as the original does: base channels of the browser send pings of
 * their own. */
#include "hub/tms.h"

#include "base/str.h"
#include "json/reader.h"

struct row;

struct frame {
	struct zv_session *s;
	struct zv_tms *t;
	const struct row *row;
	const json_t *frame, *parameters;
	struct zv_tms_call *call; /* the executor */
};

enum when {
	ALWAYS,
	CONNECTED,
	WITH_CALL,
	CALL_CENTRE,
	NEVER, /* the server cannot: error type 4 says so */
};

struct row {
	const char *name;
	enum when when;
	void (*run)(const struct frame *f);
	const char *command;   /* of the hub */
	const char *from, *to; /* the parameter that becomes an argument */
};

/* ---- errors ---------------------------------------------------------------------------- */

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

static void
refuse_frame(const struct frame *f, const char *code, const char *text)
{
	refuse(f->s, ZV_TMS_ERROR_COMMAND, code, f->row->name, text);
}

/* ---- calls named in a frame -------------------------------------------------------------- */

/* A call comes as JSON text (or as an object): only its id counts. */
static struct zv_tms_call *
call_in(const struct frame *f, const json_t *object, const char *key)
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
executor(const struct frame *f)
{
	struct zv_str id = zv_json_text(f->frame, "commandExecutorId");

	return id.n ? zv_tms_find_id(f->t, id)
		    : call_in(f, f->frame, "commandExecutor");
}

static json_t *
text_of(struct zv_str text)
{
	return json_stringn(text.p ? text.p : "", text.n);
}

/* Arguments about a call; NULL: no memory. */
static json_t *
about(const struct zv_tms_call *c)
{
	return json_pack("{s:s,s:s}", "call", c->call_id, "line", c->line);
}

static void
begin(const struct frame *f, const char *command, json_t *args)
{
	zv_tms_begin(f->s, command, args, f->row->name, ZV_STR(""));
}

/* ---- what commands do ---------------------------------------------------------------------- */

static void
on_load(const struct frame *f)
{
	zv_tms_load_library(f->s, zv_json_text(f->parameters, "AssemblyName"));
}

static void
on_open(const struct frame *f)
{
	zv_tms_open_connection(f->s, f->parameters);
}

static void
on_close(const struct frame *f)
{
	zv_tms_close_connection(f->s);
}

static void
on_make(const struct frame *f)
{
	struct zv_str to = zv_json_text(f->parameters, "targetAddress");
	const struct zv_hub_server *home =
		zv_hub_find_server(zv_session_hub(f->s), (size_t)zv_tms_home(f->s));
	json_t *args = json_pack("{s:o,s:s}", "to", text_of(to), "line", f->t->line);

	if (args && home)
		json_object_set_new(args, "server", text_of(home->name));
	zv_tms_begin(f->s, "call.make", args, f->row->name, to);
}

/* A command that is one of ours, of the executor, with at most one parameter. */
static void
on_call(const struct frame *f)
{
	json_t *args = about(f->call);

	if (args && f->row->from)
		json_object_set_new(args, f->row->to,
				    text_of(zv_json_text(f->parameters, f->row->from)));
	begin(f, f->row->command, args);
}

/* A consultation on the channel of the first call has no own leg to hang up. */
static void
on_drop(const struct frame *f)
{
	begin(f, f->call->consulted ? "call.cancel" : "call.drop", about(f->call));
}

static void
on_hold(const struct frame *f)
{
	begin(f, f->call->held_by_us ? "call.resume" : "call.hold", about(f->call));
}

/* The panel picks up: whatever rings. */
static void
on_hookup(const struct frame *f)
{
	struct zv_node *node, *next;

	ZV_EACH(&f->t->calls, node, next)
	{
		struct zv_tms_call *c = ZV_OWNER(node, struct zv_tms_call, node);

		if (c->state == ZV_TMS_STATE_ALERTING && c->direction == ZV_TMS_IN) {
			begin(f, "call.answer", about(c));
			return;
		}
	}
	refuse_frame(f, "not_found", "no call rings at this line");
}

/* The first call: that of the executor, of currentCall, or whichever waits. */
static void
on_cancel(const struct frame *f)
{
	struct zv_tms_call *c = call_in(f, f->parameters, "currentCall");

	c = c ? c : call_in(f, f->parameters, "consultCall");
	c = c ? c : f->call;
	if (c)
		begin(f, "call.cancel", about(c));
	else
		refuse_frame(f, "not_found", "no such call is going on");
}

static void
on_dnd(const struct frame *f)
{
	const struct zv_agent *agent = zv_tms_agent(f->s);

	begin(f, "line.dnd",
	      json_pack("{s:b,s:s}", "on", !(agent && agent->dnd), "line", f->t->line));
}

static void
on_query_line(const struct frame *f)
{
	struct zv_node *node, *next;

	zv_tms_tell_line(f->s, true);
	ZV_EACH(&f->t->calls, node, next)
	zv_tms_tell_features(f->s, ZV_OWNER(node, struct zv_tms_call, node), true);
}

static void
on_snapshot(const struct frame *f)
{
	zv_tms_tell_snapshot(f->s);
}

static void
on_set_state(const struct frame *f)
{
	json_t *args = json_pack("{s:o}", "state",
				 text_of(zv_json_text(f->parameters, "code")));
	struct zv_str reason = zv_json_text(f->parameters, "reason");

	if (args && reason.n)
		json_object_set_new(args, "reason", text_of(reason));
	begin(f, "agent.state", args);
}

static void
on_query_state(const struct frame *f)
{
	zv_tms_tell_agent(f->s, true);
}

static void
on_wrap_up(const struct frame *f)
{
	const json_t *on = json_object_get(f->parameters, "isWrapUpActive");

	begin(f, "agent.wrap_up", json_pack("{s:b}", "on", json_is_true(on)));
}

/* ---- the table --------------------------------------------------------------------------------- */

static const struct row rows[] = {
	{ "LoadLibrary", ALWAYS, on_load },
	{ "OpenConnection", ALWAYS, on_open },
	{ "RegisterConnectionSession", NEVER },
	{ "CloseConnection", ALWAYS, on_close },
	{ "MakeCall", CONNECTED, on_make },
	{ "Hookup", CONNECTED, on_hookup },
	{ "AnswerCall", WITH_CALL, on_call, "call.answer" },
	{ "HoldCall", WITH_CALL, on_hold },
	{ "DropCall", WITH_CALL, on_drop },
	{ "SetupTransferCall", NEVER },
	{ "MakeConsultCall", WITH_CALL, on_call, "call.consult", "targetAddress",
	  "to" },
	{ "TransferCall", WITH_CALL, on_call, "call.complete" },
	{ "CancelTransfer", CONNECTED, on_cancel },
	{ "BlindTransferCall", WITH_CALL, on_call, "call.transfer", "targetAddress",
	  "to" },
	{ "SetDnd", CONNECTED, on_dnd },
	{ "QueryLineState", CONNECTED, on_query_line },
	{ "QueryActiveCallSnapshot", CONNECTED, on_snapshot },
	{ "SetMsgUserState", CALL_CENTRE, on_set_state },
	{ "QueryMsgUserState", CALL_CENTRE, on_query_state },
	{ "SetWrapUpUserState", CALL_CENTRE, on_wrap_up },
	{ "SendDtmf", WITH_CALL, on_call, "call.dtmf", "digits", "digits" },
	{ "LibrarySpecificService", NEVER },
	{ "PostRawData", NEVER },
	{ "ProcessLogs", NEVER },
	{ "SetLogFilePath", NEVER },
};

static const struct row *
find_row(struct zv_str name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (zvon_str_equal(zvon_str(rows[i].name), name))
			return &rows[i];
	return NULL;
}

/* ---- frames --------------------------------------------------------------------------------------- */

static bool
is_allowed(struct frame *f)
{
	enum when when = f->row->when;

	if (when == NEVER) {
		refuse(f->s, ZV_TMS_ERROR_NOT_IMPLEMENTED, "not_implemented",
		       f->row->name, "this server has no such command");
		return false;
	}
	if (when == ALWAYS)
		return true;
	if (!f->t->is_open || f->t->is_lost) {
		refuse_frame(f, f->t->is_open ? "pbx_down" : "not_connected",
			     f->t->is_open ? "there is no connection to Asterisk"
					   : "OpenConnection comes first");
		return false;
	}
	f->call = executor(f);
	if (when == WITH_CALL && !f->call) {
		refuse_frame(f, "not_found", "no such call is going on");
		return false;
	}
	if (when == CALL_CENTRE && f->t->no_call_centre) {
		refuse_frame(
			f, "call_centre_disabled",
			"disableCallCentre is set in the user's telephony settings");
		return false;
	}
	return true;
}

static void
run(struct frame *f, struct zv_str name)
{
	char shown[ZV_TMS_PARTY_MAX] = "";

	f->row = find_row(name);
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
	struct frame f = {
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
