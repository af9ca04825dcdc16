/* socket.h - the WebSocket phase of a connection: frames to texts for the hub's session,
 * its messages to frames; ping and pong, and the end. */
#ifndef ZV_ZVOND_SOCKET_H
#define ZV_ZVOND_SOCKET_H

#include "zvond/exchange.h"

#define ZV_PINGS_A_SECOND 10   /* of the client; more: 1008 */
#define ZV_CLOSE_WAIT_MS  2000 /* for the client's close frame */

/* upgrade.c: an upgrade is asked for: answers 101 and begins, or refuses. */
void zv_upgrade_request(struct zv_exchange *x);

struct zv_socket_options {
	enum zv_dialect_kind dialect;
	bool deflate;
	const struct zv_user *user; /* NULL: the first message must say who it is */
	int refuse_code;	    /* not 0: it is closed at once with that code … */
	const char *refuse_why;	    /* … and reason */
};

/* After the 101 was sent. < 0: no memory, the connection is closed. */
int zv_socket_begin(struct zv_front *f, const struct zv_socket_options *options);
void zv_socket_free(struct zv_socket *s); /* NULL is fine */

void zv_socket_input(struct zv_socket *s, struct zv_str bytes);
void zv_socket_on_deadline(struct zv_socket *s);
/* What the session has to say goes out, as far as the client reads. */
void zv_socket_flush(struct zv_socket *s);
/* Close frame, then the end. */
void zv_socket_close(struct zv_socket *s, int code, struct zv_str reason);

#endif
