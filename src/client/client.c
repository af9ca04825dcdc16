#include "client/client.h"

#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"

const char *
zvon_client_state_name(enum zv_client_state state)
{
	static const char *const names[] = {
		"down", "connecting", "login", "booting", "ready", "closed",
	};

	return (unsigned)state < sizeof names / sizeof *names ? names[state] : "?";
}

/* ---- options --------------------------------------------------------------------- */

#define OPTION(member, otherwise)                                                      \
 {                                                                                     \
#  member, offsetof(struct zv_client_options, member), otherwise                       \
 }

static const struct {
	const char *name;
	size_t offset;
	int otherwise;
} number_options[] = {
	OPTION(connect_timeout_ms, 4500), OPTION(login_timeout_ms, 4500),
	OPTION(action_timeout_ms, 10000), OPTION(booted_wait_ms, 2000),
	OPTION(ping_after_ms, 10000),	  OPTION(ping_timeout_ms, 5000),
	OPTION(backoff_first_ms, 1000),	  OPTION(backoff_most_ms, 30000),
	OPTION(refused_wait_ms, 60000),
};

static const struct {
	const char *name;
	size_t offset;
	size_t otherwise;
} size_options[] = {
	OPTION(max_packet_bytes, ZV_MAX_PACKET_BYTES),
	OPTION(max_response_bytes, ZV_MAX_RESPONSE_BYTES),
	OPTION(max_pending, 1000),
	OPTION(max_queue_bytes, 64u * 1024 * 1024),
};

static int
fill_options(struct zv_client_options *o, struct zv_error *err)
{
	for (size_t i = 0; i < sizeof number_options / sizeof *number_options; i++) {
		int *value = (int *)((char *)o + number_options[i].offset);

		if (*value < 0)
			return zv_fail(err, ZV_EINVAL, "option %s is negative",
				       number_options[i].name);
		if (*value == 0)
			*value = number_options[i].otherwise;
	}
	for (size_t i = 0; i < sizeof size_options / sizeof *size_options; i++) {
		size_t *value = (size_t *)((char *)o + size_options[i].offset);

		if (*value == 0)
			*value = size_options[i].otherwise;
	}
	/* libcurl would take it for the name of a file with the key */
	if (o->pin && strncmp(o->pin, "sha256//", strlen("sha256//")) != 0)
		return zv_fail(err, ZV_EINVAL,
			       "option pin must be \"sha256//\" and the hash of the "
			       "server's public key in base64");
	return 0;
}

static int
copy_text(char **out, const char *text, const char *otherwise)
{
	*out = zv_strdup(text ? text : otherwise);
	return *out || (!text && !otherwise) ? 0 : ZV_ENOMEM;
}

static int
copy_texts(struct zv_client *c, struct zv_error *err)
{
	const struct zv_client_options *o = &c->options;

	if (copy_text(&c->login_user, o->user, c->url.user) < 0 ||
	    copy_text(&c->secret, o->secret, c->url.secret ? c->url.secret : "") < 0 ||
	    copy_text(&c->events, o->events, "on") < 0 ||
	    copy_text(&c->ca_file, o->ca_file, NULL) < 0 ||
	    copy_text(&c->pin, o->pin, NULL) < 0 ||
	    copy_text(&c->proxy, o->proxy, NULL) < 0)
		return zv_fail_nomem(err);
	if (!c->login_user || !c->login_user[0])
		return zv_fail(err, ZV_EINVAL,
			       "no user name: write it into the URL, %s://user@%s",
			       c->url.scheme, c->where);
	return 0;
}

/* They become lines of the login: told here rather than at each connect. */
static int
check_login(struct zv_client *c, struct zv_error *err)
{
	struct zv_request *r = zvon_request_new(ZV_STR("Login"), err);
	int rc = r ? 0 : ZV_ENOMEM;

	if (rc == 0)
		rc = zvon_request_set(r, "Username", c->login_user, err);
	if (rc == 0)
		rc = zvon_request_set(r, "Secret", c->secret, err);
	if (rc == 0)
		rc = zvon_request_set(r, "Events", c->events, err);
	zvon_request_free(r);
	return rc;
}

static int
set_filter(struct zv_client *c, struct zv_error *err)
{
	const struct zv_filter_options *filter = c->options.filter;

	c->options.filter = NULL; /* borrowed */
	if (!filter)
		return 0;
	c->filter = zvon_filter_new(filter, err);
	if (!c->filter)
		return err ? err->code : ZV_EINVAL;
	if (c->options.no_push_down || c->options.legacy ||
	    zvon_str_equal_nocase(zvon_str(c->events), ZV_STR("off")))
		return 0;
	c->push = zv_push_new(filter, c->events, &c->log);
	if (!c->push)
		return zv_fail_nomem(err);
	if (!zv_push_is_wanted(c->push)) {
		zv_push_free(c->push);
		c->push = NULL;
	}
	return 0;
}

