"""The forecast cohort: what the coming year probably holds for people who could be reached and are not yet.

Told from people who met the same conditions at an earlier date, were not reached in the months that followed
and whose following months are in the data, weighted to the people of today (entropy balancing). Always about
a group, never about a person; nothing dated on or after a row's own day is among its covariates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import duckdb
import numpy as np

from linkwell.insights.estimators.balance import Love, effective_people, entropy_weights, love
from linkwell.insights.estimators.effect import Z_95, outcome_model, row_influences
from linkwell.insights.families import clusters
from linkwell.insights.features import Features, build_features
from linkwell.insights.gates import GateResult, judge, refused, usual
from linkwell.insights.measures import HISTORY, Measure, covered
from linkwell.insights.people import (
    NEVER,
    Bools,
    Clients,
    Floats,
    Ints,
    People,
    eligible_at,
    first_of,
    meeting,
)
from linkwell.insights.protocol import Outcome, Protocol
from linkwell.insights.reach import Reach
from linkwell.insights.spells import Spells, around, read_spells
from linkwell.insights.stack import Stack

APART = 0.1
"""A standardised difference before weighting above which something is said to have changed."""
LEAP = 0.02
"""Part of what is seen of something by which it may be overstepped: a leap year has a day more
to be on a benefit, a quarter with its February one in ninety."""
UNKNOWN = -1
"""Start month of somebody who is with the organisation since an unknown day."""


@dataclass(frozen=True, eq=False, repr=False)
class Foreseen:
    """One outcome of the group, a person (rates: percent of people); no estimate when a gate is red.

    Attributes:
        amounts: what each person then adds to the estimate, times their number, shape (people then,).
        before: the same outcome of the people of today in as many months before, shape (people now,).
        moved: by how many standard errors the same look ahead, one period earlier, was below what came.
    """

    outcome: Outcome
    gates: tuple[GateResult, ...]
    before: Floats
    amounts: Floats
    estimate: float | None = None
    standard_error: float = 0.0
    moved: float = 0.0

    @property
    def ends(self) -> tuple[float, float]:
        """Of the 95 % interval, inside what can be."""
        assert self.estimate is not None
        half = Z_95 * self.standard_error
        most = 100.0 if self.outcome.kind == "rate" else np.inf
        return max(self.estimate - half, 0.0), min(self.estimate + half, most)


@dataclass(frozen=True, eq=False, repr=False)
class Ahead:
    """The group of today, the people it is told from, and every planned outcome; internal.

    Attributes:
        months: looked ahead. now, then: month numbers of the two reference days.
        people: project ids of today's group. like: of the people then. effective: what those are worth.
        gates: of the whole; a red one leaves `outcomes` empty. changed: what today's people differ most in.
    """

    months: int
    now: int
    then: int
    people: Ints
    like: Ints
    effective: float
    gates: tuple[GateResult, ...]
    changed: tuple[str, ...] = ()
    outcomes: tuple[Foreseen, ...] = ()


@dataclass(frozen=True, eq=False, repr=False)
class _Group:
    """People who meet the conditions at the start of a month; `drawn` of all `whole` (rows of `People`)."""

    month: int
    drawn: Ints
    whole: int
    left_out: float


@dataclass(frozen=True, eq=False, repr=False)
class Pair:
    """Two groups beside each other, the later one first, weighted where they can be."""

    stack: Stack
    features: Features
    weights: Floats
    alike: Love
    values: dict[str, float]


@dataclass(frozen=True, eq=False, repr=False)
class _Data:
    """What every step reads from."""

    connection: duckdb.DuckDBPyConnection
    people: People
    protocol: Protocol
    measures: tuple[Measure, ...]
    started: Ints
    own: Ints
    homes: Ints | None

    def group(self, month: int, until: int) -> _Group:
        """Who meets the conditions at the start of a month and is not reached before the month `until`."""
        people, protocol = self.people, self.protocol
        assert protocol.forecast is not None
        free = eligible_at(people, protocol, month) & np.isin(people.region, self.own)
        free &= self.started >= month
        if protocol.eligible.any_of:
            meets = np.zeros(len(people.uid), dtype=np.bool_)
            ids = meeting(self.connection, protocol.eligible.any_of, first_of(month))
            meets[people.places(ids)] = True
            free &= meets
        rows = np.flatnonzero(free & (self.started >= until))
        rng = np.random.default_rng((protocol.seed, month))
        drawn = np.sort(rng.permutation(rows)[: protocol.forecast.people])
        return _Group(month, drawn, len(rows), 1 - len(rows) / max(int(free.sum()), 1))


def look_ahead(
    connection: duckdb.DuckDBPyConnection, people: People, clients: Clients, protocol: Protocol,
    reach: Reach, measures: tuple[Measure, ...], homes: Ints | None = None,
) -> tuple[Ahead, ...]:  # fmt: skip
    """What the plan looks ahead to, one answer a length of time; nothing where it plans none.

    Args:
        homes: household of everyone by row of `People` (−1: not known); None when the data hold none.
    """
    if protocol.forecast is None:
        return ()
    started = np.full(len(people.uid), NEVER, dtype=np.int64)
    started[people.places(clients.linked)] = UNKNOWN
    started[people.places(clients.started)] = clients.start_month
    data = _Data(connection, people, protocol, measures, started, reach.own, homes)
    now = min(reach.reference_month, covered(measures, 0, 0, 0)[1])
    return tuple(_ahead(data, now, months) for months in protocol.forecast.months)


def _ahead(data: _Data, now: int, months: int) -> Ahead:
    then, nobody = now - months, np.zeros(0, dtype=np.int64)
    first, _ = covered(data.measures, data.protocol.history_months, months, 0)
    values = {"ahead_dates": float(then - first)}
    if refused(judge(values)):
        return Ahead(months, now, then, nobody, nobody, 0.0, judge(values))
    today, like = data.group(now, NEVER), data.group(then, now)
    values |= {
        "ahead_people": float(min(len(today.drawn), len(like.drawn))),
        "ahead_starters": like.left_out,
    }
    found = Ahead(months, now, then, data.people.uid[today.drawn], data.people.uid[like.drawn], 0.0, ())
    if refused(judge(values)):
        return replace(found, gates=judge(values))
    spells = _read(data, (today, like), then, now)
    pair = _paired(data, spells, today, like, values)
    if isinstance(pair, dict):
        return replace(found, gates=judge(pair))
    values = pair.values | {"ahead_tried": float(then - months >= first)}
    place, mine = data.people.uid[pair.stack.place], pair.stack.treated
    found = replace(
        found, people=place[mine], like=place[~mine], effective=values.get("ahead_size", 0.0),
        gates=judge(values), changed=_changed(pair),
    )  # fmt: skip
    if refused(found.gates):
        return found
    back = _back(data, like, first, months)
    return replace(found, outcomes=_foreseen(data, pair, spells, today, months, back, found.effective))


def _read(data: _Data, groups: tuple[_Group, ...], then: int, now: int) -> Spells:
    """What the data say of both groups before their own days, and of the earlier one up to today's."""
    uid = data.people.uid[np.concatenate([group.drawn for group in groups])]
    kinds = {measure.code: measure.kind for measure in data.measures}
    return read_spells(data.connection, uid, kinds, _day(then - data.protocol.history_months), _day(now))


