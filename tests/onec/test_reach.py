"""Connections of src/io on each system that the component is for, by dial.c: with mbedTLS on
Linux, with Schannel under Wine. What is refused is refused everywhere, in the same words.

Schannel under Wine verifies nothing by itself: all here give it a CA file (which libcurl then
looks at), or a pin. That the store of Windows is asked without one is not seen here.

ZVON_ONEC_ABIS="linux x64": which ones must be there; default: all that are built.
"""

import os
import re
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path

import host

HERE = Path(__file__).resolve().parent
FOLDERS = {"linux": "linux-x64", "x64": "win-x64", "x86": "win-x86"}
GREETING = b"Asterisk Call Manager/9.0.0\r\n"
UNTRUSTED = "the certificate is not to be trusted: "


def program(abi):
    name = "dial" if abi == "linux" else "dial.exe"
    return host.build() / "onec" / FOLDERS[abi] / "tests/onec" / name


def abis():
    told = os.environ.get("ZVON_ONEC_ABIS", "").split()
    return [abi for abi in FOLDERS if (abi in told if told else program(abi).exists())]


class Server(threading.Thread):
    """Says something to each who comes, then waits until he goes; silent: says nothing."""

    def __init__(self, greeting=GREETING, backlog=16):
        super().__init__(daemon=True)
        self.greeting = greeting
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=backlog)
        self.port = self.socket.getsockname()[1]
        self.start()

    def run(self):
        while True:
            try:
                one, _ = self.socket.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(one,), daemon=True).start()

    def serve(self, one):
        with one:
            try:
                one.sendall(self.greeting)
                while one.recv(65536):
                    pass
            except OSError:
                pass

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


class Reach(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.abis = abis()
        assert cls.abis, "no dial is built: tools/onec/build.sh --tests"
        cls.server = Server()
        cls.peer = subprocess.Popen(
            [sys.executable, str(HERE.parent / "lib/tls_peer.py"), str(cls.server.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        cls.told = {}
        for line in cls.peer.stdout:
            if line.strip() == "ready":
                break
            name, value = line.split()
            cls.told[name] = value

    @classmethod
    def tearDownClass(cls):
        cls.peer.stdin.close()
        cls.peer.wait(10)
        cls.peer.stdout.close()
        cls.server.close()

    def dial(self, abi, kind, port, **options):
        words = []
        for name, value in options.items():
            if name == "ca" and abi != "linux":
                value = host.windows_path(value)
            words.append(name if value is True else "%s=%s" % (name, value))
        path = program(abi)
        command = [str(path)] if abi == "linux" else host.wine(abi) + [host.windows_path(path)]
        done = subprocess.run(
            [*command, kind, "127.0.0.1", str(port), *words], stdout=subprocess.PIPE,
            env={"WINEDEBUG": "-all", **os.environ}, timeout=60 * host.SLOW, check=False)
        return done.stdout.decode("utf-8").strip()

    def everywhere(self, wanted, kind, port, **options):
        """That pattern on all of them, and the same words."""
        said = {abi: self.dial(abi, kind, port, **options) for abi in self.abis}
        for abi, line in said.items():
            self.assertRegex(line, wanted, abi)
        self.assertEqual(len(set(said.values())), 1, said)

    def port(self, name):
        return int(self.told[name])

    # ---- it works ----------------------------------------------------------------------

    def test_plain(self):
        self.everywhere("^up Asterisk Call Manager/9.0.0$", "ami", self.server.port)

    def test_the_right_ca_and_an_address_in_the_certificate(self):
        self.everywhere("^up Asterisk Call Manager/9.0.0$", "amis", self.port("right"),
                        ca=self.told["ca"])

    def test_a_pin_in_place_of_a_ca(self):
        self.everywhere("^up Asterisk", "amis", self.port("right"), pin=self.told["pin"],
                        insecure=True)

    def test_asked_not_to_verify(self):
        self.everywhere("^up Asterisk", "amis", self.port("own"), insecure=True)

    # ---- it must not --------------------------------------------------------------------

    def refused(self, why, port, **options):
        self.everywhere("^ETLS 0 127.0.0.1:%d: %s" % (port, re.escape(UNTRUSTED) + why),
                        "amis", port, **options)

    def test_a_wrong_ca(self):
        self.refused("SSL certificate problem: unable to get local issuer certificate; ",
                     self.port("right"), ca=self.told["other_ca"])

    def test_a_certificate_for_another_name(self):
        self.refused("SSL: no alternative certificate subject name matches target host name "
                     "'127.0.0.1'; ", self.port("wrong_name"), ca=self.told["ca"])

    def test_an_expired_certificate(self):
        self.refused("SSL certificate problem: certificate has expired; ",
                     self.port("expired"), ca=self.told["ca"])

    def test_a_certificate_of_the_future(self):
        """Schannel does not tell it from an expired one."""
        for abi in self.abis:
            why = "not yet valid" if abi == "linux" else "has expired"
            self.assertRegex(self.dial(abi, "amis", self.port("future"), ca=self.told["ca"]),
                             "^ETLS 0 .*certificate (is )?%s; " % why, abi)

    def test_a_certificate_signed_by_itself(self):
        """It is for another name, too: mbedTLS tells that first."""
        for abi in self.abis:
            self.assertRegex(self.dial(abi, "amis", self.port("own"), ca=self.told["ca"]),
                             "^ETLS 0 .*((self-signed|issuer) certificate|'127.0.0.1'); ", abi)

    def test_another_pin(self):
        self.everywhere("^ETLS 0 .*: the server's key is not the pinned one: ", "amis",
                        self.port("right"), ca=self.told["ca"], pin="sha256//" + "A" * 43 + "=")

    def test_http_tells_what_to_do(self):
        for name, fault, words in (("expired", 3, "it has expired: renew"),
                                   ("wrong_name", 5, "it is for another name: "),):
            self.everywhere("^ETLS %d .*%s%s" % (fault, UNTRUSTED, words), "https",
                            self.port(name), ca=self.told["ca"])

    def test_a_ca_file_that_is_not_there(self):
        for abi in self.abis:
            self.assertRegex(self.dial(abi, "amis", self.port("right"), ca="/no/such/file"),
                             "^EINVAL 0 cannot read the CA file: ", abi)

    # ---- no TLS, nobody, nothing ------------------------------------------------------------

    def test_a_plain_port_that_tls_is_spoken_to(self):
        """Wine's Schannel waits for more of what it takes for a record."""
        for abi in self.abis:
            why = "no TLS there" if abi == "linux" else "(no TLS there|does not speak TLS .*)"
            self.assertRegex(self.dial(abi, "amis", self.server.port, ca=self.told["ca"],
                                       timeout=2000),
                             "^ETLS 0 .*%s: a plain port wants ami://" % why, abi)

    def test_a_port_where_nobody_listens(self):
        nobody = socket.socket()
        nobody.bind(("127.0.0.1", 0))
        self.addCleanup(nobody.close)
        port = nobody.getsockname()[1]
        self.everywhere("^EIO 0 .*: connection refused: is Asterisk running", "ami", port)
        self.everywhere("^EIO 2 .*: connection refused: ", "http", port)

    def test_a_port_that_says_nothing(self):
        silent = Server(b"")
        self.addCleanup(silent.close)
        self.everywhere("^ETLS 0 .* does not speak TLS within 1.0 s: ", "amis", silent.port,
                        ca=self.told["ca"], timeout=1000)

    def test_what_is_no_http(self):
        self.everywhere("^EPROTO 12 .* is not HTTP ", "http", self.server.port)


if __name__ == "__main__":
    unittest.main()
