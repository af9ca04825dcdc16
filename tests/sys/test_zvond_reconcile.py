"""The PBX's own records fill what zvond did not see: each call is in the history once."""

import contextlib
import sqlite3
import time
import unittest
from contextlib import closing
from pathlib import Path

from history_common import Past
from zvond_common import SLOW, Zvond, config, program

from calls import Calls
from pbx import Pbx

COLUMNS = ("calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp",
           "lastdata", "duration", "billsec", "disposition", "amaflags", "accountcode",
           "uniqueid", "userfield", "linkedid", "sequence", "peeraccount", "did",
           "recordingfile")


class Records:
    """The CDRs of the PBX, in SQLite as cdr_sqlite3_custom writes them, in UTC."""

    def __init__(self, path):
        self.path, self.sequence = path, 0

    def run(self, sql, *values):
        with closing(sqlite3.connect(self.path, timeout=10)) as db, db:
            db.execute(sql, values)

    def create(self):
        self.run("CREATE TABLE cdr (AcctId INTEGER PRIMARY KEY, %s)" % ", ".join(COLUMNS))
        return self

    def add(self, uid, src="79165550001", dst="101", ago=10, duration=7, billsec=0, **more):
        """A row: who called whom so many seconds ago. Its start in Unix seconds."""
        self.sequence += 1
        start = int(time.time()) - ago
        row = {"calldate": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(start)),
               "src": src, "dst": dst, "channel": "PJSIP/provider-%s" % uid,
               "dstchannel": "PJSIP/%s-%s" % (dst, uid), "lastapp": "Dial",
               "lastdata": "PJSIP/%s" % dst, "duration": str(duration),
               "billsec": str(billsec), "disposition": "ANSWERED" if billsec else "NO ANSWER",
               "dcontext": "from-trunk", "uniqueid": uid, "linkedid": uid,
               "sequence": str(self.sequence), **more}
        self.run("INSERT INTO cdr (%s) VALUES (%s)" % (
            ", ".join(row), ", ".join("?" * len(row))), *row.values())
        return start

    def add_call(self, call, **more):
        """The row of a call of tests/fake/calls.py."""
        caller, callee = call
        return self.add(caller.unique_id, src=caller.line, dst=callee.line,
                        channel=caller.name, dstchannel=callee.name, **more)


class ReconcileTest(unittest.TestCase):
    """A PBX with calls and records, and a daemon that keeps and compares them."""

    def enter(self, context):
        stack = contextlib.ExitStack()
        self.addCleanup(stack.close)
        return stack.enter_context(context)

    def begin(self, server="", create=True, settle=300):
        self.pbx = self.enter(Pbx())
        lines = ("cdr = sqlite:{folder}/master.db\ncdr_timezone = UTC\ncdr_settle_s = %d\n%s"
                 % (settle, server))
        text = config(pbx=self.pbx, kept=True, server=lines, more="[history]\n")
        z = Zvond(text)
        self.records = Records(z.folder / "master.db")
        if create:
            self.records.create()
        return z, Calls(self.pbx), Past(z)

    def runs(self, z):
        return z.metrics()['zvond_records_runs_total{server="office"}']

    def wait_runs(self, z, number, seconds=15):
        end = time.monotonic() + seconds * SLOW
        while self.runs(z) < number:
            self.assertLess(time.monotonic(), end, z.log[-5:])
            time.sleep(0.02)


class AfterStart(ReconcileTest):
    def test_what_happened_before_the_start(self):
        z, _, past = self.begin()
        self.records.add("1700000001.7", ago=3600, did="74951234567", recordingfile="in/7.wav")
        self.enter(z)
        row = past.wait_call("1700000001.7")
        self.assertEqual((row["server"], row["direction"], row["missed"], row["did"]),
                         ("office", "in", 1, "74951234567"))
        self.assertTrue(z.saw("records: compared rows=1 added=1 changed=0"), z.log)
        self.assertTrue(z.saw("table=\"cdr\" preset=asterisk order=number"), z.log)
        metrics = z.metrics()
        self.assertEqual(metrics['zvond_records_added_total{server="office"}'], 1)
        self.assertEqual(metrics['zvond_records_failing{server="office"}'], 0)
        z.restart()
        self.wait_runs(z, 1)
        self.assertEqual(len(past.calls()), 1)
        self.assertEqual(z.metrics()['zvond_records_added_total{server="office"}'], 0)
        self.assertEqual(z.stop(), 0)

    def test_first_run_looks_back_one_day(self):
        """Older calls are for zvon import."""
        z, _, past = self.begin()
        self.records.add("1700000001.1", ago=100000)
        self.records.add("1700000001.2", ago=80000)
        self.enter(z)
        past.wait_call("1700000001.2")
        self.wait_runs(z, 1)
        self.assertEqual(list(past.calls()), ["1700000001.2"])

    def test_late_rows_come_with_the_second_look(self):
        """batch=yes in cdr.conf."""
        z, _, past = self.begin(settle=2)
        self.enter(z)
        z.wait_synced()
        self.wait_runs(z, 1)
        self.records.add("1700000001.3")
        past.wait_call("1700000001.3")


