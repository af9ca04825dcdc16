"""One suite at work: its processes, its log, its time limit, its counts."""

import os
import re
import signal
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple


class Counts(NamedTuple):
    """How many tests went how."""

    passed: int
    failed: int
    skipped: int

    def __add__(self, other):
        return Counts(*(mine + theirs for mine, theirs in zip(self, other)))

    def __str__(self):
        text = "%d passed, %d failed" % (self.passed, self.failed)
        return text + (", %d skipped" % self.skipped if self.skipped else "")


NOTHING = Counts(0, 0, 0)


class Step(NamedTuple):
    """One command of a suite and how its output is counted."""

    command: list
    count: object  # function(exit code, output) -> Counts
    env: dict = {}
    folder: str = "."
    name: str = ""  # for messages; the command if empty


class Suite(NamedTuple):
    """Tests that run together."""

    name: str
    what: str  # a few words
    steps: object  # function() -> list of Step, called when the suite begins
    limit: int  # seconds
    after: tuple = ()  # suites that must have ended before
    needs_success: bool = True  # … and none of their tests may have failed
    weight: int = 1  # of the two processors; 0: it mostly waits
    jobs: int = 1  # steps at a time
    tools: tuple = ()  # programs it cannot do without
    files: tuple = ()  # files it cannot do without
    reports: bool = False  # its tools write what they find to LOG.report.*


# ---- ways to count ------------------------------------------------------------


def by_exit_code(code, _):
    """The command is the test."""
    return Counts(0, 1, 0) if code else Counts(1, 0, 0)


