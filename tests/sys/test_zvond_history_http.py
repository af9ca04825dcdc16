"""The history over HTTP: POST /history, /v1/history, /v1/calls with filters, statistics, CSV,
MIKO's XML, rights, and faults 060, 073, 074; `zvon history` beside it."""

import csv
import io
import json
import os
import subprocess
import tempfile
import time
import unittest
import urllib.parse
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import zvond_common as common
from zvond_common import ROOT, SLOW, TOKENS, Zvond, config

BUILD = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
ROLES = """
[role deaf]
may = view
history = none
[role served]
may = view
see = own
history = queues
recordings = queues
[role silent]
may = view
see = all
recordings = none
[role listener]
may = view
see = all
recordings = all
[user nobody]
role = deaf
lines = 101
token = %s
[user queue]
role = served
lines = 104
queues = sales
token = %s
[user mute]
role = silent
token = %s
[user ear]
role = listener
token = %s
[user branch]
role = agent
lines = branch/101
token = %s
[server branch]
demo = yes
demo_rate = 0
[history]
store = {folder}/history.db
"""
MORE = ("nobody", "queue", "mute", "ear", "branch")
TOKEN = {**TOKENS, **{name: "test-token-of-%s" % name for name in MORE}}


def leg(line, number=None, result="answered", **more):
    return {"line": line, "number": number or line, "name": None, "channel": "PJSIP/%s-1" % line,
            "uniqueid": None, "role": "callee", "trunk": line == "provider", "result": result,
            "rang": True, "answered": result == "answered", "cause": None, "started_at": None,
            "rang_at": None, "answered_at": None, "ended_at": None, **more}


