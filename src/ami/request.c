#include "ami/request.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/utf.h"

struct zv_request {
	struct zv_buf name;
	struct zv_buf action_id;
	struct zv_buf lines; /* "Key: value" CRLF …, without Action and ActionID */
	size_t n_lines;	     /* those in `lines` */
	size_t n_variables;
};

/* Room that Action and ActionID take of ZV_REQUEST_MAX_LINES. */
#define OWN_LINES 2

/* What ends a line for Asterisk, for AJAM (which decodes the percent forms) or for a
 * browser that shows the text: refused on every way, so that an action that is safe on
 * one is safe on all. Compared without case. */
static const struct {
	const char *bytes;
	size_t n;
	const char *name;
} forbidden[] = {
	{ "\r", 1, "a CR" },
	{ "\n", 1, "a LF" },
	{ "\0", 1, "a NUL" },
	{ "%0d", 3, "a %0d (CR)" },
	{ "%0a", 3, "a %0a (LF)" },
	{ "%00", 3, "a %00 (NUL)" },
	{ "\xe2\x80\xa8", 3, "a line separator (U+2028)" },
	{ "\xe2\x80\xa9", 3, "a paragraph separator (U+2029)" },
};

/* The name of the first forbidden thing in s, or NULL. */
static const char *
find_forbidden(struct zv_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c >= ' ' && c != '%' && c != 0xe2)
			continue;
		for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++)
			if (zv_str_starts_nocase(zv_str_from(s, i),
						 (struct zv_str){ forbidden[k].bytes,
								  forbidden[k].n }))
				return forbidden[k].name;
	}
	return NULL;
}

#define SHOWN_MAX 64

/* A key for a message: its start, in one line. */
static const char *
shown(struct zv_str key, char out[SHOWN_MAX + 1])
{
	size_t n = zv_utf8_cut(key, SHOWN_MAX);

	for (size_t i = 0; i < n; i++)
		out[i] = (unsigned char)key.p[i] < ' ' ? '?' : key.p[i];
	out[n] = '\0';
	return out;
}

/* The name of the field, never its text: that may be a secret. */
static int
check_bytes(struct zv_str s, const char *what, struct zv_str key, struct zv_error *err)
{
	const char *bad = find_forbidden(s);
	char name[SHOWN_MAX + 1];

	if (!bad)
		return 0;
	return zv_fail(
		err, ZV_EINVAL,
		"%s %s holds %s: what follows could be read as a line of its own; "
		"nothing was sent",
		what, shown(key, name), bad);
}

static struct zv_request *
new_request(void)
{
	struct zv_request *r = zv_calloc(1, sizeof *r);

	if (r)
		r->lines.secret = true; /* Login passes through here */
	return r;
}

struct zv_request *
zvon_request_new(struct zv_str name, struct zv_error *err)
{
	struct zv_request *r;

	if (check_bytes(name, "action name", name, err) < 0)
		return NULL;
	if (zv_str_trim(name).n == 0 || zv_str_trim(name).n != name.n) {
		zv_fail(err, ZV_EINVAL,
			"action name is empty or has spaces at its ends; nothing was "
			"sent");
		return NULL;
	}
	if (name.n > ZV_REQUEST_MAX_LINE - strlen("Action: ")) {
		zv_fail(err, ZV_ETOOBIG, "action name is longer than %d bytes",
			ZV_REQUEST_MAX_LINE - (int)strlen("Action: "));
		return NULL;
	}
	r = new_request();
	if (!r || zv_buf_add(&r->name, name) < 0) {
		zvon_request_free(r);
		zv_fail_nomem(err);
		return NULL;
	}
	return r;
}

void
zvon_request_free(struct zv_request *r)
{
	if (!r)
		return;
	zv_buf_deinit(&r->name);
	zv_buf_deinit(&r->action_id);
	zv_buf_deinit(&r->lines);
	zv_free(r);
}

static int
check_key(struct zv_str key, struct zv_error *err)
{
	if (key.n == 0)
		return zv_fail(err, ZV_EINVAL, "empty field name; nothing was sent");
	if (memchr(key.p, ':', key.n) || zv_str_trim(key).n != key.n)
		return zv_fail(err, ZV_EINVAL,
			       "field name '%.*s' has a colon, or a space at its ends; "
			       "nothing was sent",
			       (int)(key.n < 64 ? key.n : 64), key.p);
	return 0;
}

static int
check_line(struct zv_str key, struct zv_str value, struct zv_error *err)
{
	if (check_bytes(key, "field name", key, err) < 0 || check_key(key, err) < 0 ||
	    check_bytes(value, "field", key, err) < 0)
		return ZV_EINVAL;
	if (value.n > ZV_REQUEST_MAX_LINE || key.n + 2 + value.n > ZV_REQUEST_MAX_LINE)
		return zv_fail(
			err, ZV_ETOOBIG,
			"field %.*s makes a line of %zu bytes, Asterisk takes %d; "
			"nothing was sent",
			(int)(key.n < 64 ? key.n : 64), key.p, key.n + 2 + value.n,
			ZV_REQUEST_MAX_LINE);
	return 0;
}

