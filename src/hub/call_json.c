#include "hub/call_json.h"

#include <stdio.h>

#include "base/date.h"
#include "call/cause.h"
#include "hist/call_members.h"

#define YEAR_10000_US 253402300800000000

const char *
zv_call_time_text(int64_t unix_us, char out[ZV_TIME_TEXT])
{
	struct zv_date d = zv_date_of(unix_us / 1000000);

	snprintf(out, ZV_TIME_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", d.year,
		 d.month, d.day, d.hour, d.minute, d.second,
		 (int)(unix_us / 1000 % 1000));
	return out;
}

/* ---- members ------------------------------------------------------------------------ */

/* A Timestamp beyond the years of RFC 3339 is forged. */
static void
add_time(struct zv_json *j, int64_t unix_us)
{
	char text[ZV_TIME_TEXT];
	bool is_known = unix_us > 0 && unix_us < YEAR_10000_US;

	zv_json_member_word(j, "time",
			    is_known ? zv_call_time_text(unix_us, text) : "");
}

static void
add_texts(struct zv_json *j, const char *key, const struct zv_call_text *list)
{
	zv_json_key(j, key);
	zv_json_begin_array(j);
	for (; list; list = list->next)
		zv_json_string(j, list->text);
	zv_json_end_array(j);
}

/* ---- parts of a call ------------------------------------------------------------------ */

static void
add_parties(struct zv_json *j, const struct zv_call *c)
{
	const struct zv_parties parties = { c->from_number, c->from_name, c->to_number,
					    c->did, c->queue };

	zv_json_parties(j, &parties);
}

/* What a leg is at this moment. */
static void
add_leg(struct zv_json *j, const struct zv_leg *leg)
{
	const struct zv_leg_who who = {
		.line = leg->line,
		.number = leg->number,
		.name = leg->name,
		.channel = leg->channel,
		.unique_id = leg->unique_id,
		.role = leg->role,
		.is_trunk = leg->is_trunk,
	};

	zv_json_begin_object(j);
	zv_json_leg_who(j, &who);
	zv_json_member_word(j, "state", zvon_leg_state_name(leg->state));
	zv_json_leg_result(j, leg->result, leg->rang, leg->answered, leg->cause);
	if (leg->forwarded_to.n)
		zv_json_member_text(j, "forwarded_to", leg->forwarded_to);
	zv_json_end_object(j);
}

/* What a leg was in the whole call: the keys of the contract. */
static void
add_leg_summary(struct zv_json *j, const struct zv_leg *leg)
{
	zv_json_begin_object(j);
	zv_json_member_text(j, "line", leg->line);
	zv_json_member_text(j, "channel", leg->channel);
	zv_json_member_word(j, "role", zv_leg_role_name(leg->role));
	zv_json_member_word(j, "result", zvon_call_result_name(leg->result));
	zv_json_member_bool(j, "rang", leg->rang);
	zv_json_member_bool(j, "answered", leg->answered);
	zv_json_end_object(j);
}

static void
add_legs(struct zv_json *j, const struct zv_leg *leg,
	 void (*add)(struct zv_json *j, const struct zv_leg *leg))
{
	zv_json_key(j, "legs");
	zv_json_begin_array(j);
	for (; leg; leg = leg->next)
		add(j, leg);
	zv_json_end_array(j);
}

/* ---- what is special to an event -------------------------------------------------------- */

static void
special_none(struct zv_json *j, const struct zv_call_event *e)
{
	(void)j;
	(void)e;
}

static void
special_leg(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_key(j, "leg");
	if (e->leg)
		add_leg(j, e->leg);
	else
		zv_json_null(j);
}

static void
special_transfer(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_word(j, "kind", zv_transfer_kind_name(e->transfer));
	zv_json_member_text(j, "by", e->by);
	zv_json_member_text(j, "to_line", e->to);
}

static void
special_parked(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	zv_json_member_text(j, "by", e->by);
	zv_json_member_text(j, "space", e->space);
}

