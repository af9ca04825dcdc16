/* Dial: 1.x told the beginning for each destination, and the end once, when the
 * application was over; 12+ tells the end of each destination when it is known. So a
 * DialEnd is held back until the Dial is over:
 *
 *   - all destinations are hung up: behind the Hangup of the last, as 1.x did
 *   - the caller goes on in the dialplan, or is to be hung up: before that. PJSIP hangs up
 *     on a thread of its own, so the last destination's Hangup may come later
 *   - the caller is hung up: before that */
#include "base/str.h"
#include "legacy/impl.h"

#define CAUSE_REJECTED 21 /* SIP 603: chan_sip of 1.x took it for busy */

/* In order of weight: what Dial() says when its destinations came to different ends. */
static const struct {
	const char *name; /* of 12+ */
	const char *old;
} statuses[] = {
	{ "CHANUNAVAIL", "CHANUNAVAIL" },
	{ "CONGESTION", "CONGESTION" },
	{ "BUSY", "BUSY" },
	{ "NOANSWER", "NOANSWER" },
	{ "CANCEL", "CANCEL" },
	{ "ABORT", "ANSWER" }, /* these three: answered, then a macro decided */
	{ "CONTINUE", "ANSWER" },
	{ "GOTO", "ANSWER" },
	{ "ANSWER", "ANSWER" },
};

enum {
	N_STATUSES = sizeof statuses / sizeof *statuses,
};

static int
status_of(struct zv_str name)
{
	for (int i = 0; i < N_STATUSES; i++)
		if (zvon_str_equal(zvon_str(statuses[i].name), name))
			return i;
	return -1;
}

/* ---- the beginning ----------------------------------------------------------------------- */

static const struct zv_old_line begin[] = {
	{ "SubEvent", "Begin", ZV_OLD_TEXT },
	{ "Channel" },
	{ "Destination", "DestChannel" },
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineNum", NULL, ZV_OLD_BRACKETS },
	{ "ConnectedLineName", NULL, ZV_OLD_BRACKETS },
	{ "UniqueID", "Uniqueid" },
	{ "DestUniqueID", "DestUniqueid" },
	{ "Dialstring", "DialString" },
	{ 0 },
};

/* Queue() of 12+ tells its calls as dials, with the member's interface, `PJSIP/101`;
 * Dial() tells what stands behind the technology, `101`. 1.x had no Dial of queues. */
static bool
is_of_queue(const struct zv_packet *p)
{
	struct zv_str dest = zv_old_get(p, "Dest", "Channel");
	struct zv_str dialled = zv_old_get(p, "", "DialString");
	size_t technology = zv_str_find(dest, ZV_STR("/")) + 1;

	return technology <= dest.n &&
	       zv_str_starts(dialled, (struct zv_str){ dest.p, technology });
}

/* Where the caller is in the dialplan: another place is another Dial(). */
static bool
is_at(const struct zv_old_channel *caller, const struct zv_packet *p)
{
	struct zv_str place = zv_buf_str(&caller->place), context, exten;

	return zv_str_split(&place, '\n', &context) &&
	       zv_str_split(&place, '\n', &exten) &&
	       zvon_str_equal(context, zv_old_get(p, "", "Context")) &&
	       zvon_str_equal(exten, zv_old_get(p, "", "Exten")) &&
	       zvon_str_equal(place, zv_old_get(p, "", "Priority"));
}

static void
note_place(struct zv_legacy *l, struct zv_old_channel *caller,
	   const struct zv_packet *p)
{
	struct zv_buf *place = &caller->place;

	zv_buf_clear(place);
	zv_buf_add(place, zv_old_get(p, "", "Context"));
	zv_buf_add_char(place, '\n');
	zv_buf_add(place, zv_old_get(p, "", "Exten"));
	zv_buf_add_char(place, '\n');
	zv_buf_add(place, zv_old_get(p, "", "Priority"));
	l->failed |= zv_buf_failed(place);
}

static void
attach(struct zv_old_channel *caller, struct zv_old_channel *dest, bool is_open)
{
	zv_old_dest_detach(dest);
	dest->caller = caller;
	dest->is_open = is_open;
	caller->n_open += is_open;
	zv_list_append(&caller->dests, &dest->in_dests);
}

