"""What somebody asks in a project's lab: a statement tried on the twin, a count from the release desk."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from linkwell.custody.audit.record import record
from linkwell.custody.jobs import tasks
from linkwell.custody.jobs.models import Job
from linkwell.custody.labs.databases import current
from linkwell.custody.labs.locks import refuse_open_locks
from linkwell.custody.labs.models import LONG, LabWork, ProjectDatabase
from linkwell.custody.labs.permissions import WORK_IN_LAB
from linkwell.custody.labs.states import WORK, WorkState
from linkwell.custody.labs.workspace import refuse_not_run, tables
from linkwell.custody.organisations.models import Person
from linkwell.custody.permissions import check
from linkwell.custody.projects.access import refuse_closed
from linkwell.custody.projects.models import Project
from linkwell.custody.projects.seeing import named
from linkwell.errors import RefusedByRule, TryAgain, WrongUse
from linkwell.lab.limits import UNITS
from linkwell.standards.clock import in_words

RUN = "lab.run"
MOST_WAITING = 5
"""Pieces of work of one project that may wait at once, so that no project fills the queue."""

MOST_FAILED, FAILED_WITHIN = 3, datetime.timedelta(days=7)
"""So many counts of a project may fail on the real rows within this time."""

MOST_CHARACTERS = 32_000
MOST_COLUMNS = 3
NUMBERS = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "FLOAT", "DOUBLE", "DECIMAL")
"""Types of columns, as the engine names them, that a mean can be of."""


def enter(*, by: Person, project: Project) -> ProjectDatabase:
    """The database somebody may work on now. Every page, command and job of the lab asks this.

    Raises:
        NotAllowed: `by` is not named in the project. RefusedByRule: their access is closed, the locks of this
            machine do not hold, or there is no database of just what is granted.
    """
    check(by, WORK_IN_LAB, named=named(project, by))
    refuse_closed(project, by)
    refuse_open_locks()
    found = current(project)
    if found is None:
        raise RefusedByRule(
            "The project has no database of what is granted now.",
            where=project.code,
            fix="A custodian manager has it built, on the project's page. If it is being built, wait for it.",
        )
    return found


def try_script(*, by: Person, project: Project, texts: Sequence[str]) -> list[tuple[LabWork, Job]]:
    """Have statements tried on the twin, one after the other; each is answered by itself, and what makes or
    drops a table is kept. No real row is read.

    Raises:
        As `enter`. WrongUse: one is empty or too long. TryAgain: too much of the project waits. None of them
            is left then.
    """
    enter(by=by, project=project)
    if any(not text.strip() or len(text) > MOST_CHARACTERS for text in texts):
        raise WrongUse("A statement is between 1 and 32,000 characters.", fix="Make a table in steps.")
    return leave(by, project, "try", [{"text": text} for text in texts], "lab.statement tried")


def ask_count(
    *, by: Person, project: Project, table: str, columns: Mapping[str, Sequence[str]], purpose: str,
    amount: str = "", unit: str = "events", total: bool = False, percents: Sequence[int] = (),
) -> tuple[LabWork, Job]:  # fmt: skip
    """Ask the release desk for a count of people in a table of the workspace.

    Args:
        columns: up to three columns, each with its labels; none: those the twin has.
        purpose: in a sentence, for the release ledger.
        amount: a column of numbers whose mean a person is told as well, in `unit` (of `UNITS`).
        total: tell its total too. percents: and these quantiles.

    Raises:
        As `enter` and `refuse_often_failed`. WrongUse: no such table of the workspace, too many columns, no
            purpose, an amount that is no column of numbers, or a total or quantile of nothing.
    """
    asked = _of_a_table(by, project, table, columns, purpose)
    if amount:
        _refuse_no_amount(dict(tables(project)[table.lower()]), amount, unit)
    if len(columns) > MOST_COLUMNS:
        raise WrongUse(f"A count is by {MOST_COLUMNS} columns at most.")
    if amount:
        asked |= {"amount": amount, "unit": unit}
        asked |= {"total": True} if total else {}
        asked |= {"percents": sorted(set(percents))} if percents else {}
    elif total or percents:
        raise WrongUse("A total or a quantile is of an amount.", fix="Name a column of numbers.")
    return leave(by, project, "count", [asked], "lab.count asked")[0]


def ask_model(
    *, by: Person, project: Project, table: str, formula: str, purpose: str,
    labels: Mapping[str, Sequence[str]] | None = None,
) -> tuple[LabWork, Job]:  # fmt: skip
    """Ask the release desk for a regression on a table of the workspace with one row a person.

    Args:
        formula: "ols: visits ~ age + sex", "logit: …" or "poisson: …"; a:b is an interaction.
        labels: of columns in groups; the first is what the others are compared with.

    Raises:
        As `ask_count`; WrongUse also where the formula cannot be read.
    """
    asked = _of_a_table(by, project, table, labels or {}, purpose)
    from linkwell.confidentiality.formulas import read_formula

    read_formula(formula)
    return leave(by, project, "model", [asked | {"formula": formula.strip()[:500]}], "lab.model asked")[0]


def _of_a_table(
    by: Person, project: Project, table: str, labels: Mapping[str, Sequence[str]], purpose: str
) -> dict[str, Any]:
    """What is asked of the release desk about a table, where it may be asked now."""
    database = enter(by=by, project=project)
    refuse_often_failed(project)
    if table.lower() not in tables(project):
        raise WrongUse(
            "There is no table of this name in the workspace.", fix="Make it with a statement first."
        )
    refuse_not_run(project, table.lower(), database)
    if not purpose.strip():
        raise WrongUse("Say what the number is for.", why="It is kept with every number that leaves.")
    by_column = {name: [str(label) for label in told] for name, told in labels.items()}
    return {"table": table.lower(), "by": by_column, "purpose": purpose.strip()[:500]}


def _refuse_no_amount(columns: Mapping[str, str], amount: str, unit: str) -> None:
    kind = columns.get(amount, "")
    if not kind.startswith(NUMBERS):
        raise WrongUse(
            "The mean is of a column of numbers of this table.",
            fix="See its columns and their types beside the editor; CAST makes a number of a text.",
        )
    if unit not in UNITS:
        raise WrongUse("An amount is in days, dollars or events.")


def refuse_often_failed(project: Project) -> None:
    """Raise RefusedByRule if too many tables of a project could not be made of the real rows lately.

    That one could not is told in the words for too few people; but of a large group it would be known, and
    somebody could make it hang on one person's row ("fail, if she was in hospital").
    """
    lately = timezone.now() - FAILED_WITHIN
    failed = project.lab_work.filter(failed=True, created_at__gt=lately).order_by("-created_at")
    times = list(failed.values_list("created_at", flat=True)[:MOST_FAILED])
    if len(times) == MOST_FAILED:
        again = timezone.localtime(times[-1] + FAILED_WITHIN)
        raise RefusedByRule(
            f"Nothing more is counted in this project before {in_words(again)}.",
            why=f"{MOST_FAILED} tables could be made on the twin and not on the real rows. Whether one can "
            "may hang on one person, so it is not found out often.",
            fix="Until then look for what may fail: use TRY_CAST, and smaller tables.",
        )


def find_work(reference: str) -> LabWork:
    """The piece of work a job names.

    Raises:
        WrongUse: there is none.
    """
    code, _, number = reference.rpartition("-w")
    rows = LabWork.objects.select_related("project__organisation")
    number = number.removesuffix(LONG)
    found = rows.filter(project__code=code, number=int(number) if number.isdecimal() else 0).first()
    if found is None:
        raise WrongUse("There is no such work.", where=reference)
    return found


def change(work: LabWork, verb: str, *, by: Person | str, event: str, **details: object) -> None:
    """Move a piece of work by `verb`, with its answer, and record it; call inside a transaction."""
    held = LabWork.objects.select_for_update(of=("self",)).get(pk=work.pk)
    work.state = WORK.after(verb, held.state)
    work.save()
    record(event, by=by, subject=work.subject, about=_whose(work.project), details=dict(details))


def leave(
    by: Person, project: Project, verb: str, several: Sequence[dict[str, Any]], event: str, **details: object
) -> list[tuple[LabWork, Job]]:
    """Leave pieces of work, each with a job.

    Args:
        verb: of `states.WORK`, which also says what kind of work it is. details: for the record.

    Raises:
        TryAgain: too much of the project waits; none is left then.
    """
    with transaction.atomic():
        Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
        if project.lab_work.filter(state=WorkState.WAITING).count() >= MOST_WAITING:
            raise TryAgain("Enough of this project waits already.", fix="Wait until it is answered.")
        last = project.lab_work.aggregate(last=Max("number"))["last"] or 0
        left = []
        for number, asked in enumerate(several, start=last + 1):
            work = LabWork.objects.create(
                project=project, number=number, kind="statement" if verb == "try" else verb,
                asked=asked, state=WORK.after(verb, None), by=by.username,
            )  # fmt: skip
            record(event, by=by, subject=work.subject, about=_whose(project), details=dict(details))
            left.append((work, tasks.leave(RUN, subject=work.reference, by=by)))
        return left


def _whose(project: Project) -> str:
    return project.organisation.code if project.organisation else ""
