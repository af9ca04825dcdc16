"""`zvon calls` that comes late, loses the connection, or whose server dies: what it knows is
what goes on there."""

import contextlib
import socket
import threading
import time

from lab import CONNECTED, Relay, both_versions
from scene import (A, B, C, D, OURS, PHONE, QUEUE, ROOM, Calls, SceneTest)

TRIES = 4  # times that the connection is cut


class CutRelay(Relay):
    """A relay whose connections can be cut and held off."""

    def __init__(self, host, port):
        self.open = threading.Event()
        self.open.set()
        super().__init__(host, port)

    def took(self, data):
        """Nothing passes while it is cut."""
        if not self.open.wait(30):
            raise OSError("cut for too long")
        super().took(data)

    def cut(self):
        """From now on nothing passes."""
        self.open.clear()
        for one in self._sockets:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._sockets.clear()

    def join(self):
        """New connections pass again."""
        self.open.set()

    def close(self):
        self.open.set()
        super().close()


class LateTest(SceneTest):
    """The calls are there before somebody follows them."""

    def follow(self, url=None):
        """A further `zvon calls`."""
        late = self.keep(Calls(url or self.server.url()))
        self.assertTrue(late.wait_told(CONNECTED), late.messages)
        return late

    def is_ours(self, event):
        """Of a call of our phones: others may use the server meanwhile."""
        return any(OURS.match(leg["channel"]) for leg in event.get("legs", ()))

    def now(self, calls):
        """Our calls as they were told last, those that have not ended."""
        last = {}
        for event in list(calls.lines):
            if self.is_ours(event):
                last[event["call"]] = event
            if event["event"] == "call.ended":
                last.pop(event["call"], None)
        return last

    def legs(self, calls):
        """{channel: state} of the legs that have not ended."""
        return {leg["channel"]: leg["state"] for call in self.now(calls).values()
                for leg in call["legs"] if leg["state"] != "ended"}

    def listed(self):
        """{channel: state} of our phones, as the server lists them."""
        names = {"6": "up", "5": "ringing", "4": "dialing", "0": "dialing"}
        _, items, _ = self.witness.request_list("CoreShowChannels")
        return {item.get("Channel"): names[item.get("ChannelState")]
                for item in items if PHONE.match(item.get("Channel"))
                and OURS.match(item.get("Channel"))}

    def told_until(self, calls, condition, timeout=8):
        """Waits; if it does not happen, says what was told."""
        end = time.monotonic() + timeout
        while not condition():
            if time.monotonic() > end:
                self.fail("listed: %s, told:\n%s" % (
                    self.listed(), "\n".join("%s %s %s %s" % (
                        event["event"], event.get("call"), event.get("state"),
                        [(leg["channel"], leg["state"]) for leg in event.get("legs", ())])
                        for event in calls.lines)))
            time.sleep(0.02)

    def same(self, calls, timeout=8):
        """Until both agree."""
        self.told_until(calls, lambda: self.legs(calls) == self.listed(), timeout)

    def told(self, calls, name):
        """The events of that name, of our calls."""
        return [event for event in list(calls.lines)
                if event["event"] == name and self.is_ours(event)]

    def state(self, calls, line):
        """The state of the call of that line."""
        return [call["state"] for call in self.now(calls).values()
                if any(leg["line"] == line and leg["state"] != "ended" for leg in call["legs"])]

    def ways(self):
        """AMI, and AJAM."""
        return self.server.url(), self.server.ajam()


