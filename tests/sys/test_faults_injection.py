"""Faults 031-034, 036: text that wants to be more than text.

What the user gives is refused before a byte of it is sent; what the PBX gives stays data."""

import unittest

from common import CAPTURES, saw, tick

import cli
import reader
from cli import CliTest
from pbx import Pbx

LINE_BREAKS = {
    "LF": "a\nb",
    "CR": "a\rb",
    "CRLF": "a\r\nb",
    "LF at the end": "a\n",
    "CR at the start": "\ra",
    "second action": "x\r\nAction: Command\r\nCommand: core stop now",
    "second packet": "x\r\n\r\nAction: Originate\r\nChannel: SIP/1\r\n\r\n",
    "LF packet": "x\n\nAction: Logoff\n\n",
    "line separator": "a\u2028Action: Command",
    "percent": "a%0d%0aAction: Command",
    "percent upper": "a%0D%0Ab",
    "percent LF": "a%0ab",
}

# Every place of every command where text of the user goes to the PBX:
# arguments with {} for the payload, and the name that the message must give.
FIELDS = {
    "action, value": (["action", "{url}", "Setvar", "Variable=X", "Value={}"], "Value"),
    "action, key": (["action", "{url}", "Setvar", "Var{}iable=X"], "Var"),
    "action, name": (["action", "{url}", "Ping{}"], "action|Action"),
    "action, ActionID": (["action", "{url}", "Ping", "ActionID=id{}"], "ActionID"),
    "action, repeated key": (["action", "{url}", "Originate", "Channel=Local/1@x",
                              "Variable=A=1", "Variable=B={}"], "Variable"),
    "command": (["command", "{url}", "core show channels{}"], "[Cc]ommand"),
    "originate, from": (["originate", "{url}", "--from", "200{}", "--to", "201"], "from"),
    "originate, to": (["originate", "{url}", "--from", "200", "--to", "201{}"], "to"),
    **{f"originate, {option}": (["originate", "{url}", "--from", "200", "--to", "201",
                                 f"--{option}", value + "{}"], word)
       for option, value, word in (("channel", "SIP/200", "(?i)channel"),
                                   ("context", "internal", "(?i)context"),
                                   ("priority", "1", "(?i)priority"),
                                   ("caller-id", "Name <200>", "(?i)caller"),
                                   ("variable", "A=1", "(?i)variable"),
                                   ("account", "7", "(?i)account"))},
}

NOT_DIALLED = [
    "200&DAHDI/g1/88101234567", "200,1", "200|1", "200;1", "${SHELL(id)}", "$[1+1]",
    "200{x}", "200(x)", "200[1-9]", '200"', "200'", "200 201", " 200", "200 ", "200\t",
    "200@default", "200\\", "200`id`", "200<x>", "200=1", "200?", "200!", "200^",
    "200~", "200%", "200:1", "٢٠٠", "２００", "200\u200b", "abc", "200a", "-200", "",
]
CHANNELS_NOT_CALLED = [
    "SIP/200&DAHDI/g1/88101234567", "SIP/200,1", "SIP/${SHELL(id)}", "SIP/200|x", "SIP/200;x",
    "SIP/", "/200", "SIP/2 00", "SIP/200)", "SIP/200`id`", "Local/200@a&SIP/1",
]
DIALLED = ["200", "89261234567", "+74951234567", "*72", "#31#200"]


