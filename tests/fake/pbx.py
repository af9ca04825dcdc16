#!/usr/bin/env python3
"""A scriptable fake Asterisk that speaks AMI.

    with Pbx(accounts={"crm": Account("secret")}) as pbx:
        pbx.once("Getvar", swallow)            # the next Getvar gets no answer
        ... connect a client to pbx.port ...
        pbx.event("Hangup", ("Channel", "SIP/101-0001"), ("Cause", "16"))
        pbx.broadcast(b"any bytes at all")
        pbx.ledger.packets("Login")            # what has been received

Banner, login (plain and MD5), FullyBooted, rights, limits and texts of answers are those of real
servers. `on` and `once` replace the answer to an action by a function of (session, action); the
functions at the end of this file are ready-made misbehaviour.

Run as a program it is a PBX in a process of its own, for tests that stop or kill it: see --help.
"""

import argparse
import contextlib
import hashlib
import hmac
import json
import random
import re
import sys
import threading
import time
from dataclasses import dataclass, field

from actions import ActionReader, Refusal, to_bytes
from server import PeerGone, Server

ALL_CLASSES = frozenset(
    "system call log verbose command agent user config dtmf reporting cdr dialplan originate "
    "agi cc aoc test security message".split())

NO_RIGHT = "Permission denied"
LONGEST_WAIT = 3600  # seconds of a WaitEvent over TCP that names no end
LOGIN_FAILED = "Authentication failed"


@dataclass
class Account:
    """A user of manager.conf."""

    secret: str
    read: frozenset = ALL_CLASSES
    write: frozenset = ALL_CLASSES
    permitted: bool = True      # is the client's address in `permit`?
    multiple_login: bool = True


@dataclass
class List:
    """The answer to a list action: items, and the event that closes them."""

    item: str
    complete: str
    message: str
    items: list = field(default_factory=list)  # of lists of (key, value)


def default_lists():
    channel = [("Channel", "SIP/101-00000001"), ("Uniqueid", "1700000000.1"),
               ("ChannelStateDesc", "Up"), ("CallerIDNum", "101")]
    return {
        "coreshowchannels": List("CoreShowChannel", "CoreShowChannelsComplete",
                                 "Channels will follow", [channel]),
        "status": List("Status", "StatusComplete", "Channel status will follow", [channel]),
        "queuestatus": List("QueueParams", "QueueStatusComplete", "Queue status will follow",
                            [[("Queue", "support"), ("Max", "0"), ("Calls", "0")]]),
        "sippeers": List("PeerEntry", "PeerlistComplete", "Peer status list will follow",
                         [[("Channeltype", "SIP"), ("ObjectName", name)] for name in "ab"]),
    }


def packet(*pairs):
    """(key, value) pairs -> the bytes of one packet."""
    lines = [to_bytes(key) + b": " + to_bytes(str(value)) for key, value in pairs]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def event_packet(name, *pairs, classes="call"):
    return packet(("Event", name), ("Privilege", classes + ",all"), *pairs)


