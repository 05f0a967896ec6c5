"""Check large tables against a specification: the steps of `checking.check`, each on whole columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date

import duckdb
import numpy as np

from linkwell.bulk import rows
from linkwell.bulk.cells import Bulk, read_table
from linkwell.bulk.coded import Bools, CodedKept, CodedRows, Engine, Ints, NotForBulkError
from linkwell.bulk.people import Folk, find_people
from linkwell.checking.check import look_at_files
from linkwell.checking.hidden import hidden_in
from linkwell.checking.households import note_households
from linkwell.checking.notices import NoticeCover
from linkwell.checking.objections import Objections
from linkwell.checking.sources import find_sources
from linkwell.checking.verdict import Counts, KeptTable, LeftOut, Verdict
from linkwell.reading.table import Table
from linkwell.specification.content import folded
from linkwell.specification.model import Compartment, FieldType, Specification, TableSpec
from linkwell.standards.clock import today

__all__ = ["NotForBulkError", "check"]


def check(
    spec: Specification,
    tables: Sequence[Table],
    *,
    as_of: date | None = None,
    notices: NoticeCover | None = None,
    objections: Objections | None = None,
) -> Verdict:
    """`checking.check.check` on whole columns; the same arguments, errors and verdict.

    Raises:
        NotForBulkError: a cell holds text that only the plain engine takes.
    """
    with duckdb.connect() as engine:
        return _checked(engine, spec, tables, as_of or today(), notices, objections)


def _checked(
    engine: Engine,
    spec: Specification,
    tables: Sequence[Table],
    as_of: date,
    notices: NoticeCover | None,
    objections: Objections | None,
) -> Verdict:
    sources, unused = find_sources(spec, tables)
    work = Bulk(spec, sources, as_of, engine)
    for table in unused:
        work.collector.add("sheet_not_used", table.origin.file, detail=table.origin.sheet or "", count=1)
    work.refused = {name: np.zeros(len(source), bool) for name, source in sources.items()}
    look_at_files(spec, sources, work.as_of, work.collector)
    for each in spec.tables:
        if each.source in sources:
            work.columns[each.name] = read_table(work, each, sources[each.source])
    identity = spec.of_compartment(Compartment.IDENTITY)[0]
    folk, left_out = None, np.zeros(0, bool)
    if identity.name in work.columns:
        folk, left_out = _look_at_people(work, identity, notices, objections)
    kept = tuple(_kept(work, identity, each, folk, left_out) for each in spec.tables)
    if not kept[0].rows and identity.source in sources:
        work.collector.add("no_rows", identity.source, detail=identity.source, count=0)
    return Verdict(
        findings=work.collector.findings(),
        counts=tuple(_counts(work, name) for name in sources),
        people=int((~left_out).sum()),
        specification_digest=spec.digest,
        kept=kept,
        left_out=work.how_many_out,
    )


def _counts(work: Bulk, name: str) -> Counts:
    read, refused = len(work.sources[name]), int(work.refused[name].sum())
    return Counts(name, read, refused, read - refused)


def _look_at_people(
    work: Bulk, identity: TableSpec, notices: NoticeCover | None, objections: Objections | None
) -> tuple[Folk, Bools]:
    source = work.sources[identity.source]
    folk = find_people(work, identity)
    refused_keys = _refused_keys(folk)
    for each in work.spec.of_compartment(Compartment.CONTENT):
        if each.name in work.columns:
            _place_rows(work, identity, each, folk, refused_keys)
    left_out = _leave_out(work, identity, folk, notices, objections)
    _look_for_hidden(work, folk, left_out)
    if source.contacts:
        note_households(
            source, folk.first_row.tolist(), lambda at: folk.row(int(folk.person_of[at])), work.collector
        )
    return folk, left_out


def _refused_keys(folk: Folk) -> set[str]:
    """Client keys that only rows which stay behind have."""
    if folk.keys is None:
        return set()
    lost = folk.keys.values_at(folk.lost)
    return lost - folk.keys.values_at(folk.person_of >= 0) - {""} if lost else lost


def _place_rows(
    work: Bulk, identity: TableSpec, table: TableSpec, folk: Folk, refused_keys: set[str]
) -> None:
    """Give every row of a content table its person, and check it against the person's dates."""
    source, columns = work.sources[table.source], work.columns[table.name]
    if table.source == identity.source:
        person_of = np.where(work.refused[source.name], -1, folk.person_of)
    else:
        person_of = rows.join_to_people(work, table, source, folk, refused_keys)
    work.person_of[table.name] = person_of
    if table.field("start_date") or table.field("end_date"):
        rows.check_spells(work, table, source, _births(folk, person_of))
        work.collector.add("times_overlap", source, rows.overlaps(work.engine, columns, person_of))
    if table.field("service_date"):
        rows.check_visits(work, table, source)


