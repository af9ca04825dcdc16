/* What carries a client's bytes: one stream for AMI, a few HTTP exchanges for AJAM. */
#include "client/client.h"
#include "io/clock.h"

int
zv_client_new_transport(struct zv_client *c)
{
	if (c->url.protocol == ZV_URL_AJAM)
		c->fetch = zv_fetch_new();
	else
		c->dial = zv_dial_new();
	return c->fetch || c->dial ? 0 : ZV_ENOMEM;
}

void
zv_client_free_transport(struct zv_client *c)
{
	zv_dial_free(c->dial);
	zv_fetch_free(c->fetch);
}

int
zv_client_open_transport(struct zv_client *c, struct zv_error *err)
{
	const struct zv_dial_options options = {
		.host = c->url.host,
		.port = c->url.port,
		.tls = c->url.tls,
		.ca_file = c->ca_file,
		.pin = c->pin,
		.insecure = c->options.insecure,
		.proxy = c->proxy,
		.connect_timeout_ms = c->options.connect_timeout_ms,
	};

	return c->fetch ? zv_fetch_open(c->fetch, &options, err)
			: zv_dial_open(c->dial, &options, err);
}

void
zv_client_close_transport(struct zv_client *c)
{
	if (c->fetch)
		zv_fetch_close(c->fetch);
	else
		zv_dial_close(c->dial);
}

bool
zv_client_is_resolving(const struct zv_client *c)
{
	return c->fetch ? zv_fetch_is_resolving(c->fetch)
			: zv_dial_is_resolving(c->dial);
}

int
zv_client_follow_order(struct zv_client *c, const struct zv_ajam_order *order,
		       struct zv_error *err)
{
	const struct zv_fetch_request request = {
		.id = order->exchange,
		.is_post = order->asked.is_post,
		.target = order->asked.target,
		.fields = order->asked.fields,
		.body = order->asked.body,
		.timeout_ms = order->timeout_ms,
	};

	zv_fetch_cancel(c->fetch, order->exchange); /* a farewell cuts in */
	if (order->kind == ZV_AJAM_ORDER_CANCEL)
		return 0;
	c->tickets[order->exchange] = order->ticket;
	return zv_fetch_start(c->fetch, &request, err);
}

static bool
is_farewell_over(struct zv_client *c)
{
	struct zv_fetch_news news;

	while (zv_fetch_next(c->fetch, &news))
		if (news.id == ZV_AJAM_COMMAND && news.kind == ZV_FETCH_END)
			return true;
	return false;
}

void
zv_client_run_farewell(struct zv_client *c)
{
	int64_t now_ms = zv_clock_ms(), end_ms = now_ms + ZV_FAREWELL_MS;

	for (; now_ms < end_ms; now_ms = zv_clock_ms()) {
		struct zv_descriptor fds[ZV_MAX_DESCRIPTORS];
		int timeout_ms = zv_fetch_timeout(c->fetch);
		size_t n;

		zv_fetch_process(c->fetch);
		if (is_farewell_over(c))
			return;
		n = zv_fetch_descriptors(c->fetch, fds, ZV_MAX_DESCRIPTORS);
		if (timeout_ms < 0 || timeout_ms > end_ms - now_ms)
			timeout_ms = (int)(end_ms - now_ms);
		zv_wait(fds, n, timeout_ms);
	}
}
