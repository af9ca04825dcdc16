"""The history of a zvond whose clock jumps, or is days behind. Of the plain program only:
faketime's library is loaded before the others, where AddressSanitizer's must be."""

import os
import tempfile
import time
import unittest
from pathlib import Path

from test_faults_clock import FAKETIME
from test_zvond_history import HistoryTest
from zvond_common import SLOW


class Clock(HistoryTest):
    def faked(self, moment, **env):
        """Another time, which that file tells."""
        rate = self.enter(tempfile.NamedTemporaryFile("w", suffix=".time"))
        os.chmod(rate.name, 0o644)
        Path(rate.name).write_text(moment + "\n", "ascii")
        return Path(rate.name), {"LD_PRELOAD": str(FAKETIME), "DONT_FAKE_MONOTONIC": "1",
                                 "FAKETIME_TIMESTAMP_FILE": rate.name, "FAKETIME_NO_CACHE": "1",
                                 **env}

    def test_fault_024_our_clock_jumps(self):
        """An hour back while one talks, two hours on while another does: no duration is wrong."""
        self.assertIsNotNone(FAKETIME, "install the package faketime")
        clock, env = self.faked("+0")
        z, calls, past = self.begin(env=env)
        found = {}
        for moment in ("-1h", "+1h", "+0"):
            call = calls.answer(calls.dial("101", "102"))
            uid = call[0].unique_id
            past.wait_open(uid, lambda c: c.get("answered"))
            clock.write_text(moment + "\n", "ascii")
            time.sleep(0.2)
            calls.hang_up(call)
            found[moment] = past.wait_call(uid)
        for moment, row in found.items():
            with self.subTest(moment=moment):
                self.assertGreaterEqual(row["talk_s"], 0.15)
                self.assertLess(row["talk_s"], 10 * SLOW)
                self.assertEqual(row["ended_ms"] - row["answered_ms"], row["talk_s"] * 1000)
                self.assertGreaterEqual(row["answered_ms"], row["started_ms"])

    def test_what_is_too_old_is_deleted(self):
        """Calls of ten days ago, a rule of three days, right after the start."""
        self.assertIsNotNone(FAKETIME, "install the package faketime")
        clock, env = self.faked("-10d")
        z, calls, past = self.begin(env=env)
        old = calls.dial("101", "102")
        past.wait_open(old[0].unique_id)
        calls.hang_up(old)
        past.wait_call(old[0].unique_id)
        clock.write_text("+0\n", "ascii")
        new = calls.dial("101", "102")
        past.wait_open(new[0].unique_id)
        calls.hang_up(new)
        past.wait_call(new[0].unique_id)
        z.stop()
        z.text = z.text.replace("[history]\n", "[history]\nkeep_days = 3\n")
        z.start()
        past.wait(past.calls, lambda c: list(c) == [new[0].unique_id], 10)
        self.assertTrue(z.saw("what is too old is gone deleted=1"))
        self.assertEqual(z.metrics()["zvond_history_deleted_total"], 1)


if __name__ == "__main__":
    unittest.main()
