"""Faults 008 and 009: the packets of recorded calls in wrong order, twice, or not at all.

Whatever comes: each call begins once and ends once, nothing of a call is told after its end,
and no call is left when its channels have hung up."""

import json
import random
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "wire")]

import cli  # noqa: E402
import ladder  # noqa: E402
import laws  # noqa: E402
import reader  # noqa: E402
import scenes  # noqa: E402

LADDERS = list(ladder.ladders())
AT_LEAST = 200
WORST = 20         # shown at most


def events_of(data):
    """The call events of a stream; the program must end cleanly."""
    result = cli.run("calls", "-", "--trunk", "trunk", stdin=data)
    if result.code != 0:
        raise AssertionError(str(result))
    return [json.loads(line) for line in result.lines]


def what_broke(data):
    """The laws that the program broke over this stream."""
    watch = laws.Laws()
    for event in events_of(data):
        watch.feed(event)
    broken = watch.finish()
    packets = list(reader.Reader(data))
    return broken + [f"call {call} outlived its channels" for call in watch.ghosts(packets)]


class Permuted(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.seed = ladder.new_seed()

    def over_ladders(self, name, play):
        """play(banner, packets, chance) -> what broke; of each ladder by its own chance."""
        self.assertGreaterEqual(len(LADDERS), AT_LEAST)
        failures = []
        for where, banner, packets in LADDERS:
            chance = random.Random(f"{self.seed} {name} {where}")
            failures += [f"{where}: {text}" for text in play(banner, packets, chance)]
        if failures:
            self.fail(f"ZVON_SEED={self.seed}, {len(failures)} failures:\n"
                      + "\n".join(failures[:WORST]))

    def test_fault_008_spoiled(self):
        def play(banner, packets, chance):
            spoiled, done = ladder.spoil(packets, chance)
            return [f"{done}: {text}"
                    for text in what_broke(ladder.stream(banner, spoiled))]
        self.over_ladders("spoiled", play)

    def test_fault_008_each_fault(self):
        def play(banner, packets, chance):
            for fault in chance.sample(ladder.FAULTS, 2):
                spoiled = fault(list(packets), chance)
                for text in what_broke(ladder.stream(banner, spoiled)):
                    yield f"{fault.__name__}: {text}"
        self.over_ladders("each", play)

    def test_fault_008_joined_in_the_middle(self):
        """The connection was made while the call was going on."""
        def play(banner, packets, chance):
            begin = chance.randrange(len(packets))
            return [f"from packet {begin}: {text}"
                    for text in what_broke(ladder.stream(banner, packets[begin:]))]
        self.over_ladders("middle", play)

    def test_fault_008_cut_anywhere(self):
        def play(banner, packets, chance):
            data = ladder.stream(banner, packets)
            size = chance.randrange(len(banner), len(data))
            return [f"first {size} bytes: {text}" for text in what_broke(data[:size])]
        self.over_ladders("cut", play)

    def test_fault_009_each_packet_twice(self):
        """As with two classes of rights, or a replay: nothing is told twice. Two equal DTMF
        packets may be one key or two."""
        def play(banner, packets, chance):
            once = told(events_of(ladder.stream(banner, packets)))
            twice = told(events_of(ladder.stream(
                banner, [copy for packet in packets for copy in (packet, packet)])))
            return [text for text in scenes.difference(once, twice)
                    if text[0] in "+-" and text[:3] not in ("+++", "---")]
        self.over_ladders("twice", play)


def told(events):
    return [scenes.in_normal_form([line for line in block if not line.startswith("leg.dtmf")])
            for block in scenes.event_blocks(events)]


if __name__ == "__main__":
    unittest.main()