static int
check_count(const struct zv_request *r, bool is_variable, struct zv_error *err)
{
	if (r->n_lines + OWN_LINES >= ZV_REQUEST_MAX_LINES)
		return zv_fail(err, ZV_ETOOBIG,
			       "more than %d fields, Asterisk takes %d lines in all; "
			       "nothing was sent",
			       ZV_REQUEST_MAX_LINES - OWN_LINES, ZV_REQUEST_MAX_LINES);
	if (is_variable && r->n_variables >= ZV_REQUEST_MAX_VARIABLES)
		return zv_fail(err, ZV_ETOOBIG,
			       "more than %d fields Variable; nothing was sent",
			       ZV_REQUEST_MAX_VARIABLES);
	return 0;
}

/* Asterisk takes the first ActionID of a packet, and skips blanks in front of it
 * (all bytes up to the space): an answer would bear another one. */
static int
keep_action_id(struct zv_request *r, struct zv_str value, struct zv_error *err)
{
	if (r->action_id.n)
		return zv_fail(err, ZV_EINVAL, "field ActionID given twice");
	if (value.n && (unsigned char)value.p[0] <= ' ')
		return zv_fail(err, ZV_EINVAL,
			       "field ActionID begins with a blank; nothing was sent");
	if (zv_buf_add(&r->action_id, value) < 0) {
		zv_buf_clear(&r->action_id);
		return zv_fail_nomem(err);
	}
	return 0;
}

int
zvon_request_add(struct zv_request *r, struct zv_str key, struct zv_str value,
		 struct zv_error *err)
{
	bool is_variable = zvon_str_equal_nocase(key, ZV_STR("Variable"));
	size_t before = r->lines.n;
	int rc = check_line(key, value, err);

	if (rc < 0)
		return rc;
	if (zvon_str_equal_nocase(key, ZV_STR("Action")))
		return zv_fail(
			err, ZV_EINVAL,
			"field Action: an action has one name; nothing was sent");
	if (zvon_str_equal_nocase(key, ZV_STR("ActionID")))
		return keep_action_id(r, value, err);
	rc = check_count(r, is_variable, err);
	if (rc < 0)
		return rc;
	zv_buf_add(&r->lines, key);
	zv_buf_add(&r->lines, ZV_STR(": "));
	zv_buf_add(&r->lines, value);
	if (zv_buf_add(&r->lines, ZV_STR("\r\n")) < 0) {
		r->lines.n = before;
		r->lines.failed = false;
		return zv_fail_nomem(err);
	}
	r->n_lines++;
	r->n_variables += is_variable;
	return 0;
}

int
zvon_request_set(struct zv_request *r, const char *key, const char *value,
		 struct zv_error *err)
{
	return zvon_request_add(r, zvon_str(key), zvon_str(value), err);
}

struct zv_str
zv_request_name(const struct zv_request *r)
{
	return zv_buf_str(&r->name);
}

struct zv_str
zv_request_action_id(const struct zv_request *r)
{
	return zv_buf_str(&r->action_id);
}

/* A key has no colon, a value no CR: zvon_request_add saw to that. */
bool
zv_request_next(const struct zv_request *r, size_t *cursor, struct zv_str *key,
		struct zv_str *value)
{
	struct zv_str rest = zv_str_from(zv_buf_str(&r->lines), *cursor);

	if (rest.n == 0)
		return false;
	zv_str_split(&rest, ':', key);
	zv_str_split(&rest, '\r', value);
	*value = zv_str_from(*value, 1); /* the space */
	*cursor += key->n + strlen(": ") + value->n + strlen("\r\n");
	return true;
}

int
zv_request_format(const struct zv_request *r, struct zv_str action_id,
		  struct zv_buf *out)
{
	size_t before = out->n;

	zv_buf_add(out, ZV_STR("Action: "));
	zv_buf_add(out, zv_buf_str(&r->name));
	zv_buf_add(out, ZV_STR("\r\nActionID: "));
	zv_buf_add(out, action_id);
	zv_buf_add(out, ZV_STR("\r\n"));
	zv_buf_add(out, zv_buf_str(&r->lines));
	if (zv_buf_add(out, ZV_STR("\r\n")) < 0) {
		out->n = before;
		out->failed = false;
		return ZV_ENOMEM;
	}
	return 0;
}

struct zv_request *
zv_request_copy(const struct zv_request *r)
{
	struct zv_request *copy = new_request();

	if (!copy)
		return NULL;
	copy->n_lines = r->n_lines;
	copy->n_variables = r->n_variables;
	if (zv_buf_add(&copy->name, zv_buf_str(&r->name)) < 0 ||
	    zv_buf_add(&copy->action_id, zv_buf_str(&r->action_id)) < 0 ||
	    zv_buf_add(&copy->lines, zv_buf_str(&r->lines)) < 0) {
		zvon_request_free(copy);
		return NULL;
	}
	return copy;
}