static void
special_retrieved(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_text(j, "by", e->by);
	zv_json_member_text(j, "space", e->space);
}

static void
special_picked_up(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	zv_json_member_text(j, "by", e->by);
}

static void
special_conference(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	zv_json_member_text(j, "space", e->space);
}

static void
special_recording(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	zv_json_member_text(j, "file", e->file);
}

static void
special_dtmf(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	zv_json_member_text(j, "digit", e->digit);
}

static void
add_cause_text(struct zv_json *j, int cause)
{
	zv_json_cause(j, cause);
	zv_json_member_word(j, "cause_text", zv_cause_text(cause));
}

static void
special_leg_ended(struct zv_json *j, const struct zv_call_event *e)
{
	special_leg(j, e);
	add_cause_text(j, e->cause);
}

static void
special_call_ended(struct zv_json *j, const struct zv_call_event *e)
{
	add_cause_text(j, e->cause);
	zv_json_member_text(j, "reason", e->reason);
	if (e->into.n)
		zv_json_member_text(j, "into", e->into);
}

static void
special_line(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_text(j, "line", e->line->name);
	zv_json_member_word(j, "state", zvon_line_state_name(e->line->state));
}

static void
add_member(struct zv_json *j, const struct zv_queue_member *m)
{
	zv_json_member_text(j, "line", m->line);
	zv_json_member_text(j, "name", m->name);
	zv_json_member_text(j, "interface", m->interface);
	zv_json_member_word(j, "state", zvon_member_state_name(m->state));
	zv_json_member_bool(j, "paused", m->paused);
	zv_json_member_text(j, "pause_reason", m->pause_reason);
	zv_json_member_int(j, "penalty", m->penalty);
}

static void
special_member(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_text(j, "queue", e->member->queue);
	add_member(j, e->member);
}

static void
special_queue(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_text(j, "queue", e->queue_now->name);
	zv_json_member_int(j, "waiting", e->queue_now->waiting);
}

static void
special_server(struct zv_json *j, const struct zv_call_event *e)
{
	zv_json_member_text(j, "state", e->reason);
}

static void (*const special[])(struct zv_json *j, const struct zv_call_event *e) = {
	[ZV_CALL_STARTED] = special_none,
	[ZV_CALL_QUEUED] = special_none,
	[ZV_LEG_RINGING] = special_leg,
	[ZV_LEG_ANSWERED] = special_leg,
	[ZV_CALL_ANSWERED] = special_leg,
	[ZV_LEG_HELD] = special_leg,
	[ZV_LEG_RESUMED] = special_leg,
	[ZV_CALL_TRANSFERRED] = special_transfer,
	[ZV_CALL_PARKED] = special_parked,
	[ZV_CALL_RETRIEVED] = special_retrieved,
	[ZV_CALL_PICKED_UP] = special_picked_up,
	[ZV_CALL_CONFERENCED] = special_conference,
	[ZV_RECORDING_STARTED] = special_recording,
	[ZV_RECORDING_STOPPED] = special_recording,
	[ZV_LEG_DTMF] = special_dtmf,
	[ZV_LEG_ENDED] = special_leg_ended,
	[ZV_CALL_ENDED] = special_call_ended,
	[ZV_LINE_STATE] = special_line,
	[ZV_QUEUE_MEMBER] = special_member,
	[ZV_QUEUE_STATE] = special_queue,
	[ZV_SERVER_STATE] = special_server,
};

/* ---- an event ------------------------------------------------------------------------------ */

static void
add_snapshot(struct zv_json *j, const struct zv_call *c)
{
	zv_json_member_word(j, "direction", zvon_call_direction_name(c->direction));
	add_parties(j, c);
	zv_json_member_word(j, "state", zvon_call_state_name(c->state));
	zv_json_member_word(j, "result", zvon_call_result_name(c->result));
	add_legs(j, c->legs, add_leg);
}

