"""The component as it is given to users, loaded and unloaded again and again in one process: no
handle, no thread stays. (Fault 122 on Windows; the .so for Linux beside it.)"""

import os
import socket
import unittest

import host
from test_reach import Server

ROUNDS = int(os.environ.get("ZVON_ONEC_ROUNDS", "1000"))
WARM = 30  # what Windows keeps for itself comes in the first rounds
SLACK = 4  # handles: a thread of Windows' own pool may come and go


class LoadAndUnload:
    """Mixed into the cases; one host for each test."""

    abi = None

    def setUp(self):
        self.host = host.Host(self.abi)
        self.addCleanup(self.host.quit)
        self.path = host.library(self.abi)

    def round(self, name, act):
        self.host.load(self.path)
        thing = self.host.new(name, init=True, depth=100)
        act(thing)
        self.assertLessEqual(thing.done(), 1000 * host.SLOW)
        thing.free()
        self.assertTrue(self.host.unload())

    def figures(self):
        return {what: self.host.number(what) for what in ("threads", "handles")}

    def rounds(self, n, name, act):
        for _ in range(WARM):
            self.round(name, act)
        before = self.figures()
        for _ in range(n):
            self.round(name, act)
        after = self.figures()
        self.assertLessEqual(after["threads"], before["threads"], (before, after))
        self.assertLessEqual(after["handles"], before["handles"] + SLACK, (before, after))
        self.assertEqual(self.host.memory(), (0, 0, 0))

    def test_fault_122_not_connected(self):
        self.rounds(ROUNDS, "Zvon", lambda thing: thing.get("Version"))

    def test_fault_122_refused(self):
        nobody = socket.socket()
        self.addCleanup(nobody.close)
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]

        def act(thing):
            with self.assertRaises(host.Raised):
                thing.call("Connect", "ami://127.0.0.1:%d" % port, "a", "b")
        self.rounds(ROUNDS // 10, "Zvon", act)

    def test_fault_122_connected(self):
        server = Server()
        self.addCleanup(server.close)
        self.rounds(ROUNDS // 10, "ROM-Asterisk-Native",
                    lambda thing: thing.call("Connect", "127.0.0.1", server.port))

    def test_fault_122_in_the_handshake(self):
        silent = Server(b"")
        self.addCleanup(silent.close)

        def act(thing):
            thing.set("AnswerTime", 100)
            with self.assertRaises(host.Raised):
                thing.call("Connect", "amis://127.0.0.1:%d" % silent.port, "a", "b")
        self.rounds(ROUNDS // 50, "Zvon", act)


class X64(LoadAndUnload, unittest.TestCase):
    abi = "x64"


class X86(LoadAndUnload, unittest.TestCase):
    abi = "x86"


class Linux(LoadAndUnload, unittest.TestCase):
    abi = "linux"


if __name__ == "__main__":
    unittest.main()
