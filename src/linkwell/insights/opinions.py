"""Second opinions on one outcome: other estimators, the bracket, the months before, and a benchmark.

None of them changes the number; each may add a caution in words (impact.md §2.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.aipw import aipw, equal_weights
from linkwell.insights.estimators.balance import entropy_weights
from linkwell.insights.estimators.chance import beyond_f
from linkwell.insights.estimators.effect import (
    Z_95,
    Estimate,
    Model,
    influences,
    model_effects,
    outcome_model,
)
from linkwell.insights.estimators.matching import CALIPER, Pairs, matched_effect, nearest
from linkwell.insights.estimators.propensity import Propensity, propensity
from linkwell.insights.features import Features
from linkwell.insights.protocol import Outcome
from linkwell.insights.stack import Stack
from linkwell.insights.start_groups import StartGroup, group_time_effect, start_groups

Floats = NDArray[np.float64]

PARTNERS = 5
BENCHMARK_PARTICIPANTS = 400
"""Participants the benchmark is worked out on; more would only cost time."""

SCORE_PARTICIPANTS = 2000
"""Participants the score is fitted on, for the same reason; everyone then has one."""


@dataclass(frozen=True, eq=False, repr=False)
class LeftOut:
    """Weights with one measure's history left out, on some groups of the stack."""

    code: str
    rows: NDArray[np.bool_]
    with_it: Floats
    without_it: Floats


@dataclass(frozen=True, eq=False, repr=False)
class Opinions:
    """What else was found about one outcome, internal.

    Attributes:
        aipw: augmented weighting. matched, matched_error: 1:5 caliper matching on the logit.
        did: the change from the time before, balanced on fixed traits only. group_times: the same group by
            group of when people started, beside people who never start; None where that cannot be had.
        before_p: joint test of the months before the start.
        strongest: the measure whose leaving out moves the estimate most; moves: by how much.
    """

    aipw: Estimate
    matched: float
    matched_error: float
    did: Estimate
    group_times: Estimate | None
    before_p: float
    strongest: str
    moves: float


@dataclass(frozen=True, eq=False, repr=False)
class Ready:
    """What the other methods need of a design, worked out once for every outcome.

    Attributes:
        score: log-odds of starting. pairs: 1:5 caliper matches. ols: unweighted outcome model.
        bracket: outcome model balanced on fixed traits only. groups: the same by when people started.
        left_out: weights with one measure left out.
    """

    score: Propensity
    pairs: Pairs
    ols: Model
    bracket: Model
    groups: tuple[StartGroup, ...]
    left_out: tuple[LeftOut, ...]


def make_ready(
    features: Features, stack: Stack, base: Floats, model: Model, never: NDArray[np.bool_]
) -> Ready:
    """Prepare the other methods.

    Args:
        model: the balanced outcome model, whose design they share. never: rows of the stack whose person
            starts at no time in the data.
    """
    treated = stack.treated
    fitted = propensity(features.matrix, treated, fit_on=_some_groups(stack, SCORE_PARTICIPANTS))
    score = fitted.logit
    pairs = nearest(
        score[treated], score[~treated], k=PARTNERS, caliper=CALIPER * float(score.std()), replace=True
    )
    traits = features.matrix[:, features.traits]
    found = entropy_weights(traits[~treated], traits[treated].mean(axis=0), base)
    return Ready(
        fitted,
        pairs,
        model.weighted_by(equal_weights(treated)),
        outcome_model(treated, traits, found.weights),
        start_groups(traits, stack, base, never),
        leave_out(features, stack, base),
    )


def opinions(
    outcome: Outcome,
    before: Floats,
    last: Floats,
    after: int,
    features: Features,
    stack: Stack,
    model: Model,
    made: Ready,
) -> Opinions:
    """Ask the other methods.

    Args:
        before: amounts by month before the start, shape (rows, 24). last: the outcome, shape (rows,).
        after: months it is counted over. model: the balanced outcome model.
    """
    treated, score = stack.treated, made.score.logit
    matched = (float("nan"), float("nan"))
    if made.pairs.matched.any():
        matched = matched_effect(last[treated], last[~treated], score[~treated], made.pairs)
    change = _change(outcome, before, last, after)
    moves = {one.code: _move(one, last, treated) for one in made.left_out}
    strongest = max(moves, key=lambda code: abs(moves[code]), default="")
    return Opinions(
        aipw(last, treated, features.matrix, stack.clusters, made.score, made.ols),
        *matched,
        model_effects(made.bracket, change[:, None], stack.clusters)[0],
        group_time_effect(change, made.groups, stack),
        months_before(before, stack, model),
        strongest,
        moves.get(strongest, 0.0),
    )


