/* csv.h - records of a CSV file: fields between commas, in quotes or not, quotes inside them
 * doubled, newlines in them. Asterisk's Master.csv (cdr_csv.c, 1.8 to 22) is such a one. Pure. */
#ifndef ZV_HIST_CSV_H
#define ZV_HIST_CSV_H

#include "zvon/error.h"
#include "zvon/str.h"

#define ZV_CSV_FIELDS_MAX 64
#define ZV_CSV_RECORD_MAX (64u * 1024) /* bytes */

struct zv_csv_record {
	struct zv_str fields[ZV_CSV_FIELDS_MAX]; /* views into the bytes */
	size_t n;
};

/* The record at the front of the bytes, which may be changed: doubled quotes become one, in
 * place. 1: *used of them are its own. 0: it has not ended yet, and nothing was changed: a file
 * is still written to. ZV_EPROTO: it is no record (too long, too many fields); *used bytes, a
 * line, are to be left out. An empty line is a record of no fields. */
int zv_csv_next(char *bytes, size_t n, struct zv_csv_record *out, size_t *used);

#endif
