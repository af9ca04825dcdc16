/* history_from.h - where `zvon history` reads: a store itself, or a zvond over HTTP. Both give
 * the same. */
#ifndef ZV_CLI_HISTORY_FROM_H
#define ZV_CLI_HISTORY_FROM_H

#include "hist/asked.h"
#include "hist/conversation.h"
#include "store/store.h"

struct zv_history_from;

/* One of db and server. NULL: the reason was said, and *code is what to exit with. secret,
 * token: NULL: none. */
struct zv_history_from *zv_history_from_db(const char *db, const char *secret,
					   int *code);
struct zv_history_from *zv_history_from_server(const char *server, const char *token,
					       int *code);
void zv_history_from_free(struct zv_history_from *f);

/* One page of what is asked for, whose text as NAME=VALUE&… is `query`; next: as in
 * zv_store_page. 0, or what to exit with; the reason was said. */
int zv_history_from_page(struct zv_history_from *f,
			 const struct zv_history_asked *asked, struct zv_str query,
			 zv_store_each_fn fn, void *context,
			 char next[ZV_HISTORY_CURSOR_MAX]);
int zv_history_from_statistics(struct zv_history_from *f,
			       const struct zv_history_asked *asked,
			       struct zv_str query, zv_statistics_fn fn, void *context);

#endif
