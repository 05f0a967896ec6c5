"""Tables beside tables: two that count nearly the same people, and one group told with two numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import Column, Table, bare_name
from linkwell.confidentiality.output_check.words import plain

Key = tuple[str, ...]
Pair = tuple[Cell, Cell, Cell | None, Cell | None]
"""Two cells of one line and column in two tables, and what RAW has behind each."""
_FEW_CELLS = 4
_PEOPLE = re.compile(
    r"(the )?((number|no|n) of )?"
    r"(count|counts|n|number|people|persons|clients|individuals|headcount|participants|freq|frequency)?"
)
_ALIKE = (
    0.6  # so much of two tables must lie within one step of rounding before they are called nearly the same
)


def check_differences(
    tables: Sequence[Table], evidence: Sequence[Evidence], threshold: int
) -> Iterator[Finding]:
    """Every two leaving columns with the same lines, across sheets and files, and side by side."""
    beside: dict[tuple[int, int], list[tuple[Column, Column, list[Pair]]]] = {}
    columns = [
        (at, column, _by_line(table, column))
        for at, table in enumerate(tables)
        for column in table.leaving("count")
    ]
    for (one, first, left), (two, second, right) in combinations(columns, 2):
        if (one == two and not _apart(first, second)) or (one != two and not _one_thing(first, second)):
            continue
        shared = [(left[key], right[key]) for key in left if key in right]
        if shared and len(shared) * 5 >= min(len(left), len(right)) * 4:
            behind = evidence[one].raw, evidence[two].raw
            known = [(a, b, behind[0].get((first.at, x)), behind[1].get((second.at, y)))
                     for (x, a), (y, b) in shared]  # fmt: skip
            beside.setdefault((one, two), []).append((first, second, known))
    for (one, two), pairs in beside.items():
        long = [each for each in pairs if len(each[2]) >= _FEW_CELLS]
        for first, second, known in long:
            yield from _compared(tables[one], tables[two], known, threshold, second.heading,
                                 _is_time((first, second)))  # fmt: skip
        if not long and one != two:  # columns too short by themselves: the two tables as wholes
            every = [cell for *_, known in pairs for cell in known]
            yield from _compared(tables[one], tables[two], every, threshold, "", False)


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


def _one_thing(first: Column, second: Column) -> bool:
    """Whether two columns are called the same, or both by a word for people and nothing more."""
    return first.name == second.name or all(_PEOPLE.fullmatch(each.name) for each in (first, second))


def _apart(first: Column, second: Column) -> bool:
    """Two columns of one table that are no parts of one another's line: no total among them."""
    return not (first.is_total or second.is_total)


def _compared(
    one: Table, two: Table, pairs: Sequence[Pair], threshold: int, heading: str, time: bool
) -> Iterator[Finding]:
    known = [each for each in pairs if each[0].number is not None and each[1].number is not None]
    numbers = [(a, b) for a, b, _, _ in known if (a.number or 0) > 0 or (b.number or 0) > 0]
    if len(numbers) < _FEW_CELLS or all(a.number == b.number for a, b in numbers):
        return
    alike = sum(abs((a.number or 0) - (b.number or 0)) < threshold for a, b in numbers)
    if alike < _ALIKE * len(numbers) or time:
        return
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
