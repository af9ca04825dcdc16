"""Faults 023 and 029: calls that no recording has. Written packet by packet, in the words of
both generations; what must come of them is written beside it as in the scene files."""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "fake"), str(HERE.parent / "wire")]

import cli  # noqa: E402
import laws  # noqa: E402
import reader  # noqa: E402
import scenes  # noqa: E402
from stream import Stream  # noqa: E402

AGENTS = 50
BOTH = ((True, "AMI 2 and up"), (False, "AMI 1.x"))


class StreamTest(unittest.TestCase):
    maxDiff = None

    def objects(self, data, *arguments):
        result = cli.run("calls", *arguments, "-", "--trunk", "trunk", stdin=data)
        self.assertEqual(result.code, 0, str(result))
        return [json.loads(line) for line in result.lines]

    def hold(self, data, wanted):
        """The summary is `wanted`, in the words of a scene file, and no law is broken."""
        wanted = [line[4:] for line in wanted.split("\n") if line.strip()]
        found = [line for call in self.objects(data, "--summary")
                 for line in scenes.summary_block(call)]
        self.assertEqual(wanted, found)
        watch = laws.Laws()
        events = self.objects(data)
        for event in events:
            watch.feed(event)
        self.assertEqual(watch.finish(), [])
        self.assertEqual(watch.ghosts(list(reader.Reader(data))), [])
        for event in events:
            self.assertNotEqual(event.get("reason"), "end_of_input", event)


class RingAll(StreamTest):
    """A queue that rings fifty agents at once; the last one answers."""

    def stream(self, new):
        s = Stream(new)
        caller = s.create("PJSIP/trunk-1", None, "Ring", "74950000008", "79165550001")
        s.state(caller, "Up")
        name = "QueueCallerJoin" if new else "Join"
        s.event(name, *s.of(caller), ("Queue", "all"), ("Position", 1), ("Count", 1))
        agents = []
        for number in range(200, 200 + AGENTS):
            agent = s.create(f"PJSIP/{number}-1", caller)
            s.event("AgentCalled", *self.called(s, caller, agent, number))
            if new:
                s.dial(caller, agent, str(number))
            agents.append(agent)
        for agent in agents:
            s.state(agent, "Ringing")
        return s, caller, agents

    def called(self, s, caller, agent, number):
        if s.new:
            return [*s.of(caller), *s.of(agent, "Dest"), ("Queue", "all"),
                    ("Interface", f"PJSIP/{number}"), ("MemberName", f"Agent {number}")]
        return [("Queue", "all"), ("AgentCalled", f"PJSIP/{number}"),
                ("AgentName", f"Agent {number}"), ("ChannelCalling", caller.name),
                ("DestinationChannel", agent.name), ("CallerIDNum", caller.number),
                ("Uniqueid", caller.unique_id)]

    def left(self, s, caller):
        name = "QueueCallerLeave" if s.new else "Leave"
        s.event(name, *s.of(caller), ("Queue", "all"), ("Position", 1), ("Count", 0))

    def answered(self, new):
        s, caller, agents = self.stream(new)
        *others, last = agents
        s.state(last, "Up")
        for agent in others:
            s.dial_end(caller, agent, "CANCEL")
            s.hangup(agent, 26)
        s.dial_end(caller, last, "ANSWER")
        self.left(s, caller)
        s.bridge("b", caller, last)
        s.unbridge("b", caller, last)
        s.hangup(last)
        s.hangup(caller)
        return s.data

    def test_fault_029_ring_all_answered(self):
        losers = "".join(f"\n      leg {number} callee answered_elsewhere rang"
                         for number in range(200, 200 + AGENTS - 1))
        for new, name in BOTH:
            with self.subTest(name):
                self.hold(self.answered(new), f"""
    call in 79165550001 > {199 + AGENTS}: answered
      did 74950000008
      queue all
      leg trunk caller answered up{losers}
      leg {199 + AGENTS} callee answered rang up
      talked 79165550001 {199 + AGENTS}
    """)

    def test_fault_029_ring_all_abandoned(self):
        losers = "".join(f"\n      leg {number} callee cancelled rang"
                         for number in range(200, 200 + AGENTS))
        for new, name in BOTH:
            with self.subTest(name):
                s, caller, agents = self.stream(new)
                for agent in agents:
                    s.dial_end(caller, agent, "CANCEL")
                    s.hangup(agent, 0)
                s.event("QueueCallerAbandon", *s.of(caller), ("Queue", "all"),
                        ("Position", 1), ("OriginalPosition", 1), ("HoldTime", 3))
                self.left(s, caller)
                s.hangup(caller)
                self.hold(s.data, f"""
    call in 79165550001 > 200: abandoned
      did 74950000008
      queue all
      leg trunk caller abandoned up{losers}
    """)


