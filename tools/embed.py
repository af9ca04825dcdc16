#!/usr/bin/env python3
"""embed.py OUTPUT FILE... - makes C of the page's files, for src/zvond/files.h.

index.html becomes the path "/"; the others keep their names. What is not of a kind in
TYPES is an error, so that nothing is served by accident."""

import hashlib
import sys
from pathlib import Path

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

# 'self' covers WebSockets of the same origin (CSP level 3; Chromium 73, Firefox 106,
# Safari 15.4).
POLICY = "; ".join((
    "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self'",
    "connect-src 'self'", "form-action 'none'", "frame-ancestors 'none'", "base-uri 'none'",
    "require-trusted-types-for 'script'", "trusted-types 'none'",
))

HEAD = '#include "zvond/files.h"\n\n/* Made by tools/embed.py from web/. */\n'


def c_string(text):
    """A C literal."""
    return '"%s"' % text.replace("\\", "\\\\").replace('"', '\\"')


def c_bytes(data):
    """The inside of an array."""
    rows = (data[i:i + 20] for i in range(0, len(data), 20))
    return "\n".join("\t" + " ".join("%d," % byte for byte in row) for row in rows)


def row(number, path, data):
    """One struct zv_file."""
    name = "/" if path.name == "index.html" else "/" + path.name
    policy = c_string(POLICY) if path.suffix == ".html" else "NULL"
    etag = '"%s"' % hashlib.sha256(data).hexdigest()[:16]
    return "\t{ %s, %s, file_%d, %d, %s, %s },\n" % (
        c_string(name), c_string(TYPES[path.suffix]), number, len(data), policy, c_string(etag))


def main():
    """Writes OUTPUT."""
    if len(sys.argv) < 3:
        sys.exit("usage: embed.py OUTPUT FILE...")
    paths = [Path(name) for name in sys.argv[2:]]
    unknown = [str(path) for path in paths if path.suffix not in TYPES]
    if unknown:
        sys.exit("embed.py: of what type is %s? See TYPES." % ", ".join(unknown))
    files = [(number, path, path.read_bytes()) for number, path in enumerate(paths)]
    arrays = "".join("static const unsigned char file_%d[] = { /* %s */\n%s\n};\n\n"
                     % (number, path.name, c_bytes(data)) for number, path, data in files)
    rows = "".join(row(*file) for file in files)
    Path(sys.argv[1]).write_text(
        "%s\n%sconst struct zv_file zv_files[] = {\n%s};\n"
        "const size_t zv_n_files = sizeof zv_files / sizeof *zv_files;\n" % (HEAD, arrays, rows),
        encoding="utf-8")


main()
