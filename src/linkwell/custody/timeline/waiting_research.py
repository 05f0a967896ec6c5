"""What waits of research projects: applications and output requests, for whoever has a part in them.

Who sees which request is `visible_requests`; nothing here tells more. That one checker has looked is told to
nobody but that checker.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from django.db.models import Exists, Max, OuterRef
from django.utils import timezone

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import allows, roles_held
from linkwell.custody.projects.content import pairs
from linkwell.custody.projects.models import Application, Hold
from linkwell.custody.projects.seeing import named_in, visible_projects
from linkwell.custody.projects.states import ApplicationState, HoldState
from linkwell.custody.requests.keeping import awaited, may_say, still_open
from linkwell.custody.requests.models import OutputRequest
from linkwell.custody.requests.permissions import REPLY_TO_OUTPUT, REVIEW_OUTPUT, visible_requests
from linkwell.custody.requests.seeing import answer_due
from linkwell.custody.requests.states import RequestState
from linkwell.custody.requests.votes import looked
from linkwell.custody.timeline.story import waits_after
from linkwell.custody.timeline.waiting_line import Waiting
from linkwell.pages.labels import label

_R = RequestState
OPEN = (_R.DRAFT, _R.RETURNED, _R.REVIEW, _R.TOGETHER, _R.APPROVED)
HELD = (_R.REVIEW, _R.TOGETHER, _R.APPROVED)


def research_waiting(person: Person) -> Iterator[Waiting]:
    """The applications and output requests this person may know of that wait, and whom each waits on."""
    yield from _applications(person)
    yield from _requests(person)
    yield from _held(person)


def _applications(person: Person) -> Iterator[Waiting]:
    states = (ApplicationState.WAITING, ApplicationState.REVIEW, ApplicationState.RETURNED)
    found = Application.objects.filter(project__in=visible_projects(person), state__in=states)
    for each in found.select_related("project__organisation").prefetch_related("tikanga"):
        about = each.project
        if about.organisation is None:
            continue
        assessed = {finding.pair for finding in each.tikanga.all()}
        who = "reviewer" if assessed >= set(pairs()) else "kaitiaki and reviewer"
        who = "team" if each.state == ApplicationState.RETURNED else who
        words = label("waiting_on", who)
        yield Waiting("application", about.title, about.code, about.organisation, words, each.changed_at)


def _requests(person: Person) -> Iterator[Waiting]:
    team = Exists(named_in(person).filter(pk=OuterRef("project")))
    checks = allows(person, REVIEW_OUTPUT)
    held = Exists(Hold.objects.filter(project=OuterRef("project"), state=HoldState.STANDS))
    asked = visible_requests(person).filter(state__in=OPEN).annotate(mine=team, held=held)
    found = list(asked.prefetch_related("files", *(["votes"] if checks else [])))
    if not found:
        return
    since = _last_steps(found)
    for each in found:
        whose = each.project.organisation
        if whose is None:
            continue
        replying = _replying(each)
        who = _who(each, person, replying, held=each.held, team=each.mine, checks=checks)
        words, began = label("request_waits_on", who), since.get(each.subject, each.created_at)
        yield Waiting("output request", each.title, each.reference, whose, words, began, _due(each, replying))


def _who(
    request: OutputRequest,
    person: Person,
    replying: list[Organisation],
    *,
    held: bool,
    team: bool,
    checks: bool,
) -> str:
    """Whom a request waits on, as a key of [request_waits_on]; "you …" where it is this person."""
    if request.state in (_R.DRAFT, _R.RETURNED):
        return f"you {request.state}" if team else "team"
    if held:
        return "held"
    if request.state == _R.APPROVED and may_say(request, person):
        return "you kept"
    if request.state == _R.APPROVED and replying:
        return "you reply" if allows(person, REPLY_TO_OUTPUT, owners=replying) else "reply"
    if request.state == _R.APPROVED and still_open(request):
        return "kept"
    if not checks or team or request.author == person.username:
        return str(request.state)
    if request.state == _R.REVIEW and person.username in looked(request):
        return "you looked"
    return f"you {request.state}"


def _replying(request: OutputRequest) -> list[Organisation]:
    """The providers who may still reply to an approved request."""
    until = request.reply_until
    if request.state != _R.APPROVED or until is None or timezone.localdate() > until:
        return []
    return awaited(request)


def _due(request: OutputRequest, replying: list[Organisation]) -> datetime.date | None:
    if request.state == _R.APPROVED:
        return request.reply_until if replying else None
    return answer_due(request)


def _held(person: Person) -> Iterator[Waiting]:
    """For kaitiaki: projects their own hold stops while outputs are to leave; the request is not named."""
    theirs = [each.organisation_id for each in roles_held(person) if each.role == Role.KAITIAKI]
    if not theirs:
        return
    stands = Hold.objects.filter(state=HoldState.STANDS, organisation__in=theirs)
    stopped = stands.filter(project__output_requests__state__in=HELD).distinct()
    for each in stopped.select_related("project__organisation"):
        about, words = each.project, label("request_waits_on", "you hold")
        if about.organisation is not None:
            yield Waiting("held project", about.title, about.code, about.organisation, words, each.placed_at)


def _last_steps(requests: list[OutputRequest]) -> dict[str, datetime.datetime]:
    """When each began to wait: the last step that changed whom it waits on; reading a file is none."""
    steps = AuditEvent.objects.filter(subject__in=[each.subject for each in requests], verb__in=waits_after())
    last = steps.values("subject").annotate(last=Max("seq"))
    events = AuditEvent.objects.filter(seq__in=last.values("last"))
    return {event.subject: event.when for event in events}
