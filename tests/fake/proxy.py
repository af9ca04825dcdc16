"""A TCP proxy on loopback that breaks connections in the ways networks do.

    with FaultProxy(pbx.port, seed=7) as proxy:
        ... connect a client to proxy.port ...
        proxy.set("delay 300±200")            # both directions, all connections, from now on
        proxy.set("rst after 57", "down")     # counted from now; down = towards the client
        proxy.set("blackhole both", links="present")
        proxy.set("off")

Faults, each in force until it is set anew or "off" clears all:

    delay MS±J          every piece waits MS ± J milliseconds; order is kept
    rate B/s            at most that many bytes a second
    dribble             one byte at a time (with `dribble MS`: that long between two)
    split N             pieces of at most N bytes, each in a segment of its own
    blackhole up|down|both|off
                        nothing passes, not even the end of the connection; what came meanwhile
                        is held and passes after `blackhole off`, as TCP would send it again
    rst after N         N more bytes pass, then both sides are reset
    fin after N         N more bytes pass, then both sides are closed in order
    truncate N M        N more bytes pass, the next M are lost, the rest passes
    corrupt P           each byte is changed with probability P
    stall MS each N     after every N bytes a pause of MS milliseconds

`up` is from the client to the server, `down` from the server to the client. All chance comes
from the seed, which is printed, so that a failure can be played again.
"""

import contextlib
import random
import re
import select
import socket
import sys
import threading
import time
from collections import deque
from dataclasses import dataclass, replace

from server import RESET_ON_CLOSE

MAX_HELD = 4 << 20
LOOK_AROUND_SECONDS = 0.02
IDLE_SECONDS = 0.5


@dataclass
class Faults:
    """What is wrong with one direction of one connection."""

    delay_ms: float = 0
    jitter_ms: float = 0
    rate: float = 0            # bytes a second, 0: no limit
    piece: int = 0             # largest piece, 0: no limit
    pause_ms: float = 0        # between two pieces
    blackhole: bool = False
    cut_after: int = -1        # bytes that still pass before the connection ends, -1: no end
    cut_by_reset: bool = False
    lose_after: int = -1       # bytes that still pass before some are lost
    lose: int = 0
    corrupt: float = 0
    stall_ms: float = 0
    stall_each: int = 0


def set_delay(faults, match):
    faults.delay_ms = float(match[1])
    faults.jitter_ms = float(match[2] or 0)


def set_rate(faults, match):
    faults.rate = float(match[1])


def set_dribble(faults, match):
    faults.piece = 1
    faults.pause_ms = float(match[1] or 0)


def set_split(faults, match):
    faults.piece = int(match[1])


def set_cut(faults, match):
    faults.cut_by_reset = match[1] == "rst"
    faults.cut_after = int(match[2])


def set_truncate(faults, match):
    faults.lose_after = int(match[1])
    faults.lose = int(match[2])


def set_corrupt(faults, match):
    faults.corrupt = float(match[1])


def set_stall(faults, match):
    faults.stall_ms = float(match[1])
    faults.stall_each = int(match[2])


NUMBER = r"(\d+(?:\.\d+)?)"

COMMANDS = [
    (rf"delay {NUMBER}(?:±{NUMBER})?", set_delay),
    (rf"rate {NUMBER}(?: ?B/s)?", set_rate),
    (rf"dribble(?: {NUMBER})?", set_dribble),
    (r"split (\d+)", set_split),
    (r"(rst|fin) after (\d+)", set_cut),
    (r"truncate (\d+) (\d+)", set_truncate),
    (rf"corrupt {NUMBER}", set_corrupt),
    (rf"stall {NUMBER} each (\d+)", set_stall),
]


def changed(faults, text, direction):
    """One direction's faults after a command. They are copied, not changed: a piece that is
    on its way goes on under the faults it began with."""
    if text == "off":
        return Faults()
    result = replace(faults)
    if text in ("blackhole up", "blackhole down", "blackhole both", "blackhole off"):
        result.blackhole = text.split()[1] in (direction, "both")
        return result
    for pattern, change in COMMANDS:
        match = re.fullmatch(pattern, text)
        if match:
            change(result, match)
            return result
    raise ValueError(f"no such fault: {text!r}")


