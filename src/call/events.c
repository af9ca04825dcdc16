#include "call/events.h"

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* The table of events: the rows of all files. */
static const struct zv_rule *const files[] = {
	zv_rules_channel,	 zv_rules_dial,		zv_rules_bridge,
	zv_rules_transfer,	 zv_rules_hold,		zv_rules_queue,
	zv_rules_park,		 zv_rules_conference,	zv_rules_recording,
	zv_rules_dtmf,		 zv_rules_line,		zv_rules_server,
	zv_rules_old_channel,	 zv_rules_old_dial,	zv_rules_old_bridge,
	zv_rules_old_masquerade, zv_rules_old_transfer, zv_rules_old_queue,
	zv_rules_old_conference, zv_rules_old_variable, zv_rules_old_line,
	zv_rules_originate,
};

static const struct zv_str key_names[ZV_N_KEYS] = {
#define ZV_KEY(name, text) [ZV_KEY_##name] = { "" text, sizeof(text) - 1 },
	ZV_KEYS(ZV_KEY)
#undef ZV_KEY
};

/* ---- two small tables ------------------------------------------------------ */

#define KEY_PLACES   512 /* of two bytes; about a tenth is taken */
#define EVENT_PLACES 1024

/* The keys that a rule wants: a bit for each, and for each length that one of them has, so
 * that most fields are passed over at one look. */
struct wanted {
	uint64_t keys[2], lengths;
};

struct row {
	const struct zv_rule *rule;
	struct zv_str name;
	struct row *same; /* the next one of that name */
	struct wanted wanted;
};

struct zv_rules {
	struct row *rows;
	size_t n_rows;
	uint8_t keys[KEY_PLACES];      /* enum zv_key; 0: free */
	uint16_t events[EVENT_PLACES]; /* number of the row + 1; 0: free */
};

/* Length and three letters tell nearly all keys and events apart; what is left over is
 * compared. Case does not count: 0x1f takes it away. */
static unsigned
hash_of(struct zv_str s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	if (!s.n)
		return 0;
	return (unsigned)s.n * 29 + (p[0] & 0x1f) * 7 + (p[s.n / 2] & 0x1f) * 67 +
	       (p[s.n - 1] & 0x1f) * 131;
}

static void
add_key(struct zv_rules *r, unsigned key)
{
	unsigned at = hash_of(key_names[key]) % KEY_PLACES;

	while (r->keys[at])
		at = (at + 1) % KEY_PLACES;
	r->keys[at] = (uint8_t)key;
}

static uint64_t
bit_of(size_t n)
{
	return (uint64_t)1 << (n & 63);
}

static void
want(struct wanted *w, unsigned key)
{
	w->keys[key >> 6] |= bit_of(key);
	w->lengths |= bit_of(key_names[key].n);
}

static unsigned
find_key(const struct zv_rules *r, struct zv_str key, const struct wanted *wanted)
{
	unsigned at = hash_of(key) % KEY_PLACES, found;

	for (; (found = r->keys[at]); at = (at + 1) % KEY_PLACES)
		if (key_names[found].n == key.n &&
		    (wanted->keys[found >> 6] >> (found & 63) & 1) &&
		    zvon_str_equal_nocase(key_names[found], key))
			return found;
	return ZV_KEY_NONE;
}

/* NULL: no rule knows it. Asterisk sends the names of events in one case only. */
static struct row *
find_row(const struct zv_rules *r, struct zv_str event)
{
	unsigned at = hash_of(event) % EVENT_PLACES;

	for (; r->events[at]; at = (at + 1) % EVENT_PLACES)
		if (zvon_str_equal(r->rows[r->events[at] - 1].name, event))
			return &r->rows[r->events[at] - 1];
	return NULL;
}

static void
add_row(struct zv_rules *r, const struct zv_rule *rule)
{
	struct row *row = &r->rows[r->n_rows++];
	struct row *known;
	unsigned at;

	row->rule = rule;
	row->name = zvon_str(rule->event);
	for (size_t i = 0; i < ZV_RULE_KEYS && rule->keys[i]; i++)
		want(&row->wanted, rule->keys[i]);
	known = find_row(r, row->name);
	if (known) {
		row->same = known->same;
		known->same = row;
		return;
	}
	at = hash_of(row->name) % EVENT_PLACES;
	while (r->events[at])
		at = (at + 1) % EVENT_PLACES;
	r->events[at] = (uint16_t)r->n_rows;
}

static size_t
count_rules(void)
{
	size_t n = 0;

	for (size_t i = 0; i < COUNT(files); i++)
		for (const struct zv_rule *rule = files[i]; rule->event; rule++)
			n++;
	return n;
}

struct zv_rules *
zv_rules_new(void)
{
	struct zv_rules *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->rows = zv_calloc(count_rules(), sizeof *r->rows);
	if (!r->rows) {
		zv_free(r);
		return NULL;
	}
	for (unsigned key = 1; key < ZV_N_KEYS; key++)
		add_key(r, key);
	for (size_t i = 0; i < COUNT(files); i++)
		for (const struct zv_rule *rule = files[i]; rule->event; rule++)
			add_row(r, rule);
	return r;
}

void
zv_rules_free(struct zv_rules *r)
{
	if (r)
		zv_free(r->rows);
	zv_free(r);
}

