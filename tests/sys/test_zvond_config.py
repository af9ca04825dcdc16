"""zvond's configuration: what is wrong is told with file, line and what was meant."""

import os
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
ZVOND = os.environ.get("ZVOND") or str(BUILD / "zvond")
PATIENCE = 60

SERVER = "[server main]\nurl = ami://zvond@127.0.0.1\nsecret_file = secret\n"
HASH = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$aGFzaA"
TOKEN = "sha256:" + "0123456789abcdef" * 4

# What stands behind SERVER (three lines, so it begins in line 4), the line complained of,
# words of the complaint in English and in Russian.
WRONG = (
    ("[general]\nlogg = info", 5, "unknown key 'logg' in [general]; is log meant?", "может быть, log?"),
    ("[general]\nlog = inof", 5, "log: unknown 'inof'; is info meant?", "может быть, info?"),
    ("[general]\nlog = a;b\nlog = info", 5, "unknown 'a'; there are error|warn", "есть error|warn"),
    ("[general]\nring_ms = 1\nring_ms = 2", 6, "'ring_ms' stands twice; first in line 5", "стоит дважды"),
    ("[general]\nring_ms = many", 5, "a whole number from 1 to 86400000", "целое число от 1 до"),
    ("[general]\nring_ms = 86400001", 5, "a whole number from 1", "целое число"),
    ("[general]\nsession_bytes = 16383", 5, "from 16384 to", "от 16384 до"),
    ("[general]\nletters_in_numbers = perhaps", 5, "yes or no is needed", "нужно yes или no"),
    ("[general]\nstate = var", 5, "write the whole path", "полный путь"),
    ("[general]\nbind = 127.0.0.1", 5, "'bind' belongs in [listen]", "ставят в [listen]"),
    ("[general]\njwt_algorithm = RS256", 5, "jwt_algorithm needs jwt_key_file", "нужен jwt_key_file"),
    ("[general]\njwt_key_file = secret", 5, "jwt_key_file needs jwt_algorithm", "нужен jwt_algorithm"),
    ("[general]\njwt_algorithm = HS256\njwt_key_file = secret", 6, "RFC 7518 wants 32", "не меньше 32"),
    ("[general x]", 4, "there is one [general]", "[general] один"),
    ("[genral]", 4, "unknown section [genral]; is [general] meant?", "может быть, [general]?"),
    ("[queues]\nx = 1", 4, "unknown section [queues]; there are", "неизвестный раздел [queues]"),
    ("[history x]", 4, "there is one [history]", "[history] один"),
    ("[histroy]", 4, "is [history] meant?", "может быть, [history]?"),
    ("[history]\nkeep_day = 3", 5, "unknown key 'keep_day' in [history]; is keep_days meant?", "может быть, keep_days?"),
    ("[history]\nstore = x.db\n[general]\nstate =", 5, "there is no state folder", "папки состояния нет"),
    ("[history]\nstore = mysql://u:p@h/d", 5, "the password stands in store", "пароль стоит в store"),
    ("[history]\nsecret_file = none", 5, "none: there is no such file", "none: нет такого файла"),
    ("[history]\nclean_at = 25:00", 5, "a time of day as 03:30", "время суток вроде 03:30"),
    ("[history]\ncountry = +7", 5, "only letters, digits", "только буквы"),
    ("[history]\ntrunk = eight", 5, "at most 8 digits", "не больше 8 цифр"),
    ("[history]\nkeep_days = -1", 5, "a whole number from 0 to 36500", "целое число от 0 до"),
    ("[recordings x]", 4, "there is one [recordings]", "[recordings] один"),
    ("[recordings]\nroot = rec", 5, "root = rec: write the whole path", "полный путь"),
    ("[recordings]\nroot = /a\nfrom = /b,/c", 6, "from has 2 paths, root 1", "в from путей 2"),
    ("[recordings]\ntemplate = ../{file}", 5, "it is a path beneath the root", "это путь от корня записей"),
    ("[recordings]\ntemplate = %Q/{file}", 5, "one of Y y m d H M S", "одна из букв Y y m d H M S"),
    ("[recordings]\nlinks_s = 5", 5, "is link_s meant?", "может быть, link_s?"),
    ("[recordings]\nwait_ms = 5", 5, "a whole number from 100 to 60000", "целое число от 100 до"),
    ("[cluster]", 4, "[cluster] is not built yet", "ещё не сделан"),
    ("[rules]", 4, "[rules] is not built yet", "ещё не сделан"),
    ("[server main]\ndemo = yes", 4, "[server main] stands twice, first in line 1", "стоит дважды"),
    ("[server]\ndemo = yes", 4, "needs a name: [server NAME]", "нужно имя"),
    ("[server a/b]\ndemo = yes", 4, "no blanks : / , |", "без пробелов"),
    ("[server b]", 4, "exactly one of url, demo and replay", "одно из url"),
    ("[server b]\nurl = ami://u@h", 5, "the secret is missing", "нет секрета"),
    ("[server b]\nurl = ami://h\nsecret_file = secret", 5, "the user of manager.conf is missing", "не указан пользователь"),
    ("[server b]\nurl = ftp://u@h\nsecret_file = secret", 5, "url: bad URL", "url: неверный URL"),
    ("[server b]\nurl = ami://u@h\nsecret_file = none", 6, "none: there is no such file", "none: нет такого файла"),
    ("[server b]\nurl = ami://u@h\nsecret = s\nsecret_file = secret", 7, "two secrets", "два секрета"),
    ("[server b]\ndemo = yes\nqueue_interface = Local/x@q", 6, "{0} is missing", "нет {0}"),
    ("[server b]\ndemo = yes\ncontext = a,b", 6, "only letters, digits", "только буквы"),
    ("[server b]\ndemo = yes\nreplay_speed = fast", 6, "a number as 1.5", "нужно число"),
    ("[listen]\nbind = crm.example", 5, "write ADDRESS:PORT", "пишите АДРЕС:ПОРТ"),
    ("[listen]\nbind = 127.0.0.1:65536", 5, "write ADDRESS:PORT", "пишите АДРЕС:ПОРТ"),
    ("[listen]\ntls_key = secret", 5, "tls_certificate and tls_key go together", "указывают вместе"),
    ("[listen]\naddresses = 10.0.0.0/33", 5, "'10.0.0.0/33' is no network", "не сеть"),
    ("[listen]\naddresses = 10.0.0.0/8", 5, "need a role: set panel_role", "нужна роль"),
    ("[listen]\npanel_role = operator", 5, "would let anybody call", "мог бы кто угодно"),
    ("[listen]\npanel_role = operater\naddresses = ::1", 5, "no role 'operater'; is operator meant?", "может быть, operator?"),
    ("[listen]\npanel_token = abc\npanel_role = operator", 5, "sha256: and 64 digits", "64 цифры"),
    ("[listen]\norigins = crm.example", 5, "write SCHEME://HOST", "пишите СХЕМА://ХОСТ"),
    ("[listen]\nfaces = zvon,tmss", 5, "unknown 'tmss'; is tms meant?", "может быть, tms?"),
    ("[listen a]\n[listen b]", 5, "[listen a] has the same address", "тот же адрес"),
    ("[role r]\nmay = view,dail", 5, "unknown 'dail'; is dial meant?", "может быть, dial?"),
    ("[role r]\ndial = 8XXX", 5, "write allow PATTERN", "allow ШАБЛОН"),
    ("[role r]\ndial = allow 8[3-", 5, "dial = allow 8[3-", "скобка '[' не закрыта"),
    ("[user u]\nrole = operater", 5, "is operator meant?", "может быть, operator?"),
    ("[user u]\npassword_hash = 1234", 5, "no hash of argon2id", "не хеш argon2id"),
    ("[user u]\ntoken = 1234", 5, "sha256: and 64 digits", "64 цифры"),
    ("[user u]\nlines = %s" % ",".join(map(str, range(100, 121))), 5, "more than 20", "больше 20"),
    ("[user u]\nlines = other/101", 5, "there is no [server other]", "нет [server other]"),
    ("[user u]\nlines = a&b", 5, "is no line", "не линия"),
    ("[user u](usr)", 4, "no template or section [usr]", "нет шаблона или раздела [usr]"),
    ("[user u](+)", 4, "(+) goes on with a section", "(+) продолжает"),
    ("[user u", 4, "a ']' or ')' is missing", "не хватает ']'"),
    ("[user u] x", 4, "behind the section's name", "после имени раздела"),
    ("[user u]\nrole", 5, "no '=' in 'role'", "нет '=' в 'role'"),
    ("[user u]\nlines += 1", 5, "'lines +=' adds to a value", "дополняет значение"),
    ("[user u]\n;-- never\nends", 5, "never ends", "не закончен"),
    ("#exec /bin/true", 4, "#exec runs programs", "#exec запускает"),
    ("#includ x", 4, "unknown directive '#includ'", "неизвестная директива"),
    ('#include "none.conf"', 4, "there is no file none.conf", "нет файла none.conf"),
)


