"""The panel of Creatio, bpm'online and BPMSoft at the real daemon, on real servers: from
LoadLibrary to CloseConnection, every command and every event of the protocol."""

import contextlib
import os
import threading
import time
import unittest

from daemon import Zvond, panel as protocol, server_section, token_hash, ws
from lab import LiveTest, Relay, both_versions, versions
from panel import (ALERTING, AUTHENTICATION, BUSY, COMMAND, COMMANDS, CONFIG, CONNECTED, CONNECTION,
                   EVENTS, HOLDED, IN, LIBRARY, NONE, NOT_HERE, NOT_IMPLEMENTED, OUT, Panel)
from phone import Phone

A, B, C, D = "101", "102", "103", "104"
DIRECT, QUEUE, OUTSIDE = "74950000001", "74951000008", "79161234567"
TALKING = ("DROP", "HOLD", "BLIND_TRANSFER", "MAKE_CONSULT_CALL", "DTMF")
HELD = ("DROP", "UNHOLD", "BLIND_TRANSFER", "MAKE_CONSULT_CALL")
HELD_FAR = ("DROP", "BLIND_TRANSFER", "MAKE_CONSULT_CALL")
CONSULTED = ("DROP", "COMPLETE_TRANSFER", "CANCEL_COMPLETE_TRANSFER")
SCENES = os.environ.get("ZVON_SCENES")  # a folder for the raw events of every test
GUEST, KEY = "token-of-a-guest", "key-of-the-strict-listener"

ROLES = """
[role agent]
may = view,dial,control,transfer,agent
calls_a_minute = -1
calls_at_once = -1
dial = allow 12345
[role onlooker]
may = view
[user guest]
role = agent
token = %s
lines = 104
""" % token_hash(GUEST)
LISTENERS = """
[listen main]
bind = 127.0.0.1:0
faces = tms,operations
addresses = 127.0.0.0/8
panel_role = agent
contexts = supervisor
[listen tokens]
bind = 127.0.0.1:0
faces = tms
token_in_url = yes
[listen strict]
bind = 127.0.0.1:0
faces = tms
origins = https://crm.test
addresses = 127.0.0.0/8
panel_role = onlooker
panel_token = %s
[listen far]
bind = 127.0.0.1:0
faces = tms
addresses = 10.0.0.0/8
panel_role = agent
""" % token_hash(KEY)


def configuration(server, more="", **options):
    """Of a daemon at that server."""
    options = {"notify_answer": "yes", "notify_hold": "yes", "auto_pause": "yes", "dnd": "DND",
               **options}
    return ("[general]\nstate =\nlog = debug\n" + LISTENERS + server_section(server, **options)
            + ROLES + more + "\n;secret lab-secret\n")


