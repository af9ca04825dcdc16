/* preset.h - what the tables of a PBX's own records look like: the names that Asterisk gives
 * the columns of CDR and CEL, where each goes in row.h, and how FreePBX, MikoPBX and others
 * call them. Tables only; docs/history/sources.md shows them. */
#ifndef ZV_HIST_PRESET_H
#define ZV_HIST_PRESET_H

#include "hist/row.h"

enum zv_record_kind {
	ZV_RECORD_CDR,
	ZV_RECORD_CEL,
	ZV_RECORD_KINDS,
};

enum zv_column_type {
	ZV_COLUMN_TEXT,	  /* struct zv_str */
	ZV_COLUMN_TIME,	  /* int64_t, Unix ms */
	ZV_COLUMN_NUMBER, /* int */
	ZV_COLUMN_LONG,	  /* long long */
};

#define ZV_COLUMNS_MAX 32

struct zv_column {
	const char *name;  /* as Asterisk says it; NULL ends a table */
	const char *names; /* all that tables have for it: "calldate start" */
	enum zv_column_type type;
	bool is_needed; /* without it calls cannot be told apart, or told at all */
	size_t at;	/* in struct zv_cdr_row, or struct zv_cel_row */
};

/* In the order of row.h, ended by a NULL name. [kind] */
extern const struct zv_column *const zv_columns[ZV_RECORD_KINDS];

struct zv_preset_table {
	const char *table; /* NULL: that preset has no such table */
	const char *ids; /* columns that grow with each row, "id acctid"; NULL: none */
	const char *
		renamed; /* instead of the names in zv_columns: "src=src_num dst=dst_num" */
};

struct zv_preset {
	const char *name;
	struct zv_preset_table tables[ZV_RECORD_KINDS];
};

/* Ended by a NULL name. */
extern const struct zv_preset zv_presets[];

const struct zv_preset *zv_preset_find(struct zv_str name); /* or NULL */
/* "asterisk, freepbx, …" */
const char *zv_preset_names(void);

/* The field of that name; -1: there is none. Letter case does not matter. */
int zv_column_of(enum zv_record_kind kind, struct zv_str name);
/* The names that a table may have for the field under this preset, "calldate start". */
struct zv_str zv_preset_columns(const struct zv_preset *p, enum zv_record_kind kind,
				int field);
/* A column that is known and not used. */
bool zv_preset_is_known(enum zv_record_kind kind, struct zv_str column);

#endif
