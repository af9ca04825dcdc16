"""A component that goes in whatever state its connection is (fault 122), and several in one
process (fault 123).

ZVON_ONEC_ROUNDS: how often it is loaded and unloaded in each state; 1000.
ZVON_ONEC_LIFE: the ABI; linux."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
import unittest
from pathlib import Path

import host
import talk_pbx  # the path to tests/fake
from host import Host

ABI = os.environ.get("ZVON_ONEC_LIFE", "linux")
ROUNDS = int(os.environ.get("ZVON_ONEC_ROUNDS", "1000"))
ECHO = "zvon-1c-echo"
DONE_MS = 1000 * host.SLOW
WARM = 100           # rounds until the libraries and the heap have what they keep
KEPT = 48 * 1024     # bytes of the heap that all rounds together may leave: its own disorder
# Wine 8 keeps 136 bytes of its own each time ws2_32.dll is loaded and goes, whoever loads it
KEPT_BY_WINE = 0 if ABI == "linux" else 200

SLOW_RESOLVER = r"""
#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

int
getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
	    struct addrinfo **out)
{
	(void)name, (void)service, (void)hints, (void)out;
	usleep(2500 * 1000);
	return EAI_AGAIN;
}
"""


class Silent:
    """A server that accepts, in the kernel, and says nothing."""

    def __init__(self, backlog=128):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(backlog)
        self.port = self.listener.getsockname()[1]
        self.running = True
        self.thread = threading.Thread(target=self.drop, daemon=True)
        self.thread.start()

    def drop(self):
        """Takes those off the kernel's list that are gone."""
        peers = []
        self.listener.settimeout(0.05)
        while self.running:
            with contextlib.suppress(TimeoutError, OSError):
                peers.append(self.listener.accept()[0])
            for peer in peers[:-20]:
                peer.close()
            del peers[:-20]
        for peer in peers:
            peer.close()

    def stop(self):
        self.running = False
        self.thread.join()
        self.listener.close()


class BlackHole:
    """A port whose list of waiting connections is full: the next one gets no answer."""

    def __init__(self):
        self.listener = socket.socket()
        self.listener.bind(("127.0.0.1", 0))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.waiting = []
        for _ in range(4):
            peer = socket.socket()
            peer.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                peer.connect(("127.0.0.1", self.port))
            self.waiting.append(peer)
        time.sleep(0.1)

    def stop(self):
        for peer in self.waiting:
            peer.close()
        self.listener.close()


class Talking:
    """A PBX that tells events all the time to who is logged in."""

    def __init__(self, is_http=False):
        self.fake = talk_pbx.Fake("16", is_http)
        self.port = self.fake.port
        self.running = True
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        packet = b"Event: Hold\r\nPrivilege: call,all\r\nChannel: SIP/101-1\r\n\r\n"
        while self.running:
            with contextlib.suppress(Exception):
                self.fake.pbx.broadcast(packet * 20)
            time.sleep(0.005)

    def stop(self):
        self.running = False
        self.thread.join()
        self.fake.stop()


def client(url):
    return lambda thing, server: thing.proc("Client", url % server.port)


def stream(tls):
    return lambda thing, server: thing.proc("Raw", "127.0.0.1", server.port, tls)


def seen(name):
    """Waits for that event."""
    def wait(thing):
        others = []
        for _ in range(50):
            found = thing.take(1, 200)
            if found and found[0][1] == name:
                return
            others += found[:10 - len(others)]
        raise AssertionError("no event %s came, but %s" % (name, others))
    return wait


def at_once(thing):
    """It is let go before anything can have happened."""


def flood(thing):
    seen("ready")(thing)
    thing.take(1, 500)


