"""Answers over AJAM: what TCP gives, less what the encoders lose."""

from ajam import BLANKS, ENCODINGS, RawAjam, encode
from lab import CA, DONE, NEGATIVE, USAGE, LiveTest, both_versions, run_zvon
from test_lists import COMMANDS, FULL_LISTS, READINGS

# What the recordings of AJAM ask and the lists do not.
QUESTIONS = (
    ("Ping", {}),
    ("Ping", {"Pad": "x" * 900}),
    ("Ping", {"Pad%d" % number: "y" * 300 for number in range(100)}),
    ("nosuch", {}),
    ("Getvar", {"Variable": "LABGLOBAL"}),
    ("Getvar", {"Variable": "LABNONE"}),
    ("Challenge", {"AuthType": "MD5"}),
    ("Challenge", {"AuthType": "nosuch"}),
    ("Events", {"EventMask": "call"}),
    ("Originate", {"Channel": "Local/nosuch"}),
    ("Hangup", {"Channel": "none"}),
    ("Logoff", {}),
)
DENIED = (
    ("Command", {"Command": "core show version"}),
    ("Originate", {"Channel": "Local/604@internal"}),
    ("Getvar", {"Variable": "LABGLOBAL"}),
    ("QueueStatus", {}),
)
# Values of the recordings, and control characters where Asterisk does not trim them.
VALUES = (
    "Привет", "a & b < c > \"d\" 'e'", "tab\there", "bell\x07", "semi;colon", "per%cent",
    "plus+sign", "back\\slash", "equals=x", "emoji 😀", "a\x01b\x02\x1b\x1fc\x7fd", "a: b:c :d",
    "&amp;&#39;&lt;", "]]> -- --END COMMAND--", "  both ends\t ", "\udcc3(\udcff", "%0",
    "'/></response>", "</td></tr>", "ключ: значение",
)
BROKEN_LINES = ("lf\nonly", "cr\ronly", "lf\n\nTwo Words: x", "a\nEvent: Fake", "a\n1b-2: c\nd",
                "a\nno colon \nFoo Bar: x\n  blank")
REFUSED = ("lf\nonly", "cr\ronly", "a\r\nEvent: Fake", "a%0d%0aEvent: Fake")


def as_told(packet):
    """All that zvon tells of a packet; the ActionID counts as present only."""
    fields = [(key, "*" if key.lower() == "actionid" else value) for key, value in packet]
    return packet.told, fields, packet.output


def values_of(packet):
    """The texts in a packet that may move by themselves, in order."""
    _, fields, output = as_told(packet)
    return [value for _, value in fields] + output


