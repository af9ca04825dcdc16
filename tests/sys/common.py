"""What the system tests share: paths to the fakes, and a few words for what they do."""

import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "fake"), str(TESTS / "wire")]

FIRST_TRY = (0.5, 1.5)   # seconds from the loss to the first new attempt
MEASURED = 0.4           # what starting threads and reading clocks may add, in seconds
CAPTURES = TESTS / "wire" / "captures"


def tick(pbx, number):
    """One numbered event to everybody who listens."""
    pbx.event("UserEvent", ("UserEvent", "Tick"), ("Seq", number), classes="user")


def ticks(running):
    """The numbers of these events as they were printed."""
    return running.values("UserEvent", "Seq")


def saw(running, number, seconds=10):
    """Wait for one of them; true if it came."""
    return running.wait_event("UserEvent", "Seq", str(number), seconds)


def saw_some(running, count=5):
    """Wait for so many of them, whichever; for a PBX that numbers without waiting for us."""
    return running.wait_until(lambda: len(ticks(running)) >= count)
