"""The runner counts what others say; if it counted wrongly, nobody would notice."""

import sys
import tempfile
import unittest
from pathlib import Path

from work import (Counts, Job, Step, Suite, by_closing_line, by_exit_code, by_tap,
                  by_unittest)


class Counting(unittest.TestCase):
    """Output and exit code in, counts out."""

    def check(self, count, rows):
        """Each row: exit code, output, the counts that should come of it."""
        for code, output, expected in rows:
            with self.subTest(output=output, code=code):
                self.assertEqual(count(code, output), Counts(*expected))

    def test_tap(self):
        """cmocka's way; a plan that is not fulfilled is a failure."""
        self.check(by_tap, (
            (0, "1..2\nok 1 - a\nok 2 - b\n", (2, 0, 0)),
            (1, "1..3\nok 1 - a\nnot ok 2 - b\n# why\nok 3 # SKIP no\n", (1, 1, 1)),
            (0, "1..1\nok 1\n1..2\nok 1\nok 2\n", (3, 0, 0)),
            (0, "1..3\nok 1\n", (1, 2, 0)),
            (99, "1..1\nok 1\n", (1, 1, 0)),
            (0, "", (0, 1, 0)),
            (-11, "Segmentation fault", (0, 1, 0)),
        ))

    def test_unittest(self):
        """Python's way."""
        self.check(by_unittest, (
            (0, "Ran 12 tests in 3.4s\n\nOK\n", (12, 0, 0)),
            (0, "Ran 3 tests in 3.4s\n\nOK (skipped=1)\n", (2, 0, 1)),
            (1, "Ran 9 tests in 3s\n\nFAILED (failures=1, errors=2, skipped=3)\n", (3, 3, 3)),
            (1, "Ran 1 test in 0s\n\nFAILED (unexpected successes=1)\n", (0, 1, 0)),
            (0, "Ran 0 tests in 0s\n\nOK\n", (0, 1, 0)),
            (1, "Ran 1 test in 0s\n\nOK\n", (1, 1, 0)),
            (1, "Traceback", (0, 1, 0)),
            (1, "FAIL: a (m.A.a) (n=1)\nFAIL: a (m.A.a) (n=2)\nERROR: b (m.A.b)\n"
                "Ran 5 tests in 1s\n\nFAILED (failures=2, errors=1)\n", (3, 2, 0)),
        ))

    def test_closing_line(self):
        """Our own scripts' way."""
        self.check(by_closing_line, (
            (0, "x\n3 passed, 0 failed\n", (3, 0, 0)),
            (1, "3 passed, 2 failed, 1 skipped\n", (3, 2, 1)),
            (1, "3 passed, 0 failed\n", (3, 1, 0)),
            (0, "0 passed, 0 failed\n", (0, 1, 0)),
            (0, "", (0, 1, 0)),
        ))

    def test_exit_code(self):
        """A command that is a test."""
        self.check(by_exit_code, ((0, "", (1, 0, 0)), (1, "", (0, 1, 0)), (-9, "", (0, 1, 0))))


class Work(unittest.TestCase):
    """Jobs with real processes."""

    def run_suite(self, code, limit=20, **more):
        """Runs a suite of one Python program; returns its job."""
        with tempfile.TemporaryDirectory() as folder:
            step = Step([sys.executable, "-c", code], by_exit_code,
                        {"REPORT": folder + "/try.report.1"})
            job = Job(Suite("try", "", lambda: [step], limit, **more), Path(folder) / "try.log")
            job.run()
            job.text = job.log.read_text("utf-8")
        return job

    def test_good(self):
        """Counted, and its output kept."""
        job = self.run_suite("print('hello')")
        self.assertEqual(job.counts, Counts(1, 0, 0))
        self.assertIn("hello", job.text)

    def test_processor_time(self):
        """That of the program and of those it waited for; waiting costs none."""
        burns = "import time\nwhile time.process_time() < 0.3: pass"
        job = self.run_suite("import subprocess, sys; subprocess.run([sys.executable, '-c', %r])"
                             % burns)
        self.assertGreaterEqual(job.cpu_seconds, 0.3)

    def test_too_late(self):
        """A suite that hangs is ended, its children too."""
        job = self.run_suite("import subprocess; subprocess.run(['sleep', '60'])", limit=1)
        self.assertLess(job.seconds, 20)
        self.assertEqual(job.counts.passed, 0)
        self.assertIn("not done within 1 s", job.trouble)

    def test_report(self):
        """What a sanitizer writes about a program that ended well is a failure."""
        writes = "import os; open(os.environ['REPORT'], 'w').write(%r)"
        job = self.run_suite(writes % "data race", reports=True)
        self.assertEqual(job.counts, Counts(1, 1, 0))
        self.assertIn("data race", job.text)
        self.assertEqual(self.run_suite(writes % "").counts, Counts(1, 0, 0))

    def test_nothing_to_run(self):
        """No steps are no success."""
        with tempfile.TemporaryDirectory() as folder:
            job = Job(Suite("try", "", lambda: [], 5), Path(folder) / "try.log")
            job.run()
        self.assertEqual(job.counts.failed, 1)


if __name__ == "__main__":
    unittest.main()
