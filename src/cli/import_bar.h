/* import_bar.h - how far `zvon import` is: one line on a terminal, written over again. */
#ifndef ZV_CLI_IMPORT_BAR_H
#define ZV_CLI_IMPORT_BAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zv_import_bar {
	bool is_shown; /* standard error is a terminal, and nobody said --quiet */
	int64_t start_ms, shown_ms;
};

void zv_import_bar_start(struct zv_import_bar *b, int64_t now_ms);
/* At most five times a second. total < 0: not known; done, total in rows, or in bytes. */
void zv_import_bar_show(struct zv_import_bar *b, int64_t now_ms, uint64_t rows,
			long long done, long long total);
void zv_import_bar_end(struct zv_import_bar *b); /* the line is empty again */

/* The line itself, without what moves the cursor: for tests. */
void zv_import_bar_text(char *out, size_t size, int64_t ms, uint64_t rows,
			long long done, long long total);

#endif
