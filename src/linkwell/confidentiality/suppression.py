"""Which cells are hidden: few people, few entities, and a second one in every line with exactly one."""

from __future__ import annotations

from enum import IntEnum
from itertools import product

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.request import CountTable, Ints, Labels, MeanTable
from linkwell.errors import WrongUse

MOST_CELLS = 5_000_000


class Fate(IntEnum):
    """Why a cell shows what it shows. The checker sees this; outside all hidden cells look alike."""

    FRESH = 0
    REPEATED = 1
    CARRIED = 2
    FEW_PEOPLE = 3
    FEW_ENTITIES = 4
    SECOND = 5
    GUARDED = 6

    @property
    def hidden(self) -> bool:
        """Whether the cell shows S."""
        return self >= Fate.FEW_PEOPLE


Fates = NDArray[np.uint8]


def full_labels(table: CountTable | MeanTable) -> tuple[Labels, Ints]:
    """Every row the released table will have, and where each requested row went.

    With all combinations listed, an absent row cannot tell a zero from a small number (nz-domain §3.4). The
    order follows the first appearance of each label in the request's label list, never the data.

    Raises:
        WrongUse: labels of the wrong width, a doubled row, or more combinations than anybody can read.
    """
    width = len(table.dimensions)
    if any(len(row) != width for row in table.labels) or len(set(table.labels)) != len(table.labels):
        raise WrongUse("Each row needs one label per dimension, and each row once.", where=table.name)
    if table.combinations == "listed" or not table.labels:
        return table.labels, np.arange(len(table.labels), dtype=np.int64)
    axes = [tuple(dict.fromkeys(column)) for column in zip(*table.labels, strict=True)]
    if np.prod([float(len(axis)) for axis in axes]) > MOST_CELLS:
        raise WrongUse(
            "This table has more combinations of labels than can be released.",
            where=table.name,
            fix="Use fewer dimensions or broader groups.",
        )
    rows = tuple(product(*axes))
    places = {row: place for place, row in enumerate(rows)}
    return rows, np.array([places[row] for row in table.labels], dtype=np.int64)


def too_few_entities(cells: Ints, entities: Ints, number: int, threshold: int) -> Flags:
    """Cells with fewer than `threshold` distinct entities of one kind (negative ids: none)."""
    there = entities >= 0
    order = np.lexsort((entities[there], cells[there]))
    c, e = cells[there][order], entities[there][order]
    keep = np.ones(len(c), dtype=bool)
    keep[1:] = (c[1:] != c[:-1]) | (e[1:] != e[:-1])
    few: Flags = np.bincount(c[keep], minlength=number) < threshold
    return few


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
