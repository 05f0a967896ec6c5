"""The menu: every place a person may go, the first few in a row, all of them by what they are about."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString

from linkwell.custody.agreements.permissions import READ_NOTICES, SEE_ALL_AGREEMENTS, SEE_OWN_AGREEMENTS
from linkwell.custody.assessments.permissions import SEE_ASSESSMENTS
from linkwell.custody.audit.permissions import READ_OWN_TRAIL
from linkwell.custody.breaches.permissions import SEE_BREACHES, SEE_OWN_BREACHES
from linkwell.custody.clients.permissions import SEE_CLIENTS
from linkwell.custody.commissioning.permissions import READ_PASSED_ON
from linkwell.custody.facilities.permissions import SEE_FACILITIES
from linkwell.custody.jobs.permissions import SEE_WORK
from linkwell.custody.linkage.permissions import LINK
from linkwell.custody.organisations.models import Person
from linkwell.custody.organisations.permissions import ENROL, READ_RECORD
from linkwell.custody.outputs.permissions import READ_RELEASES, SEE_OUTPUTS
from linkwell.custody.permissions import Capability
from linkwell.custody.projects.permissions import (
    APPROVE_PROJECT,
    SEE_ALL_PROJECTS,
    SEE_OWN_PROJECTS,
    SEE_PROJECTS_USING_US,
)
from linkwell.custody.proposals.permissions import SEE_ALL_PROPOSALS, SEE_OWN_PROPOSALS
from linkwell.custody.refreshes.permissions import SEE_CATALOGUE, SEE_REFRESHES
from linkwell.custody.removals.permissions import SEE_OWN_REMOVALS, SEE_REMOVALS
from linkwell.custody.requests.permissions import (
    ASK_OUTPUT,
    KEEP_AS_KAITIAKI,
    SEE_REQUESTS,
    SEE_REQUESTS_ABOUT_US,
)
from linkwell.custody.researchers.permissions import SEE_EVIDENCE, SIGN_UNDERTAKING
from linkwell.custody.signin.permissions import SEND_IN_PERSON, SPEAK_FOR_OWN, UNLOCK
from linkwell.custody.supplies.permissions import SEE_ALL, SEE_OWN
from linkwell.custody.timeline.permissions import SEE_OWN_WAITING, SEE_WAITING
from linkwell.custody.uses.permissions import SEE_ALL_USES, SEE_OWN_USES
from linkwell.portal.access import among, held

FIRST = 5
"""How many places stand in the row; whoever has few more than that needs no second way to them."""

MENU: tuple[tuple[str, str, str, tuple[Capability, ...]], ...] = (
    ("supplies", "Deliveries", "What you sent", (SEE_OWN,)),
    ("send", "Deliveries", "Send a sealed file", (SEND_IN_PERSON,)),
    ("reports", "Results", "Reports", (READ_RELEASES,)),
    ("passed-on", "Results", "Reports passed on to you", (READ_PASSED_ON,)),
    ("clients", "Deliveries", "Who you send for", (SEE_CLIENTS,)),
    ("waiting", "Work and people", "What waits", (SEE_WAITING, SEE_OWN_WAITING)),
    ("own-trail", "Work and people", "What happened", (READ_OWN_TRAIL,)),
    ("assessments", "Agreements", "Assessments", (SEE_ASSESSMENTS,)),
    ("staff-supplies", "Deliveries", "Supplies", (SEE_ALL, LINK)),
    ("outputs", "Results", "Outputs", (SEE_OUTPUTS,)),
    (
        "requests",
        "Research",
        "Output requests",
        (ASK_OUTPUT, SEE_REQUESTS, SEE_REQUESTS_ABOUT_US, KEEP_AS_KAITIAKI),
    ),
    ("proposals", "Agreements", "Proposals", (SEE_OWN_PROPOSALS, SEE_ALL_PROPOSALS)),
    ("agreements", "Agreements", "Agreements", (SEE_OWN_AGREEMENTS, SEE_ALL_AGREEMENTS)),
    ("uses", "Agreements", "Later uses", (SEE_OWN_USES, SEE_ALL_USES)),
    ("projects", "Research", "Projects", (SEE_OWN_PROJECTS, SEE_ALL_PROJECTS, SEE_PROJECTS_USING_US)),
    ("undertaking", "Research", "Your undertaking", (SIGN_UNDERTAKING,)),
    ("researchers", "Research", "Researchers", (SEE_EVIDENCE,)),
    ("facilities", "Research", "Facilities", (SEE_FACILITIES,)),
    ("catalogue", "Research", "Catalogue", (SEE_CATALOGUE,)),
    ("refreshes", "Deliveries", "Refreshes", (SEE_REFRESHES,)),
    ("removals", "Deliveries", "Taking out", (SEE_OWN_REMOVALS, SEE_REMOVALS)),
    ("pools", "Results", "Services together", (APPROVE_PROJECT, SEE_OUTPUTS)),
    ("own-pools", "Results", "Together with others", (SEE_OWN_USES,)),
    ("notices", "Agreements", "Notices", (READ_NOTICES,)),
    ("breaches", "Agreements", "Breaches", (SEE_OWN_BREACHES, SEE_BREACHES)),
    ("organisations", "Work and people", "Organisations", (ENROL,)),
    ("people", "Work and people", "People", (SPEAK_FOR_OWN, UNLOCK)),
    ("work", "Work and people", "The computer’s work", (SEE_WORK,)),
    ("trail", "Work and people", "Record", (READ_RECORD,)),
)
"""Name of the address, what it is about, its words, what one must hold; in the order of the row."""


class Place(NamedTuple):
    """A line of the menu."""

    address: str
    words: str


@dataclass(frozen=True)
class Menu:
    """What stands in the row, and all places under what they are about (empty if the row has them all)."""

    first: tuple[Place, ...]
    groups: tuple[tuple[str, tuple[Place, ...]], ...]

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Of every place."""
        places = (self.first, *(inside for _, inside in self.groups))
        return frozenset(place.address for inside in places for place in inside)


def menu_of(person: Person) -> Menu | None:
    """Every place this person may go; None if there is none."""
    return _menu(*held(person)) if person.is_active else None


def drawn(person: Person, path: str) -> SafeString:
    """The menu as it stands on the page with this path; empty if there is none."""
    menu = menu_of(person)
    return _drawn(*held(person), path if path in menu.addresses else "") if menu else SafeString()


@lru_cache(maxsize=256)
def _menu(anywhere: frozenset[str], at_custodian: frozenset[str]) -> Menu | None:
    # the same for everybody with the same roles, and asked for by every page
    found = [
        (group, Place(reverse(name), words))
        for name, group, words, needs in MENU
        if any(among(need, anywhere, at_custodian) for need in needs)
    ]
    places = tuple(place for _, place in found)
    if len(places) <= FIRST + 2:
        return Menu(places, ()) if places else None
    names = dict.fromkeys(group for _, group, _, _ in MENU)
    under = [(each, tuple(place for group, place in found if group == each)) for each in names]
    return Menu(places[:FIRST], tuple((group, inside) for group, inside in under if inside))


@lru_cache(maxsize=2048)
def _drawn(anywhere: frozenset[str], at_custodian: frozenset[str], path: str) -> SafeString:
    return render_to_string("portal/menu.html", {"menu": _menu(anywhere, at_custodian), "path": path})
