"""The look ahead over many worlds: people of a date, weighted to those of a later one, and what then comes.

The months are drawn as whole years; weights, levels, errors and gates are the product's own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.study.worlds import OUTCOMES, Floats
from linkwell.insights.ahead import Foreseen, foreseen, weighted
from linkwell.insights.features import Features
from linkwell.insights.gates import judge, refused
from linkwell.insights.stack import Stack

YEARS = 4
NOW, THEN = 3, 2
"""Years that begin on the two dates; two before each are its history."""


@dataclass(frozen=True)
class Look:
    """A kind of world. `mix`: how much deeper need is among those who live here now. `of`: people drawn at
    most. `pairs`: people live two by two, with the same luck. `shock`: what the year to come adds."""

    name: str
    people: int = 3000
    mix: float = 0.0
    of: int = 100_000
    pairs: bool = False
    shock: float = 0.0
    seed: int = 1


LOOKING = (
    Look("steady", seed=21),
    Look("other people now", mix=0.5, seed=22),
    Look("few people", people=400, seed=23),
    Look("only some drawn", people=8000, of=700, seed=24),
    Look("households", pairs=True, seed=25),
    Look("times change", shock=25.0, seed=26),
)


def one_look(look: Look, number: int) -> list[tuple[str, float, float, bool, str]]:
    """(outcome, error of the estimate, standard error, whether the range held what came, red gates)."""
    rng = np.random.default_rng((look.seed, number))
    years, traits, home = _years(look, rng)
    lives = {month: _living(look, years["benefit"], traits, month, rng) for month in (NOW, THEN)}
    today, like = (rng.permutation(lives[month])[: look.of] for month in (NOW, THEN))
    whole = len(lives[NOW])
    place = np.concatenate([today, like])
    mine = np.arange(len(place)) < len(today)
    at = np.where(mine, NOW, THEN)
    stack = Stack(place, at, mine, np.arange(len(place)), np.zeros(0, dtype=np.int64), home[place])
    pair = weighted(stack, _features(years, traits, place, at), {}, np.ones(len(like), dtype=np.bool_))
    rows = []
    for outcome in OUTCOMES:
        amounts = years[outcome.measure]
        before, then, coming = (
            _counted(amounts[people, year], outcome.kind)
            for people, year in ((today, NOW - 1), (like, THEN), (lives[NOW], NOW))
        )
        found: Foreseen = foreseen(
            outcome, then, before, pair, whole, 0.0, pair.values["ahead_size"]
        )  # fmt: skip
        gates = judge(pair.values) + found.gates
        red = "+".join(gate.gate.id for gate in gates if gate.level == "red")
        if refused(gates) or found.estimate is None:
            rows.append((outcome.name, np.nan, np.nan, False, red))
            continue
        truth = float(coming.mean())
        low, high = found.ends
        rows.append((outcome.name, found.estimate - truth, found.standard_error, low <= truth <= high, ""))
    return rows


def _years(look: Look, rng: np.random.Generator) -> tuple[dict[str, Floats], Floats, np.ndarray]:
    """What everybody has in each year, shape (people, years); age, woman and deprivation; and households."""
    count = look.people
    home = np.arange(count) // 2 if look.pairs else np.arange(count)
    luck = rng.normal(size=(count, YEARS))[home]  # a household's, where there are any
    steady = rng.normal(size=count)[home] + 0.5 * rng.normal(size=count)
    own = rng.normal(size=(count, YEARS))
    state = np.empty((count, YEARS))
    state[:, 0] = steady + luck[:, 0]
    for year in range(1, YEARS):
        state[:, year] = 0.5 * state[:, year - 1] + 0.5 * steady + 0.7 * luck[:, year] + 0.4 * own[:, year]
    days = np.clip(150 + 80 * state, 0, 365)
    days[:, NOW] = np.clip(days[:, NOW] + look.shock, 0, 365)
    pay = np.clip(40_000 - 9_000 * state + 6_000 * rng.normal(size=state.shape), 0, None)
    visits = rng.poisson(0.12 * np.exp(0.3 * np.clip(state, -3, 3))).astype(float)
    police = rng.poisson(0.25 * np.exp(0.3 * np.clip(state, -3, 3))).astype(float)
    traits = np.column_stack([rng.uniform(18, 60, count), rng.random(count) < 0.5,
                              np.clip(np.rint(5.5 + 1.5 * steady + own[:, 0]), 1, 10)])  # fmt: skip
    return {"benefit": days, "wages": pay, "visits": visits, "police": police}, traits, home


def _living(look: Look, days: Floats, traits: Floats, month: int, rng: np.random.Generator) -> np.ndarray:
    """Who meets the conditions: 100 days of benefit in the year before; and, now, more of the deprived."""
    stays = np.ones(len(days), dtype=bool)
    if look.mix and month == NOW:
        stays = rng.random(len(days)) < 1 / (1 + np.exp(-look.mix * (traits[:, 2] - 4)))
    return np.flatnonzero((days[:, month - 1] >= 100) & stays)


def _features(years: dict[str, Floats], traits: Floats, place: np.ndarray, at: np.ndarray) -> Features:
    columns = [(name, traits[place, n] + (at if name == "age" else 0), "") for n, name in
               enumerate(("age", "woman", "deprivation"))]  # fmt: skip
    for code, amounts in years.items():
        columns += [(f"{code}, {back}", amounts[place, at - back], code) for back in (1, 2)]
    source = tuple(code for *_, code in columns)
    history = np.array([bool(code) for code in source])
    every = np.ones(len(source), dtype=bool)
    return Features(tuple(name for name, *_ in columns), np.column_stack([c[1] for c in columns]), every,
                    history, every, source)  # fmt: skip


def _counted(amounts: Floats, kind: str) -> Floats:
    return np.where(amounts > 0, 100.0, 0.0) if kind == "rate" else amounts
