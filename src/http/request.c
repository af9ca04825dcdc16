#include "http/request.h"

#include <stdint.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/utf.h"
#include "http/chunks.h"
#include "http/escape.h"
#include "http/request_head.h"

/* RFC 9112, 2.2: some old clients send one behind a POST. */
#define MAX_EMPTY_LINES 4
#define MOST_AT_ONCE	1024 /* bytes */

enum state {
	HEAD,
	BODY,
	GIVEN, /* the request is in the caller's hands */
	FAILED,
};

struct zv_http_reader {
	struct zv_http_limits limits;
	enum state state;
	struct zv_buf head, body;
	size_t line;	      /* where the line that is being read begins */
	size_t n_lines;	      /* whole ones in head */
	unsigned empty_lines; /* before it */
	bool after_cr;
	bool more_behind; /* bytes stood behind the request given last */

	void *block; /* fields, path and host of the request */
	struct zv_http_request request;
	struct zv_http_framing framing;
	struct zv_http_chunks chunks;
	bool may_continue; /* the client may be waiting for 100 */

	int code, status;
	const char *why;
};

struct zv_http_reader *
zv_http_reader_new(const struct zv_http_limits *limits)
{
	static const struct zv_http_limits none;
	const struct zv_http_limits *l = limits ? limits : &none;
	struct zv_http_reader *r = zv_calloc(1, sizeof *r);

	if (!r)
		return NULL;
	r->limits.head_bytes = l->head_bytes ? l->head_bytes : ZV_HTTP_MAX_REQUEST_HEAD;
	r->limits.line_bytes = l->line_bytes ? l->line_bytes : ZV_HTTP_MAX_REQUEST_LINE;
	r->limits.fields = l->fields ? l->fields : ZV_HTTP_MAX_FIELDS;
	r->limits.body_bytes = l->body_bytes ? l->body_bytes : ZV_HTTP_MAX_BODY;
	r->limits.chunk_line = l->chunk_line ? l->chunk_line : ZV_HTTP_MAX_CHUNK_LINE;
	/* passwords and tokens pass through both */
	r->head.secret = r->body.secret = true;
	return r;
}

static void
forget_request(struct zv_http_reader *r)
{
	zv_free(r->block);
	r->block = NULL;
	r->request = (struct zv_http_request){ 0 };
	r->framing = (struct zv_http_framing){ 0 };
	r->chunks = (struct zv_http_chunks){ 0 };
	r->line = r->n_lines = 0;
	r->empty_lines = 0;
	r->may_continue = false;
	zv_buf_clear(&r->head);
	zv_buf_clear(&r->body);
}

static void
give_memory_back(struct zv_http_reader *r)
{
	zv_free(r->block);
	r->block = NULL;
	zv_buf_deinit(&r->head);
	zv_buf_deinit(&r->body);
}

void
zv_http_reader_free(struct zv_http_reader *r)
{
	if (!r)
		return;
	give_memory_back(r);
	zv_free(r);
}

/* Steps below return 0 or what `refuse` and `lack_memory` return. */

static int
refuse(struct zv_http_reader *r, int status, const char *why)
{
	r->status = status;
	r->why = why;
	r->code = status == 413 || status == 414 || status == 431 ? ZV_ETOOBIG
								  : ZV_EPROTO;
	return r->code;
}

static int
lack_memory(struct zv_http_reader *r)
{
	r->status = 503;
	r->why = "out of memory";
	return r->code = ZV_ENOMEM;
}

/* ---- the head, line by line --------------------------------------------------- */

/* How many bytes at the start are surely no control characters: eight at a time. */
static size_t
plain_run(struct zv_str s)
{
	const uint64_t ones = 0x0101010101010101u, tops = ones * 0x80;
	size_t i = 0;

	for (; i + 8 <= s.n; i += 8) {
		uint64_t word, del;

		memcpy(&word, s.p + i, 8);
		del = word ^ ones * 0x7f;
		/* is any byte below ' ', or any of the other 0? */
		if ((((word - ones * ' ') & ~word) | ((del - ones) & ~del)) & tops)
			break;
	}
	return i;
}

