"""Everything a person can get wrong about the address, the port, or the password: one clear line
on stderr, the documented exit code, within five seconds. Nothing is sent beyond loopback but one
question for a name that is reserved for never being known."""

import tempfile
import time
import unittest
from concurrent.futures import ThreadPoolExecutor

import common  # noqa: F401  (finds the fakes)

import cli
import peers
from cli import SLOW, CliTest
from pbx import Pbx
from server import make_certificate

COMMANDS = (["action", "{url}", "Ping"], ["command", "{url}", "core show version"],
            ["listen", "{url}"], ["originate", "{url}", "--from", "200", "--to", "201"])
SECONDS = 5


class TableTest(CliTest):
    def check(self, url, *codes, words=".", secret="secret", options=()):
        """All commands that connect give one line, the code, in time, and no output."""
        def run(template):
            arguments = [a.replace("{url}", url) for a in template]
            return cli.run(*arguments, *options, secret=secret)

        with ThreadPoolExecutor(len(COMMANDS)) as pool:
            results = list(pool.map(run, COMMANDS))
        for result in results:
            with self.subTest(command=result.arguments[0], url=url):
                self.assert_code(result, *codes)
                self.assert_one_clear_line(result)
                self.assertLessEqual(result.seconds, SECONDS * SLOW, str(result))
                self.assertEqual(result.stdout, b"", str(result))
                self.assertRegex(result.stderr.lower(), words)


class ErrorTableTest(TableTest):
    def test_bad_urls(self):
        for url in ("", "ami://", "127.0.0.1", "ftp://crm@127.0.0.1", "ami:/crm@127.0.0.1",
                    "ami://crm@127.0.0.1:99999", "ami://crm@127.0.0.1:0",
                    "ami://crm@127.0.0.1:port", "ami://crm@[::1", "ami://crm@",
                    "ami://crm@127.0.0.1:5038\r\nAction: Ping", "ami://cr\nm@127.0.0.1"):
            with self.subTest(url=url):
                for template in COMMANDS:
                    result = cli.run(*[a.replace("{url}", url) for a in template])
                    self.assert_code(result, cli.USAGE)
                    self.assertTrue(result.messages, str(result))
                    self.assertLessEqual(result.seconds, SECONDS * SLOW)

    def test_no_user_in_the_url(self):
        result = cli.run("action", "ami://127.0.0.1:5038", "Ping")
        self.assert_code(result, cli.USAGE, cli.REFUSED, cli.NO_CONNECTION)
        self.assertTrue(result.messages, str(result))

    def test_unknown_host(self):
        self.check("ami://crm@no-such-host.invalid", cli.NO_CONNECTION,
                   words="no-such-host.invalid")

    def test_refused_port(self):
        pbx = Pbx().start()
        pbx.stop()
        self.check(cli.url(pbx.port), cli.NO_CONNECTION, words=str(pbx.port))

    def test_wrong_secret(self):
        with Pbx() as pbx:
            self.check(cli.url(pbx.port), cli.REFUSED, words="manager.conf|secret",
                       secret="wrong")

    def test_http_server_that_speaks_first(self):
        with peers.EagerHttpPeer() as peer:
            self.check(cli.url(peer.port), cli.PROTOCOL, words="http")

    def test_http_server_that_waits(self):
        with peers.HttpPeer() as peer:
            self.check(cli.url(peer.port), cli.TIMEOUT, cli.PROTOCOL)

    def test_ssh_server(self):
        with peers.ssh() as peer:
            self.check(cli.url(peer.port), cli.PROTOCOL, words="ssh")

    def test_smtp_server(self):
        with peers.smtp() as peer:
            self.check(cli.url(peer.port), cli.PROTOCOL, words="mail|smtp")

    def test_silent_port(self):
        with peers.silent() as peer:
            self.check(cli.url(peer.port), cli.TIMEOUT, cli.PROTOCOL)

    def test_closed_at_once(self):
        """What a full authlimit, or a firewall that resets, looks like."""
        with peers.closed_at_once() as peer:
            self.check(cli.url(peer.port), cli.NO_CONNECTION, cli.PROTOCOL)
        with peers.RawPeer(resets=True) as peer:
            self.check(cli.url(peer.port), cli.NO_CONNECTION, cli.PROTOCOL)

    def test_closed_in_the_login(self):
        """Closed between greeting and answer, without a word of refusal."""
        with Pbx() as pbx:
            for action in ("Challenge", "Login"):
                pbx.on(action, lambda session, _action: session.close())
            self.check(cli.url(pbx.port), cli.NO_CONNECTION, cli.PROTOCOL)

    def test_usage(self):
        for arguments in ([], ["nonsense"], ["action"], ["listen"], ["command"],
                          ["action", "ami://crm@127.0.0.1"], ["listen", "--no-such-option"],
                          ["action", "ami://crm@127.0.0.1", "Ping", "no equals sign"],
                          ["action", "--timeout", "soon", "ami://crm@127.0.0.1", "Ping"],
                          ["originate", "ami://crm@127.0.0.1", "--from", "200"]):
            with self.subTest(arguments=arguments):
                result = cli.run(*arguments)
                self.assert_code(result, cli.USAGE)
                self.assertTrue(result.messages, str(result))
                self.assertEqual(result.stdout, b"", str(result))

    def test_file_that_is_not_there(self):
        result = cli.run("parse", "/nonexistent/file.ami")
        self.assertNotEqual(result.code, cli.DONE, str(result))
        self.assertIn("/nonexistent/file.ami", result.stderr)

    def test_no_secret_without_a_terminal(self):
        """Nobody can be asked: it says so, and does not wait."""
        with Pbx() as pbx:
            result = cli.run("action", cli.url(pbx.port), "Ping", secret=None)
            self.assert_code(result, cli.USAGE)
            self.assertIn("ZVON_SECRET", result.stderr)
            self.assertLessEqual(result.seconds, SECONDS * SLOW)


