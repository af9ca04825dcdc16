"""Events over AJAM: those of TCP, in their order, less what the encoders lose."""

import time

from ajam import ENCODINGS, RawAjam, encode, is_mxml
from lab import (CONNECTED, EMITTED, LiveTest, Listener, both_versions, is_booted,
                 machine_alone, numbers_of, user_event)

QUEUED = 20_000
CAUGHT_UP = 10.0  # seconds for what was queued meanwhile, in a busy machine
ODD_PAIRS = (
    ("Привет", "Привет & <b>\"x\"</b> 'y'"), ("sp ace", "1"), ("dot.ted", "1"), ("1digit", "2"),
    ("a<b", "3"), ("Same", "1"), ("same", "2"), ("SAME", "3"), ("Same", "4"), ("Same", "5"),
    ("empty", ""), ("Event", "Fake"), ("colon", "a:b: c :d"),
    ("tab", "a\tb \t"), ("control", "a\x01b\x07c\x1b[0m\x7f"), ("half", b"\xc3(\xff\xfe"),
    ("entities", "&amp;&#65;&lt;br>"), ("xml", "'/></response></ajax-response>"),
    ("html", "</td></tr></table><hr>"), ("emoji", "😀"), ("lf", "x\nY y: z"), ("plain", "x\nno"),
    ("Behind It", "  kept"),
)
# Keys that look like repeats which the encoder has numbered; alone they are none.
ODD_ALONE = (("same-2", "6"), ("Same-2", "7"), ("key-1", "8"), ("Seq-12", "9"))


def between(packets, mark):
    """The packets between the two marks, and the marks."""
    numbers = [number for number, packet in enumerate(packets) if packet.get("UserEvent") == mark]
    return packets[numbers[0]:numbers[1] + 1]


@both_versions
class AjamEvents(LiveTest):
    """A listener on TCP and one of each encoding, three of them over HTTPS."""

    seconds = 90

    def setUp(self):
        super().setUp()
        self.tcp = self.listen()
        self.others = {encoding: self.listen_ajam(encoding, tls=bool(number % 2))
                       for number, encoding in enumerate(ENCODINGS)}
        self.emitter = self.keep(self.server.emitter("Mark"))

    def check_same(self, play):
        """Plays between two marks; returns what TCP has seen."""
        self.emitter.emit(1)
        self.assertIsNotNone(self.tcp.wait_for(user_event("Mark", Last="0")))
        play()
        self.emitter.emit(1)
        end = user_event("Mark", Last="1")
        self.assertIsNotNone(self.tcp.wait_for(end), self.tcp.messages)
        real = between(self.tcp.packets, "Mark")
        for encoding, listener in self.others.items():
            with self.subTest(encoding=encoding):
                self.assertIsNotNone(listener.wait_for(end), listener.messages)
                self.compare(between(listener.packets, "Mark"), real, encoding)
                self.assertEqual(listener.messages.count(CONNECTED), 1, listener.messages)
        return real

    def compare(self, found, real, encoding):
        """Event by event, so that the first difference is shown."""
        for packet, one in zip(found, real):
            expected = encode(one, encoding)
            self.assertEqual((packet.told, packet), (expected.told, expected))
        self.assertEqual(len(found), len(real))

    def test_calls(self):
        names = {packet.name for packet in self.check_same(self.play_calls)}
        self.assertLessEqual({
            "Newchannel", "DialBegin", "DialEnd", "BridgeEnter", "Hold", "Unhold", "DTMFEnd",
            "BlindTransfer", "QueueCallerJoin", "AgentConnect", "VarSet", "Cdr", "CEL",
            "Hangup"}, names)

    def play_calls(self):
        """An answered call with hold and transfer, a busy one, a queue."""
        with self.phones(("101", "ring"), ("102",), ("103", 486), ("200",)) as phones:
            first, second, _, trunk = phones
            self.answered_call(trunk, first, second)
            busy = second.call("103", self.server.ip)
            self.assertTrue(busy.wait("done"))
            queued = second.call("607", self.server.ip)  # UserEvent in Cyrillic
            self.assertTrue(queued.wait("up"))
        with self.phones(("101",), ("200",)) as (_, trunk):
            queued = trunk.call("74950000008", self.server.ip, "ООО Ромашка")
            self.assertTrue(queued.wait("up"))
            self.seen("AgentConnect")

    def answered_call(self, trunk, first, second):
        """From outside to 102, who holds and transfers to 604."""
        dialog = trunk.call("74951234567", self.server.ip, "ООО 'Ромашка' & <Co>")
        self.assertTrue(dialog.wait("up"))
        second.wait_call("up").hold()
        self.seen("Hold")
        second.last().unhold()
        self.seen("Unhold")
        dialog.digit("7")
        self.seen("DTMFEnd")
        second.last().refer("sip:604@" + self.server.ip)
        self.seen("BlindTransfer")
        self.assertTrue(dialog.wait("done"))
        self.assertNotEqual(first.last().state, "up")

    def seen(self, name):
        """TCP has received this event."""
        self.assertIsNotNone(self.tcp.wait_for(lambda packet: packet.is_event(name)), name)

    def test_odd_bytes(self):
        raw = self.keep(RawAjam(self.server.ip))

        def play():
            for pair in ODD_PAIRS + ODD_ALONE:
                raw.ask(pair, Action="UserEvent", UserEvent="Odd")
            raw.ask(*ODD_PAIRS, Action="UserEvent", UserEvent="OddAll")
        real = self.check_same(play)
        self.assertEqual(sum(packet.get("UserEvent") == "Odd" for packet in real),
                         len(ODD_PAIRS + ODD_ALONE))
        self.assertEqual(sum(packet.get("UserEvent") == "OddAll" for packet in real), 1)


