#include "store/views.h"

#include <stddef.h>

/* The numbers of enum zv_call_direction, zv_call_result, zv_leg_role, zv_transfer_kind. */
#define DIRECTION                                                                      \
 "CASE c.direction WHEN 1 THEN 'in' WHEN 2 THEN 'out' ELSE 'internal' END AS "         \
 "direction"
#define RESULT(T)                                                                      \
 "CASE " T ".result WHEN 1 THEN 'answered' WHEN 2 THEN 'busy' WHEN 3 THEN "            \
 "'no_answer' WHEN 4 THEN 'cancelled' WHEN 5 THEN 'rejected' WHEN 6 THEN "             \
 "'congestion' WHEN 7 THEN 'failed' WHEN 8 THEN 'abandoned' WHEN 9 THEN "              \
 "'answered_elsewhere' ELSE '' END AS result"
#define CALL                                                                           \
 "c.call_id, s.name AS server, c.uid, " DIRECTION ", " RESULT(                         \
	 "c") ", c.missed, c.from_number, c.from_name, c.to_number, c.did, c.queue, "  \
	      "{lines:c.talked} AS talked, {time:c.started_ms} AS started, "           \
	      "{time:c.answered_ms} AS answered, {time:c.ended_ms} AS ended, "         \
	      "c.wait_ms / 1000.0 AS wait_s, c.talk_ms / 1000.0 AS talk_s, c.reason, " \
	      "c.picked_up_by, c.parked, c.anonymous, c.n_transfers, "                 \
	      "c.n_recordings, c.started_ms, c.answered_ms, c.ended_ms, c.sources"

const char *const zv_store_views[] = {
	"{view} v_calls AS SELECT " CALL " FROM calls c JOIN servers s ON "
	"s.server_id = c.server_id",

	"{view} v_legs AS SELECT l.call_id, l.n, l.line, l.number, l.name, l.channel, "
	"l.unique_id, CASE l.role WHEN 1 THEN 'callee' ELSE 'caller' END AS "
	"role, " RESULT(
		"l") ", l.cause, l.is_trunk, l.rang, l.answered, {time:l.started_ms} "
		     "AS "
		     "started, {time:l.rang_ms} AS rang_at, {time:l.answered_ms} AS "
		     "answered_at, {time:l.ended_ms} AS ended, l.started_ms, "
		     "l.rang_ms, "
		     "l.answered_ms, l.ended_ms FROM legs l",

	"{view} v_transfers AS SELECT call_id, n, CASE kind WHEN 1 THEN 'attended' "
	"ELSE "
	"'blind' END AS kind, by_whom, to_whom FROM transfers",

	"{view} v_recordings AS SELECT r.call_id, r.n, r.recording_id, r.file, s.name "
	"AS "
	"server, c.uid, {time:c.started_ms} AS started, c.started_ms, c.from_number, "
	"c.to_number, c.queue FROM recordings r JOIN calls c ON c.call_id = r.call_id "
	"JOIN servers s ON s.server_id = c.server_id",

	/* A name is looked for in each period: there are four in a year. */
	"{view} v_periods AS WITH RECURSIVE p (period) AS (SELECT MIN(period) FROM "
	"parties UNION ALL SELECT (SELECT MIN(q.period) FROM parties q WHERE q.period "
	"> "
	"p.period) FROM p WHERE p.period IS NOT NULL) SELECT period FROM p WHERE "
	"period "
	"IS NOT NULL",

	"{view} v_parties AS SELECT y.name, (y.what >> 15) & 1 AS is_number, "
	"(y.what >> 16) & 1 AS is_line, (y.what >> 17) & 1 AS is_did, "
	"(y.what >> 18) & 1 AS is_queue, y.call_id, y.started_ms, y.period FROM "
	"v_periods p JOIN parties y ON y.period = p.period",

	"{view} v_calls_with AS SELECT y.name AS party, y.is_number, y.is_line, "
	"y.is_did, y.is_queue, " CALL " FROM v_parties y JOIN calls c ON c.call_id = "
	"y.call_id JOIN servers s ON s.server_id = c.server_id",

	"{view} v_hours AS SELECT {time:k.hour * 3600000} AS hour, s.name AS server, "
	"CASE k.direction WHEN 1 THEN 'in' WHEN 2 THEN 'out' ELSE 'internal' END AS "
	"direction, " RESULT(
		"k") ", k.queue, k.calls, k.missed, k.talk_ms / 1000.0 AS talk_s, "
		     "k.wait_ms / 1000.0 AS wait_s, k.hour * 3600000 AS hour_ms FROM "
		     "counts k JOIN servers s ON s.server_id = k.server_id WHERE "
		     "k.calls > 0",

	"{view} v_hours_of_lines AS SELECT {time:k.hour * 3600000} AS hour, s.name AS "
	"server, k.line, k.calls, k.answered, k.missed, k.talk_ms / 1000.0 AS talk_s, "
	"k.wait_ms / 1000.0 AS wait_s, k.hour * 3600000 AS hour_ms FROM counts_line k "
	"JOIN servers s ON s.server_id = k.server_id WHERE k.calls > 0",
	NULL,
};
