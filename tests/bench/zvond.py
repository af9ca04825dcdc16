"""Figures of zvond, the real daemon between a PBX that streams events and its clients: for
run.py. Each beside its floor in the same rounds: bare epoll servers that write as much."""
import contextlib
import hashlib
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

FIRST_LINE = 2000  # fan_pbx.h
ROLES = """
[role chief]
may = view,dial,control,agent
see = all
[role agent]
may = view,dial,control,agent
see = own
"""


def token(name):
    return "bench-token-of-" + name


def user_text(name, role, line=None):
    digest = hashlib.sha256(token(name).encode()).hexdigest()
    text = f"[user {name}]\nrole = {role}\ntoken = sha256:{digest}\n"
    return text + (f"lines = {line}\n" if line else "")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    def __init__(self, command, **how):
        self.process = subprocess.Popen(command, text=True, **how)

    @property
    def pid(self):
        return self.process.pid

    def kb(self, key):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            return int(re.search(rf"^{key}:\s+(\d+)", status.read(), re.M).group(1))

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.terminate()
        self.process.wait(10)


class Floor(Process):
    """A bare server on a port: bench-fan-floor, bench-http-floor."""

    def __init__(self, program, *arguments):
        self.port = free_port()
        super().__init__([program, str(self.port), *map(str, arguments)])
        while True:
            with contextlib.suppress(OSError), socket.create_connection(
                ("127.0.0.1", self.port), 1
            ):
                return


class Zvond(Process):
    """The daemon; pbx: the port of its Asterisk, None: it simulates one. lines: so many users
    of one line each, beside `boss` who sees all. more: of the configuration."""

    def __init__(self, build, folder, pbx, lines=0, tls=False, more=""):
        self.scheme = "https" if tls else "http"
        listen = "bind = 127.0.0.1:0\nconnections = 20000\nunauthenticated = 2000\n"
        if tls:
            listen += "".join(f"{key} = {path}\n" for key, path in make_certificate(folder))
        text = (
            f"[general]\nstate = {folder}/state\nlog = error\nsessions = 20000\n"
            "sessions_of_a_user = 10000\n"
            "[listen main]\n" + listen +
            "[server office]\n" + (
                f"url = ami://bench@127.0.0.1:{pbx}\nsecret_file = {folder}/secret\n"
                if pbx else "demo = yes\ndemo_rate = 0\n"
            ) + ROLES + user_text("boss", "chief")
        )
        for line in range(FIRST_LINE, FIRST_LINE + lines):
            text += user_text(f"u{line}", "agent", line)
        path = os.path.join(folder, "zvond.conf")
        for name, content in (("secret", "x\n"), ("zvond.conf", text + more)):
            with open(os.path.join(folder, name), "w", encoding="ascii") as out:
                out.write(content)
            os.chmod(out.name, 0o600)
        super().__init__(
            [os.path.join(build, "src", "zvond", "zvond"), "--config", path],
            stdout=subprocess.PIPE,
        )
        told = self.process.stdout.readline()
        if "listening" not in told:
            raise SystemExit("zvond does not listen: " + told)
        self.port = int(re.search(r":(\d+) \(", told).group(1))
        if not pbx:
            self.wait_ready()

    def wait_ready(self):
        for _ in range(100):
            with contextlib.suppress(urllib.error.HTTPError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz").close()
                return
            time.sleep(0.05)
        raise SystemExit("zvond is not ready")

    def metrics(self):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics") as answer:
            lines = answer.read().decode().splitlines()
        return {
            line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
            for line in lines
            if line and not line.startswith("#")
        }


def own_folder():
    return tempfile.TemporaryDirectory(prefix="zvon-bench-")


def make_certificate(folder):
    certificate, key = os.path.join(folder, "certificate.pem"), os.path.join(folder, "key.pem")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"],
        stderr=subprocess.DEVNULL, check=True,
    )
    os.chmod(key, 0o600)
    return (("tls_certificate", certificate), ("tls_key", key))


# ---- fan-out ------------------------------------------------------------------------------

ALL = ["--header", "Authorization: Bearer " + token("boss")]
OWN = ["--header", "Authorization: Bearer " + token("u{n}")]
SPEAKS = [
    "--path", "/v1/events", "--header", "Sec-WebSocket-Protocol: zvon.v1",
    "--first", '{"type":"start"}',
]
READY = ["--ready", '"type":"snapshot"']
DEFLATED = ["--count", "--header", "Sec-WebSocket-Extensions: permessage-deflate"]


def rows_of(text):
    return [json.loads(line) for line in text.splitlines()]


def checked(rows):
    for row in rows:
        if row["missing"] or row["closed"] or not row["delivered"]:
            raise SystemExit(f"messages were lost, the figures mean nothing: {row}")
    return rows


def fan_floor(build, program, gather_ms, clients, *phases):
    with Floor(program("fan-floor"), gather_ms) as floor:
        told = subprocess.run(
            [program("fan"), "--pid", str(floor.pid), str(floor.port), str(clients),
             *map(str, phases)],
            stdout=subprocess.PIPE, text=True, check=True,
        )
    return checked(rows_of(told.stdout))


