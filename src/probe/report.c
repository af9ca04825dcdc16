#include "probe/report.h"

#include <stdarg.h>

#include "base/str.h"
#include "base/utf.h"
#include "json/writer.h"

#define MAX_ARGS 3
static void
fill(struct zv_buf *out, const struct zv_probe_line *line, enum zv_probe_text id,
     va_list words)
{
	struct zv_str args[MAX_ARGS];
	const char *word;
	size_t n = 0;

	while (n < MAX_ARGS && (word = va_arg(words, const char *)) != NULL)
		args[n++] = zvon_str(word);
	zv_text_probe_fill(out, id, line->in_russian, args, n);
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
	fill(&line->text, line, id, words);
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
	fill(&line->advice, line, id, words);
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

/* ---- as text --------------------------------------------------------------------- */

#define MARK_COLUMNS 9
#define STEP_COLUMNS 13

static const enum zv_probe_text marks[] = {
	[ZV_PROBE_OK] = ZV_PT_OK,
	[ZV_PROBE_SKIPPED] = ZV_PT_SKIPPED,
	[ZV_PROBE_WARNING] = ZV_PT_WARNING,
	[ZV_PROBE_FAILED] = ZV_PT_FAILED,
};

/* Letters, not bytes: Cyrillic ones have two. */
static void
add_padded(struct zv_buf *out, const char *text, size_t width)
{
	zv_buf_add(out, zvon_str(text));
	for (; *text; text++)
		width -= width && ((unsigned char)*text & 0xc0) != 0x80;
	while (width--)
		zv_buf_add_char(out, ' ');
}

/* What a server said may be in it. */
static void
add_safe(struct zv_buf *out, struct zv_str text)
{
	size_t from = out->n;

	if (zv_buf_add(out, text) < 0 || !*zv_buf_cstr(out) || zv_buf_failed(out))
		return;
	zv_utf8_make_line(out->p + from);
	out->n = from + strlen(out->p + from);
}

void
zv_probe_add_line(struct zv_buf *out, const struct zv_probe_line *line)
{
	struct zv_str rest = zv_buf_str(&line->advice), advice;

	add_padded(out, zv_text_probe(marks[line->status], line->in_russian),
		   MARK_COLUMNS);
	add_padded(out, zv_text_probe(line->step, line->in_russian), STEP_COLUMNS);
	add_safe(out, zv_buf_str(&line->text));
	if (line->ms >= 0)
		zv_buf_printf(out, line->in_russian ? "  [%d мс]" : "  [%d ms]",
			      line->ms);
	zv_buf_add_char(out, '\n');
	while (rest.n && zv_str_split(&rest, '\n', &advice)) {
		add_padded(out, "", MARK_COLUMNS + STEP_COLUMNS - 3);
		zv_buf_add(out, ZV_STR("-> "));
		add_safe(out, advice);
		zv_buf_add_char(out, '\n');
	}
}

void
zv_probe_tell(struct zv_probe_report *report, struct zv_probe_line *line)
{
	report->n_warnings += line->status == ZV_PROBE_WARNING;
	report->n_failed += line->status == ZV_PROBE_FAILED;
	report->tell(report->user, line);
	zv_buf_deinit(&line->text);
	zv_buf_deinit(&line->advice);
	zv_buf_deinit(&line->facts);
}
