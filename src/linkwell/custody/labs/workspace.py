"""What stands in a project's workspace, as the registry keeps it: statements, batches and their tables."""

from __future__ import annotations

from collections.abc import Iterator

from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.states import WorkState
from linkwell.custody.projects.models import Project
from linkwell.errors import WrongUse


def statements(project: Project) -> Iterator[LabWork]:
    """The statements and batches that made or dropped a table, oldest first: the workspace, as the registry
    keeps it.
    """
    kinds = ("statement", "batch")
    rows = project.lab_work.filter(kind__in=kinds, state=WorkState.ANSWERED).order_by("number")
    return (row for row in rows if row.answer.get("kind") in ("make", "drop", "batch"))


def tables(project: Project) -> dict[str, list[list[str]]]:
    """The tables of the workspace now, each with names and types of its columns as on the twin."""
    found: dict[str, list[list[str]]] = {}
    for row in statements(project):
        found.pop(row.answer.get("name", ""), None)
        found |= made_by(row)
    return found


def made_by(row: LabWork) -> dict[str, list[list[str]]]:
    """The tables a statement or a batch made, with names and types of their columns."""
    if row.answer.get("kind") == "batch":
        return dict(row.answer["made"])
    return {row.answer["name"]: row.answer["columns"]} if row.answer.get("kind") == "make" else {}


def in_use(project: Project) -> list[LabWork]:
    """The batches any of whose tables stands in the workspace, in the order they were brought in."""
    made: dict[str, LabWork] = {}
    for row in statements(project):
        made.pop(row.answer.get("name", ""), None)
        made |= dict.fromkeys(made_by(row), row)
    found = {row.number: row for row in made.values() if row.kind == "batch"}
    return [found[number] for number in sorted(found)]


def ran_on(database: ProjectDatabase) -> set[int]:
    """Numbers of the batches that were run on the real rows of this database; how it went is not said."""
    runs = database.work.filter(kind="run", state=WorkState.ANSWERED)
    return {int(each.asked["batch"]) for each in runs}


def refuse_not_run(project: Project, table: str, database: ProjectDatabase) -> None:
    """Raise WrongUse where a table rests on a batch that was not run on the real rows of this database."""
    rests: dict[str, dict[int, str]] = {}
    for row in statements(project):
        under = {number: name for used in row.answer["uses"] for number, name in rests.get(used, {}).items()}
        if row.kind == "batch":
            under[row.number] = str(row.asked["name"])
        rests |= dict.fromkeys(made_by(row), under)
    behind = rests.get(table, {})
    done = ran_on(database) if behind else set()
    for number in sorted(behind.keys() - done):
        raise WrongUse(
            "The table rests on a batch that was not run on this data update.",
            where=behind[number],
            fix="Run the batches on the real rows first.",
        )
