"""What holds for the legacy view of every recording of Asterisk 16 and 22: old names, old
fields in their old order, links and dials that end, nothing in it that is not AMI 1.x."""

import itertools
import re
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "wire")]

import cli  # noqa: E402
import events  # noqa: E402

CAPTURES = HERE.parent / "wire" / "captures"
OLD = ("1.8.32.3", "11.25.3")
NEW = ("16.28.0", "22.10.1")

# As the sources of 1.8 and 11 have it; not in the recordings.
FROM_SOURCES = {
    "Agentlogin": ["Privilege Agent Channel Uniqueid"],
    "Agentlogoff": ["Privilege Agent Logintime Uniqueid"],
    "UnParkedCall": ["Privilege Exten Channel From CallerIDNum CallerIDName ConnectedLineNum "
                     "ConnectedLineName"],
    "ParkedCallGiveUp": ["Privilege Exten Channel Parkinglot CallerIDNum CallerIDName "
                         "ConnectedLineNum ConnectedLineName UniqueID"],
    "ParkedCall": ["Parkinglot Exten Channel From Timeout Duration CallerIDNum CallerIDName "
                   "ConnectedLineNum ConnectedLineName"],
    # an item of ExtensionStateList, which is new
    "ExtensionStatus": ["Exten Context Hint Status"],
}
# Passed on as they are: their fields are those of 12+ (docs/legacy.md), or the user's.
UNCHANGED = {"RTCPSent", "RTCPReceived", "CEL", "Cdr", "PeerStatus", "PeerEntry", "Reload",
             "Shutdown", "Registry", "UserEvent", "MessageWaiting", "ListDialplan"}
HEADS = {"Timestamp", "SequenceNumber", "File", "Line", "Func"}


def recordings(versions):
    return [path for version in versions
            for path in sorted((CAPTURES / version).glob("*.ami"))]


def old_shapes():
    """{event: shapes that 1.8 and 11 have sent}."""
    shapes = {name: {tuple(text.split()) for text in texts}
              for name, texts in FROM_SOURCES.items()}
    for path in recordings(OLD):
        for name, fields in events.events(path.read_bytes()):
            shapes.setdefault(name, set()).add(events.shape(fields))
    return shapes


SHAPES = old_shapes()


def is_old_shape(name, fields):
    """Variables and the lines of debug=on may be there or not."""
    keys = [key for key in events.shape(fields) if key not in HEADS]
    plain = tuple(key for key in keys if key not in ("ChanVariable", "Variable"))
    return any(plain == tuple(key for key in old if key not in ("ChanVariable", "Variable"))
               for old in SHAPES.get(name, ()))


def is_new_list(name, fields):
    """An item or end of a list that no old action asks for."""
    return not events.value(fields, "Privilege") and name not in SHAPES


class ViewTest(unittest.TestCase):
    maxDiff = None

    def each(self, *options):
        for path in recordings(NEW):
            with self.subTest(path=path):
                yield path, events.events(events.view(path, *options))

    def test_names_and_fields_are_old(self):
        strange = set()
        for path, found in itertools.chain(self.each(), self.each("--unlink-as-bridge")):
            for name, fields in found:
                if name not in UNCHANGED and not is_new_list(name, fields) \
                        and not is_old_shape(name, fields):
                    strange.add("%s: %s %s" % (path.name, name, " ".join(events.shape(fields))))
        self.assertEqual([], sorted(strange))

    def test_links_and_unlinks_alternate(self):
        for _, found in self.each():
            linked = {}
            for name, fields in found:
                pair = (events.value(fields, "Uniqueid1"), events.value(fields, "Uniqueid2"))
                if name == "Bridge":
                    for one in pair:
                        self.assertNotIn(one, linked)
                        linked[one] = pair
                elif name == "Unlink":
                    self.assertEqual([pair, pair], [linked.pop(one, None) for one in pair])
                elif name == "Hangup":
                    self.assertNotIn(events.value(fields, "Uniqueid"), linked)

    def test_dials_end_once_and_before_their_caller(self):
        for _, found in self.each():
            dialling = set()
            for name, fields in found:
                sub = events.value(fields, "SubEvent")
                if name == "Dial" and sub == "Begin":
                    dialling.add(events.value(fields, "UniqueID"))
                elif name == "Dial":
                    self.assertIn(events.value(fields, "UniqueID"), dialling)
                    dialling.remove(events.value(fields, "UniqueID"))
                elif name == "Hangup":
                    self.assertNotIn(events.value(fields, "Uniqueid"), dialling)

    def test_a_uniqueid_is_of_one_channel(self):
        for _, found in self.each():
            names = {}
            for name, fields in found:
                number = events.value(fields, "Uniqueid")
                if name in ("Newchannel", "Newstate", "Hangup", "Newexten"):
                    channel = events.value(fields, "Channel")
                    self.assertEqual(channel, names.setdefault(number, channel))

    def test_it_is_ami_1_and_stays_so(self):
        """Seen once more through the view, it does not change."""
        for path in recordings(NEW):
            for options in ((), ("--unlink-as-bridge", "--sip-names")):
                with self.subTest(path=path, options=options):
                    once = events.view(path, *options)
                    again = cli.run("parse", "-", "--view", "legacy", *options, "--format",
                                    "ami", stdin=once)
                    self.assertEqual(once, again.stdout)
        self.assertTrue(once.startswith(b"Asterisk Call Manager/1.3\r\n"))

    def test_formats_agree(self):
        """The fields are what a reader finds in the text."""
        for path in recordings(NEW):
            with self.subTest(path=path):
                text = cli.run("parse", "-", stdin=events.view(path)).stdout
                self.assertEqual(text, events.view(path, form="json"))

    def test_old_servers_pass_unchanged(self):
        for path in recordings(OLD):
            with self.subTest(path=path):
                plain = cli.run("parse", str(path), "--format", "ami").stdout
                self.assertEqual(plain, events.view(path))

    def test_names_of_sip(self):
        for _, found in self.each("--sip-names"):
            self.assertEqual([], [field for _, fields in found for field in fields
                                  if field[1].startswith("PJSIP/") or "(PJSIP/" in field[0]])

    def test_new_events_are_kept_when_asked_for(self):
        path = CAPTURES / "22.10.1" / "call-answered-callee-hangs-up.ami"
        kept = [name for name, _ in events.events(events.view(path, "--keep-new"))]
        for name in ("BridgeCreate", "BridgeEnter", "DialState", "NewConnectedLine", "Bridge",
                     "Unlink", "Dial"):
            self.assertIn(name, kept)
        self.assertNotIn("DialBegin", kept)

    def test_options_without_the_view(self):
        result = cli.run("parse", "--sip-names", "-", stdin=b"")
        self.assertEqual(cli.USAGE, result.code)
        self.assertIn("--view legacy", result.stderr)


