"""zvond keeps its history in a MariaDB or PostgreSQL that dies, is slow, or is locked: calls wait
and are written once, questions are refused with words that help, nobody else notices. (Fault
102.)"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
import unittest
from concurrent import futures
from pathlib import Path

from zvond_common import ROOT, SLOW, TOKENS, Zvond, config

from calls import Calls
from pbx import Pbx

sys.path.insert(0, str(ROOT / "tests/hist"))
import databases  # noqa: E402

BUILD = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
REFUSED_SECONDS = 20 * SLOW  # a question has 5 s; this machine may be busy
MEANWHILE = 5  # requests of others that are answered while a question waits
PATIENCE = 40  # until the database is back and zvond has tried again


class Kept:
    """One server of databases for the class; a daemon with an empty store for each test."""

    kind = None
    durable = ()  # what is committed outlives the server, if not the machine

    @classmethod
    def setUpClass(cls):
        cls.base = databases.KINDS[cls.kind]()
        cls.base.options = list(cls.durable)
        cls.addClassCleanup(cls.base.stop)
        cls.base.start()

    def enter(self, context):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(context)

    def begin(self, wait=True, tcp=False):
        """zvond, and the calls of its PBX."""
        url = self.base.url("kept", tcp=tcp)
        self.base.fresh("kept")
        pbx = self.enter(Pbx())
        text = config(pbx=pbx, more="[history]\nstore = %s\nsecret_file = {folder}/database\n"
                      % url)
        self.z = Zvond(text, files={"database": self.base.secret + "\n"},
                       env={"ZVON_DB_MODULES": str(BUILD / "src/db")})
        self.addCleanup(self.check_secret)
        if not wait:
            self.base.kill()
            self.addCleanup(self.revive)
        self.enter(self.z)
        self.z.wait_synced()
        self.calls = Calls(pbx)
        if wait:
            self.wait_for(lambda: self.ask().status == 200)

    def revive(self):
        """It runs again, whatever the test has left."""
        if not self.base.process:
            self.base.start()

    def check_secret(self):
        """The password is in nothing that was said."""
        self.assertEqual(self.z.count(self.base.secret), 0)

    # ---- what is done ------------------------------------------------------------------

    def call(self):
        """One from beginning to end; its id."""
        call = self.calls.answer(self.calls.dial("101", "102"))
        self.calls.hang_up(call)
        return call[0].unique_id

    def ask(self, path="/v1/history?limit=1000"):
        return self.z.get(path, token=TOKENS["boss"], timeout=60)

    # ---- what is seen --------------------------------------------------------------------

    def wait_for(self, true, seconds=PATIENCE):
        end = time.monotonic() + seconds * SLOW
        while not true():
            if time.monotonic() > end:
                raise AssertionError("it did not come: %s" % self.z.log[-10:])
            time.sleep(0.02)

    def metric(self, name):
        return self.z.metrics()["zvond_history_" + name]

    def rows(self, what):
        return self.base.sql("SELECT " + what, "kept")

    def check_all(self, wanted):
        """They come into the tables, each once, and the counters and zvond tell the same."""
        self.wait_for(lambda: self.metric("waiting") == 0 and self.metric("failing") == 0)
        ids = lambda: sorted(uid for (uid,) in self.rows("uid FROM v_calls"))  # noqa: E731
        self.wait_for(lambda: len(ids()) >= len(wanted))
        self.assertEqual(ids(), sorted(wanted))
        self.assertEqual(self.rows("COUNT(*) FROM open_calls"), [["0"]])
        self.assertEqual(self.rows("SUM(calls) FROM v_hours"), [[str(len(wanted))]])
        self.assertEqual(self.rows("SUM(calls) FROM v_hours_of_lines WHERE line = '102'"),
                         [[str(len(wanted))]])
        self.assertEqual(self.rows("COUNT(*) FROM v_legs"), [[str(2 * len(wanted))]])
        self.assertEqual(self.metric("bad_total"), 0)
        self.wait_for(lambda: self.ask().status == 200)
        answer = self.ask()
        self.assertEqual(sorted(one["call"] for one in answer.json["calls"]), sorted(wanted))

    def check_refused(self, *words, codes=("store_down",), statuses=(503,),
                      paths=("/v1/history", "/v1/history?format=csv")):
        """In time, with what is wrong and what to do, for ways to ask; as many at once as
        there are threads that read."""
        meanwhile, messages = 0, []
        with futures.ThreadPoolExecutor(len(paths)) as pool:
            asked = [pool.submit(self.ask_timed, path) for path in paths]
            while not all(one.done() for one in asked):
                self.assertEqual(self.z.get("/healthz").status, 200)
                meanwhile += 1
                time.sleep(0.02)
        for path, answer, seconds in [one.result() for one in asked]:
            self.assertLess(seconds, REFUSED_SECONDS, path)
            self.assertIn(answer.status, statuses, answer.body)
            self.assertIn(answer.error, codes, answer.body)
            messages.append(answer.json["error"]["message"])
            for word in words:
                self.assertIn(word, messages[-1])
            self.assertNotIn(self.base.secret, answer.body.decode())
        return meanwhile, messages

    def ask_timed(self, path):
        began = time.monotonic()
        answer = self.ask(path)
        return path, answer, time.monotonic() - began

    @contextlib.contextmanager
    def witness(self):
        """Somebody else's session goes on as if nothing were: each call is seen in it."""
        with self.z.websocket("boss") as other:
            other.start()

            def seen():
                uid = self.call()
                other.wait(lambda m: m.get("event") == "call.ended" and m.get("call") == uid, 20)
                return uid
            yield seen

    # ---- the tests -----------------------------------------------------------------------

    def test_fault_102_killed_and_back(self):
        self.begin()
        wanted = [self.call() for _ in range(3)]
        going_on = self.calls.answer(self.calls.dial("103", "102"))
        self.check_open(going_on)
        with self.witness() as seen:
            self.base.kill()
            self.addCleanup(self.revive)
            self.calls.hang_up(going_on)
            wanted += [going_on[0].unique_id] + [self.call() for _ in range(50)]
            wanted += [seen() for _ in range(3)]
            self.check_refused("check", "that the server runs")
            self.check_refused("that the server runs", paths=["/v1/history/statistics?by=day"])
            wanted.append(seen())
        self.wait_for(lambda: self.metric("failing") == 1 and self.metric("waiting") >= 55)
        self.assertIn("the history could not be written",
                      self.z.get("/healthz").json["degraded"])
        self.base.start()
        self.check_all(wanted)
        self.assertTrue(self.z.saw("is written again"))
        self.assertIn(self.z.count("cannot be written, calls wait"), (1, 2))  # one a minute
        self.assertEqual(self.z.stop(20), 0)

    def check_open(self, call):
        self.wait_for(lambda: [call[0].unique_id] in self.rows("uid FROM open_calls"))

    def test_fault_102_killed_again_and_again_in_the_middle_of_writing(self):
        """Also between a COMMIT and its answer: what was written already is not written twice."""
        self.begin()
        wanted, stop = [], threading.Event()

        def go():
            while not stop.is_set():
                wanted.append(self.call())
                stop.wait(0.002)
        thread = threading.Thread(target=go)
        thread.start()
        self.addCleanup(thread.join)
        self.addCleanup(stop.set)
        self.addCleanup(self.revive)
        for _ in range(2):
            before = self.metric("new_total")
            self.wait_for(lambda: self.metric("new_total") > before + 20)  # noqa: B023
            self.base.kill()
            self.wait_for(lambda: self.metric("failing") == 1)
            self.base.start()
        self.wait_for(lambda: self.metric("failing") == 0)
        stop.set()
        thread.join()
        self.check_all(wanted)
        # what came to be without an answer is not new when it is written again
        self.assertLessEqual(self.metric("new_total"), len(wanted))

    def test_fault_102_not_there_when_zvond_starts(self):
        self.begin(wait=False)
        with self.witness() as seen:
            wanted = [self.call(), seen()]
            self.check_refused("that the server runs")
            wanted.append(seen())
        self.base.start()
        self.check_all(wanted)

    def test_fault_102_a_lock_that_lasts(self):
        self.begin()
        wanted = [self.call()]
        self.wait_for(lambda: self.metric("new_total") == 1)
        with self.lock(), self.witness() as seen:
            wanted += [seen() for _ in range(3)]
            meanwhile, _ = self.check_refused(codes=("busy", "timeout"), statuses=(503, 504))
            self.assertGreater(meanwhile, MEANWHILE)
            self.wait_for(lambda: self.metric("failing") == 1)
            wanted.append(seen())
            self.assertEqual(self.metric("new_total"), 1)
        self.check_all(wanted)

    def test_fault_102_it_does_not_answer(self):
        """As a machine that was switched off, or hangs: connections are there, and are silent."""
        self.begin(tcp=True)
        wanted = [self.call()]
        self.wait_for(lambda: self.metric("new_total") == 1)
        with self.frozen(), self.witness() as seen:
            wanted += [seen() for _ in range(3)]
            meanwhile, messages = self.check_refused("that the server runs")
            self.assertGreater(meanwhile, MEANWHILE)
            # a thread had a connection, which is given up when the question's time is over
            self.assertTrue(any("no answer: check" in text for text in messages), messages)
            self.check_refused("that the server runs")  # and the next ones need a new one
            wanted.append(seen())
        self.check_all(wanted)

    @contextlib.contextmanager
    def frozen(self):
        """SIGSTOP to all its processes."""
        stopped = self.base.freeze()
        try:
            yield
        finally:
            for pid in reversed(stopped):
                os.kill(pid, signal.SIGCONT)

    @contextlib.contextmanager
    def lock(self):
        """Somebody else holds the table of calls for himself."""
        client = subprocess.Popen(self.locker(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  env=databases.plain_environment(), text=True)
        try:
            client.stdin.write(self.locking)
            client.stdin.flush()
            self.assertEqual(client.stdout.readline(), "locked\n")
            yield
        finally:
            client.stdin.close()  # its end is the end of the lock
            client.wait(20 * SLOW)
            client.stdout.close()


class Fault102MariaDB(Kept, unittest.TestCase):
    kind = "mariadb"
    durable = ("--innodb-flush-log-at-trx-commit=2",)
    locking = "LOCK TABLES calls WRITE; SELECT 'locked';\n"

    def locker(self):
        return self.base.client() + ["-n", "kept"]


class Fault102PostgreSQL(Kept, unittest.TestCase):
    kind = "postgresql"
    durable = ("-c", "synchronous_commit=on")
    locking = "BEGIN; LOCK TABLE calls IN ACCESS EXCLUSIVE MODE; SELECT 'locked';\n"

    def locker(self):
        return self.base.client("kept")


if __name__ == "__main__":
    unittest.main()
