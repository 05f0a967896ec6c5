"""Building a project's database, and the work of its lab: the long parts.

A refusal is an answer, not a fault: the job is done and the team reads it in words.
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.home import current_home
from linkwell.custody.jobs.kinds import Tick
from linkwell.custody.jobs.models import Job
from linkwell.custody.jobs.running import OurFaultError
from linkwell.custody.labs import batches, databases, locks, looking, working, workspace
from linkwell.custody.labs.models import LabWork, ProjectDatabase
from linkwell.custody.labs.states import DatabaseState
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.heads import as_detail, expected_head, record_head
from linkwell.custody.projects.access import access, agreements_of
from linkwell.custody.projects.conditions import has_control, watched_in
from linkwell.custody.projects.models import Project
from linkwell.errors import LinkwellError, RefusedByRule, WrongUse
from linkwell.vault.zones import ZoneName

if TYPE_CHECKING:
    from linkwell.lab.count import Count
    from linkwell.lab.model import Model
    from linkwell.lab.serving import ProjectLab

MOST_ROWS = 50
"""Rows of the twin that are kept with a statement, to look at."""


@dataclass(frozen=True)
class Built:
    """What a build came to."""

    digest: str
    notes: list[dict[str, str]]


def work_build(job: Job, tick: Tick) -> Built:
    """Copy what is granted, make the twin beside it, and try the locks of this machine if nobody has.

    Raises:
        RefusedByRule: nobody may work in the project any more, or what is granted has changed meanwhile.
    """
    from linkwell.integration import build_project
    from linkwell.lab.twin import make_twin, tables_of

    databases.clear_removed()
    row, home = databases.find_database(job.subject), current_home()
    databases.refuse_stopped(row.project)
    if not databases.allowed(row, databases.granted_on(row)):
        raise RefusedByRule("What is granted has changed meanwhile.", where=row.name, fix="Build it again.")
    facts = build_project(
        home, refresh=row.refresh.label, project=row.name, columns=row.columns,
        organisations=row.organisations, progress=tick,
    )  # fmt: skip
    twin = home.zone(ZoneName.PROJECTS) / row.name / "twin.duckdb"
    make_twin(tables_of(row.refresh.catalogue, row.columns), twin)
    if locks.found() is None:
        locks.served()
    return Built(facts.digest, [dict(note) for note in facts.notes])


def finish_build(job: Job, result: Built) -> None:
    """It is ready; what the project worked on before is removed."""
    row = databases.find_database(job.subject)
    row.digest, row.notes, row.ready_at = result.digest, result.notes, timezone.now()
    databases.change(row, "built", by=SYSTEM, event="database.ready", digest=result.digest)
    before = (DatabaseState.READY, DatabaseState.FAILED)
    databases.remove_all(row.project.databases.filter(state__in=before, pk__lt=row.pk))


def give_up_build(job: Job, error: LinkwellError) -> None:
    """It could not be built; the reason is kept for the custodian."""
    row = databases.find_database(job.subject)
    row.reasons = _words(error)
    databases.change(row, "build failed", by=SYSTEM, event="database.failed", job=job.pk)


@dataclass(frozen=True)
class Answer:
    """What a piece of work came to."""

    verb: str
    answer: dict[str, Any]
    database: ProjectDatabase | None = None
    details: dict[str, object] = field(default_factory=dict)
    failed: bool = False


def work_run(job: Job, tick: Tick) -> Answer:
    """Do one piece of work in a locked worker; whether somebody may is asked before, within and after."""
    work = working.find_work(job.subject)
    by, failures = Person.objects.get(username=work.by), list[bool]()
    try:
        locks.served()
        database = working.enter(by=by, project=work.project)
        tick(0, 1)
        place = _place(database)
        place.workspace.put(_history(work.project))
        told, details = _done(work, by, database, place, failures)
    except OurFaultError:
        raise
    except (RefusedByRule, WrongUse) as error:
        return Answer("refuse", _words(error), failed=bool(failures))
    return Answer("answer", told, database, details, failed=bool(failures))


def _done(
    work: LabWork, by: Person, database: ProjectDatabase, place: ProjectLab, failures: list[bool]
) -> tuple[dict[str, Any], dict[str, object]]:
    if work.kind in ("count", "model"):
        return _count(work, by, place, failures)
    if work.kind == "batch":
        return _rehearse(work, place), {}
    if work.kind == "run":
        return _run(work, database, place, failures), {}
    if work.kind == "look":
        return looking.take(work, place)
    return _try(work, place), {}


def _rehearse(work: LabWork, place: ProjectLab) -> dict[str, Any]:
    """What the twin says of a batch script."""
    from linkwell.lab.batches import script_in
    from linkwell.lab.batching import rehearse

    script = script_in(str(work.asked["name"]), str(work.asked["text"]).encode())
    found = rehearse(locks.served(), place, script)
    lines = script.text.count("\n") + 1
    return {"kind": "batch", "batch": found.batch, "made": {n: list(s) for n, s in found.shapes.items()},
            "uses": list(script.reads), "log": batches.rehearsed_log(found, lines)}  # fmt: skip


def _run(work: LabWork, database: ProjectDatabase, place: ProjectLab, failures: list[bool]) -> dict[str, Any]:
    """Run a batch on the real rows; what is said is the same whatever happened."""
    from linkwell.lab.batches import script_in
    from linkwell.lab.batching import run_on_real

    working.refuse_often_failed(work.project)
    batch, minutes = batches.find(work.project, int(work.asked["batch"])), int(work.asked["minutes"])
    script = script_in(str(batch.asked["name"]), str(batch.asked["text"]).encode())
    tables = batch.answer["made"]
    entry = next(
        e for e in place.workspace.history() if e.batch == batch.answer["batch"] and e.name in tables
    )
    shapes = {name: tuple((column, kind) for column, kind in shape) for name, shape in tables.items()}
    if not run_on_real(locks.served(), place, script, entry, shapes, minutes=minutes):
        failures.append(True)
    return {"kind": "run", "log": batches.ran_log(script.name, minutes, database)}


def _try(work: LabWork, place: ProjectLab) -> dict[str, Any]:
    """What the twin says of a statement."""
    for batch in workspace.in_use(work.project):
        if not (place.kept(twin=True) / str(batch.answer["batch"])).exists():
            raise WrongUse(
                "A batch of the workspace was not run on this data update.", where=str(batch.asked["name"]),
                fix="Run the batches on the real rows first: they are rehearsed on the new twin then.",
            )  # fmt: skip
    answer = locks.served().write(place, str(work.asked["text"]), by=work.by)
    return answer | {"rows": answer.get("rows", [])[:MOST_ROWS]}


def _count(
    work: LabWork, by: Person, place: ProjectLab, failures: list[bool]
) -> tuple[dict[str, Any], dict[str, object]]:
    """What the release desk says of a count or a regression, and what the record keeps of it."""
    from linkwell.confidentiality.desk import ReleaseDesk

    working.refuse_often_failed(work.project)
    _refuse_groups(work)
    asked = _question(work)
    with ReleaseDesk.open(current_home(), expected_head=expected_head()) as desk:
        release = locks.served().count(
            place, asked, desk, purpose=str(work.asked["purpose"]), by=work.by,
            permission_single_provider=may_be_about_one(work.project), registry_head=record_head(),
            just_before=lambda: _still(work, by), failed=lambda: failures.append(True),
        )  # fmt: skip
        head = as_detail(desk.head())
    told = release.as_dict()
    del told["ledger_entry"]  # it would count what was released to others
    return told, {"release": release.release_id, **head}


def _question(work: LabWork) -> Count | Model:
    from linkwell.lab.count import Count
    from linkwell.lab.model import Model

    table, labels = str(work.asked["table"]), {name: tuple(told) for name, told in work.asked["by"].items()}
    if work.kind == "model":
        return Model(table, str(work.asked["formula"]), labels)
    amount, unit = str(work.asked.get("amount", "")), str(work.asked.get("unit", "events"))
    total, percents = bool(work.asked.get("total")), tuple(work.asked.get("percents", ()))
    return Count(table, labels, amount=amount, unit_of_amount=unit, with_total=total, percents=percents)


def _still(work: LabWork, by: Person) -> None:
    """Ask again, of what the registry says now."""
    working.enter(by=by, project=Project.objects.get(pk=work.project_id))


def _refuse_groups(work: LabWork) -> None:
    """Raise RefusedByRule for a number by what a condition of the project keeps back."""
    from linkwell.confidentiality.output_check.groups_told import named_so

    for kind in watched_in(work.project):
        for column in (*work.asked["by"], *re.findall(r"\w+", work.asked.get("formula", ""))):
            if named_so(kind, column):
                raise RefusedByRule(
                    "A condition of the project keeps this count back.", where=column,
                    why="The lab tells nothing by iwi, or by areas smaller than a region, in this project.",
                    fix="Count by something else, or ask for it as an output request.",
                )  # fmt: skip


def may_be_about_one(project: Project) -> bool:
    """Whether a count may be about one provider alone, by every agreement and the project's conditions."""
    return not has_control(project, "single provider") and all(
        each.permits_single_provider_output and "no-output-about-you-alone" not in each.conditions
        for each in agreements_of(project)
    )


