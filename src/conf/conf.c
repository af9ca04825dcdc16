/* conf.c - lines, comments and included files; what a line means is in section.c. */
#include "conf/conf.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"
#include "conf/conf_impl.h"

#define NONE ((struct zv_str){ NULL, 0 })

/* ---- memory ----------------------------------------------------------------------- */

void *
zv_conf_take(struct zv_conf *c, size_t n)
{
	struct zv_conf_block *b = zv_calloc(1, sizeof *b + n);

	if (!b)
		return NULL;
	b->bytes = n;
	b->next = c->blocks;
	c->blocks = b;
	return b + 1;
}

struct zv_str
zv_conf_keep(struct zv_conf *c, struct zv_str text)
{
	char *p = zv_conf_take(c, text.n + 1);

	if (p && text.n)
		memcpy(p, text.p, text.n);
	return (struct zv_str){ p, text.n };
}

void
zv_conf_free(struct zv_conf *c)
{
	struct zv_conf_block *b, *next;

	if (!c)
		return;
	for (b = c->blocks; b; b = next) {
		next = b->next;
		zv_wipe(b + 1, b->bytes); /* values may be secrets */
		zv_free(b);
	}
	zv_map_deinit(&c->names);
	zv_free(c);
}

const struct zv_conf_section *
zv_conf_sections(const struct zv_conf *c)
{
	return c->sections;
}

/* ---- errors ------------------------------------------------------------------------ */

static int
fail_with(struct zv_conf_reader *r, int code, const char *text)
{
	struct zv_str file = r->place->file;

	if (!r->failed)
		r->failed = code;
	return zv_fail(r->err, code, "%.*s:%d: %s", ZV_ARG(file), r->place->line, text);
}

int
zv_conf_fail(struct zv_conf_reader *r, enum zv_conf_word word, struct zv_str one,
	     struct zv_str two)
{
	char text[ZV_ERROR_TEXT_MAX];

	/* a line may be long, and be a secret: its beginning will do */
	one.n = zv_utf8_cut(one, 60);
	two.n = zv_utf8_cut(two, 60);
	zv_conf_say(text, sizeof text, word, r->russian, one, two);
	return fail_with(r, ZV_EINVAL, text);
}

int
zv_conf_fail_number(struct zv_conf_reader *r, enum zv_conf_word word, unsigned number)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%u", number);
	return zv_conf_fail(r, word, zvon_str(digits), NONE);
}

int
zv_conf_fail_nomem(struct zv_conf_reader *r)
{
	if (!r->failed)
		r->failed = ZV_ENOMEM;
	return zv_fail_nomem(r->err);
}

/* ---- comments ------------------------------------------------------------------------ */

struct lines { /* one file, line by line */
	struct zv_str rest;
	int depth;	/* of ;-- … --; */
	int began_line; /* where the outermost of them began */
};

/* Takes comments out of the line and "\;" for ';', in place. Asterisk nests long
 * comments; ";---" is a short one. */
static struct zv_str
strip(struct lines *l, char *line, size_t n, int number)
{
	size_t out = 0;

	for (size_t i = 0; i < n; i++) {
		const char *p = line + i;
		size_t left = n - i;

		if (l->depth && left >= 3 && memcmp(p, "--;", 3) == 0) {
			l->depth--;
			i += 2;
		} else if (left >= 3 && memcmp(p, ";--", 3) == 0 &&
			   (left == 3 || p[3] != '-')) {
			l->began_line = l->depth++ ? l->began_line : number;
			i += 2;
		} else if (l->depth) {
			continue;
		} else if (*p == ';') {
			break;
		} else if (*p == '\\' && left >= 2 && p[1] == ';') {
			line[out++] = ';';
			i++;
		} else {
			line[out++] = *p;
		}
	}
	return zv_str_trim((struct zv_str){ line, out });
}

/* ---- files --------------------------------------------------------------------------- */

static int read_file(struct zv_conf_reader *r, struct zv_str file, struct zv_str text);

/* For the caller's include: the text of one file. */
static int
add_file(void *reader, struct zv_str file, struct zv_str text)
{
	struct zv_conf_reader *r = reader;

	if (++r->includes > ZV_CONF_MAX_INCLUDES)
		return zv_conf_fail_number(r, ZV_CONF_INCLUDE_MANY,
					   ZV_CONF_MAX_INCLUDES);
	for (const struct zv_conf_place *p = r->place; p; p = p->outer)
		if (zvon_str_equal(p->file, file))
			return zv_conf_fail(r, ZV_CONF_INCLUDE_CYCLE, file, NONE);
	if (r->place->depth >= ZV_CONF_MAX_DEPTH)
		return zv_conf_fail_number(r, ZV_CONF_INCLUDE_DEEP, ZV_CONF_MAX_DEPTH);
	return read_file(r, file, text);
}

/* "FILE", <FILE> or FILE. */
static struct zv_str
unquote(struct zv_str name)
{
	static const char pairs[][2] = { { '"', '"' }, { '<', '>' } };

	name = zv_str_trim(name);
	for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
		if (name.n >= 2 && name.p[0] == pairs[i][0] &&
		    name.p[name.n - 1] == pairs[i][1])
			return zv_str_trim((struct zv_str){ name.p + 1, name.n - 2 });
	return name;
}

