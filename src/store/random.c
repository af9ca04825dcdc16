#include "store/random.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"
#include "store/store_impl.h"

int
zv_store_random(unsigned char *out, size_t n, struct zv_error *err)
{
	while (getrandom(out, n, 0) != (ssize_t)n) /* up to 256 bytes are never cut */
		if (errno != EINTR)
			return zv_fail(err, ZV_EIO, "no random bytes: %s",
				       strerror(errno));
	return 0;
}

/* The time comes first, so that the index of the ids grows at its end. */
int
zv_store_recording_id(int64_t started_ms, char out[ZV_STORE_RECORDING_ID + 1],
		      struct zv_error *err)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[ZV_STORE_RECORDING_ID / 2];
	int rc;

	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)((uint64_t)started_ms >> (40 - 8 * i));
	rc = zv_store_random(bytes + 6, sizeof(bytes) - 6, err);
	for (size_t i = 0; i < sizeof(bytes); i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[ZV_STORE_RECORDING_ID] = '\0';
	return rc;
}
