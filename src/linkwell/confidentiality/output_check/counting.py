"""Counts: rounded, large enough, truly from RAW, and rounded at random."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from linkwell.confidentiality.output_check.cells import Cell, address
from linkwell.confidentiality.output_check.findings import Finding, found
from linkwell.confidentiality.output_check.kinds import kind_at
from linkwell.confidentiality.output_check.pairs import Evidence
from linkwell.confidentiality.output_check.tables import Column, Table
from linkwell.confidentiality.output_check.words import plain, words
from linkwell.confidentiality.profile import Profile, load_profile

MOSTLY = 0.6  # so many of a table's counts must fit a way of rounding before the others are called slips
CERTAIN, DOUBTFUL = 0.003, 0.02
"""How unlikely a foreseeable pattern must be under random rounding to be called one, or to be asked about."""
_WEIGHTED_BASE, _WEIGHTED_LEAST = 100, 1000


@dataclass(frozen=True)
class Ways:
    """The ways of rounding in force: RR3 first, then GRR; `threshold` people a count needs."""

    fixed: tuple[tuple[int, int], ...]
    graduated: tuple[tuple[int, int], ...]
    threshold: int

    def base(self, way: str, count: float) -> int:
        """The rounding base at a count."""
        bands = self.graduated if way == "grr" else self.fixed
        return next(base for start, base in reversed(bands) if abs(count) >= start)

    def fits(self, way: str, cell: Cell) -> bool:
        """Whether a count is one this way of rounding can give."""
        number = cell.number
        return number is not None and cell.whole and round(number) % self.base(way, number) == 0


def ways_of(profile: Profile) -> Ways:
    """The ways of rounding, and the threshold of a profile."""
    return Ways(load_profile("nz-fixed").bands, load_profile("nz-grr").bands, profile.people_threshold)


def counts_in(table: Table, columns: Sequence[Column]) -> Iterator[tuple[Column, int, Cell]]:
    """Every cell of these columns that is a count by its column and its row."""
    for column in columns:
        for row, cell in column.cells.items():
            if cell.is_value and kind_at(table, column, row) == "count":
                yield column, row, cell


def way_of(table: Table, ways: Ways) -> str:
    """How a table's counts were rounded: "rr3", "grr", or "" if neither way fits most of them."""
    cells = [cell for _, _, cell in counts_in(table, list(table.leaving("count"))) if cell.number is not None]
    if not cells:
        return "rr3"
    shares = {way: sum(ways.fits(way, cell) for cell in cells) / len(cells) for way in ("rr3", "grr")}
    best = max(shares, key=lambda way: shares[way])
    return best if shares[best] >= MOSTLY else ""


def check_counts(table: Table, evidence: Evidence, ways: Ways) -> Iterator[Finding]:
    """Everything one table's counts are tested for, but for lines and differences."""
    way = way_of(table, ways)
    hides = _hides(table)
    for column in table.leaving("count", "mean", "total", "measure"):
        marked: dict[str, list[str]] = {}
        for _, row, cell in counts_in(table, [column]):
            for rule in _faults(cell, evidence.raw.get((column.at, row)), way or "rr3", ways, hides):
                marked.setdefault(rule, []).append(cell.at)
        if column.kind == "count":
            marked |= _empty(table, column, evidence, ways, hides)
        for rule, cells in marked.items():
            yield found(rule, table.file, table.sheet, cells, column=column.heading)
        yield from _other_way(table, column, way, ways, marked)
        yield from _steps(table, column, ways)
    yield from _telling(table)
    yield from check_weighted(table)


def _faults(cell: Cell, raw: Cell | None, way: str, ways: Ways, hides: bool) -> Iterator[str]:
    number = cell.number
    if number is None:
        return
    if number < 0:
        yield "negative"
    if not ways.fits(way, cell):
        yield "not_rounded"
    if 0 < number < ways.threshold:
        yield "small_count"
    behind = raw.number if raw is not None else None
    if behind is None:
        if number == 0 and hides:
            yield "zero_beside_hidden"
        return
    if number == 0 and 0 < behind < ways.threshold:
        yield "zero_for_small"
    elif number == 0 and behind == 0 and hides:
        yield "zero_beside_hidden"
    elif 0 < behind < ways.threshold <= number:
        yield "shown_though_small"
    if abs(number - behind) >= ways.base(way, behind):
        yield "not_from_raw"


def _hides(table: Table) -> bool:
    """Whether small counts of this table are hidden behind a mark."""
    cells = (cell for column in table.leaving("count") for cell in column.cells.values())
    return any(cell.mark and cell.text.lower() in words().hiding_marks for cell in cells)


def _empty(table: Table, column: Column, evidence: Evidence, ways: Ways, hides: bool) -> dict[str, list[str]]:
    """Empty cells where RAW has a zero or a small count, in a table that marks small ones."""
    marked: dict[str, list[str]] = {}
    for (at, row), raw in evidence.raw.items():
        if at != column.at or row in column.cells or raw.number is None or not hides:
            continue
        if raw.number < ways.threshold:
            rule = "zero_for_small" if raw.number else "absent_rows"
            marked.setdefault(rule, []).append(address(row, at))
    return marked


