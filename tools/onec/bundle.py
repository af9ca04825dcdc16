#!/usr/bin/env python3
"""bundle.py [DIR [ZIP]] - build/onec/zvon_1c_VERSION_* as a bundle that 1C:Enterprise takes.

DIR: where they are (build/onec); ZIP: build/zvon-1c.zip. The same files give the same zip,
byte for byte.
"""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

# The first row that fits the system is taken by 1C: end of the name, os, arch, target.
COMPONENTS = (
    ("win32.dll", "Windows", "i386", "win-x86"),
    ("win64.dll", "Windows", "x86_64", "win-x64"),
    ("lin64.so", "Linux", "x86_64", "linux-x64"),
)

# Long ago, for ever: a zip knows no time zone, and nothing before 1980.
TIME = (1980, 1, 1, 0, 0, 0)

LINE = "-" * 72 + "\n"

README = """\
Внешняя компонента zvon {version} для 1С:Предприятия (Asterisk: звонки и события).

Архив подключается как есть, из макета (двоичные данные) или из файла:

    Подключена = ПодключитьВнешнююКомпоненту("ОбщийМакет.ZvonКомпонента", "Zvon",
        ТипВнешнейКомпоненты.Native);
    Компонента = Новый("AddIn.Zvon.Zvon");

Тонкий и веб-клиент: сначала УстановитьВнешнююКомпоненту (НачатьУстановкуВнешнейКомпоненты).
Внутри: Windows 32 и 64 бит (7 и новее), Linux 64 бит (glibc 2.17 и новее).
1С:Предприятие 7.7 и 8.1, COM: regsvr32 zvon_1c_{name}_win32.dll

Классы: Zvon, ROM-Asterisk, ROM-Asterisk-Native, BROM-Asterisk-Native, MIKO.
Руководство: docs/ru/1c.md в исходных текстах zvon. Лицензии: LICENSES.txt.
"""


def version():
    return re.search(r"^\tversion: '(.*)',", (ROOT / "meson.build").read_text("utf-8"),
                     re.M).group(1)


def file_name(number, end):
    """With the version in it: 1C keeps a component of an equal name that it has loaded."""
    return "zvon_1c_%s_%s" % (number, end)


def manifest(number):
    rows = "".join('\t<component os="%s" path="%s" type="native" arch="%s"/>\n'
                   % (os_name, file_name(number, end), arch)
                   for end, os_name, arch, _ in COMPONENTS)
    return ('<?xml version="1.0" encoding="UTF-8"?>\n'
            '<bundle xmlns="http://v8.1c.ru/8.2/addin/bundle" name="zvon">\n%s</bundle>\n'
            % rows)


def libraries():
    """(name, where it is in, revision, licence text) of all that was linked in."""
    found = {}
    for end, _, _, target in COMPONENTS:
        folder = Path(subprocess.run([HERE / "deps.sh", "where", target], check=True,
                                     stdout=subprocess.PIPE, text=True).stdout.strip())
        revisions = dict(line.split() for line in
                         (folder / "share/revisions.txt").read_text("utf-8").splitlines())
        for name, revision in revisions.items():
            text = (folder / "share/licences" / (name + ".txt")).read_text("utf-8")
            found.setdefault((name, revision, text), []).append(end)
    for (name, revision, text), ends in found.items():
        yield name, ends, revision, text


def licences(number):
    windows = [end for end, os_name, _, _ in COMPONENTS if os_name == "Windows"]
    parts = [("zvon", [row[0] for row in COMPONENTS], number,
              (ROOT / "LICENSE").read_text("utf-8"))]
    parts += libraries()
    parts += [(path.stem, windows, "", path.read_text("utf-8"))
              for path in sorted((HERE / "licences").glob("*.txt"))]
    head = "What is in this component, and under which licence.\n\n"
    head += "".join("%-12s %-22s %s\n" % (name, revision, ", ".join(ends))
                    for name, ends, revision, _ in parts)
    return head + "".join("\n%s%s %s\n%s\n%s\n" % (LINE, name, revision, LINE, text.strip("\n"))
                          for name, _, revision, text in parts)


def contents(folder, number):
    """(name in the zip, bytes) in the order of the zip."""
    yield "MANIFEST.XML", manifest(number).encode("utf-8")
    for end, _, _, _ in COMPONENTS:
        path = folder / file_name(number, end)
        if not path.is_file():
            sys.exit("bundle: %s is not built: tools/onec/build.sh" % path)
        yield path.name, path.read_bytes()
    yield "LICENSES.txt", licences(number).encode("utf-8")
    readme = README.format(version=number, name=number).replace("\n", "\r\n")
    yield "README.txt", b"\xef\xbb\xbf" + readme.encode("utf-8")  # for the Notepad of Windows 7


def write(path, folder):
    new = path.with_suffix(".new")
    with zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as bundle:
        for name, data in contents(folder, version()):
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            info.external_attr = 0o644 << 16
            bundle.writestr(info, data)
    new.replace(path)
    print("bundle: %s, %d KiB" % (path, path.stat().st_size // 1024))


if __name__ == "__main__":
    write(Path(sys.argv[2] if len(sys.argv) > 2 else ROOT / "build/zvon-1c.zip"),
          Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build/onec"))
