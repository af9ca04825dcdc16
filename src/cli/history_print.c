#include "cli/history_print.h"

#include <time.h>

#include "base/str.h"
#include "cli/text_calls.h"
#include "cli/text_originate.h"
#include "hist/cells.h"
#include "hist/when.h"
#include "term/say.h"

#define NO_COLOR "\x1b[0m"
#define DIM	 "\x1b[2m"

/* ---- cells of a table ------------------------------------------------------------------- */

/* Bytes of the first `most` characters of s; *n: how many there are of them. */
static size_t
measure(struct zv_str s, size_t most, size_t *n)
{
	size_t i = 0;

	for (*n = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] & 0xc0) != 0x80 && (*n)++ == most) {
			(*n)--;
			break;
		}
	return i;
}

/* To that width, and two blanks; what is longer is cut. 0: the last cell. */
static void
pad(struct zv_buf *out, size_t from, size_t width)
{
	struct zv_str cell = zv_str_from(zv_buf_str(out), from);
	size_t n;

	if (width == 0)
		return;
	if (measure(cell, width, &n) < cell.n) {
		out->n = from + measure(cell, width - 1, &n);
		zv_buf_add(out, ZV_STR("…"));
		n++;
	}
	for (width += 2; n < width; n++)
		zv_buf_add_char(out, ' ');
}

static void
end_line(struct zv_buf *out)
{
	while (out->n && out->p[out->n - 1] == ' ')
		out->n--;
	zv_buf_add_char(out, '\n');
}

static void
paint(struct zv_history_print *p, const char *color)
{
	if (p->out.style.color)
		zv_buf_add(&p->out.buf, zvon_str(color));
}

static void
add_text(struct zv_buf *out, struct zv_text text, size_t width)
{
	size_t from = out->n;

	zv_buf_add(out, zvon_str(zv_say_pick(text)));
	pad(out, from, width);
}

