#include "onec/link_pbx.h"

#include "base/err.h"
#include "base/list.h"
#include "base/mem.h"
#include "client/client.h"

struct link_pbx {
	struct zv_link link;
	struct zv_client *client;
	struct zv_client_handlers handlers;
	void *user;
	bool in_client;	 /* a call of ours into the client is on the stack */
	bool is_closing; /* nothing is told any more */
};

static struct link_pbx *
pbx_of(struct zv_link *l)
{
	return ZV_OWNER(l, struct link_pbx, link);
}

/* ---- what the client tells ----------------------------------------------------------- */

static void
on_event(void *user, const struct zv_packet *event)
{
	struct link_pbx *l = user;

	if (!l->is_closing && l->handlers.on_event)
		l->handlers.on_event(l->user, event);
}

static void
on_state(void *user, const struct zv_client_status *status)
{
	struct link_pbx *l = user;

	if (!l->is_closing && l->handlers.on_state)
		l->handlers.on_state(l->user, status);
}

static void
on_filter_off(void *user)
{
	struct link_pbx *l = user;

	if (!l->is_closing && l->handlers.on_filter_off)
		l->handlers.on_filter_off(l->user);
}

static void
on_calls_synced(void *user, bool complete)
{
	struct link_pbx *l = user;

	if (!l->is_closing && l->handlers.on_calls_synced)
		l->handlers.on_calls_synced(l->user, complete);
}

static void
on_bytes(void *user, enum zv_direction direction, struct zv_str bytes)
{
	struct link_pbx *l = user;

	if (!l->is_closing)
		l->handlers.on_bytes(l->user, direction, bytes);
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct link_pbx *l = user;

	if (!l->is_closing)
		l->handlers.on_log(l->user, level, area, text);
}

/* What costs the client something is asked for only when it is wanted. */
static struct zv_client_handlers
own_handlers(const struct zv_client_handlers *wanted)
{
	return (struct zv_client_handlers){
		.on_event = on_event,
		.on_state = on_state,
		.on_filter_off = on_filter_off,
		.on_calls_synced = on_calls_synced,
		.on_bytes = wanted->on_bytes ? on_bytes : NULL,
		.on_log = wanted->on_log ? on_log : NULL,
		.log_level = wanted->log_level,
	};
}

/* ---- the link ------------------------------------------------------------------------- */

static size_t
descriptors(struct zv_link *link, struct zv_descriptor *out, size_t max)
{
	return zvon_client_descriptors(pbx_of(link)->client, out, max);
}

static int
timeout(struct zv_link *link)
{
	return zvon_client_timeout(pbx_of(link)->client);
}

static void
process(struct zv_link *link)
{
	struct link_pbx *l = pbx_of(link);

	l->in_client = true;
	zvon_client_process(l->client);
	l->in_client = false;
	if (l->is_closing)
		zv_free(l); /* the client has freed itself */
}

static void
close_link(struct zv_link *link)
{
	struct link_pbx *l = pbx_of(link);

	if (l->is_closing) /* by one of its last replies */
		return;
	l->is_closing = true;
	zvon_client_free(l->client);
	if (!l->in_client)
		zv_free(l);
}

static bool
is_resolving(struct zv_link *link)
{
	return zv_client_is_resolving(pbx_of(link)->client);
}

static const struct zv_link_kind kind = {
	.descriptors = descriptors,
	.timeout = timeout,
	.process = process,
	.close = close_link,
	.is_resolving = is_resolving,
};

static int
open_client(struct link_pbx *l, struct zv_calls *calls, struct zv_error *err)
{
	int rc = calls ? zvon_client_follow_calls(l->client, calls) : 0;

	if (rc == ZV_EINVAL)
		return zv_fail(err, rc, "calls cannot be followed with events off");
	if (rc < 0)
		return zv_fail_nomem(err);
	l->in_client = true;
	rc = zvon_client_open(l->client, err);
	l->in_client = false;
	return rc;
}

struct zv_link *
zv_link_pbx_new(const struct zv_client_options *options, struct zv_calls *calls,
		const struct zv_client_handlers *handlers, void *user,
		struct zv_error *err)
{
	struct zv_client_handlers own = own_handlers(handlers);
	struct link_pbx *l = zv_calloc(1, sizeof *l);

	if (!l) {
		zv_fail_nomem(err);
		return NULL;
	}
	l->link.kind = &kind;
	l->handlers = *handlers;
	l->user = user;
	l->client = zvon_client_new(options, &own, l, err);
	if (l->client && open_client(l, calls, err) == 0)
		return &l->link;
	zvon_client_free(l->client);
	zv_free(l);
	return NULL;
}

struct zv_client *
zv_link_pbx_client(struct zv_link *link)
{
	return pbx_of(link)->client;
}