def call(id_, minute, direction="in", from_="79165550001", to="101", name=None, result="answered",
         queue=None, lines=("101",), talk_ms=60000, recordings=(), server="office", **more):
    """minute: of 2026-11-20, 10:00 UTC and so on."""
    start = "2026-11-20T%02d:%02d:00.000Z" % (10 + minute // 60, minute % 60)
    answered = result == "answered"
    missed = direction != "out" and not answered
    legs = [leg("provider", from_ if direction == "in" else to, result, role="caller",
                uniqueid=id_)] if direction != "internal" else []
    return {"call": id_, "server": server, "direction": direction,
            "from": {"number": from_, "name": name}, "to": {"number": to}, "did": None,
            "queue": queue, "result": result, "missed": missed, "started": start,
            "answered": start.replace(":00.000Z", ":05.000Z") if answered else None,
            "ended": start.replace(":00.000Z", ":59.000Z"), "wait_ms": 5000,
            "talk_ms": talk_ms if answered else 0, "legs": legs + [leg(l, l, result) for l in lines],
            "transfers": [], "picked_up_by": None, "parked": False,
            "recordings": [{"id": None, "file": name} for name in recordings],
            "talked": [from_, to] if answered else [], "linkedids": [id_], "sources": ["live"],
            **more}


CALLS = [
    call("1.1", 0, name="=cmd|' /C calc'!A0", recordings=["/spool/one.wav"]),
    call("1.2", 1, to="102", lines=["102"], result="no_answer"),
    call("1.3", 2, to="sales", lines=["102", "103"], queue="sales", result="abandoned",
         from_="74957654321"),
    call("1.4", 3, direction="out", from_="101", to="79165550002", recordings=["/spool/four.wav"]),
    call("1.5", 4, direction="internal", from_="101", to="102", lines=["101", "102"]),
    call("1.6", 5, to="103", lines=["103"], result="busy", from_="74957654321"),
    call("1.7", 6, to="101", lines=["101"], server="branch", from_="78120000001"),
    call("1.8", 7, to="104", lines=["104"], queue="sales", from_="78120000001",
         recordings=["/spool/eight.wav"]),
]


def fill(store, calls=None, count=None):
    """Calls, or so many that are made up, into a store."""
    lines = "".join(json.dumps(one) + "\n" for one in calls or ())
    subprocess.run([BUILD / "tests/hist/history_fill", store, *([str(count)] if count else [])],
                   input=lines, encoding="utf-8", check=True)


class History(Zvond):
    """With a store that is filled before it starts."""

    def __init__(self, calls=CALLS, count=None, general="", listen=""):
        tokens = tuple(common.token_hash(TOKEN[name]) for name in MORE)
        super().__init__(config(general=general, listen=listen, more=ROLES % tokens))
        fill(self.folder / "history.db", calls, count)

    def start(self, wait=True):
        super().start(wait)
        end = time.monotonic() + 10 * SLOW
        while self.get("/v1/history?limit=1", token=TOKEN["boss"]).status == 503:
            assert time.monotonic() < end, self.log[-5:]
            time.sleep(0.02)

    def ask(self, method, path, body=None, user=None, token=None, headers=None, **how):
        if user:
            token = TOKEN[user]
        return super().ask(method, path, body, token=token, headers=headers, **how)

    def calls(self, query="", user="boss", path="/v1/history", **how):
        answer = self.get(path + ("?" + query if query else ""), user=user, **how)
        assert answer.status == 200, (query, answer.status, answer.body)
        return answer.json["calls"]

    def ids(self, query="", user="boss", **how):
        return " ".join(one["call"] for one in self.calls(query, user, **how))


class Shared(unittest.TestCase):
    """One daemon for the class."""

    @classmethod
    def setUpClass(cls):
        cls.z = History()
        cls.z.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.z.__exit__(None, None, None)


class FilterTest(Shared):
    def test_filters(self):
        for query, wanted in (
                ("", "1.8 1.7 1.6 1.5 1.4 1.3 1.2 1.1"),
                ("order=oldest", "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8"),
                ("number=%2B7+(916)+555-00-01", "1.2 1.1"),
                ("number=89165550001", "1.2 1.1"),
                ("number=007-916-555-00-01", "1.2 1.1"),
                ("number=79165550002&number=74957654321", "1.6 1.4 1.3"),
                ("number=79165550002,84957654321", "1.6 1.4 1.3"),
                ("number=9", ""),
                ("line=103", "1.6 1.3"),
                ("line=101&line=104", "1.8 1.7 1.5 1.4 1.1"),
                ("line=office/101", "1.5 1.4 1.1"),
                ("queue=sales", "1.8 1.3"),
                ("server=branch", "1.7"),
                ("server=nowhere", ""),
                ("direction=out", "1.4"),
                ("direction=out,internal", "1.5 1.4"),
                ("result=busy&result=abandoned", "1.6 1.3"),
                ("missed=yes", "1.6 1.3 1.2"),
                ("from=2026-11-20T10:04:00Z", "1.8 1.7 1.6 1.5"),
                ("to=2026-11-20T10:02:00Z", "1.2 1.1"),
                ("from=2026-11-20+13:01&to=2026-11-20+13:03&tz=%2B03:00", "1.3 1.2"),
                ("from=1795168920&to=1795168980", "1.3"),
                ("line=101&missed=yes", ""),
                ("limit=2", "1.8 1.7"),
                ("offset=0&limit=3", "1.1 1.2 1.3")):
            with self.subTest(query):
                self.assertEqual(self.z.ids(query), wanted)

    def test_filters_on_calls(self):
        self.assertEqual(self.z.get("/v1/calls", user="boss").json, [])
        self.assertEqual(self.z.ids("line=103", path="/v1/calls"), "1.6 1.3")

    def test_one_call(self):
        one = self.z.get("/v1/calls/1.4", user="boss")
        self.assertEqual((one.status, one.json["call"], one.json["talk_ms"]), (200, "1.4", 60000))
        self.assertEqual(self.z.get("/v1/calls/9.9", user="boss").error, "not_found")
        self.assertEqual(self.z.get("/v1/calls/1.4", user="petrov").error, "not_found")

    def test_cursor(self):
        seen, cursor = [], ""
        for _ in range(10):
            page = self.z.get("/v1/history?limit=3" + cursor, user="boss").json
            seen += [one["call"] for one in page["calls"]]
            if page["next"] is None:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["next"])
        self.assertEqual(" ".join(seen), self.z.ids())

    def test_fields(self):
        one = self.z.calls("fields=call,talk_s,from&limit=1")[0]
        self.assertEqual(sorted(one), ["call", "from", "talk_ms"])

    def test_wrong(self):
        for query, word in (("limit=0", "limit"), ("limit=1001", "limit"), ("colour=1", "colour"),
                            ("from=soon", "from"), ("fields=salary", "salary"),
                            ("cursor=nonsense", "cursor"), ("result=good", "good"),
                            ("by=day", "statistics"), ("number=%ff", "UTF-8"),
                            ("tz=Mars", "tz"), ("offset=1&cursor=a", "offset"),
                            ("&".join("number=%d" % n for n in range(1000, 1101)), "100")):
            with self.subTest(query):
                answer = self.z.get("/v1/history?" + query, user="boss")
                self.assertEqual((answer.status, answer.error), (400, "bad_argument"))
                self.assertIn(word, answer.json["error"]["message"])


