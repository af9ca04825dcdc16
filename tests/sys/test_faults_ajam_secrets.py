"""Faults 115, 118, and 032, 033 over AJAM: digest access in every form, secrets that stay out
of URLs and logs, text that wants to be more than text."""

import re
import unittest

from ajam_common import DIGEST, KINDS, PLAIN, AjamTest, post_ticks, url

import ajam_faults as faults
import cli
from ajam import Ajam
from ajam_digest import parameters
from pbx import Account
from test_faults_injection import FIELDS, LINE_BREAKS

MARKER = "mArKeR-7Qz4xK"
VERBOSE = ([], ["-v"], ["-vv"], ["-vvv"], ["--debug"])


def is_post(request):
    return request.method == "POST"


def has_answer(request):
    return request.header("Authorization") is not None


class DigestTest(AjamTest):
    def counts(self, ajam):
        """nonce: its nonce counts in the order they came; None for an answer without."""
        found = {}
        for request in filter(has_answer, ajam.requests()):
            given = parameters(request.header("Authorization"))
            found.setdefault(given["nonce"], []).append(given.get("nc"))
        return found

    def check_counts(self, ajam):
        for counts in self.counts(ajam).values():
            self.assertEqual(counts, sorted(set(counts)), "a nonce count came again")

    def test_fault_115_healthy(self):
        """Asked once, then every request brings its own count."""
        for kind in DIGEST:
            for version in ("11", "22"):
                ajam = self.ajam(version)
                self.assert_code(self.action(ajam, kind=kind), cli.DONE)
                unanswered = [r for r in ajam.requests() if not has_answer(r)]
                self.assertEqual(len(unanswered), 1)
                self.assertEqual([r.status for r in ajam.requests()].count(401), 1)
                self.check_counts(ajam)

    def test_fault_115_counts_grow_over_two_connections(self):
        ajam = self.ajam()
        running = self.listen(ajam, "arawman")
        for number in range(1, 30):
            post_ticks(ajam, number)
            self.assert_seen(running, range(1, number + 1))
        self.check_counts(ajam)
        self.assertEqual([r.status for r in ajam.requests()].count(401), 1, running)
        self.assert_never_lost(running)

    def test_fault_115_stale_nonce(self):
        """stale=true: once more, without asking anybody."""
        for kind in DIGEST:
            ajam = self.ajam()
            ajam.fault(faults.then(ajam.digest.expire_nonces),
                       lambda request: request.status == 200, times=1)
            result = self.action(ajam, kind=kind)
            self.assert_code(result, cli.DONE)
            self.assertEqual([r.status for r in ajam.requests()].count(401), 2, result)
            self.check_counts(ajam)

    def test_fault_115_always_stale(self):
        """One retry only."""
        ajam = self.ajam()
        ajam.digest.always_stale = True
        result = self.action(ajam, kind="arawman")
        self.assert_code(result, cli.REFUSED, cli.PROTOCOL)
        self.assert_one_clear_line(result)
        self.assertEqual(len(ajam.requests()), 3, result)

    def test_fault_115_wrong_secret(self):
        """Exit code 4 with the place to look at, after one try."""
        for kind in DIGEST:
            ajam = self.ajam()
            result = self.action(ajam, kind=kind, secret="wrong")
            self.assert_code(result, cli.REFUSED)
            self.assert_one_clear_line(result)
            self.assertIn("manager.conf", result.stderr)
            self.assertEqual(len(ajam.requests()), 2, result)

    def test_fault_115_wrong_secret_with_a_login(self):
        for kind in PLAIN:
            result = self.action(self.ajam(), kind=kind, secret="wrong")
            self.assert_code(result, cli.REFUSED)
            self.assert_one_clear_line(result)
            self.assertIn("manager.conf", result.stderr)

    def test_fault_115_address_not_permitted(self):
        ajam = self.ajam(accounts={"crm": Account("secret", permitted=False)})
        for kind in ("arawman", "rawman"):
            result = self.action(ajam, kind=kind)
            self.assert_code(result, cli.REFUSED)
            self.assertIn("manager.conf", result.stderr)

    def check_form(self, **form):
        for kind in DIGEST:
            with self.subTest(kind=kind, **form):
                ajam = self.ajam()
                for name, value in form.items():
                    setattr(ajam.digest, name, value)
                self.assert_code(self.action(ajam, kind=kind), cli.DONE)
                running = self.listen(ajam, kind)
                post_ticks(ajam, 1)
                self.assert_seen(running, [1])
                self.assert_never_lost(running)
                running.stop()

    def test_fault_115_qop_absent(self):
        self.check_form(qop=False)

    def test_fault_115_md5_sess(self):
        self.check_form(algorithm="MD5-sess")

    def test_fault_115_realm_with_quotes(self):
        self.check_form(realm='the "PBX" of A\\B, qop="none"')

    def test_fault_115_unknown_algorithm(self):
        ajam = self.ajam()
        ajam.digest.algorithm = "SHA-512-256"
        result = self.action(ajam, kind="arawman")
        self.assert_code(result, cli.REFUSED, cli.PROTOCOL)
        self.assert_one_clear_line(result)
        self.assertEqual(len(ajam.requests()), 1, result)

    def test_fault_115_cookie_and_digest_together(self):
        """A cookie beside the digest changes nothing."""
        for kind in DIGEST:
            ajam = self.ajam()
            ajam.fault(faults.with_cookie('mansession_id="deadbeef"; Version=1; Max-Age=60'))
            running = self.listen(ajam, kind)
            for number in (1, 2, 3):
                post_ticks(ajam, number)
                self.assert_seen(running, range(1, number + 1))
            self.check_counts(ajam)
            self.assert_never_lost(running)

    def test_fault_115_digest_on_a_path_with_login(self):
        """A 401 where none was expected, and another scheme beside the digest."""
        basic = ("WWW-Authenticate", 'Basic realm="proxy"')
        ajam = self.ajam()
        ajam.fault(faults.status(401, "Unauthorized", fields=[basic]))
        self.assert_code(self.action(ajam), cli.REFUSED, cli.PROTOCOL, cli.NO_CONNECTION)
        self.assertLessEqual(len(ajam.requests()), 2)
        ajam = self.ajam()
        ajam.fault(faults.Change(lambda request, reply: reply.fields.insert(0, basic)),
                   lambda request: request.status == 401)
        self.assert_code(self.action(ajam, kind="arawman"), cli.DONE)


