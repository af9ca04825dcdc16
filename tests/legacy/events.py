"""Events of AMI 1.x as lines that two recordings of one scene share: channels are told by
their device and their turn, ids and times are left out."""

import difflib
import re
import subprocess

import cli
import reader

# Not compared one by one: what is no matter of calls, or comes as often as it likes. How
# these look is checked all the same (test_view.py).
ASIDE = {
    "VarSet", "Newexten", "CEL", "Cdr", "ExtensionStatus", "QueueMemberStatus", "PeerStatus",
    "ChannelUpdate", "FullyBooted", "RTCPSent", "RTCPReceived", "ChannelReload", "Reload",
    "Registry", "MessageWaiting", "ShowDialPlanComplete", "ListDialplan",
}
# Values that no two runs share; the cause of a hang-up is compared by itself.
LEFT_OUT = {
    "Privilege", "ActionID", "SIP-Callid", "Variable", "Duration", "Seconds", "LastCall",
    "HoldTime", "Holdtime", "TalkTime", "RingTime", "Wait", "CallsTaken", "Completed",
    "Abandoned", "LongestHoldTime", "ServicelevelPerf", "Cause", "Cause-txt",
}
SERIAL = re.compile(r"-([0-9a-f]{8})(?=(?:;[12])?(?:<[A-Z]+>)?$)")


def events(data):
    """[(name, [(key, value)…])] of a recording, or of what `zvon parse --format ami` says."""
    return [(packet["name"], [tuple(field) for field in packet["fields"][1:]])
            for packet in reader.Reader(data) if packet["kind"] == "event"]


def view(path, *options, form="ami"):
    """What the legacy view makes of a recording."""
    return subprocess.run([cli.program(), "parse", "--view", "legacy", *options, "--format",
                           form, str(path)], stdout=subprocess.PIPE, check=True,
                          env=cli.environment(None)).stdout


def value(fields, key):
    """The first value of that key, or ""."""
    return next((text for name, text in fields if name == key), "")


def shape(fields):
    """The keys in order; those of variables once, without their channel."""
    keys = []
    for key, _ in fields:
        key = re.sub(r"^ChanVariable\(.*", "ChanVariable", key)
        if key != "ActionID" and keys[-1:] != [key]:
            keys.append(key)
    return tuple(keys)


class Names:
    """SIP/101-0000001a is SIP/101#1, the next channel of that phone SIP/101#2."""

    def __init__(self):
        self.turns = {}

    def plain(self, text):
        if re.fullmatch(r"\d{9,}\.\d+", text):
            return "id"  # BridgedChannel of AgentConnect
        return SERIAL.sub(lambda found: "#%d" % self.turn(text[:found.start()], found[1]),
                          text.replace("Third & <Phone>", "Third & Phone"))

    def turn(self, device, serial):
        device = re.sub(r"^(?:Parking/|SIPPeer/|AsyncGoto/|Bridge/)+", "", device)
        known = self.turns.setdefault(device, [])
        if serial not in known:
            known.append(serial)
        return known.index(serial) + 1


def lines(found):
    """One line for each event that is compared."""
    names = Names()
    out = []
    for name, fields in found:
        parts = [name] + ["%s=%s" % (key, names.plain(text)) for key, text in fields
                          if key not in LEFT_OUT and "unique" not in key.lower()
                          and not key.startswith("ChanVariable")]
        if name not in ASIDE:
            out.append(" ".join(parts))
    return out


def causes(found):
    """{channel: cause of its hang-up}."""
    names = Names()
    out = {}
    for name, fields in found:
        plain = [names.plain(text) for _, text in fields]
        if name == "Hangup":
            out[plain[[key for key, _ in fields].index("Channel")]] = value(fields, "Cause")
    return out


def is_link(line, state):
    return line.startswith("Bridge Bridgestate=%s " % state)


def linked_once(found):
    """Without the Unlink and Link of a pair right behind each other: 1.x made links again at
    each hold, key and re-INVITE."""
    out = []
    for line in found:
        if is_link(line, "Link") and out and is_link(out[-1], "Unlink") and \
                line.split()[2:] == out[-1].split()[2:]:
            out.pop()
        else:
            out.append(line)
    return out


def differences(old, new):
    """[(sign, line)]: "-" only in `old`, "+" only in `new`, "~" at another place."""
    changed = [(line[0], line[2:]) for line in difflib.ndiff(old, new) if line[0] in "+-"]
    out = []
    for sign, line in changed:
        other = ("+" if sign == "-" else "-", line)
        if other not in changed:
            out.append((sign, line))
        elif sign == "+":
            out.append(("~", line))
    return out
