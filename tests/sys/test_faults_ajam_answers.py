"""Faults 112-114: AJAM answers that are cut or strange, servers that never wait or are slow."""

import time
import unittest
from concurrent.futures import ThreadPoolExecutor

from common import FIRST_TRY, tick

from ajam_common import KINDS, PLAIN, POLLS_A_SECOND, WAITS, AjamTest, post_ticks, seen

import ajam_faults as faults
import cli
from cli import SLOW
from pbx import respond, send_bytes, wait_complete

AT_ONCE = 12  # what is tried side by side
STEP = 13     # bytes from one cut to the next
MANY = 20_000


class CutTest(AjamTest):
    """Complete events before the cut are used once; then lost, and a new login."""

    NUMBERS = (1, 2, 3)
    # What certainly ends a packet, and the first bytes that may be taken for its end.
    ENDS = {"rawman": (b"\r\n\r\n", b"\r\n\r\n"), "mxml": (b"</response>\n", b"/>"),
            "manager": (b"<hr></td></tr>\r\n", b'<tr><td colspan="2">')}

    def whole(self, kind, numbers=NUMBERS):
        """The body of a WaitEvent's answer that holds these events."""
        ajam = self.ajam()
        running = self.listen(ajam, kind)
        kept = []
        ajam.fault(faults.body_of(lambda body: kept.append(body) or body), WAITS, times=1)
        post_ticks(ajam, *numbers)
        self.assert_seen(running, numbers)
        running.stop()
        ajam.stop()
        return kept[0]

    def complete(self, kind, body):
        """The least and the most events that this part of the body has whole; the first
        packet is the response."""
        return [min(3, max(0, body.count(end) - 1)) for end in self.ENDS[kind]]

    def cut_after(self, kind, body, size, reset):
        where = f"{kind} cut after {size}"
        ajam = self.ajam()
        running = self.listen(ajam, kind)
        ajam.fault(faults.cut(size, reset), WAITS, times=1)
        post_ticks(ajam, *self.NUMBERS)
        self.assert_back(ajam, running)
        post_ticks(ajam, 4)
        self.assertTrue(running.wait_until(lambda: 4 in seen(running)), f"{where}: {running}")
        found = seen(running)
        least, most = self.complete(kind, body[:size])
        if reset:
            least = 0  # a reset may throw away what had come
        self.assertEqual(found, [*range(1, len(found)), 4], f"{where}: {running}")
        self.assertTrue(least <= len(found) - 1 <= most, f"{where}: {found}")
        running.stop()
        ajam.stop()

    def check_cuts(self, kind, reset=False):
        body = self.whole(kind)
        first = body.find(b"Response") if kind == "manager" else 0
        sizes = [0, *range(max(1, first), len(body), STEP)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda size: self.cut_after(kind, body, size, reset), sizes))
        self.figures(f"{len(sizes)} cuts of {kind}")

    def test_fault_112_rawman_cut(self):
        self.check_cuts("rawman")

    def test_fault_112_mxml_cut(self):
        self.check_cuts("mxml")

    def test_fault_112_manager_cut(self):
        self.check_cuts("manager")

    def test_fault_112_reset_in_the_body(self):
        self.check_cuts("rawman", reset=True)

    def spoiled(self, fault, kind="rawman", version="22"):
        """A wait whose answer is spoiled so; the numbers printed, 4 was sent after it."""
        ajam = self.ajam(version)
        running = self.listen(ajam, kind)
        ajam.fault(fault, WAITS, times=1)
        post_ticks(ajam, *self.NUMBERS)
        self.assert_back(ajam, running)
        post_ticks(ajam, 4)
        self.assertTrue(running.wait_until(lambda: 4 in seen(running)), running)
        return seen(running), running

    def test_fault_112_no_answer_at_all(self):
        """Whatever woke the wait is lost: that is told."""
        for fault in (faults.drop(), faults.drop(reset=True), faults.cut_head(30)):
            for version in ("11", "22"):
                self.assertEqual(self.spoiled(fault, version=version)[0], [4])

    def test_fault_112_wrong_length(self):
        for kind in PLAIN:
            for difference in (-5, 5, -60):
                with self.subTest(kind=kind, difference=difference):
                    found, running = self.spoiled(faults.wrong_length(difference), kind)
                    self.assertEqual(found[-1], 4, running)
                    self.assertEqual(found, sorted(set(found)), running)
                    if difference != -60:
                        self.assertEqual(found, [1, 2, 3, 4], running)

    def test_fault_112_whole_packets_are_missing(self):
        """Cut between two packets, by somebody who then told the right length."""
        ends = {"rawman": b"Event: WaitEventComplete", "manager": b"<tr><td>Event</td><td>Wait",
                "mxml": b"<response type='object' id='unknown'><generic event='Wait"}
        for kind, end in ends.items():
            with self.subTest(kind=kind):
                def shorten(body, end=end):
                    return body.partition(end)[0]
                found, running = self.spoiled(faults.body_of(shorten), kind)
                self.assertEqual(found, [1, 2, 3, 4], running)

    def test_fault_112_chunked(self):
        """Another framing of a whole answer: nothing is wrong with that."""
        for kind in PLAIN:
            for fault in (faults.chunked(1), faults.chunked(1000), faults.no_length()):
                with self.subTest(kind=kind):
                    ajam = self.ajam()
                    running = self.listen(ajam, kind)
                    ajam.fault(fault)
                    post_ticks(ajam, 1, 2)
                    self.assert_seen(running, [1, 2])
                    post_ticks(ajam, 3)
                    self.assert_seen(running, [1, 2, 3])
                    self.assert_never_lost(running)

    def test_fault_112_chunked_and_cut(self):
        found, running = self.spoiled(faults.chunked_and_cut(250))
        self.assertEqual(found, [*range(1, len(found)), 4], running)
        self.assertLess(len(found), 4, running)

    def test_fault_112_gzip_that_nobody_asked_for(self):
        for kind in PLAIN:
            with self.subTest(kind=kind):
                self.assertEqual(self.spoiled(faults.gzipped(), kind)[0], [4])

    def test_fault_112_cut_in_the_login(self):
        """What is asked once ends with a clear line, at any cut."""
        for size in (0, 1, 30):
            ajam = self.ajam()
            ajam.fault(faults.cut(size))
            result = self.action(ajam)
            self.assert_code(result, cli.NO_CONNECTION, cli.PROTOCOL)
            self.assert_one_clear_line(result)


