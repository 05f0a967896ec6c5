"""Tables beside tables: two that count nearly the same people, and one group told with two numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import Column, Table, bare_name
from linkwell.confidentiality.output_check.words import plain

Key = tuple[str, ...]
_FEW_CELLS = 4
_ALIKE = (
    0.6  # so much of two tables must lie within one step of rounding before they are called nearly the same
)


def check_differences(
    tables: Sequence[Table], evidence: Sequence[Evidence], threshold: int
) -> Iterator[Finding]:
    """Every two leaving columns with the same lines, across sheets and files, and side by side."""
    columns = [
        (table, own, column, _by_line(table, column))
        for table, own in zip(tables, evidence, strict=True)
        for column in table.leaving("count")
    ]
    for (one, one_raw, first, left), (two, two_raw, second, right) in combinations(columns, 2):
        if one is two and not _apart(first, second):
            continue
        if one is not two and first.name != second.name:
            continue
        shared = [key for key in left if key in right]
        if len(shared) < _FEW_CELLS or len(shared) * 5 < min(len(left), len(right)) * 4:
            continue
        yield from _compared(
            one,
            two,
            [(left[key], right[key]) for key in shared],
            one_raw,
            two_raw,
            threshold,
            (first, second),
        )


def check_repeats(tables: Sequence[Table], earlier: Sequence[Table]) -> Iterator[Finding]:
    """Tables that were told before, number for number."""
    known = [(other, _told(other)) for other in earlier]
    for table in tables:
        own = _told(table)
        same = next((other for other, told in known if own and own == told), None)
        if same is not None:
            yield found("told_before", table.file, table.sheet, detail=_beside(same))


def _told(table: Table) -> dict[tuple[Key, str], str]:
    """Every number that leaves, by its line and its column."""
    return {
        (tuple(plain(label) for label in table.labels[row]), column.name): (
            "" if cell.number is None else f"{cell.number:g}"
        )
        for column in table.leaving()
        for row, cell in column.cells.items()
        if cell.is_value and row in table.labels
    }


def _by_line(table: Table, column: Column) -> dict[Key, tuple[int, Cell]]:
    return {
        tuple(plain(label) for label in table.labels[row]): (row, cell)
        for row, cell in column.cells.items()
        if cell.is_value and kind_at(table, column, row) == "count"
    }


def _apart(first: Column, second: Column) -> bool:
    """Two columns of one table that are no parts of one another's line: no total among them."""
    return not (first.is_total or second.is_total)


def _compared(
    one: Table, two: Table, pairs: list[tuple[tuple[int, Cell], tuple[int, Cell]]], one_raw: Evidence,
    two_raw: Evidence, threshold: int, columns: tuple[Column, Column],
) -> Iterator[Finding]:  # fmt: skip
    known = [(a, b, one_raw.raw.get((columns[0].at, ra)), two_raw.raw.get((columns[1].at, rb)))
             for (ra, a), (rb, b) in pairs if a.number is not None and b.number is not None]  # fmt: skip
    numbers = [(a, b) for a, b, _, _ in known if (a.number or 0) > 0 or (b.number or 0) > 0]
    if len(numbers) < _FEW_CELLS or all(a.number == b.number for a, b in numbers):
        return
    alike = sum(abs((a.number or 0) - (b.number or 0)) < threshold for a, b in numbers)
    if alike < _ALIKE * len(numbers) or _is_time(columns):
        return
    heading = columns[1].heading
    raw = [(a, b, x.number, y.number) for a, b, x, y in known if x is not None and y is not None
           and x.number is not None and y.number is not None]  # fmt: skip
    if raw and all(x == y for _, _, x, y in raw):
        cells = [b.at for a, b, _, _ in raw if a.number != b.number]
        yield found("rounded_twice", two.file, two.sheet, cells, column=heading, detail=_beside(one))
        return
    few = [b.at for a, b, x, y in raw if 0 < abs(x - y) < threshold]
    if few and one is not two:
        yield found("by_difference", two.file, two.sheet, few, column=heading, detail=_beside(one))
    elif not raw and one is not two:
        cells = [
            b.at
            for a, b in numbers
            if a.number != b.number and abs((a.number or 0) - (b.number or 0)) < threshold
        ]
        yield found("nearly_same", two.file, two.sheet, cells, column=heading, detail=_beside(one))


def _is_time(columns: tuple[Column, Column]) -> bool:
    """Columns of two years are expected to be alike."""
    names = [bare_name(column.heading) for column in columns]
    return names[0] != names[1] and any(char.isdigit() for name in names for char in name)


def _beside(table: Table) -> str:
    return "Beside " + table.file + (f", sheet '{table.sheet}'" if table.sheet else "") + "."
