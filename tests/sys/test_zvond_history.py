"""Calls come into zvond's history: while they go on, when they end, when zvond is killed, stopped
or cannot write; each once."""

import contextlib
import datetime
import json
import os
import re
import sqlite3
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

from history_common import Past
from test_zvond_faults_conf import SmallDisk
from zvond_common import ROOT, SLOW, TOKENS, Zvond, config

from calls import Calls
from pbx import Pbx

CAPTURES = ROOT / "tests/wire/captures"


def seconds(text):
    """Of a time in JSON, since 1970."""
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()


class HistoryTest(unittest.TestCase):
    """A PBX with calls, and a daemon that keeps them."""

    def begin(self, more="", pbx=None, **how):
        """The daemon, its PBX's calls, its history."""
        pbx = pbx or Pbx()
        pbx = self.enterContext(pbx) if hasattr(self, "enterContext") else self.enter(pbx)
        text = config(pbx=pbx, kept=True, more="[history]\n" + more + "\n")
        z = self.enter(Zvond(text, **how))
        z.wait_synced()
        return z, Calls(pbx), Past(z)

    def enter(self, context):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(context)


class Live(HistoryTest):
    """From beginning to end."""

    def test_a_call_that_is_answered(self):
        z, calls, past = self.begin()
        call = calls.dial("101", "102")
        uid = call[0].unique_id
        self.assertEqual(past.wait_open(uid)["from"]["number"], "101")
        self.assertEqual(past.calls(), {})
        calls.answer(call)
        past.wait_open(uid, lambda c: c.get("answered"))
        time.sleep(0.3)
        calls.hang_up(call)
        row = past.wait_call(uid)
        self.assertEqual((row["server"], row["direction"], row["result"], row["reason"]),
                         ("office", "internal", "answered", ""))
        self.assertEqual((row["from_number"], row["to_number"], row["missed"]), ("101", "102", 0))
        self.assertGreaterEqual(row["talk_s"], 0.25)
        self.assertLess(row["talk_s"], 5 * SLOW)
        self.assertLess(abs(row["ended_ms"] / 1000 - time.time()), 10 * SLOW)
        self.assertEqual([(leg["line"], leg["role"], leg["result"]) for leg in past.legs(uid)],
                         [("101", "caller", "answered"), ("102", "callee", "answered")])
        self.assertEqual(past.open(), {})
        metrics = z.metrics()
        self.assertEqual(metrics["zvond_history_new_total"], 1)
        self.assertEqual(metrics["zvond_history_failing"], 0)
        self.assertEqual(z.stop(), 0)

    def test_nobody_answers(self):
        z, calls, past = self.begin()
        call = calls.dial("101", "102")
        past.wait_open(call[0].unique_id)
        calls.hang_up(call)
        row = past.wait_call(call[0].unique_id)
        self.assertEqual((row["result"], row["talk_s"]), ("cancelled", 0))
        self.assertEqual(row["missed"], 1)

    def test_no_history(self):
        """Switched off, nothing is there, and nothing is told."""
        z, calls, past = self.begin("store = no")
        call = calls.dial("101", "102")
        calls.hang_up(call)
        self.assertNotIn("zvond_history_new_total", z.metrics())
        self.assertEqual(z.stop(), 0)
        self.assertFalse(past.path.exists())

    def test_the_last_moment_is_written(self):
        """What is told just before SIGTERM is in the store when it has ended."""
        z, calls, past = self.begin()
        number = 50
        begun = [calls.dial("101", "102") for _ in range(number)]
        for call in begun:
            calls.hang_up(call)
        last = calls.dial("101", "102")
        past.wait_open(last[0].unique_id)
        calls.hang_up(last)
        z.wait_until(lambda: False, 0.05)
        self.assertEqual(z.stop(), 0)
        self.assertEqual(len(past.calls()), number + 1)
        self.assertEqual(past.open(), {})

    def test_the_demo_has_history(self):
        """In a folder that goes with it."""
        folder = self.enter(tempfile.TemporaryDirectory())
        z = self.enter(Zvond(None, ["--demo", "--port", "0", "--rate", "600"],
                             env={"TMPDIR": folder}))
        found = lambda: list(Path(folder).glob("zvond-*/history.db"))  # noqa: E731
        self.assertTrue(z.wait_until(found))
        past = Past(z, found()[0])
        past.wait(past.calls, len, 20)
        self.assertEqual(z.stop(), 0)
        self.assertEqual(list(Path(folder).iterdir()), [])

    def test_what_was_recorded(self):
        """A capture that is played: what `zvon calls --summary` tells of it is in the store."""
        zvon = str(Path(os.environ.get("ZVON_BUILD") or ROOT / "build") / "zvon")
        for name in ("22/call-answer.ami", "16/blind-transfer.ami"):
            capture = CAPTURES / name
            if not capture.exists():
                continue
            with self.subTest(name=name):
                self.compare(zvon, capture)

    def compare(self, zvon, capture):
        told = subprocess.run([zvon, "calls", str(capture), "--summary", "--format", "json"],
                              stdout=subprocess.PIPE, check=True).stdout.decode()
        wanted = {c["call"]: c for c in map(json.loads, told.splitlines())}
        text = re.sub(r"demo = yes\ndemo_rate = 0", "replay = %s\nreplay_speed = 50" % capture,
                      config(kept=True))
        with Zvond(text) as z:
            past = Past(z)
            calls = past.wait(past.calls, lambda calls: set(wanted) <= set(calls), 20)
            for uid, call in wanted.items():
                self.assertEqual((calls[uid]["result"], calls[uid]["direction"]),
                                 (call["result"], call["direction"]))


