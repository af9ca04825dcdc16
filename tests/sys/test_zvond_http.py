"""The HTTP API of zvond: its table of routes against the document and what is answered;
faults 050, 051, 054, 057, 059, 060, 062 to 065; more of them in test_zvond_faults_http.py and
test_zvond_faults_requests.py."""

import json
import re
import socket
import time
import unittest

from zvond_common import ROOT, SLOW, TOKENS, Zvond, config, ws


def raw(port, data, timeout=5.0, half_close=False):
    """What comes back for these bytes, until the end or silence."""
    with socket.create_connection(("127.0.0.1", port), timeout * SLOW) as sock:
        sock.sendall(data)
        if half_close:
            sock.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while True:
                more = sock.recv(65536)
                if not more:
                    break
                got += more
        except (TimeoutError, ConnectionError):
            pass
        return got


def statuses(answer):
    return [int(n) for n in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]


class WithDaemon(unittest.TestCase):
    text = config()

    @classmethod
    def setUpClass(cls):
        cls.z = Zvond(cls.text)
        cls.z.start()
        cls.addClassCleanup(cls.z.clean)
        cls.addClassCleanup(cls.z.kill)
        cls.z.wait_synced()
        cls.host = "127.0.0.1:%d" % cls.z.port

    def head(self, line, *fields):
        return ("%s\r\nHost: %s\r\n%s\r\n" % (line, self.host, "".join(
            f + "\r\n" for f in fields))).encode()


# ---- the contract ----------------------------------------------------------------------


def routes_of_table():
    """(method, path) of each row of routes.c."""
    text = (ROOT / "src/zvond/routes.c").read_text(encoding="utf-8")
    table = text[text.index("const struct zv_route zv_routes"):text.index("zv_n_routes =")]
    return set(re.findall(r'\{ "([A-Z]+)", "([^"]+)"', table))


def routes_of_page():
    """(method, path) of docs/protocol/http.md, ID and NAME as in the document."""
    text = (ROOT / "docs/protocol/http.md").read_text(encoding="utf-8")
    text = text[text.index("\n## Routes\n"):text.index("\n### ")]
    found = set()
    for line in text.splitlines():
        if line.startswith("| `") or line.startswith("| GET") or "`GET " in line:
            cell, method = line.split("|")[1], "GET"
            for word in re.findall(r"`([^`]+)`", cell):
                verb, _, path = word.rpartition(" ")
                method = verb or method
                path = path.replace("/ID", "/{id}").replace("/NAME", "/{name}")
                found.add((method, path))
    return found


