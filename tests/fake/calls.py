"""Calls of a fake Asterisk 12+: what happens makes events, and the lists that a client asks
for say what is going on.

    with Pbx() as pbx:
        calls = Calls(pbx)
        first = calls.dial("101", "102")       # 101 calls 102, which rings
        calls.answer(first)
        calls.hang_up(first)

`quietly` is for what nobody is told of: `calls.quietly().dial(...)`.
"""

from pbx import List, error, NO_RIGHT

UP, RING, RINGING = 6, 4, 5
NAMES = {UP: "Up", RING: "Ring", RINGING: "Ringing"}
CHANNEL_RIGHTS = {"status": {"system", "call", "reporting"},
                  "coreshowchannels": {"system", "reporting"}}


class Channel:
    """One of them; its number is the end of its Uniqueid."""

    def __init__(self, seconds, number, line, state, caller=None):
        self.name = f"PJSIP/{line}-{number:08x}"
        self.unique_id = f"{seconds}.{number}"
        self.linked_id = caller.linked_id if caller else self.unique_id
        self.line, self.state, self.caller = line, state, caller
        self.bridge = ""
        self.exten = ""

    def fields(self, prefix=""):
        """The keys that every event of it has."""
        pairs = (("Channel", self.name), ("ChannelState", self.state),
                 ("ChannelStateDesc", NAMES[self.state]), ("CallerIDNum", self.line),
                 ("CallerIDName", "Phone " + self.line), ("ConnectedLineNum", "<unknown>"),
                 ("ConnectedLineName", "<unknown>"), ("Exten", self.exten),
                 ("Uniqueid", self.unique_id), ("Linkedid", self.linked_id))
        return [(prefix + key, value) for key, value in pairs]

    def item(self, data_key):
        """What a list says of it."""
        application = "AppDial" if self.caller else "Dial"
        return [*self.fields(), ("Application", application),
                (data_key, "" if self.caller else "PJSIP/" + self.exten),
                ("Duration", "00:00:05"), ("BridgeId", self.bridge)]


class Calls:
    """See the head of this file."""

    def __init__(self, pbx, seconds=1700000000):
        self.pbx, self.seconds = pbx, seconds
        self.channels, self.last, self.is_quiet = [], 0, False
        for name in ("status", "coreshowchannels"):
            pbx.on(name, self.list_channels)
        pbx.lists["queuestatus"].items = []
        for name, complete in (("bridgelist", "BridgeListComplete"),
                               ("parkedcalls", "ParkedCallsComplete"),
                               ("devicestatelist", "DeviceStateListComplete")):
            pbx.lists[name] = List(name, complete, "Items will follow")
        pbx.on("confbridgelistrooms",
               lambda session, action: error(session, action, "No active conferences."))

    def quietly(self):
        """Until `aloud` nobody is told."""
        self.is_quiet = True
        return self

    def aloud(self):
        """Events again."""
        self.is_quiet = False
        return self

    def tell(self, name, channel, *pairs, timestamp=None):
        """An event."""
        if not self.is_quiet:
            stamp = [("Timestamp", timestamp)] if timestamp else []
            self.pbx.event(name, *stamp, *channel.fields(), *pairs)

    def new(self, line, state, caller=None, exten=""):
        """A channel."""
        self.last += 1
        channel = Channel(self.seconds, self.last, line, state, caller)
        channel.exten = exten
        self.channels.append(channel)
        self.tell("Newchannel", channel)
        return channel

    def dial(self, line, number):
        """Two channels; the second one rings."""
        caller = self.new(line, RING, exten=number)
        callee = self.new(number, RINGING, caller)
        self.tell("DialBegin", caller, *callee.fields("Dest"), ("DialString", number))
        self.tell("Newstate", callee)
        return caller, callee

    def answer(self, call):
        """They talk."""
        caller, callee = call
        bridge = "bridge-" + caller.unique_id
        callee.state = UP
        self.tell("Newstate", callee)
        self.tell("DialEnd", caller, *callee.fields("Dest"), ("DialStatus", "ANSWER"))
        caller.state = UP
        self.tell("Newstate", caller)
        for channel in (callee, caller):
            channel.bridge = bridge
            self.tell("BridgeEnter", channel, ("BridgeUniqueid", bridge),
                      ("BridgeTechnology", "simple_bridge"))
        return call

    def hang_up(self, call):
        """Both are gone."""
        for channel in call:
            self.channels.remove(channel)
            self.tell("Hangup", channel, ("Cause", "16"))

    def restart(self, seconds, startup_time):
        """A new Asterisk without calls."""
        self.seconds, self.channels, self.last = seconds, [], 0
        self.pbx.startup_time = startup_time

    def listing(self, name):
        """The list of the channels as they are now."""
        key = "Data" if name == "status" else "ApplicationData"
        item, complete = {"status": ("Status", "StatusComplete")}.get(
            name, ("CoreShowChannel", "CoreShowChannelsComplete"))
        return List(item, complete, "Channels will follow",
                    [channel.item(key) for channel in self.channels])

    def list_channels(self, session, action):
        """The answer to Status and CoreShowChannels."""
        name = action.name.lower()
        if not CHANNEL_RIGHTS[name] & self.pbx.accounts[session.user].write:
            error(session, action, NO_RIGHT)
        else:
            self.pbx.answer_list(session, action, self.listing(name))