class WhileAway(ReconcileTest):
    def test_calls_that_nobody_saw(self):
        """Seen live, begun before and ended meanwhile, begun and ended meanwhile: each once."""
        z, calls, past = self.begin()
        self.enter(z)
        z.wait_synced()
        self.wait_runs(z, 1)
        seen = calls.answer(calls.dial("101", "102"))
        calls.hang_up(seen)
        past.wait_call(seen[0].unique_id)
        begun = calls.answer(calls.dial("102", "103"))
        past.wait_open(begun[0].unique_id)
        self.records.add_call(seen, billsec=3, recordingfile="rec/seen.wav")
        calls.quietly().hang_up(begun)
        calls.aloud()
        self.records.add_call(begun, ago=30, duration=27, billsec=25)
        self.records.add("1700000001.900", did="74951234567")
        before = self.runs(z)
        self.pbx.drop_all()
        self.wait_runs(z, before + 1)
        past.wait_still()
        missed = past.wait_call("1700000001.900")
        self.assertEqual((missed["missed"], missed["did"]), (1, "74951234567"))
        found = past.calls()
        self.assertEqual(set(found), {seen[0].unique_id, begun[0].unique_id, "1700000001.900"})
        self.assertEqual(found[seen[0].unique_id]["n_recordings"], 1)
        self.assertEqual(found[begun[0].unique_id]["result"], "answered")
        self.assertEqual(z.stop(), 0)

    def test_a_call_that_goes_on_stays_open(self):
        """A row of its first part is written already; it counts when the call is over."""
        z, calls, past = self.begin(settle=2)
        self.enter(z)
        z.wait_synced()
        self.wait_runs(z, 1)
        call = calls.answer(calls.dial("101", "102"))
        past.wait_open(call[0].unique_id)
        self.records.add_call(call, billsec=2, recordingfile="rec/part.wav")
        before = self.runs(z)
        self.pbx.drop_all()
        self.wait_runs(z, before + 1)
        z.wait_synced()
        self.assertIn(call[0].unique_id, past.open())
        calls.hang_up(call)
        past.wait_call(call[0].unique_id)
        past.wait_still()
        past.wait(past.calls, lambda c: c[call[0].unique_id]["n_recordings"] == 1, 15)
        self.assertEqual(len(past.calls()), 1)


class Rotated(ReconcileTest):
    """Master.csv as the source, and logrotate."""

    def begin_csv(self):
        self.pbx = self.enter(Pbx())
        z = Zvond(config(pbx=self.pbx, kept=True, more="[history]\n",
                         server="cdr = csv:{folder}/Master.csv\ncdr_timezone = UTC\n"))
        self.master = z.folder / "Master.csv"
        self.add(z, 1)
        return self.enter(z), Past(z)

    def add(self, z, number):
        """A call in the file: a missed one from outside."""
        start = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(time.time() - 600 + number))
        uid = "1700000001.%d" % number
        with open(self.master, "a", encoding="utf-8") as file:
            file.write('"","79165550001","101","from-trunk","","PJSIP/provider-%08x",'
                       '"PJSIP/101-%08x","Dial","PJSIP/101","%s",,"%s",0,0,"NO ANSWER",'
                       '"DOCUMENTATION","%s","","","%s",%d\n'
                       % (2 * number, 2 * number + 1, start, start, uid, uid, number))
        return uid

    def test_added_before_the_rotation(self):
        z, past = self.begin_csv()
        past.wait_call("1700000001.1")
        z.stop()
        self.add(z, 2)
        self.master.rename(z.folder / "Master.csv.1")
        self.add(z, 3)
        z.start()
        past.wait_call("1700000001.3")
        self.assertEqual(sorted(past.calls()), ["1700000001.%d" % n for n in (1, 2, 3)])
        self.assertFalse([line for line in z.log if "another file" in line])
        self.assertEqual(z.stop(), 0)

    def test_the_old_file_is_gone(self):
        """The log tells it, and what to do."""
        z, past = self.begin_csv()
        past.wait_call("1700000001.1")
        z.stop()
        self.master.unlink()
        self.add(z, 3)
        z.start()
        past.wait_call("1700000001.3")
        self.assertTrue(z.saw("Master.csv is another file than the last time"), z.log)
        self.assertTrue(z.saw("zvon import --from csv:Master.csv.1"), z.log)
        self.assertEqual(z.stop(), 0)


