#include "call/snapshot.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"
#include "zvon/error.h"

/* ---- life ---------------------------------------------------------------------------- */

void
zv_snapshot_free(struct zv_snapshot *s)
{
	size_t cursor = 0;
	void *value;

	if (!s)
		return;
	while ((value = zv_map_next(&s->channels, &cursor)))
		zv_listed_free(value);
	zv_map_deinit(&s->channels);
	cursor = 0;
	while ((value = zv_map_next(&s->heard, &cursor)))
		zv_free(value);
	zv_map_deinit(&s->heard);
	zv_map_deinit(&s->holding);
	zv_map_deinit(&s->entries);
	for (size_t i = 0; i < ZV_N_LISTINGS; i++)
		while (s->kept[i]) {
			struct zv_kept *kept = s->kept[i];

			s->kept[i] = kept->next;
			zvon_packet_free(kept->packet);
			zv_free(kept);
		}
	zv_free(s);
}

/* Without memory there is no snapshot: items and its end will say so. */
void
zvon_calls_snapshot_begin(struct zv_calls *t, int64_t now_ms)
{
	zv_calls_enter(t, NULL, now_ms, t->unix_us);
	zv_snapshot_free(t->snap);
	t->snap = zv_calloc(1, sizeof *t->snap);
	t->snapshot++;
	if (!t->snap)
		return;
	t->snap->channels.seed = t->snap->heard.seed = t->channels_by_id.seed;
	t->snap->holding.seed = t->snap->entries.seed = t->channels_by_id.seed;
	for (size_t i = 0; i < ZV_N_LISTINGS; i++)
		t->snap->kept_end[i] = &t->snap->kept[i];
	zv_calls_outcome(t);
}

void
zv_snapshot_lose(struct zv_calls *t)
{
	struct zv_node *node, *next;

	zv_snapshot_free(t->snap);
	t->snap = NULL;
	t->has_stale = true;
	ZV_EACH(&t->channels, node, next)
	{
		struct zv_chan *c = ZV_OWNER(node, struct zv_chan, node);

		c->stale = true;
		if (c->call)
			c->call->stale = true;
	}
}

/* ---- what events say meanwhile --------------------------------------------------------- */

/* Which event tells what of whom: the value of `key`, or of two keys. */
static const struct {
	const char *event;
	enum zv_heard what;
	const char *key, *second;
} hints[] = {
	{ "Hangup", ZV_HEARD_GONE, "Uniqueid", NULL },
	{ "BridgeEnter", ZV_HEARD_BRIDGE, "Uniqueid", NULL },
	{ "BridgeLeave", ZV_HEARD_BRIDGE, "Uniqueid", NULL },
	{ "QueueCallerJoin", ZV_HEARD_QUEUE, "Uniqueid", NULL },
	{ "QueueCallerLeave", ZV_HEARD_QUEUE, "Uniqueid", NULL },
	{ "QueueCallerJoin", ZV_HEARD_WAITING, "Queue", NULL },
	{ "QueueCallerLeave", ZV_HEARD_WAITING, "Queue", NULL },
	{ "ParkedCall", ZV_HEARD_PARKED, "ParkeeChannel", NULL },
	{ "UnParkedCall", ZV_HEARD_PARKED, "ParkeeChannel", NULL },
	{ "ParkedCallTimeOut", ZV_HEARD_PARKED, "ParkeeChannel", NULL },
	{ "ParkedCallGiveUp", ZV_HEARD_PARKED, "ParkeeChannel", NULL },
	{ "ParkedCallSwap", ZV_HEARD_PARKED, "ParkeeChannel", NULL },
	{ "QueueMemberAdded", ZV_HEARD_MEMBER, "Queue", "Interface" },
	{ "QueueMemberRemoved", ZV_HEARD_MEMBER, "Queue", "Interface" },
	{ "QueueMemberStatus", ZV_HEARD_MEMBER, "Queue", "Interface" },
	{ "QueueMemberPause", ZV_HEARD_MEMBER, "Queue", "Interface" },
	{ "QueueMemberPenalty", ZV_HEARD_MEMBER, "Queue", "Interface" },
	{ "DeviceStateChange", ZV_HEARD_DEVICE, "Device", NULL },
	/* AMI 1.x */
	{ "Bridge", ZV_HEARD_BRIDGE, "Uniqueid1", NULL },
	{ "Bridge", ZV_HEARD_BRIDGE, "Uniqueid2", NULL },
	{ "Link", ZV_HEARD_BRIDGE, "Uniqueid1", NULL },
	{ "Link", ZV_HEARD_BRIDGE, "Uniqueid2", NULL },
	{ "Unlink", ZV_HEARD_BRIDGE, "Uniqueid1", NULL },
	{ "Unlink", ZV_HEARD_BRIDGE, "Uniqueid2", NULL },
	{ "Join", ZV_HEARD_QUEUE, "Uniqueid", NULL },
	{ "Leave", ZV_HEARD_QUEUE, "Uniqueid", NULL },
	{ "Join", ZV_HEARD_WAITING, "Queue", NULL },
	{ "Leave", ZV_HEARD_WAITING, "Queue", NULL },
	{ "ParkedCall", ZV_HEARD_PARKED, "Channel", NULL },
	{ "UnParkedCall", ZV_HEARD_PARKED, "Channel", NULL },
	{ "ParkedCallTimeOut", ZV_HEARD_PARKED, "Channel", NULL },
	{ "ParkedCallGiveUp", ZV_HEARD_PARKED, "Channel", NULL },
	{ "QueueMemberAdded", ZV_HEARD_MEMBER, "Queue", "Location" },
	{ "QueueMemberRemoved", ZV_HEARD_MEMBER, "Queue", "Location" },
	{ "QueueMemberStatus", ZV_HEARD_MEMBER, "Queue", "Location" },
	{ "QueueMemberPaused", ZV_HEARD_MEMBER, "Queue", "Location" },
};

