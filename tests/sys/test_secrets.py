"""Law L7: a password is found nowhere but where it was put, and on its way in the login."""

import glob
import os
import signal
import tempfile
import time
import unittest

from common import saw, tick

import cli
from cli import SLOW, CliTest
from pbx import Account, Pbx, packet, respond

MARKER = "mArKeR-7Qz4xK"
VERBOSE = ([], ["-v"], ["-vv"], ["-vvv"], ["--debug"])


class SecretsTest(CliTest):
    def setUp(self):
        self.folder = self.start(tempfile.TemporaryDirectory())
        self.pbx = self.start(Pbx(accounts={"crm": Account(MARKER)}))

    def secret_file(self):
        path = os.path.join(self.folder, "secret")
        with open(path, "w", encoding="ascii") as file:
            file.write(MARKER + "\n")
        os.chmod(path, 0o600)
        return path

    def ways(self):
        """Every way to give the secret: arguments, URL, environment."""
        plain = cli.url(self.pbx.port)
        return {
            "environment": ([], plain, MARKER),
            "file": (["--secret-file", self.secret_file()], plain, None),
            "URL": ([], cli.url(self.pbx.port, user=f"crm:{MARKER}"), None),
        }

    def check_clean(self, text, where):
        if isinstance(text, str):
            text = text.encode()
        self.assertNotIn(MARKER.encode(), text, where)

    def check_result(self, result, where):
        self.check_clean(result.stdout, f"stdout, {where}")
        self.check_clean(result.stderr, f"stderr, {where}")

    def test_fault_081_output_at_every_level(self):
        accepted = 0
        for way, (options, url, secret) in self.ways().items():
            for level in VERBOSE:
                where = f"{way} {level}"
                with self.subTest(where=where):
                    result = cli.run("action", *options, *level, url, "Ping", secret=secret)
                    self.check_result(result, where)
                    if level:  # not every spelling of "more" need exist
                        self.assertIn(result.code, (cli.DONE, cli.USAGE), str(result))
                        accepted += result.code == cli.DONE
                    else:
                        self.assert_code(result, cli.DONE)
        self.assertGreater(accepted, 0, "no option for more messages exists")

    def test_fault_081_refused_login(self):
        self.pbx.accounts["crm"].secret = "another"
        for way, (options, url, secret) in self.ways().items():
            for level in VERBOSE:
                with self.subTest(way=way, level=level):
                    result = cli.run("action", *options, *level, url, "Ping", secret=secret)
                    self.assert_code(result, cli.REFUSED, *([cli.USAGE] if level else []))
                    self.check_result(result, way)

    def test_fault_081_no_connection(self):
        ways = self.ways()
        self.pbx.stop()
        for way, (options, url, secret) in ways.items():
            with self.subTest(way=way):
                result = cli.run("action", *options, url, "Ping", secret=secret)
                self.assert_code(result, cli.NO_CONNECTION)
                self.check_result(result, way)

    def test_fault_081_bad_url_with_a_secret(self):
        for url in (f"ami://crm:{MARKER}@127.0.0.1:99999", f"ftp://crm:{MARKER}@127.0.0.1",
                    f"ami://crm:{MARKER}", f"ami://crm:{MARKER}@", f"ami:/crm:{MARKER}@x",
                    f"ami://crm:{MARKER}@127.0.0.1:x", f"ami://crm:{MARKER}@[::1"):
            with self.subTest(url=url):
                result = cli.run("action", url, "Ping", secret=None)
                self.assert_code(result, cli.USAGE)
                self.check_result(result, url)

    def test_fault_081_url_warns(self):
        _, url, _ = self.ways()["URL"]
        result = cli.run("action", url, "Ping", secret=None)
        self.assert_code(result, cli.DONE)
        self.assertTrue(result.messages, "a secret in the URL gives no warning")

    def test_fault_081_plain_login(self):
        """Where the server knows no challenge and the secret crosses the wire, if ever."""
        self.pbx.on("Challenge", lambda s, a: respond(s, a, "Error", ("Message", "no MD5")))
        for level in VERBOSE:
            result = cli.run("action", *level, cli.url(self.pbx.port), "Ping", secret=MARKER)
            self.check_result(result, level)

    def test_fault_081_process_list(self):
        """Neither the command line nor, with a file, the environment shows it."""
        for way, (options, url, secret) in self.ways().items():
            with self.subTest(way=way):
                logins = len(self.pbx.logins())
                with cli.Running("listen", *options, url, secret=secret) as running:
                    self.assertTrue(self.pbx.wait_logins(logins + 1, 10 * SLOW), running)
                    self.check_clean(read(f"/proc/{running.pid}/cmdline"), "cmdline")
                    if way != "environment":
                        self.check_clean(read(f"/proc/{running.pid}/environ"), "environ")
                self.check_clean(running.stderr, f"stderr, {way}")

    def test_fault_081_reconnects_tell_nothing(self):
        for level in VERBOSE:
            logins = len(self.pbx.logins())
            with cli.Running("listen", *level, cli.url(self.pbx.port),
                             secret=MARKER) as running:
                if running.wait_exit(0.3) == cli.USAGE:
                    continue
                self.assertTrue(self.pbx.wait_logins(logins + 1, 10 * SLOW), running)
                self.pbx.drop_all(reset=True)
                self.assertTrue(self.pbx.wait_logins(logins + 2, 10 * SLOW), running)
            self.check_clean(running.stderr, level)

    def test_fault_081_captures(self):
        """Neither file of a capture holds it, though the server itself repeats it."""
        self.pbx.after_login = lambda session: session.send(
            packet(("Response", "Success"), ("Secret", MARKER)) +
            packet(("Response", "Success"), ("Line-000001-000002", f"secret={MARKER}")))
        output = os.path.join(self.folder, "out.ami")
        for way, (options, url, secret) in self.ways().items():
            with self.subTest(way=way):
                logins = len(self.pbx.logins())
                with cli.Running("capture", *options, url, "-o", output,
                                 secret=secret) as running:
                    self.assertTrue(self.pbx.wait_logins(logins + 1, 10 * SLOW), running)
                    tick(self.pbx, 4711)
                    time.sleep(0.5 * SLOW)
                    running.process.send_signal(signal.SIGINT)
                    self.assertIsNotNone(running.wait_exit(5), running)
                files = [p for p in glob.glob(os.path.join(self.folder, "*"))
                         if not p.endswith("/secret")]
                content = {path: read(path) for path in files}
                self.assertTrue(any(b"4711" in c for c in content.values()), content)
                for path, found in content.items():
                    self.check_clean(found, path)
                    os.unlink(path)

    def test_fault_081_secret_file_readable_by_all(self):
        """A password file open to everybody is refused, or at least warned of."""
        path = self.secret_file()
        os.chmod(path, 0o644)
        result = cli.run("action", "--secret-file", path, cli.url(self.pbx.port), "Ping",
                         secret=None)
        self.assertTrue(result.messages, str(result))
        self.assertRegex(result.stderr, "0?644|chmod|readable|permission|mode")

    def test_fault_081_secret_file_missing(self):
        result = cli.run("action", "--secret-file", self.folder + "/none",
                         cli.url(self.pbx.port), "Ping", secret=None)
        self.assert_code(result, cli.USAGE)
        self.assertIn(self.folder + "/none", result.stderr)

    def test_the_marker_would_be_found(self):
        """The search itself works: events that carry the marker do show it."""
        running = self.listener(self.pbx, secret=MARKER)
        self.pbx.event("UserEvent", ("Text", MARKER), classes="user")
        tick(self.pbx, 1)
        self.assertTrue(saw(running, 1), running)
        self.assertEqual(running.values("UserEvent", "Text")[0], MARKER)


def read(path):
    with open(path, "rb") as file:
        return file.read()


if __name__ == "__main__":
    unittest.main()
