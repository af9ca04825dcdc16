#!/usr/bin/env python3
"""launch.py [OPTION...] PROGRAM [ARGUMENT...] - becomes PROGRAM, as a service manager would
start it.

--socket FD:NAME   a listening socket that this process has as FD, as systemd hands it over
--no-executable    memory cannot be made executable (MemoryDenyWriteExecute=)
--families         only IPv4, IPv6 and Unix sockets (RestrictAddressFamilies= of the unit)
--user UID         as that user and no group of ours
"""

import ctypes
import fcntl
import os
import platform
import struct
import sys

PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
FILTER_MODE = 2
ARCH_X86_64 = 0xC000003E
CALLS = {"mmap": 9, "mprotect": 10, "pkey_mprotect": 329, "socket": 41}
NUMBER, ARCH, FIRST, THIRD = 0, 4, 16, 16 + 2 * 8  # offsets in struct seccomp_data
WRITE, EXEC = 2, 4
ALLOW, REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
NO_FAMILY = 0x00050000 | 97  # EAFNOSUPPORT
AF_UNIX, AF_INET, AF_INET6 = 1, 2, 10
LOAD, JUMP_EQUAL, JUMP_BITS, AND, RETURN = 0x20, 0x15, 0x45, 0x54, 0x06

# code, jump if true, jump if not, operand
PROGRAM = (
    (LOAD, 0, 0, ARCH), (JUMP_EQUAL, 0, 9, ARCH_X86_64),
    (LOAD, 0, 0, NUMBER),
    (JUMP_EQUAL, 2, 0, CALLS["mprotect"]), (JUMP_EQUAL, 1, 0, CALLS["pkey_mprotect"]),
    (JUMP_EQUAL, 2, 5, CALLS["mmap"]),
    (LOAD, 0, 0, THIRD), (JUMP_BITS, 4, 3, EXEC),
    (LOAD, 0, 0, THIRD), (AND, 0, 0, WRITE | EXEC), (JUMP_EQUAL, 1, 0, WRITE | EXEC),
    (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE),
)
FAMILIES = (
    (LOAD, 0, 0, ARCH), (JUMP_EQUAL, 0, 6, ARCH_X86_64),
    (LOAD, 0, 0, NUMBER), (JUMP_EQUAL, 0, 4, CALLS["socket"]),
    (LOAD, 0, 0, FIRST),
    (JUMP_EQUAL, 2, 0, AF_UNIX), (JUMP_EQUAL, 1, 0, AF_INET), (JUMP_EQUAL, 0, 1, AF_INET6),
    (RETURN, 0, 0, ALLOW), (RETURN, 0, 0, NO_FAMILY),
)


def can_refuse():
    """Is the filter made for this machine?"""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def refuse(program):
    """As systemd does it: by a filter of system calls."""
    code = b"".join(struct.pack("HBBI", *row) for row in program)
    held = ctypes.create_string_buffer(code, len(code))
    head = struct.pack("HxxxxxxP", len(program), ctypes.addressof(held))
    libc = ctypes.CDLL(None, use_errno=True)
    for call in ((PR_SET_NO_NEW_PRIVS, 1, 0), (PR_SET_SECCOMP, FILTER_MODE,
                                               ctypes.create_string_buffer(head, len(head)))):
        arguments = [ctypes.c_ulong(one) if isinstance(one, int) else one for one in call[1:]]
        if libc.prctl(call[0], *arguments, *[ctypes.c_ulong(0)] * (4 - len(arguments))):
            raise OSError(ctypes.get_errno(), "prctl")


def hand_over(sockets):
    """Descriptors 3, 4 …, and the variables."""
    if not sockets:
        return
    high = [fcntl.fcntl(fd, fcntl.F_DUPFD, 100) for fd, _ in sockets]
    for place, fd in enumerate(high, 3):
        os.dup2(fd, place)
        os.close(fd)
    os.environ["LISTEN_PID"] = str(os.getpid())
    os.environ["LISTEN_FDS"] = str(len(sockets))
    os.environ["LISTEN_FDNAMES"] = ":".join(name for _, name in sockets)


def main(arguments):
    """Does what the options say and is gone."""
    sockets, filters, user = [], [], None
    while arguments and arguments[0].startswith("--"):
        option = arguments.pop(0)
        if option == "--socket":
            fd, _, name = arguments.pop(0).partition(":")
            sockets.append((int(fd), name))
        elif option == "--user":
            user = int(arguments.pop(0))
        elif option == "--no-executable":
            filters.append(PROGRAM)
        elif option == "--families":
            filters.append(FAMILIES)
        else:
            sys.exit("launch.py: %s?" % option)
    if user is not None:
        os.setgroups([])
        os.setgid(user)
        os.setuid(user)
    hand_over(sockets)
    for program in filters:
        refuse(program)
    os.execvp(arguments[0], arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
