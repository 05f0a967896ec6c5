"""The people of a supply: rows that repeat or cannot be linked stay, the others become people."""

from __future__ import annotations

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
    rows: dict[int, Row] = {
        at: dict(zip(names, cells, strict=True))
        for at, cells in enumerate(zip(*columns.values(), strict=True))
        if at not in refused
    }
    for name, found in drop_shared_identifiers(rows).items():
        work.collector.add("identifier_shared", source, found, column=heading_of(identity, name))
    lost = [at for at, row in rows.items() if not can_be_linked(row, names)]
    work.collector.add("cannot_be_linked", source, lost)
    refused.update(lost)
    for at in lost:
        del rows[at]
    return rows


def _repeats(columns: list[list[str]], refused: set[int]) -> list[int]:
    seen: set[tuple[str, ...]] = set()
    found = []
    for at, row in enumerate(zip(*columns, strict=True)):
        if at in refused or not any(row):
            continue
        if row in seen:
            found.append(at)
        seen.add(row)
    return found


def _refuse_same_times(work: Work, aligned: list[TableSpec], source: Source) -> None:
    """A further row of one person is another time with us, or the same one entered twice."""
    seen: dict[int, set[tuple[str, ...]]] = {}
    by_why: dict[tuple[str, str], list[int]] = {}
    content = [work.columns[table.name] for table in aligned if table.compartment is Compartment.CONTENT]
    for at, person in work.people.person_of.items():
        time = _time_key(content, at)
        times = seen.setdefault(person, set())
        if at in work.people.why_same:
            again = "same_person_twice" if time in times or not content else "same_person_again"
            by_why.setdefault((again, work.people.why_same[at]), []).append(at)
        times.add(time)
    for (code, why), found in by_why.items():
        work.collector.add(code, source, found, detail=why)
        if code == "same_person_twice":
            work.refused[source.name].update(found)


def _time_key(content: list[Columns], at: int) -> tuple[str, ...]:
    """What makes a time with us the same one: initiative, variant and start; everything without a start."""
    key: list[str] = []
    for columns in content:
        names = list(columns)
        if "start_date" in columns and columns["start_date"][at]:
            names = [name for name in ("initiative", "variant", "start_date") if name in columns]
        key += [columns[name][at] for name in names if name != "client_key"]
    return tuple(key)


def _explain_people(work: Work, identity: TableSpec, source: Source) -> None:
    people, collector = work.people, work.collector
    collector.add("twins_told_apart", source, set(people.twins))
    collector.add("perhaps_same_person", source, set(people.perhaps_same))
    collector.add("same_name_told_apart", source, set(people.namesakes))
    collector.add(
        "client_number_shared", source, people.shared_keys, column=heading_of(identity, "client_key")
    )
