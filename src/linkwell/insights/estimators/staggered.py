"""Group-time effects for starts spread over time (Callaway and Sant'Anna 2021), with influence functions.

Two-way fixed effects is an estimate of nothing useful there. Each group that starts in a period is set
beside people who have not started, from the period before the start; doubly robust with covariates
(Sant'Anna and Zhao 2020). Balanced panels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.chance import beyond_chi2
from linkwell.insights.estimators.propensity import propensity

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Controls = Literal["never", "not_yet"]


@dataclass(frozen=True, eq=False, repr=False)
class GroupTimes:
    """Effects by group and period; `influence` has shape (people, cells) and mean zero in each column.

    Attributes:
        group, period, effect: shape (cells,). start: first treated period of each person (inf: never).
        left_out: (group, period) with nobody to compare with.
    """

    group: Floats
    period: Floats
    effect: Floats
    influence: Floats
    start: Floats
    left_out: tuple[tuple[float, float], ...] = ()

    @property
    def errors(self) -> Floats:
        """Standard error of each effect, shape (cells,)."""
        return _error(self.influence)


@dataclass(frozen=True, eq=False, repr=False)
class Summary:
    """A weighted mean of group-time effects with its standard error; `at`: event time or group."""

    effect: float
    standard_error: float
    at: float = float("nan")


def group_times(
    outcome: Floats,
    periods: Floats,
    start: Floats,
    covariates: Floats | None = None,
    *,
    controls: Controls = "never",
) -> GroupTimes:
    """Every group's effect in every period, those before the start included (against the period before).

    Args:
        outcome: shape (people, periods). periods: ascending, shape (periods,).
        start: first treated period, inf for never; people treated from the first period on must be left out.
        covariates: fixed traits, shape (people, k).
    """
    groups = np.unique(start[np.isfinite(start)])
    cells: list[tuple[float, float, float]] = []
    lines: list[Floats] = []
    left_out: list[tuple[float, float]] = []
    size = len(start)
    for group in groups:
        before = np.flatnonzero(periods < group)
        for place in range(1, len(periods)):
            base = before[-1] if periods[place] >= group else place - 1
            last = max(periods[place], periods[base])
            side = np.isinf(start) if controls == "never" else (start > last) & (start != group)
            rows = np.flatnonzero((start == group) | side)
            mine = start[rows] == group
            if not mine.any() or mine.all():
                left_out.append((float(group), float(periods[place])))
                continue
            change = outcome[rows, place] - outcome[rows, base]
            traits = None if covariates is None else covariates[rows]
            effect, part = _difference(change, mine, traits)
            line = np.zeros(size)
            line[rows] = part * size / len(rows)
            cells.append((float(group), float(periods[place]), effect))
            lines.append(line)
    table = np.array(cells, dtype=np.float64).reshape(-1, 3)
    influence = np.array(lines).T if lines else np.zeros((size, 0))  # a cell's people lie together
    return GroupTimes(table[:, 0], table[:, 1], table[:, 2], influence, start, tuple(left_out))


def _difference(change: Floats, mine: Bools, traits: Floats | None) -> tuple[float, Floats]:
    """Doubly robust difference in differences and its influence function (mean over rows)."""
    if traits is None:
        return _plain_difference(change, mine)
    count = len(change)
    flag = mine.astype(np.float64)
    x = np.column_stack([np.ones(count), traits])
    chance = 1.0 / (1.0 + np.exp(-np.clip(propensity(traits, mine, ridge=0.0).logit, -30, 30)))
    odds = chance * (1 - flag) / (1 - chance)
    gram = np.linalg.pinv((x * (1 - flag)[:, None]).T @ x / count, hermitian=True)
    slopes = gram @ (((1 - flag) * change) @ x / count)
    left = change - x @ slopes
    theirs = float((odds * left).mean() / odds.mean())
    own = float((flag * left).mean() / flag.mean())
    fit = (((1 - flag) * left)[:, None] * x) @ gram
    first = flag * (left - own) - fit @ (flag[:, None] * x).mean(axis=0)
    second = odds * (left - theirs) - fit @ (odds[:, None] * x).mean(axis=0)
    information = np.linalg.pinv((x * (chance * (1 - chance))[:, None]).T @ x / count, hermitian=True)
    score = ((flag - chance)[:, None] * x) @ information
    second = second + score @ ((odds * (left - theirs))[:, None] * x).mean(axis=0)
    return own - theirs, first / flag.mean() - second / odds.mean()


def _plain_difference(change: Floats, mine: Bools) -> tuple[float, Floats]:
    """The same without traits, where everything but two means falls out."""
    share = float(mine.mean())
    own, theirs = float(change[mine].mean()), float(change[~mine].mean())
    return own - theirs, np.where(mine, (change - own) / share, (theirs - change) / (1 - share))


def simple(found: GroupTimes) -> Summary:
    """All effects from the start on, weighted by the size of the groups."""
    return _weighted(found, found.period >= found.group)


def by_event_time(found: GroupTimes) -> tuple[Summary, ...]:
    """The event study: one summary per period since the start (negative: before it)."""
    since = found.period - found.group
    return tuple(_weighted(found, since == at, float(at)) for at in np.unique(since))


def by_group(found: GroupTimes) -> tuple[Summary, ...]:
    """One summary per group: the plain mean of its effects from the start on."""
    summaries = []
    for group in np.unique(found.group):
        cells = (found.group == group) & (found.period >= group)
        if cells.any():
            line = found.influence[:, cells].mean(axis=1)
            error = float(_error(line[:, None])[0])
            summaries.append(Summary(float(found.effect[cells].mean()), error, float(group)))
    return tuple(summaries)


def pre_test(found: GroupTimes, fewest: int = 1) -> float:
    """p of the joint Wald test that every effect before the start is zero; nan when there is none.

    A high p proves little: drift that begins with the start is not seen.

    Args:
        fewest: people a group needs to be part of the test; the spread of a few is no guide to chance.
    """
    large = (found.start[:, None] == found.group[None, :]).sum(axis=0) >= fewest
    before = (found.period < found.group) & large
    line, effect = found.influence[:, before], found.effect[before]
    if not before.any():
        return float("nan")
    spread = line.T @ line / len(line) ** 2
    if np.linalg.matrix_rank(spread) < len(effect):
        return float("nan")
    return beyond_chi2(float(effect @ np.linalg.solve(spread, effect)), len(effect))


def _weighted(found: GroupTimes, cells: Bools, at: float = float("nan")) -> Summary:
    """Weights are the groups' shares of people, whose own uncertainty goes into the influence function."""
    group, effect = found.group[cells], found.effect[cells]
    if not len(group):
        return Summary(float("nan"), float("nan"), at)
    starts = np.append(np.unique(found.group), np.nan)  # the last stands for everybody else
    whose = np.searchsorted(starts[:-1], found.start)
    whose[starts[whose] != found.start] = len(starts) - 1
    member = (starts[:, None] == group[None, :]).astype(np.float64)
    share = np.bincount(whose, minlength=len(starts)) @ member / len(whose)
    total = share.sum()
    weight = share / total
    off = member - share
    shifts = (off / total - off.sum(axis=1, keepdims=True) * (share / total**2)) @ effect
    line = found.influence[:, cells] @ weight + shifts[whose]
    return Summary(float(weight @ effect), float(_error(line[:, None])[0]), at)


def _error(influence: Floats) -> Floats:
    return np.asarray(np.sqrt((influence**2).sum(axis=0)) / max(len(influence), 1))
