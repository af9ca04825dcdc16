#include "cli/probe_print.h"

#include "base/str.h"
#include "json/writer.h"

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
print_mark(struct zv_out *out, enum zv_probe_status status, bool in_russian)
{
	if (out->style.color)
		zv_buf_add(&out->buf, zvon_str(statuses[status].color));
	add_padded(&out->buf, zv_text_probe(statuses[status].mark, in_russian),
		   MARK_COLUMNS);
	if (out->style.color)
		zv_buf_add(&out->buf, ZV_STR("\033[0m"));
}

static void
print_text(struct zv_out *out, const struct zv_probe_line *line)
{
	struct zv_str rest = zv_buf_str(&line->advice), advice;

	print_mark(out, line->status, line->in_russian);
	add_padded(&out->buf, zv_text_probe(line->step, line->in_russian),
		   STEP_COLUMNS);
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
zv_probe_print(void *user, const struct zv_probe_line *line)
{
	struct zv_probe_printer *p = user;

	if (p->json)
		print_json(&p->out.buf, line);
	else
		print_text(&p->out, line);
	zv_out_flush(&p->out);
}
