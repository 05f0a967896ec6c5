"""Totals, means, quantiles: enough people and organisations behind each, and nobody who is nearly all."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from linkwell.confidentiality.output_check.cells import Cell
from linkwell.confidentiality.output_check.counting import Ways, way_of
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import AMOUNTS, COUNTS, Column, Table
from linkwell.confidentiality.output_check.words import plain
from linkwell.confidentiality.profile import Profile

_PERCENT = re.compile(r"\bp(\d{1,2})\b|\b(\d{1,2})(?:st|nd|rd|th)\b|percentile (\d{1,2})|\b(\d{1,2}) ?%")
_N_ASIDE = re.compile(r"(?i)[(\[]\s*(n|people|count|number|clients)\b[^)\]]*[)\]]")
_QUARTERS = re.compile(r"\b(quartile|quartiles|q1|q3|lq|uq|iqr)\b")


def check_amounts(
    table: Table, others: Sequence[Table], evidence: Evidence, ways: Ways, profile: Profile
) -> Iterator[Finding]:
    """Every amount of a table."""
    graduated = way_of(table, ways) == "grr"
    least = profile.magnitude_contributors if graduated else profile.magnitude_released_count
    for column in table.leaving():
        marked: dict[str, list[str]] = {}
        for row, cell in column.cells.items():
            kind = kind_at(table, column, row)
            if kind == "minmax" and (cell.number is not None or re.search(r"\d", cell.text)):
                marked.setdefault("minmax", []).append(cell.at)
            elif kind in AMOUNTS or kind == "quantile":
                behind = _behind(table, others, column, row, evidence)
                need = least if kind in AMOUNTS else _needed(column, table, row, profile)
                thin = "thin_amount" if kind in AMOUNTS else "thin_quantile"
                for rule in _faults(cell, behind, need, thin, evidence.behind.get(row, {}), profile):
                    marked.setdefault(rule, []).append(cell.at)
        for rule, cells in marked.items():
            yield found(rule, table.file, table.sheet, cells, column=column.heading)
    yield from _means(table, evidence)
    yield from _all_alike(table)


def _faults(
    cell: Cell, behind: list[Cell], need: int, rule: str, raw: dict[str, list[Cell]], profile: Profile
) -> Iterator[str]:
    exact = [each.number for each in raw.get("count", []) if each.number is not None]
    least = min(need, profile.magnitude_contributors)
    known = [each.number for each in behind if each.number is not None]
    if cell.number is None:
        if cell.mark and known and min(known) == need == profile.magnitude_released_count:
            yield "amount_tells_count"
        return
    hidden = any(each.mark for each in behind)
    few_told, few_behind = bool(known) and min(known) < need, bool(exact) and min(exact) < least
    if need > 100 and not known:
        yield "minmax"
    elif hidden or few_told or few_behind:
        yield rule
    elif not known and not exact:
        yield "amount_without_count"


def _needed(column: Column, table: Table, row: int, profile: Profile) -> int:
    """How many people a quantile needs: five in its smaller tail."""
    label = (table.labels.get(row) or ("",))[-1]
    for text in (plain(column.heading), plain(label)):
        if _QUARTERS.search(text):
            return 4 * profile.quantile_tail
        given = _PERCENT.search(text)
        if given:
            percent = int(next(each for each in given.groups() if each))
            tail = min(percent, 100 - percent)
            return -(-100 * profile.quantile_tail // tail) if tail else 10**9
    return 2 * profile.quantile_tail


def _behind(
    table: Table, others: Sequence[Table], column: Column, row: int, evidence: Evidence
) -> list[Cell]:
    """The released counts behind an amount: of its own group of columns and row, else of a table beside."""
    counts = [
        each for each in table.leaving("count") if row in each.cells and kind_at(table, each, row) == "count"
    ]
    own = [each for each in counts if each.headings[:-1] == column.headings[:-1]]
    sharing = [each for each in counts if set(each.headings) & set(column.headings)]
    kept = own or sharing or counts
    aside = column.cells[row].aside
    if aside is not None and _N_ASIDE.search(column.heading):
        return [aside]
    if kept:
        return [each.cells[row] for each in kept]
    base = [cell for at, cell in column.cells.items() if table.is_base_row(at) and (cell.whole or cell.mark)]
    if base:
        return base[:1]
    return _elsewhere(table, others, column, row)


def _elsewhere(table: Table, others: Sequence[Table], column: Column, row: int) -> list[Cell]:
    key = tuple(map(plain, table.labels.get(row, ())))
    for other in others:
        if other is table or other.label_names != table.label_names:
            continue
        for theirs in other.leaving(*COUNTS):
            if theirs.name != column.name and len(list(other.leaving(*COUNTS))) > 1:
                continue
            for at in theirs.cells:
                if tuple(map(plain, other.labels.get(at, ()))) == key:
                    return [theirs.cells[at]]
    return []


def _all_alike(table: Table) -> Iterator[Finding]:
    """A spread of nothing: everybody in the group has the very amount that is told."""
    for column in table.leaving():
        cells = [cell.at for row, cell in column.cells.items()
                 if kind_at(table, column, row) == "sd" and cell.number == 0]  # fmt: skip
        if cells:
            yield found("whole_group", table.file, table.sheet, cells, column=column.heading,
                        detail="No spread: everybody in it has the same amount.")  # fmt: skip


def _means(table: Table, evidence: Evidence) -> Iterator[Finding]:
    """Whether total divided by mean gives the exact number of people."""
    counts = list(table.leaving("count"))
    for mean in table.leaving("mean"):
        for total in table.leaving("total"):
            if total.headings[:-1] != mean.headings[:-1]:
                continue
            cells = [
                cell.at
                for row, cell in mean.cells.items()
                if row in total.cells and _tells(cell, total.cells[row], [c.cells.get(row) for c in counts])
            ]
            if cells:
                yield found("count_from_mean", table.file, table.sheet, cells, column=mean.heading)


def _tells(mean: Cell, total: Cell, counts: Sequence[Cell | None]) -> bool:
    """One whole number of people, no released one, fits total and mean as far as they are given."""
    if not mean.number or not total.number or mean.number * total.number < 0:
        return False
    half, whole = (0.5 * 10.0**-cell.decimals for cell in (mean, total))
    low = (abs(total.number) - whole) / (abs(mean.number) + half)
    high = (abs(total.number) + whole) / max(abs(mean.number) - half, 1e-9)
    first = int(-(-low // 1))
    if first > high or first + 1 <= high:
        return False
    return not any(
        cell is not None and cell.number is not None and low <= cell.number <= high for cell in counts
    )


def check_contributors(table: Table, evidence: Evidence, profile: Profile) -> Iterator[Finding]:
    """Too few organisations behind a number, or one or two that are nearly all of a total."""
    thin: dict[str, list[str]] = {}
    over: dict[str, list[str]] = {}
    for column in table.leaving(*COUNTS, *AMOUNTS, "percentage", "rate", "quantile"):
        for row, cell in column.cells.items():
            facts = _contributors(table, row, evidence)
            if cell.number and any((each.number or 0) < profile.entity_threshold for each in facts["entities"]
                                   if each.number is not None):  # fmt: skip
                thin.setdefault(column.heading, []).append(cell.at)
            if (
                cell.number is not None and column.kind == "total" and _dominated(cell.number, facts, profile)
            ) or (cell.number is not None and column.kind == "mean" and _dominated(None, facts, profile)):
                over.setdefault(column.heading, []).append(cell.at)
    for rule, marked in (("thin_entities", thin), ("dominance", over)):
        for heading, cells in marked.items():
            yield found(rule, table.file, table.sheet, cells, column=heading)


def _contributors(table: Table, row: int, evidence: Evidence) -> dict[str, list[Cell]]:
    raw = evidence.behind.get(row, {})
    own = {
        kind: [column.cells[row] for column in table.columns if column.kind == kind and row in column.cells]
        for kind in ("entities", "largest", "second", "top_share")
    }
    return {kind: [*cells, *raw.get(kind, [])] for kind, cells in own.items()} | {
        "total": raw.get("total", [])
    }


def _dominated(total: float | None, facts: dict[str, list[Cell]], profile: Profile) -> bool:
    """The p percent rule on the largest and second, or (n, k) on the share of the largest."""
    raw = next((cell.number for cell in facts["total"] if cell.number is not None), None)
    total = raw if raw is not None else total
    largest = next((cell.number for cell in facts["largest"] if cell.number is not None), None)
    second = next((cell.number for cell in facts["second"] if cell.number is not None), 0.0)
    if largest and total is not None:
        return total - largest - (second or 0) < profile.dominance_p_percent / 100 * largest
    shares = [cell.number for cell in facts["top_share"] if cell.number is not None]
    alone = 100 / (1 + profile.dominance_p_percent / 100)
    return any((share if share > 1 else share * 100) > alone for share in shares)
