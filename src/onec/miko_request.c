#include "onec/miko_request.h"

#include <stdarg.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "onec/text16.h"
#include "xml/generic.h"

#define ORIGINATE_MS  30000 /* of Asterisk, when Timeout is empty */
#define MOST_EXTRA_MS (24 * 3600 * 1000)

struct making {
	const struct zv_method *method;
	const struct zv_miko_request_options *options;
	struct zv_request *request;
	struct zv_error *err;
};

/* ---- errors ------------------------------------------------------------------------------ */

/* In the script's language: request.c speaks English. */
static int
fail_argument(const struct making *m, const char *name, int code,
	      const struct zv_error *why)
{
	if (!m->options->in_russian)
		return zv_fail(m->err, code, "%s: parameter %s: %s", m->method->name,
			       name, why->text);
	if (code == ZV_ETOOBIG)
		return zv_fail(
			m->err, code,
			"%s: параметр %s: строка «имя: значение» длиннее %d байт, или "
			"их больше %d; ничего не отправлено",
			m->method->name, name, ZV_REQUEST_MAX_LINE,
			ZV_REQUEST_MAX_LINES);
	return zv_fail(
		m->err, code,
		"%s: параметр %s: перевод строки, нулевой символ или их запись %%0d, "
		"%%0a, %%00 внутри значения (продолжение стало бы отдельной строкой "
		"команды); ничего не отправлено",
		m->method->name, name);
}

static int
add(struct making *m, const char *argument, struct zv_str key, struct zv_str value)
{
	struct zv_error why = { 0 };
	int rc = zvon_request_add(m->request, key, value, &why);

	return rc == ZV_ENOMEM ? zv_fail_nomem(m->err)
	       : rc < 0	       ? fail_argument(m, argument, rc, &why)
			       : 0;
}

/* ---- each way ------------------------------------------------------------------------------ */

/* %20 and the like, as Asterisk's HTTP server did when the URL held them. */
static int
add_decoded(struct zv_buf *out, struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		int high = -1, low = -1;

		if (s.p[i] == '%' && i + 2 < s.n) {
			high = zv_hex_digit(s.p[i + 1]);
			low = zv_hex_digit(s.p[i + 2]);
		}
		if (high < 0 || low < 0) {
			zv_buf_add_char(out, s.p[i]);
			continue;
		}
		zv_buf_add_char(out, (char)(high * 16 + low));
		i += 2;
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

static int
add_percent(struct making *m, const struct zv_miko_header *h, struct zv_str value)
{
	struct zv_buf plain = { 0 };
	int rc;

	if (m->options->keep_percent)
		return add(m, h->name, zvon_str(h->name), value);
	rc = add_decoded(&plain, value) < 0
		     ? zv_fail_nomem(m->err)
		     : add(m, h->name, zvon_str(h->name), zv_buf_str(&plain));
	zv_buf_deinit(&plain);
	return rc;
}

/* A word of 1C for a Boolean; what else there is goes as it is: Asterisk may know it. */
static int
add_word(struct making *m, const struct zv_miko_header *h, struct zv_str value)
{
	static const struct {
		const char *word;
		bool is_true;
	} words[] = {
		{ "true", true },   { "истина", true }, { "да", true },
		{ "false", false }, { "ложь", false },	{ "нет", false },
	};
	static const struct zv_str answers[][2] = {
		{ { "false", 5 }, { "true", 4 } },
		{ { "no", 2 }, { "yes", 3 } },
	};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (zv_name_equal(value, zvon_str(words[i].word)))
			value = answers[h->how == ZV_MIKO_YES][words[i].is_true];
	return add(m, h->name, zvon_str(h->name), value);
}

static int
add_plain(struct making *m, const struct zv_miko_header *h, struct zv_str value)
{
	return add(m, h->name, zvon_str(h->name), value);
}

/* "a=1,b=2": how many variables Asterisk sees there: it minds quotes and backslashes. */
static size_t
count_variables(struct zv_str line)
{
	bool is_quoted = false;
	size_t n = 1;

	for (size_t i = 0; i < line.n; i++) {
		if (line.p[i] == '\\')
			i++;
		else if (line.p[i] == '"')
			is_quoted = !is_quoted;
		else if (line.p[i] == ',' && !is_quoted)
			n++;
	}
	return n;
}

/* Asterisk 1.8 puts what is too many into the last one, without a word. */
static int
fail_variables(const struct making *m, const struct zv_miko_header *h)
{
	return zv_fail(
		m->err, ZV_ETOOBIG,
		m->options->in_russian
			? "%s: параметр %s: переменных больше %d; ничего не отправлено"
			: "%s: parameter %s: more than %d variables; nothing was sent",
		m->method->name, h->name, ZV_MIKO_VARIABLES_MAX);
}

static int
add_each(struct making *m, const struct zv_miko_header *h, struct zv_str value)
{
	struct zv_str line;
	size_t n = 0;
	int rc = 0;

	while (rc == 0 && zv_str_split(&value, '\n', &line)) {
		line = zv_str_trim(line);
		if (line.n == 0)
			continue;
		n += count_variables(line);
		rc = n > ZV_MIKO_VARIABLES_MAX
			     ? fail_variables(m, h)
			     : add(m, h->name, zvon_str(h->name), line);
	}
	return rc;
}

static int
add_header_line(struct making *m, const struct zv_miko_header *h, struct zv_str line)
{
	struct zv_str key;

	if (zv_str_find(line, ZV_STR(":")) == line.n)
		return zv_fail(m->err, ZV_EINVAL,
			       m->options->in_russian
				       ? "%s: параметр %s: в строке нет двоеточия, "
					 "нужно «Имя: "
					 "значение»; ничего не отправлено"
				       : "%s: parameter %s: a line has no colon, write "
					 "\"Name: value\"; nothing was sent",
			       m->method->name, h->name);
	zv_str_split(&line, ':', &key);
	return add(m, h->name, zv_str_trim(key), zv_str_trim(line));
}

static int
add_lines(struct making *m, const struct zv_miko_header *h, struct zv_str value)
{
	struct zv_str line;
	int rc = 0;

	while (rc == 0 && zv_str_split(&value, '\n', &line)) {
		line = zv_str_trim(line);
		if (line.n)
			rc = add_header_line(m, h, line);
	}
	return rc;
}

static int (*const ways[])(struct making *m, const struct zv_miko_header *h,
			   struct zv_str value) = {
	[ZV_MIKO_PLAIN] = add_plain,  [ZV_MIKO_PERCENT] = add_percent,
	[ZV_MIKO_BOOLEAN] = add_word, [ZV_MIKO_YES] = add_word,
	[ZV_MIKO_EACH] = add_each,    [ZV_MIKO_HEADERS] = add_lines,
};

/* ---- the request ---------------------------------------------------------------------------- */

static struct zv_str
text_of(const struct zv_value *v)
{
	return v->kind == ZV_VALUE_TEXT ? zv_buf_str(&v->bytes) : ZV_STR("");
}

static int
add_all(struct making *m, const struct zv_value *arguments)
{
	const struct zv_miko_function *f = m->method->data;
	struct zv_str id = text_of(&arguments[f->n_headers]);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < f->n_headers; i++) {
		struct zv_str value = text_of(&arguments[i]);

		if (value.n)
			rc = ways[f->headers[i].how](m, &f->headers[i], value);
	}
	if (rc == 0)
		rc = add(m, "ActionID", ZV_STR("ActionID"),
			 id.n ? id : m->options->action_id);
	return rc;
}

