"""Faults 001-006, 022, 025: the connection to the PBX breaks, hangs, or comes back."""

import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from common import FIRST_TRY, MEASURED, saw, saw_some, tick, ticks

import cli
from cli import SLOW, CliTest
from pbx import Pbx, event_packet
from peers import RawPeer
from process import PbxProcess
from proxy import FaultProxy

CUT = event_packet("UserEvent", ("UserEvent", "Tick"), ("Seq", "cut"), classes="user")
AT_ONCE = 12  # connections that are broken side by side


class MidPacketTest(CliTest):
    def break_after(self, how, number):
        """Lose the connection behind byte `number` of a packet; seconds to the next try."""
        with Pbx() as pbx, FaultProxy(pbx.port) as proxy, cli.listen(proxy.port) as running:
            self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
            tick(pbx, 1)
            self.assertTrue(saw(running, 1), running)
            proxy.set(f"{how} after {number}", "down", links="present")
            pbx.broadcast(CUT)
            self.assertTrue(pbx.wait_logins(2, 10 * SLOW), f"{how} after {number}: {running}")
            tick(pbx, 2)
            self.assertTrue(saw(running, 2), f"{how} after {number}: {running}")
            self.check_numbers(ticks(running), number)
            self.assertTrue(running.messages, f"{how} after {number}: nothing was said")
            return proxy.links[1].began - proxy.links[0].ended

    def check_numbers(self, numbers, passed):
        """The packet came whole or not at all; what is around it came once, in order."""
        if passed < len(CUT):
            self.assertEqual(numbers, ["1", "2"], f"cut after {passed}")
        else:
            self.assertIn(numbers, (["1", "2"], ["1", "cut", "2"]))

    def check_every_byte(self, how):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            waits = list(pool.map(lambda n: self.break_after(how, n), range(len(CUT) + 1)))
        least, most = FIRST_TRY
        self.assertGreaterEqual(min(waits), least - 0.05)
        self.assertLessEqual(max(waits), (most + MEASURED) * SLOW)
        self.assertGreater(max(waits) - min(waits), 0.1, "no jitter")
        self.figures(f"{len(waits)} cuts, next try after "
                     f"{min(waits):.2f} to {max(waits):.2f} s")

    def test_fault_001_reset_in_mid_packet(self):
        self.check_every_byte("rst")

    def test_fault_001_end_in_mid_packet(self):
        self.check_every_byte("fin")


class BackOffTest(CliTest):
    def test_fault_002_back_off_for_20_seconds(self):
        """A port that resets every connection: tries come 1, 2, 4 … s apart, ± 50 %."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        pbx.stop()
        lost = time.monotonic()
        with RawPeer(port=pbx.port, resets=True) as peer:
            time.sleep(20)
            tries = [e.time for e in peer.ledger.find("connect")]
        waits = [b - a for a, b in zip([lost] + tries, tries)]
        self.assertGreaterEqual(len(tries), 3, running)
        for number, wait in enumerate(waits):
            nominal = min(30, 2 ** number)
            self.assertGreaterEqual(wait, 0.5 * nominal - 0.05, waits)
            self.assertLessEqual(wait, (1.5 * nominal + MEASURED) * SLOW, waits)
        self.check_return(pbx, running, 1.5 * 2 ** len(tries))
        self.figures("tries after " + " ".join(f"{w:.2f}" for w in waits) + " s")

    def test_fault_002_refused(self):
        """Nobody listens: it stays, idles, and comes back by itself."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        pbx.stop()
        before = running.cpu_seconds()
        time.sleep(4)
        self.assertLessEqual(running.cpu_seconds() - before, 0.05 * SLOW, "not idle")
        self.assertLessEqual(len(running.messages), 12, f"a flood of messages: {running}")
        self.check_return(pbx, running, 1.5 * 4)

    def check_return(self, pbx, running, longest_wait):
        """The PBX is back: so is zvon, without a person, and has lost nothing it had."""
        pbx.start()
        self.assertTrue(pbx.wait_logins(2, (longest_wait + 2) * SLOW), running)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2), running)
        self.assertEqual(ticks(running), ["1", "2"])


