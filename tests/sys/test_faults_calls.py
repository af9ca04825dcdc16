"""Faults 005-007, 016, 024, 025, 028 of `zvon calls URL`: what a PBX and its connection do to
the calls that are going on."""

import contextlib
import random
import time
import unittest

from ajam_common import KINDS, url

import cli
import pbx as fake
from ajam import Ajam
from calls import Calls
from cli import SLOW, CliTest, Running
from pbx import ALL_CLASSES, Account, Pbx

LISTS = ("Status", "CoreShowChannels")


class CallsTest(CliTest):
    """A PBX with calls, and somebody who follows them."""

    def play(self, **options):
        pbx = self.start(Pbx(**options))
        return pbx, Calls(pbx)

    def follow(self, pbx, env=None):
        return self.start(Running("calls", cli.url(pbx.port), "--format", "json", env=env))

    def events(self, running, name, **wanted):
        """What was told so."""
        return [p for p in running.packets if p and p.get("event") == name
                and all(p.get(key) == value for key, value in wanted.items())]

    def saw(self, running, name, count=1, seconds=10, **wanted):
        """Wait until so many such events were told; exactly so many."""
        running.wait_until(
            lambda: len(self.events(running, name, **wanted)) >= count, seconds)
        self.assertEqual(len(self.events(running, name, **wanted)), count,
                         f"{name} {wanted}: {running.packets} {running}")

    def told_at(self, running, name):
        """When the last such event was printed."""
        return max(at for at, p in running.lines if p and p.get("event") == name)

    def asked(self, pbx, name):
        return len(pbx.ledger.packets(name))


class StartTest(CallsTest):
    def were_there(self, pbx, calls, running):
        """One talks, one rings, and that one ends."""
        self.saw(running, "call.started", 2)
        self.saw(running, "call.answered", 1)
        self.saw(running, "leg.ringing", 1)
        calls.aloud().hang_up(calls.ringing)
        self.saw(running, "call.ended", 1, call=calls.ringing[0].unique_id)
        self.assertEqual(self.events(running, "call.ended")[0]["result"], "cancelled")

    def test_calls_that_were_there(self):
        pbx, calls = self.play()
        calls.quietly().answer(calls.dial("101", "102"))
        calls.ringing = calls.dial("103", "104")
        self.were_there(pbx, calls, self.follow(pbx))

    def test_calls_that_were_there_over_http(self):
        """All encodings."""
        for kind in KINDS:
            with self.subTest(kind=kind), contextlib.ExitStack() as stack:
                pbx = stack.enter_context(Pbx())
                ajam = stack.enter_context(Ajam(pbx=pbx))
                calls = Calls(pbx)
                calls.quietly().answer(calls.dial("101", "102"))
                calls.ringing = calls.dial("103", "104")
                running = stack.enter_context(
                    Running("calls", url(ajam, kind), "--format", "json"))
                self.were_there(pbx, calls, running)

    def test_fault_006_fully_booted_comes_late(self):
        """No list before it; what went on meanwhile and before is known then."""
        pbx, calls = self.play(fully_booted=4.0)
        calls.quietly().answer(calls.dial("101", "102"))
        running = self.follow(pbx)
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(3)  # READY comes after 2 s
        self.assertEqual([self.asked(pbx, name) for name in LISTS], [0, 0])
        calls.aloud().dial("103", "104")
        self.saw(running, "call.started", 1)
        self.saw(running, "call.started", 2)
        self.saw(running, "call.answered", 1)
        self.assertGreater(self.asked(pbx, "CoreShowChannels"), 0)

    def test_fault_007_lists_race_with_events(self):
        """Calls come and go while the lists are given, item by item."""
        seed = random.randrange(10**6)
        chance = random.Random(seed)
        pbx, calls = self.play()
        going = [calls.quietly().answer(calls.dial(str(200 + i), str(300 + i)))
                 for i in range(20)]
        calls.aloud()

        def list_slowly(session, action):
            """As it is now; then things change while it is sent."""
            answer = calls.listing(action.name.lower())
            fake.respond(session, action, "Success", ("EventList", "start"))
            for item in answer.items:
                if chance.random() < 0.5 and going:
                    calls.hang_up(going.pop(chance.randrange(len(going))))
                if chance.random() < 0.5:
                    going.append(calls.answer(calls.dial("500", "600")))
                pbx.list_item(session, action, answer.item, item)
            session.send(fake.packet(("Event", answer.complete), ("EventList", "Complete"),
                                     ("ListItems", len(answer.items)),
                                     ("ActionID", action.id)))

        for name in LISTS:
            pbx.on(name, list_slowly)
        running = self.follow(pbx)
        running.wait_until(lambda: self.asked(pbx, "DeviceStateList"))
        time.sleep(1)
        self.assertEqual(self.open_calls(running), {one[0].unique_id for one in going},
                         f"seed {seed}")
        while going:
            calls.hang_up(going.pop())
        running.wait_until(lambda: not self.open_calls(running))
        self.assertEqual(self.open_calls(running), set(), f"seed {seed}")

    def open_calls(self, running):
        """Each one starts once and ends at most once."""
        started = [p["call"] for p in self.events(running, "call.started")]
        ended = [p["call"] for p in self.events(running, "call.ended")]
        self.assertEqual(len(started), len(set(started)))
        self.assertEqual(len(ended), len(set(ended)))
        return set(started) - set(ended)