class Contract(WithDaemon):
    # what this daemon has none of: neither that call nor a history
    ABSENT = {"/v1/calls/{id}", "/v1/history", "/v1/history/statistics", "/v1/recordings/{id}",
              "/v1/recordings/{id}/peaks"}

    def setUp(self):
        self.document = self.z.get("/v1/openapi.json").json

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield method.upper(), path, operation

    def test_table_document_and_page_agree(self):
        told = {(method, path) for method, path, _ in self.operations()}
        self.assertEqual(told, routes_of_table())
        self.assertEqual(routes_of_page() - {("GET", "/")}, told)

    def test_schemas_are_there(self):
        schemas = self.document["components"]["schemas"]
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(self.document)):
            self.assertIn(name, schemas)

    def ask(self, method, path, **how):
        path = path.replace("{id}", "nosuch").replace("{name}", "nosuch")
        return self.z.ask(method, path, **how)

    def test_without_login(self):
        for method, path, operation in self.operations():
            open_to_all = not operation["security"] or {} in operation["security"]
            with self.subTest(path=path):
                status = self.ask(method, path).status
                self.assertEqual(status == 401, not open_to_all, status)

    def test_with_login_each_answers_what_it_says(self):
        for method, path, operation in self.operations():
            if method != "GET":
                continue
            with self.subTest(path=path):
                answer = self.ask(method, path, token=TOKENS["boss"])
                content = operation["responses"]["200"]["content"]
                media, inside = next(iter(content.items()))
                if answer.status != 200:
                    self.assertIn(path, self.ABSENT)
                    self.assertEqual(answer.status, 404)
                    continue
                self.assertTrue(answer.headers["content-type"].startswith(media), answer.headers)
                if "schema" in inside:
                    kind = list if inside["schema"].get("type") == "array" else dict
                    self.assertIsInstance(answer.json, kind)

    def test_rights(self):
        for method, path, operation in self.operations():
            if operation.get("x-right") == "admin" and path.startswith("/v1/"):
                with self.subTest(path=path):
                    answer = self.ask(method, path, token=TOKENS["ivanov"])
                    self.assertEqual((answer.status, answer.error), (403, "denied"))

    def test_commands_of_the_document_are_those_of_the_boss(self):
        told = {c["name"] for c in self.document["x-commands"]}
        his = {c["name"] for c in self.z.get("/v1/commands", token=TOKENS["boss"]).json}
        self.assertEqual(told, his)
        hers = {c["name"] for c in self.z.get("/v1/commands", token=TOKENS["viewer"]).json}
        self.assertEqual(hers, {c["name"] for c in self.document["x-commands"]
                                if c["right"] == "view"})

    def test_other_methods(self):
        answer = self.z.ask("DELETE", "/v1/me", token=TOKENS["ivanov"])
        self.assertEqual((answer.status, answer.headers["allow"]), (405, "GET, HEAD"))
        answer = self.z.ask("HEAD", "/v1/me", token=TOKENS["ivanov"])
        self.assertEqual((answer.status, answer.body), (200, b""))
        self.assertGreater(int(answer.headers["content-length"]), 10)


class Work(WithDaemon):
    def test_login_and_logout(self):
        token = self.z.post("/v1/login", {"user": "ivanov", "password": "demo"}).json["token"]
        self.assertEqual(self.z.get("/v1/me", token=token).json["user"], "ivanov")
        self.assertEqual(self.z.post("/v1/logout", token=token).status, 200)
        self.assertEqual(self.z.get("/v1/me", token=token).status, 401)

    def test_basic(self):
        import base64
        pair = base64.b64encode(b"ivanov:demo").decode()
        answer = self.z.get("/v1/me", headers={"Authorization": "Basic " + pair})
        self.assertEqual((answer.status, answer.json["user"]), (200, "ivanov"))
        wrong = base64.b64encode(b"ivanov:wrong").decode()
        answer = self.z.get("/v1/me", headers={"Authorization": "Basic " + wrong})
        self.assertEqual((answer.status, answer.error), (401, "unauthorized"))

    def test_command(self):
        answer = self.z.command("call.make", {"to": "205", "line": "202"}, user="boss")
        self.assertEqual((answer.status, answer.json["ok"]), (200, True), answer.body)
        answer = self.z.command("call.make", {"to": "0044123"}, user="ivanov")
        self.assertEqual((answer.status, answer.error), (403, "denied"))
        answer = self.z.command("nosuch")
        self.assertEqual((answer.status, answer.error), (404, "unknown_command"))
        answer = self.z.post("/v1/commands/call.make", "{", token=TOKENS["ivanov"])
        self.assertEqual((answer.status, answer.error), (400, "bad_argument"))

    def test_long_poll(self):
        state = self.z.get("/v1/state", token=TOKENS["boss"]).json
        seq = state["seq"]
        begin = time.monotonic()
        answer = self.z.get("/v1/events?after=%d&wait=1&stream=%s" % (seq, state["stream"]),
                            token=TOKENS["boss"]).json
        if not answer["events"]:  # nothing happened: it waited
            self.assertGreater(time.monotonic() - begin, 0.9)
        connection = self.z.connection()
        connection.request("GET", "/v1/events?after=%d&wait=20" % answer["seq"],
                           headers={"Authorization": "Bearer " + TOKENS["boss"]})
        begin = time.monotonic()
        self.z.command("call.make", {"to": "204", "line": "203"}, user="boss")
        got = json.loads(connection.getresponse().read())
        self.assertLess(time.monotonic() - begin, 15 * SLOW)
        self.assertTrue(got["events"])
        self.assertGreater(got["seq"], answer["seq"])
        connection.close()
        resync = self.z.get("/v1/events", token=TOKENS["boss"]).json["resync"]
        self.assertEqual(resync["stream"], state["stream"])
        self.assertIn("resync", self.z.get("/v1/events?after=0&stream=other",
                                           token=TOKENS["boss"]).json)
        for bad in ("after=x", "after=-1", "after=1&wait=61", "after=1&wait=%ff"):
            self.assertEqual(self.z.get("/v1/events?" + bad, token=TOKENS["boss"]).status, 400)

    def read_stream(self, headers=None, until="\n\n", seconds=10):
        fields = {"Accept": "text/event-stream", "Authorization": "Bearer " + TOKENS["boss"]}
        connection = self.z.connection(seconds)
        connection.request("GET", "/v1/events", headers={**fields, **(headers or {})})
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        self.assertEqual(response.getheader("content-type"), "text/event-stream")
        return connection, response

    def test_server_sent_events(self):
        connection, response = self.read_stream()
        lines, last = [], None
        while "event: snapshot\n" not in lines:
            lines.append(response.readline().decode())
        self.z.command("call.make", {"to": "206", "line": "207"}, user="boss")
        while last is None:
            line = response.readline().decode()
            if line.startswith("id: "):
                last = line[4:].strip()
        data = response.readline().decode()
        connection.close()
        event = json.loads(data[len("data: "):])
        self.assertEqual(event["type"], "event")
        self.assertEqual(int(last.partition("@")[0]), event["seq"])
        connection, response = self.read_stream({"Last-Event-ID": last})
        lines = []
        while not any(line.startswith("id: ") for line in lines):
            lines.append(response.readline().decode())
        again = int(lines[-1][4:].partition("@")[0])
        self.assertGreater(again, event["seq"])
        self.assertIn("event: resumed\n", lines)
        connection.close()


