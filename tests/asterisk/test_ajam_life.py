"""AJAM sessions that expire, servers that restart: the client goes on, nothing doubled."""

import signal
import threading
import time

from lab import CONNECTED, Asker, LiveTest, both_versions, user_event

HTTPTIMEOUT = 15
FROZEN = 20.0     # longer than that
IDLE = 75.0       # several times as long, and longer than Asterisk keeps a nonce
AGAIN = 3.0       # a session that was forgotten is replaced within this time
RESTARTED = 7.0   # back at a server that is up again: the back-off after a short outage
LOST = "lost: "   # what `zvon listen` tells
RESTARTING = ("rawman", "mxml", "arawman")


class AjamLife(LiveTest):
    """What the tests of this file share."""

    def check_arrives(self, listeners, name):
        """New events arrive at each listener, all of them, once, in order."""
        emitter = self.keep(self.server.emitter(name))
        emitter.emit(100)
        for encoding, listener in listeners.items():
            with self.subTest(encoding=encoding):
                self.assertIsNotNone(listener.wait_for(user_event(name, Last="99")),
                                     listener.messages)
                self.check_numbers(listener, name, 100)

    def check_numbers(self, listener, name, count=None):
        """From 0 on, without a gap, nothing twice."""
        numbers = [int(packet.get("Seq")) for packet in listener.packets
                   if packet.get("UserEvent") == name]
        self.assertEqual(numbers, list(range(len(numbers) if count is None else count)))
        return numbers

    def check_sessions(self, listener, count):
        """So many logins, and a reason for each but the first."""
        self.assertEqual(listener.messages.count(CONNECTED), count, listener.messages)
        self.assertGreaterEqual(listener.messages.count(LOST), count - 1, listener.messages)
        self.assertFalse(listener.ended)


@both_versions
class AjamExpiry(AjamLife):
    """The server forgets a session of which it heard nothing for 15 s."""

    waits = True
    seconds = 120

    def setUp(self):
        super().setUp()
        self.addCleanup(self.set_timeout, 60)
        self.set_timeout(HTTPTIMEOUT)

    def set_timeout(self, seconds):
        """httptimeout of the running server."""
        self.server.run("set", "manager.conf", "httptimeout", str(seconds))
        self.server.run("cli", "manager reload")

    def ask(self, count, pause_ms, event, encoding="rawman"):
        """An Asker on this server."""
        return self.keep(Asker(self.server.ajam(encoding), count, pause_ms, event))

    def test_expiry(self):
        start = time.monotonic()
        tcp = self.listen()
        idle = {name: self.listen_ajam(name) for name in ("rawman", "amxml")}
        frozen = {name: self.listen_ajam(name) for name in ("rawman", "manager", "arawman")}
        quiet = self.ask(2, 22_000, "Quiet")
        busy = self.ask(30, 400, "Busy")
        self.assertIsNotNone(tcp.wait_for(user_event("Busy", Seq="3")))
        self.freeze(frozen, busy)
        self.check_arrives(frozen, "After")
        for encoding, listener in frozen.items():
            with self.subTest(encoding=encoding):
                self.check_sessions(listener, 2)
        self.check_asked(busy.result(20), tcp, "Busy", 30, logins=2)
        self.check_asked(quiet.result(30), tcp, "Quiet", 2, logins=1)
        time.sleep(max(0.0, start + IDLE - time.monotonic()))
        self.check_arrives(idle, "Late")
        for listener in idle.values():
            self.check_sessions(listener, 1)

    def freeze(self, frozen, busy):
        """Stops them all until the server has forgotten them; events go on."""
        emitter = self.keep(self.server.emitter("Meanwhile"))
        for listener in frozen.values():
            listener.freeze()
        busy.signal(signal.SIGSTOP)
        end = time.monotonic() + FROZEN
        while time.monotonic() < end:
            emitter.emit(5)
            time.sleep(0.5)
        self.server.forget_sessions()
        thawed = time.monotonic()
        for listener in frozen.values():
            listener.thaw()
        busy.signal(signal.SIGCONT)
        for encoding, listener in frozen.items():
            with self.subTest(encoding=encoding):
                self.assertTrue(listener.wait_told(CONNECTED, 2, AGAIN), listener.messages)
                print("Asterisk %s, %s: session expired, new one after %.2f s"
                      % (self.server.version, encoding, time.monotonic() - thawed))
                self.assertIn(LOST, listener.messages)

    def check_asked(self, told, tcp, event, count, logins):
        """Every action was carried out once, though its session had gone."""
        self.assertEqual(told["failed"], 0, told)
        self.assertEqual(told["connects"], logins, told)
        self.assertEqual(told["losses"], logins - 1, told)
        self.assertIsNotNone(tcp.wait_for(user_event(event, Seq=str(count))))
        self.check_numbers(tcp, event, count + 1)


@both_versions
class AjamRestart(AjamLife):
    """The server goes away and comes back."""

    waits = True
    seconds = 90

    def restart(self, how):
        """Events flow while the server ends; prints how soon each client is back."""
        listeners = {name: self.listen_ajam(name) for name in RESTARTING}
        asker = self.keep(Asker(self.server.ajam(), 50, 100, "Asked"))
        # in: connections of the test before may still fill the server's limit for a moment
        self.assertIsNotNone(listeners["rawman"].wait_for(user_event("Asked", Seq="1")))
        self.flow(listeners["rawman"])
        self.server.run(how)
        self.server.run("start")
        up = time.monotonic()
        for encoding, listener in listeners.items():
            with self.subTest(encoding=encoding):
                self.assertTrue(listener.wait_told(CONNECTED, 2, RESTARTED), listener.messages)
                print("Asterisk %s, %s: back %.2f s after the server's %s and start"
                      % (self.server.version, encoding, time.monotonic() - up, how))
        self.check_arrives(listeners, "After")
        for encoding, listener in listeners.items():
            with self.subTest(encoding=encoding):
                self.assertGreater(len(self.check_numbers(listener, "Flow")), 50)
                self.check_sessions(listener, 2)
                self.assertLessEqual(len(listener.messages.splitlines()), 20)
        self.check_asker(asker.result(30))

    def check_asker(self, told):
        """Only what was under way when the server ended may have failed."""
        self.assertLessEqual(told["failed"], 1, told)
        self.assertEqual((told["connects"], told["losses"]), (2, 1), told)

    def flow(self, listener):
        """Emits until the server goes away."""
        emitter = self.keep(self.server.emitter("Flow", pad=200))
        thread = threading.Thread(target=emitter.emit_for, args=(10,), daemon=True)
        self.addCleanup(thread.join, 5)
        thread.start()
        self.assertIsNotNone(listener.wait_for(user_event("Flow", Last="50")))

    def test_stop_and_start(self):
        self.restart("stop")

    def test_killed(self):
        self.restart("kill")
