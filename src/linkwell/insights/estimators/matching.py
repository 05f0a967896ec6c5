"""Nearest-neighbour matching on a sorted score: 1:k, with or without a caliper, with or without replacement.

A second opinion only: with good overlap weighting beats it (Busso, DiNardo and McCrary 2014), and 1:1
matching on the score can make balance worse (King and Nielsen 2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CALIPER = 0.2
"""Standard deviations of the logit (Austin 2011)."""


@dataclass(frozen=True, eq=False, repr=False)
class Pairs:
    """Who is matched with whom.

    Attributes:
        partners: index of comparison rows for each participant, shape (participants, k); −1 where none.
        size: number of comparison rows.
    """

    partners: Ints
    size: int

    @property
    def matched(self) -> NDArray[np.bool_]:
        """Participants with at least one partner."""
        return np.asarray((self.partners >= 0).any(axis=1))

    @property
    def weights(self) -> Floats:
        """Weight of each comparison row (sum 1): every matched participant spreads one over its partners."""
        found = self.partners >= 0
        each = np.where(found, 1.0 / np.maximum(found.sum(axis=1, keepdims=True), 1), 0.0)
        total = np.bincount(self.partners[found], each[found], minlength=self.size)
        return np.asarray(total / max(float(total.sum()), 1e-300))


def left_to_order(theirs: Floats, pairs: Pairs) -> float:
    """Share of matched participants with a partner who was taken before others of the same score.

    Only the order of the rows decided between them: another order gives another answer.
    """
    score = np.unique(np.round(theirs, 9), return_inverse=True)[1]
    taken = np.bincount(score[np.unique(pairs.partners[pairs.partners >= 0])], minlength=score.max() + 1)
    loose = taken < np.bincount(score)
    chosen = (pairs.partners >= 0) & loose[score[pairs.partners]]
    return float(chosen[pairs.matched].any(axis=1).mean()) if pairs.matched.any() else 0.0


def nearest(
    mine: Floats, theirs: Floats, *, k: int = 1, caliper: float | None = None, replace: bool = False
) -> Pairs:
    """Match each participant with its k nearest comparison rows by score.

    Without replacement: greedy from the highest score down, one partner each before anyone gets a second
    (the order of R's MatchIt).

    Args:
        mine, theirs: scores, shapes (participants,) and (comparison,). caliper: largest allowed distance, in
            the units of the score.
    """
    reach = np.inf if caliper is None else caliper
    order = np.argsort(theirs, kind="stable")
    ordered = theirs[order]
    places = (_with if replace else _without)(mine, ordered, k, reach)
    found = np.full(places.shape, -1, dtype=np.int64)
    found[places >= 0] = order[places[places >= 0]]
    return Pairs(found, len(theirs))


def _with(mine: Floats, ordered: Floats, k: int, reach: float) -> Ints:
    k = min(k, len(ordered))
    at = np.searchsorted(ordered, mine)
    # The k nearest in one dimension lie within k places either side.
    window = np.clip(at[:, None] + np.arange(-k, k), 0, len(ordered) - 1)
    gaps = np.abs(ordered[window] - mine[:, None])
    gaps[:, 1:][window[:, 1:] == window[:, :-1]] = np.inf  # a place repeated at the ends counts once
    best = np.argsort(gaps, axis=1, kind="stable")[:, :k]
    chosen = np.take_along_axis(window, best, axis=1)
    return np.where(np.take_along_axis(gaps, best, axis=1) <= reach, chosen, -1).astype(np.int64)


def _without(mine: Floats, ordered: Floats, k: int, reach: float) -> Ints:
    size = len(ordered)
    # left[i]: the nearest free place at or below i − 1 (as i); right[i]: at or above i. Paths are shortened
    # as they are walked, so that a used run is stepped over once.
    left, right = list(range(size + 1)), list(range(size + 1))
    partners = np.full((len(mine), k), -1, dtype=np.int64)
    descending = np.argsort(-mine, kind="stable").tolist()
    starts = np.searchsorted(ordered, mine).tolist()
    for neighbour in range(k):
        for row in descending:
            below, above = _root(left, starts[row]), _root(right, starts[row])
            down = mine[row] - ordered[below - 1] if below > 0 else np.inf
            up = ordered[above] - mine[row] if above < size else np.inf
            if min(down, up) > reach or not np.isfinite(min(down, up)):
                continue
            place = below - 1 if down <= up else above
            partners[row, neighbour] = place
            left[place + 1] = place
            right[place] = place + 1
    return partners


def _root(parent: list[int], start: int) -> int:
    root = start
    while parent[root] != root:
        root = parent[root]
    while parent[start] != root:
        parent[start], start = root, parent[start]
    return root


def matched_effect(
    y_mine: Floats, y_theirs: Floats, score_theirs: Floats, pairs: Pairs
) -> tuple[float, float]:
    """Mean difference over matched participants and its standard error (Abadie and Imbens 2006).

    V = 1/n² [ Σ_i (Y_i − Ŷ_i − τ)² + Σ_j (K_j² − K'_j) σ̂²_j ], K_j the weight of comparison row j over all
    participants, K'_j the sum of the squared weights, σ̂²_j from its neighbour on the score. Without
    replacement and with k = 1 it is the variance of the pair differences.
    """
    stay = pairs.matched
    partners = pairs.partners[stay]
    found = partners >= 0
    each = found / found.sum(axis=1, keepdims=True)
    means = (np.where(found, y_theirs[partners], 0.0) * each).sum(axis=1)
    gaps = y_mine[stay] - means
    count = len(gaps)
    difference = float(gaps.mean())
    uses = np.bincount(partners[found], each[found], minlength=pairs.size)
    squares = np.bincount(partners[found], each[found] ** 2, minlength=pairs.size)
    again = np.flatnonzero(uses**2 - squares > 1e-12)
    reused = 0.0
    if len(again):
        order = np.argsort(score_theirs, kind="stable")
        rank = np.empty(pairs.size, dtype=np.int64)
        rank[order] = np.arange(pairs.size)
        neighbour = order[np.where(rank[again] + 1 < pairs.size, rank[again] + 1, rank[again] - 1)]
        spread = 0.5 * (y_theirs[again] - y_theirs[neighbour]) ** 2
        reused = float(((uses[again] ** 2 - squares[again]) * spread).sum())
    error = float(np.sqrt(((gaps - difference) ** 2).sum() * count / max(count - 1, 1) + reused)) / count
    return difference, error


def together_error(
    y_mine: Floats, y_theirs: Floats, pairs: Pairs, mine: Ints, theirs: Ints, difference: float
) -> float:
    """Standard error where rows belong together (households, schools): pairs that share one go together.

    V = Σ_g (Σ_{d∋g} d)² − Σ_{g≠g'} (Σ_{d∋g,g'} d)², d the pairs' deviations and g the groups they touch
    (Aronow, Samii and Assenova 2015), times G/(G−1) with G the participants' groups.

    Args:
        mine, theirs: number of each row's group. difference: the mean over matched participants.
    """
    row, place = np.nonzero(pairs.partners >= 0)
    partner = pairs.partners[row, place]
    share = 1.0 / (pairs.partners >= 0).sum(axis=1)[row] / pairs.matched.sum()
    off = share * (y_mine[row] - y_theirs[partner] - difference)
    ours, others = mine[row], theirs[partner]
    apart = ours != others
    size = int(max(mine.max(), theirs.max())) + 1
    each = np.bincount(ours, off, minlength=size) + np.bincount(others[apart], off[apart], minlength=size)
    low, high = np.minimum(ours, others)[apart], np.maximum(ours, others)[apart]
    both = np.bincount(np.unique(low * size + high, return_inverse=True)[1], off[apart])
    groups = len(np.unique(ours))
    return float(np.sqrt(max(each @ each - both @ both, 0.0) * groups / max(groups - 1, 1)))
