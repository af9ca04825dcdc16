"""The example programs, and the commands that the documents show, against a simulated
office."""

import os
import re
import shlex
import signal
import tempfile
import unittest
import urllib.request

from project import BUILD, PATIENCE, ROOT, ZVON, Running, ajam, office, read, run

EXAMPLES = BUILD / "examples"
SECRET = {"ZVON_SECRET": "demo"}


class OfficeTest(unittest.TestCase):
    """Each test has an office of its own."""

    def setUp(self):
        opened = office()
        self.address = opened.__enter__()
        self.addCleanup(opened.__exit__, None, None, None)
        self.url = "ami://demo@" + self.address


class Examples(OfficeTest):
    """examples/*.c"""

    def test_all_are_here(self):
        """Each source has its program."""
        for source in (ROOT / "examples").glob("*.c"):
            self.assertTrue((EXAMPLES / source.stem).exists(), source.stem)

    def test_listen_threads(self):
        """Events come; Ctrl-C ends it."""
        running = Running([EXAMPLES / "listen-threads", self.url], SECRET)
        ready = running.wait_for(r"^ready, AMI \d+\.", running.errors)
        event = running.wait_for(r"^[A-Z]\w+ ")
        code = running.end(signal.SIGINT)
        self.assertTrue(ready and event, running.errors)
        self.assertEqual(code, 0)
        self.assertRegex(running.errors[-1], r"^[1-9]\d* events$")

    def test_listen_loop(self):
        """Events come, actions are answered, the end of input ends it."""
        running = Running([EXAMPLES / "listen-loop", self.url], SECRET)
        event = running.wait_for("^event ")
        running.send("Ping")
        pong = running.wait_for("^response Success")
        running.send("CoreShowChannels")
        item = running.wait_for("^item CoreShowChannelsComplete")
        done = running.wait_for("^done OK")
        code = running.end()
        self.assertTrue(event and pong and item and done, running.output[-20:])
        self.assertEqual(code, 0)
        self.assertEqual(running.output.count("done OK"), 2)

    def test_listen_loop_refuses(self):
        """A bad action name is told, and the program goes on."""
        running = Running([EXAMPLES / "listen-loop", self.url], SECRET)
        running.send(" Ping")
        told = running.wait_for("action name", running.errors)
        self.assertEqual(running.end(), 0)
        self.assertTrue(told)

    def test_listen_filter(self):
        """Only events of that phone, as XML; Ctrl-C ends it and tells the numbers."""
        running = Running([EXAMPLES / "listen-filter", self.url, "PJSIP/204"], SECRET)
        ready = running.wait_for(r"^ready", running.errors)
        done = run([ZVON, "originate", self.url, "--from", "204", "--to", "89261234567",
                    "--timeout", "20"], SECRET)
        event = running.wait_for(r"^<generic event='Newchannel' .*channel='PJSIP/204-")
        code = running.end(signal.SIGINT)
        self.assertTrue(ready and event, (done.stderr, running.errors))
        self.assertEqual(code, 0)
        for line in running.output:
            self.assertRegex(line, r"^<generic event='(Newchannel|Newstate|Hangup)' "
                                   r"[^>]*channel='PJSIP/204-")
        told = re.match(r"(\d+) of (\d+) events$", running.errors[-1])
        self.assertTrue(told, running.errors)
        self.assertEqual(int(told.group(1)), len(running.output))
        self.assertGreater(int(told.group(2)), int(told.group(1)))

    def test_command(self):
        """One command, its output, the end."""
        done = run([EXAMPLES / "command", self.url, "core show version"], SECRET)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^Asterisk \d+\.")

    def test_command_fails(self):
        """A wrong secret and a closed port: one line, no output, not 0."""
        for url, env in ((self.url, {"ZVON_SECRET": "wrong"}), ("ami://demo@127.0.0.1:1", SECRET)):
            with self.subTest(url=url):
                done = run([EXAMPLES / "command", url, "core show version"], env)
                self.assertEqual((done.returncode, done.stdout), (1, ""))
                self.assertRegex(done.stderr.splitlines()[0], r"127\.0\.0\.1:\d+: ")


