"""Scene files: what truly happened, and how what `zvon calls` prints is held against it.

`scenes/NAME.scene` belongs to the recordings `VERSION/NAME.ami`. It has:

    # …                            the story; before a section: why it is there
    [calls]                        the summary, the same in all versions
    [calls 1.8 11]                 the exception of these versions, with its reason above
    [events]  [events 1.8 11]      the call events
    [states]  [states 1.8 11]      of a few scenes: what lines, queues, members, the server went
                                   through

A summary is one block for each call, or the word `none`:

    call DIRECTION FROM ["NAME"] > TO: RESULT     `-`: not known
      leg LINE ROLE RESULT [rang] [up]            in order of joining
      did N / queue NAME / parked / picked up by LINE / transfer KIND BY > TO
      recording PATTERN                           `*` stands for any text
      talked WHO WHO                              only if somebody talked

The states are one line for each that is judged, in order of the events:

    line LINE: STATE…              queue NAME: WAITING…        server: STATE…
    member QUEUE LINE: STATE[,paused[=REASON]][,penalty=N]…

`stray CHANNEL` says that calls with that channel belong to another scene and are not judged.

The events of each call stand in a block of their own, closed by an empty line. LINE/2 is the
second leg of that line. Causes are left out, which differ from version to version;
test_scenes.py holds them against the Hangup packets. Versions swap
events that have nothing to do with each other (the two Hangups of a call, two phones that
ring): see `in_normal_form`."""

import difflib
import fnmatch
import re
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDER = HERE / "scenes"
VERSIONS = ("1.8", "11", "16", "22")

# The lab's chan_sip knows 103 by a shorter name than its chan_pjsip: not a difference of
# Asterisk.
LAB_NAMES = {"1.8": (("Third & <Phone>", "Third & Phone"),),
             "11": (("Third & <Phone>", "Third & Phone"),)}


# ---- scene files ----------------------------------------------------------------------


@dataclass
class Section:
    kind: str                                    # "calls", "events" or "states"
    versions: tuple                              # () for all that have none of their own
    reason: str                                  # the comment above
    blocks: list = field(default_factory=list)   # one list of lines for each call
    strays: list = field(default_factory=list)


class Scene:
    def __init__(self, path):
        self.name = path.name[:-len(".scene")]
        self.story = ""
        self.sections = []
        self.read(path.read_text(encoding="utf-8"))

    def read(self, text):
        comment, fresh = [], True
        for number, line in enumerate(text.split("\n"), 1):
            head = re.fullmatch(r"\[(calls|events|states)((?: [\d.]+)*)\]", line)
            if line.startswith("#"):
                comment.append(line.lstrip("# "))
            elif head:
                self.story = self.story or " ".join(comment)
                self.sections.append(Section(head[1], tuple(head[2].split()),
                                             " ".join(comment)))
                comment, fresh = [], True
            elif not line.strip():
                fresh = True
            else:
                self.add(number, line, fresh)
                fresh = False

    def add(self, number, line, fresh):
        """One line of a section; a call of a summary begins where its line says so."""
        if not self.sections:
            raise ValueError(f"{self.name}.scene:{number}: a line before the first section")
        section = self.sections[-1]
        if line.startswith("stray "):
            section.strays.append(line.split()[1])
        elif line != "none":
            if fresh or line.startswith("call "):
                section.blocks.append([])
            section.blocks[-1].append(line)

    def section(self, kind, version):
        """That of the version, or the shared one; None if the scene has none."""
        shared = None
        for section in self.sections:
            if section.kind == kind and version in section.versions:
                return section
            if section.kind == kind and not section.versions:
                shared = section
        return shared

    def wanted(self, kind, version):
        """Blocks of lines as they must come in that version."""
        section = self.section(kind, version)
        return [[in_lab_words(line, version) for line in block]
                for block in section.blocks] if section else []

    def strays(self, version):
        return self.section("calls", version).strays


def in_lab_words(line, version):
    for name, name_there in LAB_NAMES.get(version, ()):
        line = line.replace(f'"{name}"', f'"{name_there}"')
    return line


def all_scenes():
    return {scene.name: scene for scene in map(Scene, sorted(FOLDER.glob("*.scene")))}


def version_of(folder_name):
    """"1.8" of 1.8.32.3, "22" of 22.10.1."""
    return next((v for v in VERSIONS if (folder_name + ".").startswith(v + ".")), None)


# ---- what zvon prints, in the same words --------------------------------------------------


def number(value):
    return "-" if value is None else value


def parties(call):
    name = call["from"]["name"]
    return "%s%s > %s" % (number(call["from"]["number"]), f' "{name}"' if name else "",
                          number(call["to"]["number"]))


def leg_words(leg):
    marks = [word for word, key in (("rang", "rang"), ("up", "answered")) if leg[key]]
    return " ".join(["  leg", number(leg["line"]), leg["role"], leg["result"] or "-", *marks])


def summary_block(call):
    """The lines of one object of `zvon calls --summary`."""
    lines = ["call %s %s: %s" % (call["direction"], parties(call), call["result"])]
    for key in ("did", "queue"):
        if call[key]:
            lines.append(f"  {key} {call[key]}")
    lines += [leg_words(leg) for leg in call["legs"]]
    lines += ["  transfer %s %s > %s" % (t["kind"], number(t["by"]), number(t["to"]))
              for t in call["transfers"]]
    if call["picked_up_by"]:
        lines.append("  picked up by " + call["picked_up_by"])
    if call["parked"]:
        lines.append("  parked")
    lines += ["  recording " + name for name in call["recordings"]]
    if call["talked"]:
        lines.append("  talked " + " ".join(call["talked"]))
    return lines


