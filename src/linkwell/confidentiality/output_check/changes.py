"""Changes: whether they are differences of rounded counts, of two columns or of a line and the one above."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise, permutations

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.tables import COUNTS, Column, Table

Differences = Mapping[int, float]


def check_changes(table: Table) -> Iterator[Finding]:
    """Each column of changes; one that is nobody's difference is left to a person."""
    for column in table.leaving("change"):
        shown = {row: cell for row, cell in column.cells.items() if cell.number is not None}
        if not shown:
            continue
        told = max(_differences(table), key=lambda each: _fitting(each, shown), default={})
        wrong = [cell.at for row, cell in shown.items() if row in told and told[row] != cell.number]
        if _fitting(told, shown) * 2 < len(shown):
            cells = [cell.at for cell in shown.values()]
            yield found("ratio_without_counts", table.file, table.sheet, cells, column=column.heading)
        elif wrong:
            yield found("not_from_rounded", table.file, table.sheet, wrong, column=column.heading)


def _fitting(told: Differences, shown: Mapping[int, Cell]) -> int:
    return sum(told.get(row) == cell.number for row, cell in shown.items())


def _differences(table: Table) -> Iterator[Differences]:
    """The difference of any two columns of counts, and of each from its own line above."""
    counts = list(table.leaving(*COUNTS))
    for earlier, later in permutations(counts, 2):
        rows = earlier.cells.keys() & later.cells.keys()
        yield _known({row: (earlier.cells[row].number, later.cells[row].number) for row in rows})
    for column in counts:
        yield _known({row: (_at(column, above), _at(column, row)) for above, row in pairwise(table.rows)})


def _at(column: Column, row: int) -> float | None:
    return column.cells[row].number if row in column.cells else None


def _known(pairs: Mapping[int, tuple[float | None, float | None]]) -> Differences:
    known = {row: (a, b) for row, (a, b) in pairs.items() if a is not None and b is not None}
    return {row: after - before for row, (before, after) in known.items()}