static int
set_view(struct zv_client *c, struct zv_error *err)
{
	if (!c->options.legacy)
		return 0;
	c->legacy = zvon_legacy_new(c->options.legacy);
	c->options.legacy = NULL; /* borrowed */
	return c->legacy ? 0 : zv_fail_nomem(err);
}

static int
set_options(struct zv_client *c, const struct zv_client_options *options,
	    struct zv_error *err)
{
	int rc;

	c->options = *options;
	if (!options->url)
		return zv_fail(err, ZV_EINVAL, "no URL given");
	rc = zv_url_parse(&c->url, zvon_str(options->url), err);
	if (rc == 0)
		rc = fill_options(&c->options, err);
	if (rc < 0)
		return rc;
	snprintf(c->where, sizeof c->where,
		 strchr(c->url.host, ':') ? "[%s]:%d" : "%s:%d", c->url.host,
		 c->url.port);
	rc = copy_texts(c, err);
	if (rc == 0)
		rc = check_login(c, err);
	if (rc == 0)
		rc = set_filter(c, err);
	if (rc == 0)
		rc = set_view(c, err);
	c->options.url = NULL; /* borrowed, and may hold the secret */
	if (rc == 0 && !c->url.tls && (c->options.insecure || c->ca_file || c->pin))
		zv_log(&c->log, ZV_LOG_WARN, "client",
		       "ca, pin and insecure mean nothing without TLS: %s:// is not "
		       "encrypted",
		       c->url.scheme);
	if (rc == 0 && c->url.tls && c->options.insecure)
		zv_log(&c->log, ZV_LOG_WARN, "client",
		       "insecure: the certificate of %s is not checked, anybody in "
		       "between can read and change everything",
		       c->where);
	if (rc == 0 && c->url.secret)
		zv_log(&c->log, ZV_LOG_WARN, "client",
		       "the secret stands in the URL, where others may see it");
	return rc;
}

/* ---- handlers -------------------------------------------------------------------- */

static void
on_core_event(void *user, const struct zv_packet *event)
{
	struct zv_client *c = user;

	if (!zv_client_is_closing(c) && c->handlers.on_event)
		c->handlers.on_event(c->user, event);
}

static void
on_core_filter_off(void *user)
{
	struct zv_client *c = user;

	if (c->handlers.on_filter_off)
		c->handlers.on_filter_off(c->user);
}

static void
on_core_state(void *user, const struct zv_client_status *status)
{
	struct zv_client *c = user;

	zv_threads_publish(c);
	if (c->handlers.on_state)
		c->handlers.on_state(c->user, status);
}

static void
on_core_text(void *user, enum zv_direction direction, struct zv_str text)
{
	struct zv_client *c = user;

	zv_trace_bytes(direction == ZV_FROM_SERVER ? &c->received : &c->sent, &c->log,
		       text);
	if (c->handlers.on_bytes)
		c->handlers.on_bytes(c->user, direction, text);
}

/* It costs a copy of each packet. */
static bool
wants_text(const struct zv_client *c)
{
	return c->handlers.on_bytes || (c->log.fn && c->log.level >= ZV_LOG_TRACE);
}

void
zv_client_received(struct zv_client *c, struct zv_str bytes, int64_t now_ms)
{
	on_core_text(c, ZV_FROM_SERVER, bytes);
	zv_core_input(c->core, bytes, now_ms);
}

void
zv_client_sending(struct zv_client *c, struct zv_str bytes)
{
	c->bytes_out += bytes.n;
	zv_trace_bytes(&c->sent, &c->log, bytes);
	if (bytes.n && c->handlers.on_bytes)
		c->handlers.on_bytes(c->user, ZV_TO_SERVER, bytes);
}

struct zv_str
zv_client_farewell(const struct zv_client *c)
{
	return c->dial && zv_core_is_logged_in(c->core)
		       ? ZV_STR("Action: Logoff\r\n\r\n")
		       : ZV_STR("");
}

/* ---- life ------------------------------------------------------------------------- */

static struct zv_core_options
core_options(const struct zv_client *c)
{
	const struct zv_client_options *o = &c->options;
	bool is_ajam = c->url.protocol == ZV_URL_AJAM;

	return (struct zv_core_options){
		.session.ami = {
			.user = zvon_str(c->login_user),
			.secret = zvon_str(c->secret),
			.events = zvon_str(c->events),
			.plain_login = o->plain_login,
			.login_timeout_ms = o->login_timeout_ms,
			.action_timeout_ms = o->action_timeout_ms,
			.booted_wait_ms = o->booted_wait_ms,
			.ping_after_ms = o->ping_after_ms,
			.ping_timeout_ms = o->ping_timeout_ms,
			.max_pending = o->max_pending,
			.limits = { o->max_packet_bytes, o->max_response_bytes, 0 },
			.seed = zv_random(),
		},
		.session.path = zvon_str(c->url.path),
		.session.encoding = c->url.encoding,
		.session.digest = c->url.digest,
		.session.tls = c->url.tls,
		.is_ajam = is_ajam,
		.filter = c->filter,
		.legacy = c->legacy,
		.push = c->push,
		.where = c->where,
		.no_reconnect = o->no_reconnect,
		.backoff_first_ms = o->backoff_first_ms,
		.backoff_most_ms = o->backoff_most_ms,
		.refused_wait_ms = o->refused_wait_ms,
	};
}

