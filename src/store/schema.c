/* The tables, by versions: each version is a list of statements that makes it of the one
 * before. What the columns mean is told in docs/history/store.md. */
#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/random.h"
#include "store/store_impl.h"
#include "store/views.h"

static const char *const version_0[] = {
	"CREATE TABLE IF NOT EXISTS meta (name {text}, value {text}, PRIMARY KEY "
	"(name)) "
	"{table}",
	NULL,
};

static const char *const version_1[] = {
	"CREATE TABLE IF NOT EXISTS servers (server_id {small}, name {text}, "
	"PRIMARY KEY (server_id)) {table}",
	"CREATE TABLE IF NOT EXISTS calls (call_id {key}, server_id {small}, uid {id}, "
	"direction {small}, result {small}, missed {small}, parked {small}, "
	"anonymous {small}, sources {small}, from_number {text}, from_name {text}, "
	"to_number {text}, did {text}, queue {text}, reason {text}, picked_up_by "
	"{text}, "
	"talked {long}, linked_ids {long}, started_ms {int}, answered_ms {int}, "
	"ended_ms {int}, wait_ms {int}, talk_ms {int}, n_transfers {small}, "
	"n_recordings {small}, what {int}) {rows}",
	"CREATE INDEX IF NOT EXISTS calls_started ON calls (started_ms, call_id, what)",
	"CREATE TABLE IF NOT EXISTS legs (call_id {int}, n {small}, line {text}, "
	"number {text}, name {text}, channel {text}, unique_id {id}, role {small}, "
	"result {small}, cause {small}, is_trunk {small}, rang {small}, "
	"answered {small}, started_ms {int}, rang_ms {int}, answered_ms {int}, "
	"ended_ms {int}, PRIMARY KEY (call_id, n)) {table}",
	"CREATE TABLE IF NOT EXISTS transfers (call_id {int}, n {small}, kind {small}, "
	"by_whom {text}, to_whom {text}, PRIMARY KEY (call_id, n)) {table}",
	"CREATE TABLE IF NOT EXISTS recordings (call_id {int}, n {small}, "
	"recording_id {id}, file {long}, PRIMARY KEY (call_id, n)) {table}",
	"CREATE UNIQUE INDEX IF NOT EXISTS recordings_id ON recordings (recording_id)",
	"CREATE TABLE IF NOT EXISTS channels (server_id {small}, unique_id {id}, "
	"call_id {int}, PRIMARY KEY (server_id, unique_id)) {table}",
	"CREATE TABLE IF NOT EXISTS parties (period {int}, name {id}, started_ms "
	"{int}, "
	"call_id {int}, what {int}, PRIMARY KEY (period, name, started_ms, call_id)) "
	"{table}",
	"CREATE TABLE IF NOT EXISTS open_calls (server_id {small}, uid {id}, "
	"started_ms {int}, body {long}, PRIMARY KEY (server_id, uid)) {table}",
	"CREATE TABLE IF NOT EXISTS counts (hour {int}, server_id {small}, "
	"direction {small}, result {small}, queue {text}, calls {int}, missed {int}, "
	"talk_ms {int}, wait_ms {int}, PRIMARY KEY (hour, server_id, direction, "
	"result, "
	"queue)) {table}",
	"CREATE TABLE IF NOT EXISTS counts_line (hour {int}, server_id {small}, "
	"line {text}, calls {int}, answered {int}, missed {int}, talk_ms {int}, "
	"wait_ms {int}, PRIMARY KEY (hour, server_id, line)) {table}",
	"CREATE TABLE IF NOT EXISTS marks (name {text}, value {long}, PRIMARY KEY "
	"(name)) "
	"{table}",
	NULL,
};

static const char *const *const versions[] = { version_1, zv_store_views };
_Static_assert(sizeof(versions) / sizeof(versions[0]) == ZV_STORE_SCHEMA,
	       "a step for each version");

static int
run_step(struct zv_store *s, const char *const *step, struct zv_error *err)
{
	struct zv_buf text = { 0 };
	long long rc = 0;

	for (; *step && rc >= 0; step++) {
		zv_buf_clear(&text);
		rc = zv_store_dialect(s->dialect, *step, &text);
		rc = rc < 0 ? zv_fail(err, (int)rc, "a statement of the schema")
			    : zv_db_run(s->db, zv_buf_cstr(&text), NULL, 0, err);
	}
	zv_buf_deinit(&text);
	return rc < 0 ? (int)rc : 0;
}

static int
set_meta(struct zv_store *s, struct zv_str name, struct zv_str value,
	 struct zv_error *err)
{
	struct zv_db_value v[] = { zv_db_text(name), zv_db_text(value) };
	long long rc = zv_store_run(s, ZV_SQL_META_SET, v, 2, err);

	return rc < 0 ? (int)rc : 0;
}

int
zv_store_version(struct zv_store *s, struct zv_error *err)
{
	struct zv_db_value name = zv_db_text(ZV_STR("schema"));
	struct zv_error why = { 0 };
	struct zv_buf text = { 0 };
	long long version = 0;
	int rc = zv_store_text(s, ZV_SQL_META_GET, &name, 1, &text, &why);

	if (rc == 1)
		rc = zv_num_parse(zv_buf_str(&text), 1, 1000000, &version);
	zv_buf_deinit(&text);
	if (rc == ZV_ENOTFOUND)
		return 0;
	if (why.code)
		return zv_fail(err, why.code, "%s", why.text);
	return rc < 0 ? zv_fail(err, ZV_EPROTO, "%s: its schema version is no number",
				zv_db_name(s->db))
		      : (int)version;
}

/* Cursors are signed with it: see cursor.c. */
static int
make_cursor_key(struct zv_store *s, struct zv_error *err)
{
	unsigned char bytes[8];
	char text[2 * sizeof(bytes) + 1];
	int rc = zv_store_random(bytes, sizeof(bytes), err);

	if (rc < 0)
		return rc;
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(text + 2 * i, 3, "%02x", bytes[i]);
	return set_meta(s, ZV_STR("cursor_key"), zvon_str(text), err);
}

static int
step_up(struct zv_store *s, int from, int to, struct zv_error *err)
{
	char text[16];
	int rc = 0;

	for (int v = from; v < to && rc == 0; v++)
		rc = run_step(s, versions[v], err);
	if (rc == 0 && from == 0)
		rc = make_cursor_key(s, err);
	snprintf(text, sizeof(text), "%d", to);
	if (rc == 0)
		rc = set_meta(s, ZV_STR("schema"), zvon_str(text), err);
	return rc;
}

int
zv_store_migrate(struct zv_store *s, int version, struct zv_error *err)
{
	int rc = zv_db_begin(s->db, err);
	int now;

	if (rc < 0)
		return rc;
	/* PostgreSQL ends the transaction when a table is asked for that is not there */
	rc = run_step(s, version_0, err);
	now = rc < 0 ? rc : zv_store_version(s, err); /* another may have done it */
	rc = now < 0 ? now : now < version ? step_up(s, now, version, err) : 0;
	if (rc == 0)
		rc = zv_db_commit(s->db, err);
	if (rc < 0)
		zv_db_rollback(s->db);
	return rc;
}
