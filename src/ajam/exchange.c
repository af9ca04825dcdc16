#include "ajam/exchange.h"

#include <stdio.h>

#include "ajam/explain.h"
#include "ajam/form.h"
#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"

enum {
	HTTP_OK = 200,
	HTTP_UNAUTHORIZED = 401,
	HTTP_NO_METHOD = 405,
	HTTP_TOO_LARGE = 413,
	HTTP_NOT_IMPLEMENTED = 501,
};

int
zv_exchange_init(struct zv_exchange *x, struct zv_ajam_place *place,
		 const struct zv_parser_limits *limits)
{
	*x = (struct zv_exchange){ .place = place };
	/* secrets of a login, and what stands for one */
	x->form.secret = x->target.secret = x->fields.secret = x->head.secret = true;
	x->reader = zv_ajam_reader_new(place->encoding, limits);
	return x->reader ? 0 : ZV_ENOMEM;
}

void
zv_exchange_deinit(struct zv_exchange *x)
{
	zv_ajam_reader_free(x->reader);
	zv_buf_deinit(&x->form);
	zv_buf_deinit(&x->target);
	zv_buf_deinit(&x->fields);
	zv_buf_deinit(&x->head);
	zv_buf_deinit(&x->stranger);
}

/* ---- the request ------------------------------------------------------------------ */

static bool
has_secret(const struct zv_request *r)
{
	struct zv_str key, value;
	size_t cursor = 0;

	while (zv_request_next(r, &cursor, &key, &value))
		if (zvon_str_equal_nocase(key, ZV_STR("Secret")))
			return true;
	return false;
}

static int
add_target(struct zv_exchange *x, struct zv_error *err)
{
	size_t around = strlen("GET  HTTP/1.1\r\n");

	zv_buf_add(&x->target, zvon_str(x->place->path));
	if (!x->as_get)
		return 0;
	if (x->has_secret)
		return zv_fail(err, ZV_EPROTO,
			       "no POST is taken there, and in a GET the secret would "
			       "stand in the URL, for every log to keep: log in with "
			       "the MD5 challenge instead of plain login, or find out "
			       "who refuses the POST; Asterisk 1.8 and later take it");
	zv_buf_add_char(&x->target, '?');
	zv_buf_add(&x->target, zv_buf_str(&x->form));
	if (x->target.n + around > ZV_AJAM_MAX_REQUEST_LINE)
		return zv_fail(err, ZV_ETOOBIG,
			       "the action is too long for this server: it takes no "
			       "POST of that length, and a request line of at most "
			       "%d bytes; use AMI (ami://), or a newer Asterisk",
			       ZV_AJAM_MAX_REQUEST_LINE);
	return 0;
}

static struct zv_str
next_cnonce(struct zv_ajam_place *place, char out[17])
{
	place->chance ^= place->chance << 13;
	place->chance ^= place->chance >> 7;
	place->chance ^= place->chance << 17;
	return (struct zv_str){ out,
				(size_t)snprintf(out, 17, "%016llx",
						 (unsigned long long)place->chance) };
}

static int
add_digest(struct zv_exchange *x)
{
	struct zv_ajam_place *place = x->place;
	char cnonce[17];
	int rc;

	zv_buf_add(&x->fields, ZV_STR("Authorization: "));
	rc = zv_digest_answer(&place->digest, place->user, place->secret,
			      x->as_get ? ZV_STR("GET") : ZV_STR("POST"),
			      zv_buf_str(&x->target), next_cnonce(place, cnonce),
			      &x->fields);
	zv_buf_add(&x->fields, ZV_STR("\r\n"));
	x->answered_digest = true;
	return rc;
}

/* Asterisk 1.8 and 11 do not read a form whose type has a charset behind it. */
static int
add_fields(struct zv_exchange *x)
{
	const struct zv_ajam_place *place = x->place;

	if (!x->as_get)
		zv_buf_add(&x->fields,
			   ZV_STR("Content-Type: application/x-www-form-urlencoded"
				  "\r\n"));
	if (place->cookie.value[0])
		zv_buf_printf(&x->fields, "Cookie: mansession_id=\"%s\"\r\n",
			      place->cookie.value);
	return place->uses_digest && place->digest.nonce[0] ? add_digest(x) : 0;
}

