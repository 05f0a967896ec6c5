"""Invented worlds with a known effect: what history shows, who starts, what comes after."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.protocol import Outcome

Floats = NDArray[np.float64]

OUTCOMES = (
    Outcome("benefit", "benefit", "days on a benefit", "days", "spent", "days", "less", 14.0),
    Outcome("wages", "wages", "wages", "in wages", "earned", "dollars", "more", 1500.0),
    Outcome("visits", "visits", "rare visits", "visits", "made", "count", "less", 0.05),
    Outcome("police", "police", "police proceedings", "a proceeding", "had", "rate", "less", 5.0, "other"),
)
YEARLY = {"benefit": -24.0, "wages": 2400.0, "visits": -0.05, "police": -10.0}
"""The effect over the year after; for police in percentage points (`World.truth`: what could happen)."""


@dataclass(frozen=True)
class Scenario:
    """One kind of world.

    Attributes:
        effect: multiple of `YEARLY`. dip: bad last quarters bring people in. shape: how the effect is spread.
        hidden: strength of a cause of both that no data show. outside: share of participants unlike everyone.
        lost: share of participants whose following year is unknown. strength: of selection on the past.
        later: share of the others who start in one of the twelve months after, and gain from then on.
        pairs: whether participants come two by two from one household, with the same luck.
        expected: "covered", "refused" or "cautioned".
    """

    name: str
    says: str
    effect: float = 1.0
    dip: float = 0.0
    shape: str = "even"
    hidden: float = 0.0
    outside: float = 0.0
    lost: float = 0.0
    strength: float = 1.0
    later: float = 0.0
    pairs: bool = False
    expected: str = "covered"
    seed: int = field(default=0)


SCENARIOS = (
    Scenario("confounded", "people start because of their past", seed=1),
    Scenario("null", "the same, without any effect", effect=0.0, seed=2),
    Scenario("dip", "people start after a bad quarter that would have passed", dip=1.0, seed=3),
    Scenario("dose", "the effect grows with sessions attended", shape="dose", seed=4),
    Scenario("fade", "the effect fades within months", shape="fade", seed=5),
    Scenario("attrition", "a quarter of participants are lost", lost=0.25, expected="refused", seed=6),
    Scenario("off-support", "a third of participants are like nobody else", outside=0.33, expected="refused",
             seed=7),
    Scenario("hidden cause", "a cause of both that no data show, no effect", effect=0.0, hidden=1.0,
             expected="cautioned", seed=8),
    Scenario("initiative A of three", "shallow need", strength=0.6, seed=9),
    Scenario("initiative B of three", "deep need, the same effect", strength=1.4, seed=10),
    Scenario("initiative C of three", "no effect", effect=0.0, strength=0.6, seed=11),
    Scenario("later starters", "one in five of the others starts later and gains too", later=0.2, seed=12),
    Scenario("households", "participants come two by two, with the same luck", pairs=True, seed=13),
    Scenario("households, null", "the same, without any effect", effect=0.0, pairs=True, seed=14),
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class World:
    """One draw: people's traits, months before (24) and after (12) per measure, who started, who was lost.

    Attributes:
        truth: effect over the year after on those who started, per measure. An effect that takes away more
            visits in a month than there would have been is smaller by what it could not take.
        wait: months until others start (99: never), shape (people,). home: household, shape (people,).
    """

    traits: Floats
    before: dict[str, Floats]
    after: dict[str, Floats]
    started: NDArray[np.bool_]
    known: NDArray[np.bool_]
    truth: dict[str, float]
    wait: NDArray[np.int64]
    home: NDArray[np.int64]


def draw(scenario: Scenario, number: int, people: int, participants: int) -> World:
    """Draw a world. What comes after depends on the past in a way the covariates can tell, and on luck."""
    rng = np.random.default_rng((scenario.seed, number))
    need, hidden = rng.normal(size=people), rng.normal(size=people)
    age, woman, nzdep = rng.uniform(16, 60, people), rng.random(people) < 0.5, rng.integers(1, 11, people)
    dip = np.zeros((people, 24))
    dip[:, 21:] = rng.exponential(1.0, (people, 1)) * (rng.random((people, 1)) < 0.3)
    bad = need[:, None] + 0.3 * rng.normal(size=(people, 24)) + dip
    before = {
        "benefit": np.clip(12 + 6 * bad + rng.normal(0, 4, bad.shape), 0, 30.4),
        "wages": np.clip(2500 - 900 * bad + rng.normal(0, 700, bad.shape), 0, None),
        "visits": rng.poisson(np.exp(-4.6 + 0.3 * np.clip(bad, -3, 3))).astype(float),
        "police": rng.poisson(np.exp(-3.9 + 0.4 * np.clip(bad, -3, 3))).astype(float),
    }
    year = {code: months[:, 12:].mean(axis=1) for code, months in before.items()}
    older = {code: months[:, :12].mean(axis=1) for code, months in before.items()}
    quarter = before["benefit"][:, 21:].mean(axis=1)
    score = scenario.strength * (0.12 * year["benefit"] - 0.0002 * year["wages"] - 0.02 * age + 0.05 * nzdep)
    score = score + scenario.dip * 0.15 * (quarter - year["benefit"]) + scenario.hidden * 0.7 * hidden
    started = np.zeros(people, dtype=bool)
    started[np.argsort(rng.exponential(size=people) / np.exp(score))[:participants]] = True
    wait, home = _together(scenario, number, started)
    after, truth = _after(rng, scenario, year, older, hidden, started, wait, home)
    if scenario.outside:
        odd = np.flatnonzero(started)[: round(scenario.outside * participants)]
        age[odd] = 70 + rng.uniform(0, 5, len(odd))
    known = ~(started & (rng.random(people) < scenario.lost))
    traits = np.column_stack([age, woman, nzdep]).astype(float)
    return World(traits, before, after, started, known, truth, wait, home)


def _together(
    scenario: Scenario, number: int, started: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """When the others start, and who lives with whom; of a stream of its own, so that other worlds stay."""
    rng, people = np.random.default_rng((77, scenario.seed, number)), len(started)
    wait = np.where(rng.random(people) < scenario.later, rng.integers(1, 13, people), 99)
    wait[started] = 0
    home = np.arange(people)
    if scenario.pairs:
        starters = rng.permutation(np.flatnonzero(started))
        home[starters[1::2]] = starters[: 2 * (len(starters) // 2) : 2]
    return wait, home


def _after(
    rng: np.random.Generator, scenario: Scenario, year: dict[str, Floats], older: dict[str, Floats],
    hidden: Floats, started: NDArray[np.bool_], wait: NDArray[np.int64], home: NDArray[np.int64],
) -> tuple[dict[str, Floats], dict[str, float]]:  # fmt: skip
    people = len(started)
    spread = _spread(rng, scenario, people)
    begun = np.arange(12) >= wait[:, None]  # in which months a start has come, at once for those who started

    def gain(code: str) -> Floats:
        return scenario.effect * YEARLY[code] * spread * begun

    luck = rng.normal(size=(people, 1))[home]
    benefit = 0.6 * year["benefit"] + 0.25 * older["benefit"] + 1 + 1.5 * scenario.hidden * hidden
    wages = 0.7 * year["wages"] + 0.2 * older["wages"] + 200 - 200 * scenario.hidden * hidden
    months = rng.normal(size=(people, 12))
    visits = 0.008 + 0.2 * year["visits"] + 0.002 * scenario.hidden * np.clip(hidden, -2, 2)
    wanted = visits[:, None] + gain("visits")
    monthly = np.clip(wanted, 0, None)
    chance = np.clip(0.22 + 0.9 * year["police"] + 0.04 * scenario.hidden * hidden, 0.12, 0.95)
    if scenario.later:
        police = _by_month(rng, chance[:, None] / 12 + scenario.effect * YEARLY["police"] / 1200 * begun)
    else:
        total = np.clip(chance + scenario.effect * YEARLY["police"] / 100 * started, 0, 1)
        any_police = rng.random(people)[home] < total
        police = np.zeros((people, 12))
        police[np.flatnonzero(any_police), rng.integers(0, 12, int(any_police.sum()))] = 1.0
    truth = {code: scenario.effect * yearly for code, yearly in YEARLY.items()}
    truth["visits"] += float((monthly - wanted)[started].sum(axis=1).mean())
    after = {
        "benefit": benefit[:, None] + gain("benefit") + 3 * luck + 3 * months,
        "wages": wages[:, None] + gain("wages") + 300 * luck + 500 * months,
        "visits": rng.poisson(monthly).astype(float),
        "police": police,
    }
    return after, truth


def _by_month(rng: np.random.Generator, chance: Floats) -> Floats:
    """At most one event a person, in each month with its own chance, shape (people, 12)."""
    at = rng.random((len(chance), 1))
    upto = np.cumsum(np.clip(chance, 0, None), axis=1)
    return ((at < upto) & (at >= upto - np.clip(chance, 0, None))).astype(float)


def _spread(rng: np.random.Generator, scenario: Scenario, people: int) -> Floats:
    """Share of the yearly effect in each month, shape (people, 12); it sums to one on average."""
    if scenario.shape == "fade":
        weights = np.exp(-np.arange(12) / 3.0)
        return np.tile(weights / weights.sum(), (people, 1))
    if scenario.shape == "dose":
        return np.tile(rng.gamma(2.0, 0.5, (people, 1)) / 12, (1, 12))
    return np.full((people, 12), 1 / 12)
