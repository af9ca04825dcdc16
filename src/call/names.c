#include "call/model.h"

#include "base/str.h"

/* Up to the last dash: a peer's name may have dashes, what follows has none. */
struct zv_str
zv_name_peer(struct zv_str channel)
{
	struct zv_str peer =
		zv_str_from(channel, zv_str_find(channel, ZV_STR("/")) + 1);
	size_t n;

	for (n = peer.n; n && peer.p[n - 1] != '-'; n--)
		;
	if (n > 1)
		peer.n = n - 1;
	peer.n = zv_str_find(peer, ZV_STR("/")); /* "i1" of DAHDI/i1/5551234-3 */
	return peer;
}

/* chan_pjsip says "89161234567@trunk", chan_sip may also say "trunk/89161234567", DAHDI
 * "g1/89161234567"; a queue says it all: "PJSIP/101". */
struct zv_str
zv_name_dialled(struct zv_str dialstring, struct zv_str channel)
{
	struct zv_str tech = { channel.p, zv_str_find(channel, ZV_STR("/")) };
	struct zv_str number = { NULL, 0 };
	size_t at, slash;

	if (dialstring.n > tech.n && dialstring.p[tech.n] == '/' &&
	    zv_str_starts_nocase(dialstring, tech))
		dialstring = zv_str_from(dialstring, tech.n + 1);
	at = zv_str_find(dialstring, ZV_STR("@"));
	slash = zv_str_find(dialstring, ZV_STR("/"));
	if (at < dialstring.n)
		number = (struct zv_str){ dialstring.p, at };
	else if (slash < dialstring.n)
		number = zv_str_from(dialstring, slash + 1);
	return zv_name_is_number(number) ? number : (struct zv_str){ NULL, 0 };
}

/* Asterisk's special extensions have one letter: s start, h hang-up, i invalid, t
 * timeout, T absolute timeout, o operator, a assistant, e exception. */
bool
zv_name_is_exten(struct zv_str exten)
{
	return exten.n > 1 || (exten.n == 1 && (!memchr("shitToae", exten.p[0], 8)));
}

bool
zv_name_is_trunk(const struct zv_calls *t, struct zv_str channel, struct zv_str number)
{
	const struct zv_trunks known = {
		.trunks = t->trunks,
		.n_trunks = t->n_trunks,
		.lines = t->lines,
		.n_lines = t->n_lines,
	};

	return zv_trunks_has(&known, channel, zv_name_peer(channel), number);
}
