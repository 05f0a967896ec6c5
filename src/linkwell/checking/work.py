"""What a check carries from step to step, and its first step: every agreed cell in exchange form."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from linkwell.checking import spells
from linkwell.checking.cells import read_column
from linkwell.checking.columns import heading_of, note_column
from linkwell.checking.people import People
from linkwell.checking.sources import Source
from linkwell.checking.verdict import NOBODY, LeftOut
from linkwell.checking.wording import Collector
from linkwell.specification.model import Specification, TableSpec

Columns = dict[str, list[str]]


@dataclass
class Work:
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
    left_out: set[int] = field(default_factory=set)  # people who objected or were not told
    how_many_out: LeftOut = NOBODY


def read_table(work: Work, table: TableSpec, source: Source) -> Columns:
    """Every field of a table in exchange form; what is wrong with the cells goes to the collector."""
    columns: Columns = {}
    asked = {question.id for question in work.spec.unanswered()}
    raw_end: list[str] = []
    for each in table.fields:
        headings = (each.source_column, *each.more_columns)
        cells = source.joined_cells(headings) if each.source_column else [""] * len(source)
        if each.name == "end_date":
            raw_end, cells = cells, spells.without_words(cells)
        read = read_column(work.spec, each, cells, work.as_of)
        columns[each.name] = read.values
        # a client key is in every table of a source; its findings belong to the first
        first = next(t for t in work.spec.tables if t.source == table.source and t.field(each.name))
        if first.name == table.name:
            note_column(each, source, read, work.collector, asked=f"{table.name}.{each.name}" in asked)
        if each.name == "end_date":
            faulty = {at for found in read.problems.values() for at in found}
    _split_whole_names(table, source, columns, work.collector)
    if "end_status" in columns and table.field("end_date"):
        columns["end_status"] = _end_statuses(work, table, source, columns, raw_end, faulty)
    for each in table.fields:
        if each.required:
            empty = {at for at, value in enumerate(columns[each.name]) if not value}
            new = sorted(empty - work.refused[source.name])
            work.collector.add("required_missing", source, new, column=heading_of(table, each.name))
            work.refused[source.name] |= empty
    return columns


def _end_statuses(
    work: Work, table: TableSpec, source: Source, columns: Columns, raw_end: list[str], faulty: set[int]
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
    names = {name: parted(name) for name in set(columns["first_name"])}
    columns["first_name"] = [names[name][0] for name in columns["first_name"]]
    columns["last_name"] = [names[name][1] for name in columns["last_name"]]
    collector.add("whole_name_split", source.name, column=first.source_column, count=len(source))


def parted(name: str) -> tuple[str, str]:
    """First and last name of a whole name: parted at a comma, otherwise before the last word."""
    if "," in name:
        last, _, first = name.partition(",")
        return first.strip(), last.strip()
    first, _, last = name.rpartition(" ")
    return (first.strip(), last.strip()) if first else (name, "")
