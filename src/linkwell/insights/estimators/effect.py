"""The difference a start makes, with an interval that knows a person may stand on both sides.

Weighted outcome model on the comparison rows, doubly robust with the entropy weights (Zhao and Percival
2017); influence functions summed by person, so that one person drawn many times counts once (impact.md
§2.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.gram import gram, lengths

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """An estimate of the effect on participants, in the outcome's unit; `influence` is per person.

    `ends` are the interval's, where it allows for more than chance.
    """

    estimate: float
    standard_error: float
    participants_mean: float
    comparison_mean: float
    influence: Floats
    ends: tuple[float, float] | None = None

    @property
    def lower(self) -> float:
        """Lower end of the 95 % interval."""
        return self.ends[0] if self.ends else self.estimate - Z_95 * self.standard_error

    @property
    def upper(self) -> float:
        """Upper end of the 95 % interval."""
        return self.ends[1] if self.ends else self.estimate + Z_95 * self.standard_error


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A weighted outcome model of the comparison rows, made once and used for every outcome.

    Attributes:
        mine, theirs: scaled design matrices of participants and comparison. inverse: of the weighted gram.
        leverage: of the comparison rows.
    """

    treated: NDArray[np.bool_]
    weights: Floats
    mine: Floats
    theirs: Floats
    inverse: Floats
    leverage: Floats

    def left(self, outcomes: Floats) -> tuple[Floats, Floats]:
        """Residuals of participants and of the comparison, outcomes of shape (n, m)."""
        ours, others = outcomes[self.treated], outcomes[~self.treated]
        slopes = self.inverse @ (self.theirs.T @ (others * self.weights[:, None]))
        return ours - self.mine @ slopes, others - self.theirs @ slopes


def outcome_model(treated: NDArray[np.bool_], covariates: Floats, weights: Floats) -> Model:
    """Prepare weighted least squares of any outcome on the covariates.

    Args:
        treated: shape (n,). covariates: shape (n, k). weights: of the comparison rows.
    """
    mine, theirs = (_design(covariates[side]) for side in (treated, ~treated))
    scale = np.maximum(np.maximum(theirs.max(axis=0), -theirs.min(axis=0)), 1e-12)
    mine /= scale
    theirs /= scale
    inverse: Floats = np.linalg.pinv(gram(theirs, weights), rcond=1e-10, hermitian=True).astype(np.float64)
    leverage = np.clip(weights * lengths(theirs, inverse), 0.0, 0.9)
    return Model(treated, weights, mine, theirs, inverse, leverage)


def model_effects(model: Model, outcomes: Floats, clusters: NDArray[np.int64]) -> tuple[Estimate, ...]:
    """Doubly robust effects on the treated, one for each column of `outcomes`.

    Args:
        outcomes: shape (n, m). clusters: person (or household) of each row, shape (n,).

    Equations: m by weighted least squares on the comparison rows;
    τ = mean_T(Y − m) − Σ_C w (Y − m); ψ_i = (Y_i − m_i − τ)/n_T for participants, −w_j (Y_j − m_j)/√(1 − h_j)
    for the comparison (h the leverage); s.e. = √(G/(G−1) Σ_g (Σ_{i∈g} ψ_i)²), with G the participants'
    clusters.
    """
    treated, weights = model.treated, model.weights
    left_t, left_c = model.left(outcomes)
    differences = left_t.mean(axis=0) - weights @ left_c
    influence = np.empty(outcomes.shape)
    influence[treated] = (left_t - differences) / len(left_t)
    influence[~treated] = -(weights / np.sqrt(1.0 - model.leverage))[:, None] * left_c
    _, places = np.unique(clusters, return_inverse=True)
    groups = len(np.unique(clusters[treated]))
    means = outcomes[treated].mean(axis=0)
    return tuple(
        _estimate(float(differences[n]), np.bincount(places, influence[:, n]), groups, float(means[n]))
        for n in range(outcomes.shape[1])
    )


def effects(
    outcomes: Floats,
    treated: NDArray[np.bool_],
    covariates: Floats,
    weights: Floats,
    clusters: NDArray[np.int64],
) -> tuple[Estimate, ...]:
    """`model_effects` with a model made for these covariates (the balanced moments) and weights."""
    return model_effects(outcome_model(treated, covariates, weights), outcomes, clusters)


def residuals(model: Model, outcomes: Floats) -> Floats:
    """Outcomes less what the model of the comparison says, shape (n, m)."""
    left = np.empty(outcomes.shape)
    left[model.treated], left[~model.treated] = model.left(outcomes)
    return left


def effect(
    outcome: Floats,
    treated: NDArray[np.bool_],
    covariates: Floats,
    weights: Floats,
    clusters: NDArray[np.int64],
) -> Estimate:
    """`effects` for one outcome, shape (n,)."""
    return effects(outcome[:, None], treated, covariates, weights, clusters)[0]


def without_later_starts(observed: tuple[Estimate, ...], later: Floats, groups: int) -> Estimate:
    """The effect at the last horizon, had nobody on the comparison side started later.

    Similar people may start in a later month and then gain too, which hides part of the difference.
    Dropping them would choose by what came after. Instead, with p_s the weighted share of the comparison
    side that starts s months later, and τ(h) the effect h months after a start:

        τ(h) = τ_observed(h) + Σ_{s<h} p_s τ(h − s)

    solved month by month; influence functions follow the same line (p taken as known). It rests on later
    starters gaining what participants gain in the same time, a structural nested mean model in its simplest
    form.

    Args:
        observed: effects after 1, 2, … months. later: p_1 … , shape (months,).
        groups: participants' clusters.
    """
    values: list[float] = []
    influence: list[Floats] = []
    for h, now in enumerate(observed):
        value, line = now.estimate, now.influence
        for s in range(1, h + 1):
            value = value + float(later[s - 1]) * values[h - s]
            line = line + later[s - 1] * influence[h - s]
        values.append(value)
        influence.append(line)
    return _estimate(values[-1], influence[-1], groups, observed[-1].participants_mean)


def scaled_error(estimate: Estimate, ratio: float) -> Estimate:
    """The same estimate with its standard error and influence `ratio` times as large."""
    if ratio == 1.0:
        return estimate
    return replace(
        estimate, standard_error=estimate.standard_error * ratio, influence=estimate.influence * ratio
    )


def _estimate(difference: float, influence: NDArray[np.generic], groups: int, mean: float) -> Estimate:
    line = np.asarray(influence, dtype=np.float64)
    error = float(np.sqrt(groups / max(groups - 1, 1) * np.sum(line**2)))
    return Estimate(difference, error, mean, mean - difference, line)


def _design(covariates: Floats) -> Floats:
    return np.column_stack([np.ones(len(covariates)), covariates])
