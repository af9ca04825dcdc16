#include "cli/calls_text.h"

#include <stdio.h>
#include <time.h>

#include "base/utf.h"
#include "call/cause.h"
#include "cli/text_calls.h"
#include "cli/text_originate.h"

#define NO_COLOR  "\x1b[0m"
#define DIM	  "\x1b[2m"
#define WHO_WIDTH 28

/* ---- words and colors ---------------------------------------------------------------- */

static const char *
color_of_result(enum zv_call_result result)
{
	if (result == ZV_RESULT_ANSWERED)
		return "\x1b[32m";
	return result == ZV_RESULT_NONE ? "" : "\x1b[31m";
}

static const char *
color_of(const struct zv_call_event *e)
{
	static const char *const colors[ZV_SERVER_STATE + 1] = {
		[ZV_LEG_RINGING] = "\x1b[33m",
		[ZV_LEG_ANSWERED] = "\x1b[32m",
		[ZV_CALL_ANSWERED] = "\x1b[32m",
		[ZV_LEG_DTMF] = DIM,
		[ZV_LEG_ENDED] = DIM,
		[ZV_LINE_STATE] = DIM,
		[ZV_QUEUE_MEMBER] = DIM,
		[ZV_QUEUE_STATE] = DIM,
	};

	if (e->kind == ZV_CALL_ENDED)
		return color_of_result(e->call->result);
	return colors[e->kind] ? colors[e->kind] : "";
}

static void
paint(struct zv_buf *out, const struct zv_out_style *style, const char *color)
{
	if (style->color && color[0])
		zv_buf_add(out, zvon_str(color));
}

static void
add_word(struct zv_buf *out, struct zv_text text)
{
	zv_buf_add(out, zvon_str(zv_say_pick(text)));
}

static void
add_named(struct zv_buf *out, struct zv_str number, struct zv_str name)
{
	if (number.n || name.n)
		zv_out_add_safe(out, number.n ? number : name);
	else
		add_word(out, zv_text_withheld);
	if (number.n && name.n && !zvon_str_equal(number, name)) {
		zv_buf_add_char(out, ' ');
		zv_out_add_safe(out, name);
	}
}

static void
add_reason(struct zv_buf *out, struct zv_str reason)
{
	struct zv_text text = zv_text_reason(reason);

	if (text.en)
		add_word(out, text);
	else
		zv_out_add_safe(out, reason);
}

/* ---- %letters ----------------------------------------------------------------------------- */

static void
add_leg(struct zv_buf *out, const struct zv_leg *leg)
{
	if (leg)
		zv_out_add_safe(out, leg->is_trunk && leg->number.n ? leg->number
								    : leg->line);
}

/* ": 17 User busy" */
static void
add_cause(struct zv_buf *out, int cause)
{
	if (cause)
		zv_buf_printf(out, ": %d %s", cause, zv_cause_text(cause));
}

static void
add_member_state(struct zv_buf *out, const struct zv_queue_member *m)
{
	add_word(out, zv_text_member_state(m->state));
	if (!m->paused)
		return;
	zv_buf_add(out, ZV_STR(", "));
	add_word(out, zv_text_paused);
	if (m->pause_reason.n) {
		zv_buf_add(out, ZV_STR(": "));
		zv_out_add_safe(out, m->pause_reason);
	}
}

static void
add_line(struct zv_buf *out, const struct zv_call_event *e)
{
	if (e->line)
		zv_out_add_safe(out, e->line->name);
	else if (e->member)
		add_named(out,
			  e->member->line.n ? e->member->line : e->member->interface,
			  e->member->name);
}

static void
add_state(struct zv_buf *out, const struct zv_call_event *e)
{
	if (e->line)
		add_word(out, zv_text_line_state(e->line->state));
	else if (e->member)
		add_member_state(out, e->member);
}

static struct zv_str
queue_of(const struct zv_call_event *e)
{
	if (e->member)
		return e->member->queue;
	return e->queue_now ? e->queue_now->name : e->queue;
}

static void
add_letter(struct zv_buf *out, char letter, const struct zv_call_event *e)
{
	const struct {
		char letter;
		struct zv_str text;
	} texts[] = {
		{ 'b', e->by },	  { 't', e->to },	{ 's', e->space },
		{ 'f', e->file }, { 'q', queue_of(e) }, { 'd', e->digit },
		{ 'i', e->into },
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].letter == letter)
			zv_out_add_safe(out, texts[i].text);
	if (letter == 'l')
		add_leg(out, e->leg);
	else if (letter == 'c')
		add_cause(out, e->cause);
	else if (letter == 'r')
		add_reason(out, e->reason);
	else if (letter == 'R')
		add_word(out, zv_text_call_result(e->call->result));
	else if (letter == 'D')
		add_word(out, zv_text_direction(e->call->direction));
	else if (letter == 'L')
		add_line(out, e);
	else if (letter == 'S')
		add_state(out, e);
	else if (letter == 'w')
		zv_buf_printf(out, "%d", e->queue_now->waiting);
}

