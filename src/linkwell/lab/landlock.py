"""Landlock: which files a process may read or write at all, whatever the engine believes.

It binds the calling thread and what starts from it later, so it comes before the engine has any thread of its
own (sdc.md §5: restricting after the connection let the engine's own threads write outside).
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Sequence
from pathlib import Path

from linkwell.lab.kernel import NotThere, call, libc, no_new_privileges

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_VERSION = 1
_READ = (1 << 2) | (1 << 3)  # read a file, list a folder
_READ_FILE = 1 << 2
_WRITE = (1 << 1) | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8)  # write, remove folder and file, make them
_TRUNCATE = 1 << 14
_HANDLED = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights on files each version knows
_TCP, _SCOPES = 0b11, 0b11


def version() -> int:
    """The kernel's version of Landlock; 0 without it."""
    found = int(libc().syscall(_CREATE, None, 0, _VERSION))
    return max(found, 0)


def restrict(*, read: Sequence[Path], write: Sequence[Path]) -> str:
    """From here on only `read` may be read and `write` written; no TCP, no signals to others, where known.

    Returns:
        what is active, in words. Paths that do not exist are left out.

    Raises:
        NotThere: the kernel has no Landlock.
    """
    known = version()
    if known < 1:
        raise NotThere("no Landlock in this kernel")
    rights = (1 << _HANDLED.get(known, 16)) - 1
    fields = [rights, *([_TCP] if known >= 4 else []), *([_SCOPES] if known >= 6 else [])]
    rules = struct.pack(f"{len(fields)}Q", *fields)
    ruleset = call(int(libc().syscall(_CREATE, rules, len(rules), 0)), "landlock")
    try:
        for path in read:
            _allow(ruleset, path, _READ if path.is_dir() else _READ_FILE)
        for path in write:
            _allow(ruleset, path, (_READ | _WRITE | _TRUNCATE) & rights)
        no_new_privileges()
        call(int(libc().syscall(_RESTRICT, ruleset, 0)), "landlock")
    finally:
        os.close(ruleset)
    return f"version {known}: files{', TCP' * (known >= 4)}{', signals and sockets' * (known >= 6)}"


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        rule = struct.pack("=Qi", rights, opened)
        call(int(libc().syscall(_ADD, ruleset, 1, ctypes.create_string_buffer(rule), 0)), "landlock")
    finally:
        os.close(opened)