class RightsTest(Shared):
    def test_table(self):
        everything = "1.8 1.7 1.6 1.5 1.4 1.3 1.2 1.1"
        for user, wanted, heard in (
                ("boss", everything, ""),
                ("ear", everything, "1.8 1.4 1.1"),
                ("mute", everything, ""),
                ("viewer", everything, ""),
                ("ivanov", "1.7 1.5 1.4 1.1", "1.4 1.1"),
                ("petrov", "1.5 1.3 1.2", ""),
                ("queue", "1.8 1.3", "1.8"),
                ("branch", "1.7", "")):
            with self.subTest(user):
                calls = self.z.calls(user=user)
                self.assertEqual(" ".join(one["call"] for one in calls), wanted)
                self.assertEqual(" ".join(one["call"] for one in calls if one["recordings"]), heard)
                self.assertEqual(self.z.ids("recorded=yes", user), heard)
                rows = self.z.get("/v1/history/statistics?by=result&recorded=yes", user=user)
                self.assertEqual(sum(row["calls"] for row in rows.json["rows"]),
                                 len(heard.split()))
                for one in CALLS:
                    found = self.z.get("/v1/calls/" + one["call"], user=user)
                    self.assertEqual(found.status, 200 if one["call"] in wanted.split() else 404)

    def test_none(self):
        for path in ("/v1/history", "/v1/history/statistics?by=day", "/v1/calls?limit=1"):
            answer = self.z.get(path, user="nobody")
            self.assertEqual((answer.status, answer.error), (403, "denied"), path)
        self.assertEqual(self.z.get("/v1/calls/1.1", user="nobody").status, 404)
        answer = self.z.post("/history", {"N": "1"}, user="nobody")
        self.assertEqual((answer.status, answer.error), (403, "denied"))

    def test_login(self):
        self.assertEqual(self.z.get("/v1/history").status, 401)
        self.assertEqual(self.z.get("/v1/history", token="nonsense").status, 401)

    def test_statistics_in_scope(self):
        for user, wanted in (("petrov", 3), ("queue", 2), ("branch", 1), ("viewer", 8)):
            for by in ("direction", "hour", "result"):
                rows = self.z.get("/v1/history/statistics?by=" + by, user=user).json["rows"]
                self.assertEqual(sum(row["calls"] for row in rows), wanted, (user, by))
        rows = self.z.get("/v1/history/statistics?by=line", user="branch").json["rows"]
        self.assertEqual([(row["name"], row["calls"]) for row in rows], [("101", 1)])


