"""What waits now, on whom, and since when: for a provider its own, for staff everything they may see, and for
everybody the projects and output requests they have a part in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import chain

from django.db.models import Exists, Max, Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.models import Agreement
from linkwell.custody.agreements.notices import custodian, waits_for
from linkwell.custody.agreements.permissions import SEE_ALL_AGREEMENTS
from linkwell.custody.agreements.states import AgreementState
from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.trail import own_organisations
from linkwell.custody.breaches.models import Breach
from linkwell.custody.breaches.permissions import SEE_BREACHES
from linkwell.custody.breaches.states import BreachState
from linkwell.custody.clients.models import ClientOk
from linkwell.custody.clients.states import OkState
from linkwell.custody.organisations.models import Organisation, Person
from linkwell.custody.outputs.models import Output
from linkwell.custody.outputs.permissions import SEE_OUTPUTS
from linkwell.custody.outputs.states import OutputState
from linkwell.custody.permissions import allows
from linkwell.custody.proposals.models import Proposal
from linkwell.custody.proposals.permissions import SEE_ALL_PROPOSALS
from linkwell.custody.proposals.states import ProposalState
from linkwell.custody.removals.models import Removal
from linkwell.custody.removals.permissions import SEE_REMOVALS
from linkwell.custody.removals.states import RemovalState
from linkwell.custody.supplies.calendar import due_soon
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.permissions import SEE_ALL
from linkwell.custody.supplies.states import SupplyState
from linkwell.custody.timeline.waiting_line import Waiting
from linkwell.custody.timeline.waiting_research import research_waiting
from linkwell.custody.uses.models import LaterUse
from linkwell.custody.uses.permissions import SEE_ALL_USES
from linkwell.custody.uses.states import UseState
from linkwell.pages.labels import label

UNDER_WAY = (
    SupplyState.RECEIVING, SupplyState.RECEIVED, SupplyState.CHECKING, SupplyState.CHECKED,
    SupplyState.ACCEPTING, SupplyState.ACCEPTED, SupplyState.LINKING, SupplyState.LINKED,
)  # fmt: skip
KINDS = (
    "proposal", "agreement", "OK", "delivery that is due", "delivery", "output", "taking out", "later use",
    "breach",
)  # fmt: skip


def waiting(person: Person) -> list[Waiting]:
    """What is under way for this person's own organisations and projects, longest waiting first."""
    return _sorted(chain(_all(own_organisations(person), frozenset(KINDS)), research_waiting(person)))


def waiting_for_staff(person: Person) -> list[Waiting]:
    """What is under way for everybody, of the kinds this person may see, longest waiting first."""
    may_see = {
        "proposal": SEE_ALL_PROPOSALS,
        "agreement": SEE_ALL_AGREEMENTS,
        "OK": SEE_ALL_AGREEMENTS,
        "delivery that is due": SEE_ALL_AGREEMENTS,
        "delivery": SEE_ALL,
        "output": SEE_OUTPUTS,
        "taking out": SEE_REMOVALS,
        "later use": SEE_ALL_USES,
        "breach": SEE_BREACHES,
    }
    kinds = frozenset(kind for kind, need in may_see.items() if allows(person, need))
    everybodys = _all(Organisation.objects.filter(is_custodian=False), kinds)
    return _sorted(chain(everybodys, research_waiting(person)))


def _sorted(found: Iterable[Waiting]) -> list[Waiting]:
    return sorted(found, key=lambda each: each.since)


def _all(whose: QuerySet[Organisation], kinds: frozenset[str]) -> Iterator[Waiting]:
    lists = {
        "proposal": _proposals, "agreement": _agreements, "OK": _oks, "delivery that is due": _due,
        "delivery": _deliveries, "output": _outputs, "taking out": _removals, "later use": _uses,
        "breach": _breaches,
    }  # fmt: skip
    for kind in KINDS:
        if kind in kinds:
            yield from lists[kind](whose)


def since_last_event(subjects: list[str]) -> dict[str, datetime]:
    """When the last event about each subject was recorded, in one query."""
    last = AuditEvent.objects.filter(subject__in=subjects).values("subject").annotate(last=Max("seq"))
    events = AuditEvent.objects.filter(seq__in=last.values("last"))
    return {event.subject: event.when for event in events}


