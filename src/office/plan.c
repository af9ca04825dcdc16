#include "office/plan.h"

#include "base/num.h"
#include "office/call.h"
#include "office/cdr.h"
#include "office/channel.h"
#include "office/write.h"

#define ECHO_MS	   120000 /* then people have heard themselves enough */
#define TONE_MS	   5000	  /* of Busy and Congestion on an answered channel */
#define REFUSED_MS 100	  /* … and on one that is not */
#define MOST_WAIT  86400000

struct zv_step {
	const char *app, *data; /* '$' in data stands for the extension's end */
};

struct zv_extension {
	const char *context, *pattern;
	size_t skip; /* digits of the extension that '$' leaves out */
	const struct zv_step *steps;
	int n_steps;
};

static const struct zv_step to_line[] = { { "NoOp", "call to $" },
					  { "Dial", "PJSIP/$,30,tT" },
					  { "Hangup", "" } };
static const struct zv_step to_outside[] = { { "Dial", "PJSIP/$@provider,60,tT" },
					     { "Hangup", "" } };
static const struct zv_step to_queue[] = { { "Answer", "" },
					   { "Queue", "sales,tT,,,120" },
					   { "Hangup", "" } };
static const struct zv_step echo[] = { { "Answer", "" },
				       { "Echo", "" },
				       { "Hangup", "" } };
static const struct zv_step busy[] = { { "Busy", "5" } };
static const struct zv_step congestion[] = { { "Congestion", "5" } };

#define STEPS(array) array, (int)(sizeof(array) / sizeof *(array))

/* The first that fits counts. */
static const struct zv_extension extensions[] = {
	{ "internal", "_20X", 0, STEPS(to_line) },
	{ "internal", "210", 0, STEPS(to_line) },
	{ "internal", "211", 0, STEPS(to_line) },
	{ "internal", "800", 0, STEPS(to_queue) },
	{ "internal", "600", 0, STEPS(echo) },
	{ "internal", "602", 0, STEPS(busy) },
	{ "internal", "603", 0, STEPS(congestion) },
	{ "internal", "_XXXXXXXXXX.", 0, STEPS(to_outside) },
	{ "internal", "_XXXXXXXXXX", 0, STEPS(to_outside) },
	{ "internal", "_+X.", 0, STEPS(to_outside) },
	{ "inbound", "_7495123420X", 8, STEPS(to_line) },
	{ "inbound", "74951234210", 8, STEPS(to_line) },
	{ "inbound", "74951234211", 8, STEPS(to_line) },
	{ "inbound", "74951234500", 0, STEPS(to_queue) },
};

/* ---- finding --------------------------------------------------------------- */

/* Asterisk's patterns as far as the table above needs them: X is a digit, '.' one
 * or more of anything. */
static bool
fits(const char *pattern, struct zv_str exten)
{
	size_t i = 0;

	if (*pattern != '_')
		return zvon_str_equal(zvon_str(pattern), exten);
	for (pattern++; *pattern && *pattern != '.'; pattern++, i++) {
		if (i == exten.n)
			return false;
		if (*pattern == 'X' ? exten.p[i] < '0' || exten.p[i] > '9'
				    : exten.p[i] != *pattern)
			return false;
	}
	return *pattern == '.' ? i < exten.n : i == exten.n;
}

static const struct zv_extension *
find(struct zv_str context, struct zv_str exten)
{
	for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
		if (zvon_str_equal(zvon_str(extensions[i].context), context) &&
		    fits(extensions[i].pattern, exten))
			return &extensions[i];
	return NULL;
}

bool
zv_plan_has(struct zv_str context, struct zv_str exten, int priority)
{
	const struct zv_extension *e = find(context, exten);

	return e && priority >= 1 && priority <= e->n_steps;
}

/* ---- small applications ---------------------------------------------------- */

static enum zv_flow
run_noop(struct zv_channel *c)
{
	return ZV_FLOW_NEXT;
}

static enum zv_flow
run_answer(struct zv_channel *c)
{
	zv_channel_set_state(c, ZV_CHANNEL_UP);
	zv_cdr_answered(c);
	return ZV_FLOW_NEXT;
}

static enum zv_flow
run_hangup(struct zv_channel *c)
{
	long long cause;

	if (zv_num_parse(zvon_str(c->data), 1, 127, &cause) < 0)
		cause = c->cause ? c->cause : 16;
	zv_hangup(c, (int)cause, c->sip);
	return ZV_FLOW_STAY;
}

static void
on_patience_over(struct zv_office_timer *timer)
{
	zv_hangup_by_phone(ZV_OWNER(timer, struct zv_channel, patience));
}

static enum zv_flow
run_echo(struct zv_channel *c)
{
	zv_office_timer_set(&c->office->timers, &c->patience,
			    c->office->now_ms + ECHO_MS, on_patience_over);
	return ZV_FLOW_STAY;
}

static void
on_waited(struct zv_office_timer *timer)
{
	zv_plan_next(ZV_OWNER(timer, struct zv_channel, timer));
}

static enum zv_flow
wait_ms(struct zv_channel *c, long long ms)
{
	zv_office_timer_set(&c->office->timers, &c->timer, c->office->now_ms + ms,
			    on_waited);
	return ZV_FLOW_STAY;
}