void
zv_call_event_json(struct zv_json *j, const char *type, uint64_t seq, int64_t ms,
		   const struct zv_call_event *e)
{
	zv_json_begin_object(j);
	if (type)
		zv_json_member_word(j, "type", type);
	zv_json_member_int(j, "seq", (long long)seq);
	add_time(j, e->unix_us);
	if (ms != ZV_NO_MS)
		zv_json_member_int(j, "ms", ms);
	zv_json_member_text(j, "server", e->server);
	if (e->call)
		zv_json_member_text(j, "call", e->call->id);
	zv_json_member_word(j, "event", zvon_call_event_name(e->kind));
	if (e->call)
		add_snapshot(j, e->call);
	special[e->kind](j, e);
	zv_json_end_object(j);
}

bool
zv_call_event_kind_of(struct zv_str name, enum zv_call_event_kind *kind)
{
	for (int i = 0; i <= ZV_SERVER_STATE; i++) {
		*kind = (enum zv_call_event_kind)i;
		if (zvon_str_equal(zvon_str(zvon_call_event_name(*kind)), name))
			return true;
	}
	return false;
}

/* ---- a whole call ---------------------------------------------------------------------------- */

static void
add_transfers(struct zv_json *j, const struct zv_transfer *t)
{
	zv_json_key(j, "transfers");
	zv_json_begin_array(j);
	for (; t; t = t->next)
		zv_json_transfer(j, t->kind, t->by, t->to);
	zv_json_end_array(j);
}

/* How it went on, beside its legs. */
static void
add_course(struct zv_json *j, const struct zv_call *c)
{
	add_transfers(j, c->transfers);
	zv_json_member_text(j, "picked_up_by", c->picked_up_by);
	zv_json_member_bool(j, "parked", c->parked);
	add_texts(j, "recordings", c->recordings);
	add_texts(j, "talked", c->talked);
}

static void
add_age(struct zv_json *j, const char *key, int64_t since_ms, int64_t now_ms)
{
	zv_json_key(j, key);
	if (since_ms)
		zv_json_int(j, now_ms > since_ms ? now_ms - since_ms : 0);
	else
		zv_json_null(j);
}

void
zv_call_json(struct zv_json *j, struct zv_str server, const struct zv_call *c,
	     int64_t now_ms)
{
	zv_json_begin_object(j);
	zv_json_member_text(j, "call", c->id);
	zv_json_member_text(j, "server", server);
	add_snapshot(j, c);
	add_course(j, c);
	add_age(j, "age_ms", c->started_ms, now_ms);
	add_age(j, "talking_ms", c->answered_ms, now_ms);
	zv_json_end_object(j);
}

void
zv_call_summary_json(struct zv_json *j, struct zv_str server, const struct zv_call *c,
		     struct zv_str reason)
{
	zv_json_begin_object(j);
	zv_json_member_text(j, "call", c->id);
	zv_json_member_text(j, "server", server);
	zv_json_member_word(j, "direction", zvon_call_direction_name(c->direction));
	add_parties(j, c);
	zv_json_member_word(j, "result", zvon_call_result_name(c->result));
	add_legs(j, c->legs, add_leg_summary);
	add_course(j, c);
	if (reason.n)
		zv_json_member_text(j, "reason", reason);
	if (c->state != ZV_CALL_STATE_ENDED ||
	    zvon_str_equal(reason, ZV_STR("end_of_input")))
		zv_json_member_bool(j, "open", true);
	zv_json_end_object(j);
}

void
zv_line_json(struct zv_json *j, struct zv_str server, const struct zv_line *line)
{
	zv_json_begin_object(j);
	zv_json_member_text(j, "server", server);
	zv_json_member_text(j, "line", line->name);
	zv_json_member_word(j, "state", zvon_line_state_name(line->state));
	zv_json_end_object(j);
}

void
zv_member_json(struct zv_json *j, const struct zv_queue_member *m)
{
	zv_json_begin_object(j);
	add_member(j, m);
	zv_json_end_object(j);
}
