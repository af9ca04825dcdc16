#include "io/fetch.h"

#include <string.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/fault.h"
#include "io/multi.h"
#include "io/sigpipe.h"

enum state {
	FREE,
	RUNNING,
	ENDED, /* its news wait to be taken */
};

struct exchange {
	struct zv_fetch *fetch;
	CURL *easy; /* kept for the next exchange: it knows the TLS session */
	enum state state;

	struct curl_slist *fields;
	struct zv_buf target, posted;
	int timeout_ms;
	int64_t give_up_ms;  /* while connecting */
	int64_t deadline_ms; /* INT64_MAX: none */

	bool is_sent;	/* the request may have reached the server */
	bool is_repeat; /* libcurl was about to send it again */

	struct zv_buf head, body; /* not taken yet */
	size_t head_bytes;
	bool has_head; /* `head` is whole, or was taken already */
	bool is_paused;
	int64_t held_since_ms; /* news wait since; 0: there are none */
	long long got;	       /* bytes of the body so far */
	long long late_mark;   /* see mark_late; -1: not late */
	struct zv_error err;   /* why it ends */
	char detail[CURL_ERROR_SIZE];
};

struct zv_fetch {
	bool is_open;
	struct zv_multi multi;
	struct zv_dial_options options; /* its texts are our own */
	char where[ZV_PLACE_MAX];
	bool has_answered;
	struct exchange exchanges[ZV_FETCH_MAX_EXCHANGES];
	int last;	       /* whose news came last: the next one's turn then */
	struct exchange *lent; /* whose news the caller holds */
	enum zv_fetch_kind lent_kind;
};

#define EACH(f, e)                                                                     \
 for (struct exchange *e = (f)->exchanges;                                             \
      e < (f)->exchanges + ZV_FETCH_MAX_EXCHANGES; e++)

/* ---- libcurl's call-backs ---------------------------------------------------- */

static bool
has_news(const struct exchange *e)
{
	return (e->has_head && e->head.n) || e->body.n || e->state == ENDED;
}

static void
note_news(struct exchange *e)
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
	struct exchange *e = user;

	e->is_repeat = e->is_sent;
	e->is_sent = true;
	return e->is_repeat ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static int
