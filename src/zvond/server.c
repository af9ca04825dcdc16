#include "zvond/server.h"

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "zvond/reconcile.h"
#include "zvond/historian.h"

/* ---- driving the client in our loop -------------------------------------------------- */

static void
set_time(struct zv_server *s)
{
	int timeout_ms = zvon_client_timeout(s->client);

	zv_timer_set(s->timer, timeout_ms < 0 ? INT64_MAX : zv_clock_ms() + timeout_ms);
}

static void
set_watch(struct zv_server *s)
{
	struct zv_descriptor list[ZV_MAX_DESCRIPTORS];
	size_t n = zvon_client_descriptors(s->client, list, ZV_MAX_DESCRIPTORS);

	if (zv_watch_set(s->watch, list, n) < 0)
		zv_log(s->daemon->log, ZV_LOG_ERROR, "server",
		       "out of memory server=%s", s->config->hub.name.p);
}

static void
process(void *owner)
{
	struct zv_server *s = owner;

	s->processing = true;
	zv_delay_begin(&s->daemon->delay, zv_hub_last_seq(s->daemon->hub),
		       zv_clock_ns());
	zvon_client_process(s->client);
	s->processing = false;
	set_watch(s);
	set_time(s);
	zv_daemon_touch(s->daemon);
}

/* What was sent from outside of process wants to leave. */
static void
process_soon(struct zv_server *s)
{
	if (!s->processing)
		zv_timer_set(s->timer, zv_clock_ms());
}

/* ---- what the client tells ------------------------------------------------------------ */

static void
on_event(void *user, const struct zv_packet *event)
{
	struct zv_server *s = user;

	zv_hub_on_packet(s->daemon->hub, s->number, event, zv_clock_ms());
}

/* traceQueuesState of the original: why did a call of the queue come just now? */
static void
trace_member(const struct zv_server *s, const struct zv_queue_member *m)
{
	zv_log(s->daemon->log, ZV_LOG_INFO, "queues",
	       "member queue=%.*s interface=%.*s line=%.*s state=%s paused=%s "
	       "reason=%.*s server=%.*s",
	       ZV_ARG(m->queue), ZV_ARG(m->interface), ZV_ARG(m->line),
	       zvon_member_state_name(m->state), m->paused ? "yes" : "no",
	       ZV_ARG(m->pause_reason), ZV_ARG(s->config->hub.name));
}

static void
on_call_event(void *context, const struct zv_call_event *event)
{
	struct zv_server *s = context;

	if (event->member && s->config->trace_queues)
		trace_member(s, event->member);
	zv_hub_on_event(s->daemon->hub, s->number, event);
	zv_historian_on_event(s->history, event);
}

/* The client has logged it: on_log. */
static void
on_state(void *user, const struct zv_client_status *status)
{
	struct zv_server *s = user;
	bool was_up = zv_server_is_up(s);

	s->state = status->state;
	s->since_ms = zv_clock_ms();
	zv_buf_clear(&s->why);
	if (status->text)
		zv_buf_add(&s->why, zvon_str(status->text));
	if (!zv_server_is_up(s))
		s->told_synced = s->told_complete = false;
	if (status->state == ZV_STATE_READY && !was_up)
		zv_server_check_rights(s);
	zv_hub_on_state(s->daemon->hub, s->number, status, s->since_ms);
	zv_historian_on_state(s->history, zv_server_is_up(s));
	zv_reconciler_on_state(s->records, zv_server_is_up(s));
	zv_daemon_touch(s->daemon);
}

/* An incomplete list is the best that is known: it counts once after each login, and again
 * when a complete one has come. */
static void
on_synced(void *user, bool complete)
{
	struct zv_server *s = user;
	bool news = !s->told_synced || (complete && !s->told_complete);

	s->told_synced = true;
	s->told_complete |= complete;
	zv_historian_on_synced(s->history, complete);
	if (complete)
		zv_reconciler_on_synced(s->records);
	if (news)
		zv_hub_on_synced(s->daemon->hub, s->number, zv_clock_ms());
}

static void
on_log(void *user, enum zv_log_level level, const char *area, const char *text)
{
	struct zv_server *s = user;

	zv_log(s->daemon->log, level, area, "%s server=%.*s", text,
	       ZV_ARG(s->config->hub.name));
}

/* ---- life ------------------------------------------------------------------------------- */

