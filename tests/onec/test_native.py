"""The Native API as platforms use it, on each ABI: exports, names, memory, life of an object,
capabilities, the queue of events. (Fault 121.) What a script sees stands in the talks."""

import os
import subprocess
import unittest

import host
from host import Host, HostError, Raised

ECHO = "zvon-1c-echo"
EXPORTS = ["DestroyObject", "GetAttachType", "GetClassNames", "GetClassObject",
           "SetPlatformCapabilities"]
LOST = ("zvon", "events.dropped")


class OnLinux(unittest.TestCase):
    """A host with the echo module; at the end nothing may be left. One process for all tests
    of a class, if none of them fails: under Wine it takes seconds to begin."""

    abi = "linux"
    kept = None

    def setUp(self):
        kind = type(self)
        kind.kept = kind.kept or Host(self.abi)
        self.host = kind.kept
        self.loaded = []
        self.addCleanup(self.unload_all)

    def unload_all(self):
        outcome = self._outcome.result
        self.loaded = self.loaded if self.kept else []
        if any(test is self for test, _ in outcome.failures + outcome.errors):
            self.tearDownClass()
        while self.loaded and self.kept:
            self.assertTrue(self.unload(self.loaded[-1]))

    @classmethod
    def tearDownClass(cls):
        if cls.kept:
            cls.kept.kill()
        cls.kept = None

    def load(self, caps=3, name=""):
        self.loaded.append(name)
        return self.host.load(host.library(self.abi, ECHO), caps=caps, name=name)

    def unload(self, name=""):
        self.loaded.remove(name)
        return self.host.unload(name)

    def new(self, caps=3, class_name="Echo", **options):
        self.load(caps)
        return self.host.new(class_name, **options)

    def finish(self, *things):
        for thing in things:
            self.assertLessEqual(thing.done(), 1000 * host.SLOW)
            self.assertTrue(thing.free())
        self.assertEqual(self.host.memory(), (0, 0, 0))


