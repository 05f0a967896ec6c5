"""A party's own part of the record: everything that was done about it."""

from __future__ import annotations

from django.db.models import QuerySet

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.organisations.models import Organisation, Person


def own_organisations(person: Person) -> QuerySet[Organisation]:
    """The organisations whose trail this person may read."""
    held = person.memberships.filter(role__in=READ_OWN_TRAIL.roles, organisation__is_custodian=False)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def own_events(person: Person) -> QuerySet[AuditEvent]:
    """Every event about those organisations, newest first."""
    codes = list(own_organisations(person).values_list("code", flat=True))
    return AuditEvent.objects.filter(about__in=codes).order_by("-seq")