@both_versions
class Resync(LateTest):
    """On both servers."""

    def test_talking_waiting_parked_and_in_a_room(self):
        first, second, third = self.phone(A), self.phone(B), self.phone(C)
        self.dial(first, B)
        self.talk(A, B)
        self.dial(third, ROOM)
        self.seen("ConfbridgeJoin")
        waiting = self.from_outside(QUEUE)
        self.seen("QueueCallerJoin")
        self.dial(self.phone(D), "7000")
        self.seen("ParkedCall")
        late = [self.follow(url) for url in self.ways()]
        for calls in late:
            self.told_until(calls, lambda: len(self.now(calls)) == 4, 4)
            self.same(calls)
            self.assertEqual(self.state(calls, A), ["talking"])
            self.assertEqual(self.state(calls, C), ["talking"])
            self.assertEqual(self.told(calls, "call.conferenced")[-1]["space"], ROOM)
            self.assertEqual(self.told(calls, "call.parked")[-1]["leg"]["line"], D)
            queued = [event for event in self.told(calls, "call.queued")
                      if event["did"] == QUEUE]
            self.assertEqual(len(queued), 1)
            self.assertEqual(queued[0]["direction"], "in")
        second.last().bye()
        waiting.bye()
        for calls in late:
            self.same(calls)
        self.clear()
        for calls in late:
            self.told_until(calls, lambda: not self.now(calls))
            started = [event["call"] for event in self.told(calls, "call.started")]
            self.assertEqual(len(started), len(set(started)))
            reasons = {event["reason"] for event in self.told(calls, "call.ended")}
            self.assertLessEqual(reasons, {None})

    def test_ringing(self):
        """It goes on as if it had been seen from the beginning."""
        first, second = self.phone(A), self.phone(B, "ring")
        self.dial(first, B)
        self.until(lambda: second.dialogs, "it rings")
        self.seen("DialState", DialStatus="RINGING")
        late = [self.follow(url) for url in self.ways()]
        for calls in late:
            self.told_until(calls, lambda: self.told(calls, "leg.ringing"))
            self.assertEqual(self.state(calls, A), ["ringing"])
            self.same(calls)
        second.last().answer()
        self.talk(A, B)
        for calls in late:
            self.told_until(calls, lambda: self.told(calls, "call.answered"))
            (event,) = self.told(calls, "call.answered")
            self.assertEqual((event["from"]["number"], event["to"]["number"],
                              event["leg"]["line"]), (A, B, B))

    def test_cut_again_and_again(self):
        """Calls end and begin while the connection is away."""
        relay = self.keep(CutRelay(self.server.ip, 5038))
        calls = self.follow("ami://lab@127.0.0.1:%d" % relay.port)
        phones = {line: self.phone(line) for line in (A, B, C, D)}
        stays = self.dial(phones[A], B)
        self.talk(A, B)
        self.same(calls)
        for number in range(TRIES):
            goes = self.dial(phones[C], D)
            self.assertTrue(goes.wait("up"))
            self.same(calls)
            relay.cut()
            goes.bye()
            goes.wait("done")
            comes = self.dial(phones[D], ROOM if number % 2 else C)
            self.assertTrue(comes.wait("up"))
            relay.join()
            self.assertTrue(calls.wait_told(CONNECTED, number + 2, 15), calls.messages)
            self.same(calls)
            comes.bye()
            self.same(calls)
        stays.bye()
        self.told_until(calls, lambda: not self.now(calls))
        self.assertEqual(self.listed(), {})
        ended = [event["call"] for event in self.told(calls, "call.ended")]
        started = [event["call"] for event in self.told(calls, "call.started")]
        self.assertEqual(sorted(started), sorted(ended))
        self.assertEqual(len(ended), len(set(ended)))


@both_versions
class Killed(LateTest):
    """Nobody else may use the server meanwhile."""

    beside_others = False

    def test_killed_in_a_call(self):
        first = self.phone(A)
        self.phone(B)
        self.dial(first, B)
        self.talk(A, B)
        self.same(self.calls)
        self.opened, phones = [], self.opened
        self.server.run("kill")
        for phone in phones:
            phone.close()
        time.sleep(0.5)
        self.server.run("start")
        self.assertTrue(self.calls.wait_told(CONNECTED, 2, 40), self.calls.messages)
        self.told_until(self.calls, lambda: not self.now(self.calls), 10)
        ended = [event for event in self.told(self.calls, "call.ended")]
        self.assertEqual([event["reason"] for event in ended], ["pbx_restart"])
        self.witness = self.keep(self.server.witness(events="on"))
        self._raw.channels.clear()
        self.dial(self.phone(A), "600")  # and it goes on
        self.told_until(self.calls, lambda: len(self.now(self.calls)) == 1)


if __name__ == "__main__":
    import unittest
    unittest.main()
