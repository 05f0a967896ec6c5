"""What the cells of several tables have to do with each other: told by who is in them, not by names."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np

from linkwell.confidentiality.groups import Flags, Groups
from linkwell.confidentiality.lines import lines
from linkwell.confidentiality.request import Ints, Labels
from linkwell.confidentiality.suppression import Fates

Sums = list[tuple[list[int], Hashable]]
"""Rows of a line, and the name of the group they add up to."""


@dataclass(frozen=True, eq=False)
class LinkedTable:
    """A table of this request or of an earlier release.

    Attributes:
        shown, fates: per row, the number shown and why. cells, people: every membership, people by any number
            that tells them apart within the table.
    """

    dimensions: tuple[str, ...]
    rows: Labels
    groups: Groups
    shown: Ints
    fates: Fates
    cells: Ints
    people: Ints


def with_label(table: LinkedTable, rows: Ints, axis: int) -> LinkedTable:
    """The rows that have one label along `axis`, as a table of the other dimensions."""
    place = np.full(len(table.rows), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    inside = place[table.cells] >= 0
    return LinkedTable(
        table.dimensions[:axis] + table.dimensions[axis + 1 :],
        tuple(table.rows[row][:axis] + table.rows[row][axis + 1 :] for row in rows.tolist()),
        table.groups.take(rows), table.shown[rows], table.fates[rows], place[table.cells[inside]],
        table.people[inside],
    )  # fmt: skip


def named(
    table: LinkedTable, number: int, dimensions: dict[frozenset[Hashable], Hashable]
) -> tuple[list[Hashable], Sums]:
    """A name per row that the same cell has in every table, and the lines that add up.

    A cell is everybody of the table who has certain labels; a label is known again by everybody who has it.
    That two cells happen to hold the same people does not make them one: a reader could not know it.

    Args:
        dimensions: what is known of dimensions, by their labels; grows.
    """
    codes = [np.unique(column, return_inverse=True)[1] for column in zip(*table.rows, strict=True)]
    everyone = len(np.unique(table.people))
    margin: Flags = np.column_stack([_margins(table, code, everyone) for code in codes])
    base: Flags = ~np.asarray(margin.any(axis=1))
    inside = base[table.cells]
    if int(inside.sum()) != everyone or len(np.unique(table.people[inside])) != everyone:
        return [(number, row) for row in range(len(table.rows))], []
    ids = [_labels(table, axis, code, base) for axis, code in enumerate(codes)]
    taken: set[Hashable] = set()
    names = []
    for axis, own in enumerate(ids):
        kind = dimensions.setdefault(frozenset(own), (number, axis))
        kind = (number, axis) if kind in taken else kind
        taken.add(kind)
        names.append([(kind, label) for label in own])
    whole = (int(np.bitwise_xor.reduce(table.groups.keys[base])), everyone)

    def name(row: int, without: int = -1) -> Hashable:
        told = (names[a][codes[a][row]] for a in range(len(codes)) if a != without and not margin[row, a])
        return (whole, frozenset(told))

    sums: Sums = []
    for axis, line in enumerate(lines(table.rows)):
        for place in range(int(line.max(initial=-1)) + 1):
            rows = np.flatnonzero((line == place) & ~margin[:, axis]).tolist()
            if rows:
                sums.append((rows, name(rows[0], axis)))
    return [name(row) for row in range(len(table.rows))], sums


def _margins(table: LinkedTable, code: Ints, everyone: int) -> Flags:
    """Rows whose label along one dimension everybody has, while others have people too."""
    spots = np.unique(code[table.cells] * (int(table.people.max(initial=0)) + 1) + table.people)
    people = np.bincount(spots // (int(table.people.max(initial=0)) + 1), minlength=int(code.max()) + 1)
    several = int((people > 0).sum()) > 1
    found: Flags = (people[code] == everyone) & several & (everyone > 0)
    return found


def _labels(table: LinkedTable, axis: int, code: Ints, base: Flags) -> list[Hashable]:
    """Per label of a dimension: key and count of everybody who has it; an empty one goes by its name."""
    found: list[Hashable] = []
    for label in range(int(code.max()) + 1):
        rows = np.flatnonzero((code == label) & base)
        count = int(table.groups.counts[rows].sum())
        key = int(np.bitwise_xor.reduce(table.groups.keys[rows])) if count else 0
        words = (table.dimensions[axis], table.rows[int(np.flatnonzero(code == label)[0])][axis])
        found.append((key, count) if count else words)
    return found
