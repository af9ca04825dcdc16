"""Faults 010-013, 018, 020: strange, huge, cut and fast streams from the PBX."""

import os
import tempfile
import threading
import time
import unittest

from common import CAPTURES, FIRST_TRY, MEASURED, saw, tick, ticks

import cli
import reader
from cli import SLOW, CliTest
from pbx import Pbx, event_packet
from peers import RawPeer, ScriptPeer

PACKET_LIMIT_KIB = 256
MEMORY_SLACK_KIB = 2048  # beside the limit: socket buffers and the allocator's steps
FIELD_TABLE_KIB = 1536   # a packet at the limit that is all short lines

STRANGE_EVENTS = b"".join([
    b"Event: NeverHeardOf\r\nPrivilege: mars,all\r\nUnknownHeader: 1\r\n\r\n",
    b"Event: NoColon\r\nJust some words\r\nEmpty:\r\nEmptyToo: \r\nTight:value\r\n\r\n",
    b"Event: \r\nChannel: the event has no name\r\n\r\n",
    b"eVeNt: MixedCase\r\nCHANNEL: x\r\n\r\n",
    b"Event: Repeated\r\n" + b"Same: 1\r\nsame: 2\r\n" * 10 + b"\r\n",
    b"Event: Headers300\r\n" + b"".join(b"Key%d: %d\r\n" % (n, n) for n in range(300)) +
    b"\r\n",
    b"Event: Value64K\r\nBig: " + b"v" * 65536 + b"\r\nAfter: here\r\n\r\n",
    b"Event: Key1000\r\n" + b"k" * 1000 + b": v\r\n\r\n",
    b"Event: Response\r\nResponse: Success\r\nActionID: none of ours\r\n\r\n",
    b"Event: Spaces\r\n  Indented: x\r\nTwo:  y \r\n : z\r\n\r\n",
    b"\r\n\r\n\r\n",
    b"Event: AfterEmptyLines\r\n\r\n",
])

STRANGE_BYTES = b"".join([
    b"Event: BareLF\r\nMessage: No Contacts found\n\r\nNext: a\nb\nc\r\n\r\n",
    b"Event: CrCrLf\r\nA: one\r\r\nB: two\r\r\r\n\r\n",
    b"Event: LoneCr\r\nA: x\ry\r\n\r\n",
    b"Event: Nul\r\nA: x\0y\0\r\n\0: key\r\n\r\n",
    b"Event: Tabs\r\nA:\tno space\r\n\tB: \t\r\n\r\n",
    b"Event: High\r\nA: " + bytes(range(0x80, 0x100)) + b"\r\n\r\n",
    b"Event: Low\r\nA: " + bytes(b for b in range(1, 0x20) if b not in b"\r\n") + b"\x7f\r\n"
    b"\r\n",
    b"Event: Surrogate\r\nA: \xed\xa0\x80 \xed\xb0\x80 \xed\xa0\xbd\xed\xb8\x80\r\n\r\n",
    b"Event: Overlong\r\nA: \xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf \xc1\xbf\r\n\r\n",
    b"Event: TooHigh\r\nA: \xf4\x90\x80\x80 \xf5\x80\x80\x80 \xf8\x88\x80\x80\x80\r\n\r\n",
    b"Event: Cut\r\nA: \xd0\r\nB: \xe2\x82\r\nC: \xf0\x9f\x98\r\nD: \xe2\x82x\r\n\r\n",
    b"Event: Latin1\r\nCallerIDName: \xce\xf4\xe8\xf1 M\xfcller\r\n\r\n",
    "Event: Фикс\r\nКлюч: значение 😀 \u2028 \ufeff\r\n\r\n".encode(),
    b"Event: \xff\xfe\r\n\xff: \xfe\r\n\r\n",
])