class PanelTest(LiveTest):
    """Phones and panels; the daemon is one for all tests of a class."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.daemon = cls.run_daemon(configuration(cls.server))

    @classmethod
    def tearDownClass(cls):
        cls.daemon.__exit__()

    @classmethod
    def run_daemon(cls, text):
        """A daemon that knows what is going on."""
        daemon = Zvond(text).__enter__()
        try:
            daemon.wait_synced()
        except BaseException:
            daemon.__exit__()
            raise
        return daemon

    def setUp(self):
        super().setUp()
        self.phones_of_test, self.panels = [], []
        self.read = 0  # packets that seen() has looked at
        self.witness = self.keep(self.server.witness(events="on"))
        self.addCleanup(self.record)
        self.addCleanup(self.clear)

    def record(self):
        """Keeps the raw events, for whoever wants to see them."""
        if SCENES:
            with open("%s/%s.ami" % (SCENES, self.id().partition(".")[2]), "w",
                      encoding="utf-8", newline="") as file:
                for packet in [None, *self.witness.packets]:
                    file.writelines("%s: %s\r\n" % pair for pair in packet or ())
                    file.write("\r\n" if packet else self.witness.banner + "\r\n")

    def clear(self):
        """Everybody hangs up; panels see the end of all their calls."""
        for phone in self.phones_of_test:
            phone.close()
        self.witness.request("Hangup", {"Channel": "/^(PJSIP|SIP|Local)\\//"})
        for one in self.panels:
            for identity in list(one.calls):
                if one.socket.closed is None:
                    one.wait("RING_FINISHED", id=identity)
            one.close()
        troubles = [phone.trouble for phone in self.phones_of_test]
        self.phones_of_test, self.panels = [], []
        self.assertFalse(any(troubles), troubles)

    def phone(self, number, mode="answer", delay=0.1, host=None, **more):
        """A phone that obeys NOTIFY."""
        phone = Phone(number, "127.%s.1.%s" % (self.server.version, host or number), mode, delay,
                      **more)
        phone.obeys = True
        self.phones_of_test.append(phone)
        return phone

    def socket(self, daemon=None, listen="main", path="/", **how):
        """A WebSocket as a browser opens it."""
        daemon = daemon or self.daemon
        how.setdefault("origin", "http://127.0.0.1:%d" % daemon.ports[listen])
        return daemon.open(path, protocol=None, listen=listen, **how)

    def panel(self, line=None, family="Terrasoft", config=None, **where):
        """A panel of that line, connected."""
        one = Panel(self.socket(**where), family)
        self.panels.append(one)
        if line:
            one.load().open(line, **(config or {}))
        return one

    def dial(self, phone, number, **more):
        """The phone calls."""
        return phone.call(number, self.server.ip, **more)

    def from_outside(self, number):
        """A call from the provider."""
        return self.dial(self.phone("trunk", host="200"), number, caller=OUTSIDE)

    def hang_up(self, dialog):
        """That phone ends its call."""
        self.assertTrue(dialog.wait("up"))
        dialog.bye()

    def seen(self, name, timeout=8, **fields):
        """Waits for the next such event of Asterisk."""
        found = self.witness.wait_for(
            lambda p: p.is_event(name) and all(p.get(k) == v for k, v in fields.items()), timeout,
            self.read)
        self.assertIsNotNone(found, "%s %s did not come" % (name, fields))
        self.read = next(n for n, p in enumerate(self.witness.packets) if p is found) + 1
        return found

    def talk(self, own=A, far=B, config=None):
        """The panel of `own` calls `far`; they talk: the panel, the phones and the call."""
        first, second = self.phone(own), self.phone(far)
        one = self.panel(own, config=config)
        one.do("MakeCall", targetAddress=far)
        call = one.wait_call("COMMUTATION_STARTED")
        one.wait_bits(call["id"], *TALKING)
        for dialog in (first.last(), second.last()):
            threading.Thread(target=speak, args=[dialog], daemon=True).start()
        return one, first, second, call


def speak(dialog):
    """As long as they talk. Asterisk ends keys that an action presses (Atxfer) only when it
    hears something of the phone."""
    with contextlib.suppress(OSError):
        while dialog.state == "up":
            dialog.media.speak(0.1)


@both_versions
class Panels(PanelTest):
    """One test for each thing that a panel does."""

    run_tests = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.run_tests = set()
        Panel.sent, Panel.seen = protocol.Counter(), protocol.Counter()

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        if cls.run_tests == set(unittest.TestLoader().getTestCaseNames(cls)):
            unsent = [name for name in COMMANDS if not Panel.sent[name]]
            unseen = [name for name in EVENTS[1:] if not Panel.seen[name]]
            if unsent or unseen or len(COMMANDS) != 25 or len(EVENTS[1:]) != 18:
                raise AssertionError("never sent: %s; never seen: %s" % (unsent, unseen))

    def setUp(self):
        super().setUp()
        self.run_tests.add(self._testMethodName)

    # ---- the connection

    def test_before_the_connection(self):
        one = self.panel()
        one.socket.send_text('{"Id":"1","Header":{"BodyTypeName":"System.String"},"Body":"ping"}')
        one.refused("MakeCall", COMMAND, "not_connected", targetAddress=B)
        one.refused("LoadLibrary", LIBRARY, "unknown_library",
                    AssemblyName="Terrasoft.Messaging.Avaya")
        one.refused("OpenConnection", COMMAND, "not_initialized", connectionParams="{}")
        one.load()
        one.refused("OpenConnection", CONFIG, "bad_connection_params", connectionParams="[]")
        one.refused("OpenConnection", CONFIG, "no_line", connectionParams='{"ExtensionName":""}')
        one.refused("Bark", NOT_IMPLEMENTED, "unknown_command")
        for command in NOT_HERE:
            one.refused(command, NOT_IMPLEMENTED, "not_implemented", filePath="/etc/passwd")

    def test_from_load_library_to_close_connection(self):
        for family, line in (("Terrasoft", A), ("Creatio", "PJSIP/" + A), ("BPMSoft", " SIP/101 ")):
            one = self.panel(family=family).load()
            self.assertEqual(one.open(line), {"ActiveCalls": [], "CurrentCall": None})
            self.assertRegex(one.library, protocol.GUID)
            self.assertRegex(one.connection, protocol.GUID)
            one.wait_bits(None, "DIAL")
            one.send("QueryLineState")
            self.assertEqual(one.wait("LINE_STATE_CHANGED")["content"], {"callFeaturesSet": 2})
            one.send("CloseConnection")
            event = one.wait("DISCONNECTED")
            self.assertEqual(event["privateData"], {"ignoreTryReconnection": True})
            self.assertEqual(one.socket.wait_closed().code, 1000)

    def test_calls_that_are_not_there(self):
        one = self.panel(A)
        for command in ("AnswerCall", "HoldCall", "DropCall", "MakeConsultCall", "TransferCall",
                        "BlindTransferCall", "SendDtmf"):
            one.refused(command, COMMAND, "not_found", call="pbx/1.1", targetAddress=B, digits="1")
        one.refused("CancelTransfer", COMMAND, "not_found", currentCall="{}", consultCall="{}")
        one.refused("Hookup", COMMAND, "not_found")
        one.refused("MakeCall", AUTHENTICATION, "denied", targetAddress="0079161234567")
        one.refused("MakeCall", COMMAND, "bad_argument", targetAddress="не номер")

    # ---- calls

    def test_outgoing(self):
        first, second = self.phone(A), self.phone(B, delay=0.4)
        one, other = self.panel(A), self.panel(B)
        one.send("MakeCall", uid="m1", targetAddress=B)
        call = one.wait_call("RING_STARTED")
        self.assertEqual((call["direction"], call["callerId"], call["calledId"], call["state"]),
                         (OUT, A, B, ALERTING))
        self.assertEqual(call["userContactUId"], protocol.CONTACT)
        self.assertEqual(one.wait_call("CALL_SAVED_IN_DB", id=call["id"])["databaseUId"],
                         call["databaseUId"])
        one.wait_bits(call["id"], "DROP")
        ringing = other.wait_call("RING_STARTED")
        self.assertEqual((ringing["direction"], ringing["callerId"], ringing["calledId"]),
                         (IN, A, B))
        other.wait_bits(ringing["id"], "ANSWER", "DROP")
        self.assertNotEqual(ringing["id"], call["id"])
        talk = one.wait_call("COMMUTATION_STARTED", id=call["id"])
        self.assertEqual((talk["state"], talk["oldState"]), (CONNECTED, ALERTING))
        self.assertIn("connectionStartTime", talk)
        one.drain()
        self.assertEqual([event["commandUId"] for event in one.events
                          if event["name"] == "COMMAND_INFO"], ["m1"])
        for panel, identity in ((one, call["id"]), (other, ringing["id"])):
            panel.wait_bits(identity, *TALKING)
            panel.wait_bits(None, "DIAL")
        other.do("DropCall", call=ringing["id"])
        over = one.wait_call("RING_FINISHED", id=call["id"])
        self.assertEqual((over["state"], over["stateCause"]), (NONE, "answered"))
        self.assertTrue(first.last().wait("done") and second.last().wait("done"))
        self.assertEqual(one.order(call["id"]), ["RING_STARTED", "CALL_SAVED_IN_DB",
                                                 "COMMUTATION_STARTED", "RING_FINISHED"])

    def test_incoming_by_answer_call_and_by_hookup(self):
        own = self.phone(A, "ring")
        one = self.panel(A)
        for command in ("AnswerCall", "Hookup"):
            caller = self.from_outside(DIRECT)
            call = one.wait_call("RING_STARTED")
            self.assertEqual((call["direction"], call["callerId"], call["calledId"]),
                             (IN, OUTSIDE, A))
            one.wait_bits(call["id"], "ANSWER", "DROP")
            one.do(command, call=call if command == "AnswerCall" else None)
            self.assertEqual(one.wait_call("COMMUTATION_STARTED")["id"], call["id"])
            self.assertTrue(own.last().wait("up"))
            one.wait_bits(call["id"], *TALKING)
            one.refused("AnswerCall", COMMAND, "not_possible", call=call["id"])
            self.hang_up(caller)
            one.wait_call("RING_FINISHED", id=call["id"])
            self.phones_of_test.pop().close()

    def test_dropped_while_it_rings(self):
        own = self.phone(A, "ring")
        one = self.panel(A)
        caller = self.from_outside(DIRECT)
        call = one.wait_call("RING_STARTED")
        one.do("DropCall", call=call)
        over = one.wait_call("RING_FINISHED", id=call["id"])
        self.assertEqual(over["oldState"], ALERTING)
        self.assertTrue(own.last().wait("done") and caller.wait("done"))
        self.assertEqual(one.count("COMMUTATION_STARTED"), 0)

    def test_busy(self):
        self.phone(A)
        self.phone(B, 486)
        one = self.panel(A)
        self.assertEqual(one.do("MakeCall", targetAddress=B)["result"], "busy")
        busy = one.wait_call("ABONENT_BUSY")
        self.assertEqual(busy["state"], BUSY)
        over = one.wait_call("RING_FINISHED")
        self.assertEqual((over["stateCause"], over["oldState"]), ("busy", BUSY))

    def test_hold(self):
        one, first, _, call = self.talk()
        one.do("HoldCall", call=call)
        held = one.wait_call("PUT_HOLD_ACTION")
        self.assertEqual((held["state"], held["stateCause"]), (HOLDED, "held"))
        self.assertEqual(first.last().direction, "sendonly")
        one.wait_bits(call["id"], *HELD)
        time.sleep(1.05)  # so that the hold lasts a second
        one.do("HoldCall", call=call)
        self.assertEqual(one.wait_call("END_HOLD_ACTION")["totalHoldDuration"], 1)
        self.assertEqual(first.last().direction, "sendrecv")
        one.wait_bits(call["id"], *TALKING)

    def test_what_can_be_done_from_hold(self):
        """Each feature of a call that is held is tried."""
        for command, parameters in (("DropCall", {}), ("BlindTransferCall", {"targetAddress": C}),
                                    ("MakeConsultCall", {"targetAddress": C})):
            with self.subTest(command):
                third = self.phone(C)
                one, first, second, call = self.talk()
                one.do("HoldCall", call=call)
                one.wait_bits(call["id"], *HELD)
                one.do(command, call=call, **parameters)
                if command == "MakeConsultCall":
                    asked = one.wait_call("COMMUTATION_STARTED", calledId=C)
                    one.do("DropCall", call=asked)
                    one.wait_call("RING_FINISHED", id=asked["id"])
                else:
                    one.wait_call("RING_FINISHED", id=call["id"])
                    self.assertTrue(first.last().wait("done"))
                if command == "BlindTransferCall":
                    self.assertTrue(third.wait_call("up"))
                    self.assertEqual(second.last().state, "up")
                self.clear()

    def test_hold_of_the_other_side(self):
        """The example of the vendor's guide: the operator calls, the other one holds and
        comes back, the operator ends the call."""
        one, _, second, call = self.talk()
        second.last().hold()
        self.assertEqual(one.wait_call("PUT_HOLD_ACTION")["stateCause"], "held_by_other_side")
        one.wait_bits(call["id"], *HELD_FAR)
        second.last().unhold()
        one.wait_call("END_HOLD_ACTION")
        one.wait_bits(call["id"], *TALKING)
        one.do("DropCall", call=call)
        one.wait_call("RING_FINISHED", id=call["id"])
        self.assertEqual(one.order(call["id"]), [
            "RING_STARTED", "CALL_SAVED_IN_DB", "COMMUTATION_STARTED", "PUT_HOLD_ACTION",
            "END_HOLD_ACTION", "RING_FINISHED"])

    def test_keys(self):
        one, _, second, call = self.talk()
        second.last().media.press("7")
        self.assertEqual(one.wait("DTMF_ENTERED")["content"], "7")
        one.do("SendDtmf", call=call, digits="5#")
        one.refused("SendDtmf", COMMAND, "bad_argument", call=call, digits="5x!")

    def test_blind_transfer(self):
        third = self.phone(C)
        one, first, _, call = self.talk()
        two = self.panel(B)
        mine = two.events[-1]["content"].get("callId") or list(two.calls)[0]
        two.do("BlindTransferCall", call=mine, targetAddress=C)
        over = two.wait_call("RING_FINISHED", id=mine)
        self.assertEqual((over["redirectingId"], over["redirectionId"]), (B, C))
        self.assertTrue(third.wait_call("up"))
        moved = one.wait_call("CALL_INFO_CHANGED", calledId=C)
        self.assertEqual((moved["redirectingId"], moved["redirectionId"], moved["databaseUId"]),
                         (B, C, call["databaseUId"]))
        self.assertEqual(first.last().state, "up")
        one.wait_bits(call["id"], *TALKING)

    def consult(self, mode="answer"):
        """A panel of A that talks with B asks C: the panel, phone of C, both calls."""
        third = self.phone(C, mode)
        one, _, _, call = self.talk()
        one.do("MakeConsultCall", call=call, targetAddress=C)
        second = one.wait_call("RING_STARTED", calledId=C)
        self.assertEqual((second["direction"], second["callerId"]), (OUT, A))
        if mode == "answer":
            one.wait_call("COMMUTATION_STARTED", id=second["id"])
        one.wait_bits(second["id"], *CONSULTED)
        one.wait_bits(call["id"], *HELD[:3], "COMPLETE_TRANSFER", "CANCEL_COMPLETE_TRANSFER")
        return one, third, call, second

    def test_consultation_and_transfer(self):
        one, third, call, second = self.consult()
        one.refused("MakeConsultCall", COMMAND, "not_possible", call=call, targetAddress=D)
        one.do("TransferCall", call=call, consultationCall=protocol.json.dumps(second))
        one.wait_call("RING_FINISHED", id=second["id"])
        over = one.wait_call("RING_FINISHED", id=call["id"])
        self.assertEqual((over["redirectingId"], over["redirectionId"]), (A, C))
        self.assertTrue(third.last().wait("up"))

    def test_consultation_cancelled(self):
        for mode in ("answer", "ring"):
            with self.subTest(mode):
                one, third, call, second = self.consult(mode)
                one.do("CancelTransfer", currentCall=protocol.json.dumps(call),
                       consultCall=protocol.json.dumps(second))
                one.wait_call("RING_FINISHED", id=second["id"])
                self.assertTrue(third.last().wait("done"))
                one.wait_bits(call["id"], *TALKING)
                self.assertEqual(one.calls[call["id"]]["state"], CONNECTED)
                self.clear()

    def test_second_call(self):
        one, first, _, call = self.talk()
        first.mode = "ring"
        caller = self.dial(self.phone(C), A)
        second = one.wait_call("RING_STARTED", callerId=C)
        one.wait_bits(second["id"], "ANSWER", "DROP")
        one.wait_bits(call["id"], *TALKING)
        one.send("QueryActiveCallSnapshot")
        snapshot = one.wait("ACTIVE_CALL_SNAPSHOT")["content"]
        self.assertEqual([c["id"] for c in snapshot["ActiveCalls"]], [call["id"], second["id"]])
        self.assertEqual(snapshot["CurrentCall"]["id"], call["id"])
        one.refused("TransferCall", COMMAND, "not_possible", call=call)
        one.do("DropCall", call=second)
        one.wait_call("RING_FINISHED", id=second["id"])
        self.assertTrue(caller.wait("done"))
        self.assertEqual(list(one.calls), [call["id"]])

    def test_snapshot_after_a_reconnect(self):
        one, first, _, call = self.talk()
        one.close()
        self.panels.remove(one)
        time.sleep(1)  # so that the times of then and now differ
        back = self.panel().load()
        told = back.open(A)
        self.assertEqual([c["id"] for c in told["ActiveCalls"]], [call["id"]])
        again = told["CurrentCall"]
        self.assertEqual((again["state"], again["databaseUId"], again["calledId"]),
                         (CONNECTED, call["databaseUId"], B))
        for key in ("startTime", "connectionStartTime"):
            self.assertEqual(again[key][:19], call[key][:19])
        back.wait_bits(call["id"], *TALKING)
        self.hang_up(first.last())
        back.wait_call("RING_FINISHED", id=call["id"])
        self.assertEqual(back.order(call["id"]), ["RING_FINISHED"])

    def test_two_panels_of_one_user(self):
        self.phone(A)
        self.phone(B)
        panels = [self.panel(A), self.panel(A, family="BPMSoft")]
        panels[0].do("MakeCall", targetAddress=B)
        ids = {panel.wait_call("COMMUTATION_STARTED")["id"] for panel in panels}
        self.assertEqual(len(ids), 1)
        panels[1].do("DropCall", call=ids.pop())
        for panel in panels:
            panel.wait_call("RING_FINISHED")
            panel.drain()
            self.assertEqual(panel.count("COMMAND_INFO"), 1)
        # who has called knows the number before Asterisk tells it
        stories = [[e["name"] for e in panel.events if e["name"] in protocol.CALL_EVENTS
                    and e["name"] != "CALL_INFO_CHANGED"] for panel in panels]
        self.assertEqual(*stories)

    def test_debug_mode(self):
        one, _, _, _ = self.talk(config={"debugMode": True})
        self.assertIn("call.answered", [event["content"]["event"] for event in one.events
                                        if event["name"] == "RAW_DATA"])

    # ---- agents

    def member(self, line, paused, reason=None):
        """Waits until that line is paused, or not, in queue office0."""
        found = self.seen("QueueMemberPause", Queue="office0", Interface="PJSIP/" + line,
                          Paused="1" if paused else "0")
        if reason is not None:
            self.assertEqual(found.get("PausedReason"), reason)

    def test_agent(self):
        panels = [self.panel(A), self.panel(A)]
        off = self.panel(A, config={"disableCallCentre": True})
        one = panels[0]
        one.send("QueryMsgUserState")
        one.do("SetMsgUserState", code="lunch", reason="обед")
        for panel in panels:
            self.assertEqual(panel.wait("AGENT_STATE_CHANGED")["content"], "lunch")
        self.member(A, True, "обед")
        one.send("QueryMsgUserState")
        self.assertEqual(one.wait("AGENT_STATE_CHANGED")["content"], "lunch")
        one.do("SetMsgUserState", code="ready", reason="")
        self.member(A, False)
        one.do("SetWrapUpUserState", isWrapUpActive=True)
        self.member(A, True, "wrap-up")
        one.do("SetWrapUpUserState", isWrapUpActive=False)
        self.member(A, False)
        for command in ("SetMsgUserState", "QueryMsgUserState", "SetWrapUpUserState"):
            off.refused(command, COMMAND, "call_centre_disabled", code="ready",
                        isWrapUpActive=True)
        self.assertEqual(off.count("AGENT_STATE_CHANGED"), 0)

    def test_pause_while_talking(self):
        """autoPauseOnCommutationStart: no second call of a queue comes meanwhile."""
        own = self.phone(A)
        one = self.panel(A)
        self.from_outside(QUEUE)
        call = one.wait_call("RING_STARTED", callerId=OUTSIDE)
        one.wait_call("COMMUTATION_STARTED", id=call["id"])
        self.member(A, True, "call")
        self.hang_up(own.last())
        one.wait_call("RING_FINISHED", id=call["id"])
        self.member(A, False)

    def test_wrap_up_after_a_call(self):
        """Said while he talks, the pause goes on until he says."""
        one, first, _, call = self.talk()
        self.member(A, True, "call")
        one.do("SetWrapUpUserState", isWrapUpActive=True)
        self.hang_up(first.last())
        one.wait_call("RING_FINISHED", id=call["id"])
        one.do("SetWrapUpUserState", isWrapUpActive=False)
        self.member(A, False)

    def test_do_not_disturb(self):
        one = self.panel(A)
        one.do("SetDnd")
        answer = self.witness.request("DBGet", {"Family": "DND", "Key": A})
        self.assertEqual(answer.name, "Success")
        self.assertEqual(self.seen("DBGetResponse").get("Val"), "YES")
        one.do("SetDnd")
        answer = self.witness.request("DBGet", {"Family": "DND", "Key": A})
        self.assertEqual(answer.name, "Error")

    # ---- who may

    def test_addresses_and_origins(self):
        for where in ({"listen": "far"}, {"listen": "tokens"},
                      {"listen": "strict"},
                      {"listen": "strict", "path": "/?token=wrong", "origin": "https://crm.test"},
                      {"listen": "strict", "path": "/?token=" + KEY, "origin": "https://evil.test"},
                      {"listen": "tokens", "path": "/?token=wrong"},
                      {"origin": "https://evil.test"}):
            with self.subTest(where), self.assertRaises(ws.Refused) as refused:
                self.socket(**where).drop()
            self.assertIn(refused.exception.status, (401, 403))

    def test_token_of_a_user(self):
        one = self.panel(listen="tokens", path="/?token=" + GUEST).load()
        one.ask_open(A)
        error = one.wait("ERROR")
        self.assertEqual((error["content"]["errorType"], error["commandUId"]),
                         (AUTHENTICATION, "open"))
        one.open(D)
        one.wait_bits(None, "DIAL")

    def test_role(self):
        """A role that only looks: nothing is possible, and nothing is done."""
        self.phone(A, "ring")
        one = self.panel(A, listen="strict", path="/?token=" + KEY, origin="https://crm.test")
        one.wait_bits(None)
        caller = self.from_outside(DIRECT)
        call = one.wait_call("RING_STARTED")
        one.wait_bits(call["id"])
        one.refused("DropCall", AUTHENTICATION, "denied", call=call)
        one.refused("MakeCall", AUTHENTICATION, "denied", targetAddress=B)
        one.refused("SetDnd", AUTHENTICATION, "denied")
        caller.cancel()

    # ---- contexts

    def test_contexts(self):
        self.phone(A)
        self.phone(B)
        one = self.panel(A, config={"OutgoingCallContext": "supervisor"})
        one.do("MakeCall", targetAddress=B)
        self.seen("Newexten", Context="supervisor", Extension=B)
        other = self.panel(family="Terrasoft").load()
        other.ask_open(C, OutgoingCallContext="inject")
        told = other.wait("ERROR")["content"]
        self.assertEqual((told["errorType"], told["internalErrorCode"]),
                         (CONFIG, "context_not_allowed"))
        other.wait("CONNECTION_CREATED")


@both_versions
class PanelOptions(PanelTest):
    """What the options of the seed's connector change; each test has a daemon of its own."""

    @classmethod
    def setUpClass(cls):
        LiveTest.setUpClass.__func__(cls)

    @classmethod
    def tearDownClass(cls):
        pass

    def start(self, more="", **options):
        """The daemon, with these options of [server]."""
        self.daemon = self.run_daemon(configuration(self.server, more, **options))
        self.addCleanup(self.daemon.__exit__)
        self.addCleanup(self.clear)

    def test_without_notify(self):
        """Phones that do not obey NOTIFY: nothing is promised that cannot be done."""
        self.start(notify_answer="no", notify_hold="no")
        own = self.phone(A, "ring")
        one = self.panel(A)
        self.from_outside(DIRECT)
        call = one.wait_call("RING_STARTED")
        one.wait_bits(call["id"], "DROP")
        one.refused("AnswerCall", COMMAND, "not_possible", call=call)
        own.last().answer()
        one.wait_call("COMMUTATION_STARTED")
        one.wait_bits(call["id"], "DROP", "BLIND_TRANSFER", "MAKE_CONSULT_CALL", "DTMF")
        one.refused("HoldCall", COMMAND, "not_possible", call=call)
        own.last().hold()
        one.wait_call("PUT_HOLD_ACTION")
        one.wait_bits(call["id"], *HELD_FAR)

    def test_ring_started_on_ringing_state(self):
        """A phone that never rings is called: with `no` that is shown, with `yes` it is not."""
        for value, shown in (("sendRingStartedOnRingingState = no", 1),
                             ("sendRingStartedOnRingingState = yes", 0)):
            key, _, word = value.partition(" = ")
            self.start(**{key: word})
            self.phone(B, "silent")
            one, caller = self.panel(B), self.panel(A)
            dialog = self.dial(self.phone(A), B)
            caller.wait_call("CALL_INFO_CHANGED" if caller.count("RING_STARTED") else
                             "RING_STARTED")
            if shown:
                one.wait_call("RING_STARTED", callerId=A)
            else:
                self.seen("DialBegin", DestCallerIDNum=B)
                one.drain(0.3)
            self.assertEqual(one.count("RING_STARTED"), shown)
            dialog.cancel()
            self.clear()

    def test_queue_extension_format(self):
        """queueExtensionFormat: how the line stands in queues."""
        self.start(queueExtensionFormat="Local/{0}@internal/n")
        one = self.panel(C)
        one.do("SetMsgUserState", code="break", reason="")
        self.seen("QueueMemberPause", Queue="local0", Interface="Local/103@internal/n",
                  Paused="1", PausedReason="break")
        one.do("SetMsgUserState", code="ready", reason="")
        self.seen("QueueMemberPause", Queue="local0", Paused="0")

    def test_auto_pause_of_a_user(self):
        """A user of his own section: wrap_up_s after the call, whether a panel is there or
        not."""
        self.start("[user one]\nrole = agent\nlines = 101\ntoken = %s\nwrap_up_s = 1\n"
                   % token_hash("token-of-one"))
        own = self.phone(A)
        self.from_outside(QUEUE)
        self.seen("QueueMemberPause", Interface="PJSIP/" + A, Queue="office0", Paused="1")
        one = self.panel(A, listen="tokens", path="/?token=token-of-one")
        self.hang_up(own.last())
        one.wait("RING_FINISHED")
        hung_up = time.monotonic()
        self.seen("QueueMemberPause", Interface="PJSIP/" + A, Queue="office0", Paused="0")
        self.assertGreater(time.monotonic() - hung_up, 0.8)

    def test_protocol_local(self):
        """protocol = Local: the own phone is rung through the dialplan."""
        self.start(protocol="Local")
        self.phone(A)
        self.phone(B)
        one = self.panel(A)
        one.do("MakeCall", targetAddress=B)
        call = one.wait_call("COMMUTATION_STARTED")
        self.assertEqual((call["deviceId"], call["calledId"]), (A, B))
        self.assertTrue(self.seen("Newchannel").get("Channel").startswith("Local/101@internal"))
        one.wait_bits(call["id"], *TALKING)
        one.do("DropCall", call=call)
        one.wait_call("RING_FINISHED", id=call["id"])

    def test_the_pbx_is_lost(self):
        """DISCONNECTED, an error 2 for who connects meanwhile, then all is there again."""
        relay = Switch(self.server.ip, 5038)
        self.addCleanup(relay.close)
        self.start(url="ami://lab@127.0.0.1:%d" % relay.port)
        one, first, _, call = self.talk()
        relay.cut()
        lost = one.wait("DISCONNECTED")
        self.assertEqual(lost["content"], "pbx_down")
        self.assertEqual(lost["privateData"], {"ignoreTryReconnection": False})
        one.calls.clear()
        one.refused("DropCall", COMMAND, "pbx_down", call=call)
        other = self.panel().load()
        other.ask_open(B)
        self.assertEqual(other.wait("ERROR")["content"]["errorType"], CONNECTION)
        relay.go_on()
        one.wait("CONNECTION_CREATED")
        one.send("QueryActiveCallSnapshot")
        told = one.wait("ACTIVE_CALL_SNAPSHOT")["content"]
        self.assertEqual(told["CurrentCall"]["id"].partition("/")[0], "pbx")
        self.assertEqual((told["CurrentCall"]["state"], told["CurrentCall"]["calledId"]),
                         (CONNECTED, B))
        self.hang_up(first.last())
        one.wait_call("RING_FINISHED", id=told["CurrentCall"]["id"])


