"""Where people are reached: a schematic map of the regions, in classes against the overall coverage."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from linkwell.documents.blocks import Figure
from linkwell.documents.tiles import Tile, tiles
from linkwell.insights.reach import wording

FEWEST = 20
"""People who could be reached, below which a region is not classed (impact.md §5)."""

WITHIN_ROUNDING = 6
"""People by which a group may be over or under the overall coverage without being called more or less: what
rounding does to the counts."""


@dataclass(frozen=True)
class Gap:
    """One row of the not-yet table, from released counts only.

    Attributes:
        coverage: reached of could be reached, in percent. missing: people not reached yet, about.
        needed: people to be reached to bring the row up to the overall coverage, about; 0 when it is there.
        ratio: coverage against everyone's, or the row's share of those reached against its share of those who
            could be (the representation ratio); None when how many are reached in all is hidden.
    """

    level: str
    could: int
    reached: int
    coverage: float
    missing: int
    needed: int
    ratio: float | None


@cache
def _layout() -> Mapping[str, Any]:
    text = resources.files("linkwell.insights").joinpath("region_tiles.toml").read_text("utf-8")
    return tomllib.loads(text)


def coverage_map(gaps: Sequence[Gap | str]) -> Figure | None:
    """Every region shaded by its coverage against the regions told together; grey where it is not told, and
    None where none is.

    Args:
        gaps: rows of the region table, or the region's name where a count is hidden.
    """
    layout, names = _layout(), wording()["region"]["labels"]
    rows = {gap if isinstance(gap, str) else gap.level: gap for gap in gaps}
    told = [gap for gap in rows.values() if isinstance(gap, Gap) and gap.could >= FEWEST]
    overall = sum(gap.reached for gap in told) / max(sum(gap.could for gap in told), 1)
    drawn, spoken = [], []
    for code, column, row, short in layout["columns"]:
        found = rows.get(names[code])
        said, shade = _classed(found, overall, layout["classes"])
        drawn.append(Tile(column, row, short, said, shade))
        if shade is not None:
            spoken.append(f"{names[code]} {said}")
    if not spoken:
        return None
    title, listed = "Where you reach people, region by region", "; ".join(spoken)
    return Figure(title, (tiles(drawn, alternative=f"{title}, against everywhere told: {listed}. Regions in "
                                                   "grey are not told or not where you work."),))  # fmt: skip


def _classed(found: Gap | str | None, overall: float, classes: Mapping[str, Any]) -> tuple[str, int | None]:
    if found is None:
        return classes["none"], None
    if isinstance(found, str) or found.could < FEWEST or overall <= 0:
        return classes["few"], None
    apart = abs(found.reached - overall * found.could)
    ratio = found.reached / found.could / overall if apart >= WITHIN_ROUNDING else 1.0
    place = max(n for n, low in enumerate(classes["from"]) if ratio >= low)
    return classes["said"][place], classes["shades"][place]
