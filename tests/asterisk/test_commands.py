"""Commands of users on real servers: what a phone and the server make of each."""

import json
import os
import subprocess
import threading
import time

from lab import HERE, LiveTest, both_versions
from phone import Phone

COMMANDER = os.environ.get("ZVON_COMMANDER",
                           str(HERE.parent.parent / "build/tests/asterisk/commander"))
A, B, C, D = "121", "122", "123", "124"  # phones of the third office


class Commander:
    """The hub on that server: commands in, outcomes and call events out."""

    def __init__(self, url):
        environment = dict(os.environ, ZVON_SECRET="lab-secret")
        self._process = subprocess.Popen([COMMANDER, url, A, B, C, D], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, env=environment)
        self._news = threading.Condition()
        self.lines = []
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._process.stdout:
            with self._news:
                self.lines.append(json.loads(line))
                self._news.notify_all()

    def wait(self, condition, start=0, timeout=15):
        """The first line from `start` on for which that holds, or None."""
        def found():
            return next((line for line in self.lines[start:] if condition(line)), None)
        with self._news:
            self._news.wait_for(lambda: found() is not None, timeout)
            return found()

    def order(self, user, name, **args):
        """Sends a command; returns from where its lines are."""
        start = len(self.lines)
        self._process.stdin.write("%s %s %s\n" % (user, name, json.dumps(args)))
        self._process.stdin.flush()
        return start

    def outcome(self, name, start, timeout=15):
        """What became of it."""
        return self.wait(lambda line: line.get("type") == "outcome" and line["command"] == name,
                         start, timeout)

    def close(self):
        """Ends it."""
        self._process.stdin.close()
        self._process.wait(5)
        self._thread.join(2)
        self._process.stdout.close()


