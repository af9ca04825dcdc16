"""The real daemon for the tests: started with a configuration in a folder of its own.

    with Zvond(config(pbx=pbx)) as z:             # pbx: tests/fake/pbx.py, or None: demo
        z.wait_synced()                           # its calls are known
        z.get("/v1/me", token=TOKENS["ivanov"])   # Answer: status, headers, body, json
        socket = z.websocket("ivanov")            # logged in: hello is there, as .hello
        socket.say({"type": "start"}); socket.wait(lambda m: m["type"] == "snapshot")
        z.reload(text); z.stop()                  # SIGHUP with a new text; SIGTERM -> exit code
        z.log                                     # lines of standard error so far

ZVOND       path of the program; default build/zvond of this tree
ZVON_SLOW   factor for times, as in tests/fake/cli.py

Users of config(): ivanov (line 101), petrov (102), boss (103, sees and controls all, admin,
raw), viewer (only looks). Their passwords are in PASSWORDS, their tokens in TOKENS.
"""

import hashlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import common  # the paths to tests/fake
import ws

ROOT = Path(__file__).resolve().parents[2]
SLOW = float(os.environ.get("ZVON_SLOW", "1"))
DATA = common.TESTS / "fake"

# Hashes of these passwords, with the parameters of `zvond passwd`.
PASSWORDS = {"ivanov": "demo", "petrov": "supervisor", "boss": "demo", "viewer": "demo"}
HASHES = {
    "demo": "$argon2id$v=19$m=65536,t=2,p=1$h+U+NW+rjIgiz4rTLiRXBQ"
            "$X1jC5ktMSL0yEkJdUQJYzsQPF8staUxrud3lELxyTIc",
    "supervisor": "$argon2id$v=19$m=65536,t=2,p=1$+BS9PMxnMICxJEwDApG0Ww"
                  "$WFIVZbezXOesAIehq4NxHLdXImX1KT3TmLeANzUhXeE",
}
TOKENS = {name: "test-token-of-%s" % name for name in PASSWORDS}

ROLES = """
[role agent]
may = view,dial,control,transfer,pickup,conference,record,agent
see = own
control = own
dial = allow XXX
dial = allow 8XXXXXXXXXX
[role chief]
may = view,dial,control,transfer,pickup,conference,record,agent,spy,raw,admin
see = all
control = all
dial = allow XXX
calls_at_once = 50
calls_a_minute = 500
actions = Ping, CoreStatus
[role onlooker]
may = view
see = all
"""

MARKER = "marker-secret-of-the-pbx"


def program():
    """The daemon under test; a test without it must fail, not pass."""
    folder = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
    for path in (os.environ.get("ZVOND"), folder / "zvond", folder / "src/zvond/zvond"):
        if path and os.access(path, os.X_OK):
            return str(path)
    raise AssertionError("no zvond in %s: build first, or set ZVOND" % folder)


def token_hash(token):
    return "sha256:" + hashlib.sha256(token.encode()).hexdigest()


def users():
    rows = (("ivanov", "agent", "101"), ("petrov", "agent", "102"), ("boss", "chief", "103"),
            ("viewer", "onlooker", ""))
    text = ""
    for name, role, line in rows:
        text += "[user %s]\nrole = %s\npassword_hash = %s\ntoken = %s\n" % (
            name, role, HASHES[PASSWORDS[name]], token_hash(TOKENS[name]))
        text += "lines = %s\n" % line if line else ""
    return text


def config(pbx=None, general="", listen="", server="", more="", secret="secret", port=0,
           kept=False):
    """The text of a configuration. pbx: a fake to connect to; None: the simulated office with
    no calls of its own. kept: state across restarts. Further lines go into the sections."""
    place = ("url = ami://crm@127.0.0.1:%d\nsecret_file = {folder}/secret\n" % pbx.port
             if pbx else "demo = yes\ndemo_rate = 0\n")
    return ("[general]\nstate = %s\nlog = debug\n%s\n" % ("{folder}/state" if kept else "", general)
            + "[listen main]\nbind = 127.0.0.1:%d\noperations = 127.0.0.1/32\n%s\n"
            % (port, listen)
            + "[server office]\n%strunks = provider\ncontext = internal\n%s\n" % (place, server)
            + ROLES + users() + more + "\n;secret " + secret + "\n")


