"""WebSocket clients of zvond that send too much, or what becomes too much: faults 043 and 044."""

import json
import time
import unittest

from zvond_faults import KIB, MASK, SLOW, WsCase, text_frame, ws

DIALECTS = ("zvon", "tms")
MESSAGE_LIMIT = 64 * KIB  # input_bytes
FRAGMENTS = 1024


class Floods(WsCase):
    """Too much, and too much behind little."""

    def test_fault_043_message_over_the_limit(self):
        part = b"a" * (MESSAGE_LIMIT // 2)
        whole = b'{"type":"ping","id":"%s"}' % (b"x" * (MESSAGE_LIMIT - 23))
        with self.witness(), self.memory(MESSAGE_LIMIT + 128 * KIB):  # and what it is parsed to
            for dialect in DIALECTS:
                self.assertEqual(self.code_for(
                    b"\x81\xff" + (MESSAGE_LIMIT + 1).to_bytes(8, "big") + MASK, dialect), 1009)
                self.assertEqual(self.code_for(
                    text_frame(part, False) + text_frame(part, False, ws.CONTINUATION) +
                    text_frame(b"a", True, ws.CONTINUATION), dialect), 1009)
            self.assertEqual(len(whole), MESSAGE_LIMIT)
            socket = self.open()
            socket.send_bytes(text_frame(whole))
            self.assertIn(json.loads(socket.recv())["type"], ("hello", "pong", "error"))
            self.assert_lives(socket)

    def test_fault_043_a_hundred_thousand_fragments(self):
        data = text_frame(b"a", False) + text_frame(b"b", False, ws.CONTINUATION) * 100_000
        empty = text_frame(b"", False) + text_frame(b"", False, ws.CONTINUATION) * FRAGMENTS
        most = text_frame(b"a", False) + (
            text_frame(b"b", False, ws.CONTINUATION) * (FRAGMENTS - 2)) + text_frame(
                b"c", True, ws.CONTINUATION)
        with self.witness(), self.memory(MESSAGE_LIMIT):
            for dialect in DIALECTS:
                begin = time.monotonic()
                self.assertEqual(self.code_for(data, dialect), 1009)
                self.assertLess(time.monotonic() - begin, 1 * SLOW)
                self.assertEqual(self.code_for(empty, dialect), 1009)
                socket = self.open(dialect)
                socket.send_bytes(most)
                self.assert_lives(socket)

    def test_fault_043_ping_flood(self):
        flood = ws.frame(ws.PING, b"p" * 100, mask=MASK) * 10_000
        for dialect in DIALECTS:
            with self.subTest(dialect=dialect), self.witness(), self.memory(MESSAGE_LIMIT):
                cpu = self.z.cpu_seconds()
                counted = self.z.metrics()["zvond_frames_bad_total"]
                socket = self.open(dialect)
                begin = time.monotonic()
                try:
                    socket.send_bytes(flood)
                except OSError:
                    pass
                self.assertEqual(self.closed(socket)[0], 1008)
                self.assertLessEqual(len(socket.pongs), 10 * (time.monotonic() - begin + 1))
                self.assertGreaterEqual(len(socket.pongs), 10)
                self.assertLess(self.z.cpu_seconds() - cpu, 0.5 * SLOW)
                self.assertEqual(self.z.metrics()["zvond_frames_bad_total"], counted + 1)

    def test_fault_043_ten_pings_each_second_are_fine(self):
        socket = self.open()
        for second in range(2):
            for number in range(10):
                socket.ping(b"%d" % number)
            self.assertTrue(self.answered(socket, b"9"))
            socket.pongs.clear()
            time.sleep(1.05 * (not second))
        self.assert_second_is_over(socket)

    def assert_second_is_over(self, socket):
        socket.ping(b"the 11th")
        self.assertEqual(self.closed(socket)[0], 1008)

    def test_fault_043_pongs_and_nothing_else(self):
        """Pongs that nobody asked for are allowed (RFC 6455, 5.5.3) and cost little."""
        with self.witness(), self.memory(MESSAGE_LIMIT):
            socket = self.open()
            socket.send_bytes(ws.frame(ws.PONG, b"p" * 100, mask=MASK) * 20_000)
            self.assert_lives(socket)

    def test_fault_044_bombs(self):
        """1,000 to 1, of a text and in fragments."""
        bomb = ws.deflated(bytes(50_000_000))[:MESSAGE_LIMIT]
        small = ws.deflated(b'"' + b" " * 10_000_000)
        self.assertLess(len(small), 11_000)
        with self.witness(), self.memory(2 * MESSAGE_LIMIT):  # what came and what comes of it
            for dialect in DIALECTS:
                for data in (text_frame(bomb, op=ws.BINARY, rsv=4), text_frame(small, rsv=4),
                             text_frame(small[:100], False, rsv=4) +
                             text_frame(small[100:], True, ws.CONTINUATION)):
                    with self.subTest(dialect=dialect, bytes=len(data)):
                        begin = time.monotonic()
                        self.assertEqual(self.code_for(data, dialect, deflate=True), 1009)
                        self.assertLess(time.monotonic() - begin, 0.5 * SLOW)

    def test_fault_044_at_the_edge(self):
        """As long as may be when inflated is taken, a byte more is not."""
        for size, code in ((MESSAGE_LIMIT, 0), (MESSAGE_LIMIT + 1, 1009)):
            packed = ws.deflated(b'"' + b"x" * (size - 2) + b'"')
            socket = self.open(deflate=True)
            socket.send_bytes(text_frame(packed, rsv=4))
            if code:
                self.assertEqual(self.closed(socket)[0], code)
            else:
                self.assertIn(json.loads(socket.recv())["type"], ("hello", "error"))
                self.assert_lives(socket)

    def test_fault_044_broken_deflate(self):
        good = ws.deflated(b'{"type":"ping"}' * 20)
        table = ((text_frame(b"\xff" * 50, rsv=4), 1007),
                 (text_frame(good[:-1], rsv=4), 1007),
                 (text_frame(good + ws.TRAILER, rsv=4), 1007),
                 (text_frame(b"", rsv=4), 1007),
                 (text_frame(good[:5], False, rsv=4) +
                  text_frame(good[5:], True, ws.CONTINUATION, 4), 1002),
                 (ws.frame(ws.PING, b"", rsv=4, mask=MASK), 1002))
        for dialect in DIALECTS:
            for data, code in table:
                with self.subTest(dialect=dialect, data=data[:20].hex()):
                    self.assertEqual(self.code_for(data, dialect, deflate=True), code)
            self.assertEqual(self.code_for(text_frame(good, rsv=4), dialect), 1002)

    def test_fault_044_offers_of_context(self):
        """Whatever is offered, no context is kept: it would cost 40 KiB a client."""
        for offer in ("permessage-deflate", "permessage-deflate; client_max_window_bits",
                      "permessage-deflate; server_max_window_bits=15",
                      "permessage-deflate; client_max_window_bits=9, permessage-deflate",
                      "x-other, permessage-deflate; client_no_context_takeover"):
            for dialect in DIALECTS:
                with self.subTest(offer=offer, dialect=dialect):
                    socket = self.open(dialect, deflate=offer)
                    self.assertIn("server_no_context_takeover",
                                  socket.headers.get("sec-websocket-extensions", ""))
                    self.assertIn("client_no_context_takeover",
                                  socket.headers["sec-websocket-extensions"])
                    socket.send_text('{"type":"ping","id":"1"}', deflate=True)
                    self.assert_lives(socket)
                    socket.drop()
        for offer in ("permessage-deflate; client_max_window_bits=99", "permessage-deflate; x",
                      "permessage-deflate; server_no_context_takeover=1"):
            socket = self.open(deflate=offer)
            self.assertNotIn("sec-websocket-extensions", socket.headers, offer)


if __name__ == "__main__":
    unittest.main()
