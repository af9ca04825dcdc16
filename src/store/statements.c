#include "store/statements.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"
#include "store/store_impl.h"

/* Columns as load.c reads and rows.c writes them. */
#define CALL_COLUMNS                                                                   \
 "call_id, server_id, uid, direction, result, missed, parked, anonymous, sources, "    \
 "from_number, from_name, to_number, did, queue, reason, picked_up_by, talked, "       \
 "linked_ids, started_ms, answered_ms, ended_ms, wait_ms, talk_ms, n_transfers, "      \
 "n_recordings, what"
#define LEG_COLUMNS                                                                    \
 "call_id, n, line, number, name, channel, unique_id, role, result, cause, is_trunk, " \
 "rang, answered, started_ms, rang_ms, answered_ms, ended_ms"

/* The rows that a page looks at, in order, from a position on; those of them that fit, up to
 * another position; how many there are. */
#define NEWEST                                                                         \
 "started_ms >= ? AND started_ms <= ? AND (started_ms < ? OR call_id < ?) "
#define OLDEST                                                                         \
 "started_ms <= ? AND started_ms >= ? AND (started_ms > ? OR call_id > ?) "
#define NEWEST_END "AND (started_ms > ? OR call_id >= ?) "
#define OLDEST_END "AND (started_ms < ? OR call_id <= ?) "
#define DOWN	   "ORDER BY started_ms DESC, call_id DESC "
#define UP	   "ORDER BY started_ms, call_id "
#define ONE_PARTY  "FROM parties WHERE period = ? AND name = ? AND "
#define ALL_CALLS  "FROM calls WHERE "
#define FILTERS                                                                        \
 "AND (what & ?) <> 0 AND (what & ?) <> 0 AND (what & ?) <> 0 AND (what & ?) = ? "     \
 "AND ({server_bit} & ?) <> 0 "
#define NUMBERED "FROM calls WHERE call_id > ? ORDER BY call_id LIMIT ?"
#define ROWS(FROM, RANGE, ORDER)                                                       \
 "SELECT started_ms, call_id, what " FROM RANGE ORDER "LIMIT ?"
#define FITTING(FROM, RANGE, END, ORDER)                                               \
 "SELECT started_ms, call_id, what " FROM RANGE END FILTERS ORDER "LIMIT ?"
#define LAST(FROM, RANGE, ORDER)                                                       \
 "SELECT started_ms, call_id " FROM RANGE ORDER "LIMIT 1 OFFSET ?"
