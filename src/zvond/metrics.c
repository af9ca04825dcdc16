#include "zvond/metrics.h"

#include <stdio.h>
#include <unistd.h>

#include "io/clock.h"
#include "zvond/auth.h"
#include "zvond/gate.h"
#include "zvond/historian.h"
#include "zvond/log.h"
#include "zvond/reconcile.h"
#include "zvond/recordings.h"
#include "zvond/server.h"
#include "zvond/tokens.h"

/* ---- one line ---------------------------------------------------------------------------------------------- */

static void
head(struct zv_buf *out, const char *name, const char *type, const char *help)
{
	zv_buf_printf(out, "# HELP zvond_%s %s\n# TYPE zvond_%s %s\n", name, help, name,
		      type);
}

static void
one(struct zv_buf *out, const char *name, const char *type, const char *help,
    uint64_t value)
{
	head(out, name, type, help);
	zv_buf_printf(out, "zvond_%s %llu\n", name, (unsigned long long)value);
}

/* A label's value: what would end it early is written with a backslash. */
static void
add_label(struct zv_buf *out, struct zv_str text)
{
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"' || text.p[i] == '\\')
			zv_buf_add_char(out, '\\');
		if (text.p[i] == '\n')
			zv_buf_add(out, ZV_STR("\\n"));
		else
			zv_buf_add_char(out, text.p[i]);
	}
}

static void
labelled(struct zv_buf *out, const char *name, const char *label, struct zv_str text,
	 uint64_t value)
{
	zv_buf_printf(out, "zvond_%s{%s=\"", name, label);
	add_label(out, text);
	zv_buf_printf(out, "\"} %llu\n", (unsigned long long)value);
}

/* ---- the process --------------------------------------------------------------------------------------------- */

/* Pages that are in memory: the second number of that file (proc(5)). */
static uint64_t
resident_bytes(void)
{
	FILE *f = fopen("/proc/self/statm", "re");
	unsigned long long size = 0, resident = 0;

	if (!f)
		return 0;
	if (fscanf(f, "%llu %llu", &size, &resident) != 2)
		resident = 0;
	fclose(f);
	return resident * (uint64_t)sysconf(_SC_PAGESIZE);
}

static void
write_process(struct zv_daemon *d, struct zv_buf *out)
{
	struct zv_metrics *m = &d->metrics;

	one(out, "start_time_seconds", "gauge", "When it began, since 1970.",
	    (uint64_t)d->started_unix_s);
	one(out, "resident_bytes", "gauge", "Memory in use.", resident_bytes());
	head(out, "loop_lag_seconds", "gauge",
	     "How late the loop was in the last second, and at most since the last "
	     "look.");
	zv_buf_printf(out, "zvond_loop_lag_seconds %.3f\n", (double)m->lag_ms / 1000);
	head(out, "loop_lag_most_seconds", "gauge",
	     "The same at most, since the last "
	     "look.");
	zv_buf_printf(out, "zvond_loop_lag_most_seconds %.3f\n",
		      (double)m->lag_most_ms / 1000);
	m->lag_most_ms = 0;
	one(out, "log_suppressed_total", "counter", "Log lines left out for the rate.",
	    zv_logger_suppressed(d->log));
	one(out, "log_lost_total", "counter", "Log lines that could not be written.",
	    zv_logger_lost(d->log));
	one(out, "reloads_total", "counter", "Configurations taken over.", m->reloads);
	one(out, "reloads_failed_total", "counter", "Configurations refused.",
	    m->reloads_failed);
	one(out, "state_errors_total", "counter", "State that could not be written.",
	    m->state_errors);
}

/* ---- connections ------------------------------------------------------------------------------------------------ */

static void
each_gate(struct zv_daemon *d, struct zv_buf *out, const char *name, const char *type,
	  const char *help, uint64_t (*value)(const struct zv_listen_counters *c))
{
	struct zv_node *node, *next;

	head(out, name, type, help);
	ZV_EACH(&d->gates, node, next)
	{
		struct zv_gate *gate = ZV_OWNER(node, struct zv_gate, node);
		struct zv_listen_counters c;

		if (!gate->listener)
			continue;
		zv_listen_count(gate->listener, &c);
		labelled(out, name, "listen", zvon_str(gate->config->name), value(&c));
	}
}

