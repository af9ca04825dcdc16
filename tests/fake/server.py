"""The part that all fake peers share: a threaded TCP (or TLS) server on loopback with a ledger.

The ledger keeps every byte and every packet received, with times, so that a test can say what
reached the peer and, as important, what did not.
"""

import contextlib
import errno
import socket
import ssl
import struct
import subprocess
import threading
import time
from dataclasses import dataclass, field
from typing import Optional

from event_filter import EventFilter

RESET_ON_CLOSE = struct.pack("ii", 1, 0)
TLS_HANDSHAKE_SECONDS = 5


@dataclass
class Entry:
    """One fact in the ledger."""

    time: float
    session: int
    what: str  # connect, bytes, packet, bad-packet, note, close
    data: object = None


class Ledger:
    """Facts in the order they happened; any thread may add and wait."""

    def __init__(self):
        self.entries = []
        self.changed = threading.Condition()

    def add(self, session, what, data=None):
        with self.changed:
            self.entries.append(Entry(time.monotonic(), session, what, data))
            self.changed.notify_all()

    def find(self, what, session=None):
        with self.changed:
            return [e for e in self.entries
                    if e.what == what and session in (None, e.session)]

    def received(self, session=None):
        """All bytes received, by one session or by all."""
        return b"".join(e.data for e in self.find("bytes", session))

    def packets(self, name=None, session=None):
        """Entries of complete packets; with a name, of those actions only."""
        found = self.find("packet", session)
        if name is None:
            return found
        return [e for e in found if e.data.name.lower() == name.lower()]

    def wait_until(self, condition, seconds):
        """Wait until condition() is true; its last value is returned."""
        with self.changed:
            self.changed.wait_for(condition, seconds)
            return condition()


class PeerGone(Exception):
    """The other side is gone, or does not read: this session is over."""


@dataclass
class Session:
    """One accepted connection, seen from the server."""

    server: "Server"
    socket: socket.socket
    number: int
    open: bool = True
    sent: int = 0  # bytes
    longest_wait: float = 0.0  # the longest time that one piece waited for room
    user: str = ""
    challenge: str = ""
    mask: Optional[frozenset] = None  # classes of events; None: all
    filter: EventFilter = field(default_factory=EventFilter)
    write_lock: threading.RLock = field(default_factory=threading.RLock)

    is_stream = True  # events come by themselves, not when asked for

    @property
    def ledger(self):
        return self.server.ledger

    def wants(self, classes):
        return self.mask is None or classes in self.mask

    def take_event(self, data, classes=None, may_read=True):
        """An event for this session, or bytes that no mask and no filter holds back."""
        if classes is None or (may_read and self.wants(classes) and self.filter.passes(data)):
            self.send(data)

    def receive(self, size=65536):
        """What arrived, into the ledger as well; b"" at the end."""
        try:
            data = self.socket.recv(size)
        except (OSError, ValueError):
            data = b""
        if data:
            self.ledger.add(self.number, "bytes", data)
        return data

    def send(self, data):
        """All of data, or PeerGone when the peer reads nothing for the write timeout."""
        view = memoryview(data)
        with self.write_lock:
            while view:
                view = view[self.send_some(view[:65536]):]

    def send_some(self, piece):
        began = time.monotonic()
        try:
            taken = self.socket.send(piece)
            self.sent += taken
            return taken
        except (BlockingIOError, ssl.SSLWantWriteError) as problem:
            self.ledger.add(self.number, "note", "write timeout")
            self.reset()
            raise PeerGone("the peer does not read") from problem
        except (OSError, ValueError) as problem:
            raise PeerGone(str(problem)) from problem
        finally:
            self.longest_wait = max(self.longest_wait, time.monotonic() - began)

    def send_pieces(self, data, size, pause=0.0):
        """Like send, in pieces of `size` bytes, each in a segment of its own."""
        for start in range(0, len(data), size):
            self.send(data[start:start + size])
            if pause:
                time.sleep(pause)

    def close(self):
        """An orderly end (FIN)."""
        self.open = False
        with contextlib.suppress(OSError, ValueError):
            self.socket.shutdown(socket.SHUT_RDWR)

    def reset(self):
        """An end by RST. The thread that reads wakes up and closes for good."""
        self.open = False
        with contextlib.suppress(OSError, ValueError):
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            self.socket.shutdown(socket.SHUT_RD)


