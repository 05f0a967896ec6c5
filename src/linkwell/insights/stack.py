"""The target-trial stack: each participant's start month beside people who could have started then.

Candidates are alike in region, gender and age where numbers allow, alive and resident in that month, and have
not started by it (they may start later). They are drawn with a stored seed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from linkwell.insights.estimators.effect import Clusters
from linkwell.insights.people import NEVER, Bools, Ints, People, month_of_day

AGE_SPANS = (12, 30, 60)
"""Months of age either side, tried in turn until there are enough candidates to draw from."""


@dataclass(frozen=True, eq=False, repr=False)
class Stack:
    """Person-months, participants first; arrays have shape (rows,).

    Attributes:
        place: row of the person in `People`. day: index day, the participant's own start (since 1970-01-01).
        treated: participants' own rows.
        group: number of the participant a row belongs to.
        alone: participants for whom nobody could be drawn, as rows of `People`.
        together: number of the household each row belongs to in a range; None: everyone is on their own.
    """

    place: Ints
    day: Ints
    treated: Bools
    group: Ints
    alone: Ints
    together: Ints | None = None

    @cached_property
    def clusters(self) -> Clusters:
        """Who belongs together in a range: people of one household, the rows of one person."""
        return Clusters.of(self.place if self.together is None else self.together, self.treated)

    def nearest(self, candidates: int) -> Bools:
        """Rows of every participant and of the first few of their candidates (drawn in random order)."""
        order = np.argsort(self.group, kind="stable")  # a participant's own row comes before the candidates
        first = np.flatnonzero(np.diff(self.group[order], prepend=-1))
        place = np.arange(len(order)) - np.repeat(first, np.diff(first, append=len(order)))
        kept = np.empty(len(order), dtype=np.bool_)
        kept[order] = place <= candidates
        return kept

    def rows(self, kept: Bools) -> Stack:
        """The stack with some of its rows."""
        return replace(
            self, place=self.place[kept], day=self.day[kept], treated=self.treated[kept],
            group=self.group[kept], together=None if self.together is None else self.together[kept],
        )  # fmt: skip

    def without(self, dropped: Bools) -> Stack:
        """The stack without some participants (one flag a group) and their candidates."""
        stay = ~dropped[self.group]
        gone = self.place[self.treated & ~stay]
        return replace(self.rows(stay), alone=np.concatenate([self.alone, gone]))


def build_stack(
    people: People,
    participant: Ints,
    day: Ints,
    start_month: Ints,
    eligible: Callable[[int], Bools],
    *,
    candidates: int,
    seed: int,
) -> Stack:
    """Draw the candidates, month by month.

    Args:
        participant, day: rows of `People` and their index days, shape (p,).
        start_month: per person, the month they started (NEVER; or −1: started at an unknown time), shape
            (n,).
        eligible: for an index month, who may be a candidate then, shape (n,).
    """
    months = month_of_day(day)
    drawn: list[Ints] = [np.zeros(0, dtype=np.int64)] * len(participant)
    everyone = _Pool.of(people)
    for month in np.unique(months).tolist():
        free = eligible(month) & people.alive(month) & (start_month > month)
        pool = everyone.those(free)
        for number in np.flatnonzero(months == month).tolist():
            row = int(participant[number])
            # One stream a participant: leaving one out does not change anybody else's candidates.
            rng = np.random.default_rng((seed, int(people.uid[row])))
            drawn[number] = pool.draw(row, candidates, rng)
    sizes = np.array([len(found) for found in drawn], dtype=np.int64)
    kept = np.flatnonzero(sizes > 0)
    group = np.repeat(np.arange(len(participant)), sizes)
    candidate = np.concatenate([np.zeros(0, dtype=np.int64), *drawn])
    return Stack(
        np.concatenate([participant[kept], candidate]).astype(np.int64),
        np.concatenate([day[kept], day[group]]).astype(np.int64),
        np.concatenate([np.ones(len(kept), bool), np.zeros(len(candidate), bool)]),
        np.concatenate([kept, group]).astype(np.int64),
        participant[sizes == 0],
    )


@dataclass(frozen=True, eq=False, repr=False)
class _Pool:
    """People sorted by gender, region and age, so that a draw is a slice.

    Attributes:
        near, far: sort keys with rows of `people`, with regions apart and all regions together.
    """

    people: People
    near: tuple[Ints, Ints]
    far: tuple[Ints, Ints]

    @classmethod
    def of(cls, people: People) -> _Pool:
        """Everyone; sorted once, since each month only leaves some of them out."""
        return cls(
            people,
            _sorted(_cell(people.gender, people.region) + people.born),
            _sorted(_cell(people.gender, np.zeros_like(people.region)) + people.born),
        )

    def those(self, free: Bools) -> _Pool:
        """Who may be a candidate in one month."""
        near, far = ((keys[free[rows]], rows[free[rows]]) for keys, rows in (self.near, self.far))
        return _Pool(self.people, near, far)

    def draw(self, row: int, wanted: int, rng: np.random.Generator) -> Ints:
        """Up to `wanted` different people for one participant; widens age, then region, when few are left."""
        people = self.people
        gender, region = people.gender[row : row + 1], people.region[row : row + 1]
        near, far = int(_cell(gender, region)[0]), int(_cell(gender, region * 0)[0])
        best = np.zeros(0, dtype=np.int64)
        for (keys, rows), cell in ((self.near, near), (self.far, far)):
            for span in AGE_SPANS:
                middle = cell + int(people.born[row])
                low, high = np.searchsorted(keys, [middle - span, middle + span + 1])
                found = rows[low:high]
                found = rng.permutation(found[found != row])[:wanted]
                if len(found) == wanted:
                    return np.asarray(found)
                best = found if len(found) > len(best) else best
        return np.asarray(best)


def _sorted(key: Ints) -> tuple[Ints, Ints]:
    """Keys in order and their places; of equal keys the earlier place first (keys are below 2^36).

    Key and place in one number, since plain numbers are sorted several times as fast as places by key.
    """
    bits = max(len(key), 1).bit_length()
    both = np.sort((key << bits) | np.arange(len(key)))
    return both >> bits, both & ((1 << bits) - 1)


def _cell(gender: Ints, region: Ints) -> Ints:
    """A number per gender and region, with room for a birth month below it."""
    return np.asarray((gender * 100 + region + 1) * 100_000, dtype=np.int64)


__all__ = ["NEVER", "Stack", "build_stack"]