/* RFC 9112, 2.2: a line ends in CRLF. What else looks like its end to some is bad. */
static int
check_bytes(struct zv_http_reader *r, struct zv_str piece)
{
	for (size_t i = r->after_cr ? 0 : plain_run(piece); i < piece.n; i++) {
		unsigned char c = (unsigned char)piece.p[i];

		if (r->after_cr != (c == '\n'))
			return refuse(r, 400,
				      "a line of the head does not end in CRLF");
		r->after_cr = c == '\r';
		if ((c < ' ' && c != '\r' && c != '\n' && c != '\t') || c == 0x7f)
			return refuse(r, 400,
				      c == 0x16 && r->head.n + i == 0
					      ? "this is TLS, and the port is plain"
					      : "control characters in the head");
	}
	return 0;
}

/* How many bytes more this line may have. */
static size_t
room_for_line(const struct zv_http_reader *r)
{
	size_t room = r->limits.head_bytes - r->head.n;
	size_t most = r->limits.line_bytes - r->head.n;

	if (r->n_lines > 0 || r->limits.line_bytes > r->limits.head_bytes)
		return room;
	return most;
}

static int
refuse_length(struct zv_http_reader *r)
{
	return r->n_lines == 0 ? refuse(r, 414, "the request line is too long")
			       : refuse(r, 431, "the head is too long");
}

/* Once for what has come, not line by line: most heads come whole. */
static int
make_room(struct zv_http_reader *r, size_t n)
{
	return r->head.n
		       ? 0
		       : zv_buf_reserve(&r->head, n < MOST_AT_ONCE ? n : MOST_AT_ONCE);
}

/* Moves the rest of the line, or what of it is there, into head. */
static int
take_line(struct zv_http_reader *r, struct zv_str *bytes, bool *whole)
{
	const char *end = memchr(bytes->p, '\n', bytes->n);
	size_t n = end ? (size_t)(end - bytes->p) + 1 : bytes->n;
	size_t room = room_for_line(r);
	struct zv_str piece = { bytes->p, n < room ? n : room };
	int rc = check_bytes(r, piece);

	if (rc < 0)
		return rc;
	if (n > room)
		return refuse_length(r);
	if (make_room(r, bytes->n) < 0 || zv_buf_add(&r->head, piece) < 0)
		return lack_memory(r);
	*bytes = zv_str_from(*bytes, n);
	*whole = end;
	return 0;
}

static int
end_first_line(struct zv_http_reader *r, struct zv_str line)
{
	const char *why = NULL;
	int status;

	if (line.n == 0) {
		zv_buf_clear(&r->head);
		return ++r->empty_lines > MAX_EMPTY_LINES
			       ? refuse(r, 400, "empty lines instead of a request")
			       : 0;
	}
	status = zv_http_request_line(&r->request, line, &why);
	r->n_lines = 1;
	r->line = r->head.n;
	return status ? refuse(r, status, why) : 0;
}

static int
end_field_line(struct zv_http_reader *r)
{
	r->n_lines++;
	r->line = r->head.n;
	return r->n_lines - 1 > r->limits.fields
		       ? refuse(r, 431, "the head has too many fields")
		       : 0;
}

/* ---- the head as a whole ------------------------------------------------------ */

static int
read_fields(struct zv_http_reader *r, struct zv_http_field *fields)
{
	struct zv_str rest = zv_str_from(
		zv_buf_str(&r->head),
		(size_t)(r->request.target.p + r->request.target.n - r->head.p) +
			strlen(" HTTP/1.1\r\n"));

	for (size_t i = 0; i + 1 < r->n_lines; i++) {
		const char *why = NULL;
		struct zv_str line;
		int status;

		zv_str_split(&rest, '\n', &line);
		line.n--; /* its CR */
		status = zv_http_request_field(&fields[i], line, &why);
		if (status)
			return refuse(r, status, why);
	}
	r->request.fields = fields;
	r->request.n_fields = r->n_lines - 1;
	return 0;
}

