"""`zvon calls` on recordings: what it prints, where times come from, wrong input; and that a
server, played by `zvon serve`, gives the same calls."""

import contextlib
import json
import os
import pty
import re
import signal
import subprocess
import tempfile
import threading
import unittest
from pathlib import Path

from common import CAPTURES

import cli
from cli import CliTest, NEGATIVE, PROTOCOL, USAGE

NEW = CAPTURES / "22.10.1"
SUMMARY = ["call", "server", "direction", "from", "to", "did", "queue", "result", "legs",
           "transfers", "picked_up_by", "parked", "recordings", "talked"]
LEG = ["line", "channel", "role", "result", "rang", "answered"]


def packet(name, *fields):
    """An event as Asterisk sends it."""
    lines = [("Event", name), ("Privilege", "call,all"), *fields]
    return b"".join(k.encode() + b": " + (v if isinstance(v, bytes) else str(v).encode())
                    + b"\r\n" for k, v in lines) + b"\r\n"


def channel(name, unique, number, caller_name="", exten="", state=0, linked=None):
    """The fields that tell of a channel."""
    return (("Channel", name), ("ChannelState", state), ("CallerIDNum", number),
            ("CallerIDName", caller_name), ("ConnectedLineNum", "<unknown>"),
            ("ConnectedLineName", "<unknown>"), ("Context", "internal"), ("Exten", exten),
            ("Priority", 1), ("Uniqueid", unique), ("Linkedid", linked or unique))


def hangup(name, unique, number, cause=16, linked=None):
    """The end of a channel."""
    return packet("Hangup", *channel(name, unique, number, linked=linked), ("Cause", cause),
                  ("Cause-txt", "x"))


BANNER = b"Asterisk Call Manager/11.0.0\r\n"


def dialplan(name, unique, number, exten):
    """A channel that the dialplan serves; it calls nobody."""
    fields = channel(name, unique, number, exten=exten, state=4)
    return packet("Newchannel", *fields) + packet(
        "Newexten", *fields, ("Extension", exten), ("Application", "Answer"),
        ("AppData", ""))


def ringing(a="PJSIP/101-1", b="PJSIP/102-2", number="101", caller_name="Ann", stamps=None):
    """101 calls 102, which rings; the call is open at the end."""
    def stamp():
        return (("Timestamp", next(stamps)),) if stamps else ()
    return BANNER + packet("Newchannel", *channel(a, "9.1", number, caller_name, "102", 4),
                           *stamp()) + packet(
        "DialBegin", *channel(a, "9.1", number, caller_name, "102", 4),
        *(("Dest" + k, v) for k, v in channel(b, "9.2", "102", linked="9.1")),
        ("DialString", "102"), *stamp()) + packet(
        "Newstate", *channel(b, "9.2", "102", state=5, linked="9.1"), *stamp())


class CallsTest(CliTest):
    """Runs the command on files of its own."""

    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def file(self, data, name="pbx.ami"):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def calls(self, *arguments, stdin=b"", code=0):
        """The printed objects."""
        result = cli.run("calls", *arguments, stdin=stdin)
        self.assert_code(result, code)
        return result.packets


