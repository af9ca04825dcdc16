#include "hist/miko.h"

#include "hist/fields.h"

void
zv_percent_encode(struct zv_buf *out, struct zv_str text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.n; i++) {
		unsigned char c = (unsigned char)text.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
		    (c >= 'A' && c <= 'Z') || (c && memchr("-_.~", c, 4))) {
			zv_buf_add_char(out, (char)c);
		} else {
			zv_buf_add_char(out, '%');
			zv_buf_add_char(out, hex[c >> 4]);
			zv_buf_add_char(out, hex[c & 15]);
		}
	}
}

static void
add_text(struct zv_buf *out, const char *name, struct zv_str value)
{
	zv_buf_printf(out, " %s=\"", name);
	zv_percent_encode(out, value);
	zv_buf_add_char(out, '"');
}

static void
add_number(struct zv_buf *out, const char *name, int64_t value)
{
	zv_buf_printf(out, " %s=\"%lld\"", name, (long long)value);
}

static void
add_time(struct zv_buf *out, const char *name, int64_t unix_ms,
	 const struct zv_zone *zone)
{
	struct zv_buf text = { 0 };

	zv_history_write_time(&text, unix_ms, zone);
	add_text(out, name, zv_buf_str(&text));
	out->failed |= zv_buf_failed(&text);
	zv_buf_deinit(&text);
}

/* The words of Asterisk's CDRs (main/cdr.c). */
static const char *
disposition(enum zv_call_result result)
{
	switch (result) {
	case ZV_RESULT_ANSWERED:
	case ZV_RESULT_ANSWERED_ELSEWHERE:
		return "ANSWERED";
	case ZV_RESULT_BUSY:
		return "BUSY";
	case ZV_RESULT_FAILED:
		return "FAILED";
	case ZV_RESULT_CONGESTION:
		return "CONGESTION";
	default:
		return "NO ANSWER";
	}
}

/* Whom the caller talked with; else who was called last. */
static const struct zv_past_leg *
callee(const struct zv_conversation *c)
{
	const struct zv_past_leg *last = NULL;

	for (size_t i = 0; i < c->n_legs; i++) {
		if (c->legs[i].role != ZV_ROLE_CALLEE)
			continue;
		last = &c->legs[i];
		if (last->answered)
			return last;
	}
	return last;
}

/* "Name" <number>, as Asterisk writes it. */
static void
add_clid(struct zv_buf *out, const struct zv_conversation *c)
{
	struct zv_buf text = { 0 };

	zv_buf_printf(&text, "\"%.*s\" <%.*s>", ZV_ARG(c->from_name),
		      ZV_ARG(c->from_number));
	add_text(out, "clid", zv_buf_str(&text));
	out->failed |= zv_buf_failed(&text);
	zv_buf_deinit(&text);
}

static int64_t
seconds(int64_t ms)
{
	return ms > 0 ? ms / 1000 : 0;
}

void
zv_miko_row(struct zv_buf *out, const struct zv_conversation *c,
	    const struct zv_zone *zone)
{
	const struct zv_past_leg *to = callee(c);
	const struct zv_str none = { "", 0 };

	zv_buf_add(out, ZV_STR("<cdr-row"));
	add_number(out, "id", c->number);
	add_time(out, "calldate", c->started_ms, zone);
	add_clid(out, c);
	add_text(out, "src", c->from_number);
	add_text(out, "dst", c->to_number);
	add_text(out, "channel", c->n_legs ? c->legs[0].channel : none);
	add_text(out, "dstchannel", to ? to->channel : none);
	add_text(out, "lastapp", c->queue.n ? ZV_STR("Queue") : ZV_STR("Dial"));
	add_text(out, "lastdata", c->queue);
	add_number(out, "duration", seconds(c->ended_ms - c->started_ms));
	add_number(out, "billsec", seconds(c->talk_ms));
	add_text(out, "disposition", zvon_str(disposition(c->result)));
	add_text(out, "uniqueid", c->id);
	add_text(out, "linkedid", c->n_linked_ids ? c->linked_ids[0] : c->id);
	add_text(out, "did", c->did);
	add_text(out, "recordingfile", c->n_recordings ? c->recordings[0].id : none);
	add_time(out, "answer", c->answered_ms, zone);
	add_time(out, "end", c->ended_ms, zone);
	zv_buf_add(out, ZV_STR("/>\n"));
}
