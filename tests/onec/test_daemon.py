"""The class Zvon over a real zvond, in a host as 1C is one: what a script calls, gets and is told.
On each ABI that is built.

ZVON_ONEC_ABIS="linux x64": which ones must be there; default: linux, and those that are built."""

import json
import os
import socket
import sys
import time
import unittest

import host
from host import ROOT, SLOW, Host, Raised

sys.path.insert(0, str(ROOT / "tests/sys"))
from zvond_common import TOKENS, Zvond, config  # noqa: E402
from calls import Calls  # noqa: E402 found by zvond_common
from pbx import Account, Pbx  # noqa: E402


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def is_told(abi):
    """Is that ABI to be tested?"""
    told = os.environ.get("ZVON_ONEC_ABIS")
    if told or abi == "linux":
        return abi in (told or "linux").split()
    try:
        host.command(abi)
        return bool(host.library(abi))
    except AssertionError:
        return False


class OneObject:
    """An object in a host, and a zvond for it."""

    abi = "linux"

    def setUp(self):
        self.host = Host(self.abi)
        self.addCleanup(self.host.kill)
        self.host.load()
        self.zvon = self.host.new("Zvon")

    def begin(self, **how):
        """A zvond before a fake Asterisk."""
        self.pbx = self.enterContext(Pbx(accounts={"crm": Account("secret")}))
        self.phones = Calls(self.pbx)
        self.z = self.enterContext(Zvond(config(pbx=self.pbx, **how)))
        self.z.wait_synced()
        return "ws://127.0.0.1:%d" % self.z.port

    def until(self, name, seconds=10):
        """The data of the first event of that name; those before it are in self.passed."""
        end = time.monotonic() + seconds * SLOW
        self.passed = []
        while time.monotonic() < end:
            for source, event, data in self.zvon.take(1, 200):
                self.assertIn(source, ("Zvon", "zvon"))
                if event == name:
                    return json.loads(data)
                self.passed.append((event, data))
        raise AssertionError("no %s, but %s" % (name, [event for event, _ in self.passed]))


class Basics(OneObject):
    """What is tested on each ABI."""

    def test_a_working_day(self):
        url = self.begin()
        self.assertIs(self.zvon.call("Подключить", url, "", TOKENS["boss"]), True)
        self.assertIs(self.zvon.get("Подключено"), True)
        call = self.phones.answer(self.phones.dial("101", "102"))
        started = self.until("call.started")
        self.assertEqual(started["from"]["number"], "101")
        self.until("call.answered")
        calls = json.loads(self.zvon.call("Звонки"))
        self.assertEqual([c["call"] for c in calls], [started["call"]])
        self.assertIn("Response: Success", self.zvon.call("Действие", "Ping"))
        self.phones.hang_up(call)
        ended = self.until("call.ended")
        self.assertEqual((ended["call"], ended["result"]), (started["call"], "answered"))
        history = json.loads(self.zvon.call("История", "101"))
        self.assertEqual([c["call"] for c in history], [started["call"]])
        self.zvon.call("Отключить")
        self.assertIs(self.zvon.get("Подключено"), False)

    def test_killed_and_back(self):
        url = self.begin(kept=True, port=free_port())
        self.zvon.call("Подключить", url, "", TOKENS["boss"])
        lost = self.phones.answer(self.phones.dial("101", "102"))
        self.until("call.answered")
        self.z.kill()
        down = self.until("connection.state")
        self.assertEqual(down["state"], "down")
        self.assertIs(self.zvon.get("Подключено"), False)
        with self.assertRaises(Raised):
            self.zvon.call("Позвонить", "102")
        self.phones.hang_up(lost)
        self.z.start()
        self.z.wait_synced()
        self.assertEqual(self.until("resync", 20)["reason"], "restart")
        self.assertEqual(json.loads(self.zvon.call("Звонки")), [])
        self.phones.hang_up(self.phones.answer(self.phones.dial("201", "202")))
        self.assertEqual(self.until("call.ended")["from"]["number"], "201")

    def test_wrong_token(self):
        url = self.begin()
        with self.assertRaisesRegex(Raised, "zvond отверг токен"):
            self.zvon.call("Подключить", url, "", "x" * 43)
        self.assertRegex(self.zvon.get("ПоследняяОшибка"), "zvond отверг токен")
        self.zvon.locale("en_US")
        with self.assertRaisesRegex(Raised, "zvond refused the token"):
            self.zvon.call("Подключить", url, "", "x" * 43)


class OverZvond(Basics, unittest.TestCase):
    """Native API on Linux. What is told under Wine is the same, slowly: below."""

    def test_a_command_is_refused(self):
        self.zvon.call("Подключить", self.begin(), "", TOKENS["viewer"])
        told = json.loads(self.zvon.call("Позвонить", "102"))
        self.assertEqual((told["ok"], told["error"]["code"]), (False, "denied"))

    def test_own_line_only(self):
        self.zvon.set("Линия", "101")
        self.zvon.call("Подключить", self.begin(), "", TOKENS["boss"])
        for pair in (("201", "202"), ("101", "102")):
            self.phones.hang_up(self.phones.answer(self.phones.dial(*pair)))
        self.assertEqual(self.until("call.ended")["from"]["number"], "101")
        self.assertNotIn("201", str(self.passed))

    def test_not_zvond(self):
        with self.assertRaisesRegex(Raised, "порт AMI"):
            self.begin()
            self.zvon.call("Подключить", "ws://127.0.0.1:%d" % self.pbx.port, "", "t")

    def test_done_in_each_state(self):
        """Done takes no time: while the port does not answer, and when all is well."""
        with socket.create_server(("127.0.0.1", 0)) as silent:
            self.zvon.set("Асинхронно", True)
            self.zvon.call("Подключить", "ws://127.0.0.1:%d" % silent.getsockname()[1], "", "t")
            time.sleep(0.2)
            self.assertLess(self.zvon.done(), 1000)
        other = self.host.new("Zvon")
        other.call("Подключить", self.begin(), "", TOKENS["boss"])
        self.assertLess(other.done(), 1000)


for told in ("x64", "x86", "com-x86"):
    if is_told(told):
        globals()["OverZvond_" + told] = type("OverZvond_" + told, (Basics, unittest.TestCase),
                                              {"abi": told})


if __name__ == "__main__":
    unittest.main()