class StatisticsTest(Shared):
    def rows(self, query, user="boss"):
        answer = self.z.get("/v1/history/statistics?" + query, user=user)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["rows"]

    def test_by(self):
        for by in ("hour", "day", "result", "direction"):
            with self.subTest(by):
                rows = self.rows("by=" + by)
                self.assertEqual(sum(row["calls"] for row in rows), 8)
                self.assertEqual(sum(row["answered"] for row in rows), 5)
                self.assertEqual(sum(row["missed"] for row in rows), 3)
                self.assertEqual(sum(row["talk_ms"] for row in rows), 300000)

    def test_names(self):
        self.assertEqual({row["name"]: row["calls"] for row in self.rows("by=direction")},
                         {"in": 6, "out": 1, "internal": 1})
        self.assertEqual({row["name"]: row["calls"] for row in self.rows("by=queue")
                          if row["name"]}, {"sales": 2})
        lines = {row["name"]: row["calls"] for row in self.rows("by=line&server=office")}
        self.assertEqual((lines["101"], lines["102"], lines["103"]), (3, 3, 2))

    def test_days(self):
        self.assertEqual([row["time"] for row in self.rows("by=day&tz=%2B03:00")],
                         ["2026-11-19T21:00:00.000Z"])
        self.assertEqual([row["time"] for row in self.rows("by=hour&tz=Z")],
                         ["2026-11-20T10:00:00.000Z"])

    def test_filters(self):
        rows = self.rows("by=result&line=branch/101")
        self.assertEqual({row["name"]: row["calls"] for row in rows}, {"answered": 1})
        rows = self.rows("by=result&line=103")
        self.assertEqual({row["name"]: row["calls"] for row in rows}, {"busy": 1, "abandoned": 1})

    def test_csv(self):
        answer = self.z.get("/v1/history/statistics?by=direction&format=csv", user="boss")
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        self.assertEqual(rows[0], ["name", "calls", "answered", "missed", "talk_s", "wait_s"])
        self.assertIn(["out", "1", "1", "0", "60", "5"], rows)

    def test_wrong(self):
        for query in ("", "by=moon", "by=day&limit=1", "by=day&format=xml", "by=day&fields=to"):
            with self.subTest(query):
                answer = self.z.get("/v1/history/statistics?" + query, user="boss")
                self.assertEqual((answer.status, answer.error), (400, "bad_argument"))


class FormsTest(Shared):
    def test_csv(self):
        for how in ({"path": "/v1/history?format=csv&tz=%2B03:00"},
                    {"path": "/v1/history?tz=%2B03:00", "headers": {"Accept": "text/csv"}}):
            answer = self.z.get(user="ear", **how)
            self.assertEqual(answer.headers["content-type"], "text/csv; charset=utf-8")
            rows = list(csv.DictReader(io.StringIO(answer.body.decode(), newline="")))
            self.assertEqual([row["call"] for row in rows], self.z.ids().split())
            first = rows[-1]
            self.assertEqual((first["started"], first["from"], first["from_name"], first["talk_s"]),
                             ("2026-11-20 13:00:00", "79165550001", "'=cmd|' /C calc'!A0", "60"))
            self.assertEqual(len(first["recordings"]), 44)

    def test_csv_fields_and_bom(self):
        answer = self.z.get("/v1/history?format=csv&bom=yes&fields=to,call&limit=1", user="boss")
        self.assertEqual(answer.body, b"\xef\xbb\xbfto,call\r\n104,1.8\r\n")
        self.assertTrue(answer.headers["x-next-cursor"])
        self.assertEqual(int(answer.headers["content-length"]), len(answer.body))

    def test_head(self):
        for path in ("/v1/history", "/v1/history?format=csv", "/v1/history?format=xml"):
            answer = self.z.ask("HEAD", path, user="boss")
            self.assertEqual((answer.status, answer.body), (200, b""), path)

    def test_xml(self):
        """As MIKO's scripts are asked: offset is the id of the last row."""
        seen, offset = [], 0
        for _ in range(5):
            answer = self.z.get("/v1/history?format=xml&tz=Z&limit=3&offset=%d" % offset, user="ear")
            self.assertEqual(answer.headers["content-type"], "text/xml; charset=utf-8")
            rows = ElementTree.fromstring(answer.body)
            self.assertEqual(rows.tag, "cdr-table")
            if not len(rows):
                break
            seen += [{k: urllib.parse.unquote(v) for k, v in row.attrib.items()} for row in rows]
            offset = int(seen[-1]["id"])
        self.assertEqual([row["uniqueid"] for row in seen],
                         "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8".split())
        self.assertEqual(seen[0]["clid"], "\"=cmd|' /C calc'!A0\" <79165550001>")
        self.assertEqual((seen[0]["calldate"], seen[0]["disposition"], seen[0]["billsec"]),
                         ("2026-11-20 10:00:00", "ANSWERED", "60"))
        self.assertEqual((seen[2]["disposition"], seen[2]["lastapp"]), ("NO ANSWER", "Queue"))
        accept = self.z.get("/v1/history", user="boss", headers={"Accept": "text/xml"})
        self.assertTrue(accept.body.startswith(b"<?xml"))