class Down(ReconcileTest):
    def test_a_source_that_is_down(self):
        """Told once, tried again, and then nothing is missing; zvond goes on meanwhile."""
        z, calls, past = self.begin(create=False)
        self.enter(z)
        z.wait_synced()
        self.assertTrue(z.saw("records: cannot be compared with the history"), z.log)
        self.assertEqual(z.metrics()['zvond_records_failing{server="office"}'], 1)
        call = calls.dial("101", "102")
        calls.hang_up(call)
        past.wait_call(call[0].unique_id)
        self.records.create().add("1700000001.5")
        past.wait_call("1700000001.5", 30)
        self.assertTrue(z.saw("records: can be read again"), z.log)
        self.assertEqual(z.count("cannot be compared"), 1)
        self.assertEqual(z.stop(), 0)

    def test_reload_while_a_source_hangs(self):
        """The loop does not wait for it."""
        import socket
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            z, calls, past = self.begin()
            mine = z.text
            z.text = mine.replace("sqlite:{folder}/master.db", "mysql://u@127.0.0.1:%d/x"
                                  % silent.getsockname()[1])
            self.records.add("1700000001.8")
            self.enter(z)
            z.wait_synced()
            silent.settimeout(5 * SLOW)
            peer, _ = silent.accept()
            begun = time.monotonic()
            self.assertTrue(z.reload(mine), z.log)
            self.assertEqual(z.get("/healthz").status, 200)
            self.assertLess(time.monotonic() - begun, 3 * SLOW)
            past.wait_call("1700000001.8")
            peer.close()
            self.assertEqual(z.stop(), 0)

    def test_stop_while_a_source_hangs(self):
        """A server that never answers does not keep zvond from ending."""
        import socket
        with socket.socket() as silent:
            silent.bind(("127.0.0.1", 0))
            silent.listen()
            z, _, _ = self.begin()
            z.text = z.text.replace("sqlite:{folder}/master.db", "mysql://u@127.0.0.1:%d/x"
                                    % silent.getsockname()[1])
            self.enter(z)
            z.wait_synced()
            begun = time.monotonic()
            self.assertEqual(z.stop(15), 0)
            self.assertLess(time.monotonic() - begun, 8 * SLOW)


class Reload(ReconcileTest):
    def test_other_records(self):
        """Taken over without a new connection to the PBX."""
        z, _, past = self.begin(create=False)
        self.enter(z)
        z.wait_synced()
        self.assertTrue(z.saw("records: cannot be compared"), z.log)
        other = Records(z.folder / "other.db").create()
        other.add("1700000001.9")
        self.assertTrue(z.reload(z.text.replace("master.db", "other.db")), z.log)
        past.wait_call("1700000001.9")
        self.assertEqual(len(self.pbx.logins()), 1)


class Beside(ReconcileTest):
    def test_zvon_import_beside_it(self):
        """Two programs write into one history, and a call that goes on is left alone."""
        import subprocess

        z, calls, past = self.begin()
        self.enter(z)
        z.wait_synced()
        self.wait_runs(z, 1)
        going_on = calls.answer(calls.dial("101", "102"))
        past.wait_open(going_on[0].unique_id)
        other = Records(z.folder / "other.db").create()
        other.add_call(going_on, billsec=2)
        for i in range(200):
            other.add("1700000001.%d" % (1000 + i), ago=4000 - i)
        process = subprocess.Popen(
            [str(Path(program()).parent / "zvon"), "import", "--from",
             "sqlite:%s" % other.path, "--to", str(past.path), "--server", "office",
             "--timezone", "UTC"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        live = [calls.dial("103", "101") for _ in range(20)]
        for call in live:
            calls.hang_up(call)
        out, err = process.communicate(timeout=30 * SLOW)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn('"new":200,', out)
        self.assertIn('"going_on":1,', out)
        past.wait(past.calls, lambda found: len(found) == 220, 10)
        self.assertEqual(list(past.open()), [going_on[0].unique_id])
        self.assertEqual(past.integrity(), [])


class Configuration(ReconcileTest):
    def complaint(self, lines):
        z = Zvond(config(server=lines, kept=True, more="[history]\n"))
        self.addCleanup(z.clean)
        z.start(wait=False)
        self.assertEqual(z.wait_end(), 2, z.log)
        return "\n".join(z.log)

    def test_what_is_wrong_is_told(self):
        self.assertIn("cdr_secret_file",
                      self.complaint("cdr = mysql://u:marker@host/asteriskcdrdb"))
        self.assertIn("asterisk, freepbx", self.complaint("cdr_preset = askozia"))
        self.assertIn("NAME=COLUMN", self.complaint("cdr_columns = sorce=cnum"))
        self.assertIn("time zone",
                      self.complaint("cdr = csv:/x\ncdr_timezone = ../../etc/passwd"))


if __name__ == "__main__":
    unittest.main()
