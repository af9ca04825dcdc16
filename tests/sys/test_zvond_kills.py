"""zvond is killed again and again while calls come and go at a PBX that lives on: in the end each
call is in the history exactly once, those that nobody saw from the PBX's own records.

ZVON_LONG=1: 1,000 calls and 50 kills instead of 200 and 10. ZVON_SEED repeats a run."""

import datetime
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
from contextlib import closing
from pathlib import Path

from history_common import Past
from zvond_common import ROOT, SLOW, Zvond, config

IS_LONG = os.environ.get("ZVON_LONG") == "1"
CALLS, KILLS = (1000, 50) if IS_LONG else (200, 10)
MARGIN = 30  # that end in the last moments do not count
SEED = int(os.environ.get("ZVON_SEED", random.randrange(1 << 32)))
ZVON = str(Path(os.environ.get("ZVON_BUILD") or ROOT / "build") / "zvon")
CDR = ("src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata",
       "start", "answer", "end", "duration", "billsec", "disposition", "uniqueid", "linkedid",
       "sequence")
DISPOSITIONS = {"answered": "ANSWERED", "busy": "BUSY", "congestion": "CONGESTION",
                "failed": "FAILED"}


def moment(text):
    """A time in JSON as CDRs have it: UTC, whole seconds."""
    return text[:19].replace("T", " ") if text else ""