class PostTest(Shared):
    """The seed's contract."""

    def post(self, body, type_="application/x-www-form-urlencoded", **how):
        return self.z.ask("POST", "/history", body, headers={"Content-Type": type_}, **how)

    def test_ways(self):
        token = urllib.parse.quote(TOKEN["boss"])
        number = urllib.parse.quote("+7 (916) 555-00-01")
        for body, type_ in (
                ("CLIENT_ID=%s&N=%s" % (token, number), "application/x-www-form-urlencoded"),
                ("client_id=%s&n=%s" % (token, number), "application/x-www-form-urlencoded"),
                (json.dumps({"CLIENT_ID": TOKEN["boss"], "N": "89165550001"}), "application/json"),
                (json.dumps({"CLIENT_ID": TOKEN["boss"], "N": [79165550001, "1112223344"]}),
                 "application/json"),
                (json.dumps({"CLIENT_ID": TOKEN["boss"], "N": "1112223344;+79165550001"}),
                 "application/x-www-form-urlencoded")):
            with self.subTest(body):
                answer = self.post(body, type_)
                self.assertEqual(answer.status, 200, answer.body)
                self.assertEqual([one["call"] for one in answer.json], ["1.2", "1.1"])

    def test_members(self):
        body = {"CLIENT_ID": "crm-7", "N": "79165550001", "tz": "+03:00", "order": "oldest"}
        answer = self.z.post("/history", body, user="ear")
        one = answer.json[0]
        flat = {name: one[name] for name in ("date", "time", "caller", "callee", "number",
                                             "duration", "talk", "direction", "result")}
        self.assertEqual(flat, {
            "date": "2026-11-20", "time": "13:00:00", "caller": "79165550001", "callee": "101",
            "number": "79165550001", "duration": 59, "talk": 60, "direction": "in",
            "result": "answered"})
        self.assertEqual(one["recording"], "/v1/recordings/" + one["recordings"][0]["id"])
        self.assertIsNone(answer.json[1]["recording"])
        self.assertTrue(self.z.saw("asked user=ear client=crm-7"))

    def test_client_id_of_a_token_is_not_logged(self):
        self.post("CLIENT_ID=%s&N=1" % TOKEN["boss"], token=TOKEN["boss"])
        self.post("CLIENT_ID=%s&N=1" % TOKEN["boss"])
        self.z.get("/v1/history", user="boss")
        self.assertEqual(self.z.count(TOKEN["boss"]), 0)

    def test_login(self):
        for body, how in (("N=1", {}), ("CLIENT_ID=nonsense&N=1", {}), ("CLIENT_ID=&N=1", {}),
                          ("CLIENT_ID=%s&N=1" % TOKEN["boss"], {"token": "nonsense"})):
            with self.subTest(body):
                self.assertEqual(self.post(body, **how).status, 401)

    def test_url(self):
        answer = self.z.ask("POST", "/history?CLIENT_ID=%s&N=1" % TOKEN["boss"], "")
        self.assertEqual(answer.status, 400)
        self.assertEqual(self.z.get("/history").status, 405)

    def test_next(self):
        answer = self.z.post("/history", {"limit": 2}, user="boss")
        self.assertEqual([one["call"] for one in answer.json], ["1.8", "1.7"])
        cursor = answer.headers["x-next-cursor"]
        answer = self.z.post("/history", {"limit": 2, "cursor": cursor}, user="boss")
        self.assertEqual([one["call"] for one in answer.json], ["1.6", "1.5"])


