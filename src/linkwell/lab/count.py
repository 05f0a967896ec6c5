"""A count of people in a table of the workspace, as a request to the release desk.

What comes of the real data goes to the desk and nowhere else: not whether a statement failed on it, not how
many rows it made. A failure is a population of nobody, which the desk refuses in the words it has for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np

from linkwell.confidentiality.kinds import Internal
from linkwell.confidentiality.request import (
    INTEGRATED,
    Condition,
    CountTable,
    Floats,
    Ints,
    MeanTable,
    QuantileTable,
    ReleaseRequest,
)
from linkwell.errors import WrongUse
from linkwell.lab.refusals import LabRefused
from linkwell.lab.session import Members, Session
from linkwell.lab.workspace import Workspace

FAMILY = INTEGRATED
ALL = "All"
MOST_DIMENSIONS, MOST_CELLS = 3, 5000

SUPPLIED = ("enrolment", "service_event")
"""Tables that providers supplied: a count from them may be about one provider."""


@dataclass(frozen=True)
class Count:
    """What is asked.

    Attributes:
        table: of the workspace. by: column -> its labels; none: those the twin has.
        unit: column that says who is counted. amount: a column whose mean a person is told as well; with one
            row a person.
        unit_of_amount: "days", "dollars" or "events".
        with_total: tell its total as well; a person with several rows in a cell then counts with their sum.
        percents: quantiles of it to tell as well, in a table of their own.
    """

    table: str
    by: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unit: str = "snz_uid"
    amount: str = ""
    unit_of_amount: str = "events"
    with_total: bool = False
    percents: tuple[int, ...] = ()


@dataclass(frozen=True)
class Prepared:
    """What stands on the twin: every column with its labels, and the project's tables it rests on.

    Attributes:
        amounts: columns of numbers that are needed.
    """

    count: Count
    labels: dict[str, tuple[str, ...]]
    sources: frozenset[str]
    amounts: tuple[str, ...] = ()


def rehearse(count: Count, workspace: Workspace, twin: Session) -> Prepared:
    """Try a count on the twin; labels nobody gave are those the twin has.

    Args:
        twin: a fresh session on the twin.

    Raises:
        WrongUse: no such table, or more cells than a table may have. LabRefused: no such column.
    """
    if len(count.by) > MOST_DIMENSIONS:
        raise WrongUse(f"A count is by {MOST_DIMENSIONS} columns at most.")
    workspace.replay(twin, [count.table])
    given = labels_of(count.table, count.by, twin)
    for name, labels in given.items():
        if ALL in labels:
            raise WrongUse(
                f"“{ALL}” is a row a count has by itself.",
                where=f"{count.table}.{name}",
                fix="Call the label something else, or leave it out.",
            )
    amounts = (count.amount,) if count.amount else ()
    twin.members(count.table, unit=count.unit, by=given, amounts=amounts)
    cells = int(np.prod([len(labels) + 1 for labels in given.values()], dtype=np.int64))
    if cells > MOST_CELLS:
        raise WrongUse("This count has more cells than a table may have.", where=f"{cells:,} cells")
    return Prepared(count, given, rests_on(count.table, workspace), amounts)


def labels_of(
    table: str, by: Mapping[str, Sequence[str]], twin: Session
) -> dict[str, tuple[str, ...]]:  # fmt: skip
    """The labels of columns; of those nobody gave, the twin's.

    Raises:
        WrongUse: the twin has none.
    """
    given = {name: tuple(labels) or twin.labels(table, name) for name, labels in by.items()}
    for name, labels in given.items():
        if not labels:
            raise WrongUse(
                "The twin has nothing in this column, so its labels are not known.",
                where=f"{table}.{name}",
                fix="Give the labels you want to count by.",
            )
    return given


def rests_on(table: str, workspace: Workspace) -> frozenset[str]:
    """The project's own tables that a table of the workspace was made from."""
    entries = workspace.needed([table])
    made = {entry.name for entry in entries}
    return frozenset(name for e in entries for name in e.uses if name not in made)


def members_of(prepared: Prepared, workspace: Workspace, real: Session) -> Internal[Members]:
    """Who is in the table, on the real data; nobody where it could not be made."""
    count = prepared.count
    try:
        workspace.replay(real, [count.table])
        found = real.members(count.table, unit=count.unit, by=prepared.labels, amounts=prepared.amounts)
    except LabRefused:
        found = nobody(prepared)
    return Internal(found)


