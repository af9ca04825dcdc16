"""What zvond has kept, read beside it: the file of its store, by SQL.

    past = Past(z)                  # of tests/sys/zvond_common.py, with state kept
    past.wait_call(uid)             # its row of v_calls, as a dict, when it is over
    past.wait_open(uid)             # what is known of it while it goes on
    past.calls(), past.open()       # all of them now
"""

import json
import shutil
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path

from zvond_common import SLOW


class Past:
    """The history of one daemon."""

    def __init__(self, z, path="state/history.db"):
        self.path = z.folder / path if isinstance(path, str) else path
        self.is_elsewhere = str(self.path).startswith("/proc/")

    def ask(self, sql, *values):
        """Rows as dicts; none while there is no store."""
        if not self.path.exists():
            return []
        if self.is_elsewhere:
            return self.ask_a_copy(sql, *values)
        return self.ask_file(self.path, sql, *values)

    def ask_a_copy(self, sql, *values):
        """SQLite does not follow /proc/PID/root: the file and its journal are copied."""
        with tempfile.TemporaryDirectory() as folder:
            for part in ("", "-wal"):
                path = Path(str(self.path) + part)
                if path.exists():
                    shutil.copy(path, Path(folder) / path.name)
            return self.ask_file(Path(folder) / self.path.name, sql, *values, mode="rw")

    @staticmethod
    def ask_file(path, sql, *values, mode="ro"):
        """The rows."""
        try:
            with closing(sqlite3.connect("file:%s?mode=%s" % (path, mode), uri=True,
                                         timeout=10)) as db:
                db.row_factory = sqlite3.Row
                return [dict(row) for row in db.execute(sql, values)]
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return []
            raise

    def calls(self):
        """Those that are over, by uid; a uid that is there twice is an error."""
        rows = self.ask("SELECT * FROM v_calls ORDER BY call_id")
        found = {row["uid"]: row for row in rows}
        assert len(found) == len(rows), "a call is there twice: %s" % rows
        return found

    def legs(self, uid):
        """The legs of a call that is over."""
        return self.ask("SELECT l.* FROM v_legs l JOIN v_calls c ON c.call_id = l.call_id "
                        "WHERE c.uid = ? ORDER BY l.n", uid)

    def open(self):
        """Those that go on, by uid."""
        return {row["uid"]: json.loads(row["body"])
                for row in self.ask("SELECT uid, body FROM open_calls")}

    def wait(self, what, wanted, seconds):
        """Until `wanted` says so of `what`."""
        end = time.monotonic() + seconds * SLOW
        while True:
            found = what()
            if wanted(found):
                return found
            if time.monotonic() > end:
                raise AssertionError("not so: calls %.3000s open %.3000s"
                                     % (self.calls(), self.open()))
            time.sleep(0.02)

    def wait_call(self, uid, seconds=10):
        """It is over."""
        return self.wait(self.calls, lambda calls: uid in calls, seconds)[uid]

    def wait_open(self, uid, wanted=lambda call: True, seconds=10):
        """It goes on, and is as wanted."""
        return self.wait(self.open, lambda calls: uid in calls and wanted(calls[uid]),
                         seconds)[uid]

    def wait_still(self, seconds=10):
        """Nothing goes on."""
        self.wait(self.open, lambda calls: not calls, seconds)

    def integrity(self):
        """What SQLite finds wrong with the file."""
        return [row["integrity_check"] for row in self.ask("PRAGMA integrity_check")
                if row["integrity_check"] != "ok"]
