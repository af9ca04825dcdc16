"""A raw AMI connection: an independent witness of what the server really sends.

It shares no code with zvon. A packet is a list of (key, value) pairs in the order they
came; the values are the text between ": " and CRLF, untouched.
"""

import hashlib
import socket
import ssl
import threading
import time

LIST_END = "complete"


class Packet(list):
    """One AMI block: (key, value) pairs in order, repeats kept."""

    def get(self, key, default=None):
        """The first value of that key, whatever its case."""
        for name, value in self:
            if name.lower() == key.lower():
                return value
        return default

    def all(self, key):
        """Every value of that key, in order."""
        return [value for name, value in self if name.lower() == key.lower()]

    @property
    def kind(self):
        """The first key in lower case: 'event', 'response' or something else."""
        return self[0][0].lower()

    @property
    def name(self):
        """The value of the first line: the event's name or the word of the response."""
        return self[0][1]

    def is_event(self, name):
        """Is it this event?"""
        return self.kind == "event" and self.name == name


def split_line(line):
    """One line to (key, value); a line without ": " keeps what it has."""
    key, separator, value = line.partition(": ")
    if separator:
        return key, value
    key, _, value = line.partition(":")
    return key, value


def split_packets(data):
    """Bytes to (packets, rest): whole packets only; the rest waits for more bytes."""
    *blocks, rest = data.split(b"\r\n\r\n")
    packets = []
    for block in blocks:
        lines = block.decode("utf-8", "replace").split("\r\n")
        pairs = [split_line(line) for line in lines if line]
        if pairs:
            packets.append(Packet(pairs))
    return packets, rest


class Connection:
    """A client that keeps every packet it received in `packets`."""

    def __init__(self, host, port=5038, tls=False):
        self.socket = socket.create_connection((host, port), 5)
        if tls:
            self.socket = unchecked_tls().wrap_socket(self.socket)
        self.socket.settimeout(None)
        self.packets = []
        self.discard = False  # True: read on, keep nothing
        self.closed = False
        self.banner = None
        self._rest = b""
        self._sent = 0
        self._news = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait(lambda: self.banner is not None, 5)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def _read(self):
        while True:
            try:
                data = self.socket.recv(1 << 18)
            except OSError:
                data = b""
            with self._news:
                self.closed = not data
                self._take(data)
                self._news.notify_all()
            if not data:
                return

    def _take(self, data):
        if self.discard:
            return
        data = self._rest + data
        if self.banner is None:
            line, end, data = data.partition(b"\r\n")
            if not end:
                self._rest = line
                return
            self.banner = line.decode()
        packets, self._rest = split_packets(data)
        self.packets.extend(packets)

    def _wait(self, condition, timeout):
        with self._news:
            self._news.wait_for(lambda: self.closed or condition(), timeout)
            return condition()

    def wait_for(self, wanted, timeout=5, start=0):
        """The first packet from number `start` on that `wanted` accepts, or None."""
        found = []

        def look():
            for number in range(look.seen, len(self.packets)):
                look.seen = number + 1
                if wanted(self.packets[number]):
                    found.append(self.packets[number])
                    return True
            return bool(found)

        look.seen = start
        self._wait(look, timeout)
        return found[0] if found else None

    def wait_closed(self, timeout=5):
        """True as soon as the server has closed the connection."""
        return self._wait(lambda: self.closed, timeout)

    def send(self, name, fields=(), action_id=None):
        """Sends one action; `fields` are (key, value) pairs or a dictionary."""
        pairs = fields.items() if isinstance(fields, dict) else fields
        lines = ["Action: " + name]
        if action_id:
            lines.append("ActionID: " + action_id)
        lines += ["%s: %s" % pair for pair in pairs]
        self.socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())

    def request(self, name, fields=(), timeout=10):
        """Sends an action and returns its response packet."""
        return self.request_list(name, fields, timeout)[0]

    def request_list(self, name, fields=(), timeout=10):
        """Sends an action; returns the response, and the items with the final event
        if the response opens a list."""
        self._sent += 1
        action_id = "raw-%d" % self._sent
        start = len(self.packets)
        self.send(name, fields, action_id)

        def ours(packet):
            return packet.get("ActionID") == action_id

        def is_response(packet):
            return packet.kind == "response" and ours(packet)

        def is_end(packet):
            return (packet.kind == "event" and ours(packet)
                    and packet.name.lower().endswith(LIST_END))

        response = self.wait_for(is_response, timeout, start)
        if response is None:
            raise TimeoutError("no response to %s" % name)
        if response.get("EventList", "").lower() != "start":
            return response, [], None
        end = self.wait_for(is_end, timeout, start)
        if end is None:
            raise TimeoutError("the list of %s has no end" % name)
        items = [packet for packet in self.packets[start:]
                 if packet.kind == "event" and ours(packet) and packet is not end]
        return response, items, end

    def login(self, user="lab", secret="lab-secret", events="off"):
        """Plain login; returns the response packet."""
        return self.request("Login", {"Username": user, "Secret": secret, "Events": events})

    def login_md5(self, user, secret, events="off"):
        """Login by challenge; returns the response packet."""
        challenge = self.request("Challenge", {"AuthType": "MD5"}).get("Challenge")
        key = hashlib.md5((challenge + secret).encode()).hexdigest()
        return self.request("Login", {"AuthType": "MD5", "Username": user, "Key": key,
                                      "Events": events})

    def close(self):
        """Closes at once; the reader thread ends with it."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._reader.join(2)
        self.socket.close()


class Emitter:
    """Makes the server emit numbered UserEvents as fast as it can.

    Each write holds up to 100 actions. The answers are read and dropped by a thread, so
    the server never waits for us.
    """

    BLOCK = 100

    def __init__(self, host, name, pad=40):
        self.name = name
        self.pad = "p" * pad
        self.connection = Connection(host)
        answer = self.connection.login()
        if answer.name != "Success":
            raise ConnectionError("the emitter cannot log in: %s" % answer.get("Message"))
        self.connection.discard = True
        self.next = 0

    def _action(self, number):
        return ("Action: UserEvent\r\nUserEvent: %s\r\nSeq: %d\r\nPad: %s\r\nLast: %d\r\n\r\n"
                % (self.name, number, self.pad, number))

    def emit(self, count):
        """Sends `count` more events, numbered on from the last."""
        end = self.next + count
        while self.next < end:
            upto = min(self.next + self.BLOCK, end)
            block = "".join(self._action(number) for number in range(self.next, upto))
            self.connection.socket.sendall(block.encode())
            self.next = upto

    def emit_for(self, seconds, pause=0.01, block=10):
        """Sends blocks with pauses for that long; stops early if the server goes away."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.emit(block)
            except OSError:
                return
            time.sleep(pause)

    def close(self):
        """Ends the connection."""
        self.connection.close()


def unchecked_tls():
    """A TLS context that trusts anybody: good enough for a witness on loopback."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