class ContractTest(CallsTest):
    """What others may rely on."""

    def test_events(self):
        """Each line is an object: numbered, with the snapshot, in the order of the keys."""
        events = self.calls(NEW / "call-busy.ami")
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        self.assertEqual(sorted(e["ms"] for e in events), [e["ms"] for e in events])
        for event in events:
            self.assertEqual(event["server"], "call-busy")
            self.assertEqual(list(event)[:4], ["seq", "time", "ms", "server"])
            if "call" in event:
                self.assertEqual(list(event)[4:14],
                                 ["call", "event", "direction", "from", "to", "did", "queue",
                                  "state", "result", "legs"])
        names = [e["event"] for e in events if "call" in e]
        self.assertEqual(names, ["call.started", "leg.ringing", "leg.ended", "leg.ended",
                                 "call.ended"])
        ended = events[-1] if events[-1]["event"] == "call.ended" else next(
            e for e in events if e["event"] == "call.ended")
        self.assertEqual((ended["state"], ended["result"], ended["reason"]),
                         ("ended", "busy", None))

    def test_special_keys(self):
        """Each event has what is special to it, behind the snapshot."""
        wanted = {"leg.ringing": ["leg"], "leg.answered": ["leg"], "call.answered": ["leg"],
                  "call.transferred": ["kind", "by", "to_line"],
                  "call.parked": ["leg", "by", "space"], "call.retrieved": ["by", "space"],
                  "call.picked_up": ["leg", "by"], "call.conferenced": ["leg", "space"],
                  "recording.started": ["leg", "file"], "recording.stopped": ["leg", "file"],
                  "leg.held": ["leg"], "leg.resumed": ["leg"], "leg.dtmf": ["leg", "digit"],
                  "leg.ended": ["leg", "cause", "cause_text"], "call.queued": [],
                  "call.started": []}
        seen = set()
        for name in ("blind-transfer-dtmf", "parking", "pickup", "conference", "queue-call",
                     "recording-mixmonitor", "hold-unhold"):
            for event in self.calls(NEW / (name + ".ami")):
                if event["event"] in wanted:
                    seen.add(event["event"])
                    self.assertEqual(list(event)[14:], wanted[event["event"]], event)
        self.assertEqual(seen, set(wanted))

    def test_without_call(self):
        """Lines, queues and the server have objects of their own shape."""
        events = self.calls(NEW / "queue-call.ami")
        shapes = {e["event"]: list(e)[4:] for e in events if "call" not in e}
        self.assertEqual(shapes["line.state"], ["event", "line", "state"])
        self.assertEqual(shapes["queue.state"], ["event", "queue", "waiting"])
        self.assertEqual(shapes["queue.member"],
                         ["event", "queue", "line", "name", "interface", "state", "paused",
                          "pause_reason", "penalty"])
        self.assertEqual(shapes["server.state"], ["event", "state"])

    def test_summary(self):
        """The keys in their order; a transfer and who talked."""
        calls = self.calls("--summary", NEW / "blind-transfer-sip.ami")
        self.assertEqual(len(calls), 1)
        call = calls[0]
        self.assertEqual(list(call), SUMMARY)
        self.assertEqual([list(leg) for leg in call["legs"]], [LEG] * 3)
        self.assertEqual(call["server"], "blind-transfer-sip")
        self.assertEqual(call["transfers"], [{"kind": "blind", "by": "102", "to": "103"}])
        self.assertEqual(call["talked"], ["101", "102", "103"])
        self.assertEqual(call["from"]["name"], "Оператор Первый")
        self.assertEqual(call["to"], {"number": "102"})
        self.assertEqual((call["did"], call["queue"], call["picked_up_by"], call["parked"]),
                         (None, None, None, False))

    def test_merged(self):
        """A consultation is told by its events, but is no call of the summary."""
        path = NEW / "attended-transfer-sip.ami"
        ended = [e for e in self.calls(path) if e["event"] == "call.ended"]
        self.assertEqual([e["reason"] for e in ended], ["merged", None])
        self.assertEqual(ended[0]["into"], ended[1]["call"])
        calls = self.calls("--summary", path)
        self.assertEqual([c["call"] for c in calls], [ended[1]["call"]])

    def test_order(self):
        """In the order in which the calls began, not ended."""
        first = ringing()
        second = (dialplan("PJSIP/103-3", "9.3", "103", "604") +
                  hangup("PJSIP/103-3", "9.3", "103"))
        calls = self.calls("--summary", self.file(
            first + second + hangup("PJSIP/102-2", "9.2", "102", linked="9.1") +
            hangup("PJSIP/101-1", "9.1", "101")))
        self.assertEqual([c["call"] for c in calls], ["9.1", "9.3"])

    def test_once(self):
        """Each call of each recording begins once and ends once, and then nothing more is
        said of it."""
        paths = sorted(CAPTURES.glob("*/*.ami"))
        self.assertGreater(len(paths), 100)
        for path in paths:
            state = {}
            for event in self.calls(path):
                if "call" not in event:
                    continue
                before = state.get(event["call"])
                if event["event"] == "call.started":
                    self.assertIsNone(before, path)
                else:
                    self.assertEqual(before, "on", (path, event))
                state[event["call"]] = "off" if event["event"] == "call.ended" else "on"
            self.assertEqual(set(state.values()) - {"off"}, set(), path)


