#include "db/handle.h"

#include <string.h>

#include "base/err.h"

static int
no_transactions(struct zv_db *db, struct zv_error *err)
{
	return zv_fail(err, ZV_EINVAL, "%s: can only be read", zv_db_name(db));
}

int
zv_db_begin(struct zv_db *db, struct zv_error *err)
{
	struct zv_error first = { 0 };
	long long r;

	if (!db->driver->begin)
		return no_transactions(db, err);
	if (db->in_transaction)
		return zv_fail(err, ZV_EINVAL, "%s: a transaction is open already",
			       zv_db_name(db));
	r = zv_db_run(db, db->driver->begin, NULL, 0, &first);
	if (r == ZV_ECLOSED) { /* it has done nothing yet: once more */
		memset(&first, 0, sizeof first);
		r = zv_db_run(db, db->driver->begin, NULL, 0, &first);
	}
	if (r < 0) {
		if (err && err->code == 0)
			*err = first;
		return (int)r;
	}
	db->in_transaction = true;
	return 0;
}

int
zv_db_commit(struct zv_db *db, struct zv_error *err)
{
	long long r;

	if (!db->in_transaction)
		return zv_fail(err, ZV_EINVAL, "%s: no transaction is open",
			       zv_db_name(db));
	r = zv_db_run(db, "COMMIT", NULL, 0, err);
	if (r < 0)
		return (int)r;
	db->in_transaction = false;
	return 0;
}

void
zv_db_rollback(struct zv_db *db)
{
	if (!db->in_transaction)
		return;
	zv_db_end(&db->rows);
	if (!db->is_lost)
		zv_db_run(db, "ROLLBACK", NULL, 0, NULL);
	db->in_transaction = false;
}
