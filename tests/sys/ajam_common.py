"""What the tests of AJAM share: `zvon` against the fake AJAM, and numbered events."""

from common import FIRST_TRY, MEASURED

import cli
from ajam import Ajam, is_action
from cli import SLOW, CliTest
from pbx import event_packet

KINDS = ("rawman", "mxml", "manager", "arawman", "amxml", "amanager")
PLAIN = KINDS[:3]
DIGEST = KINDS[3:]
POLLS_A_SECOND = 4
WAITS = is_action("WaitEvent")


def url(ajam, kind="rawman", scheme="http", user="crm", host="127.0.0.1"):
    return f"{scheme}://{user}@{host}:{ajam.port}/{ajam.prefix}/{kind}"


def tick_packets(*numbers):
    """The bytes of these numbered events."""
    return b"".join(event_packet("UserEvent", ("UserEvent", "Tick"), ("Seq", number),
                                 classes="user") for number in numbers)


def post_ticks(ajam, *numbers):
    """All of them at once, so that they come in one answer."""
    ajam.broadcast(tick_packets(*numbers))


def field_of(packet, key):
    """The value of that key, whatever its case: mxml has no other than the lower."""
    return next((value for name, value in packet["fields"] if name.lower() == key), None)


def seen(running):
    """The numbers of the events printed, in their order. Keys have no case in mxml."""
    return [int(field_of(packet, "seq")) for packet in running.events("UserEvent")]


def last_seen(running):
    """The number of the last of them, or None."""
    with running.changed:
        return next((int(field_of(packet, "seq")) for _, packet in reversed(running.lines)
                     if packet and packet.get("name") == "UserEvent"), None)


class AjamTest(CliTest):
    """`zvon listen` and `zvon action` at the fake."""

    def ajam(self, version="22", **options):
        return self.start(Ajam(version, **options))

    def action(self, ajam, *words, kind="rawman", options=(), **keywords):
        return cli.run("action", *options, url(ajam, kind), *(words or ("Ping",)), **keywords)

    def listen(self, ajam, kind="rawman", *options, where=None, **keywords):
        """Logged in and waiting."""
        waits = len(ajam.requests("WaitEvent"))
        running = self.start(cli.Running("listen", where or url(ajam, kind), *options,
                                         **keywords))
        self.assertTrue(ajam.wait_requests("WaitEvent", waits + 1, 10 * SLOW), running)
        return running

    def assert_seen(self, running, numbers, seconds=10):
        """Exactly these, once each and in order; nothing of them is still on its way."""
        numbers = list(numbers)
        running.wait_until(lambda: last_seen(running) == numbers[-1], seconds)
        found = seen(running)
        self.assertEqual(len(found), len(numbers), running)
        self.assertEqual(found, numbers, running)

    def assert_back(self, ajam, running, logins=2, seconds=10):
        """Told as lost, logged in anew after the first pause, and waiting again."""
        self.assertTrue(ajam.wait_logins(logins, seconds * SLOW), running)
        self.assertTrue(running.wait_until(lambda: self.losses(running)), running)
        began = ajam.logins()[logins - 1].time
        self.assertLessEqual(began - self.losses(running)[-1],
                             (FIRST_TRY[1] + MEASURED) * SLOW, running)
        self.assertTrue(ajam.ledger.wait_until(
            lambda: any(r.began >= began and r.ended is None
                        for r in ajam.requests("WaitEvent")), seconds * SLOW), running)

    def losses(self, running):
        """When it said that the connection is lost."""
        with running.changed:
            return [time for time, text in running.messages if "lost: " in text]

    def assert_never_lost(self, running):
        self.assertNotIn("lost: ", running.stderr, running)
