"""A thousand users, each with a line: who drops out, does not read, or loses the daemon itself is
told each event of his once and in order, or what is going on now, once.

The witness is a supervisor who sees everything and always reads: what another was told must be what
the witness was told, as far as it is his.
"""

import bisect
import hashlib
import os
import random
import signal
import socket
import time
import unittest

from zvond_common import Zvond  # puts tests/fake on the path

from calls import Calls
from crowd import Crowd
from pbx import Account, Pbx
from zvond_faults import SANITIZED

USERS = int(os.environ.get("ZVON_CROWD", "1000"))
BOSSES = 10  # of them the first is the witness, the others are slow
FIRST_LINE = 1000
MOST_CALLS = min(200, USERS // 4)
MEMORY = 128 * 1024 * 1024

CONFIG = """
[general]
state = {folder}/state
session_bytes = 65536
session_messages = 200
ring_events = 100000
sessions = 5000
log = warn

[listen main]
bind = 127.0.0.1:%(listen)d
unauthenticated = 2000

[server office]
url = ami://crm@127.0.0.1:%(pbx)d
secret_file = {folder}/secret

[role agent]
may = view,dial
see = own

[role boss]
may = view
see = all
"""

USER = """
[user %s]
role = %s
token = sha256:%s
%s
"""


def token_of(name):
    return "token-of-" + name


def user(name, role, line=None):
    digest = hashlib.sha256(token_of(name).encode()).hexdigest()
    return USER % (name, role, digest, "lines = " + line if line else "")


def free_port():
    """The daemon comes back on the same one."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def lines_of(event):
    """Whose owners may see it; None: everybody."""
    if event["event"] == "server.state":
        return None
    if event.get("call"):
        return {leg["line"] for leg in event["legs"]}
    return {event.get("line")}


def as_told(told):
    """What must be equal for all who were told it."""
    return told.seq, told.data["event"], told.data.get("call"), told.data.get("line")


def stretches(ledger):
    """Runs of events behind one truth each: (number of the truth, events as_told)."""
    found = []
    for told in ledger:
        if told.what != "event":
            found.append((told.seq, []))
        else:
            found[-1][1].append(as_told(told))
    return found


def between(events, begin, end):
    """Those with a number after begin, up to end."""
    return events[bisect.bisect_left(events, (begin + 1,)):bisect.bisect_left(events, (end + 1,))]


class Witness:
    """What the owner of each line must have been told, by what one saw who sees all."""

    def __init__(self, ledger):
        self.stretches = stretches(ledger)
        self.of_line, self.of_all = {}, []
        for told in ledger:
            if told.what == "event":
                for line in lines_of(told.data) or ():
                    self.of_line.setdefault(line, []).append(as_told(told))
                if lines_of(told.data) is None:
                    self.of_all.append(as_told(told))

    def compare(self, test, name, line, begin, events):
        """How many were equal. What nobody of the two saw to its end is left out."""
        compared = 0
        for witness_begin, seen in self.stretches:
            if not events or not seen:
                continue
            first, end = max(begin, witness_begin), min(events[-1][0], seen[-1][0])
            his = seen if line is None else self.of_line.get(line, [])
            wanted = between(his, first, end)
            if line is not None:
                wanted = sorted(wanted + between(self.of_all, first, end))
            told = between(events, first, end)
            test.assertEqual(told, wanted, "%s, after %d" % (name, first))
            compared += len(told)
        return compared


class LedgerTest(unittest.TestCase):
    """See the head of this file."""

    def setUp(self):
        self.seed = int(os.environ.get("ZVON_SEED", random.randrange(1 << 32)))
        self.random = random.Random(self.seed)
        print("seed", self.seed)
        self.pbx = Pbx(accounts={"crm": Account("secret")}, write_timeout=10)
        self.enterContext(self.pbx)
        self.phones = Calls(self.pbx)
        self.lines = [str(FIRST_LINE + n) for n in range(USERS)]
        self.going_on = []

    def start(self):
        users = [user("boss%d" % n, "boss") for n in range(BOSSES)]
        users += [user("u" + line, "agent", line) for line in self.lines]
        places = {"listen": free_port(), "pbx": self.pbx.port}
        self.daemon = self.enterContext(Zvond(CONFIG % places + "".join(users)))
        self.daemon.wait_synced()
        self.crowd = Crowd(self.daemon.port)
        self.addCleanup(self.crowd.close)
        self.bosses = [self.crowd.add("boss%d" % n, token_of("boss%d" % n), slow=n > 0)
                       for n in range(BOSSES)]
        self.agents = {line: self.crowd.add("u" + line, token_of("u" + line))
                       for line in self.lines}
        self.everybody_in()

    def everybody_in(self, seconds=60):
        self.assertTrue(self.crowd.run(
            lambda: all(client.is_live for client in self.crowd.clients), seconds),
            [client.complaints for client in self.crowd.clients if not client.is_live][:5])

    def again(self):
        """The daemon comes back, and all with it."""
        for client in self.crowd.clients:
            client.is_live = False
        self.daemon.start()
        self.everybody_in(15)

    def stop(self):
        """An orderly end; its exit code. Browsers answer when it says goodbye."""
        self.daemon.process.send_signal(signal.SIGTERM)
        self.crowd.run(lambda: self.daemon.process.poll() is not None, 10)
        return self.daemon.wait_end()

    # What happens meanwhile ----------------------------------------------------------

    def life(self, steps):
        """Calls come and go."""
        for _ in range(steps):
            if len(self.going_on) < MOST_CALLS and self.random.random() < 0.5:
                busy = {channel.line for call in self.going_on for channel in call}
                pair = self.random.sample([x for x in self.lines if x not in busy], 2)
                self.going_on.append(self.phones.dial(*pair))
            elif self.going_on:
                call = self.random.choice(self.going_on)
                if call[0].bridge:
                    self.going_on.remove(call)
                    self.phones.hang_up(call)
                else:
                    self.phones.answer(call)
            self.crowd.step(0)

    def trouble(self):
        """Some are thrown out, some stop reading, some go on again."""
        for client in self.random.sample(self.crowd.clients[1:], USERS // 50 or 1):
            client.lose(0.2)
        for client in self.bosses[1:]:
            client.read_on(self.random.random() < 0.4)

    def quiet(self):
        """Everybody reads, and has worked off everything."""
        for client in self.crowd.clients:
            client.hurry()
        self.everybody_in()
        witness = self.bosses[0]
        self.assertTrue(self.crowd.run(
            lambda: len(witness.calls) == len(self.going_on), 20),
            "the witness knows %d calls, there are %d" % (len(witness.calls),
                                                          len(self.going_on)))
        self.assertTrue(self.crowd.run(
            lambda: all(boss.seq == witness.seq for boss in self.bosses), 30),
            "the slow ones do not catch up")
        self.crowd.run_for(0.3)  # what must not come

    # What must be true ------------------------------------------------------------------

    def check_order(self):
        for client in self.crowd.clients:
            self.assertEqual(client.complaints, [], client.name)

    def check_told(self):
        """Of each stretch that the witness saw, too: all that is his, and only that."""
        witness = Witness(self.bosses[0].ledger)
        compared = 0
        for client in self.crowd.clients[1:]:
            line = client.name[1:] if client.name.startswith("u") else None
            for begin, events in stretches(client.ledger):
                compared += witness.compare(self, client.name, line, begin, events)
        self.assertGreater(compared, USERS)

    def check_restart(self, before):
        """One truth for each, and nobody's call begins a second time."""
        self.daemon.wait_synced()
        self.crowd.run(lambda: all(any(told.what != "event" for told in client.ledger[length:])
                                   for client, length in zip(self.crowd.clients, before)), 20)
        self.crowd.run_for(0.3)  # what must not come
        for client, length in zip(self.crowd.clients, before):
            new = client.ledger[length:]
            self.assertEqual([told.what for told in new if told.what != "event"], ["resync"],
                             client.name)
            known = {told.data.get("call") for told in client.ledger[:length]
                     if told.what == "event"}
            again = [told.data["call"] for told in new if told.what == "event" and
                     told.data["event"] == "call.started" and told.data["call"] in known]
            self.assertEqual(again, [], client.name)

    def check_truth(self):
        """At the end everybody knows the calls of his line that the PBX has."""
        for client in self.crowd.clients:
            line = client.name[1:] if client.name.startswith("u") else None
            true = sorted(call[0].unique_id for call in self.going_on
                          if line is None or line in (call[0].line, call[1].line))
            self.assertEqual(sorted(call for _server, call in client.calls), true, client.name)

    def check(self):
        self.quiet()
        self.check_order()
        self.check_told()
        self.check_truth()

    def figures(self):
        agents = list(self.agents.values())
        print("%d users: %d events told, %d resumed, %d resyncs, %d closed with 1013" % (
            len(self.crowd.clients), sum(len(c.ledger) for c in self.crowd.clients),
            sum(c.resumed for c in self.crowd.clients),
            sum(t.what == "resync" for c in agents for t in c.ledger),
            sum(c.closes.count(1013) for c in self.crowd.clients)))

    # The tests ---------------------------------------------------------------------------

    def test_fault_046_slow_readers_and_losses_lose_nothing(self):
        """Nobody needs a resync while the ring reaches back."""
        self.start()
        for _ in range(20):
            self.trouble()
            self.life(60)
        for client in self.bosses[1:]:
            client.read_on(False)
        self.flood()
        self.assertTrue(self.crowd.run(lambda: True, 1))
        self.check()
        if not SANITIZED:
            self.assertLess(self.daemon.peak_bytes(), MEMORY)
        self.assertTrue(any(1013 in client.closes or client.tries > 1
                            for client in self.bosses[1:]), "nobody was slow enough")
        self.assertEqual([t.seq for c in self.crowd.clients for t in c.ledger
                          if t.what == "resync"], [])
        self.figures()

    def flood(self):
        """More than a slow reader's kernel and queue hold."""
        call = self.phones.answer(self.phones.dial(*self.lines[:2]))
        for _ in range(30):
            for _ in range(10):
                self.phones.tell("DTMFEnd", call[0], ("Digit", "5"), ("DurationMs", "90"),
                                 ("Direction", "Received"))
            self.crowd.step(0.01)
        self.phones.hang_up(call)

    def test_fault_085_the_daemon_is_killed(self):
        """One truth for each, which is the PBX's."""
        self.start()
        for _ in range(5):
            self.life(self.random.randrange(40, 120))
            before = [len(c.ledger) for c in self.crowd.clients]
            self.daemon.kill()
            began = time.monotonic()
            self.again()
            print("all back after %.2f s" % (time.monotonic() - began))
            self.check_restart(before)
        self.check()
        self.figures()

    def test_fault_088_the_daemon_is_restarted(self):
        """An orderly restart: what was told before is resumed by number."""
        self.start()
        for _ in range(3):
            self.life(80)
            self.crowd.run_for(0.5)
            before = [len(client.ledger) for client in self.crowd.clients]
            self.assertEqual(self.stop(), 0)
            self.again()
            self.check_restart(before)
        self.check()
        self.figures()


if __name__ == "__main__":
    unittest.main()
