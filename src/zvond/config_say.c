/* config_say.c - what is wrong with the configuration, and memory that lives as long as it. */
#include <stdarg.h>
#include <stdio.h>

#include "term/say.h"
#include "zvond/config_impl.h"

static void complain(struct zv_config_reader *r, struct zv_str file, int line,
		     const char *kind, const char *format, va_list args)
	__attribute__((format(printf, 5, 0)));

static void
complain(struct zv_config_reader *r, struct zv_str file, int line, const char *kind,
	 const char *format, va_list args)
{
	zv_buf_printf(r->complaints, "%.*s:%d: %s", ZV_ARG(file), line, kind);
	zv_buf_vprintf(r->complaints, format, args);
	zv_buf_add_char(r->complaints, '\n');
}

void
zv_config_wrong(struct zv_config_reader *r, struct zv_str file, int line,
		const char *en, const char *ru, ...)
{
	va_list args;

	r->failed = true;
	va_start(args, ru);
	complain(r, file, line, "", zv_say_lang() == ZV_LANG_RU ? ru : en, args);
	va_end(args);
}

void
zv_config_warn(struct zv_config_reader *r, struct zv_str file, int line, const char *en,
	       const char *ru, ...)
{
	bool russian = zv_say_lang() == ZV_LANG_RU;
	va_list args;

	va_start(args, ru);
	complain(r, file, line, russian ? "внимание: " : "warning: ", russian ? ru : en,
		 args);
	va_end(args);
}

bool
zv_config_no_memory(struct zv_config_reader *r)
{
	r->out_of_memory = r->failed = true;
	return false;
}

void *
zv_config_take(struct zv_config_reader *r, size_t n)
{
	void *p = zv_conf_take(r->text, n ? n : 1);

	if (!p)
		zv_config_no_memory(r);
	return p;
}

const char *
zv_config_text(struct zv_config_reader *r, const char *format, ...)
{
	struct zv_buf text = { .secret = true };
	struct zv_str kept = { NULL, 0 };
	va_list args;

	va_start(args, format);
	zv_buf_vprintf(&text, format, args);
	va_end(args);
	if (!zv_buf_failed(&text))
		kept = zv_conf_keep(r->text, zv_buf_str(&text));
	if (!kept.p)
		zv_config_no_memory(r);
	zv_buf_deinit(&text);
	return kept.p ? kept.p : "";
}
