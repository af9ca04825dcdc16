"""Lists and command output: the same as an independent reader gets them."""

from lab import DONE, NEGATIVE, LiveTest, both_versions, run_zvon

# The actions that read something, each with its fields.
READINGS = (
    ("CoreShowChannels", {}),
    ("Status", {}),
    ("Status", {"Variables": "LABVAR,CHANNEL(state)", "AllVariables": "false"}),
    ("QueueStatus", {}),
    ("QueueStatus", {"Queue": "support"}),
    ("QueueStatus", {"Queue": "nosuch"}),
    ("QueueSummary", {}),
    ("PJSIPShowEndpoints", {}),
    ("PJSIPShowEndpoint", {"Endpoint": "101"}),
    ("PJSIPShowEndpoint", {"Endpoint": "nosuch"}),
    ("PJSIPShowAors", {}),
    ("PJSIPShowAuths", {}),
    ("PJSIPShowContacts", {}),
    ("PJSIPShowRegistrationsInbound", {}),
    ("PJSIPShowRegistrationsOutbound", {}),
    ("DeviceStateList", {}),
    ("PresenceStateList", {}),
    ("ExtensionStateList", {}),
    ("ExtensionState", {"Exten": "101", "Context": "internal"}),
    ("ExtensionState", {"Exten": "nosuch", "Context": "internal"}),
    ("ParkedCalls", {}),
    ("Parkinglots", {}),
    ("ConfbridgeList", {"Conference": "900"}),
    ("ConfbridgeList", {"Conference": "none"}),
    ("ConfbridgeListRooms", {}),
    ("BridgeList", {}),
    ("BridgeTechnologyList", {}),
    ("VoicemailUsersList", {}),
    ("MailboxCount", {"Mailbox": "101@default"}),
    ("MailboxStatus", {"Mailbox": "101@default"}),
    ("ShowDialPlan", {"Context": "inbound"}),
    ("CoreStatus", {}),
    ("CoreSettings", {}),
    ("ListCommands", {}),
    ("ListCategories", {"Filename": "queues.conf"}),
    ("GetConfig", {"Filename": "queues.conf"}),
    ("GetConfig", {"Filename": "nosuch.conf"}),
    ("GetConfigJSON", {"Filename": "queues.conf"}),
    ("ModuleCheck", {"Module": "app_queue"}),
    ("ModuleCheck", {"Module": "nosuch"}),
    ("Agents", {}),
    ("SIPpeers", {}),
    ("SIPshowpeer", {"Peer": "301"}),
    ("IAXpeers", {}),
    ("QueueRule", {}),
    ("DBGet", {"Family": "lab", "Key": "ключ"}),
    ("DBGet", {"Family": "lab", "Key": "none"}),
    ("DBGetTree", {"Family": "lab"}),
)
# Lists that are not empty in this scene, so that comparing them means something.
FULL_LISTS = {"CoreShowChannels", "Status", "QueueStatus", "PJSIPShowEndpoints",
              "DeviceStateList", "ConfbridgeList", "BridgeList", "ShowDialPlan", "DBGet"}

COMMANDS = (
    "core show version",
    "core show channels concise",
    "database show",
    "dialplan show internal",
    "queue show",
    "pjsip show endpoints",
    "core show help nosuch",
    "nosuch command",
    "module load nosuch",
)


def without_id(packet):
    """The fields of a packet; the ActionID counts as present only."""
    return [(key, "*" if key == "ActionID" else value) for key, value in packet]


@both_versions
class Lists(LiveTest):
    """While 101 talks to 102 and 103 sits in a conference."""

    def test_every_list_equals_the_raw_one(self):
        with self.server.witness() as witness, self.talking():
            self.assertEqual(self.put_value(witness).name, "Success")
            not_empty = set()
            for name, fields in READINGS:
                with self.subTest(action=name, fields=fields):
                    if self.compare_reading(witness, name, fields):
                        not_empty.add(name)
            self.assertLessEqual(FULL_LISTS, not_empty)

    def put_value(self, witness):
        """A database entry outside ASCII, for DBGet."""
        return witness.request("DBPut", {"Family": "lab", "Key": "ключ",
                                         "Val": "значение & <x>"})

    def read_raw(self, witness, name, fields):
        """The same reading by the witness: response, items, end."""
        response, items, end = witness.request_list(name, fields)
        return [response, *items] + ([end] if end else [])

    def compare_reading(self, witness, name, fields):
        """Reads by the witness, by zvon, by the witness; returns whether items came.

        A value that the witness saw twice must be what zvon saw in between."""
        before = self.read_raw(witness, name, fields)
        result = run_zvon("action", self.server.url(), name,
                          *["%s=%s" % field for field in fields.items()])
        after = self.read_raw(witness, name, fields)
        self.check(result, NEGATIVE if before[0].name == "Error" else DONE)
        found = result.packets()
        self.assertEqual(len(found), len(before), result)
        for one, packet, two in zip(before, found, after):
            self.assertEqual(packet.told, (one.kind, one.name))
            self.compare_packets(without_id(one), without_id(packet), without_id(two))
        return len(found) > 2

    def compare_packets(self, before, found, after):
        """Same keys in the same order; same values where they stand still."""
        self.assertEqual([key for key, _ in found], [key for key, _ in before])
        for one, field, two in zip(before, found, after):
            if one == two:
                self.assertEqual(field, one)

    def test_command_output_equals_the_raw_one(self):
        with self.server.witness() as witness:
            for command in COMMANDS:
                with self.subTest(command=command):
                    self.compare_command(witness, command)

    def compare_command(self, witness, command):
        """`zvon command` prints the lines; `zvon action` holds them in "output"."""
        before = witness.request("Command", {"Command": command})
        printed = run_zvon("command", self.server.url(), command)
        acted = run_zvon("action", self.server.url(), "Command", "Command=" + command)
        after = witness.request("Command", {"Command": command})
        for result in (printed, acted):
            self.check(result, NEGATIVE if before.name == "Error" else DONE)
        packet, = acted.packets()
        self.assertEqual(packet.told, ("response", before.name))
        rest = [field for field in without_id(before) if field[0] != "Output"]
        self.assertEqual(without_id(packet), rest)
        for lines in (printed.out.split("\n")[:-1], packet.output):
            self.assertEqual(len(lines), len(before.all("Output")), lines)
            for one, line, two in zip(before.all("Output"), lines, after.all("Output")):
                if one == two:  # else it holds a time
                    self.assertEqual(line, one)
