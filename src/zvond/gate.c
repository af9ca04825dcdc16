#include "zvond/gate.h"

#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "zvond/activation.h"

#define WRITE_TIMEOUT_MS 30000
/* What a client has not taken yet waits in its session, where it is counted; this is for
 * one long answer. */
#define QUEUE_BYTES (64u * 1024 * 1024)

static struct zv_tls *
open_tls(const struct zv_config_listen *config, struct zv_error *err)
{
	return zv_tls_open(config->certificate, config->key, config->tls_min, err);
}

static int
listen_on(struct zv_gate *gate, struct zv_error *err)
{
	const struct zv_config_listen *c = gate->config;
	struct zv_listen_options options = {
		.address = c->address,
		.port = c->port,
		.tls = gate->tls,
		.max_connections = (size_t)c->connections,
		.max_unproved = (size_t)c->unauthenticated,
		.max_queue_bytes = QUEUE_BYTES,
		.write_timeout_ms = WRITE_TIMEOUT_MS,
	};

	if (c->activated) {
		options.activated_fd = zv_activated_fd(c->activated, err);
		if (options.activated_fd < 0)
			return ZV_EIO;
	}
	gate->listener = zv_listen_open(gate->daemon->loop, &options,
					&zv_front_handlers, gate, err);
	if (!gate->listener && options.activated_fd > 0)
		close(options.activated_fd);
	return gate->listener ? 0 : ZV_EIO;
}

static void
free_gate(struct zv_gate *gate)
{
	zv_tls_close(gate->tls);
	zv_settings_unref(gate->settings);
	zv_free(gate);
}

static void
say_open(const struct zv_gate *gate)
{
	struct zv_buf url = { 0 };

	zv_gate_write_url(gate, &url);
	zv_log(gate->daemon->log, ZV_LOG_INFO, "daemon", "listening url=%s listen=%s",
	       zv_buf_cstr(&url), gate->config->name);
	zv_buf_deinit(&url);
}

struct zv_gate *
zv_gate_open(struct zv_daemon *d, struct zv_settings *settings,
	     const struct zv_config_listen *config, struct zv_error *err)
{
	struct zv_gate *gate = zv_calloc(1, sizeof *gate);

	if (!gate) {
		zv_fail_nomem(err);
		return NULL;
	}
	gate->daemon = d;
	gate->config = config;
	gate->settings = zv_settings_ref(settings);
	zv_list_init(&gate->fronts);
	if ((config->certificate && !(gate->tls = open_tls(config, err))) ||
	    listen_on(gate, err) < 0) {
		free_gate(gate);
		return NULL;
	}
	zv_list_append(&d->gates, &gate->node);
	say_open(gate);
	return gate;
}

void
zv_gate_check_empty(struct zv_gate *gate)
{
	if (gate->listener || !zv_list_is_empty(&gate->fronts))
		return;
	zv_list_remove(&gate->node);
	free_gate(gate);
}

void
zv_gate_close(struct zv_gate *gate)
{
	if (gate->listener)
		zv_listen_stop(gate->listener);
	gate->listener = NULL;
	zv_gate_check_empty(gate);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int
zv_gate_change(struct zv_gate *gate, struct zv_settings *settings,
	       const struct zv_config_listen *config, struct zv_error *err)
{
	const struct zv_config_listen *old = gate->config;
	struct zv_tls *tls = NULL;

	if (!same_text(old->address, config->address) || old->port != config->port ||
	    !same_text(old->activated, config->activated) ||
	    old->connections != config->connections ||
	    old->unauthenticated != config->unauthenticated)
		return 0;
	if (config->certificate && !(tls = open_tls(config, err)))
		return ZV_ETLS;
	zv_listener_set_tls(gate->listener, tls);
	zv_tls_close(gate->tls);
	gate->tls = tls;
	zv_settings_ref(settings);
	zv_settings_unref(gate->settings);
	gate->settings = settings;
	gate->config = config;
	return 1;
}

void
zv_gate_write_url(const struct zv_gate *gate, struct zv_buf *out)
{
	const char *address = gate->config->address ? gate->config->address : "systemd";

	zv_buf_printf(out, strchr(address, ':') ? "%s://[%s]:%d" : "%s://%s:%d",
		      gate->tls ? "https" : "http", address,
		      zv_listen_port(gate->listener));
}
