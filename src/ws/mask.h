/* mask.h - the mask of frames from a client (RFC 6455, 5.3). */
#ifndef ZV_WS_MASK_H
#define ZV_WS_MASK_H

#include <stddef.h>

/* Copies n bytes under the mask, whose first byte to be used is mask[at % 4]. */
void zv_ws_mask(char *to, const char *from, size_t n, const unsigned char mask[4],
		unsigned at);

#endif
