#!/usr/bin/env python3
"""Makes tests/fuzz/seeds from the recordings in tests/wire/captures: small pieces of real
streams, each in the form that its fuzzer reads (see the comment at the top of fuzz_*.c).

What a fuzzer once found lies beside them as found-*; this program leaves it alone.
"""

import re
import struct
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "ws"))

import conformance  # noqa: E402 the path comes first

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


def miko_seeds():
    """Texts of functions and arguments; see fuzz_miko.c."""
    given = b"SIP/1\x1fa%20b\x1fx=1\ny=2\x1fK: v\x1fid"
    ours = re.findall(r'"((?:[^"\\]|\\.)*)"',
                      (HERE.parents[1] / "src/onec/miko_functions.c").read_text())
    text = "".join(ours[1:]).replace("\\n", "\n").encode()
    yield "ours", text[:MOST].rpartition(b"\n")[0] + b"\x1e" + given
    yield "administrator", (
        "\ufeff# наше\r\nmethod Набрать as Originate = Channel, Exten, Variable*, H+\r\n"
        "alias Connect = Соединить, Init\r\nalias набрать = Dial2\r\n"
        "; QueueReload\nmethod QueueReload = Queue, Members?yes, Paused?\n"
        "documented SetVar = Value%\nclass = Имя, B\n").encode() + b"\x1e" + given
    for name, line in (("twice", "method A =\nmethod a ="), ("own", "method Connect ="),
                       ("alias", "alias Ping = Pong, Pong"), ("header", "method A = B C"),
                       ("no-equal", "method A"), ("as", "method A as = B"), ("class", "class X = A")):
        yield "bad-" + name, line.encode() + b"\x1e" + given


def raw_stream_seeds():
    """What a port of AMI says, and what one of HTTP says."""
    for number, stream in enumerate(STREAMS[:4]):
        data = (CAPTURES / (stream + ".ami")).read_bytes()
        yield name_of(stream), bytes([number]) + data[:200] + middle(data)
    ok = b"HTTP/1.1 200 OK\r\nServer: Asterisk\r\n"
    page = b"<html><title>404 Not Found</title></html>\r\n"
    yield "length", b"\x01" + ok + b"Content-Length: 4\r\n\r\nPong" + ok + (
        b"Content-Length: 0\r\n\r\n")
    yield "close", b"\x07HTTP/1.0 404 Not Found\r\n\r\n" + page
    yield "chunks", b"\x03" + ok + (b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n"
                                   b"0\r\nA: b\r\n\r\n") + ok + b"\r\n"
    yield "continue", b"\x05HTTP/1.1 100 Continue\r\n\r\n" + ok + b"\r\n" + page
    yield "no-content", b"\x02HTTP/1.1 204 No\r\n\r\nHTTP/1.1 304 No\n\n"
    yield "nearly", b"\x00HTTP: 1\r\n\r\n"


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


def ajam_session_seeds():
    """Scenes in the words of fuzz_ajam_session.c; connection 0 waits, 1 is for commands."""
    login = b"a\x01\x00" * 3
    events = b"a\x00\x50"
    action = b"s\x00Getvar\0"
    yield "events", b"\x00" + login + events + b"t\x01" + events + b"t\x05a\x00\x0f"
    yield "mask-off", b"\x01" + login + b"t\x64a\x01\x50" + action + b"a\x01\x00"
    yield "plain", b"\x02" + b"a\x01\x00" * 2 + events
    yield "get-only", b"\x00" + b"a\x01\x80" + login + events
    yield "missing-action", b"\x00" + b"a\x01\x02" + login
    yield "too-large", b"\x00" + login + action + b"a\x01\x81a\x01\x00"
    yield "refused", b"\x00" + b"a\x01\x00a\x01\x03"
    yield "expired", b"\x00" + action + login + b"a\x00\x01x\x00" + login + b"a\x01\x00"
    yield "denied", b"\x00" + login + action + b"a\x01\x01a\x01\x00a\x01\x01" + action
    yield "lost", b"\x00" + login + action * 2 + b"e\x01\x09a\x01\x00a\x01\x00"
    yield "timeout", b"\x00" + login + b"s\x02Status\0" + action + b"t\x1el\x01a\x01\x20"
    yield "again", b"\x00" + login + b"s\x40Ping\0a\x01\x00a\x01\x00x\x01" + login
    yield "digest", b"\x10" + b"a\x01\x83" + b"a\x01\x00" * 2 + events + b"a\x00\x84"
    yield "digest-off", b"\x11" + b"a\x01\x83" + b"a\x01\x00" * 2 + action + b"a\x01\x84"
    yield "mxml", (b"\x04" + b"h\x81Content-Type: text/xml\r\n\0b\x01<ajax-response>\n"
                   b"<response type='object' id='unknown'><generic response='Success' "
                   b"challenge='1' /></response>\n</ajax-response>\n\0e\x01")
    yield "page", (b"\x00" + login + action +
                   b"a\x01\x82h\x00HTTP/1.1 503 Busy\r\n\r\n\0e\x00")
    yield "silence", b"\x00" + login + b"t\xff"
    data = (CAPTURES / "22.10.1/lists.ami").read_bytes()
    yield "recorded", (b"\x00" + login + action + b"h\x81\0b\x01"
                       + data[:MOST].replace(b"\0", b"") + b"\0e\x01")


