"""The daemon zvond on a real server: users before browsers, phones beside them, a witness.

The account at the manager, zvond, has the rights of packaging/asterisk/manager.conf.sample
and no other; zvond-more those that stand there behind a semicolon. See write_accounts in
configure.sh.
"""

import json
import threading
import time

from daemon import Zvond, server_section, token_hash, ws
from lab import LiveTest, Relay
from phone import Phone
from scene import half_of, line_of

A, B, C, D = "121", "122", "123", "124"  # phones of the third office
NOBODY = "129"                           # a phone that is not there
SIP = "301"                              # of the old channel driver, in 16 only
TRUNK_HOST = "220"                       # where the provider of that office is
QUIET = 0.05                             # seconds between two looks at the server

CONFIG = """
[general]
state =
log = info
[listen main]
bind = 127.0.0.1:0
operations = 127.0.0.1/32
%(server)s
[role own]
may = view,dial,control,transfer,pickup,conference,record,agent,raw
see = own
control = own
dial = deny 666
dial = allow _X.
calls_a_minute = -1
calls_at_once = 2
actions = CoreShowChannels
[role all]
may = view,dial,control,transfer,pickup,conference,record,agent,spy,raw,admin
see = all
control = all
dial = allow _X.
calls_a_minute = 2
actions = CoreShowChannels, Originate
%(users)s
;secret zvond-secret
"""

SERVER = {"conference_context": "internal", "dnd": "DND", "ring_ms": "3000",
          "recordings": "/var/spool/asterisk/monitor",
          "auto_answer": r"Alert-Info: info=alert-autoanswer\;delay=0"}


def user(name, role, *rows):
    """The section of a user; his token is his name."""
    return "[user %s]\nrole = %s\ntoken = %s\n%s\n" % (name, role, token_hash(name),
                                                      "\n".join(rows))


USERS = "".join([
    *(user(line, "own", "lines = " + line, "queues = support, office2",
           "full_name = Человек " + line) for line in (A, B, C, D, NOBODY)),
    user("local", "own", "lines = " + D, "interface = Local/%s@internal/n" % D),
    user("sip", "own", "lines = " + SIP, "interface = SIP/" + SIP),
    user("nobody", "own"),
    user("boss", "all", "lines = " + D),
])


def is_local(channel):
    """A Local channel has no phone."""
    return channel.startswith("Local/")


def rooms(bridges):
    """Bridges, sets of channels; those that the two halves of a Local channel join are one."""
    found = []
    for channels in bridges:
        halves = {half_of(name) for name in channels if is_local(name)}
        for other in [one for one in found if halves & {half_of(name) for name in one}]:
            found.remove(other)
            channels = channels | other
        found.append(channels)
    return found


class Browser:
    """A user's page: commands in; what came, in order."""

    def __init__(self, daemon, name, begin=None):
        self.messages = []
        self._last = 0
        self._news = threading.Condition()
        self._open = True
        self._socket = daemon.open(token=name)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        self.say(**(begin or {"type": "start"}))
        self.first = self.wait(lambda one: one["type"] in ("snapshot", "resumed", "resync"))
        if self.first is None:
            raise AssertionError("no snapshot: %s" % self.messages)

    def _read(self):
        while self._open:
            try:
                message = json.loads(self._socket.recv(0.5))
            except TimeoutError:
                continue
            except (ws.Closed, OSError):
                return
            with self._news:
                self.messages.append(message)
                self._news.notify_all()

    def say(self, **message):
        """Sends a message."""
        self._socket.send_text(json.dumps(message))

    def wait(self, wanted, start=0, timeout=15):
        """The first message from number `start` on for which that holds, or None."""
        def found():
            return next((one for one in self.messages[start:] if wanted(one)), None)
        with self._news:
            self._news.wait_for(lambda: found() is not None, timeout)
            return found()

    def read_all(self):
        """Returns when all has been read that the daemon told until now."""
        start = len(self.messages)
        self.say(type="ping", id="read")
        if self.wait(lambda one: one["type"] == "pong", start) is None:
            raise AssertionError("no pong")

    def order(self, name, **args):
        """Sends a command; returns its id."""
        self._last += 1
        self.say(type="command", id=str(self._last), name=name, args=args)
        return str(self._last)

    def outcome(self, number, timeout=15):
        """The result of that command, or None."""
        return self.wait(lambda one: one["type"] == "result" and one["id"] == number, 0, timeout)

    def results(self):
        """The ids of all results."""
        return [one["id"] for one in self.messages if one["type"] == "result"]

    def close(self):
        """Goes away."""
        self._open = False
        self._socket.drop()
        self._thread.join(2)


