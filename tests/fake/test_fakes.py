"""The fakes themselves, tried with plain sockets: a peer that passed silently would make the
tests that lean on it worthless."""

import hashlib
import json
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import pbx as fake  # noqa: E402
from peers import HttpPeer, RawPeer  # noqa: E402
from proxy import FaultProxy, Faults, changed  # noqa: E402
from server import make_certificate  # noqa: E402


class Client:
    """A plain socket with a patience of five seconds."""

    def __init__(self, port, context=None):
        self.socket = socket.create_connection(("127.0.0.1", port), 5)
        if context:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        self.data = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def read_until(self, end):
        """Everything up to and with `end`; what follows is kept."""
        while end not in self.data:
            more = self.socket.recv(65536)
            if not more:
                raise EOFError(self.data)
            self.data += more
        head, mark, self.data = self.data.partition(end)
        return head + mark

    def read_all(self):
        """Everything up to the end of the connection."""
        found, self.data = self.data, b""
        while True:
            more = self.socket.recv(65536)
            if not more:
                return found
            found += more

    def ask(self, *lines):
        """One action; the packet that comes next."""
        self.send("".join(line + "\r\n" for line in lines).encode() + b"\r\n")
        return self.read_until(b"\r\n\r\n").decode()

    def login(self, user="crm", secret="secret"):
        self.read_until(b"\r\n")
        answer = self.ask("Action: Login", "ActionID: 1", f"Username: {user}",
                          f"Secret: {secret}")
        assert "Authentication accepted" in answer, answer
        self.read_until(b"Fully Booted\r\n\r\n")
        return self


