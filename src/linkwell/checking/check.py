"""Check tables against a specification: read, refuse, explain, and keep what may leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from linkwell.checking import spells, visits
from linkwell.checking.cells import read_column
from linkwell.checking.columns import heading_of, note_column
from linkwell.checking.hidden import full_names, hidden_in
from linkwell.checking.households import note_households
from linkwell.checking.people import NAME_FIELDS, People, Row, can_be_linked, drop_shared_identifiers, gather
from linkwell.checking.sources import Source, find_sources
from linkwell.checking.verdict import Counts, KeptTable, Verdict
from linkwell.checking.wording import Collector
from linkwell.reading.table import Table
from linkwell.specification.model import Compartment, FieldType, Specification, TableSpec

Columns = dict[str, list[str]]


@dataclass
class _Work:
    """What a check carries from one step to the next."""

    spec: Specification
    sources: dict[str, Source]
    as_of: date
    collector: Collector = field(default_factory=Collector)
    columns: dict[str, Columns] = field(default_factory=dict)  # by table name
    refused: dict[str, set[int]] = field(default_factory=dict)  # by source name
    people: People = field(default_factory=People)
    person_of: dict[str, dict[int, int]] = field(default_factory=dict)  # by table name
    refused_keys: set[str] = field(default_factory=set)


def check(spec: Specification, tables: Sequence[Table], *, as_of: date | None = None) -> Verdict:
    """Check a provider's tables against its specification.

    Args:
        tables: what `reading` made of the files, in any order; several files may feed one source.
        as_of: today; dates after it are in the future.

    Raises:
        WrongUse: a file fits no part of the specification.
    """
    sources, unused = find_sources(spec, tables)
    work = _Work(spec, sources, as_of or datetime.now(UTC).date())
    for table in unused:
        work.collector.add("sheet_not_used", table.origin.file, detail=table.origin.sheet or "", count=1)
    work.refused = {name: set() for name in work.sources}
    _look_at_files(work)
    for each in spec.tables:
        if each.source in work.sources:
            work.columns[each.name] = _read_table(work, each, work.sources[each.source])
    identity = spec.of_compartment(Compartment.IDENTITY)[0]
    if identity.name in work.columns:
        _find_people(work, identity)
        for each in spec.of_compartment(Compartment.CONTENT):
            if each.name in work.columns:
                _place_rows(work, identity, each)
        _look_for_hidden(work)
        note_households(work.sources[identity.source], work.people, work.collector)
    kept = tuple(_kept(work, identity, each) for each in spec.tables)
    if not kept[0].rows and identity.source in work.sources:
        work.collector.add("no_rows", identity.source, detail=identity.source, count=0)
    return Verdict(
        findings=work.collector.findings(),
        counts=tuple(_counts(work, name) for name in work.sources),
        people=len(work.people.details),
        specification_digest=spec.digest,
        kept=kept,
    )


def _counts(work: _Work, name: str) -> Counts:
    read, refused = len(work.sources[name]), len(work.refused[name])
    return Counts(name, read, refused, read - refused)


def _look_at_files(work: _Work) -> None:
    """Findings about files and columns as a whole."""
    for question in work.spec.unanswered():
        table_name, _, name = question.id.partition(".")
        table = work.spec.table(table_name)
        column = heading_of(table, name) if table else name
        work.collector.add(
            "unanswered_question", table.source if table else "", column=column, detail=question.text, count=1
        )
    for name in work.spec.sources():
        if name not in work.sources:
            work.collector.add("missing_file", name, detail=name, count=1)
    for source in work.sources.values():
        for column in source.missing:
            work.collector.add("missing_column", source.name, column=column, count=1)
        for column in source.unknown:
            work.collector.add("unknown_column", source.name, column=column, count=1)
        for given in source.tables:
            for notice in given.notices:
                work.collector.add("reader_notice", source.name, detail=notice.message, count=1)


def _read_table(work: _Work, table: TableSpec, source: Source) -> Columns:
    """Every field of a table in exchange form; what is wrong with the cells goes to the collector."""
    columns: Columns = {}
    asked = {question.id for question in work.spec.unanswered()}
    raw_end: list[str] = []
    for each in table.fields:
        cells = source.cells(each.source_column) if each.source_column else [""] * len(source)
        if each.name == "end_date":
            raw_end, cells = cells, spells.without_words(cells)
        read = read_column(work.spec, each, cells, work.as_of)
        columns[each.name] = read.values
        # a client key is in every table of a source; its findings belong to the first
        first = next(t for t in work.spec.tables if t.source == table.source and t.field(each.name))
        if first.name == table.name:
            note_column(each, source, cells, read, work.collector, asked=f"{table.name}.{each.name}" in asked)
        if each.name == "end_date":
            faulty = {at for found in read.problems.values() for at in found}
    _split_whole_names(table, source, columns, work.collector)
    if "end_status" in columns and table.field("end_date"):
        columns["end_status"] = _end_statuses(work, table, source, columns, raw_end, faulty)
    for each in table.fields:
        if each.required and each.name not in ("end_status", "initiative"):
            empty = {at for at, value in enumerate(columns[each.name]) if not value}
            new = sorted(empty - work.refused[source.name])
            work.collector.add("required_missing", source, new, column=heading_of(table, each.name))
            work.refused[source.name] |= empty
    return columns


def _end_statuses(
    work: _Work, table: TableSpec, source: Source, columns: Columns, raw_end: list[str], faulty: set[int]
) -> list[str]:
    status, against = spells.end_statuses(raw_end, columns["end_date"], columns["end_status"], faulty)
    work.collector.add("end_and_current", source, against, column=heading_of(table, "end_status"))
    silent = [at for at, value in enumerate(status) if value == spells.NOT_RECORDED]
    work.collector.add("end_not_recorded", source, silent, column=heading_of(table, "end_date"))
    return status


def _split_whole_names(table: TableSpec, source: Source, columns: Columns, collector: Collector) -> None:
    """Part whole names where first and last name are read from one column."""
    first, last = table.field("first_name"), table.field("last_name")
    if not first or not last or not first.source_column or first.source_column != last.source_column:
        return
    parted = {name: _parted(name) for name in set(columns["first_name"])}
    columns["first_name"] = [parted[name][0] for name in columns["first_name"]]
    columns["last_name"] = [parted[name][1] for name in columns["last_name"]]
    collector.add("whole_name_split", source.name, column=first.source_column, count=len(source))


def _parted(name: str) -> tuple[str, str]:
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first.strip(), last.strip()) if first else (name, "")


def _find_people(work: _Work, identity: TableSpec) -> None:
    """Refuse rows that repeat or cannot be linked, and bring the others to people."""
    source, columns = work.sources[identity.source], work.columns[identity.name]
    refused = work.refused[source.name]
    aligned = [
        table for table in work.spec.tables if table.source == source.name and table.name in work.columns
    ]
    everything = [cells for table in aligned for cells in work.columns[table.name].values()]
    twice = _repeats(everything, refused)
    work.collector.add("row_twice", source, twice)
    refused.update(twice)
    names = tuple(columns)
    rows: dict[int, Row] = {
        at: dict(zip(names, cells, strict=True))
        for at, cells in enumerate(zip(*columns.values(), strict=True))
        if at not in refused
    }
    lost = [at for at, row in rows.items() if not can_be_linked(row, names)]
    work.collector.add("cannot_be_linked", source, lost)
    refused.update(lost)
    work.refused_keys = {rows[at]["client_key"] for at in lost if rows[at].get("client_key")}
    rows = {at: row for at, row in rows.items() if at not in refused}
    for name, found in drop_shared_identifiers(rows).items():
        work.collector.add("identifier_shared", source, found, column=heading_of(identity, name))
    still_lost = [at for at, row in rows.items() if not can_be_linked(row, names)]
    work.collector.add("cannot_be_linked", source, still_lost)
    refused.update(still_lost)
    work.people = gather({at: row for at, row in rows.items() if at not in refused})
    work.person_of[identity.name] = work.people.person_of
    _refuse_same_times(work, aligned, source)
    _explain_people(work, identity, source)


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


def _refuse_same_times(work: _Work, aligned: list[TableSpec], source: Source) -> None:
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
        if columns.get("start_date", [""] * (at + 1))[at]:
            names = [name for name in ("initiative", "variant", "start_date") if name in columns]
        key += [columns[name][at] for name in names if name != "client_key"]
    return tuple(key)


def _explain_people(work: _Work, identity: TableSpec, source: Source) -> None:
    people, collector = work.people, work.collector
    collector.add("twins_told_apart", source, set(people.twins))
    collector.add("same_name_told_apart", source, set(people.namesakes))
    collector.add(
        "client_number_shared", source, people.shared_keys, column=heading_of(identity, "client_key")
    )


def _place_rows(work: _Work, identity: TableSpec, table: TableSpec) -> None:
    """Give every row of a content table its person, and check it against the person's dates."""
    source, columns = work.sources[table.source], work.columns[table.name]
    refused = work.refused[source.name]
    if table.source == identity.source:
        work.person_of[table.name] = {at: p for at, p in work.people.person_of.items() if at not in refused}
    else:
        joined = visits.join_to_people(
            table, source, columns, work.people, work.refused_keys, refused, work.collector
        )
        refused |= joined.refused
        work.person_of[table.name] = joined.person_of
    person_of = work.person_of[table.name]
    if table.field("start_date") or table.field("end_date"):
        births = {at: work.people.details[p].get("date_of_birth", "") for at, p in person_of.items()}
        spells.check_spells(table, source, columns, births, work.collector)
        together = spells.overlaps(columns, person_of, person_of)
        work.collector.add("times_overlap", source, together)
    if table.field("service_date"):
        _check_visits(work, table, source, columns)