def leg_label(event):
    """102, or 102/2 for the second leg of that line in the call."""
    leg = event["leg"]
    same = [other for other in event["legs"] if other["line"] == leg["line"]]
    keys = [(other["uniqueid"], other["channel"]) for other in same]
    place = keys.index((leg["uniqueid"], leg["channel"])) + 1
    return number(leg["line"]) + (f"/{place}" if place > 1 else "")


def by_words(event):
    return " by " + event["by"] if event["by"] else ""


def ended_words(event):
    if event["reason"] == "merged":
        return "merged"
    return " ".join(filter(None, (event["result"] or "-", event["reason"])))


WORDS = {
    "call.started": lambda e: "%s %s > %s" % (e["direction"], number(e["from"]["number"]),
                                              number(e["to"]["number"])),
    "call.queued": lambda e: e["queue"],
    "leg.ringing": leg_label,
    "leg.answered": leg_label,
    "call.answered": lambda e: "",
    "leg.held": leg_label,
    "leg.resumed": leg_label,
    "call.transferred": lambda e: "%s %s > %s" % (e["kind"], number(e["by"]),
                                                  number(e["to_line"])),
    "call.parked": lambda e: f"{e['space']} {leg_label(e)}{by_words(e)}",
    "call.retrieved": lambda e: e["space"] + by_words(e),
    "call.picked_up": lambda e: leg_label(e) + by_words(e),
    "call.conferenced": lambda e: f"{e['space']} {leg_label(e)}",
    "recording.started": lambda e: e["file"] or "",
    "recording.stopped": lambda e: e["file"] or "",
    "leg.dtmf": lambda e: f"{leg_label(e)} {e['digit']}",
    "leg.ended": lambda e: f"{leg_label(e)} {e['leg']['result'] or '-'}",
    "call.ended": ended_words,
}


def event_line(event):
    return " ".join((event["event"], WORDS[event["event"]](event))).rstrip()


def member_words(event):
    marks = [event["state"]]
    if event["paused"]:
        marks.append("paused" + ("=" + event["pause_reason"] if event["pause_reason"] else ""))
    if event["penalty"]:
        marks.append(f"penalty={event['penalty']}")
    return ",".join(marks)


STATES = {
    "line.state": lambda e: ("line " + e["line"], e["state"]),
    "queue.state": lambda e: ("queue " + e["queue"], str(e["waiting"])),
    "queue.member": lambda e: (f"member {e['queue']} {e['line']}", member_words(e)),
    "server.state": lambda e: ("server", e["state"]),
}


def state_lines(events, wanted):
    """What those went through that the wanted lines name."""
    found = {line.split(":")[0]: [] for line in wanted}
    for event in events:
        if event["event"] in STATES:
            who, state = STATES[event["event"]](event)
            if who in found:
                found[who].append(state)
    return [" ".join([who + ":", *states]) for who, states in found.items()]


def has_channel(call, channels):
    return any(leg["channel"] in channels for leg in call["legs"])


def event_blocks(events, strays=()):
    """One block of lines for each call, in order of beginning."""
    calls, stray = {}, set()
    for event in events:
        if event.get("call") is not None:
            calls.setdefault(event["call"], []).append(event_line(event))
            if has_channel(event, strays):
                stray.add(event["call"])
    return [lines for call, lines in calls.items() if call not in stray]


# ---- comparing ------------------------------------------------------------------------


LEG_EVENT = re.compile(r"(?:leg\.\w+|call\.picked_up|call\.conferenced \S+) (\S+)")
FREE = (("leg.ringing", "leg.ringing"), ("call.picked_up", "leg.answered"),
        ("call.answered", "call.conferenced"), ("recording.stopped", "recording.stopped"))


def subject(line):
    found = LEG_EVENT.match(line)
    return found[1] if found else None


def are_bound(one, other):
    """Must these two events of a call keep their order?"""
    names = one.split()[0], other.split()[0]
    if "call.started" in names or "call.ended" in names:
        return True
    if subject(one) and subject(one) == subject(other):
        return True
    return "leg.ended" not in names and tuple(sorted(names)) not in FREE


def in_normal_form(lines):
    """Of all orders in which no two bound events are swapped the first in the alphabet, ends
    of legs as late as they may come."""
    left, ordered = list(lines), []
    while left:
        free = [n for n, line in enumerate(left)
                if not any(are_bound(before, line) for before in left[:n])]
        ordered.append(left.pop(min(free, key=lambda n: (left[n].startswith("leg.ended"),
                                                         left[n]))))
    return ordered


def with_patterns(found, wanted):
    """The found lines; where a wanted one with `*` fits, that one."""
    patterns = [line for line in wanted if "*" in line and line.split()[0] in
                ("recording", "recording.started", "recording.stopped")]
    return [next((p for p in patterns if fnmatch.fnmatchcase(line, p)), line)
            for line in found]


def ordered_text(blocks):
    """Calls in a fixed order, so that only what they are is compared."""
    return [line for block in sorted(blocks) for line in [*block, ""]]


def difference(wanted, found):
    """Lines of a readable difference; none if both are the same."""
    known = [line for block in wanted for line in block]
    wanted = ordered_text(wanted)
    found = ordered_text([with_patterns(block, known) for block in found])
    if wanted == found:
        return []
    return list(difflib.unified_diff(wanted, found, "truth", "zvon", lineterm="", n=20))
