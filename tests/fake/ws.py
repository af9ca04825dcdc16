"""WebSocket (RFC 6455, RFC 7692) for the tests, written for them from the documents alone:
the browser's side, and the server's where a test needs one.

    socket = ws.connect("ws://127.0.0.1:2013/v1/events", protocol="zvon.v1",
                        origin="http://127.0.0.1:2013", headers={"Authorization": "Bearer x"})
    socket.send_text('{"type":"hello"}')
    message = socket.recv(timeout=5)      # text as str, binary as bytes
    socket.close()                        # 1000; what came before it stays readable by recv()

Nothing is forgiving here: what breaks a rule of the RFC raises ws.Broken. What a test wants
to break itself goes through send_frame, send_bytes and the options of connect.
"""

import base64
import hashlib
import os
import socket
import ssl
import struct
import time
import zlib
from urllib.parse import urlsplit

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TRAILER = b"\x00\x00\xff\xff"


class Broken(Exception):
    """The peer broke a rule."""


class Refused(Exception):
    """No 101 came: status, headers (names in small letters), body."""

    def __init__(self, status, headers, body):
        super().__init__("status %d: %s" % (status, body[:200]))
        self.status, self.headers, self.body = status, headers, body


class Closed(Exception):
    """The connection is over: code and reason of the peer's close frame; 1005: it named
    none; 1006: there was no such frame."""

    def __init__(self, code, reason=""):
        super().__init__("%d %s" % (code, reason))
        self.code, self.reason = code, reason


# ---- frames ---------------------------------------------------------------------------


