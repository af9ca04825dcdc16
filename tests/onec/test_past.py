"""History, Recording and RecordingLink of the class Zvon over zvond: what is asked of its store,
what a script gets of the answer, and what happens when there is none. Events come from a real
zvond, the store's answers from a front that stands before it."""

import datetime
import http.client
import json
import re
import socket
import tempfile
import threading
import time
import unittest
import urllib.request
from pathlib import Path

from host import SLOW, Raised
from test_daemon import OneObject, TOKENS

PAST = re.compile(r"(GET|POST) /v1/(history|calls/|recordings/)")
MEMBERS = ["call", "server", "direction", "from", "to", "did", "queue", "result", "legs", "cause",
           "reason", "started", "answered", "ended", "recordings", "recording_ids"]
ID = "0123456789abcdef0123456789abcdef0123456789ab"
HANG = object()


def told(call, **more):
    """A call as the store tells it."""
    return {"server": "office", "call": call, "direction": "in",
            "from": {"number": "79161234567", "name": None}, "to": {"number": "101"},
            "did": "74950000000", "queue": None, "result": "answered", "legs": [],
            "recordings": [], "started": "2026-11-20T10:00:00.000Z", "answered": None,
            "ended": "2026-11-20T10:01:00.000Z", "wait_ms": 5, "missed": False, **more}


