"""What a talk is held with: a PBX that says and expects what the talk's lines tell (Lines), or
one of tests/fake that answers by itself (Fake)."""

import json
import re
import socket
import sys
import threading
import time
from pathlib import Path

import host

FAKE = Path(__file__).resolve().parents[1] / "fake"
CAPTURES = Path(__file__).resolve().parents[1] / "wire" / "captures"
sys.path.insert(0, str(FAKE))

WAIT = 10 * host.SLOW  # seconds


class Different(Exception):
    """It did not receive what it should."""


def check_packet(wanted, lines, variables, describe):
    """Line by line; '*' at the end: whatever follows. $name in a value is bound."""
    for number, want in enumerate(wanted):
        if want == "*":
            return
        if number >= len(lines) or not line_agrees(want, lines[number], variables):
            raise Different("wanted %s, received %s" % (want, describe))
    if len(lines) > len(wanted):
        raise Different("received more: %s" % describe)


def line_agrees(want, line, variables):
    pattern = ""
    for part in re.split(r"(\$\w+|\*)", want):
        if part == "*":
            pattern += ".*"
        elif part[:1] == "$" and part[1:] not in variables:
            pattern += "(?P<%s>.*)" % part[1:]
        elif part[:1] == "$":
            pattern += re.escape(str(variables[part[1:]]))
        else:
            pattern += re.escape(part)
    match = re.fullmatch(pattern, line, re.S)
    if match:
        variables.update(match.groupdict())
    return bool(match)


class Lines:
    """One connection at a time; nothing is said that the talk does not say."""

    def __init__(self, banner):
        self.banner = banner
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.peer = None
        self.buffer = b""

    def stop(self):
        self.hang_up()
        if self.listener:
            self.listener.close()
            self.listener = None

    def accept(self):
        self.hang_up()
        self.listener.settimeout(WAIT)
        try:
            self.peer, _ = self.listener.accept()
        except (TimeoutError, OSError):
            raise Different("nobody connects") from None
        self.peer.settimeout(WAIT)
        self.buffer = b""
        if self.banner:
            self.peer.sendall(self.banner.encode() + b"\r\n")

    def connected(self):
        if not self.peer:
            self.accept()

    def hang_up(self):
        if self.peer:
            self.peer.close()
        self.peer = None

    def send(self, data):
        self.connected()
        self.peer.sendall(data)

    def more(self):
        try:
            data = self.peer.recv(65536)
        except TimeoutError:
            data = None
        except OSError:
            data = b""
        if not data:
            raise Different("%s; it had sent: %r" % (
                "nothing came" if data is None else "it closed", self.buffer))
        self.buffer += data

    def expect_bytes(self, wanted):
        self.connected()
        while len(self.buffer) < len(wanted):
            self.more()
        got, self.buffer = self.buffer[:len(wanted)], self.buffer[len(wanted):]
        if got != wanted:
            raise Different("wanted %r, received %r" % (wanted, got))

    def expect_packet(self, wanted, variables):
        self.connected()
        while b"\r\n\r\n" not in self.buffer:
            self.more()
        packet, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = packet.decode("utf-8", "replace").split("\r\n")
        check_packet(wanted, lines, variables, lines)

    def expect_end(self):
        """The other side closes, and has said nothing more."""
        self.connected()
        try:
            data = self.buffer + self.peer.recv(65536)
        except ConnectionError:
            data = self.buffer
        except TimeoutError:
            raise Different("it does not close") from None
        if data:
            raise Different("it said more: %r" % data)
        self.hang_up()


class Fake:
    """tests/fake: logs in, answers, and tells events that the talk says."""

    def __init__(self, version, is_http):
        from ajam import Ajam
        from ajam_http import PROFILES
        from pbx import Pbx, respond
        profile = PROFILES[version]
        self.pbx = Pbx(banner=profile.banner, version=profile.version)
        # taken; what comes of it the talk says
        self.pbx.on("Hangup", lambda session, action: respond(session, action, "Success"))
        self.server = Ajam(version, pbx=self.pbx) if is_http else self.pbx
        self.server.start()
        self.port = self.server.port
        self.seen = 0
        self.replaying = None

    def stop(self):
        if self.replaying:
            self.replaying.join(30)
        self.server.stop()

    def hang_up(self):
        for session in self.server.open_sessions():
            session.close()

    def logged_in(self):
        if not self.pbx.wait_logins(1, WAIT):
            raise Different("nobody logs in")

    def send(self, data):
        self.logged_in()
        self.pbx.broadcast(data)

    def expect_packet(self, wanted, variables):
        """The next action of that name since the last one that was expected."""
        name = next((line.partition(":")[2].strip() for line in wanted
                     if line.lower().startswith("action:")), None)
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            packets = self.pbx.ledger.packets()
            for number in range(self.seen, len(packets)):
                if name in (None, packets[number].data.name):
                    self.seen = number + 1
                    lines = [line.decode("utf-8", "replace")
                             for line in packets[number].data.lines]
                    check_packet(wanted, lines, variables, lines)
                    return
            time.sleep(0.02)
        raise Different("no action %s came" % name)

    def replay(self, name, version):
        """The events of a recorded connection, as bytes of it."""
        self.logged_in()
        data = (CAPTURES / version / (name + ".ami")).read_bytes()
        events = [packet for packet in data.split(b"\r\n\r\n")
                  if packet.startswith(b"Event: ") and b"Event: FullyBooted" not in packet]

        def run():
            for packet in events:
                self.pbx.broadcast(packet + b"\r\n\r\n")
        self.replaying = threading.Thread(target=run, daemon=True)
        self.replaying.start()


def begin(words):
    """`pbx …` of a talk."""
    if words[:1] in (["fake"], ["http"]):
        return Fake(words[1] if len(words) > 1 else "16", words[0] == "http")
    if words == ["silent"]:
        return Lines("")
    return Lines("Asterisk Call Manager/" + (words[0] if words else "5.0.4"))


def raw(text):
    """A JSON string as bytes."""
    return json.loads(text).encode("utf-8", "surrogateescape")
