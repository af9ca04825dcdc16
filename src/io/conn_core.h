/* conn_core.h - one connection from inside: conn.c begins and ends it, conn_read.c and
 * conn_write.c move its bytes. */
#ifndef ZV_IO_CONN_CORE_H
#define ZV_IO_CONN_CORE_H

#include "base/buf.h"
#include "io/listen_core.h"
#include "io/tls_stream.h"

enum zv_conn_state {
	ZV_CONN_OPEN,
	ZV_CONN_FLUSHING, /* closes when everything is sent */
	ZV_CONN_LINGERING,
	ZV_CONN_ENDED, /* the descriptor is closed */
};

/* What writing looks at stands together, at first. */
struct zv_conn {
	struct zv_ready ready;
	struct zv_tls_stream *tls; /* NULL: plain */
	size_t gone;		   /* so many bytes are taken already … */
	struct zv_buf waiting;	   /* … of what the system has to take */
	struct zv_listener *listener;
	unsigned char state;
	bool is_paused; /* zv_conn_read */
	bool has_ended; /* nothing more comes from the peer */
	bool is_tls;
	int reason;

	struct zv_node node;	 /* in listener->conns */
	struct zv_node unproved; /* in listener->unproved, or in none */
	struct zv_later later;	 /* tells the owner of the end, frees */
	struct zv_due io_due;	 /* TLS handshake, writing, lingering */
	struct zv_due owner_due;
	void *owner;
	size_t unacked; /* by the peer, when its writing was last looked at */
	unsigned char address[16];
	char remote[ZV_REMOTE_TEXT];
};

static inline size_t
zv_conn_waiting(const struct zv_conn *c)
{
	return c->waiting.n - c->gone;
}

/* In the TLS handshake. */
static inline bool
zv_conn_is_shaking(const struct zv_conn *c)
{
	return c->tls && !zv_tls_stream_is_up(c->tls);
}

/* conn.c */
void zv_conn_set_io_due(struct zv_conn *c, int64_t at_ms);
void zv_conn_set_io_due_in(struct zv_conn *c, int ms);
/* What we wait for follows from the state. */
void zv_conn_settle(struct zv_conn *c);
/* Closes when everything is sent … */
void zv_conn_finish(struct zv_conn *c, int reason);
/* … which it is. */
void zv_conn_linger(struct zv_conn *c);

/* conn_read.c */
void zv_conn_on_ready(struct zv_ready *r, uint32_t events);

/* conn_write.c */
void zv_conn_write_on(struct zv_conn *c);
/* Sends the wire's bytes of the room. 0, or the reason why it has ended. */
int zv_conn_put_room(struct zv_conn *c);
/* Tells a TLS peer that nothing more comes; likewise. */
int zv_conn_say_goodbye(struct zv_conn *c);
/* The time of writing begins again. */
void zv_conn_begin_to_wait(struct zv_conn *c);
/* Has it taken anything since the last look? */
bool zv_conn_has_peer_taken(struct zv_conn *c);
void zv_conn_end_by_errno(struct zv_conn *c);

#endif