class Answer:
    """What came back: status, headers (names in small letters), body."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {k.lower(): v for k, v in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def error(self):
        """The code of an error answer."""
        return self.json["error"]["code"]


class Client:
    """A WebSocket of zvon.v1 that is logged in."""

    def __init__(self, socket):
        self.socket = socket
        self.hello = None
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.drop()

    def say(self, message):
        self.socket.send_text(json.dumps(message))

    def recv(self, timeout=10):
        message = json.loads(self.socket.recv(timeout * SLOW))
        self.seen.append(message)
        return message

    def wait(self, wanted, timeout=10):
        """The first message for which that is true: a function, or a type."""
        if isinstance(wanted, str):
            kind = wanted
            wanted = lambda m: m["type"] == kind  # noqa: E731
        end = time.monotonic() + timeout * SLOW
        while True:
            message = self.recv(max(0.001, (end - time.monotonic()) / SLOW))
            if wanted(message):
                return message

    def start(self):
        self.say({"type": "start"})
        return self.wait("snapshot")

    def command(self, name, args=None, id_="1", timeout=15):
        self.say({"type": "command", "id": id_, "name": name, "args": args or {}})
        return self.wait(lambda m: m["type"] == "result" and m["id"] == id_, timeout)

    def close(self):
        return self.socket.close()


class Zvond:
    """One daemon. text: its configuration, with {folder} for its folder."""

    def __init__(self, text, arguments=(), files=None, env=None, preexec=None, wrapper=(),
                 folder=None, pass_fds=()):
        self.text, self.arguments, self.files = text, list(arguments), dict(files or {})
        self.env, self.preexec, self.wrapper = env, preexec, list(wrapper)
        self.pass_fds = pass_fds
        self.own_folder = folder is None
        self.folder = Path(folder or tempfile.mkdtemp(prefix="zvond-test-"))
        self.file = self.folder / "zvond.conf"
        self.process = None
        self.ports = {}  # listener -> port
        self.urls = {}
        self.log = []
        self.changed = threading.Condition()
        self.readers = []

    # -- life

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.clean()
            raise
        return self

    def __exit__(self, *_):
        try:
            self.kill()
        finally:
            self.clean()

    def clean(self):
        if self.own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def write(self, text):
        secret = re.search(r"^;secret (.*)$", text, re.M)
        self.put("secret", (secret.group(1) if secret else "secret") + "\n")
        self.put("zvond.conf", text.replace("{folder}", str(self.folder)))

    def put(self, name, text, mode=0o600):
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        path.chmod(mode)

    def start(self, wait=True):
        """Starts it; with wait, returns when it listens."""
        for name, text in self.files.items():
            self.put(name, text)
        if self.text is not None:
            self.write(self.text)
        arguments = ["--config", str(self.file)] if self.text is not None else []
        env = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "ZVON"))}
        env.update({"LANG": "C.UTF-8", **(self.env or {})})
        self.ports, self.urls = {}, {}
        self.process = subprocess.Popen(
            [*self.wrapper, program(), *arguments, *self.arguments], env=env,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            preexec_fn=self.preexec, pass_fds=self.pass_fds)
        self.readers = [threading.Thread(target=self.read, args=[stream, what], daemon=True)
                        for stream, what in ((self.process.stdout, self.on_line),
                                             (self.process.stderr, self.log.append))]
        for reader in self.readers:
            reader.start()
        if wait and not self.wait_until(lambda: self.ports or self.process.poll() is not None):
            raise AssertionError("it does not listen: %s" % self.log[-10:])
        if wait and not self.ports:
            raise AssertionError("it has ended with %s: %s"
                                 % (self.process.returncode, "\n".join(self.log[-10:])))

    def read(self, stream, what):
        for line in stream:
            with self.changed:
                what(line.decode("utf-8", "replace").rstrip("\n"))
                self.changed.notify_all()
        with self.changed:
            self.changed.notify_all()

    def on_line(self, line):
        found = re.match(r"zvond: listening on (\w+)://(.*):(\d+) \((.*)\)$", line)
        if found:
            scheme, host, port, name = found.groups()
            self.ports[name] = int(port)
            self.urls[name] = "%s://%s:%s" % (scheme, host, port)

    def wait_until(self, true, seconds=10):
        end = time.monotonic() + seconds * SLOW
        with self.changed:
            while not true():
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self.changed.wait(min(left, 0.05))
        return True

    def stop(self, seconds=5):
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.wait_end(seconds)

    def wait_end(self, seconds=5):
        code = self.process.wait(seconds * SLOW)
        for reader in self.readers:
            reader.join(5)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def kill(self):
        """kill -9, if it still runs."""
        if self.process and self.process.returncode is None:
            self.process.kill()
            self.wait_end()

    def restart(self, kill=False):
        """Stops it (kill: -9) and starts it again, on the same ports if they are given."""
        if kill:
            self.kill()
        else:
            assert self.stop() == 0, self.log[-10:]
        self.start()

    def reload(self, text=None, wait=True):
        """SIGHUP, after writing a new configuration. true: it was taken over."""
        if text is not None:
            self.write(text)
        before = self.count("config: read again"), self.count("the old configuration stays")
        self.process.send_signal(signal.SIGHUP)
        if not wait:
            return None
        self.wait_until(lambda: (self.count("config: read again"),
                                 self.count("the old configuration stays")) != before)
        return self.count("config: read again") > before[0]

    # -- what it says

    def count(self, text):
        with self.changed:
            return sum(text in line for line in self.log)

    def saw(self, text, seconds=10):
        """Wait for a line of the log with that text."""
        return self.wait_until(lambda: any(text in line for line in self.log), seconds)

    @property
    def port(self):
        return next(iter(self.ports.values()))

    @property
    def pid(self):
        return self.process.pid

    # -- asking it

    def connection(self, timeout=20, listen=None):
        port = self.ports[listen] if listen else self.port
        return http.client.HTTPConnection("127.0.0.1", port, timeout=timeout * SLOW)

    def ask(self, method, path, body=None, token=None, headers=None, timeout=20, listen=None):
        """One request on a connection of its own."""
        fields = dict(headers or {})
        if token:
            fields["Authorization"] = "Bearer " + token
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        connection = self.connection(timeout, listen)
        try:
            connection.request(method, path, body=body, headers=fields)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def get(self, path, **how):
        return self.ask("GET", path, **how)

    def post(self, path, body=None, **how):
        return self.ask("POST", path, body, **how)

    def command(self, name, args=None, user="ivanov"):
        return self.post("/v1/commands/" + name, args or {}, token=TOKENS[user])

    def metrics(self):
        """name or name{label="…"} -> number"""
        lines = self.get("/metrics").body.decode().splitlines()
        return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
                for line in lines if line and not line.startswith("#")}

    def wait_synced(self, seconds=10):
        """Until it knows what is going on at all of its servers."""
        end = time.monotonic() + seconds * SLOW
        while time.monotonic() < end:
            servers = self.get("/healthz").json["servers"]
            if servers and all(s["synced"] for s in servers):
                return True
            time.sleep(0.02)
        raise AssertionError("not synchronised: %s" % self.log[-10:])

    def open(self, path="/v1/events", protocol="zvon.v1", token=None, headers=None,
             listen=None, **how):
        """A ws.Socket of that path; token: by Authorization."""
        fields = dict(headers or {})
        if token:
            fields["Authorization"] = "Bearer " + token
        port = self.ports[listen] if listen else self.port
        return ws.connect("ws://127.0.0.1:%d%s" % (port, path), protocol=protocol,
                          headers=fields, **how)

    def websocket(self, user="ivanov", **how):
        """A Client of that user, who is known: its hello has come."""
        client = Client(self.open(token=TOKENS[user], **how))
        client.hello = client.wait("hello")
        return client

    def panel(self, path="/", origin=None, **how):
        """A panel as a browser opens it; a ws.Socket."""
        return self.open(path, protocol=None,
                         origin=origin or "http://127.0.0.1:%d" % self.port, **how)

    def resident_bytes(self):
        with open("/proc/%d/statm" % self.pid, encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def peak_bytes(self):
        """The most that was resident; clear_refs (proc(5)) begins anew."""
        with open("/proc/%d/status" % self.pid, encoding="ascii") as status:
            return int(re.search(r"VmHWM:\s+(\d+) kB", status.read()).group(1)) * 1024

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.pid))

    def cpu_seconds(self):
        with open("/proc/%d/stat" % self.pid, encoding="ascii") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
