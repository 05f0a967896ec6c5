"""The guard over means and effects: by the people and by their amounts, never by what a requester calls them.

Two means of nearly the same people, or of the same people with one amount changed, tell one person's
amount; and a refusal where they differ would tell that they do. So what follows from earlier means but for a
few people is answered from those means, exactly as if it followed from them altogether. Amounts are compared
through keyed sums: 64 per set of amounts, of which one person moves one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import BUCKETS, Groups, Memberships, joined
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.rounding import Keys
from linkwell.confidentiality.twins import near, same

MOST_KNOWN = 40
"""With more earlier sets of amounts of the same people, anything can be made from them: ask a person."""
ROUNDS = 40
ALIKE = 1e-7


@dataclass(frozen=True, eq=False)
class Told:
    """Means that left: the people of each, those with an amount, released count, mean, keyed sums."""

    groups: Groups
    contributors: Groups
    counts: Ints
    means: Floats
    sums: Floats

    @classmethod
    def of(cls, parts: list[Told]) -> Told:
        """Several lists of told means as one."""
        none = np.zeros((0, BUCKETS))
        return cls(
            joined([part.groups for part in parts]),
            joined([part.contributors for part in parts]),
            np.concatenate([np.zeros(0, dtype=np.int64), *(part.counts for part in parts)]),
            np.concatenate([np.zeros(0), *(part.means for part in parts)]),
            np.concatenate([none, *(part.sums for part in parts)]),
        )

    @classmethod
    def untold(cls, groups: Groups, sums: Floats) -> Told:
        """Sets of amounts whose mean must not be told, nor follow from what is told."""
        size = len(groups)
        return cls(groups, groups, np.zeros(size, dtype=np.int64), np.full(size, np.nan), sums)

    def take(self, rows: Ints) -> Told:
        """The chosen ones."""
        groups, contributors = self.groups.take(rows), self.contributors.take(rows)
        return Told(groups, contributors, self.counts[rows], self.means[rows], self.sums[rows])


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


def off(ours: Floats, theirs: Floats) -> int:
    """How many of the 64 keyed sums differ: at most one per person with another amount."""
    scale = max(float(np.abs(ours).max()), float(np.abs(theirs).max()), 1e-300)
    return int((np.abs(ours - theirs) > ALIKE * scale).sum())


def combination(ours: Floats, ones: Floats, known: Floats, distance: int) -> Floats | None:
    """How these amounts are, but for at most `distance` people, put together from known ones.

    Fits `ours` by a constant and the known sets of amounts so that as few buckets as possible are off
    (reweighted least squares towards absolute deviations), and counts those.

    Args:
        ours, ones: keyed sums of the amounts and of ones, shape (64,). known: shape (sets, 64).

    Returns:
        The constant and one factor per known set, shape (1 + sets,); None if they do not follow.
    """
    base = np.vstack([ones, known]).T
    sizes = np.maximum(np.abs(base).max(axis=0), 1e-300)
    scale = max(float(np.abs(ours).max()), 1e-300)
    target, weights = ours / scale, np.ones(len(ours))
    found, wrong = np.zeros(len(sizes)), len(ours)
    for _ in range(ROUNDS):
        found = np.linalg.lstsq(base / sizes * weights[:, None], target * weights, rcond=None)[0]
        away = np.abs(target - base / sizes @ found)
        wrong = int((away > ALIKE).sum())
        if wrong <= distance:
            break
        weights = 1 / np.sqrt(np.maximum(away, ALIKE / 100))
    return found / sizes * scale if wrong <= distance else None


def guarded(
    new: Told, earlier: Told, bars: Told, ones: Floats, distance: int, *, repeats_only: bool, lifted: bool,
    figures: int,
) -> Floats:  # fmt: skip
    """The means of one table after the guard, nan where they may not be told; shape as `new.means`.

    Args:
        new: candidates of one table. ones: keyed sums of ones per candidate.
        bars: sets of amounts that must not follow from what is told.
        repeats_only: nothing new may be told. lifted: a checker answers for near twins.
        figures: significant figures of a mean.
    """
    means = new.means.copy()
    pool = Told.of([earlier, new])
    first = len(earlier.means)
    kin = _relatives(new, pool, distance)
    barred = _relatives(new, Told.of([bars, new]), distance, len(bars.means))
    for row in range(len(means)):
        known = [place for place in kin.get(row, []) if place < first or not np.isnan(means[place - first])]
        found = _one_of(new.sums[row], pool.sums[known], distance)
        if found is None and (len(known) > MOST_KNOWN or _anything_follows(len(known), ones[row], distance)):
            means[row] = np.nan
            continue
        if found is None and known:
            found = combination(new.sums[row], ones[row], pool.sums[known], distance)
        if found is not None and not (
            lifted and not _exact(found, new.sums[row], ones[row], pool.sums[known])
        ):
            told = np.array([pool.means[p] if p < first else means[p - first] for p in known])
            total = float((found[1:] * told * pool.counts[known]).sum())
            means[row] = float(f"{total / new.counts[row] + found[0]:.{figures - 1}e}")
        elif repeats_only or any(
            _gives_away(bars.sums[bar], new.sums[row], pool.sums[known], ones[row], distance)
            for bar in barred.get(row, [])
        ):
            means[row] = np.nan
    return means


def _one_of(ours: Floats, known: Floats, distance: int) -> Floats | None:
    """As `combination`, where the amounts are, but for at most `distance` people, those of one known set:
    the first of the closest. However many are known, what was told stands."""
    if not len(known):
        return None
    scale = np.maximum(np.abs(known).max(axis=1), max(float(np.abs(ours).max()), 1e-300))
    moved = (np.abs(known - ours) > ALIKE * scale[:, None]).sum(axis=1)
    best = int(moved.argmin())
    if moved[best] > distance:
        return None
    found = np.zeros(1 + len(known))
    found[1 + best] = 1.0
    return found


def _anything_follows(known: int, ones: Floats, distance: int) -> bool:
    """Whether so many sets of amounts, a constant and `distance` exceptions make up any amounts of so few
    people: then what follows from them says nothing of the true mean, and a person must be asked.
    """
    return known > 0 and known + 1 + distance >= int((ones != 0).sum())


def _gives_away(bar: Floats, candidate: Floats, known: Floats, ones: Floats, distance: int) -> bool:
    """Whether a set of amounts that must not be told follows with the candidate, and did not without it."""
    if combination(bar, ones, known, distance) is not None:
        return False
    return combination(bar, ones, np.vstack([known, candidate]), distance) is not None


def _exact(found: Floats, ours: Floats, ones: Floats, known: Floats) -> bool:
    """Whether the amounts follow altogether, not only but for a few people."""
    away = np.abs(ours - found @ np.vstack([ones, known])).max()
    return bool(away <= ALIKE * max(float(np.abs(ours).max()), 1e-300))


def _relatives(new: Told, pool: Told, distance: int, most: int | None = None) -> dict[int, list[int]]:
    """Per candidate, told or earlier candidates of the same or nearly the same people or contributors.

    Args:
        pool: earlier ones, then the candidates themselves. most: only places below this.
    """
    first = len(pool.means) - len(new.means)
    found: dict[int, set[int]] = {}
    everyone = np.ones(len(new.means), dtype=bool)
    for ours, theirs in ((new.groups, pool.groups), (new.contributors, pool.contributors)):
        for close in (near(ours, theirs, distance, everyone), same(ours, theirs)):
            for row, place in zip(close.new.tolist(), close.old.tolist(), strict=True):
                if place < (first + row if most is None else most):
                    found.setdefault(row, set()).add(place)
    return {row: sorted(places) for row, places in found.items()}
