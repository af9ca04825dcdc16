"""Where things are, how the program is asked, and a simulated office to talk to."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
ZVON = os.environ.get("ZVON") or str(BUILD / "zvon")
PATIENCE = 20  # seconds for anything that should take a moment


def read(name):
    """The text of a file of the project."""
    return (ROOT / name).read_text(encoding="utf-8")


def run(command, env=None, text="", folder=ROOT):
    """Runs a command, from the root of the project or in that folder; the finished process."""
    environment = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
    return subprocess.run(list(map(str, command)), cwd=folder, input=text, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          encoding="utf-8", timeout=PATIENCE * 3, check=False)


def project_files():
    """Every text file that belongs to the project: (name, path). Known to git, or new and
    not ignored; without git, all but what is built."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        told = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached",
                               "--others", "--exclude-standard"],
                              cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
        names = set(told.decode("utf-8").split("\0"))
    else:
        names = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*")}
        names = {name for name in names if not re.match(r"(\.git|build(-\w+)?)/", name)
                 and not name.endswith(".pyc")}
    for name in sorted(names):
        path = ROOT / name
        if name and path.is_file():
            yield name, path


@contextlib.contextmanager
def office():
    """A simulated office; gives its address, host:port."""
    process = subprocess.Popen([ZVON, "serve", "--demo", "--port", "0"], cwd=ROOT,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE * 6, process.kill)
    watchdog.start()
    try:
        line = process.stdout.readline()
        match = re.match(r"listening on (\S+:\d+)$", line)
        if not match:
            raise RuntimeError("zvon serve --demo said: %r" % line)
        yield match.group(1)
        if process.poll() is not None:
            raise RuntimeError("the office ended by itself, code %d" % process.returncode)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)
        watchdog.cancel()
        process.stdout.close()


@contextlib.contextmanager
def ajam(user, secret):
    """A fake AJAM in a process of its own, with numbered events; gives its address."""
    process = subprocess.Popen(
        [sys.executable, ROOT / "tests/fake/ajam.py", "--account", "%s:%s" % (user, secret)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
    watchdog = threading.Timer(PATIENCE * 6, process.kill)
    watchdog.start()
    try:
        yield "127.0.0.1:%d" % json.loads(process.stdout.readline())["port"]
    finally:
        process.kill()
        process.wait(PATIENCE)
        watchdog.cancel()
        process.stdout.close()


class Running:
    """A program that runs on while its output is watched."""

    def __init__(self, command, env, own_group=False):
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env={**os.environ, **env},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=own_group)
        self.output, self.errors = [], []
        self._threads = [threading.Thread(target=self._gather, args=pair) for pair in
                         ((self.process.stdout, self.output),
                          (self.process.stderr, self.errors))]
        for thread in self._threads:
            thread.start()

    @staticmethod
    def _gather(stream, lines):
        for line in stream:
            lines.append(line.rstrip("\n"))

    def wait_for(self, pattern, where=None):
        """Waits for a line of standard output (or `where`) that matches; None: it did not
        come."""
        lines = self.output if where is None else where
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for line in list(lines):
                if re.search(pattern, line):
                    return line
            if self.process.poll() is not None and not any(
                    thread.is_alive() for thread in self._threads):
                return next((line for line in lines if re.search(pattern, line)), None)
            time.sleep(0.02)
        return None

    def send(self, text):
        """A line for its standard input."""
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def end(self, number=None):
        """Ends it by that signal, or by the end of its input; the exit code."""
        if number is not None:
            self.process.send_signal(number)
        self.process.stdin.close()
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        for thread in self._threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code
