"""Quantiles: tails of five, averages of neighbouring values, one grid, and what earlier quantiles say.

Nobody's value is told: each number is the mean of the five values around the quantile, to three figures. The
smaller tail must hold five people, asked of the released count (sdc §1). Two quantiles of the same amounts
are told only if their averages share nobody. Nearly the same people get the earlier answer, or none.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import BUCKETS, Groups, Memberships, joined
from linkwell.confidentiality.magnitudes import combination, off
from linkwell.confidentiality.means import Amounts, figures
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints, QuantileTable
from linkwell.confidentiality.twins import near, same
from linkwell.errors import WrongUse


@dataclass(frozen=True, eq=False)
class ToldQuantiles:
    """Quantiles that left: the people, the percent, the value and keyed sums of the amounts, one a row."""

    groups: Groups
    percents: Ints
    values: Floats
    sums: Floats

    @classmethod
    def of(cls, parts: list[ToldQuantiles]) -> ToldQuantiles:
        """Several lists as one."""
        return cls(
            joined([part.groups for part in parts]),
            np.concatenate([np.zeros(0, dtype=np.int64), *(part.percents for part in parts)]),
            np.concatenate([np.zeros(0), *(part.values for part in parts)]),
            np.concatenate([np.zeros((0, BUCKETS)), *(part.sums for part in parts)]),
        )


def checked_percents(table: QuantileTable, profile: Profile) -> tuple[int, ...]:
    """The quantiles asked for, rising.

    Raises:
        WrongUse: a minimum, a maximum, or a quantile off the grid.
    """
    step = profile.quantile_step_percent
    grid = range(step, 100, step)
    if not table.percents or any(percent not in grid for percent in table.percents):
        raise WrongUse(
            f"Quantiles are told in steps of {step} %, from {step} to {100 - step}.",
            where=table.name,
            why="A minimum or maximum is one person's value, and quantiles side by side give values away.",
        )
    return tuple(sorted(set(table.percents)))


def quantiles(
    amounts: Amounts, pairs: Memberships, shown: Ints, percents: tuple[int, ...], profile: Profile
) -> Floats:
    """Quantiles per cell, nan where they may not be told; shape (cells, percents).

    Args:
        amounts: per membership. shown: released counts per cell, negative where hidden.
    """
    number, values = len(shown), amounts.values
    found = np.full((number, len(percents)), np.nan)
    order = np.lexsort((values, pairs.cells))
    counts = np.bincount(pairs.cells, minlength=number)
    starts = np.cumsum(counts) - counts
    ordered = np.concatenate([[0.0], np.cumsum(values[order])])
    window = min(profile.quantile_tail, 5)
    for column, percent in enumerate(percents):
        enough = shown * min(percent, 100 - percent) >= 100 * profile.quantile_tail
        enough &= ~amounts.uniform
        rows = np.flatnonzero(enough & (counts >= 2 * profile.quantile_tail))
        middle = np.round((counts[rows] - 1) * percent / 100).astype(np.int64)
        low = starts[rows] + np.clip(middle - window // 2, 0, counts[rows] - window)
        told = figures((ordered[low + window] - ordered[low]) / window, profile.quantile_figures)
        found[rows, column] = [
            _nobodys_own(number, values[order][starts[row] : starts[row] + counts[row]], profile)
            for number, row in zip(told.tolist(), rows.tolist(), strict=True)
        ]
    return found


def _nobodys_own(told: float, ordered: Floats, profile: Profile) -> float:
    """A quantile that happens to be what a few people have, moved by half a step of its last figure.

    Args:
        ordered: the amounts of the cell, rising.
    """
    low, high = np.searchsorted(ordered, told, side="left"), np.searchsorted(ordered, told, side="right")
    if not 0 < high - low < profile.people_threshold:
        return told
    half = 0.5 * 10.0 ** (math.floor(math.log10(abs(told) or 1.0)) - profile.quantile_figures + 1)
    free = (told + share * half for share in (1, -1, 0.5, -0.5))
    return next((float(f"{number:.6g}") for number in free if number not in ordered), told)


def guarded_quantiles(
    asked: Floats, percents: tuple[int, ...], groups: Groups, sums: Floats, ones: Floats,
    earlier: ToldQuantiles, profile: Profile, *, repeats_only: bool, lifted: bool,
) -> tuple[Floats, ToldQuantiles]:  # fmt: skip
    """The quantiles of one table after the guard, and those that are told now.

    Args:
        asked: as `quantiles` gives. sums, ones: keyed sums of amounts and of ones, shape (cells, 64).
        repeats_only: nothing new may be told. lifted: a checker answers for near twins.
    """
    answer = np.full(asked.shape, np.nan)
    pool = ToldQuantiles.of([earlier])
    kin = _kin(groups, pool.groups, profile.guard_distance)
    own = _kin(groups, groups, profile.guard_distance)
    told_here: dict[int, list[tuple[int, float]]] = {}
    for row in range(len(asked)):
        before = [
            (apart, int(pool.percents[p]), float(pool.values[p]), pool.sums[p])
            for p, apart in kin.get(row, [])
        ]
        before += [
            (apart, percent, value, sums[other])
            for other, apart in own.get(row, []) if other < row
            for percent, value in told_here.get(other, [])
        ]  # fmt: skip
        for column, percent in enumerate(percents):
            if np.isnan(asked[row, column]):
                continue
            value = _one(
                float(asked[row, column]), percent, sums[row], ones[row], before, int(groups.counts[row]),
                profile, repeats_only=repeats_only, lifted=lifted,
            )  # fmt: skip
            if value is None:
                continue
            answer[row, column] = value
            told_here.setdefault(row, []).append((percent, value))
            before.append((0, percent, value, sums[row]))
    rows, columns = np.nonzero(~np.isnan(answer))
    told = ToldQuantiles(
        groups.take(rows.astype(np.int64)), np.array(percents, dtype=np.int64)[columns],
        answer[rows, columns], sums[rows],
    )  # fmt: skip
    return answer, told


def _one(
    value: float, percent: int, sums: Floats, ones: Floats, before: list[tuple[int, int, float, Floats]],
    people: int, profile: Profile, *, repeats_only: bool, lifted: bool,
) -> float | None:  # fmt: skip
    """One quantile: fresh, the earlier answer, or none.

    Args:
        before: per related quantile that was told: people apart, percent, value, keyed sums.
    """
    limit = profile.guard_distance
    related = [(apart, off(sums, theirs), other, told, theirs) for apart, other, told, theirs in before]
    for apart, moved, other, told, _ in related:
        if other == percent and moved <= limit and not (lifted and (apart or moved)):
            return told
    crowded = False
    for apart, moved, other, _, theirs in related:
        if apart == 0 and moved == 0:
            crowded |= abs(percent - other) * people < 100 * profile.quantile_tail
        elif not lifted and (apart or combination(sums, ones, theirs[None], limit) is not None):
            return None  # nearly the same people, or a rewriting of nearly the same amounts
    return None if crowded or repeats_only else value


def _kin(ours: Groups, theirs: Groups, distance: int) -> dict[int, list[tuple[int, int]]]:
    """Per group of ours, (place, people apart) of the same and nearly the same groups of theirs."""
    found: dict[int, dict[int, int]] = {}
    everyone = np.ones(len(ours), dtype=bool)
    for close in (near(ours, theirs, distance, everyone), same(ours, theirs)):
        for row, place, apart in zip(
            close.new.tolist(), close.old.tolist(), close.apart.tolist(), strict=True
        ):
            found.setdefault(row, {})[place] = apart
    return {row: sorted(places.items()) for row, places in found.items()}
