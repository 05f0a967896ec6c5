"""Who starts with the initiative and when: decided month by month from observed history, never from what
follows.

Each month an eligible person who has not yet started does so at a rate that depends on their last 24
months, age, gender, ethnicity and area, all of which are in the data. So balancing on that history recovers
the effect, unless the scenario adds a hidden cause on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.errors import WrongUse
from linkwell.synthetic.draws import Floats, Ints, stream
from linkwell.synthetic.families import People
from linkwell.synthetic.lives import ABSENT, BENEFIT, WORK, Adults, days_by_month
from linkwell.synthetic.places import places
from linkwell.synthetic.spells import Events
from linkwell.synthetic.timeline import FIRST_START, LAST_START, MONTH_STARTS, MONTHS

_REGION_PULL = {"03": 1.0, "04": 0.9, "06": 0.7, "02": 0.3, "01": 0.5, "05": 0.6, "08": 0.5, "09": 0.2}


@dataclass(frozen=True)
class Start:
    """Participants: rows of the adults, their month and day of start, and what is hidden about them."""

    who: Ints
    month: Ints
    day: Ints
    variant: Ints  # 0 One to one, 1 Small group
    hidden: Floats


def _window(running: Floats, month: int, back: int, until: int = 0) -> Floats:
    """Sum over the months `back`..`until` before `month`, from running totals (people x MONTHS + 1)."""
    return np.asarray(running[:, month - until] - running[:, month - back], dtype=np.float64)


def _running(by_month: NDArray[Any]) -> Floats:
    return np.concatenate(
        [np.zeros((len(by_month), 1)), np.cumsum(by_month, axis=1, dtype=np.float64)], axis=1
    )


def starts(
    people: People, lives: Adults, found: Events, *, wanted: int, hidden: Floats, seed: int, chunk: int
) -> Start:
    """Exactly `wanted` participants: every month each eligible person's clock rings at their own rate.

    Raises:
        WrongUse: fewer people are eligible than wanted.
    """
    rng = stream(seed, "taking part", chunk)
    near = np.flatnonzero((lives.states == BENEFIT).any(axis=1))
    score = _scores(people, lives, found, near) + hidden[near][:, None]
    clocks = rng.exponential(1.0, score.shape) * np.exp(-score)
    earliest = clocks.min(axis=1)
    if np.isfinite(earliest).sum() < wanted * 2:
        raise WrongUse(
            "There are too few people near a benefit for so many participants.",
            where=f"{wanted:,} participants asked for, {int(np.isfinite(earliest).sum()):,} people eligible",
            why="A comparison needs people who could have taken part and did not.",
            fix="Ask for fewer participants (--participants) or more people (--people).",
        )
    limit = np.partition(earliest, wanted - 1)[wanted - 1] if wanted else -1.0
    chosen = np.flatnonzero(earliest <= limit)
    month = FIRST_START + (clocks[chosen] <= limit).argmax(axis=1)
    day = MONTH_STARTS[month] + rng.integers(0, 28, len(chosen))
    return Start(
        near[chosen], month, day, (rng.random(len(chosen)) < 0.4).astype(np.int64), hidden[near[chosen]]
    )


def _scores(people: People, lives: Adults, found: Events, near: Ints) -> Floats:
    """Log rate of starting, people near a benefit x start months; -inf where not eligible.

    Linear in sums over whole months before the start month, all in the measures: what an analyst can see
    decides, in the same shape an analyst balances on.
    """
    rows = lives.rows[near]
    benefit = _running(days_by_month(lives, near, BENEFIT))
    pay = days_by_month(lives, near, WORK) * (lives.monthly_pay[near] / 30.4)[:, None]
    wages = _running(pay / 1000)
    emergency = _running(found.emergency.by_month(len(people))[rows])
    police = _running(found.police.by_month(len(people))[rows])
    fixed = _fixed_score(people, rows)
    score = np.empty((len(near), LAST_START - FIRST_START + 1))
    for place, month in enumerate(range(FIRST_START, LAST_START + 1)):
        age = (MONTH_STARTS[month] - people.birth[rows]) / 365.25
        value = (
            fixed
            + 0.0015 * _window(benefit, month, 12)
            + 0.0006 * _window(benefit, month, 24, 12)
            + 0.008 * _window(benefit, month, 3)
            + 0.3 * (_window(benefit, month, 1) > 0)
            + 0.010 * _window(wages, month, 12)
            - 0.045 * _window(wages, month, 3)
            - 0.004 * _window(wages, month, 24, 12)
            + 0.10 * _window(emergency, month, 12)
            + 0.15 * _window(police, month, 12)
            - 0.0012 * (age - 32) ** 2
        )
        alive = lives.states[near, month - 1] != ABSENT
        eligible = (age >= 16) & (age < 64) & (_window(benefit, month, 12) > 0) & alive
        score[:, place] = np.where(eligible, value, -np.inf)
    return score


def _fixed_score(people: People, rows: Ints) -> Floats:
    country = places()
    pull = np.array([_REGION_PULL.get(code, 0.0) for code in country.region_codes])
    area = people.sa2[rows]
    return np.asarray(
        pull[country.region_of[area]]
        + 0.05 * (country.nzdep[area] - 5.5)
        + 0.2 * (people.gender[rows] == 2)
        + 0.25 * people.ethnic[rows, 1]
        + 0.15 * people.ethnic[rows, 2]
        - 0.2 * people.ethnic[rows, 3],
        dtype=np.float64,
    )


assert LAST_START < MONTHS
