"""The difference a start makes, with an interval that knows a person may stand on both sides.

Weighted outcome model on the comparison rows, doubly robust with the entropy weights (Zhao and Percival 2017);
influence functions summed by person, so that one person drawn many times counts once (impact.md §2.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Z_95 = 1.959963984540054


@dataclass(frozen=True, eq=False, repr=False)
class Estimate:
    """An estimate of the effect on participants, in the outcome's unit; `influence` is per person."""

    estimate: float
    standard_error: float
    participants_mean: float
    comparison_mean: float
    influence: Floats

    @property
    def lower(self) -> float:
        """Lower end of the 95 % interval."""
        return self.estimate - Z_95 * self.standard_error

    @property
    def upper(self) -> float:
        """Upper end of the 95 % interval."""
        return self.estimate + Z_95 * self.standard_error


def effect(
    outcome: Floats,
    treated: NDArray[np.bool_],
    covariates: Floats,
    weights: Floats,
    clusters: NDArray[np.int64],
) -> Estimate:
    """Doubly robust effect on the treated.

    Args:
        outcome: shape (n,). treated: shape (n,), True for participants.
        covariates: shape (n, k), the balanced moments. weights: of the comparison rows, shape (n − treated,).
        clusters: person (or household) of each row, shape (n,).

    Equations: m by weighted least squares on the comparison rows;
    τ = mean_T(Y − m) − Σ_C w (Y − m); ψ_i = (Y_i − m_i − τ)/n_T for participants, −w_j (Y_j − m_j)/√(1 − h_j)
    for the comparison (h the leverage); s.e. = √(G/(G−1) Σ_g (Σ_{i∈g} ψ_i)²), with G the participants' clusters.
    """
    y_t, y_c = outcome[treated], outcome[~treated]
    design_t, design_c = (_design(covariates[side]) for side in (treated, ~treated))
    scale = np.maximum(np.abs(design_c).max(axis=0), 1e-12)
    design_t, design_c = design_t / scale, design_c / scale
    rooted = design_c * np.sqrt(weights)[:, None]
    inverse = np.linalg.pinv(rooted.T @ rooted, rcond=1e-10, hermitian=True)
    slope = inverse @ (rooted.T @ (y_c * np.sqrt(weights)))
    left_t, left_c = y_t - design_t @ slope, y_c - design_c @ slope
    difference = float(left_t.mean() - weights @ left_c)
    leverage = np.clip(np.einsum("ij,jk,ik->i", rooted, inverse, rooted, optimize=True), 0.0, 0.9)
    influence = np.empty(len(outcome))
    influence[treated] = (left_t - difference) / len(y_t)
    influence[~treated] = -weights * left_c / np.sqrt(1.0 - leverage)
    _, places = np.unique(clusters, return_inverse=True)
    by_person = np.bincount(places, weights=influence)
    groups = len(np.unique(clusters[treated]))
    error = float(np.sqrt(groups / max(groups - 1, 1) * np.sum(by_person**2)))
    mean_t = float(y_t.mean())
    return Estimate(difference, error, mean_t, mean_t - difference, by_person)


def _design(covariates: Floats) -> Floats:
    return np.column_stack([np.ones(len(covariates)), covariates])
