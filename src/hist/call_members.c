#include "hist/call_members.h"

/* ---- words ------------------------------------------------------------------------------- */

const char *
zv_leg_role_name(enum zv_leg_role role)
{
	return role == ZV_ROLE_CALLER ? "caller" : "callee";
}

const char *
zv_transfer_kind_name(enum zv_transfer_kind kind)
{
	return kind == ZV_TRANSFER_BLIND ? "blind" : "attended";
}

void
zv_json_member_word(struct zv_json *j, const char *key, const char *word)
{
	zv_json_member_text(j, key, zvon_str(word));
}

/* ---- members ----------------------------------------------------------------------------- */

void
zv_json_parties(struct zv_json *j, const struct zv_parties *p)
{
	zv_json_key(j, "from");
	zv_json_begin_object(j);
	zv_json_member_text(j, "number", p->from_number);
	zv_json_member_text(j, "name", p->from_name);
	zv_json_end_object(j);
	zv_json_key(j, "to");
	zv_json_begin_object(j);
	zv_json_member_text(j, "number", p->to_number);
	zv_json_end_object(j);
	zv_json_member_text(j, "did", p->did);
	zv_json_member_text(j, "queue", p->queue);
}

void
zv_json_leg_who(struct zv_json *j, const struct zv_leg_who *who)
{
	zv_json_member_text(j, "line", who->line);
	zv_json_member_text(j, "number", who->number);
	zv_json_member_text(j, "name", who->name);
	zv_json_member_text(j, "channel", who->channel);
	zv_json_member_text(j, "uniqueid", who->unique_id);
	zv_json_member_word(j, "role", zv_leg_role_name(who->role));
	zv_json_member_bool(j, "trunk", who->is_trunk);
}

void
zv_json_cause(struct zv_json *j, int cause)
{
	zv_json_key(j, "cause");
	if (cause)
		zv_json_int(j, cause);
	else
		zv_json_null(j);
}

void
zv_json_leg_result(struct zv_json *j, enum zv_call_result result, bool rang,
		   bool answered, int cause)
{
	zv_json_member_word(j, "result", zvon_call_result_name(result));
	zv_json_member_bool(j, "rang", rang);
	zv_json_member_bool(j, "answered", answered);
	zv_json_cause(j, cause);
}

void
zv_json_transfer(struct zv_json *j, enum zv_transfer_kind kind, struct zv_str by,
		 struct zv_str to)
{
	zv_json_begin_object(j);
	zv_json_member_word(j, "kind", zv_transfer_kind_name(kind));
	zv_json_member_text(j, "by", by);
	zv_json_member_text(j, "to", to);
	zv_json_end_object(j);
}
