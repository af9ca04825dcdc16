#include "hist/flat.h"

#include "hist/fields.h"

static void
member_buf(struct zv_json *j, const char *key, struct zv_buf *text)
{
	zv_json_member(j, key, zv_buf_str(text));
	j->out->failed |= zv_buf_failed(text);
	zv_buf_clear(text);
}

static void
member_seconds(struct zv_json *j, const char *key, int64_t ms)
{
	zv_json_key(j, key);
	zv_json_int(j, ms > 0 ? ms / 1000 : 0);
}

/* The first one that can be asked for. */
static void
write_recording(struct zv_json *j, const struct zv_conversation *c, struct zv_str base,
		struct zv_buf *text)
{
	for (size_t i = 0; i < c->n_recordings; i++) {
		if (!c->recordings[i].id.n)
			continue;
		zv_buf_add(text, base);
		zv_buf_add(text, c->recordings[i].id);
		member_buf(j, "recording", text);
		return;
	}
	zv_json_key(j, "recording");
	zv_json_null(j);
}

void
zv_conversation_flat_json(struct zv_json *j, const struct zv_conversation *c,
			  const struct zv_zone *zone, struct zv_str base)
{
	struct zv_buf text = { 0 }, whole = { 0 };
	struct zv_json w = { .out = &whole };

	zv_json_begin_object(j);
	zv_history_write_day(&text, c->started_ms, zone);
	member_buf(j, "date", &text);
	zv_history_write_clock(&text, c->started_ms, zone);
	member_buf(j, "time", &text);
	zv_json_member(j, "caller", c->from_number);
	zv_json_member(j, "callee", c->to_number);
	zv_json_member(j, "number", zv_conversation_other(c));
	member_seconds(j, "duration", c->ended_ms ? c->ended_ms - c->started_ms : 0);
	member_seconds(j, "talk", c->talk_ms);
	write_recording(j, c, base, &text);
	zv_conversation_json(&w, c);
	if (whole.n > 2) /* more than {}: without its braces */
		zv_buf_printf(j->out, ",%.*s", (int)(whole.n - 2), whole.p + 1);
	zv_json_end_object(j);
	j->out->failed |= zv_buf_failed(&whole);
	zv_buf_deinit(&text);
	zv_buf_deinit(&whole);
}
