"""Which files belong together: further pages of one list, and the column that joins visits to people."""

from __future__ import annotations

from collections.abc import Sequence

from linkwell.reading.table import Table
from linkwell.specification.columns import (
    ENROLMENTS,
    INTERACTIONS,
    PARTICIPANTS,
    Placed,
    Sheet,
    look_at,
)


def sort_sheets(tables: Sequence[Table]) -> tuple[dict[str, Sheet], list[str]]:
    """One sheet per kind; further files of a kind and headings are further pages of it."""
    sheets: dict[str, Sheet] = {}
    unused = []
    for sheet in map(look_at, (table for table in tables if len(table))):
        first = sheets.get(sheet.kind)
        if sheet.kind and first is None:
            sheets[sheet.kind] = sheet
        elif first is not None and set(first.table.columns) & set(sheet.table.columns):
            sheets[sheet.kind] = look_at(_joined(first.table, sheet.table))
        else:
            where = f"{sheet.table.origin.file} {sheet.table.origin.sheet or ''}".strip()
            why = "it could not be told what its rows are about"
            if first is not None:
                why = f"{first.table.origin.file} already lists {sheet.kind} under other headings"
            unused.append(f"{where} is not used: {why}.")
    return sheets, unused


def _joined(first: Table, more: Table) -> Table:
    columns = (*first.columns, *(column for column in more.columns if column not in first.columns))
    rows = [
        tuple(dict(zip(table.columns, row, strict=True)).get(column, "") for column in columns)
        for table in (first, more)
        for row in table.rows
    ]
    return Table(first.origin, columns, rows, [*first.row_numbers, *more.row_numbers])


def share_client_key(sheets: dict[str, Sheet], placed: dict[str, list[Placed]]) -> dict[str, list[Placed]]:
    """Join the files on the column whose values they share, whatever it is called.

    The headings' choice stands when its values do meet; otherwise the best meeting pair takes its place.
    """
    if PARTICIPANTS not in sheets:
        return placed
    people = sheets[PARTICIPANTS].table
    sets = {name: set(people.column(name)) - {""} for name in people.columns}
    for kind in (INTERACTIONS, ENROLMENTS):
        if kind not in sheets:
            continue
        table = sheets[kind].table
        mine = {name: set(table.column(name)) - {""} for name in table.columns}
        chosen = _column_of(placed[PARTICIPANTS], "client_key"), _column_of(placed[kind], "client_key")
        if _meet(sets.get(chosen[0]), mine.get(chosen[1])) >= 0.5:
            continue
        pairs = [
            (_meet(sets[a], mine[b]), a, b)
            for a in sets
            for b in mine
            if len(sets[a]) > 0.8 * len(people) and len(mine[b]) > 1
        ]
        share, a, b = max(pairs, default=(0.0, "", ""))
        if share >= 0.8:
            placed = {
                **placed,
                PARTICIPANTS: _as_client_key(placed[PARTICIPANTS], a),
                kind: _as_client_key(placed[kind], b),
            }
    return placed


def _column_of(placed: list[Placed], role: str) -> str:
    return next((each.column.name for each in placed if each.role == role), "")


def _meet(people: set[str] | None, others: set[str] | None) -> float:
    return len(people & others) / len(others) if people and others else 0.0


def _as_client_key(placed: list[Placed], column: str) -> list[Placed]:
    changed = []
    for each in placed:
        if each.column.name == column and each.role not in ("nhi", "ird", "msd"):
            each = Placed(each.column, "client_key", "because both files share it")
        elif each.role == "client_key" and each.column.name != column:
            each = Placed(each.column, "", "second")
        changed.append(each)
    return changed