def text_seeds():
    yield "cyrillic", "ООО 'Ромашка' & <Co>".encode()
    yield "escaped", "ООО \\'Ромашка\\' \\\\ \\n \\x".encode()
    yield "ill-formed", (b"\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41\xed\xa0\x80\xf4\x91\x92\x93"
                         b"\xff\x80\xe1\x80\xe2\xf0\x91\x92\xf1\xbf")
    yield "controls", bytes(range(0x21)) + b"\x7f\xc2\x9b"
    yield "number", b"-9223372036854775808"
    yield "seconds", b"12.345"
    yield "long", "€".encode() * 200


def digest_seeds():
    """Challenges and who answers them, in the words of fuzz_digest.c."""
    who = b"\x1flab\x1flab-secret\x1f/asterisk/arawman?action=ping\x1f0a4f113b\x1f"
    asterisk = b'Digest algorithm=MD5, realm="asterisk", nonce="5bfd85a3", qop="auth"'
    yield "asterisk", asterisk + b', opaque="5bfd85a3"' + who
    yield "stale", asterisk + b', opaque="5bfd85a3", stale=true' + who
    yield "no-qop", b'Digest realm="a", nonce="b"' + who
    yield "md5-sess", b'digest Realm=a ,Nonce = b,,algorithm=MD5-sess,qop=auth' + who
    yield "quotes", b'Digest realm="a \\"b\\" \\\\ c", nonce="b", opaque=""' + who
    yield "two", (b'Digest realm="a", nonce="b", algorithm=SHA-256, qop="auth, auth-int", '
                  b'Digest realm="a", nonce="b", algorithm=MD5, qop="auth, auth-int"' + who)
    yield "others", b'Negotiate YII/Gf+w==, NTLM, Basic realm="x", ' + asterisk + who
    yield "user", asterisk + b'\x1fa"b\\c\x1f\n\x1f/"\\\x1f"\x1f'


def cookie_seeds():
    asterisk = b'mansession_id="388db460"; Version=1; Max-Age=60'
    yield "asterisk", asterisk
    yield "bare", b"a=b\x1fMANSESSION_ID = 388db460 ;max-age=\"15\";Path=/x"
    yield "two", asterisk + b"\x1fmansession_id=other"
    yield "forgotten", asterisk + b"\x1fmansession_id=x; Max-Age=0"
    yield "joined", b'a="1,2;3"; Version=1, ' + asterisk + b", b=c; Max-Age=-1"
    yield "expires", b"mansession_id=x; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Max-Age=9"
    yield "unusable", b'mansession_id="a;b"\x1fmansession_id=' + 70 * b"x"


def head_seeds():
    """How it was asked, a head, the start of a body, in the words of fuzz_head.c."""
    session = (b'Set-Cookie: mansession_id="388db460"; Version=1; Max-Age=60\r\n'
               b"Pragma: SuppressEvents\r\n")
    ok = b"HTTP/1.1 200 OK\r\nServer: Asterisk\r\n"
    yield "rawman", (b"\x00" + ok + b"Content-type: text/plain\r\n" + session +
                     b"\r\n\x1fResponse: Success\r\n")
    yield "mxml", (b"\x12" + ok + b"Content-type: text/xml\r\n\r\n\x1f<ajax-response>\n")
    yield "portal", (b"\x00HTTP/1.0 200\nContent-Type: text/html; charset=x\n" + session +
                     b"\n\x1f<title>Login</title><form>")
    yield "continue", (b"\x00HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\n"
                       b"Server: nginx\r\n\r\n\x1f<address>Asterisk</address>")
    yield "redirect", b"\x04HTTP/1.1 302 x\r\nLocation: https://u:p@h/x?y#z\r\n"
    yield "digest", (b"\x10HTTP/1.1 401 Unauthorized\r\n"
                     b'WWW-authenticate: Digest realm="asterisk", nonce="5bfd85a3"\r\n')
    yield "cached", b"\x00" + ok + b"Age: 7\r\nX-Cache: HIT\r\nContent-Encoding: gzip\r\n"
    yield "https-port", (b"\x00HTTP/1.1 400 Bad Request\r\n\r\n\x1f"
                         b"The plain HTTP request was sent to HTTPS port")


