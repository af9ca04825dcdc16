"""Calls between two, and calls to several at once: what `zvon calls` makes of them."""

from lab import both_versions
from scene import (A, B, C, DIRECT, GROUP, NOBODY, OUT, OUTSIDE, SHORT_GROUP, TRUNK, SceneTest,
                   call, callee, caller, inbound)


@both_versions
class CallsModelBasic(SceneTest):
    """A calls B."""

    def call_b(self, mode="answer", **more):
        """A calls B, who does that; returns both dialog and the other phone."""
        other = self.phone(B, mode, **more)
        return self.dial(self.phone(A), B), other

    def test_caller_hangs_up(self):
        dialog, _ = self.call_b()
        self.talk(A, B)
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))

    def test_callee_hangs_up(self):
        dialog, other = self.call_b()
        self.talk(A, B)
        other.last().bye()
        self.assertTrue(dialog.wait("done"))
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))
        self.assertEqual(self.told("call.started", "state"), [("ringing",)])
        self.assertEqual(self.told("leg.ringing", "leg"), [(B,)])
        self.assertEqual(self.told("leg.answered", "leg"), [(B,), (A,)])
        self.assertEqual(self.states_of(A)[-3:], ["dialing", "talking", "idle"])
        self.assertEqual(self.states_of(B)[-3:], ["ringing", "talking", "idle"])

    def failed(self, word, mode, rang=True, **more):
        """A call that comes to nothing."""
        dialog, _ = self.call_b(mode, **more)
        self.assertTrue(dialog.wait("done"))
        self.expect(call(A, B, word, caller(A, word), callee(B, word, rang)))

    def test_busy(self):
        self.failed("busy", 486)

    def test_busy_without_ringing(self):
        self.failed("busy", 486, rang=False, delay=None)

    def test_declined(self):
        self.failed("rejected", 603)

    def test_congestion(self):
        self.failed("congestion", 503)

    def test_no_answer(self):
        self.phone(B, "ring")
        self.assertTrue(self.dial(self.phone(A), "5" + B).wait("done"))
        self.expect(call(A, "5" + B, "no_answer", caller(A, "no_answer"),
                         callee(B, "no_answer")))

    def test_no_answer_without_ringing(self):
        """Nothing comes back from that phone."""
        self.assertTrue(self.dial(self.phone(A), "5" + NOBODY).wait("done"))
        self.expect(call(A, "5" + NOBODY, "no_answer", caller(A, "no_answer"),
                         callee(NOBODY, "no_answer", rang=False)))

    def test_cancelled(self):
        dialog, other = self.call_b("ring")
        self.assertIsNotNone(other.wait_call("ringing"))
        self.seen("Newstate", ChannelStateDesc="Ringing")
        dialog.cancel()
        self.assertTrue(dialog.wait("done"))
        self.expect(call(A, B, "cancelled", caller(A, "cancelled"), callee(B, "cancelled")))

    def test_unknown_number(self):
        """PJSIP refuses it before there is a channel: the server tells nothing."""
        dialog = self.dial(self.phone(A), "999")
        self.assertTrue(dialog.wait("done"))
        self.assertEqual(dialog.code, 404)
        self.expect()

    def test_dialplan_alone(self):
        """Busy, congestion, a hang-up by cause, and an answer, without calling anybody."""
        phone = self.phone(A)
        for number in ("602", "603", "605", "604"):
            self.assertTrue(self.dial(phone, number).wait("done"))
        self.expect(*(call(A, number, word, caller(A, word)) for number, word in (
            ("602", "busy"), ("603", "congestion"), ("605", "congestion"), ("604", "answered"))))

    def test_forwarded(self):
        self.phone(C)
        dialog, _ = self.call_b("sip:%s@%s" % (C, self.server.ip))
        self.talk(A, C)
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B, "answered_elsewhere"),
                         callee(C), talked=[A, C]))

    def test_name_that_the_phone_gives(self):
        """A line shows what its endpoint is called, not what the phone claims."""
        self.phone(B)
        dialog = self.dial(self.phone(A), B, name="Самозванец")
        self.talk(A, B)
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))

    def test_out(self):
        self.phone(TRUNK)
        dialog = self.dial(self.phone(A), OUT + OUTSIDE)
        self.talk(A, TRUNK)
        dialog.bye()
        self.expect(call(A, OUT + OUTSIDE, "answered", caller(A), callee(TRUNK),
                         direction="out", talked=[A, OUTSIDE]))

    def test_out_busy(self):
        self.phone(TRUNK, 486)
        self.assertTrue(self.dial(self.phone(A), OUT + OUTSIDE).wait("done"))
        self.expect(call(A, OUT + OUTSIDE, "busy", caller(A, "busy"), callee(TRUNK, "busy"),
                         direction="out"))


