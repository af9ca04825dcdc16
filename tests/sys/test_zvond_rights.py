"""Who may have what done: the table of commands against the real daemon and a PBX that tells
what reached it; faults 066 to 072 and 083."""

import ast
import contextlib
import json
import os
import re
import socket
import subprocess
import time
import unittest

from zvond_common import ROOT, SLOW, TOKENS, Client, Zvond, config, token_hash, ws
from calls import Calls
from pbx import Account, Pbx, respond

# What the daemon asks by itself. All else that reaches the PBX was somebody's command.
OWN_ACTIONS = frozenset(
    "login logoff challenge ping events filter listcommands coresettings corestatus status "
    "coreshowchannels queuestatus bridgelist bridgeinfo parkedcalls devicestatelist "
    "confbridgelistrooms confbridgelist agents sippeers pjsipshowendpoints "
    "extensionstatelist".split())

# They have nothing to do with the call of 101 and 102, which is of no queue.
ROLES = """
[role nosy]
may = view,dial,control,transfer,pickup,conference,record,agent,spy
see = all
control = own
dial = allow XXX
[role everybody]
may = view,dial,control,transfer,pickup,conference,record,agent
dial = allow XXX
[role dialler]
may = view,dial
dial = allow XXX
[role leader]
may = view,dial,control,transfer,pickup,conference,record,agent
see = queues
control = queues
dial = allow XXX
"""
STRANGERS = (("sidorov", "everybody"), ("orlov", "agent"), ("guest", "dialler"),
             ("leader", "leader"))


def more_users(rows, line=200):
    text = ""
    for number, (name, role) in enumerate(rows):
        text += "[user %s]\nrole = %s\ntoken = %s\nlines = %d\n" % (
            name, role, token_hash(token_of(name)), line + number)
    return text


def token_of(name):
    return TOKENS.get(name, "test-token-of-" + name)


class WithOffice(unittest.TestCase):
    """A daemon, a PBX and a call of 101 with 102."""

    listen = general = more = ""

    @classmethod
    def setUpClass(cls):
        cls.pbx = Pbx(accounts={"crm": Account("secret")})
        cls.pbx.__enter__()
        cls.addClassCleanup(cls.pbx.__exit__, None, None, None)
        cls.phones = Calls(cls.pbx)
        cls.z = Zvond(config(pbx=cls.pbx, listen=cls.listen, general=cls.general,
                             more=cls.more))
        cls.z.start()
        cls.addClassCleanup(cls.z.clean)
        cls.addClassCleanup(cls.z.kill)
        cls.z.wait_synced()
        cls.pair = cls.phones.answer(cls.phones.dial("101", "102"))
        cls.call = cls.wait_call()
        cls.commands = cls.z.get("/v1/openapi.json").json["x-commands"]

    @classmethod
    def wait_call(cls):
        end = time.monotonic() + 10 * SLOW
        while time.monotonic() < end:
            calls = cls.z.get("/v1/calls", token=TOKENS["boss"]).json
            if calls and calls[0]["state"] == "talking":
                return calls[0]["call"]
            time.sleep(0.02)
        raise AssertionError("it does not know the call: %s" % calls)

    def reached(self):
        """Names of the actions at the PBX that somebody's command was."""
        return [e.data.name for e in self.pbx.ledger.packets()
                if e.data.name.lower() not in OWN_ACTIONS]

    def setUp(self):
        self.before = len(self.reached())

    def check_nothing_reached(self):
        self.assertEqual(self.reached()[self.before:], [])

    def arguments(self, command):
        """Good ones: those that must be there."""
        values = {"call": self.call, "to": "104", "digits": "1", "queue": "support",
                  "room": "900", "state": "ready", "on": True, "level": 1, "action": "Ping"}
        return {a["name"]: a["enum"][0] if "enum" in a else values[a["name"]]
                for a in command["arguments"] if a["required"]}

    def ask(self, user, name, args):
        """(status or code, message) over HTTP."""
        answer = self.z.post("/v1/commands/" + name, args, token=token_of(user))
        return answer.status, answer.json

    def client(self, user):
        socket = self.z.open(token=token_of(user))
        client = as_client(socket)
        self.addCleanup(socket.drop)
        return client


def as_client(socket):
    client = Client(socket)
    client.hello = client.wait("hello")
    return client


# ---- what is dialled -----------------------------------------------------------------------