static int
include_file(struct zv_conf_reader *r, struct zv_str name, bool must)
{
	struct zv_error why = { 0 };
	int rc;

	name = unquote(name);
	if (name.n == 0)
		return zv_conf_fail(r, ZV_CONF_INCLUDE_NAME, NONE, NONE);
	if (!r->include)
		return zv_conf_fail(r, ZV_CONF_INCLUDE_NONE, NONE, NONE);
	rc = r->include(r->context, name, r->place->file, add_file, r, &why);
	if (r->failed)
		return r->failed;
	if (rc == ZV_ENOTFOUND)
		return must ? zv_conf_fail(r, ZV_CONF_INCLUDE_MISSING, name, NONE) : 0;
	if (rc == ZV_ENOMEM)
		return zv_conf_fail_nomem(r);
	return rc < 0 ? fail_with(r, rc, why.text) : 0;
}

static int
read_directive(struct zv_conf_reader *r, struct zv_str line)
{
	size_t n = 1;
	struct zv_str word, rest;

	while (n < line.n && zv_lower((unsigned char)line.p[n]) >= 'a' &&
	       zv_lower((unsigned char)line.p[n]) <= 'z')
		n++;
	word = (struct zv_str){ line.p, n };
	rest = zv_str_from(line, n);
	if (zvon_str_equal_nocase(word, ZV_STR("#include")))
		return include_file(r, rest, true);
	if (zvon_str_equal_nocase(word, ZV_STR("#tryinclude")))
		return include_file(r, rest, false);
	if (zvon_str_equal_nocase(word, ZV_STR("#exec")))
		return zv_conf_fail(r, ZV_CONF_EXEC, NONE, NONE);
	return zv_conf_fail(r, ZV_CONF_DIRECTIVE, word, NONE);
}

static int
read_line(struct zv_conf_reader *r, struct zv_str line)
{
	if (line.n == 0)
		return 0;
	if (line.p[0] == '[')
		return zv_conf_read_section(r, line);
	if (line.p[0] == '#')
		return read_directive(r, line);
	return zv_conf_read_setting(r, line);
}

/* What is no text at all. */
static int
check_bytes(struct zv_conf_reader *r, struct zv_str line)
{
	if (line.n > ZV_CONF_MAX_LINE)
		return zv_conf_fail_number(r, ZV_CONF_LONG_LINE, ZV_CONF_MAX_LINE);
	if (line.n && memchr(line.p, '\0', line.n))
		return zv_conf_fail(r, ZV_CONF_NUL, NONE, NONE);
	if (zv_utf8_valid(line) < line.n)
		return zv_conf_fail(r, ZV_CONF_NOT_UTF8, NONE, NONE);
	return 0;
}

static int
read_lines(struct zv_conf_reader *r, struct lines *l)
{
	char *copy = zv_malloc(ZV_CONF_MAX_LINE + 1);
	struct zv_str line;
	int rc = copy ? 0 : zv_conf_fail_nomem(r);

	while (rc == 0 && zv_str_split(&l->rest, '\n', &line)) {
		r->place->line++;
		rc = check_bytes(r, line);
		if (rc < 0)
			break;
		if (line.n)
			memcpy(copy, line.p, line.n);
		rc = read_line(r, strip(l, copy, line.n, r->place->line));
		if (rc == 0 && r->failed)
			rc = r->failed;
	}
	if (rc == 0 && l->depth) {
		r->place->line = l->began_line;
		rc = zv_conf_fail(r, ZV_CONF_OPEN_COMMENT, NONE, NONE);
	}
	if (copy)
		zv_wipe(copy, ZV_CONF_MAX_LINE);
	zv_free(copy);
	return rc;
}

static int
read_file(struct zv_conf_reader *r, struct zv_str file, struct zv_str text)
{
	struct zv_conf_place here = { r->place, zv_conf_keep(r->conf, file), 1,
				      r->place ? r->place->depth + 1 : 0 };
	struct lines l = { .rest = text };
	int rc;

	if (!here.file.p)
		return zv_conf_fail_nomem(r);
	r->place = &here;
	if (zv_str_starts(text, ZV_STR("\xff\xfe")) ||
	    zv_str_starts(text, ZV_STR("\xfe\xff"))) {
		rc = zv_conf_fail(r, ZV_CONF_UTF16, NONE, NONE);
	} else if (text.n > ZV_CONF_MAX_BYTES - r->bytes) {
		rc = zv_conf_fail_number(r, ZV_CONF_TOO_MANY_BYTES, ZV_CONF_MAX_BYTES);
	} else {
		r->bytes += text.n;
		if (zv_str_starts(text, ZV_STR("\xef\xbb\xbf")))
			l.rest = zv_str_from(text, 3); /* a byte order mark */
		here.line = 0;
		rc = read_lines(r, &l);
	}
	r->place = (struct zv_conf_place *)here.outer;
	return rc;
}

struct zv_conf *
zv_conf_parse(struct zv_str file, struct zv_str text, zv_conf_include_fn include,
	      void *context, bool russian, struct zv_error *err)
{
	struct zv_conf_reader r = {
		.include = include, .context = context, .russian = russian, .err = err
	};

	r.conf = zv_calloc(1, sizeof *r.conf);
	if (!r.conf) {
		zv_fail_nomem(err);
		return NULL;
	}
	r.conf->end = &r.conf->sections;
	if (read_file(&r, file, text) < 0 || r.failed) {
		zv_conf_free(r.conf);
		return NULL;
	}
	return r.conf;
}
