"""The history in a named zone: the days, hours, times and CSV of a place that sets its clocks.
(Fault 024.)"""

import json
import os
import re
import subprocess
import unittest

from test_zvond_history_http import BUILD, History, call
from zvond_common import TOKENS, Zvond  # noqa: F401 - History is one

# UTC, and the clock of Berlin
TIMES = (
    ("2026-03-28T22:59:00.000Z", "2026-03-28 23:59:00"),
    ("2026-03-28T23:00:00.000Z", "2026-03-29 00:00:00"),
    ("2026-03-29T01:00:00.000Z", "2026-03-29 03:00:00"),
    ("2026-03-29T21:59:00.000Z", "2026-03-29 23:59:00"),
    ("2026-03-29T22:00:00.000Z", "2026-03-30 00:00:00"),
    ("2026-10-24T22:00:00.000Z", "2026-10-25 00:00:00"),
    ("2026-10-25T00:30:00.000Z", "2026-10-25 02:30:00"),
    ("2026-10-25T01:30:00.000Z", "2026-10-25 02:30:00"),
    ("2026-10-25T22:59:00.000Z", "2026-10-25 23:59:00"),
    ("2026-10-25T23:00:00.000Z", "2026-10-26 00:00:00"),
)


def calls():
    """One at each of these times."""
    return [{**call("2.%d" % i, 0), "started": utc, "answered": utc, "ended": utc}
            for i, (utc, _) in enumerate(TIMES)]


class InBerlin(History):
    """It lives there; or, with a zone, somewhere else."""

    def __init__(self, zone="Europe/Berlin"):
        super().__init__(calls())
        self.env = {"TZ": zone}


