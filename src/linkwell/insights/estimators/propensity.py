"""The chance of taking part given what is measured: logistic regression by Newton's method, in chunks.

Feeds AIPW and matching, the second opinions beside entropy balancing (impact.md §2.1).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.gram import gram

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

CHUNK = 200_000
"""Rows handled at once, so that a million rows need no second copy of the matrix."""


@dataclass(frozen=True, eq=False, repr=False)
class Propensity:
    """Fitted log-odds of taking part.

    Attributes:
        logit: shape (n,). converged: False when the groups can be told apart completely (then the score is
            only held finite by the ridge). line: constant and slopes, shape (k + 1,).
    """

    logit: Floats
    converged: bool
    steps: int
    line: Floats

    @property
    def odds(self) -> Floats:
        """exp(logit), held below what a float can carry."""
        return np.asarray(np.exp(np.clip(self.logit, -700, 700)))


def propensity(
    covariates: Floats, treated: Bools, ridge: float = 1e-9, limit: int = 60, fit_on: Bools | None = None
) -> Propensity:
    """Fit by maximum likelihood; a tiny ridge on standardised columns keeps separated groups finite.

    Args:
        covariates: shape (n, k), no constant column needed. treated: shape (n,).
        fit_on: the rows to fit on, all when None; every row gets its log-odds.
    """
    if fit_on is not None and not fit_on.all():
        return _elsewhere(covariates, propensity(covariates[fit_on], treated[fit_on], ridge, limit), fit_on)
    centre, spread = covariates.mean(axis=0), covariates.std(axis=0)
    live = spread > 1e-12
    centre, spread = centre[live], spread[live]
    size, width = len(treated), int(live.sum()) + 1
    slopes = np.zeros(width)
    share = float(np.clip(treated.mean(), 1e-9, 1 - 1e-9))
    slopes[0] = np.log(share / (1 - share))
    penalty = np.full(width, ridge * size)
    penalty[0] = 0.0

    def chunks() -> list[slice]:
        return [slice(first, min(first + CHUNK, size)) for first in range(0, size, CHUNK)]

    def made(rows: slice) -> Floats:
        part = (covariates[rows][:, live] - centre) / spread
        return np.column_stack([np.ones(len(part)), part])

    whole = made(slice(0, size)) if size <= CHUNK else None

    def design(rows: slice) -> Floats:
        return made(rows) if whole is None else whole

    def loss(candidate: Floats) -> float:
        total = 0.5 * float(penalty @ candidate**2)
        for rows in chunks():
            line = design(rows) @ candidate
            total += float(np.logaddexp(0.0, line).sum() - line[treated[rows]].sum())
        return total

    value, converged, step = loss(slopes), False, 0
    while (step := step + 1) <= limit:
        gradient, hessian = penalty * slopes, np.diag(penalty + 1e-12)
        for rows in chunks():
            part = design(rows)
            chance = 1.0 / (1.0 + np.exp(-np.clip(part @ slopes, -700, 700)))
            gradient = gradient + part.T @ (chance - treated[rows])
            hessian = hessian + gram(part, chance * (1 - chance))
        if float(np.abs(gradient).max()) < 1e-8 * max(size, 1):
            converged = True
            break
        direction = -(np.linalg.pinv(hessian, rcond=1e-12, hermitian=True) @ gradient)
        length = 1.0
        while length > 1e-6 and (trial := loss(slopes + length * direction)) > value + 1e-12:
            length /= 2
        if length <= 1e-6:
            break
        slopes, value = slopes + length * direction, trial
    logit = np.concatenate([design(rows) @ slopes for rows in chunks()]) if size else np.zeros(0)
    line = np.zeros(covariates.shape[1] + 1)
    line[1:][live] = slopes[1:] / spread
    line[0] = slopes[0] - float(line[1:][live] @ centre)
    return Propensity(logit, converged and float(np.abs(logit).max(initial=0.0)) < 30, step, line)


def _elsewhere(covariates: Floats, fitted: Propensity, rows: Bools) -> Propensity:
    logit = fitted.line[0] + covariates @ fitted.line[1:]
    logit[rows] = fitted.logit
    return Propensity(logit, fitted.converged, fitted.steps, fitted.line)
