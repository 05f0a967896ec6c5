"""Month by month: in work, on a main benefit, or neither; and visits, stays and proceedings along the way.

Work and benefit follow a three-state chain whose chances depend on a lasting strength, age and time on
benefit. An initiative acts by making it likelier to move from benefit into work; the same uniform draws
give the life with it and without it, so that the difference is known person by person.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.synthetic.draws import Bools, Floats, Ints, logistic, stream
from linkwell.synthetic.families import People
from linkwell.synthetic.places import places
from linkwell.synthetic.timeline import MONTH_STARTS, MONTHS

NEITHER, WORK, BENEFIT, ABSENT = 0, 1, 2, 3
_BURN_IN = 48
_LONG_STAY = 18

States = NDArray[np.int8]


@dataclass(frozen=True)
class Adults:
    """Everyone of working age at some time in the calendar; rows index into the chunk's people."""

    rows: Ints
    strength: Floats
    birth: Ints
    death: Ints
    states: States  # people x MONTHS
    chance: NDArray[np.float32]  # the uniform draws behind the states
    boundary: NDArray[np.int8]  # day of the month (0..27) on which a change takes place
    stay: States  # months on benefit so far, before each month
    monthly_pay: Floats


def adults(people: People, present: Bools, seed: int, chunk: int) -> Adults:
    """Live every working-age life of a chunk once, without any initiative."""
    rng = stream(seed, "work and benefit", chunk)
    youngest = MONTH_STARTS[-1] - 16 * 365.25
    oldest = MONTH_STARTS[0] - 65 * 365.25
    rows = np.flatnonzero(present & (people.birth <= youngest) & (people.birth >= oldest))
    strength = _strength(rng, people, rows)
    birth, death = people.birth[rows], people.death[rows]
    chance = rng.random((len(rows), MONTHS + _BURN_IN), dtype=np.float32)
    states = np.full((len(rows), MONTHS), ABSENT, dtype=np.int8)
    stays = np.zeros((len(rows), MONTHS), dtype=np.int8)
    state, stay = np.zeros(len(rows), dtype=np.int8), np.zeros(len(rows), dtype=np.int8)
    for step in range(-_BURN_IN, MONTHS):
        month = max(step, 0)
        age = (MONTH_STARTS[month] - birth) / 365.25
        if step >= 0:
            stays[:, step] = stay
        state, stay = _next(state, stay, strength, age, chance[:, step + _BURN_IN], 0.0)
        if step >= 0:
            dead = (death >= 0) & (death < MONTH_STARTS[step + 1])
            states[:, step] = np.where(dead, ABSENT, state)
    boundary = rng.integers(0, 28, (len(rows), MONTHS), dtype=np.int8)
    pay = np.exp(8.36 + 0.16 * strength + rng.normal(0, 0.33, len(rows)))
    return Adults(rows, strength, birth, death, states, chance[:, _BURN_IN:].copy(), boundary, stays, pay)


def _strength(rng: np.random.Generator, people: People, rows: Ints) -> Floats:
    """Lasting strength in the labour market, about standard normal; harder where areas are deprived."""
    area = (5.5 - places().nzdep[people.sa2[rows]]) / 2.87
    return np.asarray(rng.normal(0, 0.9, len(rows)) + 0.36 * area, dtype=np.float64)


def _next(
    state: States,
    stay: States,
    strength: Floats,
    age: Floats,
    chance: NDArray[np.float32],
    push: Floats | float,
) -> tuple[States, States]:
    """One month on. `push` is added to the log-odds of moving from benefit into work, and taken from losing
    it."""
    young = age < 18
    working_age = (age >= 16) & (age < 65)
    to_work = np.select(
        [state == BENEFIT, state == NEITHER],
        [
            logistic(-2.2 + 0.5 * strength - 0.06 * np.minimum(stay, _LONG_STAY) + push),
            logistic(-2.9 + 0.6 * strength - 1.6 * young + 0.3 * ((age >= 20) & (age < 26))),
        ],
        0.0,
    )
    to_benefit = np.select(
        [state == WORK, state == NEITHER],
        [
            logistic(-5.6 - 0.9 * strength + 0.5 * (age < 25) - 0.5 * push),
            logistic(-4.3 - 0.8 * strength) * ~young,
        ],
        0.0,
    )
    to_neither = np.select([state == WORK, state == BENEFIT], [0.006 + 0.02 * young, 0.010], 0.0)
    moved = np.where(chance < to_work, WORK, np.where(chance > 1 - to_benefit, BENEFIT, state))
    leaves = (chance >= to_work) & (chance < to_work + to_neither)
    moved = np.where(leaves, NEITHER, moved)
    moved = np.where(working_age, moved, NEITHER).astype(np.int8)
    stayed = np.where(moved == BENEFIT, np.minimum(stay + 1, 100), 0).astype(np.int8)
    return moved, stayed


def relive(lives: Adults, who: Ints, start: Ints, push: Floats) -> States:
    """The lives of `who` (rows of `lives`) when the log-odds shift by `push` from the month after `start` on.

    Returns people x MONTHS; equal to `lives.states[who]` up to and including the month of the start.
    """
    states = lives.states[who].copy()
    current = np.zeros(len(who), dtype=np.int8)
    stay = np.zeros(len(who), dtype=np.int8)
    for month in range(1, MONTHS):
        begins, going = month == start + 1, month > start
        current = np.where(begins, states[:, month - 1], current).astype(np.int8)
        stay = np.where(begins, lives.stay[who, month], stay).astype(np.int8)
        age = (MONTH_STARTS[month] - lives.birth[who]) / 365.25
        moved, stayed = _next(current, stay, lives.strength[who], age, lives.chance[who, month], push)
        current, stay = np.where(going, moved, current), np.where(going, stayed, stay)
        alive = states[:, month] != ABSENT
        states[:, month] = np.where(going & alive, current, states[:, month])
    return states


def days_by_month(lives: Adults, who: Ints, wanted: int) -> Floats:
    """Days in a state in each month, people x MONTHS: a change takes place on its day, not on the first."""
    states = lives.states[who]
    before = np.concatenate([states[:, :1], states[:, :-1]], axis=1)
    changed = states != before
    first_part = lives.boundary[who] * changed
    days = np.diff(MONTH_STARTS)[None, :]
    return np.asarray(
        first_part * (before == wanted) + (days - first_part) * (states == wanted), dtype=np.float64
    )


@dataclass(frozen=True)
class Happenings:
    """Dated things that happen to people: rows of the chunk's people, day numbers, month of the calendar."""

    rows: Ints
    days: Ints

    def by_month(self, size: int) -> NDArray[np.uint8]:
        """Counts, people x MONTHS (at most 255)."""
        month = np.searchsorted(MONTH_STARTS, self.days, side="right") - 1
        counts = np.bincount(self.rows * MONTHS + month, minlength=size * MONTHS)
        return np.minimum(counts, 255).astype(np.uint8).reshape(size, MONTHS)


def happenings(rng: np.random.Generator, people: People, present: Bools, yearly: Floats) -> Happenings:
    """Events at `yearly` rates, evenly over the calendar, only while born and alive."""
    counts = rng.poisson(np.where(present, yearly, 0.0) * MONTHS / 12)
    rows = np.repeat(np.arange(len(people)), counts)
    days = rng.integers(MONTH_STARTS[0], MONTH_STARTS[-1], len(rows))
    lived = (days > people.birth[rows]) & ((people.death[rows] < 0) | (days < people.death[rows]))
    return Happenings(rows[lived], days[lived])