@both_versions
class AjamQueue(LiveTest):
    """Events that wait in the server while the client does not ask."""

    def test_queued_between_two_waits(self):
        with machine_alone():
            for encoding in ENCODINGS[:3]:
                with self.subTest(encoding=encoding):
                    self.queue_and_read(encoding)

    def queue_and_read(self, encoding):
        """The client is stopped while the server queues; prints how long reading took."""
        listener = self.listen_ajam(encoding)
        emitter = self.keep(self.server.emitter("Queued"))
        witness = self.keep(Listener(self.server.url()))
        self.assertIsNotNone(witness.wait_for(is_booted))
        listener.freeze()
        emitter.emit(QUEUED)
        last = b'"%d"]]' % (QUEUED - 1)
        self.assertTrue(witness.wait_bytes(last, 30), witness.messages)
        listener.thaw()
        start = time.monotonic()
        self.assertTrue(listener.wait_bytes(last, CAUGHT_UP), listener.messages)
        seconds = time.monotonic() - start
        print("Asterisk %s, %s: %d queued events read in %.2f s"
              % (self.server.version, encoding, QUEUED, seconds))
        self.check_all(listener, encoding, QUEUED)

    def test_burst(self):
        """As fast as the server can, while the client polls."""
        with machine_alone():
            listeners = {encoding: self.listen_ajam(encoding)
                         for encoding in ENCODINGS[:3]}
            emitter = self.keep(self.server.emitter("Queued"))
            emitter.emit(QUEUED)
            for listener in listeners.values():
                self.assertTrue(listener.wait_bytes(b'"%d"]]' % (QUEUED - 1), 30),
                                listener.messages)
        for encoding, listener in listeners.items():
            with self.subTest(encoding=encoding):
                self.check_all(listener, encoding, QUEUED)

    def check_all(self, listener, encoding, count):
        """Every number once, in order, in one session."""
        listener.stop()
        keys = [key.lower() for key in EMITTED] if is_mxml(encoding) else EMITTED
        self.assertEqual(numbers_of(listener.packets, "Queued", keys), list(range(count)))
        self.assertEqual(listener.messages.count(CONNECTED), 1, listener.messages)
