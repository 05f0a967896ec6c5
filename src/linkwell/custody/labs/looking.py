"""Looking at rows of real people: on the network of a registered facility, in a project approved for it.

The text of a look is forgotten when it was taken, and what it showed lies in the project's own zone for some
minutes, for one person: else what somebody saw could be read elsewhere. Kept are who looked, where, at which
tables, how many rows, and the fingerprint of the statement.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linkwell.custody.facilities.models import Facility
from linkwell.custody.facilities.networks import Address, facility_at, number
from linkwell.custody.home import current_home
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import working
from linkwell.custody.labs.models import LabWork
from linkwell.custody.organisations.models import Person
from linkwell.custody.projects.conditions import has_control
from linkwell.custody.projects.models import Project
from linkwell.errors import RefusedByRule, WrongUse
from linkwell.vault.zones import ZoneName, write_whole

if TYPE_CHECKING:
    from linkwell.lab.serving import ProjectLab

CONTROL = "rows in facility"
"""Of the condition that lets a project look at rows (conditions.toml)."""

FOLDER = "looks"
_DAY = datetime.timedelta(days=1)


def approved(project: Project) -> bool:
    """Whether the project was approved to look at rows in a registered facility."""
    return has_control(project, CONTROL)


def ask_look(*, by: Person, project: Project, text: str, address: Address | None) -> tuple[LabWork, Job]:
    """Ask to be shown rows.

    Args:
        text: one SELECT, over tables of the project and of its workspace.
        address: where the request came from, as far as it is known for certain.

    Raises:
        As `working.enter`. RefusedByRule: the project was not approved for it, this is no registered
            facility, or the person looked too often. WrongUse: no statement. TryAgain: too much waits.
    """
    working.enter(by=by, project=project)
    facility = _allowed(project, address)
    lately = timezone.now() - _DAY
    looked = LabWork.objects.filter(kind="look", by=by.username, created_at__gt=lately).count()
    if looked >= number("looks"):
        raise RefusedByRule(
            f"You have looked {looked} times within a day.",
            why="Looking is for understanding the data. Results come from the release desk.",
            fix="Go on tomorrow.",
        )
    if not text.strip() or len(text) > working.MOST_CHARACTERS:
        raise WrongUse("A statement is between 1 and 32,000 characters.")
    said = {"facility": facility.name, "statement": hashlib.sha384(text.encode()).hexdigest()[:32]}
    asked = {"text": text, "code": facility.code, **said}
    return working.leave(by, project, "look", [asked], "lab.look asked", code=facility.code, **said)[0]


def _allowed(project: Project, address: Address | None) -> Facility:
    """The facility somebody sits in, where the project may look at rows there.

    Raises:
        RefusedByRule: it may not, or this is none.
    """
    if not approved(project):
        raise RefusedByRule(
            "This project was not approved to look at rows.",
            where=project.code,
            fix="The team asks for it by an amendment; the reviewer sets it as a condition.",
        )
    found = facility_at(address)
    if found is None:
        raise RefusedByRule(
            "Rows are shown in a registered facility only.",
            why="You are not on the network of one, as far as can be known for certain.",
            fix="Everywhere else a screen shows only what was released.",
        )
    return found


def take(work: LabWork, place: ProjectLab) -> tuple[dict[str, Any], dict[str, object]]:
    """Take a look in a locked worker, and lay what it showed where only `shown` finds it.

    Returns:
        what is told of it everywhere, which is nothing about the rows; and what the record keeps.
    """
    from linkwell.custody.labs import locks

    if not approved(Project.objects.get(pk=work.project_id)):
        raise RefusedByRule("This project is not approved to look at rows any more.", where=work.project.code)
    found = locks.served().look(place, str(work.asked["text"]), most=number("rows"))
    kept = {**found, "text": work.asked["text"]}
    path = _path(place.folder, work)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(path, json.dumps(kept, ensure_ascii=False).encode())
    where = {name: work.asked[name] for name in ("code", "facility", "statement")}
    details = {"who": work.by, **where, "tables": found["uses"], "rows": len(found["rows"])}
    return {"kind": "rows"}, details


def shown(person: Person, work: LabWork, address: Address | None) -> dict[str, Any] | None:
    """What a look showed, for whoever took it, while they are in that facility and it is still there.

    Returns:
        {text, columns, rows, refused: words, if it could not be done}; None otherwise.
    """
    if work.kind != "look" or work.by != person.username or work.database is None:
        return None
    facility = facility_at(address)
    if facility is None or facility.code != work.asked["code"] or not approved(work.project):
        return None
    path = _path(current_home().zone(ZoneName.PROJECTS) / work.database.name, work)
    if _over(path):
        path.unlink(missing_ok=True)
        return None
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return found


def forget(work: LabWork) -> None:
    """Keep the fingerprint of a look's statement and not its text; saved with the answer."""
    if work.kind == "look":
        work.asked = {name: value for name, value in work.asked.items() if name != "text"}


def clear_looks() -> int:
    """Destroy what looks showed once its minutes are over; how many."""
    gone = 0
    for path in current_home().zone(ZoneName.PROJECTS).path.glob(f"*/{FOLDER}/*.look"):
        if _over(path):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def _path(folder: Path, work: LabWork) -> Path:
    return folder / FOLDER / f"{work.number}.look"


def _over(path: Path) -> bool:
    return not path.exists() or time.time() - path.stat().st_mtime > number("shown_minutes") * 60