class RestartTest(CallsTest):
    def restart(self, first, second):
        """All that was going on ends; what the new one has begins. Seconds after the login."""
        pbx, calls = self.play()
        running = self.follow(pbx)
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(1)
        calls.answer(calls.dial("101", "102"))
        calls.dial("103", "104")
        self.saw(running, "call.started", 2)
        pbx.drop_all()
        calls.restart(second, "2026-11-21 04:00:00")
        calls.quietly().dial("105", "106")
        self.assertTrue(pbx.wait_logins(2, 10 * SLOW), running)
        login = pbx.logins()[1].time
        self.saw(running, "call.ended", 2, reason="pbx_restart")
        ended = self.told_at(running, "call.ended") - login
        self.saw(running, "call.started", 3)
        self.figures(f"ended {ended:.2f} s after the login")
        self.assertLess(ended, 2 * SLOW)
        calls.aloud()
        self.assertEqual(len(self.events(running, "call.ended")), 2)

    def test_fault_005_new_ids(self):
        self.restart(1700000000, 1700009999)

    def test_fault_005_same_ids(self):
        self.restart(1700000000, 1700000000)

    def test_connection_lost_and_the_calls_went_on(self):
        """One ended meanwhile, one began, one is as it was."""
        pbx, calls = self.play()
        running = self.follow(pbx)
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(1)
        stays = calls.answer(calls.dial("101", "102"))
        goes = calls.answer(calls.dial("103", "104"))
        self.saw(running, "call.answered", 2)
        pbx.drop_all()
        calls.quietly().hang_up(goes)
        comes = calls.dial("105", "106")
        calls.aloud()
        self.saw(running, "call.ended", 1, call=goes[0].unique_id, reason="vanished")
        self.saw(running, "call.started", 1, call=comes[0].unique_id)
        calls.hang_up(stays)
        self.saw(running, "call.ended", 1, call=stays[0].unique_id)
        self.saw(running, "call.started", 3)


class PartialTest(CallsTest):
    def test_fault_016_list_without_end(self):
        """What came counts; nothing ends by it; it is asked for again."""
        pbx, calls = self.play()

        def no_end(session, action):
            answer = calls.listing(action.name.lower())
            fake.respond(session, action, "Success", ("EventList", "start"))
            for item in answer.items[:2]:
                pbx.list_item(session, action, answer.item, item)

        calls.quietly().answer(calls.dial("101", "102"))
        calls.answer(calls.dial("103", "104"))
        calls.aloud()
        for name in LISTS:
            pbx.once(name, no_end)
        running = self.follow(pbx)
        self.saw(running, "call.started", 1, seconds=20)
        self.assertEqual(self.events(running, "call.ended"), [])
        self.saw(running, "call.started", 2, seconds=20)
        self.assertEqual(self.events(running, "call.ended"), [])
        self.assertEqual([self.asked(pbx, name) for name in LISTS], [2, 2])

    def test_fault_014_list_without_answer(self):
        pbx, calls = self.play()
        calls.quietly().dial("101", "102")
        pbx.once("CoreShowChannels", fake.swallow)
        running = self.follow(pbx)
        self.saw(running, "call.started", 1, seconds=30)
        self.assertTrue(pbx.ledger.wait_until(
            lambda: self.asked(pbx, "CoreShowChannels") == 2, 30 * SLOW))