class Server:
    """Accepts connections and runs `talk(session)` for each in a thread of its own."""

    def __init__(self, *, host="127.0.0.1", port=0, tls=None, write_timeout=0.1,
                 send_buffer=None, receive_buffer=None, no_delay=True):
        self.host = host
        self.port = port
        self.tls = tls  # an ssl.SSLContext of the server's side
        self.write_timeout = write_timeout
        self.send_buffer = send_buffer
        self.receive_buffer = receive_buffer
        self.no_delay = no_delay
        self.ledger = Ledger()
        self.sessions = []
        self.listener = None
        self.accept_thread = None
        self.threads = []

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Listen; the port is kept from one start to the next."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if self.receive_buffer:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self.receive_buffer)
        listener.bind((self.host, self.port))
        listener.listen(128)
        self.port = listener.getsockname()[1]
        self.listener = listener
        self.accept_thread = threading.Thread(target=self.accept_all, args=[listener],
                                              daemon=True)
        self.accept_thread.start()
        return self

    def stop(self, reset=False):
        """Refuse new connections and end the present ones."""
        if self.listener:
            with contextlib.suppress(OSError):
                self.listener.shutdown(socket.SHUT_RDWR)
            self.accept_thread.join(5)
            self.listener.close()
            self.listener = None
        self.drop_all(reset)
        for thread in self.threads:
            thread.join(5)
        self.threads = []

    def drop_all(self, reset=False):
        """End the present connections; new ones are welcome."""
        for session in self.open_sessions():
            if reset:
                session.reset()
            else:
                session.close()

    def sent(self):
        """Bytes, in all sessions so far."""
        return sum(session.sent for session in list(self.sessions))

    def open_sessions(self):
        return [s for s in list(self.sessions) if s.open]

    def accept_all(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError as problem:
                if problem.errno == errno.ECONNABORTED:
                    continue
                return
            self.begin(connection)

    def begin(self, connection):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, self.no_delay)
        seconds = int(self.write_timeout)
        micros = int((self.write_timeout - seconds) * 1e6)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO,
                              struct.pack("ll", seconds, micros))
        if self.send_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.send_buffer)
        session = Session(self, connection, len(self.sessions) + 1)
        self.sessions.append(session)
        self.ledger.add(session.number, "connect")
        thread = threading.Thread(target=self.serve, args=[session], daemon=True)
        self.threads.append(thread)
        thread.start()

    def serve(self, session):
        try:
            if self.tls:
                self.start_tls(session)
            self.talk(session)
        except (PeerGone, ssl.SSLError, OSError) as problem:
            self.ledger.add(session.number, "note", str(problem))
        finally:
            session.open = False
            self.ledger.add(session.number, "close")
            with session.write_lock, contextlib.suppress(OSError):
                session.socket.close()

    def start_tls(self, session):
        session.socket.settimeout(TLS_HANDSHAKE_SECONDS)
        session.socket = self.tls.wrap_socket(session.socket, server_side=True)
        session.socket.settimeout(None)

    def talk(self, session):
        """What this peer says. Returning closes the connection."""
        raise NotImplementedError

    def count(self, what):
        return len(self.ledger.find(what))

    def wait_connections(self, number, seconds=10):
        """Wait until that many connections have come in all; true if they have."""
        return self.ledger.wait_until(lambda: self.count("connect") >= number, seconds)

    def wait_closed(self, number, seconds=10):
        """Wait until that many connections have ended in all; true if they have."""
        return self.ledger.wait_until(lambda: self.count("close") >= number, seconds)


@dataclass
class Certificate:
    """Files of a small certificate authority and one server certificate signed by it."""

    ca: str
    certificate: str
    key: str

    def server_context(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client_context(self):
        return ssl.create_default_context(cafile=self.ca)


def make_certificate(folder, names=("DNS:localhost", "IP:127.0.0.1")):
    """Make both with the openssl program, valid for two days."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=Test CA",
            "-keyout", "ca.key", "-out", "ca.crt")
    openssl("req", *new_key, "-subj", "/CN=fake pbx", "-keyout", "server.key",
            "-out", "server.csr")
    with open(f"{folder}/server.ext", "w", encoding="ascii") as file:
        file.write("subjectAltName=" + ",".join(names) + "\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "server.ext", "-out", "server.crt")
    return Certificate(f"{folder}/ca.crt", f"{folder}/server.crt", f"{folder}/server.key")
