/* Commands over HTTP: the same table and the same checks as for everybody. */
#include "hub/command.h"
#include "io/clock.h"
#include "zvond/openapi.h"
#include "zvond/routes.h"

static void
forget(struct zv_exchange *x)
{
	zv_hub_forget_command(zv_exchange_daemon(x)->hub, x->ticket);
}

static void
on_outcome(void *owner, int status, struct zv_str outcome)
{
	struct zv_exchange *x = owner;
	const struct zv_reply reply = { .status = status, .body = outcome };

	x->cancel = NULL;
	zv_exchange_answer(x, &reply);
}

void
zv_route_command(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	uint64_t ticket;

	x->ticket = 0;
	ticket = zv_hub_command(d->hub, x->user, x->argument, x->request->body,
				on_outcome, x, zv_clock_ms());
	if (x->answered || !ticket)
		return;
	x->ticket = ticket;
	x->cancel = forget;
}

void
zv_route_commands(struct zv_exchange *x)
{
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };

	zv_json_begin_array(&j);
	for (size_t i = 0; zv_commands[i]; i++)
		if (zv_role_has(x->user->role, zv_commands[i]->right))
			zv_command_json(&j, zv_commands[i]);
	zv_json_end_array(&j);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}
