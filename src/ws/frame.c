#include "ws/frame.h"

#include "base/utf.h"
#include "ws/mask.h"
#include "zvon/error.h"

#define DEFAULT_MESSAGE_BYTES (64 * 1024)
#define DEFAULT_FRAGMENTS     1024

/* RFC 6455, 5.2 */
#define FIN	     0x80
#define RSV1	     0x40
#define RSV2_3	     0x30
#define OP	     0x0f
#define MASKED	     0x80
#define LENGTH	     0x7f
#define CONTINUATION 0

void
zv_ws_reader_init(struct zv_ws_reader *r, enum zv_ws_role role,
		  const struct zv_ws_limits *limits, zv_ws_inflate_fn inflate)
{
	*r = (struct zv_ws_reader){ .role = role, .inflate = inflate };
	if (limits)
		r->limits = *limits;
	if (!r->limits.message_bytes)
		r->limits.message_bytes = DEFAULT_MESSAGE_BYTES;
	if (!r->limits.fragments)
		r->limits.fragments = DEFAULT_FRAGMENTS;
}

void
zv_ws_reader_deinit(struct zv_ws_reader *r)
{
	zv_buf_deinit(&r->message);
}

/* Steps below return 0 or what this returns. */
static int
refuse(struct zv_ws_reader *r, int close_code, const char *why)
{
	r->close_code = close_code;
	r->why = why;
	r->code = close_code == 1009 ? ZV_ETOOBIG : ZV_EPROTO;
	return r->code;
}

static int
lack_memory(struct zv_ws_reader *r)
{
	r->close_code = 1011;
	r->why = "out of memory";
	return r->code = ZV_ENOMEM;
}

static unsigned
frame_op(const struct zv_ws_reader *r)
{
	return r->head[0] & OP;
}

static bool
is_control(const struct zv_ws_reader *r)
{
	return r->head[0] & 8;
}

/* ---- the head, byte by byte ------------------------------------------------------ */

static int
check_control(struct zv_ws_reader *r, unsigned first)
{
	r->n_control = 0;
	if ((first & OP) > ZV_WS_PONG)
		return refuse(r, 1002, "reserved opcode");
	if (first & RSV1)
		return refuse(r, 1002, "RSV1 on a control frame");
	return first & FIN ? 0 : refuse(r, 1002, "control frame in fragments");
}

static int
check_continuation(struct zv_ws_reader *r, unsigned first)
{
	if (!r->op)
		return refuse(r, 1002, "continuation of nothing");
	return first & RSV1 ? refuse(r, 1002, "RSV1 on a continuation") : 0;
}

static int
begin_message(struct zv_ws_reader *r, unsigned first)
{
	if ((first & OP) > ZV_WS_BINARY)
		return refuse(r, 1002, "reserved opcode");
	if (r->op)
		return refuse(r, 1002, "a message inside of another");
	if (first & RSV1 && !r->inflate)
		return refuse(r, 1002, "RSV1 without agreement");
	r->op = first & OP;
	r->deflated = first & RSV1;
	r->fragments = 0;
	r->utf8 = 0;
	return 0;
}

static int
check_first(struct zv_ws_reader *r)
{
	unsigned first = r->head[0];
	int rc;

	if (first & RSV2_3)
		return refuse(r, 1002, "RSV2 or RSV3");
	if (is_control(r))
		return check_control(r, first);
	rc = (first & OP) == CONTINUATION ? check_continuation(r, first)
					  : begin_message(r, first);
	if (rc == 0 && ++r->fragments > r->limits.fragments)
		return refuse(r, 1009, "too many fragments");
	return rc;
}

/* How many bytes the length takes behind the second one. */
static size_t
length_size(const struct zv_ws_reader *r)
{
	unsigned length = r->head[1] & LENGTH;

	return length < 126 ? 0 : length == 126 ? 2 : 8;
}

static int
check_second(struct zv_ws_reader *r)
{
	bool masked = r->head[1] & MASKED;

	if (masked != (r->role == ZV_WS_SERVER))
		return refuse(r, 1002,
			      masked ? "masked by a server" : "not masked by a client");
	if (is_control(r) && length_size(r))
		return refuse(r, 1002, "control frame above 125 bytes");
	return 0;
}

