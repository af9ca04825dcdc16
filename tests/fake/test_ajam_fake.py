"""What the fake AJAM does that no recording shows: time, masks, losses, limits, faults. It is
tried with a client of its own and with plain sockets."""

import contextlib
import gzip
import hashlib
import http.client
import json
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import ajam_faults as faults  # noqa: E402
from ajam import Ajam, is_action  # noqa: E402
from ajam_client import AjamClient, decode, get  # noqa: E402
from ajam_encode import ENCODINGS  # noqa: E402
from ajam_http import PROFILES  # noqa: E402
from pbx import Account, Pbx, send_bytes, swallow  # noqa: E402
from server import make_certificate  # noqa: E402

MANY = 20_000


class AjamTest(unittest.TestCase):
    if not hasattr(unittest.TestCase, "enterContext"):  # Python before 3.11
        def enterContext(self, context):
            value = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
            return value

    def ajam(self, version="22", **options):
        return self.enterContext(Ajam(version, **options))

    def client(self, ajam, kind="rawman", **options):
        client = self.enterContext(AjamClient(ajam.port, kind, **options))
        client.login()
        return client

    def later(self, seconds, function, *arguments):
        timer = threading.Timer(seconds, function, arguments)
        timer.start()
        self.addCleanup(timer.join)

    def tick(self, ajam, *numbers, classes="user"):
        for number in numbers:
            ajam.event("UserEvent", ("UserEvent", "Tick"), ("Seq", number), classes=classes)

    def numbers(self, events):
        return [int(get(event, "seq")) for event in events]

    def raw(self, ajam, data):
        """Everything that the server says to these bytes, up to the end."""
        with socket.create_connection(("127.0.0.1", ajam.port), 5) as connection:
            connection.sendall(data)
            found = b""
            while True:
                more = connection.recv(65536)
                if not more:
                    return found
                found += more


class SessionTest(AjamTest):
    def test_login_by_challenge_and_plain(self):
        ajam = self.ajam()
        answer = self.client(ajam).act("Ping")
        self.assertEqual(get(answer[0], "Ping"), "Pong")
        plain = self.enterContext(AjamClient(ajam.port))
        [answer] = plain.act("Login", Username="crm", Secret="secret")
        self.assertEqual(get(answer, "Message"), "Authentication accepted")
        self.assertEqual(len(ajam.logins()), 2)

    def test_wrong_secret_waits_and_ends_the_session(self):
        ajam = self.ajam(login_delay=0.3)
        client = self.enterContext(AjamClient(ajam.port, secret="no"))
        began = time.monotonic()
        [answer] = client.login()
        self.assertGreaterEqual(time.monotonic() - began, 0.3)
        self.assertEqual(get(answer, "Message"), "Authentication failed")
        self.assertIsNone(ajam.sessions_known.find(client.cookie))

    def test_expiry_is_permission_denied_with_status_200(self):
        ajam = self.ajam(http_timeout=0.3)
        client = self.client(ajam)
        self.assertIn("Max-Age=1", client.response.getheader("Set-Cookie"))
        client.act("Ping")
        time.sleep(0.4)
        [answer] = client.act("WaitEvent")
        self.assertEqual(get(answer, "Message"), "Permission denied")
        self.assertEqual(client.response.status, 200)
        client.login()
        self.assertEqual(get(client.act("Ping")[0], "Ping"), "Pong")

    def test_expire_sessions(self):
        ajam = self.ajam()
        client = self.client(ajam)
        ajam.expire_sessions()
        self.assertEqual(get(client.act("Ping")[0], "Message"), "Permission denied")

    def test_one_session_for_tcp_events_and_all_encoders(self):
        """The same events reach TCP and HTTP."""
        pbx = self.enterContext(Pbx())
        ajam = self.ajam(pbx=pbx)
        client = self.client(ajam)
        self.tick(pbx, 1)
        client.kind, client.path = "mxml", "/asterisk/mxml"
        self.assertEqual(self.numbers(client.wait(1)), [1])

    def test_user_event_of_a_client_reaches_another(self):
        ajam = self.ajam()
        first, second = self.client(ajam), self.client(ajam, "manager")
        first.act("UserEvent", UserEvent="Hello", ActionID="7")
        [event] = second.wait(1)
        self.assertEqual(event[2:], [("UserEvent", "Hello"), ("ActionID", "7")])


