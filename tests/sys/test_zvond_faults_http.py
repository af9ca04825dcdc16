"""Clients of zvond that are slow, many, in haste or gone, over HTTP and HTTPS: faults 050, 051,
054, 057 and 058. What they say wrong is in test_zvond_faults_requests.py; both complete what
test_zvond_http.py has of these numbers.
"""

import concurrent.futures
import random
import resource
import socket
import struct
import time
import unittest

from zvond_faults import (KIB, SLOW, TOKENS, FaultCase, read_all, statuses, until)

LISTENS = ("main", "tls")
IDLE = 2000
STRANGERS = 10_000
UNPROVED = 512            # the default of `unauthenticated`
STAGE = 8 * KIB           # a connection that has not said who it is
SHAKING = 64 * KIB        # one that OpenSSL shakes hands with
DESCRIPTORS = 64
LITTLE = 1024 * KIB


def reset(sock):
    """Closed as by a cable that is cut: with a reset."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Slow(FaultCase):
    """Fault 050: all of them at once, each with its time."""

    listen = ("head_timeout_ms = %d\nkeep_alive_ms = %d\nbody_grace_ms = 500\nbody_rate = 1024\n"
              % (1000 * SLOW, 1200 * SLOW))
    tls = True

    def dribble(self, first, rest, size, listen):
        """The first part at once, of the rest so many bytes each 50 ms. What came back, and after
        how many seconds it was over."""
        begin, got = time.monotonic(), b""
        sock = self.connect(listen)
        sock.settimeout(0.05)
        try:
            sock.sendall(first)
            while time.monotonic() - begin < 6 * SLOW:
                if rest:
                    sock.sendall(rest[:size])
                    rest = rest[size:]
                try:
                    more = sock.recv(65536)
                except TimeoutError:
                    continue
                got += more
                if not more or (got and b"keep-alive" not in first and not rest):
                    break
        except OSError:
            pass  # a reset may overtake the answer when more was sent meanwhile
        return got, time.monotonic() - begin

    def cases(self):
        """(name, what is sent at once, what slowly, bytes each 50 ms, statuses, least seconds,
        most seconds)"""
        head = self.head("POST /v1/login HTTP/1.1", "Content-Length: 3000")
        chunked = self.head("POST /v1/login HTTP/1.1", "Transfer-Encoding: chunked")
        get = self.request("GET", "/v1/me", "Connection: keep-alive")
        return (
            ("nothing", b"", b"", 0, [], 0.95 * SLOW, 1.0),
            ("half a head", get[:40], b"", 0, [408], 0.95 * SLOW, 1.0),
            ("a byte now and then", b"", get * 9, 1, [408], 0.95 * SLOW, 1.0),
            ("no body", head, b"", 0, [408], 0.45, 0.5),
            ("half a chunk", chunked + b"5\r\nab", b"", 0, [408], 0.45, 0.5),
            ("slower than the rate", head, b"x" * 3000, 10, [408], 0.5, 1.3),
            # it needs longer than the grace, at four times the rate
            ("fast enough", head, b"x" * 3000, 200, [400], 0.6, 2),
            ("keep-alive", get, b"", 0, [200], 1.15 * SLOW, 1.2),
        )

    def test_fault_050_each_phase_has_its_time(self):
        """All of them at once, plain and over TLS."""
        cases = [(listen, *case) for listen in LISTENS for case in self.cases()]
        with self.witness(), concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            results = list(pool.map(lambda case: self.dribble(*case[2:5], case[0]), cases))
        for (listen, name, *_, wanted, least, most), (got, took) in zip(cases, results):
            with self.subTest(case=name, listen=listen):
                self.assertIn(statuses(got), [wanted, []] if wanted == [408] else [wanted])
                self.assertGreaterEqual(took, least)
                self.assertLess(took, (most + 0.7) * SLOW)
        print("%d slow ones, the last was over after %.1f s"
              % (len(cases), max(took for _, took in results)))

    def test_fault_050_a_handshake_that_never_comes(self):
        """TLS: nothing, half a hello, and what is none."""
        for data in (b"", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            sock = socket.create_connection(("127.0.0.1", self.z.ports["tls"]), 5 * SLOW)
            begin = time.monotonic()
            sock.sendall(data)
            read_all(sock)
            self.assertLess(time.monotonic() - begin, 1.7 * SLOW)
            sock.close()


class Idle(FaultCase):
    """Fault 050: two thousand that say nothing, or not enough."""

    listen = "unauthenticated = 5000\nhead_timeout_ms = 60000\n"
    tls = True

    def hold(self, number, data, most, listen="main"):
        with self.witness(), self.memory(number * most):
            held = []
            for _ in range(number):
                sock = socket.create_connection(("127.0.0.1", self.z.ports[listen]))
                sock.sendall(data)
                held.append(sock)
            self.opened += held
            name = 'zvond_connections_unproved{listen="%s"}' % listen
            self.assertTrue(until(lambda: self.z.metrics()[name] >= number, 5))
        return held

    def test_fault_050_two_thousand_idle(self):
        held = self.hold(IDLE, b"", STAGE)
        held[0].sendall(self.request())  # the first of them is not forgotten
        held[0].settimeout(5 * SLOW)
        self.assertEqual(statuses(held[0].recv(65536)), [200])

    def test_fault_050_two_thousand_half_heads(self):
        self.hold(IDLE, b"GET /v1/me HTTP/1.1\r\nX-Part: " + b"x" * 300, STAGE)

    def test_fault_050_without_handshakes(self):
        self.hold(IDLE // 4, b"\x16\x03\x01\x02", STAGE, "tls")


class Pipelines(FaultCase):
    """Faults 051 and 054."""

    tls = True

    def test_fault_051_all_splits_of_a_pipeline(self):
        """GET and POST, 2 to 64, with and without bodies, cut wherever."""
        rng = random.Random(51)
        body = b'{"a":1}'
        kinds = ((self.request(), 200), (self.request("HEAD"), 200),
                 (self.head("GET /v1/me HTTP/1.1"), 401),
                 (self.request("POST", "/v1/commands/nosuch",
                               "Content-Length: %d" % len(body)) + body, 404),
                 (self.request("POST", "/v1/commands/nosuch", "Transfer-Encoding: chunked") +
                  b"3\r\n" + body[:3] + b"\r\n4;x=y\r\n" + body[3:] + b"\r\n0\r\n\r\n", 404),
                 (self.request("GET", "/zvon.js"), 200))
        last = self.head("GET /v1/nosuch HTTP/1.1", "Connection: close")
        with self.witness():
            for count in (2, 3, 5, 16, 64):
                for listen in LISTENS:
                    chosen = [rng.choice(kinds) for _ in range(count)]
                    data = b"".join(request for request, _ in chosen) + last
                    cuts = [0, *sorted(rng.randrange(len(data)) for _ in range(count)), len(data)]
                    sock = self.connect(listen)
                    for begin, end in zip(cuts, cuts[1:]):
                        sock.sendall(data[begin:end])
                    with self.subTest(count=count, listen=listen):
                        self.assertEqual(statuses(read_all(sock)),
                                         [status for _, status in chosen] + [404])

    def test_fault_051_answers_that_nobody_reads(self):
        """They are not made before there is room for them."""
        one = self.request("GET", "/zvon.js")
        size = len(self.raw(self.request("GET", "/zvon.js", "Connection: close"))[0])
        for listen in LISTENS:
            # the chunk that is read at once, what is pending, answers
            with self.subTest(listen=listen), self.witness(), self.memory(LITTLE):
                sock = self.connect(listen, 0.5)
                sent = 0
                try:
                    while sent < 100_000:
                        sock.sendall(one * 100)
                        sent += 100
                except TimeoutError:
                    pass
                self.assertGreater(sent * size, 16 * LITTLE)
            self.assertLess(sent, 100_000)  # it is not read for ever either
            sock.settimeout(5 * SLOW)
            got = b""
            while len(got) < 20 * size:  # who reads gets them, one after the other
                got += sock.recv(1 << 20)
            whole = [part for part in got.split(b"HTTP/1.1 ")[1:-1]]
            self.assertEqual({len(part) for part in whole}, {len(whole[0])})
            self.assertTrue(whole[0].startswith(b"200 "))
            sock.close()

    def test_fault_054_leaves_in_mid_answer(self):
        many = self.request("GET", "/zvon.js") * 500
        metrics = self.z.metrics()
        with self.witness():
            for listen in LISTENS:
                for leave in (reset, lambda s: s.close(), lambda s: s.shutdown(socket.SHUT_WR)):
                    for data in (many, self.request("GET", "/v1/events",
                                                    "Accept: text/event-stream"),
                                 self.request("GET", "/v1/events?after=1&wait=50")):
                        sock = self.connect(listen)
                        sock.sendall(data)
                        if data is not many or listen == "main":
                            sock.settimeout(0.02)
                            try:
                                sock.recv(100)
                            except OSError:
                                pass
                        leave(sock)
            for sock in self.opened:
                sock.close()
            self.opened.clear()
            self.assertTrue(until(lambda: self.z.descriptors() <= self.files + 1, 5))
        self.assertEqual(self.z.metrics()["zvond_streams"], 0)
        self.assertEqual(self.z.metrics()["zvond_http_answers_5xx_total"],
                         metrics["zvond_http_answers_5xx_total"])

    def test_fault_054_lies_about_the_length(self):
        """Less comes than was said, then the end; or more, which is the next request."""
        for listen in LISTENS:
            for leave in (reset, lambda s: s.close()):
                for data in (self.request("POST", "/v1/logout", "Content-Length: 60000") + b"x" * 9,
                             self.request("POST", "/v1/logout", "Transfer-Encoding: chunked")
                             + b"ffff\r\nx", self.request()[:-2]):
                    sock = self.connect(listen)
                    sock.sendall(data)
                    leave(sock)
            got, _ = self.raw(self.request("POST", "/v1/commands/nosuch", "Content-Length: 2") +
                              b"{}GARBAGE / HTTP/1.1\r\n\r\n", listen=listen)
            self.assertEqual(statuses(got), [404, 501])


class Strangers(FaultCase):
    """Fault 057, with the default of 512."""

    tls = True

    def test_fault_057_ten_thousand_strangers(self):
        held = []
        before = self.z.metrics()['zvond_displaced_total{listen="main"}']
        with self.witness() as witness, self.memory(UNPROVED * STAGE):
            for number in range(STRANGERS):
                sock = socket.socket()
                sock.connect(("127.0.0.1", self.z.port))
                held.append(sock)
                if number % 1000 == 0:  # who knows a token comes in all the time
                    self.assertEqual(self.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
            self.assertTrue(until(lambda: self.displaced() - before >= STRANGERS - UNPROVED, 10))
            told = witness.told
            self.assertTrue(until(lambda: witness.told > told or witness.wrong, 5))
        self.opened += held
        self.assertLessEqual(self.z.metrics()['zvond_connections_unproved{listen="main"}'],
                             UNPROVED)
        gone = [self.is_closed(sock) for sock in held]
        # the oldest went; the metrics and logins above needed a place themselves
        self.assertTrue(all(gone[:STRANGERS - UNPROVED]))
        self.assertFalse(any(gone[-UNPROVED + 60:]))
        held[-1].sendall(self.request())
        held[-1].settimeout(5 * SLOW)
        self.assertEqual(statuses(held[-1].recv(65536)), [200])

    def displaced(self):
        return self.z.metrics()['zvond_displaced_total{listen="main"}']

    def is_closed(self, sock):
        sock.setblocking(False)
        try:
            return sock.recv(1) == b""
        except BlockingIOError:
            return False
        except ConnectionError:
            return True

    def test_fault_057_strangers_before_tls(self):
        number = UNPROVED * 2
        with self.witness(), self.memory(UNPROVED * STAGE + SHAKING):
            for _ in range(number):
                sock = socket.socket()
                sock.connect(("127.0.0.1", self.z.ports["tls"]))
                self.opened.append(sock)
            name = 'zvond_displaced_total{listen="tls"}'
            self.assertTrue(until(lambda: self.z.metrics()[name] >= number - UNPROVED, 5))
            sock = self.connect("tls")
            sock.sendall(self.request())
            self.assertEqual(statuses(sock.recv(65536)), [200])

    def test_fault_057_who_has_come_in_is_no_stranger(self):
        """A WebSocket, a stream, a connection that is kept alive: they stay."""
        stays = [self.connect() for _ in range(2)]
        stays[0].sendall(self.request())
        stays[1].sendall(self.request("GET", "/v1/events", "Accept: text/event-stream"))
        for sock in stays:
            self.assertEqual(statuses(sock.recv(65536)), [200])
        client = self.open()
        for _ in range(UNPROVED + 20):
            sock = socket.socket()
            sock.connect(("127.0.0.1", self.z.port))
            self.opened.append(sock)
        stays[0].sendall(self.request())
        self.assertEqual(statuses(stays[0].recv(65536)), [200])
        client.ping(b"here")
        while b"here" not in client.pongs:
            client.recv_event(5 * SLOW)
        self.assertFalse(self.is_closed(stays[1]))


class Few(FaultCase):
    """Fault 058: 64 descriptors."""

    @staticmethod
    def preexec():
        resource.setrlimit(resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))

    def test_fault_058_out_of_descriptors(self):
        with self.witness() as witness:
            held = []
            for _ in range(DESCRIPTORS + 30):
                sock = socket.create_connection(("127.0.0.1", self.z.port), 5 * SLOW)
                held.append(sock)
            self.opened += held
            self.assertTrue(until(lambda: self.z.descriptors() >= DESCRIPTORS - 1, 5))
            # those for whom there is none are told by a close, and nothing spins
            self.assertTrue(until(lambda: self.number_closed(held) >= 30, 5))
            told, cpu = witness.told, self.z.cpu_seconds()
            time.sleep(0.5)
            self.assertLess(self.z.cpu_seconds() - cpu, 0.25 * SLOW)
            self.assertGreater(witness.told, told)
            waiting = socket.create_connection(("127.0.0.1", self.z.port), 5 * SLOW)
            begin = time.monotonic()
            for sock in held:
                sock.close()
            while True:  # who comes now, or a moment later, is served
                try:
                    self.assertEqual(self.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
                    break
                except OSError:
                    self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
            took = time.monotonic() - begin
            waiting.close()
        print("served %.0f ms after there was room" % (took * 1000))
        self.assertLess(took, 1.0 * SLOW)
        self.assertGreaterEqual(self.z.metrics()['zvond_refused_total{listen="main"}'], 30)

    def number_closed(self, held):
        number = 0
        for sock in held:
            sock.setblocking(False)
            try:
                number += sock.recv(1) == b""
            except BlockingIOError:
                pass
            except OSError:
                number += 1
        return number


if __name__ == "__main__":
    unittest.main()
