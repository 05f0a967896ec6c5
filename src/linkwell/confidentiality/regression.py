"""Fitting OLS, logit and Poisson regressions, and how many people stand behind each coefficient.

Least squares by QR, the other two by iteratively reweighted least squares (McCullagh and Nelder 1989, §2.5);
classical standard errors. By Frisch and Waugh a coefficient is a weighted sum of outcomes; Kish's effective
number of those weights is the number of people it rests on, however the terms are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import lgamma
from typing import Literal

import numpy as np

from linkwell.confidentiality.request import Floats

Kind = Literal["ols", "logit", "poisson"]

STEPS = 50
CLOSE = 1e-10
LARGEST_SCORE = 30.0
SAME_COLUMN = 1e-9


@dataclass(frozen=True, eq=False, repr=False)
class Fit:
    """A fitted regression, still inside.

    Attributes:
        coefficients, errors, support: per column: estimate, standard error, effective number of people.
        shares: how much each person's own outcome counts in each coefficient, shape (columns, n).
        leverage: the largest share of a prediction that rests on one person's own outcome.
        freedom: residual degrees of freedom. explained: R² (OLS) or McFadden's pseudo-R².
        converged: False where there is no finite, unique answer.
    """

    coefficients: Floats
    errors: Floats
    support: Floats
    shares: Floats
    leverage: float
    freedom: int
    explained: float
    converged: bool


def fit(kind: Kind, outcome: Floats, design: Floats) -> Fit:
    """Fit a regression.

    Args:
        outcome: shape (n,); 0 or 1 for logit, not negative for Poisson.
        design: columns, the intercept among them, shape (n, k).
    """
    number, width = design.shape
    nothing, no_shares = np.full(width, np.nan), np.zeros((width, 0))
    if number <= width or _rank(design) < width:
        return Fit(nothing, nothing, nothing, no_shares, 1.0, number - width, np.nan, converged=False)
    weights: Floats = np.ones(number)
    found: Floats = np.zeros(width)
    converged = kind == "ols"
    if kind == "ols":
        found = np.asarray(np.linalg.lstsq(design, outcome, rcond=None)[0], dtype=np.float64)
    else:
        found, weights, converged = _reweighted(kind, outcome, design)
    upright, triangle = np.linalg.qr(design * np.sqrt(weights)[:, None])
    if not converged or np.abs(np.diag(triangle)).min() <= SAME_COLUMN * np.abs(np.diag(triangle)).max():
        return Fit(found, nothing, nothing, no_shares, 1.0, number - width, np.nan, converged=False)
    each = np.linalg.solve(triangle, upright.T)  # row j: how much every person counts in coefficient j
    spread, explained = _spread(kind, outcome, design @ found, number - width)
    return Fit(
        found, np.sqrt(spread * (each**2).sum(axis=1)), (each**2).sum(axis=1) ** 2 / (each**4).sum(axis=1),
        each * np.sqrt(weights), float((upright**2).sum(axis=1).max()), number - width, explained,
        converged=True,
    )  # fmt: skip


def _rank(design: Floats) -> int:
    size = np.abs(design).max(axis=0)
    return int(np.linalg.matrix_rank(design / np.where(size > 0, size, 1.0), tol=SAME_COLUMN * len(design)))


def _reweighted(kind: Kind, outcome: Floats, design: Floats) -> tuple[Floats, Floats, bool]:
    """(coefficients, weights at them, whether it came to an end)."""
    middle = np.clip(outcome.mean(), 1e-6, 1 - 1e-6 if kind == "logit" else np.inf)
    score = np.full(len(outcome), np.log(middle / (1 - middle)) if kind == "logit" else np.log(middle))
    found: Floats = np.zeros(design.shape[1])
    before = np.inf
    weights: Floats = np.ones(len(outcome))
    for _ in range(STEPS):
        mean = _mean(kind, score)
        weights = _weights(kind, mean)
        root = np.sqrt(weights)
        working = score + (outcome - mean) / weights
        solved = np.linalg.lstsq(design * root[:, None], working * root, rcond=None)[0]
        found = np.asarray(solved, dtype=np.float64)
        score = np.clip(design @ found, -LARGEST_SCORE, LARGEST_SCORE)
        now = _deviance(kind, outcome, _mean(kind, score))
        if abs(before - now) <= CLOSE * (1 + abs(now)):
            weights = _weights(kind, _mean(kind, score))
            return found, weights, bool(np.abs(score).max() < LARGEST_SCORE / 2)
        before = now
    return found, weights, False


def _weights(kind: Kind, mean: Floats) -> Floats:
    found: Floats = np.maximum(mean * (1 - mean) if kind == "logit" else mean, 1e-12)
    return found


def _mean(kind: Kind, score: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-score)) if kind == "logit" else np.exp(score)
    return found


def _deviance(kind: Kind, outcome: Floats, mean: Floats) -> float:
    """Minus twice the log-likelihood, but for what does not depend on the model."""
    if kind == "logit":
        mean = np.clip(mean, 1e-12, 1 - 1e-12)
        return float(-2 * (outcome * np.log(mean) + (1 - outcome) * np.log(1 - mean)).sum())
    return float(-2 * (outcome * np.log(mean) - mean).sum())


def _spread(kind: Kind, outcome: Floats, score: Floats, freedom: int) -> tuple[float, float]:
    """(variance of a unit of weight, share explained)."""
    if kind == "ols":
        left, whole = float(((outcome - score) ** 2).sum()), float(((outcome - outcome.mean()) ** 2).sum())
        return left / max(freedom, 1), 1 - left / whole if whole > 0 else 1.0
    middle = np.full(len(outcome), outcome.mean())
    full, none = _deviance(kind, outcome, _mean(kind, score)), _deviance(kind, outcome, middle)
    if kind == "poisson":  # the part of the likelihood that McFadden's measure needs besides
        constant = 2 * sum(lgamma(value + 1) for value in outcome.tolist())
        full, none = full + constant, none + constant
    return 1.0, 1 - full / none if none else 1.0