def nobody(prepared: Prepared) -> Members:
    """What is said of a table that could not be made of the real rows."""
    codes = tuple(np.empty(0, dtype=np.int32) for _ in prepared.labels)
    amounts = tuple(np.empty(0) for _ in prepared.amounts)
    return Members(np.empty(0, dtype=np.int64), codes, amounts, made=False)


def request_for(
    prepared: Prepared, members: Internal[Members], *, project: str, purpose: str, title: str = "",
    conditions: tuple[Condition, ...] = (),
) -> ReleaseRequest:  # fmt: skip
    """The request to the release desk: every cell of every label, with margins.

    A count from what a provider supplied is taken to be about one provider, so that its agreement's
    permission is asked for; the desk decides.
    """
    found = with_labels(members.inside())
    count = prepared.count
    labels, cells, rows = _cells(prepared.labels, found)
    units = found.units[rows]
    names, words = tuple(prepared.labels) or ("group",), title or f"People in {count.table}"
    tables: list[CountTable | MeanTable | QuantileTable] = []
    if found.amounts:
        once, values = _each_once(units, found.amounts[0][rows], cells, added=count.with_total)
        facts: dict[str, Any] = {
            "dimensions": names, "labels": labels, "cells": cells[once], "units": units[once],
            "values": values, "totals": (ALL,), "measure": f"{count.table}.{count.amount}",
            "unit": count.unit_of_amount,
        }  # fmt: skip
        tables.append(MeanTable(count.table, **facts, title=words, with_totals=count.with_total))
        if count.percents:
            told = f"{words}: how {count.amount} is spread"
            tables.append(
                QuantileTable(f"{count.table}-quantiles", **facts, title=told, percents=count.percents)
            )
    else:
        tables.append(CountTable(count.table, names, labels, cells, units, totals=(ALL,), title=words))
    return ReleaseRequest(
        project=project, family=FAMILY, purpose=purpose, population=distinct(found.units),
        tables=tuple(tables),
        single_provider=bool(prepared.sources & set(SUPPLIED)),
        sources=("tax",) if "measure" in prepared.sources else (), conditions=conditions,
    )  # fmt: skip


def with_labels(found: Members) -> Members:
    """Without rows of labels nobody asked for: a row of their own would most often be of nobody, and
    hiding it would hide another with it.
    """
    keep = np.ones(len(found.units), dtype=bool)
    for each in found.codes:
        keep &= each >= 0
    codes = tuple(each[keep] for each in found.codes)
    return Members(found.units[keep], codes, tuple(each[keep] for each in found.amounts), found.made)


def _cells(
    by: Mapping[str, tuple[str, ...]], found: Members
) -> tuple[tuple[tuple[str, ...], ...], Ints, Ints]:
    """Labels of every cell, and per membership its cell and the row it came from; margins included."""
    if not by:
        rows = np.arange(len(found.units))
        return ((ALL,),), np.zeros(len(rows), dtype=np.int64), rows
    # Of one column the whole is the population, which is told anyway: a margin would only be looked for.
    whole_too = len(by) > 1
    sides = [(*labels, *([ALL] if whole_too else [])) for labels in by.values()]
    cells: list[Ints] = []
    for margins in product((False, True) if whole_too else (False,), repeat=len(sides)):
        cell = np.zeros(len(found.units), dtype=np.int64)
        for side, codes, whole in zip(sides, found.codes, margins, strict=True):
            cell = cell * len(side) + (len(side) - 1 if whole else codes.astype(np.int64))
        cells.append(cell)
    rows = np.tile(np.arange(len(found.units)), len(cells))
    return tuple(product(*sides)), np.concatenate(cells), rows


def distinct(units: Ints) -> Ints:
    """Each id once, rising. `numpy.unique` hashes, which at millions of ids takes ten times as long."""
    ordered = np.sort(units)
    return ordered[np.concatenate([[True], ordered[1:] != ordered[:-1]])] if len(ordered) else ordered


def _each_once(units: Ints, amounts: Floats, cells: Ints, *, added: bool) -> tuple[Ints, Floats]:
    """One membership a person and cell, with the mean of the person's rows in it, or with their sum."""
    pairs = np.stack([cells, units], axis=1)
    _, first, back = np.unique(pairs, axis=0, return_index=True, return_inverse=True)
    total = np.zeros(len(first))
    np.add.at(total, back.reshape(-1), amounts)
    if not added:
        total /= np.bincount(back.reshape(-1), minlength=len(first))
    return first, total
