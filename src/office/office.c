#include "office/office.h"

#include "base/mem.h"
#include "office/bridge.h"
#include "office/channel.h"
#include "office/life.h"
#include "office/lines.h"
#include "office/attempt.h"
#include "office/queue.h"
#include "office/session.h"
#include "zvon/error.h"

#define MOST_JUMP_MS 3600000 /* of its own time: more than that did not happen */

static void
set_users(struct zv_office *o)
{
	o->users[0] = (struct zv_door_user){ ZV_OFFICE_USER, o->secret, ZV_CLASS_ALL,
					     ZV_CLASS_ALL };
	o->users[1] = (struct zv_door_user){ "readonly", o->secret, ZV_CLASS_ALL, 0 };
}

struct zv_office *
zv_office_new(const struct zv_office_options *options, int64_t now_ms)
{
	struct zv_office *o = zv_calloc(1, sizeof *o);

	if (!o)
		return NULL;
	o->start_ms = options->start_ms;
	o->first_ms = o->real_ms = now_ms;
	o->speed = options->speed;
	o->calls_per_minute = options->calls_per_minute;
	o->chance.state = options->seed;
	zv_list_init(&o->timers);
	zv_list_init(&o->channels);
	zv_list_init(&o->dead);
	zv_list_init(&o->bridges);
	zv_list_init(&o->sessions);
	zv_list_init(&o->globals);
	zv_lines_init(o);
	zv_queue_init(o);
	o->secret = zv_strdup(options->secret);
	if (!o->secret || o->failed) {
		zv_office_free(o);
		return NULL;
	}
	set_users(o);
	zv_life_start(o);
	return o;
}

static void
free_channels(struct zv_office *o)
{
	struct zv_node *node;

	zv_channel_sweep(o);
	while ((node = zv_list_first(&o->channels))) {
		struct zv_channel *c = ZV_OWNER(node, struct zv_channel, node);

		zv_attempt_free(c);
		if (c->waiting) {
			zv_office_timer_stop(&c->waiting->limit);
			zv_free(c->waiting);
		}
		zv_channel_free(c);
	}
}

void
zv_office_free(struct zv_office *o)
{
	struct zv_node *node;

	if (!o)
		return;
	while ((node = zv_list_first(&o->bridges)))
		zv_bridge_free(ZV_OWNER(node, struct zv_bridge, node));
	free_channels(o);
	zv_queue_deinit(o);
	zv_variables_free(&o->globals);
	zv_buf_deinit(&o->event);
	if (o->secret)
		zv_wipe(o->secret, strlen(o->secret));
	zv_free(o->secret);
	zv_free(o);
}

/* ---- time ------------------------------------------------------------------ */

static int64_t
own_time(const struct zv_office *o, int64_t real_ms)
{
	return (int64_t)((double)(real_ms - o->first_ms) * o->speed);
}

/* The first moment of the driver's clock that is not before that one of ours. */
static int64_t
real_time(const struct zv_office *o, int64_t own_ms)
{
	int64_t real = o->first_ms + (int64_t)((double)own_ms / o->speed);

	while (own_time(o, real) < own_ms)
		real++;
	return real;
}

/* A machine that slept, or a debugger: its night passes without calls. */
static void
skip_jump(struct zv_office *o, int64_t real_ms)
{
	int64_t jump = own_time(o, real_ms) - o->now_ms;

	if (jump > MOST_JUMP_MS)
		o->first_ms = real_ms - (int64_t)((double)o->now_ms / o->speed);
}

static void
live(struct zv_office *o, int64_t real_ms)
{
	struct zv_office_timer *t;
	int64_t now;

	skip_jump(o, real_ms);
	now = own_time(o, real_ms);
	o->real_ms = real_ms;
	while (!o->failed && (t = zv_office_timer_first(&o->timers)) &&
	       t->at_ms <= now) {
		if (t->at_ms > o->now_ms)
			o->now_ms = t->at_ms;
		zv_office_timer_stop(t);
		t->fn(t);
		zv_channel_sweep(o);
	}
	if (now > o->now_ms)
		o->now_ms = now;
	zv_channel_sweep(o);
}

int
zv_office_tick(struct zv_office *o, int64_t now_ms)
{
	struct zv_node *node, *next;

	live(o, now_ms);
	ZV_EACH(&o->sessions, node, next)
	if (zv_session_tick(ZV_OWNER(node, struct zv_office_session, node), now_ms) < 0)
		o->failed = true;
	live(o, now_ms);
	return o->failed ? ZV_ENOMEM : 0;
}

int64_t
zv_office_deadline(const struct zv_office *o)
{
	struct zv_office_timer *t = zv_office_timer_first(&o->timers);
	int64_t at = t ? real_time(o, t->at_ms) : INT64_MAX;
	struct zv_node *node, *next;

	ZV_EACH(&o->sessions, node, next)
	{
		int64_t of_session = zv_session_deadline(
			ZV_OWNER(node, struct zv_office_session, node));

		if (of_session < at)
			at = of_session;
	}
	return at;
}