class Pipe:
    """One direction: a thread that reads, and one that writes what is due."""

    def __init__(self, link, source, target, faults, seed):
        self.link = link
        self.source = source
        self.target = target
        self.faults = faults
        self.when = random.Random(seed + " when")  # two threads, two sources of chance
        self.what = random.Random(seed + " what")
        self.held = deque()        # (when it is due, bytes); b"" is the end
        self.held_bytes = 0
        self.changed = threading.Condition()
        self.last_due = 0.0
        self.since_stall = 0
        self.threads = [threading.Thread(target=run, daemon=True)
                        for run in (self.read_all, self.write_all)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def read_all(self):
        while self.link.open:
            self.wait_for_room()
            try:
                data = self.source.recv(65536)
            except OSError:
                data = b""
            self.hold(data)
            if not data:
                return

    def wait_for_room(self):
        with self.changed:
            self.changed.wait_for(lambda: self.held_bytes < MAX_HELD or not self.link.open)

    def hold(self, data):
        jitter = self.when.uniform(-1, 1) * self.faults.jitter_ms
        due = time.monotonic() + max(0.0, self.faults.delay_ms + jitter) / 1000
        with self.changed:
            self.last_due = max(self.last_due, due)
            self.held.append((self.last_due, data))
            self.held_bytes += len(data)
            self.changed.notify_all()

    def write_all(self):
        while self.link.open:
            data = self.next_due()
            if data is None:
                return
            try:
                if not data:
                    self.target.shutdown(socket.SHUT_WR)
                    return
                self.pass_on(data)
            except OSError:
                self.link.end()
                return

    def next_due(self):
        """The next bytes whose time has come, or None when the link is over."""
        while self.link.open:
            with self.changed:
                wait = self.time_to_wait()
                if wait > 0:
                    self.changed.wait(wait)
                    continue
                _, data = self.held.popleft()
                self.held_bytes -= len(data)
                self.changed.notify_all()
                return data
        return None

    def time_to_wait(self):
        if not self.held:
            return IDLE_SECONDS
        if self.faults.blackhole:
            return LOOK_AROUND_SECONDS
        return self.held[0][0] - time.monotonic()

    def wake(self):
        with self.changed:
            self.changed.notify_all()

    def pass_on(self, data):
        """Write data piece by piece, with all faults that concern its bytes."""
        while data and self.link.open:
            faults = self.faults
            if faults.blackhole:
                time.sleep(LOOK_AROUND_SECONDS)
                continue
            if self.is_cut(faults):
                return
            size = self.piece_size(faults, len(data))
            piece, data = data[:size], data[size:]
            self.write(self.damaged(faults, piece))
            self.count(faults, size)
            self.take_time(faults, size)
            self.is_cut(faults)

    def is_cut(self, faults):
        """Ends the link when all that may pass has passed."""
        if faults.cut_after == 0:
            self.link.end(faults.cut_by_reset)
        return faults.cut_after == 0

    def piece_size(self, faults, available):
        limits = [available]
        if faults.piece:
            limits.append(faults.piece)
        if faults.cut_after > 0:
            limits.append(faults.cut_after)
        if faults.rate:
            limits.append(max(1, int(faults.rate / 20)))
        if faults.lose_after > 0:
            limits.append(faults.lose_after)
        elif faults.lose_after == 0:
            limits.append(faults.lose)
        if faults.stall_each:
            limits.append(max(1, faults.stall_each - self.since_stall))
        return min(limits)

    def damaged(self, faults, piece):
        if faults.lose_after == 0:
            return b""
        if faults.corrupt:
            return bytes(b ^ self.what.randrange(1, 256)
                         if self.what.random() < faults.corrupt else b for b in piece)
        return piece

    def write(self, piece):
        while piece and self.link.open:
            _, writable, _ = select.select([], [self.target], [], LOOK_AROUND_SECONDS)
            if writable:
                piece = piece[self.target.send(piece, socket.MSG_DONTWAIT):]

    def count(self, faults, size):
        self.since_stall += size
        if faults.cut_after > 0:
            faults.cut_after -= size
        if faults.lose_after > 0:
            faults.lose_after -= size
        elif faults.lose_after == 0:
            faults.lose -= size
            faults.lose_after = 0 if faults.lose else -1

    def take_time(self, faults, size):
        if faults.rate:
            time.sleep(size / faults.rate)
        if faults.pause_ms:
            time.sleep(faults.pause_ms / 1000)
        if faults.stall_each and self.since_stall >= faults.stall_each:
            self.since_stall = 0
            time.sleep(faults.stall_ms / 1000)


class Link:
    """One client's connection through the proxy."""

    def __init__(self, number, client, server, up_faults, down_faults, seed):
        self.number = number
        self.client = client
        self.server = server
        self.open = True
        self.began = time.monotonic()
        self.ended = None
        self.up = Pipe(self, client, server, up_faults, f"{seed} {number} up")
        self.down = Pipe(self, server, client, down_faults, f"{seed} {number} down")

    def start(self):
        self.up.start()
        self.down.start()
        threading.Thread(target=self.close_when_done, daemon=True).start()

    def close_when_done(self):
        for pipe in (self.up, self.down):
            for thread in pipe.threads:
                thread.join()
        self.end()
        self.client.close()
        self.server.close()

    def end(self, reset=False):
        """Close both sides, in order or by RST."""
        if not self.open:
            return
        self.ended = time.monotonic()
        self.open = False
        for side in (self.client, self.server):
            with contextlib.suppress(OSError):
                if reset:
                    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                    side.shutdown(socket.SHUT_RD)  # wakes the reader; the close resets
                else:
                    side.shutdown(socket.SHUT_RDWR)
        for pipe in (self.up, self.down):
            pipe.wake()


class FaultProxy:
    """See the head of this file."""

    def __init__(self, target_port, *, host="127.0.0.1", seed=None):
        self.target = (host, target_port)
        self.seed = random.randrange(1 << 32) if seed is None else seed
        self.faults = {"up": Faults(), "down": Faults()}  # of links to come
        self.links = []
        self.arrived = threading.Condition()
        self.listener = socket.create_server((host, 0), backlog=128)
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.accept_all, daemon=True)

    def __enter__(self):
        print(f"fault proxy: seed {self.seed}", file=sys.stderr)
        self.thread.start()
        return self

    def __exit__(self, *_):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.thread.join(5)
        self.listener.close()
        for link in self.links:
            link.end()

    def accept_all(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.join(client)

    def join(self, client):
        try:
            server = socket.create_connection(self.target, 5)
        except OSError:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            client.close()
            return
        server.settimeout(None)
        for side in (client, server):
            side.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        up, down = (replace(self.faults[d]) for d in ("up", "down"))
        link = Link(len(self.links) + 1, client, server, up, down, self.seed)
        with self.arrived:
            self.links.append(link)
            self.arrived.notify_all()
        link.start()

    def set(self, command, direction="both", links="all"):
        """Put a fault in force: links "present" (open now), "coming", or "all" of them."""
        if direction not in ("up", "down", "both") or links not in ("all", "present", "coming"):
            raise ValueError(f"no such direction or links: {direction!r}, {links!r}")
        for each in ("up", "down") if direction == "both" else (direction,):
            if links != "present":
                self.faults[each] = changed(self.faults[each], command, each)
            for link in self.links if links != "coming" else ():
                pipe = getattr(link, each)
                pipe.faults = changed(pipe.faults, command, each)

    def wait_links(self, number, seconds=10):
        """Wait until that many connections have come in all; true if they have."""
        with self.arrived:
            return self.arrived.wait_for(lambda: len(self.links) >= number, seconds)
