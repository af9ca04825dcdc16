"""A telephony panel in a browser, as Creatio, bpm'online and BPMSoft have it: the frames it
sends, and a check of every frame that comes (docs/protocol/tms.md).

    panel = Panel(socket)
    panel.load(); panel.open("101")
    panel.send("MakeCall", targetAddress="102")
    call = panel.wait("RING_STARTED", calledId="102")["content"]
    panel.wait_bits(call["id"], "DROP")
"""

import json
import os
import re
import time
import uuid
from collections import Counter

import ws

SLOW = float(os.environ.get("ZVON_SLOW", "1"))

EVENTS = (
    "NONE", "LIBRARY_INITIALIZED", "CONNECTION_CREATED", "ERROR", "COMMAND_INFO", "RING_STARTED",
    "RING_FINISHED", "COMMUTATION_STARTED", "PUT_HOLD_ACTION", "END_HOLD_ACTION",
    "ACTIVE_CALL_SNAPSHOT", "LINE_STATE_CHANGED", "AGENT_STATE_CHANGED", "ABONENT_BUSY",
    "DISCONNECTED", "CALL_SAVED_IN_DB", "RAW_DATA", "CALL_INFO_CHANGED", "DTMF_ENTERED")
COMMANDS = (
    "LoadLibrary", "OpenConnection", "RegisterConnectionSession", "CloseConnection", "MakeCall",
    "Hookup", "AnswerCall", "HoldCall", "DropCall", "SetupTransferCall", "MakeConsultCall",
    "TransferCall", "CancelTransfer", "BlindTransferCall", "SetDnd", "QueryLineState",
    "QueryActiveCallSnapshot", "SetMsgUserState", "QueryMsgUserState", "SetWrapUpUserState",
    "SendDtmf", "LibrarySpecificService", "PostRawData", "ProcessLogs", "SetLogFilePath")
NOT_HERE = ("RegisterConnectionSession", "SetupTransferCall", "LibrarySpecificService",
            "PostRawData", "ProcessLogs", "SetLogFilePath")
CALL_EVENTS = ("RING_STARTED", "RING_FINISHED", "COMMUTATION_STARTED", "PUT_HOLD_ACTION",
               "END_HOLD_ACTION", "ABONENT_BUSY", "CALL_SAVED_IN_DB", "CALL_INFO_CHANGED")
BITS = {"RECALL": 0x1, "DIAL": 0x2, "ANSWER": 0x4, "DROP": 0x8, "HOLD": 0x10, "UNHOLD": 0x20,
        "SETUP_TRANSFER": 0x40, "COMPLETE_TRANSFER": 0x80, "BLIND_TRANSFER": 0x100,
        "MAKE_CONSULT_CALL": 0x200, "DTMF": 0x400, "VIDEO": 0x800, "MUTE": 0x1000,
        "CANCEL_COMPLETE_TRANSFER": 0x2000}
IN, OUT, UNKNOWN = ("1d96a65f-2131-4916-8825-2d142b1000b2", "53f71b5f-7e17-4cf5-bf14-6a59212db422",
                    "c072be2c-3d82-4468-9d4a-6db47d1f4cca")
NONE, ALERTING, CONNECTED, HOLDED, CONFERENCED, STATE_UNKNOWN, BUSY = range(7)
(GENERAL, LIBRARY, CONNECTION, COMMAND, NOT_IMPLEMENTED, CALL_CENTRE, AUTHENTICATION, SAVING,
 HANDLER, CONFIG) = range(10)
# What a call object may hold: the type of each member.
MEMBERS = {"id": str, "databaseUId": str, "userContactUId": str, "deviceId": str, "callerId": str,
           "calledId": str, "direction": str, "callContext": str, "callContextType": str,
           "state": int, "oldState": int, "stateCause": str, "callFeaturesSet": int,
           "redirectingId": str, "redirectionId": str, "startTime": str, "endTime": str,
           "connectionStartTime": str, "currentHoldStartTime": str, "currentTalkStartTime": str,
           "timeStamp": str, "totalHoldDuration": int, "totalTalkDuration": int}
NEEDED = ("id", "databaseUId", "deviceId", "direction", "state", "oldState", "callFeaturesSet",
          "startTime", "timeStamp")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
CALL_TYPE = "%s.Messaging.Common.Call, %s.Messaging.Common"
CONTACT = "00000000-0000-4000-8000-00000000c0de"  # of the user, in the CRM
WAIT = 8


class Wrong(AssertionError):
    """A frame that no panel could take, or one that did not come."""


