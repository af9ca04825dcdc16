"""What AJAM leaves of a packet, and a plain AJAM client that shares no code with zvon."""

import http.client
import re
import urllib.parse

from ami import Packet, split_line

# The six paths; those with an `a` in front ask for a digest instead of a login.
ENCODINGS = ("rawman", "mxml", "manager", "arawman", "amxml", "amanager")
BLANKS = "".join(map(chr, range(33)))  # what Asterisk trims off a line


def is_mxml(encoding):
    """Does it write XML?"""
    return encoding.endswith("mxml")


def is_lossless(encoding):
    """Does it send packets as TCP does?"""
    return encoding.endswith("rawman")


def encode_key(key, encoding):
    """mxml: lower case, `_` for every byte that is no ASCII letter or digit, and one in
    front of a digit. manager keeps the key."""
    if not is_mxml(encoding):
        return key
    name = re.sub(rb"[^a-z0-9]", b"_", key.encode().lower()).decode()
    return "_" + name if name[0].isdigit() else name


def encode_line(line, encoding):
    """`Key: value` as the encoders of mxml and manager take it apart: at its first colon,
    without blanks around key and value."""
    key, _, value = line.partition(":")
    return encode_key(key.rstrip(BLANKS), encoding), value.lstrip(BLANKS)


def encode_fields(fields, encoding):
    """The fields of a packet behind the encoder and zvon.

    A CR or LF in a value begins a new line. From the first line without a colon on,
    the encoders write plain text, so keys stay as they are."""
    lines = []
    for key, value in fields:
        lines += re.split(r"[\r\n]\n?", "%s: %s" % (key, value))
    found, is_plain = [], False
    for line in filter(None, (line.rstrip(BLANKS) for line in lines)):
        is_plain = is_plain or ":" not in line
        found.append(split_line(line) if is_plain else encode_line(line, encoding))
    return found


def encode(packet, encoding):
    """A packet of TCP as AJAM's encoders leave it; nothing else may differ."""
    if is_lossless(encoding):
        return packet
    left = Packet(encode_fields(packet, encoding))
    left.told = (packet.told[0], left.name)
    left.output = [line.strip(BLANKS) for line in packet.output]
    return left


class RawAjam:
    """One login by rawman, each parameter sent as it is, line breaks too."""

    def __init__(self, host, user="lab", secret="lab-secret"):
        self._http = http.client.HTTPConnection(host, 8088, timeout=10)
        self._cookie = None
        answer = self.ask(Action="Login", Username=user, Secret=secret)
        if b"Authentication accepted" not in answer:
            raise ConnectionError("no login: %r" % answer)

    def ask(self, *pairs, **fields):
        """One action; returns the bytes of its answer."""
        query = urllib.parse.urlencode([*pairs, *fields.items()])
        head = {"Cookie": self._cookie} if self._cookie else {}
        self._http.request("GET", "/asterisk/rawman?" + query, headers=head)
        answer = self._http.getresponse()
        body = answer.read()
        if not self._cookie:
            self._cookie = answer.getheader("Set-Cookie").partition(";")[0]
        return body

    def close(self):
        """Logs off."""
        self.ask(Action="Logoff")
        self._http.close()
