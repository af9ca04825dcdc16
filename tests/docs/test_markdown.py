"""The documents tell the truth about the tree they stand in."""

import ast
import re
import unittest
from pathlib import Path

from project import ROOT, project_files, read

TWINS = (("README.md", "README.ru.md"), ("docs/architecture.md", "docs/ru/architecture.md"),
         ("docs/protocol/README.md", "docs/ru/protocol.md"))

# Pages whose Russian words are free: the same headings and the same SQL, all linked from one entry.
FREE_TWINS = (("docs/history/import.md", "docs/ru/history-import.md"),
              ("docs/history/reconcile.md", "docs/ru/history-reconcile.md"),
              ("docs/history/store.md", "docs/ru/history-store.md"))
ENTRY = "docs/ru/history.md"


def documents():
    """All Markdown files: (name, text)."""
    return [(name, read(name)) for name, _ in project_files() if name.endswith(".md")]


def without_code(text):
    """Markdown without its code blocks and code spans."""
    return re.sub(r"`[^`\n]*`", "", re.sub(r"(?ms)^ *```.*?^ *```$", "", text))


def headings(text):
    """(level, words) of each heading."""
    plain = re.sub(r"(?ms)^ *```.*?^ *```$", "", text)
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) +(.*?) *$", plain, re.M)]


def anchor(words):
    """What a heading is called in a link."""
    return re.sub(r"[^\w -]", "", words.lower()).replace(" ", "-")


class Links(unittest.TestCase):
    """[text](target)"""

    def test_resolve(self):
        """Each link to a file or heading of the project leads somewhere."""
        count = 0
        for name, text in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", without_code(text)):
                if re.match(r"[a-z]+:", target):
                    continue
                count += 1
                path, _, fragment = target.partition("#")
                file = (ROOT / name).parent / path if path else ROOT / name
                with self.subTest(document=name, target=target):
                    self.assertTrue(file.exists())
                    if fragment:
                        known = [anchor(words) for _, words in headings(file.read_text("utf-8"))]
                        self.assertIn(fragment, known)
        self.assertGreater(count, 20)

    def test_named_files(self):
        """Paths of the source tree that stand in code spans exist."""
        for name, text in documents():
            for path in re.findall(r"`((?:src|include|tests|tools|docs|man|examples)/[\w./-]+)`",
                                   text):
                if "NAME" in path or "node_modules" in path:  # to be filled in, installed
                    continue
                with self.subTest(document=name, path=path):
                    self.assertTrue((ROOT / path).exists())


class Twins(unittest.TestCase):
    """English and Russian say the same."""

    def test_same_shape(self):
        """The same headings in number and level, the same code, the same links."""
        for english, russian in TWINS:
            left, right = read(english), read(russian)
            with self.subTest(document=russian):
                self.assertEqual([level for level, _ in headings(left)],
                                 [level for level, _ in headings(right)])
                self.assertRegex(right, "[а-я]{5}")
                self.assertEqual(self.commands(left), self.commands(right))
                self.assertEqual(self.targets(english, left), self.targets(russian, right))

    def test_free_twins(self):
        """As many headings of the same level, the same queries and commands, a way there."""
        for english, russian in FREE_TWINS:
            left, right = read(english), read(russian)
            with self.subTest(document=russian):
                self.assertEqual([level for level, _ in headings(left)],
                                 [level for level, _ in headings(right)])
                blocks = r"(?ms)^```(?:sql|sh|text).*?^```$"
                self.assertEqual(re.findall(blocks, left), re.findall(blocks, right))
                self.assertGreater(len(re.findall("[а-я]{5}", right)), 100)
                self.assertIn("](%s)" % Path(russian).name, read(ENTRY))

    @staticmethod
    def commands(text):
        """What the reader is told to type, and the code he is shown."""
        blocks = re.findall(r"(?ms)^ *```\w+\n(.*?)^ *```$", text)
        return [line.partition("  #")[0].rstrip() for block in blocks
                for line in block.splitlines()]

    @staticmethod
    def targets(name, text):
        """Where links lead, a twin counted as its original."""
        found = set()
        originals = {russian: english for english, russian in TWINS}
        for target in re.findall(r"\]\(([^)\s#]+)", without_code(text)):
            if not re.match(r"[a-z]+:", target):
                path = ((ROOT / name).parent / target).resolve().relative_to(ROOT)
                target = originals.get(str(path), str(path))
            found.add(target)
        return found - {english for english, _ in TWINS if english in (name, originals.get(name))}


