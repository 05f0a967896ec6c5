"""What lies in which sealed part of a backup, and whose recovery key opens it.

The parts keep the separation of the zones: whoever keeps one recovery key can never open names and service
details alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

REGISTRY = "portal/registry.sqlite"
REGISTRY_DUMP = "portal/registry.pgdump"
LEDGER = "disclosure/releases.sqlite"


@dataclass(frozen=True)
class Part:
    """One sealed part: folders and files of the home, and the compartments whose recovery key opens it."""

    name: str
    opened_by: tuple[str, ...]
    folders: tuple[str, ...]
    files: tuple[str, ...]
    says: str


PARTS = (
    Part(
        "registry", ("identity", "content"), ("released",),
        ("home.toml", "custodian-keys.json", "keys/receipts.key.pem", "keys/portal.secret",
         "keys/*-recovery.pub.pem"),
        "the registry with its record, what was released, and the key that signs receipts",
    ),
    Part("identity", ("identity",), ("identity",), ("keys/identity.key.pem",), "names, numbers and links"),
    Part(
        "content", ("content",), ("research", "projects"),
        ("keys/content.key.pem", "keys/pseudonym.secret", "keys/refresh-*.secret", "keys/project-*.secret"),
        "service details, refreshes and project databases",
    ),
    Part("disclosure", ("content",), ("disclosure",), (), "the release ledger and person index"),
)  # fmt: skip
NEVER = ("*.part", ".*", "*.sqlite-wal", "*.sqlite-shm", "*.lock", "*.look")
SNAPSHOTS = (REGISTRY, LEDGER)
"""Databases in use: never copied as files, only as snapshots."""


def part_named(name: str) -> Part:
    """The part of this name."""
    return next(part for part in PARTS if part.name == name)


def files_of(part: Part, home: Path) -> Iterator[tuple[str, Path]]:
    """(name inside the backup, file) of everything in a part except the snapshots, sorted by name."""
    found = [path for pattern in part.files for path in home.glob(pattern)]
    found += [path for folder in part.folders for path in (home / folder).rglob("*")]
    for path in sorted(found):
        name = path.relative_to(home).as_posix()
        if path.is_file() and name not in SNAPSHOTS and not _never(path.relative_to(home)):
            yield name, path


def _never(name: Path) -> bool:
    return any(fnmatch(step, pattern) for step in name.parts for pattern in NEVER)
