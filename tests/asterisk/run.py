#!/usr/bin/env python3
"""Runs the live tests against both servers at once.

    run.py [--keep] [WORD...]     only tests whose name holds one of the words
    run.py --part waits|works     only those that mostly wait, or only the others

Installs and starts the servers if need be, and stops those that it started, unless told
to keep them. One line per test; the last line is `N passed, N failed[, N skipped]`.
The program under test is $ZVON, by default build/zvon.
"""

import argparse
import fcntl
import os
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
VERSIONS = ("16", "22")
OFFICES = 3  # tests with beside_others = True run so many at a time on each server
# seconds for all tests of one server
LONGEST = 1800 if os.environ.get("ZVON_LONG") == "1" else 600


class LineResult(unittest.TestResult):
    """Prints a line per test, and what went wrong below it."""

    def __init__(self):
        super().__init__()
        self.passed = 0
        self.troubled = set()
        self._start = time.monotonic()

    def startTest(self, test):
        super().startTest(test)
        self._start = time.monotonic()

    def stopTest(self, test):
        super().stopTest(test)
        if test.id() not in self.troubled:
            self.passed += 1
            self._line("ok", test)
        self._start = time.monotonic()  # for what happens between tests

    def _line(self, word, test, detail=""):
        print("%-7s %s (%.1f s)" % (word, test.id(), time.monotonic() - self._start))
        for line in detail.rstrip().splitlines():
            print("        " + line)
        sys.stdout.flush()

    def _trouble(self, word, test, detail):
        self.troubled.add(getattr(test, "test_case", test).id())
        self._line(word, test, detail)

    def addError(self, test, err):
        super().addError(test, err)
        self._trouble("ERROR", test, self.errors[-1][1])

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._trouble("FAILED", test, self.failures[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            where = self.failures if issubclass(err[0], test.failureException) else self.errors
            self._trouble("FAILED", subtest, where[-1][1])

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self._trouble("skipped", test, reason)

    def counts(self):
        """(passed, failed, skipped)"""
        return self.passed, len(self.troubled) - len(self.skipped), len(self.skipped)


def tests_of(suite):
    """Every single test of a suite."""
    for item in suite:
        if isinstance(item, unittest.TestSuite):
            yield from tests_of(item)
        else:
            yield item


def is_of_part(test, part):
    """Those with waits = True need little of a processor: other suites run beside them."""
    return not part or getattr(test, "waits", False) == (part == "waits")


def run_worker(version, office, part, words):
    """Runs the tests of one server in this process; the last line tells the counts. With
    an office, its share of those that may run beside others; else the rest."""
    sys.path.insert(0, str(HERE))
    found = unittest.TestLoader().discover(str(HERE), "test_*.py", str(HERE))
    chosen = []
    for test in tests_of(found):
        of_version = type(test).__name__.endswith(version)
        broken = isinstance(test, unittest.loader._FailedTest)  # a module that cannot be read
        of_worker = getattr(test, "beside_others", False) == (office is not None)
        wanted = of_version and is_of_part(test, part) and matches(test.id(), words)
        if of_worker and (broken or wanted):
            chosen.append(test)
    if office is not None:
        chosen = chosen[office::OFFICES]
    result = LineResult()
    unittest.TestSuite(chosen).run(result)
    print("counts %d %d %d" % result.counts())
    return 0


def matches(name, words):
    """Is the test wanted?"""
    return not words or any(word in name for word in words)


class Worker:
    """Tests of one server in a process of their own."""

    def __init__(self, version, office, part, words):
        self.version = version
        self.counts = None
        place = [] if office is None else ["--office", str(office)]
        place += ["--part", part] if part else []
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--worker", version, *place, *words],
            env={**os.environ, "ZVON_OFFICE": str(office or 0)}, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self._timer = threading.Timer(LONGEST, self._process.kill)
        self._timer.start()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self):
        for line in self._process.stdout:
            if line.startswith("counts "):
                self.counts = [int(word) for word in line.split()[1:]]
            else:
                print(line, end="", flush=True)

    def wait(self):
        """Waits for the end; a worker that did not come to it counts as one failure."""
        self._thread.join()
        self._process.wait()
        self._timer.cancel()
        if self.counts is None:
            print("FAILED  the tests of Asterisk %s ended early" % self.version)
        return self.counts or [0, 1, 0]


def run_version(version, part, words):
    """All tests of one server: first those that run side by side, then the others."""
    places = [Worker(version, office, part, words) for office in range(OFFICES)]
    counts = [worker.wait() for worker in places]
    return counts + [Worker(version, None, part, words).wait()]


def lab(*arguments):
    """Runs lab.sh; True if it succeeded."""
    return subprocess.run([HERE / "lab.sh", *arguments], stdin=subprocess.DEVNULL,
                          check=False).returncode == 0


def running_servers():
    """The versions that run already."""
    told = subprocess.run([HERE / "lab.sh", "status", "all"], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False).stdout
    return [version for version in VERSIONS if version + " is running" in told]


def run_all(part, words, keep):
    """Both servers; returns the exit code."""
    before = running_servers()
    if not (lab("install", "all") and lab("start", "all")):
        print("0 passed, 1 failed")
        return 1
    with ThreadPoolExecutor(len(VERSIONS)) as pool:
        counts = sum(pool.map(lambda version: run_version(version, part, words),
                              VERSIONS), [])
    for version in VERSIONS:
        if not keep and version not in before:
            lab("stop", version)
    passed, failed, skipped = (sum(column) for column in zip(*counts))
    if not passed + failed + skipped:
        print("no test has that word in its name")
        failed = 1
    print("%d passed, %d failed" % (passed, failed) + (", %d skipped" % skipped if skipped else ""))
    return 1 if failed else 0


def main():
    """Reads the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", action="store_true", help="leave the servers running")
    parser.add_argument("--part", choices=("waits", "works"), help="only these")
    parser.add_argument("--worker", choices=VERSIONS, help=argparse.SUPPRESS)
    parser.add_argument("--office", type=int, help=argparse.SUPPRESS)
    parser.add_argument("words", nargs="*", help="only tests whose name holds one of these")
    options = parser.parse_args()
    if options.worker:
        return run_worker(options.worker, options.office, options.part, options.words)
    path = Path(tempfile.gettempdir()) / ("zvon-live-%d.lock" % os.getuid())
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one such run at a time on a machine
        return run_all(options.part, options.words, options.keep)


if __name__ == "__main__":
    sys.exit(main())