class Office:
    """The simulated PBX, and one who follows it all the time and writes its CDRs."""

    def __init__(self, folder):
        secret = folder / "office.secret"
        secret.write_text("demo\n", "ascii")
        secret.chmod(0o600)
        self.records = folder / "cdr.db"
        with closing(sqlite3.connect(self.records)) as db:
            db.execute("CREATE TABLE cdr (%s)" % ", ".join("`%s` TEXT" % name for name in CDR))
            db.commit()
        self.calls, self.sequence = {}, 0
        self.changed = threading.Condition()
        self.server = subprocess.Popen(
            [ZVON, "serve", "--demo", "--port", "0", "--rate", "300", "--speed", "5",
             "--seed", str(SEED % 10000)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.port = int(self.server.stdout.readline().split(b":")[-1])
        self.follower = subprocess.Popen(
            [ZVON, "calls", "ami://demo@127.0.0.1:%d" % self.port, "--secret-file", str(secret),
             "--format", "json", "--trunk", "provider"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def close(self):
        for process in (self.follower, self.server):
            process.kill()
            process.wait()
        self.reader.join(10)
        self.follower.stdout.close()
        self.server.stdout.close()

    def read(self):
        for line in self.follower.stdout:
            event = json.loads(line)
            if "call" in event:
                with self.changed:
                    self.take(event)
                    self.changed.notify_all()

    def take(self, event):
        call = self.calls.setdefault(event["call"], {"start": event["time"], "answer": ""})
        name = event["event"]
        if name == "call.answered":
            call["answer"] = event["time"]
        elif name == "call.ended":
            call.update(end=event["time"], legs=event["legs"], result=event["result"],
                        into=event.get("into"), reason=event["reason"])
            if event["reason"] != "merged":
                self.write_records(event, call)

    def write_records(self, event, call):
        """A row for each phone that was called; one if none was."""
        caller = event["legs"][0]
        called = [leg for leg in event["legs"] if leg["role"] == "callee"] or [None]
        rows = [self.record(event, call, caller, leg) for leg in called]
        with closing(sqlite3.connect(self.records, timeout=20)) as db:
            db.executemany("INSERT INTO cdr VALUES (%s)" % ",".join("?" * len(CDR)), rows)
            db.commit()

    def record(self, event, call, caller, leg):
        answered = bool(call["answer"]) and (leg is None or leg["answered"])
        start, end = moment(call["start"]), moment(event["time"])
        answer = moment(call["answer"]) if answered else ""
        clock = lambda text: datetime.datetime.fromisoformat(text)  # noqa: E731
        self.sequence += 1
        return (caller["number"] or "", event["to"]["number"] or "", "internal",
                '"%s" <%s>' % (caller["name"], caller["number"]), caller["channel"],
                leg["channel"] if leg else "", "Dial", "", start, answer, end,
                int((clock(end) - clock(start)).total_seconds()),
                int((clock(end) - clock(answer)).total_seconds()) if answer else 0,
                "ANSWERED" if answered else
                DISPOSITIONS.get(event["result"] if event["result"] != "answered" else "",
                                 "NO ANSWER"),
                caller["uniqueid"], event["call"], self.sequence)

    def ended(self):
        """Calls that are over, but for those that went on in another."""
        with self.changed:
            return {uid: call for uid, call in self.calls.items()
                    if "end" in call and call["reason"] != "merged"}

    def roots(self):
        """Each id of a channel or call -> the call it is in."""
        found = {}
        with self.changed:
            for uid, call in self.calls.items():
                root = uid
                while self.calls.get(root, {}).get("into"):
                    root = self.calls[root]["into"]
                for name in (uid, *(leg["uniqueid"] for leg in call.get("legs", ()))):
                    found[name] = root
        return found


class Kills(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.random = random.Random(SEED)

    def over(self, text):
        """Seconds since 1970."""
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp()

    def test_each_call_once_over_kills(self):
        folder = Path(tempfile.mkdtemp(prefix="zvond-kills-"))
        self.addCleanup(shutil.rmtree, folder)
        z = Zvond(None, folder=folder)
        office = Office(folder)
        self.addCleanup(office.close)
        z.text = config(kept=True).replace(
            "demo = yes\ndemo_rate = 0",
            "url = ami://demo@127.0.0.1:%d\nsecret_file = {folder}/office.secret\n"
            "cdr = sqlite:%s\ncdr_preset = asterisk\ncdr_timezone = UTC\ncdr_settle_s = 1"
            % (office.port, office.records))
        past = Past(z)
        with z:
            seen = self.kill_and_start(z, office)
            until = time.time() - 1
            self.check_alive(past, office, seen, until)
            z.restart()  # and now what the PBX itself has written down
            z.wait_synced()
            self.check_all(z, past, office, until)

    def kill_and_start(self, z, office):
        """When it was alive and knew what goes on: pairs of times."""
        seen, killed = [], 0
        while killed < KILLS or len(office.ended()) < CALLS + MARGIN:
            z.wait_synced()
            begin = time.time()
            time.sleep(self.random.uniform(0.1, 2 if killed < KILLS else 0.5) * SLOW)
            if killed == KILLS:
                continue
            seen.append((begin, time.time()))
            z.kill()
            killed += 1
            time.sleep(self.random.uniform(0, 0.8) * SLOW)
            z.start()
        return seen

    def check_alive(self, past, office, seen, until):
        """What zvond surely saw is there once, without any records: half a second of it while
        it lived. Those that go on may be among the open ones."""
        rows = self.rows_by_call(past, office, until)
        for uid, call in office.ended().items():
            start, end = self.over(call["start"]), self.over(call["end"])
            if end < until and any(min(end, b) - max(start, a) > 0.5 * SLOW for a, b in seen):
                self.assertEqual(len(rows.get(uid, [])), 1, "%s %s" % (uid, call))

    def rows_by_call(self, past, office, until):
        """Rows of the store by the true call; one row is never two calls. What began later,
        the other who follows may not have read yet."""
        roots, found = office.roots(), {}
        legs = {}
        for row in past.ask("SELECT call_id, unique_id FROM legs"):
            legs.setdefault(row["call_id"], set()).add(row["unique_id"])
        for row in past.ask("SELECT * FROM v_calls WHERE started_ms < ?", until * 1000):
            names = {row["uid"], *legs.get(row["call_id"], ())} - {""}
            calls = {roots.get(name) for name in names}
            self.assertEqual(len(calls - {None}), 1, "%s: %s" % (dict(row), names))
            found.setdefault((calls - {None}).pop(), []).append(row)
        return found

    def check_all(self, z, past, office, until):
        wanted = {uid: call for uid, call in office.ended().items()
                  if self.over(call["end"]) < until}

        end = time.monotonic() + 20 * SLOW
        while True:
            rows = self.rows_by_call(past, office, until)
            missing = [uid for uid in wanted if uid not in rows]
            if not missing or time.monotonic() > end:
                break
            time.sleep(0.2)
        self.assertEqual(missing, [], [line for line in z.log if "reconcil" in line][-10:])
        rows = self.rows_by_call(past, office, until)
        doubled = {uid: [(row["uid"], row["result"], row["reason"], row["sources"],
                          row["started"], row["ended"], past.legs(row["uid"])) for row in found]
                   for uid, found in rows.items() if len(found) > 1}
        self.assertEqual(doubled, {}, [office.calls[uid] for uid in doubled])
        from_records = wrong = 0
        for uid, call in wanted.items():
            row = rows[uid][0]
            from_records += not row["sources"] & 1
            if (row["result"] == "answered") != (call["result"] == "answered"):
                wrong += 1
                print("%s: %s instead of %s" % (uid, row, call["result"]))
        self.assertEqual(wrong, 0)
        left = [uid for uid in past.open() if uid in wanted]
        self.assertEqual(left, [])
        self.assertEqual(past.integrity(), [])
        self.assertGreaterEqual(len(wanted), CALLS)
        print("seed %d: %d calls, %d kills: each once; %d seen by nobody, from the records"
              % (SEED, len(wanted), KILLS, from_records))


if __name__ == "__main__":
    unittest.main()
