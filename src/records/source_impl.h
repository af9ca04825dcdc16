/* source_impl.h - inside of a source. */
#ifndef ZV_RECORDS_SOURCE_IMPL_H
#define ZV_RECORDS_SOURCE_IMPL_H

#include <stdatomic.h>

#include "base/buf.h"
#include "records/source.h"

#define ZV_SOURCE_KEY_MAX    100	   /* bytes of a start as the table writes it */
#define ZV_SOURCE_FIRST_MS   86400000000ll /* before September 1972: no time at all */
#define ZV_SOURCE_NUMBER_MAX 32		   /* of a number made text */

enum zv_source_order {
	ZV_ORDER_START,	 /* by the time, then uniqueid: tables without a number */
	ZV_ORDER_ID,	 /* by a number that grows as rows are added */
	ZV_ORDER_OFFSET, /* CSV */
};

/* How the table writes a time: what it is compared with has to look the same. */
enum zv_source_clock {
	ZV_CLOCK_TEXT,	/* "2026-11-21 01:33:08", local */
	ZV_CLOCK_ZONED, /* "2026-11-21 01:33:08+03": timestamptz */
	ZV_CLOCK_S,	/* seconds since 1970 */
	ZV_CLOCK_MS,
};

enum zv_source_phase {
	ZV_PHASE_ROWS,
	ZV_PHASE_TIMELESS, /* rows whose start is NULL or 1970 */
	ZV_PHASE_END,
};

struct zv_source_place {      /* the row that was given last */
	enum zv_db_type type; /* NULL: none yet */
	int64_t number;
	double real;
	char text[ZV_SOURCE_KEY_MAX];
	size_t n;
	uint64_t same; /* rows with that key that were given */
};

/* Which CSV file it is: the same name may be another one's tomorrow. 0: it has no row. */
struct zv_source_file {
	uint64_t print; /* of the first row and the inode */
	uint64_t head;	/* of the first row alone: a copy has the same */
	char inode[24];
};

struct zv_source {
	struct zv_db *db;
	enum zv_record_kind kind;
	const struct zv_zone *zone;
	const struct zv_preset *preset;

	/* the table */
	struct zv_buf table;  /* quoted */
	struct zv_buf select; /* quoted columns, with commas */
	struct zv_buf report;
	int at[ZV_COLUMNS_MAX]; /* of a field in a row of the answer; -1: it has none */
	int key_at;		/* of the start, number or offset that is the order */
	struct zv_buf key, start,
		ties; /* quoted: order; start; what orders equal ones */
	enum zv_source_order order;
	enum zv_source_clock clock;

	/* a CSV file that was rotated: source_older.c */
	struct zv_buf url;
	struct zv_source_file file;
	struct zv_source *older;	  /* is read first; NULL: none */
	char *newer[ZV_SOURCE_OLDER_MAX]; /* names: then these, then s itself */
	size_t i_newer, n_newer;
	char behind[ZV_SOURCE_POSITION_MAX]; /* the last row of those; "": none */
	struct zv_buf warning;

	/* reading */
	int64_t from_ms, to_ms;
	enum zv_source_phase phase;
	struct zv_db_rows *rows;
	struct zv_buf sql;
	int64_t page_rows, page_given;
	struct zv_source_place place;
	int64_t newest_ms;
	long long done;
	bool has_reopened; /* since the last row */
	atomic_bool is_interrupted;
	char numbers[ZV_COLUMNS_MAX][ZV_SOURCE_NUMBER_MAX];
};

/* source_columns.c: which table, which columns; the report. */
int zv_source_look(struct zv_source *s, const struct zv_source_options *options,
		   struct zv_error *err);

/* source_older.c */
void zv_source_name_file(struct zv_source_file *file, const struct zv_db_value *first,
			 size_t n);
bool zv_source_is_file(const struct zv_source_file *known,
		       const struct zv_source_file *file);
/* Sets s->older and s->newer, or s->warning. 0, or ZV_ENOMEM. */
int zv_source_find_older(struct zv_source *s, const struct zv_source_file *file,
			 int64_t offset);
void zv_source_forget_older(struct zv_source *s);
int zv_source_next_older(struct zv_source *s, struct zv_source_row *row,
			 struct zv_error *err);

/* source_page.c */
/* Which file a CSV source is. */
int zv_source_read_name(struct zv_source *s, struct zv_error *err);
/* A CSV source goes on there; ZV_ENOTFOUND, ZV_DB_ROTATED: no row begins there. */
int zv_source_seek(struct zv_source *s, int64_t offset, struct zv_error *err);
void zv_source_end_page(struct zv_source *s);

/* source_value.c */
void zv_source_take(struct zv_source *s, const struct zv_db_value *values, size_t n,
		    struct zv_source_row *row);
/* A time as the table writes it, by its clock. text has ZV_SOURCE_KEY_MAX bytes. */
struct zv_db_value zv_source_time(const struct zv_source *s, int64_t unix_ms,
				  char *text);

#endif
