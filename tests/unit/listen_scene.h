/* listen_scene.h - a listener and clients that are sockets of this very thread; the loop's
 * timer moves the scene on. */
#ifndef UNIT_LISTEN_SCENE_H
#define UNIT_LISTEN_SCENE_H

#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "helper.h"
#include "io/clock.h"
#include "io/listen.h"

struct scene {
	struct zv_loop *loop;
	struct zv_timer *timer;
	struct zv_wake *wake;
	struct zv_listener *listener;
	bool (*step)(struct scene *s); /* true: over */
	int64_t begun_ms;
	int client;
	struct zv_conn *conn; /* the last accepted; NULL: gone */
	int accepted, closed, sent, woken, deadlines;
	int reason; /* of the last on_close */
	int reasons[8];
	int port;
	bool echo, refuse;
	const char *greeting; /* sent at once, and the connection closed */
	struct zv_buf got;    /* by the server */
	size_t received;      /* by the client */
	bool end;	      /* … the end of the stream too */
	bool ordered;	      /* bytes came as sent: 0, 1 … 250, 0 … */
	void *user;
};

/* address and port are set when they are not. */
void scene_new(struct scene *s, struct zv_listen_options options);
void scene_free(struct scene *s);

/* Connects s->client unless it is, then runs until step says true. */
void play(struct scene *s, bool (*step)(struct scene *s));
/* … with no client of its own. */
void play_on(struct scene *s, bool (*step)(struct scene *s));

int connect_to(int port); /* non-blocking from then on */
void connect_fd(int fd, int port);

/* What has come to the client; it must be the next bytes of the pattern. */
void receive(struct scene *s, size_t most);
char *pattern(size_t n); /* free it */

struct zv_listen_counters count(const struct scene *s);

extern const struct zv_listen_handlers scene_handlers;

#endif
