"""What a project was granted, as its database holds it: columns and whose rows, worked out each time."""

from __future__ import annotations

from dataclasses import dataclass

from linkwell.custody.projects.access import agreements_of
from linkwell.custody.projects.models import Project
from linkwell.custody.refreshes.actions import latest_ready
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.refreshes.states import RefreshState
from linkwell.errors import RefusedByRule, WrongUse

PERSON = "snz_uid"
"""Who a row belongs to, by the project's own number. It comes with every granted table that has it: without
it nobody could be counted and no two tables joined, and outside the project it means nothing."""


@dataclass(frozen=True)
class Granted:
    """What a project's database is to hold.

    Attributes:
        refresh: the data update it is cut from. columns: table -> columns.
        organisations: codes whose rows of services it may hold.
    """

    refresh: Refresh
    columns: dict[str, list[str]]
    organisations: list[str]


def granted(project: Project) -> Granted:
    """What is granted now.

    Raises:
        WrongUse: no data update is ready. RefusedByRule: nothing was granted, or the data update lacks it.
    """
    stays = project.refresh_on()
    refresh = stays if stays is not None and stays.state == RefreshState.READY else latest_ready()
    if refresh is None:
        raise WrongUse(
            "No data update is ready.", fix="A data integrator starts one: linkwell custodian load"
        )
    return Granted(refresh, columns_of(project, refresh), organisations_of(project, refresh))


def columns_of(project: Project, refresh: Refresh) -> dict[str, list[str]]:
    """The approved variables as columns of tables, in the order of the catalogue."""
    there = {
        dataset["name"]: [variable["name"] for variable in dataset["variables"]]
        for dataset in refresh.catalogue.get("datasets", [])
    }
    asked: dict[str, set[str]] = {}
    for variable in project.variables:
        table, _, column = variable.partition(".")
        asked.setdefault(table, set()).add(column)
    lacking = sorted(
        f"{table}.{name}" for table in asked for name in asked[table] - set(there.get(table, ()))
    )
    if lacking or not asked:
        raise RefusedByRule(
            "The data update lacks what was granted." if lacking else "No variable was granted.",
            where=", ".join(lacking)[:200],
            fix="The team asks for a change of the project, with variables that are in the catalogue.",
        )
    return {
        table: [name for name in there[table] if name in names or name == PERSON]
        for table, names in sorted(asked.items())
    }


def organisations_of(project: Project, refresh: Refresh) -> list[str]:
    """Whose rows of services are in it: of the agreements it was approved with, and of nobody who joined
    later. Who must not be known to have supplied is in no research project.
    """
    hidden = set(refresh.facts.get("sensitive", ()))
    return sorted({each.organisation.code for each in agreements_of(project)} - hidden)