class Pbx(Server):
    """See the head of this file."""

    def __init__(self, *, accounts=None, banner="Asterisk Call Manager/5.0.4",
                 fully_booted=0.0, startup_time="2026-11-21 03:00:00", login_delay=1.0,
                 auth_timeout=30.0, auth_limit=50, version="16.28.0", **server_options):
        super().__init__(**server_options)
        self.accounts = accounts or {"crm": Account("secret")}
        self.banner = banner
        self.version = version
        self.fully_booted = fully_booted  # seconds after the login, or None: never
        self.startup_time = startup_time
        self.login_delay = login_delay    # before every "Authentication failed"
        self.auth_timeout = auth_timeout
        self.auth_limit = auth_limit
        self.handlers = {}
        self.one_shot = {}
        self.lists = default_lists()
        self.guests = []  # sessions that came by another way than this port
        self.variables = {}  # global ones, as Setvar left them
        self.commands = {"core show version": ["Asterisk " + version],
                         "core show channels": ["0 active channels", "0 active calls"]}
        self.peers = {"200": "internal", "101": "internal"}  # chan_sip: name, context
        self.after_login = None  # called with the session after each login

    # What the test does ---------------------------------------------------------------

    def on(self, name, handler):
        """From now on handler(session, action) answers this action."""
        self.handlers[name.lower()] = handler

    def once(self, name, handler):
        """The next such action only; several calls queue up."""
        self.one_shot.setdefault(name.lower(), []).append(handler)

    def event(self, name, *pairs, classes="call"):
        """An event, to everybody logged in who may read that class."""
        data = event_packet(name, *pairs, classes=classes)
        for session in self.listeners():
            with contextlib.suppress(PeerGone):
                session.take_event(data, classes, classes in self.accounts[session.user].read)

    def broadcast(self, data):
        """Bytes as they are, to everybody logged in."""
        for session in self.listeners():
            with contextlib.suppress(PeerGone):
                session.take_event(data)

    def try_send(self, session, data):
        with contextlib.suppress(PeerGone):
            session.send(data)

    def listeners(self):
        return [s for s in [*self.sessions, *self.guests] if s.open and s.user]

    def logins(self):
        """Ledger entries of accepted logins."""
        return [e for e in self.ledger.find("note") if e.data == "login accepted"]

    def wait_logins(self, number, seconds=10):
        """Wait until that many logins were accepted in all; true if they were."""
        return self.ledger.wait_until(lambda: len(self.logins()) >= number, seconds)

    def major(self):
        """The major number of the banner: 1 for Asterisk 1.4 to 11."""
        return int(self.banner.rpartition("/")[2].split(".")[0])

    # One connection ----------------------------------------------------------------------

    def talk(self, session):
        waiting = [s for s in self.open_sessions() if not s.user]
        if len(waiting) > self.auth_limit:
            return
        timer = threading.Timer(self.auth_timeout, self.end_unless_logged_in, [session])
        timer.daemon = True
        timer.start()
        try:
            session.send(to_bytes(self.banner) + b"\r\n")
            self.read_actions(session)
        finally:
            timer.cancel()

    def end_unless_logged_in(self, session):
        if not session.user:
            session.close()

    def read_actions(self, session):
        reader = ActionReader()
        while session.open:
            data = session.receive()
            if not data:
                return
            for found in reader.feed(data):
                self.take(session, found)

    def take(self, session, found):
        if isinstance(found, Refusal):
            self.ledger.add(session.number, "bad-packet", found)
            error(session, found, found.message)
            return
        self.ledger.add(session.number, "packet", found)
        name = found.name.lower()
        if self.one_shot.get(name):
            self.one_shot[name].pop(0)(session, found)
        elif name in self.handlers:
            self.handlers[name](session, found)
        else:
            self.answer(session, found)

    def answer(self, session, action):
        """The answer of a healthy server."""
        name = action.name.lower()
        if name in ("login", "challenge", "logoff"):
            getattr(self, "do_" + name)(session, action)
        elif not session.user:
            error(session, action, NO_RIGHT)
        elif name in self.lists:
            self.answer_list(session, action, self.lists[name])
        elif name in RULES:
            self.run_rule(session, action, *RULES[name])
        else:
            error(session, action, f"Invalid/unknown command: {action.name}. Use Action: "
                                   "ListCommands to show available commands.")

    def run_rule(self, session, action, rights, run):
        if rights and not rights & self.accounts[session.user].write:
            error(session, action, NO_RIGHT)
        else:
            run(self, session, action)

    # Login --------------------------------------------------------------------------------

    def do_challenge(self, session, action):
        if action.get("AuthType").lower() != "md5":
            error(session, action, "Must specify AuthType")
            return
        session.challenge = str(random.randrange(10**8, 10**9))
        respond(session, action, "Success", ("Challenge", session.challenge))

    def do_login(self, session, action):
        if session.user:
            respond(session, action, "Success", ("Message", "Already authenticated"))
        elif not self.login_is_right(session, action):
            self.refuse_login(session, action, LOGIN_FAILED)
        elif self.is_second_login(action.get("Username")):
            self.refuse_login(session, action, "Login Already In Use")
        else:
            self.accept_login(session, action)

    def login_is_right(self, session, action):
        account = self.accounts.get(action.get("Username"))
        if not account or not account.permitted:
            return False
        if action.get("AuthType").lower() == "md5":
            wanted = hashlib.md5(to_bytes(session.challenge + account.secret)).hexdigest()
            return bool(session.challenge) and hmac.compare_digest(
                to_bytes(action.get("Key").lower()), to_bytes(wanted))
        return hmac.compare_digest(to_bytes(action.get("Secret")), to_bytes(account.secret))

    def is_second_login(self, user):
        return not self.accounts[user].multiple_login and any(
            s.user == user for s in self.listeners())

    def refuse_login(self, session, action, message):
        self.ledger.add(session.number, "note", "login refused")
        time.sleep(self.login_delay)
        error(session, action, message)
        session.close()

    def accept_login(self, session, action):
        with session.write_lock:  # no event may come before the answer
            session.user = action.get("Username")
            session.mask = read_mask(action.get("Events", "on"))
            respond(session, action, "Success", ("Message", "Authentication accepted"))
        if self.fully_booted == 0:
            self.send_fully_booted(session)
        elif self.fully_booted is not None:
            timer = threading.Timer(self.fully_booted, self.send_fully_booted, [session])
            timer.daemon = True
            timer.start()
        self.ledger.add(session.number, "note", "login accepted")
        if self.after_login:
            self.after_login(session)

    def send_fully_booted(self, session):
        """Of a login over HTTP nobody is told this."""
        if session.is_stream and session.wants("system") and (
                "system" in self.accounts[session.user].read):
            numbers = [("Uptime", "70"), ("LastReload", "70")] if self.major() > 1 else []
            self.try_send(session, event_packet("FullyBooted", *numbers,
                                                ("Status", "Fully Booted"), classes="system"))

    def do_logoff(self, session, action):
        respond(session, action, "Goodbye", ("Message", "Thanks for all the fish."))
        session.close()

    # Actions --------------------------------------------------------------------------------

    def do_ping(self, session, action):
        respond(session, action, "Success", ("Ping", "Pong"),
                ("Timestamp", "%.6f" % time.time()))

    def do_events(self, session, action):
        if not action.get("EventMask"):
            error(session, action, "Invalid event mask")
            return
        session.mask = read_mask(action.get("EventMask"))
        state = "Off" if session.mask == frozenset() else "On"
        respond(session, action, "Success", ("Events", state))

    def do_waitevent(self, session, action):
        """Over TCP it only holds up what follows; over HTTP the session has its own."""
        if not session.is_stream:
            session.wait_event(action)
            return
        respond(session, action, "Success", ("Message", "Waiting for Event completed."))
        seconds = to_number(action.get("Timeout", "-1"))
        time.sleep(LONGEST_WAIT if seconds < 0 else seconds)
        session.send(wait_complete(action))

    def do_filter(self, session, action):
        """Since Asterisk 10, AMI 1.2. What it says was measured on 16 and 22."""
        text, advice = action.get("Filter"), "Check the syntax of the filter given."
        if self.banner.endswith(("/1.0", "/1.1")):
            error(session, action, "Invalid/unknown command: Filter. Use Action: "
                                   "ListCommands to show available commands.")
        elif action.get("Operation").lower() != "add":
            error(session, action, "Unknown operation")
        elif not text.removeprefix("!") and self.major() >= 11:
            error(session, action, "Filter was formatted incorrectly.  " + advice)
        elif add_filter(session, text) or self.major() == 1:
            respond(session, action, "Success", ("Message", "Success"))
        else:
            error(session, action, "Filter did not compile.  " + advice)

    def do_getvar(self, session, action):
        name = action.get("Variable")
        respond(session, action, "Success", ("Variable", name),
                ("Value", self.variables.get(name, "value of " + name)))

    def do_setvar(self, session, action):
        if not action.get("Channel"):
            self.variables[action.get("Variable")] = action.get("Value")
        respond(session, action, "Success", ("Message", "Variable Set"))

    def do_userevent(self, session, action):
        respond(session, action, "Success", ("Message", "Event Sent"))
        unsaid = ("userevent",) if self.major() == 1 else ("userevent", "action")
        told = [(k, v) for k, v in action.fields if k.lower() not in unsaid]
        self.event("UserEvent", ("UserEvent", action.get("UserEvent")), *told, classes="user")

    def do_coresettings(self, session, action):
        respond(session, action, "Success", ("AMIversion", self.banner.rpartition("/")[2]),
                ("AsteriskVersion", self.version), ("SystemName", ""))

    def do_corestatus(self, session, action):
        day, clock = self.startup_time.split()
        respond(session, action, "Success", ("CoreStartupDate", day),
                ("CoreStartupTime", clock), ("CoreReloadDate", day),
                ("CoreReloadTime", clock), ("CoreCurrentCalls", "0"))

    def do_listcommands(self, session, action):
        granted = self.accounts[session.user].write
        pairs = [(name, "(Priv: %s)" % (",".join(sorted(rights)) or "<none>"))
                 for name, (rights, _) in sorted(RULES.items())
                 if not rights or rights & granted]
        respond(session, action, "Success", *pairs)

    def do_originate(self, session, action):
        """Every attempt fails: nobody is registered here."""
        if not action.get("Channel"):
            error(session, action, "Channel not specified")
        elif action.get("Async").lower() not in ("true", "yes", "1"):
            error(session, action, "Originate failed")
        else:
            respond(session, action, "Success",
                    ("Message", "Originate successfully queued"))
            session.take_event(packet(
                ("Event", "OriginateResponse"), ("Privilege", "call,all"),
                ("ActionID", action.id), ("Response", "Failure"),
                ("Channel", action.get("Channel")), ("Context", action.get("Context")),
                ("Exten", action.get("Exten")), ("Reason", "0"), ("Uniqueid", "<unknown>"),
                ("CallerIDNum", "<unknown>"), ("CallerIDName", "<unknown>")))

    def do_sipshowpeer(self, session, action):
        name = action.get("Peer")
        if name not in self.peers:
            error(session, action, f"Peer {name} not found.")
            return
        respond(session, action, "Success", ("Channeltype", "SIP"), ("ObjectName", name),
                ("ChanObjectType", "peer"), ("SecretExist", "Y"), ("Context", self.peers[name]),
                ("Status", "OK (1 ms)"))

    def do_command(self, session, action):
        text = action.get("Command")
        if not text:
            error(session, action, "No command provided")
            return
        lines = self.show_user(text) or self.commands.get(text)
        known = lines is not None
        self.send_output(session, action, lines or [f"No such command '{text}'"], known)

    def show_user(self, text):
        """The output of `manager show user NAME`, or None."""
        name = text.removeprefix("manager show user ").strip()
        account = self.accounts.get(name)
        if name == text or not account:
            return None
        return ["", f"           username: {name}", "             secret: <Set>",
                "                ACL: no",
                f"          read perm: {','.join(sorted(account.read)) or '<none>'}",
                f"         write perm: {','.join(sorted(account.write)) or '<none>'}",
                "   displayconnects: yes", "allowmultiplelogin: yes"]

    def send_output(self, session, action, lines, known=True):
        """Text of a CLI command, as the version of the banner sends it (14 = AMI 3)."""
        if self.major() >= 3:
            respond(session, action, "Success" if known else "Error",
                    ("Message", "Command output follows"), *[("Output", x) for x in lines])
            return
        head = b"Response: Follows\r\nPrivilege: Command\r\n"
        if action.id:
            head += b"ActionID: " + to_bytes(action.id) + b"\r\n"
        body = b"".join(to_bytes(line) + b"\n" for line in lines)
        session.send(head + body + b"--END COMMAND--\r\n\r\n")

    def answer_list(self, session, action, answer):
        """Start, items and complete; Asterisk 11 and older mark neither start nor end."""
        marked = self.major() > 1
        start = [("EventList", "start")] if marked else []
        respond(session, action, "Success", *start, ("Message", answer.message))
        for item in answer.items:
            self.list_item(session, action, answer.item, item)
        end = [("EventList", "Complete"), ("ListItems", len(answer.items))] if marked else []
        session.send(packet(("Event", answer.complete), *id_pair(action), *end))

    def list_item(self, session, action, name, item):
        session.send(packet(("Event", name), *item, *id_pair(action)))


