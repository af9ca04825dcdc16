"""What pages and programs of others try on the real daemon; faults 062 to 065, 079 to 081.
Generated over the table of routes, so that a new route is attacked, too."""

import json
import os
import re
import resource
import signal
import socket
import tempfile
import time
import unittest

from zvond_common import ROOT, SLOW, TOKENS, Zvond, config, ws
from pbx import Account, Pbx

UPGRADE = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
           "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")


def routes():
    """(method, path) of each row of routes.c."""
    text = (ROOT / "src/zvond/routes.c").read_text(encoding="utf-8")
    table = text[text.index("const struct zv_route zv_routes"):text.index("zv_n_routes =")]
    return re.findall(r'\{ "([A-Z]+)", "([^"]+)"', table)


class Answer:
    """Of raw bytes: status, lines of the head, body."""

    def __init__(self, data):
        head, _, self.body = data.partition(b"\r\n\r\n")
        self.lines = head.split(b"\r\n")
        self.status = int(self.lines[0].split()[1]) if data else 0
        self.fields = {line.partition(b":")[0].decode().lower():
                       line.partition(b":")[2].strip().decode() for line in self.lines[1:]}


class WithDaemon(unittest.TestCase):
    general = "log = warn"
    listen = "head_timeout_ms = 2000\nkeep_alive_ms = 50"

    @classmethod
    def setUpClass(cls):
        text = config(general=cls.general, listen=cls.listen)
        cls.z = Zvond(text.replace("log = debug\n", ""))
        cls.z.start()
        cls.addClassCleanup(cls.z.clean)
        cls.addClassCleanup(cls.z.kill)
        cls.z.wait_synced()
        cls.host = "127.0.0.1:%d" % cls.z.port
        cls.own = "http://" + cls.host

    def raw(self, data, timeout=5):
        """All that comes for these bytes."""
        with socket.create_connection(("127.0.0.1", self.z.port), timeout * SLOW) as sock:
            got = b""
            try:
                sock.sendall(data)
                while True:
                    more = sock.recv(65536)
                    if not more:
                        break
                    got += more
            except (TimeoutError, ConnectionError):
                pass
        return got

    def send(self, line, *fields, host=None, body=b""):
        """One request that wants no other after it."""
        lines = [line] + (["Host: " + (host or self.host)] if host != "" else [])
        lines += [*fields, "Connection: close"] if not any(
            f.startswith("Connection") for f in fields) else list(fields)
        head = "\r\n".join(lines) + "\r\n\r\n"
        return Answer(self.raw(head.encode("utf-8", "surrogateescape") + body))

    def check_alive(self):
        self.assertEqual(self.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)


# ---- whose page is it, and whose name ----------------------------------------------------------


