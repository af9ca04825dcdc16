#include "onec/daemon_http.h"

#include "base/err.h"
#include "base/mem.h"
#include "http/head.h"
#include "io/fetch.h"
#include "onec/daemon_url.h"

/* A question on its way. */
struct asked {
	struct zv_desk_question question;
	struct zv_buf target;
	struct zv_buf body; /* of the answer */
	int status;
	bool is_used, is_too_big;
	bool is_login;	 /* for a new token … */
	bool has_signed; /* … which was tried */
};

struct zv_daemon_http {
	struct zv_daemon_session *session;
	struct zv_fetch *fetch;
	struct asked asked[ZV_FETCH_MAX_EXCHANGES];
};

/* ---- requests ------------------------------------------------------------------------------ */

static void
write_target(const struct zv_daemon_http *h, struct zv_str path, struct zv_buf *out)
{
	const struct zv_daemon_url *url = zv_daemon_session_url(h->session);

	zv_buf_add(out, (struct zv_str){ url->target, url->prefix });
	zv_buf_add(out, ZV_STR("/v1/"));
	zv_buf_add(out, path);
}

static int
start_question(struct zv_daemon_http *h, struct asked *a, struct zv_error *err)
{
	struct zv_buf fields = { .secret = true };
	struct zv_fetch_request request = {
		.id = (int)(a - h->asked),
		.is_post = a->question.is_post,
		.target = zv_buf_str(&a->target),
		.timeout_ms = ZV_DAEMON_ASK_MS,
	};
	int rc;

	zv_buf_add(&fields, ZV_STR("Authorization: Bearer "));
	zv_buf_add(&fields, zv_daemon_session_token(h->session));
	zv_buf_add(&fields, ZV_STR("\r\n"));
	request.fields = zv_buf_str(&fields);
	rc = zv_buf_failed(&fields) ? zv_fail_nomem(err)
				    : zv_fetch_start(h->fetch, &request, err);
	zv_buf_deinit(&fields);
	return rc;
}

static int
start_login(struct zv_daemon_http *h, struct asked *a, struct zv_error *err)
{
	struct zv_buf body = { .secret = true };
	struct zv_fetch_request request = {
		.id = (int)(a - h->asked),
		.is_post = true,
		.target = zvon_str(zv_daemon_session_url(h->session)->login),
		.fields = ZV_STR("Content-Type: application/json\r\n"),
		.timeout_ms = ZV_DAEMON_ASK_MS,
	};
	int rc;

	a->is_login = a->has_signed = true;
	zv_daemon_session_write_password(h->session, &body);
	request.body = zv_buf_str(&body);
	rc = zv_buf_failed(&body) ? zv_fail_nomem(err)
				  : zv_fetch_start(h->fetch, &request, err);
	zv_buf_deinit(&body);
	return rc;
}

/* ---- answers ----------------------------------------------------------------------------- */

static void
free_asked(struct asked *a)
{
	zv_buf_deinit(&a->target);
	zv_buf_deinit(&a->body);
	*a = (struct asked){ 0 };
}

/* The slot is free before the answer is given: that may ask again. */
static void
answer(struct asked *a, const struct zv_error *why)
{
	struct asked was = *a;

	*a = (struct asked){ 0 };
	was.question.answer(was.question.user, why ? 0 : was.status,
			    zv_buf_str(&was.body), why);
	free_asked(&was);
}

static void
take_head(struct asked *a, struct zv_str bytes)
{
	struct zv_http_head head;

	if (zv_http_head_parse(&head, bytes, NULL) == 0)
		a->status = head.status;
}

static void
take_body(struct asked *a, struct zv_str bytes)
{
	if (a->body.n + bytes.n > ZV_DAEMON_ANSWER_MAX)
		a->is_too_big = true;
	else
		zv_buf_add(&a->body, bytes);
}

static void
begin_answer(struct asked *a)
{
	a->status = 0;
	zv_buf_clear(&a->body);
}