static int
ask(struct zv_exchange *x, struct zv_ajam_asked *out, struct zv_error *err)
{
	int rc;

	zv_ajam_reader_reset(x->reader);
	zv_buf_clear(&x->target);
	zv_buf_clear(&x->fields);
	zv_buf_clear(&x->head);
	zv_buf_clear(&x->stranger);
	x->answered_digest = false;
	x->is_empty = true;
	x->is_ajam = false;
	x->status = 0;
	x->n_packets = 0;
	rc = add_target(x, err);
	if (rc == 0)
		rc = add_fields(x);
	if (rc == ZV_ENOMEM || zv_buf_failed(&x->target) || zv_buf_failed(&x->fields) ||
	    zv_buf_failed(&x->form))
		return zv_fail_nomem(err);
	if (rc < 0)
		return zv_fail(err, rc,
			       "the user name cannot be written into a digest answer: "
			       "use rawman, mxml or manager");
	*out = (struct zv_ajam_asked){
		.is_post = !x->as_get,
		.target = zv_buf_str(&x->target),
		.fields = zv_buf_str(&x->fields),
		.body = x->as_get ? ZV_STR("") : zv_buf_str(&x->form),
	};
	x->running = true;
	return 0;
}

int
zv_exchange_start(struct zv_exchange *x, const struct zv_request *request,
		  struct zv_str action_id, struct zv_ajam_asked *out,
		  struct zv_error *err)
{
	zv_buf_clear(&x->form);
	if (zv_form_format(request, action_id, &x->form) < 0)
		return zv_fail_nomem(err);
	x->as_get = x->place->post_refused;
	x->has_secret = has_secret(request);
	x->tried_again = false;
	return ask(x, out, err);
}

void
zv_exchange_stop(struct zv_exchange *x)
{
	x->running = false;
	x->adopts_cookie = false;
	zv_buf_clear(&x->form); /* overwrites it */
	zv_buf_clear(&x->fields);
	zv_buf_clear(&x->target);
}

/* ---- the answer -------------------------------------------------------------------- */

static struct zv_str
field(const struct zv_http_head *head, struct zv_str name)
{
	struct zv_str value = { 0 };

	zv_http_head_find(head, name, NULL, &value);
	return value;
}

/* Every answer sets a cookie, one to an unknown session a new one: only that of the
 * login counts (measured on 1.8 to 22). */
static void
read_cookie(struct zv_exchange *x, const struct zv_http_head *head)
{
	struct zv_cookie *own = &x->place->cookie, told;

	if (x->place->uses_digest || zv_cookie_read(&told, head) != 1)
		return;
	if (x->adopts_cookie || strcmp(told.value, own->value) == 0)
		*own = told;
}

/* "Asterisk/11.25.3", as 1.8 and 11 say. */
static void
read_server(struct zv_exchange *x, const struct zv_http_head *head)
{
	struct zv_str server = field(head, ZV_STR("Server")),
		      name = ZV_STR("Asterisk/");
	int major = 0;

	if (!zv_str_starts_nocase(server, name))
		return;
	server = zv_str_from(server, name.n);
	while (server.n && server.p[0] >= '0' && server.p[0] <= '9' && major < 1000) {
		major = major * 10 + (server.p[0] - '0');
		server = zv_str_from(server, 1);
	}
	x->place->asterisk_major = major;
}

/* What the answer is, if it is none of AJAM; 0: nothing speaks against it. */
static int
explain(struct zv_exchange *x, struct zv_error *err)
{
	struct zv_http_head head;
	struct zv_ajam_reason reason;
	struct zv_ajam_answer answer = {
		.head = &head,
		.body_start = zv_buf_str(&x->stranger),
		.tls = x->place->tls,
		.expected = x->place->encoding,
		.path = x->place->path,
	};

	if (zv_http_head_parse(&head, zv_buf_str(&x->head), err) < 0)
		return ZV_EPROTO;
	return zv_ajam_explain(&answer, &reason, err);
}

int
zv_exchange_head(struct zv_exchange *x, struct zv_str bytes, struct zv_error *err)
{
	struct zv_http_head head;
	int rc = zv_http_head_parse(&head, bytes, err);

	if (rc < 0)
		return rc;
	x->status = head.status;
	zv_buf_clear(&x->head);
	if (zv_buf_add(&x->head, bytes) < 0)
		return zv_fail_nomem(err);
	if (head.status != HTTP_OK)
		return 0;
	x->is_ajam = explain(x, NULL) == 0;
	if (x->is_ajam) {
		read_cookie(x, &head);
		read_server(x, &head);
	}
	return 0;
}

