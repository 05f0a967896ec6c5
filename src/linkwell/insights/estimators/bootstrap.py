"""Person bootstrap: draw people again, balance again, estimate again.

The formula's interval is a little short with few participants or rare events, since it takes the balance as
given (impact.md §2.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.balance import independent_columns, near, rebalanced
from linkwell.insights.estimators.effect import Estimate

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

BELOW = 500
"""Participants below which the bootstrap is used."""

DRAWS = 400

LOOSE = 0.02
"""Standardised gap a draw may be left with; a draw further off could not be balanced and is counted."""


@dataclass(frozen=True, eq=False, repr=False)
class Drawn:
    """Estimates of every draw that could be balanced, shape (draws, outcomes); `failed` could not."""

    estimates: Floats
    failed: int


def bootstrap(
    outcomes: Floats,
    treated: Bools,
    moments: Floats,
    clusters: Ints,
    base: Floats,
    *,
    draws: int = DRAWS,
    seed: int = 1,
    tick: Callable[[int, int], None] | None = None,
) -> Drawn:
    """Re-balanced differences over draws of clusters, participants and comparison people apart.

    Drawing is by counts: a comparison row drawn twice has twice the base weight, so the matrix is never
    copied. A cluster that stands on both sides is drawn with the participants.

    Args:
        outcomes: shape (n, m); residuals of the outcome model serve best, where balance has a little slack.
        moments: the balanced columns, shape (n, k). base: base weights of the
            comparison rows, shape (comparison,). clusters: person (or household) of each row, shape (n,).
    """
    rng = np.random.default_rng(seed)
    _, places = np.unique(clusters, return_inverse=True)
    size = int(places.max(initial=-1)) + 1
    mine = np.zeros(size, dtype=np.bool_)
    mine[places[treated]] = True
    sides = (np.flatnonzero(mine), np.flatnonzero(~mine))
    z, own_z = _standard(moments, treated)
    ours, theirs = outcomes[treated], outcomes[~treated]
    start = near(z, base / base.sum(), own_z.mean(axis=0))
    room = np.empty_like(z)
    found, failed = [], 0
    for draw in range(draws):
        counts = np.zeros(size)
        for side in sides:
            if len(side):
                counts[side] = np.bincount(rng.integers(0, len(side), len(side)), minlength=len(side))
        own, weight = counts[places[treated]], base * counts[places[~treated]]
        if own.sum() > 0 and weight.sum() > 0:
            drawn = np.flatnonzero(weight)  # about three in eight rows are not: leaving them out is quicker
            some = np.take(z, drawn, axis=0, out=room[: len(drawn)], mode="clip")
            again = rebalanced(some, weight[drawn] / weight.sum(), own @ own_z / own.sum(), start)
            if again.worst < LOOSE:
                found.append(own @ ours / own.sum() - again.weights @ theirs[drawn])
        failed = draw + 1 - len(found)
        if tick is not None:
            tick(draw + 1, draws)
    return Drawn(np.array(found).reshape(-1, outcomes.shape[1]), failed)


def _standard(moments: Floats, treated: Bools) -> tuple[Floats, Floats]:
    """Independent columns, centred on the participants: of the comparison and of the participants."""
    centre = moments[treated].mean(axis=0)
    spread = moments[~treated].std(axis=0)
    live = spread > 1e-12
    z = (moments[~treated][:, live] - centre[live]) / spread[live]
    kept = independent_columns(z)
    own = (moments[treated][:, live] - centre[live]) / spread[live]
    return np.ascontiguousarray(z[:, kept]), np.ascontiguousarray(own[:, kept])


def widened(estimate: Estimate, drawn: Floats) -> Estimate:
    """The estimate with the bootstrap's standard error, where that is the larger.

    Never narrower than the formula: draws repeat people and so see fewer different ones.
    """
    if len(drawn) < 2:
        return estimate
    return replace(estimate, standard_error=max(float(drawn.std(ddof=1)), estimate.standard_error))
