/* listen.h - inbound TCP on a loop of its own (libuv): connections that are accepted,
 * read, written with a bound, and dropped when they do not read.
 *
 * One thread: everything here is called on the thread that runs the loop, but
 * zv_listen_loop_wake. SIGPIPE should be ignored in the process. */
#ifndef ZV_IO_LISTEN_H
#define ZV_IO_LISTEN_H

#include <stdint.h>

#include "zvon/error.h"
#include "zvon/str.h"

/* ---- the loop ---------------------------------------------------------------- */

struct zv_listen_loop;

struct zv_listen_loop_handlers {
	void (*on_timer)(
		void *user); /* the time of zv_listen_loop_set_timer has come */
	void (*on_wake)(
		void *user); /* after zv_listen_loop_wake; several may become one */
};

/* NULL: *err says why. */
struct zv_listen_loop *zv_listen_loop_new(
	const struct zv_listen_loop_handlers *handlers, void *user,
	struct zv_error *err);

/* Closes what is still open (on_close is called) and frees. NULL is fine. */
void zv_listen_loop_free(struct zv_listen_loop *l);

/* Until zv_listen_loop_stop. */
void zv_listen_loop_run(struct zv_listen_loop *l);
void zv_listen_loop_stop(struct zv_listen_loop *l);

/* From any thread or a signal handler. */
void zv_listen_loop_wake(struct zv_listen_loop *l);

/* One timer: at_ms of zv_clock_ms(), also in the past (then soon); INT64_MAX: none. */
void zv_listen_loop_set_timer(struct zv_listen_loop *l, int64_t at_ms);

/* ---- listening --------------------------------------------------------------- */

struct zv_listener;
struct zv_conn;

#define ZV_REMOTE_TEXT 64 /* "127.0.0.1/40123" with the NUL */

struct zv_listen_options {
	const char *address;	/* IPv4 or IPv6, not a name */
	int port;		/* 0: any that is free */
	size_t max_connections; /* further ones are closed at once */
	size_t max_queue_bytes; /* not taken by the peer yet; more: ZV_ETOOBIG */
	int write_timeout_ms;	/* nothing taken for so long: ZV_ETIMEOUT */
};

struct zv_listen_handlers {
	/* Returns the owner that the others are called with; NULL: close it again. */
	void *(*on_accept)(void *user, struct zv_conn *c, const char *remote);
	void (*on_bytes)(void *owner, struct zv_str bytes);
	/* What had to wait has been taken by the system; may be NULL. */
	void (*on_sent)(void *owner);
	/* The last call, once for each owner; c is gone. reason: 0 closed by us, ZV_ECLOSED
	 * by the peer, ZV_ETIMEOUT, ZV_ETOOBIG, ZV_EIO, ZV_ENOMEM. */
	void (*on_close)(void *owner, int reason);
};

/* Listens until the loop is freed. NULL: *err says why. */
struct zv_listener *zv_listen_open(struct zv_listen_loop *l,
				   const struct zv_listen_options *options,
				   const struct zv_listen_handlers *handlers,
				   void *user, struct zv_error *err);
int zv_listen_port(const struct zv_listener *l);

/* ---- connections ------------------------------------------------------------- */

/* Takes a copy of what cannot be written at once. 0, or < 0: the connection is closing
 * and on_close comes (not inside this call). */
int zv_conn_send(struct zv_conn *c, struct zv_str bytes);

/* Bytes that the peer has not taken. */
size_t zv_conn_queued(const struct zv_conn *c);

/* Closes when everything is sent, or at once what was not. on_close comes later, not
 * inside this call. No more on_bytes. */
void zv_conn_close(struct zv_conn *c, bool flush);

#endif
