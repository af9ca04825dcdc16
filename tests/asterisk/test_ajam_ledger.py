"""Two ledgers of one server: TCP and AJAM write the same events, line by line."""

import contextlib
import os
import tempfile
import threading
import time

from ami import Emitter
from lab import CONNECTED, LiveTest, Program, Relay, both_versions

IS_LONG = os.environ.get("ZVON_LONG") == "1"
SECONDS = 600 if IS_LONG else 60
HTTPTIMEOUT = 15
FROZEN = 18.0     # longer than that
BEFORE_FROZEN = 5.0
RESTARTED = 7.0
TICKS = 10        # numbered events a second
LOCAL_CALLS = 4   # a second, beside those of the phones
MOMENT_LINES = 400  # between a challenge and its login, on a machine with much to do
SURE_LINES = 50   # so many equal lines in a row are no chance
TAIL_TICKS = TICKS  # what TCP may still have got when the server ended


class Ledger(Program):
    """A `zvon listen` that writes into a file."""

    def __init__(self, url, secret):
        self.file = tempfile.TemporaryFile()
        self._seen = 0
        super().__init__(["listen", url], secret, self.file)

    def wait_line(self, text, timeout):
        """True as soon as the file holds the text behind what was found before."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            data = os.pread(self.file.fileno(), 1 << 28, self._seen)
            at = data.find(text)
            if at >= 0:
                self._seen += at
                return True
            self._seen += max(0, len(data) - len(text))
            time.sleep(0.05)
        return False

    def lines(self, last):
        """(lines, begins): its lines up to the one with that text, and the places where a
        connection begins. FullyBooted is left out: each AMI connection has its own."""
        self.file.seek(0)
        lines, begins = [], []
        for line in self.file:
            if b'"name":"FullyBooted"' in line:
                begins.append(len(lines))
            else:
                lines.append(line)
            if last in line:
                break
        return lines, begins

    def close(self):
        """Ends it; the file is gone."""
        super().close()
        self.file.close()


class Counting(Relay):
    """Counts the requests that pass."""

    requests = 0

    def took(self, data):
        """Each request comes in one piece."""
        self.requests += data.startswith((b"POST ", b"GET "))


class Load:
    """Phones that call, Local channels, numbered events; all survive the server's end."""

    def __init__(self, server):
        self.server = server
        self.ticks = self.calls = self.locals = 0
        self._open = True
        self._phones = [server.phone("101"), server.phone("102"), server.phone("103", 486)]
        self._threads = [threading.Thread(target=run, daemon=True)
                         for run in (self._tick, self._call_locals, self._call_phones)]
        for thread in self._threads:
            thread.start()

    def _tick(self):
        while self._open:
            with contextlib.suppress(OSError), \
                    contextlib.closing(Emitter(self.server.ip, "Tick")) as emitter:
                emitter.next = self.ticks
                while self._open and not emitter.connection.closed:
                    emitter.emit(1)
                    self.ticks = emitter.next
                    time.sleep(1 / TICKS)
            time.sleep(0.2)

    def _call_locals(self):
        while self._open:
            with contextlib.suppress(OSError), self.server.witness() as witness:
                witness.discard = True
                while self._open and not witness.closed:
                    witness.send("Originate", {
                        "Channel": "Local/flash@internal/n", "Application": "Wait",
                        "Data": "0.3", "CallerID": '"Клиент & <Co>" <74951234567>',
                        "Async": "true"})
                    self.locals += 1
                    time.sleep(1 / LOCAL_CALLS)
            time.sleep(0.2)

    def _call_phones(self):
        first, second, _ = self._phones
        while self._open:
            dialog = first.call("102", self.server.ip, "Оператор")
            if dialog.wait("up", 3) and second.wait_call("up", 3):
                second.last().hold()
                second.last().unhold()
                dialog.digit("5")
                second.last().bye()
                self.calls += dialog.wait("done", 3)
            busy = first.call("103", self.server.ip)
            self.calls += busy.wait("done", 3)

    def close(self):
        """No new calls; those that last end by themselves."""
        self._open = False
        for thread in self._threads:
            thread.join(10)
        for phone in self._phones:
            phone.close()


def equal_length(one, two):
    """How many lines are the same from the beginning on."""
    count = 0
    for left, right in zip(one, two):
        if left != right:
            break
        count += 1
    return count


def find_run(ahead, tcp, places, start):
    """Where in `tcp`, from `start` on, these lines begin; None: nowhere. A few equal lines
    prove nothing: some events come again and again."""
    found = [place for place in places.get(ahead[0], ()) if place >= start]
    lengths = [equal_length(ahead, tcp[place:place + len(ahead)]) for place in found]
    best = max(lengths, default=0)
    return found[lengths.index(best)] if best >= min(len(ahead), SURE_LINES) else None


def find_runs(ajam, tcp):
    """The stretches of `tcp` that `ajam` holds, in that order: (from, to, alone); `alone`
    are the lines in front that only `ajam` has."""
    places = {}
    for number, line in enumerate(tcp):
        places.setdefault(line, []).append(number)
    runs, alone, at, end = [], [], 0, 0
    while at < len(ajam):
        start = find_run(ajam[at:at + 4 * SURE_LINES], tcp, places, end)
        if start is None:
            alone.append(ajam[at])
            at += 1
            continue
        end = start
        while at < len(ajam) and end < len(tcp) and ajam[at] == tcp[end]:
            at, end = at + 1, end + 1
        runs.append((start, end, alone))
        alone = []
    return runs + ([(end, end, alone)] if alone else [])