class HalfOpenTest(CliTest):
    def test_fault_003_half_open(self):
        """The peer vanished without a word: noticed by our own Ping in 15 s."""
        pbx = self.start(Pbx())
        proxy = self.start(FaultProxy(pbx.port))
        running = self.listener(pbx, port=proxy.port)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        proxy.set("blackhole both", links="present")
        began = time.monotonic()
        self.assertTrue(proxy.wait_links(2, 25 * SLOW), running)
        noticed = proxy.links[1].began - began
        self.assertLessEqual(noticed, (15 + FIRST_TRY[1] + MEASURED) * SLOW)
        self.assertTrue(pbx.wait_logins(2, 5 * SLOW), running)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2), running)
        self.assertEqual(ticks(running), ["1", "2"])
        self.figures(f"new connection {noticed:.1f} s after the peer vanished")

    def test_fault_003_silent_but_healthy(self):
        """A PBX without calls is no fault: it is asked by Ping, and the session stays."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        time.sleep(16 * SLOW)
        self.assertTrue(pbx.ledger.packets("Ping"), running)
        self.assertEqual(pbx.count("connect"), 1, running)


class FrozenTest(CliTest):
    def start_frozen(self):
        pbx = self.start(PbxProcess())
        running = self.start(cli.listen(pbx.port))
        self.assertTrue(saw_some(running), running)
        pbx.freeze()
        self.addCleanup(pbx.thaw)
        return pbx, running

    def test_fault_004_frozen(self):
        """SIGSTOP: noticed by Ping; one attempt at a time; back 2 s after SIGCONT."""
        pbx, running = self.start_frozen()
        most = 0
        end = time.monotonic() + (60 if cli.LONG else 22)
        while time.monotonic() < end:
            most = max(most, running.connections(pbx.port))
            time.sleep(0.1)
        self.assertEqual(most, 1, "more than one connection at a time")
        self.assertEqual(len(pbx.login_times()), 1)
        thawed = time.monotonic()
        pbx.thaw()
        self.assertTrue(pbx.wait_logins(2, 20 * SLOW), running)
        took = pbx.login_times()[-1] - thawed
        self.check_rising(running)
        self.assertLessEqual(took, (2 + MEASURED) * SLOW)
        self.figures(f"logged in {took:.2f} s after SIGCONT")

    def test_fault_004_frozen_for_a_moment(self):
        """Shorter than the patience of Ping: the session stays and nothing is lost."""
        pbx, running = self.start_frozen()
        time.sleep(4)
        pbx.thaw()
        seen = len(ticks(running))
        self.assertTrue(running.wait_until(lambda: len(ticks(running)) > seen + 5), running)
        numbers = [int(n) for n in ticks(running)]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        self.assertEqual(len(pbx.login_times()), 1)

    def check_rising(self, running):
        """Events flow again, none twice."""
        seen = len(ticks(running))
        self.assertTrue(running.wait_until(lambda: len(ticks(running)) > seen + 3), running)
        numbers = [int(n) for n in ticks(running)]
        self.assertEqual(numbers, sorted(set(numbers)))


class RestartTest(CliTest):
    def test_fault_005_killed_and_started(self):
        """kill -9, and a PBX that knows nothing of before: the new events, soon."""
        pbx = self.start(PbxProcess())
        running = self.start(cli.listen(pbx.port))
        self.assertTrue(saw_some(running), running)
        pbx.kill()
        killed = time.monotonic()
        pbx.start("2026-11-21 04:00:00")
        started = time.monotonic()
        self.assertTrue(pbx.wait_logins(2, 10 * SLOW), running)
        self.assertTrue(running.wait_event("UserEvent", "Startup", "2026-11-21 04:00:00"),
                        running)
        first = next(t for t, p in list(running.lines) if p and
                     ["Startup", "2026-11-21 04:00:00"] in p["fields"])
        login = pbx.login_times()[-1]
        self.assertLessEqual(first - login, 2 * SLOW, "events after the login")
        attempts = 1.5 if started - killed < 0.5 else 1.5 + 3
        self.assertLessEqual(login - killed, (attempts + MEASURED) * SLOW, running)
        self.figures(f"login {login - killed:.2f} s after the kill, "
                     f"first event {first - login:.3f} s later")


class BootingTest(CliTest):
    def test_fault_006_fully_booted_late(self):
        """Events before FullyBooted are shown; nothing is asked of a PBX that boots."""
        wait = 30 if cli.LONG else 4
        pbx = self.start(Pbx(fully_booted=wait))
        running = self.listener(pbx)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(running.events("FullyBooted"), [])
        asked = {e.data.name.lower() for e in pbx.ledger.packets()}
        self.assertLessEqual(asked, {"challenge", "login", "ping", "events", "filter"})
        self.assertTrue(running.wait_until(lambda: running.events("FullyBooted"), wait + 5),
                        running)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2), running)
        self.assertEqual(ticks(running), ["1", "2"])
        self.assertEqual(pbx.count("connect"), 1)

    def test_fault_006_fully_booted_never(self):
        """An account without the class system never sees it: actions work all the same."""
        with Pbx(fully_booted=None) as pbx:
            result = cli.run("action", cli.url(pbx.port), "Ping")
        self.assert_code(result, cli.DONE)
        self.assertLessEqual(result.seconds, 5 * SLOW, str(result))


class ClosedWhileWritingTest(CliTest):
    """022: what is written meets a closed connection."""

    VARIABLES = [f"Variable=V{n}={'x' * 900}" for n in range(100)]

    def close_while_writing(self, reset):
        """An action of 90 kB to a PBX that reads its beginning and leaves."""
        pbx = self.start(Pbx(receive_buffer=4096))
        pbx.after_login = lambda session: self.leave_soon(session, reset)
        result = cli.run("action", cli.url(pbx.port), "Originate", "Channel=Local/1@x",
                         *self.VARIABLES, seconds=20)
        self.assert_code(result, cli.NO_CONNECTION, cli.PROTOCOL)
        self.assertTrue(result.messages, str(result))
        self.assertLessEqual(result.seconds, 8 * SLOW, str(result))
        self.assertLessEqual(result.cpu_seconds, 0.5 * SLOW, str(result))

    def leave_soon(self, session, reset):
        session.socket.recv(2000)
        if reset:
            session.reset()
        else:
            session.close()

    def test_fault_022_closed_while_we_write(self):
        self.close_while_writing(reset=False)

    def test_fault_022_reset_while_we_write(self):
        self.close_while_writing(reset=True)

    def test_fault_022_no_spin_after_the_close(self):
        for reset in (False, True):
            pbx = self.start(Pbx())
            running = self.listener(pbx)
            pbx.stop(reset)
            time.sleep(0.2)
            before = running.cpu_seconds()
            time.sleep(3)
            self.assertLessEqual(running.cpu_seconds() - before, 0.03 * SLOW + 0.02, running)

    def test_fault_022_descriptors_return(self):
        """Losses leave no descriptor behind."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        before = running.descriptors()
        for number in range(2, 6):
            pbx.drop_all(reset=number % 2 == 0)
            self.assertTrue(pbx.wait_logins(number, 10 * SLOW), running)
            tick(pbx, number)
            self.assertTrue(saw(running, number), running)
        self.assertEqual(running.descriptors(), before)


