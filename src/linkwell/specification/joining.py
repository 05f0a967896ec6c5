"""Which files belong together: further pages of one list, exports of the same people side by side, and the
column that joins visits to people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce

from linkwell.reading.beside import SideBySide, side_by_side
from linkwell.reading.table import Table
from linkwell.specification.columns import (
    NAMES,
    Column,
    Placed,
    Sheet,
    look_at,
    place,
)
from linkwell.specification.evidence import ENROLMENTS, INTERACTIONS, PARTICIPANTS
from linkwell.specification.model import Export

_TIMES = {"start_date", "end_date", "end_status", "initiative", "variant"}


@dataclass(frozen=True)
class Sorted:
    """Files sorted by what their rows are about.

    Attributes:
        sheets: one sheet per kind.
        exports: files laid beside the list of people, of times or of visits.
        key: the heading that those beside the list of people are laid side by side on, or "".
    """

    sheets: dict[str, Sheet]
    remarks: tuple[str, ...]
    exports: tuple[Export, ...] = ()
    key: str = ""


def sort_sheets(tables: Sequence[Table]) -> Sorted:
    """One sheet per kind; further files of a kind and headings are further pages of it.

    A file that says other things about the same rows (names in one export, NHI numbers in another; visits in
    one, who came in another) is laid beside the first, row by row, on the number both have.
    """
    sheets: dict[str, Sheet] = {}
    remarks: list[str] = []
    beside: dict[str, list[tuple[Table, tuple[str, str]]]] = {}
    for sheet in _people_first([look_at(table) for table in tables if len(table)]):
        people = sheets.get(PARTICIPANTS)
        if people and not sheet.kind and _visits_of(people, sheet):
            sheet = replace(sheet, kind=INTERACTIONS)
        first = sheets.get(sheet.kind)
        lies = _lies_beside(sheets, sheet)
        if lies is not None:
            beside.setdefault(lies[0], []).append((sheet.table, lies[1]))
        elif sheet.kind and first is None:
            sheets[sheet.kind] = sheet
        elif first is not None and _is_page(first, sheet):
            sheets[sheet.kind] = look_at(_joined(first.table, sheet.table))
        else:
            remarks.append(_not_used(first, sheet))
    exports: list[Export] = []
    key = ""
    for kind, more in beside.items():
        on = _number_for_all(sheets[kind], more)
        whole, found = _laid(kind, sheets[kind].table, on, more, remarks)
        sheets[kind] = replace(look_at(whole), kind=kind)
        exports += found
        key = on if kind == PARTICIPANTS else key
    return Sorted(sheets, tuple(remarks), tuple(dict.fromkeys(exports)), key)


def _not_used(first: Sheet | None, sheet: Sheet) -> str:
    """Why a file is left out, and what to do where it holds more of the same.

    Lists under different headings may be of more people, or of others (a waiting list, volunteers): only a
    person knows, so they are never put together unasked.
    """
    said = f"{_named(sheet.table)} is not used: "
    if first is None:
        return said + "it could not be told what its rows are about."
    said += f"{_named(first.table)} already lists {sheet.kind} under other headings."
    ours = {placed.role: placed.column.name for placed in place(first) if placed.role}
    other = [
        f"“{each.column.name}” becomes “{ours[each.role]}”"
        for each in place(sheet)
        if each.role in ours and ours[each.role] != each.column.name
    ]
    if not other:
        return said
    same = f"give them the same headings ({', '.join(other)})"
    return f"{said} If its rows are more of the same kind, {same} and describe both again."


def _lies_beside(sheets: dict[str, Sheet], sheet: Sheet) -> tuple[str, tuple[str, str]] | None:
    """The kind of list that a file lies beside and the headings of the number both have, or None."""
    # the day somebody left belongs beside the list of times, where there is one, not beside the people
    about_times = ENROLMENTS in sheets and bool(_roles(sheet) & _TIMES)
    for kind in (ENROLMENTS,) if about_times else (PARTICIPANTS, INTERACTIONS, ENROLMENTS):
        if (first := sheets.get(kind)) is None or sheet.kind not in (kind, ""):
            continue
        asked = sheet if kind == PARTICIPANTS else replace(sheet, kind=kind)
        if (keys := _meeting_keys(first, asked, once=kind != PARTICIPANTS)) is not None:
            return kind, keys
    return None


def _number_for_all(first: Sheet, more: Sequence[tuple[Table, tuple[str, str]]]) -> str:
    """The heading that further exports meet the first one on: one number joins them all."""
    named = {c.name for c in first.columns if "client_key" in {g.role for g in c.guesses}}
    return max((ours for _, (ours, _) in more), key=lambda ours: ours in named)


def _laid(
    kind: str, whole: Table, on: str, more: Sequence[tuple[Table, tuple[str, str]]], remarks: list[str]
) -> tuple[Table, list[Export]]:
    """The first export with the others beside it, and how the specification will know them."""
    exports = []
    for table, (ours, theirs) in more:
        if ours != on:
            remarks.append(f"{_named(table)} is not used: its rows meet “{ours}”, and the others “{on}”.")
            continue
        laid = side_by_side([whole], on, [table], theirs)
        remarks.append(_beside_words(whole, table, on, theirs, laid))
        whole = reduce(_joined, laid.tables)
        columns = tuple(column for column in table.columns if column != theirs)
        exports.append(Export(kind, theirs, columns, "" if kind == PARTICIPANTS else on))
    return whole, exports


def _named(table: Table) -> str:
    return table.origin.file + (f", sheet {table.origin.sheet}," if table.origin.sheet else "")


def _people_first(sheets: list[Sheet]) -> list[Sheet]:
    """The list that names people before the others: what says more about them is laid beside it.

    What no heading explains comes last, so that every list it may lie beside is there.
    """
    return sorted(
        sheets,
        key=lambda sheet: (2 - (sheet.kind == PARTICIPANTS) - bool(_roles(sheet) & NAMES), not sheet.kind),
    )


def _is_page(first: Sheet, sheet: Sheet) -> bool:
    """Whether a file says the same things about other people or visits: more rows of one list."""
    headings = set(first.table.columns) & set(sheet.table.columns)
    return bool(headings) and bool(_roles(first) & _roles(sheet) - {"client_key"})


def _visits_of(people: Sheet, sheet: Sheet) -> bool:
    """Whether rows that no heading explains hold days of listed people, who come again."""
    known = [set(people.table.column(c.name)) - {""} for c in people.columns if c.content.distinct > 1]
    whose = [
        column
        for column in sheet.columns
        if 1 < column.content.distinct <= 0.6 * column.content.filled
        and any(
            len(each) > 0.8 * len(people.table)
            and _meet(each, set(sheet.table.column(column.name)) - {""}) >= 0.8
            for each in known
        )
    ]
    return bool(whose) and any(column.content.date_share >= 0.9 for column in sheet.columns)


def _roles(sheet: Sheet) -> set[str]:
    return {placed.role for placed in place(sheet) if placed.role}


def _meeting_keys(people: Sheet, other: Sheet, *, once: bool = False) -> tuple[str, str] | None:
    """The headings of the number both have, when `other` says other things about the same people or visits.

    Pages of one list hold the same roles under their headings; an export beside it has one the list lacks,
    and lacks one the list has. Each of its people has one row.

    Args:
        once: every number stands once in the first list too, as a visit's own number does.
    """
    ours, theirs = _roles(people), _roles(other)
    if not theirs - ours - {"client_key"} or not ours - theirs - {"client_key"}:
        return None
    pairs = []
    for b in other.columns:
        values = [cell for cell in other.table.column(b.name) if cell]
        if len(values) < 2 or len(set(values)) < 0.9 * len(values):
            continue
        for a in people.columns:
            mine = set(people.table.column(a.name)) - {""}
            if len(mine) > 1 and a.content.date_share < 0.5 and (not once or _stands_once(a)):
                share = len(mine & set(values)) / min(len(mine), len(set(values)))
                pairs.append((share if share >= _least(a, b, values) else 0.0, a.name, b.name))
    share, a_name, b_name = max(pairs, key=lambda pair: pair[0], default=(0.0, "", ""))
    return (a_name, b_name) if share else None


def _stands_once(column: Column) -> bool:
    return column.content.distinct >= 0.9 * column.content.filled > 0


def _least(one: Column, other: Column, values: list[str]) -> float:
    """How much of two columns must meet to be the same number; less where they are called so or look so."""
    if any(guess.role == "client_key" for guess in (*one.guesses, *other.guesses)):
        return 0.5
    if set(values) <= {str(number) for number in range(1, len(values) + 2)}:
        return 2.0  # never: rows that are merely counted meet in any two files
    return 0.5 if one.content.numbers_rows and other.content.numbers_rows else 0.8


def _beside_words(whole: Table, other: Table, key: str, theirs: str, laid: SideBySide) -> str:
    named = f"“{key}”" if key == theirs else f"“{key}” and “{theirs}”"
    said = f"{_named(other)} is laid beside {_named(whole)} on {named}: {laid.met:,} rows meet"
    alone = [f"{len(rows):,} of {name} do not" for rows, name in
             ((laid.alone, _named(whole)), (laid.left_over, _named(other))) if rows]  # fmt: skip
    return ", ".join([said, *alone]) + "."


def _joined(first: Table, more: Table) -> Table:
    columns = (*first.columns, *(column for column in more.columns if column not in first.columns))
    rows = [
        tuple(dict(zip(table.columns, row, strict=True)).get(column, "") for column in columns)
        for table in (first, more)
        for row in table.rows
    ]
    groups = tuple(first.group(column) or more.group(column) for column in columns)
    numbers = [*first.row_numbers, *more.row_numbers]
    return Table(first.origin, columns, rows, numbers, groups=groups if any(groups) else ())


def share_client_key(
    sheets: dict[str, Sheet], placed: dict[str, list[Placed]], key: str = ""
) -> dict[str, list[Placed]]:
    """Join the files on the column whose values they share, whatever it is called.

    The headings' choice stands when its values do meet; otherwise the best meeting pair takes its place.

    Args:
        key: the heading that exports of the same people are laid side by side on, or "".
    """
    if key:
        placed = {**placed, PARTICIPANTS: _as_client_key(placed[PARTICIPANTS], key)}
    if PARTICIPANTS not in sheets:
        return placed
    people = sheets[PARTICIPANTS].table
    sets = {name: set(people.column(name)) - {""} for name in people.columns}
    for kind in (INTERACTIONS, ENROLMENTS):
        if kind not in sheets:
            continue
        table = sheets[kind].table
        mine = {name: set(table.column(name)) - {""} for name in table.columns}
        counted = {each.name for each in sheets[kind].columns if each.content.counted}
        chosen = _column_of(placed[PARTICIPANTS], "client_key"), _column_of(placed[kind], "client_key")
        if _meet(sets.get(chosen[0]), mine.get(chosen[1])) >= 0.5:
            continue
        pairs = [
            (_meet(sets[a], mine[b]), a, b)
            for a in sets
            for b in mine
            if len(sets[a]) > 0.8 * len(people) and len(mine[b]) > 1 and b not in counted
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