# action: (classes of which the account needs one, function)
RULES = {
    "ping": (frozenset(), Pbx.do_ping),
    "events": (frozenset(), Pbx.do_events),
    "waitevent": (frozenset(), Pbx.do_waitevent),
    "listcommands": (frozenset(), Pbx.do_listcommands),
    "filter": (frozenset({"system"}), Pbx.do_filter),
    "getvar": (frozenset({"call", "reporting"}), Pbx.do_getvar),
    "setvar": (frozenset({"call"}), Pbx.do_setvar),
    "userevent": (frozenset({"user"}), Pbx.do_userevent),
    "coresettings": (frozenset({"system", "reporting"}), Pbx.do_coresettings),
    "corestatus": (frozenset({"system", "reporting"}), Pbx.do_corestatus),
    "sipshowpeer": (frozenset({"system", "reporting"}), Pbx.do_sipshowpeer),
    "originate": (frozenset({"originate"}), Pbx.do_originate),
    "command": (frozenset({"command"}), Pbx.do_command),
}


def add_filter(session, text):
    """False: it is no expression."""
    try:
        session.filter.add(text)
    except re.error:
        return False
    return True


def read_mask(text):
    """None: every class; else the classes named, which may be none at all."""
    if text.lower() in ("on", "true", "yes", "all", "-1"):
        return None
    return ALL_CLASSES & {name.strip().lower() for name in text.split(",")}


