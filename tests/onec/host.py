"""A 1C:Enterprise of our own (tests/onec/host) from Python.

    with Host() as host:                                  # Linux; Host("x64") under Wine
        host.load()                                       # build/.../zvon-1c.so
        thing = host.new("ROM-Asterisk", depth=100)       # Thing
        thing.call("Connect", "127.0.0.1", 5038)          # what the function returns
        result, out = thing.call_out("Originate", …)      # … and the arguments afterwards
        thing.proc("Disconnect")                          # as a procedure: the arguments
        thing.get("Connected"); thing.set("ListenMode", True)
        thing.take(2, 1000)                               # [(source, name, data), …]
        thing.done(); thing.free()

Values: None Undefined, NULL, True, 5, 0.5, "text", b"data", datetime; Raw("ui1:7") is any field
as it is, a type that Python has not comes back as one. A lone surrogate is one in str, too.
An exception of the component is Raised(source, text); a name it has not is LookupError.

ABIs: linux, x64, x86 (Native API), com-x64, com-x86. Windows ones run under Wine, by
tools/onec/wine.sh. ZVON_BUILD: the build folder; default: build of this tree.
"""

import contextlib
import datetime
import math
import os
import queue
import re
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SLOW = float(os.environ.get("ZVON_SLOW", "1"))
ANSWER = 60  # seconds that an answer may take

NATIVE = ("linux", "x64", "x86")
COM = ("com-x64", "com-x86")


def build():
    return Path(os.environ.get("ZVON_BUILD") or ROOT / "build")


def find(*names):
    """The first of those in the build folder that is there; a test without it must fail."""
    for name in names:
        if (build() / name).exists():
            return build() / name
    raise AssertionError("none of %s in %s: build first" % (", ".join(names), build()))


# ---- values ----------------------------------------------------------------------------------


class Null:
    """NULL of 1C."""

    def __repr__(self):
        return "NULL"


NULL = Null()


class Raw(str):
    """A field of the protocol as it is: Raw("ui1:7")."""

    def __repr__(self):
        return "Raw(%s)" % str.__repr__(self)


def escape(text):
    """A str as the text of a field; lone surrogates by their number."""
    def one(match):
        c = match.group()
        return {"\t": "\\t", "\n": "\\n", "\r": "\\r", "\\": "\\\\"}.get(c) or "\\u%04x" % ord(c)
    return re.sub("[\x00-\x1f\\\\\ud800-\udfff]", one, text)


def unescape(text):
    def one(match):
        c = match.group(1)
        return chr(int(c[1:], 16)) if c[0] == "u" else {"t": "\t", "n": "\n", "r": "\r"}.get(c, c)
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", one, text)


def to_field(value):
    if isinstance(value, Raw):
        return str(value)
    if value is None:
        return "u:"
    if value is NULL:
        return "n:"
    if isinstance(value, bool):
        return "b:%d" % value
    if isinstance(value, int):
        # as 1C: what an I4 holds, else a fraction
        return "i:%d" % value if -2**31 <= value < 2**31 else "r:%.17g" % value
    if isinstance(value, float):
        return "r:%.17g" % value
    if isinstance(value, str):
        return "s:" + escape(value)
    if isinstance(value, (bytes, bytearray)):
        return "x:" + bytes(value).hex()
    if isinstance(value, datetime.datetime):
        return "d:" + value.strftime("%Y-%m-%d %H:%M:%S")
    raise TypeError("no value of 1C: %r" % (value,))


def to_date(text):
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
    except ValueError:
        return Raw("d:" + text)


FROM = {
    "u": lambda text: None,
    "n": lambda text: NULL,
    "b": lambda text: text != "0",
    "i": int,
    "r": lambda text: float(text) if math.isfinite(float(text)) else Raw("r:" + text),
    "s": unescape,
    "x": bytes.fromhex,
    "d": to_date,
}


def from_field(field):
    kind, _, text = field.partition(":")
    return FROM[kind](text) if kind in FROM else Raw(field)


