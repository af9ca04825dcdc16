"""The server reloads, restarts, dies and freezes: `zvon listen` goes on by itself."""

import threading
import time

from lab import (DONE, PROTOCOL, LiveTest, Listener, both_versions, is_booted,
                 numbers_of, run_zvon, user_event)

NOTICED = 15.0      # a frozen server is noticed within this time (Ping each 10 s, 5 s for it)
THAWED = 2.0        # and served again so soon after it wakes up
FROZEN = 60.0       # so long that waiting out a grown back-off would show
RESTARTED = 6.0     # back at a server that is up again: the back-off after a short outage
SLACK = 1.0         # for two busy cores


class LifeTest(LiveTest):
    """Numbered events flow all the time; those that come are whole and in order."""

    seconds = 100

    def setUp(self):
        super().setUp()
        self.listener = self.listen()

    def flow(self, seconds):
        """Emits in the background until the server goes away or time is up."""
        emitter = self.keep(self.server.emitter("Flow", pad=200))
        thread = threading.Thread(target=emitter.emit_for, args=(seconds,), daemon=True)
        self.addCleanup(thread.join, 5)
        thread.start()
        self.assertIsNotNone(self.listener.wait_for(user_event("Flow", Last="50")))
        return emitter, thread

    def check_flow(self):
        """What came of the flow is whole, in order, nothing twice."""
        numbers = numbers_of(self.listener.packets, "Flow")
        self.assertEqual(numbers, list(range(len(numbers))))
        return numbers

    def wait_boots(self, count, timeout):
        """Waits for that many FullyBooted in all; returns the seconds it took."""
        start = time.monotonic()
        left = [count]

        def enough(packet):
            left[0] -= is_booted(packet)
            return left[0] == 0

        self.assertIsNotNone(self.listener.wait_for(enough, timeout), self.listener.messages)
        return time.monotonic() - start

    def check_goes_on(self, boots):
        """New events arrive, all of them, over the connection that is up now."""
        emitter = self.keep(self.server.emitter("After"))
        emitter.emit(100)
        self.assertIsNotNone(self.listener.wait_for(user_event("After", Last="99")),
                             self.listener.messages)
        self.assertEqual(numbers_of(self.listener.packets, "After"), list(range(100)))
        self.assertEqual(self.listener.count(is_booted), boots, self.listener.messages)

    def check_told(self):
        """The loss and the return were told on standard error."""
        lines = self.listener.messages.splitlines()
        self.assertGreaterEqual(len(lines), 1)
        self.assertLessEqual(len(lines), 20, lines)
        self.assertIn(self.server.ip, self.listener.messages)


@both_versions
class Life(LifeTest):
    """The server goes, and comes at once."""

    def test_reload(self):
        emitter, thread = self.flow(4)
        for module in ("", "manager", "res_pjsip.so"):
            self.server.run("cli", ("module reload " + module).strip())
        self.assertIsNotNone(self.listener.wait_for(lambda packet: packet.is_event("Reload")))
        thread.join()
        last = user_event("Flow", Last=str(emitter.next - 1))
        self.assertIsNotNone(self.listener.wait_for(last), self.listener.messages)
        self.assertEqual(len(self.check_flow()), emitter.next)
        self.check_goes_on(boots=1)

    def test_restart(self):
        self.flow(10)
        self.server.run("cli", "core restart now")
        self.wait_boots(2, RESTARTED + 2 + SLACK)
        self.check_flow()
        self.check_goes_on(boots=2)
        self.check_told()

    def test_stop_and_start(self):
        self.flow(10)
        self.server.run("stop")
        shutdown = self.listener.wait_for(lambda packet: packet.is_event("Shutdown"))
        self.assertIsNotNone(shutdown, self.listener.messages)
        self.server.run("start")
        self.wait_boots(2, RESTARTED + SLACK)
        self.check_flow()
        self.check_goes_on(boots=2)
        self.check_told()

    def test_killed_in_a_call(self):
        final = self.keep(Listener(self.server.url(), "--no-reconnect"))
        self.assertIsNotNone(final.wait_for(is_booted), final.messages)
        with self.phones(("101",), ("102",)) as (first, _):
            self.assertTrue(first.call("102", self.server.ip).wait("up"))
            self.flow(10)
            self.server.run("kill")
            self.server.run("start")
            self.wait_boots(2, RESTARTED + SLACK)
        self.check_flow()
        self.check_goes_on(boots=2)
        self.check_told()
        self.assertTrue(final.ended, "--no-reconnect does not end")
        self.assertNotEqual(final.stop(), DONE)
        self.assertEqual(final.count(is_booted), 1)

    def test_frozen_for_a_moment(self):
        emitter, thread = self.flow(3)
        self.server.run("freeze")
        time.sleep(1.5)
        self.server.run("thaw")
        thread.join()
        last = user_event("Flow", Last=str(emitter.next - 1))
        self.assertIsNotNone(self.listener.wait_for(last), self.listener.messages)
        self.assertEqual(len(self.check_flow()), emitter.next)
        self.check_goes_on(boots=1)


@both_versions
class Frozen(LifeTest):
    """The server stands still for a minute."""

    waits = True

    def test_frozen(self):
        before = self.listener.messages
        self.server.run("freeze")
        frozen = time.monotonic()
        try:
            while (self.listener.messages == before
                   and time.monotonic() < frozen + NOTICED + SLACK):
                time.sleep(0.1)
            self.assertNotEqual(self.listener.messages, before, "nothing was noticed")
            hung = run_zvon("action", self.server.url(), "Ping")
            self.check_failure(hung, PROTOCOL)
            time.sleep(max(0.0, frozen + FROZEN - time.monotonic()))
            self.assertFalse(self.listener.ended, self.listener.messages)
        finally:
            self.server.run("thaw")
        self.wait_boots(2, THAWED + SLACK)
        self.check_goes_on(boots=2)
        self.check_told()