class TimeTest(CallsTest):
    """Where "time" and "ms" come from."""

    def test_index(self):
        """Milliseconds of the .idx beside it; the time of day is not known."""
        data = ringing()
        path = self.file(data)
        cut = data.index(b"Event: DialBegin")
        newstate = data.index(b"Event: Newstate")
        self.folder.joinpath("pbx.idx").write_text(
            "# note\n7 < 0 %d\n1007 < %d %d\n1500 > 0 5\n2507 < %d %d\n" % (
                cut, cut, newstate - cut, newstate, len(data) - newstate), encoding="ascii")
        events = self.calls(path)
        times = {e["event"]: e["ms"] for e in events}
        self.assertEqual((times["call.started"], times["leg.ringing"], times["call.ended"]),
                         (0, 2500, 2500))
        self.assertEqual({e["time"] for e in events}, {None})

    def test_timestamps(self):
        """Asterisk's own Timestamp, to the millisecond, when there is no .idx."""
        stamps = iter(("1795225195.123456", "1795225196.000001", "1795225200.999999"))
        events = self.calls(self.file(ringing(stamps=stamps)))
        by_name = {e["event"]: e for e in events}
        self.assertEqual((by_name["call.started"]["time"], by_name["call.started"]["ms"]),
                         ("2026-11-21T01:39:55.123Z", 0))
        self.assertEqual((by_name["leg.ringing"]["time"], by_name["leg.ringing"]["ms"]),
                         ("2026-11-21T01:40:00.999Z", 5876))

    def test_none(self):
        """Neither: zero, and null."""
        events = self.calls("-", stdin=ringing())
        self.assertEqual({(e["time"], e["ms"]) for e in events}, {(None, 0)})

    def test_bad_index(self):
        """A damaged .idx: a warning that names the line, and no times."""
        path = self.file(ringing())
        self.folder.joinpath("pbx.idx").write_text("7 < 0 100\nx < 1 2\n", encoding="ascii")
        result = cli.run("calls", path)
        self.assert_code(result, 0)
        self.assertIn("line 2", result.stderr)
        self.assertEqual({e["ms"] for e in result.packets}, {0})

    def test_no_result_of_time(self):
        """The same calls with times and without, of all recordings."""
        for path in sorted(CAPTURES.glob("*/*.ami")):
            with_times = self.calls("--summary", path)
            without = self.calls("--summary", "-", stdin=path.read_bytes())
            for call in with_times + without:
                call["server"] = ""
            self.assertEqual(with_times, without, path)


