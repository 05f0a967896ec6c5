"""A second hidden cell, where a total that was told would give the first one away."""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.draft import Draft, TableDraft
from linkwell.confidentiality.groups import Flags, Groups, distinct, joined, near, same
from linkwell.confidentiality.guard import HIDDEN, Past
from linkwell.confidentiality.profile import Profile
from linkwell.confidentiality.request import CountTable, Ints, Labels, MeanTable
from linkwell.confidentiality.suppression import Fate, Fates


def hide_second(
    draft: Draft,
    where: Ints,
    sets: Groups,
    shown: Ints,
    fates: Fates,
    kept: Flags,
    past: Past,
    profile: Profile,
) -> None:
    """Hide second cells table by table until nothing changes; changes `shown` and `fates` in place.

    Args:
        where: per group of the draft, its place among the distinct `sets`; a set hidden in one
            table is hidden in all.
        kept: sets that must stay, because they or a near twin were published before.
    """
    told = joined(
        [sets.take(np.flatnonzero(shown != HIDDEN)), past.groups.take(np.flatnonzero(past.shown != HIDDEN))]
    )
    every_line = [lines(table.table, table.rows) for table in draft.tables]
    changed = True
    while changed:
        changed = False
        for table, table_lines, place in zip(draft.tables, every_line, draft.slices[1:], strict=True):
            own = where[place]
            hidden = fates[own] >= Fate.FEW_PEOPLE
            unsafe = [unsafe_lines(line, table, hidden, told, profile) for line in table_lines]
            also = second_cells(unsafe, hidden, shown[own], kept[own])
            if also.any():
                changed = True
                fates[own[also]], shown[own[also]] = Fate.SECOND, HIDDEN


def lines(table: CountTable | MeanTable, rows: Labels) -> list[Ints]:
    """The lines of a table, one array per dimension: the line each row belongs to (-1: a margin).

    In a table of all combinations a line runs along one dimension with all others fixed. In a listed (long)
    table the rows that share all labels but the last are a line.
    """
    if not rows:
        return []
    columns = [np.array(column, dtype=np.str_) for column in zip(*rows, strict=True)]
    codes = [np.unique(column, return_inverse=True)[1].astype(np.int64) for column in columns]
    along = range(len(codes)) if table.combinations == "all" else [len(codes) - 1]
    found = []
    for axis in along:
        line = np.zeros(len(rows), dtype=np.int64)
        for other, code in enumerate(codes):
            if other != axis:  # renumbered at every step, so that the numbers never outgrow the rows
                line = np.unique(line * (int(code.max()) + 1) + code, return_inverse=True)[1].astype(np.int64)
        found.append(np.where(np.isin(columns[axis], table.totals), -1, line))
    return found


def unsafe_lines(line: Ints, table: TableDraft, hidden: Flags, told: Groups, profile: Profile) -> Ints:
    """`line` with -1 everywhere but in lines whose one hidden cell a told total would give away.

    A line is unsafe when it has exactly one hidden cell, at least two others, nobody in two of those, and all
    those people together are, but for at most `guard_distance` people, a group with a published number. That
    does not look at who is in the hidden cell, so a hidden zero and a hidden five are treated alike. With one
    other cell the guard makes that cell and the total show the same number, which tells nothing. A larger
    hidden cell (too few entities) is unsafe whenever the whole line was told.
    """
    lonely = _lonely(line, hidden)
    if not lonely.any():
        return np.full(len(line), -1, dtype=np.int64)
    number = int(line.max()) + 1
    others = _people_of(line, table, lonely & ~hidden, number)
    parts = np.bincount(line[lonely & ~hidden], minlength=number)
    people = np.bincount(
        line[lonely & ~hidden], weights=table.groups.counts[lonely & ~hidden], minlength=number
    )
    apart = (parts >= 1) & (people == others.counts)
    unsafe = _is_told(others, told, apart & (parts >= 2), profile.guard_distance)
    large = np.zeros(number, dtype=bool)
    large[line[lonely & hidden & (table.groups.counts >= profile.people_threshold)]] = True
    if large.any():
        unsafe |= _is_told(
            _people_of(line, table, lonely, number), told, apart & large, profile.guard_distance
        )
    found: Ints = np.where((line >= 0) & unsafe[np.maximum(line, 0)], line, -1)
    return found


def _people_of(line: Ints, table: TableDraft, rows: Flags, number: int) -> Groups:
    """The distinct people of the chosen rows, line by line."""
    inside = rows[table.pairs.cells]
    pairs = distinct(line[table.pairs.cells[inside]], table.pairs.places[inside])
    return table.people.groups(pairs, number)


def _is_told(groups: Groups, told: Groups, chosen: Flags, distance: int) -> Flags:
    """Which chosen groups are, or nearly are, a group with a published number."""
    found = np.zeros(len(groups), dtype=bool)
    found[near(groups, told, distance, chosen).new] = True
    found[same(groups, told).new] = True
    return found & chosen


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
