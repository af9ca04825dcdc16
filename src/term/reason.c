#include "term/reason.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/file_error.h"
#include "base/str.h"

#define PARTS	  5
#define DEPTH_MAX 4 /* reasons within reasons */

struct parts {
	struct zv_str part[PARTS + 1]; /* from 1 on */
};

static bool
is_place(struct zv_str s, char open, char close)
{
	return s.n >= 3 && s.p[0] == open && s.p[1] >= '1' && s.p[1] <= '0' + PARTS &&
	       s.p[2] == close;
}

/* The text up to the next place; *rest begins with that place, or is empty. */
static struct zv_str
literal(struct zv_str pattern, struct zv_str *rest)
{
	size_t n = 0;

	while (n < pattern.n && !is_place(zv_str_from(pattern, n), '{', '}'))
		n++;
	*rest = zv_str_from(pattern, n);
	return (struct zv_str){ pattern.p, n };
}

/* What stands at a place ends where the next literal begins, the last one at the end. */
static bool
fits(const char *row, struct zv_str text, struct parts *p)
{
	struct zv_str rest, next = literal(zvon_str(row), &rest);

	if (!zv_str_starts(text, next))
		return false;
	text = zv_str_from(text, next.n);
	while (rest.n) {
		struct zv_str *part = &p->part[rest.p[1] - '0'];
		size_t at;

		next = literal(zv_str_from(rest, 3), &rest);
		if (rest.n == 0 && !zv_str_ends(text, next))
			return false;
		at = rest.n ? zv_str_find(text, next) : text.n - next.n;
		if (at + next.n > text.n)
			return false;
		*part = (struct zv_str){ text.p, at };
		text = zv_str_from(text, at + next.n);
	}
	return text.n == 0;
}

static const char *
find_in(const struct zv_text *rows, struct zv_str text, struct parts *p)
{
	for (; rows->en; rows++)
		if (fits(rows->en, text, p))
			return rows->ru;
	return NULL;
}

static const char *
find(struct zv_str text, struct parts *p)
{
	static const struct zv_text *const tables[] = { zv_reasons_here,
							zv_reasons_data, zv_reasons_ami,
							zv_reasons_net };
	const char *found = NULL;

	for (size_t i = 0; i < sizeof tables / sizeof *tables && !found; i++)
		found = find_in(tables[i], text, p);
	return found;
}

static void translate(struct zv_buf *out, struct zv_str text, int depth);

static void
fill(struct zv_buf *out, const char *row, const struct parts *p, int depth)
{
	for (struct zv_str rest = zvon_str(row); rest.n;) {
		if (is_place(rest, '{', '}')) {
			zv_buf_add(out, p->part[rest.p[1] - '0']);
			rest = zv_str_from(rest, 3);
		} else if (is_place(rest, '<', '>')) {
			translate(out, p->part[rest.p[1] - '0'], depth + 1);
			rest = zv_str_from(rest, 3);
		} else {
			zv_buf_add_char(out, rest.p[0]);
			rest = zv_str_from(rest, 1);
		}
	}
}

/* "FILE: REASON", "HOST: WHAT: REASON": names and places stand before it. "WHY: WHAT TO DO":
 * both are told. */
static void
translate(struct zv_buf *out, struct zv_str text, int depth)
{
	const struct zv_str colon = ZV_STR(": ");
	size_t at = 0;

	while (at < text.n && depth < DEPTH_MAX) {
		struct zv_str rest = zv_str_from(text, at);
		struct parts p = { 0 };
		const char *row = find(rest, &p);

		if (row) {
			if (at)
				translate(out, (struct zv_str){ text.p, at - colon.n },
					  depth + 1);
			if (at)
				zv_buf_add(out, colon);
			fill(out, row, &p, depth);
			return;
		}
		at += zv_str_find(rest, colon) + colon.n;
	}
	zv_buf_add(out, text);
}

const char *
zv_reason(const char *text, char out[ZV_REASON_MAX])
{
	struct zv_buf russian = { 0 };
	struct zv_str said = zvon_str(text);

	if (zv_say_lang() == ZV_LANG_RU)
		translate(&russian, said, 0);
	if (russian.n && !zv_buf_failed(&russian))
		said = zv_buf_str(&russian);
	snprintf(out, ZV_REASON_MAX, "%.*s", ZV_ARG(said));
	zv_buf_deinit(&russian);
	return out;
}

const char *
zv_file_reason(int error, char out[ZV_REASON_MAX])
{
	return zv_reason(zv_file_error_text(error), out);
}

void
zv_say_reason(const struct zv_error *err)
{
	char out[ZV_REASON_MAX];
	const char *text = err->text[0] ? err->text : zvon_err_name(err->code);

	zv_say_error("%s", "%s", zv_reason(text, out));
}

void
zv_say_reason_at(const char *where, const struct zv_error *err)
{
	char out[ZV_REASON_MAX];
	const char *text = err->text[0] ? err->text : zvon_err_name(err->code);

	zv_say_error("%s: %s", "%s: %s", where, zv_reason(text, out));
}
