"""The rows of conformance.txt: its first lines tell the notation."""

import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOKEN = re.compile(r"\s*(?:(?P<hex>[0-9a-f]{2})|(?P<text>'[^']*')|(?P<mask>m)"
                   r"|\((?P<group>[^)]*)\))(?:\*(?P<times>\d+))?\s*")


@dataclass
class Row:
    name: str
    deflates: bool
    is_client: bool
    data: bytes
    messages: list  # "text:hello", "close:1000:bye"
    close_code: int = 0  # 0: not refused
    refused_at: int = 0


def to_bytes(notation):
    """`81 85 m 'hello'` as bytes."""
    made, at = b"", 0
    while at < len(notation):
        match = TOKEN.match(notation, at)
        if not match:
            raise ValueError("conformance.txt: %r" % notation[at:])
        if match["hex"]:
            piece = bytes.fromhex(match["hex"])
        elif match["text"] is not None:
            piece = match["text"][1:-1].encode()
        elif match["mask"]:
            piece = bytes(4)
        else:
            piece = to_bytes(match["group"].strip())
        made += piece * int(match["times"] or 1)
        at = match.end()
    return made


def read_row(line):
    name, flags, notation, wanted = (part.strip() for part in line.split("|"))
    refusal = re.search(r"!(\d+)@(\d+)$", wanted)
    messages = wanted[:refusal.start()] if refusal else wanted
    code, place = (int(refusal[1]), int(refusal[2])) if refusal else (0, 0)
    return Row(name, "d" in flags, "c" in flags, to_bytes(notation), messages.split(), code, place)


def rows():
    for line in (HERE / "conformance.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield read_row(line)


def shown(kind, payload, code=None):
    """A message as the list has it."""
    text = "<%d>" % len(payload) if len(payload) > 100 else "".join(
        chr(c) if 0x20 <= c <= 0x7e and c not in b"|\\" else "\\x%02x" % c for c in payload)
    return "%s:%s" % (kind, text) if code is None else "%s:%d:%s" % (kind, code, text)