def names_of(bits):
    """{"DROP", "DTMF"} of a number."""
    return {name for name, bit in BITS.items() if bits & bit}


def check_call(call):
    """A call as the panel needs it: members, their types, and what depends on what."""
    for key, value in call.items():
        if type(value) is not MEMBERS.get(key):
            raise Wrong("member %s of %s" % (key, call))
        if value == "":
            raise Wrong("%s should be left out: %s" % (key, call))
        if key.endswith(("Time", "Stamp")) and not TIME.match(value):
            raise Wrong("no time: %s" % value)
    missing = [key for key in NEEDED if key not in call]
    if missing or not GUID.match(call["databaseUId"]):
        raise Wrong("%s is missing, or no GUID: %s" % (missing, call))
    own = {IN: "calledId", OUT: "callerId"}[call["direction"]]
    if call[own] != call["deviceId"]:
        raise Wrong("who is the other one? %s" % call)
    if call["state"] == NONE and (call["callFeaturesSet"] or "endTime" not in call):
        raise Wrong("a call that is over: %s" % call)


class Panel:
    """One panel. family: Terrasoft, Creatio or BPMSoft."""

    sent, seen = Counter(), Counter()  # by all panels of this process

    def __init__(self, socket, family="Terrasoft"):
        self.socket = socket
        self.family = family
        self.library = self.connection = ""
        self.events = []
        self.at = 0          # wait() looks from there
        self.calls = {}      # id -> the call as it was told last
        self.over = set()
        self.features = {}   # id, or None for the line -> the last LINE_STATE_CHANGED

    # -- what the browser sends

    def send(self, command, call=None, uid="", **parameters):
        """A frame; call: an id, or an object that goes along as text."""
        identity = call["id"] if isinstance(call, dict) else call or ""
        kind = CALL_TYPE % (self.names, self.names) if call else ""
        self.sent[command] += 1
        self.socket.send_text(json.dumps({
            "commandUId": uid, "command": command, "libraryInstanceUId": self.library,
            "connectionUId": self.connection, "commandExecutorId": identity,
            "commandExecutorType": kind,
            "commandExecutor": json.dumps(call) if isinstance(call, dict) else None,
            "parameters": parameters or None}, ensure_ascii=False))

    @property
    def names(self):
        """In whose names the frames are: Creatio kept those of Terrasoft."""
        return "BPMSoft" if self.family == "BPMSoft" else "Terrasoft"

    def load(self):
        """LoadLibrary."""
        self.send("LoadLibrary", AssemblyName="%s.Messaging.Asterisk" % self.family)
        self.library = self.wait("LIBRARY_INITIALIZED")["content"]
        return self

    def ask_open(self, line, **config):
        """OpenConnection, as the browser sends it."""
        self.send("OpenConnection", uid="open",
                  connectionParams=json.dumps({"ExtensionName": line, **config}),
                  sessionServiceParams=json.dumps({
                      "UserUId": str(uuid.UUID(int=int(re.sub(r"\D", "", line) or 0))),
                      "UserContactUId": CONTACT, "ServiceUrl": "https://crm.test"}))

    def open(self, line, **config):
        """OpenConnection, and what the browser does at once; the snapshot."""
        self.ask_open(line, **config)
        self.connection = self.wait("CONNECTION_CREATED")["connectionUId"]
        self.send("QueryActiveCallSnapshot")
        return self.wait("ACTIVE_CALL_SNAPSHOT")["content"]

    # -- what comes

    def read(self, timeout):
        """The next frame, checked."""
        event = json.loads(self.socket.recv(timeout))
        name = EVENTS[event["eventType"]]
        if sorted(event) != ["commandUId", "connectionUId", "content", "contentType", "eventType",
                             "privateData"] or not isinstance(event["content"], str):
            raise Wrong("an odd frame: %s" % event)
        if self.connection and event["connectionUId"] != self.connection and name not in (
                "CONNECTION_CREATED", "ERROR"):
            raise Wrong("of another connection: %s" % event)
        if name not in ("LIBRARY_INITIALIZED", "CONNECTION_CREATED"):
            event["content"] = json.loads(event["content"])
        event["name"] = name
        self.seen[name] += 1
        self.events.append(event)
        self.take(event)
        return event

    def take(self, event):
        """Keeps what the browser's model keeps."""
        name, content = event["name"], event["content"]
        if name in CALL_EVENTS:
            self.take_call(name, content)
            if event["contentType"] != CALL_TYPE % (self.names, self.names):
                raise Wrong("type of a call: %s" % event)
        elif name == "LINE_STATE_CHANGED":
            self.features[content.get("callId")] = content["callFeaturesSet"]
        elif name == "CONNECTION_CREATED":
            self.connection = event["connectionUId"]
            self.calls, self.features = {}, {}
        elif name == "ACTIVE_CALL_SNAPSHOT":
            for call in content["ActiveCalls"]:
                check_call(call)
            self.calls = {call["id"]: call for call in content["ActiveCalls"]}
            if content["CurrentCall"] not in [*content["ActiveCalls"], None]:
                raise Wrong("a current call of its own: %s" % content)

    def take_call(self, name, call):
        """A call begins once, is told only while it lives, and ends once."""
        check_call(call)
        identity = call["id"]
        if (name == "RING_STARTED") == (identity in self.calls) or identity in self.over:
            raise Wrong("%s out of order: %s; before: %s" % (name, call, self.story()))
        self.calls[identity] = call
        if name == "RING_FINISHED":
            del self.calls[identity]
            self.over.add(identity)

    def wait(self, name, timeout=WAIT, **wanted):
        """The first such event behind the last one that was waited for. wanted: members of
        its content."""
        end = time.monotonic() + timeout * SLOW
        at = self.at
        while True:
            while at < len(self.events):
                event = self.events[at]
                at += 1
                if event["name"] == name and has(event["content"], wanted):
                    self.at = at
                    return event
            try:
                self.read(max(0.0, end - time.monotonic()))
            except (TimeoutError, ws.Closed) as error:
                raise Wrong("no %s %s (%s) in %s" % (name, wanted, error, self.story())) from None

    def wait_call(self, name, **wanted):
        """The call of such an event."""
        return self.wait(name, **wanted)["content"]

    def wait_bits(self, call, *names, timeout=WAIT):
        """Until exactly these features of the call (or of the line: None) were told last."""
        end = time.monotonic() + timeout * SLOW
        while names_of(self.features.get(call, 0)) != set(names) or call not in self.features:
            try:
                self.read(max(0.0, end - time.monotonic()))
            except (TimeoutError, ws.Closed) as error:
                raise Wrong("features %s, not %s (%s) in %s" % (
                    sorted(names_of(self.features.get(call, 0))), sorted(names), error,
                    self.story())) from None

    def drain(self, seconds=0.15):
        """Reads until nothing comes for that time."""
        try:
            while True:
                self.read(seconds * SLOW)
        except (TimeoutError, ws.Closed):
            return self

    def count(self, name, **wanted):
        """How many such events have come."""
        return sum(event["name"] == name and has(event["content"], wanted)
                   for event in self.events)

    def order(self, identity):
        """The names of the events of a call, in order."""
        return [event["name"] for event in self.events if isinstance(event["content"], dict)
                and event["name"] in CALL_EVENTS and event["content"]["id"] == identity]

    def story(self):
        """What came, for reading."""
        return "\n" + "\n".join("%s %s" % (event["name"], json.dumps(event["content"]))
                                for event in self.events[-40:])

    # -- commands and their outcome

    def do(self, command, call=None, **parameters):
        """A command that must succeed: its COMMAND_INFO."""
        return self.answered(command, call, "COMMAND_INFO", parameters)

    def refused(self, command, kind, reason, call=None, **parameters):
        """A command that must be refused so; the sentence."""
        told = self.answered(command, call, "ERROR", parameters)
        if (told["errorType"], told["internalErrorCode"]) != (kind, reason):
            raise Wrong("%s: %s instead of %s %s" % (command, told, kind, reason))
        return told["data"]

    def answered(self, command, call, name, parameters):
        """Sends; waits for the answer with that commandUId, whatever else comes."""
        uid = "u%d" % sum(self.sent.values())
        start = len(self.events)
        self.send(command, call, uid, **parameters)
        end = time.monotonic() + WAIT * SLOW
        while True:
            for event in self.events[start:]:
                if event["commandUId"] == uid and event["name"] in ("COMMAND_INFO", "ERROR"):
                    if event["name"] != name:
                        raise Wrong("%s: %s" % (command, event))
                    return event["content"]
            try:
                self.read(max(0.0, end - time.monotonic()))
            except (TimeoutError, ws.Closed) as error:
                raise Wrong("%s has no outcome (%s): %s" % (command, error, self.story())) from None

    def close(self):
        """As a browser's tab that is closed."""
        self.socket.drop()


def has(content, wanted):
    """Are these members there?"""
    return not wanted or (isinstance(content, dict) and all(
        content.get(key) == value for key, value in wanted.items()))
