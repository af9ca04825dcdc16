#include "call/snapshot.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

#define MAX_KEPT ZV_CALLS_MAX_MEMBERS /* items that are none of channels */

/* ---- channels ------------------------------------------------------------------------ */

/* The keys of CoreShowChannel and Status, 1.4 to 22. A later item adds what an earlier
 * one has not told; `always`: what it tells is newer, even if that is nothing. */
static const struct {
	struct zv_str key;
	size_t offset;
	bool always;
} fields[] = {
#define FIELD(key, member, always)                                                     \
 {                                                                                     \
  { "" key, sizeof(key) - 1 }, offsetof(struct zv_listed, member), always              \
 }
	FIELD("Channel", channel, false),
	FIELD("Linkedid", linked_id, true),
	FIELD("CallerIDNum", number, false),
	FIELD("CallerIDName", name, false),
	FIELD("ConnectedLineNum", connected, false),
	FIELD("Exten", exten, false),
	FIELD("Extension", exten, false),
	FIELD("DNID", dnid, false),
	FIELD("BridgeId", bridge, true),
	FIELD("BridgedUniqueid", peer, true),
	FIELD("Application", application, true),
	FIELD("ApplicationData", data, true),
	FIELD("Data", data, true),
#undef FIELD
};

/* Status of 1.8 and 11 has no ChannelState for a channel without a dialplan. */
static const struct {
	const char *text;
	int state;
} states[] = {
	{ "Down", ZV_STATE_DOWN },
	{ "Ring", ZV_STATE_RING },
	{ "Ringing", ZV_STATE_RINGING },
	{ "Up", ZV_STATE_UP },
};

void
zv_listed_free(struct zv_listed *l)
{
	if (!l)
		return;
	zv_text_free(&l->unique_id);
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
		zv_text_free((struct zv_str *)(void *)((char *)l + fields[i].offset));
	zv_free(l);
}

static struct zv_listed *
get_listed(struct zv_calls *t, struct zv_str unique_id)
{
	struct zv_listed *l = zv_map_find(&t->snap->channels, unique_id);

	if (l || !unique_id.n || unique_id.n > ZV_CALLS_MAX_TEXT)
		return l;
	if (t->snap->channels.n >= t->max_channels) {
		t->counters.refused++;
		return NULL;
	}
	l = zv_calloc(1, sizeof *l);
	if (l)
		zv_text_set(t, &l->unique_id, unique_id);
	if (!l || !l->unique_id.n ||
	    zv_map_add(&t->snap->channels, l->unique_id, l) < 0) {
		zv_listed_free(l);
		t->failed = ZV_ENOMEM;
		return NULL;
	}
	l->state = ZV_STATE_UNKNOWN;
	l->seconds = -1;
	return l;
}

static int
state_of(const struct zv_packet *item)
{
	struct zv_str text = zvon_packet_get(item, ZV_STR("State"));
	long long state = zvon_packet_get_int(item, ZV_STR("ChannelState"), -1);

	for (size_t i = 0; state < 0 && i < sizeof states / sizeof *states; i++)
		if (zvon_str_equal_nocase(text, zvon_str(states[i].text)))
			state = states[i].state;
	return state >= 0 && state <= 100 ? (int)state : ZV_STATE_UNKNOWN;
}

/* "Seconds: 75" of Status, "Duration: 00:01:15" of CoreShowChannels. */
static long long
seconds_of(const struct zv_packet *item)
{
	struct zv_str rest = zvon_packet_get(item, ZV_STR("Duration")), part;
	long long all = 0, n;

	if (!rest.n)
		return zvon_packet_get_int(item, ZV_STR("Seconds"), -1);
	for (int i = 0; i < 3; i++) {
		if (!zv_str_split(&rest, ':', &part) ||
		    zv_num_parse(part, 0, 1000000, &n) < 0)
			return -1;
		all = all * 60 + n;
	}
	return all;
}

/* CallerIDName is escaped in 12 and later. */
static void
set_field(struct zv_calls *t, struct zv_str *to, const struct zv_field *field)
{
	struct zv_str plain = field->value;

	if (zvon_key_is_escaped(field->key, t->generation) && plain.n) {
		zv_buf_clear(&t->scratch);
		if (zv_buf_reserve(&t->scratch, plain.n) < 0) {
			t->failed = ZV_ENOMEM;
			return;
		}
		plain.n = zvon_unescape(plain, t->scratch.p);
		plain.p = t->scratch.p;
	}
	zv_text_set(t, to, plain);
}

static void
take_channel(struct zv_calls *t, const struct zv_packet *item)
{
	struct zv_listed *l = get_listed(t, zvon_packet_get(item, ZV_STR("Uniqueid")));
	long long seconds = seconds_of(item);
	int state = state_of(item);

	if (!l)
		return;
	for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
		const struct zv_field *field = zvon_packet_find(item, fields[i].key);

		if (field && (field->value.n || fields[i].always))
			set_field(
				t,
				(struct zv_str *)(void *)((char *)l + fields[i].offset),
				field);
	}
	if (state > l->state)
		l->state = state;
	if (seconds >= 0)
		l->seconds = seconds;
}

/* ---- the rest -------------------------------------------------------------------------- */

static void
keep(struct zv_calls *t, const struct zv_packet *item, enum zv_listing what)
{
	struct zv_snapshot *s = t->snap;
	struct zv_kept *kept;

	if (s->n_kept >= MAX_KEPT) {
		t->counters.refused++;
		return;
	}
	kept = zv_calloc(1, sizeof *kept);
	if (kept)
		kept->packet = zvon_packet_copy(item);
	if (!kept || !kept->packet) {
		zv_free(kept);
		t->failed = ZV_ENOMEM;
		return;
	}
	*s->kept_end[what] = kept;
	s->kept_end[what] = &kept->next;
	s->n_kept++;
}

#define CHANNEL (-1)
#define QUEUES	(-2)
#define PARKED	(-3)

static const struct {
	const char *item;
	int what;
} items[] = {
	{ "CoreShowChannel", CHANNEL },
	{ "Status", CHANNEL },
	{ "BridgeListItem", ZV_LISTING_BRIDGE },
	{ "QueueParams", ZV_LISTING_QUEUE },
	{ "QueueEntry", ZV_LISTING_ENTRY },
	{ "QueueMember", ZV_LISTING_MEMBER },
	{ "QueueStatusComplete", QUEUES },
	{ "ParkedCall", ZV_LISTING_PARKED },
	{ "ParkedCallsComplete", PARKED },
	{ "ConfbridgeList", ZV_LISTING_ROOM },
	{ "DeviceStateChange", ZV_LISTING_DEVICE },
};

void
zv_snapshot_take(struct zv_calls *t, const struct zv_packet *item)
{
	for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
		if (!zvon_str_equal(item->name, zvon_str(items[i].item)))
			continue;
		if (items[i].what >= 0)
			keep(t, item, items[i].what);
		else if (items[i].what == CHANNEL)
			take_channel(t, item);
		t->snap->has_queues |= items[i].what == QUEUES;
		t->snap->has_parked |= items[i].what == PARKED;
		return;
	}
}
