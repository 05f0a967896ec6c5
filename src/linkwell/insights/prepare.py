"""An analyst's own table made ready to compare: complete rows as arrays, with what was left out counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from linkwell.errors import WrongUse
from linkwell.insights.headings import column, heading
from linkwell.insights.table import Covariates, covariates, flags, numbers, reckonable, text, unlikely

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

COPIES = 200_000
"""Rows up to which copies are looked for."""

Method = Literal["entropy", "match", "aipw"]
Balance = Literal["means", "squares"]


@dataclass(frozen=True)
class Plan:
    """How to compare.

    Attributes:
        balance: entropy balancing on means, or on means and squares of amounts.
        past: covariates that are earlier values of the outcome: the strict gates are theirs.
        neighbours, caliper, replace: of matching; the caliper in standard deviations of the logit.
        missing: "drop" rows with a missing covariate, or "flag" them (mean put in, and balanced on being
            missing).
        off_support: "keep" participants outside everything seen in the comparison, or "drop" them.
        draws: of the bootstrap; None lets the size decide, 0 is the formula.
    """

    method: Method = "entropy"
    balance: Balance = "means"
    past: tuple[str, ...] = ()
    categorical: tuple[str, ...] = ()
    neighbours: int = 1
    caliper: float | None = None
    replace: bool = False
    missing: Literal["drop", "flag"] = "drop"
    off_support: Literal["keep", "drop"] = "keep"
    draws: int | None = None
    seed: int = 1


@dataclass(frozen=True, eq=False, repr=False)
class Prepared:
    """Complete rows. `plain` columns are covariates as given, `moments` what is balanced (squares too)."""

    y: Floats
    treated: Bools
    names: tuple[str, ...]
    plain: Floats
    past: Bools
    source: tuple[str, ...]
    moments: Floats
    moment_source: tuple[str, ...]
    clusters: Ints
    binary: bool
    values: dict[str, float]
    missing: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    @property
    def rows(self) -> Ints:
        """Numbers of the comparison rows' clusters."""
        return self.clusters[~self.treated]


def prepare(
    table: pa.Table,
    treated: str,
    outcome: str,
    names: Sequence[str],
    plan: Plan,
    treated_value: str | None = None,
    cluster: str | None = None,
) -> Prepared:
    """The table as complete arrays, with what was left out counted and said."""
    if not names:
        raise WrongUse("Name at least one covariate.", why="Without any, nothing makes the groups alike.")
    taken, known = flags(column(table, treated), treated, treated_value)
    taboo = {heading(table, treated), heading(table, outcome)}
    if len(taboo) < 2:
        raise WrongUse("The outcome is the column that says who took part.", fix="Name another column.")
    for name in names:
        if heading(table, name if name in table.column_names else name.partition("=")[0].strip()) in taboo:
            raise WrongUse(f"“{name}” cannot be a covariate: it is the outcome or says who took part.")
    y, y_known, binary = _outcome(table, outcome)
    x = covariates(table, names, plan.categorical)
    notes, missing = [*x.notes, *unlikely(y[y_known], outcome), *_copies(table)], list(x.missing_by)
    for name, gone in ((treated, ~known), (outcome, ~y_known)):
        if gone.any():
            missing.append((name, int(gone.sum())))
    values = _left_out(taken, known, y_known, x, plan)
    stay = known & y_known & (~x.missing if plan.missing == "drop" else True)
    columns, labels, source, amounts = _filled(x, plan)
    if not (taken & stay).any() or not (~taken & stay).any():
        raise WrongUse(
            "Nobody with complete values is left on one of the two sides.",
            fix="Look at the missing values, and at the column that says who took part.",
        )
    columns, taken = columns[stay], taken[stay]
    kept = np.ones(len(taken), dtype=np.bool_)
    outside = _outside(columns, taken)
    values["support"] = 1.0 - float(outside.sum() / taken.sum())
    if plan.off_support == "drop" and outside.any() and not outside[taken].all():
        kept = ~outside
        notes.append(
            f"{int(outside.sum())} participants outside everything seen in the comparison were left out."
        )
    group = _clusters(table, cluster)[stay][kept]
    columns, taken = columns[kept], taken[kept]
    columns, live = _standard(columns)
    if not live.any():
        raise WrongUse(
            "No covariate has more than one value.", why="Nothing is left that could make the groups alike.",
            fix="Name covariates in which people differ.",
        )  # fmt: skip
    _not_the_outcome(columns[:, live], y[stay][kept], np.array(source, dtype=object)[live])
    places = np.flatnonzero(live)
    squared = np.flatnonzero(live & amounts) if plan.balance == "squares" else places[:0]
    moments = [columns[:, n] for n in places] + [_square(columns[:, n], taken) for n in squared]
    origin = np.array(source, dtype=object)
    return Prepared(
        y[stay][kept], taken, tuple(np.array(labels, dtype=object)[live]), columns[:, live],
        np.array([name in plan.past for name in source], dtype=np.bool_)[live],
        tuple(origin[live]),
        np.column_stack(moments) if moments else np.zeros((len(taken), 0)),
        (*origin[places], *origin[squared]),
        group, binary, values, tuple(missing), tuple(notes),
    )  # fmt: skip


