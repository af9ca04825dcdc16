#include "history_calls.h"

#include <stdio.h>
#include <string.h>

#define DAY_MS	 86400000LL
#define WORK_MS	 36000000LL /* ten hours a day */
#define MORNING	 21600000LL /* 9:00 in Moscow */
#define FREQUENT 100	    /* one in so many numbers makes half of the calls */

/* splitmix64, Steele and others, 2014: one good number out of another */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

struct dice {
	uint64_t state;
};

static int
roll(struct dice *d, int sides)
{
	d->state = mix(d->state);
	return (int)(d->state % (uint64_t)sides);
}

long long
office_numbers(long long of)
{
	return of / 12 + FREQUENT;
}

void
office_number(char out[16], long long which)
{
	snprintf(out, 16, "79%09llu",
		 (unsigned long long)(mix((uint64_t)which) % 1000000000u));
}

static int64_t
time_of(long long which, long long of)
{
	int64_t worked =
		(int64_t)((double)which / (double)of * OFFICE_YEARS * 365 * WORK_MS);
	int64_t begin = OFFICE_END / DAY_MS * DAY_MS - OFFICE_YEARS * 365 * DAY_MS;

	return begin + worked / WORK_MS * DAY_MS + MORNING + worked % WORK_MS;
}

static enum zv_call_result
pick_result(struct dice *d, bool queue)
{
	static const enum zv_call_result failed[] = {
		ZV_RESULT_BUSY,	     ZV_RESULT_NO_ANSWER,  ZV_RESULT_NO_ANSWER,
		ZV_RESULT_CANCELLED, ZV_RESULT_CONGESTION, ZV_RESULT_FAILED,
	};

	if (roll(d, 100) < 74)
		return ZV_RESULT_ANSWERED;
	if (roll(d, 1000) == 0)
		return ZV_RESULT_REJECTED;
	return queue ? ZV_RESULT_ABANDONED : failed[roll(d, 6)];
}

static void
pick_parties(struct office_call *o, struct dice *d, long long of)
{
	long long numbers = office_numbers(of);
	int sort = roll(d, 100);

	o->c.direction = sort < 55   ? ZV_DIRECTION_IN
			 : sort < 90 ? ZV_DIRECTION_OUT
				     : ZV_DIRECTION_INTERNAL;
	for (int i = 0; i < 3; i++)
		snprintf(o->lines[i], sizeof(o->lines[i]), "%d",
			 101 + roll(d, OFFICE_LINES));
	office_number(o->outside, roll(d, 2) ? roll(d, (int)(numbers / FREQUENT))
					     : roll(d, (int)numbers));
	snprintf(o->did, sizeof(o->did), "7495111000%d", roll(d, 10));
	snprintf(o->queue, sizeof(o->queue), "queue%d", roll(d, 5));
}

static struct zv_str
text(const char *s)
{
	return zvon_str(s);
}

static void
set_leg(struct office_call *o, long long which, int i, const char *line,
	const char *number, bool is_trunk, enum zv_call_result result)
{
	struct zv_past_leg *leg = &o->legs[i];

	snprintf(o->channels[i], sizeof(o->channels[i]), "PJSIP/%s-%08x", line,
		 (unsigned)(which * 4 + i));
	*leg = (struct zv_past_leg){
		.line = text(line),
		.number = text(number),
		.channel = text(o->channels[i]),
		.unique_id = text(o->ids[i]),
		.role = i ? ZV_ROLE_CALLEE : ZV_ROLE_CALLER,
		.result = result,
		.is_trunk = is_trunk,
		.rang = i > 0,
		.answered = result == ZV_RESULT_ANSWERED,
		.cause = 16,
		.started_ms = o->c.started_ms,
		.rang_ms = i ? o->c.started_ms + 300 : 0,
		.answered_ms = result == ZV_RESULT_ANSWERED ? o->c.answered_ms : 0,
		.ended_ms = o->c.ended_ms,
	};
}

static void
set_legs(struct office_call *o, long long which, bool group)
{
	struct zv_conversation *c = &o->c;
	bool in = c->direction == ZV_DIRECTION_IN;
	bool out = c->direction == ZV_DIRECTION_OUT;

	set_leg(o, which, 0, in ? "trunk-mts" : o->lines[0],
		in ? o->outside : o->lines[0], in, c->result);
	set_leg(o, which, 1, out ? "trunk-mts" : o->lines[1],
		out ? o->outside : o->lines[1], out, c->result);
	if (group)
		set_leg(o, which, 2, o->lines[2], o->lines[2], false,
			c->result == ZV_RESULT_ANSWERED ? ZV_RESULT_ANSWERED_ELSEWHERE
							: c->result);
	c->legs = o->legs;
	c->n_legs = group ? 3 : 2;
}

void
office_call(struct office_call *o, long long which, long long of)
{
	struct dice d = { mix((uint64_t)which) };
	struct zv_conversation *c = &o->c;
	bool queued;

	memset(o, 0, sizeof(*o));
	pick_parties(o, &d, of);
	queued = c->direction == ZV_DIRECTION_IN && roll(&d, 10) < 6;
	c->server = text("office");
	c->started_ms = time_of(which, of);
	for (int i = 0; i < 4; i++)
		snprintf(o->ids[i], sizeof(o->ids[i]), "%lld.%lld",
			 (long long)(c->started_ms / 1000), which * 4 + i);
	c->id = text(o->ids[0]);
	c->result = pick_result(&d, queued);
	c->wait_ms = 1000 + roll(&d, 30000);
	c->talk_ms = c->result == ZV_RESULT_ANSWERED ? 5000 + roll(&d, 300000) : 0;
	c->answered_ms =
		c->result == ZV_RESULT_ANSWERED ? c->started_ms + c->wait_ms : 0;
	c->ended_ms = c->started_ms + c->wait_ms + c->talk_ms;
	c->from_number =
		text(c->direction == ZV_DIRECTION_IN ? o->outside : o->lines[0]);
	c->to_number =
		text(c->direction == ZV_DIRECTION_OUT ? o->outside : o->lines[1]);
	c->did = text(c->direction == ZV_DIRECTION_IN ? o->did : "");
	c->queue = text(queued ? o->queue : "");
	c->sources = ZV_PAST_LIVE;
	set_legs(o, which, queued && roll(&d, 2));
	o->talked[0] = c->from_number;
	o->talked[1] = c->to_number;
	c->talked = o->talked;
	c->n_talked = c->result == ZV_RESULT_ANSWERED ? 2 : 0;
	o->linked = c->id;
	c->linked_ids = &o->linked;
	c->n_linked_ids = 1;
	snprintf(o->file, sizeof(o->file), "/var/spool/asterisk/monitor/%s-%s.wav",
		 o->outside, o->ids[0]);
	o->recording.file = text(o->file);
	c->recordings = &o->recording;
	c->n_recordings = c->result == ZV_RESULT_ANSWERED && roll(&d, 10) < 7;
}