class Origins(WithDaemon):
    """No list of origins: the own page, and no other."""

    def foreign(self):
        port = self.z.port
        return ("null", "https://crm.example", "http://127.0.0.1.evil:%d" % port,
                "http://localhost.evil:%d" % port, "http://evil127.0.0.1:%d" % port,
                "https://127.0.0.1:%d" % port, "http://127.0.0.1:%d" % (port + 1),
                "http://127.0.0.1", "http://127.0.0.1:%d/" % port, "http://127.0.0.1:%d " % port
                + "x", "http://user@127.0.0.1:%d" % port, "http://127.0.0.1:0%d" % port,
                "file://", "chrome-extension://aaaa", "http://localhost:%d" % port,
                "http://127.0.0.1:%d, http://127.0.0.1:%d" % (port, port), "*", "",
                "http://[::1]:%d" % port, "http://0x7f000001:%d" % port,
                "http://\u043b\u043e\u043a\u0430\u043b:%d" % port)

    def test_fault_062_every_route_and_every_upgrade(self):
        token = "Authorization: Bearer " + TOKENS["boss"]
        rows = [("%s %s HTTP/1.1" % route, ()) for route in routes()]
        rows += [("GET /v1/events HTTP/1.1", UPGRADE + ("Sec-WebSocket-Protocol: zvon.v1",)),
                 ("GET / HTTP/1.1", UPGRADE), ("GET /?token=x HTTP/1.1", UPGRADE),
                 ("OPTIONS /v1/me HTTP/1.1", ("Access-Control-Request-Method: GET",)),
                 ("GET / HTTP/1.1", ())]
        for number, (line, fields) in enumerate(rows):
            for origin in self.foreign():
                if origin != "null" and fields == () and number % 4:
                    continue  # each route with one, some with all
                with self.subTest(line=line, origin=origin):
                    answer = self.send(line, "Origin: " + origin, token, *fields)
                    self.assertEqual(answer.status, 403, answer.lines)
                    self.assertNotIn("access-control-allow-origin", answer.fields)
            twice = self.send(line, "Origin: " + self.own, "Origin: https://crm.example", token,
                              *fields)
            self.assertIn(twice.status, (400, 403), line)
        self.assertEqual(self.send("GET /v1/me HTTP/1.1", "Origin: " + self.own, token).status, 200)
        self.assertIn("origin", "\n".join(self.z.log))

    def test_fault_062_missing(self):
        """A browser always says it: who does not must say who he is."""
        for path, fields in (("/v1/events", ("Sec-WebSocket-Protocol: zvon.v1",)), ("/", ())):
            answer = self.send("GET %s HTTP/1.1" % path, *UPGRADE, *fields)
            self.assertEqual(answer.status, 403)

    def test_fault_063_other_names(self):
        """A name that somebody else points at us: no route, no upgrade, in no spelling."""
        token = "Authorization: Bearer " + TOKENS["boss"]
        names = ("evil.example", "evil.example:%d" % self.z.port, "127.0.0.1.evil.example",
                 "localhost.evil.example", "xlocalhost", "127.0.0.1:%d.evil" % self.z.port,
                 "evil.example#@127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433")
        rows = [("%s %s HTTP/1.1" % route, ()) for route in routes()] + [
            ("GET /v1/events HTTP/1.1", UPGRADE), ("GET / HTTP/1.1", UPGRADE),
            ("GET / HTTP/1.1", ())]
        for line, fields in rows:
            for name in names if fields else names[:2]:
                with self.subTest(line=line, name=name):
                    # its page has an origin of the same name, of course
                    answer = self.send(line, "Origin: http://" + name, token, *fields, host=name)
                    self.assertIn(answer.status, (400, 421), answer.lines)
        for line, host in (("GET http://evil.example/v1/me HTTP/1.1", None),
                           ("GET /v1/me HTTP/1.1", "")):
            self.assertIn(self.send(line, token, host=host).status, (400, 421))
        both = self.send("GET /v1/me HTTP/1.1", "Host: evil.example", token)
        self.assertEqual(both.status, 400)


# ---- what comes back ---------------------------------------------------------------------------


class Echoes(WithDaemon):
    SPLITS = ("%0d%0aX-Injected:%20yes", "%0aX-Injected:%20yes", "%0dX-Injected:%20yes",
              "%E5%98%8A%E5%98%8DX-Injected:%20yes", "\u010d\u010aX-Injected:yes", "%00",
              "%0d%0a%0d%0a<script>alert(1)</script>")
    HTML = "<script>alert(1)</script>"

    def check_answer(self, answer, where):
        self.assertNotEqual(answer.status, 0, where)
        self.assertNotIn("x-injected", answer.fields, where)
        for line in answer.lines:
            self.assertNotIn(b"\r", line, where)
            self.assertNotIn(b"\n", line, where)
            self.assertNotRegex(line, rb"(?i)script|[\x00-\x08\x0b-\x1f\x7f-\xff]", where)
        self.assertRegex(answer.fields.get("content-type", "application/json"),
                         r"^(application/json|text/plain|text/event-stream)", where)
        if answer.body:
            self.assertEqual(answer.fields["x-content-type-options"], "nosniff", where)
            self.assertIn("default-src 'none'", answer.fields["content-security-policy"], where)

    def test_fault_064_065_generated_over_all_routes(self):
        token = "Authorization: Bearer " + TOKENS["boss"]
        asked = 0
        for method, path in routes():
            if path == "/v1/logout":
                continue
            for payload in self.SPLITS + ("%3Cscript%3Ealert(1)%3C/script%3E", self.HTML, "'\"><b"):
                for target in (path.replace("{id}", payload).replace("{name}", payload)
                               if "{" in path else path + "/" + payload,
                               path.replace("{id}", "1").replace("{name}", "x")
                               + "?after=" + payload + "&stream=" + payload + "&wait=0"):
                    answer = self.send("%s %s HTTP/1.1" % (method, target), token,
                                       "Content-Length: 0" if method == "POST" else "X-A: b")
                    self.check_answer(answer, (method, target))
                    asked += 1
            for field in ("Accept", "Accept-Language", "User-Agent", "Referer", "Last-Event-ID",
                          "If-None-Match", "Content-Type", "Authorization", "Cookie",
                          "Access-Control-Request-Headers", "X-Forwarded-Host"):
                answer = self.send("%s %s HTTP/1.1" % (method, path.replace("{", "").replace(
                    "}", "")), "%s: %s" % (field, self.HTML), "Content-Length: 0")
                self.check_answer(answer, (path, field))
                asked += 1
        for method in ("<script>", "GET<script>", "X" * 300, "get"):
            answer = self.send("%s /v1/me HTTP/1.1" % method, token)
            self.assertIn(answer.status, (400, 405, 501))
            self.check_answer(answer, method)
        print("%d requests, nothing of them came back" % asked)
        self.check_alive()

    def test_fault_065_names_of_others_in_metrics_and_json(self):
        """A user name, a line, a queue with HTML in it: as data only."""
        self.z.post("/v1/login", {"user": self.HTML, "password": "x"})
        text = self.z.get("/metrics").body.decode()
        self.assertNotIn("<script>", text)
        answer = self.z.post("/v1/commands/" + "call.make", {"to": self.HTML},
                             token=TOKENS["ivanov"])
        self.assertEqual(answer.status, 400)
        json.loads(answer.body)


