#!/usr/bin/env python3
"""The COM face in a host of our own (host/com.c), on x64 and x86: what a script reads, writes,
calls, with the classes of classes.c; and the component itself.

Wine's registry, regsvr32, CoCreateInstance, SAFEARRAY and VariantChangeType are what is not ours
in it. A real 1C:Enterprise is not.
"""

import datetime
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import host as onec  # noqa: E402
from com_case import Windows, cases  # noqa: E402
from host import NULL, Raised, Raw  # noqa: E402


class Calls(Windows):
    """What a script reads, writes and calls."""

    def test_object_tells_who_it_is(self):
        thing = self.thing()
        self.assertEqual(thing.info, 2000)
        self.assertEqual(thing.extension, "Echo")

    def test_names_in_both_languages_without_case(self):
        thing = self.thing()
        self.assertEqual(thing.props()["Version"], ("Версия", "r"))
        self.assertEqual(thing.props()["Value"], ("Значение", "rw"))
        self.assertEqual(thing.props()["EventsWaiting"], ("ОчередьСобытий", "w"))
        self.assertEqual(thing.methods()["Echo"], ("Эхо", "1f", {}))
        self.assertEqual(thing.methods()["Events"][:2], ("События", "3p"))
        for name in ("echo", "ECHO", "эХО", "Эхо"):
            self.assertEqual(thing.call(name, "привет"), "привет")
        self.assertEqual(thing.call("СПРОСИТЬЁЖИКА", "1"), "1")
        self.assertEqual(thing.get("ВЕРСИЯ"), "1.0-эхо")
        self.assertEqual(thing.call("сорт", 1), "int")
        for name in ("СпроситьЕжика", "Ech", "", "Echo ", "Version"):
            with self.assertRaises(LookupError):
                thing.call(name, 1)

    def test_every_method_has_two_names_that_are_found(self):
        thing = self.thing()
        for name, (russian, _, _) in thing.methods().items():
            for each in (name, russian):
                with self.assertRaises(Raised):  # found, and too many
                    thing.proc(each, *[5] * 30)

    def test_defaults(self):
        thing = self.thing()
        self.assertEqual(thing.methods()["Each"][2], {1: "7", 2: "true", 3: "имя"})
        for left_out in (None, NULL, Raw("missing:")):
            self.assertEqual(thing.call("Each", "т", left_out, left_out, left_out),
                             "text=т int=7 bool=true text=имя")
        self.assertEqual(thing.call("Each", "т"), "text=т int=7 bool=true text=имя")

    def test_types_that_come_in(self):
        thing = self.thing()
        rows = [
            ("i:-5", "int", "i:-5"), ("i1:-5", "int", "i:-5"), ("i2:-5", "int", "i:-5"),
            ("i8:-5", "int", "i:-5"), ("ui1:200", "int", "i:200"),
            ("ui2:60000", "int", "i:60000"), ("ui4:4000000000", "int", "r:4000000000"),
            ("ui8:7", "int", "i:7"), ("int:-5", "int", "i:-5"),
            ("uint:4000000000", "int", "r:4000000000"), ("i8:5000000000", "int", "r:5000000000"),
            ("i:2147483647", "int", "i:2147483647"), ("i:-2147483648", "int", "i:-2147483648"),
            ("i8:2147483648", "int", "r:2147483648"),
            ("r:0.5", "real", "r:0.5"), ("r4:0.5", "real", "r:0.5"), ("r:-2.5e+17", "real",
                                                                      "r:-2.5e+17"),
            ("cy:12.5", "real", "r:12.5"), ("b:1", "bool", "b:1"), ("b:0", "bool", "b:0"),
            ("s:текст", "text", "s:текст"), ("s:", "text", "s:"),
            ("x:00ff", "blob", "x:00ff"), ("x:", "blob", "x:"),
            ("refs:текст", "text", "s:текст"), ("refi:-5", "int", "i:-5"),
            ("refv:текст", "text", "s:текст"),
        ]
        for given, kind, back in rows:
            with self.subTest(given):
                self.assertEqual(thing.call("Kind", Raw(given)), kind)
                self.assertEqual(thing.say("func", "Echo", given)[0], back)

    def test_dates(self):
        thing = self.thing()
        for text in ("2026-11-21 19:30:01", "1970-01-01 00:00:00", "1899-12-30 00:00:00",
                     "1899-12-29 06:00:00", "1899-12-31 23:59:59", "2024-02-29 12:00:00",
                     "3999-12-31 23:59:59", "0100-01-01 00:00:00", "1600-02-29 23:59:59"):
            with self.subTest(text):
                self.assertEqual(thing.say("func", "Echo", "d:" + text)[0], "d:" + text)
        self.assertEqual(thing.call("Kind", datetime.datetime(2026, 1, 1)), "date")
        self.assertEqual(thing.call("Kind", Raw("date:1e300")), "other")

    def test_fault_124_wrong_types_are_told(self):
        thing = self.thing()
        for given in ("iface:", "array:", "clsid:", "error:5", "ui8:-1"):
            self.assertEqual(thing.call("Kind", Raw(given)), "other", given)
            with self.assertRaises(Raised) as told:
                thing.call("Each", Raw(given))
            self.assertIn("Text", told.exception.text)
        for name, arguments, words in (
                ("Each", ["т", "не число"], "параметр 2 (Number)"),
                ("Each", [], "параметр 1 (Text)"),
                ("Each", ["т", 1, "кое-что"], "параметр 3 (Flag)"),
                ("Each", ["т", 1, True, "имя", 5], "5"),
                ("Echo", ["1"] * 24, "24"),
                ("Echo", [None], "параметр 1 (Value)")):
            with self.subTest(name, arguments=arguments):
                with self.assertRaises(Raised) as told:
                    thing.call(name, *arguments)
                self.assertEqual(told.exception.source, "Echo")
                self.assertIn(words, told.exception.text)
        # as the script, VariantChangeType or no: a text that is a number is one
        self.assertEqual(thing.call("Each", 5, "40", 1, 0.5), "text=5 int=40 bool=true text=0.5")

    def test_numbers_of_methods_that_are_none(self):
        thing = self.thing()
        for number in ("-1", "99", "2147483647", "-2147483648"):
            for what in ("get", "set", "func", "proc", "name", "default"):
                with self.assertRaises(Raised):
                    thing.say("raw", what, number)
        for alias in ("-1", "2"):
            with self.assertRaises(Raised):
                thing.say("raw", "alias", alias)
        for parameter in ("-1", "4", "99"):
            with self.assertRaises(Raised):
                thing.say("raw", "default", "2", "of=" + parameter)

    def test_large_texts(self):
        thing = self.thing()
        text = "звонок☎📞" * 100000  # 1.8 MB of UTF-16
        self.assertEqual(thing.call("Echo", text), text)
        with self.assertRaises(Raised) as told:
            thing.call("Echo", "x" * (16 * 1024 * 1024 + 1))
        self.assertIn("16777216", told.exception.text)

    def test_out_parameters(self):
        thing = self.thing()
        result, out = thing.call_out("Fill", None, None, None, "как было")
        self.assertIs(result, True)
        self.assertEqual(out, ["заполнено ☎", 42, b"\0\xff\x01", None])
        for variable in (Raw("refv:вход"), "вход", 5, Raw("missing:"), True, Raw("refs:вход")):
            with self.subTest(variable):
                self.assertEqual(thing.proc("Fill", variable, None, None, None)[0],
                                 "заполнено ☎")
        # those that are only read stay what they were
        self.assertEqual(thing.call_out("Each", 5, "40", 1, 0.5)[1], [5, "40", 1, 0.5])

    def test_out_parameters_that_are_left_out(self):
        thing = self.thing()
        self.assertEqual(thing.call_out("Fill", None)[1], ["заполнено ☎"])
        self.assertEqual(thing.call_out("Fill"), (True, []))

    def test_functions_as_procedures(self):
        thing = self.thing()
        self.assertEqual(thing.proc("Echo", "текст"), ["текст"])
        with self.assertRaises(LookupError):
            thing.call("Forget")

    def test_properties(self):
        thing = self.thing()
        for value in ("текст", 5, 0.5, True, datetime.datetime(2026, 11, 21, 19, 30), b"\0\1",
                      None):
            thing.set("Значение", value)
            self.assertEqual(thing.get("value"), value)
        with self.assertRaises(LookupError):
            thing.set("Version", 1)
        with self.assertRaises(LookupError):
            thing.get("EventsWaiting")
        with self.assertRaises(Raised) as told:
            thing.set("EventsWaiting", 1)
        self.assertTrue(told.exception.text)

    def test_errors(self):
        thing = self.thing()
        with self.assertRaises(Raised) as told:
            thing.call("Refuse", "отказ: ☎")
        self.assertEqual((told.exception.source, told.exception.text), ("Echo", "отказ: ☎"))
        self.assertEqual(thing.get("LastError"), "отказ: ☎")
        quiet = thing.host.new("Echo-False")
        self.assertIs(quiet.call("Refuse", "отказ"), False)
        self.assertEqual(quiet.get("LastError"), "отказ")
        with self.assertRaises(Raised):  # the script's own mistake
            quiet.call("Refuse")

    def test_language_of_errors(self):
        thing = self.thing()
        self.assertEqual(thing.get("Language"), "ru")
        for name, language in (("en_US", "en"), ("rus_RUS", "ru"), ("en", "en"), ("ru_RU", "ru")):
            thing.locale(name)
            self.assertEqual(thing.get("Language"), language)
        thing.locale("en_US")
        with self.assertRaises(Raised) as told:
            thing.call("Echo")
        self.assertIn("parameter 1 (Value) is missing", told.exception.text)

    def test_without_init(self):
        thing = self.thing(init="no")
        self.assertEqual(thing.call("Echo", 5), 5)
        self.assertEqual(thing.get("Version"), "1.0-эхо")
        self.assertLess(thing.done(), 1000)
        self.assertTrue(thing.free())

    def test_fault_126_every_plane_and_lone_surrogates(self):
        thing = self.thing()
        for text in ("\u0001\u001f", "ё", "ÿĀ", "\uffff\ufffd", "𐀀", "📞", "\U0010ffff", "a\0b"):
            self.assertEqual(thing.call("Echo", text), text)
        self.assertEqual(thing.call("Echo", "\ud800"), "\ufffd")
        self.assertEqual(thing.call("Echo", "\udc00x\ud83d"), "\ufffdx\ufffd")
        thing.proc("Events", 1, "событие-📞", "данные-\ud800")
        self.assertEqual(thing.take(1, 2000), [("Echo", "событие-📞", "данные-\ufffd")])


