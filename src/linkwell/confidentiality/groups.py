"""Groups of distinct people as arrays: count, key, and what is needed to find near twins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.rounding import Keys

Flags = NDArray[np.bool_]

BUCKETS = 64
SMALL = 36
"""Groups up to here are compared person by person, exactly."""
WIDE = 32
"""Groups from here on have a sketch. A pair at most 5 apart is both small or both wide, so none is missed."""
LARGEST_DISTANCE = SMALL - WIDE + 1


@dataclass(frozen=True, eq=False)
class Memberships:
    """Distinct (cell, place) pairs sorted by cell and place; `first` is where each stood in the request."""

    cells: Ints
    places: Ints
    first: Ints


@dataclass(frozen=True, eq=False)
class Groups:
    """Several groups of distinct people.

    Attributes:
        counts: people per group, shape (groups,).
        keys: XOR of the record keys of each group's people, shape (groups,).
        sketches: per wide group, the XOR of record keys in each of 64 keyed buckets, shape (wide groups, 64).
        small_persons: the people of the groups up to SMALL, group by group.
    """

    counts: Ints
    keys: Keys
    sketches: Keys
    small_persons: Ints

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def wide_rank(self) -> Ints:
        """Row of each group in `sketches`; meaningless for groups that are not wide."""
        return np.cumsum(self.counts >= WIDE).astype(np.int64) - 1

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


@dataclass(frozen=True, eq=False)
class Pairs:
    """Near twins: group `new` here, `old` there, `apart` people differ (a lower bound for wide groups)."""

    new: Ints
    old: Ints
    apart: Ints


def distinct(cells: Ints, places: Ints) -> Memberships:
    """Each (cell, person) pair once: XOR would cancel a person counted twice."""
    packed = (cells.astype(np.uint64) << np.uint64(32)) | places.astype(np.uint64)
    if bool(np.all(packed[1:] > packed[:-1])):  # sorted and distinct already
        first = np.arange(len(packed), dtype=np.int64)
        return Memberships(cells.astype(np.int64), places.astype(np.int64), first)
    order = np.argsort(packed, kind="stable")
    packed = packed[order]
    keep = np.concatenate([[True], packed[1:] != packed[:-1]])
    packed, first = packed[keep], order[keep].astype(np.int64)
    low = np.uint64(2**32 - 1)
    return Memberships((packed >> np.uint64(32)).astype(np.int64), (packed & low).astype(np.int64), first)


def grouped(pairs: Memberships, number: int, persons: Ints, record: Keys, second: Keys) -> Groups:
    """Gather sorted memberships into `number` groups.

    Args:
        persons, record, second: per place in the project: the person index and its two keyed numbers.
    """
    counts = np.bincount(pairs.cells, minlength=number).astype(np.int64)
    keys = xor_runs(record[pairs.places], counts)
    wide = counts >= WIDE
    rank = np.cumsum(wide) - 1
    inside = wide[pairs.cells]
    places = pairs.places[inside]
    buckets = rank[pairs.cells[inside]] * BUCKETS + (second[places] % np.uint64(BUCKETS)).astype(np.int64)
    sketches = _xor_scattered(buckets, record[places], int(wide.sum()) * BUCKETS).reshape(-1, BUCKETS)
    small = counts[pairs.cells] <= SMALL
    return Groups(counts, keys, sketches, persons[pairs.places[small]])


def joined(parts: Sequence[Groups]) -> Groups:
    """Several lists of groups as one."""
    empty = np.zeros(0, dtype=np.int64)
    none = Groups(empty, empty.astype(np.uint64), np.zeros((0, BUCKETS), dtype=np.uint64), empty)
    parts = [none, *parts]
    return Groups(
        np.concatenate([part.counts for part in parts]),
        np.concatenate([part.keys for part in parts]),
        np.concatenate([part.sketches for part in parts]),
        np.concatenate([part.small_persons for part in parts]),
    )


def near(new: Groups, old: Groups, distance: int, chosen: Flags) -> Pairs:
    """All pairs of a chosen new group and an old one that differ by at least one and at most `distance`
    people.

    Small groups are compared person by person, exactly. Wide ones by their sketches: at most `distance`
    people can change at most `distance` of 64 buckets, so no pair is missed; a pair a few more people apart
    may be found as well, which errs on the safe side.

    Args:
        chosen: which new groups to compare, shape (new groups,).
    """
    if not len(old) or not chosen.any():
        none = np.zeros(0, dtype=np.int64)
        return Pairs(none, none, none)
    if distance > LARGEST_DISTANCE:
        raise ValueError(f"the guard compares groups up to {LARGEST_DISTANCE} people apart, not {distance}")
    small, wide = _near_small(new, old, distance, chosen), _near_wide(new, old, distance, chosen)
    news, olds = np.concatenate([small.new, wide.new]), np.concatenate([small.old, wide.old])
    apart = np.concatenate([small.apart, wide.apart])
    # A pair seen both ways keeps its exact distance, which comes first.
    _, first = np.unique(news * max(len(old), 1) + olds, return_index=True)
    return Pairs(news[first], olds[first], apart[first])


def same(new: Groups, old: Groups) -> Pairs:
    """All pairs of groups that are the same people: equal key and equal count."""
    news = fingerprints(new)
    order = np.argsort(fingerprints(old), kind="stable")
    olds = fingerprints(old)[order]
    low = np.searchsorted(olds, news, side="left")
    times = np.searchsorted(olds, news, side="right") - low
    left, place = expanded(np.arange(len(new)), low, times)
    right = order[place]
    keep = (new.counts[left] == old.counts[right]) & (new.keys[left] == old.keys[right])
    return Pairs(left[keep], right[keep], np.zeros(int(keep.sum()), dtype=np.int64))


def unique(groups: Groups) -> tuple[Ints, Ints]:
    """Row of the first group of each set of people, rising, and for every group the place of its set."""
    order = np.lexsort((np.arange(len(groups)), groups.counts, groups.keys))
    keys, counts = groups.keys[order], groups.counts[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = (keys[1:] != keys[:-1]) | (counts[1:] != counts[:-1])
    firsts = order[new]
    rising = np.argsort(firsts, kind="stable")
    places = np.empty(len(firsts), dtype=np.int64)
    places[rising] = np.arange(len(firsts))
    inverse = np.empty(len(order), dtype=np.int64)
    inverse[order] = places[np.cumsum(new) - 1]
    return firsts[rising].astype(np.int64), inverse


def fingerprints(groups: Groups) -> Keys:
    """One number per set of people, out of its key and count."""
    return groups.keys ^ (groups.counts.astype(np.uint64) << np.uint64(40))


def _near_small(new: Groups, old: Groups, distance: int, chosen: Flags) -> Pairs:
    """Join on the person: two groups of 6 or more without a common person are far apart."""
    if new is old:
        persons = np.sort(new.small_persons)
        if not (persons[1:] == persons[:-1]).any():  # nobody is in two groups, as in most tables
            none = np.zeros(0, dtype=np.int64)
            return Pairs(none, none, none)
    cells, persons = _by_person(*new.small_memberships(chosen))
    old_cells, old_persons = _by_person(*old.small_memberships(np.ones(len(old), dtype=bool)))
    low = np.searchsorted(old_persons, persons, side="left")
    times = np.searchsorted(old_persons, persons, side="right") - low
    if new is old:  # whoever is in one group only pairs it with itself
        times[times == 1] = 0
    left, place = expanded(cells, low, times)
    width = max(len(old), 1)
    codes, common = np.unique(left * width + old_cells[place], return_counts=True)
    news, olds = np.divmod(codes, width)
    apart = new.counts[news] + old.counts[olds] - 2 * common
    keep = (apart >= 1) & (apart <= distance)
    return Pairs(news[keep], olds[keep], apart[keep])


def _by_person(cells: Ints, persons: Ints) -> tuple[Ints, Ints]:
    order = np.argsort(persons, kind="stable")
    return cells[order], persons[order]


def _near_wide(new: Groups, old: Groups, distance: int, chosen: Flags) -> Pairs:
    """Join on bands of the sketches: at most `distance` buckets of two near twins differ, so of one more band
    than that at least one is equal. No pair is missed; the work grows with the groups, not their square.
    """
    ours, theirs = np.flatnonzero(chosen & (new.counts >= WIDE)), np.flatnonzero(old.counts >= WIDE)
    a, b = new.sketches[new.wide_rank[ours]], old.sketches[old.wide_rank[theirs]]
    found = [np.zeros(0, dtype=np.int64)]
    for band in np.array_split(np.arange(BUCKETS), distance + 1):
        ours_folded, theirs_folded = _folded(a[:, band]), _folded(b[:, band])
        order = np.argsort(theirs_folded, kind="stable")
        low = np.searchsorted(theirs_folded[order], ours_folded, side="left")
        times = np.searchsorted(theirs_folded[order], ours_folded, side="right") - low
        left, place = expanded(np.arange(len(ours)), low, times)
        found.append(np.unique(left * max(len(theirs), 1) + order[place]))
    left, right = np.divmod(np.unique(np.concatenate(found)), max(len(theirs), 1))
    apart = np.concatenate([np.zeros(0, dtype=np.int64), *(
        np.count_nonzero(a[left[part]] != b[right[part]], axis=1) for part in _slices(len(left), 1 << 16)
    )])  # fmt: skip
    sizes = np.abs(new.counts[ours[left]] - old.counts[theirs[right]])
    keep = (apart >= 1) & (apart <= distance) & (sizes <= distance)
    return Pairs(ours[left[keep]], theirs[right[keep]], apart[keep])


def _folded(columns: Keys) -> Keys:
    """One number per row, out of all its columns."""
    odd = np.random.default_rng(64).integers(1, 2**62, columns.shape[1]).astype(np.uint64) * np.uint64(2)
    found: Keys = (columns * (odd + np.uint64(1))).sum(axis=1, dtype=np.uint64)
    return found


def expanded(values: Ints, low: Ints, times: Ints) -> tuple[Ints, Ints]:
    """Repeat each value `times` often, beside the places low, low + 1, ... it is paired with."""
    total = int(times.sum())
    offsets = np.arange(total) - np.repeat(np.cumsum(times) - times, times)
    return np.repeat(values, times), np.repeat(low, times) + offsets


def _slices(number: int, most: int) -> list[slice]:
    return [slice(start, start + most) for start in range(0, number, most)]


def xor_runs(values: Keys, counts: Ints) -> Keys:
    """XOR of consecutive runs of `values`, of the given lengths."""
    found = np.zeros(len(counts), dtype=np.uint64)
    filled = counts > 0
    if len(values):
        found[filled] = np.bitwise_xor.reduceat(values, (np.cumsum(counts) - counts)[filled])
    return found


def _xor_scattered(places: Ints, values: Keys, size: int) -> Keys:
    """XOR of `values` by place (any order), shape (size,)."""
    # Few places sort by radix when they are kept in 16 bits.
    order = np.argsort(places.astype(np.uint16) if size <= 2**16 else places, kind="stable")
    return xor_runs(values[order], np.bincount(places, minlength=size).astype(np.int64))
