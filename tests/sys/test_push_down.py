"""Filters at the server: `zvon listen` prints the same with them and without, but less crosses
the line; over AMI and AJAM, with accounts that may and that may not."""

import re
import unittest

import common  # noqa: F401  (paths)

from ajam_common import url

import cli
from ajam import Ajam
from cli import CliTest
from pbx import ALL_CLASSES, Account, Pbx, error

LOUD = 60  # rounds of the scene
NO_RIGHT = Account("secret", write=ALL_CLASSES - {"system"})
SCENE = (
    ("Newchannel", ("Channel", "SIP/200-1"), ("Exten", "101")),
    ("VarSet", ("Channel", "SIP/200-1"), ("Variable", "A(b)"), ("Value", "1.5$ [x] 100%")),
    ("DialBegin", ("Channel", "SIP/200-1"), ("DestChannel", "SIP/101-1")),
    ("DialBegin", ("Channel", "SIP/300-1"), ("DestChannel", "SIP/301-1")),
    ("HangupRequest", ("Channel", "SIP/101-1"), ("Cause", "16")),
    ("Hangup", ("Channel", "SIP/101-1"), ("CallerIDName", "Ромашка"), ("Cause", "16")),
    ("Hangup", ("Channel", "SIP/300-1"), ("Cause", "17")),
    ("FullyBootedNot", ("Status", "x")),
    ("Reload", ("Module", "Manager")),
)


def names(*wanted):
    """For events of these names."""
    return lambda name, pairs: name in wanted


def holds(text):
    """For events in whose fields it stands."""
    return lambda name, pairs: any(text in value for _, value in pairs)


# options, and which events of the scene pass
FILTERS = (
    (("--event", "hangup,NEWCHANNEL"), names("Hangup", "Newchannel")),
    (("--filter", "SIP/101"), holds("SIP/101")),
    (("--filter", "1.5$ [x] 100%"), names("VarSet")),
    (("--filter", "Ромашка"), holds("Ромашка")),  # cannot be said to the server
    (("--regex", "Dial.{1,}?101|Hangup.{1,}?101"),
     lambda name, pairs: name.startswith(("Dial", "Hangup")) and holds("101")(name, pairs)),
    (("--regex", "DialBegin--.*SIP/300", "--newlines", "dashed"),
     lambda name, pairs: name == "DialBegin" and holds("SIP/300")(name, pairs)),
    (("--field", "Cause=17"), lambda name, pairs: ("Cause", "17") in pairs),
    (("--event", "Hangup", "--field", "Channel~^SIP/101"),
     lambda name, pairs: name == "Hangup" and holds("SIP/101")(name, pairs)),
)
SAYABLE = tuple(row for row in FILTERS if row[0][0] != "--field" and row[0][1] != "Ромашка")


