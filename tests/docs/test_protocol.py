"""docs/protocol tells what zvond sends: the members of each event and of each HTTP answer."""

import base64
import json
import re
import sys
import unittest

from project import ROOT, read

sys.path.insert(0, str(ROOT / "tests/sys"))
from zvond_common import PASSWORDS, TOKENS, Zvond, config  # noqa: E402
from pbx import Account, Pbx  # noqa: E402
import test_zvond_history_http as history  # noqa: E402

SCENES = ("queue-call", "hold-unhold", "attended-transfer-sip", "parking", "pickup", "conference",
          "recording-mixmonitor", "dtmf")
OF_ALL = {"type", "seq", "time", "server", "event"}
OF_CALL = {"call", "direction", "from", "to", "did", "queue", "state", "result", "legs"}


def scene(name):
    """What a server said while somebody watched, without his login."""
    text = (ROOT / "tests/wire/captures/22.10.1" / (name + ".ami")).read_bytes()
    return text[text.index(b"\r\n\r\n", text.index(b"Event: FullyBooted")) + 4:]


def sections(text, level):
    """{words of the heading: text under it}"""
    parts = re.split(r"(?m)^%s (.*)$" % ("#" * level), text)
    return {heading: re.split(r"(?m)^#{1,%d} " % level, body)[0]
            for heading, body in zip(parts[1::2], parts[2::2])}


def examples(text):
    """The JSON blocks."""
    return [json.loads(block) for block in re.findall(r"(?ms)^```json\n(.*?)^```", text)]


def code_words(text):
    return re.findall(r"`([^`]+)`", text)


class WithPbx(unittest.TestCase):
    """zvond before a fake PBX that tells what real ones told."""

    @classmethod
    def setUpClass(cls):
        cls.pbx = Pbx(accounts={"crm": Account("secret")})
        cls.enterClassContext(cls.pbx)
        cls.z = Zvond(config(pbx=cls.pbx, more="[history]\nstore = {folder}/history.db\n"))
        history.fill(cls.z.folder / "history.db", history.CALLS[:1])
        cls.enterClassContext(cls.z)
        cls.z.wait_synced()


class Events(WithPbx):
    """docs/protocol/events.md"""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = read("docs/protocol/events.md")
        cls.told = {heading.strip("`"): body for heading, body in sections(cls.page, 3).items()}
        cls.seen = {}
        with cls.z.websocket("boss") as client:
            client.start()
            for name in SCENES:
                cls.pbx.broadcast(scene(name))
            cls.pbx.event("Shutdown", ("Shutdown", "Cleanly"), ("Restart", "False"),
                          classes="system")
            while "server.state" not in cls.seen:
                event = client.wait("event")
                cls.seen.setdefault(event["event"], []).append(event)

    def test_each_event_has_its_place(self):
        text = read("src/call/event.c")
        table = text[text.index("kinds[]"):text.index("};")]
        self.assertEqual(list(self.told), re.findall(r'"([a-z_.]+)"', table))
        self.assertEqual(set(self.seen), set(self.told))

    def own_members(self):
        """The table of members that only some events have."""
        own = {}
        for row in re.findall(r"(?m)^\| (`.*)\|$", sections(self.page, 2)["The events"]):
            names, _, members = row.partition("|")
            for name in code_words(names):
                own[name] = set(code_words(members))
        return own

    def test_members(self):
        own = self.own_members()
        self.assertEqual(set(own), set(self.told))
        for name, events in self.seen.items():
            common = OF_ALL | (OF_CALL if "call" in events[0] else set())
            with self.subTest(event=name):
                self.assertEqual(set().union(*events) - common, own[name] - common)

    def test_tables_of_common_members(self):
        parts = sections(self.page, 2)
        tables = [set(code_words(" ".join(re.findall(r"(?m)^\| ([^|]*)\|", parts[heading]))))
                  for heading in ("Members of all", "Members of a call")]
        leg = set(self.seen["leg.ringing"][0]["leg"])
        self.assertEqual(tables, [OF_ALL, OF_CALL | leg])

    def test_examples(self):
        for name, body in self.told.items():
            (example,) = examples(body)
            shapes = [set(event) for event in self.seen[name]]
            with self.subTest(event=name):
                self.assertEqual(example["event"], name)
                self.assertIn(set(example), shapes)
                for leg in example.get("legs", []) + [example.get("leg")]:
                    if leg:
                        self.assertEqual(set(leg), set(self.seen["leg.ringing"][0]["leg"]))


