"""The store of calls with many of them, beside the sqlite3 shell that asks the same, and before
zvond: for run.py."""
import contextlib
import json
import os
import subprocess
import tempfile

import history_http

ROUNDS = 300
WRITES = (("each call a transaction", 1, 1000), ("10 a transaction", 10, 20000),
          ("50 a transaction", 50, 20000))
# what zvon reads for a page of a number: the calls, their legs and recordings
PARTY = ("(SELECT y.call_id FROM v_periods p CROSS JOIN parties y ON y.period = p.period WHERE "
         "y.name = '%s' ORDER BY y.started_ms DESC, y.call_id DESC LIMIT 100)")
SHELL = ("SELECT * FROM calls WHERE call_id IN {0} ORDER BY started_ms DESC;"
         "SELECT * FROM legs WHERE call_id IN {0} ORDER BY call_id, n;"
         "SELECT * FROM recordings WHERE call_id IN {0} ORDER BY call_id, n;\n")
SAME_CACHE = "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY;\n"


def lines(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True,
                          text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def shell_ms(store, numbers):
    """Processor milliseconds of a question."""
    before = os.times()
    subprocess.run(["sqlite3", "-batch", "-readonly", store], check=True, text=True,
                   input=SAME_CACHE + "".join(SHELL.format(PARTY % n) for n in numbers),
                   stdout=subprocess.DEVNULL)
    after = os.times()
    used = after.children_user + after.children_system - before.children_user \
        - before.children_system
    return used * 1000 / len(numbers)


def show(what, *figures):
    print("  %-34s %s" % (what, "  ".join(figures)), flush=True)


def show_writing(what, row):
    show(what, "%9.0f calls/s" % row["per_s"],
         "%9.0f of a processor" % (row.get("fill", row.get("write")) / row["cpu_s"]),
         "%5.1f MiB" % (row["peak_kb"] / 1024))


@contextlib.contextmanager
def filled(program, calls, kept):
    """A store of so many calls; kept: a file that stays, and is filled if it is not there."""
    with tempfile.TemporaryDirectory(prefix="zvon-bench-", dir=os.environ.get(
            "ZVON_BENCH_FOLDER")) as folder:
        store = os.path.abspath(kept) if kept else os.path.join(folder, "history.db")
        print("history: %d calls in SQLite (goals: 2,000 written calls/s, 35,000 imported; a "
              "number's page p99 20 ms, any 300 ms; 64 MiB)" % calls)
        if not os.path.exists(store):
            show_writing("import, 20,000 a transaction",
                         lines(program, "fill", store, str(calls))[0])
        show("file", "%9.0f MB" % (os.path.getsize(store) / 1e6))
        yield store


def bench_writing(program, store, calls):
    for what, batch, n in WRITES:
        there = calls + batch * 1_000_000
        show_writing(what, lines(program, "write", store, str(n), str(batch), str(there))[0])


def bench_pages(program, store, calls, numbers):
    shell_ms(store, numbers)  # so that both find it in the system's cache
    pages = lines(program, "pages", store, str(calls), str(ROUNDS))
    for row in pages:
        show(row["page"], "%6.1f rows" % row["calls"], "p50 %8.3f ms" % row["p50_ms"],
             "p99 %8.3f ms" % row["p99_ms"], "processor %8.3f ms" % row["cpu_ms"],
             "%5.1f MiB" % (row["peak_kb"] / 1024))
    for row, of in zip(pages, (numbers[:ROUNDS], numbers[ROUNDS:])):
        floor = shell_ms(store, of)
        show(row["page"] + " / sqlite3 shell", "%.3f / %.3f ms of a processor = %.2f (goal "
             "1.5)" % (row["cpu_ms"], floor, row["cpu_ms"] / floor))


def bench(build, program, store, calls, is_kept):
    own = program("history")
    numbers = subprocess.run([own, "numbers", str(calls), str(ROUNDS)], check=True,
                             stdout=subprocess.PIPE, text=True).stdout.split()
    if not is_kept:  # they would be there the next time
        bench_writing(own, store, calls)
    bench_pages(own, store, calls, numbers)
    history_http.bench(build, program, store, calls, numbers)
