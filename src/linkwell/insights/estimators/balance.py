"""Entropy balancing: weights on the comparison side that make it alike, and how alike it then is.

Hainmueller (2012): minimise the divergence of the weights from the base weights subject to exact moment
conditions; solved in the dual by Newton's method with a line search. Own numpy, documented in impact.md §2.1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.gram import blocks, gram, spreads

Floats = NDArray[np.float64]

RIDGES = (0.0, 1e-5, 1e-4, 1e-3, 1e-2)
"""Tried in turn: exact balance first, then a little slack for moments that cannot all be met at once."""


CLOSE, STEPS = 1e-6, 40
"""Gap at which a draw of a bootstrap is balanced (it averages residuals, which a gap so small does not
move), and the steps it may take."""


@dataclass(frozen=True, eq=False, repr=False)
class Weights:
    """Weights of the comparison rows (sum 1) and how the solver ended.

    Attributes:
        worst: the largest standardised gap left in any balanced moment.
        ridge: 0 when balance is exact. line: what a unit of each moment adds to a log weight, shape (k,).
    """

    weights: Floats
    converged: bool
    steps: int
    worst: float
    ridge: float
    line: Floats


def entropy_weights(
    comparison: Floats, target: Floats, base: Floats | None = None, near: Floats | None = None
) -> Weights:
    """Weights that bring the comparison rows' means to `target`.

    Args:
        comparison: moments of the comparison rows, shape (n, k), finite.
        target: means to reach, shape (k,).
        base: base weights, shape (n,); equal when None. near: `line` of a solution that is near.

    The first ridge under which the solver converges is used; `worst` tells what was left. If none converges
    the last try is returned with `converged` False: the caller's gates then refuse.
    """
    inside = within_reach(comparison, target)
    if not inside.all() and inside.any():
        # A mean at the very end of what the comparison side shows is met only by the rows that lie there.
        some = entropy_weights(comparison[inside], target, None if base is None else base[inside], near)
        spread_out = np.zeros(len(comparison))
        spread_out[inside] = some.weights
        return replace(some, weights=spread_out)
    equal = np.full(len(comparison), 1.0 / len(comparison))
    together = gram(comparison, equal, comparison.mean(axis=0))
    spread = np.sqrt(np.diag(together))
    live = spread > 1e-12
    places = np.flatnonzero(live)
    places = places[_independent(together[np.ix_(places, places)] / np.outer(spread[live], spread[live]))]
    scale = spread[places]
    z = _scaled(comparison, places, target[places], scale)
    q = equal if base is None else base / base.sum()
    start = np.zeros(z.shape[1]) if near is None else near[places] * scale
    found, dual = _newton(z, q, RIDGES[0], start)
    for ridge in RIDGES[1:]:
        if found.converged:
            break
        found, dual = _newton(z, q, ridge, np.zeros(z.shape[1]))
    # A moment the comparison side cannot move at all and that is off target can never be balanced.
    stuck = np.abs(comparison[0, ~live] - target[~live]) > 1e-9 * (1 + np.abs(target[~live]))
    if bool(np.any(stuck)):
        found = replace(found, converged=False, worst=float("inf"))
    line = np.zeros(comparison.shape[1])
    line[places] = dual / scale
    return replace(found, line=line)


def within_reach(comparison: Floats, target: Floats) -> NDArray[np.bool_]:
    """Rows that may carry weight, where a wanted mean is the lowest or highest value seen."""
    low, high = comparison.min(axis=0), comparison.max(axis=0)
    slack = 1e-9 * (high - low)
    rows = np.ones(len(comparison), dtype=np.bool_)
    for column in np.flatnonzero(high - low > 1e-12):
        for end in (low[column], high[column]):
            if abs(target[column] - end) <= slack[column]:
                rows &= np.abs(comparison[:, column] - end) <= slack[column]
    return rows


def _scaled(comparison: Floats, places: NDArray[np.int64], target: Floats, scale: Floats) -> Floats:
    """Some columns, moved and scaled, in blocks: no second copy of the whole table on the way."""
    z = np.empty((len(comparison), len(places)))
    every = len(places) == comparison.shape[1]
    for rows in blocks(len(z)):
        block = comparison[rows] if every else comparison[rows].take(places, axis=1)
        np.subtract(block, target, out=z[rows])
        z[rows] /= scale
    return z


def independent_columns(z: Floats) -> NDArray[np.int64]:
    """Indices of columns that are not linear combinations of earlier ones (and the constant)."""
    if z.shape[1] == 0:
        return np.zeros(0, dtype=np.int64)
    return _independent(gram(z, np.full(len(z), 1 / len(z)), z.mean(axis=0)))


def _independent(spread: Floats, tolerance: float = 1e-7) -> NDArray[np.int64]:
    """The same from the columns' covariance."""
    kept: list[int] = []
    basis = spread.copy()
    for column in range(len(spread)):
        # Cholesky by columns: what is left of a column's variance after the columns kept so far.
        if basis[column, column] > tolerance * max(spread[column, column], 1e-300):
            kept.append(column)
            basis = basis - np.outer(basis[:, column], basis[column]) / basis[column, column]
    return np.array(kept, dtype=np.int64)


