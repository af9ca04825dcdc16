"""Peers that are not an Asterisk: what answers on a port that was mistyped."""

from server import Server


class RawPeer(Server):
    """Says `greeting`, then keeps the line until the client leaves, or closes at once."""

    def __init__(self, greeting=b"", *, closes=False, resets=False, **server_options):
        super().__init__(**server_options)
        self.greeting = greeting
        self.closes = closes
        self.resets = resets

    def talk(self, session):
        if self.greeting:
            session.send(self.greeting)
        if self.resets:
            session.reset()
        elif not self.closes:
            while session.receive():
                pass


class HttpPeer(Server):
    """A web server: silent until something like a request line comes, then 400 and close."""

    def talk(self, session):
        while True:
            data = session.receive()
            if not data:
                return
            if b"\n" in data:
                session.send(b"HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n"
                             b"Content-Type: text/html\r\nContent-Length: 11\r\n"
                             b"Connection: close\r\n\r\nBad Request")
                return


class EagerHttpPeer(RawPeer):
    """A proxy or portal that sends its error page without having been asked."""

    def __init__(self, **server_options):
        super().__init__(b"HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/html\r\n"
                         b"\r\n<html>busy</html>\r\n", closes=True, **server_options)


class ScriptPeer(Server):
    """Runs a function of the session; for talks that fit nowhere else."""

    def __init__(self, script, **server_options):
        super().__init__(**server_options)
        self.script = script

    def talk(self, session):
        self.script(session)


def ssh():
    return RawPeer(b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")


def smtp():
    return RawPeer(b"220 mail.example.org ESMTP ready\r\n")


def silent():
    return RawPeer()


def closed_at_once():
    return RawPeer(closes=True)