class ZvondTest(unittest.TestCase):
    """A folder with a secret file for each test."""

    def setUp(self):
        self.folder = Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.folder)
        self.write("secret", "s3cr3t-marker\n", 0o600)

    def write(self, name, text, mode=0o640):
        """A file of that mode; its path."""
        path = self.folder / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        path.chmod(mode)
        return path

    def run_zvond(self, *arguments, lang="C", text="", env=None):
        """The finished process."""
        environment = {"PATH": os.environ["PATH"], "LANG": lang, **(env or {})}
        for name in os.environ:
            if name.endswith("SAN_OPTIONS"):
                environment[name] = os.environ[name]
        return subprocess.run([ZVOND, *map(str, arguments)], input=text, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              encoding="utf-8", timeout=PATIENCE, check=False)

    def check(self, text, lang="C", mode=0o640):
        """`zvond --check` of that text."""
        path = self.write("zvond.conf", text, mode)
        return self.run_zvond("--config", path, "--check", lang=lang)


class CheckTest(ZvondTest):
    """--check"""

    def test_wrong(self):
        """Each wrong file: exit code 2, file and line, what is wrong, what was meant."""
        self.assertGreaterEqual(len(WRONG), 40)
        for text, line, english, russian in WRONG:
            for lang, words in (("C", english), ("ru_RU.UTF-8", russian)):
                with self.subTest(text=text, lang=lang):
                    done = self.check(SERVER + text + "\n", lang)
                    self.assertEqual(done.returncode, 2, done.stderr)
                    told = [told for told in done.stderr.splitlines()
                            if "/zvond.conf:%d: " % line in told]
                    self.assertIn(words, "\n".join(told), done.stderr)
                    self.assertNotIn("s3cr3t", done.stderr)

    def test_all_are_told(self):
        """Not only the first thing that is wrong."""
        done = self.check(SERVER + "[general]\nlogg = 1\nring_ms = x\n[usr a]\n")
        self.assertEqual(len(done.stderr.splitlines()), 3, done.stderr)

    def test_good(self):
        """Nothing is wrong: 0, and what there is."""
        done = self.check(SERVER + "[user a]\ntoken = %s\n" % TOKEN)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertRegex(done.stderr, r"is good: servers 1, listeners 1, roles 3, users 1")
        self.assertIn("в порядке", self.check(SERVER, "ru").stderr)

    def test_bytes(self):
        """A byte order mark and CR LF do no harm; other code pages are named."""
        self.assertEqual(self.check(b"\xef\xbb\xbf" + SERVER.replace("\n", "\r\n").encode())
                         .returncode, 0)
        for text, words in ((SERVER.encode("utf-16"), "UTF-16"), (b"[\xcf\xf0]\n", "not UTF-8"),
                            (b"[a]\nb = \0\n", "NUL"), (b"[a]\nb = " + b"x" * 9000, "longer"),
                            (b"; x\n" * 300000, "1048576 bytes")):
            with self.subTest(words=words):
                done = self.check(text)
                self.assertEqual(done.returncode, 2)
                self.assertIn(words, done.stderr)

    def test_missing(self):
        """No file, a folder, a pipe: told at once."""
        done = self.run_zvond("-c", self.folder / "x", "--check")
        self.assertEqual(done.returncode, 2)
        self.assertIn("there is no such file", done.stderr)
        self.assertIn("zvond.conf.sample", done.stderr)
        self.assertIn("this is a folder", self.run_zvond("-c", self.folder, "--check").stderr)
        os.mkfifo(self.folder / "pipe", 0o600)
        self.assertEqual(self.run_zvond("-c", self.folder / "pipe", "--check").returncode, 2)

    def test_include(self):
        """Beside the file, by a pattern, in order; the complaint names the included file."""
        (self.folder / "d").mkdir()
        self.write("d/1.conf", "[role a]\nmay = view\n")
        self.write("d/2.conf", "[user u]\nrole = a\nlinez = 1\n")
        done = self.check(SERVER + '#include "d/*.conf"\n#tryinclude none.conf\n')
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"/d/2\.conf:3: unknown key 'linez'.*is lines meant")

    def test_cycle(self):
        """A file that includes itself, also by another one."""
        self.write("other.conf", '#include "zvond.conf"\n')
        done = self.check(SERVER + '#include "other.conf"\n')
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"other\.conf:1: .*zvond\.conf includes itself")

    def test_legacy(self):
        """The parameters of Creatio's connector are taken, each with a note."""
        done = self.check("[server a]\nurl = 10.0.0.5\nport = 5038\nuserName = u\nsecret = s\n"
                          "originateContext = from-internal\nparkingLotContext = park\n"
                          "autoPauseOnCommutationStart = true\nprotocol = SIP/\n"
                          "queueExtensionFormat = Local/{0}@from-queue/n\nasyncOriginate = true\n"
                          "sendRingStartedOnRingingState = true\ntraceQueuesState = false\n"
                          "packetInfoConfig =\nfilePath =\n")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr.count("Creatio's connector"), 12, done.stderr)

    def test_again(self):
        """What --print-config prints reads as the same, and holds no secret."""
        text = SERVER + ("trunks = a,b\nauto_pause = yes\n[general]\nring_ms = 5\n"
                         "[listen a]\nbind = [::1]:2014\naddresses = 10.0.0.0/8,::1\n"
                         "panel_role = r\n[role r]\nmay = view,dial\ndial = deny 810.\n"
                         "dial = allow 8XXX,9XXX\nactions = Ping\n[user u]\nrole = r\n"
                         "full_name = Иван \\; сын\nlines = 101,main/102\npassword_file = hash\n")
        self.write("hash", HASH + "\n", 0o600)
        path = self.write("zvond.conf", text)
        first = self.run_zvond("-c", path, "--print-config")
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertIn("\nring_ms = 5\n", first.stdout)
        self.assertIn("\n;ring_events = 10000\n", first.stdout)
        again = self.run_zvond("-c", self.write("again.conf", first.stdout), "--print-config")
        self.assertEqual(again.stdout, first.stdout, again.stderr)
        path = self.write("zvond.conf", "[server a]\nurl = ami://u:s3cr3t-marker@h\n[user u]\n"
                          "password_hash = %s\ntoken = %s\n" % (HASH, TOKEN), 0o600)
        shown = self.run_zvond("-c", path, "--print-config")
        self.assertEqual(shown.stdout.count("***"), 3, shown.stdout)
        for secret in ("s3cr3t", "argon2id", TOKEN):
            self.assertNotIn(secret, shown.stdout)