@dataclass(frozen=True, eq=False, repr=False)
class Near:
    """A solution from which others that are near are found: its dual, shape (k,), and the inverse curvature
    there, shape (k, k)."""

    dual: Floats
    inverse: Floats


def near(z: Floats, base: Floats, shift: Floats) -> Near:
    """The solution that brings the means of `z` to `shift` exactly, to go on from."""
    found, dual = _solve(z, base, 0.0, shift, np.zeros(z.shape[1]), 80, 1e-7, slow=0.5)
    means = z.T @ found.weights
    curvature = gram(z, found.weights) - np.outer(means, means)
    return Near(dual, np.asarray(np.linalg.pinv(curvature, rcond=1e-12, hermitian=True)))


def rebalanced(z: Floats, base: Floats, shift: Floats, start: Near) -> Weights:
    """Weights that bring the means of `z` to `shift`, from a nearby solution.

    For a bootstrap, where the columns stay and only base weights and targets move a little: steps by the
    curvature of the solution it starts from, made better by what each step shows (Broyden, Fletcher, Goldfarb
    and Shanno), cost no cross products of the whole table. What this leaves unsolved is solved by Newton.
    """
    dual, inverse = start.dual, start.inverse
    value, w = _dual(z, base, dual, 0.0, shift)
    gradient = z.T @ w - shift
    for step in range(STEPS):
        gap = float(np.abs(gradient).max(initial=0.0))
        if gap < CLOSE:
            return Weights(w, True, step, gap, 0.0, dual)
        moved = -inverse @ gradient
        slope, length = float(gradient @ moved), 1.0
        trial, trial_w = _dual(z, base, dual + moved, 0.0, shift)
        while trial > value + 1e-4 * length * slope + 1e-14 and length > 1e-3:
            length /= 2
            trial, trial_w = _dual(z, base, dual + length * moved, 0.0, shift)
        moved, value, w = length * moved, trial, trial_w
        dual, before, gradient = dual + moved, gradient, z.T @ w - shift
        inverse = _learnt(inverse, moved, gradient - before)
    return _solve(z, base, 0.0, shift, start.dual, 80, 1e-7, slow=0.5)[0]


def _learnt(inverse: Floats, moved: Floats, change: Floats) -> Floats:
    """The inverse curvature that maps this change of the gradient to this step, nearest to the one so far."""
    along = float(moved @ change)
    if along <= 0:
        return inverse
    turned = inverse @ change
    across = np.outer(turned, moved)
    far = (1 + float(change @ turned) / along) / along
    return np.asarray(inverse - (across + across.T) / along + far * np.outer(moved, moved))


