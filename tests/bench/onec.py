"""Figures of the component for 1C:Enterprise, loaded and called as 1C does it, with a host that
takes events at once: for run.py. Each beside its floor in the same rounds: a C program that reads
the same socket, splits packets and calls an empty function."""
import json
import os
import statistics
import subprocess

WAITS_US = 100_000  # for the PBX: such a one has a line of its own
EACH = ("Connect", "Disconnect", "Done")
PACED = ((1_000, 3_000), (100_000, 300_000))  # events a second, events
MIB = 1 << 20


def middle(rows, key):
    return statistics.median(row[key] for row in rows)


def run_json(*command):
    result = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, timeout=300)
    return [json.loads(line) for line in result.stdout.splitlines()]


def in_turns(commands, rounds):
    """What each program told, one round of all after another, and the other way round."""
    rows = {name: [] for name in commands}
    for turn in range(rounds):
        for name in commands if turn % 2 else reversed(list(commands)):
            rows[name] += run_json(*commands[name])
    return rows


def bench_flood(show, commands, rounds):
    rows = in_turns(commands, rounds)
    ours, floor = rows["component"], rows["floor"]
    speed = lambda found: statistics.median(row["events"] / row["wall"] for row in found)
    cpu = lambda found: statistics.median(
        (row["user"] + row["sys"]) / (row["events"] + row.get("dropped", 0)) for row in found)
    lost = statistics.median(row["dropped"] / (row["events"] + row["dropped"]) for row in ours)
    show("flood: floor, events a second", f"{speed(floor):,.0f}")
    show("flood: events a second to the host", f"{speed(ours):,.0f}", ">= 100,000")
    show("flood: of a hundred, dropped and told (10,000 may wait)", f"{lost * 100:.1f}")
    show("flood: CPU of an event, and of the floor's",
         f"{cpu(ours) * 1e6:.2f}, {cpu(floor) * 1e6:.2f} us")
    show("flood: memory of its own at most", f"{max(r['private_kb'] for r in ours):,} KiB")


def bench_paced(show, program, module, rounds):
    for rate, count in PACED:
        pace = ("paced", str(rate), str(count))
        rows = in_turns({"component": (program, module) + pace, "floor": (program, "floor") + pace},
                        rounds)
        ours, floor = rows["component"], rows["floor"]
        title = f"{rate:,} events/s:"
        added = lambda key: middle(ours, key) - middle(floor, key)
        show(f"{title} delivered a second, dropped",
             f"{middle(ours, 'events') / middle(ours, 'wall'):,.0f}, {middle(ours, 'dropped'):,.0f}",
             "as sent, 0")
        for key, words in (("p50_us", "p50"), ("p99_us", "p99")):
            show(f"{title} socket to ExternalEvent, {words}; floor; added",
                 f"{middle(ours, key):,.0f}, {middle(floor, key):,.0f}, {added(key):,.0f} us")


def slowest(rows, key):
    row = max(rows, key=lambda row: row[key])
    return f"{row[key]:,.1f} us", row["name"]


def show_few(show, name, rows):
    for row in rows:
        show(f"{name}.{row['name']}: p50, most", f"{row['p50_us']:,.1f}, {row['max_us']:,.0f} us")


def show_many(show, name, word, rows):
    show(f"{name}: {len(rows)} {word}, median of their p50", f"{middle(rows, 'p50_us'):,.1f} us")
    for key, what in (("p50_us", "the slowest p50"), ("max_us", "the longest call")):
        row = max(rows, key=lambda row: row[key])
        show(f"{name}: {what} of {word}, {row['name']}", f"{row[key]:,.1f} us")


def bench_methods(show, program, module):
    rows = run_json(program, module, "methods")
    for name in dict.fromkeys(row["class"] for row in rows):
        of_kind = lambda kind: [row for row in rows if row["class"] == name and row["kind"] == kind]
        methods, properties = of_kind("method"), of_kind("property")
        if len(methods) <= 20:
            show_few(show, name, methods)
        else:
            show_few(show, name, [row for row in methods
                                  if row["name"] in EACH or row["p50_us"] > WAITS_US])
            show_many(show, name, "methods",
                      [row for row in methods if row["p50_us"] <= WAITS_US])
        if properties:
            show_many(show, name, "properties", properties)


def bench_sizes(show, build):
    """What is given to users, if it was made (tools/onec/build.sh)."""
    folder = os.path.join(build, "onec")
    found = [name for name in sorted(os.listdir(folder) if os.path.isdir(folder) else ())
             if name.startswith("zvon_1c_") and name.endswith((".so", ".dll"))]
    for name in found:
        show(f"size of {name}", f"{os.path.getsize(os.path.join(folder, name)) / MIB:.2f} MiB",
             "<= 3 MB")
    if not found:
        print("  sizes: SKIPPED, nothing is in " + folder + ": tools/onec/build.sh makes it")


def bench(build, program, server, stream, rounds, show):
    """server: as run.py's Server; stream: its file."""
    module = os.path.join(build, "src", "onec", "zvon-1c.so")
    if not os.path.exists(module):
        print("component for 1C: SKIPPED, " + module + " is missing")
        return
    ours = program(build, "onec")
    print("component for 1C, a host that takes events at once")
    with server(build, stream) as port:
        bench_flood(show, {"component": (ours, module, "flood", port),
                           "floor": (program(build, "floor"), port)}, rounds)
    bench_paced(show, ours, module, min(rounds, 3))
    print("component for 1C, how long a call holds the script up; a PBX that answers at once")
    bench_methods(show, ours, module)
    bench_sizes(show, build)
