"""Starts spread over time on an analyst's own long table: one row per person and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.errors import WrongUse
from linkwell.insights.estimators.staggered import (
    Controls,
    Summary,
    by_event_time,
    by_group,
    group_times,
    pre_test,
    simple,
)
from linkwell.insights.gates import GateResult, judge, refused, usual
from linkwell.insights.headings import column
from linkwell.insights.table import covariates, numbers, reckonable, worded

Floats = NDArray[np.float64]

FEWEST = 6
"""People who start together; of fewer, chance looks like certainty."""


@dataclass(frozen=True, eq=False, repr=False)
class PanelCompared:
    """Group-time effects summed up; everything estimated is None or empty when a gate is red.

    Attributes:
        participants: people who start. comparison: people who never do (not_yet: or start later than the
            first). pre_p: p of the test before the
            start.
        events: by periods since the start. groups: by first treated period.
    """

    participants: int
    comparison: int
    gates: tuple[GateResult, ...]
    notes: tuple[str, ...]
    overall: Summary | None = None
    pre_p: float = float("nan")
    events: tuple[Summary, ...] = ()
    groups: tuple[Summary, ...] = ()


def compare_panel(
    table: pa.Table,
    *,
    person: str,
    period: str,
    started: str,
    outcome: str,
    names: Sequence[str] = (),
    controls: Controls = "never",
) -> PanelCompared:
    """Callaway and Sant'Anna's effects from a long table.

    Args:
        started: column with the first treated period of the person; 0, empty or later than the data: never.
        names: covariates, taken from each person's first period.

    Raises:
        WrongUse: a column is missing or is not numbers; a person has two rows in one period or two starts.
    """
    when, y, first = (_numbers(table, name) for name in (period, outcome, started))
    if np.isnan(when).any():
        raise WrongUse(f"“{period}” is missing in some rows.", why="A row must say which period it is of.")
    people, row = _people(table, person)
    periods, place = np.unique(when, return_inverse=True)
    if np.bincount(row * len(periods) + place).max(initial=0) > 1:
        raise WrongUse(f"Someone has two rows in one “{period}”.", fix="Keep one row per person and period.")
    start = _starts(first, row, len(people), float(periods.max()))
    panel = np.full((len(people), len(periods)), np.nan)
    panel[row, place] = y
    traits, gone = _traits(table, names, row, place, len(people))
    reckonable(y, outcome)
    full = ~np.isnan(panel).any(axis=1) & ~gone
    early = start <= periods[0]
    stay = full & ~early
    notes = []
    if (~full).any():
        notes.append(f"{int((~full).sum())} people without a value in every period were left out.")
    if (full & early).any():
        notes.append(f"{int((full & early).sum())} people who had started by the first period were left out.")
    mine = np.isfinite(start)
    values = {
        "participants": float((mine & stay).sum()),
        "complete": float(full[mine].mean()) if mine.any() else 0.0,
        "effective_size": float((~mine & stay).sum()),
    }
    if controls == "not_yet":
        values["effective_size"] = float(((start > start[stay].min(initial=np.inf)) & stay).sum())
    if controls == "never" and len(np.unique(start[stay])) > 1 and not (~mine & stay).any():
        notes.append("Everybody starts in the end: --controls not_yet compares with those who start later.")
    values |= _alike(panel, traits, mine, stay, controls)
    if refused(judge(values)) or len(periods) < 2:
        return PanelCompared(
            int(values["participants"]), int(values["effective_size"]), judge(values), tuple(notes)
        )
    found = group_times(
        panel[stay], periods, start[stay], None if traits is None else traits[stay], controls=controls
    )
    few = sum(int((start[stay] == group).sum()) < FEWEST for group in np.unique(start[stay & mine]))
    if few:
        notes.append(
            f"Groups of fewer than {FEWEST} people that start together: {few}. They say little alone."
        )
    if found.left_out:
        notes.append(f"{len(found.left_out)} group-periods with nobody to compare with were left out.")
    pre_p = pre_test(found, FEWEST)
    if not np.isnan(pre_p):
        values["before_start"] = pre_p
    return PanelCompared(
        int(values["participants"]), int(values["effective_size"]), judge(values), tuple(notes),
        simple(found), pre_p, by_event_time(found), by_group(found),
    )  # fmt: skip


def _alike(
    panel: Floats, traits: Floats | None, mine: NDArray[np.bool_], stay: NDArray[np.bool_], controls: Controls
) -> dict[str, float]:
    """Gates on what there is to compare: outcomes that differ at all, and others with the same traits."""
    ours, others = stay & mine, stay & (~mine if controls == "never" else np.ones_like(mine))
    values = {}
    if ours.any() and others.any():
        other = (panel != usual(panel[stay].ravel())).any(axis=1)
        values["varied"] = float(min((other & ours).sum(), (other & others).sum()))
    if traits is not None and ours.any() and (~mine & stay).any():
        low, high = traits[stay & ~mine].min(axis=0), traits[stay & ~mine].max(axis=0)
        slack = 1e-9 * (1 + high - low)
        outside = ((traits[ours] < low - slack) | (traits[ours] > high + slack)).any(axis=1)
        values["support"] = 1.0 - float(outside.mean())
    return values


def _people(table: pa.Table, name: str) -> tuple[NDArray[np.generic], NDArray[np.int64]]:
    """Everybody in the order of their names or numbers, and whose each row is."""
    values = column(table, name)
    if pa.types.is_integer(values.type) and not values.null_count:
        return np.unique(values.to_numpy(), return_inverse=True)
    words, place = worded(values)
    there = np.flatnonzero(np.bincount(place, minlength=len(words)))
    if any(word is None for word in words[there]):
        raise WrongUse(
            f"“{name}” is missing in some rows.", why="A row must say whose it is.",
            fix="Leave those rows out, or find out whose they are.",
        )  # fmt: skip
    people, one = np.unique(words[there].astype(str), return_inverse=True)
    whose = np.zeros(len(words), dtype=np.int64)
    whose[there] = one
    return people, whose[place]


def _numbers(table: pa.Table, name: str) -> Floats:
    found = numbers(column(table, name))
    if found is None:
        raise WrongUse(f"“{name}” must be numbers.")
    return found


def _starts(first: Floats, row: NDArray[np.int64], people: int, last: float) -> Floats:
    never = np.isnan(first) | (first <= 0) | (first > last)
    known = np.where(never, np.inf, first)
    start, latest = np.full(people, np.inf), np.full(people, -np.inf)
    np.minimum.at(start, row, known)
    np.maximum.at(latest, row, known)
    if np.any(start != latest):
        raise WrongUse("Someone has two different first treated periods.", fix="The first start counts.")
    return start


def _traits(
    table: pa.Table, names: Sequence[str], row: NDArray[np.int64], place: NDArray[np.int64], people: int
) -> tuple[Floats | None, NDArray[np.bool_]]:
    nobody = np.zeros(people, dtype=np.bool_)
    if not names:
        return None, nobody
    found = covariates(table, names)
    order = np.argsort(place, kind="stable")[::-1]
    traits = np.zeros((people, found.matrix.shape[1]))
    traits[row[order]] = found.matrix[order]  # written last: the first period
    gone = np.asarray(np.isnan(traits).any(axis=1))
    return np.nan_to_num(traits), gone
