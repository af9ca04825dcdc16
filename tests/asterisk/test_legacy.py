"""The legacy view on real servers: what 1C code of 2012 waits for comes, in the form in which
its authors printed it, over AMI and AJAM, with the account they told to make."""

from lab import CONNECTED, Listener, LiveTest, both_versions

ROM = "Dial.{1,}?102|Bridge.{1,}?102|Hangup.{1,}?102"
OURS = ("--regex", "PJSIP/10[12]-")  # other tests may call at the same time
# As printed in 2012 (the names of the events' first lines are not among them).
DIAL = ["Event", "Privilege", "SubEvent", "Channel", "Destination", "CallerIDNum",
        "CallerIDName", "ConnectedLineNum", "ConnectedLineName", "UniqueID", "DestUniqueID",
        "Dialstring"]
BRIDGE = ["Event", "Privilege", "Bridgestate", "Bridgetype", "Channel1", "Channel2",
          "Uniqueid1", "Uniqueid2", "CallerID1", "CallerID2"]
HANGUP = ["Event", "Privilege", "Channel", "Uniqueid", "CallerIDNum", "CallerIDName", "Cause",
          "Cause-txt"]


def keys(packet, wanted=None):
    """The keys in order, without channel variables; only the wanted ones, if told."""
    return [key for key, _ in packet if not key.startswith("ChanVariable")
            and (wanted is None or key in wanted)]


def story(packets):
    """Names, with what tells events of one name apart."""
    return [" ".join(filter(None, (packet.name, packet.get("SubEvent"),
                                   packet.get("DialStatus"), packet.get("Status"))))
            for packet in packets if packet.kind == "event"]


@both_versions
class Legacy(LiveTest):
    """Phone 101 calls phone 102."""

    def legacy(self, url, *options):
        """A `zvon listen --view legacy` with the account of 2012."""
        listener = self.keep(Listener(url, "--view", "legacy", *options, secret="passwd1234"))
        self.assertTrue(listener.wait_told(CONNECTED), listener.messages)
        return listener

    def both_ends(self, listener):
        """Both phones' hang-ups have come."""
        def gone(packet):
            gone.left -= packet.is_event("Hangup")
            return gone.left == 0
        gone.left = 2
        self.assertIsNotNone(listener.wait_for(gone), listener.messages)

    def talk(self, listeners):
        """A call that is answered, and ended by the called side."""
        with self.phones(("101",), ("102",)) as (first, second):
            dialog = first.call("102", self.server.ip)
            self.assertTrue(dialog.wait("up"))
            self.assertIsNotNone(listeners[0].wait_for(lambda p: p.is_event("Bridge")))
            second.last().bye()
            self.assertTrue(dialog.wait("done"))
            for listener in listeners:
                self.both_ends(listener)

    def test_expression_of_2012(self):
        listener = self.legacy(self.server.url("user1c"), "--regex", ROM)
        self.talk([listener])
        packets = [packet for packet in listener.packets
                   if packet.name in ("Dial", "Bridge", "Hangup")]
        self.assertEqual(["Dial Begin", "Bridge", "Hangup", "Hangup"], story(packets))
        dial, bridge, *hangups = packets
        self.assertEqual(DIAL, keys(dial))
        self.assertEqual("102", dial.get("Dialstring"))
        self.assertRegex(dial.get("Destination"), "^PJSIP/102-")
        self.assertEqual(("101", "Оператор Первый"),
                         (dial.get("CallerIDNum"), dial.get("CallerIDName")))
        self.assertEqual(BRIDGE, keys(bridge))
        self.assertEqual(("101", "102", dial.get("UniqueID"), dial.get("DestUniqueID")),
                         tuple(map(bridge.get, ("CallerID1", "CallerID2", "Uniqueid1",
                                                "Uniqueid2"))))
        for hangup in hangups:
            self.assertEqual(HANGUP, keys(hangup, HANGUP))
        self.assertEqual({dial.get("UniqueID"), dial.get("DestUniqueID")},
                         {hangup.get("Uniqueid") for hangup in hangups})

    def test_whole_call_over_ami_and_ajam(self):
        names = ("--event", "Newchannel,Newstate,Dial,Bridge,Unlink,Hangup", *OURS)
        listeners = [self.legacy(self.server.url("user1c"), *names)]
        listeners += [self.legacy(self.server.ajam(encoding, "user1c"), *names)
                      for encoding in ("rawman", "mxml")]
        self.talk(listeners)
        told = story(listeners[0].packets)
        self.assertEqual(["Newchannel", "Newstate"], told[:2])
        self.assertEqual(["Bridge", "Unlink"],
                         [name for name in told if name in ("Bridge", "Unlink")])
        self.assertLess(told.index("Dial Begin"), told.index("Bridge"))
        self.assertLess(told.index("Unlink"), told.index("Dial End ANSWER"))
        self.assertEqual("Hangup", told[-1])
        for listener in listeners[1:]:
            self.assertEqual(told, story(listener.packets))

    def test_hold(self):
        listener = self.legacy(self.server.url("user1c"), "--event", "Hold,Bridge", *OURS)
        with self.phones(("101",), ("102",)) as (first, _):
            dialog = first.call("102", self.server.ip)
            self.assertTrue(dialog.wait("up"))
            self.assertIsNotNone(listener.wait_for(lambda p: p.is_event("Bridge")))
            dialog.hold()
            dialog.unhold()
            self.assertIsNotNone(listener.wait_for(
                lambda p: p.is_event("Hold") and p.get("Status") == "Off"))
        self.assertEqual(["Bridge", "Hold On", "Hold Off"], story(listener.packets))

    def test_busy_click(self):
        """Reason 5, which 16 and 22 no longer say."""
        listener = self.legacy(self.server.url("user1c"), "--event", "OriginateResponse")
        with self.phones(("102", 486)), self.server.witness() as witness:
            witness.send("Originate", {
                "Channel": "PJSIP/102", "Context": "internal", "Exten": "101", "Priority": "1",
                "Async": "true"})
            answer = listener.wait_for(lambda p: p.is_event("OriginateResponse"))
        self.assertIsNotNone(answer, listener.messages)
        self.assertEqual(("Failure", "5", "<null>"),
                         tuple(map(answer.get, ("Response", "Reason", "Uniqueid"))))
