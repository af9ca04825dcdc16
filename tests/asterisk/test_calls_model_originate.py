"""Calls that the server makes by order: click-to-call, Local channels, a hundred at once."""

import re
import threading

from lab import both_versions, run_zvon, versions
from scene import A, B, OUT, OUTSIDE, TRUNK, SceneTest, call, callee, caller


@both_versions
class CallsModelClick(SceneTest):
    """`zvon originate` and `zvon calls` tell the same of a call."""

    def click(self, word, *legs, to=B, script=None, options=(), **more):
        """A clicks; the result is that word, and the same in both programs."""
        done = []
        thread = threading.Thread(target=lambda: done.append(run_zvon(
            "originate", self.server.url(), "--from", "PJSIP/" + A, "--to", to, "--context",
            "internal", *options, timeout=30)))
        thread.start()
        if script:
            script()
        thread.join(30)
        steps = done[0].json()
        self.assertEqual(steps[-1].get("result"), word, done[0])
        self.expect(call(A, to, word, caller(A, word, rang=True, **own_phone(legs)), *legs,
                         **more))
        self.assertEqual({step["call"] for step in steps}, {self.events()[0]["call"]})

    def hang_up(self, line):
        """That line talks with A, and hangs up."""
        def script():
            self.talk(A, line)
            self.opened[1].last().bye()
        return script

    def test_answered(self):
        self.phone(A)
        self.phone(B)
        self.click("answered", callee(B), script=self.hang_up(B), talked=[A, B])

    def test_answered_outside(self):
        self.phone(A)
        self.phone(TRUNK)
        self.click("answered", callee(TRUNK), to=OUT + OUTSIDE, script=self.hang_up(TRUNK),
                   direction="out", talked=[A, OUTSIDE])

    def test_caller_id_of_the_click_is_not_the_caller(self):
        self.phone(A)
        self.phone(B)
        self.click("answered", callee(B), script=self.hang_up(B), talked=[A, B],
                   options=("--caller-id", "Клиент <%s>" % OUTSIDE))

    def test_own_phone_busy(self):
        self.phone(A, 486)
        self.click("busy")

    def test_own_phone_declines(self):
        self.phone(A, 603)
        self.click("rejected")

    def test_own_phone_is_not_answered(self):
        self.phone(A, "ring")
        self.click("no_answer", options=("--ring-timeout", "1"))

    def test_far_busy(self):
        self.phone(A)
        self.phone(B, 486)
        self.click("busy", callee(B, "busy"))

    def test_far_declines(self):
        self.phone(A)
        self.phone(B, 603)
        self.click("rejected", callee(B, "rejected"))

    def test_far_does_not_answer(self):
        self.phone(A)
        self.phone(B, "ring")
        self.click("no_answer", callee(B, "no_answer"), to="5" + B)

    def test_cancelled(self):
        own = self.phone(A)
        self.phone(B, "ring")

        def script():
            self.seen("Newstate", Channel=self.channel(B), ChannelStateDesc="Ringing")
            own.last().bye()
        self.click("cancelled", callee(B, "cancelled"), script=script)

    def test_local(self):
        """By Local channels: only the two phones are in the call."""
        self.phone(A)
        other = self.phone(B)
        self.action("Originate", Channel="Local/%s@internal" % A, Context="internal", Exten=B,
                    Priority="1", CallerID="Click <%s>" % B, Async="true")
        self.talk(A, B)
        other.last().bye()
        self.expect(call(A, B, "answered", caller(A, rang=True), callee(B), talked=[A, B]))


def own_phone(legs):
    """The phone that clicked was up if it came to calling somebody."""
    return {"answered": bool(legs)}


@both_versions
class CallsModelMany(SceneTest):
    """A hundred at once: none is missing, each ends once."""

    COUNT = 100

    def test_hundred_conversations(self):
        first, second = self.phone(A), self.phone(B, delay=0.5)
        dialogs = [self.dial(first, B) for _ in range(self.COUNT)]
        for dialog in dialogs:
            self.assertTrue(dialog.wait("up", 20))
        self.seen("BridgeEnter", 2 * self.COUNT)
        for number, dialog in enumerate(dialogs):
            if number % 2:
                dialog.bye()
        for dialog in list(second.dialogs.values()):
            if dialog.state == "up":
                dialog.bye()
        self.expect(*[call(A, B, "answered", caller(A), callee(B), talked=[A, B])] * self.COUNT)
        self.assertEqual(len(self.raw().channels), 2 * self.COUNT)
        calls = {one["call"] for one in self.summaries()}
        self.until(lambda: self.records() == calls, "a call record of each call")

    def records(self):
        """The calls that the server itself has recorded as answered."""
        return {packet.get("UniqueID") for packet in self.raw().events
                if packet.name == "Cdr" and packet.get("Disposition") == "ANSWERED"}


@both_versions
class CallsModelLocal(SceneTest):
    """A hundred pairs of Local channels: without a phone there is no call."""

    COUNT = 100
    pattern = re.compile("Local/flash@")

    def test_hundred_pairs(self):
        for _ in range(self.COUNT):
            self.witness.send("Originate", {
                "Channel": "Local/flash@internal/n", "Context": "internal", "Exten": "flash",
                "Priority": "1", "Async": "true"})
        self.seen("Hangup", 2 * self.COUNT)
        self.expect()


@versions("16")
class CallsModelOldDriver(SceneTest):
    """chan_sip, which Asterisk 22 has no more."""

    pattern = re.compile("SIP/30[12]-")
    hosts = {"301": "131", "302": "132"}

    def test_click_and_hold(self):
        first, second = self.phone("301"), self.phone("302")
        self.action("Originate", Channel="SIP/301", Context="internal", Exten="302",
                    Priority="1", Async="true")
        self.talk("301", "302")
        second.last().hold()
        self.seen("Hold")
        second.last().unhold()
        self.seen("Unhold")
        first.last().bye()
        self.expect(dict(call("301", "302", "answered", caller("301", rang=True), callee("302"),
                              talked=["301", "302"]),
                         **{"from": {"number": "301", "name": "Sip One"}}))
        self.assertEqual(self.told("leg.held", "leg"), [("302",)])

    def test_busy(self):
        first, _ = self.phone("301"), self.phone("302", 486)
        dialog = self.dial(first, "302", port=5070)
        self.assertTrue(dialog.wait("done"))
        self.expect(dict(call("301", "302", "busy", caller("301", "busy"),
                              callee("302", "busy")),
                         **{"from": {"number": "301", "name": "Sip One"}}))
