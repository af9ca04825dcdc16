#include "office/life.h"

#include <stdio.h>

#include "office/channel.h"
#include "office/call.h"
#include "office/lines.h"
#include "office/plan.h"
#include "office/queue.h"

#define MAX_WAITING	  6 /* callers in the queue: then nobody calls it any more */
#define HOLD_PERCENT	  20
#define TRANSFER_PERCENT  12
#define IMPATIENT_PERCENT 10 /* give up before anybody has answered */

/* ---- what people have in mind ---------------------------------------------- */

static struct zv_talk
plan_talk(struct zv_office *o)
{
	struct zv_chance *dice = &o->chance;
	struct zv_talk t = {
		.end_ms = zv_chance_between(dice, 5000, 60000),
		.caller_ends = zv_chance_percent(dice, 60),
		.caller_acts = zv_chance_percent(dice, 50),
	};

	if (t.end_ms > 15000 && zv_chance_percent(dice, HOLD_PERCENT)) {
		t.hold_ms = zv_chance_between(dice, 2000, 5000);
		t.resume_ms = t.hold_ms + zv_chance_between(dice, 1500, 8000);
	}
	if (t.end_ms > 15000 && zv_chance_percent(dice, TRANSFER_PERCENT))
		t.transfer_ms = zv_chance_between(dice, 3000, 14000);
	return t;
}

static struct zv_fate
plan_fate(struct zv_office *o)
{
	static const struct {
		int percent;
		enum zv_mood mood;
	} fates[] = {
		{ 72, ZV_MOOD_FRIENDLY }, { 10, ZV_MOOD_BUSY },
		{ 10, ZV_MOOD_AWAY },	  { 5, ZV_MOOD_DECLINES },
		{ 3, ZV_MOOD_CONGESTED },
	};
	int roll = zv_chance_between(&o->chance, 1, 100);
	struct zv_fate fate = { ZV_MOOD_FRIENDLY,
				zv_chance_between(&o->chance, 1000, 9000) };

	for (size_t i = 0; i < sizeof fates / sizeof *fates; i++) {
		fate.mood = fates[i].mood;
		roll -= fates[i].percent;
		if (roll <= 0)
			break;
	}
	return fate;
}

static void
on_patience_over(struct zv_office_timer *timer)
{
	zv_hangup_by_phone(ZV_OWNER(timer, struct zv_channel, patience));
}

static void
give_wishes(struct zv_channel *c, int least_patience_ms)
{
	struct zv_office *o = c->office;
	bool impatient = zv_chance_percent(&o->chance, IMPATIENT_PERCENT);
	int patience_ms;

	c->wish.has_fate = c->wish.has_talk = true;
	c->wish.fate = plan_fate(o);
	c->wish.talk = plan_talk(o);
	patience_ms = least_patience_ms + zv_chance_between(&o->chance, 1000, 8000) +
		      (impatient ? 0 : zv_chance_between(&o->chance, 8000, 60000));
	zv_office_timer_set(&o->timers, &c->patience, o->now_ms + patience_ms,
			    on_patience_over);
}

/* ---- kinds of calls -------------------------------------------------------- */

static void
call_from(struct zv_office *o, struct zv_line *line, const struct zv_party *party,
	  const char *exten, int patience_ms)
{
	struct zv_channel *c = zv_channel_new(o, line, ZV_CHANNEL_RING, party, exten,
					      NULL, ZV_STR(""));

	if (!c)
		return;
	zv_channel_set(o, c, "SIPDOMAIN", "pbx.example.com");
	give_wishes(c, patience_ms);
	zv_plan_start(c, line->context, exten, 1);
}

static void
call_from_phone(struct zv_office *o, const char *exten, struct zv_line *line)
{
	struct zv_party party = { 0 };

	ZV_COPY(party.number, zvon_str(line->number));
	ZV_COPY(party.name, zvon_str(line->name));
	call_from(o, line, &party, exten, 0);
}

static void
call_internal(struct zv_office *o)
{
	struct zv_line *line = zv_line_any_free(o);

	if (line)
		call_from_phone(o, zv_line_any_other(o, line)->number, line);
}

static void
call_outside(struct zv_office *o)
{
	struct zv_line *line = zv_line_any_free(o);
	struct zv_party whom;

	if (!line)
		return;
	zv_outside_party(o, &whom);
	call_from_phone(o, whom.number, line);
}

static void
call_line_from_outside(struct zv_office *o)
{
	char exten[ZV_NAME_MAX];
	struct zv_party party;

	zv_outside_party(o, &party);
	snprintf(exten, sizeof exten, "74951234%s", zv_line_any_other(o, NULL)->number);
	call_from(o, zv_line_trunk(o), &party, exten, 0);
}

static void
call_queue_from_outside(struct zv_office *o)
{
	struct zv_party party;

	if (zv_queue_waiting(o) >= MAX_WAITING)
		return;
	zv_outside_party(o, &party);
	call_from(o, zv_line_trunk(o), &party, "74951234500", 6000);
}

static void (*const kinds[])(struct zv_office *o) = {
	call_internal,
	call_outside,
	call_line_from_outside,
	call_queue_from_outside,
};

/* ---- one after another ----------------------------------------------------- */

static size_t
count_channels(struct zv_office *o)
{
	struct zv_node *node, *next;
	size_t n = 0;

	ZV_EACH(&o->channels, node, next)
	n++;
	return n;
}

static void on_next_call(struct zv_office_timer *timer);

/* At random around the mean, between a tenth and nearly twice of it. */
static void
wait_for_next(struct zv_office *o)
{
	int mean = 60000 / o->calls_per_minute;

	zv_office_timer_set(
		&o->timers, &o->life,
		o->now_ms + zv_chance_between(&o->chance, mean / 10, mean * 19 / 10),
		on_next_call);
}

static void
on_next_call(struct zv_office_timer *timer)
{
	struct zv_office *o = ZV_OWNER(timer, struct zv_office, life);
	int last = (int)(sizeof kinds / sizeof *kinds) - 1;

	wait_for_next(o);
	if (count_channels(o) < ZV_MAX_CHANNELS)
		kinds[zv_chance_between(&o->chance, 0, last)](o);
}

void
zv_life_start(struct zv_office *o)
{
	if (o->calls_per_minute > 0)
		zv_office_timer_set(&o->timers, &o->life, o->now_ms + 500,
				    on_next_call);
}
