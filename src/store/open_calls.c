/* Calls that go on: each as the text that conversation.h writes, so that a daemon that was
 * killed finds what it had. */
#include "base/err.h"
#include "base/mem.h"
#include "store/store_impl.h"

int
zv_store_put_open(struct zv_store *s, const struct zv_conversation *c, int server,
		  struct zv_error *err)
{
	struct zv_buf body = { 0 }, before = { 0 };
	struct zv_json j = { .out = &body };
	struct zv_db_value v[] = { zv_db_int(server),
				   zv_store_cut(c->id, ZV_STORE_ID_MAX),
				   zv_db_int(c->started_ms), zv_db_null() };
	long long rc;
	int there;

	zv_conversation_json(&j, c);
	there = zv_store_text(s, ZV_SQL_OPEN_GET, v, 2, &before, err);
	rc = there;
	if (there >= 0 && zv_buf_failed(&body))
		rc = zv_fail_nomem(err);
	else if (there == 1 && zvon_str_equal(zv_buf_str(&before), zv_buf_str(&body)))
		rc = 0;
	else if (there >= 0) {
		v[3] = zv_db_text(zv_buf_str(&body));
		rc = zv_store_run(s, ZV_SQL_OPEN_SET, v, 4, err);
		rc = rc < 0 ? rc : there ? 2 : 1;
		s->has_open = 1;
	}
	zv_buf_deinit(&body);
	zv_buf_deinit(&before);
	return (int)rc;
}

int
zv_store_drop_open(struct zv_store *s, struct zv_str server, struct zv_str id,
		   struct zv_error *err)
{
	int number = zv_store_server(s, server, false, err);
	struct zv_db_value v[] = { zv_db_int(number),
				   zv_store_cut(id, ZV_STORE_ID_MAX) };
	long long rc;

	if (number <= 0)
		return number;
	rc = zv_store_run(s, ZV_SQL_OPEN_GONE, v, 2, err);
	return rc < 0 ? (int)rc : rc > 0;
}

int
zv_store_each_open(struct zv_store *s, struct zv_str server, zv_store_each_fn fn,
		   void *context, struct zv_error *err)
{
	int number = server.p ? zv_store_server(s, server, false, err) : 0;
	struct zv_db_value v = zv_db_int(number);
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc, n = 0;

	if (server.p && number <= 0)
		return number;
	rc = server.p ? zv_store_query(s, ZV_SQL_OPEN_EACH, &v, 1, &rows, err)
		      : zv_store_query(s, ZV_SQL_OPEN_ALL, NULL, 0, &rows, err);
	while (rc >= 0 && (rc = zv_db_next(rows, &row, err)) == 1) {
		struct zv_conversation *c = zv_conversation_read(row[0].text, err);

		rc = c ? fn(context, c) : ZV_EPROTO;
		zv_conversation_free(c);
		n++;
	}
	zv_db_end(rows);
	return rc < 0 ? rc : n;
}
