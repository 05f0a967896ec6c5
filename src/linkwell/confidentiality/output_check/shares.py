"""Percentages, rates and ratios: whether they were computed from the rounded counts beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.tables import COUNTS, SHARES, Column, Table
from linkwell.confidentiality.output_check.words import is_total, plain

_SCALES = {"percentage": (100.0, 1.0), "rate": (100.0, 1.0, 1e3, 1e4, 1e5, 1e6), "ratio": (1.0, 100.0)}
_CHANGE = re.compile(r"\b(change|growth|increase|decrease|rise|fall)\b")
_MOST_COLUMNS, _MOST_TRIES = 60, 6000
_MOST_OFF = 0.12  # how far rounding may move a share before a pair of columns is no likely source of it
Counts = Mapping[int, Cell]


@dataclass(frozen=True)
class _Source:
    """Two columns of counts a share may have been made from, and how well that fits."""

    top: Counts
    bottom: Counts
    scale: float
    fitting: int
    likely: int
    off: float


def check_shares(table: Table, others: Sequence[Table]) -> Iterator[Finding]:
    """Every share of a table, those in brackets behind a count too ("45 (12.3%)")."""
    for column in table.leaving():
        cells = {row: cell for row, cell in column.cells.items() if kind_at(table, column, row) in SHARES}
        if any(cell.number is not None for cell in cells.values()):
            kind = column.kind if column.kind in SHARES else "percentage"
            counts = _counts(table, others, cells)
            if kind == "percentage" and _CHANGE.search(plain(column.heading)):
                counts += [_line_before(table, each) for each in counts]
                cells = {row: _as_share(cell) for row, cell in cells.items()}
            yield from _check(table, column, cells, kind, counts)
        aside = {row: cell.aside for row, cell in column.cells.items()
                 if cell.aside is not None and kind_at(table, column, row) == "count"}  # fmt: skip
        if (aside and any(cell.percent for cell in aside.values())) or (aside and "%" in column.heading):
            own = dict(column.cells)
            yield from _check(table, column, aside, "percentage", [own, *_counts(table, others, aside)])


def _line_before(table: Table, counts: Counts) -> Counts:
    """At each row the count of the row above it."""
    return {row: counts[before] for before, row in pairwise(table.rows) if before in counts}


def _as_share(cell: Cell) -> Cell:
    """A change of 5 % as what it is of before: 105 %."""
    return cell if cell.number is None else replace(cell, number=cell.number + 100)


def _check(
    table: Table, column: Column, cells: Counts, kind: str, counts: Sequence[Counts]
) -> Iterator[Finding]:
    shown = {row: cell for row, cell in cells.items() if cell.number is not None}
    where = table.file, table.sheet
    yield from _uniform(table, column, shown, kind)
    source = _best(shown, kind, counts)
    if source is None or (
        source.fitting * 2 < len(shown) and source.likely < len(shown) - _hidden(source, shown)
    ):
        yield found(
            "ratio_without_counts", *where, [cell.at for cell in shown.values()], column=column.heading
        )
        return
    wrong = [cell.at for row, cell in shown.items() if not _fits(cell, row, source) and _known(row, source)]
    hidden = [cell.at for row, cell in shown.items() if _is_hidden(row, source)]
    if wrong:
        yield found("not_from_rounded", *where, wrong, column=column.heading)
    if hidden:
        yield found("ratio_of_hidden", *where, hidden, column=column.heading)


def _uniform(table: Table, column: Column, shown: Counts, kind: str) -> Iterator[Finding]:
    if kind != "percentage" or column.is_total:
        return
    full = 100.0 if any((cell.number or 0) > 1 for cell in shown.values()) else 1.0
    cells = [
        cell.at for row, cell in shown.items()
        if cell.number in (0.0, full) and not table.is_total_row(row) and not table.is_base_row(row)
    ]  # fmt: skip
    if cells and len(shown) > 1:
        yield found("whole_group", table.file, table.sheet, cells, column=column.heading)


def _counts(table: Table, others: Sequence[Table], cells: Counts) -> list[Counts]:
    """What may be numerator or denominator at each row: counts of the row, and the totals of its column."""
    found_counts: list[Counts] = []
    for column in islice(table.leaving(*COUNTS), _MOST_COLUMNS):
        found_counts.append(column.cells)
        found_counts += _bases(table, column, cells)
    keys = {tuple(map(plain, labels)): row for row, labels in table.labels.items()}
    for other in others:
        shared = [row for row in other.rows if tuple(map(plain, other.labels[row])) in keys]
        if other is table or len(shared) * 5 < len(table.rows) * 3:
            continue
        for column in islice(other.leaving(*COUNTS), _MOST_COLUMNS):
            moved = {
                keys[tuple(map(plain, other.labels[row]))]: column.cells[row]
                for row in shared
                if row in column.cells
            }
            found_counts.append(moved)
            found_counts += _bases(table, Column(0, column.headings, "count", "", moved), cells)
    return found_counts


def _bases(table: Table, column: Column, cells: Counts) -> list[Counts]:
    """The totals of a column, each as the base of all rows; and of each section or group its own total."""
    bases: list[Counts] = []
    whole = [row for row in column.cells if table.is_total_row(row) or table.is_base_row(row)]
    for row in whole[:6]:
        bases.append(dict.fromkeys(cells, column.cells[row]))
    if len(whole) > 1:
        groups = {}
        for row in whole:
            groups[tuple("" if is_total(each) else each for each in table.labels[row])] = column.cells[row]
        own = {}
        for row in cells:
            labels = table.labels.get(row, ())
            for at in range(len(labels)):
                key = tuple("" if place == at else each for place, each in enumerate(labels))
                if key in groups:
                    own[row] = groups[key]
        if own:
            bases.append(own)
    return bases


def _best(shown: Counts, kind: str, counts: Sequence[Counts]) -> _Source | None:
    """The pair of counts that explains most of the shares exactly; else the one that nearly explains all."""
    best: _Source | None = None
    tries = 0
    for top in counts:
        for bottom in counts:
            if top is bottom:
                continue
            tries += 1
            if tries > _MOST_TRIES:
                return best
            for scale in _SCALES[kind]:
                source = _tried(shown, top, bottom, scale)
                if source and (best is None or _rank(source) > _rank(best)):
                    best = source
    return best


def _rank(source: _Source) -> tuple[int, int, float]:
    return source.fitting, source.likely, -source.off


def _tried(shown: Counts, top: Counts, bottom: Counts, scale: float) -> _Source | None:
    fitting = likely = 0
    off = 0.0
    for row, cell in shown.items():
        above, below = (side[row].number if row in side else None for side in (top, bottom))
        if above is None or not below or cell.number is None:
            continue
        exact = scale * above / below
        away = abs(cell.number - exact)
        slack = scale * (2 + 2 * abs(cell.number) / scale) / below + 0.51 * 10.0**-cell.decimals
        fitting += away <= 0.51 * 10.0**-cell.decimals + abs(exact) * 1e-7
        likely += away <= slack and slack <= max(scale * _MOST_OFF, 0.6 * 10.0**-cell.decimals)
        off += away / scale
    return _Source(top, bottom, scale, fitting, likely, off) if fitting or likely else None


def _hidden(source: _Source, shown: Counts) -> int:
    return sum(not _known(row, source) for row in shown)


def _known(row: int, source: _Source) -> bool:
    return all(row in side and side[row].number is not None for side in (source.top, source.bottom))


def _is_hidden(row: int, source: _Source) -> bool:
    return any(row in side and side[row].mark for side in (source.top, source.bottom))


def _fits(cell: Cell, row: int, source: _Source) -> bool:
    if not _known(row, source) or not source.bottom[row].number:
        return True
    exact = source.scale * (source.top[row].number or 0) / (source.bottom[row].number or 1)
    return abs((cell.number or 0) - exact) <= 0.51 * 10.0**-cell.decimals + abs(exact) * 1e-7
