"""What WebSocket clients of zvond do wrong, in both dialects: faults 039 to 042 and 045. Too
much of it is in test_zvond_faults_floods.py.
"""

import json
import sys
import time
import unittest

from zvond_common import ROOT, TOKENS
from zvond_faults import (KIB, MASK, SLOW, WsCase, statuses, text_frame, until, ws)

sys.path.insert(0, str(ROOT / "tests/ws"))
import conformance  # noqa: E402  pylint: disable=wrong-import-position

DIALECTS = ("zvon", "tms")
SOON = 0.1 * SLOW         # fault 039
MESSAGE_LIMIT = 64 * KIB  # input_bytes
KEY = "AAAAAAAAAAAAAAAAAAAAAA=="


class Frames(WsCase):
    """Faults 039 to 042: the rows of conformance.txt."""

    def wanted(self, row):
        """(close code or 0, payloads of pongs): a dialect answers texts itself, and takes no
        binary messages."""
        kinds = [message.partition(":")[0] for message in row.messages]
        pongs = kinds.count("ping")
        if "binary" in kinds:
            return 1003, kinds[:kinds.index("binary")].count("ping")
        if "close" in kinds:
            return int(row.messages[kinds.index("close")].split(":")[1]), pongs
        return row.close_code, pongs

    def check(self, row, dialect, pieces):
        """The code, or 0; seconds."""
        socket = self.open(dialect, deflate=row.deflates)
        begin = time.monotonic()
        try:
            for at in range(0, len(row.data), pieces or len(row.data)):
                socket.send_bytes(row.data[at:at + (pieces or len(row.data))])
        except OSError:
            pass
        code, pongs = self.wanted(row)
        got = 0
        if code:
            got = self.closed(socket)[0]
        elif pongs == 10:  # one more would be too many
            while len(socket.pongs) < pongs:
                socket.recv_event(5 * SLOW)
        else:
            self.assert_lives(socket)
        took = time.monotonic() - begin
        self.assertEqual(len([p for p in socket.pongs if p != b"still there?"]), pongs)
        socket.drop()
        self.assertEqual(got, code)
        return code, took

    def each_row(self, dialect):
        rows = [row for row in conformance.rows() if not row.is_client]
        slowest, refused = 0.0, 0
        for row in rows:
            for pieces in (0, 1):
                if pieces and len(row.data) > 300:
                    continue
                with self.subTest(row=row.name, pieces=pieces):
                    code, took = self.check(row, dialect, pieces)
                    if code and not pieces:
                        took = min(took, *(self.check(row, dialect, 0)[1] for _ in range(2))
                                   ) if took > SOON else took
                        self.assertLess(took, SOON)
                        slowest, refused = max(slowest, took), refused + 1
        print("%s: %d rows, %d of them refused or closed, after %.1f ms at most"
              % (dialect, len(rows), refused, slowest * 1000))
        self.assertGreaterEqual(refused, 31)

    def test_fault_039_to_042_zvon(self):
        with self.witness():
            self.each_row("zvon")

    def test_fault_039_to_042_panels(self):
        with self.witness():
            self.each_row("tms")

    def test_fault_039_is_counted(self):
        before = self.z.metrics()["zvond_frames_bad_total"]
        self.code_for(b"\x83\x80" + MASK)
        self.assertEqual(self.z.metrics()["zvond_frames_bad_total"], before + 1)

    def test_fault_040_claims_take_no_memory(self):
        claims = ((b"\x82\xff" + (1 << 40).to_bytes(8, "big") + MASK, 1009),
                  (b"\x81\xff" + ((1 << 63) - 1).to_bytes(8, "big") + MASK, 1009),
                  (b"\x82\xff" + (1 << 63).to_bytes(8, "big") + MASK, 1002),
                  (b"\x82\xff" + (MESSAGE_LIMIT + 1).to_bytes(8, "big") + MASK, 1009),
                  (b"\xc1\xff" + (1 << 32).to_bytes(8, "big") + MASK, 1009))
        with self.memory(0):
            for dialect in DIALECTS:
                for data, wanted in claims:
                    with self.subTest(dialect=dialect, data=data.hex()):
                        self.assertEqual(self.code_for(data, dialect, deflate=True), wanted)
            # what may come is waited for without being paid for in advance
            held = [self.open() for _ in range(20)]
            for socket in held:
                socket.send_bytes(b"\x82\xff" + MESSAGE_LIMIT.to_bytes(8, "big") + MASK + b"x")
            self.z.get("/v1/me", token=TOKENS["boss"])

    def test_fault_041_split_at_each_point(self):
        good, bad = "\u0434\u20ac\U0001f600".encode(), b"\xd0\xb4\xe2\x82\xf0\x9f"
        for at in range(len(good) + 1):
            with self.subTest(at=at):
                socket = self.open()
                socket.recv()  # hello
                whole = text_frame(b'"' + good + b'"')
                cut = len(whole) - len(good) - 1 + at
                socket.send_bytes(whole[:cut])
                time.sleep(0.001)  # a segment of its own
                socket.send_bytes(whole[cut:])
                socket.send_bytes(text_frame(b'"' + good[:at], False) +
                                  text_frame(good[at:] + b'"', True, ws.CONTINUATION))
                for _ in range(2):  # read as JSON that is no message, so it was text
                    self.assertEqual(json.loads(socket.recv())["code"], "bad_json")
                self.assert_lives(socket)
                socket.drop()
        for at in range(len(bad)):
            for dialect in DIALECTS:
                with self.subTest(bad=at, dialect=dialect):
                    self.assertEqual(self.code_for(text_frame(bad[:at], False) + text_frame(
                        bad[at:], True, ws.CONTINUATION), dialect), 1007)

    def test_fault_041_at_the_first_bad_byte(self):
        """The rest never comes, and the close does."""
        for data in (b"\x81\xfd" + MASK + b"\xff", b"\x81\xfd" + MASK + b"a\xc3(",
                     b"\x81\xfd" + MASK + b"\xed\xa0",
                     b"\x88\xfd" + MASK + b"\x03\xe8" + b"a\xff",
                     text_frame(b"\xc3", False) + b"\x00\xfd" + MASK + b"("):
            for dialect in DIALECTS:
                with self.subTest(data=data.hex(), dialect=dialect):
                    self.assertEqual(self.code_for(data, dialect), 1007)

    def test_fault_042_each_close_code(self):
        """All that may not be on the wire (RFC 6455, 7.4), among them those of the table."""
        bad = {0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535}
        for code in sorted(bad | {1000, 1001, 1011, 1014, 3000, 4999}):
            for dialect in DIALECTS:
                with self.subTest(code=code, dialect=dialect):
                    got = self.code_for(ws.frame(ws.CLOSE, code.to_bytes(2, "big"), mask=MASK),
                                        dialect)
                    self.assertEqual(got, 1002 if code in bad else code)


