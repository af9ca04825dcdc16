"""The component's ROM-Asterisk at real servers: the article's sequence of 2012 with its account
gives the events in the forms it prints; the module of 2016; AJAM by hand, as the hint of 2013."""

import os
import re
import sys
import time
from pathlib import Path

from lab import LAB, ZVON, LiveTest, both_versions  # noqa: F401 (LAB: where the servers are)

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "onec"))
os.environ.setdefault("ZVON_BUILD", str(Path(ZVON).parent))

from host import Host  # noqa: E402

SEED = "Dial.{1,}?102|Bridge.{1,}?102|Hangup.{1,}?102"
MODULE = ("BridgeEnter([^.]*)CallerIDNum: 102|BridgeLeave([^.]*)CallerIDNum: 102"
          "|MIXMONITOR_FILENAME|Disconnected")
DIAL = ["Event", "Privilege", "SubEvent", "Channel", "Destination", "CallerIDNum",
        "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "UniqueID", "DestUniqueID",
        "Dialstring"]
BRIDGE = ["Event", "Privilege", "Bridgestate", "Bridgetype", "Channel1", "Channel2",
          "Uniqueid1", "Uniqueid2", "CallerID1", "CallerID2"]
HANGUP = ["Event", "Privilege", "Channel", "Uniqueid", "CallerIDNum", "CallerIDName", "Cause",
          "Cause-txt"]


def action(name, *pairs):
    """The text that a script sends."""
    return "".join("%s: %s\r\n" % pair for pair in (("Action", name), *pairs)) + "\r\n"


def pairs_of(text):
    """(key, value) of each line that is one."""
    return [tuple(line.split(": ", 1)) if ": " in line else (line.rstrip(":"), "")
            for line in text.split("\r\n") if ":" in line]


def keys(text, wanted=None):
    return [key for key, _ in pairs_of(text) if not key.startswith("ChanVariable")
            and (wanted is None or key in wanted)]


def name_of(text):
    fields = dict(reversed(pairs_of(text)))
    return " ".join(filter(None, (fields.get("Event", ""), fields.get("SubEvent", ""))))


class Script:
    """An object of a class, used as a script does."""

    def __init__(self, name):
        self.host = Host()
        self.host.load()
        self.thing = self.host.new(name, depth=10000)
        self.told = []

    def close(self):
        self.thing.done()
        self.thing.free()
        self.host.quit()

    def call(self, name, *arguments):
        return self.thing.call(name, *arguments)

    def wait(self, wanted, seconds=10):
        """The first event, told before or in that time, that `wanted` accepts, or None."""
        until, seen = time.monotonic() + seconds, 0
        while True:
            for event in self.told[seen:]:
                if wanted(event):
                    return event
            seen = len(self.told)
            if time.monotonic() > until:
                return None
            self.told += self.thing.take(1000, 50)

    def wait_data(self, pattern, seconds=10):
        return self.wait(lambda event: re.search(pattern, event[2], re.S), seconds)

    def texts(self):
        return [data for _, name, data in self.told if name in ("FD_READ", "Recived")]


