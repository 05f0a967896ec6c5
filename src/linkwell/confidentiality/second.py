"""A second hidden cell, where a total would give the first one away; and totals barred for later."""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.groups import Flags, Groups, joined
from linkwell.confidentiality.guard import HIDDEN, Past
from linkwell.confidentiality.lines import people_of, without_margins
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import Ints
from linkwell.confidentiality.suppression import Fate, Fates
from linkwell.confidentiality.twins import Pairs, near, same


def hide_second(
    draft: Draft,
    where: Ints,
    sets: Groups,
    shown: Ints,
    fates: Fates,
    kept: Flags,
    moved: Flags,
    past: Past,
    profile: Profile,
) -> None:
    """Hide second cells table by table until nothing changes; changes `shown` and `fates` in place.

    Where every other cell of a line must stay, the total of this request is hidden instead. A cell with
    people enough that is hidden only because its earlier number no longer fits needs no second: what a line
    of rounded numbers leaves of it is far wider than the few people who came or went, and at every refresh a
    small report would lose its totals.

    Args:
        where: per group of the draft, its place among the distinct `sets`; a set hidden in one
            table is hidden in all.
        kept: sets that must stay, because they or a near twin were published before.
        moved: as `heed_past` gives them.
    """
    before = past.groups.take(np.flatnonzero(past.shown != HIDDEN))
    every_line = [table.lines for table in draft.tables]
    changed = True
    while changed:
        changed = False
        told = np.flatnonzero(shown != HIDDEN)
        known = joined([sets.take(told), before])
        for table, table_lines, place in zip(draft.tables, every_line, draft.slices[1:], strict=True):
            own = where[place]
            hidden = fates[own] >= Fate.FEW_PEOPLE
            parts = [_parts(line, table, hidden, profile) for line in table_lines]
            parts = [_needing(line, hidden, hidden & ~moved[own]) for line in parts]
            unsafe = [_unsafe(line, table, hidden, known, profile) for line in parts]
            also = second_cells([line for line, _ in unsafe], hidden, shown[own], kept[own])
            if also.any():
                changed = True
                _hide_with_twins(np.unique(own[also]), sets, shown, fates, kept, profile)
                continue
            totals = np.unique(
                np.concatenate([np.zeros(0, dtype=np.int64), *(told_as for _, told_as in unsafe)])
            )
            totals = told[totals[totals < len(told)]]
            totals = totals[(fates[totals] == Fate.FRESH) & (shown[totals] != HIDDEN)]
            if len(totals):
                changed = True
                fates[totals], shown[totals] = Fate.SECOND, HIDDEN


def _hide_with_twins(
    chosen: Ints, sets: Groups, shown: Ints, fates: Fates, kept: Flags, profile: Profile
) -> None:
    """Hide sets and what nearly repeats them: the very same people elsewhere would be hidden as well, and
    whether a group is the same or nearly the same must not show."""
    flags = np.zeros(len(sets), dtype=bool)
    flags[chosen] = True
    twins = near(sets, sets, profile.guard_distance, flags).old
    flags[twins[(shown[twins] != HIDDEN) & ~kept[twins]]] = True
    fates[flags], shown[flags] = Fate.SECOND, HIDDEN


def barred(draft: Draft, hidden: list[Flags], needing: list[Flags], profile: Profile) -> Groups:
    """Groups whose number, told later, would give away the one hidden cell of a line that was released now.

    Args:
        hidden: per table, the rows that show S. needing: those of them that a total must not give away.
    """
    found = []
    for table, gone, sensitive in zip(draft.tables, hidden, needing, strict=True):
        for line in table.lines:
            parts = _needing(_parts(line, table, gone, profile), gone, sensitive)
            groups, chosen = _totals(parts, table, gone, profile)
            found.append(groups.take(np.flatnonzero(chosen)))
    return joined(found)


def _parts(line: Ints, table: TableDraft, hidden: Flags, profile: Profile) -> Ints:
    if table.apart or not hidden.any():
        return line
    small = table.groups.counts < profile.people_threshold
    return without_margins(line, table.pairs, table.groups, hidden, small)


