"""What the tests of faults of HTTP and WebSockets share: a real daemon before a fake Asterisk, a
witness whom nobody may disturb, and what must be true after each test (laws L1, L4, L5, L7, L8).

    class Flood(FaultCase):
        listen = "ping_ms = 300"          # lines of its [listen main]
        def test_fault_043_...(self):
            with self.witness():          # a call goes on: its events come in order, within 1 s
                sock = self.raw(b"GET ...")
            with self.memory(limit):      # the daemon's peak stays below what it had + limit
                ...

What a test opens by `connect`, `open`, `raw` is closed before the daemon is looked at.
"""

import contextlib
import json
import os
import re
import resource
import socket
import ssl
import tempfile
import threading
import time
import unittest
from collections import Counter

from zvond_common import SLOW, TOKENS, Zvond, config, program, ws

from calls import Calls
from pbx import Account, Pbx
from server import make_certificate

KIB = 1024
SLACK = 64 * KIB          # of faults.md: "memory <= limit + 64 KiB"
PBX_SECRET = "marker-secret-of-the-pbx-5521"
PANELS = "addresses = 127.0.0.0/8\npanel_role = agent\n"
BURST = 3                 # events that the witness waits for at once
TICK = 1 / os.sysconf("SC_CLK_TCK")
LINES_A_SECOND = 10       # of one area of the log
MASK = bytes(4)

ANY_CERTIFICATE = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
ANY_CERTIFICATE.check_hostname, ANY_CERTIFICATE.verify_mode = False, ssl.CERT_NONE

with open(program(), "rb") as file:
    SANITIZED = b"__asan_init" in file.read()  # its memory is not what is measured


def many_files(number=15000):
    """This process may open so many."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(number, most), most))


def statuses(answer):
    return [int(n) for n in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


def until(true, seconds, pause=0.02):
    """Was it true within that time?"""
    end = time.monotonic() + seconds * SLOW
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


class Witness(threading.Thread):
    """A supervisor's browser and a call: keys are pressed, and each is told in order."""

    def __init__(self, z, phones, call, pause=0.02):
        super().__init__(daemon=True)
        self.client = z.websocket("boss")
        self.client.start()
        self.phones, self.call, self.pause = phones, call, pause
        self.over = threading.Event()
        self.told = self.number = 0
        self.slowest = 0.0
        self.wrong = None

    def run(self):
        try:
            while not self.over.wait(self.pause):
                self.burst()
        except Exception as error:  # pylint: disable=broad-except
            self.wrong = repr(error)

    def burst(self):
        keys = [str((self.number + n) % 10) for n in range(BURST)]
        self.number += BURST
        begin = time.monotonic()
        for key in keys:
            self.phones.tell("DTMFEnd", self.call[0], ("Digit", key), ("DurationMs", "90"),
                             ("Direction", "Received"))
        last = 0
        for key in keys:
            event = self.client.wait(lambda m: m.get("event") == "leg.dtmf", 5)
            if event["digit"] != key or event["seq"] <= last:
                raise AssertionError("%s came for %s, %s" % (event["digit"], key, event["seq"]))
            last = event["seq"]
            self.told += 1
        self.slowest = max(self.slowest, time.monotonic() - begin)

    def end(self):
        self.over.set()
        self.join(10 * SLOW)
        self.client.socket.drop()


