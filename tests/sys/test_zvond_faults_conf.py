"""zvond and its surroundings, fault by fault: a configuration that is read again and again
(089), a second daemon (091), a full disk (098)."""

import contextlib
import os
import re
import signal
import subprocess
import time
import unittest
from pathlib import Path

from zvond_common import SLOW, Zvond, config

RELOADS = 100
PAGE = os.sysconf("SC_PAGE_SIZE")
ROOM = 20  # bytes left on the full disk
GROWTH = 3 << 20  # bytes: of the allocator's pools, not of a leak


class Reload(unittest.TestCase):
    def test_fault_089_a_hundred_reloads_under_load(self):
        """Ten calls a second come in, clients listen and talk; each reload is waited for."""
        text = config(general="ring_events = 200\nring_ms = 1000", more="[user new]\ntoken = "
                      "sha256:%064d\n" % 0).replace("demo_rate = 0", "demo_rate = 600")
        other = text.replace("calls_a_minute = 500", "calls_a_minute = 400").replace(
            "[user new]", "[user newer]")
        with Zvond(text) as z:
            z.wait_synced()
            clients = [z.websocket("boss") for _ in range(10)]
            panels = [z.websocket("ivanov") for _ in range(10)]
            for client in clients + panels:
                client.start()
            begin, memory, descriptors = time.monotonic(), None, None
            for number in range(RELOADS):
                z.write(other if number % 2 else text)
                z.process.send_signal(signal.SIGHUP)
                while z.metrics()["zvond_reloads_total"] <= number:  # the log leaves lines out
                    self.assertEqual(z.metrics()["zvond_reloads_failed_total"], 0)
                client = clients[number % len(clients)]
                client.say({"type": "ping", "id": str(number)})
                client.wait(lambda m, n=number: m["type"] == "pong" and m["id"] == str(n))
                if number % 4 == 0:  # there is a load: calls go on between the reloads
                    clients[0].wait(lambda m: "event" in m)
                if number == RELOADS // 3:  # by then all pools are as large as they get
                    memory, descriptors = z.resident_bytes(), z.descriptors()
            grown = z.resident_bytes() - memory
            print("%d reloads in %.1f s, memory %+d KiB"
                  % (RELOADS, time.monotonic() - begin, grown // 1024))
            if "ASAN_OPTIONS" not in os.environ:  # it keeps what was freed
                self.assertLess(grown, GROWTH)
            self.assertEqual(z.descriptors(), descriptors)
            for client in clients + panels:  # nobody was dropped, nobody had to resume
                client.say({"type": "snapshot"})  # no ping: there were ten in this second
                client.wait("snapshot")
                self.assertNotIn("resync", [m["type"] for m in client.seen])
                numbers = [m["seq"] for m in client.seen if "event" in m]
                self.assertEqual(numbers, sorted(set(numbers)))
                client.socket.drop()

    def test_what_waits_for_a_restart_is_told(self):
        """A reload does not pass over in silence what it cannot take over."""
        with Zvond(config(general="ring_ms = 5000\ngather_ms = 0")) as z:
            self.assertTrue(z.reload(z.text.replace("gather_ms = 0", "gather_ms = 2")))
            self.assertEqual(z.count("after a restart only"), 0)
            changed = z.text.replace("state = ", "state = /nowhere").replace(
                "ring_ms = 5000", "ring_ms = 6000\nsessions = 20\nletters_in_numbers = yes")
            self.assertTrue(z.reload(changed))
            self.assertTrue(z.saw("warn config: after a restart only: state, "
                                  "letters_in_numbers, ring_ms, sessions"), z.log[-3:])


class Second(unittest.TestCase):
    """Fault 091."""

    def refused(self, text, *words):
        second = Zvond(text)
        try:
            second.start(wait=False)
            self.assertEqual(second.wait_end(), 1)
            said = [line for line in second.log if " error " in line]
            self.assertEqual(len(said), 1, second.log)
            for word in words:
                self.assertIn(word, said[0])
        finally:
            second.kill()
            second.clean()

    def test_fault_091_two_daemons(self):
        with Zvond(config(kept=True)) as z:
            own = str(z.folder / "state")
            same = config(kept=True, port=z.port).replace("{folder}/state", own)
            self.refused(same, "another zvond, process %d " % z.pid, own + "/lock",
                         "state = ")
            self.refused(config(kept=True, port=z.port), "127.0.0.1 port %d" % z.port,
                         "address already in use")
            self.assertEqual(z.get("/healthz").status, 200)
            # the lock goes with its process, whatever its end was
            z.kill()
            third = Zvond(same)
            with third:
                self.assertEqual(third.get("/healthz").status, 200)


class SmallDisk:
    """A disk of 1 MiB in a namespace of its own, kept by a process that waits."""

    def __init__(self, folder):
        self.folder = folder
        root = os.geteuid() == 0
        self.holder = subprocess.Popen(
            ["unshare", *([] if root else ["--user", "--map-root-user"]), "--mount", "sh", "-c",
             'mount -t tmpfs -o size=1m none "$1" && echo mounted && read end', "sh",
             str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL)
        self.works = self.holder.stdout.readline() == b"mounted\n"
        self.enter = ["nsenter", "--target", str(self.holder.pid), "--mount",
                      *([] if root else ["--user", "--preserve-credentials"]), "--"]

    def close(self):
        self.holder.stdin.close()
        self.holder.wait(10 * SLOW)
        self.holder.stdout.close()

    def path(self, name):
        """That file, as seen from outside."""
        return Path("/proc/%d/root%s" % (self.holder.pid, self.folder)) / name

    def fill(self):
        """Not a byte is left."""
        with contextlib.suppress(OSError), open(self.path("ballast"), "ab", 0) as ballast:
            for size in (65536, 512, 1):
                with contextlib.suppress(OSError):
                    while True:
                        ballast.write(bytes(size))

    def empty(self):
        self.path("ballast").unlink()


class DiskFull(unittest.TestCase):
    """Fault 098."""

    def disk(self, z):
        folder = z.folder / "small"
        folder.mkdir()
        disk = SmallDisk(folder)
        self.addCleanup(disk.close)
        if not disk.works:
            z.clean()
            self.skipTest("needs root, or user namespaces")
        return disk

    def login(self, z):
        answer = z.post("/v1/login", {"user": "boss", "password": "demo"})
        self.assertEqual(answer.status, 200)
        return answer.json["token"]

    @staticmethod
    def stream(z):
        with z.websocket("boss") as client:
            return client.hello["stream"]

    def test_fault_098_state(self):
        z = Zvond(config(kept=True, more="[history]\nstore = no\n").replace(
            "{folder}/state", "{folder}/small/state"))
        disk = self.disk(z)
        z.wrapper = disk.enter
        tokens = disk.path("state/tokens")
        with z:
            first = self.login(z)
            self.assertTrue(z.wait_until(tokens.exists))
            before = tokens.read_bytes()
            stream = self.stream(z)

            disk.fill()
            second = self.login(z)
            with z.websocket("ivanov") as client:  # service goes on
                client.start()
                client.say({"type": "ping", "id": "1"})
                client.wait("pong")
                self.assertTrue(z.wait_until(
                    lambda: z.metrics()["zvond_state_errors_total"] >= 2))
            warned = [line for line in z.log if "the disk is full" in line]
            self.assertEqual(len(warned), 1, warned)
            self.assertRegex(warned[0], r" warn state: cannot be written, going on: .*make room")
            self.assertEqual(tokens.read_bytes(), before)

            disk.empty()
            begin = time.monotonic()
            self.assertTrue(z.saw("state: can be written again"))
            took = time.monotonic() - begin
            self.assertLess(took, 5 * SLOW)
            self.assertNotEqual(tokens.read_bytes(), before)
            z.restart(kill=True)  # and what is there is whole
            for token in (first, second):
                self.assertEqual(z.get("/v1/me", token=token).status, 200)
            self.assertFalse(any("damaged" in line for line in z.log))
            self.assertEqual(self.stream(z), stream)

            # killed, and the disk is full when it starts again: a stream of its own
            disk.fill()
            z.restart(kill=True)
            self.assertTrue(z.saw("going on with a new stream"))
            self.assertEqual(z.get("/v1/me", token=first).status, 200)
            fresh = self.stream(z)
            self.assertNotEqual(fresh, stream)
            log_before = z.count("can be written again")
            disk.empty()
            self.assertTrue(z.wait_until(lambda: z.count("can be written again") > log_before))
            z.restart()
            self.assertEqual(self.stream(z), fresh)
            print("state is written %.1f s after there is room" % took)

    def test_fault_098_log(self):
        """Standard error is a file on the full disk."""
        z = Zvond(config())
        disk = self.disk(z)
        log = disk.path("log")
        z.wrapper = [*disk.enter, "sh", "-c", 'exec "$@" 2>>"$0"', str(z.folder / "small/log")]

        def refuse():
            self.assertEqual(z.get("/v1/me", token="nobody's").status, 401)
            self.assertEqual(z.get("/healthz").status, 200)

        with z:
            z.wait_synced()
            # its last page has room for a part of a line: what is begun cannot be ended
            with open(log, "ab", 0) as padded:
                padded.write(b"-" * (PAGE - ROOM - log.stat().st_size % PAGE - 1) + b"\n")
            disk.fill()
            lost = 0
            end = time.monotonic() + 20 * SLOW
            while not lost and time.monotonic() < end:
                z.post("/v1/login", {"user": "x", "password": "y"})
                lost = z.metrics()["zvond_log_lost_total"]
            self.assertGreater(lost, 0)
            refuse()
            size = log.stat().st_size
            disk.empty()
            begin = time.monotonic()
            while log.stat().st_size == size and time.monotonic() - begin < 5 * SLOW:
                z.post("/v1/login", {"user": "after", "password": "y"})
                time.sleep(0.05)
            text = log.read_bytes()[size:].decode()
            self.assertIn("could not be written", text)
            self.assertEqual(z.stop(), 0)
            lines = log.read_bytes().decode().splitlines()
            whole = [line for line in lines if re.match(
                r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (error|warn|info|debug|trace) \w+: ", line)]
            odd = [line for line in lines if line not in whole and not line.startswith("--")]
            self.assertEqual([len(line) for line in odd], [ROOM], odd)  # the one that was cut


if __name__ == "__main__":
    unittest.main()