def _newton(z: Floats, q: Floats, ridge: float, start: Floats) -> tuple[Weights, Floats]:
    return _solve(z, q, ridge, np.zeros(z.shape[1]), start, 60, 1e-9, slow=0.1)


def _solve(
    z: Floats, q: Floats, ridge: float, shift: Floats, dual: Floats, limit: int, close: float,
    slow: float = 0.0,
) -> tuple[Weights, Floats]:  # fmt: skip
    """Newton's method; the costly curvature is made anew where a step left more than `slow` of the gap."""
    value, w = _dual(z, q, dual, ridge, shift)
    step, before, hessian = -1, 0.0, np.zeros((0, 0))
    while (step := step + 1) < limit:
        moments = z.T @ w
        gradient = moments - shift + ridge * dual
        gap = float(np.abs(gradient).max(initial=0.0))
        if gap < close:
            break
        if gap > slow * before:
            hessian = gram(z, w) - np.outer(moments, moments)
            hessian[np.diag_indices_from(hessian)] += ridge + 1e-12
        before = gap
        try:
            direction = -np.linalg.solve(hessian, gradient)
        except np.linalg.LinAlgError:
            break
        slope = float(gradient @ direction)
        length, moved = 1.0, False
        while length > 1e-8:
            trial, trial_w = _dual(z, q, dual + length * direction, ridge, shift)
            if trial <= value + 1e-4 * length * slope + 1e-14:
                dual, value, w, moved = dual + length * direction, trial, trial_w, True
                break
            length /= 2
        if not moved:
            break
    off = z.T @ w - shift
    left = float(np.abs(off + ridge * dual).max(initial=0.0))
    return Weights(w, left < 1e-6, step, float(np.abs(off).max(initial=0.0)), ridge, dual), dual


def _dual(z: Floats, q: Floats, dual: Floats, ridge: float, shift: Floats) -> tuple[float, Floats]:
    scores = z @ dual
    top = scores.max()
    raw = q * np.exp(scores - top)
    total = raw.sum()
    return float(np.log(total) + top + 0.5 * ridge * (dual @ dual) - shift @ dual), raw / total


def effective_size(weights: Floats) -> float:
    """Kish's effective number of rows."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def effective_people(weights: Floats, people: NDArray[np.int64]) -> tuple[float, float]:
    """Kish's effective number of distinct people, and the largest share one person carries."""
    _, places = np.unique(people, return_inverse=True)
    each = np.bincount(places, weights=weights).astype(np.float64)
    return effective_size(each), float(each.max() / each.sum())


@dataclass(frozen=True, eq=False, repr=False)
class Love:
    """How alike two groups are, per covariate.

    Attributes:
        before, after: standardised mean differences (by the participants' spread), shape (k,).
        ratio: variance of participants over weighted comparison; nan where neither varies.
    """

    names: tuple[str, ...]
    before: Floats
    after: Floats
    ratio: Floats

    @property
    def worst_ratio(self) -> Floats:
        """The variance ratio counted from whichever side is larger, shape (k,), at least 1."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.fmax(self.ratio, 1.0 / self.ratio)


def love(names: tuple[str, ...], treated: Floats, comparison: Floats, weights: Floats) -> Love:
    """Standardised mean differences and variance ratios before and after weighting."""
    (mean_t, var_t), (mean_c, var_c) = spreads(treated), spreads(comparison)
    mean_w, var_w = spreads(comparison, weights)
    # A trait no participant varies in is measured by the comparison side's spread.
    scale = np.sqrt(np.where(var_t > 1e-12, var_t, np.where(var_c > 1e-12, var_c, 1.0)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where((var_t > 1e-12) & (var_w > 1e-12), var_t / var_w, np.nan)
    return Love(names, (mean_t - mean_c) / scale, (mean_t - mean_w) / scale, ratio)
