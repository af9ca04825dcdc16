/* What the panel can ask for: one row for each of its 25 commands. */
#include "hub/tms_command.h"

#include "json/reader.h"

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
begin(const struct zv_tms_frame *f, const char *command, json_t *args)
{
	zv_tms_begin(f->s, command, args, f->row->name, ZV_STR(""));
}

/* ---- what commands do ---------------------------------------------------------------------- */

static void
on_load(const struct zv_tms_frame *f)
{
	zv_tms_load_library(f->s, zv_json_text(f->parameters, "AssemblyName"));
}

static void
on_open(const struct zv_tms_frame *f)
{
	zv_tms_open_connection(f->s, f->parameters);
}

static void
on_close(const struct zv_tms_frame *f)
{
	zv_tms_close_connection(f->s);
}

static void
on_make(const struct zv_tms_frame *f)
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
on_call(const struct zv_tms_frame *f)
{
	json_t *args = about(f->call);

	if (args && f->row->from)
		json_object_set_new(args, f->row->to,
				    text_of(zv_json_text(f->parameters, f->row->from)));
	begin(f, f->row->command, args);
}

/* A consultation on the channel of the first call has no own leg to hang up. */
static void
on_drop(const struct zv_tms_frame *f)
{
	begin(f, f->call->consulted ? "call.cancel" : "call.drop", about(f->call));
}

static void
on_hold(const struct zv_tms_frame *f)
{
	begin(f, f->call->held_by_us ? "call.resume" : "call.hold", about(f->call));
}

/* The panel picks up: whatever rings. */
static void
on_hookup(const struct zv_tms_frame *f)
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
	zv_tms_refuse_frame(f, "not_found", "no call rings at this line");
}

/* The first call: that of the executor, of currentCall, or whichever waits. */
static void
on_cancel(const struct zv_tms_frame *f)
{
	struct zv_tms_call *c = zv_tms_call_in(f, f->parameters, "currentCall");

	c = c ? c : zv_tms_call_in(f, f->parameters, "consultCall");
	c = c ? c : f->call;
	if (c)
		begin(f, "call.cancel", about(c));
	else
		zv_tms_refuse_frame(f, "not_found", "no such call is going on");
}

static void
on_dnd(const struct zv_tms_frame *f)
{
	const struct zv_agent *agent = zv_tms_agent(f->s);

	begin(f, "line.dnd",
	      json_pack("{s:b,s:s}", "on", !(agent && agent->dnd), "line", f->t->line));
}

static void
on_query_line(const struct zv_tms_frame *f)
{
	struct zv_node *node, *next;

	zv_tms_tell_line(f->s, true);
	ZV_EACH(&f->t->calls, node, next)
	zv_tms_tell_features(f->s, ZV_OWNER(node, struct zv_tms_call, node), true);
}

static void
on_snapshot(const struct zv_tms_frame *f)
{
	zv_tms_tell_snapshot(f->s);
}

static void
on_set_state(const struct zv_tms_frame *f)
{
	json_t *args = json_pack("{s:o}", "state",
				 text_of(zv_json_text(f->parameters, "code")));
	struct zv_str reason = zv_json_text(f->parameters, "reason");

	if (args && reason.n)
		json_object_set_new(args, "reason", text_of(reason));
	begin(f, "agent.state", args);
}

static void
on_query_state(const struct zv_tms_frame *f)
{
	zv_tms_tell_agent(f->s, true);
}

static void
on_wrap_up(const struct zv_tms_frame *f)
{
	const json_t *on = json_object_get(f->parameters, "isWrapUpActive");

	begin(f, "agent.wrap_up", json_pack("{s:b}", "on", json_is_true(on)));
}

/* ---- the table --------------------------------------------------------------------------------- */

static const struct zv_tms_row rows[] = {
	{ "LoadLibrary", ZV_TMS_ALWAYS, on_load },
	{ "OpenConnection", ZV_TMS_ALWAYS, on_open },
	{ "RegisterConnectionSession", ZV_TMS_NEVER },
	{ "CloseConnection", ZV_TMS_ALWAYS, on_close },
	{ "MakeCall", ZV_TMS_CONNECTED, on_make },
	{ "Hookup", ZV_TMS_CONNECTED, on_hookup },
	{ "AnswerCall", ZV_TMS_WITH_CALL, on_call, "call.answer" },
	{ "HoldCall", ZV_TMS_WITH_CALL, on_hold },
	{ "DropCall", ZV_TMS_WITH_CALL, on_drop },
	{ "SetupTransferCall", ZV_TMS_NEVER },
	{ "MakeConsultCall", ZV_TMS_WITH_CALL, on_call, "call.consult", "targetAddress",
	  "to" },
	{ "TransferCall", ZV_TMS_WITH_CALL, on_call, "call.complete" },
	{ "CancelTransfer", ZV_TMS_CONNECTED, on_cancel },
	{ "BlindTransferCall", ZV_TMS_WITH_CALL, on_call, "call.transfer",
	  "targetAddress", "to" },
	{ "SetDnd", ZV_TMS_CONNECTED, on_dnd },
	{ "QueryLineState", ZV_TMS_CONNECTED, on_query_line },
	{ "QueryActiveCallSnapshot", ZV_TMS_CONNECTED, on_snapshot },
	{ "SetMsgUserState", ZV_TMS_CALL_CENTRE, on_set_state },
	{ "QueryMsgUserState", ZV_TMS_CALL_CENTRE, on_query_state },
	{ "SetWrapUpUserState", ZV_TMS_CALL_CENTRE, on_wrap_up },
	{ "SendDtmf", ZV_TMS_WITH_CALL, on_call, "call.dtmf", "digits", "digits" },
	{ "LibrarySpecificService", ZV_TMS_NEVER },
	{ "PostRawData", ZV_TMS_NEVER },
	{ "ProcessLogs", ZV_TMS_NEVER },
	{ "SetLogFilePath", ZV_TMS_NEVER },
};

const struct zv_tms_row *
zv_tms_find_row(struct zv_str name)
{
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (zvon_str_equal(zvon_str(rows[i].name), name))
			return &rows[i];
	return NULL;
}
