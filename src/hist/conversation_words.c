#include "hist/conversation_words.h"

#include "hist/call_members.h"

const char *
zv_past_source_name(unsigned bit)
{
	return bit == ZV_PAST_LIVE ? "live" : bit == ZV_PAST_CDR ? "cdr" : "cel";
}

static bool
is_named(struct zv_str text, const char *name)
{
	return zvon_str_equal(text, zvon_str(name));
}

bool
zv_past_role_of(struct zv_str name, enum zv_leg_role *out)
{
	*out = is_named(name, "caller") ? ZV_ROLE_CALLER : ZV_ROLE_CALLEE;
	return is_named(name, zv_leg_role_name(*out));
}

bool
zv_past_transfer_of(struct zv_str name, enum zv_transfer_kind *out)
{
	*out = is_named(name, "blind") ? ZV_TRANSFER_BLIND : ZV_TRANSFER_ATTENDED;
	return is_named(name, zv_transfer_kind_name(*out));
}

bool
zv_past_source_of(struct zv_str name, unsigned *bit)
{
	for (*bit = ZV_PAST_LIVE; *bit <= ZV_PAST_CEL; *bit <<= 1)
		if (is_named(name, zv_past_source_name(*bit)))
			return true;
	return false;
}

bool
zv_past_result_of(struct zv_str name, enum zv_call_result *out)
{
	for (int i = ZV_RESULT_NONE; i <= ZV_RESULT_ANSWERED_ELSEWHERE; i++) {
		*out = (enum zv_call_result)i;
		if (is_named(name, zvon_call_result_name(*out)))
			return true;
	}
	return false;
}

bool
zv_past_direction_of(struct zv_str name, enum zv_call_direction *out)
{
	for (int i = ZV_DIRECTION_INTERNAL; i <= ZV_DIRECTION_OUT; i++) {
		*out = (enum zv_call_direction)i;
		if (is_named(name, zvon_call_direction_name(*out)))
			return true;
	}
	return false;
}
