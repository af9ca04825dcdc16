"""Scenes of the call model: phones play, `zvon calls` tells, the test says what it had to.

A scene has phones of its own, an *office*: 101 to 104 and trunk of the first, 111 to 114
and trunk1 of the second, 121 to 124 and trunk2 of the third. ZVON_OFFICE chooses it, so
that three scenes can be played on one server at a time; each looks only at its own calls.
"""

import difflib
import json
import os
import re
import subprocess
import threading
import time
from pathlib import Path

from history import Follower, as_scene, ids_of
from lab import CONNECTED, LiveTest, Program
from phone import Phone
from stream import check_stream

OFFICE = int(os.environ.get("ZVON_OFFICE", "0"))
A, B, C, D = ("1%d%d" % (OFFICE, number) for number in range(1, 5))
NOBODY = "1%d9" % OFFICE  # a phone that is not there
TRUNK = "trunk" + ("%d" % OFFICE if OFFICE else "")
NAMES = {A: "Оператор Первый", B: "Second Phone", C: "Third & <Phone>", D: "Fourth"}
GROUP, SHORT_GROUP, QUEUE = ("74951%d0000%d" % (OFFICE, service) for service in (2, 3, 8))
DIRECT = "74951%d00001" % OFFICE
OUTSIDE = "79161234567"
OUT = "0%d" % OFFICE  # the prefix of a call to the outside
BOTH, LOCAL_MEMBER, SHORT_QUEUE = ("8%d%d" % (kind, OFFICE) for kind in (1, 2, 3))
ROOM = "9%d0" % OFFICE
PARKING = "700"
MONITOR = "/var/spool/asterisk/monitor/"

OURS = re.compile(r"(PJSIP|Local)/(1%d\d|%s)\b" % (OFFICE, TRUNK))
PHONE = re.compile(r"(PJSIP|SIP)/")
CONTRACT = ("direction", "from", "to", "did", "queue", "result", "transfers", "picked_up_by",
            "parked", "recordings", "talked")
LEG_CONTRACT = ("line", "role", "result", "rang", "answered")
FLOW = ("Channel", "DestChannel", "ChannelStateDesc", "DialStatus", "Exten", "BridgeUniqueid",
        "Uniqueid", "DestUniqueid", "Linkedid", "Cause", "Queue", "ParkeeChannel", "Result")
NOISE = ("VarSet", "CEL", "Newexten", "DeviceStateChange", "TestEvent", "ExtensionStatus",
         "QueueMemberStatus", "NewConnectedLine", "NewCallerid", "RTCPSent", "RTCPReceived")
SCENES = os.environ.get("ZVON_SCENES")  # a folder for the raw events of every scene
QUIET = 0.1  # seconds without news: nothing more will come


def leg(role, line, result="answered", rang=False, answered=None):
    """What is expected of a leg; who has the result `answered` was up."""
    return {"line": line, "role": role, "result": result, "rang": rang,
            "answered": result == "answered" if answered is None else answered}


def caller(line, result="answered", **more):
    """The leg of a caller: nobody told that phone to ring."""
    return leg("caller", line, result, **more)


def callee(line, result="answered", rang=True, **more):
    """The leg of a phone that rang."""
    return leg("callee", line, result, rang, **more)


def call(line, to, result, *legs, **more):
    """What is expected of a call that a line of the office makes."""
    return {"direction": "internal", "from": {"number": line, "name": NAMES.get(line)},
            "to": {"number": to}, "did": None, "queue": None, "result": result,
            "legs": list(legs), "transfers": [], "picked_up_by": None, "parked": False,
            "recordings": [], "talked": [], **more}


def inbound(to, did, result, *legs, number=OUTSIDE, name=None, **more):
    """What is expected of a call from the outside."""
    return call(None, to, result, *legs, **{
        "direction": "in", "from": {"number": number, "name": name}, "did": did, **more})


def blind(by, to):
    """A blind transfer."""
    return {"kind": "blind", "by": by, "to": to}


def attended(by, to):
    """An attended transfer."""
    return {"kind": "attended", "by": by, "to": to}


