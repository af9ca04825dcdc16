"""Calls through a queue."""

from lab import both_versions
from scene import (A, B, BOTH, C, D, LOCAL_MEMBER, OFFICE, OUTSIDE, QUEUE, SHORT_QUEUE, TRUNK,
                   SceneTest, call, callee, caller, inbound)

OF_BOTH = "office%d" % OFFICE    # rings A for two seconds, then B
OF_LOCAL = "local%d" % OFFICE    # rings C through a Local channel


@both_versions
class CallsModelQueue(SceneTest):
    """Who waits, who is rung, who answers."""

    def check_queued(self, *queues):
        """The callers came into these queues."""
        self.assertEqual(self.told("call.queued", "queue"), [(queue,) for queue in queues])

    def test_second_member_answers(self):
        self.phone(A, "ring")
        self.phone(B)
        dialog = self.from_outside(QUEUE, "Клиент Очереди")
        self.talk(TRUNK, B)
        dialog.bye()
        self.expect(inbound(B, QUEUE, "answered", caller(TRUNK), callee(A, "no_answer"),
                            callee(B), name="Клиент Очереди", queue=OF_BOTH,
                            talked=[OUTSIDE, B]))
        self.check_queued(OF_BOTH)

    def test_agent_hangs_up(self):
        agent = self.phone(A)
        self.from_outside(QUEUE)
        self.talk(TRUNK, A)
        agent.last().bye()
        self.expect(inbound(A, QUEUE, "answered", caller(TRUNK), callee(A), queue=OF_BOTH,
                            talked=[OUTSIDE, A]))

    def test_caller_leaves(self):
        self.phone(A, "ring")
        dialog = self.from_outside(QUEUE)
        self.seen("Newstate", ChannelStateDesc="Ringing")
        self.assertTrue(dialog.wait("up"))
        dialog.bye()
        self.expect(inbound(A, QUEUE, "abandoned", caller(TRUNK, "abandoned", answered=True),
                            callee(A, "cancelled"), queue=OF_BOTH))

    def test_members_refuse(self):
        self.phone(A, 486)
        self.phone(B, 603)
        dialog = self.from_outside(QUEUE)
        self.seen("Hangup", Cause="21")
        dialog.bye()
        self.expect(inbound(A, QUEUE, "abandoned", caller(TRUNK, "abandoned", answered=True),
                            callee(A, "busy"), callee(B, "rejected"), queue=OF_BOTH))

    def test_queue_gives_up(self):
        self.phone(A, "ring")
        self.assertTrue(self.dial(self.phone(D), SHORT_QUEUE).wait("done"))
        self.expect(call(D, SHORT_QUEUE, "no_answer", caller(D, "no_answer", answered=True),
                         callee(A, "no_answer"), queue=OF_BOTH))

    def test_nobody_in_the_queue(self):
        self.assertTrue(self.dial(self.phone(A), "801").wait("done"))
        self.expect(call(A, "801", "no_answer", caller(A, "no_answer", answered=True),
                         queue="empty"))

    def test_local_member(self):
        self.phone(C)
        dialog = self.dial(self.phone(A), LOCAL_MEMBER)
        self.talk(A, C)
        dialog.bye()
        self.expect(call(A, LOCAL_MEMBER, "answered", caller(A), callee(C), queue=OF_LOCAL,
                         talked=[A, C]))

    def test_two_wait_for_one(self):
        """The second waits until the only member has talked with the first."""
        agent = self.phone(C)
        first, second = self.dial(self.phone(A), LOCAL_MEMBER), None
        self.talk(A, C)
        second = self.dial(self.phone(B), LOCAL_MEMBER)
        self.seen("QueueCallerJoin", 2)
        first.bye()
        self.talk(B, C)
        agent.last().bye()
        self.assertTrue(second.wait("done"))
        self.expect(call(A, LOCAL_MEMBER, "answered", caller(A), callee(C), queue=OF_LOCAL,
                         talked=[A, C]),
                    call(B, LOCAL_MEMBER, "answered", caller(B), callee(C), queue=OF_LOCAL,
                         talked=[B, C]))
        self.check_queued(OF_LOCAL, OF_LOCAL)

    def test_two_wait_and_one_leaves(self):
        """A is rung for the first, B for the second, who leaves."""
        self.phone(A, delay=0.5)
        self.phone(B, "ring")
        first = self.from_outside(QUEUE)
        self.seen("Newstate", ChannelStateDesc="Ringing")
        second = self.dial(self.phone(D), BOTH)
        self.seen("Newstate", 2, ChannelStateDesc="Ringing")
        second.bye()
        self.talk(TRUNK, A)
        first.bye()
        self.expect(inbound(A, QUEUE, "answered", caller(TRUNK), callee(A), queue=OF_BOTH,
                            talked=[OUTSIDE, A]),
                    call(D, BOTH, "abandoned", caller(D, "abandoned", answered=True),
                         callee(B, "cancelled"), queue=OF_BOTH))

    def test_waiting_and_pauses(self):
        """The number of those who wait, and a member that is paused, are told."""
        self.phone(B, "ring")
        self.pause(A, "true", Reason="обед")
        dialog = self.dial(self.phone(D), BOTH)
        self.seen("Newstate", ChannelStateDesc="Ringing")
        dialog.bye()
        self.pause(A, "false")
        self.expect(call(D, BOTH, "abandoned", caller(D, "abandoned", answered=True),
                         callee(B, "cancelled"), queue=OF_BOTH))
        told = [line for line in self.calls.lines if line.get("queue") == OF_BOTH]
        self.assertEqual([line["waiting"] for line in told if line["event"] == "queue.state"][-2:],
                         [1, 0])
        members = [(line["paused"], line["pause_reason"]) for line in told
                   if line["event"] == "queue.member" and line["line"] == A]
        self.assertIn((True, "обед"), members)
        self.assertEqual(members[-1], (False, None))

    def pause(self, line, paused, **more):
        """Pauses a member, or ends that."""
        self.action("QueuePause", Interface="PJSIP/" + line, Queue=OF_BOTH, Paused=paused, **more)
