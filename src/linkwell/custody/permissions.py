"""How a permission is asked: a capability names the roles that have it and the relation they need.

Each noun lists its capabilities in its own `permissions.py`; docs/states.md prints them all.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwell.custody.organisations.roles import Role
from linkwell.custody.remembered import rows
from linkwell.errors import RefusedByRule

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet

    from linkwell.custody.organisations.models import Membership, Organisation, Person


class NotAllowed(RefusedByRule):
    """This person may not do this."""


class Relation(StrEnum):
    """Where the role must be held."""

    CUSTODIAN = "in the custodian organisation"
    OWN = "in the organisation the thing belongs to"
    ANYWHERE = "in any organisation"
    NAMED = "anywhere, by who is named in the thing"


@dataclass(frozen=True)
class Capability:
    """One thing that can be done, the roles that may do it, and one plain sentence."""

    name: str
    roles: frozenset[Role]
    relation: Relation
    sentence: str


def allows(
    person: Person,
    capability: Capability,
    *,
    owner: Organisation | None = None,
    owners: Collection[Organisation] = (),
    named: bool = False,
) -> bool:
    """Whether `person` has `capability`.

    Args:
        owner, owners: whose the thing is, for a relation to its own organisation.
        named: whether the thing names this person, for a relation to the people in it.
    """
    if not person.is_active or (capability.relation is Relation.NAMED and not named):
        return False
    whose = {each.pk for each in (*owners, *([owner] if owner else []))}
    return any(_counts(each, capability, whose) for each in roles_held(person))


def _counts(membership: Membership, capability: Capability, whose: Collection[int]) -> bool:
    if membership.role not in capability.roles:
        return False
    if capability.relation is Relation.CUSTODIAN:
        return membership.organisation.is_custodian
    return capability.relation is not Relation.OWN or membership.organisation_id in whose


def remember_roles(person: Person) -> None:
    """Ask for somebody's roles once, for as long as this object of theirs lives: a page that only shows
    something asks for every button on it. What acts never remembers: it asks anew, in its transaction.
    """
    from django.db.models import Prefetch, prefetch_related_objects

    from linkwell.custody.organisations.models import Membership

    roles = Membership.objects.select_related("organisation").order_by("pk")
    prefetch_related_objects([person], Prefetch("memberships", roles))


def roles_held(person: Person) -> Iterable[Membership]:
    """Somebody's memberships with their organisations: as remembered, or else as they are now."""
    found: Iterable[Membership] = rows(person, "memberships", "organisation")
    return found


def allows_row(person: Person, capability: Capability, *, named: bool = False) -> Q:
    """`allows` as a condition inside another question to the database, which saves one of its own."""
    from django.db.models import Exists, Q

    return Q(Exists(_held(person, capability, named=named)))


def _held(person: Person, capability: Capability, *, named: bool) -> QuerySet[Membership]:
    if not person.is_active or (capability.relation is Relation.NAMED and not named):
        return person.memberships.none()
    found = person.memberships.filter(role__in=capability.roles)
    if capability.relation is Relation.CUSTODIAN:
        found = found.filter(organisation__is_custodian=True)
    elif capability.relation is Relation.OWN:
        found = found.none()  # whose a row is, is for the question itself to say
    return found


def check(
    person: Person,
    capability: Capability,
    *,
    owner: Organisation | None = None,
    owners: Collection[Organisation] = (),
    named: bool = False,
) -> None:
    """Raise unless `allows`.

    Raises:
        NotAllowed: in words that name the roles that may, never the thing that was asked for.
    """
    if allows(person, capability, owner=owner, owners=owners, named=named):
        return
    who = ", ".join(sorted(role.words for role in capability.roles))
    raise NotAllowed(
        "Your role does not allow this.",
        why=f"{capability.sentence} This is for: {who}.",
        fix="Ask someone with that role, or ask your custodian manager to change yours.",
    )