def by_closing_line(code, output):
    """The last `N passed, N failed[, N skipped]`."""
    found = re.findall(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$", output, re.M)
    if not found:
        return Counts(0, 1, 0)
    counts = Counts(*(int(number or 0) for number in found[-1]))
    return distrust(counts, code)


def by_unittest(code, output):
    """Python's unittest: `Ran 12 tests in 3.4s` and `FAILED (errors=1, skipped=2)`."""
    ran = re.findall(r"^Ran (\d+) tests? in ", output, re.M)
    if not ran:
        return Counts(0, 1, 0)
    told = re.findall(r"^(?:OK|FAILED|NO TESTS RAN)(?: \((.*)\))?$", output, re.M)
    words = dict(re.findall(r"(\w[\w ]*)=(\d+)", told[-1] if told else ""))
    # by name: each subtest that fails is told, but it is one test
    failed = len(set(re.findall(
        r"^(?:FAIL|ERROR|UNEXPECTED SUCCESS): (\S+ \(\S+\))", output, re.M)))
    if not failed:
        failed = sum(int(words.get(word, 0)) for word in
                     ("failures", "errors", "unexpected successes"))
    skipped = int(words.get("skipped", 0))
    passed = max(0, int(ran[-1]) - failed - skipped)
    return distrust(Counts(passed, failed, skipped), code)


def by_tap(code, output):
    """Test Anything Protocol, as cmocka writes it: one plan or several, one after another."""
    planned = sum(int(number) for number in re.findall(r"^1\.\.(\d+)", output, re.M))
    lines = re.findall(r"^(not ok|ok)\b(.*)$", output, re.M)
    skipped = sum(1 for word, rest in lines if re.search(r"# *SKIP", rest, re.I))
    failed = sum(1 for word, rest in lines
                 if word == "not ok" and not re.search(r"# *SKIP", rest, re.I))
    missing = max(0, planned - len(lines))
    counts = Counts(len(lines) - failed - skipped, failed + missing, skipped)
    if not lines:
        return Counts(0, 1, 0)
    return distrust(counts, code)


def distrust(counts, code):
    """All is well, it says, but the exit code does not; or it counted nothing at all."""
    if not counts.failed and (code or not sum(counts)):
        return counts + Counts(0, 1, 0)
    return counts


# ---- a running suite ------------------------------------------------------------


class Job:
    """A suite that runs, or has run."""

    def __init__(self, suite, log):
        self.suite = suite
        self.log = log
        self.counts = NOTHING
        self.seconds = 0.0
        self.cpu_seconds = 0.0  # of all processes that were waited for
        self.obstacle = None  # why it could not run
        self.trouble = ""  # what went wrong beside single tests
        self.failed_steps = []  # (name, output)
        self._processes = set()
        self._lock = threading.Lock()
        self._killed = False
        self._late = False

    def run(self):
        """Runs all steps; fills counts and seconds."""
        began = time.monotonic()
        self.log.write_text("", encoding="utf-8")
        for old in self._reports():
            old.unlink()
        timer = threading.Timer(self.suite.limit, self._too_late)
        timer.start()
        try:
            steps = self.suite.steps()
            if not steps:
                self._fail("nothing to run")
            with ThreadPoolExecutor(self.suite.jobs) as pool:
                for counts in pool.map(self._run_step, steps):
                    self.counts += counts
        except Exception as error:  # pylint: disable=broad-except
            self._fail("%s: %s" % (type(error).__name__, error))
        finally:
            timer.cancel()
        self.seconds = time.monotonic() - began
        if self._late:
            self._fail("not done within %d s" % self.suite.limit)
        self._read_reports()

    def _reports(self):
        return sorted(self.log.parent.glob(self.suite.name + ".report.*"))

    def _read_reports(self):
        """What a sanitizer or valgrind found in a program whose end nobody asked about."""
        found = [path for path in self._reports() if path.stat().st_size]
        for path in found:
            self.failed_steps.append((path.name, path.read_text("utf-8", "replace")))
            with open(self.log, "a", encoding="utf-8") as log:
                log.write("==== %s\n%s\n" % (path, path.read_text("utf-8", "replace")))
        if found:
            self.counts += Counts(0, len(found), 0)
            self.trouble = self.trouble or "%d reports, see the log" % len(found)

    def _fail(self, trouble):
        self.counts += Counts(0, 1, 0)
        self.trouble = trouble

    def _run_step(self, step):
        begun = time.monotonic()
        code, output = self._execute(step)
        counts = step.count(code, output)
        name = step.name or " ".join(map(str, step.command))
        with self._lock, open(self.log, "a", encoding="utf-8") as log:
            log.write("==== %s\n%s\n---- %s, exit code %d, %.1f s\n\n"
                      % (name, output, counts, code, time.monotonic() - begun))
            if counts.failed:
                self.failed_steps.append((name, output))
        return counts

    def _execute(self, step):
        """Runs the command in a process group of its own; (exit code, output)."""
        with self._lock:
            if self._killed:
                return 124, "not started: the suite was ended"
            process = subprocess.Popen(
                list(map(str, step.command)), cwd=step.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                env={**os.environ, **step.env})
            self._processes.add(process)
        with process.stdout:
            output = process.stdout.read()
        # waited for only when kill() cannot meet its number any more: it may be another's then
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        with self._lock:
            self._processes.discard(process)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        with self._lock:
            self.cpu_seconds += usage.ru_utime + usage.ru_stime
        return process.returncode, output.decode("utf-8", "replace")

    def _too_late(self):
        self._late = True
        self.kill()

    def kill(self):
        """Ends all processes of the suite, and starts no more."""
        with self._lock:
            self._killed = True
            for process in self._processes:
                try:
                    os.killpg(process.pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass

    def failures(self, lines):
        """What failed: the names of tests, then the end of the output of each failed step."""
        for name, output in self.failed_steps:
            yield "==== " + name
            tests = re.findall(r"^(?:not ok .*|(?:FAIL|ERROR): .*|(?:FAILED|ERROR) +\w.*)$",
                               output, re.M)
            yield from (tests[:lines] if len(tests) > 1 else ())
            yield from output.rstrip().splitlines()[-lines:]
