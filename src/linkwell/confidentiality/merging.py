"""Help to publish more: which neighbouring labels to merge so that fewer cells are lost, and the cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from linkwell.confidentiality.request import Ints, Labels
from linkwell.confidentiality.suppression import Axes, axes_of

Levels = Mapping[str, Mapping[str, str]]

GOOD_ENOUGH = 0.10
MOST_STEPS = 12


@dataclass(frozen=True)
class Merge:
    """A merged version of a table, for the holder of the data only.

    Attributes:
        groups: per dimension, its labels in groups; one group of all labels leaves the dimension out.
        lost, lost_before: share of the cells with people that too few people are in, merged and as asked.
        people_lost: share of people in such cells. cells: cells of the merged table.
    """

    dimensions: tuple[str, ...]
    groups: tuple[tuple[tuple[str, ...], ...], ...]
    lost: float
    lost_before: float
    people_lost: float
    cells: int

    def __str__(self) -> str:
        words = []
        for name, groups in zip(self.dimensions, self.groups, strict=True):
            if len(groups) == 1:
                words.append(f"without {name}")
            elif any(len(group) > 1 for group in groups):
                together = "; ".join(_together(group) for group in groups if len(group) > 1)
                words.append(f"{name} in {len(groups)} groups ({together})")
        told = f"{self.lost:.0%} instead of {self.lost_before:.0%} of cells lost"
        people = f"{self.people_lost:.1%} of people in them"
        return f"{', '.join(words) or 'as it is'}: {told}, {people}, {self.cells} cells"


def _together(group: tuple[str, ...]) -> str:
    return " and ".join(group) if len(group) == 2 else f"{group[0]} to {group[-1]}, {len(group)} labels"


def coarser(
    counts: Ints, labels: Labels, dimensions: tuple[str, ...], threshold: int, levels: Levels
) -> tuple[Merge, ...]:
    """What each coarser level of a code list would save (ethnicity level 1, regions), and all together.

    Args:
        levels: dimension -> label -> its group at the coarser level; a label without one stays.
    """
    axes = axes_of(labels, len(dimensions))
    cube = counts.reshape([len(axis) for axis in axes])
    before = _lost(cube, threshold)[0]
    known = [place for place, name in enumerate(dimensions) if name in levels]
    found = []
    for chosen in [[place] for place in known] + ([known] if len(known) > 1 else []):
        merged, groups = cube, _each_alone(axes)
        for place in chosen:
            names = [levels[dimensions[place]].get(label, label) for label in axes[place]]
            order = list(dict.fromkeys(names))
            codes = np.array([order.index(name) for name in names], dtype=np.int64)
            made = np.zeros((len(order), *np.delete(merged.shape, place).tolist()), dtype=np.int64)
            np.add.at(made, codes, np.moveaxis(merged, place, 0))
            merged = np.moveaxis(made, 0, place)
            groups[place] = tuple(
                tuple(label for label, own in zip(axes[place], names, strict=True) if own == name)
                for name in order
            )
        lost, people = _lost(merged, threshold)
        found.append(Merge(dimensions, tuple(groups), lost, before, people, merged.size))
    return tuple(found)


def proposals(counts: Ints, labels: Labels, dimensions: tuple[str, ...], threshold: int) -> tuple[Merge, ...]:
    """Merges from the gentlest to one that loses at most a tenth of the cells.

    At each step the merge of two neighbouring groups of labels is taken that saves most cells for each cell
    given up. Neighbours are next to each other in the order of the labels, so give ordered labels in order.

    Args:
        counts: people per row of `labels`, which are all combinations in order.
    """
    axes = axes_of(labels, len(dimensions))
    cube = counts.reshape([len(axis) for axis in axes])
    groups = _each_alone(axes)
    before = _lost(cube, threshold)[0]
    found: list[Merge] = []
    while len(found) < MOST_STEPS * len(axes) and _lost(cube, threshold)[0] > GOOD_ENOUGH:
        steps = [(axis, place) for axis, own in enumerate(groups) for place in range(len(own) - 1)]
        if not steps:
            break
        gains = [_gain(cube, axis, place, threshold) for axis, place in steps]
        axis, place = steps[int(np.argmax(gains))]
        cube = _merged(cube, axis, place)
        own = groups[axis]
        groups[axis] = (*own[:place], own[place] + own[place + 1], *own[place + 2 :])
        lost, people = _lost(cube, threshold)
        found.append(Merge(dimensions, tuple(groups), lost, before, people, cube.size))
    return _worth_telling(found)


def _each_alone(axes: Axes) -> list[Axes]:
    return [tuple((label,) for label in axis) for axis in axes]


def _merged(cube: Ints, axis: int, place: int) -> Ints:
    starts = np.delete(np.arange(cube.shape[axis]), place + 1)
    merged: Ints = np.add.reduceat(cube, starts, axis=axis)
    return merged


def _gain(cube: Ints, axis: int, place: int, threshold: int) -> float:
    """Small cells saved for each cell with enough people that is given up."""
    merged = _merged(cube, axis, place)
    saved = _small(cube, threshold) - _small(merged, threshold)
    given_up = int((cube >= threshold).sum()) - int((merged >= threshold).sum())
    return saved / (max(given_up, 0) + 1)


def _small(cube: Ints, threshold: int) -> int:
    return int(((cube > 0) & (cube < threshold)).sum())


def _lost(cube: Ints, threshold: int) -> tuple[float, float]:
    """Share of cells with people, and of people, that are lost."""
    there, small = cube > 0, (cube > 0) & (cube < threshold)
    people = float(cube[small].sum()) / max(int(cube.sum()), 1)
    return float(small.sum()) / max(int(there.sum()), 1), people


def _worth_telling(found: list[Merge]) -> tuple[Merge, ...]:
    """The last merge, and those on the way that lose clearly less than the one told before."""
    told: list[Merge] = []
    for merge, after in pairwise([*found, None]):
        assert merge is not None
        best = told[-1].lost if told else merge.lost_before
        if after is None or merge.lost <= best * 0.6:
            told.append(merge)
    return tuple(told)