static int
end_head(struct zv_http_reader *r)
{
	struct zv_http_request *q = &r->request;
	size_t size = (r->n_lines - 1) * sizeof(struct zv_http_field);
	const char *why = NULL;
	int rc, status;

	/* the buffer has moved since the first line was read */
	q->method.p = r->head.p;
	q->target.p = r->head.p + q->method.n + 1;
	r->block = zv_malloc(size + q->target.n + 1 + ZV_HTTP_MAX_HOST);
	if (!r->block)
		return lack_memory(r);
	rc = read_fields(r, r->block);
	if (rc < 0)
		return rc;
	status = zv_http_request_meaning(q, (char *)r->block + size, &r->framing, &why);
	if (status)
		return refuse(r, status, why);
	if (r->framing.length > r->limits.body_bytes)
		return refuse(r, 413, "the body is too long");
	q->pipelined = r->more_behind;
	r->may_continue = q->expects_continue;
	r->state = BODY;
	return 0;
}

static int
end_line(struct zv_http_reader *r)
{
	struct zv_str line = zv_str_from(zv_buf_str(&r->head), r->line);

	line.n -= 2; /* CRLF */
	if (r->n_lines == 0)
		return end_first_line(r, line);
	return line.n ? end_field_line(r) : end_head(r);
}

static int
take_head(struct zv_http_reader *r, struct zv_str *bytes)
{
	while (bytes->n && r->state == HEAD) {
		bool whole;
		int rc = take_line(r, bytes, &whole);

		if (rc < 0)
			return rc;
		rc = whole ? end_line(r) : 0;
		if (rc < 0)
			return rc;
	}
	return 0;
}

/* ---- the body ------------------------------------------------------------------ */

static int
take_chunks(struct zv_http_reader *r, struct zv_str *bytes)
{
	struct zv_http_chunks_limits limits = {
		.body_bytes = r->limits.body_bytes,
		.line_bytes = r->limits.chunk_line,
		.extra_bytes = r->limits.head_bytes,
	};
	const char *why = NULL;
	int rc = zv_http_chunks_next(&r->chunks, &limits, bytes, &r->body, &why);

	if (rc == ZV_ENOMEM)
		return lack_memory(r);
	return rc < 0 ? refuse(r, -rc, why) : rc;
}

static int
take_length(struct zv_http_reader *r, struct zv_str *bytes)
{
	size_t left = (size_t)r->framing.length - r->body.n;
	struct zv_str part = { bytes->p, bytes->n < left ? bytes->n : left };

	if (part.n && zv_buf_add(&r->body, part) < 0)
		return lack_memory(r);
	*bytes = zv_str_from(*bytes, part.n);
	return part.n == left;
}

/* 1: it is whole. */
static int
take_body(struct zv_http_reader *r, struct zv_str *bytes)
{
	int rc;

	if (bytes->n)
		r->may_continue = false; /* RFC 9110, 10.1.1: it does not wait */
	rc = r->framing.chunked ? take_chunks(r, bytes) : take_length(r, bytes);
	if (rc > 0) {
		r->request.body = zv_buf_str(&r->body);
		r->may_continue = false;
		r->more_behind = bytes->n > 0;
		r->state = GIVEN;
	}
	return rc;
}

/* ---- the face ------------------------------------------------------------------ */

static int
take(struct zv_http_reader *r, struct zv_str *bytes)
{
	int rc;

	if (r->state == GIVEN) {
		forget_request(r);
		r->state = HEAD;
	}
	rc = take_head(r, bytes);
	if (rc == 0 && r->state == BODY)
		rc = take_body(r, bytes);
	if (rc == 0 && r->state == HEAD && r->head.n == 0)
		give_memory_back(r);
	return rc;
}

