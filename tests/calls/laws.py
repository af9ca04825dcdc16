"""What holds for the call events of any input, however strange it is."""

import re
from collections import Counter

from scenes import leg_label

OPEN_ENDS = ("end_of_input", "vanished", "lost", "pbx_restart")


def hangups(packets):
    """(channel, unique id, cause) of each Hangup packet; of renamed ones the last name."""
    for packet in packets:
        if packet["kind"] == "event" and packet["name"] == "Hangup":
            fields = {}
            for key, value in packet["fields"]:
                fields.setdefault(key.lower(), value)
            yield (fields.get("channel"), fields.get("uniqueid"),
                   int(fields.get("cause") or 0))


def heard_of(packets):
    """Unique ids of all channels that any packet names."""
    return {value for packet in packets for key, value in packet["fields"]
            if key.lower().endswith("uniqueid") and "bridge" not in key.lower()
            and value[-1:].isdigit()}  # not: <null>, <unknown>, none


class Laws:
    """Feed it the events of one run; `broken` tells what they broke."""

    def __init__(self):
        self.broken = []
        self.seq = 0
        self.open = {}      # call: its last event
        self.ended = {}     # call: its last event
        self.answered = Counter()
        self.legs = {}      # (call, leg): ended?

    def check(self, holds, text, event):
        if not holds:
            self.broken.append(f"seq {event['seq']} {event['event']} {event.get('call')}: {text}")

    def feed(self, event):
        self.check(event["seq"] == self.seq + 1, f"comes after seq {self.seq}", event)
        self.seq = event["seq"]
        if event.get("call") is None:
            self.check(not event["event"].startswith(("call.", "leg.", "recording.")),
                       "has no call", event)
            return
        call = event["call"]
        self.check(call not in self.ended, "after the end of the call", event)
        if event["event"] == "call.started":
            self.check(call not in self.open, "started twice", event)
        else:
            self.check(call in self.open, "before the call started", event)
        self.open[call] = event
        self.look_at_leg(call, event)
        if event["event"] == "call.answered":
            self.answered[call] += 1
            self.check(self.answered[call] == 1, "answered twice", event)
        if event["event"] == "call.ended":
            self.end(call, event)

    def look_at_leg(self, call, event):
        if not event["event"].startswith("leg."):
            return
        key = call, leg_label(event)
        self.check(not self.legs.get(key), "the leg had ended", event)
        self.legs[key] = event["event"] == "leg.ended"
        if self.legs[key]:
            self.check(event["leg"]["result"], "the leg has no result", event)

    def end(self, call, event):
        self.ended[call] = self.open.pop(call)
        if event["reason"] == "merged":
            self.check(event.get("into") not in (None, call), "into nothing", event)
            return
        self.check(event["result"], "no result", event)
        for leg in event["legs"]:
            self.check(leg["state"] == "ended" and leg["result"],
                       f"leg {leg['channel']} is {leg['state']} {leg['result']}", event)

    def finish(self):
        for call, event in self.open.items():
            self.check(False, "never ended", event)
        return self.broken

    def ghosts(self, packets):
        """Calls that were ended for want of input although all their channels had hung up. By
        Uniqueid: after a Masquerade of AMI 1.x two channels had the same name. Of a channel
        that is no leg at the end (a Local channel, a helper, who gave its place to another in
        a Masquerade) no event tells whose it is: while one of them is there, it may be any
        call that it keeps."""
        gone = {unique_id for _, unique_id, _ in hangups(packets)}
        legs = {leg["uniqueid"] for event in self.ended.values()
                if event["reason"] != "merged" for leg in event["legs"]}
        if heard_of(packets) - legs - gone:
            return []
        return [call for call, event in self.ended.items()
                if event["reason"] in OPEN_ENDS
                and all(leg["uniqueid"] in gone for leg in event["legs"])]


def wrong_causes(events, packets):
    """Legs whose cause no Hangup packet of their channel has. Nothing is asked of an end without
    a Hangup, or where Asterisk itself does not know it (0) and something else may tell."""
    known = {}
    for channel, unique_id, cause in hangups(packets):
        known.setdefault(re.sub("<ZOMBIE>$", "", channel or ""), set()).add(cause)
        known.setdefault(unique_id, set()).add(cause)
    found = []
    for event in events:
        if event["event"] == "leg.ended":
            leg = event["leg"]
            causes = known.get(leg["channel"], set()) | known.get(leg["uniqueid"], set())
            if causes and 0 not in causes and event["cause"] not in causes:
                found.append(f"{leg['channel']}: cause {event['cause']}, Hangup says {causes}")
    return found
