"""Every recorded scene of calls, told by its records alone, agrees with what was seen live, but for
what records do not know: LIMITS, which docs/history/sources.md explains.
"""

import unittest

import scenes

NEW, OLD = ("16.28.0", "22.10.1"), ("1.8.32.3", "11.25.3")
ALL = OLD + NEW

# Why the records differ.
CLICK = "a click whose own phone did not answer: whom it meant is told by OriginateResponse only"
REFUSED = "SIP 603 is NO ANSWER (BUSY up to 11) in the records: only CEL has the cause"
DST = "a blind transfer overwrites dst in the row before it: the number from outside is lost"
REDIRECT = "Redirect by a program looks like a blind transfer"
NO_QUEUE = "the dialplan went on behind the queue: lastapp is Hangup, nothing tells of a queue"
MEMBERS = "up to 11 a queue has one row: of its phones only the one that answered is known"
QUEUE_CAUSE = "of a queue's phones that refuse the records say NO ANSWER"
ROOM = "up to 11 the records do not tell who was in one conference room"
REPLACES = "up to 11 a transfer by Replaces leaves two rows without a common id"
FAILED = "up to 11 SIP 503, and no way to the phone, are FAILED"
NO_ANSWER = "up to 11 what the dialplan hung up unanswered is NO ANSWER"
HALVES = "up to 11 the halves of a Local channel say the same of both sides"
BRIDGED = "up to 11 what the action Bridge joined is in rows of helpers without the first talk"

# scene: {version: facts}, why
LIMITS = {
    "agent-pool": (OLD, {"result", "legs"}, NO_ANSWER),
    "attended-transfer-sip": (OLD, {"talked", "transfers", "legs", "extra"}, REPLACES),
    "call-by-channel-id-and-ringing-hangup": (NEW, {"to"}, CLICK),
    "call-congestion": (OLD, {"result", "legs"}, FAILED),
    "call-declined": (NEW, {"result", "legs"}, REFUSED),
    "conference": (OLD, {"talked", "legs", "extra", "missing"}, ROOM),
    "inbound-blind-to-busy": (NEW, {"did"}, DST),
    "inbound-blind-transfer": (NEW, {"did"}, DST),
    "live-actions": (NEW, {"transfers"}, REDIRECT),
    "originate-busy": (ALL, {"to"}, CLICK),
    "originate-congestion": (ALL, {"to", "result", "legs"}, CLICK),
    "originate-declined": (ALL, {"to", "result", "legs"}, REFUSED),
    "originate-local": (OLD, {"to"}, HALVES),
    "originate-noanswer": (NEW, {"to"}, CLICK),
    "originate-unreachable": (ALL, {"to", "result", "legs"}, CLICK),
    "queue-abandon": (OLD, {"to", "legs"}, MEMBERS),
    "queue-agent-transfers": (NEW, {"did"}, DST),
    "queue-busy-members": (ALL, {"to", "legs"}, QUEUE_CAUSE),
    "queue-call": (OLD, {"legs"}, MEMBERS),
    "queue-exit-timeout": (ALL, {"queue", "result", "legs"}, NO_QUEUE),
    "queue-waiting-status": (OLD, {"to", "legs"}, MEMBERS),
    "redirect-both": (OLD, {"from", "to", "talked", "legs"}, BRIDGED),
    "ring-group-all-refuse": (NEW, {"legs"}, REFUSED),
    "ring-group-cancelled": (NEW, {"legs"}, REFUSED),
}


# What they cannot tell with CEL besides: scene: ((versions, facts)...).
WITH_EVENTS = {
    "agent-pool": ((OLD, {"result", "legs"}),),
    "attended-transfer-sip": (),
    "call-congestion": ((OLD, {"result", "legs"}),),
    "call-declined": (),
    "conference": ((OLD, {"talked", "legs", "extra", "missing"}),),
    "inbound-blind-to-busy": (),
    "inbound-blind-transfer": (),
    "originate-congestion": ((ALL, {"to"}), (("1.8.32.3",), {"result", "legs"})),
    "originate-declined": ((ALL, {"to"}), (OLD, {"result", "legs"})),
    "originate-unreachable": ((NEW, {"to"}), (OLD, {"result", "legs"})),
    "queue-agent-transfers": (),
    "queue-busy-members": ((OLD, {"to"}), (ALL, {"legs"})),
    "queue-exit-timeout": (),
    "ring-group-all-refuse": (),
    "ring-group-cancelled": (),
}