def to_number(text):
    """As C reads it: what is no number is 0."""
    try:
        return int(text)
    except ValueError:
        return 0


def wait_complete(action):
    return packet(("Event", "WaitEventComplete"), *id_pair(action))


def id_pair(action):
    return [("ActionID", action.id)] if action.id else []


def respond(session, action, response, *pairs):
    """A response; the ActionID comes second, as Asterisk sends it."""
    session.send(packet(("Response", response), *id_pair(action), *pairs))


def error(session, action, message):
    respond(session, action, "Error", ("Message", message))


# Misbehaviour, for `on` and `once` ----------------------------------------------------------


def swallow(_session, _action):
    """No answer, ever."""


def answer_late(seconds):
    """The right answer, but late. Later actions are not held up by it."""
    def later(session, action):
        timer = threading.Timer(seconds, answer_if_open, [session, action])
        timer.daemon = True
        timer.start()
    return later


def answer_if_open(session, action):
    with contextlib.suppress(PeerGone):
        session.server.answer(session, action)


def answer_twice(session, action):
    for _ in range(2):
        session.server.answer(session, action)


def answer_with_id(action_id):
    """An answer with this ActionID in place of the right one; "" leaves it out."""
    def misaddressed(session, _action):
        own = [("ActionID", action_id)] if action_id else []
        session.send(packet(("Response", "Success"), *own,
                            ("Message", "not meant for you")))
    return misaddressed


