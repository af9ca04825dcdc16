"""Values in the lines of a talk (README.md): read, written, compared."""

import datetime
import json
import re

import host

WORDS = {"Неопределено": None, "Undefined": None, "Null": host.NULL, "NULL": host.NULL,
         "Истина": True, "True": True, "Ложь": False, "False": False}

TOKEN = re.compile(r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*")
  | (?P<date>'\d{14}')
  | (?P<blob>x"[0-9a-fA-F]*")
  | (?P<raw>(?:i1|i2|i8|ui1|ui2|ui4|ui8|int|uint|error|r4|date|ps|iface|array|clsid):[^\s,()]*)
  | (?P<number>[-+]?\d[\d.]*(?:[eE][-+]?\d+)?)
  | (?P<regex>/(?:[^/\\]|\\.)*/)
  | (?P<any>\*)
  | (?P<variable>\$\w+)
  | (?P<word>\w+)
  | (?P<json>\{.*\}|\[.*\])
  )\s*""", re.X)


class Wrong(Exception):
    """A line that cannot be read."""


class Any:
    """* : whatever it is."""

    def __str__(self):
        return "*"


class Regex:
    """/…/ : a text in which that is found."""

    def __init__(self, source):
        self.source = source

    def __str__(self):
        return "/%s/" % self.source


class Json:
    """{…} : a JSON text that has at least this."""

    def __init__(self, value, source):
        self.value, self.source = value, source

    def __str__(self):
        return self.source


class Bind:
    """$name in an expectation, not known yet: what is there gets that name."""

    def __init__(self, name):
        self.name = name

    def __str__(self):
        return "$" + self.name


def substitute(text, variables):
    return re.sub(r"\$(\w+)", lambda m: str(variables.get(m.group(1), m.group(0))), text)


def read_one(kind, source, variables, expected):
    if kind == "text":
        return substitute(json.loads(source, strict=False), variables)
    if kind == "date":
        return datetime.datetime.strptime(source[1:-1], "%Y%m%d%H%M%S")
    if kind == "blob":
        return bytes.fromhex(source[2:-1])
    if kind == "raw":
        return host.Raw(source)
    if kind == "number":
        return int(source) if re.fullmatch(r"[-+]?\d+", source) else float(source)
    if kind == "word" and source in WORDS:
        return WORDS[source]
    if kind == "variable" and source[1:] in variables:
        return variables[source[1:]]
    if expected and kind == "any":
        return Any()
    if expected and kind == "regex":
        return Regex(source[1:-1])
    if expected and kind == "variable":
        return Bind(source[1:])
    if expected and kind == "json":
        return Json(json.loads(substitute(source, variables)), source)
    raise Wrong("no value: %s" % source)


def read(text, variables, expected=False):
    """Values with ',' or a space between; what is expected may have *, /…/, {…}, $name."""
    found, at = [], 0
    while text[at:].strip():
        match = TOKEN.match(text, at)
        if not match:
            raise Wrong("no value: %s" % text[at:])
        found.append(read_one(match.lastgroup, match.group(match.lastgroup), variables,
                              expected))
        at = match.end()
        if text[at:at + 1] == ",":
            at += 1
    return found


def write(value, variables=None):
    """As a talk would say it; the port of this run and other names by their name."""
    if isinstance(value, str) and not isinstance(value, host.Raw):
        text = json.dumps(value, ensure_ascii=False)
        for name, known in sorted((variables or {}).items()):
            if known != "":
                text = text.replace(str(known), "$" + name)
        return re.sub("[\ud800-\udfff]", lambda m: "\\u%04x" % ord(m.group()), text)
    if isinstance(value, bool):
        return "Истина" if value else "Ложь"
    if value is None:
        return "Неопределено"
    if isinstance(value, (bytes, bytearray)):
        return 'x"%s"' % bytes(value).hex()
    if isinstance(value, datetime.datetime):
        return value.strftime("'%04d%%m%%d%%H%%M%%S'" % value.year)
    for name, known in (variables or {}).items():
        if value == known:
            return "$" + name
    return repr(value) if isinstance(value, float) else str(value)


def has(wanted, actual):
    """Is all of the wanted JSON in the actual one?"""
    if isinstance(wanted, dict):
        return isinstance(actual, dict) and all(
            key in actual and has(value, actual[key]) for key, value in wanted.items())
    if isinstance(wanted, list):
        return isinstance(actual, list) and len(wanted) == len(actual) and all(
            map(has, wanted, actual))
    return wanted == "*" or wanted == actual


def is_text_of(wanted, actual):
    try:
        return isinstance(actual, str) and has(wanted.value, json.loads(actual))
    except ValueError:
        return False


def agrees(wanted, actual, variables):
    if isinstance(wanted, Any):
        return True
    if isinstance(wanted, Bind):
        variables[wanted.name] = actual
        return True
    if isinstance(wanted, Regex):
        return isinstance(actual, str) and bool(
            re.search(substitute(wanted.source, variables), actual, re.S))
    if isinstance(wanted, Json):
        return is_text_of(wanted, actual)
    if wanted is host.NULL or actual is host.NULL:
        return wanted is actual
    return type(wanted) is type(actual) and wanted == actual


def told(wanted, actual, variables):
    """What goes into the record: what differs from run to run by its pattern."""
    if isinstance(wanted, (Any, Regex, Json, Bind)):
        return str(wanted)
    return write(actual, variables)