def number_cases():
    """(plan, verdict, text) of the table of tests/unit/t_number.c; not what is no UTF-8, which
    never comes as far as that."""
    source = (ROOT / "tests/unit/t_number.c").read_text(encoding="utf-8")
    rows = re.findall(r'\{ &(\w+), (ALLOWED|DENIED|REFUSED),\s*VIEW\(((?:\s*"(?:[^"\\]|\\.)*")+)\)',
                      source)
    cases = []
    for plan, verdict, literals in rows:
        text = b"".join(ast.literal_eval("b" + part)
                        for part in re.findall(r'"(?:[^"\\]|\\.)*"', literals))
        with contextlib.suppress(UnicodeDecodeError):
            cases.append((plan, verdict, text.decode()))
    return cases


def number_plans():
    """The rules of these plans, as lines of zvond.conf."""
    source = (ROOT / "tests/unit/t_number.c").read_text(encoding="utf-8")
    plans = {}
    for name, body in re.findall(r"static struct plan (\w+) = \{(.*?)\n?\};", source, re.S):
        plans[name] = ["dial = %s %s" % (word.lower(), pattern) for word, pattern in
                       re.findall(r'(ALLOW|DENY)\("([^"]*)"\)', body)]
    return plans


def dialling_config():
    text = ""
    for number, (plan, rules) in enumerate(number_plans().items()):
        text += ("[role p-%s]\nmay = view,dial,control,transfer\ncalls_a_minute = -1\n"
                 "calls_at_once = -1\n%s\n" % (plan, "\n".join(rules)))
    return text + more_users([(p, "p-" + p) for p in number_plans()], 300)


