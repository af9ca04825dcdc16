"""`make run ASTERISK=ami://user@host`: the daemon before a real server with a configuration
that was made for the occasion, and the account of the sample."""

import base64
import http.client
import json
import os
import re
import subprocess
import threading
import urllib.parse

from desk import A, B
from lab import HERE, LiveTest, both_versions
from phone import Phone

RUN = HERE.parent.parent / "tools" / "run.sh"


@both_versions
class ZvondRun(LiveTest):
    """What it prints is enough to make a call."""

    def setUp(self):
        super().setUp()
        variables = {key: value for key, value in os.environ.items() if not key.startswith("LC_")}
        variables.update(LANG="C.UTF-8", ZVON_SECRET="zvond-secret", PORT="0", LINE=A,
                         CONTEXT="internal")
        self.process = subprocess.Popen(
            [RUN, "ami://zvond@" + self.server.ip], env=variables, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.process.stderr.close)
        self.addCleanup(self.end)
        text = ""
        while "Ctrl-C" not in text:
            line = self.process.stderr.readline()
            self.assertTrue(line, "it has ended: " + text)
            text += line
        threading.Thread(target=self.process.stderr.read, daemon=True).start()
        self.page = urllib.parse.urlsplit(re.search(r"http://[\d.:]+", text).group())
        self.password = re.search(r"password (\w+)", text).group(1)

    def end(self):
        """Ctrl-C."""
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(10)

    def ask(self, method, path, body=None):
        """(status, what came back)"""
        connection = http.client.HTTPConnection(self.page.netloc, timeout=20)
        known = base64.b64encode(("me:" + self.password).encode()).decode()
        connection.request(method, path, json.dumps(body) if body else None,
                           {"Authorization": "Basic " + known})
        answer = connection.getresponse()
        try:
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()

    def test_a_call(self):
        folder = "127.%s.1." % self.server.version
        with Phone(A, folder + A) as own, Phone(B, folder + B) as far:
            status, found = self.ask("POST", "/v1/commands/call.make", {"to": B})
            self.assertEqual((status, found.get("result")), (200, "answered"), found)
            self.assertTrue(own.last().wait("up") and far.last().wait("up"))
            calls = self.ask("GET", "/v1/calls")[1]
            self.assertEqual([call["call"] for call in calls], [found["call"]])
            status, _ = self.ask("POST", "/v1/commands/call.drop", {"call": found["call"]})
            self.assertEqual(status, 200)
            self.assertTrue(far.last().wait("done"))
        self.process.terminate()
        self.assertEqual(self.process.wait(10), 0)
