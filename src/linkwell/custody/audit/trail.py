"""A party's own part of the record: everything that was done about it, and who things wait on now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.organisations.models import Organisation, Person


@dataclass(frozen=True)
class Waiting:
    """One thing that waits: what it is, group and key of the words for who it waits on, and since when."""

    kind: str
    name: str
    group: str
    key: str
    since: datetime


def own_organisations(person: Person) -> QuerySet[Organisation]:
    """The organisations whose trail this person may read."""
    held = person.memberships.filter(role__in=READ_OWN_TRAIL.roles, organisation__is_custodian=False)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def own_events(person: Person) -> QuerySet[AuditEvent]:
    """Every event about those organisations, newest first."""
    codes = list(own_organisations(person).values_list("code", flat=True))
    return AuditEvent.objects.filter(about__in=codes).order_by("-seq")


def waiting(person: Person) -> list[Waiting]:
    """What is under way for this person's organisations, longest waiting first."""
    from linkwell.custody.proposals.models import Proposal
    from linkwell.custody.supplies.models import Supply

    mine = own_organisations(person)
    found = [
        Waiting("proposal", each.title, "proposal_waits_on", str(each.state), each.changed_at)
        for each in Proposal.objects.filter(organisation__in=mine)
        if each.state in ("being written", "put forward")
    ]
    found += [
        Waiting("delivery", each.reference, "waits_on", str(each.state), each.changed_at)
        for each in Supply.objects.filter(agreement__organisation__in=mine)
        if each.state not in ("loaded", "rejected", "stopped", "practised", "withdrawn", "expired")
    ]
    return sorted(found, key=lambda each: each.since)
