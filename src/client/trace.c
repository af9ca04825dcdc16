#include "client/trace.h"

void
zv_trace_init(struct zv_trace *t, enum zv_direction direction)
{
	t->redactor.to_server = direction == ZV_TO_SERVER;
	t->arrow = direction == ZV_TO_SERVER ? ">" : "<";
}

void
zv_trace_deinit(struct zv_trace *t)
{
	zv_buf_deinit(&t->line);
}

/* A longer line is logged in pieces. */
static void
end_line(struct zv_trace *t, const struct zv_log *log)
{
	struct zv_str line = zv_str_trim(zv_buf_str(&t->line));

	zv_log(log, ZV_LOG_TRACE, "wire", "%s %.*s", t->arrow, ZV_ARG(line));
	zv_buf_clear(&t->line);
}

void
zv_trace_bytes(struct zv_trace *t, const struct zv_log *log, struct zv_str bytes)
{
	if (!log->fn || log->level < ZV_LOG_TRACE)
		return;
	for (size_t i = 0; i < bytes.n; i++) {
		char c = bytes.p[i];

		zvon_redact(&t->redactor, &c, 1);
		zv_buf_add_char(&t->line, c == '\0' ? '?' : c);
		if (c == '\n' || t->line.n >= ZV_LOG_LINE_MAX - 16)
			end_line(t, log);
	}
}
