"""Calls that are transferred: by the phone, by a feature code, by AMI."""

from lab import both_versions
from scene import A, B, C, SceneTest, attended, blind, call, callee, caller


class Transfer(SceneTest):
    """A calls B, and B transfers A to C."""

    def begin(self, mode="answer", **more):
        """A and B talk, C is there; returns the phones of B and C and A's dialog."""
        self.third = self.phone(C, mode, **more)
        self.second = self.phone(B)
        self.first = self.dial(self.phone(A), B)
        self.talk(A, B)

    def codes(self, code):
        """B presses a feature code and the number, in time with the server's prompt."""
        self.press(self.second.last(), code)
        self.seen("MusicOnHoldStart", Channel=self.channel(A))
        self.press(self.second.last(), C)

    def moved(self, *transfers, legs=(), talked=(A, B, C), second=callee(B), third=callee(C)):
        """What became of it."""
        self.expect(call(A, B, "answered", caller(A), second, *legs, third,
                         transfers=list(transfers), talked=list(talked)))
        self.assertEqual(
            self.told("call.transferred", "kind", "by", "to_line"),
            [(one["kind"], one["by"], one["to"]) for one in transfers])


@both_versions
class CallsModelBlind(Transfer):
    """Blind transfers."""

    def end(self):
        """A talks with C and hangs up."""
        self.talk(A, C)
        self.first.bye()
        self.moved(blind(B, C))

    def test_by_phone(self):
        self.begin()
        self.second.last().refer("sip:%s@%s" % (C, self.server.ip))
        self.end()

    def test_by_code(self):
        self.begin()
        self.codes("#1")
        self.end()

    def test_by_ami(self):
        self.begin()
        self.action("BlindTransfer", Channel=self.channel(B), Context="internal", Exten=C)
        self.end()

    def test_by_caller(self):
        """The caller transfers the callee."""
        self.begin()
        self.first.refer("sip:%s@%s" % (C, self.server.ip))
        self.talk(B, C)
        self.third.last().bye()
        self.moved(blind(A, C))

    def test_to_a_busy_phone(self):
        self.begin(486)
        self.second.last().refer("sip:%s@%s" % (C, self.server.ip))
        self.assertTrue(self.first.wait("done"))
        self.moved(blind(B, C), talked=(A, B), third=callee(C, "busy"))


@both_versions
class CallsModelAttended(Transfer):
    """Attended transfers: B talks with C first."""

    def end(self, *legs):
        """A talks with C and hangs up."""
        self.talk(A, C)
        self.first.bye()
        self.moved(attended(B, C), legs=legs)

    def consult_and_leave(self):
        """B talks with C, then hangs up."""
        self.talk(B, C)
        self.second.last().bye()

    def test_by_phone(self):
        self.begin()
        held = self.second.last()
        held.hold()
        consultation = self.dial(self.second, C)
        self.talk(B, C)
        held.refer_replaces(consultation)
        self.end(caller(B))

    def test_by_code(self):
        self.begin()
        self.codes("*2")
        self.consult_and_leave()
        self.end()

    def test_by_ami(self):
        self.begin()
        self.action("Atxfer", Channel=self.channel(B), Context="internal", Exten=C)
        self.consult_and_leave()
        self.end()

    def test_cancelled_by_ami(self):
        self.begin("ring")
        self.action("Atxfer", Channel=self.channel(B), Context="internal", Exten=C)
        self.assertIsNotNone(self.third.wait_call("ringing"))
        self.seen("Newstate", Channel=self.channel(C), ChannelStateDesc="Ringing")
        self.action("CancelAtxfer", Channel=self.channel(B))
        self.talk(A, B)
        self.until(lambda: (C,) in self.told("leg.ended", "leg"), "the end of the third leg")
        self.first.bye()
        self.moved(talked=(A, B), third=callee(C, "cancelled"))

    def test_third_is_busy(self):
        self.begin(486)
        self.action("Atxfer", Channel=self.channel(B), Context="internal", Exten=C)
        self.seen("Hangup", Channel=self.seen("Newchannel", CallerIDNum=C).get("Channel"))
        self.talk(A, B)
        self.first.bye()
        self.moved(talked=(A, B), third=callee(C, "busy"))

    def test_consultation_without_transfer(self):
        """B talks with C on a second line, and goes back to A: two calls."""
        self.begin()
        held = self.second.last()
        held.hold()
        consultation = self.dial(self.second, C)
        self.talk(B, C)
        consultation.bye()
        self.seen("Hangup", Channel=self.channel(C))
        held.unhold()
        self.talk(A, B)
        self.first.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]),
                    call(B, C, "answered", caller(B), callee(C), talked=[B, C]))
