/* conversation.h - one call as history keeps it: plain data, whole and over (or still open),
 * whether it was seen live, told by the PBX's own records, or both. The words are those of
 * docs/calls.md. */
#ifndef ZV_HIST_CONVERSATION_H
#define ZV_HIST_CONVERSATION_H

#include <stdint.h>

#include "json/writer.h"
#include "zvon/call.h"

/* All times are milliseconds since 1970 (UTC) by the PBX's clock; 0: not known, or it did
 * not happen. */

struct zv_past_leg {
	struct zv_str line, number, name, channel, unique_id;
	enum zv_leg_role role;
	enum zv_call_result result;
	int cause; /* Q.850, 0: not known */
	bool is_trunk, rang, answered;
	int64_t started_ms, rang_ms, answered_ms, ended_ms;
};

struct zv_past_transfer {
	enum zv_transfer_kind kind;
	struct zv_str by, to;
};

struct zv_past_recording {
	struct zv_str
		id; /* in links: 44 hex digits; empty: the store has not given one */
	struct zv_str file; /* as the PBX told it: a path, or a name only */
};

enum zv_past_source { /* bits: who has told of it */
		      ZV_PAST_LIVE = 1,
		      ZV_PAST_CDR = 2,
		      ZV_PAST_CEL = 4,
};

struct zv_conversation {
	struct zv_str server;
	struct zv_str id; /* as call.h: the Uniqueid of its first channel */
	enum zv_call_direction direction;
	struct zv_str from_number, from_name, to_number, did, queue;
	enum zv_call_result result;
	struct zv_str
		reason; /* why it ended, where nobody hung up: "pbx_restart"…; or empty */
	struct zv_past_leg *legs;
	size_t n_legs;
	struct zv_past_transfer *transfers;
	size_t n_transfers;
	struct zv_past_recording *recordings;
	size_t n_recordings;
	struct zv_str *talked;
	size_t n_talked;
	struct zv_str *linked_ids; /* Linkedids that it had; may be none */
	size_t n_linked_ids;
	struct zv_str picked_up_by;
	bool parked;
	bool is_open;	   /* goes on, as far as is known */
	bool is_anonymous; /* its numbers and names were removed by rule */
	int64_t started_ms, answered_ms, ended_ms;
	int64_t wait_ms;  /* until two talked, or until its end */
	int64_t talk_ms;  /* from then to its end */
	unsigned sources; /* enum zv_past_source */
	int64_t number;	  /* of the row in the store; 0: it is in none */
};

/* Missed: from outside or internal, nobody talked, and the caller meant a person. */
bool zv_conversation_is_missed(const struct zv_conversation *c);
/* A leg that rang and was taken elsewhere. */
bool zv_conversation_was_answered_elsewhere(const struct zv_conversation *c,
					    struct zv_str line);

/* A copy in one block, texts and arrays too. NULL: out of memory. */
struct zv_conversation *zv_conversation_copy(const struct zv_conversation *c);
void zv_conversation_free(
	struct zv_conversation *c); /* of copy, of_call, merge; NULL is fine */

/* What the tracker knows of a call, in one block. offset_ms: what is added to its times to make
 * them Unix time. reason as in call.ended. Never negative durations, whatever clocks did. */
struct zv_conversation *zv_conversation_of_call(const struct zv_call *call,
						struct zv_str server,
						struct zv_str reason,
						int64_t offset_ms);

/* Are these the same call? The server, and the id, a Uniqueid of a leg, or a Linkedid in
 * common. */
bool zv_conversation_is_same(const struct zv_conversation *a,
			     const struct zv_conversation *b);

/* Of two tellings of one call the better one of each fact: what was seen live counts, what
 * only the records know is added; an open or guessed end gives way to a told one. One block;
 * NULL: out of memory. `number` is that of a. */
struct zv_conversation *zv_conversation_merge(const struct zv_conversation *a,
					      const struct zv_conversation *b);

/* The object of `zvon calls --summary` with times ("started" … RFC 3339), "wait_ms",
 * "talk_ms", "missed", "sources", recordings as {"id","file"…}. */
void zv_conversation_json(struct zv_json *j, const struct zv_conversation *c);
/* And back: what zv_conversation_json wrote. NULL: *err says where it is wrong. */
struct zv_conversation *zv_conversation_read(struct zv_str json, struct zv_error *err);

#endif