struct zv_request *
zv_miko_request(const struct zv_method *method, const struct zv_value *arguments,
		const struct zv_miko_request_options *options, struct zv_error *err)
{
	const struct zv_miko_function *f = method->data;
	struct making m = { method, options, NULL, err };

	m.request = zvon_request_new(zvon_str(f->action), err);
	if (m.request && add_all(&m, arguments) == 0)
		return m.request;
	zvon_request_free(m.request);
	return NULL;
}

/* ---- time ----------------------------------------------------------------------------------- */

static struct zv_str
argument_of(const struct zv_miko_function *f, const struct zv_value *arguments,
	    const char *header)
{
	for (size_t i = 0; i < f->n_headers; i++)
		if (zvon_str_equal_nocase(zvon_str(f->headers[i].name),
					  zvon_str(header)))
			return text_of(&arguments[i]);
	return ZV_STR("");
}

/* As ast_true() of Asterisk, and as 1C says it. */
static bool
is_true(struct zv_str s)
{
	static const char *const words[] = { "true", "yes", "y",  "t",
					     "1",    "on",  "да", "истина" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (zv_name_equal(s, zvon_str(words[i])))
			return true;
	return false;
}

int
zv_miko_extra_ms(const struct zv_method *method, const struct zv_value *arguments)
{
	const struct zv_miko_function *f = method->data;
	long long ms = ORIGINATE_MS;

	if (!zvon_str_equal_nocase(zvon_str(f->action), ZV_STR("Originate")) ||
	    is_true(argument_of(f, arguments, "Async")))
		return 0;
	if (zv_num_parse(argument_of(f, arguments, "Timeout"), 0, MOST_EXTRA_MS, &ms) <
	    0)
		ms = ORIGINATE_MS;
	return (int)ms;
}

/* ---- what comes back ------------------------------------------------------------------------- */

/* The lines of the packet but for that one. */
static int
add_without_id(struct zv_buf *out, struct zv_str text, struct zv_str own_id)
{
	struct zv_str line;

	while (zv_str_split(&text, '\n', &line)) {
		struct zv_str rest = line, key;

		zv_str_split(&rest, ':', &key);
		if (zvon_str_equal_nocase(zv_str_trim(key), ZV_STR("ActionID")) &&
		    zv_str_starts(zv_str_trim(rest), own_id))
			continue;
		zv_buf_add(out, line);
		zv_buf_add_char(out, '\n');
	}
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

int
zv_miko_element(const struct zv_packet *p, struct zv_str own_id, struct zv_buf *out)
{
	struct zv_packet shown = { .text = p->text };
	struct zv_buf text = { 0 };
	bool is_own = zv_str_starts(zvon_packet_get(p, ZV_STR("ActionID")), own_id);
	int rc = is_own ? add_without_id(&text, p->text, own_id) : 0;

	if (is_own)
		shown.text = zv_buf_str(&text);
	if (rc == 0)
		rc = zv_xml_element(&shown, out);
	zv_buf_deinit(&text);
	return rc;
}

int
zv_miko_own_element(struct zv_buf *out, const char *key, ...)
{
	struct zv_packet p = { 0 };
	struct zv_buf text = { 0 };
	va_list args;
	int rc;

	va_start(args, key);
	for (; key; key = va_arg(args, const char *))
		zv_buf_printf(&text, "%s: %s\r\n", key, va_arg(args, const char *));
	va_end(args);
	p.text = zv_buf_str(&text);
	rc = zv_buf_failed(&text) ? ZV_ENOMEM : zv_xml_element(&p, out);
	zv_buf_deinit(&text);
	return rc;
}
