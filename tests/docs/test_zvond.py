"""What zvond says of itself, its manual pages, its sample and its completions agree."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from project import BUILD, ROOT, read, run
from test_manual import options, plain_manual

ZVOND = BUILD / "zvond"
COMPLETIONS = (("bash", "completions/zvond.bash"), ("zsh", "completions/_zvond"),
               ("fish", "completions/zvond.fish"))
SECTIONS = ("general", "history", "recordings", "listen", "server", "role", "user")


def help_of(lang="en"):
    done = run([ZVOND, "--help", "--lang", lang])
    assert done.returncode == 0 and done.stdout, done
    return done.stdout


class Key:
    """A row of the daemon's table of options."""

    def __init__(self, row):
        self.section, self.name, also, creatio, self.default, self.sentence = row.split("\t")
        self.also, self.creatio = also.split(), creatio.split()

    def __repr__(self):
        return "[%s] %s" % (self.section, self.name)


def keys():
    """All of them, in their order."""
    done = run([ZVOND, "--print-keys"])
    found = [Key(row) for row in done.stdout.splitlines()]
    assert {key.section for key in found} == set(SECTIONS) and len(found) > 80
    return found


def words(text):
    """A text without line ends, escapes and the points at its end."""
    text = re.sub(r"\\-", "-", text.replace(r"\&", "").replace(r"\e", "\\"))
    return " ".join(text.split()).rstrip(".")


