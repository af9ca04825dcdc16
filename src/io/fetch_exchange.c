#include "io/fetch_exchange.h"

#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/sigpipe.h"

/* ---- libcurl's call-backs ---------------------------------------------------- */

bool
zv_fetch_exchange_has_news(const struct zv_fetch_exchange *e)
{
	return (e->has_head && e->head.n) || e->body.n || e->state == ZV_FETCH_ENDED;
}

static void
note_news(struct zv_fetch_exchange *e)
{
	if (!e->held_since_ms)
		e->held_since_ms = zv_clock_ms();
}

/* libcurl sends a request again, POST or not, when a connection that was used before
 * ends without an answer (7.88, Curl_retry_request). The server may have carried it out
 * already: no second connection for it, and no second sending. */
static int
on_request(void *user, char *address, char *local, int port, int local_port)
{
	struct zv_fetch_exchange *e = user;

	e->is_repeat = e->is_sent;
	e->is_sent = true;
	return e->is_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int
on_connect(void *user, curl_socket_t fd, curlsocktype purpose)
{
	struct zv_fetch_exchange *e = user;

	e->is_repeat = e->is_sent;
	return e->is_repeat ? CURL_SOCKOPT_ERROR : CURL_SOCKOPT_OK;
}

/* libcurl would inflate it in memory. */
static bool
is_packed(struct zv_str line)
{
	const struct zv_str name = ZV_STR("Transfer-Encoding:");
	struct zv_str value;

	if (!zv_str_starts_nocase(line, name))
		return false;
	value = zv_str_trim(zv_str_from(line, name.n));
	return !zvon_str_equal_nocase(value, ZV_STR("chunked")) &&
	       !zvon_str_equal_nocase(value, ZV_STR("identity"));
}

/* As in zv_fail the first reason counts: to be told before the error. */
static void
set_fault(struct zv_fetch_exchange *e, enum zv_fault fault)
{
	if (!e->err.code)
		e->fault = fault;
}

static int
take_head_line(struct zv_fetch_exchange *e, struct zv_str line)
{
	e->head_bytes += line.n;
	if (e->head_bytes > ZV_FETCH_MAX_HEAD_BYTES) {
		set_fault(e, ZV_FAULT_DAMAGED);
		return zv_fail(&e->err, ZV_ETOOBIG,
			       "%s: the head of the answer is longer than %d bytes: "
			       "this is not Asterisk",
			       e->server->where, ZV_FETCH_MAX_HEAD_BYTES);
	}
	if (is_packed(line)) {
		set_fault(e, ZV_FAULT_DAMAGED);
		return zv_fail(&e->err, ZV_EPROTO,
			       "%s: the answer comes packed, which was not asked for: "
			       "is there a proxy between?",
			       e->server->where);
	}
	if (zv_buf_add(&e->head, line) < 0)
		return zv_fail_nomem(&e->err);
	return 0;
}

/* 101 is a final answer: it was not asked for. */
static void
end_head(struct zv_fetch_exchange *e)
{
	long status = 0;

	curl_easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 100 && status < 200 && status != 101) {
		zv_buf_clear(&e->head);
		return;
	}
	e->has_head = true;
	e->server->has_answered = true;
	note_news(e);
}

/* One line of the head, with its line end; also of a trailer. */
static size_t
on_head(char *p, size_t size, size_t n, void *user)
{
	struct zv_fetch_exchange *e = user;
	struct zv_str line = { p, size * n };

	if (e->has_head)
		return line.n;
	if (take_head_line(e, line) < 0)
		return 0;
	if (zv_str_trim(line).n == 0)
		end_head(e);
	return line.n;
}

static size_t
on_body(char *p, size_t size, size_t n, void *user)
{
	struct zv_fetch_exchange *e = user;
	struct zv_str bytes = { p, size * n };

	if (e->body.n + bytes.n > ZV_FETCH_READ_BYTES) {
		e->is_paused = true;
		return CURL_WRITEFUNC_PAUSE;
	}
	if (zv_buf_add(&e->body, bytes) < 0) {
		zv_fail_nomem(&e->err);
		return 0;
	}
	e->got += (long long)bytes.n;
	note_news(e);
	return bytes.n;
}

