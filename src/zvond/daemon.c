#include "zvond/daemon.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>

#include "base/err.h"
#include "base/mem.h"
#include "io/clock.h"
#include "term/reason.h"
#include "ws/deflate.h"
#include "zvond/auth.h"
#include "zvond/daemon_impl.h"
#include "zvond/gate.h"
#include "zvond/historian.h"
#include "zvond/log.h"
#include "zvond/notify.h"
#include "zvond/numbering.h"
#include "zvond/polls.h"
#include "zvond/reconcile.h"
#include "zvond/recordings.h"
#include "zvond/server.h"

#define SECOND_MS     1000
#define LAG_WARN_MS   100
#define TRIM_EVERY_MS 2000

/* ---- the configuration -------------------------------------------------------------------------- */

struct zv_settings *
zv_settings_new(struct zv_config *config)
{
	struct zv_settings *s = zv_calloc(1, sizeof *s);

	if (s)
		*s = (struct zv_settings){ 1, config };
	return s;
}

struct zv_settings *
zv_settings_ref(struct zv_settings *s)
{
	s->refs++;
	return s;
}

void
zv_settings_unref(struct zv_settings *s)
{
	if (!s || --s->refs)
		return;
	zv_config_free(s->config);
	zv_free(s);
}

/* ---- the end of a round ---------------------------------------------------------------------------- */

/* Among thousands the next one's memory is never in the processor's cache: it is fetched
 * while this one is written to. */
static void
look_ahead(const struct zv_front *f)
{
	__builtin_prefetch(f->conn);
	__builtin_prefetch((const char *)f->conn + 64);
	if (!f->session)
		return;
	__builtin_prefetch(f->session);
	__builtin_prefetch((const char *)f->session + 64);
	__builtin_prefetch(f->socket);
}

/* What is to be done for connections, each once; what comes meanwhile is for the next. */
static void
work_off(struct zv_daemon *d)
{
	int64_t began_ns = zv_clock_ns();
	struct zv_node now, *node;

	if (zv_list_is_empty(&d->ready))
		return;
	now = d->ready;
	now.next->prev = now.prev->next = &now;
	zv_list_init(&d->ready);
	while ((node = zv_list_first(&now))) {
		zv_list_remove(node);
		if (!zv_list_is_empty(&now))
			look_ahead(ZV_OWNER(now.next, struct zv_front, ready));
		zv_front_work(ZV_OWNER(node, struct zv_front, ready));
	}
	d->sent_ns = zv_clock_ns();
	d->sending_ns = d->sent_ns - began_ns;
	zv_delay_end(&d->delay, zv_hub_last_seq(d->hub), d->sent_ns);
}

/* Messages go out at once; under load they are gathered for gather_ms, so that a client
 * gets one send for many. Load is when sending takes as long as gathering: what comes
 * meanwhile is gathered anyway, and to wait while there is time would only be late. */
static bool
is_to_gather(struct zv_daemon *d)
{
	int64_t gather_ns = (int64_t)zv_daemon_config(d)->gather_ms * 1000000;

	return gather_ns > 0 && d->sending_ns >= gather_ns &&
	       zv_clock_ns() - d->sent_ns < gather_ns;
}

static void
on_gathered(void *owner)
{
	struct zv_daemon *d = owner;

	work_off(d);
	zv_daemon_touch(d);
}

static void
on_round_end(void *owner)
{
	struct zv_daemon *d = owner;

	d->touched = false;
	if (zv_list_is_empty(&d->ready))
		zv_delay_forget(&d->delay);
	else if (is_to_gather(d))
		zv_timer_set(d->gather, zv_clock_ms() + zv_daemon_config(d)->gather_ms);
	else
		work_off(d);
	zv_polls_look(d);
	zv_timer_set(d->hub_timer, zv_hub_deadline(d->hub));
}

void
zv_daemon_touch(struct zv_daemon *d)
{
	if (d->touched)
		return;
	d->touched = true;
	zv_loop_at_end(d->loop, on_round_end, d);
}

static void
on_hub_time(void *owner)
{
	struct zv_daemon *d = owner;

	zv_hub_tick(d->hub, zv_clock_ms());
	zv_daemon_touch(d);
}

/* ---- each second ------------------------------------------------------------------------------------ */

static void
note_lag(struct zv_daemon *d, int64_t now)
{
	int64_t lag = now - d->second_ms;

	d->metrics.lag_ms = lag > 0 ? lag : 0;
	if (d->metrics.lag_ms > d->metrics.lag_most_ms)
		d->metrics.lag_most_ms = d->metrics.lag_ms;
	if (lag > LAG_WARN_MS)
		zv_log(d->log, ZV_LOG_WARN, "daemon", "the loop was late lag_ms=%lld",
		       (long long)lag);
}

