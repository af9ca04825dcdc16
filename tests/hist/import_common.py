"""What the tests of `zvon import` share: the program, tables of set-ups in real databases, and
what a store holds as plain Python."""

import json
import os
import sqlite3
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

import databases

BUILD = Path(os.environ.get("ZVON_BUILD", databases.ROOT / "build"))
SLOW = databases.SLOW

TYPES = {
    "sqlite": {"key": "INTEGER PRIMARY KEY", "int": "INTEGER", "real": "REAL", "text": "TEXT",
               "datetime": "TEXT"},
    "mariadb": {"key": "INT PRIMARY KEY", "int": "INT", "real": "DOUBLE",
                "text": "VARCHAR(255)", "datetime": "DATETIME"},
    "postgresql": {"key": "INT PRIMARY KEY", "int": "INT", "real": "DOUBLE PRECISION",
                   "text": "VARCHAR(255)", "datetime": "TIMESTAMP"},
}
NUMBERS = ("key", "int", "real")


def program():
    for path in (BUILD / "zvon", BUILD / "src/cli/zvon"):
        if os.access(path, os.X_OK):
            return str(path)
    raise AssertionError("no zvon in %s: build first" % BUILD)


def environment():
    env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC")
    env.pop("ZVON_SECRET", None)
    if not env.get("ZVON_DB_MODULES"):
        env["ZVON_DB_MODULES"] = str(BUILD / "src/db")
    return env


