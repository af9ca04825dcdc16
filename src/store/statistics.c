#include "base/err.h"
#include "store/store_impl.h"

int
zv_store_statistics(struct zv_store *s, const struct zv_history_query *q,
		    enum zv_statistics_by by, int offset_s, zv_statistics_fn fn,
		    void *context, struct zv_error *err)
{
	return zv_fail(err, ZV_EBUSY, "statistics are not counted yet");
}
