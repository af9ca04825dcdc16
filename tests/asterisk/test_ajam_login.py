"""Refusals over AJAM: each told with its cause and its cure, none repeated for ever."""

import socket
import subprocess

from ajam import ENCODINGS
from lab import (CA, CONNECTED, DONE, NEGATIVE, NO_CONNECTION, PROTOCOL, REFUSED, ZVON,
                 Asker, LiveTest, both_versions, environment, run_zvon, user_event)

SESSION_LIMIT = 20  # sessionlimit of conf/http.conf
FORBIDDEN = ("Originate", "Channel=Local/604@internal", "Application=Wait", "Data=1")


@both_versions
class AjamLogin(LiveTest):
    """One run of zvon for each cause."""

    def ping(self, url, *options, secret="lab-secret"):
        """Logs in and pings."""
        return run_zvon("action", url, "Ping", "--ca", CA, *options, secret=secret)

    def check_told(self, result, code, *words):
        """The run failed so, and its one line holds these words."""
        self.check_failure(result, code)
        for word in words:
            self.assertIn(word, result.err)

    def test_denied_action_is_answered(self):
        for encoding in ENCODINGS:
            with self.subTest(encoding=encoding):
                result = run_zvon("action", self.server.ajam(encoding, "readonly"), *FORBIDDEN,
                                  secret="ro-secret")
                self.check(result, NEGATIVE)
                packet, = result.packets()
                self.assertEqual(packet.get("Message"), "Permission denied")
                self.assertEqual(result.err, "")

    def test_session_survives_denials(self):
        for encoding in ENCODINGS:
            with self.subTest(encoding=encoding):
                told = self.keep(Asker(self.server.ajam(encoding, "nowrite"), 5, 50, "Denied",
                                       "nw-secret")).result(10)
                self.assertEqual(told["failed"], 6, told)
                self.assertEqual((told["connects"], told["losses"]), (1, 0), told)

    def test_listener_of_a_small_account(self):
        listeners = {encoding: self.listen_ajam(encoding, user="cti", secret="cti-secret")
                     for encoding in ("rawman", "amxml")}
        with self.server.witness() as witness:
            witness.request("UserEvent", {"UserEvent": "Small"})
        for listener in listeners.values():
            self.assertIsNotNone(listener.wait_for(user_event("Small")), listener.messages)
            self.assertEqual(listener.messages.count(CONNECTED), 1, listener.messages)

    def test_wrong_secret(self):
        for encoding in ENCODINGS:
            with self.subTest(encoding=encoding):
                url = self.server.ajam(encoding)
                self.check_told(self.ping(url, secret="wrong"), REFUSED, "manager.conf", "secret")

    def test_unknown_user(self):
        for encoding in ("rawman", "arawman"):
            result = self.ping(self.server.ajam(encoding, "nobody"))
            self.check_told(result, REFUSED, "manager.conf")

    def test_wrong_secret_ends_a_listener(self):
        listen = subprocess.run(
            [ZVON, "listen", self.server.ajam()], env=environment("wrong"), timeout=10,
            stdin=subprocess.DEVNULL, capture_output=True, check=False)
        self.assertEqual(listen.returncode, REFUSED, listen)

    def test_address_not_permitted(self):
        for encoding in ("rawman", "arawman"):
            result = self.ping(self.server.ajam(encoding, "denied"), secret="denied-secret")
            self.check_told(result, REFUSED, "permit", "manager.conf")

    def test_unknown_path(self):
        for tls in (False, True):
            for encoding in ENCODINGS:
                url = self.server.ajam(encoding, tls=tls).replace("/asterisk/", "/other/")
                self.check_told(self.ping(url), PROTOCOL, "404", "http.conf", "prefix",
                                "webenabled")

    def test_plain_to_the_tls_port(self):
        url = self.server.ajam().replace(":8088", ":8089")
        self.check_told(self.ping(url), NO_CONNECTION, "https")

    def test_tls_to_the_plain_port(self):
        url = self.server.ajam(tls=True).replace(":8089", ":8088")
        self.check_told(self.ping(url), NO_CONNECTION, "http://", "tlsenable")

    def test_http_to_the_port_of_ami(self):
        url = self.server.ajam().replace(":8088", ":5038")
        self.check_told(self.ping(url), PROTOCOL, "ami://")

    def test_ami_to_the_port_of_http(self):
        url = self.server.url().replace(":5038", ":8088")
        result = run_zvon("action", url, "Ping")
        self.assertIn(result.code, (PROTOCOL, NO_CONNECTION), result)

    def test_unknown_authority(self):
        result = run_zvon("action", self.server.ajam(tls=True), "Ping")
        self.check_told(result, NO_CONNECTION, "--ca")

    def test_nobody_listens(self):
        url = self.server.ajam().replace(":8088", ":8087")
        self.check_told(self.ping(url), NO_CONNECTION, "refused", "http.conf")

    def test_session_limit(self):
        idle = []
        try:
            for _ in range(SESSION_LIMIT):
                idle.append(socket.create_connection((self.server.ip, 8088), 5))
            for encoding in ("rawman", "arawman"):
                self.check_told(self.ping(self.server.ajam(encoding)), NO_CONNECTION,
                                "sessionlimit", "http.conf")
        finally:
            for connection in idle:
                connection.close()
        self.check(self.ping(self.server.ajam()), DONE)