class Restart(HistoryTest):
    """It stops, or is killed, while calls go on."""

    def test_it_is_killed_and_the_call_goes_on(self):
        z, calls, past = self.begin()
        call = calls.answer(calls.dial("101", "102"))
        uid = call[0].unique_id
        before = past.wait_open(uid, lambda c: c.get("answered"))
        z.restart(kill=True)
        z.wait_synced()
        self.assertEqual(list(past.open()), [uid])
        calls.hang_up(call)
        row = past.wait_call(uid)
        self.assertEqual((row["result"], row["reason"]), ("answered", ""))
        self.assertEqual(seconds(before["started"]) * 1000, row["started_ms"])
        self.assertEqual(seconds(before["answered"]) * 1000, row["answered_ms"])
        self.assertGreater(row["talk_s"], 0.4)  # the half second that the lists take
        self.assertEqual(past.open(), {})
        self.assertEqual(len(past.calls()), 1)

    def test_it_stops_and_the_call_goes_on(self):
        z, calls, past = self.begin()
        call = calls.answer(calls.dial("101", "102"))
        uid = call[0].unique_id
        past.wait_open(uid, lambda c: c.get("answered"))
        z.restart()
        z.wait_synced()
        self.assertEqual(past.calls(), {})
        calls.hang_up(call)
        self.assertEqual(past.wait_call(uid)["result"], "answered")
        self.assertEqual(len(past.calls()), 1)

    def test_it_is_killed_and_the_calls_are_gone(self):
        """One had talked, one had rung; one begins after them, and goes on."""
        z, calls, past = self.begin()
        talked = calls.answer(calls.dial("101", "102"))
        rang = calls.dial("103", "104")
        past.wait_open(talked[0].unique_id, lambda c: c.get("answered"))
        past.wait_open(rang[0].unique_id)
        z.kill()
        calls.quietly().hang_up(talked)
        calls.hang_up(rang)
        fresh = calls.dial("105", "106")
        calls.aloud()
        z.start()
        row = past.wait_call(talked[0].unique_id)
        self.assertEqual((row["result"], row["reason"]), ("answered", "lost"))
        self.assertGreaterEqual(row["ended_ms"], row["answered_ms"])
        row = past.wait_call(rang[0].unique_id)
        self.assertEqual((row["result"], row["reason"], row["talk_s"]), ("", "lost", 0))
        self.assertEqual(list(past.open()), [fresh[0].unique_id])
        self.assertTrue(z.saw("calls that ended unseen calls=2"))
        self.assertEqual(z.metrics()["zvond_history_lost_total"], 2)
        calls.hang_up(fresh)
        past.wait_call(fresh[0].unique_id)
        self.assertEqual(len(past.calls()), 3)

    def test_a_server_goes_out_of_the_configuration(self):
        """While zvond runs, and while it does not."""
        z, calls, past = self.begin()
        other = self.enter(Pbx())
        theirs = Calls(other, seconds=1700005000)
        two = z.text + ("[server branch]\nurl = ami://crm@127.0.0.1:%d\nsecret_file = "
                        "{folder}/secret\n" % other.port)
        self.assertTrue(z.reload(two))
        z.wait_synced()
        first = theirs.dial("201", "202")
        past.wait_open(first[0].unique_id)
        self.assertTrue(z.reload(z.text))
        self.assertEqual(past.wait_call(first[0].unique_id)["reason"], "lost")
        self.assertTrue(z.reload(two))
        second = theirs.dial("203", "204")
        past.wait_open(second[0].unique_id)
        z.kill()
        z.start()  # with the one server again
        self.assertEqual(past.wait_call(second[0].unique_id)["reason"], "lost")
        past.wait_still()

    def test_the_connection_is_lost(self):
        """What is gone when it is there again has vanished; what goes on goes on."""
        z, calls, past = self.begin()
        gone, stays = calls.dial("101", "102"), calls.answer(calls.dial("103", "104"))
        past.wait_open(gone[0].unique_id)
        past.wait_open(stays[0].unique_id, lambda c: c.get("answered"))
        calls.quietly().hang_up(gone)
        calls.aloud()
        for session in list(calls.pbx.sessions):
            session.close()
        self.assertEqual(past.wait_call(gone[0].unique_id, 20)["reason"], "vanished")
        calls.hang_up(stays)
        self.assertEqual(past.wait_call(stays[0].unique_id)["result"], "answered")
        self.assertEqual(len(past.calls()), 2)


