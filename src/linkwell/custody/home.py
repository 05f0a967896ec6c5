"""The data home this process works in, as the settings name it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from linkwell.vault.zones import Home, ZoneName


@lru_cache(maxsize=4)
def _opened(path: str) -> Home:
    return Home.open(Path(path))


def current_home() -> Home:
    """The home named by LINKWELL_HOME."""
    return _opened(str(settings.LINKWELL_HOME))


def package_path(supply_id: str) -> Path:
    """Where the sealed file of a supply lies once it has arrived."""
    return current_home().zone(ZoneName.INTAKE).folder("quarantine") / f"{supply_id}.lwp"


def links_path(supply_id: str) -> Path:
    """The link map of a supply (linkers' zone)."""
    return current_home().zone(ZoneName.IDENTITY).folder("links", supply_id) / "links.parquet"


def content_folder(supply_id: str) -> Path:
    """The content tables of a supply (research zone)."""
    return current_home().zone(ZoneName.RESEARCH).folder("supplies", supply_id)
