/* deflate.h - permessage-deflate (RFC 7692), always without context takeover, so that one
 * deflated text serves all who agreed on it, and idle connections hold no window. */
#ifndef ZV_WS_DEFLATE_H
#define ZV_WS_DEFLATE_H

#include "base/buf.h"

#define ZV_WS_DEFLATE_FROM 200 /* bytes: shorter texts are sent as they are */
#define ZV_WS_WINDOW_BITS  15  /* of what we deflate */

/* The payload of one message, without the trailer 00 00 FF FF. 0; ZV_ENOTFOUND: it would
 * not be shorter (nothing was added); ZV_ENOMEM. One z_stream for each direction is kept
 * and used again: one thread. */
int zv_ws_deflate(struct zv_str payload, struct zv_buf *out);

/* Adds the message. At most `most` bytes are ever made: ZV_ETOOBIG; ZV_EPROTO: corrupt, or
 * more behind the end; ZV_ENOMEM. */
int zv_ws_inflate(struct zv_str payload, size_t most, struct zv_buf *out);
typedef int (*zv_ws_inflate_fn)(struct zv_str payload, size_t most, struct zv_buf *out);

/* Gives back what was kept for the next call. */
void zv_ws_deflate_forget(void);

#endif