class ExamplesOverHttp(unittest.TestCase):
    """The same programs with an http URL, for an AJAM."""

    def test_each_encoder(self):
        """One command by each of them."""
        with ajam("demo", "demo") as address:
            for name in ("rawman", "mxml", "manager", "arawman", "amxml", "amanager"):
                with self.subTest(encoder=name):
                    url = "http://demo@%s/asterisk/%s" % (address, name)
                    done = run([EXAMPLES / "command", url, "core show version"], SECRET)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertRegex(done.stdout, r"^Asterisk \d+\.")

    def test_listen_loop(self):
        """Events come and actions are answered; a URL without a path will do."""
        with ajam("demo", "demo") as address:
            running = Running([EXAMPLES / "listen-loop", "http://demo@" + address], SECRET)
            event = running.wait_for("^event UserEvent")
            running.send("Ping")
            pong = running.wait_for("^response Success")
            self.assertEqual(running.end(), 0)
        self.assertTrue(event and pong, running.output[-20:])

    def test_as_xml(self):
        """zvon(1): the same over HTTP, and as XML."""
        with ajam("crm", "demo") as address:
            done = run([ZVON, "listen", "http://crm@%s/asterisk/rawman" % address, "--event",
                        "UserEvent", "--format", "xml", "--count", "3"], SECRET)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(done.stdout.splitlines()), 3)
        for line in done.stdout.splitlines():
            self.assertRegex(line, r"^<generic event='UserEvent' .* seq='\d+' />$")


class Readme(OfficeTest):
    """The commands of both READMEs, as they stand there, but for the port."""

    @staticmethod
    def commands(name):
        """`$ build/zvon …` in the console blocks: (command, what is shown below it)."""
        found = []
        for block in re.findall(r"(?ms)^```console\n(.*?)^```$", read(name)):
            for part in re.split(r"(?m)^\$ ", block)[1:]:
                command, _, shown = part.partition("\n")
                if "build/zvon " in command:
                    found.append((command, shown))
        return found

    def run_command(self, command, folder):
        """Runs it in a shell with the office's address and the tested program."""
        command = re.sub(r"ami://demo@127\.0\.0\.1:\d+", self.url, command)
        command = command.replace("build/zvon", shlex.quote(ZVON))
        return run(["sh", "-c", command], SECRET, folder=folder)

    def test_as_shown(self):
        """Each command works, and what it prints has the form that is shown."""
        commands = self.commands("README.md")
        self.assertGreaterEqual(len(commands), 5)
        self.assertEqual(commands, self.commands("README.ru.md"))
        with tempfile.TemporaryDirectory() as folder:
            for command, shown in commands:
                with self.subTest(command=command):
                    done = self.run_command(command, folder)
                    self.assertIn(done.returncode, (0, 10, 11, 12), done.stderr)
                    printed = done.stdout or done.stderr
                    self.assertEqual(self.form(printed), self.form(shown), printed)

    @staticmethod
    def form(text):
        """What stays the same from run to run: the first keys of the first JSON line, or
        the first word of the first line."""
        line = text.lstrip().splitlines()[0]
        return re.findall(r'"(\w+)":', line)[:2] if line.startswith("{") else line.split()[0]


class Run(unittest.TestCase):
    """`make run`, which is about build/zvond whatever program is tested."""

    def test_until_interrupted(self):
        """tools/run.sh names the page, what it says to type makes a call, and Ctrl-C closes
        it."""
        running = Running(["tools/run.sh"], {"PORT": "0"}, own_group=True)
        told = running.wait_for(r"zvon is open at http://127\.0\.0\.1:\d+/", running.errors)
        typed = running.wait_for(r"curl -u supervisor", running.errors)
        self.assertTrue(told and typed, running.errors)
        page = re.search(r"http://127\.0\.0\.1:\d+", told).group()
        with urllib.request.urlopen(page + "/", timeout=PATIENCE) as answer:
            self.assertIn(b'src="/page.js"', answer.read())
        done = run(["sh", "-c", typed])
        self.assertIn('"ok":true', done.stdout, done.stderr)
        os.killpg(running.process.pid, signal.SIGINT)  # as a terminal does
        code = running.end()
        self.assertEqual(code, 0, running.errors[-5:])
        with self.assertRaises(OSError, msg="the page is still open"):
            urllib.request.urlopen(page + "/", timeout=PATIENCE).close()

    def test_real_server(self):
        """With a URL it stands before that server; its secret is in no command line."""
        with office() as address:
            running = Running(["tools/run.sh", "ami://demo@" + address],
                              {"PORT": "0", "ZVON_SECRET": "demo", "LINE": "200"},
                              own_group=True)
            told = running.wait_for(r"zvon is open at \S+ before ami://demo@", running.errors)
            sign_in = running.wait_for(r"Sign in as me, password \w+:", running.errors)
            self.assertTrue(told and sign_in, running.errors)
            page = re.search(r"http://127\.0\.0\.1:\d+", told).group()
            password = re.search(r"password (\w+)", sign_in).group(1)
            done = run(["curl", "-sS", "-K", "-", page + "/v1/me"],
                       text='user = "me:%s"\n' % password)
            self.assertIn('"200"', done.stdout, done.stderr)
            os.killpg(running.process.pid, signal.SIGINT)
            self.assertEqual(running.end(), 0, running.errors[-5:])


if __name__ == "__main__":
    unittest.main()
