"""Clients of zvond that do not read, vanish, come too often or all at once: faults 046 to 049.

That a thousand slow and lost clients are told everything once and in order is seen by
test_zvond_ledger.py; here it is what they cost.
"""

import json
import socket
import ssl
import subprocess
import time
import unittest

from zvond_common import Zvond, config, program
from zvond_faults import ANY_CERTIFICATE, KIB, SANITIZED, SLOW, TOKENS, FaultCase, until, ws

from crowd import Client, Crowd
from proxy import FaultProxy

CROWD = 1000
RETURNING = 500
OVER_TLS = 200
EVENTS = 500
MEMORY_OF_SLOW = 128 * KIB * KIB


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ClientCase(FaultCase):
    """With keys that are pressed."""

    def press(self, number, digit="5"):
        for _ in range(number):
            self.phones.tell("DTMFEnd", self.call[0], ("Digit", digit), ("DurationMs", "90"),
                             ("Direction", "Received"))

    def sessions_of(self, user):
        return [one for one in self.z.get("/v1/sessions", token=TOKENS["boss"]).json
                if one["user"] == user]


class Counting(Client):
    """Reads of events only their numbers: there are many."""

    begin = b'{"type":"event","seq":'

    def on_text(self, payload):
        if payload.startswith(self.begin):
            self.seq = int(payload[len(self.begin):payload.index(b",", len(self.begin))])
            self.ledger.append(self.seq)
        else:
            super().on_text(payload)

    def take_truth(self, what, message):
        super().take_truth(what, message)
        self.ledger = [] if what == "snapshot" else ["resync"]


