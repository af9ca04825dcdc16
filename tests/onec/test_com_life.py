#!/usr/bin/env python3
"""The COM face, continued: events, the life of objects and libraries, the registry."""

import shutil
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import host as onec  # noqa: E402
from com_case import Windows, cases, counts, echo  # noqa: E402
from host import HostError, Raised, Raw  # noqa: E402

FACE_LIST = 1000  # ZV_COM_EVENTS of com_events.h
CLSID = "{DF4E8FEF-2B59-43E4-A184-9111538A3669}"  # of com_test_clsids.c
PROG_ID = "AddIn.ZvonEcho"


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
        before = counts(host)
        bytes_before = host.number("bytes")
        self.rounds(host, 1000)
        self.assert_as_before(host, before)
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
        before = counts(host)
        for _ in range(100):
            once()
        self.assert_as_before(host, before)

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


globals().update(cases(Events, Life, Registration, Queue))

if __name__ == "__main__":
    unittest.main()
