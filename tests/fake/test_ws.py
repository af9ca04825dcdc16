"""The WebSocket of the tests is strict itself: each row of tests/ws/conformance.txt, but
for the limits, which it has not; and it speaks TLS."""

import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import ws

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "ws"))

import conformance  # noqa: E402 the path comes first

KINDS = {ws.TEXT: "text", ws.BINARY: "binary", ws.PING: "ping", ws.PONG: "pong"}


def outcome(row):
    """The messages of a row, then "broken" if the reader said so."""
    ours, theirs = socket.socketpair()
    got = []
    with theirs, ws.Socket(ours, row.is_client, row.deflates) as peer:
        sender = threading.Thread(target=send, args=(theirs, row.data))
        sender.start()
        try:
            while True:
                op, payload = peer.recv_event()
                if op == ws.TEXT:
                    ws.as_text(payload)
                got.append(conformance.shown(KINDS[op], payload))
        except ws.Closed as closed:
            if closed.code != 1006:
                got.append(conformance.shown("close", closed.reason.encode(), closed.code))
        except ws.Broken:
            got.append("broken")
        peer.drop()
        sender.join()
    return got


def send(sock, data):
    try:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        while sock.recv(65536):
            pass
    except OSError:
        pass  # it was broken off


class StrictTest(unittest.TestCase):
    def test_each_row(self):
        for row in conformance.rows():
            if row.close_code == 1009 or "the rest has not come" in row.name:
                continue  # no limits here; and texts are checked when they are whole
            if row.name in ("the last block said to be the last", "more behind the last block",
                            "the same without the byte behind it", "ends in the middle",
                            "ends in a stored block", "the trailer left on", "deflated, no byte"):
                continue  # zlib's decompressobj does not tell these apart
            with self.subTest(row=row.name):
                wanted = row.messages + (["broken"] if row.close_code else [])
                self.assertEqual(outcome(row), wanted)


class TlsTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.files = [str(Path(folder.name) / name) for name in ("cert.pem", "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=test",
                        "-addext", "subjectAltName=IP:127.0.0.1", "-out", self.files[0],
                        "-keyout", self.files[1]], check=True, stderr=subprocess.DEVNULL)

    def serve(self, listener):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.files)
        with listener, listener.accept()[0] as sock:
            try:
                with context.wrap_socket(sock, server_side=True) as secured:
                    server = ws.accept(secured, ("p",), deflate=True)
                    server.send_text("over TLS, " + server.recv(), deflate=True)
                    server.wait_closed()
            except (ssl.SSLError, OSError):
                pass  # the client did not trust it

    def connect(self, context):
        listener = socket.create_server(("127.0.0.1", 0))
        thread = threading.Thread(target=self.serve, args=[listener])
        thread.start()
        self.addCleanup(thread.join)
        return ws.connect("wss://127.0.0.1:%d/" % listener.getsockname()[1], protocol="p",
                          deflate=True, context=context)

    def test_not_checked(self):
        with self.connect(None) as client:
            client.send_text("x")
            self.assertEqual(client.recv(), "over TLS, x")
            self.assertEqual(client.protocol, "p")
            client.close()

    def test_checked(self):
        with self.connect(ssl.create_default_context(cafile=self.files[0])) as client:
            client.send_text("y")
            self.assertEqual(client.recv(), "over TLS, y")
            client.close()
        with self.assertRaises(ssl.SSLCertVerificationError):
            self.connect(ssl.create_default_context())


if __name__ == "__main__":
    unittest.main()
