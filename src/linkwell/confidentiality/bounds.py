"""Exact bounds on hidden cells of a small area or cohort, from everything told about it: linear programming.

An attacker adds and subtracts cells and totals over all tables of all releases. Each told number bounds its
group, each line of a table adds up to a group, and a hidden cell must still be able to take three values.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.linked import LinkedTable, named
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints
from linkwell.confidentiality.suppression import Fate

NO_LIMIT = np.inf


@dataclass(frozen=True, eq=False)
class System:
    """Unknown sizes of groups: bounds, lines that add up (parts, whole), and the group of each row."""

    low: Floats
    high: Floats
    sums: list[tuple[list[int], int]]
    places: list[list[int]]


def too_narrow(
    tables: list[LinkedTable], chosen: list[Flags], whole: tuple[Hashable, float, float], profile: Profile
) -> list[Ints]:
    """Per table, the chosen hidden rows that can take fewer than `bound_width` + 1 values.

    Args:
        tables: this request's tables first, then earlier ones. chosen: per table the rows to bound; tables
            after the last one have none. whole: fingerprint and released bounds of the cohort.
    """
    system = _system(tables, whole, profile)
    spots = [
        [system.places[n][row] for row in np.flatnonzero(rows).tolist()] for n, rows in enumerate(chosen)
    ]
    found = set(_narrow(system, sorted({spot for own in spots for spot in own}), profile.bound_width))
    return [
        np.array([row for row, spot in zip(np.flatnonzero(rows).tolist(), own, strict=True) if spot in found],
                 dtype=np.int64)
        for rows, own in zip(chosen, spots, strict=True)
    ]  # fmt: skip


def _system(tables: list[LinkedTable], whole: tuple[Hashable, float, float], profile: Profile) -> System:
    known: dict[Hashable, int] = {}
    low: list[float] = []
    high: list[float] = []

    def place(name: Hashable) -> int:
        if name not in known:
            known[name] = len(low)
            low.append(0.0)
            high.append(NO_LIMIT)
        return known[name]

    everyone = place((whole[0], frozenset()))
    low[everyone], high[everyone] = whole[1], whole[2]
    places, sums = [], []
    dimensions: dict[frozenset[Hashable], Hashable] = {}
    for number, table in enumerate(tables):
        names, own_sums = named(table, number, dimensions)
        own = [place(name) for name in names]
        places.append(own)
        slacks = profile.bases(np.maximum(table.shown, 0)) - (table.fates == Fate.FRESH)
        for spot, shown, fate, slack in zip(own, table.shown, table.fates, slacks, strict=True):
            if fate < Fate.FEW_PEOPLE:
                # A number that was carried on may stand for a group that has fallen under the threshold.
                least = 0 if fate == Fate.CARRIED else profile.people_threshold
                low[spot] = max(low[spot], shown - slack, least)
                high[spot] = min(high[spot], shown + slack)
            elif fate == Fate.FEW_PEOPLE:
                high[spot] = min(high[spot], profile.people_threshold - 1)
        sums += [([own[row] for row in rows], place(name)) for rows, name in own_sums]
    return System(np.array(low), np.array(high), sums, places)


def _narrow(system: System, targets: list[int], width: int) -> list[int]:
    """Targets whose largest and smallest possible size are less than `width` apart.

    Every solution found is remembered for all targets, so that most never need a programme of their own.
    """
    from scipy.optimize import linprog  # half of a desk's start, and most requests never need it
    from scipy.sparse import csr_array

    number = len(system.low)
    rows = [row for row, (parts, _) in enumerate(system.sums) for _ in range(len(parts) + 1)]
    columns = [spot for parts, whole in system.sums for spot in (*parts, whole)]
    signs = [sign for parts, _ in system.sums for sign in (*([1.0] * len(parts)), -1.0)]
    equal = csr_array((signs, (rows, columns)), shape=(len(system.sums), number))
    bounds = np.column_stack([system.low, system.high])
    seen_low, seen_high = np.full(number, np.inf), np.full(number, -np.inf)
    found = []
    for target in targets:
        for sign in (1.0, -1.0):
            if seen_high[target] - seen_low[target] >= width:
                break
            aim = np.zeros(number)
            aim[target] = sign
            answer = linprog(aim, A_eq=equal, b_eq=np.zeros(len(system.sums)), bounds=bounds, method="highs")
            if answer.status == 3:  # no limit on this side
                seen_high[target] = np.inf
                continue
            if answer.x is None:  # the numbers contradict each other: nothing can be said, so nothing is safe
                seen_low[target] = seen_high[target] = 0
                continue
            seen_low, seen_high = np.minimum(seen_low, answer.x), np.maximum(seen_high, answer.x)
        whole = np.floor(seen_high[target] + 1e-6) - np.ceil(seen_low[target] - 1e-6)
        if not whole >= width:
            found.append(target)
    return found
