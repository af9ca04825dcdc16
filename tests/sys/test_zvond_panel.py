"""Panels of CRMs at the real daemon, where no Asterisk is needed: a recording is played to
them (filePath of the original)."""

import unittest

import common
import panel
from zvond_common import Zvond, config

RECORDING = common.CAPTURES / "%s" / "hold-unhold.ami"
PANELS = "addresses = 127.0.0.0/8\npanel_role = operator\n"
SCENE = ["RING_STARTED", "CALL_SAVED_IN_DB", "COMMUTATION_STARTED", "PUT_HOLD_ACTION",
         "END_HOLD_ACTION", "PUT_HOLD_ACTION", "END_HOLD_ACTION", "RING_FINISHED"]


def text(version, key="replay"):
    """A daemon with that recording instead of an Asterisk, again and again."""
    place = "%s = %s\nreplay_loop = yes\nreplay_speed = 40\n" % (key, str(RECORDING) % version)
    return config(listen=PANELS).replace("demo = yes\ndemo_rate = 0\n", place)


class ReplayTest(unittest.TestCase):
    """Two people talk, each holds once."""

    def play(self, version, key="replay"):
        with Zvond(text(version, key)) as z:
            self.assertTrue(z.saw(": logged in "))
            one = panel.Panel(z.panel()).load()
            for call in one.open("101")["ActiveCalls"]:  # the rest of this round
                one.wait("RING_FINISHED", id=call["id"])
            begin = len(one.events)
            begun = one.wait("RING_STARTED")["content"]
            self.assertEqual((begun["callerId"], begun["calledId"]), ("101", "102"))
            one.wait("RING_FINISHED", id=begun["id"])
            one.close()
        return [event["name"] for event in one.events[begin:]
                if event["name"] in panel.CALL_EVENTS]

    def test_each_version(self):
        for version in ("1.8.32.3", "11.25.3", "16.28.0", "22.10.1"):
            with self.subTest(version):
                self.assertEqual(self.play(version), SCENE)

    def test_by_its_old_name(self):
        self.assertEqual(self.play("22.10.1", "filePath"), SCENE)

    def test_commands_of_a_recording(self):
        """Nobody is there to obey."""
        with Zvond(text("22.10.1")) as z:
            self.assertTrue(z.saw(": logged in "))
            one = panel.Panel(z.panel()).load()
            one.open("101")
            one.refused("MakeCall", panel.COMMAND, "pbx_refused", targetAddress="102")
            one.refused("ProcessLogs", panel.NOT_IMPLEMENTED, "not_implemented")
            one.refused("SetLogFilePath", panel.NOT_IMPLEMENTED, "not_implemented",
                        filePath="/etc/passwd")
            one.close()


class OldNamesTest(unittest.TestCase):
    """The parameters of Terrasoft.Messaging.Service.exe.config, as they stand there."""

    def test_all_of_them(self):
        recording = str(common.CAPTURES / "22.10.1" / "queue-members.ami")
        old = {"filePath": recording, "originateContext": "from-internal",
               "parkingLotContext": "parkedcalls", "autoPauseOnCommutationStart": "true",
               "queueExtensionFormat": "Local/{0}@from-queue/n", "asyncOriginate": "true",
               "sendRingStartedOnRingingState": "true", "traceQueuesState": "true",
               "packetInfoConfig": "", "protocol": "PJSIP/"}
        place = "".join("%s = %s\n" % pair for pair in old.items()) + "replay_speed = 40\n"
        text_of = config(listen=PANELS).replace("demo = yes\ndemo_rate = 0\n", place)
        with Zvond(text_of.replace("context = internal\n", "")) as z:
            for name in old:
                self.assertTrue(z.saw("'%s' is the name of Creatio's connector" % name), name)
            self.assertTrue(z.saw("queues: member queue=support interface="))
            one = panel.Panel(z.panel()).load()
            self.assertEqual(one.open("101")["CurrentCall"], None)
            one.close()


if __name__ == "__main__":
    unittest.main()
