"""Digest access of arawman, amxml and amanager: the server's side, with its oddities."""

import hashlib
import re
import secrets
from dataclasses import dataclass, field

PARAMETER = re.compile(r'(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,\s]*))')


def md5(*parts):
    return hashlib.md5(":".join(parts).encode("utf-8")).hexdigest()


def parameters(text):
    """`Digest a="b", c=d` -> {"a": "b", "c": "d"}, or None for another scheme."""
    scheme, _, rest = text.partition(" ")
    if scheme.lower() != "digest":
        return None
    return {name.lower(): re.sub(r"\\(.)", r"\1", quoted) if quoted else bare
            for name, quoted, bare in PARAMETER.findall(rest)}


@dataclass
class Verdict:
    """What became of an Authorization field."""

    user: str = ""
    nonce: str = ""
    stale: bool = False  # right, but the nonce or its count is used up
    denied: bool = False  # the address is not permitted


@dataclass
class Digest:
    """Asks for and checks digest access. The nonce is the session."""

    realm: str = "asterisk"
    algorithm: str = "MD5"   # or MD5-sess
    qop: bool = True         # offer and take qop=auth
    always_stale: bool = False
    counts: dict = field(default_factory=dict)  # nonce: the last nc
    expired: set = field(default_factory=set)   # nonces that are answered with stale=true

    def challenge(self, stale=False, nonce=None):
        nonce = nonce or secrets.token_hex(4)
        realm = re.sub(r'(["\\])', r"\\\1", self.realm)
        qop = ', qop="auth"' if self.qop else ""
        return (f'Digest algorithm={self.algorithm}, realm="{realm}", nonce="{nonce}"{qop}, '
                f'opaque="{nonce}"' + (", stale=true" if stale else ""))

    def expire_nonces(self):
        """Whatever was used until now is stale."""
        self.expired |= set(self.counts)

    def check(self, request, accounts, is_session):
        """A Verdict; one without user means: 401 again."""
        given = parameters(request.header("Authorization", ""))
        if not given or not re.fullmatch("[0-9a-fA-F]+", given.get("nonce", "")):
            return Verdict()
        account = accounts.get(given.get("username", ""))
        if not account or given.get("response") != self.response(request, given,
                                                                 account.secret):
            return Verdict()
        verdict = Verdict(given["username"], given["nonce"])
        verdict.denied = not account.permitted
        verdict.stale = not verdict.denied and not self.count(given, is_session)
        return verdict

    def response(self, request, given, secret):
        """RFC 2617 with qop, RFC 2069 without. The uri is taken as the client says it."""
        first = md5(given.get("username", ""), self.realm, secret)
        if self.algorithm.lower() == "md5-sess":
            first = md5(first, given["nonce"], given.get("cnonce", ""))
        second = md5(request.method, given.get("uri", ""))
        if given.get("qop") and self.qop:
            return md5(first, given["nonce"], given.get("nc", ""), given.get("cnonce", ""),
                       given["qop"], second)
        return md5(first, given["nonce"], second)

    def count(self, given, is_session):
        """true: this nonce count is higher than all before it. The request that begins a
        session is not counted, in all versions."""
        nonce = given["nonce"]
        if self.always_stale or nonce in self.expired:
            return False
        if not is_session(nonce):
            self.counts[nonce] = 0
            return True
        if nonce not in self.counts:  # the new nonce of a session
            self.counts[nonce] = 0
        if not given.get("qop"):
            return True
        try:
            number = int(given.get("nc", "0"), 16)
        except ValueError:
            return False
        if number <= self.counts.get(nonce, 0):
            return False
        self.counts[nonce] = number
        return True
