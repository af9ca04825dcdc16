"""The programs of these tests: ws-echo of the build, and an echo server of node's ws."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests/fake"))
BUILD = Path(os.environ.get("ZVON_BUILD", ROOT / "build"))
ECHO = BUILD / "tests/ws/ws-echo"
NODE_MODULES = ROOT / "tests/npm/node_modules"
TIMEOUT = 60 * float(os.environ.get("ZVON_SLOW", "1"))


class Program:
    """A server that prints `port N` and ends with its standard input."""

    def __init__(self, *command):
        self.command = [str(word) for word in command]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline().split()
        if line[:1] != [b"port"]:
            self.process.kill()
            raise RuntimeError(self.process.stderr.read().decode())
        self.port = int(line[1])
        self.url = "ws://127.0.0.1:%d/" % self.port
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        try:
            self.code = self.process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.code = self.process.wait()
        self.errors = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        if self.code:
            raise RuntimeError("%s: %d %s" % (self.command, self.code, self.errors))


def our_server(*words):
    return Program(ECHO, "server", *words)


def node(script, *words):
    return ["node", str(HERE / script), *map(str, words)]


def our_client(port, count, seed, *words):
    """What our client prints; it must end well."""
    done = subprocess.run([str(ECHO), "client", str(port), str(count), str(seed), *words],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=TIMEOUT,
                          check=False)
    if done.returncode:
        raise AssertionError(done.stderr.decode())
    return done.stdout.decode().strip()
