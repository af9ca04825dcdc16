"""Our frames and handshakes beside others: Python's of tests/fake/ws.py and node's ws, each
as client and as server."""

import base64
import http.client
import os
import random
import socket
import struct
import subprocess
import threading
import unittest

from peers import NODE_MODULES, TIMEOUT, Program, node, our_client, our_server

import ws

COUNT = 300
SIZES = (0, 1, 2, 124, 125, 126, 127, 128, 199, 200, 999, 4096, 65535, 65536)


def payloads(seed):
    chance = random.Random(seed)
    for number in range(COUNT):
        size = chance.choice(SIZES + (chance.randrange(3000),) * 10)
        if number % 3 == 0:
            yield chance.randbytes(size)
        elif number % 3 == 1:
            yield bytes([number % 256]) * size
        else:
            yield ("Дом %d " % number * (size // 8 + 1))[:size // 2]


class PythonClientTest(unittest.TestCase):
    """tests/fake/ws.py → our server."""

    def talk(self, *words, deflate=False):
        seed = random.randrange(1 << 32)
        with our_server(*words) as server, \
                ws.connect(server.url, protocol=["other", "echo"], deflate=deflate) as client:
            self.assertEqual(client.protocol, "echo")
            for number, payload in enumerate(payloads(seed)):
                with self.subTest(seed=seed, number=number):
                    how = {"pieces": number % 4 + 1, "deflate": client.may_deflate and number % 2}
                    if isinstance(payload, str):
                        client.send_text(payload, **how)
                    else:
                        client.send_binary(payload, **how)
                    self.assertEqual(client.recv(), payload)
            client.ping(b"are you there")
            with self.assertRaises(TimeoutError):
                client.recv(0.2)
            self.assertEqual(client.pongs, [b"are you there"])
            packed = [rsv for _, _, rsv, _ in client.frames.seen if rsv]
            closed = client.close(1001, "Пока")
            self.assertEqual((closed.code, closed.reason), (1001, "Пока"))
            return client, packed

    def test_plain(self):
        client, packed = self.talk()
        self.assertFalse(client.may_deflate)
        self.assertFalse(packed)

    def test_deflate(self):
        client, packed = self.talk("deflate", deflate=True)
        self.assertTrue(client.may_deflate)
        self.assertGreater(len(packed), COUNT // 10)

    def test_deflate_wanted_by_one_side(self):
        for words, deflate in (((), True), (("deflate",), False)):
            client, packed = self.talk(*words, deflate=deflate)
            self.assertFalse(client.may_deflate)
            self.assertFalse(packed)

    def test_ten_thousand_small_ones_at_once(self):
        with our_server() as server, ws.connect(server.url) as client:
            sender = threading.Thread(target=client.send_bytes, args=[
                b"".join(ws.frame(ws.TEXT, b"%d" % n, mask=os.urandom(4)) for n in range(10000))])
            sender.start()
            got = [client.recv() for _ in range(10000)]
            sender.join()
            self.assertEqual(got, [str(n) for n in range(10000)])


class HandshakeTest(unittest.TestCase):
    """fault 045: what a request may be, over a socket."""

    @classmethod
    def setUpClass(cls):
        cls.server = our_server("deflate").__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def refused(self, **how):
        with self.assertRaises(ws.Refused) as caught:
            ws.connect(self.server.url, **how)
        return caught.exception

    def test_fault_045_table(self):
        short = base64.b64encode(bytes(15)).decode()
        rows = (
            (400, {"without": ("sec-websocket-key",)}),
            (400, {"headers": {"Sec-WebSocket-Key": short}}),
            (400, {"headers": {"Sec-WebSocket-Key": base64.b64encode(bytes(17)).decode()}}),
            (400, {"headers": {"sec-websocket-key": base64.b64encode(bytes(16)).decode()}}),
            (400, {"without": ("sec-websocket-version",)}),
            (426, {"headers": {"Sec-WebSocket-Version": "8"}}),
            (400, {"headers": {"Connection": "keep-alive"}}),
            (400, {"headers": {"Upgrade": "h2c"}}),
            (400, {"headers": {"Content-Length": "5"}, "early": b"hello"}),
            (400, {"headers": {"Content-Length": "5", "Transfer-Encoding": "chunked"}}),
        )
        for status, how in rows:
            with self.subTest(how=how):
                refusal = self.refused(**how)
                self.assertEqual(refusal.status, status)
                if status == 426:
                    self.assertEqual(refusal.headers["sec-websocket-version"], "13")

    def test_fault_045_odd_but_right(self):
        for connection in ("keep-alive, Upgrade", "UPGRADE", "foo,uPgRaDe ,bar"):
            with ws.connect(self.server.url, headers={"Connection": connection,
                                                      "Upgrade": "WebSocket"}) as client:
                client.send_text("x")
                self.assertEqual(client.recv(), "x")

    def test_fault_045_frame_in_the_segment_of_the_handshake(self):
        early = ws.frame(ws.TEXT, b"early", mask=b"mask") + ws.frame(ws.TEXT, b"x", mask=b"1234")[:4]
        with ws.connect(self.server.url, early=early) as client:
            client.send_bytes(ws.frame(ws.TEXT, b"x", mask=b"1234")[4:])
            self.assertEqual([client.recv(), client.recv()], ["early", "x"])

    def test_fault_045_byte_by_byte(self):
        key = base64.b64encode(bytes(16)).decode()
        with ws.open_socket(self.server.url) as sock:
            for byte in ws.request_head(self.server.url, key, protocol="echo"):
                sock.send(bytes([byte]))
            first, fields, _ = ws.read_head(sock)
            self.assertEqual(first, "HTTP/1.1 101 Switching Protocols")
            self.assertEqual(fields["sec-websocket-accept"], ws.accept_of(key.encode()))

    def test_fault_061_upgrade_in_a_pipeline(self):
        request = (b"GET /a HTTP/1.1\r\nHost: a\r\n\r\n"
                   + ws.request_head(self.server.url, base64.b64encode(bytes(16)).decode()))
        with our_server("http") as server, ws.open_socket(server.url) as sock:
            sock.sendall(request)
            first, fields, rest = ws.read_head(sock)
            self.assertEqual(first, "HTTP/1.1 200 OK")
            rest = rest[int(fields["content-length"]):]
            while b"\r\n" not in rest:
                rest += sock.recv(65536)
            self.assertTrue(rest.startswith(b"HTTP/1.1 400 "), rest)


class PythonServerTest(unittest.TestCase):
    """Our client → tests/fake/ws.py."""

    def serve(self, deflate):
        """One connection: an echo in fragments, with pings in between."""
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=self.echo, args=(listener, deflate))
        thread.start()
        return listener.getsockname()[1], thread

    def echo(self, listener, deflate):
        with listener:
            sock, _ = listener.accept()
            server = ws.accept(sock, ("echo",), deflate)
        pieces = 0
        try:
            while True:
                op, payload = server.recv_event()
                pieces = pieces % 5 + 1
                if op in (ws.TEXT, ws.BINARY):
                    server.ping(b"between")
                    server.send_message(op, payload, pieces,
                                        server.may_deflate and len(payload) % 2)
        except ws.Closed as closed:
            self.closed = closed
        server.drop()

    def check(self, offered, deflate, wanted):
        port, thread = self.serve(deflate)
        told = our_client(port, COUNT, random.randrange(1, 1 << 32), *offered)
        thread.join(TIMEOUT)
        self.assertRegex(told, r"^%d messages, \d+ bytes, deflate %s$" % (COUNT, wanted))
        self.assertEqual((self.closed.code, self.closed.reason), (1000, "done"))

    def test_plain(self):
        self.check((), False, "no")
        self.check((), True, "no")
        self.check(("deflate",), False, "no")

    def test_deflate(self):
        self.check(("deflate",), True, "yes")


@unittest.skipUnless((NODE_MODULES / "ws").is_dir(), "node's ws is missing: tools/install-npm.sh")
class NodeTest(unittest.TestCase):
    """node's ws as both."""

    def test_node_client(self):
        for words, wanted in (((), "no"), (("deflate",), "yes")):
            with self.subTest(words=words), our_server(*words) as server:
                done = subprocess.run(node("node_client.cjs", server.port, COUNT, *words),
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                      timeout=TIMEOUT, check=False)
                self.assertEqual(done.stdout.decode().strip(),
                                 "%d messages, deflate %s, protocol echo, 1000 done"
                                 % (COUNT, wanted), done.stderr.decode())

    def test_node_server(self):
        for words, wanted in (((), "no"), (("deflate",), "yes")):
            with self.subTest(words=words), Program(*node("node_server.cjs", *words)) as server:
                told = our_client(server.port, COUNT, random.randrange(1, 1 << 32), *words)
                self.assertRegex(told, r"^%d messages, \d+ bytes, deflate %s$" % (COUNT, wanted))

    def test_python_client_beside_node(self):
        """The reader of the tests is right in the eyes of a third one, too."""
        with Program(*node("node_server.cjs")) as server, \
                ws.connect(server.url, protocol="echo") as client:
            for payload in payloads(7):
                if isinstance(payload, str):
                    client.send_text(payload, pieces=2)
                else:
                    client.send_binary(payload, pieces=3)
                self.assertEqual(client.recv(), payload)
            self.assertEqual(client.close(4000, "x").code, 4000)


class PipelineTest(unittest.TestCase):
    """fault 051: 2 to 64 requests in one segment, read by Python's http.client."""

    def requests(self, count, chance):
        """Bytes and the texts that the answers must hold."""
        data, wanted = b"", []
        for number in range(count):
            body = bytes(chance.choices(b"abc\r\n 0:", k=chance.randrange(1, 60)))
            kind = chance.randrange(4)
            path = "/p%d?n=%d" % (number, count)
            if kind == 0:
                data += b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode()
                body = b""
            elif kind == 1:
                data += b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n%s" % (
                    path.encode(), len(body), body)
            elif kind == 2:
                cut = len(body) // 2
                chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                                  for part in (body[:cut], body[cut:]) if part)
                data += (b"PUT %s HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n%s0\r\n\r\n"
                         % (path.encode(), chunks))
            else:
                data += b"DELETE %s HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n" % path.encode()
                body = b""
            method = ("GET", "POST", "PUT", "DELETE")[kind]
            wanted.append(("%s %s " % (method, path)).encode() + body)
        return data, wanted

    def test_fault_051_each_answered_once_in_order(self):
        chance = random.Random(51)
        with our_server("http") as server:
            for count in (*range(2, 18), 33, 64):
                data, wanted = self.requests(count, chance)
                got = self.talk(server, data, len(wanted))
                self.assertEqual(got, wanted)

    def talk(self, server, data, count):
        got = []
        with ws.open_socket(server.url) as sock:
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
            stream = sock.makefile("rb")
            for _ in range(count):
                answer = http.client.HTTPResponse(Kept(stream))
                answer.begin()
                self.assertEqual(answer.status, 200)
                got.append(answer.read())
            self.assertEqual(stream.read(), b"")
            stream.close()
        return got

    def test_keep_alive_by_http_client(self):
        with our_server("http") as server:
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)
            for number in range(20):
                connection.request("POST", "/x%%20y?z=%d" % number, body=b"b" * number)
                answer = connection.getresponse()
                self.assertEqual(answer.read(), b"POST /x y?z=%d " % number + b"b" * number)
            connection.request("PUT", "/c", body=iter([b"one", b"two"]), encode_chunked=True,
                               headers={"Transfer-Encoding": "chunked"})
            self.assertEqual(connection.getresponse().read(), b"PUT /c? onetwo")
            connection.request("HEAD", "/h")
            self.assertEqual(connection.getresponse().read(), b"")
            connection.close()


class Kept:
    """A stream as http.client wants to be given a socket, without reading ahead."""

    def __init__(self, stream):
        self.stream = stream

    def makefile(self, *_):
        return Unclosed(self.stream)


class Unclosed:
    def __init__(self, stream):
        self.stream = stream

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def close(self):
        pass


class CloseTest(unittest.TestCase):
    """fault 042: each code of a peer is given back, or refused."""

    def test_codes(self):
        with our_server() as server:
            for code in (0, 999, 1000, 1004, 1005, 1006, 1014, 1015, 1016, 2999, 3000, 4999, 5000):
                with ws.connect(server.url) as client:
                    client.sent_close = True
                    client.send_frame(ws.CLOSE, struct.pack("!H", code))
                    self.assertEqual(client.wait_closed().code,
                                     code if ws.is_code(code) else 1002)


if __name__ == "__main__":
    unittest.main()
