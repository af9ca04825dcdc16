#include "onec/link_daemon.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "io/dial.h"
#include "onec/daemon_http.h"
#include "onec/daemon_url.h"

#define CONNECT_MS 4500
#define READS_PER_TURN                                                                 \
 16 /* of ZV_DIAL_READ_BYTES, so that nothing else waits for long */

struct zv_link_daemon {
	struct zv_desk desk;
	struct zv_daemon_session *session;
	struct zv_dial *dial;
	struct zv_daemon_http *http; /* NULL: nothing was asked yet */
	char *ca_file, *pin, *proxy;
	bool insecure;
	int connect_timeout_ms;
	char *bytes; /* ZV_DIAL_READ_BYTES */

	bool started, dialling, up;
	bool more; /* there may be something to read at once */
	bool mute; /* writing failed: its last words may wait to be read */
	struct zv_error mute_why; /* then: why */
	bool busy, closed;	  /* process runs; it was closed meanwhile */
};

static struct zv_link_daemon *
of_link(const struct zv_link *l)
{
	return (struct zv_link_daemon *)(uintptr_t)l;
}

/* ---- the stream ----------------------------------------------------------------------- */

static void
drop_stream(struct zv_link_daemon *l)
{
	zv_dial_close(l->dial);
	l->dialling = l->up = l->more = l->mute = false;
}

static void
lose_stream(struct zv_link_daemon *l, const struct zv_error *why)
{
	drop_stream(l);
	zv_daemon_session_link_down(l->session, why, zv_clock_ms());
}

static void
write_some(struct zv_link_daemon *l)
{
	struct zv_buf *out = zv_daemon_session_output(l->session);
	struct zv_error err = { 0 };

	while (l->up && !l->mute && out->n) {
		long n = zv_dial_send(l->dial, zv_buf_str(out), &err);

		if (n < 0) {
			l->mute = true;
			l->mute_why = err;
		}
		if (n <= 0)
			return;
		zv_daemon_session_wrote(l->session, (size_t)n);
	}
}

/* true: everything that had arrived was read. */
static bool
read_some(struct zv_link_daemon *l)
{
	struct zv_error err = { 0 };

	for (int i = 0; i < READS_PER_TURN && l->up; i++) {
		long n = zv_dial_recv(l->dial, l->bytes, ZV_DIAL_READ_BYTES, &err);

		if (n < 0)
			lose_stream(l, &err);
		else if (n == 0 && l->mute)
			lose_stream(l, &l->mute_why);
		if (n <= 0)
			return true;
		zv_daemon_session_input(l->session,
					(struct zv_str){ l->bytes, (size_t)n },
					zv_clock_ms());
		if (!zv_daemon_session_wants_link(l->session))
			return true;
		if (zv_dial_is_drained_by(l->dial, ZV_DIAL_READ_BYTES, (size_t)n))
			return true;
	}
	return !l->up;
}

static struct zv_dial_options
where_to(const struct zv_link_daemon *l)
{
	const struct zv_daemon_url *url = zv_daemon_session_url(l->session);

	return (struct zv_dial_options){
		.host = url->host,
		.port = url->port,
		.tls = url->tls,
		.ca_file = l->ca_file,
		.pin = l->pin,
		.insecure = l->insecure,
		.proxy = l->proxy,
		.connect_timeout_ms = l->connect_timeout_ms,
		.protocol = ZV_FAULT_ZVOND,
	};
}

static void
open_stream(struct zv_link_daemon *l)
{
	const struct zv_dial_options options = where_to(l);
	struct zv_error err = { 0 };

	l->dialling = true;
	if (zv_dial_open(l->dial, &options, &err) < 0)
		lose_stream(l, &err);
}

/* Opens or closes as the session wants it. */
static void
follow_wish(struct zv_link_daemon *l)
{
	bool wants = zv_daemon_session_wants_link(l->session);

	if (l->dialling && !wants) {
		write_some(l); /* a goodbye, if it goes at once */
		drop_stream(l);
	}
	if (!l->dialling && wants)
		open_stream(l);
}

static void
connect_on(struct zv_link_daemon *l)
{
	struct zv_error err = { 0 };
	int rc = zv_dial_process(l->dial, &err);

	if (rc < 0)
		lose_stream(l, &err);
	if (rc <= 0)
		return;
	l->up = true;
	zv_daemon_session_link_up(l->session, zv_clock_ms());
}

/* ---- the link --------------------------------------------------------------------------- */

static size_t
on_descriptors(struct zv_link *link, struct zv_descriptor *out, size_t max)
{
	struct zv_link_daemon *l = of_link(link);
	bool writing = !l->mute && zv_daemon_session_output(l->session)->n > 0;

	size_t n = l->dialling ? zv_dial_descriptors(l->dial, writing, out, max) : 0;

	return n +
	       (l->http ? zv_daemon_http_descriptors(l->http, out + n, max - n) : 0);
}

static int
sooner(int a_ms, int b_ms)
{
	return a_ms < 0 ? b_ms : b_ms < 0 ? a_ms : a_ms < b_ms ? a_ms : b_ms;
}

static int
on_timeout(struct zv_link *link)
{
	struct zv_link_daemon *l = of_link(link);
	int ms = zv_clock_until(zv_daemon_session_deadline(l->session));

	if (!l->started || l->more ||
	    l->dialling != zv_daemon_session_wants_link(l->session))
		return 0;
	if (l->dialling && !l->up)
		ms = sooner(ms, zv_dial_timeout(l->dial));
	return l->http ? sooner(ms, zv_daemon_http_timeout(l->http)) : ms;
}

