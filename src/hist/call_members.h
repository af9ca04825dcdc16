/* call_members.h - the members that a call has in JSON whether it goes on or is over, written in
 * one place so that they stay alike. docs/calls.md tells what they mean. */
#ifndef ZV_HIST_CALL_MEMBERS_H
#define ZV_HIST_CALL_MEMBERS_H

#include "json/writer.h"
#include "zvon/call.h"

const char *zv_leg_role_name(enum zv_leg_role role);	       /* "caller", "callee" */
const char *zv_transfer_kind_name(enum zv_transfer_kind kind); /* "blind", "attended" */

/* One of our own words; "" is null. */
void zv_json_member_word(struct zv_json *j, const char *key, const char *word);

/* "from", "to", "did", "queue". */
struct zv_parties {
	struct zv_str from_number, from_name, to_number, did, queue;
};
void zv_json_parties(struct zv_json *j, const struct zv_parties *p);

/* Of a leg: "line" … "trunk". */
struct zv_leg_who {
	struct zv_str line, number, name, channel, unique_id;
	enum zv_leg_role role;
	bool is_trunk;
};
void zv_json_leg_who(struct zv_json *j, const struct zv_leg_who *who);

/* Of a leg: "result", "rang", "answered", "cause"; a cause that is not known, 0, is null. */
void zv_json_leg_result(struct zv_json *j, enum zv_call_result result, bool rang,
			bool answered, int cause);
void zv_json_cause(struct zv_json *j, int cause);

/* An object: "kind", "by", "to". */
void zv_json_transfer(struct zv_json *j, enum zv_transfer_kind kind, struct zv_str by,
		      struct zv_str to);

#endif
