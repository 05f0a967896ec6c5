"""The same question within groups of the participants: each against its own similar people, or not at all.

Either every group of a slice passes the gates or none is told: with the whole beside it, one group left out
would follow from the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkwell.insights.balanced import Balanced, balanced
from linkwell.insights.estimators.effect import Estimate, at_the_end, outcome_model
from linkwell.insights.gates import GateResult, judge, refused
from linkwell.insights.links import LinkError, with_link_error
from linkwell.insights.measures import Measure, covered
from linkwell.insights.outcomes import Months, ends, enough, later_starts, outcome_months, rows_of
from linkwell.insights.overlap import Pair, Side, pairs
from linkwell.insights.people import Bools, Ints, People, month_of_day
from linkwell.insights.protocol import Outcome, Protocol, Slice
from linkwell.insights.slices import LANDMARK_MONTHS, Parted, part, waits
from linkwell.insights.spells import Spells
from linkwell.insights.stack import Stack

Floats = NDArray[np.float64]

BESIDE = ("initiative", "variant")
"""Slices whose groups are also set beside each other, among people like those both meet."""

CANDIDATES = 20
"""Similar people looked at for each participant of a group: more than 20 hardly help (impact.md §2.1)."""


@dataclass(frozen=True, eq=False, repr=False)
class GroupEffect:
    """One outcome of one group; `amounts` are the group's own."""

    outcome: Outcome
    estimate: Estimate
    amounts: Floats


@dataclass(frozen=True, eq=False, repr=False)
class GroupResult:
    """One group: project ids of its people and of those they are compared with."""

    label: str
    people: Ints
    comparison: Ints
    effective: float
    effects: tuple[GroupEffect, ...]


@dataclass(frozen=True, eq=False, repr=False)
class SliceResult:
    """One slice. `groups` is empty when it cannot be told; `red` are the gates that said so, if any did.

    Attributes:
        landmark: months from the start to where the follow-up begins.
        pairs: services or versions two at a time, among people like those both meet.
    """

    slice: Slice
    groups: tuple[GroupResult, ...] = ()
    red: tuple[GateResult, ...] = ()
    landmark: int = 0
    pairs: tuple[Pair, ...] = ()


def estimate_slices(
    connection: duckdb.DuckDBPyConnection,
    people: People,
    stack: Stack,
    totals: Floats,
    measures: tuple[Measure, ...],
    protocol: Protocol,
    started: Ints,
    links: LinkError,
    linked: float,
    months: Months,
    history: Spells,
    following: Spells,
) -> tuple[SliceResult, ...]:
    """Every slice of the protocol, on its headline outcomes.

    Args:
        stack, totals: of all participants, before any was left out. started: month of each person's start.
        linked: share of those supplied who were found. months: amounts by month on the rows of `stack`.
        history, following: spells of its people, to the end of the follow-up from a landmark.
    """
    results: list[SliceResult] = []
    near, headline = stack.nearest(CANDIDATES), _headline(months)
    for landmark, slices in _by_landmark(protocol):
        here = _followed_from(stack, measures, protocol, landmark)
        kept = here[stack.group] & near
        trial = stack.rows(kept)
        mine = trial.treated
        groups = part(connection, people, trial.place[mine], trial.day[mine], slices)
        results += [SliceResult(one, landmark=landmark) for one, parted in groups if parted is None]
        told = [parted for _, parted in groups if parted is not None]
        if not told:
            continue
        theirs = rows_of(headline, kept)
        if landmark:
            theirs = _headline(outcome_months(history, following, people, trial, protocol, landmark=landmark))
        for parted in told:
            results.append(_slice(
                people, trial, totals[kept], measures, protocol, started, links, linked, theirs, parted
            ))  # fmt: skip
    order = {one.by: place for place, one in enumerate(protocol.slices)}
    return tuple(sorted(results, key=lambda result: order[result.slice.by]))


def _headline(months: Months) -> Months:
    return tuple(one for one in months if one[0].role == "headline")


