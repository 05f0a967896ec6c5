"""Outcomes joined to a balanced design, month by month, and each estimated: here and nowhere earlier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.bootstrap import BELOW, bootstrap
from linkwell.insights.estimators.effect import (
    Estimate,
    Model,
    at_the_end,
    later_factors,
    model_effects,
    outcome_model,
    residuals,
    scaled_error,
)
from linkwell.insights.features import Features
from linkwell.insights.gates import GateResult, judge, refused, usual
from linkwell.insights.links import LinkError, with_link_error
from linkwell.insights.opinions import Opinions, Ready, opinion_values, opinions
from linkwell.insights.people import Bools, Ints, People, month_of_day
from linkwell.insights.protocol import Outcome, Protocol
from linkwell.insights.spells import Spells, Windows, around
from linkwell.insights.stack import Stack

Floats = NDArray[np.float64]
Amounts = NDArray[np.floating[Any]]
"""Amounts by month: single precision is enough for days, events and dollars, and there are many of them."""

QUARTER, HALF = 3, 6
RARE = 0.10
"""An event fewer than this share of participants have is rare: its interval comes from the bootstrap."""


@dataclass(frozen=True, eq=False, repr=False)
class Design:
    """A balanced comparison, before any outcome is known.

    Attributes:
        weights, base: of the comparison rows. later: weighted share of them that starts 1, 2, … months later.
        model: the outcome model on these weights. ready: what second opinions need.
        effective: effective number of people compared with.
    """

    stack: Stack
    features: Features
    weights: Floats
    base: Floats
    later: Floats
    links: LinkError
    model: Model
    ready: Ready
    effective: float


@dataclass(frozen=True, eq=False, repr=False)
class Period:
    """The difference in some months from the start, and participants' amounts, both for a quarter.

    Attributes:
        first, last: months from the start the period runs from and to (−24 to −18: half a year, two years
            before).
    """

    first: int
    last: int
    estimate: Estimate
    amounts: Floats


@dataclass(frozen=True, eq=False, repr=False)
class OutcomeResult:
    """One outcome: its estimate, or None when a gate is red; `amounts` are the participants' own.

    Attributes:
        periods: the event study; empty when refused. opinions: what other methods say, None when refused.
        bootstrapped: whether the interval comes from the bootstrap.
    """

    outcome: Outcome
    estimate: Estimate | None
    gates: tuple[GateResult, ...]
    amounts: Floats
    periods: tuple[Period, ...] = ()
    opinions: Opinions | None = None
    bootstrapped: bool = field(default=False)


Months = tuple[tuple[Outcome, Amounts, Amounts], ...]
"""Outcome, its amounts by month before, shape (rows, months before), and after, shape (rows, months)."""


def outcome_months(
    history: Spells, following: Spells, people: People, stack: Stack, protocol: Protocol, *, landmark: int = 0
) -> Months:
    """Every outcome of the protocol the data hold, in its order.

    Args:
        history, following: spells of the stack's people that reach back to the first month before, and on to
            the last month followed. landmark: months from the start to where the follow-up begins, beyond the
            protocol's own gap.
    """
    uid = people.uid[stack.place]
    past = around(uid, stack.day, [(month, month + 1) for month in range(-protocol.history_months, 0)])
    gap = protocol.gap_months + landmark
    # The index day itself belongs to neither side: the follow-up starts the day after it.
    after = around(uid, stack.day + 1, [(gap + m, gap + m + 1) for m in range(protocol.follow_months)])
    return tuple(
        (outcome, _amounts(history, outcome, past), _amounts(following, outcome, after))
        for outcome in protocol.outcomes
        if outcome.measure in history.kinds
    )


def _amounts(spells: Spells, outcome: Outcome, windows: Windows) -> Amounts:
    return spells.totals(outcome.measure, windows).astype(np.float32)


def rows_of(months: Months, wanted: Bools) -> Months:
    """The same for some rows."""
    if wanted.all():
        return months
    return tuple((outcome, before[wanted], after[wanted]) for outcome, before, after in months)


def estimate_months(
    months: Sequence[tuple[Outcome, Amounts, Amounts]], design: Design, protocol: Protocol
) -> tuple[OutcomeResult, ...]:
    """Estimate outcomes from their amounts by month before and after the start.

    Args:
        months: outcome, shape (rows, months before) and shape (rows, months followed).
    """
    joined = [_join(outcome, before, after, design) for outcome, before, after in months]
    wider = _bootstrap_ratios(joined, design, protocol)
    return tuple(_one(one, ratio, design) for one, ratio in zip(joined, wider, strict=True))


@dataclass(frozen=True, eq=False, repr=False)
class _Joined:
    """An outcome on the rows of the stack: by month, and in total at the last horizon (`last`).

    `told`: its effect as observed, and allowing for later starters; None when a gate is red.
    """

    outcome: Outcome
    before: Amounts
    after: Amounts
    last: Floats
    gates: tuple[GateResult, ...]
    told: tuple[Estimate, Estimate] | None

    @property
    def plain(self) -> Estimate:
        assert self.told is not None
        return self.told[0]


def _join(outcome: Outcome, before: Amounts, after: Amounts, design: Design) -> _Joined:
    stack, weights = design.stack, design.weights
    last, freed = ends(outcome, after, design.later)
    gates = enough(outcome, last, stack, weights, design.effective)
    if refused(gates):
        return _Joined(outcome, before, after, last, gates, None)
    told = at_the_end(design.model, last, freed, stack.clusters)
    return _Joined(outcome, before, after, last, gates, told)


def ends(outcome: Outcome, after: Amounts, later: Floats) -> tuple[Floats, Floats]:
    """The outcome at the last month of the follow-up, and what `later_factors` make of all months.

    At each month it is the amount up to then; for rates 100 where there was anything, else 0.
    """
    factors = later_factors(later, after.shape[1])
    if outcome.kind != "rate":
        return after.sum(axis=1, dtype=np.float64), after @ np.cumsum(factors[::-1])[::-1]
    values = np.where(np.cumsum(after, axis=1, dtype=np.float64) > 0, 100.0, 0.0)
    return values[:, -1], values @ factors


def _bootstrap_ratios(joined: list[_Joined], design: Design, protocol: Protocol) -> list[float]:
    """How much wider the bootstrap's standard errors are than the formula's; never below 1.

    Asked where participants are few or an event is rare; one round of draws serves all outcomes.
    """
    stack, matrix = design.stack, design.features.matrix
    few = len(np.unique(stack.place[stack.treated])) < BELOW
    asked = [place for place, one in enumerate(joined) if one.told and (few or _rare(one, stack))]
    ratios = [1.0] * len(joined)
    if not asked or not protocol.draws:
        return ratios
    last = np.column_stack([joined[place].last for place in asked])
    left = residuals(design.model, last)
    drawn = bootstrap(
        left,
        stack.treated,
        matrix,
        stack.clusters.places,
        design.base,
        draws=protocol.draws,
        seed=protocol.seed,
    ).estimates
    if len(drawn) < max(2, protocol.draws // 2):
        return ratios
    for place, error in zip(asked, drawn.std(axis=0, ddof=1).tolist(), strict=True):
        ratios[place] = max(1.0, error / max(joined[place].plain.standard_error, 1e-300))
    return ratios


def _rare(one: _Joined, stack: Stack) -> bool:
    return one.outcome.kind in ("count", "rate") and float((one.last[stack.treated] > 0).mean()) < RARE


def _one(joined: _Joined, wider: float, design: Design) -> OutcomeResult:
    stack, outcome = design.stack, joined.outcome
    mine = joined.last[stack.treated]
    if joined.told is None:
        return OutcomeResult(outcome, None, joined.gates, mine)
    estimate = with_link_error(scaled_error(joined.told[1], wider), design.links)
    told = opinions(
        outcome,
        joined.before.astype(np.float64),
        joined.last,
        joined.after.shape[1],
        design.features,
        stack,
        design.model,
        design.ready,
    )
    gates = joined.gates + judge(opinion_values(told, joined.plain, estimate, outcome))
    periods = _periods(outcome, joined.before, joined.after, design)
    return OutcomeResult(outcome, estimate, gates, mine, periods, told, bootstrapped=wider != 1.0)


def _periods(outcome: Outcome, before: Amounts, after: Amounts, design: Design) -> tuple[Period, ...]:
    """Differences by period: before the start as weighted (balanced by design), after it as estimated.

    Half years before and quarters after, each as an amount for a quarter: the desk keeps count of how many
    sets of amounts are told about the same people, and every month on its own would use that up.
    """
    stack, found = design.stack, []
    plain = outcome_model(stack.treated, np.zeros((len(stack.place), 0)), design.weights)
    for months, step, model, first in (
        (before, HALF, plain, -before.shape[1]), (after, QUARTER, design.model, 0),
    ):  # fmt: skip
        whole = months.shape[1] // step
        sums = months[:, : whole * step].reshape(len(months), whole, step).sum(axis=2, dtype=np.float64) * (
            QUARTER / step
        )
        if outcome.kind == "rate":
            sums = np.where(sums > 0, 100.0, 0.0)
        for n, one in enumerate(model_effects(model, sums, stack.clusters)):
            found.append(Period(first + n * step, first + (n + 1) * step, one, sums[stack.treated, n]))
    return tuple(found)


def enough(
    outcome: Outcome, last: Floats, stack: Stack, weights: Floats, size: float
) -> tuple[GateResult, ...]:
    """Whether the outcome differs among enough people of each group to tell a difference from chance.

    Args:
        size: effective number of people compared with.
    """
    if outcome.kind == "rate":
        return judge({"events": fewest(last > 0, stack, weights, size)})
    other = last != usual(last)
    return judge({"varied": float(min(other[stack.treated].sum(), size * (weights @ other[~stack.treated])))})


def fewest(event: Bools, stack: Stack, weights: Floats, size: float) -> float:
    """People with and without the event in each group (the weighted one by effective size), the fewest."""
    mine = event[stack.treated]
    share = float(weights @ event[~stack.treated])
    return float(min(mine.sum(), (~mine).sum(), size * share, size * (1 - share)))


def later_starts(started: Ints, stack: Stack, weights: Floats, months: int) -> Floats:
    """Weighted share of the comparison rows whose person starts 1, 2, … months after their index month.

    Args:
        started: month each person of `People` started.
    """
    wait = started[stack.place[~stack.treated]] - month_of_day(stack.day[~stack.treated])
    inside = (wait >= 1) & (wait <= months)
    return np.bincount(wait[inside] - 1, weights[inside], minlength=months).astype(np.float64)
