/* schemas.c - one row a member. Members of answers may become more, so none is closed. */
#include "zvond/schemas.h"

#include "base/str.h"

enum flags {
	CAN_BE_NULL = 1,
	MAY_BE_LEFT_OUT = 2,
};

struct row {
	const char *schema; /* the same as in the row before: another member of it */
	const char *member;
	const char *type; /* "string", "[string]", "Leg", "[Leg]" */
	unsigned flags;
};

static const struct row rows[] = {
	{ "Agent", "state", "string", 0 },
	{ "Agent", "reason", "string", 0 },
	{ "Agent", "wrap_up", "boolean", 0 },
	{ "Agent", "dnd", "boolean", 0 },

	{ "Argument", "name", "string", 0 },
	{ "Argument", "required", "boolean", 0 },
	{ "Argument", "type", "string", 0 },
	{ "Argument", "enum", "[string]", MAY_BE_LEFT_OUT },
	{ "Argument", "minimum", "integer", MAY_BE_LEFT_OUT },
	{ "Argument", "maximum", "integer", MAY_BE_LEFT_OUT },
	{ "Argument", "description", "string", 0 },

	{ "Arguments", NULL, NULL, 0 }, /* of a command: see x-commands */

	{ "Call", "call", "string", 0 },
	{ "Call", "server", "string", 0 },
	{ "Call", "direction", "string", 0 },
	{ "Call", "from", "Party", 0 },
	{ "Call", "to", "Number", 0 },
	{ "Call", "did", "string", CAN_BE_NULL },
	{ "Call", "queue", "string", CAN_BE_NULL },
	{ "Call", "state", "string", 0 },
	{ "Call", "result", "string", CAN_BE_NULL },
	{ "Call", "legs", "[Leg]", 0 },
	{ "Call", "transfers", "[Transfer]", 0 },
	{ "Call", "picked_up_by", "string", CAN_BE_NULL },
	{ "Call", "parked", "boolean", 0 },
	{ "Call", "recordings", "[string]", 0 },
	{ "Call", "talked", "[string]", 0 },
	{ "Call", "age_ms", "integer", 0 },
	{ "Call", "talking_ms", "integer", CAN_BE_NULL },

	{ "Command", "name", "string", 0 },
	{ "Command", "right", "string", 0 },
	{ "Command", "help", "string", 0 },
	{ "Command", "arguments", "[Argument]", 0 },

	{ "Error", "ok", "boolean", MAY_BE_LEFT_OUT }, /* of commands */
	{ "Error", "error", "Refusal", 0 },

	{ "Event", "type", "string", 0 }, /* the others: docs/protocol/events.md */
	{ "Event", "seq", "integer", 0 },
	{ "Event", "time", "string", 0 },
	{ "Event", "server", "string", 0 },
	{ "Event", "event", "string", 0 },

	{ "Events", "seq", "integer", MAY_BE_LEFT_OUT }, /* or resync alone */
	{ "Events", "stream", "string", MAY_BE_LEFT_OUT },
	{ "Events", "events", "[Event]", MAY_BE_LEFT_OUT },
	{ "Events", "resync", "State", MAY_BE_LEFT_OUT },

	{ "Health", "ok", "boolean", 0 },
	{ "Health", "degraded", "[string]", 0 },
	{ "Health", "servers", "[ServerHealth]", 0 },

	{ "History", "calls", "[PastCall]", 0 },
	{ "History", "next", "string", CAN_BE_NULL },

	{ "HistoryCall", "date", "string", 0 }, /* and the members of PastCall */
	{ "HistoryCall", "time", "string", 0 },
	{ "HistoryCall", "caller", "string", 0 },
	{ "HistoryCall", "callee", "string", 0 },
	{ "HistoryCall", "number", "string", 0 },
	{ "HistoryCall", "duration", "integer", 0 },
	{ "HistoryCall", "talk", "integer", 0 },
	{ "HistoryCall", "recording", "string", CAN_BE_NULL },
	{ "HistoryCall", "call", "string", 0 },
	{ "HistoryCall", "direction", "string", 0 },
	{ "HistoryCall", "result", "string", CAN_BE_NULL },
	{ "HistoryCall", "missed", "boolean", 0 },
	{ "HistoryCall", "server", "string", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "from", "Party", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "to", "Number", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "did", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "queue", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "started", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "answered", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "ended", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "wait_ms", "integer", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "talk_ms", "integer", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "legs", "[PastLeg]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "transfers", "[Transfer]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "picked_up_by", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "HistoryCall", "parked", "boolean", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "recordings", "[Recording]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "talked", "[string]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "linkedids", "[string]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "sources", "[string]", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "reason", "string", MAY_BE_LEFT_OUT },
	{ "HistoryCall", "anonymous", "boolean", MAY_BE_LEFT_OUT },

	{ "HistoryQuestion", "CLIENT_ID", "string", MAY_BE_LEFT_OUT },
	{ "HistoryQuestion", "N", "[string]", MAY_BE_LEFT_OUT },
	{ "HistoryQuestion", "from", "string", MAY_BE_LEFT_OUT },
	{ "HistoryQuestion", "to", "string", MAY_BE_LEFT_OUT },
	{ "HistoryQuestion", "limit", "integer", MAY_BE_LEFT_OUT },

	{ "Leg", "line", "string", CAN_BE_NULL },
	{ "Leg", "number", "string", CAN_BE_NULL },
	{ "Leg", "name", "string", CAN_BE_NULL },
	{ "Leg", "channel", "string", 0 },
	{ "Leg", "uniqueid", "string", 0 },
	{ "Leg", "role", "string", 0 },
	{ "Leg", "trunk", "boolean", 0 },
	{ "Leg", "state", "string", 0 },
	{ "Leg", "result", "string", CAN_BE_NULL },
	{ "Leg", "rang", "boolean", 0 },
	{ "Leg", "answered", "boolean", 0 },
	{ "Leg", "cause", "integer", CAN_BE_NULL },

	{ "Line", "server", "string", 0 },
	{ "Line", "line", "string", 0 },
	{ "Line", "state", "string", 0 },

	{ "Link", "url", "string", 0 },
	{ "Link", "expires", "string", 0 },
	{ "Link", "expires_s", "integer", 0 },

	{ "Login", "user", "string", 0 },
	{ "Login", "password", "string", 0 },

	{ "Me", "user", "string", 0 },
	{ "Me", "full_name", "string", 0 },
	{ "Me", "lines", "[string]", 0 },
	{ "Me", "queues", "[string]", 0 },
	{ "Me", "role", "string", 0 },
	{ "Me", "rights", "[string]", 0 },
	{ "Me", "commands", "[string]", 0 },
	{ "Me", "agent", "Agent", 0 },

	{ "Member", "line", "string", CAN_BE_NULL },
	{ "Member", "name", "string", CAN_BE_NULL },
	{ "Member", "interface", "string", 0 },
	{ "Member", "state", "string", 0 },
	{ "Member", "paused", "boolean", 0 },
	{ "Member", "pause_reason", "string", CAN_BE_NULL },
	{ "Member", "penalty", "integer", 0 },

	{ "Number", "number", "string", CAN_BE_NULL },

	{ "Object", NULL, NULL, 0 },

	{ "Ok", "ok", "boolean", 0 },

	{ "Outcome", "ok", "boolean", 0 }, /* and what the command answers */
	{ "Outcome", "call", "string", MAY_BE_LEFT_OUT },
	{ "Outcome", "result", "string", MAY_BE_LEFT_OUT },

	{ "Party", "number", "string", CAN_BE_NULL },
	{ "Party", "name", "string", CAN_BE_NULL },

	{ "PastCall", "call", "string", MAY_BE_LEFT_OUT }, /* by `fields` */
	{ "PastCall", "server", "string", MAY_BE_LEFT_OUT },
	{ "PastCall", "direction", "string", MAY_BE_LEFT_OUT },
	{ "PastCall", "from", "Party", MAY_BE_LEFT_OUT },
	{ "PastCall", "to", "Number", MAY_BE_LEFT_OUT },
	{ "PastCall", "did", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "queue", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "result", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "missed", "boolean", MAY_BE_LEFT_OUT },
	{ "PastCall", "started", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "answered", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "ended", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "wait_ms", "integer", MAY_BE_LEFT_OUT },
	{ "PastCall", "talk_ms", "integer", MAY_BE_LEFT_OUT },
	{ "PastCall", "legs", "[PastLeg]", MAY_BE_LEFT_OUT },
	{ "PastCall", "transfers", "[Transfer]", MAY_BE_LEFT_OUT },
	{ "PastCall", "picked_up_by", "string", CAN_BE_NULL | MAY_BE_LEFT_OUT },
	{ "PastCall", "parked", "boolean", MAY_BE_LEFT_OUT },
	{ "PastCall", "recordings", "[Recording]", MAY_BE_LEFT_OUT },
	{ "PastCall", "talked", "[string]", MAY_BE_LEFT_OUT },
	{ "PastCall", "linkedids", "[string]", MAY_BE_LEFT_OUT },
	{ "PastCall", "sources", "[string]", MAY_BE_LEFT_OUT },
	{ "PastCall", "reason", "string", MAY_BE_LEFT_OUT },
	{ "PastCall", "anonymous", "boolean", MAY_BE_LEFT_OUT },

	{ "PastLeg", "line", "string", CAN_BE_NULL },
	{ "PastLeg", "number", "string", CAN_BE_NULL },
	{ "PastLeg", "name", "string", CAN_BE_NULL },
	{ "PastLeg", "channel", "string", CAN_BE_NULL },
	{ "PastLeg", "uniqueid", "string", CAN_BE_NULL },
	{ "PastLeg", "role", "string", 0 },
	{ "PastLeg", "trunk", "boolean", 0 },
	{ "PastLeg", "result", "string", CAN_BE_NULL },
	{ "PastLeg", "rang", "boolean", 0 },
	{ "PastLeg", "answered", "boolean", 0 },
	{ "PastLeg", "cause", "integer", CAN_BE_NULL },
	{ "PastLeg", "started_at", "string", CAN_BE_NULL },
	{ "PastLeg", "rang_at", "string", CAN_BE_NULL },
	{ "PastLeg", "answered_at", "string", CAN_BE_NULL },
	{ "PastLeg", "ended_at", "string", CAN_BE_NULL },

	{ "Peaks", "duration_ms", "integer", 0 },
	{ "Peaks", "rate", "integer", 0 },
	{ "Peaks", "channels", "integer", 0 },
	{ "Peaks", "buckets", "integer", 0 },
	{ "Peaks", "low", "[integer]", 0 },
	{ "Peaks", "high", "[integer]", 0 },

	{ "Queue", "server", "string", 0 },
	{ "Queue", "queue", "string", 0 },
	{ "Queue", "waiting", "integer", CAN_BE_NULL },
	{ "Queue", "members", "[Member]", 0 },

	{ "Recording", "id", "string", CAN_BE_NULL },
	{ "Recording", "file", "string", CAN_BE_NULL },

	{ "Refusal", "code", "string", 0 },
	{ "Refusal", "message", "string", 0 },
	{ "Refusal", "argument", "string", MAY_BE_LEFT_OUT },
	{ "Refusal", "retry_ms", "integer", MAY_BE_LEFT_OUT },

	{ "Server", "server", "string", 0 },
	{ "Server", "state", "string", 0 },
	{ "Server", "ami_major", "integer", MAY_BE_LEFT_OUT },
	{ "Server", "phones", "[string]", MAY_BE_LEFT_OUT },

	{ "ServerHealth", "server", "string", 0 },
	{ "ServerHealth", "state", "string", 0 },
	{ "ServerHealth", "synced", "boolean", 0 },
	{ "ServerHealth", "why", "string", MAY_BE_LEFT_OUT },

	{ "Session", "user", "string", 0 },
	{ "Session", "remote", "string", 0 },
	{ "Session", "listen", "string", 0 },
	{ "Session", "kind", "string", 0 },
	{ "Session", "queued_bytes", "integer", 0 },

	{ "State", "stream", "string", 0 },
	{ "State", "seq", "integer", 0 },
	{ "State", "servers", "[Server]", 0 },
	{ "State", "queues", "[Queue]", 0 },
	{ "State", "lines", "[Line]", 0 },
	{ "State", "calls", "[Call]", 0 },

	{ "Statistic", "time", "string", MAY_BE_LEFT_OUT }, /* of hour and day */
	{ "Statistic", "name", "string", MAY_BE_LEFT_OUT }, /* of the others */
	{ "Statistic", "calls", "integer", 0 },
	{ "Statistic", "answered", "integer", 0 },
	{ "Statistic", "missed", "integer", 0 },
	{ "Statistic", "talk_ms", "integer", 0 },
	{ "Statistic", "wait_ms", "integer", 0 },

	{ "Statistics", "rows", "[Statistic]", 0 },

	{ "Token", "token", "string", 0 },
	{ "Token", "expires_s", "integer", 0 },

	{ "Transfer", "kind", "string", 0 },
	{ "Transfer", "by", "string", CAN_BE_NULL },
	{ "Transfer", "to", "string", CAN_BE_NULL },

	{ "User", "user", "string", 0 },
	{ "User", "full_name", "string", 0 },
	{ "User", "role", "string", 0 },
	{ "User", "lines", "[string]", 0 },
	{ "User", "queues", "[string]", 0 },
};
static const size_t n_rows = sizeof rows / sizeof *rows;

/* ---- one type ------------------------------------------------------------------------ */

/* Names of schemas begin with a capital letter, types of JSON do not. */
static void
write_one(struct zv_json *j, struct zv_str type, bool can_be_null)
{
	struct zv_buf reference = { 0 };

	if (type.p[0] >= 'A' && type.p[0] <= 'Z') {
		zv_buf_printf(&reference, "#/components/schemas/%.*s", ZV_ARG(type));
		zv_json_member(j, "$ref", zv_buf_str(&reference));
		j->out->failed |= zv_buf_failed(&reference);
		zv_buf_deinit(&reference);
		return;
	}
	zv_json_member(j, "type", type);
	if (can_be_null) {
		zv_json_key(j, "nullable");
		zv_json_bool(j, true);
	}
}

static void
write_type(struct zv_json *j, const char *name, bool can_be_null)
{
	struct zv_str type = zvon_str(name);

	zv_json_begin_object(j);
	if (name[0] == '[') {
		zv_json_member(j, "type", ZV_STR("array"));
		zv_json_key(j, "items");
		zv_json_begin_object(j);
		write_one(j, (struct zv_str){ name + 1, type.n - 2 }, false);
		zv_json_end_object(j);
	} else {
		write_one(j, type, can_be_null);
	}
	zv_json_end_object(j);
}

void
zv_schema_ref_write(struct zv_json *j, const char *name)
{
	write_type(j, name, false);
}

/* ---- one schema ---------------------------------------------------------------------- */

static void
write_required(struct zv_json *j, const struct row *r, size_t n)
{
	zv_json_key(j, "required");
	zv_json_begin_array(j);
	for (size_t i = 0; i < n; i++)
		if (!(r[i].flags & MAY_BE_LEFT_OUT))
			zv_json_string(j, zvon_str(r[i].member));
	zv_json_end_array(j);
}

static void
write_members(struct zv_json *j, const struct row *r, size_t n)
{
	zv_json_key(j, "properties");
	zv_json_begin_object(j);
	for (size_t i = 0; i < n; i++) {
		zv_json_key(j, r[i].member);
		write_type(j, r[i].type, r[i].flags & CAN_BE_NULL);
	}
	zv_json_end_object(j);
}

/* OpenAPI 3.0 does not allow an empty `required`. */
static bool
has_required(const struct row *r, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!(r[i].flags & MAY_BE_LEFT_OUT))
			return true;
	return false;
}

static void
write_schema(struct zv_json *j, const struct row *r, size_t n)
{
	zv_json_key(j, r->schema);
	zv_json_begin_object(j);
	zv_json_member(j, "type", ZV_STR("object"));
	if (r->member && has_required(r, n))
		write_required(j, r, n);
	if (r->member)
		write_members(j, r, n);
	zv_json_end_object(j);
}

void
zv_schemas_write(struct zv_json *j)
{
	size_t n;

	zv_json_begin_object(j);
	for (size_t i = 0; i < n_rows; i += n) {
		for (n = 1; i + n < n_rows; n++)
			if (strcmp(rows[i].schema, rows[i + n].schema) != 0)
				break;
		write_schema(j, &rows[i], n);
	}
	zv_json_end_object(j);
}
