"""Who is who, on whole columns: rows that share nothing with another are a person each; the plain engine is
asked about the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.bulk.cells import Bulk, Columns
from linkwell.bulk.coded import Bools, Coded, Ints, first_alike, numbered
from linkwell.checking.columns import heading_of
from linkwell.checking.people import (
    BY_ID,
    BY_KEY,
    BY_NAME,
    IDENTIFIERS,
    Row,
    drop_shared_identifiers,
    gather,
    tight,
)
from linkwell.checking.sources import Source
from linkwell.specification.model import Compartment, TableSpec

_WHYS = ("", BY_KEY, BY_ID, BY_NAME)


@dataclass
class Folk:
    """People as columns; see `checking.people.People`.

    Attributes:
        details: each field by person.
        first_row: each person's first row.
        person_of: by row; -1 for rows that stay.
        shared_keys: client keys several people share.
        keys: the client key of every row; None where there is none.
        lost: rows that stayed before anybody was looked for.
    """

    details: dict[str, Coded]
    first_row: Ints
    person_of: Ints
    shared_keys: set[str]
    keys: Coded | None
    lost: Bools

    def __len__(self) -> int:
        return len(self.first_row)

    def row(self, person: int) -> Row:
        """One person's fields as text."""
        return {name: column.values[column.codes[person]] for name, column in self.details.items()}


def find_people(work: Bulk, identity: TableSpec) -> Folk:
    """Refuse rows that repeat or cannot be linked, and bring the others to people."""
    source, columns = work.sources[identity.source], dict(work.columns[identity.name])
    refused, collector = work.refused[source.name], work.collector
    aligned = [t for t in work.spec.tables if t.source == source.name and t.name in work.columns]
    together = [cells for t in aligned for cells in work.columns[t.name].values()]
    some = np.logical_or.reduce([cells.filled for cells in together]) & ~refused
    first = first_alike(together, some)
    twice = some & (first != np.arange(len(source)))
    collector.add("row_twice", source, np.flatnonzero(twice).tolist())
    refused |= twice
    alike = first_alike(list(columns.values()), ~refused)
    _drop_shared(work, identity, source, columns, alike)
    lost = ~refused & ~_can_be_linked(columns)
    collector.add("cannot_be_linked", source, np.flatnonzero(lost).tolist())
    refused |= lost
    folk = _gathered(work, identity, source, columns, np.where(refused, -1, alike), aligned)
    work.person_of[identity.name] = folk.person_of
    return folk


def _drop_shared(work: Bulk, identity: TableSpec, source: Source, columns: Columns, alike: Ints) -> None:
    """Empty, in `columns`, identifiers that stand for people of different names."""
    ours = np.flatnonzero(alike == np.arange(len(alike)))
    often = np.zeros(len(ours), bool)
    for name in IDENTIFIERS:
        if name in columns:
            often |= _comes_often(columns[name].codes[ours], columns[name].filled[ours])
    if not often.any():
        return
    shared = drop_shared_identifiers(_rows(columns, ours[often]))
    for name, found in shared.items():
        rows = np.flatnonzero((alike >= 0) & np.isin(alike, found))
        work.collector.add("identifier_shared", source, rows.tolist(), column=heading_of(identity, name))
        columns[name] = columns[name].with_value(rows, "")


def _comes_often(codes: Ints, filled: Bools) -> Bools:
    times = np.bincount(codes[filled], minlength=int(codes.max(initial=0)) + 1)
    return filled & (times[codes] > 1)


def _rows(columns: Columns, at: Ints) -> dict[int, Row]:
    names = list(columns)
    cells = zip(*(column.take(at).cells() for column in columns.values()), strict=True)
    return {row: dict(zip(names, each, strict=True)) for row, each in zip(at.tolist(), cells, strict=True)}


def _can_be_linked(columns: Columns) -> Bools:
    size = len(next(iter(columns.values())))
    linked = np.zeros(size, bool)
    for name in IDENTIFIERS:
        if name in columns:
            linked |= columns[name].filled
    names = [name for name in ("first_name", "last_name") if name in columns]
    if names and "date_of_birth" in columns:
        linked |= np.logical_and.reduce([columns[name].filled for name in (*names, "date_of_birth")])
    return linked