class FaultTest(Shared):
    def test_fault_060_bodies(self):
        big = json.dumps({"N": "1" * (10 << 20)})
        for name, body, status, word in (
                ("depth", "[" * 60000, 400, "byte 33"),
                ("object depth", "{\"a\":" * 12000, 400, "byte 1"),
                ("twice", '{"N":"1","N":"2"}', 400, "byte"),
                ("1e400", '{"N":1e400}', 400, "byte"),
                ("NUL", '{"N":"\\u0000"}', 400, "byte"),
                ("no UTF-8", b'{"N":"\xff\xfe"}', 400, "byte"),
                ("surrogate", '{"N":"\\ud800"}', 400, "byte"),
                ("cut", '{"N":"1"', 400, "byte"),
                ("10 MB", big, 413, "")):
            with self.subTest(name):
                begin = time.monotonic()
                try:
                    answer = self.z.ask("POST", "/history", body, user="boss")
                except (BrokenPipeError, ConnectionResetError):
                    self.assertEqual(status, 413)  # it does not read them all
                    continue
                spent = time.monotonic() - begin
                self.assertEqual(answer.status, status, answer.body)
                self.assertIn(word, answer.json["error"]["message"])
                self.assertLess(spent, 0.25 * SLOW)
        self.assertEqual(self.z.ids("limit=1"), "1.8")

    def test_fault_073_values(self):
        """What is SQL to a database is text here, or refused; and the store is whole after it."""
        for text in ("' OR '1'='1", "1; DROP TABLE calls; --", "%", "_", "\\", "\\'",
                     "\" OR 1=1 --", "1 UNION SELECT 1", "\xbf'", "𝟙' --", "*/"):
            quoted = urllib.parse.quote(text)
            for name in ("number", "line", "queue", "server"):
                with self.subTest(name + "=" + text):
                    self.assertEqual(self.z.ids("%s=%s" % (name, quoted)), "")
            for name in ("from", "to", "limit", "order", "fields", "cursor", "offset", "direction",
                         "result", "tz", "missed"):
                with self.subTest(name + "=" + text):
                    answer = self.z.get("/v1/history?%s=%s" % (name, quoted), user="boss")
                    self.assertEqual((answer.status, answer.error), (400, "bad_argument"))
            with self.subTest("CLIENT_ID=" + text):
                answer = self.z.post("/history", {"CLIENT_ID": text, "N": text}, user="boss")
                self.assertEqual((answer.status, answer.json), (200, []))
                self.assertEqual(self.z.post("/history", {"CLIENT_ID": text}).status, 401)
            with self.subTest("call " + text):
                path = "/v1/calls/" + urllib.parse.quote(text, safe="")
                self.assertEqual(self.z.get(path, user="boss").status, 404)
        self.assertEqual(len(self.z.calls()), 8)


