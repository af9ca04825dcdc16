/* parser.h - bytes in, packets out. No sockets, no clock, no globals.
 *
 * Framing as real servers send it (Asterisk 1.8 to 22): lines end in CRLF, an
 * empty line closes a packet, stray empty lines are skipped, a lone LF belongs to
 * the value, `Response: Follows` has free text up to --END COMMAND--. */
#ifndef ZVON_PARSER_H
#define ZVON_PARSER_H

#include "zvon/error.h"
#include "zvon/packet.h"

ZVON_BEGIN_DECLS

struct zv_parser;

struct zv_parser_limits {
	size_t max_packet_bytes;   /* an event; also any single line of any packet */
	size_t max_response_bytes; /* a response: it was asked for, and may be long */
	size_t max_fields;	   /* lines in one packet */
};

#define ZV_MAX_PACKET_BYTES   (256u * 1024)
#define ZV_MAX_RESPONSE_BYTES (16u * 1024 * 1024)
#define ZV_MAX_FIELDS	      100000u

/* limits: NULL, or 0 in a member, means the default above.
 * NULL when out of memory. */
ZVON_API struct zv_parser *zvon_parser_new(const struct zv_parser_limits *limits);
ZVON_API void zvon_parser_free(struct zv_parser *p); /* NULL is fine */

/* Gives bytes to the parser. Any split is fine, down to one byte at a time. The
 * bytes are borrowed, not copied: keep them until zvon_parser_next has returned 0
 * or less, by then what belongs to an unfinished packet has been copied.
 * < 0: ZV_EINVAL when earlier bytes were not yet used up, or the stream's error. */
ZVON_API int zvon_parser_feed(struct zv_parser *p, struct zv_str bytes);

/* 1: *out is the next packet, borrowed until the next call on p.
 * 0: give more bytes.
 * < 0: broken stream (ZV_ETOOBIG, ZV_ENOMEM); the same answer from now on. */
ZVON_API int zvon_parser_next(struct zv_parser *p, const struct zv_packet **out);

/* Why the last call failed, as a sentence naming the limit; "" when it did not. */
ZVON_API const char *zvon_parser_error(const struct zv_parser *p);

/* Bytes of an unfinished packet held back: not 0 at the end of a file means that
 * the file was cut. */
ZVON_API size_t zvon_parser_pending(const struct zv_parser *p);

/* Forgets everything, as after zvon_parser_new; for the next connection. */
ZVON_API void zvon_parser_reset(struct zv_parser *p);

ZVON_END_DECLS

#endif
