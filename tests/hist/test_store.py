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


def run(base, test="*", keep=False):
    env = dict(os.environ, TZ="UTC", ZVON_STORE_URL=base.fresh("store"),
               CMOCKA_TEST_FILTER=test)
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


if __name__ == "__main__":
    unittest.main()