static uint64_t
get_accepted(const struct zv_listen_counters *c)
{
	return c->accepted;
}

static uint64_t
get_refused(const struct zv_listen_counters *c)
{
	return c->refused;
}

static uint64_t
get_displaced(const struct zv_listen_counters *c)
{
	return c->displaced;
}

static uint64_t
get_tls_failures(const struct zv_listen_counters *c)
{
	return c->tls_failures;
}

static uint64_t
get_open(const struct zv_listen_counters *c)
{
	return c->open;
}

static uint64_t
get_unproved(const struct zv_listen_counters *c)
{
	return c->unproved;
}

static void
write_connections(struct zv_daemon *d, struct zv_buf *out)
{
	each_gate(d, out, "connections", "gauge", "Open connections.", get_open);
	each_gate(d, out, "connections_unproved", "gauge",
		  "Those that have not said who they are.", get_unproved);
	each_gate(d, out, "accepted_total", "counter", "Connections accepted.",
		  get_accepted);
	each_gate(d, out, "refused_total", "counter", "Connections refused: too many.",
		  get_refused);
	each_gate(d, out, "displaced_total", "counter",
		  "Connections that made room, not having said who they are.",
		  get_displaced);
	each_gate(d, out, "tls_failures_total", "counter",
		  "TLS handshakes that failed.", get_tls_failures);
}

static void
write_traffic(struct zv_daemon *d, struct zv_buf *out)
{
	const struct zv_metrics *m = &d->metrics;

	one(out, "http_requests_total", "counter", "HTTP requests.", m->requests);
	one(out, "http_answers_4xx_total", "counter", "Requests refused.",
	    m->answers_4xx);
	one(out, "http_answers_5xx_total", "counter", "Requests that failed here.",
	    m->answers_5xx);
	one(out, "websockets", "gauge", "WebSockets open.", m->websockets);
	one(out, "streams", "gauge", "Streams of Server-Sent Events open.", m->streams);
	one(out, "upgrades_total", "counter", "WebSockets begun.", m->upgrades);
	one(out, "upgrades_refused_total", "counter", "WebSockets refused.",
	    m->refused_upgrades);
	one(out, "frames_in_total", "counter", "WebSocket messages of clients.",
	    m->frames_in);
	one(out, "frames_bad_total", "counter",
	    "WebSockets closed for frames against the rules, or too many pings.",
	    m->frames_bad);
	one(out, "sends_total", "counter", "Writes to clients.", m->sends);
	one(out, "bytes_in_total", "counter", "Bytes of clients.", m->bytes_in);
	one(out, "bytes_out_total", "counter", "Bytes to clients.", m->bytes_out);
	one(out, "pings_lost_total", "counter", "Clients gone: no pong.",
	    m->pings_lost);
	one(out, "pongs_total", "counter", "Pings that were answered.", m->pongs);
	head(out, "ping_seconds_total", "counter",
	     "Their ways there and back, summed.");
	zv_buf_printf(out, "zvond_ping_seconds_total %.6f\n",
		      (double)m->pong_us / 1000000);
}

/* ---- users, hub ------------------------------------------------------------------------------------------------ */

static void
write_logins(struct zv_daemon *d, struct zv_buf *out)
{
	const struct zv_metrics *m = &d->metrics;

	one(out, "logins_total", "counter", "Passwords that were right.", m->logins);
	one(out, "logins_failed_total", "counter", "Passwords and tokens refused.",
	    m->logins_failed);
	one(out, "logins_delayed_total", "counter", "Logins slowed after failures.",
	    m->logins_delayed);
	one(out, "session_tokens", "gauge", "Session tokens given and not ended.",
	    zv_tokens_count(zv_auth_tokens(d->auth)));
}

