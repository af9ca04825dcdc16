"""The history over HTTP: a real zvond on a store of many calls, asked all that may be asked: for
run.py. Times are those of the client: from the request to the last byte of the answer."""
import contextlib
import http.client
import itertools
import json
import os
import subprocess
import threading
import time
import urllib.parse

import zvond

ROUNDS = 300  # of the pages of a number
FEW = 20      # of all others: p99 is then the slowest
COLD = 100
END_S = 1795000000  # history_calls.h
DAY_S = 86400
LINES, QUEUES = 300, 5
CLIENTS = 4
EVENTS = 500_000  # of a PBX, meanwhile
CALLS_S = 2500    # of its calls end each second
GOAL_NUMBER_MS, GOAL_MS, GOAL_MIB, GOAL_WRITTEN = 20, 300, 64, 2000

USERS = """
[role listener]
may = view
see = all
recordings = all
[role own]
may = view
see = own
[role served]
may = view
see = own
history = queues
recordings = queues
""" + zvond.user_text("chief", "listener") + zvond.user_text("clerk", "own", 150) + zvond.user_text("head", "served", 151) + """\
queues = queue1
[history]
store = %s
"""

# {n} a number, {f} one that calls often, {l} a line, {q} a queue, {d} a DID, {many} 100 numbers,
# {lines} 100 lines, {c} a cursor in the middle; {t} {month} a day and the month from it, {year}
NUMBER = "number={n}"
SINGLE = (
    ("frequent number, 1000", "number={f}&limit=1000"),
    ("number as +7 (916) …", "number=%2B7 ({n3}) {n7}"),
    ("number that nobody has", "number=70000000000"),
    ("DID", "number={d}"),
    ("100 numbers", "number={many}"),
    ("100 numbers, 1000", "number={many}&limit=1000"),
    ("line", "line={l}"),
    ("line, of its server", "line=office/{l}"),
    ("100 lines", "line={lines}"),
    ("queue", "queue={q}"),
    ("5 queues, 1000", "queue=queue0,queue1,queue2,queue3,queue4&limit=1000"),
    ("server", "server=office"),
    ("server that is unknown", "server=nowhere"),
    ("direction, the rarest", "direction=internal"),
    ("result: answered", "result=answered"),
    ("result: busy", "result=busy"),
    ("result: no_answer", "result=no_answer"),
    ("result: cancelled", "result=cancelled"),
    ("result: rejected", "result=rejected"),
    ("result: congestion", "result=congestion"),
    ("result: failed", "result=failed"),
    ("result: abandoned", "result=abandoned"),
    ("missed", "missed=yes"),
    ("recorded", "recorded=yes"),
    ("a month", "{month}"),
    ("a month of the future", "from=2040-01-01&to=2040-02-01"),
    ("newest 100", ""),
    ("newest 1000", "limit=1000"),
    ("oldest 1000", "order=oldest&limit=1000"),
    ("newest 1000, few fields", "limit=1000&fields=call,started,from,to,result"),
    ("deep cursor, 1000", "cursor={c}&limit=1000"),
    ("offset, 1000", "offset={o}&limit=1000"),
    ("CSV, 1000", "format=csv&limit=1000"),
    ("MIKO's XML, 1000", "format=xml&offset={o}&limit=1000"),
)
TOGETHER = (
    ("recorded and busy: none", "recorded=yes&result=busy"),
    ("DID, rejected", "number={d}&result=rejected"),
    ("DID, rejected, of a line", "number={d}&result=rejected&line={l}"),
    ("queue, line, rejected", "queue={q}&line={l}&result=rejected"),
    ("queue, line, 1000", "queue={q}&line={l}&limit=1000"),
    ("two lines in one call", "number={l}&line={l2}&limit=1000"),
    ("line, direction it has not: none", "line={l}&direction=out&missed=yes"),
    ("out and missed: none", "direction=out&missed=yes"),
    ("out and missed: none, oldest", "direction=out&missed=yes&order=oldest"),
    ("unknown number and queue", "number=70000000000&queue={q}"),
    ("frequent number, line", "number={f}&line={l}"),
    ("frequent number, queue, line", "number={f}&queue={q}&line={l}"),
    ("100 numbers, 100 lines, queues", "number={many}&line={lines}&queue=queue1,queue3"),
    ("100 numbers, rejected", "number={many}&result=rejected"),
    ("100 lines, rejected", "line={lines}&result=rejected"),
    ("100 lines, rejected, oldest", "line={lines}&result=rejected&order=oldest"),
    ("XML of a number", "format=xml&offset={o}&number={n}"),
    ("XML of a line", "format=xml&offset=0&line={l}&limit=1000"),
    ("XML of the rejected", "format=xml&offset=0&result=rejected&limit=1000"),
    ("XML: none fits", "format=xml&offset=0&direction=out&missed=yes"),
    ("offset, line, queue, missed", "offset={o}&line={l}&queue={q}&missed=yes"),
    ("CSV, line, queue", "format=csv&limit=1000&line={l}&queue={q}"),
)
STATISTICS = (
    ("by hour, a month", "by=hour&{month}"),
    ("by hour, 92 days", "by=hour&{days92}"),
    ("by day, a month", "by=day&{month}"),
    ("by day, 1100 days", "by=day&{days1100}"),
    ("by day, 1100 days, Europe/Berlin", "by=day&{days1100}&tz=Europe/Berlin"),
    ("by day, 1100 days, half an hour off", "by=day&{days1100}&tz=%2B05:30"),
    ("by line, a month", "by=line&{month}"),
    ("by line, 92 days", "by=line&{days92}"),
    ("by queue, a month", "by=queue&{month}"),
    ("by queue, a year", "by=queue&{year}"),
    ("by result, a month", "by=result&{month}"),
    ("by result, a year", "by=result&{year}"),
    ("by direction, a year", "by=direction&{year}"),
    ("by hour, ten years: refused", "by=hour"),
    ("by day, of a queue", "by=day&{days1100}&queue={q}"),
    ("by day, CSV, odd minutes", "by=day&format=csv&from={t}T10:17:11Z&to={t9}T10:23:42Z"),
    ("by day, of a number", "by=day&{days1100}&number={n}"),
    ("by day, of a frequent number", "by=day&{days1100}&number={f}"),
    ("by day, of a line", "by=day&{days1100}&line={l}"),
    ("by day, of a line, a month", "by=day&{month}&line={l}"),
    ("by day, line and queue", "by=day&{days1100}&line={l}&queue={q}"),
    ("by day, number and line", "by=day&{days1100}&number={f}&line={l}"),
    ("by day, missed", "by=day&{days1100}&missed=yes"),
    ("by day, out and missed: none", "by=day&{days1100}&direction=out&missed=yes"),
    ("by day, recorded and busy: none", "by=day&{days1100}&recorded=yes&result=busy"),
    ("by line, rejected, 92 days", "by=line&{days92}&result=rejected"),
    ("by line, queue, a month", "by=line&{month}&queue={q}"),
    ("by day, two lines in one call", "by=day&{days1100}&number={l}&line={l2}&missed=yes"),
)