def _births(folk: Folk, person_of: Ints) -> Ints:
    born = folk.details.get("date_of_birth")
    if born is None:
        return np.zeros(len(person_of), np.int64)
    days = np.append(rows.day_numbers(born), 0)  # the last one is for rows without a person
    return days[person_of]


def _leave_out(
    work: Bulk, identity: TableSpec, folk: Folk, notices: NoticeCover | None, objections: Objections | None
) -> Bools:
    """Who stays out as a whole: those who objected and those nobody told; see `checking.leaving`."""
    left_out = np.zeros(len(folk), bool)
    objected = not_told = 0
    if objections is not None and objections.hashes:
        said_no = np.array([objections.holds(folk.row(person)) for person in range(len(folk))] or [False])
        left_out |= said_no[: len(folk)]
        objected = int(left_out.sum())
        if objected:
            work.collector.add("person_objected", identity.source, count=objected)
    if notices is not None:
        untold = _untold(work, folk, notices) & ~left_out
        left_out |= untold
        not_told = int(untold.sum())
        at = np.flatnonzero((folk.person_of >= 0) & np.append(untold, False)[folk.person_of])
        work.collector.add("person_not_told", work.sources[identity.source], at.tolist())
    work.how_many_out = LeftOut(not_told, objected)
    stays = np.append(left_out, False)
    for name, person_of in work.person_of.items():
        table = work.spec.table(name)
        assert table is not None
        work.refused[table.source] |= stays[person_of]
    return left_out


def _untold(work: Bulk, folk: Folk, notices: NoticeCover) -> Bools:
    told = np.zeros(len(folk) + 1, bool)
    started = np.zeros(len(folk) + 1, bool)
    for name, columns in work.columns.items():
        person_of = work.person_of.get(name)
        if person_of is None or "start_date" not in columns:
            continue
        starts = columns["start_date"]
        covered = starts.per_value(lambda day: int(bool(day) and notices.covered([day]))) == 1
        started[person_of[starts.filled]] = True
        told[person_of[covered]] = True
    without = notices.covered([])
    return ~np.where(started, told, without)[:-1]


class _Names:
    """First and last names of everyone, asked by the folded first and last word of each."""

    def __init__(self, folk: Folk) -> None:
        first, last = folk.details.get("first_name"), folk.details.get("last_name")
        self._first = first.map(lambda name: (folded(name).split() or [""])[0]) if first else None
        self._last = last.map(lambda name: (folded(name).split() or [""])[-1]) if last else None

    def __contains__(self, pair: object) -> bool:
        if self._first is None or self._last is None or not isinstance(pair, tuple) or not all(pair):
            return False
        first, last = self._first.places.get(pair[0], -1), self._last.places.get(pair[1], -1)
        if first < 0 or last < 0:
            return False
        return bool(((self._first.codes == first) & (self._last.codes == last)).any())


def _look_for_hidden(work: Bulk, folk: Folk, left_out: Bools) -> None:
    names = _Names(folk)
    stays = np.append(left_out, True)
    for table in work.spec.of_compartment(Compartment.CONTENT):
        for each in table.fields:
            if (
                each.type is not FieldType.CATEGORY
                or not each.source_column
                or table.name not in work.columns
            ):
                continue
            source, cells = work.sources[table.source], work.columns[table.name][each.name]
            ours = ~stays[work.person_of[table.name]]
            values = Counter({v: n for v, n in cells.take(np.flatnonzero(ours)).counts().items() if v and n})
            for code, hidden in hidden_in(values, names).items():
                at = np.flatnonzero(ours & cells.among(hidden)).tolist()
                work.collector.add(code, source, at, column=each.source_column)


def _kept(work: Bulk, identity: TableSpec, table: TableSpec, folk: Folk | None, left_out: Bools) -> KeptTable:
    names = tuple(each.name for each in table.fields)
    source = work.sources.get(table.source)
    if table.name not in work.columns or source is None or folk is None:
        return KeptTable(table.name, names, [], [], [])
    numbers = np.array(source.numbers, np.int64)
    if table is identity:
        people = np.flatnonzero(~left_out)
        coded = tuple([folk.details[name].take(people) for name in names])
        at, records = folk.first_row[people], people
    else:
        person_of = work.person_of[table.name]
        stays = np.append(left_out, True)[person_of] | work.refused[source.name]
        at = np.flatnonzero(~stays)
        coded = tuple([work.columns[table.name][name].take(at) for name in names])
        records = person_of[at]
    return CodedKept(table.name, names, CodedRows(coded), records.tolist(), numbers[at].tolist(), coded)
