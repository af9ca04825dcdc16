/* reader.h - the body of an AJAM answer in, packets out: rawman, mxml or manager. A
 * stream parser like zvon_parser, one per answer at a time. No sockets, no clock.
 *
 * rawman gives packets as on TCP. From mxml and manager a packet's `text` is made
 * again, `Key: value` and CRLF per field, so that filters and views work on it. What
 * the encoders lose stays lost: both cut blanks and control characters off at both ends
 * of a value, end a key at its first colon and a line at a lone CR or LF; mxml's keys
 * are lower case with '_' for every byte that is no letter or digit. Repeated keys get
 * their plain name back, a line without a colon is that line again, and the text of an
 * old command answer is `body`, its lines as far as they can be told. */
#ifndef ZV_AJAM_READER_H
#define ZV_AJAM_READER_H

#include "zvon/parser.h"

enum zv_ajam_encoding {
	ZV_AJAM_RAWMAN,
	ZV_AJAM_MXML,
	ZV_AJAM_MANAGER,
};

struct zv_ajam_reader;

/* limits as in parser.h. NULL: out of memory. */
struct zv_ajam_reader *zv_ajam_reader_new(enum zv_ajam_encoding encoding,
					  const struct zv_parser_limits *limits);
void zv_ajam_reader_free(struct zv_ajam_reader *r); /* NULL is fine */

/* Ready for the next answer. */
void zv_ajam_reader_reset(struct zv_ajam_reader *r);

/* Any split is fine. The bytes are borrowed until zv_ajam_reader_next has returned 0 or
 * less. < 0: earlier bytes were not used up (ZV_EINVAL), or the error of the answer. */
int zv_ajam_reader_feed(struct zv_ajam_reader *r, struct zv_str bytes);

/* 1: *out is the next packet, borrowed until the next call on r. 0: give more bytes.
 * < 0: ZV_ETOOBIG, ZV_ENOMEM, or ZV_EPROTO: this is not that encoding (a web page, say);
 * the same answer from now on. */
int zv_ajam_reader_next(struct zv_ajam_reader *r, const struct zv_packet **out);

/* The answer is over. 0: it was whole; ZV_EPROTO: it was cut, or not that encoding; or
 * the error that stands. Packets given before were whole all the same. */
int zv_ajam_reader_end(struct zv_ajam_reader *r);

/* Why the last call failed, as a sentence; "" when it did not. */
const char *zv_ajam_reader_error(const struct zv_ajam_reader *r);

#endif
