#include "io/fetch.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/fetch_exchange.h"

struct zv_fetch {
	bool is_open;
	struct zv_fetch_exchange_server server;
	struct zv_fetch_exchange exchanges[ZV_FETCH_MAX_EXCHANGES];
	int last; /* whose news came last: the next one's turn then */
	struct zv_fetch_exchange *lent; /* whose news the caller holds */
	enum zv_fetch_kind lent_kind;
};

#define EACH(f, e)                                                                     \
 for (struct zv_fetch_exchange *e = (f)->exchanges;                                    \
      e < (f)->exchanges + ZV_FETCH_MAX_EXCHANGES; e++)

/* ---- life ---------------------------------------------------------------------- */

struct zv_fetch *
zv_fetch_new(void)
{
	struct zv_fetch *f = zv_calloc(1, sizeof *f);

	if (!f)
		return NULL;
	EACH(f, e)
	zv_fetch_exchange_init(e, &f->server);
	return f;
}

void
zv_fetch_free(struct zv_fetch *f)
{
	if (!f)
		return;
	zv_fetch_close(f);
	zv_free(f);
}

static void
free_options(struct zv_dial_options *o)
{
	zv_free((char *)(uintptr_t)o->host);
	zv_free((char *)(uintptr_t)o->ca_file);
	zv_free((char *)(uintptr_t)o->pin);
	zv_free((char *)(uintptr_t)o->proxy);
	*o = (struct zv_dial_options){ 0 };
}

static bool
copy_text(const char *from, const char **to)
{
	*to = zv_strdup(from);
	return *to || !from;
}

static bool
copy_options(struct zv_dial_options *to, const struct zv_dial_options *from)
{
	*to = *from;
	to->host = to->ca_file = to->pin = to->proxy = NULL;
	return copy_text(from->host, &to->host) &&
	       copy_text(from->ca_file, &to->ca_file) &&
	       copy_text(from->pin, &to->pin) && copy_text(from->proxy, &to->proxy);
}

int
zv_fetch_open(struct zv_fetch *f, const struct zv_dial_options *options,
	      struct zv_error *err)
{
	struct zv_fetch_exchange_server *s = &f->server;

	zv_fetch_close(f);
	if (!copy_options(&s->options, options) || !zv_multi_init(&s->multi)) {
		free_options(&s->options);
		return zv_fail_nomem(err);
	}
	curl_multi_setopt(s->multi.curl, CURLMOPT_MAXCONNECTS,
			  (long)ZV_FETCH_MAX_EXCHANGES);
	zv_multi_place(&s->options, s->where);
	s->has_answered = false;
	f->is_open = true;
	return 0;
}

void
zv_fetch_close(struct zv_fetch *f)
{
	if (!f->is_open)
		return;
	f->lent = NULL;
	EACH(f, e)
	{
		zv_fetch_exchange_cancel(e);
		zv_fetch_exchange_deinit(e);
	}
	zv_multi_deinit(&f->server.multi);
	free_options(&f->server.options);
	f->is_open = false;
}

/* ---- news ------------------------------------------------------------------------- */

/* The caller has seen what it was lent. */
static void
release(struct zv_fetch *f)
{
	struct zv_fetch_exchange *e = f->lent;

	f->lent = NULL;
	if (!e)
		return;
	if (f->lent_kind == ZV_FETCH_END)
		zv_fetch_exchange_become_free(e);
	else
		zv_fetch_exchange_taken(e, f->lent_kind);
}

static void
lend(struct zv_fetch *f, struct zv_fetch_exchange *e, struct zv_fetch_news *news)
{
	*news = (struct zv_fetch_news){ .id = (int)(e - f->exchanges) };
	if (e->has_head && e->head.n) {
		news->kind = ZV_FETCH_HEAD;
		news->bytes = zv_buf_str(&e->head);
	} else if (e->body.n) {
		news->kind = ZV_FETCH_BODY;
		news->bytes = zv_buf_str(&e->body);
	} else {
		news->kind = ZV_FETCH_END;
		news->err = e->err;
		news->fault = e->fault;
	}
	f->lent = e;
	f->lent_kind = news->kind;
	f->last = news->id;
}

