#!/usr/bin/env python3
"""run.py [--only NAMES] [--skip NAMES] [--list] - runs the tests, all of them by default.

    tests/run.py --only unit,wire     a quick look: those suites and what they build on

Each suite runs within a time limit and writes build/test-logs/SUITE.log. Two processors'
worth of suites run at a time. A suite that cannot run here (a tool is missing) is skipped
with a word why; with CI=true that is a failure. What failed is told again at the end. The
last line is `N passed, N failed`, with `, N skipped` behind it if there were any.
"""

import argparse
import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
LOGS = ROOT / "build" / "test-logs"
sys.path.insert(0, str(HERE / "runner"))

from suites import SUITES  # noqa: E402
from work import Counts, Job  # noqa: E402

PROCESSORS = 2
TAIL = 25  # lines of what a failed step printed


class Runner:
    """Starts suites when what they wait for is done and there is room."""

    def __init__(self, suites, strict):
        self.waiting = list(suites)
        self.strict = strict
        self.chosen = {suite.name for suite in suites}
        self.finished = {}  # suite name -> Job
        self.running = {}  # suite name -> Job
        self.busy = 0  # of PROCESSORS
        self.changed = threading.Condition()

    def run(self):
        """Runs them all; returns their jobs in the order of the list."""
        order = [suite.name for suite in self.waiting]
        with self.changed:
            while self.waiting or self.running:
                if not self._start_ready():
                    self.changed.wait()
        return [self.finished[name] for name in order]

    def stop(self):
        """Ends what runs."""
        with self.changed:
            self.waiting = []
            for job in self.running.values():
                job.kill()

    def _start_ready(self):
        """Starts one suite if one may start; True if it did."""
        for suite in self.waiting:
            needed = [name for name in suite.after if name in self.chosen]
            if any(name not in self.finished for name in needed):
                continue
            if suite.weight and self.busy and self.busy + suite.weight > PROCESSORS:
                return False  # in order: what is heavy must get its turn, too
            self.waiting.remove(suite)
            self._start(suite, needed)
            return True
        return False

    def _start(self, suite, needed):
        job = Job(suite, LOGS / (suite.name + ".log"))
        broken = [name for name in needed if self.finished[name].counts.failed]
        if broken and suite.needs_success:
            job.obstacle = "%s failed" % broken[0]
        else:
            job.obstacle = missing_tool(suite)
        self.running[suite.name] = job
        self.busy += suite.weight
        threading.Thread(target=self._work, args=(job,), daemon=True).start()

    def _work(self, job):
        try:
            if job.obstacle:
                job.counts = Counts(0, 1, 0) if self.strict else Counts(0, 0, 1)
            else:
                job.run()
        finally:
            with self.changed:
                del self.running[job.suite.name]
                self.busy -= job.suite.weight
                self.finished[job.suite.name] = job
                print(one_line(job, self.strict), flush=True)
                self.changed.notify()


def missing_tool(suite):
    """Why the suite cannot run here, or None."""
    for tool in suite.tools:
        if not shutil.which(tool):
            return "%s is missing" % tool
    for path in suite.files:
        if not (ROOT / path).exists():
            return "%s is missing" % path
    return None


def one_line(job, strict):
    """What is printed when a suite has ended."""
    name = "%-14s" % job.suite.name
    if job.obstacle:
        return "%s %s: %s" % (name, "CANNOT RUN" if strict else "SKIPPED", job.obstacle)
    text = "%s %s in %.1f s, %.0f s of processor" % (name, job.counts, job.seconds,
                                                    job.cpu_seconds)
    return text + (" - " + job.trouble if job.trouble else "")


def tell_failures(jobs):
    """Repeats what failed, with the end of its output."""
    for job in jobs:
        if not job.counts.failed:
            continue
        print("\n---- %s: %s" % (job.suite.name, job.obstacle or job.trouble or job.counts))
        for line in job.failures(TAIL):
            print("  " + line)


def chosen_suites(only, skip):
    """The suites of those names (or the first part of their names, `unit` for
    `unit-asan`) and what they build on."""
    known = {suite.name: suite for suite in SUITES}

    def named(words):
        found = set()
        for word in words:
            match = [name for name in known if name == word or name.startswith(word + "-")]
            if not match:
                sys.exit("run.py: no suite %s; there are: %s" % (word, " ".join(known)))
            found.update(match)
        return found

    names = named(only) if only else set(known)
    names -= named(skip)
    grown = True
    while grown:
        more = {need for name in names for need in known[name].after} - names
        grown = bool(more)
        names |= more
    return [suite for suite in SUITES if suite.name in names]


def parse_arguments():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    split = lambda text: [word for word in text.split(",") if word]  # noqa: E731
    parser.add_argument("--only", type=split, default=[], metavar="NAMES")
    parser.add_argument("--skip", type=split, default=[], metavar="NAMES")
    parser.add_argument("--list", action="store_true", help="name the suites and end")
    return parser.parse_args()


def main():
    """Exit code."""
    options = parse_arguments()
    suites = chosen_suites(options.only, options.skip)
    if options.list:
        for suite in suites:
            print("%-14s %s" % (suite.name, suite.what))
        return 0
    LOGS.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    runner = Runner(suites, os.environ.get("CI") == "true")

    def on_signal(*_):
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, on_signal)
    began = time.monotonic()
    try:
        jobs = runner.run()
    except KeyboardInterrupt:
        runner.stop()
        print("run.py: interrupted", file=sys.stderr)
        return 130
    total = sum((job.counts for job in jobs), Counts(0, 0, 0))
    tell_failures(jobs)
    if not total.passed + total.failed:
        total = total + Counts(0, 1, 0)
        print("run.py: no test has run")
    print("\n%d suites in %.0f s, logs in %s" % (len(jobs), time.monotonic() - began,
                                               LOGS.relative_to(ROOT)))
    print(total)
    return 1 if total.failed else 0


if __name__ == "__main__":
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main())
