"""The same list of demands on every database (db_check.c), and what goes wrong with servers."""

import os
import re
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


class Documented(unittest.TestCase):
    """The accounts of docs/history/databases.md."""

    def blocks(self):
        text = (databases.ROOT / "docs/history/databases.md").read_text(encoding="utf-8")
        return re.findall(r"```sql\n(.*?)```", text, re.S)

    def run_all(self, base, reader, writer, owner):
        base.fresh("asteriskcdrdb")
        base.sql("CREATE TABLE item (id BIGINT)", "asteriskcdrdb")
        for account in ("zvon_reader", "zvon_writer"):
            self.assertIn(account, reader + writer)
        base.sql(reader, "asteriskcdrdb")
        for statement in writer.split(";"):  # PostgreSQL makes no database in a script of several
            if statement.strip():
                base.sql(statement, owner)
        secret = "a long secret"
        for user, database, run, code in (
                ("zvon_reader", "asteriskcdrdb", "SELECT * FROM item", "ok"),
                ("zvon_reader", "asteriskcdrdb", "DELETE FROM item", "EAUTH"),
                ("zvon_writer", "zvon", "CREATE TABLE item (id BIGINT)", "ok"),
                ("zvon_writer", "zvon", "INSERT INTO item VALUES (1)", "ok")):
            done = subprocess.run(
                [CHECK.parent / "db_talk", base.url(database, user=user)], text=True,
                input="run %s\n" % run, env=dict(os.environ, ZVON_DB_SECRET=secret),
                stdout=subprocess.PIPE, timeout=30 * SLOW)
            self.assertEqual([line.split()[0] for line in done.stdout.splitlines()],
                             ["ok", code], done.stdout)

    def test_mariadb(self):
        blocks = self.blocks()
        self.run_all(databases.get("mariadb"), blocks[0], blocks[2], "")

    def test_postgresql(self):
        blocks = self.blocks()
        self.run_all(databases.get("postgresql"), blocks[1], blocks[3], "postgres")


if __name__ == "__main__":
    unittest.main()
