"""Who stays out of a supply as a whole: people nobody told, and people who objected.

The commands and the desk ask here, so that no way of sending can forget either.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from linkwell.checking.notices import NoticeCover, load_notices
from linkwell.checking.objections import FILE, Objections, load_objections
from linkwell.vault.zones import Home, data_home_of

NOTICES = "notices.toml"


class PeopleOut(TypedDict):
    """What a check needs to know about people who stay out as a whole."""

    notices: NoticeCover | None
    objections: Objections


def workspace_of(spec_path: Path) -> Path:
    """The private folder that belongs to a specification unless another is named."""
    return spec_path.parent / "linkwell-workspace"


def people_out(
    spec_path: Path, *, notices_path: Path | None = None, workspace: Path | None = None
) -> PeopleOut:
    """The notices file named, or notices.toml beside the specification; and the workspace's objection list.

    Raises:
        WrongUse: one of them is there and damaged; nothing may leave until it is whole.
    """
    folder = workspace or workspace_of(spec_path)
    home = data_home_of(folder)
    beside = spec_path.parent / NOTICES
    path = notices_path or (beside if beside.exists() else None)
    return {
        "notices": load_notices(path) if path else None,
        "objections": load_objections(folder, demo_seed=Home.open(home).demo_seed if home else None),
    }


def files_that_decide(spec_path: Path) -> list[Path]:
    """The files `people_out` would read for this specification, as far as they exist."""
    return [path for path in (workspace_of(spec_path) / FILE, spec_path.parent / NOTICES) if path.exists()]
