"""Run the estimators and gates of the product over many worlds, and count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bench.study.worlds import OUTCOMES, Floats, Scenario, World, draw
from linkwell.insights.estimators.balance import effective_people, entropy_weights, love
from linkwell.insights.estimators.effect import outcome_model
from linkwell.insights.features import Features
from linkwell.insights.gates import judge, refused
from linkwell.insights.links import LinkError
from linkwell.insights.opinions import make_ready
from linkwell.insights.outcomes import Design, estimate_months
from linkwell.insights.protocol import Protocol
from linkwell.insights.stack import Stack

CAUTIONS = ("bracket", "hidden_cause", "other_estimator", "before_start")
CANDIDATES = 20


@dataclass(frozen=True)
class Row:
    """What one draw gave for one outcome; `estimate` is nan when refused."""

    outcome: str
    estimate: float
    error: float
    covered: bool
    rejected: bool
    cautioned: bool
    red: str


def one_draw(scenario: Scenario, number: int, *, people: int, participants: int, bootstrap: int) -> list[Row]:
    """One world from history to gates to estimates."""
    world = draw(scenario, number, people, participants)
    stack = _stack(world, np.random.default_rng((99, scenario.seed, number)))
    features = _features(world, stack)
    mine, theirs = features.matrix[stack.treated], features.matrix[~stack.treated]
    base = np.full(len(theirs), 1 / len(theirs))
    found = entropy_weights(theirs, mine.mean(axis=0), base)
    alike = love(features.names, mine, theirs, found.weights)
    size, largest = effective_people(found.weights, stack.place[~stack.treated])
    outside = np.any((mine < theirs.min(axis=0)) | (mine > theirs.max(axis=0)), axis=1)
    after = np.abs(alike.after) if found.converged else np.full(len(alike.after), np.inf)
    known = float(world.known[world.started].mean())
    design = judge({
        "participants": float(stack.treated.sum()), "support": 1 - float(outside.mean()),
        "balance_past": float(after.max()), "effective_size": size, "largest_weight": largest,
        "effective_share": size / int(stack.treated.sum()), "outcome_known": known,
        "outcome_known_gap": 1 - known,
        "variance_past": float(np.nanmax(alike.worst_ratio[features.history])),
    })  # fmt: skip
    if refused(design):
        red = "+".join(gate.gate.id for gate in design if gate.level == "red")
        return [Row(outcome.name, np.nan, np.nan, False, False, False, red) for outcome in OUTCOMES]
    model = outcome_model(stack.treated, features.matrix, found.weights)
    balanced = Design(
        stack, features, found.weights, base, _later(world, stack, found.weights), LinkError(), model,
        make_ready(features, stack, base, model, world.wait[stack.place] > 12), size,
    )  # fmt: skip
    protocol = Protocol("study", OUTCOMES, draws=bootstrap)
    months = [
        (o, world.before[o.measure][stack.place], world.after[o.measure][stack.place]) for o in OUTCOMES
    ]
    return list(_rows(estimate_months(months, balanced, protocol), world.truth))


def _later(world: World, stack: Stack, weights: Floats) -> Floats:
    """Weighted share of the comparison that starts 1, 2, … months later, as the product reckons it."""
    wait = world.wait[stack.place[~stack.treated]]
    inside = (wait >= 1) & (wait <= 12)
    return np.bincount(wait[inside] - 1, weights[inside], minlength=12).astype(np.float64)


def _rows(results, truths: dict[str, float]) -> Iterator[Row]:  # type: ignore[no-untyped-def]
    for result in results:
        truth, found = truths[result.outcome.measure], result.estimate
        if found is None:
            yield Row(result.outcome.name, np.nan, np.nan, False, False, False, "events")
            continue
        amber = {gate.gate.id for gate in result.gates if gate.level == "amber"}
        yield Row(
            result.outcome.name, found.estimate - truth, found.standard_error,
            found.lower <= truth <= found.upper, found.lower > 0 or found.upper < 0,
            bool(amber & set(CAUTIONS)), "",
        )  # fmt: skip


def _stack(world: World, rng: np.random.Generator) -> Stack:
    starters, others = np.flatnonzero(world.started), np.flatnonzero(~world.started)
    drawn = [rng.choice(others, CANDIDATES, replace=False) for _ in starters]
    place = np.concatenate([starters, *drawn])
    group = np.concatenate([np.arange(len(starters)), np.repeat(np.arange(len(starters)), CANDIDATES)])
    treated = np.arange(len(place)) < len(starters)
    day, alone = np.zeros(len(place), dtype=np.int64), np.zeros(0, dtype=np.int64)
    return Stack(place, day, treated, group, alone, world.home[place])


def _features(world: World, stack: Stack) -> Features:
    columns = [("age", world.traits[:, 0], ""), ("woman", world.traits[:, 1], ""),
               ("deprivation", world.traits[:, 2], "")]  # fmt: skip
    for code, months in world.before.items():
        windows = [("year 1", months[:, 12:]), ("year 2", months[:, :12])]
        if code in ("benefit", "wages"):
            windows.append(("quarter", months[:, 21:]))
        columns += [(f"{code}, {name}", part.sum(axis=1), code) for name, part in windows]
    matrix = np.column_stack([values for _, values, _ in columns])[stack.place]
    source = tuple(code for *_, code in columns)
    history = np.array([bool(code) for code in source])
    everything = np.ones(len(source), dtype=bool)
    return Features(tuple(name for name, *_ in columns), matrix, everything, history, everything, source)


__all__ = ["CAUTIONS", "Row", "one_draw"]
