"""Whether the cohorts that were told about, taken together, single somebody out; for checkers, on demand.

Two cohorts a few people apart are guarded when they are asked for. Many cohorts, each six or more people
apart, are not: whoever shapes them by hand can add and subtract their numbers until one person is left, and
the rounding averages out (Dinur and Nissim 2003). Refusing the last of them would itself tell who is in it,
so nothing is refused: the person is left out of the count (`overlaps`), and what can be seen by the cohorts
alone is shown to whoever checks.

The measure is the leverage of a person: the share of the doubt about one yes-or-no trait of that person that
a reader is rid of who was told, about each cohort, how many have the trait. A group of six told exactly takes
a sixth of the doubt about each of its people; more than that is what a threshold of six is there to stop.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.guard import Past
from linkwell.confidentiality.history import COHORTS, NARROW
from linkwell.confidentiality.request import Floats, Ints

MOST_COHORTS = 400
"""Cohorts taken together, the newest first; more would take minutes."""
NOISE = 8 / 9 / 0.25
"""Variance of rounding to base 3 over that of a trait that half the people have."""
_CHUNK = 1 << 16


def cohorts_like(past: Past, seq: int) -> list[Ints]:
    """The different cohorts of a family that share people with the release at entry `seq`, newest first.

    A cohort is a population that was told about, or everybody in a table.
    """
    own = [_everybody(past, place) for place, block in enumerate(past.blocks) if block.seq == seq]
    return cohorts_about(past, np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *own])), MOST_COHORTS)


def cohorts_about(past: Past, people: Ints, most: int) -> list[Ints]:
    """The newest different cohorts that share people with these, who are given by rank, rising."""
    found: dict[bytes, Ints] = {}
    for place in range(len(past.blocks))[::-1]:
        if len(found) == most:
            break
        cohort = _everybody(past, place)
        if len(cohort) and _meet(cohort, people):
            found.setdefault(cohort.tobytes(), cohort)
    return list(found.values())


def _everybody(past: Past, place: int) -> Ints:
    """The people of a block by rank, rising: its population, or everybody in its table."""
    block = past.blocks[place]
    if block.measure == COHORTS:
        return np.sort(block.people(0)) if block.name != NARROW else np.zeros(0, dtype=np.int64)
    return np.unique(block.members) if not block.measure else np.zeros(0, dtype=np.int64)


def _meet(people: Ints, others: Ints) -> bool:
    if not len(others):
        return False
    places = np.minimum(np.searchsorted(others, people), len(others) - 1)
    return bool((others[places] == people).any())


def leverages(cohorts: list[Ints]) -> tuple[Ints, Floats]:
    """Per set of people whom no cohort tells apart, how many they are and the leverage of each of them.

    With A the cohorts by sets and s the sizes of the sets, a person's is a' (A diag(s) A' + noise I)^-1 a.
    """
    sizes, inside = _sets(cohorts)
    together = np.eye(len(cohorts)) * NOISE
    for start in range(0, len(sizes), _CHUNK):
        part = inside[:, start : start + _CHUNK].astype(np.float64)
        together += (part * sizes[start : start + _CHUNK]) @ part.T
    found = np.zeros(len(sizes))
    for start in range(0, len(sizes), _CHUNK):
        part = inside[:, start : start + _CHUNK].astype(np.float64)
        found[start : start + _CHUNK] = (part * np.linalg.solve(together, part)).sum(axis=0)
    return sizes, found


def _sets(cohorts: list[Ints]) -> tuple[Ints, NDArray[np.bool_]]:
    """How many people are in just the same cohorts, and in which, shape (cohorts, sets)."""
    number = max((int(people[-1]) + 1 for people in cohorts if len(people)), default=0)
    draw = (
        np.random.default_rng()
    )  # drawn anew, so that nobody can shape cohorts in which a person goes unseen
    marks = np.zeros(number, dtype=np.uint64)
    for people in cohorts:
        marks[people] ^= draw.integers(1, 2**63, dtype=np.uint64)
    named = np.flatnonzero(marks)
    _, first, sizes = np.unique(marks[named], return_index=True, return_counts=True)
    inside = np.zeros((len(cohorts), len(first)), dtype=bool)
    for row, people in enumerate(cohorts):
        there = np.zeros(number, dtype=bool)
        there[people] = True
        inside[row] = there[named[first]]
    return sizes.astype(np.int64), inside


def singled_out(past: Past, seq: int, few: int) -> int:
    """How many people the cohorts so far tell more about than a group of `few` told exactly would."""
    cohorts = cohorts_like(past, seq)
    if len(cohorts) < 3:  # two are the guard's
        return 0
    sizes, found = leverages(cohorts)
    return int(sizes[(found > 1 / few) & (sizes < few)].sum())