static enum zv_flow
run_wait(struct zv_channel *c)
{
	long long ms;

	if (zv_num_parse_seconds(zvon_str(c->data), MOST_WAIT, &ms) < 0)
		return ZV_FLOW_NEXT;
	return wait_ms(c, ms);
}

static enum zv_flow
run_playback(struct zv_channel *c)
{
	return wait_ms(c, 2000);
}

/* A tone for who is connected already; else the phone hears the cause and hangs up. */
static void
end_tone(struct zv_office_timer *timer)
{
	struct zv_channel *c = ZV_OWNER(timer, struct zv_channel, timer);

	if (c->state != ZV_CHANNEL_UP) {
		c->requested = true;
		zv_event_request(c, "HangupRequest", c->cause, c->sip);
	}
	zv_hangup(c, c->cause, c->sip);
}

static enum zv_flow
run_tone(struct zv_channel *c, int cause, int sip)
{
	bool up = c->state == ZV_CHANNEL_UP;

	c->cause = cause;
	c->sip = up ? 0 : sip;
	if (!up)
		zv_channel_set_state(c, ZV_CHANNEL_BUSY);
	zv_office_timer_set(&c->office->timers, &c->timer,
			    c->office->now_ms + (up ? TONE_MS : REFUSED_MS), end_tone);
	return ZV_FLOW_STAY;
}

static enum zv_flow
run_busy(struct zv_channel *c)
{
	return run_tone(c, 17, 486);
}

static enum zv_flow
run_congestion(struct zv_channel *c)
{
	return run_tone(c, 34, 503);
}

static const struct {
	const char *name;
	enum zv_flow (*run)(struct zv_channel *c);
} apps[] = {
	{ "NoOp", run_noop },
	{ "Answer", run_answer },
	{ "Dial", zv_dial_run },
	{ "Queue", zv_queue_run },
	{ "Echo", run_echo },
	{ "Wait", run_wait },
	{ "Playback", run_playback },
	{ "Busy", run_busy },
	{ "Congestion", run_congestion },
	{ "Hangup", run_hangup },
};

/* ---- running --------------------------------------------------------------- */

/* An application that is not there ends the dialplan, as in Asterisk. */
static enum zv_flow
run_app(struct zv_channel *c)
{
	for (size_t i = 0; i < sizeof apps / sizeof *apps; i++)
		if (zvon_str_equal_nocase(zvon_str(c->app), zvon_str(apps[i].name)))
			return apps[i].run(c);
	zv_hangup(c, 0, 0);
	return ZV_FLOW_STAY;
}

static void
set_step(struct zv_channel *c, const struct zv_step *step)
{
	struct zv_str end = zv_str_from(zvon_str(c->exten), c->extension->skip);
	size_t n = 0;

	ZV_COPY(c->app, zvon_str(step->app));
	c->data[0] = '\0';
	for (const char *s = step->data; *s && n + 1 < sizeof c->data; s++) {
		struct zv_str part = *s == '$' ? end : (struct zv_str){ s, 1 };

		zv_copy(c->data + n, sizeof c->data - n, part);
		n = strlen(c->data);
	}
}

static void
run_steps(struct zv_channel *c)
{
	enum zv_flow flow = ZV_FLOW_NEXT;

	while (!c->hung_up && flow == ZV_FLOW_NEXT) {
		if (c->priority > c->extension->n_steps) {
			zv_hangup(c, c->cause ? c->cause : 16, c->sip);
			return;
		}
		set_step(c, &c->extension->steps[c->priority - 1]);
		zv_event_newexten(c);
		flow = run_app(c);
		if (!c->hung_up && flow == ZV_FLOW_NEXT)
			c->priority++;
	}
}

static void
on_next(struct zv_office_timer *timer)
{
	struct zv_channel *c = ZV_OWNER(timer, struct zv_channel, timer);

	if (!c->extension) {
		zv_hangup(c, 0, 0);
		return;
	}
	c->priority++;
	run_steps(c);
}

/* By the timer, so that nobody further down the stack loses the channel. */
void
zv_plan_next(struct zv_channel *c)
{
	if (!c->hung_up)
		zv_office_timer_set(&c->office->timers, &c->timer, c->office->now_ms,
				    on_next);
}

void
zv_plan_start(struct zv_channel *c, const char *context, const char *exten,
	      int priority)
{
	ZV_COPY(c->context, zvon_str(context));
	ZV_COPY(c->exten, zvon_str(exten));
	c->priority = priority;
	c->cause = c->sip = 0;
	c->extension = find(zvon_str(c->context), zvon_str(c->exten));
	zv_cdr_begin(c);
	if (c->extension && priority >= 1)
		run_steps(c);
	else
		zv_hangup(c, 0, 0);
}

void
zv_plan_start_app(struct zv_channel *c, const char *app, const char *data)
{
	c->extension = NULL;
	zv_channel_set_app(c, app, data);
	zv_cdr_begin(c);
	if (run_app(c) == ZV_FLOW_NEXT)
		zv_plan_next(c);
}
