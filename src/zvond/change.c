/* SIGTERM and SIGHUP: the orderly end, and a new configuration without dropping anybody. */
#include "base/err.h"
#include "base/str.h"
#include "io/clock.h"
#include "zvond/gate.h"
#include "zvond/notify.h"
#include "zvond/polls.h"
#include "zvond/server.h"

/* ---- the end ----------------------------------------------------------------------------------------- */

static void
each_front(struct zv_daemon *d, void (*f)(struct zv_front *front))
{
	struct zv_node *gate, *next_gate, *front, *next;

	ZV_EACH(&d->gates, gate, next_gate)
	{
		struct zv_gate *g = ZV_OWNER(gate, struct zv_gate, node);

		ZV_EACH(&g->fronts, front, next)
		f(ZV_OWNER(front, struct zv_front, node));
	}
}

static void
each_gate(struct zv_daemon *d, void (*f)(struct zv_gate *gate))
{
	struct zv_node *node, *next;

	ZV_EACH(&d->gates, node, next)
	f(ZV_OWNER(node, struct zv_gate, node));
}

static bool
has_fronts(const struct zv_daemon *d)
{
	const struct zv_node *node;

	for (node = d->gates.next; node != &d->gates; node = node->next)
		if (!zv_list_is_empty(&ZV_OWNER(node, struct zv_gate, node)->fronts))
			return true;
	return false;
}

/* The loop ends with the last connection, so that each has told its end. */
void
zv_daemon_check_stopped(struct zv_daemon *d)
{
	if (d->stopping && !has_fronts(d))
		zv_loop_stop(d->loop);
}

static void
cut(struct zv_front *f)
{
	f->closing = true;
	zv_conn_close(f->conn, false);
}

void
zv_daemon_on_stop_time(void *owner)
{
	each_front(owner, cut);
	zv_daemon_check_stopped(owner);
}

/* A second signal does not wait. */
void
zv_daemon_stop(struct zv_daemon *d)
{
	if (d->stopping) {
		zv_daemon_on_stop_time(d);
		return;
	}
	zv_log(d->log, ZV_LOG_INFO, "daemon", "stopping");
	zv_notify_stopping();
	d->stopping = true;
	zv_timer_set(d->stop_timer, zv_clock_ms() + ZV_STOP_MS);
	zv_polls_end(d);
	zv_hub_say_goodbye(d->hub, ZV_RETRY_MS, zv_clock_ms());
	each_front(d, zv_front_stop);
	each_gate(d, zv_gate_close);
	zv_daemon_touch(d);
	zv_daemon_check_stopped(d);
}

/* ---- a new configuration ------------------------------------------------------------------------------ */

static void
say_complaints(struct zv_daemon *d, struct zv_str text, enum zv_log_level level)
{
	struct zv_str line;

	while (zv_str_split(&text, '\n', &line))
		if (line.n)
			zv_log(d->log, level, "config", "%.*s", ZV_ARG(line));
}

static const struct zv_config_listen *
find_listen(const struct zv_config *c, const char *name)
{
	for (size_t i = 0; i < c->n_listens; i++)
		if (strcmp(c->listens[i].name, name) == 0)
			return &c->listens[i];
	return NULL;
}

static const struct zv_config_server *
find_server(const struct zv_config *c, struct zv_str name)
{
	for (size_t i = 0; i < c->n_servers; i++)
		if (zvon_str_equal(c->servers[i].hub.name, name))
			return &c->servers[i];
	return NULL;
}

static struct zv_gate *
find_gate(struct zv_daemon *d, const char *name)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->gates, node, next)
	{
		struct zv_gate *gate = ZV_OWNER(node, struct zv_gate, node);

		if (gate->listener && strcmp(gate->config->name, name) == 0)
			return gate;
	}
	return NULL;
}

static bool
has_server(const struct zv_daemon *d, struct zv_str name)
{
	const struct zv_node *node;

	for (node = d->servers.next; node != &d->servers; node = node->next)
		if (zvon_str_equal(
			    ZV_OWNER(node, struct zv_server, node)->config->hub.name,
			    name))
			return true;
	return false;
}

static void
say_kept(struct zv_daemon *d, const char *name, const struct zv_error *err)
{
	zv_log(d->log, ZV_LOG_ERROR, "config", "%s stays as it was: %s", name,
	       err->text);
}

