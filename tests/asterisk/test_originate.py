"""`zvon originate` in every outcome: result word, exit code, and the steps before it."""

import threading
import time

from lab import DONE, NEGATIVE, LiveTest, both_versions, run_zvon

RESULTS = {"answered": 10, "busy": 11, "no_answer": 12, "cancelled": 13, "rejected": 14,
           "congestion": 15, "failed": 16, "abandoned": 17}
RING = "--ring-timeout"  # how long the first leg may ring, in seconds


@both_versions
class Originate(LiveTest):
    """The first leg is `--from`; when it answers, it goes on to the extension `--to`."""

    def url(self):
        """Where the command connects to."""
        return self.server.url()

    def originate(self, first, to, *options):
        """Runs the command."""
        return run_zvon("originate", self.url(), "--from", first, "--to", to,
                        "--context", "internal", *options, timeout=40)

    def check_result(self, result, word):
        """One JSON object per step, the last one with this result."""
        *steps, last = result.json()
        self.assertEqual(last.get("result"), word, result)
        self.check(result, RESULTS[word])
        for step in steps:
            self.assertIn("state", step, result)
            self.assertNotIn("result", step, result)

    def scene(self, first, to, word, *phones, script=None, options=()):
        """An attempt with these phones; `script` drives them meanwhile."""
        with self.phones(*phones) as opened:
            if script:
                threading.Thread(target=script, args=opened, daemon=True).start()
            self.check_result(self.originate(first, to, *options), word)

    def hang_up_second(self, _first, second):
        """The second phone talks for a moment and hangs up."""
        dialog = second.wait_call("up")
        if dialog:
            time.sleep(0.2)
            dialog.bye()

    def hang_up_first_while_second_rings(self, first, second):
        """The first phone does not wait for the second."""
        if second.wait_call("ringing"):
            first.last().bye()

    def test_answered(self):
        self.scene("PJSIP/101", "102", "answered", ("101",), ("102",),
                   script=self.hang_up_second)

    def test_answered_by_local_channel(self):
        self.scene("Local/101@internal", "102", "answered", ("101",), ("102",),
                   script=self.hang_up_second)

    def test_answered_by_a_registered_phone(self):
        with self.phones(("105",), ("102",)) as (first, second):
            self.assertEqual(first.register(self.server.ip, "lab105"), 200)
            threading.Thread(target=self.hang_up_second, args=(first, second),
                             daemon=True).start()
            self.check_result(self.originate("PJSIP/105", "102"), "answered")
            self.assertEqual(first.register(self.server.ip, "lab105", 0), 200)

    def test_first_busy(self):
        self.scene("PJSIP/101", "102", "busy", ("101", 486))

    def test_first_declines(self):
        self.scene("PJSIP/101", "102", "rejected", ("101", 603))

    def test_first_congested(self):
        self.scene("PJSIP/101", "102", "congestion", ("101", 503))

    def test_first_does_not_answer(self):
        self.scene("PJSIP/101", "102", "no_answer", ("101", "ring"), options=(RING, "2"))

    def test_first_unreachable(self):
        # the server says no more than that time is up
        self.check_result(self.originate("PJSIP/109", "102", RING, "2"), "no_answer")

    def test_first_not_registered(self):
        self.check_result(self.originate("PJSIP/105", "102"), "failed")

    def test_first_unknown(self):
        self.check_result(self.originate("PJSIP/nosuch", "102"), "failed")

    def test_technology_unknown(self):
        self.check_result(self.originate("NoTech/1", "102"), "failed")

    def test_second_busy(self):
        self.scene("PJSIP/101", "102", "busy", ("101",), ("102", 486))

    def test_second_declines(self):
        self.scene("PJSIP/101", "102", "rejected", ("101",), ("102", 603))

    def test_second_congested(self):
        self.scene("PJSIP/101", "102", "congestion", ("101",), ("102", 503))

    def test_second_does_not_answer(self):
        self.scene("PJSIP/101", "5102", "no_answer", ("101",), ("102", "ring"))

    def test_caller_cancels(self):
        self.scene("PJSIP/101", "102", "cancelled", ("101",), ("102", "ring"),
                   script=self.hang_up_first_while_second_rings)

    def test_extension_unknown(self):
        # the server refuses the action itself: nothing rings, there is no call
        result = self.originate("PJSIP/101", "999")
        self.check(result, NEGATIVE)
        self.assertIn("Extension does not exist", result.err)

    def test_first_is_the_busy_application(self):
        self.scene("Local/602@internal", "604", "busy")

    def test_first_is_the_congestion_application(self):
        self.scene("Local/603@internal", "604", "congestion")

    # 101 answers and hears a tone; the server then hangs up with cause 0, as after any
    # application: only the application's name in Newexten tells the outcome

    def test_second_is_the_busy_application(self):
        self.scene("PJSIP/101", "602", "busy", ("101",))

    def test_second_is_the_congestion_application(self):
        self.scene("PJSIP/101", "603", "congestion", ("101",))

    def test_second_is_another_application(self):
        self.scene("PJSIP/101", "604", "answered", ("101",))

    def test_nothing_is_left_of_an_attempt(self):
        self.scene("PJSIP/101", "102", "busy", ("101", 486))
        with self.server.witness() as witness:
            self.assertEqual(witness.request_list("CoreShowChannels")[1], [])
        self.check(run_zvon("action", self.server.url(), "Ping"), DONE)
