"""Whether anything may leave now, and what was written to leave; asked by the pages of the last step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from linkwell.desk.columns import findable
from linkwell.desk.desk import Desk


def standing(desk: Desk) -> dict[str, Any]:
    """Whether anything may leave now, and if not, what comes first."""
    spec, report = desk.specification_or_none(), desk.check_report()
    may = bool(spec and report and not report["blocks"])
    return {"may": may, "spec": spec, "report": report, "fresh": desk.check_is_fresh,
            "looked": bool(spec and desk.choices.looked == spec.digest),
            "findable": bool(spec and findable(spec)), "asked_told": desk.workspace.notices.exists(),
            "sensitive": spec.sensitive if spec else ()}  # fmt: skip


def handed(desk: Desk) -> Path | None:
    """The folder of the last handover, if it is still there."""
    folder = desk.workspace.handover / desk.choices.handed
    return folder if desk.choices.handed and folder.is_dir() else None


def sealed(desk: Desk) -> Path | None:
    """The last sealed file, if it is still there."""
    path = desk.workspace.sealed / desk.choices.sealed
    return path if desk.choices.sealed and path.is_file() else None
