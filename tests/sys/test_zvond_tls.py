"""TLS of zvond: what it takes from a PBX, and what it gives to browsers; fault 075."""

import socket
import ssl
import sys
import tempfile
import time
import unittest

from zvond_common import ROOT, SLOW, TOKENS, Zvond, config
from pbx import Account, Pbx

sys.path.insert(0, str(ROOT / "tests/lib"))
from tls_peer import Certificates, Front  # noqa: E402

OLD = "DEFAULT:@SECLEVEL=0"  # OpenSSL 3 speaks TLS 1.0 only so


def dns_name(name):
    """A subjectAltName of one DNS name, as DER: also of one that openssl.cnf cannot write."""
    inner = b"\x82" + bytes([len(name)]) + name
    return "DER:" + ":".join("%02x" % b for b in b"\x30" + bytes([len(inner)]) + inner)


class OldFront(Front):
    """One that speaks nothing newer than that version."""

    def __init__(self, pem, plain_port, version):
        super().__init__(pem, plain_port)
        self.context.minimum_version = ssl.TLSVersion.TLSv1
        self.context.maximum_version = version
        self.context.set_ciphers(OLD)


def other_names():
    return (("wrong", b"pbx.example.org"), ("nul", b"localhost\0.evil.example"),
            ("prefix", b"localhost.evil.example"), ("suffix", b"evillocalhost"),
            ("star", b"*"), ("partly", b"*host"), ("inner", b"l*t"), ("dots", b"*.localhost"),
            ("blank", b"localhost "), ("empty", b""))


SERVER = """
[server %s]
url = amis://crm@localhost:%d
secret_file = {folder}/secret
%s
"""


class ToThePbx(unittest.TestCase):
    def test_fault_075_certificates_of_the_pbx(self):
        with tempfile.TemporaryDirectory() as folder, \
                Pbx(accounts={"crm": Account("secret")}) as pbx:
            made = Certificates(folder)
            for ca in ("ca", "other", "own"):
                made.make_ca(ca)
            made.join("own")
            made.make("right", "ca", "localhost", "DNS:localhost")
            for name, dns in other_names():
                # the name of the subject is right: it must not count beside a subjectAltName
                made.make(name, "ca", "localhost", dns_name(dns))
            made.make_dated("expired", "ca", "20190101000000Z", "20200101000000Z")
            made.make_dated("future", "ca", "21200101000000Z", "21210101000000Z")
            trust = "ca_file = " + made.path("ca.crt")
            right = Front(made.path("right.pem"), pbx.port)
            rows = [("good", right, trust),
                    ("pinned", right, trust + "\npin = " + made.pin("right"))]
            rows += [(name, Front(made.path(name + ".pem"), pbx.port), trust)
                     for name in [n for n, _ in other_names()] + ["expired", "future", "own"]]
            rows += [("system", right, ""), ("foreign", right,
                                             "ca_file = " + made.path("other.crt")),
                     ("otherkey", right, trust + "\npin = " + made.pin("wrong"))]
            rows += [("old%d" % n, OldFront(made.path("right.pem"), pbx.port, version), trust)
                     for n, version in ((0, ssl.TLSVersion.TLSv1), (1, ssl.TLSVersion.TLSv1_1))]
            plain = SERVER % ("plain", pbx.port, trust)
            text = config() + plain + "".join(SERVER % (n, f.port, more) for n, f, more in rows)
            with Zvond(text) as z:
                names = {name for name, _, _ in rows} | {"plain"}
                self.assertTrue(z.wait_until(lambda: self.refused(z) >= names - {
                    "good", "pinned"}, 15), names - self.refused(z))
                up = {s["server"] for s in z.get("/healthz").json["servers"] if s["synced"]}
                self.assertEqual(up, {"office", "good", "pinned"})
            self.assertEqual(len(pbx.ledger.packets("Login")), 2)
            print("%d servers: 2 of them are trusted" % len(names))

    def refused(self, z):
        """The servers of which it has told that they are not to be trusted."""
        return {line.rpartition("server=")[2].split()[0] for line in list(z.log)
                if "server=" in line and ("warn" in line or "error" in line)
                and ("TLS" in line or "ertificate" in line)}