static void
write_hub(struct zv_daemon *d, struct zv_buf *out)
{
	struct zv_hub_counters c;

	zv_hub_counters(d->hub, &c);
	one(out, "events_total", "counter", "Events numbered.", c.events);
	one(out, "deliveries_total", "counter", "Events put into queues of sessions.",
	    c.deliveries);
	one(out, "sessions", "gauge", "Sessions of users.", c.sessions);
	one(out, "users_online", "gauge", "Users with a session.", c.users_online);
	one(out, "commands_total", "counter", "Commands begun.", c.commands);
	one(out, "commands_refused_total", "counter", "Commands refused.", c.refused);
	one(out, "commands_failed_total", "counter",
	    "Commands that did not come to pass.", c.failed);
	one(out, "denied_dials_total", "counter", "Numbers that a role may not dial.",
	    c.denied_dials);
	one(out, "jobs", "gauge", "Commands on their way.", c.jobs);
	one(out, "resumed_total", "counter", "Sessions that resumed by number.",
	    c.resumed);
	one(out, "resyncs_total", "counter", "Resyncs sent.", c.resyncs);
	one(out, "slow_total", "counter", "Sessions closed because they did not read.",
	    c.slow);
	one(out, "bad_inputs_total", "counter", "Messages of clients that were none.",
	    c.bad_inputs);
	one(out, "ring_events", "gauge", "Events kept for those who come back.",
	    c.ring);
	one(out, "calls", "gauge", "Calls going on.", c.calls);
	one(out, "last_seq", "counter", "Number of the last event.",
	    zv_hub_last_seq(d->hub));
}

/* ---- history ---------------------------------------------------------------------------------------------------- */

static void
write_history(struct zv_daemon *d, struct zv_buf *out)
{
	struct zv_historian_counters c;

	if (!d->historian)
		return;
	zv_historian_count(d->historian, &c);
	one(out, "history_failing", "gauge", "Did the last writing fail?",
	    c.is_failing);
	one(out, "history_waiting", "gauge", "Calls that wait to be written.",
	    c.waiting);
	one(out, "history_waiting_bytes", "gauge", "Their bytes.", c.waiting_bytes);
	head(out, "history_late_seconds", "gauge",
	     "How long the oldest of them waits.");
	zv_buf_printf(out, "zvond_history_late_seconds %.3f\n",
		      (double)c.late_ms / 1000);
	one(out, "history_new_total", "counter", "Calls written that are over.",
	    c.new_calls);
	one(out, "history_changed_total", "counter",
	    "Calls written that go on, or that are over and told anew.", c.changed);
	one(out, "history_merged_total", "counter", "Calls that went on in another.",
	    c.merged);
	one(out, "history_lost_total", "counter",
	    "Calls whose end nobody saw, ended after a start.", c.lost);
	one(out, "history_failures_total", "counter",
	    "Writings that failed and were tried again.", c.failures);
	one(out, "history_refused_total", "counter",
	    "Tellings that were not written: too many waited.", c.refused);
	one(out, "history_bad_total", "counter", "Calls that the store did not take.",
	    c.bad);
	one(out, "history_deleted_total", "counter", "Calls deleted for their age.",
	    c.forgotten);
	one(out, "history_anonymised_total", "counter",
	    "Calls made nameless for their age.", c.anonymised);
	one(out, "history_asked_total", "counter", "Questions.", c.asked);
	one(out, "history_asked_failed_total", "counter",
	    "Questions without an answer: too many, too slow, no store.",
	    c.asked_failed);
}

/* ---- servers ------------------------------------------------------------------------------------------------------ */

static void
each_server(struct zv_daemon *d, struct zv_buf *out, const char *name, const char *type,
	    const char *help, uint64_t (*value)(struct zv_server *s))
{
	struct zv_node *node, *next;

	head(out, name, type, help);
	ZV_EACH(&d->servers, node, next)
	{
		struct zv_server *s = ZV_OWNER(node, struct zv_server, node);

		labelled(out, name, "server", s->config->hub.name, value(s));
	}
}

static uint64_t
get_up(struct zv_server *s)
{
	return zv_server_is_up(s);
}

static uint64_t
get_synced(struct zv_server *s)
{
	return s->told_synced;
}

