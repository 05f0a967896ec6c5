"""What difference a start makes: stack, history, balance, gates, and only then the estimates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import duckdb
import numpy as np
from numpy.typing import NDArray

from linkwell.insights.balanced import balanced
from linkwell.insights.by_group import SliceResult, estimate_slices
from linkwell.insights.estimators.balance import Love
from linkwell.insights.estimators.effect import outcome_model
from linkwell.insights.estimators.many import holm, p_value
from linkwell.insights.families import clusters
from linkwell.insights.gates import GateResult, judge, refused
from linkwell.insights.links import LinkError, read_link_error
from linkwell.insights.measures import (
    HISTORY,
    Measure,
    covered,
    data_end,
    read_catalogue,
)
from linkwell.insights.opinions import make_ready
from linkwell.insights.outcomes import (
    Design,
    OutcomeResult,
    estimate_months,
    later_starts,
    outcome_months,
    rows_of,
)
from linkwell.insights.people import (
    NEVER,
    Bools,
    Clients,
    Ints,
    People,
    eligible_at,
    first_of,
    meeting,
)
from linkwell.insights.protocol import Protocol
from linkwell.insights.slices import LANDMARK_MONTHS
from linkwell.insights.spells import Spells, around, months_after, read_spells
from linkwell.insights.stack import Stack, build_stack

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class Impact:
    """Everything about the impact question, internal.

    Attributes:
        followed: project ids with a known start whose history and following year the data cover.
        analysed: those for whom similar people were found. comparison: distinct people they are compared
            with.
        gates: of the whole design; a red one leaves `outcomes` without estimates.
        traits: the participants' own covariates, shape (participants, k), those of `plain` not squares.
        slices: the same question within groups of the participants; empty when refused.
        score: the participants' log-odds of starting; comparison_score that of every comparison row, whose
            people `comparison_rows` names.
    """

    followed: Ints
    analysed: Ints
    comparison: Ints
    effective: float
    gates: tuple[GateResult, ...]
    outcomes: tuple[OutcomeResult, ...] = ()
    love: Love | None = None
    ridge: float = 0.0
    notes: tuple[str, ...] = field(default=())
    slices: tuple[SliceResult, ...] = ()
    traits: Floats | None = None
    plain: tuple[bool, ...] = ()
    score: Floats | None = None
    comparison_rows: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    comparison_score: Floats = field(default_factory=lambda: np.zeros(0))

    @property
    def refused(self) -> bool:
        """Whether no number may be given at all."""
        return refused(self.gates)


def estimate_impact(
    connection: duckdb.DuckDBPyConnection,
    people: People,
    clients: Clients,
    protocol: Protocol,
    homes: Ints | None = None,
) -> Impact:
    """Run the protocol on a project's database. Nothing of it may leave but through the release desk.

    Args:
        homes: household of everyone by row of `People` (−1: not known); None when the data hold none.
    """
    measures = read_catalogue(connection)
    linked = len(clients.linked) / max(len(clients.supplied), 1)
    followed, day = _followed(people, clients, protocol, measures)
    values = {
        "participants": float(len(followed)),
        "linked": linked,
        "followed": len(followed) / max(len(clients.started), 1),
    }
    links = read_link_error(connection, protocol.initiatives)
    values["link_error"] = links.most
    early = judge(values)
    if len(followed) < 2 or refused(early):
        nobody = np.zeros(0, dtype=np.int64)
        return Impact(people.uid[followed], nobody, nobody, 0.0, early)
    started = _start_months(people, clients)
    stack = build_stack(
        people,
        followed,
        day,
        started,
        _eligibility(connection, people, protocol),
        candidates=protocol.candidates,
        seed=protocol.seed,
    )
    stack = replace(stack, together=clusters(homes, stack.place))
    return _weighted(connection, people, followed, started, stack, protocol, measures, values, links)


def _weighted(
    connection: duckdb.DuckDBPyConnection,
    people: People,
    followed: Ints,
    started: Ints,
    stack: Stack,
    protocol: Protocol,
    measures: tuple[Measure, ...],
    values: dict[str, float],
    links: LinkError,
) -> Impact:
    nobody = np.zeros(0, dtype=np.int64)
    if not stack.treated.any() or stack.treated.all():
        return Impact(people.uid[followed], nobody, nobody, 0.0, judge(values | {"support": 0.0}))
    history = _history(connection, people, stack, measures, protocol)
    windows = around(people.uid[stack.place], stack.day, [(first, last) for _, first, last in HISTORY])
    totals = np.stack([history.totals(measure.code, windows) for measure in measures], axis=1)
    found = balanced(people, stack, totals, measures, protocol, of=len(followed), known=values)
    if isinstance(found, dict):
        return Impact(people.uid[followed], nobody, nobody, 0.0, judge(found))
    whole, stack, features, values = stack, found.stack, found.features, found.values
    weights, base, alike = found.weights.weights, found.base, found.alike
    # Participants nobody was found for start later too, unseen: the share is raised by the share found.
    rows = stack.place[~stack.treated]
    later = later_starts(started, stack, weights, protocol.follow_months) / max(values["linked"], 0.5)
    values["later_starters"] = float(later.sum())
    design = judge(values)
    comparison = np.unique(people.uid[rows])
    analysed = people.uid[stack.place[stack.treated]]
    partial = Impact(
        people.uid[followed], analysed, comparison, found.effective, design, (), alike, found.weights.ridge
    )
    if refused(design):
        return partial
    model = outcome_model(stack.treated, features.matrix, weights)
    ready = make_ready(features, stack, base, model, started[stack.place] == NEVER)
    joined = Design(stack, features, weights, base, later, links, model, ready, found.effective)
    following = _following(connection, people, whole, measures, protocol)
    months = outcome_months(history, following, people, whole, protocol)
    outcomes = estimate_months(rows_of(months, found.kept), joined, protocol)
    design = judge(values | _controls(outcomes))
    kept = tuple(result for result in outcomes if result.outcome.role != "control")
    groups = () if refused(design) else estimate_slices(
        connection, people, whole, totals, measures, protocol, started, links, values["linked"], months,
        history, following,
    )  # fmt: skip
    return replace(
        partial, gates=design, outcomes=kept, slices=groups, traits=features.matrix[stack.treated],
        plain=tuple(features.plain.tolist()), score=ready.score.logit[stack.treated],
        comparison_rows=people.uid[rows], comparison_score=ready.score.logit[~stack.treated],
    )  # fmt: skip


def _history(
    connection: duckdb.DuckDBPyConnection, people: People, stack: Stack, measures: tuple[Measure, ...],
    protocol: Protocol,
) -> Spells:  # fmt: skip
    """What the data say of everyone in the stack before their index days."""
    longest = max(protocol.history_months, -min(first for _, first, _ in HISTORY))
    since = int(months_after(stack.day, -longest).min())
    kinds = {measure.code: measure.kind for measure in measures}
    return read_spells(connection, people.uid[stack.place], kinds, since, int(stack.day.max()))


def _following(
    connection: duckdb.DuckDBPyConnection, people: People, stack: Stack, measures: tuple[Measure, ...],
    protocol: Protocol,
) -> Spells:  # fmt: skip
    """What came after, of the outcomes' measures: read only once every gate on the design has passed."""
    longest = protocol.gap_months + protocol.follow_months + LANDMARK_MONTHS
    before = int(months_after(stack.day + 1, longest).max())
    wanted = {outcome.measure for outcome in protocol.outcomes}
    kinds = {measure.code: measure.kind for measure in measures if measure.code in wanted}
    return read_spells(connection, people.uid[stack.place], kinds, int(stack.day.min()) + 1, before)


