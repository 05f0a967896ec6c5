"""Notice households signed up under one contact, and birth dates copied through such a household."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from linkwell.checking.people import Row
from linkwell.checking.sources import Source
from linkwell.checking.wording import Collector
from linkwell.specification.content import folded, says_nothing

MOST = 12  # more people under one contact is a hostel or the office number, not a household


def note_households(
    source: Source, first_rows: Iterable[int], person_at: Callable[[int], Row], collector: Collector
) -> None:
    """Note people who share a contact column's value with somebody else.

    The contact itself is never supplied; it is looked at here only.

    Args:
        first_rows: each person's first row.
        person_at: the fields of the person a row is about.
    """
    rows = list(first_rows)
    for heading in source.contacts:
        cells = source.cells(heading)
        groups: dict[str, list[int]] = {}
        for at in rows:
            if key := _contact(cells[at]):
                groups.setdefault(key, []).append(at)
        together = [found for found in groups.values() if 2 <= len(found) <= MOST]
        collector.add("household_one_contact", source, [at for f in together for at in f], column=heading)
        copied = [at for found in together for at in _copied_births(found, person_at)]
        collector.add("birth_date_shared", source, copied, column=heading)


def _contact(cell: str) -> str:
    if says_nothing(cell):
        return ""
    digits = re.sub(r"\D", "", cell)
    return digits if len(digits) >= 7 else cell.casefold().strip()


def _copied_births(rows: list[int], person_at: Callable[[int], Row]) -> list[int]:
    """Rows whose birth date is another's in the household, unless they could be twins."""
    details = {at: person_at(at) for at in rows}
    found = []
    for at, person in details.items():
        born = person.get("date_of_birth", "")
        same = [other for b, other in details.items() if b != at and other.get("date_of_birth") == born != ""]
        last = folded(person.get("last_name", ""))
        if len(same) >= 2 or any(folded(other.get("last_name", "")) != last for other in same):
            found.append(at)
    return found