class Switch(Relay):
    """A relay that can be cut."""

    def __init__(self, host, port):
        self.is_cut = threading.Event()
        super().__init__(host, port)

    def cut(self):
        """No connection, until go_on."""
        self.is_cut.set()
        for one in self._sockets:
            try:
                one.shutdown(2)
            except OSError:
                pass
            one.close()
        self._sockets = []

    def go_on(self):
        """Connections are relayed again."""
        self.is_cut.clear()

    def _copy(self, source, target, keep):
        if self.is_cut.is_set():
            source.close()
            target.close()
        else:
            super()._copy(source, target, keep)


@versions("16")
class PanelOldDriver(PanelTest):
    """protocol = SIP/: chan_sip, which Asterisk 22 has no more."""

    @classmethod
    def setUpClass(cls):
        LiveTest.setUpClass.__func__(cls)
        cls.daemon = cls.run_daemon(configuration(cls.server, protocol="SIP/"))

    def test_click_hold_and_transfer(self):
        first, second = self.phone("301", host="131"), self.phone("302", host="132")
        one = self.panel("SIP/301")
        one.do("MakeCall", targetAddress="302")
        call = one.wait_call("COMMUTATION_STARTED")
        self.assertEqual((call["deviceId"], call["calledId"]), ("301", "302"))
        one.wait_bits(call["id"], *TALKING)
        second.last().hold()
        one.wait_call("PUT_HOLD_ACTION")
        second.last().unhold()
        one.wait_call("END_HOLD_ACTION")
        first.obeys = False
        one.do("DropCall", call=call)
        one.wait_call("RING_FINISHED", id=call["id"])
