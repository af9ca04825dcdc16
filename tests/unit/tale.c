#include "tale.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/str.h"

/* ---- what is told ----------------------------------------------------------- */

static size_t
number_of(struct tale *t, struct zv_str id)
{
	for (size_t i = 0; i < t->n_ids; i++)
		if (zvon_str_equal(zvon_str(t->ids[i]), id))
			return i + 1;
	if (t->n_ids == TALE_CALLS)
		return TALE_CALLS;
	snprintf(t->ids[t->n_ids], sizeof t->ids[0], "%.*s", ZV_ARG(id));
	return ++t->n_ids;
}

static const char *const words[] = {
	[ZV_CALL_STARTED] = "started",
	[ZV_CALL_QUEUED] = "queued",
	[ZV_LEG_RINGING] = "ringing",
	[ZV_LEG_ANSWERED] = "answered",
	[ZV_CALL_ANSWERED] = "talk",
	[ZV_LEG_HELD] = "held",
	[ZV_LEG_RESUMED] = "resumed",
	[ZV_CALL_TRANSFERRED] = "transferred",
	[ZV_CALL_PARKED] = "parked",
	[ZV_CALL_RETRIEVED] = "retrieved",
	[ZV_CALL_PICKED_UP] = "picked up",
	[ZV_CALL_CONFERENCED] = "conferenced",
	[ZV_RECORDING_STARTED] = "recording",
	[ZV_RECORDING_STOPPED] = "recorded",
	[ZV_LEG_DTMF] = "key",
	[ZV_LEG_ENDED] = "gone",
	[ZV_CALL_ENDED] = "ended",
};

static void
add(struct tale *t, const char *before, struct zv_str s)
{
	if (s.n)
		zv_buf_printf(&t->told, "%s%.*s", before, ZV_ARG(s));
}

static void
add_legs(struct tale *t, const struct zv_call *call)
{
	const char *before = " (";

	for (const struct zv_leg *leg = call->legs; leg; leg = leg->next) {
		zv_buf_printf(&t->told, "%s%.*s %s %s%s%s", before, ZV_ARG(leg->line),
			      leg->role == ZV_ROLE_CALLER ? "caller" : "callee",
			      zvon_call_result_name(leg->result),
			      leg->rang ? " rang" : "", leg->answered ? " up" : "");
		before = ", ";
	}
	before = "; talked";
	for (const struct zv_call_text *who = call->talked; who; who = who->next) {
		add(t, before, ZV_STR(" "));
		add(t, "", who->text);
		before = "";
	}
	zv_buf_add(&t->told, ZV_STR(")"));
}

static void
add_numbers(struct tale *t, const struct zv_call *call)
{
	zv_buf_printf(&t->told, " %s ", zvon_call_direction_name(call->direction));
	add(t, "", call->from_number.n ? call->from_number : ZV_STR("-"));
	add(t, ">", call->to_number.n ? call->to_number : ZV_STR("-"));
}

static void
count(struct tale *t, const struct zv_call_event *e)
{
	if (e->kind == ZV_CALL_STARTED) {
		t->open++;
	} else if (e->kind == ZV_CALL_ENDED) {
		t->broken += t->open == 0;
		t->open -= t->open > 0;
	}
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct tale *t = context;
	size_t number;

	count(t, e);
	if (!e->call || e->kind >= N_OF(words))
		return;
	number = number_of(t, e->call->id);
	zv_buf_printf(&t->told, "%s", t->told.n ? "; " : "");
	if (number > 1)
		zv_buf_printf(&t->told, "%zu:", number);
	zv_buf_printf(&t->told, "%s", words[e->kind]);
	if (e->kind == ZV_CALL_STARTED || e->kind == ZV_CALL_ENDED)
		add_numbers(t, e->call);
	else if (e->leg && e->kind != ZV_CALL_ANSWERED)
		add(t, " ", e->leg->line);
	if (e->kind == ZV_CALL_TRANSFERRED)
		zv_buf_printf(&t->told, " %s",
			      e->transfer == ZV_TRANSFER_BLIND ? "blind" : "attended");
	add(t, " by ", e->by);
	add(t, " to ", e->to);
	add(t, " in ", e->space);
	add(t, " in ", e->kind == ZV_CALL_QUEUED ? e->queue : ZV_STR(""));
	add(t, " ", e->digit);
	add(t, " ", e->file);
	if (e->kind == ZV_LEG_ENDED)
		zv_buf_printf(&t->told, " %s", zvon_call_result_name(e->leg->result));
	if (e->kind != ZV_CALL_ENDED)
		return;
	zv_buf_printf(&t->told, " %s",
		      e->call->merged ? "merged"
				      : zvon_call_result_name(e->call->result));
	if (!e->call->merged)
		add_legs(t, e->call);
}