def bodies(recording, path):
    """The answers to requests for that path, from a recording of AJAM, by their length."""
    data = (CAPTURES / (recording + ".http")).read_bytes()
    request = re.compile(rb"=====> request \d+ \(\d+ ms, \d+ bytes\)\n\w+ (\S+) ")
    for match in request.finditer(data):
        if not match.group(1).startswith(b"/asterisk/" + path):
            continue
        length = re.compile(rb"\r\nContent-Length: (\d+)\r\n").search(data, match.end())
        start = data.index(b"\r\n\r\n", length.start()) + 4
        yield data[start:start + int(length.group(1))]


def body_seeds(path, recordings):
    for recording in recordings:
        chosen = sorted(set(bodies(recording, path)), key=len)
        for number, body in enumerate(chosen[::5]):
            if len(body) <= 2 * MOST:
                head = bytes([number % 2, number])
                yield "%s-%d" % (name_of(recording).replace("-ajam", ""), number), head + body


def mxml_seeds():
    yield from body_seeds(b"mxml", ("1.8.32.3/ajam/mxml-session", "22.10.1/ajam/mxml-session",
                                    "1.8.32.3/ajam/special-characters",
                                    "22.10.1/ajam/waitevent-lists"))
    around = b"\x00\x02<ajax-response>\n%s</ajax-response>\n"
    yield "declared", (b"\x00\x01<?xml version='1.0'?><!DOCTYPE x [<!ENTITY l 'x>'>]>" +
                       around[2:] % b"<!-- x --><a b='&l;'/>")
    yield "cut-value", around % b"<response><g event='A' x='1 /></response>\n<g event='B'/>"
    yield "odd-names", around % b"<g ='1' a:b='2' x y = \"3\" it's z=4 w-2='5' event='A'/>"
    yield "entities", around % b"<g event='&#65;&amp;&#x1f600;&bogus;&' x='&#10;&#13;'/>"


def html_seeds():
    yield from body_seeds(b"manager", ("1.8.32.3/ajam/manager-session",
                                       "22.10.1/ajam/manager-session"))
    yield from body_seeds(b"amanager", ("22.10.1/ajam/amanager-digest",))


def legacy_seeds():
    """Calls as 12+ tells them, in order and not, in the words of fuzz_legacy.c."""
    told = (b"Dial", b"Bridge", b"Hangup", b"Newchannel", b"Hold", b"Unhold", b"Originate",
            b"SoftHangup", b"AgentC", b"CoreShow", b"Status", b"VarSet", b"UserEvent")
    for number, stream in enumerate((
            "22.10.1/call-answered-callee-hangs-up", "22.10.1/inbound-one-answers",
            "16.28.0/attended-transfer-sip", "22.10.1/queue-call", "22.10.1/pickup",
            "16.28.0/originate-busy", "22.10.1/parking", "22.10.1/lists",
            "16.28.0/userevent", "11.25.3/call-busy")):
        data = (CAPTURES / (stream + ".ami")).read_bytes()
        chosen = [part for part in packets(data)
                  if part.startswith(tuple(b"Event: " + name for name in told))][:24]
        order = bytes((step * 7) % 250 + 1 for step in range(number * 5))
        yield name_of(stream), bytes([number]) + order + b"\0" + b"".join(chosen)
    yield "banner", b"\x10\0Asterisk Call Manager/11.0.0\r\n" + b"".join(chosen)


