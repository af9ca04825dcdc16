/* /metrics, /healthz, /readyz: for those who keep the daemon running. */
#include "json/writer.h"
#include "zvond/historian.h"
#include "zvond/metrics.h"
#include "zvond/routes.h"
#include "zvond/server.h"

void
zv_route_metrics(struct zv_exchange *x)
{
	struct zv_buf body = { 0 };
	struct zv_reply reply = {
		.status = 200,
		.type = "text/plain; version=0.0.4; charset=utf-8",
	};

	zv_metrics_write(zv_exchange_daemon(x), &body);
	reply.body = zv_buf_str(&body);
	if (zv_buf_failed(&body))
		zv_exchange_refuse(x, 503, "busy", "out of memory: try again");
	else
		zv_exchange_answer(x, &reply);
	zv_buf_deinit(&body);
}

/* ---- health --------------------------------------------------------------------------------------------- */

static void
write_server(struct zv_json *j, const struct zv_server *s)
{
	zv_json_begin_object(j);
	zv_json_member(j, "server", s->config->hub.name);
	zv_json_member(j, "state", zvon_str(zvon_client_state_name(s->state)));
	zv_json_key(j, "synced");
	zv_json_bool(j, s->told_synced);
	if (s->why.n)
		zv_json_member(j, "why", zv_buf_str(&s->why));
	zv_json_end_object(j);
}

static size_t
count_up(const struct zv_daemon *d, size_t *all)
{
	const struct zv_node *node;
	size_t up = 0;

	*all = 0;
	for (node = d->servers.next; node != &d->servers; node = node->next) {
		up += zv_server_is_up(ZV_OWNER(node, struct zv_server, node));
		++*all;
	}
	return up;
}

static bool
is_history_failing(const struct zv_daemon *d)
{
	struct zv_historian_counters c = { 0 };

	if (d->historian)
		zv_historian_count(d->historian, &c);
	return c.is_failing;
}

/* What does not work as it should, one sentence each. */
static void
write_degraded(struct zv_json *j, const struct zv_daemon *d, size_t up, size_t all)
{
	zv_json_key(j, "degraded");
	zv_json_begin_array(j);
	if (up < all)
		zv_json_string(j, ZV_STR("a server is not connected"));
	if (d->told_unwritten_ms)
		zv_json_string(j, ZV_STR("the state folder could not be written"));
	if (is_history_failing(d))
		zv_json_string(j, ZV_STR("the history could not be written"));
	if (d->stopping)
		zv_json_string(j, ZV_STR("the daemon stops"));
	zv_json_end_array(j);
}

static void
answer_health(struct zv_exchange *x, int status)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };
	struct zv_node *node, *next;
	size_t all, up = count_up(d, &all);

	zv_json_begin_object(&j);
	zv_json_key(&j, "ok");
	zv_json_bool(&j, up == all && !d->told_unwritten_ms && !d->stopping &&
				 !is_history_failing(d));
	write_degraded(&j, d, up, all);
	zv_json_key(&j, "servers");
	zv_json_begin_array(&j);
	ZV_EACH(&d->servers, node, next)
	write_server(&j, ZV_OWNER(node, struct zv_server, node));
	zv_json_end_array(&j);
	zv_json_end_object(&j);
	zv_exchange_json(x, status, &body);
	zv_buf_deinit(&body);
}

/* It answers, so it is alive; what is degraded stands in the body. */
void
zv_route_healthz(struct zv_exchange *x)
{
	answer_health(x, 200);
}

void
zv_route_readyz(struct zv_exchange *x)
{
	const struct zv_daemon *d = zv_exchange_daemon(x);
	size_t all;

	answer_health(x, count_up(d, &all) && !d->stopping ? 200 : 503);
}
