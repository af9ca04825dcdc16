"""zvond follows a server of the lab, and keeps its history; afterwards Asterisk's own records
are read into the same store."""

import contextlib
import sqlite3
import subprocess
import sys
import time

from daemon import Zvond, server_section, token_hash
from lab import HERE, LAB, ZVON, environment

_path = list(sys.path)
sys.path.insert(0, str(HERE.parent / "calls"))
import scenes                                     # noqa: E402
sys.path[:] = _path

__all__ = ["EVENTS", "Follower", "as_scene", "ids_of", "read_into", "records_of", "told_by_store"]

# What conf/cel_custom.conf writes, and in which order.
EVENTS = ("csv:" + str(LAB / "%s/var/log/asterisk/cel-custom/Master.csv") + "?columns=eventtype,"
          "eventtime,cid_name,cid_num,cid_ani,cid_rdnis,cid_dnid,exten,context,channame,appname,"
          "appdata,amaflags,accountcode,uniqueid,linkedid,peer,userfield,userdeftype,extra")

TOKEN = "token-of-the-history"
TEXT = """
[general]
state =
log = info
[history]
store = {folder}/history.db
[listen main]
bind = 127.0.0.1:0
operations = 127.0.0.1/32
[role all]
may = view
see = all
history = all
recordings = all
[user all]
role = all
token = %s
""" % token_hash(TOKEN)


def as_scene(call):
    """A call of the history, or a summary, in the words of tests/calls/scenes."""
    whole = {"transfers": [], "picked_up_by": None, "parked": False, "talked": [], **call}
    whole["recordings"] = [one if isinstance(one, str) else one["file"]
                           for one in call["recordings"]]
    return "\n".join(scenes.summary_block(whole))


def ids_of(call):
    """Everything that Asterisk may know it by."""
    return {call["call"]} | {leg["uniqueid"] for leg in call["legs"] if leg.get("uniqueid")}


def records_of(server):
    """Where the server writes its CDR."""
    return LAB / server.version / "var/log/asterisk/master.db"


def read_into(store, records, events=None):
    """Asterisk's records into a history; returns what was said."""
    cel = ["--cel", events] if events else []
    done = subprocess.run(
        [ZVON, "import", "--from", records, *cel, "--to", "sqlite:%s" % store,
         "--server", "pbx", "--timezone", "UTC", "--trunk", "trunk", "--trunk", "trunk1",
         "--trunk", "trunk2"],
        env=environment(None), stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=60, check=False)
    if done.returncode:
        raise AssertionError("zvon import: %s" % done)
    return done.stderr


def told_by_store(store):
    """The calls of a history by id, in the words of a summary; "ids": all that it is known by."""
    with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % store, uri=True)) as db:
        db.row_factory = sqlite3.Row

        def of(table, call):
            return [dict(row) for row in db.execute(
                "SELECT * FROM %s WHERE call_id = ? ORDER BY n" % table, [call["call_id"]])]
        return {call["uid"]: as_summary(call, *(of(table, call) for table in (
            "v_legs", "v_transfers", "v_recordings"))) for call in db.execute(
                "SELECT * FROM v_calls")}


def as_summary(call, legs, transfers, recordings):
    """One of them."""
    return {
        "direction": call["direction"], "from": {"number": call["from_number"] or None},
        "to": {"number": call["to_number"] or None}, "did": call["did"] or None,
        "queue": call["queue"] or None, "result": call["result"],
        "picked_up_by": call["picked_up_by"] or None, "parked": bool(call["parked"]),
        "talked": [one for one in call["talked"].split(", ") if one],
        "wait_ms": call["wait_s"] * 1000, "talk_ms": call["talk_s"] * 1000,
        "transfers": [{"kind": one["kind"], "by": one["by_whom"], "to": one["to_whom"]}
                      for one in transfers],
        "recordings": recordings, "sources": call["sources"],
        "legs": legs, "ids": {call["uid"]} | {leg["unique_id"] for leg in legs},
    }


class Follower:
    """A zvond at that server; options: further lines of its [server]. reads: it reads the
    server's CDR by itself after each start and each loss."""

    def __init__(self, server, reads=False, **options):
        self.server = server
        if reads:
            options.update(cdr="sqlite:%s" % self.records, cdr_settle_s=2, cdr_timezone="UTC")
        self.zvond = Zvond(TEXT + server_section(server, **options) + "\n;secret lab-secret\n")

    def start(self):
        """It knows what is going on."""
        self.zvond.start()
        self.zvond.wait_synced()

    def kill(self):
        """kill -9."""
        self.zvond.kill()

    def close(self):
        """Ends it, and forgets all."""
        self.zvond.kill()
        self.zvond.clean()

    def calls(self):
        """All that it knows and that are over, by id; one that comes twice is an error."""
        found, cursor = {}, ""
        while cursor is not None:
            answer = self.zvond.get("/v1/history?limit=1000" + cursor, token=TOKEN)
            if answer.status != 200:
                raise AssertionError("%d %s" % (answer.status, answer.body))
            for call in answer.json["calls"]:
                if call["call"] in found:
                    raise AssertionError("twice: %s" % call)
                found[call["call"]] = call
            cursor = answer.json["next"] and "&cursor=" + answer.json["next"]
        return found

    def hears_ringing(self, line):
        """Does it know that this phone rings? What is dead need not."""
        if self.zvond.process.returncode is not None:
            return True
        answer = self.zvond.get("/v1/calls", token=TOKEN)
        return any(leg["line"] == line and leg["state"] == "ringing"
                   for call in answer.json for leg in call["legs"])

    def wait_calls(self, ids, seconds=5):
        """The same, as soon as these are there; or what there is after a while."""
        end = time.monotonic() + seconds
        while True:
            found = self.calls()
            if set(ids) <= set(found) or time.monotonic() > end:
                return found
            time.sleep(0.05)

    def wait_records(self, ids, seconds=3):
        """Until the server has written down calls with these ids: it does so a moment after
        their end."""
        end = time.monotonic() + seconds
        with contextlib.closing(sqlite3.connect("file:%s?mode=ro" % self.records, uri=True)) as db:
            while time.monotonic() < end:
                told = {one for row in db.execute("SELECT uniqueid, linkedid FROM cdr")
                        for one in row}
                if set(ids) <= told:
                    return
                time.sleep(0.1)

    def read_records(self):
        """Reads Asterisk's CDR into the store, which zvond has left; then zvond is there
        again."""
        if self.zvond.process.returncode is None:
            self.zvond.stop()
        words = read_into("%s/history.db" % self.zvond.folder, "sqlite:%s" % self.records)
        self.start()
        return words

    @property
    def records(self):
        """Where the server writes them."""
        return records_of(self.server)
