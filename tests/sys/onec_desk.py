"""The component's link to zvond, run alone (tests/onec/desk/desk.c).

    with Desk(url, secret=TOKENS["boss"]) as desk:
        desk.state("ready")                  # waits for it; its words behind the name
        desk.wait(lambda m: m["type"] == "snapshot")
        desk.command("call.make", {"to": "102"})
        desk.messages                        # all that came, in order
"""

import json
import os
import subprocess
import threading
import time

from zvond_common import ROOT, SLOW


def program():
    path = os.path.join(os.environ.get("ZVON_BUILD") or ROOT / "build", "tests/onec/desk/onec-desk")
    if not os.access(path, os.X_OK):
        raise AssertionError("no %s: build first" % path)
    return path


class Desk:
    def __init__(self, url, **options):
        options.setdefault("language", "en")
        arguments = ["%s=%s" % pair for pair in options.items()]
        self.lines, self.messages, self.states = [], [], []
        self.last_id = 0
        self.changed = threading.Condition()
        self.process = subprocess.Popen([program(), url, *arguments], text=True,
                                        encoding="utf-8", stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait(10)
        self.reader.join(10)
        self.process.stdin.close()
        self.process.stdout.close()

    def read(self):
        for line in self.process.stdout:
            word, _, rest = line.rstrip("\n").partition(" ")
            with self.changed:
                if word == "message":
                    self.messages.append(json.loads(rest))
                elif word == "state":
                    self.states.append(rest)
                else:
                    self.lines.append((word, rest))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def until(self, find, seconds=10):
        """What find() gives, when it is not None."""
        end = time.monotonic() + seconds * SLOW
        with self.changed:
            while True:
                found = find()
                if found is not None:
                    return found
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError("it did not come; states %s, last messages %s"
                                         % (self.states[-4:], self.messages[-3:]))
                self.changed.wait(min(left, 0.1))

    def state(self, name, after=0, seconds=10):
        """The words of the first such state from number `after` on."""
        return self.until(lambda: next((s for s in self.states[after:]
                                        if s.split(" ")[0] == name), None), seconds)

    def wait(self, wanted, after=0, seconds=10):
        if isinstance(wanted, str):
            kind = wanted
            wanted = lambda m: m["type"] == kind  # noqa: E731
        return self.until(lambda: next((m for m in self.messages[after:] if wanted(m)), None),
                          seconds)

    def say(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line, word, seconds=20):
        """Says it and waits for the answer that begins with that word."""
        number = len(self.lines)
        self.say(line)
        return self.until(lambda: next((rest for w, rest in self.lines[number:]
                                        if w == word), None), seconds)

    def command(self, name, args=None):
        """The result of a command."""
        self.last_id += 1
        ident = "d%d" % self.last_id
        sent = self.ask("send " + json.dumps({"type": "command", "id": ident, "name": name,
                                              "args": args or {}}), "sent")
        assert sent == "ok", sent
        return self.wait(lambda m: m["type"] == "result" and m["id"] == ident)

    def counts(self):
        return {key: int(value) for key, _, value in
                (pair.partition("=") for pair in self.ask("count", "count").split())}

    def events(self):
        """(number, name) of the events that came."""
        return [(m["seq"], m["event"]) for m in self.messages if m["type"] == "event"]