class Calls(Program):
    """A running `zvon calls`; its lines are read as they come."""

    def __init__(self, *arguments, secret="lab-secret"):
        super().__init__(["calls", *arguments], secret, subprocess.PIPE)
        self.lines = []
        self.last_news = time.monotonic()
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        for line in self._process.stdout:
            self.lines.append(json.loads(line))
            self.last_news = time.monotonic()

    def stop(self):
        """Ends it and reads the rest; returns its exit code."""
        code = super().stop()
        self._thread.join(5)
        return code

    def close(self):
        """Ends it for good."""
        super().close()
        self._process.stdout.close()


class Raw:
    """What the server itself tells of our channels, followed as it comes."""

    def __init__(self, packets, pattern):
        self.events = []    # those that name one of our channels, or our room
        self.channels = {}  # our channels, name: Uniqueid, in order
        self._packets = packets
        self._pattern = pattern
        self._read = 0
        self._hung_up = set()
        self._bridges = {}

    def update(self):
        """Takes what has come since."""
        while self._read < len(self._packets):
            packet = self._packets[self._read]
            self._read += 1
            if packet.kind == "event" and any(
                    value == ROOM or self._pattern.match(value) for _, value in packet):
                self._take(packet)
        return self

    def _take(self, packet):
        self.events.append(packet)
        channel = packet.get("Channel")
        bridge = self._bridges.setdefault(packet.get("BridgeUniqueid"), set())
        if packet.name == "Newchannel" and self._pattern.match(channel):
            self.channels[channel] = packet.get("Uniqueid")
        elif packet.name == "Hangup":
            self._hung_up.add(channel)
        elif packet.name == "BridgeEnter":
            bridge.add(channel)
        elif packet.name == "BridgeLeave":
            bridge.discard(channel)

    def flow(self):
        """Our events, one per line, for reading."""
        return "\n" + "\n".join(
            " ".join([packet.name] + ["%s=%s" % pair for pair in packet if pair[0] in FLOW])
            for packet in self.events if packet.name not in NOISE)

    def open_channels(self):
        """Those that have not been hung up."""
        return [name for name in self.channels if name not in self._hung_up]

    def press(self, dialog, keys):
        """Presses keys (RFC 4733), each when the server has heard the one before."""
        for key in keys:
            self.pressed += 1
            dialog.media.press(key)
            self.seen("DTMFEnd", self.pressed, Direction="Received")
            time.sleep(0.06)

    def channel(self, line):
        """The newest channel of a line, or None."""
        return ([None] + [name for name in self.channels
                          if PHONE.match(name) and line_of(name) == line])[-1]

    def rooms(self):
        """Who is together with whom: sets of channels, each a bridge; the two halves of a
        Local channel join two bridges."""
        rooms = []
        for channels in self._bridges.values():
            room = set(channels)
            halves = {half_of(name) for name in channels if name.startswith("Local/")}
            for other in [one for one in rooms if halves & {half_of(name) for name in one}]:
                rooms.remove(other)
                room |= other
            rooms.append(room)
        return rooms

    def together(self, lines):
        """Are these lines, and no other phone, in one conversation?"""
        wanted = set(lines)
        return any({line_of(name) for name in room if PHONE.match(name)} == wanted
                   for room in self.rooms())


