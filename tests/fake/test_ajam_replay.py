"""The fake AJAM against recordings of real servers: the same requests, the same answers.

ZVON_CAPTURES=FOLDER adds the *.http files below that folder to the test of the encoders."""

import os
import re
import socket
import sys
import time
import unittest
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from ajam import Ajam  # noqa: E402
from ajam_encode import ENCODINGS, ENTITIES, encode  # noqa: E402
from ajam_http import PROFILES  # noqa: E402
from pbx import Account  # noqa: E402

CAPTURES = HERE.parent / "wire" / "captures"
BLOCK = re.compile(rb"^(=====> request|<===== response) (\d+) \(\d+ ms, (\d+) bytes\)[^\n]*\n",
                   re.M)
# In this order on one server: a nonce of the first is met again in the others.
DIGESTS = ("arawman-digest", "amxml-digest", "amanager-digest")
CHANGING = [
    (rb"(Date: )[^\r]*", rb"\1*"), (rb'(mansession_id=)"[0-9a-f]{8}"', rb"\1*"),
    (rb'(nonce|opaque)="[0-9a-f]+"', rb"\1=*"), (rb"(?i)(timestamp(: |='|</td><td>))[0-9.]+",
                                                   rb"\1*"),
    (rb"(?i)(challenge(: |='|</td><td>))\d+", rb"\1*"),
    (rb"(Content-Length: )\d+", rb"\1*"),
]


@dataclass
class Block:
    """One request or response of a recording."""

    is_request: bool
    number: int
    data: bytes


def blocks(path):
    """What was said, in the order it was said. Lengths are counted, not searched for."""
    data = path.read_bytes()
    found, at = [], 0
    while True:
        mark = BLOCK.search(data, at)
        if not mark:
            return found
        start, size = mark.end(), int(mark.group(3))
        found.append(Block(mark.group(1).endswith(b"request"), int(mark.group(2)),
                           data[start:start + size]))
        at = start + size


