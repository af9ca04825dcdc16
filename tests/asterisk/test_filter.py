"""Filters at the server: what `zvon listen` prints with them is what it prints without.

No phones: other tests may have them, and the scene is told from theirs by its number."""

import re
import time
import uuid

from lab import Listener, LiveTest, both_versions

# What each account is told with -v, over AMI and over AJAM.
TAKEN = "expressions taken"
ACCOUNTS = (
    ("lab", "lab-secret", TAKEN, TAKEN),
    ("cti", "cti-secret", TAKEN, TAKEN),
    # without the write class `system`; AJAM tells it no version either
    ("readonly", "ro-secret", "refuses to filter", "the version of the server is not known"),
)
# Options; how many events of a scene must pass at least, of those that every account reads.
FILTERS = (
    (("--event", "hangup,NewChannel"), 5),
    (("--event", "Hangup", "--field", "Channel~^PJSIP/104-"), 1),
    (("--filter", "PJSIP/104"), 4),
    (("--regex", "Dial.{1,}?104|Bridge.{1,}?104|Hangup.{1,}?104"), 3),
    (("--regex", "Event: DialBegin--.{1,}?104", "--newlines", "dashed"), 1),
    (("--filter", "Cause-txt: ", "--event", "Hangup"), 4),
)
# Of the class `user`, which not every account reads.
USER_FILTERS = (
    (("--filter", "1.5$ [x] a^b \\ 100% {2}|(3)*?+"), 1),
    (("--event", "UserEvent", "--regex", "Pair: (?:one|two)"), 2),
    (("--filter", "значение"), 1),
)
PAIRS = ("one", "three", "two", "1.5$ [x] a^b \\ 100% {2}|(3)*?+", "значение")


class Pair:
    """Two listeners that differ in one option."""

    def __init__(self, begin, options):
        self.options = options
        self.pushed = begin(*options)
        self.alone = begin(*options, "--no-push-down")

    def lengths(self, token):
        """How many events of the scene each has printed."""
        return len(ours(self.pushed, token)), len(ours(self.alone, token))


def ours(listener, token):
    """The packets of the scene, as they were printed."""
    listener.wait_for(lambda packet: False, 0)
    return [packet for packet in listener.packets
            if any(token in value for _, value in packet)]


def received(listener):
    """The events that crossed the line, as told at the end."""
    return int(re.search(r"(\d+) events received", listener.messages).group(1))


@both_versions
class PushDown(LiveTest):
    """Each filter twice at the same time."""

    seconds = 120

    def test_over_ami(self):
        for user, secret, told, _ in ACCOUNTS:
            self.check(self.server.url(user), secret, told, self.filters(user))

    def test_over_ajam(self):
        for user, secret, _, told in ACCOUNTS:  # not all at once: connections are counted
            self.check(self.server.ajam("rawman", user), secret, told, self.filters(user)[::2])

    def filters(self, user):
        """Those of events that this account may read."""
        return FILTERS + (USER_FILTERS if user != "readonly" else ())

    def check(self, url, secret, told, filters):
        """One scene for all filters."""
        pairs = list(self.pairs(url, secret, filters))
        for pair, _ in pairs:
            self.wait_begun(pair, told)
        token = self.play([pair for pair, _ in pairs])
        for pair, least in pairs:
            with self.subTest(url=url, options=pair.options):
                self.compare(pair, token, least, told == TAKEN)

    def pairs(self, url, secret, filters):
        """A pair for each filter."""
        def begin(*options):
            return self.keep(Listener(url, "-v", *options, secret=secret))
        for options, least in filters:
            yield Pair(begin, options), least

    def wait_begun(self, pair, told):
        """Both get events from now on."""
        if any(ord(letter) > 127 for word in pair.options for letter in word):
            told = "connected to"  # cannot be said to the server, nothing is asked
        self.assertTrue(pair.pushed.wait_told(told), pair.pushed.messages)
        self.assertTrue(pair.alone.wait_told("connected to"), pair.alone.messages)

    def play(self, pairs):
        """A call that nobody answers, one that ends at once, UserEvents; returns what all of
        their events hold."""
        token = "77%09d" % (uuid.uuid4().int % 10**9)
        time.sleep(0.5)  # the answers to our last words are on their way
        with self.server.witness(events="on") as witness:
            for number, exten in (("5104", "now"), ("now", "flash")):
                witness.request("Originate", {
                    "Channel": "Local/%s@internal/n" % number, "Context": "internal",
                    "Exten": exten, "Priority": "1", "CallerID": "Lab <%s>" % token,
                    "Async": "true"})
            for pair in PAIRS:
                witness.request("UserEvent", {"UserEvent": "Scene", "Pair": pair,
                                              "Token": token})
            gone = witness.wait_for(lambda packet: packet.is_event("Hangup") and (
                packet.get("Channel").startswith("PJSIP/104-")), 15)
            self.assertIsNotNone(gone, "the call to 104 has no end")
            self.wait_quiet(pairs, token)
        return token

    def wait_quiet(self, pairs, token):
        """Until nobody prints more of the scene."""
        before, end = None, time.monotonic() + 15
        while time.monotonic() < end:
            time.sleep(0.7)
            now = [pair.lengths(token) for pair in pairs]
            if now == before and all(a == b for a, b in now):
                return
            before = now

    def compare(self, pair, token, least, pushed):
        """The same packets in the same order; fewer were received if the server helped."""
        for listener in (pair.pushed, pair.alone):
            listener.stop()
        found, wanted = ours(pair.pushed, token), ours(pair.alone, token)
        self.assertGreaterEqual(len(wanted), least, pair.alone.messages)
        self.assertEqual([packet.told for packet in found], [packet.told for packet in wanted])
        self.assertEqual(found, wanted)
        if pushed and TAKEN in pair.pushed.messages:
            self.assertLess(received(pair.pushed), received(pair.alone))
