"""Every recorded scene gives the calls that truly happened, in every version.

ZVON_CAPTURES=FOLDER takes the recordings VERSION/NAME.ami of another folder instead."""

import functools
import json
import os
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "wire")]

import cli  # noqa: E402
import laws  # noqa: E402
import reader  # noqa: E402
import scenes  # noqa: E402

FOLDER = Path(os.environ.get("ZVON_CAPTURES") or HERE.parent / "wire" / "captures")
SCENES = scenes.all_scenes()
TRUNK = ("--trunk", "trunk")
# What programs may rely on; a summary may have more.
CALL_KEYS = {"call", "server", "direction", "from", "to", "did", "queue", "result", "legs",
             "transfers", "picked_up_by", "parked", "recordings", "talked"}
LEG_KEYS = {"line", "channel", "role", "result", "rang", "answered"}
OF_CALLS = {"Newchannel", "Hangup", "Dial", "DialBegin", "DialEnd", "Newstate"}


def recordings():
    """{scene: {version: path}} of what is there."""
    found = {}
    for path in sorted(FOLDER.glob("*/*.ami")):
        version = scenes.version_of(path.parent.name)
        if version:
            found.setdefault(path.stem, {})[version] = path
    return found


RECORDINGS = recordings()


def calls(*arguments, stdin=b""):
    """The objects that a finished `zvon calls` printed."""
    result = cli.run("calls", *arguments, stdin=stdin)
    if result.code != 0:
        raise AssertionError(str(result))
    return [json.loads(line) for line in result.lines]


def packets(path):
    return list(reader.Reader(path.read_bytes()))


class Scenes(unittest.TestCase):
    """One test for each scene; see the end of this file."""

    maxDiff = None

    def hold(self, wanted, found, what):
        lines = scenes.difference(wanted, found)
        if lines:
            self.fail(what + "\n" + "\n".join(lines))

    def hold_summary(self, scene, version, *arguments, stdin=b""):
        strays = scene.strays(version)
        told = [call for call in calls("--summary", *arguments, stdin=stdin)
                if not scenes.has_channel(call, strays)]
        for call in told:
            self.assertLessEqual(CALL_KEYS, set(call))
            self.assertTrue(call["call"])
            for leg in call["legs"]:
                self.assertLessEqual(LEG_KEYS, set(leg))
                self.assertIn(f"/{leg['line']}-", leg["channel"])
        found = [scenes.summary_block(call) for call in told]
        self.hold(scene.wanted("calls", version), found,
                  f"{scene.name}, Asterisk {version}: zvon calls --summary "
                  + " ".join(map(str, arguments)))

    def hold_events(self, scene, version, *arguments, stdin=b""):
        found = calls(*arguments, stdin=stdin)
        blocks = scenes.event_blocks(found, scene.strays(version))
        self.hold([scenes.in_normal_form(b) for b in scene.wanted("events", version)],
                  [scenes.in_normal_form(b) for b in blocks],
                  f"{scene.name}, Asterisk {version}: zvon calls "
                  + " ".join(map(str, arguments)))
        for wanted in scene.wanted("states", version):
            self.assertEqual(scenes.state_lines(found, wanted), wanted,
                             f"{scene.name}, Asterisk {version}")
        return found

    def hold_laws(self, found, path):
        watch = laws.Laws()
        for event in found:
            watch.feed(event)
        self.assertEqual(watch.finish(), [], path)
        self.assertEqual(watch.ghosts(packets(path)), [], path)
        self.assertEqual(laws.wrong_causes(found, packets(path)), [], path)

    def play(self, scene):
        for version, path in RECORDINGS[scene.name].items():
            data = path.read_bytes()
            with self.subTest(version=version, what="summary"):
                self.hold_summary(scene, version, path, *TRUNK)
            with self.subTest(version=version, what="summary, trunk by rule"):
                self.hold_summary(scene, version, path)
            with self.subTest(version=version, what="summary, no times"):
                self.hold_summary(scene, version, "-", *TRUNK, stdin=data)
            with self.subTest(version=version, what="events"):
                self.hold_laws(self.hold_events(scene, version, path, *TRUNK), path)
            with self.subTest(version=version, what="events, no times"):
                self.hold_events(scene, version, "-", *TRUNK, stdin=data)