class FaultCase(unittest.TestCase):
    """One daemon for all tests of a class."""

    listen = more = ""
    general = "ring_events = 20"  # few, so that what the witness is told takes no memory
    preexec = None
    tls = False          # a second listener `tls` with a certificate
    sessions = 200       # of a user: tests come faster than ends are seen

    @classmethod
    def setUpClass(cls):
        many_files()
        cls.pbx = Pbx(accounts={"crm": Account(PBX_SECRET)}, write_timeout=10)
        cls.enterClassContext(cls.pbx)
        cls.phones = Calls(cls.pbx)
        cls.call = cls.phones.answer(cls.phones.dial("201", "202"))
        cls.z = Zvond(cls.text(), preexec=cls.preexec)
        cls.addClassCleanup(cls.z.clean)
        cls.addClassCleanup(cls.end)
        cls.z.start()
        cls.z.wait_synced()
        cls.host = "127.0.0.1:%d" % cls.z.port
        cls.warm_up()

    @classmethod
    def text(cls):
        more = cls.more
        if cls.tls:
            folder = cls.enterClassContext(tempfile.TemporaryDirectory())
            made = make_certificate(folder)
            more += ("[listen tls]\nbind = 127.0.0.1:0\ntls_certificate = %s\ntls_key = %s\n%s\n"
                     % (made.certificate, made.key, cls.listen))
        return config(pbx=cls.pbx, secret=PBX_SECRET, listen=PANELS + cls.listen, more=more,
                      general="sessions_of_a_user = %d\n%s" % (cls.sessions, cls.general))

    @classmethod
    def warm_up(cls):
        """What is made once, at the first use, is made before memory is measured."""
        witness = Witness(cls.z, cls.phones, cls.call)
        for _ in range(10):
            witness.burst()
        witness.client.socket.drop()
        with cls.z.open(token=TOKENS["boss"]) as socket:  # all of the buffer that is read into
            for _ in range(10):
                socket.send_bytes(ws.frame(ws.PONG, b"p" * 100, mask=bytes(4)) * 4000)
            socket.ping(b"1")
            while not socket.pongs:
                socket.recv_event()
        with cls.z.websocket("boss", deflate=True) as client:
            client.start()
            client.socket.send_text(json.dumps({"type": "ping", "id": "1"}), deflate=True)
            client.wait("pong")
        cls.z.panel().drop()
        cls.z.get("/v1/me", token=TOKENS["boss"])
        if cls.tls:
            with ws.open_socket("https://127.0.0.1:%d" % cls.z.ports["tls"]) as sock:
                sock.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" * 1000)
                sock.recv(65536)

    @classmethod
    def end(cls):
        """It ends in order, and no sanitizer has complained."""
        code = cls.z.process.poll()
        if code is None:
            code = cls.z.stop(10)
        cls.z.kill()
        reports = [line for line in cls.z.log
                   if "Sanitizer" in line or "runtime error:" in line]
        if code or reports:
            raise AssertionError("exit code %s: %s" % (code, "\n".join(cls.z.log[-40:])))

    # ---- before and after each test ---------------------------------------------------

    def setUp(self):
        self.opened = []
        self.settle()
        self.files, self.resident = self.z.descriptors(), self.z.resident_bytes()
        self.lines = len(self.z.log)
        self.addCleanup(self.check_survived)

    def settle(self):
        """Those of the test before are gone."""
        until(lambda: self.z.metrics().get("zvond_sessions", 0) == 0, 3)

    def check_survived(self):
        for one in self.opened:
            one.close()
        self.assertIsNone(self.z.process.poll(), self.z.log[-20:])
        self.assertEqual(self.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
        self.assertTrue(until(lambda: self.z.descriptors() <= self.files, 5),
                        "%d descriptors, %d before" % (self.z.descriptors(), self.files))
        self.assertTrue(until(self.is_idle, 5, 0), "it is busy")
        self.check_memory_back()
        self.check_log()

    def is_idle(self):
        before = self.z.cpu_seconds()
        time.sleep(0.1)
        return self.z.cpu_seconds() - before <= TICK * SLOW

    def check_memory_back(self):
        """Within 5 %, or what an allocator keeps for the next time."""
        most = self.resident * 1.05 + 512 * KIB
        if not SANITIZED:
            self.assertTrue(until(lambda: self.z.resident_bytes() <= most, 10, 0.1),
                            "%d KiB, %d before" % (self.z.resident_bytes() / KIB,
                                                   self.resident / KIB))

    def check_log(self):
        """No secret, no flood."""
        text = "\n".join(self.z.log)
        for secret in (PBX_SECRET, *TOKENS.values(), "$argon2id", "sha256:"):
            self.assertNotIn(secret, text)
        self.assertNotRegex(text, r'"password"|password=')
        # a second of the log's clock is not that of its rate: two of them may fall into one
        counts = Counter((line[:19], line.split(" ")[2]) for line in self.z.log[self.lines:]
                         if line.count(" ") > 2)
        for (second, area), number in counts.items():
            self.assertLessEqual(number, 2 * (LINES_A_SECOND + 1), (second, area))

    # ---- what is measured --------------------------------------------------------------

    @contextlib.contextmanager
    def witness(self, pause=0.02):
        """Meanwhile its events come, each within a second (L5). pause: between two bursts, longer
        when many others are told of them, too."""
        witness = Witness(self.z, self.phones, self.call, pause)
        witness.start()
        try:
            yield witness
            until(lambda: witness.told >= 2 * BURST or witness.wrong, 5)
        finally:
            witness.end()
        self.assertIsNone(witness.wrong)
        self.assertGreaterEqual(witness.told, 2 * BURST)
        self.assertLess(witness.slowest, 1.0 * SLOW)

    @contextlib.contextmanager
    def memory(self, most, slack=SLACK):
        """Its resident memory does not grow by more, not even for a moment."""
        before = self.peak_begins()
        yield
        grown = self.z.peak_bytes() - before
        print("%s: %d KiB more at most, %d allowed" % (self.id().rpartition(".")[2],
                                                       grown / KIB, (most + slack) / KIB))
        if not SANITIZED:
            self.assertLessEqual(grown, most + slack)

    def peak_begins(self):
        """proc(5): the peak is measured anew."""
        with open("/proc/%d/clear_refs" % self.z.pid, "w", encoding="ascii") as file:
            file.write("5")
        return self.z.peak_bytes()

    # ---- clients that misbehave ----------------------------------------------------------

    def head(self, line, *fields):
        return ("%s\r\nHost: %s\r\n%s\r\n" % (line, self.host, "".join(
            f + "\r\n" for f in fields))).encode()

    def request(self, method="GET", path="/v1/me", *fields, user="ivanov"):
        return self.head("%s %s HTTP/1.1" % (method, path),
                         "Authorization: Bearer " + TOKENS[user], *fields)

    def connect(self, listen="main", timeout=10.0, small=False):
        """A socket, closed at the end. small: it takes little before it is read."""
        sock = socket.socket()
        self.opened.append(sock)
        if small:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.settimeout(timeout * SLOW)
        sock.connect(("127.0.0.1", self.z.ports[listen]))
        if listen == "tls":
            sock = ANY_CERTIFICATE.wrap_socket(sock)
            self.opened.append(sock)
        return sock

    def raw(self, data, timeout=5.0, listen="main"):
        """What comes back for these bytes, until the end or silence, and when."""
        begin = time.monotonic()
        sock = self.connect(listen, timeout)
        try:
            sock.sendall(data)
        except OSError:
            pass  # it was refused before its end
        got = read_all(sock)
        took = time.monotonic() - begin
        sock.close()
        return got, took

    def open(self, dialect="zvon", **how):
        """A WebSocket of one of the two dialects."""
        if dialect == "zvon":
            opened = self.z.open(token=TOKENS["ivanov"], **how)
        else:
            opened = self.z.panel(**how)
        self.opened.append(opened.sock)
        return opened


def read_all(sock):
    got = b""
    try:
        while more := sock.recv(65536):
            got += more
    except (TimeoutError, ConnectionError, ssl.SSLError):
        pass
    return got


def text_frame(payload, fin=True, op=ws.TEXT, rsv=0):
    return ws.frame(op, payload, fin, rsv, MASK)


class WsCase(FaultCase):
    """A FaultCase with what is asked of a WebSocket."""

    def closed(self, socket, seconds=5):
        """(code, seconds until it came)"""
        begin = time.monotonic()
        socket.sent_close = True
        end = socket.wait_closed(seconds * SLOW)
        return end.code, time.monotonic() - begin

    def code_for(self, data, dialect="zvon", **how):
        """What these bytes are closed with, sent in one piece."""
        socket = self.open(dialect, **how)
        try:
            socket.send_bytes(data)
        except OSError:
            pass  # it did not wait for all of it
        code = self.closed(socket)[0]
        socket.drop()
        return code

    def assert_lives(self, socket, payload=b"still there?"):
        socket.ping(payload)
        self.assertTrue(self.answered(socket, payload), "no pong")

    def answered(self, socket, payload, seconds=5):
        end = time.monotonic() + seconds * SLOW
        while payload not in socket.pongs and time.monotonic() < end:
            socket.recv_event(max(0.001, end - time.monotonic()))
        return payload in socket.pongs