class SeedTest(unittest.TestCase):
    """What the 1C code of 2012 reads, as its authors printed it."""

    CALL = CAPTURES / "22.10.1" / "call-answered-callee-hangs-up.ami"
    ROM = r"Dial.{1,}?102|Bridge.{1,}?102|Hangup.{1,}?102"

    def passing(self, *options):
        return events.events(events.view(self.CALL, "--event", "Dial,Bridge,Unlink,Hangup",
                                         "--regex", self.ROM, *options))

    def test_packet_of_an_incoming_call(self):
        name, fields = self.passing()[0]
        plain = [(key, value) for key, value in fields if not key.startswith("ChanVariable")]
        self.assertEqual("Dial", name)
        self.assertEqual(["Privilege", "SubEvent", "Channel", "Destination", "CallerIDNum",
                          "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "UniqueID",
                          "DestUniqueID", "Dialstring"], [key for key, _ in plain])
        self.assertEqual("Begin", plain[1][1])
        self.assertEqual("102", plain[-1][1])

    def test_each_bridge_is_a_beginning(self):
        """The sample takes Bridge for `two are talking` and looks at no state."""
        names = [name for name, _ in self.passing()]
        self.assertEqual(1, names.count("Bridge"))
        self.assertEqual(2, names.count("Hangup"))

    def test_attributes_of_the_component(self):
        """`ЗначениеАтрибута("channel")` and so on, of <generic …/>."""
        wanted = {
            "Dial": "event privilege subevent channel destination calleridnum calleridname "
                    "uniqueid destuniqueid dialstring",
            "Bridge": "event privilege bridgestate bridgetype channel1 channel2 uniqueid1 "
                      "uniqueid2 callerid1 callerid2",
            "Hangup": "event privilege channel uniqueid calleridnum calleridname cause "
                      "cause_txt",
        }
        seen = set()
        for line in events.view(self.CALL, form="xml").decode().splitlines():
            found = re.findall(r" ([a-z0-9_]+)='([^']*)'", line)
            name = dict(found).get("event")
            if name in wanted and name not in seen:
                seen.add(name)
                keys = [key for key, _ in found]
                self.assertEqual([key for key in keys if key in wanted[name].split()],
                                 wanted[name].split())
        self.assertEqual(set(wanted), seen)


class DocumentTest(unittest.TestCase):
    def test_each_rule_has_its_line(self):
        text = (ROOT / "docs" / "legacy.md").read_text(encoding="utf-8")
        told = set(re.findall(r"\w+(?:-\w+)*", " ".join(
            line.split("|")[1] for line in text.split("## What is kept")[0].splitlines()
            if line.startswith("| "))))
        rules = set()
        for path in (ROOT / "src" / "legacy").glob("ev_*.c"):
            for block in re.findall(r"_rules\[\] = \{(.*?)\n\};", path.read_text(), re.S):
                rules.update(re.findall(r"^\t(?:\{ |NEW\()\"([A-Za-z]+)\"", block, re.M))
        self.assertGreater(len(rules), 90)
        self.assertEqual(set(), rules - told)
        self.assertEqual(set(), {word for word in told if word[0].isupper()} - rules
                         - {"Asterisk"})


if __name__ == "__main__":
    unittest.main()
