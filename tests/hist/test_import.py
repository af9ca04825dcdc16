"""`zvon import`: tables of real set-ups in real databases become the calls they tell; it may be
run, killed and run again."""

import gzip
import os
import shutil
import signal
import tempfile
import time
import unittest
from pathlib import Path

import databases
import import_common as imports
import setups


class Folder(unittest.TestCase):
    """A test with a folder and a store in it."""

    maxDiff = None

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="zvon-import-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.store = str(self.folder / "history.db")

    def import_it(self, *words):
        """It has to work: what was counted."""
        done = imports.run("--to", self.store, *words)
        self.assertEqual(done.code, 0, done.text)
        self.text = done.text
        return done.counted

    def import_csv(self, path, *words):
        return self.import_it("--from", "csv:%s" % path, "--timezone", "UTC", *words)


class SetUps(Folder):
    def one(self, kind, name):
        base, set_up = databases.get(kind), setups.SetUp(name)
        words = ["--from", imports.load(base, set_up), *imports.words_of(set_up),
                 *imports.secret_words(base)]
        counted = self.import_it(*words)
        self.assertEqual(counted["rows"], len(list(set_up.rows())))
        self.assertEqual(imports.calls_of(self.store), imports.expected_of(set_up))
        if base.secret:
            self.assertNotIn(base.secret, self.text)
        again = self.import_it(*words, "--again")
        self.assertEqual((again["rows"], again["new"], again["changed"]),
                         (counted["rows"], 0, 0))
        self.assertEqual(again["same"], counted["calls"])
        self.assertEqual(imports.calls_of(self.store), imports.expected_of(set_up))

    def every(self, kind):
        for name in setups.NAMES:
            if name == "asterisk-csv":
                continue  # a file: test_master_csv
            with self.subTest(name):
                self.store = str(self.folder / (name + ".db"))
                self.one(kind, name)

    def test_sqlite(self):
        self.every("sqlite")

    def test_mariadb(self):
        self.every("mariadb")

    def test_postgresql(self):
        self.every("postgresql")

    def test_master_csv(self):
        set_up = setups.SetUp("asterisk-csv")
        counted = self.import_it("--from", "csv:%s" % (set_up.folder / "Master.csv"),
                                 *imports.words_of(set_up, is_file=True))
        self.assertEqual(imports.calls_of(self.store), imports.expected_of(set_up))
        self.assertEqual(counted["new"], len(set_up.expected()))

    def test_order_of_start_in_small_pages(self):
        """FreePBX has no number in its table: more rows than a page, many in one second."""
        set_up = setups.SetUp("freepbx")
        base = databases.get("mariadb")
        url = imports.load(base, set_up)
        row = next(set_up.rows())
        rows = []
        for i in range(12000):
            second = 1772435700 + i // 40
            rows.append(dict(row, calldate=time.strftime("%Y-%m-%d %H:%M:%S",
                                                         time.gmtime(second)),
                             uniqueid="%d.%d" % (second, i), linkedid="%d.%d" % (second, i),
                             channel="PJSIP/a-%08x" % i, dstchannel="PJSIP/101-%08x" % i,
                             sequence=str(i), recordingfile=""))
        lines = imports.table_sql("mariadb", set_up, rows).splitlines()[1:]
        base.sql("TRUNCATE cdr; BEGIN;" + "\n".join(lines) + "COMMIT;", "cdr")
        words = ["--from", url, "--preset", "freepbx", "--timezone", "UTC",
                 *imports.secret_words(base)]
        counted = self.import_it(*words)
        self.assertEqual((counted["rows"], counted["new"]), (12000, 12000))
        self.assertEqual(self.import_it(*words)["new"], 0)
        late = dict(rows[3], uniqueid="1772435700.99999", linkedid="1772435700.99999",
                    channel="PJSIP/late-1", dstchannel="PJSIP/102-late")
        base.sql(imports.table_sql("mariadb", set_up, [late]).splitlines()[1], "cdr")
        self.assertEqual(self.import_it(*words)["new"], 1)


