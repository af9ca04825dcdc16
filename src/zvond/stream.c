#include "zvond/stream.h"

#include "base/mem.h"
#include "base/str.h"
#include "io/clock.h"

#define GATHER_BYTES	 ((size_t)64 * 1024)
#define COMMENT_EVERY_MS 20000 /* so that nobody in between takes it for dead */

/* ---- one message ------------------------------------------------------------------------------------ */

/* All begin with it: {"type":"event",… */
static struct zv_str
type_of(struct zv_str text)
{
	const struct zv_str begin = ZV_STR("{\"type\":\"");
	struct zv_str rest, type;

	if (!zv_str_starts(text, begin))
		return ZV_STR("message");
	rest = zv_str_from(text, begin.n);
	zv_str_split(&rest, '"', &type);
	return type;
}

/* Events carry no name: a page gets them by `onmessage`. Their id is what it comes back
 * with, in Last-Event-ID. */
static void
write_message(struct zv_buf *out, const struct zv_hub *h, const struct zv_message *m)
{
	if (m->seq)
		zv_buf_printf(out, "id: %llu@%.*s\n", (unsigned long long)m->seq,
			      ZV_ARG(zv_hub_stream(h)));
	else
		zv_buf_printf(out, "event: %.*s\n", ZV_ARG(type_of(m->text)));
	zv_buf_add(out, ZV_STR("data: "));
	zv_buf_add(out, m->text);
	zv_buf_add(out, ZV_STR("\n\n"));
}

static struct zv_str
form_of(const struct zv_hub *h, struct zv_message *m)
{
	struct zv_buf form = { 0 };

	if (m->form[ZV_FORM_STREAM].p)
		return m->form[ZV_FORM_STREAM];
	write_message(&form, h, m);
	if (zv_buf_failed(&form))
		zv_buf_deinit(&form);
	else
		m->form[ZV_FORM_STREAM] = zv_buf_str(&form);
	return m->form[ZV_FORM_STREAM];
}

/* ---- sending ------------------------------------------------------------------------------------------ */

/* Takes until there is none: then the hub tells of the next. false: that was all. */
static bool
send_batch(struct zv_front *f)
{
	struct zv_daemon *d = zv_front_daemon(f);
	struct zv_buf *out = &d->scratch;
	struct zv_message *m = NULL;

	zv_buf_clear(out);
	while (out->n < GATHER_BYTES && (m = zv_session_take(f->session))) {
		struct zv_str form = form_of(d->hub, m);

		zv_buf_add(out, form);
		out->failed |= form.n == 0;
		zv_message_unref(m);
	}
	if (zv_buf_failed(out))
		zv_front_close(f, false); /* it comes back, and resumes */
	else if (out->n)
		zv_front_send(f, zv_buf_str(out));
	return m != NULL;
}

void
zv_stream_flush(struct zv_front *f)
{
	struct zv_str reason;
	int code;

	while (!f->closing && zv_conn_queued(f->conn) == 0 && send_batch(f))
		;
	zv_session_held(f->session, zv_conn_queued(f->conn));
	if (zv_session_is_over(f->session, &code, &reason) &&
	    (code == 1013 || !zv_session_has_messages(f->session)))
		zv_front_close(f, true);
}

void
zv_stream_on_deadline(struct zv_front *f)
{
	if (zv_conn_queued(f->conn) == 0)
		zv_front_send(f, ZV_STR(":\n\n"));
	zv_conn_set_deadline(f->conn, zv_clock_ms() + COMMENT_EVERY_MS);
}

/* ---- the beginning and the end --------------------------------------------------------------------------- */

static void
send_head(struct zv_exchange *x)
{
	struct zv_buf *out = &zv_exchange_daemon(x)->scratch;
	const struct zv_http_answer_field more[] = {
		{ "Access-Control-Allow-Origin", zvon_str(x->origin) },
		{ "Vary", ZV_STR("Origin") },
	};
	const struct zv_http_answer answer = {
		.status = 200,
		.content_type = "text/event-stream",
		.length = -1,
		.no_store = true,
		.more = more,
		.n_more = x->origin[0] ? 2 : 0,
	};

	zv_buf_clear(out);
	zv_http_write_head(out, &answer);
	zv_buf_printf(out, "retry: %d\n\n", ZV_RETRY_MS);
	x->answered = true;
	if (zv_buf_failed(out))
		zv_front_close(x->front, false);
	else
		zv_front_send(x->front, zv_buf_str(out));
}

void
zv_stream_begin(struct zv_exchange *x, struct zv_str first)
{
	struct zv_front *f = x->front;
	struct zv_daemon *d = zv_front_daemon(f);
	struct zv_error err = { 0 };

	f->session = zv_session_new(d->hub, ZV_DIALECT_ZVON, x->user,
				    zvon_str(zv_conn_remote(f->conn)), f, zv_clock_ms(),
				    &err);
	if (!f->session) {
		zv_exchange_refuse_for(x, 429, ZV_RETRY_MS, "limit", err.text);
		return;
	}
	d->metrics.streams++;
	send_head(x);
	zv_conn_set_deadline(f->conn, zv_clock_ms() + COMMENT_EVERY_MS);
	zv_session_input(f->session, first, zv_clock_ms());
	zv_front_soon(f);
}

void
zv_stream_end(struct zv_front *f)
{
	if (f->session && !f->socket)
		zv_front_daemon(f)->metrics.streams--;
}