class ModesTest(ZvondTest):
    """Who else may read and write."""

    def test_fault_082_modes(self):
        """A secret that others read, a configuration that others change: refused, and the
        mode is named."""
        for mode in (0o620, 0o602, 0o666, 0o660):
            done = self.check(SERVER, mode=mode)
            self.assertEqual(done.returncode, 2)
            self.assertIn("mode %04o: others can change it; chmod go-w" % mode, done.stderr)
        for mode in (0o604, 0o644, 0o620):
            self.write("secret", "s\n", mode)
            done = self.check(SERVER)
            self.assertEqual(done.returncode, 2)
            self.assertRegex(done.stderr, r"zvond\.conf:3: secret file \S+ has mode %04o.*"
                             r"chmod 600 \S+/secret" % mode)
        self.write("secret", "s\n", 0o640)
        self.assertEqual(self.check(SERVER).returncode, 0)
        self.write("other.conf", "[role a]\n", 0o664)
        self.assertIn("mode 0664", self.check(SERVER + "#include other.conf\n").stderr)
        inline = "[server a]\nurl = ami://u@h\nsecret = s\n"
        self.assertIn("mode 0644", self.check(inline, mode=0o644).stderr)
        self.assertEqual(self.check(inline, mode=0o640).returncode, 0)

    def test_fault_082_refuses_to_start(self):
        """Not only --check: the daemon does not start either."""
        path = self.write("zvond.conf", SERVER, 0o666)
        done = self.run_zvond("-c", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("mode 0666", done.stderr)


class PasswordTest(ZvondTest):
    """passwd and token"""

    def test_passwd(self):
        """One line of standard input gives a hash, each time another one; with a user what
        the configuration takes."""
        first, second = (self.run_zvond("passwd", text="correct horse battery\n").stdout
                         for _ in range(2))
        self.assertRegex(first, r"^\$argon2id\$v=19\$m=65536,t=2,p=1\$\S+\n$")
        self.assertNotEqual(first, second)
        done = self.run_zvond("passwd", "ivan", text="correct horse battery\n")
        self.assertRegex(done.stdout, r"^\[user ivan\]\npassword_hash = \$argon2id")
        self.assertEqual(self.check(SERVER + done.stdout).returncode, 0)

    def test_passwd_wrong(self):
        """Nothing typed; too many arguments; a short one is warned of."""
        self.assertEqual(self.run_zvond("passwd", text="").returncode, 2)
        self.assertEqual(self.run_zvond("passwd", "a", "b", text="x\n").returncode, 2)
        done = self.run_zvond("passwd", text="abc\n")
        self.assertEqual(done.returncode, 0)
        self.assertIn("short", done.stderr)

    def ask(self, *typed):
        """`zvond passwd` on a terminal; exit code and all that was shown."""
        pid, fd = pty.fork()
        if pid == 0:
            os.environ["LC_ALL"] = "C"
            os.execv(ZVOND, [ZVOND, "passwd"])
        shown = b""
        until = time.monotonic() + PATIENCE
        for n, line in enumerate(typed):
            while shown.count(b": ") <= n and time.monotonic() < until:
                if select.select([fd], [], [], 1)[0]:
                    shown += os.read(fd, 4096)
            os.write(fd, line.encode() + b"\n")
        try:
            while True:
                piece = os.read(fd, 4096)
                if not piece:
                    break
                shown += piece
        except OSError:
            pass  # the other end is closed
        os.close(fd)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()

    def test_terminal(self):
        """Asked twice, not shown; two that differ are refused."""
        code, shown = self.ask("correct horse", "correct horse")
        self.assertEqual(code, 0, shown)
        self.assertIn("$argon2id$", shown)
        self.assertNotIn("horse", shown)
        code, shown = self.ask("correct horse", "correct house")
        self.assertEqual(code, 2)
        self.assertIn("not the same", shown)

    def test_token(self):
        """256 bits; the hash is that of the text."""
        import hashlib
        done = self.run_zvond("token", "crm")
        token, section, line = done.stdout.splitlines()
        self.assertRegex(token, r"^[\w-]{43}$")
        self.assertEqual(section, "[user crm]")
        self.assertEqual(line, "token = sha256:" + hashlib.sha256(token.encode()).hexdigest())
        self.assertNotEqual(token, self.run_zvond("token", "crm").stdout.splitlines()[0])


class SamplesTest(ZvondTest):
    """packaging/"""

    def test_sample(self):
        """zvond.conf.sample passes when its secret is there; all keys in it are ours."""
        self.write("main.secret", "s\n", 0o600)
        sample = (ROOT / "packaging/zvond.conf.sample").read_text(encoding="utf-8")
        done = self.check(sample)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("warning", done.stderr)

    def test_manager(self):
        """The account's classes: only those that are needed, and none that is dangerous."""
        text = (ROOT / "packaging/asterisk/manager.conf.sample").read_text(encoding="utf-8")
        settings = dict(re.findall(r"(?m)^(\w+) *= *([^;\n]*?) *(?:;.*)?$", text))
        self.assertEqual(settings["write"], "call,originate,agent,reporting")
        self.assertEqual(settings["read"], "system,call,agent,dialplan,reporting,cdr,user")
        self.assertFalse({"command", "config", "all"} & set(settings["read"].split(",")))
        self.assertFalse({"system", "command", "config", "all"}
                         & set(settings["write"].split(",")))
        self.assertEqual(settings["writetimeout"], "5000")
        self.assertIn("deny = 0.0.0.0", text)


class SurroundingsTest(ZvondTest):
    """What systemd gives."""

    def test_wrong_sockets(self):
        """Variables that cannot be meant: told, exit code 1."""
        path = self.write("zvond.conf", "[general]\nstate =\n[server a]\ndemo = yes\n"
                          "[listen]\nbind = 127.0.0.1:0\n")
        for env, words in (({"NOTIFY_SOCKET": "run"}, "NOTIFY_SOCKET=run is no socket"),
                           ({"WATCHDOG_USEC": "soon"}, "WATCHDOG_USEC=soon is no time")):
            done = self.run_zvond("-c", path, env=env)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(words, done.stderr)

    def test_usage(self):
        """Unknown options and words: 2, with what was meant."""
        for arguments, words in ((("--chekc",), "is --check meant"),
                                 (("paswd",), "is passwd meant"),
                                 (("--port", "x"), "--port")):
            done = self.run_zvond(*arguments)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        self.assertIn("Вызов: zvond", self.run_zvond("--help", lang="ru_RU.UTF-8").stdout)
        self.assertRegex(self.run_zvond("--version").stdout, r"^zvond \d")


if __name__ == "__main__":
    unittest.main()
