"""docs/history/http.md: each example is run as it stands, and gives what stands behind it; the
tables name what there is."""

import json
import os
import re
import sys
import unittest

from project import BUILD, ROOT, read, run

sys.path.insert(0, str(ROOT / "tests/sys"))
import test_zvond_history_http as history  # noqa: E402

PAGE = "docs/history/http.md"
STEP = re.compile(r"(?ms)^```sh\n(.*?)^```\n(?:\n```(json|csv|xml)\n(.*?)^```)?")


class Examples(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.z = history.History()
        cls.enterClassContext(cls.z)

    def run_block(self, text):
        env = {"URL": self.z.urls["main"], "TOKEN": history.TOKEN["viewer"], "LANG": "C.UTF-8",
               "PATH": "%s:%s" % (BUILD, os.environ["PATH"]), "TZ": "UTC"}
        done = run(["bash", "-ec", text], env=env)
        self.assertEqual((done.returncode, done.stderr), (0, ""), text)
        return done.stdout

    def test_as_shown(self):
        blocks = STEP.findall(read(PAGE))
        self.assertGreater(len(blocks), 6)
        for text, kind, shown in blocks:
            with self.subTest(text):
                out = self.run_block(text)
                if kind == "json":
                    self.check_json(json.loads(out), json.loads(shown))
                elif kind:
                    self.assertEqual(out.replace("\r\n", "\n"), shown)
                else:
                    self.assertEqual(len(json.loads(out)), 4)

    def check_json(self, got, shown):
        """Legs are left out of long examples."""
        for answer in (got, shown):
            for one in answer if isinstance(answer, list) else ():
                one["legs"] = []
        self.assertEqual(got, shown)


class Tables(unittest.TestCase):
    def test_fields(self):
        told = re.search(r"(?m)^\| `fields` \| only these: (.*) \|$", read(PAGE)).group(1)
        table = read("src/hist/fields.c")
        table = table[table.index("zv_history_fields[] = {"):]
        known = re.findall(r'\t\{ "(\w+)",', table[:table.index("};")])
        self.assertGreater(len(known), 20)
        self.assertEqual(re.findall(r"`(\w+)`", told), known)

    def test_parameters(self):
        section = read(PAGE).partition("## `GET /v1/history`")[2].partition("\n## ")[0]
        told = set()
        for row in re.findall(r"(?m)^\| ((?:`\w+` ?)+) \|", section.partition("| member of")[0]):
            told |= set(re.findall(r"`(\w+)`", row))
        known = set(re.findall(r'\{ "(\w+)", set_', read("src/hist/asked.c")))
        self.assertEqual(told | {"by", "bom"}, known)

    def test_members(self):
        """Of a call: those of the schema."""
        section = read(PAGE).partition("| member of a call")[2].partition("\n\n")[0]
        told = {word for row in re.findall(r"(?m)^\| ((?:`\w+` ?)+) \|", section)
                for word in re.findall(r"`(\w+)`", row)}
        known = set(re.findall(r'\{ "PastCall", "(\w+)"', read("src/zvond/schemas.c")))
        self.assertEqual(known - told, {"anonymous"})
        self.assertEqual(told - known, set())


if __name__ == "__main__":
    unittest.main()
