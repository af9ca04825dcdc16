"""Faults 111, 117 and a part of 116: AJAM sessions that expire, cookies in every form, somebody
else in between; and the healthy case in every encoding and version."""

import re
import signal
import tempfile
import time
import unittest

from common import MEASURED

from ajam_common import (DIGEST, KINDS, PLAIN, WAITS, AjamTest, field_of, is_action, post_ticks,
                         seen, url)

import ajam_faults as faults
import cli
from cli import SLOW
from pbx import Account
from process import AjamProcess
from server import make_certificate


class ExpiryTest(AjamTest):
    def test_fault_111_session_expired_between_two_waits(self):
        """The events of the last answer came; then a new login, and what follows it."""
        for kind in PLAIN:
            with self.subTest(kind=kind):
                ajam = self.ajam()
                running = self.listen(ajam, kind)
                ajam.fault(faults.then(ajam.expire_sessions), WAITS, times=1)
                post_ticks(ajam, 1, 2, 3)
                self.assert_back(ajam, running)
                post_ticks(ajam, 4)
                self.assert_seen(running, [1, 2, 3, 4])
                self.assertEqual(len(ajam.logins()), 2, running)

    def test_fault_111_nonce_expired_between_two_waits(self):
        """A nonce goes stale, its session lives on under the next one with all it kept."""
        for kind in DIGEST:
            with self.subTest(kind=kind):
                ajam = self.ajam()
                running = self.listen(ajam, kind)
                ajam.fault(faults.then(ajam.digest.expire_nonces), WAITS, times=1)
                post_ticks(ajam, 1, 2, 3)
                self.assert_seen(running, [1, 2, 3])
                post_ticks(ajam, 4)
                self.assert_seen(running, [1, 2, 3, 4])
                self.assert_never_lost(running)
                self.assertIn(401, [r.status for r in ajam.requests("WaitEvent")], running)

    def test_fault_111_stopped_over_digest(self):
        """Stopped for longer than a session lives: over digest nobody says that it expired,
        only the time does."""
        ajam = self.ajam(http_timeout=15)
        running = self.listen(ajam, "arawman")
        running.process.send_signal(signal.SIGSTOP)
        time.sleep(16)
        running.process.send_signal(signal.SIGCONT)
        self.assert_back(ajam, running)
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])

    def test_fault_111_short_httptimeout(self):
        """httptimeout=11 leaves waits of one second: nothing is lost by that."""
        ajam = self.ajam(http_timeout=11)
        running = self.listen(ajam)
        for number in range(1, 8):
            time.sleep(0.7)
            post_ticks(ajam, number)
        self.assert_seen(running, range(1, 8))
        self.assert_never_lost(running)
        self.assertEqual(len(ajam.logins()), 1, running)

    def test_fault_111_server_restarted_in_a_wait(self):
        for version in ("11", "22"):
            with self.subTest(version=version):
                ajam = self.ajam(version)
                running = self.listen(ajam)
                post_ticks(ajam, 1)
                self.assert_seen(running, [1])
                ajam.restart()
                self.assert_back(ajam, running)
                post_ticks(ajam, 2)
                self.assert_seen(running, [1, 2])

    def test_fault_111_server_killed(self):
        """kill -9: what is printed of each life is without gap behind its first number."""
        with AjamProcess(0.02) as process:
            where = f"http://crm@127.0.0.1:{process.port}/asterisk/mxml"
            running = self.start(cli.Running("listen", where))
            self.assertTrue(running.wait_until(lambda: len(seen(running)) > 20), running)
            process.kill()
            time.sleep(0.2)
            process.start("2026-11-21 04:00:00")
            self.assertTrue(process.wait_logins(2, 20 * SLOW), running)
            before = len(seen(running))
            self.assertTrue(running.wait_until(lambda: len(seen(running)) > before + 20),
                            running)
        lives = {}
        for packet in running.events("UserEvent"):
            number = int(field_of(packet, "seq"))
            lives.setdefault(field_of(packet, "startup"), []).append(number)
        self.assertEqual(len(lives), 2, running)
        for numbers in lives.values():
            self.assertEqual(numbers, list(range(numbers[0], numbers[-1] + 1)))

    def test_fault_111_server_frozen_in_a_wait(self):
        """Noticed when the wait is so much over its time."""
        ajam = self.ajam(http_timeout=11)
        running = self.listen(ajam)
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        ajam.freeze()
        began = time.monotonic()
        self.assertTrue(running.wait_until(lambda: self.losses(running), 25), running)
        self.assertLessEqual(self.losses(running)[0] - began, (1 + 15 + MEASURED) * SLOW)
        ajam.restart()
        self.assertTrue(ajam.wait_logins(2, 15 * SLOW), running)
        post_ticks(ajam, 2)
        self.assert_seen(running, [1, 2])

    def test_fault_111_no_right_is_no_expiry(self):
        """`Permission denied` with a Ping that is answered: the session lives."""
        account = Account("secret", write=frozenset({"call"}))
        for kind in KINDS:
            ajam = self.ajam(accounts={"crm": account})
            result = self.action(ajam, "Command", "Command=core show version", kind=kind)
            self.assert_code(result, cli.NEGATIVE)
            self.assertIn("Permission denied", result.stdout.decode())
            self.assertEqual(len(ajam.logins()), 1, result)

    def test_fault_111_session_expired_before_an_action(self):
        ajam = self.ajam()
        ajam.fault(faults.then(ajam.expire_sessions), is_action("CoreSettings"), times=1)
        result = self.action(ajam)
        self.assert_code(result, cli.DONE, cli.NO_CONNECTION)
        self.assertLessEqual(len(result.messages), 1, result)

    def test_fault_111_session_ended_in_a_wait(self):
        """Somebody else takes the wait: an empty answer, and no event is lost by it."""
        ajam = self.ajam()
        running = self.listen(ajam)
        [session] = ajam.sessions_known.known.values()
        session.wait(0)
        self.assertTrue(ajam.wait_requests("WaitEvent", 2, 5 * SLOW), running)
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        self.assert_never_lost(running)


