#!/usr/bin/env python3
"""check.py TARGET FILE... - is that a component that loads everywhere?

What it shows to others, what it wants of the system, how old that may be, how large it is.
TARGET: linux-x64, win-x64, win-x86.
"""

import re
import subprocess
import sys
from pathlib import Path

MOST_BYTES = 3 * 1024 * 1024

NATIVE = {"GetClassNames", "GetClassObject", "DestroyObject", "SetPlatformCapabilities",
          "GetAttachType"}
COM = {"DllGetClassObject", "DllCanUnloadNow", "DllRegisterServer", "DllUnregisterServer",
       "DllInstall"}

# What every Windows since 7 has.
SYSTEM_DLLS = {
    "advapi32.dll", "bcrypt.dll", "crypt32.dll", "iphlpapi.dll", "kernel32.dll", "msvcrt.dll",
    "ole32.dll", "oleaut32.dll", "secur32.dll", "shell32.dll", "user32.dll", "ws2_32.dll",
}
SYSTEM_LIBRARIES = {"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2",
                    "ld-linux-x86-64.so.2"}
# CentOS 7, Astra Linux 1.6: the oldest that 1C:Enterprise 8.3 runs on.
OLDEST_GLIBC = (2, 17)

# DllCharacteristics: an address of its own each time, no code in data.
DYNAMIC_BASE, NX_COMPAT, HIGH_ENTROPY = 0x40, 0x100, 0x20


def run(*command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True,
                          errors="replace").stdout


def names_differ(what, found, wanted):
    for name in sorted(found - wanted):
        yield "%s %s, which is not known" % (what, name)
    for name in sorted(wanted - found):
        yield "does not %s %s" % (what.rstrip("s"), name)


def check_linux(path):
    """Complaints about a shared object."""
    shown = run("nm", "-D", "--defined-only", str(path))
    found = {line.split()[-1].split("@")[0] for line in shown.splitlines()
             if line.split()[1] != "A"}
    yield from names_differ("shows", found, NATIVE)
    dynamic = run("readelf", "-dW", str(path))
    needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic))
    for name in sorted(needed - SYSTEM_LIBRARIES):
        yield "needs %s" % name
    if re.search(r"\(R(UN)?PATH\)|\(TEXTREL\)", dynamic):
        yield "names a library folder, or has relocations in its code"
    if "NOW" not in dynamic:
        yield "binds lazily"
    for symbol, version in re.findall(r" (\S+)@GLIBC_([0-9.]+)", run("nm", "-D", str(path))):
        if tuple(map(int, version.split("."))) > OLDEST_GLIBC:
            yield "wants %s of glibc %s" % (symbol, version)


def check_windows(path, is_64):
    """Complaints about a DLL."""
    told = run("x86_64-w64-mingw32-objdump" if is_64 else "i686-w64-mingw32-objdump", "-p",
               str(path))
    table = told.split("[Ordinal/Name Pointer] Table", 1)[-1]
    found = set(re.findall(r"^\s+\[ *\d+\] (\S+)$", table.split("\n\n")[0], re.M))
    yield from names_differ("shows", found, NATIVE | COM)
    needed = {name.lower() for name in re.findall(r"DLL Name: (\S+)", told)}
    for name in sorted(needed - SYSTEM_DLLS):
        yield "needs %s" % name
    if not needed:
        yield "needs nothing: cannot be read"
    flags = int(re.search(r"DllCharacteristics\s+([0-9a-f]+)", told).group(1), 16)
    wanted = DYNAMIC_BASE | NX_COMPAT | (HIGH_ENTROPY if is_64 else 0)
    if flags & wanted != wanted:
        yield "DllCharacteristics %#x lack some of %#x" % (flags, wanted)


def complaints(target, path):
    size = path.stat().st_size
    if size > MOST_BYTES:
        yield "has %d bytes, at most %d are allowed" % (size, MOST_BYTES)
    told = path.read_bytes()
    for folder in (Path.home(), Path(__file__).resolve().parents[2]):
        if len(folder.parts) > 1 and bytes(folder) + b"/" in told:
            yield "names a folder of this machine, %s" % folder
    if target == "linux-x64":
        yield from check_linux(path)
    else:
        yield from check_windows(path, target == "win-x64")


def main(target, *files):
    failed = False
    for name in files:
        path = Path(name)
        found = list(complaints(target, path))
        for complaint in found:
            print("check: %s %s" % (path.name, complaint))
        failed |= bool(found)
        print("check: %s, %d KiB: %s" % (path.name, path.stat().st_size // 1024,
                                         "%d wrong" % len(found) if found else "good"))
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