def _outcome(table: pa.Table, name: str) -> tuple[Floats, Bools, bool]:
    y = numbers(column(table, name))
    if y is None:
        try:
            yes, known = flags(column(table, name), name)
        except WrongUse:
            raise WrongUse(
                f"The outcome “{name}” is neither numbers nor a yes or no.",
                fix="Write numbers as 1234.5, without spaces, commas between thousands, or a unit; "
                "leave a cell empty where it is not known. Two words must be yes and no, or 1 and 0.",
            ) from None
        return yes.astype(np.float64), known, True
    known = ~np.isnan(y)
    reckonable(y, name)
    if not known.any():
        raise WrongUse(f"The outcome “{name}” has no values.")
    return y, known, bool(np.isin(y[known], (0.0, 1.0)).all())


def _left_out(taken: Bools, known: Bools, y_known: Bools, x: Covariates, plan: Plan) -> dict[str, float]:
    mine, theirs = taken & known, ~taken & known
    ours, others = (float(y_known[side].mean()) if side.any() else 0.0 for side in (mine, theirs))
    values = {"outcome_known": ours, "outcome_known_gap": abs(ours - others)}
    if plan.missing == "drop":
        values["complete"] = 1.0 - float(x.missing[mine].mean()) if mine.any() else 0.0
    return values


def _filled(x: Covariates, plan: Plan) -> tuple[Floats, list[str], list[str], Bools]:
    """With "flag": means in place of missing values and one column more per covariate with any."""
    labels, source, amounts = list(x.names), list(x.source), list(x.continuous)
    if plan.missing == "drop" or not x.missing.any():
        return x.matrix, labels, source, np.array(amounts, dtype=np.bool_)
    matrix, extra = x.matrix.copy(), []
    for n in range(matrix.shape[1]):
        gone = np.isnan(matrix[:, n])
        if gone.any():
            matrix[gone, n] = matrix[~gone, n].mean()
            extra.append((f"{x.names[n]} missing", gone.astype(float), x.source[n]))
    for label, values, name in extra:
        matrix = np.column_stack([matrix, values])
        labels.append(label)
        source.append(name)
        amounts.append(False)
    return matrix, labels, source, np.array(amounts, dtype=np.bool_)


def _outside(columns: Floats, taken: Bools) -> Bools:
    """Participants beyond the lowest or highest value of any covariate in the comparison."""
    low, high = columns[~taken].min(axis=0), columns[~taken].max(axis=0)
    slack = 1e-9 * (1 + high - low)
    return np.asarray(taken & np.any((columns < low - slack) | (columns > high + slack), axis=1))


def _standard(columns: Floats) -> tuple[Floats, Bools]:
    """Columns moved and scaled to the middle and width of what they show, and which of them vary at all.

    Nothing that is compared depends on a column's unit; without this a very small or far-off unit would make
    a covariate look constant and leave it out of the balance.
    """
    low, high = columns.min(axis=0), columns.max(axis=0)
    width = high - low
    live = width > 16 * np.finfo(np.float64).eps * np.maximum(np.abs(low), np.abs(high))
    return (columns - (low + width / 2)) / np.where(live, width, 1.0), live


def _not_the_outcome(columns: Floats, y: Floats, source: NDArray[np.object_]) -> None:
    """Refuse a covariate that is the outcome under another name: made alike in it, nothing could differ.

    Raises:
        WrongUse: there is one, whatever its unit, and more than a few rows show it.
    """
    spread = float(np.ptp(y))
    if not spread or len(y) < 10:
        return
    own = (y - y.mean()) / spread
    own = own / np.sqrt(own @ own)
    around = columns - columns.mean(axis=0)
    like = np.abs(own @ around) / np.sqrt((around**2).sum(axis=0))
    if (like > 1 - 1e-12).any():
        raise WrongUse(
            f"“{source[int(like.argmax())]}” is the outcome under another name.",
            why="Where people are made alike in what came of it, no difference is left to find.",
            fix="Name covariates from before the start.",
        )


def _copies(table: pa.Table) -> list[str]:
    """A sentence when rows with fractional amounts are the same in every column: people entered twice."""
    amounts = [n for n in table.column_names if pa.types.is_floating(table.column(n).type)]
    values = [numbers(table.column(name)) for name in amounts]
    if table.num_rows > COPIES or not any(v is not None and np.any(v != np.rint(v)) for v in values):
        return []
    if any(v is not None and len(np.unique(v)) == len(v) for v in values):
        return []  # where everyone differs in one column, nobody is like another in all
    twice = table.num_rows - table.group_by(table.column_names).aggregate([]).num_rows
    return [f"{twice:,} rows are the same in every column as another row: if these are the same people, "
            "keep one row each."] if twice else []  # fmt: skip


def _square(values: Floats, taken: Bools) -> Floats:
    return np.asarray(((values - values[taken].mean()) / max(float(values.std()), 1e-300)) ** 2)


def _clusters(table: pa.Table, name: str | None) -> Ints:
    rows = np.arange(table.num_rows, dtype=np.int64)
    if name is None:
        return rows
    words = text(column(table, name))
    own = [f"row {row}" if word is None else f"value {word}" for row, word in zip(rows, words, strict=True)]
    return np.asarray(np.unique(np.array(own), return_inverse=True)[1], dtype=np.int64)