# ---- HTTP faults --------------------------------------------------------------------------


class Http(WithDaemon):
    text = config(listen="head_timeout_ms = 1000\nkeep_alive_ms = 1500\nbody_grace_ms = 500\n"
                         "unauthenticated = 30")

    def test_fault_050_slow_head_idle_and_body(self):
        begin = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.z.port)) as sock:
            sock.sendall(b"GET / HT")
            sock.settimeout(0.2)
            got = b""
            while time.monotonic() - begin < 8 * SLOW:
                try:
                    more = sock.recv(4096)
                    got += more
                    if not more:
                        break
                except TimeoutError:
                    try:
                        sock.sendall(b"T")  # a byte now and then does not help
                    except OSError:
                        break
                except ConnectionError:
                    break
        took = time.monotonic() - begin
        self.assertLess(took, 3 * SLOW)
        self.assertEqual(statuses(got)[:1] or [408], [408])

    def test_fault_050_head_finished_body_never(self):
        begin = time.monotonic()
        got = raw(self.z.port, self.head("POST /v1/login HTTP/1.1", "Content-Length: 20000") +
                  b"{", 12)
        self.assertEqual(statuses(got), [408])
        self.assertLess(time.monotonic() - begin, 8 * SLOW)

    def test_fault_051_pipelined(self):
        for count in (2, 3, 64):
            one = self.head("GET /v1/me HTTP/1.1", "Authorization: Bearer " + TOKENS["ivanov"])
            two = self.head("POST /v1/commands/nosuch HTTP/1.1", "Content-Length: 2",
                            "Authorization: Bearer " + TOKENS["ivanov"]) + b"{}"
            got = raw(self.z.port, (one + two) * (count // 2) +
                      self.head("GET /v1/nosuch HTTP/1.1", "Connection: close"))
            self.assertEqual(statuses(got), [200, 404] * (count // 2) + [404])
        cpu = self.z.cpu_seconds()
        time.sleep(0.5)
        self.assertLess(self.z.cpu_seconds() - cpu, 0.1 * SLOW)

    def test_fault_051_pipelined_behind_a_login(self):
        body = b'{"user":"ivanov","password":"demo"}'
        login = self.head("POST /v1/login HTTP/1.1", "Content-Length: %d" % len(body)) + body
        me = self.head("GET /v1/me HTTP/1.1", "Authorization: Bearer " + TOKENS["ivanov"])
        got = raw(self.z.port, login + me + login + self.head("GET /x HTTP/1.1",
                                                              "Connection: close"))
        self.assertEqual(statuses(got), [200, 200, 200, 404])

    def test_fault_054_leaves_in_the_middle(self):
        before = self.z.descriptors()
        body = b'{"user":"ivanov","password":"demo"}'
        for data in (self.head("POST /v1/login HTTP/1.1", "Content-Length: 500") + b"{",
                     self.head("POST /v1/login HTTP/1.1", "Content-Length: %d" % len(body)) + body,
                     self.head("GET /v1/events?after=1&wait=30 HTTP/1.1",
                               "Authorization: Bearer " + TOKENS["ivanov"])):
            for _ in range(10):
                sock = socket.create_connection(("127.0.0.1", self.z.port))
                sock.sendall(data)
                sock.close()
        time.sleep(2.5 * SLOW)  # of logins that are on their way
        self.assertLessEqual(self.z.descriptors(), before + 1)
        self.assertEqual(self.z.get("/v1/me", token=TOKENS["ivanov"]).status, 200)

    def test_fault_057_unauthenticated(self):
        with self.z.websocket("ivanov") as client:
            held = [socket.create_connection(("127.0.0.1", self.z.port)) for _ in range(60)]
            time.sleep(0.2 * SLOW)
            gone = 0
            for one in held:
                one.setblocking(False)
                try:
                    gone += one.recv(1) == b""
                except BlockingIOError:
                    pass
                except ConnectionError:
                    gone += 1
            self.assertGreaterEqual(gone, 29)
            client.say({"type": "ping", "id": "1"})
            client.wait("pong")
            for one in held:
                one.close()

    def test_fault_059_other_protocols(self):
        for data, wanted in ((b"TRACE / HTTP/1.1\r\nHost: x\r\n\r\n", (405, 421, 501)),
                             (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", (400, 405, 421, 501)),
                             (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505, 501)),
                             (b"GET /\r\n\r\n", (400, 505)),
                             (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), (400, 501)),
                             (b"Action: Login\r\nUsername: a\r\n\r\n", (400, 501))):
            with self.subTest(data=data[:20]):
                begin = time.monotonic()
                got = raw(self.z.port, data, 3)
                self.assertIn((statuses(got) or [0])[0], wanted, got[:200])
                self.assertLess(time.monotonic() - begin, 2 * SLOW)

    def test_fault_060_json(self):
        table = (b"[" * 30000 + b"]" * 30000, b'{"user":"a","user":"b","password":"c"}',
                 b'{"user":"a\\u0000","password":"c"}', b'{"user":"\xff","password":"c"}',
                 b'{"user":"a","password":1e400}', b'{"user":"a"} x', b"", b"{",
                 b'"text"', b'[1]', b'{"user":1,"password":"x"}')
        for body in table:
            with self.subTest(body=body[:30]):
                answer = self.z.post("/v1/login", body)
                self.assertEqual((answer.status, answer.error), (400, "bad_argument"))
        self.assertEqual(self.z.post("/v1/login", b"x" * 100000).status, 413)


# ---- pages of others ----------------------------------------------------------------------


class Origins(WithDaemon):
    text = config(listen="origins = https://crm.example, https://other.example:8443\n"
                         "hosts = pbx.example\naddresses = 127.0.0.0/8\npanel_role = agent")

    def test_fault_062_cross_site(self):
        own = "http://" + self.host
        good = (own, "https://crm.example", "https://other.example:8443")
        bad = ("null", "https://crm.example.evil", "https://evil-crm.example",
               "http://crm.example", "https://crm.example:444", "https://other.example",
               "https://" + self.host, "http://127.0.0.1", "https://CRM.example/", "",
               "https://crm.example, https://crm.example")
        for path, protocol in (("/v1/events", "zvon.v1"), ("/", None)):
            for origin in good:
                with self.subTest(origin=origin, path=path):
                    self.z.open(path, protocol=protocol, origin=origin).drop()
            for origin in bad + (None,):
                with self.subTest(origin=origin, path=path):
                    headers = {} if origin is None else {"Origin": origin}
                    with self.assertRaises(ws.Refused) as refused:
                        self.z.open(path, protocol=protocol, headers=headers)
                    self.assertEqual(refused.exception.status, 403)
        for origin in bad:
            if origin:
                answer = self.z.post("/v1/login", {"user": "ivanov", "password": "demo"},
                                     headers={"Origin": origin})
                self.assertEqual(answer.status, 403, origin)
                self.assertNotIn("access-control-allow-origin", answer.headers)
        answer = self.z.get("/v1/me", token=TOKENS["ivanov"],
                            headers={"Origin": "https://crm.example"})
        self.assertEqual(answer.headers["access-control-allow-origin"], "https://crm.example")

    def test_a_program_with_a_token_needs_no_origin(self):
        self.z.websocket("ivanov").socket.drop()

    def test_fault_063_rebinding(self):
        for host in ("evil.example", "pbx.example.evil", "localhost.evil", "127.0.0.1.evil",
                     "evil.example:%d" % self.z.port):
            with self.subTest(host=host):
                answer = self.z.get("/v1/openapi.json", headers={"Host": host})
                self.assertEqual((answer.status, answer.error), (421, "wrong_host"))
        for host in ("localhost:%d" % self.z.port, "pbx.example", "PBX.example", "[::1]:80"):
            with self.subTest(host=host):
                self.assertEqual(self.z.get("/v1/openapi.json",
                                            headers={"Host": host}).status, 200)

    def test_fault_064_065_nothing_of_the_request_comes_back_as_html(self):
        mark = "<script>alert(1)</script>"
        encoded = "%3Cscript%3Ealert(1)%3C/script%3E"
        splits = ("%0d%0aX-Injected:%20yes", "%0aX-Injected:%20yes", "%E5%98%8A%E5%98%8DX")
        for path in ("/" + encoded, "/v1/calls/" + encoded, "/v1/" + encoded + "?a=" + encoded,
                     "/v1/events?after=" + encoded, *("/v1/calls/" + s for s in splits),
                     *("/v1/events?after=1&stream=" + s for s in splits)):
            with self.subTest(path=path):
                answer = self.z.get(path, token=TOKENS["boss"],
                                    headers={"X-Mark": mark, "User-Agent": mark})
                self.assertNotIn("x-injected", answer.headers)
                self.assertTrue(answer.headers["content-type"].startswith("application/json"))
                self.assertEqual(answer.headers["x-content-type-options"], "nosniff")
                self.assertIn("default-src 'none'", answer.headers["content-security-policy"])
                json.loads(answer.body)

    def test_every_route_answers_with_the_guards(self):
        for path in self.z.get("/v1/openapi.json").json["paths"]:
            answer = self.z.get(path.replace("{", "").replace("}", ""), token=TOKENS["boss"])
            self.assertEqual(answer.headers["x-content-type-options"], "nosniff", path)
            self.assertIn("'none'", answer.headers["content-security-policy"], path)


class Panels(WithDaemon):
    text = config(listen="panel_role = agent\npanel_token = sha256:" + "0" * 64)

    def test_fault_083_without_token_or_address(self):
        for path in ("/", "/?token=wrong", "/?token="):
            with self.assertRaises(ws.Refused) as refused:
                self.z.panel(path)
            self.assertEqual(refused.exception.status, 403)


if __name__ == "__main__":
    unittest.main()