class SecretsTest(AjamTest):
    """Neither a secret nor what stands for one is in a URL or in a log."""

    HIDDEN = (MARKER, "?", "mansession_id", "Key=", "key=", "cnonce", "Secret=", "secret=")

    def ajam_with_marker(self, version="22"):
        return self.ajam(version, accounts={"crm": Account(MARKER)})

    def check_logs(self, text, where):
        for word in self.HIDDEN:
            self.assertNotIn(word, text, where)

    def test_fault_118_logs_at_every_level(self):
        for kind in KINDS:
            for level in VERBOSE:
                with self.subTest(kind=kind, level=level):
                    ajam = self.ajam_with_marker()
                    result = self.action(ajam, kind=kind, options=level, secret=MARKER)
                    self.check_logs(result.stderr, result)
                    self.assertNotIn(MARKER.encode(), result.stdout, result)
                    if level in ([], ["-v"]):
                        self.assert_code(result, cli.DONE)

    def test_fault_118_logs_of_a_listener(self):
        """Events, a loss and a new login, with the queries of GET."""
        ajam = self.ajam_with_marker()
        ajam.fault(faults.status(501, "Not Implemented"), is_post)
        running = self.listen(ajam, "rawman", "-v", secret=MARKER)
        ajam.restart()
        self.assert_back(ajam, running)
        post_ticks(ajam, 1)
        self.assert_seen(running, [1])
        self.check_logs(running.stderr, running)
        with open(f"/proc/{running.pid}/cmdline", "rb") as file:
            self.assertNotIn(MARKER.encode(), file.read())

    def test_fault_118_secret_in_the_url(self):
        """Taken from there, and shown nowhere."""
        ajam = self.ajam_with_marker()
        where = url(ajam, user=f"crm:{MARKER}")
        result = cli.run("action", "-v", where, "Ping", secret=None)
        self.check_logs(result.stderr, result)
        ajam.stop()
        result = cli.run("action", "-v", where, "Ping", secret=None)
        self.assert_code(result, cli.NO_CONNECTION)
        self.assertNotIn(MARKER, result.stderr)

    def test_fault_118_post_where_the_server_allows(self):
        """No query at all, and no secret even in the body when the login is by MD5."""
        for version in ("1.8", "11", "13", "16", "22"):
            for kind in KINDS:
                with self.subTest(version=version, kind=kind):
                    ajam = self.ajam_with_marker(version)
                    self.assert_code(self.action(ajam, kind=kind, secret=MARKER), cli.DONE)
                    self.assertEqual({(r.method, r.query) for r in ajam.requests()},
                                     {("POST", "")})
                    self.assertNotIn(MARKER.encode(), ajam.ledger.received())

    def test_fault_118_plain_login_by_post(self):
        ajam = self.ajam_with_marker()
        result = self.action(ajam, options=["--plain-login"], secret=MARKER)
        self.assert_code(result, cli.DONE)
        [login] = ajam.requests("Login")
        self.assertEqual((login.method, login.query), ("POST", ""))
        self.assertEqual(login.param("secret"), MARKER)
        self.check_logs(result.stderr, result)

    def test_fault_118_no_secret_in_a_get(self):
        """Plain login where no POST is taken: an error, and no second request."""
        for refusal in (faults.status(405, "Method Not Allowed"), faults.no_action()):
            ajam = self.ajam_with_marker()
            ajam.fault(refusal, is_post)
            result = self.action(ajam, options=["--plain-login"], secret=MARKER)
            self.assert_code(result, cli.PROTOCOL)
            self.assertIn("the secret would stand in the URL", result.stderr)
            self.assertEqual([r.method for r in ajam.requests()], ["POST"])

    def test_fault_118_get_where_post_is_refused(self):
        """501, 405, or a form that the server did not see: GET from then on, and still no
        secret in it."""
        refusals = {"501": faults.status(501, "Not Implemented"),
                    "405": faults.status(405, "Method Not Allowed"),
                    "413": faults.status(413, "Request Entity Too Large"),
                    "no action": faults.no_action()}
        for kind in KINDS:
            for name, refusal in refusals.items():
                with self.subTest(kind=kind, refusal=name):
                    ajam = self.ajam_with_marker()
                    ajam.fault(refusal, is_post)
                    result = self.action(ajam, kind=kind, secret=MARKER)
                    self.assert_code(result, cli.DONE)
                    self.assertNotIn(MARKER.encode(), ajam.ledger.received())
                    posts = sum(is_post(r) and r.status != 401 for r in ajam.requests())
                    if name != "413":  # that one depends on the length
                        self.assertEqual(posts, 1, result)

    def test_fault_118_long_action_for_an_old_server(self):
        """1.8 takes 1024 bytes by POST and 4095 in a line: the longer goes by GET."""
        for version, kind in (("1.8", "rawman"), ("11", "amxml")):
            ajam = self.ajam_with_marker(version)
            result = self.action(ajam, "Setvar", "Variable=X", "Value=" + "v" * 990,
                                 "Other=" + "o" * 300, kind=kind, secret=MARKER)
            self.assert_code(result, cli.DONE)
            self.assertEqual(ajam.pbx.variables, {"X": "v" * 990})
            self.assertEqual([r.method for r in ajam.requests("Setvar")][-1], "GET")


