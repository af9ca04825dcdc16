"""scenes.py - recorded calls of real servers, told twice: by what was seen live (`zvon calls
--summary`) and by the records that Asterisk wrote of them (the Cdr and CEL events in the same
recording, which have what the rows of the tables have).
"""

import json
import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ZVON_BUILD", ROOT / "build"))
CAPTURES = ROOT / "tests" / "wire" / "captures"
VERSIONS = ("1.8.32.3", "11.25.3", "16.28.0", "22.10.1")

# Header of the event -> column of the table.
CDR = {
    "AccountCode": "accountcode", "Source": "src", "Destination": "dst",
    "DestinationContext": "dcontext", "CallerID": "clid", "Channel": "channel",
    "DestinationChannel": "dstchannel", "LastApplication": "lastapp", "LastData": "lastdata",
    "StartTime": "start", "AnswerTime": "answer", "EndTime": "end", "Duration": "duration",
    "BillableSeconds": "billsec", "Disposition": "disposition", "UniqueID": "uniqueid",
    "UserField": "userfield", "LinkedID": "linkedid",
}
CEL = {
    "EventName": "eventtype", "CallerIDnum": "cid_num", "CallerIDname": "cid_name",
    "Exten": "exten", "Context": "context", "Channel": "channame", "Application": "appname",
    "AppData": "appdata", "EventTime": "eventtime", "UniqueID": "uniqueid",
    "LinkedID": "linkedid", "Peer": "peer", "Extra": "extra",
}


def packets(path):
    """The events of a recording, each a dict of its headers (the last of a name counts)."""
    text = path.read_bytes().decode("utf-8", "replace")
    for block in text.split("\r\n\r\n"):
        packet = {}
        for line in block.split("\r\n"):
            key, colon, value = line.partition(":")
            if colon:
                packet[key] = value[1:] if value.startswith(" ") else value
        if "Event" in packet:
            yield packet


def rows(path, cel=False):
    """The rows that a PBX would have written of that recording."""
    for packet in packets(path):
        if packet["Event"] == "Cdr":
            yield {column: packet.get(key, "") for key, column in CDR.items()}
        elif cel and packet["Event"] == "CEL":
            row = {column: packet.get(key, "") for key, column in CEL.items()}
            yield dict(row, row="cel")


def stitch(rows_of_it, *trunks):
    """Conversations that src/hist makes of rows."""
    text = "".join(json.dumps(row) + "\n" for row in rows_of_it)
    done = subprocess.run([BUILD / "tests" / "hist" / "stitch_rows", *trunks], input=text,
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def live(path):
    """What `zvon calls --summary` tells of that recording."""
    done = subprocess.run([BUILD / "zvon", "calls", "--summary", "--format", "json", path],
                          capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def is_call(conversation):
    """Local channels alone are no call (docs/calls.md)."""
    return bool(conversation["legs"])


def facts(call):
    """What both tellings have, in a form that is easy to compare."""
    return {
        "call": call["call"],
        "direction": call["direction"],
        "from": call["from"]["number"],
        "to": call["to"]["number"],
        "did": call["did"],
        "queue": call["queue"],
        "result": call["result"],
        "talked": call["talked"],
        "transfers": [(t["kind"], t["by"], t["to"]) for t in call["transfers"]],
        "picked_up_by": call["picked_up_by"],
        "parked": call["parked"],
        "legs": sorted((leg["line"] or "", leg["role"], leg["result"] or "") for leg in call["legs"]),
    }


def compare(seen, recorded):
    """{(call, fact): (seen live, in the records)} of what differs."""
    wrong = {}
    there = {call["call"]: facts(call) for call in recorded}
    for call in seen:
        if call.get("open"):
            there.pop(call["call"], None)
            continue
        told = there.pop(call["call"], None)
        if told is None:
            wrong[call["call"], "missing"] = (facts(call), None)
            continue
        for name, value in facts(call).items():
            if told[name] != value:
                wrong[call["call"], name] = (value, told[name])
    for name, told in there.items():
        wrong[name, "extra"] = (None, told)
    return wrong
