/* statements.h - prepared statements that are kept, by their text; the one that was not used
 * for longest goes first. */
#ifndef ZV_DB_STATEMENTS_H
#define ZV_DB_STATEMENTS_H

#include <stdint.h>

#include "zvon/str.h"

#define ZV_DB_STATEMENTS_MAX 64

typedef void (*zv_db_statement_free_fn)(void *owner, void *statement);

/* Zeroed = empty. */
struct zv_db_statements {
	struct zv_db_kept {
		char *sql;
		uint64_t hash, used;
		void *statement;
	} kept[ZV_DB_STATEMENTS_MAX];
	size_t n;
	uint64_t clock;
};

void *zv_db_statements_find(struct zv_db_statements *s, const char *sql); /* or NULL */
/* Keeps it, and frees the one that has to go for it. 0 or ZV_ENOMEM: it is still yours. */
int zv_db_statements_add(struct zv_db_statements *s, const char *sql, void *statement,
			 zv_db_statement_free_fn free, void *owner);
void zv_db_statements_clear(struct zv_db_statements *s, zv_db_statement_free_fn free,
			    void *owner);

#endif
