"""What the daemon asks for and does not get: memory, answers of the kernel; faults 094, 095 and
100. Not for sanitizers: they have an allocator of their own."""

import contextlib
import http.client
import json
import mmap
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import time
import unittest

from zvond_common import PASSWORDS, SLOW, TOKENS, Zvond, config
from calls import Calls
from crowd import Crowd
from pbx import Account, Pbx

SEED = int(os.environ.get("ZVON_SEED", random.randrange(1 << 32)))
SAMPLES = int(os.environ.get("ZVON_SAMPLES", "12"))  # of each piece of work
PATIENCE = 1  # with an answer that may never come
HERE = os.path.dirname(os.path.abspath(__file__))


class FailingMemory:
    """The allocator of failing_memory.c, and its two numbers."""

    def __init__(self, folder):
        self.library = os.path.join(folder, "failing_memory.so")
        subprocess.run([os.environ.get("CC", "cc"), "-O1", "-fno-builtin", "-shared", "-fPIC",
                        "-o", self.library, os.path.join(HERE, "failing_memory.c")], check=True)
        self.name = os.path.join(folder, "numbers")
        with open(self.name, "wb") as file:
            file.write(bytes(16))
        with open(self.name, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 16)
        self.env = {"LD_PRELOAD": self.library, "FAILING_MEMORY": self.name}

    def arm(self, number):
        """The number-th allocation from now on fails; 0: none."""
        self.shared[0:8] = struct.pack("q", number)

    @property
    def went_off(self):
        return struct.unpack("q", self.shared[0:8])[0] == 0

    @property
    def count(self):
        return struct.unpack("q", self.shared[8:16])[0]


