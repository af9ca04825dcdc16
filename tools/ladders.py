#!/usr/bin/env python3
"""ladders.py [--check] - draws docs/ladders: a chart of each scene, by `zvon calls --ladder`
from the recordings of the tests. --check writes nothing, and fails when a chart differs.

ZVON: the program; build/zvon of this tree unless it is set."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CAPTURES = ROOT / "tests" / "wire" / "captures" / "22.10.1"
FOLDER = ROOT / "docs" / "ladders"

# chart: the recording that it is drawn from
SCENES = {
    "answered": "call-answered-caller-hangs-up",
    "busy": "call-busy",
    "declined": "call-declined",
    "no-answer": "call-noanswer",
    "cancelled": "call-caller-cancels",
    "congestion": "call-congestion",
    "inbound": "inbound-one-answers",
    "inbound-missed": "inbound-missed",
    "outbound": "out-answered",
    "ring-group": "ring-group",
    "forward": "call-forwarded-302",
    "queue": "queue-call",
    "queue-abandoned": "queue-abandon",
    "queue-given-up": "queue-exit-timeout",
    "hold": "hold-unhold",
    "blind-transfer": "blind-transfer-sip",
    "blind-transfer-dtmf": "blind-transfer-dtmf",
    "blind-transfer-ami": "blind-transfer-ami",
    "attended-transfer": "attended-transfer-sip",
    "attended-transfer-dtmf": "attended-transfer-dtmf",
    "attended-transfer-ami": "attended-transfer-ami",
    "pickup": "pickup",
    "parking": "parking",
    "parking-timeout": "parking-timeout",
    "conference": "conference",
    "recording": "recording-mixmonitor",
    "one-touch-recording": "one-touch-recording",
    "dtmf": "dtmf",
    "click-to-call": "originate-answer-hangup",
    "click-to-call-busy": "originate-second-leg-busy",
    "click-to-call-local": "originate-local",
}


def draw(recording):
    """The charts of that recording, as the program prints them."""
    program = os.environ.get("ZVON") or str(ROOT / "build" / "zvon")
    path = CAPTURES / (recording + ".ami")
    done = subprocess.run([program, "calls", "--ladder", "--lang", "en", str(path)],
                          stdout=subprocess.PIPE, check=True, timeout=60)
    return done.stdout.rstrip(b"\n") + b"\n"


def main():
    """Writes or compares; the exit code."""
    check = sys.argv[1:] == ["--check"]
    if sys.argv[1:] and not check:
        sys.exit(__doc__)
    wrong = 0
    for name, recording in SCENES.items():
        path, chart = FOLDER / (name + ".txt"), draw(recording)
        if check and (not path.exists() or path.read_bytes() != chart):
            print(f"docs/ladders/{name}.txt is not what zvon draws", file=sys.stderr)
            wrong += 1
        elif not check:
            path.write_bytes(chart)
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