class BusyServerTest(AjamTest):
    SECONDS = 4

    def polls(self, ajam, running):
        """Waits in a second, and the CPU time of all."""
        before, cpu = len(ajam.requests("WaitEvent")), running.cpu_seconds()
        time.sleep(self.SECONDS)
        rate = (len(ajam.requests("WaitEvent")) - before) / self.SECONDS
        return rate, running.cpu_seconds() - cpu

    def check_rate(self, kind, handler):
        ajam = self.ajam()
        running = self.listen(ajam, kind)
        ajam.on("WaitEvent", handler)
        post_ticks(ajam, 1)  # ends the right wait
        self.assert_seen(running, [1])
        rate, cpu = self.polls(ajam, running)
        self.assertGreater(rate, 0, running)
        self.assertLessEqual(rate, POLLS_A_SECOND + 1 / self.SECONDS, running)
        self.assertLessEqual(cpu, 0.2 * SLOW)
        self.figures(f"{kind}: {rate:.2f} polls a second, {cpu:.2f} s of CPU")
        return ajam, running

    def test_fault_113_always_at_once(self):
        """Every kind of answer that brings nothing; events still come through."""
        with ThreadPoolExecutor(len(KINDS)) as pool:
            list(pool.map(self.check_at_once, KINDS))

    def check_at_once(self, kind):
        ajam, running = self.check_rate(kind, faults.wait_at_once)
        post_ticks(ajam, 2)
        self.assert_seen(running, [1, 2])
        self.assert_never_lost(running)

    def test_fault_113_always_empty(self):
        self.check_rate("rawman", send_bytes(b""))

    def test_fault_113_only_the_response(self):
        self.check_rate("rawman", lambda session, action: respond(
            session, action, "Success", ("Message", "Waiting for Event completed.")))

    def test_fault_113_always_an_event_outside_the_mask(self):
        """Another's events wake the wait, and bring nothing."""
        ajam = self.ajam()
        running = self.listen(ajam, "rawman", "--events", "call")
        before = len(ajam.requests("WaitEvent"))
        for _ in range(self.SECONDS * 20):
            ajam.event("UserEvent", ("UserEvent", "Tick"), ("Seq", 1), classes="user")
            time.sleep(0.05)
        rate = (len(ajam.requests("WaitEvent")) - before) / self.SECONDS
        self.assertLessEqual(rate, POLLS_A_SECOND + 1, running)
        ajam.event("Hangup", ("Cause", "16"))
        self.assertTrue(running.wait_until(lambda: running.events("Hangup")), running)
        self.assertEqual(seen(running), [])

    def test_fault_113_always_one_event_at_once(self):
        """It never waits and always has something: all of it arrives, the CPU idles."""
        ajam = self.ajam()
        running = self.listen(ajam)
        count = [0]

        def one_more(session, action):
            count[0] += 1
            respond(session, action, "Success", ("Message", "Waiting for Event completed."))
            session.send(b"Event: UserEvent\r\nUserEvent: Tick\r\nSeq: %d\r\n\r\n" % count[0]
                         + wait_complete(action))

        ajam.on("WaitEvent", one_more)
        ajam.broadcast(b"Event: Start\r\n\r\n")
        rate, cpu = self.polls(ajam, running)
        running.stop()
        found = seen(running)
        self.assertEqual(found, list(range(1, len(found) + 1)))
        self.assertGreater(len(found), self.SECONDS)
        self.assertLessEqual(cpu, 0.4 * SLOW)
        self.figures(f"{rate:.1f} polls a second, {cpu:.2f} s of CPU")

    def test_fault_113_refused_at_once(self):
        """Every wait is refused, as if the session had expired: no storm of logins."""
        ajam = self.ajam()
        ajam.on("WaitEvent", lambda session, action: respond(
            session, action, "Error", ("Message", "Permission denied")))
        running = self.listen(ajam)
        time.sleep(6)
        times = [entry.time for entry in ajam.logins()]
        self.assertGreaterEqual(len(times), 3, running)
        pauses = [after - before for before, after in zip(times, times[1:])]
        self.assertGreaterEqual(min(pauses), FIRST_TRY[0] - 0.05, running)
        self.figures("logins after " + " ".join(f"{pause:.2f}" for pause in pauses) + " s")

    def test_fault_113_events_in_every_encoding(self):
        """20,000 events between two waits come whole and in order."""
        for kind in KINDS:
            with self.subTest(kind=kind):
                ajam = self.ajam()
                running = self.listen(ajam, kind)
                ajam.fault(faults.silence(1), WAITS, times=1)
                post_ticks(ajam, 0)  # this answer is held back, so that no wait hangs
                for number in range(1, MANY):
                    tick(ajam, number)
                began = time.monotonic()
                self.assert_seen(running, range(MANY), 30)
                self.figures(f"{kind}: {MANY} events in {time.monotonic() - began:.2f} s")
                waits = ajam.requests("WaitEvent")
                self.assertLessEqual(len(waits), 4, "they came in too many answers")
                self.assert_never_lost(running)
                running.stop()


