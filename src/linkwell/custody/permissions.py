"""How a permission is asked: a capability names the roles that have it and the relation they need.

Each noun lists its capabilities in its own `permissions.py`; docs/states.md prints them all.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from linkwell.custody.organisations.roles import Role
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
    return held(person, capability, owner=owner, owners=owners, named=named).exists()


def allows_row(person: Person, capability: Capability, *, named: bool = False) -> Q:
    """`allows` as a condition inside another question to the database, which saves one of its own."""
    from django.db.models import Exists, Q

    return Q(Exists(held(person, capability, named=named)))


def held(
    person: Person,
    capability: Capability,
    *,
    owner: Organisation | None = None,
    owners: Collection[Organisation] = (),
    named: bool = False,
) -> QuerySet[Membership]:
    """The memberships by which `person` has `capability`; arguments as for `allows`."""
    if not person.is_active or (capability.relation is Relation.NAMED and not named):
        return person.memberships.none()
    found = person.memberships.filter(role__in=capability.roles)
    if capability.relation is Relation.CUSTODIAN:
        found = found.filter(organisation__is_custodian=True)
    elif capability.relation is Relation.OWN:
        found = found.filter(organisation__in=[*owners, *([owner] if owner else [])])
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
