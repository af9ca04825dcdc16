/* source.h - a PBX's own records: a table of CDR or CEL in a database or a CSV file. What
 * columns it really has is found out, its rows are read in pages, in an order that can be
 * gone on with. Read only. Blocking; one thread at a time. */
#ifndef ZV_RECORDS_SOURCE_H
#define ZV_RECORDS_SOURCE_H

#include "db/db.h"
#include "hist/preset.h"
#include "hist/zone.h"

#define ZV_SOURCE_COLUMNS_MAX	128   /* of a table; the rest is not looked at */
#define ZV_SOURCE_MAPPED_MAX	64    /* column = A=B, of one source */
#define ZV_SOURCE_POSITION_MAX	300   /* bytes of a position with its NUL */
#define ZV_SOURCE_PAGE_ROWS	5000  /* of the first page; each next has twice … */
#define ZV_SOURCE_PAGE_ROWS_MAX 40000 /* … as many, up to this */
#define ZV_SOURCE_OLDER_MAX	100 /* files that logrotate put aside, of one CSV file */
#define ZV_SOURCE_OVERLAP_MS	86400000 /* a row comes so late: of a call of a day */
#define ZV_SOURCE_TIMEOUT_MS	60000 /* of one statement: a table without an index */

/* Zeroed = the preset that the table looks like. Texts are borrowed for the call. */
struct zv_source_options {
	struct zv_db_options db; /* is opened read-only, whatever it says */
	enum zv_record_kind kind;
	struct zv_str
		preset;	     /* a name of preset.h; empty: csv for CSV, else asterisk */
	struct zv_str table; /* "cdr", "asteriskcdrdb.cdr"; empty: the preset's */
	const struct zv_str
		*columns; /* "src=cnum": Asterisk's name = that of the table */
	size_t n_columns;
	const struct zv_zone
		*zone; /* of times without one; NULL: UTC; kept, not copied */
};

struct zv_source;

/* NULL: *err: as zv_db_open; ZV_EINVAL a preset or column that is none; ZV_ENOTFOUND the table,
 * or a column without which no call can be told: which, and what the table has. */
struct zv_source *zv_source_open(const struct zv_source_options *options,
				 struct zv_error *err);
void zv_source_close(struct zv_source *s); /* NULL is fine */
/* "table=cdr preset=freepbx order=start missing=did,linkedid unknown=foo": one line. */
const char *zv_source_report(const struct zv_source *s);
/* What could not be read since zv_source_start, and the cure; NULL: nothing. */
const char *zv_source_warning(const struct zv_source *s);
const char *zv_source_name(const struct zv_source *s); /* URL without secret */
enum zv_record_kind zv_source_kind(const struct zv_source *s);

/* What is to be read from now on: behind a position that was given ("" or one of another
 * source: the beginning), and only what started from from_ms on, and before to_ms (0: open).
 * A CSV file that has been rotated since: the rest of the old one, where it is found beside it,
 * then those that came after it; else there is a warning. */
int zv_source_start(struct zv_source *s, struct zv_str position, int64_t from_ms,
		    int64_t to_ms, struct zv_error *err);

/* Of the kind of the source; borrowed until the next call. */
struct zv_source_row {
	int64_t time_ms; /* start or eventtime; 0: the row has none */
	struct zv_cdr_row cdr;
	struct zv_cel_row cel;
};
/* 1: *row; 0: there are no more now; < 0 as zv_db_next: zv_source_start begins again. */
int zv_source_next(struct zv_source *s, struct zv_source_row *row,
		   struct zv_error *err);

/* From any thread: what waits for the database ends soon, with ZV_ETIMEOUT. */
void zv_source_interrupt(struct zv_source *s);

/* Behind the last row that was given. */
void zv_source_position(const struct zv_source *s, char out[ZV_SOURCE_POSITION_MAX]);
/* Where a later run goes on after all was read: the same, or earlier by ZV_SOURCE_OVERLAP_MS
 * where the table has no order in which rows are added. */
void zv_source_end_position(const struct zv_source *s,
			    char out[ZV_SOURCE_POSITION_MAX]);
/* How much there is of it, rows, or bytes of a CSV file; -1: not known. And how much of that
 * was given since zv_source_start. */
long long zv_source_total(struct zv_source *s, bool *is_bytes);
long long zv_source_done(const struct zv_source *s);

#endif
