/* What is going on, as the one who asks may see it. */
#include "hub/call_json.h"
#include "hub/sight.h"
#include "io/clock.h"
#include "zvond/routes.h"
#include "zvond/server.h"

static void
answer_part(struct zv_exchange *x, enum zv_state_part part)
{
	struct zv_buf body = { 0 };

	if (zv_hub_write_state(zv_exchange_daemon(x)->hub, x->user, part, &body,
			       zv_clock_ms()) < 0)
		body.failed = true;
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}

void
zv_route_me(struct zv_exchange *x)
{
	answer_part(x, ZV_PART_ME);
}

void
zv_route_state(struct zv_exchange *x)
{
	answer_part(x, ZV_PART_ALL);
}

void
zv_route_calls(struct zv_exchange *x)
{
	if (x->request->query.n)
		zv_route_history(x);
	else
		answer_part(x, ZV_PART_CALLS);
}

void
zv_route_lines(struct zv_exchange *x)
{
	answer_part(x, ZV_PART_LINES);
}

void
zv_route_queues(struct zv_exchange *x)
{
	answer_part(x, ZV_PART_QUEUES);
}

void
zv_route_servers(struct zv_exchange *x)
{
	answer_part(x, ZV_PART_SERVERS);
}

/* ---- one call ------------------------------------------------------------------------------------------ */

/* On that server, if he may see it. What he may not see is as if it were not there. */
static const struct zv_call *
find_call(struct zv_exchange *x, const struct zv_server *s)
{
	const struct zv_call *call = zvon_calls_find(s->calls, x->argument);
	const struct zv_who who = zv_who_of_user(x->user);

	if (call &&
	    zv_sight_call(s->daemon->hub, &who, zv_who_sees(&who), s->number, call))
		return call;
	return NULL;
}

void
zv_route_call(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };
	struct zv_node *node, *next;

	ZV_EACH(&d->servers, node, next)
	{
		struct zv_server *s = ZV_OWNER(node, struct zv_server, node);
		const struct zv_call *call = find_call(x, s);

		if (!call)
			continue;
		zv_call_json(&j, s->config->hub.name, call, zv_clock_ms());
		zv_exchange_json(x, 200, &body);
		zv_buf_deinit(&body);
		return;
	}
	if (d->historian && zv_role_history(x->user->role) != ZV_REACH_NONE)
		zv_history_find(x);
	else
		zv_exchange_refuse(
			x, 404, "not_found",
			"there is no such call, or it has ended, or it is not yours");
}
