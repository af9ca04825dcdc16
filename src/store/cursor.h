/* cursor.h - a place in the order of calls as a text that nobody can make up. */
#ifndef ZV_STORE_CURSOR_H
#define ZV_STORE_CURSOR_H

#include "store/scan.h"

void zv_cursor_write(const struct zv_store *s, struct zv_position at, bool oldest_first,
		     char out[ZV_HISTORY_CURSOR_MAX]);
/* 0, or ZV_EINVAL: it is none of this store, or of the other order. */
int zv_cursor_read(const struct zv_store *s, struct zv_str text, bool oldest_first,
		   struct zv_position *at, struct zv_error *err);

#endif