class SlowSegmentsTest(AjamTest):
    def test_fault_114_head_and_body_apart(self):
        """A server without TCP_NODELAY; the time of a command is told."""
        for kind in KINDS:
            for version in ("11", "22"):
                with self.subTest(kind=kind, version=version):
                    ajam = self.ajam(version, no_delay=False)
                    ajam.fault(faults.apart(0))
                    result = self.action(ajam, kind=kind)
                    self.assert_code(result, cli.DONE)
                    self.figures(f"{version} {kind}: {len(ajam.requests())} answers in "
                                 f"{result.seconds:.3f} s")

    def test_fault_114_pauses_everywhere(self):
        for fault in (faults.apart(0.2), faults.pieces(1), faults.pieces(50, 0.01)):
            ajam = self.ajam()
            ajam.fault(fault)
            running = self.listen(ajam, "mxml")
            for number in (1, 2, 3):
                post_ticks(ajam, number)
                self.assert_seen(running, range(1, number + 1))
            self.assert_never_lost(running)
            self.assert_code(self.action(ajam, kind="manager"), cli.DONE)

    def test_fault_114_slow_answer_to_a_wait(self):
        """Silence within the time of a wait is no loss."""
        ajam = self.ajam()
        ajam.fault(faults.silence(3), WAITS)
        running = self.listen(ajam)
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        self.assert_never_lost(running)


if __name__ == "__main__":
    unittest.main()