/* Those that are gone are closed; changed ones are taken over, or closed to be opened
 * anew. A certificate that cannot be read leaves the old one. */
static void
change_gates(struct zv_daemon *d, struct zv_settings *settings)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->gates, node, next)
	{
		struct zv_gate *gate = ZV_OWNER(node, struct zv_gate, node);
		const struct zv_config_listen *now =
			find_listen(settings->config, gate->config->name);
		struct zv_error err = { 0 };
		int rc;

		if (!gate->listener)
			continue;
		rc = now ? zv_gate_change(gate, settings, now, &err) : 0;
		if (rc < 0)
			say_kept(d, gate->config->name, &err);
		else if (rc == 0)
			zv_gate_close(gate);
	}
}

static void
open_new_gates(struct zv_daemon *d, struct zv_settings *settings)
{
	const struct zv_config *c = settings->config;

	for (size_t i = 0; i < c->n_listens; i++) {
		struct zv_error err = { 0 };

		if (!find_gate(d, c->listens[i].name) &&
		    !zv_gate_open(d, settings, &c->listens[i], &err))
			zv_log(d->log, ZV_LOG_ERROR, "config", "%s is not open: %s",
			       c->listens[i].name, err.text);
	}
}

static void
change_servers(struct zv_daemon *d, struct zv_settings *settings)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->servers, node, next)
	{
		struct zv_server *s = ZV_OWNER(node, struct zv_server, node);
		const struct zv_config_server *now =
			find_server(settings->config, s->config->hub.name);

		if (!now || !zv_server_change(s, settings, now))
			zv_server_close(s);
	}
}

static void
open_new_servers(struct zv_daemon *d, struct zv_settings *settings)
{
	const struct zv_config *c = settings->config;

	for (size_t i = 0; i < c->n_servers; i++) {
		struct zv_error err = { 0 };

		if (!has_server(d, c->servers[i].hub.name) &&
		    !zv_server_open(d, settings, &c->servers[i], &err))
			zv_log(d->log, ZV_LOG_ERROR, "config", "server %.*s: %s",
			       ZV_ARG(c->servers[i].hub.name), err.text);
	}
}

static void
say_what_waits(struct zv_daemon *d, const struct zv_config *now)
{
	struct zv_buf keys = { 0 };

	zv_config_add_changed(zv_daemon_config(d), now, &keys);
	if (keys.n)
		zv_log(d->log, ZV_LOG_WARN, "config", "after a restart only: %s",
		       zv_buf_cstr(&keys));
	zv_buf_deinit(&keys);
}

static int
take_over(struct zv_daemon *d, struct zv_config *config)
{
	struct zv_settings *settings = zv_settings_new(config);

	if (!settings || zv_daemon_set_users(d, settings) < 0) {
		zv_settings_unref(settings);
		if (!settings)
			zv_config_free(config);
		return ZV_ENOMEM;
	}
	say_what_waits(d, config);
	zv_settings_unref(d->settings);
	d->settings = settings;
	d->log->level = config->log_level;
	zv_hub_set_limits(d->hub, &config->limits, config->letters_in_numbers);
	change_servers(d, settings);
	open_new_servers(d, settings);
	change_gates(d, settings);
	open_new_gates(d, settings);
	return 0;
}

void
zv_daemon_reload(struct zv_daemon *d)
{
	const char *file = zv_daemon_config(d)->file;
	struct zv_buf complaints = { 0 };
	struct zv_config *config;

	if (d->stopping)
		return;
	if (!file) {
		zv_log(d->log, ZV_LOG_INFO, "config",
		       "a demo has no file to read again");
		return;
	}
	zv_notify_reloading();
	config = zv_config_read(file, &complaints);
	say_complaints(d, zv_buf_str(&complaints), config ? ZV_LOG_WARN : ZV_LOG_ERROR);
	if (config && take_over(d, config) == 0) {
		d->metrics.reloads++;
		zv_notify_status("");
		zv_log(d->log, ZV_LOG_INFO, "config", "read again file=%s",
		       zv_daemon_config(d)->file);
	} else {
		d->metrics.reloads_failed++;
		zv_notify_status("the old configuration stays, the new one is wrong: "
				 "see the log");
		zv_log(d->log, ZV_LOG_ERROR, "config",
		       "the old configuration stays: %s",
		       config ? "out of memory" : "see the lines before");
	}
	zv_buf_deinit(&complaints);
	zv_notify_ready();
	zv_daemon_touch(d);
}