#define LOOKED_AT(FROM, RANGE) "SELECT COUNT(*) " FROM RANGE
#define OF(WHO, FROM)                                                                  \
 [ZV_SQL_##WHO##_NEWEST] = ROWS(FROM, NEWEST, DOWN),                                   \
 [ZV_SQL_##WHO##_OLDEST] = ROWS(FROM, OLDEST, UP),                                     \
 [ZV_SQL_##WHO##_NEWEST_FITTING] = FITTING(FROM, NEWEST, NEWEST_END, DOWN),            \
 [ZV_SQL_##WHO##_OLDEST_FITTING] = FITTING(FROM, OLDEST, OLDEST_END, UP),              \
 [ZV_SQL_##WHO##_NEWEST_END] = LAST(FROM, NEWEST, DOWN),                               \
 [ZV_SQL_##WHO##_OLDEST_END] = LAST(FROM, OLDEST, UP),                                 \
 [ZV_SQL_##WHO##_NEWEST_COUNT] = LOOKED_AT(FROM, NEWEST),                              \
 [ZV_SQL_##WHO##_OLDEST_COUNT] = LOOKED_AT(FROM, OLDEST)

static const char *const texts[] = {
	[ZV_SQL_META_GET] = "SELECT value FROM meta WHERE name = ?",
	[ZV_SQL_META_SET] =
		"INSERT INTO meta (name, value) VALUES (?, ?) {upsert:name} "
		"{set:value}",
	[ZV_SQL_SERVERS] = "SELECT server_id, name FROM servers ORDER BY server_id",
	[ZV_SQL_SERVER_NEW] = "INSERT INTO servers (server_id, name) VALUES (?, ?)",
	[ZV_SQL_CALL_MAX] = "SELECT MAX(call_id) FROM calls",

	[ZV_SQL_CHANNEL_NEW] = "{new} INTO channels (server_id, unique_id, call_id) "
			       "VALUES (?, ?, ?) {skip}",
	[ZV_SQL_CHANNEL_SET] = "INSERT INTO channels (server_id, unique_id, call_id) "
			       "VALUES (?, ?, ?) {upsert:server_id, unique_id} "
			       "{set:call_id}",
	[ZV_SQL_CHANNEL_FIND] = "SELECT call_id FROM channels WHERE server_id = ? AND "
				"unique_id = ?",
	[ZV_SQL_CHANNEL_GONE] = "DELETE FROM channels WHERE server_id = ? AND "
				"unique_id = ? AND call_id = ?",

	[ZV_SQL_CALL_NEW] = "INSERT INTO calls (" CALL_COLUMNS ") VALUES ({in:26})",
	[ZV_SQL_LEG_NEW] = "INSERT INTO legs (" LEG_COLUMNS ") VALUES ({in:17})",
	[ZV_SQL_TRANSFER_NEW] = "INSERT INTO transfers (call_id, n, kind, by_whom, "
				"to_whom) VALUES ({in:5})",
	[ZV_SQL_RECORDING_NEW] = "INSERT INTO recordings (call_id, n, recording_id, "
				 "file) VALUES ({in:4})",
	[ZV_SQL_RECORDING_FIND] =
		"SELECT call_id FROM recordings WHERE recording_id = ?",
	[ZV_SQL_PARTY_NEW] = "{new} INTO parties (period, name, started_ms, call_id, "
			     "what) VALUES ({in:5}) {skip}",
	[ZV_SQL_PARTY_GONE] = "DELETE FROM parties WHERE period = ? AND name = ? AND "
			      "started_ms = ? AND call_id = ?",
	[ZV_SQL_CALL_GONE] = "DELETE FROM calls WHERE call_id = ?",
	[ZV_SQL_LEGS_GONE] = "DELETE FROM legs WHERE call_id = ?",
	[ZV_SQL_TRANSFERS_GONE] = "DELETE FROM transfers WHERE call_id = ?",
	[ZV_SQL_RECORDINGS_GONE] = "DELETE FROM recordings WHERE call_id = ?",

	[ZV_SQL_OPEN_ANY] = "SELECT COUNT(*) FROM open_calls",
	[ZV_SQL_OPEN_SET] = "INSERT INTO open_calls (server_id, uid, started_ms, body) "
			    "VALUES ({in:4}) {upsert:server_id, uid} {set:started_ms}, "
			    "{set:body}",
	[ZV_SQL_OPEN_GET] =
		"SELECT body FROM open_calls WHERE server_id = ? AND uid = ?",
	[ZV_SQL_OPEN_GONE] = "DELETE FROM open_calls WHERE server_id = ? AND uid = ?",
	[ZV_SQL_OPEN_EACH] = "SELECT body FROM open_calls WHERE server_id = ? ORDER BY "
			     "started_ms, uid",
	[ZV_SQL_OPEN_ALL] = "SELECT body FROM open_calls ORDER BY started_ms, uid",

	[ZV_SQL_MARK_SET] =
		"INSERT INTO marks (name, value) VALUES (?, ?) {upsert:name} "
		"{set:value}",
	[ZV_SQL_MARK_GET] = "SELECT value FROM marks WHERE name = ?",
	[ZV_SQL_MARK_GONE] = "DELETE FROM marks WHERE name = ?",

	[ZV_SQL_COUNT_HOUR] =
		"INSERT INTO counts (hour, server_id, direction, result, queue, calls, "
		"missed, talk_ms, wait_ms) VALUES ({in:9}) "
		"{upsert:hour, server_id, direction, result, queue} "
		"{add:counts.calls}, "
		"{add:counts.missed}, {add:counts.talk_ms}, {add:counts.wait_ms}",
	[ZV_SQL_COUNT_LINE] =
		"INSERT INTO counts_line (hour, server_id, line, calls, answered, "
		"missed, "
		"talk_ms, wait_ms) VALUES ({in:8}) {upsert:hour, server_id, line} "
		"{add:counts_line.calls}, {add:counts_line.answered}, "
		"{add:counts_line.missed}, {add:counts_line.talk_ms}, "
		"{add:counts_line.wait_ms}",

	[ZV_SQL_LOAD_CALLS] =
		"SELECT " CALL_COLUMNS " FROM calls WHERE call_id IN ({in:50})",
	[ZV_SQL_LOAD_LEGS] = "SELECT " LEG_COLUMNS " FROM legs WHERE call_id IN "
			     "({in:50}) ORDER BY call_id, n",
	[ZV_SQL_LOAD_TRANSFERS] = "SELECT call_id, n, kind, by_whom, to_whom FROM "
				  "transfers WHERE call_id IN ({in:50}) ORDER BY "
				  "call_id, n",
	[ZV_SQL_LOAD_RECORDINGS] = "SELECT call_id, n, recording_id, file FROM "
				   "recordings WHERE call_id IN ({in:50}) ORDER BY "
				   "call_id, n",
	[ZV_SQL_LOAD_CALL] = "SELECT " CALL_COLUMNS " FROM calls WHERE call_id = ?",
	[ZV_SQL_LOAD_CALL_LEGS] =
		"SELECT " LEG_COLUMNS " FROM legs WHERE call_id = ? ORDER BY n",
	[ZV_SQL_LOAD_CALL_TRANSFERS] = "SELECT call_id, n, kind, by_whom, to_whom FROM "
				       "transfers WHERE call_id = ? ORDER BY n",
	[ZV_SQL_LOAD_CALL_RECORDINGS] = "SELECT call_id, n, recording_id, file FROM "
					"recordings WHERE call_id = ? ORDER BY n",

	[ZV_SQL_PERIOD_BEFORE] = "SELECT MAX(period) FROM parties WHERE period <= ?",
	[ZV_SQL_PERIOD_AFTER] = "SELECT MIN(period) FROM parties WHERE period >= ?",
	[ZV_SQL_PARTY_FEW] = "SELECT COUNT(*) FROM (SELECT call_id FROM parties WHERE "
			     "period = ? AND name = ? LIMIT ?) x",
	[ZV_SQL_CALLS_AFTER] = "SELECT call_id, started_ms, what " NUMBERED,
	[ZV_SQL_CALLS_AFTER_FITTING] =
		"SELECT call_id FROM (SELECT call_id, started_ms, what " NUMBERED
		") x WHERE started_ms >= ? AND started_ms <= ? " FILTERS
		"ORDER BY call_id LIMIT ?",
	[ZV_SQL_CALLS_WINDOW] =
		"SELECT COUNT(*), MAX(call_id), MIN(started_ms), MAX(started_ms) "
		"FROM (SELECT call_id, started_ms " NUMBERED ") x",
	[ZV_SQL_PARTY_KEYS] = "SELECT call_id, what " ONE_PARTY
			      "started_ms >= ? AND started_ms <= ? LIMIT ?",
	OF(PARTY, ONE_PARTY),
	OF(CALLS, ALL_CALLS),

	[ZV_SQL_BEFORE] = "SELECT call_id FROM calls WHERE started_ms < ? ORDER BY "
			  "started_ms, call_id LIMIT ?",
	[ZV_SQL_NAMED] = "SELECT call_id FROM calls WHERE started_ms < ? AND "
			 "started_ms >= ? AND anonymous = 0 ORDER BY started_ms, "
			 "call_id LIMIT ?",

	[ZV_SQL_SUM_HOURS] =
		"SELECT hour, server_id, direction, result, queue, calls, missed, "
		"talk_ms, wait_ms FROM counts WHERE hour >= ? AND hour < ? AND calls > "
		"0 "
		"ORDER BY hour",
	[ZV_SQL_SUM_LINES] =
		"SELECT server_id, line, SUM(calls), SUM(answered), SUM(missed), "
		"SUM(talk_ms), SUM(wait_ms) FROM counts_line WHERE hour >= ? AND "
		"hour < ? GROUP BY server_id, line ORDER BY line",
	[ZV_SQL_SUM_CALLS] =
		"SELECT started_ms, direction, result, missed, queue, talk_ms, wait_ms "
		"FROM calls WHERE call_id IN ({in:50})",
	[ZV_SQL_COUNT_MIN] = "SELECT MIN(hour) FROM counts",
	[ZV_SQL_COUNT_MAX] = "SELECT MAX(hour) FROM counts",
};
_Static_assert(sizeof(texts) / sizeof(texts[0]) == ZV_SQL_COUNT, "a text for each");

static int
prepare_text(struct zv_store *s, enum zv_sql which, struct zv_error *err)
{
	struct zv_buf out = { 0 };
	int rc;

	if (s->sql[which])
		return 0;
	rc = zv_store_dialect(s->dialect, texts[which], &out);
	if (rc == 0)
		s->sql[which] = zv_memdup(out.p, out.n);
	zv_buf_deinit(&out);
	return s->sql[which] ? 0
	       : rc	     ? zv_fail(err, rc, "a statement of the store")
			     : zv_fail_nomem(err);
}

long long
zv_store_run(struct zv_store *s, enum zv_sql which, const struct zv_db_value *values,
	     size_t n, struct zv_error *err)
{
	int rc = prepare_text(s, which, err);

	return rc < 0 ? rc : zv_db_run(s->db, s->sql[which], values, n, err);
}

int
zv_store_query(struct zv_store *s, enum zv_sql which, const struct zv_db_value *values,
	       size_t n, struct zv_db_rows **out, struct zv_error *err)
{
	int rc = prepare_text(s, which, err);

	return rc < 0 ? rc : zv_db_query(s->db, s->sql[which], values, n, out, err);
}

/* Sums of MariaDB are DECIMAL, of PostgreSQL NUMERIC: texts. */
int64_t
zv_store_int(const struct zv_db_value *value)
{
	long long n = 0;

	if (value->type == ZV_DB_INT)
		return value->number;
	if (value->type == ZV_DB_REAL)
		return (int64_t)value->real;
	if (value->type == ZV_DB_TEXT)
		zv_num_parse(value->text, INT64_MIN, INT64_MAX, &n);
	return n;
}

int
zv_store_number(struct zv_store *s, enum zv_sql which, const struct zv_db_value *values,
		size_t n, int64_t *out, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, which, values, n, &rows, err);

	if (rc == 0)
		rc = zv_db_next(rows, &row, err);
	if (rc == 1 && row[0].type == ZV_DB_NULL)
		rc = 0;
	if (rc == 1)
		*out = zv_store_int(&row[0]);
	zv_db_end(rows);
	return rc;
}

int
zv_store_text(struct zv_store *s, enum zv_sql which, const struct zv_db_value *values,
	      size_t n, struct zv_buf *out, struct zv_error *err)
{
	struct zv_db_rows *rows = NULL;
	const struct zv_db_value *row;
	int rc = zv_store_query(s, which, values, n, &rows, err);

	if (rc == 0)
		rc = zv_db_next(rows, &row, err);
	if (rc == 1 && row[0].type != ZV_DB_NULL)
		zv_buf_add(out, row[0].text);
	zv_db_end(rows);
	return rc == 1 && zv_buf_failed(out) ? zv_fail_nomem(err) : rc;
}