/* What is no AJAM answer tells by its beginning whose it is. */
static int
keep_beginning(struct zv_exchange *x, struct zv_str bytes)
{
	size_t room = ZV_AJAM_ERROR_BODY - x->stranger.n;

	if (bytes.n < room)
		room = bytes.n;
	return zv_buf_add(&x->stranger, (struct zv_str){ bytes.p, room });
}

int
zv_exchange_body(struct zv_exchange *x, struct zv_str bytes, struct zv_error *err)
{
	if (bytes.n == 0)
		return 0;
	x->is_empty = false;
	if (keep_beginning(x, bytes) < 0)
		return zv_fail_nomem(err);
	if (x->is_ajam)
		zv_ajam_reader_feed(x->reader, bytes);
	return 0;
}

int
zv_exchange_next(struct zv_exchange *x, const struct zv_packet **out,
		 struct zv_error *err)
{
	int rc;

	if (!x->running || !x->is_ajam)
		return 0;
	rc = zv_ajam_reader_next(x->reader, out);
	if (rc == 1)
		x->n_packets++;
	if (rc == ZV_EPROTO)
		return 0; /* its head and its end tell more: zv_exchange_end */
	if (rc < 0)
		zv_fail(err, rc, "%s", zv_ajam_reader_error(x->reader));
	return rc;
}

/* ---- its end ----------------------------------------------------------------------- */

static int
end_whole(struct zv_exchange *x, struct zv_error *err)
{
	int rc;

	if (!x->is_ajam)
		return explain(x, err);
	rc = x->is_empty ? 0 : zv_ajam_reader_end(x->reader);
	if (rc == ZV_EPROTO && x->n_packets == 0 && explain(x, err) < 0)
		return err->code;
	if (rc < 0)
		return zv_fail(err, rc, "%s", zv_ajam_reader_error(x->reader));
	return ZV_EXCHANGE_WHOLE;
}

int
zv_exchange_as_get(struct zv_exchange *x, struct zv_ajam_asked *again,
		   struct zv_error *err)
{
	x->as_get = true;
	return ask(x, again, err) < 0 ? err->code : ZV_EXCHANGE_AGAIN;
}

/* The challenge that can be answered, among all that were offered. */
static int
read_digest(struct zv_exchange *x, struct zv_digest *out, struct zv_error *err)
{
	struct zv_http_head head;
	struct zv_error why = { 0 };
	struct zv_str value;
	size_t cursor = 0;
	int rc = zv_http_head_parse(&head, zv_buf_str(&x->head), err);

	if (rc < 0)
		return rc;
	while (zv_http_head_find(&head, ZV_STR("WWW-Authenticate"), &cursor, &value))
		if (zv_digest_read(out, value, &why) == 0)
			return 0;
	if (!why.code)
		return zv_fail(err, ZV_EPROTO,
			       "the server refuses without asking for a digest: a "
			       "proxy in between, or not Asterisk");
	return zv_fail(err, why.code, "%s", why.text);
}

static int
end_unauthorized(struct zv_exchange *x, struct zv_ajam_asked *again,
		 struct zv_error *err)
{
	struct zv_digest asked = { 0 };
	bool had_answered = x->answered_digest;
	int rc = read_digest(x, &asked, err);

	if (rc < 0)
		return rc;
	if (had_answered && !asked.stale)
		return explain(x, err);
	if (x->tried_again)
		return zv_fail(err, ZV_EPROTO,
			       "the server calls each nonce stale: a proxy in between "
			       "that repeats requests, or several servers behind one "
			       "address");
	/* the session and its events live on under the new nonce (measured on 16, 22) */
	x->place->digest = asked;
	x->tried_again = had_answered;
	return ask(x, again, err) < 0 ? err->code : ZV_EXCHANGE_AGAIN;
}

int
zv_exchange_end(struct zv_exchange *x, struct zv_ajam_asked *again,
		struct zv_error *err)
{
	switch (x->status) {
	case HTTP_OK:
		return end_whole(x, err);
	case HTTP_UNAUTHORIZED:
		if (x->place->uses_digest)
			return end_unauthorized(x, again, err);
		break;
	case HTTP_NO_METHOD:
	case HTTP_NOT_IMPLEMENTED:
		x->place->post_refused |= !x->as_get;
		/* fall through */
	case HTTP_TOO_LARGE: /* 1.8 and 11 take 1024 bytes, but a line of 4096 */
		if (!x->as_get)
			return zv_exchange_as_get(x, again, err);
		break;
	}
	return explain(x, err);
}