STRANGE_PACKETS = b"".join([
    b"Asterisk Call Manager/11.0.0\r\n",
    b"Action: Ping\r\nActionID: 1\r\n\r\n",
    b"Just words\r\n\r\n",
    b": no key\r\n\r\n",
    b"RESPONSE: success\r\nOutput: a\r\noutput: \r\nOUTPUT: c\r\n\r\n",
    b"Response: Follows\r\nPrivilege: Command\r\n--END COMMAND--\r\n\r\n",
    b"Response: Follows\r\nPrivilege: Command\r\nActionID: 1\r\ntext\xff\n\n"
    b"Event: Hangup\r\n\r\nEvent: Fake\n--END COMMAND--\nmore --END COMMAND--\r\n\r\n",
    b"Response: Success\r\nActionID: 2\r\nOutput: Event: Hangup\r\n"
    b"Output: --END COMMAND--\r\n\r\n",
    b"Asterisk Call Manager/1.1\r\n",
    b"Response: Error\r\nMessage: last\n\r\n\r\n",
])


def events_of(path):
    """The bytes of all events of a recording, without its answers."""
    packets = reader.Reader(path.read_bytes())
    found, before = [], 0
    for packet in packets:
        if packet["kind"] == "event":
            found.append(packets.data[before:packets.position])
        before = packets.position
    return b"".join(found)


