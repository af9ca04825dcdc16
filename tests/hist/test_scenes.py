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


def limits(scene, version):
    """The facts in which records of that scene may differ."""
    versions, facts, _ = LIMITS.get(scene, ((), set(), ""))
    return facts if version in versions else set()


class Scenes(unittest.TestCase):
    def check(self, version):
        """All scenes of a version; at least so many that the folder cannot be empty."""
        compared = 0
        for path in sorted((scenes.CAPTURES / version).glob("*.ami")):
            name = path.stem
            rows = list(scenes.rows(path)) if "." not in name else []
            seen = scenes.live(path) if rows else []
            if not seen:
                continue
            compared += 1
            with self.subTest(version=version, scene=name):
                told = [call for call in scenes.stitch(rows) if scenes.is_call(call)]
                wrong = scenes.compare(seen, told)
                beyond = {key: value for key, value in wrong.items()
                          if key[1] not in limits(name, version)}
                self.assertEqual(beyond, {})
        self.assertGreaterEqual(compared, 40)

    def test_1_8(self):
        self.check("1.8.32.3")

    def test_11(self):
        self.check("11.25.3")

    def test_16(self):
        self.check("16.28.0")

    def test_22(self):
        self.check("22.10.1")

    def test_events_know_more(self):
        """What only CEL knows: causes, the number that was dialled first."""
        for version in NEW:
            for name in ("call-declined", "inbound-blind-transfer", "inbound-blind-to-busy",
                         "queue-agent-transfers", "ring-group-all-refuse",
                         "ring-group-cancelled", "pickup", "conference", "queue-call"):
                path = scenes.CAPTURES / version / (name + ".ami")
                told = scenes.stitch(scenes.rows(path, cel=True))
                told = [call for call in told if scenes.is_call(call)]
                with self.subTest(version=version, scene=name):
                    self.assertEqual(scenes.compare(scenes.live(path), told), {})
                    self.assertEqual(told[0]["sources"], ["cdr", "cel"])

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


if __name__ == "__main__":
    unittest.main()
