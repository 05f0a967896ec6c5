"""Where the release ledger, its secret and its copies lie in a data home, and who holds them."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from linkwell.vault.zones import Home, Zone, ZoneName

RELEASE_ID = re.compile(r"R-[0-9a-f]{16}|R\d{6,}-[0-9a-f]{8}")  # the second: named before 22 November 2026
SECRET, LEDGER, HEAD, LOCK = "rounding.secret", "releases.sqlite", "releases.head", ".opening"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Hold the lock file `path`, alone on this computer."""
    with path.open("a") as lock:
        path.chmod(0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def zone_and_seen(place: Home | Zone) -> tuple[Zone, list[str]]:
    """The disclosure zone, and the ids of every release that lies in `released/`."""
    if isinstance(place, Zone):
        return place, []
    return place.zone(ZoneName.DISCLOSURE), released_ids(place)


def released_ids(home: Home) -> list[str]:
    """The ids of every release that lies in `released/`."""
    released: Path = home.zone(ZoneName.RELEASED).path
    folders = released.iterdir() if released.is_dir() else iter(())
    return [folder.name for folder in folders if RELEASE_ID.fullmatch(folder.name)]


def copies_of(home: Home) -> Path:
    """Where the sealed copies of the ledger's entries lie."""
    return home.zone(ZoneName.RELEASED).path / "ledger"
