"""A scripted SIP phone: UDP on loopback, one object per phone, one Dialog per call leg.

It answers, refuses, forwards, rings or stays silent as told by `mode`, and places calls.
It sends media only when it is told to: a word, or keys that are pressed.
"""

import hashlib
import random
import re
import socket
import struct
import threading
import time
import urllib.parse

SIP_PORT = 5060
ALLOW = "Allow: INVITE,ACK,BYE,CANCEL,OPTIONS,REFER,NOTIFY,INFO,UPDATE"
SHORT_NAMES = {"v": "via", "f": "from", "t": "to", "i": "call-id", "m": "contact"}
REASONS = {302: "Moved Temporarily", 480: "Temporarily Unavailable", 486: "Busy Here",
           503: "Service Unavailable", 603: "Decline"}
FIRST_WAIT = 0.5  # seconds until a request is repeated; doubled each time
FRAME = 160  # samples in a packet of 20 ms
KEYS = "0123456789*#"
TONE = bytes([0x20, 0x1a, 0x1e, 0x2b, 0xa0, 0x9a, 0x9e, 0xab]) * (FRAME // 8)  # mu-law
SILENCE = b"\xff" * FRAME
LINEAR = [(1 - 2 * (byte < 128)) * ((((~byte & 15) << 3) + 132 << (~byte >> 4 & 7)) - 132)
          for byte in range(256)]  # mu-law to 14 bits and two
MIRRORED = {"sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}


def token(length=10):
    """A random lower-case hexadecimal word."""
    return "%0*x" % (length, random.getrandbits(4 * length))


def tag_of(header):
    """The tag parameter of a From or To header, or an empty string."""
    match = re.search(r";tag=([^;>\s]+)", header)
    return match.group(1) if match else ""


def without_tag(header):
    """A From or To header without its tag."""
    return re.sub(r";tag=[^;>\s]+", "", header)


def uri_of(header):
    """The address inside the angle brackets."""
    match = re.search(r"<([^>]+)>", header)
    return match.group(1) if match else header.split(";")[0]


def packed(lines, body=""):
    """A message as it is sent."""
    data = body.encode()
    return "\r\n".join(lines + ["Content-Length: %d" % len(data), "", ""]).encode() + data


class Message:
    """A SIP request or response as received."""

    def __init__(self, data, source):
        head, _, body = data.decode("utf-8", "replace").partition("\r\n\r\n")
        self.start, *lines = head.split("\r\n")
        self.body = body
        self.source = source
        self.headers = []
        for line in lines:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            self.headers.append((SHORT_NAMES.get(name, name), value.strip()))

    def all(self, name):
        """Every value of that header."""
        return [value for key, value in self.headers if key == name.lower()]

    def get(self, name):
        """The first value of that header, or an empty string."""
        return (self.all(name) or [""])[0]

    @property
    def method(self):
        """The method of a request; of a response the method it answers."""
        return self.get("cseq").split()[1]

    @property
    def number(self):
        """The number in CSeq."""
        return int(self.get("cseq").split()[0])

    @property
    def code(self):
        """The status of a response, 0 for a request."""
        return int(self.start.split()[1]) if self.start.startswith("SIP/2.0 ") else 0


class Media:
    """The sound of one dialog: RTP packets, sent on demand."""

    def __init__(self, ip):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((ip, 0))
        self.port = self._socket.getsockname()[1]
        self._target = None
        self._number = random.getrandbits(15)
        self._time = random.getrandbits(31)
        self._source = random.getrandbits(32)

    def aim(self, session):
        """Takes the address of the other side from its session description."""
        host = re.search(r"^c=IN IP4 (\S+)", session, re.M)
        port = re.search(r"^m=audio (\d+)", session, re.M)
        if host and port:
            self._target = (host.group(1), int(port.group(1)))

    def _send(self, kind, payload):
        self._number = (self._number + 1) & 0xffff
        head = struct.pack("!BBHII", 0x80, kind, self._number, self._time, self._source)
        if self._target:
            self._socket.sendto(head + payload, self._target)

    def say(self, sound):
        """Sends a packet of sound."""
        self._time = (self._time + FRAME) & 0xffffffff
        self._send(0, sound)

    def speak(self, seconds):
        """Sends a tone that long."""
        for _ in range(round(seconds * 50)):
            self.say(TONE)
            time.sleep(0.02)

    def press(self, key, packets=6):
        """Presses a key for 20 ms a packet, as RFC 4733 tells it; its end is told thrice."""
        self._time = (self._time + FRAME) & 0xffffffff
        for step in range(1, packets + 4):
            end, length = step > packets, FRAME * min(step, packets)
            self._send(101 | (0x80 if step == 1 else 0),
                       struct.pack("!BBH", KEYS.index(key), 0x8a if end else 0x0a, length))
            time.sleep(0.002 if end else 0.02)
        self._time = (self._time + FRAME * packets) & 0xffffffff

    def _hear(self):
        """RTP packets that came since: (payload type, time, payload)."""
        self._socket.setblocking(False)
        while True:
            try:
                data = self._socket.recv(2048)
            except BlockingIOError:
                return
            _, kind, _, at, _ = struct.unpack("!BBHII", data[:12])
            yield kind & 0x7f, at, data[12:]

    def forget(self):
        """What came so far is not listened to."""
        for _ in self._hear():
            pass

    def loudness(self):
        """How loud it was since (mean of the samples; silence is below 10), keys aside."""
        samples = [abs(LINEAR[byte]) for kind, _, payload in self._hear() if kind == 0
                   for byte in payload]
        return sum(samples) / len(samples) if samples else 0

    def keys(self):
        """The keys that were pressed at the other side since, as RFC 4733 tells them."""
        heard = {at: payload[0] for kind, at, payload in self._hear() if kind == 101}
        return "".join(KEYS[number] for _, number in sorted(heard.items()))

    def close(self):
        """Closes the socket."""
        self._socket.close()


class Dialog:
    """One leg of a call. `state` goes new, ringing, answering, up, done."""

    def __init__(self, phone, call_id, local, remote, target, address):
        self.phone = phone
        self.call_id = call_id
        self.local = local      # our From or To header, without tag
        self.remote = remote    # theirs
        self.target = target    # where requests go
        self.address = address  # and by which socket address
        self.local_tag = token()
        self.remote_tag = ""
        self.state = "new"
        self.code = 0           # the final answer to our INVITE
        self.direction = "sendrecv"
        self.media = Media(phone.ip)
        self.offer = None       # the INVITE that we received
        self.invite_id = (0, "")
        self.inviting = False   # an INVITE of ours has no final answer yet
        self._unanswered = {}   # (CSeq number, method): [when to repeat, wait, bytes]
        self._number = random.randrange(100, 200)
        self._version = 0

    def wait(self, state, timeout=10):
        """True as soon as the dialog is in that state."""
        return self.phone.wait_for(lambda: self.state == state, timeout)

    def session(self):
        """A session description: one audio stream, mu-law."""
        self._version += 1
        return "\r\n".join([
            "v=0", "o=- 1 %d IN IP4 %s" % (self._version, self.phone.ip), "s=-",
            "c=IN IP4 %s" % self.phone.ip, "t=0 0", "m=audio %d RTP/AVP 0 101" % self.media.port,
            "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15",
            "a=" + self.direction, ""])

    def request(self, method, headers=(), body="", content="application/sdp",
                number=None, branch=None):
        """Sends a request within this dialog."""
        if number is None:
            self._number += 1
            number = self._number
        branch = branch or "z9hG4bK" + token()
        remote_tag = ";tag=" + self.remote_tag if self.remote_tag else ""
        lines = [
            "%s %s SIP/2.0" % (method, self.target),
            "Via: SIP/2.0/UDP %s:%d;branch=%s;rport" % (self.phone.ip, SIP_PORT, branch),
            "Max-Forwards: 70",
            "From: %s;tag=%s" % (self.local, self.local_tag),
            "To: %s%s" % (self.remote, remote_tag),
            "Call-ID: " + self.call_id,
            "CSeq: %d %s" % (number, method),
            "Contact: <%s>" % self.phone.contact,
            ALLOW, *headers]
        if body:
            lines.append("Content-Type: " + content)
        if method == "INVITE":
            self.invite_id = (number, branch)
            self.inviting = True
        data = packed(lines, body)
        if method != "ACK":
            self._unanswered[number, method] = [time.monotonic() + FIRST_WAIT, FIRST_WAIT, data]
        self.phone.send(data, self.address)

    def repeat(self, now):
        """Sends again what has had no answer for a while: PJSIP with too much to do passes
        requests over, and counts on that."""
        for waiting in list(self._unanswered.values()):
            if now >= waiting[0]:
                waiting[1] *= 2
                waiting[0] = now + waiting[1]
                self.phone.send(waiting[2], self.address)

    def answer(self):
        """Takes the ringing call."""
        if self.state == "ringing":
            self.state = "answering"
            self.media.aim(self.offer.body)
            self.respond(self.offer, 200, "OK", self.session())

    def respond(self, message, code, reason, body="", contact=None):
        """Answers a request of this dialog."""
        self.phone.respond(message, code, reason, body, self.local_tag, contact)

    def invite(self):
        """Sends INVITE: the first one, or one that changes the media direction."""
        self.request("INVITE", body=self.session())

    def hold(self):
        """Puts the other side on hold; returns when the server has agreed."""
        self._change("sendonly")

    def unhold(self):
        """Takes the other side back; returns when the server has agreed."""
        self._change("sendrecv")

    def _change(self, direction):
        self.direction = direction
        self.invite()
        self.phone.wait_for(lambda: not self.inviting)

    def refer(self, uri):
        """Asks for a blind transfer of the other side."""
        self.request("REFER", ["Refer-To: <%s>" % uri, "Referred-By: <%s>" % self.phone.contact])

    def refer_replaces(self, other):
        """Asks for an attended transfer: our partner here is joined with the one there."""
        call = "%s;to-tag=%s;from-tag=%s" % (other.call_id, other.remote_tag, other.local_tag)
        self.refer("%s?Replaces=%s" % (other.target, urllib.parse.quote(call)))

    def digit(self, digit):
        """Presses a key, sent as INFO."""
        self.request("INFO", body="Signal=%s\r\nDuration=160\r\n" % digit,
                     content="application/dtmf-relay")

    def cancel(self):
        """Gives up a call that nobody has answered yet."""
        number, branch = self.invite_id
        self.request("CANCEL", number=number, branch=branch)

    def bye(self):
        """Hangs up."""
        self.request("BYE")
        self.finish()

    def finish(self, code=0):
        """The dialog is over."""
        self._unanswered = {key: waiting for key, waiting in self._unanswered.items()
                            if key[1] == "BYE"}
        self.code = code or self.code
        self.state = "done"

    def on_request(self, message):
        """A request of the server within this dialog."""
        handler = getattr(self, "_on_" + message.method.lower(), None)
        if handler:
            handler(message)
        else:
            self.respond(message, 200, "OK")

    def _on_invite(self, message):
        asked = re.search(r"^a=(sendonly|recvonly|inactive|sendrecv)", message.body, re.M)
        self.direction = MIRRORED.get(asked.group(1) if asked else "", "sendrecv")
        self.media.aim(message.body)
        self.respond(message, 200, "OK", self.session())

    def _on_notify(self, message):
        self.respond(message, 200, "OK")
        if self.phone.obeys:
            self.obey(message.get("event"))

    def obey(self, event):
        """What phones do at a NOTIFY: talk picks up, or takes back who is on hold."""
        if event == "hold" or self.state == "up":
            self.direction = "sendonly" if event == "hold" else "sendrecv"
            self.invite()
        else:
            self.answer()

    def _on_ack(self, _message):
        if self.state == "answering":
            self.state = "up"

    def _on_cancel(self, message):
        self.respond(message, 200, "OK")
        if self.state in ("new", "ringing"):
            self.respond(self.offer, 487, "Request Terminated")
            self.finish()

    def _on_bye(self, message):
        self.respond(message, 200, "OK")
        self.finish()

    def on_response(self, message):
        """An answer to a request of ours; only those to INVITE change the dialog."""
        self._unanswered.pop((message.number, message.method), None)
        if message.method == "REFER" and message.code >= 300:
            self.phone.trouble.append("REFER: " + message.start)
        if message.method != "INVITE" or message.code < 180:
            return
        self.remote_tag = tag_of(message.get("to")) or self.remote_tag
        if message.code < 200:
            if self.state == "new":
                self.state = "ringing"
            return
        self.inviting = False
        if message.code < 300:
            self.target = uri_of(message.get("contact")) or self.target
            self.media.aim(message.body)
            self.request("ACK", number=message.number)
            self.state = "up"
        else:
            number, branch = self.invite_id
            self.request("ACK", number=message.number,
                         branch=branch if message.number == number else None)
            if self.state == "up":
                self.phone.trouble.append("INVITE: " + message.start)
            else:
                self.finish(message.code)


class Phone:
    """A phone at its own address.

    mode: "answer" (after `delay` seconds of ringing), "ring" (for ever), "silent" (not a
    packet in return), a number: the SIP code that refuses the call after `delay`, or the
    address "sip:..." to which it is forwarded then. It begins to ring after `pause`; with
    delay None it refuses or forwards without having rung.
    """

    def __init__(self, user, ip, mode="answer", delay=0.2, pause=0):
        self.user = user
        self.ip = ip
        self.mode = mode
        self.delay = delay
        self.pause = pause
        self.obeys = False  # NOTIFY with Event: talk or hold
        self.contact = "sip:%s@%s:%d" % (user, ip, SIP_PORT)
        self.dialogs = {}
        self.trouble = []  # what went wrong inside the phone, for the test's report
        self._registered = None
        self._news = threading.Condition(threading.RLock())
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((ip, SIP_PORT))
        self._socket.settimeout(0.1)
        self._open = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Hangs up what is still up and closes the socket; twice is fine."""
        if not self._open:
            return
        with self._news:
            for dialog in self.dialogs.values():
                if dialog.state == "up":
                    dialog.bye()
        self._open = False
        self._socket.sendto(b"", (self.ip, SIP_PORT))  # wakes the thread
        self._thread.join(2)
        self._socket.close()
        for dialog in self.dialogs.values():
            dialog.media.close()

    def last(self):
        """The newest dialog, or None."""
        with self._news:
            return list(self.dialogs.values())[-1] if self.dialogs else None

    def wait_for(self, condition, timeout=10):
        """True as soon as the condition holds; it is looked at after every message."""
        with self._news:
            return self._news.wait_for(condition, timeout)

    def wait_call(self, state="ringing", timeout=10):
        """Waits until the newest dialog is in that state and returns it, or None."""
        def reached():
            dialog = self.last()
            return dialog is not None and dialog.state == state
        return self.last() if self.wait_for(reached, timeout) else None

    def call(self, number, server, name=None, caller=None, port=SIP_PORT):
        """Calls a number, as `caller` if that is not the user; returns the dialog at once."""
        target = "sip:%s@%s" % (number, server)
        local = '%s<sip:%s@%s>' % ('"%s" ' % name if name else "", caller or self.user, server)
        with self._news:
            dialog = Dialog(self, token(16) + "@" + self.ip, local, "<%s>" % target, target,
                            (server, port))
            self.dialogs[dialog.call_id] = dialog
            dialog.invite()
        return dialog

    def send(self, data, address):
        """Sends one message."""
        try:
            self._socket.sendto(data, address)
        except OSError as error:
            self.trouble.append(error)

    def respond(self, message, code, reason, body="", tag="", contact=None):
        """Answers a request."""
        to = message.get("to")
        if tag and not tag_of(to):
            to += ";tag=" + tag
        lines = ["SIP/2.0 %d %s" % (code, reason)]
        lines += ["Via: " + via for via in message.all("via")]
        lines += ["From: " + message.get("from"), "To: " + to,
                  "Call-ID: " + message.get("call-id"), "CSeq: " + message.get("cseq"),
                  "Contact: <%s>" % (contact or self.contact), ALLOW]
        if body:
            lines.append("Content-Type: application/sdp")
        self.send(packed(lines, body), message.source)

    def _run(self):
        while self._open:
            with self._news:
                for dialog in self.dialogs.values():
                    dialog.repeat(time.monotonic())
            try:
                data, source = self._socket.recvfrom(65535)
            except OSError:
                continue
            if len(data) < 20:
                continue  # keep-alive
            try:
                with self._news:
                    self._receive(Message(data, source))
                    self._news.notify_all()
            except Exception as error:  # shown by the test, must not end the phone
                self.trouble.append(error)

    def _receive(self, message):
        dialog = self.dialogs.get(message.get("call-id"))
        if message.code and message.method == "REGISTER":
            self._registered = message
        elif message.code and dialog:
            dialog.on_response(message)
        elif not message.code and dialog:
            self._request_again(dialog, message)
        elif not message.code and message.method == "INVITE":
            self._incoming(message)
        elif not message.code and message.method != "ACK":
            self.respond(message, 200, "OK")
            if message.method == "NOTIFY" and self.obeys and self.dialogs:
                self.last().obey(message.get("event"))  # chan_sip: outside of dialogs

    def _request_again(self, dialog, message):
        """A request within a dialog; the first INVITE may come again if we were slow."""
        repeated = dialog.offer and message.get("cseq") == dialog.offer.get("cseq")
        if not (message.method == "INVITE" and repeated):
            dialog.on_request(message)

    def _incoming(self, message):
        if self.mode == "silent":
            return
        dialog = Dialog(self, message.get("call-id"), message.get("to"),
                        without_tag(message.get("from")), uri_of(message.get("contact")),
                        message.source)
        dialog.remote_tag = tag_of(message.get("from"))
        dialog.offer = message
        self.dialogs[dialog.call_id] = dialog
        dialog.respond(message, 100, "Trying")
        if self.pause:
            threading.Timer(self.pause, self._ring, [dialog]).start()
        else:
            self._ring(dialog)

    def _ring(self, dialog):
        with self._news:
            if dialog.state != "new":  # cancelled meanwhile
                return
            if self.delay is None:
                self._turn_away(dialog)
            else:
                dialog.respond(dialog.offer, 180, "Ringing")
                dialog.state = "ringing"
            if self.mode != "ring" and dialog.state == "ringing":
                threading.Timer(self.delay, self._decide, [dialog]).start()
            self._news.notify_all()

    def _decide(self, dialog):
        with self._news:
            if self.mode == "answer":
                dialog.answer()
            elif dialog.state == "ringing":
                self._turn_away(dialog)
            self._news.notify_all()

    def _turn_away(self, dialog):
        forward = self.mode if isinstance(self.mode, str) else None
        code = 302 if forward else self.mode
        dialog.respond(dialog.offer, code, REASONS[code], contact=forward)
        dialog.finish()

    def register(self, server, password, expires=60):
        """Registers with a password (0 seconds: unregisters); returns the SIP code."""
        call_id, tag, credentials = token(16), token(), []
        for number in (1, 2):
            answer = self._send_register(server, call_id, tag, number, expires, credentials)
            if answer is None or answer.code != 401:
                break
            credentials = [self._digest(answer.get("www-authenticate"), server, password)]
        return answer.code if answer else 0

    def _send_register(self, server, call_id, tag, number, expires, credentials):
        self._registered = None
        us = "<sip:%s@%s>" % (self.user, server)
        self.send(packed([
            "REGISTER sip:%s SIP/2.0" % server,
            "Via: SIP/2.0/UDP %s:%d;branch=z9hG4bK%s;rport" % (self.ip, SIP_PORT, token()),
            "Max-Forwards: 70", "From: %s;tag=%s" % (us, tag), "To: " + us,
            "Call-ID: " + call_id, "CSeq: %d REGISTER" % number,
            "Contact: <%s>" % self.contact, "Expires: %d" % expires, *credentials]),
            (server, SIP_PORT))
        self.wait_for(lambda: self._registered, 3)
        return self._registered

    def _digest(self, challenge, server, password):
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', challenge))
        once, uri = token(), "sip:" + server

        def md5(*parts):
            return hashlib.md5(":".join(parts).encode()).hexdigest()

        response = md5(md5(self.user, given["realm"], password), given["nonce"], "00000001",
                       once, "auth", md5("REGISTER", uri))
        fields = {"username": self.user, "realm": given["realm"], "nonce": given["nonce"],
                  "uri": uri, "response": response, "cnonce": once,
                  "opaque": given.get("opaque", "")}
        quoted = ", ".join('%s="%s"' % field for field in fields.items())
        return "Authorization: Digest %s, algorithm=MD5, nc=00000001, qop=auth" % quoted


def wait_idle(connection, timeout=5):
    """True as soon as the server behind this AMI connection has no channel left."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if not connection.request_list("CoreShowChannels")[1]:
            return True
        time.sleep(0.05)
    return False