/* How many bytes of payload a message may have on the wire. Deflated ones may be a bit
 * longer than what comes of them (RFC 1951, 3.2.4: blocks that are only stored). */
static size_t
most_payload(const struct zv_ws_reader *r)
{
	size_t most = r->limits.message_bytes;

	return r->deflated ? most + most / 8 + 64 : most;
}

static int
check_length(struct zv_ws_reader *r)
{
	static const uint64_t least[] = { [0] = 0, [2] = 126, [8] = 65536 };
	size_t size = length_size(r);
	uint64_t length = size ? 0 : r->head[1] & LENGTH;

	for (size_t i = 0; i < size; i++)
		length = length << 8 | r->head[2 + i];
	if (length < least[size])
		return refuse(r, 1002, "a length longer than it need be");
	if (!is_control(r) && length > most_payload(r) - r->message.n)
		return refuse(r, 1009, "message too long");
	r->payload_left = (size_t)length;
	return 0;
}

static int
check_head_byte(struct zv_ws_reader *r)
{
	int rc = 0;

	if (r->n_head == 1)
		return check_first(r);
	if (r->n_head == 2)
		rc = check_second(r);
	if (r->n_head == 3 && length_size(r) == 8 && r->head[2] & 0x80)
		rc = refuse(r, 1002, "a length of 2^63 or more");
	if (rc == 0 && r->n_head == 2 + length_size(r))
		rc = check_length(r);
	return rc;
}

static int
take_head(struct zv_ws_reader *r, struct zv_str *bytes)
{
	while (bytes->n && !r->in_payload) {
		int rc;

		r->head[r->n_head++] = (unsigned char)*bytes->p;
		*bytes = (struct zv_str){ bytes->p + 1, bytes->n - 1 };
		rc = check_head_byte(r);
		if (rc < 0)
			return rc;
		r->in_payload = r->n_head > 1 &&
				r->n_head == 2 + length_size(r) +
						     (r->role == ZV_WS_SERVER ? 4 : 0);
		r->mask_at = 0;
	}
	return 0;
}

/* ---- payload ---------------------------------------------------------------------- */

static void
copy_payload(struct zv_ws_reader *r, char *to, struct zv_str part)
{
	if (r->role == ZV_WS_SERVER)
		zv_ws_mask(to, part.p, part.n, r->head + r->n_head - 4, r->mask_at);
	else
		memcpy(to, part.p, part.n);
	r->mask_at = (unsigned)(r->mask_at + part.n) % 4;
}

static int
close_code_of(const struct zv_ws_reader *r)
{
	return r->n_control ? r->control[0] << 8 | r->control[1] : 1005;
}

/* What of a close frame has come; whole: that is all. */
static int
check_close(struct zv_ws_reader *r, bool whole)
{
	struct zv_str reason = { (char *)r->control + 2, 0 };
	uint32_t state = 0;

	if (r->n_control == 1 && whole)
		return refuse(r, 1002, "half a close code");
	if (r->n_control < 2)
		return 0;
	if (!zv_ws_close_code_is_valid(close_code_of(r)))
		return refuse(r, 1002, "a close code that must not be sent");
	reason.n = r->n_control - 2u;
	if (zv_utf8_feed(&state, reason) != reason.n || (whole && state))
		return refuse(r, 1007, "close reason is not UTF-8");
	return 0;
}

static int
take_control(struct zv_ws_reader *r, struct zv_str part)
{
	copy_payload(r, (char *)r->control + r->n_control, part);
	r->n_control = (unsigned char)(r->n_control + part.n);
	return frame_op(r) == ZV_WS_CLOSE ? check_close(r, false) : 0;
}

static int
take_data(struct zv_ws_reader *r, struct zv_str part)
{
	struct zv_str made;

	if (zv_buf_reserve(&r->message, part.n) < 0)
		return lack_memory(r);
	made = (struct zv_str){ r->message.p + r->message.n, part.n };
	copy_payload(r, r->message.p + r->message.n, part);
	r->message.n += part.n;
	if (r->op == ZV_WS_TEXT && !r->deflated &&
	    zv_utf8_feed(&r->utf8, made) < made.n)
		return refuse(r, 1007, "text is not UTF-8");
	return 0;
}