/* ---- from a packet to its rule ----------------------------------------------- */

void
zv_rules_banner(struct zv_calls *t, struct zv_str line)
{
	size_t slash = zv_str_find(line, ZV_STR("/"));
	struct zv_str version = zv_str_from(line, slash + 1);

	if (version.n)
		t->generation =
			version.n > 1 && version.p[0] == '1' && version.p[1] == '.'
				? ZV_OLD
				: ZV_NEW;
}

static void
pick(const struct zv_rules *r, const struct zv_packet *packet,
     const struct wanted *wanted, struct zv_in *in)
{
	in->packet = packet;
	in->there[0] = in->there[1] = 0;
	for (size_t i = 0; i < packet->n_fields; i++) {
		struct zv_str name = packet->fields[i].key;
		unsigned key;

		if (!(wanted->lengths & bit_of(name.n)))
			continue;
		key = find_key(r, name, wanted);
		if (key == ZV_KEY_NONE || zv_in_has(in, key))
			continue;
		in->there[key >> 6] |= (uint64_t)1 << (key & 63);
		in->value[key] = packet->fields[i].value;
	}
}

void
zv_rules_pick(const struct zv_calls *t, const struct zv_packet *packet,
	      const uint8_t *keys, struct zv_in *out)
{
	struct wanted wanted = { 0 };

	for (; *keys; keys++)
		want(&wanted, *keys);
	pick(t->rules, packet, &wanted, out);
}

/* Without a banner (a file that begins in the middle) the first new channel tells:
 * Linkedid came with 12. */
static void
guess_generation(struct zv_calls *t, const struct zv_packet *event)
{
	if (zvon_packet_find(event, ZV_STR("Linkedid")) ||
	    zvon_packet_find(event, ZV_STR("DestLinkedid")))
		t->generation = ZV_NEW;
	else if (zvon_str_equal(event->name, ZV_STR("Newchannel")))
		t->generation = ZV_OLD;
}

static bool
is_for(const struct row *row, const struct zv_calls *t)
{
	return row->rule->generation == ZV_BOTH || t->generation == ZV_BOTH ||
	       (int)row->rule->generation == t->generation;
}

void
zv_rules_run(struct zv_calls *t, const struct zv_packet *event)
{
	struct row *row = find_row(t->rules, event->name);
	struct zv_in in;

	if (row && t->generation == ZV_BOTH)
		guess_generation(t, event);
	while (row && !is_for(row, t))
		row = row->same;
	if (!row)
		return;
	pick(t->rules, event, &row->wanted, &in);
	row->rule->run(t, &in);
}

/* ---- what rules ask ------------------------------------------------------------- */

int
zv_in_int(const struct zv_in *in, enum zv_key key, int otherwise)
{
	long long n;

	return zv_num_parse(zv_in_get(in, key), 0, 999999, &n) < 0 ? otherwise : (int)n;
}

bool
zv_in_is(const struct zv_in *in, enum zv_key key, const char *word)
{
	return zvon_str_equal_nocase(zv_in_get(in, key), zvon_str(word));
}

/* All texts of a packet together are not longer than it, so the room never moves. */
struct zv_str
zv_in_plain(struct zv_calls *t, const struct zv_in *in, enum zv_key key)
{
	struct zv_str value = zv_in_get(in, key), plain;
	char *out;

	if (t->generation != ZV_NEW || !value.n || !memchr(value.p, '\\', value.n))
		return value;
	if (!t->scratch.n &&
	    zv_buf_reserve(&t->scratch, in->packet->text.n + value.n) < 0) {
		t->failed = -1;
		return (struct zv_str){ NULL, 0 };
	}
	if (t->scratch.cap - t->scratch.n < value.n)
		return value;
	out = t->scratch.p + t->scratch.n;
	plain = (struct zv_str){ out, zvon_unescape(value, out) };
	t->scratch.n += plain.n;
	return plain;
}

struct zv_chan *
zv_in_channel(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_CHANNEL),
		.linked_id = zv_in_get(in, ZV_KEY_LINKEDID),
		.number = zv_in_get(in, ZV_KEY_CALLER_ID_NUM),
		.name = zv_in_plain(t, in, ZV_KEY_CALLER_ID_NAME),
		.exten = zv_in_get(in, ZV_KEY_EXTEN),
		.state = zv_in_int(in, ZV_KEY_CHANNEL_STATE, ZV_STATE_UNKNOWN),
	};

	return zv_fact_channel(t, &seen);
}

struct zv_chan *
zv_in_dest(struct zv_calls *t, const struct zv_in *in)
{
	struct zv_seen seen = {
		.unique_id = zv_in_get(in, ZV_KEY_DEST_UNIQUEID),
		.channel = zv_in_get(in, ZV_KEY_DEST_CHANNEL),
		.linked_id = zv_in_get(in, ZV_KEY_DEST_LINKEDID),
		.number = zv_in_get(in, ZV_KEY_DEST_CALLER_ID_NUM),
		.name = zv_in_plain(t, in, ZV_KEY_DEST_CALLER_ID_NAME),
		.state = zv_in_int(in, ZV_KEY_DEST_CHANNEL_STATE, ZV_STATE_UNKNOWN),
	};

	return zv_fact_channel(t, &seen);
}
