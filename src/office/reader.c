#include "office/reader.h"

#include "zvon/error.h"

struct zv_str
zv_asked_get(const struct zv_asked *a, const char *key)
{
	struct zv_str wanted = zvon_str(key);

	for (size_t i = 0; i < a->n; i++)
		if (zvon_str_equal_nocase(a->fields[i].key, wanted))
			return a->fields[i].value;
	return ZV_STR("");
}

void
zv_asked_of_id(struct zv_asked *a, struct zv_str action_id)
{
	a->fault = ZV_ASKED_WELL;
	a->n = 1;
	a->fields[0] = (struct zv_field){ ZV_STR("ActionID"), action_id };
}

void
zv_reader_deinit(struct zv_reader *r)
{
	zv_buf_deinit(&r->in);
	zv_buf_deinit(&r->text);
}

int
zv_reader_feed(struct zv_reader *r, struct zv_str bytes)
{
	zv_buf_consume(&r->in, r->at);
	r->at = 0;
	return zv_buf_add(&r->in, bytes);
}

/* 1: *line is the next one without its end; 0: more bytes are needed. Asterisk reads
 * into 1024 bytes and throws them away when they hold no line end. */
static int
next_line(struct zv_reader *r, struct zv_str *line)
{
	struct zv_str rest = zv_str_from(zv_buf_str(&r->in), r->at);
	size_t look = rest.n < ZV_READER_MAX_LINE ? rest.n : ZV_READER_MAX_LINE;
	const char *end = look ? memchr(rest.p, '\n', look) : NULL;

	if (!end && look < ZV_READER_MAX_LINE)
		return 0;
	if (!end) {
		r->at += ZV_READER_MAX_LINE;
		r->fault = ZV_ASKED_LONG_LINE;
		r->cut = true;
		return next_line(r, line);
	}
	*line = (struct zv_str){ rest.p, (size_t)(end - rest.p) };
	r->at += line->n + 1;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return 1;
}

/* Asterisk's strings end at a NUL. */
static struct zv_str
cut_at_nul(struct zv_str line)
{
	const char *nul = line.n ? memchr(line.p, '\0', line.n) : NULL;

	return nul ? (struct zv_str){ line.p, (size_t)(nul - line.p) } : line;
}

static void
keep_line(struct zv_reader *r, struct zv_str line)
{
	if (r->n_lines == ZV_READER_MAX_LINES) {
		r->fault = ZV_ASKED_MANY_LINES;
		return;
	}
	if (zv_buf_add(&r->text, line) < 0)
		r->failed = true;
	r->ends[r->n_lines++] = r->text.n;
}

/* `Key:value`, `Key:   value`: spaces behind the colon are passed over, those at the
 * end stay. A space in front of the key belongs to it. */
static struct zv_field
split_field(struct zv_str line)
{
	const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;
	struct zv_field f = { line, ZV_STR("") };

	if (!colon)
		return f;
	f.key.n = (size_t)(colon - line.p);
	f.value = zv_str_from(line, f.key.n + 1);
	while (f.value.n && (f.value.p[0] == ' ' || f.value.p[0] == '\t'))
		f.value = zv_str_from(f.value, 1);
	return f;
}

static const struct zv_asked *
finish(struct zv_reader *r)
{
	struct zv_str text = zv_buf_str(&r->text);
	size_t from = 0;

	for (size_t i = 0; i < r->n_lines; i++) {
		struct zv_str line = zv_str_from(text, from);

		line.n = r->ends[i] - from;
		r->asked.lines[i] = line;
		r->asked.fields[i] = split_field(line);
		from = r->ends[i];
	}
	r->asked.n = r->n_lines;
	r->asked.fault = r->fault;
	r->taken = true;
	return &r->asked;
}

static void
begin(struct zv_reader *r)
{
	zv_buf_clear(&r->text);
	r->n_lines = 0;
	r->fault = ZV_ASKED_WELL;
	r->taken = false;
}

/* The CRLF alone that is left of a line of 1026 bytes does not end the packet, the LF
 * that is left of 1025 does (measured with 22.10.1). */
static bool
is_rest_of_cut(struct zv_reader *r, size_t bytes)
{
	bool was_cut = r->cut;

	r->cut = false;
	return was_cut && bytes == 2;
}

const struct zv_asked *
zv_reader_next(struct zv_reader *r)
{
	struct zv_str line = { NULL, 0 };
	size_t before;

	if (r->taken)
		begin(r);
	for (;;) {
		if (!next_line(r, &line))
			return NULL;
		before = (size_t)(line.p - r->in.p);
		line = cut_at_nul(line);
		if (is_rest_of_cut(r, r->at - before))
			continue;
		if (line.n == 0)
			return finish(r);
		keep_line(r, line);
	}
}
