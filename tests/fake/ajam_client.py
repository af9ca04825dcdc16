"""A small AJAM client that shares nothing with zvon: for the tests of the fake, and to hold
real servers and zvon against.

    client = AjamClient(port, "mxml", user="crm", secret="secret")
    client.login()
    client.act("Ping", ActionID="1")     # list of packets, each a list of (key, value)
    client.wait(5)                       # events of one WaitEvent
"""

import hashlib
import html
import http.client
import re
import secrets
import urllib.parse
import xml.etree.ElementTree as ElementTree

FORM = "application/x-www-form-urlencoded"


class AjamClient:
    """One session. `kind` is the last part of the path."""

    def __init__(self, port, kind="rawman", *, user="crm", secret="secret", host="127.0.0.1",
                 prefix="asterisk", context=None, timeout=70, post=True):
        self.address = (host, port)
        self.kind = kind
        self.path = f"/{prefix}/{kind}"
        self.user, self.secret = user, secret
        self.context = context
        self.timeout = timeout
        self.post = post
        self.cookie = None
        self.challenge = None
        self.count = 0
        self.connection = None
        self.response = None  # the last, for its head

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def is_digest(self):
        return self.kind.startswith("a")

    def close(self):
        if self.connection:
            self.connection.close()
            self.connection = None

    def connect(self):
        if not self.connection:
            if self.context:
                self.connection = http.client.HTTPSConnection(
                    *self.address, timeout=self.timeout, context=self.context)
            else:
                self.connection = http.client.HTTPConnection(*self.address,
                                                             timeout=self.timeout)
        return self.connection

    def exchange(self, fields):
        """One request; the body of its answer."""
        text = urllib.parse.urlencode(fields, quote_via=urllib.parse.quote)
        target = self.path if self.post else f"{self.path}?{text}"
        method, body = ("POST", text) if self.post else ("GET", None)
        headers = {"Content-Type": FORM} if self.post else {}
        if self.cookie:
            headers["Cookie"] = f'mansession_id="{self.cookie}"'
        if self.challenge:
            headers["Authorization"] = self.authorization(method, target)
        connection = self.connect()
        connection.request(method, target, body, headers)
        self.response = connection.getresponse()
        data = self.response.read()
        if self.response.will_close:
            self.close()
        return data

    def ask(self, fields):
        """The packets of the answer; digest access is answered."""
        data = self.exchange(fields)
        for _ in range(2):
            if self.response.status != 401 or not self.is_digest:
                break
            self.read_challenge()
            data = self.exchange(fields)
        if self.response.status != 200:
            raise OSError(f"HTTP status {self.response.status}")
        return decode(self.kind, data)

    def act(self, action, *pairs, **fields):
        return self.ask([("Action", action), *pairs, *fields.items()])

    def login(self, **fields):
        """By MD5 challenge; with digest access there is none."""
        if self.is_digest:
            return self.act("Ping")
        [answer] = self.act("Challenge", AuthType="MD5")
        self.keep_cookie()
        key = hashlib.md5((get(answer, "challenge") + self.secret).encode()).hexdigest()
        answer = self.act("Login", AuthType="MD5", Username=self.user, Key=key, **fields)
        self.keep_cookie()
        return answer

    def wait(self, seconds=None):
        """The events of one WaitEvent, without its frame; None: another wait ended it."""
        fields = {} if seconds is None else {"Timeout": seconds}
        packets = self.act("WaitEvent", **fields)
        if not packets:
            return None
        if (get(packets[0], "response") != "Success"
                or get(packets[-1], "event") != "WaitEventComplete"):
            raise OSError(f"not the answer of a WaitEvent: {packets[:1]}")
        return packets[1:-1]

    def keep_cookie(self):
        found = re.search('mansession_id="?([0-9a-f]+)',
                          self.response.getheader("Set-Cookie") or "")
        self.cookie = found.group(1) if found else None

    def read_challenge(self):
        text = self.response.getheader("WWW-Authenticate")
        self.challenge = {name: quoted or bare for name, quoted, bare in
                          re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]+))', text)}
        self.count = 0

    def authorization(self, method, target):
        """RFC 7616 with MD5 and qop=auth."""
        def md5(*parts):
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        self.count += 1
        realm, nonce = self.challenge["realm"], self.challenge["nonce"]
        count, cnonce = f"{self.count:08x}", secrets.token_hex(8)
        response = md5(md5(self.user, realm, self.secret), nonce, count, cnonce, "auth",
                       md5(method, target))
        return (f'Digest username="{self.user}", realm="{realm}", nonce="{nonce}", '
                f'uri="{target}", qop=auth, nc={count}, cnonce="{cnonce}", '
                f'response="{response}", opaque="{self.challenge["opaque"]}", algorithm=MD5')


def get(packet, key):
    """The first value of that key, or None."""
    return next((v for k, v in packet if k.lower() == key.lower()), None)


def decode(kind, data):
    """The packets in a body, each a list of (key, value)."""
    return {"rawman": decode_raw, "mxml": decode_xml,
            "manager": decode_html}[kind[1:] if kind.startswith("a") else kind](data)


def decode_raw(data):
    packets = [part for part in data.decode("utf-8", "replace").split("\r\n\r\n") if part]
    return [[tuple(line.partition(": ")[::2]) for line in part.split("\r\n")]
            for part in packets]


def decode_xml(data):
    """With a strict reader: for what is well-formed."""
    return [list(element.attrib.items())
            for response in ElementTree.fromstring(data) for element in response]


def decode_html(data):
    """The rows of two cells; a rule closes a packet."""
    packets, rows = [], []
    for key, value, rule in re.findall(
            r'<tr><td>(.*?)</td><td>(.*?)</td></tr>|(<td colspan="2"><hr>)',
            data.decode("utf-8", "replace"), re.S):
        if rule:
            packets.append(rows)
            rows = []
        else:
            rows.append((html.unescape(key), html.unescape(value)))
    return packets
