"""The component's connection to zvond: a real daemon, a real network, and what stands in the
way of both."""

import re
import socket
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

from onec_desk import Desk
from zvond_common import ROOT, SLOW, TOKENS, Zvond, config
from calls import Calls
from pbx import Account, Pbx
from proxy import FaultProxy

sys.path.insert(0, str(ROOT / "tests/lib"))
from tls_peer import Certificates  # noqa: E402

QUICK = {"backoff_ms": 50, "backoff_most_ms": 200}


def office():
    return Pbx(accounts={"crm": Account("secret")})


def url(z, scheme="ws"):
    return "%s://127.0.0.1:%d" % (scheme, z.port)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Peer:
    """One that answers each connection with those bytes, and then is silent."""

    def __init__(self, answer=b""):
        self.answer, self.asked, self.connections = answer, b"", []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "ws://127.0.0.1:%d" % self.server.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()
        for connection in self.connections:
            connection.close()

    def run(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections.append(connection)
            if self.answer:
                self.asked += connection.recv(4096)
                connection.sendall(self.answer)


class Witness:
    """A plain client of zvond that reads all the time."""

    def __init__(self, z):
        self.client = z.websocket("boss")
        self.client.start()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not any(m.get("event") == "call.ended" for m in self.client.seen[-1:]):
            self.client.recv(60)

    def events(self):
        """All up to the end of the call."""
        self.thread.join(60 * SLOW)
        self.client.socket.drop()
        return [(m["seq"], m["event"]) for m in self.client.seen if m["type"] == "event"]


class Session(unittest.TestCase):
    @staticmethod
    def sessions(z):
        return len(z.get("/v1/sessions", token=TOKENS["boss"]).json)

    def test_token(self):
        with office() as pbx, Zvond(config(pbx=pbx)) as z:
            phones = Calls(pbx)
            z.wait_synced()
            with Desk(url(z), secret=TOKENS["boss"]) as desk:
                desk.state("ready")
                self.assertEqual(desk.wait("hello")["user"], "boss")
                desk.wait("snapshot")
                call = phones.answer(phones.dial("101", "102"))
                started = desk.wait(lambda m: m.get("event") == "call.started")
                desk.wait(lambda m: m.get("event") == "call.answered")
                phones.hang_up(call)
                ended = desk.wait(lambda m: m.get("event") == "call.ended")
                self.assertEqual(ended["call"], started["call"])
                self.assertEqual([m["type"] for m in desk.messages[:2]],
                                 ["hello", "snapshot"])
                self.assertEqual(desk.states, ["connecting", "ready"])
                # a goodbye, at once
                self.assertEqual(self.sessions(z), 1)
                self.assertLess(int(desk.ask("close", "closed")), 100)
                self.assertTrue(z.wait_until(lambda: self.sessions(z) == 0))

    def test_password(self):
        with Zvond(config()) as z:
            with Desk(url(z), user="boss", secret="demo", **QUICK) as desk:
                desk.state("ready", seconds=20)
                self.assertEqual(desk.wait("hello")["user"], "boss")
                self.assertTrue(z.saw("session token given user=boss"))
            # the URL has them as well
            with Desk("ws://boss:demo@127.0.0.1:%d/v1/events" % z.port) as desk:
                desk.state("ready", seconds=20)

    def test_commands(self):
        with Zvond(config()) as z:
            z.wait_synced()
            with Desk(url(z), secret=TOKENS["boss"]) as desk:
                desk.wait("snapshot")
                told = desk.command("ami.action", {"action": "Ping"})
                self.assertEqual(told["ok"], True, told)
                refused = desk.command("call.drop", {"call": "nosuch"})
                self.assertEqual((refused["ok"], refused["error"]["code"]),
                                 (False, "not_found"))
                self.assertEqual(desk.ask("send {\"x\":", "sent"), "ok")
                self.assertEqual(desk.wait("error")["code"], "bad_json")
                long = "send {\"type\":\"ping\",\"id\":\"%s\"}"
                self.assertRegex(desk.ask(long % ("a" * 65536), "sent"), "^ETOOBIG .*65536")
                self.assertEqual(desk.ask(long % "b", "sent"), "ok")
                desk.wait(lambda m: m["type"] == "pong" and m["id"] == "b")

    def test_subscription(self):
        with office() as pbx, Zvond(config(pbx=pbx)) as z:
            phones = Calls(pbx)
            z.wait_synced()
            with Desk(url(z), secret=TOKENS["boss"],
                      subscription='{"events":["call.ended"],"lines":["101"]}') as desk:
                desk.wait("snapshot")
                for pair in (("201", "202"), ("101", "102")):
                    phones.hang_up(phones.answer(phones.dial(*pair)))
                desk.wait(lambda m: m.get("event") == "call.ended")
                time.sleep(0.2 * SLOW)
                self.assertEqual([name for _, name in desk.events()], ["call.ended"])

    def test_keep_alive(self):
        """zvond asks each 200 ms, and would end it after 2 s; the link asks after 100 ms."""
        with Zvond(config(listen="ping_ms = 200\npong_ms = 2000")) as z:
            with Desk(url(z), secret=TOKENS["boss"], ping_ms=100) as desk:
                desk.wait("snapshot")
                time.sleep(4)
                self.assertEqual(desk.states, ["connecting", "ready"])
                self.assertEqual(desk.counts()["losses"], 0)


class Losses(unittest.TestCase):
    """What a witness beside it was told without a break, the link was told, too."""

    def flow(self, z, pbx, seconds, break_now):
        """Events for so long, and something that breaks; the two lists."""
        phones = Calls(pbx)
        call = phones.answer(phones.dial("101", "102"))
        witness = Witness(z)
        self.desk.wait("snapshot")
        end, broken, number = time.monotonic() + seconds * SLOW, 0, 0
        while time.monotonic() < end:
            phones.tell("DTMFEnd", call[0], ("Digit", str(number % 10)), ("DurationMs", "90"),
                        ("Direction", "Received"))
            number += 1
            time.sleep(0.005)
            if broken < 5 and time.monotonic() > end - seconds * SLOW * (5 - broken) / 6:
                broken += 1
                break_now()
        phones.hang_up(call)
        self.desk.wait(lambda m: m.get("event") == "call.ended", seconds=20)
        return witness.events()

    def test_cut_lines(self):
        """Reset in the middle of events, five times: each event comes once, in order."""
        with office() as pbx, Zvond(config(pbx=pbx)) as z, \
                FaultProxy(z.port, seed=11) as proxy:
            z.wait_synced()
            with Desk("ws://127.0.0.1:%d" % proxy.port, secret=TOKENS["boss"],
                      **QUICK) as self.desk:
                told = self.flow(z, pbx, 3, lambda: (
                    proxy.set("rst after 700", "down", links="present")))
                self.assertEqual(self.desk.counts()["resyncs"], 0)
                got = self.desk.events()
                self.assertEqual(got[-len(told):], told)
                self.assertEqual(sorted(set(got)), got)
                counts = self.desk.counts()
                self.assertGreaterEqual(counts["losses"], 4)
                print("%d events over %d connections, %d came twice and were told once"
                      % (len(got), counts["connects"], counts["doubled"]))

    def test_killed(self):
        """kill -9 of zvond, and its return: a resync, which is the truth, and then events;
        no number comes twice."""
        port = free_port()
        with office() as pbx, Zvond(config(pbx=pbx, kept=True, port=port)) as z:
            phones = Calls(pbx)
            z.wait_synced()
            with Desk(url(z), secret=TOKENS["boss"], **QUICK) as desk:
                desk.wait("snapshot")
                lost = phones.answer(phones.dial("101", "102"))
                desk.wait(lambda m: m.get("event") == "call.answered")
                z.kill()
                desk.state("down")
                phones.hang_up(lost)
                kept = phones.answer(phones.dial("201", "202"))
                seen = len(desk.messages)
                z.start()
                z.wait_synced()
                resync = desk.wait("resync", after=seen)
                self.assertEqual([c["legs"][0]["line"] for c in resync["calls"]], ["201"])
                phones.hang_up(kept)
                desk.wait(lambda m: m.get("event") == "call.ended", after=seen)
                numbers = [number for number, _ in desk.events()]
                self.assertEqual(sorted(set(numbers)), numbers)
                self.assertGreater(numbers[-1], resync["seq"])
                self.assertEqual(desk.counts()["connects"], 2)

    def test_restarted(self):
        """An orderly restart says so, and the link comes back by itself."""
        port = free_port()
        with Zvond(config(kept=True, port=port)) as z:
            with Desk(url(z), secret=TOKENS["boss"], **QUICK) as desk:
                desk.wait("snapshot")
                z.restart()
                self.assertRegex(desk.state("down"),
                                 r"^down ECLOSED \d+ 127\.0\.0\.1:\d+: zvond is ending")
                desk.state("ready", after=3)

    def test_blackhole(self):
        """The line is dead and nobody says so: the link finds out, and comes back."""
        with office() as pbx, Zvond(config(pbx=pbx)) as z, \
                FaultProxy(z.port, seed=12) as proxy:
            phones = Calls(pbx)
            z.wait_synced()
            with Desk("ws://127.0.0.1:%d" % proxy.port, secret=TOKENS["boss"], ping_ms=300,
                      pong_ms=300, **QUICK) as desk:
                desk.wait("snapshot")
                proxy.set("blackhole both", links="present")
                begin = time.monotonic()
                call = phones.dial("101", "102")
                words = desk.state("down")
                self.assertRegex(words, "ETIMEOUT .*does not answer a ping")
                self.assertLess(time.monotonic() - begin, 2 * SLOW)
                desk.state("ready", after=2)
                started = desk.wait(lambda m: m.get("event") == "call.started")
                self.assertEqual(started["legs"][0]["line"], "101")
                phones.hang_up(call)

    def test_slow_reader(self):
        """It does not read for so long that zvond gives it up: what it missed comes after."""
        with office() as pbx, Zvond(config(
                pbx=pbx, general="session_bytes = 65536\nsession_messages = 100\n")) as z:
            phones = Calls(pbx)
            z.wait_synced()
            with Desk(url(z), secret=TOKENS["boss"], **QUICK) as desk:
                desk.wait("snapshot")
                call = phones.answer(phones.dial("101", "102"))
                desk.wait(lambda m: m.get("event") == "call.answered")
                desk.say("pause %d" % (3000 * SLOW))
                for number in range(9000):
                    phones.tell("DTMFEnd", call[0], ("Digit", str(number % 10)),
                                ("DurationMs", "90"), ("Direction", "Received"))
                phones.hang_up(call)
                desk.wait(lambda m: m.get("event") == "call.ended", seconds=40)
                got, counts = desk.events(), desk.counts()
                # who sees all gets each number
                self.assertEqual([number for number, _ in got],
                                 list(range(got[0][0], got[0][0] + len(got))))
                keys = [m["digit"] for m in desk.messages if m.get("event") == "leg.dtmf"]
                self.assertEqual("".join(keys), "0123456789" * 900)
                self.assertGreaterEqual(counts["losses"], 1)
                self.assertEqual(counts["resyncs"], 0)
                print("%d events, zvond gave it up %d times" % (len(got), counts["losses"]))


class Refusals(unittest.TestCase):
    def refused(self, words, address, **options):
        with Desk(address, **{"secret": "wrong", **options}) as desk:
            told = desk.state("down")
            self.assertRegex(told, words)
            self.assertNotIn(str(options.get("secret", "wrong")) + " ", told + " ")
            return int(told.split(" ")[2])

    def test_wrong_token(self):
        with Zvond(config()) as z:
            retry = self.refused(r"EAUTH .*zvond refused the token: its hash must stand in "
                                 r"token = of \[user\]", url(z), secret="x" * 43)
            self.assertGreaterEqual(retry, 60000)
            self.assertRegex(self.of_russian(z), "zvond отверг токен")

    def of_russian(self, z):
        with Desk(url(z), secret="x" * 43, language="ru") as desk:
            return desk.state("down")

    def test_wrong_password(self):
        with Zvond(config()) as z:
            retry = self.refused("EAUTH .*zvond refused user and password", url(z),
                                 user="boss", secret="no-such-password")
            self.assertGreaterEqual(retry, 60000)

    def test_a_user_who_is_taken_out(self):
        with Zvond(config()) as z:
            with Desk(url(z), secret=TOKENS["petrov"]) as desk:
                desk.wait("snapshot")
                z.reload(re.sub(r"\[user petrov\].*?(?=\[user)", "", z.text, flags=re.S))
                self.assertRegex(desk.state("down"), r"EAUTH [6-9]\d{4} .*ended the session")

    def test_too_many_sessions(self):
        with Zvond(config(general="sessions_of_a_user = 1")) as z:
            with Desk(url(z), secret=TOKENS["boss"]) as desk:
                desk.state("ready")
                self.refused("EAUTH .*sessions_of_a_user", url(z), secret=TOKENS["boss"])

    def test_other_servers(self):
        rows = (
            (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found",
             r"EPROTO .*no zvon.v1 there \(404\): is it zvond's port"),
            (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
             "EPROTO .*no WebSocket there: .*Upgrade"),
            (b"Asterisk Call Manager/5.0.4\r\n", "EPROTO .*AMI: write ami://"),
            (b"SSH-2.0-OpenSSH_9.2\r\n", "EPROTO .*no zvond answers there"),
            (b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
             "EIO .*proxy there does not reach zvond"),
        )
        for answer, words in rows:
            with self.subTest(answer[:20]), Peer(answer) as peer:
                self.refused(words, peer.url)
        with office() as pbx:
            self.refused("EPROTO .*AMI: write ami://", "ws://127.0.0.1:%d" % pbx.port)

    def test_bad_subscription(self):
        with Zvond(config()) as z:
            self.refused("EAUTH .*zvond refused the subscription", url(z), secret=TOKENS["boss"],
                         subscription='{"lines":[5]}')

    def test_face_is_off(self):
        with Zvond(config(listen="faces = http,operations")) as z:
            self.refused(r"EPROTO .*\(404\).*faces", url(z), secret=TOKENS["boss"])

    def test_nobody_there(self):
        self.refused(r"EIO \d+ 127\.0\.0\.1:\d+: connection refused: is zvond running",
                     "ws://127.0.0.1:%d" % free_port())
        self.refused("EIO .*unknown host", "ws://no-such-name.invalid")

    def test_stalls(self):
        """The port is open, and then there is silence: before the answer, in it, before hello;
        closing meanwhile takes no time."""
        for answer in (b"", b"HTTP/1.1 101 Switching Protocols\r\nUpgr"):
            with self.subTest(answer), Peer(answer) as peer:
                begin = time.monotonic()
                self.refused("ETIMEOUT .*the port is open, but zvond does not answer",
                             peer.url, answer_ms=300)
                self.assertLess(time.monotonic() - begin, 5 * SLOW)
                with Desk(peer.url, secret="t") as desk:
                    desk.state("connecting")
                    time.sleep(0.1)
                    self.assertLess(int(desk.ask("close", "closed")), 1000)

    def test_bad_options(self):
        for address, words in (("ws://127.0.0.1/wrong", "must end with /v1/events"),
                               ("ws://", "a name or an address")):
            with Desk(address, secret="t") as desk:
                self.assertRegex(desk.state("closed"), "EINVAL -1 .*" + words)


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.made = Certificates(folder.name)
        cls.made.make_ca("ca")
        cls.made.make_ca("other")
        cls.made.make("one", "ca", "127.0.0.1", "IP:127.0.0.1")
        cls.made.make("named", "ca", "pbx.example.org", "DNS:pbx.example.org")

    def daemon(self, name):
        files = {part: Path(self.made.path("%s.%s" % (name, end))).read_text("ascii")
                 for part, end in (("cert.pem", "crt"), ("key.pem", "key"))}
        z = Zvond(config(listen="tls_certificate = {folder}/cert.pem\n"
                                "tls_key = {folder}/key.pem\n"), files=files)
        self.addCleanup(z.clean)
        self.addCleanup(z.kill)
        z.start()
        return z

    def refused(self, words, address, **options):
        with Desk(address, secret=TOKENS["boss"], **options) as desk:
            self.assertRegex(desk.state("down"), words)
            self.assertNotIn("ready", desk.states)

    def test_certificates(self):
        ca, other = self.made.path("ca.crt"), self.made.path("other.crt")
        z = self.daemon("one")
        with Desk(url(z, "wss"), secret=TOKENS["boss"], ca_file=ca) as desk:
            desk.wait("snapshot")
        with Desk(url(z, "wss"), secret=TOKENS["boss"], insecure=1) as desk:
            desk.wait("snapshot")
        self.refused("ETLS .*certificate is not to be trusted", url(z, "wss"))
        self.refused("ETLS .*certificate is not to be trusted", url(z, "wss"), ca_file=other)
        self.refused("ETLS .*key is not the pinned one", url(z, "wss"), ca_file=ca,
                     pin="sha256//" + "A" * 43 + "=")
        self.refused("EINVAL .*cannot read the CA file", url(z, "wss"), ca_file="/nowhere.pem")
        with Desk(url(z, "wss"), secret=TOKENS["boss"], language="ru") as desk:
            self.assertRegex(desk.state("down"), "ETLS .*: TLS с zvond не установлен: проверьте")
        # plain to a TLS port: what comes back is no HTTP, and it says what to write
        self.refused("(wss://|closed|lost)", url(z))

    def test_other_name(self):
        z = self.daemon("named")
        self.refused("ETLS .*certificate is not to be trusted", url(z, "wss"),
                     ca_file=self.made.path("ca.crt"))

    def test_tls_to_a_plain_port(self):
        with Zvond(config()) as z:
            self.refused("ETLS .*a plain port wants ws://", url(z, "wss"), insecure=1)


if __name__ == "__main__":
    unittest.main()