/* A digit, and the texts with a line feed before each. */
static size_t
key_length(struct zv_str a, struct zv_str b)
{
	return 1 + a.n + (b.n ? 1 + b.n : 0);
}

static void
write_key(char *p, enum zv_heard what, struct zv_str a, struct zv_str b)
{
	*p++ = (char)('0' + what);
	memcpy(p, a.p, a.n);
	if (!b.n)
		return;
	p[a.n] = '\n';
	memcpy(p + a.n + 1, b.p, b.n);
}

static void
hear(struct zv_calls *t, enum zv_heard what, struct zv_str a, struct zv_str b)
{
	struct zv_str key = { NULL, key_length(a, b) };
	char *p;
	int rc;

	if (!a.n || key.n > 2 * ZV_CALLS_MAX_TEXT ||
	    t->snap->heard.n >= ZV_CALLS_MAX_CHANNELS)
		return;
	p = zv_malloc(key.n);
	if (!p) {
		t->failed = ZV_ENOMEM;
		t->snap->failed = true;
		return;
	}
	write_key(p, what, a, b);
	key.p = p;
	rc = zv_map_add(&t->snap->heard, key, p);
	if (rc < 0)
		zv_free(p);
	if (rc == ZV_ENOMEM) {
		t->failed = ZV_ENOMEM;
		t->snap->failed = true;
	}
}

bool
zv_snapshot_has_heard(const struct zv_snapshot *s, enum zv_heard what, struct zv_str a,
		      struct zv_str b)
{
	char p[2 * ZV_CALLS_MAX_TEXT];
	struct zv_str key = { p, key_length(a, b) };

	if (!s->heard.n || !a.n || key.n > sizeof p)
		return false;
	write_key(p, what, a, b);
	return zv_map_find(&s->heard, key) != NULL;
}

void
zv_snapshot_hear(struct zv_calls *t, const struct zv_packet *event)
{
	for (size_t i = 0; i < sizeof hints / sizeof *hints; i++) {
		struct zv_str second = { NULL, 0 };

		if (!zvon_str_equal(event->name, zvon_str(hints[i].event)))
			continue;
		if (hints[i].second)
			second = zvon_packet_get(event, zvon_str(hints[i].second));
		if (!hints[i].second || second.n)
			hear(t, hints[i].what,
			     zvon_packet_get(event, zvon_str(hints[i].key)), second);
	}
}

/* ---- items ------------------------------------------------------------------------------- */