class LargeTest(unittest.TestCase):
    COUNT = 12000

    @classmethod
    def setUpClass(cls):
        cls.z = History(calls=None, count=cls.COUNT)
        cls.z.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.z.__exit__(None, None, None)

    def test_fault_074_pages(self):
        """No dates: a page is bounded, and a cursor leads through all, each once."""
        begin = time.monotonic()
        self.assertEqual(len(self.z.calls()), 100)
        self.assertLess(time.monotonic() - begin, 0.3 * SLOW)
        seen, cursor = [], ""
        while True:
            page = self.z.get("/v1/history?limit=1000&fields=call" + cursor, user="boss").json
            self.assertLessEqual(len(page["calls"]), 1000)
            seen += [one["call"] for one in page["calls"]]
            if page["next"] is None:
                break
            cursor = "&cursor=" + urllib.parse.quote(page["next"])
        self.assertEqual(seen, ["%d.1" % n for n in range(self.COUNT - 1, -1, -1)])

    def test_fault_074_number(self):
        calls = self.z.calls("number=89165550777&limit=1000&fields=call")
        self.assertEqual([one["call"] for one in calls],
                         ["%d.1" % n for n in range(self.COUNT - 223, -1, -1000)])

    def test_csv_of_all(self):
        """Page by page, in chunks: the connection ends behind the last."""
        answer = self.z.get("/v1/history?format=csv&fields=call", user="boss")
        self.assertEqual(answer.headers["transfer-encoding"], "chunked")
        rows = answer.body.decode().splitlines()
        self.assertEqual(rows, ["call"] + ["%d.1" % n for n in range(self.COUNT - 1, -1, -1)])

    def test_csv_of_who_does_not_read(self):
        """He gets no more than fits between us; the others are served, and he may go."""
        before = self.z.resident_bytes()
        held = []
        for _ in range(4):
            connection = self.z.connection()
            connection.request("GET", "/v1/history?format=csv",
                               headers={"Authorization": "Bearer " + TOKEN["boss"]})
            held.append(connection)
        self.assertEqual(len(self.z.calls("limit=10", "viewer")), 10)
        self.assertLess(self.z.resident_bytes() - before, (32 << 20) * SLOW)
        for connection in held:
            connection.close()
        self.assertEqual(len(self.z.calls("limit=10")), 10)

    def test_who_goes(self):
        """Those who ask and do not wait for the answer leave nothing behind."""
        most = self.z.descriptors() + 6  # the other reader may open its three files only now
        for turn in range(30):
            connection = self.z.connection()
            path = ("/v1/history?limit=1000", "/v1/history?format=csv",
                    "/v1/history/statistics?by=line")[turn % 3]
            connection.request("GET", path, headers={"Authorization": "Bearer " + TOKEN["viewer"]})
            connection.sock.shutdown(2)
            connection.close()
        # who comes behind them is answered: they were let in, and are gone soon
        self.assertEqual(len(self.z.calls("limit=10", "boss")), 10)
        end = time.monotonic() + 20 * SLOW
        while (seen := self.z.descriptors()) > most and time.monotonic() < end:
            time.sleep(0.02)
        self.assertLessEqual(seen, most)
        self.assertEqual(len(self.z.calls("limit=10", "boss")), 10)

    def test_stop_while_it_is_read(self):
        """SIGTERM ends it though somebody reads a long answer slowly."""
        with History(calls=None, count=3000) as z:
            connection = z.connection()
            connection.request("GET", "/v1/history?format=csv",
                               headers={"Authorization": "Bearer " + TOKEN["boss"]})
            self.assertEqual(z.stop(seconds=8), 0)
            connection.close()

    def test_many_at_once(self):
        """The ninth of a user is told to wait; the others are answered."""
        answers = []
        held = []
        for _ in range(12):
            connection = self.z.connection()
            connection.request("GET", "/v1/history?limit=1000",
                               headers={"Authorization": "Bearer " + TOKEN["viewer"]})
            held.append(connection)
        for connection in held:
            answers.append(common.Answer(connection.getresponse()))
            connection.close()
        for answer in answers:
            self.assertIn(answer.status, (200, 429))
            if answer.status == 429:
                self.assertEqual(answer.error, "limit")
                self.assertTrue(answer.headers["retry-after"])
        self.assertGreaterEqual(sum(answer.status == 200 for answer in answers), 8)


class NoHistoryTest(unittest.TestCase):
    def test_none_kept(self):
        with Zvond(config(more="[history]\nstore = no\n")) as z:
            for path in ("/v1/history", "/v1/history/statistics?by=day", "/v1/calls?number=1"):
                answer = z.get(path, token=TOKENS["boss"])
                self.assertEqual((answer.status, answer.error), (404, "no_history"))
                self.assertIn("[history]", answer.json["error"]["message"])
            self.assertEqual(z.get("/v1/calls/1.1", token=TOKENS["boss"]).error, "not_found")
            answer = z.post("/history", {"CLIENT_ID": TOKENS["boss"], "N": "1"})
            self.assertEqual((answer.status, answer.error), (404, "no_history"))

    def test_store_is_down(self):
        """503 in time, with when to come back; what goes on is served meanwhile."""
        with Zvond(config(more="[history]\nstore = mysql://zvon@127.0.0.1:1/history\n")) as z:
            for path in ("/v1/history", "/v1/history/statistics?by=hour&from=2026-11-20",
                         "/v1/calls/1.1"):
                begin = time.monotonic()
                answer = z.get(path, token=TOKENS["boss"])
                self.assertEqual(answer.status, 503, answer.body)
                self.assertIn(answer.error, ("store_down", "busy"))
                self.assertGreaterEqual(int(answer.headers["retry-after"]), 1)
                self.assertLess(time.monotonic() - begin, 6 * SLOW)
            self.assertEqual(z.get("/v1/calls", token=TOKENS["boss"]).json, [])
            self.assertEqual(z.get("/readyz").status, 200)

    def test_client_id_is_no_token(self):
        with Zvond(config(listen="client_id_token = no")) as z:
            answer = z.post("/history", {"CLIENT_ID": TOKENS["boss"], "N": "1"})
            self.assertEqual((answer.status, answer.error), (401, "unauthorized"))


