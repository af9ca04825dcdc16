"""Runs the command line `zvon` for tests and keeps what it said.

ZVON        path of the program; default build/zvon of this tree
ZVON_SLOW   factor for the times and CPU figures that a slower build (sanitizers, valgrind)
            may need; default 1
ZVON_LONG   1: also the tests that take minutes
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOW = float(os.environ.get("ZVON_SLOW", "1"))
LONG = os.environ.get("ZVON_LONG") == "1"

DONE, NEGATIVE, USAGE, NO_CONNECTION, REFUSED, PROTOCOL, TIMEOUT = range(7)

SANITIZER_MARKS = ("AddressSanitizer", "LeakSanitizer", "ThreadSanitizer", "runtime error:")
TICKS = os.sysconf("SC_CLK_TCK")


def program():
    """The command line under test; a test without it must fail, not pass."""
    path = os.environ.get("ZVON") or str(ROOT / "build" / "zvon")
    if not os.access(path, os.X_OK):
        raise AssertionError(f"no program at {path}: build first, or set ZVON")
    return path


def url(port, user="crm", scheme="ami", host="127.0.0.1"):
    return f"{scheme}://{user}@{host}:{port}"


def environment(secret, extra=None):
    """The environment of a plain terminal in English, without proxies."""
    env = {k: v for k, v in os.environ.items()
           if not k.lower().endswith("_proxy") and not k.startswith(("LC_", "ZVON_"))}
    env["LANG"] = "C.UTF-8"
    if secret is not None:
        env["ZVON_SECRET"] = secret
    env.update(extra or {})
    return env


def parsed(line):
    """One line of output as JSON, or None. Wrong UTF-8 is never right."""
    try:
        return json.loads(line.decode("utf-8"))
    except ValueError:
        return None


@dataclass
class Result:
    """What a finished run left behind."""

    arguments: list
    code: int
    stdout: bytes
    stderr: str
    seconds: float
    cpu_seconds: float

    @property
    def lines(self):
        return self.stdout.decode("utf-8").split("\n")[:-1]

    @property
    def packets(self):
        return [json.loads(line) for line in self.stdout.decode("utf-8").split("\n") if line]

    @property
    def messages(self):
        return [line for line in self.stderr.splitlines() if line.strip()]

    def __str__(self):
        return (f"zvon {' '.join(map(str, self.arguments))}: exit code {self.code} after "
                f"{self.seconds:.2f} s\nstdout: {self.stdout[:600]!r}\n"
                f"stderr: {self.stderr[:1200]}")


def run(*arguments, secret="secret", stdin=b"", seconds=30, env=None):
    """Run zvon to its end, at most `seconds` (times ZVON_SLOW)."""
    began, before = time.monotonic(), os.times()
    finished = subprocess.run([program(), *map(str, arguments)], input=stdin,
                              capture_output=True, timeout=seconds * SLOW, check=False,
                              env=environment(secret, env))
    after = os.times()
    cpu = (after.children_user + after.children_system
           - before.children_user - before.children_system)
    result = Result(list(arguments), finished.returncode, finished.stdout,
                    finished.stderr.decode("utf-8", "replace"),
                    time.monotonic() - began, cpu)
    check_alive(result.code, result.stderr, result)
    return result


def check_alive(code, stderr, what):
    """Law L1: no signal, no sanitizer report."""
    if code < 0:
        raise AssertionError(f"ended by signal {-code}: {what}")
    if any(mark in stderr for mark in SANITIZER_MARKS):
        raise AssertionError(f"sanitizer report: {what}\n{stderr}")


class Running:
    """zvon in the background, normally `zvon listen`; its output is collected with times."""

    def __init__(self, *arguments, secret="secret", env=None, stdout=subprocess.PIPE):
        self.arguments = arguments
        self.process = subprocess.Popen([program(), *map(str, arguments)],
                                        stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.PIPE,
                                        env=environment(secret, env))
        self.lines = []     # (time, packet); packet is None for what is not JSON
        self.messages = []  # (time, text)
        self.changed = threading.Condition()
        self.threads = [threading.Thread(target=self.read_messages, daemon=True)]
        if stdout == subprocess.PIPE:
            self.threads.append(threading.Thread(target=self.read_lines, daemon=True))
        for thread in self.threads:
            thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def read_lines(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append((time.monotonic(), parsed(line)))
                self.changed.notify_all()

    def read_messages(self):
        for line in self.process.stderr:
            with self.changed:
                self.messages.append((time.monotonic(), line.decode("utf-8", "replace")))
                self.changed.notify_all()

    @property
    def pid(self):
        return self.process.pid

    @property
    def stderr(self):
        with self.changed:
            return "".join(text for _, text in self.messages)

    @property
    def packets(self):
        with self.changed:
            return [packet for _, packet in self.lines]

    def events(self, name):
        """Packets of kind event with that name."""
        return [p for p in self.packets
                if p and p.get("kind") == "event" and p.get("name") == name]

    def values(self, name, key):
        """The first value of that key in each such event."""
        return [next((v for k, v in p["fields"] if k == key), None)
                for p in self.events(name)]

    def wait_until(self, condition, seconds=10):
        """Wait for condition() while output comes; its last value is returned."""
        with self.changed:
            self.changed.wait_for(condition, seconds * SLOW)
            return condition()

    def wait_event(self, name, key, value, seconds=10):
        return self.wait_until(lambda: value in self.values(name, key), seconds)

    def wait_exit(self, seconds=10):
        """Wait for the end; the exit code, or None when it runs on."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds * SLOW)
        if self.process.poll() is not None:
            self.finish()
        return self.process.poll()

    def stop(self):
        """End it as a person would, with Ctrl-C. A program that ignores that is in error."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(5 * SLOW)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
                raise AssertionError(f"did not end on SIGINT: {self}") from None
        self.finish()

    def finish(self):
        for thread in self.threads:
            thread.join(5)
        for stream in (self.process.stdout, self.process.stderr):
            if stream:
                stream.close()
        code = self.process.returncode
        check_alive(0 if code == -signal.SIGINT else code, self.stderr, self)

    def __str__(self):
        return f"zvon {' '.join(map(str, self.arguments))}\nstderr: {self.stderr[:2000]}"

    # What the kernel knows about it --------------------------------------------------------

    def cpu_seconds(self):
        with open(f"/proc/{self.pid}/stat", encoding="ascii", errors="replace") as file:
            numbers = file.read().rpartition(")")[2].split()
        return (int(numbers[11]) + int(numbers[12])) / TICKS

    def memory_kib(self, key="VmRSS"):
        """VmRSS is now, VmHWM the most there ever was."""
        with open(f"/proc/{self.pid}/status", encoding="ascii", errors="replace") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(key + ":"))

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def connections(self, port):
        """Its TCP sockets that are connected, or being connected, to that port."""
        sockets = set()
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            with contextlib.suppress(OSError):
                sockets.add(os.readlink(f"/proc/{self.pid}/fd/{name}"))
        return len(sockets & {f"socket:[{inode}]" for inode in client_inodes(port)})


def client_inodes(port):
    """Inodes of sockets in state ESTABLISHED or SYN_SENT towards that port. The kernel may list
    one twice when others come and go meanwhile."""
    found = []
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError), open(table, encoding="ascii") as file:
            for line in list(file)[1:]:
                columns = line.split()
                if columns[2].endswith(f":{port:04X}") and columns[3] in ("01", "02"):
                    found.append(columns[9])
    return found


def listen(port, *options, **keywords):
    return Running("listen", url(port), *options, **keywords)


class CliTest(unittest.TestCase):
    """What the tests of the command line have in common."""

    if not hasattr(unittest.TestCase, "enterContext"):  # Python before 3.11
        def enterContext(self, context):
            value = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
            return value

    def start(self, context):
        """Enter a fake or a running program; it is left when the test ends."""
        return self.enterContext(context)

    def listener(self, pbx, *options, port=None, **keywords):
        """`zvon listen`, logged in at the fake and past FullyBooted; with a filter that the
        server is told, past that."""
        logins = len(pbx.logins())
        running = self.start(listen(port or pbx.port, *options, **keywords))
        self.assertTrue(pbx.wait_logins(logins + 1, 10 * SLOW), running)
        session = pbx.logins()[logins].session
        login = pbx.ledger.packets("Login", session)[0].data
        if login.get("Events") in ("off", "system") and "--events" not in options:
            self.assertTrue(pbx.ledger.wait_until(
                lambda: pbx.ledger.packets("Events", session), 10 * SLOW), running)
        return running

    def assert_code(self, result, *codes):
        self.assertIn(result.code, codes, str(result))

    def assert_one_clear_line(self, result):
        """One line on stderr for a person; no dump, no stack."""
        self.assertEqual(len(result.messages), 1, str(result))
        self.assertGreater(len(result.messages[0]), 20, str(result))

    def figures(self, text):
        """The closing line with numbers."""
        print(f"{self.id().rpartition('.')[2]}: {text}", flush=True)