def calls_seeds():
    """Scenes and what happens to them, in the words of fuzz_calls.c; the numbers of the
    scenes are those of scenes.c."""
    for number in range(40):
        yield "whole-%02d" % number, bytes([0, number, number ^ 1])
    for number in (0, 11, 14, 21, 22, 29):
        pair = bytes([0, number, number])
        yield "side-by-side-%02d" % number, pair + b"n\x08on\x08on\x10on\x10on\x30on\x30" * 3
        yield "lost-%02d" % number, pair + b"n\x06d\x03n\x14d\x07n\x20d\x0f"
        yield "again-%02d" % number, pair + b"n\x302\x08n\x1e2\x10n\x1e2\x40n\xff2\x01"
        yield "early-%02d" % number, pair + b"s\x08n\x05s\x20n\x0fs\x3f"
        yield "cut-%02d" % number, pair + b"n\x05c\x04n\x0ac\x0cn\x20c\x12"
        yield "altered-%02d" % number, pair + b"n\x04f\x0b\x85n\x0af\x0c\x01n\x20f\x02\x86"
        yield "lacking-%02d" % number, pair + b"n\x04-\x0bn\x0a-\x02n\x20-\x0c"
        yield "renamed-%02d" % number, pair + b"n\x04r\x03n\x0ar\x15n\x20r\x08"
        yield "slow-%02d" % number, pair + b"n\x14t\x05n\x03t\x0bn\x30T\x05"
        yield "no-memory-%02d" % number, pair + b"n\x05m\x01n\x01m\x02n\x01m\x03n\x09m\x04"
        yield "snapshot-%02d" % number, pair + (b"n\x40u\x00BI\x00\x00I\x05\x00n\x04I\x09\x01E\x01"
                                               b"u\x00u\x01BE\x03")
        yield "ended-%02d" % number, pair + b"n\x40x\x01n\x10x\x00"
    yield "few-channels", b"\x04\x0e\x14" + b"n\x10on\x10" * 9
    yield "trunks", b"\x02\x08\x09"
    yield "end-all", b"\x08\x1c\x0en\x60on\x60x\x00"
    for stream in ("22.10.1/call-busy", "11.25.3/call-busy", "11.25.3/inbound-one-answers"):
        data = (CAPTURES / (stream + ".ami")).read_bytes()
        chosen = [p for p in packets(data) if re.match(
            rb"Event: (New|Dial|Bridge|Hangup|Rename|Masq|Local)", p)]
        yield "raw-" + name_of(stream), b"\x01" + data[:30] + b"".join(chosen)[:4000]


def command_seeds():
    """Commands in a short scene; see fuzz_command.c."""
    talk = b"".join(b"e" + bytes([number]) for number in range(9))
    about = b'{"call":"%"'
    arguments = {
        0: b'{"to":"104","auto_answer":true}', 5: about + b',"to":"104"}',
        6: about + b',"to":"104"}', 9: about + b',"room":"900"}',
        12: about + b',"digits":"1*#"}', 13: about + b',"action":"start"}',
        14: about + b',"on":true}', 15: about + b',"level":-2}',
        17: b'{"queue":"support"}', 18: b'{"queue":"support"}', 19: b'{"on":true}',
        20: b'{"state":"break"}', 21: b'{"on":true}', 22: b'{"on":true}',
        23: b'{"action":"QueueStatus","fields":{"Queue":"support"}}',
    }
    for number in range(24):
        order = b"c\x01" + bytes([number]) + arguments.get(number, about + b"}") + b"\0"
        yield "%02d-done" % number, talk + order + b"r\x00t\x05r\x00t\x05r\x00"
        yield "%02d-error" % number, talk + order + b"m\x10r\x01"
        yield "%02d-ended" % number, talk + order + b"r\x00e\x10e\x11t\xff"
    yield "strange", b'C\x00call.make\0{"to":[1,{"a":null}],"\xff":0}\0uC\x01\0\0f'


