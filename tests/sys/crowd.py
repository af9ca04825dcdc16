"""Many browsers at once: clients of zvon.v1 in one thread, each with a ledger.

    crowd = Crowd(port)
    boss = crowd.add("boss", token)
    crowd.run(lambda: boss.is_live, 10)
    boss.ledger        # what it was told, in order: Told("event", 17, {...}) ...

A client takes up where it was after each loss: it resumes by the last number it has worked off.
One that is told not to read (`client.reads = False`) leaves its bytes in the socket.
"""

import base64
import errno
import json
import os
import random
import selectors
import socket
import struct
import time
from dataclasses import dataclass

SMALL_BUFFER = 4096  # of a client that is to be slow, so that the kernel hides little
BIG_BUFFER = 1 << 20
OPCODE_TEXT, OPCODE_CLOSE, OPCODE_PING, OPCODE_PONG = 1, 8, 9, 10


@dataclass
class Told:
    """One thing a client was told."""

    what: str  # event, snapshot, resync
    seq: int
    data: dict


def frame(opcode, payload):
    """A masked frame."""
    mask = os.urandom(4)
    size = len(payload)
    if size < 126:
        head = bytes([0x80 | opcode, 0x80 | size])
    else:
        head = bytes([0x80 | opcode, 0x80 | 126]) + struct.pack(">H", size)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return head + mask + (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


def next_frame(data, begin=0):
    """(opcode, payload, where it ends) of the unmasked frame that begins there; None: not all of
    it is there."""
    if len(data) < begin + 2:
        return None
    size, at = data[begin + 1] & 127, begin + 2
    if size == 126:
        if len(data) < at + 2:
            return None
        size, at = struct.unpack_from(">H", data, at)[0], at + 2
    elif size == 127:
        if len(data) < at + 8:
            return None
        size, at = struct.unpack_from(">Q", data, at)[0], at + 8
    if len(data) < at + size:
        return None
    return data[begin] & 15, bytes(data[at:at + size]), at + size


class Client:
    """One browser."""

    def __init__(self, crowd, name, token, slow=False, wants=None):
        self.crowd, self.name, self.token, self.slow = crowd, name, token, slow
        self.wants = wants or {}
        self.socket = None
        self.incoming = bytearray()
        self.is_upgraded = self.is_live = False
        self.reads = True
        self.stays_away = False
        self.again_at = 0.0
        self.tries = 0
        self.seq, self.stream = 0, None
        self.ledger = []
        self.calls = {}      # id -> the last that was told of it
        self.results = {}
        self.closes = []     # codes
        self.resumed = 0
        self.complaints = []

    # The connection ------------------------------------------------------------------

    def connect(self):
        self.socket = socket.socket()
        if self.slow:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        self.socket.setblocking(False)
        self.incoming.clear()
        self.is_upgraded = self.is_live = False
        code = self.socket.connect_ex(("127.0.0.1", self.crowd.port))
        if code not in (0, errno.EINPROGRESS):
            self.lose()
            return
        self.tries += 1
        self.crowd.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def ask(self):
        """Connected, or refused: the handshake."""
        if self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            self.lose()
            return
        key = base64.b64encode(os.urandom(16)).decode()
        self.send_raw((f"GET /v1/events HTTP/1.1\r\nHost: 127.0.0.1:{self.crowd.port}\r\n"
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: zvon.v1\r\n"
                       f"Authorization: Bearer {self.token}\r\n\r\n").encode())
        self.listen()

    def listen(self):
        """Reads, or does not."""
        if self.socket:
            mask = selectors.EVENT_READ if self.reads else 0
            with_it = self.socket in self.crowd.selector.get_map()
            if mask and with_it:
                self.crowd.selector.modify(self.socket, mask, self)
            elif mask:
                self.crowd.selector.register(self.socket, mask, self)
            elif with_it:
                self.crowd.selector.unregister(self.socket)

    def read_on(self, reads):
        self.reads = reads
        self.listen()

    def hurry(self):
        """Reads on, and is not slow any more."""
        self.slow = False
        if self.socket:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BIG_BUFFER)
        self.read_on(True)

    def lose(self, wait=0.05):
        """The connection is gone; the next try comes by itself."""
        if self.socket:
            if self.socket in self.crowd.selector.get_map():
                self.crowd.selector.unregister(self.socket)
            self.socket.close()
        self.socket = None
        self.is_upgraded = self.is_live = False
        self.again_at = time.monotonic() + wait * random.uniform(0.5, 1.5)

    def send_raw(self, data):
        try:
            self.socket.send(data)
        except OSError:
            self.lose()

    def say(self, **message):
        self.send_raw(frame(OPCODE_TEXT, json.dumps(message).encode()))

    # What comes -------------------------------------------------------------------------

    def on_readable(self):
        try:
            data = self.socket.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.lose()
            return
        self.incoming += data
        if self.is_upgraded or self.upgrade():
            self.take_frames()

    def upgrade(self):
        head, blank, rest = bytes(self.incoming).partition(b"\r\n\r\n")
        if not blank:
            return False
        if b" 101 " not in head.split(b"\r\n")[0]:
            self.complaints.append(head.split(b"\r\n")[0].decode())
            self.lose(0.5)
            return False
        self.incoming[:] = rest
        self.is_upgraded = True
        return True

    def take_frames(self):
        at = 0
        while self.socket and self.is_upgraded:
            found = next_frame(self.incoming, at)
            if not found:
                del self.incoming[:at]
                return
            opcode, payload, at = found
            if opcode == OPCODE_TEXT:
                self.on_text(payload)
            elif opcode == OPCODE_PING:
                self.send_raw(frame(OPCODE_PONG, payload))
            elif opcode == OPCODE_CLOSE:
                self.closes.append(struct.unpack(">H", payload[:2])[0] if payload else 1005)
                self.lose()

    def on_text(self, payload):
        self.on_message(json.loads(payload))

    def on_message(self, message):
        getattr(self, "on_" + message["type"], self.on_other)(message)

    def on_other(self, message):
        pass

    def on_hello(self, message):
        if self.stream is None:
            self.say(type="start", **self.wants)
        else:
            self.say(type="resume", seq=self.seq, stream=self.stream, **self.wants)
        self.stream = message["stream"]

    def on_resumed(self, _message):
        self.resumed += 1
        self.is_live = True

    def on_snapshot(self, message):
        self.take_truth("snapshot", message)

    def on_resync(self, message):
        self.take_truth("resync", message)

    def take_truth(self, what, message):
        self.seq = message["seq"]
        self.calls = {(call["server"], call["call"]): call for call in message["calls"]}
        self.ledger.append(Told(what, message["seq"], message))
        self.is_live = True

    def on_event(self, event):
        if event["seq"] <= self.seq:
            self.complaints.append("number %d after %d" % (event["seq"], self.seq))
        self.seq = event["seq"]
        self.ledger.append(Told("event", event["seq"], event))
        if event.get("call"):
            self.calls[event["server"], event["call"]] = event
            if event["event"] == "call.ended":
                del self.calls[event["server"], event["call"]]

    def on_result(self, message):
        self.results[message["id"]] = message


class Crowd:
    """All of them."""

    def __init__(self, port):
        self.port = port
        self.selector = selectors.DefaultSelector()
        self.clients = []

    def add(self, name, token, kind=Client, **options):
        client = kind(self, name, token, **options)
        self.clients.append(client)
        return client

    def connect_some(self, now):
        for client in self.clients:
            if not client.socket and not client.stays_away and client.again_at <= now:
                client.connect()

    def step(self, timeout=0.02):
        """One round."""
        self.connect_some(time.monotonic())
        for key, _ in self.selector.select(timeout):
            client = key.data
            if client.socket is not key.fileobj:
                continue
            if key.events & selectors.EVENT_WRITE:
                client.ask()
            else:
                client.on_readable()

    def run(self, condition, seconds):
        """Until it is true; false when time is up."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                return False
            self.step()
        return True

    def run_for(self, seconds):
        self.run(lambda: False, seconds)

    def close(self):
        for client in self.clients:
            client.stays_away = True
            client.lose()
        self.selector.close()
