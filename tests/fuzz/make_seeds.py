#!/usr/bin/env python3
"""Makes tests/fuzz/seeds from the recordings in tests/wire/captures: small pieces of real
streams, each in the form that its fuzzer reads (see the comment at the top of fuzz_*.c).

What a fuzzer once found lies beside them as found-*; this program leaves it alone.
"""

from pathlib import Path

HERE = Path(__file__).resolve().parent
CAPTURES = HERE.parent / "wire" / "captures"
SEEDS = HERE / "seeds"
MOST = 1500  # bytes of a recording in one seed

STREAMS = (
    "1.8.32.3/command-output", "1.8.32.3/lists", "1.8.32.3/crlf-injection",
    "11.25.3/call-busy", "11.25.3/malformed-input", "16.28.0/userevent",
    "22.10.1/login-md5", "22.10.1/lists", "22.10.1/command-output",
    "22.10.1/call-utf8-name", "22.10.1/db-actions",
)


def packets(data):
    """The packets of a stream, each with the empty line behind it."""
    return [part + b"\r\n\r\n" for part in data.split(b"\r\n\r\n") if part]


def middle(data):
    """Whole packets from the middle of a stream, at most MOST bytes (or one packet)."""
    parts = packets(data)
    chosen, size = [], 0
    for part in parts[len(parts) // 3:]:
        if chosen and size + len(part) > MOST:
            break
        chosen.append(part)
        size += len(part)
    return b"".join(chosen)[:2 * MOST]


def name_of(stream):
    return stream.replace("/", "-")


def parser_seeds():
    for number, stream in enumerate(STREAMS):
        data = (CAPTURES / (stream + ".ami")).read_bytes()
        head = bytes([0 if number % 2 else 1, number])
        yield name_of(stream), head + data[:200] + middle(data)
    text = b"Event: A\nX: 1\n\nResponse: Follows\nx\n--END COMMAND--\n\n"
    yield "lf-only", b"\x00\x03" + text


def filter_seeds():
    """Expressions over packets of recordings; see fuzz_filter.c."""
    packet = packets((CAPTURES / "22.10.1/call-busy.ami").read_bytes())[20]
    old = packets((CAPTURES / "1.8.32.3/call-busy.ami").read_bytes())[12]
    expressions = (
        b"Dial.{1,}?101|Bridge.{1,}?101|Hangup.{1,}?101", b"BridgeEnter([^.]*)CallerIDNum: 101",
        b"(a+)+$", b".{0,90}.{0,90}[\\x01\\x02]", b"((a{1,1000}){1,1000})", b"(?i)channel.*(1|2)",
        b"(*UTF)\\w+", "Имя|(?i)событие".encode(), b"\\Qa.b\\E", b"(?m)^Channel: .*$", b"(a)\\1",
    )
    for number, expression in enumerate(expressions):
        for name, part in (("new", packet), ("old", old)):
            head = bytes([number & 1]) + expression
            yield "%s-%d" % (name, number), head + b"\0\0\0" + part[:MOST]
    yield "all", b"\0Channel.*101\0PJSIP\0Channel~^PJSIP/[0-9]+-\0" + packet[:MOST]
    yield "fields", b"\0\0\0CallerIDNum!=101\0" + old[:MOST]


def redact_seeds():
    for stream in ("22.10.1/login-ok", "22.10.1/login-md5", "16.28.0/lists"):
        sent = (CAPTURES / (stream + ".sent")).read_bytes()
        received = (CAPTURES / (stream + ".ami")).read_bytes()
        yield name_of(stream) + "-sent", b"\x01\x04" + sent[:MOST]
        yield name_of(stream), b"\x00\x02" + received[:MOST]
    yield "configuration", (b"\x00\x01Response: Success\r\nCategory-000000: 101\r\n"
                            b"Line-000000-000000: type=friend\r\n"
                            b"Line-000000-000001: secret=abc\r\n\r\n")
    yield "updateconfig", (b"\x01\x09Action: UpdateConfig\r\nVar-000000: secret\r\n"
                           b"Value-000000: abc\r\nKey: 0123456789abcdef\r\n\r\n")


def request_seeds():
    """Each action of some recordings."""
    for stream in ("22.10.1/originate-errors", "16.28.0/queue-members", "22.10.1/userevent"):
        data = (CAPTURES / (stream + ".sent")).read_bytes()
        for number, packet in enumerate(packets(data)[1:5]):
            lines = [line.split(b": ", 1) for line in packet.split(b"\r\n") if b": " in line]
            fields = [part for key, value in lines[1:] for part in (key, value)]
            yield "%s-%d" % (name_of(stream), number), b"\x1f".join([lines[0][1]] + fields)
    yield "variables", b"Originate\x1f" + b"\x1f".join([b"Variable", b"A=1"] * 130)
    yield "forged", b"Getvar\x1fVariable\x1fa\r\nAction: Command\x1fChannel\x1fx\n"


def session_seeds():
    """Scenes in the words of fuzz_session.c."""
    banner = b">Asterisk Call Manager/5.0.4\r\n\0"
    login = b"\x00" + banner + b"a\x00a\x00>Event: FullyBooted\r\n\r\n\0"
    yield "plain-login", b"\x01" + banner + b"a\x00t\x20"
    yield "refused", b"\x00" + banner + b"a\x00a\x01"
    yield "list", login + b"s\x00Status\0a\x02a\x03>Event: Hangup\r\n\r\n\0a\x04"
    yield "late-list", login + b"s\x02Status\0a\x02a\x03t\x28a\x03a\x04"
    yield "ping", login + b"t\x64a\x00t\x64t\x32"
    yield "blocked", login + b"s\x04Originate\0t\x96t\x64t\x64"
    yield "waiting", b"\x00s\x00Ping\0s\x01Status\0" + login[1:] + b"x\x00" + login[1:]
    yield "guessed-id", (b"\x00s\x00Ping\0" + banner +
                         b">Response: Success\r\nActionID: zvon-00000001-1\r\n\r\n\0a\x00a\x00")
    yield "again", login + b"s\x42Ping\0t\x28s\x40Ping\0a\x00x\x00" + login[1:] + b"x\x01"
    yield "own-id", login + b"s\x80Ping\0s\x80Ping\0a\x00x\x01"
    yield "silence", b"\x00t\xff"
    yield "http", b"\x00>HTTP/1.1 400 Bad Request\r\n\r\n\0"
    data = (CAPTURES / "22.10.1/login-md5.ami").read_bytes()
    yield "recorded", b"\x00>" + data[:MOST].replace(b"\0", b"") + b"\0t\x96"


def text_seeds():
    yield "cyrillic", "ООО 'Ромашка' & <Co>".encode()
    yield "escaped", "ООО \\'Ромашка\\' \\\\ \\n \\x".encode()
    yield "ill-formed", (b"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41\xed\xa0\x80\xf4\x91\x92\x93"
                         b"\xff\x80\xe1\x80\xe2\xf0\x91\x92\xf1\xbf")
    yield "controls", bytes(range(0x21)) + b"\x7f\xc2\x9b"
    yield "number", b"-9223372036854775808"
    yield "seconds", b"12.345"
    yield "long", "€".encode() * 200


KINDS = {
    "filter": filter_seeds,
    "parser": parser_seeds, "redact": redact_seeds, "request": request_seeds,
    "session": session_seeds, "text": text_seeds,
}


def main():
    for kind, seeds in KINDS.items():
        folder = SEEDS / kind
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.iterdir():
            if not old.name.startswith("found-"):
                old.unlink()
        for name, data in seeds():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