class Scene:
    """An office with a daemon, and a witness who never misses anything for good."""

    def __init__(self, stack, **how):
        self.pbx = stack.enter_context(Pbx(accounts={"crm": Account("secret")}))
        self.phones = Calls(self.pbx)
        self.z = stack.enter_context(Zvond(config(pbx=self.pbx, kept=True,
                                                  listen="keep_alive_ms = 500"), **how))
        self.z.wait_synced()
        self.crowd = Crowd(self.z.port)
        stack.callback(self.crowd.close)
        self.witness = self.crowd.add("boss", TOKENS["boss"])
        self.going_on = []
        self.live()

    def live(self):
        assert self.crowd.run(lambda: self.witness.is_live, 20 * SLOW), self.witness.complaints

    # Each may fail; none may hurt what comes after.

    def ask(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.z.get("/v1/state", token=TOKENS["boss"], timeout=PATIENCE)

    def bad_ask(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.z.post("/v1/commands/call.make", "{", token=TOKENS["ivanov"], timeout=PATIENCE)

    def metrics(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.z.get("/metrics", timeout=PATIENCE)

    def page(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.z.get("/", timeout=PATIENCE)

    def log_in(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            self.z.post("/v1/login", {"user": "ivanov", "password": PASSWORDS["ivanov"]},
                        timeout=PATIENCE)

    def come(self):
        """Another browser, which stays a moment."""
        client = self.crowd.add("ivanov", TOKENS["ivanov"])
        self.crowd.run(lambda: client.is_live or client.closes or client.complaints, PATIENCE)
        if client.socket:
            client.say(type="command", id="1", name="call.make", args={"to": "104"})
            self.crowd.step()
        client.stays_away = True
        client.lose()
        self.crowd.clients.remove(client)

    def panel(self):
        with contextlib.suppress(Exception):
            with self.z.panel("/?token=" + TOKENS["petrov"], timeout=2) as panel:
                panel.send_text(json.dumps({"command": "LoadLibrary", "parameters": {
                    "AssemblyName": "Terrasoft.Messaging.Asterisk"}}))
                panel.recv(1)

    def call(self):
        """Events of a call, to its end or not."""
        if len(self.going_on) < 3:
            self.going_on.append(self.phones.dial("101", "102"))
        else:
            self.phones.hang_up(self.going_on.pop(0))
        for _ in range(3):
            self.crowd.step()

    def reload(self):
        self.z.process.send_signal(signal.SIGHUP)
        time.sleep(0.03)

    STEPS = ("ask", "bad_ask", "metrics", "page", "come", "panel", "call", "reload", "log_in")

    def check(self, case):
        """It lives, the witness is there or comes back, and knows what goes on."""
        assert self.z.process.poll() is None, "%s: ended with %s\n%s" % (
            case, self.z.process.returncode, "\n".join(self.z.log[-5:]))
        wanted = {c[0].unique_id for c in self.going_on}
        assert self.crowd.run(lambda: self.witness.is_live and {
            call for _, call in self.witness.calls} == wanted, 15 * SLOW), (
                case, wanted, list(self.witness.calls), self.witness.complaints,
                self.z.log[-8:])
        assert self.witness.complaints == [], (case, self.witness.complaints)


class Memory(unittest.TestCase):
    def setUp(self):
        self.random = random.Random(SEED)
        self.folder = tempfile.mkdtemp(prefix="zvond-memory-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.memory = FailingMemory(self.folder)

    def test_fault_094_at_work(self):
        """Any allocation of any piece of work: that work may fail, nothing else."""
        begin, tried = time.monotonic(), 0
        with contextlib.ExitStack() as stack:
            scene = Scene(stack, env=self.memory.env)
            for name in scene.STEPS:
                before = self.memory.count
                getattr(scene, name)()
                most = self.memory.count - before
                self.assertGreater(most, 0, "the allocator is not in use")
                points = range(1, most + 1)
                for number in sorted(self.random.sample(points, min(most, SAMPLES))):
                    self.memory.arm(number)
                    getattr(scene, name)()
                    self.memory.arm(0)
                    tried += 1
                    scene.check("seed %d, %s, allocation %d of %d" % (SEED, name, number, most))
            self.assertEqual(scene.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
            scene.crowd.close()
            self.assertEqual(scene.z.stop(), 0)
        print("seed %d: %d allocations failed one by one in %.1f s"
              % (SEED, tried, time.monotonic() - begin))

    def test_fault_094_at_the_start(self):
        """It begins, or ends with a message; never by a signal."""
        begun = ended = 0
        z = Zvond(config(kept=True), env=self.memory.env)
        self.addCleanup(z.clean)
        self.addCleanup(z.kill)
        before = self.memory.count
        z.start()
        most = self.memory.count - before
        self.assertEqual(z.stop(), 0)
        points = self.random.sample(range(1, most), min(most - 1, 3 * SAMPLES))
        for number in sorted(points):
            del z.log[:]
            self.memory.arm(number)
            z.start(wait=False)
            self.assertTrue(z.wait_until(lambda: z.ports or z.process.poll() is not None, 10),
                            number)
            self.memory.arm(0)
            case = "seed %d, allocation %d: %s" % (SEED, number, z.log[-3:])
            if z.process.poll() is None:
                begun += 1
                self.assertEqual(z.stop(), 0, case)
            else:
                ended += 1
                self.assertIn(z.wait_end(), (1, 2), case)
                self.assertTrue(z.log, case)
        print("seed %d: of %d starts %d went well, %d ended with a message"
              % (SEED, len(points), begun, ended))


# ---- answers of the kernel -------------------------------------------------------------------

# Call, answers that it may give, how often in a row, of which files only. What the kernel
# never says is not asked: an eventfd, the doorbell of a thread, is never full, and what it would do
# if the disk were is nobody's business.
STATE_FILES = ("numbers.new", "tokens.new")
CALLS = (
    ("recvfrom", ("EINTR", "EAGAIN", "ECONNRESET", "ENOBUFS", "ETIMEDOUT"), 1, ()),
    ("sendto", ("EINTR", "EAGAIN", "EPIPE", "ECONNRESET", "ENOBUFS"), 1, ()),
    ("accept4", ("EMFILE", "ECONNABORTED", "ENOMEM", "EINTR", "EAGAIN", "ENFILE", "EPERM"), 2, ()),
    ("epoll_wait", ("EINTR",), 5, ()),
    ("openat", ("EMFILE", "EACCES", "EINTR", "ENFILE", "ENOENT"), 3, ()),
    ("fsync", ("EIO", "ENOSPC", "EINTR"), 2, ()),
    ("write", ("EINTR",), 2, ()),
    ("write", ("ENOSPC", "EIO"), 2, STATE_FILES),
    ("pwrite64", ("ENOSPC", "EIO"), 2, ()),
    ("read", ("EINTR",), 2, ()),
    ("rename", ("ENOSPC", "EIO", "EROFS"), 2, ()),
    ("socket", ("EMFILE", "ENOBUFS"), 1, ()),
    ("connect", ("ENETUNREACH", "EADDRNOTAVAIL", "EINTR"), 1, ()),
    ("setsockopt", ("ENOBUFS",), 1, ()),
    ("getrandom", ("EINTR",), 2, ()),
    ("mmap", ("ENOMEM",), 1, ()),
)


@unittest.skipUnless(os.geteuid() == 0, "strace may not look into a program that is not dumpable")
class Kernel(unittest.TestCase):
    """strace(1) gives wrong answers to the daemon at work."""

    def inject(self, z, rule, files=()):
        """A strace that does; it tells on its standard error when it is attached."""
        only = [word for name in files for word in ("-P", str(z.folder / "state" / name))]
        self.traced = tempfile.NamedTemporaryFile(mode="r", suffix=".strace")
        tracer = subprocess.Popen(
            ["strace", "-f", "-p", str(z.pid), "-o", self.traced.name, "-e", "trace=" +
             rule.partition(":")[0], "-e", "inject=" + rule, *only],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        line = tracer.stderr.readline().decode()
        self.assertIn("attached", line)
        return tracer

    def end(self, tracer):
        """How often it gave a wrong answer."""
        tracer.send_signal(signal.SIGINT)
        tracer.wait(10)
        tracer.stderr.close()
        told = self.traced.read().count("(INJECTED)")
        self.traced.close()
        return told

    def test_fault_100_each_call_of_the_system(self):
        self.random = random.Random(SEED)
        begin, injected, rules = time.monotonic(), 0, 0
        with contextlib.ExitStack() as stack:
            scene = Scene(stack)
            for call, errors, times, files in CALLS:
                for error in errors if SAMPLES > 12 else self.random.sample(errors, 1):
                    first = self.random.randrange(1, 4)
                    rule = "%s:error=%s:when=%d..%d" % (call, error, first, first + times - 1)
                    tracer = self.inject(scene.z, rule, files)
                    for step in ("come", "call", "ask", "reload", "call"):
                        getattr(scene, step)()
                    if call in ("write", "fsync", "rename", "getrandom", "openat"):
                        scene.log_in()  # gives a token, which is written
                    if call in ("socket", "connect"):
                        self.lose_pbx(scene)
                    injected += self.end(tracer)
                    rules += 1
                    scene.check("seed %d, %s" % (SEED, rule))
                    scene.z.wait_synced(30)
            scene.crowd.close()
            self.assertEqual(scene.z.stop(), 0)
        print("seed %d: %d wrong answers of the kernel by %d rules in %.1f s"
              % (SEED, injected, rules, time.monotonic() - begin))
        self.assertGreater(injected, rules // 4)

    def lose_pbx(self, scene):
        """So that it connects again."""
        before = len(scene.pbx.ledger.packets("Login"))
        for session in scene.pbx.listeners():
            session.socket.shutdown(2)
        scene.pbx.ledger.wait_until(
            lambda: len(scene.pbx.ledger.packets("Login")) > before, 5 * SLOW)


# ---- little memory -----------------------------------------------------------------------------


def data_of(pid):
    """Bytes of its heap and stacks, as RLIMIT_DATA counts them."""
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return int(re.search(r"VmData:\s+(\d+)", status.read()).group(1)) * 1024


class Limit(unittest.TestCase):
    """Little memory: refused is who comes, shed is who does not read, and it goes on."""

    def run_crowd(self, limit, clients, patience):
        """(how many came in, how many were shed, MiB at most)"""
        text = config(general="session_bytes = 16384\nsession_messages = 50\n"
                              "ring_events = 2000\nsessions = 3000\n"
                              "sessions_of_a_user = 3000",
                      listen="unauthenticated = 300\ndeflate = no", pbx=self.pbx)
        phones = Calls(self.pbx)
        with Zvond(text) as z:
            z.wait_synced()
            crowd = Crowd(z.port)
            good = crowd.add("ivanov", TOKENS["ivanov"])
            self.assertTrue(crowd.run(lambda: good.is_live, 10 * SLOW))
            resource.prlimit(z.pid, resource.RLIMIT_DATA, (data_of(z.pid) + limit,) * 2)
            status = z.post("/v1/login", {"user": "boss", "password": "demo"}).status
            self.assertEqual(status, 503)  # its 64 MiB are not there: nobody knows who it is
            lazy = [crowd.add("boss", TOKENS["boss"], slow=True) for _ in range(clients)]
            crowd.run(lambda: all(c.is_live for c in lazy), patience)
            live = sum(c.is_live for c in lazy)
            for client in lazy:
                client.stays_away = True
                client.read_on(False)
            call = phones.answer(phones.dial("101", "102"))
            for _ in range(40):
                for _ in range(50):
                    phones.tell("DTMFEnd", call[0], ("Digit", "5"), ("DurationMs", "90"),
                                ("Direction", "Received"))
                crowd.step(0.01)
            phones.hang_up(call)
            self.assertTrue(crowd.run(lambda: good.is_live and not good.calls, 20 * SLOW),
                            (good.is_live, good.calls, z.log[-10:]))
            self.assertEqual(good.complaints, [])
            with open("/proc/%d/status" % z.pid, encoding="ascii") as status:
                peak = int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) / 1024
            crowd.close()
            self.wait_room(z)
            shed = z.metrics()["zvond_slow_total"]
            self.assertEqual(z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
            self.assertEqual(z.stop(), 0)
        print("%d MiB: of %d clients %d came in, %d were shed; %.0f MiB at most"
              % (limit >> 20, clients, live, shed, peak))
        return live, shed, peak

    def wait_room(self, z):
        """They have gone: there is memory for others again."""
        end = time.monotonic() + 5 * SLOW
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if z.get("/healthz").status == 200:
                    return
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_fault_095_two_thousand_clients_and_a_flood(self):
        with Pbx(accounts={"crm": Account("secret")}, write_timeout=10) as self.pbx:
            live, shed, peak = self.run_crowd(64 << 20, 2000, 60)
        self.assertEqual(live, 2000)
        self.assertGreater(shed, 1000)
        self.assertLess(peak, 64)

    def test_fault_095_with_room_for_a_few(self):
        with Pbx(accounts={"crm": Account("secret")}, write_timeout=10) as self.pbx:
            live, _, _ = self.run_crowd(1 << 20, 1500, 2)
        self.assertGreater(live, 50)
        self.assertLess(live, 1500)


if __name__ == "__main__":
    unittest.main()