class Faults(HistoryTest):
    """The store cannot be written, or is slow."""

    def test_fault_101_locked_by_another(self):
        """Calls wait, the loop does not."""
        z, calls, past = self.begin()
        first = calls.dial("101", "102")
        past.wait_open(first[0].unique_id)
        z.metrics()  # what was late before does not count
        locker = sqlite3.connect(past.path, isolation_level=None)
        self.addCleanup(locker.close)
        locker.execute("BEGIN IMMEDIATE")
        calls.hang_up(first)
        begun = [calls.dial("103", "104") for _ in range(20)]
        for call in begun:
            calls.hang_up(call)
        end = time.monotonic() + 5 * SLOW
        while time.monotonic() < end:  # the service goes on meanwhile
            self.assertEqual(z.get("/v1/me", token=TOKENS["boss"]).status, 200)
            if z.metrics()["zvond_history_failing"]:
                break
            time.sleep(0.05)
        metrics = z.metrics()
        self.assertEqual(metrics["zvond_history_failing"], 1)
        self.assertGreater(metrics["zvond_history_waiting"], 0)
        self.assertGreater(metrics["zvond_history_late_seconds"], 1)
        self.assertLess(metrics["zvond_loop_lag_most_seconds"], 0.5 * SLOW)
        self.assertEqual(z.get("/readyz").status, 200)
        locker.execute("ROLLBACK")
        released = time.monotonic()
        for call in (first, *begun):
            past.wait_call(call[0].unique_id)
        took = time.monotonic() - released
        self.assertLess(took, 8 * SLOW)
        self.assertEqual(len(past.calls()), 21)
        self.assertEqual(z.count("warn history: cannot be written"), 1)
        self.assertTrue(z.saw("history: is written again"))
        self.assertEqual(past.open(), {})
        print("written %.1f s after the lock was gone" % took)

    def test_fault_101_a_corrupt_file(self):
        """It is set aside, not deleted, and a new one begun."""
        z, calls, past = self.begin()
        call = calls.dial("101", "102")
        past.wait_open(call[0].unique_id)
        z.kill()
        for path in past.path.parent.glob("history.db-*"):
            path.unlink()
        past.path.write_bytes(b"this is no database " * 1000)
        z.start()
        self.assertTrue(z.saw("warn history:"))  # before that the file is none of SQLite's
        past.wait_open(call[0].unique_id)
        aside = list(past.path.parent.glob("history.db.corrupt-*"))
        self.assertEqual([p.read_bytes()[:20] for p in aside], [b"this is no database "])

    def test_fault_101_made_by_a_later_zvon(self):
        z, calls, past = self.begin()
        call = calls.dial("101", "102")
        past.wait_open(call[0].unique_id)
        z.kill()
        with contextlib.closing(sqlite3.connect(past.path)) as db:
            db.execute("UPDATE meta SET value = '9999' WHERE name = 'schema'")
            db.commit()
        z.start()
        self.assertTrue(z.saw("warn history: cannot be written"))
        self.assertTrue(any("newer" in line or "later" in line for line in z.log), z.log)
        z.wait_synced()
        self.assertEqual(z.get("/v1/me", token=TOKENS["boss"]).status, 200)

    def test_fault_098_the_disk_is_full(self):
        """Calls wait, and are written when there is room; the file is whole."""
        pbx = self.enter(Pbx())
        z = Zvond(config(pbx=pbx, kept=True, more="[history]\nstore = {folder}/small/history.db"))
        self.addCleanup(z.clean)
        (z.folder / "small").mkdir()
        disk = SmallDisk(z.folder / "small")
        self.addCleanup(disk.close)
        if not disk.works:
            self.skipTest("needs root, or user namespaces")
        z.wrapper = disk.enter
        calls, past = Calls(pbx), Past(z, disk.path("history.db"))
        with z:
            z.wait_synced()
            first = calls.dial("101", "102")
            past.wait_open(first[0].unique_id)
            disk.fill()
            begun = [calls.dial("103", "104") for _ in range(200)]
            for call in (first, *begun):
                calls.hang_up(call)
            self.assertTrue(z.saw("history: cannot be written", 20))
            self.assertEqual(z.get("/v1/me", token=TOKENS["boss"]).status, 200)
            self.assertGreater(z.metrics()["zvond_history_waiting"], 0)
            time.sleep(2)  # it goes on trying
            self.assertEqual(z.count("warn history: cannot be written"), 1)
            disk.empty()
            begin = time.monotonic()
            self.assertTrue(z.saw("history: is written again"))
            took = time.monotonic() - begin
            self.assertLess(took, 5 * SLOW)
            past.wait(past.calls, lambda c: len(c) == 201, 10)
            self.assertEqual(past.integrity(), [])
            z.restart(kill=True)
            self.assertEqual(len(past.calls()), 201)
            print("history is written %.1f s after there is room" % took)


if __name__ == "__main__":
    unittest.main()
