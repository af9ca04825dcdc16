/* Dialling: 12 and later. DialState RINGING (14 and later) says what Newstate says. */
#include "call/cause.h"
#include "call/events.h"

/* Without Channel: Originate dials, or a Local channel's half does it for nobody. */
static void
on_dial_begin(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *from = NULL, *to;

	if (zv_in_has(in, ZV_KEY_UNIQUEID)) {
		from = zv_in_channel(t, in);
		if (!from)
			return;
		zv_fact_exten(t, from, zv_in_get(in, ZV_KEY_EXTEN));
	}
	to = zv_in_dest(t, in);
	if (to)
		zv_fact_dial_begin(t, from, to, zv_in_get(in, ZV_KEY_DIALSTRING));
}

static void
on_dial_end(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_chan *to = zv_fact_known(t, zv_in_get(in, ZV_KEY_DEST_UNIQUEID));

	if (to)
		zv_fact_dial_end(
			t, to, zv_dial_status_result(zv_in_get(in, ZV_KEY_DIAL_STATUS)),
			zv_in_get(in, ZV_KEY_FORWARD));
}

const struct zv_rule zv_rules_dial[] = {
	{ "DialBegin",
	  ZV_NEW,
	  on_dial_begin,
	  { ZV_SNAPSHOT_KEYS, ZV_DEST_KEYS, ZV_KEY_DIALSTRING } },
	{ "DialEnd",
	  ZV_NEW,
	  on_dial_end,
	  { ZV_KEY_DEST_UNIQUEID, ZV_KEY_DIAL_STATUS, ZV_KEY_FORWARD } },
	{ .event = NULL },
};