def _check_visits(work: _Work, table: TableSpec, source: Source, columns: Columns) -> None:
    person_of = work.person_of[table.name]
    certain, perhaps = visits.repeats(columns, person_of, timed="service_time" in columns)
    work.collector.add("visit_twice", source, certain)
    work.collector.add("visit_maybe_twice", source, perhaps)
    work.refused[source.name].update(certain)
    for at in certain:
        del person_of[at]
    heading = heading_of(table, "service_date")
    outside = visits.outside_time(columns, person_of, _spells_of(work))
    work.collector.add("visit_outside_time", source, outside, column=heading)
    later = visits.in_future(columns, person_of, work.as_of)
    work.collector.add("visit_in_future", source, later, column=heading)


def _spells_of(work: _Work) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for name, columns in work.columns.items():
        if "start_date" not in columns:
            continue
        ends = columns.get("end_date")
        for at, person in work.person_of.get(name, {}).items():
            found.setdefault(person, []).append((columns["start_date"][at], ends[at] if ends else ""))
    return found


def _look_for_hidden(work: _Work) -> None:
    names = full_names(work.people.details)
    for table in work.spec.of_compartment(Compartment.CONTENT):
        for each in table.fields:
            if (
                each.type is not FieldType.CATEGORY
                or not each.source_column
                or table.name not in work.columns
            ):
                continue
            source, cells = work.sources[table.source], work.columns[table.name][each.name]
            positions = work.person_of.get(table.name, {})
            values = Counter(cells[at] for at in positions if cells[at])
            for code, hidden in hidden_in(values, names).items():
                found = [at for at in positions if cells[at] in hidden]
                work.collector.add(code, source, found, column=each.source_column)


def _kept(work: _Work, identity: TableSpec, table: TableSpec) -> KeptTable:
    names = tuple(each.name for each in table.fields)
    source = work.sources.get(table.source)
    if table.name not in work.columns or source is None:
        return KeptTable(table.name, names, [], [], [])
    if table is identity:
        people = work.people
        rows = [tuple(person.get(name, "") for name in names) for person in people.details]
        numbers = [source.where(at)[1] for at in people.first_row]
        return KeptTable(table.name, names, rows, list(range(len(rows))), numbers)
    columns = [work.columns[table.name][name] for name in names]
    person_of = {
        at: p for at, p in work.person_of.get(table.name, {}).items() if at not in work.refused[source.name]
    }
    rows = [tuple(cells[at] for cells in columns) for at in person_of]
    numbers = [source.where(at)[1] for at in person_of]
    return KeptTable(table.name, names, rows, list(person_of.values()), numbers)


__all__ = ["NAME_FIELDS", "check"]
