"""Augmented inverse-probability weighting for the effect on participants: a second opinion.

Logistic regression for the chance of taking part, least squares for the outcome without it; right if either
is (Robins, Rotnitzky and Zhao 1994; normalised weights as Busso, DiNardo and McCrary 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.effect import Clusters, Estimate, Model, outcome_model, sides
from linkwell.insights.estimators.propensity import Propensity, propensity

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def odds_weights(fitted: Propensity, treated: Bools, base: Floats | None = None) -> Floats:
    """Weights of the comparison rows (sum 1): the fitted odds of taking part, times base weights."""
    line = fitted.logit[sides(treated)[1]]
    odds = np.exp(line - line.max(initial=0.0))  # only ratios matter
    if base is not None:
        odds = odds * base
    return np.asarray(odds / odds.sum())


def least_squares(treated: Bools, covariates: Floats) -> Model:
    """The unweighted outcome model of the comparison."""
    return outcome_model(treated, covariates, equal_weights(treated))


def equal_weights(treated: Bools) -> Floats:
    """Weights of the comparison rows before any weighting (sum 1)."""
    size = int((~treated).sum())
    return np.full(size, 1.0 / max(size, 1))


def aipw(
    outcome: Floats,
    treated: Bools,
    covariates: Floats,
    clusters: Clusters,
    fitted: Propensity | None = None,
    model: Model | None = None,
) -> Estimate:
    """Effect on participants.

    Equations: m by least squares on the comparison rows; w ∝ odds, Σ w = 1;
    τ = mean_T(Y − m) − Σ_C w (Y − m); ψ_i = (Y_i − m_i − τ)/n_T for participants,
    −w_j (Y_j − m_j − Σ_C w (Y − m)) for the comparison; s.e. clustered. Nuisance fits drop out to first
    order (the score is orthogonal to them).

    Args:
        outcome, treated: shape (n,). covariates: shape (n, k). fitted, model: made already.
    """
    fitted = fitted or propensity(covariates, treated)
    weights = odds_weights(fitted, treated)
    if model is None:
        model = least_squares(treated, covariates)
    left_t, left_c = (part[:, 0] for part in model.left(outcome[:, None]))
    theirs = float(weights @ left_c)
    difference = float(left_t.mean()) - theirs
    influence = np.empty((len(outcome), 1))
    ours, others = sides(treated)
    influence[ours, 0] = (left_t - left_t.mean()) / len(left_t)
    influence[others, 0] = -weights * (left_c - theirs)
    error = float(clusters.errors(clusters.add(influence))[0])
    mean = float(outcome[ours].mean())
    return Estimate(difference, error, mean, mean - difference)
