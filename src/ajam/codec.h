/* codec.h - an encoding of AJAM bodies as a row: what reader.c needs of it. */
#ifndef ZV_AJAM_CODEC_H
#define ZV_AJAM_CODEC_H

#include "zvon/parser.h"

struct zv_ajam_codec {
	const char *name; /* as in the path of the URL */
	void *(*create)(const struct zv_parser_limits *limits); /* NULL: no memory */
	void (*destroy)(void *codec);				/* NULL is fine */
	void (*reset)(void *codec);
	/* As zv_ajam_reader_next, from the front of *in, where it leaves what it has not
	 * used; 0 means all is used. ZV_EPROTO: this is not the encoding. */
	int (*next)(void *codec, struct zv_str *in, const struct zv_packet **out);
	bool (*is_whole)(const void *codec);	 /* the body may end here */
	const char *(*error)(const void *codec); /* of any other failure of next */
};

extern const struct zv_ajam_codec zv_ajam_rawman, zv_ajam_mxml, zv_ajam_manager;

#endif