class Dialling(WithOffice):
    general = "jobs_of_a_session = 1000"
    more = dialling_config() + """
[role few]
may = view,dial
dial = allow XXX
""" + more_users([("few", "few"), ("other", "few")], 400)

    def test_fault_066_the_table_over_the_daemon(self):
        cases = number_cases()
        self.assertGreaterEqual(len(cases), 200)
        clients = {plan: self.client(plan) for plan in {c[0] for c in cases}}
        for number, (plan, verdict, text) in enumerate(cases):
            if any(ord(c) < 32 for c in text):
                verdict = "REFUSED"  # it is no line of text, whatever the number would be
            with self.subTest(plan=plan, text=text):
                before = len(self.reached())
                if verdict == "ALLOWED":
                    clients[plan].say({"type": "command", "id": str(number),
                                       "name": "call.make", "args": {"to": text}})
                    self.assertTrue(self.pbx.ledger.wait_until(
                        lambda: len(self.reached()) > before, 10 * SLOW))
                    sent = self.pbx.ledger.packets("Originate")[-1].data
                    self.assertEqual(sent.get("Exten"), re.sub(r"[^0-9*#+]", "", text))
                    continue
                if number % 10 and text.isprintable():
                    told = clients[plan].command("call.make", {"to": text}, str(number))
                else:
                    told = self.ask(plan, "call.make", {"to": text})[1]
                code = {"DENIED": "denied", "REFUSED": "bad_argument"}[verdict]
                self.assertEqual((told["error"]["code"], self.reached()[before:]), (code, []))
        line = next(l for l in self.z.log if "may not be dialled" in l)
        self.assertRegex(line, r"user=\w+ command=call\.make reason=denied")

    def test_fault_066_every_command_that_dials(self):
        """A number is judged wherever it stands: making, transferring, consulting."""
        dialling = [c for c in self.commands if any(a["name"] == "to" for a in c["arguments"])]
        self.assertGreaterEqual(len(dialling), 3)
        for command in dialling:
            for text in ("0049301234567", "+882131", "*21*0900#", "81049", "0900123", "118118"):
                with self.subTest(command=command["name"], text=text):
                    args = dict(self.arguments(command), to=text)
                    status, told = self.ask("ivanov", command["name"], args)
                    self.assertEqual((status, told["error"]["code"]), (403, "denied"))
        self.check_nothing_reached()

    def test_fault_067_burst(self):
        def ring(session, action):
            """The phone rings for as long as the test wants."""
            respond(session, action, "Success", ("Message", "Originate successfully queued"))

        self.pbx.on("Originate", ring)
        self.addCleanup(self.pbx.handlers.pop, "originate")
        begin = len(self.pbx.ledger.packets("Originate"))
        client = self.client("few")
        for n in range(30):
            client.say({"type": "command", "id": str(n), "name": "call.make",
                        "args": {"to": "104"}})
        refused = [client.wait("result") for _ in range(28)]
        for told in refused:
            self.assertEqual((told["ok"], told["error"]["code"]), (False, "limit"))
            self.assertGreater(told["error"]["retry_ms"], 0)
        status, told = self.ask("few", "call.make", {"to": "104"})
        self.assertEqual((status, told["error"]["code"]), (429, "limit"))
        self.assertGreater(told["error"]["retry_ms"], 0)
        self.wait_originates(begin + 2)
        # both are declined: there is room, until six were made in a minute
        for entry in self.pbx.ledger.packets("Originate")[begin:]:
            self.decline(entry.data.id)
        for _ in range(2):
            self.assertEqual(client.wait("result")["result"], "busy")
        for n in range(4):
            client.say({"type": "command", "id": "x%d" % n, "name": "call.make",
                        "args": {"to": "104"}})
            self.wait_originates(begin + 3 + n)
            self.decline(self.pbx.ledger.packets("Originate")[-1].data.id)
            client.wait("result")
        for n in range(10):
            told = client.command("call.make", {"to": "104"}, "y%d" % n)
            self.assertEqual(told["error"]["code"], "limit")
            self.assertGreater(told["error"]["retry_ms"], 30000)
        self.assertEqual(len(self.pbx.ledger.packets("Originate")) - begin, 6)
        # somebody else is not hurt
        other = self.client("other")
        other.say({"type": "command", "id": "1", "name": "call.make", "args": {"to": "104"}})
        self.wait_originates(begin + 7)

    def wait_originates(self, number):
        """So many of them have come to the PBX, and no more."""
        def made():
            return len(self.pbx.ledger.packets("Originate"))

        self.pbx.ledger.wait_until(lambda: made() >= number, 10 * SLOW)
        self.assertEqual(made(), number)

    def decline(self, action_id):
        self.pbx.event("OriginateResponse", ("ActionID", action_id), ("Response", "Failure"),
                       ("Channel", "PJSIP/400"), ("Reason", "5"), ("Uniqueid", "<unknown>"))

    def test_fault_068_fields_of_originate(self):
        """Nobody can add a field to an action: what is no argument of a command is refused."""
        fields = ("Application", "Data", "Variable", "Codecs", "PreDialGoSub", "Context", "Exten",
                  "Priority", "Channel", "CallerID", "Account", "EarlyMedia", "ChannelId",
                  "OtherChannelId", "Timeout", "Async", "ActionID", "Action", "Command",
                  "Event", "__proto__")
        client = self.client("boss")
        for command in self.commands:
            known = {a["name"] for a in command["arguments"]}
            for field in fields:
                spellings = {field, field.lower(), field.upper()} if known & {"to"} else {field}
                for name in spellings - known:
                    args = dict(self.arguments(command), **{name: "System"})
                    told = client.command(command["name"], args, "1")
                    with self.subTest(command=command["name"], field=name):
                        self.assertEqual(told["error"]["code"], "bad_argument", told)
                        self.assertEqual(told["error"].get("argument"), name)
        self.check_nothing_reached()
        # beside the arguments they mean nothing
        self.client("own").say({"type": "command", "id": "1", "name": "call.make",
                                "args": {"to": "104"}, "Application": "System",
                                "Variable": "SHELL(id)=1"})
        self.assertTrue(self.pbx.ledger.wait_until(
            lambda: len(self.reached()) > self.before, 5 * SLOW))
        sent = self.pbx.ledger.packets("Originate")[-1].data
        self.assertEqual([key for key, _ in sent.fields if key in (
            "Application", "Data", "Variable", "Codecs", "PreDialGoSub")], [])


# ---- raw actions -----------------------------------------------------------------------------


def actions_of_captures():
    """Action -> the classes of which one is needed, of Asterisk 1.8 to 22 (ListCommands)."""
    found = {}
    for file in (ROOT / "tests/wire/captures").glob("*/lists.ami"):
        for name, classes in re.findall(r"^(\w+): .*\(Priv: ([\w,<>]+)\)",
                                        file.read_text(encoding="utf-8", errors="replace"), re.M):
            found.setdefault(name, set()).update(classes.split(","))
    return found