static struct zv_calls *
new_calls(struct zv_server *s)
{
	const struct zv_calls_options options = {
		.server = s->config->hub.name,
		.trunks = s->config->trunks,
		.n_trunks = s->config->n_trunks,
		.lines = s->config->lines,
		.n_lines = s->config->n_lines,
		.on_event = on_call_event,
		.context = s,
	};

	return zvon_calls_new(&options);
}

static struct zv_client *
new_client(struct zv_server *s, struct zv_error *err)
{
	const struct zv_config_server *c = s->config;
	const struct zv_client_options options = {
		.url = s->standin ? zv_standin_url(s->standin) : c->url,
		.secret = s->standin ? zv_standin_secret(s->standin) : c->secret,
		.ca_file = c->ca_file,
		.pin = c->pin,
		.insecure = c->insecure,
	};
	const struct zv_client_handlers handlers = {
		.on_event = on_event,
		.on_state = on_state,
		.on_calls_synced = on_synced,
		.on_log = on_log,
		.log_level = s->daemon->log->level,
	};

	return zvon_client_new(&options, &handlers, s, err);
}

static int
add_to_hub(struct zv_server *s, struct zv_error *err)
{
	struct zv_hub_server server = s->config->hub;
	int rc;

	server.calls = s->calls;
	rc = zv_hub_add_server(s->daemon->hub, &server);
	if (rc < 0)
		return zv_fail(err, rc, "server %.*s: %s", ZV_ARG(server.name),
			       rc == ZV_EBUSY ? "there are two of that name"
					      : "out of memory");
	s->number = (size_t)rc;
	return 0;
}

static int
begin(struct zv_server *s, struct zv_error *err)
{
	struct zv_loop *loop = s->daemon->loop;
	int rc;

	if (!s->config->url) {
		s->standin = zv_standin_open(loop, s->config, err);
		if (!s->standin)
			return ZV_EIO;
	}
	s->timer = zv_timer_new(loop, process, s);
	s->watch = zv_watch_new(loop, process, s);
	s->calls = new_calls(s);
	if (!s->timer || !s->watch || !s->calls)
		return zv_fail_nomem(err);
	s->history = zv_historian_add_server(s->daemon->historian, s->config->hub.name,
					     s->calls);
	if (s->daemon->historian && !s->history)
		return zv_fail_nomem(err);
	s->records = zv_reconciler_new(s->daemon, s->settings, s->config);
	s->client = new_client(s, err);
	if (!s->client)
		return ZV_EINVAL;
	rc = add_to_hub(s, err);
	if (rc < 0)
		return rc;
	rc = zvon_client_follow_calls(s->client, s->calls);
	if (rc == 0)
		rc = zvon_client_open(s->client, err);
	if (rc < 0)
		zv_hub_remove_server(s->daemon->hub, s->number, zv_clock_ms());
	return rc;
}

static void
free_server(struct zv_server *s)
{
	zv_timer_free(s->timer);
	zv_watch_free(s->watch);
	zvon_calls_free(s->calls);
	zv_standin_close(s->standin);
	zv_buf_deinit(&s->why);
	zv_settings_unref(s->settings);
	zv_free(s);
}

struct zv_server *
zv_server_open(struct zv_daemon *d, struct zv_settings *settings,
	       const struct zv_config_server *config, struct zv_error *err)
{
	struct zv_server *s = zv_calloc(1, sizeof *s);

	if (!s) {
		zv_fail_nomem(err);
		return NULL;
	}
	s->daemon = d;
	s->settings = zv_settings_ref(settings);
	s->config = config;
	if (begin(s, err) < 0) {
		zvon_client_free(s->client);
		zv_historian_remove_server(s->history, false);
		zv_reconciler_free(s->records);
		free_server(s);
		return NULL;
	}
	zv_list_append(&d->servers, &s->node);
	process_soon(s);
	return s;
}

static bool
is_configured(const struct zv_config *c, struct zv_str name)
{
	for (size_t i = 0; i < c->n_servers; i++)
		if (zvon_str_equal(c->servers[i].hub.name, name))
			return true;
	return false;
}

/* Its calls go on where they are; in the history they end only if nobody will look for them
 * there again. */
static void
leave_history(struct zv_server *s)
{
	bool is_gone = !s->daemon->stopping &&
		       !is_configured(zv_daemon_config(s->daemon), s->config->hub.name);

	zv_historian_remove_server(s->history, is_gone);
	s->history = NULL;
}