class Front:
    """Before a zvond: it answers what is asked of the history, the rest goes through."""

    def __init__(self, port):
        self.behind, self.asked, self.answers = port, [], []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.url = "ws://127.0.0.1:%d" % self.server.getsockname()[1]
        self.sockets = []
        threading.Thread(target=self.run, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for one in [self.server, *self.sockets]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            one.close()

    def run(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            self.sockets.append(client)
            threading.Thread(target=self.serve, args=[client], daemon=True).start()

    def serve(self, client):
        try:
            while True:
                head = b""
                while b"\r\n\r\n" not in head:
                    data = client.recv(65536)
                    if not data:
                        return
                    head += data
                if head.startswith(b"POST /v1/login"):
                    client.sendall(self.login(client, head))
                    continue
                if not PAST.match(head.decode()):
                    self.pass_on(client, head)
                    return
                self.asked.append(head.decode())
                answer = self.answers.pop(0)
                if answer is HANG:
                    return
                client.sendall(answer)
        except OSError:
            pass

    def login(self, client, request):
        """What zvond answers to it."""
        head, _, body = request.partition(b"\r\n\r\n")
        while len(body) < int(re.search(rb"Content-Length: (\d+)", head)[1]):
            body += client.recv(65536)
        with socket.create_connection(("127.0.0.1", self.behind)) as behind:
            behind.sendall(head + b"\r\n\r\n" + body)
            answer = http.client.HTTPResponse(behind)
            answer.begin()
            body = answer.read()
        return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n" % (answer.status, len(body)) + body

    def pass_on(self, client, head):
        behind = socket.create_connection(("127.0.0.1", self.behind))
        self.sockets.append(behind)
        behind.sendall(head)
        threading.Thread(target=self.copy, args=(behind, client), daemon=True).start()
        self.copy(client, behind)

    def copy(self, source, target):
        try:
            while data := source.recv(65536):
                target.sendall(data)
        except OSError:
            pass

    def will(self, status, value, raw=None):
        """The answer of the next question."""
        body = raw if raw is not None else json.dumps(value).encode()
        self.answers.append(b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\n"
                            b"Content-Length: %d\r\n\r\n" % (status, len(body)) + body)

    def query(self):
        """The last question: method, target."""
        return self.asked[-1].split(" ")[:2]


class Past(OneObject, unittest.TestCase):
    def setUp(self):
        super().setUp()
        self.begin()
        self.front = self.enterContext(Front(self.z.port))
        self.zvon.call("Подключить", self.front.url, "", TOKENS["boss"])

    def history(self, *arguments):
        return json.loads(self.zvon.call("История", *arguments))

    def a_call(self):
        """One that this object sees end; its id."""
        self.phones.hang_up(self.phones.answer(self.phones.dial("101", "102")))
        return self.until("call.ended")["call"]

    def test_calls_of_the_store(self):
        self.front.will(200, {"calls": [
            told("2.2", recordings=[{"id": ID, "file": "/m/a.wav"}]), told("1.1")], "next": None})
        calls = self.history()
        self.assertEqual([c["call"] for c in calls], ["1.1", "2.2"])  # the oldest first
        for call in calls:
            self.assertEqual(list(call)[:len(MEMBERS)], MEMBERS)
            self.assertEqual((call["cause"], call["wait_ms"], call["missed"]), (None, 5, False))
        self.assertEqual((calls[1]["recordings"], calls[1]["recording_ids"]), (["/m/a.wav"], [ID]))
        self.assertEqual(self.front.query(), ["GET", "/v1/history?limit=1000"])
        self.assertIn("Authorization: Bearer %s\r\n" % TOKENS["boss"], self.front.asked[-1])

    def test_question(self):
        self.front.will(200, {"calls": []})
        self.assertEqual(self.history("+7 (916) 'ы&", "2026-11-21T10:30:00", "2026-11-21"), [])
        method, target = self.front.query()
        found = re.fullmatch(r"/v1/history\?limit=1000&number=%2B7%20%28916%29%20%27%D1%8B%26"
                             r"&from=(\d+)&to=(\d+)", target)
        self.assertEqual(int(found[1]) - int(found[2]), 10 * 3600 + 30 * 60 - 1)

    def test_what_ended_a_moment_ago(self):
        """It is in the connection's memory before it is in the store; and once in both."""
        call = self.a_call()
        self.front.will(200, {"calls": [told("1.1")]})
        calls = self.history()
        self.assertEqual([c["call"] for c in calls], ["1.1", call])
        self.assertEqual(list(calls[1]), MEMBERS)
        self.front.will(200, {"calls": [told(call), told("1.1")]})
        self.assertEqual([c["call"] for c in self.history()], ["1.1", call])

    def test_no_history_there(self):
        """zvond without [history], or an older one: what the connection has seen."""
        call = self.a_call()
        self.front.will(404, {"error": {"code": "no_history", "message": "x"}})
        self.assertEqual([c["call"] for c in self.history()], [call])
        self.front.will(404, {"error": {"code": "not_found", "message": "x"}})
        self.assertEqual(self.zvon.call("Запись", call), "[]")

    def test_refusals(self):
        for status, words in ((403, "no right"), (503, "database is locked")):
            self.front.will(status, {"error": {"code": "x", "message": words}})
            with self.assertRaisesRegex(Raised, r"HTTP %d.*%s" % (status, words)):
                self.history()
        self.front.will(200, None, b"{\"calls\":[")
        with self.assertRaisesRegex(Raised, "HTTP 200"):
            self.history()
        self.front.answers.append(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        threading.Timer(0.3, lambda: self.front.sockets[-1].shutdown(socket.SHUT_RDWR)).start()
        with self.assertRaises(Raised):
            self.history()
        self.front.will(200, {"calls": []})
        self.assertEqual(self.history(), [])  # the connection of events was not touched
        self.assertIs(self.zvon.get("Подключено"), True)

    def test_the_token_has_ended(self):
        """It does after hours; the password gives another, and the events go on."""
        self.zvon.call("Отключить")
        self.zvon.call("Подключить", self.front.url, "boss", "demo")
        self.front.will(401, {"error": {"message": "the token has ended"}})
        self.front.will(200, {"calls": [told("1.1")]})
        self.assertEqual([c["call"] for c in self.history()], ["1.1"])
        tokens = [re.search("Bearer (.*)\r", head)[1] for head in self.front.asked]
        self.assertEqual([len(tokens), len(set(tokens))], [2, 2])
        self.a_call()
        for _ in range(2):  # and it is tried once for a question
            self.front.will(401, {"error": {"message": "no"}})
        with self.assertRaisesRegex(Raised, "HTTP 401"):
            self.history()

    def test_a_wrong_token(self):
        self.front.will(401, {"error": {"message": "no such token"}})
        with self.assertRaisesRegex(Raised, "HTTP 401.*no such token"):
            self.history()

    def test_too_much(self):
        self.front.will(200, None, b"[" + b" " * (16 << 20) + b"]")
        with self.assertRaisesRegex(Raised, "16777216"):
            self.history()
        self.front.will(200, {"calls": []})
        self.assertEqual(self.history(), [])

    def test_silence(self):
        """The method ends with its time, and the object goes on; Done takes no time."""
        self.zvon.set("ВремяОтвета", 300)
        for _ in range(5):  # four at once; then it says so
            self.front.answers.append(b"")
            begin = time.monotonic()
            with self.assertRaises(Raised) as raised:
                self.history()
            self.assertLess(time.monotonic() - begin, 1 * SLOW)
        self.assertRegex(raised.exception.text, "слишком много")
        self.a_call()
        self.assertLess(self.zvon.done(), 1000)

    def test_recording(self):
        self.front.will(200, told("1.1", recordings=[{"id": ID, "file": "/m/a b.wav"}]))
        self.assertEqual(self.zvon.call("Запись", "1/1"), "[\"/m/a b.wav\"]")
        self.assertEqual(self.front.query(), ["GET", "/v1/calls/1%2F1"])
        self.front.will(200, told("1.2", recordings=["/m/now.wav"]))  # one that goes on
        self.assertEqual(self.zvon.call("Запись", "1.2"), "[\"/m/now.wav\"]")
        self.front.will(200, {"url": "/v1/recordings/%s?t=1&s=x" % ID})
        self.assertEqual(self.zvon.call("СсылкаНаЗапись", ID),
                         "http://%s/v1/recordings/%s?t=1&s=x" % (self.front.url[5:], ID))
        self.assertEqual(self.front.query(), ["POST", "/v1/recordings/%s/link" % ID])
        self.front.will(200, {"url": "https://other/x"})
        self.assertEqual(self.zvon.call("RecordingLink", ID), "https://other/x")
        self.front.will(404, {"error": {"message": "no such recording"}})
        with self.assertRaisesRegex(Raised, "no such recording"):
            self.zvon.call("СсылкаНаЗапись", "../x")
        self.assertEqual(self.front.query()[1], "/v1/recordings/..%2Fx/link")

    def test_without_zvond(self):
        direct = self.host.new("Zvon")
        direct.call("Подключить", "ami://127.0.0.1:%d" % self.pbx.port, "crm", "secret")
        with self.assertRaisesRegex(Raised, "ссылку на запись даёт zvond"):
            direct.call("СсылкаНаЗапись", ID)
        self.assertEqual(direct.call("История"), "[]")


class OfTheStore(OneObject, unittest.TestCase):
    """A zvond that keeps its history, without a front."""

    def setUp(self):
        super().setUp()
        self.sounds = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.url = self.begin(kept=True, more="[recordings]\nroot = %s\n" % self.sounds)
        self.zvon.call("Подключить", self.url, "", TOKENS["ivanov"])

    def newcomer(self):
        """An object that has seen nothing."""
        other = self.host.new("Zvon")
        other.call("Подключить", self.url, "", TOKENS["ivanov"])
        return other

    def until_known(self, *arguments):
        """What a newcomer is told, as soon as it is something."""
        other, end = self.newcomer(), time.monotonic() + 10 * SLOW
        while time.monotonic() < end:
            calls = json.loads(other.call("История", *arguments))
            if calls:
                return other, calls
            time.sleep(0.05)
        raise AssertionError("the store has no call: %s" % self.z.log[-5:])

    def test_another_object(self):
        """What one has seen, another reads; it is the same, and each call is there once."""
        file = self.sounds / "a.wav"
        file.write_bytes(b"RIFF\x24\x01\0\0WAVEfmt \x10\0\0\0\1\0\1\0\x40\x1f\0\0\x80\x3e\0\0"
                         b"\2\0\x10\0data\0\1\0\0" + bytes(256))
        call = self.phones.answer(self.phones.dial("101", "102"))
        self.phones.tell("VarSet", call[0], ("Variable", "MIXMONITOR_FILENAME"),
                         ("Value", str(file)))
        self.until("recording.started")
        self.phones.hang_up(call)
        seen = self.until("call.ended")
        other, calls = self.until_known("101")
        self.assertEqual([c["call"] for c in calls], [seen["call"]])
        self.assertEqual([c["call"] for c in json.loads(self.zvon.call("История"))],
                         [seen["call"]])
        for key in ("server", "direction", "from", "to", "did", "queue", "result"):
            self.assertEqual(calls[0][key], seen[key], key)
        self.assertEqual([leg["line"] for leg in calls[0]["legs"]], ["101", "102"])
        self.assertEqual(calls[0]["recordings"], [str(file)])
        self.assertEqual(json.loads(other.call("Запись", seen["call"])), [str(file)])
        link = other.call("СсылкаНаЗапись", calls[0]["recording_ids"][0])
        with urllib.request.urlopen(link) as answer:  # no login
            self.assertEqual(answer.read(), file.read_bytes())
        with self.assertRaisesRegex(Raised, "HTTP 404"):
            other.call("СсылкаНаЗапись", ID)

    def test_what_is_not_mine(self):
        """ivanov has line 101: of others he is told nothing."""
        self.phones.hang_up(self.phones.answer(self.phones.dial("201", "202")))
        self.phones.hang_up(self.phones.answer(self.phones.dial("101", "102")))
        _, calls = self.until_known()
        self.assertEqual([c["from"]["number"] for c in calls], ["101"])

    def test_between(self):
        self.phones.hang_up(self.phones.answer(self.phones.dial("101", "102")))
        other, _ = self.until_known("", datetime.datetime.now() - datetime.timedelta(days=1))
        for arguments in (("", datetime.datetime(2030, 1, 1)),
                          ("", None, datetime.datetime(2001, 1, 1)), ("79161234567",)):
            self.assertEqual(other.call("История", *arguments), "[]")


if __name__ == "__main__":
    unittest.main()