def _proposals(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    states = (ProposalState.WRITING, ProposalState.PUT_FORWARD, ProposalState.APPROVED)
    found = Proposal.objects.filter(organisation__in=whose, state__in=states).select_related("organisation")
    for each in found.exclude(state=ProposalState.APPROVED, agreements__isnull=False):
        who = label("proposal_waits_on", each.state)
        yield Waiting("proposal", each.title, each.reference, each.organisation, who, each.changed_at)


def _agreements(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    states = (AgreementState.BEING_AGREED, AgreementState.IN_FORCE)
    found = Agreement.objects.filter(organisation__in=whose, state__in=states, on_paper=False)
    listed = list(found.select_related("organisation").prefetch_related("versions__signatures"))
    waits = [(each, waits_for(each)) for each in listed]
    waits = [(each, who) for each, who in waits if who != "nobody"]
    since = since_last_event([each.subject for each, _ in waits])
    for each, who in waits:
        began = since.get(each.subject, each.created_at)
        yield Waiting("agreement", each.reference, each.reference, each.organisation, who, began)


def _oks(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    found = ClientOk.objects.filter(agreement__organisation__in=whose, state=OkState.WAITING)
    for each in found.select_related("agreement__organisation"):
        if each.agreement.live():
            about, who = each.agreement, label("waiting_on", "lead")
            yield Waiting("OK", about.reference, about.reference, about.organisation, who, each.changed_at)


def _deliveries(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    found = Supply.objects.filter(agreement__organisation__in=whose, state__in=UNDER_WAY)
    for each in found.select_related("agreement__organisation"):
        arriving = each.state == SupplyState.RECEIVING  # the delivery's own page says "you"
        who = label("waiting_on", "sender") if arriving else label("waits_on", each.state)
        yield Waiting("delivery", each.reference, each.reference, each.organisation, who, each.changed_at)


def _due(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    for each in due_soon(whose):
        since = timezone.make_aware(datetime.combine(each.since, time()))
        about, name = each.agreement, each.agreement.reference
        who = label("waiting_on", "sender")
        yield Waiting("delivery that is due", name, name, about.organisation, who, since, each.day)


_REMOVAL_WAITS = {
    RemovalState.ASKED: "confirmer", RemovalState.CONFIRMED: "loader", RemovalState.DESTROYING: "computer",
}  # fmt: skip


def _removals(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    found = Removal.objects.filter(agreement__organisation__in=whose, state__in=list(_REMOVAL_WAITS))
    for each in found.select_related("agreement__organisation"):
        words = label("waiting_on", _REMOVAL_WAITS[RemovalState(each.state)])
        yield Waiting("taking out", each.reference, each.reference, each.organisation, words, each.changed_at)


def _outputs(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    states = (OutputState.ANALYSING, OutputState.FAILED, OutputState.READY, OutputState.RELEASING)
    about = Q(project__agreement__organisation__in=whose)
    # a pool is in the custodian's hands
    about |= ~Q(project__service="") & Q(Exists(whose.filter(is_custodian=True)))
    found = Output.objects.filter(about, state__in=states)
    for each in found.select_related("project__agreement__organisation"):
        agreement = each.project.agreement
        owner = custodian() if agreement is None else agreement.organisation
        who = label("output_waits_on", each.state)
        yield Waiting("output", each.reference, each.reference, owner, who, each.changed_at)


def _uses(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    found = LaterUse.objects.filter(agreement__organisation__in=whose, state=UseState.ASKED)
    for each in found.select_related("agreement__organisation"):
        about, who = each.agreement.organisation, label("waiting_on", "body")
        yield Waiting("later use", each.title, each.reference, about, who, each.asked_at)


def _breaches(whose: QuerySet[Organisation]) -> Iterator[Waiting]:
    states = (BreachState.RECORDED, BreachState.SERIOUS)
    for each in Breach.objects.filter(organisation__in=whose, state__in=states).select_related(
        "organisation"
    ):
        who = label("waiting_on", "judge" if each.state == BreachState.RECORDED else "tell")
        yield Waiting("breach", each.reference, each.reference, each.organisation, who, each.found_at)
