"""What the program says of itself, its manual pages and its completions agree."""

import re
import shutil
import tempfile
import unittest
from pathlib import Path

from project import BUILD, ROOT, ZVON, read, run

COMPLETIONS = ("completions/zvon.bash", "completions/_zvon", "completions/zvon.fish")
MANUALS = ("man/zvon.1", "man/libzvon.3", "man/zvon-panel.7", "man/zvond.8", "man/zvond.conf.5")


def help_of(*words):
    """What `zvon WORDS --help` prints."""
    done = run([ZVON, *words, "--help"])
    assert done.returncode == 0 and done.stdout, done
    return done.stdout


def commands():
    """The commands that `zvon --help` names."""
    listed = re.search(r"^Commands:\n((?:  .*\n)+)", help_of(), re.M).group(1)
    return re.findall(r"^  (\w+)", listed, re.M)


def options(text):
    """The long options that a help text explains: at the start of a line."""
    return set(re.findall(r"^ +(?:-\w, )?(--[a-z][a-z0-9-]*)", text, re.M))


def all_options():
    """Those of the program and of each command."""
    found = options(help_of())
    for command in commands():
        found |= options(help_of(command))
    return found


def plain_manual(name):
    """A manual page as text without overstrikes."""
    done = run(["mandoc", "-T", "utf8", "-O", "width=120", name])
    assert done.returncode == 0, done.stderr
    text = re.sub(r".\x08", "", done.stdout)
    return re.sub("[\u2010\u2212]", "-", text)


class Help(unittest.TestCase):
    """`zvon --help` is where the rest is compared with."""

    def test_finds_something(self):
        """The readers above really read."""
        self.assertEqual(commands(), ["listen", "action", "command", "originate", "calls",
                                      "parse", "filter", "probe", "capture", "serve", "history",
                                      "import"])
        self.assertGreater(len(all_options()), 20)

    def test_both_ways(self):
        """`help CMD` is `CMD --help`; Russian has the same options."""
        for command in commands():
            with self.subTest(command=command):
                self.assertEqual(run([ZVON, "help", command]).stdout, help_of(command))
                russian = run([ZVON, "help", command, "--lang", "ru"])
                if russian.returncode:  # options before the command only
                    russian = run([ZVON, "--lang", "ru", "help", command])
                self.assertEqual(options(russian.stdout), options(help_of(command)))
                self.assertRegex(russian.stdout, "[а-я]")


class Manual(unittest.TestCase):
    """man/zvon.1 and man/libzvon.3."""

    def test_lint(self):
        """mandoc has nothing to say about them."""
        for name in MANUALS:
            with self.subTest(name=name):
                done = run(["mandoc", "-T", "lint", "-W", "warning", name])
                self.assertEqual((done.returncode, done.stdout + done.stderr), (0, ""))

    def test_all_options(self):
        """Each command and option of the program is in zvon(1), and no others."""
        text = plain_manual("man/zvon.1")
        known = all_options()
        missing = [word for word in sorted(known)
                   if not re.search(r"(?<![\w-])%s(?![\w-])" % word, text)]
        self.assertEqual(missing, [])
        named = set(re.findall(r"(?<![\w-])(--[a-z][a-z0-9-]+)", text))
        named.discard("--name")  # in "--name value": how options are written
        self.assertEqual(sorted(named - known), [])
        for command in commands():
            self.assertRegex(text, r"(?m)^ +(?:zvon )?%s\b" % command)

    def test_exit_codes(self):
        """The table of codes names all of them."""
        text = plain_manual("man/zvon.1")
        section = text[text.index("EXIT STATUS"):]
        for code in (0, 1, 2, 3, 4, 5, 6, 10, 17):
            self.assertRegex(section, r"\b%d\b" % code)

    def test_library_functions(self):
        """Each function of client.h is in libzvon(3)."""
        text = plain_manual("man/libzvon.3")
        names = re.findall(r"(zvon_(?:client|result)\w+)\(", read("include/zvon/client.h"))
        self.assertGreater(len(names), 15)
        self.assertEqual([name for name in names if name not in text], [])

    def test_library_errors(self):
        """Each code of error.h is in libzvon(3)."""
        text = plain_manual("man/libzvon.3")
        names = re.findall(r"(ZV_E[A-Z]+) = -", read("include/zvon/error.h"))
        self.assertGreater(len(names), 8)
        self.assertEqual([name for name in names if name not in text], [])

    def test_library_example(self):
        """The program in libzvon(3) compiles and links."""
        page = read("man/libzvon.3")
        code = page[page.index("#include <stdio.h>"):page.index(".Ed")].replace(r"\e", "\\")
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "example.c"
            source.write_text(code, encoding="utf-8")
            done = run(["gcc", "-std=c11", "-Wall", "-Wextra", "-Werror",
                        "-Wno-missing-field-initializers", "-Wno-unused-parameter",
                        "-I", ROOT / "include", source, "-o", Path(folder) / "example",
                        "-L", BUILD, "-lzvon"])
            self.assertEqual((done.returncode, done.stderr), (0, ""))


class Completions(unittest.TestCase):
    """bash, zsh and fish know what the program knows."""

    def test_all_options(self):
        """Each command and option, in the shell's own spelling."""
        for name in COMPLETIONS:
            text = read(name)
            fish = name.endswith(".fish")
            for option in sorted(all_options()):
                pattern = r"-l %s\b" % option[2:] if fish else r"%s(?![\w-])" % option
                with self.subTest(name=name, option=option):
                    self.assertRegex(text, pattern)
            for command in commands():
                with self.subTest(name=name, command=command):
                    self.assertRegex(text, r"\b%s\b" % command)

    def test_syntax(self):
        """The shells can read them."""
        shells = (("bash", "completions/zvon.bash"), ("zsh", "completions/_zvon"),
                  ("fish", "completions/zvon.fish"))
        for shell, name in shells:
            with self.subTest(shell=shell):
                if not shutil.which(shell):
                    self.skipTest("%s is missing" % shell)
                done = run([shell, "-n", name])
                self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_bash_completes(self):
        """A start of a word becomes the word."""
        script = ('. completions/zvon.bash; COMP_WORDS=(zvon %s); COMP_CWORD=%d; '
                  'COMP_LINE="zvon %s"; COMP_POINT=${#COMP_LINE}; '
                  'f=$(complete -p zvon | sed "s/.*-F \\([^ ]*\\).*/\\1/"); '
                  '$f zvon "%s" zvon; printf "%%s\\n" "${COMPREPLY[@]}"')
        for words, last, expected in (("lis", 1, "listen"), ("listen --even", 2, "--event")):
            with self.subTest(words=words):
                done = run(["bash", "-c", script % (words, last, words, words.split()[-1])])
                self.assertIn(expected, [word.strip() for word in done.stdout.splitlines()])


if __name__ == "__main__":
    unittest.main()
