/* stream.h - Server-Sent Events: a session of the hub whose messages leave as an endless
 * answer. */
#ifndef ZV_ZVOND_STREAM_H
#define ZV_ZVOND_STREAM_H

#include "zvond/exchange.h"

/* The request becomes a stream. first: what a client of zvon.v1 would send, `start` or
 * `resume`. */
void zv_stream_begin(struct zv_exchange *x, struct zv_str first);

void zv_stream_flush(struct zv_front *f);
void zv_stream_on_deadline(struct zv_front *f);
/* The connection has gone. */
void zv_stream_end(struct zv_front *f);

#endif
