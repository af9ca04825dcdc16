/* listen.h - inbound TCP, plain or TLS: connections that are accepted, read, written with a
 * bound, and dropped when they do not read, or do not say who they are. On the loop of
 * io/loop.h; one thread. SIGPIPE should be ignored in the process. */
#ifndef ZV_IO_LISTEN_H
#define ZV_IO_LISTEN_H

#include <stdint.h>

#include "io/loop.h"
#include "io/tls.h"
#include "zvon/error.h"
#include "zvon/str.h"

/* ---- listening --------------------------------------------------------------- */

struct zv_listener;
struct zv_conn;

#define ZV_REMOTE_TEXT 64 /* "127.0.0.1/40123" with the NUL */

#define ZV_LISTEN_MAX_CONNECTIONS  10000
#define ZV_LISTEN_MAX_UNPROVED	   512
#define ZV_LISTEN_MAX_QUEUE_BYTES  (16u * 1024 * 1024)
#define ZV_LISTEN_WRITE_TIMEOUT_MS 15000
/* What a peer does not read waits with us, where it is counted and limited: the system
 * would take up to 4 MB for each (net.ipv4.tcp_wmem). */
#define ZV_LISTEN_MAX_UNSENT_BYTES (128u * 1024)
#define ZV_LISTEN_TLS_TIMEOUT_MS   10000

/* 0: the default. */
struct zv_listen_options {
	const char *address;	/* IPv4 or IPv6, not a name */
	int port;		/* 0: any that is free */
	int activated_fd;	/* > 0: that socket, which listens already; taken when
				 * it can be used */
	struct zv_tls *tls;	/* NULL: plain. Borrowed; may be changed by
				 * zv_listener_set_tls: connections keep theirs */
	size_t max_connections; /* further ones are closed at once */
	size_t max_unproved;	/* of them not zv_conn_prove'd: the oldest of them goes
				 * when one more comes */
	size_t max_queue_bytes; /* not taken by the peer yet; more: ZV_ETOOBIG */
	int write_timeout_ms;	/* nothing taken for so long: ZV_ETIMEOUT */
	int tls_timeout_ms;	/* for the TLS handshake */
};

struct zv_listen_handlers {
	/* Returns the owner that the others are called with; NULL: close it again, after
	 * what was sent when zv_conn_close(c, true) was said. TLS: before the handshake;
	 * what is sent is kept until it is over. */
	void *(*on_accept)(void *user, struct zv_conn *c, const char *remote);
	void (*on_bytes)(void *owner, struct zv_str bytes);
	/* What had to wait has been taken by the system; may be NULL. */
	void (*on_sent)(void *owner);
	/* The time of zv_conn_set_deadline has come; may be NULL. Also while a close
	 * still flushes. */
	void (*on_deadline)(void *owner);
	/* The last call, once for each owner; c is gone. reason: 0 closed by us, ZV_ECLOSED
	 * by the peer, ZV_ETIMEOUT, ZV_ETOOBIG, ZV_EIO, ZV_ENOMEM, ZV_ETLS, ZV_EBUSY (made
	 * room for another: max_unproved). */
	void (*on_close)(void *owner, int reason);
};

/* Listens until it is closed, or the loop is freed. NULL: *err says why. Out of
 * descriptors: accepting pauses, and goes on when there is room (a descriptor is held in
 * reserve, so that the one who waits is told by a close). */
struct zv_listener *zv_listen_open(struct zv_loop *l,
				   const struct zv_listen_options *options,
				   const struct zv_listen_handlers *handlers,
				   void *user, struct zv_error *err);
/* Accepts no more; what was accepted stays. It goes with its last connection and is not
 * touched after this call. */
void zv_listen_stop(struct zv_listener *l);
int zv_listen_port(const struct zv_listener *l);
void zv_listener_set_tls(struct zv_listener *l, struct zv_tls *tls);

struct zv_listen_counters {
	uint64_t accepted, refused, tls_failures, displaced;
	size_t open, unproved;
};
void zv_listen_count(const struct zv_listener *l, struct zv_listen_counters *out);

/* ---- connections ------------------------------------------------------------- */

/* Takes a copy of what cannot be written at once. 0, or < 0: the connection is closing
 * and on_close comes (not inside this call). */
int zv_conn_send(struct zv_conn *c, struct zv_str bytes);

/* Bytes that the peer has not taken. */
size_t zv_conn_queued(const struct zv_conn *c);

/* Closes when everything is sent (then reads on for a moment, without an owner, so that the
 * peer is not reset before it has read the last words), or at once what was not; also to
 * cut short a flush. on_close comes later, not inside this call. No more on_bytes. */
void zv_conn_close(struct zv_conn *c, bool flush);

/* It has said who it is: it is not dropped for others any more. */
void zv_conn_prove(struct zv_conn *c);
/* One deadline; INT64_MAX: none. Cheap to move. */
void zv_conn_set_deadline(struct zv_conn *c, int64_t at_ms);
/* Reads no more until switched on again. */
void zv_conn_read(struct zv_conn *c, bool on);

/* "127.0.0.1/40123"; its address as 16 bytes (IPv4 mapped); is it encrypted? */
const char *zv_conn_remote(const struct zv_conn *c);
void zv_conn_address(const struct zv_conn *c, unsigned char out[16]);
bool zv_conn_is_tls(const struct zv_conn *c);

#endif