# Those that reach the shell, files, the module loader or the dialplan of others (manager.c
# of Asterisk 22 and the advisories of 2011 to 2024).
DANGEROUS = ("Command", "GetConfig", "GetConfigJSON", "UpdateConfig", "CreateConfig",
             "ListCategories", "ModuleLoad", "ModuleCheck", "Reload", "DBPut", "DBDel",
             "DBDelTree", "AGI", "JabberSend", "DialplanExtensionAdd",
             "DialplanExtensionRemove")


class RawActions(WithOffice):
    def test_fault_069_only_the_listed_ones_pass(self):
        actions = set(actions_of_captures()) | set(DANGEROUS)
        self.assertGreater(len(actions), 110)
        client, agent = self.client("boss"), self.client("ivanov")
        for name in sorted(actions):
            for action in dict.fromkeys((name, name.lower(), name.upper())):
                if action in ("Ping", "CoreStatus"):
                    continue
                told = client.command("ami.action", {"action": action}, "1")
                with self.subTest(action=action):
                    self.assertEqual(told["error"]["code"], "denied", told)
            told = agent.command("ami.action", {"action": name}, "1")
            self.assertEqual(told["error"]["code"], "denied")
        for trick in ("Ping ", " Ping", "Ping\r\nAction: Command", "Ping\n", "Ping:",
                      "Ping, CoreStatus", "", "*", "P\u0456ng", "x" * 50):
            told = client.command("ami.action", {"action": trick}, "1")
            with self.subTest(trick=trick):
                self.assertIn(told["error"]["code"], ("denied", "bad_argument"))
        for fields in ({"Action": "Command"}, {"ActionID": "1"}, {"action": "Command"},
                       {"X\r\nAction": "Command"}, {"X": "1\r\nAction: Command"},
                       {"X: 1\r\n\r\nAction": "Command"}, {"X": "1\nAction: Command"},
                       {"X": 1}, {"X": {"y": "z"}}, {"": "x"}, [], "x"):
            told = client.command("ami.action", {"action": "Ping", "fields": fields}, "1")
            with self.subTest(fields=fields):
                self.assertEqual(told["error"]["code"], "bad_argument", told)
        self.check_nothing_reached()
        pings = len(self.pbx.ledger.packets("Ping"))
        told = client.command("ami.action", {"action": "Ping"}, "1")
        self.assertTrue(told["ok"], told)
        self.assertEqual(len(self.pbx.ledger.packets("Ping")), pings + 1)
        self.assertTrue(client.command("ami.action", {"action": "CoreStatus"}, "1")["ok"])
        print("%d actions of Asterisk 1.8 to 22: 2 passed" % len(actions))

    def test_fault_069_variables_and_numbers_in_listed_actions(self):
        text = self.z.text.replace("actions = Ping, CoreStatus",
                                   "actions = Setvar, Getvar, Redirect, Originate")
        self.assertTrue(self.z.reload(text))
        self.addCleanup(self.z.reload, self.z.text)
        client = self.client("boss")
        for action, fields in (("Setvar", {"Variable": "SHELL(id)", "Value": "1"}),
                               ("Setvar", {"Variable": "FILE(/etc/x)", "Value": "1"}),
                               ("Setvar", {"variable": "DB(a/b)", "Value": "1"}),
                               ("Getvar", {"Variable": "SHELL(id)"}),
                               ("Getvar", {"VARIABLE": "EVAL(${X})"}),
                               ("Getvar", {"Variable": "A,SHELL(id)"}),
                               ("Getvar", {"Variable": "1A"}), ("Getvar", {"Variable": ""}),
                               ("Redirect", {"Channel": "x", "Exten": "0049301234567"}),
                               ("Redirect", {"Channel": "x", "extraexten": "0900123"}),
                               ("Redirect", {"Channel": "x", "EXTEN": "+88213"}),
                               ("Originate", {"Channel": "Local/1@x", "Application": "System",
                                              "Data": "id"}),
                               ("Originate", {"Channel": "PJSIP/103", "Exten": "104"})):
            told = client.command("ami.action", {"action": action, "fields": fields}, "1")
            with self.subTest(action=action, fields=fields):
                self.assertIn(told["error"]["code"], ("denied", "bad_argument"), told)
        self.check_nothing_reached()
        told = client.command("ami.action", {"action": "Getvar", "fields": {"Variable": "X_1"}},
                              "1")
        self.assertNotIn(told.get("error", {}).get("code"), ("denied", "bad_argument"))

    def test_fault_069_the_sample_account_lacks_them(self):
        sample = (ROOT / "packaging/asterisk/manager.conf.sample").read_text(encoding="utf-8")
        granted = set(re.search(r"^write = (.*)$", sample, re.M).group(1).split(","))
        self.assertEqual(granted & {"system", "command", "config", "all", "agi", "user"}, set())
        classes = actions_of_captures()
        for action in DANGEROUS:
            with self.subTest(action=action):
                if action in classes:
                    self.assertEqual(classes[action] & granted, set())
        self.assertRegex(sample, r"(?m)^deny = 0\.0\.0\.0/0")