void
zv_server_close(struct zv_server *s)
{
	zv_list_remove(&s->node);
	zv_watch_set(s->watch, NULL, 0);
	zvon_client_close(s->client);
	zvon_client_free(s->client);
	zv_reconciler_free(s->records);
	s->records = NULL;
	leave_history(s);
	zvon_calls_end_all(s->calls, ZV_STR("lost"), zv_clock_ms(), zv_clock_unix_us());
	zv_hub_remove_server(s->daemon->hub, s->number, zv_clock_ms());
	free_server(s);
}

/* ---- a new configuration ------------------------------------------------------------------ */

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static bool
same_list(const struct zv_str *a, size_t n_a, const struct zv_str *b, size_t n_b)
{
	if (n_a != n_b)
		return false;
	for (size_t i = 0; i < n_a; i++)
		if (!zvon_str_equal(a[i], b[i]))
			return false;
	return true;
}

static bool
same_records(const struct zv_config_cdr *a, const struct zv_config_cdr *b)
{
	return same_text(a->url, b->url) && same_text(a->cel, b->cel) &&
	       same_text(a->preset, b->preset) && same_text(a->table, b->table) &&
	       same_text(a->timezone, b->timezone) && same_text(a->secret, b->secret) &&
	       a->settle_s == b->settle_s && a->at_minute == b->at_minute &&
	       same_list(a->columns, a->n_columns, b->columns, b->n_columns);
}

static bool
same_connection(const struct zv_config_server *a, const struct zv_config_server *b)
{
	return same_text(a->url, b->url) && same_text(a->secret, b->secret) &&
	       same_text(a->ca_file, b->ca_file) && same_text(a->pin, b->pin) &&
	       a->insecure == b->insecure && a->demo == b->demo &&
	       same_text(a->replay, b->replay) && a->replay_loop == b->replay_loop &&
	       a->replay_speed == b->replay_speed &&
	       same_list(a->trunks, a->n_trunks, b->trunks, b->n_trunks) &&
	       same_list(a->lines, a->n_lines, b->lines, b->n_lines);
}

/* They are read on a connection of their own: that of the PBX stays. */
static void
change_records(struct zv_server *s, struct zv_settings *settings,
	       const struct zv_config_server *config)
{
	if (same_records(&s->config->cdr, &config->cdr))
		return;
	zv_reconciler_free(s->records);
	s->records = zv_reconciler_new(s->daemon, settings, config);
	if (s->told_complete)
		zv_reconciler_on_synced(s->records);
}

int
zv_server_change(struct zv_server *s, struct zv_settings *settings,
		 const struct zv_config_server *config)
{
	struct zv_hub_server server = config->hub;

	server.calls = s->calls;
	if (!same_connection(s->config, config) ||
	    zv_hub_change_server(s->daemon->hub, s->number, &server) < 0)
		return 0;
	change_records(s, settings, config);
	zv_settings_ref(settings);
	zv_settings_unref(s->settings);
	s->settings = settings;
	s->config = config;
	return 1;
}

/* ---- what the hub wants done ---------------------------------------------------------------- */

/* An action on its way, and whose it is. */
struct errand {
	struct zv_daemon *daemon;
	uint64_t ticket;
};

static void
on_reply(void *user, enum zv_reply_part part, int status,
	 const struct zv_packet *packet)
{
	struct errand *e = user;

	zv_hub_on_reply(e->daemon->hub, e->ticket, part, status, packet, zv_clock_ms());
	zv_daemon_touch(e->daemon);
	if (part == ZV_REPLY_DONE)
		zv_free(e);
}

static struct zv_server *
find(struct zv_daemon *d, size_t number)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->servers, node, next)
	{
		struct zv_server *s = ZV_OWNER(node, struct zv_server, node);

		if (s->number == number)
			return s;
	}
	return NULL;
}

int
zv_server_send(struct zv_daemon *d, size_t number, const struct zv_request *request,
	       int timeout_ms, uint64_t ticket, struct zv_error *err)
{
	struct zv_server *s = find(d, number);
	struct errand *e;
	int rc;

	if (!s || !zv_server_is_up(s))
		return zv_fail(err, ZV_ECLOSED, "the server is not connected");
	e = zv_calloc(1, sizeof *e);
	if (!e)
		return zv_fail_nomem(err);
	e->daemon = d;
	e->ticket = ticket;
	rc = zvon_client_send(s->client, request, timeout_ms, on_reply, e, err);
	if (rc < 0)
		zv_free(e);
	else
		process_soon(s);
	return rc;
}

bool
zv_server_is_up(const struct zv_server *s)
{
	return s->state == ZV_STATE_READY || s->state == ZV_STATE_BOOTING;
}