static void
add_template(struct zv_buf *out, const char *text, const struct zv_call_event *e)
{
	for (; *text; text++) {
		if (*text == '%')
			add_letter(out, *++text, e);
		else
			zv_buf_add_char(out, *text);
	}
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The time of day here, or seconds since the first packet. */
static void
add_time(struct zv_buf *out, int64_t unix_us, int64_t since_ms)
{
	time_t seconds = (time_t)(unix_us / 1000000);
	struct tm tm;

	if (unix_us > 0 && localtime_r(&seconds, &tm))
		zv_buf_printf(out, "%02d:%02d:%02d.%03d  ", tm.tm_hour, tm.tm_min,
			      tm.tm_sec, (int)(unix_us / 1000 % 1000));
	else
		zv_buf_printf(out, "%12.3f  ", (double)since_ms / 1000);
}

static size_t
count_characters(struct zv_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xc0) != 0x80;
	return n;
}

static void
pad(struct zv_buf *out, size_t from, size_t width)
{
	size_t n = count_characters(zv_str_from(zv_buf_str(out), from));

	while (n++ < width)
		zv_buf_add_char(out, ' ');
}

/* "89161234567 Anna → 101" */
static void
add_who(struct zv_buf *out, const struct zv_call *call)
{
	size_t from = out->n;

	add_named(out, call->from_number, call->from_name);
	if (call->to_number.n) {
		zv_buf_add(out, ZV_STR(" → "));
		zv_out_add_safe(out, call->to_number);
	}
	pad(out, from, WHO_WIDTH);
	zv_buf_add(out, ZV_STR("  "));
}

void
zv_calls_text_event(struct zv_buf *out, const struct zv_call_event *e, int64_t start_ms,
		    const struct zv_out_style *style)
{
	struct zv_text text = zv_text_call_event(e);

	add_time(out, e->unix_us, e->now_ms - start_ms);
	if (e->call)
		add_who(out, e->call);
	paint(out, style, color_of(e));
	add_template(out, zv_say_pick(text), e);
	paint(out, style, NO_COLOR);
	zv_buf_add_char(out, '\n');
}

/* ---- a whole call ----------------------------------------------------------------------------- */

/* " 1:05", of the conversation. */
static void
add_duration(struct zv_buf *out, const struct zv_call *call, int64_t now_ms)
{
	int64_t until = call->ended_ms ? call->ended_ms : now_ms;
	long long s = (until - call->answered_ms) / 1000;

	if (call->answered_ms)
		zv_buf_printf(out, " %lld:%02lld", s / 60, s % 60);
}

static void
add_list(struct zv_buf *out, const struct zv_call_text *list)
{
	for (; list; list = list->next) {
		zv_out_add_safe(out, list->text);
		if (list->next)
			zv_buf_add(out, ZV_STR(", "));
	}
}

static void
add_transfers(struct zv_buf *out, const struct zv_transfer *t)
{
	for (; t; t = t->next) {
		zv_buf_add(out, ZV_STR("; "));
		zv_out_add_safe(out, t->by);
		zv_buf_add(out, t->kind == ZV_TRANSFER_BLIND ? ZV_STR(" ⇒ ")
							     : ZV_STR(" ⇛ "));
		zv_out_add_safe(out, t->to);
	}
}

static void
add_end(struct zv_buf *out, const struct zv_call *call, struct zv_str reason)
{
	if (call->result)
		add_word(out, zv_text_call_result(call->result));
	if (call->state != ZV_CALL_STATE_ENDED) {
		zv_buf_add(out, call->result ? ZV_STR(", ") : ZV_STR(""));
		add_word(out, zv_text_still_open);
	} else if (reason.n) {
		zv_buf_add(out, call->result ? ZV_STR(", ") : ZV_STR(""));
		add_reason(out, reason);
	}
}

void
zv_calls_text_summary(struct zv_buf *out, const struct zv_call *call,
		      struct zv_str reason, const struct zv_calls_moment *now,
		      const struct zv_out_style *style)
{
	int64_t ago_ms = now->now_ms - call->started_ms;
	size_t from;

	add_time(out, now->unix_us > 0 ? now->unix_us - ago_ms * 1000 : 0,
		 call->started_ms - now->start_ms);
	from = out->n;
	add_word(out, zv_text_direction(call->direction));
	pad(out, from, 10);
	add_who(out, call);
	paint(out, style, color_of_result(call->result));
	add_end(out, call, reason);
	paint(out, style, NO_COLOR);
	add_duration(out, call, now->now_ms);
	if (call->queue.n) {
		zv_buf_add(out, ZV_STR("; "));
		add_word(out, zv_text_queue);
		zv_buf_add_char(out, ' ');
		zv_out_add_safe(out, call->queue);
	}
	if (call->talked) {
		zv_buf_add(out, ZV_STR("; "));
		add_word(out, zv_text_talked);
		zv_buf_add_char(out, ' ');
		add_list(out, call->talked);
	}
	add_transfers(out, call->transfers);
	zv_buf_add_char(out, '\n');
}
