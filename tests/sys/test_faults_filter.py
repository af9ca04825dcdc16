"""Fault 080 and the filters of listen, parse and filter: what passes, why not, what it costs."""

import json
import tempfile
import unittest
from pathlib import Path

from common import CAPTURES, saw, tick

import cli
from cli import SLOW, CliTest
from pbx import Pbx

BUSY = CAPTURES / "22.10.1" / "call-busy.ami"
SEED = "Dial.{1,}?102|Bridge.{1,}?102|Hangup.{1,}?102"
EVIL = ("(a+)+$", r".{0,90}.{0,90}[\x01\x02]", r"([^b]+)*[\x01\x02]")
MOST_US = 150


def names(result):
    """The names of the packets that were printed."""
    return [packet["name"] for packet in result.packets]


class ParseTest(CliTest):
    """The same filters in `zvon parse`, compared with the packets themselves."""

    def setUp(self):
        super().setUp()
        self.all = cli.run("parse", BUSY).packets

    def fields(self, packet):
        """First values by lower-case key."""
        found = {}
        for key, value in packet["fields"]:
            found.setdefault(key.lower(), value)
        return found

    def check(self, options, wanted):
        result = cli.run("parse", BUSY, *options)
        self.assert_code(result, cli.DONE)
        expected = [packet["name"] for packet in self.all if wanted(packet)]
        self.assertTrue(0 < len(expected) < len(self.all), options)
        self.assertEqual(names(result), expected)

    def test_field_conditions(self):
        def has(key, value):
            return lambda packet: self.fields(packet).get(key, "") == value

        self.check(["--field", "calleridnum=101"], has("calleridnum", "101"))
        self.check(["--field", "CallerIDNum!=101"], lambda p: not has("calleridnum", "101")(p))
        self.check(["--field", "Channel~^PJSIP/102-"], lambda packet: self.fields(packet).get(
            "channel", "").startswith("PJSIP/102-"))
        self.check(["--field", "Channel!~^PJSIP/102-"], lambda packet: not self.fields(
            packet).get("channel", "").startswith("PJSIP/102-"))

    def test_all_must_hold(self):
        self.check(["--event", "Newstate,Hangup", "--field", "Channel~102", "--filter", "Cause"],
                   lambda p: p["name"] == "Hangup" and "102" in self.fields(p)["channel"])

    def test_newlines(self):
        """The pattern of an old component: CR and LF are two dashes."""
        pattern = "Event: Hangup--Privilege"
        self.check(["--regex", pattern, "--newlines", "dashed"], lambda p: p["name"] == "Hangup")
        self.assertEqual(cli.run("parse", BUSY, "--regex", pattern).packets, [])

    def test_bad_filters(self):
        for options, words in ((["--regex", "a("], "byte 2"), (["--field", "Channel"], "Key=value"),
                               (["--event", ","], "Hangup,Newstate"),
                               (["--newlines", "none"], r"kept\|dashed"),
                               (["--regex", "a" * 4097], "4097 bytes, at most 4096"),
                               (["--regex", "((a{1,1000}){1,1000})"], "repeat less"),
                               (["--filter", "x"] * 65, "65 texts")):
            for command in ("parse", "filter", "listen"):
                with self.subTest(command=command, options=options[:2]):
                    where = "ami://crm@127.0.0.1:1" if command == "listen" else BUSY
                    result = cli.run(command, where, *options)
                    self.assert_code(result, cli.USAGE)
                    self.assertRegex(result.stderr, words)
                    self.assertEqual(result.stdout, b"")