class Slow(ClientCase):
    """Fault 046."""

    listen = "unauthenticated = 2000\n"
    general = "sessions = 5000\n"
    sessions = 5000

    def test_fault_046_half_of_a_thousand_do_not_read(self):
        self.resident += 4 * KIB * EVENTS  # for a minute they are kept for who comes back
        crowd = Crowd(self.z.port)
        self.addCleanup(crowd.close)
        clients = [crowd.add("viewer", TOKENS["viewer"], Counting, slow=n % 2 == 1)
                   for n in range(CROWD)]
        fast, slow = clients[::2], clients[1::2]
        self.assertTrue(crowd.run(lambda: all(c.is_live for c in clients), 60))
        for client in slow:
            client.read_on(False)
        self.peak_begins()
        witness = self.z.websocket("boss")
        witness.start()
        slowest = 0.0
        for _ in range(EVENTS // 10):  # so often that the fast ones keep up
            begin = time.monotonic()
            self.press(10)
            for _ in range(10):
                last = witness.wait("event")["seq"]
            slowest = max(slowest, time.monotonic() - begin)
            self.assertTrue(crowd.run(lambda: all(c.seq >= last for c in fast), 30))
        metrics = self.z.metrics()
        peak = self.z.peak_bytes()
        print("%d of %d did not read: %d MiB at most, %d were closed, others had an event after "
              "%.0f ms at most" % (len(slow), CROWD, peak / KIB / KIB,
                                   metrics["zvond_slow_total"], slowest * 1000))
        if not SANITIZED:
            self.assertLess(peak, MEMORY_OF_SLOW)
        self.assertLess(slowest, 1.0 * SLOW)
        self.assertEqual(metrics["zvond_slow_total"], len(slow))
        self.assertGreaterEqual(metrics["zvond_event_seconds_count"], EVENTS)
        for client in slow:  # they find a close, come back by number and miss nothing
            client.read_on(True)
        self.assertTrue(crowd.run(lambda: all(c.seq >= last for c in clients), 60))
        witness.socket.drop()
        told = fast[0].ledger
        self.assertGreaterEqual(len(told), EVENTS)
        for client in clients:
            self.assertEqual(client.ledger, told)
            self.assertEqual(client.complaints, [])
        self.assertEqual({tuple(c.closes) for c in slow}, {(1013,)})
        self.assertEqual({tuple(c.closes) for c in fast}, {()})
        crowd.close()


class HalfOpen(ClientCase):
    """Fault 047."""

    listen = "ping_ms = 400\npong_ms = 400\nlogin_timeout_ms = 600\n"
    general = ""
    gone = 0.8

    def through(self, proxy, user="viewer"):
        client = ws.connect("ws://127.0.0.1:%d/v1/events" % proxy.port, protocol="zvon.v1",
                            headers={"Authorization": "Bearer " + TOKENS[user]})
        self.opened.append(client.sock)
        return client

    def messages(self, socket, kind, number=1, seconds=5):
        found = []
        end = time.monotonic() + seconds * SLOW
        while len(found) < number:
            message = json.loads(socket.recv(max(0.001, end - time.monotonic())))
            if message["type"] == kind:
                found.append(message)
        return found

    def test_fault_047_gone_in_time_and_back_by_number(self):
        lost = self.z.metrics()["zvond_pings_lost_total"]
        lines = self.z.get("/v1/lines", token=TOKENS["boss"]).json
        with FaultProxy(self.z.port) as proxy:
            old = self.through(proxy)
            old.send_text('{"type":"start"}')
            stream = self.messages(old, "hello")[0]["stream"]
            self.messages(old, "snapshot")
            self.press(1)
            seq = self.messages(old, "event")[0]["seq"]
            proxy.set("blackhole both")
            begin = time.monotonic()
            self.press(5)
            # it is back before the old connection is known to be dead
            new = self.z.websocket("viewer")
            new.say({"type": "resume", "seq": seq, "stream": stream})
            new.wait("resumed")
            self.assertEqual(len(self.sessions_of("viewer")), 2)
            self.assertTrue(until(lambda: self.answering(new) == 1, 5))
            self.assertLess(time.monotonic() - begin, (self.gone + 0.5) * SLOW)
            self.press(3)
            told = [m["seq"] for m in new.seen if m["type"] == "event"]
            while len(told) < 8:
                told.append(new.wait("event")["seq"])
            self.assertEqual(sorted(set(told)), told)
            self.assertGreater(told[0], seq)
            proxy.set("blackhole off")  # the old one hears nothing more of ours
            self.assertLessEqual(len(old.recv_all(0.3)), 5)
        self.assertEqual(self.z.metrics()["zvond_pings_lost_total"], lost + 1)
        self.assertEqual(self.z.get("/v1/lines", token=TOKENS["boss"]).json, lines)
        with self.assertRaises(TimeoutError):
            new.wait("event", 0.1)  # none of them a second time
        new.socket.drop()

    def answering(self, client):
        """Sessions, while this one reads: its pongs go out."""
        try:
            while client.recv(0.05):
                pass
        except TimeoutError:
            pass
        return len(self.sessions_of("viewer"))

    def test_fault_047_a_panel(self):
        with FaultProxy(self.z.port) as proxy:
            panel = ws.connect("ws://127.0.0.1:%d/" % proxy.port, origin="http://" + self.host,
                               headers={"Host": self.host})
            self.opened.append(panel.sock)
            self.assertTrue(until(lambda: self.z.metrics()["zvond_sessions"] == 1, 2))
            proxy.set("blackhole both")
            begin = time.monotonic()
            self.assertTrue(until(lambda: self.z.metrics()["zvond_sessions"] == 0, 5))
            self.assertLess(time.monotonic() - begin, (self.gone + 0.5) * SLOW)

    def test_fault_047_before_it_said_who_it_is(self):
        with FaultProxy(self.z.port) as proxy:
            stranger = ws.connect("ws://127.0.0.1:%d/v1/events" % proxy.port, protocol="zvon.v1",
                                  origin="http://" + self.host, headers={"Host": self.host})
            self.opened.append(stranger.sock)
            self.assertEqual(self.z.metrics()["zvond_websockets"], 1)
            proxy.set("blackhole both")
            self.assertTrue(until(lambda: self.z.metrics()["zvond_websockets"] == 0, 5))

    def test_fault_047_who_answers_stays(self):
        with self.z.websocket("viewer") as client:
            end = time.monotonic() + 1.5
            while time.monotonic() < end:
                try:
                    client.recv(0.1)
                except TimeoutError:
                    pass
            self.assertGreaterEqual(len(client.socket.pings), 3)
            self.assertEqual(len(self.sessions_of("viewer")), 1)

    def test_fault_047_the_defaults(self):
        """20 s and 25 s: gone after 45 s."""
        with Zvond(config()) as z:
            shown = subprocess.run([program(), "--config", str(z.file), "--print-config"],
                                   check=True, stdout=subprocess.PIPE, text=True).stdout
        self.assertRegex(shown, r"(?m)^;?\s*ping_ms = 20000")
        self.assertRegex(shown, r"(?m)^;?\s*pong_ms = 25000")


class Tabs(ClientCase):
    """Fault 048."""

    sessions = 20
    general = ""

    def test_fault_048_twenty_tabs_and_one_more(self):
        with self.witness():
            tabs = [self.z.websocket("viewer") for _ in range(20)]
            for tab in tabs:
                tab.start()
            begun = [tab.seen[-1]["seq"] for tab in tabs]
            with self.z.open(token=TOKENS["viewer"]) as refused:
                end = refused.wait_closed()
            self.assertEqual(end.code, 1008)
            self.assertRegex(end.reason, r"20|sessions")
            stream = self.z.get("/v1/events", token=TOKENS["viewer"],
                                headers={"Accept": "text/event-stream"})
            self.assertEqual((stream.status, stream.error), (429, "limit"))
            self.z.websocket("ivanov").socket.drop()  # nobody else is concerned
        self.press(30)
        self.phones.tell("DTMFEnd", self.call[0], ("Digit", "#"), ("Direction", "Received"))
        ledgers = []
        for tab, begin in zip(tabs, begun):
            tab.wait(lambda m: m.get("digit") == "#")
            seqs = [m["seq"] for m in tab.seen if m["type"] == "event"]
            self.assertEqual(seqs, sorted(set(seqs)))
            ledgers.append([seq for seq in seqs if seq > max(begun)])
            self.assertTrue(all(seq > begin for seq in seqs))
        self.assertGreater(len(ledgers[0]), 30)
        self.assertTrue(all(ledger == ledgers[0] for ledger in ledgers))
        tabs.pop().socket.drop()
        self.assertTrue(until(lambda: len(self.sessions_of("viewer")) == 19, 2))
        tabs.append(self.z.websocket("viewer"))  # its place is free again
        for tab in tabs:
            tab.socket.drop()

    def test_fault_048_the_limit_is_configured(self):
        self.assertTrue(self.z.reload(self.z.text.replace("sessions_of_a_user = 20",
                                                          "sessions_of_a_user = 2")))
        tabs = [self.z.websocket("viewer") for _ in range(2)]
        with self.z.open(token=TOKENS["viewer"]) as refused:
            self.assertEqual(refused.wait_closed().code, 1008)
        for tab in tabs:
            tab.socket.drop()
        self.assertTrue(self.z.reload(self.z.text))


class Coming:
    """One of many that come over TLS in one thread."""

    def __init__(self, port):
        self.begun = socket.create_connection(("127.0.0.1", port))
        self.begun.setblocking(False)
        self.sock = ANY_CERTIFICATE.wrap_socket(self.begun, do_handshake_on_connect=False)
        self.asks = ws.request_head("wss://127.0.0.1:%d/v1/events" % port, "A" * 22 + "==",
                                    protocol="zvon.v1",
                                    headers={"Authorization": "Bearer " + TOKENS["viewer"]})
        self.got = b""

    def step(self):
        """true: its hello is there."""
        try:
            self.sock.do_handshake()
            if self.asks:
                self.sock.sendall(self.asks)
                self.asks = b""
            self.got += self.sock.recv(4096)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            time.sleep(0)
        return b'"type":"hello"' in self.got


class Return(ClientCase):
    """Fault 049."""

    listen = "head_timeout_ms = 60000\n"
    general = "sessions = 5000\n"
    sessions = 5000
    tls = True

    @classmethod
    def text(cls):
        return super().text().replace("127.0.0.1:0\noperations", "127.0.0.1:%d\noperations"
                                      % free_port())

    def setUp(self):
        super().setUp()
        # as many as these have been there once
        self.resident = 1 << 40

    def test_fault_049_five_hundred_return(self):
        crowd = Crowd(self.z.port)
        self.addCleanup(crowd.close)
        clients = [crowd.add("viewer", TOKENS["viewer"], Counting) for _ in range(RETURNING)]
        self.assertTrue(crowd.run(lambda: all(c.is_live for c in clients), 30))
        self.z.restart()
        self.lines = len(self.z.log)
        for client in clients:
            client.is_live, client.tries = False, 0
        self.z.wait_synced()
        with self.witness(0.2):  # who is in has no harm from those who come
            begin = time.monotonic()
            self.assertTrue(crowd.run(lambda: all(c.is_live for c in clients), 10 * SLOW))
            took = time.monotonic() - begin
        tries = max(c.tries for c in clients)
        print("%d were back after %.2f s, with %d tries at most" % (RETURNING, took, tries))
        for client in clients:
            self.assertEqual(client.complaints, [])
            self.assertEqual(client.closes, [1001])
        crowd.close()

    def test_fault_049_over_tls(self):
        with self.witness():
            cpu, begin = self.z.cpu_seconds(), time.monotonic()
            coming = [Coming(self.z.ports["tls"]) for _ in range(OVER_TLS)]
            self.opened += [one.sock for one in coming]
            left, end = coming, begin + 10 * SLOW
            while left and time.monotonic() < end:
                left = [one for one in left if not one.step()]
            cpu = self.z.cpu_seconds() - cpu
            print("%d over TLS were in after %.2f s, %.2f ms CPU each"
                  % (OVER_TLS, time.monotonic() - begin, cpu / OVER_TLS * 1000))
        self.assertEqual(len(left), 0)
        self.assertLess(cpu / OVER_TLS, 0.005 * SLOW)
        self.assertEqual(self.z.metrics()['zvond_tls_failures_total{listen="tls"}'], 0)


if __name__ == "__main__":
    unittest.main()
