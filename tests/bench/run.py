#!/usr/bin/env python3
"""Figures, beside their floors, in rotated rounds: medians of one run on one machine.

usage: run.py BUILD_DIR [--rounds N] [--events N] [--calls N] [--store FILE] [--only parser,mxml,client,slow,filters,calls,history,
              latency,instructions,onec,zvond,zvond-fan,zvond-deflate,zvond-one,
              zvond-browser,zvond-burst,zvond-http,import]

Nothing here passes or fails; `goal` is what the figure is meant to hold.
"""
import argparse
import json
import os
import re
import socket
import statistics
import subprocess
import tempfile
import xml.etree.ElementTree

import history
import imports
import onec
import zvond

HERE = os.path.dirname(os.path.abspath(__file__))
CAPTURES = os.path.join(HERE, "..", "wire", "captures")
CALL_CAPTURES = os.path.join(HERE, "..", "calls", "captures")
LAB_HOSTS = ("127.0.0.16", "127.0.0.22")  # of tests/asterisk
LAB_SECRET = "lab-secret"
PINGS = 500


def program(build, name):
    return os.path.join(build, "tests", "bench", "bench-" + name)


def run_json(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in result.stdout.splitlines()]


def make_stream(build, folder, kind, events):
    path = os.path.join(folder, kind + ".ami")
    with open(path, "wb") as out:
        subprocess.run([program(build, "generate"), str(events), kind], stdout=out, check=True)
    return path


def is_plain_event(packet):
    """What the floor can read, too: it knows no line without a colon and no lone LF."""
    lines = packet.split(b"\r\n")
    return (
        packet.startswith(b"Event: ")
        and b"FullyBooted" not in packet
        and b"\n" not in packet.replace(b"\r\n", b"")
        and all(b":" in line for line in lines)
    )