# the grid: one of each
WHO = ("", NUMBER, "number={f}", "number=70000000000", "number={d}", "number={many}", "line={l}",
       "line={l},{l2}", "queue={q}", "line={l}&queue={q}", "number={f}&line={l}",
       "number={d}&queue={q}", "number={d}&line={l}", "number={f}&queue={q}&line={l}")
WHAT = ("", "missed=yes", "recorded=yes", "recorded=yes&result=busy", "result=rejected",
        "result=abandoned", "direction=internal", "direction=out&missed=yes")
WHEN = ("", "{month}", "to={t}", "order=oldest", "from={t}&order=oldest&limit=1000", "limit=1000")


def p(of, part):
    return sorted(of)[min(len(of) - 1, int(len(of) * part))]


class Values:
    """What stands for {…}, other ones each round."""

    def __init__(self, numbers, frequent, calls):
        self.numbers, self.frequent, self.calls = numbers, frequent, calls
        self.cursors = [""]

    def of(self, k):
        day = lambda n: time.strftime("%Y-%m-%d", time.gmtime(END_S - n * DAY_S))
        number = self.numbers[k % len(self.numbers)]
        frequent = self.frequent[k % len(self.frequent)]
        back = 40 + k * 397 % 2400  # days
        lines = [str(101 + (k * 17 + i * 3) % LINES) for i in range(100)]
        return {
            "n": number, "f": frequent, "n3": number[1:4], "n7": number[4:],
            "many": ",".join(self.numbers[k % 100:][:50] + self.frequent[k % 100:][:50]),
            "l": lines[0], "l2": lines[1], "lines": ",".join(lines), "q": f"queue{k % QUEUES}",
            "d": f"7495111000{k % 10}", "c": self.cursors[k % len(self.cursors)],
            "o": self.calls * (k % 10) // 10, "t": day(back), "t9": day(back - 30),
            "month": f"from={day(back)}&to={day(back - 30)}",
            "year": f"from={day(back + 325)}&to={day(back - 40)}",
            "days92": f"from={day(back + 52)}&to={day(back - 40)}",
            "days1100": f"from={day(back % 1100 + 1060)}&to={day(back % 1100 - 40)}",
        }