OPEN = ("Event", "Outcome")  # what else is in them depends on the event, the command
TYPES = {"string": str, "integer": int, "boolean": bool, "array": list, "object": dict}


class Document:
    """An OpenAPI document, as far as zvond writes one."""

    def __init__(self, document):
        self.document = document
        self.schemas = document["components"]["schemas"]

    def faults(self, schema, value, where=""):
        """What of the value is not as the schema says; also members that it does not name."""
        name = schema.get("$ref", "").rpartition("/")[2]
        schema = self.schemas[name] if name else schema
        if value is None and schema.get("nullable"):
            return
        if type(value) is not TYPES[schema["type"]]:  # bool is an int
            yield "%s is no %s: %r" % (where, schema["type"], value)
        elif schema["type"] == "array":
            for item in value:
                yield from self.faults(schema["items"], item, where + "[]")
        elif schema["type"] == "object":
            known = schema.get("properties", {})
            for member in set(schema.get("required", ())) - set(value):
                yield "%s.%s is missing" % (where, member)
            for member, inside in value.items():
                if member in known:
                    yield from self.faults(known[member], inside, where + "." + member)
                elif known and name not in OPEN:
                    yield "%s.%s is not in the document" % (where, member)

    def answer(self, method, path):
        """The schema of that operation's 200."""
        content = self.document["paths"][path][method]["responses"]["200"]["content"]
        return content.get("application/json", {}).get("schema")


