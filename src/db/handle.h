/* handle.h - what the files of a handle share behind db.h; drivers see driver.h only. */
#ifndef ZV_DB_HANDLE_H
#define ZV_DB_HANDLE_H

#include "db/driver.h"

/* Connects, for the first time or again. */
int zv_db_reach(struct zv_db *db, struct zv_error *err);

/* No more and no longer values than one statement may have. */
int zv_db_check_values(struct zv_db *db, const struct zv_db_value *values, size_t n,
		       struct zv_error *err);
/* Where a text is no UTF-8 or has a NUL, *values becomes a copy of all, kept in db. ZV_ENOMEM. */
int zv_db_mend_values(struct zv_db *db, const struct zv_db_value **values, size_t n);
/* The same of a row that came: 1, or < 0. */
int zv_db_mend_row(struct zv_db_rows *rows, struct zv_error *err);

#endif
