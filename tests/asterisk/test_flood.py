"""More events than usual: at the server's own maximum, and with a reader that is slow."""

import time

from lab import LiveTest, both_versions, is_booted, machine_alone, numbers_of

FLOOD = 100_000
SLOW_EVENTS = 20_000
SLOW_SECONDS = 3.0
KILLED = -9


@both_versions
class Flood(LiveTest):
    """Numbered events: received is what was sent, in order, over one connection."""

    def check_all_received(self, listener, count):
        """Every number once, in order, without a second login."""
        self.assertNotEqual(listener.stop(), KILLED, "it does not end when asked to")
        self.assertEqual(numbers_of(listener.packets, "Flood"), list(range(count)))
        self.assertEqual(listener.count(is_booted), 1, listener.messages)

    def last_one(self, count):
        """The end of the last event's line."""
        return b'"%d"]]' % (count - 1)

    def flood(self, user, secret):
        """The server emits as fast as it can; prints how fast that was."""
        with machine_alone():
            listener = self.listen(user=user, secret=secret)
            emitter = self.keep(self.server.emitter("Flood"))
            start = time.monotonic()
            emitter.emit(FLOOD)
            arrived = listener.wait_bytes(self.last_one(FLOOD), 40)
            seconds = time.monotonic() - start
            self.assertTrue(arrived, "the last event did not arrive: " + listener.messages)
        print("Asterisk %s to user %s: %d events in %.2f s, %.0f/s"
              % (self.server.version, user, FLOOD, seconds, FLOOD / seconds))
        self.check_all_received(listener, FLOOD)

    def test_server_maximum(self):
        self.flood("lab", "lab-secret")

    def test_server_maximum_for_an_impatient_account(self):
        # Asterisk's default: thrown out after 100 ms of not reading
        self.flood("slow", "slow-secret")

    def slow_reader(self, user, secret):
        """Nobody reads what zvon prints for three seconds."""
        with machine_alone():
            listener = self.listen(user=user, secret=secret)
            emitter = self.keep(self.server.emitter("Flood", pad=300))
            listener.pause()
            start = time.monotonic()
            emitter.emit(SLOW_EVENTS)
            time.sleep(max(0.0, start + SLOW_SECONDS - time.monotonic()))
            listener.go_on()
            arrived = listener.wait_bytes(self.last_one(SLOW_EVENTS), 20)
            self.assertTrue(arrived, "the last event did not arrive: " + listener.messages)
        self.check_all_received(listener, SLOW_EVENTS)

    def test_slow_reader(self):
        self.slow_reader("lab", "lab-secret")

    def test_slow_reader_for_an_impatient_account(self):
        self.slow_reader("slow", "slow-secret")