# ---- refusals, each field absent ------------------------------------------------------------------


class Refusals(WithDaemon):
    listen = WithDaemon.listen + "\naddresses = 127.0.0.9/32\npanel_role = agent"

    def requests(self):
        """(what, head lines, body): each is refused somewhere."""
        token = "Authorization: Bearer wrong"
        body = b'{"user":"x","password":"y"}'
        yield from (("no route", ["GET /nosuch HTTP/1.1", "Host: h", token], b""),
                    ("no token", ["GET /v1/me HTTP/1.1", "Host: h"], b""),
                    ("wrong token", ["GET /v1/me HTTP/1.1", "Host: h", token], b""),
                    ("basic", ["GET /v1/me HTTP/1.1", "Host: h",
                               "Authorization: Basic eDp5"], b""),
                    ("login", ["POST /v1/login HTTP/1.1", "Host: h",
                               "Content-Length: %d" % len(body)], body),
                    ("command", ["POST /v1/commands/call.make HTTP/1.1", "Host: h", token,
                                 "Content-Length: 2"], b"{}"),
                    ("upgrade", ["GET /v1/events HTTP/1.1", "Host: h", token, *UPGRADE,
                                 "Origin: https://crm.example",
                                 "Sec-WebSocket-Protocol: zvon.v1"], b""),
                    ("panel", ["GET /?token=x HTTP/1.1", "Host: h", *UPGRADE,
                               "Origin: https://crm.example"], b""),
                    ("preflight", ["OPTIONS /v1/me HTTP/1.1", "Host: h",
                                   "Origin: https://crm.example",
                                   "Access-Control-Request-Method: GET"], b""))

    def variants(self, lines):
        """Each field left out, empty, without its name, twice; HTTP/1.0 with nothing."""
        yield lines
        for at in range(1, len(lines)):
            name = lines[at].partition(":")[0]
            for other in (None, name + ":", name + ": ", name, ":" + name, lines[at] * 2, " "):
                yield lines[:at] + ([other] if other is not None else []) + lines[at + 1:]
            yield lines[:at] + [lines[at]] * 2 + lines[at + 1:]
        yield [lines[0].replace("1.1", "1.0")]
        yield [lines[0].rpartition(" ")[0]]
        yield []

    def test_fault_079_each_field_absent(self):
        tried = 0
        for what, lines, body in self.requests():
            lines = [line if line != "Host: h" else "Host: " + self.host for line in lines]
            for variant in self.variants(lines):
                data = ("\r\n".join(variant) + "\r\n\r\n").encode() + body
                with socket.create_connection(("127.0.0.1", self.z.port), 5 * SLOW) as sock:
                    sock.sendall(data)
                    if tried % 3 == 0:  # gone before it is told so
                        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0" + bytes(4))
                    elif tried % 3 == 1:
                        sock.shutdown(socket.SHUT_WR)
                        try:
                            sock.recv(4096)
                        except OSError:
                            pass
                tried += 1
            self.assertIsNone(self.z.process.poll(), what)
        self.check_alive()
        print("%d refusals" % tried)

    def test_fault_079_websocket_refusals(self):
        messages = ('{"type":"login"}', '{"type":"login","user":"x"}',
                    '{"type":"login","password":"x"}', '{"type":"login","token":""}',
                    '{"type":"login","user":"","password":""}', '{"type":null}', '{}', 'null', '',
                    '{"type":"command"}', '{"type":"login","user":null,"password":null}')
        for number, message in enumerate(messages):
            client = self.z.open(origin=self.own)
            client.send_text(message)
            if number % 2:
                client.drop()
                continue
            self.assertEqual(client.wait_closed().code, 1008, message)
        with self.z.websocket("ivanov") as client:
            for message in ({}, {"type": "command"}, {"type": "command", "id": "1"},
                            {"type": "command", "name": "call.make"},
                            {"type": "command", "id": None, "name": None, "args": None},
                            {"type": "command", "id": "", "name": "", "args": []},
                            {"type": "resume"}, {"type": "resume", "seq": None},
                            {"type": "watch"}, {"type": "unwatch"}, {"type": "start", "calls": 1},
                            {"type": "nosuch"}, {"type": ""}, {"type": 5}, {"id": "1"}):
                client.say(message)
            client.say({"type": "ping", "id": "end"})
            client.wait("pong")
        self.check_alive()


