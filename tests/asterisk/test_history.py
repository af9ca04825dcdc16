"""zvond is killed, or cut off, while calls are made: its history has each of them once all the
same, by what it saw, what it finds when it is back, and what Asterisk wrote down."""

import contextlib
import time

from history import Follower, as_scene, ids_of
from lab import both_versions
from scene import (A, B, C, D, DIRECT, GROUP, OUT, OUTSIDE, PARKING, QUEUE, TRUNK, SceneTest)
from test_calls_resync import CutRelay


@both_versions
class HistoryGaps(SceneTest):
    """One scene after the other, and in each of them zvond is away."""

    is_followed = False
    seconds = 120

    def make_follower(self):
        """A zvond for this test alone."""
        self.relay = self.keep(CutRelay(self.server.ip, 5038))
        follower = Follower(self.server, reads=True, address="127.0.0.1", port=self.relay.port)
        self.follower = follower
        self.addCleanup(follower.close)
        follower.start()
        return follower

    # scenes: each is played up to its middle, then to its end

    @contextlib.contextmanager
    def answered(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        yield
        dialog.bye()

    @contextlib.contextmanager
    def inbound(self):
        own = self.phone(A)
        self.from_outside(DIRECT, "Иван Петров")
        self.talk(TRUNK, A)
        yield
        own.last().bye()

    @contextlib.contextmanager
    def outbound(self):
        self.phone(TRUNK)
        dialog = self.dial(self.phone(A), OUT + OUTSIDE)
        self.talk(A, TRUNK)
        yield
        dialog.bye()

    @contextlib.contextmanager
    def cancelled(self):
        other = self.phone(B, "ring")
        dialog = self.dial(self.phone(A), B)
        self.assertIsNotNone(other.wait_call("ringing"))
        self.until(lambda: self.follower.hears_ringing(B), "zvond hears it ring")
        yield
        dialog.cancel()
        self.assertTrue(dialog.wait("done"))

    @contextlib.contextmanager
    def busy(self):
        self.phone(B, 486, delay=0.5)
        dialog = self.dial(self.phone(A), B)
        yield
        self.assertTrue(dialog.wait("done"))

    @contextlib.contextmanager
    def rejected(self):
        self.phone(A, 603, delay=0.5)
        dialog = self.from_outside(DIRECT)
        yield
        self.assertTrue(dialog.wait("done"))

    @contextlib.contextmanager
    def ring_group(self):
        self.phone(A, "ring")
        second = self.phone(B, delay=0.2, pause=0.1)
        self.from_outside(GROUP)
        self.talk(TRUNK, B)
        yield
        second.last().bye()

    @contextlib.contextmanager
    def queue(self):
        agent = self.phone(A)
        self.from_outside(QUEUE)
        self.talk(TRUNK, A)
        yield
        agent.last().bye()

    @contextlib.contextmanager
    def abandoned(self):
        agent = self.phone(A, "ring")
        dialog = self.from_outside(QUEUE)
        self.assertIsNotNone(agent.wait_call("ringing"))
        self.assertTrue(dialog.wait("up"))
        self.until(lambda: self.follower.hears_ringing(A), "zvond hears it ring")
        yield
        dialog.bye()

    @contextlib.contextmanager
    def transferred(self):
        self.phone(C)
        second = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        second.last().refer("sip:%s@%s" % (C, self.server.ip))
        self.talk(A, C)
        yield
        dialog.bye()

    @contextlib.contextmanager
    def attended(self):
        self.phone(C)
        second = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        held = second.last()
        held.hold()
        consultation = self.dial(second, C)
        self.talk(B, C)
        yield
        held.refer_replaces(consultation)
        self.talk(A, C)
        dialog.bye()

    @contextlib.contextmanager
    def parked(self):
        second = self.phone(B)
        third = self.phone(C)
        self.dial(self.phone(A), B)
        self.talk(A, B)
        yield
        second.last().refer("sip:%s@%s" % (PARKING, self.server.ip))
        space = self.seen("ParkedCall").get("ParkingSpace")
        second.last().bye()
        self.dial(third, space)
        self.talk(A, C)
        third.last().bye()

    @contextlib.contextmanager
    def recorded(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), "2" + B)
        self.talk(A, B)
        yield
        dialog.bye()

    @contextlib.contextmanager
    def picked_up(self):
        self.phone(B, "ring")
        before = self.raw().channel(B)
        self.dial(self.phone(A), B)
        self.until(lambda: self.raw().channel(B) != before, "a channel of " + B)
        self.seen("Newstate", Channel=self.raw().channel(B), ChannelStateDesc="Ringing")
        self.until(lambda: self.follower.hears_ringing(B), "zvond hears it ring")
        dialog = self.dial(self.phone(D), "*8" + B)
        self.talk(A, D)
        yield
        dialog.bye()

    def scenes(self):
        """All of them."""
        return (self.answered, self.inbound, self.outbound, self.cancelled, self.busy,
                self.rejected, self.ring_group, self.queue, self.abandoned, self.transferred,
                self.attended, self.recorded, self.picked_up, self.parked)

    # how it goes

    def play(self, away=lambda: None, back=lambda: None):
        """Each scene; `away` in its middle, `back` behind it."""
        for scene in self.scenes():
            with scene():
                away()
            back()
            self.clear()

    def check(self, follower):
        """All calls are there, once, with what is known of them."""
        wait = time.monotonic() + 5
        while not self.all_told(len(self.scenes())) and time.monotonic() < wait:
            time.sleep(0.05)
        wanted = self.summaries()
        self.assertEqual(len(wanted), len(self.scenes()))
        end = time.monotonic() + 15
        while not self.are_there(wanted, follower) and time.monotonic() < end:
            time.sleep(0.2)
        found = self.found(follower)
        self.assertEqual(len(found), len(wanted), "\n".join(
            "%s %s %s" % (one["sources"], as_scene(one), sorted(ids_of(one))) for one in found))
        for one in wanted:
            hits = self.hits(one, follower)
            self.assertEqual(len(hits), 1, (as_scene(one), hits))
            with self.subTest(call=as_scene(one)):
                self.assertEqual(self.known(hits[0]), self.known(one), as_scene(hits[0]))

    def found(self, follower):
        """Our calls in the history."""
        ours = set(self.raw().channels.values())
        return [one for one in follower.calls().values() if ids_of(one) & ours]

    def hits(self, wanted, follower):
        """Those of the history that have a channel of that call."""
        channels = {self.raw().channels[leg["channel"]] for leg in wanted["legs"]}
        return [one for one in self.found(follower) if ids_of(one) & channels]

    def are_there(self, wanted, follower):
        """Is each call there, and, if its end was not seen, told by the CDR?"""
        return all(len(found) == 1 and "cdr" in found[0]["sources"]
                   for found in (self.hits(one, follower) for one in wanted))

    def known(self, call):
        """What the CDR tells, too. It calls a refusal (SIP 603) no answer; it does not tell
        whose phone rang when a queue's caller left; and with a pickup the phone that rang has
        answered."""
        result = "no_answer" if call["result"] == "rejected" else call["result"]
        to = None if result == "abandoned" else call["to"]["number"]
        return (call["direction"], call["from"]["number"], to, call["did"], call["queue"], result,
                [(one["kind"], one["by"], one["to"]) for one in call["transfers"]],
                call["picked_up_by"], call["parked"])

    def test_dead_all_the_time(self):
        follower = self.make_follower()
        follower.kill()
        self.play()
        follower.start()
        self.check(follower)

    def test_killed_in_the_middle(self):
        follower = self.make_follower()
        self.play(follower.kill, follower.start)
        self.check(follower)

    def test_killed_and_back_at_once(self):
        follower = self.make_follower()

        def again():
            follower.kill()
            follower.start()
        self.play(again)
        self.check(follower)

    def test_cut_off(self):
        follower = self.make_follower()

        def join():
            self.relay.join()
            follower.zvond.wait_synced()
        self.play(self.relay.cut, join)
        self.check(follower)
