"""Means of days, dollars and events: unit noise fixed by the record key, dominance, released counts."""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.groups import Memberships
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints, MeanTable
from linkwell.confidentiality.rounding import Keys
from linkwell.errors import WrongUse


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


def amounts(table: MeanTable, pairs: Memberships) -> Floats:
    """The amount of each distinct membership.

    Raises:
        WrongUse: a person has two amounts in one cell, or an amount that is not a number.
    """
    values = np.asarray(table.values, dtype=np.float64)
    if values.shape != np.asarray(table.units).shape or not bool(np.all(np.isfinite(values))):
        raise WrongUse("A table of means needs one finite amount per membership.", where=table.name)
    return values[pairs.first]


def means(values: Floats, pairs: Memberships, noise: Floats, shown: Ints, profile: Profile) -> Floats:
    """Released means per cell, nan where they may not be told; shape as `shown`.

    Told when the *released* count reaches `magnitude_released_count`, enough people have an amount other
    than zero,
    and nobody dominates: all but the two largest must come to p % of the largest. Noised total over
    released count, to `magnitude_figures` significant figures.

    Args:
        values: amount per membership. pairs: sorted distinct memberships. noise: factor per membership.
        shown: released counts per cell, negative where hidden.
    """
    number = len(shown)
    sizes = np.abs(values)
    totals = np.bincount(pairs.cells, weights=sizes, minlength=number)
    contributors = np.bincount(pairs.cells, weights=sizes > 0, minlength=number)
    first, second = _two_largest(sizes, pairs.cells, number)
    rest = totals - first - second
    told = (
        (shown >= profile.magnitude_released_count)
        & (contributors >= profile.magnitude_contributors)
        & (rest > 0)
        & (rest * 100 >= profile.dominance_p_percent * first)
    )
    noised = np.bincount(pairs.cells, weights=values * noise, minlength=number)
    found = np.full(number, np.nan)
    found[told] = figures(noised[told] / shown[told], profile.magnitude_figures)
    return found


def figures(numbers: Floats, count: int) -> Floats:
    """Round to `count` significant figures, shape as given."""
    return np.array([float(f"{number:.{count - 1}e}") for number in numbers], dtype=np.float64)


def _two_largest(sizes: Floats, cells: Ints, number: int) -> tuple[Floats, Floats]:
    order = np.lexsort((sizes, cells))
    ends = np.cumsum(np.bincount(cells, minlength=number))
    counts = np.bincount(cells, minlength=number)
    ordered = np.concatenate([sizes[order], [0.0]])
    first = np.where(counts >= 1, ordered[np.maximum(ends - 1, 0)], 0.0)
    second = np.where(counts >= 2, ordered[np.maximum(ends - 2, 0)], 0.0)
    return first, second
