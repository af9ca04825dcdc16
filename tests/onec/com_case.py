"""What the tests of the COM face share: programs of Windows on x64 and x86 (Wine)."""

import os
import subprocess
import time
import unittest

import host as onec
from host import Host, HostError


def echo(abi):
    """The component with the classes of classes.c."""
    return onec.library(abi, "zvon-1c-echo")


def has_sockets(abi):
    """wine64 alone runs 32-bit programs, but without sockets: the component does not load."""
    with Host(abi) as host:
        try:
            host.say("load", "ws2_32.dll")
        except HostError as e:
            return "cannot be loaded" not in str(e)
    return True


def counts(host):
    """Of its process."""
    return [host.number("threads"), host.number("handles")]


class Windows:
    """Programs of that ABI's bitness; mixed into the cases."""

    abi = None

    @classmethod
    def setUpClass(cls):
        if not cls.abi.endswith("x64") and not has_sockets(cls.abi):
            if os.environ.get("CI") == "true":
                raise AssertionError("no wine32 with sockets: tools/onec/wine.sh install x86")
            raise unittest.SkipTest("no wine32 with sockets: tools/onec/wine.sh install x86")

    def system(self, program):
        """A program of Windows in the bitness of this ABI."""
        folder = "system32" if self.abi.endswith("x64") else "syswow64"
        return "C:\\windows\\%s\\%s.exe" % (folder, program)

    def run_windows(self, *command):
        return subprocess.run(
            [*onec.wine(self.abi[-3:]), *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={"WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=", **os.environ},
            timeout=60 * onec.SLOW)

    def open(self):
        host = Host(self.abi, env={"OANOCACHE": "1"})  # freed texts are freed at once
        self.addCleanup(host.quit)
        return host

    def thing(self, class_name="Echo", **options):
        host = self.open()
        host.load(echo(self.abi))
        return host.new(class_name, **options)

    def assert_as_before(self, host, before):
        """Threads and handles, some time after the last was given back."""
        deadline = time.monotonic() + 5 * onec.SLOW
        while counts(host) != before and time.monotonic() < deadline:
            time.sleep(0.1)
        self.assertEqual(counts(host), before)


def cases(*bases):
    """Each class for each ABI, by the name that a module gives it."""
    for base in bases:
        for abi in onec.COM:
            name = "%s_%s" % (base.__name__, abi.replace("-", "_"))
            yield name, type(name, (base, unittest.TestCase), {"abi": abi})
