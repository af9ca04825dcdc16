/* stitch.h - rows of CDR and CEL in, conversations out: by linkedid closure and the rules of
 * docs/history/sources.md. Pure; rows come in the order of their start, roughly. */
#ifndef ZV_HIST_STITCH_H
#define ZV_HIST_STITCH_H

#include "hist/conversation.h"
#include "hist/row.h"

#define ZV_STITCH_ROWS_MAX  10000  /* of one conversation; more begin another */
#define ZV_STITCH_OPEN_MAX  200000 /* rows that wait for their conversation's end */
#define ZV_STITCH_SETTLE_MS 300000 /* cdr.conf: batch, time = 300 */

struct zv_stitch_options {
	struct zv_str server;
	const struct zv_str *trunks, *lines; /* as struct zv_calls_options */
	size_t n_trunks, n_lines;
	int64_t settle_ms; /* a conversation is whole when the newest start of any row is so long
			    * after its end; 0: ZV_STITCH_SETTLE_MS */
	uint64_t seed; /* of the tables: nobody outside can know it */
};

struct zv_stitch;

struct zv_stitch *zv_stitch_new(
	const struct zv_stitch_options *options); /* NULL: no memory */
void zv_stitch_free(struct zv_stitch *s);	  /* NULL is fine */

/* Copies. 0 or ZV_ENOMEM. A row that says nothing (no channel, no number) is counted. */
int zv_stitch_cdr(struct zv_stitch *s, const struct zv_cdr_row *row);
int zv_stitch_cel(struct zv_stitch *s, const struct zv_cel_row *row);

/* 1: *out is the next conversation that is whole; yours, zv_conversation_free. 0: more rows
 * first. all: there are no more rows. */
int zv_stitch_next(struct zv_stitch *s, bool all, struct zv_conversation **out);

struct zv_stitch_counters {
	uint64_t rows, conversations, strange, duplicates;
	size_t open;	     /* rows that wait */
	uint64_t oldest_row; /* of all that were given, the first that still waits (the
			      * first is 1); none waits: the next one */
};
void zv_stitch_count(const struct zv_stitch *s, struct zv_stitch_counters *out);

#endif
