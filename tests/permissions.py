"""Folders nobody may write to, root included: what passes over permissions is put down meanwhile."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_VERSION_3, _NO_ROOT, _SET_SECUREBITS = 0x20080522, 1, 28
_PASSES_OVER_PERMISSIONS = 0b110  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
_libc = ctypes.CDLL(None, use_errno=True)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """`folder` may be read and not written, by this thread and by every process it starts."""
    before = folder.stat().st_mode
    folder.chmod(0o500)
    _pass_over(False)
    try:
        yield
    finally:
        _pass_over(True)
        folder.chmod(before)


def _pass_over(on: bool) -> None:
    """Put the capability down or take it up again; a process started meanwhile gets none for being root."""
    if os.geteuid() != 0:
        return
    header, sets = _Header(_VERSION_3, 0), (_Sets * 2)()
    _done(_libc.capget(ctypes.byref(header), ctypes.byref(sets)))
    held = sets[0].permitted & _PASSES_OVER_PERMISSIONS
    sets[0].effective = sets[0].effective & ~_PASSES_OVER_PERMISSIONS | (held if on else 0)
    _done(_libc.prctl(_SET_SECUREBITS, 0 if on else _NO_ROOT, 0, 0, 0))
    _done(_libc.capset(ctypes.byref(header), ctypes.byref(sets)))


def _done(answer: int) -> None:
    if answer != 0:
        raise OSError(ctypes.get_errno(), "the kernel would not change what this process may do")