class OptionsTest(CallsTest):
    """--trunk, --line, --call, and where input comes from."""

    def test_stdin(self):
        """As a file does; the server's name is stdin."""
        events = self.calls("-", stdin=ringing())
        self.assertEqual({e["server"] for e in events}, {"stdin"})
        self.assertEqual(events[-1]["reason"], "end_of_input")

    def test_live_pipe(self):
        """What a pipe has brought is shown before it ends."""
        with subprocess.Popen([cli.program(), "calls", "-"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, env=cli.environment(None)) as process:
            process.stdin.write(ringing())
            process.stdin.flush()
            watchdog = threading.Timer(20 * cli.SLOW, process.kill)
            watchdog.start()
            lines = iter(process.stdout.readline, b"")
            self.assertTrue(any(b'"leg.ringing"' in line for line in lines))
            process.stdin.close()
            self.assertTrue(any(b'"end_of_input"' in line for line in lines))
            watchdog.cancel()
            self.assertEqual(process.wait(), 0)

    def test_trunk(self):
        """A peer named as trunk, whole or with *; --line takes it back."""
        path = self.file(ringing("PJSIP/104-1", number="74951234567"))
        rows = (((), "internal"), (("--trunk", "104"), "in"), (("--trunk", "10*"), "in"),
                (("--trunk", "PJSIP/104*"), "in"), (("--trunk", "77", "--trunk", "104"), "in"),
                (("--trunk", "1*4", "--line", "104"), "internal"), (("--trunk", "1"), "internal"))
        for options, direction in rows:
            with self.subTest(options=options):
                (call,) = self.calls("--summary", *options, path)
                self.assertEqual(call["direction"], direction)

    def test_call(self):
        """One of several; one that is not there."""
        path = self.file(ringing() + dialplan("PJSIP/103-3", "9.3", "103", "604"))
        for option in ((), ("--summary",)):
            found = self.calls("--call", "9.3", *option, path)
            self.assertEqual({c["call"] for c in found}, {"9.3"})
        result = cli.run("calls", path, "--call", "9.4")
        self.assert_code(result, NEGATIVE)
        self.assertIn("9.4", result.stderr)
        self.assertEqual(result.stdout, b"")

    def test_open(self):
        """A call that goes on at the end: ended as event, marked as open in the summary."""
        path = self.file(ringing())
        last = self.calls(path)[-1]
        self.assertEqual((last["event"], last["reason"]), ("call.ended", "end_of_input"))
        (call,) = self.calls("--summary", path)
        self.assertEqual(list(call), SUMMARY + ["reason", "open"])
        self.assertEqual((call["reason"], call["open"], call["result"]),
                         ("end_of_input", True, None))
        self.assertEqual([leg["rang"] for leg in call["legs"]], [False, True])
        self.assertEqual([leg["result"] for leg in call["legs"]], [None, None])

    def test_open_answered(self):
        """What is answered stays so, whatever would have followed."""
        data = (NEW / "call-answered-caller-hangs-up.ami").read_bytes()
        (call,) = self.calls("--summary", self.file(data[:data.index(b"Event: Hangup\r")]))
        self.assertEqual((call["result"], call["open"]), ("answered", True))
        self.assertEqual([leg["result"] for leg in call["legs"]], ["answered"] * 2)

    def test_bytes(self):
        """Names that are no UTF-8, escapes of a terminal, NUL: valid JSON all the same."""
        name = b"\xcf\xf0\x00\x1b[31m\xd0\x98\xff"
        for option in ((), ("--summary",)):
            found = self.calls(*option, self.file(ringing(caller_name=name)))
            names = {c["from"]["name"] for c in found if "call" in c}
            self.assertEqual(len(names), 1)
            self.assertIn("\ufffd", names.pop())
        result = cli.run("calls", "--ladder", self.folder / "pbx.ami")
        self.assertNotIn(b"\x1b", result.stdout)
        result.stdout.decode("utf-8")


class WrongTest(CallsTest):
    """What is told when it cannot work."""

    def test_usage(self):
        """Code 2, nothing on standard output."""
        path = self.file(ringing())
        rows = ((path, "--summary", "--ladder"), (path, "--ladder", "--format", "json"),
                (path, "--count", "3"), (path, "--for", "3"), (path, "--nonsense"),
                (path, path), (), ("ami://",), (self.folder / "none.ami",),
                (path, "--trunk"))
        for arguments in rows:
            with self.subTest(arguments=arguments):
                result = cli.run("calls", *arguments)
                self.assert_code(result, USAGE)
                self.assert_one_clear_line(result)
                self.assertEqual(result.stdout, b"")

    def test_no_ami(self):
        """Something else than a manager's data: code 5 and a sentence."""
        readme = Path(cli.ROOT, "README.md").read_bytes()
        for data in (b'{"event":"Hangup"}\n', b"\x00\xff" * 1000, readme, b"a: b\r\n\r\n"):
            with self.subTest(data=data[:20]):
                result = cli.run("calls", self.file(data))
                self.assert_code(result, PROTOCOL)
                self.assertIn("not what an Asterisk manager sends", result.messages[-1])
                self.assertEqual(result.stdout, b"")

    def test_empty(self):
        """An empty file is none of that, but is said."""
        result = cli.run("calls", self.file(b""))
        self.assert_code(result, 0)
        self.assertIn("nothing in there", result.stderr)

    def test_broken(self):
        """A line longer than any: what was before it is shown, code 5."""
        path = self.file(ringing() + b"X: " + b"a" * 300000 + b"\r\n\r\n")
        result = cli.run("calls", path)
        self.assert_code(result, PROTOCOL)
        self.assertEqual(result.packets[-1]["event"], "call.ended")

    def test_cut(self):
        """A file that ends within a packet: a warning, and its calls."""
        result = cli.run("calls", "--summary", self.file(ringing()[:-10]))
        self.assert_code(result, 0)
        self.assertEqual(len(result.packets), 1)
        self.assertIn("ends within a packet", result.stderr)

    def test_cut_at_once(self):
        """Cut within the greeting or the first packet: a warning, no calls, no error."""
        for data in (ringing()[:1], ringing()[:25], b"Event: Hangup\r\nChan", b"Resp"):
            with self.subTest(data=data):
                result = cli.run("calls", "-", stdin=data)
                self.assert_code(result, 0)
                self.assert_one_clear_line(result)

    def test_closed_pipe(self):
        """Nobody reads any more: the end, without a word."""
        with subprocess.Popen([cli.program(), "calls", str(NEW / "conference.ami")],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=cli.environment(None)) as process:
            process.stdout.close()
            self.assertEqual((process.wait(20 * cli.SLOW), process.stderr.read()), (0, b""))


class TextTest(CallsTest):
    """What a person sees."""

    def on_terminal(self, *arguments, env=None):
        """The output of a run whose standard output is a terminal."""
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        process = subprocess.Popen([cli.program(), "calls", *map(str, arguments)],
                                   stdout=theirs, stdin=subprocess.DEVNULL,
                                   env=cli.environment(None, env))
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # EIO: the other end is closed
            while piece := os.read(ours, 65536):
                text += piece
        self.assertEqual(process.wait(20 * cli.SLOW), 0)
        return text.decode("utf-8")

    def test_terminal(self):
        """Text and colors there, JSON by option; control characters are shown."""
        path = self.file(ringing(caller_name=b"A\x1b]0;x\x07"))
        text = self.on_terminal(path, env={"TERM": "xterm"})
        self.assertRegex(text, r"101 A\^\[\]0;x\^G → 102 +\x1b\[33m102 rings")
        self.assertNotIn("\x1b]", text)
        plain = self.on_terminal(path, env={"TERM": "xterm", "NO_COLOR": "1"})
        self.assertNotIn("\x1b", plain)
        self.assertTrue(json.loads(self.on_terminal(path, "--format", "json").splitlines()[0]))

    def test_languages(self):
        """Both languages, for each event of all scenes and each call."""
        for name in ("queue-call", "blind-transfer-dtmf", "pickup", "parking-timeout"):
            for options in ((), ("--summary",), ("--ladder",)):
                texts = [cli.run("calls", NEW / (name + ".ami"), "--format", "text", *options,
                                 "--lang", lang) for lang in ("en", "ru")]
                english, russian = (t.stdout.decode("utf-8") for t in texts)
                self.assertEqual(len(english.splitlines()), len(russian.splitlines()))
                self.assertNotEqual(english, russian)
                self.assertNotIn("%", english + russian)
                words = re.sub("[а-яА-Я]+ [А-Я][а-я]+", "", english)  # names of people
                self.assertNotRegex(words, "[а-я]")

    def test_summary(self):
        """A line a call."""
        result = cli.run("calls", "--summary", "--format", "text", NEW / "queue-call.ami")
        (line,) = result.lines
        self.assertRegex(line, r"^ +\d+\.\d{3}  in +79165550001 Клиент Очереди → 102  "
                               r"answered 0:02; queue support; talked 79165550001, 102$")

    def test_ascii(self):
        """A ladder for terminals without lines: only the names are beyond ASCII."""
        result = cli.run("calls", "--ladder", "--ascii", NEW / "hold-unhold.ami")
        text = result.stdout.decode("utf-8").replace("Оператор Первый", "")
        self.assertTrue(text.isascii())
        self.assertIn("---- hold ----", text)


class ServedTest(CallsTest):
    """A server gives the calls that its recording gives."""

    def served(self, path):
        """`zvon serve` with that file; its address."""
        process = subprocess.Popen(
            [cli.program(), "serve", str(path), "--port", "0", "--once", "--speed", "50"],
            stdout=subprocess.PIPE, env=cli.environment(None))
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait, 20 * cli.SLOW)
        self.addCleanup(process.send_signal, signal.SIGINT)
        return process.stdout.readline().decode().split()[-1]

    def test_same(self):
        """Summaries of some scenes, from the file and from the port."""
        for name in ("call-busy", "call-answered-caller-hangs-up", "queue-call",
                     "blind-transfer-sip", "attended-transfer-sip", "pickup"):
            with self.subTest(name=name):
                path = NEW / (name + ".ami")
                address = self.served(path)
                live = cli.run("calls", "ami://x@" + address, "--summary", "--for", "4",
                               "--no-reconnect", "--line", "10*")
                recorded = self.calls("--summary", path)
                shown = live.packets
                self.assertEqual({c["server"] for c in shown}, {address}, live)
                for call in shown + recorded:
                    del call["server"]
                self.assertEqual(shown, recorded, live)