def _paired(
    data: _Data, spells: Spells, today: _Group, like: _Group, values: dict[str, float]
) -> Pair | dict[str, float]:
    """The earlier group weighted to be like the later one; people outside everything seen are left out.

    Only the values of the gates where too many are.
    """
    place = np.concatenate([today.drawn, like.drawn])
    mine = np.arange(len(place)) < len(today.drawn)
    day = np.where(mine, _day(today.month), _day(like.month))
    nobody = np.zeros(0, dtype=np.int64)
    stack = Stack(place, day, mine, np.arange(len(place)), nobody, clusters(data.homes, place))
    windows = around(data.people.uid[place], day, [(low, high) for _, low, high in HISTORY])
    totals = np.stack([spells.totals(measure.code, windows) for measure in data.measures], axis=1)
    features = build_features(data.people, stack, totals, data.measures)
    kept = ~_outside(features, mine)
    values = values | {"ahead_support": float(kept[mine].mean())}
    if refused(judge(values)):
        return values
    stack, features = stack.rows(kept), features.rows(kept)
    died = data.people.died[stack.place[~stack.treated]]
    return weighted(stack, features, values, died >= today.month)


def weighted(stack: Stack, features: Features, values: dict[str, float], lived: Bools) -> Pair:
    """Weights that bring the earlier group's means to the later one's, and the values of the gates on them.

    Args:
        lived: of the earlier group, who lived through the months that followed.
    """
    treated, theirs = features.matrix[stack.treated], features.matrix[~stack.treated]
    found = entropy_weights(theirs, treated.mean(axis=0))
    alike = love(features.names, treated, theirs, found.weights)
    after = np.abs(alike.after) if found.converged else np.full(len(alike.after), np.inf)
    size, largest = effective_people(found.weights, stack.place[~stack.treated])
    plain, past, history = features.plain, features.past, features.history
    values = values | {
        "ahead_past": float(after[plain & past].max(initial=0.0)),
        "ahead_alike": float(after[plain].max(initial=0.0)),
        "ahead_spread": float(np.nanmax(alike.worst_ratio[plain & history], initial=1.0)),
        "ahead_size": size, "ahead_share": size / len(treated), "ahead_weight": largest,
        "ahead_known": float(found.weights @ lived),
    }  # fmt: skip
    return Pair(stack, features, found.weights, alike, values)


