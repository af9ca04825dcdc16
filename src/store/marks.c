#include "store/store_impl.h"

int
zv_store_mark(struct zv_store *s, struct zv_str name, struct zv_str value,
	      struct zv_error *err)
{
	struct zv_db_value v[] = { zv_store_cut(name, ZV_STORE_TEXT_MAX),
				   zv_db_text(value) };
	long long rc = value.p ? zv_store_run(s, ZV_SQL_MARK_SET, v, 2, err)
			       : zv_store_run(s, ZV_SQL_MARK_GONE, v, 1, err);

	return rc < 0 ? (int)rc : 0;
}

int
zv_store_marked(struct zv_store *s, struct zv_str name, struct zv_buf *out,
		struct zv_error *err)
{
	struct zv_db_value v = zv_store_cut(name, ZV_STORE_TEXT_MAX);

	return zv_store_text(s, ZV_SQL_MARK_GET, &v, 1, out, err);
}
