/* How long a statement may take. */
#include <limits.h>
#include <time.h>

#include "base/err.h"
#include "db/driver.h"

int64_t
zv_db_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
zv_db_left_ms(struct zv_db *db)
{
	int64_t left = db->deadline_ms - zv_db_now_ms();

	if (left <= 0 || atomic_load(&db->interrupted))
		return 0;
	return left < INT_MAX ? (int)left : INT_MAX;
}

int
zv_db_fail_time(struct zv_db *db, struct zv_error *err)
{
	if (atomic_load(&db->interrupted))
		return zv_fail(err, ZV_ETIMEOUT, "%s: the statement was given up",
			       db->url->shown);
	return zv_fail(err, ZV_ETIMEOUT,
		       "%s: the statement took more than %d ms; ask for less, or allow "
		       "more time",
		       db->url->shown, db->timeout_ms);
}