class PbxTest(unittest.TestCase):
    def pbx(self, **options):
        return self.enterContext(fake.Pbx(**options))

    def client(self, pbx):
        return self.enterContext(Client(pbx.port))

    if not hasattr(unittest.TestCase, "enterContext"):  # Python before 3.11
        def enterContext(self, context):
            value = context.__enter__()
            self.addCleanup(context.__exit__, None, None, None)
            return value

    def test_banner_and_plain_login(self):
        pbx = self.pbx()
        client = self.client(pbx)
        self.assertEqual(client.read_until(b"\r\n"), b"Asterisk Call Manager/5.0.4\r\n")
        answer = client.ask("Action: Login", "ActionID: x", "Username: crm", "Secret: secret")
        self.assertEqual(answer, "Response: Success\r\nActionID: x\r\n"
                                 "Message: Authentication accepted\r\n\r\n")
        self.assertIn(b"Event: FullyBooted", client.read_until(b"\r\n\r\n"))
        self.assertTrue(pbx.wait_logins(1))

    def test_md5_login(self):
        client = self.client(self.pbx())
        client.read_until(b"\r\n")
        challenge = client.ask("Action: Challenge", "AuthType: md5").split("Challenge: ")[1]
        key = hashlib.md5((challenge.strip() + "secret").encode()).hexdigest()
        answer = client.ask("Action: Login", "AuthType: MD5", "Username: crm", f"Key: {key}")
        self.assertIn("Authentication accepted", answer)

    def test_wrong_md5_key_is_refused(self):
        client = self.client(self.pbx(login_delay=0.05))
        client.read_until(b"\r\n")
        client.ask("Action: Challenge", "AuthType: MD5")
        answer = client.ask("Action: Login", "AuthType: MD5", "Username: crm", "Key: 00")
        self.assertIn("Authentication failed", answer)

    def test_wrong_secret_waits_and_closes(self):
        client = self.client(self.pbx(login_delay=0.3))
        client.read_until(b"\r\n")
        began = time.monotonic()
        client.send(b"Action: Login\r\nUsername: crm\r\nSecret: no\r\n\r\n")
        self.assertEqual(client.read_all(),
                         b"Response: Error\r\nMessage: Authentication failed\r\n\r\n")
        self.assertGreaterEqual(time.monotonic() - began, 0.3)

    def test_second_login_of_a_single_user(self):
        account = fake.Account("secret", multiple_login=False)
        pbx = self.pbx(accounts={"crm": account}, login_delay=0.05)
        self.client(pbx).login()
        second = self.client(pbx)
        second.read_until(b"\r\n")
        answer = second.ask("Action: Login", "Username: crm", "Secret: secret")
        self.assertIn("Login Already In Use", answer)

    def test_nothing_without_login_and_without_right(self):
        pbx = self.pbx(accounts={"crm": fake.Account("secret", write=frozenset({"call"}))})
        client = self.client(pbx)
        client.read_until(b"\r\n")
        self.assertIn("Permission denied", client.ask("Action: Ping"))
        client.data = b"x\r\n"
        client.login()
        self.assertIn("Permission denied", client.ask("Action: Command", "Command: x"))
        self.assertIn("Pong", client.ask("Action: Ping"))

    def test_line_and_packet_limits(self):
        client = self.client(self.pbx()).login()
        fits = "Variable: " + "v" * (1024 - len("Variable: ") - 2)
        self.assertIn("Success", client.ask("Action: Setvar", fits))
        self.assertIn("line too long", client.ask("Action: Setvar", "ActionID: 7", fits + "v"))
        many = ["Variable: x"] * 127
        self.assertIn("Success", client.ask("Action: Setvar", *many))
        self.assertIn("Too many lines", client.ask("Action: Setvar", *many, "Variable: x"))
        self.assertIn("Pong", client.ask("Action: Ping"))

    def test_stray_empty_line_is_answered(self):
        client = self.client(self.pbx()).login()
        client.send(b"\r\n")
        self.assertIn(b"Missing action in request", client.read_until(b"\r\n\r\n"))

    def test_bare_line_feed_ends_a_line(self):
        client = self.client(self.pbx()).login()
        client.send(b"Action: Ping\nActionID: lf\n\n")
        self.assertIn(b"ActionID: lf\r\nPing: Pong", client.read_until(b"\r\n\r\n"))

    def test_silent_client_is_closed(self):
        client = self.client(self.pbx(auth_timeout=0.2))
        self.assertEqual(client.read_all(), b"Asterisk Call Manager/5.0.4\r\n")

    def test_connections_over_authlimit_get_no_banner(self):
        pbx = self.pbx(auth_limit=1)
        self.client(pbx).read_until(b"\r\n")
        self.assertEqual(self.client(pbx).read_all(), b"")

    def test_lists_old_and_new(self):
        new = self.client(self.pbx()).login()
        new.send(b"Action: CoreShowChannels\r\nActionID: l\r\n\r\n")
        listed = new.read_until(b"ListItems: 1\r\n\r\n")
        self.assertIn(b"EventList: start", listed)
        old = self.client(self.pbx(banner="Asterisk Call Manager/1.1")).login()
        old.send(b"Action: CoreShowChannels\r\nActionID: l\r\n\r\n")
        listed = old.read_until(b"CoreShowChannelsComplete\r\nActionID: l\r\n\r\n")
        self.assertNotIn(b"EventList", listed)

    def test_command_output_old_and_new(self):
        ask = b"Action: Command\r\nActionID: c\r\nCommand: core show version\r\n\r\n"
        old = self.client(self.pbx(banner="Asterisk Call Manager/2.10.6")).login()
        old.send(ask)
        self.assertEqual(old.read_until(b"COMMAND--\r\n\r\n"),
                         b"Response: Follows\r\nPrivilege: Command\r\nActionID: c\r\n"
                         b"Asterisk 16.28.0\n--END COMMAND--\r\n\r\n")
        new = self.client(self.pbx()).login()
        new.send(ask)
        self.assertIn(b"Output: Asterisk 16.28.0\r\n", new.read_until(b"\r\n\r\n"))

    def test_misbehaviour(self):
        pbx = self.pbx()
        client = self.client(pbx).login()
        pbx.once("Ping", fake.swallow)
        client.send(b"Action: Ping\r\nActionID: lost\r\n\r\n")
        pbx.once("Ping", fake.after(fake.answer_with_id("foreign"), fake.answer_with_id("")))
        first = client.ask("Action: Ping", "ActionID: mine")
        self.assertIn("ActionID: foreign", first)
        self.assertNotIn("ActionID", client.read_until(b"\r\n\r\n").decode())
        self.assertIn(b"ActionID: mine", client.read_until(b"\r\n\r\n"))
        pbx.once("Ping", fake.answer_twice)
        client.send(b"Action: Ping\r\nActionID: two\r\n\r\n")
        for _ in range(2):
            self.assertIn(b"ActionID: two", client.read_until(b"\r\n\r\n"))
        self.assertEqual(len(pbx.ledger.packets("Ping")), 3)
        pbx.once("Ping", fake.send_bytes(b"any bytes\xff"))
        client.send(b"Action: Ping\r\n\r\n")
        client.read_until(b"any bytes\xff")
        pbx.once("Ping", fake.close)
        client.send(b"Action: Ping\r\n\r\n")
        self.assertEqual(client.read_all(), b"")
        other = self.client(pbx).login()
        pbx.once("Ping", fake.reset)
        other.send(b"Action: Ping\r\n\r\n")
        with self.assertRaises(ConnectionResetError):
            other.read_all()

    def test_events_reach_only_those_who_may_read(self):
        accounts = {"crm": fake.Account("secret"),
                    "poor": fake.Account("secret", read=frozenset({"system"}))}
        pbx = self.pbx(accounts=accounts)
        rich, poor = self.client(pbx).login(), self.client(pbx).login("poor")
        pbx.event("Hangup", ("Cause", "16"))
        self.assertIn(b"Hangup", rich.read_until(b"\r\n\r\n"))
        self.assertIn("Pong", poor.ask("Action: Ping"))

    def test_filters(self):
        """Includes are alternatives, an exclude is stronger; answers are not filtered."""
        client = self.client(pbx := self.pbx(banner="Asterisk Call Manager/11.0.0")).login()
        for operation, text, answer in (
                ("Add", "^Event: *[Hh]angup[[:space:]]", "Message: Success"),
                ("Add", "a[.]b[[]c[]][\\]d", "Message: Success"),
                ("Add", "!Cause: 1[^6]", "Message: Success"),
                ("Add", "(", "Filter did not compile"), ("Add", "[a", "Filter did not compile"),
                ("Add", "", "formatted incorrectly"), ("List", "x", "Unknown operation")):
            self.assertIn(answer, client.ask("Action: Filter", f"Operation: {operation}",
                                             f"Filter: {text}"))
        for name, pair, passes in (
                ("Hangup", ("Cause", "16"), True), ("hangup", ("Cause", "16"), True),
                ("HangupRequest", ("Cause", "16"), False), ("Hangup", ("Cause", "17"), False),
                ("X", ("Y", "a.b[c]\\d"), True), ("X", ("Y", "axb[c]\\d"), False)):
            pbx.event(name, pair)
            answer = client.ask("Action: Ping")
            self.assertEqual(answer.startswith(f"Event: {name}\r\n"), passes, (name, pair))
            self.assertIn("Pong", client.read_until(b"\r\n\r\n").decode() if passes else answer)

    def test_filters_of_old_versions(self):
        for version, first, second in (("1.1", "Invalid/unknown command", None),
                                       ("1.3", "Success", "Success"),
                                       ("5.0.4", "did not compile", "Success")):
            client = self.client(self.pbx(banner="Asterisk Call Manager/" + version)).login()
            for text, answer in (("(", first), ("", second or first)):
                self.assertIn(answer, client.ask("Action: Filter", "Operation: Add",
                                                 f"Filter: {text}"), version)

    def test_client_that_does_not_read_is_dropped(self):
        pbx = self.pbx(send_buffer=8192, write_timeout=0.1)
        self.client(pbx).login()
        for _ in range(300):
            pbx.broadcast(b"Event: X\r\n" + b"A: " + b"x" * 60000 + b"\r\n\r\n")
        notes = [e.data for e in pbx.ledger.find("note")]
        self.assertIn("write timeout", notes)

    def test_ledger_keeps_every_byte(self):
        pbx = self.pbx()
        with Client(pbx.port) as client:
            client.send(b"\x00\xffabc")
        self.assertTrue(pbx.wait_closed(1))
        self.assertEqual(pbx.ledger.received(), b"\x00\xffabc")

    def test_stop_refuses_and_start_keeps_the_port(self):
        pbx = self.pbx()
        client = self.client(pbx).login()
        pbx.stop()
        self.assertEqual(client.read_all(), b"")
        with self.assertRaises(ConnectionRefusedError):
            Client(pbx.port)
        pbx.start()
        self.client(pbx).login()

    def test_reset_is_seen_as_reset(self):
        pbx = self.pbx()
        client = self.client(pbx).login()
        pbx.drop_all(reset=True)
        with self.assertRaises(ConnectionResetError):
            client.read_all()

    def test_tls(self):
        with tempfile.TemporaryDirectory() as folder:
            certificate = make_certificate(folder)
            pbx = self.pbx(tls=certificate.server_context())
            with Client(pbx.port, certificate.client_context()) as client:
                client.login()
            with self.assertRaises(ssl.SSLError):
                Client(pbx.port, ssl.create_default_context())

    def test_program(self):
        command = [sys.executable, str(HERE / "pbx.py"), "--interval", "0.01"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            self.addCleanup(process.kill)
            with Client(json.loads(process.stdout.readline())["port"]) as client:
                client.login()
                self.assertIn(b"Seq: ", client.read_until(b"\r\n\r\n"))
            facts = [json.loads(process.stdout.readline())["what"] for _ in range(3)]
            self.assertEqual(facts[0], "connect")
            process.kill()


class PeersTest(unittest.TestCase):
    def test_http_answers_only_when_asked(self):
        with HttpPeer() as peer, Client(peer.port) as client:
            client.send(b"Action: Login\r\n")
            self.assertTrue(client.read_all().startswith(b"HTTP/1.1 400 "))

    def test_raw_peer_closes_at_once(self):
        with RawPeer(b"bye", closes=True) as peer, Client(peer.port) as client:
            self.assertEqual(client.read_all(), b"bye")


class ProxyTest(unittest.TestCase):
    TEXT = bytes(range(256)) * 4

    def run_through(self, *commands, text=TEXT):
        """What a client reads when a peer sends `text` and closes, and how long it took."""
        with RawPeer(text, closes=True) as peer, FaultProxy(peer.port, seed=1) as proxy:
            for command in commands:
                proxy.set(command, "down")
            began = time.monotonic()
            with Client(proxy.port) as client:
                return client.read_all(), time.monotonic() - began

    def test_passes_all_when_healthy(self):
        self.assertEqual(self.run_through()[0], self.TEXT)

    def test_delay(self):
        data, seconds = self.run_through("delay 300±50")
        self.assertEqual(data, self.TEXT)
        self.assertGreaterEqual(seconds, 0.25)

    def test_rate(self):
        data, seconds = self.run_through("rate 2048 B/s")
        self.assertEqual(data, self.TEXT)
        self.assertGreaterEqual(seconds, 0.4)

    def test_split_and_dribble_pass_all(self):
        self.assertEqual(self.run_through("split 7")[0], self.TEXT)
        self.assertEqual(self.run_through("dribble")[0], self.TEXT)

    def test_fin_after(self):
        for number in (0, 1, 100, 1023):
            self.assertEqual(self.run_through(f"fin after {number}")[0], self.TEXT[:number])

    def test_rst_after(self):
        with self.assertRaises(ConnectionResetError):
            self.run_through("rst after 100")

    def test_truncate(self):
        data, _ = self.run_through("truncate 10 20")
        self.assertEqual(data, self.TEXT[:10] + self.TEXT[30:])

    def test_corrupt_is_the_same_for_the_same_seed(self):
        first, second = self.run_through("corrupt 0.1")[0], self.run_through("corrupt 0.1")[0]
        self.assertEqual(first, second)
        wrong = sum(a != b for a, b in zip(first, self.TEXT))
        self.assertTrue(50 < wrong < 160, wrong)

    def test_stall(self):
        data, seconds = self.run_through("stall 100 each 256")
        self.assertEqual(data, self.TEXT)
        self.assertGreaterEqual(seconds, 0.3)

    def test_blackhole_holds_and_lets_go(self):
        with fake.Pbx() as pbx, FaultProxy(pbx.port) as proxy:
            with Client(proxy.port) as client:
                client.login()
                proxy.set("blackhole both", links="present")
                client.send(b"Action: Ping\r\nActionID: held\r\n\r\n")
                self.assertEqual(pbx.ledger.wait_until(
                    lambda: pbx.ledger.packets("Ping"), 0.3), [])
                with Client(proxy.port) as other:
                    other.login()
                proxy.set("blackhole off")
                self.assertIn(b"ActionID: held", client.read_until(b"\r\n\r\n"))

    def test_blackhole_hides_the_end(self):
        with fake.Pbx() as pbx, FaultProxy(pbx.port) as proxy:
            with Client(proxy.port) as client:
                client.login()
                proxy.set("blackhole both")
            self.assertFalse(pbx.wait_closed(1, 0.3))
            proxy.set("off")
            self.assertTrue(pbx.wait_closed(1, 2))

    def test_refusal_of_the_target_is_passed_on(self):
        pbx = fake.Pbx().start()
        pbx.stop()
        with FaultProxy(pbx.port) as proxy, self.assertRaises((EOFError, OSError)):
            with Client(proxy.port) as client:
                client.read_until(b"\r\n")

    def test_wrong_command(self):
        with self.assertRaises(ValueError):
            changed(Faults(), "delay soon", "up")


if __name__ == "__main__":
    unittest.main()
