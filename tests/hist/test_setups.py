"""Six real set-ups and one that nobody knows: their rows give the calls that stand beside them."""

import sys
import unittest

import scenes
import setups


def told(set_up):
    """What the stitcher makes of it."""
    calls = scenes.stitch(set_up.asterisk_rows(), *set_up.trunks)
    return sorted(calls, key=lambda call: (call["started"] or "", call["call"] or ""))


class SetUps(unittest.TestCase):
    maxDiff = None

    def test_expected(self):
        for name in setups.NAMES:
            set_up = setups.SetUp(name)
            with self.subTest(name):
                self.assertEqual(told(set_up), set_up.expected())

    def test_fault_103_strange_tables(self):
        """NULLs, a Uniqueid twice, 1970, empty rows: what is known is shown."""
        calls = {call["call"]: call for call in told(setups.SetUp("custom"))}
        twice = calls["1772435700.10"]
        self.assertEqual([leg["line"] for leg in twice["legs"]], ["beeline", "101", "102"])
        self.assertEqual(calls["1772436600.20"]["started"], "2026-03-02T07:30:00.000Z")
        self.assertEqual(len(calls), 3)


if __name__ == "__main__":
    if "--write" in sys.argv:
        import json
        for NAME in setups.NAMES:
            SET_UP = setups.SetUp(NAME)
            LINES = [json.dumps(call, ensure_ascii=False) + "\n" for call in told(SET_UP)]
            (SET_UP.folder / "expected.jsonl").write_text("".join(LINES), encoding="utf-8")
    else:
        unittest.main()