static int
take_payload(struct zv_ws_reader *r, struct zv_str *bytes)
{
	size_t n = bytes->n < r->payload_left ? bytes->n : r->payload_left;
	struct zv_str part = { bytes->p, n };

	if (n == 0)
		return 0;
	*bytes = (struct zv_str){ bytes->p + n, bytes->n - n };
	r->payload_left -= n;
	return is_control(r) ? take_control(r, part) : take_data(r, part);
}

/* ---- the end of a frame ------------------------------------------------------------- */

static int
give_control(struct zv_ws_reader *r, struct zv_ws_message *message)
{
	size_t skip = 0;
	int rc = 0;

	message->op = (enum zv_ws_op)frame_op(r);
	message->close_code = 0;
	if (message->op == ZV_WS_CLOSE) {
		rc = check_close(r, true);
		message->close_code = close_code_of(r);
		skip = r->n_control ? 2 : 0;
		r->closed = true;
	}
	message->payload =
		(struct zv_str){ (char *)r->control + skip, r->n_control - skip };
	return rc < 0 ? rc : 1;
}

static int
inflate_message(struct zv_ws_reader *r)
{
	struct zv_buf whole = { 0 };
	int rc = r->inflate(zv_buf_str(&r->message), r->limits.message_bytes, &whole);

	zv_buf_deinit(&r->message);
	r->message = whole;
	if (rc == ZV_ENOMEM)
		return lack_memory(r);
	if (rc < 0)
		return rc == ZV_ETOOBIG
			       ? refuse(r, 1009, "message too long when inflated")
			       : refuse(r, 1007, "deflated message is broken");
	if (r->op == ZV_WS_TEXT && zv_utf8_feed(&r->utf8, zv_buf_str(&whole)) < whole.n)
		return refuse(r, 1007, "text is not UTF-8");
	return 0;
}

static int
give_message(struct zv_ws_reader *r, struct zv_ws_message *message)
{
	int rc = r->deflated ? inflate_message(r) : 0;

	if (rc < 0)
		return rc;
	if (r->utf8)
		return refuse(r, 1007, "text ends in the middle of a character");
	*message = (struct zv_ws_message){ (enum zv_ws_op)r->op,
					   zv_buf_str(&r->message), 0 };
	r->op = 0;
	return 1;
}

static int
end_frame(struct zv_ws_reader *r, struct zv_ws_message *message)
{
	r->in_payload = false;
	r->n_head = 0;
	if (is_control(r))
		return give_control(r, message);
	return r->head[0] & FIN ? give_message(r, message) : 0;
}

/* ---- the face ------------------------------------------------------------------------- */

/* 1: a message; 0: all bytes are used. */
static int
take(struct zv_ws_reader *r, struct zv_str *bytes, struct zv_ws_message *message)
{
	int rc = 0;

	if (!r->op)
		zv_buf_clear(&r->message);
	while (rc == 0 && bytes->n && !r->closed) {
		rc = take_head(r, bytes);
		if (rc == 0 && r->in_payload)
			rc = take_payload(r, bytes);
		if (rc == 0 && r->in_payload && !r->payload_left)
			rc = end_frame(r, message);
	}
	if (r->closed && rc == 0)
		*bytes = (struct zv_str){ bytes->p + bytes->n, 0 };
	if (!r->op && rc == 0)
		zv_buf_deinit(&r->message);
	return rc;
}

int
zv_ws_reader_next(struct zv_ws_reader *r, struct zv_str *bytes,
		  struct zv_ws_message *message, int *close_code, const char **why)
{
	int rc = r->failed ? r->code : take(r, bytes, message);

	if (rc >= 0)
		return rc;
	if (!r->failed)
		zv_buf_deinit(&r->message);
	r->failed = true;
	*close_code = r->close_code;
	*why = r->why;
	return rc;
}
