#include "hist/channel.h"

#include "ami/channel_name.h"
#include "base/num.h"
#include "base/str.h"

#define MAX_TIMEOUT_S 1000000

enum zv_channel_kind
zv_channel_kind(struct zv_str channel)
{
	static const enum zv_channel_kind kinds[] = {
		[ZV_TECH_PEER] = ZV_CHANNEL_PEER,
		[ZV_TECH_TRUNK] = ZV_CHANNEL_TRUNK,
		[ZV_TECH_LOCAL] = ZV_CHANNEL_LOCAL,
		[ZV_TECH_HELPER] = ZV_CHANNEL_NONE,
	};

	if (zv_str_find(channel, ZV_STR("/")) == channel.n)
		return ZV_CHANNEL_NONE;
	return kinds[zv_name_tech(channel)];
}

struct zv_str
zv_channel_plain(struct zv_str channel)
{
	size_t slash = zv_str_find(channel, ZV_STR("/"));
	struct zv_str rest = zv_str_from(channel, slash + 1);

	channel.n = zv_str_find(channel, ZV_STR("<"));
	if (zv_channel_kind(channel) != ZV_CHANNEL_NONE ||
	    zv_channel_kind(rest) == ZV_CHANNEL_NONE)
		return channel;
	rest.n = zv_str_find(rest, ZV_STR("<"));
	return rest;
}

static bool
is_unique_part(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("0123456789abcdefABCDEF", s.p[i]) || s.p[i] == '\0')
			return false;
	return s.n >= 6;
}

/* Up to the last dash, if what follows is what Asterisk puts there: a peer's name may have
 * dashes, and what was dialled has no such part. */
struct zv_str
zv_channel_peer(struct zv_str channel)
{
	struct zv_str peer =
		zv_str_from(channel, zv_str_find(channel, ZV_STR("/")) + 1);
	size_t n;

	for (n = peer.n; n && peer.p[n - 1] != '-'; n--)
		;
	if (n > 1 && (is_unique_part(zv_str_from(peer, n)) ||
		      zv_channel_kind(channel) == ZV_CHANNEL_TRUNK))
		peer.n = n - 1;
	peer.n = zv_str_find(peer, ZV_STR("/")); /* "i1" of DAHDI/i1/5551234-3 */
	return peer;
}

struct zv_str
zv_channel_pair(struct zv_str channel)
{
	if (channel.n > 2 && channel.p[channel.n - 2] == ';')
		channel.n -= 2;
	return channel;
}

bool
zv_channel_is_first_half(struct zv_str channel)
{
	return zv_str_ends(channel, ZV_STR(";1"));
}

/* ---- what Dial was told ---------------------------------------------------------------- */

/* 1.4 parts with '|'. */
struct zv_str
zv_dialled_list(struct zv_str data, int *timeout_s)
{
	struct zv_str list = data, rest, timeout;
	long long seconds = 0;
	size_t n = 0;

	while (n < data.n && data.p[n] != ',' && data.p[n] != '|')
		n++;
	list.n = n;
	rest = zv_str_from(data, n + 1);
	for (n = 0; n < rest.n && rest.p[n] >= '0' && rest.p[n] <= '9'; n++)
		;
	timeout = (struct zv_str){ rest.p, n };
	*timeout_s = zv_num_parse(timeout, 0, MAX_TIMEOUT_S, &seconds) < 0
			     ? 0
			     : (int)seconds;
	return list;
}

/* chan_pjsip says "89161234567@trunk", chan_sip may also say "trunk/89161234567", DAHDI
 * "g1/89161234567", FreePBX "101/sip:101@192.0.2.11". */
static void
read_dialled(struct zv_str item, struct zv_dialled *out)
{
	struct zv_str what = zv_str_from(item, zv_str_find(item, ZV_STR("/")) + 1);
	size_t at = zv_str_find(what, ZV_STR("@")),
	       slash = zv_str_find(what, ZV_STR("/"));
	struct zv_str number = { NULL, 0 };

	*out = (struct zv_dialled){ .channel = item, .peer = what };
	if (slash < at) {
		number = zv_str_from(what, slash + 1);
		out->peer.n = slash;
	} else if (at < what.n) {
		number = (struct zv_str){ what.p, at };
		out->peer = zv_str_from(what, at + 1);
		out->peer.n = zv_str_find(out->peer, ZV_STR("/"));
	}
	if (zv_name_is_number(number))
		out->number = number;
}

bool
zv_dialled_next(struct zv_str *list, struct zv_dialled *out)
{
	struct zv_str item;

	while (zv_str_split(list, '&', &item)) {
		if (zv_str_find(item, ZV_STR("/")) >= item.n)
			continue;
		read_dialled(item, out);
		return true;
	}
	return false;
}
