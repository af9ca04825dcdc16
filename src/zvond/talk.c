#include "zvond/talk.h"

#include "base/mem.h"
#include "io/clock.h"
#include "zvond/routes.h"
#include "zvond/socket.h"

#define PENDING_MAX 65536 /* bytes behind a request that is not answered yet */

struct zv_talk {
	struct zv_front *front;
	struct zv_http_reader *reader;
	struct zv_buf pending;
	struct zv_exchange exchange;
	enum zv_http_phase phase; /* as last looked at */
	int64_t body_from_ms;
	size_t body_bytes;
	bool busy;    /* a request is being answered */
	bool running; /* zv_talk_input is on the stack */
	bool unread;  /* the connection is not read: too much is pending */
};

struct zv_talk *
zv_talk_new(struct zv_front *f)
{
	struct zv_talk *t = zv_calloc(1, sizeof *t);

	if (!t)
		return NULL;
	t->front = f;
	t->reader = zv_http_reader_new(NULL);
	if (!t->reader) {
		zv_free(t);
		return NULL;
	}
	zv_conn_set_deadline(f->conn, zv_clock_ms() + f->gate->config->head_timeout_ms);
	return t;
}

void
zv_talk_free(struct zv_talk *t)
{
	if (!t)
		return;
	if (t->busy && t->exchange.cancel)
		t->exchange.cancel(&t->exchange);
	zv_http_reader_free(t->reader);
	zv_buf_deinit(&t->pending);
	zv_free(t);
}

bool
zv_talk_is_busy(const struct zv_talk *t)
{
	return t->busy;
}

struct zv_exchange *
zv_talk_exchange(struct zv_talk *t)
{
	return &t->exchange;
}

/* ---- time ------------------------------------------------------------------------------ */

static int64_t
body_deadline(const struct zv_talk *t)
{
	const struct zv_config_listen *config = t->front->gate->config;
	int rate = config->body_rate;

	return t->body_from_ms + config->body_grace_ms +
	       (rate > 0 ? (int64_t)(t->body_bytes * 1000 / (size_t)rate) : 0);
}

/* A phase has its time from its beginning, however often a byte comes. */
static void
set_deadline(struct zv_talk *t)
{
	const struct zv_config_listen *config = t->front->gate->config;
	enum zv_http_phase phase = zv_http_reader_phase(t->reader);
	int64_t now = zv_clock_ms();

	if (phase == ZV_HTTP_BODY) {
		if (t->phase != ZV_HTTP_BODY) {
			t->body_from_ms = now;
			t->body_bytes = 0;
		}
		zv_conn_set_deadline(t->front->conn, body_deadline(t));
	} else if (phase != t->phase || phase == ZV_HTTP_IDLE) {
		zv_conn_set_deadline(t->front->conn,
				     now + (phase == ZV_HTTP_HEAD
						    ? config->head_timeout_ms
						    : config->keep_alive_ms));
	}
	t->phase = phase;
}

void
zv_talk_on_deadline(struct zv_talk *t)
{
	if (t->busy)
		return;
	if (t->phase == ZV_HTTP_IDLE) {
		zv_front_close(t->front, true);
		return;
	}
	t->exchange = (struct zv_exchange){ .front = t->front };
	zv_exchange_refuse(&t->exchange, 408, "timeout", "the request came too slowly");
}

/* ---- requests ---------------------------------------------------------------------------- */

static void
refuse_broken(struct zv_talk *t, int status, const struct zv_error *err)
{
	t->exchange = (struct zv_exchange){ .front = t->front };
	zv_exchange_refuse(&t->exchange, status, "bad_request", "%s", err->text);
}

static void
begin(struct zv_talk *t, const struct zv_http_request *request)
{
	struct zv_front *f = t->front;

	zv_front_daemon(f)->metrics.requests++;
	t->exchange = (struct zv_exchange){ .front = f, .request = request };
	t->busy = true;
	t->phase = ZV_HTTP_IDLE;
	zv_conn_set_deadline(f->conn, INT64_MAX);
	zv_routes_run(&t->exchange);
}

static void
keep(struct zv_talk *t, struct zv_str bytes)
{
	if (bytes.n && zv_buf_add(&t->pending, bytes) < 0) {
		zv_front_close(t->front, false);
		return;
	}
	if (t->pending.n > PENDING_MAX && !t->unread) {
		t->unread = true;
		zv_conn_read(t->front->conn, false);
	}
}

/* It has not taken the answers it has: the next is not begun. Else requests that come in
 * one segment would have megabytes of answers wait here, for somebody nobody knows. */
static bool
is_behind(const struct zv_talk *t)
{
	return zv_conn_queued(t->front->conn) > 0;
}

/* Reads requests until one is not answered at once; returns what is left. */
static struct zv_str
read_requests(struct zv_talk *t, struct zv_str bytes)
{
	struct zv_front *f = t->front;
	const struct zv_http_request *request;
	struct zv_error err = { 0 };
	int status = 400, rc;

	while (!f->closing && !t->busy && !is_behind(t)) {
		rc = zv_http_reader_next(t->reader, &bytes, &request, &status, &err);
		if (rc == 0)
			break;
		if (rc < 0)
			refuse_broken(t, status, &err);
		else
			begin(t, request);
	}
	return bytes;
}

void
zv_talk_input(struct zv_talk *t, struct zv_str bytes)
{
	struct zv_front *f = t->front;
	size_t n = bytes.n;

	if (t->busy || t->running || is_behind(t)) {
		keep(t, bytes);
		return;
	}
	t->running = true;
	bytes = read_requests(t, bytes);
	t->running = false;
	if (f->closing)
		return;
	if (t->busy || is_behind(t)) {
		keep(t, bytes);
		return;
	}
	t->body_bytes += n;
	if (zv_http_reader_wants_continue(t->reader))
		zv_front_send(f, ZV_STR("HTTP/1.1 100 Continue\r\n\r\n"));
	set_deadline(t);
}

/* The rest belongs to the WebSocket. */
static void
give_way(struct zv_talk *t)
{
	struct zv_front *f = t->front;
	struct zv_buf bytes = t->pending;

	t->pending = (struct zv_buf){ 0 };
	if (t->unread)
		zv_conn_read(f->conn, true);
	f->talk = NULL;
	zv_talk_free(t);
	if (bytes.n)
		zv_socket_input(f->socket, zv_buf_str(&bytes));
	zv_buf_deinit(&bytes);
}

/* There is room for more of a long answer. */
static void
go_on(struct zv_exchange *x)
{
	void (*on_drained)(struct zv_exchange * x) = x->on_drained;

	x->on_drained = NULL;
	if (on_drained)
		on_drained(x);
}

void
zv_talk_work(struct zv_talk *t)
{
	struct zv_buf bytes;

	if (t->running || t->front->closing)
		return;
	if (t->front->socket) {
		give_way(t);
		return;
	}
	if (is_behind(t))
		return;
	if (t->busy) {
		go_on(&t->exchange);
		return;
	}
	bytes = t->pending;
	t->pending = (struct zv_buf){ 0 };
	if (t->unread) {
		t->unread = false;
		zv_conn_read(t->front->conn, true);
	}
	zv_talk_input(t, zv_buf_str(&bytes));
	zv_buf_deinit(&bytes);
}

void
zv_talk_answered(struct zv_talk *t, bool keep_alive)
{
	t->busy = false;
	t->exchange.cancel = NULL;
	t->exchange.request = NULL;
	if (!keep_alive)
		zv_front_close(t->front, true);
	else if (!t->running)
		zv_front_soon(t->front);
}