class CliTest(Shared):
    """zvon history: a store and a zvond give the same."""

    def zvon(self, *arguments, env=None):
        environ = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "ZVON_"))}
        environ.update({"LANG": "C.UTF-8", "TZ": "UTC", **(env or {})})
        done = subprocess.run([BUILD / "zvon", "history", *arguments], env=environ,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=30 * SLOW)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def both(self, *arguments):
        store = self.zvon("--db", str(self.z.folder / "history.db"), *arguments)
        server = self.zvon("--server", self.z.urls["main"], *arguments,
                           env={"ZVON_TOKEN": TOKEN["ear"]})
        self.assertEqual(store, server)
        return store

    def test_same(self):
        for arguments in ((), ("--format", "csv"), ("--format", "table"),
                          ("--format", "table", "--lang", "ru"), ("89165550001",),
                          ("--number", "+7 916 555-00-01", "--missed"), ("--line", "101"),
                          ("--queue", "sales"), ("--pbx", "branch"), ("--direction", "out"),
                          ("--result", "busy,abandoned"), ("--recorded",), ("--limit", "2"),
                          ("--all", "--oldest"), ("--from", "2026-11-20 10:04"),
                          ("--format", "csv", "--tz", "+03:00", "--fields", "started,from", "--bom"),
                          ("--fields", "call,from"),
                          ("--statistics", "direction"), ("--statistics", "hour", "--format", "csv"),
                          ("--statistics", "line", "--format", "table")):
            with self.subTest(arguments):
                code, out, err = self.both(*arguments)
                self.assertEqual((code, err), (0, ""))
                self.assertTrue(out)

    def test_json(self):
        code, out, _ = self.both("--line", "103")
        self.assertEqual([json.loads(line)["call"] for line in out.splitlines()], ["1.6", "1.3"])

    def test_exit_codes(self):
        self.assertEqual(self.both("1112223344"), (1, "", ""))
        for arguments in ((), ("--db", "a.db", "--server", "http://h"), ("--db", "x.db", "--limit", "0"),
                          ("--db", "x.db", "--from", "soon"), ("--db", "x.db", "--result", "good"),
                          ("--server", "ftp://h"), ("--server", "http://u@h:1"),
                          ("--server", "http://127.0.0.1:1/asterisk"),
                          ("--server", "http://127.0.0.1:1"),
                          ("--db", "x.db", "--limit", "1", "--all"),
                          ("--db", "x.db", "--statistics", "day", "--all")):
            with self.subTest(arguments):
                self.assertEqual(self.zvon(*arguments)[0], 2)
        self.assertEqual(self.zvon("--db", "/nowhere/x.db")[0], 3)
        self.assertEqual(self.zvon("--server", "http://127.0.0.1:1", env={"ZVON_TOKEN": "t"})[0], 3)
        self.assertEqual(self.zvon("--server", self.z.urls["main"], env={"ZVON_TOKEN": "bad"})[0], 4)
        self.assertEqual(self.zvon("--server", self.z.urls["main"],
                                   env={"ZVON_TOKEN": TOKEN["nobody"]})[0], 4)

    def test_token_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "token")
            path.write_text(TOKEN["ear"] + "\n", encoding="utf-8")
            path.chmod(0o600)
            code, out, err = self.zvon("--server", self.z.urls["main"], "--token-file", str(path),
                                       "--limit", "1")
            self.assertEqual((code, err), (0, ""))
            self.assertNotIn(TOKEN["ear"], out)


if __name__ == "__main__":
    unittest.main()