static void
note_begin(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *caller = zv_old_channel_see(l, p, "");
	struct zv_old_channel *dest = caller ? zv_old_channel_see(l, p, "Dest") : NULL;

	if (!dest || dest == caller)
		return;
	if (caller->dials && caller->n_open == 0 && !is_at(caller, p))
		zv_old_dial_is_over(l, caller, p, false);
	if (!caller->dials) {
		caller->dials = true;
		caller->status = -1;
		note_place(l, caller, p);
	}
	attach(caller, dest, true);
}

static void
on_begin(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	 const struct zv_packet *p)
{
	if (zv_old_get(p, "", "Channel").n == 0) {
		zv_old_originate_begin(l, p);
	} else if (!is_of_queue(p)) {
		note_begin(l, p);
		zv_old_row(l, rule, p);
	}
}

/* ---- the end ------------------------------------------------------------------------------ */

/* All that belongs to the Dial is undone; destinations that live on are nobody's. */
static void
finish(struct zv_old_channel *caller)
{
	struct zv_node *node, *next;

	caller->dials = false;
	caller->status = -1;
	ZV_EACH(&caller->dests, node, next)
	zv_old_dest_detach(ZV_OWNER(node, struct zv_old_channel, in_dests));
}

static void
write_end(struct zv_legacy *l, struct zv_old_channel *caller,
	  const struct zv_packet *like)
{
	/* never told: the caller was hung up before any destination was done */
	int status = caller->status < 0 ? status_of(ZV_STR("CANCEL")) : caller->status;

	zv_old_begin(l, "Dial", "call,all", like);
	zv_old_add_text(l, "SubEvent", "End");
	zv_old_add(l, ZV_STR("Channel"), caller->name);
	zv_old_add(l, ZV_STR("UniqueID"), caller->id);
	zv_old_add_text(l, "DialStatus", statuses[status].old);
	zv_old_add_kept_vars(l, caller);
	finish(caller);
}

void
zv_old_dial_is_over(struct zv_legacy *l, struct zv_old_channel *caller,
		    const struct zv_packet *like, bool for_sure)
{
	if (caller->dials && (for_sure || (caller->n_open == 0 && caller->status >= 0)))
		write_end(l, caller, like);
}

void
zv_old_dial_dest_gone(struct zv_legacy *l, struct zv_old_channel *dest,
		      const struct zv_packet *like)
{
	struct zv_old_channel *caller = dest->caller;

	zv_old_dest_detach(dest);
	if (caller && caller->status >= 0 && zv_list_is_empty(&caller->dests))
		write_end(l, caller, like);
}

static void
weigh(struct zv_old_channel *caller, const struct zv_old_channel *dest,
      struct zv_str name)
{
	int status = status_of(name);

	if (status == status_of(ZV_STR("NOANSWER")) && dest->cause == CAUSE_REJECTED)
		status = status_of(ZV_STR("BUSY"));
	if (status > caller->status)
		caller->status = status;
}

/* A destination nobody had begun to dial took the call by pickup. A forwarded one is
 * dialled further: its end is not the Dial's. */
static void
note_end(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *caller =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));
	struct zv_old_channel *dest;

	if (!caller || !caller->dials)
		return;
	caller = zv_old_channel_see(l, p, "");
	dest = caller ? zv_old_channel_see(l, p, "Dest") : NULL;
	if (!dest || dest == caller)
		return;
	if (dest->caller != caller)
		attach(caller, dest, true);
	caller->n_open -= dest->is_open;
	dest->is_open = false;
	if (zv_old_get(p, "", "Forward").n == 0)
		weigh(caller, dest, zv_old_get(p, "", "DialStatus"));
}

static void
on_end(struct zv_legacy *l, const struct zv_legacy_rule *rule,
       const struct zv_packet *p)
{
	if (zv_old_get(p, "", "Channel").n == 0)
		zv_old_originate_end(l, p);
	else
		note_end(l, p);
}

static void
on_nothing(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	   const struct zv_packet *p)
{
}

const struct zv_legacy_rule zv_legacy_dial_rules[] = {
	{ "DialBegin", "Dial", begin, NULL, { "", "Dest" }, on_begin },
	{ "DialEnd", .fn = on_end },
	{ "DialState", .fn = on_nothing, .is_new = true },
	{ 0 },
};