bool
zv_fetch_next(struct zv_fetch *f, struct zv_fetch_news *news)
{
	release(f);
	for (int i = 1; i <= ZV_FETCH_MAX_EXCHANGES; i++) {
		struct zv_fetch_exchange *e =
			&f->exchanges[(f->last + i) % ZV_FETCH_MAX_EXCHANGES];

		if (e->state != ZV_FETCH_FREE && zv_fetch_exchange_has_news(e)) {
			lend(f, e, news);
			return true;
		}
	}
	return false;
}

/* ---- exchanges ------------------------------------------------------------------- */

int
zv_fetch_start(struct zv_fetch *f, const struct zv_fetch_request *r,
	       struct zv_error *err)
{
	struct zv_fetch_exchange *e = &f->exchanges[r->id];

	release(f);
	if (!f->is_open)
		return zv_fail(err, ZV_ECLOSED, "the connection is not open");
	if (e->state != ZV_FETCH_FREE)
		return zv_fail(err, ZV_EBUSY, "%s: exchange %d still runs",
			       f->server.where, r->id);
	return zv_fetch_exchange_start(e, r, err);
}

void
zv_fetch_cancel(struct zv_fetch *f, int id)
{
	release(f);
	zv_fetch_exchange_cancel(&f->exchanges[id]);
}

static void
end_done(struct zv_fetch *f)
{
	CURLcode result;
	CURL *easy;

	while (zv_multi_next_done(&f->server.multi, &easy, &result)) {
		EACH(f, e)
		if (e->easy == easy)
			zv_fetch_exchange_end(e, result);
	}
}

static bool
is_to_be_resumed(const struct zv_fetch *f, const struct zv_fetch_exchange *e)
{
	bool is_lent = f->lent == e && f->lent_kind == ZV_FETCH_BODY;

	return e->is_paused && (e->body.n == 0 || is_lent);
}

void
zv_fetch_process(struct zv_fetch *f)
{
	bool is_connecting = false;
	int64_t now_ms = zv_clock_ms();

	release(f);
	if (!f->is_open)
		return;
	EACH(f, e)
	{
		if (e->state == ZV_FETCH_RUNNING)
			zv_fetch_exchange_mark_late(e, now_ms);
		if (is_to_be_resumed(f, e))
			zv_fetch_exchange_resume(e);
	}
	zv_multi_turn(&f->server.multi);
	end_done(f);
	now_ms = zv_clock_ms();
	EACH(f, e)
	{
		if (e->state == ZV_FETCH_RUNNING)
			zv_fetch_exchange_look_at_clock(e, now_ms);
		is_connecting |= e->state == ZV_FETCH_RUNNING && !e->is_sent;
	}
	f->server.multi.is_connecting = is_connecting;
}

size_t
zv_fetch_descriptors(const struct zv_fetch *f, struct zv_descriptor *out, size_t max)
{
	return zv_multi_descriptors(&f->server.multi, out, max);
}

static int64_t
sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
zv_fetch_timeout(const struct zv_fetch *f)
{
	int64_t at = INT64_MAX;
	bool is_running = false;

	for (size_t i = 0; i < ZV_FETCH_MAX_EXCHANGES; i++) {
		const struct zv_fetch_exchange *e = &f->exchanges[i];

		if (e->state != ZV_FETCH_RUNNING)
			continue;
		if (is_to_be_resumed(f, e))
			return 0;
		is_running = true;
		if (!e->is_sent)
			at = sooner(at, e->give_up_ms);
		if (!zv_fetch_exchange_has_news(e))
			at = sooner(at, e->deadline_ms);
	}
	if (!is_running)
		return -1;
	return zv_clock_until(sooner(at, zv_multi_deadline(&f->server.multi)));
}

bool
zv_fetch_is_resolving(const struct zv_fetch *f)
{
	bool is_resolving = f->server.multi.left_resolver;

	for (size_t i = 0; i < ZV_FETCH_MAX_EXCHANGES; i++) {
		const struct zv_fetch_exchange *e = &f->exchanges[i];

		is_resolving |=
			e->state == ZV_FETCH_RUNNING && zv_multi_is_resolving(e->easy);
	}
	return is_resolving;
}
