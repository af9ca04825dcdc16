"""What every live test needs: the two servers, the command line under test, a witness.

The program is the one named by ZVON in the environment, build/zvon by default. A test
class is written once, without unittest.TestCase, and `both_versions` makes one test case
of it per server: Login becomes Login16 and Login22.
"""

import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from ami import Connection, Emitter, Packet
from phone import Phone, wait_idle

HERE = Path(__file__).resolve().parent
ZVON = os.path.abspath(os.environ.get("ZVON", HERE.parents[1] / "build" / "zvon"))
CACHE = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
LAB = Path(os.environ.get("ZVON_LAB") or Path(CACHE) / "zvon" / "asterisk")
LATENCY = Path(ZVON).parent / "tests" / "bench" / "bench-latency"
VERSIONS = ("16", "22")
CA = str(LAB / "tls" / "lab-ca.crt")  # whom zvon is to trust
CONNECTED = "connected to "           # what `zvon listen` tells after each login

# Exit codes of zvon.
DONE, NEGATIVE, USAGE, NO_CONNECTION, REFUSED, PROTOCOL, TIMEOUT = range(7)
# The longest time a failure to connect or log in may take.
FAILURE_SECONDS = 5.0


class Server:
    """One Asterisk of the lab."""

    def __init__(self, version):
        self.version = version
        self.ip = "127.0.0." + version

    def url(self, user="lab", tls=False):
        """The address for zvon."""
        return "%s://%s@%s:%d" % ("amis" if tls else "ami", user, self.ip, 5039 if tls else 5038)

    def ajam(self, encoding="rawman", user="lab", tls=False):
        """The address for zvon over HTTP or HTTPS."""
        return "%s://%s@%s:%d/asterisk/%s" % (
            "https" if tls else "http", user, self.ip, 8089 if tls else 8088, encoding)

    def run(self, command, *arguments):
        """Runs lab.sh COMMAND VERSION ...; returns what it printed."""
        result = subprocess.run([HERE / "lab.sh", command, self.version, *arguments],
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
        if result.returncode:
            raise RuntimeError("lab.sh %s %s: %s" % (command, self.version, result.stdout))
        return result.stdout

    def phone(self, number, mode="answer", delay=0.2):
        """A phone of this server at its usual address."""
        return Phone(number, "127.%s.1.%s" % (self.version, number), mode, delay)

    def witness(self, user="lab", secret="lab-secret", events="off"):
        """A raw connection that is logged in."""
        connection = Connection(self.ip)
        answer = connection.login(user, secret, events)
        if answer.name != "Success":
            raise ConnectionError("the witness cannot log in: %s" % answer)
        return connection

    def forget_sessions(self):
        """Asterisk clears one expired AJAM session at each AMI connection, else one every
        5 s; other tests may have left some."""
        for _ in range(600):
            socket.create_connection((self.ip, 5038), 5).close()
            time.sleep(0.003)

    def emitter(self, name, pad=40):
        """A source of numbered UserEvents."""
        return Emitter(self.ip, name, pad)


class Result:
    """A finished run of zvon."""

    def __init__(self, code, out, err, seconds):
        self.code = code
        self.out = out
        self.err = err
        self.seconds = seconds

    def __str__(self):
        return "exit code %d after %.1f s, stdout %r, stderr %r" % (
            self.code, self.seconds, self.out[-2000:], self.err[-2000:])

    def json(self):
        """Every line of stdout as JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    def packets(self):
        """Every line of stdout as a packet."""
        return [packet_of(line) for line in self.out.splitlines()]


def packet_of(line):
    """A packet as zvon prints it. Command output stays apart, in `output`."""
    told = json.loads(line)
    packet = Packet(tuple(field) for field in told["fields"])
    packet.told = (told["kind"], told["name"])
    packet.output = told.get("output", [])
    return packet


def environment(secret):
    """The environment for zvon: the secret, and messages in English."""
    variables = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    variables.pop("ZVON_SECRET", None)
    if secret is not None:
        variables["ZVON_SECRET"] = secret
    return variables


def run_zvon(*arguments, secret="lab-secret", timeout=20):
    """Runs zvon to its end."""
    start = time.monotonic()
    done = subprocess.run([ZVON, *arguments], env=environment(secret), stdin=subprocess.DEVNULL,
                          capture_output=True, timeout=timeout, check=False)
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode(),
                  time.monotonic() - start)


class Program:
    """A running zvon; its messages are kept."""

    def __init__(self, arguments, secret, stdout):
        self._messages = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [ZVON, *arguments], env=environment(secret), stdin=subprocess.DEVNULL,
            stdout=stdout, stderr=self._messages)

    @property
    def messages(self):
        """What it has written to standard error so far."""
        self._messages.flush()
        with open("/proc/self/fd/%d" % self._messages.fileno(), "rb") as copy:
            return copy.read().decode()

    def wait_told(self, text, count=1, timeout=10):
        """True as soon as its messages hold the text so many times."""
        end = time.monotonic() + timeout
        while self.messages.count(text) < count and time.monotonic() < end:
            time.sleep(0.02)
        return self.messages.count(text) >= count

    def freeze(self):
        """Stops the program itself."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self):
        """It runs again."""
        self._process.send_signal(signal.SIGCONT)

    def cpu_seconds(self):
        """Processor time that the program has used."""
        with open("/proc/%d/stat" % self._process.pid, encoding="ascii") as stat:
            user, system = stat.read().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def stop(self):
        """Ends it; returns its exit code."""
        if self._process.poll() is None:
            self.thaw()
            self._process.terminate()
        try:
            return self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def close(self):
        """Ends it for good."""
        self.stop()
        self._messages.close()


class Listener(Program):
    """A running `zvon listen`; its packets are read as they come."""

    def __init__(self, *arguments, secret="lab-secret"):
        super().__init__(["listen", *arguments], secret, subprocess.PIPE)
        self.packets = []
        self.ended = False
        self._text = bytearray()
        self._reading = threading.Event()
        self._reading.set()
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        while True:
            self._reading.wait()
            data = os.read(self._process.stdout.fileno(), 1 << 16)
            with self._news:
                self._text += data
                self.ended = not data
                self._news.notify_all()
            if not data:
                return

    def _parse(self):
        *lines, self._text = self._text.split(b"\n")
        self.packets.extend(packet_of(line.decode()) for line in lines)

    def pause(self):
        """Stops reading its standard output (at most one more piece is taken)."""
        self._reading.clear()

    def go_on(self):
        """Reads again."""
        self._reading.set()

    def wait_for(self, wanted, timeout=10, start=0):
        """The first packet from number `start` on that `wanted` accepts, or None."""
        end = time.monotonic() + timeout
        seen = start
        with self._news:
            while True:
                self._parse()
                for packet in self.packets[seen:]:
                    if wanted(packet):
                        return packet
                seen = max(seen, len(self.packets))
                left = end - time.monotonic()
                if left <= 0 or self.ended:
                    return None
                self._news.wait(left)

    def wait_bytes(self, text, timeout):
        """As wait_for, cheaper: waits for bytes in the output that is not parsed yet."""
        def there():
            return self.ended or text in self._text[-1 << 18:]
        with self._news:
            self._news.wait_for(there, timeout)
            return text in self._text[-1 << 18:]

    def count(self, wanted):
        """How many packets `wanted` accepts."""
        return sum(1 for packet in self.packets if wanted(packet))

    def stop(self):
        """Ends it and reads the rest; returns its exit code."""
        self._reading.set()
        code = super().stop()
        self._thread.join(5)
        with self._news:
            self._parse()
        return code

    def close(self):
        """Ends it for good."""
        super().close()
        self._process.stdout.close()


class Asker:
    """A client that stays and sends numbered UserEvents one after another."""

    def __init__(self, url, count, pause_ms, event, secret="lab-secret"):
        self._process = subprocess.Popen(
            [LATENCY, url, str(count), str(pause_ms), event], env=environment(secret),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def signal(self, number):
        """Stops it or lets it run."""
        self._process.send_signal(number)

    def result(self, timeout):
        """What it counted, when it has ended."""
        out, messages = self._process.communicate(timeout=timeout)
        told = json.loads(out)
        told["messages"] = messages.decode()
        return told

    def close(self):
        """Ends it."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()


class Relay:
    """A TCP relay to a server on an address of our own; keeps what the client sent."""

    def __init__(self, host, port):
        self.sent = b""
        self._target = (host, port)
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        self._sockets = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(self._target, 5)
            except OSError:
                client.close()
                continue
            server.settimeout(None)
            self._sockets += [client, server]
            threading.Thread(target=self._copy, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._copy, args=(server, client, False), daemon=True).start()

    def took(self, data):
        """The client has sent this."""
        self.sent += data

    def _copy(self, source, target, keep):
        try:
            while True:
                data = source.recv(1 << 16)
                if keep:
                    self.took(data)
                if not data:
                    target.shutdown(socket.SHUT_WR)
                    return
                target.sendall(data)
        except OSError:  # reset: the other side must hear of it, not wait for ever
            with contextlib.suppress(OSError):
                target.shutdown(socket.SHUT_RDWR)

    def cut(self):
        """Breaks the connections there are; new ones are taken."""
        sockets, self._sockets = self._sockets, []
        for one in sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def close(self):
        """Closes every connection."""
        for one in [self._server, *self._sockets]:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


class LiveTest:
    """Base of the live tests; `server` is set by both_versions."""

    server = None
    seconds = 60  # the longest time one test may take
    waits = False  # it mostly waits: see run.py

    @classmethod
    def setUpClass(cls):
        if not os.access(ZVON, os.X_OK):
            raise RuntimeError("no program to test at %s: build it, or set ZVON" % ZVON)
        cls.server.run("start")

    def setUp(self):
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGALRM, self._too_long)
            signal.setitimer(signal.ITIMER_REAL, self.seconds)
            self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def _too_long(self, *_):
        raise AssertionError("the test took more than %d s" % self.seconds)

    def keep(self, resource):
        """Closes the resource when the test is over, however it ends."""
        self.addCleanup(resource.close)
        return resource

    def listen(self, *arguments, user="lab", secret="lab-secret", tls=False):
        """A `zvon listen` that is logged in and has seen FullyBooted."""
        listener = self.keep(Listener(self.server.url(user, tls), *arguments, secret=secret))
        booted = listener.wait_for(is_booted, 10)
        self.assertIsNotNone(booted, "no FullyBooted; stderr: " + listener.messages)
        return listener

    def listen_ajam(self, encoding="rawman", *arguments, tls=False, user="lab",
                    secret="lab-secret", url=None):
        """A `zvon listen` that is logged in. AJAM has no FullyBooted of its own."""
        url = url or self.server.ajam(encoding, user, tls)
        listener = self.keep(Listener(url, *arguments, *(["--ca", CA] if tls else []),
                                      secret=secret))
        self.assertTrue(listener.wait_told(CONNECTED), listener.messages)
        return listener

    def check(self, result, code):
        """The run ended with that exit code."""
        self.assertEqual(result.code, code, result)

    def check_failure(self, result, *codes):
        """The run failed with one of these codes, soon, with one clear line."""
        self.assertIn(result.code, codes, result)
        self.assertLessEqual(result.seconds, FAILURE_SECONDS, result)
        self.assertEqual(result.out, "", result)
        lines = result.err.strip().splitlines()
        self.assertEqual(len(lines), 1, result)
        self.assertRegex(lines[0], r"\w{3,} \w+", result)

    @contextlib.contextmanager
    def talking(self):
        """Two phones talk, a third is in a conference."""
        with self.phones(("101",), ("102",), ("103",)) as (first, _, third), \
                self.server.witness(events="call") as observer:
            for phone, number in ((first, "102"), (third, "900")):
                self.assertTrue(phone.call(number, self.server.ip).wait("up"))
            joined = observer.wait_for(lambda packet: packet.is_event("ConfbridgeJoin"))
            self.assertIsNotNone(joined, "nobody in the conference")
            yield

    @contextlib.contextmanager
    def phones(self, *phones):
        """Phones for one scene; afterwards they hang up, and the server falls idle."""
        with contextlib.ExitStack() as stack:
            opened = [stack.enter_context(self.server.phone(*phone)) for phone in phones]
            yield opened
            for phone in opened:
                phone.close()
            witness = stack.enter_context(self.server.witness())
            witness.request("Hangup", {"Channel": "/.*/"})
            self.assertTrue(wait_idle(witness), "channels are left over")
            for phone in opened:
                self.assertEqual(phone.trouble, [], "phone " + phone.user)


def is_booted(packet):
    """Is it the sign that the server is up?"""
    return packet.is_event("FullyBooted")


def user_event(name, **fields):
    """A condition for wait_for: a UserEvent of that name with these fields."""
    def wanted(packet):
        return (packet.is_event("UserEvent") and packet.get("UserEvent") == name
                and all(packet.get(key) == value for key, value in fields.items()))
    return wanted


EMITTED = ["Event", "Privilege", "UserEvent", "Seq", "Pad", "Last"]


def numbers_of(packets, name, emitted=EMITTED):
    """The numbers of an emitter's events, in order; a cut or glued one is an error."""
    numbers = []
    for packet in packets:
        if not packet.is_event("UserEvent") or packet.get("UserEvent") != name:
            continue
        keys = [key for key, _ in packet]
        if keys != emitted:
            raise AssertionError("cut or glued: %s" % packet)
        if packet.get("Seq") != packet.get("Last") or not re.fullmatch("p*", packet.get("Pad")):
            raise AssertionError("damaged: %s" % packet)
        numbers.append(int(packet.get("Seq")))
    return numbers


@contextlib.contextmanager
def machine_alone():
    """Keeps the heavy tests of the two servers from running at the same time."""
    path = Path(tempfile.gettempdir()) / ("zvon-heavy-%d.lock" % os.getuid())
    with open(path, "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def versions(*chosen):
    """Makes a test case of the class for each of these servers, in the class's own module."""
    def make(cls):
        module = sys.modules[cls.__module__]
        for version in chosen:
            name = cls.__name__ + version
            body = {"server": Server(version), "__module__": cls.__module__,
                    "__doc__": cls.__doc__}
            setattr(module, name, type(name, (cls, unittest.TestCase), body))
        return cls
    return make


both_versions = versions(*VERSIONS)
