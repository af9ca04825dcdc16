#include "base/utf.h"
#include "ws/frame.h"
#include "ws/mask.h"

#define MAX_HEAD    14
#define MAX_CONTROL 125 /* RFC 6455, 5.5 */

/* The shortest of the three forms of a length (RFC 6455, 5.2). How many bytes it took. */
static size_t
write_length(unsigned char *to, size_t n)
{
	size_t size = n < 126 ? 0 : n < 65536 ? 2 : 8;

	to[0] = (unsigned char)(size == 0 ? n : size == 2 ? 126 : 127);
	for (size_t i = 0; i < size; i++)
		to[1 + i] = (unsigned char)((uint64_t)n >> 8 * (size - 1 - i));
	return 1 + size;
}

/* The first byte is told by flags and op. Room is made once, for head and payload. */
static char *
begin(struct zv_buf *out, unsigned first, size_t n, const unsigned char *mask)
{
	unsigned char head[MAX_HEAD];
	size_t size = 1 + write_length(head + 1, n);

	head[0] = (unsigned char)first;
	if (mask) {
		head[1] |= 0x80;
		memcpy(head + size, mask, 4);
		size += 4;
	}
	if (n > SIZE_MAX / 4 || zv_buf_reserve(out, size + n) < 0) {
		out->failed = true;
		return NULL;
	}
	memcpy(out->p + out->n, head, size);
	out->n += size + n;
	return out->p + out->n - n;
}

void
zv_ws_write(struct zv_buf *out, enum zv_ws_op op, struct zv_str payload, bool deflated,
	    const unsigned char *mask)
{
	unsigned first = 0x80u | (deflated ? 0x40u : 0) | (unsigned)op;
	char *to = begin(out, first, payload.n, mask);

	if (!to || !payload.n)
		return;
	if (mask)
		zv_ws_mask(to, payload.p, payload.n, mask, 0);
	else
		memcpy(to, payload.p, payload.n);
}

size_t
zv_ws_write_before(char *payload, enum zv_ws_op op, size_t n)
{
	unsigned char head[MAX_HEAD];
	size_t size = 1 + write_length(head + 1, n);

	head[0] = (unsigned char)(0x80u | (unsigned)op);
	memcpy(payload - size, head, size);
	return size;
}

void
zv_ws_write_close(struct zv_buf *out, int code, struct zv_str reason,
		  const unsigned char *mask)
{
	char body[MAX_CONTROL] = { (char)(code >> 8), (char)code };
	size_t n = zv_utf8_cut(reason, sizeof body - 2);

	if (n)
		memcpy(body + 2, reason.p, n);
	zv_ws_write(out, ZV_WS_CLOSE, (struct zv_str){ body, code == 1005 ? 0 : n + 2 },
		    false, mask);
}

/* RFC 6455, 7.4, and the registry of IANA that it begins: 1004 means nothing yet; 1005,
 * 1006 and 1015 never stand in a frame. */
bool
zv_ws_close_code_is_valid(int code)
{
	return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) ||
	       (code >= 3000 && code <= 4999);
}
