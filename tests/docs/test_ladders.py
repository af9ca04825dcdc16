"""docs/ladders: the charts are what the program draws, and all are in the list."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from project import ROOT, ZVON, read, run

FOLDER = ROOT / "docs" / "ladders"


class Ladders(unittest.TestCase):
    """docs/ladders/*.txt"""

    def test_same(self):
        """Drawn again they are the same, byte for byte."""
        done = run([ROOT / "tools/ladders.py", "--check"], {"ZVON": ZVON})
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_notices(self):
        """The comparison above sees one changed byte, and a missing chart."""
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder)
            for part in ("tools/ladders.py", "docs/ladders", "tests/wire/captures/22.10.1"):
                target = tree / part
                target.parent.mkdir(parents=True, exist_ok=True)
                copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy
                copy(ROOT / part, target)
            chart = tree / "docs/ladders/busy.txt"
            chart.write_bytes(chart.read_bytes().replace(b"17", b"16", 1))
            (tree / "docs/ladders/hold.txt").unlink()
            done = run([tree / "tools/ladders.py", "--check"], {"ZVON": ZVON})
        self.assertEqual(done.returncode, 1)
        self.assertEqual(re.findall(r"docs/ladders/([\w-]+)\.txt", done.stderr),
                         ["busy", "hold"])

    def test_listed(self):
        """README.md names each, and no others."""
        named = re.findall(r"\]\(([\w-]+\.txt)\)", read("docs/ladders/README.md"))
        self.assertEqual(sorted(named), sorted(path.name for path in FOLDER.glob("*.txt")))

    def test_width(self):
        """No line is wider than a terminal."""
        for path in FOLDER.glob("*.txt"):
            for line in path.read_text(encoding="utf-8").splitlines():
                self.assertLessEqual(len(line), 80, (path.name, line))


if __name__ == "__main__":
    unittest.main()