class Zones(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.z = InBerlin()
        cls.addClassCleanup(cls.z.__exit__, None, None, None)
        cls.z.__enter__()

    def rows(self, query):
        """time -> calls"""
        answer = self.z.get("/v1/history/statistics?" + query, user="boss")
        self.assertEqual(answer.status, 200, answer.body)
        return {row["time"]: row["calls"] for row in answer.json["rows"]}

    def csv(self, path):
        answer = self.z.get(path, user="boss")
        self.assertEqual(answer.status, 200, answer.body)
        return [line.split(",") for line in answer.body.decode().split("\r\n")[1:-1]]

    def test_fault_024_days(self):
        """Days of 23 and 25 hours."""
        wanted = {"2026-03-27T23:00:00.000Z": 1, "2026-03-28T23:00:00.000Z": 3,
                  "2026-03-29T22:00:00.000Z": 1, "2026-10-24T22:00:00.000Z": 4,
                  "2026-10-25T23:00:00.000Z": 1}
        for query in ("by=day", "by=day&tz=Europe/Berlin", "by=day&number=79165550001",
                      "by=day&tz=Europe%2FBerlin&line=101"):
            with self.subTest(query):
                self.assertEqual(self.rows(query), wanted)
        self.assertEqual([row[:2] for row in self.csv("/v1/history/statistics?by=day&format=csv")],
                         [["2026-03-28 00:00:00", "1"], ["2026-03-29 00:00:00", "3"],
                          ["2026-03-30 00:00:00", "1"], ["2026-10-25 00:00:00", "4"],
                          ["2026-10-26 00:00:00", "1"]])

    def test_offsets_stay(self):
        """An offset is one for all the year."""
        self.assertEqual(self.rows("by=day&tz=%2B01:00"), {
            "2026-03-27T23:00:00.000Z": 1, "2026-03-28T23:00:00.000Z": 4,
            "2026-10-23T23:00:00.000Z": 1, "2026-10-24T23:00:00.000Z": 3,
            "2026-10-25T23:00:00.000Z": 1})

    def test_other_zones(self):
        """None that sets its clocks, and one with a half hour."""
        self.assertEqual(self.rows("by=day&tz=Europe/Moscow&from=2026-10-25&to=2026-10-27"), {
            "2026-10-24T21:00:00.000Z": 3, "2026-10-25T21:00:00.000Z": 2})
        self.assertEqual(self.rows("by=day&tz=Asia/Kolkata&from=2026-03-29&to=2026-03-31"), {
            "2026-03-28T18:30:00.000Z": 3, "2026-03-29T18:30:00.000Z": 2})

    def test_hours(self):
        """Those of UTC: the hour that the clock shows twice is two."""
        query = "by=hour&from=2026-10-25&to=2026-10-25+03:00&tz=Europe/Berlin"
        self.assertEqual(self.rows(query), {
            "2026-10-24T22:00:00.000Z": 1, "2026-10-25T00:00:00.000Z": 1,
            "2026-10-25T01:00:00.000Z": 1})
        self.assertEqual([row[0] for row in self.csv(
            "/v1/history/statistics?format=csv&" + query)],
            ["2026-10-25 00:00:00", "2026-10-25 02:00:00", "2026-10-25 02:00:00"])

    def test_csv(self):
        wanted = [[local] for _, local in TIMES]
        for zone in ("", "&tz=Europe/Berlin", "&tz=local"):
            self.assertEqual(self.csv("/v1/history?format=csv&order=oldest&fields=started" + zone),
                             wanted)

    def test_times_that_are_asked_for(self):
        """Each in its own part of the year."""
        for query, wanted in (("from=2026-03-29&to=2026-03-30", 3),
                              ("from=2026-10-25&to=2026-10-26&tz=Europe/Berlin", 4),
                              ("tz=Europe/Berlin&from=2026-10-26", 1),
                              ("from=2026-03-29T22:00:00Z&to=2026-10-25&tz=Europe/Berlin", 1)):
            with self.subTest(query):
                self.assertEqual(len(self.z.calls(query)), wanted)

    def test_post(self):
        """Also over the way for programs, and in MIKO's XML."""
        answer = self.z.post("/history", json.dumps({"tz": "Europe/Berlin", "N": ["79165550001"],
                                                     "from": "2026-10-26"}), user="boss",
                             headers={"Content-Type": "application/json"})
        self.assertEqual([(one["date"], one["time"]) for one in answer.json],
                         [("2026-10-26", "00:00:00")])
        answer = self.z.get("/v1/history?format=xml&tz=Europe/Berlin", user="boss")
        found = re.findall(r' calldate="([^"]*)"', answer.body.decode())
        self.assertEqual(sorted(text.replace("%20", " ").replace("%3A", ":") for text in found),
                         sorted(local for _, local in TIMES))

    def test_no_zone(self):
        for zone in ("Europe/Nowhere", "Mars", "Europe", "Europe/../Berlin", "e" * 100,
                     "..%2F..%2Fetc%2Fpasswd", "%2Fetc%2Flocaltime", "%2B25:00"):
            for path in ("/v1/history?tz=", "/v1/history?format=csv&tz=",
                         "/v1/history/statistics?by=day&tz="):
                answer = self.z.get(path + zone, user="boss")
                self.assertEqual((answer.status, answer.error), (400, "bad_argument"), zone)
                self.assertIn("tz: ", answer.json["error"]["message"])
        answer = self.z.get("/v1/history?tz=Europe/Berlin&from=soon", user="boss")
        self.assertEqual((answer.status, answer.error), (400, "bad_argument"))
        self.assertIn("from: ", answer.json["error"]["message"])

    def zvon(self, *words, zone="Europe/Berlin", code=0):
        done = subprocess.run(
            [BUILD / "zvon", "history", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "TZ": zone, "LC_ALL": "C.UTF-8",
                            "ZVON_TOKEN": TOKENS["boss"]})
        self.assertEqual(done.returncode, code, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def test_the_command_line(self):
        """The zone here, over HTTP and beside the daemon."""
        server = ("--server", "http://127.0.0.1:%d" % self.z.port)
        base = ("--db", "sqlite:%s" % (self.z.folder / "history.db"))
        words = ("--format", "csv", "--statistics", "day", "--from", "2026-10-25")
        wanted = ["2026-10-25 00:00:00", "2026-10-26 00:00:00"]
        for where in (server, base):
            for more, zone in (((), "Europe/Berlin"), ((), ":Europe/Berlin"),
                               (("--tz", "Europe/Berlin"), "Asia/Tokyo"),
                               (("--tz", "local"), "/usr/share/zoneinfo/Europe/Berlin")):
                with self.subTest(where=where, more=more, zone=zone):
                    told = self.zvon(*where, *words, *more, zone=zone)
                    self.assertEqual([line.split(",")[0] for line in told.split()[1:]
                                      if "-" in line], [day[:10] for day in wanted])
                    self.assertEqual(re.findall(r"^(2026-[^,]*)", told, re.M), wanted)
            told = self.zvon(*where, "--format", "csv", "--fields", "started", "--oldest")
            self.assertEqual(told.splitlines()[1:], [local for _, local in TIMES])
            self.assertIn("--tz: no time zone", self.zvon(*where, "--tz", "Europe/Nowhere", code=2))
            # a rule is no name: what it is now
            told = self.zvon(*where, "--format", "csv", "--fields", "started", "--oldest",
                             zone="MSK-3")
            self.assertEqual(told.splitlines()[1], "2026-03-29 01:59:00")


class ElsewhereTest(unittest.TestCase):
    def test_a_rule_in_tz(self):
        """TZ without a name: what it is now."""
        for zone, wanted in (("MSK-3", "2026-03-29 01:59:00"), ("", "2026-03-28 22:59:00")):
            with InBerlin(zone) as z:
                answer = z.get("/v1/history?format=csv&order=oldest&fields=started", user="boss")
                self.assertEqual(answer.body.decode().splitlines()[1], wanted)


if __name__ == "__main__":
    unittest.main()
