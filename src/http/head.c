#include "http/head.h"

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

/* Cuts the first line off *rest, without what ends it. */
static struct zv_str
cut_line(struct zv_str *rest)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct zv_str line = { rest->p, end ? (size_t)(end - rest->p) : rest->n };

	*rest = zv_str_from(*rest, line.n + (end ? 1 : 0));
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* `HTTP/1.1 200 OK`; the reason may be missing, with its space or without. */
static const char *
parse_status(struct zv_http_head *head, struct zv_str line)
{
	static const struct zv_str start = { "HTTP/1.", 7 };
	struct zv_str number = zv_str_from(line, start.n + 2);
	long long minor, status;

	if (!zv_str_starts(line, start) || line.n < start.n + 5 ||
	    line.p[start.n + 1] != ' ')
		return "no status line of HTTP/1";
	head->reason = zv_str_trim(zv_str_from(number, 3));
	if (number.n > 3 && number.p[3] != ' ')
		return "the status is not a number of three digits";
	number.n = 3;
	if (zv_num_parse((struct zv_str){ line.p + start.n, 1 }, 0, 9, &minor) < 0 ||
	    zv_num_parse(number, 100, 599, &status) < 0)
		return "the status is not 100…599";
	head->minor = (int)minor;
	head->status = (int)status;
	head->n_fields = 0;
	return NULL;
}

static const char *
parse_field(struct zv_http_head *head, struct zv_str line)
{
	struct zv_str value = line, name;

	if (line.p[0] == ' ' || line.p[0] == '\t')
		return "a field is folded over two lines";
	zv_str_split(&value, ':', &name);
	name = zv_str_trim(name); /* RFC 9112, 5.1: a client drops blanks there */
	if (!value.p || !zv_http_is_token(name))
		return "no `name: value`";
	head->fields[head->n_fields++] =
		(struct zv_http_field){ name, zv_str_trim(value) };
	return NULL;
}

static const char *
parse_line(struct zv_http_head *head, struct zv_str line, bool *between)
{
	if (zv_http_has_control(line))
		return "control characters";
	if (line.n == 0) {
		*between = true;
		return head->status ? NULL : "empty";
	}
	if (!*between && !zv_str_starts(line, ZV_STR("HTTP/")))
		return parse_field(head, line);
	*between = false;
	return parse_status(head, line);
}

static int
parse(struct zv_http_head *head, struct zv_str rest, struct zv_error *err)
{
	bool between = true; /* only a status line may follow */

	if (rest.n > ZV_HTTP_MAX_HEAD_BYTES)
		return zv_fail(err, ZV_ETOOBIG,
			       "the head of the HTTP answer is longer than %u bytes",
			       ZV_HTTP_MAX_HEAD_BYTES);
	for (int number = 1; rest.n; number++) {
		struct zv_str line = cut_line(&rest);
		const char *wrong;

		if (head->n_fields == ZV_HTTP_MAX_FIELDS && line.n &&
		    !zv_str_starts(line, ZV_STR("HTTP/")))
			return zv_fail(err, ZV_ETOOBIG,
				       "the head of the HTTP answer has more than %u "
				       "fields",
				       ZV_HTTP_MAX_FIELDS);
		wrong = parse_line(head, line, &between);
		if (wrong)
			return zv_fail(err, ZV_EPROTO,
				       "bad HTTP answer, line %d of its head: %s",
				       number, wrong);
	}
	return head->status ? 0
			    : zv_fail(err, ZV_EPROTO, "bad HTTP answer: empty head");
}

int
zv_http_head_parse(struct zv_http_head *head, struct zv_str text, struct zv_error *err)
{
	int rc;

	*head = (struct zv_http_head){ 0 };
	rc = parse(head, text, err);
	if (rc < 0)
		*head = (struct zv_http_head){ 0 };
	return rc;
}

bool
zv_http_head_find(const struct zv_http_head *head, struct zv_str name, size_t *cursor,
		  struct zv_str *value)
{
	size_t first = 0;

	return zv_http_next_field(head->fields, head->n_fields, name,
				  cursor ? cursor : &first, value);
}
