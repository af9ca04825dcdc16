#!/usr/bin/env python3
"""check-includes.py [ROOT] - do the arrows point the right way?

Compares each #include of src/ and include/ with the layer table below. The same table
stands in docs/architecture.md. With --self-test it shows that it catches what it forbids.
"""

import re
import sys
import tempfile
from pathlib import Path

# Folder of src/ -> the other folders whose headers it may include. The public headers
# (include/zvon) are open to all.
LAYERS = {
    # 0 ground
    "base": (),
    # 1 codecs
    "json": ("base",),
    "http": ("base",),
    "ws": ("base", "http"),
    "xml": ("base",),
    "conf": ("base",),
    "ami": ("base",),
    "ajam": ("base", "ami", "http", "xml"),
    # 2 models
    "call": ("base", "ami"),
    "legacy": ("base", "ami"),
    "office": ("base", "ami"),
    "hist": ("base", "json", "ami"),
    "audio": ("base",),
    # 3 meaning
    "hub": ("base", "json", "ami", "call", "hist"),
    # the yard: drivers
    "io": ("base",),
    "term": ("base",),
    "db": ("base", "hist"),
    "store": ("base", "json", "hist", "db"),
    "records": ("base", "hist", "io", "db", "store"),
    # houses: programs and the library's face
    "client": ("base", "http", "xml", "ami", "ajam", "call", "legacy", "io"),
    "probe": ("base", "json", "http", "ami", "ajam", "io", "client"),
    "onec": ("base", "json", "http", "ws", "xml", "ami", "ajam", "call", "legacy", "hub", "io",
             "client", "probe", "hist"),
    "cli": ("base", "json", "http", "xml", "ami", "ajam", "call", "legacy", "office", "hub", "hist",
            "db", "store", "records", "io", "term", "client", "probe"),
    "zvond": ("base", "json", "http", "ws", "xml", "conf", "ami", "ajam", "call", "legacy",
              "office", "hub", "hist", "audio", "db", "store", "records", "io", "term", "client"),
}

# Thinking code: no socket, file, clock, thread, environment.
PURE = ("base", "json", "http", "ws", "xml", "conf", "ami", "ajam", "call", "legacy", "office",
        "hub", "hist", "audio")

# What of the system pure code and the public headers may include.
PLAIN_C = {
    "ctype.h", "errno.h", "float.h", "inttypes.h", "iso646.h", "limits.h", "math.h",
    "stdalign.h", "stdarg.h", "stdbool.h", "stddef.h", "stdint.h", "stdio.h", "stdlib.h",
    "string.h",
}

# The libraries that thinking code uses, which touch nothing of the system: header -> the
# files that may, folder and name.
LIBRARIES = {
    "malloc.h": re.compile(r"^base/mem\.c$"),
    "gsm/gsm.h": re.compile(r"^audio/gsm\w*\.c$"),
    "pcre2.h": re.compile(r"^ami/filter\w*\.[ch]$"),
    "zlib.h": re.compile(r"^ws/deflate\.c$"),
    "jansson.h": re.compile(r"^(json/reader\.[ch]|hub/\w+\.[ch]|hist/\w+_json\.c)$"),
}

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"]+)"|<([^>]+)>)', re.M)


def why_quoted_is_wrong(folder, target):
    """The complaint about `#include "target"` in that folder, or None."""
    first, slash, _ = target.partition("/")
    if first == "zvon" and slash:
        return None
    if folder == "zvon":
        return "a public header includes public headers only"
    if not slash:
        return "name the folder too: \"%s/%s\"" % (folder, target)
    if first == folder or first in LAYERS[folder]:
        return None
    if first not in LAYERS:
        return "src/%s is not in the layer table" % first
    allowed = ", ".join(LAYERS[folder]) or "nothing"
    return "%s may include %s, not %s" % (folder, allowed, first)


def why_system_is_wrong(folder, file, target):
    """The complaint about `#include <target>` in that file of that folder, or None."""
    if target in LIBRARIES and (folder == "zvon" or folder in PURE):
        may = LIBRARIES[target].match("%s/%s" % (folder, file))
        return None if may else "%s is not for %s/%s" % (target, folder, file)
    if target.startswith("zvon/"):
        return "write \"%s\"" % target
    if folder == "zvon" or folder in PURE:
        if target not in PLAIN_C:
            return "%s is pure: plain C headers only" % folder
    return None