/* After a crowd has gone: by itself the C library keeps all below the last block that is
 * still in use. */
static void
give_memory_back(struct zv_daemon *d, int64_t now)
{
	if (!d->gone || now < d->trimmed_ms + TRIM_EVERY_MS)
		return;
#ifdef __GLIBC__
	malloc_trim(0);
#endif
	d->gone = 0;
	d->trimmed_ms = now;
}

static void
compare_records(struct zv_daemon *d, int64_t now)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->servers, node, next)
	zv_reconciler_each_second(ZV_OWNER(node, struct zv_server, node)->records, now);
}

static void
on_second(void *owner)
{
	struct zv_daemon *d = owner;
	int64_t now = zv_clock_ms();

	note_lag(d, now);
	d->second_ms = now + SECOND_MS;
	zv_timer_set(d->second, d->second_ms);
	zv_saved_each_second(d, now);
	zv_historian_each_second(d->historian, now);
	compare_records(d, now);
	give_memory_back(d, now);
	zv_logger_tick(d->log, now);
}

/* As often as WatchdogSec= wants it: only a loop that turns can say that it does. */
static void
on_beat(void *owner)
{
	struct zv_daemon *d = owner;

	if (!zv_notify_watchdog_ms())
		return;
	zv_notify_watchdog();
	zv_timer_set(d->beat, zv_clock_ms() + zv_notify_watchdog_ms());
}

/* ---- the hub ------------------------------------------------------------------------------------------ */

static int
hub_send(void *context, size_t server, const struct zv_request *request, int timeout_ms,
	 uint64_t ticket, struct zv_error *err)
{
	return zv_server_send(context, server, request, timeout_ms, ticket, err);
}

static uint64_t
hub_random(void *context)
{
	return zv_random();
}

static int
make_hub(struct zv_daemon *d, struct zv_error *err)
{
	const struct zv_config *c = zv_daemon_config(d);
	const struct zv_hub_options options = {
		.limits = c->limits,
		.hooks = { zv_front_on_ready, hub_send, hub_random },
		.context = d,
		.log = d->log,
		.stream = zv_numbering_stream(d->numbering),
		.first_seq = zv_numbering_first(d->numbering),
		.version = ZV_STR(ZVON_PROJECT_VERSION),
		.letters_in_numbers = c->letters_in_numbers,
	};

	d->hub = zv_hub_new(&options);
	return d->hub ? 0 : zv_fail_nomem(err);
}

/* ---- signals --------------------------------------------------------------------------------------------- */

static void
on_signal(void *owner, int number)
{
	struct zv_daemon *d = owner;

	if (number == SIGHUP)
		zv_daemon_reload(d);
	else
		zv_daemon_stop(d);
}

static int
listen_to_signals(struct zv_daemon *d, struct zv_error *err)
{
	static const int numbers[] = { SIGTERM, SIGINT, SIGHUP };

	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
		if (zv_loop_on_signal(d->loop, numbers[i], on_signal, d) < 0)
			return zv_fail(err, ZV_EIO, "cannot listen to signals");
	return 0;
}

/* ---- the beginning ------------------------------------------------------------------------------------------ */

static int
make_machines(struct zv_daemon *d, struct zv_error *err)
{
	d->loop = zv_loop_new(err);
	if (!d->loop)
		return ZV_EIO;
	d->worker = zv_worker_new(d->loop, ZV_AUTH_AT_ONCE, ZV_AUTH_QUEUE, err);
	d->clerk = zv_worker_new(d->loop, 1, 8, err);
	d->gather = zv_timer_new(d->loop, on_gathered, d);
	d->hub_timer = zv_timer_new(d->loop, on_hub_time, d);
	d->beat = zv_timer_new(d->loop, on_beat, d);
	d->second = zv_timer_new(d->loop, on_second, d);
	d->stop_timer = zv_timer_new(d->loop, zv_daemon_on_stop_time, d);
	if (!d->worker || !d->clerk || !d->gather || !d->hub_timer || !d->beat ||
	    !d->second || !d->stop_timer)
		return zv_fail_nomem(err);
	return listen_to_signals(d, err);
}

static int
open_servers(struct zv_daemon *d, struct zv_error *err)
{
	const struct zv_config *c = zv_daemon_config(d);

	for (size_t i = 0; i < c->n_servers; i++)
		if (!zv_server_open(d, d->settings, &c->servers[i], err))
			return ZV_EINVAL;
	return 0;
}

static int
open_gates(struct zv_daemon *d, struct zv_error *err)
{
	const struct zv_config *c = zv_daemon_config(d);

	for (size_t i = 0; i < c->n_listens; i++)
		if (!zv_gate_open(d, d->settings, &c->listens[i], err))
			return ZV_EIO;
	return 0;
}

