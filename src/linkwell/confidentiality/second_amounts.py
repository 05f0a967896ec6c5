"""A second hidden mean, where a total would give the first one away.

Noised amounts add up (that is what keeps them consistent), so a line of means with exactly one hidden gives
it away as soon as the line's total is told. Totals are found by the keyed sums of their amounts, never by a
label.
"""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.draft import TableDraft
from linkwell.confidentiality.groups import Flags, Groups, joined
from linkwell.confidentiality.lines import people_of, without_margins
from linkwell.confidentiality.magnitudes import ALIKE, Told
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Floats, Ints


def hide_second_amounts(
    table: TableDraft, told: Floats, kept: Flags, sums: Floats, shown: Ints, earlier: Told, profile: Profile
) -> tuple[Floats, Told]:
    """The means that may still be told, and sets of amounts that must not be told later.

    Args:
        told: means per row, nan where hidden. kept: rows whose mean was told before, and must stay.
        sums: keyed sums of every row, shape (rows, 64). shown: released counts. earlier: means that left.
    """
    told = told.copy()
    every_line = table.lines
    while True:
        before = int(np.isnan(told).sum())
        for line in every_line:
            for parts, gone in lonely_parts(line, table, np.isnan(told), profile):
                whole = sums[parts].sum(axis=0)
                totals = _those_like(whole, sums, profile) & ~np.isnan(told)
                totals[parts] = False
                if not totals.any() and not _those_like(whole, earlier.sums, profile).any():
                    continue
                free = parts[(parts != gone) & ~kept[parts]]
                if len(free):
                    told[free[np.lexsort((free, shown[free]))[0]]] = np.nan
                else:
                    told[totals & ~kept] = np.nan
        if int(np.isnan(told).sum()) == before:
            return told, _untold(table, every_line, told, sums, profile)


def lonely_parts(line: Ints, table: TableDraft, hidden: Flags, profile: Profile) -> list[tuple[Ints, int]]:
    """(all parts, the hidden one) of each line with exactly one hidden mean that subtraction could give away.

    A hidden part of a few people beside one other part gives nothing away: the guard makes that part and the
    total show one number. Up to `guard_distance` people are treated like nobody.
    """
    counts = table.groups.counts
    parts = without_margins(line, table.pairs, table.groups, hidden, counts < profile.people_threshold)
    inside = parts >= 0
    number = int(parts.max(initial=-1)) + 1
    alone = np.bincount(parts[inside & hidden], minlength=number) == 1
    size = np.bincount(parts[inside], minlength=number)
    found = []
    for place in np.flatnonzero(alone & (size >= 2)).tolist():
        rows = np.flatnonzero(parts == place)
        gone = int(rows[hidden[rows]][0])
        if len(rows) > 2 or counts[gone] > profile.guard_distance:
            found.append((rows, gone))
    return found


def _those_like(whole: Floats, sums: Floats, profile: Profile) -> Flags:
    """Which sets of amounts are, but for a few people, these; shape (sets,)."""
    scale = float(np.abs(whole).max(initial=0))
    away = (np.abs(sums - whole) > ALIKE * max(scale, 1e-300)).sum(axis=1)
    found: Flags = (away <= profile.guard_distance) & (scale > 0)
    return found


def _untold(table: TableDraft, every_line: list[Ints], told: Floats, sums: Floats, profile: Profile) -> Told:
    """Totals that would give a hidden mean of this table away, if they were told later."""
    groups: list[Groups] = []
    wholes = [np.zeros((0, sums.shape[1]))]
    for line in every_line:
        for rows, _ in lonely_parts(line, table, np.isnan(told), profile):
            chosen = np.zeros(len(table.rows), dtype=bool)
            chosen[rows] = True
            one = np.zeros(len(table.rows), dtype=np.int64)
            groups.append(table.people.groups(people_of(one, table.pairs, chosen), 1))
            wholes.append(sums[rows].sum(axis=0)[None])
    return Told.untold(joined(groups), np.concatenate(wholes))