class CookieTest(AjamTest):
    RIGHT = 'mansession_id="{}"; Version=1; Max-Age=60'
    FORMS = {
        "quoted": [RIGHT],
        "bare": ["mansession_id={}"],
        "name in capitals": ['MANSESSION_ID="{}"; Version=1'],
        "another path": ["mansession_id={}; Path=/elsewhere; Secure; HttpOnly"],
        "with others around": ["a=b; Path=/", RIGHT, "c=d"],
        "one that ends first": ['mansession_id="00000000"; Max-Age=0', RIGHT],
        "spaces": ['mansession_id = "{}" ; Version=1'],
    }

    def key(self, ajam):
        [key] = ajam.sessions_known.known
        return key

    def sent(self, request):
        """The values of the session's cookie in that request."""
        return [value for text in request.all("Cookie")
                for value in re.findall(r'mansession_id="?([^";]*)', text)]

    def check(self, ajam, running, where):
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        self.assertTrue(ajam.wait_requests("WaitEvent", 2, 5 * SLOW), where)
        for request in ajam.requests("WaitEvent"):
            self.assertEqual(self.sent(request), [self.key(ajam)], where)
        self.assert_never_lost(running)

    def test_fault_117_every_form(self):
        for name, lines in self.FORMS.items():
            with self.subTest(form=name):
                ajam = self.ajam()
                ajam.fault(faults.cookie(*lines))
                self.check(ajam, self.listen(ajam), name)

    def test_fault_117_a_stranger_in_later_answers(self):
        """Only the cookie of the login counts, whatever else is offered afterwards."""
        ajam = self.ajam()
        ajam.fault(faults.with_cookie('mansession_id="deadbeef"; Version=1; Max-Age=60'),
                   WAITS)
        self.check(ajam, self.listen(ajam), "two")
        ajam = self.ajam()
        ajam.fault(faults.cookie('mansession_id="deadbeef"; Version=1'), WAITS)
        self.check(ajam, self.listen(ajam), "another")

    def test_fault_117_none_in_later_answers(self):
        ajam = self.ajam()
        ajam.fault(faults.cookie(), WAITS)
        self.check(ajam, self.listen(ajam), "none")

    def test_fault_117_unusable(self):
        """No session can be had: refused in a finite number of steps."""
        for line in ("mansession_id=" + "a" * 5000, 'mansession_id="a b\x01"', "x=y"):
            ajam = self.ajam()
            ajam.fault(faults.cookie(line))
            result = self.action(ajam)
            self.assert_code(result, cli.REFUSED, cli.PROTOCOL, cli.NO_CONNECTION)
            self.assertLessEqual(len(ajam.requests()), 6, result)


