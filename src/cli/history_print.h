/* history_print.h - finished calls, and numbers of them, as a table, JSON or CSV. */
#ifndef ZV_CLI_HISTORY_PRINT_H
#define ZV_CLI_HISTORY_PRINT_H

#include "cli/out.h"
#include "hist/fields.h"
#include "store/store.h"

enum zv_history_shape {
	ZV_HISTORY_TABLE, /* times are those here, whatever the zone is */
	ZV_HISTORY_LINES, /* JSON, one object a line */
	ZV_HISTORY_CELLS, /* CSV */
};

struct zv_history_print {
	enum zv_history_shape shape;
	const struct zv_history_fields *fields;
	const struct zv_zone *zone;
	bool bom;
	enum zv_statistics_by by;
	struct zv_out out;
	size_t n; /* rows so far */
};

void zv_history_print_call(struct zv_history_print *p, const struct zv_conversation *c);
void zv_history_print_row(struct zv_history_print *p,
			  const struct zv_statistics_row *row);
/* The head of a table; told by the first row, too. */
void zv_history_print_head(struct zv_history_print *p, bool is_statistics);

#endif
