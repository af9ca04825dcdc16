/* OriginateResponse. 16 and 22 give Reason 0 for all failures but silence, where 1.x said
 * 5 (busy, also declined), 8 (congestion) and 1 (hung up from here). That is known from the
 * DialEnd of the channel; what was dialled tells which one it was. The response may come
 * before that DialEnd (both were seen on 16 and 22): then it waits for it. */
#include "base/mem.h"
#include "base/str.h"
#include "legacy/impl.h"

#define REASON_NONE	  0
#define REASON_HANGUP	  1
#define REASON_BUSY	  5
#define REASON_CONGESTION 8
#define CAUSE_BUSY	  17
#define CAUSE_REJECTED	  21
#define CAUSE_CONGESTION  34

/* An Originate without Async has no OriginateResponse, so its failure waits in vain; it
 * must not be taken for that of a later one. Seen were at most 3 packets in between. */
#define LONGEST_WAIT 2000 /* packets */

/* A channel that Originate dials. */
struct zv_old_attempt {
	struct zv_node node;		/* the oldest first */
	struct zv_old_channel *channel; /* NULL: hung up */
	struct zv_str dialled;		/* "PJSIP/200", as the action named it */
	bool has_ended;
	uint64_t since; /* packets, when it ended */
	int reason;
	struct zv_packet *response; /* it came before the end */
};

static void
forget(struct zv_legacy *l, struct zv_old_attempt *a)
{
	if (a->channel)
		a->channel->attempt = NULL;
	zv_list_remove(&a->node);
	l->n_attempts--;
	zvon_packet_free(a->response);
	zv_free(a);
}

static struct zv_old_attempt *
oldest(struct zv_legacy *l)
{
	struct zv_node *node = zv_list_first(&l->attempts);

	return node ? ZV_OWNER(node, struct zv_old_attempt, node) : NULL;
}

void
zv_old_originate_clear(struct zv_legacy *l)
{
	while (l->n_attempts)
		forget(l, oldest(l));
}

static int
reason_of(struct zv_str status, int cause)
{
	if (zvon_str_equal(status, ZV_STR("BUSY")) || cause == CAUSE_BUSY ||
	    cause == CAUSE_REJECTED)
		return REASON_BUSY;
	if (zvon_str_equal(status, ZV_STR("CONGESTION")) || cause == CAUSE_CONGESTION)
		return REASON_CONGESTION;
	/* nobody refused, and it is not the time that is up (that has no DialEnd) */
	if (zvon_str_equal(status, ZV_STR("NOANSWER")) && cause == 0)
		return REASON_HANGUP;
	return REASON_NONE;
}

/* ---- the response ------------------------------------------------------------------------ */

static const struct zv_old_line before_reason[] = {
	{ "ActionID", NULL, ZV_OLD_OPTIONAL },
	{ "Response" },
	{ "Channel" },
	{ "Application", NULL, ZV_OLD_OPTIONAL },
	{ "Data", NULL, ZV_OLD_OPTIONAL },
	{ "Context", NULL, ZV_OLD_OPTIONAL },
	{ "Exten", NULL, ZV_OLD_OPTIONAL },
	{ 0 },
};
static const struct zv_old_line after_reason[] = {
	{ "CallerIDNum", NULL, ZV_OLD_BRACKETS },
	{ "CallerIDName", NULL, ZV_OLD_BRACKETS },
	{ 0 },
};

/* `reason` stands for the 0 of 16 and 22. */
static void
write_response(struct zv_legacy *l, const struct zv_packet *p, int reason)
{
	struct zv_str told = zv_old_get(p, "", "Reason");
	struct zv_str id = zv_old_get(p, "", "Uniqueid");
	char digit = (char)('0' + reason);

	if (zvon_str_equal(told, ZV_STR("0")))
		told = (struct zv_str){ &digit, 1 };
	if (zvon_str_equal(id, ZV_STR("<unknown>")))
		id = ZV_STR("<null>");
	zv_old_begin(l, "OriginateResponse", NULL, p);
	zv_old_lines(l, before_reason, p);
	zv_old_add(l, ZV_STR("Reason"), told);
	zv_old_add(l, ZV_STR("Uniqueid"), id);
	zv_old_lines(l, after_reason, p);
	zv_old_add_vars(l, p, "");
}

/* It is over, or will never be known: a response that waits need not wait any more. */
static void
give_up(struct zv_legacy *l, struct zv_old_attempt *a)
{
	if (a->response)
		write_response(l, a->response, a->reason);
	forget(l, a);
}

