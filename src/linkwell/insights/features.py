"""Covariates of a stack: what is known about each row before its index day, and which of it must be alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from linkwell.insights.estimators.effect import sides
from linkwell.insights.measures import HISTORY, SAID, Measure
from linkwell.insights.people import ETHNIC_GROUPS, Bools, People, month_of_day
from linkwell.insights.reach import wording
from linkwell.insights.stack import Stack

Floats = NDArray[np.float64]

SMALL = 250
"""Below this many participants: no squares and fewer windows, so that the balance stays feasible."""

FEWEST = 6
"""A trait of fewer participants than this is not balanced on its own (it would single them out)."""


@dataclass(frozen=True, eq=False, repr=False)
class Features:
    """Moments of every row of a stack.

    Attributes:
        matrix: shape (rows, k). past: which columns are past outcomes or core traits (the strict gates).
        history: which columns are past amounts (their spread is gated). plain: columns that are not squares.
        source: code of the measure each column came from, "" for traits.
    """

    names: tuple[str, ...]
    matrix: Floats
    past: Bools
    history: Bools
    plain: Bools
    source: tuple[str, ...]

    @property
    def traits(self) -> Bools:
        """Columns that are fixed traits."""
        return np.array([not code for code in self.source], dtype=np.bool_)

    def rows(self, wanted: Bools) -> Features:
        """The same columns for some rows."""
        return Features(self.names, self.matrix[wanted], self.past, self.history, self.plain, self.source)


def build_features(people: People, stack: Stack, totals: Floats, measures: tuple[Measure, ...]) -> Features:
    """Covariates from traits and from totals in the `HISTORY` windows, shape (rows, measures, windows)."""
    few = int(stack.treated.sum()) < SMALL
    columns: list[tuple[str, Floats, bool, bool, bool, str]] = []  # name, values, past, history, plain, code
    for name, values, continuous in _traits(people, stack):
        columns.append((name, values, True, False, True, ""))
        if continuous and not few:
            columns.append((f"{name} squared", values**2, True, False, False, ""))
    for place, measure in enumerate(measures):
        for window, (label, *_) in enumerate(HISTORY):
            if few and label in ("half", "quarter"):
                continue
            said = f"any {SAID[label]}" if label == "month" else SAID[label]
            found = _amounts(f"{measure.label}, {said}", totals[:, place, window], label, few=few)
            columns += [(*column, measure.code) for column in found]
    usable = [column for column in columns if _usable(column[1], stack.treated)]
    flags = np.array([column[2:5] for column in usable], dtype=bool).reshape(-1, 3)
    matrix = np.column_stack([column[1] for column in usable]) if usable else np.zeros((len(stack.place), 0))
    source = tuple(column[5] for column in usable)
    return Features(tuple(c[0] for c in usable), matrix, flags[:, 0], flags[:, 1], flags[:, 2], source)


def _amounts(
    name: str, values: Floats, label: str, *, few: bool
) -> list[tuple[str, Floats, bool, bool, bool]]:
    if label == "month":
        return [(name, (values > 0).astype(float), True, False, True)]
    # One person's very large amount must not decide the balance of everybody else.
    capped = np.minimum(values, np.quantile(values[values > 0], 0.995)) if np.any(values > 0) else values
    found = [(name, capped, True, True, True)]
    if not few and len(np.unique(capped[:: max(1, len(capped) // 5000)])) > 5:
        scale = max(float(capped.max()), 1e-12)
        found.append((f"{name} squared", (capped / scale) ** 2, True, False, False))
    return found


def _traits(people: People, stack: Stack) -> list[tuple[str, Floats, bool]]:
    place = stack.place
    months = month_of_day(stack.day)
    age = (months - people.born[place]) / 12.0
    found = [
        ("age", age, True),
        ("woman", (people.gender[place] == 2).astype(float), False),
        ("another gender", (people.gender[place] == 3).astype(float), False),
        ("deprivation", people.nzdep[place].astype(float), True),
        ("start month", (months - months.min(initial=0)).astype(float), True),
    ]
    words = wording()
    found += [
        (f"ethnic group: {words['ethnicity']['labels'][n]}", people.ethnicity[place, n].astype(float), False)
        for n in range(ETHNIC_GROUPS)
    ]
    region = people.region[place]
    return found + [
        (f"region: {words['region']['labels'].get(name, name)}", (region == code).astype(float), False)
        for code, name in enumerate(people.regions)
    ]


def _usable(values: Floats, treated: Bools) -> bool:
    """Varies on the comparison side, and among participants is not the mark of a handful."""
    if np.ptp(values[~treated]) < 1e-12:
        return False
    on = int(np.count_nonzero(values[treated]))
    binary = bool(np.all((values == 0) | (values == 1)))
    return on >= FEWEST and (not binary or int(treated.sum()) - on >= FEWEST)


def off_support(features: Features, stack: Stack) -> Bools:
    """Per group: whether its participant lies outside everything seen among the candidates."""
    ours, others = (features.matrix[side] for side in sides(stack.treated))
    low, high = others.min(axis=0), others.max(axis=0)
    outside = np.any(((ours < low - 1e-9) | (ours > high + 1e-9))[:, features.plain], axis=1)
    dropped = np.zeros(int(stack.group.max(initial=-1)) + 1, dtype=bool)
    dropped[stack.group[stack.treated][outside]] = True
    return dropped
