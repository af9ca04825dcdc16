/* daemon_impl.h - inside of the daemon: what its parts share. */
#ifndef ZV_ZVOND_DAEMON_IMPL_H
#define ZV_ZVOND_DAEMON_IMPL_H

#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "hub/hub.h"
#include "io/listen.h"
#include "io/loop.h"
#include "zvond/config.h"
#include "zvond/delay.h"

struct zv_auth;
struct zv_historian;
struct zv_recordings;
struct zv_numbering;

#define ZV_RETRY_MS 1000 /* after a goodbye: come back then */
#define ZV_STOP_MS  2000 /* so long connections may take to end after SIGTERM */

/* A configuration and how many still look into it: gates and servers that a reload has
 * left behind keep theirs until their last connection is gone. */
struct zv_settings {
	unsigned refs;
	struct zv_config *config;
};

struct zv_settings *zv_settings_new(struct zv_config *config); /* takes it */
struct zv_settings *zv_settings_ref(struct zv_settings *s);
void zv_settings_unref(struct zv_settings *s); /* NULL is fine */

struct zv_metrics { /* what nobody else counts */
	uint64_t requests, answers_4xx, answers_5xx;
	uint64_t upgrades, refused_upgrades, pings_lost;
	uint64_t logins, logins_failed, logins_delayed;
	uint64_t frames_in, frames_bad, bytes_in, bytes_out;
	uint64_t sends;
	uint64_t reloads, reloads_failed, state_errors;
	uint64_t pongs, pong_us;     /* sum of the ways there and back */
	int64_t lag_ms, lag_most_ms; /* the loop came so late; since the last look */
	size_t websockets, streams;
};

struct zv_daemon {
	struct zv_settings *settings;
	struct zv_log *log;
	struct zv_loop *loop;
	struct zv_worker *worker; /* password hashes */
	struct zv_worker *clerk;  /* files */
	struct zv_hub *hub;
	struct zv_auth *auth;
	struct zv_historian *historian; /* NULL: no history is kept */
	struct zv_recordings *recordings;
	struct zv_node gates;	/* struct zv_gate */
	struct zv_node servers; /* struct zv_server */
	struct zv_node leaving; /* struct zv_reconciler: their threads still read */

	/* the end of a round */
	bool touched;
	struct zv_node ready;	  /* struct zv_front: something is to be done */
	struct zv_node waiting;	  /* struct zv_wait: long polls */
	struct zv_node questions; /* struct zv_history_task: to the history */
	struct zv_timer *gather;  /* frames that are collected go out */
	int64_t sent_ns;	  /* when frames went out last */
	int64_t sending_ns;	  /* how long that took */
	struct zv_buf scratch;	  /* frames of one client */
	struct zv_timer *hub_timer;
	struct zv_timer *beat;	 /* for systemd's watchdog */
	struct zv_timer *second; /* each second: lag, what is to be saved */
	int64_t second_ms;
	size_t gone; /* connections, since … */
	int64_t trimmed_ms;

	struct zv_numbering *numbering;
	char *folder; /* of what is kept; "": nothing */
	int lock;
	uint64_t tokens_saved; /* version of them that is on disk */
	bool writing_tokens;
	int64_t told_unwritten_ms;
	int64_t started_ms, started_unix_s;
	bool stopping;
	struct zv_timer *stop_timer;
	struct zv_user *users; /* those of the hub: configured ones, then panels */
	size_t n_users;
	struct zv_metrics metrics;
	struct zv_delay delay;
};

static inline const struct zv_config *
zv_daemon_config(const struct zv_daemon *d)
{
	return d->settings->config;
}

/* Something has happened: at the end of this round messages go out, time is set. */
void zv_daemon_touch(struct zv_daemon *d);

/* SIGTERM, SIGHUP. */
void zv_daemon_stop(struct zv_daemon *d);
void zv_daemon_on_stop_time(void *daemon);
void zv_daemon_reload(struct zv_daemon *d);
/* The last connection has gone while stopping. */
void zv_daemon_check_stopped(struct zv_daemon *d);

/* users.c: gives the users of that configuration, and one for the panels of each listener,
 * to the hub and to auth. 0 or ZV_ENOMEM: everything is as it was. */
int zv_daemon_set_users(struct zv_daemon *d, struct zv_settings *settings);
const struct zv_user *zv_daemon_panel_user(struct zv_daemon *d,
					   const struct zv_config_listen *listen);

/* saved.c: what is kept across restarts: the hub's numbers and ring, session tokens. */
int zv_saved_open(struct zv_daemon *d, struct zv_error *err);
int zv_saved_load(struct zv_daemon *d); /* hub and auth are there */
void zv_saved_each_second(struct zv_daemon *d, int64_t now_ms);
void zv_saved_at_end(struct zv_daemon *d, int64_t now_ms);
void zv_saved_close(struct zv_daemon *d);

#endif
