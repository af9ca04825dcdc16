/* cells.h - finished calls as CSV (RFC 4180): CRLF, quotes where they are needed, and nothing that
 * a spreadsheet would take for a formula. Pure. */
#ifndef ZV_HIST_CELLS_H
#define ZV_HIST_CELLS_H

#include "hist/fields.h"

/* One cell: '=', '+', '-', '@', a tabulator or CR at its beginning get an apostrophe before
 * them, as OWASP advises: a caller's name is anybody's text. */
void zv_csv_cell(struct zv_buf *out, struct zv_str text);

/* The names of the fields; bom: with the mark by which spreadsheets know UTF-8. */
void zv_history_csv_head(struct zv_buf *out, const struct zv_history_fields *fields,
			 bool bom);
void zv_history_csv_row(struct zv_buf *out, const struct zv_history_fields *fields,
			const struct zv_conversation *c, const struct zv_zone *zone);

#endif
