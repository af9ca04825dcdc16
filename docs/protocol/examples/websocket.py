#!/usr/bin/env python3
"""websocket.py URL USER [TO] - zvon.v1 from Python, standard library only, with a WebSocket
of forty lines (RFC 6455; plain ws only: for wss wrap the socket with `ssl`).

    ZVON_PASSWORD=demo ./websocket.py http://127.0.0.1:2013 demo 204
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys
from urllib.parse import urlsplit

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class WebSocket:
    """A client; texts only."""

    def __init__(self, url, protocol, user, password):
        host, port = urlsplit(url).hostname, urlsplit(url).port
        key = base64.b64encode(os.urandom(16)).decode()
        basic = base64.b64encode(("%s:%s" % (user, password)).encode()).decode()
        self.socket = socket.create_connection((host, port), 30)
        self.socket.sendall((
            "GET /v1/events HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n"
            "Sec-WebSocket-Protocol: %s\r\nAuthorization: Basic %s\r\n\r\n"
            % (host, port, key, protocol, basic)).encode())
        self.file = self.socket.makefile("rb")
        head = iter(self.file.readline, b"\r\n")
        lines = [line.decode().strip() for line in head]
        digest = hashlib.sha1((key + GUID).encode()).digest()
        wanted = "sec-websocket-accept: " + base64.b64encode(digest).decode()
        if wanted.lower() not in (line.lower() for line in lines):
            raise ConnectionError(lines[0])

    def send(self, payload, kind=TEXT):
        """One frame, masked as a client must."""
        mask = os.urandom(4)
        size = len(payload)
        head = bytes([0x80 | kind])
        if size < 126:
            head += bytes([0x80 | size])
        else:
            head += bytes([0x80 | 126]) + struct.pack(">H", size)
        masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
        self.socket.sendall(head + mask + masked)

    def frame(self):
        """(last, kind, payload) of the next one."""
        first, second = self.file.read(2)
        size = second & 0x7F
        if size == 126:
            (size,) = struct.unpack(">H", self.file.read(2))
        elif size == 127:
            (size,) = struct.unpack(">Q", self.file.read(8))
        return bool(first & 0x80), first & 0x0F, self.file.read(size)

    def messages(self):
        """Each text; ends when the daemon closes."""
        text = b""
        while True:
            last, kind, payload = self.frame()
            if kind == PING:
                self.send(payload, PONG)
            elif kind == CLOSE:
                self.send(payload, CLOSE)
                print("closed", struct.unpack(">H", payload[:2])[0], payload[2:].decode())
                return
            elif kind != PONG:
                text += payload
                if last:
                    yield json.loads(text)
                    text = b""


def main():
    """Makes a call to TO and tells events, EVENTS of them if that is set."""
    url, user, *to = sys.argv[1:]
    most = int(os.environ.get("EVENTS", "0"))
    seen = 0
    web_socket = WebSocket(url, "zvon.v1", user, os.environ["ZVON_PASSWORD"])

    def say(**message):
        web_socket.send(json.dumps(message).encode())

    for message in web_socket.messages():
        kind = message["type"]
        if kind == "hello":
            print("hello", message["user"], ",".join(message["lines"]))
            say(type="start")
        elif kind == "snapshot":
            print("snapshot", len(message["calls"]), "calls")
            if to:
                say(type="command", id="1", name="call.make", args={"to": to[0]})
        elif kind == "result":
            print("result", message.get("result") or message["error"]["message"])
        elif kind == "event":
            print(message["seq"], message["event"], message.get("call", ""), flush=True)
            seen += 1
            if seen == most:
                web_socket.send(struct.pack(">H", 1000), CLOSE)


if __name__ == "__main__":
    main()
