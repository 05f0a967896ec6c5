"""Augmented inverse-probability weighting for the effect on participants: a second opinion.

Logistic regression for the chance of taking part, least squares for the outcome without it; right if either
is (Robins, Rotnitzky and Zhao 1994; normalised weights as Busso, DiNardo and McCrary 2014).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.effect import Estimate, Model, outcome_model, residuals
from linkwell.insights.estimators.propensity import Propensity, propensity

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def odds_weights(fitted: Propensity, treated: Bools, base: Floats | None = None) -> Floats:
    """Weights of the comparison rows (sum 1): the fitted odds of taking part, times base weights."""
    line = fitted.logit[~treated]
    odds = np.exp(line - line.max(initial=0.0))  # only ratios matter
    if base is not None:
        odds = odds * base
    return np.asarray(odds / odds.sum())


def least_squares(treated: Bools, covariates: Floats) -> Model:
    """The unweighted outcome model of the comparison."""
    size = int((~treated).sum())
    return outcome_model(treated, covariates, np.full(size, 1.0 / max(size, 1)))


def aipw(
    outcome: Floats,
    treated: Bools,
    covariates: Floats,
    clusters: NDArray[np.int64],
    fitted: Propensity | None = None,
    model: Model | None = None,
) -> Estimate:
    """Effect on participants.

    Equations: m by least squares on the comparison rows; w ∝ odds, Σ w = 1;
    τ = mean_T(Y − m) − Σ_C w (Y − m); ψ_i = (Y_i − m_i − τ)/n_T for participants,
    −w_j (Y_j − m_j − Σ_C w (Y − m)) for the comparison; s.e. clustered. Nuisance fits drop out to first
    order (the score is orthogonal to them).

    Args:
        outcome, treated, clusters: shape (n,). covariates: shape (n, k). fitted, model: made already.
    """
    fitted = fitted or propensity(covariates, treated)
    weights = odds_weights(fitted, treated)
    if model is None:
        model = least_squares(treated, covariates)
    left = residuals(model, outcome[:, None])[:, 0]
    theirs = float(weights @ left[~treated])
    difference = float(left[treated].mean()) - theirs
    influence = np.empty(len(outcome))
    influence[treated] = (left[treated] - left[treated].mean()) / int(treated.sum())
    influence[~treated] = -weights * (left[~treated] - theirs)
    _, places = np.unique(clusters, return_inverse=True)
    line = np.bincount(places, influence)
    groups = len(np.unique(clusters[treated]))
    error = float(np.sqrt(groups / max(groups - 1, 1) * np.sum(line**2)))
    mean = float(outcome[treated].mean())
    return Estimate(difference, error, mean, mean - difference, np.asarray(line, dtype=np.float64))
