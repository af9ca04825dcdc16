"""The HTTP server of Asterisk 1.8 to 22: what it reads, and the heads and pages it writes."""

import email.utils
import time
from dataclasses import dataclass, field
from typing import Optional

MAX_HEADERS = 100
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Profile:
    """What differs between the versions."""

    version: str
    banner: str
    keep_alive: bool
    max_body: int       # of a POST
    first_request: int  # seconds that a new connection may be silent
    max_line: int = 4095

    @property
    def old(self):
        """1.8 and 11: one answer per connection, and another order of the head."""
        return not self.keep_alive

    @property
    def server(self):
        return "Asterisk/" + self.version if self.old else "Asterisk"


PROFILES = {
    "1.8": Profile("1.8.32.3", "Asterisk Call Manager/1.1", False, 1024, 30),
    "11": Profile("11.25.3", "Asterisk Call Manager/1.3", False, 1024, 30),
    "13": Profile("13.38.3", "Asterisk Call Manager/2.10.6", True, 4096, 15),
    "16": Profile("16.28.0", "Asterisk Call Manager/5.0.4", True, 40960, 15),
    "22": Profile("22.10.1", "Asterisk Call Manager/11.0.0", True, 40960, 15),
}


class BadRequest(Exception):
    """The server answers this at once, and closes."""

    def __init__(self, reply):
        super().__init__(reply.reason)
        self.reply = reply


@dataclass
class Request:
    """One request as it came, and when."""

    method: str
    path: str
    query: str  # as it was sent
    headers: list  # of (name, value)
    connection: int
    began: float
    body: bytes = b""
    params: list = field(default_factory=list)  # of (name, value), decoded bytes
    ended: Optional[float] = None  # when the answer was out
    status: int = 0  # of the answer

    def header(self, name, default=None):
        """The first value of that header."""
        return next(iter(self.all(name)), default)

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def param(self, name, default=""):
        """The first parameter of that name, as text."""
        for key, value in self.params:
            if key.decode("utf-8", "replace").lower() == name.lower():
                return value.decode("utf-8", "replace")
        return default

    @property
    def action(self):
        return self.param("action").lower()

    @property
    def encoding(self):
        return self.path.rpartition("/")[2].lower()

    @property
    def closes(self):
        return any("close" in value.lower() for value in self.all("Connection"))


