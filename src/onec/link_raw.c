#include "onec/link_raw.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/dial.h"
#include "onec/raw_stream.h"

#define READ_BYTES     (64 * 1024)
#define READS_PER_TURN 8 /* then others have their turn */

enum state {
	CONNECTING,
	UP,
	DOWN, /* told; waits to be dropped */
};

struct link_raw {
	struct zv_link link;
	enum state state;
	struct zv_dial *dial;
	struct zv_ask *ask;
	struct zv_link_raw_handlers handlers;
	void *user;
	struct zv_raw_stream stream;
	struct zv_buf out;   /* secrets go through it */
	bool has_more;	     /* perhaps there is more to read */
	struct zv_error why; /* a write has failed: told when what came is read */
	char in[READ_BYTES];
};

static struct link_raw *
raw_of(struct zv_link *l)
{
	return ZV_OWNER(l, struct link_raw, link);
}

/* ---- its end ------------------------------------------------------------------------------- */

static void
fail_ask(struct link_raw *l, const struct zv_error *why)
{
	struct zv_ask *ask = l->ask;

	l->ask = NULL;
	if (ask)
		zv_ask_fail(ask, why);
}

/* The link may be gone when it returns. */
static void
go_down(struct link_raw *l, const struct zv_error *why)
{
	bool was_up = l->state == UP;

	l->state = DOWN;
	l->has_more = false;
	zv_dial_close(l->dial);
	fail_ask(l, why);
	l->handlers.on_down(l->user, was_up, why);
}

static void
raw_free(struct link_raw *l)
{
	zv_dial_free(l->dial);
	zv_raw_stream_deinit(&l->stream);
	zv_buf_deinit(&l->out);
	zv_free(l);
}

static void
raw_close(struct zv_link *link)
{
	struct link_raw *l = raw_of(link);
	struct zv_error why = { 0 };

	zv_fail(&why, ZV_ECLOSED, "the connection was closed");
	fail_ask(l, &why);
	raw_free(l);
}

/* ---- bytes out ------------------------------------------------------------------------------- */

/* 0, or why it is lost. */
static int
write_on(struct link_raw *l, struct zv_error *err)
{
	while (l->out.n) {
		long n = zv_dial_send(l->dial, zv_buf_str(&l->out), err);

		if (n < 0)
			return (int)n;
		if (n == 0)
			break;
		zv_buf_consume(&l->out, (size_t)n);
	}
	return 0;
}

int
zv_link_raw_send(struct zv_link *link, struct zv_str bytes, struct zv_error *err)
{
	struct link_raw *l = raw_of(link);

	if (l->state != UP)
		return zv_fail(err, ZV_ECLOSED, "not connected");
	if (l->out.n + bytes.n > ZV_RAW_OUT_MAX)
		return zv_fail(err, ZV_EBUSY,
			       "the server does not take what was sent before: more "
			       "than %zu bytes wait",
			       ZV_RAW_OUT_MAX);
	if (zv_buf_add(&l->out, bytes) < 0) {
		l->out.failed = false;
		return zv_fail_nomem(err);
	}
	/* a loss is told by process, which is called at once then */
	if (write_on(l, &l->why) < 0)
		l->has_more = true;
	return 0;
}

/* ---- bytes in -------------------------------------------------------------------------------- */

static void
tell_unit(struct link_raw *l, const struct zv_raw_unit *unit)
{
	if (unit->packet)
		l->handlers.on_packet(l->user, unit->packet);
	else
		l->handlers.on_answer(l->user, unit->answer);
}

static int
take_bytes(struct link_raw *l, size_t n, struct zv_error *err)
{
	struct zv_raw_unit unit;
	int rc;

	zv_raw_stream_feed(&l->stream, (struct zv_str){ l->in, n });
	while ((rc = zv_raw_stream_next(&l->stream, &unit, err)) == 1)
		tell_unit(l, &unit);
	return rc;
}

