/* Whose event is it? The channel that was asked for, those that it dials, and those that may be
 * it; and what they have just done. */
#include "call/originate_event.h"

void
zv_originate_peer_name(struct zv_str dialled, struct zv_name *out)
{
	struct zv_str rest = dialled, technology, peer = { NULL, 0 };
	size_t at;

	out->n = 0;
	if (!zv_str_split(&rest, '/', &technology) || !zv_str_split(&rest, '/', &peer))
		return;
	at = zv_str_find(peer, ZV_STR("@"));
	if (at < peer.n && !zvon_str_equal_nocase(technology, ZV_STR("Local")))
		peer = zv_str_from(peer, at + 1);
	if (technology.n + peer.n + 2 > sizeof out->p || peer.n == 0)
		return;
	zv_name_set(out, technology);
	out->p[out->n++] = '/';
	memcpy(out->p + out->n, peer.p, peer.n);
	out->n += peer.n;
	out->p[out->n++] = '-';
}

bool
zv_originate_is_own(const struct zv_originate *o, const struct zv_packet *event,
		    const char *key)
{
	return zv_name_is(&o->own.unique_id, zv_event_get(event, key));
}

struct zv_party *
zv_originate_far(struct zv_originate *o, struct zv_str unique_id)
{
	struct zv_node *node, *next;

	ZV_EACH(&o->far, node, next)
	{
		struct zv_party *far = ZV_OWNER(node, struct zv_party, node);

		if (zv_name_is(&far->unique_id, unique_id))
			return far;
	}
	return NULL;
}

static struct zv_party *
find_candidate(struct zv_originate *o, struct zv_str unique_id)
{
	for (size_t i = 0; i < o->n_candidates; i++)
		if (zv_name_is(&o->candidates[i].unique_id, unique_id))
			return &o->candidates[i];
	return NULL;
}

struct zv_party *
zv_originate_party(struct zv_originate *o, struct zv_str unique_id)
{
	struct zv_party *far;

	if (zv_name_is(&o->own.unique_id, unique_id))
		return &o->own;
	far = zv_originate_far(o, unique_id);
	return far ? far : find_candidate(o, unique_id);
}

/* A Local channel is two: `;1` is the one that was asked for. */
bool
zv_originate_looks_ours(const struct zv_originate *o, const struct zv_packet *event)
{
	struct zv_str channel = zv_event_get(event, "Channel");

	return !o->wanted_id.n && o->peer.n &&
	       zv_event_int(event, "ChannelState") == ZV_CHANNEL_STATE_DOWN &&
	       zv_str_starts_nocase(channel, zv_name_str(&o->peer)) &&
	       channel.n > o->peer.n && !zv_str_ends(channel, ZV_STR(";2"));
}

void
zv_originate_adopt(struct zv_originate *o, struct zv_str channel,
		   struct zv_str unique_id, bool sure)
{
	struct zv_party *known = find_candidate(o, unique_id);

	o->seen = true;
	if (!zv_name_is(&o->own.unique_id, unique_id)) {
		if (o->own_is_sure && !o->own.forwarded)
			return;
		if (!o->wanted_id.n && !o->own.forwarded)
			zv_name_set(&o->call, unique_id);
		o->own = known ? *known : (struct zv_party){ 0 };
		zv_name_set(&o->own.unique_id, unique_id);
	}
	o->own_is_sure |= sure;
	zv_name_set(&o->own.channel, channel);
}

bool
zv_originate_is_own_by_guess(struct zv_originate *o, struct zv_party *party)
{
	if (party == &o->own)
		return true;
	if (o->own.unique_id.n || party < o->candidates ||
	    party >= o->candidates + o->n_candidates)
		return false;
	zv_originate_adopt(o, zv_name_str(&party->channel),
			   zv_name_str(&party->unique_id), false);
	return true;
}

void
zv_originate_ring(struct zv_originate *o, struct zv_party *party,
		  enum zv_originate_side side)
{
	if (party->ringing || party->up)
		return;
	party->ringing = true;
	zv_originate_tell(o, ZV_ORIGINATE_RINGING, side, party, ZV_STR(""));
}

void
zv_originate_answered(struct zv_originate *o, const struct zv_party *by,
		      const char *how)
{
	if (o->cancelled)
		return; /* our hang-up is on its way */
	zv_originate_own_up(o);
	zv_originate_conclude(o, ZV_RESULT_ANSWERED, ZV_SIDE_FAR, by, "%s%s%.*s", how,
			      by ? " " : "", by ? (int)by->channel.n : 0,
			      by ? by->channel.p : "");
}
