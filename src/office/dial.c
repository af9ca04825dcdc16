/* The Dial application: one party, until it answers, refuses or time is up. */
#include "office/bridge.h"
#include "office/call.h"
#include "office/cdr.h"
#include "office/channel.h"
#include "office/plan.h"
#include "office/write.h"

#include "base/num.h"

#define MOST_RING_S 3600

static void
set_status(struct zv_channel *caller, const char *status)
{
	zv_channel_set(caller->office, caller, "DIALSTATUS", status);
}

static void
dial_end(struct zv_channel *callee, const char *status)
{
	zv_event_dial(callee->ringer, callee, "DialEnd", "DialStatus", status);
}

static void
on_ringing(struct zv_channel *callee)
{
	struct zv_channel *caller = callee->ringer;

	zv_event_dial(caller, callee, "DialState", "DialStatus", "RINGING");
	zv_channel_set_int(caller, "RINGTIME",
			   (caller->office->now_ms - caller->dialed_ms) / 1000);
}

/* The caller is let go of, with nobody at the other end. */
static struct zv_channel *
untie(struct zv_channel *callee)
{
	struct zv_channel *caller = callee->ringer;

	zv_office_timer_stop(&caller->timer);
	callee->ringer = caller->callee = NULL;
	return caller;
}

static void
on_answered(struct zv_channel *callee)
{
	struct zv_channel *caller = callee->ringer;

	set_status(caller, "ANSWER");
	zv_channel_set(caller->office, caller, "DIALEDPEERNAME", callee->name);
	callee->exten[0] = '\0';
	dial_end(callee, "ANSWER");
	untie(callee);
	zv_office_timer_stop(&caller->patience);
	zv_channel_set_state(caller, ZV_CHANNEL_UP);
	zv_cdr_answered(caller);
	zv_event_newexten(callee);
	if (!zv_bridge_join(callee, caller))
		zv_hangup(callee, 0, 0);
}

static void
on_refused(struct zv_channel *callee, int cause)
{
	static const struct {
		int cause;
		const char *status, *disposition;
	} kinds[] = {
		{ 17, "BUSY", "BUSY" },
		{ 21, "NOANSWER", "NO ANSWER" },
		{ 34, "CONGESTION", "CONGESTION" },
	};
	struct zv_channel *caller;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (kinds[i].cause != cause)
			continue;
		dial_end(callee, kinds[i].status);
		set_status(callee->ringer, kinds[i].status);
		zv_cdr_close(callee->ringer, kinds[i].disposition);
	}
	caller = untie(callee);
	caller->cause = cause;
	caller->sip = callee->sip;
	zv_plan_next(caller);
}

static void
on_gone(struct zv_channel *callee)
{
	dial_end(callee, "NOANSWER");
	set_status(callee->ringer, "NOANSWER");
	zv_cdr_close(callee->ringer, "NO ANSWER");
	zv_plan_next(untie(callee));
}

static void
on_cancelled(struct zv_channel *callee)
{
	dial_end(callee, "CANCEL");
	zv_cdr_close(callee->ringer, "NO ANSWER");
}

static const struct zv_tie tie = {
	.ringing = on_ringing,
	.answered = on_answered,
	.refused = on_refused,
	.gone = on_gone,
	.cancelled = on_cancelled,
};

static void
on_time_up(struct zv_office_timer *timer)
{
	struct zv_channel *caller = ZV_OWNER(timer, struct zv_channel, timer);
	struct zv_channel *callee = caller->callee;

	on_gone(callee);
	callee->tie = NULL;
	zv_hangup(callee, 0, 0);
}

/* ---- the application ------------------------------------------------------- */

static const char *const cleared[] = {
	"DIALSTATUS",	   "DIALEDPEERNUMBER", "DIALEDPEERNAME",  "ANSWEREDTIME",
	"ANSWEREDTIME_MS", "DIALEDTIME",       "DIALEDTIME_MS",	  "RINGTIME",
	"RINGTIME_MS",	   "PROGRESSTIME",     "PROGRESSTIME_MS",
};

static struct zv_channel *
make_callee(struct zv_channel *caller, const struct zv_target *target)
{
	struct zv_office *o = caller->office;
	struct zv_party party = { 0 };
	struct zv_channel *callee;

	if (!target->line->is_trunk) {
		ZV_COPY(party.number, zvon_str(target->line->number));
		ZV_COPY(party.name, zvon_str(target->line->name));
	}
	callee = zv_channel_new(o, target->line, ZV_CHANNEL_DOWN, &party, "s", caller,
				ZV_STR(""));
	if (!callee)
		return NULL;
	callee->ringer = caller;
	caller->callee = callee;
	caller->dialed_ms = o->now_ms;
	zv_channel_set(o, callee, "DIALEDPEERNUMBER", target->number);
	zv_show_caller(callee, caller, "AppDial");
	zv_cdr_begin(caller);
	zv_cdr_party(caller, callee);
	zv_event_dial(caller, callee, "DialBegin", "DialString", target->number);
	zv_show_connected(caller, callee);
	return callee;
}

static int64_t
ring_time_ms(struct zv_str seconds)
{
	long long s;

	return zv_num_parse(seconds, 1, MOST_RING_S, &s) == 0 ? s * 1000 : 60000;
}

enum zv_flow
zv_dial_run(struct zv_channel *c)
{
	struct zv_office *o = c->office;
	struct zv_str rest = zvon_str(c->data), where = rest, seconds = ZV_STR("");
	struct zv_target target;
	struct zv_fate fate;
	struct zv_channel *callee;

	for (size_t i = 0; i < sizeof cleared / sizeof *cleared; i++)
		zv_channel_set(o, c, cleared[i], "");
	zv_str_split(&rest, ',', &where);
	zv_str_split(&rest, ',', &seconds);
	if (!zv_target_parse(o, where, &target)) {
		set_status(c, "CHANUNAVAIL");
		c->cause = 20;
		return ZV_FLOW_NEXT;
	}
	fate = zv_target_fate(o, &target);
	if (c->wish.has_fate && fate.mood == ZV_MOOD_FRIENDLY)
		fate = c->wish.fate;
	callee = make_callee(c, &target);
	if (!callee)
		return ZV_FLOW_NEXT;
	zv_ring(callee, &tie, fate);
	zv_office_timer_set(&o->timers, &c->timer, o->now_ms + ring_time_ms(seconds),
			    on_time_up);
	return ZV_FLOW_STAY;
}