class Limits(unittest.TestCase):
    """The tables of limits agree with the headers and with the code."""

    @staticmethod
    def constants(folder="include"):
        """#define ZV_... number, of the headers there."""
        found = {}
        for path in (ROOT / folder).rglob("*.h"):
            for name, text in re.findall(r"^# *define (ZV_\w+)(?:[ \t]|\\\n)+\(?(?:\(size_t\))?"
                                         r"([0-9][0-9u *]*)\)?(?=[ \t]*(?:/\*|$))",
                                         path.read_text("utf-8"), re.M):
                value = 1
                for factor in text.replace("u", "").split("*"):
                    value *= int(factor)
                found[name] = value
        return found

    @staticmethod
    def defaults():
        """OPTION(name, value) of src/client/client.c."""
        found = {}
        table = read("src/client/client.c")
        for name, text in re.findall(r"\bOPTION\((\w+),\s*([^()]*)\)", table):
            if re.fullmatch(r"[0-9u *]+", text):
                value = 1
                for factor in text.replace("u", "").split("*"):
                    value *= int(factor)
                found[name] = value
        return found

    def rows(self):
        """| what | names | default | of SECURITY.md: name -> number."""
        found = {}
        for names, number in re.findall(r"^\|[^|]*\| (.*?) \| (\d+)[^|]*\|$",
                                        read("SECURITY.md"), re.M):
            for name in re.findall(r"`(\w+)`", names):
                found[name] = int(number)
        return found

    def test_constants(self):
        """Each limit of the headers is in the table, with its value."""
        rows = self.rows()
        wanted = {name: value for name, value in self.constants().items()
                  if re.search("MAX|LIMIT", name) and name in read("include/zvon/parser.h") +
                  read("include/zvon/filter.h") + read("include/zvon/legacy.h") +
                  read("include/zvon/request.h") + read("include/zvon/client.h") +
                  read("include/zvon/error.h")}
        self.assertGreater(len(wanted), 6)
        self.assertEqual({name: rows.get(name) for name in wanted}, wanted)
        inside = self.constants("src")
        others = {name: value for name, value in rows.items()
                  if name.startswith("ZV_") and name not in wanted}
        self.assertGreater(len(others), 6)
        self.assertEqual(others, {name: inside.get(name) for name in others})

    def test_options(self):
        """Each number of struct zv_client_options is in the table, with its default."""
        rows, defaults = self.rows(), self.defaults()
        header = read("include/zvon/client.h")
        struct = header[header.index("struct zv_client_options {"):]
        struct = struct[:struct.index("\n};")]
        members = re.findall(r"\b(\w+_ms|max_\w+);", struct)
        self.assertGreater(len(members), 10)
        for name in members:
            with self.subTest(option=name):
                self.assertIn(name, rows)
                if name in defaults:
                    self.assertEqual(rows[name], defaults[name])
        self.assertGreater(len(defaults), 8)

    def test_header_comments(self):
        """client.h names the defaults that the code has: `…; 4500`."""
        header = read("include/zvon/client.h")
        for name, value in self.defaults().items():
            comment = re.search(r"\b%s;\s*/\*(.*?)\*/" % name, header, re.S).group(1)
            told = "%d MiB" % (value >> 20) if value >> 20 else str(value)
            with self.subTest(option=name):
                self.assertRegex(comment, r"\b%s\b" % told)

    def test_manual(self):
        """libzvon(3) names each limit and its value."""
        page = read("man/libzvon.3")
        constants = self.constants()
        found = re.findall(r"^\.It Dv (ZV_\w+) Ta .* Ta (\d+)(?: (KiB|MiB|bytes))?$", page, re.M)
        self.assertGreater(len(found), 5)
        for name, number, unit in found:
            with self.subTest(name=name):
                value = int(number) << {"KiB": 10, "MiB": 20}.get(unit, 0)
                self.assertEqual(value, constants[name])


