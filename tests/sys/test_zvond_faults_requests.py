"""Requests to zvond that are wrong, over HTTP and HTTPS: faults 052, 053, 059 to 061, and what of
056 has files already: the page. What test_zvond_http.py has of these numbers is not repeated.

Not here: ranges (055) and paths of recordings (056, 071), because there are no recordings yet; the
reader of ranges has its table in tests/unit/t_http_range.c.
"""

import json
import socket
import time
import unittest

from zvond_faults import KIB, SLOW, TOKENS, FaultCase, read_all, statuses, ws

LISTENS = ("main", "tls")
HEAD_BYTES, LINE_BYTES, FIELDS, BODY_BYTES = 16 * KIB, 8 * KIB, 100, 64 * KIB
SOON = 0.1 * SLOW
KEY = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", KEY)


class RequestCase(FaultCase):
    """With a second request behind the wrong one, which nobody may read."""

    tls = True

    def refused(self, data, wanted, behind=True):
        """One answer, with one of these statuses, soon; then the end."""
        more = self.request() if behind else b""
        for listen in LISTENS:
            got, took = self.raw(data + more, 5, listen)
            found = statuses(got)
            self.assertEqual(len(found), 1, (listen, got[:300]))
            self.assertIn(found[0], wanted, (listen, got[:300]))
            self.assertLess(took, 1.0 * SLOW)
            self.assertIn(b"\r\nConnection: close\r\n", got)
        return got


    def first_status(self, data, listen="main"):
        sock = self.connect(listen)
        sock.sendall(data)
        got = sock.recv(65536)
        sock.close()
        return (statuses(got) or [0])[0]


