"""Rules about visits and contacts: whose they are, repeats, and dates outside the person's time with us."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from linkwell.checking.people import People
from linkwell.checking.sources import Source
from linkwell.checking.wording import Collector
from linkwell.specification.model import TableSpec

Columns = dict[str, list[str]]


@dataclass(frozen=True)
class Joined:
    """Rows of a table joined to people by the client key.

    Attributes:
        person_of: row position to person number, for rows that may leave.
        refused: row positions that stay.
    """

    person_of: dict[int, int]
    refused: set[int]


def join_to_people(
    table: TableSpec,
    source: Source,
    columns: Columns,
    people: People,
    refused_keys: set[str],
    already: set[int],
    collector: Collector,
) -> Joined:
    """Find each row's person; rows without one are refused, and say why."""
    key = table.field("client_key")
    heading = key.source_column if key else ""
    keys = columns.get("client_key", [""] * len(source))
    person_of: dict[int, int] = {}
    why: dict[str, list[int]] = {"orphan": [], "refused": [], "unclear": []}
    for at, value in enumerate(keys):
        if at in already:
            continue
        person = people.by_key.get(value, -1)
        if person is None:
            why["unclear"].append(at)
        elif person >= 0:
            person_of[at] = person
        else:
            why["refused" if value and value in refused_keys else "orphan"].append(at)
    without = "visit_without_person" if table.field("service_date") else "enrolment_without_person"
    collector.add(without, source, why["orphan"], column=heading)
    collector.add("visit_of_refused_person", source, why["refused"])
    collector.add("visit_person_unclear", source, why["unclear"], column=heading)
    return Joined(person_of, {at for found in why.values() for at in found})


def repeats(columns: Columns, person_of: dict[int, int], *, timed: bool) -> tuple[list[int], list[int]]:
    """Rows equal to an earlier one of the same person: (certain to the minute, maybe two in a day)."""
    cells = [column for name, column in columns.items() if name != "client_key"]
    hashes = {at: hash((person, *[column[at] for column in cells])) for at, person in person_of.items()}
    often = {value for value, times in Counter(hashes.values()).items() if times > 1}
    seen: set[tuple[object, ...]] = set()
    certain: list[int] = []
    perhaps: list[int] = []
    for at, value in hashes.items() if often else ():
        if value not in often:
            continue
        row = (person_of[at], *[column[at] for column in cells])
        if row in seen:
            (certain if timed and columns["service_time"][at] else perhaps).append(at)
        seen.add(row)
    return certain, perhaps


def outside_time(
    columns: Columns, person_of: dict[int, int], spells: dict[int, list[tuple[str, str]]]
) -> list[int]:
    """Visits before the person's first start or after their last end, where those are known.

    `spells` is person number to (start, end) with "" for an open or unknown end.
    """
    bounds = {
        person: (min(s for s, _ in found), "" if any(not e for _, e in found) else max(e for _, e in found))
        for person, found in spells.items()
        if found and all(s for s, _ in found)
    }
    days = columns.get("service_date")
    if days is None:
        return []
    found = []
    for at, person in person_of.items():
        first, last = bounds.get(person, ("", ""))
        if days[at] and first and (days[at] < first or (last and days[at] > last)):
            found.append(at)
    return found


def in_future(columns: Columns, person_of: dict[int, int], as_of: date) -> list[int]:
    """Visits after today that are not marked as booked only."""
    days, came = columns.get("service_date"), columns.get("attendance")
    if days is None:
        return []
    today = as_of.isoformat()
    return [at for at in person_of if days[at] > today and (came is None or came[at] != "booked_only")]
