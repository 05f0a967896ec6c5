"""Passing a released report on to a commissioner, stopping, and what an agreement says happens by itself."""

from __future__ import annotations

import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from linkwell.custody.agreements.notices import tell
from linkwell.custody.audit.record import SYSTEM, record
from linkwell.custody.commissioning.models import PassedOn
from linkwell.custody.commissioning.permissions import PASS_ON, READ_PASSED_ON
from linkwell.custody.commissioning.states import PASSING, PassingState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Kind
from linkwell.custody.outputs.models import Release
from linkwell.custody.permissions import check
from linkwell.errors import WrongUse


def commissioners() -> QuerySet[Organisation]:
    """Every commissioner a report could be passed on to."""
    return Organisation.objects.filter(kind=Kind.COMMISSIONER).order_by("name")


def pass_on(*, by: Person, release: Release, to: Organisation) -> PassedOn:
    """Let one commissioner read one released report; passing it on twice changes nothing.

    Raises:
        NotAllowed: `by` is not lead of the provider the report is about.
        WrongUse: `to` is no commissioner.
    """
    check(by, PASS_ON, owner=release.organisation)
    if to.kind != Kind.COMMISSIONER:
        raise WrongUse(
            "A report is passed on to a commissioner.",
            where=to.code,
            fix="Ask the custodian to enter the organisation as a commissioner.",
        )
    return _move(release, to, "pass on", by=by)


def stop_passing(*, by: Person, release: Release, to: Organisation) -> PassedOn:
    """Stop showing a report to a commissioner from now on.

    Raises:
        NotAllowed; WrongState: it is not shown.
    """
    check(by, PASS_ON, owner=release.organisation)
    return _move(release, to, "stop", by=by)


def _move(release: Release, to: Organisation, verb: str, *, by: Person | str) -> PassedOn:
    with transaction.atomic():
        row = PassedOn.objects.select_for_update(of=("self",)).filter(release=release, to=to).first()
        if row is not None and verb == "pass on" and row.state == PassingState.PASSED:
            return row
        state = PASSING.after(verb, row.state if row else None)
        row = row or PassedOn(release=release, to=to)
        row.state, row.by, row.passed_at = state, str(by), timezone.now()
        row.save()
        shown = state == PassingState.PASSED
        record(
            "report.passed on" if shown else "report.no longer shown",
            by=by,
            subject=f"release/{release.reference}",
            about=release.organisation.code,
            details={"to": to.code},
        )
        if shown:
            tell(None, "report_passed_on", to, about=release.reference)
    return row


def passed_on_to(person: Person) -> QuerySet[Release]:
    """The reports this person reads for a commissioner: what was passed on, and nothing else."""
    mine = person.memberships.filter(role__in=READ_PASSED_ON.roles, organisation__kind=Kind.COMMISSIONER)
    shown = PassedOn.objects.filter(to__in=mine.values("organisation"), state=PassingState.PASSED)
    return Release.objects.filter(pk__in=shown.values("release"))


def pass_on_what_is_due(today: datetime.date | None = None) -> int:
    """Pass on what an agreement in force says is passed on by now; returns how many.

    A report that the provider passed on, or stopped, itself is left as it is.
    """
    day, count = today or timezone.localdate(), 0
    found = Release.objects.filter(output__project__agreement__passes_on_days__isnull=False).select_related(
        "organisation", "output__project__agreement__commissioner"
    )
    for release in found:
        agreement = release.output.project.agreement
        assert agreement is not None
        assert agreement.passes_on_days is not None
        to, wait = agreement.commissioner, datetime.timedelta(days=agreement.passes_on_days)
        due = timezone.localdate(release.released_at) + wait
        if to is None or not agreement.live(day) or due > day or release.passed_on.filter(to=to).exists():
            continue
        with transaction.atomic():
            _move(release, to, "as agreed", by=SYSTEM)
            tell(None, "passed_on_as_agreed", release.organisation, about=release.reference)
        count += 1
    return count