int
zvon_calls_snapshot_item(struct zv_calls *t, const struct zv_packet *item,
			 int64_t now_ms, int64_t unix_us)
{
	zv_calls_enter(t, NULL, now_ms, unix_us);
	if (!t->snap)
		t->failed = ZV_ENOMEM;
	else
		zv_snapshot_take(t, item);
	if (t->snap && t->failed)
		t->snap->failed = true;
	return zv_calls_outcome(t);
}

/* ---- its end ------------------------------------------------------------------------------ */

/* "1795226695.4", or "name-1795226695.4" with a systemname: seconds and a number that
 * counts up. */
static void
age_of(struct zv_str unique_id, long long *seconds, long long *number)
{
	struct zv_str rest = unique_id, part = { NULL, 0 };

	for (size_t i = unique_id.n; i > 0; i--)
		if (unique_id.p[i - 1] == '-') {
			rest = zv_str_from(unique_id, i);
			break;
		}
	*seconds = *number = 0;
	if (zv_str_split(&rest, '.', &part))
		zv_num_parse(part, 0, INT64_MAX, seconds);
	zv_num_parse(rest, 0, INT64_MAX, number);
}

static int
by_age(const void *a, const void *b)
{
	struct zv_str one = (*(struct zv_listed *const *)a)->unique_id;
	struct zv_str two = (*(struct zv_listed *const *)b)->unique_id;
	long long s1, n1, s2, n2;
	size_t n = one.n < two.n ? one.n : two.n;
	int rest;

	age_of(one, &s1, &n1);
	age_of(two, &s2, &n2);
	if (s1 != s2)
		return s1 < s2 ? -1 : 1;
	if (n1 != n2)
		return n1 < n2 ? -1 : 1;
	rest = memcmp(one.p, two.p, n);
	return rest ? rest : (one.n > two.n) - (one.n < two.n);
}

static void
make_channels(struct zv_calls *t)
{
	struct zv_map *channels = &t->snap->channels;
	struct zv_listed **all = zv_calloc(channels->n + 1, sizeof *all);
	size_t cursor = 0, n = 0;

	if (!all) {
		t->failed = ZV_ENOMEM;
		return;
	}
	while (n < channels->n)
		all[n++] = zv_map_next(channels, &cursor);
	qsort(all, n, sizeof(struct zv_listed *), by_age);
	zv_snapshot_make_channels(t, all, n);
	zv_free(all);
}

/* A restarted server has nothing of what was there before the connection was lost; what
 * has come since is its own. Where it has the same Uniqueids as before, that has come
 * into the old calls; the lists will tell of it. */
static bool
is_gone(const struct zv_calls *t, const struct zv_chan *c, bool restarted)
{
	if (restarted && t->has_stale)
		return c->stale || (c->call && c->call->stale);
	return c->confirmed != t->snapshot;
}

static void
end_gone(struct zv_calls *t, bool restarted)
{
	struct zv_str reason = restarted ? ZV_STR("pbx_restart") : ZV_STR("vanished");
	struct zv_node *node, *next;

	ZV_EACH(&t->channels, node, next)
	{
		struct zv_chan *c = ZV_OWNER(node, struct zv_chan, node);

		if (is_gone(t, c, restarted))
			zv_chan_end(t, c, 0, reason);
	}
	ZV_EACH(&t->channels, node, next)
	{
		struct zv_chan *c = ZV_OWNER(node, struct zv_chan, node);

		c->stale = false;
		if (c->call)
			c->call->stale = false;
	}
	t->has_stale = false;
	if (restarted)
		zv_gone_deinit(&t->gone);
}

int
zvon_calls_snapshot_end(struct zv_calls *t, bool complete, bool restarted,
			int64_t now_ms, int64_t unix_us)
{
	zv_calls_enter(t, NULL, now_ms, unix_us);
	if (t->snap && !t->snap->failed) {
		zv_snapshot_index(t);
		make_channels(t);
		zv_snapshot_make_rest(t, complete && !restarted);
	}
	if (!t->snap || t->snap->failed)
		t->failed = ZV_ENOMEM;
	/* what could not be kept may be alive */
	if (complete && !t->failed)
		end_gone(t, restarted);
	zv_snapshot_free(t->snap);
	t->snap = NULL;
	return zv_calls_outcome(t);
}