class WaitTest(AjamTest):
    def test_cap_counts_from_the_previous_request(self):
        ajam = self.ajam(http_timeout=60)
        ajam.sessions_known.pace = 0.01
        client = self.client(ajam)
        began = time.monotonic()
        client.wait(3600)
        self.assertAlmostEqual(time.monotonic() - began, 0.5, delta=0.1)
        time.sleep(1)
        [session] = ajam.sessions_known.known.values()
        self.assertAlmostEqual(session.longest_wait(), 49, delta=0.1)

    def test_masks(self):
        """What is outside the mask wakes and is not told; with the mask off all is told."""
        ajam = self.ajam()
        client = self.enterContext(AjamClient(ajam.port))
        client.login(Events="call")
        self.later(0.2, self.tick, ajam, 1)
        began = time.monotonic()
        self.assertEqual(client.wait(5), [])
        self.assertLess(time.monotonic() - began, 2)
        ajam.event("Hangup", ("Cause", "16"))
        self.assertEqual(get(client.wait(5)[0], "Event"), "Hangup")
        self.assertEqual(get(client.act("Events", EventMask="off")[0], "Events"), "Off")
        self.tick(ajam, 2)
        self.assertEqual(self.numbers(client.wait(5)), [2])
        [answer] = client.act("Events", EventMask="")
        self.assertEqual(get(answer, "Message"), "Invalid event mask")

    def test_events_outside_the_account_are_never_told(self):
        account = Account("secret", read=frozenset({"call"}))
        ajam = self.ajam(accounts={"crm": account})
        client = self.client(ajam)
        self.tick(ajam, 1)
        self.assertEqual(client.wait(5), [])

    def test_second_wait_ends_the_first_and_ping_does_not(self):
        ajam = self.ajam()
        client = self.client(ajam)
        other = self.enterContext(AjamClient(ajam.port))
        other.cookie = client.cookie
        found = []
        thread = threading.Thread(target=lambda: found.append(client.wait(20)))
        thread.start()
        self.assertTrue(ajam.wait_waiting())
        self.assertEqual(get(other.act("Ping")[0], "Ping"), "Pong")
        self.assertTrue(thread.is_alive())
        self.assertEqual(other.wait(0), [])
        thread.join(5)
        self.assertEqual(found, [None])

    def test_events_that_wake_a_dropped_request_are_lost(self):
        ajam = self.ajam()
        client = self.client(ajam)
        text = (f"GET /asterisk/rawman?action=waitevent HTTP/1.1\r\n"
                f"Cookie: mansession_id={client.cookie}\r\n\r\n")
        with socket.create_connection(("127.0.0.1", ajam.port)) as connection:
            connection.sendall(text.encode())
            self.assertTrue(ajam.wait_waiting())
        self.tick(ajam, 1)
        self.assertTrue(ajam.ledger.wait_until(lambda: not ajam.waiting(), 5))
        self.tick(ajam, 2)
        self.assertEqual(self.numbers(client.wait(1)), [2])

    def test_many_events_in_one_answer_in_every_encoding(self):
        for kind in ENCODINGS:
            with self.subTest(kind=kind):
                ajam = self.ajam()
                client = self.client(ajam, kind)
                self.tick(ajam, *range(MANY))
                self.assertEqual(self.numbers(client.wait(5)), list(range(MANY)))

    def test_wait_at_once(self):
        ajam = self.ajam()
        client = self.client(ajam)
        ajam.on("WaitEvent", faults.wait_at_once)
        began = time.monotonic()
        for _ in range(3):
            self.assertEqual(client.wait(30), [])
        self.tick(ajam, 1)
        self.assertEqual(self.numbers(client.wait(30)), [1])
        self.assertLess(time.monotonic() - began, 2)