/* ---- life ---------------------------------------------------------------------- */

void
zv_fetch_exchange_init(struct zv_fetch_exchange *e,
		       struct zv_fetch_exchange_server *server)
{
	e->server = server;
	e->target.secret = e->posted.secret = e->head.secret = true;
}

void
zv_fetch_exchange_deinit(struct zv_fetch_exchange *e)
{
	curl_easy_cleanup(e->easy);
	e->easy = NULL;
	zv_buf_deinit(&e->target);
	zv_buf_deinit(&e->posted);
	zv_buf_deinit(&e->head);
	zv_buf_deinit(&e->body);
}

/* Nothing of the request is needed any longer. */
static void
forget_request(struct zv_fetch_exchange *e)
{
	for (struct curl_slist *s = e->fields; s; s = s->next)
		zv_wipe(s->data, strlen(s->data));
	curl_slist_free_all(e->fields);
	e->fields = NULL;
	zv_buf_clear(&e->target);
	zv_buf_clear(&e->posted);
}

/* Off the network, its connection closed unless the exchange was through. */
static void
stop(struct zv_fetch_exchange *e)
{
	zv_multi_remove(&e->server->multi, e->easy);
	forget_request(e);
	e->is_paused = false;
}

void
zv_fetch_exchange_become_free(struct zv_fetch_exchange *e)
{
	zv_buf_clear(&e->head);
	zv_buf_clear(&e->body);
	e->held_since_ms = 0;
	e->state = ZV_FETCH_FREE;
}

void
zv_fetch_exchange_cancel(struct zv_fetch_exchange *e)
{
	if (e->state == ZV_FETCH_RUNNING)
		stop(e);
	zv_fetch_exchange_become_free(e);
}

/* ---- beginning ---------------------------------------------------------------------- */

static bool
is_plain_target(struct zv_str target)
{
	if (target.n == 0 || target.p[0] != '/')
		return false;
	for (size_t i = 0; i < target.n; i++)
		if ((unsigned char)target.p[i] <= ' ' || target.p[i] == 0x7f)
			return false;
	return true;
}

static bool
add_field(struct zv_fetch_exchange *e, const char *line)
{
	struct curl_slist *more = curl_slist_append(e->fields, line);

	if (more)
		e->fields = more;
	return more != NULL;
}

/* "A: b\r\nC: d\r\n" */
static bool
add_fields(struct zv_fetch_exchange *e, struct zv_str fields)
{
	struct zv_buf text = { .secret = true };
	struct zv_str line;
	bool ok = add_field(e, "Expect:"); /* none: one write, one answer */

	while (ok && fields.n && zv_str_split(&fields, '\n', &line)) {
		line = zv_str_trim(line);
		zv_buf_clear(&text);
		ok = line.n == 0 ||
		     (zv_buf_add(&text, line) == 0 && *zv_buf_cstr(&text) &&
		      add_field(e, zv_buf_cstr(&text)));
	}
	zv_buf_deinit(&text);
	return ok;
}

static bool
copy_request(struct zv_fetch_exchange *e, const struct zv_fetch_request *r)
{
	return zv_buf_add(&e->target, r->target) == 0 && *zv_buf_cstr(&e->target) &&
	       zv_buf_add(&e->posted, r->body) == 0 && add_fields(e, r->fields);
}

static void
set_request(struct zv_fetch_exchange *e, bool is_post)
{
	CURL *easy = e->easy;

	curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(easy, CURLOPT_REQUEST_TARGET, zv_buf_cstr(&e->target));
	curl_easy_setopt(easy, CURLOPT_HTTPHEADER, e->fields);
	curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
	curl_easy_setopt(easy, CURLOPT_HTTP_CONTENT_DECODING, 0L);
	curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, (long)ZV_FETCH_IDLE_S);
	curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	if (!is_post)
		return;
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)e->posted.n);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, e->posted.n ? e->posted.p : "");
}