class RequestReader:
    """Requests of one connection. `more()` gives bytes, b"" at the end."""

    def __init__(self, profile, connection, more):
        self.profile = profile
        self.connection = connection
        self.more = more
        self.data = b""

    def fill(self):
        data = self.more()
        self.data += data
        return bool(data)

    def line(self):
        """One line with its end, or what there is at the end of the connection. Longer
        ones come in pieces."""
        size = self.profile.max_line
        while b"\n" not in self.data[:size] and len(self.data) < size and self.fill():
            pass
        end = self.data.find(b"\n", 0, size) + 1 or min(size, len(self.data))
        line, self.data = self.data[:end], self.data[end:]
        return line

    def take(self, size):
        while len(self.data) < size and self.fill():
            pass
        taken, self.data = self.data[:size], self.data[size:]
        return taken

    def next(self):
        """The next Request, or None: the client has gone or said nothing."""
        line = self.line()
        if not line:
            return None
        if not line.endswith(b"\n") and not self.profile.old:
            raise BadRequest(error_page(self.profile, 400, "Bad Request",
                                        "Request line too long"))
        words = line.decode("latin-1").split()
        path, _, query = (words[1] if len(words) > 1 else "").partition("?")
        request = Request(words[0].upper() if words else "", path, query, self.headers(),
                          self.connection, time.monotonic())
        self.read_body(request)
        return request

    def headers(self):
        """Up to the empty line; what has no colon is passed over, as is the rest of a
        request line that 1.8 or 11 cut."""
        found = []
        while True:
            line = self.line()
            text = line.decode("latin-1").rstrip("\r\n")
            if not text:
                return found
            name, colon, value = text.partition(":")
            if colon:
                found.append((name.strip(), value.strip()))
            if len(found) > MAX_HEADERS:
                raise BadRequest(error_page(self.profile, 413, "Request Entity Too Large",
                                            "Too many headers"))

    def read_body(self, request):
        chunked = (request.header("Transfer-Encoding", "").lower() == "chunked"
                   and not self.profile.old)
        if chunked:
            request.body = self.chunks()
        else:
            request.body = self.counted(request)
        request.params = decode_form(request.query.encode("latin-1"))
        if request.method == "POST":
            request.params = decode_form(request.body) if self.is_form(request) else []

    def counted(self, request):
        length = request.header("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        if size > self.profile.max_body:
            raise BadRequest(too_large(self.profile))
        return self.take(size)

    def chunks(self):
        body = b""
        while True:
            size = int(self.line().split(b";")[0] or b"0", 16)
            body += self.take(size)
            if len(body) > self.profile.max_body:
                raise BadRequest(too_large(self.profile))
            self.line()
            if not size:
                return body

    def is_form(self, request):
        """1.8 and 11 read a form without a type, but none with a charset; 13 and later do
        the reverse."""
        kind = request.header("Content-Type")
        if self.profile.old:
            return kind is None or kind.lower() == FORM
        return kind is not None and kind.lower().split(";")[0].strip() == FORM


def decode_form(data):
    """name=value&… -> list of (name, value), bytes."""
    pairs = [part.partition(b"=")[::2] for part in data.split(b"&") if part]
    return [(unquote(name), unquote(value)) for name, value in pairs]


def unquote(data):
    first, *rest = data.replace(b"+", b" ").split(b"%")
    return first + b"".join(map(unquote_part, rest))


def unquote_part(part):
    """What stands behind a percent sign."""
    try:
        return bytes([int(part[:2], 16)]) + part[2:]
    except ValueError:
        return b"%" + part


@dataclass
class Reply:
    """An answer on its way out; faults change it."""

    status: int = 200
    reason: str = "OK"
    fields: list = field(default_factory=list)  # of (name, value) of this answer alone
    body: bytes = b""
    closes: bool = False
    head_only: bool = False
    length: Optional[int] = None  # to be claimed; None: the truth, -1: say nothing

    def replace(self, name, value):
        """Another value for that field, or none with None."""
        self.fields = [(k, v) for k, v in self.fields if k.lower() != name.lower()]
        if value is not None:
            self.fields.append((name, value))

    def head(self, profile):
        """The bytes up to the empty line, in that version's order."""
        claimed = len(self.body) if self.length is None else self.length
        length = [] if claimed < 0 else [("Content-Length", claimed)]
        closes = [("Connection", "close")] if self.closes or profile.old else []
        lines = [("Server", profile.server),
                 ("Date", email.utils.formatdate(usegmt=True)), *closes,
                 ("Cache-Control", "no-cache, no-store")]
        lines += [*length, *self.fields] if profile.old else [*self.fields, *length]
        text = f"HTTP/1.1 {self.status} {self.reason}\r\n" + "".join(
            f"{name}: {value}\r\n" for name, value in lines) + "\r\n"
        return text.encode("latin-1")

    def bytes(self, profile):
        return self.head(profile) + (b"" if self.head_only else self.body)


def error_page(profile, status, reason, text, heading=None, fields=(), closes=True):
    """The page of an error, as ast_http_error writes it."""
    address = "Asterisk Server" if profile.old else "Asterisk"
    page = ('<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n<html><head>\r\n'
            f"<title>{status} {reason}</title>\r\n</head><body>\r\n"
            f"<h1>{heading or reason}</h1>\r\n<p>{text}</p>\r\n<hr />\r\n"
            f"<address>{address}</address>\r\n</body></html>\r\n")
    return Reply(status, reason, [*fields, ("Content-type", "text/html")],
                 page.encode("ascii"), closes)


def not_found(profile):
    return error_page(profile, 404, "Not Found",
                      "The requested URL was not found on this server.", closes=False)


def not_implemented(profile):
    return error_page(profile, 501, "Not Implemented",
                      "Attempt to use unimplemented / unsupported method")


def too_large(profile):
    if profile.old:
        return Reply(413, "Request Entity Too Large", closes=True)
    return error_page(profile, 413, "Request Entity Too Large", "Body too large")


def unauthorized(profile, challenge):
    heading = "401 Unauthorized" if profile.old else None
    return error_page(profile, 401, "Unauthorized", "", heading,
                      [("WWW-authenticate", challenge)], closes=False)


def denied(profile):
    text = "Permission denied\n" if profile.old else "Permission denied"
    return error_page(profile, 403, "Permission denied", text, closes=False)


def static_denied(profile):
    """What 1.8 and 11 say about PREFIX/static when enablestatic is no."""
    return error_page(profile, 403, "Access Denied",
                      "You do not have permission to access the requested URL.")
