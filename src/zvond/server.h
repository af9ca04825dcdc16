/* server.h - one Asterisk: a libzvon client in the daemon's loop, the calls of it, and
 * what the hub wants done there. */
#ifndef ZV_ZVOND_SERVER_H
#define ZV_ZVOND_SERVER_H

#include "zvond/daemon_impl.h"
#include "zvond/standin.h"

struct zv_server {
	struct zv_node node; /* in daemon->servers */
	struct zv_daemon *daemon;
	struct zv_settings *settings; /* that config is in */
	const struct zv_config_server *config;
	size_t number; /* of the hub */
	struct zv_client *client;
	struct zv_calls *calls;
	struct zv_historian_server *history; /* NULL: none is kept */
	struct zv_reconciler *records;	     /* NULL: there are none */
	struct zv_watch *watch;
	struct zv_timer *timer;
	struct zv_standin *standin; /* demo, replay: who answers */
	enum zv_client_state state;
	bool processing;
	bool told_synced, told_complete; /* since the login */
	struct zv_buf why;		 /* it is down */
	int64_t since_ms;		 /* it is in that state */
};

/* Adds it to the hub and begins to connect. NULL: *err says why. */
struct zv_server *zv_server_open(struct zv_daemon *d, struct zv_settings *settings,
				 const struct zv_config_server *config,
				 struct zv_error *err);
/* Logs off, ends its calls. */
void zv_server_close(struct zv_server *s);

/* A new configuration of it. 1: taken over; 0: it must be opened anew. */
int zv_server_change(struct zv_server *s, struct zv_settings *settings,
		     const struct zv_config_server *config);

/* The hub's `send`. */
int zv_server_send(struct zv_daemon *d, size_t number, const struct zv_request *request,
		   int timeout_ms, uint64_t ticket, struct zv_error *err);

bool zv_server_is_up(const struct zv_server *s);

/* rights.c: asks what the account may do there, and says in the log what is missing for
 * the commands that roles may use, and what is more than they need. */
void zv_server_check_rights(struct zv_server *s);

#endif