class House(unittest.TestCase):
    """Tables of the documents against the tools."""

    def test_layers(self):
        """The layer table of docs/architecture.md is that of tools/check-includes.py."""
        source = ast.parse(read("tools/check-includes.py"))
        values = {node.targets[0].id: ast.literal_eval(node.value) for node in source.body
                  if isinstance(node, ast.Assign) and node.targets[0].id in ("LAYERS", "PURE")}
        table = {}
        pure = set()
        for folder, kind, allowed in re.findall(
                r"^\| \[`(\w+)`\]\([^)]*\) \| ([^|]*) \|[^|]*\| ([^|]*) \|$",
                read("docs/architecture.md"), re.M):
            table[folder] = tuple(sorted(re.findall(r"`(\w+)`", allowed)))
            if "pure" in kind:
                pure.add(folder)
        self.assertEqual(table, {folder: tuple(sorted(allowed))
                                 for folder, allowed in values["LAYERS"].items()})
        self.assertEqual(pure, set(values["PURE"]))
        folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()}
        self.assertEqual(folders, set(table))

    def test_packages(self):
        """The READMEs name every package that is installed."""
        for name in ("README.md", "README.ru.md"):
            text = read(name)
            for listed in ("build", "onec", "test"):
                for line in read("tools/debian-packages-%s.txt" % listed).splitlines():
                    package = line.partition("#")[0].split()
                    if package:
                        with self.subTest(document=name, package=package[0]):
                            self.assertRegex(text, r"(?<![\w-])%s(?![\w-])" % package[0])

    def test_make_targets(self):
        """Every `make TARGET` that a document names exists; the front door's are told."""
        targets = set(re.findall(r"^([a-z-]+):.*##", read("Makefile"), re.M))
        self.assertLessEqual({"build", "run", "test", "check", "bench", "asan", "fuzz", "format",
                              "shape", "install", "clean", "help"}, targets)
        named = set()
        for name, text in documents():
            for target in re.findall(r"(?:`|^|\$ )make ([a-z-]+)", text, re.M):
                named.add(target)
                with self.subTest(document=name, target=target):
                    self.assertIn(target, targets)
        self.assertEqual(sorted(targets - named), [])

    def test_versions(self):
        """The version is the same wherever it stands."""
        version = re.search(r"version: '([\d.]+)'", read("meson.build")).group(1)
        parts = re.findall(r"ZVON_VERSION_(?:MAJOR|MINOR|PATCH) (\d+)", read("include/zvon/zvon.h"))
        self.assertEqual(".".join(parts), version)
        self.assertEqual(re.search(r"^## ([\d.]+)", read("CHANGELOG.md"), re.M).group(1), version)


class Words(unittest.TestCase):
    """What may not stand in any file of the project."""

    # pieces, so that this file passes its own test
    FORBIDDEN = ("/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/[a-z]", "/tmp/" + "h/",
                 r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"(?<!allow )(?<!deny )\bXX" + r"X\b",
                 r"deb\." + "debian", r"security\." + "debian", r"ftp\.\w*\.?" + "debian",
                 r"registry\." + "npm", r"\bpy" + r"pi\.org")
    # files whose business it is; captures are kept as they were recorded
    EXCEPT = {}

    def apt_hosts(self):
        """The hosts that this machine gets its packages from."""
        hosts = set()
        for path in [Path("/etc/apt/sources.list"), *Path("/etc/apt").glob("sources.list.d/*"),
                     *Path("/etc/apt").glob("apt.conf.d/*")]:
            if path.is_file():
                hosts.update(re.findall(r"https?://(?:[^/@\s]*@)?([^/:\s\"]+)",
                                        path.read_text("utf-8", "replace")))
        return {host for host in hosts if "." in host}

    def test_forbidden(self):
        """No path or host of the machine it was made on, no unfinished business."""
        patterns = [re.compile(pattern) for pattern in self.FORBIDDEN]
        patterns += [re.compile(re.escape(host)) for host in self.apt_hosts()]
        files = 0
        for name, path in project_files():
            if path.suffix in (".ami", ".sent", ".idx"):
                continue
            files += 1
            text = path.read_text("utf-8", "replace")
            for pattern in patterns:
                found = pattern.search(text)
                if found and pattern.pattern not in self.EXCEPT.get(name, ()):
                    line = text.count("\n", 0, found.start()) + 1
                    self.fail("%s:%d: %r" % (name, line, found.group()))
        self.assertGreater(files, 50)

    def test_line_ends(self):
        """Text files end in one line end, and have no CR and no blanks at line ends."""
        for name, path in project_files():
            if path.suffix in (".c", ".h", ".py", ".sh", ".md", ".build", ".txt", ".1", ".3"):
                data = path.read_bytes()
                with self.subTest(name=name):
                    self.assertTrue(data.endswith(b"\n") and not data.endswith(b"\n\n"))
                    self.assertNotIn(b"\r\n", data)
                    self.assertNotRegex(data, rb"[ \t]\n")


if __name__ == "__main__":
    unittest.main()