def _followed(
    people: People, clients: Clients, protocol: Protocol, measures: tuple[Measure, ...]
) -> tuple[Ints, Ints]:
    """Rows and start days of participants whose history and following year every source covers."""
    first, last = covered(measures, protocol.history_months, protocol.follow_months, protocol.gap_months)
    month = clients.start_month
    inside = (month >= first) & (month < last)
    rows, day = people.places(clients.started[inside]), clients.start_day[inside]
    here = people.alive(int(first)) | people.resident
    stay = here[rows] & people.resident[rows] & (people.born[rows] < month[inside])
    return rows[stay], day[stay]


def _start_months(people: People, clients: Clients) -> Ints:
    """Per person the month they started; −1 for clients whose start is not known: never a comparison."""
    started = np.full(len(people.uid), NEVER, dtype=np.int64)
    started[people.places(clients.linked)] = -1
    started[people.places(clients.started)] = clients.start_month
    return started


def _eligibility(
    connection: duckdb.DuckDBPyConnection, people: People, protocol: Protocol
) -> Callable[[int], Bools]:
    def at(month: int) -> Bools:
        allowed = eligible_at(people, protocol, month)
        if protocol.eligible.any_of:
            meets = np.zeros(len(people.uid), dtype=bool)
            meets[people.places(meeting(connection, protocol.eligible.any_of, first_of(month)))] = True
            allowed = allowed & meets
        return allowed

    return at


def _controls(outcomes: tuple[OutcomeResult, ...]) -> dict[str, float]:
    """The smallest p, after Holm, among the outcomes the initiative cannot touch."""
    found = [r.estimate for r in outcomes if r.outcome.role == "control" and r.estimate is not None]
    adjusted = holm([p_value(one.estimate, one.standard_error) for one in found])
    return {"negative_control": min(adjusted)} if adjusted else {}


__all__ = ["Impact", "OutcomeResult", "data_end", "estimate_impact"]
