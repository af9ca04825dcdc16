#include "zvon/packet.h"

#include <limits.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/num.h"
#include "base/str.h"

const struct zv_field *
zvon_packet_find(const struct zv_packet *p, struct zv_str key)
{
	for (size_t i = 0; i < p->n_fields; i++)
		if (zvon_str_equal_nocase(p->fields[i].key, key))
			return &p->fields[i];
	return NULL;
}

struct zv_str
zvon_packet_get(const struct zv_packet *p, struct zv_str key)
{
	const struct zv_field *f = zvon_packet_find(p, key);

	return f ? f->value : ZV_STR("");
}

long long
zvon_packet_get_int(const struct zv_packet *p, struct zv_str key, long long otherwise)
{
	const struct zv_field *f = zvon_packet_find(p, key);
	long long value;

	if (!f || zv_num_parse(zv_str_trim(f->value), LLONG_MIN, LLONG_MAX, &value) < 0)
		return otherwise;
	return value;
}

static bool
is_output(const struct zv_field *f)
{
	return zvon_str_equal_nocase(f->key, ZV_STR("Output"));
}

bool
zvon_packet_has_output(const struct zv_packet *p)
{
	if (p->kind != ZV_PACKET_RESPONSE)
		return false;
	return p->has_body || zvon_packet_find(p, ZV_STR("Output"));
}

/* The free text is lines with bare LF; the one at its end begins no further line. */
static bool
next_body_line(struct zv_str body, size_t *cursor, struct zv_str *line)
{
	struct zv_str rest = zv_str_from(body, *cursor);

	if (rest.n == 0)
		return false;
	zv_str_split(&rest, '\n', line);
	*cursor += line->n + 1;
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	return true;
}

bool
zvon_packet_next_output(const struct zv_packet *p, size_t *cursor, struct zv_str *line)
{
	if (p->kind != ZV_PACKET_RESPONSE)
		return false;
	if (p->has_body)
		return next_body_line(p->body, cursor, line);
	for (; *cursor < p->n_fields; ++*cursor) {
		if (is_output(&p->fields[*cursor])) {
			*line = p->fields[(*cursor)++].value;
			return true;
		}
	}
	return false;
}

const char *
zvon_packet_kind_name(enum zv_packet_kind kind)
{
	static const char *const names[] = { "banner", "event", "response", "other" };

	return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "other";
}

/* A view into the old text, as a view into its copy. Empty views keep no pointer
 * that could dangle. */
static struct zv_str
moved(struct zv_str view, struct zv_str text, const char *copy)
{
	if (view.n == 0)
		return (struct zv_str){ copy, 0 };
	return (struct zv_str){ copy + (view.p - text.p), view.n };
}

struct zv_packet *
zvon_packet_copy(const struct zv_packet *p)
{
	size_t table = p->n_fields * sizeof(struct zv_field);
	struct zv_packet *copy;
	struct zv_field *fields;
	char *text;

	if (p->text.n > SIZE_MAX / 2 - table - sizeof *copy)
		return NULL;
	copy = zv_malloc(sizeof *copy + table + p->text.n);
	if (!copy)
		return NULL;
	fields = (struct zv_field *)(copy + 1);
	text = (char *)fields + table;
	if (p->text.n)
		memcpy(text, p->text.p, p->text.n);
	for (size_t i = 0; i < p->n_fields; i++) {
		fields[i].key = moved(p->fields[i].key, p->text, text);
		fields[i].value = moved(p->fields[i].value, p->text, text);
	}
	*copy = *p;
	copy->fields = fields;
	copy->name = moved(p->name, p->text, text);
	copy->body = moved(p->body, p->text, text);
	copy->text = (struct zv_str){ text, p->text.n };
	return copy;
}

void
zvon_packet_free(struct zv_packet *p)
{
	zv_free(p);
}