# ---- filters of clients ----------------------------------------------------------------------------


class Filters(unittest.TestCase):
    def test_fault_080_evil_patterns(self):
        with Pbx(accounts={"crm": Account("secret")}) as pbx, Zvond(config(pbx=pbx)) as z:
            z.wait_synced()
            with z.websocket("boss") as boss:
                for n, pattern in enumerate(("(a+)+$", "(a|a)*b", "((a*)*)*c", "(a?){50}a{50}",
                                             "^(([a-z])+.)+[A-Z]([a-z])+$")):
                    boss.say({"type": "watch", "id": "w%d" % n, "regex": pattern})
                for bad in ("(" * 500, "a" * 5000, "[", "(?P<x", "a{1,99999}", "\\", "*"):
                    boss.say({"type": "watch", "id": "bad", "regex": bad})
                    self.assertTrue(boss.wait("error")["message"], bad[:20])
                for n in range(100):  # more than a session may have
                    boss.say({"type": "watch", "id": "n%d" % n, "contains": "not there"})
                boss.wait("error")
                before = z.cpu_seconds()
                slowest = 0.0
                for n in range(150):
                    pbx.event("UserEvent", ("UserEvent", "Evil"), ("Text", "a" * 900 + "!"),
                              classes="user")
                    if n % 10 == 0:
                        begin = time.monotonic()
                        self.assertEqual(z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)
                        slowest = max(slowest, time.monotonic() - begin)
                cpu = z.cpu_seconds() - before
                off = boss.wait(lambda m: m["type"] == "error" and m["code"] == "watch_off", 10)
                self.assertIn(off["watch"], ["w%d" % n for n in range(5)])
                print("150 evil packets, 5 evil patterns: %.2f s CPU, an answer took %.0f ms at most"
                      % (cpu, slowest * 1000))
                self.assertLess(slowest, 0.5 * SLOW)
                self.assertLess(cpu, 1.0 * SLOW)


# ---- secrets ---------------------------------------------------------------------------------------


class Dumps(unittest.TestCase):
    def test_fault_081_a_crash_leaves_nothing(self):
        """No core of it, however large one may be, and nobody else may look into its memory."""
        def allow_cores():
            hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
            resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        with tempfile.NamedTemporaryFile() as seen, Zvond(
                config(), preexec=allow_cores, wrapper=["strace", "-D", "-f", "-qq", "-e",
                                                        "trace=prctl", "-o", seen.name]) as z:
            z.wait_synced()
            z.post("/v1/login", {"user": "ivanov", "password": "demo"})
            # on many machines the kernel would give its core to a program: it must not
            self.assertIn(b"prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE", seen.read())
            z.process.send_signal(signal.SIGABRT)
            _, status = os.waitpid(z.pid, 0)
            z.process.returncode = -signal.SIGABRT
            self.assertEqual(os.WTERMSIG(status), signal.SIGABRT)
            self.assertFalse(os.WCOREDUMP(status), "with up to %d bytes" % hard)


if __name__ == "__main__":
    unittest.main()