class FilterTest(CliTest):
    """`zvon filter`: the verdict of each packet, the summary, the exit code."""

    def judge(self, *options, stdin=b"", file=BUSY):
        result = cli.run("filter", file, "--format", "json", *options, stdin=stdin)
        objects = [json.loads(line) for line in result.stdout.splitlines()]
        return result, objects[:-1], objects[-1]

    def test_verdicts(self):
        result, rows, total = self.judge("--regex", SEED)
        self.assert_code(result, cli.DONE)
        self.assertEqual([row["n"] for row in rows], list(range(1, len(rows) + 1)))
        passed = [row["name"] for row in rows if row["verdict"] == "passes"]
        self.assertEqual(passed, names(cli.run("parse", BUSY, "--regex", SEED)))
        self.assertEqual((total["packets"], total["passed"], total["dropped"]),
                         (len(rows), len(passed), len(rows) - len(passed)))
        self.assertEqual(total["regex"], total["dropped"])
        slowest = rows[total["slowest"] - 1]["us"]
        self.assertEqual(slowest, max(row["us"] for row in rows))
        self.assertEqual(slowest, total["us"]["max"])
        self.assertLessEqual(total["us"]["median"], total["us"]["p99"])

    def test_why(self):
        _, rows, total = self.judge("--event", "Newstate,Hangup", "--filter", "PJSIP",
                                    "--field", "Channel~^PJSIP/102-", "--regex", "Busy")
        whys = {(row["verdict"], row["why"]) for row in rows}
        self.assertIn(("event", "not one of the wanted events"), whys)
        self.assertIn(("event", "not an event"), whys)
        self.assertTrue(any(verdict == "field" and "Channel is \"PJSIP/101-" in why
                            for verdict, why in whys), whys)
        self.assertGreater(total["regex"], 0)
        russian, _, _ = self.judge("--lang", "ru", "--filter", "nowhere")
        self.assertIn("нет \\\"nowhere\\\"", russian.stdout.decode())
        self.assert_code(russian, cli.NEGATIVE)

    def test_standard_input(self):
        result, _, total = self.judge("--event", "Hangup", stdin=BUSY.read_bytes(), file="-")
        self.assert_code(result, cli.DONE)
        self.assertEqual(total["passed"], 2)

    def test_summary_for_people(self):
        result = cli.run("filter", BUSY, "--event", "Hangup")
        self.assert_code(result, cli.DONE)
        text = result.stdout.decode()
        self.assertRegex(text, r"(?m)^packets +\d+$")
        self.assertRegex(text, r"(?m)^passed +2$")
        self.assertRegex(text, r"(?m)^each packet: median .* the slowest .* \(packet \d+, .+\)$")
        result = cli.run("filter", BUSY, "--event", "NoSuch")
        self.assert_code(result, cli.NEGATIVE)

    def test_no_such_file(self):
        self.assert_code(cli.run("filter", "/nonexistent.ami"), cli.USAGE)

    def test_fault_080_evil_expressions(self):
        """Given up in time, packet by packet; off after 100 of them."""
        packet = b"Event: A\r\nX: " + b"a" * 1000 + b"!\r\n\r\n"
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "evil.ami"
            path.write_bytes(packet * 150)
            for expression in EVIL:
                with self.subTest(expression=expression):
                    result, rows, total = self.judge("--regex", expression, file=path)
                    self.assert_code(result, cli.NEGATIVE)
                    self.assertEqual((total["limit"], total["off"]), (100, 50))
                    limited = sorted(row["us"] for row in rows if row["verdict"] == "limit")
                    self.assertLessEqual(limited[len(limited) // 2], MOST_US * SLOW)
            result = cli.run("filter", path, "--regex", EVIL[0])
            self.assertRegex(result.stderr, "from packet 101 on the filter was off")


class ListenTest(CliTest):
    """The same live."""

    def test_filters(self):
        pbx = self.start(Pbx())
        running = self.listener(pbx, "--regex", "Tick.{1,}?Seq: [37]$|Seq: 9",
                                "--field", "UserEvent=Tick")
        for number in range(1, 10):
            tick(pbx, number)
        self.assertTrue(saw(running, 9), running)
        self.assertEqual(running.values("UserEvent", "Seq"), ["3", "7", "9"])

    def test_fault_080_off_is_told_once(self):
        pbx = self.start(Pbx())
        running = self.listener(pbx, "--regex", r"(a+)+[\x01\x02]")
        for number in range(150):
            pbx.event("UserEvent", ("UserEvent", "a" * 60), ("Seq", number), classes="user")
        self.assertTrue(running.wait_until(lambda: "the filter is off" in running.stderr), running)
        self.assertEqual(running.values("UserEvent", "Seq"), [])
        running.stop()
        self.assertEqual(running.stderr.count("the filter is off"), 1)


if __name__ == "__main__":
    unittest.main()
