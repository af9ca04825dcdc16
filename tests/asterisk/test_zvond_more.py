"""Commands of zvon.v1 for which Asterisk wants more than the least rights; and, at the end:
was there a live case for each command, and was each event seen?"""

import re
import unittest

from desk import A, B, C, D, SIP, USERS, DaemonTest, user
from lab import HERE, LAB, both_versions

DOCS = HERE.parent.parent / "docs"


def events_of(document):
    """The names of the events in the table of docs/calls.md."""
    table = document.partition("## What happens meanwhile")[2].partition("\n\n`")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}


@both_versions
class ZvondMore(DaemonTest):
    """Phones that obey NOTIFY, recording, keys."""

    account = "zvond-more"
    more = {"notify_answer": "yes", "notify_hold": "yes"}
    users = USERS + user("auto", "own", "lines = " + D, "queues = support", "auto_pause = yes",
                         "wrap_up_s = 1")

    def test_answer(self):
        call = self.ringing()
        self.second.obeys = True
        self.do(B, "call.answer", call=call)
        self.together(A, B)
        self.assertTrue(self.second.last().wait("up"))
        self.refused("not_possible", B, "call.answer", call=call)

    def test_hold(self):
        call = self.talk()
        self.opened[-1].obeys = True
        self.do(A, "call.hold", call=call)
        self.event("leg.held", leg=A, call=call)
        self.assertEqual(self.first.direction, "sendonly")
        self.do(A, "call.resume", call=call)
        self.event("leg.resumed", leg=A, call=call)
        self.assertEqual(self.first.direction, "sendrecv")

    def test_answer_and_hold_by_chan_sip(self):
        """22 has no such driver any more."""
        if self.server.version != "16":
            self.assertIn("0 modules loaded", self.cli("module show like chan_sip"))
            return
        phone = self.phone(SIP, "ring")
        phone.obeys = True
        self.phone(A).call(SIP, self.server.ip)
        call = self.event("leg.ringing", leg=SIP)["call"]
        for command, told in (("call.answer", "leg.answered"), ("call.hold", "leg.held"),
                              ("call.resume", "leg.resumed")):
            self.do("sip", command, call=call)
            self.event(told, leg=SIP, call=call)

    def test_phones_that_do_not_obey(self):
        """It is told after 10 s, of both at once."""
        ringing = self.ringing()
        self.phone(D)
        dialog = self.phone(C).call(D, self.server.ip)
        self.assertTrue(dialog.wait("up"))
        talking = self.event("call.answered")["call"]
        orders = [(B, "call.answer", ringing), (C, "call.hold", talking)]
        for name, command, number in [(name, command, self.browser(name).order(command, call=call))
                                      for name, command, call in orders]:
            found = self.result(name, command, number)
            self.assertEqual((found["ok"], found["error"]["code"]), (False, "failed"), found)

    def test_record(self):
        call = self.talk()
        name = self.do(A, "call.record", call=call, action="start")["file"]
        self.assertEqual(self.event("recording.started", call=call)["file"], name)
        channel = self.channel(A)
        self.assertIn(name[:-4], self.cli("mixmonitor list " + channel))
        self.do(A, "call.record", call=call, action="pause")
        self.do(A, "call.record", call=call, action="resume")
        self.second.last().media.speak(0.2)
        self.assertEqual(self.do(A, "call.record", call=call, action="stop").get("file"), name)
        self.event("recording.stopped", call=call)
        self.assertNotIn(name[:-4], self.cli("mixmonitor list " + channel))
        path = LAB / self.server.version / name.lstrip("/")
        self.until(lambda: path.stat().st_size > 1000, "sound in the file")
        path.unlink()

    def test_line_dnd(self):
        self.do(C, "line.dnd", on=True)
        self.assertRegex(self.cli("database get DND " + C), "Value: YES")
        self.do(C, "line.dnd", on=False)
        self.assertNotIn("YES", self.cli("database get DND " + C))
        self.do(C, "line.dnd", on=False)
        dnd = [one["dnd"] for one in self.browser(C).messages if one["type"] == "agent"]
        self.assertIn(True, dnd)
        self.assertEqual(dnd[-1], False)

    def test_pause_during_a_call_and_after_it(self):
        page = self.browser("auto")
        self.do("auto", "queue.add", queue="support")
        self.addCleanup(page.order, "queue.remove", queue="support")
        self.phone(D)
        dialog = self.phone(A).call(D, self.server.ip)
        self.until(lambda: self.member(D).get("Paused") == "1", "a pause")
        dialog.bye()
        told = page.wait(lambda one: one["type"] == "agent" and one["wrap_up"])
        self.assertIsNotNone(told, page.messages)
        self.assertEqual(self.member(D).get("Paused"), "1")
        self.until(lambda: self.member(D).get("Paused") == "0", "the end of the wrap-up")
        self.do("auto", "queue.remove", queue="support")

    def test_keys(self):
        self.first = self.phone(A).call("608", self.server.ip)  # reads four keys
        self.assertTrue(self.first.wait("up"))
        call = self.event("leg.answered", leg=A)["call"]
        self.do(A, "call.dtmf", call=call, digits="5")
        self.event("leg.dtmf", digit="5", leg=A)
        self.first.media.press("7")
        self.event("leg.dtmf", digit="7", leg=A)

    # ---- was it all? -------------------------------------------------------------------

    def test_zz_every_command_had_a_live_case(self):
        if "call.make" not in self.answered:
            raise unittest.SkipTest("only after test_zvond_commands")
        table = self.daemon.get("/v1/commands", token="boss").json
        names = {row["name"] for row in table}
        self.assertGreaterEqual(len(names), 24)
        self.assertEqual(names - self.answered, set())
        self.assertEqual(self.answered - names, set())

    def test_zz_every_event_was_seen(self):
        if "call.make" not in self.answered:
            raise unittest.SkipTest("only after test_zvond_commands")
        names = events_of((DOCS / "calls.md").read_text(encoding="utf-8"))
        self.assertGreaterEqual(len(names), 21)
        self.assertEqual(names - self.seen, set())
        self.assertEqual(self.seen - names, set())
