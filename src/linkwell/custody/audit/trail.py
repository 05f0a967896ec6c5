"""A party's own part of the record: everything that was done about it."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from linkwell.custody.audit.models import AuditEvent
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.audit.record import SYSTEM
from linkwell.custody.organisations.before import TAKEN
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.roles import Role
from linkwell.custody.permissions import roles_held
from linkwell.pages.labels import label

_TOLD = ("role", "roles", "why", "reason", "to", "kind", "analyst", "analysts_added", "asked_by", "count")
"""Details that say in words what was done; numbers and fingerprints of data are not for this page."""


def own_organisations(person: Person) -> QuerySet[Organisation]:
    """The organisations whose trail this person may read."""
    held = person.memberships.filter(role__in=READ_OWN_TRAIL.roles, organisation__is_custodian=False)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def own_events(person: Person) -> QuerySet[AuditEvent]:
    """Every event about those organisations, newest first."""
    return AuditEvent.objects.filter(about__in=_own(person).values()).order_by("-seq")


def _own(person: Person) -> dict[int, str]:
    """Number and code of each of those organisations."""
    held = [each.organisation for each in roles_held(person) if each.role in READ_OWN_TRAIL.roles]
    return {each.pk: each.code for each in held if not each.is_custodian}


def events_about(about: str, person: Person | None) -> QuerySet[AuditEvent]:
    """Every event, or those about a thing or organisation, or by and about one person; newest first."""
    found = AuditEvent.objects.order_by("-seq")
    if about:
        found = found.filter(Q(about=about) | Q(subject__icontains=about))
    if person is not None:
        found = found.filter(Q(actor=person.username) | Q(subject=person.subject))
    return found


def told(event: AuditEvent) -> str:
    """What an event says beside its verb, in words; "" if nothing."""
    said = {name: event.details[name] for name in _TOLD if event.details.get(name)}
    every = {name: each if isinstance(each, list) else [each] for name, each in said.items()}
    words = {name: ", ".join(_word(name, str(one)) for one in each) for name, each in every.items()}
    return "; ".join(f"{name.replace('_', ' ')}: {each}" for name, each in words.items())


def _word(name: str, value: str) -> str:
    if name in ("role", "roles") and value in set(Role):
        return Role(value).words
    return label("leaving", value) if name == "why" else value


def doers(person: Person, events: Iterable[AuditEvent], *, custodian: str) -> dict[str, str]:
    """Actor -> who that is to this person: a colleague by sign-in name, everybody else by their side only."""
    own = _own(person)
    actors = {event.actor for event in events}
    found = dict.fromkeys(actors, "somebody else") | {SYSTEM: "Linkwell"}
    held = Membership.objects.filter(person__username__in=actors).select_related("organisation", "person")
    staff = {each.person.username for each in held if each.organisation.is_custodian}
    gone = AuditEvent.objects.filter(
        verb=TAKEN, about__in=own.values(), subject__in=[f"person/{each}" for each in actors]
    ).values_list("subject", flat=True)
    mine = {each.person.username for each in held if each.organisation_id in own}
    mine |= {each for each in actors if f"person/{each}" in gone}
    programs = {each for each in actors if each.startswith("token/")}
    found |= dict.fromkeys(programs, "a sender’s program") | dict.fromkeys(staff, custodian)
    return found | {each: each for each in mine}
