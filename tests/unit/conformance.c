#include "conformance.h"

#include <stdio.h>
#include <stdlib.h>

#include "helper.h"

void
conformance_open(struct conformance *c)
{
	char path[1000];

	snprintf(path, sizeof path, "%s/tests/ws/conformance.txt",
		 getenv("ZVON_SOURCE_ROOT"));
	*c = (struct conformance){ .file = read_file(path) };
	c->rest = c->file;
}

void
conformance_close(struct conformance *c)
{
	free((char *)c->file.p);
	zv_buf_deinit(&c->bytes);
}

/* A piece of the notation up to what ends it, as bytes. */
static const char *add_pieces(struct zv_buf *out, const char *p);

static const char *
add_piece(struct zv_buf *out, const char *p)
{
	if (*p == '(') {
		p = add_pieces(out, p + 1);
		assert_int_equal(*p, ')');
		return p + 1;
	}
	if (*p == '\'') {
		for (p++; *p != '\''; p++)
			zv_buf_add_char(out, *p);
		return p + 1;
	}
	if (*p == 'm') {
		zv_buf_add(out, (struct zv_str){ "\0\0\0\0", 4 });
		return p + 1;
	}
	zv_buf_add_char(out, (char)strtoul((char[]){ p[0], p[1], 0 }, NULL, 16));
	return p + 2;
}

static const char *
add_pieces(struct zv_buf *out, const char *p)
{
	while (*p && *p != ')') {
		struct zv_buf piece = { 0 };
		char *end = NULL;
		long times = 1;

		if (*p == ' ') {
			p++;
			continue;
		}
		p = add_piece(&piece, p);
		if (*p == '*') {
			times = strtol(p + 1, &end, 10);
			p = end;
		}
		while (times--)
			zv_buf_add(out, zv_buf_str(&piece));
		zv_buf_deinit(&piece);
	}
	return p;
}

/* `text:a !1002@8` as messages, code and place. */
static void
read_wanted(struct conformance_row *row, struct zv_str text)
{
	char *refusal;

	assert_true(text.n < sizeof row->wanted);
	memcpy(row->wanted, text.p, text.n);
	row->wanted[text.n] = '\0';
	row->close_code = 0;
	row->refused_at = 0;
	refusal = strrchr(row->wanted, '!');
	if (!refusal || !strchr(refusal, '@'))
		return;
	assert_int_equal(sscanf(refusal, "!%d@%zu", &row->close_code, &row->refused_at),
			 2);
	*refusal = '\0';
}

static void
read_row(struct conformance *c, struct zv_str line, struct conformance_row *row)
{
	struct zv_str part, parts[4];
	char notation[300];
	int n = 0;

	while (zv_str_split(&line, '|', &part)) {
		assert_true(n < 4);
		parts[n++] = zv_str_trim(part);
	}
	assert_int_equal(n, 4);
	snprintf(row->name, sizeof row->name, "%.*s", ZV_ARG(parts[0]));
	row->deflates = zv_str_find(parts[1], ZV_STR("d")) < parts[1].n;
	row->is_client = zv_str_find(parts[1], ZV_STR("c")) < parts[1].n;
	assert_true(parts[2].n < sizeof notation);
	snprintf(notation, sizeof notation, "%.*s", ZV_ARG(parts[2]));
	zv_buf_clear(&c->bytes);
	assert_int_equal(*add_pieces(&c->bytes, notation), '\0');
	row->bytes = zv_buf_str(&c->bytes);
	read_wanted(row, parts[3]);
}

bool
conformance_next(struct conformance *c, struct conformance_row *row)
{
	struct zv_str line;

	while (zv_str_split(&c->rest, '\n', &line)) {
		line = zv_str_trim(line);
		if (line.n && line.p[0] != '#') {
			read_row(c, line, row);
			return true;
		}
	}
	return false;
}
