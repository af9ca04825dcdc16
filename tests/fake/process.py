"""The fake PBX, or AJAM, in a process of its own, to be frozen and killed like a real one."""

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent


class PbxProcess:
    """Sends UserEvent Tick with Seq 1, 2, 3 … while it runs; its ledger is read here."""

    program = "pbx.py"

    def __init__(self, interval=0.05, options=()):
        self.interval = interval
        self.options = list(options)  # further ones of the program
        self.port = 0
        self.process = None
        self.facts = []  # dictionaries: time (monotonic), session, what, data
        self.changed = threading.Condition()  # its lock is reentrant
        self.reader = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self, startup_time="2026-11-21 03:00:00"):
        """Start, or start again on the same port, as a PBX that knows nothing of before."""
        self.process = subprocess.Popen(
            [sys.executable, str(HERE / self.program), "--port", str(self.port),
             "--startup-time", startup_time, "--interval", str(self.interval), *self.options],
            stdout=subprocess.PIPE)
        self.port = json.loads(self.process.stdout.readline())["port"]
        self.reader = threading.Thread(target=self.read_facts, args=[self.process.stdout],
                                       daemon=True)
        self.reader.start()

    def read_facts(self, stream):
        for line in stream:
            if line.endswith(b"\n"):  # a killed process may leave half a line
                with self.changed:
                    self.facts.append(json.loads(line))
                    self.changed.notify_all()

    def kill(self):
        """kill -9"""
        self.process.kill()
        self.process.wait()
        self.reader.join(5)
        self.process.stdout.close()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def times(self, what, data=None):
        """When such facts happened, on the clock of time.monotonic()."""
        with self.changed:
            return [f["time"] for f in self.facts
                    if f["what"] == what and data in (None, f["data"])]

    def login_times(self):
        return self.times("note", "login accepted")

    def wait_logins(self, number, seconds=10):
        """Wait until that many logins were accepted in all; true if they were."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.login_times()) >= number, seconds)


class AjamProcess(PbxProcess):
    """The same over HTTP."""

    program = "ajam.py"
