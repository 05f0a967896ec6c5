"""Groups of distinct people as arrays: count, key, and the sketch that near twins are found by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.rounding import Keys

Flags = NDArray[np.bool_]
Marks = NDArray[np.uint16]
Sketches = NDArray[np.uint8]

BUCKETS = 64
SMALL = 36
"""Groups up to here are compared person by person, exactly."""
WIDE = 32
"""Groups from here on have a sketch. A pair at most 5 apart is both small or both wide, so none is missed."""
LARGEST_DISTANCE = SMALL - WIDE + 1
_SPARSE = 16
"""Among more than this many times as many people, the named ones are sorted rather than looked up."""


@dataclass(frozen=True, eq=False)
class Memberships:
    """Distinct (cell, place) pairs.

    Attributes:
        loose: cells and places, by cell and place, or (everybody in one cell each) by place only: most work
            needs no order.
        asked: the cells and places as they stood in the request.
    """

    loose: tuple[Ints, Ints]
    asked: tuple[Ints, Ints]

    @cached_property
    def _rows(self) -> tuple[Ints, Ints]:
        cells, places = self.loose
        if not (cells[1:] < cells[:-1]).any():
            return self.loose
        order = rising(cells)
        return cells[order], places[order]

    @property
    def cells(self) -> Ints:
        """The cells, rising."""
        return self._rows[0]

    @property
    def places(self) -> Ints:
        """The places, by cell, rising within each."""
        return self._rows[1]

    @cached_property
    def first(self) -> Ints:
        """Where each pair first stood in the request; worked out for amounts only."""
        packed = _packed(*self.asked)
        order = np.argsort(packed, kind="stable").astype(np.int64)
        new = np.ones(len(order), dtype=bool)
        new[1:] = packed[order][1:] != packed[order][:-1]
        found: Ints = order[new]
        return found

    def disagree(self, numbers: NDArray[np.float64]) -> bool:
        """Whether a pair that was asked for twice came with two numbers."""
        packed = _packed(*self.asked)
        order = np.lexsort((numbers, packed))
        same = packed[order][1:] == packed[order][:-1]
        return bool((same & (numbers[order][1:] != numbers[order][:-1])).any())


@dataclass(frozen=True, eq=False)
class Sorted:
    """Numbers, the order that sorts them (equal ones as they stood), and them in that order."""

    numbers: Keys
    order: Ints
    rising: Keys

    @cached_property
    def alone(self) -> bool:
        """Whether each number comes once."""
        return not (self.rising[1:] == self.rising[:-1]).any()


def ordered(numbers: Keys) -> Sorted:
    """Sort numbers and keep how."""
    order = np.argsort(numbers, kind="stable")
    return Sorted(numbers, order, numbers[order])


@dataclass(frozen=True, eq=False)
class Groups:
    """Several groups of distinct people.

    Attributes:
        counts: people per group, shape (groups,).
        keys: XOR of the record keys of each group's people, shape (groups,).
        sketches: per wide group, the XOR of a keyed byte of its people in each of 64 keyed buckets, shape
            (wide groups, 64).
        small_persons: the people of the groups up to SMALL, group by group.
    """

    counts: Ints
    keys: Keys
    sketches: Sketches
    small_persons: Ints

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def wide_rank(self) -> Ints:
        """Row of each group in `sketches`; meaningless for groups that are not wide."""
        return np.cumsum(self.counts >= WIDE).astype(np.int64) - 1

    @cached_property
    def by_fingerprint(self) -> Sorted:
        """One number per set of people, out of its key and count: the groups in its order, and it."""
        return ordered(self.keys ^ (self.counts.astype(np.uint64) << np.uint64(40)))

    def band(self, number: int) -> Sorted:
        """Ten buckets of each wide group's sketch as one number, in its order; no bucket is in two bands.

        Kept, since what was released is compared with everything that is asked for.
        """
        if number not in self._bands:
            words, tails = self.sketches.view(np.uint64), self.sketches.view(np.uint16)
            odd, other = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
            mixed = words[:, number] * odd + tails[:, 24 + number].astype(np.uint64) * other
            self._bands[number] = ordered(mixed)
        return self._bands[number]

    @cached_property
    def _bands(self) -> dict[int, Sorted]:
        return {}

    def take(self, rows: Ints) -> Groups:
        """The chosen groups, in the order of `rows`."""
        small = np.where(self.counts <= SMALL, self.counts, 0)
        starts = np.cumsum(small) - small
        places = expanded(rows, starts[rows], small[rows])[1]
        wide = rows[self.counts[rows] >= WIDE]
        sketches = self.sketches[self.wide_rank[wide]]
        return Groups(self.counts[rows], self.keys[rows], sketches, self.small_persons[places])

    def small_memberships(self, chosen: Flags) -> tuple[Ints, Ints]:
        """(group, person) of the chosen small groups."""
        small = np.flatnonzero(self.counts <= SMALL)
        cells = np.repeat(small, self.counts[small])
        keep = chosen[cells]
        return cells[keep], self.small_persons[keep]


def distinct(cells: Ints, places: Ints) -> Memberships:
    """Each (cell, person) pair once: XOR would cancel a person counted twice."""
    cells, places = cells.astype(np.int64, copy=False), places.astype(np.int64, copy=False)
    asked = cells, places
    if bool((places[1:] > places[:-1]).all()):  # everybody once
        return Memberships(asked, asked)
    falls = cells[1:] < cells[:-1]
    if not falls.any() and bool(np.all((cells[1:] > cells[:-1]) | (places[1:] > places[:-1]))):
        return Memberships(asked, asked)  # sorted and distinct already
    number = int(places.max()) + 1
    if len(places) <= number <= _SPARSE * len(places):
        where = np.full(number, -1, dtype=np.int64)
        where[places] = cells
        there = where >= 0
        if int(np.count_nonzero(there)) == len(places):  # everybody once, as in most tables
            places = np.flatnonzero(there)
            return Memberships((where[places], places), asked)
    packed = np.sort(_packed(cells, places))
    packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]
    low = np.uint64(2**32 - 1)
    return Memberships(((packed >> np.uint64(32)).astype(np.int64), (packed & low).astype(np.int64)), asked)


def _packed(cells: Ints, places: Ints) -> Keys:
    return (cells.astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64)


def rising(numbers: Ints) -> Ints:
    """The order that sorts numbers from 0 to 2^32 - 1 and keeps equal ones as they stood.

    Sixteen bits at a time, because numpy sorts those by radix.
    """
    order = np.argsort(numbers.astype(np.uint16), kind="stable")
    if int(numbers.max(initial=0)) < 2**16:
        return order
    return order[np.argsort((numbers >> 16).astype(np.uint16)[order], kind="stable")]


def marks_of(record: Keys, second: Keys) -> Marks:
    """Per person, the keyed bucket (six bits) and the keyed byte that go into sketches."""
    buckets = second.astype(np.uint8) & np.uint8(BUCKETS - 1)
    return (buckets.astype(np.uint16) << np.uint16(8)) | record.astype(np.uint8)


def grouped(pairs: Memberships, number: int, persons: Ints, record: Keys, marks: Marks) -> Groups:
    """Gather memberships into `number` groups.

    Args:
        persons, record, marks: per place in the project: the person index and its keyed numbers.
    """
    cells, places = pairs.loose
    every = all_in_order(places, len(record))
    if number == 1:
        counts = np.array([len(places)], dtype=np.int64)
        keys = np.array([np.bitwise_xor.reduce(record[every])], dtype=np.uint64)
    else:
        counts = np.bincount(cells, minlength=number).astype(np.int64)
        keys = np.zeros(number, dtype=np.uint64)
        np.bitwise_xor.at(keys, cells, record[every])
    return Groups(
        counts, keys, _sketches(cells, places, counts, marks), persons[_small(cells, places, counts)]
    )


def all_in_order(places: Ints | NDArray[np.int32], number: int) -> Any:
    """The places, or a slice where they are all of `number` in order: an index that copies nothing."""
    if len(places) == number and bool((places[1:] > places[:-1]).all()):
        return slice(None)
    return places


def _small(cells: Ints, places: Ints, counts: Ints) -> Ints:
    """The places of the groups up to SMALL, group by group, rising within each."""
    small = counts <= SMALL
    if not counts[small].any():
        return places[:0]
    inside = small[cells]
    cells, places = cells[inside], places[inside]
    return places[rising(cells)]


def _sketches(cells: Ints, places: Ints, counts: Ints, marks: Marks) -> Sketches:
    wide = counts >= WIDE
    found = np.zeros((int(wide.sum()), BUCKETS), dtype=np.uint8)
    if not wide.all():
        inside = wide[cells]
        cells, places = cells[inside], places[inside]
    own = marks[all_in_order(places, len(marks))]
    if wide.all() and len(wide) == 1:  # which bytes of each bucket come an odd number of times
        odd = np.bincount(own, minlength=BUCKETS * 256).reshape(BUCKETS, 256) & 1
        found[0] = np.bitwise_xor.reduce(odd * np.arange(256), axis=1)
        return found
    spots = ((np.cumsum(wide) - 1) * BUCKETS)[cells]
    spots += own >> np.uint16(8)
    np.bitwise_xor.at(found.reshape(-1), spots, own.astype(np.uint8))
    return found


def joined(parts: Sequence[Groups]) -> Groups:
    """Several lists of groups as one."""
    empty = np.zeros(0, dtype=np.int64)
    none = Groups(empty, empty.astype(np.uint64), np.zeros((0, BUCKETS), dtype=np.uint8), empty)
    parts = [none, *parts]
    return Groups(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.sketches for part in parts]),
        np.concatenate([part.small_persons for part in parts]),
    )


def expanded(values: Ints, low: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Repeat each value `times` often, beside the places low, low + 1, ... it is paired with."""
    total = int(times.sum())
    offsets = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(values, times), np.repeat(low, times) + offsets
