"""Rules about a person's time with an initiative: how it ended, and dates that cannot both be right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from linkwell.checking.sources import Source
from linkwell.checking.wording import Collector
from linkwell.specification.content import folded, value_words
from linkwell.specification.model import TableSpec

Columns = dict[str, list[str]]
CURRENT, ENDED, STOPPED, NOT_RECORDED = "current", "ended", "stopped_date_unknown", "not_recorded"


def without_words(cells: list[str]) -> list[str]:
    """An end date column without words such as "current" and "unknown", which are not faulty dates."""
    words = value_words("end_cell")
    known = {cell: "" if folded(cell) in words else cell for cell in set(cells)}
    return [known[cell] for cell in cells]


def end_statuses(
    raw_end: list[str], end: list[str], status: list[str], unreadable: set[int]
) -> tuple[list[str], list[int]]:
    """How each time ended, from the end date, the words in its cell, and the status column.

    Returns:
        The status code a row, and the positions where an end date stands against a status "current".
        Still with us, stopped on an unknown day, and not recorded stay three different things: an empty end
        cell by itself is never taken to mean "still with us".
    """
    words = {cell: value_words("end_cell").get(folded(cell), "") for cell in set(raw_end)}
    found, against = [], []
    for at, (cell, day, said) in enumerate(zip(raw_end, end, status, strict=True)):
        if day:
            found.append(ENDED)
            if said == CURRENT:
                against.append(at)
        elif said in (CURRENT, NOT_RECORDED, STOPPED):
            found.append(said if said != NOT_RECORDED or not words[cell] else words[cell])
        elif said == ENDED or at in unreadable:
            found.append(STOPPED)  # it ended, and the day is not known to us
        else:
            found.append(words[cell] or NOT_RECORDED)
    return found, against


def check_spells(
    table: TableSpec, source: Source, columns: Columns, births: dict[int, str], collector: Collector
) -> None:
    """Take out, in place, dates that contradict each other; `births` is row position to birth date."""
    start, end = columns.get("start_date"), columns.get("end_date")
    start_heading, end_heading = _heading(table, "start_date"), _heading(table, "end_date")
    if start is not None and end is not None:
        wrong = [at for at, (a, b) in enumerate(zip(start, end, strict=True)) if a and b and a > b]
        collector.add("start_after_end", source, wrong, column=end_heading)
        for at in wrong:
            start[at] = end[at] = ""
            if "end_status" in columns:
                columns["end_status"][at] = STOPPED
    if start is not None:
        early = [at for at, birth in births.items() if birth and start[at] and start[at] < birth]
        collector.add("start_before_birth", source, early, column=start_heading)
        for at in early:
            start[at] = ""


def overlaps(columns: Columns, positions: Iterable[int], person_of: dict[int, int]) -> list[int]:
    """Rows that overlap in time with an earlier one of the same person, initiative and variant."""
    starts = columns.get("start_date")
    if starts is None:
        return []
    ends = columns.get("end_date")
    times = Counter(person_of.values())
    groups: dict[tuple[int, str, str], list[tuple[str, str, int]]] = {}
    for at in positions:
        person = person_of[at]
        if times[person] > 1 and (start := starts[at]):
            key = person, _at(columns, "initiative", at), _at(columns, "variant", at)
            groups.setdefault(key, []).append((start, (ends[at] if ends else "") or "9999", at))
    found = []
    for spells in groups.values():
        until = ""
        for start, end, at in sorted(spells):
            if until and start < until:
                found.append(at)
            until = max(until, end)
    return sorted(found)


def _at(columns: Columns, name: str, at: int) -> str:
    return columns[name][at] if name in columns else ""


def _heading(table: TableSpec, name: str) -> str:
    field = table.field(name)
    return field.source_column or field.label if field else ""