# ---- others' calls ---------------------------------------------------------------------------


class Others(WithOffice):
    more = ROLES + more_users(STRANGERS + (("curious", "nosy"),))
    listen = "addresses = 127.0.0.0/8\npanel_role = onlooker"

    def test_fault_070_each_command_with_anothers_call(self):
        tried = 0
        for user, _ in STRANGERS:
            client = self.client(user)
            for command in self.commands:
                if not any(a["name"] == "call" for a in command["arguments"]):
                    continue
                for line in (None, "101", "102", "office/101"):
                    args = self.arguments(command)
                    if line:
                        args["line"] = line
                    told = client.command(command["name"], args, "1")
                    tried += 1
                    with self.subTest(user=user, command=command["name"], line=line):
                        self.assertEqual((told["ok"], told["error"]["code"]),
                                         (False, "denied"), told)
        self.check_nothing_reached()
        self.assertGreater(tried, 150)

    def test_fault_070_who_sees_all_does_not_control_all(self):
        client = self.client("curious")
        for command in self.commands:
            names = {a["name"] for a in command["arguments"]}
            if "call" not in names or command["name"] in ("call.spy", "call.pickup"):
                continue
            told = client.command(command["name"], self.arguments(command), "1")
            with self.subTest(command=command["name"]):
                self.assertEqual(told["error"]["code"], "denied", told)
        self.check_nothing_reached()

    def test_fault_070_with_anothers_line(self):
        for user, _ in STRANGERS:
            for command in self.commands:
                if any(a["name"] == "line" for a in command["arguments"]):
                    args = dict(self.arguments(command), line="102")
                    status, told = self.ask(user, command["name"], args)
                    with self.subTest(user=user, command=command["name"]):
                        self.assertEqual((status, told["error"]["code"]), (403, "denied"), told)
        self.check_nothing_reached()

    def test_fault_070_anothers_calls_are_not_told(self):
        for user, _ in STRANGERS:
            token = token_of(user)
            with self.subTest(user=user):
                self.assertEqual(self.z.get("/v1/calls", token=token).json, [])
                self.assertEqual(self.z.get("/v1/calls/" + self.call, token=token).status, 404)
                state = self.z.get("/v1/state", token=token)
                self.assertNotIn(self.call, state.body.decode())
                client = self.client(user)
                self.assertNotIn(self.call, json.dumps(client.start()))
                client.say({"type": "resume", "seq": 0, "stream": client.hello["stream"]})
                told = client.wait(lambda m: m["type"] in ("resumed", "resync"))
                self.assertNotIn(self.call, json.dumps(told))
                answer = self.z.get("/v1/events?after=0&stream=" + client.hello["stream"],
                                    token=token)
                self.assertNotIn(self.call, answer.body.decode())
                for message in ({"type": "watch", "id": "w"},
                                {"type": "start", "calls": "all", "lines": ["101"]}):
                    client.say(message)
                answer = client.wait(lambda m: m["type"] in ("error", "snapshot", "watching"))
                self.assertNotIn(self.call, json.dumps(answer))
        for path in ("/v1/users", "/v1/sessions"):
            self.assertEqual(self.z.get(path, token=token_of("sidorov")).status, 403)

    def test_fault_071_spying_is_a_right_of_its_own(self):
        """Who has every other right has not that one; who has it must see the call."""
        for mode in ("listen", "whisper", "barge"):
            for user in ("ivanov", "sidorov", "orlov", "guest", "viewer"):
                status, told = self.ask(user, "call.spy", {"call": self.call, "mode": mode})
                self.assertEqual((status, told["error"]["code"]), (403, "denied"))
                self.assertIn("spy", told["error"]["message"])
        status, told = self.ask("curious", "call.spy", {"call": self.call, "line": "101"})
        self.assertEqual((status, told["error"]["code"]), (403, "denied"))
        for mode in ("qE", "listen,w", "listen ", "BARGE"):
            status, told = self.ask("curious", "call.spy", {"call": self.call, "mode": mode})
            self.assertEqual((status, told["error"]["code"]), (400, "bad_argument"))
        self.check_nothing_reached()
        self.ask("curious", "call.spy", {"call": self.call, "mode": "listen"})
        sent = self.pbx.ledger.packets("Originate")[-1].data
        self.assertEqual((sent.get("Channel"), sent.get("Application")), ("PJSIP/204", "ChanSpy"))
        self.assertRegex(sent.get("Data"), r"^PJSIP/10[12]-\w+,qE$")


