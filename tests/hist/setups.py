"""setups.py - the tables of real set-ups under tests/hist/fixtures.

Each folder has

    set-up.json     what it is, preset, table, its columns with their kind (key, int, real, text,
                    datetime), the time zone of its times, and, where the preset does not say it
                    all, a map {column of Asterisk: column of the table}
    rows.csv        the rows, a head line first; \\N is NULL
    expected.jsonl  the conversations they tell, as zv_conversation_json writes them, in the order
                    of their start
"""

import csv
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent / "fixtures"
NAMES = sorted(path.parent.name for path in FIXTURES.glob("*/set-up.json"))

ZONES = {"UTC": 0, "Europe/Moscow": 3}

# What presets call otherwise (src/hist/preset.c is what counts; this is for tests without it).
RENAMED = {
    "mikopbx": {"src": "src_num", "dst": "dst_num", "channel": "src_chan",
                "dstchannel": "dst_chan", "lastapp": "appname", "uniqueid": "UNIQUEID",
                "end": "endtime"},
}
TIMES = ("start", "answer", "end")


class SetUp:
    """One of them, read."""

    def __init__(self, name):
        self.folder = FIXTURES / name
        told = json.loads((self.folder / "set-up.json").read_text(encoding="utf-8"))
        self.preset, self.table = told["preset"], told["table"]
        self.columns, self.map = told["columns"], told["map"]
        self.zone, self.trunks = told["zone"], told["trunks"]

    def rows(self):
        """The rows under the table's own names; None for NULL."""
        with open(self.folder / "rows.csv", newline="", encoding="utf-8") as file:
            for row in csv.DictReader(file):
                yield {key: None if value == "\\N" else value for key, value in row.items()}

    def asterisk_rows(self):
        """The rows under Asterisk's names, times in UTC: what the stitcher is fed."""
        names = [column for column, _ in self.columns]
        taken = {"start": "calldate"} if "calldate" in names else {}
        taken.update(RENAMED.get(self.preset, {}))
        taken.update(self.map)
        for row in self.rows():
            fed = {key: value for key, value in row.items() if value is not None}
            fed.update({key: row[column] or "" for key, column in taken.items()})
            for key in TIMES:
                if fed.get(key):
                    fed[key] = self.to_utc(fed[key])
            for key in ("duration", "billsec"):
                if fed.get(key):
                    fed[key] = str(int(float(fed[key])))
            yield fed

    def to_utc(self, text):
        """That local time in UTC."""
        local = datetime.fromisoformat(text)
        moved = local - timedelta(hours=ZONES[self.zone])
        return moved.replace(tzinfo=timezone.utc).isoformat(timespec="milliseconds")

    def expected(self):
        """The conversations."""
        text = (self.folder / "expected.jsonl").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]