@both_versions
class AjamLedger(LiveTest):
    """AJAM logs in as `slow`, which may do what `lab` may, so that its logins show."""

    waits = True
    seconds = SECONDS + 180

    def setUp(self):
        super().setUp()
        self.addCleanup(self.set_timeout, 60)
        self.relay = self.keep(Counting(self.server.ip, 8088))
        self.tcp = self.keep(Ledger(self.server.url(), "lab-secret"))
        self.ajam = self.keep(Ledger(
            "http://slow@127.0.0.1:%d/asterisk/rawman" % self.relay.port, "slow-secret"))
        for ledger in self.both():
            self.assertTrue(ledger.wait_told(CONNECTED), ledger.messages)
        self.load = self.keep(Load(self.server))
        self.marks = self.expired = 0

    def both(self):
        """The two ledgers."""
        return self.tcp, self.ajam

    def set_timeout(self, seconds):
        """httptimeout of the running server."""
        self.server.run("set", "manager.conf", "httptimeout", str(seconds))
        self.server.run("cli", "manager reload")

    def mark(self):
        """An event that both ledgers must hold before the test goes on."""
        self.marks += 1
        name = "Mark-%d-of-ledger" % self.marks
        with self.server.witness() as witness:
            witness.request("UserEvent", {"UserEvent": name})
        for ledger in self.both():
            self.assertTrue(ledger.wait_line(b'"%s"' % name.encode(), 15), ledger.messages)
        return name.encode()

    def let_expire(self):
        """The client stops until the server has forgotten it."""
        self.set_timeout(HTTPTIMEOUT)
        self.mark()
        self.expired += 1
        logins = self.ajam.messages.count(CONNECTED)
        self.ajam.freeze()
        time.sleep(FROZEN)
        self.server.forget_sessions()
        self.ajam.thaw()
        self.wait_login(self.ajam, logins)

    def restart(self, how):
        """The server goes and comes back."""
        self.mark()
        logins = [ledger.messages.count(CONNECTED) for ledger in self.both()]
        self.server.run(how)
        self.server.run("start")
        for ledger, count in zip(self.both(), logins):
            self.wait_login(ledger, count)

    def wait_login(self, ledger, before):
        """The client has logged in once more."""
        self.assertTrue(ledger.wait_told(CONNECTED, before + 1, RESTARTED), ledger.messages)

    def test_ledgers_are_equal(self):
        start = time.monotonic()
        rounds = ("stop", "kill") if IS_LONG else ("stop",)
        for number, how in enumerate(rounds):
            time.sleep(BEFORE_FROZEN)
            self.let_expire()
            self.sleep_until(start + SECONDS * (2 * number + 1) / (2 * len(rounds)))
            self.restart(how)
            self.sleep_until(start + SECONDS * (number + 1) / len(rounds))
        last = self.mark()
        seconds = time.monotonic() - start
        cpu = [ledger.cpu_seconds() for ledger in self.both()]
        polls = self.relay.requests / seconds
        self.load.close()
        events, runs = self.compare(last)
        print("Asterisk %s, %.0f s: %d calls of phones, %d Local, %d ticks; %d events on TCP, "
              "%d on AJAM in %d stretches, 0 lost, 0 doubled; %.1f requests/s; "
              "CPU of zvon: TCP %.2f s, AJAM %.2f s"
              % (self.server.version, seconds, self.load.calls, self.load.locals,
                 self.load.ticks, events, sum(end - begin for begin, end, _ in runs), len(runs),
                 polls, *cpu))

    def sleep_until(self, moment):
        """Lets the calls go on."""
        time.sleep(max(0.0, moment - time.monotonic()))

    def compare(self, last):
        """The AJAM ledger is the TCP ledger less what came while it was not logged in."""
        for ledger in self.both():
            ledger.stop()
        (tcp, begins), (ajam, _) = self.tcp.lines(last), self.ajam.lines(last)
        runs = find_runs(ajam, tcp)
        logins = self.ajam.messages.count(CONNECTED)
        self.assertEqual(logins, self.tcp.messages.count(CONNECTED) + self.expired,
                         self.ajam.messages)
        self.assertEqual(len(runs), logins, [(begin, end) for begin, end, _ in runs])
        self.assertEqual(runs[-1][1], len(tcp))
        self.check_marks(tcp, runs)
        for (_, end, _), (begin, _, alone) in zip(runs, runs[1:]):
            self.check_gap(tcp, end, begin, [place for place in begins if end <= place <= begin])
            if alone:  # AJAM was back before TCP
                self.assertIn(begin, begins, alone[:3])
                self.assertTrue(is_ajam_login(alone[0]), alone[0])
        return len(tcp), runs

    def check_marks(self, tcp, runs):
        """Every mark was seen by AJAM."""
        marks = [number for number, line in enumerate(tcp) if b"-of-ledger" in line]
        self.assertEqual(len(marks), self.marks)
        for mark in marks:
            self.assertTrue(any(begin <= mark < end for begin, end, _ in runs), tcp[mark])

    def check_gap(self, tcp, end, begin, restarts):
        """AJAM missed what came before its own login; of the old server next to nothing."""
        if restarts:
            ticks = sum(b'"Tick"' in line for line in tcp[end:restarts[0]])
            self.assertLessEqual(ticks, TAIL_TICKS, tcp[end:restarts[0]])
            end = restarts[0]
        self.assertFalse([line for line in tcp[end:begin] if is_ajam_login(line)])
        if begin != end:  # its session begins with the challenge, a moment earlier
            near = tcp[begin:begin + MOMENT_LINES]
            self.assertTrue(any(map(is_ajam_login, near)), near[0])


def is_ajam_login(line):
    """Does it say that `slow` has logged in?"""
    return b'"name":"SuccessfulAuth"' in line and b'["AccountID","slow"]' in line
