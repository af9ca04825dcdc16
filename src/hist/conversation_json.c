#include "hist/call_members.h"
#include "hist/conversation.h"
#include "hist/conversation_words.h"
#include "hist/when.h"

/* ---- members ------------------------------------------------------------------------ */

static void
add_time(struct zv_json *j, const char *key, int64_t ms)
{
	char text[ZV_WHEN_TEXT];

	zv_json_member_word(j, key, zv_when_text(ms, text));
}

/* ---- parts --------------------------------------------------------------------------- */

static void
add_parties(struct zv_json *j, const struct zv_conversation *c)
{
	const struct zv_parties parties = { c->from_number, c->from_name, c->to_number,
					    c->did, c->queue };

	zv_json_parties(j, &parties);
}

static void
add_leg(struct zv_json *j, const struct zv_past_leg *leg)
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
	zv_json_leg_result(j, leg->result, leg->rang, leg->answered, leg->cause);
	add_time(j, "started_at", leg->started_ms);
	add_time(j, "rang_at", leg->rang_ms);
	add_time(j, "answered_at", leg->answered_ms);
	add_time(j, "ended_at", leg->ended_ms);
	zv_json_end_object(j);
}

static void
add_legs(struct zv_json *j, const struct zv_conversation *c)
{
	zv_json_key(j, "legs");
	zv_json_begin_array(j);
	for (size_t i = 0; i < c->n_legs; i++)
		add_leg(j, &c->legs[i]);
	zv_json_end_array(j);
}

static void
add_transfers(struct zv_json *j, const struct zv_conversation *c)
{
	zv_json_key(j, "transfers");
	zv_json_begin_array(j);
	for (size_t i = 0; i < c->n_transfers; i++)
		zv_json_transfer(j, c->transfers[i].kind, c->transfers[i].by,
				 c->transfers[i].to);
	zv_json_end_array(j);
}

static void
add_recordings(struct zv_json *j, const struct zv_conversation *c)
{
	zv_json_key(j, "recordings");
	zv_json_begin_array(j);
	for (size_t i = 0; i < c->n_recordings; i++) {
		zv_json_begin_object(j);
		zv_json_member_text(j, "id", c->recordings[i].id);
		zv_json_member_text(j, "file", c->recordings[i].file);
		zv_json_end_object(j);
	}
	zv_json_end_array(j);
}

static void
add_sources(struct zv_json *j, unsigned sources)
{
	zv_json_key(j, "sources");
	zv_json_begin_array(j);
	for (unsigned bit = 1; bit <= ZV_PAST_CEL; bit <<= 1)
		if (sources & bit)
			zv_json_string(j, zvon_str(zv_past_source_name(bit)));
	zv_json_end_array(j);
}

static void
add_times(struct zv_json *j, const struct zv_conversation *c)
{
	add_time(j, "started", c->started_ms);
	add_time(j, "answered", c->answered_ms);
	add_time(j, "ended", c->ended_ms);
	zv_json_member_int(j, "wait_ms", c->wait_ms);
	zv_json_member_int(j, "talk_ms", c->talk_ms);
}

/* What most calls are not is left out. */
static void
add_exceptions(struct zv_json *j, const struct zv_conversation *c)
{
	if (c->reason.n)
		zv_json_member_text(j, "reason", c->reason);
	if (c->is_open)
		zv_json_member_bool(j, "open", true);
	if (c->is_anonymous)
		zv_json_member_bool(j, "anonymous", true);
}

void
zv_conversation_json(struct zv_json *j, const struct zv_conversation *c)
{
	zv_json_begin_object(j);
	zv_json_member_text(j, "call", c->id);
	zv_json_member_text(j, "server", c->server);
	zv_json_member_word(j, "direction", zvon_call_direction_name(c->direction));
	add_parties(j, c);
	zv_json_member_word(j, "result", zvon_call_result_name(c->result));
	zv_json_member_bool(j, "missed", zv_conversation_is_missed(c));
	add_times(j, c);
	add_legs(j, c);
	add_transfers(j, c);
	zv_json_member_text(j, "picked_up_by", c->picked_up_by);
	zv_json_member_bool(j, "parked", c->parked);
	add_recordings(j, c);
	zv_json_strings(j, "talked", c->talked, c->n_talked);
	zv_json_strings(j, "linkedids", c->linked_ids, c->n_linked_ids);
	add_sources(j, c->sources);
	add_exceptions(j, c);
	zv_json_end_object(j);
}