def fan_zvond(build, program, options, clients, *phases, lines=0, look=None):
    """look: a function of the daemon, called when the loader has done its last phase and is
    gone. Returns the loader's rows, and what `look` has returned."""
    tls = "--tls" in options
    with own_folder() as folder:
        loader = subprocess.Popen(
            [program("fan"), "--pbx", *options, "-", str(clients), *map(str, phases)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        pbx = int(loader.stdout.readline())
        with Zvond(build, folder, pbx, lines, tls) as daemon:
            out, _ = loader.communicate(f"{daemon.port} {daemon.pid}\n", timeout=120)
            seen = look(daemon) if look else None
    if loader.returncode:
        raise SystemExit("the loader has failed")
    return checked(rows_of(out)), seen


class Table:
    """figure, floor, ratio, goal, met or missed"""

    def __init__(self):
        self.is_begun = False

    def row(self, what, figure, floor=None, unit="", most=None, least=None, most_ratio=None):
        ratio = figure / floor if floor else None
        words = []
        if most is not None:
            words.append((f"<= {most:,g} {unit}", figure <= most))
        if least is not None:
            words.append((f">= {least:,g} {unit}", figure >= least))
        if most_ratio is not None:
            words.append((f"<= {most_ratio} x floor", ratio <= most_ratio))
        show = lambda x: "" if x is None else f"{x:,.0f}" if x >= 1000 else f"{x:,.3f}"
        if not self.is_begun:
            print(f"load of the machine before: {os.getloadavg()[0]:.1f}; above 1 delays tell of "
                  "others, ratios and processor time still of zvond")
            print(f"{'zvond':<58} {'zvond':>12} {'floor':>12} {'ratio':>6}  goal")
        self.is_begun = True
        goal = "; ".join(f"{text.strip()} {'met' if met else 'MISSED'}" for text, met in words)
        print(
            f"  {what + (', ' + unit if unit else ''):<56} {show(figure):>12} {show(floor):>12}"
            f" {'' if ratio is None else f'{ratio:.2f}':>6}  {goal}",
            flush=True,
        )


def rotated(things, turn):
    return things[turn % len(things) :] + things[: turn % len(things)]


def middle(rows, key):
    return statistics.median(row[key] for row in rows)


def bench_fan(table, build, program, clients, rounds):
    """One message to all: each its own send, many at once, and paced."""
    own, many, paced = ("thr", 1, 2), ("thr", 64, 2), ("lat", 10, 3)
    late = paced if clients >= 5000 else ()
    found = {"floor": [], "gathering": [], "zvond": []}
    runs = {
        "floor": lambda: fan_floor(build, program, 0, clients, *own, *late),
        "gathering": lambda: fan_floor(build, program, 1, clients, *many),
        "zvond": lambda: fan_zvond(
            build, program, SPEAKS + READY + ALL, clients, *own, *many, *late)[0],
    }
    for turn in range(rounds):
        for name in rotated(list(runs), turn):
            found[name].append(runs[name]())
    phase = lambda name, i, key: middle([rows[i] for rows in found[name]], key)
    table.row(f"fan-out to {clients:,}, own sends: CPU a delivery",
              phase("zvond", 0, "cpu_us_per_delivery"), phase("floor", 0, "cpu_us_per_delivery"),
              "us", most_ratio=1.3)
    table.row(f"fan-out to {clients:,}, gathering: deliveries a second",
              phase("zvond", 1, "deliveries_s"), phase("gathering", 0, "deliveries_s"),
              least=400_000)
    table.row(f"fan-out to {clients:,}, gathering: CPU a delivery",
              phase("zvond", 1, "cpu_us_per_delivery"),
              phase("gathering", 0, "cpu_us_per_delivery"), "us")
    if late:
        for key, most in (("ms_p50", None), ("ms_p99", 80)):
            table.row(f"fan-out to {clients:,}, 10 a second: {key[3:]}", phase("zvond", 2, key),
                      phase("floor", 1, key), "ms", most=most)


def bench_deflate(table, build, program, rounds):
    rows = [fan_zvond(build, program, SPEAKS + ALL + DEFLATED, 1000, "thr", 1, 2)[0][0]
            for _ in range(rounds)]
    table.row("deflated to 1,000, own sends: CPU a delivery", middle(rows, "cpu_us_per_delivery"),
              unit="us", most=12)


def quantile(metrics, part):
    """Of the daemon's own histogram: the bucket in which it lies, in milliseconds."""
    buckets = sorted(
        (float(re.search(r'le="(.*)"', key).group(1)), count)
        for key, count in metrics.items()
        if key.startswith("zvond_event_seconds_bucket")
    )
    wanted = part * buckets[-1][1]
    before, low = 0, 0.0
    for edge, count in buckets:
        if count >= wanted and count > before:
            inside = (wanted - before) / (count - before)
            return (low + (edge - low) * inside if edge != float("inf") else low) * 1e3
        before, low = count, edge
    return 0.0


def bench_one(table, build, program):
    """An event for one of 5,000, and what they cost while nothing happens."""
    options = ["--one", "--hold", "1", *SPEAKS, *READY, *OWN]
    rows, metrics = fan_zvond(build, program, options, 5000, "lat", 2000, 4, lines=5000,
                              look=Zvond.metrics)
    table.row("memory of an idle client, plain", rows[0]["idle_bytes_per_client"], unit="bytes",
              most=4096)
    table.row("event for one of 5,000, 2,000 a second, inside: p50", quantile(metrics, 0.5),
              unit="ms", most=0.2)
    table.row("event for one of 5,000, 2,000 a second, inside: p99", quantile(metrics, 0.99),
              unit="ms")
    for key in ("ms_p50", "ms_p99"):
        table.row(f"event for one of 5,000, with loader and sockets: {key[3:]}", rows[0][key],
                  unit="ms")
    rows, _ = fan_zvond(build, program, ["--tls", *options], 2000, "lat", 100, 1, lines=2000)
    table.row("memory of an idle client, TLS", rows[0]["idle_bytes_per_client"], unit="bytes",
              most=20480)


def bench_browser(table, build, program, rounds):
    found = {"floor": [], "zvond": []}
    phase = ("lat", 1000, 3)
    for turn in range(rounds):
        for name in rotated(list(found), turn):
            found[name] += (
                fan_floor(build, program, 0, 100, *phase)
                if name == "floor"
                else fan_zvond(build, program, SPEAKS + READY + ALL, 100, *phase)[0]
            )
    for key, most in (("ms_p50", 0.4), ("ms_p99", 2)):
        table.row(f"AMI to 100 browsers, 1,000 events a second: {key[3:]}",
                  middle(found["zvond"], key), middle(found["floor"], key), "ms", most=most)


def bench_burst(table, build, program, events):
    """As fast as it reads: 100 who follow their lines, 5 who see all."""
    with own_folder() as folder:
        stream = os.path.join(folder, "burst.ami")
        with open(stream, "wb") as out:
            subprocess.run([program("generate"), str(events), "new"], stdout=out, check=True)
        loader = subprocess.Popen(
            [program("burst"), stream, "100", "5", OWN[1], ALL[1]],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )
        pbx = int(loader.stdout.readline())
        with Zvond(build, folder, pbx, 100) as daemon:
            loader.stdin.write(f"{daemon.port} {daemon.pid}\n")
            loader.stdin.flush()
            row = json.loads(loader.stdout.readline())
            told = daemon.metrics()
            loader.communicate(timeout=20)
    handled = told['zvond_server_events_total{server="office"}']
    table.row("burst: events handled, and calls followed to the last one",
              handled if row["is_over"] else 0, least=events)
    table.row("burst: events a second", events / row["seconds"])
    table.row("burst: longest answer to a witness", row["longest_ms"], unit="ms", most=1000)
    table.row("burst: memory at most, above that before", (row["kb_most"] - row["kb_before"]) / 1024,
              unit="MiB", most=64)
    table.row("burst: events for users, of all", told["zvond_events_total"])
    table.row("burst: closed of 100 who follow their lines", row["cut"], most=0)
    table.row("burst: closed of 5 who follow all", row["cut_of_all"])


HTTP = (
    ("GET /v1/me", ("GET", "/v1/me", ALL[1], "")),
    ("POST /v1/commands/agent.state",
     ("POST", "/v1/commands/agent.state", ALL[1], '{"state":"ready"}')),
)


def bench_http(table, build, program, rounds):
    load = lambda server, request: json.loads(subprocess.run(
        [program("http"), str(server.port), str(server.pid), "50", "1", *request],
        stdout=subprocess.PIPE, text=True, check=True).stdout)
    for what, request in HTTP:
        found = {"zvond": [], "floor": []}
        for turn in range(rounds):
            with own_folder() as folder:
                with Zvond(build, folder, None) as daemon:
                    found["zvond"].append(load(daemon, request))
            with Floor(program("http-floor"), found["zvond"][0]["answer_bytes"]) as floor:
                found["floor"].append(load(floor, request))
        for key, words, unit in (("requests_s", "requests a second", ""),
                                 ("cpu_us_per_request", "CPU a request", "us"),
                                 ("ms_p99", "p99", "ms")):
            table.row(f"{what}, 50 connections: {words}", middle(found["zvond"], key),
                      middle(found["floor"], key), unit)


def bench(build, program, rounds, events, wanted):
    """What of it is wanted, in one table."""
    rounds, table = min(rounds, 3), Table()
    of_build = lambda name: program(build, name)
    parts = {
        "fan": lambda: [bench_fan(table, build, of_build, n, rounds) for n in (1000, 5000)],
        "deflate": lambda: bench_deflate(table, build, of_build, rounds),
        "one": lambda: bench_one(table, build, of_build),
        "browser": lambda: bench_browser(table, build, of_build, rounds),
        "burst": lambda: bench_burst(table, build, of_build, events),
        "http": lambda: bench_http(table, build, of_build, rounds),
    }
    for name, part in parts.items():
        if wanted(name):
            part()
