"""The people of a demonstration, one of each kind, with passwords that follow from the home's demo seed."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from linkwell.custody.organisations.roles import CUSTODIAN_CODE, Role
from linkwell.errors import RefusedByRule
from linkwell.vault.secrets import demo_secret
from linkwell.vault.zones import Home

if TYPE_CHECKING:  # a password can be asked for before Django is started
    from linkwell.custody.organisations.models import Organisation, Person


@dataclass(frozen=True)
class DemoPerson:
    """Somebody invented, with a password to print."""

    username: str
    name: str
    what: str
    password: str


_CUSTODIANS: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("integrator", "Ana Integrator", "custodian staff: receives, accepts, loads, works out insights",
     (Role.CUSTODIAN_MANAGER, Role.INTEGRATOR, Role.ANALYST)),
    ("linker", "Lee Linker", "custodian staff: links people, sees the linkage report", (Role.LINKER,)),
    ("checker", "Chris Checker", "output checker: decides what is released", (Role.OUTPUT_CHECKER,)),
    ("researcher", "Rae Researcher", "researcher: reads the catalogue", (Role.RESEARCHER,)),
)  # fmt: skip
_PROVIDER = ("provider", "Pat Provider", "provider: sees what was sent, receipts and the report")


def password_of(home: Home, username: str) -> str:
    """The demonstration password of a demo person.

    Raises:
        RefusedByRule: this home is not a demonstration.
    """
    if home.demo_seed is None:
        raise RefusedByRule(
            "There are no demonstration people in a real data home.",
            why="Everybody knows their passwords.",
            fix="Add people with: linkwell custodian add-person",
        )
    secret = base64.b32encode(demo_secret(home.demo_seed, f"password of {username}")).decode().lower()
    return "-".join(secret[at : at + 4] for at in range(0, 16, 4))


def enter_people(home: Home, *, provider: Organisation | None = None) -> list[DemoPerson]:
    """Enter the demonstration's people; the provider's only once its organisation is there. Repeatable.

    Raises:
        RefusedByRule: this home is not a demonstration.
    """
    from linkwell.custody.organisations.actions import add_person, first_manager, found_custodian
    from linkwell.custody.organisations.models import Membership

    custodian = found_custodian(code=CUSTODIAN_CODE, name=home.name)
    people = [DemoPerson(name, full, what, password_of(home, name)) for name, full, what, _ in _CUSTODIANS]
    first = people[0]
    if not Membership.objects.filter(role=Role.CUSTODIAN_MANAGER).exists():
        first_manager(username=first.username, name=first.name, password=first.password)
    manager = person(first.username)
    for each, (_, _, _, roles) in zip(people, _CUSTODIANS, strict=True):
        add_person(
            by=manager,
            username=each.username,
            name=each.name,
            password=each.password,
            organisation=custodian,
            roles=roles,
        )
    if provider is not None:
        username, name, what = _PROVIDER
        password = password_of(home, username)
        people.insert(0, DemoPerson(username, name, what, password))
        add_person(
            by=manager,
            username=username,
            name=name,
            password=password,
            organisation=provider,
            roles=[Role.PROVIDER_LEAD],
        )
    return people


def sign_ins(home: Home) -> list[DemoPerson]:
    """Everybody who was entered, with what to print.

    Raises:
        RefusedByRule: this home is not a demonstration.
    """
    from linkwell.custody.organisations.models import Person

    everyone = [_PROVIDER, *((name, full, what) for name, full, what, _ in _CUSTODIANS)]
    there = set(Person.objects.values_list("username", flat=True))
    return [
        DemoPerson(name, full, what, password_of(home, name))
        for name, full, what in everyone
        if name in there
    ]


def person(username: str) -> Person:
    """The person with this sign-in name."""
    from linkwell.custody.organisations.models import Person

    return Person.objects.get(username=username)