def make_capture_stream(folder, least_bytes):
    """Events of real servers, repeated."""
    events = []
    for root, _, names in sorted(os.walk(CAPTURES)):
        for name in sorted(n for n in names if n.endswith(".ami")):
            with open(os.path.join(root, name), "rb") as capture:
                for packet in capture.read().split(b"\r\n\r\n"):
                    if is_plain_event(packet):
                        events.append(packet + b"\r\n\r\n")
    if not events:
        return None
    once = b"".join(events)
    path = os.path.join(folder, "captures.ami")
    with open(path, "wb") as out:
        for _ in range(least_bytes // len(once) + 1):
            out.write(once)
    return path


def mxml_answers():
    """The recorded mxml answers that hold events and that an XML parser takes."""
    for root, _, names in sorted(os.walk(CAPTURES)):
        for name in sorted(n for n in names if n.startswith("waitevent") and n.endswith(".http")):
            with open(os.path.join(root, name), "rb") as recording:
                for part in recording.read().split(b"<ajax-response>\n")[1:]:
                    inside = part.split(b"</ajax-response>", 1)[0]
                    try:
                        xml.etree.ElementTree.fromstring(b"<x>" + inside + b"</x>")
                    except xml.etree.ElementTree.ParseError:
                        continue
                    if b" event='Newchannel'" in inside:
                        yield inside


def make_mxml_answer(folder, least_bytes):
    """One answer to WaitEvent, of events of real servers, repeated."""
    once = b"".join(mxml_answers())
    if not once:
        return None
    path = os.path.join(folder, "waitevent.mxml")
    with open(path, "wb") as out:
        out.write(b"<ajax-response>\n")
        for _ in range(least_bytes // len(once) + 1):
            out.write(once)
        out.write(b"</ajax-response>\n")
    return path


class Server:
    """bench-serve with one file, for as long as the block lasts."""

    def __init__(self, build, path):
        self.process = subprocess.Popen(
            [program(build, "serve"), path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.port = self.process.stdout.readline().decode().strip()

    def __enter__(self):
        return self.port

    def __exit__(self, *unused):
        self.process.stdin.close()
        self.process.wait(10)


def show(what, figure, goal=""):
    print(f"  {what:<58} {figure:>16}  {('goal ' + goal) if goal else ''}", flush=True)


def bench_parser(build, path, rounds):
    rows = run_json(program(build, "parse"), path, str(rounds))
    if any(row["fields"][0] != row["fields"][1] for row in rows):
        raise SystemExit("parser and floor saw different fields: the figures mean nothing")
    median = lambda key: statistics.median(row[key] for row in rows)
    print("parser in memory, " + os.path.basename(path))
    show("key/value split by memchr (floor)", f"{median('floor_gb_s'):.2f} GB/s")
    show("parser", f"{median('parser_gb_s'):.2f} GB/s")
    show("ratio", f"{median('ratio'):.2f}", ">= 0.6")
    show("allocations in a whole round", str(rows[-1]["allocations"]))


def bench_mxml(build, path, rounds):
    rows = run_json(program(build, "mxml"), path, str(rounds))
    if any(len(set(row["attributes"])) != 1 for row in rows):
        raise SystemExit("mxml readers saw different attributes: the figures mean nothing")
    median = lambda key: statistics.median(row[key] for row in rows)
    ratio = statistics.median(row["ours_mb_s"] / row["expat_mb_s"] for row in rows)
    print("mxml answer in memory, " + os.path.basename(path))
    show("only the quotes of attributes found (floor)", f"{median('floor_mb_s'):,.0f} MB/s")
    show("expat, elements with attributes", f"{median('expat_mb_s'):,.0f} MB/s")
    show("reader, whole packets", f"{median('ours_mb_s'):,.0f} MB/s")
    show("reader beside expat", f"{ratio:.2f}", ">= 2")


def cpu_per_million(row):
    return (row["user"] + row["sys"]) / row["events"] * 1e6


def bench_client(build, path, rounds):
    peers = {
        "floor": [program(build, "floor")],
        "loop": [program(build, "client"), None, "loop"],
        "threads": [program(build, "client"), None, "threads"],
    }
    rows = {name: [] for name in peers}
    with Server(build, path) as port:
        for turn in range(rounds):
            names = list(peers)
            for name in names[turn % 3 :] + names[: turn % 3]:
                command = peers[name][:1] + [port] + peers[name][2:]
                rows[name] += run_json(*command)
        libs = run_json(program(build, "libs"), port)[0]
    if len({row["events"] for name in rows for row in rows[name]}) != 1:
        raise SystemExit("peers saw different numbers of events: the figures mean nothing")
    print("client over loopback to the callback, " + os.path.basename(path))
    floor = statistics.median(cpu_per_million(row) for row in rows["floor"])
    for name, ours in rows.items():
        cpu = statistics.median(cpu_per_million(row) for row in ours)
        speed = statistics.median(row["events"] / row["wall"] for row in ours)
        is_floor = name == "floor"
        show(f"{name}: CPU per million events", f"{cpu:.3f} s")
        if not is_floor:
            show(f"{name}: CPU beside the floor", f"{cpu / floor:.2f}", "<= 1.5")
        show(f"{name}: events a second", f"{speed:,.0f}", "" if is_floor else ">= 2,000,000")
        show(f"{name}: peak memory, all pages", f"{max(r['peak_kb'] for r in ours):,} KiB")
        show(
            f"{name}: memory of its own",
            f"{max(r['private_kb'] for r in ours):,} KiB",
            "" if is_floor else "<= 8 MiB",
        )
    show("libcurl and its libraries alone: peak, all pages", f"{libs['peak_kb']:,} KiB")
    show("libcurl and its libraries alone: own", f"{libs['private_kb']:,} KiB")


def bench_slow_callback(build, path):
    print("slow callback: 1 ms for each of the first 1,000 events, " + os.path.basename(path))
    with Server(build, path) as port:
        for mode in ("loop", "threads"):
            row = run_json(program(build, "client"), port, mode, "slow")[0]
            show(f"{mode}: events received", f"{row['events']:,}")
            show(f"{mode}: connections lost", str(row["losses"]), "0")
            show(f"{mode}: longest queue", f"{row['queue_kb']:,} KiB", "<= 64 MiB")
            show(f"{mode}: memory of its own", f"{row['private_kb']:,} KiB")


def latency_of(build, url):
    """Milliseconds of each Ping over one connection, in order of size."""
    environment = {**os.environ, "ZVON_SECRET": LAB_SECRET}
    command = [program(build, "latency"), url, str(PINGS)]
    told = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True, timeout=60)
    row = json.loads(told.stdout)
    if row["failed"] or row["connects"] != 1:
        raise SystemExit(f"{url}: {row['failed']} failed, {row['connects']} logins")
    return sorted(row["ms"])


def is_up(host):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, 5038)) == 0


def bench_latency(build, rounds):
    """Real servers: those of the live tests, if they run."""
    hosts = [host for host in LAB_HOSTS if is_up(host)]
    if not hosts:
        print("latency of an action: SKIPPED, no Asterisk runs at " + " or ".join(LAB_HOSTS))
        print("  start them: tests/asterisk/lab.sh install all; tests/asterisk/lab.sh start all")
    for host in hosts:
        ways = {"ami (floor)": f"ami://lab@{host}"}
        for encoding in ("rawman", "mxml", "manager", "arawman"):
            ways[encoding] = f"http://lab@{host}:8088/asterisk/{encoding}"
        rows = {name: [] for name in ways}
        for turn in range(rounds):
            names = list(ways)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                rows[name].append(latency_of(build, ways[name]))
        print(f"latency of an action, {PINGS} Pings over one connection, Asterisk at {host}")
        for name, times in rows.items():
            middle = statistics.median(statistics.median(row) for row in times)
            late = statistics.median(row[PINGS * 99 // 100] for row in times)
            show(f"{name}: median, 99th of 100", f"{middle:.3f}, {late:.3f} ms")


FILTERS = (  # kind, what it is, most subscribers, goal
    ("indexed", "Dial.{1,}?NUM|Bridge…|Hangup…, by index", 10_000, "<= 0.5 us, flat"),
    ("lines", "subscription to a line, by hash", 10_000, "<= 0.5 us, flat"),
    ("each", "the same expressions, one filter after another", 1_000, ""),
    ("free", "as free regexes, JIT", 1_000, ""),
    ("free nojit", "as free regexes, interpreted", 1_000, ""),
)


def bench_filters(build, path):
    print("filters of many subscribers, for each event, " + os.path.basename(path))
    for kind, words, most, goal in FILTERS:
        for subscribers in (n for n in (1, 100, 1_000, 10_000) if n <= most):
            name, *options = kind.split()
            row = run_json(program(build, "filter"), path, name, str(subscribers), *options)[0]
            show(f"{words}, {subscribers:,}", f"{row['us']:,.2f} us", goal)
        show(f"{words}: memory of each", f"{row['bytes_each']:,.0f} bytes")
    for option in ((), ("nojit",)):
        row = run_json(program(build, "filter"), path, "evil", "1", *option)[0]
        how = "JIT" if row["jit"] else "interpreted"
        show(f"slowest evil expression, 1,000 bytes, {how}", f"{row['us']:.0f} us", "<= 150 us")


def bench_legacy(build, rounds):
    """Of the same scenes as the call model, each once."""
    for version in ("16.28.0", "22.10.1"):
        files = [scene.split(":", 1)[1] for scene in recorded_calls(version)]
        rows = run_json(program(build, "legacy"), str(rounds), *files)
        median = lambda key: statistics.median(row[key] for row in rows)
        print(f"legacy view, all events of recorded calls, Asterisk {version}")
        show("each event that goes in", f"{median('ns'):.0f} ns")
        show("come out of a hundred", f"{100 * rows[0]['out'] / rows[0]['in']:.0f}")
        show("allocations for each", f"{median('allocations'):.3f}")


SCENES = {  # of a hundred calls, so many; inbound-one-answers is a ring group
    "call-answered-callee-hangs-up": 40, "call-busy": 6, "call-noanswer": 8,
    "call-caller-cancels": 8, "inbound-one-answers": 10, "queue-call": 8, "queue-abandon": 2,
    "originate-answer-hangup": 4, "originate-local": 2, "hold-unhold": 4,
    "blind-transfer-sip": 3, "attended-transfer-sip": 3, "parking": 1, "pickup": 2,
    "conference": 1, "recording-mixmonitor": 3, "dtmf": 2,
}
UNFINISHED = (("11.25.3", "parking"),)  # the recording ends before its calls
CALLS_AT_ONCE = (10, 100, 1_000, 10_000)


def recorded_calls(version, names=SCENES):
    """WEIGHT:FILE of each scene that was recorded with that version."""
    for name in names:
        for folder in (CALL_CAPTURES, CAPTURES):
            path = os.path.join(folder, version, name + ".ami")
            if os.path.exists(path) and (version, name) not in UNFINISHED:
                yield f"{SCENES[name]}:{path}"
                break


def bench_calls(build, rounds, events, version):
    """Many recorded calls at once, through the parser, and through parser and model."""
    scenes = list(recorded_calls(version))
    rows = {n: [] for n in CALLS_AT_ONCE}
    for turn in range(rounds):
        for n in CALLS_AT_ONCE if turn % 2 else reversed(CALLS_AT_ONCE):
            # at least some calls of each slot, or there are never so many at once
            wanted = str(max(events, n * 250) if events >= 1_000_000 else events)
            rows[n] += run_json(program(build, "calls"), wanted, str(n), str(turn), *scenes)
    print(f"call model, events as Asterisk {version} sends them")
    each = lambda n, key: statistics.median(row[key] / row["events"] * 1e6 for row in rows[n])
    model = {n: each(n, "both") - each(n, "parser") for n in rows}
    for n, ours in rows.items():
        live = max(row["most_calls"] for row in ours)
        title = f"{n:,} at once ({live:,} live)"
        show(f"{title}: parser (floor)", f"{each(n, 'parser'):.3f} us/event")
        show(f"{title}: model on top", f"{model[n]:.3f} us/event", "<= 0.35 us")
        show(f"{title}: beside the parser", f"{model[n] / each(n, 'parser'):.2f}")
        allocations = statistics.median(row["allocations"] / row["calls"] for row in ours)
        show(f"{title}: allocations a call", f"{allocations:.1f}")
    both = {n: each(n, "both") for n in rows}
    show("model, the dearest beside the cheapest",
         f"{max(model.values()) / min(model.values()):.2f}", "<= 1.3")
    show("parser and model, the dearest beside the cheapest",
         f"{max(both.values()) / min(both.values()):.2f}")
    row = rows[CALLS_AT_ONCE[-1]][-1]
    show("events a second, parser and model", f"{row['events'] / row['both']:,.0f}")
    show("calls a second, parser and model", f"{row['calls'] / row['both']:,.0f}")
    show("bytes of an event, events of a call",
         f"{row['bytes'] / row['events']:.0f}, {row['events'] / row['calls']:.0f}")
    two_legs = recorded_calls(version, ["call-answered-callee-hangs-up"])
    row = run_json(program(build, "calls"), "memory", "10000", "HangupRequest", *two_legs)[0]
    show(f"memory of a call of two legs, {row['calls']:,} live",
         f"{row['bytes'] / max(row['calls'], 1):,.0f} bytes", "<= 4,096")


INSTRUCTIONS = (("parser", "zvon_parser_next"), ("model", "zvon_calls_feed"))


def bench_instructions(build, events):
    """Under callgrind, whose figures no neighbour on the machine disturbs. What it wrote
    stays in BUILD/callgrind.NAME, for callgrind_annotate."""
    for version in ("22.10.1", "11.25.3"):
        print(f"instructions an event, Asterisk {version}")
        for name, function in INSTRUCTIONS:
            command = ["valgrind", "--tool=callgrind", f"--toggle-collect={function}",
                       f"--callgrind-out-file={build}/callgrind.{name}-{version}",
                       program(build, "calls"), str(events), "100", "1"]
            told = subprocess.run(command + list(recorded_calls(version)), text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True)
            collected = int(re.search(r"Collected : (\d+)", told.stderr).group(1))
            packets = json.loads(told.stdout)["events"]
            if name == "parser":  # it runs twice, alone and before the model
                packets *= 2
            show(name, f"{collected / packets:,.0f}")


def bench_streams(given, wanted, folder):
    """What reads streams of bytes."""
    new = make_stream(given.build, folder, "new", given.events)
    old = make_stream(given.build, folder, "old", given.events)
    real = make_capture_stream(folder, os.path.getsize(new))
    streams = [path for path in (new, old, real) if path]
    for path in streams if wanted("parser") else ():
        bench_parser(given.build, path, given.rounds)
    answer = make_mxml_answer(folder, 20_000_000) if wanted("mxml") else None
    if answer and os.path.exists(program(given.build, "mxml")):
        bench_mxml(given.build, answer, given.rounds)
    for path in streams if wanted("client") else ():
        bench_client(given.build, path, given.rounds)
    if wanted("slow"):
        bench_slow_callback(given.build, new)
    if wanted("onec"):
        onec.bench(given.build, program, Server, new, given.rounds, show)
    if real and wanted("filters"):
        bench_filters(given.build, make_capture_stream(folder, 1))


def bench_history(given, wanted):
    """One store for both: it takes long to fill."""
    of_build = lambda name: program(given.build, name)
    with history.filled(of_build("history"), given.calls, given.store) as store:
        if wanted("history"):
            history.bench(given.build, of_build, store, given.calls, bool(given.store))
        if wanted("import"):
            imports.bench_into(given.build, store, given.events)


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("build")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--events", type=int, default=1_000_000)
    options.add_argument("--calls", type=int, default=1_000_000, help="of the history")
    options.add_argument("--store", help="of the history: a file that is kept")
    options.add_argument("--only", help="comma list; without it all")
    given = options.parse_args()
    wanted = lambda name: not given.only or name in given.only.split(",")
    with tempfile.TemporaryDirectory(prefix="zvon-bench-") as folder:
        if any(map(wanted, ("parser", "mxml", "client", "slow", "filters", "onec"))):
            bench_streams(given, wanted, folder)
    if wanted("import"):
        imports.bench(given.build, given.events)
    if wanted("history") or wanted("import"):
        bench_history(given, wanted)
    if wanted("legacy"):
        bench_legacy(given.build, given.rounds)
    if wanted("calls"):
        for version in ("22.10.1", "11.25.3"):
            bench_calls(given.build, given.rounds, given.events, version)
    if given.only and wanted("instructions"):
        bench_instructions(given.build, min(given.events, 20_000))
    if wanted("latency"):
        bench_latency(given.build, given.rounds)
    of_zvond = lambda part: wanted("zvond") or wanted("zvond-" + part)
    zvond.bench(given.build, program, given.rounds, given.events, of_zvond)


if __name__ == "__main__":
    main()
