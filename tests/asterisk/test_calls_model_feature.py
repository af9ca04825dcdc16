"""Hold, pickup, parking, conferences, recordings, keys."""

import time

from lab import both_versions
from scene import (A, B, C, MONITOR, PARKING, ROOM, SceneTest, call, callee, caller)


@both_versions
class CallsModelHold(SceneTest):
    """Who puts whom on hold."""

    def test_both_in_turn(self):
        other = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        for number, one in enumerate((dialog, other.last()), 1):
            one.hold()
            self.seen("Hold", number)
            one.unhold()
            self.seen("Unhold", number)
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))
        self.assertEqual(self.told("leg.held", "leg", "state"), [(A, "held"), (B, "held")])
        self.assertEqual(self.told("leg.resumed", "leg", "state"),
                         [(A, "talking"), (B, "talking")])

    def test_hung_up_on_hold(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        dialog.hold()
        self.seen("Hold")
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))
        self.assertEqual(self.told("leg.held", "leg"), [(A,)])

    def test_by_feature_code(self):
        """*2 puts the other side on hold before it asks for a number; C is busy."""
        self.phone(C, 486)
        other = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        self.press(other.last(), "*2")
        self.seen("Hold", Channel=self.channel(B))
        self.seen("MusicOnHoldStart", Channel=self.channel(A))
        self.press(other.last(), C)
        self.seen("Unhold", Channel=self.channel(B))
        self.talk(A, B)
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), callee(C, "busy"),
                         talked=[A, B]))
        self.assertEqual(self.told("leg.held", "leg"), [(B,)])
        self.assertEqual(self.told("leg.resumed", "leg"), [(B,)])
        self.assertEqual(self.told("leg.dtmf", "leg", "digit"),
                         [(B, digit) for digit in "*2" + C])


@both_versions
class CallsModelPickup(SceneTest):
    """A calls B, and C takes it."""

    def ring(self):
        """B rings."""
        self.phone(B, "ring")
        self.first = self.dial(self.phone(A), B)
        self.seen("Newstate", ChannelStateDesc="Ringing")

    def picked_up(self, number):
        """C dials that, and has the call."""
        self.ring()
        self.dial(self.phone(C), number)
        self.talk(A, C)
        self.first.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B, "answered_elsewhere"),
                         callee(C, rang=False), picked_up_by=C, talked=[A, C]))
        self.assertEqual(self.told("call.picked_up", "by"), [(C,)])

    def test_by_number(self):
        self.picked_up("*8" + B)

    def test_of_the_group(self):
        self.picked_up("*8")

    def test_nothing_to_pick_up(self):
        """C asks for the call of a phone that does not ring; A's call goes on."""
        self.ring()
        self.assertTrue(self.dial(self.phone(C), "*8" + A).wait("done"))
        self.first.cancel()
        self.assertTrue(self.first.wait("done"))
        self.expect(call(A, B, "cancelled", caller(A, "cancelled"), callee(B, "cancelled")),
                    call(C, "*8" + A, "failed", caller(C, "failed")))


@both_versions
class CallsModelParking(SceneTest):
    """A calls B, and is parked."""

    def begin(self):
        """A and B talk."""
        self.second = self.phone(B)
        self.first = self.dial(self.phone(A), B)
        self.talk(A, B)

    def test_by_ami_and_retrieved(self):
        self.begin()
        third = self.phone(C)
        self.action("Park", Channel=self.channel(A), TimeoutChannel=self.channel(B),
                    Timeout="30000")
        space = self.seen("ParkedCall").get("ParkingSpace")
        self.second.last().bye()
        self.dial(third, space)
        self.talk(A, C)
        third.last().bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), callee(C, rang=False),
                         parked=True, talked=[A, B, C]))
        self.assertEqual(self.told("call.parked", "leg", "space"), [(A, space)])
        self.assertEqual(self.told("call.retrieved", "by", "space"), [(C, space)])

    def test_by_phone_and_nobody_comes(self):
        """It goes back to B, who parked it."""
        self.begin()
        self.second.last().refer("sip:%s@%s" % (PARKING, self.server.ip))
        space = self.seen("ParkedCall").get("ParkingSpace")
        self.second.last().bye()
        self.seen("ParkedCallTimeOut")
        self.talk(A, B)
        self.first.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), callee(B), parked=True,
                         talked=[A, B]))
        self.assertEqual(self.told("call.parked", "leg", "by", "space"), [(A, B, space)])
        self.assertEqual(self.told("call.retrieved", "by", "space"), [(None, space)])

    def test_caller_gives_up(self):
        self.begin()
        self.second.last().refer("sip:%s@%s" % (PARKING, self.server.ip))
        self.seen("ParkedCall")
        self.first.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), parked=True, talked=[A, B]))
        self.assertEqual(self.told("call.retrieved", "by"), [])

    def test_parks_itself(self):
        """A line dials the parking place, and hangs up there."""
        self.first = self.dial(self.phone(A), "7000")
        self.seen("ParkedCall")
        self.first.bye()
        self.expect(call(A, "7000", "answered", caller(A), parked=True))


