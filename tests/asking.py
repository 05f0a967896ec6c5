"""Steps of an output request, for tests that need one to be somewhere."""

from __future__ import annotations

from typing import Any

from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.projects.models import Project
from linkwell.custody.requests import deciding as decided
from linkwell.custody.requests import filling
from linkwell.custody.requests.models import OutputRequest
from tests import deciding

TABLE = "region,count\nNorthland,30\nAuckland,45\nOtago,12\n"
SMALL = "region,count\nNorthland,30\nAuckland,45\nOtago,4\n"
SCRIPT = b"select region, count(*) from people group by region"


def filled(project: Project, *, table: str = TABLE, title: str = "First results") -> OutputRequest:
    """A request with one table, its RAW and its script."""
    made = filling.begin_request(by=project.lead, project=project, title=title)
    put(
        made, "table.csv", table.encode(), "leaves", context="People by region.", controls="RR3, under six S."
    )
    put(made, "table_RAW.csv", TABLE.replace("45", "44").encode(), "evidence")
    put(made, "table.sql", SCRIPT, "script")
    return made


def put(request: OutputRequest, name: str, content: bytes, role: str, **words: str) -> None:
    """Put a file in, as the project's lead."""
    filling.add_file(by=request.project.lead, request=request, name=name, content=content, role=role,
                     group="Results", **words)  # fmt: skip


def submitted(project: Project, **facts: str) -> OutputRequest:
    """A request that two people look at."""
    made = filled(project, **facts)
    return filling.submit(by=project.lead, request=made)


def checkers(registry: Any) -> tuple[Person, Person]:
    """Two output checkers."""
    where = Organisation.objects.get(is_custodian=True)
    return registry.person("output_checker"), deciding.somebody(
        registry, "checker-two", where, Role.OUTPUT_CHECKER
    )


def yes(by: Person, request: OutputRequest) -> OutputRequest:
    """A yes to every file that is to leave."""
    names = request.files.filter(role="leaves").values_list("name", flat=True)
    return decided.vote(by=by, request=request, says=dict.fromkeys(names, True))
