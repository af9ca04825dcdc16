#!/usr/bin/env python3
"""The COM face in a host of our own (host/com.c), on x64 and x86, with the classes of classes.c.

Wine's registry, regsvr32, CoCreateInstance, SAFEARRAY and VariantChangeType are what is not ours
in it. A real 1C:Enterprise is not.
"""

import datetime
import os
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import host as onec  # noqa: E402
from host import NULL, Host, HostError, Raised, Raw  # noqa: E402

FACE_LIST = 1000  # ZV_COM_EVENTS of com_events.h
CLSID = "{DF4E8FEF-2B59-43E4-A184-9111538A3669}"  # of com_test_clsids.c
PROG_ID = "AddIn.ZvonEcho"


def echo(abi):
    return onec.find("onec/zvon-1c-echo-%s.dll" % ("win64" if abi.endswith("x64") else "win32"))


def has_sockets(abi):
    """wine64 alone runs 32-bit programs, but without sockets: the component does not load."""
    with Host(abi) as host:
        try:
            host.say("load", "ws2_32.dll")
        except HostError as e:
            return "cannot be loaded" not in str(e)
    return True


class Windows:
    """Programs of that ABI's bitness; mixed into the cases."""

    abi = None

    @classmethod
    def setUpClass(cls):
        if not cls.abi.endswith("x64") and not has_sockets(cls.abi):
            if os.environ.get("CI") == "true":
                raise AssertionError("no wine32 with sockets: tools/onec/wine.sh install x86")
            raise unittest.SkipTest("no wine32 with sockets: tools/onec/wine.sh install x86")

    def system(self, program):
        """A program of Windows in the bitness of this ABI."""
        folder = "system32" if self.abi.endswith("x64") else "syswow64"
        return "C:\\windows\\%s\\%s.exe" % (folder, program)

    def run_windows(self, *command):
        return subprocess.run(
            [*onec.wine(self.abi[-3:]), *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", **os.environ},
            timeout=60 * onec.SLOW)

    def open(self):
        host = Host(self.abi, env={"OANOCACHE": "1"})  # freed texts are freed at once
        self.addCleanup(host.quit)
        return host

    def thing(self, class_name="Echo", **options):
        host = self.open()
        host.load(echo(self.abi))
        return host.new(class_name, **options)


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


class Events(Windows):
    """From the sender's thread to the thread of 1C, and its queue."""

    def numbers(self, events):
        return [int(data.split()[0]) for _, name, data in events if name == "e"]

    def take_all(self, thing, n):
        """n events, or fewer when no more come."""
        events = []
        while len(events) < n:
            more = thing.take(min(200, n - len(events)), 1500)
            if not more:
                break
            events += more
        return events

    def test_depth_is_asked_for(self):
        thing = self.thing(depth=1)
        self.assertEqual(thing.taken()[3], 1000)
        self.assertEqual(thing.get("EventDepth"), 1000)
        thing.set("EventDepth", 50)
        self.assertEqual(thing.taken()[3], 50)

    def test_order_through_a_queue_of_one(self):
        thing = self.thing(depth=1, fixed=True)
        thing.proc("Events", 300, "e", "")
        events = self.take_all(thing, 300)
        self.assertEqual(self.numbers(events), list(range(300)))
        self.assertGreater(thing.taken()[1], 0)  # it was refused, and offered again

    def test_order_of_many(self):
        thing = self.thing()
        thing.taking("count")
        thing.proc("Events", 8000, "e", "данные")
        deadline = time.monotonic() + 30 * onec.SLOW
        while thing.taken()[0] < 8000 and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual(thing.taken()[0], 8000)
        self.assertEqual((thing.get("Dropped"), thing.get("Waiting")), (0, 0))

    def test_order_of_many_taken_one_by_one(self):
        thing = self.thing()
        thing.proc("Events", 5000, "e", "")
        self.assertEqual(self.numbers(self.take_all(thing, 5000)), list(range(5000)))

    def test_events_of_the_network_thread(self):
        thing = self.thing()
        self.assertEqual(thing.call("Ask", "вопрос"), "вопрос")
        self.assertEqual(thing.take(1, 2000), [("Echo", "asked", "вопрос")])

    def test_fault_121_host_takes_no_events(self):
        thing = self.thing(depth=5, fixed=True)
        thing.set("EventsWaiting", 10)
        thing.proc("Events", 3000, "e", "")
        events = self.take_all(thing, 3000)
        numbers = self.numbers(events)
        self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(numbers[-10:], list(range(2990, 3000)))  # the newest stay
        told = [int(data) for source, name, data in events
                if (source, name) == ("zvon", "events.dropped")]
        self.assertEqual(len(numbers) + sum(told), 3000)
        self.assertEqual(thing.get("Dropped"), sum(told))
        # what the face keeps of its own is bounded
        self.assertLessEqual(len(numbers), 5 + FACE_LIST + 1 + 10 + 5)

    def test_large_events(self):
        thing = self.thing()
        data = "д" * 100000
        thing.proc("Events", 100, "e", data)
        events = self.take_all(thing, 100)
        self.assertEqual(self.numbers(events), list(range(100)))
        self.assertTrue(all(event[2].endswith(data) for event in events))

    def test_forgotten(self):
        thing = self.thing(depth=5, fixed=True)
        thing.proc("Events", 1500, "e", "")
        thing.host.say("sleep", "200")
        thing.proc("Forget")
        thing.proc("Events", 1, "new", "новое")
        self.assertEqual(thing.cleaned(), 1)
        events = thing.take(10, 700)
        # one may have been between the two queues at that moment
        self.assertEqual(events[-1], ("Echo", "new", "новое"))
        self.assertLessEqual(len(events), 2)

    def test_no_events_on_a_server(self):
        thing = self.thing(app=3)
        thing.proc("Events", 3, "e", "")
        self.assertEqual(thing.take(1, 300), [])


class Life(Windows):
    """Init, Done, Release; loading and unloading."""

    def test_done_is_fast_whatever_waits(self):
        for options in ({}, {"depth": 1, "fixed": True}):
            thing = self.thing(**options)
            thing.proc("Events", 9000, "e", "данные" * 50)
            self.assertLess(thing.done(), 1000)
            self.assertTrue(thing.free())  # and holds nothing of the host
            self.assertTrue(thing.host.unload())
            thing.host.say("sleep", "100")
            self.assertEqual(thing.host.memory()[2], 0)  # no call after Done

    def test_calls_after_done(self):
        thing = self.thing()
        thing.done()
        with self.assertRaises(Raised):
            thing.call("Echo", 5)
        self.assertEqual(thing.done(), thing.done())
        self.assertTrue(thing.free())

    def test_release_without_done(self):
        thing = self.thing()
        thing.proc("Events", 100, "e", "")
        thing.call("Ask", "1")
        self.assertTrue(thing.free())
        self.assertTrue(thing.host.unload())

    def test_a_library_in_use_stays(self):
        thing = self.thing()
        self.assertFalse(thing.host.unload())

    def rounds(self, host, n):
        for _ in range(n):
            thing = host.new("Echo")
            thing.proc("Events", 3, "e", "")
            thing.done()
            thing.free()

    def test_fault_122_a_thousand_times(self):
        host = self.open()
        host.load(echo(self.abi))
        self.rounds(host, 50)
        before = [host.number(what) for what in ("threads", "handles")]
        bytes_before = host.number("bytes")
        self.rounds(host, 1000)
        host.say("sleep", "100")
        self.assertEqual([host.number(what) for what in ("threads", "handles")], before)
        # host/object.c keeps some 300 bytes for each object that there ever was
        self.assertLess(host.number("bytes") - bytes_before, 1000 * 1024)
        self.assertEqual(host.memory()[2], 0)

    def test_fault_122_loaded_and_unloaded(self):
        host = self.open()

        def once():
            host.load(echo(self.abi))
            thing = host.new("Echo")
            thing.call("Ask", "1")
            thing.done()
            thing.free()
            self.assertTrue(host.unload())

        for _ in range(5):
            once()
        before = [host.number(what) for what in ("threads", "handles")]
        for _ in range(100):
            once()
        host.say("sleep", "100")
        self.assertEqual([host.number(what) for what in ("threads", "handles")], before)

    def test_no_bytes_stay_of_calls(self):
        thing = self.thing()

        def calls(n):
            for _ in range(n):
                thing.call_out("Fill", Raw("refv:вход"), "x" * 1000, b"1" * 1000, None)
                thing.call("Echo", b"2" * 1000)
                thing.call("Echo", "я" * 1000)
                thing.set("Value", "ю" * 1000)
                thing.get("Value")
                with self.assertRaises(Raised):
                    thing.call("Refuse", "ы" * 1000)

        calls(20)
        before = thing.host.number("bytes")
        calls(200)
        self.assertLess(thing.host.number("bytes") - before, 200 * 100)

    def test_fault_123_two_objects(self):
        one = self.thing(depth=1, fixed=True)
        other = one.host.new("Echo")
        one.set("Value", 1)
        other.set("Value", "два")
        one.proc("Events", 2000, "e", "")  # blocked: nobody takes
        other.proc("Events", 5, "e", "")
        self.assertEqual(len(other.take(5, 2000)), 5)
        self.assertEqual((one.get("Value"), other.get("Value")), (1, "два"))
        one.done()
        one.free()
        self.assertEqual(other.call("Ask", "ещё"), "ещё")
        self.assertEqual(other.take(1, 2000), [("Echo", "asked", "ещё")])

    def test_fault_123_two_copies(self):
        copy = echo(self.abi).with_name("copy-of-" + echo(self.abi).name)
        shutil.copy(echo(self.abi), copy)
        self.addCleanup(copy.unlink)
        host = self.open()
        host.load(echo(self.abi))
        host.load(copy, name="copy")
        one, other = host.new("Echo"), host.new("Echo", **{"from": "copy"})
        for thing in (one, other):
            thing.proc("Events", 3, "e", "")
            self.assertEqual(len(thing.take(3, 2000)), 3)
        one.done()
        one.free()
        self.assertTrue(host.unload())
        self.assertEqual(other.call("Ask", "1"), "1")
        self.assertEqual(other.take(1, 2000), [("Echo", "asked", "1")])


class Registration(Windows):
    """What regsvr32 and 1C write and remove, and objects made by it."""

    def regsvr32(self, *options):
        return self.run_windows(self.system("regsvr32"), "/s", *options,
                                onec.windows_path(echo(self.abi))).returncode

    def values(self, root, key):
        """{"key\\name": value} below; {}: there is no such key."""
        told = self.run_windows(self.system("reg"), "query",
                                "%s\\Software\\Classes\\%s" % (root, key), "/s")
        found, here = {}, ""
        for line in told.stdout.decode("utf-8", "replace").splitlines():
            if line.startswith("HKEY_"):
                here = line.strip().split("Classes\\", 1)[-1]
            elif "REG_SZ" in line:
                name, value = line.strip().split("REG_SZ", 1)
                found[here + "\\" + name.strip().replace("(Default)", "")] = value.strip()
        return found

    def check(self, root, is_there):
        clsid = self.values(root, "CLSID\\" + CLSID)
        prog_id = self.values(root, PROG_ID)
        if not is_there:
            self.assertEqual((clsid, prog_id), ({}, {}))
            return
        found = {name.split(CLSID, 1)[1].lstrip("\\"): value for name, value in clsid.items()}
        self.assertEqual(found["ProgID\\"], PROG_ID)
        self.assertEqual(found["InprocServer32\\"].lower(),
                         onec.windows_path(echo(self.abi)).lower())
        self.assertEqual(found["InprocServer32\\ThreadingModel"], "Apartment")
        self.assertEqual(prog_id[PROG_ID + "\\CLSID\\"], CLSID)

    def test_machine(self):
        self.assertEqual(self.regsvr32(), 0)
        self.check("HKLM", True)
        host = self.open()
        host.say("load", "x", "registered")
        thing = host.new("Echo")
        self.assertEqual(thing.call("Echo", "привет"), "привет")
        thing.done()
        self.assertTrue(thing.free())
        self.assertTrue(host.unload())
        self.assertEqual(self.regsvr32("/u"), 0)
        self.check("HKLM", False)
        with self.assertRaises(HostError):
            host.say("load", "x", "registered")
            host.new("Echo")

    def test_user(self):
        self.regsvr32("/u")
        self.assertEqual(self.regsvr32("/n", "/i:user"), 0)
        self.check("HKCU", True)
        self.check("HKLM", False)
        self.assertEqual(self.regsvr32("/u", "/n", "/i:user"), 0)
        self.check("HKCU", False)

    def test_twice_is_fine(self):
        self.assertEqual([self.regsvr32(), self.regsvr32()], [0, 0])
        self.assertEqual([self.regsvr32("/u"), self.regsvr32("/u")], [0, 0])
        self.check("HKLM", False)


class Queue(Windows):
    """com_events_rig.c: events on their way to a host that does in them what it likes."""

    def test_rig(self):
        path = onec.find("onec/com-events-%s.exe" % self.abi[-3:])
        told = self.run_windows(onec.windows_path(path))
        self.assertIn(b" 0 failed", told.stdout, told.stdout.decode())
        self.assertEqual(told.returncode, 0)


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


def cases():
    """Each class of above for each ABI."""
    for base in (Calls, Seven, Events, Life, Registration, Queue, Product):
        for abi in onec.COM:
            name = "%s_%s" % (base.__name__, abi.replace("-", "_"))
            yield name, type(name, (base, unittest.TestCase), {"abi": abi})


globals().update(cases())

if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[1:]])