class RefusedTest(CliTest):
    """One fake for all: whatever reaches it beyond the login is a hole."""

    @classmethod
    def setUpClass(cls):
        cls.pbx = Pbx().start()
        cls.addClassCleanup(cls.pbx.stop)

    def sent(self):
        """Names of the actions that reached the PBX, but for those of the login.

        First every connection must have ended, so that nothing is still on its way."""
        self.assertTrue(self.pbx.wait_closed(self.pbx.count("connect")), "still connected")
        names = [e.data.name for e in self.pbx.ledger.packets()]
        return [n for n in names if n.lower() not in ("login", "challenge")]

    def check_refused(self, template, payload, field):
        """Exit code 2, the field's name in the message, nothing sent."""
        arguments = [a.replace("{url}", cli.url(self.pbx.port)).replace("{}", payload)
                     for a in template]
        before = len(self.sent())
        bad_before = len(self.pbx.ledger.find("bad-packet"))
        result = cli.run(*arguments)
        self.assert_code(result, cli.USAGE)
        self.assertRegex(result.stderr, field, str(result))
        self.assertEqual(self.sent()[before:], [], str(result))
        self.assertEqual(len(self.pbx.ledger.find("bad-packet")), bad_before)

    def check_sent(self, *arguments):
        """The healthy neighbour: accepted, and the action reaches the PBX."""
        before = len(self.sent())
        result = cli.run(*arguments)
        self.assertNotEqual(result.code, cli.USAGE, str(result))
        self.assertTrue(self.sent()[before:], str(result))
        return result

    def test_fault_032_line_breaks(self):
        cases = 0
        for place, (template, field) in FIELDS.items():
            for name, payload in LINE_BREAKS.items():
                with self.subTest(place=place, payload=name):
                    self.check_refused(template, payload, field)
                    cases += 1
        self.figures(f"{cases} cases refused, 0 bytes sent")

    def test_fault_032_the_same_without_payload(self):
        """Each template is a proper command when nothing is put into it."""
        for place, (template, _) in FIELDS.items():
            with self.subTest(place=place):
                self.check_sent(*[a.replace("{url}", cli.url(self.pbx.port)).replace("{}", "")
                                  for a in template])

    def test_fault_032_other_text_passes(self):
        """Not everything odd is refused: what is safe arrives unchanged."""
        text = "Иванов & <Co> \"x\" 100% ; ${VAR} , | 😀\t."
        self.check_sent("action", cli.url(self.pbx.port), "Setvar", "Variable=X",
                        f"Value={text}")
        self.assertEqual(self.pbx.ledger.packets("Setvar")[-1].data.get("Value"), text)

    def test_fault_036_format_directives_in_arguments(self):
        evil = "%n%s%x%99999999d%n"
        self.check_sent("action", cli.url(self.pbx.port), "Setvar", f"Variable={evil}")
        self.assertEqual(self.pbx.ledger.packets("Setvar")[-1].data.get("Variable"), evil)
        self.check_sent("action", cli.url(self.pbx.port), evil, f"{evil}={evil}")
        self.check_sent("command", cli.url(self.pbx.port), evil)
        user = cli.run("action", cli.url(self.pbx.port, user="%25n%25s%25x"), "Ping")
        self.assert_code(user, cli.REFUSED)
        secret = cli.run("action", cli.url(self.pbx.port), "Ping", secret=evil)
        self.assert_code(secret, cli.REFUSED)

    def setvar(self, value_bytes):
        """Arguments of an action with one line of that many bytes (without CR LF)."""
        return ["action", "{url}", "Setvar", "Value=" + "v" * (value_bytes - len("Value: "))]

    def test_fault_033_line_at_the_limit(self):
        self.check_sent(*[a.replace("{url}", cli.url(self.pbx.port))
                          for a in self.setvar(1000)])

    def test_fault_033_line_over_the_limit(self):
        for size in (1001, 1023, 1024, 1025, 1026, 5000, 100_000):
            with self.subTest(size=size):
                self.check_refused(self.setvar(size), "", "Value")

    def test_fault_033_limit_counts_bytes(self):
        """501 Cyrillic letters are 1,002 bytes."""
        self.check_refused(["action", "{url}", "Setvar", "Value={}"], "Ж" * 501, "Value")

    def test_fault_033_command_over_the_limit(self):
        self.check_refused(["command", "{url}", "{}"], "core show " + "x" * 1000, "[Cc]ommand")

    def test_fault_033_action_name_over_the_limit(self):
        self.check_refused(["action", "{url}", "{}"], "P" * 1001, "[Aa]ction")

    def originate(self, variables, others=0):
        return ["action", "{url}", "Originate", "Channel=Local/1@x",
                *[f"Variable=V{n}=1" for n in range(variables)],
                *[f"Key{n}=1" for n in range(others)]]

    def test_fault_033_variables(self):
        self.check_sent(*[a.replace("{url}", cli.url(self.pbx.port))
                          for a in self.originate(120)])
        sent = self.pbx.ledger.packets("Originate")[-1].data
        self.assertEqual(len(sent.all("Variable")), 120)
        self.check_refused(self.originate(121), "", "Variable|variables")

    def test_fault_033_headers(self):
        for others in (126, 200, 1000):
            with self.subTest(others=others):
                self.check_refused(self.originate(0, others), "", "Key|lines|fields|headers")

    def test_fault_034_numbers(self):
        for option, template in (("from", ["--from", "{}", "--to", "200"]),
                                 ("to", ["--from", "200", "--to", "{}"])):
            for number in NOT_DIALLED:
                with self.subTest(option=option, number=number):
                    self.check_refused(["originate", "{url}", *template], number, option)

    def test_fault_034_channels(self):
        """Where a channel may be given in place of a line, it is one channel."""
        for option in ("--from", "--channel"):
            line = [] if option == "--from" else ["--from", "200"]
            for channel in CHANNELS_NOT_CALLED:
                with self.subTest(option=option, channel=channel):
                    self.check_refused(["originate", "{url}", *line, option, "{}", "--to", "201",
                                        "--context", "internal"], channel, option[2:])

    def test_fault_034_slash_in_the_number(self):
        self.check_refused(["originate", "{url}", "--from", "200", "--to", "{}"], "201/n", "to")

    def test_fault_034_good_numbers_pass(self):
        for number in DIALLED:
            with self.subTest(number=number):
                before = len(self.pbx.ledger.packets("Originate"))
                self.check_sent("originate", cli.url(self.pbx.port), "--from", "200",
                                "--to", number)
                found = self.pbx.ledger.packets("Originate")[before:]
                self.assertEqual(len(found), 1)
                self.assertTrue(any(number in line.decode() for line in found[0].data.lines))