class ConnectionTest(AjamTest):
    PING = b"GET /asterisk/rawman?action=ping HTTP/1.1\r\nHost: x\r\n\r\n"

    def test_keep_alive_and_one_shot(self):
        for version, profile in PROFILES.items():
            with self.subTest(version=version):
                ajam = self.ajam(version)
                client = self.client(ajam)
                for _ in range(3):
                    client.act("Ping")
                connections = {r.connection for r in ajam.requests("Ping")}
                self.assertEqual(len(connections), 1 if profile.keep_alive else 3)

    def test_pipelining_and_idle_close(self):
        ajam = self.ajam(keep_alive=0.2)
        began = time.monotonic()
        self.assertEqual(self.raw(ajam, self.PING * 2).count(b"HTTP/1.1 200 OK"), 2)
        self.assertGreaterEqual(time.monotonic() - began, 0.2)
        self.assertEqual(self.raw(self.ajam("11"), self.PING * 2).count(b"HTTP/1.1 200"), 1)

    def test_session_limit_counts_connections(self):
        ajam = self.ajam(session_limit=2)
        held = [socket.create_connection(("127.0.0.1", ajam.port)) for _ in range(2)]
        self.assertTrue(ajam.wait_connections(2))
        self.assertEqual(self.raw(ajam, b""), b"")
        for connection in held:
            connection.close()

    def test_limits_of_line_and_body(self):
        ajam = self.ajam("13", keep_alive=0.1)
        start, end = b"GET /asterisk/rawman?action=ping&pad=", b" HTTP/1.1\r\n"
        for size, status in ((4095, b"200"), (4096, b"400")):
            pad = b"x" * (size - len(start + end))
            answer = self.raw(ajam, start + pad + end + b"\r\n")
            self.assertEqual(answer[9:12], status, size)
        for size, status in ((4096, b"200"), (4097, b"413")):
            answer = self.raw(ajam, b"POST /asterisk/rawman HTTP/1.1\r\nContent-Length: %d"
                                    b"\r\n\r\n" % size + b"x" * size)
            self.assertEqual(answer[9:12], status, size)

    def test_stop_in_a_wait_and_restart(self):
        ajam = self.ajam()
        client = self.client(ajam)
        timer = threading.Timer(0.2, ajam.restart)
        timer.start()
        with self.assertRaises((OSError, http.client.HTTPException)):
            client.wait(30)
        client.close()
        timer.join()
        self.assertEqual(get(client.act("Ping")[0], "Message"), "Permission denied")
        client.login()

    def test_freeze_and_thaw(self):
        ajam = self.ajam()
        client = self.client(ajam, timeout=0.3)
        ajam.freeze()
        with self.assertRaises((TimeoutError, socket.timeout)):
            client.act("Ping")
        client.close()
        ajam.thaw()
        client.act("Ping")

    def test_tls_shares_the_sessions(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate = make_certificate(folder)
            plain = self.ajam()
            secure = self.ajam(tls=certificate.server_context(),
                               sessions=plain.sessions_known)
            client = self.client(secure, context=certificate.client_context(),
                                 host="localhost")
            other = self.enterContext(AjamClient(plain.port))
            other.cookie = client.cookie
            self.assertEqual(get(other.act("Ping")[0], "Ping"), "Pong")
            with contextlib.suppress(ConnectionResetError):
                self.assertEqual(self.raw(secure, self.PING), b"")

    def test_log_of_requests(self):
        ajam = self.ajam()
        client = self.client(ajam, post=False)
        client.act("Ping", ActionID="a b")
        [request] = ajam.requests("Ping")
        self.assertEqual((request.method, request.path, request.query),
                         ("GET", "/asterisk/rawman", "Action=Ping&ActionID=a%20b"))
        self.assertEqual(request.param("actionid"), "a b")
        self.assertEqual(request.status, 200)
        self.assertTrue(ajam.ledger.wait_until(lambda: request.ended is not None, 5))

    def test_program(self):
        command = [sys.executable, str(HERE / "ajam.py"), "--interval", "0.01"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            port = json.loads(process.stdout.readline())["port"]
            with AjamClient(port) as client:
                client.login()
                self.assertGreater(len(client.wait(5)), 0)
            fact = json.loads(process.stdout.readline())
            self.assertEqual(fact["data"], "Challenge")
            process.kill()


class DigestTest(AjamTest):
    def test_stale_once_and_always(self):
        ajam = self.ajam()
        client = self.client(ajam, "arawman")
        ajam.digest.expire_nonces()
        client.act("Ping")
        self.assertEqual([r.status for r in ajam.requests("Ping")], [401, 200, 401, 200])
        ajam.digest.always_stale = True
        with self.assertRaises(OSError):
            client.act("Ping")

    def test_wrong_secret(self):
        client = self.enterContext(AjamClient(self.ajam().port, "amxml", secret="no"))
        with self.assertRaises(OSError):
            client.login()
        self.assertNotIn("stale", client.challenge)

    def check_answer(self, ajam, first, *rest):
        """A right answer, made by hand, is accepted, and one with another secret is not."""
        def md5(*parts):
            return hashlib.md5(":".join(parts).encode()).hexdigest()
        second = md5("GET", "/asterisk/arawman")
        for secret, status in (("secret", b"200"), ("no", b"401")):
            one = first(md5, md5("crm", ajam.digest.realm, secret))
            realm = ajam.digest.realm.replace("\\", "\\\\").replace('"', '\\"')
            header = (f'Authorization: Digest username="crm", realm="{realm}", nonce="12ab", '
                      f'uri="/asterisk/arawman", {"".join(rest[:1])}'
                      f'response="{md5(one, "12ab", *rest[1:], second)}"\r\n')
            answer = self.raw(ajam, b"GET /asterisk/arawman?action=ping HTTP/1.1\r\n"
                              b"Connection: close\r\n" + header.encode() + b"\r\n")
            self.assertEqual(answer[9:12], status, secret)

    def test_forms_that_asterisk_never_sends(self):
        ajam = self.ajam()
        ajam.digest.realm = 'the "PBX" \\ one'
        self.check_answer(ajam, lambda md5, one: one)
        ajam.digest.qop = False
        self.assertNotIn("qop", ajam.digest.challenge())
        ajam.digest.qop, ajam.digest.algorithm = True, "MD5-sess"
        self.check_answer(ajam, lambda md5, one: md5(one, "12ab", "c0"),
                          'qop=auth, nc=00000001, cnonce="c0", ', "00000001", "c0", "auth")


class FaultsTest(AjamTest):
    def answer(self, fault, times=1):
        """What a plain socket reads when a Ping meets that fault."""
        ajam = self.ajam(keep_alive=0.1)
        ajam.fault(fault, when=is_action("Ping"), times=times)
        return self.raw(ajam, ConnectionTest.PING)

    BODY = b"Response: Error\r\nMessage: Permission denied\r\n\r\n"

    def test_cuts(self):
        self.assertTrue(self.answer(faults.cut(10)).endswith(b"\r\n\r\nResponse: "))
        self.assertTrue(self.answer(faults.cut(-2)).endswith(b"denied\r\n"))
        self.assertEqual(self.answer(faults.cut_head(8)), b"HTTP/1.1")
        self.assertEqual(self.answer(faults.drop()), b"")
        with self.assertRaises(ConnectionResetError):
            self.answer(faults.drop(reset=True))

    def test_framing(self):
        size = len(self.BODY)
        self.assertIn(b"Length: %d\r\n" % (size + 5), self.answer(faults.wrong_length(5)))
        self.assertIn(b"Length: %d\r\n" % (size - 5), self.answer(faults.wrong_length(-5)))
        self.assertNotIn(b"Content-Length", self.answer(faults.no_length()))
        chunks = self.answer(faults.chunked(20))
        self.assertTrue(chunks.endswith(b"\r\n0\r\n\r\n"))
        self.assertIn(b"Transfer-Encoding: chunked", chunks)
        self.assertFalse(self.answer(faults.chunked_and_cut(20)).endswith(b"0\r\n\r\n"))
        packed = self.answer(faults.gzipped()).partition(b"\r\n\r\n")[2]
        self.assertEqual(gzip.decompress(packed), self.BODY)
        self.assertTrue(self.answer(faults.body_of(bytes.upper)).endswith(b"DENIED\r\n\r\n"))

    def test_slow(self):
        for fault in (faults.apart(0.2), faults.pieces(100, 0.1), faults.silence(0.2)):
            began = time.monotonic()
            self.assertTrue(self.answer(fault).endswith(self.BODY))
            self.assertGreaterEqual(time.monotonic() - began, 0.2)
        self.assertTrue(self.answer(faults.pieces(1)).endswith(self.BODY))

    def test_pages(self):
        self.assertIn(b"503 Service Unavailable", self.answer(faults.busy()))
        self.assertIn(b"Location: http://", self.answer(faults.redirect()))
        self.assertIn(b"Welcome to the hotel", self.answer(faults.portal()))

    def test_cache_gives_the_first_answer_again(self):
        ajam = self.ajam(keep_alive=0.1)
        ajam.fault(faults.Cache())
        first = self.raw(ajam, ConnectionTest.PING)
        second = self.raw(ajam, ConnectionTest.PING)
        key = b"mansession_id="
        self.assertEqual(first.split(key)[1][:10], second.split(key)[1][:10])

    def test_cookies(self):
        answer = self.answer(faults.cookie("other=1", "mansession_id={}; Path=/x"))
        self.assertEqual(answer.count(b"Set-Cookie"), 2)
        self.assertRegex(answer, rb"mansession_id=[0-9a-f]{8}; Path=/x\r\n")
        self.assertEqual(self.answer(faults.with_cookie("a=b")).count(b"Set-Cookie"), 2)

    def test_times_and_scripts(self):
        ajam = self.ajam()
        client = self.client(ajam)
        ajam.fault(faults.busy(), times=1)
        with self.assertRaises(OSError):
            client.act("Ping")
        client.act("Ping")
        ajam.once("Ping", swallow)
        self.assertEqual(client.act("Ping"), [])
        ajam.once("Ping", send_bytes(b"A: b\r\n\r\n"))
        self.assertEqual(client.act("Ping"), [[("A", "b")]])
        self.assertEqual(decode("mxml", b"<ajax-response/>"), [])


if __name__ == "__main__":
    unittest.main()