int
zv_http_reader_next(struct zv_http_reader *r, struct zv_str *bytes,
		    const struct zv_http_request **request, int *status,
		    struct zv_error *err)
{
	int rc = r->state == FAILED ? r->code : take(r, bytes);

	if (rc > 0)
		*request = &r->request;
	if (rc >= 0)
		return rc;
	if (r->state != FAILED)
		give_memory_back(r);
	r->state = FAILED;
	*status = r->status;
	return zv_fail(err, r->code, "%s", r->why);
}

enum zv_http_phase
zv_http_reader_phase(const struct zv_http_reader *r)
{
	if (r->state == BODY)
		return ZV_HTTP_BODY;
	return r->state == HEAD && (r->head.n || r->empty_lines) ? ZV_HTTP_HEAD
								 : ZV_HTTP_IDLE;
}

bool
zv_http_reader_wants_continue(struct zv_http_reader *r)
{
	bool wants = r->state == BODY && r->may_continue;

	r->may_continue = false;
	return wants;
}

/* ---- what a request says -------------------------------------------------------- */

struct zv_str
zv_http_field_of(const struct zv_http_request *r, const char *name)
{
	struct zv_str value = { NULL, 0 };
	size_t cursor = 0;

	zv_http_next_field(r->fields, r->n_fields, zvon_str(name), &cursor, &value);
	return value;
}

bool
zv_http_has_word(const struct zv_http_request *r, const char *name, const char *word)
{
	return zv_http_lists_word(r->fields, r->n_fields, zvon_str(name),
				  zvon_str(word));
}

/* Adds the decoded text; ZV_EINVAL, ZV_ENOMEM. */
static int
add_decoded(struct zv_buf *out, struct zv_str text)
{
	struct zv_str made;
	int n;

	if (zv_buf_reserve(out, text.n + 1) < 0)
		return ZV_ENOMEM;
	made.p = out->p + out->n;
	n = zv_http_unescape(text, true, out->p + out->n);
	if (n < 0)
		return n;
	made.n = (size_t)n;
	if (zv_utf8_valid(made) != made.n)
		return ZV_EINVAL;
	out->n += made.n;
	return 0;
}

/* Is `text`, decoded, that name? What cannot be decoded is no name of ours. */
static int
is_name(struct zv_str text, struct zv_str name)
{
	struct zv_buf decoded = { 0 };
	int rc;

	if (!memchr(text.n ? text.p : "", '%', text.n) &&
	    !memchr(text.n ? text.p : "", '+', text.n))
		return zvon_str_equal(text, name);
	rc = add_decoded(&decoded, text);
	if (rc == 0)
		rc = zvon_str_equal(zv_buf_str(&decoded), name);
	zv_buf_deinit(&decoded);
	return rc == ZV_EINVAL ? 0 : rc;
}

int
zv_http_query_value(struct zv_str query, const char *name, struct zv_buf *out)
{
	struct zv_str pair, key;

	while (zv_str_split(&query, '&', &pair)) {
		struct zv_str value = pair;
		int rc;

		if (!pair.p || !zv_str_split(&value, '=', &key))
			continue;
		rc = is_name(key, zvon_str(name));
		if (rc == 1)
			rc = value.p ? add_decoded(out, value) : 0;
		else if (rc == 0)
			continue;
		return rc < 0 ? rc : 1;
	}
	return 0;
}

int
zv_http_query_next(struct zv_str *rest, struct zv_buf *name, struct zv_buf *value)
{
	struct zv_str pair, key;
	int rc;

	zv_buf_clear(name);
	zv_buf_clear(value);
	do {
		if (!zv_str_split(rest, '&', &pair))
			return 0;
	} while (!pair.n);
	zv_str_split(&pair, '=', &key);
	rc = add_decoded(name, key);
	if (rc == 0)
		rc = add_decoded(value, pair);
	return rc < 0 ? rc : 1;
}
