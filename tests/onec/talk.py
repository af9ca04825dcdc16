#!/usr/bin/env python3
"""talk.py [--abi NAME]... [--record FOLDER] TALK... - plays talks (README.md) on each ABI in
turn (default: linux); what is said on one must be said on all, byte for byte.

As a module: play(path, abi) gives the record of one, or raises Failed with file and line."""

import argparse
import re
import sys
import threading
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

import host  # noqa: E402
import talk_pbx  # noqa: E402
import talk_values as values  # noqa: E402

EVENT_MS = 10000    # an event may take that long to come
NO_EVENT_MS = 300   # `no event` listens
DONE_MS = 1000      # Done returns within


class Failed(Exception):
    """A talk that went another way than it is written."""


class Call:
    """What 1C asked and has not got the answer of yet: the PBX may have to speak before."""

    def __init__(self, thing, word, fields):
        self.fields = None
        self.thread = threading.Thread(target=self.run, args=(thing, word, fields))
        self.thread.start()

    def run(self, thing, word, fields):
        try:
            self.fields = thing.host.say(word, thing.id, *fields)
        except host.HostError as err:
            self.fields = ["bad", str(err)]

    def end(self):
        self.thread.join()
        return self.fields


class Player:
    """One talk on one ABI."""

    def __init__(self, path, abi, wrap=()):
        self.path, self.abi, self.wrap = Path(path), abi, wrap
        self.host = None
        self.things = {}
        self.thing = None
        self.call = None
        self.asked = None     # the line of the call
        self.pbx = None
        self.variables = {}
        self.packet = []      # lines of a `>` or `<` that is not whole yet
        self.side = ""
        self.event = None     # an `event` whose data comes in lines of `|`
        self.record = []
        self.number = 0
        self.loaded = False

    # ---- the run ---------------------------------------------------------------------

    def play(self):
        try:
            for self.number, line in enumerate(
                    self.path.read_text(encoding="utf-8").split("\n"), 1):
                self.take(line.rstrip())
            self.take("")
            self.finish()
        except (values.Wrong, talk_pbx.Different, host.HostError, LookupError, OSError,
                ValueError, Failed) as err:
            raise Failed("%s:%d (%s): %s" % (self.path.name, self.number, self.abi, err)) from err
        finally:
            if self.pbx:
                self.pbx.stop()
            if self.host:
                self.host.kill()
        return "".join(line + "\n" for line in self.record)

    def take(self, line):
        mark = line[:1]
        if self.packet and mark != self.side:
            self.end_packet()
        if self.event and mark != "|":
            self.end_event()
        if not line or mark == "#":
            return
        if line.startswith(("<<", ">>")):
            self.raw(line)
        elif mark in "<>":
            self.side = mark
            self.packet.append(line[2:])
        elif mark == "|":
            if not self.event:
                raise Failed("'|' without an event before it")
            self.event[1].append(line[2:])
        else:
            self.command(line)

    def command(self, line):
        if line[0] == "@":
            name, _, line = line[1:].partition(" ")
            self.end_call()
            self.thing = self.things[name]
        word, _, rest = line.partition(" ")
        if word not in self.COMMANDS:
            raise Failed("no such line: %s" % line)
        if word not in ("=", "error", "none"):
            self.end_call()
        self.COMMANDS[word](self, rest.strip())

    def note(self, line):
        self.record.append(line)

    def read(self, text, expected=False):
        return values.read(text, self.variables, expected)

    # ---- the PBX ---------------------------------------------------------------------

    def do_pbx(self, rest):
        self.pbx = talk_pbx.begin(rest.split())
        self.variables["PORT"] = self.pbx.port
        self.note("pbx " + rest)

    def end_packet(self):
        lines, self.packet = self.packet, []
        if self.side == ">":
            text = "".join(values.substitute(line, self.variables) + "\r\n" for line in lines)
            self.pbx.send(text.encode("utf-8", "surrogateescape") + b"\r\n")
        else:
            self.pbx.expect_packet(lines, self.variables)
        self.record += [self.side + " " + line for line in lines]

    def raw(self, line):
        text = values.substitute(line[2:].strip(), self.variables)
        if line[0] == ">":
            self.pbx.send(talk_pbx.raw(text))
        else:
            self.pbx.expect_bytes(talk_pbx.raw(text))
        self.note(line)

    def do_accept(self, rest):
        self.pbx.accept()
        self.note("accept")

    def do_hang_up(self, rest):
        self.pbx.hang_up()
        self.note("hangup")

    def do_closed(self, rest):
        self.pbx.expect_end()
        self.note("closed")

    def do_replay(self, rest):
        version, name = rest.split("/")
        self.pbx.replay(name, version)
        self.note("replay " + rest)

    # ---- objects ---------------------------------------------------------------------

    def do_module(self, rest):
        self.note("module " + rest)

    def find_library(self):
        """That of the talk, which may name another than the component."""
        first = self.path.read_text(encoding="utf-8").split("\n")
        name = next((line[7:].strip() for line in first if line.startswith("module ")), None)
        return host.library(self.abi, name or "zvon-1c")

    def load(self, caps=3):
        self.host = host.Host(self.abi, wrap=self.wrap)
        self.host.load(self.find_library(), caps=caps)
        self.loaded = True

    def do_load(self, rest):
        self.load(int(rest.removeprefix("caps=")))
        self.note("load " + rest)

    def do_new(self, rest):
        if not self.loaded:
            self.load()
        words = rest.split()
        name = ""
        if "as" in words:
            name = words[words.index("as") + 1]
            del words[words.index("as"):words.index("as") + 2]
        options = {w.partition("=")[0]: w.partition("=")[2] or True for w in words[1:]}
        self.thing = self.things[name] = self.host.new(words[0], **options)
        self.note("new " + rest)
        for what in ("props", "methods"):
            for field in self.thing.say(what):
                self.note("  %s %s" % (what[:-1], field))

    def do_done(self, rest):
        spent = self.thing.done()
        if spent > DONE_MS * host.SLOW:
            raise Failed("Done took %d ms" % spent)
        self.note("done")

    def do_free(self, rest):
        if not self.thing.free(int(rest) if rest else None):
            raise Failed("the object was not freed")
        self.things = {k: v for k, v in self.things.items() if v is not self.thing}
        self.note("free " + rest)

    def finish(self):
        self.end_call()
        for self.thing in list(self.things.values()):
            self.do_done("")
            self.do_free("")
        if self.host:
            kept = self.host.memory()
            if kept != (0, 0, 0):
                raise Failed("memory: %d blocks not freed, %d wrong frees, %d late calls" % kept)
            code = self.host.quit()
            if code:
                raise Failed("the host ended with %s" % code)

    # ---- calls -----------------------------------------------------------------------

    def split_call(self, rest):
        match = re.fullmatch(r"([^()\s]+)\s*\((.*)\)", rest, re.S)
        if not match:
            raise Failed("a call is written Name(values): %s" % rest)
        return match.group(1), self.read(match.group(2))

    def ask(self, word, shown, name, *given):
        self.asked = shown
        self.call = Call(self.thing, word,
                         [host.escape(name), *map(host.to_field, given)])

    def do_call(self, rest):
        name, given = self.split_call(rest)
        self.ask("func", "call " + rest, name, *given)

    def do_proc(self, rest):
        name, given = self.split_call(rest)
        self.ask("proc", "proc " + rest, name, *given)

    def do_get(self, rest):
        self.ask("get", "get " + rest, rest)

    def do_set(self, rest):
        name, _, text = rest.partition("=")
        self.ask("set", "set " + rest, name.strip(), self.read(text)[0])

    def answer(self):
        """(ok, false, none or bad, the values, the arguments afterwards)"""
        if not self.call:
            raise Failed("nothing was asked")
        fields, self.call = self.call.end(), None
        if fields[0] == "bad":
            raise Failed("%s: %s" % (self.asked, " ".join(fields[1:])))
        if fields[0] == "false" and "message" in fields:
            raise Failed("%s: an error that a script cannot catch" % self.asked)
        self.note(self.asked)
        cut = fields.index("out") if "out" in fields else len(fields)
        return (fields[0], [host.from_field(f) for f in fields[1:cut]],
                [host.from_field(f) for f in fields[cut + 1:]])

    def end_call(self):
        """A call whose answer the talk does not tell: it must have succeeded."""
        if not self.call:
            return
        word, given, out = self.answer()
        if word != "ok":
            raise Failed("%s: %s %s" % (self.asked, word, given))
        self.note_answer(given, out)

    def note_answer(self, given, out):
        if given or out:
            self.note("= " + ", ".join(values.write(v, self.variables) for v in given)
                      + (" out " + ", ".join(values.write(v, self.variables) for v in out)
                         if out else ""))

    def check(self, wanted, actual, what):
        if len(wanted) > len(actual) or not all(
                values.agrees(w, a, self.variables) for w, a in zip(wanted, actual)):
            raise Failed("%s: wanted %s, came %s" % (
                what, ", ".join(map(values.write, wanted)),
                ", ".join(values.write(a) for a in actual)))
        return [values.told(w, a, self.variables) for w, a in zip(wanted, actual)] + [
            values.write(a, self.variables) for a in actual[len(wanted):]]

    def do_answer(self, rest):
        text, has_out, out_text = rest.partition(" out ") if not rest.startswith(
            "out ") else ("", " ", rest[4:])
        word, given, out = self.answer()
        if word != "ok":
            raise Failed("%s: %s %s" % (self.asked, word, given))
        told = ", ".join(self.check(self.read(text, True), given, self.asked))
        if has_out:
            told += " out " + ", ".join(self.check(self.read(out_text, True), out, self.asked))
        self.note("= " + told)

    def do_error(self, rest):
        word, given, _ = self.answer()
        if word != "false":
            raise Failed("%s: an error was wanted, came %s %s" % (self.asked, word, given))
        wanted = self.read(rest, True)
        told = self.check(wanted, given[1:] if len(wanted) == 1 else given, self.asked)
        self.note("error " + " ".join(told))

    def do_none(self, rest):
        word, given, _ = self.answer()
        if word != "none":
            raise Failed("%s: there should be no such name, came %s %s" % (
                self.asked, word, given))
        self.note("none")

    # ---- events ----------------------------------------------------------------------

    def do_event(self, rest):
        self.event = (self.read(rest, True), [])

    def end_event(self):
        (wanted, lines), self.event = self.event, None
        if lines:
            wanted.append("".join(values.substitute(line, self.variables) + "\r\n"
                                  for line in lines))
        found = self.thing.take(1, EVENT_MS)
        if not found:
            raise Failed("no event came; wanted %s" % ", ".join(map(values.write, wanted)))
        self.note("event " + " ".join(self.check(wanted, found[0], "event")))

    def do_skip(self, rest):
        """Events up to the one that is wanted, which stays to be told by `event`: not kept."""
        wanted = self.read(rest, True)
        until = time.monotonic() + EVENT_MS / 1000 * host.SLOW
        while time.monotonic() < until:
            for found in self.thing.take(1, 200):
                if all(values.agrees(w, a, self.variables) for w, a in zip(wanted, found)):
                    self.note("until " + rest)
                    return
        raise Failed("no such event came: %s" % rest)

    def do_no(self, rest):
        words = rest.split()
        if words[:1] != ["event"]:
            raise Failed("no such line: no " + rest)
        found = self.thing.take(1, int(words[1]) if len(words) > 1 else NO_EVENT_MS)
        if found:
            raise Failed("an event came: %s" % (found[0],))
        self.note("no " + rest)

    # ---- the rest --------------------------------------------------------------------

    def do_locale(self, rest):
        self.thing.locale(rest)
        self.note("locale " + rest)

    def do_sleep(self, rest):
        time.sleep(int(rest) / 1000)

    def do_status(self, rest):
        wanted = self.read(rest, True)
        self.note("status " + " ".join(self.check(wanted, [self.thing.status()], "status")))

    COMMANDS = {
        "pbx": do_pbx, "accept": do_accept, "hangup": do_hang_up, "closed": do_closed,
        "replay": do_replay, "module": do_module, "load": do_load, "new": do_new,
        "done": do_done, "free": do_free, "call": do_call, "proc": do_proc, "get": do_get,
        "set": do_set, "=": do_answer, "error": do_error, "none": do_none, "event": do_event,
        "until": do_skip, "no": do_no, "locale": do_locale, "sleep": do_sleep,
        "status": do_status,
    }


def play(path, abi="linux", wrap=()):
    return Player(path, abi, wrap).play()


def play_all(path, abis, folder=None):
    """The records of all ABIs are equal, or Failed."""
    first = None
    for abi in abis:
        record = play(path, abi)
        if folder:
            Path(folder, "%s.%s" % (Path(path).stem, abi)).write_text(record, encoding="utf-8")
        if first is None:
            first = record
        elif record != first:
            line = next((a, b) for a, b in zip(first.split("\n"), record.split("\n")) if a != b)
            raise Failed("%s: %s says %r, %s says %r" % (
                Path(path).name, abis[0], line[0], abi, line[1]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--abi", action="append")
    parser.add_argument("--record", metavar="FOLDER")
    parser.add_argument("talks", nargs="+")
    options = parser.parse_args()
    bad = 0
    for path in options.talks:
        try:
            play_all(path, options.abi or ["linux"], options.record)
            print("ok", Path(path).name)
        except Failed as err:
            bad += 1
            print("not ok", err)
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