class Client:
    """One connection that stays; asks, and remembers how long each answer took."""

    def __init__(self, port, user="chief"):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.headers = {"Authorization": "Bearer " + zvond.token(user)}

    def ask(self, method, path, body=None):
        """Milliseconds, status, answer."""
        how = {"Content-Type": "application/json"} if body else {}
        begin = time.perf_counter()
        self.connection.request(method, path, body, {**self.headers, **how})
        answer = self.connection.getresponse()
        told = answer.read()
        return (time.perf_counter() - begin) * 1e3, answer.status, told

    def get(self, query, what=""):
        return self.ask("GET", "/v1/history" + what + "?" + urllib.parse.quote(
            query, safe="=&,%/:"))


class Seen:
    """All that was asked: the slowest of it has a name."""

    def __init__(self):
        self.slowest, self.all, self.statuses = [], [], {}

    def note(self, name, times, statuses):
        self.all += times
        self.slowest.append((p(times, 0.99), name))
        for status in statuses:
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def told(self):
        return ", ".join(f"{status} {n} times" for status, n in sorted(self.statuses.items()))


def cpu_ms(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as stat:
        fields = stat.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1e3 / os.sysconf("SC_CLK_TCK")


def show(what, *figures):
    print("  %-36s %s" % (what, "  ".join(figures)), flush=True)


def goal(figure, most):
    return "goal %d %s" % (most, "met" if figure <= most else "MISSED")


def measure(daemon, seen, name, rounds, ask, most=GOAL_MS):
    """ask(k): what Client.ask gives."""
    times, statuses, size = [], [], 0
    before = cpu_ms(daemon.pid)
    for k in range(rounds):
        ms, status, body = ask(k)
        times.append(ms)
        statuses.append(status)
        size += len(body)
    cpu = (cpu_ms(daemon.pid) - before) / rounds
    seen.note(name, times, statuses)
    late = p(times, 0.99)
    odd = [str(s) for s in sorted(set(statuses) - {200})]
    show(name, "p50 %8.1f ms" % p(times, 0.5), "p99 %8.1f ms" % late,
         "processor %7.1f ms" % cpu, "%7.1f kB" % (size / rounds / 1e3),
         goal(late, most), ("answered " + ",".join(odd)) if odd else "")


def find_cursors(client, values):
    """In the middle of the store, and at its beginning."""
    values.cursors = [
        json.loads(client.get("limit=1&to=" + values.of(k)["t"])[2])["next"] for k in range(10)]


def ask_tables(daemon, client, values, seen, rounds):
    show("-- one number --")
    for when in ("for the first time", "again"):
        for name, query in (("number", NUMBER), ("frequent number", "number={f}")):
            measure(daemon, seen, f"{name}, {when}", rounds, lambda k, query=query: client.get(
                query.format(**values.of(k))), GOAL_NUMBER_MS)
    few = min(rounds, FEW)
    for title, rows, what in (("one filter", SINGLE, ""), ("together", TOGETHER, ""),
                              ("statistics", STATISTICS, "/statistics")):
        show("-- %s --" % title)
        for name, query in rows:
            measure(daemon, seen, name, few, lambda k, query=query, what=what: client.get(
                query.format(**values.of(k)), what))
    show("-- POST /history --")
    for name, how in (("one number", lambda v: {"N": v["n"]}),
                      ("100 numbers, 1000", lambda v: {"N": v["many"].split(","), "limit": 1000}),
                      ("all, 1000", lambda v: {"limit": 1000}),
                      ("line, queue, rejected", lambda v: {
                          "line": v["l"], "queue": v["q"], "result": "rejected"})):
        measure(daemon, seen, name, few, lambda k, how=how: client.ask(
            "POST", "/history", json.dumps({"CLIENT_ID": "bench", **how(values.of(k))})))


def grid():
    for who, what, when in itertools.product(WHO, WHAT, WHEN):
        yield "&".join(part for part in (who, what, when) if part)


def ask_grid(daemon, values, seen, user, rounds):
    """Each combination; told are the slowest."""
    client = Client(daemon.port, user)
    own, n = Seen(), 0
    for i, query in enumerate(grid()):
        asked = [client.get(query.format(**values.of(i + 31 * k))) for k in range(rounds)]
        own.note(query, [ms for ms, _, _ in asked], [status for _, status, _ in asked])
        n += 1
    seen.all += own.all
    seen.slowest += [(ms, f"{user}: {name}") for ms, name in own.slowest]
    show(f"{n} combinations, as {user}", "p50 %8.1f ms" % p(own.all, 0.5),
         "p99 %8.1f ms" % p(own.all, 0.99), "most %8.1f ms" % max(own.all),
         goal(max(own.all), GOAL_MS), "answered " + own.told())
    for ms, name in sorted(own.slowest, reverse=True)[:3]:
        show("", "%8.1f ms  %s" % (ms, name or "nothing"))


def walk(client, name, query, expected=None):
    """From page to page to the end, where pages end early since little fits."""
    times, n, cursor = [], 0, ""
    while cursor is not None:
        ms, status, body = client.get(query + "&limit=1000&fields=call" + cursor)
        if status != 200:
            raise SystemExit(f"{query}: {status}: {body.decode()}")
        told = json.loads(body)
        times.append(ms)
        n += len(told["calls"])
        cursor = "&cursor=" + told["next"] if told["next"] else None
    if expected is not None and n != expected:
        raise SystemExit(f"{query}: {n} calls, there are {expected}: the figures mean nothing")
    show(name, "%6d calls" % n, "%4d pages" % len(times), "slowest %8.1f ms" % max(times),
         goal(max(times), GOAL_MS))


def shell_count(store, where):
    told = subprocess.run(["sqlite3", "-batch", "-readonly", store,
                           "SELECT COUNT(*) FROM calls WHERE " + where],
                          stdout=subprocess.PIPE, check=True, text=True)
    return int(told.stdout)


def drop_from_cache(store):
    os.sync()
    for path in (store, store + "-wal"):
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def ask_cold(daemon, client, values, seen, store, rounds):
    def ask(k, query):
        drop_from_cache(store)
        return client.get(query.format(**values.of(k + 77)))

    for name, query in (("number, from the disk", NUMBER),
                        ("frequent number, from the disk", "number={f}")):
        measure(daemon, seen, name, rounds, lambda k, query=query: ask(k, query), GOAL_NUMBER_MS)


def mixed(k):
    """Half of them pages of a number; the rest is of all sorts."""
    if k % 2:
        return NUMBER if k % 4 == 1 else "number={f}"
    table = SINGLE + TOGETHER
    return table[k // 2 % len(table)][1]


class Several:
    """Clients that ask at the same time until they are told to stop."""

    def __init__(self, daemon, values, n):
        self.values, self.is_over = values, False
        self.times = {"number": [], "all": []}
        self.statuses = {}
        self.threads = [threading.Thread(target=self.run, args=[daemon.port, i])
                        for i in range(n)]
        for thread in self.threads:
            thread.start()

    def run(self, port, which):
        client = Client(port)
        for k in itertools.count(which * 1000):
            if self.is_over:
                return
            query = mixed(k)
            ms, status, _ = client.get(query.format(**self.values.of(k)))
            self.times["all"].append(ms)
            if query == NUMBER:
                self.times["number"].append(ms)
            self.statuses[status] = self.statuses.get(status, 0) + 1

    def end(self, seconds=0):
        time.sleep(seconds)
        self.is_over = True
        for thread in self.threads:
            thread.join()

    def show(self, what):
        for name, most in (("number", GOAL_NUMBER_MS), ("all", GOAL_MS)):
            times = self.times[name]
            show(f"{what}: {name}", "p50 %8.1f ms" % p(times, 0.5),
                 "p99 %8.1f ms" % p(times, 0.99), "%6d questions" % len(times),
                 goal(p(times, 0.99), most))
        odd = {s: n for s, n in self.statuses.items() if s != 200}
        if odd:
            show("", "answered " + ", ".join(f"{s} {n} times" for s, n in odd.items()))


def make_events(program, folder):
    """Calls of now, that no store has: a file, and so many bytes of it are a second's."""
    path = os.path.join(folder, "calls.ami")
    told = subprocess.run([program("generate"), str(EVENTS), "new"], stdout=subprocess.PIPE,
                          check=True).stdout
    with open(path, "wb") as out:
        out.write(told.replace(b"1700000000", b"%d" % time.time()))
    return path, len(told) * CALLS_S // told.count(b"Event: HangupRequest")


def wait_written(daemon):
    while True:
        metrics = daemon.metrics()
        if not metrics["zvond_history_waiting"]:
            return metrics
        time.sleep(0.05)


def ask_while_written(build, program, store, values):
    """Some clients ask, and a PBX has so many calls a second."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(zvond.own_folder())
        events, bytes_s = make_events(program, folder)
        loader = subprocess.Popen([program("burst"), events, "1", "0", zvond.OWN[1], zvond.ALL[1],
                                   str(bytes_s)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        pbx = int(loader.stdout.readline())
        daemon = stack.enter_context(zvond.Zvond(build, folder, pbx, 1, more=USERS % store))
        several = Several(daemon, values, CLIENTS)
        loader.stdin.write(f"{daemon.port} {daemon.pid}\n")
        loader.stdin.flush()
        seconds = json.loads(loader.stdout.readline())["seconds"]
        read = time.monotonic()
        metrics = wait_written(daemon)
        seconds += time.monotonic() - read
        several.end()
        loader.communicate(timeout=20)
        written = metrics["zvond_history_new_total"]
        show("finished calls from a PBX, meanwhile", "%7.0f calls/s" % (written / seconds),
             "%d calls" % written, "refused %d" % metrics["zvond_history_refused_total"],
             "goal %d %s" % (GOAL_WRITTEN, "met" if written / seconds >= GOAL_WRITTEN
                             else "MISSED"))
        several.show(f"{CLIENTS} clients, calls are written")
        show_memory(daemon)


def show_memory(daemon):
    """All pages that were resident at most, programs and libraries among them; now."""
    most = daemon.kb("VmHWM") / 1024
    show("memory of zvond, at most (VmHWM)", "%.1f MiB" % most, goal(most, GOAL_MIB),
         "now its own %.1f (RssAnon), of files %.1f (RssFile), shared %.1f" % tuple(
             daemon.kb(key) / 1024 for key in ("RssAnon", "RssFile", "RssShmem")))


def bench(build, program, store, calls, numbers):
    rounds = len(numbers) // 2
    values = Values(numbers[:rounds], numbers[rounds:], calls)
    seen = Seen()
    print("history over HTTP (goals: a number's page p99 %d ms, any %d ms; memory %d MiB); load of "
          "the machine before: %.1f" % (GOAL_NUMBER_MS, GOAL_MS, GOAL_MIB, os.getloadavg()[0]))
    with zvond.own_folder() as folder:
        with zvond.Zvond(build, folder, None, more=USERS % store) as daemon:
            client = Client(daemon.port)
            find_cursors(client, values)
            ask_tables(daemon, client, values, seen, rounds)
            for user in ("chief", "clerk", "head"):
                ask_grid(daemon, values, seen, user, 2)
            show("-- to the end --")
            rejected = shell_count(store, "what & 256 <> 0")
            client = Client(daemon.port)  # zvond has closed one that was idle for so long
            walk(client, "rejected", "result=rejected", rejected)
            walk(client, "out and missed", "direction=out&missed=yes", 0)
            walk(client, "queue, line, rejected", "queue=queue1&line=150&result=rejected")
            several = Several(daemon, values, CLIENTS)
            several.end(10)
            several.show(f"{CLIENTS} clients at once")
            show_memory(daemon)
            ask_cold(daemon, client, values, Seen(), store, min(rounds, COLD))
    slowest, name = max(seen.slowest)
    show("the slowest of all", "%8.1f ms  %s" % (slowest, name), goal(slowest, GOAL_MS))
    ask_while_written(build, program, store, values)
