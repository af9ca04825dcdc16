"""ROM-Asterisk's classes at recorded connections of real servers: what comes is what the
expression finds in them, byte for byte, in its order; on each ABI that is built."""

import os
import re
import sys
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake")]

from host import Host  # noqa: E402
from server import Server  # noqa: E402

CAPTURES = HERE.parent / "wire" / "captures"
CALL = "call-answered-callee-hangs-up.ami"
# of the article of 2012; the recordings' phone is 102 where that was 200
SEED = "Dial.{1,}?102|Bridge.{1,}?102|Hangup.{1,}?102"
ABIS = os.environ.get("ZVON_ONEC_ABIS", "linux").split()
LOGIN = "Action: Login\r\nUsername: user1c\r\nSecret: passwd1234\r\n\r\n"

DIAL = ["Event", "Privilege", "SubEvent", "Channel", "Destination", "CallerIDNum",
        "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "UniqueID", "DestUniqueID",
        "Dialstring"]
BRIDGE = ["Event", "Privilege", "Bridgestate", "Bridgetype", "Channel1", "Channel2",
          "Uniqueid1", "Uniqueid2", "CallerID1", "CallerID2"]
HANGUP = ["Event", "Privilege", "Channel", "Uniqueid", "CallerIDNum", "CallerIDName",
          "Cause", "Cause-txt"]
FORMS = {"Dial": DIAL, "Bridge": BRIDGE, "Hangup": HANGUP}


def recording(version):
    return (CAPTURES / version / CALL).read_bytes()


def packets_of(data):
    """The packets as the script gets them; the banner is one."""
    banner, _, rest = data.partition(b"\r\n")
    return [(part + b"\r\n\r\n").decode()
            for part in [banner, *rest.split(b"\r\n\r\n")] if part]


def keys(packet):
    return [line.partition(":")[0] for line in packet.split("\r\n")
            if line and not line.startswith("ChanVariable")]


def value(packet, key):
    match = re.search("^%s: (.*?)\r$" % re.escape(key), packet, re.M)
    return match.group(1) if match else ""


class Replay(Server):
    """Says the banner, and the rest of a recording when somebody logs in."""

    def __init__(self, data, pieces=0):
        super().__init__()
        self.data, self.pieces = data, pieces
        self.asked = b""
        self.may_go = threading.Event()

    def talk(self, session):
        banner, _, rest = self.data.partition(b"\r\n")
        session.send(banner + b"\r\n")
        while b"\r\n\r\n" not in self.asked:
            self.asked += session.receive() or b"\r\n\r\n"
        login, _, rest = rest.partition(b"\r\n\r\n")
        session.send(login + b"\r\n\r\n")
        self.may_go.wait(20)
        if self.pieces:
            session.send_pieces(rest, self.pieces)
        else:
            session.send(rest)
        while session.receive():
            pass


class Case(unittest.TestCase):
    """One object of a class at a recording, driven as the article drives it."""

    def events(self, abi, name, data, regex, pieces=0, port=int, flag=1, view=None):
        """[(source, event, data)] from the connection to its end."""
        with Replay(data, pieces) as peer, Host(abi) as host:
            host.load()
            thing = host.new(name, depth=100000)
            if view:
                thing.set("View", view)
            self.assertTrue(thing.call("Подключиться", "127.0.0.1", port(peer.port)))
            self.assertTrue(thing.call("ВыполнитьКоманду", LOGIN))
            self.assertTrue(thing.call("РежимПрослушивания", flag))
            got = thing.take(3, 10000)
            self.assertEqual(3, len(got), got)
            if regex:
                self.assertTrue(thing.call("УстановитьРегулярноеВыражение", regex))
            peer.may_go.set()
            packets = len(packets_of(data))
            until = time.monotonic() + 20
            while thing.get("Received") < packets and time.monotonic() < until:
                time.sleep(0.02)
            self.assertEqual(packets, thing.get("Received"))
            got += thing.take(packets * 3, 300)
            self.assertEqual(LOGIN.encode(), peer.asked)
            self.assertLessEqual(thing.done(), 1000)
            thing.free()
            self.assertEqual((0, 0, 0), host.memory())
        return got

    def forms(self, told):
        """The article's events among those that were told, in their forms."""
        found = [(value(packet, "Event"), packet) for packet in told
                 if value(packet, "Event") in FORMS]
        for name, packet in found:
            if name == "Hangup":
                self.assertEqual(HANGUP, [k for k in keys(packet) if k in HANGUP])
            elif value(packet, "SubEvent") != "End":
                self.assertEqual(FORMS[name], keys(packet))
        return [name for name, _ in found]


