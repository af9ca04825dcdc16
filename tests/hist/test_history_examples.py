"""examples/history: each query of queries.sql against a history that was made of real CDRs, and
calls-with.sh against a zvond that has it."""

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "fake"), str(HERE.parent / "sys")]

from cli import program  # noqa: E402
from zvond_common import Zvond, config, token_hash  # noqa: E402

EXAMPLES = ROOT / "examples" / "history"
RECORDS = HERE / "fixtures" / "asterisk-csv" / "Master.csv"
NUMBER = "79161234567"
ROLE = """
[role listener]
may = view
see = all
history = all
[user listener]
role = listener
token = %s
""" % token_hash("listener")


class Examples(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.folder = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.store = cls.folder / "history.db"
        subprocess.run([program(), "import", "--from", "csv:%s" % RECORDS, "--to", cls.store,
                        "--trunk", "trunk", "--timezone", "UTC"], check=True,
                       capture_output=True)
        told = subprocess.run([program(), "history", "--db", cls.store, "--all", "--format",
                               "json"], check=True, capture_output=True).stdout
        cls.calls = [json.loads(line) for line in told.splitlines()]

    def ask(self, number):
        """The rows of that query, as dictionaries."""
        text = (EXAMPLES / "queries.sql").read_text(encoding="utf-8")
        parts = re.split(r"^-- (?=\d+\. )", text, flags=re.M)[1:]
        done = subprocess.run(["sqlite3", "-readonly", "-json", self.store], text=True,
                              input=parts[number - 1].partition("\n\n")[0].replace(
                                  parts[number - 1].partition("SELECT")[0], "", 1),
                              capture_output=True, check=True)
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout or "[]")

    def test_there_are_calls(self):
        self.assertGreater(len(self.calls), 50)

    def test_with_a_number(self):
        wanted = [call["result"] for call in self.calls
                  if NUMBER in (call["from"]["number"] or "").replace("+", "")]
        self.assertEqual([row["result"] for row in self.ask(1)], wanted)

    def test_missed(self):
        wanted = sorted(call["from"]["number"] for call in self.calls
                        if call["direction"] == "in" and call["missed"])
        self.assertTrue(wanted)
        self.assertEqual(sorted(row["from_number"] for row in self.ask(2)), wanted)

    def test_a_line(self):
        legs = [leg["result"] for call in self.calls for leg in call["legs"]
                if leg["line"] == "101"]
        rows = self.ask(3)
        self.assertEqual(len(rows), min(20, len(legs)))
        self.assertLessEqual({row["result"] for row in rows}, set(legs))

    def test_load(self):
        rows = self.ask(4)
        self.assertEqual(sum(row["calls"] for row in rows), len(self.calls))
        self.assertEqual(sum(row["missed"] for row in rows),
                         sum(call["missed"] for call in self.calls))

    def test_lines(self):
        rows = {row["line"]: row for row in self.ask(5)}
        for line in ("101", "102"):
            of_line = sum(any(leg["line"] == line for leg in call["legs"]) for call in self.calls)
            self.assertEqual(rows[line]["calls"], of_line, line)

    def test_recordings_and_transfers(self):
        self.assertEqual(self.ask(6), [])  # these CDRs name none
        wanted = [(one["kind"], one["by"], one["to"]) for call in self.calls
                  for one in call["transfers"]]
        self.assertTrue(wanted)
        self.assertEqual([(row["kind"], row["by_whom"], row["to_whom"]) for row in self.ask(7)],
                         wanted[:20])

    def test_over_http(self):
        shutil.copy(self.store, self.folder / "copy.db")
        text = config(more=ROLE).replace(
            "[listen", "[history]\nstore = %s/copy.db\n[listen" % self.folder, 1)
        with Zvond(text) as z:
            z.wait_until(lambda: z.get("/v1/history", token="listener").status == 200)
            env = {**os.environ, "ZVON_URL": "http://127.0.0.1:%d" % z.port,
                   "ZVON_TOKEN": "listener"}

            def run(*arguments, **more):
                return subprocess.run([EXAMPLES / "calls-with.sh", *arguments], text=True,
                                      env={**env, **more}, capture_output=True, check=False)
            done = run("8 (916) 123-45-67", "order=oldest")
            self.assertEqual(done.returncode, 0, done)
            rows = list(csv.DictReader(done.stdout.splitlines()))
            self.assertEqual([row["result"] for row in rows],
                             [row["result"] for row in reversed(self.ask(1))])
            self.assertTrue(rows)
            none = run("84951234567", "from=2030-01-01")
            self.assertEqual((none.returncode, len(none.stdout.splitlines())), (0, 1), none)
            refused = run(NUMBER, ZVON_TOKEN="wrong")
            self.assertNotEqual(refused.returncode, 0)
            self.assertNotEqual(run(NUMBER, ZVON_TOKEN="").returncode, 0)
            self.assertEqual(run().returncode, 2)


if __name__ == "__main__":
    unittest.main()
