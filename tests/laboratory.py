"""A project's lab, for tests that need one to be somewhere without building anything."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from linkwell.custody.facilities.models import Facility
from linkwell.custody.labs import locks
from linkwell.custody.labs.granted import granted
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.projects.models import Application, Project, ProjectMember
from linkwell.custody.refreshes.catalogue import catalogue_of
from linkwell.custody.refreshes.models import Refresh
from linkwell.custody.researchers.models import Evidence
from linkwell.integration import build_refresh, import_population
from linkwell.lab.selftest import SelfTest, Tried
from linkwell.standards.clock import today
from linkwell.vault.zones import Home, ZoneName
from tests import applying
from tests.custody.removing import make_world


def database(project: Project, *, state: str = "ready") -> ProjectDatabase:
    """The row of a database of just what is granted; no file."""
    wanted = granted(project)
    return ProjectDatabase.objects.create(
        name=f"{project.code}-d{project.databases.count() + 1}", project=project, refresh=wanted.refresh,
        columns=wanted.columns, organisations=wanted.organisations, state=state, digest="cd" * 48,
    )  # fmt: skip


def table(made: ProjectDatabase, name: str) -> LabWork:
    """A statement that made a table of the workspace."""
    answer = {
        "kind": "make",
        "name": name,
        "columns": [["snz_uid", "BIGINT"], ["visits", "BIGINT"]],
        "uses": ["person"],
        "rows": [],
    }
    return LabWork.objects.create(
        project=made.project, number=made.project.lab_work.count() + 1, kind="statement", by="somebody",
        asked={"text": f"CREATE TABLE {name} AS SELECT snz_uid FROM person"}, state="answered",
        answer=answer, database=made,
    )  # fmt: skip


def batch(made: ProjectDatabase, name: str) -> LabWork:
    """A batch script that ran clean on the twin, and was run on the real rows."""
    number = made.project.lab_work.count() + 1
    text = f'# reads: person\n# makes: {name}\nmake("{name}", snz_uid=[], often=[])\n'
    told = {"kind": "batch", "batch": "ab" * 20, "uses": ["person"], "log": [f"Made {name}: 2 columns."],
            "made": {name: [["snz_uid", "BIGINT"], ["often", "BOOLEAN"]]}}  # fmt: skip
    LabWork.objects.create(
        project=made.project, number=number, kind="batch", by="somebody", state="answered", answer=told,
        asked={"name": f"{name}.py", "text": text}, database=made,
    )  # fmt: skip
    log = [f"{name}.py was run on data update 2026-11.", "It was given 1 minute, and that time is over."]
    return LabWork.objects.create(
        project=made.project, number=number + 1, kind="run", by="somebody", state="answered",
        asked={"batch": number, "name": f"{name}.py", "minutes": 1}, answer={"kind": "run", "log": log},
        database=made,
    )  # fmt: skip


def counted(made: ProjectDatabase, name: str) -> LabWork:
    """A count of a table, as the release desk tells it; and one that waits behind it."""
    rows = {"labels": [["1"], ["2"], ["3"]], "values": [1203, 1197, None], "marks": ["", "C", "S"],
            "measure": f"{name}.visits", "unit": "events", "means": [2.5, 3.1, None]}  # fmt: skip
    told = {"release_id": "R-0123456789abcdef", "disclaimers": ["Rounded to base three."],
            "method": {"reader_note": "Numbers are rounded."},
            "tables": [{"title": f"People in {name}", "dimensions": ["sex"], **rows}]}  # fmt: skip
    asked = {"table": name, "by": {"sex": ["1", "2", "3"]}, "purpose": "To know who comes back.",
             "amount": "visits", "unit": "events"}  # fmt: skip
    number = made.project.lab_work.count() + 1
    for later, state in enumerate(("answered", "waiting")):
        LabWork.objects.create(
            project=made.project, number=number + later, kind="count", by="somebody", asked=asked,
            state=state, answer=told if state == "answered" else {}, database=made,
        )  # fmt: skip
    return made.project.lab_work.get(number=number)


def fitted(made: ProjectDatabase, name: str) -> LabWork:
    """A regression as the release desk tells it."""
    told = {"release_id": "R-0123456789abcdef", "disclaimers": [], "tables": [],
            "method": {"reader_note": "Numbers are rounded."},
            "models": [{"name": name, "title": "ols: visits ~ sex", "kind": "ols", "outcome": "visits",
                        "terms": ["intercept", "sex: 2"], "coefficients": [1.2, None], "errors": [0.3, None],
                        "explained": 0.12, "people": 1200, "mark": ""}]}  # fmt: skip
    asked = {"table": name, "by": {"sex": ["1", "2"]}, "formula": "ols: visits ~ sex", "purpose": "To know."}
    return LabWork.objects.create(
        project=made.project, number=made.project.lab_work.count() + 1, kind="model", by="somebody",
        asked=asked, state="answered", answer=told, database=made,
    )  # fmt: skip


def looked(home: Home, made: ProjectDatabase, person: Person) -> LabWork:
    """A look at rows that were just shown to somebody in the room."""
    number = made.project.lab_work.count() + 1
    rows = [["17", "1", "a very long note without any room in it".replace(" ", "_")], ["18", "2", None]]
    kept = {"text": "SELECT * FROM person ORDER BY snz_uid", "rows": rows, "uses": ["person"],
            "columns": [["snz_uid", "BIGINT"], ["sex", "VARCHAR"], ["note", "VARCHAR"]]}  # fmt: skip
    path = home.zone(ZoneName.PROJECTS).folder(made.name, "looks") / f"{number}.look"
    path.write_text(json.dumps(kept))
    return LabWork.objects.create(
        project=made.project, number=number, kind="look", by=person.username, state="answered",
        asked={"code": ROOM, "facility": "Room two", "statement": "ab" * 16}, answer={"kind": "rows"},
        database=made,
    )  # fmt: skip


def locks_hold(*, hold: bool = True) -> None:
    """This machine's self-test as it was written down."""
    locks.keep(SelfTest({}, (Tried("read a file", held=hold),)))