def readable(text):
    """Bytes that are no UTF-8 as U+FFFD."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@both_versions
class Parity(LiveTest):
    """Each action goes over TCP, over AJAM in each way, and over TCP again: what stood
    still meanwhile on TCP must be the same on AJAM."""

    waits = True
    seconds = 150

    def act(self, url, name, fields, user="lab", secret="lab-secret"):
        """Runs one action; returns the exit code and the packets."""
        result = run_zvon("action", url, name, *["%s=%s" % field for field in fields.items()],
                          *(["--ca", CA] if url.startswith("https") else []), secret=secret)
        self.assertIn(result.code, (DONE, NEGATIVE), result)
        return result.code, result.packets()

    def ways(self, user="lab"):
        """Every encoding, plain and over TLS."""
        for encoding in ENCODINGS:
            for tls in (False, True):
                yield encoding, self.server.ajam(encoding, user, tls)

    def compare(self, name, fields, user="lab", secret="lab-secret"):
        """One action in every way; returns the packets of TCP."""
        tcp = self.server.url(user)
        code, before = self.act(tcp, name, fields, secret=secret)
        found = [(encoding, url, self.act(url, name, fields, secret=secret))
                 for encoding, url in self.ways(user)]
        _, after = self.act(tcp, name, fields, secret=secret)
        for encoding, url, (found_code, packets) in found:
            with self.subTest(url=url, action=name, fields=fields):
                self.assertEqual(found_code, code)
                self.assertEqual(len(packets), len(before))
                for one, packet, two in zip(before, packets, after):
                    self.compare_packets(encode(one, encoding), packet,
                                         encode(two, encoding))
        return before

    def compare_packets(self, before, found, after):
        """Same keys in the same order; same values where they stand still."""
        self.assertEqual(found.told, before.told)
        self.assertEqual([key for key, _ in found], [key for key, _ in before])
        self.assertEqual(len(found.output), len(before.output), found)
        for one, value, two in zip(values_of(before), values_of(found), values_of(after)):
            if one == two:
                self.assertEqual(value, one)

    def test_lists(self):
        with self.server.witness() as witness, self.talking():
            witness.request("DBPut", {"Family": "lab", "Key": "ключ",
                                      "Val": "значение & <x>"})
            full = {name for name, fields in READINGS if len(self.compare(name, fields)) > 2}
        self.assertLessEqual(FULL_LISTS - {"DBGet"}, full)

    def test_questions(self):
        for name, fields in QUESTIONS:
            self.compare(name, fields)

    def test_commands(self):
        for command in (*COMMANDS, "core show channels", "queue show support"):
            packet, = self.compare("Command", {"Command": command})
            self.assertIn(packet.name, ("Success", "Error"))

    def test_forbidden(self):
        for name, fields in DENIED:
            self.compare(name, fields, "nowrite", "nw-secret")

    def test_account_outside_ascii(self):
        user = "%D0%BE%D0%BF%D0%B5%D1%80%D0%B0%D1%82%D0%BE%D1%80"
        packet, = self.compare("Ping", {}, user, "пароль")
        self.assertEqual(packet.get("Ping"), "Pong")

    def test_values_arrive_and_come_back(self):
        """Each encoding writes the variable itself; TCP reads what it has written."""
        for value in VALUES:
            for encoding in ENCODINGS:
                with self.subTest(value=value, encoding=encoding):
                    self.check_value(self.server.ajam(encoding), encoding, value)

    def check_value(self, url, encoding, value):
        """Set over TCP, read; set over AJAM, read both ways."""
        asked = {"Variable": "LABSPEC"}
        _, (kept,) = self.set_and_read(self.server.url(), value)
        answer, (packet,) = self.set_and_read(url, value)
        self.assertEqual(as_told(packet), as_told(kept))
        self.assertEqual(packet.get("Value").strip(BLANKS), readable(value).strip(BLANKS))
        _, (found,) = self.act(url, "Getvar", asked)
        self.assertEqual(as_told(found), as_told(encode(packet, encoding)))
        self.assertEqual(answer[0].name, "Success")

    def set_and_read(self, url, value):
        """The answer of Setvar, and what TCP reads then."""
        self.act(self.server.url(), "Setvar", {"Variable": "LABSPEC", "Value": "none"})
        _, answer = self.act(url, "Setvar", {"Variable": "LABSPEC", "Value": value})
        return answer, self.act(self.server.url(), "Getvar", {"Variable": "LABSPEC"})[1]

    def test_broken_lines(self):
        """Line breaks that somebody else has put into a value."""
        raw = self.keep(RawAjam(self.server.ip))
        for value in BROKEN_LINES:
            raw.ask(Action="Setvar", Variable="LABSPEC", Value=value)
            packet, = self.compare("Getvar", {"Variable": "LABSPEC"})
            self.assertEqual(packet.get("Value").rstrip(), value)

    def test_line_breaks_are_refused(self):
        for value in REFUSED:
            for encoding in ENCODINGS:
                result = run_zvon("action", self.server.ajam(encoding), "Setvar",
                                  "Variable=LABSPEC", "Value=" + value)
                self.check(result, USAGE)
                self.assertIn("nothing was sent", result.err)
