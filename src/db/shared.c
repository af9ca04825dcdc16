/* What drivers use, those in modules too. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "db/driver.h"

int
zv_db_rows_begin(struct zv_db *db, size_t n)
{
	struct zv_db_rows *rows = &db->rows;
	void *values, *at;

	zv_buf_clear(&rows->names);
	rows->n = 0;
	if (n > rows->cap) {
		values = zv_realloc(rows->values, n * sizeof *rows->values);
		if (values)
			rows->values = values;
		at = zv_realloc(rows->names_at, n * sizeof *rows->names_at);
		if (at)
			rows->names_at = at;
		if (!values || !at)
			return ZV_ENOMEM;
		rows->cap = n;
	}
	rows->n = n;
	return 0;
}

int
zv_db_rows_name(struct zv_db *db, size_t i, const char *name)
{
	name = name ? name : "";
	db->rows.names_at[i] = db->rows.names.n;
	return zv_buf_add(&db->rows.names, (struct zv_str){ name, strlen(name) + 1 });
}

void
zv_db_watch(struct zv_db *db, int socket)
{
	pthread_mutex_lock(&db->mutex);
	db->socket = socket;
	pthread_mutex_unlock(&db->mutex);
}

void
zv_db_number(struct zv_str text, struct zv_db_value *out)
{
	char copy[512]; /* longer ones are nobody's number of calls */
	long long whole;
	char *end;

	*out = zv_db_text(text);
	if (zv_num_parse(text, INT64_MIN, INT64_MAX, &whole) == 0) {
		*out = zv_db_int(whole);
		return;
	}
	if (text.n == 0 || text.n >= sizeof copy)
		return;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	out->real = strtod(copy, &end);
	if (*end == '\0')
		out->type = ZV_DB_REAL;
}

int
zv_db_fail_duplicate(struct zv_db *db, const char *text, struct zv_error *err)
{
	if (err && err->code == 0)
		err->system = ZV_DB_DUPLICATE;
	return zv_fail(err, ZV_EBUSY, "%s: the key is there already: %s",
		       db->url->shown, text);
}
