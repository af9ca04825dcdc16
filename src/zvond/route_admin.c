/* For the right admin: who there is, who is here. */
#include "hub/session.h"
#include "io/clock.h"
#include "json/writer.h"
#include "zvond/routes.h"

static void
write_user(struct zv_json *j, const struct zv_user *user)
{
	zv_json_begin_object(j);
	zv_json_member(j, "user", user->name);
	zv_json_member(j, "full_name", user->full_name);
	zv_json_member(j, "role", user->role->name);
	zv_json_strings(j, "lines", user->lines, user->n_lines);
	zv_json_strings(j, "queues", user->queues, user->n_queues);
	zv_json_end_object(j);
}

void
zv_route_users(struct zv_exchange *x)
{
	const struct zv_config *c = zv_daemon_config(zv_exchange_daemon(x));
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };

	zv_json_begin_array(&j);
	for (size_t i = 0; i < c->n_users; i++)
		write_user(&j, &c->users[i]);
	zv_json_end_array(&j);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}

static void
write_session(struct zv_json *j, const struct zv_front *f)
{
	zv_json_begin_object(j);
	zv_json_member(j, "user", zv_session_user(f->session)->name);
	zv_json_member(j, "remote", zvon_str(zv_conn_remote(f->conn)));
	zv_json_member(j, "listen", zvon_str(f->gate->config->name));
	zv_json_member(j, "kind", f->socket ? ZV_STR("websocket") : ZV_STR("stream"));
	zv_json_key(j, "queued_bytes");
	zv_json_int(j, (long long)zv_conn_queued(f->conn));
	zv_json_end_object(j);
}

static void
write_sessions_of(struct zv_json *j, const struct zv_gate *gate)
{
	struct zv_node *node, *next;

	ZV_EACH(&gate->fronts, node, next)
	{
		struct zv_front *f = ZV_OWNER(node, struct zv_front, node);

		if (f->session)
			write_session(j, f);
	}
}

void
zv_route_sessions(struct zv_exchange *x)
{
	struct zv_daemon *d = zv_exchange_daemon(x);
	struct zv_buf body = { 0 };
	struct zv_json j = { .out = &body };
	struct zv_node *node, *next;

	zv_json_begin_array(&j);
	ZV_EACH(&d->gates, node, next)
	write_sessions_of(&j, ZV_OWNER(node, struct zv_gate, node));
	zv_json_end_array(&j);
	zv_exchange_json(x, 200, &body);
	zv_buf_deinit(&body);
}
