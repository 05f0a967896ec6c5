"""Which cells are hidden for themselves: too few people or entities; and the full list of rows."""

from __future__ import annotations

from enum import IntEnum
from itertools import product
from operator import eq, itemgetter

import numpy as np
from numpy.typing import NDArray

from linkwell.confidentiality.groups import Flags
from linkwell.confidentiality.request import AnyTable, Ints, Labels
from linkwell.errors import WrongUse

MOST_CELLS = 5_000_000
ANYWHERE = ("Total", "All", "Not known", "Unknown", "Not stated", "Other")
"""Last labels that a long table may have under every heading."""


class Fate(IntEnum):
    """Why a cell shows what it shows. The checker sees this; outside all hidden cells look alike.

    SECOND: for the sake of another cell of its line. GUARDED: near something told, or hidden, before. NARROW:
    new about a cohort that is nearly an earlier one. BARRED: a total that would give a hidden cell away.
    """

    FRESH = 0
    REPEATED = 1
    CARRIED = 2
    FEW_PEOPLE = 3
    FEW_ENTITIES = 4
    SECOND = 5
    GUARDED = 6
    NARROW = 7
    BARRED = 8

    @property
    def hidden(self) -> bool:
        """Whether the cell shows S."""
        return self >= Fate.FEW_PEOPLE


Fates = NDArray[np.uint8]


Axes = tuple[tuple[str, ...], ...]


def full_labels(table: AnyTable) -> tuple[Labels, Ints, Axes]:
    """Every row the released table will have, where each requested row went, and the labels per dimension.

    The last is empty for a table that keeps its own rows.

    With all combinations listed, an absent row cannot tell a zero from a small number (nz-domain §3.4). The
    order follows the first appearance of each label in the request's label list, never the data.

    Raises:
        WrongUse: labels of the wrong width, a doubled row, or more combinations than anybody can read.
    """
    width, as_given = len(table.dimensions), np.arange(len(table.labels), dtype=np.int64)
    if set(map(len, table.labels)) - {width}:
        raise _unfit(table)
    if not table.labels or (table.combinations == "listed" and is_long(table.labels)):
        if len(set(table.labels)) != len(table.labels):
            raise _unfit(table)
        return table.labels, as_given, ()
    axes = axes_of(table.labels, width)
    if np.prod([float(len(axis)) for axis in axes]) > MOST_CELLS:
        raise too_many(table.name)
    number = int(np.prod([len(axis) for axis in axes]))
    if number == len(table.labels) and all(map(eq, product(*axes), table.labels)):
        return table.labels, as_given, axes
    rows = tuple(product(*axes))
    if len(set(table.labels)) != len(table.labels):
        raise _unfit(table)
    places = {row: place for place, row in enumerate(rows)}
    return rows, np.array([places[row] for row in table.labels], dtype=np.int64), axes


def axes_of(labels: Labels, width: int) -> Axes:
    """The labels per dimension, as they first appear."""
    return tuple(tuple(dict.fromkeys(map(itemgetter(place), labels))) for place in range(width))


def too_many(where: str) -> WrongUse:
    """What to say of a table nobody can read."""
    return WrongUse(
        "This table has more combinations of labels than can be released.",
        where=where,
        fix="Use fewer dimensions or broader groups.",
    )


def _unfit(table: AnyTable) -> WrongUse:
    return WrongUse("Each row needs one label per dimension, and each row once.", where=table.name)


def is_long(labels: Labels) -> bool:
    """Whether each last label belongs to one heading only ("region", "Otago"): nothing can be left out then.

    A table of two crossed dimensions is none, however it is called; it gets all its combinations.
    """
    headings: dict[str, tuple[str, ...]] = {}
    own = (row for row in labels if row[-1] not in ANYWHERE)
    return all(headings.setdefault(row[-1], row[:-1]) == row[:-1] for row in own)


def too_few_entities(cells: Ints, entities: Ints, number: int, threshold: int) -> Flags:
    """Cells with fewer than `threshold` distinct entities of one kind (negative ids: none)."""
    there = entities >= 0
    order = np.lexsort((entities[there], cells[there]))
    c, e = cells[there][order], entities[there][order]
    keep = np.ones(len(c), dtype=bool)
    keep[1:] = (c[1:] != c[:-1]) | (e[1:] != e[:-1])
    few: Flags = np.bincount(c[keep], minlength=number) < threshold
    return few