def wait(condition, timeout):
    """True as soon as the condition holds."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() >= end:
            return False
        time.sleep(0.01)
    return True


def half_of(name):
    """The common part of the two halves of a Local channel."""
    return name.rpartition(";")[0] or name


def line_of(channel):
    """"101" of PJSIP/101-0000001d."""
    return channel.partition("/")[2].rpartition("-")[0]


class SceneTest(LiveTest):
    """Base of the tests of the call model. A test plays, then says what it expects."""

    beside_others = True  # may run while others of these do, in other offices
    hosts = {TRUNK: "2%d0" % OFFICE}
    pattern = OURS        # our channels
    maxDiff = None
    is_followed = True    # by a zvond
    follower = None       # the zvond that keeps the history of all scenes of the class
    summaries_told = {}   # its calls, by id
    channel_ids = set()   # and all channels of the scenes

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.summaries_told, cls.channel_ids = {}, set()
        if cls.is_followed:
            cls.follower = Follower(cls.server)
            cls.addClassCleanup(cls.follower.close)
            cls.follower.start()

    @classmethod
    def tearDownClass(cls):
        if cls.summaries_told:
            cls.check_records()
        super().tearDownClass()

    def setUp(self):
        super().setUp()
        self.opened = []
        self.pressed = 0
        self.witness = self.keep(self.server.witness(events="on"))
        self._raw = Raw(self.witness.packets, self.pattern)
        self.calls = self.keep(Calls(self.url()))
        self.summary = self.keep(Calls(self.url(), "--summary"))
        for program in (self.calls, self.summary):
            self.assertTrue(program.wait_told(CONNECTED), program.messages)
        self.addCleanup(self.record)
        self.addCleanup(self.clear)

    def url(self):
        """Where the programs under test connect to."""
        return self.server.url()

    # what a scene is made of

    def phone(self, number, mode="answer", delay=0.1, pause=0):
        """A phone of the office."""
        host = self.hosts.get(number, number)
        phone = Phone(number, "127.%s.1.%s" % (self.server.version, host), mode, delay, pause)
        self.opened.append(phone)
        return phone

    def dial(self, phone, number, **more):
        """The phone calls."""
        return phone.call(number, self.server.ip, **more)

    def from_outside(self, number, name=None, caller_number=OUTSIDE):
        """A call from the provider."""
        return self.dial(self.phone(TRUNK), number, name=name, caller=caller_number)

    def raw(self):
        """What the server has told so far."""
        return self._raw.update()

    def until(self, condition, what, timeout=8):
        """Waits for a condition."""
        self.assertTrue(wait(condition, timeout), "did not happen: " + what)

    def seen(self, name, count=1, **fields):
        """Waits for an event of our office; returns it."""
        found = []

        def there():
            found[:] = [packet for packet in self.raw().events if packet.name == name
                        and all(packet.get(key) == value for key, value in fields.items())]
            return len(found) >= count
        self.until(there, "%s %s" % (name, fields or ""))
        return found[-1]

    def talk(self, *lines, seconds=0.1):
        """Waits until these lines, and nobody else, talk; they do it for a moment."""
        self.until(lambda: self.raw().together(lines), "%s in conversation" % (lines,))
        for dialog in self.dialogs():
            dialog.media.speak(seconds / len(self.dialogs()))
        time.sleep(0.05)
        self.assertTrue(self.raw().together(lines), "%s talk no more" % (lines,))

    def dialogs(self):
        """All that are up."""
        return [dialog for phone in self.opened for dialog in phone.dialogs.values()
                if dialog.state == "up"]

    def press(self, dialog, keys):
        """Presses keys (RFC 4733), each when the server has heard the one before."""
        for key in keys:
            self.pressed += 1
            dialog.media.press(key)
            self.seen("DTMFEnd", self.pressed, Direction="Received")
            time.sleep(0.06)

    def channel(self, line):
        """The newest channel of a line."""
        self.until(lambda: self.raw().channel(line), "a channel of " + line)
        return self.raw().channel(line)

    def action(self, name, **fields):
        """Sends an action that must succeed."""
        answer = self.witness.request(name, fields)
        self.assertEqual(answer.name, "Success", list(answer))

    # how it ends

    def clear(self):
        """Closes the phones, and hangs up what is left."""
        for phone in self.opened:
            phone.close()
        wait(lambda: not self.raw().open_channels(), 1)
        for name in self.raw().open_channels():
            self.witness.request("Hangup", {"Channel": name})
        self.until(lambda: not self.raw().open_channels(), "all channels hung up")
        for phone in self.opened:
            self.assertEqual(phone.trouble, [], "phone " + phone.user)
        self.opened = []

    def finish(self, count):
        """Ends the scene of so many calls; returns their summaries, oldest first."""
        self.clear()
        wait(lambda: self.all_told(count), 5)  # what is missing then is shown in full
        self.until(lambda: time.monotonic() - self.last_news() > QUIET, "silence", 5)
        for program in (self.calls, self.summary):
            self.assertEqual(program.stop(), 0, program.messages)
        return self.summaries()

    def summaries(self):
        """Those of our calls so far, oldest first."""
        ids = list(self.raw().channels.values())
        return sorted((one for one in self.summary.lines if one["call"] in ids),
                      key=lambda one: ids.index(one["call"]))

    def all_told(self, count):
        """So many calls have ended in both programs, and none of ours goes on."""
        begun = {event["call"] for event in self.events()}
        ended = {event["call"]: event["reason"] for event in self.events("call.ended")}
        whole = [call for call, reason in ended.items() if reason != "merged"]
        return begun == set(ended) and min(len(whole), len(self.summaries())) >= count

    def last_news(self):
        """When one of the programs told something."""
        return max(self.calls.last_news, self.summary.last_news)

    def record(self):
        """Keeps the raw events, for whoever wants to see them."""
        if SCENES:
            path = Path(SCENES) / (self.id().partition(".")[2] + ".ami")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(self.witness.banner + "\r\n")
                for packet in self.witness.packets:
                    file.writelines("%s: %s\r\n" % pair for pair in packet)
                    file.write("\r\n")

    def expect(self, *expected):
        """Ends the scene; it was these calls, and the events of them are in order."""
        summaries = self.finish(len(expected))
        raw = self.raw()
        self.assertEqual(shown(summaries), shown(expected), raw.flow())
        self.check_identity(summaries, raw)
        check_stream(self, self.calls.lines, self.events(), summaries)
        self.check_history(summaries, raw)

    def check_history(self, summaries, raw):
        """zvond's history has these calls, as they were told, and no other of our channels."""
        ours = set(raw.channels.values())
        found = self.follower.wait_calls([one["call"] for one in summaries])
        kept = {key: one for key, one in found.items() if ids_of(one) & ours}
        self.assertEqual(in_order(kept), in_order({one["call"]: one for one in summaries}))
        self.summaries_told.update((one["call"], one) for one in summaries)
        self.channel_ids.update(ours)

    @classmethod
    def check_records(cls):
        """Asterisk's own records, read into the same history, change nothing of it: what they
        tell is known, and nothing is doubled."""
        cls.follower.wait_records(cls.summaries_told)
        words = cls.follower.read_records()
        kept = {key: one for key, one in cls.follower.calls().items()
                if ids_of(one) & cls.channel_ids}
        before, after = in_order(cls.summaries_told), in_order(kept)
        if before != after:
            raise AssertionError("with the CDR it is another: %s\n%s" % (words, "\n".join(
                difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=9))))
        untold = [key for key, one in kept.items() if one["sources"] != ["live", "cdr"]]
        if untold:
            raise AssertionError("the CDR does not tell of %s" % untold)

    def check_identity(self, summaries, raw):
        """Every channel of a phone is one leg of one call; a call has the id of a channel."""
        channels = raw.channels
        phones = sorted(name for name in channels if PHONE.match(name))
        legs = [leg["channel"] for one in summaries for leg in one["legs"]]
        self.assertEqual(sorted(legs), phones)
        for one in summaries:
            self.assertIn(one["call"], channels.values())

    def events(self, name=None):
        """The events of our calls, or only those of that name."""
        ids = set(self.raw().channels.values())
        return [line for line in self.calls.lines if line.get("call") in ids
                and name in (None, line["event"])]

    def told(self, name, *keys):
        """What those events say: the line of the leg, if there is one, and these keys."""
        return [tuple(event["leg"]["line"] if key == "leg" else event[key] for key in keys)
                for event in self.events(name)]

    def states_of(self, line):
        """The states of a line, one after the other."""
        return [event["state"] for event in self.calls.lines
                if event["event"] == "line.state" and event["line"] == line]


def in_order(calls):
    """Calls of the history or summaries as text, by their ids."""
    return "\n".join(key + "\n" + as_scene(calls[key]) for key in sorted(calls))


def shown(calls):
    """What is promised of summaries, without ids, as text: one line for each thing."""
    lines = []
    for number, one in enumerate(calls, 1):
        lines += ["%d %s %s" % (number, key, to_json(one[key])) for key in CONTRACT]
        lines += ["%d leg %s" % (number, to_json({key: leg[key] for key in LEG_CONTRACT}))
                  for leg in one["legs"]]
    return "\n".join(lines)


def to_json(value):
    """As `zvon calls` would write it."""
    return json.dumps(value, ensure_ascii=False)
