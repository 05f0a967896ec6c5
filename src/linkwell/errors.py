"""What went wrong, in words a person can act on, with the exit code a script can act on.

Every error a user may meet is one of these. It says what, where, why it matters and how to fix it; it never
carries a value out of somebody's record.
"""

from __future__ import annotations

import errno
from pathlib import Path


class LinkwellError(Exception):
    """Something the person can act on.

    Args:
        what: what is wrong, one sentence.
        where: file, sheet, row, column; never a personal value.
        why: why it matters.
        fix: what to do about it.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", why: str = "", fix: str = "") -> None:
        super().__init__(what)
        self.what, self.where, self.why, self.fix = what, where, why, fix

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"Where: {self.where}")
        if self.why:
            parts.append(f"Why it matters: {self.why}")
        if self.fix:
            parts.append(f"What to do: {self.fix}")
        return "\n".join(parts)

    def as_dict(self) -> dict[str, object]:
        """The same words for machines (`--json`)."""
        return {
            "error": type(self).__name__,
            "what": self.what,
            "where": self.where,
            "why": self.why,
            "fix": self.fix,
            "exit_code": self.exit_code,
        }


class BlockingFindings(LinkwellError):
    """The file was read and checked, and something in it must be mended first (exit code 1)."""

    exit_code = 1


class WrongUse(LinkwellError):
    """The command or its files are not what was asked for (exit code 2)."""

    exit_code = 2


class TryAgain(LinkwellError):
    """Network, lock or disk: nothing is lost, the same command may work later (exit code 3)."""

    exit_code = 3


class RefusedByRule(LinkwellError):
    """A rule, signature, permission or agreement says no (exit code 4)."""

    exit_code = 4


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR)


def from_system(error: OSError) -> LinkwellError:
    """What the operating system refused, in words: a full disk, a place that is closed, a file not there.

    Everything is written to a temporary name first, so what was there before is untouched.
    """
    where = Path(str(error.filename)).name if error.filename else ""
    if where.startswith(".") and where.endswith(".part"):  # the temporary name of what was to be written
        where = where[1:].removesuffix(".part")
    if error.errno in _NO_ROOM:
        what, fix = "The disk is full.", "Make room, then run the same command again."
    elif error.errno in _CLOSED:
        what = "A file or folder may not be read or written."
        fix = "Close it in other programs, mend whose it is and who may use it, or choose another place."
    elif error.errno in _NOT_THERE:
        return WrongUse("There is no such file or folder.", where=where, fix="Check the name and the place.")
    elif error.errno == errno.EISDIR:
        return WrongUse("This is a folder, where a file is needed.", where=where, fix="Name the file itself.")
    else:
        what = f"The computer would not do that ({error.strerror or 'no reason given'})."
        fix = "Look at the disk and the folder, then run the same command again."
    return TryAgain(
        what, where=where, why="Nothing is half-written; what was there before is untouched.", fix=fix
    )


def is_interrupt(error: BaseException) -> bool:
    """Whether this is somebody's Ctrl-C; inside a query DuckDB makes a RuntimeError of it."""
    return isinstance(error, KeyboardInterrupt) or (
        type(error) is RuntimeError and str(error) == "Query interrupted"
    )
