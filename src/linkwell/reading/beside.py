"""Exports of the same people laid side by side on the number they share; where they disagree, no guess."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

from linkwell.reading.table import Origin, Table
from linkwell.standards.dates import parse_date
from linkwell.standards.names import fold


@dataclass(frozen=True)
class WideTable(Table):
    """A table widened with columns of another export.

    Attributes:
        lent: for each column of another export, a row, its file and the row number there; None for none.
    """

    lent: Mapping[str, Sequence[tuple[Origin, int] | None]] = field(default_factory=dict)


@dataclass(frozen=True)
class SideBySide:
    """Tables laid side by side.

    Attributes:
        tables: the first export's tables, widened; then the rows of the other that nobody there answers to.
        alone: rows of the first export with no partner, as positions over `tables`.
        left_over: rows of the other export with no partner, as positions over `tables`.
        unclear: by column of the other export, rows whose partners there say different things; left empty.
        differ: by column that both have, rows where they differ; the first export's cell stands.
        met: how many rows found a partner.
    """

    tables: tuple[Table, ...]
    alone: tuple[int, ...]
    left_over: tuple[int, ...]
    unclear: dict[str, tuple[int, ...]]
    differ: dict[str, tuple[int, ...]]
    met: int


@dataclass(frozen=True)
class _Partner:
    """What the other export says under one number; `unclear` names columns where its rows disagree."""

    cells: dict[str, str]
    unclear: frozenset[str]
    place: tuple[Origin, int]


def side_by_side(first: Sequence[Table], key: str, other: Sequence[Table], other_key: str) -> SideBySide:
    """Widen the tables of `first` with the columns of `other`, row by row on the number both have.

    Args:
        key: the heading of the number in `first`; a table without it is left as it is.
        other_key: its heading in `other`.
    """
    partners = _partners(other, other_key)
    have = dict.fromkeys(chain.from_iterable(table.columns for table in first))
    theirs = dict.fromkeys(c for table in other for c in table.columns if c != other_key)
    new = tuple(column for column in theirs if column not in have)
    both = tuple(column for column in theirs if column in have)
    found = _Found()
    tables: list[Table] = [_widened(table, key, partners, new, both, found) for table in first]
    if tables:
        said = tuple(notice for table in other for notice in table.notices)
        tables[0] = replace(tables[0], notices=tables[0].notices + said)
    for table in other:
        if (rest := _left_over(table, other_key, key, tuple(have), new, found)) is not None:
            tables.append(rest)
    return SideBySide(
        tuple(tables), tuple(found.alone), tuple(found.left_over), _frozen(found.unclear),
        _frozen(found.differ), found.met,
    )  # fmt: skip


@dataclass
class _Found:
    at: int = 0
    met: int = 0
    seen: set[str] = field(default_factory=set)
    alone: list[int] = field(default_factory=list)
    left_over: list[int] = field(default_factory=list)
    unclear: dict[str, list[int]] = field(default_factory=dict)
    differ: dict[str, list[int]] = field(default_factory=dict)


def _frozen(found: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {column: tuple(rows) for column, rows in found.items()}


def _partners(tables: Sequence[Table], key: str) -> dict[str, _Partner]:
    found: dict[str, _Partner] = {}
    for table in tables:
        if key not in table.columns:
            continue
        place = table.columns.index(key)
        for number, row in zip(table.row_numbers, table.rows, strict=True):
            if not (value := row[place]):
                continue
            cells = {c: cell for c, cell in zip(table.columns, row, strict=True) if c != key and cell}
            known = found.get(value)
            new = _Partner(cells, frozenset(), (table.origin, number))
            found[value] = _both(known, cells) if known else new
    return found


def _both(known: _Partner, cells: dict[str, str]) -> _Partner:
    """Two rows under one number: they complete each other, and where they disagree neither is believed."""
    differ = {c for c, cell in cells.items() if c in known.cells and not _same(known.cells[c], cell)}
    return _Partner({**cells, **known.cells}, known.unclear | differ, known.place)


def _same(one: str, other: str) -> bool:
    if one == other or fold(one) == fold(other):
        return True
    day = parse_date(one, "dmy").value  # one export may write 1980-01-31 where the other writes 31/1/1980
    return day is not None and day == parse_date(other, "dmy").value


def _widened(
    table: Table, key: str, partners: dict[str, _Partner], new: tuple[str, ...], both: tuple[str, ...],
    found: _Found,
) -> Table:  # fmt: skip
    if key not in table.columns:
        found.at += len(table)
        return table
    added = tuple(column for column in new if column not in table.columns)
    compared = [(table.columns.index(column), column) for column in both if column in table.columns]
    place, rows = table.columns.index(key), []
    where: list[tuple[Origin, int] | None] = []
    for row in table.rows:
        partner = partners.get(row[place])
        rows.append(row + _lent(partner, added, found))
        where.append(partner.place if partner else None)
        if partner is None:
            found.alone.append(found.at)
        else:
            found.met += 1
            found.seen.add(row[place])
            for at, column in compared:
                if row[at] and (cell := partner.cells.get(column)) and not _same(row[at], cell):
                    found.differ.setdefault(column, []).append(found.at)
        found.at += 1
    lent = {**getattr(table, "lent", {}), **dict.fromkeys(added, where)}
    columns, groups = table.columns + added, table.groups
    return WideTable(table.origin, columns, rows, table.row_numbers, table.notices, groups, lent=lent)


def _lent(partner: _Partner | None, columns: tuple[str, ...], found: _Found) -> tuple[str, ...]:
    if partner is None:
        return ("",) * len(columns)
    for column in columns:
        if column in partner.unclear:
            found.unclear.setdefault(column, []).append(found.at)
    return tuple([
        "" if column in partner.unclear else partner.cells.get(column, "") for column in columns
    ])  # fmt: skip


def _left_over(
    table: Table, other_key: str, key: str, have: tuple[str, ...], new: tuple[str, ...], found: _Found
) -> Table | None:
    """The rows of the other export that no row of the first one answers to, under the same headings."""
    columns = (*have, *new)
    place = table.columns.index(other_key) if other_key in table.columns else -1
    kept = [at for at, row in enumerate(table.rows) if place < 0 or row[place] not in found.seen]
    if not kept:
        return None
    rows = []
    for at in kept:
        cells = dict(zip(table.columns, table.rows[at], strict=True))
        cells[key] = cells.get(other_key, "")
        rows.append(tuple([cells.get(column, "") for column in columns]))
        found.left_over.append(found.at)
        found.at += 1
    return Table(table.origin, columns, rows, [table.row_numbers[at] for at in kept])