def _by_landmark(protocol: Protocol) -> list[tuple[int, tuple[Slice, ...]]]:
    found = []
    for landmark in (0, LANDMARK_MONTHS):
        slices = tuple(one for one in protocol.slices if waits(one) == bool(landmark))
        if slices:
            found.append((landmark, slices))
    return found


def _followed_from(stack: Stack, measures: tuple[Measure, ...], protocol: Protocol, landmark: int) -> Bools:
    """Per group number, whether the data cover its follow-up from the landmark on."""
    _, last = covered(
        measures, protocol.history_months, protocol.follow_months, protocol.gap_months + landmark
    )
    here = np.zeros(int(stack.group.max()) + 1, dtype=bool)
    here[stack.group[stack.treated]] = month_of_day(stack.day[stack.treated]) < last
    return here


def _slice(
    people: People, stack: Stack, totals: Floats, measures: tuple[Measure, ...], protocol: Protocol,
    started: Ints, links: LinkError, linked: float, months: Months, parted: Parted,
) -> SliceResult:  # fmt: skip
    number = np.full(int(stack.group.max()) + 1, -1, dtype=np.int64)
    number[stack.group[stack.treated]] = parted.place
    groups: list[GroupResult] = []
    sides: list[tuple[Balanced, Months]] = []
    for place, label in enumerate(parted.labels):
        away = number != place
        rows = ~away[stack.group]
        trial = stack.without(away)
        size = int(trial.treated.sum())
        found = balanced(
            people, trial, totals[rows], measures, protocol, of=size, known={"participants": float(size)}
        )
        values = found if isinstance(found, dict) else found.values
        red = tuple(result for result in judge(values) if result.level == "red")
        if isinstance(found, dict) or red:
            return SliceResult(parted.slice, red=red, landmark=parted.landmark)
        later = later_starts(started, found.stack, found.weights.weights, protocol.follow_months)
        theirs = rows_of(rows_of(months, rows), found.kept)
        if parted.slice.by in BESIDE:
            sides.append((found, theirs))
        effects = _effects(found, theirs, later / max(linked, 0.5), links)
        compared = found.stack.place[~found.stack.treated]
        groups.append(GroupResult(
            label, people.uid[found.stack.place[found.stack.treated]], np.unique(people.uid[compared]),
            found.effective, effects,
        ))  # fmt: skip
    told = _told_alike(groups)
    shared = [one.outcome.name for one in told[0].effects] if told else []
    beside: tuple[Pair, ...] = ()
    if shared and sides:
        beside = pairs([_side(found, theirs, shared) for found, theirs in sides])
    return SliceResult(parted.slice, told, landmark=parted.landmark, pairs=beside)


def _side(found: Balanced, months: Months, names: list[str]) -> Side:
    stack, features = found.stack, found.features
    together = stack.place if stack.together is None else stack.together
    last = {o.name: ends(o, after, np.zeros(after.shape[1]))[0] for o, _, after in months if o.name in names}
    return Side(features.names, features.matrix, stack.treated, found.base, together, last)


def _effects(found: Balanced, months: Months, later: Floats, links: LinkError) -> tuple[GroupEffect, ...]:
    stack, weights = found.stack, found.weights.weights
    model = outcome_model(stack.treated, found.features.matrix, weights)
    told = []
    for outcome, _, after in months:
        last, freed = ends(outcome, after, later)
        if refused(enough(outcome, last, stack, weights, found.effective)):
            continue
        _, estimate = at_the_end(model, last, freed, stack.clusters)
        told.append(GroupEffect(outcome, with_link_error(estimate, links), last[stack.treated]))
    return tuple(told)


def _told_alike(groups: list[GroupResult]) -> tuple[GroupResult, ...]:
    """Only outcomes every group can be told."""
    shared = set.intersection(*({one.outcome.name for one in group.effects} for group in groups))
    if not shared:
        return ()
    return tuple(
        GroupResult(
            group.label, group.people, group.comparison, group.effective,
            tuple(one for one in group.effects if one.outcome.name in shared),
        )
        for group in groups
    )  # fmt: skip