/* A session's token ends after hours, the session itself does not. true: it goes on. */
static bool
sign_in_again(struct zv_daemon_http *h, struct asked *a, struct zv_error *err)
{
	if (a->is_login) {
		a->is_login = false;
		if (a->status != 200 ||
		    !zv_daemon_session_take_token(h->session, zv_buf_str(&a->body)))
			return false;
		begin_answer(a);
		return start_question(h, a, err) == 0;
	}
	if (a->status != 401 || a->has_signed ||
	    !zv_daemon_session_has_password(h->session))
		return false;
	begin_answer(a);
	return start_login(h, a, err) == 0;
}

static void
take_end(struct zv_daemon_http *h, struct asked *a, const struct zv_error *err)
{
	struct zv_error why = *err;

	if (!why.code && a->is_too_big)
		zv_fail(&why, ZV_ETOOBIG, "zvond: an answer of more than %zu bytes",
			(size_t)ZV_DAEMON_ANSWER_MAX);
	if (!why.code && zv_buf_failed(&a->body))
		zv_fail_nomem(&why);
	if (!why.code && !a->status)
		zv_fail(&why, ZV_EPROTO, "zvond: an answer without a status");
	if (!why.code && sign_in_again(h, a, &why))
		return;
	answer(a, why.code ? &why : NULL);
}

static void
take(struct zv_daemon_http *h, const struct zv_fetch_news *news)
{
	struct asked *a = &h->asked[news->id];

	if (news->kind == ZV_FETCH_HEAD)
		take_head(a, news->bytes);
	else if (news->kind == ZV_FETCH_BODY)
		take_body(a, news->bytes);
	else
		take_end(h, a, &news->err);
}

/* ---- questions ---------------------------------------------------------------------------- */

int
zv_daemon_http_ask(struct zv_daemon_http *h, const struct zv_desk_question *q,
		   struct zv_error *err)
{
	struct asked *a = h->asked;
	int rc;

	while (a < h->asked + ZV_FETCH_MAX_EXCHANGES && a->is_used)
		a++;
	if (a == h->asked + ZV_FETCH_MAX_EXCHANGES)
		return zv_fail(err, ZV_EBUSY, "zvond: %d questions at once",
			       ZV_FETCH_MAX_EXCHANGES);
	*a = (struct asked){ .question = *q, .is_used = true };
	a->body.secret = true; /* a login's has a token */
	write_target(h, q->path, &a->target);
	rc = zv_buf_failed(&a->target) ? zv_fail_nomem(err) : start_question(h, a, err);
	if (rc < 0)
		free_asked(a);
	return rc;
}

/* ---- as a part of a link -------------------------------------------------------------------- */

size_t
zv_daemon_http_descriptors(const struct zv_daemon_http *h, struct zv_descriptor *out,
			   size_t max)
{
	return zv_fetch_descriptors(h->fetch, out, max);
}

int
zv_daemon_http_timeout(const struct zv_daemon_http *h)
{
	return zv_fetch_timeout(h->fetch);
}

bool
zv_daemon_http_is_resolving(const struct zv_daemon_http *h)
{
	return zv_fetch_is_resolving(h->fetch);
}

void
zv_daemon_http_process(struct zv_daemon_http *h)
{
	struct zv_fetch_news news;

	zv_fetch_process(h->fetch);
	while (zv_fetch_next(h->fetch, &news))
		take(h, &news);
}

/* ---- life ------------------------------------------------------------------------------------- */

struct zv_daemon_http *
zv_daemon_http_new(const struct zv_dial_options *where,
		   struct zv_daemon_session *session, struct zv_error *err)
{
	struct zv_daemon_http *h = zv_calloc(1, sizeof *h);

	if (h) {
		h->session = session;
		h->fetch = zv_fetch_new();
	}
	if (h && h->fetch && zv_fetch_open(h->fetch, where, err) == 0)
		return h;
	if (h)
		zv_fetch_free(h->fetch);
	zv_free(h);
	zv_fail_nomem(err);
	return NULL;
}

void
zv_daemon_http_free(struct zv_daemon_http *h)
{
	struct zv_error err = { 0 };

	if (!h)
		return;
	zv_fail(&err, ZV_ECLOSED, "zvond: the connection was closed");
	for (size_t i = 0; i < ZV_FETCH_MAX_EXCHANGES; i++)
		if (h->asked[i].is_used)
			answer(&h->asked[i], &err);
	zv_fetch_free(h->fetch);
	zv_free(h);
}