class Raised(Exception):
    """The component returned false: what AddError said ("" and "": nothing)."""

    def __init__(self, source, text):
        super().__init__("%s: %s" % (source, text))
        self.source, self.text = source, text


class HostError(Exception):
    """The host did not understand, refused, or ended."""


# ---- programs --------------------------------------------------------------------------------


def windows_path(path):
    """As a program under Wine sees it."""
    return "Z:" + str(path).replace("/", "\\")


def library(abi, name="zvon-1c"):
    """The component of that ABI that is to be tested, or another module (classes.c)."""
    if abi == "linux" and os.environ.get("ZVON_ONEC_PRODUCT"):
        return find("onec/%s.so" % name)  # what is given to users
    if abi == "linux":
        return find("src/onec/%s.so" % name, "tests/onec/%s.so" % name)
    return find("onec/%s-%s.dll" % (name, "win64" if abi.endswith("x64") else "win32"))


def wine(bits):
    """How a Windows program is started: x64, x86."""
    return [os.environ.get("ZVON_WINE_SH") or str(ROOT / "tools/onec/wine.sh"), "run", bits[-3:]]


def command(abi):
    name = "host" if abi == "linux" else "host-%s.exe" % abi
    program = find("tests/onec/host/" + name, "onec/" + name)
    if abi == "linux":
        return [str(program)]
    return wine(abi[-3:]) + [windows_path(program)]


