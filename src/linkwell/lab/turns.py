"""Whose turn it is: two sessions at once, the others in the order they came, one a project.

A ticket is a file that its holder keeps locked; the lock is the operating system's, so whoever is killed
leaves the queue without doing anything. Somebody with `n` tickets before them waits no longer than n
sessions.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from linkwell.errors import TryAgain
from linkwell.lab.limits import SLOTS

_PAUSE_SECONDS = 0.05
_DIGITS = 12

Told = Callable[[int], None]
"""Hears how many are before one, each time that changes."""


@contextmanager
def turn(folder: Path, project: str, *, slots: int = SLOTS, told: Told | None = None) -> Iterator[None]:
    """Wait for one's turn and hold it.

    Args:
        folder: the queue's own, outside any project. project: who asks; one ticket each.

    Raises:
        TryAgain: a session of this project waits or runs already.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ticket, held = _join(folder, hashlib.sha384(project.encode()).hexdigest()[:16])
    try:
        last = -1
        while (before := position(folder, ticket)) >= slots:
            if told is not None and before != last:
                told(before - slots + 1)
            last = before
            time.sleep(_PAUSE_SECONDS)
        yield
    finally:
        ticket.unlink(missing_ok=True)
        os.close(held)


def waiting(folder: Path) -> int:
    """How many tickets there are, running or waiting."""
    return len(_live(folder))


def position(folder: Path, ticket: Path) -> int:
    """How many living tickets are older than this one."""
    return sum(each.name < ticket.name for each in _live(folder, but=ticket))


def _join(folder: Path, project: str) -> tuple[Path, int]:
    with (folder / "door.lock").open("a+b") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        live = _live(folder)
        if any(each.suffix == f".{project}" for each in live):
            raise TryAgain(
                "A session of this project is open already.",
                why="A project's tables are worked on by one session at a time.",
                fix="Wait until it has ended.",
            )
        last = max((int(each.stem) for each in folder.glob("*.*") if each.stem.isdigit()), default=0)
        ticket = folder / f"{last + 1:0{_DIGITS}}.{project}"
        held = os.open(ticket, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(held, fcntl.LOCK_EX)
        return ticket, held


def _live(folder: Path, but: Path | None = None) -> list[Path]:
    """Tickets whose holder lives; those of the dead are swept away."""
    found = []
    for each in sorted(folder.glob("*.*")):
        if not each.stem.isdigit() or each == but:
            continue
        with suppress(FileNotFoundError), each.open("r+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                found.append(each)
            else:
                each.unlink(missing_ok=True)
    return found
