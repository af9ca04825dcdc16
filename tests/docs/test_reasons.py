"""What the libraries say of a failure is English; a table of `src/term` has it in Russian. No
reason is missing there, and none stands there that nobody gives any more."""

import re
import unittest

from project import ROOT, read

# Whose reasons people meet at the command line. `fake` and `win` are for tests and Windows.
FOLDERS = ("base", "json", "http", "ami", "ajam", "hist", "audio", "office", "io", "db", "store",
           "records", "client", "cli")
NOT_HERE = ("db/fake.c", "io/win/")
# Beside them: functions that have `const struct zv_error` made for them, tables of advice.
ADVICE = ("db/sqlite.c", "db/mysql_error.c", "db/pgsql_error.c", "ajam/explain.c",
          "base/file_error.c")
TABLES = ("reason_here.c", "reason_data.c", "reason_ami.c", "reason_net.c")
# Words of the system, PCRE2, SQLite, MariaDB, PostgreSQL, OpenSSL and libcurl, and texts of zvond.
OF_OTHERS = re.compile(
    "^(Connection|Network|No route|Permission|Operation|Broken|Invalid arg|Resource|Input/out|No "
    "space|E[A-Z]+$|unable to open|database |file is not|attempt to|disk I/O|no such|Access denied|"
    "Unknown (database|server|MySQL)|Can't connect|password auth|connection to server|SSL|Could not|"
    "missing (terminating|closing)|unmatched|quantifier|range out|.* at end of|cannot read the CA file: er)")

# Put together at run time: io/fault.c's `MEANING (DETAIL)`, io/tls.c's `WHAT FILE: REASON`.
COMPOSED = re.compile("the proxy does not let us|the answer is damaged|no (key|certificate) can be")

TEXT = r'"(?:[^"\\]|\\.)*"'


def texts_of(source, macros):
    """Each run of string literals (and macros that are one) as one text."""
    source = source.replace("'\"'", "' '")
    piece = r"(?:%s|\b[A-Z][A-Z_]+\b)" % TEXT
    for run in re.finditer(r"%s(?:\s+%s)*" % (TEXT, piece), source):
        parts = re.findall(piece, run[0])
        yield "".join(part[1:-1] if part[0] == '"' else macros.get(part, "\0") for part in parts)


def macros_of(source):
    found = re.findall(r"^#\s*define\s+([A-Z_]+)\s*(?:\\\n\s*)?(%s)\s*$" % TEXT, source, re.M)
    return {name: text[1:-1] for name, text in found}


def sample(text):
    """A format as it looks when it is filled in."""
    return re.sub(r"%[-0-9.*]*[hlzj]*[a-z]", "Q7", text.replace("%%", "\1")).replace("\1", "%")


def pattern(row):
    """What a row of the table fits."""
    return re.compile(".+?".join(map(re.escape, re.split(r"\{[1-5]\}", row))), re.S)


def ends(text):
    """It, and all behind each of its ": ": the table is read there too."""
    while text:
        yield text
        text = text.partition(": ")[2]


def third_argument(call):
    """The format of `zv_fail(err, code, format, …)`, from behind its bracket on."""
    depth = commas = 0
    quoted = False
    start = None
    for i, c in enumerate(call):
        if quoted:
            quoted = not (c == '"' and call[i - 1] != "\\")
        elif c == '"':
            quoted = True
        elif c in "({":
            depth += 1
        elif c in ")}":
            depth -= 1
            if depth < 0:
                return call[start:i] if start else ""
        elif c == "," and depth == 0:
            commas += 1
            if commas == 2:
                start = i + 1
            elif commas == 3:
                return call[start:i]
    return ""


def given():
    """{text: where} of all reasons that may be given."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / "src" / folder).rglob("*.c")):
            name = str(path.relative_to(ROOT / "src"))
            if name.startswith(NOT_HERE):
                continue
            source = path.read_text(encoding="utf-8")
            macros = macros_of(source)
            for call in re.finditer(r"\bzv_fail\(", source):
                for text in texts_of(third_argument(source[call.end():]), macros):
                    found.setdefault(sample(text), name)
            if name in ADVICE:
                for row in re.findall(r"^\t\{ .*?\},?\n(?=\t\{|\};)", source, re.M | re.S):
                    for text in [t for t in texts_of(row, macros) if " " in t]:
                        found.setdefault(sample(text), name)
    return {text: name for text, name in found.items() if re.search("[a-z]{2}", text)}


def rows():
    """[(English, Russian)] of the table."""
    found = []
    for name in TABLES:
        for row in re.findall(r"^\t\{ (.*?) \},$", read("src/term/" + name), re.M | re.S):
            pair = re.split(r'(?<="),\s+(?=")', row)
            if row != "NULL, NULL":
                assert len(pair) == 2, row
                found.append(tuple("".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text))
                                   for text in pair))
    return found


class Reasons(unittest.TestCase):
    def test_no_reason_is_missing(self):
        found = given()
        self.assertGreater(len(found), 250)
        patterns = [pattern(english) for english, _ in rows()]
        missing = {"%s: %s" % (name, text) for text, name in found.items()
                   if not any(row.fullmatch(end) for end in ends(text) for row in patterns)}
        self.assertEqual(missing, set())

    def test_no_row_is_idle(self):
        """Each English text stands somewhere in the sources."""
        everything = set()
        for path in (ROOT / "src").rglob("*.c"):
            if path.name not in TABLES:
                source = path.read_text(encoding="utf-8")
                for text in texts_of(source, macros_of(source)):
                    everything |= {text, *ends(sample(text))}
        idle = [english for english, _ in rows() if not OF_OTHERS.match(english) and
                not COMPOSED.match(english) and
                english not in everything and
                not any(map(pattern(english).fullmatch, everything))]
        self.assertEqual(idle, [])

    def test_rows_are_russian(self):
        for english, russian in rows():
            with self.subTest(english=english):
                self.assertTrue(re.search("[а-яё]|^<1>$", russian) or len(english) < 16, russian)
                self.assertNotRegex(russian, r"(?i)\b(the|is|was|not|check|cannot)\b")
        self.assertEqual(len({english for english, _ in rows()}), len(rows()), "twice")


if __name__ == "__main__":
    unittest.main()
