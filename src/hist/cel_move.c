#include "hist/cel_move.h"

#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Where a row has something: in one of its columns, else in that member of extra. */
#define NOTHING                                                                        \
 {                                                                                     \
  NULL, 0                                                                              \
 }
#define CHANNEL ZV_STR("@channel")
#define PEER	ZV_STR("@peer")
#define EXTRA	ZV_STR("@extra")
#define IN(key) ZV_STR(key)

/* Numbers are those of Asterisk 12 and later, whose extra is JSON; the same numbers meant other
 * events before. Seen in 1.8, 11, 16 and 22; main/cel.c of each. */
static const struct event {
	struct zv_str name, number;
	bool has_json; /* 12 and later */
	enum zv_cel_move_kind kind;
	struct zv_str by, moved, to, else_to;
	struct zv_str ids[ZV_CEL_TIES_MAX];
} events[] = {
	{
		ZV_STR("BLINDTRANSFER"),
		ZV_STR("11"),
		true,
		ZV_MOVE_BLIND,
		CHANNEL,
		IN("transferee_channel_name"),
		IN("extension"),
		NOTHING,
		{ IN("transferee_channel_uniqueid") },
	},
	{
		ZV_STR("BLINDTRANSFER"),
		NOTHING,
		false,
		ZV_MOVE_BLIND,
		CHANNEL,
		PEER,
		EXTRA,
		NOTHING,
		{ NOTHING },
	},
	{
		ZV_STR("ATTENDEDTRANSFER"),
		ZV_STR("12"),
		true,
		ZV_MOVE_ATTENDED,
		CHANNEL,
		IN("transferee_channel_name"),
		IN("transfer_target_channel_name"),
		IN("app"),
		{ IN("channel2_uniqueid"), IN("transferee_channel_uniqueid"),
		  IN("transfer_target_channel_uniqueid") },
	},
	/* by Replaces; by keys or a program extra is empty, and the channel is the one that was
	 * transferred: then CDRs tell it */
	{
		ZV_STR("ATTENDEDTRANSFER"),
		NOTHING,
		false,
		ZV_MOVE_ATTENDED,
		CHANNEL,
		NOTHING,
		PEER,
		NOTHING,
		{ EXTRA },
	},
	{
		ZV_STR("PICKUP"),
		ZV_STR("15"),
		true,
		ZV_MOVE_PICKUP,
		IN("pickup_channel"),
		CHANNEL,
		NOTHING,
		NOTHING,
		{ IN("pickup_channel_uniqueid") },
	},
	{
		ZV_STR("PICKUP"),
		NOTHING,
		false,
		ZV_MOVE_PICKUP,
		PEER,
		CHANNEL,
		NOTHING,
		NOTHING,
		{ NOTHING },
	},
};

static const struct event *
event_of(const struct zv_cel_row *r)
{
	bool has_json = r->extra.n && r->extra.p[0] == '{';

	for (size_t i = 0; i < COUNT(events); i++)
		if (events[i].has_json == has_json &&
		    (zvon_str_equal_nocase(r->eventtype, events[i].name) ||
		     (events[i].number.n &&
		      zvon_str_equal(r->eventtype, events[i].number))))
			return &events[i];
	return NULL;
}

/* Who was not there is "N/A" (main/cel.c of 12 and later): no name, and no id. */
static struct zv_str
known(struct zv_str value)
{
	return zvon_str_equal(value, ZV_STR("N/A")) ? (struct zv_str){ NULL, 0 }
						    : value;
}

static struct zv_str
value_of(const struct zv_cel_row *r, struct zv_str where)
{
	const struct {
		struct zv_str name, value;
	} columns[] = {
		{ CHANNEL, r->channel },
		{ PEER, r->peer },
		{ EXTRA, r->extra },
	};

	for (size_t i = 0; i < COUNT(columns); i++)
		if (zvon_str_equal(where, columns[i].name))
			return columns[i].value;
	return where.n ? known(zv_cel_extra(r->extra, where))
		       : (struct zv_str){ NULL, 0 };
}

bool
zv_cel_move_read(const struct zv_cel_row *row, struct zv_cel_move *out)
{
	const struct event *e = event_of(row);

	if (!e)
		return false;
	*out = (struct zv_cel_move){
		.kind = e->kind,
		.by = value_of(row, e->by),
		.moved = value_of(row, e->moved),
		.to = value_of(row, e->to),
		.second = known(zv_cel_extra(row->extra, ZV_STR("channel2_name"))),
		.bridge = known(zv_cel_extra(row->extra, ZV_STR("bridge2_id"))),
	};
	for (size_t i = 0; i < ZV_CEL_TIES_MAX; i++)
		out->ids[i] = value_of(row, e->ids[i]);
	if (e->kind == ZV_MOVE_ATTENDED && !e->has_json && out->ids[0].n == 0)
		return false;
	out->channels[0] = out->by;
	out->channels[1] = out->moved;
	if (e->kind == ZV_MOVE_ATTENDED)
		out->channels[2] = out->to;
	if (out->to.n == 0)
		out->to = value_of(row, e->else_to);
	return out->by.n > 0;
}
