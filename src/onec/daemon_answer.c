#include "onec/daemon_answer.h"

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

#define CHUNK_LINE_MAX 1024

void
zv_daemon_answer_deinit(struct zv_daemon_answer *a)
{
	zv_buf_deinit(&a->text);
	zv_buf_deinit(&a->body);
	*a = (struct zv_daemon_answer){ 0 };
}

/* ---- what is it at all? ---------------------------------------------------------------- */

/* Does s begin so, as far as it goes? */
static bool
may_begin(struct zv_str s, struct zv_str start)
{
	size_t n = s.n < start.n ? s.n : start.n;

	return memcmp(s.p, start.p, n) == 0;
}

static int
check_start(struct zv_daemon_answer *a, struct zv_error *err)
{
	static const struct zv_str ami = { "Asterisk Call Manager/", 22 };
	struct zv_str s = zv_buf_str(&a->text);

	if (may_begin(s, ZV_STR("HTTP/1.")))
		return 0;
	/* RFC 8446, 5.1: record type alert (21) or handshake (22), then version 3.x */
	if ((s.p[0] == 21 || s.p[0] == 22) && (s.n < 2 || s.p[1] == 3))
		a->fault = ZV_ANSWER_TLS;
	else if (may_begin(s, ami))
		a->fault = ZV_ANSWER_AMI;
	else
		a->fault = ZV_ANSWER_NOT_HTTP;
	return zv_fail(err, ZV_EPROTO, "no HTTP");
}

/* ---- head ------------------------------------------------------------------------------- */

/* Behind the empty line, or 0: it is not there yet. */
static size_t
find_end(struct zv_str s)
{
	for (size_t i = 1; i < s.n; i++)
		if (s.p[i] == '\n' &&
		    (s.p[i - 1] == '\n' ||
		     (i > 1 && s.p[i - 1] == '\r' && s.p[i - 2] == '\n')))
			return i + 1;
	return 0;
}

static struct zv_str
field(const struct zv_daemon_answer *a, const char *name)
{
	struct zv_str value = { NULL, 0 };

	zv_http_head_find(&a->head, zvon_str(name), NULL, &value);
	return value;
}

static int
begin_body(struct zv_daemon_answer *a, struct zv_error *err)
{
	struct zv_str length = field(a, "Content-Length");
	long long n = 0;

	a->in_chunks =
		zv_http_lists_word(a->head.fields, a->head.n_fields,
				   ZV_STR("Transfer-Encoding"), ZV_STR("chunked"));
	if (!a->in_chunks && length.p &&
	    zv_num_parse(length, 0, (long long)ZV_DAEMON_BODY_MAX, &n) < 0) {
		a->fault = ZV_ANSWER_BAD;
		return zv_fail(err, ZV_EPROTO, "Content-Length is none, or too much");
	}
	a->left = (size_t)n;
	a->is_whole = a->head.status == 101 || (!a->in_chunks && a->left == 0);
	return 0;
}

/* 100 and its like announce another answer (RFC 9110, 15.2). */
static bool
is_announcement(const struct zv_daemon_answer *a)
{
	return a->head.status < 200 && a->head.status != 101;
}

static int
take_head(struct zv_daemon_answer *a, struct zv_str *bytes, struct zv_error *err)
{
	size_t before = a->text.n, end;
	struct zv_str piece = *bytes;
	int rc;

	a->text.secret = a->body.secret = true;
	if (piece.n > ZV_HTTP_MAX_HEAD_BYTES - before)
		piece.n = ZV_HTTP_MAX_HEAD_BYTES - before;
	if (zv_buf_add(&a->text, piece) < 0)
		return zv_fail_nomem(err);
	rc = check_start(a, err);
	if (rc < 0)
		return rc;
	end = find_end(zv_buf_str(&a->text));
	if (!end && a->text.n == ZV_HTTP_MAX_HEAD_BYTES) {
		a->fault = ZV_ANSWER_BAD;
		return zv_fail(err, ZV_ETOOBIG, "its head is longer than 32 KiB");
	}
	*bytes = zv_str_from(*bytes, end ? end - before : piece.n);
	if (!end)
		return 0;
	a->text.n = end;
	a->has_head = true;
	rc = zv_http_head_parse(&a->head, zv_buf_str(&a->text), err);
	a->fault = rc < 0 ? ZV_ANSWER_BAD : ZV_ANSWER_FINE;
	return rc < 0 ? rc : begin_body(a, err);
}

/* ---- body ------------------------------------------------------------------------------- */

static int
take_chunks(struct zv_daemon_answer *a, struct zv_str *bytes, struct zv_error *err)
{
	static const struct zv_http_chunks_limits limits = {
		.body_bytes = ZV_DAEMON_BODY_MAX,
		.line_bytes = CHUNK_LINE_MAX,
		.extra_bytes = CHUNK_LINE_MAX,
	};
	const char *why = "";
	int rc = zv_http_chunks_next(&a->chunks, &limits, bytes, &a->body, &why);

	if (rc == ZV_ENOMEM)
		return zv_fail_nomem(err);
	if (rc < 0) {
		a->fault = ZV_ANSWER_BAD;
		return zv_fail(err, ZV_EPROTO, "%s", why);
	}
	a->is_whole = rc > 0;
	return 0;
}

static int
take_body(struct zv_daemon_answer *a, struct zv_str *bytes, struct zv_error *err)
{
	struct zv_str piece = *bytes;

	if (a->in_chunks)
		return take_chunks(a, bytes, err);
	if (piece.n > a->left)
		piece.n = a->left;
	if (zv_buf_add(&a->body, piece) < 0)
		return zv_fail_nomem(err);
	a->left -= piece.n;
	*bytes = zv_str_from(*bytes, piece.n);
	a->is_whole = a->left == 0;
	return 0;
}

int
zv_daemon_answer_feed(struct zv_daemon_answer *a, struct zv_str *bytes,
		      struct zv_error *err)
{
	int rc = 0;

	while (rc == 0 && bytes->n && !a->is_whole) {
		rc = a->has_head ? take_body(a, bytes, err) : take_head(a, bytes, err);
		if (rc == 0 && a->has_head && is_announcement(a))
			zv_daemon_answer_deinit(a);
	}
	return rc < 0 ? rc : a->is_whole;
}

bool
zv_daemon_answer_keeps(const struct zv_daemon_answer *a)
{
	bool has_length = a->in_chunks || field(a, "Content-Length").p;

	return a->is_whole && a->head.minor >= 1 && has_length &&
	       !zv_http_lists_word(a->head.fields, a->head.n_fields,
				   ZV_STR("Connection"), ZV_STR("close"));
}
