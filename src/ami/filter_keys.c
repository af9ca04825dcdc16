#include "ami/filter_keys.h"

#include "base/str.h"

/* What a key means is told by its end: Channel, DestChannel, TransfererChannel. Sorted by
 * the last letter, so that most keys of a packet are compared with none. */
struct ending {
	const char *ending; /* lower case; with a '=' in front: the whole key */
	enum zv_key_kind kind;
};

static const struct ending
	ending_1[] = { { "channel1", ZV_KEY_CHANNEL }, /* Bridge, Link of 1.4-11 */
		       { "callerid1", ZV_KEY_NUMBER },
		       { "", ZV_KEY_KINDS } },
	ending_2[] = { { "channel2", ZV_KEY_CHANNEL },
		       { "callerid2", ZV_KEY_NUMBER },
		       { "", ZV_KEY_KINDS } },
	ending_d[] = { { "callerid", ZV_KEY_NUMBER }, /* 1.4; 200 in Newcallerid */
		       { "", ZV_KEY_KINDS } },
	ending_e[] = { { "=queue", ZV_KEY_QUEUE },
		       { "=source", ZV_KEY_CHANNEL }, /* Dial of 1.4; a number in Cdr */
		       { "=device", ZV_KEY_CHANNEL }, /* DeviceStateChange */
		       { "interface", ZV_KEY_CHANNEL }, /* members of queues */
		       { "", ZV_KEY_KINDS } },
	ending_l[] = { { "channel", ZV_KEY_CHANNEL }, { "", ZV_KEY_KINDS } },
	ending_m[] = { { "calleridnum", ZV_KEY_NUMBER },
		       { "connectedlinenum", ZV_KEY_NUMBER },
		       { "", ZV_KEY_KINDS } },
	ending_n[] = { { "exten", ZV_KEY_NUMBER },
		       { "extension", ZV_KEY_NUMBER },	   /* Newexten of 1.4-11 */
		       { "=destination", ZV_KEY_CHANNEL }, /* Dial; a number in Cdr */
		       { "=location", ZV_KEY_CHANNEL },	   /* QueueMember of 1.8 */
		       { "", ZV_KEY_KINDS } },
	ending_r[] = { { "=peer", ZV_KEY_CHANNEL }, /* PeerStatus */
		       { "=member", ZV_KEY_CHANNEL },
		       { "", ZV_KEY_KINDS } };

static const struct ending *
endings_of(char last)
{
	switch (last) {
	case '1':
		return ending_1;
	case '2':
		return ending_2;
	case 'd':
	case 'D':
		return ending_d;
	case 'e':
		return ending_e;
	case 'l':
		return ending_l;
	case 'm':
		return ending_m;
	case 'n':
		return ending_n;
	case 'r':
		return ending_r;
	default:
		return NULL;
	}
}

static bool
ends_so(struct zv_str key, struct zv_str ending)
{
	if (ending.p[0] == '=')
		return zvon_str_equal_nocase(key, zv_str_from(ending, 1));
	return key.n >= ending.n &&
	       zvon_str_equal_nocase(zv_str_from(key, key.n - ending.n), ending);
}

/* ZV_KEY_KINDS: none. */
static enum zv_key_kind
kind_of(struct zv_str key)
{
	const struct ending *e = key.n ? endings_of(key.p[key.n - 1]) : NULL;

	for (; e && e->kind != ZV_KEY_KINDS; e++)
		if (ends_so(key, zvon_str(e->ending)))
			return e->kind;
	return ZV_KEY_KINDS;
}

static void
add(struct zv_packet_keys *k, enum zv_key_kind kind, struct zv_str value)
{
	if (value.n == 0 || value.p[0] == '<' || k->n[kind] == ZV_KEYS_MAX)
		return; /* "<unknown>", "<null>" */
	for (size_t i = 0; i < k->n[kind]; i++)
		if (zvon_str_equal(k->values[kind][i], value))
			return;
	k->values[kind][k->n[kind]++] = value;
}

void
zv_packet_keys_read(struct zv_packet_keys *k, const struct zv_packet *packet)
{
	memset(k->n, 0, sizeof k->n);
	for (size_t i = 0; i < packet->n_fields; i++) {
		const struct zv_field *f = &packet->fields[i];
		enum zv_key_kind kind = kind_of(f->key);

		if (kind == ZV_KEY_KINDS)
			continue;
		if (kind == ZV_KEY_CHANNEL && f->value.n &&
		    !memchr(f->value.p, '/', f->value.n))
			kind = ZV_KEY_NUMBER; /* Source and Destination of Cdr */
		add(k, kind, f->value);
		if (kind == ZV_KEY_CHANNEL)
			add(k, ZV_KEY_LINE, zv_channel_line(f->value));
	}
}

static bool
is_hex(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = zv_lower((unsigned char)s.p[i]);

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'f'))
			return false;
	}
	return s.n > 0;
}

/* Without `-0000019d` or `-0000019d;1`; `SIP/my-trunk` keeps its dash. */
static struct zv_str
without_serial(struct zv_str s)
{
	for (size_t i = s.n; i > 0; i--) {
		struct zv_str serial = zv_str_from(s, i), half;

		if (s.p[i - 1] != '-')
			continue;
		zv_str_split(&serial, ';', &half);
		return (struct zv_str){ s.p, is_hex(half) ? i - 1 : s.n };
	}
	return s;
}

struct zv_str
zv_channel_line(struct zv_str channel)
{
	const char *slash = channel.n ? memchr(channel.p, '/', channel.n) : NULL;
	struct zv_str line, rest;

	if (!slash)
		return (struct zv_str){ NULL, 0 };
	rest = zv_str_from(channel, (size_t)(slash - channel.p) + 1);
	if (rest.n && memchr(rest.p, '@', rest.n)) {
		zv_str_split(&rest, '@', &line);
		return line;
	}
	return without_serial(rest);
}