class PushDownTest(CliTest):
    """Each run has a fake of its own, so that all bytes are its."""

    def ami(self, *options, account=None, **keywords):
        """A fake, and the program past its filters."""
        pbx = self.start(Pbx(accounts={"crm": account or Account("secret")}, **keywords))
        return pbx, self.listener(pbx, *options)

    def http(self, *options, account=None, **keywords):
        """The same over AJAM."""
        ajam = self.start(Ajam(accounts={"crm": account or Account("secret")}, **keywords))
        running = self.start(cli.Running("listen", url(ajam), *options))
        self.assertTrue(ajam.wait_requests("WaitEvent", 1), running)
        return ajam, running

    def play(self, server, running, passes):
        """The scene, round by round; returns the bytes that it cost."""
        shown = [event for event in SCENE if passes(event[0], event[1:])]
        expected = [(event[0], number) for number in range(LOUD) for event in shown]
        before = server.sent()
        for number in range(LOUD):
            for event in SCENE:
                self.emit(server, event, number)
        self.emit(server, shown[0], LOUD)
        expected.append((shown[0][0], LOUD))
        self.assertTrue(running.wait_until(lambda: rounds(running)[-1:] == expected[-1:]),
                        running)
        cost = server.sent() - before
        running.stop()
        self.assertEqual(rounds(running), expected, running)
        return cost

    def emit(self, server, event, number):
        name, *pairs = event
        server.event(name, ("Round", number), *pairs)

    def check(self, begin, filters, works, asked=None, **keywords):
        """What it costs with the server's help, as a part of what it costs without."""
        for options, passes in filters:
            with self.subTest(options=options, begin=begin.__name__):
                server, running = begin(*options, "--no-push-down", **keywords)
                whole = self.play(server, running, passes)
                self.assertFalse(filters_of(server))
                server, running = begin(*options, **keywords)
                part = self.play(server, running, passes)
                self.assertEqual(bool(filters_of(server)), works if asked is None else asked)
                if works:
                    self.assertLess(part, whole * 0.8, running)
                else:
                    self.assertGreater(part, whole * 0.8, running)

    def test_less_crosses_the_line(self):
        self.check(self.ami, SAYABLE, True)
        self.check(self.http, SAYABLE, True)

    def test_what_cannot_be_said(self):
        rest = [row for row in FILTERS if row not in SAYABLE]
        self.assertEqual(len(rest), 2)
        self.check(self.ami, rest, False)
        self.check(self.http, rest, False)

    def test_without_the_right(self):
        self.check(self.ami, FILTERS[:2], False, True, account=NO_RIGHT)
        self.check(self.http, FILTERS[:2], False, True, account=NO_RIGHT)

    def test_old_servers(self):
        """1.8 has no such action; 11 has."""
        self.check(self.ami, FILTERS[:1], False, banner="Asterisk Call Manager/1.1")
        self.check(self.ami, FILTERS[:1], True, banner="Asterisk Call Manager/1.3")

    def test_counters(self):
        """-v tells what came and what passed, in both languages."""
        for more, kept, language, words in (
                ((), 0, "en", r"(\d+) events received, (\d+) passed, (\d+) kept back here"),
                (("--no-push-down",), 5 * LOUD, "ru",
                 r"получено событий: (\d+), прошло: (\d+), отсеяно здесь: (\d+)")):
            pbx, running = self.ami("-v", "--lang", language, "--event",
                                    "Hangup,HangupRequest,Reload", *more)
            self.play(pbx, running, names("Hangup", "HangupRequest", "Reload"))
            self.assertRegex(running.stderr, words)
            received, passed, here = map(int, re.search(words, running.stderr).groups())
            self.assertEqual(passed, len(running.lines), running)
            self.assertEqual(received, passed + here, running)
            self.assertGreaterEqual(here, kept, running)

    def test_verbose_tells_why_not(self):
        for words, options in (
                ("the server refuses to filter: Permission denied", {"account": NO_RIGHT}),
                ("the server has no Filter action", {"banner": "Asterisk Call Manager/1.1"})):
            _, running = self.ami("-v", "--event", "Hangup", **options)
            running.wait_until(lambda words=words: words in running.stderr)
            running.stop()
            self.assertIn(words, running.stderr)

    def test_taken_in_part(self):
        """One expression of several is refused: the session begins anew, without them."""
        for begin, more in ((self.ami, ()), (self.http, ()), (self.ami, ("--no-reconnect",))):
            with self.subTest(begin=begin.__name__, more=more):
                server, running = self.begin_refusing(begin, *more)
                self.assertTrue(server.wait_logins(2), running)
                self.assertTrue(running.wait_until(
                    lambda: "once more, without a filter at the server" in running.stderr), running)
                if begin == self.http:
                    self.assertTrue(server.wait_waiting(), running)
                self.play(server, running, names("Hangup"))

    def begin_refusing(self, begin, *more):
        """A server that takes the second expression only."""
        def refuse(session, action):
            error(session, action, "Filter did not compile.")
        if begin == self.ami:
            server = self.start(Pbx())
            where = cli.url(server.port)
        else:
            server = self.start(Ajam())
            where = url(server)
        pbx = getattr(server, "pbx", server)
        pbx.once("Filter", lambda session, action: pbx.answer(session, action))
        pbx.once("Filter", refuse)
        return server, self.start(cli.Running("listen", where, "--event", "Hangup", *more))

    def test_expired_session(self):
        """The next one has the filter again, and says so once."""
        ajam, running = self.http("--event", "Hangup")
        before = len(filters_of(ajam))
        ajam.expire_sessions()
        ajam.drop_all()
        self.assertTrue(ajam.wait_logins(2), running)
        self.assertTrue(ajam.wait_waiting(), running)
        self.assertEqual(len(filters_of(ajam)), 2 * before)
        self.play(ajam, running, names("Hangup"))

    def test_off_is_told_once(self):
        """Across a loss, and in both languages."""
        for language, words in (("en", "the filter is off"), ("ru", "фильтр отключён")):
            pbx, running = self.ami("--lang", language, "--event", "UserEvent", "--regex",
                                    r"(a+)+[\x01\x02]")
            for _ in range(2):
                for number in range(150):
                    pbx.event("UserEvent", ("UserEvent", "a" * 60), ("Seq", number),
                              classes="user")
                self.assertTrue(running.wait_until(lambda: words in running.stderr), running)
                pbx.drop_all()
                self.assertTrue(pbx.wait_logins(2), running)
            running.stop()
            self.assertEqual(running.stderr.count(words), 1, running)


def filters_of(server):
    """The actions Filter that came."""
    return getattr(server, "pbx", server).ledger.packets("Filter")


def rounds(running):
    """What was printed of the scene: names and rounds."""
    with running.changed:
        return [(packet["name"], int(dict(packet["fields"])["Round"]))
                for _, packet in running.lines if "Round" in dict(packet["fields"])]


if __name__ == "__main__":
    unittest.main()
