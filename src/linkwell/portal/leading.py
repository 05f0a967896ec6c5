"""Where a line of a list leads: the page about the thing, for whoever may open it."""

from __future__ import annotations

from django.urls import reverse

from linkwell.custody.organisations.models import Person
from linkwell.custody.timeline.waiting_line import Waiting
from linkwell.portal.access import PAGES, holds

WAITS_AT = {
    "proposal": ("proposal",),
    "agreement": ("agreement",),
    "OK": ("agreement-sender", "client", "agreement"),
    "delivery that is due": ("send", "agreement"),
    "delivery": ("staff-supply", "supply"),
    "output": ("output",),
    "taking out": ("removal",),
    "later use": ("use",),
    "breach": ("breach",),
    "application": ("project",),
    "output request": ("request",),
    "held project": ("project",),
}
"""Kind of a thing that waits -> the pages on which it is done or seen; the first a person may open counts."""


def address_of(name: str, reference: str, person: Person) -> str:
    """The address of a page about a thing, or "" for somebody whose roles do not open it."""
    found = next((each for each in PAGES if each.name == name), None)
    if found is None or isinstance(found.who, str) or not any(holds(person, need) for need in found.who):
        return ""
    return reverse(name, args=[reference]) if "<" in found.route else reverse(name)


def with_places(lines: list[Waiting], person: Person) -> list[tuple[Waiting, str]]:
    """Each line of a list of what waits, with where it leads for this person; "" for nowhere."""
    return [(each, _place(each, person)) for each in lines]


def _place(line: Waiting, person: Person) -> str:
    found = (address_of(name, line.reference, person) for name in WAITS_AT[line.kind])
    return next((address for address in found if address), "")