def _outside(features: Features, mine: Bools) -> Bools:
    """Whether somebody of today lies outside everything seen among the people then."""
    others = features.matrix[~mine]
    low, high = others.min(axis=0), others.max(axis=0)
    slack = LEAP * (high - low) + 1e-9
    low, high = low - slack, high + slack
    beyond = (features.matrix < low) | (features.matrix > high)
    return np.asarray(mine & np.any(beyond[:, features.plain], axis=1))


def levels(pair: Pair, outcomes: Floats, whole: int) -> tuple[Floats, Floats, Floats]:
    """Averages the people of today would have, standard errors, and what each person then adds.

    ŷ = Σ w Y + (x̄ − Σ w x)ᵀ b, with b by weighted least squares: the level that balances and models at once.
    Its error is set beside what will be counted: chance among the people then (summed by household), chance
    among the people of today, who are `whole` in number, and, where only some of them were drawn, the draw:

        V = Σ_g (Σ_{i∈g} w_i e_i / (1 − h_i))² + d Σ w e²/(1 − h) / N + (1 − n/N) Σ_j (m_j − m̄)² / n²

    with d how much more households make of the first.

    Args:
        outcomes: of the people then, shape (people then, m).

    Returns:
        Two arrays of shape (m,), and one of shape (people then, m).
    """
    stack, weights = pair.stack, pair.weights
    mine = stack.treated
    full = np.zeros((len(mine), outcomes.shape[1]))
    full[~mine] = outcomes
    model = outcome_model(mine, pair.features.matrix, weights)
    negative, lines = row_influences(model, full)
    drawn = (1 - mine.sum() / max(whole, 1)) * np.einsum("ij,ij->j", lines[mine], lines[mine])
    lines[mine] = 0.0
    lines[~mine] /= np.sqrt(1 - model.leverage)[:, None]  # few people: a row's own pull on its residual
    alone = np.einsum("ij,ij->j", lines, lines)
    together = stack.clusters.add(lines)
    chance = np.einsum("ij,ij->j", together, together)
    more = np.maximum(chance / np.maximum(alone, 1e-300), 1.0)
    _, left = model.left(full)
    own = more * (weights @ (left**2 / (1 - model.leverage)[:, None])) / max(whole, 1)
    return -negative, np.sqrt(chance + own + drawn), outcomes * (weights * len(weights))[:, None]