class Interrupted(Folder):
    CALLS = 16000  # more than three transactions

    @classmethod
    def setUpClass(cls):
        """What one undisturbed run makes."""
        cls.place = Path(tempfile.mkdtemp(prefix="zvon-import-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, True)
        cls.master, store = cls.place / "Master.csv", str(cls.place / "history.db")
        imports.write_master(cls.master, cls.CALLS)
        done = imports.run("--from", "csv:%s" % cls.master, "--to", store, "--timezone", "UTC")
        assert done.code == 0 and done.counted["new"] == cls.CALLS, done.text
        cls.whole = imports.calls_of(store)

    def count(self):
        try:
            return imports.rows_of(self.store, "SELECT COUNT(*) AS n FROM calls")[0]["n"]
        except imports.sqlite3.Error:
            return 0

    def start(self):
        return imports.start("--from", "csv:%s" % self.master, "--to", self.store,
                             "--timezone", "UTC")

    def disturb(self, number, with_what):
        """Starts it and disturbs it when something is written; its end."""
        process = self.start()
        end = time.monotonic() + 30 * imports.SLOW
        while process.poll() is None and self.count() <= number:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        process.send_signal(with_what)
        return imports.Done(process)

    def test_killed_and_resumed(self):
        kills = sum(self.disturb(number, signal.SIGKILL).code == -signal.SIGKILL
                    for number in (0, 6000))
        self.assertGreaterEqual(kills, 1, "it was over before it could be killed")
        self.assertLess(self.count(), self.CALLS)
        counted = self.import_csv(self.master)
        self.assertIn("going on where the last run ended", self.text)
        self.assertLess(counted["rows"], 2 * self.CALLS)
        self.assertEqual(imports.calls_of(self.store), self.whole)

    def test_ctrl_c_ends_after_what_is_whole(self):
        done = self.disturb(0, signal.SIGINT)
        self.assertEqual(done.code, 1, done.text)
        self.assertFalse(done.counted["complete"])
        self.assertIn("the next run goes on there", done.text)
        self.assertLess(self.count(), self.CALLS)
        self.import_csv(self.master)
        self.assertEqual(imports.calls_of(self.store), self.whole)

    def test_dry_run_writes_nothing(self):
        done = imports.run("--from", "csv:%s" % self.master, "--dry-run", "--to", self.store,
                           "--timezone", "UTC")
        self.assertEqual((done.code, done.counted["calls"]), (0, self.CALLS), done.text)
        self.assertFalse(os.path.exists(self.store))


class Growing(Folder):
    def setUp(self):
        super().setUp()
        self.master = self.folder / "Master.csv"
        imports.write_master(self.master, 3000)

    def test_goes_on_in_a_file_that_grows(self):
        self.assertEqual(self.import_csv(self.master)["new"], 3000)
        imports.write_master(self.master, 500, first=3000, mode="a")
        counted = self.import_csv(self.master)
        self.assertEqual((counted["new"], counted["changed"]), (500, 0))
        self.assertLess(counted["rows"], 4000)
        self.assertEqual(len(imports.calls_of(self.store)), 3500)

    def test_half_a_line_waits(self):
        text = self.master.read_text(encoding="utf-8")
        self.master.write_text(text[:-30], encoding="utf-8")
        self.import_csv(self.master)
        self.master.write_text(text, encoding="utf-8")
        self.import_csv(self.master)
        calls = imports.calls_of(self.store)
        other, self.store = self.store, str(self.folder / "other.db")
        self.import_csv(self.master)
        self.assertEqual(calls, imports.calls_of(self.store), other)

    def rotate(self, name, first, calls=50):
        """More calls, then logrotate: renamed, and a new file begins."""
        imports.write_master(self.master, calls, first=first, mode="a")
        self.master.rename(self.folder / name)
        imports.write_master(self.master, 100, first=first + calls)

    def check_same_as_at_once(self):
        """All calls are there as if one file had all the rows."""
        files = sorted(self.folder.glob("Master.csv*"), key=lambda path: path.stat().st_mtime_ns)
        calls = imports.calls_of(self.store)
        whole = self.folder / "whole.csv"
        whole.write_bytes(b"".join(path.read_bytes() for path in files))
        self.store = str(self.folder / "other.db")
        self.import_csv(whole)
        self.assertEqual(calls, imports.calls_of(self.store))

    def test_a_new_file_after_logrotate(self):
        """What came between the last run and the rotation is read too, once."""
        self.import_csv(self.master)
        self.rotate("Master.csv.1", 3000)
        counted = self.import_csv(self.master)
        self.assertEqual((counted["new"], counted["changed"]), (150, 0), self.text)
        self.assertLess(counted["rows"], 3000)  # not all of it again
        self.assertNotIn("another file", self.text)
        counted = self.import_csv(self.master)
        self.assertEqual((counted["new"], counted["changed"]), (0, 0))
        self.check_same_as_at_once()

    def test_rotated_twice_with_dates(self):
        self.import_csv(self.master)
        self.rotate("Master.csv-20261120", 3000)
        self.rotate("Master.csv-20261121", 3150)
        self.rotate("Master.csv-20261122", 3300)
        counted = self.import_csv(self.master)
        self.assertEqual((counted["new"], counted["changed"]), (450, 0), self.text)
        self.check_same_as_at_once()

    def test_moved_to_a_name_of_its_own(self):
        """The inode tells it."""
        self.import_csv(self.master)
        self.rotate("calls of last week", 3000)
        self.assertEqual(self.import_csv(self.master)["new"], 150)

    def test_copied_and_truncated(self):
        self.import_csv(self.master)
        imports.write_master(self.master, 50, first=3000, mode="a")
        shutil.copyfile(self.master, self.folder / "Master.csv.1")
        os.truncate(self.master, 0)
        imports.write_master(self.master, 100, first=3050, mode="a")
        counted = self.import_csv(self.master)
        self.assertEqual((counted["new"], counted["changed"]), (150, 0), self.text)
        self.check_same_as_at_once()

    def test_nothing_in_the_new_file_yet(self):
        self.import_csv(self.master)
        imports.write_master(self.master, 50, first=3000, mode="a")
        self.master.rename(self.folder / "Master.csv.1")
        self.master.touch()
        self.assertEqual(self.import_csv(self.master)["new"], 50)
        self.assertEqual(self.import_csv(self.master)["new"], 0)
        imports.write_master(self.master, 100, first=3050)
        self.assertEqual(self.import_csv(self.master)["new"], 100)
        self.assertNotIn("another file", self.text)

    def test_the_old_file_is_gone(self):
        self.import_csv(self.master)
        self.rotate("Master.csv.1", 3000)
        (self.folder / "Master.csv.1").unlink()
        self.assertEqual(self.import_csv(self.master)["new"], 100)
        self.assertIn("rows that were added to it", self.text)
        self.assertIn("zvon import --from csv:Master.csv.1", self.text)
        self.assertEqual(self.import_csv(self.master)["new"], 0)
        self.assertNotIn("another file", self.text)

    def test_the_old_file_is_compressed(self):
        self.import_csv(self.master)
        self.rotate("Master.csv.1", 3000)
        with gzip.open(self.folder / "Master.csv.1.gz", "wb") as file:
            file.write((self.folder / "Master.csv.1").read_bytes())
        (self.folder / "Master.csv.1").unlink()
        self.assertEqual(self.import_csv(self.master)["new"], 100)
        self.assertIn("if that is Master.csv.1.gz: unpack it", self.text)

    def test_files_beside_it_that_are_others(self):
        """Of another day, a folder, one that may not be read, a copy that lacks the place."""
        self.import_csv(self.master)
        text = self.master.read_text(encoding="utf-8")
        self.rotate("Master.csv.3", 3000)
        imports.write_master(self.folder / "Master.csv.9", 10, first=9000)
        os.utime(self.folder / "Master.csv.9", (1000000000, 1000000000))
        (self.folder / "Master.csv.7").mkdir()
        (self.folder / "Master.csv.8").write_text(text[:1000], encoding="utf-8")
        os.utime(self.folder / "Master.csv.8", (1000000000, 1000000000))
        (self.folder / "Master.csv.6").symlink_to("nowhere")
        self.assertEqual(self.import_csv(self.master)["new"], 150, self.text)

    def test_a_head_line(self):
        """As tools write it above what they export."""
        text = self.master.read_text(encoding="utf-8")
        self.master.write_text(
            '"accountcode","src","dst","dcontext","clid","channel","dstchannel","lastapp",'
            '"lastdata","start","answer","end","duration","billsec","disposition","amaflags",'
            '"uniqueid","userfield","peeraccount","linkedid","sequence"\n' + text,
            encoding="utf-8")
        self.assertEqual(self.import_csv(self.master)["new"], 3000)

    def test_since(self):
        counted = self.import_csv(self.master, "--since", "2023-11-15 00:00:00")
        begun = [call["started"] for call in imports.calls_of(self.store)]
        self.assertTrue(0 < counted["new"] < 3000)
        self.assertGreaterEqual(min(begun), "2023-11-15T00:00:00")


class Stores(Folder):
    """The history itself in a server."""

    def one(self, kind):
        base, set_up = databases.get(kind), setups.SetUp("asterisk-csv")
        words = ["--from", "csv:%s" % (set_up.folder / "Master.csv"), "--to",
                 base.fresh("history"), "--to-secret-file", base.secret_file(),
                 *imports.words_of(set_up, is_file=True)]
        first, second = imports.run(*words), imports.run(*words)
        number = len(set_up.expected())
        self.assertEqual((first.code, first.counted["new"]), (0, number), first.text)
        self.assertEqual((second.code, second.counted["new"], second.counted["changed"]),
                         (0, 0, 0), second.text)
        self.assertEqual(base.sql("SELECT COUNT(*) FROM v_calls", "history"), [[str(number)]])
        self.assertNotIn(base.secret, first.text + second.text)

    def test_mariadb(self):
        self.one("mariadb")

    def test_postgresql(self):
        self.one("postgresql")


class Cel(Folder):
    def test_cel_besides(self):
        """A blind transfer that CEL tells; both sources are read on where they ended."""
        base = databases.get("sqlite")
        base.fresh("cdr")
        base.sql("CREATE TABLE cdr (calldate, src, dst, channel, dstchannel, lastapp, lastdata,"
                 " disposition, duration, billsec, uniqueid, linkedid);"
                 "CREATE TABLE cel (id INTEGER PRIMARY KEY, eventtype, eventtime, cid_num,"
                 " exten, context, channame, appname, appdata, uniqueid, linkedid, peer,"
                 " extra);"
                 "INSERT INTO cdr VALUES ('2026-03-02 07:15:00', '101', '102', 'SIP/101-1',"
                 " 'SIP/102-2', 'Dial', 'SIP/102', 'ANSWERED', 20, 18, '1772435700.1',"
                 " '1772435700.1');"
                 + "".join(
                     "INSERT INTO cel (eventtype, eventtime, cid_num, exten, channame, uniqueid,"
                     " linkedid) VALUES ('%s', '2026-03-02 07:15:%02d.500000', '%s', '102',"
                     " 'SIP/%s', '1772435700.%s', '1772435700.1');" % row for row in (
                         ("CHAN_START", 0, "101", "101-1", 1),
                         ("CHAN_START", 0, "102", "102-2", 2), ("ANSWER", 2, "102", "102-2", 2),
                         ("ANSWER", 2, "101", "101-1", 1),
                         ("BRIDGE_ENTER", 2, "102", "102-2", 2),
                         ("BRIDGE_ENTER", 2, "101", "101-1", 1),
                         ("HANGUP", 20, "101", "101-1", 1), ("CHAN_END", 20, "101", "101-1", 1),
                         ("HANGUP", 20, "102", "102-2", 2), ("CHAN_END", 20, "102", "102-2", 2),
                         ("LINKEDID_END", 20, "102", "102-2", 2))), "cdr")
        words = ["--from", base.url("cdr"), "--cel", base.url("cdr"), "--timezone", "UTC"]
        counted = self.import_it(*words)
        self.assertEqual((counted["rows"], counted["calls"]), (12, 1))
        row = imports.rows_of(self.store, "SELECT * FROM v_calls")[0]
        self.assertTrue(row["sources"] & 2)
        self.assertEqual((row["result"], row["talk_s"] > 17), ("answered", True))
        again = self.import_it(*words)
        self.assertEqual((again["new"], again["changed"]), (0, 0))


    def test_moved_calls_of_a_real_server(self):
        """Asterisk 22, its Master.csv and cel_custom's: who moved the call and to whom, a
        number that a transfer wrote over, a consultation with a Linkedid of its own."""
        folder = setups.FIXTURES / "asterisk-cel"
        columns = ("eventtype,eventtime,cid_name,cid_num,cid_ani,cid_rdnis,cid_dnid,exten,"
                   "context,channame,appname,appdata,amaflags,accountcode,uniqueid,linkedid,"
                   "peer,userfield,userdeftype,extra")
        words = ["--from", "csv:%s/Master.csv" % folder, "--cel",
                 "csv:%s/cel.csv?columns=%s" % (folder, columns), "--timezone", "UTC"]
        self.import_it(*words)
        moved = {row["call_id"]: (row["kind"], row["by_whom"], row["to_whom"]) for row in
                 imports.rows_of(self.store, "SELECT * FROM v_transfers")}
        told = {call["uid"]: (call["direction"], call["from_number"], call["to_number"],
                              call["did"], call["queue"], call["result"],
                              moved.get(call["call_id"]), call["picked_up_by"], call["parked"])
                for call in imports.rows_of(self.store, "SELECT * FROM v_calls")}
        client = "79161234567"
        self.assertEqual(told, {
            "1795317894.1105": ("in", client, "101", "74951000001", "", "cancelled", None, "", 0),
            "1795317894.1107": ("in", client, "101", "74951000001", "", "rejected", None, "", 0),
            "1795317895.1115": ("in", client, "101", "74951000008", "office0", "answered", None,
                                "", 0),
            "1795317896.1120": ("internal", "101", "102", "", "", "answered",
                                ("blind", "102", "103"), "", 0),
            "1795317896.1124": ("in", client, "101", "74951000001", "", "answered",
                                ("blind", "101", "103"), "", 0),
            "1795317897.1130": ("internal", "101", "102", "", "", "answered",
                                ("attended", "102", "103"), "", 0),
            "1795317897.1136": ("internal", "101", "102", "", "", "answered",
                                ("attended", "102", "103"), "", 0),
            "1795317898.1144": ("internal", "101", "102", "", "", "answered", None, "103", 0),
            "1795317899.1151": ("internal", "101", "102", "", "", "answered", None, "", 1),
        })
        again = self.import_it(*words)
        self.assertEqual((again["new"], again["changed"]), (0, 0))


class Progress(Folder):
    def test_a_bar_on_a_terminal(self):
        """And only there; not with --quiet."""
        master = self.folder / "Master.csv"
        imports.write_master(master, 3000)
        for more, shown in (((), True), (("--quiet",), False)):
            ours, theirs = os.openpty()
            process = imports.subprocess.Popen(
                [imports.program(), "import", "--from", "csv:%s" % master, "--dry-run", *more],
                env=imports.environment(), stdout=imports.subprocess.DEVNULL, stderr=theirs)
            os.close(theirs)
            text = b""
            try:
                while True:
                    piece = os.read(ours, 65536)
                    text += piece
                    if not piece:
                        break
            except OSError:
                pass  # EIO: the other side is closed
            os.close(ours)
            self.assertEqual(process.wait(), 0, text)
            self.assertEqual(b"rows/s" in text, shown, text)
            if shown:
                self.assertRegex(text.decode(), r"\r\[#* *\] +\d+ %  \d+ rows")
        self.assertNotIn("rows/s", imports.run("--from", "csv:%s" % master, "--dry-run").text)


class Fault103(Folder):
    """Tables that nobody thought of."""

    def custom(self, *more, drop=()):
        base, set_up = databases.get("sqlite"), setups.SetUp("custom")
        url = imports.load(base, set_up)
        for column in drop:
            base.sql('ALTER TABLE calls DROP COLUMN "%s"' % column, "cdr")
        return imports.run("--from", url, "--to", self.store, *imports.words_of(set_up), *more)

    def test_fault_103_report(self):
        done = self.custom()
        self.assertEqual(done.code, 0, done.text)
        report = next(line for line in done.text.splitlines() if "table=" in line)
        self.assertIn("preset=asterisk", report)
        self.assertRegex(report, r"missing=\S*linkedid")
        self.assertRegex(report, r"unknown=\S*currency,codec,mos")

    def test_fault_103_a_column_that_must_be_there(self):
        done = imports.run("--from", imports.load(databases.get("sqlite"),
                                                  setups.SetUp("custom")),
                           "--to", self.store, "--table", "calls")
        self.assertEqual(done.code, 2)
        self.assertIn("column src=NAME", done.text)
        self.assertIn("from_no", done.text)

    def test_fault_103_a_mapped_column_is_missing(self):
        done = self.custom(drop=["rec_path"])
        self.assertEqual(done.code, 2)
        self.assertIn("'rec_path'", done.text)

    def test_fault_103_names_that_would_be_sql(self):
        for words in (["--table", 'cdr" WHERE 1=1; DROP TABLE calls; --'],
                      ["--column", 'src=x" FROM calls; --'],
                      ["--column", "sorce=src"]):
            done = self.custom(*words)
            self.assertEqual(done.code, 2, done.text)
        self.assertEqual(len(databases.get("sqlite").sql("SELECT * FROM calls", "cdr")), 5)

    def test_fault_103_no_times_at_all(self):
        """NULL, 1970 and texts that are no time: the Uniqueid tells when."""
        base = databases.get("sqlite")
        base.fresh("cdr")
        base.sql("CREATE TABLE cdr (calldate, src, dst, channel, disposition, duration, "
                 "uniqueid) ;"
                 "INSERT INTO cdr VALUES (NULL, '101', '102', 'SIP/101-1', 'ANSWERED', 3,"
                 " '1772435700.1');"
                 "INSERT INTO cdr VALUES ('1970-01-01 00:00:00', 101, 103, 'SIP/101-2',"
                 " 'NO ANSWER', '4', 'pbx-1772435800.2');"
                 "INSERT INTO cdr VALUES ('never', '101', '104', 'SIP/101-3', 'BUSY', NULL,"
                 " 1772435900.3);", "cdr")
        self.import_it("--from", base.url("cdr"))
        self.assertEqual([call["started"] for call in imports.calls_of(self.store)],
                         ["2026-03-02T07:15:00.000Z", "2026-03-02T07:16:40.000Z",
                          "2026-03-02T07:18:20.000Z"])


class Errors(Folder):
    def refused(self, code, *words):
        done = imports.run("--to", self.store, *words)
        self.assertEqual(done.code, code, done.text)
        self.assertEqual(len(done.text.splitlines()), 1, done.text)
        return done.text

    def test_usage(self):
        self.assertIn("--from", self.refused(2))
        master = self.folder / "Master.csv"
        imports.write_master(master, 1)
        url = "csv:%s" % master
        self.assertIn("asterisk, freepbx", self.refused(2, "--from", url, "--preset", "x"))
        for zone in ("../../etc/passwd", "/etc/passwd", "Europe/../Moscow", "Europe", "",
                     "Nowhere/Land", "a" * 100):
            self.assertIn("time zone", self.refused(2, "--from", url, "--timezone", zone))
        self.assertIn("--since", self.refused(2, "--from", url, "--since", "yesterday"))
        self.assertIn("--number-rule",
                      self.refused(2, "--from", url, "--number-rule", "country=x"))
        done = imports.run("--from", url)
        self.assertEqual(done.code, 2)
        self.assertIn("--dry-run", done.text)

    def test_what_is_not_there(self):
        self.assertIn("there is no such file",
                      self.refused(2, "--from", "csv:%s/none" % self.folder))
        (self.folder / "text.db").write_text("this is no database\n" * 200)
        self.refused(5, "--from", "sqlite:%s/text.db" % self.folder)
        master = self.folder / "Master.csv"
        imports.write_master(master, 1)
        url = "csv:%s" % master
        before = sorted(path.name for path in self.folder.iterdir())
        done = imports.run("--from", url, "--to", "sqlite:%s/text.db" % self.folder)
        self.assertEqual(done.code, 5, done.text)
        self.assertIn("text.db: file is not a database", done.text)
        self.assertEqual(before, sorted(path.name for path in self.folder.iterdir()))
        base = databases.get("sqlite")
        base.fresh("cdr")
        base.sql("CREATE TABLE other (x)", "cdr")
        self.assertIn("mikopbx", self.refused(2, "--from", base.url("cdr")))

    def test_servers(self):
        base = databases.get("mariadb")
        base.fresh("cdr")
        wrong = self.folder / "wrong"
        wrong.touch(0o600)
        wrong.write_text("marker-wrong-password\n")
        text = self.refused(4, "--from", base.url("cdr", user="reader"), "--secret-file",
                            str(wrong))
        self.assertNotIn("marker-wrong-password", text)
        self.refused(3, "--from", "mysql://u@127.0.0.1:%d/cdr" % databases.free_port(),
                     "--secret-file", str(wrong))
        os.chmod(wrong, 0o644)
        self.assertIn("chmod 600", self.refused(2, "--from", base.url("cdr"), "--secret-file",
                                                str(wrong)))


class Fault102(Folder):
    def test_fault_102_server_killed_in_the_middle(self):
        """It comes back, and the next run goes on."""
        set_up = setups.SetUp("pt1c")
        with databases.MariaDB() as base:
            imports.load(base, set_up)
            base.sql("SET GLOBAL innodb_flush_log_at_trx_commit = 1")
            base.sql("INSERT INTO PT1C_cdr SELECT 100 + seq, calldate + INTERVAL seq SECOND, "
                     "clid, src, dst, dcontext, CONCAT('SIP/x-', seq), CONCAT('SIP/y-', seq), lastapp, "
                     "lastdata, duration, billsec, disposition, amaflags, accountcode, "
                     "CONCAT('177', seq, '.1'), userfield, did, recordingfile, "
                     "CONCAT('177', seq, '.1'), peeraccount, sequence, answer, end "
                     "FROM PT1C_cdr JOIN seq_1000000_to_1019999 WHERE id = "
                     "(SELECT MIN(id) FROM PT1C_cdr)", "cdr")
            words = ["--from", base.url("cdr", user="reader"), *imports.words_of(set_up),
                     *imports.secret_words(base)]
            process = imports.start("--to", self.store, *words)
            end = time.monotonic() + 30 * imports.SLOW
            while not os.path.exists(self.store) and time.monotonic() < end:
                time.sleep(0.01)
            base.kill()
            done = imports.Done(process)
            self.assertEqual(done.code, 3, done.text)
            self.assertIn("the next run goes on there", done.text)
            base.start()
            self.import_it(*words)
            self.assertEqual(len(imports.calls_of(self.store)),
                             20000 + len(set_up.expected()))


if __name__ == "__main__":
    unittest.main()