def limits(scene, version):
    """The facts in which records of that scene may differ."""
    versions, facts, _ = LIMITS.get(scene, ((), set(), ""))
    return facts if version in versions else set()


def limits_with_events(scene, version):
    """The same where CEL is read, too: as without it, unless the table knows better."""
    if scene not in WITH_EVENTS:
        return limits(scene, version)
    return {fact for versions, facts in WITH_EVENTS[scene] if version in versions
            for fact in facts}


class Scenes(unittest.TestCase):
    def check(self, version, events=False):
        """All scenes of a version; at least so many that the folder cannot be empty."""
        compared, allowed = 0, limits_with_events if events else limits
        for path in sorted((scenes.CAPTURES / version).glob("*.ami")):
            name = path.stem
            seen = scenes.live(path) if "." not in name and any(scenes.rows(path)) else []
            if not seen:
                continue
            compared += 1
            with self.subTest(version=version, scene=name):
                told = [call for call in scenes.stitch(scenes.rows(path, cel=events))
                        if scenes.is_call(call)]
                wrong = scenes.compare(seen, told)
                beyond = {key: value for key, value in wrong.items()
                          if key[1] not in allowed(name, version)}
                self.assertEqual(beyond, {})
                self.assertTrue(not events or any("cel" in call["sources"] for call in told))
        self.assertGreaterEqual(compared, 40)

    def test_1_8(self):
        self.check("1.8.32.3")

    def test_11(self):
        self.check("11.25.3")

    def test_16(self):
        self.check("16.28.0")

    def test_22(self):
        self.check("22.10.1")

    def test_with_events(self):
        """What only CEL knows: causes, the number that was dialled first, queues that gave up,
        a transfer by Replaces."""
        for version in ALL:
            self.check(version, events=True)

    def test_events_alone(self):
        """Where no CDR is read, CEL tells who moved the call, and to whom."""
        for version in NEW:
            for name, transfers, picked_up_by in (
                    ("blind-transfer-sip", [("blind", "102", "103")], None),
                    ("caller-blind-transfer", [("blind", "101", "103")], None),
                    ("attended-transfer-sip", [("attended", "102", "103")], None),
                    ("attended-transfer-dtmf", [("attended", "102", "103")], None),
                    ("attended-transfer-no-answer", [("attended", "102", "103")], None),
                    ("parking-timeout", [], None),
                    ("pickup", [], "103")):
                path = scenes.CAPTURES / version / (name + ".ami")
                events = [row for row in scenes.rows(path, cel=True) if row.get("row")]
                with self.subTest(version=version, scene=name):
                    call, = [scenes.facts(one) for one in scenes.stitch(events)]
                    self.assertEqual((call["transfers"], call["picked_up_by"]),
                                     (transfers, picked_up_by))

    def test_limits_are_needed(self):
        """A limit that no scene needs any more is taken out of the table."""
        for name, (versions, facts, _) in LIMITS.items():
            met = set()
            for version in versions:
                path = scenes.CAPTURES / version / (name + ".ami")
                if path.exists():
                    rows = list(scenes.rows(path))
                    told = [call for call in scenes.stitch(rows) if scenes.is_call(call)]
                    met |= {key[1] for key in scenes.compare(scenes.live(path), told)}
            with self.subTest(name):
                self.assertEqual(met, facts)

    def test_limits_with_events_are_needed(self):
        for name, parts in WITH_EVENTS.items():
            for versions, facts in parts:
                met = set()
                for version in versions:
                    path = scenes.CAPTURES / version / (name + ".ami")
                    told = [call for call in scenes.stitch(scenes.rows(path, cel=True))
                            if scenes.is_call(call)]
                    met |= {key[1] for key in scenes.compare(scenes.live(path), told)}
                with self.subTest(name):
                    self.assertLessEqual(facts, met)


if __name__ == "__main__":
    unittest.main()