class Seven(Windows):
    """1C 7.7: no booleans, no binary data, no ILocale."""

    def test_booleans_are_numbers(self):
        thing = self.thing(seven=True)
        self.assertEqual(thing.say("func", "Echo", "b:1")[0], "i:1")
        self.assertEqual(thing.say("func", "Echo", "b:0")[0], "i:0")
        self.assertEqual(thing.say("func", "Fill", "u:", "u:", "u:", "u:"),
                         ["i:1", "out", "s:заполнено ☎", "i:42", "s:AP8B", "u:"])
        thing.set("Value", True)
        self.assertEqual(thing.say("get", "Value"), ["i:1"])

    def test_language_and_kind_of_program(self):
        thing = self.thing(seven=True)
        self.assertEqual(thing.get("Language"), "ru")
        self.assertEqual(thing.get("App"), -1)

    def test_eight_has_them(self):
        thing = self.thing(app=1)
        self.assertEqual(thing.say("func", "Echo", "b:1")[0], "b:1")
        self.assertEqual(thing.get("App"), 1)


class Product(Windows):
    """The component itself: what 1C reads in it before it makes an object."""

    def test_string_100_names_objects_that_can_be_made(self):
        host = self.open()
        names = host.load(onec.library(self.abi))[0].split("|")
        self.assertIn("Zvon", names)
        self.assertEqual(len(names), len(set(names)))
        for name in names:
            with self.subTest(name):
                thing = host.new(name)
                self.assertEqual(thing.info, 2000)
                self.assertTrue(thing.methods())
                self.assertLess(thing.done(), 1000)
                self.assertTrue(thing.free())
        self.assertTrue(host.unload())


globals().update(cases(Calls, Seven, Product))

if __name__ == "__main__":
    unittest.main()
