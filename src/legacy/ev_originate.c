/* OriginateResponse. 16 and 22 give Reason 0 for all failures but silence, where 1.x said
 * 5 (busy, also declined), 8 (congestion) and 1 (hung up from here). That is known from the DialEnd of the
 * channel, which comes a little before; what was dialled tells which one it was. */
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

struct failure {
	struct zv_node node; /* the oldest first */
	uint64_t since;	     /* packets */
	int reason;
	struct zv_str dialled; /* "PJSIP/200", as the action named it */
};

static void
forget(struct zv_legacy *l, struct failure *f)
{
	zv_list_remove(&f->node);
	l->n_failures--;
	zv_free(f);
}

static struct failure *
oldest(struct zv_legacy *l)
{
	struct zv_node *node = zv_list_first(&l->failures);

	return node ? ZV_OWNER(node, struct failure, node) : NULL;
}

void
zv_old_originate_clear(struct zv_legacy *l)
{
	while (l->n_failures)
		forget(l, oldest(l));
}

static struct failure *
find(struct zv_legacy *l, struct zv_str dialled)
{
	struct zv_node *node, *next;
	struct failure *f;

	while ((f = oldest(l)) && l->counters.in - f->since > LONGEST_WAIT)
		forget(l, f);
	ZV_EACH(&l->failures, node, next)
	{
		f = ZV_OWNER(node, struct failure, node);
		if (zvon_str_equal(f->dialled, dialled))
			return f;
	}
	return NULL;
}

static void
remember(struct zv_legacy *l, struct zv_str technology, struct zv_str number,
	 int reason)
{
	struct failure *f = zv_malloc(sizeof *f + technology.n + number.n);
	char *text = (char *)(f + 1);

	if (!f) {
		l->failed = true;
		return;
	}
	memcpy(text, technology.p, technology.n);
	if (number.n)
		memcpy(text + technology.n, number.p, number.n);
	*f = (struct failure){
		.since = l->counters.in,
		.reason = reason,
		.dialled = { text, technology.n + number.n },
	};
	zv_list_append(&l->failures, &f->node);
	if (++l->n_failures > ZV_LEGACY_MAX_FAILED)
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

/* ---- the dial without a caller ---------------------------------------------------------- */

/* What was dialled stands in DialBegin only, the result in DialEnd: the channel keeps it,
 * as its place in the dialplan, which it has not. */
void
zv_old_originate_begin(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c = zv_old_channel_see(l, p, "Dest");
	struct zv_str dialled = zv_old_get(p, "", "DialString");

	if (!c || dialled.n > ZV_LEGACY_MAX_NAME)
		return;
	zv_buf_clear(&c->place);
	if (zv_buf_add(&c->place, dialled) < 0)
		l->failed = true;
}

void
zv_old_originate_end(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_old_channel *c =
		zv_old_channel_find(l, zv_old_get(p, "Dest", "Uniqueid"));
	int reason;

	if (!c || c->dials)
		return;
	reason = reason_of(zv_old_get(p, "", "DialStatus"), c->cause);
	if (reason != REASON_NONE) {
		struct zv_str technology = c->name;

		technology.n = zv_str_find(technology, ZV_STR("/")) + 1;
		if (technology.n <= c->name.n)
			remember(l, technology, zv_buf_str(&c->place), reason);
	}
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

static void
add_reason(struct zv_legacy *l, const struct zv_packet *p)
{
	struct zv_str reason = zv_old_get(p, "", "Reason");
	struct failure *f = NULL;
	char digit;

	if (zvon_str_equal(zv_old_get(p, "", "Response"), ZV_STR("Failure")))
		f = find(l, zv_old_get(p, "", "Channel"));
	if (!f || !zvon_str_equal(reason, ZV_STR("0"))) {
		zv_old_add(l, ZV_STR("Reason"), reason);
	} else {
		digit = (char)('0' + f->reason);
		zv_old_add(l, ZV_STR("Reason"), (struct zv_str){ &digit, 1 });
	}
	if (f)
		forget(l, f);
}

static void
on_response(struct zv_legacy *l, const struct zv_legacy_rule *rule,
	    const struct zv_packet *p)
{
	struct zv_str id = zv_old_get(p, "", "Uniqueid");

	zv_old_begin(l, rule->name, NULL, p);
	zv_old_lines(l, before_reason, p);
	add_reason(l, p);
	if (zvon_str_equal(id, ZV_STR("<unknown>")))
		id = ZV_STR("<null>");
	zv_old_add(l, ZV_STR("Uniqueid"), id);
	zv_old_lines(l, after_reason, p);
	zv_old_add_vars(l, p, "");
}

const struct zv_legacy_rule zv_legacy_originate_rules[] = {
	{ "OriginateResponse", NULL, before_reason, .fn = on_response },
	{ 0 },
};
