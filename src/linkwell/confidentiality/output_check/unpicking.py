"""Hidden numbers that follow from several lines together: what a reader with pencil and patience would find.

Every line says that its total is the sum of its parts, each shown number within what rounding may have moved
it. Bounds are narrowed line by line until nothing changes (interval propagation), so a cell that only another
hidden cell's value gives away is found as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from linkwell.confidentiality.output_check.cells import Cell

Range = tuple[float, float]
_ROUNDS = 30
_SPAN = 1e-9


@dataclass(frozen=True)
class Sum:
    """A total and its parts."""

    total: Cell
    parts: tuple[Cell, ...]


def pinned(lines: Sequence[Sum], slack: Mapping[str, float], *, most: float, width: float) -> list[Cell]:
    """The hidden cells whose bounds are less than `width` apart.

    Args:
        slack: by address, how far rounding may have moved a shown number; 0 where it is exact.
        most: the largest number a hidden cell may hold; infinity where it may be hidden to protect others.
            Where the lines say that some must hold more, those are taken to.
    """
    hidden = {cell.at: cell for line in lines for cell in (line.total, *line.parts) if cell.mark}
    larger: set[str] = set()
    while True:
        bounds = {at: (0.0, math.inf if at in larger else most) for at in hidden}
        broken = _narrowed(lines, slack, bounds)
        if broken is None:
            break
        new = {cell.at for cell in (broken.total, *broken.parts) if cell.at in hidden} - larger
        if not new:
            return []
        larger |= new
    return [hidden[at] for at, (low, high) in bounds.items() if high - low < width - _SPAN]


def _narrowed(lines: Sequence[Sum], slack: Mapping[str, float], bounds: dict[str, Range]) -> Sum | None:
    """Narrow the bounds in place; the line that cannot be, if one cannot."""
    for _ in range(_ROUNDS):
        before = dict(bounds)
        for line in lines:
            if not _line(line, slack, bounds):
                return line
        if bounds == before:
            break
    return None


def _line(line: Sum, slack: Mapping[str, float], bounds: dict[str, Range]) -> bool:
    total = _range(line.total, slack, bounds)
    parts = [_range(cell, slack, bounds) for cell in line.parts]
    if line.total.at in bounds and not _kept(bounds, line.total.at, _added(parts)):
        return False
    for at, cell in enumerate(line.parts):
        if cell.at in bounds:
            low, high = _added(each for place, each in enumerate(parts) if place != at)
            if not _kept(bounds, cell.at, (total[0] - high, total[1] - low)):
                return False
            parts[at] = bounds[cell.at]
    return True


def _range(cell: Cell, slack: Mapping[str, float], bounds: Mapping[str, Range]) -> Range:
    if cell.at in bounds:
        return bounds[cell.at]
    number, off = cell.number or 0.0, slack.get(cell.at, 0.0)
    return max(0.0, number - off), number + off


def _added(ranges: Iterable[Range]) -> Range:
    each = list(ranges)
    return sum(low for low, _ in each), sum(high for _, high in each)


def _kept(bounds: dict[str, Range], at: str, new: Range) -> bool:
    """Keep the narrower of both; False where nothing is left."""
    low, high = max(bounds[at][0], new[0]), min(bounds[at][1], new[1])
    if math.isnan(low) or math.isnan(high):
        return True
    bounds[at] = low, high
    return low <= high + _SPAN
