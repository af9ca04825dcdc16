"""Faults 014-017, 019, 028: answers that are late, misaddressed, endless, or a refusal."""

import time
import unittest

from common import saw, tick, ticks

import cli
import pbx as fake
from cli import SLOW, CliTest
from pbx import ALL_CLASSES, Account, Pbx, packet, respond


class ActionTest(CliTest):
    def action(self, pbx, *arguments, **keywords):
        return cli.run("action", cli.url(pbx.port), *arguments, **keywords)

    def value(self, result, key):
        """The first value of a key in the response that was printed."""
        response = next(p for p in result.packets if p["kind"] == "response")
        return next((v for k, v in response["fields"] if k == key), None)


class NoAnswerTest(ActionTest):
    def no_answer(self, least, *options):
        pbx = self.start(Pbx())
        pbx.on("Getvar", fake.swallow)
        result = self.action(pbx, *options, "Getvar", "Variable=X")
        self.assert_code(result, cli.TIMEOUT)
        self.assert_one_clear_line(result)
        self.assertEqual(result.packets, [])
        self.assertTrue(least <= result.seconds <= (least + 1.5) * SLOW, str(result))

    def test_fault_014_no_answer_in_ten_seconds(self):
        self.no_answer(10)

    def test_fault_014_no_answer_with_timeout(self):
        self.no_answer(1, "--timeout", "1")

    def test_fault_014_answer_just_in_time(self):
        pbx = self.start(Pbx())
        pbx.on("Getvar", fake.answer_late(1.5))
        result = self.action(pbx, "--timeout", "4", "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)

    def test_fault_014_late_answers_are_harmless(self):
        """Answers to nobody, before and between events, do not disturb a listener."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        for number in range(1, 4):
            pbx.broadcast(packet(("Response", "Success"), ("ActionID", f"late-{number}"),
                                 ("Message", "Originate successfully queued")))
            pbx.broadcast(packet(("Response", "Error"), ("Message", "no id at all")))
            tick(pbx, number)
        self.assertTrue(saw(running, 3), running)
        self.assertEqual(ticks(running), ["1", "2", "3"])
        self.assertEqual(pbx.count("connect"), 1)

    def test_fault_014_late_pong_keeps_the_session(self):
        """The answer to a Ping that comes after 3 s is in time."""
        pbx = self.start(Pbx())
        pbx.on("Ping", fake.answer_late(3))
        running = self.listener(pbx)
        time.sleep(15 * SLOW)
        self.assertTrue(pbx.ledger.packets("Ping"), running)
        self.assertEqual(pbx.count("connect"), 1, running)


class MisaddressedTest(ActionTest):
    def test_fault_015_foreign_and_missing_id_come_first(self):
        pbx = self.start(Pbx())
        pbx.on("Getvar", fake.after(fake.answer_with_id("somebody-else"),
                                    fake.answer_with_id("")))
        result = self.action(pbx, "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.value(result, "Value"), "value of X")

    def test_fault_015_only_wrong_ids(self):
        for wrong in ("", "somebody-else", "0", " "):
            with self.subTest(wrong=wrong), Pbx() as pbx:
                pbx.on("Getvar", fake.answer_with_id(wrong))
                result = self.action(pbx, "--timeout", "1", "Getvar", "Variable=X")
                self.assert_code(result, cli.TIMEOUT)
                self.assertNotIn(b"not meant for you", result.stdout)

    def test_fault_015_id_that_only_begins_alike(self):
        """The id of an answer must match as a whole, not by its beginning or end."""
        pbx = self.start(Pbx())

        def nearly(session, action):
            for wrong in (action.id + "0", "0" + action.id, action.id[:-1], action.id + " "):
                fake.answer_with_id(wrong)(session, action)
            session.server.answer(session, action)

        pbx.on("Getvar", nearly)
        result = self.action(pbx, "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.value(result, "Value"), "value of X")

    def test_fault_015_answered_twice(self):
        pbx = self.start(Pbx())
        pbx.on("Getvar", fake.answer_twice)
        result = self.action(pbx, "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)
        self.assertEqual(len(result.packets), 1, str(result))

    def test_fault_015_two_action_ids_in_one_answer(self):
        """The first occurrence of a key wins."""
        pbx = self.start(Pbx())

        def forged(session, action):
            session.send(packet(("Response", "Success"), ("ActionID", "other"),
                                ("ActionID", action.id), ("Message", "not meant for you")))
            session.server.answer(session, action)

        pbx.on("Getvar", forged)
        result = self.action(pbx, "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.value(result, "Value"), "value of X")

    def test_fault_015_event_with_our_id_before_the_response(self):
        pbx = self.start(Pbx())

        def event_first(session, action):
            session.send(packet(("Event", "VarSet"), ("ActionID", action.id)))
            session.server.answer(session, action)

        pbx.on("Getvar", event_first)
        result = self.action(pbx, "Getvar", "Variable=X")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.value(result, "Value"), "value of X")


class ListTest(ActionTest):
    def names(self, result):
        return [p["name"] for p in result.packets]

    def test_fault_016_whole_list(self):
        """The healthy case, so that the others mean something; new marks and none."""
        for version, marked in (("5.0.4", True), ("1.1", False)):
            with self.subTest(version=version), \
                    Pbx(banner=f"Asterisk Call Manager/{version}") as pbx:
                result = self.action(pbx, "CoreShowChannels")
                self.assert_code(result, cli.DONE)
                self.assertEqual(self.names(result), ["Success", "CoreShowChannel",
                                                      "CoreShowChannelsComplete"])
                self.assertEqual(b"EventList" in result.stdout, marked)

    def test_fault_016_lists_whose_names_differ(self):
        """Complete events are told by their own names, not by the action's."""
        for version in ("5.0.4", "1.3"):
            for action, complete in (("SIPpeers", "PeerlistComplete"),
                                     ("Status", "StatusComplete"),
                                     ("QueueStatus", "QueueStatusComplete")):
                with self.subTest(version=version, action=action), \
                        Pbx(banner=f"Asterisk Call Manager/{version}") as pbx:
                    result = self.action(pbx, action)
                    self.assert_code(result, cli.DONE)
                    self.assertEqual(self.names(result)[-1], complete)

    def test_fault_016_empty_list(self):
        pbx = self.start(Pbx())
        pbx.lists["coreshowchannels"].items = []
        result = self.action(pbx, "CoreShowChannels")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.names(result), ["Success", "CoreShowChannelsComplete"])

    def test_fault_016_list_without_complete(self):
        """Ends by timeout with what came, and says that it is not all."""
        pbx = self.start(Pbx())
        pbx.on("CoreShowChannels", fake.list_without_complete)
        result = self.action(pbx, "--timeout", "1", "CoreShowChannels")
        self.assert_code(result, cli.TIMEOUT)
        self.assertEqual(self.names(result), ["Success", "CoreShowChannel"])
        self.assert_one_clear_line(result)
        self.assertRegex(result.stderr.lower(), "partial|incomplete|not complete|part of")

    def test_fault_016_complete_of_another_list(self):
        pbx = self.start(Pbx())

        def confused(session, action):
            fake.list_without_complete(session, action)
            session.send(packet(("Event", "PeerlistComplete"), ("ActionID", "other"),
                                ("EventList", "Complete"), ("ListItems", "9")))
            session.send(packet(("Event", "CoreShowChannelsComplete"),
                                ("EventList", "Complete"), ("ListItems", "9")))

        pbx.on("CoreShowChannels", confused)
        result = self.action(pbx, "--timeout", "1", "CoreShowChannels")
        self.assert_code(result, cli.TIMEOUT)
        self.assertEqual(self.names(result), ["Success", "CoreShowChannel"])

    def test_fault_016_live_events_between_items(self):
        """Same names, but no ActionID: live events are no items."""
        pbx = self.start(Pbx())

        def mixed(session, action):
            respond(session, action, "Success", ("EventList", "start"), ("Message", "follows"))
            for number in range(3):
                session.send(packet(("Event", "DeviceStateChange"), ("Device", "SIP/live")))
                session.send(packet(("Event", "DeviceStateChange"),
                                    ("Device", f"SIP/{number}"), ("ActionID", action.id)))
            session.send(packet(("Event", "DeviceStateListComplete"), ("ActionID", action.id),
                                ("EventList", "Complete"), ("ListItems", "3")))

        pbx.on("DeviceStateList", mixed)
        result = self.action(pbx, "DeviceStateList")
        self.assert_code(result, cli.DONE)
        self.assertEqual(self.names(result), ["Success"] + ["DeviceStateChange"] * 3 +
                         ["DeviceStateListComplete"])
        self.assertNotIn(b"SIP/live", result.stdout)

    def test_fault_016_list_refused(self):
        """An Error in place of a list is an answer, at once."""
        pbx = self.start(Pbx())
        pbx.on("PJSIPShowContacts", lambda session, action: fake.error(
            session, action, "No Contacts found\n"))
        result = self.action(pbx, "PJSIPShowContacts")
        self.assert_code(result, cli.NEGATIVE)
        self.assertLessEqual(result.seconds, 2 * SLOW)

    def test_fault_016_connection_lost_in_a_list(self):
        pbx = self.start(Pbx())

        def cut(session, action):
            fake.list_without_complete(session, action)
            session.close()

        pbx.on("CoreShowChannels", cut)
        result = self.action(pbx, "CoreShowChannels")
        self.assert_code(result, cli.NO_CONNECTION, cli.PROTOCOL)
        self.assertLessEqual(result.seconds, 5 * SLOW, str(result))
        self.assertTrue(result.messages, str(result))