def beside(told: Opinions, estimate: Estimate) -> tuple[tuple[str, str], ...]:
    """Each other method with where its answer lies: "inside" the range, "above" or "below" it, or "none".

    This, and not the number, is what a report says of them: a second answer about the same people and
    amounts would be a second look at them, which the release desk answers with the first.
    """
    answers = {
        "weighting": told.aipw.estimate,
        "matching": told.matched,
        "change": told.did.estimate,
        "groups": float("nan") if told.group_times is None else told.group_times.estimate,
    }
    return tuple((method, _where(answer, estimate)) for method, answer in answers.items())


def _where(answer: float, estimate: Estimate) -> str:
    if not np.isfinite(answer):
        return "none"
    return "above" if answer > estimate.upper else "below" if answer < estimate.lower else "inside"


def opinion_values(told: Opinions, plain: Estimate, estimate: Estimate, outcome: Outcome) -> dict[str, float]:
    """The gates' values: each may caution, none can refuse."""
    error = max(estimate.standard_error, 1e-300)
    apart = [abs(told.aipw.estimate - plain.estimate) / max(error, told.aipw.standard_error)]
    if np.isfinite(told.matched):
        apart.append(abs(told.matched - plain.estimate) / max(error, told.matched_error))
    found = estimate.lower > 0 or estimate.upper < 0
    from_before = [one for one in (told.did, told.group_times) if one is not None]
    same_way = all(one.lower > 0 if estimate.estimate > 0 else one.upper < 0 for one in from_before)
    values = {
        "other_estimator": float(max(apart)),
        "bracket": float(found and not same_way),
        "precision": Z_95 * estimate.standard_error / outcome.smallest if outcome.smallest > 0 else 0.0,
    }
    if np.isfinite(told.before_p):
        values["before_start"] = told.before_p
    if found and told.moves:
        values["hidden_cause"] = abs(estimate.estimate) / abs(told.moves)
    return values


def months_before(before: Floats, stack: Stack, model: Model) -> float:
    """p of the joint test that no month before the start differs after balancing; nan where none can.

    Wald with a finite-sample F (Hotelling), over the directions balance leaves free: yearly totals are equal
    by design. The size is right; drift that begins with the start is not seen.
    """
    gap, line = influences(model, before, stack.clusters)
    spread = line.T @ line
    scale = np.sqrt(np.diag(spread))
    live = scale > 1e-9 * (1 + float(np.abs(before).max(initial=0.0)))
    if not live.any():
        return float("nan")
    gap, spread = gap[live] / scale[live], spread[np.ix_(live, live)] / np.outer(scale[live], scale[live])
    values, vectors = np.linalg.eigh(spread)
    free = values > 1e-6 * values.max()
    count, people = int(free.sum()), stack.clusters.groups
    if people <= count + 1:
        return float("nan")
    wald = float((((vectors[:, free].T @ gap) ** 2) / values[free]).sum())
    return beyond_f(wald * (people - count) / (count * (people - 1)), count, people - count)


def leave_out(features: Features, stack: Stack, base: Floats) -> tuple[LeftOut, ...]:
    """Balance again without each measure's history: what a cause as strong, but not measured, would do."""
    some = _some_groups(stack, BENCHMARK_PARTICIPANTS)
    inside = some[~stack.treated]
    mine, theirs = features.matrix[some & stack.treated], features.matrix[some & ~stack.treated]
    codes = np.array(features.source, dtype=object)
    whole = entropy_weights(theirs, mine.mean(axis=0), base[inside])
    found = []
    for code in dict.fromkeys(code for code in features.source if code):
        rest = codes != code
        again = entropy_weights(theirs[:, rest], mine[:, rest].mean(axis=0), base[inside], whole.line[rest])
        if whole.converged and again.converged:
            found.append(LeftOut(code, some, whole.weights, again.weights))
    return tuple(found)


def _some_groups(stack: Stack, most: int) -> NDArray[np.bool_]:
    groups = np.unique(stack.group)
    if len(groups) <= most:
        return np.ones(len(stack.group), dtype=np.bool_)
    chosen = groups[np.linspace(0, len(groups) - 1, most).astype(int)]
    return np.asarray(np.isin(stack.group, chosen))


def _move(one: LeftOut, last: Floats, treated: NDArray[np.bool_]) -> float:
    theirs = last[one.rows & ~treated]
    return float(one.with_it @ theirs - one.without_it @ theirs)


def _change(outcome: Outcome, before: Floats, last: Floats, after: int) -> Floats:
    """What the outcome changed by since before the start, over months as many as can be had, shape (rows,).

    Wrong where people start after a bad year, right under steady gaps: with the balanced estimate its
    difference brackets the truth when one of the two assumptions holds (Ding and Li 2019).
    """
    months = min(after, before.shape[1])
    same = before[:, -months:].sum(axis=1)
    had = np.where(same > 0, 100.0, 0.0) if outcome.kind == "rate" else same * (after / months)
    return np.asarray(last - had)