def _gathered(
    work: Bulk, identity: TableSpec, source: Source, columns: Columns, alike: Ints, aligned: list[TableSpec]
) -> Folk:
    """Every row's person: rows that say the same share one, and only those sharing a mark are compared."""
    size = len(alike)
    ours = np.flatnonzero(alike == np.arange(size))
    compared = _share_a_mark(columns, ours)
    some = gather(_rows(columns, ours[compared]))
    first_row = np.sort(np.concatenate([ours[~compared], np.array(some.first_row, np.int64)]))
    person_of = np.full(size, -1, np.int64)
    person_of[first_row] = np.arange(len(first_row))
    for at, person in some.person_of.items():
        person_of[at] = person_of[some.first_row[person]]
    kept = alike >= 0
    person_of[kept] = person_of[alike[kept]]
    why = _why(columns)
    why[(alike == np.arange(size)) | ~kept] = 0
    for at, said in some.why_same.items():
        why[at] = _WHYS.index(said)
    details = {name: column.take(first_row) for name, column in columns.items()}
    _fill(details, some.details, person_of[np.array(some.first_row, np.int64)])
    shared = set(_keys_of(columns, some.shared_keys))
    keys = work.columns[identity.name].get("client_key")
    folk = Folk(details, first_row, person_of, shared, keys, work.refused[source.name].copy())
    work.person_of[identity.name] = person_of
    _refuse_same_times(work, aligned, source, folk, why)
    collector = work.collector
    collector.add("twins_told_apart", source, set(some.twins))
    collector.add("perhaps_same_person", source, set(some.perhaps_same))
    collector.add("same_name_told_apart", source, set(some.namesakes))
    if shared:
        rows = np.flatnonzero(kept & columns["client_key"].among(shared)).tolist()
        collector.add("client_number_shared", source, rows, column=heading_of(identity, "client_key"))
    return folk


def _fill(details: dict[str, Coded], told: list[Row], persons: Ints) -> None:
    """Put what the plain engine gathered about some persons into the columns of everybody."""
    for name, column in details.items():
        with_none = column if column.code_of("") >= 0 else Coded(column.codes, [*column.values, ""])
        codes = column.codes.copy()
        codes[persons] = [with_none.places[row[name]] for row in told]
        details[name] = Coded(codes, with_none.values)


def _keys_of(columns: Columns, rows: list[int]) -> list[str]:
    if "client_key" not in columns:
        return []
    return [columns["client_key"].values[columns["client_key"].codes[at]] for at in rows]


def _share_a_mark(columns: Columns, ours: Ints) -> Bools:
    """Which rows have a key, an identifier, or a last name and birth date that another of them has, too."""
    compared = np.zeros(len(ours), bool)
    for name in ("client_key", *IDENTIFIERS):
        if name in columns:
            compared |= _comes_often(columns[name].codes[ours], columns[name].filled[ours])
    if "last_name" in columns and "date_of_birth" in columns:
        last, born = columns["last_name"].map(tight).take(ours), columns["date_of_birth"].take(ours)
        both = last.filled & born.filled
        which, _ = numbered([last.codes * (len(born.values) + 1) + born.codes])
        compared |= _comes_often(which, both)
    return compared


def _why(columns: Columns) -> Ints:
    """How each row would be known to be an earlier one that says the same, as a place in `_WHYS`."""
    why = np.full(len(next(iter(columns.values()))), _WHYS.index(BY_NAME), np.int64)
    for name in IDENTIFIERS:
        if name in columns:
            why[columns[name].filled] = _WHYS.index(BY_ID)
    if "client_key" in columns:
        why[columns["client_key"].filled] = _WHYS.index(BY_KEY)
    return why


def _refuse_same_times(work: Bulk, aligned: list[TableSpec], source: Source, folk: Folk, why: Ints) -> None:
    """A further row of one person is another time with us, or the same one entered twice."""
    again = why > 0
    content = [work.columns[table.name] for table in aligned if table.compartment is Compartment.CONTENT]
    several = np.isin(folk.person_of, folk.person_of[again]) & (folk.person_of >= 0)
    keys: list[Coded | Ints] = [folk.person_of]
    for columns in content:
        started = columns["start_date"].filled if "start_date" in columns else np.zeros(len(why), bool)
        for name, column in columns.items():
            if name in ("initiative", "variant", "start_date"):
                keys.append(column)
            elif name != "client_key":
                keys.append(np.where(started, 0, column.codes + 1))
    first = first_alike(keys, several)
    twice = again & (first != np.arange(len(why))) if content else again
    found = []
    for code, rows in (("same_person_twice", twice), ("same_person_again", again & ~twice)):
        for number, said in enumerate(_WHYS):
            at = np.flatnonzero(rows & (why == number)) if said else np.zeros(0, np.int64)
            if len(at):
                found.append((int(at[0]), code, said, at))
    for _, code, said, at in sorted(found, key=lambda each: each[0]):
        work.collector.add(code, source, at.tolist(), detail=said)
    work.refused[source.name] |= twice