class CommandTest(CliTest):
    """017: output of CLI commands that looks like something else."""

    OUTPUT = ["", "Event: Hangup", "Channel: SIP/101-1", "", "Response: Error",
              "text --END COMMAND-- text", "--END COMMAND--", "  indented: x  ",
              "Privilege: Command", "ActionID: 1", "Номер абонента", "Output: x", "", "last"]
    VERSIONS = ("1.1", "2.10.6", "3.2.2", "11.0.0")

    def command(self, pbx, text):
        return cli.run("command", cli.url(pbx.port), text)

    def test_fault_017_output_is_intact(self):
        for version in self.VERSIONS:
            with self.subTest(version=version), \
                    Pbx(banner=f"Asterisk Call Manager/{version}") as pbx:
                pbx.commands["dialplan show"] = self.OUTPUT
                result = self.command(pbx, "dialplan show")
                self.assert_code(result, cli.DONE)
                self.assertEqual(result.lines, self.OUTPUT)

    def test_fault_017_long_output(self):
        lines = [f"line {n}: " + "x" * 100 for n in range(20_000)]
        for version in ("1.3", "11.0.0"):
            with self.subTest(version=version), \
                    Pbx(banner=f"Asterisk Call Manager/{version}", write_timeout=5) as pbx:
                pbx.commands["core show hints"] = lines
                result = self.command(pbx, "core show hints")
                self.assert_code(result, cli.DONE)
                self.assertEqual(result.lines, lines)

    def test_fault_017_no_output(self):
        pbx = self.start(Pbx(banner="Asterisk Call Manager/1.3"))

        def empty(session, action):
            session.send(b"Response: Follows\r\nPrivilege: Command\r\nActionID: " +
                         action.id.encode() + b"\r\n--END COMMAND--\r\n\r\n")

        pbx.on("Command", empty)
        result = self.command(pbx, "logger reload")
        self.assert_code(result, cli.DONE)
        self.assertEqual(result.stdout, b"")

    def test_fault_017_no_forged_event(self):
        """A listener shows no event that was only text in somebody's output."""
        pbx = self.start(Pbx(banner="Asterisk Call Manager/1.3"))
        running = self.listener(pbx)
        pbx.broadcast(b"Response: Follows\r\nPrivilege: Command\r\nActionID: not-ours\r\n"
                      b"Event: Hangup\nCause: 16\n\n\r\n\r\nEvent: Hangup\r\nCause: 17\r\n\r\n"
                      b"--END COMMAND--\r\n\r\n")
        tick(pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(running.events("Hangup"), [])

    def test_fault_017_refusals(self):
        pbx = self.start(Pbx(accounts={"crm": Account("secret", write=frozenset({"call"}))}))
        result = self.command(pbx, "core show version")
        self.assert_code(result, cli.NEGATIVE)
        self.assertIn("Permission denied", result.stderr)


class RefusedLoginTest(ActionTest):
    def check_refused(self, pbx, *reasons, secret="secret"):
        result = self.action(pbx, "Ping", secret=secret)
        self.assert_code(result, cli.REFUSED)
        self.assert_one_clear_line(result)
        self.assertLessEqual(result.seconds, 5 * SLOW)
        self.assertEqual(pbx.count("connect"), 1, "a second try after a refusal")
        self.assertRegex(result.stderr.lower(), "|".join(reasons))

    def test_fault_019_wrong_secret(self):
        self.check_refused(self.start(Pbx()), "secret", secret="wrong")

    def test_fault_019_address_not_permitted(self):
        account = Account("secret", permitted=False)
        self.check_refused(self.start(Pbx(accounts={"crm": account})), "permit")

    def test_fault_019_already_in_use(self):
        account = Account("secret", multiple_login=False)
        pbx = self.start(Pbx(accounts={"crm": account}))
        self.listener(pbx)
        result = self.action(pbx, "Ping")
        self.assert_code(result, cli.REFUSED)
        self.assertRegex(result.stderr.lower(), "in use|logged in already|allowmultiplelogin")

    def test_fault_019_wrong_challenge(self):
        """A server whose challenge is empty, huge, or refused: no hang, no secret in clear."""
        answers = {
            "refused": lambda s, a: fake.error(s, a, "Must specify AuthType"),
            "empty": lambda s, a: respond(s, a, "Success", ("Challenge", "")),
            "absent": lambda s, a: respond(s, a, "Success", ("Message", "none")),
            "huge": lambda s, a: respond(s, a, "Success", ("Challenge", "9" * 100_000)),
            "no answer": fake.swallow,
        }
        for name, answer in answers.items():
            with self.subTest(name=name), Pbx() as pbx:
                pbx.on("Challenge", answer)
                result = self.action(pbx, "Ping", secret="marker-9Zq4")
                self.assertTrue(pbx.ledger.packets("Challenge"), "no challenge was asked for")
                self.assertNotEqual(result.code, cli.DONE, str(result))
                self.assert_code(result, cli.REFUSED, cli.PROTOCOL, cli.TIMEOUT)
                self.assertLessEqual(result.seconds, 6 * SLOW, str(result))
                self.assertNotIn(b"marker-9Zq4", pbx.ledger.received())

    def test_fault_019_listen_ends_when_refused_at_first(self):
        with Pbx() as pbx:
            result = cli.run("listen", cli.url(pbx.port), secret="wrong")
            self.assert_code(result, cli.REFUSED)
            self.assertEqual(pbx.count("connect"), 1)

    def test_fault_019_no_retry_storm(self):
        """Refused when it comes back: at most one try a minute, and the reason is told."""
        pbx = self.start(Pbx())
        running = self.listener(pbx)
        pbx.accounts["crm"].secret = "changed meanwhile"
        pbx.drop_all()
        self.assertTrue(pbx.wait_connections(2, 5 * SLOW), running)
        self.assertTrue(pbx.wait_closed(2, 5 * SLOW), running)
        minutes = 2 if cli.LONG else 0.25
        time.sleep(60 * minutes)
        refused = [e for e in pbx.ledger.find("note") if e.data == "login refused"]
        self.assertLessEqual(len(refused), 1 + int(minutes))
        self.assertRegex(running.stderr.lower(), "refused|secret")


class RightsTest(CliTest):
    """028: an account that may not see calls."""

    def probe(self, read, write=ALL_CLASSES):
        pbx = self.start(Pbx(accounts={"crm": Account("secret", frozenset(read),
                                                      frozenset(write))}))
        result = cli.run("probe", cli.url(pbx.port), "--lang", "en", seconds=40)
        return result, (result.stdout.decode() + result.stderr).lower()

    def test_fault_028_missing_classes_are_named(self):
        result, text = self.probe(ALL_CLASSES - {"call", "reporting"})
        self.assertNotEqual(result.code, cli.USAGE, str(result))
        self.assertRegex(text, r"missing[^\n]*\bcall\b")
        self.assertRegex(text, r"missing[^\n]*\breporting\b")

    def test_fault_028_nothing_missing(self):
        """The same words do not appear for an account that has them."""
        _, text = self.probe(ALL_CLASSES)
        self.assertNotRegex(text, r"missing[^\n]*\b(call|reporting)\b")


if __name__ == "__main__":
    unittest.main()