#define CLIENT_COUNTER(name)                                                           \
 static uint64_t get_##name(struct zv_server *s)                                       \
 {                                                                                     \
  struct zv_client_counters c;                                                         \
  zvon_client_counters(s->client, &c);                                                 \
  return c.name;                                                                       \
 }
CLIENT_COUNTER(events)
CLIENT_COUNTER(responses)
CLIENT_COUNTER(orphans)
CLIENT_COUNTER(timeouts)
CLIENT_COUNTER(connects)
CLIENT_COUNTER(losses)
CLIENT_COUNTER(bytes_in)

static uint64_t
get_channels(struct zv_server *s)
{
	struct zv_calls_counters c;

	zvon_calls_counters(s->calls, &c);
	return c.channels;
}

static void
write_servers(struct zv_daemon *d, struct zv_buf *out)
{
	each_server(d, out, "server_up", "gauge", "Logged in?", get_up);
	each_server(d, out, "server_synced", "gauge",
		    "Is what is going on there known?", get_synced);
	each_server(d, out, "server_channels", "gauge", "Channels there.",
		    get_channels);
	each_server(d, out, "server_events_total", "counter", "Events of it.",
		    get_events);
	each_server(d, out, "server_bytes_total", "counter", "Bytes of it.",
		    get_bytes_in);
	each_server(d, out, "server_responses_total", "counter", "Answers of it.",
		    get_responses);
	each_server(d, out, "server_orphans_total", "counter",
		    "Answers nobody waited for.", get_orphans);
	each_server(d, out, "server_timeouts_total", "counter",
		    "Actions without an answer in time.", get_timeouts);
	each_server(d, out, "server_logins_total", "counter", "Logins that worked.",
		    get_connects);
	each_server(d, out, "server_losses_total", "counter", "Connections lost.",
		    get_losses);
}

/* ---- recordings ------------------------------------------------------------------------------------------------- */

static void
write_recordings(const struct zv_recordings *r, struct zv_buf *out)
{
	one(out, "recordings_given_total", "counter",
	    "Answers with a recording, or a part of one.", r->given);
	one(out, "recordings_bytes_total", "counter", "Bytes of recordings in them.",
	    r->given_bytes);
	one(out, "recordings_missed_total", "counter",
	    "Requests for recordings that are none, or of somebody else.", r->refused);
	one(out, "recordings_hung_total", "counter",
	    "Steps for which the file system took too long.", r->hung);
}

/* ---- records ---------------------------------------------------------------------------------------------------- */

#define RECORDS_COUNTER(name)                                                          \
 static uint64_t get_records_##name(struct zv_server *s)                               \
 {                                                                                     \
  struct zv_reconciler_counters c;                                                     \
  zv_reconciler_count(s->records, &c);                                                 \
  return c.name;                                                                       \
 }
RECORDS_COUNTER(runs)
RECORDS_COUNTER(failures)
RECORDS_COUNTER(rows)
RECORDS_COUNTER(added)
RECORDS_COUNTER(changed)
RECORDS_COUNTER(is_failing)

static void
write_records(struct zv_daemon *d, struct zv_buf *out)
{
	if (!d->historian)
		return;
	each_server(d, out, "records_failing", "gauge",
		    "Could its records not be read the last time?",
		    get_records_is_failing);
	each_server(d, out, "records_runs_total", "counter",
		    "Comparisons of its records with the history.", get_records_runs);
	each_server(d, out, "records_failures_total", "counter",
		    "Those that did not come to their end.", get_records_failures);
	each_server(d, out, "records_rows_total", "counter", "Rows read in them.",
		    get_records_rows);
	each_server(d, out, "records_added_total", "counter",
		    "Calls that only the records knew.", get_records_added);
	each_server(d, out, "records_changed_total", "counter",
		    "Calls to which the records added something.", get_records_changed);
}

void
zv_metrics_write(struct zv_daemon *d, struct zv_buf *out)
{
	write_process(d, out);
	write_connections(d, out);
	write_traffic(d, out);
	zv_delay_write(&d->delay, out);
	write_logins(d, out);
	write_hub(d, out);
	write_history(d, out);
	write_recordings(d->recordings, out);
	write_servers(d, out);
	write_records(d, out);
}
