"""The store of calls on every database: one list of tests (tests/unit/t_store.c), and the queries
of the manual through each server's own client."""

import os
import re
import subprocess
import unittest
from pathlib import Path

import databases

BUILD = Path(os.environ.get("ZVON_BUILD", databases.ROOT / "build"))
CHECK = BUILD / "tests/unit/t_store"
MANUAL = databases.ROOT / "docs/history/store.md"


def run(base, test="*"):
    env = dict(os.environ, TZ="UTC", ZVON_STORE_URL=base.fresh("store"),
               ZVON_STORE_TEST=test)
    if base.secret:
        env["ZVON_STORE_SECRET"] = base.secret
    return subprocess.run([CHECK], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors="replace", timeout=120 * databases.SLOW)


class EveryDatabase(unittest.TestCase):
    def one(self, kind):
        base = databases.get(kind)
        done = run(base)
        self.assertEqual(done.returncode, 0, done.stdout)
        if base.secret:
            self.assertNotIn(base.secret, done.stdout)

    def test_fault_073_074_sqlite(self):
        self.one("sqlite")

    def test_fault_073_074_mariadb(self):
        self.one("mariadb")

    def test_fault_073_074_postgresql(self):
        self.one("postgresql")


class Manual(unittest.TestCase):
    """The queries of docs/history/store.md, over the calls that t_store leaves (fill_some)."""

    def one(self, kind):
        base = databases.get(kind)
        done = run(base, "filters")
        self.assertEqual(done.returncode, 0, done.stdout)
        found = re.findall(r"^```sql (\w+)\n(.*?)^```$", MANUAL.read_text("utf-8"), re.S | re.M)
        self.assertGreater(len(found), 8)
        answers = [(text, base.sql(text, "store")) for word, text in found if word in ("all", kind)]
        for text, rows in answers:
            with self.subTest(query=text):
                if "date" not in text and "now" not in text and "DATE" not in text:
                    self.assertTrue(rows, "finds nothing")
        number = [[cell for cell in row[1:5]] for row in answers[0][1]]
        self.assertEqual(number, [["in", "abandoned", "89165550001", "103"],
                                  ["out", "busy", "101", "79165550001"],
                                  ["in", "answered", "79165550001", "101"]])
        self.assertTrue(answers[0][1][2][0].startswith("2026-11-18 11:06:40"))
        self.assertEqual(float(answers[0][1][2][5]), 60)

    def test_sqlite(self):
        self.one("sqlite")

    def test_mariadb(self):
        self.one("mariadb")

    def test_postgresql(self):
        self.one("postgresql")


if __name__ == "__main__":
    unittest.main()