def _other_way(
    table: Table, column: Column, way: str, ways: Ways, marked: dict[str, list[str]]
) -> Iterator[Finding]:
    """Say so where what does not fit is a whole column rounded in another way."""
    cells = [cell for _, _, cell in counts_in(table, [column]) if cell.number]
    if not marked.get("not_rounded") or len(cells) < 4:
        return
    other = "grr" if way == "rr3" else "rr3"
    if all(ways.fits(other, cell) for cell in cells):
        yield found("mixed_rounding", table.file, table.sheet, marked["not_rounded"], column=column.heading)
    for base in (1000, 100, 10, 5):
        if all(cell.whole and round(cell.number or 0) % base == 0 for cell in cells):
            yield found("conventional_base", table.file, table.sheet, [cell.at for cell in cells],
                        column=column.heading, detail=f"Every number is a multiple of {base}.")  # fmt: skip
            return


def _steps(table: Table, column: Column, ways: Ways) -> Iterator[Finding]:
    """Counts that add up as they go on: a step between two of them is a count of its own."""
    if not words().one["running"].search(plain(column.heading)):
        return
    cells = [cell for _, _, cell in counts_in(table, [column]) if cell.number is not None]
    small = [b.at for a, b in pairwise(cells) if 0 < abs((b.number or 0) - (a.number or 0)) < ways.threshold]
    if small:
        yield found("small_step", table.file, table.sheet, small, column=column.heading)


def _telling(table: Table) -> Iterator[Finding]:
    for column in table.leaving():
        if column.kind in ("p_value", "interval", "minmax", "quantile"):
            continue
        cells = [
            cell.at
            for cell in column.cells.values()
            if words().one["telling_marks"].search(cell.text.strip()) and cell.number is None
        ]
        if cells:
            yield found("telling_mark", table.file, table.sheet, cells, column=column.heading)


def check_weighted(table: Table) -> Iterator[Finding]:
    """Weighted survey counts: to the nearest 100, and nothing under 1,000."""
    for column in table.leaving("weighted"):
        numbers = [cell for cell in column.cells.values() if cell.number is not None]
        small = [cell.at for cell in numbers if 0 < (cell.number or 0) < _WEIGHTED_LEAST]
        exact = [cell.at for cell in numbers if not cell.whole or round(cell.number or 0) % _WEIGHTED_BASE]
        if small:
            yield found("small_weighted", table.file, table.sheet, small, column=column.heading)
        if exact:
            yield found("not_rounded", table.file, table.sheet, exact, column=column.heading,
                        detail="Weighted counts are rounded to the nearest 100.")  # fmt: skip


Moved = tuple[Cell, float, bool, bool]
"""A released cell that rounding had to move: its chance of up, whether it went up, whether nearer."""


def moved(table: Table, column: Column, evidence: Evidence, ways: Ways) -> list[Moved]:
    """The cells of a column that can tell how it was rounded."""
    way = way_of(table, ways) or "rr3"
    cells: list[Moved] = []
    for _, row, cell in counts_in(table, [column]):
        raw = evidence.raw.get((column.at, row))
        if (
            cell.number is None
            or raw is None
            or raw.number is None
            or not raw.whole
            or raw.number < ways.threshold
        ):
            continue
        base = ways.base(way, raw.number)
        rest = round(raw.number) % base
        step = cell.number - raw.number
        if rest and 0 < abs(step) < base:
            up = step > 0
            cells.append((cell, rest / base, up, up == (rest * 2 > base) or rest * 2 == base))
    return cells


def check_directions(table: Table, heading: str, cells: Sequence[Moved], *, sure: bool) -> Iterator[Finding]:
    """Whether rounding went up and down as chance would have it.

    Args:
        sure: say only what is certain, as for one column of several.
    """
    if not cells:
        return
    ups = [up for _, _, up, _ in cells]
    chances = (
        ("direction", "Every number was rounded up.", all(ups), [p for _, p, _, _ in cells]),
        ("direction", "Every number was rounded down.", not any(ups), [1 - p for _, p, _, _ in cells]),
        ("nearest", "", all(near for *_, near in cells), [max(p, 1 - p) for _, p, _, _ in cells]),
    )
    marked = [cell.at for cell, *_ in cells]
    for rule, detail, seen, each in chances:
        likely = math.prod(each)
        if seen and likely < (CERTAIN if sure else DOUBTFUL):
            yield found(
                rule if likely < CERTAIN else "unlikely_rounding",
                table.file,
                table.sheet,
                marked,
                column=heading,
                detail=detail or "Every number went to the nearer multiple.",
            )
            return
    spread = math.sqrt(sum(p * (1 - p) for _, p, _, _ in cells))
    if abs(sum(ups) - sum(p for _, p, _, _ in cells)) > 4 * spread:
        yield found("unlikely_rounding", table.file, table.sheet, marked, column=heading)
