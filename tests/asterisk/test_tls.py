"""AMI over TLS: whom zvon trusts, and what it says to the wrong kind of port."""

import re
import subprocess
import tempfile
from pathlib import Path

from lab import (CA, DONE, LAB, NO_CONNECTION, PROTOCOL, LiveTest, Relay, both_versions,
                 is_booted, run_zvon)

OTHER_PIN = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="


def pin():
    """The pin of the lab's server key."""
    return (LAB / "tls" / "server.pin").read_text(encoding="ascii").strip()


def make_authority(folder):
    """The certificate of an authority that signed nothing here."""
    path = Path(folder) / "other-ca.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other",
         "-keyout", Path(folder) / "other-ca.key", "-out", path],
        check=True, capture_output=True)
    return str(path)


@both_versions
class Tls(LiveTest):
    """Every test makes one TLS connection."""

    def ping(self, *options):
        """Logs in over TLS and pings."""
        return run_zvon("action", self.server.url(tls=True), "Ping", *options)

    def ping_by_other_name(self, *options):
        """The same by an address that is not in the certificate."""
        relay = self.keep(Relay(self.server.ip, 5039))
        url = "amis://lab@127.0.0.1:%d" % relay.port
        return run_zvon("action", url, "Ping", *options)

    def check_pong(self, result):
        """The Ping was answered."""
        self.check(result, DONE)
        self.assertEqual(result.packets()[0].get("Ping"), "Pong")

    def test_authority_is_trusted(self):
        result = self.ping("--ca", CA)
        self.check_pong(result)
        self.assertEqual(result.err, "")

    def test_events_come_over_tls(self):
        listener = self.listen("--ca", CA, tls=True)
        with self.server.witness() as witness:
            witness.request("UserEvent", {"UserEvent": "OverTls"})
        self.assertIsNotNone(listener.wait_for(lambda packet: packet.get("UserEvent") == "OverTls"))
        self.assertEqual(listener.count(is_booted), 1)

    def test_unknown_authority_is_refused(self):
        self.check_failure(self.ping(), NO_CONNECTION)

    def test_other_authority_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            self.check_failure(self.ping("--ca", make_authority(folder)), NO_CONNECTION)

    def test_other_name_is_refused(self):
        self.check_failure(self.ping_by_other_name("--ca", CA), NO_CONNECTION)

    def test_pin_matches(self):
        self.check_pong(self.ping("--ca", CA, "--pin", pin()))

    def test_pin_differs(self):
        self.check_failure(self.ping("--ca", CA, "--pin", OTHER_PIN), NO_CONNECTION)

    def test_insecure_works_with_a_warning(self):
        result = self.ping_by_other_name("--insecure")
        self.check_pong(result)
        self.assertRegex(result.err, re.compile("insecure|not (checked|verified)", re.I))

    def test_insecure_with_other_pin_is_refused(self):
        result = self.ping("--insecure", "--pin", OTHER_PIN)
        self.check(result, NO_CONNECTION)

    def test_tls_to_the_plain_port(self):
        url = self.server.url(tls=True).replace(":5039", ":5038")
        self.check_failure(run_zvon("action", url, "Ping", "--ca", CA), NO_CONNECTION)

    def test_plain_to_the_tls_port(self):
        url = self.server.url().replace(":5038", ":5039")
        result = run_zvon("action", url, "Ping")
        self.check_failure(result, PROTOCOL)
        self.assertIn("amis", result.err)