class LifeCycleTest(CliTest):
    def test_fault_025_reload_and_unload(self):
        """They are events like others: shown, and no reason to leave."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        pbx.event("Reload", ("Module", "All"), ("Status", "0"), classes="system")
        pbx.event("Unload", ("Module", "chan_sip.so"), ("Status", "Success"),
                  classes="system")
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(len(running.events("Reload")), 1)
        self.assertEqual(len(running.events("Unload")), 1)
        self.assertEqual(pbx.count("connect"), 1)

    def test_fault_025_shutdown(self):
        """Shutdown, then the end: shown, then back as after any loss."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        pbx.event("Shutdown", ("Shutdown", "Cleanly"), ("Restart", "True"), classes="system")
        pbx.drop_all()
        lost = time.monotonic()
        self.assertTrue(pbx.wait_logins(2, 10 * SLOW), running)
        took = pbx.ledger.find("connect")[1].time - lost
        self.assertTrue(FIRST_TRY[0] - 0.05 <= took <= (FIRST_TRY[1] + MEASURED) * SLOW, took)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(len(running.events("Shutdown")), 1)

    def test_no_reconnect(self):
        """With --no-reconnect the first loss is the end, with a reason."""
        pbx = self.start(Pbx())
        running = self.listener(pbx, "--no-reconnect")
        pbx.drop_all()
        self.assertIn(running.wait_exit(5), (cli.NO_CONNECTION, cli.PROTOCOL), running)
        self.assertTrue(running.messages)
        self.assertEqual(pbx.count("connect"), 1)


if __name__ == "__main__":
    unittest.main()