class Handshake(WsCase):
    """Fault 045."""

    paths = {"zvon": "/v1/events", "tms": "/"}

    def ask(self, dialect, **changed):
        """The answer to a handshake whose fields are changed; None: without it; a list:
        several times."""
        fields = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": KEY}
        if dialect == "zvon":
            fields["Authorization"] = "Bearer " + TOKENS["ivanov"]
        else:
            fields["Origin"] = "http://" + self.host
        fields.update({name.replace("_", "-"): value for name, value in changed.items()})
        lines = []
        for name, value in fields.items():
            for one in value if isinstance(value, list) else [value]:
                lines += ["%s: %s" % (name, one)] if one is not None else []
        sock = self.connect()
        sock.sendall(self.head("GET %s HTTP/1.1" % self.paths[dialect], *lines))
        first, head, _ = ws.read_head(sock)
        sock.close()
        return int(first.split(" ")[1]), head

    def test_fault_045_table(self):
        table = (
            ({"Sec_WebSocket_Key": None}, 400), ({"Sec_WebSocket_Key": ""}, 400),
            ({"Sec_WebSocket_Key": "AAAA"}, 400), ({"Sec_WebSocket_Key": "A" * 44}, 400),
            ({"Sec_WebSocket_Key": "!" * 22 + "=="}, 400),
            ({"Sec_WebSocket_Key": [KEY, KEY]}, 400),
            ({"Sec_WebSocket_Key": KEY + ", " + KEY}, 400),
            ({"Sec_WebSocket_Version": "8"}, 426), ({"Sec_WebSocket_Version": "14"}, 426),
            ({"Sec_WebSocket_Version": "13, 8"}, 426), ({"Sec_WebSocket_Version": None}, 400),
            ({"Sec_WebSocket_Version": ["13", "13"]}, 400),
            ({"Connection": "keep-alive, UPGRADE"}, 101), ({"Connection": "uPgRaDe"}, 101),
            ({"Connection": ["keep-alive", "Upgrade"]}, 101), ({"Upgrade": "WebSocket"}, 101),
            ({"Upgrade": "h2c, websocket"}, 101), ({"Upgrade": "websockets"}, 400),
            ({"Upgrade": "h2c"}, 400),
        )
        for dialect in DIALECTS:
            for changed, wanted in table:
                with self.subTest(dialect=dialect, changed=changed):
                    status, head = self.ask(dialect, **changed)
                    self.assertEqual(status, wanted)
                    if wanted == 426:
                        self.assertEqual(head["sec-websocket-version"], "13")

    def test_fault_045_early_frames(self):
        """What comes in the segment of the handshake, or in any two, is not lost."""
        ping = ws.frame(ws.PING, b"early", mask=MASK)
        for dialect in DIALECTS:
            socket = self.open(dialect, early=ping * 3)
            self.assertTrue(self.answered(socket, b"early"))
            self.assertEqual(self.code_for(b"", dialect, early=ping + b"\x83\x80" + MASK), 1002)
        request = self.request("GET", "/v1/events", "Connection: Upgrade", "Upgrade: websocket",
                               "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY) + ping
        for cut in range(len(request) - len(ping) - 4, len(request)):
            with self.subTest(cut=cut):
                sock = self.connect()
                sock.sendall(request[:cut])
                time.sleep(0.001)
                sock.sendall(request[cut:])
                got = b""
                while b"\x8a\x05early" not in got:
                    more = sock.recv(4096)
                    self.assertTrue(more, got)
                    got += more
                self.assertEqual(statuses(got), [101])
                sock.close()

    def test_fault_045_early_frames_without_login(self):
        """Of somebody who is not known yet: a login in the segment of the handshake."""
        login = json.dumps({"type": "login", "token": TOKENS["ivanov"]}).encode()
        socket = self.z.open(origin="http://" + self.host, early=text_frame(login))
        self.opened.append(socket.sock)
        self.assertEqual(json.loads(socket.recv())["type"], "hello")

    def test_fault_045_it_never_ends(self):
        """A handshake that is told a byte at a time is as good as another; one with 200 names of
        protocols, or with a long one, is refused."""
        head = self.request("GET", "/v1/events", "Connection: Upgrade", "Upgrade: websocket",
                            "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + KEY)
        sock = self.connect()
        for at in range(len(head)):
            sock.sendall(head[at:at + 1])
        self.assertTrue(until(lambda: b" 101 " in sock.recv(4096, 2), 5))
        for protocols in ("a, " * 3000 + "zvon.v1", "x" * 6000, "zvon v1", "zvon.v1,\x7f"):
            with self.subTest(protocols=protocols[:20]):
                status, _ = self.ask("zvon", Sec_WebSocket_Protocol=protocols)
                self.assertEqual(status, 400)


if __name__ == "__main__":
    unittest.main()