class Unloaded(unittest.TestCase):
    """Loaded, begun, let go: as often as told. No thread, descriptor or byte is left."""

    def begin(self, host_process, begin, server, wait, **options):
        host_process.load(host.library(ABI, ECHO))
        thing = host_process.new("Echo-Net", **options)
        begin(thing, server)
        wait(thing)
        return thing

    def one(self, host_process, *how, **options):
        thing = self.begin(host_process, *how, **options)
        spent = thing.done()
        self.assertLessEqual(spent, DONE_MS)
        self.assertTrue(thing.free())
        self.assertEqual(host_process.memory(), (0, 0, 0))
        self.assertTrue(host_process.unload())

    def counts(self, host_process):
        return {what: host_process.number(what) for what in ("threads", "handles")}

    def rounds(self, server, begin, *waits, part=1, **options):
        """part: of ROUNDS, for a state that takes its time."""
        self.addCleanup(server.stop)
        with Host(ABI) as h:
            for number in range(min(WARM, ROUNDS)):
                self.one(h, begin, server, waits[number % len(waits)], **options)
            before, bytes_before = self.counts(h), h.number("bytes")
            rounds = max(ROUNDS // part, len(waits))
            for number in range(rounds):
                self.one(h, begin, server, waits[number % len(waits)], **options)
            for what, number in before.items():
                self.assertEqual(h.settles(what, number), number, what)
            self.assertLess(h.number("bytes") - bytes_before, KEPT + rounds * KEPT_BY_WINE)

    def test_fault_122_idle(self):
        self.rounds(Silent(), lambda thing, server: None, at_once)

    def test_fault_122_connecting(self):
        self.rounds(BlackHole(), stream(False), at_once, lambda thing: thing.take(1, 3))

    def test_fault_122_connected_in_silence(self):
        self.rounds(Silent(), stream(False), seen("up"), at_once)

    def test_fault_122_tls_handshake_stalls(self):
        self.rounds(Silent(), stream(True), at_once, lambda thing: thing.take(1, 10))

    def test_fault_122_client_connecting(self):
        self.rounds(BlackHole(), client("ami://crm:secret@127.0.0.1:%d"), at_once,
                    seen("connecting"))

    def test_fault_122_client_tls_handshake_stalls(self):
        self.rounds(Silent(), client("amis://crm:secret@127.0.0.1:%d"), seen("connecting"),
                    lambda thing: thing.take(2, 20))

    def test_fault_122_login(self):
        self.rounds(Silent(), client("ami://crm:secret@127.0.0.1:%d"), seen("login"))

    def test_fault_122_ajam_login(self):
        self.rounds(Silent(), client("http://crm:secret@127.0.0.1:%d/asterisk/rawman"),
                    seen("login"), at_once)

    def test_fault_122_logged_in(self):
        self.rounds(talk_pbx.Fake("16", False), client("ami://crm:secret@127.0.0.1:%d"),
                    seen("ready"), seen("login"), part=4)

    def test_fault_122_ajam_logged_in(self):
        self.rounds(talk_pbx.Fake("16", True),
                    client("http://crm:secret@127.0.0.1:%d/asterisk/rawman"),
                    seen("ready"), part=20)

    def test_fault_122_events_stream(self):
        self.rounds(Talking(), client("ami://crm:secret@127.0.0.1:%d"), flood, part=4)

    def test_fault_122_host_does_not_take(self):
        """One event sits in the host's queue, which is full; many wait in ours."""
        self.rounds(Talking(), client("ami://crm:secret@127.0.0.1:%d"),
                    lambda thing: thing.host.say("sleep", "60"), part=10, fixed=True)


@unittest.skipUnless(ABI == "linux", "a resolver of its own is preloaded")
class Resolving(unittest.TestCase):
    """The system's resolver cannot be stopped: Done does not wait for it, the library stays
    as long as the thread needs it."""

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        source = Path(self.folder.name, "slow.c")
        source.write_text(SLOW_RESOLVER, encoding="utf-8")
        self.slow = source.with_suffix(".so")
        subprocess.run(["gcc", "-shared", "-fPIC", "-o", str(self.slow), str(source)], check=True)

    def test_fault_122_a_name_that_does_not_answer(self):
        with Host(ABI, env={"LD_PRELOAD": str(self.slow)}) as h:
            h.load(host.library(ABI, ECHO))
            before = h.number("threads")
            for _ in range(20):
                thing = h.new("Echo-Net")
                thing.proc("Client", "ami://crm:secret@pbx.example:5038")
                thing.take(2, 50)
                self.assertGreater(h.number("threads"), before + 1)
                self.assertLessEqual(thing.done(), DONE_MS)
                self.assertTrue(thing.free())
            self.assertEqual(h.memory(), (0, 0, 0))
            h.unload()
            self.assertEqual(h.settles("threads", before, 20), before)
            self.assertEqual(h.settles("handles", 3), 3)


class UnderValgrind(unittest.TestCase):
    """Each state once, and no byte lost."""

    @unittest.skipUnless(ABI == "linux" and shutil.which("valgrind"), "needs valgrind")
    def test_fault_122_no_byte(self):
        states = Unloaded()
        wrap = ["valgrind", "-q", "--error-exitcode=99", "--leak-check=full",
                "--errors-for-leak-kinds=definite,indirect",
                "--show-leak-kinds=definite,indirect"]
        servers = [Silent(), BlackHole(), Talking()]
        for server in servers:
            self.addCleanup(server.stop)
        silent, hole, talking = servers
        with Host(ABI, wrap=wrap) as h:
            h.load(host.library(ABI, ECHO), name="stays")  # for the names in reports
            for server, begin, wait in (
                    (silent, lambda thing, server: None, at_once),
                    (hole, stream(False), at_once),
                    (silent, stream(True), lambda thing: thing.take(1, 100)),
                    (silent, client("ami://crm:secret@127.0.0.1:%d"), seen("login")),
                    (silent, client("amis://crm:secret@127.0.0.1:%d"), seen("connecting")),
                    (talking, client("ami://crm:secret@127.0.0.1:%d"), flood)):
                thing = states.begin(h, begin, server, wait)
                thing.done()
                self.assertTrue(thing.free())
                h.unload()
            self.assertEqual(h.memory(), (0, 0, 0))
            self.assertEqual(h.quit(120), 0)


class Several(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.host = Host(ABI)
        self.addCleanup(self.host.kill)

    def copy(self, name):
        path = host.library(ABI, ECHO)
        return shutil.copy(path, Path(self.folder.name, name + path.suffix))

    def test_fault_123_two_copies_in_one_process(self):
        """Two versions of the file: each has its own everything; one goes, the other stays."""
        pbx = [Talking(), Talking()]
        for server in pbx:
            self.addCleanup(server.stop)
        things = []
        for number, server in enumerate(pbx):
            self.host.load(self.copy("zvon_%d" % number), caps=number * 3, name=str(number))
            thing = self.host.new("Echo-Net", **{"from": str(number)})
            thing.proc("Client", "ami://crm:secret@127.0.0.1:%d" % server.port)
            things.append(thing)
        for thing in things:
            seen("ready")(thing)
            seen("packet")(thing)
        self.assertLessEqual(things[0].done(), DONE_MS)
        self.assertTrue(things[0].free())
        self.assertTrue(self.host.unload("0"))
        for _ in range(3):
            seen("packet")(things[1])
        echo = self.host.new("Echo", **{"from": "1"})
        self.assertEqual(echo.get("App"), 0)
        for thing in (things[1], echo):
            self.assertLessEqual(thing.done(), DONE_MS)
            self.assertTrue(thing.free())
        self.assertTrue(self.host.unload("1"))
        self.assertEqual(self.host.memory(), (0, 0, 0))

    def test_fault_123_capabilities_are_each_library_s_own(self):
        for caps, app in ((0, -1), (3, 1)):
            self.host.load(self.copy("caps_%d" % caps), caps=caps, name=str(caps))
            thing = self.host.new("Echo", app=1, **{"from": str(caps)})
            self.assertEqual(thing.get("App"), app)

    def test_fault_123_two_objects_two_servers(self):
        pbx = [talk_pbx.Fake("16", False), talk_pbx.Fake("16", False)]
        self.host.load(host.library(ABI, ECHO))
        things = []
        for server in pbx:
            self.addCleanup(server.stop)
            thing = self.host.new("Echo-Net")
            thing.proc("Client", "ami://crm:secret@127.0.0.1:%d" % server.port)
            things.append(thing)
        for thing in things:
            seen("ready")(thing)
        for number in (1, 0, 1):
            pbx[number].pbx.event("UserEvent", ("UserEvent", "to-%d" % number))
            self.assertEqual([e[1] for e in things[number].take(1, 5000)], ["packet"])
            self.assertEqual(things[1 - number].take(1, 200), [])
        pbx[0].hang_up()
        seen("down")(things[0])
        pbx[1].pbx.event("UserEvent", ("UserEvent", "still"))
        seen("packet")(things[1])
        for thing in things:
            self.assertLessEqual(thing.done(), DONE_MS)
            self.assertTrue(thing.free())
        self.assertEqual(self.host.memory(), (0, 0, 0))


if __name__ == "__main__":
    unittest.main()
