#!/usr/bin/env python3
"""A scriptable fake of Asterisk's AJAM, over HTTP or HTTPS.

    with Ajam("22", accounts={"crm": Account("secret")}) as ajam:
        ajam.event("Hangup", ("Channel", "SIP/101-0001"), ("Cause", "16"))
        ajam.once("Ping", swallow)             # as with Pbx
        ajam.fault(cut(100), when=is_action("WaitEvent"), times=1)
        ... a client talks to ajam.port ...
        ajam.requests("WaitEvent")             # what came, with times and connections

Versions: the keys of PROFILES. Actions are answered by a Pbx, by its own or by the one
given, which then serves TCP and HTTP alike. Faults are in ajam_faults.py.

Run as a program it is an AJAM in a process of its own, for tests that stop or kill it: see
--help.
"""

import argparse
import json
import math
import sys
import threading
import time

import ajam_http as http
from actions import NO_ACTION, Action, Refusal, to_text
from ajam_digest import Digest
from ajam_encode import ENCODINGS, encode
from ajam_session import Exchange, Sessions
from pbx import Account, Pbx, send_numbered_events, write_ledger
from server import Server

MAX_PARAMS = 128
METHODS = ("GET", "HEAD", "POST")
COOKIE = "mansession_id"


class Ajam(Server):
    """See the head of this file."""

    def __init__(self, version="22", *, pbx=None, sessions=None, accounts=None,
                 prefix="asterisk", http_timeout=60, session_limit=100, keep_alive=15.0,
                 enabled=True, login_delay=0.2, **server_options):
        server_options.setdefault("write_timeout", 5)
        super().__init__(**server_options)
        self.profile = http.PROFILES[version]
        self.pbx = pbx or (sessions.pbx if sessions else Pbx(
            accounts=accounts, banner=self.profile.banner, version=self.profile.version,
            login_delay=login_delay))
        self.sessions_known = sessions or Sessions(self.pbx, http_timeout)
        self.prefix = prefix
        self.session_limit = session_limit  # connections at a time
        self.keep_alive = keep_alive        # seconds of silence between two requests
        self.enabled = enabled              # webenabled of manager.conf
        self.digest = Digest()
        self.faults = []
        self.gate = threading.Event()       # closed while frozen
        self.gate.set()

    # What the test does ---------------------------------------------------------------

    def __getattr__(self, name):
        """Scripted actions, events and logins are the Pbx's."""
        if name in ("on", "once", "event", "broadcast", "logins", "wait_logins", "lists",
                    "accounts", "commands"):
            return getattr(self.pbx, name)
        raise AttributeError(name)

    def fault(self, fault, when=lambda request: True, times=None):
        """Misbehave at the next `times` requests of that kind, or at all of them."""
        self.faults.append([fault, when, times])

    def heal(self):
        self.faults = []

    def requests(self, action=None):
        """Requests in the order they came; with a name, of that action only."""
        found = [entry.data for entry in self.ledger.find("request")]
        return [r for r in found if action is None or r.action == action.lower()]

    def wait_requests(self, action, number, seconds=10):
        """Wait until that many such requests have come in all; true if they have."""
        return self.ledger.wait_until(lambda: len(self.requests(action)) >= number, seconds)

    def wait_waiting(self, number=1, seconds=10):
        """Wait until so many WaitEvents hang at the same time."""
        return self.ledger.wait_until(lambda: self.waiting() >= number, seconds)

    def waiting(self):
        return sum(r.ended is None for r in self.requests("WaitEvent"))

    def expire_sessions(self):
        self.sessions_known.expire_all()
        self.digest.counts.clear()

    def freeze(self):
        """Read nothing and answer nothing, with all connections open."""
        self.gate.clear()

    def thaw(self):
        self.gate.set()

    def restart(self, seconds_away=0.0, reset=False):
        """All connections, sessions and queued events are gone; the port stays."""
        self.stop(reset)
        self.expire_sessions()
        time.sleep(seconds_away)
        return self.start()

    def stop(self, reset=False):
        """Ends the waits as well, so that no thread is left."""
        self.thaw()
        self.drop_all(reset)
        for session in list(self.sessions_known.known.values()):
            session.close()
        super().stop(reset)

    # One connection ---------------------------------------------------------------------

    def talk(self, connection):
        if len(self.open_sessions()) > self.session_limit:
            return
        connection.socket.settimeout(self.profile.first_request)
        reader = http.RequestReader(self.profile, connection.number, connection.receive)
        while self.serve_one(connection, reader):
            connection.socket.settimeout(self.keep_alive)

    def serve_one(self, connection, reader):
        """One request; true: the connection stays."""
        try:
            request = reader.next()
        except http.BadRequest as bad:
            connection.send(bad.reply.bytes(self.profile))
            return False
        if request is None:
            return False
        self.gate.wait()
        self.ledger.add(connection.number, "request", request)
        try:
            return self.answer(connection, request)
        finally:
            with self.ledger.changed:
                request.ended = time.monotonic()
                self.ledger.changed.notify_all()

    def answer(self, connection, request):
        page = self.next_fault(request, lambda fault: fault.is_page)
        reply = page.make(self, request) if page else self.reply(request)
        reply.closes = reply.closes or request.closes or self.profile.old
        reply.head_only = request.method == "HEAD"
        self.gate.wait()
        request.status = reply.status
        fault = self.next_fault(request, lambda fault: not fault.is_page)
        if fault:
            fault.change(request, reply)
            fault.write(connection, reply, self.profile)
        else:
            connection.send(reply.bytes(self.profile))
        return connection.open and not reply.closes

    def next_fault(self, request, fits):
        """A page is chosen when the request comes, what spoils an answer when that is
        ready: so also a wait that hangs already can be met."""
        for rule in self.faults:
            fault, when, times = rule
            if fits(fault) and times != 0 and when(request):
                rule[2] = times if times is None else times - 1
                return fault
        return None

    # Where a request belongs ------------------------------------------------------------

    def reply(self, request):
        if request.method not in METHODS:
            return http.not_implemented(self.profile)
        start, _, name = request.path.rpartition("/")
        if (self.profile.old and request.path.lower().startswith(f"/{self.prefix}/static/")):
            return http.static_denied(self.profile)
        if (start.lower() != f"/{self.prefix}".lower() or name.lower() not in ENCODINGS
                or not self.enabled):
            return http.not_found(self.profile)
        if ENCODINGS[name.lower()].digest:
            return self.digest_reply(request)
        return self.cookie_reply(request)

    def cookie_reply(self, request):
        session = self.sessions_known.find(cookie_of(request)) or self.sessions_known.new()
        reply = self.run(session, request)
        second = [("Cache-Control", "no-cache;")] if self.profile.old else []
        cookie = f'{COOKIE}="{session.key}"; Version=1; Max-Age={self.max_age()}'
        reply.fields += [*second, ("Set-Cookie", cookie), ("Pragma", "SuppressEvents")]
        return reply

    def max_age(self):
        return math.ceil(self.sessions_known.timeout)

    def digest_reply(self, request):
        """Any nonce that was answered rightly is a session, also one never given out."""
        verdict = self.digest.check(request, self.pbx.accounts, self.sessions_known.find)
        if verdict.denied:
            return http.denied(self.profile)
        if verdict.stale:
            nonce = self.sessions_known.renew(verdict.nonce)
            return http.unauthorized(self.profile, self.digest.challenge(True, nonce))
        if not verdict.user:
            return http.unauthorized(self.profile, self.digest.challenge())
        session = self.sessions_known.find(verdict.nonce)
        if not session:
            session = self.sessions_known.new(verdict.nonce, verdict.user)
            self.pbx.ledger.add(session.number, "note", "login accepted")
        return self.run(session, request)

    def run(self, session, request):
        """The action, by the Pbx; the answer in that encoding."""
        exchange = Exchange(session, request)
        session.busy += 1
        try:
            self.pbx.take(exchange, action_of(request))
        finally:
            session.busy -= 1
        session.touch()
        self.sessions_known.sweep()
        encoding = ENCODINGS[request.encoding]
        body = encode(request.encoding, exchange.output,
                      request.param("ajaxdest", "unknown").encode(),
                      request.param("ajaxobjtype", "generic").encode(), self.profile.old)
        return http.Reply(fields=[("Content-type", encoding.content_type)], body=body)