class RefusedTest(AjamTest):
    """Refused before a byte of it is sent; here before anything at all is sent."""

    @classmethod
    def setUpClass(cls):
        cls.server = Ajam().start()
        cls.addClassCleanup(cls.server.stop)

    def refused(self, words, field):
        result = cli.run(*words)
        self.assert_code(result, cli.USAGE)
        self.assert_one_clear_line(result)
        self.assertTrue(re.search(field, result.stderr), f"{field}: {result}")
        actions = {r.action for r in self.server.requests()}
        self.assertLessEqual(actions, {"challenge", "login", "coresettings", "waitevent",
                                       "logoff"}, result)

    def test_fault_032_line_breaks(self):
        for kind in ("rawman", "amxml"):
            for place, (template, field) in FIELDS.items():
                for name in ("LF", "CR", "second packet", "LF at the end"):
                    with self.subTest(kind=kind, place=place, payload=name):
                        words = [word.replace("{url}", url(self.server, kind))
                                 .replace("{}", LINE_BREAKS[name]) for word in template]
                        self.refused(words, field)

    def test_fault_033_long_lines_and_many_fields(self):
        """The limits are those of the AMI: what arrives by HTTP becomes lines of it."""
        where = url(self.server)
        self.refused(["action", where, "Setvar", "Variable=X", "Value=" + "v" * 2000], "Value")
        self.refused(["action", where, "Setvar", *["Variable=A=1"] * 130], "(?i)variable|128")

    def test_fault_032_percent_and_plus_stay_text(self):
        """What a URL would take for something else arrives as it was given."""
        text = "100%25 a+b&c=d;e#f?g '\"<x> \u044f"
        for fault in (None, faults.status(501, "Not Implemented")):
            ajam = self.ajam()
            if fault:
                ajam.fault(fault, is_post)
            result = self.action(ajam, "UserEvent", "UserEvent=Text", f"Text={text}")
            self.assert_code(result, cli.DONE)
            [request] = [r for r in ajam.requests("UserEvent") if r.status == 200]
            self.assertEqual(request.param("Text"), text)


if __name__ == "__main__":
    unittest.main()
