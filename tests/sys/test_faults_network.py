"""Faults 026 and 027: names with dead addresses, and networks that are slow or lossy.

026 runs in a network namespace of its own, where an address can be made dead; that needs root and
is skipped elsewhere. 027 takes minutes and runs with ZVON_LONG=1."""

import os
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

from common import saw, tick, ticks

import cli
from cli import SLOW, CliTest
from pbx import Pbx
from proxy import FaultProxy

# Inside the namespace `pbx.test` has two addresses: the first (IPv6, preferred) takes packets
# and answers nothing, the second is alive.
NAMESPACE_SETUP = """
set -e
ip link set lo up
ip -6 addr add 2001:db8::1/128 dev lo
printf '2001:db8::1 pbx.test\\n127.0.0.1 pbx.test localhost\\n' > "$1/hosts"
mount --bind "$1/hosts" /etc/hosts
nft 'add table inet t; add chain inet t i { type filter hook input priority 0; };
     add rule inet t i ip6 daddr 2001:db8::1 drop'
"""


def namespace_works():
    """Can this user make a namespace with a dead address?"""
    with tempfile.TemporaryDirectory() as folder:
        script = NAMESPACE_SETUP.replace("set -e", "set -e; exec 2>/dev/null")
        try:
            return subprocess.run(["unshare", "--net", "--mount", "sh", "-c", script, "sh",
                                   folder], check=False,
                                  stderr=subprocess.DEVNULL).returncode == 0
        except OSError:
            return False


@unittest.skipUnless(namespace_works(), "needs root, unshare, ip and nft")
class DeadAddressTest(CliTest):
    def run_inside(self, script):
        """Run Python code in the namespace, with the fakes at hand; its output."""
        with tempfile.TemporaryDirectory() as folder:
            finished = subprocess.run(
                ["unshare", "--net", "--mount", "sh", "-c",
                 NAMESPACE_SETUP + 'shift; exec "$@"', "sh", folder,
                 sys.executable, "-c", textwrap.dedent(script)],
                cwd=os.path.dirname(os.path.abspath(__file__)), capture_output=True,
                text=True, timeout=60 * SLOW, check=False)
        self.assertEqual(finished.returncode, 0, finished.stdout + finished.stderr)
        return finished.stdout

    def test_fault_026_dead_address_first(self):
        """The next address is tried soon after: far less than one connect timeout."""
        output = self.run_inside("""
            import common, socket, cli
            from pbx import Pbx
            with Pbx() as pbx:
                first = socket.getaddrinfo("pbx.test", pbx.port, type=socket.SOCK_STREAM)[0]
                assert first[4][0] == "2001:db8::1", first
                result = cli.run("action", cli.url(pbx.port, host="pbx.test"), "Ping")
                assert result.code == 0, str(result)
                print(result.seconds)
        """)
        self.assertLessEqual(float(output), 1.5 * SLOW)
        self.figures(f"answer after {float(output):.2f} s")

    def test_fault_026_only_a_dead_address(self):
        """It gives up in time, with one line that names host and port."""
        self.run_inside("""
            import common, cli
            result = cli.run("action", "ami://crm@[2001:db8::1]:5038", "Ping")
            assert result.code == cli.NO_CONNECTION, str(result)
            assert result.seconds <= 5 * cli.SLOW, str(result)
            assert len(result.messages) == 1, str(result)
            assert "2001:db8::1" in result.stderr, str(result)
        """)


class BadNetworkTest(CliTest if cli.LONG else object):  # takes minutes
    SECONDS = 60

    def setUp(self):
        self.pbx = self.start(Pbx(write_timeout=30))
        self.proxy = self.start(FaultProxy(self.pbx.port))

    def stream(self, running, seconds, interval=0.05, first=1):
        """Numbered events for that long; the last number."""
        number = first
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            tick(self.pbx, number)
            number += 1
            time.sleep(interval)
        tick(self.pbx, number)
        self.assertTrue(saw(running, number, 120), running)
        return number

    def check_complete(self, running, last):
        self.assertEqual(ticks(running), [str(n) for n in range(1, last + 1)])
        self.assertEqual(self.pbx.count("connect"), 1, running)

    def test_fault_027_delay(self):
        self.proxy.set("delay 300±200")
        running = self.listener(self.pbx, port=self.proxy.port)
        self.check_complete(running, self.stream(running, self.SECONDS))

    def test_fault_027_eight_kbit(self):
        self.proxy.set("rate 1000 B/s")
        running = self.listener(self.pbx, port=self.proxy.port)
        self.check_complete(running, self.stream(running, self.SECONDS, interval=0.2))

    def test_fault_027_stalls(self):
        self.proxy.set("stall 3000 each 2000")
        running = self.listener(self.pbx, port=self.proxy.port)
        self.check_complete(running, self.stream(running, self.SECONDS, interval=0.2))

    def test_fault_027_short_outage(self):
        """Nothing passes for 9 s: no reconnect, nothing lost."""
        running = self.listener(self.pbx, port=self.proxy.port)
        last = self.stream(running, 3)
        self.proxy.set("blackhole both")
        for number in range(last + 1, last + 91):
            tick(self.pbx, number)
            time.sleep(0.1)
        self.proxy.set("blackhole off")
        last = self.stream(running, 3, first=last + 91)
        self.check_complete(running, last)

    def test_fault_027_long_outage(self):
        """Nothing passes for 20 s, new connections neither: back soon after the end."""
        running = self.listener(self.pbx, port=self.proxy.port)
        last = self.stream(running, 3)
        self.proxy.set("blackhole both")
        time.sleep(20)
        self.proxy.set("off")
        ended = time.monotonic()
        tick(self.pbx, last + 1)
        while not saw(running, last + 2, 0.3) and time.monotonic() < ended + 30:
            tick(self.pbx, last + 2)
        self.assertLessEqual(time.monotonic() - ended, 20 * SLOW, running)
        numbers = [int(n) for n in ticks(running)]
        self.assertEqual(numbers[:last], list(range(1, last + 1)))
        self.assertLessEqual(self.pbx.count("connect"), 6, "a storm of connections")

    def test_fault_027_loss_of_20_percent(self):
        """Real packet loss, in a namespace of its own."""
        if not namespace_works():
            self.skipTest("needs root, unshare, ip and nft")
        script = textwrap.dedent("""
            import common, time, cli
            from pbx import Pbx
            with Pbx(write_timeout=30) as pbx, cli.listen(pbx.port) as running:
                assert pbx.wait_logins(1, 60), running
                for number in range(1, 601):
                    common.tick(pbx, number)
                    time.sleep(0.1)
                assert common.saw(running, 600, 120), running
                assert common.ticks(running) == [str(n) for n in range(1, 601)]
                assert pbx.count("connect") == 1
        """)
        setup = """
            set -e
            ip link set lo up
            nft 'add table inet t; add chain inet t o { type filter hook output priority 0; };
                 add rule inet t o meta l4proto tcp numgen random mod 100 < 20 drop'
            exec "$@"
        """
        subprocess.run(["unshare", "--net", "sh", "-c", setup, "sh", sys.executable, "-c",
                        script], cwd=os.path.dirname(os.path.abspath(__file__)), check=True,
                       timeout=300 * SLOW)


if __name__ == "__main__":
    unittest.main()
