"""The guard over means and effects: by the people and by their amounts, never by what a requester calls them.

Two means of nearly the same people, or of the same people with one amount changed, tell one person's amount.
So near twins are not told whatever is measured, and amounts are compared through keyed sums: 64 per set of
amounts, of which one person moves one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import BUCKETS, Flags, Groups, Memberships, joined, near, same
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.rounding import Keys

MOST_KNOWN = 40
"""With more earlier sets of amounts of the same people, anything can be made from them: ask a person."""
ROUNDS = 40
ALIKE = 1e-7


@dataclass(frozen=True, eq=False)
class Told:
    """Means that left: the people of each, those with an amount, the mean, and its keyed sums (told, 64)."""

    groups: Groups
    contributors: Groups
    means: Floats
    sums: Floats

    @classmethod
    def of(cls, parts: list[Told]) -> Told:
        """Several lists of told means as one."""
        none = np.zeros((0, BUCKETS))
        return cls(
            joined([part.groups for part in parts]),
            joined([part.contributors for part in parts]),
            np.concatenate([np.zeros(0), *(part.means for part in parts)]),
            np.concatenate([none, *(part.sums for part in parts)]),
        )

    def take(self, rows: Ints) -> Told:
        """The chosen ones."""
        return Told(self.groups.take(rows), self.contributors.take(rows), self.means[rows], self.sums[rows])


def keyed_sums(values: Floats, pairs: Memberships, second: Keys, number: int) -> Floats:
    """Per cell, the sums of its people's amounts in 64 keyed buckets, each amount times a keyed factor.

    Args:
        values: amount per membership. second: the second keyed number per place.

    Returns:
        Shape (number, 64). A linear change of all amounts changes the sums alike; one person's, one sum.
    """
    keys = second[pairs.places]
    factors = 0.5 + (keys >> np.uint64(40)).astype(np.float64) / 2**24
    spots = pairs.cells * BUCKETS + (keys % np.uint64(BUCKETS)).astype(np.int64)
    sums: Floats = np.bincount(spots, weights=values * factors, minlength=number * BUCKETS).astype(np.float64)
    return sums.reshape(number, BUCKETS)


def equal(ours: Floats, theirs: Floats) -> bool:
    """Whether two rows of keyed sums are of the same amounts."""
    scale = max(float(np.abs(ours).max()), float(np.abs(theirs).max()), 1e-300)
    return bool(np.abs(ours - theirs).max() <= ALIKE * scale)


def gives_away(ours: Floats, ones: Floats, known: Floats, distance: int) -> bool:
    """Whether these amounts are, but for one to `distance` people, put together from amounts told before.

    Fits `ours` by the known sets of amounts and a constant so that as few buckets as possible are off
    (reweighted least squares towards absolute deviations), and counts those.

    Args:
        ours, ones: keyed sums of the amounts and of ones, shape (64,). known: shape (sets, 64).
    """
    if len(known) > MOST_KNOWN:
        return True
    base = np.vstack([ones, known]).T
    base = base / np.maximum(np.abs(base).max(axis=0), 1e-300)
    scale = max(float(np.abs(ours).max()), 1e-300)
    target, weights = ours / scale, np.ones(len(ours))
    off = np.ones(len(ours), dtype=bool)
    for _ in range(ROUNDS):
        found = np.linalg.lstsq(base * weights[:, None], target * weights, rcond=None)[0]
        away = np.abs(target - base @ found)
        off = away > ALIKE * 10
        weights = 1 / np.sqrt(np.maximum(away, 1e-9))
    return 1 <= int(off.sum()) <= distance


def guarded(
    new: Told, earlier: Told, ones: Floats, distance: int, *, repeats_only: bool, lifted: bool
) -> Floats:
    """The means of one table after the guard, nan where they may not be told; shape as `new.means`.

    The same people and amounts: the earlier mean. Near twins of a told mean (by people, or by those who have
    an amount), or amounts put together from told ones: none, whatever they are called.

    Args:
        new: candidates of one table, nan where not told anyway. ones: keyed sums of ones per candidate.
        repeats_only: nothing new may be told. lifted: a checker answers for near twins.
    """
    means = new.means.copy()
    open_ = ~np.isnan(means)
    pool = Told.of([earlier, new])
    first = len(earlier.means)
    barred = _twins(new, pool, open_, distance)
    kin = same(new.groups, pool.groups)
    order = np.lexsort((kin.old, kin.new))
    relatives: dict[int, list[int]] = {}
    for row, place in zip(kin.new[order].tolist(), kin.old[order].tolist(), strict=True):
        if open_[row] and place < first + row:
            relatives.setdefault(row, []).append(place)
    for row in np.flatnonzero(open_).tolist():
        known = [p for p in relatives.get(row, []) if p < first or not np.isnan(means[p - first])]
        again = [p for p in known if equal(new.sums[row], pool.sums[p])]
        if again:
            means[row] = pool.means[again[0]] if again[0] < first else means[again[0] - first]
            continue
        alone = not known or not gives_away(new.sums[row], ones[row], pool.sums[known], distance)
        if repeats_only or not (lifted or (alone and not _too_near(row, barred, means, first))):
            means[row] = np.nan
    return means


def _too_near(row: int, twins: dict[int, list[int]], means: Floats, first: int) -> bool:
    """Whether a near twin was told, earlier or in a row above."""
    return any(place < first or not np.isnan(means[place - first]) for place in twins.get(row, []))


def _twins(new: Told, pool: Told, open_: Flags, distance: int) -> dict[int, list[int]]:
    """Per candidate, the told or earlier candidates one to `distance` people away."""
    first = len(pool.means) - len(new.means)
    found: dict[int, list[int]] = {}
    for ours, theirs in ((new.groups, pool.groups), (new.contributors, pool.contributors)):
        close = near(ours, theirs, distance, open_)
        for row, place in zip(close.new.tolist(), close.old.tolist(), strict=True):
            if place < first + row:
                found.setdefault(row, []).append(place)
    return found
