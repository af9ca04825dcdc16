"""Writes packets as Asterisk would: streams of calls that no recording has."""

BANNER = {"old": b"Asterisk Call Manager/1.3\r\n", "new": b"Asterisk Call Manager/5.0.2\r\n"}
STATES = {"Down": 0, "Ring": 4, "Ringing": 5, "Up": 6, "Busy": 7}


def packet(name, *pairs):
    lines = [("Event", name), *pairs]
    return "".join(f"{key}: {value}\r\n" for key, value in lines).encode() + b"\r\n"


class Channel:
    def __init__(self, name, unique_id, call, caller=None, exten=""):
        self.name, self.unique_id, self.call = name, unique_id, call
        self.number = caller or name.split("/")[1].split("-")[0]
        self.exten, self.state = exten, "Down"


class Stream:
    """One connection. `new` is AMI 2 and up (12 and later), else AMI 1.x."""

    def __init__(self, new=True, first=1000):
        self.new = new
        self.parts = [BANNER["new" if new else "old"]]
        self.next_id = first

    @property
    def data(self):
        return b"".join(self.parts)

    def event(self, name, *pairs):
        self.parts.append(packet(name, *pairs))

    def of(self, channel, prefix=""):
        """The fields that every event of a channel has."""
        pairs = [("Channel", channel.name), ("ChannelState", STATES[channel.state]),
                 ("ChannelStateDesc", channel.state), ("CallerIDNum", channel.number),
                 ("CallerIDName", "")]
        if self.new:
            pairs += [("Context", "internal"), ("Exten", channel.exten), ("Priority", 1)]
        pairs.append(("Uniqueid", channel.unique_id))
        if self.new:
            pairs.append(("Linkedid", channel.call))
        return [(prefix + key, value) for key, value in pairs]

    def create(self, name, call=None, state="Down", exten="", caller=None):
        """A new channel; `call` is a channel whose Linkedid it has."""
        unique_id = f"1795000000.{self.next_id}"
        self.next_id += 1
        channel = Channel(name, unique_id, call.call if call else unique_id, caller, exten)
        channel.state = state
        pairs = self.of(channel)
        if not self.new:
            pairs += [("Exten", exten), ("Context", "internal")]
        self.event("Newchannel", *pairs)
        return channel

    def state(self, channel, state):
        channel.state = state
        self.event("Newstate", *self.of(channel))

    def dial(self, caller, callee, number):
        if self.new:
            self.event("DialBegin", *self.of(caller), *self.of(callee, "Dest"),
                       ("DialString", number))
        else:
            self.event("Dial", ("SubEvent", "Begin"), ("Channel", caller.name),
                       ("Destination", callee.name), ("CallerIDNum", caller.number),
                       ("UniqueID", caller.unique_id), ("DestUniqueID", callee.unique_id),
                       ("Dialstring", number))

    def dial_end(self, caller, callee, status, forward=None):
        """12 and later: of each destination. Before: of the caller, at the end."""
        if self.new:
            self.event("DialEnd", *self.of(caller), *self.of(callee, "Dest"),
                       ("DialStatus", status), *([("Forward", forward)] if forward else []))

    def dial_over(self, caller, status):
        if not self.new:
            self.event("Dial", ("SubEvent", "End"), ("Channel", caller.name),
                       ("UniqueID", caller.unique_id), ("DialStatus", status))

    def bridge(self, bridge, one, other):
        if self.new:
            for count, channel in enumerate((other, one), 1):
                self.enter(bridge, channel, count)
        else:
            self.event("Bridge", ("Bridgestate", "Link"), ("Bridgetype", "core"),
                       *self.pair(one, other))

    def unbridge(self, bridge, one, other):
        if self.new:
            for count, channel in enumerate((one, other)):
                self.leave(bridge, channel, 1 - count)
        else:
            self.event("Unlink", *self.pair(one, other))

    def pair(self, one, other):
        return (("Channel1", one.name), ("Channel2", other.name),
                ("Uniqueid1", one.unique_id), ("Uniqueid2", other.unique_id),
                ("CallerID1", one.number), ("CallerID2", other.number))

    def enter(self, bridge, channel, count):
        self.event("BridgeEnter", ("BridgeUniqueid", bridge), ("BridgeType", "basic"),
                   ("BridgeNumChannels", count), *self.of(channel))

    def leave(self, bridge, channel, count):
        self.event("BridgeLeave", ("BridgeUniqueid", bridge), ("BridgeType", "basic"),
                   ("BridgeNumChannels", count), *self.of(channel))

    def hangup(self, channel, cause=16):
        self.event("Hangup", *self.of(channel), ("Cause", cause), ("Cause-txt", ""))

    def local(self, number, call, number_of_pair):
        """Both halves of a Local channel that `call` dials."""
        name = f"Local/{number}@internal-{number_of_pair:08x}"
        near = self.create(name + ";1", call, exten=number, caller=call.number)
        far = self.create(name + ";2", call, "Ring", number, call.number)
        if self.new:
            self.event("LocalBridge", *self.of(near, "LocalOne"), *self.of(far, "LocalTwo"),
                       ("Context", "internal"), ("Exten", number), ("LocalOptimization", "Yes"))
        else:
            self.event("LocalBridge", *self.pair(near, far))
        return near, far

    def masquerade(self, clone, original):
        """AMI 1.x: `original` goes on under the name of `clone`, whose own end it becomes."""
        self.event("Masquerade", ("Clone", clone.name), ("CloneState", clone.state),
                   ("Original", original.name), ("OriginalState", original.state))
        name = clone.name
        for channel, new_name in ((clone, name + "<MASQ>"), (original, name),
                                  (clone, original.name + "<ZOMBIE>")):
            self.event("Rename", ("Channel", channel.name), ("Newname", new_name),
                       ("Uniqueid", channel.unique_id))
            channel.name = new_name
