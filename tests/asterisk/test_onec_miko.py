"""The class MIKO of the component for 1C on real servers: the sample of the press release of
2012, which is to run as it was printed, over AJAM as it did then, and over AMI."""

import os
import sys
import time
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from lab import CA, LiveTest, both_versions

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "onec"))

import host  # noqa: E402

ACCOUNT = ("miko", "miko-secret")  # with the rights that MIKO told to give
SOURCE = "MikoAjamEvent"
# The attributes that the press release prints, without those that Asterisk adds only when its
# manager is debugged (sequencenumber, file, line, func), or that 1.8 did not have.
DIAL = {"event", "privilege", "subevent", "channel", "destination", "calleridnum",
        "calleridname", "uniqueid", "destuniqueid", "dialstring"}
BRIDGE = {"event", "privilege", "bridgestate", "bridgetype", "channel1", "channel2",
          "uniqueid1", "uniqueid2", "callerid1", "callerid2"}
HANGUP = {"event", "privilege", "channel", "uniqueid", "calleridnum", "calleridname", "cause",
          "cause_txt"}


def event_of(told):
    """(name, attributes): read as ЧтениеXML reads it, which takes no text that is not XML."""
    source, name, data = told
    assert source == SOURCE, told
    element = ElementTree.fromstring(data)
    assert element.tag == "generic" and not len(element) and not element.text, data
    if element.get("event"):
        assert element.get("event") == name, told
    return name, dict(element.attrib)