class FromThePbxTest(CliTest):
    """031: text of a caller inside the PBX's own packets."""

    NEW_STYLE = (b"Event: Newexten\r\nCallerIDName: x\\r\\nEvent: Hangup\\r\\nUniqueid: 1.1\r\n"
                 b"AppData: LABVAR=a\\r\\n\\r\\nEvent: Fake\r\nUniqueid: 1700000000.1\r\n\r\n")
    OLD_STYLE = (b"Event: VarSet\r\nVariable: X\r\nValue: a\r\nEvent: Hangup\r\n"
                 b"Uniqueid: forged\r\nUniqueid: 1700000000.1\r\n\r\n")
    TWO_BREAKS = (b"Event: VarSet\r\nValue: a\r\n\r\nEvent: Hangup\r\nUniqueid: forged\r\n\r\n"
                  b"Uniqueid: 1700000000.1\r\n\r\n")

    def shown(self, data):
        """What `listen` prints of these bytes, up to a tick behind them."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        session, = pbx.listeners()
        session.send(data)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(pbx.count("connect"), 1)
        return [p for p in running.packets if p["name"] not in ("UserEvent", "FullyBooted")
                and p["kind"] == "event"]

    def test_fault_031_escaped_text_stays_in_its_packet(self):
        shown = self.shown(self.NEW_STYLE)
        self.assertEqual([p["name"] for p in shown], ["Newexten"])
        self.assertEqual(shown, reader.read_packets(self.NEW_STYLE))

    def test_fault_031_forged_lines_stay_in_their_packet(self):
        """`Event: Hangup` as a line inside a packet makes no Hangup of it."""
        shown = self.shown(self.OLD_STYLE)
        self.assertEqual([p["name"] for p in shown], ["VarSet"])
        self.assertEqual(shown, reader.read_packets(self.OLD_STYLE))

    def test_fault_031_forged_packet_is_only_what_came(self):
        """An old PBX that escapes nothing: the packets as sent, and nothing is disturbed."""
        shown = self.shown(self.TWO_BREAKS)
        self.assertEqual([p["name"] for p in shown], ["VarSet", "Hangup"])

    def test_fault_031_recordings(self):
        for version in ("1.8.32.3", "11.25.3", "16.28.0", "22.10.1"):
            with self.subTest(version=version):
                path = CAPTURES / version / "crlf-injection.ami"
                result = cli.run("parse", path, "--event", "Fake,Newexten,VarSet,Hangup",
                                 secret=None)
                self.assert_code(result, cli.DONE)
                wanted = [p for p in reader.read_packets(path.read_bytes()) if
                          p["kind"] == "event" and p["name"] in
                          ("Fake", "Newexten", "VarSet", "Hangup")]
                self.assertEqual([p for p in result.packets if p["kind"] == "event"], wanted)


if __name__ == "__main__":
    unittest.main()
