"""zvond under a service manager: readiness, watchdog, sockets that are handed over, and the
sandbox of packaging/systemd/zvond.service (fault 109)."""

import json
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path
from unittest import mock

import launch
from zvond_common import ROOT, SLOW, TOKENS, Zvond, config, program

sys.path.insert(0, str(ROOT / "tests/hist"))
import databases  # noqa: E402

LAUNCH = [sys.executable, str(Path(__file__).with_name("launch.py"))]
MODULES = Path(os.environ.get("ZVON_BUILD") or ROOT / "build") / "src/db"
UNIT = ROOT / "packaging/systemd/zvond.service"
NOBODY = pwd.getpwnam("nobody").pw_uid
BEAT_MS = 100


class Manager:
    """What systemd is to a service: a socket that is told how it is."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.told = []

    def close(self):
        self.socket.close()

    def wait(self, wanted, seconds=10):
        """The next message that begins with that."""
        end = time.monotonic() + seconds * SLOW
        while True:
            self.socket.settimeout(max(0.001, end - time.monotonic()))
            self.told.append(self.socket.recv(4096).decode())
            if self.told[-1].startswith(wanted):
                return self.told[-1]

    def drain(self):
        """What has come so far is forgotten."""
        self.socket.settimeout(0.001)
        try:
            while True:
                self.socket.recv(4096)
        except TimeoutError:
            pass


class Notify(unittest.TestCase):
    """sd_notify(3)"""

    def test_from_ready_to_stopping(self):
        z = Zvond(config())
        manager = Manager(z.folder)
        self.addCleanup(manager.close)
        z.env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": str(2 * BEAT_MS * 1000)}
        with z:
            self.assertEqual(manager.wait("READY"), "READY=1")
            # it listens by then
            self.assertEqual(z.get("/healthz").status, 200)
            begin = time.monotonic()
            for _ in range(4):
                self.assertEqual(manager.wait("WATCHDOG"), "WATCHDOG=1")
            self.assertLess(time.monotonic() - begin, 4 * 2 * BEAT_MS / 1000 * SLOW)

            # the loop stands still: no beat
            os.kill(z.pid, signal.SIGSTOP)
            manager.drain()
            with self.assertRaises(TimeoutError):
                manager.wait("WATCHDOG", 4 * BEAT_MS / 1000 / SLOW)
            os.kill(z.pid, signal.SIGCONT)
            manager.wait("WATCHDOG")

            for text, good in ((z.text, True), (z.text + "\n[usr x]\n", False), (z.text, True)):
                self.assertEqual(z.reload(text), good)
                reloading = manager.wait("RELOADING=1")
                at = int(re.search(r"^MONOTONIC_USEC=(\d+)$", reloading, re.M).group(1))
                self.assertLess(abs(time.monotonic() - at / 1e6), 10 * SLOW)
                status = manager.wait("STATUS=")
                self.assertEqual("old configuration stays" in status, not good)
                self.assertEqual(manager.wait("READY"), "READY=1")

            z.process.send_signal(signal.SIGTERM)
            self.assertEqual(manager.wait("STOPPING"), "STOPPING=1")
            self.assertEqual(z.wait_end(), 0)

    def test_a_name_that_is_no_file(self):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
            name = "zvond-test-%d" % os.getpid()
            server.bind("\0" + name)
            server.settimeout(10 * SLOW)
            with Zvond(config(), env={"NOTIFY_SOCKET": "@" + name}):
                self.assertEqual(server.recv(100), b"READY=1")

    def test_no_watchdog_of_others(self):
        """WATCHDOG_PID names another process: its beats are not ours to give."""
        z = Zvond(config())
        manager = Manager(z.folder)
        self.addCleanup(manager.close)
        z.env = {"NOTIFY_SOCKET": manager.path, "WATCHDOG_USEC": "100000", "WATCHDOG_PID": "1"}
        with z:
            manager.wait("READY")
            with self.assertRaises(TimeoutError):
                manager.wait("WATCHDOG", 0.3 / SLOW)


class Sockets(unittest.TestCase):
    """Socket activation: sd_listen_fds(3)"""

    def listeners(self, n):
        found = []
        for _ in range(n):
            one = socket.create_server(("127.0.0.1", 0))
            self.addCleanup(one.close)
            found.append(one)
        return found

    def zvond(self, text, *handed):
        """A daemon with those (socket, name)."""
        options = [part for one, name in handed
                   for part in ("--socket", "%d:%s" % (one.fileno(), name))]
        return Zvond(text, wrapper=[*LAUNCH, *options],
                     pass_fds=[one.fileno() for one, _ in handed])

    def refused(self, z, *words):
        try:
            z.start(wait=False)
            self.assertEqual(z.wait_end(), 1)
            for word in words:
                self.assertIn(word, "\n".join(z.log))
        finally:
            z.kill()
            z.clean()

    def test_by_name(self):
        panels, inside = self.listeners(2)
        text = config().replace("bind = 127.0.0.1:0", "bind = systemd:panels").replace(
            "[server", "[listen inside]\nbind = systemd:inside\n[server", 1)
        with self.zvond(text, (inside, "inside"), (panels, "panels")) as z:
            self.assertEqual(z.ports, {"main": panels.getsockname()[1],
                                       "inside": inside.getsockname()[1]})
            for name in z.ports:
                self.assertEqual(z.get("/v1/me", listen=name, token=TOKENS["ivanov"]).status,
                                 200)
            # the sockets are kept
            self.assertTrue(z.reload(z.text))
            self.assertEqual(z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)

    def test_waits_in_the_socket_while_it_is_restarted(self):
        """Who connects while nobody serves is served by the next one."""
        one, = self.listeners(1)
        text = config().replace("bind = 127.0.0.1:0", "bind = systemd:main")
        with self.zvond(text, (one, "main")) as z:
            self.assertEqual(z.stop(), 0)
            early = z.connection()
            early.connect()
            z.start()
            early.request("GET", "/healthz")
            self.assertEqual(early.getresponse().status, 200)
            early.close()

    def test_wrong_ones(self):
        one, = self.listeners(1)
        text = config().replace("bind = 127.0.0.1:0", "bind = systemd:panels")
        self.refused(self.zvond(text, (one, "pannels")), "FileDescriptorName=panels", "pannels")
        self.refused(Zvond(text), "there are none", "zvond.socket")
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(datagrams.close)
        self.refused(self.zvond(text, (datagrams, "panels")), "no TCP socket")
        deaf = socket.socket()
        self.addCleanup(deaf.close)
        self.refused(self.zvond(text, (deaf, "panels")), "does not listen")


class Sandbox(unittest.TestCase):
    """Fault 109. Run as the unit runs it: nobody's user, nothing executable, watched."""

    @staticmethod
    def allowed_calls():
        """The system calls that SystemCallFilter= of the unit lets pass."""
        sets, allowed, name = {}, set(), None
        told = subprocess.run(["systemd-analyze", "syscall-filter"], stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, check=True).stdout
        for line in told.splitlines():
            if line.startswith("@"):
                name = line.strip()
                sets[name] = set()
            elif name and line.strip() and not line.strip().startswith("#"):
                sets[name].add(line.strip())

        def flat(word):
            if not word.startswith("@"):
                return {word}
            return set().union(*map(flat, sets[word]))

        for line in re.findall(r"^SystemCallFilter=(.*)$", UNIT.read_text("utf-8"), re.M):
            for word in line.lstrip("~").split():
                allowed = allowed - flat(word) if line[0] == "~" else allowed | flat(word)
        return allowed

    @staticmethod
    def tracer(path):
        """strace with that output, or nothing where processes may not be traced."""
        command = ["strace", "-D", "-f", "-qq", "-s", "300", "-o", str(path)]
        may = subprocess.run([*command, "true"], stderr=subprocess.DEVNULL, check=False)
        path.unlink(missing_ok=True)
        return command if may.returncode == 0 else []

    def zvond_of_nobody(self, text, files=None):
        """A daemon in a folder, from a copy of the program, that are nobody's."""
        z = Zvond(text)
        for name, secret in (files or {}).items():
            z.put(name, secret)
        own = z.folder / "zvond"
        shutil.copy(program(), own)
        own.chmod(0o755)
        z.trace = z.folder / "trace"
        # memory of a process whose dumps are off is read by root only
        who = ["--user", str(NOBODY)] if os.geteuid() == 0 else []
        z.wrapper = [*self.tracer(z.trace), *LAUNCH, "--no-executable", "--families", *who]
        z.write(text)
        z.text = None
        z.arguments = ["--config", str(z.file)]
        # LeakSanitizer needs what strace takes
        z.env = {"ZVOND": str(own), "ASAN_OPTIONS":
                 os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"}
        if os.geteuid() == 0:
            for path in (z.folder, *z.folder.iterdir()):
                os.chown(path, NOBODY, -1)
        self.addCleanup(z.clean)
        return z, mock.patch.dict(os.environ, {"ZVOND": str(own)})

    def exercise(self, z):
        """Users, a regular expression that PCRE2 must run, a reload, an end."""
        z.wait_synced()
        self.assertEqual(z.post("/v1/login", {"user": "boss", "password": "demo"}).status, 200)
        with z.websocket("boss") as client:
            client.start()
            client.say({"type": "watch", "id": "w", "regex": r"Event: New(\w)\w+\r\n"})
            packet = client.wait("packet")
            self.assertEqual(packet["watch"], "w")
            self.assertRegex(json.dumps(packet["fields"]), "New")
            status = Path("/proc/%d/status" % z.pid).read_text("ascii")
            self.assertRegex(status, r"(?m)^Seccomp:\s+2$")
            if os.geteuid() == 0:
                self.assertRegex(status, r"(?m)^Uid:(\s+%d){4}$" % NOBODY)
                maps = Path("/proc/%d/maps" % z.pid).read_text("ascii")
                self.assertEqual(re.findall(r"(?m)^\S+ .w?.?wx.*$", maps), [])
        self.assertTrue(z.reload())
        self.assertTrue(z.wait_until(lambda: (z.folder / "state" / "tokens").exists()))
        self.assertEqual(z.stop(), 0)

    @unittest.skipUnless(launch.can_refuse(), "the filter is for x86-64")
    def test_fault_109_sandbox(self):
        done = subprocess.run(["systemd-analyze", "security", "--offline=yes", UNIT],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60 * SLOW, check=False)
        level = re.search(r"exposure level for zvond\.service: ([\d.]+)", done.stdout)
        self.assertTrue(level, done.stdout[-500:])
        self.assertLessEqual(float(level.group(1)), 1.5)

        z, there = self.zvond_of_nobody(config(kept=True, server="").replace(
            "demo_rate = 0", "demo_rate = 600"))
        try:
            with there:
                z.start()
            self.exercise(z)
        finally:
            z.kill()
        if not z.trace.exists():
            self.skipTest("done, but it could not be traced")
        self.check_trace(z)

    @unittest.skipUnless(launch.can_refuse(), "the filter is for x86-64")
    def test_fault_109_databases(self):
        """The modules are loaded there, and what they load: calls come into a MariaDB and a
        PostgreSQL, over a Unix socket and TCP, and are read."""
        for kind in ("mariadb", "postgresql"):
            base = databases.get(kind)
            for tcp in (False, True):
                with self.subTest(kind, tcp=tcp):
                    base.fresh("sandbox")
                    self.keep_calls(base, base.url("sandbox", tcp=tcp))

    def keep_calls(self, base, url):
        """One daemon."""
        text = config(kept=True, more="[history]\nstore = %s\nsecret_file = {folder}/database\n"
                      % url).replace("demo_rate = 0", "demo_rate = 600")
        z, there = self.zvond_of_nobody(text, {"database": base.secret + "\n"})
        folder = z.folder / "modules"
        folder.mkdir(mode=0o755)
        for path in MODULES.glob("zvon-db-*.so"):
            shutil.copy(path, folder)
        z.env["ZVON_DB_MODULES"] = str(folder)
        try:
            with there:
                z.start()
            self.assertTrue(z.wait_until(lambda: z.metrics().get("zvond_history_new_total"), 40),
                            z.log[-10:])
            self.assertGreater(int(base.sql("SELECT COUNT(*) FROM v_calls", "sandbox")[0][0]), 0)
            answer = z.get("/v1/history?limit=1", token=TOKENS["boss"])
            self.assertEqual((answer.status, len(answer.json["calls"])), (200, 1))
            if os.geteuid() == 0:
                maps = Path("/proc/%d/maps" % z.pid).read_text("ascii")
                self.assertIn("zvon-db-", maps)
                self.assertEqual(re.findall(r"(?m)^\S+ .w?.?wx.*$", maps), [])
            self.assertEqual(z.stop(20), 0)
        finally:
            z.kill()
        if z.trace.exists():
            self.check_trace(z)

    def check_trace(self, z):
        """What it asked the system for, from its exec on."""
        lines = z.trace.read_text("utf-8", "replace").splitlines()
        begin = max(i for i, line in enumerate(lines) if "execve(" in line)
        self.assertRegex(lines[begin], r'execve\("[^"]*/zvond"')
        lines = lines[begin:]
        self.assertGreater(len(lines), 500)
        state = str(z.folder / "state")
        written = [line for line in lines if re.search(
            r"\b(open\w*|creat)\(.*(O_WRONLY|O_RDWR|O_CREAT|O_TRUNC)|"
            r"\b(mkdir|rename|unlink|link|symlink|chmod|chown|truncate|mknod|rmdir|utime)\w*\(",
            line)]
        self.assertGreater(len(written), 5)
        elsewhere = [line for line in written
                     if '"%s' % state not in line and '"/dev/null"' not in line]
        if not any(name.endswith("SAN_OPTIONS") for name in os.environ):
            # sanitizers have files and calls of their own
            self.assertEqual(elsewhere if os.geteuid() == 0 else [], [])
            called = set(re.findall(r"(?m)^\d+ +(\w+)\(", "\n".join(lines)))
            self.assertGreater(len(called), 20)
            self.assertEqual(called - self.allowed_calls(), set())
        refused = [line for line in lines if "EPERM" in line or "EACCES" in line]
        self.assertEqual([line for line in refused if not re.search(
            r"\b(mmap|mprotect|memfd_create)(\(| resumed>)", line)], [])


if __name__ == "__main__":
    unittest.main()
