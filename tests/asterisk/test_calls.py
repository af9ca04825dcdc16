"""Events of real calls: `zvon listen` prints what a raw connection receives."""

from collections import Counter

from lab import LiveTest, both_versions, is_booted, user_event


@both_versions
class Calls(LiveTest):
    """Each call stands between two events of our own."""

    def setUp(self):
        super().setUp()
        self.witness = self.keep(self.server.witness(events="on"))
        self.listener = self.listen()
        self.emitter = self.keep(self.server.emitter("Mark"))

    def between_marks(self, play):
        """Plays a call; returns what the listener and the witness saw of it."""
        self.emitter.emit(1)
        play()
        self.wait_for_ends()
        self.emitter.emit(1)
        end = user_event("Mark", Last="1")
        self.assertIsNotNone(self.listener.wait_for(end), self.listener.messages)
        self.assertIsNotNone(self.witness.wait_for(end))
        self.assertEqual(self.listener.count(is_booted), 1)
        return self.cut(self.listener.packets), self.cut(self.witness.packets)

    def wait_for_ends(self):
        """Asterisk may list a channel no more before it has told of its end."""
        begun = {packet.get("Uniqueid") for packet in list(self.witness.packets)
                 if packet.is_event("Newchannel")}
        for unique_id in begun:
            self.assertIsNotNone(self.witness.wait_for(
                lambda packet, unique_id=unique_id: packet.is_event("Hangup")
                and packet.get("Uniqueid") == unique_id), unique_id)

    def cut(self, packets):
        """The events between the marks."""
        events = [packet for packet in packets if packet.kind == "event"]
        marks = [number for number, packet in enumerate(events)
                 if packet.get("UserEvent") == "Mark"]
        return events[marks[0]:marks[1] + 1]

    def check_same(self, play):
        """Both saw the same events with the same fields in the same order."""
        heard, real = self.between_marks(play)
        self.assertEqual(self.names_by_channel(heard), self.names_by_channel(real))
        self.assertEqual(heard, real)
        return self.names_by_channel(real)

    def names_by_channel(self, packets):
        """How often each event came, per channel."""
        return Counter((packet.get("Channel"), packet.name) for packet in packets)

    def check_whole_call(self, counts, phone):
        """That phone's channel is there from the first event to the last."""
        names = {name for channel, name in counts if channel and channel.startswith(phone)}
        self.assertLessEqual({"Newchannel", "Newstate", "BridgeEnter", "BridgeLeave", "Hangup"},
                             names)

    def test_call_from_first_to_last_event(self):
        def play():
            with self.phones(("101",), ("102",)) as (first, second):
                dialog = first.call("102", self.server.ip)
                self.assertTrue(dialog.wait("up"))
                self.assertIsNotNone(second.wait_call("up"))
                self.assertIsNotNone(self.witness.wait_for(is_bridged))
                second.last().bye()
                self.assertTrue(dialog.wait("done"))
        counts = self.check_same(play)
        self.check_whole_call(counts, "PJSIP/101-")
        self.check_whole_call(counts, "PJSIP/102-")

    def test_call_nobody_answers(self):
        def play():
            with self.phones(("101",), ("102", "ring")) as (first, second):
                dialog = first.call("102", self.server.ip)
                self.assertIsNotNone(second.wait_call("ringing"))
                dialog.cancel()
                self.assertTrue(dialog.wait("done"))
        counts = self.check_same(play)
        self.assertTrue(any(name == "DialEnd" for _, name in counts))

    def test_hold_digits_and_transfer(self):
        def play():
            with self.phones(("101",), ("102",), ("103",)) as (first, second, third):
                dialog = first.call("102", self.server.ip, "ООО 'Ромашка' & <Co>")
                self.assertTrue(dialog.wait("up"))
                self.assertIsNotNone(self.witness.wait_for(is_bridged))
                dialog.hold()
                self.seen("Hold")
                dialog.unhold()
                self.seen("Unhold")
                dialog.digit("7")
                self.seen("DTMFEnd")
                second.last().refer("sip:103@" + self.server.ip)
                self.seen("BlindTransfer")
                self.assertIsNotNone(third.wait_call("up"))
        counts = self.check_same(play)
        self.check_whole_call(counts, "PJSIP/103-")

    def seen(self, name):
        """The witness has received this event."""
        self.assertIsNotNone(self.witness.wait_for(lambda packet: packet.is_event(name)), name)

    def test_hundred_local_calls_at_once(self):
        def play():
            for _ in range(100):
                self.witness.send("Originate", {
                    "Channel": "Local/now@internal/n", "Context": "internal", "Exten": "now",
                    "Priority": "1", "Async": "true"})
            hangups = self.counter("Hangup", 200)
            self.assertIsNotNone(self.witness.wait_for(hangups, 20), "200 channels")
            self.assertIsNotNone(self.listener.wait_for(self.counter("Hangup", 200), 20))
        heard, real = self.between_marks(play)
        self.assertEqual(heard, real)

    def counter(self, name, count):
        """A condition for wait_for: the event that many times."""
        def wanted(packet):
            wanted.left -= packet.is_event(name)
            return wanted.left == 0
        wanted.left = count
        return wanted


def is_bridged(packet):
    """Do two channels talk now?"""
    return packet.is_event("BridgeEnter") and packet.get("BridgeNumChannels") == "2"