def masked(payload, mask):
    """The payload under the mask, or back."""
    if not payload:
        return b""
    size = len(payload)
    key = (mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(size, "big")


def frame(op, payload=b"", fin=True, rsv=0, mask=None, size=None):
    """The bytes of one frame. mask: 4 bytes, None: not masked. size: of the length field in
    bytes, to be wrong on purpose (0, 2, 8)."""
    first = (0x80 if fin else 0) | rsv << 4 | op
    flag = 0x80 if mask is not None else 0
    count = len(payload)
    if size is None:
        size = 0 if count < 126 else 2 if count < 65536 else 8
    if size == 0:
        head = struct.pack("!BB", first, flag | count)
    elif size == 2:
        head = struct.pack("!BBH", first, flag | 126, count)
    else:
        head = struct.pack("!BBQ", first, flag | 127, count)
    if mask is None:
        return head + payload
    return head + mask + masked(payload, mask)


def close_body(code, reason=""):
    return b"" if code is None else struct.pack("!H", code) + reason.encode()


def deflated(payload):
    """As permessage-deflate without context takeover has it."""
    packer = zlib.compressobj(wbits=-15)
    made = packer.compress(payload) + packer.flush(zlib.Z_SYNC_FLUSH)
    assert made.endswith(TRAILER)
    return made[:-4] or b"\x00"


def inflated(payload):
    unpacker = zlib.decompressobj(wbits=-15)
    try:
        return unpacker.decompress(payload + TRAILER) + unpacker.flush()
    except zlib.error as error:
        raise Broken("deflate: %s" % error) from error


def as_text(data):
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise Broken("text is not UTF-8") from error


def accept_of(key):
    return base64.b64encode(hashlib.sha1(key + GUID).digest()).decode()


class Frames:
    """Reads frames from bytes that come in pieces, and puts messages together."""

    def __init__(self, from_client, may_deflate=False):
        self.from_client = from_client
        self.may_deflate = may_deflate
        self.bytes = bytearray()
        self.op = None  # of the message under way
        self.packed = False
        self.parts = []
        self.seen = []  # (op, fin, rsv, length on the wire) of each frame, for the tests

    def feed(self, data):
        self.bytes += data

    def next(self):
        """(op, payload) of the next whole message or control frame, or None."""
        while True:
            got = self._frame()
            if got is None:
                return None
            op, fin, rsv, payload = got
            self.seen.append((op, fin, rsv, len(payload)))
            if op >= CLOSE:
                return op, payload
            message = self._add(op, fin, rsv, payload)
            if message:
                return message

    def _frame(self):
        data = self.bytes
        if len(data) < 2:
            return None
        fin, rsv, op = data[0] >> 7, data[0] >> 4 & 7, data[0] & 15
        has_mask, size = data[1] >> 7, data[1] & 127
        self._check_head(fin, rsv, op, has_mask, size)
        at = 2 + {126: 2, 127: 8}.get(size, 0)
        if len(data) < at + 4 * has_mask:
            return None
        if size >= 126:
            short = size == 126
            size = int.from_bytes(data[2:at], "big")
            if size < (126 if short else 65536) or size >> 63:
                raise Broken("a length of %d in %d bytes" % (size, at - 2))
        mask = bytes(data[at:at + 4]) if has_mask else None
        at += 4 * has_mask
        if len(data) < at + size:
            return None
        payload = bytes(data[at:at + size])
        del data[:at + size]
        return op, fin, rsv, masked(payload, mask) if mask else payload

    def _check_head(self, fin, rsv, op, has_mask, size):
        if has_mask != self.from_client:
            raise Broken("masked" if has_mask else "not masked")
        if op not in (CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG):
            raise Broken("opcode %d" % op)
        if op >= CLOSE and (not fin or size > 125 or rsv):
            raise Broken("control frame with fin %d, length %d, rsv %d" % (fin, size, rsv))
        if rsv & 3 or (rsv and (not self.may_deflate or op == CONTINUATION)):
            raise Broken("rsv %d" % rsv)

    def _add(self, op, fin, rsv, payload):
        if (op == CONTINUATION) != (self.op is not None):
            raise Broken("opcode %d while %s is under way" % (op, self.op))
        if op != CONTINUATION:
            self.op, self.packed = op, bool(rsv)
        self.parts.append(payload)
        if not fin:
            return None
        whole, op = b"".join(self.parts), self.op
        self.op, self.parts = None, []
        return op, inflated(whole) if self.packed else whole


# ---- connections ------------------------------------------------------------------------


class Socket:
    """One side of an open WebSocket over a connected socket."""

    def __init__(self, sock, is_client=True, may_deflate=False, early=b""):
        self.sock = sock
        self.is_client = is_client
        self.may_deflate = may_deflate
        self.frames = Frames(not is_client, may_deflate)
        self.frames.feed(early)
        self.sent_close = False
        self.closed = None  # Closed, when the peer's close frame or its end was seen
        self.answers_pings = True
        self.pongs = []
        self.pings = []
        self.protocol = ""
        self.headers = {}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.drop()

    # -- sending

    def send_bytes(self, data):
        """Any bytes, as they are."""
        self.sock.settimeout(30)
        self.sock.sendall(data)

    def send_frame(self, op, payload=b"", fin=True, rsv=0, mask="own", size=None):
        """One frame, right or wrong. mask: "own" as the role has it, bytes, or None."""
        if mask == "own":
            mask = os.urandom(4) if self.is_client else None
        self.send_bytes(frame(op, payload, fin, rsv, mask, size))

    def send_message(self, op, payload, pieces=1, deflate=False):
        """In that many fragments."""
        if deflate:
            payload = deflated(payload)
        cuts = [len(payload) * i // pieces for i in range(pieces + 1)]
        for i in range(pieces):
            self.send_frame(CONTINUATION if i else op, payload[cuts[i]:cuts[i + 1]],
                            i == pieces - 1, 4 if deflate and i == 0 else 0)

    def send_text(self, text, **how):
        self.send_message(TEXT, text.encode(), **how)

    def send_binary(self, data, **how):
        self.send_message(BINARY, data, **how)

    def ping(self, payload=b""):
        self.send_frame(PING, payload)

    # -- receiving

    def recv_event(self, timeout=10.0):
        """The next message or control frame, (op, payload); Closed, TimeoutError, Broken.
        Pings are answered, and given too."""
        end = time.monotonic() + timeout
        while True:
            event = self.frames.next()
            if event:
                self._react(*event)
                return event
            self._fill(end)

    def _fill(self, end):
        if self.closed:
            raise self.closed
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("nothing came")
        self.sock.settimeout(left)
        try:
            data = self.sock.recv(1 << 18)
        except ConnectionError:
            data = b""
        if not data:
            self.closed = Closed(1006)
            raise self.closed
        self.frames.feed(data)

    def _react(self, op, payload):
        if op == PING:
            self.pings.append(payload)
            if self.answers_pings and not self.sent_close:
                self.send_frame(PONG, payload)
        elif op == PONG:
            self.pongs.append(payload)
        elif op == CLOSE:
            self._on_close(payload)

    def _on_close(self, payload):
        if len(payload) == 1:
            raise Broken("a close frame of one byte")
        code = struct.unpack("!H", payload[:2])[0] if payload else 1005
        if payload and not is_code(code):
            raise Broken("close code %d" % code)
        self.closed = Closed(code, as_text(payload[2:]))
        if not self.sent_close:
            self.sent_close = True
            try:
                self.send_frame(CLOSE, payload[:2])
            except OSError:
                pass  # it did not wait for it
        raise self.closed

    def recv(self, timeout=10.0):
        """The next message: text as str, binary as bytes."""
        end = time.monotonic() + timeout
        while True:
            op, payload = self.recv_event(max(0.0, end - time.monotonic()))
            if op == TEXT:
                return as_text(payload)
            if op == BINARY:
                return payload

    def recv_all(self, timeout=0.2):
        """What comes within that time of silence."""
        got = []
        while True:
            try:
                got.append(self.recv(timeout))
            except (TimeoutError, Closed):
                return got

    # -- the end

    def close(self, code=1000, reason="", timeout=5.0):
        """The closing handshake; Closed of the peer, whose messages until then are thrown
        away."""
        if not self.sent_close:
            self.sent_close = True
            self.send_frame(CLOSE, close_body(code, reason))
        end = time.monotonic() + timeout
        try:
            while True:
                self.recv_event(max(0.0, end - time.monotonic()))
        except Closed as closed:
            return closed
        finally:
            self.drop()

    def wait_closed(self, timeout=5.0):
        """The peer closes: its Closed; messages until then are thrown away."""
        end = time.monotonic() + timeout
        try:
            while True:
                self.recv_event(max(0.0, end - time.monotonic()))
        except Closed as closed:
            return closed

    def drop(self):
        """As a cable that is cut."""
        self.sock.close()


def is_code(code):
    return code in (1000, 1001, 1002, 1003, *range(1007, 1015)) or 3000 <= code <= 4999


# ---- the client's handshake ---------------------------------------------------------------


def read_head(sock, limit=65536):
    """(first line, headers with names in small letters, bytes behind the head)."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = sock.recv(65536)
        if not more:
            raise Broken("the connection ended in the head: %r" % data[:200])
        data += more
        if len(data) > limit:
            raise Broken("a head without end")
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or name != name.strip():
            raise Broken("no field: %r" % line)
        name, value = name.lower(), value.strip()
        headers[name] = headers[name] + ", " + value if name in headers else value
    return first, headers, rest


def open_socket(url, timeout=10.0, context=None):
    """A connected socket for ws:// or wss:// (or http://, https://). context: of TLS;
    None: nothing is checked."""
    parts = urlsplit(url)
    secure = parts.scheme in ("wss", "https")
    port = parts.port or (443 if secure else 80)
    sock = socket.create_connection((parts.hostname, port), timeout)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if secure:
        if context is None:
            context = ssl.create_default_context()
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        sock = context.wrap_socket(sock, server_hostname=parts.hostname)
    return sock


def request_head(url, key, origin=None, protocol=None, headers=None, deflate=False, without=()):
    """The bytes of the request. protocol: a name or a list; without: names of fields, in
    small letters, that are left out."""
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    fields = {"Host": parts.netloc.rpartition("@")[2], "Upgrade": "websocket",
              "Connection": "Upgrade", "Sec-WebSocket-Key": key, "Sec-WebSocket-Version": "13"}
    if origin is not None:
        fields["Origin"] = origin
    if protocol:
        fields["Sec-WebSocket-Protocol"] = (protocol if isinstance(protocol, str)
                                            else ", ".join(protocol))
    if deflate:
        fields["Sec-WebSocket-Extensions"] = (
            deflate if isinstance(deflate, str) else "permessage-deflate; client_max_window_bits")
    fields.update(headers or {})
    lines = ["GET %s HTTP/1.1" % target]
    lines += ["%s: %s" % field for field in fields.items() if field[0].lower() not in without]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def read_body(sock, headers, rest):
    """The body behind a head, by its length or until the end."""
    length = int(headers["content-length"]) if "content-length" in headers else None
    while length is None or len(rest) < length:
        more = sock.recv(65536)
        if not more:
            break
        rest += more
    return rest


def connect(url, origin=None, protocol=None, headers=None, deflate=False, timeout=10.0,
            context=None, early=b"", without=()):
    """An open Socket. deflate: False, True as browsers offer it, or the offer itself.
    early: bytes sent in the same segment as the request. Refused: what else was answered."""
    sock = open_socket(url, timeout, context)
    try:
        key = base64.b64encode(os.urandom(16)).decode()
        key = (headers or {}).get("Sec-WebSocket-Key", key)
        sock.sendall(request_head(url, key, origin, protocol, headers, deflate, without) + early)
        first, fields, rest = read_head(sock)
        status = int(first.split(" ")[1])
        if status != 101:
            raise Refused(status, fields, read_body(sock, fields, rest))
        return opened(sock, fields, rest, key, protocol, deflate)
    except BaseException:
        sock.close()
        raise


def opened(sock, fields, rest, key, protocol, deflate):
    """Checks the 101."""
    if fields.get("upgrade", "").lower() != "websocket":
        raise Broken("Upgrade: %s" % fields.get("upgrade"))
    if "upgrade" not in [word.strip() for word in fields.get("connection", "").lower().split(",")]:
        raise Broken("Connection: %s" % fields.get("connection"))
    if fields.get("sec-websocket-accept") != accept_of(key.encode()):
        raise Broken("Sec-WebSocket-Accept: %s" % fields.get("sec-websocket-accept"))
    chosen = fields.get("sec-websocket-protocol", "")
    offered = [protocol] if isinstance(protocol, str) else list(protocol or ())
    if chosen and chosen not in [name.strip() for one in offered for name in one.split(",")]:
        raise Broken("Sec-WebSocket-Protocol: %s" % chosen)
    extensions = fields.get("sec-websocket-extensions", "")
    if extensions:
        check_extensions(extensions, deflate)
    made = Socket(sock, True, bool(extensions), rest)
    made.protocol, made.headers = chosen, fields
    return made


def check_extensions(text, deflate):
    """RFC 7692, 7.1, as a client sees it that keeps no context."""
    name, *parameters = [part.strip() for part in text.split(";")]
    if not deflate or name != "permessage-deflate":
        raise Broken("Sec-WebSocket-Extensions: %s" % text)
    names = [parameter.partition("=")[0] for parameter in parameters]
    if len(set(names)) != len(names) or "server_no_context_takeover" not in names:
        raise Broken("Sec-WebSocket-Extensions: %s" % text)


# ---- the server's handshake -----------------------------------------------------------------


def accept(sock, protocols=(), deflate=False):
    """The server's side of a connected socket: reads the request and answers 101."""
    _, fields, rest = read_head(sock)
    offered = [name.strip() for name in fields.get("sec-websocket-protocol", "").split(",")]
    chosen = next((name for name in offered if name in protocols), "")
    agreed = deflate and "permessage-deflate" in fields.get("sec-websocket-extensions", "")
    lines = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
             "Sec-WebSocket-Accept: " + accept_of(fields["sec-websocket-key"].encode())]
    if chosen:
        lines.append("Sec-WebSocket-Protocol: " + chosen)
    if agreed:
        lines.append("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
                     "client_no_context_takeover")
    sock.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
    made = Socket(sock, False, agreed, rest)
    made.protocol, made.headers = chosen, fields
    return made
