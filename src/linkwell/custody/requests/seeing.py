"""What a person sees of a request: votes only where they may be seen, related releases, the clock."""

from __future__ import annotations

import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from linkwell.confidentiality.output_check.findings import rules
from linkwell.custody.agreements.models import Agreement
from linkwell.custody.organisations.models import Person
from linkwell.custody.outputs.models import Release
from linkwell.custody.permissions import allows
from linkwell.custody.projects.access import agreements_of
from linkwell.custody.projects.seeing import writes
from linkwell.custody.requests.contents import BESIDE
from linkwell.custody.requests.keeping import readers_first
from linkwell.custody.requests.models import OutputRequest, RequestFile, RequestVote
from linkwell.custody.requests.permissions import (
    KEEP_AS_KAITIAKI,
    REVIEW_OUTPUT,
    SEE_REQUESTS,
    SEE_REQUESTS_ABOUT_US,
    SHOWN_OUTSIDE,
)
from linkwell.custody.requests.states import RequestState
from linkwell.custody.requests.votes import leaving, standing

TARGET_DAYS = 5
"""Working days a team should wait for an answer (nz-domain 3.6: about five)."""


def votes_seen(request: OutputRequest, person: Person) -> list[RequestVote]:
    """Blinded: until both have looked a checker sees their own votes only, and nobody else any."""
    if not allows(person, REVIEW_OUTPUT):
        return []
    found = standing(request)
    if request.state == RequestState.REVIEW:
        return [vote for vote in found if vote.reviewer == person.username]
    return found


def files_seen(request: OutputRequest, person: Person) -> list[RequestFile]:
    """Team and checkers see every file; providers that read it first, and kaitiaki, those that leave."""
    if writes(request.project, person) or allows(person, REVIEW_OUTPUT):
        return list(request.files.all())
    if request.state not in SHOWN_OUTSIDE:
        return []
    readers = readers_first(request, request.about)
    ours = allows(person, SEE_REQUESTS_ABOUT_US, owners=readers) or allows(person, KEEP_AS_KAITIAKI)
    return leaving(request) if ours else []


def inside(request: OutputRequest, person: Person) -> bool:
    """Whether somebody sees what the check found and how the request went: its team, checkers, auditors."""
    return writes(request.project, person) or allows(person, SEE_REQUESTS)


def marked_seen(request: OutputRequest, person: Person) -> bool:
    """Whether somebody may have the workbook that shows each fault at its cell; it holds the numbers."""
    return bool(request.checked) and (writes(request.project, person) or allows(person, REVIEW_OUTPUT))


def verdicts(request: OutputRequest) -> dict[str, str]:
    """What the newest check says of each file."""
    return {each["name"]: each["verdict"] for each in request.checked.get("files", ())}


def findings_seen(request: OutputRequest, person: Person) -> list[dict[str, Any]]:
    """What the newest check found, the gravest first, each with the words of its rule."""
    if not inside(request, person):
        return []
    order = ("fail", "review", "note")
    found = sorted(request.checked.get("findings", ()), key=lambda each: order.index(each["verdict"]))
    return [{**each, "rule_words": rules()[each["rule"]]} for each in found if each["rule"] in rules()]


def beside_seen(request: OutputRequest, person: Person) -> dict[str, Any] | None:
    """What its files tell beside other requests and reports, for checkers: it names others' requests."""
    told = request.checked.get(BESIDE)
    if told is None or not allows(person, REVIEW_OUTPUT):
        return None
    known = [each for each in told["findings"] if each["rule"] in rules()]
    return {**told, "findings": [{**each, "rule_words": rules()[each["rule"]]} for each in known]}


def files_left_beside(agreement: Agreement) -> list[OutputRequest]:
    """Requests released from data under an agreement; who is counted in their files is not known."""
    found = OutputRequest.objects.filter(project__uses=agreement, state=RequestState.RELEASED)
    return list(found.order_by("-released_at")[:20])


def related(request: OutputRequest) -> tuple[list[Release], list[OutputRequest]]:
    """What left before of the same project, or made from data under the same agreements."""
    agreements = [each.pk for each in agreements_of(request.project)]
    same = Q(project=request.project) | Q(project__uses__in=agreements)
    requests = (
        OutputRequest.objects.filter(same, state=RequestState.RELEASED).exclude(pk=request.pk).distinct()
    )
    about = Q(output__project__agreement__in=agreements) | Q(output__project__uses__in=agreements)
    releases = Release.objects.filter(about).distinct()
    return list(releases[:20]), list(requests.order_by("-released_at")[:20])


def working_days(since: datetime.date, until: datetime.date) -> int:
    """Days from Monday to Friday after `since`, up to `until`."""
    days = (since + datetime.timedelta(days=at) for at in range(1, (until - since).days + 1))
    return sum(day.weekday() < 5 for day in days)


def answer_due(request: OutputRequest) -> datetime.date | None:
    """The day by which the team should have its answer; None while the turn is not the checkers'."""
    waiting = (RequestState.REVIEW, RequestState.TOGETHER)
    if request.state not in waiting or request.submitted_at is None:
        return None
    day, left = timezone.localdate(request.submitted_at), TARGET_DAYS
    while left:
        day += datetime.timedelta(days=1)
        left -= day.weekday() < 5
    return day


def clock(request: OutputRequest) -> str:
    """How long the team has waited, in words; "" while the turn is not the checkers'."""
    due = answer_due(request)
    if due is None or request.submitted_at is None:
        return ""
    days = working_days(timezone.localdate(request.submitted_at), timezone.localdate())
    late = "" if timezone.localdate() <= due else " It is late."
    return f"Working day {days} of {TARGET_DAYS} since it was submitted.{late}"
