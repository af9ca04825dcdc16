"""The bodies of AJAM: what the AMI would have sent, as rawman, mxml and manager show it.

    encode("rawman", text)        the packets as they are
    encode("mxml", text)          <generic …/> elements
    encode("manager", text)       rows of an HTML table
    encode("amxml", text), …      the twins that ask for digest access

Byte for byte as Asterisk 1.8 to 22 do it; test_ajam_fake.py holds it against recordings.
"""

import re
from dataclasses import dataclass

ENTITIES = {b"&": b"&amp;", b"<": b"&lt;", b">": b"&gt;", b'"': b"&quot;", b"'": b"&apos;"}
LOST = re.compile(rb"[\x00-\x08\x0a-\x1f]")  # control characters but TAB
BLANKS = bytes(range(33))

PLAIN_HEAD = (
    b'<title>Asterisk&trade; Manager Interface</title><body bgcolor="#ffffff">'
    b'<table align=center bgcolor="#f1f1f1" width="500">\r\n'
    b'<tr><td colspan="2" bgcolor="#f1f1ff"><h1>Manager Tester</h1></td></tr>\r\n'
    b'<tr><td colspan="2" bgcolor="#f1f1ff"><form action="manager" method="post">\n'
    b'\tAction: <select name="action">\n'
    b'\t\t<option value="">-----&gt;</option>\n'
    b'\t\t<option value="login">login</option>\n'
    b'\t\t<option value="command">Command</option>\n'
    b'\t\t<option value="waitevent">waitevent</option>\n'
    b'\t\t<option value="listcommands">listcommands</option>\n'
    b'\t</select>\n'
    b'\tor <input name="action"><br/>\n'
    b'\tCLI Command <input name="command"><br>\n'
    b'\tuser <input name="username"> pass <input type="password" name="secret"><br>\n'
    b'\t<input type="submit">\n'
    b'</form>\n</td></tr>\r\n')

DIGEST_HEAD = (
    b'<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\r\n<html><head>\r\n'
    b'<title>Asterisk&trade; Manager Interface</title>\r\n'
    b'</head><body style="background-color: #ffffff;">\r\n'
    b'<form method="POST">\r\n'
    b'<table align="center" style="background-color: #f1f1f1;" width="500">\r\n'
    b'<tr><th colspan="2" style="background-color: #f1f1ff;"><h1>Manager Tester</h1></th>'
    b'</tr>\r\n'
    b'<tr><th colspan="2" style="background-color: #f1f1ff;">Action: '
    b'<input name="action" /> Cmd: <input name="command" /><br>'
    b'<input type="submit" value="Send request" /></th></tr>\r\n')


@dataclass(frozen=True)
class Encoding:
    """One of the six paths of AJAM."""

    kind: str  # rawman, mxml, manager
    content_type: str
    head: bytes = b""
    tail: bytes = b""
    digest: bool = False


ENCODINGS = {
    "rawman": Encoding("rawman", "text/plain"),
    "mxml": Encoding("mxml", "text/xml", b"<ajax-response>\n", b"</ajax-response>\n"),
    "manager": Encoding("manager", "text/html", PLAIN_HEAD, b"</table></body>\r\n"),
    "arawman": Encoding("rawman", "text/plain", digest=True),
    "amxml": Encoding("mxml", "text/xml", b"<ajax-response>\n", b"</ajax-response>\n",
                      digest=True),
    "amanager": Encoding("manager", "text/html", DIGEST_HEAD,
                         b"</table></form></body></html>\r\n", digest=True),
}


def encode(name, text, destination=b"unknown", element=b"generic", old=False):
    """The body that holds these packets. destination and element are the parameters
    ajaxdest and ajaxobjtype, which mxml alone heeds; old: as 1.8 and 11 do it."""
    encoding = ENCODINGS[name]
    if encoding.kind == "rawman":
        return text
    if encoding.kind == "mxml":
        rows = [xml_packet(pairs, destination, element, old) for pairs in packets(text)]
    else:
        rows = [html_packet(pairs) for pairs in packets(text)]
    return encoding.head + b"".join(rows) + encoding.tail


def packets(text):
    """The packets of a text, each as numbered pairs: (name, how often it came, value)."""
    for lines in blocks(text):
        counts = {}
        pairs = []
        for name, value in split_pairs(lines):
            counts[name.lower()] = counts.get(name.lower(), 0) + 1
            pairs.append((name, counts[name.lower()], value))
        yield pairs


def blocks(text):
    """Runs of lines between empty ones. A line ends at CR or LF, and one LF behind either
    belongs to that end: CR LF is one end, and so is LF LF."""
    lines = []
    for line in re.split(rb"[\r\n]\n?", text):
        line = line.rstrip(BLANKS)
        if line:
            lines.append(line)
        elif lines:
            yield lines
            lines = []
    if lines:
        yield lines


def split_pairs(lines):
    """(name, value) of each line; from the first line without a colon on, all is opaque."""
    for number, line in enumerate(lines):
        name, colon, value = line.partition(b":")
        if not colon:
            yield b"Opaque-data", lines[number:]
            return
        yield name.rstrip(BLANKS), [value.lstrip(BLANKS)]


def escape(value):
    value = LOST.sub(b"", value)
    return re.sub(rb"[&<>\"']", lambda found: ENTITIES[found.group()], value)


def xml_name(name, old):
    """Every byte that is no letter or digit becomes _. No digit comes first, except in 1.8
    and 11, which then is no XML."""
    name = re.sub(rb"[^a-z0-9]", b"_", name.lower())
    return b"_" + name if name[:1].isdigit() and not old else name


def xml_packet(pairs, destination, element, old):
    attributes = [b" %s%s='%s'" % (xml_name(name, old), suffix(count),
                                   b"\n".join(map(escape, value)))
                  for name, count, value in pairs]
    return (b"<response type='object' id='%s'><%s" % (destination, element)
            + b"".join(attributes) + b" /></response>\n")


def html_packet(pairs):
    rows = [b"<tr><td>%s%s</td><td>%s</td></tr>\n" % (escape(name), suffix(count),
                                                      b"<br>\n".join(map(escape, value)))
            for name, count, value in pairs]
    return b"".join(rows) + b'<tr><td colspan="2"><hr></td></tr>\r\n'


def suffix(count):
    return b"-%d" % count if count > 1 else b""
