"""Means and totals of days, dollars and events: unit noise fixed by the record key, dominance, released
counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import Flags, Memberships
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints, MeanTable, QuantileTable, WeightedTable
from linkwell.confidentiality.rounding import Keys
from linkwell.errors import WrongUse

AmountTable = MeanTable | QuantileTable | WeightedTable
EVENTS = "events"
LARGEST = 1e15
"""Amounts beyond this are a mistake, and would drown all others."""


def unit_noise(second: Keys, profile: Profile) -> Floats:
    """A factor per person, 1 ± 5..15 %, fixed for ever by the person's key: shape as `second`.

    The same people give the same noised total in every table, so it cannot be averaged away, and totals add
    up before they are divided (after Evans, Zayatz and Slanta).
    """
    sign = np.where((second >> np.uint64(8)) & np.uint64(1), 1.0, -1.0)
    share = (second >> np.uint64(11)).astype(np.float64) / 2**53
    low, high = profile.noise_low_percent / 100, profile.noise_high_percent / 100
    factors: Floats = 1 + sign * (low + (high - low) * share)
    return factors


@dataclass(frozen=True, eq=False, repr=False)
class Amounts:
    """What each distinct membership brings to its cell.

    Attributes:
        values: the amount, per membership; weighted ones times the weight in units of the cell's mean weight.
        weights: that weight, per membership; none if all are alike.
        uniform: cells in which nearly everybody has one and the same amount, shape (cells,).
    """

    values: Floats
    weights: Floats
    uniform: Flags


def amounts(table: AmountTable, pairs: Memberships, number: int, profile: Profile) -> Amounts:
    """The amount of each distinct membership of a table of `number` cells.

    Raises:
        WrongUse: an amount or weight is missing, no number or beyond all measure, somebody has two amounts
            in one cell, or totals of weighted amounts are asked for.
    """
    values = _column(table.values, table, pairs)
    weights = table.weights if isinstance(table, MeanTable) else None
    if isinstance(table, WeightedTable) and bool((values < 0).any()):
        raise WrongUse("A weight is never less than nothing.", where=table.name)
    uniform = unlike(values[pairs.first], pairs.cells, number) < profile.magnitude_unlike
    if weights is None:
        return Amounts(values[pairs.first], np.zeros(0), uniform)
    if isinstance(table, MeanTable) and table.with_totals:
        raise WrongUse("Totals of weighted amounts are not told.", where=table.name, fix="Ask for means.")
    own = _column(weights, table, pairs)[pairs.first]
    if bool((own < 0).any()):
        raise WrongUse("A weight is never less than nothing.", where=table.name)
    total = np.bincount(pairs.cells, weights=own, minlength=number)
    people = np.bincount(pairs.cells, minlength=number)
    share = np.divide(people, total, out=np.zeros(number), where=total > 0)
    weighed = own * share[pairs.cells]
    return Amounts(values[pairs.first] * weighed, weighed, uniform)


def _column(numbers: Floats, table: AmountTable, pairs: Memberships) -> Floats:
    found = np.asarray(numbers, dtype=np.float64)
    if found.shape != np.asarray(table.units).shape or not bool(np.all(np.abs(found) <= LARGEST)):
        raise WrongUse("A table of amounts needs one finite amount per membership.", where=table.name,
                       fix=f"Leave out rows without one; none may be beyond {LARGEST:.0e}.")  # fmt: skip
    if len(pairs.cells) < len(found) and pairs.disagree(found):
        raise WrongUse("Somebody has two amounts in one cell.", where=table.name,
                       why="Which of them counts would depend on the order of the rows.",
                       fix="Add the rows of a person up first.")  # fmt: skip
    return found


def unlike(values: Floats, cells: Ints, number: int) -> Ints:
    """How many people of each cell have another amount than the commonest in it, shape (number,)."""
    order = np.lexsort((values, cells))
    c, v = cells[order], values[order]
    begins = np.flatnonzero(np.concatenate([[True], (c[1:] != c[:-1]) | (v[1:] != v[:-1])])[: len(c)])
    commonest = np.zeros(number, dtype=np.int64)
    np.maximum.at(commonest, c[begins], np.diff(np.append(begins, len(c))))
    return np.bincount(cells, minlength=number).astype(np.int64) - commonest


def means(
    found: Amounts, pairs: Memberships, noise: Floats, shown: Ints, unit: str, profile: Profile
) -> Floats:
    """Released means per cell, nan where they may not be told; shape as `shown`.

    Told when the *released* count reaches `magnitude_released_count`, enough people have an amount other than
    zero (and, of events, enough happened), nobody dominates, the group is not uniform (its mean would be
    everybody's amount, as 100 % is everybody's answer), and weighted people are worth enough. Noised
    total over released count, to `magnitude_figures` significant figures.

    Args:
        noise: factor per membership. shown: released counts per cell, negative where hidden.
    """
    number = len(shown)
    sizes = np.abs(found.values)
    contributors = np.bincount(pairs.cells, weights=sizes > 0, minlength=number)
    told = (
        (shown >= profile.magnitude_released_count)
        & (contributors >= profile.magnitude_contributors)
        & ~dominated(sizes, pairs.cells, number, profile)
        & ~found.uniform
    )
    if unit == EVENTS:
        told &= np.bincount(pairs.cells, weights=sizes, minlength=number) >= profile.event_threshold
    if len(found.weights):
        told &= effective(found.weights, pairs.cells, number) >= profile.weight_effective
        told &= ~dominated(found.weights, pairs.cells, number, profile)
    noised = np.bincount(pairs.cells, weights=found.values * noise, minlength=number)
    answer = np.full(number, np.nan)
    answer[told] = figures(noised[told] / shown[told], profile.magnitude_figures)
    return answer


def totals(told: Floats, shown: Ints, profile: Profile) -> Floats:
    """The totals that go with told means: mean times released count; shape as `told`."""
    answer = np.full(len(told), np.nan)
    there = ~np.isnan(told)
    answer[there] = figures(told[there] * shown[there], profile.magnitude_figures)
    return answer


def dominated(sizes: Floats, cells: Ints, number: int, profile: Profile) -> Flags:
    """Cells whose total would tell what its largest contributor has; shape (number,).

    p %: all but the two largest must come to at least p % of the largest, else the second largest could work
    the largest out. (n, k): the n largest must not hold more than k %.
    """
    total = np.bincount(cells, weights=sizes, minlength=number)
    order = np.lexsort((-sizes, cells))
    begins = np.concatenate([[0], np.cumsum(np.bincount(cells, minlength=number))])[:-1]
    rank = np.arange(len(order)) - begins[cells[order]]
    largest, top = np.zeros((2, number)), np.zeros(number)
    for place in range(max(2, profile.dominance_largest)):
        here = order[rank == place]
        if place < 2:
            largest[place, cells[here]] = sizes[here]
        if place < profile.dominance_largest:
            top[cells[here]] += sizes[here]
    rest = total - largest.sum(axis=0)
    alone: Flags = (rest <= 0) | (rest * 100 < profile.dominance_p_percent * largest[0])
    few: Flags = top * 100 > profile.dominance_share_percent * total
    return alone | few


def effective(weights: Floats, cells: Ints, number: int) -> Floats:
    """Kish's effective number of people per cell, shape (number,)."""
    total = np.bincount(cells, weights=weights, minlength=number)
    squares = np.bincount(cells, weights=weights**2, minlength=number)
    found: Floats = np.divide(total**2, squares, out=np.zeros(number), where=squares > 0)
    return found


def figures(numbers: Floats, count: int) -> Floats:
    """Round to `count` significant figures, shape as given."""
    return np.array([float(f"{number:.{count - 1}e}") for number in numbers], dtype=np.float64)