def http_request_seeds():
    """Requests as browsers and others send them; see fuzz_http_request.c."""
    host = b"Host: pbx.example.org:2013\r\n"
    get, post = b"GET /v1/calls?a=1&b=%d0%94+x HTTP/1.1\r\n" + host, b"POST / HTTP/1.1\r\n" + host
    whole = {
        "get": get + b"\r\n",
        "old": b"GET http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        "post": post + b"Content-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "chunked": (post + b"Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n"
                    b"A: b\r\n\r\n"),
        "range": get + b"Range: bytes=0-4,-5\r\nAccept: a, b;q=\"x,y\"\r\n\r\n",
        "upgrade": (get + b"Connection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n"
                    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
                    b"Sec-WebSocket-Protocol: zvon.v1, bearer.x\r\nSec-WebSocket-Extensions: "
                    b"permessage-deflate; client_max_window_bits\r\n\r\n"),
        "ipv6": b"GET /%2e%2e/a HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
        "path": b"HEAD /a/b%20c HTTP/1.1\r\nHost: a\r\nCookie: x\r\n\r\n",
        "tls": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "http2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "twice": post + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    }
    for number, (name, data) in enumerate(whole.items()):
        yield name, bytes([0, number]) + data
        yield name + "-limited", bytes([1, number]) + data
    yield "pipeline", b"\x00\x07" + whole["get"] + whole["post"] + whole["chunked"] + whole["path"]


def range_seeds():
    values = ("0-", "-1", "5-2", "3-50", "7-8,0-1", "0-4,2-6", "0-1,4-5,8-9,1-4", "10-,1-2",
              "99999999999999999999-", "0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14", ",, 1-2 ,\t4-5,")
    for number, value in enumerate(values):
        yield "%02d" % number, bytes([20 + number]) + b"bytes=" + value.encode()
    yield "large", b"\xc8bytes=9223372036854775806-"


def history_asked_seeds():
    """Queries, forms, JSON; see fuzz_history_asked.c."""
    values = ("\0number=%2B7+(916)+555-00-01&missed=yes&limit=20", "\0from=2026-11-20+10:00&tz=%2B03:00",
              "\0fields=call,from&format=csv&bom=yes&order=oldest", "\0offset=7&limit=1000&by=day",
              "\0cursor=abc&direction=in,out&result=busy&recorded=1&server=office&token=x",
              "\1CLIENT_ID=crm&N=1,2;3&FROM=1000&to=2000", "\1N=%ff&N=%00",
              '\2{"CLIENT_ID":"crm","N":["+7916",8916,"=1"],"missed":true,"limit":5}',
              '\2{"N":{"a":[1.5,null]}}', '\2{"N":"1","N":"2"}', '\2[[[[1e400')
    for number, value in enumerate(values):
        yield "%02d" % number, value.encode()


def json_seeds():
    values = ('{"type":"command","id":"1","name":"call.make","args":{"to":"102"}}', '[1,2.5e3,-0]',
              '"\\u0414\\ud83d\\ude00"', '[true,false,null,{}]', '{"a":1,"a":2}', '[1e400]',
              '"\\u0000"', '[' * 33, '[' * 32 + ']' * 32, '{"a":"\\\\[[["}', '"Дом"', '{} {}', ' 7 ')
    for number, value in enumerate(values):
        yield "%02d" % number, value.encode()


def ws_seeds():
    """The rows of the conformance list; see fuzz_ws.c."""
    for number, row in enumerate(conformance.rows()):
        how = row.is_client | row.deflates << 1 | (number % 16) << 3
        if len(row.data) <= MOST:
            yield "%03d" % number, bytes([how & 0x7f, number]) + row.data
            if number % 3 == 0:
                yield "%03d-limited" % number, bytes([how & 0x7f | 4, number]) + row.data
    for number in (0, 1):
        yield "inflate-%d" % number, bytes([0x40, number]) + bytes.fromhex("f248cdc9c90700")


def tms_seeds():
    """Scenes with commands of panels in between; see fuzz_tms.c."""
    for scene in range(0, 40, 3):
        commands = b"".join(b"n%cc%c%c%cr%c" % (7 + k, k & 1, (k + scene) % 18, k, k & 1)
                            for k in range(18))
        yield "scene-%02d" % scene, bytes([scene & 3, scene]) + commands
    yield "lost", bytes([1, 18]) + b"n\x50un\x20uo\x00n\xff"
    yield "text", bytes([1, 18]) + b'f\x00{"command":"QueryLineState"}\0f\x01ping\0f\x00[1\0'


HUB_SCENES = (
    '0{"type":"start"}\neNewchannel Channel=PJSIP/101-1 ChannelState=4 CallerIDNum=101 '
    'Uniqueid=1.1 Linkedid=1.1\n0{"type":"ping","id":7}\neHangup Channel=PJSIP/101-1 '
    'Uniqueid=1.1 Linkedid=1.1 Cause=16\nx\n0{"type":"resume","seq":1,"stream":"s"}\n',
    'n\n0{"type":"command","id":"1","name":"call.make","args":{"to":"102"}}\nr+\n'
    'tttttttttttttttttttttttttttttttttttttttttttttttt\n1{"type":"start","lines":["101"]}\n',
    'n\n0{"type":"command","id":"1","name":"ami.action","args":{"action":"Ping"}}\nrNo\n',
    '2{"type":"watch","id":"w","regex":"Cause: 1[67]","events":["Hangup"]}\neHangup '
    'Channel=PJSIP/101-1 Uniqueid=1.1 Cause=16\n2{"type":"unwatch","id":"w"}\nu1\n',
    '0{"type":"start","events":["line.state"],"numbers":["5"]}\neDeviceStateChange '
    'Device=PJSIP/101 State=UNAVAILABLE\ns\n0{"type":"resume","seq":1}\nn\n0{"type":"snapshot"}\n',
    '0{"type":"start"} \neQueueMemberAdded Queue=q MemberName=A Interface=PJSIP/101 '
    'Penalty=0 Status=1 Paused=0\n0{"type":"command","id":2,"name":"queue.pause",'
    '"args":{"on":true,"queue":"q"}} \nr+\ns\n0[]\n0{"type":"x"\n',
)


def hub_seeds():
    for number, scene in enumerate(HUB_SCENES):
        for options in range(8):
            yield "%d-%d" % (number, options), bytes([options]) + scene.encode()


def save_seeds():
    head = '{"zvon":"hub","version":1,"stream":"s","seq":%d,"floor":%d}\n'
    event = ('{"event":"line.state","server":"o","age_ms":1,"tags":["l1","q2","n3"],'
             '"text":"{\\"type\\":\\"event\\",\\"seq\\":%d}"}\n')
    call = '{"server":"o","call":"1.1","tags":["l1","n79261234567"]}\n'
    agent = '{"agent":"anna","state":"break","reason":"lunch"}\n'
    yield "empty", (head % (5, 5) + '{"end":2}\n').encode()
    yield "all", (head % (2, 0) + agent + call + event % 1 + event % 2 + '{"end":6}\n').encode()
    yield "cut", (head % (2, 0) + agent + call + event % 1).encode()


def onec_text16_seeds():
    texts = ("Connect\0connect", "ПодключитьПОДКЛЮЧИТЬ", "Ёжёж", "\U0001f600\u20ac\x7f\u0080",
             "\U00010000\U0010ffff\ud7ff\ue000\uffff")
    for number, text in enumerate(texts):
        yield "8-%d" % number, text.encode()
        yield "16-%d" % number, text.encode("utf-16-le")
    yield "lone", bytes.fromhex("3dd83dd800de00de61003dd8")
    yield "cut", "\U0001f600".encode()[:3] + b"\xed\xa0\x80\xc0\x80\xf8"


def onec_value_seeds():
    def whole(number):
        return b"i" + number.to_bytes(8, "little", signed=True)

    def real(number):
        return b"r" + struct.pack("<d", number)

    def text(value):
        return b"s" + value.encode() + b"\0"

    true = b"b" + bytes([1] + 7 * [0])
    calls = (
        (0, whole(5), text("б")), (0, b"xab\0"), (0, b"d", b"o"), (0, b"u"),
        (1, text("a"), real(0.1)), (1, whole(-1), true, b"n"), (1, text("1"), text("2"), b"u"),
        (2, text("5\u00a0038"), real(8.0), text("1\u202f000")), (2, real(1e300), text(" ")),
        (2, text("9223372036854775807"), text("-9223372036854775808")), (2, text("1" * 33)),
        (3, text("Истина"), text("ложь")), (3, real(float("nan")), real(float("inf"))),
        (4, text("a"), whole(1), true, text("old"), b"d", b"xold\0"), (4, *[b"u"] * 8),
    )
    for number, (method, *values) in enumerate(calls):
        yield "%02d" % number, bytes([method]) + b"".join(values)


def onec_daemon_seeds():
    head = b"HTTP/1.1 %s\\nContent-Length: 0\\n\\n\0"
    ready = b"uahf{\"type\":\"snapshot\",\"seq\":5}\0"
    yield "ready", b"\0" + ready + b"e\x06pe\x07s{}\0"
    yield "pieces", b"\x0c" + ready + b"e\x06pe\x07"
    yield "password", b"\x01ua" + ready[1:] + b"e\x06"
    yield "resume", b"\0" + ready + b"e\x06lt\x04uahe\x06e\x07"
    yield "resync", b"\2" + ready + b"y\x02e\x03ct\x04uahe\x03e\x04"
    yield "silence", b"\0" + ready + b"t\x1et\x14t\x04ut\x14"
    yield "memory", b"\1um\x03aahm\x02e\x06"
    for number, status in enumerate((b"401 No", b"403 No", b"404 No", b"429 Wait", b"503 Busy",
                                     b"301 Moved", b"200 OK", b"101 Yes")):
        yield "status-%d" % number, bytes([number % 4]) + b"ur" + head % status + b"t\xffu"
    yield "ami", b"\0urAsterisk Call Manager/5.0.4\\n\0"
    yield "tls", b"\0ur\x15\x03\x01~\0"
    yield "chunks", (b"\1urHTTP/1.1 200 OK\\nTransfer-Encoding: chunked\\n\\n"
                     b"3\\n{\"t\\n0\\n\\n\0")
    yield "frames", b"\0" + ready + b"r\x81\x01\xff\0"


def wav_head(format_, channels, bits, data):
    """The head of a WAV, of GSM with what belongs to it."""
    gsm = format_ == 0x31
    rest = struct.pack("<HH", 2, 320) + b"fact" + struct.pack("<II", 4, 640) if gsm else b""
    return (b"RIFF\0\0\0\0WAVEfmt " + struct.pack(
        "<IHHIIHH", 20 if gsm else 16, format_, channels, 8000, 8000, 65 if gsm else 2, bits) +
        rest + b"data" + struct.pack("<I", data))


def audio_seeds():
    """The suffixes are those of src/audio/kind.c by their places."""
    frames = b"".join(bytes([0xd0 | i]) + bytes((i * 7 + k * 31) % 256 for k in range(32))
                      for i in range(10))
    yield "gsm", b"\x07\0" + frames
    yield "ulaw", b"\x08\0" + bytes(range(256))
    yield "alaw", b"\x09\0" + bytes(range(256))
    yield "sln", b"\x0a\0" + bytes(range(255))
    yield "long", b"\x07\x3f" + frames[:33]
    for number, (format_, channels, bits, told, there) in enumerate((
            (1, 1, 16, 100, 100), (1, 2, 16, 0, 103), (1, 1, 16, 0xffffffff, 50),
            (1, 1, 8, 20, 40), (6, 1, 8, 40, 40), (7, 2, 8, 41, 41), (0x31, 1, 0, 130, 130),
            (0x31, 1, 0, 0, 200), (3, 1, 32, 8, 8), (0xfffe, 1, 16, 8, 8))):
        head = wav_head(format_, channels, bits, told)
        yield "wav-%d" % number, b"\0\0" + head + (frames * 4)[:there]
        yield "wav-%d-long" % number, b"\x01\x20" + head + frames[:there]
    yield "list", (b"\0\0RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0" + wav_head(1, 1, 16, 4)[12:]
                   + b"abcd")


def number_seeds():
    """Country, trunk, international, area, digits + 3, the number."""
    for i, number in enumerate(("+7 (916) 555-00-01", "8 916 555 00 01", "007 916 5550001",
                                "810 7 916 5550001", "9165550001", "101", "*8", "Ivanov", "+")):
        yield "ru-%d" % i, b"\0\0\0\0\x03" + number.encode()
    yield "de", b"49\x000\x0000\x0030\0\x0d030 1234567"
    yield "area", b"7\x008\x00810\x00495\0\x0d123-45-67"


def zone_seeds():
    """A file of the second version with two changes and a rule; times."""
    def block(types, changes, size):
        code = ">q" if size == 8 else ">l"
        return (b"TZif2" + b"\0" * 15 + struct.pack(
            ">6l", 0, 0, 0, len(changes), len(types), 4) +
            b"".join(struct.pack(code, at) for at, _ in changes) +
            bytes(kind for _, kind in changes) +
            b"".join(struct.pack(">lBB", at, 0, 0) for at in types) + b"CET\0")
    file = block([3600], [], 4) + block(
        [3600, 7200], [(1774746000, 1), (1792890000, 0)], 8) + b"\nCET-1CEST,M3.5.0,M10.5.0/3\n"
    for i, time in enumerate((b"2026-10-25 02:30:00", b"2026-11-21T01:33:08.5+03:00", b"1795224788",
                              b"0000-00-00 00:00:00")):
        yield "berlin-%d" % i, struct.pack(">H", len(file)) + file + time
    yield "first", struct.pack(">H", 53) + b"TZif\0" + block([10800], [(5, 0)], 4)[5:] + b"x"
    yield "utc", b"\0\0" + b"2026-11-21 01:33"


def conversation_json_seeds():
    """Calls that the fixtures of the history expect."""
    for path in sorted((HERE.parent / "hist" / "fixtures").glob("*/expected.jsonl")):
        lines = path.read_bytes().splitlines()
        for i, line in enumerate(lines[::max(1, len(lines) // 5)]):
            yield "%s-%d" % (path.parent.name, i), line


def stitch_seeds():
    """Rows of a queue, a transfer, a pickup, Local channels; CEL between them."""
    def row(kind, when, length, *texts):
        return bytes((kind, when, length)) + "\t".join(texts).encode() + b"\n"
    queue = [row(8, 0, 4, "1.1", "1.1", "PJSIP/trunk-00000001", "PJSIP/101-00000002", "Queue",
                 "support,tT", "74951234567", "79165550001", '"N" <79165550001>', "NO ANSWER"),
             row(8, 5, 9, "1.1", "1.1", "PJSIP/trunk-00000001", "PJSIP/102-00000003", "Queue",
                 "support,tT", "74951234567", "79165550001", '"N" <79165550001>', "ANSWERED")]
    moved = [row(8, 0, 4, "1.1", "1.1", "SIP/101-00000001", "SIP/102-00000002", "Dial",
                 "SIP/102,20", "103", "101", "", "ANSWERED", "a.wav"),
             row(8, 4, 9, "1.1", "1.1", "SIP/101-00000001", "SIP/103-00000003", "Dial",
                 "SIP/103,20", "103", "101", "", "ANSWERED", "b.wav")]
    local = [row(8, 0, 4, "1.1", "1.1", "SIP/101-00000001", "Local/5@x-00000001;1", "Dial",
                 "SIP/102&SIP/8926@mtt,20", "102", "101", "", "BUSY"),
             row(8, 0, 4, "1.3", "1.1", "Local/5@x-00000001;2", "SIP/103-00000003", "Dial",
                 "SIP/103,20", "103", "101", "", "NO ANSWER")]
    other = [row(9, 1, 0, "1.1", "1.1", "SIP/101-00000001", "CHAN_START", "", "", "102", "101"),
             row(2, 200, 0, "", "", "SIP/101-00000001", "", "Park", "", "700", "101")]
    def event(when, unique, linked, channel, kind, peer="", extra=""):
        return row(9, when, 0, unique, linked, channel, kind, "", "", "102", "101", "", peer, extra)
    moves = [event(3, "1.2", "1.1", "SIP/102-00000002", "BLINDTRANSFER", "",
                   '{"extension":"103","bridge_id":"b1","transferee_channel_name":'
                   '"SIP/101-00000001","transferee_channel_uniqueid":"1.1"}'),
             event(4, "1.5", "1.5", "SIP/102-00000005", "ATTENDEDTRANSFER", "SIP/103-00000003",
                   "1.1"),
             event(4, "1.5", "1.5", "SIP/102-00000005", "BRIDGE_ENTER", "", '{"bridge_id":"b2"}'),
             event(5, "1.2", "1.1", "SIP/102-00000002", "12", "",
                   '{"channel2_name":"SIP/102-00000005","channel2_uniqueid":"1.5","bridge2_id":'
                   '"b2","transferee_channel_name":"SIP/101-00000001","app":"Park",'
                   '"transfer_target_channel_name":"Local/5@x-00000001;1"}'),
             event(2, "1.2", "1.1", "SIP/102-00000002", "PICKUP", "",
                   '{"pickup_channel":"SIP/103-00000003","pickup_channel_uniqueid":"1.9"}'),
             event(4, "1.1", "1.1", "SIP/101-00000001", "PARK_START", "",
                   '{"parking_lot":"default"}')]
    yield "events", b"".join(moved + moves + local)
    yield "queue", b"".join(queue)
    yield "moved", b"".join(moved + queue)
    yield "local", b"".join(local)
    yield "other", b"".join(local + other + moved)
    yield "pickup", moved[0] + moved[1].replace(b"SIP/103,20", b"SIP/102,20")


KINDS = {
    "conversation_json": conversation_json_seeds, "number": number_seeds, "stitch": stitch_seeds,
    "zone": zone_seeds,
def csv_seeds():
    """The first byte chooses the pieces in which it is read."""
    fixture = HERE.parent / "hist/fixtures/asterisk-csv/Master.csv"
    yield "asterisk", b"\x07" + fixture.read_bytes()[:MOST]
    yield "quotes", b'\x01"""Ivan"" <101>","","a,b","two\nlines",,2\r\n\n"x"y,"z\n'
    yield "strange", b'\x02a"b,"c"d"e,\xff\0,"unfinished'
    yield "many", b"\x03" + b"," * 63 + b"\n" + b"," * 64 + b"\nafter\n"
    "csv": csv_seeds,
    "audio": audio_seeds,
    "onec_text16": onec_text16_seeds, "onec_value": onec_value_seeds,
    "onec_daemon": onec_daemon_seeds,
    "hub": hub_seeds, "save": save_seeds, "tms": tms_seeds,
    "http_request": http_request_seeds, "json": json_seeds, "range": range_seeds, "raw_stream": raw_stream_seeds, "ws": ws_seeds,
    "ajam_session": ajam_session_seeds,
    "calls": calls_seeds, "command": command_seeds, "cookie": cookie_seeds, "digest": digest_seeds, "head": head_seeds,
    "history_asked": history_asked_seeds,
    "filter": filter_seeds,
    "html": html_seeds, "legacy": legacy_seeds, "miko": miko_seeds, "mxml": mxml_seeds,
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
