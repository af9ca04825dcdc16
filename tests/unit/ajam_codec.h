/* ajam_codec.h - the reader of AJAM bodies in the hands of the tests: as a codec for
 * check_splits, and the recorded exchanges (tests/wire/captures, *.http) cut apart. */
#ifndef UNIT_AJAM_CODEC_H
#define UNIT_AJAM_CODEC_H

#include "ajam/reader.h"
#include "helper.h"

struct ajam_options {
	enum zv_ajam_encoding encoding;
	struct zv_parser_limits limits;
};

/* Options: struct ajam_options. Its text: the packets, separated by blanks, then
 * `!EPROTO` and the like for an answer that failed or was cut off. */
extern const struct codec ajam_codec;

/* ---- recorded exchanges -------------------------------------------------------- */

struct exchange {
	struct zv_str request;	  /* head and body */
	struct zv_str target;	  /* "/asterisk/rawman?action=ping" */
	struct zv_str head, body; /* of the response, cut by its Content-Length */
	bool is_ok;		  /* status 200 */
};

/* Cuts the next exchange off *rest; false: no more. The views are into *rest. */
bool next_exchange(struct zv_str *rest, struct exchange *out);

/* The body of that encoding as packets in one text. */
void add_body(struct zv_buf *out, enum zv_ajam_encoding encoding, struct zv_str body);

#endif
