"""Two services beside each other, among people like those both meet.

Each service's effect on its own people says as much about the people as about the service: who meets deeper
need may do more for them. So the participants of both are weighted to those they share (overlap weights, Li,
Morgan and Zaslavsky 2018: everyone by the chance of having come to the other one), similar people are
weighted to them, and the two differences are set beside each other. Only whether they differ is told: never
which is larger, since nothing here ranks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.balance import effective_size, entropy_weights
from linkwell.insights.estimators.effect import Clusters, outcome_model
from linkwell.insights.estimators.many import holm, p_value
from linkwell.insights.estimators.propensity import propensity
from linkwell.insights.people import Bools, Ints
from linkwell.insights.slices import FEWEST

Floats = NDArray[np.float64]

LEVEL, ALIKE = 0.05, 0.1
"""Level of the test, after Holm over all pairs and outcomes; the largest difference that may be left."""


@dataclass(frozen=True, eq=False, repr=False)
class Side:
    """One service's participants and the people they are compared with, shape (rows,).

    Attributes:
        names, matrix: covariates, shape (rows, k). base: weights of the comparison rows before balancing.
        together: household or person of each row, numbered as on the other side.
        outcomes: by name; the same names on each side.
    """

    names: tuple[str, ...]
    matrix: Floats
    treated: Bools
    base: Floats
    together: Ints
    outcomes: dict[str, Floats]


@dataclass(frozen=True)
class Pair:
    """Two groups by place, an outcome, and "differ", "alike" or "apart": they meet different people."""

    first: int
    second: int
    outcome: str
    told: str


def pairs(sides: Sequence[Side]) -> tuple[Pair, ...]:
    """Every two groups, on every outcome."""
    found = [
        (a, b, name, value)
        for a, b in combinations(range(len(sides)), 2)
        for name, value in _beside(sides[a], sides[b]).items()
    ]
    tested = [n for n, (*_, value) in enumerate(found) if value is not None]
    adjusted = dict(zip(tested, holm([p_value(*(found[n][3] or (0.0, 0.0))) for n in tested]), strict=True))
    return tuple(
        Pair(a, b, name, "apart" if n not in adjusted else "differ" if adjusted[n] < LEVEL else "alike")
        for n, (a, b, name, _) in enumerate(found)
    )


def _beside(one: Side, other: Side) -> dict[str, tuple[float, float] | None]:
    """Per outcome the difference between the two effects and its standard error; None where the two share
    too few people, or similar people cannot be made like those they share."""
    shared = [name for name in one.names if name in other.names]
    columns = [[side.names.index(name) for name in shared] for side in (one, other)]
    mine = [side.matrix[side.treated][:, place] for side, place in zip((one, other), columns, strict=True)]
    own = np.arange(sum(map(len, mine))) < len(mine[0])
    logit = propensity(np.concatenate(mine), own).logit
    chance = 1 / (1 + np.exp(-np.clip(logit, -700, 700)))
    shares = [1 - chance[own], chance[~own]]
    nothing: dict[str, tuple[float, float] | None] = dict.fromkeys(one.outcomes)
    if min(map(effective_size, shares)) < FEWEST:
        return nothing
    parts = [_effects(side, side.matrix[:, place], share / share.sum())
             for side, place, share in zip((one, other), columns, shares, strict=True)]  # fmt: skip
    if parts[0] is None or parts[1] is None:
        return nothing
    (first, line), (second, other_line) = parts[0], parts[1]
    clusters = Clusters.of(
        np.concatenate([one.together, other.together]), np.concatenate([one.treated, other.treated])
    )
    errors = clusters.errors(clusters.add(np.concatenate([line, -other_line])))
    gaps = (first - second).tolist()
    return dict(zip(one.outcomes, zip(gaps, errors.tolist(), strict=True), strict=True))


def _effects(side: Side, matrix: Floats, share: Floats) -> tuple[Floats, Floats] | None:
    """Effects on the participants as weighted, shape (outcomes,), and their influences by row.

    τ = Σ ω (Y − m) − Σ w (Y − m), with w entropy weights to Σ ω x and m least squares on them; ψ as in
    `row_influences`. The weights ω are taken as known, which makes the error a little too large.
    """
    mine, theirs = matrix[side.treated], matrix[~side.treated]
    made = entropy_weights(theirs, share @ mine, side.base)
    spread = np.maximum(mine.std(axis=0), 1e-12)
    left = np.abs(share @ mine - made.weights @ theirs) / spread
    if not made.converged or float(left.max(initial=0.0)) > ALIKE:
        return None
    model = outcome_model(side.treated, matrix, made.weights)
    values = np.column_stack(list(side.outcomes.values()))
    left_t, left_c = model.left(values)
    middle = share @ left_t
    line = np.empty(values.shape)
    line[side.treated] = share[:, None] * (left_t - middle)
    line[~side.treated] = left_c * (-made.weights / np.sqrt(1 - model.leverage))[:, None]
    return middle - made.weights @ left_c, line
