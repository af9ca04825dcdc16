/* listen_core.h - what listen.c (accepting) and conn.c (what was accepted) share. */
#ifndef ZV_IO_LISTEN_CORE_H
#define ZV_IO_LISTEN_CORE_H

#include <sys/socket.h>

#include "io/listen.h"
#include "io/loop_core.h"

struct zv_listener {
	struct zv_member member;
	struct zv_loop *loop;
	struct zv_ready ready;	 /* fd -1: stopped */
	struct zv_due retry;	 /* accepting pauses until then */
	struct zv_later freeing; /* stopped, and no connection is left */
	bool is_paused;
	int reserve_fd; /* given up to tell somebody that there are none left; -1: given */
	struct zv_listen_options options;
	struct zv_listen_handlers handlers;
	void *user;
	struct zv_node conns;
	struct zv_node unproved; /* the oldest first */
	size_t n_conns;		 /* with those that are closing */
	struct zv_listen_counters counters;
	int port;
};

/* Takes the fd. */
void zv_conn_begin(struct zv_listener *l, int fd, const struct sockaddr_storage *from);

/* Closes it now; on_close follows at the end of the round. */
void zv_conn_end(struct zv_conn *c, int reason);

/* … by its node in conns: the listener goes. */
void zv_conn_end_node(struct zv_node *node);

/* Room for one more is there: a descriptor was closed. */
void zv_listener_has_room(struct zv_listener *l);

/* A connection is gone. */
void zv_listener_lost(struct zv_listener *l);

#endif
