#!/usr/bin/env python3
"""tls_peer.py PORT - TLS in front of a plain port of loopback, for the library's tests.

Makes two CAs and certificates in a folder of its own, listens on two ports of 127.0.0.1,
and passes on to PORT what comes in there. Prints one line for each thing a test needs,
`name value`, then `ready`; ends with its standard input.

    ca FILE          the CA that signed both certificates
    other_ca FILE    one that signed nothing
    pin TEXT         sha256//… of the key of the first certificate
    right PORT       certificate for 127.0.0.1
    wrong_name PORT  certificate for pbx.example.org
    expired PORT     certificate that was good until 2020
    future PORT      certificate that will be good from 2120 on
    own PORT         certificate signed by itself
"""

import base64
import hashlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

BYTES = 65536

# What `openssl ca` wants to be told; only it can make certificates of other years.
CA_CONFIG = """
[ca]
default_ca = own
[own]
new_certs_dir = {folder}
database = {index}
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = names
[any]
commonName = supplied
[names]
subjectAltName = IP:127.0.0.1
"""


class Certificates:
    """Keys and certificates, made by openssl(1)."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def path(self, name):
        return str(self.folder / name)

    def _openssl(self, *arguments):
        return subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL).stdout

    def make_ca(self, name):
        """RSA: Wine 8 finds one of some hundred ECDSA signatures invalid."""
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                      "-subj", "/CN=" + name, "-keyout", self.path(name + ".key"),
                      "-out", self.path(name + ".crt"))

    def make(self, name, ca, subject, alternative):
        """A certificate `name`.pem, with its key in it."""
        key, request = self.path(name + ".key"), self.path(name + ".csr")
        extension = self.path(name + ".ext")
        Path(extension).write_text("subjectAltName=" + alternative, encoding="ascii")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=" + subject,
                      "-keyout", key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-days", "2", "-set_serial", "1",
                      "-CA", self.path(ca + ".crt"), "-CAkey", self.path(ca + ".key"),
                      "-extfile", extension, "-out", self.path(name + ".crt"))
        self.join(name)

    def make_dated(self, name, ca, first, last):
        """A certificate for 127.0.0.1, good only from `first` to `last` (YYYYMMDDHHMMSSZ)."""
        key, request = self.path(name + ".key"), self.path(name + ".csr")
        config, index = self.path(name + ".cnf"), self.path(name + ".index")
        Path(index).write_text("", encoding="ascii")
        Path(config).write_text(CA_CONFIG.format(folder=self.folder, index=index),
                                encoding="ascii")
        self._openssl("req", "-new", "-newkey", "ec", "-pkeyopt",
                      "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=127.0.0.1",
                      "-keyout", key, "-out", request)
        self._openssl("ca", "-batch", "-notext", "-config", config, "-in", request,
                      "-out", self.path(name + ".crt"), "-cert", self.path(ca + ".crt"),
                      "-keyfile", self.path(ca + ".key"),
                      "-startdate", first, "-enddate", last)
        self.join(name)

    def join(self, name):
        """Certificate and key in one file, `name`.pem."""
        both = Path(self.path(name + ".crt")).read_text("ascii")
        both += Path(self.path(name + ".key")).read_text("ascii")
        Path(self.path(name + ".pem")).write_text(both, encoding="ascii")

    def pin(self, name):
        public = self._openssl("pkey", "-in", self.path(name + ".key"), "-pubout",
                               "-outform", "DER")
        digest = hashlib.sha256(public).digest()
        return "sha256//" + base64.b64encode(digest).decode("ascii")


def pass_on(source, sink):
    """Until one of them ends; the other then ends too."""
    try:
        while True:
            data = source.recv(BYTES)
            if not data:
                break
            sink.sendall(data)
    except OSError:
        pass
    for side in (source, sink):
        try:
            side.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Front:
    """One TLS port in front of a plain one."""

    def __init__(self, pem, plain_port):
        self.plain_port = plain_port
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pem)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        """Goes on whatever one client did, or the machine could not give."""
        while True:
            try:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()
            except (OSError, RuntimeError) as error:
                print("tls_peer: port %d: %s" % (self.port, error), file=sys.stderr)
                time.sleep(0.05)

    def _serve(self, client):
        try:
            client.settimeout(10)
            client = self.context.wrap_socket(client, server_side=True)
            client.settimeout(None)
            plain = socket.create_connection(("127.0.0.1", self.plain_port))
        except OSError:
            client.close()
            return
        back = threading.Thread(target=pass_on, args=(plain, client), daemon=True)
        back.start()
        pass_on(client, plain)
        back.join()
        client.close()
        plain.close()


def main():
    plain_port = int(sys.argv[1])
    folder = tempfile.mkdtemp(prefix="zvon-tls-")
    try:
        made = Certificates(folder)
        made.make_ca("ca")
        made.make_ca("other")
        made.make("right", "ca", "127.0.0.1", "IP:127.0.0.1")
        made.make("wrong", "ca", "pbx.example.org", "DNS:pbx.example.org")
        made.make_dated("expired", "ca", "20190101000000Z", "20200101000000Z")
        made.make_dated("future", "ca", "21200101000000Z", "21210101000000Z")
        made.make_ca("own")
        made.join("own")
        print("ca", made.path("ca.crt"))
        print("other_ca", made.path("other.crt"))
        print("pin", made.pin("right"))
        print("right", Front(made.path("right.pem"), plain_port).port)
        print("wrong_name", Front(made.path("wrong.pem"), plain_port).port)
        for name in ("expired", "future", "own"):
            print(name, Front(made.path(name + ".pem"), plain_port).port)
        print("ready", flush=True)
        sys.stdin.read()
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
