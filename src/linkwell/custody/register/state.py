"""What the register says, worked out from live state each time.

It names organisations, purposes, fields and projects. It asks no table that holds or counts people, and
nothing in it changes when one person comes, goes or objects (tests/security/test_register.py).
"""

from __future__ import annotations

import datetime
import statistics
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractYear
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.specifications import agreed_specification
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.breaches.models import Breach
from linkwell.custody.projects.conditions import choices, conditions_of
from linkwell.custody.projects.models import Application, Project
from linkwell.custody.projects.states import ApplicationState, HoldState, ProjectState
from linkwell.custody.requests.models import OutputRequest
from linkwell.specification.model import FieldClass, Specification

FEW = 6
"""Below this many things (refusals, near misses, waits) no number is said; our choice."""

SHOWN = (ProjectState.APPROVED, ProjectState.RUN_OUT, ProjectState.CLOSED)


@dataclass(frozen=True)
class Sharing:
    """One organisation that shares now, under one agreement.

    Attributes:
        fields: (label, what for) of what is shared about the service.
        finding: what is used to find people once.
        left_out: how many columns stay with the organisation.
        object_by: the day to object before the next delivery; None where no day is set.
    """

    code: str
    name: str
    agreement: str
    purpose: str
    questions: tuple[str, ...]
    starts: datetime.date
    ends: datetime.date
    fields: tuple[tuple[str, str], ...]
    finding: tuple[str, ...]
    left_out: int
    frequency: str
    retention: str
    contact: str
    object_by: datetime.date | None
    fingerprint: str


@dataclass(frozen=True)
class Used:
    """One project that was approved."""

    code: str
    title: str
    purpose: str
    benefit: str
    publish: str
    organisation: str
    state: str
    starts: datetime.date | None
    ends: datetime.date | None
    variables: tuple[str, ...]
    whose: tuple[str, ...]
    conditions: tuple[str, ...]
    kaitiaki_conditions: bool
    stopped: bool
    outputs: tuple[tuple[str, datetime.date], ...]  # reference and day of each release


@cache
def words(part: str) -> list[dict[str, Any]]:
    """The sections of the page for people in the data: `people`, or `easy` for Easy Read."""
    text = (files("linkwell.custody.register") / "words.toml").read_text("utf-8")
    return list(tomllib.loads(text)[part])


def sharing(code: str | None = None) -> list[Sharing]:
    """Every organisation that shares now, by name; of one of them if its code is given.

    Left out is every organisation of which being named would itself tell something (specification.sensitive).
    """
    today = timezone.localdate()
    found = Agreement.objects.filter(
        state=AgreementState.IN_FORCE, starts__lte=today, ends__gte=today, **({"organisation__code": code}
        if code else {})
    ).select_related("organisation", "specification")  # fmt: skip
    lines = [(each, agreed_specification(each)) for each in found.order_by("organisation__name", "reference")]
    return [_sharing(agreement, spec, today) for agreement, spec in lines if not spec.sensitive]


def _sharing(agreement: Agreement, spec: Specification, today: datetime.date) -> Sharing:
    finding = (FieldClass.LINKING_ID, FieldClass.LINKING_BIOGRAPHIC)
    listed = [field for _, field in spec.fields()]
    due = sorted(day for day in agreement.cut_offs if datetime.date.fromisoformat(day) > today)
    return Sharing(
        code=agreement.organisation.code,
        name=agreement.organisation.name,
        agreement=agreement.reference,
        purpose=agreement.purpose or spec.purpose,
        questions=tuple(spec.questions),
        starts=agreement.starts,
        ends=agreement.ends,
        fields=tuple((f.label, f.purpose) for f in listed if f.cls is FieldClass.CONTENT),
        finding=tuple(dict.fromkeys(f.label for f in listed if f.cls in finding)),
        left_out=len(spec.not_supplied),
        frequency=spec.frequency,
        retention=spec.retention,
        contact=spec.contact,
        object_by=datetime.date.fromisoformat(due[0]) if due else None,
        fingerprint=spec.digest,
    )