ROOM, INSIDE = "room-2", "203.0.113.20"
"""A registered facility, and the address of a machine in it."""


def facility(registry: Any, *, state: str = "registered") -> Facility:
    """A facility that was registered, run by the research organisation."""
    return Facility.objects.create(
        code=ROOM, name="Room two", organisation=Organisation.objects.get(code="a-university"),
        networks=["203.0.113.16/28"], starts=today(), ends=today() + timedelta(days=100), state=state,
        checked="A warden, no printer.", entered_by=registry.person("manager").username,
    )  # fmt: skip


PEOPLE = {"person.snz_birth_year_nbr": "To know who is grown.", "person.snz_sex_gender_code": "To compare."}
GROWN = "CREATE TABLE grown AS SELECT snz_uid, snz_sex_gender_code AS sex FROM person"


def refresh(home: Home, folder: Path, label: str = "2026-11") -> Refresh:
    """A data update that was really built, of invented people and no provider's delivery."""
    if not (folder / "world").exists():
        import_population(make_world(folder / "world"), home)
    facts = build_refresh(home, supplies=[], label=label)
    return Refresh.objects.create(
        label=label, state="ready", digest=facts.digest, catalogue=catalogue_of(home, label)
    )


def project(
    lead: Person, *others: Person, variables: dict[str, str] | None = None, code: str = "maa2026-07"
) -> Project:
    """An approved project that uses no provider's data, with everything of its team in date."""
    today = date.today()
    made = Project.objects.create(
        code=code, title="Who comes back", purpose="To learn.", state="approved", lead=lead,
        organisation=lead.memberships.get().organisation, starts=today, ends=today + timedelta(days=200),
        variables=variables or PEOPLE,
    )  # fmt: skip
    team = [lead, *others]
    Application.objects.create(
        project=made, number=1, kind="first", state="approved", answers=applying.answers(),
        variables=made.variables, team=[each.username for each in team],
    )  # fmt: skip
    for person in team:
        ProjectMember.objects.create(project=made, person=person)
    applying.vetted(*(each for each in team if not Evidence.objects.filter(person=each).exists()))
    return made