class Manual(unittest.TestCase):
    """man/zvond.8 and man/zvond.conf.5."""

    def entries(self):
        """(section, key) -> the lines below `.It Cm KEY`, as one text."""
        found, section, key = {}, None, None
        for line in read("man/zvond.conf.5").splitlines():
            head = re.match(r"\.Ss \[(\w+)", line)
            item = re.match(r"\.It Cm (\w+)$", line)
            if head or line.startswith(".Sh"):
                section, key = head and head.group(1), None
            elif item and section:
                key = (section, item.group(1))
                found[key] = ""
            elif line == ".El":
                key = None
            elif key:
                found[key] += line + "\n"
        return found

    def test_each_key(self):
        """Each key, and no other, in the table's order, with its sentence, its default and
        its other names."""
        entries = self.entries()
        self.assertEqual(list(entries), [(key.section, key.name) for key in keys()])
        for key in keys():
            text = entries[key.section, key.name]
            with self.subTest(key=key):
                sentence, _, rest = text.partition(
                    "\nDefault: " if "\nDefault: " in text else
                    "\nAlso " if "\nAlso " in text else "\nCreatio: ")
                self.assertEqual(words(sentence), words(key.sentence))
                told = dict(re.findall(r"(?m)^(Default:|Also|Creatio:) (.*)\.$", text))
                self.assertEqual(told.get("Default:", ""), key.default)
                self.assertEqual(told.get("Also", "").replace(",", "").split(), key.also)
                self.assertEqual(told.get("Creatio:", "").replace(",", "").split(), key.creatio)
                self.assertTrue(rest or not (key.default or key.also or key.creatio))

    def test_options(self):
        """Each option of the help is in zvond(8), and no other; Russian has the same."""
        known = options(help_of())
        self.assertGreater(len(known), 9)
        self.assertEqual(options(help_of("ru")), known)
        self.assertRegex(help_of("ru"), "[а-я]{5}")
        text = plain_manual("man/zvond.8")
        synopsis = text[:text.index("EXAMPLES")]
        self.assertEqual(set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", synopsis)), known)

    def test_exit_codes(self):
        """0, 1 and 2, in the manual, in both helps, and as it does."""
        text = plain_manual("man/zvond.8")
        told = re.findall(r"(?m)^ +(\d+) ", text[text.index("EXIT STATUS"):text.index("EXAMPLES")])
        self.assertEqual(told, ["0", "1", "2"])
        for lang, begin in (("en", "Exit codes:"), ("ru", "Коды завершения:")):
            line = " ".join(help_of(lang).split(begin)[1].split())
            for code in told:
                self.assertRegex(line, r"\b%s [a-zа-я]" % code)
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "zvond.conf"
            config.write_text("[server a]\ndemo = yes\n[general]\nstate =\n", "utf-8")
            config.chmod(0o640)
            self.assertEqual(run([ZVOND, "-c", config, "--check"]).returncode, 0)
            self.assertEqual(run([ZVOND, "-c", config], env={"NOTIFY_SOCKET": "x"}).returncode, 1)
            config.write_text("[server a]\ndemo = perhaps\n", "utf-8")
            self.assertEqual(run([ZVOND, "-c", config]).returncode, 2)

    def test_examples(self):
        """The least that works, as zvond.conf(5) shows it, works."""
        page = read("man/zvond.conf.5")
        text = page[page.index(".Bd -literal"):page.index(".Ed")].split("\n", 1)[1]
        hashed = run([ZVOND, "passwd"], text="correct horse battery\n").stdout
        with tempfile.TemporaryDirectory() as folder:
            for name, what in (("zvond.conf", text), ("office.secret", "s\n"),
                               ("ivan.password", hashed)):
                path = Path(folder) / name
                path.write_text(what, "utf-8")
                path.chmod(0o600)
            done = run([ZVOND, "-c", Path(folder) / "zvond.conf", "--check"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("users 1", done.stderr)


class Readme(unittest.TestCase):
    """The configuration that README.md shows to a newcomer."""

    def test_works(self):
        text = re.search(r"(?ms)^```ini\n(.*?)^```$", read("README.md")).group(1)
        lines = run([ZVOND, "passwd", "ivan"], text="correct horse battery\n").stdout
        self.assertIn("[user ivan]\nlines = 101\n", text)
        text = re.sub(r"password_hash = .*", lambda _: lines.splitlines()[1], text)
        with tempfile.TemporaryDirectory() as folder:
            for name, what in (("zvond.conf", text), ("office.secret", "s\n")):
                path = Path(folder) / name
                path.write_text(what, "utf-8")
                path.chmod(0o640)
            done = run([ZVOND, "-c", Path(folder) / "zvond.conf", "--check"])
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("servers 1, listeners 1", done.stderr)
            self.assertNotIn("warning", done.stderr)


class Sample(unittest.TestCase):
    """packaging/zvond.conf.sample."""

    def lines(self):
        """(section, key) -> (is it commented out?, value)."""
        found, section = {}, None
        for line in read("packaging/zvond.conf.sample").splitlines():
            head = re.match(r"(;?)\[(\w+)[^\]]*\]", line)
            setting = re.match(r"(;?)(\w+) =(?: (.*))?$", line)
            if head:  # what stands in a section that is commented out is an example
                section = None if head.group(1) else head.group(2)
            elif setting and section:
                found.setdefault((section, setting.group(2)),
                                 (bool(setting.group(1)), setting.group(3) or ""))
        return found

    def test_each_key(self):
        """Each key, and no other; commented out, it shows the default."""
        found = self.lines()
        self.assertEqual(sorted(found), sorted((key.section, key.name) for key in keys()))
        for key in keys():
            commented, value = found[key.section, key.name]
            if commented:
                with self.subTest(key=key):
                    self.assertEqual(value, key.default)

    def test_defaults_may_be_written(self):
        """With its secret beside it, it passes; also with all defaults uncommented."""
        sample = read("packaging/zvond.conf.sample")
        written = sample[:sample.index(";[user ivan]")]
        written = re.sub(r"(?m)^;(\w+ = \S.*)$", r"\1", written)
        # those of which one decides
        written = re.sub(r"(?m)^(demo|replay\w*|demo_rate) = .*\n", "", written)
        with tempfile.TemporaryDirectory() as folder:
            secret = Path(folder) / "main.secret"
            secret.write_text("s\n", "utf-8")
            secret.chmod(0o600)
            for text in (sample, written):
                config = Path(folder) / "zvond.conf"
                config.write_text(text, "utf-8")
                config.chmod(0o640)
                done = run([ZVOND, "-c", config, "--check"])
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertNotIn("warning", done.stderr)


class Limits(unittest.TestCase):
    """The daemon's table in SECURITY.md."""

    # sizes of our own tables and buffers, which nobody outside fills
    NOT_LIMITS = {"ZV_ARGUMENTS_MAX", "ZV_CONFIG_OPTIONS_MAX", "ZV_WHOLE_FILE_MAX",
                  "ZV_PLACE_MAX", "ZV_FETCH_MAX_EXCHANGES", "ZV_WS_MAX_HEAD_BEFORE"}
    FOLDERS = ("http", "ws", "json", "hub", "conf", "zvond", "io")

    def test_each_key_that_limits(self):
        """Each number of [general], [listen] and [role], with its default."""
        rows = dict(re.findall(r"\| `(\[\w+\] \w+)`[^|]* \| (\d+)[^|]*\|", read("SECURITY.md")))
        wanted = {"[%s] %s" % (key.section, key.name): key.default for key in keys()
                  if key.section in ("general", "listen", "role") and key.default.isdigit()}
        self.assertGreater(len(wanted), 15)
        self.assertEqual(rows, wanted)

    def test_each_constant(self):
        """Each maximum that a header of the daemon's folders names; test_markdown compares
        the numbers."""
        told = set(re.findall(r"`(ZV_\w+)`", read("SECURITY.md")))
        found = set()
        for folder in self.FOLDERS:
            for path in sorted((ROOT / "src" / folder).glob("*.h")):
                found |= set(re.findall(
                    r"(?m)^#\s*define (ZV_\w*?(?:_MAX_\w+|_MAX|_MOST|_LIMIT))\s+\(?\d",
                    path.read_text("utf-8")))
        self.assertGreater(len(found), 25)
        self.assertEqual(sorted(found - told - self.NOT_LIMITS), [])


class Completions(unittest.TestCase):
    """bash, zsh and fish know what the program knows."""

    def test_all_options(self):
        for shell, name in COMPLETIONS:
            text = read(name)
            for option in sorted(options(help_of())):
                pattern = r"-l %s\b" % option[2:] if shell == "fish" else r"%s(?![\w-])" % option
                with self.subTest(name=name, option=option):
                    self.assertRegex(text, pattern)
            for command in ("passwd", "token"):
                self.assertRegex(text, r"\b%s\b" % command)

    def test_syntax(self):
        for shell, name in COMPLETIONS:
            with self.subTest(shell=shell):
                if not shutil.which(shell):
                    self.skipTest("%s is missing" % shell)
                done = run([shell, "-n", name])
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_bash_completes(self):
        script = ('. completions/zvond.bash; COMP_WORDS=(zvond %s); COMP_CWORD=%d; '
                  '_zvond; printf "%%s\\n" "${COMPREPLY[@]}"')
        for typed, last, expected in (("pas", 1, "passwd"), ("--print-k", 1, "--print-keys"),
                                      ("--config READ", 2, "README.md"), ("--lang r", 2, "ru")):
            with self.subTest(typed=typed):
                done = run(["bash", "-c", script % (typed, last)])
                self.assertIn(expected, done.stdout.split())

    def test_installed(self):
        """Beside those of zvon."""
        done = run(["meson", "introspect", "--installed", BUILD])
        for name in ("zvond.bash", "_zvond", "zvond.fish", "zvond.8", "zvond.conf.5",
                     "zvond.conf.sample", "zvond.socket", "zvond.service"):
            with self.subTest(name=name):
                self.assertIn('/%s"' % name, done.stdout)

    def test_unit_names_what_is_installed(self):
        """ExecStart= is where the program goes."""
        unit = (BUILD / "packaging/zvond.service").read_text("utf-8")
        where = re.search(r'/zvond": "([^"]*/zvond)"',
                          run(["meson", "introspect", "--installed", BUILD]).stdout).group(1)
        self.assertRegex(unit, r"(?m)^ExecStart=%s " % re.escape(where))


if __name__ == "__main__":
    unittest.main()
