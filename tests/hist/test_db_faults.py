"""Databases that break while they are used. (Faults 101, 102.)"""

import os
import shutil
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import databases
from databases import SLOW

BUILD = Path(os.environ.get("ZVON_BUILD", databases.ROOT / "build"))
TALK = BUILD / "tests/hist/db_talk"
NOBODY = 65534


class Talk:
    """A handle in a process of its own: talk("run SQL") -> what came of it."""

    def __init__(self, url, *words, secret=None, program=TALK, **how):
        env = dict(os.environ, TZ="UTC")
        env.pop("ZVON_DB_SECRET", None)
        if secret:
            env["ZVON_DB_SECRET"] = secret
        self.secret = secret
        self.process = subprocess.Popen([program, url, *words], env=env, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, **how)
        self.opened = self.read()

    def read(self):
        line = self.process.stdout.readline().rstrip("\n")
        assert not self.secret or self.secret not in line, line
        return line

    def __call__(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        began = time.monotonic()
        answer = self.read()
        self.seconds = time.monotonic() - began
        return answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.stdout.close()
        code = self.process.wait(30 * SLOW)
        assert code == 0, code


class Base(unittest.TestCase):
    def says(self, answer, code, *words):
        self.assertTrue(answer.startswith(code), answer)
        for word in words:
            self.assertIn(word, answer)


class Fault101(Base):
    """SQLite."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="zvon-fault101-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = self.folder / "calls.db"
        self.url = "sqlite:%s" % self.path

    def make(self, rows=10, mode="wal"):
        base = sqlite3.connect(self.path, isolation_level=None)
        base.execute("PRAGMA journal_mode=%s" % mode)
        base.execute("PRAGMA synchronous=OFF")
        base.execute("BEGIN")
        base.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, words TEXT)")
        base.executemany("INSERT INTO t (words) VALUES (?)", [("x" * 1000,)] * rows)
        base.execute("COMMIT")
        self.addCleanup(base.close)
        return base

    def test_fault_101_locked_by_another_process(self):
        other = self.make()
        other.execute("BEGIN IMMEDIATE")
        with Talk(self.url, "timeout=700") as talk:
            self.says(talk("run DELETE FROM t WHERE id = 1"), "EBUSY", "locked", "try again")
            self.assertTrue(0.6 < talk.seconds < 2 * SLOW, talk.seconds)
            self.says(talk("begin"), "EBUSY")
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")  # WAL: it may read
            self.assertEqual(talk("next 1"), "ok 1 10")
            talk("end")
            other.execute("COMMIT")
            self.assertEqual(talk("begin"), "ok 0")
            self.assertEqual(talk("run DELETE FROM t WHERE id = 1"), "ok 1")
            self.assertEqual(talk("commit"), "ok 0")

    def test_fault_101_waits_until_the_other_is_done(self):
        other = self.make()
        other.execute("BEGIN IMMEDIATE")
        with Talk(self.url, "timeout=20000") as talk:
            held = sqlite3.connect(self.path, isolation_level=None)
            held.close()
            release = threading.Timer(0.5, other.interrupt)
            release.start()
            talk.process.stdin.write("run DELETE FROM t WHERE id = 1\n")
            talk.process.stdin.flush()
            time.sleep(0.5)
            other.execute("COMMIT")
            self.assertEqual(talk.read(), "ok 1")
            release.join()

    def test_fault_101_locked_as_asterisk_locks(self):
        """Its master.db has no WAL: who writes keeps readers out."""
        other = self.make(mode="delete")
        other.execute("BEGIN EXCLUSIVE")
        with Talk(self.url, "read_only", "connect=500") as talk:
            self.says(talk.opened, "EBUSY", "locked")
        other.execute("COMMIT")
        with Talk(self.url, "read_only", "timeout=500") as talk:
            self.assertEqual(talk.opened, "ok")
            other.execute("BEGIN EXCLUSIVE")
            self.says(talk("query SELECT COUNT(*) FROM t"), "EBUSY")
            other.execute("COMMIT")
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")

    def test_fault_101_no_sqlite_file(self):
        self.path.write_bytes(b"this is something else\n" * 1000)
        for words in ((), ("read_only",)):
            with Talk(self.url, *words) as talk:
                self.says(talk.opened, "EPROTO", str(self.path))
        self.assertTrue(self.path.read_bytes().startswith(b"this is something else"))

    def test_fault_101_damaged_in_the_middle(self):
        self.make(rows=1000, mode="delete").close()
        with open(self.path, "r+b") as file:
            file.seek(4096 * 3)
            file.write(os.urandom(4096 * 200))
        with Talk(self.url) as talk:
            answer = talk("query SELECT SUM(LENGTH(words)) FROM t")
            self.says(answer, "EPROTO", "damaged", "backup")

    def test_fault_101_cut_off(self):
        self.make(rows=1000, mode="delete").close()
        os.truncate(self.path, 4096 * 10)
        with Talk(self.url, "read_only") as talk:
            answer = talk.opened
            if answer == "ok":
                answer = talk("query SELECT SUM(LENGTH(words)) FROM t")
            self.says(answer, "EPROTO")

    def test_fault_101_may_only_be_read(self):
        self.make(mode="delete").close()
        program = self.folder / "talk"  # where nobody can reach it
        shutil.copy(TALK, program)
        os.chmod(self.folder, 0o755)
        os.chmod(self.path, 0o444)
        how = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
        with Talk(self.url, program=program, **how) as talk:
            self.says(talk.opened, "EIO", "only be read", "rights")
        with Talk(self.url, "read_only", program=program, **how) as talk:
            self.assertEqual(talk.opened, "ok")
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")

    def test_fault_101_not_there(self):
        with Talk(self.url) as talk:
            self.says(talk.opened, "ENOTFOUND", str(self.path))
        self.assertFalse(self.path.exists())
        with Talk("sqlite:/nowhere/at/all.db", "create") as talk:
            self.says(talk.opened, "EIO", "folder")

    def test_fault_101_disk_full(self):
        self.make()
        with Talk(self.url) as talk:
            talk("query PRAGMA max_page_count=12")
            talk("all")
            talk("end")
            self.assertEqual(talk("begin"), "ok 0")
            self.says(talk("big INSERT INTO t (words) VALUES (?)"), "EIO", "full")
            self.assertEqual(talk("rollback"), "ok 0")
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")
            self.assertEqual(talk("next 1"), "ok 1 10")


class Servers:
    """What both servers must stand; each has one of its own, which may be killed."""

    kind = None

    @classmethod
    def setUpClass(cls):
        cls.base = databases.KINDS[cls.kind]()
        cls.addClassCleanup(cls.base.stop)
        cls.base.start()

    def setUp(self):
        self.url = self.base.fresh("fault")
        self.base.sql("CREATE TABLE t (id BIGINT PRIMARY KEY, words %s)" % (
            "LONGTEXT" if self.kind == "mariadb" else "TEXT"), "fault")
        self.base.sql(self.rights, "fault")
        self.base.sql("INSERT INTO t VALUES (1, 'one')", "fault")

    def talk(self, *words, url=None):
        return Talk(url or self.url, *words, secret=self.base.secret)

    def fill(self):
        """30 MB: more than sockets hold."""
        self.base.sql(self.filling, "fault")

    def check_works(self, talk):
        self.assertEqual(talk("query SELECT words FROM t WHERE id = 1"), "ok 0")
        self.assertEqual(talk("next 1"), "ok 1 'one'")
        self.assertEqual(talk("end"), "ok 0")

    def test_fault_102_killed_in_mid_result(self):
        self.fill()
        with self.talk() as talk:
            self.assertEqual(talk("query SELECT id, words FROM t ORDER BY id"), "ok 0")
            self.says(talk("next 10"), "ok 10 10 ")
            self.base.kill()
            self.says(talk("all"), "ECLOSED", self.url.split("?")[0])
            self.says(talk("all"), "ECLOSED")
            talk("end")
            self.says(talk("query SELECT 1"), "EIO")  # not there
            self.base.start()
            self.check_works(talk)

    def test_fault_102_a_lost_connection_is_made_again_for_reads(self):
        with self.talk() as talk:
            self.check_works(talk)
            self.drop_connections()
            self.check_works(talk)  # nobody notices
            self.drop_connections()
            self.says(talk("run INSERT INTO t VALUES (2, 'two')"), "ECLOSED")  # it is told
            self.assertEqual(talk("run INSERT INTO t VALUES (2, 'two')"), "ok 1")
            self.drop_connections()
            self.assertEqual(talk("begin"), "ok 0")
            self.assertEqual(talk("run INSERT INTO t VALUES (3, 'three')"), "ok 1")
            self.drop_connections()
            self.says(talk("query SELECT 1"), "ECLOSED")  # not behind a transaction's back
            self.says(talk("run INSERT INTO t VALUES (4, 'four')"), "ECLOSED", "transaction")
            self.says(talk("commit"), "ECLOSED")
            self.assertEqual(talk("rollback"), "ok 0")
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")
            self.assertEqual(talk("next 1"), "ok 1 2")

    def test_fault_102_password_changed(self):
        with self.talk() as talk:
            self.check_works(talk)
            self.set_password("an0ther one")
            self.addCleanup(self.set_password, self.base.secret)
            self.check_works(talk)
            self.drop_connections()
            self.says(talk("query SELECT 1"), "EAUTH", "secret")
            self.says(talk("begin"), "EAUTH")
            self.set_password(self.base.secret)
            self.check_works(talk)

    def test_fault_102_no_such_database(self):
        with self.talk(url=self.base.url("nowhere")) as talk:
            self.assertRegex(talk.opened, "^(ENOTFOUND|EAUTH) ")

    def test_fault_102_locked_for_a_minute(self):
        with self.talk("timeout=2100") as talk:
            self.check_works(talk)
            holder = self.lock_table()
            try:
                self.says(talk("query SELECT COUNT(*) FROM t"), "EBUSY", "try again")
                self.assertTrue(0.9 < talk.seconds < 4 * SLOW, talk.seconds)
            finally:
                holder.kill()
                holder.wait()
                self.drop_connections()
            self.check_works(talk)

    def test_fault_102_becomes_read_only(self):
        with self.talk() as talk:
            self.assertEqual(talk("run INSERT INTO t VALUES (2, 'two')"), "ok 1")
            self.make_read_only(True)
            self.addCleanup(self.make_read_only, False)
            if self.kind == "postgresql":
                self.drop_connections()
                self.assertEqual(talk("ping").split()[0], "ECLOSED")
            self.says(talk("run INSERT INTO t VALUES (3, 'three')"), "EIO", "only be read")
            self.check_works(talk)
            self.make_read_only(False)
            if self.kind == "postgresql":  # a session stays as it began; the next is another
                self.says(talk("run INSERT INTO t VALUES (3, 'three')"), "EIO")
            self.says(talk("run INSERT INTO t VALUES (3, 'three')"), "ok 1")

    def test_fault_102_nobody_there(self):
        url = self.base.url("fault", tcp=True).replace(str(self.base.port),
                                                       str(databases.free_port()))
        with self.talk(url=url) as talk:
            self.says(talk.opened, "EIO", "that the server runs")

    def test_fault_102_a_server_that_says_nothing(self):
        with socket.socket() as deaf:
            deaf.bind(("127.0.0.1", 0))
            deaf.listen()
            url = self.base.url("fault", tcp=True).replace(str(self.base.port),
                                                           str(deaf.getsockname()[1]))
            began = time.monotonic()
            with self.talk("connect=1000", "timeout=1000", url=url) as talk:
                self.assertRegex(talk.opened, "^(EIO|ECLOSED|ETIMEOUT) ")
            self.assertLess(time.monotonic() - began, 5 * SLOW)

    def test_fault_102_over_tcp(self):
        with self.talk(url=self.base.url("fault", tcp=True)) as talk:
            self.check_works(talk)

    def test_tls_that_the_server_has_not(self):
        for word in ("tls=required", "tls=verify"):
            with self.talk(url=self.base.url("fault", tcp=True, words=word)) as talk:
                self.says(talk.opened, "ETLS", "tls=")
        with self.talk(url=self.base.url("fault", tcp=True, words="tls=perhaps")) as talk:
            self.says(talk.opened, "EINVAL", "required")

    def serve_tls(self, names):
        """The server begins anew with a certificate for these names, which is its own CA."""
        cert, key = self.base.folder / "cert", self.base.folder / "key"
        key.unlink(missing_ok=True)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=zvon-test", "-addext", "subjectAltName=" + names,
                        "-keyout", key, "-out", cert], check=True, stderr=subprocess.DEVNULL)
        os.chmod(key, 0o600)
        self.base.give(key)
        self.base.restart(*[word.replace("CERT", str(cert)).replace("KEY", str(key))
                            for word in self.tls_options])
        return cert

    def test_tls(self):
        """Required: any certificate. Verified: one of that CA, for that host."""
        self.addCleanup(self.base.restart)
        cert = self.serve_tls("DNS:localhost,IP:127.0.0.1")
        for words, code in (("tls=required", "ok"), ("tls=verify&ca=%s" % cert, "ok"),
                            ("tls=verify", "ETLS")):
            with self.talk(url=self.base.url("fault", tcp=True, words=words)) as talk:
                self.says(talk.opened, code)
                if code == "ok":
                    self.check_works(talk)
        cert = self.serve_tls("DNS:somebody.else")
        for words, code in (("tls=required", "ok"), ("tls=verify&ca=%s" % cert, "ETLS")):
            with self.talk(url=self.base.url("fault", tcp=True, words=words)) as talk:
                self.says(talk.opened, code)

    def test_a_word_that_nobody_knows(self):
        with self.talk(url=self.base.url("fault", words="colour=red")) as talk:
            self.says(talk.opened, "EINVAL", "colour")


class Fault102MariaDB(Servers, Base):
    kind = "mariadb"
    rights = "SELECT 1"
    tls_options = ["--ssl-cert=CERT", "--ssl-key=KEY"]
    filling = "INSERT INTO t SELECT seq, REPEAT('x', 1000) FROM seq_2_to_30000"

    def drop_connections(self):
        for (number, user) in self.base.sql("SELECT id, user FROM information_schema.processlist"):
            if user == "zvon":
                self.base.sql("KILL %s" % number)
        end = time.monotonic() + 5 * SLOW
        while time.monotonic() < end and self.base.sql(
                "SELECT id FROM information_schema.processlist WHERE user = 'zvon'"):
            time.sleep(0.01)

    def set_password(self, secret):
        self.base.sql("ALTER USER zvon IDENTIFIED BY '%s'" % (
            secret.replace("\\", "\\\\").replace("'", "\\'")))

    def lock_table(self):
        client = subprocess.Popen(self.base.client() + ["-n", "fault"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        client.stdin.write("LOCK TABLES t WRITE; SELECT 'locked';\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), "locked\n")
        self.addCleanup(client.stdin.close)
        self.addCleanup(client.stdout.close)
        return client

    def make_read_only(self, yes):
        self.base.sql("SET GLOBAL read_only=%d" % yes)

    def test_fault_102_no_connection_left(self):
        most = self.base.sql("SELECT @@max_connections")[0][0]
        self.base.sql("SET GLOBAL max_connections=10")
        self.addCleanup(self.base.sql, "SET GLOBAL max_connections=%s" % most)
        sockets = [socket.socket(socket.AF_UNIX) for _ in range(14)]
        with self.talk() as talk:
            self.check_works(talk)
            for s in sockets:
                s.connect(str(self.base.socket / "s"))
                s.recv(10)  # it greets, or says that there are too many
            self.says(talk("open"), "EBUSY", "max_connections")
            self.check_works(talk)
            for s in sockets:
                s.close()

    def test_fault_102_packet_beyond_the_limit(self):
        most = self.base.sql("SELECT @@max_allowed_packet")[0][0]
        self.base.sql("SET GLOBAL max_allowed_packet=1048576")
        self.addCleanup(self.base.sql, "SET GLOBAL max_allowed_packet=%s" % most)
        with self.talk() as talk:
            answer = talk("big INSERT INTO t VALUES (7, ?)")
            self.assertRegex(answer, "^(ETOOBIG|ECLOSED) ")
            self.check_works(talk)
            self.assertEqual(talk("query SELECT COUNT(*) FROM t"), "ok 0")
            self.assertEqual(talk("next 1"), "ok 1 1")

    def test_fault_102_character_sets(self):
        """Tables of old installations: what is read is UTF-8."""
        for charset, word in (("latin1", "é ö"), ("cp1251", "Иван"), ("koi8r", "Иван"),
                              ("utf8mb3", "Иван €"), ("utf8mb4", "Иван 🙂"), ("gbk", "中文\\")):
            self.base.sql("CREATE OR REPLACE TABLE c (w VARCHAR(40)) CHARACTER SET %s;"
                          "INSERT INTO c VALUES ('%s')" % (charset, word.replace("\\", "\\\\")),
                          "fault")
            with self.talk() as talk:
                talk("query SELECT w FROM c")
                self.assertEqual(talk("next 1"), "ok 1 '%s'" % word, charset)
                talk("end")
                talk("query SELECT COUNT(*) FROM c WHERE w = '%s'" % word)
                self.assertEqual(talk("next 1"), "ok 1 1", charset)

    def test_fault_102_a_table_that_is_too_narrow(self):
        self.base.sql("CREATE OR REPLACE TABLE c (w VARCHAR(40)) CHARACTER SET latin1", "fault")
        with self.talk() as talk:
            self.says(talk("run INSERT INTO c VALUES ('Иван')"), "EINVAL")  # never "????"


class Fault102PostgreSQL(Servers, Base):
    kind = "postgresql"
    rights = "ALTER TABLE t OWNER TO zvon"
    tls_options = ["-c", "ssl=on", "-c", "ssl_cert_file=CERT", "-c", "ssl_key_file=KEY"]
    filling = "INSERT INTO t SELECT i, repeat('x', 1000) FROM generate_series(2, 30000) i"

    def drop_connections(self):
        self.base.sql("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                      "WHERE usename = 'zvon' OR (datname = 'fault' AND pid <> pg_backend_pid())")

    def set_password(self, secret):
        self.base.sql("ALTER ROLE zvon PASSWORD '%s'" % secret.replace("'", "''"))

    def lock_table(self):
        client = subprocess.Popen(self.base.client("fault"), stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        client.stdin.write("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n")
        client.stdin.flush()
        self.assertEqual(client.stdout.readline(), "locked\n")
        self.addCleanup(client.stdin.close)
        self.addCleanup(client.stdout.close)
        return client

    def make_read_only(self, yes):
        self.base.sql("ALTER DATABASE fault SET default_transaction_read_only=%s" % (
            "on" if yes else "off"))

    def test_fault_102_no_connection_left(self):
        self.base.sql("ALTER ROLE zvon CONNECTION LIMIT 1")
        self.addCleanup(self.base.sql, "ALTER ROLE zvon CONNECTION LIMIT -1")
        with self.talk() as talk:
            self.check_works(talk)
            self.says(talk("open"), "EBUSY", "no free connection")
            self.check_works(talk)

    def test_fault_102_character_sets(self):
        self.base.fresh("latin", charset="LATIN1")
        self.base.sql("SET client_encoding=UTF8; CREATE TABLE c (w TEXT);"
                      "ALTER TABLE c OWNER TO zvon; INSERT INTO c VALUES ('é ö')", "latin")
        with self.talk(url=self.base.url("latin")) as talk:
            talk("query SELECT w FROM c")
            self.assertEqual(talk("next 1"), "ok 1 'é ö'")
            talk("end")
            self.says(talk("run INSERT INTO c VALUES ('Иван')"), "EINVAL", "LATIN1")
            self.assertEqual(talk("query SELECT COUNT(*) FROM c"), "ok 0")


if __name__ == "__main__":
    unittest.main()
