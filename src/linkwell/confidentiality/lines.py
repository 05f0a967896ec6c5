"""The lines of a table, and which rows are margins: found by who is in them, never by a label."""

from __future__ import annotations

import numpy as np

from linkwell.confidentiality.groups import Flags, Groups, Memberships, distinct, expanded
from linkwell.confidentiality.request import Ints, Labels

STRAGGLERS = 5
"""A margin may miss this many people of a part: one person more or less must not turn it into a part."""


def lines_of_all(shape: tuple[int, ...]) -> list[Ints]:
    """As `lines`, of a table of all combinations in order, without looking at its labels."""
    number = int(np.prod(shape))
    place = np.arange(number, dtype=np.int64)
    found = []
    for axis in range(len(shape)):
        after = int(np.prod(shape[axis + 1 :]))
        found.append(place // (after * shape[axis]) * after + place % after)
    return found


def lines(rows: Labels) -> list[Ints]:
    """One array per dimension: the line each row belongs to, which runs along it with all others fixed."""
    if not rows:
        return []
    columns = [np.array(column, dtype=np.str_) for column in zip(*rows, strict=True)]
    codes = [np.unique(column, return_inverse=True)[1].astype(np.int64) for column in columns]
    found = []
    for axis in range(len(codes)):
        line = np.zeros(len(rows), dtype=np.int64)
        for other, code in enumerate(codes):
            if other != axis:  # renumbered at every step, so that the numbers never outgrow the rows
                line = np.unique(line * (int(code.max()) + 1) + code, return_inverse=True)[1].astype(np.int64)
        found.append(line)
    return found


def without_margins(line: Ints, pairs: Memberships, groups: Groups, hidden: Flags, small: Flags) -> Ints:
    """`line` with -1 for rows that hold (nearly) all people of another row of their line.

    A requester who calls a part a total, or a total a part, changes nothing. Rows with too few people are
    never looked into, so that a hidden zero and a hidden five are treated alike. Lines with nothing hidden
    are left as they are.

    Args:
        hidden: hidden rows. small: rows with too few people. Shape (rows,).
    """
    matter = np.zeros(int(line.max(initial=0)) + 1, dtype=bool)
    matter[line[hidden]] = True
    inside = (matter[line] & ~small)[pairs.cells]
    cells, places = pairs.cells[inside], pairs.places[inside]
    if not len(places) or int(np.bincount(places).max()) < 2:
        return line
    found = line.copy()
    found[_holders(line, cells, places, groups)] = -1
    return found


def _holders(line: Ints, cells: Ints, places: Ints, groups: Groups) -> Ints:
    """Rows that hold nearly all of another row of their line; of two with the same people, the later."""
    spot = line[cells] * (int(places.max()) + 1) + places
    order = np.argsort(spot, kind="stable")
    spot, row = spot[order], cells[order]
    begins = np.concatenate([[True], spot[1:] != spot[:-1]])
    starts = np.flatnonzero(begins)
    run = np.cumsum(begins) - 1
    times = np.diff(np.append(starts, len(spot)))[run]
    often = times >= 2
    first, place = expanded(row[often], starts[run[often]], times[often])
    codes, common = np.unique(first * len(line) + row[place], return_counts=True)
    part, margin = np.divmod(codes, len(line))
    size, holder = groups.counts[part], groups.counts[margin]
    enough = common >= np.maximum(size - STRAGGLERS, (size + 1) // 2)
    keep = enough & (part != margin) & ((holder > size) | ((holder == size) & (margin > part)))
    found: Ints = margin[keep]
    return found


def people_of(line: Ints, pairs: Memberships, rows: Flags) -> Memberships:
    """The distinct people of the chosen rows, line by line."""
    inside = rows[pairs.cells]
    return distinct(line[pairs.cells[inside]], pairs.places[inside])
