"""Every recorded connection, as `zvon parse` sees it and as the independent reader does.

ZVON_CAPTURES=FOLDER adds all *.ami files below that folder."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake")]

import cli  # noqa: E402
import reader  # noqa: E402

# Small pieces cut lines, ends of packets and characters; large ones join packets.
PIECES = {1: 3000, 7: 20000, 1021: 1 << 30}  # size: how many bytes of each capture


def captures():
    """Paths of all recordings, ours and those of ZVON_CAPTURES."""
    folders = [HERE / "captures"]
    if os.environ.get("ZVON_CAPTURES"):
        folders.append(Path(os.environ["ZVON_CAPTURES"]))
    return [path for folder in folders for path in sorted(folder.rglob("*.ami"))]


def expected_lines(data):
    return [reader.json_line(packet).encode() for packet in reader.Reader(data)]


def parse_pieces(data, size):
    """Exit code and output of `zvon parse -` when data comes by a pipe in such pieces."""
    with tempfile.TemporaryFile() as output:
        with subprocess.Popen([cli.program(), "parse", "-"], stdin=subprocess.PIPE,
                              stdout=output, env=cli.environment(None)) as process:
            for start in range(0, len(data), size):
                os.write(process.stdin.fileno(), data[start:start + size])
            process.stdin.close()
            code = process.wait(30 * cli.SLOW)
        output.seek(0)
        return code, output.read().splitlines()


class CapturesTest(unittest.TestCase):
    def assert_same(self, name, found, wanted):
        for number, (ours, theirs) in enumerate(zip(found, wanted), 1):
            self.assertEqual(ours, theirs, f"{name}: packet {number}")
        self.assertEqual(len(found), len(wanted), f"{name}: number of packets")

    def test_captures_are_there(self):
        versions = {path.parent.name for path in captures()}
        self.assertLessEqual({"1.8.32.3", "11.25.3", "16.28.0", "22.10.1"}, versions)
        self.assertGreater(len(captures()), 100)

    def test_whole_file(self):
        packets = 0
        for path in captures():
            with self.subTest(path=str(path)):
                result = cli.run("parse", path, secret=None)
                self.assertEqual(result.code, cli.DONE, str(result))
                wanted = expected_lines(path.read_bytes())
                self.assert_same(path, result.stdout.splitlines(), wanted)
                packets += len(wanted)
        print(f"test_whole_file: {len(captures())} files, {packets} packets", flush=True)

    def test_through_a_pipe_in_pieces(self):
        for path in captures():
            data = path.read_bytes()
            for size, most in PIECES.items():
                part = data[:most]
                with self.subTest(path=str(path), size=size):
                    code, found = parse_pieces(part, size)
                    cli.check_alive(code, "", path)
                    self.assert_same(path, found, expected_lines(part))

    def test_cut_anywhere_gives_no_cut_packet(self):
        """What is not complete at the end of the input is not a packet."""
        data = (HERE / "captures" / "22.10.1" / "login-ok.ami").read_bytes()
        for end in range(0, len(data), 17):
            with self.subTest(end=end):
                result = cli.run("parse", "-", secret=None, stdin=data[:end])
                self.assert_same(end, result.stdout.splitlines(), expected_lines(data[:end]))


class ReaderTest(unittest.TestCase):
    """The reader's own rules on examples small enough to see."""

    def fields(self, line):
        packet, = reader.read_packets(b"Event: X\r\n" + line + b"\r\n\r\n")
        return packet["fields"][1:]

    def test_lines(self):
        for line, wanted in [
                (b"Key: value", ["Key", "value"]),
                (b"Key: ", ["Key", ""]),
                (b"Key:", ["Key", ""]),
                (b"NoColon", ["NoColon", ""]),
                (b"Foo:bar", ["Foo", "bar"]),
                (b"Foo:bar: baz", ["Foo:bar", "baz"]),
                (b"Key:  two spaces", ["Key", " two spaces"]),
                (b"Key: ends in LF\n", ["Key", "ends in LF\n"]),
                (b"Key: nul \0 and \xff", ["Key", "nul \0 and \ufffd"])]:
            with self.subTest(line=line):
                self.assertEqual(self.fields(line), [wanted])

    def test_kinds(self):
        data = (b"Asterisk Call Manager/1.1\r\nevent: a\r\n\r\n\r\nRESPONSE: b\r\n\r\n"
                b"Action: Ping\r\nEvent: c\r\n\r\nEvent: cut\r\n")
        self.assertEqual([(p["kind"], p["name"]) for p in reader.read_packets(data)],
                         [("banner", "Asterisk Call Manager/1.1"), ("event", "a"),
                          ("response", "b"), ("other", "Ping")])

    def test_old_command_answer(self):
        text = b"Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\n" \
               b"Event: Hangup\n\nsaid --END COMMAND-- here\n--END COMMAND--\r\n\r\n"
        packet, after = reader.read_packets(text + b"Event: next\r\n\r\n")
        self.assertEqual(len(packet["fields"]), 3)
        self.assertEqual(packet["output"], ["Event: Hangup", "", "said --END COMMAND-- here"])
        self.assertEqual(after["name"], "next")

    def test_new_command_answer(self):
        packet, event = reader.read_packets(
            b"Response: Success\r\nOutput: a\r\nMessage: m\r\nOutput: \r\n\r\n"
            b"Event: E\r\nOutput: stays\r\n\r\n")
        self.assertEqual(packet["fields"], [["Response", "Success"], ["Message", "m"]])
        self.assertEqual(packet["output"], ["a", ""])
        self.assertEqual(event["fields"][1], ["Output", "stays"])

    def test_json_form(self):
        packet, = reader.read_packets(b'Event: \x01\x7f"\\/\t\xe2\x80\xa8\xed\xa0\x80\r\n\r\n')
        self.assertEqual(reader.json_line(packet).split(',"fields"')[0],
                         '{"kind":"event","name":"\\u0001\x7f\\"\\\\/\\t\u2028'
                         '\ufffd\ufffd\ufffd"')


if __name__ == "__main__":
    unittest.main()
