"""build/zvon-1c.zip as 1C:Enterprise would look at it."""

import io
import os
import re
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("ZVON_BUILD") or ROOT / "build")
NAMESPACE = "{http://v8.1c.ru/8.2/addin/bundle}"
MOST_BYTES = 3 * 1024 * 1024
EXPORTS = (b"GetClassNames", b"GetClassObject", b"DestroyObject", b"SetPlatformCapabilities",
           b"GetAttachType")


def kind_of(data):
    """(os, arch) that a library is for, by its own header."""
    if data[:4] == b"\x7fELF":
        machine = struct.unpack_from("<H", data, 18)[0]
        kind = struct.unpack_from("<H", data, 16)[0]
        return ("Linux", {62: "x86_64", 3: "i386"}.get(machine)) if kind == 3 else None
    if data[:2] == b"MZ":
        at = struct.unpack_from("<I", data, 0x3c)[0]
        machine, characteristics = struct.unpack_from("<H", data, at + 4)[0], \
            struct.unpack_from("<H", data, at + 22)[0]
        is_dll = data[at:at + 4] == b"PE\0\0" and characteristics & 0x2000
        return ("Windows", {0x8664: "x86_64", 0x14c: "i386"}.get(machine)) if is_dll else None
    return None


def version():
    return re.search(r"^\tversion: '(.*)',", (ROOT / "meson.build").read_text("utf-8"),
                     re.M).group(1)


class BundleTest(unittest.TestCase):
    def setUp(self):
        self.bundle = zipfile.ZipFile(BUILD / "zvon-1c.zip")
        self.addCleanup(self.bundle.close)
        self.manifest = ElementTree.fromstring(self.bundle.read("MANIFEST.XML"))
        self.rows = [row.attrib for row in self.manifest]

    def test_all_files_are_whole(self):
        self.assertIsNone(self.bundle.testzip())

    def test_the_manifest_is_first_and_of_1c(self):
        self.assertEqual(self.bundle.namelist()[0], "MANIFEST.XML")
        self.assertEqual(self.manifest.tag, NAMESPACE + "bundle")
        self.assertEqual(self.manifest.attrib["name"], "zvon")
        self.assertEqual({row.tag for row in self.manifest}, {NAMESPACE + "component"})

    def test_three_systems_in_their_order(self):
        self.assertEqual([(row["os"], row["arch"], row["type"]) for row in self.rows],
                         [("Windows", "i386", "native"), ("Windows", "x86_64", "native"),
                          ("Linux", "x86_64", "native")])

    def test_each_file_is_for_the_system_it_is_told_to_be_for(self):
        for row in self.rows:
            data = self.bundle.read(row["path"])
            self.assertEqual(kind_of(data), (row["os"], row["arch"]), row["path"])
            self.assertLessEqual(len(data), MOST_BYTES, row["path"])
            for name in EXPORTS:
                self.assertIn(name + b"\0", data, row["path"])

    def test_names_are_flat_and_carry_the_version(self):
        paths = [row["path"] for row in self.rows]
        self.assertEqual(len(set(paths)), 3)
        for path in paths:
            self.assertRegex(path, r"\Azvon_1c_%s_[a-z0-9]+\.(dll|so)\Z" % re.escape(version()))

    def test_the_version_resource_is_this_version(self):
        numbers = [int(number) for number in version().split(".")] + [0]
        wanted = struct.pack("<II", numbers[0] << 16 | numbers[1], numbers[2] << 16 | numbers[3])
        for row in self.rows[:2]:
            data = self.bundle.read(row["path"])
            at = data.find(struct.pack("<II", 0xfeef04bd, 0x10000))
            self.assertGreater(at, 0, row["path"])
            self.assertEqual(data[at + 8:at + 16], wanted, row["path"])
            self.assertIn(version().encode("utf-16-le"), data)

    def test_nothing_else_is_in_it(self):
        self.assertEqual(self.bundle.namelist(),
                         ["MANIFEST.XML", *(row["path"] for row in self.rows), "LICENSES.txt",
                          "README.txt"])

    def test_licences_of_all_that_is_linked(self):
        text = self.bundle.read("LICENSES.txt").decode("utf-8")
        for words in ("The zvon developers", "curl 7.88.1", "Daniel Stenberg",
                      "pcre2 10.42", "University of Cambridge", "jansson 2.14", "Petri Lehtinen",
                      "mbedtls 2.28", "Apache License", "mingw-w64 project",
                      "GCC Runtime Library Exception"):
            self.assertIn(words, text)

    def test_the_readme_is_russian_and_read_by_notepad(self):
        data = self.bundle.read("README.txt")
        self.assertTrue(data.startswith(b"\xef\xbb\xbf"))
        text = data.decode("utf-8-sig")
        self.assertIn("ПодключитьВнешнююКомпоненту", text)
        self.assertIn("zvon_1c_%s_win32.dll" % version(), text)
        self.assertEqual(text.count("\n"), text.count("\r\n"))

    def test_the_same_files_give_the_same_bundle(self):
        with tempfile.TemporaryDirectory() as folder:
            again = Path(folder) / "again.zip"
            subprocess.run([sys.executable, str(ROOT / "tools/onec/bundle.py"),
                            str(BUILD / "onec"), str(again)], check=True,
                           stdout=subprocess.DEVNULL)
            self.assertEqual(again.read_bytes(), (BUILD / "zvon-1c.zip").read_bytes())

    def test_a_wrong_file_would_be_noticed(self):
        """kind_of is not fooled by names."""
        self.assertIsNone(kind_of(b"no library"))
        self.assertIsNone(kind_of(io.BytesIO(b"MZ" + bytes(300)).read()))


if __name__ == "__main__":
    unittest.main()