@both_versions
class CallsModelConference(SceneTest):
    """Three lines in one room."""

    def enter(self, line):
        """The line dials the room."""
        dialog = self.dial(self.phone(line), ROOM)
        self.seen("ConfbridgeJoin", Channel=self.channel_of(dialog, line))
        return dialog

    def channel_of(self, dialog, line):
        """Its channel, when it is up."""
        self.assertTrue(dialog.wait("up"))
        return self.channel(line)

    def test_three(self):
        first, _, third = (self.enter(line) for line in (A, B, C))
        self.talk(A, B, C)
        self.action("ConfbridgeStartRecord", Conference=ROOM)
        self.seen("ConfbridgeRecord", Conference=ROOM)
        self.action("ConfbridgeStopRecord", Conference=ROOM)
        self.seen("ConfbridgeStopRecord", Conference=ROOM)
        self.action("ConfbridgeKick", Conference=ROOM, Channel=self.channel(B))
        self.talk(A, C)
        third.bye()
        self.seen("ConfbridgeLeave", Channel=self.channel(C))
        first.bye()
        self.expect(call(A, ROOM, "answered", caller(A), caller(B), caller(C),
                         talked=[A, B, C]))
        self.assertEqual(self.told("call.conferenced", "leg", "space"),
                         [(A, ROOM), (B, ROOM), (C, ROOM)])
        # Asterisk adds the time to the file's name, and tells nobody (16, 22)
        self.assertEqual(self.told("recording.started", "file"), [(None,)])
        self.assertEqual(self.told("recording.stopped", "file"), [(None,)])

    def test_alone(self):
        self.enter(A).bye()
        self.expect(call(A, ROOM, "answered", caller(A)))


@both_versions
class CallsModelRecording(SceneTest):
    """A calls B, and it is recorded."""

    def recorded(self, number, *files):
        """What became of it; every file was begun and finished."""
        self.expect(call(A, number, "answered", caller(A), callee(B), recordings=list(files),
                         talked=[A, B]))
        self.assertEqual(self.told("recording.started", "file"), [(file,) for file in files])
        self.assertEqual({file for file, in self.told("recording.stopped", "file")}, set(files))

    def test_by_dialplan_and_by_ami(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), "2" + B)
        self.talk(A, B)
        channel = self.channel(A)
        second = "%sвторой-%s.wav" % (MONITOR, A)
        self.action("MixMonitor", Channel=channel, File=second, Options="b")
        self.seen("MixMonitorStart", 2)
        self.action("StopMixMonitor", Channel=channel)
        dialog.bye()
        first = MONITOR + self.raw().channels[channel] + ".wav"
        self.recorded("2" + B, first, second)

    def test_one_touch(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        self.press(dialog, "*3")
        file = self.seen("VarSet", Variable="MIXMONITOR_FILENAME").get("Value")
        self.press(dialog, "*3")
        self.seen("MixMonitorStop")
        dialog.bye()
        self.recorded(B, file)
        self.assertEqual(self.told("leg.dtmf", "leg", "digit"), [(A, "*"), (A, "3")] * 2)


@both_versions
class CallsModelKeys(SceneTest):
    """Keys that a line presses."""

    def test_rfc4733_and_info(self):
        dialog = self.dial(self.phone(A), "600")
        self.assertTrue(dialog.wait("up"))
        self.press(dialog, "12*0")
        dialog.digit("9")
        self.seen("DTMFEnd", 5, Direction="Sent")
        time.sleep(0.1)  # a key that comes too soon is told twice (16, 22)
        dialog.media.press("#")  # ends the echo
        self.assertTrue(dialog.wait("done"))
        self.expect(call(A, "600", "answered", caller(A)))
        self.assertEqual(self.told("leg.dtmf", "leg", "digit"),
                         [(A, digit) for digit in "12*09#"])
