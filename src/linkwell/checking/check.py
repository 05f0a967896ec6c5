"""Check tables against a specification: read, refuse, explain, and keep what may leave."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from linkwell.checking import spells, visits
from linkwell.checking.columns import heading_of
from linkwell.checking.hidden import full_names, hidden_in
from linkwell.checking.households import note_households
from linkwell.checking.leaving import leave_out_people, note_sensitive
from linkwell.checking.notices import NoticeCover
from linkwell.checking.objections import Objections
from linkwell.checking.sources import Source, find_sources
from linkwell.checking.verdict import Counts, KeptTable, Verdict
from linkwell.checking.who import find_people
from linkwell.checking.wording import Collector
from linkwell.checking.work import Columns, Work, read_table
from linkwell.reading.table import Table
from linkwell.specification.model import Compartment, FieldType, Specification, TableSpec
from linkwell.standards.clock import today


def check(
    spec: Specification,
    tables: Sequence[Table],
    *,
    as_of: date | None = None,
    notices: NoticeCover | None = None,
    objections: Objections | None = None,
) -> Verdict:
    """Check a provider's tables against its specification.

    Args:
        tables: what `reading` made of the files, in any order; several files may feed one source.
        as_of: today; dates after it are in the future.
        notices: who was told, by date; people nobody told stay out. None: not looked at.
        objections: people who said no; all about them stays out, and only their count is said.

    Raises:
        WrongUse: a file fits no part of the specification.
    """
    sources, unused = find_sources(spec, tables)
    work = Work(spec, sources, as_of or today())
    for table in unused:
        work.collector.add("sheet_not_used", table.origin.file, detail=table.origin.sheet or "", count=1)
    work.refused = {name: set() for name in work.sources}
    look_at_files(spec, sources, work.as_of, work.collector)
    for each in spec.tables:
        if each.source in work.sources:
            work.columns[each.name] = read_table(work, each, work.sources[each.source])
    identity = spec.of_compartment(Compartment.IDENTITY)[0]
    if identity.name in work.columns:
        find_people(work, identity)
        for each in spec.of_compartment(Compartment.CONTENT):
            if each.name in work.columns:
                _place_rows(work, identity, each)
        leave_out_people(work, identity, notices, objections)
        _look_for_hidden(work)
        people = work.people
        note_households(
            work.sources[identity.source],
            people.first_row,
            lambda at: people.details[people.person_of[at]],
            work.collector,
        )
    kept = tuple(_kept(work, identity, each) for each in spec.tables)
    if not kept[0].rows and identity.source in work.sources:
        work.collector.add("no_rows", identity.source, detail=identity.source, count=0)
    return Verdict(
        findings=work.collector.findings(),
        counts=tuple(_counts(work, name) for name in work.sources),
        people=len(work.people.details) - len(work.left_out),
        specification_digest=spec.digest,
        kept=kept,
        left_out=work.how_many_out,
    )


def _counts(work: Work, name: str) -> Counts:
    read, refused = len(work.sources[name]), len(work.refused[name])
    return Counts(name, read, refused, read - refused)


def look_at_files(
    spec: Specification, sources: Mapping[str, Source], as_of: date, collector: Collector
) -> None:
    """Findings about files and columns as a whole."""
    for gap in spec.not_held:
        if gap.review < as_of.isoformat():
            collector.add("review_due", "", column=gap.id, detail=gap.review, count=1)
    note_sensitive(spec, collector)
    for question in spec.unanswered():
        table_name, _, name = question.id.partition(".")
        table = spec.table(table_name)
        column = heading_of(table, name) if table else name
        source_name = table.source if table else ""
        collector.add("unanswered_question", source_name, column=column, detail=question.text, count=1)
    for name in spec.sources():
        if name not in sources:
            collector.add("missing_file", name, detail=name, count=1)
    not_held = _columns_not_held(spec)
    said: set[tuple[str, str]] = set()  # what is said of a file as a whole is said once, whatever its sheets
    for source in sources.values():
        for column in source.missing:
            code = "column_not_held" if column in not_held else "missing_column"
            collector.add(code, source.name, column=column, detail=not_held.get(column, ""), count=1)
        for column in source.unknown:
            collector.add("unknown_column", source.name, column=column, count=1)
        for code, column, rows in source.beside:
            collector.add(code, source, rows, column=column)
        for given in source.tables:
            for notice in given.notices:
                words = f"{notice.message} ({notice.where})" if notice.where else notice.message
                if notice.where or (given.origin.file, words) not in said:
                    collector.add("reader_notice", source.name, detail=words, count=1)
                said.add((given.origin.file, words))


def _columns_not_held(spec: Specification) -> dict[str, str]:
    """Headings of fields that are said not to be held, with the reason given."""
    reasons = {each.id: each.reason for each in spec.not_held}
    return {
        field.source_column: reasons[f"{table.name}.{field.name}"]
        for table, field in spec.fields()
        if f"{table.name}.{field.name}" in reasons and field.source_column
    }


def _place_rows(work: Work, identity: TableSpec, table: TableSpec) -> None:
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


def _check_visits(work: Work, table: TableSpec, source: Source, columns: Columns) -> None:
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


def _spells_of(work: Work) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for name, columns in work.columns.items():
        if "start_date" not in columns:
            continue
        ends = columns.get("end_date")
        for at, person in work.person_of.get(name, {}).items():
            found.setdefault(person, []).append((columns["start_date"][at], ends[at] if ends else ""))
    return found


def _look_for_hidden(work: Work) -> None:
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
            people = work.person_of.get(table.name, {})
            positions = [at for at, person in people.items() if person not in work.left_out]
            values = Counter(map(cells.__getitem__, positions))
            del values[""]
            for code, hidden in hidden_in(values, names).items():
                found = [at for at in positions if cells[at] in hidden]
                work.collector.add(code, source, found, column=each.source_column)


def _kept(work: Work, identity: TableSpec, table: TableSpec) -> KeptTable:
    names = tuple(each.name for each in table.fields)
    source = work.sources.get(table.source)
    if table.name not in work.columns or source is None:
        return KeptTable(table.name, names, [], [], [])
    if table is identity:
        people = work.people
        stay = [p for p in range(len(people.details)) if p not in work.left_out]
        rows = [tuple([people.details[p].get(name, "") for name in names]) for p in stay]
        numbers = [source.numbers[people.first_row[p]] for p in stay]
        return KeptTable(table.name, names, rows, stay, numbers)
    refused, left_out = work.refused[source.name], work.left_out
    person_of = {
        at: p
        for at, p in work.person_of.get(table.name, {}).items()
        if at not in refused and p not in left_out
    }
    columns = [list(map(work.columns[table.name][name].__getitem__, person_of)) for name in names]
    rows = list(zip(*columns, strict=True))
    numbers = list(map(source.numbers.__getitem__, person_of))
    return KeptTable(table.name, names, rows, list(person_of.values()), numbers)
