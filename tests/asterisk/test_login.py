"""Logging in: by challenge, plainly, with every way to be refused."""

import tempfile
from pathlib import Path

from lab import DONE, REFUSED, LiveTest, Relay, both_versions, run_zvon

PLAIN = "--plain-login"  # send the secret itself instead of answering a challenge
PERCENT_USER = "%D0%BE%D0%BF%D0%B5%D1%80%D0%B0%D1%82%D0%BE%D1%80"


@both_versions
class Login(LiveTest):
    """Every test logs in for one Ping."""

    def ping(self, user="lab", *options, secret="lab-secret"):
        """Logs in and pings."""
        return run_zvon("action", self.server.url(user), "Ping", *options, secret=secret)

    def check_pong(self, result):
        """The Ping was answered."""
        self.check(result, DONE)
        packet, = result.packets()
        self.assertEqual(packet.told, ("response", "Success"))
        self.assertEqual(packet.get("Ping"), "Pong")

    def bytes_sent(self, *options):
        """What goes to the server in a login with these options."""
        relay = self.keep(Relay(self.server.ip, 5038))
        url = "ami://lab@127.0.0.1:%d" % relay.port
        self.check_pong(run_zvon("action", url, "Ping", *options))
        return relay.sent

    def test_by_challenge_without_the_secret_on_the_wire(self):
        sent = self.bytes_sent()
        self.assertIn(b"AuthType: MD5\r\n", sent)
        self.assertIn(b"Key: ", sent)
        self.assertNotIn(b"lab-secret", sent)

    def test_plain(self):
        sent = self.bytes_sent(PLAIN)
        self.assertIn(b"Secret: lab-secret\r\n", sent)
        self.assertNotIn(b"Challenge", sent)

    def test_user_outside_ascii(self):
        self.check_pong(self.ping("оператор", secret="пароль"))

    def test_user_outside_ascii_in_percent_form(self):
        self.check_pong(self.ping(PERCENT_USER, secret="пароль"))

    def test_user_outside_ascii_plain(self):
        self.check_pong(self.ping("оператор", PLAIN, secret="пароль"))

    def test_secret_from_a_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "secret"
            path.write_text("lab-secret\n", encoding="utf-8")
            path.chmod(0o600)
            self.check_pong(self.ping("lab", "--secret-file", str(path), secret=None))

    def test_refused_wrong_secret(self):
        self.check_failure(self.ping(secret="wrong"), REFUSED)

    def test_refused_wrong_secret_plain(self):
        self.check_failure(self.ping("lab", PLAIN, secret="wrong"), REFUSED)

    def test_refused_unknown_user(self):
        self.check_failure(self.ping("nobody"), REFUSED)

    def test_refused_address(self):
        result = self.ping("denied", secret="denied-secret")
        self.check_failure(result, REFUSED)
        self.assertIn("permit", result.err)

    def test_refused_second_login_of_a_single_user(self):
        with self.server.witness("single", "single-secret"):
            result = self.ping("single", secret="single-secret")
            self.check_failure(result, REFUSED)
            self.assertIn("allowmultiplelogin", result.err)
        self.check_pong(self.ping("single", secret="single-secret"))

    def test_listen_is_refused_at_once(self):
        result = run_zvon("listen", self.server.url(), secret="wrong")
        self.check_failure(result, REFUSED)
