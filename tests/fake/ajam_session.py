"""Sessions of AJAM: what a cookie or a nonce stands for, and one request's view of it."""

import contextlib
import secrets
import threading
import time

from event_filter import EventFilter
from pbx import respond, to_number, wait_complete

RESERVE = 10        # seconds before its end that no WaitEvent goes beyond
STRANGER_SECONDS = 5  # the life of a session that is not logged in
FIRST_NUMBER = 1001   # so that they differ from the connections of the TCP side


class HttpSession:
    """Lives between requests and keeps the events that nobody fetched yet. To the Pbx it is
    a session among others."""

    is_stream = False

    def __init__(self, sessions, number, key):
        self.sessions = sessions
        self.server = sessions.pbx
        self.number = number
        self.key = key  # of the cookie or the nonce
        self.open = True
        self.user = ""
        self.challenge = ""
        self.mask = None
        self.filter = EventFilter()
        self.write_lock = threading.RLock()
        self.changed = threading.Condition(self.write_lock)
        self.queue = []  # of (bytes, classes, may_read)
        self.waits = 0   # WaitEvents begun; a new one ends the one before
        self.busy = 0    # requests in work
        self.ends = time.monotonic() + STRANGER_SECONDS

    def wants(self, classes):
        return self.mask is None or classes in self.mask

    def take_event(self, data, classes=None, may_read=True):
        """Whatever its class, it ends a wait."""
        with self.changed:
            self.queue.append((data, classes, may_read))
            self.changed.notify_all()

    def fetch(self):
        """The events waiting that may be read and are wanted. With the mask off these are
        all, in every version."""
        with self.changed:
            queue, self.queue = self.queue, []
        return b"".join(event[0] for event in queue if self.is_for_us(*event))

    def is_for_us(self, data, classes, may_read):
        """Judged when it is fetched: a filter counts for what waits as well."""
        return classes is None or (may_read and (not self.mask or self.wants(classes))
                                   and self.filter.passes(data))

    def wait(self, seconds):
        """Until something comes or the time is over; false: another wait or the end of the
        session ended this one."""
        with self.changed:
            self.waits += 1
            mine = self.waits
            self.changed.notify_all()
            self.changed.wait_for(lambda: self.queue or self.waits != mine or not self.open,
                                  seconds)
            return self.waits == mine and self.open

    def longest_wait(self):
        return max(0.0, self.ends - time.monotonic() - RESERVE)

    def touch(self):
        """A request is done: the time begins anew."""
        life = self.sessions.timeout if self.user else min(self.sessions.timeout,
                                                           STRANGER_SECONDS)
        self.ends = time.monotonic() + life

    def close(self):
        with self.changed:
            self.open = False
            self.changed.notify_all()

    reset = close


class Sessions:
    """All of them; the HTTP and the HTTPS port of one PBX share it."""

    def __init__(self, pbx, timeout):
        self.pbx = pbx
        self.timeout = timeout  # httptimeout of manager.conf
        self.pace = 1.0         # what a second of WaitEvent takes
        self.lock = threading.Lock()
        self.known = {}
        self.count = 0

    def find(self, key):
        """The live session of that key, or None."""
        self.sweep()
        with self.lock:
            return self.known.get(key)

    def renew(self, key):
        """A new key for the session of that one, its events stay with it (measured on 16
        and 22); None: there is none."""
        with self.lock:
            session = self.known.pop(key, None)
            if session:
                session.key = secrets.token_hex(4)
                self.known[session.key] = session
            return session and session.key

    def new(self, key=None, user=""):
        with self.lock:
            self.count += 1
            session = HttpSession(self, FIRST_NUMBER + self.count, key or secrets.token_hex(4))
            session.user = user
            session.touch()
            self.known[session.key] = session
        self.pbx.guests.append(session)
        return session

    def sweep(self):
        """Forget what is closed, or idle for too long."""
        now = time.monotonic()
        with self.lock:
            for key, session in list(self.known.items()):
                if not session.open or (now > session.ends and not session.busy):
                    self.forget(key)

    def forget(self, key):
        session = self.known.pop(key)
        session.close()
        with contextlib.suppress(ValueError):
            self.pbx.guests.remove(session)

    def expire_all(self):
        """As if httptimeout had passed for every one."""
        with self.lock:
            for key in list(self.known):
                self.forget(key)


class Exchange:
    """One request at a session, as the functions of the Pbx know a session: what they send
    is this request's answer."""

    is_stream = False

    def __init__(self, session, request):
        self.session = session
        self.request = request
        self.output = b""

    def __getattr__(self, name):
        return getattr(self.session, name)

    def __setattr__(self, name, value):
        if name in ("user", "challenge", "mask"):
            setattr(self.session, name, value)
        else:
            super().__setattr__(name, value)

    def send(self, data):
        self.output += data

    def wait_event(self, action):
        """WaitEvent; a negative time is the longest that the session allows."""
        longest = self.session.longest_wait()
        seconds = to_number(action.get("Timeout", "-1"))
        seconds = longest if seconds < 0 else min(seconds, longest)
        if not self.session.wait(seconds * self.session.sessions.pace):
            return
        respond(self, action, "Success", ("Message", "Waiting for Event completed."))
        self.send(self.session.fetch() + wait_complete(action))