class ProxyTest(AjamTest):
    def test_fault_116_proxy_that_caches(self):
        """No two requests are alike, so nothing of the past comes again."""
        for kind in PLAIN:
            ajam = self.ajam()
            ajam.fault(faults.status(501, "Not Implemented"), lambda r: r.method == "POST")
            ajam.fault(faults.Cache())
            running = self.listen(ajam, kind)
            for number in range(1, 6):
                post_ticks(ajam, number)
                self.assert_seen(running, range(1, number + 1))
            self.assert_never_lost(running)
            queries = [r.query for r in ajam.requests("WaitEvent")]
            self.assertEqual(len(queries), len(set(queries)))

    def test_fault_116_proxy_that_caches_whatever_was_asked(self):
        """It gives the answer to another action: refused with its name."""
        for kind in PLAIN:
            ajam = self.ajam()
            ajam.fault(faults.Cache(ignores_query=True))
            result = self.action(ajam, kind=kind)
            self.assert_code(result, cli.PROTOCOL)
            self.assert_one_clear_line(result)
            self.assertIn("cache", result.stderr)

    def test_fault_116_proxy_that_only_passes_on(self):
        """What honest proxies add to an answer is no reason to refuse it."""
        added = [("Via", "1.1 proxy"), ("Age", "0"), ("X-Cache", "MISS"),
                 ("Connection", "keep-alive"), ("Vary", "Accept-Encoding")]
        for kind in KINDS:
            ajam = self.ajam()
            ajam.fault(faults.Change(lambda request, reply: reply.fields.extend(added)))
            running = self.listen(ajam, kind)
            post_ticks(ajam, 1)
            self.assert_seen(running, [1])
            self.assert_never_lost(running)

    def test_fault_116_somebody_else_in_mid_session(self):
        """503, a login page or a redirection in place of an answer: lost, told, and back."""
        for fault in (faults.busy(), faults.portal(), faults.redirect()):
            ajam = self.ajam()
            running = self.listen(ajam)
            ajam.fault(fault, WAITS, times=1)
            post_ticks(ajam, 1)
            self.assert_back(ajam, running)
            post_ticks(ajam, 2)
            self.assert_seen(running, [1, 2])


class EveryWayTest(AjamTest):
    """The healthy case, so that the faults above are known to be the reason."""

    def test_every_encoding_and_version(self):
        for version in ("1.8", "11", "13", "16", "22"):
            for kind in KINDS:
                with self.subTest(version=version, kind=kind):
                    ajam = self.ajam(version)
                    running = self.listen(ajam, kind)
                    for number in range(1, 6):
                        post_ticks(ajam, number)
                    self.assert_seen(running, range(1, 6))
                    self.assert_never_lost(running)
                    running.stop()
                    self.assert_code(self.action(ajam, kind=kind), cli.DONE)

    def test_https(self):
        folder = self.start(tempfile.TemporaryDirectory())
        certificate = make_certificate(folder)
        ajam = self.ajam(tls=certificate.server_context())
        running = self.listen(ajam, "rawman", "--ca", certificate.ca,
                              where=url(ajam, scheme="https", host="localhost"))
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        self.assertEqual(cli.run("action", url(ajam, scheme="https"), "Ping").code,
                         cli.NO_CONNECTION)

    def test_command_while_a_wait_hangs(self):
        """It goes over a connection of its own, and its events come by the wait."""
        for version in ("11", "22"):
            ajam = self.ajam(version)
            result = cli.run("originate", url(ajam), "--from", "200", "--to", "201",
                             "--channel", "SIP/200")
            self.assertEqual(result.packets[-1]["result"], "failed", result)
            [originate] = ajam.requests("Originate")
            hanging = [r for r in ajam.requests("WaitEvent") if r.began < originate.began
                       and (r.ended is None or r.ended > originate.began)]
            self.assertEqual(len(hanging), 1, result)
            self.assertNotEqual(hanging[0].connection, originate.connection)

    def test_mxml_bodies_are_those_of_the_encoder(self):
        """What is printed from mxml is what went into it."""
        ajam = self.ajam()
        running = self.listen(ajam, "mxml")
        ajam.event("UserEvent", ("Text", "a & b <c> \"d\" 'e' я"), ("Seq", 1), classes="user")
        self.assert_seen(running, [1])
        [packet] = running.events("UserEvent")
        self.assertIn(["text", "a & b <c> \"d\" 'e' я"], packet["fields"])


if __name__ == "__main__":
    unittest.main()