class Forwards(StreamTest):
    """Phones that send each call on (SIP 302)."""

    def forward(self, s, caller, number, onwards, pair):
        """`caller` dials a phone, which sends the call on through a Local channel."""
        phone = s.create(f"PJSIP/{number}-{pair}", caller)
        s.dial(caller, phone, str(number))
        s.state(phone, "Ringing")
        near, far = s.local(str(onwards), caller, pair)
        s.dial_end(caller, phone, "CANCEL", f"{onwards}@internal")
        s.dial(caller, near, f"{onwards}@internal/n")
        s.hangup(phone, 16)
        return near, far

    def loop(self, new, rounds):
        """102 sends to 103, 103 to 102, and so on; at last Asterisk has enough and the
        dialplan hangs up."""
        s = Stream(new)
        caller = s.create("PJSIP/101-1", None, "Ring", "102")
        pairs = [(None, caller)]
        for turn in range(rounds):
            number = 102 + turn % 2
            pairs.append(self.forward(s, pairs[-1][1], number, 205 - number, turn + 1))
        for near, far in reversed(pairs[1:]):
            s.dial_over(far, "CONGESTION")
            s.hangup(far, 0)
            s.hangup(near, 0)
        s.dial_over(caller, "CONGESTION")
        s.hangup(caller, 34)
        return s.data

    def test_fault_029_forward_loop(self):
        for new, name in BOTH:
            for rounds in (2, 20):
                with self.subTest(name, rounds=rounds):
                    data = self.loop(new, rounds)
                    call, = self.objects(data, "--summary")
                    self.assertNotEqual(call["result"], "answered")
                    self.assertEqual(call["to"]["number"], "102")
                    self.assertEqual([leg["line"] for leg in call["legs"]],
                                     ["101"] + [str(102 + n % 2) for n in range(rounds)])
                    self.assertEqual(call["talked"], [])

    def test_fault_029_forward_chain_answered(self):
        """102 to 103, 103 to 104, who answers across two Local channels."""
        for new, name in BOTH:
            with self.subTest(name):
                s = Stream(new)
                caller = s.create("PJSIP/101-1", None, "Ring", "102")
                near1, far1 = self.forward(s, caller, 102, 103, 1)
                near2, far2 = self.forward(s, far1, 103, 104, 2)
                last = s.create("PJSIP/104-3", far2)
                s.dial(far2, last, "104")
                s.state(last, "Ringing")
                s.state(last, "Up")
                for dialer, half, bridge in ((far2, last, "b3"), (far1, near2, "b2"),
                                             (caller, near1, "b1")):
                    s.dial_end(dialer, half, "ANSWER")
                    s.state(dialer, "Up")
                    s.bridge(bridge, dialer, half)
                    if dialer is not caller:
                        s.state(near2 if dialer is far2 else near1, "Up")
                s.unbridge("b1", caller, near1)
                s.unbridge("b2", far1, near2)
                s.unbridge("b3", far2, last)
                for channel in (near1, far1, near2, far2, last, caller):
                    s.hangup(channel)
                self.hold(s.data, """
    call internal 101 > 102: answered
      leg 101 caller answered up
      leg 102 callee answered_elsewhere rang
      leg 103 callee answered_elsewhere rang
      leg 104 callee answered rang up
      talked 101 104
    """)


