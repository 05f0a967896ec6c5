"""The difference on an analyst's own table: balance first, then the gates, and only then the outcome.

The same estimators and gates as the governed analysis, for data that have no dates of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.insights.estimators.aipw import aipw, odds_weights
from linkwell.insights.estimators.balance import Love, effective_people, effective_size, entropy_weights, love
from linkwell.insights.estimators.bootstrap import BELOW, DRAWS, bootstrap, widened
from linkwell.insights.estimators.effect import Clusters, Estimate, model_effects, outcome_model, residuals
from linkwell.insights.estimators.matching import (
    Pairs,
    left_to_order,
    matched_effect,
    nearest,
    together_error,
)
from linkwell.insights.estimators.propensity import Propensity, propensity
from linkwell.insights.estimators.sensitivity import e_value, robustness_value
from linkwell.insights.gates import GateResult, judge, refused, usual
from linkwell.insights.prepare import Plan, Prepared, prepare

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WORK = 3_000_000
"""Rows times columns up to which the bootstrap runs unasked."""

BENCHMARK = 50_000_000
"""Rows times columns times covariates up to which each covariate is left out in turn."""


@dataclass(frozen=True)
class Sensitivity:
    """How strong a hidden cause would have to be.

    Attributes:
        robustness_value: share of what is left of start and outcome it must explain (nan for none).
        e_value: for shares of people, else nan.
        strongest: the covariate whose leaving out moves the estimate most. moves: by how much.
    """

    robustness_value: float
    e_value: float
    strongest: str
    moves: float


@dataclass(frozen=True, eq=False, repr=False)
class Compared:
    """What came of it; `estimate` is None when any gate is red: it is then never computed.

    Attributes:
        comparison, participants: rows on each side. effective: of the weighted comparison.
        interval: "formula" or "bootstrap".
    """

    plan: Plan
    participants: int
    comparison: int
    effective: float
    balance: Love
    gates: tuple[GateResult, ...]
    missing: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]
    estimate: Estimate | None
    interval: str = ""
    binary: bool = False
    sensitivity: Sensitivity | None = None


def compare(
    table: pa.Table,
    *,
    treated: str,
    outcome: str,
    names: Sequence[str],
    plan: Plan | None = None,
    treated_value: str | None = None,
    cluster: str | None = None,
) -> Compared:
    """Estimate the effect on participants, or refuse.

    Raises:
        WrongUse: a column is missing or cannot be what it should be; nobody is on one of the sides.
    """
    plan = plan or Plan()
    data = prepare(table, treated, outcome, names, plan, treated_value, cluster)
    weights, stay, fitted, pairs, solved = _weights(data, plan)
    alike = _alike(data, weights, stay)
    after = np.abs(alike.after) if solved else np.full(len(alike.after), np.inf)
    size, largest = effective_people(weights, data.rows)
    values = data.values | {
        "balance_all": float(np.max(after, initial=0.0)),
        "variance_other": float(np.nanmax(alike.worst_ratio[~data.past], initial=1.0)),
        "effective_size": size,
        # a school is one of few, but its people are as many as the participants they are set beside
        "effective_share": effective_size(weights) / max(int(stay.sum()), 1),
        "largest_weight": largest,
    }
    if data.past.any():
        values["balance_past"] = float(np.max(after[data.past], initial=0.0))
        values["variance_past"] = float(np.nanmax(alike.worst_ratio[data.past], initial=1.0))
    values["participants"] = float(stay.sum())
    values["support"] = min(values["support"], float(stay.sum() / data.treated.sum()))
    if cluster is not None:
        sides = (data.clusters[data.treated][stay], data.rows[weights > 0])
        values["clusters"] = float(min(len(np.unique(side)) for side in sides))
    if data.binary:
        values["events"] = _fewest(data, weights, stay)
    else:
        values["varied"] = _varied(data, weights, stay)
    if pairs is not None and fitted is not None:
        values["ties"] = left_to_order(fitted.logit[~data.treated], pairs)
    gates = judge(values)
    estimate, interval = (None, "") if refused(gates) else _estimate(data, plan, weights, fitted, pairs)
    sensitivity = None
    if estimate is not None:
        sensitivity = _sensitivity(data, plan, estimate, size)
        if sensitivity.moves:
            gates = judge(values | {"hidden_cause": abs(estimate.estimate) / abs(sensitivity.moves)})
    return Compared(
        plan, int(stay.sum()), int((~data.treated).sum()), size, alike, gates, data.missing, data.notes,
        estimate, interval, data.binary, sensitivity,
    )  # fmt: skip


def _weights(data: Prepared, plan: Plan) -> tuple[Floats, Bools, Propensity | None, Pairs | None, bool]:
    """Weights of the comparison rows; participants that stay; the score; the pairs; whether it was solved."""
    everyone = np.ones(int(data.treated.sum()), dtype=np.bool_)
    if plan.method == "entropy":
        found = entropy_weights(data.moments[~data.treated], data.moments[data.treated].mean(axis=0))
        return found.weights, everyone, None, None, found.converged
    fitted = propensity(data.moments, data.treated)
    if plan.method == "aipw":
        return odds_weights(fitted, data.treated), everyone, fitted, None, True
    score = fitted.logit
    reach = None if plan.caliper is None else plan.caliper * float(score.std())
    pairs = nearest(
        score[data.treated], score[~data.treated], k=plan.neighbours, caliper=reach, replace=plan.replace
    )
    weights = pairs.weights if pairs.matched.any() else np.full(len(data.rows), 1.0 / len(data.rows))
    return weights, pairs.matched, fitted, pairs, True


def _alike(data: Prepared, weights: Floats, stay: Bools) -> Love:
    mine, theirs = data.plain[data.treated], data.plain[~data.treated]
    whole = love(data.names, mine, theirs, weights)
    if stay.all() or not stay.any():
        return whole
    kept = love(data.names, mine[stay], theirs, weights)
    return Love(data.names, whole.before, kept.after, kept.ratio)


def _fewest(data: Prepared, weights: Floats, stay: Bools) -> float:
    mine, theirs = data.y[data.treated][stay] > 0, data.y[~data.treated] > 0
    worth = (_worth(data, weights, theirs), _worth(data, weights, ~theirs))
    return float(min(mine.sum(), (~mine).sum(), *worth))


def _varied(data: Prepared, weights: Floats, stay: Bools) -> float:
    other = data.y != usual(data.y)
    return float(min(other[data.treated][stay].sum(), _worth(data, weights, other[~data.treated])))


def _worth(data: Prepared, weights: Floats, some: Bools) -> float:
    """What some of the comparison are worth in people; where rows belong together, at most their groups.

    A person with many rows is one; a school is more than one of its pupils, but few schools say little.
    """
    people, part = effective_size(weights) * float(weights @ some), weights * some
    alone = bool((np.diff(data.rows) > 0).all()) or len(np.unique(data.rows)) == len(data.rows)
    if alone or not part.any():
        return people
    return min(people, effective_people(part, data.rows)[0])


def _estimate(
    data: Prepared, plan: Plan, weights: Floats, fitted: Propensity | None, pairs: Pairs | None
) -> tuple[Estimate, str]:
    if pairs is not None and fitted is not None:
        mine, theirs = data.y[data.treated], data.y[~data.treated]
        difference, error = matched_effect(mine, theirs, fitted.logit[~data.treated], pairs)
        mean = float(mine[pairs.matched].mean())
        if len(np.unique(data.clusters)) < len(data.clusters):
            groups = data.clusters[data.treated], data.rows
            error = max(error, together_error(mine, theirs, pairs, *groups, difference))
        return Estimate(difference, error, mean, mean - difference), "formula"
    if fitted is not None:
        clusters = Clusters.of(data.clusters, data.treated)
        return aipw(data.y, data.treated, data.moments, clusters, fitted), "formula"
    model = outcome_model(data.treated, data.moments, weights)
    found = model_effects(model, data.y[:, None], Clusters.of(data.clusters, data.treated))[0]
    few = int(data.treated.sum()) < BELOW and data.moments.size <= WORK
    draws = plan.draws if plan.draws is not None else (DRAWS if few else 0)
    if not draws:
        return found, "formula"
    base = np.full(len(weights), 1.0 / len(weights))
    left = residuals(model, data.y[:, None])
    drawn = bootstrap(left, data.treated, data.moments, data.clusters, base, draws=draws, seed=plan.seed)
    return widened(found, drawn.estimates[:, 0]), "bootstrap"


def _sensitivity(data: Prepared, plan: Plan, found: Estimate, size: float) -> Sensitivity:
    """The benchmark leaves out one covariate at a time and balances again on the others."""
    freedom = int(data.treated.sum()) + size - data.moments.shape[1] - 1
    strength = robustness_value(found.estimate, found.standard_error, freedom)
    ratio = float("nan")
    if data.binary and found.comparison_mean > 0:
        ratio = e_value(found.participants_mean / found.comparison_mean)
    sources = tuple(dict.fromkeys(data.moment_source))
    moves: dict[str, float] = {}
    if plan.method == "entropy" and len(sources) > 1 and data.moments.size * len(sources) <= BENCHMARK:
        mine, theirs = data.y[data.treated], data.y[~data.treated]
        for left_out in sources:
            rest = data.moments[:, [source != left_out for source in data.moment_source]]
            weights = entropy_weights(rest[~data.treated], rest[data.treated].mean(axis=0)).weights
            moves[left_out] = float(mine.mean() - weights @ theirs) - found.estimate
    strongest = max(moves, key=lambda name: abs(moves[name]), default="")
    return Sensitivity(strength, ratio, strongest, moves.get(strongest, 0.0))


__all__ = ["Compared", "Plan", "Sensitivity", "compare"]