def cookie_of(request):
    """The session's key among all cookies, or None."""
    for text in request.all("Cookie"):
        for part in text.split(";"):
            name, _, value = part.strip().partition("=")
            if name.lower() == COOKIE:
                return value.strip('"').lower().zfill(8)
    return None


def action_of(request):
    """The parameters as an action of the AMI; a NUL cuts a value, and so does nothing else."""
    cut = [(name.split(b"\0")[0], value.split(b"\0")[0]) for name, value in request.params]
    cut = cut[:MAX_PARAMS]
    action = Action([(to_text(name), to_text(value)) for name, value in cut],
                    [name + b": " + value for name, value in cut])
    return action if action.name else Refusal(NO_ACTION, action.id)


def is_action(*names):
    """For `when`: requests of these actions."""
    wanted = {name.lower() for name in names}
    return lambda request: request.action in wanted


# As a program -----------------------------------------------------------------------------------


def main():
    options = argparse.ArgumentParser(description="A fake AJAM in a process of its own.")
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--version", choices=list(http.PROFILES), default="22")
    options.add_argument("--account", default="crm:secret", metavar="USER:SECRET")
    options.add_argument("--http-timeout", type=float, default=60)
    options.add_argument("--startup-time", default="2026-11-21 03:00:00")
    options.add_argument("--interval", type=float, default=0.05,
                         help="seconds between the numbered events")
    given = options.parse_args()
    user, _, secret = given.account.partition(":")
    ajam = Ajam(given.version, port=given.port, accounts={user: Account(secret)},
                http_timeout=given.http_timeout).start()
    ajam.pbx.startup_time = given.startup_time
    print(json.dumps({"port": ajam.port}), flush=True)
    threading.Thread(target=send_numbered_events, args=[ajam.pbx, given.interval],
                     daemon=True).start()
    write_ledger(ajam.pbx, sys.stdout)


if __name__ == "__main__":
    main()
