"""Lives into dated rows: spells of benefit and work, school enrolments, visits, stays and proceedings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.synthetic.draws import Bools, Floats, Ints, stream
from linkwell.synthetic.families import People
from linkwell.synthetic.lives import ABSENT, BENEFIT, WORK, Adults, Happenings, States, happenings
from linkwell.synthetic.places import places
from linkwell.synthetic.timeline import END, MONTH_STARTS, MONTHS, START

MEASURES = ("main_benefit", "wages", "school_enrolment", "ed_visit", "hospital_stay", "police_proceeding")
_APRILS = np.array([month for month in range(MONTHS) if (month + 6) % 12 == 3])
_DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Rows:
    """Rows of the measures table: person (row of the chunk), first and last day, value, entity (-1 for
    none)."""

    measure: str
    person: Ints
    start: Ints
    end: Ints
    value: Floats
    entity: Ints


def _runs(states: States, boundary: Ints, wanted: int, breaks: Bools) -> tuple[Ints, Ints, Ints, Ints]:
    """Runs of one state as (person, first month, first day, last day); `breaks` end a run without a
    change."""
    before = np.concatenate([np.full((len(states), 1), ABSENT, dtype=np.int8), states[:, :-1]], axis=1)
    begins = (states == wanted) & ((before != wanted) | breaks)
    person, month = np.nonzero(begins)
    ends = (states != before) | breaks | (states == ABSENT)
    ends[:, 0] = True
    # The next month in which anything changes, for every month: walk back from the end.
    upcoming = np.full((len(states), MONTHS + 1), MONTHS, dtype=np.int16)
    for place in range(MONTHS - 1, 0, -1):
        upcoming[:, place] = np.where(ends[:, place], place, upcoming[:, place + 1])
    after = upcoming[person, month + 1]
    first = MONTH_STARTS[month] + np.where(month == 0, 0, boundary[person, month])
    inside = np.minimum(after, MONTHS - 1)
    gone = states[person, inside] == ABSENT
    last = MONTH_STARTS[after] - 1 + np.where((after == MONTHS) | gone, 0, boundary[person, inside])
    return person.astype(np.int64), month.astype(np.int64), first, np.asarray(last, dtype=np.int64)


def benefit_rows(lives: Adults, who: Ints, states: States) -> Rows:
    """Spells on a main benefit: value is the days, both ends counted."""
    person, _, first, last = _runs(
        states, lives.boundary[who].astype(np.int64), BENEFIT, np.zeros_like(states, bool)
    )
    return Rows(
        "main_benefit", lives.rows[who[person]], first, last, (last - first + 1).astype(float), no_one(first)
    )


def wage_rows(lives: Adults, who: Ints, states: States) -> Rows:
    """Spells with one employer at one rate (a new rate each April): value is the dollars of the whole
    spell."""
    change = _job_changes(lives, who)
    breaks = np.zeros(states.shape, dtype=bool)
    breaks[:, _APRILS] = True
    breaks |= change
    breaks &= states == WORK
    boundary = np.where(np.isin(np.arange(MONTHS), _APRILS)[None, :], 0, lives.boundary[who].astype(np.int64))
    person, month, first, last = _runs(states, boundary, WORK, breaks)
    years = np.searchsorted(_APRILS, month, side="right")
    age = (first - lives.birth[who[person]]) / 365.25
    part_time = np.clip((age - 14) / 10, 0.25, 1.0)
    pay = lives.monthly_pay[who[person]] * part_time * 1.035**years
    dollars = np.rint(pay * (last - first + 1) / _DAYS_A_MONTH * 100) / 100
    return Rows(
        "wages", lives.rows[who[person]], first, last, dollars, _employers(lives, who, person, month, states)
    )


def _job_changes(lives: Adults, who: Ints) -> Bools:
    """Months in which someone in work changes employer: read off the same uniform draws, so both lives
    agree."""
    fraction = np.modf(lives.chance[who].astype(np.float64) * 7919.0)[0]
    return np.asarray(fraction < 0.012, dtype=np.bool_)


def _employers(lives: Adults, who: Ints, person: Ints, month: Ints, states: States) -> Ints:
    """An employer for every spell; a pay rise keeps the employer, a change or a return draws another."""
    before = np.concatenate([np.full((len(states), 1), ABSENT, dtype=np.int8), states[:, :-1]], axis=1)
    fresh = (_job_changes(lives, who) | (before != WORK))[person, month]
    month_of_job = np.maximum.accumulate(np.where(fresh, np.arange(len(person)), 0))
    draw = np.modf(lives.chance[who[person], month[month_of_job]].astype(np.float64) * 104729.0)[0]
    return np.floor(draw**2.2 * 9_000).astype(np.int64) + 1


def no_one(like: Ints) -> Ints:
    """No entity."""
    return np.full(len(like), -1, dtype=np.int64)


def school_rows(people: People, present: Bools, seed: int, chunk: int) -> Rows:
    """Enrolments from about five to eighteen, a new school at about eleven and thirteen; value is the
    days."""
    rng = stream(seed, "school", chunk)
    leaving = np.where(rng.random(len(people)) < 0.25, 16.6, 17.9)
    parts = []
    for number, (begin, finish) in enumerate(((5.0, 11.0), (11.0, 13.0), (13.0, 0.0))):
        first = people.birth + np.floor(begin * 365.25).astype(np.int64)
        until = leaving if finish == 0.0 else np.full(len(people), finish)
        last = people.birth + np.floor(until * 365.25).astype(np.int64) - 1
        last = np.where(people.death >= 0, np.minimum(last, people.death), last)
        here = np.flatnonzero(present & (first <= END) & (last >= START) & (first < last))
        school = 1 + 3 * people.sa2[here] // 2 + number
        parts.append((here, np.maximum(first[here], START), np.minimum(last[here], END), school))
    person, start, end, school = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Rows("school_enrolment", person, start, end, (end - start + 1).astype(float), school)


@dataclass(frozen=True)
class Events:
    """What happens whether or not one takes part: the initiative does not touch these."""

    emergency: Happenings
    hospital: Happenings
    police: Happenings


def events(people: People, present: Bools, lives: Adults, seed: int, chunk: int) -> Events:
    """Visits, stays and proceedings at rates that follow age, sex and a frailty tied to lasting strength."""
    rng = stream(seed, "events", chunk)
    age = np.clip((START + END) / 2 - people.birth, 0, None) / 365.25
    strength = np.zeros(len(people))
    strength[lives.rows] = lives.strength
    frailty = np.exp(0.55 * rng.normal(0, 1, len(people)) - 0.32 * strength - 0.2)
    emergency = frailty * np.select([age < 5, age < 15, age < 70], [0.38, 0.16, 0.2], 0.42)
    hospital = frailty * np.select([age < 3, age < 15, age < 60], [0.16, 0.04, 0.08], 0.26)
    trouble = np.exp(0.9 * rng.normal(0, 1, len(people)) - 0.45 * strength - 0.4)
    police = trouble * np.select([age < 13, age < 18, age < 30, age < 50], [0.0, 0.03, 0.05, 0.022], 0.005)
    police = police * np.where(people.male, 1.5, 0.5)
    return Events(
        happenings(rng, people, present, emergency),
        happenings(rng, people, present, hospital),
        happenings(rng, people, present, police),
    )


def event_rows(people: People, found: Events, seed: int, chunk: int) -> list[Rows]:
    """The events as rows; a hospital stay lasts some days, value is its days."""
    rng = stream(seed, "stays", chunk)
    region = places().region_of[people.sa2]
    nights = np.minimum(rng.geometric(0.42, len(found.hospital.rows)) - 1, 60)
    last = np.minimum(found.hospital.days + nights, END)
    death = people.death[found.hospital.rows]
    last = np.where(death >= 0, np.minimum(last, death), last)
    stays = (last - found.hospital.days + 1).astype(float)
    single = [("ed_visit", found.emergency, 1), ("police_proceeding", found.police, 100)]
    rows = [
        Rows(name, at.rows, at.days, at.days, np.ones(len(at.rows)), base + 3 * region[at.rows] + at.rows % 3)
        for name, at, base in single
    ]
    hospital = 1 + 3 * region[found.hospital.rows] + found.hospital.rows % 3
    rows.append(Rows("hospital_stay", found.hospital.rows, found.hospital.days, last, stays, hospital))
    return rows


def totals(rows: Rows, size: int, first: Ints, last: Ints) -> Floats:
    """Value per person between `first` and `last` (day numbers, both counted), spells cut at the edges by
    days."""
    overlap = np.minimum(rows.end, last[rows.person]) - np.maximum(rows.start, first[rows.person]) + 1
    share = np.clip(overlap, 0, None) / (rows.end - rows.start + 1)
    return np.bincount(rows.person, weights=rows.value * share, minlength=size).astype(np.float64)
