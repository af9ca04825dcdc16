"""The class MIKO: what docs/onec/miko.md says is there is there, and nothing else; its example
of a file of functions can be loaded."""

import re
import tempfile
import unittest
from pathlib import Path

import host
import talk_pbx

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs/onec/miko.md").read_text(encoding="utf-8")
OWN = {"Connect": "Подключить", "Disconnect": "Отключить", "LoadFunctions": "ЗагрузитьФункции",
       "Functions": "Функции", "Diagnose": "Диагностика"}


def section(heading):
    """The text below a heading, up to the next one of any level."""
    return re.split(r"(?m)^#+ ", DOCUMENT.split("## " + heading, 1)[1], maxsplit=1)[0]


def rows(text):
    """(first cell, second cell) of each row of a table."""
    return [tuple(cell.strip() for cell in line.strip("| \n").split("|")[:2])
            for line in text.splitlines() if line.startswith("|") and "---" not in line]


def documented_functions():
    """{method: (mark, [header, …])} of the two tables."""
    known, guessed = section("Functions\n").split("Guessed (G)")
    found = {}
    for mark, text in (("documented", known), ("guessed", guessed)):
        for names, parameters in rows(text):
            headers = re.sub(r"\(.*?\)", "", parameters).strip()
            for name in re.findall(r"`(\w+)`", names):
                found[name] = (mark, [] if headers == "none" else
                               [h.strip() for h in headers.split(",")])
    return found


class Miko(unittest.TestCase):
    def setUp(self):
        self.host = host.Host()
        self.addCleanup(self.host.quit)
        self.host.load()
        self.thing = self.host.new("MIKO")

    def test_document_tells_each_function(self):
        told = documented_functions()
        found = {}
        for line in self.thing.call("Функции").splitlines():
            mark, name, headers = re.fullmatch(r"(\w+) (\w+)(?: as \w+)? =(.*)", line).groups()
            found[name] = (mark, [re.sub(r"[^\w].*", "", h.strip())
                                  for h in headers.split(",") if h.strip()])
        self.assertEqual(told, found)

    def test_methods_have_their_parameters(self):
        methods = self.thing.methods()
        for name, russian in OWN.items():
            self.assertEqual(russian, methods.pop(name)[0])
            self.assertIn("| `%s(" % name, DOCUMENT)
        for name, (_, headers) in documented_functions().items():
            self.assertEqual("%df" % (len(headers) + 2), methods.pop(name)[1], name)
        self.assertEqual({}, methods)

    def test_document_tells_each_property(self):
        told = {name.strip("`"): russian for name, russian in rows(section("Properties"))
                if name.startswith("`")}
        found = {name: russian for name, (russian, _) in self.thing.props().items()}
        self.assertEqual(told, found)

    def test_example_of_a_file(self):
        example = DOCUMENT.split("## The file of functions", 1)[1].split("```")[1]
        with tempfile.NamedTemporaryFile("w", suffix="-функции.conf", encoding="utf-8") as file:
            file.write(example)
            file.flush()
            self.assertTrue(self.thing.call("ЗагрузитьФункции", file.name),
                            self.thing.get("LastError"))
        methods = self.thing.methods()
        self.assertEqual("6f", methods["QueuePause"][1])
        self.assertEqual("3f", methods["PJSIPqualify"][1])
        self.assertFalse(self.thing.call("ПоложитьТрубку", "SIP/1"))
        self.assertFalse(self.thing.call("Инициализация", "ami://u@127.0.0.1:1"))

    def test_names_in_either_case(self):
        self.assertFalse(self.thing.call("oRIGINATE"))  # there is no connection
        self.assertTrue(self.thing.call("оТКЛЮЧИТЬ"))


class Diagnose(unittest.TestCase):
    """The same of both classes: the steps and words of `zvon probe`."""

    def setUp(self):
        self.host = host.Host()
        self.addCleanup(self.host.quit)
        self.host.load()
        self.pbx = talk_pbx.begin(["fake", "16"])
        self.addCleanup(self.pbx.stop)

    def check(self, name, secret, *wanted, port=None):
        url = "ami://127.0.0.1:%d" % (port or self.pbx.port)
        thing = self.host.new(name)
        told = thing.call("Диагностика", url, "crm", secret)
        thing.done()
        for line in wanted:
            self.assertRegex(told, line)
        return told

    def test_works(self):
        for name in ("MIKO", "Zvon"):
            told = self.check(name, "secret", r"(?m)^ок +вход +пользователь crm вошёл",
                              r"(?m)^ок +события ", r"(?m)^ок +итог +работает")
            self.assertNotIn("ОШИБКА", told)
            self.assertNotIn("secret", told)

    def test_refused(self):
        for name in ("MIKO", "Zvon"):
            told = self.check(name, "wrong", r"(?m)^ОШИБКА +вход .*отказано",
                              r"-> manager.conf \[crm\]: тот ли secret", r"(?m)^ОШИБКА +итог")
            self.assertNotIn("wrong", told)

    def test_nobody_there(self):
        self.check("MIKO", "secret", r"(?m)^ОШИБКА +порт .*отказано", port=1)

    def test_what_cannot_be_probed(self):
        zvon, miko = self.host.new("Zvon"), self.host.new("MIKO")
        with self.assertRaisesRegex(host.Raised, "только Asterisk"):
            zvon.call("Диагностика", "ws://127.0.0.1:1", "u", "s")
        with self.assertRaisesRegex(host.Raised, "имя пользователя"):
            miko.call("Диагностика", "ami://127.0.0.1:1")
        with self.assertRaisesRegex(host.Raised, "bad URL"):
            miko.call("Диагностика", "tel://127.0.0.1:1", "u")

    def test_leaves_nothing(self):
        self.check("MIKO", "secret", "итог")
        for _ in range(3):
            self.check("Zvon", "wrong", "итог")
        self.assertEqual((0, 0, 0), self.host.memory())


if __name__ == "__main__":
    unittest.main()
