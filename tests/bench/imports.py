"""`zvon import` of a Master.csv of many rows, beside the sqlite3 shell that only copies them into
a table: for run.py."""
import json
import os
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "hist"))


def timed(command, **how):
    begun = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True, **how)
    return time.monotonic() - begun, done.stdout


def words_of(build, master):
    return [os.path.join(build, "zvon"), "import", "--quiet", "--timezone", "UTC",
            "--from", "csv:" + master]


def bench_into(build, store, calls):
    """Among the calls that are there already, in the midst of their years."""
    import import_common

    with tempfile.TemporaryDirectory(prefix="zvon-bench-", dir=os.path.dirname(store)) as folder:
        master = os.path.join(folder, "Master.csv")
        import_common.write_master(master, calls, first=int(time.time()) % 10_000_000)
        seconds, out = timed(words_of(build, master) + ["--to", store])
        told = json.loads(out)
        print("import into the same store: %d rows, %d new calls: %.0f rows/s (goal 50,000)"
              % (told["rows"], told["new"], told["rows"] / seconds))


def bench(build, calls):
    import import_common  # needs nothing built

    with tempfile.TemporaryDirectory(prefix="zvon-bench-", dir=os.path.abspath(build)) as folder:
        master, store = os.path.join(folder, "Master.csv"), os.path.join(folder, "history.db")
        import_common.write_master(master, calls)
        words = words_of(build, master)
        read, _ = timed(words + ["--dry-run"])
        write, out = timed(words + ["--to", store])
        told = json.loads(out)
        again, _ = timed(words + ["--to", store, "--again"])
        floor, _ = timed(["sqlite3", "-batch", os.path.join(folder, "floor.db"),
                          "CREATE TABLE cdr (%s)" % ",".join("c%d" % i for i in range(21)),
                          ".mode csv", ".import %s cdr" % master])
        rows = told["rows"]
        print("import: %d rows of a Master.csv, %d calls (goal 50,000 rows/s)"
              % (rows, told["new"]))
        for what, seconds in (("read and stitched only", read), ("into SQLite", write),
                              ("again, nothing is new", again),
                              ("floor: copied by the sqlite3 shell", floor)):
            print("  %-36s %9.0f rows/s  %6.1f s" % (what, rows / seconds, seconds))
