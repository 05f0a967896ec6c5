"""The people of a supply: rows that repeat or cannot be linked stay, the others become people."""

from __future__ import annotations

from collections import Counter

from linkwell.checking.columns import heading_of
from linkwell.checking.people import Row, can_be_linked, drop_shared_identifiers, gather
from linkwell.checking.sources import Source
from linkwell.checking.work import Columns, Work
from linkwell.specification.model import Compartment, TableSpec


def find_people(work: Work, identity: TableSpec) -> None:
    """Refuse rows that repeat or cannot be linked, and bring the others to people (`work.people`)."""
    source, columns = work.sources[identity.source], work.columns[identity.name]
    refused = work.refused[source.name]
    aligned = [t for t in work.spec.tables if t.source == source.name and t.name in work.columns]
    twice = _repeats([cells for t in aligned for cells in work.columns[t.name].values()], refused)
    work.collector.add("row_twice", source, twice)
    refused.update(twice)
    work.people = gather(_linkable_rows(work, identity, source, columns))
    work.person_of[identity.name] = work.people.person_of
    keys = columns.get("client_key", [])
    work.refused_keys = {keys[at] for at in refused if keys and keys[at]} - work.people.by_key.keys()
    _refuse_same_times(work, aligned, source)
    _explain_people(work, identity, source)


def _linkable_rows(work: Work, identity: TableSpec, source: Source, columns: Columns) -> dict[int, Row]:
    """Rows not refused, by position, after dropping numbers that several people share."""
    refused, names = work.refused[source.name], tuple(columns)
    alike: dict[tuple[str, ...], Row] = {}
    rows: dict[int, Row] = {}
    for at, cells in enumerate(zip(*columns.values(), strict=True)):
        if at not in refused:
            row = alike.get(cells)
            if row is None:
                row = alike[cells] = dict(zip(names, cells, strict=True))
            rows[at] = row  # rows that say the same share one Row, so each is looked at once
    for name, found in drop_shared_identifiers(rows).items():
        work.collector.add("identifier_shared", source, found, column=heading_of(identity, name))
    lost_rows = {id(row) for row in alike.values() if not can_be_linked(row, names)}
    lost = [at for at, row in rows.items() if id(row) in lost_rows] if lost_rows else []
    work.collector.add("cannot_be_linked", source, lost)
    refused.update(lost)
    for at in lost:
        del rows[at]
    return rows


def _repeats(columns: list[list[str]], refused: set[int]) -> list[int]:
    """Rows equal to an earlier one in every column; empty ones and refused ones are not looked at."""
    hashes = [hash(row) for row in zip(*columns, strict=True)]
    often = {value for value, times in Counter(hashes).items() if times > 1}
    seen: set[tuple[str, ...]] = set()
    found = []
    for at, value in enumerate(hashes) if often else ():
        if value not in often or at in refused:
            continue
        row = tuple(cells[at] for cells in columns)
        if row in seen:
            found.append(at)
        elif any(row):
            seen.add(row)
    return found


def _refuse_same_times(work: Work, aligned: list[TableSpec], source: Source) -> None:
    """A further row of one person is another time with us, or the same one entered twice."""
    content = [work.columns[table.name] for table in aligned if table.compartment is Compartment.CONTENT]
    keys = [_TimeKey(columns) for columns in content]
    why_same, person_of = work.people.why_same, work.people.person_of
    several = {person_of[at] for at in why_same}
    seen: set[tuple[object, ...]] = set()
    by_why: dict[tuple[str, str], list[int]] = {}
    for at, person in person_of.items():
        if person not in several:
            continue
        time = (person, *(key.of(at) for key in keys))
        if at in why_same:
            again = "same_person_twice" if time in seen or not content else "same_person_again"
            by_why.setdefault((again, why_same[at]), []).append(at)
        seen.add(time)
    for (code, why), found in by_why.items():
        work.collector.add(code, source, found, detail=why)
        if code == "same_person_twice":
            work.refused[source.name].update(found)


class _TimeKey:
    """What makes a time with us the same one: initiative, variant and start; everything without a start."""

    def __init__(self, columns: Columns) -> None:
        named = {name: cells for name, cells in columns.items() if name != "client_key"}
        self._all = list(named.values())
        self._starts = named.get("start_date")
        self._short = [named[name] for name in ("initiative", "variant", "start_date") if name in named]

    def of(self, at: int) -> tuple[str, ...]:
        """The key of one row."""
        started = self._starts is not None and self._starts[at]
        return tuple([cells[at] for cells in (self._short if started else self._all)])


def _explain_people(work: Work, identity: TableSpec, source: Source) -> None:
    people, collector = work.people, work.collector
    collector.add("twins_told_apart", source, set(people.twins))
    collector.add("perhaps_same_person", source, set(people.perhaps_same))
    collector.add("same_name_told_apart", source, set(people.namesakes))
    collector.add(
        "client_number_shared", source, people.shared_keys, column=heading_of(identity, "client_key")
    )