static void
set_callbacks(struct zv_fetch_exchange *e)
{
	curl_easy_setopt(e->easy, CURLOPT_HEADERFUNCTION, on_head);
	curl_easy_setopt(e->easy, CURLOPT_HEADERDATA, e);
	curl_easy_setopt(e->easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(e->easy, CURLOPT_WRITEDATA, e);
	curl_easy_setopt(e->easy, CURLOPT_PREREQFUNCTION, on_request);
	curl_easy_setopt(e->easy, CURLOPT_PREREQDATA, e);
	curl_easy_setopt(e->easy, CURLOPT_SOCKOPTFUNCTION, on_connect);
	curl_easy_setopt(e->easy, CURLOPT_SOCKOPTDATA, e);
}

static void
begin(struct zv_fetch_exchange *e, const struct zv_fetch_request *r)
{
	int64_t now_ms = zv_clock_ms();

	e->state = ZV_FETCH_RUNNING;
	e->timeout_ms = r->timeout_ms;
	e->deadline_ms = r->timeout_ms > 0 ? now_ms + r->timeout_ms : INT64_MAX;
	e->give_up_ms =
		now_ms + e->server->options.connect_timeout_ms + ZV_GIVE_UP_AFTER_MS;
	e->is_sent = e->is_repeat = e->has_head = e->is_paused = false;
	e->head_bytes = 0;
	e->got = 0;
	e->late_mark = -1;
	e->err = (struct zv_error){ 0 };
	e->fault = ZV_FAULT_NONE;
}

int
zv_fetch_exchange_start(struct zv_fetch_exchange *e, const struct zv_fetch_request *r,
			struct zv_error *err)
{
	if (!is_plain_target(r->target))
		return zv_fail(err, ZV_EINVAL,
			       "%s: the path must begin with / and have no spaces and "
			       "control characters",
			       e->server->where);
	if (e->easy)
		curl_easy_reset(e->easy);
	else
		e->easy = curl_easy_init();
	if (!e->easy || !copy_request(e, r)) {
		forget_request(e);
		return zv_fail_nomem(err);
	}
	zv_multi_set_options(e->easy, &e->server->options, e->detail);
	set_request(e, r->is_post);
	set_callbacks(e);
	if (zv_multi_add(&e->server->multi, e->easy, err) < 0) {
		forget_request(e);
		return ZV_ENOMEM;
	}
	begin(e, r);
	return 0;
}

/* ---- ending --------------------------------------------------------------------------- */

static int
explain(struct zv_fetch_exchange *e, CURLcode code, int timeout_ms)
{
	const struct zv_fetch_exchange_server *s = e->server;
	const struct zv_fault_scene scene = {
		.easy = e->easy,
		.protocol = ZV_FAULT_HTTP,
		.where = s->where,
		.detail = e->detail,
		.tls = s->options.tls,
		.timeout_ms = timeout_ms,
		.has_answered = s->has_answered,
		.has_proxy = s->options.proxy != NULL,
		.got = e->got,
		.of_zvond = s->options.protocol == ZV_FAULT_ZVOND,
	};
	bool is_known = e->err.code != 0;
	enum zv_fault fault = zv_fault_explain(&scene, code, &e->err);

	if (!is_known)
		e->fault = fault;
	if (e->is_sent && e->err.code == ZV_EIO)
		e->err.code = ZV_ECLOSED; /* EIO says that it was not sent */
	return e->err.code;
}

/* e->err stands when it is filled in: why our own call-backs ended it. */
static int
explain_end(struct zv_fetch_exchange *e, CURLcode result)
{
	const char *where = e->server->where;

	if (e->is_repeat) {
		set_fault(e, ZV_FAULT_CLOSED);
		return zv_fail(&e->err, ZV_ECLOSED,
			       "%s: closed without an answer: the server may have done "
			       "what was asked, or not",
			       where);
	}
	if (result == CURLE_OK && e->has_head)
		return 0;
	if (result == CURLE_OK) {
		set_fault(e, ZV_FAULT_DAMAGED);
		return zv_fail(&e->err, ZV_EPROTO,
			       "%s: answer cut in its head: Asterisk was stopped, or "
			       "the line was cut",
			       where);
	}
	/* how libcurl 7.88 says that one line has more than 100 KiB */
	if (result == CURLE_OUT_OF_MEMORY && e->is_sent && !e->has_head) {
		set_fault(e, ZV_FAULT_DAMAGED);
		return zv_fail(&e->err, ZV_ETOOBIG,
			       "%s: a line in the head of the answer is too long: this "
			       "is not Asterisk",
			       where);
	}
	return explain(e, result, e->server->options.connect_timeout_ms);
}

static void
end(struct zv_fetch_exchange *e)
{
	stop(e);
	if (!e->has_head)
		zv_buf_clear(&e->head);
	e->state = ZV_FETCH_ENDED;
	note_news(e);
}

void
zv_fetch_exchange_end(struct zv_fetch_exchange *e, CURLcode result)
{
	explain_end(e, result);
	end(e);
}

/* ---- time ---------------------------------------------------------------------- */

void
zv_fetch_exchange_taken(struct zv_fetch_exchange *e, enum zv_fetch_kind kind)
{
	zv_buf_clear(kind == ZV_FETCH_HEAD ? &e->head : &e->body);
	if (zv_fetch_exchange_has_news(e))
		return;
	if (e->deadline_ms != INT64_MAX)
		e->deadline_ms += zv_clock_ms() - e->held_since_ms;
	e->held_since_ms = 0;
}

void
zv_fetch_exchange_resume(struct zv_fetch_exchange *e)
{
	struct zv_sigpipe guard;

	e->is_paused = false;
	zv_sigpipe_block(&guard); /* TLS may have to write while it reads */
	curl_easy_pause(e->easy, CURLPAUSE_CONT);
	zv_sigpipe_unblock(&guard);
	zv_multi_hurry(&e->server->multi);
}

/* What had arrived in time is not late because we read it late: when the time is found
 * to be over, as much as waits just then may still be read, in several turns. */
void
zv_fetch_exchange_mark_late(struct zv_fetch_exchange *e, int64_t now_ms)
{
	bool was_held = e->held_since_ms && e->held_since_ms < e->deadline_ms;

	if (now_ms < e->deadline_ms || was_held)
		e->late_mark = -1;
	else if (e->late_mark < 0)
		e->late_mark =
			e->got + (long long)zv_multi_unread(&e->server->multi, e->easy);
}

static bool
is_late(const struct zv_fetch_exchange *e)
{
	return e->late_mark >= 0 &&
	       (!zv_fetch_exchange_has_news(e) || e->got >= e->late_mark);
}

static int
explain_late(struct zv_fetch_exchange *e)
{
	const char *where = e->server->where;
	double seconds = e->timeout_ms / 1000.0;

	if (!e->is_sent)
		return explain(e, CURLE_OPERATION_TIMEDOUT, e->timeout_ms);
	if (!e->has_head) {
		set_fault(e, ZV_FAULT_SILENT);
		return zv_fail(&e->err, ZV_ETIMEOUT,
			       "%s: no answer within %.1f s: Asterisk hangs, or the "
			       "line does not carry the answer",
			       where, seconds);
	}
	set_fault(e, ZV_FAULT_DAMAGED);
	return zv_fail(&e->err, ZV_ETIMEOUT,
		       "%s: the answer was not whole within %.1f s, only %lld bytes: "
		       "the line is slow, or Asterisk hangs",
		       where, seconds, e->got);
}

void
zv_fetch_exchange_look_at_clock(struct zv_fetch_exchange *e, int64_t now_ms)
{
	if (is_late(e))
		explain_late(e);
	else if (!e->is_sent && now_ms >= e->give_up_ms)
		explain(e, CURLE_OPERATION_TIMEDOUT,
			e->server->options.connect_timeout_ms);
	else
		return;
	end(e);
}
