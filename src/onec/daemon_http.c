#include "onec/daemon_http.h"

#include "base/err.h"
#include "base/mem.h"
#include "http/head.h"
#include "io/fetch.h"

/* A question on its way. */
struct asked {
	struct zv_desk_question question;
	struct zv_buf body;
	int status;
	bool is_used, is_too_big;
};

struct zv_daemon_http {
	struct zv_fetch *fetch;
	struct asked asked[ZV_FETCH_MAX_EXCHANGES];
};

/* ---- answers ----------------------------------------------------------------------------- */

/* The slot is free before the answer is given: that may ask again. */
static void
answer(struct asked *a, const struct zv_error *why)
{
	struct asked was = *a;

	*a = (struct asked){ 0 };
	was.question.answer(was.question.user, why ? 0 : was.status,
			    zv_buf_str(&was.body), why);
	zv_buf_deinit(&was.body);
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
take_end(struct asked *a, const struct zv_error *err)
{
	struct zv_error why = *err;

	if (!why.code && a->is_too_big)
		zv_fail(&why, ZV_ETOOBIG, "zvond: an answer of more than %zu bytes",
			(size_t)ZV_DAEMON_ANSWER_MAX);
	if (!why.code && zv_buf_failed(&a->body))
		zv_fail_nomem(&why);
	if (!why.code && !a->status)
		zv_fail(&why, ZV_EPROTO, "zvond: an answer without a status");
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
		take_end(a, &news->err);
}

/* ---- questions ---------------------------------------------------------------------------- */

static int
start(struct zv_daemon_http *h, int id, const struct zv_desk_question *q,
      struct zv_str target, struct zv_str token, struct zv_error *err)
{
	struct zv_buf fields = { .secret = true };
	struct zv_fetch_request request = {
		.id = id,
		.is_post = q->is_post,
		.target = target,
		.timeout_ms = ZV_DAEMON_ASK_MS,
	};
	int rc;

	zv_buf_add(&fields, ZV_STR("Authorization: Bearer "));
	zv_buf_add(&fields, token);
	zv_buf_add(&fields, ZV_STR("\r\n"));
	request.fields = zv_buf_str(&fields);
	rc = zv_buf_failed(&fields) ? zv_fail_nomem(err)
				    : zv_fetch_start(h->fetch, &request, err);
	zv_buf_deinit(&fields);
	return rc;
}

int
zv_daemon_http_ask(struct zv_daemon_http *h, const struct zv_desk_question *q,
		   struct zv_str target, struct zv_str token, struct zv_error *err)
{
	int id = 0, rc;

	while (id < ZV_FETCH_MAX_EXCHANGES && h->asked[id].is_used)
		id++;
	if (id == ZV_FETCH_MAX_EXCHANGES)
		return zv_fail(err, ZV_EBUSY, "zvond: %d questions at once",
			       ZV_FETCH_MAX_EXCHANGES);
	rc = start(h, id, q, target, token, err);
	if (rc == 0)
		h->asked[id] = (struct asked){ .question = *q, .is_used = true };
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
zv_daemon_http_new(const struct zv_dial_options *where, struct zv_error *err)
{
	struct zv_daemon_http *h = zv_calloc(1, sizeof *h);

	if (h)
		h->fetch = zv_fetch_new();
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
