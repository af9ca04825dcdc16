/* recording.h - the packets of a file or of standard input, for parse, filter and
 * calls. */
#ifndef ZV_CLI_RECORDING_H
#define ZV_CLI_RECORDING_H

#include "zvon/packet.h"

struct zv_recording_handlers {
	/* < 0: enough; the reason was said, or is known to the caller */
	int (*on_packet)(void *user, const struct zv_packet *packet);
	/* all that a pipe has given so far was handed out; NULL: does not matter */
	int (*on_pause)(void *user);
	/* these bytes, from that offset on, were read: how many of them to take apart
	 * before it asks again, at least 1; NULL: all */
	size_t (*on_bytes)(void *user, long long offset, struct zv_str bytes);
};

/* Reads it to its end; "-" is standard input. 0, or the exit code: ZV_EXIT_NEGATIVE when
 * a handler said so, else the reason was said. */
int zv_recording_read(const char *path, const struct zv_recording_handlers *handlers,
		      void *user);

#endif
