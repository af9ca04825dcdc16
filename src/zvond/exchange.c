#include "zvond/exchange.h"

#include <stdarg.h>
#include <stdio.h>

#include "json/writer.h"
#include "zvond/talk.h"

#define MORE_FIELDS 8

static bool
keeps_alive(const struct zv_exchange *x)
{
	return x->request && x->request->keep_alive && !zv_exchange_daemon(x)->stopping;
}

static bool
is_head(const struct zv_exchange *x)
{
	return x->request && zvon_str_equal(x->request->method, ZV_STR("HEAD"));
}

static void
count(struct zv_exchange *x, int status)
{
	struct zv_metrics *m = &zv_exchange_daemon(x)->metrics;

	if (status >= 400 && x->request && x->request->is_upgrade)
		m->refused_upgrades++;
	if (status >= 500)
		m->answers_5xx++;
	else if (status >= 400)
		m->answers_4xx++;
}

/* The answer's own fields, and leave for another site's page to read it (Fetch, CORS). */
static size_t
gather_fields(const struct zv_exchange *x, const struct zv_reply *reply,
	      struct zv_http_answer_field out[MORE_FIELDS])
{
	size_t n = 0;

	while (n < reply->n_more && n < MORE_FIELDS - 2) {
		out[n] = reply->more[n];
		n++;
	}
	if (!x->origin[0])
		return n;
	out[n++] = (struct zv_http_answer_field){ "Access-Control-Allow-Origin",
						  zvon_str(x->origin) };
	out[n++] = (struct zv_http_answer_field){ "Vary", ZV_STR("Origin") };
	return n;
}

/* ---- long ones ------------------------------------------------------------------------ */

void
zv_exchange_long_begin(struct zv_exchange *x, const struct zv_reply *reply,
		       long long length)
{
	static const struct zv_http_answer_field chunked = { "Transfer-Encoding",
							     { "chunked", 7 } };
	struct zv_buf *out = &zv_exchange_daemon(x)->scratch;
	struct zv_http_answer_field more[MORE_FIELDS + 1];
	struct zv_http_answer answer = {
		.status = reply->status,
		.content_type = reply->type ? reply->type : "application/json",
		.length = length,
		.keep_alive = keeps_alive(x) && length >= 0,
		.no_store = !reply->may_be_stored,
		.security_policy = reply->security_policy,
		.more = more,
		.n_more = gather_fields(x, reply, more),
	};

	x->answered = true;
	x->is_chunked = length < 0 && x->request->minor >= 1 && !is_head(x);
	if (x->is_chunked)
		more[answer.n_more++] = chunked;
	count(x, reply->status);
	zv_buf_clear(out);
	zv_http_write_head(out, &answer);
	x->is_open = !answer.keep_alive;
	if (zv_buf_failed(out))
		zv_front_close(x->front, false);
	else
		zv_front_send(x->front, zv_buf_str(out));
}

void
zv_exchange_long_part(struct zv_exchange *x, struct zv_str bytes)
{
	struct zv_buf *out = &zv_exchange_daemon(x)->scratch;

	if (!bytes.n || is_head(x) || x->front->closing)
		return;
	zv_buf_clear(out);
	if (x->is_chunked)
		zv_buf_printf(out, "%zx\r\n", bytes.n);
	zv_buf_add(out, bytes);
	if (x->is_chunked)
		zv_buf_add(out, ZV_STR("\r\n"));
	if (zv_buf_failed(out))
		zv_front_close(x->front, false);
	else
		zv_front_send(x->front, zv_buf_str(out));
	zv_front_soon(x->front);
}

void
zv_exchange_long_end(struct zv_exchange *x, bool is_whole)
{
	x->on_drained = NULL;
	if (is_whole && x->is_chunked)
		zv_front_send(x->front, ZV_STR("0\r\n\r\n"));
	zv_talk_answered(x->front->talk, is_whole && !x->is_open);
}

/* ---- whole ones ----------------------------------------------------------------------- */

void
zv_exchange_answer(struct zv_exchange *x, const struct zv_reply *reply)
{
	struct zv_buf *out = &zv_exchange_daemon(x)->scratch;
	struct zv_http_answer_field more[MORE_FIELDS];
	bool keep = keeps_alive(x);
	const struct zv_http_answer answer = {
		.status = reply->status,
		.content_type = reply->type ? reply->type : "application/json",
		.length = (long long)reply->body.n,
		.keep_alive = keep,
		.no_store = !reply->may_be_stored,
		.security_policy = reply->security_policy,
		.more = more,
		.n_more = gather_fields(x, reply, more),
	};

	if (x->answered)
		return;
	x->answered = true;
	count(x, reply->status);
	zv_buf_clear(out);
	zv_http_write_head(out, &answer);
	if (!is_head(x))
		zv_buf_add(out, reply->body);
	if (zv_buf_failed(out)) {
		zv_buf_clear(out);
		zv_front_close(x->front, false);
		return;
	}
	zv_front_send(x->front, zv_buf_str(out));
	zv_talk_answered(x->front->talk, keep);
}

void
zv_exchange_json(struct zv_exchange *x, int status, const struct zv_buf *body)
{
	const struct zv_reply reply = { .status = status, .body = zv_buf_str(body) };

	if (zv_buf_failed(body))
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
	else
		zv_exchange_answer(x, &reply);
}

static void
write_error(struct zv_buf *out, const char *code, const char *message, int retry_ms)
{
	struct zv_json j = { .out = out };

	zv_json_begin_object(&j);
	zv_json_key(&j, "error");
	zv_json_begin_object(&j);
	zv_json_member(&j, "code", zvon_str(code));
	zv_json_member(&j, "message", zvon_str(message));
	if (retry_ms) {
		zv_json_key(&j, "retry_ms");
		zv_json_int(&j, retry_ms);
	}
	zv_json_end_object(&j);
	zv_json_end_object(&j);
}

static void
refuse(struct zv_exchange *x, struct zv_reply *reply, const char *code,
       const char *message, int retry_ms)
{
	struct zv_buf body = { 0 };

	write_error(&body, code, message, retry_ms);
	if (zv_buf_failed(&body))
		zv_buf_clear(&body); /* the status alone */
	reply->body = zv_buf_str(&body);
	zv_exchange_answer(x, reply);
	zv_buf_deinit(&body);
}

void
zv_exchange_refuse(struct zv_exchange *x, int status, const char *code,
		   const char *format, ...)
{
	static const struct zv_http_answer_field challenge[] = {
		{ "WWW-Authenticate", { "Bearer realm=\"zvon\"", 19 } },
	};
	struct zv_reply reply = { .status = status };
	char message[ZV_ERROR_TEXT_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	if (status == 401) {
		reply.more = challenge;
		reply.n_more = 1;
	}
	refuse(x, &reply, code, message, 0);
}

void
zv_exchange_refuse_for(struct zv_exchange *x, int status, int retry_ms,
		       const char *code, const char *message)
{
	char seconds[16];
	struct zv_http_answer_field after = { "Retry-After", { seconds, 0 } };
	struct zv_reply reply = { .status = status, .more = &after, .n_more = 1 };

	after.value.n = (size_t)snprintf(seconds, sizeof seconds, "%d",
					 (retry_ms + 999) / 1000);
	refuse(x, &reply, code, message, retry_ms);
}
