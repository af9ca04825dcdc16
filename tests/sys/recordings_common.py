"""Recordings for the tests: files beneath a folder, and calls of the store that name them.

    with Zvond(recordings_config()) as z:
        shelf = Shelf(z)
        id_ = shelf.add("a.wav", wav(8000))      # the file, a call of line 101, its id
        id_ = shelf.call("../../etc/passwd")     # the call alone
        z.get("/v1/recordings/" + id_, token=TOKENS["ivanov"])
"""

import os
import secrets
import sqlite3
import struct
import time
from contextlib import closing

from zvond_common import SLOW, config

STARTED = 1795226401  # 2026-11-21 02:00:01 UTC


def recordings_config(more="", recordings="", **how):
    """The simulated office, its history kept, recordings in {folder}/rec."""
    how.setdefault("kept", True)
    return config(more="[recordings]\nroot = {folder}/rec\n%s\n%s" % (recordings, more), **how)


def wav(samples, rate=8000, channels=1, told=None):
    """A WAV of Asterisk: a saw. told: the length that its head tells."""
    data = b"".join(struct.pack("<h", (i * 37) % 20000 - 10000) for i in range(samples))
    told = len(data) if told is None else told
    return (b"RIFF" + struct.pack("<I", told + 36 if told else 0) + b"WAVEfmt " +
            struct.pack("<IHHIIHH", 16, 1, channels, rate, rate * channels * 2, channels * 2, 16)
            + b"data" + struct.pack("<I", told) + data)


def gsm(frames):
    """GSM frames of any content: the mark, then what looks like chance but is not."""
    return b"".join(bytes([0xd0 | i % 16]) + bytes((i * 7 + k * 31) % 256 for k in range(32))
                    for i in range(frames))


class Shelf:
    """What lies in the folder of recordings, and what the store knows of it."""

    def __init__(self, z, folder="rec"):
        self.z = z
        self.folder = z.folder / folder
        self.folder.mkdir(exist_ok=True)
        self.path = z.folder / "state/history.db"
        self.number = 1000000
        end = time.monotonic() + 10 * SLOW
        while not self.has_tables():
            if time.monotonic() > end:
                raise AssertionError("there is no store: %s" % z.log[-10:])
            time.sleep(0.02)

    def has_tables(self):
        if not self.path.exists():
            return False
        with closing(sqlite3.connect(self.path, timeout=10)) as db:
            return bool(db.execute("SELECT 1 FROM sqlite_master WHERE name='v_calls'").fetchall())

    def put(self, name, data):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def call(self, told, line="101", queue=""):
        """A call that was recorded; the id of the recording."""
        self.number += 1
        id_ = "%012x%s" % (STARTED, secrets.token_hex(16))
        started = STARTED * 1000
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.execute("INSERT OR IGNORE INTO servers (server_id, name) VALUES (1, 'office')")
            server, = db.execute("SELECT server_id FROM servers WHERE name='office'").fetchone()
            db.execute("INSERT INTO calls (call_id, server_id, uid, result, from_number, "
                       "to_number, queue, started_ms, answered_ms, ended_ms, n_recordings) "
                       "VALUES (?,?,?,1,?,'200',?,?,?,?,1)",
                       (self.number, server, "%d.%d" % (STARTED, self.number), line, queue,
                        started, started + 1, started + 9000))
            db.execute("INSERT INTO legs (call_id, n, line, number, unique_id, started_ms) "
                       "VALUES (?,0,?,?,?,?)",
                       (self.number, line, line, "%d.%d" % (STARTED, self.number), started))
            db.execute("INSERT INTO recordings (call_id, n, recording_id, file) VALUES (?,0,?,?)",
                       (self.number, id_, told))
        return id_

    def add(self, name, data, told=None, **how):
        """The file and its call; told: what the PBX says."""
        self.put(name, data)
        return self.call(os.path.basename(name) if told is None else told, **how)