class Http(WithPbx):
    """docs/protocol/http.md: a section `METHOD /path` with a request shows what comes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        text = scene("queue-call")
        with cls.z.websocket("boss") as client:
            client.start()
            cls.pbx.broadcast(text[:text.index(b"Event: BridgeLeave")])
            answered = client.wait(lambda message: message.get("event") == "call.answered")
        cls.call = answered["call"]
        cls.told = {heading: body for heading, body
                    in sections(read("docs/protocol/http.md"), 3).items()
                    if re.match(r"`(GET|POST) ", heading)}

    def members(self, value):
        """Of an object; of a list those of its first one."""
        if isinstance(value, list):
            self.assertTrue(value, "an empty list shows nothing")
            value = value[0]
        return set(value) if isinstance(value, dict) else type(value)

    def ask(self, heading):
        method, path = heading.strip("`").split()
        path = path.replace("/ID", "/" + self.call).replace("/NAME", "/call.make")
        if path == "/history":
            return self.z.post(path, {"N": "79165550001"}, token=TOKENS["boss"]).json
        if path.endswith("/statistics"):
            path += "?by=day"
        if method == "GET":
            return self.z.get(path, token=TOKENS["boss"]).json
        if path == "/v1/login":
            return self.z.post(path, json.dumps({"user": "boss", "password": PASSWORDS["boss"]})).json
        if path == "/v1/logout":
            token = self.ask("`POST /v1/login`")["token"]
            return self.z.post(path, "", token=token).json
        return None  # of commands: tests/asterisk/test_commands.py and others

    def test_each_route_has_a_section(self):
        document = self.z.get("/v1/openapi.json").json
        routes = {"`%s %s`" % (method.upper(), path.replace("{id}", "ID").replace("{name}", "NAME"))
                  for path, methods in document["paths"].items() for method in methods}
        self.assertEqual(set(self.told), routes)

    def test_answers(self):
        with self.z.websocket("boss"):  # one session to show
            for heading, body in self.told.items():
                blocks = examples(body)
                if not blocks or "`POST /v1/commands" in heading:
                    continue
                with self.subTest(route=heading):
                    answer = self.ask(heading)
                    alike = [one for one in blocks if self.members(one) == self.members(answer)]
                    self.assertEqual(len(alike), 1, self.members(answer))
                    self.check_inside(answer, alike[0])
                    self.check_schema(heading, answer)

    def check_schema(self, heading, answer):
        """The answer, and the examples, are what the OpenAPI document says."""
        document = Document(self.z.get("/v1/openapi.json").json)
        method, path = heading.strip("`").split()
        schema = document.answer(method.lower(), path.replace("/ID", "/{id}"))
        for value in [answer] + examples(self.told[heading]):
            self.assertEqual(list(document.faults(schema, value)), [])

    def test_schemas(self):
        """A fault is found; what is refused and what commands answer fits, too."""
        document = Document(self.z.get("/v1/openapi.json").json)
        ref = lambda name: {"$ref": "#/components/schemas/" + name}  # noqa: E731
        line = {"server": "office", "line": "101", "state": "idle"}
        self.assertEqual(list(document.faults(ref("Line"), line)), [])
        for bad in ({**line, "line": None}, {"line": "101", "state": "idle"}, {**line, "x": 1}, []):
            self.assertEqual(len(list(document.faults(ref("Line"), bad))), 1, bad)
        done, refused = examples(self.told["`POST /v1/commands/NAME`"])
        self.assertEqual(list(document.faults(ref("Outcome"), done)), [])
        self.assertEqual(list(document.faults(ref("Error"), refused)), [])
        answer = self.z.post("/v1/commands/call.make", {"to": "x!"}, token=TOKENS["ivanov"])
        self.assertEqual(list(document.faults(ref("Error"), answer.json)), [])
        answer = self.z.get("/v1/events?after=x", token=TOKENS["ivanov"])
        self.assertEqual(list(document.faults(ref("Error"), answer.json)), [])

    def check_inside(self, answer, shown):
        """The lists and objects in it, as far as both have something."""
        inside = shown.items() if isinstance(shown, dict) else ()
        for name, value in inside:
            if value and answer[name] and isinstance(value, (dict, list)):
                self.assertEqual(self.members(answer[name]), self.members(value), name)

    def test_errors(self):
        """Each code that the daemon can answer with is in the table, and no other."""
        told = set()
        for row in re.findall(r"(?m)^\| \d{3} \|([^|]*)\|",
                              sections(read("docs/protocol/http.md"), 2)["Errors"]):
            told.update(code_words(row))
        sources = "".join(path.read_text("utf-8") for path
                          in sorted((ROOT / "src/zvond").glob("*.c")))
        known = set(re.findall(r'zv_exchange_refuse(?:_for)?\(\s*x,[^"]*?"([a-z_]+)"', sources))
        known |= set(re.findall(r'\{ "([a-z_]+)", \d{3} \}', read("src/hub/job.c")))
        self.assertGreater(len(known), 12)
        self.assertEqual(known - told, set())

    def test_signed_token(self):
        """The program that makes one, as it stands in the page."""
        secret = "a secret of the CRM and zvond, 32 bytes and more"
        program = re.search(r"(?ms)^```python\n(.*?)^```", read("docs/protocol/http.md")).group(1)
        names = {}
        exec(program, names)  # pylint: disable=exec-used
        text = config(general="jwt_algorithm = HS256\njwt_key_file = {folder}/key")
        with Zvond(text, files={"key": secret}) as z:
            for key, status in ((secret, 200), (secret + "x", 401)):
                token = names["token"]("ivanov", key.encode())
                self.assertEqual(z.get("/v1/me", token=token).status, status)

    def test_basic_and_bearer(self):
        basic = base64.b64encode(b"boss:demo").decode()
        answer = self.z.get("/v1/me", headers={"Authorization": "Basic " + basic})
        self.assertEqual(answer.json["user"], "boss")


class Commands(unittest.TestCase):
    """docs/protocol/commands.md: the examples"""

    def test_arguments(self):
        """Each command has one; its arguments are of that command, and those it needs."""
        page = sections(read("docs/protocol/commands.md"), 2)["By example"]
        rows = re.findall(r"(?m)^\| `([a-z_.]+)` \| `(\{.*?\})` \| (?:`(.*)` )?\|$", page)
        shown = {name: json.loads(arguments) for name, arguments, _ in rows}
        with Zvond(config()) as z:
            known = {command["name"]: command["arguments"] for command
                     in z.get("/v1/openapi.json").json["x-commands"]}
        self.assertEqual(list(shown), list(known))
        for name, arguments in shown.items():
            with self.subTest(command=name):
                types = {one["name"]: one for one in known[name]}
                self.assertEqual({one for one in types if types[one]["required"]} - set(arguments),
                                 set())
                for argument, value in arguments.items():
                    self.assertIs(type(value), TYPES[types[argument]["type"]])
                    self.assertIn(value, types[argument].get("enum", [value]))
        for _, _, answer in rows:
            self.assertTrue(not answer or json.loads(answer)["ok"])


if __name__ == "__main__":
    unittest.main()