on_connect(void *user, curl_socket_t fd, curlsocktype purpose)
{
	struct exchange *e = user;

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

static int
take_head_line(struct exchange *e, struct zv_str line)
{
	e->head_bytes += line.n;
	if (e->head_bytes > ZV_FETCH_MAX_HEAD_BYTES)
		return zv_fail(&e->err, ZV_ETOOBIG,
			       "%s: the head of the answer is longer than %d bytes: "
			       "this is not Asterisk",
			       e->fetch->where, ZV_FETCH_MAX_HEAD_BYTES);
	if (is_packed(line))
		return zv_fail(&e->err, ZV_EPROTO,
			       "%s: the answer comes packed, which was not asked for: "
			       "is there a proxy between?",
			       e->fetch->where);
	if (zv_buf_add(&e->head, line) < 0)
		return zv_fail_nomem(&e->err);
	return 0;
}

/* 101 is a final answer: it was not asked for. */
static void
end_head(struct exchange *e)
{
	long status = 0;

	curl_easy_getinfo(e->easy, CURLINFO_RESPONSE_CODE, &status);
	if (status >= 100 && status < 200 && status != 101) {
		zv_buf_clear(&e->head);
		return;
	}
	e->has_head = true;
	e->fetch->has_answered = true;
	note_news(e);
}

/* One line of the head, with its line end; also of a trailer. */
static size_t
on_head(char *p, size_t size, size_t n, void *user)
{
	struct exchange *e = user;
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
	struct exchange *e = user;
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

struct zv_fetch *
zv_fetch_new(void)
{
	struct zv_fetch *f = zv_calloc(1, sizeof *f);

	if (!f)
		return NULL;
	EACH(f, e)
	{
		e->fetch = f;
		e->target.secret = e->posted.secret = e->head.secret = true;
	}
	return f;
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

void
zv_fetch_free(struct zv_fetch *f)
{
	if (!f)
		return;
	zv_fetch_close(f);
	EACH(f, e)
	{
		zv_buf_deinit(&e->target);
		zv_buf_deinit(&e->posted);
		zv_buf_deinit(&e->head);
		zv_buf_deinit(&e->body);
	}
	zv_free(f);
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
	zv_fetch_close(f);
	if (!copy_options(&f->options, options) || !zv_multi_init(&f->multi)) {
		free_options(&f->options);
		return zv_fail_nomem(err);
	}
	curl_multi_setopt(f->multi.curl, CURLMOPT_MAXCONNECTS,
			  (long)ZV_FETCH_MAX_EXCHANGES);
	zv_multi_place(&f->options, f->where);
	f->is_open = true;
	f->has_answered = false;
	return 0;
}

/* Nothing of the request is needed any longer. */
static void
forget_request(struct exchange *e)
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
stop(struct exchange *e)
{
	zv_multi_remove(&e->fetch->multi, e->easy);
	forget_request(e);
	e->is_paused = false;
}

static void
become_free(struct exchange *e)
{
	zv_buf_clear(&e->head);
	zv_buf_clear(&e->body);
	e->held_since_ms = 0;
	e->state = FREE;
}

void
zv_fetch_cancel(struct zv_fetch *f, int id)
{
	struct exchange *e = &f->exchanges[id];

	if (f->lent == e)
		f->lent = NULL;
	if (e->state == RUNNING)
		stop(e);
	become_free(e);
}

void
zv_fetch_close(struct zv_fetch *f)
{
	if (!f->is_open)
		return;
	for (int id = 0; id < ZV_FETCH_MAX_EXCHANGES; id++)
		zv_fetch_cancel(f, id);
	EACH(f, e)
	{
		curl_easy_cleanup(e->easy);
		e->easy = NULL;
	}
	zv_multi_deinit(&f->multi);
	free_options(&f->options);
	f->is_open = false;
}

/* ---- news ------------------------------------------------------------------------- */

/* The caller has seen what it was lent. The time that this took is given to the server
 * as well. */
static void
release(struct zv_fetch *f)
{
	struct exchange *e = f->lent;

	if (!e)
		return;
	f->lent = NULL;
	if (f->lent_kind == ZV_FETCH_END) {
		become_free(e);
		return;
	}
	zv_buf_clear(f->lent_kind == ZV_FETCH_HEAD ? &e->head : &e->body);
	if (has_news(e))
		return;
	if (e->deadline_ms != INT64_MAX)
		e->deadline_ms += zv_clock_ms() - e->held_since_ms;
	e->held_since_ms = 0;
}

static void
lend(struct zv_fetch *f, struct exchange *e, struct zv_fetch_news *news)
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
		struct exchange *e =
			&f->exchanges[(f->last + i) % ZV_FETCH_MAX_EXCHANGES];

		if (e->state != FREE && has_news(e)) {
			lend(f, e, news);
			return true;
		}
	}
	return false;
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
add_field(struct exchange *e, const char *line)
{
	struct curl_slist *more = curl_slist_append(e->fields, line);

	if (more)
		e->fields = more;
	return more != NULL;
}

/* "A: b\r\nC: d\r\n" */
static bool
add_fields(struct exchange *e, struct zv_str fields)
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
copy_request(struct exchange *e, const struct zv_fetch_request *r)
{
	return zv_buf_add(&e->target, r->target) == 0 && *zv_buf_cstr(&e->target) &&
	       zv_buf_add(&e->posted, r->body) == 0 && add_fields(e, r->fields);
}

static void
set_request(struct exchange *e, bool is_post)
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
set_callbacks(struct exchange *e)
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
begin(struct exchange *e, const struct zv_fetch_request *r)
{
	int64_t now_ms = zv_clock_ms();

	e->state = RUNNING;
	e->timeout_ms = r->timeout_ms;
	e->deadline_ms = r->timeout_ms > 0 ? now_ms + r->timeout_ms : INT64_MAX;
	e->give_up_ms =
		now_ms + e->fetch->options.connect_timeout_ms + ZV_GIVE_UP_AFTER_MS;
	e->is_sent = e->is_repeat = e->has_head = e->is_paused = false;
	e->head_bytes = 0;
	e->got = 0;
	e->late_mark = -1;
	e->err = (struct zv_error){ 0 };
}

int
zv_fetch_start(struct zv_fetch *f, const struct zv_fetch_request *r,
	       struct zv_error *err)
{
	struct exchange *e = &f->exchanges[r->id];

	release(f);
	if (!f->is_open)
		return zv_fail(err, ZV_ECLOSED, "the connection is not open");
	if (e->state != FREE)
		return zv_fail(err, ZV_EBUSY, "%s: exchange %d still runs", f->where,
			       r->id);
	if (!is_plain_target(r->target))
		return zv_fail(err, ZV_EINVAL,
			       "%s: the path must begin with / and have no spaces and "
			       "control characters",
			       f->where);
	if (e->easy)
		curl_easy_reset(e->easy);
	else
		e->easy = curl_easy_init();
	if (!e->easy || !copy_request(e, r)) {
		forget_request(e);
		return zv_fail_nomem(err);
	}
	zv_multi_set_options(e->easy, &f->options, e->detail);
	set_request(e, r->is_post);
	set_callbacks(e);
	if (zv_multi_add(&f->multi, e->easy, err) < 0) {
		forget_request(e);
		return ZV_ENOMEM;
	}
	begin(e, r);
	return 0;
}

/* ---- running --------------------------------------------------------------------------- */

static int
explain(struct exchange *e, CURLcode code, int timeout_ms)
{
	const struct zv_fetch *f = e->fetch;
	const struct zv_fault_scene scene = {
		.easy = e->easy,
		.protocol = ZV_FAULT_HTTP,
		.where = f->where,
		.detail = e->detail,
		.tls = f->options.tls,
		.timeout_ms = timeout_ms,
		.has_answered = f->has_answered,
		.has_proxy = f->options.proxy != NULL,
		.got = e->got,
	};

	return zv_fault_explain(&scene, code, &e->err);
}

/* e->err stands when it is filled in: why our own call-backs ended it. */
static int
explain_end(struct exchange *e, CURLcode result)
{
	const char *where = e->fetch->where;

	if (e->is_repeat)
		return zv_fail(&e->err, ZV_ECLOSED,
			       "%s: closed without an answer: the server may have done "
			       "what was asked, or not",
			       where);
	if (result == CURLE_OK && e->has_head)
		return 0;
	if (result == CURLE_OK)
		return zv_fail(&e->err, ZV_EPROTO,
			       "%s: answer cut in its head: Asterisk was stopped, or "
			       "the line was cut",
			       where);
	/* how libcurl 7.88 says that one line has more than 100 KiB */
	if (result == CURLE_OUT_OF_MEMORY && e->is_sent && !e->has_head)
		return zv_fail(&e->err, ZV_ETOOBIG,
			       "%s: a line in the head of the answer is too long: this "
			       "is not Asterisk",
			       where);
	return explain(e, result, e->fetch->options.connect_timeout_ms);
}

static void
end(struct exchange *e)
{
	stop(e);
	if (!e->has_head)
		zv_buf_clear(&e->head);
	e->state = ENDED;
	note_news(e);
}

static void
end_done(struct zv_fetch *f)
{
	CURLcode result;
	CURL *easy;

	while (zv_multi_next_done(&f->multi, &easy, &result)) {
		EACH(f, e)
		{
			if (e->easy != easy)
				continue;
			explain_end(e, result);
			end(e);
		}
	}
}

/* What had arrived in time is not late because we read it late: when the time is found
 * to be over, as much as waits just then may still be read, in several turns. */
static void
mark_late(struct exchange *e, int64_t now_ms)
{
	bool was_held = e->held_since_ms && e->held_since_ms < e->deadline_ms;

	if (now_ms < e->deadline_ms || was_held)
		e->late_mark = -1;
	else if (e->late_mark < 0)
		e->late_mark =
			e->got + (long long)zv_multi_unread(&e->fetch->multi, e->easy);
}

static bool
is_late(const struct exchange *e)
{
	return e->late_mark >= 0 && (!has_news(e) || e->got >= e->late_mark);
}

static int
explain_late(struct exchange *e)
{
	const char *where = e->fetch->where;
	double seconds = e->timeout_ms / 1000.0;

	if (!e->is_sent)
		return explain(e, CURLE_OPERATION_TIMEDOUT, e->timeout_ms);
	if (!e->has_head)
		return zv_fail(&e->err, ZV_ETIMEOUT,
			       "%s: no answer within %.1f s: Asterisk hangs, or the "
			       "line does not carry the answer",
			       where, seconds);
	return zv_fail(&e->err, ZV_ETIMEOUT,
		       "%s: the answer was not whole within %.1f s, only %lld bytes: "
		       "the line is slow, or Asterisk hangs",
		       where, seconds, e->got);
}

static void
look_at_clock(struct exchange *e, int64_t now_ms)
{
	if (e->state != RUNNING)
		return;
	if (is_late(e))
		explain_late(e);
	else if (!e->is_sent && now_ms >= e->give_up_ms)
		explain(e, CURLE_OPERATION_TIMEDOUT,
			e->fetch->options.connect_timeout_ms);
	else
		return;
	end(e);
}

static bool
is_to_be_resumed(const struct exchange *e)
{
	bool is_lent = e->fetch->lent == e && e->fetch->lent_kind == ZV_FETCH_BODY;

	return e->is_paused && (e->body.n == 0 || is_lent);
}

static void
resume(struct exchange *e)
{
	struct zv_sigpipe guard;

	e->is_paused = false;
	zv_sigpipe_block(&guard); /* TLS may have to write while it reads */
	curl_easy_pause(e->easy, CURLPAUSE_CONT);
	zv_sigpipe_unblock(&guard);
	zv_multi_hurry(&e->fetch->multi);
}

void
zv_fetch_process(struct zv_fetch *f)
{
	bool is_connecting = false;
	int64_t now_ms;

	release(f);
	if (!f->is_open)
		return;
	now_ms = zv_clock_ms();
	EACH(f, e)
	{
		if (e->state == RUNNING)
			mark_late(e, now_ms);
		if (is_to_be_resumed(e))
			resume(e);
	}
	zv_multi_turn(&f->multi);
	end_done(f);
	now_ms = zv_clock_ms();
	EACH(f, e)
	{
		look_at_clock(e, now_ms);
		is_connecting |= e->state == RUNNING && !e->is_sent;
	}
	f->multi.is_connecting = is_connecting;
}

size_t
zv_fetch_descriptors(const struct zv_fetch *f, struct zv_descriptor *out, size_t max)
{
	return zv_multi_descriptors(&f->multi, out, max);
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
		const struct exchange *e = &f->exchanges[i];

		if (e->state != RUNNING)
			continue;
		if (is_to_be_resumed(e))
			return 0;
		is_running = true;
		if (!e->is_sent)
			at = sooner(at, e->give_up_ms);
		if (!has_news(e))
			at = sooner(at, e->deadline_ms);
	}
	if (!is_running)
		return -1;
	return zv_multi_until(sooner(at, zv_multi_deadline(&f->multi)));
}
