#!/usr/bin/env python3
"""What is shown for which version of Asterisk: the tables of README.md, made of the
transcripts themselves and of the tables in the sources.

    table.py            prints them
    table.py --write    puts them into README.md
    table.py --check    TAP: README.md has them; each command and each event has a transcript
                        of each version, or stands in MISSING with the reason
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "src"
README = HERE / "README.md"
VERSIONS = ("1.8", "11", "16", "22")
BEGIN, END = "<!-- table.py begins -->\n", "<!-- table.py ends -->\n"

# What no transcript of that version shows, and why.
MISSING = {}


def texts(path, pattern):
    """What the pattern finds in a file, in order."""
    return re.findall(pattern, path.read_text(encoding="utf-8"), re.M)


def panel_commands():
    return texts(SOURCES / "hub/tms_command.c", r'^\t\{ "(\w+)",')


def panel_events():
    """Of the enum, without NONE."""
    return texts(HERE / "talk.c", r'^\t"([A-Z][A-Z_]+)",$')[1:]


def call_events():
    return texts(SOURCES / "call/event.c", r'^\t\[ZV_\w+\] = "(\w+\.\w+)",')


class Talk:
    """One transcript."""

    def __init__(self, path):
        self.name = path.stem
        lines = path.read_text(encoding="utf-8").splitlines()
        heads = dict(line.split(" ", 1) for line in lines
                     if line.startswith(("versions ", "dialect ")))
        self.versions = heads.get("versions", "22").split()
        self.dialect = heads.get("dialect", "tms")
        self.shown = defaultdict(set)  # name -> versions
        for line in lines:
            self.take(line)

    def take(self, line):
        """Commands that are sent, messages that are wanted; also `[1.8 11] < …`."""
        only, line = re.match(r"(?:\[([\d. ]+)\] )?(.*)", line).groups()
        found = (re.match(r"\d?> (?:command )?([\w.]+)(?: |$)", line)
                 or re.match(r'\d?> \{.*"command":"(\w+)"', line)
                 or re.match(r"\d?< ([A-Z_]+|\w+\.\w+)(?: |$)", line)
                 or re.match(r'\d?< \{.*?"event":"(\w+\.\w+)"', line))
        if found:
            self.shown[found.group(1)] |= set(only.split() if only else self.versions)


def read_talks():
    return [Talk(path) for path in sorted(HERE.glob("*.talk"))]


def cell(talks, dialect, name, version):
    """How many transcripts show it."""
    count = sum(version in talk.shown[name] for talk in talks if talk.dialect == dialect)
    return str(count) if count else "–" if (name, version) in MISSING else "**none**"


def table(title, names, dialect, talks):
    """Lines of Markdown."""
    yield "| %s | %s |\n" % (title, " | ".join(VERSIONS))
    yield "| --- |%s\n" % (" ---: |" * len(VERSIONS))
    for name in names:
        yield "| %s | %s |\n" % (name, " | ".join(
            cell(talks, dialect, name, version) for version in VERSIONS))
    yield "\n"


def tables(talks):
    """All of them, and what is missing."""
    text = "".join([*table("command of the panel", panel_commands(), "tms", talks),
                    *table("event of the panel", panel_events(), "tms", talks),
                    *table("event of zvon.v1", call_events(), "zvon", talks)])
    for (name, version), why in MISSING.items():
        text += "- %s with Asterisk %s: %s\n" % (name, version, why)
    return text


def in_readme():
    """What stands between the marks."""
    text = README.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN):text.index(END)]


def write(text):
    old = README.read_text(encoding="utf-8")
    README.write_text(old.replace(BEGIN + in_readme() + END, BEGIN + text + END),
                      encoding="utf-8")


def check(text):
    """TAP of the two checks; the exit code."""
    results = (("README.md has the tables (table.py --write)", in_readme() == text),
               ("everything has a transcript of each version", "**none**" not in text),
               ("25 commands and 18 events",
                (len(panel_commands()), len(panel_events())) == (25, 18)))
    print("1..%d" % len(results))
    for number, (what, good) in enumerate(results, 1):
        print("%sok %d - %s" % ("" if good else "not ", number, what))
    return not all(good for _, good in results)


def main():
    text = tables(read_talks())
    if "--write" in sys.argv:
        write(text)
    elif "--check" in sys.argv:
        return check(text)
    else:
        print(text, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