@both_versions
class Commands(LiveTest):
    """A calls B, or nobody yet; C and D are there for more."""

    def setUp(self):
        super().setUp()
        self.opened = []
        self.addCleanup(self.hang_up)
        self.desk = self.keep(Commander(self.server.url()))
        self.assertIsNotNone(self.desk.wait(lambda line: line.get("state") == "ready"))

    def hang_up(self):
        """All phones of this test."""
        for phone in self.opened:
            phone.close()

    def phone(self, number, mode="answer", delay=0.1):
        """A phone that is hung up in the end."""
        phone = Phone(number, "127.%s.1.%s" % (self.server.version, number), mode, delay)
        self.opened.append(phone)
        return phone

    def event(self, name, start=0, **fields):
        """Waits for a call event of ours."""
        def wanted(line):
            leg = (line.get("leg") or {}).get("line")
            return line.get("event") == name and all(
                (leg if key == "leg" else line.get(key)) == value
                for key, value in fields.items())
        found = self.desk.wait(wanted, start)
        self.assertIsNotNone(found, "no %s %s in %s" % (name, fields, self.desk.lines[start:]))
        return found

    def do(self, user, name, status=200, **args):
        """A command and its outcome."""
        start = self.desk.order(user, name, **args)
        found = self.desk.outcome(name, start)
        self.assertIsNotNone(found, "%s has no outcome" % name)
        self.assertEqual(found["status"], status, found)
        return found["outcome"]

    def refused(self, user, name, status, code, **args):
        """It is refused so; returns the message."""
        error = self.do(user, name, status, **args)["error"]
        self.assertEqual(error["code"], code, error)
        return error["message"]

    def talk(self):
        """A calls B, who answers; the id of the call."""
        self.second = self.phone(B)
        self.first = self.phone(A).call(B, self.server.ip)
        self.assertTrue(self.first.wait("up"))
        call = self.event("call.answered", leg=B)["call"]
        time.sleep(0.3)
        return call

    # one test for each command

    def test_make(self):
        self.phone(A)
        far = self.phone(B)
        answer = self.do(A, "call.make", to=B)
        self.assertEqual(answer["result"], "answered")
        self.assertEqual(self.event("call.answered")["call"], answer["call"])
        far.last().bye()

    def test_make_busy_and_own_busy(self):
        self.phone(A)
        self.phone(B, 486)
        answer = self.do(A, "call.make", to=B)
        self.assertEqual((answer["result"], answer["side"]), ("busy", "far"))
        self.phone(C, 486)
        answer = self.do(C, "call.make", to=B)
        self.assertEqual((answer["result"], answer["side"]), ("busy", "own"))

    def test_make_auto_answer(self):
        own = self.phone(A)
        invites = []
        receive = own._incoming
        own._incoming = lambda message: (invites.append(message), receive(message))
        self.phone(B)
        self.assertEqual(self.do(A, "call.make", to=B, auto_answer=True)["result"], "answered")
        self.assertEqual(invites[0].get("alert-info"), "info=alert-autoanswer;delay=0")

    def test_make_no_such_extension(self):
        self.phone(A)
        self.refused(A, "call.make", 502, "pbx_refused", to="999777")

    def test_drop(self):
        call = self.talk()
        self.do(A, "call.drop", call=call)
        self.event("call.ended", call=call)
        self.assertTrue(self.first.wait("done"))

    def test_drop_by_boss_and_stranger(self):
        call = self.talk()
        self.refused(C, "call.drop", 403, "denied", call=call)
        self.do("boss", "call.drop", call=call, line=B)
        self.event("call.ended", call=call)

    def test_hold_is_asked_of_the_phone(self):
        call = self.talk()
        start = self.desk.order(A, "call.hold", call=call)
        time.sleep(0.3)  # it is on its way to the phone, which obeys
        self.first.hold()
        self.assertEqual(self.desk.outcome("call.hold", start)["status"], 200)
        start = self.desk.order(A, "call.resume", call=call)
        time.sleep(0.3)
        self.first.unhold()
        self.assertEqual(self.desk.outcome("call.resume", start)["status"], 200)

    def test_answer_is_asked_of_the_phone(self):
        ringing = self.phone(B, "answer", 2)
        self.phone(A).call(B, self.server.ip)
        call = self.event("leg.ringing", leg=B)["call"]
        self.do(B, "call.answer", call=call)
        self.assertTrue(ringing.wait_call("up"))

    def test_transfer(self):
        call = self.talk()
        self.phone(C)
        self.assertIn(self.do(B, "call.transfer", call=call, to=C)["seen"],
                      ("ringing", "answered"))
        self.event("leg.answered", leg=C)

    def test_transfer_to_busy(self):
        call = self.talk()
        self.phone(C, 486)
        self.assertEqual(self.do(B, "call.transfer", call=call, to=C)["seen"], "ringing")
        self.event("leg.ended", leg=C, cause=17)

    def test_transfer_to_nowhere(self):
        call = self.talk()
        error = self.do(B, "call.transfer", 502, call=call, to="999777")["error"]
        self.assertIn(error["code"], ("failed", "pbx_refused"))

    def test_consult_and_complete(self):
        call = self.talk()
        self.phone(C)
        self.refused(B, "call.complete", 409, "not_possible", call=call)
        self.do(B, "call.consult", call=call, to=C)
        self.event("leg.answered", leg=C)
        time.sleep(0.5)
        answer = self.do(B, "call.complete", call=call)
        self.assertEqual((answer["by"], answer["to"]), (B, C))
        self.event("leg.ended", leg=B)

    def test_consult_and_cancel(self):
        call = self.talk()
        third = self.phone(C)
        self.do(B, "call.consult", call=call, to=C)
        self.event("leg.answered", leg=C)
        time.sleep(0.5)
        self.do(B, "call.cancel", call=call)
        self.event("leg.ended", leg=C)
        self.assertTrue(third.last().wait("done"))
        self.assertEqual(self.first.state, "up")
        self.do(B, "call.drop", call=call)

    def test_cancel_while_it_rings(self):
        call = self.talk()
        self.phone(C, "ring")
        self.do(B, "call.consult", call=call, to=C)
        time.sleep(0.5)
        self.do(B, "call.cancel", call=call)
        self.assertEqual(self.first.state, "up")

    def test_consult_busy(self):
        call = self.talk()
        self.phone(C, 486)
        self.assertEqual(self.do(B, "call.consult", call=call, to=C)["seen"], "ringing")
        self.event("leg.resumed", leg=B)
        self.assertEqual(self.first.state, "up")

    def test_conference(self):
        call = self.talk()
        self.assertEqual(self.do(A, "call.conference", call=call, room="920")["room"], "920")
        self.event("call.conferenced", space="920")

    def test_conference_without_a_room(self):
        call = self.talk()
        error = self.do(A, "call.conference", 502, call=call, room="999777")["error"]
        self.assertIn(error["code"], ("failed", "pbx_refused"))

    def test_park(self):
        call = self.talk()
        answer = self.do(B, "call.park", call=call)
        self.assertRegex(answer["space"], "^7[0-9][0-9]$")
        third = self.phone(C).call(answer["space"], self.server.ip)
        self.assertTrue(third.wait("up"))
        self.event("call.retrieved", by=C)

    def test_park_in_no_lot(self):
        call = self.talk()
        error = self.do(B, "call.park", 502, call=call, lot="nosuch")["error"]
        self.assertIn(error["code"], ("failed", "pbx_refused"))

    def test_pickup(self):
        self.phone(B, "ring")
        self.phone(A).call(B, self.server.ip)
        call = self.event("leg.ringing", leg=B)["call"]
        self.phone(C)
        self.do(C, "call.pickup", call=call)
        self.event("call.answered", call=call)

    def test_pickup_by_nobody(self):
        self.phone(B, "ring")
        self.phone(A).call(B, self.server.ip)
        call = self.event("leg.ringing", leg=B)["call"]
        self.phone(C, 486)
        self.refused(C, "call.pickup", 502, "failed", call=call)

    def test_dtmf_to_the_dialplan(self):
        dialog = self.phone(A).call("608", self.server.ip)
        self.assertTrue(dialog.wait("up"))
        call = self.event("leg.answered", leg=A)["call"]
        start = len(self.desk.lines)
        self.do(A, "call.dtmf", call=call, digits="5#*D"[:3])
        self.event("leg.dtmf", start, digit="5")

    def test_dtmf_to_the_other_side(self):
        call = self.talk()
        self.do(A, "call.dtmf", call=call, digits="12")

    def test_record(self):
        call = self.talk()
        name = self.do(A, "call.record", call=call, action="start")["file"]
        self.assertIn("zvon-", name)
        self.event("recording.started", call=call)
        self.do(A, "call.record", call=call, action="pause")
        self.do(A, "call.record", call=call, action="resume")
        self.assertEqual(self.do(A, "call.record", call=call, action="stop").get("file"), name)
        self.event("recording.stopped", call=call)

    def test_mute_and_volume(self):
        call = self.talk()
        for direction in ("in", "out", "all"):
            for on in (True, False):
                self.do(A, "call.mute", call=call, on=on, direction=direction)
        self.do(A, "call.volume", call=call, level=-2)
        self.do(A, "call.volume", call=call, level=2, direction="in")

    def test_spy(self):
        call = self.talk()
        third = self.phone(D)
        for mode in ("listen", "whisper", "barge"):
            self.do(D, "call.spy", call=call, mode=mode)
            self.assertTrue(third.wait_call("up"))
            third.last().bye()
            time.sleep(0.3)

    def test_queue(self):
        self.addCleanup(self.desk.order, D, "queue.remove", queue="support")
        self.do(D, "queue.add", queue="support", penalty=2)
        message = self.refused(D, "queue.add", 502, "pbx_refused", queue="support")
        self.assertIn("Already there", message)
        self.do(D, "queue.pause", on=True, reason="обед")
        self.event("queue.member", paused=True)
        self.do(D, "queue.pause", on=False, queue="support")
        self.do(D, "agent.state", state="break")
        self.event("queue.member", paused=True)
        self.do(D, "agent.state", state="ready")
        self.do(D, "queue.remove", queue="support")
        self.refused(D, "queue.remove", 502, "pbx_refused", queue="support")

    def test_raw_action(self):
        self.talk()
        answer = self.do(A, "ami.action", action="CoreShowChannels")
        self.assertGreaterEqual(answer["count"], 2)
        self.refused(A, "ami.action", 403, "denied", action="Command",
                     fields={"Command": "core show version"})
