"""Each talk (README.md) on every ABI that is built: the same record, byte for byte. (Fault 125.)

ZVON_ONEC_ABIS="linux x64": which ones must be there; default: linux, and those that are built."""

import os
import unittest
from pathlib import Path

import host
import talk

HERE = Path(__file__).resolve().parent


def is_built(abi, path):
    """The host and the library that this talk is about."""
    try:
        host.command(abi)
        talk.Player(path, abi).find_library()
    except AssertionError:
        return False
    return True


def abis_for(path):
    told = os.environ.get("ZVON_ONEC_ABIS")
    if told:
        return told.split()
    return ["linux"] + [abi for abi in host.NATIVE[1:] + host.COM if is_built(abi, path)]


class Talks(unittest.TestCase):
    """One test for each file; made below."""


def test_of(path):
    def test(self):
        try:
            talk.play_all(path, abis_for(path))
        except talk.Failed as err:
            self.fail(str(err))
    return test


for found in sorted(HERE.glob("*.talk")):
    setattr(Talks, "test_fault_125_" + found.stem.replace("-", "_"), test_of(found))


class Player(unittest.TestCase):
    """That a talk can fail: what is not so is seen."""

    def check(self, text, reason):
        path = Path(os.environ.get("TMPDIR", "/tmp")) / ("zvon-%d.talk" % os.getpid())
        path.write_text("module zvon-1c-echo\nnew Echo\n" + text, encoding="utf-8")
        self.addCleanup(path.unlink)
        with self.assertRaisesRegex(talk.Failed, reason):
            talk.play(path)

    def test_another_value(self):
        self.check('call Эхо(1)\n= 2\n', "wanted 2, came 1")

    def test_another_type(self):
        self.check('call Эхо(1)\n= 1.0\n', "wanted 1.0, came 1")

    def test_no_error(self):
        self.check('call Эхо(1)\nerror "x"\n', "an error was wanted")

    def test_an_error_nobody_expects(self):
        self.check('call Each()\n', "не указан")

    def test_an_event_nobody_expects(self):
        self.check('proc Events(1)\nno event\n', "an event came")

    def test_another_event(self):
        self.check('proc Events(1, "a", "b")\nevent "Echo" "a" "c"\n', 'wanted .*"c", came')

    def test_too_few_arguments_back(self):
        self.check('call Эхо(1)\n= 1 out 1, 2\n', "wanted 1, 2, came 1")

    def test_a_packet_that_is_not_said(self):
        self.check('pbx\naccept\n', "nobody connects")

    def test_what_is_no_line(self):
        self.check('ring 101\n', "no such line")


if __name__ == "__main__":
    unittest.main()
