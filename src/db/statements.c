#include "db/statements.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "zvon/error.h"

void *
zv_db_statements_find(struct zv_db_statements *s, const char *sql)
{
	uint64_t hash = zv_hash(zvon_str(sql), 0);

	for (size_t i = 0; i < s->n; i++) {
		struct zv_db_kept *k = &s->kept[i];

		if (k->hash == hash && strcmp(k->sql, sql) == 0) {
			k->used = ++s->clock;
			return k->statement;
		}
	}
	return NULL;
}

static void
free_kept(struct zv_db_kept *k, zv_db_statement_free_fn free, void *owner)
{
	free(owner, k->statement);
	zv_free(k->sql);
	memset(k, 0, sizeof *k);
}

/* An empty place, made by forgetting the oldest if there is none. */
static struct zv_db_kept *
make_place(struct zv_db_statements *s, zv_db_statement_free_fn free, void *owner)
{
	struct zv_db_kept *oldest = &s->kept[0];

	if (s->n < ZV_DB_STATEMENTS_MAX)
		return &s->kept[s->n++];
	for (size_t i = 1; i < s->n; i++)
		if (s->kept[i].used < oldest->used)
			oldest = &s->kept[i];
	free_kept(oldest, free, owner);
	return oldest;
}

int
zv_db_statements_add(struct zv_db_statements *s, const char *sql, void *statement,
		     zv_db_statement_free_fn free, void *owner)
{
	char *copy = zv_strdup(sql);
	struct zv_db_kept *k;

	if (!copy)
		return ZV_ENOMEM;
	k = make_place(s, free, owner);
	k->sql = copy;
	k->hash = zv_hash(zvon_str(sql), 0);
	k->used = ++s->clock;
	k->statement = statement;
	return 0;
}

void
zv_db_statements_clear(struct zv_db_statements *s, zv_db_statement_free_fn free,
		       void *owner)
{
	for (size_t i = 0; i < s->n; i++)
		free_kept(&s->kept[i], free, owner);
	s->n = 0;
}
