#include "audio/wav.h"

#include "base/err.h"
#include "base/str.h"

static unsigned
two(const char *p)
{
	return (unsigned char)p[0] | (unsigned)(unsigned char)p[1] << 8;
}

static uint32_t
four(const char *p)
{
	return two(p) | (uint32_t)two(p + 2) << 16;
}

/* WAVE_FORMAT_EXTENSIBLE: the format proper is the beginning of the SubFormat. */
static int
read_format(struct zv_str chunk, struct zv_wav *out, struct zv_error *err)
{
	if (chunk.n < 16)
		return zv_fail(err, ZV_EPROTO,
			       "WAV: its fmt chunk has %zu bytes, not 16", chunk.n);
	out->format = two(chunk.p);
	out->channels = two(chunk.p + 2);
	out->rate = four(chunk.p + 4);
	out->bits = two(chunk.p + 14);
	if (out->format == ZV_WAV_EXTENSIBLE)
		out->format = chunk.n >= 26 ? two(chunk.p + 24) : 0;
	return 0;
}

/* Chunks one after the other, each padded to an even length. */
int
zv_wav_read(struct zv_str head, struct zv_wav *out, struct zv_error *err)
{
	uint64_t at = 12;
	bool has_format = false;

	memset(out, 0, sizeof *out);
	if (head.n < 12 || memcmp(head.p, "RIFF", 4) != 0 ||
	    memcmp(head.p + 8, "WAVE", 4) != 0)
		return zv_fail(err, ZV_EPROTO, "WAV: it does not begin with RIFF…WAVE");
	while (at + 8 <= head.n) {
		const char *chunk = head.p + at;
		uint32_t bytes = four(chunk + 4);
		struct zv_str body = zv_str_from(head, (size_t)at + 8);

		if (memcmp(chunk, "data", 4) == 0) {
			out->data_at = at + 8;
			out->data_bytes = bytes;
			return has_format ? 0
					  : zv_fail(err, ZV_EPROTO,
						    "WAV: data before fmt");
		}
		if (memcmp(chunk, "fmt ", 4) == 0) {
			body.n = bytes < body.n ? bytes : body.n;
			if (read_format(body, out, err) < 0)
				return ZV_EPROTO;
			has_format = true;
		}
		at += 8 + (uint64_t)bytes + (bytes & 1);
	}
	return zv_fail(err, ZV_EPROTO, "WAV: no samples within its first %zu bytes",
		       head.n);
}