class ReadOnly(WithOffice):
    """A role that only looks, by every way there is."""

    listen = "addresses = 127.0.0.0/8\npanel_role = onlooker"
    more = "[user desk]\nrole = onlooker\nlines = 101\ntoken = %s\n" % token_hash("desk")

    def test_fault_072_http_and_websocket(self):
        clients = {user: as_client(self.z.open(token=token)) for user, token in
                   (("viewer", TOKENS["viewer"]), ("desk", "desk"))}
        for command in self.commands:
            self.assertNotEqual(command["right"], "view")
            args = self.arguments(command)
            for user, token in (("viewer", TOKENS["viewer"]), ("desk", "desk")):
                with self.subTest(command=command["name"], user=user):
                    told = clients[user].command(command["name"], args, "1")
                    self.assertEqual((told["ok"], told["error"]["code"]), (False, "denied"))
                    answer = self.z.post("/v1/commands/" + command["name"], args, token=token)
                    self.assertEqual((answer.status, answer.error), (403, "denied"))
                    self.assertIn(command["right"], answer.json["error"]["message"])
        for client in clients.values():
            client.say({"type": "watch", "id": "w", "events": ["Newchannel"]})
            told = client.wait(lambda m: m["type"] in ("error", "watching"))
            self.assertEqual(told["type"], "error")
            client.socket.drop()
        self.check_nothing_reached()
        self.assertGreaterEqual(self.z.metrics()["zvond_commands_refused_total"],
                                4 * len(self.commands))

    def panel_commands(self):
        source = (ROOT / "src/hub/tms_command.c").read_text(encoding="utf-8")
        table = source[source.index("rows[] = {"):]
        return re.findall(r'\{ "(\w+)", (\w+)', table[:table.index("};")])

    def open_panel(self, line):
        panel = self.z.panel()
        self.addCleanup(panel.drop)
        panel.send_text(json.dumps({"command": "LoadLibrary", "parameters": {
            "AssemblyName": "Terrasoft.Messaging.Asterisk"}}))
        panel.send_text(json.dumps({"command": "OpenConnection", "parameters": {
            "connectionParams": json.dumps({"ExtensionName": line})}}))
        while self.told(panel)["eventType"] != 2:
            pass
        return panel

    def told(self, panel):
        return json.loads(panel.recv(10 * SLOW))

    def test_fault_072_panel(self):
        panel = self.open_panel("101")
        panel.send_text(json.dumps({"command": "QueryActiveCallSnapshot"}))
        told = self.told(panel)
        while told["eventType"] != 10:
            told = self.told(panel)
        calls = json.loads(told["content"])["ActiveCalls"]
        self.assertEqual(len(calls), 1)
        rows = self.panel_commands()
        self.assertEqual(len(rows), 25)
        looks = ("LoadLibrary", "OpenConnection", "CloseConnection", "QueryLineState",
                 "QueryActiveCallSnapshot", "QueryMsgUserState")
        for name, when in rows:
            if name in looks:
                continue
            with self.subTest(command=name):
                panel.send_text(json.dumps({
                    "command": name, "commandUId": name, "commandExecutorId": calls[0]["id"],
                    "parameters": {"targetAddress": "104", "digits": "1", "code": "ready",
                                   "isWrapUpActive": True, "Application": "System"}}))
                told = self.told(panel)
                while told["eventType"] not in (3, 4):
                    told = self.told(panel)
                self.assertEqual(told["eventType"], 3, told)
                content = json.loads(told["content"])
                wanted = {"ZV_TMS_NEVER": ("not_implemented",)}.get(when, ("denied", "not_found"))
                self.assertIn(content["internalErrorCode"], wanted, content)
        self.check_nothing_reached()

    def test_fault_072_a_command_without_a_rule_does_not_build(self):
        """Also one whose rule is none of the list."""
        row = ('#include "hub/command.h"\nZV_COMMAND(one, %s, .name = "x.y", '
               ".target = ZV_TARGET_NOTHING);\n")
        compiler = [os.environ.get("CC", "cc"), "-std=c11", "-fsyntax-only", "-x", "c", "-I",
                    ROOT / "src", "-I", ROOT / "include", "-"]
        for right, builds in (("ZV_RIGHT_VIEW", True), ("ZV_RIGHT_ADMIN", True),
                              ("ZV_RIGHT_MISSING", False), ("0", False), ("ZV_RIGHTS", False),
                              ("-1", False), ("", False)):
            with self.subTest(right=right):
                done = subprocess.run(compiler, input=(row % right).encode(), check=False,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                self.assertEqual(done.returncode == 0, builds, done.stdout.decode())
        # and nobody writes a row without that macro
        for file in (ROOT / "src/hub").glob("cmd_*.c"):
            text = file.read_text(encoding="utf-8")
            self.assertNotRegex(text, r"(?m)^(static )?const struct zv_command ", file)


# ---- panels without a login ----------------------------------------------------------------


class Panels(WithOffice):
    listen = ("addresses = 127.0.0.8/32\npanel_role = everybody\n"
              "origins = https://crm.example")
    more = ROLES

    def open(self, source="127.0.0.8", origin="https://crm.example", path="/"):
        sock = socket.create_connection(("127.0.0.1", self.z.port), 10 * SLOW,
                                        source_address=(source, 0))
        key = "AAAAAAAAAAAAAAAAAAAAAA=="
        head = ("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nConnection: Upgrade\r\n"
                "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
                % (path, self.z.port, key))
        head += "Origin: %s\r\n" % origin if origin is not None else ""
        sock.sendall((head + "\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            more = sock.recv(4096)
            if not more:
                break
            answer += more
        self.addCleanup(sock.close)
        return int(answer.split()[1]), sock

    def test_fault_083_address_and_origin(self):
        own = "http://127.0.0.1:%d" % self.z.port
        for source, origin, wanted in (
                ("127.0.0.8", "https://crm.example", 101), ("127.0.0.8", own, 101),
                ("127.0.0.8", "https://crm.example.evil", 403), ("127.0.0.8", "null", 403),
                ("127.0.0.8", "http://crm.example", 403), ("127.0.0.8", None, 403),
                ("127.0.0.9", "https://crm.example", 403), ("127.0.0.1", own, 403),
                ("127.0.0.1", None, 403)):
            with self.subTest(source=source, origin=origin):
                self.assertEqual(self.open(source, origin)[0], wanted)
        for path in ("/?token=x", "/?token=" + TOKENS["ivanov"]):
            self.assertEqual(self.open("127.0.0.9", path=path)[0], 403)

    def test_fault_083_rights_are_those_of_the_role(self):
        _, sock = self.open()
        panel = ws.Socket(sock)
        panel.send_text(json.dumps({"command": "LoadLibrary", "parameters": {
            "AssemblyName": "Terrasoft.Messaging.Asterisk"}}))
        panel.send_text(json.dumps({"command": "OpenConnection", "parameters": {
            "connectionParams": json.dumps({"ExtensionName": "205"})}}))
        while json.loads(panel.recv(10 * SLOW))["eventType"] != 2:
            pass
        # a foreign call by its id, and a number that the role may not dial
        for frame in ({"command": "DropCall", "commandExecutorId": "office/" + self.call},
                      {"command": "MakeCall", "parameters": {"targetAddress": "0049301234"}}):
            panel.send_text(json.dumps(frame))
            told = json.loads(panel.recv(10 * SLOW))
            while told["eventType"] not in (3, 4):
                told = json.loads(panel.recv(10 * SLOW))
            self.assertEqual(told["eventType"], 3)
        self.check_nothing_reached()
        sessions = self.z.get("/v1/sessions", token=TOKENS["boss"]).json
        self.assertIn("panel/main", [s["user"] for s in sessions])


if __name__ == "__main__":
    unittest.main()
