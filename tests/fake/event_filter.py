"""The filters of a session, as Asterisk keeps them: POSIX expressions that are searched for in
the text of an event. Includes are alternatives; `!` makes an exclude, and one that is found is
enough to drop the event."""

import re

CLASSES = {"space": r"\s", "digit": "0-9", "alpha": "A-Za-z", "alnum": "A-Za-z0-9",
           "upper": "A-Z", "lower": "a-z"}


class EventFilter:
    """What the action Filter has added to one session."""

    def __init__(self):
        self.includes = []
        self.excludes = []

    def add(self, text):
        """Raises re.error when it is no expression."""
        wanted = self.excludes if text.startswith("!") else self.includes
        wanted.append(re.compile(to_python(text.removeprefix("!")), re.DOTALL))

    def passes(self, event):
        text = event.decode("utf-8", "surrogateescape")
        if any(found.search(text) for found in self.excludes):
            return False
        return not self.includes or any(found.search(text) for found in self.includes)


def to_python(posix):
    """An extended POSIX expression in the words of `re`; only brackets differ."""
    python, at = "", 0
    while at < len(posix):
        if posix[at] == "\\":
            python += posix[at:at + 2]
            at += 2
        elif posix[at] == "[":
            end = end_of_brackets(posix, at)
            python += "[" + inside_brackets(posix[at + 1:end]) + "]"
            at = end + 1
        else:
            python += posix[at]
            at += 1
    return python


def end_of_brackets(posix, start):
    """Where the `]` is that closes them: not the first character, and not that of a class."""
    at = start + 1
    at += posix.startswith("^", at)
    at += posix.startswith("]", at)
    while at < len(posix) and posix[at] != "]":
        at = posix.find(":]", at) + 2 if posix.startswith("[:", at) else at + 1
    if at >= len(posix):
        raise re.error("unterminated brackets")
    return at


def inside_brackets(content):
    """A backslash and a bracket are characters like others there; a class has its name."""
    parts = re.split(r"\[:(\w+):\]", content)
    plain = [re.sub(r"[\\\[\]]", r"\\\g<0>", part) for part in parts[::2]]
    named = [CLASSES[name] for name in parts[1::2]] + [""]
    return "".join(a + b for a, b in zip(plain, named))