class ClockTest(CallsTest):
    def test_fault_024_clock_of_the_pbx_jumps(self):
        """Timestamp goes back an hour in a call; no time of the call is negative."""
        pbx, calls = self.play()
        running = self.follow(pbx)
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(1)
        now = time.time() + 600
        caller = calls.new("101", 4, exten="102")
        calls.quietly()
        callee = calls.new("102", 5, caller)
        calls.aloud()
        for name, at in (("Newchannel", now), ("Newstate", now + 1), ("Newstate", now - 3600)):
            calls.tell(name, callee, timestamp=f"{at:.6f}")
        calls.answer((caller, callee))
        time.sleep(0.1)
        calls.hang_up((caller, callee))
        self.saw(running, "call.ended", 1)
        moments = [p["ms"] for p in running.packets]
        self.assertEqual(moments, sorted(moments))


class LifeTest(CallsTest):
    def test_fault_025_reload_unload_shutdown(self):
        """A reload and an unloaded module change nothing; after a shutdown all ends."""
        pbx, calls = self.play()
        running = self.follow(pbx)
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        time.sleep(1)
        call = calls.answer(calls.dial("101", "102"))
        self.saw(running, "call.answered", 1)
        pbx.event("Reload", ("Module", "All"), ("Status", "0"), classes="system")
        pbx.event("Unload", ("Module", "app_queue.so"), ("Status", "Success"),
                  classes="system")
        self.saw(running, "server.state", 1, state="reload")
        calls.answer(calls.dial("103", "104"))
        self.saw(running, "call.answered", 2)
        self.assertEqual(self.events(running, "call.ended"), [])
        del pbx.lists["queuestatus"]  # its module is gone
        pbx.event("Shutdown", ("Shutdown", "Cleanly"), ("Restart", "True"), classes="system")
        self.saw(running, "server.state", 1, state="shutdown")
        pbx.drop_all()
        calls.restart(1700009999, "2026-11-21 05:00:00")
        self.saw(running, "call.ended", 2, reason="pbx_restart")
        self.assertEqual(call[0].bridge, "bridge-" + call[0].unique_id)


class RightsTest(CallsTest):
    def messages(self, *words, read=ALL_CLASSES, write=ALL_CLASSES, seconds=10):
        """Wait until the program has said so, once."""
        pbx, calls = self.play(accounts={"crm": Account("secret", read=read, write=write)})
        running = self.follow(pbx)
        for word in words:
            running.wait_until(lambda: word in "".join(t for _, t in running.messages),
                               seconds)
            self.assertEqual(running.stderr.count(word), 1, running)
        return pbx, calls, running

    def test_fault_028_no_read_class_call(self):
        self.messages("no read class call", read=ALL_CLASSES - {"call"})

    def test_fault_028_no_write_class_for_the_lists(self):
        self.messages("system, call, reporting",
                      write=ALL_CLASSES - {"system", "call", "reporting"})

    def test_fault_028_nothing_is_missing(self):
        _, _, running = self.messages("connected to")
        time.sleep(1)
        self.assertNotIn("class", running.stderr)

    def test_fault_028_who_may_not_ask_for_rights(self):
        """Calls come and go in the lists alone: the class is named all the same."""
        pbx, calls, running = self.messages(
            "connected to", read=ALL_CLASSES - {"call"}, write=ALL_CLASSES - {"command"})
        self.assertTrue(pbx.ledger.wait_until(
            lambda: self.asked(pbx, "DeviceStateList") == 1, 10 * SLOW))
        calls.dial("101", "102")
        self.saw(running, "call.started", 1, seconds=40)
        calls.dial("103", "104")  # the first may have been there for the first lists
        running.wait_until(lambda: "read class call" in running.stderr, 40)
        self.assertEqual(running.stderr.count("read class call"), 1, running)


if __name__ == "__main__":
    unittest.main()
