"""Hiding more, or refusing, where exact bounds over all releases would narrow a hidden cell down."""

from __future__ import annotations

from collections.abc import Hashable

import numpy as np

from linkwell.confidentiality.bounds import NO_LIMIT, too_narrow
from linkwell.confidentiality.draft import Draft
from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.guard import HIDDEN
from linkwell.confidentiality.linked import LinkedTable
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Ints, ReleaseRequest
from linkwell.confidentiality.suppression import Fate, Fates

ROUNDS = 12
FEWEST_LINKED = 3
"""Fewer crossed tables than this cannot tell more than their own lines do, which `second` looks after."""
MOST_ROWS = 6000
"""More rows about so few people are nearly all hidden anyway; a person decides."""


def belongs_in_queue(request: ReleaseRequest) -> bool:
    """Whether a request may need exact bounds, told by its shape alone: a crossed table among its tables.

    Whoever answers at once (a lab) leaves such a request to a queued job, whoever it is about: if only small
    cohorts went to the queue, the queue would tell that a cohort is small.
    """
    return any(len(table.dimensions) > 1 for table in request.tables)


def is_small(draft: Draft, profile: Profile) -> bool:
    """Whether the request needs exact bounds: few people (a small area, a picked cohort), crossed tables."""
    crossed = [table for table in draft.tables if len(table.table.dimensions) > 1]
    people = min((int(table.union.counts[0]) for table in crossed), default=0)
    return 0 < people <= profile.bound_people


def hide_until_wide(
    draft: Draft,
    where: Ints,
    shown: Ints,
    fates: Fates,
    kept: Flags,
    earlier: list[LinkedTable],
    profile: Profile,
) -> bool:
    """Hide neighbours of cells that are bounded too narrowly, until none is; changes `shown` and `fates`.

    Args:
        where: per group of the draft, its place among the distinct sets. kept: sets that must stay.
        earlier: tables of earlier releases about these people.

    Returns:
        Whether every hidden cell can now take enough values.
    """
    if sum(len(table.rows) for table in draft.tables) > MOST_ROWS:
        return False
    crossed = [len(table.table.dimensions) > 1 for table in draft.tables]
    if sum(crossed) + sum(len(table.dimensions) > 1 for table in earlier) < FEWEST_LINKED:
        return True
    every_line = [table.lines for table in draft.tables]
    for _ in range(ROUNDS):
        now = [_linked(draft, number, where, shown, fates) for number in range(len(draft.tables))]
        hidden = [table.fates >= Fate.FEW_PEOPLE for table in now]
        whole = _whole(draft, shown[where[0]], fates[where[0]], profile)
        narrow = too_narrow([*now, *earlier], hidden, whole, profile)
        if not any(len(rows) for rows in narrow):
            return True
        more: set[int] = set()
        for number, rows in enumerate(narrow):
            own = where[draft.slices[1 + number]]
            for row in rows.tolist():
                more |= _neighbours(row, every_line[number], own, shown, kept)
        if not more:
            return False
        chosen = np.array(sorted(more), dtype=np.int64)
        fates[chosen], shown[chosen] = Fate.SECOND, HIDDEN
    return False


def _neighbours(row: int, table_lines: list[Ints], own: Ints, shown: Ints, kept: Flags) -> set[int]:
    """In each line of a row, the set with the smallest told number that may be hidden."""
    found = set()
    for line in table_lines:
        sets = own[(line == line[row]) & (shown[own] != HIDDEN) & ~kept[own]]
        if len(sets):
            found.add(int(sets[np.lexsort((sets, shown[sets]))[0]]))
    return found


def _linked(draft: Draft, number: int, where: Ints, shown: Ints, fates: Fates) -> LinkedTable:
    table, own = draft.tables[number], where[draft.slices[1 + number]]
    rows = shown[own], fates[own], table.pairs.cells, table.pairs.places
    return LinkedTable(table.table.dimensions, table.rows, table.groups, *rows)


def _whole(draft: Draft, shown: int, fate: int, profile: Profile) -> tuple[Hashable, float, float]:
    """Fingerprint of the cohort and what its released number says."""
    name = int(draft.cohorts.keys[0]), int(draft.cohorts.counts[0])
    if fate >= Fate.FEW_PEOPLE:
        return name, 0.0, NO_LIMIT
    slack = int(profile.bases(np.array([shown]))[0]) - (fate == Fate.FRESH)
    return name, float(shown - slack), float(shown + slack)
