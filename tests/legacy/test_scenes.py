"""The same scene on Asterisk 11, as it was, and on 16 and 22 in the legacy view: the same
events in the same order, but for what differences.txt lists, with a reason in
docs/legacy.md."""

import fnmatch
import re
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "wire")]

import events  # noqa: E402

CAPTURES = HERE.parent / "wire" / "captures"
MODEL = "11.25.3"
VERSIONS = ("16.28.0", "22.10.1")
AS_11 = ("--unlink-as-bridge", "--sip-names")
REASON = re.compile(r"^\| `([a-z0-9-]+)` \|", re.M)


class Row:
    """One line of differences.txt."""

    def __init__(self, line):
        self.text = line
        self.reason, self.scenes, self.versions, self.signs, pattern = line.split(None, 4)
        self.pattern = re.compile(pattern)
        self.used = False

    def explains(self, scene, version, sign, line):
        found = (sign in self.signs.strip("[]") and fnmatch.fnmatch(version, self.versions)
                 and any(fnmatch.fnmatch(scene, glob) for glob in self.scenes.split(","))
                 and self.pattern.fullmatch(line))
        self.used |= bool(found)
        return found


def rows():
    text = (HERE / "differences.txt").read_text(encoding="utf-8")
    return [Row(line) for line in text.splitlines() if line and not line.startswith("#")]


ROWS = rows()


def pairs():
    """(scene, version) of all scenes that the model and a newer version have."""
    return [(model.stem, version) for model in sorted((CAPTURES / MODEL).glob("*.ami"))
            for version in VERSIONS if (CAPTURES / version / model.name).exists()]


def found_differences(scene, version):
    """[(sign, text)] of the scene in both."""
    old = events.events((CAPTURES / MODEL / (scene + ".ami")).read_bytes())
    new = events.events(events.view(CAPTURES / version / (scene + ".ami"), *AS_11))
    found = events.differences(events.linked_once(events.lines(old)), events.lines(new))
    before, after = events.causes(old), events.causes(new)
    found += [("=", "%s %s>%s" % (channel, cause, after[channel]))
              for channel, cause in before.items() if after.get(channel, cause) != cause]
    return found


class ScenesTest(unittest.TestCase):
    maxDiff = None

    def test_each_scene(self):
        self.assertGreater(len(pairs()), 100)
        for scene, version in pairs():
            with self.subTest(scene=scene, version=version):
                unlisted = ["%s %s" % pair for pair in found_differences(scene, version)
                            if not any([row.explains(scene, version, *pair) for row in ROWS])]
                self.assertEqual([], unlisted)

    def test_rows_are_needed_and_explained(self):
        for scene, version in pairs():
            for pair in found_differences(scene, version):
                for row in ROWS:
                    row.explains(scene, version, *pair)
        reasons = REASON.findall((ROOT / "docs" / "legacy.md").read_text(encoding="utf-8"))
        self.assertEqual([], [row.text for row in ROWS if not row.used], "rows nobody needs")
        self.assertEqual(set(reasons), {row.reason for row in ROWS})


if __name__ == "__main__":
    unittest.main()
