"""Lines that are missing: where some small lines are hidden and others are not there, absence tells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from math import prod

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.findings import Finding, Verdict, found
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import Table
from linkwell.confidentiality.output_check.words import is_total, words

_MOST = 200_000


def check_absent(table: Table, evidence: Evidence, threshold: int) -> Iterator[Finding]:
    """Combinations of labels that are not listed, in a table that hides some of its lines."""
    column, hidden = next(
        ((column, rows) for column in table.leaving("count") if (rows := _hidden(column.cells))),
        (None, []),
    )
    if column is None:
        return
    cells = [column.cells[row].at for row in hidden]
    small = [labels for labels, raw in evidence.unmatched.items()
             if any(cell.number is not None and cell.number < threshold for cell in raw)]  # fmt: skip
    if small:
        yield found("absent_rows", table.file, table.sheet, cells, column=column.heading,
                    detail=f"{_lines(len(small))} of RAW not listed here: {_named(small)}.")  # fmt: skip
        return
    missing, whole = _missing(table)
    if missing:
        sparse = len(missing) * 2 > whole
        yield found("absent_rows", table.file, table.sheet, cells, column=column.heading,
                    detail=f"{_lines(len(missing))} of {whole:,} possible not listed: {_named(missing)}.",
                    verdict=Verdict.REVIEW if sparse else None)  # fmt: skip


def _hidden(cells: dict[int, Cell]) -> list[int]:
    return [row for row, cell in cells.items() if cell.mark and cell.text.lower() in words().hiding_marks]


def _missing(table: Table) -> tuple[list[tuple[str, ...]], int]:
    """Combinations of labels that are possible but not there, and how many are possible."""
    rows = [
        labels
        for labels in table.labels.values()
        if not any(is_total(label) or not label for label in labels)
    ]
    if len(rows) < 4 or len(rows[0]) < 2:
        return [], 0
    kept = _free(rows)
    if len(kept) < 2:
        return [], 0
    there = {tuple(row[at] for at in kept) for row in rows}
    values = [sorted({row[at] for row in rows}) for at in kept]
    whole = prod(map(len, values))
    if whole > _MOST or whole == len(there):
        return [], whole
    return [each for each in product(*values) if each not in there], whole


def _free(rows: list[tuple[str, ...]]) -> list[int]:
    """The label columns that no other one decides (a code beside its name, a district within its region)."""
    kept = [at for at in range(len(rows[0])) if len({row[at] for row in rows}) > 1]
    for at in list(kept):
        others = [other for other in kept if other != at]
        if any(_decides(rows, other, at) for other in others):
            kept.remove(at)
    return kept


def _decides(rows: list[tuple[str, ...]], one: int, other: int) -> bool:
    known: dict[str, str] = {}
    repeated = len({row[one] for row in rows}) < len(rows) or len(rows[0]) == 2
    return repeated and all(known.setdefault(row[one], row[other]) == row[other] for row in rows)


def _named(missing: list[tuple[str, ...]]) -> str:
    shown = "; ".join(" / ".join(each) for each in missing[:6])
    return shown + (" …" if len(missing) > 6 else "")


def _lines(count: int) -> str:
    return "One line" if count == 1 else f"{count:,} lines"
