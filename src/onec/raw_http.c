#include "onec/raw_http.h"

#include "base/err.h"
#include "base/num.h"
#include "base/str.h"

void
zv_raw_http_deinit(struct zv_raw_http *h)
{
	zv_buf_deinit(&h->text);
	*h = (struct zv_raw_http){ 0 };
}

static void
begin(struct zv_raw_http *h)
{
	zv_buf_clear(&h->text);
	h->phase = ZV_RAW_HTTP_HEAD;
	h->line = h->body = h->left = 0;
	h->chunks = (struct zv_http_chunks){ 0 };
}

/* ---- the head --------------------------------------------------------------------------- */

/* RFC 9112, 6.3: what tells the length of an answer's body. */
static int
begin_body(struct zv_raw_http *h, const struct zv_http_head *head, struct zv_error *err)
{
	struct zv_str value;
	long long length;
	int rc;

	h->phase = ZV_RAW_HTTP_CLOSE;
	if (head->status == 204 || head->status == 304) {
		h->phase = ZV_RAW_HTTP_LENGTH;
		return 0;
	}
	if (zv_http_lists_word(head->fields, head->n_fields,
			       ZV_STR("Transfer-Encoding"), ZV_STR("chunked"))) {
		h->phase = ZV_RAW_HTTP_CHUNKS;
		return 0;
	}
	if (!zv_http_head_find(head, ZV_STR("Content-Length"), NULL, &value))
		return 0;
	rc = zv_num_parse(value, 0, (long long)ZV_RAW_BODY_MAX, &length);
	if (rc == ZV_ETOOBIG && !zv_str_starts(value, ZV_STR("-")))
		return zv_fail(err, ZV_ETOOBIG,
			       "the body of the HTTP answer is longer than %zu bytes",
			       ZV_RAW_BODY_MAX);
	if (rc < 0)
		return zv_fail(err, ZV_EPROTO,
			       "bad HTTP answer: its Content-Length is no number");
	h->phase = ZV_RAW_HTTP_LENGTH;
	h->left = (size_t)length;
	return 0;
}

static int
read_head(struct zv_raw_http *h, struct zv_error *err)
{
	struct zv_http_head head;
	int rc = zv_http_head_parse(&head, zv_buf_str(&h->text), err);

	if (rc < 0)
		return rc;
	if (head.status < 200) {
		begin(h);
		return 0;
	}
	h->body = h->text.n;
	return begin_body(h, &head, err);
}

/* The line that just ended is empty. */
static bool
is_empty_line(const struct zv_raw_http *h)
{
	struct zv_str line = zv_str_from(zv_buf_str(&h->text), h->line);

	return zvon_str_equal(line, ZV_STR("\r\n")) ||
	       zvon_str_equal(line, ZV_STR("\n"));
}

static int
take_head(struct zv_raw_http *h, struct zv_str *bytes, struct zv_error *err)
{
	const char *end = memchr(bytes->p, '\n', bytes->n);
	struct zv_str part = { bytes->p,
			       end ? (size_t)(end - bytes->p) + 1 : bytes->n };

	if (h->text.n + part.n > ZV_HTTP_MAX_HEAD_BYTES)
		return zv_fail(err, ZV_ETOOBIG,
			       "the head of the HTTP answer is longer than %u bytes",
			       ZV_HTTP_MAX_HEAD_BYTES);
	if (zv_buf_add(&h->text, part) < 0)
		return zv_fail_nomem(err);
	*bytes = zv_str_from(*bytes, part.n);
	if (!end)
		return 0;
	if (is_empty_line(h))
		return read_head(h, err);
	h->line = h->text.n;
	return 0;
}

/* ---- the body --------------------------------------------------------------------------- */

static int
take_length(struct zv_raw_http *h, struct zv_str *bytes, struct zv_error *err)
{
	struct zv_str part = { bytes->p, bytes->n < h->left ? bytes->n : h->left };

	if (zv_buf_add(&h->text, part) < 0)
		return zv_fail_nomem(err);
	*bytes = zv_str_from(*bytes, part.n);
	h->left -= part.n;
	return h->left == 0;
}

static int
take_chunks(struct zv_raw_http *h, struct zv_str *bytes, struct zv_error *err)
{
	const struct zv_http_chunks_limits limits = {
		.body_bytes = h->body + ZV_RAW_BODY_MAX,
		.line_bytes = ZV_RAW_CHUNK_LINE,
		.extra_bytes = ZV_RAW_CHUNK_EXTRA,
	};
	const char *why = "";
	int rc = zv_http_chunks_next(&h->chunks, &limits, bytes, &h->text, &why);

	if (rc == ZV_ENOMEM)
		return zv_fail_nomem(err);
	if (rc == -413)
		return zv_fail(err, ZV_ETOOBIG,
			       "the body of the HTTP answer is longer than %zu bytes",
			       ZV_RAW_BODY_MAX);
	return rc < 0 ? zv_fail(err, ZV_EPROTO, "bad HTTP answer: %s", why) : rc;
}

static int
take_all(struct zv_raw_http *h, struct zv_str *bytes, struct zv_error *err)
{
	if (h->text.n - h->body + bytes->n > ZV_RAW_BODY_MAX)
		return zv_fail(err, ZV_ETOOBIG,
			       "the body of the HTTP answer is longer than %zu bytes",
			       ZV_RAW_BODY_MAX);
	if (zv_buf_add(&h->text, *bytes) < 0)
		return zv_fail_nomem(err);
	*bytes = zv_str_from(*bytes, bytes->n);
	return 0;
}

typedef int (*take_fn)(struct zv_raw_http *h, struct zv_str *bytes,
		       struct zv_error *err);

static const take_fn takes[] = {
	[ZV_RAW_HTTP_HEAD] = take_head,
	[ZV_RAW_HTTP_LENGTH] = take_length,
	[ZV_RAW_HTTP_CHUNKS] = take_chunks,
	[ZV_RAW_HTTP_CLOSE] = take_all,
};

int
zv_raw_http_next(struct zv_raw_http *h, struct zv_str *bytes, struct zv_str *answer,
		 struct zv_error *err)
{
	if (h->phase == ZV_RAW_HTTP_WHOLE)
		begin(h);
	/* a body of no bytes is whole before any more come */
	while (bytes->n || (h->phase == ZV_RAW_HTTP_LENGTH && !h->left)) {
		int rc = takes[h->phase](h, bytes, err);

		if (rc < 0)
			return rc;
		if (rc == 1) {
			h->phase = ZV_RAW_HTTP_WHOLE;
			*answer = zv_buf_str(&h->text);
			return 1;
		}
	}
	return 0;
}

bool
zv_raw_http_end(struct zv_raw_http *h, struct zv_str *answer)
{
	bool is_there = h->phase == ZV_RAW_HTTP_LENGTH ||
			h->phase == ZV_RAW_HTTP_CHUNKS || h->phase == ZV_RAW_HTTP_CLOSE;

	*answer = zv_buf_str(&h->text);
	h->phase = ZV_RAW_HTTP_WHOLE;
	return is_there;
}
