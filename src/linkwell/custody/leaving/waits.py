"""What waits for somebody, and what becomes of it when they go: shown before a role is taken away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils import timezone

from linkwell.custody.agreements.tokens import tokens_of
from linkwell.custody.assessments.models import Assessment
from linkwell.custody.assessments.states import AssessmentState
from linkwell.custody.organisations.models import Membership, Organisation, Person
from linkwell.custody.organisations.permissions import TAKE_STAFF_ROLE
from linkwell.custody.organisations.roles import RELAYS, Kind, Role
from linkwell.custody.permissions import allows
from linkwell.custody.projects.models import ProjectMember
from linkwell.custody.projects.states import ProjectState
from linkwell.custody.signin.lost import standing
from linkwell.custody.signin.permissions import SPEAK_FOR_ANYONE
from linkwell.custody.supplies.models import Supply
from linkwell.custody.supplies.states import SupplyState
from linkwell.pages.labels import label


@dataclass(frozen=True)
class Left:
    """One thing that waits for a person, or that they take with them.

    Attributes:
        kind: its label in the section `left_behind`. name: how its page calls it, "" if it has none.
    """

    kind: str
    name: str

    @property
    def words(self) -> str:
        """What it is and what becomes of it."""
        return label("left_behind", self.kind)


def roles_seen(by: Person) -> QuerySet[Membership]:
    """The roles `by` may know of: all for the custodian's staff, those in a lead's own organisations else."""
    held = Membership.objects.select_related("organisation", "person").order_by("pk")
    if allows(by, SPEAK_FOR_ANYONE):
        return held
    led = by.memberships.filter(role__in=TAKE_STAFF_ROLE.roles).values("organisation")
    return held.filter(organisation__in=led)


def seen_roles(by: Person, person: Person) -> QuerySet[Membership]:
    """The roles of one person that `by` may know of."""
    return roles_seen(by).filter(person=person)


def left_behind(by: Person, person: Person) -> list[Left]:
    """What would be left when the roles `by` may see went; of other organisations nothing shows."""
    roles = list(seen_roles(by, person))
    there = [held.organisation for held in roles]
    staff = any(organisation.is_custodian for organisation in there)
    found = [*_sending(person, there), *_alone(roles), *_tokens(there)]
    return [*(_at_the_custodian(person) if staff else ()), *found]


def _at_the_custodian(person: Person) -> Iterator[Left]:
    under_way = Assessment.objects.filter(state=AssessmentState.UNDER_WAY, assessor=person.username)
    yield from (Left("assessment", each.reference) for each in under_way)
    named = ProjectMember.objects.filter(person=person, project__state=ProjectState.APPROVED)
    for each in named.select_related("project"):
        others = each.project.members.exclude(person=person).exists()
        yield Left("project" if others else "project_alone", each.project.code)
    yield from (Left("lost_device", each.person.username) for each in standing().filter(asked_by=person))


def _sending(person: Person, there: list[Organisation]) -> Iterator[Left]:
    own = Q(agreement__organisation__in=there) | Q(agreement__via__in=there)
    coming = Supply.objects.filter(own, state=SupplyState.RECEIVING, uploads__token__person=person)
    yield from (Left("sending", each.reference) for each in coming.distinct())


_NEEDED = (Role.PROVIDER_LEAD, Role.VENDOR_SENDER, Role.INTERMEDIARY, Role.CUSTODIAN_MANAGER, Role.LINKER,
           Role.INTEGRATOR, Role.ANALYST, Role.OUTPUT_CHECKER, Role.ASSESSOR)  # fmt: skip


def _alone(roles: list[Membership]) -> Iterator[Left]:
    for held in roles:
        others = Membership.objects.filter(organisation=held.organisation, role=held.role)
        if held.role in _NEEDED and not others.exclude(person=held.person_id).exists():
            yield Left("alone", f"{held.get_role_display()}, {held.organisation.name}")


def _tokens(there: list[Organisation]) -> Iterator[Left]:
    senders = [each for each in there if each.kind == Kind.PROVIDER or each.kind in RELAYS]
    for organisation in senders:
        live = tokens_of(organisation).filter(ended_at=None, expires_at__gt=timezone.now())
        yield from (Left("token", token.key_id) for token in live)