class TlsTest(TableTest):
    """Certificates and the two kinds of port. One folder of certificates for all."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.certificate = make_certificate(folder.name)
        other = tempfile.TemporaryDirectory()
        cls.addClassCleanup(other.cleanup)
        cls.other = make_certificate(other.name, names=("DNS:other.example",))

    def tls_pbx(self, certificate=None):
        context = (certificate or self.certificate).server_context()
        return self.start(Pbx(tls=context))

    def amis(self, pbx):
        return cli.url(pbx.port, scheme="amis")

    def test_right_authority(self):
        pbx = self.tls_pbx()
        result = cli.run("action", self.amis(pbx), "Ping", "--ca", self.certificate.ca)
        self.assert_code(result, cli.DONE)
        self.assertEqual(result.packets[0]["name"], "Success")

    def test_unknown_authority(self):
        pbx = self.tls_pbx()
        self.check(self.amis(pbx), cli.NO_CONNECTION, cli.PROTOCOL, words="certificate")
        self.assertEqual(pbx.ledger.packets(), [])

    def test_wrong_authority(self):
        pbx = self.tls_pbx()
        self.check(self.amis(pbx), cli.NO_CONNECTION, cli.PROTOCOL, words="certificate",
                   options=("--ca", self.other.ca))
        self.assertEqual(pbx.ledger.packets(), [])

    def test_wrong_name(self):
        pbx = self.tls_pbx(self.other)
        self.check(self.amis(pbx), cli.NO_CONNECTION, cli.PROTOCOL,
                   words="name|certificate", options=("--ca", self.other.ca))
        self.assertEqual(pbx.ledger.packets(), [])

    def test_insecure_warns(self):
        pbx = self.tls_pbx(self.other)
        result = cli.run("action", self.amis(pbx), "Ping", "--insecure")
        self.assert_code(result, cli.DONE)
        self.assertRegex(result.stderr.lower(), "insecure|not checked|unchecked")

    def test_tls_against_a_plain_port(self):
        with Pbx() as pbx:
            self.check(self.amis(pbx), cli.NO_CONNECTION, cli.PROTOCOL, words="tls|ami://")

    def test_tls_against_a_silent_port(self):
        with peers.silent() as peer:
            self.check(self.amis(peer), cli.NO_CONNECTION, cli.TIMEOUT)

    def test_plain_against_a_tls_port(self):
        pbx = self.tls_pbx()
        self.check(cli.url(pbx.port), cli.TIMEOUT, cli.PROTOCOL)

    def test_session_over_tls_survives_a_loss(self):
        """Back-off and login work as on a plain port; a cut record is no event."""
        pbx = self.tls_pbx()
        running = self.start(cli.Running("listen", self.amis(pbx), "--ca",
                                         self.certificate.ca))
        self.assertTrue(pbx.wait_logins(1, 10 * SLOW), running)
        common.tick(pbx, 1)
        self.assertTrue(common.saw(running, 1), running)
        began = time.monotonic()
        pbx.drop_all(reset=True)
        self.assertTrue(pbx.wait_logins(2, 10 * SLOW), running)
        self.assertLessEqual(time.monotonic() - began, (1.5 + 1) * SLOW)
        common.tick(pbx, 2)
        self.assertTrue(common.saw(running, 2), running)
        self.assertEqual(common.ticks(running), ["1", "2"])


if __name__ == "__main__":
    unittest.main()