def split(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def body_length(head):
    return int(re.search(rb"Content-Length: (\d+)", head).group(1))


def target(request):
    """The last part of the path: the encoding."""
    return request.split(b" ")[1].partition(b"?")[0].rpartition(b"/")[2].decode().lower()


def steady(text):
    """Without what differs from run to run."""
    for pattern, replacement in CHANGING:
        text = re.sub(pattern, replacement, text)
    return text


def plain(value):
    for byte, entity in ENTITIES.items():
        if byte != b"&":
            value = value.replace(entity, byte)
    return value.replace(b"&amp;", b"&")


def line(name, value, opaque):
    if name == opaque:
        return value + b"\r\n"
    return plain(name) + b": " + value + b"\r\n"


def decode(encoding, body):
    """A body -> the text of the AMI that gives it again when it is encoded."""
    form = ENCODINGS[encoding]
    inner = body[len(form.head):len(body) - len(form.tail)]
    if form.kind == "rawman":
        return body
    if form.kind == "mxml":
        packets = re.findall(rb"<generic(.*?) /></response>\n", inner, re.S)
        pairs = [re.findall(rb" ([^ =]+?)(?:-\d\d?)?='([^']*)'", packet) for packet in packets]
        opaque, line_end = b"opaque_data", b"\n"
    else:
        packets = inner.split(b'<tr><td colspan="2"><hr></td></tr>\r\n')[:-1]
        pairs = [re.findall(rb"<td>(.*?)(?:-\d\d?)?</td><td>(.*?)</td></tr>\n", packet, re.S)
                 for packet in packets]
        opaque, line_end = b"Opaque-data", b"<br>\n"
    return b"".join(
        b"".join(line(name, plain(value.replace(line_end, b"\r\n")), opaque)
                 for name, value in packet) + b"\r\n" for packet in pairs)


class EncodersTest(unittest.TestCase):
    def bodies(self):
        """(file, encoding, body) of every answer of status 200 in the recordings."""
        folders = [CAPTURES]
        if os.environ.get("ZVON_CAPTURES"):
            folders.append(Path(os.environ["ZVON_CAPTURES"]))
        for path in sorted(path for folder in folders for path in folder.rglob("*.http")):
            asked = {}
            for block in blocks(path):
                if block.is_request:
                    asked[block.number] = block.data
                    continue
                head, body = split(block.data)
                request = asked[block.number]
                if head.startswith(b"HTTP/1.1 200") and not request.startswith(b"HEAD"):
                    yield path, target(request), body[:body_length(head)]

    def test_every_recorded_body_comes_out_again(self):
        kinds = dict.fromkeys(ENCODINGS, 0)
        for path, encoding, body in self.bodies():
            old = path.parts[-3] in ("1.8.32.3", "11.25.3")
            again = encode(encoding, decode(encoding, body), old=old)
            self.assertEqual(again, body, f"{path}: {encoding}")
            kinds[encoding] += 1
        self.assertGreater(min(kinds.values()), 20, kinds)


class Player:
    """Says what a recorded client said; cookies and challenges are those of this run."""

    def __init__(self, ajam):
        self.ajam = ajam
        self.cookies = {}  # recorded: ours
        self.sockets = {}

    def say(self, block):
        connection = socket.create_connection(("127.0.0.1", self.ajam.port), 10)
        self.sockets[block.number] = connection
        data = re.sub(rb'(?i)(mansession_id="?)([0-9a-f]{8})',
                      lambda found: found.group(1) + self.cookies.get(found.group(2),
                                                                      found.group(2)),
                      block.data)
        connection.sendall(data)
        return connection

    def hear(self, block):
        """Our answer to that request, whole."""
        connection = self.sockets[block.number]
        data = b""
        while b"\r\n\r\n" not in data:
            data += self.more(connection)
        head, body = split(data)
        recorded_head, recorded_body = split(block.data)
        while recorded_body and len(body) < body_length(head):
            body += self.more(connection)
        self.learn(recorded_head, recorded_body, head)
        return head, body

    def more(self, connection):
        data = connection.recv(65536)
        if not data:
            raise EOFError("the answer is cut")
        return data

    def learn(self, recorded_head, recorded_body, head):
        theirs, ours = (re.search(rb'mansession_id="([0-9a-f]+)"', text)
                        for text in (recorded_head, head))
        if theirs and ours:
            self.cookies[theirs.group(1)] = ours.group(1)
        challenge = re.search(rb"Challenge: (\d+)", recorded_body)
        if challenge:
            self.session(ours.group(1)).challenge = challenge.group(1).decode()

    def session(self, key):
        return self.ajam.sessions_known.find(key.decode())

    def feed(self, encoding, answer):
        """Queue the events of a recorded WaitEvent, and nothing else."""
        head, body = split(answer)
        packets = decode(encoding, body[:body_length(head)]).split(b"\r\n\r\n")[1:-2]
        for session in list(self.ajam.sessions_known.known.values()):
            session.fetch()
        if packets:
            self.ajam.broadcast(b"".join(packet + b"\r\n\r\n" for packet in packets))

    def close(self):
        for connection in self.sockets.values():
            connection.close()


class ReplayTest(unittest.TestCase):
    def accounts(self, profile):
        """Those of the servers that were recorded. 1.8 and 11 let a user in twice."""
        return {
            "lab": Account("lab-secret"), "user1c": Account("passwd1234"),
            "nowrite": Account("nw-secret", write=frozenset()),
            "denied": Account("denied-secret", permitted=False),
            "single": Account("single-secret", multiple_login=profile.old),
            "оператор": Account("пароль"),
        }

    def check_all(self, name):
        """That recording of every version that has it; how many answers were compared."""
        compared = 0
        for version, profile in PROFILES.items():
            path = CAPTURES / profile.version / "ajam" / f"{name}.http"
            if path.exists():
                with Ajam(version, accounts=self.accounts(profile), login_delay=0) as ajam:
                    compared += self.check(ajam, path)
        self.assertGreater(compared, 0, name)
        return compared

    def check(self, ajam, path):
        ajam.sessions_known.pace = 0.1
        ajam.enabled = "webenabled" not in path.name
        player = Player(ajam)
        said = blocks(path)
        answers = {block.number: block.data for block in said if not block.is_request}
        asked = {}
        try:
            for block in said:
                where = f"{path.parts[-3]} {path.name} {block.number}"
                if block.is_request:
                    asked[block.number] = block.data
                    self.speak(player, block, answers.get(block.number))
                else:
                    self.compare(player, block, asked[block.number], where)
        finally:
            player.close()
        return len(answers)

    def speak(self, player, block, answer):
        if b"action=waitevent" in block.data and answer:
            player.feed(target(block.data), answer)
        waits = len(player.ajam.requests("WaitEvent"))
        connection = player.say(block)
        if b"action=waitevent" in block.data:  # the next request finds it waiting
            self.assertTrue(player.ajam.wait_requests("WaitEvent", waits + 1))
            time.sleep(0.02)
        if answer is None:  # this client went away in mid-wait
            connection.close()

    def compare(self, player, block, request, where):
        head, body = player.hear(block)
        real_head, real_body = split(block.data)
        self.assertEqual(steady(head), steady(real_head), where)
        if b"action=originate" not in request:
            self.assertEqual(steady(body), steady(real_body), where)
            if b"WWW-auth" not in head:
                self.assertEqual(body_length(head), body_length(real_head), where)

    def test_cookies(self):
        self.assertEqual(self.check_all("cookies"), 4 * 21)

    def test_not_found(self):
        self.check_all("not-found")
        self.check_all("not-found-webenabled-no")

    def test_permissions_and_logins(self):
        self.check_all("permissions")

    def test_waits(self):
        self.check_all("waitevent")

    def test_methods_and_sizes(self):
        self.check_all("methods")

    def test_long_queries(self):
        self.check_all("long-query")

    def test_special_characters(self):
        self.check_all("special-characters")

    def test_digest(self):
        for version, profile in PROFILES.items():
            folder = CAPTURES / profile.version / "ajam"
            if folder.exists():
                with Ajam(version, accounts=self.accounts(profile)) as ajam:
                    for name in DIGESTS:
                        self.assertGreater(self.check(ajam, folder / f"{name}.http"), 20)


if __name__ == "__main__":
    unittest.main()
