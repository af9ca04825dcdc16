"""Fault 024, the half of it that is our own clock. Of the plain program only: its library is
loaded before the others, where AddressSanitizer's must be."""

import time
import unittest
from pathlib import Path

from test_faults_calls import CallsTest

from cli import SLOW

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)


class OurClockTest(CallsTest):
    def test_fault_024_our_clock_is_an_hour_off(self):
        """It runs 100 times too fast, from an hour ago: figures come from another clock."""
        self.assertIsNotNone(FAKETIME, "install the package faketime")
        pbx, calls = self.play()
        running = self.follow(pbx, env={"LD_PRELOAD": str(FAKETIME), "FAKETIME": "-1h x100",
                                        "DONT_FAKE_MONOTONIC": "1"})
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(1)
        call = calls.answer(calls.dial("101", "102"))
        time.sleep(0.5)
        calls.hang_up(call)
        self.saw(running, "call.ended", 1)
        moments = [p["ms"] for p in running.packets]
        self.assertEqual(moments, sorted(moments))
        self.assertLess(moments[-1], 10000 * SLOW)


if __name__ == "__main__":
    unittest.main()