def _place(database: ProjectDatabase) -> ProjectLab:
    from linkwell.lab.serving import ProjectLab

    folder = current_home().zone(ZoneName.PROJECTS) / database.name
    # What a killed session left; only one works on a project at a time (`turns`).
    shutil.rmtree(folder / "work", ignore_errors=True)
    return ProjectLab(database.name, folder / "project.duckdb", folder / "twin.duckdb", folder)


def _history(project: Project) -> list[Any]:
    """The workspace as a session reads it, from what the registry keeps."""
    from linkwell.lab.workspace import Entry

    found: list[Entry] = []
    for row in workspace.statements(project):
        told = workspace.made_by(row) or {row.answer["name"]: []}
        found += [
            Entry(
                number=len(found) + number, at=row.created_at.isoformat(), by=row.by,
                kind="drop" if row.answer["kind"] == "drop" else "make", name=name,
                text=str(row.asked["text"]), uses=tuple(row.answer["uses"]),
                columns=tuple((column, kind) for column, kind in columns),
                batch=str(row.answer.get("batch", "")),
            )
            for number, (name, columns) in enumerate(told.items(), start=1)
        ]  # fmt: skip
    return found


def finish_run(job: Job, result: Answer) -> None:
    """Publish the answer to the team; to nobody whose access has ended meanwhile."""
    work = working.find_work(job.subject)
    by = Person.objects.get(username=work.by)
    closed = access(work.project, by).closed
    if closed and result.verb == "answer":
        result = Answer("refuse", {"what": closed[0].words, "fix": closed[0].mend}, details=result.details)
    work.answer, work.database, work.failed = result.answer, result.database, result.failed
    looking.forget(work)
    event = f"lab.{work.kind} {'answered' if result.verb == 'answer' else 'refused'}"
    working.change(work, result.verb, by=SYSTEM, event=event, **result.details)


def give_up_run(job: Job, error: LinkwellError) -> None:
    """It stopped on our side; the team is told to ask again."""
    work = working.find_work(job.subject)
    work.answer = _words(error)
    looking.forget(work)
    working.change(work, "refuse", by=SYSTEM, event=f"lab.{work.kind} refused", job=job.pk)


def _words(error: LinkwellError) -> dict[str, Any]:
    return {"what": error.what, "where": error.where, "why": error.why, "fix": error.fix}
