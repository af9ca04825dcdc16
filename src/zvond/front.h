/* front.h - one connection of a client: first HTTP, then perhaps a WebSocket or a stream
 * of events. */
#ifndef ZV_ZVOND_FRONT_H
#define ZV_ZVOND_FRONT_H

#include "zvond/daemon_impl.h"

struct zv_talk;
struct zv_socket;
struct zv_front;

/* One listener, and those who came through it. It stays until the last of them is gone,
 * also when a reload has taken it away. */
struct zv_gate {
	struct zv_node node; /* in daemon->gates */
	struct zv_daemon *daemon;
	struct zv_settings *settings; /* that config is in */
	const struct zv_config_listen *config;
	struct zv_listener *listener; /* NULL: it has been closed */
	struct zv_tls *tls;
	struct zv_node fronts;
};

/* Small: there are thousands. What only one phase needs is made when it begins. */
struct zv_front {
	struct zv_node node;  /* in gate->fronts */
	struct zv_node ready; /* in daemon->ready, or zeroed */
	struct zv_gate *gate;
	struct zv_conn *conn;
	struct zv_talk *talk;	    /* HTTP; NULL after an upgrade */
	struct zv_socket *socket;   /* WebSocket */
	struct zv_session *session; /* of the hub; also of a stream */
	bool closing;
};

/* The round's end: answers what has waited, sends what the session has. */
void zv_front_work(struct zv_front *f);
/* To be done at the end of this round. */
void zv_front_soon(struct zv_front *f);
/* The daemon stops: WebSockets have had their goodbye, the others are closed when they
 * have nothing to wait for. */
void zv_front_stop(struct zv_front *f);
/* Closes; what was sent leaves first, if `flush`. */
void zv_front_close(struct zv_front *f, bool flush);
int zv_front_send(struct zv_front *f, struct zv_str bytes);

static inline struct zv_daemon *
zv_front_daemon(const struct zv_front *f)
{
	return f->gate->daemon;
}

/* The hub's `on_ready`. */
void zv_front_on_ready(void *daemon, struct zv_session *session);

#endif
