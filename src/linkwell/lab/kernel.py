"""The few calls to the kernel that Python has no name for."""

from __future__ import annotations

import ctypes
import os
from functools import cache
from typing import Any

_NO_NEW_PRIVILEGES = 38


class NotThere(Exception):
    """This machine does not have the layer that was asked for."""


@cache
def libc() -> Any:
    """The C library, keeping errno."""
    return ctypes.CDLL(None, use_errno=True)


def call(result: int, what: str) -> int:
    """The result of a call, or NotThere with the kernel's word for why not."""
    if result < 0:
        raise NotThere(f"{what}: {os.strerror(ctypes.get_errno())}")
    return result


def prctl(*arguments: int) -> int:
    """prctl(2)."""
    words = [ctypes.c_ulong(each) for each in arguments]
    return int(libc().prctl(ctypes.c_int(arguments[0]), *words[1:]))


def no_new_privileges() -> None:
    """No program started from here could gain rights; the kernel asks for it before any filter."""
    call(prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0), "no_new_privs")