def projects(code: str | None = None) -> list[Used]:
    """Every research project that was approved, newest first; one of them if its code is given."""
    found = Project.objects.filter(
        agreement=None, service="", state__in=SHOWN, **({"code": code} if code else {})
    )
    rows = found.select_related("organisation").prefetch_related(
        "uses__organisation", "holds", "applications"
    )
    released: dict[int, list[tuple[str, datetime.date]]] = {}
    for project, reference, moment in _released().values_list("project", "reference", "released_at"):
        released.setdefault(project, []).append((reference, timezone.localdate(moment)))
    return [_used(each, released.get(each.pk, [])) for each in rows.order_by("-code")]


def _released() -> QuerySet[OutputRequest]:
    """What left, but for what is about one provider alone: that goes to the provider."""
    return OutputRequest.objects.filter(released_at__isnull=False, about=None)


def _used(project: Project, released: list[tuple[str, datetime.date]]) -> Used:
    approved = [each for each in project.applications.all() if each.state == ApplicationState.APPROVED]
    answers = approved[-1].answers if approved else {}
    listed = conditions_of(project)
    return Used(
        code=project.code,
        title=project.title,
        purpose=project.purpose,
        benefit=answers.get("benefit", ""),
        publish=answers.get("publish", ""),
        organisation=project.organisation.name if project.organisation else "",
        state=project.state,
        starts=project.starts,
        ends=project.ends,
        variables=tuple(sorted(project.variables)),
        whose=tuple(sorted({each.organisation.name for each in project.uses.all()})),
        conditions=tuple(each.words for each in listed if each.code in choices()),
        kaitiaki_conditions=any(each.set_by == "kaitiaki" for each in listed),
        stopped=any(each.state == HoldState.STANDS for each in project.holds.all()),
        outputs=tuple(sorted(released, key=lambda line: (line[1], line[0]))),
    )


def in_summary(number: int) -> str:
    """A number of things in words: none, fewer than six, or the number."""
    return "none" if number == 0 else f"fewer than {FEW}" if number < FEW else str(number)


def by_year() -> list[dict[str, str]]:
    """What was refused and what nearly went wrong, of every finished year, in summary."""
    this = timezone.localdate().year
    refused = Application.objects.filter(state=ApplicationState.REFUSED).annotate(
        year=ExtractYear("decided_at")
    )
    ineligible = Assessment.objects.filter(state="refused").annotate(year=ExtractYear("decided_at"))
    misses = Breach.objects.annotate(year=ExtractYear("found_at"))
    counts = {
        "projects": _counted(refused), "proposals": _counted(ineligible), "misses": _counted(misses),
    }  # fmt: skip
    years = sorted({year for found in counts.values() for year in found if year < this}, reverse=True)
    return [
        {"year": str(year), **{name: in_summary(found.get(year, 0)) for name, found in counts.items()}}
        for year in years
    ]


def _counted(rows: Any) -> dict[int, int]:
    found = rows.values("year").annotate(number=Count("pk")).values_list("year", "number")
    return {int(year): number for year, number in found if year}


def waits() -> list[tuple[str, str]]:
    """How long each stage took in the last two years, in whole weeks; in the middle, where enough took it."""
    since = timezone.now() - datetime.timedelta(days=730)
    assessed = Assessment.objects.filter(decided_at__gte=since).values_list("created_at", "decided_at")
    reviewed = Application.objects.filter(
        Q(state=ApplicationState.APPROVED) | Q(state=ApplicationState.REFUSED), decided_at__gte=since
    ).values_list("put_in_at", "decided_at")
    checked = _released().filter(released_at__gte=since).values_list("submitted_at", "released_at")
    return [
        ("An organisation’s proposal, until it is decided", _weeks(assessed)),
        ("A project’s application, until it is decided", _weeks(reviewed)),
        ("A project’s output, until it is released", _weeks(checked)),
    ]


def _weeks(pairs: Iterable[tuple[datetime.datetime | None, datetime.datetime | None]]) -> str:
    days = [(end - start).days for start, end in pairs if start is not None and end is not None]
    if len(days) < FEW:
        return "too few to say"
    weeks = round(statistics.median(days) / 7)
    return "less than a week" if weeks < 1 else "about a week" if weeks == 1 else f"about {weeks} weeks"
