"""Calls of a live Asterisk, told by its records alone, CDR and CEL: they are as they were seen live,
moved calls too."""

import tempfile
import time
from pathlib import Path

from history import EVENTS, read_into, records_of, told_by_store
from lab import both_versions
from scene import A, B, C, DIRECT, GROUP, OUT, OUTSIDE, PARKING, QUEUE, TRUNK, SceneTest

NEAR_S = 2  # the CDR has whole seconds


def facts(call):
    """Of a summary, what is compared."""
    return {
        "direction": call["direction"], "from": call["from"]["number"],
        "to": call["to"]["number"], "did": call["did"], "queue": call["queue"],
        "result": call["result"], "picked_up_by": call["picked_up_by"],
        "parked": call["parked"], "talked": sorted(call["talked"]),
        "transfers": [(one["kind"], one["by"], one["to"]) for one in call["transfers"]],
        "recordings": [Path(one if isinstance(one, str) else one["file"]).name
                       for one in call["recordings"]],
        "legs": sorted((leg["line"] or "", leg["role"], leg["result"]) for leg in call["legs"]),
    }


@both_versions
class HistoryRecords(SceneTest):
    """One scene after the other; then nothing but what Asterisk wrote of them is read."""

    is_followed = False
    seconds = 120

    # scenes

    def rings(self, line, call):
        """Makes a call to a phone; returns its dialog when the server has heard it ring."""
        before = self.raw().channel(line)
        dialog = call()
        self.until(lambda: self.raw().channel(line) != before, "a channel of " + line)
        self.seen("Newstate", Channel=self.raw().channel(line), ChannelStateDesc="Ringing")
        return dialog

    def plain(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B, seconds=1)
        dialog.bye()

    def outbound(self):
        self.phone(TRUNK)
        dialog = self.dial(self.phone(A), OUT + OUTSIDE)
        self.talk(A, TRUNK)
        dialog.bye()

    def recorded(self):
        self.phone(B)
        dialog = self.dial(self.phone(A), "2" + B)
        self.talk(A, B)
        dialog.bye()

    def missed(self):
        self.phone(A, "ring")
        dialog = self.rings(A, lambda: self.from_outside(DIRECT))
        dialog.cancel()
        self.assertTrue(dialog.wait("done"))

    def rejected(self):
        self.phone(A, 603)
        self.assertTrue(self.from_outside(DIRECT).wait("done"))

    def ring_group(self):
        self.phone(A, "ring")
        second = self.phone(B, delay=0.2, pause=0.1)
        self.from_outside(GROUP)
        self.talk(TRUNK, B)
        second.last().bye()

    def queue(self):
        agent = self.phone(A)
        self.from_outside(QUEUE, "Клиент Очереди")
        self.talk(TRUNK, A)
        agent.last().bye()

    def blind(self):
        self.phone(C)
        second = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        second.last().refer("sip:%s@%s" % (C, self.server.ip))
        self.talk(A, C)
        dialog.bye()

    def blind_from_outside(self):
        self.phone(C)
        first = self.phone(A)
        dialog = self.from_outside(DIRECT)
        self.talk(TRUNK, A)
        first.last().refer("sip:%s@%s" % (C, self.server.ip))
        self.talk(TRUNK, C)
        dialog.bye()

    def attended(self):
        self.phone(C)
        second = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        held = second.last()
        held.hold()
        consultation = self.dial(second, C)
        self.talk(B, C)
        held.refer_replaces(consultation)
        self.talk(A, C)
        dialog.bye()

    def attended_by_program(self):
        self.phone(C)
        second = self.phone(B)
        dialog = self.dial(self.phone(A), B)
        self.talk(A, B)
        self.action("Atxfer", Channel=self.channel(B), Context="internal", Exten=C)
        self.talk(B, C)
        second.last().bye()
        self.talk(A, C)
        dialog.bye()

    def picked_up(self):
        self.phone(B, "ring")
        first = self.rings(B, lambda: self.dial(self.phone(A), B))
        self.dial(self.phone(C), "*8" + B)
        self.talk(A, C)
        first.bye()

    def parked(self):
        second, third = self.phone(B), self.phone(C)
        self.dial(self.phone(A), B)
        self.talk(A, B)
        second.last().refer("sip:%s@%s" % (PARKING, self.server.ip))
        space = self.seen("ParkedCall").get("ParkingSpace")
        second.last().bye()
        self.dial(third, space)
        self.talk(A, C)
        third.last().bye()

    def scenes(self):
        """All of them."""
        return (self.plain, self.outbound, self.recorded, self.missed, self.rejected,
                self.ring_group, self.queue, self.blind, self.blind_from_outside,
                self.attended, self.attended_by_program, self.picked_up, self.parked)

    # how it goes

    def read(self, live):
        """The calls in a history that had nothing but records, by id; written down they are a
        moment after their end."""
        channels = set(self.raw().channels.values())
        end = time.monotonic() + 20
        while True:
            with tempfile.TemporaryDirectory() as folder:
                words = read_into(folder + "/history.db", "sqlite:%s" % records_of(self.server),
                                  EVENTS % self.server.version)
                told = told_by_store(folder + "/history.db")
            ours = {key: one for key, one in told.items() if one["ids"] & channels}
            if time.monotonic() > end or (
                    set(ours) == set(live)
                    and all(one["sources"] == 6 and self.differences(live[key], one) == {}
                            for key, one in ours.items())):
                return ours, words
            time.sleep(0.5)

    def differences(self, live, told):
        """{fact: (seen live, told by the records)}."""
        seen, recorded = facts(live), facts(told)
        wrong = {name: (value, recorded[name]) for name, value in seen.items()
                 if value != recorded[name]}
        for name, value in self.times(live["call"]).items():
            if abs(value - told[name]) > NEAR_S * 1000:
                wrong[name] = (value, told[name])
        return wrong

    def times(self, call):
        """How long it waited, and how long they talked, by the events of `zvon calls`."""
        began, answered, ended = ([event["ms"] for event in self.events("call." + name)
                                   if event["call"] == call]
                                  for name in ("started", "answered", "ended"))
        talked = answered[0] if answered else ended[-1]
        return {"wait_ms": talked - began[0], "talk_ms": ended[-1] - talked}

    def test_as_seen_live(self):
        for number, scene in enumerate(self.scenes(), 1):
            scene()
            self.clear()
            self.until(lambda: self.all_told(number), "the end of " + scene.__name__)
        live = {one["call"]: one for one in self.summaries()}
        self.assertEqual(len(live), len(self.scenes()))
        told, words = self.read(live)
        self.assertEqual(set(told), set(live), words)
        for key, one in live.items():
            with self.subTest(call=facts(one)):
                self.assertEqual(self.differences(one, told[key]), {})
                self.assertEqual(told[key]["sources"], 6)  # CDR and CEL
