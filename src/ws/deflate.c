#include "ws/deflate.h"

#include <stdint.h>
#include <zlib.h>

#include "base/mem.h"
#include "zvon/error.h"

#define WINDOW_BITS ZV_WS_WINDOW_BITS
#define LEVEL	    Z_DEFAULT_COMPRESSION
#define MEMORY	    8

/* RFC 7692, 7.2.1: what a flush leaves behind, and nobody sends. */
static const char trailer[4] = { 0x00, 0x00, (char)0xff, (char)0xff };

static struct {
	z_stream deflate, inflate;
	bool deflates, inflates; /* they are made */
} kept;

static void *
take_memory(void *user, unsigned count, unsigned size)
{
	return zv_calloc(count, size);
}

static void
give_memory(void *user, void *p)
{
	zv_free(p);
}

static const z_stream fresh = { .zalloc = take_memory, .zfree = give_memory };

void
zv_ws_deflate_forget(void)
{
	if (kept.deflates)
		deflateEnd(&kept.deflate);
	if (kept.inflates)
		inflateEnd(&kept.inflate);
	kept.deflates = kept.inflates = false;
}

/* ---- deflating -------------------------------------------------------------------- */

static z_stream *
begin_deflate(void)
{
	z_stream *z = &kept.deflate;

	if (kept.deflates)
		return deflateReset(z) == Z_OK ? z : NULL;
	*z = fresh;
	/* negative: raw, as RFC 7692 wants it */
	kept.deflates = deflateInit2(z, LEVEL, Z_DEFLATED, -WINDOW_BITS, MEMORY,
				     Z_DEFAULT_STRATEGY) == Z_OK;
	return kept.deflates ? z : NULL;
}

/* The length of what has come into `room` bytes, or 0 when it did not fit. */
static size_t
deflate_into(z_stream *z, struct zv_str payload, char *to, size_t room)
{
	size_t n;

	z->next_in = (unsigned char *)(uintptr_t)payload.p;
	z->avail_in = (unsigned)payload.n;
	z->next_out = (unsigned char *)to;
	z->avail_out = (unsigned)room;
	if (deflate(z, Z_SYNC_FLUSH) != Z_OK || z->avail_in || !z->avail_out)
		return 0;
	n = room - z->avail_out;
	return n > sizeof trailer ? n - sizeof trailer : 0;
}

int
zv_ws_deflate(struct zv_str payload, struct zv_buf *out)
{
	/* what would not be shorter need not fit; one byte more shows that it did */
	size_t room = payload.n + sizeof trailer, n;
	z_stream *z;

	if (payload.n == 0 || payload.n > UINT32_MAX / 2)
		return ZV_ENOTFOUND;
	z = begin_deflate();
	if (!z || zv_buf_reserve(out, room) < 0)
		return ZV_ENOMEM;
	n = deflate_into(z, payload, out->p + out->n, room);
	if (n == 0)
		return ZV_ENOTFOUND;
	out->n += n;
	return 0;
}

/* ---- inflating -------------------------------------------------------------------- */

static z_stream *
begin_inflate(void)
{
	z_stream *z = &kept.inflate;

	if (kept.inflates)
		return inflateReset(z) == Z_OK ? z : NULL;
	*z = fresh;
	kept.inflates = inflateInit2(z, -15) == Z_OK;
	return kept.inflates ? z : NULL;
}

/* Room for more of the message, never beyond `most`; 0: it is full. */
static int
make_room(struct zv_buf *out, size_t before, size_t most, size_t hint)
{
	size_t made = out->n - before, left = most - made;
	size_t wanted = made ? made : hint;

	if (wanted > left)
		wanted = left;
	return zv_buf_reserve(out, wanted) < 0 ? ZV_ENOMEM : (int)wanted;
}

/* One step: 1 the input is used up, 2 the stream has ended, 0 there is more. */
static int
inflate_step(z_stream *z, struct zv_buf *out, int room)
{
	unsigned char one_too_many;
	int rc;

	z->next_out = room ? (unsigned char *)out->p + out->n : &one_too_many;
	z->avail_out = room ? (unsigned)room : 1;
	rc = inflate(z, Z_SYNC_FLUSH);
	if (room)
		out->n += (size_t)room - z->avail_out;
	else if (!z->avail_out)
		return ZV_ETOOBIG;
	if (rc == Z_MEM_ERROR)
		return ZV_ENOMEM;
	if (rc == Z_STREAM_END)
		return 2;
	if (rc != Z_OK && rc != Z_BUF_ERROR)
		return ZV_EPROTO;
	return !z->avail_in && z->avail_out;
}

/* All of that input. */
static int
inflate_all(z_stream *z, struct zv_str in, struct zv_buf *out, size_t before,
	    size_t most)
{
	int rc = 0;

	z->next_in = (unsigned char *)(uintptr_t)in.p;
	z->avail_in = (unsigned)in.n;
	while (rc == 0) {
		rc = make_room(out, before, most, in.n * 4 + 16);
		if (rc >= 0)
			rc = inflate_step(z, out, rc);
	}
	return rc;
}

/* After the last block (RFC 7692, 7.2.3.4 and 5) one byte 0 may stand, which makes an
 * empty block with the trailer. */
static int
check_end(const z_stream *z)
{
	return z->avail_in == 0 || (z->avail_in == 1 && *z->next_in == 0) ? 0
									  : ZV_EPROTO;
}

int
zv_ws_inflate(struct zv_str payload, size_t most, struct zv_buf *out)
{
	z_stream *z = begin_inflate();
	size_t before = out->n;
	int rc;

	if (!z)
		return ZV_ENOMEM;
	if (payload.n > UINT32_MAX / 8 || most > INT32_MAX - 1)
		return ZV_ETOOBIG;
	rc = inflate_all(z, payload, out, before, most);
	if (rc == 2)
		return check_end(z);
	if (rc == 1)
		rc = inflate_all(z, (struct zv_str){ trailer, sizeof trailer }, out,
				 before, most);
	/* inflate(3): bit 7 tells that it stands between two blocks */
	if (rc == 1)
		return z->data_type & 128 ? 0 : ZV_EPROTO;
	return rc == 2 ? ZV_EPROTO : rc;
}
