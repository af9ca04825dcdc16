#include "hist/channel.h"

#include "base/num.h"
#include "base/str.h"

#define COUNT(a)	(sizeof(a) / sizeof *(a))
#define MAX_LINE_DIGITS 6
#define MAX_TIMEOUT_S	1000000

/* By the technology in front of the slash; all others are peers. */
static const struct {
	struct zv_str name;
	enum zv_channel_kind kind;
} techs[] = {
	{ ZV_STR("Local"), ZV_CHANNEL_LOCAL },
	{ ZV_STR("DAHDI"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Zap"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("mISDN"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("CAPI"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Khomp"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Dongle"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Quectel"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Datacard"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Mobile"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("OOH323"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("H323"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Motif"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Gtalk"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("SS7"), ZV_CHANNEL_TRUNK },
	{ ZV_STR("Parking"), ZV_CHANNEL_NONE },
	{ ZV_STR("SIPPeer"), ZV_CHANNEL_NONE },
	{ ZV_STR("AsyncGoto"), ZV_CHANNEL_NONE },
	{ ZV_STR("Bridge"), ZV_CHANNEL_NONE },
	{ ZV_STR("Transfered"), ZV_CHANNEL_NONE },
	{ ZV_STR("Surrogate"), ZV_CHANNEL_NONE },
	{ ZV_STR("CBAnn"), ZV_CHANNEL_NONE },
	{ ZV_STR("CBRec"), ZV_CHANNEL_NONE },
	{ ZV_STR("ConfBridgeRecorder"), ZV_CHANNEL_NONE },
	{ ZV_STR("Announcer"), ZV_CHANNEL_NONE },
	{ ZV_STR("Recorder"), ZV_CHANNEL_NONE },
	{ ZV_STR("Message"), ZV_CHANNEL_NONE },
	{ ZV_STR("OutgoingSpoolFailed"), ZV_CHANNEL_NONE },
};

static const struct zv_str unknown_words[] = {
	ZV_STR("<unknown>"),  ZV_STR("unknown"),     ZV_STR("anonymous"),
	ZV_STR("<null>"),     ZV_STR("unavailable"), ZV_STR("withheld"),
	ZV_STR("restricted"),
};

enum zv_channel_kind
zv_channel_kind(struct zv_str channel)
{
	struct zv_str tech = { channel.p, zv_str_find(channel, ZV_STR("/")) };

	if (tech.n == channel.n)
		return ZV_CHANNEL_NONE;
	for (size_t i = 0; i < COUNT(techs); i++)
		if (zvon_str_equal_nocase(tech, techs[i].name))
			return techs[i].kind;
	return ZV_CHANNEL_PEER;
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

bool
zv_is_line_number(struct zv_str s)
{
	if (s.n == 0 || s.n > MAX_LINE_DIGITS)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

struct zv_str
zv_known_number(struct zv_str s)
{
	for (size_t i = 0; i < COUNT(unknown_words); i++)
		if (zvon_str_equal_nocase(s, unknown_words[i]))
			return (struct zv_str){ NULL, 0 };
	return s;
}

/* Goes back to the last star only, so it takes no more than the product of both lengths. */
bool
zv_is_like(struct zv_str pattern, struct zv_str s)
{
	size_t i = 0, k = 0, star = pattern.n, from = 0;

	while (k < s.n) {
		if (i < pattern.n && pattern.p[i] == '*') {
			star = i++;
			from = k;
		} else if (i < pattern.n && zv_lower((unsigned char)pattern.p[i]) ==
						    zv_lower((unsigned char)s.p[k])) {
			i++;
			k++;
		} else if (star < pattern.n) {
			i = star + 1;
			k = ++from;
		} else {
			return false;
		}
	}
	while (i < pattern.n && pattern.p[i] == '*')
		i++;
	return i == pattern.n;
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

static bool
is_number(struct zv_str s)
{
	size_t digits = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] >= '0' && s.p[i] <= '9')
			digits++;
		else if (!strchr("+*#", s.p[i]) || s.p[i] == '\0')
			return false;
	}
	return digits > 0;
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
	if (is_number(number))
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