def start(*words):
    return subprocess.Popen([program(), "import", *words], env=environment(),
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


class Done:
    """How it ended: code, what it counted (a dictionary, or None), its messages."""

    def __init__(self, process, seconds=60):
        out, err = process.communicate(timeout=seconds * SLOW)
        self.code, self.text = process.returncode, err.decode(errors="replace")
        self.output = out.decode()
        self.counted = json.loads(self.output) if self.output.strip() else None


def run(*words):
    return Done(start(*words))


# ---- tables ------------------------------------------------------------------------------


def literal(kind, type_name, value):
    if value is None or (value == "" and type_name != "text"):
        return "NULL"
    if type_name in NUMBERS:
        return value
    return "'%s'" % value.replace("'", "''")


def table_sql(kind, set_up, rows=None):
    """The table and its rows, as that database's own client takes it."""
    quote = "`" if kind == "mariadb" else '"'
    name = "%s%s%s" % (quote, set_up.table, quote)
    columns = ", ".join("%s%s%s %s" % (quote, column, quote, TYPES[kind][type_name])
                        for column, type_name in set_up.columns)
    lines = ["CREATE TABLE %s (%s)" % (name, columns)]
    for row in set_up.rows() if rows is None else rows:
        values = ", ".join(literal(kind, type_name, row[column])
                           for column, type_name in set_up.columns)
        if kind == "mariadb":
            values = values.replace("\\", "\\\\")
        lines.append("INSERT INTO %s VALUES (%s)" % (name, values))
    return ";\n".join(lines) + ";\n"


def load(base, set_up, name="cdr"):
    """-> the URL of an account that can only read."""
    base.fresh(name)
    base.sql(table_sql(base.kind, set_up), name)
    return base.url(name, user="reader")


def words_of(set_up, is_file=False):
    """--preset, --column … as the set-up says."""
    words = ["--preset", set_up.preset, "--timezone", set_up.zone, "--server", "office"]
    if not is_file:
        words += ["--table", set_up.table]
    for name, column in set_up.map.items():
        words += ["--column", "%s=%s" % (name, column)]
    for trunk in set_up.trunks:
        words += ["--trunk", trunk]
    return words


def secret_words(base):
    return ["--secret-file", base.secret_file()] if base.secret else []


# ---- the store ---------------------------------------------------------------------------


def rfc3339(ms):
    if not ms:
        return None
    told = datetime.fromtimestamp(ms / 1000, timezone.utc)
    return told.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (ms % 1000)


def rows_of(store, sql):
    connection = sqlite3.connect("file:%s?mode=ro" % store, uri=True)
    connection.row_factory = sqlite3.Row
    try:
        return [dict(row) for row in connection.execute(sql)]
    finally:
        connection.close()


def calls_of(store):
    """Each call with its legs, transfers, recordings, in an order of their own; without the
    numbers the store gave."""
    legs, transfers, recordings = {}, {}, {}
    for table, into in (("v_legs", legs), ("v_transfers", transfers),
                        ("v_recordings", recordings)):
        for row in rows_of(store, "SELECT * FROM %s ORDER BY call_id, n" % table):
            into.setdefault(row["call_id"], []).append(row)
    calls = []
    for c in rows_of(store, "SELECT * FROM v_calls"):
        number = c["call_id"]
        calls.append({
            "call": c["uid"] or None, "server": c["server"], "direction": c["direction"],
            "result": c["result"], "missed": bool(c["missed"]),
            "from": {"number": c["from_number"] or None, "name": c["from_name"] or None},
            "to": {"number": c["to_number"] or None}, "did": c["did"] or None,
            "queue": c["queue"] or None, "started": rfc3339(c["started_ms"]),
            "answered": rfc3339(c["answered_ms"]), "ended": rfc3339(c["ended_ms"]),
            "wait_ms": round(c["wait_s"] * 1000), "talk_ms": round(c["talk_s"] * 1000),
            "legs": [leg_of(row) for row in legs.get(number, [])],
            "transfers": [{"kind": row["kind"], "by": row["by_whom"] or None,
                           "to": row["to_whom"] or None}
                          for row in transfers.get(number, [])],
            "recordings": [row["file"] for row in recordings.get(number, [])],
        })
    return sorted(calls, key=lambda call: (call["started"] or "", call["call"] or ""))


def leg_of(row):
    return {
        "line": row["line"] or None, "number": row["number"] or None,
        "role": row["role"], "result": row["result"], "trunk": bool(row["is_trunk"]),
        "rang": bool(row["rang"]), "answered": bool(row["answered"]),
        "uniqueid": row["unique_id"] or None, "started_at": rfc3339(row["started_ms"]),
        "answered_at": rfc3339(row["answered_ms"]), "ended_at": rfc3339(row["ended_ms"]),
    }


def expected_of(set_up):
    """The same shape of what the set-up expects."""
    calls = []
    for told in set_up.expected():
        call = {key: told[key] for key in (
            "call", "direction", "result", "missed", "from", "to", "did", "queue", "started",
            "answered", "ended", "wait_ms", "talk_ms", "transfers")}
        call["server"] = "office"
        call["legs"] = [{key: leg[key] for key in (
            "line", "number", "role", "result", "trunk", "rang", "answered", "uniqueid",
            "started_at", "answered_at", "ended_at")} for leg in told["legs"]]
        call["recordings"] = [recording["file"] for recording in told["recordings"]]
        calls.append(call)
    return calls


# ---- a Master.csv ------------------------------------------------------------------------


def master_rows(calls, first=0):
    """Rows as cdr_csv writes them, in the order of their end: one to three a call; every
    seventh call is missed."""
    start_s = 1700000000
    for i in range(first, first + calls):
        linked = "%d.%d" % (start_s + 5 * i, 4 * i)
        client = "7916%07d" % (i % 5000)
        for leg in range(1 + i % 3):
            answered = leg == i % 3 and i % 7
            begin = start_s + 5 * i + leg
            end = begin + 20
            at = [time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(t))
                  for t in (begin, begin + 2, end)]
            line = 100 + (i + leg) % 50
            yield ('"","%s","%d","from-trunk","""Client %d"" <%s>","PJSIP/trunk-%08x",'
                   '"PJSIP/%d-%08x","Dial","PJSIP/%d,20","%s","%s","%s",20,%d,"%s",'
                   '"DOCUMENTATION","%s","","","%s",%d\n'
                   % (client, line, i, client, 4 * i, line, 4 * i + leg + 1, line, at[0],
                      at[1] if answered else "", at[2], 18 if answered else 0,
                      "ANSWERED" if answered else "NO ANSWER", linked, linked,
                      4 * i + leg))


def write_master(path, calls, first=0, mode="w"):
    with open(path, mode, encoding="utf-8") as file:
        file.writelines(master_rows(calls, first))