/* 0, or why it is over. */
static int
read_on(struct link_raw *l, struct zv_error *err)
{
	l->has_more = false;
	for (int i = 0; i < READS_PER_TURN; i++) {
		long n = zv_dial_recv(l->dial, l->in, sizeof l->in, err);
		int rc;

		if (n <= 0)
			return (int)n;
		rc = take_bytes(l, (size_t)n, err);
		if (rc < 0 || zv_dial_is_drained_by(l->dial, sizeof l->in, (size_t)n))
			return rc;
	}
	l->has_more = true;
	return 0;
}

/* ---- the network thread's turns -------------------------------------------------------------- */

static void
come_up(struct link_raw *l)
{
	struct zv_ask *ask = l->ask;

	l->state = UP;
	l->ask = NULL;
	l->handlers.on_up(l->user);
	if (ask)
		zv_ask_answer(ask, 0);
}

static void
connect_on(struct link_raw *l)
{
	struct zv_error why = { 0 };
	int rc = zv_dial_process(l->dial, &why);

	if (rc < 0)
		go_down(l, &why);
	else if (rc == 1)
		come_up(l);
}

static void
transfer(struct link_raw *l)
{
	struct zv_error why = l->why;
	struct zv_raw_unit unit;
	int rc;

	/* what came before a loss is read first, so reading comes first */
	rc = read_on(l, &why);
	if (rc == 0 && why.code && !l->has_more)
		rc = why.code;
	if (rc == 0 && !why.code)
		rc = write_on(l, &why);
	if (rc == 0)
		return;
	if (rc == ZV_ECLOSED && zv_raw_stream_end(&l->stream, &unit))
		tell_unit(l, &unit);
	go_down(l, &why);
}

static void
raw_process(struct zv_link *link)
{
	struct link_raw *l = raw_of(link);

	if (l->state == CONNECTING)
		connect_on(l);
	else if (l->state == UP)
		transfer(l);
}

static size_t
raw_descriptors(struct zv_link *link, struct zv_descriptor *out, size_t max)
{
	struct link_raw *l = raw_of(link);

	return l->state == DOWN ? 0
				: zv_dial_descriptors(l->dial, l->out.n > 0, out, max);
}

static int
raw_timeout(struct zv_link *link)
{
	struct link_raw *l = raw_of(link);

	if (l->state == DOWN)
		return -1;
	return l->has_more ? 0 : zv_dial_timeout(l->dial);
}

static bool
raw_is_resolving(struct zv_link *link)
{
	return zv_dial_is_resolving(raw_of(link)->dial);
}

static const struct zv_link_kind raw_kind = {
	.descriptors = raw_descriptors,
	.timeout = raw_timeout,
	.process = raw_process,
	.close = raw_close,
	.is_resolving = raw_is_resolving,
};

/* ---- its beginning ------------------------------------------------------------------------------ */

static int
open_dial(struct link_raw *l, const struct zv_link_raw_options *o, struct zv_error *err)
{
	const struct zv_dial_options options = {
		.host = o->host,
		.port = o->port,
		.tls = o->tls,
		.connect_timeout_ms = o->connect_timeout_ms,
	};

	l->dial = zv_dial_new();
	if (!l->dial || zv_raw_stream_init(&l->stream) < 0)
		return zv_fail_nomem(err);
	return zv_dial_open(l->dial, &options, err);
}

struct zv_link *
zv_link_raw_new(const struct zv_link_raw_options *options, struct zv_ask *ask,
		const struct zv_link_raw_handlers *handlers, void *user,
		struct zv_error *err)
{
	struct link_raw *l = zv_calloc(1, sizeof *l);

	if (!l) {
		zv_fail_nomem(err);
		return NULL;
	}
	l->link.kind = &raw_kind;
	l->out.secret = true;
	l->handlers = *handlers;
	l->user = user;
	if (open_dial(l, options, err) < 0) {
		raw_free(l);
		return NULL;
	}
	l->ask = ask;
	return &l->link;
}
