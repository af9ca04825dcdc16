-- Ready queries for the history that zvond keeps in SQLite, over its views. Read only: the tables
-- below them are zvond's. Times of the views are UTC; started_ms is Unix time in milliseconds.
--
--   sqlite3 -readonly -header -column /var/lib/zvond/history.db < queries.sql
--
-- Change the number, the line and the days to yours. What the columns mean: docs/history/store.md.

-- 1. Calls with a number, the newest first. A number is kept in one form, however it was dialled:
-- digits with the country's code, no plus.
SELECT started, direction, result, from_number, to_number, talked, talk_s
FROM v_calls_with
WHERE party = '79161234567' AND is_number
ORDER BY started_ms DESC
LIMIT 20;

-- 2. Missed calls of a day (here: of the last day that has calls), and whether the caller was
-- reached afterwards.
SELECT c.started, c.from_number, c.did, c.queue, c.result, c.wait_s,
       EXISTS (SELECT 1 FROM v_calls_with a
               WHERE a.party = c.from_number AND a.result = 'answered'
                     AND a.started_ms > c.started_ms) AS reached
FROM v_calls c
WHERE c.direction = 'in' AND c.missed
      AND c.started_ms >= (SELECT MAX(started_ms) / 86400000 * 86400000 FROM v_calls)
ORDER BY c.started_ms;

-- 3. What a line did: every leg of it, also those that rang and were answered elsewhere.
SELECT l.started, c.direction, l.role, l.result, c.from_number, c.to_number, c.talk_s
FROM v_legs l JOIN v_calls c ON c.call_id = l.call_id
WHERE l.line = '101'
ORDER BY l.started_ms DESC
LIMIT 20;

-- 4. Load by hour and direction: for a plot. Counted when calls are written, so it is quick.
SELECT hour, direction, SUM(calls) AS calls, SUM(missed) AS missed, SUM(talk_s) AS talk_s
FROM v_hours
GROUP BY hour, direction
ORDER BY hour, direction;

-- 5. Lines by calls.
SELECT line, SUM(calls) AS calls, SUM(answered) AS answered, SUM(missed) AS missed,
       SUM(talk_s) AS talk_s
FROM v_hours_of_lines
GROUP BY line
ORDER BY calls DESC;

-- 6. Recordings: the id is for /v1/recordings/ID, the file is what the PBX called it.
SELECT started, from_number, to_number, recording_id, file
FROM v_recordings
ORDER BY started_ms DESC
LIMIT 20;

-- 7. Who transferred whom.
SELECT c.started, t.kind, t.by_whom, t.to_whom, c.from_number, c.talked
FROM v_transfers t JOIN v_calls c ON c.call_id = t.call_id
ORDER BY c.started_ms DESC
LIMIT 20;