class Exports(unittest.TestCase):
    def shown(self, path):
        told = subprocess.run(["nm", "-D", "--defined-only", str(path)], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        return sorted(line.split()[-1] for line in told.splitlines())

    def test_these_five_and_no_others(self):
        for name in ("zvon-1c", ECHO):
            self.assertEqual(self.shown(host.library("linux", name)), EXPORTS)


class Library(OnLinux):
    def test_what_it_says_of_itself(self):
        for caps, answer in ((1, 1), (2, 2), (3, 3), (4, 3), (100, 3)):
            with self.subTest(caps=caps):
                name = "c%d" % caps
                self.assertEqual(self.load(caps, name=name), ["Echo|Echo-False|Echo-Net", answer, 3])
                self.assertTrue(self.unload(name))

    def test_an_old_platform_does_not_ask(self):
        self.assertEqual(self.load(0), ["Echo|Echo-False|Echo-Net", -1, 3])

    def test_classes(self):
        self.load()
        for name in ("", "ech", "Echo ", "Echo|Echo-False|Echo-Net", "Echo\x01"):
            with self.subTest(name=name), self.assertRaisesRegex(HostError, "no such class"):
                self.host.new(name)
        self.finish(self.host.new("ECHO"), self.host.new("echo-false"))

    def test_it_goes(self):
        for _ in range(20):
            self.finish(self.new())
            self.assertTrue(self.unload())

    def test_the_component_itself(self):
        """Each class of the product: its extension is called like the class."""
        names = self.host.load(host.library(self.abi), name="zvon")[0].split("|")
        self.assertTrue(names and all(names))
        for name in names:
            thing = self.host.new(name, **{"from": "zvon"})
            self.assertEqual((thing.info, thing.extension), (2000, name))
            self.assertTrue(thing.methods() and thing.props())
            self.finish(thing)
        self.assertTrue(self.host.unload("zvon"))


class Names(OnLinux):
    def test_info(self):
        thing = self.new()
        self.assertEqual((thing.info, thing.extension), (2000, "Echo"))
        self.finish(thing)

    def test_properties_are_found_by_both_names_in_any_case(self):
        thing = self.new()
        for name, (russian, way) in thing.props().items():
            for written in (name, name.upper(), name.lower(), russian, russian.upper(),
                            russian.lower()):
                if "r" in way:
                    thing.get(written)
                else:
                    self.assertRaises(LookupError, thing.get, written)
        self.finish(thing)

    def test_methods_are_found_by_both_names_in_any_case(self):
        thing = self.new()
        for name, (russian, _, _) in thing.methods().items():
            for written in (name, name.upper(), russian, russian.lower(), russian.upper()):
                with self.assertRaises(Raised):  # there is one, and it wants less
                    thing.proc(written, *[1] * 9)
        self.finish(thing)

    def test_parameters(self):
        """Their number, whether there is a result, and what stands for one that is left out."""
        thing = self.new()
        methods = thing.methods()
        self.assertEqual(methods["Each"],
                         ("КаждыйПараметр", "4f", {1: "7", 2: "true", 3: "имя"}))
        self.assertEqual(methods["Events"], ("События", "3p", {1: "event", 2: ""}))
        self.assertEqual(methods["Fill"], ("Заполнить", "4f", {}))
        self.finish(thing)

    def test_numbers_that_there_are_none_of(self):
        thing = self.new()
        for number in (-1, -2**31, 99, 2**31 - 1):
            for what in ("get", "set", "func", "proc", "name", "default"):
                with self.subTest(what=what, number=number), self.assertRaises(Raised):
                    thing.say("raw", what, str(number))
        for alias in (-1, 2, 100):
            with self.assertRaises(Raised):
                thing.say("raw", "alias", str(alias))
        for parameter in (-1, 4, 100):  # Each has four, but for the first with a default
            with self.assertRaises(Raised):
                thing.say("raw", "default", "2", "of=%d" % parameter)
        self.assertEqual(thing.say("raw", "default", "2", "of=1"), [])
        self.finish(thing)


class Values(OnLinux):
    def test_long_texts(self):
        thing = self.new()
        for text in ("я" * 500000, "😀" * 300000, "a" * (1 << 20)):
            self.assertEqual(thing.call("Эхо", text), text)
        self.finish(thing)

    def test_a_text_at_the_limit_and_over_it(self):
        thing = self.new()
        most = 16 * 1024 * 1024
        self.assertEqual(len(thing.call("Эхо", "a" * most)), most)
        for text in ("a" * (most + 1), "я" * (most // 2 + 1)):
            with self.assertRaisesRegex(Raised, "длиннее 16777216 байт"):
                thing.call("Эхо", text)
        with self.assertRaisesRegex(Raised, "длиннее"):
            thing.call("Эхо", bytes(most + 1))
        self.finish(thing)

    def test_a_long_reason(self):
        """An exception's text has an end; it stays a text."""
        thing = self.new()
        with self.assertRaises(Raised) as raised:
            thing.call("Отказать", "ы" * 10000)
        self.assertRegex(raised.exception.text, "^ы{100,}")
        self.assertLess(len(raised.exception.text), 1000)
        self.assertNotIn("\ufffd", raised.exception.text)
        self.finish(thing)


class Memory(OnLinux):
    def each_failing(self, thing, action):
        """The first, second, third … AllocMemory fails, until the action needs no more."""
        for number in range(1, 50):
            self.host.say("memory", "fail=%d" % number)
            try:
                action()
            except (Raised, HostError):
                continue
            finally:
                self.host.say("memory", "fail=0")
                self.assertEqual(self.host.memory(), (0, 0, 0))
            return number - 1
        raise AssertionError("it wants more and more")

    def test_no_memory(self):
        thing = self.new()
        thing.set("Value", "текст")
        self.assertEqual(self.each_failing(thing, lambda: thing.get("Value")), 1)
        self.assertEqual(self.each_failing(thing, lambda: thing.call("Эхо", "a")), 1)
        self.assertEqual(self.each_failing(thing, lambda: thing.call("Эхо", b"a")), 1)
        self.assertEqual(self.each_failing(
            thing, lambda: thing.call_out("Fill", "a", b"b", "c", "d")), 2)
        self.finish(thing)

    def test_names_without_memory(self):
        thing = self.new()
        self.host.say("memory", "fail=1")
        self.assertEqual(thing.say("props")[0], "|Версия|r")
        self.finish(thing)

    def test_the_manager_comes_last_or_init_never(self):
        self.load()
        self.finish(*[self.host.new("Echo", **options) for options in (
            {"memory": "last"}, {"init": "no"}, {"init": "no", "memory": "last"})])


class Life(OnLinux):
    def threads(self):
        """How many there are without any of the component; a sanitizer has one of its own,
        from the first other one on."""
        thing = self.new()
        thing.call("Ask", "a thread is started")
        thing.take(1, 1000)
        self.finish(thing)
        self.assertTrue(self.unload())
        return self.host.settles("threads", 1, 0.2)

    def test_deleted_by_each_base(self):
        """OneScript deletes by the virtual destructor, and never calls DestroyObject."""
        threads = self.threads()
        self.load()
        for base in range(4):
            thing = self.host.new("Echo")
            thing.call("Ask", "a thread is started")
            thing.done()
            self.assertTrue(thing.free(delete=base))
        self.assertEqual(self.host.memory(), (0, 0, 0))
        self.assertEqual(self.host.settles("threads", threads), threads)

    def test_deleted_by_a_platform_of_three_bases(self):
        for caps in (0, 1, 2):
            self.load(caps)
            thing = self.host.new("Echo")
            thing.done()
            self.assertTrue(thing.free(delete=0))
            self.assertTrue(self.unload())
        self.assertEqual(self.host.memory(), (0, 0, 0))

    def test_deleted_without_done(self):
        threads = self.threads()
        self.load()
        for how in (None, 0, 1):
            thing = self.host.new("Echo")
            thing.call("Ask", "threads")
            thing.proc("Events", 1)
            self.assertTrue(thing.free(delete=how))
        self.assertEqual(self.host.settles("threads", threads), threads)
        self.assertEqual(self.host.memory(), (0, 0, 0))

    def test_done_twice_and_calls_after_it(self):
        thing = self.new()
        thing.call("Ask", "threads")
        self.assertEqual(len(thing.take(1, 1000)), 1)
        thing.done()
        thing.done()
        for action in (lambda: thing.call("Эхо", 1), lambda: thing.call("Ask", 1),
                       lambda: thing.proc("Events", 3), lambda: thing.proc("Forget"),
                       lambda: thing.set("EventDepth", 5)):
            with self.assertRaises(Raised):
                action()
        self.assertEqual(thing.take(1, 200), [])
        self.finish(thing)

    def test_objects_are_independent(self):
        self.load()
        things = [self.host.new("Echo", depth=5) for _ in range(20)]
        for number, thing in enumerate(things):
            thing.set("Value", number)
            thing.proc("Events", 1, "n", str(number))
        for number, thing in enumerate(things):
            self.assertEqual(thing.get("Value"), number)
            self.assertEqual(thing.take(2, 1000 if number == 0 else 300),
                             [("Echo", "n", str(number))])
        self.finish(*things)

    def test_the_handler_calls_back(self):
        """A host may run the script's handler within ExternalEvent."""
        thing = self.new()
        thing.taking("call=Forget")
        for _ in range(20):
            thing.proc("Events", 1)
            self.host.say("sleep", "5")
        taken, _, _, _, handled = thing.taken()
        self.assertGreater(handled, 0)
        self.assertEqual(taken, handled)
        self.finish(thing)

    def test_the_handler_lets_go(self):
        """… and even release the object: Done comes from within the event."""
        threads = self.threads()
        thing = self.new()
        thing.taking("end")
        thing.proc("Events", 1)
        self.host.say("sleep", "1500")
        self.assertEqual(thing.taken()[4], 1)
        self.assertTrue(thing.free())
        self.assertEqual(self.host.memory(), (0, 0, 0))
        self.assertEqual(self.host.settles("threads", threads), threads)
        # a thread cannot wait for itself: the library stays
        self.assertFalse(self.unload())
        self.tearDownClass()

    def test_locales(self):
        thing = self.new()
        for name, told in (("en_US", "en"), ("ru_RU", "ru"), ("eng_USA", "en"), ("rus_RUS", "ru"),
                           ("EN", "en"), ("RU", "ru"), ("", "ru"), ("e", "ru"), ("uk_UA", "en"),
                           ("x" * 100000, "en")):
            with self.subTest(name=name[:10]):
                thing.locale(name)
                self.assertEqual(thing.get("Language"), told)
        self.finish(thing)


class Capabilities(OnLinux):
    def test_the_kind_of_client(self):
        """Without capabilities there is no GetInterface: the table ends before it."""
        for caps in (0, 1, 2, 3):
            self.load(caps)
            for app in (-1, 0, 1, 2, 3, 4):
                thing = self.host.new("Echo", app=app)
                self.assertEqual(thing.get("App"), app if caps else -1)
                self.finish(thing)
            self.assertTrue(self.unload())

    def test_isolated(self):
        """In a process of its own all is the same."""
        thing = self.new(isolated=True)
        thing.proc("Events", 2, "n", "d")
        self.assertEqual(len(thing.take(2, 1000)), 2)
        self.finish(thing)

    def test_calls_on_each_level(self):
        for caps in (0, 1, 2, 3):
            thing = self.new(caps)
            self.assertEqual(thing.call("Эхо", "уровень"), "уровень")
            thing.proc("Events", 1, "n", "d")
            self.assertEqual(thing.take(1, 1000), [("Echo", "n", "d")])
            with self.assertRaisesRegex(Raised, "почему"):
                thing.call("Отказать", "почему")
            self.finish(thing)
            self.assertTrue(self.unload())


class Events(OnLinux):
    def test_the_depth_is_asked_for(self):
        thing = self.new()
        self.assertEqual(thing.taken()[3], 1000)
        thing.set("EventDepth", 5000)
        self.assertEqual(thing.get("EventDepth"), 5000)
        self.finish(thing)

    def test_a_depth_that_the_host_refuses(self):
        """One event at a time, and none is lost."""
        thing = self.new(fixed=True)
        self.assertEqual(thing.get("EventDepth"), 1)
        with self.assertRaisesRegex(Raised, "не приняла"):
            thing.set("EventDepth", 100)
        thing.proc("Events", 50, "n", "")
        for number in range(50):
            self.assertEqual(thing.take(1, 2000), [("Echo", "n", "%d " % number)])
        self.assertGreater(thing.taken()[1], 0)
        self.assertEqual(thing.get("Dropped"), 0)
        self.finish(thing)

    def test_fault_121_host_stops_taking(self):
        """A modal dialogue: what waits is bounded, the newest stays, the loss is told where it
        is (and once more when the sender had the first telling in its hands already)."""
        thing = self.new(fixed=True, depth=10)
        thing.set("EventsWaiting", 100)
        thing.proc("Events", 1000, "n", "x" * 1000)
        self.assertLessEqual(thing.get("Waiting"), 100)
        before = self.host.number("bytes")
        thing.proc("Events", 50000, "n", "x" * 1000)
        self.assertLessEqual(thing.get("Waiting"), 100)
        self.assertLess(self.host.number("bytes") - before, 300000)
        dropped = thing.get("Dropped")
        self.assertGreaterEqual(dropped, 51000 - 100 - 12)
        got = []
        while True:
            found = thing.take(20, 300)
            if not found:
                break
            got += found
        told = [event for event in got if event[:2] == LOST]
        self.assertLessEqual(len(told), 2)
        self.assertEqual(sum(int(event[2]) for event in told), dropped)
        self.assertEqual(len(got) - len(told) + dropped, 51000)
        self.assertTrue(got[-1][2].startswith("49999 "))
        last = [int(event[2].split()[0]) for event in got[got.index(told[-1]) + 1:]]
        self.assertEqual(last, list(range(last[0], 50000)))
        self.finish(thing)

    def test_fault_121_twice(self):
        """The loss is told again when there is another."""
        thing = self.new(fixed=True, depth=10)
        thing.set("EventsWaiting", 10)
        for _ in range(2):
            before = thing.get("Dropped")
            thing.proc("Events", 100, "n", "")
            lost = thing.get("Dropped") - before
            got = thing.take(100, 1000)
            told = [int(event[2]) for event in got if event[:2] == LOST]
            self.assertIn(len(told), (1, 2))
            self.assertEqual(sum(told), lost)
            self.assertEqual(len(got) - len(told) + lost, 100)
        self.finish(thing)

    def test_a_long_one(self):
        """1 MiB of data; longer is cut, and stays a text."""
        thing = self.new()
        thing.proc("Events", 1, "n", "я" * 500000)
        self.assertEqual(thing.take(1, 5000), [("Echo", "n", "я" * 500000)])
        thing.proc("Events", 1, "n", "я" * 1000000)
        data = thing.take(1, 5000)[0][2]
        self.assertRegex(data[:10], "^я+$")
        self.assertLessEqual(len(data.encode()), 1024 * 1024)
        self.assertNotIn("\ufffd", data)
        self.finish(thing)

    def test_many(self):
        thing = self.new()
        thing.set("EventsWaiting", 100000)
        thing.taking("count")
        thing.proc("Events", 100000, "n", "data", timeout=120)
        for _ in range(200):
            if thing.get("Delivered") == 100000:
                break
            self.host.say("sleep", "50")
        self.assertEqual(thing.taken()[0], 100000)
        self.assertEqual(thing.get("Dropped"), 0)
        self.finish(thing)


def on(abi, base):
    """The same tests on another ABI."""
    return type(base.__name__ + "On" + abi.capitalize().replace("-", ""), (base,), {"abi": abi})


for other in os.environ.get("ZVON_ONEC_ABIS", "").split():
    for kind in (Library, Names, Values, Memory, Life, Capabilities, Events):
        if other in host.NATIVE[1:]:
            globals()[kind.__name__ + other] = on(other, kind)


if __name__ == "__main__":
    unittest.main()
