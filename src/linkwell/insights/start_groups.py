"""Group-time effects inside the analysis: each group that started at about one time, from the year before.

Callaway and Sant'Anna (2021): the change since before the start, of each group of starters beside people who
never start at all in the data, then averaged by the groups' sizes. Within a group the comparison is weighted
to the participants' fixed traits and the change is modelled on them (doubly robust, Sant'Anna and Zhao 2020),
so that a common drift, and gaps that stay the same, fall out. Nothing of the past enters: a second opinion
that rests on another assumption than the balanced estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.balance import entropy_weights
from linkwell.insights.estimators.effect import Estimate, Model, outcome_model, row_influences
from linkwell.insights.people import Bools, Ints, month_of_day
from linkwell.insights.stack import Stack

Floats = NDArray[np.float64]

FEWEST = 60
"""Participants a group needs; quarters of the year with fewer are joined with the next."""
MONTHS = 3


@dataclass(frozen=True, eq=False, repr=False)
class StartGroup:
    """Those who started at about one time, and never-starters of the same months weighted to their traits.

    Attributes:
        rows: of the stack. model: of these rows, on their traits.
    """

    rows: Ints
    model: Model


def start_groups(traits: Floats, stack: Stack, base: Floats, never: Bools) -> tuple[StartGroup, ...]:
    """Part the stack by when its participants started.

    Args:
        traits: fixed traits of every row, shape (rows, k). base: weights of the comparison rows before
            balancing. never: rows whose person starts at no time in the data, shape (rows,).

    Returns:
        No group at all when one of them has nobody to compare with, or cannot be weighted.
    """
    number = _numbers(stack)[stack.group]
    weights = np.zeros(len(stack.place))
    weights[~stack.treated] = base
    found = []
    for group in range(int(number.max(initial=-1)) + 1):
        rows = np.flatnonzero((number == group) & (stack.treated | never))
        mine = stack.treated[rows]
        if mine.all():
            return ()
        here = traits[rows]
        here = here[:, np.ptp(here[~mine], axis=0) > 1e-12]
        made = entropy_weights(here[~mine], here[mine].mean(axis=0), weights[rows][~mine])
        if not made.converged:
            return ()
        found.append(StartGroup(rows, outcome_model(mine, here, made.weights)))
    return tuple(found)


def group_time_effect(change: Floats, groups: tuple[StartGroup, ...], stack: Stack) -> Estimate | None:
    """The mean over groups, weighted by their participants; None where there is no group.

    Args:
        change: of the outcome since before the start, shape (rows,).

    Equations: τ = Σ_g (n_g/n) τ_g; ψ = Σ_g (n_g/n) ψ_g, and for a participant of g also (τ_g − τ)/n, since
    the shares are those of the people who happened to start.
    """
    if not groups:
        return None
    sizes = [int(one.model.treated.sum()) for one in groups]
    told = [row_influences(one.model, change[one.rows, None]) for one in groups]
    overall = float(np.average([float(effect[0]) for effect, _ in told], weights=sizes))
    line = np.zeros((len(stack.place), 1))
    for one, size, (effect, influence) in zip(groups, sizes, told, strict=True):
        line[one.rows] = influence * (size / sum(sizes))
        line[one.rows[one.model.treated]] += (float(effect[0]) - overall) / sum(sizes)
    error = float(stack.clusters.errors(stack.clusters.add(line))[0])
    mean = float(change[stack.treated].mean())
    return Estimate(overall, error, mean, mean - overall)


def _numbers(stack: Stack) -> Ints:
    """Number of the start group of each participant, by the stack's own group number."""
    quarter = month_of_day(stack.day[stack.treated]) // MONTHS
    quarters, sizes = np.unique(quarter, return_counts=True)
    number, people, numbers = 0, 0, []
    left = int(sizes.sum())
    for size in sizes.tolist():
        numbers.append(number)
        people, left = people + size, left - size
        if people >= FEWEST and left >= FEWEST:  # what is left is enough for another group
            number, people = number + 1, 0
    found = np.full(int(stack.group.max(initial=-1)) + 1, -1, dtype=np.int64)
    found[stack.group[stack.treated]] = np.array(numbers, dtype=np.int64)[np.searchsorted(quarters, quarter)]
    return found
