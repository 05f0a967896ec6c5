"""Groups of distinct people as arrays: count, key, and the sketch that near twins are found by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

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
_LARGE = 2**13
"""Groups from here on have their sketch by a histogram of their own."""
_SPARSE = 16
"""Among more than this many times as many people, the named ones are sorted rather than looked up."""


@dataclass(frozen=True, eq=False)
class Memberships:
    """Distinct (cell, place) pairs sorted by cell and place.

    Attributes:
        asked: the cells and places as they stood in the request.
    """

    cells: Ints
    places: Ints
    asked: tuple[Ints, Ints]

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
    falls = cells[1:] < cells[:-1]
    if bool((places[1:] > places[:-1]).all()):  # everybody once
        if not falls.any():
            return Memberships(cells, places, asked)
        order = rising(cells)
        return Memberships(cells[order], places[order], asked)
    if not falls.any() and bool(np.all((cells[1:] > cells[:-1]) | (places[1:] > places[:-1]))):
        return Memberships(cells, places, asked)  # sorted and distinct already
    number = int(places.max()) + 1
    if len(places) <= number <= _SPARSE * len(places):
        where = np.full(number, -1, dtype=np.int64)
        where[places] = cells
        there = where >= 0
        if int(np.count_nonzero(there)) == len(places):  # everybody once, as in most tables
            places = np.flatnonzero(there)
            cells = where[places]
            order = rising(cells)
            return Memberships(cells[order], places[order], asked)
    packed = np.sort(_packed(cells, places))
    packed = packed[np.concatenate([[True], packed[1:] != packed[:-1]])]
    low = np.uint64(2**32 - 1)
    return Memberships((packed >> np.uint64(32)).astype(np.int64), (packed & low).astype(np.int64), asked)


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
    return (((second % np.uint64(BUCKETS)) << np.uint64(8)) | (record & np.uint64(255))).astype(np.uint16)


def grouped(pairs: Memberships, number: int, persons: Ints, record: Keys, marks: Marks) -> Groups:
    """Gather sorted memberships into `number` groups.

    Args:
        persons, record, marks: per place in the project: the person index and its keyed numbers.
    """
    counts = np.bincount(pairs.cells, minlength=number).astype(np.int64)
    keys = xor_runs(record[pairs.places], counts)
    sketches = _sketches(pairs, counts, marks)
    small = counts <= SMALL
    inside = pairs.places[small[pairs.cells]] if small.any() else pairs.places[:0]
    return Groups(counts, keys, sketches, persons[inside])


def _sketches(pairs: Memberships, counts: Ints, marks: Marks) -> Sketches:
    wide = counts >= WIDE
    rank = np.cumsum(wide) - 1
    found = np.zeros((int(wide.sum()), BUCKETS), dtype=np.uint8)
    ends = np.cumsum(counts)
    for group in np.flatnonzero(counts >= _LARGE).tolist():
        found[rank[group]] = _own_sketch(marks[pairs.places[ends[group] - counts[group] : ends[group]]])
    several = wide & (counts < _LARGE)
    if several.any():
        places, times = pairs.places, np.where(several, counts, 0)
        if not several.all():
            places = places[several[pairs.cells]]
        own = marks[places]
        spots = np.repeat(rank * BUCKETS, times)
        spots += own >> np.uint16(8)
        scattered = _xor_bytes(spots, own & np.uint16(255), found.size).reshape(found.shape)
        found[rank[several]] = scattered[rank[several]]
    return found


def _own_sketch(marks: Marks) -> Sketches:
    """The sketch of one large group: which bytes of each bucket come an odd number of times."""
    odd = np.bincount(marks, minlength=BUCKETS * 256).reshape(BUCKETS, 256) & 1
    found: Sketches = np.bitwise_xor.reduce(odd * np.arange(256), axis=1).astype(np.uint8)
    return found


def _xor_bytes(places: Ints, values: Marks, size: int) -> Sketches:
    """XOR of bytes by place, each place less than `_LARGE` often, shape (size,).

    A bit of an XOR is whether the bit comes an odd number of times; so four bits are counted at once in the
    52 bits that a float holds exactly, thirteen bits each. That needs no sorting.
    """
    found = np.zeros(size, dtype=np.uint8)
    bits = np.arange(256)
    odd, gathering = np.uint64(_fields(0, 13, 26, 39)), np.uint64(_fields(39, 27, 15, 3))
    for low in (0, 4):
        worth = sum(((bits >> (low + bit)) & 1) * float(2 ** (13 * bit)) for bit in range(4))
        counted = np.bincount(places, weights=np.asarray(worth)[values], minlength=size).astype(np.uint64)
        counted &= odd
        counted *= gathering  # the four odd bits side by side: no other sum of two places is 39 to 42
        counted >>= np.uint64(39 - low)
        found |= counted.astype(np.uint8) & np.uint8(15 << low)
    return found


def _fields(*places: int) -> int:
    return sum(1 << place for place in places)


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


def xor_runs(values: Keys, counts: Ints) -> Keys:
    """XOR of consecutive runs of `values`, of the given lengths."""
    found = np.zeros(len(counts), dtype=np.uint64)
    filled = counts > 0
    if len(values):
        found[filled] = np.bitwise_xor.reduceat(values, (np.cumsum(counts) - counts)[filled])
    return found


def expanded(values: Ints, low: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Repeat each value `times` often, beside the places low, low + 1, ... it is paired with."""
    total = int(times.sum())
    offsets = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(values, times), np.repeat(low, times) + offsets