def check_file(path, folder):
    """Complaints about one file: (line number, text)."""
    text = path.read_text(encoding="utf-8")
    for match in INCLUDE.finditer(text):
        quoted, system = match.groups()
        if quoted:
            complaint = why_quoted_is_wrong(folder, quoted)
        else:
            complaint = why_system_is_wrong(folder, path.name, system)
        if complaint:
            yield text.count("\n", 0, match.start()) + 1, complaint


def sources(root):
    """(file, folder) of everything that is checked."""
    for path in sorted((root / "include" / "zvon").glob("*.h")):
        yield path, "zvon"
    for path in sorted((root / "src").rglob("*.[ch]")):
        yield path, path.relative_to(root / "src").parts[0]


def check_tree(root):
    """All complaints about a tree, and how many files were looked at."""
    complaints = []
    files = 0
    for path, folder in sources(root):
        files += 1
        name = path.relative_to(root)
        if folder != "zvon" and folder not in LAYERS:
            complaints.append("%s: src/%s is not in the layer table" % (name, folder))
            continue
        for line, complaint in check_file(path, folder):
            complaints.append("%s:%d: %s" % (name, line, complaint))
    return complaints, files


# What must be caught, and what must not: file, its text, complaint or None.
EXAMPLES = (
    ("src/ami/a.c", '#include "ami/a.h"\n#include "base/str.h"\n#include <string.h>', None),
    ("src/ami/filter_regex.c", '#include <pcre2.h>', None),
    ("src/ami/session.c", '#include <pcre2.h>', "pcre2.h is not for ami/session.c"),
    ("src/json/filter.c", '#include <pcre2.h>', "pcre2.h is not for json"),
    ("src/audio/gsm.c", '#include <gsm/gsm.h>', None),
    ("src/audio/wav.c", '#include <gsm/gsm.h>', "gsm/gsm.h is not for audio/wav.c"),
    ("src/ws/deflate.c", '#include <zlib.h>\n#include "http/request.h"', None),
    ("src/ws/frame.c", '#include <zlib.h>', "zlib.h is not for ws/frame.c"),
    ("src/json/reader.h", '#include <jansson.h>', None),
    ("src/http/request.c", '#include <jansson.h>', "jansson.h is not for http"),
    ("include/zvon/a.h", '#include <jansson.h>', "jansson.h is not for zvon"),
    ("src/hub/a.c", '#include <jansson.h>\n#include "call/model.h"', None),
    ("src/hub/a.c", '#include "io/clock.h"', "hub may include base, json, ami, call, hist, not io"),
    ("src/cli/a.c", '#include "client/url.h"\n#include <unistd.h>', None),
    ("include/zvon/a.h", '#include <stdint.h>\n#include "zvon/str.h"', None),
    ("src/base/a.c", '#include "ami/a.h"', "base may include nothing, not ami"),
    ("src/ami/a.c", '\n  #  include "json/writer.h"', "ami may include base, not json"),
    ("src/ami/a.c", '#include <time.h>', "ami is pure"),
    ("src/office/a.c", '#include <sys/socket.h>', "office is pure"),
    ("src/client/a.c", '#include "cli/cli.h"', "not cli"),
    ("src/io/a.c", '#include "ami/session.h"', "io may include base, not ami"),
    ("src/cli/a.c", '#include "cli.h"', "name the folder"),
    ("src/cli/a.c", '#include <zvon/str.h>', 'write "zvon/str.h"'),
    ("src/new/a.c", '', "src/new is not in the layer table"),
    ("include/zvon/a.h", '#include "base/str.h"', "public headers only"),
    ("include/zvon/a.h", '#include <poll.h>', "zvon is pure"),
)


def self_test():
    """0 when each example is judged as it should be."""
    wrong = 0
    for name, text, expected in EXAMPLES:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.parent.mkdir(parents=True)
            path.write_text(text, encoding="utf-8")
            complaints, files = check_tree(Path(folder))
        said = "; ".join(complaints)
        good = files == 1 and (expected in said if expected else not complaints)
        if not good:
            wrong += 1
            print("self-test: %s %r: expected %r, got %r" % (name, text, expected, said))
    print("check-includes: %d examples, %d judged wrongly" % (len(EXAMPLES), wrong))
    return 1 if wrong else 0


def main(arguments):
    """Exit code."""
    if "--self-test" in arguments:
        return self_test()
    root = Path(arguments[0] if arguments else Path(__file__).resolve().parents[1])
    complaints, files = check_tree(root)
    for complaint in complaints:
        print(complaint)
    print("check-includes: %d files, %d wrong" % (files, len(complaints)))
    return 1 if complaints or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
