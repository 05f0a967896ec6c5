"""Every agreed cell in exchange form, column by column, as `checking.work` does it row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

import numpy as np

from linkwell.bulk.coded import Bools, Coded, CodedTable, Engine, Ints
from linkwell.checking import spells
from linkwell.checking.cells import ReadColumn, ReadValues, read_values
from linkwell.checking.columns import heading_of, note_column
from linkwell.checking.sources import Source
from linkwell.checking.verdict import NOBODY, LeftOut
from linkwell.checking.wording import Collector
from linkwell.checking.work import parted
from linkwell.specification.model import Field, FieldType, Specification, TableSpec

Columns = dict[str, Coded]


@dataclass
class Bulk:
    """What the fast check carries from one step to the next; see `checking.work.Work`.

    Attributes:
        refused: by source name, whether each row stays behind.
        person_of: by table name, each row's person; -1 for none.
    """

    spec: Specification
    sources: dict[str, Source]
    as_of: date
    engine: Engine
    collector: Collector = field(default_factory=Collector)
    columns: dict[str, Columns] = field(default_factory=dict)
    refused: dict[str, Bools] = field(default_factory=dict)
    person_of: dict[str, Ints] = field(default_factory=dict)
    how_many_out: LeftOut = NOBODY
    coded: dict[tuple[str, tuple[str, ...]], Coded] = field(default_factory=dict)

    def cells(self, source: Source, headings: tuple[str, ...]) -> Coded:
        """The cells under some headings of a source, numbered once."""
        key = (source.name, headings)
        if key not in self.coded:
            self.coded[key] = _numbered(source, headings)
        return self.coded[key]


def _numbered(source: Source, headings: tuple[str, ...]) -> Coded:
    table, at = source.places(headings[0])[0]
    if isinstance(table, CodedTable) and len(source.tables) == len(headings) == 1 and at is not None:
        return table.coded[at]  # the reader numbered them already
    return Coded.of(source.joined_cells(headings))


def read_table(work: Bulk, table: TableSpec, source: Source) -> Columns:
    """Every field of a table in exchange form; what is wrong with the cells goes to the collector."""
    columns: Columns = {}
    asked = {question.id for question in work.spec.unanswered()}
    empty = Coded(np.zeros(len(source), np.int64), [""])
    raw_end, faulty = empty, np.zeros(len(source), bool)
    for each in table.fields:
        headings = (each.source_column, *each.more_columns)
        cells = work.cells(source, headings) if each.source_column else empty
        if each.name == "end_date":
            raw_end, cells = cells, cells.map(lambda cell: spells.without_words([cell])[0])
        if _stays_as_it_is(each, cells):
            columns[each.name] = cells
            continue
        found = read_values(work.spec, each, cells.counts(), work.as_of)
        columns[each.name] = cells.map(lambda cell, known=found.known: known[cell].value)  # type: ignore[misc]
        read = _as_column(each.type, cells, found, columns[each.name])
        first = next(t for t in work.spec.tables if t.source == table.source and t.field(each.name))
        if first.name == table.name:
            note_column(each, source, read, work.collector, asked=f"{table.name}.{each.name}" in asked)
        if each.name == "end_date":
            faulty = cells.among({cell for cell, said in found.known.items() if said.code})
    _split_whole_names(table, source, columns, work.collector)
    if "end_status" in columns and table.field("end_date"):
        columns["end_status"] = _end_statuses(work, table, source, columns, raw_end, faulty)
    refused = work.refused[source.name]
    for each in table.fields:
        if each.required:
            missing = ~columns[each.name].filled
            new = np.flatnonzero(missing & ~refused).tolist()
            work.collector.add("required_missing", source, new, column=heading_of(table, each.name))
            refused |= missing
    return columns


def _stays_as_it_is(field: Field, cells: Coded) -> bool:
    """Whether exchange form is what was read: a key is any text, and has no rule to break."""
    return field.type is FieldType.KEY and not field.constant and all(v == v.strip() for v in cells.values)


def _as_column(kind: FieldType, cells: Coded, found: ReadValues, values: Coded) -> ReadColumn:
    """What `note_column` looks at: problems by row in the order they first come, and the text of dates."""
    text = values.cells() if kind is FieldType.DATE else []
    if not any(said.code for said in found.known.values()):
        return ReadColumn(text, {}, found.order_fault, found.swap_suspected)
    groups: dict[tuple[str, str], int] = {}
    codes = []
    for cell in cells.values:
        said = found.known[cell]
        codes.append(groups.setdefault((said.code, said.detail), len(groups)) if said.code else -1)
    by_row = np.array(codes or [-1], np.int64)[cells.codes]
    at = [(np.flatnonzero(by_row == number), key) for key, number in groups.items()]
    at = [(rows, key) for rows, key in at if len(rows)]
    problems = {key: rows.tolist() for rows, key in sorted(at, key=lambda each: int(each[0][0]))}
    return ReadColumn(text, problems, found.order_fault, found.swap_suspected)


def _split_whole_names(table: TableSpec, source: Source, columns: Columns, collector: Collector) -> None:
    first, last = table.field("first_name"), table.field("last_name")
    if not first or not last or not first.source_column or first.source_column != last.source_column:
        return
    columns["first_name"] = columns["first_name"].map(lambda name: parted(name)[0])
    columns["last_name"] = columns["last_name"].map(lambda name: parted(name)[1])
    collector.add("whole_name_split", source.name, column=first.source_column, count=len(source))


def _end_statuses(
    work: Bulk, table: TableSpec, source: Source, columns: Columns, raw_end: Coded, faulty: Bools
) -> Coded:
    """The plain rule asked once for each different pair of cell and status; the day follows from the cell."""
    end, status = columns["end_date"], columns["end_status"]
    at, which = _different(raw_end.codes * len(status.values) + status.codes)
    found, against = spells.end_statuses(
        raw_end.take(at).cells(),
        end.take(at).cells(),
        status.take(at).cells(),
        set(np.flatnonzero(faulty[at]).tolist()),
    )
    statuses = Coded.of(found).codes[which] if len(source) else np.zeros(0, np.int64)
    result = Coded(statuses, list(dict.fromkeys(found)))
    against_rows = np.isin(which, against)
    heading = heading_of(table, "end_status")
    work.collector.add("end_and_current", source, np.flatnonzero(against_rows).tolist(), column=heading)
    silent = np.flatnonzero(result.codes == result.code_of(spells.NOT_RECORDED)).tolist()
    work.collector.add("end_not_recorded", source, silent, column=heading_of(table, "end_date"))
    return result


def _different(keys: Ints) -> tuple[Ints, Ints]:
    """The first row of each different key, and each row's place of its key among them; keys are small."""
    if not len(keys):
        return keys, keys
    first = np.full(int(keys.max()) + 1, -1, np.int64)
    first[keys[::-1]] = np.arange(len(keys))[::-1]
    there = first >= 0
    return first[there], (np.cumsum(there) - 1)[keys]
