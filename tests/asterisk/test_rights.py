"""What an account may not do, and which events it does not see."""

import itertools
import time

from lab import DONE, NEGATIVE, LiveTest, Listener, both_versions, run_zvon

# Actions that an account with `write =` may not run, with enough fields to be complete.
FORBIDDEN = (
    ("Originate", "Channel=Local/604@internal", "Application=Wait", "Data=1"),
    ("Command", "Command=core show version"),
    ("Setvar", "Variable=X", "Value=1"),
    ("GetConfig", "Filename=manager.conf"),
    ("Hangup", "Channel=x"),
    ("CoreShowChannels",),
    ("UserEvent", "UserEvent=x"),
)
# Actions without a class: anybody may.
FREE = (("Ping",), ("QueueStatus",), ("ListCommands",))


@both_versions
class Rights(LiveTest):
    """Accounts with few rights."""

    def act(self, *action, user="nowrite", secret="nw-secret"):
        """Runs one action as that user."""
        return run_zvon("action", self.server.url(user), *action, secret=secret)

    def test_forbidden_actions(self):
        for action in FORBIDDEN:
            with self.subTest(action=action[0]):
                result = self.act(*action)
                self.check(result, NEGATIVE)
                packet, = result.packets()
                self.assertEqual(packet.told, ("response", "Error"))
                self.assertEqual(packet.get("Message"), "Permission denied")

    def test_free_actions(self):
        for action in FREE:
            with self.subTest(action=action[0]):
                self.check(self.act(*action), DONE)

    def test_command_is_forbidden(self):
        result = run_zvon("command", self.server.url("cti"), "core show version",
                          secret="cti-secret")
        self.check(result, NEGATIVE)
        self.assertEqual(result.out, "")
        self.assertIn("Permission denied", result.err)

    def test_command_is_allowed(self):
        result = run_zvon("command", self.server.url("user1c"), "core show version",
                          secret="passwd1234")
        self.check(result, DONE)
        self.assertRegex(result.out, r"^Asterisk %s\." % self.server.version)

    def test_originate_is_forbidden(self):
        result = run_zvon("originate", self.server.url("readonly"), "--from", "PJSIP/101",
                          "--to", "102", "--context", "internal", secret="ro-secret")
        self.check(result, NEGATIVE)
        self.assertIn("Permission denied", result.err)

    def test_probe_names_what_is_missing(self):
        result = run_zvon("probe", self.server.url("nowrite"), "--lang", "en", secret="nw-secret")
        self.assertIn(result.code, (DONE, NEGATIVE), result)
        self.assertRegex(result.out, r"missing: .*\boriginate\b")
        self.assertNotIn("not needed:", result.out)

    def test_probe_names_what_is_too_much(self):
        result = run_zvon("probe", self.server.url("lab"), "--lang", "en")
        self.assertIn(result.code, (DONE, NEGATIVE), result)
        for too_much in ("system", "command", "config"):
            self.assertRegex(result.out, r"\b%s\b.* not needed" % too_much)
        self.assertNotIn("missing:", result.out)

    def wait_logins(self, witness, user, count):
        """Waits until that many connections of the user are logged in."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            answer = witness.request("Command", {"Command": "manager show connected"})
            lines = [line.split() for line in answer.all("Output")]
            if sum(1 for words in lines if words and words[0] == user) == count:
                return
            time.sleep(0.05)
        self.fail("%s is not logged in %d times" % (user, count))

    def test_events_of_the_read_classes_only(self):
        listener = self.keep(Listener(self.server.url("readonly"), secret="ro-secret"))
        with self.server.witness("readonly", "ro-secret", "on") as reader, \
                self.server.witness() as witness:
            self.wait_logins(witness, "readonly", 2)
            self.call(witness, "now")
            for half in (";1", ";2"):
                self.assertIsNotNone(reader.wait_for(hangup_of(half)))
            self.call(witness, "flash")  # its first event ends what is compared
            self.assertIsNotNone(reader.wait_for(is_flash))
            self.assertIsNotNone(listener.wait_for(is_flash), listener.messages)
            seen = until_flash(packet for packet in reader.packets if packet.kind == "event")
        self.assertEqual(until_flash(listener.packets), seen)
        for packet in seen:
            self.assertRegex(packet.get("Privilege"), "call|agent")

    def call(self, witness, extension):
        """A Local channel that lives for a moment."""
        answer = witness.request("Originate", {
            "Channel": "Local/%s@internal/n" % extension, "Application": "NoOp",
            "Async": "true"})
        self.assertEqual(answer.name, "Success")


def hangup_of(half):
    """A condition for wait_for: that half of a Local channel has hung up."""
    return lambda packet: packet.is_event("Hangup") and packet.get("Channel").endswith(half)


def is_flash(packet):
    """Does it open the call to extension flash?"""
    return packet.is_event("Newchannel") and packet.get("Channel").startswith("Local/flash@")


def until_flash(packets):
    """The packets before that call."""
    return list(itertools.takewhile(lambda packet: not is_flash(packet), packets))