def _needing(line: Ints, hidden: Flags, sensitive: Flags) -> Ints:
    """`line` with -1 for lines of which the one hidden cell needs no second."""
    number = int(line.max(initial=0)) + 1
    inside = line >= 0
    alone = np.bincount(line[inside & hidden], minlength=number) == 1
    alone &= np.bincount(line[inside & sensitive], minlength=number) == 0
    return np.where(inside & ~alone[np.maximum(line, 0)], line, -1)


def _totals(line: Ints, table: TableDraft, hidden: Flags, profile: Profile) -> tuple[Groups, Flags]:
    """Per line the group that must not be told while exactly one cell is hidden, and which lines count.

    With too few people in the hidden cell that is everyone in the others, of whom at least two must have
    people and nobody be in two; the guard's distance covers whoever is hidden. That does not look at who is
    in the hidden cell, so a hidden zero and a hidden five are treated alike. With one other cell the guard
    makes that cell and the total show the same number, which tells nothing. A larger hidden cell (too few
    entities) counts in.
    """
    number = int(line.max(initial=0)) + 1
    lonely = _lonely(line, hidden)
    if not lonely.any():
        return joined([]), np.zeros(0, dtype=bool)
    large = np.zeros(number, dtype=bool)
    large[line[lonely & hidden & (table.groups.counts >= profile.people_threshold)]] = True
    rows = lonely & (~hidden | large[np.maximum(line, 0)])
    pairs = people_of(np.maximum(line, 0), table.pairs, rows)
    groups = table.people.groups(pairs, number)
    parts = np.bincount(line[rows], minlength=number)
    people = np.bincount(line[rows], weights=table.groups.counts[rows], minlength=number)
    return groups, (parts >= 2) & (people == groups.counts)


def _unsafe(
    line: Ints, table: TableDraft, hidden: Flags, known: Groups, profile: Profile
) -> tuple[Ints, Ints]:
    """`line` with -1 but where a told total would give the one hidden cell away; and those totals."""
    nothing = np.full(len(line), -1, dtype=np.int64)
    if not _lonely(line, hidden).any():
        return nothing, np.zeros(0, dtype=np.int64)
    groups, chosen = _totals(line, table, hidden, profile)
    found = _close(groups, known, chosen, profile.guard_distance)
    unsafe = np.zeros(len(groups), dtype=bool)
    unsafe[found.new] = True
    return np.where((line >= 0) & unsafe[np.maximum(line, 0)], line, nothing), found.old


def _close(groups: Groups, known: Groups, chosen: Flags, distance: int) -> Pairs:
    """Pairs of a chosen group and a known one that is the same people or nearly."""
    one, other = near(groups, known, distance, chosen), same(groups, known)
    new, old = np.concatenate([one.new, other.new]), np.concatenate([one.old, other.old])
    apart = np.concatenate([one.apart, other.apart])
    keep = chosen[new]
    return Pairs(new[keep], old[keep], apart[keep])


def second_cells(table_lines: list[Ints], hidden: Flags, values: Ints, kept: Flags) -> Flags:
    """Cells to hide besides, so that no line has exactly one hidden cell (sdc §3).

    The cell hidden second is the one that mends most lines, then the smallest released value, then the
    first row.

    Args:
        hidden: already hidden, shape (rows,).
        values: rounded values, shape (rows,).
        kept: cells that must stay (published before), shape (rows,).
    """
    now = hidden.copy()
    while True:
        before = int(now.sum())
        for line in table_lines:
            lonely = [_lonely(other, now) for other in table_lines]
            mends = sum((flags.astype(np.int64) for flags in lonely), np.zeros(len(now), dtype=np.int64))
            here = np.flatnonzero(_lonely(line, now) & ~now & ~kept)
            order = here[np.lexsort((here, values[here], -mends[here], line[here]))]
            first = np.ones(len(order), dtype=bool)
            first[1:] = line[order][1:] != line[order][:-1]
            now[order[first]] = True
        if int(now.sum()) == before:
            return now & ~hidden


def _lonely(line: Ints, hidden: Flags) -> Flags:
    """Cells whose line has exactly one hidden cell."""
    inside = line >= 0
    counts = np.bincount(line[inside & hidden], minlength=int(line.max(initial=0)) + 1)
    found: Flags = inside & (counts[np.maximum(line, 0)] == 1)
    return found
