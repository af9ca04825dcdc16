#include "ami/channel_name.h"

#include "base/str.h"

#define COUNT(a)	(sizeof(a) / sizeof *(a))
#define MAX_LINE_DIGITS 6

/* By the technology in front of the slash; all others are peers. */
static const struct {
	struct zv_str name;
	enum zv_tech tech;
} techs[] = {
	{ ZV_STR("Local"), ZV_TECH_LOCAL },
	{ ZV_STR("DAHDI"), ZV_TECH_TRUNK },
	{ ZV_STR("Zap"), ZV_TECH_TRUNK },
	{ ZV_STR("mISDN"), ZV_TECH_TRUNK },
	{ ZV_STR("CAPI"), ZV_TECH_TRUNK },
	{ ZV_STR("Khomp"), ZV_TECH_TRUNK },
	{ ZV_STR("Dongle"), ZV_TECH_TRUNK },
	{ ZV_STR("Quectel"), ZV_TECH_TRUNK },
	{ ZV_STR("Datacard"), ZV_TECH_TRUNK },
	{ ZV_STR("Mobile"), ZV_TECH_TRUNK },
	{ ZV_STR("OOH323"), ZV_TECH_TRUNK },
	{ ZV_STR("H323"), ZV_TECH_TRUNK },
	{ ZV_STR("Motif"), ZV_TECH_TRUNK },
	{ ZV_STR("Gtalk"), ZV_TECH_TRUNK },
	{ ZV_STR("SS7"), ZV_TECH_TRUNK },
	{ ZV_STR("Parking"), ZV_TECH_HELPER },	 /* AMI 1.x: Park action */
	{ ZV_STR("SIPPeer"), ZV_TECH_HELPER },	 /* AMI 1.x: parked by REFER */
	{ ZV_STR("AsyncGoto"), ZV_TECH_HELPER }, /* AMI 1.x: Redirect action */
	{ ZV_STR("Bridge"), ZV_TECH_HELPER },	 /* AMI 1.x: Bridge action */
	{ ZV_STR("Transfered"), ZV_TECH_HELPER },
	{ ZV_STR("Surrogate"), ZV_TECH_HELPER },
	{ ZV_STR("CBAnn"), ZV_TECH_HELPER }, /* ConfBridge announces, records */
	{ ZV_STR("CBRec"), ZV_TECH_HELPER },
	{ ZV_STR("ConfBridgeRecorder"), ZV_TECH_HELPER }, /* 10, 11 */
	{ ZV_STR("Announcer"), ZV_TECH_HELPER },
	{ ZV_STR("Recorder"), ZV_TECH_HELPER },
	{ ZV_STR("Message"), ZV_TECH_HELPER },
	{ ZV_STR("Snoop"), ZV_TECH_HELPER },
	{ ZV_STR("UnicastRTP"), ZV_TECH_HELPER },
	{ ZV_STR("MulticastRTP"), ZV_TECH_HELPER },
	{ ZV_STR("AudioSocket"), ZV_TECH_HELPER },
	{ ZV_STR("Console"), ZV_TECH_PEER },
};

static const struct zv_str unknown_words[] = {
	ZV_STR("<unknown>"),  ZV_STR("unknown"),     ZV_STR("anonymous"),
	ZV_STR("<null>"),     ZV_STR("unavailable"), ZV_STR("withheld"),
	ZV_STR("restricted"),
};

enum zv_tech
zv_name_tech(struct zv_str channel)
{
	struct zv_str tech = { channel.p, zv_str_find(channel, ZV_STR("/")) };

	/* A conference's clock (MeetMe). */
	if (zv_str_starts_nocase(zv_str_from(channel, tech.n), ZV_STR("/pseudo-")))
		return ZV_TECH_HELPER;
	for (size_t i = 0; i < COUNT(techs); i++)
		if (zvon_str_equal_nocase(tech, techs[i].name))
			return techs[i].tech;
	return ZV_TECH_PEER;
}

bool
zv_name_is_line_number(struct zv_str s)
{
	if (s.n == 0 || s.n > MAX_LINE_DIGITS)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

bool
zv_name_is_number(struct zv_str s)
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

struct zv_str
zv_name_known(struct zv_str s)
{
	for (size_t i = 0; i < COUNT(unknown_words); i++)
		if (s.n == unknown_words[i].n &&
		    zvon_str_equal_nocase(s, unknown_words[i]))
			return (struct zv_str){ NULL, 0 };
	return s;
}

/* Goes back to the last star only, so it takes no more than
 * the product of both lengths. */
bool
zv_name_is_like(struct zv_str pattern, struct zv_str s)
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

static bool
is_any_match(const struct zv_str *patterns, size_t n, struct zv_str channel,
	     struct zv_str peer)
{
	for (size_t i = 0; i < n; i++)
		if (zv_name_is_like(patterns[i], peer) ||
		    zv_name_is_like(patterns[i], channel))
			return true;
	return false;
}

bool
zv_trunks_has(const struct zv_trunks *t, struct zv_str channel, struct zv_str peer,
	      struct zv_str number)
{
	if (is_any_match(t->lines, t->n_lines, channel, peer))
		return false;
	if (is_any_match(t->trunks, t->n_trunks, channel, peer))
		return true;
	if (zv_name_tech(channel) == ZV_TECH_TRUNK)
		return true;
	return !zv_name_is_line_number(peer) && !zv_name_is_line_number(number);
}
