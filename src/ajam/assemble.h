/* assemble.h - a packet made again from the key/value pairs of mxml and manager: its text
 * is written as on TCP, its fields are views into it. Limits as the packet parser's.
 *
 * One field: zv_assembly_add the key, zv_assembly_end_key, add the value (LF by
 * zv_assembly_line_feed, never CR), zv_assembly_end_value. A call that fails returns
 * < 0 and so do all that follow it, until zv_assembly_reset. */
#ifndef ZV_AJAM_ASSEMBLE_H
#define ZV_AJAM_ASSEMBLE_H

#include "base/buf.h"
#include "base/map.h"
#include "zvon/parser.h"

/* How far a key that does not stay (`opaque_data-2`) may stand beyond a limit. */
#define ZV_ASSEMBLY_SLACK 32

struct zv_assembly {
	struct zv_parser_limits limits;
	struct zv_str opaque; /* the key under which a line without colon is sent */
	struct zv_packet packet;
	struct zv_buf text;
	size_t line;  /* where the open line begins in text */
	size_t value; /* and its value */
	bool in_opaque;

	struct zv_field *fields;
	unsigned *nth; /* of each field: the how manieth of its key */
	size_t n_fields, cap_fields;
	unsigned repeat;    /* what nth will be for the open field */
	struct zv_map seen; /* key -> nth of its last field, of the first n_seen ones */
	size_t n_seen;

	bool is_follows; /* an old command answer: the rest is its text */
	bool has_body;
	size_t body;   /* where that text begins */
	size_t n_head; /* fields in front of it */

	int error;
	char reason[120];
};

/* limits: NULL or 0 in a member means the default. */
void zv_assembly_init(struct zv_assembly *a, const struct zv_parser_limits *limits,
		      struct zv_str opaque);
void zv_assembly_deinit(struct zv_assembly *a);
void zv_assembly_reset(struct zv_assembly *a);

/* Begins a packet; the last one is forgotten. */
void zv_assembly_begin(struct zv_assembly *a);

/* Room for n more bytes of the open line, limit checked. */
int zv_assembly_reserve(struct zv_assembly *a, size_t n);

/* Room for up to n more bytes (n > 0): how many; 0 when the limit is reached. */
size_t zv_assembly_room(struct zv_assembly *a, size_t n);

static inline int
zv_assembly_add(struct zv_assembly *a, struct zv_str s)
{
	if (zv_assembly_reserve(a, s.n) < 0)
		return a->error;
	if (s.n)
		memcpy(a->text.p + a->text.n, s.p, s.n);
	a->text.n += s.n;
	return 0;
}

int zv_assembly_line_feed(struct zv_assembly *a);
int zv_assembly_end_key(struct zv_assembly *a);
int zv_assembly_end_value(struct zv_assembly *a);

/* Forgets the open line: a key without a value. */
void zv_assembly_drop_line(struct zv_assembly *a);

/* 1: *out is the packet, borrowed until the next begin. 0: there were no fields. */
int zv_assembly_finish(struct zv_assembly *a, const struct zv_packet **out);

#endif