ANSWERED = {}  # version: commands that came to a good end, in all classes so far
SEEN = {}      # version: events that were told to a browser


class DaemonTest(LiveTest):
    """One daemon for all tests of a class. B is called by A; C and D are there for more."""

    waits = True    # for phones and for Asterisk
    account = "zvond"
    more = {}       # lines of [server]
    users = USERS
    seconds = 40

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.answered = ANSWERED.setdefault(cls.server.version, set())
        cls.seen = SEEN.setdefault(cls.server.version, set())
        cls.closing = []
        try:
            cls.open_all()
        except BaseException:
            cls.tearDownClass()
            raise

    @classmethod
    def open_all(cls):
        """The daemon, the witness; browsers come when they are needed."""
        cls.relay = cls.later(Relay(cls.server.ip, 5038))
        cls.witness = cls.later(cls.server.witness())
        server = server_section(cls.server, "lab", cls.relay.port, "127.0.0.1", **{
            **SERVER, "url": "ami://%s@127.0.0.1:%d" % (cls.account, cls.relay.port), **cls.more})
        cls.daemon = Zvond(CONFIG % {"server": server, "users": cls.users})
        cls.daemon.__enter__()
        cls.closing.append(lambda: cls.daemon.__exit__(None, None, None))
        cls.daemon.wait_synced()
        cls.browsers = {}

    @classmethod
    def later(cls, resource):
        """Closes it when the class is done."""
        cls.closing.append(resource.close)
        return resource

    @classmethod
    def tearDownClass(cls):
        for close in reversed(cls.closing):
            close()

    @classmethod
    def browser(cls, name):
        """The page of that user."""
        if name not in cls.browsers:
            cls.browsers[name] = cls.later(Browser(cls.daemon, name))
        return cls.browsers[name]

    def setUp(self):
        super().setUp()
        self.opened = []
        self.boss = self.browser("boss")  # sees everything
        self.begun = len(self.boss.messages)
        self.addCleanup(self.finish)

    # how it ends

    def finish(self):
        """All hang up; every command had one result; the daemon knows of no call."""
        for phone in self.opened:
            phone.close()
        self.until(self.is_idle, "all channels hung up")
        self.until(lambda: self.calls() == [], "calls that the daemon still shows")
        self.boss.read_all()
        for phone in self.opened:
            self.assertEqual(phone.trouble, [], "phone " + phone.user)
        for name, browser in self.browsers.items():
            results = browser.results()
            self.assertEqual(len(results), len(set(results)), "results for " + name)
            self.seen.update(one["event"] for one in browser.messages if one["type"] == "event")
        ends = [one["call"] for one in self.told() if one["event"] == "call.ended"]
        self.assertEqual(len(ends), len(set(ends)), "ends of calls")

    def is_idle(self):
        """Nobody calls any more; who does is hung up."""
        left = self.channels()
        for channel in left:
            self.witness.request("Hangup", {"Channel": channel.get("Channel")})
        return not left

    def calls(self):
        """Those that the daemon shows."""
        return self.daemon.get("/v1/calls", token="boss").json

    # phones

    def phone(self, number, mode="answer", delay=0.1):
        """A phone that is hung up in the end."""
        host = {"trunk2": TRUNK_HOST, SIP: "131"}.get(number, number)
        phone = Phone(number, "127.%s.1.%s" % (self.server.version, host), mode, delay)
        self.opened.append(phone)
        return phone

    def talk(self):
        """A calls B, who answers; the id of the call."""
        self.second = self.phone(B)
        self.first = self.phone(A).call(B, self.server.ip)
        self.assertTrue(self.first.wait("up"))
        call = self.event("call.answered")["call"]
        self.together(A, B)
        return call

    def ringing(self, **how):
        """A calls B, whose phone rings; the id of the call."""
        self.second = self.phone(B, "ring", **how)
        self.first = self.phone(A).call(B, self.server.ip)
        return self.event("leg.ringing", leg=B)["call"]

    # what the server says

    def until(self, condition, what, timeout=8):
        """Waits for a condition; returns what it gave."""
        end = time.monotonic() + timeout
        while True:
            found = condition()
            if found:
                return found
            self.assertLess(time.monotonic(), end, "did not happen: %s" % what)
            time.sleep(QUIET)

    def ask(self, action, **fields):
        """The items of a list of the server."""
        return self.witness.request_list(action, fields)[1]

    def channels(self):
        """Those of the server."""
        return self.ask("CoreShowChannels")

    def channel(self, line):
        """The name of the newest channel of a line."""
        def find():
            names = [one.get("Channel") for one in self.channels()]
            return [name for name in names if name.startswith("PJSIP/%s-" % line)][-1:]
        return self.until(find, "a channel of " + line)[0]

    def together(self, *lines):
        """Waits until these lines, and nobody else, hear each other at the server."""
        def are():
            bridges = {}
            for one in self.channels():
                if one.get("BridgeId"):
                    bridges.setdefault(one.get("BridgeId"), set()).add(one.get("Channel"))
            return set(lines) in [{line_of(name) for name in room if not is_local(name)}
                                  for room in rooms(bridges.values())]
        self.until(are, "%s in one room" % (lines,))

    def cli(self, text):
        """What the server's own command line says."""
        return self.server.run("cli", text)

    def member(self, line, queue="support"):
        """That member of a queue as the server has it, or None."""
        for one in self.ask("QueueStatus", Queue=queue):
            if one.is_event("QueueMember") and line in one.get("Location"):
                return one
        return None

    # what the daemon says

    def told(self):
        """The events of this test, as the boss sees them."""
        return [one for one in self.boss.messages[self.begun:] if one["type"] == "event"]

    def told_calls(self):
        """The names of those that tell of a call."""
        self.boss.read_all()
        return [one["event"] for one in self.told() if one.get("call")]

    def event(self, name, start=None, **fields):
        """Waits for an event of this test: leg and member are told by their line."""
        def wanted(one):
            leg = (one.get("leg") or {}).get("line")
            return one.get("event") == name and all(
                (leg if key == "leg" else one.get(key)) == value
                for key, value in fields.items())
        found = self.boss.wait(wanted, self.begun if start is None else start, 10)
        self.assertIsNotNone(found, "no %s %s in %s" % (name, fields, [
            (one["event"], (one.get("leg") or {}).get("line")) for one in self.told()]))
        return found

    def result(self, name, command, number, timeout=15):
        """What became of a command that was sent."""
        found = self.browser(name).outcome(number, timeout)
        self.assertIsNotNone(found, "%s has no outcome" % command)
        if found["ok"]:
            self.answered.add(command)
        return found

    def do(self, name, command, **args):
        """A command that succeeds; its result."""
        found = self.result(name, command, self.browser(name).order(command, **args))
        self.assertTrue(found["ok"], found)
        return found

    def refused(self, code, name, command, **args):
        """A command that is refused so; the error."""
        found = self.result(name, command, self.browser(name).order(command, **args))
        self.assertFalse(found["ok"], found)
        self.assertEqual(found["error"]["code"], code, found)
        return found["error"]
