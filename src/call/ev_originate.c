/* The end of an Originate with Async: all versions. */
#include "call/events.h"

/* Uniqueid of a failure is <unknown> or <null>, unless the click gave a ChannelId. */
static void
on_response(struct zv_calls *t, const struct zv_in *in)
{
	zv_fact_click_over(
		t, zv_in_get(in, ZV_KEY_UNIQUEID), zv_in_get(in, ZV_KEY_CHANNEL),
		zv_in_is(in, ZV_KEY_RESPONSE, "Failure"), zv_in_get(in, ZV_KEY_EXTEN));
}

const struct zv_rule zv_rules_originate[] = {
	{ "OriginateResponse",
	  ZV_BOTH,
	  on_response,
	  { ZV_KEY_UNIQUEID, ZV_KEY_CHANNEL, ZV_KEY_RESPONSE, ZV_KEY_EXTEN } },
	{ .event = NULL },
};