/* As clocks here show it. */
static void
add_time(struct zv_buf *out, int64_t unix_ms, bool is_day)
{
	time_t s = (time_t)(unix_ms / 1000);
	struct tm tm;

	if (!unix_ms || !localtime_r(&s, &tm))
		return;
	zv_buf_printf(out, "%04d-%02d-%02d", tm.tm_year + 1900, tm.tm_mon + 1,
		      tm.tm_mday);
	if (!is_day)
		zv_buf_printf(out, " %02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
}

static void
add_duration(struct zv_buf *out, int64_t ms, size_t width)
{
	long long s = ms > 0 ? ms / 1000 : 0;
	size_t from = out->n;

	if (s >= 3600)
		zv_buf_printf(out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
	else
		zv_buf_printf(out, "%lld:%02lld", s / 60, s % 60);
	pad(out, from, width);
}

/* ---- calls --------------------------------------------------------------------------------- */

enum {
	W_TIME = 19,
	W_DIRECTION = 10,
	W_FROM = 26,
	W_TO = 14,
	W_RESULT = 22,
	W_SPAN = 7
};

static const struct {
	struct zv_text name;
	size_t width;
} columns[] = {
	{ { "started", "начало" }, W_TIME },
	{ { "direction", "направл." }, W_DIRECTION },
	{ { "from", "кто" }, W_FROM },
	{ { "to", "кому" }, W_TO },
	{ { "result", "итог" }, W_RESULT },
	{ { "waited", "ждал" }, W_SPAN },
	{ { "talked", "говор." }, W_SPAN },
	{ { "who talked, queue, transfers, recordings",
	    "кто говорил, очередь, переводы, записи" },
	  0 },
};

static const char *
color_of(const struct zv_conversation *c)
{
	if (zv_conversation_is_missed(c))
		return "\x1b[31m";
	return c->result == ZV_RESULT_ANSWERED ? "\x1b[32m" : "\x1b[33m";
}

static void
add_from(struct zv_buf *out, const struct zv_conversation *c)
{
	size_t from = out->n;

	if (c->from_number.n)
		zv_out_add_safe(out, c->from_number);
	else
		zv_buf_add(out, zvon_str(zv_say_pick(zv_text_withheld)));
	if (c->from_name.n && !zvon_str_equal(c->from_name, c->from_number)) {
		zv_buf_add_char(out, ' ');
		zv_out_add_safe(out, c->from_name);
	}
	pad(out, from, W_FROM);
}

static void
add_more(struct zv_buf *out, const struct zv_conversation *c)
{
	for (size_t i = 0; i < c->n_talked; i++) {
		zv_buf_add(out, i ? ZV_STR(", ") : ZV_STR(""));
		zv_out_add_safe(out, c->talked[i]);
	}
	if (c->queue.n) {
		zv_buf_printf(out, "%s%s ", c->n_talked ? "; " : "",
			      zv_say_pick(zv_text_queue));
		zv_out_add_safe(out, c->queue);
	}
	for (size_t i = 0; i < c->n_transfers; i++) {
		zv_buf_add(out, ZV_STR("; "));
		zv_out_add_safe(out, c->transfers[i].by);
		zv_buf_add(out, ZV_STR(" → "));
		zv_out_add_safe(out, c->transfers[i].to);
	}
	if (c->n_recordings)
		zv_buf_add(out, ZV_STR(" ●"));
}

static void
table_call(struct zv_history_print *p, const struct zv_conversation *c)
{
	struct zv_buf *out = &p->out.buf;
	size_t from = out->n;

	add_time(out, c->started_ms, false);
	pad(out, from, W_TIME);
	add_text(out, zv_text_direction(c->direction), W_DIRECTION);
	add_from(out, c);
	from = out->n;
	zv_out_add_safe(out, c->to_number);
	pad(out, from, W_TO);
	paint(p, color_of(c));
	add_text(out, zv_text_call_result(c->result), W_RESULT);
	paint(p, NO_COLOR);
	add_duration(out, c->wait_ms, W_SPAN);
	add_duration(out, c->talk_ms, W_SPAN);
	add_more(out, c);
	end_line(out);
}

static void
json_call(struct zv_history_print *p, const struct zv_conversation *c)
{
	struct zv_buf whole = { 0 }, *out = &p->out.buf;
	struct zv_json j = { .out = p->fields->n ? &whole : out },
		       picked = { .out = out };
	size_t from = out->n;

	zv_conversation_json(&j, c);
	if (p->fields->n)
		zv_history_fields_pick(p->fields, zv_buf_str(&whole), &picked);
	zv_buf_add_char(out, '\n');
	out->failed |= zv_buf_failed(&whole);
	if (p->out.style.terminal)
		zv_out_escape_controls(out, from);
	zv_buf_deinit(&whole);
}

static void
csv_call(struct zv_history_print *p, const struct zv_conversation *c)
{
	zv_history_csv_row(&p->out.buf, p->fields, c, p->zone);
}

void
zv_history_print_call(struct zv_history_print *p, const struct zv_conversation *c)
{
	static void (*const shapes[])(struct zv_history_print * p,
				      const struct zv_conversation *c) = {
		[ZV_HISTORY_TABLE] = table_call,
		[ZV_HISTORY_LINES] = json_call,
		[ZV_HISTORY_CELLS] = csv_call,
	};

	if (p->n++ == 0)
		zv_history_print_head(p, false);
	shapes[p->shape](p, c);
	zv_out_more(&p->out);
}

/* ---- statistics ------------------------------------------------------------------------------- */

enum { W_NAME = 20, W_COUNT = 9 };

static const struct {
	struct zv_text name;
	size_t width;
} counts[] = {
	{ { "", "" }, W_NAME },
	{ { "calls", "звонков" }, W_COUNT },
	{ { "answered", "отвечено" }, W_COUNT },
	{ { "missed", "пропущено" }, W_COUNT },
	{ { "talked", "говорили" }, W_COUNT },
	{ { "waited", "ждали" }, W_COUNT },
};

static bool
is_by_time(const struct zv_history_print *p)
{
	return p->by == ZV_BY_HOUR || p->by == ZV_BY_DAY;
}

static void
add_count(struct zv_buf *out, uint64_t n)
{
	size_t from = out->n;

	zv_buf_printf(out, "%llu", (unsigned long long)n);
	pad(out, from, W_COUNT);
}

static void
table_row(struct zv_history_print *p, const struct zv_statistics_row *row)
{
	struct zv_buf *out = &p->out.buf;
	size_t from = out->n;

	if (is_by_time(p))
		add_time(out, row->time_ms, p->by == ZV_BY_DAY);
	else
		zv_out_add_safe(out, row->name);
	pad(out, from, W_NAME);
	add_count(out, row->calls);
	add_count(out, row->answered);
	paint(p, row->missed ? "\x1b[31m" : DIM);
	add_count(out, row->missed);
	paint(p, NO_COLOR);
	add_duration(out, row->talk_ms, W_COUNT);
	add_duration(out, row->wait_ms, W_COUNT);
	end_line(out);
}

static void
json_count(struct zv_json *j, const char *key, long long n)
{
	zv_json_key(j, key);
	zv_json_int(j, n);
}

static void
json_row(struct zv_history_print *p, const struct zv_statistics_row *row)
{
	struct zv_json j = { .out = &p->out.buf };
	size_t from = p->out.buf.n;
	char time[ZV_WHEN_TEXT];

	zv_json_begin_object(&j);
	if (is_by_time(p))
		zv_json_member(&j, "time", zvon_str(zv_when_text(row->time_ms, time)));
	else
		zv_json_member(&j, "name", row->name);
	json_count(&j, "calls", (long long)row->calls);
	json_count(&j, "answered", (long long)row->answered);
	json_count(&j, "missed", (long long)row->missed);
	json_count(&j, "talk_ms", row->talk_ms);
	json_count(&j, "wait_ms", row->wait_ms);
	zv_json_end_object(&j);
	zv_buf_add_char(&p->out.buf, '\n');
	if (p->out.style.terminal)
		zv_out_escape_controls(&p->out.buf, from);
}

static void
csv_row(struct zv_history_print *p, const struct zv_statistics_row *row)
{
	struct zv_buf *out = &p->out.buf;

	if (is_by_time(p))
		zv_history_write_time(out, row->time_ms, p->zone);
	else
		zv_csv_cell(out, row->name);
	zv_buf_printf(out, ",%llu,%llu,%llu,%lld,%lld\r\n",
		      (unsigned long long)row->calls, (unsigned long long)row->answered,
		      (unsigned long long)row->missed, (long long)row->talk_ms / 1000,
		      (long long)row->wait_ms / 1000);
}

void
zv_history_print_row(struct zv_history_print *p, const struct zv_statistics_row *row)
{
	static void (*const shapes[])(struct zv_history_print * p,
				      const struct zv_statistics_row *row) = {
		[ZV_HISTORY_TABLE] = table_row,
		[ZV_HISTORY_LINES] = json_row,
		[ZV_HISTORY_CELLS] = csv_row,
	};

	if (p->n++ == 0)
		zv_history_print_head(p, true);
	shapes[p->shape](p, row);
	zv_out_more(&p->out);
}

/* ---- heads ---------------------------------------------------------------------------------------- */

static void
table_head(struct zv_history_print *p, bool is_statistics)
{
	struct zv_buf *out = &p->out.buf;

	paint(p, DIM);
	for (size_t i = 0; !is_statistics && i < sizeof columns / sizeof *columns; i++)
		add_text(out, columns[i].name, columns[i].width);
	for (size_t i = 0; is_statistics && i < sizeof counts / sizeof *counts; i++)
		add_text(out, counts[i].name, counts[i].width);
	paint(p, NO_COLOR);
	zv_buf_add_char(out, '\n');
}

void
zv_history_print_head(struct zv_history_print *p, bool is_statistics)
{
	if (p->shape == ZV_HISTORY_TABLE) {
		table_head(p, is_statistics);
	} else if (p->shape == ZV_HISTORY_CELLS && !is_statistics) {
		zv_history_csv_head(&p->out.buf, p->fields, p->bom);
	} else if (p->shape == ZV_HISTORY_CELLS) {
		if (p->bom)
			zv_buf_add(&p->out.buf, ZV_STR("\xef\xbb\xbf"));
		zv_buf_printf(&p->out.buf, "%s,calls,answered,missed,talk_s,wait_s\r\n",
			      is_by_time(p) ? "time" : "name");
	}
}
