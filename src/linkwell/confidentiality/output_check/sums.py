"""Lines that add up: sub-groups within their group, and hidden numbers that the rest of a line gives away."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.counting import Ways, way_of
from linkwell.confidentiality.output_check.findings import Finding, Verdict, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.tables import Column, Table
from linkwell.confidentiality.output_check.unpicking import Sum, pinned
from linkwell.confidentiality.output_check.words import is_total, plain

_ALL = "∑"
_PART = re.compile(r"\b(w|with|of which|numerator|who|having|employed|in work)\b")
_WHOLE = re.compile(r"\b(all|total|denominator|population|eligible|overall|everyone|events?|visits?)\b")
_DISTINCT = re.compile(r"\b(distinct|unique)\b")
_WIDTH = 3
_ADDITIVE_LINES = 4


@dataclass(frozen=True)
class Line:
    """A total and its parts, as they stand in the table; `heading` of the column or row they share."""

    total: Cell
    parts: tuple[Cell, ...]
    heading: str

    @property
    def complete(self) -> bool:
        """Whether all of it is shown."""
        return self.total.number is not None and all(cell.number is not None for cell in self.parts)

    @property
    def gap(self) -> float:
        """Total less the shown parts."""
        return (self.total.number or 0) - sum(cell.number or 0 for cell in self.parts)


def lines_of(table: Table, kind: str) -> list[Line]:
    """Every line of a table, down its columns and along its rows."""
    columns = list(table.leaving(kind))
    return [*_down(table, columns, kind), *_along(table, columns, kind)]


def _down(table: Table, columns: Sequence[Column], kind: str) -> Iterator[Line]:
    rows = {row: [_level(label) for label in labels] for row, labels in table.labels.items()}
    width = max(map(len, rows.values()), default=0)
    for column in columns:
        for at in range(width):
            groups: dict[tuple[str, ...], list[int]] = {}
            for row, labels in rows.items():
                if row in column.cells and kind_at(table, column, row) == kind:
                    groups.setdefault((*labels[:at], *labels[at + 1 :]), []).append(row)
            for own in groups.values():
                totals = [row for row in own if rows[row][at] == _ALL]
                parts = [row for row in own if rows[row][at] != _ALL]
                yield from _line([column.cells[row] for row in totals], [column.cells[row] for row in parts],
                                 column.heading)  # fmt: skip


def _along(table: Table, columns: Sequence[Column], kind: str) -> Iterator[Line]:
    width = max((len(column.headings) for column in columns), default=0)
    levels = {
        column.at: [_level(each) for each in (*column.headings, *[""] * (width - len(column.headings)))]
        for column in columns
    }
    for row in table.rows:
        there = [c for c in columns if row in c.cells and kind_at(table, c, row) == kind]
        for at in range(width):
            groups: dict[tuple[str, ...], list[Column]] = {}
            for column in there:
                own = levels[column.at]
                groups.setdefault((*own[:at], *own[at + 1 :]), []).append(column)
            for own_columns in groups.values():
                totals = [c.cells[row] for c in own_columns if levels[c.at][at] == _ALL]
                parts = [c.cells[row] for c in own_columns if levels[c.at][at] != _ALL]
                yield from _line(totals, parts, " / ".join(table.labels[row]))


def _line(totals: list[Cell], parts: list[Cell], heading: str) -> Iterator[Line]:
    if len(totals) == 1 and parts:
        yield Line(totals[0], tuple(parts), heading)


def _level(label: str) -> str:
    return _ALL if is_total(label) else plain(label)


def check_lines(table: Table, ways: Ways) -> Iterator[Finding]:
    """Sub-groups above their groups, and hidden counts and amounts that a line gives away."""
    way = way_of(table, ways)
    over: dict[str, list[str]] = {}
    away: dict[tuple[str, Verdict], list[str]] = {}
    for kind in ("count", "total"):
        lines = lines_of(table, kind)
        full = [line for line in lines if line.complete and len(line.parts) > 1]
        exact = [line for line in full if abs(line.gap) < 1e-6]
        additive = len(exact) == len(full) and len(full) >= (
            _ADDITIVE_LINES if kind == "count" and way else 1
        )
        for line in lines:
            for part in line.parts:
                if (
                    part.number is not None
                    and line.total.number is not None
                    and part.number > line.total.number >= 0
                ):
                    over.setdefault(line.heading, []).append(part.at)
            hidden = [cell for cell in line.parts if cell.mark]
            if len(hidden) == 1 and line.total.number is not None and len(line.parts) > 1:
                verdict = _gives_away(line, kind, way, ways, additive, bool(full))
                if verdict:
                    away.setdefault((line.heading, verdict), []).append(hidden[0].at)
        told = {at for cells in away.values() for at in cells}
        for verdict, together in _together(lines, way, ways, additive):
            cells = [cell.at for cell in together if cell.at not in told]
            told.update(cells)
            if cells:
                yield found("recoverable", table.file, table.sheet, cells, verdict=verdict,
                            detail="By several lines together.")  # fmt: skip
    for heading, larger in _related(table):
        over.setdefault(heading, []).extend(larger)
    for heading, cells in over.items():
        yield found("over_group", table.file, table.sheet, dict.fromkeys(cells), column=heading)
    for (heading, verdict), cells in away.items():
        yield found(
            "recoverable", table.file, table.sheet, dict.fromkeys(cells), column=heading, verdict=verdict
        )


def _together(
    lines: Sequence[Line], way: str, ways: Ways, additive: bool
) -> Iterator[tuple[Verdict, list[Cell]]]:
    """What several lines give away together: surely; and if every hidden number is a small one."""
    sums = [Sum(line.total, line.parts) for line in lines if len(line.parts) > 1]
    hidden = [line for line in sums if any(cell.mark for cell in line.parts)]
    if not hidden or any(cell.number is None and not cell.mark for line in sums for cell in line.parts):
        return
    slack = {
        cell.at: float(ways.base(way or "rr3", cell.number) - 1)
        for line in sums
        for cell in (line.total, *line.parts)
        if cell.number is not None and not additive and way and ways.fits(way, cell)
    }
    yield Verdict.FAIL, pinned(sums, slack, most=math.inf, width=_WIDTH)
    yield Verdict.REVIEW, pinned(sums, slack, most=ways.threshold - 1.0, width=_WIDTH)


def _gives_away(line: Line, kind: str, way: str, ways: Ways, additive: bool, others: bool) -> Verdict | None:
    """Whether the one hidden part of a line follows from the rest, within fewer than three values."""
    gap = line.gap
    if kind == "total":
        return (
            None if gap < 0 or (others and not additive) else (Verdict.FAIL if additive else Verdict.REVIEW)
        )
    if additive and 0 <= gap <= ways.threshold:
        return Verdict.FAIL
    shown = [cell for cell in (line.total, *line.parts) if cell.number is not None]
    slack = sum(
        ways.base(way or "rr3", cell.number or 0) - 1
        for cell in shown
        if ways.fits(way or "rr3", cell) and way
    )
    low, high = max(0.0, gap - slack), min(ways.threshold - 1.0, gap + slack)
    return Verdict.FAIL if low <= high and high - low < _WIDTH else None


def _related(table: Table) -> Iterator[tuple[str, list[str]]]:
    """Columns of one table of which one is a part of the other by their names, where it is larger."""
    counts = list(table.leaving("count"))
    for part in counts:
        for whole in counts:
            if part is whole or part.headings[:-1] != whole.headings[:-1]:
                continue
            of_it = _PART.search(part.name) and _WHOLE.search(whole.name) and not _PART.search(whole.name)
            people = _DISTINCT.search(part.name) and not _DISTINCT.search(whole.name) and len(counts) == 2
            if not (of_it or people):
                continue
            cells = [
                cell.at
                for row, cell in part.cells.items()
                if cell.number is not None
                and row in whole.cells
                and (larger := whole.cells[row].number) is not None
                and cell.number > larger
            ]
            if cells:
                yield part.heading, cells