static int
begin(struct zv_daemon *d, struct zv_error *err)
{
	int rc = zv_saved_open(d, err);

	if (rc == 0)
		rc = make_machines(d, err);
	if (rc == 0)
		rc = make_hub(d, err);
	if (rc == 0 && !(d->auth = zv_auth_new(d, err)))
		rc = ZV_ENOMEM;
	if (rc == 0)
		rc = zv_saved_load(d);
	if (rc == 0 && zv_daemon_set_users(d, d->settings) < 0)
		rc = zv_fail_nomem(err);
	if (rc == 0)
		rc = zv_historian_new(d, &d->historian, err);
	if (rc == 0 && !(d->recordings = zv_recordings_new(d, err)))
		rc = ZV_ENOMEM;
	if (rc == 0)
		rc = open_servers(d, err);
	zv_historian_begin(rc == 0 ? d->historian : NULL);
	if (rc == 0)
		rc = open_gates(d, err);
	return rc;
}

static void
say_gates(struct zv_daemon *d)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->gates, node, next)
	{
		struct zv_gate *gate = ZV_OWNER(node, struct zv_gate, node);
		struct zv_buf url = { 0 };

		zv_gate_write_url(gate, &url);
		printf("zvond: listening on %s (%s)\n", zv_buf_cstr(&url),
		       gate->config->name);
		zv_buf_deinit(&url);
	}
	fflush(stdout);
}

/* ---- the end --------------------------------------------------------------------------------------------------- */

static void
close_servers(struct zv_daemon *d)
{
	struct zv_node *node;

	while ((node = zv_list_first(&d->servers)))
		zv_server_close(ZV_OWNER(node, struct zv_server, node));
}

static void
close_gates(struct zv_daemon *d)
{
	struct zv_node *node, *next;

	ZV_EACH(&d->gates, node, next)
	zv_gate_close(ZV_OWNER(node, struct zv_gate, node));
}

/* The loop gives the signals their old meaning back; the orderly end goes on all the same. */
static void
forget_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, NULL);
}

/* Threads first: they work for the others. Nothing is asked for at the end of a round any
 * more. */
static void
end(struct zv_daemon *d, bool was_running)
{
	d->touched = d->stopping = true;
	zv_worker_free(d->worker);
	zv_worker_free(d->clerk);
	if (was_running)
		zv_saved_at_end(d, zv_clock_ms());
	close_gates(d);
	if (d->hub)
		close_servers(d);
	zv_recordings_stop(d->recordings);
	zv_reconcilers_end(d);
	zv_historian_free(d->historian);
	zv_auth_free(d->auth);
	if (d->loop)
		zv_loop_not_at_end(d->loop, d);
	zv_timer_free(d->gather);
	zv_timer_free(d->hub_timer);
	zv_timer_free(d->beat);
	zv_timer_free(d->second);
	zv_timer_free(d->stop_timer);
	forget_signals();
	zv_loop_free(d->loop);
	zv_recordings_free(d->recordings);
	zv_hub_free(d->hub);
	zv_ws_deflate_forget();
	zv_saved_close(d);
	zv_buf_deinit(&d->scratch);
	zv_free(d->users);
	zv_settings_unref(d->settings);
	zv_free(d);
}

int
zv_daemon_run(struct zv_config *config, struct zv_log *log)
{
	struct zv_daemon *d = zv_calloc(1, sizeof *d);
	struct zv_error err = { 0 };
	char why[ZV_REASON_MAX];
	int rc;

	if (!d || !(d->settings = zv_settings_new(config))) {
		zv_log(log, ZV_LOG_ERROR, "daemon", "out of memory");
		zv_config_free(config);
		zv_free(d);
		return 1;
	}
	d->log = log;
	d->lock = -1;
	zv_list_init(&d->gates);
	zv_list_init(&d->servers);
	zv_list_init(&d->leaving);
	zv_list_init(&d->ready);
	zv_list_init(&d->waiting);
	zv_list_init(&d->questions);
	d->started_ms = zv_clock_ms();
	d->started_unix_s = zv_clock_unix_us() / 1000000;
	rc = begin(d, &err);
	if (rc < 0) {
		zv_log(log, ZV_LOG_ERROR, "daemon", "%s", zv_reason(err.text, why));
	} else {
		say_gates(d);
		zv_notify_ready();
		d->second_ms = zv_clock_ms() + SECOND_MS;
		zv_timer_set(d->second, d->second_ms);
		on_beat(d);
		zv_daemon_touch(d);
		zv_loop_run(d->loop);
	}
	end(d, rc == 0);
	return rc < 0 ? 1 : 0;
}
