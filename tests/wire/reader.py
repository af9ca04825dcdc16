#!/usr/bin/env python3
"""An independent reader of the Asterisk Manager Interface: bytes in, packets out.

It shares nothing with the C parser and knows only the framing rules of the protocol,
so that the two can be held against each other.

    reader.py FILE            one JSON object per packet, as `zvon parse FILE` prints them
    reader.py --digest FILE   the number of packets and a SHA-256 over those lines

The rules:

* A packet is a run of lines ended by CR LF and closed by an empty line. Empty lines between
  packets are skipped. A line feed alone belongs to the value it stands in.
* A line is split at its first ": ". Without one: at its last byte if that is a colon (the value
  is empty), else at its first colon, else the whole line is a key with an empty value.
* `Asterisk Call Manager/…` where a packet would begin is the banner, a packet of one line.
* The first key decides the kind: Event, Response, or something else.
* Output of CLI commands is kept apart. Old style (`Response: Follows`): everything after the
  lines Privilege and ActionID up to `--END COMMAND--` CR LF CR LF. New style: the fields
  `Output` of a response.
* What is not closed at the end of the input is not a packet.
"""

import hashlib
import json
import sys

LINE_END = b"\r\n"
BANNER = b"Asterisk Call Manager/"
COMMAND_END = b"--END COMMAND--\r\n\r\n"
COMMAND_HEADERS = (b"privilege", b"actionid")


def text(data):
    """Bytes as text; what is not UTF-8 becomes U+FFFD."""
    return data.decode("utf-8", errors="replace")


def split_line(line):
    """One line without its CR LF -> (key, value), both bytes."""
    key, separator, value = line.partition(b": ")
    if separator:
        return key, value
    if line.endswith(b":"):
        return line[:-1], b""
    key, _, value = line.partition(b":")
    return key, value


def is_command_answer(line):
    """Is this first line `Response: Follows`?"""
    key, value = split_line(line)
    return key.lower() == b"response" and value.lower() == b"follows"


class Reader:
    """Packets of one stream. `rest` are the bytes after the last complete packet."""

    def __init__(self, data):
        self.data = data
        self.position = 0

    @property
    def rest(self):
        return self.data[self.position:]

    def __iter__(self):
        while True:
            packet = self.next_packet()
            if packet is None:
                return
            yield packet

    def next_packet(self):
        """The next complete packet as a dictionary, or None."""
        self.skip_empty_lines()
        first, after_first = self.line_at(self.position)
        if first is None:
            return None
        if first.startswith(BANNER):
            self.position = after_first
            return {"kind": "banner", "name": text(first), "fields": []}
        if is_command_answer(first):
            return self.command_answer(first, after_first)
        return self.plain_packet()

    def skip_empty_lines(self):
        while self.data.startswith(LINE_END, self.position):
            self.position += len(LINE_END)

    def line_at(self, start):
        """The line that begins at start, and where the next one begins; or (None, start)."""
        end = self.data.find(LINE_END, start)
        if end < 0:
            return None, start
        return self.data[start:end], end + len(LINE_END)

    def plain_packet(self):
        pairs = []
        position = self.position
        while True:
            line, position = self.line_at(position)
            if line is None:
                return None
            if line == b"":
                break
            pairs.append(split_line(line))
        self.position = position
        return build_packet(pairs)

    def command_answer(self, first, position):
        """`Response: Follows`, a few header lines, then free text up to the end mark."""
        pairs = [split_line(first)]
        wanted = list(COMMAND_HEADERS)
        while True:
            line, after = self.line_at(position)
            if line is None or b"\n" in line:
                break
            key, value = split_line(line)
            if key.lower() not in wanted:
                break
            wanted.remove(key.lower())
            pairs.append((key, value))
            position = after
        end = self.data.find(COMMAND_END, position)
        if end < 0:
            return None
        body = self.data[position:end]
        self.position = end + len(COMMAND_END)
        packet = build_packet(pairs)
        packet["output"] = body_lines(body)
        return packet


def body_lines(body):
    """The text of an old command answer as lines, without the CR a line may end in."""
    lines = body.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    return [text(line[:-1] if line.endswith(b"\r") else line) for line in lines]


def build_packet(pairs):
    """(key, value) pairs in bytes -> the packet that is shown."""
    first_key, first_value = pairs[0]
    kind = {b"event": "event", b"response": "response"}.get(first_key.lower(), "other")
    fields, output = [], []
    for key, value in pairs:
        if kind == "response" and key.lower() == b"output":
            output.append(text(value))
        else:
            fields.append([text(key), text(value)])
    packet = {"kind": kind, "name": text(first_value), "fields": fields}
    if output:
        packet["output"] = output
    return packet


def read_packets(data):
    """All complete packets in data."""
    return list(Reader(data))


def json_line(packet):
    """One packet as one line of compact JSON, in the order and form of `zvon parse`."""
    return json.dumps(packet, ensure_ascii=False, separators=(",", ":"))


def digest(data):
    """(number of packets, SHA-256 in hex over the JSON lines, each with its line feed)"""
    sha = hashlib.sha256()
    count = 0
    for packet in Reader(data):
        sha.update(json_line(packet).encode("utf-8") + b"\n")
        count += 1
    return count, sha.hexdigest()


def main(arguments):
    wants_digest = arguments[:1] == ["--digest"]
    names = arguments[1:] if wants_digest else arguments
    if len(names) != 1:
        print("usage: reader.py [--digest] FILE", file=sys.stderr)
        return 2
    with open(names[0], "rb") as file:
        data = file.read()
    if wants_digest:
        print("%d %s" % digest(data))
        return 0
    for packet in Reader(data):
        sys.stdout.buffer.write(json_line(packet).encode("utf-8") + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
