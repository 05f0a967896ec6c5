"""The difference a start makes, with an interval that knows a person may stand on both sides.

Weighted outcome model on the comparison rows, doubly robust with the entropy weights (Zhao and Percival
2017); influence functions summed by person, so that one person drawn many times counts once (impact.md
§2.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from linkwell.insights.estimators.gram import blocks, gram, lengths

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Side = slice | Bools
Z_95 = 1.959963984540054


@dataclass(frozen=True, repr=False)
class Estimate:
    """An estimate of the effect on participants, in the outcome's unit.

    `ends` are the interval's, where it allows for more than chance.
    """

    estimate: float
    standard_error: float
    participants_mean: float
    comparison_mean: float
    ends: tuple[float, float] | None = None

    @property
    def lower(self) -> float:
        """Lower end of the 95 % interval."""
        return self.ends[0] if self.ends else self.estimate - Z_95 * self.standard_error

    @property
    def upper(self) -> float:
        """Upper end of the 95 % interval."""
        return self.ends[1] if self.ends else self.estimate + Z_95 * self.standard_error


def sides(treated: Bools) -> tuple[Side, Side]:
    """Participants' and comparison rows: as slices, which copy nothing, where participants come first."""
    count = int(np.count_nonzero(treated))
    if treated[:count].all():
        return slice(0, count), slice(count, None)
    return treated, ~treated


@dataclass(frozen=True, eq=False, repr=False)
class Clusters:
    """Who belongs together in a range (a person's rows, a household), worked out once for many outcomes.

    Attributes:
        places: number of each row's cluster, shape (n,). sums: adds up rows by cluster.
        groups: clusters with a participant. size: clusters in all.
    """

    places: Ints
    sums: csr_array
    groups: int
    size: int

    @classmethod
    def of(cls, clusters: Ints, treated: Bools) -> Clusters:
        """From the number of each row's cluster, whatever the numbers are."""
        names, places = np.unique(clusters, return_inverse=True)
        rows, size = np.arange(len(places)), len(names)
        sums = csr_array((np.ones(len(places)), (places, rows)), shape=(size, len(places)))
        groups = int(np.count_nonzero(np.bincount(places[treated], minlength=size)))
        return cls(np.asarray(places, dtype=np.int64), sums, groups, size)

    def add(self, rows: Floats) -> Floats:
        """Sums by cluster, shape (clusters, m), of values by row, shape (n, m)."""
        return rows if self.size == len(self.places) else np.asarray(self.sums @ rows)

    def errors(self, lines: Floats) -> Floats:
        """Standard errors from influences summed by cluster, shape (clusters, m): √(G/(G−1) Σ_g ψ_g²)."""
        return np.asarray(
            np.sqrt(self.groups / max(self.groups - 1, 1) * np.einsum("ij,ij->j", lines, lines))
        )


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """A weighted outcome model of the comparison rows, made once and used for every outcome.

    Attributes:
        design: scaled design matrix of all rows, with the constant. inverse: of the weighted gram.
        leverage: of the comparison rows.
    """

    treated: Bools
    weights: Floats
    design: Floats
    inverse: Floats
    leverage: Floats

    def left(self, outcomes: Floats) -> tuple[Floats, Floats]:
        """Residuals of participants and of the comparison, outcomes of shape (n, m)."""
        mine, theirs = sides(self.treated)
        design, others = self.design[theirs], outcomes[theirs]
        slopes = np.zeros((design.shape[1], outcomes.shape[1]))
        for rows in blocks(len(design)):
            slopes += design[rows].T @ (others[rows] * self.weights[rows, None])
        slopes = self.inverse @ slopes
        left = np.empty(outcomes.shape)
        for rows in blocks(len(left)):
            np.subtract(outcomes[rows], self.design[rows] @ slopes, out=left[rows])
        return left[mine], left[theirs]

    def weighted_by(self, weights: Floats) -> Model:
        """The same design with other weights of the comparison rows."""
        return _model(self.treated, self.design, weights)


def outcome_model(treated: Bools, covariates: Floats, weights: Floats) -> Model:
    """Prepare weighted least squares of any outcome on the covariates.

    Args:
        treated: shape (n,). covariates: shape (n, k). weights: of the comparison rows.
    """
    _, theirs = sides(treated)
    scale = np.ones(covariates.shape[1] + 1)
    if covariates.shape[1]:
        others = covariates[theirs]
        scale[1:] = np.maximum(np.maximum(others.max(axis=0), -others.min(axis=0)), 1e-12)
    design = np.empty((len(covariates), covariates.shape[1] + 1))
    design[:, 0] = 1.0
    np.divide(covariates, scale[1:], out=design[:, 1:])
    return _model(treated, design, weights)