def after(*steps):
    """Several pieces of misbehaviour one after another, then the right answer."""
    def run(session, action):
        for step in steps:
            step(session, action)
        session.server.answer(session, action)
    return run


def list_without_complete(session, action):
    """A list that starts, gives its items, and never ends."""
    answer = session.server.lists[action.name.lower()]
    respond(session, action, "Success", ("EventList", "start"), ("Message", answer.message))
    for item in answer.items:
        session.server.list_item(session, action, answer.item, item)


def send_bytes(data):
    """These bytes in place of an answer."""
    return lambda session, _action: session.send(data)


def reset(session, _action):
    session.reset()


def close(session, _action):
    session.close()


# As a program -----------------------------------------------------------------------------------


def write_ledger(pbx, file):
    """Write each new fact as a line of JSON, for ever."""
    done = 0
    while True:
        with pbx.ledger.changed:
            pbx.ledger.changed.wait_for(lambda: len(pbx.ledger.entries) > done)
            fresh = pbx.ledger.entries[done:]
        done += len(fresh)
        for entry in fresh:
            file.write(json.dumps({"time": entry.time, "session": entry.session,
                                   "what": entry.what, "data": shown(entry)}) + "\n")
        file.flush()


def shown(entry):
    if entry.what == "packet":
        return entry.data.name
    return entry.data if isinstance(entry.data, str) else None


def send_numbered_events(pbx, interval):
    """UserEvent Seq 1, 2, 3 … to whoever listens, for ever."""
    number = 0
    while True:
        time.sleep(interval)
        number += 1
        pbx.event("UserEvent", ("UserEvent", "Tick"), ("Startup", pbx.startup_time),
                  ("Seq", number), classes="user")


def main():
    options = argparse.ArgumentParser(description="A fake Asterisk in a process of its own.")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--account", default="crm:secret", metavar="USER:SECRET")
    options.add_argument("--startup-time", default="2026-11-21 03:00:00")
    options.add_argument("--interval", type=float, default=0.05,
                         help="seconds between the numbered events")
    given = options.parse_args()
    user, _, secret = given.account.partition(":")
    pbx = Pbx(port=given.port, accounts={user: Account(secret)},
              startup_time=given.startup_time).start()
    print(json.dumps({"port": pbx.port}), flush=True)
    threading.Thread(target=send_numbered_events, args=[pbx, given.interval],
                     daemon=True).start()
    write_ledger(pbx, sys.stdout)


if __name__ == "__main__":
    main()
