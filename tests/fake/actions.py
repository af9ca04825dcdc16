"""What a client sends, read the way Asterisk reads it: lines end in CR LF or LF, at most 1024
bytes each and 128 in a packet; an empty line always ends a packet, also an empty packet."""

from dataclasses import dataclass

MAX_LINE = 1024  # with its line end
MAX_LINES = 128

TOO_LONG = "Failed to parse message: line too long"
TOO_MANY = "Too many lines in message or allocation failure"
NO_ACTION = "Missing action in request"


def to_text(data):
    return data.decode("utf-8", errors="surrogateescape")


def to_bytes(text):
    return text.encode("utf-8", errors="surrogateescape")


@dataclass
class Action:
    """One complete packet of a client."""

    fields: list  # of (key, value)
    lines: list   # as bytes, without their ends

    def get(self, key, default=""):
        """The first value of that key."""
        return next(iter(self.all(key)), default)

    def all(self, key):
        return [v for k, v in self.fields if k.lower() == key.lower()]

    @property
    def name(self):
        return self.get("Action")

    @property
    def id(self):
        return self.get("ActionID")


@dataclass
class Refusal:
    """A packet that Asterisk answers with an Error before looking at its action."""

    message: str
    id: str = ""


class ActionReader:
    """Bytes of one client in, Action and Refusal objects out."""

    def __init__(self):
        self.buffer = b""
        self.lines = []
        self.skipping = False  # the rest of a refused packet, up to its empty line

    def feed(self, data):
        """Everything that data completes."""
        found = []
        self.buffer += data
        while b"\n" in self.buffer:
            line, _, self.buffer = self.buffer.partition(b"\n")
            found += self.take_line(line)
        return found

    def take_line(self, raw):
        line = raw[:-1] if raw.endswith(b"\r") else raw
        if line == b"":
            return self.end_packet()
        if self.skipping:
            return []
        if len(raw) + 1 > MAX_LINE:
            return self.refuse(Refusal(TOO_LONG, self.action().id))
        if len(self.lines) == MAX_LINES:
            return self.refuse(Refusal(TOO_MANY))
        self.lines.append(line)
        return []

    def refuse(self, refusal):
        self.skipping = True
        self.lines = []
        return [refusal]

    def end_packet(self):
        if self.skipping:
            self.skipping = False
            return []
        action = self.action()
        self.lines = []
        return [action] if action.name else [Refusal(NO_ACTION, action.id)]

    def action(self):
        return Action([split_line(line) for line in self.lines], list(self.lines))


def split_line(line):
    """Key and value; spaces after the colon are skipped and a NUL cuts the line."""
    key, _, value = line.split(b"\0")[0].partition(b":")
    return to_text(key), to_text(value.lstrip(b" "))
