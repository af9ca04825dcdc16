#include "base/err.h"
#include "store/store_impl.h"

int
zv_store_find(struct zv_store *s, struct zv_str server, struct zv_str id,
	      struct zv_conversation **out, struct zv_error *err)
{
	int number = zv_store_server(s, server, false, err);
	struct zv_db_value v[] = { zv_db_int(number),
				   zv_store_cut(id, ZV_STORE_ID_MAX) };
	int64_t call;
	int rc;

	if (number <= 0)
		return number;
	rc = zv_store_number(s, ZV_SQL_CHANNEL_FIND, v, 2, &call, err);
	return rc == 1 ? zv_store_load_one(s, call, out, err) : rc;
}

static bool
is_id(struct zv_str id)
{
	for (size_t i = 0; i < id.n; i++)
		if (!((id.p[i] >= '0' && id.p[i] <= '9') ||
		      (id.p[i] >= 'a' && id.p[i] <= 'f')))
			return false;
	return id.n == ZV_STORE_RECORDING_ID;
}

int
zv_store_find_recording(struct zv_store *s, struct zv_str id,
			struct zv_conversation **out, size_t *which,
			struct zv_error *err)
{
	struct zv_db_value v = zv_db_text(id);
	int64_t call;
	int rc;

	if (!is_id(id))
		return 0;
	rc = zv_store_number(s, ZV_SQL_RECORDING_FIND, &v, 1, &call, err);
	if (rc == 1)
		rc = zv_store_load_one(s, call, out, err);
	if (rc != 1)
		return rc;
	for (*which = 0; *which < (*out)->n_recordings; ++*which)
		if (zvon_str_equal((*out)->recordings[*which].id, id))
			return 1;
	zv_conversation_free(*out);
	*out = NULL;
	return 0;
}
