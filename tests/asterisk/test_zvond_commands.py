"""Every command of zvon.v1 by the daemon on real servers, held against what the phones and
the server itself say. What needs more rights at Asterisk: test_zvond_more.py."""

import time

from desk import A, B, C, D, NOBODY, SIP, Browser, DaemonTest
from lab import both_versions
from phone import SILENCE, TONE

LOUD = 1000          # a voice, as Media.loudness has it
RINGS_SHORT = "5"    # before a line: it rings for 3 s
EXTERNAL = "74951200008"  # from the provider to queue office2, which B is a member of


@both_versions
class ZvondCommands(DaemonTest):
    """The tests of one command stand together."""

    # ---- call.make ---------------------------------------------------------------------

    def test_make(self):
        self.phone(A)
        far = self.phone(B)
        browser = self.browser(A)
        number = browser.order("call.make", to=B)
        found = self.result(A, "call.make", number)
        self.assertEqual((found["ok"], found["result"], found["side"]), (True, "answered", "far"))
        progress = browser.wait(lambda one: one["type"] == "progress" and one["id"] == number)
        self.assertEqual(progress["call"], found["call"])
        self.assertEqual(self.event("call.answered")["call"], found["call"])
        self.together(A, B)
        far.last().bye()
        self.assertEqual(self.event("call.ended")["result"], "answered")

    def make(self, name, to, **args):
        """Begins a call; gives what it came to, when it is asked."""
        number = self.browser(name).order("call.make", to=to, **args)

        def outcome():
            found = self.result(name, "call.make", number)
            self.assertTrue(found["ok"], found)
            return found["side"], found["result"]
        return outcome

    def one_end(self, result):
        """There was one call, and it ended once, so."""
        self.event("call.ended")
        ends = [one["result"] for one in self.told() if one["event"] == "call.ended"]
        self.assertEqual(ends, [result])
        self.assertEqual(len([one for one in self.told() if one["event"] == "call.started"]), 1)

    def test_make_far_busy(self):
        self.phone(A), self.phone(B, 486)
        self.assertEqual(self.make(A, B)(), ("far", "busy"))
        self.one_end("busy")

    def test_make_far_rejects(self):
        self.phone(A), self.phone(B, 603)
        self.assertEqual(self.make(A, B)(), ("far", "rejected"))
        self.one_end("rejected")

    def test_make_own_busy(self):
        self.phone(A, 486)
        self.assertEqual(self.make(A, B)(), ("own", "busy"))
        self.one_end("busy")

    def test_make_own_rejects(self):
        self.phone(A, 603)
        self.assertEqual(self.make(A, B)(), ("own", "rejected"))
        self.one_end("rejected")

    def test_make_no_answer(self):
        """Far, own, and no phone at all, at the same time, as each takes 3 s."""
        self.phone(A), self.phone(B, "ring"), self.phone(C, "ring"), self.phone(D)
        far, own = self.make(A, RINGS_SHORT + B), self.make(C, B)
        nobody, unreachable = self.make(D, RINGS_SHORT + NOBODY), self.make(NOBODY, B)
        self.assertEqual(far(), ("far", "no_answer"))
        self.assertEqual(own(), ("own", "no_answer"))
        self.assertEqual(nobody(), ("far", "no_answer"))
        self.assertEqual(unreachable(), ("own", "no_answer"))
        self.until(lambda: len([one for one in self.told() if one["event"] == "call.ended"]) == 4,
                   "four ends")

    def test_make_by_the_dialplan(self):
        self.phone(A)
        self.assertEqual(self.make(A, "602")(), ("far", "busy"))
        self.assertEqual(self.make(A, "603")(), ("far", "congestion"))

    def test_make_no_such_extension(self):
        self.phone(A)
        error = self.refused("pbx_refused", A, "call.make", to="999777")
        self.assertIn("Extension does not exist", error["message"])
        self.assertEqual(self.told_calls(), [])

    def test_make_auto_answer(self):
        own = self.phone(A)
        self.phone(B)
        self.assertEqual(self.make(A, B, auto_answer=True)(), ("far", "answered"))
        header = own.last().offer.get("alert-info")
        self.assertEqual(header, "info=alert-autoanswer;delay=0")

    def test_make_by_a_local_channel(self):
        own = self.phone(D)
        self.phone(B)
        self.assertEqual(self.make("local", B)()[1], "answered")
        self.assertTrue(own.last().wait("up"))
        self.together(B, D)

    def test_make_by_chan_sip(self):
        """16 has it; 22 has no such driver any more, and says so."""
        own = self.phone(SIP)
        self.phone(B)
        if self.server.version != "16":
            self.assertEqual(self.make("sip", B)(), ("own", "failed"))
            return
        self.assertEqual(self.make("sip", B, auto_answer=True)(), ("far", "answered"))
        header = own.last().offer.get("alert-info")
        self.assertEqual(header, "info=alert-autoanswer;delay=0")

    def test_make_what_the_role_forbids(self):
        self.refused("denied", A, "call.make", to="666")
        self.refused("denied", A, "call.make", to=B, line=C)
        self.refused("bad_argument", "nobody", "call.make", to=B)
        self.assertEqual(self.told_calls(), [])

    def test_make_limits(self):
        self.phone(D, 486)
        for _ in range(2):
            self.make("boss", B)()
        error = self.refused("limit", "boss", "call.make", to=B)
        self.assertGreater(error["retry_ms"], 30000)

    # ---- drop --------------------------------------------------------------------------

    def test_drop(self):
        call = self.talk()
        self.do(A, "call.drop", call=call)
        self.event("call.ended", call=call)
        self.assertTrue(self.first.wait("done"))
        self.assertTrue(self.second.last().wait("done"))
        self.refused("not_found", A, "call.drop", call=call)

    def test_drop_what_rings(self):
        call = self.ringing()
        self.do(B, "call.drop", call=call)
        self.assertTrue(self.second.last().wait("done"))
        self.event("call.ended", call=call)

    def test_drop_by_boss_and_stranger(self):
        call = self.talk()
        self.refused("denied", C, "call.drop", call=call)
        self.do("boss", "call.drop", call=call, line=B)
        self.assertTrue(self.second.last().wait("done"))

    # ---- answer, hold: only where the configuration says so ----------------------------

    def test_hold_and_answer_are_not_configured(self):
        call = self.ringing()
        message = self.refused("not_possible", B, "call.answer", call=call)["message"]
        self.assertIn("notify_answer", message)
        self.second.last().answer()
        self.together(A, B)
        for command in ("call.hold", "call.resume"):
            message = self.refused("not_possible", A, command, call=call)["message"]
            self.assertIn("notify_hold", message)

    def test_hold_by_the_phone(self):
        call = self.talk()
        self.first.hold()
        self.event("leg.held", leg=A, call=call)
        self.first.unhold()
        self.event("leg.resumed", leg=A, call=call)

    # ---- transfer ----------------------------------------------------------------------

    def test_transfer(self):
        call = self.talk()
        third = self.phone(C)
        self.assertIn(self.do(B, "call.transfer", call=call, to=C)["seen"],
                      ("ringing", "answered"))
        self.together(A, C)
        self.assertTrue(self.second.last().wait("done"))
        self.assertTrue(third.last().wait("up"))
        moved = self.event("call.transferred", call=call)
        self.assertEqual((moved["kind"], moved["by"], moved["to_line"]), ("blind", B, C))

    def test_transfer_to_busy(self):
        call = self.talk()
        self.phone(C, 486)
        number = self.browser(B).order("call.transfer", call=call, to=C)
        self.event("leg.ended", leg=C, cause=17)
        self.assertEqual(self.result(B, "call.transfer", number)["seen"], "ringing")

    def test_transfer_to_nowhere(self):
        call = self.talk()
        found = self.result(B, "call.transfer", self.browser(B).order(
            "call.transfer", call=call, to="999777"))
        self.assertFalse(found["ok"])
        self.assertIn(found["error"]["code"], ("failed", "pbx_refused"))

    def test_transfer_to_a_queue(self):
        call = self.talk()
        self.phone(C)
        self.assertEqual(self.do(A, "call.transfer", call=call, to="801")["seen"], "queued")
        self.event("call.queued", call=call, queue="empty")

    def test_transfer_to_a_menu(self):
        """Nobody rings there: it counts when the own phone is out."""
        call = self.talk()
        number = self.browser(A).order("call.transfer", call=call, to="601")
        self.assertTrue(self.first.wait("done"))
        found = self.result(A, "call.transfer", number)
        self.assertEqual((found["ok"], found["seen"]), (True, "moved"))

    # ---- consultation ------------------------------------------------------------------

    def consult(self, mode="answer"):
        """B, who talks with A, asks C; the id of the call."""
        call = self.talk()
        self.third = self.phone(C, mode)
        self.refused("not_possible", B, "call.complete", call=call)
        self.assertIn(self.do(B, "call.consult", call=call, to=C)["seen"],
                      ("ringing", "answered"))
        if mode == "answer":
            self.together(B, C)
        return call

    def test_consult_and_complete(self):
        call = self.consult()
        found = self.do(B, "call.complete", call=call)
        self.assertEqual((found["by"], found["to"]), (B, C))
        self.assertEqual(self.event("call.transferred", call=call)["kind"], "attended")
        self.together(A, C)
        self.assertTrue(self.second.last().wait("done"))

    def test_consult_and_cancel(self):
        call = self.consult()
        self.do(B, "call.cancel", call=call)
        self.event("leg.ended", leg=C)
        self.assertTrue(self.third.last().wait("done"))
        self.together(A, B)
        self.assertEqual(self.first.state, "up")

    def test_cancel_while_it_rings(self):
        call = self.consult("ring")
        self.do(B, "call.cancel", call=call)
        self.event("leg.ended", leg=C, call=call)
        self.assertTrue(self.third.last().wait("done"))
        self.together(A, B)
        self.refused("not_possible", B, "call.cancel", call=call)

    def test_consult_busy(self):
        call = self.talk()
        self.phone(C, 486)
        number = self.browser(B).order("call.consult", call=call, to=C)
        self.event("leg.resumed", leg=B)
        self.assertEqual(self.result(B, "call.consult", number)["seen"], "ringing")
        self.together(A, B)

    # ---- conference, parking, pickup ---------------------------------------------------

    def test_conference(self):
        call = self.talk()
        self.assertEqual(self.do(A, "call.conference", call=call, room="920")["room"], "920")
        self.event("call.conferenced", space="920")
        members = self.until(lambda: len(self.ask("ConfbridgeList", Conference="920")) == 2, "two")
        self.assertTrue(members)

    def test_park(self):
        call = self.talk()
        space = self.do(B, "call.park", call=call)["space"]
        self.event("call.parked", call=call, space=space)
        parked = self.ask("ParkedCalls")
        self.assertEqual([one.get("ParkingSpace") for one in parked], [space])
        self.assertIn("PJSIP/%s-" % A, parked[0].get("ParkeeChannel"))
        self.assertTrue(self.second.last().wait("done"))
        self.assertTrue(self.phone(C).call(space, self.server.ip).wait("up"))
        self.event("call.retrieved", by=C)
        self.together(A, C)

    def test_pickup(self):
        call = self.ringing()
        third = self.phone(D)
        self.do("boss", "call.pickup", call=call)
        self.event("call.picked_up", by=D)
        self.together(A, D)
        self.assertTrue(third.last().wait("up"))
        self.assertTrue(self.second.last().wait("done"))
        self.refused("not_possible", "boss", "call.pickup", call=call)

    def test_pickup_by_nobody(self):
        call = self.ringing()
        self.phone(D, 486)
        self.refused("failed", "boss", "call.pickup", call=call)
        self.assertEqual(self.second.last().state, "ringing")

    # ---- keys, recording, sound --------------------------------------------------------

    def test_dtmf_to_the_dialplan(self):
        self.first = self.phone(A).call("608", self.server.ip)  # reads four keys
        self.assertTrue(self.first.wait("up"))
        call = self.event("leg.answered", leg=A)["call"]
        channel = self.channel(A)
        self.do(A, "call.dtmf", call=call, digits="50*1")
        self.until(lambda: self.witness.request("Getvar", {"Channel": channel, "Variable": "DIG"})
                   .get("Value") == "50*1", "the dialplan has read them")

    def test_dtmf_to_the_other_side(self):
        call = self.talk()
        self.second.last().media.forget()
        self.do(A, "call.dtmf", call=call, digits="12#")
        keys = []
        self.until(lambda: keys.append(self.second.last().media.keys()) or "".join(keys) == "12#",
                   "keys at the other phone")

    def test_record_needs_more_rights(self):
        call = self.talk()
        message = self.refused("pbx_refused", A, "call.record", call=call, action="start")
        self.assertIn("manager.conf", message["message"])

    def heard(self, speaker, listener):
        """How loud the one is at the other; all others are there and silent."""
        listener.media.forget()
        for _ in range(8):
            for dialog in [one for phone in self.opened for one in phone.dialogs.values()
                           if one.state == "up"]:
                dialog.media.say(TONE if dialog is speaker else SILENCE)
            time.sleep(0.02)
        time.sleep(0.05)
        return listener.media.loudness()

    def test_mute(self):
        call = self.talk()
        one, two = self.first, self.second.last()
        for direction in ("in", "out", "all"):
            self.do(A, "call.mute", call=call, on=True, direction=direction)
            self.assertEqual(self.heard(one, two) < LOUD, direction in ("in", "all"), direction)
            self.assertEqual(self.heard(two, one) < LOUD, direction in ("out", "all"), direction)
            self.do(A, "call.mute", call=call, on=False, direction=direction)
            self.assertGreater(self.heard(one, two), LOUD)
            self.assertGreater(self.heard(two, one), LOUD)

    def test_volume(self):
        call = self.talk()
        one, two = self.first, self.second.last()
        before = self.heard(one, two), self.heard(two, one)
        self.do(A, "call.volume", call=call, level=-4, direction="in")
        self.do(A, "call.volume", call=call, level=-4, direction="out")
        self.assertLess(self.heard(one, two), before[0] / 2)
        self.assertLess(self.heard(two, one), before[1] / 2)

    def test_spy(self):
        call = self.talk()
        spy = self.phone(D)
        self.refused("denied", C, "call.spy", call=call)
        for mode, one_hears, two_hears in (("listen", 0, 0), ("whisper", 1, 0), ("barge", 1, 1)):
            self.do("boss", "call.spy", call=call, mode=mode, line=D)
            ear = spy.wait_call("up")
            self.assertIsNotNone(ear)
            self.until(lambda: self.heard(self.first, ear) > LOUD, "the spy hears")
            self.assertEqual(self.heard(ear, self.first) > LOUD, bool(one_hears), mode)
            self.assertEqual(self.heard(ear, self.second.last()) > LOUD, bool(two_hears), mode)
            ear.bye()
            # ChanSpy looks at its own channel when there is something to hear
            self.until(lambda: self.heard(self.first, ear) < LOUD and not self.has_channel(D),
                       "the spy has gone")

    def has_channel(self, line):
        """Is that line in a call, as the server has it?"""
        return any("/%s-" % line in one.get("Channel") for one in self.channels())

    # ---- queues, agents ----------------------------------------------------------------

    def test_queue(self):
        self.addCleanup(self.browser(D).order, "queue.remove", queue="support")
        self.refused("denied", D, "queue.add", queue="sales")
        self.do(D, "queue.add", queue="support", penalty=2)
        member = self.member(D)
        self.assertEqual((member.get("Penalty"), member.get("Name")), ("2", "Человек " + D))
        message = self.refused("pbx_refused", D, "queue.add", queue="support")["message"]
        self.assertIn("Already there", message)
        self.do(D, "queue.pause", on=True, reason="обед", queue="support")
        found = self.event("queue.member", line=D, paused=True)
        self.assertEqual((found["queue"], found["pause_reason"]), ("support", "обед"))
        member = self.member(D)
        self.assertEqual((member.get("Paused"), member.get("PausedReason")), ("1", "обед"))
        self.do(D, "queue.pause", on=False)
        self.assertEqual(self.member(D).get("Paused"), "0")
        self.do(D, "queue.remove", queue="support")
        self.assertIsNone(self.member(D))
        self.refused("pbx_refused", D, "queue.remove", queue="support")

    def test_agent(self):
        self.addCleanup(self.browser(D).order, "queue.remove", queue="support")
        self.do(D, "queue.add", queue="support")
        for command, on, off in (("agent.state", {"state": "break"}, {"state": "ready"}),
                                 ("agent.wrap_up", {"on": True}, {"on": False})):
            self.do(D, command, **on)
            self.until(lambda: self.member(D).get("Paused") == "1", "a pause")
            self.do(D, command, **off)
            self.until(lambda: self.member(D).get("Paused") == "0", "no pause")
        told = [one for one in self.browser(D).messages if one["type"] == "agent"]
        self.assertIn(("break", False), [(one["state"], one["wrap_up"]) for one in told])
        self.assertIn(("ready", True), [(one["state"], one["wrap_up"]) for one in told])
        self.do(D, "queue.remove", queue="support")

    def test_line_dnd_needs_more_rights(self):
        error = self.refused("pbx_refused", C, "line.dnd", on=True)
        self.assertIn("manager.conf", error["message"])

    def test_raw_action(self):
        self.talk()
        found = self.do(A, "ami.action", action="CoreShowChannels")
        self.assertEqual(found["count"], 2)
        self.refused("denied", A, "ami.action", action="Command",
                     fields={"Command": "core show version"})
        self.refused("denied", "boss", "ami.action", action="Originate",
                     fields={"Channel": "Local/1@internal"})

    # ---- events, HTTP, connection ------------------------------------------------------

    def test_call_of_a_queue(self):
        agent = self.phone(A)
        self.phone("trunk2").call(EXTERNAL, self.server.ip, caller="79161234567")
        call = self.event("call.queued", queue="office2")["call"]
        self.event("queue.state", queue="office2", waiting=1)
        self.event("call.answered", call=call)
        self.assertIsNotNone(agent.wait_call("up"))
        self.event("line.state", line=A, state="talking")
        self.event("queue.state", queue="office2", waiting=0)

    def test_snapshot(self):
        """It is what the server itself lists."""
        call = self.talk()
        start = len(self.boss.messages)
        self.boss.say(type="snapshot")
        told = self.boss.wait(lambda one: one["type"] == "snapshot", start)
        self.assertEqual([one["call"] for one in told["calls"]], [call])
        self.assertEqual({leg["channel"] for leg in told["calls"][0]["legs"]},
                         {one.get("Channel") for one in self.channels()})
        lines = {one["line"]: one["state"] for one in told["lines"]}
        self.assertEqual((lines[A], lines[B]), ("talking", "talking"))
        queues = {one["queue"]: {member["interface"] for member in one["members"]}
                  for one in told["queues"]}
        for queue in ("support", "office2", "local2"):
            members = [one for one in self.ask("QueueStatus", Queue=queue)
                       if one.is_event("QueueMember")]
            self.assertEqual(queues[queue], {one.get("Location") for one in members})
        self.assertEqual([one["state"] for one in told["servers"]], ["up"])

    def test_resume(self):
        """Who was away hears all that came meanwhile, once and in order."""
        stream = self.boss.wait(lambda one: one["type"] == "hello")["stream"]
        first = self.keep(Browser(self.daemon, "boss"))
        seq = first.first["seq"]
        first.close()
        call = self.talk()
        self.do(A, "call.drop", call=call)
        last = self.event("call.ended", call=call)["seq"]
        back = self.keep(Browser(self.daemon, "boss",
                                 {"type": "resume", "seq": seq, "stream": stream}))
        self.assertEqual(back.first["type"], "resumed")
        self.assertIsNotNone(back.wait(lambda one: one.get("seq") == last))
        missed = [one for one in self.told() if seq < one["seq"] <= last]
        self.assertEqual([one for one in back.messages if one["type"] == "event"
                          and one["seq"] <= last], missed)

    def test_watch(self):
        self.boss.say(type="watch", id="w", events="Newchannel", contains="PJSIP/" + A)
        dialog = self.phone(A).call("600", self.server.ip)
        self.assertTrue(dialog.wait("up"))
        packet = self.boss.wait(lambda one: one["type"] == "packet" and one["watch"] == "w")
        self.assertIn(["Event", "Newchannel"], packet["fields"])
        self.assertIn(["Channel", self.channel(A)], packet["fields"])
        self.boss.say(type="unwatch", id="w")

    def post(self, user, command, **args):
        """(status, what came back) of a command over HTTP."""
        answer = self.daemon.post("/v1/commands/" + command, args, token=user)
        if answer.status == 200:
            self.answered.add(command)
        return answer.status, answer.json

    def test_http(self):
        self.phone(A)
        far = self.phone(B)
        status, found = self.post(A, "call.make", to=B)
        self.assertEqual((status, found["result"]), (200, "answered"), found)
        self.together(A, B)
        call = found["call"]
        self.assertEqual(self.post(C, "call.drop", call=call)[0], 403)
        self.assertEqual(self.post(A, "call.drop", call=call, lin="1")[0], 400)
        self.assertEqual(self.post(A, "call.complete", call=call)[0], 409)
        status, found = self.post(A, "call.drop", call=call)
        self.assertEqual(status, 200, found)
        self.event("call.ended", call=call)
        self.assertEqual(self.post(A, "call.drop", call=call)[0], 404)
        self.assertEqual(self.post(A, "call.nothing")[0], 404)
        self.assertEqual(self.post(A, "call.make", to="999777")[0], 502)
        self.assertEqual(self.post(B, "call.make", to="666")[0], 403)
        self.assertEqual(self.daemon.post("/v1/commands/call.make", {"to": B}).status, 401)
        far.mode = 486
        self.assertEqual(self.post(A, "call.make", to=B)[1]["result"], "busy")

    def test_the_connection_is_lost(self):
        """What is under way then is told so, once; the call goes on, and is known again."""
        call = self.talk()
        self.phone(C, "ring")
        number = self.browser(C).order("call.make", to=B)
        self.until(lambda: len(self.calls()) == 2, "a second call")
        self.relay.cut()
        self.event("server.state", state="down")
        found = self.result(C, "call.make", number)
        self.assertEqual(found["error"]["code"], "pbx_down")
        self.refused("pbx_down", A, "call.drop", call=call)
        self.event("server.state", state="up")
        self.daemon.wait_synced()
        self.do(A, "call.drop", call=call)
        self.event("call.ended", call=call)

    # ---- what takes its time -----------------------------------------------------------

    def test_what_does_not_come_to_pass(self):
        """Asterisk took it, and nothing happened: 10 s each, so both at once."""
        one = self.talk()
        self.phone(D)
        dialog = self.phone(C).call(D, self.server.ip)
        self.assertTrue(dialog.wait("up"))
        two = self.until(lambda: [call["call"] for call in self.calls() if call["call"] != one
                                  and call["state"] == "talking"], "the second call")[0]
        park = self.browser(B).order("call.park", call=one, lot="nosuch")
        room = self.browser(C).order("call.conference", call=two, room="999777")
        for name, command, number in ((B, "call.park", park), (C, "call.conference", room)):
            found = self.result(name, command, number)
            self.assertFalse(found["ok"])
            self.assertIn(found["error"]["code"], ("failed", "pbx_refused"), found)
