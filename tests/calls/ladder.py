"""Recorded connections as lists of packets, and what a bad line may make of them."""

import os
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "wire")]

import scenes  # noqa: E402

CAPTURES = HERE.parent / "wire" / "captures"
END = b"\r\n\r\n"


def new_seed():
    """ZVON_SEED plays a failure again; the seed is printed."""
    seed = int(os.environ.get("ZVON_SEED") or random.randrange(1 << 32))
    print(f"ZVON_SEED={seed}", file=sys.stderr)
    return seed


def ladders():
    """(name, banner, packets) of every recording that has a call in it."""
    known = scenes.all_scenes()
    for path in sorted(CAPTURES.glob("*/*.ami")):
        version = scenes.version_of(path.parent.name)
        if version and path.stem in known and known[path.stem].wanted("calls", version):
            banner, _, rest = path.read_bytes().partition(b"\r\n")
            packets = [packet for packet in rest.split(END) if packet.strip()]
            yield f"{path.parent.name}/{path.stem}", banner + b"\r\n", packets


def stream(banner, packets):
    return banner + b"".join(packet.lstrip(b"\r\n") + END for packet in packets)


# ---- faults: each takes a list of packets and gives another one -------------------------


def swap_neighbours(packets, chance):
    for _ in range(len(packets) // 10):
        at = chance.randrange(len(packets) - 1)
        packets[at:at + 2] = packets[at + 1], packets[at]
    return packets


def move_some(packets, chance):
    """Some packets come earlier or later by up to 20 places."""
    for _ in range(1 + len(packets) // 30):
        at = chance.randrange(len(packets))
        packet = packets.pop(at)
        packets.insert(max(0, at + chance.randint(-20, 20)), packet)
    return packets


def shuffle_part(packets, chance):
    begin = chance.randrange(len(packets))
    part = packets[begin:begin + 40]
    chance.shuffle(part)
    return packets[:begin] + part + packets[begin + 40:]


def shuffle_all(packets, chance):
    chance.shuffle(packets)
    return packets


def backwards(packets, chance):
    return packets[::-1]


def double_some(packets, chance):
    return [copy for packet in packets for copy in [packet] * chance.choice((1, 1, 1, 2, 3))]


def late_copies(packets, chance):
    """Some packets come again later."""
    for _ in range(1 + len(packets) // 10):
        at = chance.randrange(len(packets))
        packets.insert(chance.randint(at, len(packets)), packets[at])
    return packets


def drop_some(packets, chance):
    part = chance.choice((0.01, 0.1, 0.5, 0.9))
    return [packet for packet in packets if chance.random() >= part]


def drop_all_but_hangups(packets, chance):
    """Of a call whose channels were all heard to hang up nothing may be left, whatever else
    was lost."""
    part = chance.choice((0.02, 0.1, 0.3, 0.6))
    return [packet for packet in packets
            if packet.lstrip().startswith(b"Event: Hangup\r\n") or chance.random() >= part]


def drop_kind(packets, chance):
    """All events of one name are missing, as by a filter or for want of a right."""
    kind = chance.choice(packets).split(b"\r\n")[0]
    return [packet for packet in packets if packet.split(b"\r\n")[0] != kind]


def play_twice(packets, chance):
    return packets + packets


FAULTS = (swap_neighbours, move_some, shuffle_part, shuffle_all, backwards, double_some,
          late_copies, drop_some, drop_all_but_hangups,
          drop_kind, play_twice)


def spoil(packets, chance):
    """One fault, or two or three on each other; and what was done."""
    done = chance.sample(FAULTS, chance.choice((1, 1, 1, 2, 3)))
    packets = list(packets)
    for fault in done:
        packets = fault(packets, chance) if len(packets) > 1 else packets
    return packets, "+".join(fault.__name__ for fault in done)