def _model(treated: Bools, design: Floats, weights: Floats) -> Model:
    theirs = design[sides(treated)[1]]
    inverse: Floats = np.linalg.pinv(gram(theirs, weights), rcond=1e-10, hermitian=True).astype(np.float64)
    leverage = np.clip(weights * lengths(theirs, inverse), 0.0, 0.9)
    return Model(treated, weights, design, inverse, leverage)


def influences(model: Model, outcomes: Floats, clusters: Clusters) -> tuple[Floats, Floats]:
    """`row_influences` by cluster: effects on the treated, shape (m,), and influences, (clusters, m).

    s.e. = √(G/(G−1) Σ_g (Σ_{i∈g} ψ_i)²), with G the participants' clusters.
    """
    differences, influence = row_influences(model, outcomes)
    return differences, clusters.add(influence)


def row_influences(model: Model, outcomes: Floats) -> tuple[Floats, Floats]:
    """Doubly robust effects on the treated, shape (m,), and their influences by row, shape (n, m).

    Args:
        outcomes: shape (n, m).

    Equations: m by weighted least squares on the comparison rows;
    τ = mean_T(Y − m) − Σ_C w (Y − m); ψ_i = (Y_i − m_i − τ)/n_T for participants, −w_j (Y_j − m_j)/√(1 − h_j)
    for the comparison (h the leverage).
    """
    treated, weights = model.treated, model.weights
    left_t, left_c = model.left(outcomes)
    differences = left_t.mean(axis=0) - weights @ left_c
    influence = np.empty(outcomes.shape)
    mine, theirs = sides(treated)
    influence[mine] = (left_t - differences) / len(left_t)
    influence[theirs] = left_c * (-weights / np.sqrt(1.0 - model.leverage))[:, None]
    return np.asarray(differences), influence


def model_effects(model: Model, outcomes: Floats, clusters: Clusters) -> tuple[Estimate, ...]:
    """`influences` as estimates with their standard errors, one for each column of `outcomes`."""
    differences, lines = influences(model, outcomes, clusters)
    means = outcomes[sides(model.treated)[0]].mean(axis=0)
    return tuple(
        Estimate(float(value), float(error), float(mean), float(mean - value))
        for value, error, mean in zip(differences, clusters.errors(lines), means, strict=True)
    )


def effects(
    outcomes: Floats, treated: Bools, covariates: Floats, weights: Floats, clusters: Ints
) -> tuple[Estimate, ...]:
    """`model_effects` with a model made for these covariates (the balanced moments) and weights."""
    return model_effects(
        outcome_model(treated, covariates, weights), outcomes, Clusters.of(clusters, treated)
    )


def residuals(model: Model, outcomes: Floats) -> Floats:
    """Outcomes less what the model of the comparison says, shape (n, m)."""
    left = np.empty(outcomes.shape)
    mine, theirs = sides(model.treated)
    left[mine], left[theirs] = model.left(outcomes)
    return left


def effect(outcome: Floats, treated: Bools, covariates: Floats, weights: Floats, clusters: Ints) -> Estimate:
    """`effects` for one outcome, shape (n,)."""
    return effects(outcome[:, None], treated, covariates, weights, clusters)[0]


def later_factors(later: Floats, months: int) -> Floats:
    """What the outcome at each horizon counts for, had nobody on the comparison side started later.

    Similar people may start in a later month and then gain too, which hides part of the difference.
    Dropping them would choose by what came after. Instead, with p_s the weighted share of the comparison
    side that starts s months later, and τ(h) the effect h months after a start:

        τ(h) = τ_observed(h) + Σ_{s<h} p_s τ(h − s)

    which is linear in what was observed: the effect at the last horizon H is the effect on Σ_h g_{H−h} Y(h)
    with g_0 = 1 and g_k = Σ_{s≤k} p_s g_{k−s}, and so is its influence (p taken as known). It rests on
    later starters gaining what participants gain in the same time, a structural nested mean model in its
    simplest form.

    Args:
        later: p_1 … , shape (months,).

    Returns:
        The factors of the horizons 1, 2, …, shape (months,); the last is one.
    """
    factors = np.zeros(months)
    factors[0] = 1.0
    for k in range(1, months):
        factors[k] = sum(float(later[s - 1]) * factors[k - s] for s in range(1, k + 1))
    return factors[::-1]


def at_the_end(model: Model, last: Floats, freed: Floats, clusters: Clusters) -> tuple[Estimate, Estimate]:
    """The effect at the last horizon as observed, and had nobody on the comparison side started later.

    Args:
        last: outcome at the last horizon. freed: outcomes at every horizon times `later_factors`, summed.
    """
    plain, mended = model_effects(model, np.column_stack([last, freed]), clusters)
    mean = plain.participants_mean
    return plain, replace(mended, participants_mean=mean, comparison_mean=mean - mended.estimate)


def scaled_error(estimate: Estimate, ratio: float) -> Estimate:
    """The same estimate with its standard error `ratio` times as large."""
    return replace(estimate, standard_error=estimate.standard_error * ratio)
