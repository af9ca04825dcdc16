#include "onec/link_desk_impl.h"

#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "io/clock.h"
#include "onec/link_pbx.h"

static struct zv_link_desk *
of_link(struct zv_link *l)
{
	return ZV_OWNER(ZV_OWNER(l, struct zv_desk, link), struct zv_link_desk, desk);
}

static struct zv_link_desk *
of_desk(struct zv_desk *d)
{
	return ZV_OWNER(d, struct zv_link_desk, desk);
}

/* ---- what the client tells ------------------------------------------------------------ */

static void
give_packet(void *context, const struct zv_packet *packet)
{
	struct zv_link_desk *d = context;

	d->handlers.on_packet(d->user, packet);
}

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_link_desk *d = user;

	zv_hub_on_packet(d->hub, d->server, event, zv_clock_ms());
	if (d->handlers.on_packet)
		zv_link_desk_show(&d->desk, event, give_packet, d);
}

void
zv_link_desk_on_call(void *context, const struct zv_call_event *event)
{
	struct zv_link_desk *d = context;

	zv_hub_on_event(d->hub, d->server, event);
}

static void
went_down(struct zv_link_desk *d, const struct zv_client_status *status)
{
	d->was_down = true;
	d->retry_ms = status->retry_ms;
	d->why = (struct zv_error){ 0 };
	if (status->reason)
		zv_fail(&d->why, status->reason, "%s",
			status->text ? status->text : "");
}

static const enum zv_desk_state states[] = {
	[ZV_STATE_DOWN] = ZV_DESK_DOWN,
	[ZV_STATE_CONNECTING] = ZV_DESK_CONNECTING,
	[ZV_STATE_LOGIN] = ZV_DESK_CONNECTING,
	[ZV_STATE_BOOTING] = ZV_DESK_CONNECTING,
	[ZV_STATE_READY] = ZV_DESK_CONNECTING,
	[ZV_STATE_CLOSED] = ZV_DESK_CLOSED,
};

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct zv_link_desk *d = user;
	bool was_up = d->is_up;

	d->is_up = status->state == ZV_STATE_READY || status->state == ZV_STATE_BOOTING;
	d->is_synced = d->is_synced && d->is_up;
	if (d->is_up && !was_up) {
		d->ready_by_ms = zv_clock_ms() + ZV_DESK_SYNC_MS;
		d->ami_major = status->ami_major;
		if (d->view)
			zvon_legacy_begin(d->view, d->ami_major);
	}
	if (!d->is_up || !was_up)
		d->state = states[status->state];
	if (status->state == ZV_STATE_DOWN || status->state == ZV_STATE_CLOSED)
		went_down(d, status);
	zv_hub_on_state(d->hub, d->server, status, zv_clock_ms());
}

/* Once after each login; again only tells that more has become known (server.c of zvond). */
static void
on_synced(void *user, bool complete)
{
	struct zv_link_desk *d = user;

	d->is_synced = true;
	zv_hub_on_synced(d->hub, d->server, zv_clock_ms());
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct zv_link_desk *d = user;

	zv_log(&d->log, level, area, "%s", text);
}

const struct zv_client_handlers zv_link_desk_handlers = {
	.on_event = on_event,
	.on_state = on_state,
	.on_calls_synced = on_synced,
	.on_log = on_log,
};

/* ---- what the hub wants done ------------------------------------------------------------ */

/* An action on its way, and whose it is. */
struct errand {
	struct zv_link_desk *desk;
	uint64_t ticket;
};

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct errand *e = user;

	zv_hub_on_reply(e->desk->hub, e->ticket, part, status, packet, zv_clock_ms());
	if (part == ZV_REPLY_DONE)
		zv_free(e);
}

int
zv_link_desk_send_action(void *context, size_t server, const struct zv_request *request,
			 int timeout_ms, uint64_t ticket, struct zv_error *err)
{
	struct zv_link_desk *d = context;
	struct errand *e;
	int rc;

	if (!d->is_up)
		return zv_fail(err, ZV_ECLOSED, "the server is not connected");
	e = zv_calloc(1, sizeof *e);
	if (!e)
		return zv_fail_nomem(err);
	*e = (struct errand){ d, ticket };
	rc = zvon_client_send(zv_link_pbx_client(d->pbx), request, timeout_ms, on_reply,
			      e, err);
	if (rc < 0)
		zv_free(e);
	d->has_input = true;
	return rc;
}

/* ---- telling the profile ------------------------------------------------------------------ */

static void
tell_messages(struct zv_link_desk *d)
{
	struct zv_message *m;

	while (!d->is_closing && (m = zv_session_take(d->session))) {
		d->handlers.on_message(d->user, m->text);
		zv_message_unref(m);
	}
}

static void
tell_state(struct zv_link_desk *d, enum zv_desk_state state)
{
	bool is_bad = state == ZV_DESK_DOWN || state == ZV_DESK_CLOSED;

	d->told = state;
	d->handlers.on_state(d->user, state, is_bad && d->why.code ? &d->why : NULL,
			     is_bad ? d->retry_ms : 0);
}

