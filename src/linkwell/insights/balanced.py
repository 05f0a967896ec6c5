"""A comparison made alike: off-support participants out, candidates weighted, and how well that went."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.balance import Love, Weights, effective_people, entropy_weights, love
from linkwell.insights.estimators.effect import sides
from linkwell.insights.features import Features, build_features, off_support
from linkwell.insights.gates import judge, refused
from linkwell.insights.measures import Measure
from linkwell.insights.people import Bools, People, month_of_day
from linkwell.insights.protocol import Protocol
from linkwell.insights.stack import Stack

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Balanced:
    """Participants beside candidates weighted to be like them.

    Attributes:
        kept: rows of the stack that was given which are in this one. base: weights before balancing.
        alike: differences before and after. values: of the gates on support, balance, size and follow-up.
    """

    stack: Stack
    features: Features
    kept: Bools
    base: Floats
    weights: Weights
    alike: Love
    values: dict[str, float]

    @property
    def effective(self) -> float:
        """Effective number of people compared with."""
        return self.values["effective_size"]


def balanced(
    people: People,
    stack: Stack,
    totals: Floats,
    measures: tuple[Measure, ...],
    protocol: Protocol,
    *,
    of: int,
    known: dict[str, float],
) -> Balanced | dict[str, float]:
    """Weight the candidates of a stack.

    Args:
        totals: amounts in the history windows, shape (rows, measures, windows).
        of: participants before any was left out for want of candidates. known: gate values so far.

    Returns:
        The comparison, or only the gate values when too little is left to weight anything.
    """
    features = build_features(people, stack, totals, measures)
    dropped = off_support(features, stack)
    kept = ~dropped[stack.group]
    if dropped.any():
        stack, features = stack.without(dropped), features.rows(kept)
    values = known | {"support": int(stack.treated.sum()) / of}
    if stack.treated.sum() < 2 or refused(judge(values)):
        return values
    mine, theirs = (features.matrix[side] for side in sides(stack.treated))
    base = 1.0 / np.bincount(stack.group)[stack.group[~stack.treated]]
    found = entropy_weights(theirs, mine.mean(axis=0), base)
    alike = love(features.names, mine, theirs, found.weights)
    values |= (
        _balance_values(features, alike, found)
        | _size_values(stack, found)
        | _known(people, stack, found, protocol)
    )
    return Balanced(stack, features, kept, base, found, alike, values)


def _balance_values(features: Features, alike: Love, found: Weights) -> dict[str, float]:
    after, ratio = np.abs(alike.after), alike.worst_ratio
    plain, history = features.plain, features.history
    if not found.converged:
        after = np.full_like(after, np.inf)  # weights of a solver that gave up balance nothing

    def worst(values: Floats, wanted: Bools) -> float:
        return float(np.nanmax(values[wanted], initial=0.0))

    return {
        "balance_past": worst(after, plain & features.past),
        "balance_all": worst(after, plain),
        "variance_past": worst(ratio, plain & history),
        "variance_other": worst(ratio, plain & ~history),
    }


def _size_values(stack: Stack, found: Weights) -> dict[str, float]:
    effective, largest = effective_people(found.weights, stack.place[~stack.treated])
    return {
        "effective_size": effective,
        "effective_share": effective / int(stack.treated.sum()),
        "largest_weight": largest,
    }


def _known(people: People, stack: Stack, found: Weights, protocol: Protocol) -> dict[str, float]:
    """Shares alive to the end of the follow-up (people who died keep what the data say about them)."""
    end = month_of_day(stack.day) + protocol.gap_months + protocol.follow_months
    alive = (people.died[stack.place] >= end).astype(float)
    mine, theirs = float(alive[stack.treated].mean()), float(found.weights @ alive[~stack.treated])
    return {"outcome_known": mine, "outcome_known_gap": abs(mine - theirs)}