/* ---- what is fed --------------------------------------------------------------- */

static void
note_failure(struct tale *t, int rc)
{
	if (rc < 0 && !t->failed)
		t->failed = rc;
}

/* `Hangup Uniqueid=a|Cause=16` as it stands on the wire. */
static void
write_event(struct zv_buf *out, struct zv_str line)
{
	struct zv_str name, field;

	zv_str_split(&line, ' ', &name);
	zv_buf_printf(out, "Event: %.*s\r\n", ZV_ARG(name));
	while (zv_str_split(&line, '|', &field)) {
		size_t equals = zv_str_find(field, ZV_STR("="));

		zv_buf_printf(out, "%.*s: %.*s\r\n", (int)equals, field.p,
			      ZV_ARG(zv_str_from(field, equals + 1)));
	}
	zv_buf_add(out, ZV_STR("\r\n"));
}

static void
feed_event(struct tale *t, struct zv_str line)
{
	struct zv_parser *parser = zvon_parser_new(NULL);
	const struct zv_packet *packet;
	struct zv_buf wire = { 0 };

	write_event(&wire, line);
	if (parser && zvon_parser_feed(parser, zv_buf_str(&wire)) >= 0 &&
	    zvon_parser_next(parser, &packet) == 1)
		note_failure(t, zvon_calls_feed(t->calls, packet, t->now_ms, 0));
	else
		note_failure(t, ZV_ENOMEM);
	zv_buf_deinit(&wire);
	zvon_parser_free(parser);
}

void
tale_feed(struct tale *t, const char *lines)
{
	struct zv_str rest = zvon_str(lines), line;

	while (zv_str_split(&rest, '\n', &line)) {
		long long ms;

		if (zv_str_starts(line, ZV_STR("tick ")) &&
		    zv_num_parse(zv_str_from(line, 5), 0, 1000000, &ms) >= 0) {
			t->now_ms += ms;
			note_failure(t, zvon_calls_tick(t->calls, t->now_ms, 0));
		} else if (line.n) {
			feed_event(t, line);
		}
	}
}

/* ---- life --------------------------------------------------------------------------- */

void
tale_begin(struct tale *t, const char *ami_version)
{
	struct zv_calls_options o = { .on_event = on_event, .context = t };
	char line[64];
	struct zv_packet banner = { .kind = ZV_PACKET_BANNER };

	memset(t, 0, sizeof *t);
	t->now_ms = 1000;
	t->calls = zvon_calls_new(&o);
	if (!t->calls) {
		t->failed = ZV_ENOMEM;
		return;
	}
	snprintf(line, sizeof line, "Asterisk Call Manager/%s", ami_version);
	banner.name = zvon_str(line);
	if (*ami_version)
		note_failure(t, zvon_calls_feed(t->calls, &banner, t->now_ms, 0));
}

void
tale_end(struct tale *t)
{
	zvon_calls_free(t->calls);
	zv_buf_deinit(&t->told);
}

void
tale_check(struct tale *t, const char *row, const char *wanted)
{
	check_text(row, zv_buf_str(&t->told), zvon_str(wanted));
}

void
tale_check_rows(const struct tale_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct zv_calls_counters counters;
		struct tale t;

		tale_begin(&t, rows[i].ami_version);
		tale_feed(&t, rows[i].lines);
		tale_check(&t, rows[i].name, rows[i].told);
		zvon_calls_counters(t.calls, &counters);
		assert_int_equal(t.failed, 0);
		assert_int_equal(t.broken, 0);
		assert_int_equal(t.open, 0);
		assert_int_equal(counters.calls, 0);
		assert_int_equal(counters.channels, 0);
		tale_end(&t);
	}
}
