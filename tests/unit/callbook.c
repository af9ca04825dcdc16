#include "callbook.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/num.h"
#include "base/str.h"

static const struct {
	const char *brief, *key;
} keys[] = {
	{ "C", "Channel" },	      { "S", "ChannelState" },
	{ "N", "CallerIDNum" },	      { "X", "Exten" },
	{ "U", "Uniqueid" },	      { "L", "Linkedid" },
	{ "B", "BridgeUniqueid" },    { "DC", "DestChannel" },
	{ "DS", "DestChannelState" }, { "DN", "DestCallerIDNum" },
	{ "DU", "DestUniqueid" },     { "DL", "DestLinkedid" },
};

/* ---- what it tells ---------------------------------------------------------- */

static void
add_text(struct book *b, const char *before, struct zv_str text)
{
	if (text.n)
		zv_buf_printf(&b->log, "%s%.*s", before, ZV_ARG(text));
}

static void
count(struct book *b, const struct zv_call_event *e)
{
	struct zv_calls_counters now = book_counters(b);

	if (now.calls > b->max_open)
		b->max_open = now.calls;
	b->started += e->kind == ZV_CALL_STARTED;
	b->ended += e->kind == ZV_CALL_ENDED;
	if (e->kind == ZV_LEG_ENDED)
		b->no_result += !e->leg->result;
	if (e->kind != ZV_CALL_ENDED || e->call->merged)
		return;
	b->no_result += !e->call->result;
	for (const struct zv_leg *leg = e->call->legs; leg; leg = leg->next)
		b->no_result += !leg->result || leg->state != ZV_LEG_STATE_ENDED;
}

static void
on_event(void *context, const struct zv_call_event *e)
{
	struct book *b = context;

	count(b, e);
	if (!e->call && !b->lines)
		return;
	zv_buf_printf(&b->log, "%s%s", b->log.n ? "; " : "",
		      zvon_call_event_name(e->kind));
	if (e->leg && e->kind >= ZV_LEG_RINGING)
		add_text(b, " ", e->leg->line);
	if (e->kind == ZV_LEG_ENDED)
		add_text(b, " ", zvon_str(zvon_call_result_name(e->leg->result)));
	if (e->kind == ZV_CALL_STARTED || e->kind == ZV_CALL_ENDED)
		add_text(b, " ", e->call->id);
	if (e->kind == ZV_CALL_ENDED)
		add_text(b, " ", zvon_str(zvon_call_result_name(e->call->result)));
	add_text(b, " to ", e->to);
	add_text(b, " by ", e->by);
	add_text(b, " in ", e->space);
	add_text(b, " file ", e->file);
	add_text(b, " queue ", e->queue);
	add_text(b, " key ", e->digit);
	add_text(b, " ", e->reason);
	add_text(b, " into ", e->into);
	if (e->line)
		zv_buf_printf(&b->log, " %.*s %s", ZV_ARG(e->line->name),
			      zvon_line_state_name(e->line->state));
	if (e->member)
		zv_buf_printf(&b->log, " %.*s %s%s", ZV_ARG(e->member->line),
			      zvon_member_state_name(e->member->state),
			      e->member->paused ? " paused" : "");
	if (e->queue_now)
		zv_buf_printf(&b->log, " %d", e->queue_now->waiting);
}

const char *
book_log(struct book *b)
{
	static char text[20000];

	assert_true(b->log.n < sizeof text);
	snprintf(text, sizeof text, "%.*s", (int)b->log.n, b->log.n ? b->log.p : "");
	zv_buf_clear(&b->log);
	return text;
}

struct zv_calls_counters
book_counters(const struct book *b)
{
	struct zv_calls_counters c;

	zvon_calls_counters(b->calls, &c);
	return c;
}

/* ---- what it is told --------------------------------------------------------- */

void
book_open(struct book *b, const struct zv_calls_options *options)
{
	struct zv_calls_options own =
		options ? *options : (struct zv_calls_options){ 0 };

	*b = (struct book){ 0 };
	own.on_event = on_event;
	own.context = b;
	b->parser = zvon_parser_new(NULL);
	b->calls = zvon_calls_new(&own);
	assert_non_null(b->parser);
	assert_non_null(b->calls);
}

void
book_close(struct book *b)
{
	zvon_calls_free(b->calls);
	zvon_parser_free(b->parser);
	zv_buf_deinit(&b->log);
	zv_buf_deinit(&b->bytes);
}

void
book_feed(struct book *b, struct zv_str bytes)
{
	const struct zv_packet *packet;

	assert_int_equal(zvon_parser_feed(b->parser, bytes), 0);
	while (zvon_parser_next(b->parser, &packet) > 0) {
		b->rc = zvon_calls_feed(b->calls, packet, b->now_ms, 0);
	}
}

static void
wake(struct book *b, int64_t to_ms)
{
	int64_t at;

	while ((at = zvon_calls_deadline(b->calls)) <= to_ms) {
		b->rc = zvon_calls_tick(b->calls, at - 1, 0);
		assert_true(zvon_calls_deadline(b->calls) == at);
		b->rc = zvon_calls_tick(b->calls, at, 0);
		assert_true(zvon_calls_deadline(b->calls) > at);
	}
	b->now_ms = to_ms;
}

static void
add_field(struct book *b, struct zv_str word)
{
	struct zv_str key, value = word;

	assert_true(zv_str_split(&value, '=', &key));
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (zvon_str_equal(key, zvon_str(keys[i].brief)))
			key = zvon_str(keys[i].key);
	zv_buf_printf(&b->bytes, "%.*s: %.*s\r\n", ZV_ARG(key), ZV_ARG(value));
}

static void
tell_line(struct book *b, struct zv_str line)
{
	struct zv_str name, word;
	long long ms;

	line = zv_str_trim(line);
	if (!line.n || !zv_str_split(&line, ' ', &name))
		return;
	if (zvon_str_equal(name, ZV_STR("at"))) {
		assert_int_equal(zv_num_parse(line, 0, 1000000, &ms), 0);
		wake(b, ms);
		return;
	}
	zv_buf_clear(&b->bytes);
	zv_buf_printf(&b->bytes, "Event: %.*s\r\n", ZV_ARG(name));
	while (zv_str_split(&line, ' ', &word))
		if (word.n)
			add_field(b, word);
	zv_buf_printf(&b->bytes, "\r\n");
	book_feed(b, zv_buf_str(&b->bytes));
}

void
book_tell(struct book *b, const char *lines)
{
	struct zv_str rest = zvon_str(lines), line;

	while (zv_str_split(&rest, '\n', &line))
		tell_line(b, line);
}