def foreseen(
    outcome: Outcome, values: Floats, before: Floats, pair: Pair, whole: int, moved: float, size: float
) -> Foreseen:
    """One outcome, told or not.

    Args:
        values: of the people then in the months that followed. before: of today's in the months before.
    """
    weights, gates = pair.weights, judge({"ahead_moved": abs(moved)})
    if outcome.kind == "rate":
        share = float(weights @ (values > 0))
        gates += judge({"ahead_events": size * min(share, 1 - share)})
    else:
        gates += judge({"ahead_varied": size * float(weights @ (values != usual(values)))})
    if refused(gates):
        return Foreseen(outcome, gates, before, np.zeros(len(values)))
    level, error, amounts = (found[..., 0] for found in levels(pair, values[:, None], whole))
    most = 100.0 if outcome.kind == "rate" else np.inf
    return Foreseen(outcome, gates, before, amounts, float(np.clip(level, 0.0, most)), float(error), moved)


def _foreseen(
    data: _Data, pair: Pair, spells: Spells, today: _Group, months: int, back: dict[str, float], size: float
) -> tuple[Foreseen, ...]:
    mine = pair.stack.treated
    return tuple(
        foreseen(
            outcome,
            _counted(data, spells, outcome, pair.stack.place[~mine], today.month - months, (0, months)),
            _counted(data, spells, outcome, pair.stack.place[mine], today.month, (-months, 0)),
            pair, today.whole, back.get(outcome.name, 0.0), size,
        )
        for outcome in _planned(data)
    )  # fmt: skip


def _back(data: _Data, like: _Group, first: int, months: int) -> dict[str, float]:
    """How far the same look ahead from one period earlier was below what came, in standard errors."""
    then = like.month - months
    if then < first:
        return {}
    # Of the later group only who stayed away to the end of its period, as of the earlier one.
    earlier = data.group(then, like.month)
    if not len(earlier.drawn):
        return {}
    spells = _read(data, (like, earlier), then, like.month + months)
    pair = _paired(data, spells, like, earlier, {})
    if isinstance(pair, dict) or refused(judge(pair.values)):
        return {}
    mine, found = pair.stack.treated, {}
    for outcome in _planned(data):
        came, then_came = (
            _counted(data, spells, outcome, pair.stack.place[side], month, (0, months))
            for side, month in ((mine, like.month), (~mine, then))
        )
        level, error, _ = levels(pair, then_came[:, None], int(mine.sum()))
        found[outcome.name] = float((came.mean() - level[0]) / max(error[0], 1e-300))
    return found


def _planned(data: _Data) -> list[Outcome]:
    held = {measure.code for measure in data.measures}
    return [one for one in data.protocol.outcomes if one.measure in held and one.role != "control"]


def _counted(
    data: _Data, spells: Spells, outcome: Outcome, place: Ints, month: int, window: tuple[int, int]
) -> Floats:
    """The outcome of some people in a window of months around the start of a month (rates: 0 or 100)."""
    uid = data.people.uid[place]
    found = spells.totals(outcome.measure, around(uid, np.full(len(uid), _day(month)), [window]))[:, 0]
    return np.where(found > 0, 100.0, 0.0) if outcome.kind == "rate" else found


def _changed(pair: Pair) -> tuple[str, ...]:
    """What the people of today differ in from those then by more than a little, the most first."""
    apart = np.where(pair.features.plain, np.abs(pair.alike.before), 0.0)
    return tuple(pair.features.names[n] for n in np.argsort(-apart, kind="stable")[:3] if apart[n] > APART)


def _day(month: int) -> int:
    """The first of a month in days since 1970-01-01."""
    return first_of(month).toordinal() - first_of(1970 * 12).toordinal()