class Script:
    """An object of the class, and the events that it has told."""

    def __init__(self):
        self.host = host.Host(os.environ.get("ZVON_ONEC_ABI", "linux"))
        self.host.load()
        self.object = self.host.new("MIKO", depth=1)
        self.told = []

    def wait(self, wanted, seconds=15):
        """The first event that `wanted` accepts."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            for told in self.object.take(1000, 50):
                self.told.append(event_of(told))
            for name, attributes in self.told:
                if wanted(name, attributes):
                    return attributes
        raise AssertionError("it did not come: %s" % self.told)

    def named(self, *names):
        return [told for told in self.told if told[0] in names]

    def close(self):
        try:
            self.spent = self.object.done()
            self.object.free()
        finally:
            self.host.quit()


def originate(component, channel):
    """Процедура ОригинацияЗвонка(), line by line: what it shows. The channel is the one of the lab's phone
    where the server has no chan_sip any more."""
    Channel = channel
    Context = "from-internal"
    Exten = "74952293042"
    Priority = "1"
    Timeout = ""
    CallerID = "MIKO"
    Variable = ""
    Account = "miko"
    Application = ""
    Data = ""
    Async = True
    ActionID = "123123123"
    Результат = ""
    return component.proc("Originate", Channel, Context, Exten, Priority, Timeout, CallerID,
                          Variable, Account, Application, Data, Async, ActionID, Результат)[12]


@both_versions
class OnecMiko(LiveTest):
    """One script, one call."""

    def script(self):
        return self.keep(Script())

    def connected(self, url):
        script = self.script()
        self.assertTrue(script.object.call("Подключить", url, *ACCOUNT),
                        script.object.get("LastError"))
        return script

    def urls(self):
        return [self.server.ajam("mxml").replace("lab@", ""),
                self.server.url().replace("lab@", "")]

    def caller(self):
        """(the channel of the sample, the phone behind it)."""
        if self.server.version == "16":
            return "SIP/261", ("261", "answer", 0.2)
        return "PJSIP/101", ("101", "answer", 0.2)

    def open_caller(self, stack_phone):
        from phone import Phone
        number, mode, delay = stack_phone
        address = "127.%s.1.%s" % (self.server.version, {"261": "133"}.get(number, number))
        return Phone(number, address, mode, delay)

    def sample(self, script):
        """The sample, up to the end of its call; the events of that call."""
        channel, caller = self.caller()
        with self.phones(("102",)) as (called,), self.open_caller(caller) as phone:
            result = ElementTree.fromstring(originate(script.object, channel))
            self.assertEqual(("generic", "Success", "123123123"),
                             (result.tag, result.get("response"), result.get("actionid")))
            script.wait(lambda name, a: name == "Bridge")
            called.last().bye()
            script.wait(lambda name, a: name == "Hangup" and "PJSIP/102-" in a["channel"])
            script.wait(lambda name, a: name == "Hangup" and channel + "-" in a["channel"])
            phone.close()
        script.wait(lambda name, a: name == "OriginateResponse")
        return channel

    def check_story(self, script, channel):
        (_, dial), = [t for t in script.named("Dial") if t[1]["subevent"] == "Begin"]
        (_, bridge), = script.named("Bridge")
        hangups = [a for _, a in script.named("Hangup")]
        self.assertLessEqual(DIAL, set(dial))
        self.assertRegex(dial["channel"], "^" + channel + "-")
        self.assertRegex(dial["destination"], "^PJSIP/102-")
        self.assertEqual("102", dial["dialstring"])
        self.assertEqual("call,all", dial["privilege"])
        self.assertLessEqual(BRIDGE, set(bridge))
        self.assertEqual(("Link", "core", dial["channel"], dial["destination"],
                          dial["uniqueid"], dial["destuniqueid"]),
                         tuple(map(bridge.get, ("bridgestate", "bridgetype", "channel1",
                                                "channel2", "uniqueid1", "uniqueid2"))))
        self.assertEqual({dial["channel"], dial["destination"]},
                         {a["channel"] for a in hangups})
        for hangup in hangups:
            self.assertLessEqual(HANGUP, set(hangup))
            self.assertEqual("16", hangup["cause"])
            self.assertEqual("Normal Clearing", hangup["cause_txt"])
        order = [name for name, _ in script.named("Dial", "Bridge", "Unlink", "Hangup")]
        self.assertEqual(["Dial", "Bridge", "Unlink"], order[:3])
        response, = [a for name, a in script.named("OriginateResponse")]
        self.assertEqual(("Success", "123123123"),
                         (response["response"], response["actionid"]))
        new = [name for name, _ in script.named("DialBegin", "DialEnd", "BridgeEnter",
                                                "BridgeLeave")]
        self.assertEqual([], new)

    def test_sample_over_ajam(self):
        script = self.connected(self.urls()[0])
        self.check_story(script, self.sample(script))

    def test_sample_over_ami(self):
        script = self.connected(self.urls()[1])
        self.check_story(script, self.sample(script))

    def test_ajam_and_ami_tell_the_same(self):
        """Attribute by attribute, but for the order of events that meet."""
        scripts = [self.connected(url) for url in self.urls()]
        self.sample(scripts[0])
        scripts[1].wait(lambda name, a: name == "OriginateResponse")
        ends = [len(script.named("Hangup")) for script in scripts]
        if ends[1] < ends[0]:
            scripts[1].wait(lambda name, a: len(scripts[1].named("Hangup")) >= ends[0])
        names = ("Dial", "Bridge", "Unlink", "Hangup", "Newchannel", "Newstate")
        first, second = (sorted(str(t) for t in script.named(*names)) for script in scripts)
        self.assertEqual(first, second)

    def test_two_calls_with_one_actionid(self):
        """As the sample prints it: the ActionID is a constant."""
        script = self.connected(self.urls()[1])
        for _ in range(2):
            result = ElementTree.fromstring(originate(script.object, "Local/604@internal"))
            self.assertEqual("Success", result.get("response"))

    def test_sample_that_fails(self):
        script = self.connected(self.urls()[0])
        result = ElementTree.fromstring(originate(script.object, "PJSIP/nobody"))
        self.assertEqual("Success", result.get("response"))  # Async: it is queued
        response = script.wait(lambda name, a: name == "OriginateResponse")
        self.assertEqual(("Failure", "123123123"),
                         (response["response"], response["actionid"]))
        answer, out = script.object.call_out("Hangup", "SIP/nobody-1", "", "7", None)
        self.assertFalse(answer)
        self.assertEqual("Error", ElementTree.fromstring(out[3]).get("response"))
        self.assertIn("No such channel", script.object.get("LastError"))

    def test_list_over_both(self):
        for url in self.urls():
            script = self.connected(url)
            answer, out = script.object.call_out("QueueSummary", "support", "44", None)
            self.assertTrue(answer, out)
            summary = script.wait(lambda name, a: name == "QueueSummary")
            self.assertEqual(("support", "44"), (summary["queue"], summary["actionid"]))
            script.wait(lambda name, a: name == "QueueSummaryComplete")

    def test_values_as_they_were_encoded(self):
        """MIKO's documentation told to write %20 for a space."""
        for url in self.urls():
            script = self.connected(url)
            for value, wanted in (("a%20%26%20b%2Fc", "a & b/c"), ("просто", "просто")):
                self.assertTrue(script.object.call("SetVar", "", "LABMIKO", value))
                _, out = script.object.call_out("GetVar", "", "LABMIKO", "", None)
                self.assertEqual(wanted, ElementTree.fromstring(out[3]).get("value"), out)

    def test_https(self):
        script = self.script()
        url = self.server.ajam("amxml", tls=True).replace("lab@", "")
        self.assertFalse(script.object.call("Подключить", url, *ACCOUNT))
        self.assertIn("TLS", script.object.get("LastError"))
        script.object.set("CAFile", CA)
        self.assertTrue(script.object.call("Подключить", url, *ACCOUNT),
                        script.object.get("LastError"))
        self.assertTrue(script.object.call("GetVar", "", "LABGLOBAL", "", None))

    def test_refused(self):
        for url in self.urls():
            script = self.script()
            self.assertFalse(script.object.call("Connect", url, "miko", "wrong"))
            self.assertIn("вход отклонён", script.object.get("LastError"))
            self.assertEqual("down", script.object.get("Состояние"))


if __name__ == "__main__":
    unittest.main()
