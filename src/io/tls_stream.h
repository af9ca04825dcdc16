/* tls_stream.h - TLS of one accepted connection: what the peer sent goes in, plain bytes
 * and what is to be sent come out. No socket. */
#ifndef ZV_IO_TLS_STREAM_H
#define ZV_IO_TLS_STREAM_H

#include "base/buf.h"
#include "io/tls.h"

/* The most that one zv_tls_stream_input may be given. */
#define ZV_TLS_INPUT_BYTES 65536

/* Where the results lie until the next call on any stream: one for all of a loop. */
struct zv_tls_room {
	struct zv_str plain; /* for the owner */
	struct zv_buf wire;  /* for the peer */
	char *memory;
};

struct zv_tls_room *zv_tls_room_new(void);
void zv_tls_room_free(struct zv_tls_room *r); /* NULL is fine */

struct zv_tls_stream;

struct zv_tls_stream *zv_tls_stream_new(struct zv_tls *t);
void zv_tls_stream_free(struct zv_tls_stream *s); /* NULL is fine */

/* All return 0 or ZV_ETLS, ZV_ENOMEM (the stream is broken; the room may still have an
 * alert for the peer). */
/* … or ZV_ECLOSED: the peer has said that nothing more comes. */
int zv_tls_stream_input(struct zv_tls_stream *s, struct zv_str bytes,
			struct zv_tls_room *room);
/* Before the handshake is over they are kept. */
int zv_tls_stream_write(struct zv_tls_stream *s, struct zv_str plain,
			struct zv_tls_room *room);
/* Nothing more will be written. */
int zv_tls_stream_end(struct zv_tls_stream *s, struct zv_tls_room *room);

/* The handshake is over. */
bool zv_tls_stream_is_up(const struct zv_tls_stream *s);
/* Bytes kept until it is. */
size_t zv_tls_stream_kept(const struct zv_tls_stream *s);

#endif
