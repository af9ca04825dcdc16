"""The same list of demands on every database (db_check.c), and what goes wrong with servers."""

import os
import subprocess
import unittest
from pathlib import Path

import databases

BUILD = Path(os.environ.get("ZVON_BUILD", databases.ROOT / "build"))
CHECK = BUILD / "tests/hist/db_check"
SLOW = databases.SLOW
said = {}  # kind -> lines that must be the same everywhere


def check(base, *urls):
    """The program's output; it ends with 0 if all holds."""
    env = dict(os.environ, TZ="UTC")
    env.pop("ZVON_DB_SECRET", None)
    if base.secret:
        env["ZVON_DB_SECRET"] = base.secret
    done = subprocess.run([CHECK, *urls], env=env, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120 * SLOW)
    return done.returncode, done.stdout.decode(errors="replace")


class Conformance(unittest.TestCase):
    def one(self, kind):
        base = databases.get(kind)
        url = base.fresh("conformance")
        readers = [] if kind == "sqlite" else [base.url("conformance", user="reader")]
        code, output = check(base, url, *readers)
        self.assertEqual(code, 0, output)
        self.assertNotIn("not ok", output)
        said[kind] = [line for line in output.splitlines() if line.startswith("#= ")]
        self.assertTrue(said[kind], output)
        if base.secret:
            self.assertNotIn(base.secret, output)

    def test_sqlite(self):
        self.one("sqlite")

    def test_mariadb(self):
        self.one("mariadb")

    def test_postgresql(self):
        self.one("postgresql")

    def test_zz_fault_073_same_result_everywhere(self):
        self.assertEqual(set(said), set(databases.KINDS), "run the whole class")
        for kind in said:
            self.assertEqual(said[kind], said["sqlite"], kind)


if __name__ == "__main__":
    unittest.main()