class Masquerades(StreamTest):
    """AMI 1.x: a leg goes on under the channel that takes its name, however often."""

    ROUNDS = 30

    def test_fault_029_masquerade_chain(self):
        s = Stream(new=False)
        caller = s.create("SIP/101-1", None, "Ring", "102")
        callee = s.create("SIP/102-1", caller)
        s.dial(caller, callee, "102")
        s.state(callee, "Ringing")
        s.state(callee, "Up")
        s.state(caller, "Up")
        s.bridge("b", caller, callee)
        for _ in range(self.ROUNDS):
            helper = s.create("AsyncGoto/" + callee.name, state="Up")
            s.masquerade(callee, helper)
            s.hangup(callee)
            callee = helper
        s.bridge("b", caller, callee)
        s.unbridge("b", caller, callee)
        s.hangup(callee)
        s.dial_over(caller, "ANSWER")
        s.hangup(caller)
        self.hold(s.data, """
    call internal 101 > 102: answered
      leg 101 caller answered up
      leg 102 callee answered rang up
      talked 101 102
    """)


class LocalChains(StreamTest):
    """Local channels behind each other that are taken out of the middle one by one."""

    DEPTH = 10

    def test_fault_029_local_chain_optimized(self):
        s = Stream()
        caller = s.create("PJSIP/101-1", None, "Ring", "102")
        dialer, pairs = caller, []
        for number in range(self.DEPTH):
            near, far = s.local("102", caller, number + 1)
            s.dial(dialer, near, "102@internal")
            pairs.append((dialer, near, far))
            dialer = far
        callee = s.create("PJSIP/102-1", caller)
        s.dial(dialer, callee, "102")
        s.state(callee, "Ringing")
        s.state(callee, "Up")
        s.dial_end(dialer, callee, "ANSWER")
        s.bridge("last", dialer, callee)
        for number, (dialer, near, far) in reversed(list(enumerate(pairs))):
            s.state(far, "Up")
            s.state(near, "Up")
            s.dial_end(dialer, near, "ANSWER")
            s.state(dialer, "Up")
            s.bridge(f"b{number}", dialer, near)
        self.optimize(s, pairs, callee)
        s.leave("b0", caller, 1)
        s.leave("b0", callee, 0)
        s.hangup(callee)
        s.hangup(caller)
        self.hold(s.data, """
    call internal 101 > 102: answered
      leg 101 caller answered up
      leg 102 callee answered rang up
      talked 101 102
    """)

    def optimize(self, s, pairs, callee):
        """From the far end: the callee moves to the bridge of the near half."""
        bridge = "last"
        for number, (_, near, far) in reversed(list(enumerate(pairs))):
            both = [*s.of(near, "LocalOne"), *s.of(far, "LocalTwo"), ("Id", number)]
            s.event("LocalOptimizationBegin", *both)
            s.leave(bridge, callee, 1)
            s.leave(f"b{number}", near, 1)
            s.enter(f"b{number}", callee, 2)
            s.event("LocalOptimizationEnd", *both)
            s.leave(bridge, far, 0)
            s.hangup(far)
            s.hangup(near)
            bridge = f"b{number}"


class SameIds(StreamTest):
    """Fault 023: an id is unique within its server only."""

    def stream(self, number):
        s = Stream()
        caller = s.create(f"PJSIP/{number}-1", None, "Ring", str(number + 1))
        callee = s.create(f"PJSIP/{number + 1}-1", caller)
        s.dial(caller, callee, str(number + 1))
        s.state(callee, "Ringing")
        s.hangup(callee, 17)
        s.hangup(caller, 17)
        return s.data

    def test_fault_023_the_streams_are_alike(self):
        """What the unit test of two trackers stands on: the same Uniqueid, another call."""
        one, other = (self.objects(self.stream(n), "--summary") for n in (101, 201))
        self.assertEqual(one[0]["call"], other[0]["call"])
        self.assertEqual((one[0]["to"]["number"], other[0]["to"]["number"]), ("102", "202"))


if __name__ == "__main__":
    unittest.main()