class SceneFiles(unittest.TestCase):
    """The scene files themselves."""

    def test_scenes_are_there(self):
        self.assertGreater(len(RECORDINGS), 50)
        self.assertGreater(sum(name in RECORDINGS for name in SCENES), 50)

    def test_every_recorded_call_has_a_scene(self):
        for name, paths in RECORDINGS.items():
            if name not in SCENES:
                for path in paths.values():
                    names = {packet["name"] for packet in packets(path)
                             if packet["kind"] == "event"}
                    self.assertFalse(names & OF_CALLS, f"no scenes/{name}.scene for {path}")

    def test_every_scene_is_told(self):
        for scene in SCENES.values():
            self.assertTrue(scene.story, scene.name)
            for version in scenes.VERSIONS:
                self.assertIsNotNone(scene.section("calls", version), scene.name)
                self.assertEqual(bool(scene.wanted("calls", version)),
                                 bool(scene.wanted("events", version)), scene.name)

    def test_exceptions_have_a_reason_and_differ(self):
        for scene in SCENES.values():
            for section in scene.sections:
                if section.versions:
                    where = f"{scene.name} [{section.kind} {' '.join(section.versions)}]"
                    self.assertTrue(section.reason, where)
                    self.assertLessEqual(set(section.versions), set(scenes.VERSIONS), where)
                    shared = scene.wanted(section.kind, "none of them")
                    self.assertTrue(section.strays or section.blocks != shared, where)

    def test_each_call_ends_once(self):
        for scene in SCENES.values():
            for section in scene.sections:
                for block in section.blocks if section.kind == "events" else ():
                    where = f"{scene.name}: {block}"
                    self.assertTrue(block[0].startswith("call.started "), where)
                    self.assertTrue(block[-1].startswith("call.ended "), where)
                    self.assertEqual(sum(line.startswith(("call.started", "call.ended"))
                                         for line in block), 2, where)

    def test_a_difference_is_found(self):
        scene = SCENES["inbound-one-answers"]
        wanted = scene.wanted("events", "22")
        self.assertEqual(scenes.difference(wanted, wanted), [])
        for number in range(len(wanted[0])):
            changed = [wanted[0][:number] + wanted[0][number + 1:]]
            self.assertTrue(scenes.difference(wanted, changed), changed)

    def test_states_are_judged(self):
        went = [{"event": "line.state", "line": "101", "state": state}
                for state in ("dialing", "talking", "idle")]
        wanted = SCENES["call-answered-callee-hangs-up"].wanted("states", "22")[0]
        line = next(line for line in wanted if line.startswith("line 101:"))
        self.assertEqual(scenes.state_lines(went, [line]), [line])
        self.assertNotEqual(scenes.state_lines(went[1:], [line]), [line])

    def test_normal_form(self):
        lines = SCENES["inbound-one-answers"].wanted("events", "22")[0]
        form = scenes.in_normal_form(lines)

        def swap(one, other):
            return [{one: other, other: one}.get(line, line) for line in lines]

        for free in (("leg.ringing 101", "leg.ringing 102"),
                     ("leg.ended 101 answered", "leg.ended trunk answered"),
                     ("call.answered", "leg.ended 102 answered_elsewhere")):
            self.assertEqual(scenes.in_normal_form(swap(*free)), form, free)
        for bound in (("leg.ringing 101", "leg.answered 101"),
                      ("call.answered", "leg.answered trunk"),
                      ("leg.ended trunk answered", "call.ended answered")):
            self.assertNotEqual(scenes.in_normal_form(swap(*bound)), form, bound)


class SameInAllVersions(unittest.TestCase):
    """The shared summary is that of every version that is not excepted."""

    def test_one_summary(self):
        for name, paths in RECORDINGS.items():
            if name not in SCENES:
                continue
            first = None
            for version, path in paths.items():
                if SCENES[name].section("calls", version).versions:
                    continue
                lab = dict((there, here) for here, there in scenes.LAB_NAMES.get(version, ()))
                found = sorted([lab_line(line, lab) for line in scenes.summary_block(call)]
                               for call in calls("--summary", path, *TRUNK))
                first = first or (version, found)
                with self.subTest(name=name, version=version, first=first[0]):
                    self.assertEqual(found, first[1])


def lab_line(line, lab):
    """A line without what the lab or the hour gives."""
    for there, here in lab.items():
        line = line.replace(f'"{there}"', f'"{here}"')
    return line if not line.startswith("  recording") else "  recording"


def add_scene_tests():
    for name, scene in SCENES.items():
        if name in RECORDINGS:
            setattr(Scenes, "test_" + name.replace("-", "_").replace(".", "_"),
                    functools.partialmethod(Scenes.play, scene))


add_scene_tests()

if __name__ == "__main__":
    unittest.main()
