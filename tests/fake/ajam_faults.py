"""Misbehaviour for `Ajam.fault`: answers cut, broken, delayed, or somebody else's page."""

import gzip
import time

from ajam_http import Reply, error_page


class Fault:
    """Does nothing wrong; the others replace one of its steps."""

    is_page = False  # `make` replaces the PBX's answer

    def change(self, request, reply):
        """Spoil the reply."""

    def write(self, connection, reply, profile):
        """Send it."""
        connection.send(reply.bytes(profile))


class Page(Fault):
    """The answer of somebody else, by a function of (ajam, request): the action never
    reaches the PBX."""

    is_page = True

    def __init__(self, make):
        self.make = make


class Change(Fault):
    """The right answer, spoiled by a function of (request, reply)."""

    def __init__(self, change):
        self.spoil = change

    def change(self, request, reply):
        self.spoil(request, reply)


class Write(Fault):
    """The right answer, sent by a function of (connection, head, body)."""

    def __init__(self, send):
        self.send = send

    def write(self, connection, reply, profile):
        body = b"" if reply.head_only else reply.body
        self.send(connection, reply.head(profile), body)


# The way it is sent --------------------------------------------------------------------------


def cut(size, reset=False):
    """The whole head, `size` bytes of the body (from its end if negative), and the end."""
    def send(connection, head, body):
        connection.send(head + body[:size])
        if reset:
            time.sleep(0.05)  # a reset throws away what was not yet read
            connection.reset()
        else:
            connection.close()
    return Write(send)


def cut_head(size):
    """Part of the head, and the end."""
    def send(connection, head, _body):
        connection.send(head[:size])
        connection.close()
    return Write(send)


def then(function):
    """The right answer, and then this."""
    def send(connection, head, body):
        connection.send(head + body)
        function()
    return Write(send)


def drop(reset=False):
    """No answer: the connection ends when it should come."""
    def send(connection, _head, _body):
        if reset:
            connection.reset()
        else:
            connection.close()
    return Write(send)


def silence(seconds):
    """Nothing for a while, then the answer."""
    def send(connection, head, body):
        time.sleep(seconds)
        connection.send(head + body)
    return Write(send)


def pieces(size, pause=0.0):
    """In segments of `size` bytes."""
    return Write(lambda connection, head, body: connection.send_pieces(head + body, size,
                                                                       pause))


def apart(seconds):
    """Head and body in segments of their own, as a server without TCP_NODELAY sends them."""
    def send(connection, head, body):
        connection.send(head)
        time.sleep(seconds)
        connection.send(body)
    return Write(send)


# The framing -----------------------------------------------------------------------------------


def wrong_length(difference):
    """A Content-Length that is off; a longer one, and the connection ends behind the body."""
    def change(_request, reply):
        reply.length = len(reply.body) + difference
        reply.closes = reply.closes or difference > 0
    return Change(change)


def no_length():
    """A body that ends with the connection."""
    def change(_request, reply):
        reply.length = -1
        reply.closes = True
    return Change(change)


def chunk(data, size):
    parts = [data[start:start + size] for start in range(0, len(data), size)]
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def chunked(size=7):
    """Transfer-Encoding: chunked, which Asterisk never uses for this."""
    def change(_request, reply):
        reply.body = chunk(reply.body, size)
        reply.length = -1
        reply.replace("Transfer-Encoding", "chunked")
    return Change(change)


def chunked_and_cut(size):
    """Chunks that end in mid-chunk, without the last one."""
    def change(_request, reply):
        reply.body = chunk(reply.body, 1000)[:size]
        reply.length = -1
        reply.closes = True
        reply.replace("Transfer-Encoding", "chunked")
    return Change(change)


def gzipped():
    """Compressed though nobody asked."""
    def change(_request, reply):
        reply.body = gzip.compress(reply.body)
        reply.replace("Content-Encoding", "gzip")
    return Change(change)


def body_of(change_body):
    """The body through a function of bytes; its length is told rightly."""
    def change(_request, reply):
        reply.body = change_body(reply.body)
    return Change(change)


# Somebody else's pages ---------------------------------------------------------------------------


def status(code, reason, text="", fields=()):
    return Page(lambda ajam, _request: error_page(ajam.profile, code, reason, text,
                                                  fields=fields))


def busy():
    return status(503, "Service Unavailable", "Too many connections")


def redirect(location="http://127.0.0.1:1/elsewhere", code=302):
    return status(code, "Found", "Moved", [("Location", location)])


def no_action():
    """As a server answers that has not seen the form of a POST."""
    def make(ajam, request):
        told, request.params = request.params, []
        reply = ajam.reply(request)
        request.params = told  # the log keeps what was sent
        return reply
    return Page(make)


PORTAL = (b"<!DOCTYPE html><html><head><title>Welcome to the hotel</title></head><body>"
          b"<form action='/login' method='post'>Room: <input name='room'></form></body>"
          b"</html>\n")


def portal():
    """A login page in place of everything, with status 200."""
    return Page(lambda _ajam, _request: Reply(
        fields=[("Content-Type", "text/html; charset=utf-8"),
                ("Set-Cookie", "portal=1; Path=/")], body=PORTAL))


class Cache(Page):
    """A proxy that keeps the first good answer to each request line and gives it again,
    unless the request was authorized. A bad one looks at the path alone."""

    def __init__(self, ignores_query=False):
        super().__init__(self.again)
        self.ignores_query = ignores_query
        self.kept = {}

    def again(self, ajam, request):
        query = None if self.ignores_query else (request.query, request.body)
        line = (request.method, request.path, query)
        if line not in self.kept:
            reply = ajam.reply(request)
            if reply.status == 200 and not request.header("Authorization"):
                self.kept[line] = Reply(fields=list(reply.fields), body=reply.body)
            return reply
        kept = self.kept[line]
        return Reply(kept.status, kept.reason, [*kept.fields, ("Age", "5")], kept.body)


# Cookies --------------------------------------------------------------------------------------


def cookie(*lines):
    """These Set-Cookie lines in place of the right one; {} is the session's key."""
    def change(_request, reply):
        right = dict(reply.fields).get("Set-Cookie", "")
        key = right.partition('"')[2].partition('"')[0]
        reply.replace("Set-Cookie", None)
        reply.fields += [("Set-Cookie", line.replace("{}", key)) for line in lines]
    return Change(change)


def with_cookie(line):
    """One more Set-Cookie line."""
    return Change(lambda _request, reply: reply.fields.append(("Set-Cookie", line)))


# WaitEvent --------------------------------------------------------------------------------------


def wait_at_once(session, action):
    """For `on("WaitEvent", …)`: never waits, whether there is something or not."""
    session.session.ends = 0
    session.wait_event(action)
    session.session.touch()