static bool
is_known(const struct zv_link_desk *d)
{
	return d->is_up && (d->is_synced || zv_clock_ms() >= d->ready_by_ms);
}

static void
tell_states(struct zv_link_desk *d)
{
	if (d->state == ZV_DESK_CONNECTING && is_known(d))
		d->state = ZV_DESK_READY;
	if (d->was_down && d->state != ZV_DESK_CLOSED && !d->is_closing) {
		d->was_down = false;
		tell_state(d, ZV_DESK_DOWN);
	}
	if (d->state != d->told && !d->is_closing)
		tell_state(d, d->state);
}

/* A session ends by itself only where memory does. */
static void
look_for_end(struct zv_link_desk *d)
{
	struct zv_str reason;

	if (d->state == ZV_DESK_CLOSED ||
	    !zv_session_is_over(d->session, NULL, &reason))
		return;
	d->state = ZV_DESK_CLOSED;
	d->retry_ms = -1;
	d->why = (struct zv_error){ 0 };
	zv_fail(&d->why, ZV_ENOMEM, "%.*s", ZV_ARG(reason));
}

/* ---- the link -------------------------------------------------------------------------------- */

void
zv_link_desk_free(struct zv_link_desk *d)
{
	if (d->pbx)
		d->pbx->kind->close(d->pbx); /* ends what the hub has asked for */
	zv_hub_free(d->hub);
	zvon_calls_free(d->calls);
	zvon_legacy_free(d->view);
	zv_free(d);
}

static size_t
descriptors(struct zv_link *link, struct zv_descriptor *out, size_t max)
{
	struct zv_link_desk *d = of_link(link);

	return d->pbx->kind->descriptors(d->pbx, out, max);
}

static int
sooner(int a_ms, int b_ms)
{
	if (a_ms < 0 || b_ms < 0)
		return a_ms < 0 ? b_ms : a_ms;
	return a_ms < b_ms ? a_ms : b_ms;
}

static int
timeout(struct zv_link *link)
{
	struct zv_link_desk *d = of_link(link);
	int ms = sooner(d->pbx->kind->timeout(d->pbx),
			zv_clock_until(zv_hub_deadline(d->hub)));

	if (d->is_up && d->state == ZV_DESK_CONNECTING)
		ms = sooner(ms, zv_clock_until(d->ready_by_ms));
	return d->has_input || zv_session_has_messages(d->session) ? 0 : ms;
}

static void
process(struct zv_link *link)
{
	struct zv_link_desk *d = of_link(link);

	d->in_process = true;
	d->has_input = false;
	d->pbx->kind->process(d->pbx);
	zv_hub_tick(d->hub, zv_clock_ms());
	tell_messages(d);
	look_for_end(d);
	tell_states(d);
	d->in_process = false;
	if (d->is_closing)
		zv_link_desk_free(d);
}

static void
close_link(struct zv_link *link)
{
	struct zv_link_desk *d = of_link(link);

	if (d->is_closing)
		return;
	d->is_closing = true;
	if (d->handlers.on_gone)
		d->handlers.on_gone(d->user);
	if (!d->in_process)
		zv_link_desk_free(d);
}

static bool
is_resolving(struct zv_link *link)
{
	struct zv_link_desk *d = of_link(link);

	return d->pbx->kind->is_resolving(d->pbx);
}

const struct zv_link_kind zv_link_desk_kind = {
	.descriptors = descriptors,
	.timeout = timeout,
	.process = process,
	.close = close_link,
	.is_resolving = is_resolving,
};

/* ---- the desk ---------------------------------------------------------------------------------- */

int
zv_link_desk_send(struct zv_desk *desk, struct zv_str json, struct zv_error *err)
{
	struct zv_link_desk *d = of_desk(desk);

	if (!d->is_up)
		return zv_fail(err, ZV_ECLOSED, "not connected");
	zv_session_input(d->session, json, zv_clock_ms());
	d->has_input = true;
	return 0;
}

struct zv_client *
zv_link_desk_client(struct zv_desk *desk)
{
	return zv_link_pbx_client(of_desk(desk)->pbx);
}

bool
zv_desk_is_direct(const struct zv_desk *d)
{
	return d->link.kind == &zv_link_desk_kind;
}

int
zv_link_desk_set_view(struct zv_desk *desk, const struct zv_legacy_options *options)
{
	struct zv_link_desk *d = of_desk(desk);
	struct zv_legacy *view = options ? zvon_legacy_new(options) : NULL;

	if (options && !view)
		return ZV_ENOMEM;
	if (view)
		zvon_legacy_begin(view, d->ami_major);
	zvon_legacy_free(d->view);
	d->view = view;
	return 0;
}

void
zv_link_desk_show(struct zv_desk *desk, const struct zv_packet *packet,
		  void (*fn)(void *context, const struct zv_packet *packet),
		  void *context)
{
	struct zv_link_desk *d = of_desk(desk);
	const struct zv_packet *shown;

	if (!d->view) {
		fn(context, packet);
		return;
	}
	if (zvon_legacy_feed(d->view, packet) < 0)
		return;
	while (zvon_legacy_next(d->view, &shown))
		fn(context, shown);
}
