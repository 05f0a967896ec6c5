"""The data home and its zones: separate folders with separate readers.

Linkers never see content, analysts never see identity. A function that needs a zone is handed a `Zone`;
nothing in the library finds one by itself. What may cross from one zone to another is in `crossings.toml`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from linkwell.errors import WrongUse


class ZoneName(StrEnum):
    """Every zone of a data home; the value is the folder's name."""

    INTAKE = "intake"
    IDENTITY = "identity"
    RESEARCH = "research"
    PROJECTS = "projects"
    DISCLOSURE = "disclosure"
    RELEASED = "released"
    PORTAL = "portal"
    KEYS = "keys"


@dataclass(frozen=True)
class Zone:
    """A folder only its own roles may read; created with mode 0700."""

    name: ZoneName
    path: Path

    def __truediv__(self, part: str) -> Path:
        return self.path / part

    def folder(self, *parts: str) -> Path:
        """Return a folder inside the zone, made if need be with mode 0700."""
        folder = self.path.joinpath(*parts)
        if not folder.resolve().is_relative_to(self.path.resolve()):
            raise ValueError(f"{folder} leaves the zone {self.name}")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


@dataclass(frozen=True)
class Home:
    """One custodian's data home: `home.toml` and a folder per zone."""

    path: Path
    name: str
    demo_seed: int | None = None

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration: invented people, derived secrets, every receipt marked DEMO."""
        return self.demo_seed is not None

    @classmethod
    def create(cls, path: Path, *, name: str, demo_seed: int | None = None) -> Home:
        """Make the zones under `path`; does nothing twice, and refuses a home of another name or kind."""
        if (path / "home.toml").exists():
            home = cls.open(path)
            if (home.name, home.demo_seed) != (name, demo_seed):
                raise WrongUse(
                    "This folder already holds another data home.",
                    where=str(path),
                    fix="Choose another folder, or open the home that is there.",
                )
            return home
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for zone in ZoneName:
            (path / zone.value).mkdir(mode=0o700, exist_ok=True)
        escaped = name.replace("\\", "\\\\").replace('"', '\\"')
        demo_line = "" if demo_seed is None else f"demo_seed = {demo_seed}\n"
        write_whole(path / "home.toml", f'name = "{escaped}"\n{demo_line}'.encode())
        return cls(path, name, demo_seed)

    @classmethod
    def open(cls, path: Path) -> Home:
        """Open the home at `path`.

        Raises:
            WrongUse: there is no data home there.
        """
        try:
            settings = tomllib.loads((path / "home.toml").read_text("utf-8"))
        except FileNotFoundError:
            raise WrongUse(
                "There is no data home in this folder.",
                where=str(path),
                fix="Make one with: linkwell custodian init --home HOME",
            ) from None
        return cls(path, settings["name"], settings.get("demo_seed"))

    def zone(self, name: ZoneName) -> Zone:
        """The handle of one zone."""
        return Zone(name, self.path / name.value)


def data_home_of(path: Path) -> Path | None:
    """The data home `path` lies in, or None: tools on a caller's own files refuse paths inside a home."""
    resolved = path.resolve()
    for folder in (resolved, *resolved.parents):
        if (folder / "home.toml").exists():
            return folder
    return None


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success fsync and rename it there, on failure remove it.

    A reader never sees half a file, and a killed writer leaves only a `.part` that the next run overwrites.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        yield part
        with part.open("rb+") as written:
            os.fsync(written.fileno())
        part.replace(path)
        _fsync_folder(path.parent)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_whole(path: Path, data: bytes | Iterable[bytes], *, mode: int = 0o600) -> None:
    """Write `data`, whole or in pieces, so that `path` either does not exist or is complete."""
    with written_whole(path) as part:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)


def _fsync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder; its rename is already durable enough for us
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
