"""What the person at the desk chose, kept after every page so that tomorrow goes on where today stopped.

It names files and settings; it holds no row of anybody's, no token and no key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from linkwell.errors import TryAgain
from linkwell.vault.zones import write_whole


@dataclass(frozen=True)
class Choices:
    """Everything chosen so far.

    Attributes:
        files: paths of the files to share from, in the order chosen.
        database: the address of a database to share from, without a password; "" if none.
        queries: its tables, views and files of queries to read.
        rows_read: the fingerprint of what was read of it last.
        initiative: the service's name, used where no column says it.
        checked: what the last check was of: {"files", "specification"} fingerprints.
        looked: the check fingerprint whose "what leaves" page was read.
        handed: the folder of the last handover, "" if none.
        delivery: everybody, or which part of what changed (supply.manifest.Delivery).
        against: how the last sealed file compares with what was accepted before, in words.
        sealed: the name of the last sealed file.
        receipt: the name of the last receipt.
    """

    files: tuple[str, ...] = ()
    database: str = ""
    queries: tuple[str, ...] = ()
    rows_read: str = ""
    initiative: str = ""
    checked: tuple[str, str] = ("", "")
    looked: str = ""
    handed: str = ""
    agreement: str = ""
    practice: bool = True
    delivery: str = "full"
    against: str = ""
    compared: str = ""
    sealed: str = ""
    portal: str = ""
    receipt: str = ""
    undone: tuple[str, ...] = ()

    def with_files(self, more: Iterable[Path]) -> Choices:
        """These choices with files added; one already there is not added again."""
        return replace(self, files=tuple(dict.fromkeys((*self.files, *(str(path) for path in more)))))

    def paths(self) -> tuple[Path, ...]:
        """The chosen files."""
        return tuple(Path(each) for each in self.files)

    @property
    def database_name(self) -> str:
        """What the database is called, without the rest of its address; "" where there is none."""
        return self.database.partition("?")[0].rstrip("/").rpartition("/")[2] or self.database

    def tables(self) -> tuple[str, ...]:
        """The chosen tables of the database, by name."""
        return tuple(Path(each).stem if each.endswith(".sql") else each for each in self.queries)

    def sources(self) -> tuple[str, ...]:
        """What is shared from, by name: files, and tables of the database."""
        named = [f"{table} (in {self.database_name})" for table in self.tables() if self.database]
        return (*(path.name for path in self.paths()), *named)


def load(path: Path) -> Choices:
    """The choices kept at `path`; a missing or damaged file is a fresh start."""
    try:
        data: dict[str, Any] = json.loads(path.read_bytes())
        known = {name: data[name] for name in Choices.__dataclass_fields__ if name in data}
        for name in ("files", "queries", "checked", "undone"):
            if name in known:
                known[name] = tuple(str(each) for each in known[name])
        return Choices(**known)
    except (OSError, ValueError, TypeError):
        return Choices()


def save(path: Path, choices: Choices) -> None:
    """Keep the choices whole.

    Raises:
        TryAgain: the disk would not take them.
    """
    try:
        write_whole(path, json.dumps(asdict(choices), ensure_ascii=False, indent=1).encode())
    except OSError as error:
        raise TryAgain(
            f"Your choices cannot be saved ({error.strerror}).",
            where=str(path.parent),
            fix="Make room on the disk, then try again. Nothing else was changed.",
        ) from None


def fingerprint_of(files: Iterable[Path]) -> str:
    """Changes whenever one of the files does (path, size, time of change); "" when there is none."""
    seen = hashlib.sha384()
    some = False
    for path in files:
        some = True
        try:
            stat = path.stat()
            seen.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode("utf-8", "surrogateescape"))
        except OSError:
            seen.update(f"{path}\0gone\n".encode("utf-8", "surrogateescape"))
    return seen.hexdigest()[:32] if some else ""
