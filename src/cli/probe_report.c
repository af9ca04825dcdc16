#include "cli/probe_report.h"

#include <stdarg.h>

#include "base/str.h"
#include "json/writer.h"

#define MAX_ARGS     3
#define MARK_COLUMNS 9
#define STEP_COLUMNS 13

static const struct {
	const char *word; /* in JSON */
	enum zv_probe_text mark;
	const char *color;
} statuses[] = {
	[ZV_PROBE_OK] = { "ok", ZV_PT_OK, "\033[32m" },
	[ZV_PROBE_SKIPPED] = { "skipped", ZV_PT_SKIPPED, "\033[2m" },
	[ZV_PROBE_WARNING] = { "warning", ZV_PT_WARNING, "\033[33m" },
	[ZV_PROBE_FAILED] = { "failed", ZV_PT_FAILED, "\033[31m" },
};

/* Names of the steps in JSON do not change with the language. */
static const char *const step_words[] = {
	[ZV_PT_STEP_NAME] = "name",
	[ZV_PT_STEP_PORT] = "port",
	[ZV_PT_STEP_TLS] = "tls",
	[ZV_PT_STEP_GREETING] = "greeting",
	[ZV_PT_STEP_HTTP] = "http",
	[ZV_PT_STEP_PATH] = "path",
	[ZV_PT_STEP_LOGIN] = "login",
	[ZV_PT_STEP_VERSION] = "version",
	[ZV_PT_STEP_WRITE] = "write_rights",
	[ZV_PT_STEP_READ] = "read_rights",
	[ZV_PT_STEP_BOOTED] = "booted",
	[ZV_PT_STEP_EVENT] = "event",
	[ZV_PT_STEP_CLOCK] = "clock",
	[ZV_PT_STEP_SUMMARY] = "summary",
};

/* ---- gathering --------------------------------------------------------------- */

static void
fill(struct zv_buf *out, enum zv_probe_text id, va_list words)
{
	struct zv_str args[MAX_ARGS];
	const char *word;
	size_t n = 0;

	while (n < MAX_ARGS && (word = va_arg(words, const char *)) != NULL)
		args[n++] = zvon_str(word);
	zv_text_probe_fill(out, id, args, n);
}

void
zv_probe_worsen(struct zv_probe_line *line, enum zv_probe_status status)
{
	if (status > line->status)
		line->status = status;
}

static void
begin_text(struct zv_probe_line *line, enum zv_probe_status status)
{
	zv_probe_worsen(line, status);
	if (line->text.n)
		zv_buf_add(&line->text, ZV_STR("; "));
}

void
zv_probe_say(struct zv_probe_line *line, enum zv_probe_status status,
	     enum zv_probe_text id, ...)
{
	va_list words;

	begin_text(line, status);
	va_start(words, id);
	fill(&line->text, id, words);
	va_end(words);
}

void
zv_probe_say_as_is(struct zv_probe_line *line, enum zv_probe_status status,
		   struct zv_str text)
{
	begin_text(line, status);
	zv_buf_add(&line->text, text);
}

void
zv_probe_advise(struct zv_probe_line *line, enum zv_probe_text id, ...)
{
	va_list words;

	va_start(words, id);
	fill(&line->advice, id, words);
	va_end(words);
	zv_buf_add_char(&line->advice, '\n');
}

void
zv_probe_add_words(struct zv_probe_line *line, const char *key, struct zv_str words)
{
	struct zv_json j = { .out = &line->facts, .comma = true };
	struct zv_str word;

	zv_json_key(&j, key);
	zv_json_begin_array(&j);
	while (words.n && zv_str_split(&words, ',', &word))
		zv_json_string(&j, word);
	zv_json_end_array(&j);
}

void
zv_probe_add_fact(struct zv_probe_line *line, const char *key, struct zv_str value)
{
	struct zv_json j = { .out = &line->facts, .comma = true };

	zv_json_member(&j, key, value);
}

/* ---- printing ------------------------------------------------------------------ */

static void
print_json(struct zv_buf *out, const struct zv_probe_line *line)
{
	struct zv_json j = { .out = out };
	struct zv_str rest = zv_buf_str(&line->advice), advice;

	zv_json_begin_object(&j);
	zv_json_member(&j, "step", zvon_str(step_words[line->step]));
	zv_json_member(&j, "status", zvon_str(statuses[line->status].word));
	zv_json_key(&j, "time_ms");
	if (line->ms >= 0)
		zv_json_int(&j, line->ms);
	else
		zv_json_null(&j);
	zv_json_member(&j, "text", zv_buf_str(&line->text));
	zv_json_key(&j, "advice");
	zv_json_begin_array(&j);
	while (rest.n && zv_str_split(&rest, '\n', &advice))
		zv_json_string(&j, advice);
	zv_json_end_array(&j);
	zv_buf_add(out, zv_buf_str(&line->facts));
	zv_json_end_object(&j);
	zv_buf_add_char(out, '\n');
}

/* Letters, not bytes: Cyrillic ones have two. */
static size_t
columns(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static void
add_padded(struct zv_buf *out, const char *text, size_t width)
{
	size_t n = columns(text);

	zv_buf_add(out, zvon_str(text));
	for (; n < width; n++)
		zv_buf_add_char(out, ' ');
}

static void
print_mark(struct zv_out *out, enum zv_probe_status status)
{
	if (out->style.color)
		zv_buf_add(&out->buf, zvon_str(statuses[status].color));
	add_padded(&out->buf, zv_text_probe(statuses[status].mark), MARK_COLUMNS);
	if (out->style.color)
		zv_buf_add(&out->buf, ZV_STR("\033[0m"));
}

static void
print_text(struct zv_out *out, const struct zv_probe_line *line)
{
	struct zv_str rest = zv_buf_str(&line->advice), advice;

	print_mark(out, line->status);
	add_padded(&out->buf, zv_text_probe(line->step), STEP_COLUMNS);
	zv_out_add_safe(&out->buf, zv_buf_str(&line->text));
	if (line->ms >= 0)
		zv_buf_printf(&out->buf, "  [%d ms]", line->ms);
	zv_buf_add_char(&out->buf, '\n');
	while (rest.n && zv_str_split(&rest, '\n', &advice)) {
		add_padded(&out->buf, "", MARK_COLUMNS + STEP_COLUMNS - 3);
		zv_buf_add(&out->buf, ZV_STR("-> "));
		zv_out_add_safe(&out->buf, advice);
		zv_buf_add_char(&out->buf, '\n');
	}
}

void
zv_probe_tell(struct zv_probe_report *report, struct zv_probe_line *line)
{
	report->n_warnings += line->status == ZV_PROBE_WARNING;
	report->n_failed += line->status == ZV_PROBE_FAILED;
	if (report->json)
		print_json(&report->out.buf, line);
	else
		print_text(&report->out, line);
	zv_out_flush(&report->out);
	zv_buf_deinit(&line->text);
	zv_buf_deinit(&line->advice);
	zv_buf_deinit(&line->facts);
}
