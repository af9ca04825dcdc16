"""What must hold of the events of `zvon calls`, whatever is played."""

import re

CONTEXT = {"seq", "time", "server", "call", "event", "direction", "from", "to", "did", "queue",
           "state", "result", "legs"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z")
STEPS = ["leg.ringing", "leg.answered", "leg.ended"]


def check_numbers(test, lines):
    """Numbered from 1 without a gap, all of them."""
    test.assertEqual([line["seq"] for line in lines], list(range(1, len(lines) + 1)))


def check_calls(test, lines):
    """Each call begins once and ends once, with nothing outside; returns the last event of
    each, by its id."""
    by_call = {}
    for line in lines:
        test.assertLessEqual(CONTEXT, set(line), line)
        test.assertRegex(line["time"], TIME)
        by_call.setdefault(line["call"], []).append(line)
    for events in by_call.values():
        names = [event["event"] for event in events]
        test.assertEqual((names[0], names.count("call.started")), ("call.started", 1), names)
        test.assertEqual((names[-1], names.count("call.ended")), ("call.ended", 1), names)
    return {call: events[-1] for call, events in by_call.items()}


def check_ends(test, ends, summaries):
    """A call that ended is in the summary, or went on in one that is."""
    listed = {one["call"]: one for one in summaries}
    test.assertEqual(len(listed), len(summaries), "a call twice")
    for call, end in ends.items():
        if end["reason"] == "merged":
            test.assertIn(end["into"], ends, end)
            test.assertNotIn(call, listed)
            continue
        test.assertIsNone(end["reason"], end)
        one = listed.pop(call)
        for key in ("direction", "from", "to", "did", "queue", "result"):
            test.assertEqual(end[key], one[key], (key, end))
    test.assertEqual(listed, {}, "summary of calls that the stream does not tell")


def check_legs(test, lines, summaries):
    """Each leg rings before it is answered, and ends once."""
    steps = {}
    for line in lines:
        if line["event"] in STEPS:
            steps.setdefault(line["leg"]["channel"], []).append(line["event"])
    for one in summaries:
        for leg in one["legs"]:
            expected = [step for step, done in zip(STEPS, (leg["rang"], leg["answered"], True))
                        if done]
            test.assertEqual(steps.pop(leg["channel"], []), expected, leg)
    test.assertEqual(steps, {}, "legs that are in no summary")


def check_answers(test, lines, summaries):
    """The first conversation of a call is told, once."""
    for one in summaries:
        told = [line for line in lines
                if line["event"] == "call.answered" and line["call"] == one["call"]]
        test.assertEqual(len(told), 1 if one["talked"] else 0, one)


def check_stream(test, lines, ours, summaries):
    """All of it; `ours` are the events of the calls of this test."""
    check_numbers(test, lines)
    ends = check_calls(test, ours)
    check_ends(test, ends, summaries)
    check_legs(test, ours, summaries)
    check_answers(test, ours, summaries)
