#include "zvond/door.h"

#include <stdio.h>
#include <unistd.h>

#include "base/err.h"
#include "base/mem.h"
#include "zvond/activation.h"

#define WRITE_TIMEOUT_MS 30000
/* What a client has not taken yet waits in its session, where it is counted; this is for
 * one long answer. */
#define QUEUE_BYTES	 (64u * 1024 * 1024)

static struct zv_tls *
open_tls(const struct zv_config_listen *config, struct zv_error *err)
{
	return zv_tls_open(config->certificate, config->key, config->tls_min, err);
}

static int
listen_on(struct zv_door *door, struct zv_error *err)
{
	const struct zv_config_listen *c = door->config;
	struct zv_listen_options options = {
		.address = c->address,
		.port = c->port,
		.tls = door->tls,
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
	door->listener = zv_listen_open(door->daemon->loop, &options,
					&zv_front_handlers, door, err);
	if (!door->listener && options.activated_fd > 0)
		close(options.activated_fd);
	return door->listener ? 0 : ZV_EIO;
}

static void
free_door(struct zv_door *door)
{
	zv_tls_close(door->tls);
	zv_settings_unref(door->settings);
	zv_free(door);
}

struct zv_door *
zv_door_open(struct zv_daemon *d, struct zv_settings *settings,
	     const struct zv_config_listen *config, struct zv_error *err)
{
	struct zv_door *door = zv_calloc(1, sizeof *door);

	if (!door) {
		zv_fail_nomem(err);
		return NULL;
	}
	door->daemon = d;
	door->config = config;
	door->settings = zv_settings_ref(settings);
	zv_list_init(&door->fronts);
	if ((config->certificate && !(door->tls = open_tls(config, err))) ||
	    listen_on(door, err) < 0) {
		free_door(door);
		return NULL;
	}
	zv_list_append(&d->doors, &door->node);
	return door;
}

void
zv_door_check_empty(struct zv_door *door)
{
	if (door->listener || !zv_list_is_empty(&door->fronts))
		return;
	zv_list_remove(&door->node);
	free_door(door);
}

void
zv_door_close(struct zv_door *door)
{
	if (door->listener)
		zv_listen_stop(door->listener);
	door->listener = NULL;
	zv_door_check_empty(door);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

int
zv_door_change(struct zv_door *door, struct zv_settings *settings,
	       const struct zv_config_listen *config, struct zv_error *err)
{
	const struct zv_config_listen *old = door->config;
	struct zv_tls *tls = NULL;

	if (!same_text(old->address, config->address) || old->port != config->port ||
	    !same_text(old->activated, config->activated) ||
	    old->connections != config->connections ||
	    old->unauthenticated != config->unauthenticated)
		return 0;
	if (config->certificate && !(tls = open_tls(config, err)))
		return ZV_ETLS;
	zv_listener_set_tls(door->listener, tls);
	zv_tls_close(door->tls);
	door->tls = tls;
	zv_settings_ref(settings);
	zv_settings_unref(door->settings);
	door->settings = settings;
	door->config = config;
	return 1;
}

void
zv_door_write_url(const struct zv_door *door, struct zv_buf *out)
{
	const char *address = door->config->address ? door->config->address : "systemd";

	zv_buf_printf(out, strchr(address, ':') ? "%s://[%s]:%d" : "%s://%s:%d",
		      door->tls ? "https" : "http", address,
		      zv_listen_port(door->listener));
}
