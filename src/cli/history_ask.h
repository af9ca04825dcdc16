/* history_ask.h - asks a zvond over HTTP, and reads its answers. */
#ifndef ZV_CLI_HISTORY_ASK_H
#define ZV_CLI_HISTORY_ASK_H

#include "cli/history_from.h"

#define ZV_HISTORY_ASK_MAX (64u << 20) /* bytes of an answer that is read */

struct zv_history_ask;

struct zv_history_ask *zv_history_ask_new(const char *server, const char *token,
					  int *code);
void zv_history_ask_free(struct zv_history_ask *a); /* NULL is fine */

/* As in history_from.h; cursor: of the page before, may be empty. */
int zv_history_ask_page(struct zv_history_ask *a, struct zv_str query,
			struct zv_str cursor, zv_store_each_fn fn, void *context,
			char next[ZV_HISTORY_CURSOR_MAX]);
int zv_history_ask_statistics(struct zv_history_ask *a, struct zv_str query,
			      enum zv_statistics_by by, zv_statistics_fn fn,
			      void *context);

#endif