class Host:
    """The host of one ABI as a process. wrap: a command in front of it (valgrind)."""

    def __init__(self, abi="linux", wrap=(), env=None):
        self.abi = abi
        self.events = queue.Queue()  # (id, source, name, data) of things that take with print
        self.answers = queue.Queue()
        self.count = 0
        self.process = subprocess.Popen(
            [*wrap, *command(abi)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            env={**os.environ, **(env or {})})
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.quit()

    def read(self):
        for line in self.process.stdout:
            fields = line.rstrip(b"\r\n").decode("utf-8").split("\t")
            if fields[0] == "event":
                self.events.put((fields[1], *map(from_field, fields[2:])))
            else:
                self.answers.put(fields)
        self.answers.put(None)

    def say(self, *fields, timeout=None):
        """A line to it; its answer as fields."""
        line = "\t".join(fields) + "\n"
        try:
            self.process.stdin.write(line.encode("utf-8"))
            self.process.stdin.flush()
            answer = self.answers.get(timeout=(timeout or ANSWER) * SLOW)
        except queue.Empty:
            raise HostError("no answer to: " + line[:200]) from None
        except BrokenPipeError:
            answer = None
        if answer is None:
            raise HostError("it ended (code %s) at: %s" % (self.process.wait(10), line[:200]))
        if answer[0] == "bad":
            raise HostError(" ".join(answer[1:]))
        return answer

    def quit(self, timeout=30):
        """Ends it; its exit code."""
        try:
            self.process.stdin.write(b"quit\n")
            self.process.stdin.close()
        except (BrokenPipeError, ValueError):
            pass
        try:
            code = self.process.wait(timeout * SLOW)
        except subprocess.TimeoutExpired:
            raise HostError("it does not end") from None
        finally:
            self.kill()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.reader.join(10)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()

    def load(self, path=None, caps=3, name=""):
        """[names, capabilities, attach] of a Native one. name: for a second library."""
        path = path or library(self.abi)
        if self.abi != "linux":
            path = windows_path(path)
        more = ["as=" + name] if name else []
        return [from_field(f) for f in self.say("load", str(path), "caps=%d" % caps, *more)[1:]]

    def unload(self, name=""):
        """False: the library stays."""
        return self.say("unload", *([name] if name else []))[0] == "ok"

    def new(self, class_name, **options):
        """Options as in README.md; True is the word alone."""
        self.count += 1
        words = [k if v is True else "%s=%s" % (k, v) for k, v in options.items()
                 if v is not False]
        answer = self.say("new", str(self.count), escape(class_name), *words)
        return Thing(self, str(self.count), *map(from_field, answer[1:]))

    def number(self, what):
        """threads, handles, bytes."""
        return from_field(self.say(what)[1])

    def settles(self, what, wanted, seconds=5):
        """The number, as soon as it is that one: a thread that was joined is still counted
        for a moment."""
        until = time.monotonic() + seconds * SLOW
        while self.number(what) > wanted and time.monotonic() < until:
            time.sleep(0.01)
        return self.number(what)

    def memory(self):
        """(blocks not freed, wrong frees, calls of the host after Done): all 0."""
        return tuple(from_field(f) for f in self.say("memory")[1:])


class Thing:
    """An object of a class in the host."""

    def __init__(self, host, ident, info=None, extension=None):
        self.host, self.id, self.info, self.extension = host, ident, info, extension

    def say(self, word, *fields, timeout=None):
        answer = self.host.say(word, self.id, *fields, timeout=timeout)
        if answer[0] == "none":
            raise LookupError("%s %s" % (word, fields[0]))
        if "message" in answer and answer[0] == "false":
            raise HostError("AddError with code 0: a script cannot catch that")
        if answer[0] == "false":
            raise Raised(*[from_field(f) for f in (answer[1:] + ["s:", "s:"])[:2]])
        return answer[1:]

    def get(self, name):
        return from_field(self.say("get", escape(name))[0])

    def set(self, name, value):
        self.say("set", escape(name), to_field(value))

    def call_out(self, name, *arguments, timeout=None):
        """(what it returns, [the arguments afterwards])."""
        fields = self.say("func", escape(name), *map(to_field, arguments), timeout=timeout)
        return from_field(fields[0]), [from_field(f) for f in fields[2:2 + len(arguments)]]

    def call(self, name, *arguments, timeout=None):
        return self.call_out(name, *arguments, timeout=timeout)[0]

    def proc(self, name, *arguments, timeout=None):
        """As a procedure: the arguments afterwards."""
        fields = self.say("proc", escape(name), *map(to_field, arguments), timeout=timeout)
        return [from_field(f) for f in fields[1:1 + len(arguments)]]

    def take(self, n=1, ms=0):
        """At most n events off the host's queue, waiting ms for them all."""
        fields = [from_field(f) for f in self.say("take", str(n), str(int(ms * SLOW)),
                                                  timeout=ANSWER + ms / 1000)]
        return [tuple(fields[i:i + 3]) for i in range(0, len(fields), 3)]

    def taking(self, mode):
        """None: off; "count"; "print": into host.events; "call=METHOD", "end": README.md."""
        self.say("taking", *(["on", mode] if mode else ["off"]))

    def taken(self):
        """(taken while taking, refused, waiting in the host's queue, its depth, calls of a
        handler that were right)."""
        return tuple(from_field(f) for f in self.say("taken"))

    def cleaned(self):
        return from_field(self.say("clean")[0])

    def status(self):
        return from_field(self.say("status")[0])

    def locale(self, name):
        self.say("locale", escape(name))

    def props(self):
        """{name: (Russian name, "rw")}"""
        return {f[0]: (f[1], f[2]) for f in (unescape(x).split("|") for x in self.say("props"))}

    def methods(self):
        """{name: (Russian name, "2f", {parameter: its default})}"""
        found = {}
        for field in self.say("methods"):
            name, russian, rest = unescape(field).split("|", 2)
            shape, *defaults = re.split(r" (?=\d+=)", rest)
            found[name] = (russian, shape,
                           {int(d.split("=", 1)[0]): from_field(d.split("=", 1)[1])
                            for d in defaults})
        return found

    def done(self):
        """How many milliseconds it took."""
        return from_field(self.say("done")[0])

    def free(self, delete=None):
        """delete: by the destructor of that base class, 0 to 3."""
        answer = self.host.say("free", self.id, *([] if delete is None
                                                  else ["delete=%d" % delete]))
        return answer[0] == "ok"