class OneIdTest(CallsTest):
    """One id from the click to the end."""

    def test_originate(self):
        """Each step of originate names the call that `zvon calls` shows."""
        office = subprocess.Popen([cli.program(), "serve", "--demo", "--port", "0"],
                                  stdout=subprocess.PIPE, env=cli.environment(None))
        self.addCleanup(office.stdout.close)
        self.addCleanup(office.wait, 20 * cli.SLOW)
        self.addCleanup(office.send_signal, signal.SIGINT)
        url = "ami://demo@" + office.stdout.readline().decode().split()[-1]
        calls = self.start(cli.Running("calls", url, secret="demo"))
        self.assertTrue(calls.wait_until(lambda: "connected" in calls.stderr), calls)
        result = cli.run("originate", url, "--from", "204", "--to", "79261234517", "--wait",
                         secret="demo", seconds=60)
        steps = result.packets
        self.assertEqual([steps[0]["state"], steps[-1]["result"]], ["initiated", "busy"])
        (call,) = {step["call"] for step in steps}
        self.assertTrue(calls.wait_until(lambda: any(
            e.get("call") == call and e["event"] == "call.ended" for e in calls.packets)))
        events = [e for e in calls.packets if e.get("call") == call]
        self.assertEqual(events[0]["event"], "call.started")
        self.assertEqual((events[-1]["from"]["number"], events[-1]["to"]["number"],
                          events[-1]["result"]), ("204", "79261234517", "busy"))


if __name__ == "__main__":
    unittest.main()
