"""Batch scripts of a project: brought in and rehearsed on the twin, run on the real rows of its database, and
again at the next data update.
"""

from __future__ import annotations

from typing import Any

from linkwell.custody.jobs.models import Job
from linkwell.custody.labs import working
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.states import WorkState
from linkwell.custody.labs.workspace import in_use, ran_on
from linkwell.custody.organisations.models import Person
from linkwell.custody.projects.models import Project
from linkwell.errors import WrongUse
from linkwell.lab.limits import MINUTES


def bring(*, by: Person, project: Project, name: str, data: bytes) -> tuple[LabWork, Job]:
    """Have a Python script looked through and rehearsed on the twin; no real row is read.

    Raises:
        As `working.enter`. WrongUse, RefusedByRule: what the check of the file says. TryAgain: too much of
            the project waits.
    """
    from linkwell.lab.batches import script_in

    working.enter(by=by, project=project)
    script = script_in(name, data)
    asked = {"name": script.name, "text": script.text}
    return working.leave(by, project, "batch", [asked], "lab.batch brought")[0]


def run(*, by: Person, project: Project, minutes: int = 1, again: bool = False) -> list[tuple[LabWork, Job]]:
    """Run on the real rows every batch of the workspace that did not yet on the present database.

    Args:
        minutes: each may take; it is told to be over when they are. again: those that did as well.

    Raises:
        As `working.enter` and `working.refuse_often_failed`. WrongUse: there is none to run. TryAgain: too
            much of the project waits.
    """
    database = working.enter(by=by, project=project)
    working.refuse_often_failed(project)
    if minutes not in MINUTES:
        raise WrongUse("A batch is given 1, 2, 5 or 10 minutes.")
    standing = in_use(project)
    done = set() if again else ran_on(database)
    wanted = [each for each in standing if each.number not in done]
    if not wanted:
        raise WrongUse(
            "Every batch ran on this data update." if standing else "There is no batch in the workspace.",
            fix="Ask for them to be run again, or bring in another." if standing else "Bring in a .py file.",
        )
    asked = [{"batch": each.number, "name": each.asked["name"], "minutes": minutes} for each in wanted]
    return working.leave(by, project, "run", asked, "lab.batch asked")


def find(project: Project, number: int) -> LabWork:
    """A batch of a project, as its run names it.

    Raises:
        WrongUse: there is none.
    """
    found = project.lab_work.filter(kind="batch", number=number, state=WorkState.ANSWERED).first()
    if found is None:
        raise WrongUse("There is no such batch.", where=str(number))
    return found


def rehearsed_log(rehearsed: Any, lines: int) -> list[str]:
    """Our own lines about a rehearsal."""
    return [
        f"A script of {lines:,} lines. Fingerprint with its twin: {rehearsed.batch[:16]}.",
        "Run eleven times on the twin: over eight small parts, over two halves, over everybody.",
        f"Took {rehearsed.seconds} seconds, and {rehearsed.mebibytes:,} MiB of memory at most.",
        *(f"Made {name}: {len(shape)} columns." for name, shape in rehearsed.shapes.items()),
        "What it made of somebody was the same whoever else was there.",
    ]


def ran_log(name: str, minutes: int, database: ProjectDatabase) -> list[str]:
    """Our own lines about a run on real rows: the same whatever happened."""
    return [
        f"{name} was run on data update {database.refresh.label}.",
        f"It was given {minutes} {'minute' if minutes == 1 else 'minutes'}, and that time is over.",
        "How long it took, and whether it went well, hangs on real people and is not said. Count its tables.",
    ]