struct zv_client *
zvon_client_new(const struct zv_client_options *options,
		const struct zv_client_handlers *handlers, void *user,
		struct zv_error *err)
{
	struct zv_core_handlers core_handlers = {
		.on_event = on_core_event,
		.on_state = on_core_state,
		.on_filter_off = on_core_filter_off,
	};
	struct zv_client *c = zv_calloc(1, sizeof *c);
	struct zv_core_options core;

	if (!c) {
		zv_fail_nomem(err);
		return NULL;
	}
	c->wake.read_fd = c->wake.write_fd = -1;
	c->user = user;
	zv_trace_init(&c->received, ZV_FROM_SERVER);
	zv_trace_init(&c->sent, ZV_TO_SERVER);
	if (handlers) {
		c->handlers = *handlers;
		c->log = (struct zv_log){ handlers->on_log, user, handlers->log_level };
	}
	if (set_options(c, options, err) < 0)
		goto fail;
	core = core_options(c);
	if (wants_text(c))
		core_handlers.on_text = on_core_text;
	c->core = zv_core_new(&core, &core_handlers, c, &c->log);
	if (!c->core || zv_client_new_transport(c) < 0) {
		zv_fail_nomem(err);
		goto fail;
	}
	if (zv_bell_open(&c->wake, err) < 0)
		goto fail;
	return c;
fail:
	zv_client_destroy(c);
	return NULL;
}

void
zv_client_destroy(struct zv_client *c)
{
	zv_threads_free(c->threads);
	zv_core_free(c->core);
	zv_follow_free(c->follow);
	zvon_filter_free(c->filter);
	zvon_legacy_free(c->legacy);
	zv_push_free(c->push);
	zv_client_free_transport(c);
	zv_bell_close(&c->wake);
	zv_trace_deinit(&c->received);
	zv_trace_deinit(&c->sent);
	zv_url_deinit(&c->url);
	if (c->secret)
		zv_wipe(c->secret, strlen(c->secret));
	zv_free(c->secret);
	zv_free(c->login_user);
	zv_free(c->events);
	zv_free(c->ca_file);
	zv_free(c->pin);
	zv_free(c->proxy);
	zv_free(c->read_buffer);
	zv_free(c);
}

void
zvon_client_free(struct zv_client *c)
{
	if (!c)
		return;
	if (c->drive == ZV_DRIVE_LOOP) {
		c->free_later = c->in_handler;
		zvon_client_close(c);
		if (c->free_later)
			return;
	}
	if (c->drive == ZV_DRIVE_THREADS) {
		if (zv_threads_free_later(c))
			return;
		zvon_client_stop(c);
	}
	zv_client_destroy(c);
}

int
zvon_client_follow_calls(struct zv_client *c, struct zv_calls *calls)
{
	const struct zv_follow_options options = {
		.calls = calls,
		.user = zvon_str(c->login_user),
		.is_ajam = c->url.protocol == ZV_URL_AJAM,
		.wall_us = zv_clock_unix_us,
		.log = &c->log,
		.on_synced = c->handlers.on_calls_synced,
		.synced_user = c->user,
	};

	if (c->drive != ZV_DRIVE_NONE || c->follow)
		return ZV_EBUSY;
	if (zvon_str_equal_nocase(zvon_str(c->events), ZV_STR("off")))
		return ZV_EINVAL;
	c->follow = zv_follow_new(&options);
	if (!c->follow)
		return ZV_ENOMEM;
	zv_core_follow(c->core, c->follow);
	return 0;
}

/* ---- actions ---------------------------------------------------------------------- */

int
zvon_client_send(struct zv_client *c, const struct zv_request *request, int timeout_ms,
		 zvon_reply_fn fn, void *user, struct zv_error *err)
{
	if (c->drive == ZV_DRIVE_THREADS && !zv_threads_is_delivery(c))
		return zv_threads_send(c, request, timeout_ms, fn, user, err);
	if (zv_client_is_closing(c))
		return zv_fail(err, ZV_ECLOSED, "the client is closing");
	return zv_core_send(c->core, request, timeout_ms, fn, user, zv_clock_ms(), err);
}

void
zvon_client_counters(struct zv_client *c, struct zv_client_counters *out)
{
	*out = (struct zv_client_counters){ 0 };
	if (c->drive == ZV_DRIVE_THREADS) {
		zv_threads_counters(c, out);
		return;
	}
	zv_core_count(c->core, out);
	out->bytes_out += c->bytes_out;
}

enum zv_client_state
zvon_client_state(struct zv_client *c)
{
	return c->drive == ZV_DRIVE_THREADS ? zv_threads_state(c)
					    : zv_core_state(c->core);
}
