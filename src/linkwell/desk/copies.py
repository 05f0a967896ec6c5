"""Every copy the desk made of anything out of the person's files, and how to be rid of it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from linkwell.desk.workspace import Workspace
from linkwell.errors import TryAgain


@dataclass(frozen=True)
class Copy:
    """One file or folder the desk made.

    Attributes:
        id: names it in a form without its path.
        what: what it is, in plain words.
        personal: whether it can be read as it is and holds personal details.
        made: when it was last written.
    """

    id: str
    path: Path
    what: str
    personal: bool
    bytes: int
    made: datetime


_KINDS = (
    ("files", "A copy of a file you gave to this page", True),
    ("checked", "What a check wrote", True),
    ("handover", "Files to hand over, not encrypted", True),
    ("sealed", "A sealed file: only its receiver can open it", False),
)


def copies(workspace: Workspace) -> tuple[Copy, ...]:
    """Every copy there is, those with personal details first, newest first."""
    found = [copy for name, what, personal in _KINDS for copy in _inside(workspace, name, what, personal)]
    return tuple(sorted(found, key=lambda copy: (not copy.personal, -copy.made.timestamp())))


def _inside(workspace: Workspace, name: str, what: str, personal: bool) -> Iterator[Copy]:
    folder = workspace.path / name
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        said, holds = what, personal
        if name == "checked":
            holds = path.suffix == ".xlsx"
            said = (
                "A marked copy of your file" if holds else "A report of a check: rows and columns, no names"
            )
        if path.name.endswith(".part"):
            said, holds = "Left over from a step that was interrupted", True
        if name == "sealed" and path.suffix == ".json":
            said = "How far a sending got"
        try:
            size = sum(
                each.stat().st_size
                for each in ([path] if path.is_file() else path.rglob("*"))
                if each.is_file()
            )
            made = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        except OSError:
            continue
        relative = path.relative_to(workspace.path).as_posix()
        yield Copy(hashlib.sha384(relative.encode()).hexdigest()[:16], path, said, holds, size, made)


def delete(copy: Copy) -> None:
    """Delete one copy for good.

    Raises:
        TryAgain: the computer would not, for example because it is open in another program.
    """
    try:
        if copy.path.is_dir() and not copy.path.is_symlink():
            shutil.rmtree(copy.path)
        else:
            copy.path.unlink(missing_ok=True)
    except OSError as error:
        raise TryAgain(
            f"A copy could not be deleted ({error.strerror}).",
            where=copy.path.name,
            why="It holds personal details." if copy.personal else "",
            fix="Close it in any other program, then delete it again.",
        ) from None
