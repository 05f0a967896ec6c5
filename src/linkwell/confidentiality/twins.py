"""Which groups are the same people, or nearly the same: without walking over all pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import (
    LARGEST_DISTANCE,
    WIDE,
    Flags,
    Groups,
    Sorted,
    expanded,
)  # fmt: skip
from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.rounding import Keys


@dataclass(frozen=True, eq=False)
class Pairs:
    """Near twins: group `new` here, `old` there, `apart` people differ (a lower bound for wide groups)."""

    new: Ints
    old: Ints
    apart: Ints


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
    left, right = _equal(new.by_fingerprint.numbers, old.by_fingerprint)
    keep = (new.counts[left] == old.counts[right]) & (new.keys[left] == old.keys[right])
    return Pairs(left[keep], right[keep], np.zeros(int(keep.sum()), dtype=np.int64))


def unique(groups: Groups) -> tuple[Ints, Ints]:
    """Row of the first group of each set of people, rising, and for every group the place of its set."""
    order = np.argsort(groups.keys, kind="stable")
    keys, counts = groups.keys[order], groups.counts[order]
    new = np.ones(len(order), dtype=bool)
    new[1:] = keys[1:] != keys[:-1]
    if bool((counts[1:] != counts[:-1])[~new[1:]].any()):  # equal keys of other sizes: as good as never
        order = np.lexsort((np.arange(len(groups)), groups.counts, groups.keys))
        keys, counts = groups.keys[order], groups.counts[order]
        new[1:] = (keys[1:] != keys[:-1]) | (counts[1:] != counts[:-1])
    firsts = order[new]
    inverse = np.empty(len(order), dtype=np.int64)
    if len(firsts) == len(order):
        inverse[:] = np.arange(len(order))
        return inverse, inverse
    chosen = np.zeros(len(order), dtype=bool)
    chosen[firsts] = True
    places = np.cumsum(chosen) - 1
    inverse[order] = places[firsts[np.cumsum(new) - 1]]
    return np.flatnonzero(chosen), inverse


def _equal(numbers: Keys, among: Sorted) -> tuple[Ints, Ints]:
    """All pairs of places of equal numbers."""
    low = np.searchsorted(among.rising, numbers, side="left")
    if not len(among.rising):
        return low[:0], low[:0]
    # Mostly there is none: one look at the place found says so, without a second search.
    there = np.flatnonzero(among.rising[np.minimum(low, len(among.rising) - 1)] == numbers)
    low = low[there]
    times = np.searchsorted(among.rising, numbers[there], side="right") - low
    left, place = expanded(there, low, times)
    return left, among.order[place]


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
    rank = new.wide_rank[ours]
    found = [np.zeros(0, dtype=np.int64)]
    for number in range(distance + 1):
        if new is old and old.band(number).alone:
            continue  # each is alike to itself only
        left, right = _equal(new.band(number).numbers[rank], old.band(number))
        found.append(left * max(len(theirs), 1) + right)
    left, right = np.divmod(np.unique(np.concatenate(found)), max(len(theirs), 1))
    a, b = new.sketches[rank[left]], old.sketches[right]
    apart = np.concatenate([np.zeros(0, dtype=np.int64), *(
        np.count_nonzero(a[part] != b[part], axis=1) for part in _slices(len(left), 1 << 16)
    )])  # fmt: skip
    ours, theirs = ours[left], theirs[right]
    sizes = np.abs(new.counts[ours] - old.counts[theirs])
    other = (new.keys[ours] != old.keys[theirs]) | (sizes > 0)
    keep = other & (apart <= distance) & (sizes <= distance)
    # Other people can have the same bytes: they are at least one apart all the same.
    return Pairs(ours[keep], theirs[keep], np.maximum(apart[keep], 1))


def _slices(number: int, most: int) -> list[slice]:
    return [slice(start, start + most) for start in range(0, number, most)]