@both_versions
class CallsModelInbound(SceneTest):
    """A call from the provider."""

    def test_one(self):
        self.phone(A)
        dialog = self.from_outside(DIRECT, "Иван Петров")
        self.talk(TRUNK, A)
        dialog.bye()
        self.expect(inbound(A, DIRECT, "answered", caller(TRUNK), callee(A),
                            name="Иван Петров", talked=[OUTSIDE, A]))

    def test_awkward_name(self):
        name = "ООО 'Ромашка' & <Co>, \\\\; %s"  # AMI escapes quotes and backslashes
        self.phone(A)
        dialog = self.from_outside(DIRECT, name)
        self.talk(TRUNK, A)
        dialog.bye()
        self.expect(inbound(A, DIRECT, "answered", caller(TRUNK), callee(A),
                            name=name, talked=[OUTSIDE, A]))

    def test_anonymous(self):
        self.phone(A)
        dialog = self.from_outside(DIRECT, "Anonymous", "anonymous")
        self.talk(TRUNK, A)
        dialog.bye()
        self.expect(inbound(A, DIRECT, "answered", caller(TRUNK), callee(A), number=None,
                            talked=[A]))

    def test_declined(self):
        self.phone(A, 603)
        self.assertTrue(self.from_outside(DIRECT).wait("done"))
        self.expect(inbound(A, DIRECT, "rejected", caller(TRUNK, "rejected"),
                            callee(A, "rejected")))

    def test_group_one_answers(self):
        self.phone(A, delay=0.3)
        self.phone(B, "ring", pause=0.1)
        dialog = self.from_outside(GROUP)
        self.talk(TRUNK, A)
        dialog.bye()
        self.expect(inbound(A, GROUP, "answered", caller(TRUNK), callee(A),
                            callee(B, "answered_elsewhere"), talked=[OUTSIDE, A]))

    def test_group_second_answers(self):
        self.phone(A, "ring")
        second = self.phone(B, delay=0.2, pause=0.1)
        self.from_outside(GROUP)
        self.talk(TRUNK, B)
        second.last().bye()
        self.expect(inbound(B, GROUP, "answered", caller(TRUNK),
                            callee(A, "answered_elsewhere"), callee(B), talked=[OUTSIDE, B]))

    def test_group_nobody(self):
        self.phone(A, "ring")
        self.phone(B, "ring", pause=0.1)
        self.assertTrue(self.from_outside(SHORT_GROUP).wait("done"))
        self.expect(inbound(A, SHORT_GROUP, "no_answer", caller(TRUNK, "no_answer"),
                            callee(A, "no_answer"), callee(B, "no_answer")))

    def test_group_busy_and_declined(self):
        self.phone(A, 603)
        self.phone(B, 486, pause=0.1)
        self.assertTrue(self.from_outside(GROUP).wait("done"))
        self.expect(inbound(A, GROUP, "busy", caller(TRUNK, "busy"), callee(A, "rejected"),
                            callee(B, "busy")))

    def test_group_caller_cancels(self):
        self.phone(A, "ring")
        self.phone(B, "ring", pause=0.1)
        dialog = self.from_outside(GROUP)
        self.seen("Newstate", 2, ChannelStateDesc="Ringing")
        dialog.cancel()
        self.assertTrue(dialog.wait("done"))
        self.expect(inbound(A, GROUP, "cancelled", caller(TRUNK, "cancelled"),
                            callee(A, "cancelled"), callee(B, "cancelled")))


@both_versions
class CallsModelAjam(SceneTest):
    """The same over HTTP."""

    def url(self):
        return self.server.ajam("rawman")

    def test_answered(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        dialog.hold()
        self.seen("Hold")
        dialog.bye()
        self.expect(call(A, B, "answered", caller(A), callee(B), talked=[A, B]))
        self.assertEqual(self.told("leg.held", "leg"), [(A,)])

    def test_group_busy_and_declined(self):
        self.phone(A, 603)
        self.phone(B, 486, pause=0.1)
        self.assertTrue(self.from_outside(GROUP).wait("done"))
        self.expect(inbound(A, GROUP, "busy", caller(TRUNK, "busy"), callee(A, "rejected"),
                            callee(B, "busy")))