@both_versions
class OnecRom(LiveTest):
    """Phone 101 calls phone 102."""

    def script(self, name):
        return self.keep(Script(name))

    def connected(self, name, port=5038, flag=1, user="user1c", secret="passwd1234"):
        """Connect, Login, ListenMode, in the article's order."""
        script = self.script(name)
        self.assertTrue(script.call("Подключиться", self.server.ip, port),
                        script.thing.get("ПоследняяОшибка"))
        self.assertTrue(script.call("ВыполнитьКоманду", action(
            "Login", ("Username", user), ("Secret", secret))))
        self.assertTrue(script.call("РежимПрослушивания", flag))
        self.assertIsNotNone(script.wait_data("Authentication accepted"), script.told)
        return script

    def talk(self, script, last):
        """A call that is answered, and ended by the called side."""
        with self.phones(("101",), ("102",)) as (first, second):
            dialog = first.call("102", self.server.ip)
            self.assertTrue(dialog.wait("up"))
            self.assertIsNotNone(script.wait_data("Event: Bridge"), script.told)
            self.assertTrue(second.wait_call("up"))
            second.last().bye()
            self.assertTrue(dialog.wait("done"))
            self.assertTrue(script.wait(last), script.told)

    def both_ends(self):
        left = [2]

        def gone(event):
            left[0] -= event[2].startswith("Event: Hangup")
            return left[0] == 0
        return gone

    def check_forms(self, texts):
        self.assertEqual(["Dial Begin", "Bridge", "Hangup", "Hangup"],
                         [name_of(text) for text in texts])
        dial, bridge, *hangups = texts
        self.assertEqual(DIAL, keys(dial))
        self.assertEqual(BRIDGE, keys(bridge))
        fields, ends = dict(pairs_of(dial)), dict(pairs_of(bridge))
        self.assertEqual(("101", "Оператор Первый", "102"),
                         (fields["CallerIDNum"], fields["CallerIDName"], fields["Dialstring"]))
        self.assertEqual(("Link", "101", "102", fields["UniqueID"], fields["DestUniqueID"]),
                         tuple(ends[key] for key in ("Bridgestate", "CallerID1", "CallerID2",
                                                     "Uniqueid1", "Uniqueid2")))
        for hangup in hangups:
            self.assertEqual(HANGUP, keys(hangup, HANGUP))
        self.assertEqual({fields["UniqueID"], fields["DestUniqueID"]},
                         {dict(pairs_of(hangup))["Uniqueid"] for hangup in hangups})
        for text in texts:
            self.assertTrue(text.endswith("\r\n\r\n"))

    def test_article(self):
        """THE sequence: Connect, Login, ListenMode, SetRegEx; then the phone rings."""
        script = self.connected("ROM-Asterisk")
        script.call("УстановитьРегулярноеВыражение", SEED)
        self.talk(script, self.both_ends())
        texts = [text for text in script.texts()
                 if name_of(text).split(" ")[0] in ("Dial", "Bridge", "Hangup")]
        self.check_forms(texts)
        self.assertEqual({("ROM-Asterisk", "FD_READ")}, {event[:2] for event in script.told[1:]})
        counts = {name: script.thing.get(name) for name in ("Received", "Filtered", "Dropped")}
        self.assertEqual(0, counts["Dropped"])
        self.assertGreater(counts["Filtered"], 0)

    def test_article_by_brom(self):
        script = self.connected("BROM-Asterisk-Native")
        script.call("SetRegEx", SEED)
        self.talk(script, self.both_ends())
        self.check_forms([text for text in script.texts() if name_of(text).split(" ")[0] in
                          ("Dial", "Bridge", "Hangup")])
        self.assertEqual({("BROM-Asterisk", "Recived")}, {e[:2] for e in script.told[1:]})

    def test_module_of_2016(self):
        script = self.connected("ROM-Asterisk-Native", port="5038", flag=True, user="lab",
                                secret="lab-secret")
        script.call("УстановитьРегулярноеВыражение", MODULE)
        self.talk(script, lambda event: "Event: BridgeLeave" in event[2])
        names = [name_of(text) for text in script.texts()]
        self.assertIn("BridgeEnter", names)
        self.assertIn("BridgeLeave", names)
        enter = next(text for text in script.texts() if "Event: BridgeEnter" in text)
        self.assertIn("Linkedid: ", enter)  # as the server sends it
        script.call("ВыполнитьКоманду", action("Logoff"))
        self.assertEqual(("ROM-Asterisk-Native", "Disconnected", "Disconnected"),
                         script.wait(lambda event: event[1] == "Disconnected"))
        self.assertIs(False, script.thing.get("Подключено"))
        # as the module does then
        self.assertTrue(script.call("Подключиться", self.server.ip, "5038"))

    def test_old_events_beside_the_new(self):
        script = self.connected("ROM-Asterisk-Native", port="5038", flag=True)
        script.call("SetRegEx", "Event: (Dial|Bridge|Hangup)")
        self.talk(script, self.both_ends())
        names = [name_of(text).split(" ")[0] for text in script.texts()]
        for name, times in (("DialBegin", 1), ("Dial", 2), ("BridgeEnter", 2), ("Bridge", 1),
                            ("Hangup", 2)):
            self.assertEqual(times, names.count(name), names)

    def test_originate(self):
        """A click in 1C: the text of an Originate; the answer and the call come as events."""
        script = self.connected("ROM-Asterisk", user="lab", secret="lab-secret")
        script.call("SetRegEx", "OriginateResponse|ActionID: rom-asterisk-originate-1")
        with self.phones(("101",), ("102",)) as (_, second):
            script.call("SendCommand", action(
                "Originate", ("Channel", "PJSIP/101"), ("Context", "internal"),
                ("Exten", "102"), ("Priority", "1"), ("Callerid", "102"), ("Async", "true"),
                ("ActionID", "rom-asterisk-originate-1")))
            self.assertIsNotNone(script.wait_data("Response: Success.*successfully queued"))
            self.assertIsNotNone(script.wait_data("Event: OriginateResponse.*Success"),
                                 script.told)
            self.assertTrue(second.wait_call("up"))

    def test_wrong_password(self):
        script = self.script("ROM-Asterisk")
        self.assertEqual(1, script.call("Connect", self.server.ip))  # 5038 by itself
        script.call("ListenMode", 1)
        script.call("SendCommand", action("Login", ("Username", "user1c"), ("Secret", "x")))
        self.assertIsNotNone(script.wait_data("Response: Error.*Authentication failed"))
        self.assertIsNotNone(script.wait(lambda event: event[1] == "FD_CLOSE"), script.told)
        self.assertEqual(0, script.thing.get("Connected"))

    def test_tls_of_an_unknown_authority(self):
        """Its certificate is signed by nobody this machine knows: no connection, and why."""
        script = self.script("ROM-Asterisk-Native")
        self.assertIs(False, script.call("Connect", "amis://" + self.server.ip, "5039"))
        self.assertIn("TLS", script.thing.get("LastError"))

    def test_http_by_hand(self):
        """Login, cookie, WaitEvent: nothing waits in 1C meanwhile. Asterisk of 2012 closed
        after each answer; 16 and 22 keep the connection, also when HTTP/1.0 asks."""
        script = self.script("ROM-Asterisk")
        script.call("ListenMode", 1)
        page = self.exchange(script, "/asterisk/nothing")
        self.assertRegex(page, "^HTTP/1.1 404 Not Found\r\n(?s:.*)<title>404 Not Found"
                               "(?s:.*)</html>\r\n$")
        login = self.exchange(
            script, "/asterisk/rawman?action=login&username=lab&secret=lab-secret&events=user")
        self.assertRegex(login, "^HTTP/1.1 200 OK\r\n(?s:.*)Response: Success")
        cookie = re.search('Set-Cookie: (mansession_id="[^"]+")', login).group(1)
        with self.server.witness() as witness:
            # a login is an event that ends the waiting, whatever classes are wanted
            self.ask(script, "/asterisk/rawman?action=waitevent&timeout=20", cookie)
            while script.wait_data("WaitEventComplete", 0.5):
                script.told.clear()
                self.ask(script, "/asterisk/rawman?action=waitevent&timeout=20", cookie)
            witness.send("UserEvent", {"UserEvent": "RomByHand"})
            answer = script.wait_data("RomByHand")
        self.assertIsNotNone(answer, script.told)
        self.assertRegex(answer[2], "^HTTP/1.1 200 OK\r\n(?s:.*)WaitEventComplete")
        script.told.clear()
        script.call("ВыполнитьКоманду", "GET /asterisk/rawman?action=ping HTTP/1.0\r\n"
                    "Connection: close\r\nCookie: %s\r\n\r\n" % cookie)
        self.assertIsNotNone(script.wait_data("Ping: Pong"), script.told)

    def ask(self, script, path, cookie=""):
        script.told.clear()
        self.assertEqual(1, script.call("Подключиться", self.server.ip, 8088))
        script.call("ВыполнитьКоманду", "GET %s HTTP/1.0\r\n%s\r\n" % (
            path, "Cookie: %s\r\n" % cookie if cookie else ""))

    def exchange(self, script, path, cookie=""):
        """The answer to one request on a connection of its own, as one event."""
        self.ask(script, path, cookie)
        answer = script.wait(lambda event: event[1] == "FD_READ")
        self.assertIsNotNone(answer, script.told)
        return answer[2]