class ToBrowsers(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.made = Certificates(cls.folder.name)
        cls.made.make_ca("ca")
        cls.made.make("one", "ca", "localhost", "IP:127.0.0.1,DNS:localhost")
        cls.made.make("two", "ca", "localhost", "IP:127.0.0.1,DNS:localhost")

    def daemon(self, more=""):
        z = Zvond(config(listen="tls_certificate = {folder}/cert.pem\n"
                                "tls_key = {folder}/key.pem\n" + more), files=self.pair("one"))
        self.addCleanup(z.clean)
        self.addCleanup(z.kill)
        z.start()
        return z

    def pair(self, name):
        return {"cert.pem": open(self.made.path(name + ".crt"), encoding="ascii").read(),
                "key.pem": open(self.made.path(name + ".key"), encoding="ascii").read()}

    def connect(self, z, **limits):
        context = ssl.create_default_context(cafile=self.made.path("ca.crt"))
        if limits:
            context.set_ciphers(OLD)
            context.minimum_version = ssl.TLSVersion.TLSv1
        for key, value in limits.items():
            setattr(context, key, value)
        return context.wrap_socket(
            socket.create_connection(("127.0.0.1", z.port), 10 * SLOW),
            server_hostname="127.0.0.1")

    def ask(self, sock, path="/v1/me"):
        sock.sendall(("GET %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n\r\n"
                      % (path, TOKENS["ivanov"])).encode())
        return int(sock.recv(65536).split()[1])

    def served(self, z):
        with self.connect(z) as sock:
            return ssl.DER_cert_to_PEM_cert(sock.getpeercert(binary_form=True)).strip()

    def test_fault_075_old_clients(self):
        z = self.daemon()
        for version in (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1):
            with self.assertRaises((ssl.SSLError, ConnectionError)):
                self.connect(z, maximum_version=version)
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with self.connect(z, maximum_version=version) as sock:
                self.assertEqual(self.ask(sock), 200)
        for cipher in ("NULL", "aNULL", "RC4", "DES", "MD5"):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.maximum_version = ssl.TLSVersion.TLSv1_2
            try:
                context.set_ciphers(cipher + ":@SECLEVEL=0")
            except ssl.SSLError:
                continue  # this OpenSSL has none of them
            with self.subTest(cipher=cipher), self.assertRaises((ssl.SSLError, ConnectionError)):
                context.wrap_socket(socket.create_connection(("127.0.0.1", z.port), 10))
        with socket.create_connection(("127.0.0.1", z.port), 10) as plain:
            plain.sendall(b"GET /v1/me HTTP/1.1\r\nHost: localhost\r\n\r\n")
            try:
                self.assertNotIn(b"HTTP/", plain.recv(4096))
            except ConnectionError:
                pass
        self.assertTrue(z.saw("TLS"))

    def test_fault_075_only_the_newest_where_asked_for(self):
        z = self.daemon("tls_min = 1.3\n")
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            self.connect(z, maximum_version=ssl.TLSVersion.TLSv1_2)
        with self.connect(z) as sock:
            self.assertEqual(self.ask(sock), 200)

    def test_fault_075_a_new_certificate_without_a_restart(self):
        z = self.daemon()
        one, two = (open(self.made.path(n + ".crt"), encoding="ascii").read().strip()
                    for n in ("one", "two"))
        self.assertEqual(self.served(z), one)
        with self.connect(z) as kept:
            self.assertEqual(self.ask(kept), 200)
            for name, text in self.pair("two").items():
                z.put(name, text)
            self.assertTrue(z.reload())
            self.assertEqual(self.served(z), two)
            self.assertEqual(self.ask(kept), 200)  # who was there stays
            # half of a pair, and none at all: what was good goes on
            for name, text in (("key.pem", self.pair("one")["key.pem"]), ("cert.pem", "none"),
                               ("cert.pem", "")):
                z.put(name, text)
                z.reload()
                self.assertEqual(self.served(z), two)
                self.assertEqual(self.ask(kept), 200)
            self.assertTrue(z.saw("cert.pem") or z.saw("key.pem"))

    def test_fault_075_who_does_not_finish_the_handshake(self):
        z = self.daemon("head_timeout_ms = 1000\n")
        self.served(z)
        before = z.descriptors() + 1
        held = [socket.create_connection(("127.0.0.1", z.port), 10) for _ in range(30)]
        for number, sock in enumerate(held):
            sock.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[:number % 12])
        begin = time.monotonic()
        with self.connect(z) as sock:
            self.assertEqual(self.ask(sock), 200)
        self.assertLess(time.monotonic() - begin, 1.0 * SLOW)
        while z.descriptors() > before and time.monotonic() - begin < 10 * SLOW:
            time.sleep(0.05)
        self.assertLessEqual(z.descriptors(), before)
        for sock in held:
            sock.close()


if __name__ == "__main__":
    unittest.main()