class Recorded(Case):
    """The seed's sequence."""

    def test_18_byte_for_byte(self):
        data = recording("1.8.32.3")
        wanted = [packet for packet in packets_of(data)[2:]
                  if re.search(SEED, packet, re.S)]
        for abi in ABIS:
            for pieces in (0, 1, 1000):
                with self.subTest(abi=abi, pieces=pieces):
                    got = self.events(abi, "ROM-Asterisk", data, SEED, pieces)
                    self.assertEqual(("ROM-Asterisk", "FD_CONNECT", "127.0.0.1"), got[0])
                    self.assertEqual({("ROM-Asterisk", "FD_READ")},
                                     {event[:2] for event in got[1:]})
                    told = [event[2] for event in got[3:]]
                    self.assertEqual(wanted, told)
                    self.assertEqual(["Dial", "Bridge", "Hangup", "Hangup"],
                                     self.forms(told))

    def test_18_of_the_others(self):
        """Nothing is left out, or told twice, when everything passes."""
        data = recording("1.8.32.3")
        for abi in ABIS:
            for name, event, port, flag in (
                    ("BROM-Asterisk-Native", "Recived", int, 1),
                    ("ROM-Asterisk-Native", "FD_READ", str, True)):
                with self.subTest(abi=abi, name=name):
                    got = self.events(abi, name, data, "", port=port, flag=flag)
                    self.assertEqual(packets_of(data), [e[2] for e in got if e[1] == event])

    def test_22_as_18(self):
        """Code of 2012 at Asterisk 22."""
        data = recording("22.10.1")
        for abi in ABIS:
            for name in ("ROM-Asterisk", "BROM-Asterisk-Native"):
                with self.subTest(abi=abi, name=name):
                    told = [e[2] for e in self.events(abi, name, data, SEED)]
                    self.assertEqual(["Dial", "Bridge", "Hangup", "Hangup"],
                                     self.forms(told))
                    self.assertFalse(any("Linkedid" in packet for packet in told))

    def test_22_as_sent_and_more(self):
        """Code of 2016 at Asterisk 22: each packet as sent, and what AMI 1.x alone had."""
        data = recording("22.10.1")
        for abi in ABIS:
            told = [e[2] for e in self.events(abi, "ROM-Asterisk-Native", data, "")[1:]]
            sent = packets_of(data)
            more = list(told)
            for packet in sent:
                more.remove(packet)
            self.assertEqual(sent, [p for p in told if p not in more])
            names = [value(packet, "Event") for packet in more]
            self.assertEqual(["Dial", "Bridge", "Unlink", "Dial"],
                             [n for n in names if n in ("Dial", "Bridge", "Unlink")])
            self.assertFalse({value(p, "Event") for p in sent} & set(names))

    def test_22_as_sent(self):
        data = recording("22.10.1")
        for abi in ABIS:
            got = self.events(abi, "ROM-Asterisk", data, "", view="native")
            self.assertEqual(packets_of(data), [e[2] for e in got[1:]])


class Manual(unittest.TestCase):
    """docs/onec/rom-asterisk.md has a row for each name."""

    def test_names(self):
        text = (HERE.parents[1] / "docs" / "onec" / "rom-asterisk.md").read_text(
            encoding="utf-8")
        rows = [line for line in text.split("\n") if line.startswith("| `")]
        with Host() as host:
            host.load()
            thing = host.new("ROM-Asterisk")
            names = {**thing.props(), **thing.methods()}
            self.assertEqual(21 + 7, len(names))
            for name, (russian, *_) in names.items():
                row = [line for line in rows if line.startswith("| `%s` |" % name)]
                self.assertEqual(1, len(row), name)
                self.assertIn("`%s`" % russian, row[0])
            for said in re.findall(r"^\| `([A-Z]\w+)` \|", text, re.M):
                self.assertIn(said, names)


if __name__ == "__main__":
    unittest.main()