static void
turn(struct zv_link_daemon *l)
{
	bool all_read = true;

	if (!l->started)
		zv_daemon_session_start(l->session, zv_clock_ms());
	l->started = true;
	follow_wish(l);
	if (l->dialling && !l->up)
		connect_on(l);
	if (l->up) {
		write_some(l);
		all_read = read_some(l);
	}
	if (all_read)
		zv_daemon_session_tick(l->session, zv_clock_ms());
	if (l->http)
		zv_daemon_http_process(l->http);
	follow_wish(l);
	write_some(l);
	l->more = !all_read || l->mute;
}

static void
free_link(struct zv_link_daemon *l)
{
	zv_daemon_http_free(l->http);
	zv_dial_free(l->dial);
	zv_daemon_session_free(l->session);
	zv_free(l->ca_file);
	zv_free(l->pin);
	zv_free(l->proxy);
	zv_free(l->bytes);
	zv_free(l);
}

static void
say_goodbye(struct zv_link_daemon *l)
{
	write_some(l);
	free_link(l);
}

static void
on_process(struct zv_link *link)
{
	struct zv_link_daemon *l = of_link(link);

	l->busy = true;
	turn(l);
	l->busy = false;
	if (l->closed)
		say_goodbye(l);
}

/* A handler may close the link that calls it: then it is gone when process returns. */
static void
on_close(struct zv_link *link)
{
	struct zv_link_daemon *l = of_link(link);

	zv_daemon_session_stop(l->session);
	if (l->busy)
		l->closed = true;
	else
		say_goodbye(l);
}

static bool
on_is_resolving(struct zv_link *link)
{
	struct zv_link_daemon *l = of_link(link);

	return (l->dialling && !l->up && zv_dial_is_resolving(l->dial)) ||
	       (l->http && zv_daemon_http_is_resolving(l->http));
}

static int
on_send(struct zv_desk *d, struct zv_str json, struct zv_error *err)
{
	return zv_daemon_session_send(of_link(&d->link)->session, json, err);
}

static int
on_ask(struct zv_desk *d, const struct zv_desk_question *q, struct zv_error *err)
{
	struct zv_link_daemon *l = of_link(&d->link);
	const struct zv_dial_options where = where_to(l);

	if (zv_daemon_session_state(l->session) != ZV_DESK_READY)
		return zv_daemon_session_fail_closed(l->session, err);
	if (!l->http)
		l->http = zv_daemon_http_new(&where, l->session, err);
	return l->http ? zv_daemon_http_ask(l->http, q, err) : ZV_ENOMEM;
}

static int
on_base(struct zv_desk *d, struct zv_buf *out)
{
	const struct zv_daemon_url *url =
		zv_daemon_session_url(of_link(&d->link)->session);

	zv_buf_add(out, url->tls ? ZV_STR("https://") : ZV_STR("http://"));
	zv_buf_add(out, zvon_str(url->place));
	zv_buf_add(out, (struct zv_str){ url->target, url->prefix });
	return zv_buf_failed(out) ? ZV_ENOMEM : 0;
}

/* ---- life --------------------------------------------------------------------------------- */

bool
zv_link_daemon_is_url(struct zv_str url)
{
	return zv_daemon_url_is_one(url);
}

const struct zv_daemon_counters *
zv_link_daemon_counters(const struct zv_desk *d)
{
	return zv_daemon_session_counters(of_link(&d->link)->session);
}

static int
copy_text(char **to, const char *from)
{
	*to = from && *from ? zv_strdup(from) : NULL;
	return *to || !from || !*from ? 0 : ZV_ENOMEM;
}

static int
fill(struct zv_link_daemon *l, const struct zv_link_daemon_options *o,
     const struct zv_desk_handlers *handlers, void *user, struct zv_error *err)
{
	struct zv_daemon_session_options session = o->session;

	session.random = zv_random;
	l->insecure = o->insecure;
	l->connect_timeout_ms =
		o->connect_timeout_ms > 0 ? o->connect_timeout_ms : CONNECT_MS;
	l->session = zv_daemon_session_new(&session, handlers, user, err);
	if (!l->session)
		return ZV_EINVAL;
	l->dial = zv_dial_new();
	l->bytes = zv_malloc(ZV_DIAL_READ_BYTES);
	if (!l->dial || !l->bytes || copy_text(&l->ca_file, o->ca_file) < 0 ||
	    copy_text(&l->pin, o->pin) < 0 || copy_text(&l->proxy, o->proxy) < 0)
		return zv_fail_nomem(err);
	return 0;
}

struct zv_desk *
zv_link_daemon_new(const struct zv_link_daemon_options *options,
		   const struct zv_desk_handlers *handlers, void *user,
		   struct zv_error *err)
{
	static const struct zv_link_kind kind = {
		.descriptors = on_descriptors,
		.timeout = on_timeout,
		.process = on_process,
		.close = on_close,
		.is_resolving = on_is_resolving,
	};
	struct zv_link_daemon *l = zv_calloc(1, sizeof *l);

	if (!l) {
		zv_fail_nomem(err);
		return NULL;
	}
	l->desk.link.kind = &kind;
	l->desk.send = on_send;
	l->desk.ask = on_ask;
	l->desk.base = on_base;
	if (fill(l, options, handlers, user, err) == 0)
		return &l->desk;
	free_link(l);
	return NULL;
}
