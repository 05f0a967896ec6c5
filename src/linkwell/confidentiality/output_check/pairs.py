"""RAW beside CONF: which raw number stands behind which released one, however the two were laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.tables import Column, Table, bare_name
from linkwell.confidentiality.output_check.words import plain

_BEHIND = ("count", "entities", "largest", "second", "top_share", "total")
Key = tuple[tuple[str, ...], int]


@dataclass(frozen=True)
class Evidence:
    """What RAW says behind one leaving table.

    Attributes:
        raw: by (column, row) of the leaving table, its raw cell; also where the leaving cell is empty.
        behind: by row, the raw row's other facts by kind: counts, entities, largest contributors.
        unmatched: rows of RAW that the leaving table does not have, by their labels.
    """

    raw: dict[tuple[int, int], Cell]
    behind: dict[int, dict[str, list[Cell]]]
    unmatched: dict[tuple[str, ...], list[Cell]]


NOTHING = Evidence({}, {}, {})


def with_roles(tables: Sequence[Table]) -> list[Table]:
    """The same tables, what nothing calls raw called so where its pair says conf.

    A column "n" beside "n rr3", a sheet "Table 1" beside "Table 1 conf", a file beside its "_CONF".
    """
    confidential = {_place(table) for table in tables if table.role == "conf"}
    return [_with_roles(table, confidential) for table in tables]


def _with_roles(table: Table, confidential: set[tuple[str, str]]) -> Table:
    if not table.role and _place(table) in confidential:
        return replace(table, role="raw")
    named = {(column.kind, column.name) for column in table.columns if column.role == "conf"}
    counts = sum(column.kind == "count" and not column.role for column in table.columns)
    columns = tuple(
        replace(column, role="raw")
        if not column.role and table.role != "conf" and _is_plain_pair(column, named, counts)
        else column
        for column in table.columns
    )
    return replace(table, columns=columns)


def _is_plain_pair(column: Column, named: set[tuple[str, str]], counts: int) -> bool:
    if (column.kind, column.name) in named:
        return True
    return column.kind == "count" and counts == 1 and sum(kind == "count" for kind, _ in named) == 1


def _place(table: Table) -> tuple[str, str]:
    path = PurePosixPath(table.file)
    stem = bare_name(path.with_suffix("").as_posix().replace("/", " "))
    return stem, bare_name(table.sheet)


def evidence_for(table: Table, tables: Sequence[Table]) -> Evidence:
    """What is raw behind this table: in its own columns, or in the raw table that fits it best."""
    if table.has_raw and any(True for _ in table.leaving("count", "mean", "total", "percentage", "weighted")):
        return _joined(table, table)
    taken = {_place(other) for other in tables if not other.has_raw and other is not table}
    fits = [
        (score, at)
        for at, other in enumerate(tables)
        if other.has_raw
        and (_place(other) == _place(table) or _place(other) not in taken)  # the RAW of another table
        and (score := _fit(table, other)) > 0
    ]
    return _joined(table, tables[max(fits)[1]]) if fits else NOTHING


def _fit(table: Table, other: Table) -> float:
    own, theirs = set(_keys(table)), set(_keys(other))
    shared = len(own & theirs) / max(len(own), 1)
    if shared < 0.5:
        return 0.0
    names = {column.name for column in table.leaving()}
    heads = len(names & {column.name for column in other.raw()}) / max(len(names), 1)
    return (
        shared + heads + (2.0 if _place(table) == _place(other) else 0.0) + (table.rows == other.rows) * 0.2
    )


def _keys(table: Table) -> dict[Key, int]:
    """Each row by its labels, and which time they come."""
    times: Counter[tuple[str, ...]] = Counter()
    found = {}
    for row in table.rows:
        labels = tuple(plain(label) for label in table.labels[row])
        found[labels, times[labels]] = row
        times[labels] += 1
    return found


def _joined(table: Table, other: Table) -> Evidence:
    columns = _columns(table, other)
    theirs = _keys(other)
    own = _keys(table)
    raw: dict[tuple[int, int], Cell] = {}
    behind: dict[int, dict[str, list[Cell]]] = {}
    for key, row in own.items():
        their_row = row if other is table else theirs.get(key)
        if their_row is None:
            continue
        for at, column in columns.items():
            if their_row in column.cells:
                raw[at, row] = column.cells[their_row]
        behind[row] = _facts(other, their_row)
    missing = {
        key[0]: [column.cells[row] for column in other.raw("count") if row in column.cells]
        for key, row in theirs.items() if key not in own
    }  # fmt: skip
    return Evidence(raw, behind, missing)


def _facts(other: Table, row: int) -> dict[str, list[Cell]]:
    found: dict[str, list[Cell]] = {}
    for column in other.columns:
        kept = column.kind in _BEHIND and (other.role_of(column) == "raw" or column.kind == "entities")
        if kept and row in column.cells:
            found.setdefault(column.kind, []).append(column.cells[row])
    return found


def _columns(table: Table, other: Table) -> dict[int, Column]:
    """Per leaving column the raw column behind it: by name, else the only one of its kind, else by order."""
    found: dict[int, Column] = {}
    for kind in dict.fromkeys(column.kind for column in table.leaving()):
        leaving, raw = list(table.leaving(kind)), list(other.raw(kind))
        names = {column.name: column for column in reversed(raw)}
        for column in leaving:
            if column.name in names:
                found[column.at] = names[column.name]
        if len(leaving) == len(raw):
            for column, behind in zip(leaving, raw, strict=True):
                found.setdefault(column.at, behind)
    return found
