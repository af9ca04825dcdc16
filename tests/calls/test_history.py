"""Each recorded scene, played to a real zvond: what its history keeps is what `zvon calls
--summary` tells of the recording. All of them at once, each a server of its own; and once more
after kill -9: each call is there once."""

import functools
import sys
import time
import unittest
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "sys")]

import scenes  # noqa: E402
from test_scenes import FOLDER, TRUNK, calls  # noqa: E402
from zvond_common import SLOW, Zvond, config, token_hash  # noqa: E402

HISTORY = """
[history]
store = {folder}/history.db
"""
ROLE = """
[role listener]
may = view
see = all
history = all
recordings = all
[user listener]
role = listener
token = %s
""" % token_hash("listener")
SERVER = """
[server %s]
replay = %s
replay_speed = 1000
trunks = trunk
"""
SERVERS = 50  # at one zvond; its store knows 60
PACKETS = "zvond_server_events_total"
VERSIONS = sorted(path.name for path in FOLDER.iterdir() if scenes.version_of(path.name))


def recordings(version):
    """{name of a server: path}"""
    return {path.stem: path for path in sorted((FOLDER / version).glob("*.ami"))}


def told(path):
    """{id: summary} of the calls that ended in a recording, and the ids of those that went on."""
    ended = {event["call"]: event["reason"] for event in calls(path, *TRUNK)
             if event["event"] == "call.ended"}
    going_on = {call for call, reason in ended.items() if reason == "end_of_input"}
    found = {one["call"]: one for one in calls("--summary", path, *TRUNK)
             if one["call"] not in going_on}
    return found, going_on


def as_summary(call):
    """A call of the history in the words of a summary."""
    whole = {"transfers": [], "picked_up_by": None, "parked": False, "talked": [], **call}
    whole["recordings"] = [one["file"] for one in call["recordings"]]
    return scenes.summary_block(whole)


class History(unittest.TestCase):
    """One test for each version: see the end of this file."""

    maxDiff = None

    def pages(self, z):
        """{(server, id): call}; a call that comes twice is a failure."""
        found, cursor = {}, ""
        while cursor is not None:
            more = "&cursor=" + urllib.parse.quote(cursor) if cursor else ""
            answer = z.get("/v1/history?limit=100" + more, token="listener")
            self.assertEqual(answer.status, 200, answer.body)
            for call in answer.json["calls"]:
                key = call["server"], call["call"]
                self.assertNotIn(key, found)
                found[key] = call
            cursor = answer.json["next"]
        return found

    def wait_for(self, z, wanted):
        """All of them, as soon as they are there; or what there is after a while."""
        end = time.monotonic() + 20 * SLOW
        while z.get("/v1/history", token="listener").status != 200:
            self.assertLess(time.monotonic(), end, z.log[-5:])
            time.sleep(0.05)
        while True:
            found = self.pages(z)
            if set(found) >= set(wanted) or time.monotonic() > end:
                return found
            time.sleep(0.2)

    def wait_silence(self, z):
        """Until the recordings have been told to their end, and what came of it is written."""
        end, before, since = time.monotonic() + 30 * SLOW, None, 0
        while time.monotonic() < end:
            now = z.metrics()
            told = sum(value for name, value in now.items() if name.startswith(PACKETS))
            if told != before:
                before, since = told, time.monotonic()
            elif time.monotonic() - since > 0.5 and not now["zvond_history_waiting"]:
                return
            time.sleep(0.1)
        self.fail("it does not end")

    def check(self, z, wanted, going_on):
        found = self.wait_for(z, wanted)
        self.assertEqual(sorted(set(wanted) - set(found)), [], "missing")
        self.assertEqual(sorted(set(found) - set(wanted) - going_on), [], "nobody told of them")
        for key in wanted:
            with self.subTest(call=key):
                self.assertEqual(as_summary(found[key]), scenes.summary_block(wanted[key]))
                self.assertLessEqual(found[key]["started"], found[key]["ended"])
                self.assertEqual(found[key]["sources"], ["live"])
        return found

    def play(self, version):
        paths = list(recordings(version).items())
        found = [self.play_some(dict(paths[at:at + SERVERS]))
                 for at in range(0, len(paths), SERVERS)]
        self.assertGreater(sum(found), 50)

    def play_some(self, paths):
        wanted, going_on = {}, set()
        with ThreadPoolExecutor(2) as pool:
            for name, (ended, others) in zip(paths, pool.map(told, paths.values())):
                wanted.update({(name, call): one for call, one in ended.items()})
                going_on.update((name, call) for call in others)
        more = ROLE + "".join(SERVER % pair for pair in paths.items())
        with Zvond(config(more=more).replace("[listen", HISTORY + "[listen", 1)) as z:
            first = self.check(z, wanted, going_on)
            # killed, it is told everything again
            z.restart(kill=True)
            self.wait_silence(z)
            again = self.check(z, wanted, going_on)
            for key in wanted:
                self.assertEqual(as_summary(again[key]), as_summary(first[key]), key)
        return len(wanted)


for one in VERSIONS:
    setattr(History, "test_" + one.replace(".", "_"),
            functools.partialmethod(History.play, one))


if __name__ == "__main__":
    unittest.main()