class Bodies(RequestCase):
    """Fault 052: what two programs could read differently is read by none."""

    def post(self, *fields):
        return self.request("POST", "/v1/commands/nosuch", *fields)

    def test_fault_052_lengths(self):
        table = (("-1", 400), ("-0", 400), ("+5", 400), ("5 5", 400), ("5, 5", 400), ("0x5", 400),
                 ("1e3", 400), ("", 400), ("\u0665", 400), ("5\t6", 400),
                 (str(BODY_BYTES + 1), 413), ("9" * 18, 413), (str(2 ** 63), 413),
                 (str(2 ** 64 + 5), 413), ("9" * 400, 413))
        with self.witness(), self.memory(BODY_BYTES):
            for value, status in table:
                with self.subTest(value=value[:30]):
                    self.refused(self.post("Content-Length: " + value), (status,))

    def test_fault_052_both_ways(self):
        chunk = b"0\r\n\r\n"
        for fields, status in (
                (("Content-Length: 5", "Content-Length: 6"), 400),
                (("Content-Length: 5", "Content-Length: 5"), 400),
                (("Content-Length: 5", "Transfer-Encoding: chunked"), 400),
                (("Transfer-Encoding: chunked", "Content-Length: 0"), 400),
                (("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), 400),
                (("Transfer-Encoding: chunked, identity",), 501),
                (("Transfer-Encoding: xchunked",), 501),
                (("Transfer-Encoding: gzip, chunked",), 501),
                (("Transfer-Encoding : chunked",), 400),
                (("Transfer-Encoding: \x0bchunked",), 400),
                (("Content-Length : 5",), 400)):
            with self.subTest(fields=fields):
                self.refused(self.post(*fields) + chunk, (status,))

    def test_fault_052_chunks(self):
        head = self.post("Transfer-Encoding: chunked")
        table = ((b"g\r\n", 400), (b"-1\r\n", 400), (b"0x1\r\n", 400), (b"1 \r\n", 400),
                 (b"1\nx\n", 400), (b"\r\n", 400), (b"1\r\nxy\r\n", 400),
                 (b"ffffffffffffffff\r\n", 413), (b"10000000000000001\r\nx", 413),
                 (b"10001\r\n", 413), (b"1\r\nx\r\n10000\r\n", 413),
                 (b"1;" + b"e" * (1 << 20), 400), (b"1;e=\x00\r\nx\r\n", 400),
                 (b"0\r\nX: y\r\n z\r\n\r\n", 400), (b"0\r\n" + b"X: y\r\n" * 9000, 431))
        with self.witness(), self.memory(BODY_BYTES):
            for body, status in table:
                with self.subTest(body=body[:30]):
                    self.refused(head + body, (status, 431, 413) if len(body) > 9000 else (status,))

    def test_fault_052_a_million_chunks(self):
        """What is inside of them has a limit, and what is around it."""
        with self.witness(), self.memory(2 * BODY_BYTES):
            self.refused(self.post("Transfer-Encoding: chunked") + b"1;x\r\na\r\n" * (
                BODY_BYTES + 1), (400, 413))


class Heads(RequestCase):
    """Fault 053."""

    def with_fields(self, number, line="X-F: y"):
        """A request with that many fields, Host and Authorization among them."""
        return self.request("GET", "/v1/me", *([line] * (number - 2)))

    def with_size(self, size):
        """… whose head has that many bytes."""
        base = self.request("GET", "/v1/me", "X-Long: ")
        return base.replace(b"X-Long: ", b"X-Long: " + b"x" * (size - len(base)))

    def test_fault_053_sizes(self):
        line = self.request("GET", "/" + "p" * (1 << 20))
        with self.witness(), self.memory(2 * HEAD_BYTES):
            self.refused(self.with_fields(10_000), (431,))
            self.refused(self.with_size(1 << 20), (431,))
            self.refused(line, (414,))
            self.refused(b"G" * (1 << 20), (400, 414, 501))
            self.refused(b"GET /" + b"%20" * 100_000, (414,), behind=False)

    def test_fault_053_edges(self):
        """At the limit it is taken, one beyond it is not."""
        path = "/v1/me?" + "q" * (LINE_BYTES - len("GET /v1/me? HTTP/1.1\r\n"))
        for data, wanted in ((self.with_fields(FIELDS), 200), (self.with_fields(FIELDS + 1), 431),
                             (self.with_size(HEAD_BYTES), 200),
                             (self.with_size(HEAD_BYTES + 1), 431),
                             (self.request("GET", path), 200),
                             (self.request("GET", path + "q"), 414)):
            with self.subTest(size=len(data), wanted=wanted):
                sock = self.connect()
                sock.sendall(data)
                self.assertEqual(statuses(sock.recv(65536)), [wanted])
                sock.close()

    def test_fault_053_forms(self):
        host = b"Host: 127.0.0.1\r\n"
        for head in (b"GET /v1/me HTTP/1.1\r" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\n" + host + b"\n",
                     b"GET /v1/me HTTP/1.1\r\nX: a\rb\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\nX : a\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\nX: a\r\n b\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\n X: a\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\nX: a\x00b\r\n" + host + b"\r\n",
                     b"GET /v1\x00/me HTTP/1.1\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\nno colon\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\n: empty\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\nX\xff: a\r\n" + host + b"\r\n",
                     b"GET  /v1/me HTTP/1.1\r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1 \r\n" + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\n" + host + host + b"\r\n",
                     b"GET /v1/me HTTP/1.1\r\n\r\n",
                     b"\r\n" * 10 + b"GET /v1/me HTTP/1.1\r\n" + host + b"\r\n"):
            with self.subTest(head=head[:40]):
                self.refused(head, (400,))


class Protocols(RequestCase):
    """Faults 059 and 061."""

    def test_fault_059_over_tls_and_at_its_port(self):
        """Through TLS as without it; and what is no TLS is closed at once."""
        for data, wanted in ((b"TRACE / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (405, 501)),
                             (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", (400, 405, 501)),
                             (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505, 501)),
                             (b"GET /\r\n\r\n", (400, 505)),
                             (b"GET / HTTP/0.9\r\n\r\n", (505, 400)),
                             (b"GET / HTTP/3.0\r\nHost: a\r\n\r\n", (505,)),
                             (b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", (400, 404, 405)),
                             (b"SSH-2.0-OpenSSH_9.2\r\n", (400, 501)),
                             (b"Action: Login\r\nUsername: a\r\n\r\n", (400, 501)),
                             (b"\x00" * 100, (400,)),
                             (b"\xff" * 100 + b"\r\n", (400, 501))):
            for listen in LISTENS:
                with self.subTest(data=data[:20], listen=listen):
                    begin = time.monotonic()
                    self.assertIn(self.first_status(data, listen), wanted)
                    self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
        before = self.z.metrics()['zvond_tls_failures_total{listen="tls"}']
        plain = (self.request(), b"SSH-2.0-x\r\n", b"Action: Login\r\n\r\n", b"\x00" * 300,
                 b"\x16\x03\x01\xff\xff" + b"\x01" * 300, b"\x80\x2e\x01\x00\x02" + b"\0" * 50)
        for data in plain:
            with self.subTest(data=data[:20]):
                begin = time.monotonic()
                sock = socket.create_connection(("127.0.0.1", self.z.ports["tls"]), 5 * SLOW)
                sock.sendall(data)
                sock.shutdown(socket.SHUT_WR)
                self.assertNotIn(b"HTTP/1.1 2", read_all(sock))
                self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
                sock.close()
        self.assertGreaterEqual(self.z.metrics()['zvond_tls_failures_total{listen="tls"}'],
                                before + len(plain) - 1)

    def upgrade(self, path, *fields, method="GET", version="1.1"):
        origin = () if path != "/" else ("Origin: http://" + self.host,)
        return self.head("%s %s HTTP/%s" % (method, path, version),
                         "Authorization: Bearer " + TOKENS["ivanov"], *origin, *fields)

    def test_fault_061_upgrades(self):
        table = (
            (UPGRADE + ("Content-Length: 3",), b"abc", "GET", (400,)),
            (UPGRADE + ("Transfer-Encoding: chunked",), b"0\r\n\r\n", "GET", (400,)),
            (UPGRADE + ("Transfer-Encoding: chunked",), b"3\r\nabc\r\n0\r\n\r\n", "GET", (400,)),
            (UPGRADE, b"", "POST", (400, 405)), (UPGRADE, b"", "HEAD", (400, 405)),
            (UPGRADE, b"", "PUT", (400, 405, 501)),
            (("Connection: Upgrade", "Upgrade: h2c", "HTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA"),
             b"", "GET", (400,)),
            (("Connection: Upgrade", "Upgrade: TLS/1.0"), b"", "GET", (400,)),
            (("Connection: Upgrade", "Upgrade:"), b"", "GET", (400, 404, 405)),
            (("Connection: Upgrade", "Upgrade: websocket/13") + UPGRADE[2:], b"", "GET", (400,)),
        )
        for path in ("/v1/events", "/"):
            for fields, body, method, wanted in table:
                with self.subTest(path=path, fields=fields, method=method):
                    self.assertIn(self.first_status(
                        self.upgrade(path, *fields, method=method) + body), wanted)
            self.assertNotEqual(self.first_status(self.upgrade(path, *UPGRADE, version="1.0")), 101)

    def test_fault_061_in_a_pipeline(self):
        """Behind a request whose answer was not waited for, and before another one."""
        for path in ("/v1/events", "/"):
            for count in (1, 5):
                got, _ = self.raw(self.request() * count + self.upgrade(path, *UPGRADE), 0.3)
                self.assertEqual(statuses(got), [200] * count + [400])
            # what comes behind an upgrade is frames, and a GET is none
            sock = self.connect(timeout=5)
            sock.sendall(self.upgrade(path, *UPGRADE) + self.request())
            got = read_all(sock)
            self.assertEqual(statuses(got), [101])
            self.assertIn(b"\x03\xea", got)  # 1002

    def test_fault_061_unknown_places(self):
        for path in ("/v1/me", "/metrics", "/v1/nosuch"):
            with self.assertRaises(ws.Refused) as refused:
                self.z.open(path, token=TOKENS["ivanov"], origin="https://evil.example")
            self.assertIn(refused.exception.status, (403, 404))


class Json(RequestCase):
    """Fault 060, in the bodies there are: commands and the login."""

    places = ("/v1/commands/call.make", "/v1/login")

    def test_fault_060_table(self):
        deep = b"[" * 30_000
        table = ((deep + b"]" * 30_000, 400), (b'{"to":' + deep, 400), (deep[:2000], 400),
                 (b'{"a":' * 9000 + b"1" + b"}" * 9000, 400), (b"[" * 100_000, 413),
                 (b"x" * 10_000_000, 413), (b'{"to":1e400}', 400), (b'{"to":"1","to":"2"}', 400),
                 (b'{"to":"\\u0000"}', 400), (b'{"to":"\\ud800"}', 400), (b'{"to":"\xff"}', 400),
                 (b'{"to":"\xc0\xaf"}', 400), (b'{"to":"1"', 400), (b"{,}", 400), (b"nul", 400),
                 (b'\xef\xbb\xbf{"to":"1"}', 400), (b"'a'", 400), (b'{"to":0x10}', 400),
                 (b'{"to":NaN}', 400), (b'{"to":"1"}{}', 400),
                 (b'{"to":' + b"9" * 60_000 + b"}", 400))
        with self.witness():
            for place in self.places:
                for body, wanted in table:
                    with self.subTest(place=place, body=body[:20]):
                        took, answer = min((self.timed(place, body) for _ in range(
                            3 if len(body) < BODY_BYTES else 1)), key=lambda one: one[0])
                        self.assertEqual(answer.status, wanted, answer.body)
                        if wanted == 400:
                            self.assertEqual(answer.error, "bad_argument")
                            self.assertLess(took, 0.010 * SLOW + 0.005)

    def timed(self, place, body):
        connection = self.z.connection()
        connection.connect()
        begin = time.monotonic()
        try:
            connection.request("POST", place, body, {"Authorization": "Bearer " + TOKENS["boss"]})
        except OSError:
            pass  # too long: it has answered before the end
        response = connection.getresponse()
        took = time.monotonic() - begin
        answer = Told(response.status, response.read())
        connection.close()
        return took, answer

    def test_fault_060_the_position_is_told(self):
        for body, where in ((b'{"to":', "6"), (b'{"to":"1",}', "11"),
                            (b'{"a":1,\n"b":x}', "line 2"),
                            (b'{"to":"\xff"}', "7")):
            with self.subTest(body=body):
                _, answer = self.timed(self.places[0], body)
                self.assertEqual(answer.status, 400)
                self.assertIn(where, json.loads(answer.body)["error"]["message"])


class Told:
    """An answer."""

    def __init__(self, status, body):
        self.status, self.body = status, body

    @property
    def error(self):
        return json.loads(self.body)["error"]["code"]


class Page(RequestCase):
    """Fault 056, as far as there are files: those of the page are in the program itself."""

    def test_fault_056_nothing_but_the_page(self):
        paths = ("/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/etc/passwd",
                 "//etc/passwd", "/zvon.js/../../../etc/passwd", "/zvon.js%00.html", "/%00",
                 "/zvon.js%0a", "/zvon.js/", "/ZVON.JS", "/zvon.js.", "/zvon.js::$DATA",
                 "/..\\..\\etc\\passwd", "/zvond.conf", "/secret", "/dev/zero",
                 "/proc/self/environ",
                 "/%c0%ae%c0%ae/etc/passwd", "/%u002e%u002e/", "/zvon%2ejs%20", "/.git/config")
        for path in paths:
            for listen in LISTENS:
                with self.subTest(path=path, listen=listen):
                    got, took = self.raw(self.head("GET %s HTTP/1.1" % path, "Connection: close"),
                                         2, listen)
                    self.assertIn(statuses(got)[0], (400, 404), got[:200])
                    self.assertNotIn(b"root:", got)
                    self.assertLess(took, SOON + 0.1)

    def test_fault_055_ranges_of_the_page(self):
        """They are not served in parts: a range is passed over (RFC 9110, 14.2), never garbage."""
        whole = self.z.get("/zvon.js")
        for value in ("bytes=0-", "bytes=-1", "bytes=5-2", "bytes=99999999-", "bytes=0-0,2-3",
                      "bytes=" + ",".join("%d-%d" % (n, n + 5) for n in range(1000))):
            answer = self.z.get("/zvon.js", headers={"Range": value})
            self.assertIn(answer.status, (200, 206, 416))
            if answer.status == 200:
                self.assertEqual(answer.body, whole.body)


if __name__ == "__main__":
    unittest.main()
