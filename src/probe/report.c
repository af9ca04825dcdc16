#include "probe/report.h"

#include <stdarg.h>

#include "base/str.h"
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