static void
give_up_old(struct zv_legacy *l)
{
	struct zv_node *node, *next;

	ZV_EACH(&l->attempts, node, next)
	{
		struct zv_old_attempt *a = ZV_OWNER(node, struct zv_old_attempt, node);

		if (!a->channel && l->counters.in - a->since > LONGEST_WAIT)
			give_up(l, a);
	}
}

static bool
has_dialled(const struct zv_old_attempt *a, struct zv_str dialled)
{
	return !a->response && zvon_str_equal(a->dialled, dialled);
}

/* Of two whose response it may be: who has ended, and who first. */
static struct zv_old_attempt *
likelier(struct zv_old_attempt *a, struct zv_old_attempt *b)
{
	if (!a || (b->has_ended && !a->has_ended))
		return b;
	return b->has_ended && b->since < a->since ? b : a;
}

static struct zv_old_attempt *
find(struct zv_legacy *l, struct zv_str dialled)
{
	struct zv_old_attempt *found = NULL;
	struct zv_node *node, *next;

	give_up_old(l);
	ZV_EACH(&l->attempts, node, next)
	{
		struct zv_old_attempt *a = ZV_OWNER(node, struct zv_old_attempt, node);

		if (has_dialled(a, dialled))
			found = likelier(found, a);
	}
	return found;
}

static bool
is_unexplained(const struct zv_packet *p)
{
	return zvon_str_equal(zv_old_get(p, "", "Response"), ZV_STR("Failure")) &&
	       zvon_str_equal(zv_old_get(p, "", "Reason"), ZV_STR("0"));
}

/* On success Channel and Uniqueid are those of the channel itself. */
static struct zv_old_attempt *
attempt_of(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "", "Uniqueid"));

	return c && c->attempt ? c->attempt : find(l, zv_old_get(p, "", "Channel"));
}

static void
on_response(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	    const struct zv_packet *p)
{
	struct zv_old_attempt *a = attempt_of(l, p);

	if (a && !a->has_ended && !a->response && is_unexplained(p)) {
		a->response = zvon_packet_copy(p);
		l->failed |= !a->response;
		return;
	}
	write_response(l, p, a ? a->reason : REASON_NONE);
	if (a && !a->response)
		forget(l, a);
}

/* ---- the dial without a caller ---------------------------------------------------------- */

static struct zv_old_attempt *
new_attempt(struct zv_str technology, struct zv_str number)
{
	struct zv_old_attempt *a = zv_calloc(1, sizeof *a + technology.n + number.n);
	char *text;

	if (!a)
		return NULL;
	text = (char *)(a + 1);
	memcpy(text, technology.p, technology.n);
	if (number.n)
		memcpy(text + technology.n, number.p, number.n);
	a->dialled = (struct zv_str){ text, technology.n + number.n };
	return a;
}

void
zv_old_originate_begin(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c = zv_old_channel_see(l, p, "Dest");
	struct zv_str number = zv_old_get(p, "", "DialString");
	struct zv_old_attempt *a;
	struct zv_str technology;

	if (!c || c->attempt || number.n > ZV_LEGACY_MAX_NAME)
		return;
	technology =
		(struct zv_str){ c->name.p, zv_str_find(c->name, ZV_STR("/")) + 1 };
	if (technology.n > c->name.n)
		return;
	give_up_old(l);
	if (l->n_attempts == ZV_LEGACY_MAX_ATTEMPTS)
		give_up(l, oldest(l));
	a = new_attempt(technology, number);
	if (!a) {
		l->failed = true;
		return;
	}
	a->channel = c;
	c->attempt = a;
	zv_list_append(&l->attempts, &a->node);
	l->n_attempts++;
}

static void
end(struct zv_legacy *l, struct zv_old_attempt *a, int reason)
{
	a->has_ended = true;
	a->reason = reason;
	a->since = l->counters.in;
	if (a->response)
		give_up(l, a);
}

void
zv_old_originate_end(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "Dest", "Uniqueid"));
	struct zv_str status = zv_old_get(p, "", "DialStatus");

	if (c && c->attempt && !c->attempt->has_ended)
		end(l, c->attempt, reason_of(status, c->cause));
}

void
zv_old_originate_gone(struct zv_legacy *l, struct zv_old_channel *c)
{
	struct zv_old_attempt *a = c->attempt;

	if (!a)
		return;
	c->attempt = NULL;
	a->channel = NULL;
	if (!a->has_ended)
		end(l, a, reason_of(ZV_STR(""), c->cause));
}

const struct zv_legacy_rule zv_legacy_originate_rules[] = {
	{ "OriginateResponse", NULL, before_reason, .fn = on_response },
	{ 0 },
};