class StreamTest(CliTest):
    def packets_between(self, running, first, last):
        """What was printed between two ticks."""
        shown = running.packets
        places = {dict(p["fields"]).get("Seq"): i for i, p in enumerate(shown)
                  if p and p["name"] == "UserEvent"}
        return shown[places[str(first)] + 1:places[str(last)]]

    def check_stream(self, data, piece=1 << 30):
        """What `listen` shows of data is what the independent reader finds in it."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        session, = pbx.listeners()
        tick(pbx, 1)
        with session.write_lock:
            session.send_pieces(data, piece)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2, 30), running)
        wanted = reader.read_packets(data)
        for ours, theirs in zip(self.packets_between(running, 1, 2), wanted):
            self.assertEqual(ours, theirs)
        self.assertEqual(len(self.packets_between(running, 1, 2)), len(wanted))
        self.assertEqual(pbx.count("connect"), 1, running)


class StrangeTest(StreamTest):
    def test_fault_010_unknown_and_misshapen(self):
        self.check_stream(STRANGE_EVENTS)

    def test_fault_013_strange_bytes(self):
        self.check_stream(STRANGE_BYTES)

    def test_fault_013_parse(self):
        """The same, and packets of other kinds, from a file; output is UTF-8 throughout."""
        data = STRANGE_PACKETS + STRANGE_EVENTS + STRANGE_BYTES
        result = cli.run("parse", "-", stdin=data, secret=None)
        self.assert_code(result, cli.DONE)
        wanted = [reader.json_line(p) for p in reader.Reader(data)]
        self.assertEqual(result.lines, wanted)

    def test_fault_036_format_directives(self):
        """%n%s%x wherever text can stand: data like any other."""
        evil = b"%n%s%x%p%99999999d%n"
        self.check_stream(b"Event: " + evil + b"\r\n" + evil + b": " + evil + b"\r\n" + evil +
                          b"\r\n\r\n")


class HugeTest(CliTest):
    def check_refused(self, flood, more_kib=0):
        """The connection is closed with a reason, memory stays bounded, service returns."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        before = running.memory_kib()
        pbx.broadcast(flood)
        self.assertTrue(pbx.wait_closed(1, 10 * SLOW), running)
        closed = time.monotonic()
        grown = running.memory_kib("VmHWM") - before
        self.assertLessEqual(grown, (PACKET_LIMIT_KIB + MEMORY_SLACK_KIB + more_kib) * SLOW)
        self.assertTrue(pbx.wait_logins(2, 10 * SLOW), running)
        waited = pbx.ledger.find("connect")[1].time - closed
        self.assertLessEqual(waited, (FIRST_TRY[1] + MEASURED) * SLOW)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2), running)
        self.assertEqual(ticks(running), ["1", "2"])
        self.assertRegex(running.stderr.lower(), "limit|too long|too big|longer")
        self.figures(f"memory grew by {grown} KiB")

    def test_fault_011_line_of_10_mb(self):
        self.check_refused(b"Event: Huge\r\nLine: " + b"x" * 10_000_000)

    def test_fault_011_packet_of_10_mb(self):
        self.check_refused(b"Event: Huge\r\n" + b"Key: value\r\n" * 833_333, FIELD_TABLE_KIB)

    def test_fault_011_below_the_limit(self):
        """A packet just under the limit is a packet."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        pbx.event("Large", ("Value", "v" * (PACKET_LIMIT_KIB * 1024 - 100)))
        self.assertTrue(running.wait_until(lambda: running.events("Large")), running)
        self.assertEqual(pbx.count("connect"), 1)


class PiecesTest(StreamTest):
    def test_fault_012_pieces(self):
        """A recorded call in pieces of 1, 2, 3, 7, 1460 bytes and in one."""
        data = events_of(CAPTURES / "22.10.1" / "call-busy.ami")
        for size in (1, 2, 3, 7, 1460, len(data)):
            with self.subTest(size=size):
                self.check_stream(data, size)

    def test_fault_012_thousand_packets_in_one_segment(self):
        self.check_stream(b"".join(b"Event: E\r\nN: %d\r\n\r\n" % n for n in range(1000)))

    def test_fault_012_split_at_delicate_places(self):
        """Between CR and LF, before the empty line, inside ": ", inside a character."""
        data = "Event: Е\r\nName: 😀\r\nLast: x\n\r\n\r\n".encode()
        delicate = [n for n in range(1, len(data))
                    if data[n - 1:n + 1] in (b"\r\n", b"\n\r", b": ") or data[n] & 0xC0 == 0x80]
        self.assertGreater(len(delicate), 10)

        def send(session, whole):
            for place in delicate:
                session.send(whole[:place])
                time.sleep(0.01)
                session.send(whole[place:])

        pbx = self.start(Pbx())
        running = self.listener(pbx)
        session, = pbx.listeners()
        tick(pbx, 1)
        send(session, data)
        tick(pbx, 2)
        self.assertTrue(saw(running, 2), running)
        self.assertEqual(self.packets_between(running, 1, 2),
                         reader.read_packets(data) * len(delicate))


class BannerTest(CliTest):
    VERSIONS = ("1.0", "1.1", "1.2", "1.3", "2.5.0", "2.10.6", "3.2.2", "4.0.3", "5.0.0",
                "5.0.4", "7.0.3", "9.0.0", "10.0.0", "11.0.0", "12.7", "100.0.0")

    def test_fault_018_all_versions(self):
        for version in self.VERSIONS:
            with self.subTest(version=version), \
                    Pbx(banner=f"Asterisk Call Manager/{version}") as pbx:
                result = cli.run("action", cli.url(pbx.port), "Ping")
                self.assert_code(result, cli.DONE)
                self.assertEqual(result.packets[0]["name"], "Success")

    def test_fault_018_banner_in_pieces(self):
        """The banner arrives byte by byte, and what follows with its last byte."""
        pbx = self.start(Pbx())
        talk = pbx.talk

        def slowly(session):
            plain_send = session.send

            def first_send(data):
                session.send = plain_send
                session.send_pieces(data, 1, 0.01)
            session.send = first_send
            talk(session)

        pbx.talk = slowly
        result = cli.run("action", cli.url(pbx.port), "Ping")
        self.assert_code(result, cli.DONE)

    def check_refused(self, peer, *codes):
        with peer:
            result = cli.run("action", cli.url(peer.port), "Ping")
            self.assert_code(result, *codes)
            self.assert_one_clear_line(result)
            self.assertLessEqual(result.seconds, 5 * SLOW, str(result))
            self.assertNotIn(b"Secret", peer.ledger.received(), "secret sent to a stranger")

    def test_fault_018_not_a_banner(self):
        for greeting in (b"Asterisk Call Man\r\n", b"\r\n\r\n\r\nhello\r\n", b"\0" * 100,
                         b"\x15\x03\x01\x00\x02\x02\x16", b"Event: FullyBooted\r\n\r\n",
                         b"RFB 003.008\n", b"+OK POP3 ready\r\n", b"x" * 100_000):
            with self.subTest(greeting=greeting[:30]):
                self.check_refused(RawPeer(greeting), cli.PROTOCOL, cli.TIMEOUT)

    def test_fault_018_half_a_banner_then_silence(self):
        self.check_refused(RawPeer(b"Asterisk Call Manager/5."), cli.PROTOCOL, cli.TIMEOUT)

    def test_fault_018_half_a_banner_then_the_end(self):
        self.check_refused(RawPeer(b"Asterisk Call Manager/5.", closes=True), cli.PROTOCOL,
                           cli.NO_CONNECTION)

    def test_fault_018_banner_then_silence(self):
        """It greets, and never answers the login."""
        self.check_refused(RawPeer(b"Asterisk Call Manager/5.0.4\r\n"), cli.TIMEOUT,
                           cli.PROTOCOL)

    def test_fault_018_endless_banner(self):
        def talk(session):
            while True:
                session.send(b"Asterisk Call Manager/" * 1000)
        self.check_refused(ScriptPeer(talk), cli.PROTOCOL, cli.TIMEOUT)


class BurstTest(CliTest):
    EVENTS = 100_000

    def burst(self, count, filler=""):
        return b"".join(event_packet("UserEvent", ("UserEvent", "Burst"), ("Seq", n),
                                     ("Channel", "PJSIP/101-00000001"), ("Filler", filler),
                                     classes="user") for n in range(count))

    def numbers(self, output):
        """Seq of all lines, read without a JSON parser to keep the machine free."""
        mark = b'["Seq","'
        return [int(line.split(mark, 1)[1].split(b'"', 1)[0])
                for line in output.split(b"\n") if mark in line]

    def wait_for_last(self, path, last, seconds):
        """Wait until the file ends in the line of that event."""
        mark = b'["Seq","%d"]' % last
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            with open(path, "rb") as file:
                file.seek(max(0, os.path.getsize(path) - 2000))
                tail = file.read()
                if mark in tail and tail.endswith(b"\n"):
                    return True
            time.sleep(0.02)
        return False

    def test_fault_020_burst(self):
        """100,000 events at line speed: all read, in order, the peer never waits."""
        pbx = self.start(Pbx())
        data = self.burst(self.EVENTS)
        with tempfile.NamedTemporaryFile() as output:
            running = self.listener(pbx, stdout=output)
            session, = pbx.listeners()
            before = running.cpu_seconds()
            began = time.monotonic()
            session.send(data)
            sent = time.monotonic() - began
            self.assertTrue(self.wait_for_last(output.name, self.EVENTS - 1, 30), running)
            cpu = running.cpu_seconds() - before
            with open(output.name, "rb") as file:
                numbers = self.numbers(file.read())
        self.assertEqual(numbers, list(range(self.EVENTS)))
        self.assertEqual(pbx.count("connect"), 1)
        self.assertLess(session.longest_wait, 0.1 * SLOW)
        self.assertLessEqual(cpu, 1.0 * SLOW)
        self.figures(f"{len(data) / 1e6:.1f} MB sent in {sent:.2f} s, longest wait "
                     f"{session.longest_wait * 1000:.1f} ms, {cpu:.2f} s of CPU")

    def test_fault_020_output_not_read(self):
        """Nobody reads our output for 3 s: the PBX does not feel it and nothing is lost."""
        count = 20_000
        pbx = self.start(Pbx())
        data = self.burst(count, "f" * 240)
        read_end, write_end = os.pipe()
        running = self.listener(pbx, stdout=write_end)
        os.close(write_end)
        session, = pbx.listeners()
        session.send(data)
        time.sleep(3)
        output = self.read_in_time(read_end, b'["Seq","%d"]' % (count - 1))
        self.assertEqual(self.numbers(output), list(range(count)))
        self.assertEqual(pbx.count("connect"), 1, running)
        self.figures(f"{len(data) / 1e6:.1f} MB, longest wait "
                     f"{session.longest_wait * 1000:.1f} ms")

    def read_in_time(self, descriptor, mark):
        """What comes from a pipe, up to the line with the mark, or for 20 s."""
        output = bytearray()

        def read():
            while mark not in output[-4000:]:
                more = os.read(descriptor, 65536)
                if not more:
                    return
                output.extend(more)

        thread = threading.Thread(target=read, daemon=True)
        thread.start()
        thread.join(20 * SLOW)
        # From here on the rest is read and forgotten, so that the program can end.
        threading.Thread(target=drain, args=[descriptor], daemon=True).start()
        return bytes(output)


def drain(descriptor):
    while os.read(descriptor, 65536):
        pass
    os.close(descriptor)


if __name__ == "__main__":
    unittest.main()
